"""Read ``equivalents.toml``: mutants that answer as they should, each with the reason why it is no fault.

.. code-block:: toml

    [[equivalent]]
    exercise = "hull_nearest_points"
    old = "if target.min() > 0:"
    new = ["if target.min() >= 0:", "if target.max() > 0:"]
    reason = "A corner with weight 0 changes nothing, and is dropped in the next step."

    [[low_rate]]
    exercise = "hull_nearest_points"
    reason = "The method corrects itself: most faults cost a step, and the answer is judged by its gap."

    [[open]]
    exercise = "capstone_digits"
    reason = "The statement asks for an accuracy and leaves the way to it open."

An equivalent mutant is known by its exercise and by the lines that it changes, so that edits elsewhere do not matter.
``answer`` names the alternative that was changed; without it, it was the solution. ``new`` may be one text or a list.
In an exercise with a low rate, more than 5 % of all mutants may be listed so. In an open exercise, whatever passes the
tests is right by the statement, and nothing has to be listed. An open entry with an ``answer`` says so of one
alternative: of a solver that corrects itself, say, whose result is judged by its distance from the optimum.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.certify.mutants import Mutant
from autograder.course import Assignment
from autograder.errors import AuthoringError
from autograder.front import nearest, read_text

FILE = "equivalents.toml"
KEYS = {
    "equivalent": ("exercise", "answer", "old", "new", "reason"),
    "low_rate": ("exercise", "reason"),
    "open": ("exercise", "answer", "reason"),
}
SOLUTION = "solution"
EVERY = "every answer"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the file: about one change, or (low_rate, open) about a whole exercise."""

    kind: str
    exercise: str
    reason: str
    line: int
    answer: str = SOLUTION
    old: str = ""
    new: str = ""

    def is_of(self, mutant: Mutant) -> bool:
        """Whether the mutant makes this change."""
        change = (mutant.exercise, mutant.answer, _dense(mutant.old), _dense(mutant.new))
        mine = (self.exercise, self.answer, _dense(self.old), _dense(self.new))
        return self.kind == "equivalent" and change == mine


def read_equivalents(assignment: Assignment) -> tuple[Entry, ...]:
    """Return the entries of an assignment's file; a missing file has none.

    Raises :class:`~autograder.errors.AuthoringError` for an entry without a reason, with an unknown exercise,
    alternative or key, and for text that is not TOML.
    """
    path = assignment.folder / FILE
    if not path.is_file():
        return ()
    text = read_text(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AuthoringError(f"the file is not valid TOML: {error}", path) from None
    found: list[Entry] = []
    for kind, entries in tables.items():
        if kind not in KEYS:
            raise AuthoringError(f"unknown table {kind!r}{nearest(kind, KEYS)}", path)
        lines = [number for number, line in enumerate(text.split("\n"), 1) if line.strip() == f"[[{kind}]]"]
        if not isinstance(entries, list) or len(entries) != len(lines):
            raise AuthoringError(f"expected entries that each begin with a line `[[{kind}]]`", path)
        for entry, line in zip(entries, lines, strict=True):
            found += _read(kind, entry, assignment, path, line)
    return tuple(found)


def _read(kind: str, entry: dict[str, Any], assignment: Assignment, path: Path, line: int) -> list[Entry]:
    for key in entry:
        if key not in KEYS[kind]:
            raise AuthoringError(f"unknown key {key!r}{nearest(key, KEYS[kind])}", path, line)
    given = {"answer": SOLUTION if kind == "equivalent" else EVERY} | entry
    for key in KEYS[kind]:
        texts = given.get(key) if key == "new" and isinstance(given.get(key), list) else [given.get(key)]
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            raise AuthoringError(f'this entry has no {key}: add `{key} = "…"`', path, line)
    exercise = given["exercise"]
    _check_known("exercise", exercise, assignment.exercises, path, line)
    whole = SOLUTION if kind == "equivalent" else EVERY
    answers = [whole, *(a.name for a in assignment.alternatives() if a.exercise == exercise)]
    _check_known("answer", given["answer"], answers, path, line)
    if kind != "equivalent":
        return [Entry(kind, exercise, given["reason"], line, given["answer"])]
    changes = given["new"] if isinstance(given["new"], list) else [given["new"]]
    return [Entry(kind, exercise, given["reason"], line, given["answer"], given["old"], new) for new in changes]


def _check_known(word: str, name: str, known: Sequence[str], path: Path, line: int) -> None:
    if name not in known:
        raise AuthoringError(f"there is no {word} {name!r}{nearest(name, known)}", path, line)


def _dense(text: str) -> str:
    """Return a text without white space, which is no difference between programs to speak of."""
    return "".join(text.split())
