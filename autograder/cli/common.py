"""What several verbs share: options, exit codes, the course, printing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.model import Report

BROKEN = 3
PATH = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")
DB = click.option("--db", metavar="URL", help="Database of results, such as postgresql+psycopg://USER@HOST/NAME "
                  "(default: results.db in the folder of results).")  # fmt: skip
LEVEL = click.option("--require-level", type=click.Choice(["L1", "L2", "L3"]), default="L2", show_default=True,
                     help="Weakest confinement of student code that will do.")  # fmt: skip
ROSTER = click.option("--roster", type=PATH, help="CSV of the class: id, and if you like name, "
                      "email, section, lms_id, excused, late_penalty, …")  # fmt: skip


def open_course() -> "Course":
    """Return the course around the current folder; :class:`~autograder.errors.UsageError` where there is none."""
    from autograder.course import Course

    return Course.find(None)


def show(renderable: Any) -> None:
    """Print with rich, at full width when the output goes to a file."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False).print(renderable)


@contextmanager
def progress(
    what: str, total: int, *, hidden: bool = False, said: Callable[[Any], str] | None = None
) -> Iterator[Callable[[Any], None]]:
    """Call the yielded function with each thing done: a bar with rate and time left, or where no terminal is, a line.

    ``said`` turns a thing into its line; without it, nothing is printed where no terminal is.
    """
    if hidden or total < 2:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield _line_for_each(total, said) if said else lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} a minute,"), TimeRemainingColumn(), TextColumn("left"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total, rate="–")

        def advance(_: Any) -> None:
            bar.advance(task)
            speed = bar.tasks[0].speed
            bar.update(task, rate=f"{60 * speed:.0f}" if speed else "–")

        yield advance


def score_of(report: "Report") -> str:
    """Return a log's line on a report."""
    from autograder.render.safe import line
    from autograder.render.terminal import score

    return f"{line(report.student)}: {score(report)}"


def _line_for_each(total: int, said: Callable[[Any], str]) -> Callable[[Any], None]:
    count = 0

    def say(thing: Any) -> None:
        nonlocal count
        count += 1
        click.echo(f"{count}/{total} {said(thing)}", err=True)

    return say
