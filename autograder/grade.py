"""From a submission to its report: the main path of grading.

    submission  ->  confined program  ->  each test asks it for answers  ->  results  ->  report
"""

import platform
import re
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import numpy as np

from autograder import __version__
from autograder.course import Assignment
from autograder.errors import AnswerError, Missing, Raised, SandboxUnavailable, TimedOut
from autograder.model import Outcome, Provenance, Report, Result
from autograder.plugin import Test
from autograder.sandbox.canaries import level
from autograder.sandbox.process import Profile, Sandbox
from autograder.submission import Submission
from autograder.testing.student import Student

LEVELS = ("L0", "L1", "L2", "L3")  # weakest first
MAX_DETAIL = 2_000
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


class Grader:
    """Grades submissions of one assignment, one after the other, with tests collected once and one warm sandbox."""

    def __init__(self, assignment: Assignment, require_level: str = "L2") -> None:
        self.assignment = assignment
        self.require_level = require_level
        self.sandbox = Sandbox(profile_of(assignment))

    def __enter__(self) -> Self:
        self.sandbox.__enter__()  # starts in the background while the tests are collected
        try:
            self.tests = self.assignment.tests()
            self.level = level(self.sandbox.canaries())
            if LEVELS.index(self.level) < LEVELS.index(self.require_level):
                raise SandboxUnavailable(
                    f"this machine confines student code at level {self.level}, but {self.require_level} is required; "
                    "run `autograder doctor` to see what is missing"
                )
        except BaseException:
            self.sandbox.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sandbox.__exit__(kind, error, trace)

    def grade(self, submission: Submission) -> Report:
        """Return the report of one submission."""
        started = time.perf_counter()
        notes, output = list(submission.notes), ""
        if submission.unreadable:
            notes.append(submission.unreadable)
            results = [_result(test, Outcome.MISSING) for test in self.tests]
        else:
            with self.sandbox.program(submission.cells, self.assignment.exercises) as program:
                results = [run(test, Student(program)) for test in self.tests]
            notes += [plain(note) for note in program.notes]
            output = program.output
        return Report(
            assignment=self.assignment.slug,
            student=submission.student,
            file=submission.file,
            sha256=submission.sha256,
            exercises=self.assignment.exercises,
            results=tuple(results),
            provenance=self._provenance(time.perf_counter() - started),
            max_score=self.assignment.points,
            notes=tuple(notes),
            unreadable=bool(submission.unreadable),
            output=output,
        )

    def _provenance(self, seconds: float) -> Provenance:
        return Provenance(
            engine=f"autograder {__version__}",
            tests_sha256=self.assignment.tests_sha256,
            salt_id=self.assignment.course.salt_id,
            sandbox_level=self.level,
            python=platform.python_version(),
            numpy=np.__version__,
            graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(seconds, 3),
        )


def run(test: Test, student: Student) -> Result:
    """Let one test meet one submission, case by case, until the first that does not pass."""
    for case, values in test.cases.items():
        try:
            test.function(student, **values)
        except AnswerError as error:
            return _result(test, _outcome_of(error), case, str(error))
        except AssertionError as error:
            return _result(test, Outcome.FAILED, case, str(error))
        except Exception:  # noqa: BLE001 - an error in a test is ours, never the student's
            return _result(test, Outcome.BROKEN, case, traceback.format_exc(limit=-3))
    return _result(test, Outcome.PASSED)


def profile_of(assignment: Assignment) -> Profile:
    """Return what programs of an assignment may import, read and use."""
    return Profile(
        packages=assignment.packages,
        allowed=assignment.front.imports,
        folder=assignment.public,
        readable=(assignment.public / "data",) if (assignment.public / "data").is_dir() else (),
        limits=assignment.front.limits,
    )


def plain(text: str) -> str:
    """Make text that a student's process has shaped fit to be stored: no control characters, no addresses."""
    visible = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    return ADDRESS.sub("0x…", visible)[:MAX_DETAIL]


def _outcome_of(error: AnswerError) -> Outcome:
    match error:
        case Missing():
            return Outcome.MISSING
        case TimedOut():
            return Outcome.TIMED_OUT
        case Raised():
            return Outcome.RAISED
        case _:
            return Outcome.FAILED  # an answer that is not data


def _result(test: Test, outcome: Outcome, case: str | None = None, detail: str = "") -> Result:
    return Result(
        test=test.name,
        exercise=test.exercise,
        description=test.description,
        outcome=outcome,
        max_score=test.points,
        visibility=test.visibility,
        case=case or None,
        detail=plain(f"{case}: {detail}" if case and detail else detail),
        hint=test.hint if outcome is not Outcome.PASSED else "",
    )
