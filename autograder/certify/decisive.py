"""What decides what is found out about an exercise: of files that all exercises share, the part that concerns it.

Certification measures for minutes or hours, and an author edits one test at a time. So a definition that is marked as
another exercise's (a test, a known answer, an oracle) is left out of what its neighbours depend on. Whatever is not
marked may be used by any of them, and concerns all.
"""

import ast
import functools
import hashlib
import tomllib
from collections.abc import Iterable
from pathlib import Path

from autograder.certify.equivalents import FILE as EQUIVALENTS
from autograder.certify.equivalents import read_equivalents
from autograder.course import Assignment
from autograder.plugin import HIDDEN_FILE, PUBLIC_FILE
from autograder.source import DEFINITIONS

ANSWERS = ("mistakes.py", "alternatives.py", "oracles.py")


@functools.cache
def hash_of_tests(assignment: Assignment, exercises: frozenset[str]) -> str:
    """Return a hash of all that decides what the tests of some exercises say: these tests, data, reference, limits."""
    digest = hashlib.sha256(repr((assignment.front.imports, assignment.front.limits)).encode())
    tests = [assignment.folder / name for name in (HIDDEN_FILE, PUBLIC_FILE)]
    for file in assignment.deciding_files():
        content = _concerned(assignment, file, exercises) if file in tests else _bytes(file)
        _add(digest, file.relative_to(assignment.course.root).as_posix(), content)
    return digest.hexdigest()


def hash_of_sources(assignment: Assignment, exercise: str) -> str:
    """Return a hash of all that decides what certification finds out about an exercise, besides the engine.

    Raises :class:`~autograder.errors.AuthoringError` where one of the author's files cannot be read.
    """
    for read in (assignment.mistakes, assignment.alternatives, assignment.oracles):
        read()
    read_equivalents(assignment)
    digest = hashlib.sha256(hash_of_tests(assignment, affected(assignment, exercise)).encode())
    _add(digest, "source.py", _bytes(assignment.source_file))
    for name in ANSWERS:
        _add(digest, name, _concerned(assignment, assignment.folder / name, frozenset([exercise])))
    listed = assignment.folder / EQUIVALENTS
    tables = tomllib.loads(_bytes(listed).decode()) if listed.is_file() else {}
    entries = [(kind, one) for kind in sorted(tables) for one in tables[kind] if one.get("exercise") == exercise]
    _add(digest, EQUIVALENTS, repr(entries).encode())
    return digest.hexdigest()


@functools.cache
def affected(assignment: Assignment, exercise: str) -> frozenset[str]:
    """Return the exercises whose answer in the solution uses this one, itself included.

    An answer to one exercise can change the result of another only if that one's solution names it.
    """
    uses = {
        cell.exercise: {node.id for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}
        for cell in assignment.source().cells
        if cell.exercise
    }
    reached, size = {exercise}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {name for name, used in uses.items() if used & reached}
    return frozenset(reached)


def _add(digest: "hashlib._Hash", name: str, content: bytes) -> None:
    digest.update(f"{name}\0{len(content)}\0".encode() + content)


def _bytes(file: Path) -> bytes:
    content = file.read_bytes() if file.is_file() else b""
    return content.replace(b"\r\n", b"\n") if file.suffix in {".py", ".toml"} else content


def _concerned(assignment: Assignment, file: Path, exercises: Iterable[str]) -> bytes:
    """Return what a Python file holds besides the definitions of other exercises."""
    others = set(assignment.exercises) - set(exercises)
    text = _bytes(file).decode()
    lines, kept = text.split("\n"), []
    for statement in ast.parse(text).body:
        decorators = statement.decorator_list if isinstance(statement, DEFINITIONS) else []
        if not _marked(decorators) & others:
            first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
            kept.append("\n".join(lines[first - 1 : statement.end_lineno]))
    return "\n".join(kept).encode()


def _marked(decorators: Iterable[ast.expr]) -> set[object]:
    """Return what the decorators of a definition name first: the exercise of ``@grades("softmax", …)``."""
    calls = [node for node in decorators if isinstance(node, ast.Call) and node.args]
    return {node.args[0].value for node in calls if isinstance(node.args[0], ast.Constant)}
