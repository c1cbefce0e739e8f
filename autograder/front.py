"""Read the front matter of an assignment: the YAML block, in comments, at the top of its ``source.py``.

Pure and quick to import, because every grading needs it.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from autograder.errors import AuthoringError
from autograder.model import Limits

IMPORTS = ("numpy", "math", "itertools", "functools", "collections", "dataclasses", "typing", "matplotlib")
KINDS = ("float32", "lists")  # of results that a statement may accept besides arrays of float64
IGNORED_KEYS = {"jupytext", "jupyter", "kernelspec"}  # written by editors that pair the script with a notebook


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the YAML block at the top of a source says about the whole assignment."""

    title: str
    chapter: str | int
    points: float
    summary: str
    """One sentence for the index of assignments."""
    imports: tuple[str, ...] = IMPORTS
    """Top-level modules that students may import."""
    limits: Limits = field(default_factory=Limits)
    forbidden: tuple[str, ...] = ()
    """Library functions that an answer is not to use: naming one makes a note, for a person to judge."""
    accepts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By exercise: kinds of results that its statement allows besides arrays of float64: "float32", "lists"."""


def parse_front(text: str, path: Path) -> FrontMatter:
    """Read the front matter alone; raises :class:`~autograder.errors.AuthoringError` with the line of its fault."""
    import yaml

    header = header_lines(text, path)
    try:
        data = yaml.safe_load("\n".join(header))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)  # an illegal character has none
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise AuthoringError(
            f"the front matter is not valid YAML: {reason}", path, mark.line + 2 if mark else 1
        ) from None
    if not isinstance(data, dict):
        raise AuthoringError(f"the front matter is {_named(data)}, expected `key: value` lines", path)
    return _Front(text, path, data).read()


def line_of(text: str, key: str) -> int:
    """Return the line of the front matter that sets a key, or 1."""
    pattern = re.compile(rf"#\s*{re.escape(key)}\s*:")
    return next((i for i, line in enumerate(text.split("\n"), 1) if pattern.match(line)), 1)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean X?" for the known word most like this one, or ""."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def read_text(path: Path) -> str:
    """Return the text of a source; raises :class:`~autograder.errors.AuthoringError` if it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise AuthoringError("this is not UTF-8 text", path, line) from None
    except FileNotFoundError:
        raise AuthoringError("the file does not exist", path) from None


def header_lines(text: str, path: Path) -> list[str]:
    """Return the lines between the two ``# ---`` lines, without their comment signs."""
    lines = text.split("\n")
    if lines[0].rstrip() != "# ---":
        raise AuthoringError("expected the front matter to start here with `# ---`", path)
    header: list[str] = []
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() == "# ---":
            return header
        if not line.startswith("#"):
            raise AuthoringError("expected the front matter to end here with `# ---`", path, number)
        header.append(line.removeprefix("#").removeprefix(" "))
    raise AuthoringError("the front matter does not end with `# ---`", path, len(lines))


class _Front:
    """Checks the front matter key by key."""

    def __init__(self, text: str, path: Path, data: dict[Any, Any]) -> None:
        self.text, self.path = text, path
        self.data = {str(key): value for key, value in data.items() if key not in IGNORED_KEYS}

    def read(self) -> FrontMatter:
        known = [field.name for field in fields(FrontMatter)]
        for key in self.data:
            if key not in known:
                raise self._error(f"the front matter has an unknown key {key!r}{nearest(key, known)}", key)
        return FrontMatter(
            title=self._take("title", _is_text, "a text"),
            chapter=self._take("chapter", _is_text_or_int, "a whole number or a text"),
            points=float(self._take("points", _is_positive, "a positive number")),
            summary=self._take("summary", _is_text, "a sentence"),
            imports=tuple(self._take("imports", _is_names, "a list of module names", list(IMPORTS))),
            limits=self._limits(),
            forbidden=tuple(self._take("forbidden", _is_names, "a list of function names", [])),
            accepts=self._accepts(),
        )

    def _accepts(self) -> dict[str, tuple[str, ...]]:
        accepts = self._take("accepts", _is_kinds, f"lists of {' and '.join(KINDS)} by exercise", {})
        return {exercise: tuple(kinds) for exercise, kinds in accepts.items()}

    def _limits(self) -> Limits:
        limits = self._take("limits", lambda value: isinstance(value, dict), "a mapping such as {call: 10}", {})
        known = [field.name for field in fields(Limits)]
        for key, value in limits.items():
            if key not in known:
                raise self._error(f"there is no limit {key!r}, only {', '.join(known)}", "limits")
            if not _is_positive(value):
                raise self._error(f"the limit {key} is {value!r}, expected a positive number", "limits")
        return Limits(**limits)

    def _take(self, key: str, is_valid: Callable[[Any], bool], expected: str, default: Any = None) -> Any:
        value = self.data.get(key, default)
        if value is None:
            raise self._error(f"the front matter has no `{key}`, expected {expected}", key)
        if not is_valid(value):
            raise self._error(f"{key} is {value!r}, expected {expected}", key)
        return value

    def _error(self, message: str, key: str) -> AuthoringError:
        return AuthoringError(message, self.path, line_of(self.text, key))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_text_or_int(value: Any) -> bool:
    return _is_text(value) or type(value) is int


def _is_positive(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < float("inf")


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name.isidentifier() for name in value)


def _is_kinds(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_names(kinds) and set(kinds) <= set(KINDS) for kinds in value.values())


def _named(value: Any) -> str:
    return "empty" if value is None else f"a {type(value).__name__}"
