"""The limit of any grader: load the same notebook and make the same calls in this very process, with no protection."""

import io
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import autograder
from autograder.course import Assignment
from autograder.model import Outcome
from autograder.sandbox.serve import Message, Server, fix_randomness
from autograder.submission import Submission
from autograder.testing.student import AnswerCallback, Student
from autograder.verdict import run
from autograder.wire import read


@dataclass(frozen=True, slots=True)
class BareCost:
    """What a right submission costs without any protection."""

    seconds: float
    """Of the student's own code: loading, and every call that the tests make."""
    tests_seconds: float
    """Of the tests: references, comparisons, functions that they hand to the student's code."""
    questions: int
    """How many messages would have gone to and fro: calls of the tests, and calls of the functions handed over."""


class Bare(Server):
    """Makes calls directly, without the wire, and sums up what the student's code takes."""

    def __init__(self) -> None:
        super().__init__(self._asked, {"__name__": "__main__"})
        self.seconds = 0.0
        self.questions = 0
        self._callback: AnswerCallback | None = None

    def load(self, submission: Submission) -> None:
        """Execute the cells as a bare interpreter would."""
        started = time.perf_counter()
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            for number, source in submission.cells:
                exec(compile(source, f"<cell {number}>", "exec"), self.namespace)
        self.seconds += time.perf_counter() - started

    def request(self, message: Message, answer_callback: AnswerCallback) -> Message:
        """Answer a test's message; time spent in functions of the test is not counted."""
        self._callback = answer_callback
        self.questions += 1
        started = time.perf_counter()
        try:
            return self._call(message) if message["kind"] == "call" else self._get(message)
        except Exception as error:
            return {"kind": "raised", "error": type(error).__name__, "message": str(error)}
        finally:
            self.seconds += time.perf_counter() - started

    def _asked(self, message: Message) -> Message:
        assert self._callback is not None
        self.questions += 1
        started = time.perf_counter()
        reply = read(self._callback(message))
        self.seconds -= time.perf_counter() - started
        return reply


def bare_cost(assignment: Assignment, submission: Submission) -> BareCost:
    """Return what it costs to load a submission and to run the tests in this process.

    Raises AssertionError if the submission, which is to be a right one, does not pass here.
    """
    checked: Any = autograder.check  # the notebook's own public checks cost nothing in the sandbox either
    autograder.check = lambda *_: None  # type: ignore[assignment]
    try:
        program = Bare()
        fix_randomness()
        program.load(submission)
        loading, started = program.seconds, time.perf_counter()
        results = [run(test, Student(program)) for test in assignment.tests()]
        testing = time.perf_counter() - started
    finally:
        autograder.check = checked
    if wrong := [result.test for result in results if result.outcome is not Outcome.PASSED]:
        raise AssertionError(f"{submission.file} does not pass {', '.join(wrong)} without the sandbox")
    return BareCost(program.seconds, testing - (program.seconds - loading), program.questions)
