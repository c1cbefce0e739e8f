"""What several verbs share: options, exit codes, the course, printing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from autograder.course import Course

BROKEN = 3
PATH = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")


def open_course() -> "Course":
    """Return the course around the current folder; :class:`~autograder.errors.UsageError` where there is none."""
    from autograder.course import Course

    return Course.find(None)


def show(renderable: Any) -> None:
    """Print with rich, at full width when the output goes to a file."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False).print(renderable)


@contextmanager
def progress(what: str, total: int, *, hidden: bool = False) -> Iterator[Callable[[Any], None]]:
    """Show a bar on a terminal; call the yielded function with each thing that is done."""
    if hidden or total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda _: bar.advance(task)
