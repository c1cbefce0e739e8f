"""``autograder results``: what counts for everyone, figures about the class, and the history of one student."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.common import DB, JSON, PATH, ROSTER, open_course, show
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.batch.rules import Attempt
    from autograder.batch.statistics import Spread, Statistics
    from autograder.model import Standing

HARDEST = 10  # tests that are shown


@click.command("results")
@click.argument("name")
@click.option("--out", type=PATH, help="Folder of results, as given to `grade` (default: results).")
@DB
@ROSTER
@click.option("--student", help="Show one student's attempts, and every grading of each.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the table of the class as CSV.")
@JSON
def command(
    name: str, out: Path | None, db: str | None, roster: Path | None, student: str | None, as_csv: bool, as_json: bool
) -> None:
    """Show the recorded results of assignment NAME: scores, statistics, history."""
    if as_csv and (as_json or student):
        raise UsageError("--csv is the table of the class: leave out --json and --student")
    from autograder.batch.run import open_keeping

    assignment = open_course().assignment(name)
    with closing(open_keeping(assignment, out, db, roster, existing=True)) as keeping:
        if student is not None:
            _show_history(keeping, assignment, student, as_json=as_json)
            return
        from autograder.batch.statistics import statistics_of

        standings = keeping.standings(assignment)
        if as_csv:
            from autograder.render.table import standings_csv

            click.echo(standings_csv(standings), nl=False)
            return
        figures = statistics_of(standings, keeping.counting(assignment, standings), assignment.points)
    if as_json:
        document = {
            "assignment": assignment.slug,
            "standings": [asdict(standing) for standing in standings],
            "statistics": asdict(figures),
        }
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        _show_class(standings, figures)


def _show_class(standings: "Sequence[Standing]", figures: "Statistics") -> None:
    from rich.table import Table

    from autograder.render import terminal

    show(terminal.summary(standings))
    table = Table("", "n", "of", "mean", "median", "quartiles", "range", box=None, pad_edge=False, title="Scores",
                  title_justify="left")  # fmt: skip
    table.add_row("total", *_cells(figures.total, figures.max_score))
    for name, possible, spread in figures.exercises:
        table.add_row(name, *_cells(spread, possible))
    show(table)
    hard = [test for test in figures.tests if test.share < 1][:HARDEST]
    if hard:
        tests = Table(
            "passed", "exercise", "test", box=None, pad_edge=False, title="Hardest tests", title_justify="left"
        )
        for test in hard:
            tests.add_row(f"{test.passed} of {test.n}", test.exercise, test.test)
        show(tests)
    without = {"held": figures.held, "missing": figures.missing, "excused": figures.excused}
    if any(without.values()):
        listed = ", ".join(f"{count} {status}" for status, count in without.items() if count)
        click.echo(f"{listed}: they have no score and are not in these figures")


def _cells(spread: "Spread", possible: float) -> list[str]:
    def cell(value: float | None) -> str:
        return "–" if value is None else f"{value:.4g}"

    quartiles = f"{cell(spread.lower_quartile)} – {cell(spread.upper_quartile)}"
    limits = f"{cell(spread.least)} – {cell(spread.greatest)}"
    return [str(spread.n), f"{possible:g}", cell(spread.mean), cell(spread.median), quartiles, limits]


def _show_history(keeping: Any, assignment: Any, student: str, *, as_json: bool) -> None:
    from rich.table import Table

    from autograder.front import nearest
    from autograder.render.safe import line
    from autograder.render.terminal import number

    history = keeping.results.history(assignment.slug, student)
    if not history:
        known = {attempt.student for attempt in keeping.results.attempts(assignment.slug)}
        raise UsageError(f"nothing is recorded of {line(student)} in {assignment.slug}{nearest(student, known)}")
    counts = keeping.rules.standing([now for now, _ in history]).attempt
    if as_json:
        attempts = [
            {"counts": now.number == counts, "gradings": [_document(attempt) for attempt in (*before, now)]}
            for now, before in history
        ]
        click.echo(json.dumps({"assignment": assignment.slug, "student": student, "attempts": attempts}, indent=1,
                              ensure_ascii=False))  # fmt: skip
        return
    table = Table(
        "attempt", "handed in", "file", "status", "score", "counts", "graded", "reason", box=None, pad_edge=False
    )
    for now, before in history:
        for grading in (*before, now):
            in_force = grading is now
            table.add_row(
                str(grading.number), f"{grading.submitted_at:%Y-%m-%d %H:%M %Z}", line(grading.file),
                grading.status, f"{number(grading.score)} of {number(grading.max_score)}",
                "yes" if in_force and now.number == counts else "" if in_force else "replaced",
                grading.graded_at, line(grading.reason),
            )  # fmt: skip
    show(table)


def _document(attempt: "Attempt") -> dict[str, Any]:
    return asdict(attempt) | {"submitted_at": attempt.submitted_at.isoformat()}
