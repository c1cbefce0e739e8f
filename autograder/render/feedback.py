"""The part of a report that its student may see.

For a hidden test: the sentence, the outcome and the hint. Never an input, a value, or text that the student's own
code produced during the call, since a function can return or raise what it was given.
"""

from collections.abc import Callable

from autograder.model import Outcome, Report, Result, Status, Visibility
from autograder.render.safe import line, markdown
from autograder.render.terminal import number

WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "wrong answer",
    Outcome.RAISED: "raised an exception",
    Outcome.MISSING: "not defined",
    Outcome.TIMED_OUT: "took too long",
    Outcome.BROKEN: "could not be judged",
}
HELD = "Your submission could not be judged completely, through no fault of yours; your instructor sees why."


def feedback(report: Report) -> str:
    """Return a report's feedback as Markdown."""
    lines = [f"# {report.assignment}: {markdown(report.student)}", ""]
    if report.status is Status.HELD:
        lines += [HELD, ""]
        return "\n".join(lines)
    lines += [f"**Score: {number(report.score)} of {number(report.max_score)}**", ""]
    lines += [f"- Note: {markdown(note)}" for note in report.notes]
    for name, points, possible in report.exercise_scores():
        lines += ["", f"## {name}: {number(points)} of {number(possible)}", "", *exercise_feedback(report, name)]
    return "\n".join(lines) + "\n"


def exercise_feedback(report: Report, exercise: str) -> list[str]:
    """Return the Markdown lines on one exercise: a list with an item for each test."""
    if report.status is Status.HELD:
        return [HELD]
    shown = (Visibility.VISIBLE, Visibility.HIDDEN)
    results = [r for r in report.results if r.exercise == exercise and r.visibility in shown]
    return [entry for result in results for entry in _entry(result)]


def _entry(result: Result) -> list[str]:
    box = "x" if result.outcome is Outcome.PASSED else " "
    worth = f" ({number(result.score)} of {number(result.max_score)})" if result.max_score else ""
    lines = [f"- [{box}] {line(result.description)} *{WORDS[result.outcome]}*{worth}"]
    return lines + [f"  - {remark}" for remark in remarks(result, markdown)]


def remarks(result: Result, shown: Callable[[str], str] = line) -> list[str]:
    """Return what a student may read about a result besides its outcome: a public test's detail, and the hint."""
    if result.outcome is Outcome.PASSED:
        return []
    detail = [shown(result.detail)] if result.detail and result.visibility is Visibility.VISIBLE else []
    return detail + ([f"Hint: {line(result.hint)}"] if result.hint else [])
