"""From a submission to its report: the main path of grading.

A submission becomes a confined program; each test asks it for answers; the results make the report.
"""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import numpy as np

from autograder import __version__
from autograder.course import Assignment
from autograder.errors import SandboxUnavailable
from autograder.model import Limits, Outcome, Provenance, Report, Result, Visibility
from autograder.plugin import Test
from autograder.sandbox.canaries import level
from autograder.sandbox.launcher import Profile, Sandbox
from autograder.sandbox.program import Program
from autograder.submission import Submission
from autograder.testing.student import Student
from autograder.verdict import plain, result_of, run

SAFE_LEVEL = "L2"
LEVELS = ("L0", "L1", "L2", "L3")  # weakest first
ENGINE = f"autograder {__version__}"


class Grader:
    """Grades submissions of one assignment, one after the other, with tests collected once and one warm sandbox.

    With ``plots`` the sandbox begins to import matplotlib at once, while the tests are collected; otherwise it does so
    when the first submission needs it.
    """

    def __init__(self, assignment: Assignment, require_level: str = SAFE_LEVEL, *, plots: bool = False) -> None:
        self.assignment = assignment
        self.require_level = require_level
        self.plots = plots
        self.sandbox = Sandbox(profile_of(assignment))
        self.judged: Callable[[Result], None] = lambda _: None
        """Told of every result as it comes, for those who may be stopped before the report is complete."""

    def __enter__(self) -> Self:
        self.sandbox.__enter__()  # starts in the background while the tests are collected
        try:
            if self.plots:
                self.sandbox.preload("matplotlib")
            self.tests = self.assignment.tests()
            self.level = level(self.sandbox.canaries())
            self._refuse_if_unsafe()
        except BaseException:
            self.sandbox.__exit__(None, None, None)
            raise
        return self

    def _refuse_if_unsafe(self) -> None:
        if LEVELS.index(self.level) < LEVELS.index(self.require_level):
            possible = [attack for attack, stopped in self.sandbox.canaries().items() if not stopped]
            raise SandboxUnavailable(
                f"this machine confines student code at level {self.level}, but {self.require_level} is required "
                f"(not stopped here: {', '.join(possible) or 'nothing; no higher level can be proven'}); "
                "run `autograder doctor` to see what to install"
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sandbox.__exit__(kind, error, trace)

    def grade(
        self,
        submission: Submission,
        tests: Sequence[Test] | None = None,
        *,
        definitions_only: bool = False,
        limits: Limits | None = None,
    ) -> Report:
        """Return the report of one submission.

        Certification asks for less: only some of the ``tests``, none of the notebook's cells but definitions, and
        tighter ``limits`` than the assignment's.
        """
        limits = limits or self.assignment.front.limits
        chosen = self.tests if tests is None else tests
        started = time.perf_counter()
        notes, output = list(submission.notes), ""
        if submission.unreadable:
            notes.append(submission.unreadable)
            results = [result_of(test, Outcome.MISSING) for test in chosen]
        else:
            cells, exercises = submission.cells, self.assignment.exercises
            with self.sandbox.program(cells, exercises, limits, definitions_only=definitions_only) as program:
                results = self._results(chosen, program, limits)
            notes += [plain(note) for note in program.notes]
            output = program.output
        if LEVELS.index(self.level) < LEVELS.index(SAFE_LEVEL):
            notes.append(f"graded UNSAFELY, at sandbox level {self.level}: student code was not fully confined")
        seconds = time.perf_counter() - started
        made = report_of(self.assignment, submission, results, self.level, seconds, notes)
        return replace(made, unreadable=bool(submission.unreadable), output=output)

    def _results(self, tests: Sequence[Test], program: Program, limits: Limits) -> list[Result]:
        """Return the results in the order of the tests; those of one exercise share its time.

        Tests that show everything run first: by the time the program meets a hidden input, nothing that it says will
        be shown to its student any more.
        """
        left = dict.fromkeys(self.assignment.exercises, limits.exercise)
        results: dict[str, Result] = {}
        for test in sorted(tests, key=lambda test: test.visibility is not Visibility.VISIBLE):
            program.allow(left[test.exercise])
            results[test.name] = run(test, Student(program))
            left[test.exercise] = program.allowance
            self.judged(results[test.name])
        return [results[test.name] for test in tests]


def held(assignment: Assignment, submission: Submission, level: str, reason: str) -> Report:
    """Return the report of a submission that could not be graded through a fault of ours: a person must look at it."""
    results = [result_of(test, Outcome.BROKEN, detail=reason) for test in assignment.tests()]
    return report_of(assignment, submission, results, level)


def report_of(
    assignment: Assignment, submission: Submission, results: Sequence[Result], level: str, seconds: float = 0.0,
    notes: Sequence[str] | None = None,
) -> Report:  # fmt: skip
    """Return the report that some results make; without ``notes`` it has those of the submission."""
    return Report(
        assignment=assignment.slug,
        student=submission.student,
        file=submission.file,
        sha256=submission.sha256,
        exercises=assignment.exercises,
        results=tuple(results),
        provenance=provenance(assignment, level, seconds),
        max_score=assignment.points,
        notes=tuple(submission.notes if notes is None else notes),
    )


def provenance(assignment: Assignment, level: str, seconds: float) -> Provenance:
    """Return everything needed to repeat a grading."""
    return Provenance(
        engine=ENGINE,
        tests_sha256=assignment.tests_sha256,
        salt_id=assignment.course.salt_id,
        sandbox_level=level,
        python=platform.python_version(),
        numpy=np.__version__,
        graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
    )


def profile_of(assignment: Assignment) -> Profile:
    """Return what programs of an assignment may import, read and use."""
    return Profile(
        packages=assignment.packages,
        allowed=assignment.front.imports,
        forbidden=assignment.front.forbidden,
        folder=assignment.public,
        readable=(assignment.public / "data",) if (assignment.public / "data").is_dir() else (),
        limits=assignment.front.limits,
    )
