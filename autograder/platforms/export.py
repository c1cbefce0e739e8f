"""What can be exported to, and what every export shares.

A platform is one function of a module of this package, named here. Its module is imported only when the platform is
asked for, so that none has to be installed for another one's sake.
"""

import io
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from autograder.course import Assignment
from autograder.errors import UsageError
from autograder.front import nearest
from autograder.model import Report

PLATFORMS = {
    "nbgrader": "autograder.platforms.nbgrader:export",
    "otter": "autograder.platforms.otter:export",
    "gradescope": "autograder.platforms.gradescope:export",
    "canvas": "autograder.platforms.canvas:export",
    "moodle": "autograder.platforms.moodle:export",
    "moodle-gradebook": "autograder.platforms.moodle:export_gradebook",
    "csv": "autograder.platforms.tables:export",
    "nbgrader-csv": "autograder.platforms.tables:export_nbgrader",
    "junit": "autograder.platforms.junit:export",
    "lti": "autograder.platforms.lti:export",
}
"""Platform, as it is called on the command line: the function that exports to it."""

EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in a zip
EXTRA = "pip install 'autograder[platforms]'"


@dataclass(frozen=True, slots=True)
class Request:
    """What one export is to write, where, and from what."""

    assignment: Assignment
    to: Path
    """The folder to fill or, for formats of a single file, the new file."""
    results: Path | None = None
    """Folder with the reports of a batch (``autograder grade … --out``), for gradebooks."""
    db: str | None = None
    """Address of the database of results, if it is not the one in that folder."""
    gradebook: Path | None = None
    """The platform's own file that is to be filled; it is never written to."""
    roster: Path | None = None
    """The list of students, as CSV."""
    column: str | None = None
    """What the platform calls the assignment, if neither its title nor its name."""
    problems: list[str] = field(default_factory=list)
    """Sentences about what could not be exported while the rest was."""

    def need_results(self) -> Path | None:
        """Return the folder of reports, None where there is only a database.

        Raises :class:`~autograder.errors.UsageError` where neither was given.
        """
        if self.results is None and self.db is None:
            raise UsageError(
                "this export needs scores: give --results, the folder that `autograder grade --out` wrote, or --db"
            )
        if self.results is not None and not self.results.is_dir():
            raise UsageError(f"{self.results} is no folder; give the one that `autograder grade --out` wrote")
        return self.results

    def need_gradebook(self) -> Path:
        """Return the platform's own file; raises :class:`~autograder.errors.UsageError` where none was given."""
        if self.gradebook is None:
            raise UsageError(
                "this export fills a file of the platform's own: export it there and give it as --gradebook"
            )
        if not self.gradebook.is_file():
            raise UsageError(f"{self.gradebook} is no file; give the one that the platform exported")
        return self.gradebook


def export(platform: str, request: Request) -> list[Path]:
    """Export to a platform and return the files written, sorted.

    Raises :class:`~autograder.errors.UsageError` for an unknown platform and for one whose packages are not installed.
    """
    if platform not in PLATFORMS:
        known = nearest(platform, PLATFORMS) or f" (known: {', '.join(PLATFORMS)})"
        raise UsageError(f"there is no platform {platform!r}{known}")
    module, _, name = PLATFORMS[platform].partition(":")
    with _needs(platform):
        function: Callable[[Request], list[Path]] = getattr(import_module(module), name)
        return sorted(function(request))


@contextmanager
def gradebook_writer(assignment: Assignment, url: str | None) -> Iterator[Callable[[Report], None]]:
    """Open nbgrader's gradebook and yield the function that writes a report into it; without a URL it does nothing.

    Raises :class:`~autograder.errors.UsageError` before anything is written, as
    :class:`~autograder.platforms.gradebook.Writer` tells.
    """
    if url is None:
        yield lambda _: None
        return
    with _needs("--to-gradebook"):
        from autograder.platforms.gradebook import Writer
    with closing(Writer(assignment, url)) as writer:
        yield writer.write


@contextmanager
def _needs(what: str) -> Iterator[None]:
    """Turn a missing package of the extra into a sentence that says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("autograder"):
            raise
        raise UsageError(f"{what} needs the package {error.name}, which is not installed: {EXTRA}") from None


def write_new(path: Path, content: bytes) -> Path:
    """Write a file of ours and return its path; the same content again is fine, any other is never overwritten.

    Raises :class:`~autograder.errors.UsageError` if another file lies there or the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with path.open("xb") as file:
                file.write(content)
        elif path.read_bytes() != content:
            raise UsageError(
                f"{path} exists with other content and was not overwritten; remove it or choose another --to"
            )
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return path


def zipped(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """Return a zip of files by name; the same files give the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(entry, content)
    return data.getvalue()
