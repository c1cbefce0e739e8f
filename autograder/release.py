"""From a source to notebooks: the student's version, and the solved one.

An exercise keeps its signature, decorators and docstring; of the bodies nothing survives unless it is told to:
statements marked ``# given`` and hints written ``#: …``. All of it is decided on the syntax tree, so a forgotten
marker hides too much and never too little.
"""

import ast
import hashlib
import io
import math
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.errors import AuthoringError
from autograder.source import DEFINITIONS, Cell, Source, heading_line

GIVEN = re.compile(r"(^|\s)#\s*given$")
ANSWER = "*Your answer here*"
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def release(source: Source, points: dict[str, float], slug: str) -> NotebookNode:
    """Return the notebook that students get; ``points`` holds what each exercise is worth.

    Raises :class:`~autograder.errors.AuthoringError` for an exercise that cannot be stripped.
    """
    texts = []
    for cell, after in zip(source.cells, (*source.cells[1:], None), strict=True):
        if cell.kind == "exercise":
            texts.append(strip(cell, source.path))
        elif cell.kind == "answer":
            texts.append(ANSWER)
        elif after and after.exercise:
            texts.append(with_points(cell.source, points[after.exercise]))
        else:
            texts.append(cell.source)
    worth = {exercise: _number(points[exercise]) for exercise in source.exercises}
    return _notebook(source, texts, {"assignment": slug, "exercises": worth})


def solution_notebook(source: Source, slug: str) -> NotebookNode:
    """Return the same notebook with all answers in it and the same cell ids, as a perfect student would hand it in."""
    return _notebook(source, [cell.source for cell in source.cells], {"assignment": slug})


def solution_script(source: Source) -> str:
    """Return all answers as a plain Python script with ``# %%`` between its cells."""
    return "\n\n".join(f"# %%\n{code}" for code in source.solution) + "\n"


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook as JSON text, the same bytes every time, with a newline at the end."""
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n") + "\n"


def with_points(markdown: str, points: float) -> str:
    """Append the points to the last heading of a Markdown text."""
    at = heading_line(markdown)
    assert at is not None, "parse_source refuses an exercise without a heading"
    lines = markdown.split("\n")
    lines[at] = f"{lines[at].rstrip()} ({_number(points)} point{'s' * (points != 1)})"
    return "\n".join(lines)


def strip(cell: Cell, path: Path) -> str:
    """Return the student's version of an exercise cell; always valid Python."""
    return _Stripper(cell, path).text()


class Part(NamedTuple):
    """Lines that survive, and the line of the cell that orders them among the others."""

    place: float
    lines: list[str]


