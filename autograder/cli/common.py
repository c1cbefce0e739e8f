"""What several verbs share: options, exit codes, the course, printing."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from autograder.course import Course

BROKEN = 3
PATH = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")
DB = click.option("--db", metavar="URL", help="Database of results, such as postgresql+psycopg://USER@HOST/NAME "
                  "(default: results.db in the folder of results).")  # fmt: skip
ROSTER = click.option("--roster", type=PATH, help="CSV of the class: id, and if you like name, email, section, …")


def open_course() -> "Course":
    """Return the course around the current folder; :class:`~autograder.errors.UsageError` where there is none."""
    from autograder.course import Course

    return Course.find(None)


def show(renderable: Any) -> None:
    """Print with rich, at full width when the output goes to a file."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False).print(renderable)
