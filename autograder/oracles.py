"""Read ``oracles.py``: for each exercise, how to check its answers without the reference."""

import inspect
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.errors import AuthoringError
from autograder.front import nearest, read_text
from autograder.testing.oracles import Oracle, oracles_of


@dataclass(frozen=True, slots=True)
class Opinion:
    """An oracle or certificate as it stands in its file."""

    name: str
    mark: Oracle
    function: Callable[..., Any]
    path: Path
    line: int

    @property
    def exercise(self) -> str:
        """The exercise of which it speaks."""
        return self.mark.exercise


@dataclass(frozen=True, slots=True)
class OracleFile:
    """What an ``oracles.py`` holds."""

    opinions: tuple[Opinion, ...]
    reference: ModuleType | None
    """The module that the file imports as ``reference``: whose functions, named as the exercises, are audited."""


def read_oracles(path: Path, exercises: Iterable[str]) -> OracleFile:
    """Execute an ``oracles.py`` and return what it marks, in order.

    Raises :class:`~autograder.errors.AuthoringError`, with the line, for a file that cannot be executed, an unknown
    exercise, an exercise that the reference lacks, and a tolerance, share or inputs that make no sense.
    """
    known = tuple(exercises)
    namespace = _executed(read_text(path), path)
    reference = namespace.get("reference")
    reference = reference if isinstance(reference, ModuleType) else None
    found = []
    for name, function in namespace.items():
        for mark in oracles_of(function):
            line = inspect.unwrap(function).__code__.co_firstlineno
            _check(mark, name, reference, known, path, line)
            found.append(Opinion(name, mark, function, path, line))
    return OracleFile(tuple(found), reference)


def _executed(text: str, path: Path) -> dict[str, Any]:
    """Execute the authored file, as tests are, in a namespace of its own."""
    namespace: dict[str, Any] = {"__name__": "oracles", "__file__": str(path)}
    try:
        exec(compile(text, str(path), "exec"), namespace)  # noqa: S102 - authored, as tests are
    except SyntaxError as error:
        raise AuthoringError(f"this is not valid Python: {error.msg}", path, error.lineno or 1) from None
    except Exception as error:  # noqa: BLE001 - whatever the author's code raises is the author's to read
        reason = traceback.format_exception_only(error)[-1].strip()
        own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        raise AuthoringError(f"the oracles cannot be read: {reason}", path, (own and own[-1]) or 1) from None
    return namespace


def _check(
    mark: Oracle, name: str, reference: ModuleType | None, known: tuple[str, ...], path: Path, line: int
) -> None:
    message = ""
    if mark.exercise not in known:
        message = f"there is no exercise {mark.exercise!r}{nearest(mark.exercise, known)}"
    elif reference is not None and mark.ask is None and not hasattr(reference, mark.exercise):
        message = f"{reference.__name__} has no {mark.exercise}; say with ask=… how it is to be asked"
    elif not mark.tolerance >= 0:
        message = f"the tolerance is {mark.tolerance}, expected a number that is at least 0"
    elif not 0 < mark.share <= 1:
        message = f"the share of the budget is {mark.share}, expected a number above 0 and at most 1"
    elif not mark.source.strip():
        message = "the source is empty; name the library, formula or proof it rests on"
    if message:
        raise AuthoringError(f"{name}: {message}", path, line)
