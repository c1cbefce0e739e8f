"""Read ``ways.toml``: how correct answers differ, and for each way why none of them loses marks.

A way is covered by an alternative, by a transformation of certification, or by a sentence of the statement that names
the convention; whichever it is, it has to exist.
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AuthoringError
from autograder.front import nearest, read_text

KEYS = ("way", "exercises", "statement", "alternatives", "transformations")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which correct answers to some exercises differ."""

    way: str
    exercises: tuple[str, ...]
    """Where it occurs; empty: in all of them."""
    statement: str
    """Words of the statement that name the convention, or ``""``."""
    alternatives: tuple[str, ...]
    transformations: tuple[str, ...]

    def covered_by(self) -> str:
        """Say in words what keeps it from costing marks."""
        parts = [f'the statement ("{self.statement}")'] if self.statement else []
        parts += [f"alternative {name}" for name in self.alternatives]
        return ", ".join([*parts, *self.transformations])


def read_ways(
    path: Path, prose: str, exercises: Collection[str], alternatives: Collection[str], transformations: Collection[str]
) -> tuple[Way, ...]:
    """Return the ways of an assignment, each covered by something that exists.

    Raises :class:`~autograder.errors.AuthoringError`, with the line, for anything else.
    """
    text = read_text(path)
    try:
        entries = tomllib.loads(text).get("ways", [])
    except tomllib.TOMLDecodeError as error:
        raise AuthoringError(f"this is not valid TOML: {error}", path) from None
    known = {"exercises": exercises, "alternatives": alternatives, "transformations": transformations}
    return tuple(_way(entry, text, path, " ".join(prose.split()), known) for entry in entries)


def _way(entry: dict[str, Any], text: str, path: Path, prose: str, known: dict[str, Collection[str]]) -> Way:
    name = str(entry.get("way", ""))
    lines = text.split("\n")
    line = next((i for i, content in enumerate(lines, 1) if name and name in content), 1)

    def error(message: str) -> AuthoringError:
        return AuthoringError(f"{name or 'a way without a name'}: {message}", path, line)

    for key in entry:
        if key not in KEYS:
            raise error(f"unknown key {key!r}, expected one of {', '.join(KEYS)}{nearest(key, KEYS)}")
    statement = " ".join(str(entry.get("statement", "")).split())
    if statement not in prose:
        raise error(f"the statement does not say {statement!r}")
    names: dict[str, tuple[str, ...]] = {}
    for key, allowed in known.items():
        names[key] = tuple(entry.get(key, ()))
        for given in names[key]:
            if given not in allowed:
                raise error(f"there is no {given!r} among the {key}{nearest(given, allowed)}")
    if not name or not (statement or names["alternatives"] or names["transformations"]):
        raise error("say which it is, and what covers it: statement, alternatives or transformations")
    return Way(name, names["exercises"], statement, names["alternatives"], names["transformations"])
