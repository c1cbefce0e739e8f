"""Read an assignment's ``source.py``: front matter, and cells in jupytext's percent format.

Pure: text in, dataclasses out. The front matter alone is cheap to read (:func:`parse_front`) and is all that
grading needs; the cells are read by jupytext, which is slow to import and is needed only to build and certify.
"""

import ast
import difflib
import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from autograder.errors import AuthoringError
from autograder.model import Limits

Kind = Literal["markdown", "code", "exercise", "answer", "staff"]

IMPORTS = ("numpy", "math", "itertools", "functools", "collections", "dataclasses", "typing", "matplotlib")
IGNORED_KEYS = {"jupytext", "jupyter", "kernelspec"}  # written by editors that pair the script with a notebook
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
class FrontMatter:
    """What the YAML block at the top of a source says about the whole assignment."""

    title: str
    chapter: str | int
    points: float
    summary: str
    """One sentence for the index of assignments."""
    imports: tuple[str, ...] = IMPORTS
    """Top-level modules that students may import."""
    limits: Limits = field(default_factory=Limits)


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


def parse_front(text: str, path: Path) -> FrontMatter:
    """Read the front matter alone; raises :class:`~autograder.errors.AuthoringError` with the line of its fault."""
    import yaml

    header = _header(text, path)
    try:
        data = yaml.safe_load("\n".join(header))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise AuthoringError(f"the front matter is not valid YAML: {error.problem}", path, line) from None
    if not isinstance(data, dict):
        raise AuthoringError(f"the front matter is {_named(data)}, expected `key: value` lines", path)
    return _Front(text, path, data).read()


def line_of(text: str, key: str) -> int:
    """Return the line of the front matter that sets a key, or 1."""
    pattern = re.compile(rf"#\s*{re.escape(key)}\s*:")
    return next((i for i, line in enumerate(text.split("\n"), 1) if pattern.match(line)), 1)


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


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean X?" for the known word most like this one, or ""."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


# ---- front matter ----------------------------------------------------------------------------------------------


def _header(text: str, path: Path) -> list[str]:
    """Return the lines between the two ``# ---`` lines, without their comment signs."""
    lines = text.split("\n")
    if lines[0].rstrip() != "# ---":
        raise AuthoringError("expected the front matter to start here with `# ---`", path)
    header: list[str] = []
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() == "# ---":
            return header
        if not line.startswith("#"):
            raise AuthoringError("expected the front matter to end here with `# ---`", path, number)
        header.append(line.removeprefix("#").removeprefix(" "))
    raise AuthoringError("the front matter does not end with `# ---`", path, len(lines))


class _Front:
    """Checks the front matter key by key."""

    def __init__(self, text: str, path: Path, data: dict[Any, Any]) -> None:
        self.text, self.path = text, path
        self.data = {str(key): value for key, value in data.items() if key not in IGNORED_KEYS}

    def read(self) -> FrontMatter:
        known = [field.name for field in fields(FrontMatter)]
        for key in self.data:
            if key not in known:
                raise self._error(f"the front matter has an unknown key {key!r}{nearest(key, known)}", key)
        return FrontMatter(
            title=self._take("title", _is_text, "a text"),
            chapter=self._take("chapter", _is_text_or_int, "a whole number or a text"),
            points=float(self._take("points", _is_positive, "a positive number")),
            summary=self._take("summary", _is_text, "a sentence"),
            imports=tuple(self._take("imports", _is_names, "a list of module names", list(IMPORTS))),
            limits=self._limits(),
        )

    def _limits(self) -> Limits:
        limits = self._take("limits", lambda value: isinstance(value, dict), "a mapping such as {call: 10}", {})
        known = [field.name for field in fields(Limits)]
        for key, value in limits.items():
            if key not in known:
                raise self._error(f"there is no limit {key!r}, only {', '.join(known)}", "limits")
            if not _is_positive(value):
                raise self._error(f"the limit {key} is {value!r}, expected a positive number", "limits")
        return Limits(**limits)

    def _take(self, key: str, is_valid: Any, expected: str, default: Any = None) -> Any:
        value = self.data.get(key, default)
        if value is None:
            raise self._error(f"the front matter has no `{key}`, expected {expected}", key)
        if not is_valid(value):
            raise self._error(f"{key} is {value!r}, expected {expected}", key)
        return value

    def _error(self, message: str, key: str) -> AuthoringError:
        return AuthoringError(message, self.path, line_of(self.text, key))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_text_or_int(value: Any) -> bool:
    return _is_text(value) or type(value) is int


def _is_positive(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < float("inf")


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name.isidentifier() for name in value)


def _named(value: Any) -> str:
    return "empty" if value is None else f"a {type(value).__name__}"


# ---- cells -----------------------------------------------------------------------------------------------------


def _cells(text: str, path: Path) -> tuple[Cell, ...]:
    """Read the cells with jupytext and find the line of each."""
    import jupytext

    markers = _markers(text, path)
    lines = text.split("\n")
    start = len(_header(text, path)) + 2
    while start < len(lines) and not lines[start].strip():
        start += 1
    if start + 1 not in markers:
        raise AuthoringError("expected a cell to start here with `# %%`", path, start + 1)
    found = jupytext.reads("\n".join(lines[start:]), fmt="py:percent").cells
    if len(found) != len(markers):
        raise AuthoringError("some comment would start a cell; only `# %%` at column 0 outside strings may", path)
    return tuple(_cell(cell, line, path) for cell, line in zip(found, markers, strict=True))


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


def _cell(cell: Any, marker: int, path: Path) -> Cell:
    """Check one of jupytext's cells and give it its kind, line and exercise."""
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
    if extra or not isinstance(tags, list) or cell.cell_type not in ("markdown", "code"):
        raise AuthoringError('a cell starts with `# %%`, perhaps [markdown], perhaps tags=["…"], no more', path, marker)
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
                message = (
                    f"{statement.name} is an exercise; this cell has no tag, so students would see an answer to it"
                )
                raise AuthoringError(message, path, cell.line + statement.lineno - 1)


def _syntax_error(error: SyntaxError, path: Path, line: int = 1) -> AuthoringError:
    """Place a Python syntax error inside the source, of which the failing text starts on ``line``."""
    message = f"this is not valid Python (a source holds no magics): {error.msg}"
    return AuthoringError(message, path, line + (error.lineno or 1) - 1)
