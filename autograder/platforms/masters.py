"""What a master notebook of another grader holds: cells, tests, and a sentence for everything that has no place here.

The readers (:mod:`autograder.platforms.from_nbgrader`, :mod:`autograder.platforms.from_otter`) make a :class:`Master`
of one; :mod:`autograder.platforms.imported` writes it in our form. Pure, but for reading the file.
"""

import ast
import builtins
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import UsageError
from autograder.source import DEFINITIONS, EXERCISE_NAME, heading_line


@dataclass(frozen=True, slots=True)
class Piece:
    """One cell of the source to be written."""

    kind: str
    """markdown, code, exercise, answer or staff."""
    text: str
    exercise: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """One test of the master."""

    origin: str
    """What the master calls it."""
    code: str
    points: float
    public: str = ""
    """The part that students saw, or ""."""


@dataclass(slots=True)
class Master:
    """What a reader has found."""

    pieces: list[Piece] = field(default_factory=list)
    tests: list[tuple[str, Imported]] = field(default_factory=list)
    """(exercise, test)."""
    lost: list[str] = field(default_factory=list)
    """One sentence for everything that could not be carried over."""

    def add_code(self, text: str, number: int, *, given: Callable[[int], bool] | None = None) -> None:
        """Add a code cell: with ``given`` an answer, whose functions become exercises; ``given`` tells kept lines."""
        code = self._without_magics(text, number)
        try:
            body = ast.parse(code).body
        except SyntaxError as error:
            self.lost.append(f"cell {number} is not valid Python ({error.msg}) and was left out")
            return
        if given is None:
            if code.strip():
                self.pieces.append(Piece("code", code.strip("\n")))
            return
        plain = (ast.Import, ast.ImportFrom)
        kept = [s for s in body if isinstance(s, plain) or _all_given(s, given)]
        answers = [s for s in body if s not in kept]
        definitions = [s for s in answers if isinstance(s, DEFINITIONS) and EXERCISE_NAME.fullmatch(s.name)]
        if kept:
            self.pieces.append(Piece("code", "\n".join(_text(code, s) for s in kept)))
        if len(definitions) < len(answers) or not answers:
            where = "beside its functions " if definitions else ""
            self.lost.append(f"cell {number} answers {where}with statements, kept in a staff cell: write a function")
            others = [_text(code, s) for s in answers if s not in definitions]
            self.pieces.append(Piece("staff", "\n".join(others) or "pass"))
        for definition in definitions:
            self._add_exercise(_with_given(code, definition, given), definition.name)

    def add_test(self, test: Imported, number: int) -> None:
        """Add a test to the exercise that it calls, the last one if it calls several."""
        known = [piece.exercise for piece in self.pieces if piece.exercise]
        try:
            used = _names(ast.parse(test.code))
        except SyntaxError as error:
            self.lost.append(f"test {test.origin} (cell {number}) is not valid Python ({error.msg}) and was left out")
            return
        called = [name for name in known if name in used]
        if not called:
            self.lost.append(f"test {test.origin} (cell {number}) calls no function of an answer and was left out")
            return
        if test.points <= 0:
            self.lost.append(f"test {test.origin} (cell {number}) is worth nothing; a hidden test here is worth points")
            if not test.public:
                return
        self.tests.append((called[-1], test))

    def check(self) -> None:
        """Add sentences on exercises that no test is worth points for."""
        tested = {exercise for exercise, test in self.tests if test.points > 0}
        for piece in self.pieces:
            if piece.exercise and piece.exercise not in tested:
                self.lost.append(f"{piece.exercise} has no test that is worth points; write one in test_hidden.py")

    def _add_exercise(self, text: str, name: str) -> None:
        if any(piece.exercise == name for piece in self.pieces):
            self.lost.append(f"{name} is defined again; only the first definition was kept")
            return
        before = self.pieces[-1] if self.pieces else None
        if before is None or before.kind != "markdown" or heading_line(before.text) is None:
            self.pieces.append(Piece("markdown", f"## {name}"))
        self.pieces.append(Piece("exercise", text, name))

    def _without_magics(self, text: str, number: int) -> str:
        lines = []
        for line in text.split("\n"):
            if re.match(r"\s*[%!]", line):
                self.lost.append(f"cell {number} has a magic or shell line, left out: {line.strip()}")
                line = ""  # noqa: PLW2901 - lines keep their numbers
            lines.append(line)
        return "\n".join(lines)


def read_master(path: Path) -> NotebookNode:
    """Return a master notebook; raises :class:`~autograder.errors.UsageError` if it is none, or not in Python."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except Exception as error:  # noqa: BLE001 - strangers' JSON fails in many ways, and all mean the same
        raise UsageError(f"{path} is no valid notebook: {str(error).partition(chr(10))[0]}") from None
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise UsageError(f"{path} is written in {language}; only Python can be imported")
    return notebook


def undefined(code: str, exercises: Iterable[str], imports: str) -> list[str]:
    """Return names that a test uses and nobody defines for it."""
    tree = ast.parse(f"{imports}\n{code}")
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {alias.asname or alias.name.partition(".")[0] for n in ast.walk(tree) for alias in getattr(n, "names", [])
              if isinstance(alias, ast.alias)}  # fmt: skip
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, DEFINITIONS)}
    return sorted(_names(ast.parse(code)) - bound - set(exercises) - set(dir(builtins)))


def imports_of(master: Master) -> list[str]:
    """Return each import of a master's code cells once, but for the other grader's."""
    found: dict[str, None] = {}
    for piece in master.pieces:
        for statement in ast.parse(piece.text).body if piece.kind == "code" else []:
            line = ast.unparse(statement)
            if isinstance(statement, (ast.Import, ast.ImportFrom)) and "otter" not in line:
                found[line] = None
    return list(found)


def finish(master: Master) -> Master:
    """Say what the tests still lack, and return the master."""
    exercises = [piece.exercise for piece in master.pieces if piece.exercise]
    imports = "\n".join(imports_of(master))
    for exercise, test in master.tests:
        missing = undefined(test.code, exercises, imports)
        if missing:
            names = ", ".join(missing)
            master.lost.append(f"test {test.origin} of {exercise} uses {names} of other cells: define it there")
    master.check()
    return master


def title_of(notebook: NotebookNode, default: str) -> str:
    """Return the first heading of a notebook."""
    for cell in notebook.cells:
        found = re.search(r"^#{1,6} +(.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            return found[1].strip()
    return default


def _with_given(code: str, definition: Any, given: Callable[[int], bool]) -> str:
    """Return the text of a definition in which statements that students were given are marked as such."""
    lines = code.split("\n")
    body = definition.body[1:] if ast.get_docstring(definition, clean=False) is not None else definition.body
    for statement in body if not isinstance(definition, ast.ClassDef) else []:
        if _all_given(statement, given):
            last = statement.lineno if hasattr(statement, "body") else statement.end_lineno or statement.lineno
            lines[last - 1] += "  # given"
    return "\n".join(lines[_first(definition) - 1 : definition.end_lineno])


def _all_given(statement: ast.stmt, given: Callable[[int], bool]) -> bool:
    return all(given(line) for line in range(statement.lineno, (statement.end_lineno or 0) + 1))


def _text(code: str, statement: ast.stmt) -> str:
    return "\n".join(code.split("\n")[_first(statement) - 1 : statement.end_lineno])


def _first(statement: Any) -> int:
    return min([int(statement.lineno), *(int(d.lineno) for d in getattr(statement, "decorator_list", []))])


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
