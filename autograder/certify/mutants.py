"""Mutants: right answers with one small fault. The hidden tests must reject every one that is wrong."""

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from autograder.certify.operators.expressions import EXPRESSIONS
from autograder.certify.operators.library import library
from autograder.certify.operators.statements import STATEMENTS
from autograder.certify.operators.text import Text, fingerprint
from autograder.source import DEFINITIONS


@dataclass(frozen=True, slots=True)
class Mutant:
    """A right answer with one fault."""

    exercise: str
    answer: str
    """What was right: "solution", or the name of an alternative."""
    operator: str
    code: str
    original: str
    """The code without the fault."""

    @property
    def old(self) -> str:
        """The lines that the fault replaces, without indentation."""
        return self._block[0]

    @property
    def new(self) -> str:
        """The lines that it puts there, without indentation."""
        return self._block[1]

    @property
    def _block(self) -> tuple[str, str]:
        """The lines between the first and the last that differ, before and after."""
        before, after = self.original.split("\n"), self.code.split("\n")
        first = next(i for i, pair in enumerate(zip_longest(before, after)) if pair[0] != pair[1])
        last = next(i for i, pair in enumerate(zip_longest(before[::-1], after[::-1])) if pair[0] != pair[1])
        last = min(last, len(before) - first, len(after) - first)
        blocks = before[first : len(before) - last], after[first : len(after) - last]
        return ("\n".join(map(str.strip, blocks[0])), "\n".join(map(str.strip, blocks[1])))

    def diff(self) -> str:
        """Return a unified diff, with three lines around the fault."""
        before, after = self.original.split("\n"), self.code.split("\n")
        what = f"{self.exercise} ({self.answer})"
        return "\n".join(difflib.unified_diff(before, after, what, self.operator, lineterm=""))


def mutants(exercise: str, answer: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of a source, once."""
    seen = {fingerprint(source)}
    for operator, code in _changed(source):
        found = fingerprint(code)
        if found is not None and found not in seen:
            seen.add(found)
            yield Mutant(exercise, answer, operator, code, source)


def without_idle_helpers(source: str, name: str) -> str:
    """Return a source without the functions and classes that a definition does not use; lines keep their numbers."""
    definitions = {d.name: d for d in ast.parse(source).body if isinstance(d, DEFINITIONS)}
    used, new = set(), {name}
    while new:
        used |= new
        nodes = [node for found in new for node in ast.walk(definitions[found])]
        new = {node.id for node in nodes if isinstance(node, ast.Name)} & definitions.keys() - used
    lines = source.split("\n")
    for definition in definitions.values():
        if definition.name not in used:
            first = min([definition.lineno, *(decorator.lineno for decorator in definition.decorator_list)])
            last = definition.end_lineno or first
            lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(lines)


def _changed(source: str) -> Iterator[tuple[str, str]]:
    text = Text(source)
    for node in ast.walk(text.tree):
        for operator in EXPRESSIONS:
            for edit in operator(node, text):
                if code := text.edited(edit):
                    yield operator.__name__, code
    for body in text.bodies():
        for change in STATEMENTS:
            for edit in change(body, text):
                if code := text.edited(edit):
                    yield change.__name__, code
    yield from library(source)
