"""What several verbs share: options, exit codes, the course, printing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from autograder.batch.run import Keeping
    from autograder.course import Assignment, Course
    from autograder.model import Report

BROKEN = 3
PATH = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")
DB = click.option("--db", metavar="URL", help="Database of results, such as postgresql+psycopg://USER@HOST/NAME "
                  "(default: results.db in the folder of results).")  # fmt: skip
LEVEL = click.option("--require-level", type=click.Choice(["L1", "L2", "L3"]), default="L2", show_default=True,
                     help="Weakest confinement of student code that will do.")  # fmt: skip
ROSTER = click.option("--roster", type=PATH, help="CSV of the class: id, and if you like name, email, section, …")


def open_course() -> "Course":
    """Return the course around the current folder; :class:`~autograder.errors.UsageError` where there is none."""
    from autograder.course import Course

    return Course.find(None)


def open_keeping(
    assignment: "Assignment", out: Path | None, db: str | None, roster: Path | None, *, existing: bool = False
) -> "Keeping":
    """Open what results are kept in: a folder, a database, both or neither. It has to be closed.

    With ``existing`` they must be there already: those of the folder ``results`` if none is named.
    """
    from autograder.batch.folder import Folder
    from autograder.batch.roster import Roster, read_roster
    from autograder.batch.run import Keeping

    if existing and out is None and db is None:
        out = Path("results")
    people = read_roster(roster) if roster else Roster()
    folder = Folder(out) if out else None
    if folder is None and db is None:  # a single verdict: nothing of the database is even imported
        return Keeping(roster=people)
    from autograder.batch.database import Database
    from autograder.batch.results import Results
    from autograder.batch.rules import read_rules

    rules = read_rules(assignment.course.solutions, assignment.slug, assignment.course.names())
    if db:
        return Keeping(Results(Database(db, existing=existing)), folder, rules, people)
    assert folder is not None
    return Keeping(Results(Database.in_file(folder.database, existing=existing)), folder, rules, people)


def show(renderable: Any) -> None:
    """Print with rich, at full width when the output goes to a file."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False).print(renderable)


@contextmanager
def progress(total: int, *, hidden: bool) -> Iterator[Any]:
    """Call the yielded function with each report: a bar with rate and time left on a terminal, else a line for each."""
    if hidden or total < 2:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield _line_for_each(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("grading"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} a minute,"), TimeRemainingColumn(), TextColumn("left"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("grading", total=total, rate="–")

        def advance(_: "Report") -> None:
            progress.advance(task)
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{60 * speed:.0f}" if speed else "–")

        yield advance


def _line_for_each(total: int) -> Any:
    from autograder.render.safe import line
    from autograder.render.terminal import score

    count = 0

    def say(report: "Report") -> None:
        nonlocal count
        count += 1
        click.echo(f"{count}/{total} {line(report.student)}: {score(report)}", err=True)

    return say
