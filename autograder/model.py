"""The nouns of grading: outcomes, results, reports, and the limits under which they are made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

REPORT_SCHEMA_VERSION = 1


class Outcome(StrEnum):
    """What happened when one test met one submission."""

    PASSED = "passed"
    FAILED = "failed"
    RAISED = "raised"
    MISSING = "missing"
    TIMED_OUT = "timed_out"
    BROKEN = "broken"  # our fault: the whole report waits for staff


class Visibility(StrEnum):
    """Who may see a result (Gradescope's words)."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"


class Status(StrEnum):
    """The state of a whole report."""

    GRADED = "graded"
    UNREADABLE = "unreadable"  # the submission could not be opened at all: score 0
    HELD = "held"  # some result is broken: no score is released


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use. Times are seconds of the student's own computing time.

    Waiting for the processor on a busy machine does not count; a submission that sleeps instead of
    computing is stopped at ``patience`` times the limit in wall-clock time.
    """

    call: float = 5.0
    """One call of a student's function."""
    exercise: float = 10.0
    """All tests of one exercise together."""
    load: float = 10.0
    """Executing all cells of the notebook once."""
    submission: float = 120.0
    """Everything the submission does, over all tests."""
    memory_mb: int = 4096
    """Address space of the student's process."""
    patience: float = 4.0
    """Wall-clock allowance as a multiple of each limit."""


@dataclass(frozen=True, slots=True)
class Result:
    """One test, met by one submission."""

    test: str
    exercise: str
    description: str
    """The sentence the student reads: the test's docstring."""
    outcome: Outcome
    max_score: float
    visibility: Visibility = Visibility.HIDDEN
    case: str | None = None
    """Name of the input on which the test first failed."""
    detail: str = ""
    """What went wrong, with values: for staff; students see it for visible tests only."""
    hint: str = ""

    @property
    def score(self) -> float:
        """The test's points or nothing."""
        return self.max_score if self.outcome is Outcome.PASSED else 0.0

    @property
    def unwritten(self) -> bool:
        """Whether the student has not begun: the stub of the release still stands there, and says so itself."""
        return self.outcome is Outcome.RAISED and f"NotImplementedError: {self.exercise}" in self.detail

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of ``results`` in the report document."""
        return {
            "test": self.test,
            "exercise": self.exercise,
            "description": self.description,
            "outcome": str(self.outcome),
            "score": self.score,
            "max_score": self.max_score,
            "visibility": str(self.visibility),
            "case": self.case,
            "detail": self.detail,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to repeat a grading."""

    engine: str
    tests_sha256: str
    salt_id: str
    sandbox_level: str
    python: str
    numpy: str
    graded_at: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the ``provenance`` object of the report document."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one submission, with its provenance."""

    assignment: str
    student: str
    file: str
    """Name of the submitted file."""
    sha256: str
    """Hash of the submitted bytes."""
    exercises: tuple[str, ...]
    results: tuple[Result, ...]
    provenance: Provenance
    max_score: float
    notes: tuple[str, ...] = ()
    unreadable: bool = False
    output: str = field(default="", compare=False)
    """Text the submission printed while it was loaded: kept for staff, no part of the document."""

    @property
    def status(self) -> Status:
        """Whether the score may be released."""
        if self.unreadable:
            return Status.UNREADABLE
        broken = any(result.outcome is Outcome.BROKEN for result in self.results)
        return Status.HELD if broken else Status.GRADED

    @property
    def score(self) -> float:
        """Sum of the results' points; 0 while the report is held or unreadable."""
        return total(r.score for r in self.results) if self.status is Status.GRADED else 0.0

    def exercise_scores(self) -> list[tuple[str, float, float]]:
        """Return (exercise, score, max_score) in the order of the assignment."""
        released = self.status is Status.GRADED
        rows = []
        for name in self.exercises:
            mine = [r for r in self.results if r.exercise == name]
            rows.append((name, total(r.score for r in mine) if released else 0.0, total(r.max_score for r in mine)))
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Return the report document, schema version 1 (``autograder/report.schema.json``)."""
        return {
            "schema": REPORT_SCHEMA_VERSION,
            "assignment": self.assignment,
            "student": self.student,
            "score": self.score,
            "max_score": self.max_score,
            "status": str(self.status),
            "submission": {"name": self.file, "sha256": self.sha256, "notes": list(self.notes)},
            "results": [result.as_dict() for result in self.results],
            "exercises": [{"name": n, "score": s, "max_score": m} for n, s, m in self.exercise_scores()],
            "provenance": self.provenance.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one student stands in one assignment: the attempt that counts, and for how much."""

    student: str
    status: str
    """That of the report, or by the roster ``excused``, or ``missing`` where nothing was handed in."""
    score: float
    """Points that count, after the late rules or the roster's late penalty."""
    max_score: float
    exercises: tuple[tuple[str, float, float], ...] = ()
    """(name, score, max_score), before the late rules."""
    notes: tuple[str, ...] = ()
    earned: float = 0.0
    """Points before the late rules."""
    days_late: int = 0
    attempt: int = 1
    attempts: int = 1
    submitted_at: str = ""
    name: str = ""
    email: str = ""
    section: str = ""

    @classmethod
    def of(cls, report: Report) -> "Standing":
        """Return the standing of a student whose only attempt has this report."""
        return cls(
            student=report.student,
            status=str(report.status),
            score=report.score,
            max_score=report.max_score,
            exercises=tuple(report.exercise_scores()),
            notes=report.notes,
            earned=report.score,
        )


def total(points: Iterable[float]) -> float:
    """Add points so that halves and tenths add up to the number a person expects."""
    return round(sum(points), 6) + 0.0
