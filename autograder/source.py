"""Read an assignment's ``source.py``: front matter, and cells in jupytext's percent format.

Pure: text in, dataclasses out. jupytext is slow to import, so grading reads the front matter alone
(:mod:`autograder.front`) and only building and certifying come here.
"""

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.errors import AuthoringError
from autograder.front import FrontMatter, header_lines, nearest, parse_front

Kind = Literal["markdown", "code", "exercise", "answer", "staff"]

CELL_TYPE_OF_TAG = {"exercise": "code", "answer": "markdown", "staff": None}
MARKER = re.compile(r"# ?%%")
EXERCISE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a source."""

    kind: Kind
    source: str
    """Text of the cell, without the comment signs of a Markdown cell."""
    line: int
    """Line of ``source.py`` on which the text starts."""
    exercise: str | None = None
    """Name of the exercise that an exercise cell defines."""


@dataclass(frozen=True, slots=True)
class Source:
    """An authored assignment: prose, exercises and their answers."""

    path: Path
    front: FrontMatter
    cells: tuple[Cell, ...]

    @property
    def exercises(self) -> tuple[str, ...]:
        """Names of the exercises, in order."""
        return tuple(cell.exercise for cell in self.cells if cell.exercise)

    @property
    def solution(self) -> tuple[str, ...]:
        """The code cells of a complete answer, in order; staff cells are no part of it."""
        return tuple(cell.source for cell in self.cells if cell.kind in ("code", "exercise"))


def parse_source(text: str, path: Path) -> Source:
    """Read a whole source; raises :class:`~autograder.errors.AuthoringError` with the line of whatever is wrong."""
    front = parse_front(text, path)
    cells = _cells(text, path)
    _check_exercises(cells, path)
    return Source(path, front, cells)


def heading_line(markdown: str) -> int | None:
    """Return the index of the last line of a Markdown text that is a heading, outside fenced code; None without one."""
    found, fence = None, ""
    for i, line in enumerate(markdown.split("\n")):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        elif not fence and re.match(r"#{1,6} ", line):
            found = i
    return found


def _cells(text: str, path: Path) -> tuple[Cell, ...]:
    """Split the source where cells start, and let jupytext read them one by one, so that the line of each is known."""
    lines, markers = text.split("\n"), _markers(text, path)
    start = len(header_lines(text, path)) + 3  # the first line after the front matter
    for number, line in enumerate(lines[start - 1 : markers[0] - 1 if markers else None], start):
        if line.strip():
            raise AuthoringError("expected a cell to start here with `# %%`", path, number)
    ends = [*markers[1:], len(lines) + 1]
    return tuple(_cell(lines[a - 1 : b - 1], a, path) for a, b in zip(markers, ends, strict=True))


def _markers(text: str, path: Path) -> list[int]:
    """Return the lines on which cells start: comments at column 0, never text inside a string."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise _syntax_error(error, path) from None
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)  # what parses has tokens
    return [
        token.start[0]
        for token in tokens
        if token.type == tokenize.COMMENT and token.start[1] == 0 and MARKER.match(token.string)
    ]


def _cell(lines: list[str], marker: int, path: Path) -> Cell:
    """Read one cell, of which the first line is its marker."""
    import jupytext
    from nbformat import ValidationError

    try:
        cell, *others = jupytext.reads("\n".join(lines), fmt="py:percent").cells
    except ValidationError:
        raise _marker_error(path, marker) from None
    if others:
        message = "a comment in this cell would start another one; write cell starts as `# %%` at column 0"
        raise AuthoringError(message, path, marker)
    source = cell.source.lstrip("\n")
    line = marker + 1 + len(cell.source) - len(source)
    kind = _kind(cell, marker, path)
    if cell.cell_type == "markdown":
        return Cell(kind, source, line)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise _syntax_error(error, path, line) from None
    return Cell(kind, source, line, _exercise(tree, line, path) if kind == "exercise" else None)


def _kind(cell: Any, marker: int, path: Path) -> Kind:
    """Tell a cell's kind from its type and tags; anything unknown is refused, since it might have meant "hide"."""
    extra = set(cell.metadata) - {"tags", "lines_to_next_cell", "lines_to_end_of_cell_marker"}
    tags = cell.metadata.get("tags", [])
    if extra or cell.cell_type not in ("markdown", "code"):
        raise _marker_error(path, marker)
    for tag in tags:
        if tag not in CELL_TYPE_OF_TAG:
            known = ", ".join(CELL_TYPE_OF_TAG)
            hint = nearest(str(tag), CELL_TYPE_OF_TAG)
            raise AuthoringError(f"unknown tag {tag!r}, expected one of {known}{hint}", path, marker)
    if len(tags) > 1:
        raise AuthoringError(f"a cell has one tag, found {', '.join(tags)}", path, marker)
    if not tags:
        return "markdown" if cell.cell_type == "markdown" else "code"
    kind: Kind = tags[0]
    if CELL_TYPE_OF_TAG[kind] not in (None, cell.cell_type):
        raise AuthoringError(f"a cell tagged {kind} is a {CELL_TYPE_OF_TAG[kind]} cell", path, marker)
    return kind


def _exercise(tree: ast.Module, line: int, path: Path) -> str:
    """Return the name of the one definition in an exercise cell."""
    for i, statement in enumerate(tree.body):
        if i > 0 or not isinstance(statement, DEFINITIONS):
            message = "an exercise cell holds exactly one function or class; move everything else to another cell"
            raise AuthoringError(message, path, line + statement.lineno - 1)
    if not tree.body:
        raise AuthoringError("an exercise cell holds exactly one function or class, found none", path, line)
    definition = tree.body[0]
    assert isinstance(definition, DEFINITIONS)
    if not EXERCISE_NAME.fullmatch(definition.name):
        message = f"{definition.name!r} cannot name an exercise: use up to 50 letters a-z, digits and _, a letter first"
        raise AuthoringError(message, path, line + definition.lineno - 1)
    return definition.name


def _check_exercises(cells: tuple[Cell, ...], path: Path) -> None:
    """Check what concerns several cells: names once only, no answer outside its exercise, a heading for the points."""
    places: dict[str, int] = {}
    for before, cell in zip((None, *cells), cells, strict=False):
        if cell.exercise is None:
            continue
        if cell.exercise in places:
            message = f"exercise {cell.exercise!r} was defined before, at line {places[cell.exercise]}"
            raise AuthoringError(message, path, cell.line)
        places[cell.exercise] = cell.line
        if before is None or before.kind != "markdown" or heading_line(before.source) is None:
            message = f"exercise {cell.exercise!r} needs a Markdown cell with a heading (`## …`) directly before it"
            raise AuthoringError(message, path, cell.line)
    if not places:
        raise AuthoringError('the source has no exercise: no cell is tagged tags=["exercise"]', path)
    for cell in cells:
        if cell.kind != "code":
            continue
        for statement in ast.parse(cell.source).body:
            if isinstance(statement, DEFINITIONS) and statement.name in places:
                message = f"{statement.name} is an exercise; this cell has no tag, so students would see its answer"
                raise AuthoringError(message, path, cell.line + statement.lineno - 1)


def _marker_error(path: Path, line: int) -> AuthoringError:
    return AuthoringError('a cell starts with `# %%`, perhaps [markdown], perhaps tags=["…"], no more', path, line)


def _syntax_error(error: SyntaxError, path: Path, line: int = 1) -> AuthoringError:
    """Place a Python syntax error inside the source, of which the failing text starts on ``line``."""
    message = f"this is not valid Python (a source holds no magics): {error.msg}"
    return AuthoringError(message, path, line + (error.lineno or 1) - 1)
