"""Make a graded notebook of whatever a student handed in: their cells, with nbgrader's metadata where it belongs.

Students copy, delete, split and rename cells, and other editors drop metadata. nbgrader refuses such a notebook; here
every answer and every check finds its cell again, and a note says what was unusual. Pure; scores do not depend on it.
"""

import re
import warnings
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.submission import Submission

MISSING = "# {name}: no cell of the submission holds an answer"
SHARED = "# {name}: answered in a cell that answers another exercise too"


def readable(data: bytes, submission: Submission) -> NotebookNode:
    """Return the notebook as nbformat reads it or, if it is damaged, one of the code cells that can be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of missing and repeated ids, which get others below
            notebook: NotebookNode = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
            nbformat.validate(notebook)
    except Exception:  # noqa: BLE001 - strangers' JSON fails in many ways, and all mean the same
        notebook = new_notebook(cells=[new_code_cell(source) for _, source in submission.cells])
    return notebook


def adopt(submitted: NotebookNode, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Return the student's cells with the metadata of the ``released`` notebook, and notes on what had to be repaired.

    Every cell of the release that has nbgrader's metadata is there exactly once: an answer is the cell in which the
    exercise is last defined, and a locked cell has its own text again.
    """
    cells = [_clean(cell) for cell in submitted.cells]
    places = _Places(cells, [_grade_id(cell) for cell in submitted.cells])
    after: dict[int, list[NotebookNode]] = {}
    last = len(cells) - 1
    for cell in released.cells:
        metadata = cell.metadata.get("nbgrader")
        if metadata is None:
            continue
        place = places.find(metadata, cell)
        if place is None:
            new = new_code_cell(places.substitute(metadata, cell), id=cell.id, metadata={"nbgrader": metadata})
            after.setdefault(last, []).append(new)
        else:
            last = place
            cells[place].metadata["nbgrader"] = metadata
            if metadata["locked"]:
                cells[place].source = cell.source
    ordered = [*after.get(-1, [])]
    for i, cell in enumerate(cells):
        ordered += [cell, *after.get(i, [])]
    return new_notebook(cells=list(_with_own_ids(ordered)), metadata=released.metadata), places.notes


class _Places:
    """Where the cells of a release are found among those of a submission; each is given away once."""

    def __init__(self, cells: list[NotebookNode], ids: list[str]) -> None:
        self.cells, self.ids = cells, ids
        self.taken: set[int] = set()
        self.notes: list[str] = []

    def find(self, metadata: NotebookNode, cell: NotebookNode) -> int | None:
        """Return the index of the cell that takes this metadata, or None where there is none."""
        name = metadata["grade_id"]
        copies = [i for i, known in enumerate(self.ids) if known == name]
        if len(copies) > 1:
            self.notes.append(f"{len(copies)} cells are copies of {name}; the one that counts is marked")
        text = [i for i, other in enumerate(self.cells) if _is_code(other) and self._fits(other, metadata, cell)]
        candidates = [i for i in [*reversed(text), *copies] if i not in self.taken and _is_code(self.cells[i])]
        if not candidates:
            what = "shares its cell with another answer" if text else "was not found; it was put back"
            self.notes.append(f"cell {name} {what}")
            return None
        place = candidates[0]
        self.taken.add(place)
        if self.ids[place] != name:
            self.notes.append(f"cell {name} had lost its nbgrader metadata")
        return place

    def substitute(self, metadata: NotebookNode, cell: NotebookNode) -> str:
        """Return the text of a cell that takes the place of a missing one."""
        if metadata["locked"]:
            return str(cell.source)
        name = _exercise(metadata)
        shared = any(_defines(other.source, name) for other in self.cells if _is_code(other))
        return (SHARED if shared else MISSING).format(name=name)

    def _fits(self, other: NotebookNode, metadata: NotebookNode, cell: NotebookNode) -> bool:
        if metadata["locked"]:
            return bool(other.source.strip() == cell.source.strip())
        return _defines(other.source, _exercise(metadata))


def _exercise(metadata: NotebookNode) -> str:
    return str(metadata["grade_id"]).removeprefix("answer-")


def _defines(source: str, name: str) -> bool:
    return bool(
        re.search(rf"^(?:async +def|def|class) +{re.escape(name)}\b|^{re.escape(name)} *=", source, re.MULTILINE)
    )


def _is_code(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "code")


def _grade_id(cell: NotebookNode) -> str:
    metadata = cell.metadata.get("nbgrader")
    return str(metadata.get("grade_id", "")) if isinstance(metadata, dict) else ""


def _clean(cell: NotebookNode) -> NotebookNode:
    """Return a copy of a cell without outputs, and without metadata that could contradict the release's."""
    clean = NotebookNode(cell_type=cell.cell_type, source=cell.source, metadata=NotebookNode())
    clean["id"] = cell.get("id", "")
    if "attachments" in cell:
        clean["attachments"] = cell.attachments
    if _is_code(cell):
        clean |= {"outputs": [], "execution_count": None}
    return clean


def _with_own_ids(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Give a second cell of the same id, or one of none, an id of its own."""
    seen: set[str] = set()
    for number, cell in enumerate(cells, 1):
        if not cell.id or cell.id in seen:
            cell["id"] = f"cell-{number}"
        seen.add(cell.id)
        yield cell
