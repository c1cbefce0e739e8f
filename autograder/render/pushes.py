"""What became of each push, as a table on a terminal and in a job summary."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from autograder.render.safe import line, markdown

if TYPE_CHECKING:
    from autograder.push.post import Line

COLUMNS = ("student", "assignment", "commit", "")
MOST_ROWS = 2_000  # GitHub shows summaries of 1 MiB at most


def table(told: "Sequence[Line]") -> Table:
    """Show one row per push or student; red where somebody has to act."""
    shown = Table(*COLUMNS, box=None, pad_edge=False)
    for one in told:
        style = "red" if one.problem else "magenta" if one.held else ""
        shown.add_row(line(one.student), line(one.assignment), line(one.sha[:7]), Text(line(one.said), style=style))
    return shown


def markdown_table(told: "Sequence[Line]") -> str:
    """Return the same in Markdown, those first that need somebody."""
    rows = sorted(told, key=lambda one: not (one.problem or one.held))[:MOST_ROWS]
    lines = ["", "| " + " | ".join(COLUMNS) + " |", "|---|---|---|---|"]
    for one in rows:
        cells = (one.student, one.assignment, one.sha[:7], ("⚠ " if one.problem or one.held else "") + one.said)
        lines.append("| " + " | ".join(markdown(cell) for cell in cells) + " |")
    left = len(told) - len(rows)
    return "\n".join(lines) + (f"\n\n… and {left} more" if left else "") + "\n"