class _Stripper:
    """One exercise cell, its syntax tree and its comments."""

    def __init__(self, cell: Cell, path: Path) -> None:
        self.cell, self.path = cell, path
        self.lines = cell.source.split("\n")
        self.tokens = list(tokenize.generate_tokens(io.StringIO(cell.source).readline))
        comments = [token for token in self.tokens if token.type == tokenize.COMMENT]
        self.hints = {t.start: t.string.removeprefix("#:").strip() for t in comments if t.string.startswith("#:")}
        self.given = {t.start[0] for t in comments if GIVEN.search(t.string)}
        self.gaps = 0

    def text(self) -> str:
        definition = ast.parse(self.cell.source).body[0]
        assert isinstance(definition, DEFINITIONS)
        text = "\n".join(self._definition(definition, definition.name, len(self.lines) + 1))
        if self.given:
            message = "`# given` keeps whole statements of a body: put it on the first line of one, not inside a block"
            raise self._error(message, min(self.given))
        if self.hints:
            raise self._error("a hint `#: …` stands inside the body that it helps to write", min(self.hints)[0])
        if not self.gaps:
            raise self._error(
                f"{definition.name} leaves nothing to solve: no statement is taken out", definition.lineno
            )
        return text

    def _definition(self, node: Definition, name: str, stop: int) -> list[str]:
        """Return the stripped lines of a definition that ends before line ``stop``."""
        colon = self._colon(node)
        if node.body[0].lineno == colon[0]:
            raise self._error(f"the body of {name} must start on its own line", colon[0])
        for one, other in pairwise(node.body):
            if _first_line(other) <= _last_line(one):
                raise self._error(f"two statements of {name} share a line; give each its own", other.lineno)
        lines = [*self.lines[_first_line(node) - 1 : colon[0] - 1], self.lines[colon[0] - 1][: colon[1] + 1]]
        indent = self.lines[node.body[0].lineno - 1][: node.body[0].col_offset]
        body = node.body
        if ast.get_docstring(node, clean=False) is not None:
            lines.append(f"{indent}{ast.get_source_segment(self.cell.source, body[0])}")
            body = body[1:]
        if isinstance(node, ast.ClassDef):
            parts = self._class_body(body, name, stop)
        else:
            parts = self._function_body(body, name, indent)
        parts += self._hints(colon, stop, node.col_offset, indent)
        kept = [line for part in sorted(parts, key=_place) for line in part.lines]
        if isinstance(node, ast.ClassDef) and not kept:
            kept = [f"{indent}pass"]
        return lines + kept

    def _function_body(self, body: list[ast.stmt], name: str, indent: str) -> list[Part]:
        """Return given statements, and one ``raise`` for all that is missing.

        It stands at the end, or before the first given statement that comes after a gap.
        """
        kept, place = [], None
        for statement in body:
            if self._take_given(statement):
                kept.append(self._verbatim(statement))
                if place == math.inf:
                    place = kept[-1].place - 0.5
            elif place is None:
                place = math.inf
        if place is not None:
            self.gaps += 1
            kept.append(Part(place, [f'{indent}raise NotImplementedError("{name}")']))
        return kept

    def _class_body(self, body: list[ast.stmt], name: str, stop: int) -> list[Part]:
        """Return methods stripped, with a blank line before each, and given statements; attributes go."""
        kept = []
        for statement, after in zip(body, [*body[1:], None], strict=True):
            if self._take_given(statement):
                part = self._verbatim(statement)
            elif isinstance(statement, DEFINITIONS):
                end = _first_line(after) if after else stop
                lines = self._definition(statement, f"{name}.{statement.name}", end)
                part = Part(_first_line(statement), lines)
            else:
                continue
            if isinstance(statement, DEFINITIONS):
                part.lines.insert(0, "")
            kept.append(part)
        return kept

    def _hints(self, start: tuple[int, int], stop: int, column: int, indent: str) -> list[Part]:
        """Take the hints that lie between a header and line ``stop``, right of ``column``."""
        places = [place for place in self.hints if place > start and place[0] < stop and place[1] > column]
        return [Part(place[0], [f"{indent}# {self.hints.pop(place)}".rstrip()]) for place in places]

    def _take_given(self, statement: ast.stmt) -> bool:
        """Whether a statement is marked: on any line of a simple one, on the first line of a block."""
        last = statement.lineno if _is_block(statement) else _last_line(statement)
        marked = self.given & set(range(statement.lineno, last + 1))
        self.given -= marked
        return bool(marked)

    def _verbatim(self, statement: ast.stmt) -> Part:
        """Return the lines of a statement as they are, and take the hints in them."""
        first, last = _first_line(statement), _last_line(statement)
        self.hints = {place: hint for place, hint in self.hints.items() if not first <= place[0] <= last}
        return Part(first, self.lines[first - 1 : last])

    def _colon(self, node: Definition) -> tuple[int, int]:
        """Return line and column of the colon that ends a header."""
        operators = (t for t in self.tokens if t.type == tokenize.OP and t.start >= (node.lineno, 0))
        depth = 0
        while (token := next(operators)).string != ":" or depth:
            depth += (token.string in "([{") - (token.string in ")]}")
        return token.start

    def _error(self, message: str, line: int) -> AuthoringError:
        return AuthoringError(message, self.path, self.cell.line + line - 1)


def _first_line(statement: ast.stmt) -> int:
    """Return the line on which a statement starts, decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _last_line(statement: ast.stmt) -> int:
    assert statement.end_lineno is not None
    return statement.end_lineno


def _is_block(statement: ast.stmt) -> bool:
    """Whether a statement holds other statements."""
    inside = (ast.stmt, ast.excepthandler, ast.match_case)
    return any(isinstance(child, inside) for child in ast.iter_child_nodes(statement))


def _place(part: Part) -> float:
    return part.place


# ---- notebooks -------------------------------------------------------------------------------------------------


def _notebook(source: Source, texts: list[str], facts: dict[str, Any]) -> NotebookNode:
    """Make a notebook of cells with the given texts: staff cells dropped, a check after each exercise."""
    cells = []
    for cell, text, name in zip(source.cells, texts, _ids(source), strict=True):
        tags = {"tags": [cell.kind]} if cell.kind in ("exercise", "answer") else {}
        if cell.kind in ("markdown", "answer"):
            cells.append(new_markdown_cell(text, id=name, metadata=tags))
        elif cell.kind in ("code", "exercise"):
            cells.append(new_code_cell(text, id=name, metadata=tags))
        if cell.exercise:
            cells.append(new_code_cell(f'check("{cell.exercise}")', id=f"check-{cell.exercise}"))
    notebook: NotebookNode = new_notebook(cells=cells, metadata=KERNEL | {"autograder": facts})
    return notebook


def _ids(source: Source) -> Iterator[str]:
    """Give each cell an id that depends on its own content only, so that it is stable while others change."""
    seen: Counter[str] = Counter()
    for cell in source.cells:
        if cell.exercise:
            yield f"exercise-{cell.exercise}"
            continue
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        name = "answer" if cell.kind == "answer" else f"{cell.kind}-{digest}"  # not even a hash of a model answer
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"


def _number(points: float) -> float | int:
    """Write whole points without a decimal point."""
    return int(points) if points == int(points) else points
