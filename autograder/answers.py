"""Read ``mistakes.py`` and ``alternatives.py``: known wrong and independent correct answers.

An answer is the text of a notebook cell that a submission may hold. What is executed here are the marks and the
helpers they use, never an answer.
"""

import ast
import re
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AuthoringError
from autograder.source import DEFINITIONS
from autograder.testing.marks import Alternative, Mistake, mark_of

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Answer:
    """A marked definition that answers an exercise, rightly or wrongly."""

    name: str
    mark: Mistake | Alternative
    docstring: str
    """The misconception, or in what this answer differs from the solution."""
    path: Path
    line: int
    code: str
    """A cell with the file's helpers and the definition, bound to the exercise's name; line for line as in the file."""

    @property
    def exercise(self) -> str:
        """The exercise that it answers."""
        return self.mark.exercise

    @property
    def fails(self) -> tuple[str, ...]:
        """Names of exactly the hidden tests that must reject it."""
        return self.mark.fails if isinstance(self.mark, Mistake) else ()


def read_answers(text: str, path: Path, kind: str) -> tuple[Answer, ...]:
    """Return the definitions marked ``@mistake`` or ``@alternative`` (the ``kind``), in order.

    Raises :class:`~autograder.errors.AuthoringError` for a mark that cannot be read, a missing docstring and a name
    that is used twice.
    """
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise AuthoringError(f"this is not valid Python: {error.msg}", path, error.lineno or 1) from None
    marked = [(s, d) for s in body if isinstance(s, DEFINITIONS) for d in s.decorator_list if _is_mark(d, kind)]
    _check(marked, path, kind)
    answers = [definition for definition, _ in marked]
    marks = _marks([s for s in body if s not in answers], [decorator for _, decorator in marked], path, kind)
    engine = [statement for statement in body if _imports_engine(statement)]
    found = []
    for (definition, decorator), mark in zip(marked, marks, strict=True):
        others = [other for other in answers if other is not definition]
        unwanted: list[ast.stmt | ast.expr] = [*engine, *others, decorator]
        code = f"{_without(text, unwanted)}\n{mark.exercise} = {definition.name}"
        docstring = " ".join((ast.get_docstring(definition) or "").split())
        found.append(Answer(definition.name, mark, docstring, path, definition.lineno, code))
    return tuple(found)


def _check(marked: list[tuple[Definition, ast.expr]], path: Path, kind: str) -> None:
    """Refuse a name that is used twice, and an answer that does not say what it is."""
    places: dict[str, int] = {}
    for definition, _ in marked:
        if definition.name in places:
            message = f"{definition.name} was defined before, at line {places[definition.name]}"
            raise AuthoringError(message, path, definition.lineno)
        places[definition.name] = definition.lineno
        if not ast.get_docstring(definition):
            what = "states the misconception" if kind == "mistake" else "says in what it differs from the solution"
            raise AuthoringError(f"{definition.name} has no docstring, which {what}", path, definition.lineno)


def _marks(helpers: list[ast.stmt], decorators: list[ast.expr], path: Path, kind: str) -> list[Mistake | Alternative]:
    """Let Python read the marks, whose arguments may use what the file defines."""

    def marked() -> None: ...

    namespace: dict[str, Any] = {"__name__": path.stem}
    marks: list[Mistake | Alternative] = []
    line = 1
    try:
        exec(compile(ast.Module(helpers, []), str(path), "exec"), namespace)  # noqa: S102 - authored, as tests are
        for decorator in decorators:
            line = decorator.lineno
            eval(compile(ast.Expression(decorator), str(path), "eval"), namespace)(marked)  # noqa: S307
            marks.append(mark_of(marked, kind))
    except Exception as error:  # noqa: BLE001 - whatever the author's code raises is the author's to read
        reason = traceback.format_exception_only(error)[-1].strip()
        own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        raise AuthoringError(f"the marks cannot be read: {reason}", path, (own and own[-1]) or line) from None
    return marks


def _is_mark(decorator: ast.expr, kind: str) -> bool:
    """Whether a decorator is a call of ``mistake`` or ``alternative``, by whatever module name."""
    return isinstance(decorator, ast.Call) and bool(re.search(rf"\b{kind}$", ast.unparse(decorator.func)))


def _imports_engine(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(module=str(module)):
            return module.split(".")[0] == "autograder"
        case ast.Import(names=names):
            return any(alias.name.split(".")[0] == "autograder" for alias in names)
    return False


def _without(text: str, unwanted: list[ast.stmt | ast.expr]) -> str:
    """Return the text with some nodes blanked out, so that lines keep their numbers."""
    lines = text.rstrip("\n").split("\n")
    for node in unwanted:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last = node.end_lineno or first
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(lines)
