"""Remembered verdicts: what tests said about a known answer, found again as long as nothing that decides it changed.

They lie in one SQLite file, ``.certify/verdicts.sqlite`` of the course, to which all processes add. Whatever can change
a verdict is part of its key: tests, reference, data and limits (by hash), salt, cells, this engine's own source and the
versions of what computes. Deleting the file costs time and nothing else.
"""

import functools
import hashlib
import json
import platform
import sqlite3
from contextlib import ExitStack, closing
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import autograder
from autograder.errors import UsageError
from autograder.model import Outcome


class Said(NamedTuple):
    """What one test said about a known answer."""

    outcome: Outcome
    detail: str
    error: float | None = None
    """Largest error that its checks of closeness met, in units of what they allow; None where they met none."""


Verdict = dict[str, Said]
"""By test: what it said."""

FILE = Path(".certify") / "verdicts.sqlite"
PATIENCE = 60.0  # seconds to wait while another process writes
COMPUTING = ("numpy", "scipy", "scikit-learn", "pytest")
ABOVE_GRADING = (  # our own source that decides no verdict
    "batch/", "build.py", "certify/", "cli/", "denied.py", "doctor.py", "kit/", "leaks.py", "new.py", "notebook.py",
    "owner.py", "platforms/", "publish.py", "push/", "render/certificate.py",
)  # fmt: skip


class Verdicts:
    """The verdicts of a course; with no file, those of this process."""

    def __init__(self, file: Path | None = None) -> None:
        try:
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
            with ExitStack() as undo:
                opened = closing(sqlite3.connect(file or ":memory:", timeout=PATIENCE, isolation_level=None))
                self._connection = undo.enter_context(opened)
                self._connection.execute("create table if not exists verdicts (key text primary key, verdict text)")
                undo.pop_all()
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"{file} cannot be opened ({error}); delete it, or make its folder writable") from None

    def key(self, *decisive: Any) -> str:
        """Return what names a verdict: a hash of everything that decides it."""
        return hashlib.sha256(repr((engine(), *decisive)).encode()).hexdigest()

    def get(self, key: str) -> Verdict | None:
        """Return a verdict, or None where it is not known."""
        found = self.recall(key)
        return found and {test: Said(Outcome(outcome), *rest) for test, (outcome, *rest) in found.items()}

    def put(self, key: str, verdict: Verdict) -> None:
        """Remember a verdict, unless a test broke: that is to be repaired and looked at again."""
        if not any(said.outcome is Outcome.BROKEN for said in verdict.values()):
            self.remember(key, verdict)

    def recall(self, key: str) -> Any:
        """Return what else was remembered under a key; None where it is not known."""
        row = self._connection.execute("select verdict from verdicts where key = ?", (key,)).fetchone()
        return row and json.loads(row[0])

    def remember(self, key: str, value: Any) -> None:
        """Remember something that takes long to find out again, as JSON."""
        self._connection.execute("insert or replace into verdicts values (?, ?)", (key, json.dumps(value)))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@functools.cache
def engine() -> str:
    """Return a hash of the source of all that grades, and the versions of all that computes."""
    root = Path(autograder.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root).as_posix()
        if not name.startswith(ABOVE_GRADING):
            digest.update(f"{name}\0".encode() + file.read_bytes())
    versions = [f"{name} {metadata.version(name)}" for name in COMPUTING]
    return " ".join([digest.hexdigest(), platform.python_version(), platform.machine(), *versions])
