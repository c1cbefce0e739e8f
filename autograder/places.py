"""Where a submission defines its exercises: cell and line, for annotations. Looks at lines, parses no Python."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.submission import Submission

DEFINITION = re.compile(r"^(?:async def|def|class)\s+([A-Za-z_]\w*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name is defined last."""

    cell: int
    """Position among all cells, counted from 1."""
    line: int
    """Of the file, counted from 1; 1 where the file does not show it."""


def places(submission: Submission, text: str, names: Iterable[str]) -> dict[str, Place]:
    """Return the places of those names that the submission defines; ``text`` is the file itself.

    In a notebook that keeps a line of code on a line of its own, as Jupyter writes them, that line is meant.
    """
    wanted = set(names)
    cells = {
        name: number for number, source in submission.cells for name in DEFINITION.findall(source) if name in wanted
    }
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        code = line if submission.file.endswith(".py") else line.strip().removeprefix('"')
        if (match := DEFINITION.match(code)) and match.group(1) in wanted:
            lines[match.group(1)] = number
    return {name: Place(cell, lines.get(name, 1)) for name, cell in cells.items()}
