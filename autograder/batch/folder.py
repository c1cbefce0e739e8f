"""Results as files: a report document and feedback for each student's latest attempt, and the table of the class.

The database is the record; these files are written from it, can be deleted at any time, and come back with the next
run.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import UsageError
from autograder.model import Report, Standing
from autograder.render.feedback import feedback
from autograder.render.safe import lines
from autograder.render.table import standings_csv

DATABASE = "results.db"
UNFINISHED = ".unfinished-"


class Folder:
    """``STUDENT.json``, ``feedback/STUDENT.md``, ``output/STUDENT.txt`` and ``summary.csv``.

    Each file is there whole or not at all. Raises :class:`~autograder.errors.UsageError` where one cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unfinished = path / f"{UNFINISHED}{os.getpid()}"

    @property
    def database(self) -> Path:
        """The file of the database, unless another is asked for."""
        return self.path / DATABASE

    def has(self, student: str, document: str) -> bool:
        """Tell whether a student's document is here exactly as it was recorded."""
        try:
            return (self.path / f"{student}.json").read_bytes() == _bytes(document)
        except OSError:
            return False

    def write(self, report: Report, document: str) -> None:
        """Write a report's document, and before it all that goes with it: where that is, nothing is missing."""
        self._put(f"feedback/{report.student}.md", feedback(report))
        if report.output:
            self._put(f"output/{report.student}.txt", lines(report.output))
        else:
            (self.path / "output" / f"{report.student}.txt").unlink(missing_ok=True)
        self._put(f"{report.student}.json", document)

    def summarize(self, standings: Iterable[Standing]) -> None:
        """Write the table of the class."""
        self._put("summary.csv", standings_csv(standings))

    def tidy(self) -> None:
        """Remove what runs that were killed have left unfinished."""
        for file in self.path.glob(f"{UNFINISHED}*"):
            if not _is_running(file.name.removeprefix(UNFINISHED)):
                file.unlink(missing_ok=True)

    def _put(self, name: str, text: str) -> None:
        path = self.path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._unfinished.write_bytes(_bytes(text))
                self._unfinished.replace(path)
            except BaseException:
                self._unfinished.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}; what was recorded before is kept") from None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
