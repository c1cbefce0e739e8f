"""Which of a student's attempts counts, and for how much: due dates and late rules, from ``solutions/course.toml``.

.. code-block:: toml

    [rules]                                # for every assignment
    counts = "best"                        # best, latest or first attempt; default: latest
    late_per_day = 0.1                     # share of the points lost for each day begun after the due date; default: 0
    late_days = 3                          # an attempt that is later counts nothing; default: no limit
    grace_minutes = 15                     # after the due date that still count as in time; default: 0

    [rules.02_networks]                    # for one assignment, instead of the above
    due = 2030-11-30T23:59:00+01:00
"""

import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import AuthoringError
from autograder.front import nearest
from autograder.model import Report, Standing, Status, total

if TYPE_CHECKING:
    from autograder.course import Assignment

COUNTS = ("best", "latest", "first")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One file that one student handed in, with the grading that is in force."""

    student: str
    number: int
    """1 for the first, in the order of arrival."""
    file: str
    sha256: str
    submitted_at: datetime
    status: str
    score: float
    max_score: float
    exercises: tuple[tuple[str, float, float], ...] = ()
    """(name, score, max_score)."""
    notes: tuple[str, ...] = ()
    graded_at: str = ""
    reason: str = ""
    """Why it was graded again, if it was."""

    @classmethod
    def of(cls, report: Report, number: int, submitted_at: datetime) -> "Attempt":
        """Return the attempt that has this report."""
        return cls(
            student=report.student,
            number=number,
            file=report.file,
            sha256=report.sha256,
            submitted_at=submitted_at,
            status=str(report.status),
            score=report.score,
            max_score=report.max_score,
            exercises=tuple(report.exercise_scores()),
            notes=report.notes,
            graded_at=report.provenance.graded_at,
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts in one assignment."""

    counts: str = "latest"
    due: datetime | None = None
    late_per_day: float = 0.0
    late_days: int | None = None
    grace_minutes: int = 0

    def days_late(self, moment: datetime) -> int:
        """Return the number of days begun since the due date, after the minutes of grace."""
        if self.due is None or moment <= self.due + timedelta(minutes=self.grace_minutes):
            return 0
        return max(1, math.ceil((moment - self.due) / timedelta(days=1)))

    def share(self, moment: datetime) -> float:
        """Return what part of its points an attempt keeps, from 1 (in time) to 0."""
        days = self.days_late(moment)
        if self.late_days is not None and days > self.late_days:
            return 0.0
        return max(0.0, 1.0 - self.late_per_day * days)

    def worth(self, attempt: Attempt) -> float:
        """Return the points that an attempt counts."""
        return total([attempt.score * self.share(attempt.submitted_at)])

    def standing(self, attempts: Iterable[Attempt]) -> Standing:
        """Return where a student stands after some attempts, given in the order of arrival.

        An attempt that is too late to count anything counts only if there is no other. A held one has no score: it
        never is the best while another one is graded, but it is the latest or first if it came last or first.
        """
        all_ = list(attempts)
        eligible = [attempt for attempt in all_ if self.share(attempt.submitted_at) > 0] or all_
        if self.counts == "best":
            released = [attempt for attempt in eligible if attempt.status != Status.HELD] or eligible
            chosen = max(released, key=lambda attempt: (self.worth(attempt), -attempt.number))
        else:
            chosen = eligible[-1 if self.counts == "latest" else 0]
        return Standing(
            student=chosen.student,
            status=chosen.status,
            score=self.worth(chosen),
            max_score=chosen.max_score,
            exercises=chosen.exercises,
            notes=chosen.notes,
            earned=chosen.score,
            days_late=self.days_late(chosen.submitted_at),
            attempt=chosen.number,
            attempts=len(all_),
            submitted_at=chosen.submitted_at.isoformat(),
        )

    def standings(self, attempts: Iterable[Attempt]) -> Iterator[Standing]:
        """Yield where each student stands; attempts come sorted by student and arrival."""
        for _, mine in groupby(attempts, key=lambda attempt: attempt.student):
            yield self.standing(mine)


def rules_of(assignment: "Assignment") -> Rules:
    """Read the rules for an assignment of a course, see :func:`read_rules`."""
    course = assignment.course
    return read_rules(course.solutions, assignment.slug, course.names())


def read_rules(solutions: Path, assignment: str, known: Iterable[str]) -> Rules:
    """Read the rules for one assignment; without a file, or without ``[rules]``, the latest attempt counts as it is.

    Raises :class:`~autograder.errors.AuthoringError` for whatever is not as described above.
    """
    file = solutions / "course.toml"
    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text).get("rules", {})
    except FileNotFoundError:
        return Rules()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"the file is not valid TOML: {error}", file) from None
    if not isinstance(table, dict):
        raise AuthoringError("`rules` is no table; write [rules] on a line of its own", file, _line_of(text, "rules"))
    names = list(known)
    common = {key: value for key, value in table.items() if not isinstance(value, dict)}
    for key, value in table.items():
        if isinstance(value, dict) and key not in names:
            raise AuthoringError(f"there is no assignment {key!r}{nearest(key, names)}", file, _line_of(text, key))
        if key in names and not isinstance(value, dict):
            raise AuthoringError(f"`{key}` is no table; write [rules.{key}] on its own line", file, _line_of(text, key))
    own = table.get(assignment, {})
    for key, value in {**common, **own}.items():
        _check(key, value, file, text)
    return Rules(**{**common, **own})


def _check(key: str, value: Any, file: Path, text: str) -> None:
    names = [field.name for field in fields(Rules)]
    if key not in names:
        raise AuthoringError(f"there is no rule {key!r}{nearest(key, names)}", file, _line_of(text, key))
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    share = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
    fine, expected = {
        "counts": (value in COUNTS, f"one of {', '.join(COUNTS)}"),
        "due": (
            isinstance(value, datetime) and value.tzinfo is not None,
            "a date and time with its distance from UTC, such as 2030-11-30T23:59:00+01:00",
        ),
        "late_per_day": (share, "a number from 0 to 1"),
        "late_days": (whole, "a whole number of days"),
        "grace_minutes": (whole, "a whole number of minutes"),
    }[key]
    if not fine:
        shown = value.isoformat() if isinstance(value, datetime) else repr(value)
        raise AuthoringError(f"the rule {key} is {shown}, expected {expected}", file, _line_of(text, key))


def _line_of(text: str, key: str) -> int:
    """Return the line that sets a key or begins its table, or 1."""
    pattern = re.compile(rf"""\s*(\[\s*(rules\s*\.\s*)?)?["']?{re.escape(key)}["']?\s*[=\].]""")
    return next((i for i, line in enumerate(text.split("\n"), 1) if pattern.match(line)), 1)
