"""Reports as tables on a terminal, by rich."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.model import Outcome, Report, Result, Standing, Status
from autograder.render.safe import line

MARKS = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.RAISED: ("✗", "red"),
    Outcome.MISSING: ("–", "yellow"),
    Outcome.TIMED_OUT: ("⧗", "red"),
    Outcome.BROKEN: ("!", "magenta"),
}


def number(value: float) -> str:
    """Write points as people do: 10, 7.5."""
    return f"{value:g}"


def mark(outcome: Outcome) -> Text:
    """Return the sign and word of an outcome."""
    sign, colour = MARKS[outcome]
    return Text(f"{sign} {str(outcome).replace('_', ' ')}", style=colour)


def report(report: Report) -> RenderableType:
    """Show one report to staff: scores, every test with its detail, notes."""
    heading = f"{line(report.student)} · {report.assignment} · {score(report)}"
    table = Table("exercise", "test", "outcome", "points", "detail", box=None, pad_edge=False)
    previous = None
    for result in report.results:
        table.add_row(
            result.exercise if result.exercise != previous else "",
            result.test,
            mark(result.outcome),
            f"{number(result.score)}/{number(result.max_score)}" if result.max_score else "",
            Text(line(result.detail, 200)),
        )
        previous = result.exercise
    notes = [Text(f"note: {line(note)}") for note in report.notes]
    provenance = report.provenance
    foot = f"sandbox {provenance.sandbox_level} · salt {provenance.salt_id} · {provenance.seconds:.2f} s"
    return Group(Text(heading, style="bold"), table, *notes, Text(foot, style="dim"))


def score(report: Report) -> str:
    """Write the score, or why there is none."""
    if report.status is Status.HELD:
        return f"held: {sum(r.outcome is Outcome.BROKEN for r in report.results)} tests broke, no score is released"
    return f"{number(report.score)} of {number(report.max_score)}"


def summary(standings: Sequence[Standing]) -> RenderableType:
    """Show where everyone stands: one row each with the score of every exercise, then the notes on each."""
    table = Table("student", "status", "score", box=None, pad_edge=False)
    exercises = list(dict.fromkeys(name for item in standings for name, _, _ in item.exercises))
    for name in exercises:
        table.add_column(name, justify="right", overflow="fold")
    for item in standings:
        scores = {name: number(points) for name, points, _ in item.exercises}
        shown = [scores.get(name, "") for name in exercises]
        table.add_row(Text(line(item.student)), item.status, number(item.score), *shown)
    notes = [Text(f"{line(s.student)}: {line(note, 300)}", style="dim") for s in standings for note in s.notes]
    return Group(table, *notes)


def checks(results: Iterable[Result]) -> RenderableType:
    """Show public tests to the student: a sentence per test, and what went wrong."""
    table = Table.grid(padding=(0, 2))
    for result in results:
        said = Text(line(result.description))
        if result.outcome is not Outcome.PASSED:
            said.append(f"\n{line(result.detail)}", style="red")
            if result.hint:
                said.append(f"\nHint: {line(result.hint)}", style="italic")
        table.add_row(mark(result.outcome), result.exercise, said)
    return table
