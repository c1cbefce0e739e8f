"""The nouns of certification: findings, what one measurement found out, and the row of an exercise."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and with which answer or test."""

    answer: str
    message: str

    def __str__(self) -> str:
        return f"{self.answer}: {self.message}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measurement found out about one exercise."""

    figures: dict[str, Any]
    """Numbers and short texts, by name: the same in every run."""
    findings: tuple[Finding, ...] = ()
    """Everything that keeps the exercise from being certified."""
    notes: tuple[str, ...] = ()
    """What an author may want to know; it may change from run to run and is no part of the certificate."""


@dataclass(frozen=True, slots=True)
class ExerciseCertificate:
    """What was found out about the tests of one exercise."""

    assignment: str
    exercise: str
    points: float
    hidden_tests: int
    measured: dict[str, Measured]
    """By the name of the measurement, in the order of :data:`autograder.certify.measurements.MEASUREMENTS`."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is not as it should be."""
        return tuple(finding for measured in self.measured.values() for finding in measured.findings)

    @property
    def notes(self) -> tuple[str, ...]:
        """What an author may want to know."""
        return tuple(note for measured in self.measured.values() for note in measured.notes)

    @property
    def holds(self) -> bool:
        """Whether there is nothing to complain about."""
        return not self.findings

    def figure(self, name: str) -> Any:
        """Return a figure by its name, whichever measurement it comes from; None where none was made."""
        return next((m.figures[name] for m in self.measured.values() if name in m.figures), None)

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of ``certify --json``."""
        return {
            "assignment": self.assignment,
            "exercise": self.exercise,
            "points": self.points,
            "hidden_tests": self.hidden_tests,
            **{name: self.figure(name) for name in ("solution", "release", "mistakes", "alternatives")},
            "measured": {name: measured.figures for name, measured in self.measured.items()},
            "findings": [str(finding) for finding in self.findings],
            "notes": list(self.notes),
            "holds": self.holds,
        }
