"""The limit of any grader: load the same notebook and make the same calls in this very process, with no protection."""

import io
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import autograder
from autograder.course import Assignment
from autograder.model import Outcome
from autograder.sandbox.serve import Message, Server, fix_randomness
from autograder.submission import Submission
from autograder.testing.student import Student
from autograder.verdict import run


class Bare(Server):
    """Makes calls directly, without the wire, and sums up what the student's code takes."""

    def __init__(self) -> None:
        super().__init__(self._asked, {"__name__": "__main__"})
        self.seconds = 0.0
        self._callback: Callable[[Message], Message] | None = None

    def load(self, submission: Submission) -> None:
        """Execute the cells as a bare interpreter would."""
        started = time.perf_counter()
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            for number, source in submission.cells:
                exec(compile(source, f"<cell {number}>", "exec"), self.namespace)
        self.seconds += time.perf_counter() - started

    def request(self, message: Message, answer_callback: Callable[[Message], Message]) -> Message:
        """Answer a test's message; time spent in functions of the test is not counted."""
        self._callback = answer_callback
        started = time.perf_counter()
        try:
            return self._call(message) if message["kind"] == "call" else self._get(message)
        except Exception as error:
            return {"kind": "raised", "error": type(error).__name__, "message": str(error)}
        finally:
            self.seconds += time.perf_counter() - started

    def _asked(self, message: Message) -> Message:
        assert self._callback is not None
        started = time.perf_counter()
        reply = self._callback(message)
        self.seconds -= time.perf_counter() - started
        return reply


def bare_seconds(assignment: Assignment, submission: Submission) -> float:
    """Return the seconds that the student's own code takes: loading, and every call that the tests make.

    Raises AssertionError if the submission, which is to be a right one, does not pass here.
    """
    checked: Any = autograder.check  # the notebook's own public checks cost nothing in the sandbox either
    autograder.check = lambda *_: None  # type: ignore[assignment]
    try:
        program = Bare()
        fix_randomness()
        program.load(submission)
        results = [run(test, Student(program)) for test in assignment.tests()]
    finally:
        autograder.check = checked
    if wrong := [result.test for result in results if result.outcome is not Outcome.PASSED]:
        raise AssertionError(f"{submission.file} does not pass {', '.join(wrong)} without the sandbox")
    return program.seconds
