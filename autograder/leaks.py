"""Does a file for students hold anything secret? Compared with the authored sources, line by line and answer by answer.

Independent of :mod:`autograder.release`, which it is to check. Two questions are asked of every file:

- Does it hold a **line** that is written on the secret side only? Secret are hidden tests, reference, mistakes,
  alternatives, model answers, staff cells, and of exercises everything but header, docstring, hints and given
  statements. A line that is also written where students may read it tells nothing new: ``import numpy as np``, a helper
  that public and hidden tests share, ``return True`` in the engine. White space does not count, nor lines of fewer than
  four letters and digits.
- Does it hold a whole **answer** or hidden test, in other words a function with the same statements, even if each
  line of it is found somewhere in public?

The salt may be nowhere, in no form of text.
"""

import ast
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.plugin import HIDDEN_FILE, PUBLIC_FILE
from autograder.source import DEFINITIONS, Cell

LETTERS = 4  # letters and digits that a line must have to tell anything
SHORTEST = 40  # characters of code that a function must have to be somebody's answer
GIVEN = re.compile(r"(^|\s)#\s*given$")
MARKS = ("mistake", "alternative")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(slots=True)
class Secrets:
    """What no file for students may hold, and where it comes from."""

    salt: str
    lines: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


def secrets_of(course: Course) -> Secrets:
    """Collect the secrets of all assignments of a course."""
    secrets = Secrets(course.salt)
    public: set[str] = set()
    for assignment in map(course.assignment, course.names()):
        name = assignment.source_file.relative_to(course.root).as_posix()
        for cell in assignment.source().cells:
            shown, hidden = _sides(cell)
            public.update(shown)
            _add(secrets.lines, hidden, name)
            if cell.exercise:
                _add_answers(secrets, cell.source, name)
        public.update(_lines((assignment.folder / PUBLIC_FILE).read_text(encoding="utf-8")))
        for file in assignment.data:
            public.update(_lines(_text(file.read_bytes())))
    for file in _secret_files(course):
        name, text = file.relative_to(course.root).as_posix(), file.read_text(encoding="utf-8")
        _add(secrets.lines, _lines(text), name)
        if file.suffix == ".py":
            _add_answers(secrets, text, name)
    engine_lines, engine_answers = _engine()
    public |= engine_lines
    for code in engine_answers:
        secrets.answers.pop(code, None)
    for line in public:
        secrets.lines.pop(line, None)
    return secrets


def leaks(secrets: Secrets, name: str, data: bytes) -> list[str]:
    """Return a sentence for each secret in a file; archives and notebooks are looked into."""
    found = [f"{name} holds the course's salt"] * (secrets.salt.encode() in data)
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                found += leaks(secrets, f"{name}/{member}", archive.read(member))
        return found
    texts = _texts(name, data)
    seen = {line for text in texts for line in _lines(text)} & secrets.lines.keys()
    found += [f"{name} holds the line {line!r} of {secrets.lines[line]}" for line in sorted(seen)]
    for text in texts:
        for answer in {code for _, code in _functions(text)} & secrets.answers.keys():
            found.append(f"{name} holds all of {secrets.answers[answer]}")
    return sorted(set(found))


# ---- the secret side -------------------------------------------------------------------------------------------


def _is_answer(node: Definition, file: str) -> bool:
    """Whether a function is a secret as a whole; helpers beside tests and answers are not."""
    if file == HIDDEN_FILE:
        return node.name.startswith("test")
    if file in ("mistakes.py", "alternatives.py"):
        calls = [decorator.func for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
        return any(isinstance(call, ast.Name) and call.id in MARKS for call in calls)
    return True


@cache
def _engine() -> tuple[frozenset[str], frozenset[str]]:
    """Return the lines and the functions of the engine, which every student installs."""
    files = sorted(Path(__file__).parent.rglob("*"))
    texts = [
        file.read_text(encoding="utf-8") for file in files if file.suffix in (".py", ".in", ".yml", ".md", ".json")
    ]
    lines = frozenset(line for text in texts for line in _lines(text))
    return lines, frozenset(code for text in texts for _, code in _functions(text))


def _secret_files(course: Course) -> Iterator[Path]:
    public = {"source.py", PUBLIC_FILE}
    for folder, patterns in ((course.solutions, ("*.py", "*.toml", "*.md")), (course.root / "reference", ("*.py",))):
        for pattern in patterns:
            for file in sorted(folder.rglob(pattern)):
                parts = file.relative_to(folder).parts
                if file.name not in public and "data" not in parts and not any(p.startswith(".") for p in parts):
                    yield file


def _sides(cell: Cell) -> tuple[set[str], set[str]]:
    """Return the lines of a cell that students may read, and those that they may not."""
    lines = cell.source.split("\n")
    if cell.kind in ("markdown", "code"):
        return set(_lines(cell.source)), set()
    if cell.kind != "exercise":
        return set(), set(_lines(cell.source))
    shown: set[int] = set()
    for statement in ast.parse(cell.source).body:
        if isinstance(statement, DEFINITIONS):
            _show(statement, lines, shown)
    hints = [line.strip().removeprefix("#:").strip() for line in lines if line.strip().startswith("#:")]
    return (
        {*_lines("\n".join(lines[n - 1] for n in shown)), *_lines("\n".join(f"# {hint}" for hint in hints))},
        set(_lines("\n".join(line for n, line in enumerate(lines, 1) if n not in shown))),
    )


def _show(node: Definition, lines: list[str], shown: set[int]) -> None:
    """Add the lines of a definition that are released: header, docstring, given statements, methods' likewise."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    header = range(first, node.body[0].lineno)
    shown.update(n for n in header if not lines[n - 1].strip().startswith("#"))
    body = node.body
    if ast.get_docstring(node, clean=False) is not None:
        shown.update(range(body[0].lineno, (body[0].end_lineno or 0) + 1))
        body = body[1:]
    for statement in body:
        span = range(statement.lineno, (statement.end_lineno or 0) + 1)
        block = hasattr(statement, "body")
        if any(GIVEN.search(lines[n - 1]) for n in (span[:1] if block else span)):
            shown.update(span)
        elif isinstance(node, ast.ClassDef) and isinstance(statement, DEFINITIONS):
            _show(statement, lines, shown)


def _add(lines: dict[str, str], new: Iterable[str], origin: str) -> None:
    for line in new:
        lines.setdefault(line, origin)


def _add_answers(secrets: Secrets, text: str, origin: str) -> None:
    for node, code in _functions(text):
        if len(code) >= SHORTEST and _is_answer(node, origin.rpartition("/")[2]):
            secrets.answers.setdefault(code, f"{node.name} of {origin}")


# ---- any side --------------------------------------------------------------------------------------------------


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that tell something, each white space as one space."""
    for line in text.splitlines():
        if sum(c.isalnum() for c in line) >= LETTERS:
            yield " ".join(line.split())


def _functions(text: str) -> Iterator[tuple[Definition, str]]:
    """Yield the functions and classes of a text, each with its statements in one spelling; none if it is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS):
            body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            yield node, ast.unparse(ast.Module(list(body), []))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _texts(name: str, data: bytes) -> list[str]:
    """Return the texts in a file: of a notebook every string, wherever it stands."""
    if name.endswith((".ipynb", ".json")):
        try:
            return [*_strings(json.loads(data))]
        except (ValueError, RecursionError):
            pass
    return [_text(data)]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _strings(key)
            yield from _strings(entry)
    elif isinstance(value, list):
        if all(isinstance(entry, str) for entry in value):
            yield "".join(value)
        else:
            for entry in value:
                yield from _strings(entry)
