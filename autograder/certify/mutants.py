"""Mutants: right answers with one small fault. The hidden tests must reject every one that is wrong."""

import ast
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from autograder.certify.operators.expressions import EXPRESSIONS
from autograder.certify.operators.library import library
from autograder.certify.operators.statements import STATEMENTS
from autograder.certify.operators.text import Text, fingerprint


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


def mutants(exercise: str, answer: str, source: str, lines: Sequence[range] | None = None) -> Iterator[Mutant]:
    """Yield every mutant of a source, once; with ``lines``, only those whose fault lies there."""
    seen = {fingerprint(source)}
    for operator, code in _changed(source):
        found = fingerprint(code)
        if found is None or found in seen or (lines is not None and not _lies_in(source, code, lines)):
            continue
        seen.add(found)
        yield Mutant(exercise, answer, operator, code, source)


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


def _lies_in(source: str, code: str, lines: Sequence[range]) -> bool:
    """Whether the first line that differs is one of some lines."""
    pairs = zip(source.split("\n"), code.split("\n"), strict=False)
    first = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), 0)
    return any(first in part for part in lines)
