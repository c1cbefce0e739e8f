"""Figures about a class: how scores are spread, which exercises and which tests were hard."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.model import Outcome, Report, Standing, Status


@dataclass(frozen=True, slots=True)
class Spread:
    """How numbers are spread; of no numbers at all, everything but ``n`` is None."""

    n: int
    mean: float | None = None
    median: float | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None
    least: float | None = None
    greatest: float | None = None


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How many of those who handed in passed a test."""

    test: str
    exercise: str
    passed: int
    n: int

    @property
    def share(self) -> float:
        """The part that passed, from 0 (hard) to 1."""
        return self.passed / self.n


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures about the scores that count."""

    max_score: float
    total: Spread
    exercises: tuple[tuple[str, float, Spread], ...]
    """(name, possible points, spread of the points before late rules)."""
    tests: tuple[Difficulty, ...]
    """The hardest first."""
    held: int
    missing: int
    excused: int = 0


def spread(values: Iterable[float]) -> Spread:
    """Return how numbers are spread. Quartiles lie between numbers in proportion, as numpy and spreadsheets have it."""
    numbers = sorted(values)
    if not numbers:
        return Spread(0)
    if len(numbers) == 1:
        lower = median = upper = numbers[0]
    else:
        lower, median, upper = statistics.quantiles(numbers, n=4, method="inclusive")
    figures = (statistics.fmean(numbers), median, lower, upper, numbers[0], numbers[-1])
    return Spread(len(numbers), *(round(figure, 6) for figure in figures))


def statistics_of(standings: Sequence[Standing], reports: Iterable[Report], max_score: float) -> Statistics:
    """Return the figures of a class. ``reports`` are those that count.

    Who handed in what cannot be read has a score, 0; who is held or excused, or handed in nothing, has none.
    """
    scored = [standing for standing in standings if standing.status in (Status.GRADED, Status.UNREADABLE)]
    exercises: dict[str, tuple[float, list[float]]] = {}
    for standing in scored:
        for name, score, possible in standing.exercises:
            exercises.setdefault(name, (possible, []))[1].append(score)
    return Statistics(
        max_score=max_score,
        total=spread(standing.score for standing in scored),
        exercises=tuple((name, possible, spread(scores)) for name, (possible, scores) in exercises.items()),
        tests=_difficulties(reports),
        held=sum(standing.status == Status.HELD for standing in standings),
        missing=sum(standing.status == "missing" for standing in standings),
        excused=sum(standing.status == "excused" for standing in standings),
    )


def _difficulties(reports: Iterable[Report]) -> tuple[Difficulty, ...]:
    outcomes: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for report in reports:
        for result in report.results:
            if result.max_score and result.outcome is not Outcome.BROKEN:
                outcomes[result.test, result.exercise].append(result.outcome is Outcome.PASSED)
    found = [Difficulty(test, exercise, sum(all_), len(all_)) for (test, exercise), all_ in outcomes.items()]
    return tuple(sorted(found, key=lambda difficulty: (difficulty.share, difficulty.test)))
