"""``autograder grade``: hidden and public tests for submissions."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.common import BROKEN, JSON, PATH, open_course, show
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.model import Report

FILES_PER_WORKER = 8  # starting a worker costs about as much as grading this many submissions


@click.command("grade")
@click.argument("name")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--out", type=PATH, help="Folder for a report per student, feedback and summary.csv; resumes there.")
@click.option("--workers", type=click.IntRange(min=1), help="Grading processes (default: as many as pay off).")
@click.option("--require-level", type=click.Choice(["L1", "L2", "L3"]), default="L2", show_default=True,
              help="Weakest confinement of student code that will do.")  # fmt: skip
@click.option("--allow-unsafe", is_flag=True, help="Grade even where code cannot be confined; reports say so.")
@click.option("--to-gradebook", metavar="URL", help="Write the scores to an nbgrader gradebook: an SQLAlchemy URL.")
@JSON
def command(
    name: str, paths: tuple[Path, ...], out: Path | None, workers: int | None, require_level: str,
    allow_unsafe: bool, to_gradebook: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Grade submissions of assignment NAME: notebooks, scripts, or folders of them at PATHS."""
    from autograder.batch import Results, find_submissions, grade_all
    from autograder.platforms.export import gradebook_writer

    course = open_course()
    assignment = course.assignment(name)
    found = find_submissions(paths, assignment.slug)
    if not found.files and not found.problems:
        raise UsageError(f"no notebook (.ipynb) or script (.py) in {', '.join(map(str, paths))}")
    if workers is None:
        workers = min(os.cpu_count() or 1, -(-len(found.files) // FILES_PER_WORKER))
    level = "L0" if allow_unsafe else require_level
    with (
        gradebook_writer(assignment, to_gradebook) as record,
        _progress(len(found.files), hidden=as_json) as advance,
    ):

        def done(report: "Report") -> None:
            record(report)
            advance(report)

        reports = grade_all(
            course, assignment.slug, found.files,
            require_level=level, workers=workers, results=Results(out) if out else None, done=done,
        )  # fmt: skip
    for problem in found.problems:
        click.echo(f"autograder: {problem}", err=True)
    _print_reports(reports, as_json=as_json, single=len(paths) == 1 and paths[0].is_file())
    if any(report.status == "held" for report in reports):
        click.echo("autograder: a test broke, so reports are held; the detail column says where", err=True)
        sys.exit(BROKEN)
    sys.exit(2 if found.problems else 0)


def _print_reports(reports: "list[Report]", *, as_json: bool, single: bool) -> None:
    from autograder.render import terminal

    if as_json:
        documents = [report.as_dict() for report in reports]
        click.echo(json.dumps(documents[0] if single and documents else documents, indent=1, ensure_ascii=False))
    elif single and reports:
        show(terminal.report(reports[0]))
    elif reports:
        show(terminal.summary(reports))


@contextmanager
def _progress(total: int, *, hidden: bool) -> Iterator[Any]:
    """Show a bar on a terminal; call the yielded function with each report."""
    if hidden or total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("grading", total=total)
        yield lambda _: progress.advance(task)
