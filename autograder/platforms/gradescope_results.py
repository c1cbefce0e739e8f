"""A report as the ``results.json`` that Gradescope shows to the student.

Our *hidden* means that the student sees sentence, outcome and hint, but no value. Gradescope's means that the student
sees nothing, not even the total. So hidden tests are *visible* there and show just what feedback shows, and what only
staff may see goes to standard output, which Gradescope keeps from students.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.model import Outcome, Report, Result, Status, Visibility
from autograder.plugin import Test
from autograder.render.feedback import HELD, WORDS, remarks
from autograder.render.safe import line
from autograder.render.terminal import number

CAPSTONE = "capstone"
"""Exercises whose name begins so are on the leaderboard."""
FAULT = f"{HELD} You need not hand in again."
STOPPED = (
    "Grading was stopped before the end ({reason}): {judged} of {tests} tests were judged, and their points count."
)
EARLIER = "Your {counts} submission counts, with {score} points; this one has {now}."
KEPT = "Until then, the score of your last submission stands: {earlier}."
SHOWN = {
    Visibility.VISIBLE: "visible",
    Visibility.HIDDEN: "visible",
    Visibility.AFTER_DUE_DATE: "after_due_date",
    Visibility.AFTER_PUBLISHED: "after_published",
}


def document(
    report: Report, previous: Sequence[float] = (), *, counts: str = "latest", waiting: Sequence[Test] = (),
    reason: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return ``results.json`` for a report.

    Parameters
    ----------
    report
        Of this submission; its results may still be incomplete.
    previous
        Scores of the student's earlier submissions that were graded, oldest first.
    counts
        Which submission counts: the ``latest``, the ``best`` or the ``first``.
    waiting
        Tests that were not judged, because grading was stopped for the ``reason``.
    """
    if report.status is Status.HELD:
        return fault(previous, report.max_score)
    said = [line(note) for note in report.notes]
    if waiting:
        judged = len(report.results)
        said.insert(0, STOPPED.format(reason=reason, judged=judged, tests=judged + len(waiting)))
    score = _counting(report, previous, counts)
    if score != report.score:
        said.insert(0, EARLIER.format(score=number(score), now=number(report.score), counts=counts))
    numbers = _numbers(report, waiting)
    return {
        "score": score,
        "execution_time": report.provenance.seconds,
        "output": "\n".join(said),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            *(_test(result, numbers[result.test]) for result in report.results),
            *(_unjudged(test, numbers[test.name], reason) for test in waiting),
        ],
        "leaderboard": [
            {"name": name, "value": got, "order": "desc"}
            for name, got, _ in report.exercise_scores()
            if name.startswith(CAPSTONE)
        ],
        "extra_data": _extra(report),
    }


def fault(previous: Sequence[float] = (), max_score: float | None = None) -> dict[str, Any]:
    """Return ``results.json`` for a fault of ours: no test is shown as failed, and no earlier score is lost."""
    said, score = FAULT, 0.0
    if previous:
        score = bounded(previous[-1], max_score)
        said = f"{FAULT} {KEPT.format(earlier=number(score))}"
    return {
        "score": score,
        "output": said,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [],
        "extra_data": {"status": str(Status.HELD)},
    }


def _counting(report: Report, previous: Sequence[float], counts: str) -> float:
    earlier = [bounded(score, report.max_score) for score in previous]
    if counts == "first" and earlier:
        return earlier[0]
    return max([report.score, *earlier]) if counts == "best" else report.score


def bounded(score: float, max_score: float | None) -> float:
    """Return a score that comes from outside, within what is possible."""
    return min(max(score, 0.0), max_score if max_score is not None else score)


def _numbers(report: Report, waiting: Sequence[Test]) -> Mapping[str, str]:
    """Return a number for each test: "2.1" is the first test of the second exercise."""
    numbers: dict[str, str] = {}
    exercises = {name: position for position, name in enumerate(report.exercises, 1)}
    seen = dict.fromkeys(report.exercises, 0)
    pairs = [*((r.test, r.exercise) for r in report.results), *((t.name, t.exercise) for t in waiting)]
    for test, exercise in pairs:
        seen[exercise] += 1
        numbers[test] = f"{exercises[exercise]}.{seen[exercise]}"
    return numbers


def _test(result: Result, place: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": f"{result.exercise}: {line(result.description)}",
        "number": place,
        "status": "passed" if result.outcome is Outcome.PASSED else "failed",
        "output": "\n".join([WORDS[result.outcome], *remarks(result)]),
        "tags": [result.exercise, str(result.outcome)],
        "visibility": SHOWN[result.visibility],
        "extra_data": {"test": result.test},
    }
    return entry | ({"score": result.score, "max_score": result.max_score} if result.max_score else {})


def _unjudged(test: Test, place: str, reason: str) -> dict[str, Any]:
    return {
        "name": f"{test.exercise}: {line(test.description)}",
        "number": place,
        "output": f"not judged: {reason}",
        "tags": [test.exercise, "not_judged"],
        "visibility": SHOWN[test.visibility],
        "extra_data": {"test": test.name},
    }


def _extra(report: Report) -> dict[str, Any]:
    """Return what is kept beside the results: where they come from, and nothing that helps to guess the salt."""
    kept = ("engine", "tests_sha256", "sandbox_level", "python", "numpy", "graded_at")
    return {
        "assignment": report.assignment,
        "status": str(report.status),
        "score": report.score,
        "max_score": report.max_score,
        "submission": {"name": line(report.file), "sha256": report.sha256},
        "exercises": [{"name": name, "score": got, "max_score": most} for name, got, most in report.exercise_scores()],
        "provenance": {name: getattr(report.provenance, name) for name in kept},
    }
