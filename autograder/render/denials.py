"""The table of ``autograder denied``."""

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from autograder.render.safe import line

if TYPE_CHECKING:
    from autograder.sandbox.tracer import Denial

MEANING = {
    "EPERM": "no program may do this",
    "EACCES": "this file is not among the readable ones",
    "ENOENT": "hidden: it exists outside the sandbox only",
    "EROFS": "nothing can be written here",
}


def table(denials: "Counter[Denial]") -> RenderableType:
    """Show each refused call with its cell; what the program chose is neutralised."""
    if not denials:
        return Text("No call was denied while the cells ran.", style="green")
    rows = Table("cell", "call", "of", "times", "why", box=None, pad_edge=False)
    for denial, times in sorted(denials.items()):
        shown = (denial.cell or "before the cells", denial.call, denial.what)
        rows.add_row(*(Text(line(text)) for text in shown), str(times), MEANING.get(denial.answer, denial.answer))
    return rows
