"""Read ``mistakes.py`` and ``alternatives.py``: known wrong and independent correct answers.

Pure, and nothing is executed: an answer is the text of a notebook cell that a submission may hold.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AuthoringError
from autograder.source import DEFINITIONS
from autograder.testing import marks
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
    places: dict[str, int] = {}
    for definition, _ in marked:
        if definition.name in places:
            message = f"{definition.name} was defined before, at line {places[definition.name]}"
            raise AuthoringError(message, path, definition.lineno)
        places[definition.name] = definition.lineno
    hidden = [s for s in body if _imports_engine(s)] + [definition for definition, _ in marked]
    return tuple(_answer(text, path, kind, definition, decorator, hidden) for definition, decorator in marked)


def _answer(
    text: str, path: Path, kind: str, definition: Definition, decorator: ast.expr, hidden: list[ast.stmt]
) -> Answer:
    docstring = ast.get_docstring(definition)
    if not docstring:
        what = "states the misconception" if kind == "mistake" else "says in what it differs from the solution"
        raise AuthoringError(f"{definition.name} has no docstring, which {what}", path, definition.lineno)
    mark = _mark(decorator, kind, path)
    unwanted: list[ast.stmt | ast.expr] = [decorator, *(s for s in hidden if s is not definition)]
    lines = text.rstrip("\n").split("\n")
    for node in unwanted:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last = node.end_lineno or first
        lines[first - 1 : last] = [""] * (last - first + 1)
    code = "\n".join([*lines, f"{mark.exercise} = {definition.name}"])
    return Answer(definition.name, mark, " ".join(docstring.split()), path, definition.lineno, code)


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


def _mark(decorator: ast.expr, kind: str, path: Path) -> Mistake | Alternative:
    """Let the mark itself read its arguments, which must be written out as literals."""
    assert isinstance(decorator, ast.Call)

    def marked() -> None: ...

    try:
        args = [ast.literal_eval(argument) for argument in decorator.args]
        kwargs: dict[str, Any] = {k.arg or "**": ast.literal_eval(k.value) for k in decorator.keywords}
        getattr(marks, kind)(*args, **kwargs)(marked)
    except (TypeError, ValueError, AttributeError) as error:
        raise AuthoringError(f"@{kind} cannot be read: {error}", path, decorator.lineno) from None
    mark: Mistake | Alternative = mark_of(marked, kind)
    return mark
