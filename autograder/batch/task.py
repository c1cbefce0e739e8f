"""One thing to grade: a student's file as bytes, on its way to whichever process grades it."""

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.submission import MAX_BYTES, Submission, read_submission

NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Task:
    """What one student handed in, at one time."""

    student: str
    file: str
    """Name of the file as it was handed in."""
    sha256: str
    """Hash of the bytes, or ``""`` where they could not be read at all."""
    data: bytes = b""
    submitted_at: datetime = NEVER
    unreadable: str = ""
    """Why there are no bytes, or ``""``."""

    def submission(self) -> Submission:
        """Parse the bytes into numbered code cells."""
        if self.unreadable:
            return Submission(self.student, self.file, self.sha256, unreadable=self.unreadable)
        return read_submission(self.data, self.file, self.student)


def open_task(student: str, path: Path, submitted_at: datetime | None = None) -> Task:
    """Read a file of at most 20 MB; one that is larger, or cannot be opened, is a task that says so.

    A file was handed in when it was last modified, unless the time is given.
    """
    time, digest = submitted_at or NEVER, ""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            time = submitted_at or datetime.fromtimestamp(int(status.st_mtime), UTC)
            if status.st_size <= MAX_BYTES:
                data = file.read(MAX_BYTES)
                return Task(student, path.name, hashlib.sha256(data).hexdigest(), data, time)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            reason = f"read: it has {status.st_size / 2**20:.1f} MB, more than {MAX_BYTES >> 20} MB; clear its outputs"
    except OSError as error:
        reason = f"opened: {error.strerror}"
    return Task(student, path.name, digest, submitted_at=time, unreadable=f"{path.name} cannot be {reason}")
