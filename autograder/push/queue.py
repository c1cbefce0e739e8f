"""What waits to be graded: a document that goes from the step that fetches to those that grade, record and post."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.errors import UsageError

FILE = "queue.json"
SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Push:
    """One push, as the server that received it reports it."""

    sha: str
    pushed_at: str
    """When the server received it, in ISO 8601 with an offset; never what a commit says."""
    push_id: int
    """Orders pushes of the same second."""

    @property
    def time(self) -> datetime:
        """When the server received it."""
        return datetime.fromisoformat(self.pushed_at)


@dataclass(frozen=True, slots=True)
class Item:
    """One assignment in one push of one student."""

    student: str
    repository: str
    """``owner/name`` on GitHub, or ``""`` where there is nobody to post to."""
    assignment: str
    sha: str
    pushed_at: str
    push_id: int
    late: bool
    path: str
    """Of the file in the student's repository."""
    sha256: str
    """Of the bytes of that file, or ``""`` when there is none to grade."""
    identity: str
    """Changes with student, commit, tests, salt and engine, and with nothing else."""
    problem: str = ""
    """Why there is nothing to grade."""

    @property
    def key(self) -> str:
        """Names the item in folders."""
        return f"{self.student}.{self.assignment}.{self.sha}"


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence about a student for whom there is nothing in the queue."""

    student: str
    said: str
    problem: bool
    """Whether somebody has to do something about it."""


@dataclass(frozen=True, slots=True)
class Queue:
    """All items and rows of one run."""

    items: tuple[Item, ...]
    rows: tuple[Row, ...] = ()

    @property
    def problems(self) -> int:
        """How many students could not be graded."""
        return sum(bool(item.problem) for item in self.items) + sum(row.problem for row in self.rows)

    def write(self, folder: Path) -> None:
        """Store the queue in a folder."""
        document = {"items": [asdict(i) for i in self.items], "rows": [asdict(r) for r in self.rows]}
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / FILE).write_text(text, encoding="utf-8", newline="\n")


def read_queue(folder: Path, sha256: str = "") -> Queue:
    """Return the queue stored in a folder; with ``sha256``, make sure that it is the very one that was fetched.

    Raises :class:`~autograder.errors.UsageError`.
    """
    path = folder / FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; run `autograder push-grade fetch` first") from None
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise UsageError(
            f"{path} is not the queue that was fetched: its SHA-256 differs; nothing was recorded or posted"
        )
    try:
        document = json.loads(data)
        items = tuple(_of(Item, entry) for entry in document["items"])
        rows = tuple(_of(Row, entry) for entry in document["rows"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is no queue; run `autograder push-grade fetch` again") from None
    return Queue(items, rows)


def _of(kind: type[Any], entry: dict[str, Any]) -> Any:
    """Make an item or a row of exactly its fields, each of its type."""
    types = {f.name: f.type for f in fields(kind)}
    if entry.keys() != types.keys() or any(type(entry[name]) is not types[name] for name in types):
        raise TypeError(entry)
    return kind(**entry)


def identity(student: str, assignment: str, sha: str, *grader: str) -> str:
    """Return what names one grading: the same student, commit and grader (tests, salt, engine) give the same."""
    return hashlib.sha256("\0".join((student, assignment, sha, *grader)).encode()).hexdigest()
