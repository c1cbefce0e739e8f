"""The table of ``autograder certify``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.render.terminal import number

if TYPE_CHECKING:
    from autograder.certify import ExerciseCertificate


def table(rows: "Sequence[ExerciseCertificate]") -> RenderableType:
    """Show one line per exercise, and every finding below."""
    columns = ("assignment", "exercise", "points", "tests", "solution", "release", "mistakes", "alternatives", "")
    shown = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        scores = [number(row.figure(name)) for name in ("solution", "release")]
        counts = (row.hidden_tests, *scores, row.figure("mistakes"), row.figure("alternatives"))
        verdict = Text("holds", style="green") if row.holds else Text("DOES NOT HOLD", style="bold red")
        shown.add_row(row.assignment, row.exercise, number(row.points), *map(str, counts), verdict)
    complaints = [
        Text(f"{row.assignment} {row.exercise}: {finding}", style="red") for row in rows for finding in row.findings
    ]
    return Group(shown, *complaints)
