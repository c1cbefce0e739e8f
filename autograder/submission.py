"""Read what a student handed in: bytes of a notebook or script to numbered code cells.

Notebooks are JSON written by strangers. Nothing here parses Python or renders anything; damaged cells are noted and
passed over, and a file that cannot be read at all is one clear sentence.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograder.errors import UnreadableSubmission
from autograder.wire import describe

MAX_BYTES = 20 << 20
MAX_CELLS = 2_000
MAX_CODE = 2 << 20  # characters of code in all cells together
CELL_START = re.compile(r"^# ?%%(?P<rest>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's file for one assignment."""

    student: str
    file: str
    """Name of the file as it was handed in."""
    sha256: str
    cells: tuple[tuple[int, str], ...] = ()
    """Code cells: position among all cells, counted from 1, and source."""
    notes: tuple[str, ...] = ()
    unreadable: str = ""
    """Why the file could not be read, or ``""``."""


def read_submission(data: bytes, file: str, student: str) -> Submission:
    """Read a submission; one that cannot be read carries the reason instead of cells."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        cells, notes = script_cells(data) if file.endswith(".py") else notebook_cells(data)
    except UnreadableSubmission as error:
        return Submission(student, file, digest, unreadable=f"{file} cannot be read: {error}")
    size = sum(len(source) for _, source in cells)
    if size > MAX_CODE:
        reason = f"it holds {size:,} characters of code, more than {MAX_CODE:,}"
        return Submission(student, file, digest, unreadable=f"{file} cannot be read: {reason}")
    return Submission(student, file, digest, tuple(cells), tuple(notes))


def script_cells(data: bytes) -> tuple[list[tuple[int, str]], list[str]]:
    """Split a Python script at its ``# %%`` lines; a script without them is one cell."""
    text = _text(data)
    starts = [0, *(match.start() for match in CELL_START.finditer(text)), len(text)]
    blocks = [text[a:b] for a, b in pairwise(starts) if text[a:b].strip()]
    if len(blocks) > MAX_CELLS:
        raise UnreadableSubmission(f"it has {len(blocks):,} cells, more than {MAX_CELLS:,}")
    return [(i, block) for i, block in enumerate(blocks, 1) if "[markdown]" not in block.partition("\n")[0]], []


def notebook_cells(data: bytes) -> tuple[list[tuple[int, str]], list[str]]:
    """Return the code cells of a notebook, of nbformat 3 or 4, and notes on cells that could not be read."""
    if len(data) > MAX_BYTES:
        raise UnreadableSubmission(f"it has {len(data) >> 20} MB, more than {MAX_BYTES >> 20} MB; clear its outputs")
    if not data.strip():
        raise UnreadableSubmission("it is empty")
    try:
        notebook = json.loads(_text(data))
    except RecursionError:
        raise UnreadableSubmission("it is nested too deeply to be a notebook") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableSubmission(f"it is not a notebook: no valid JSON{where}; download it again") from None
    cells = _cell_list(notebook)
    if len(cells) > MAX_CELLS:
        raise UnreadableSubmission(f"it has {len(cells):,} cells, more than {MAX_CELLS:,}")
    code: list[tuple[int, str]] = []
    notes: list[str] = []
    for number, cell in enumerate(cells, 1):
        source = _source(cell)
        if source is None:
            notes.append(f"cell {number} is damaged and was passed over")
        elif cell.get("cell_type") == "code" and source.strip():
            code.append((number, source))
    return code, notes


def _cell_list(notebook: Any) -> list[Any]:
    """Find the list of cells in notebook JSON of any version."""
    if not isinstance(notebook, dict):
        raise UnreadableSubmission(f"it is not a notebook: its JSON is {describe(notebook)}, expected an object")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [_upgraded(cell) for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise UnreadableSubmission("it is not a notebook: its JSON has no list of cells")
    return cells


def _upgraded(cell: Any) -> Any:
    """Give a cell of nbformat 3 the field that version 4 calls ``source``."""
    return cell | {"source": cell.get("input")} if isinstance(cell, dict) and "input" in cell else cell


def _source(cell: Any) -> str | None:
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise UnreadableSubmission("it is not UTF-8 text") from None
