"""The first step: find what was pushed and not graded yet, and take the files in as data."""

import hashlib
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.grade import ENGINE
from autograder.push.archive import Archive, BadArchive, Caps, read_archive
from autograder.push.config import Due, Settings
from autograder.push.github import PATIENCE, GitHub, NoAccess, TryLater
from autograder.push.queue import Item, Push, Queue, Row, identity
from autograder.render.safe import line

FILES = "files"
NEWEST = 3  # pushes of one student that one run grades, besides the last one on time
OLDEST = 500  # pushes to look back for the last one on time

Open = Callable[[str], AbstractContextManager[Iterable[bytes]]]


def fetch(course: Course, settings: Settings, github: GitHub, folder: Path, *, only: str = "") -> Queue:
    """Fill a folder with the files of all pushes that have no check run of ours, and return the queue of them.

    What goes wrong for one student becomes a row, and the others go on. ``only`` names a single repository.
    """
    taker = _Taker(course, settings.assignments, folder)
    rows: list[Row] = []
    unanswered = 0
    for student, repository in settings.students.items():
        if only and repository.lower() != only.lower():
            continue
        if unanswered >= PATIENCE:
            rows.append(
                Row(student, "not asked for, since GitHub does not answer; a later run takes it up", problem=True)
            )
            continue
        try:
            pushes = _select(github.pushes(repository, settings.branch), settings.assignments)
            if not pushes:
                rows.append(Row(student, f"nothing was pushed to {settings.branch} yet", problem=False))
            for push, dues, known in _unknown(pushes, lambda sha: github.known(repository, sha), student, taker):  # noqa: B023
                taker.take(student, repository, push, dues, known, lambda sha: github.archive(repository, sha))  # noqa: B023
        except (NoAccess, TryLater) as error:
            rows.append(Row(student, str(error), problem=True))
            unanswered = unanswered + 1 if isinstance(error, TryLater) else 0
    if only and not taker.items and not rows and only.lower() not in map(str.lower, settings.students.values()):
        rows.append(Row("", f"{line(only, 140)} is no student's repository", problem=True))
    return taker.queue(rows)


def fetch_git(course: Course, settings: Sequence[Due], folder: Path, student: str, git: Path, push: Push) -> Queue:
    """Do the same for one commit in a repository on this machine, as a hook of a git server sees it."""
    taker = _Taker(course, settings, folder)
    rows = []
    try:
        taker.take(student, "", push, settings, {}, lambda sha: _git_archive(git, sha))
    except BadArchive as error:
        rows.append(Row(student, str(error), problem=True))
    return taker.queue(rows)


def _select(pushes: Iterator[Push], dues: Sequence[Due]) -> list[tuple[Push, list[Due]]]:
    """Choose the pushes that may matter, oldest first: the newest few, and for each assignment the last on time.

    A commit that was pushed twice counts from its first push.
    """
    seen: dict[str, Push] = {}
    chosen: dict[str, list[Due]] = {}
    waiting = list(dues)
    for number, push in enumerate(islice(pushes, OLDEST)):
        in_time = [due for due in waiting if not _late(push, due)]
        if number >= NEWEST and not waiting:
            break
        wanted = list(dues) if number < NEWEST else in_time
        waiting = [due for due in waiting if due not in in_time]
        if wanted or push.sha in chosen:
            seen[push.sha] = push
            chosen[push.sha] = [due for due in dues if due in chosen.get(push.sha, []) or due in wanted]
    return sorted(((seen[sha], of) for sha, of in chosen.items()), key=lambda pair: (pair[0].time, pair[0].push_id))


def _unknown(
    pushes: Sequence[tuple[Push, list[Due]]], known: Callable[[str], dict[str, int]], student: str, taker: "_Taker"
) -> Iterator[tuple[Push, list[Due], dict[str, int]]]:
    """Yield the pushes to look at, with our check runs on each, and ask for as few of these as possible.

    Check runs are posted oldest first, so where the newest push has its own, only an older one that counts in its
    stead, since the newest is late, may lack them.
    """
    if not pushes:
        return
    newest, dues = pushes[-1]
    runs = known(newest.sha)
    settled = taker.knows(student, newest, dues, runs)
    for push, older in pushes[:-1]:
        if not settled or any(_late(newest, due) and not _late(push, due) for due in older):
            yield push, older, known(push.sha)
    yield newest, dues, runs


def _late(push: Push, due: Due) -> bool:
    return due.due is not None and push.time > due.due


class _Taker:
    """Takes in commits, and remembers what became of each."""

    def __init__(self, course: Course, dues: Sequence[Due], folder: Path) -> None:
        self.assignments: dict[str, Assignment] = {due.assignment: course.assignment(due.assignment) for due in dues}
        for name, assignment in self.assignments.items():
            if name != assignment.slug:
                raise UsageError(f"push.toml speaks of {name!r}; write the whole name {assignment.slug!r}")
        self.folder = folder
        self.items: list[Item] = []

    def take(
        self, student: str, repository: str, push: Push, dues: Sequence[Due], known: dict[str, int], opened: Open
    ) -> None:
        """Add one commit's assignments to the queue, except those that ``known`` has."""
        identities = {due: self._identity(student, due, push) for due in dues}
        dues = [due for due in dues if identities[due] not in known]
        if not dues:
            return
        reason, archive = "", Archive()
        try:
            with opened(push.sha) as chunks:
                archive = read_archive(chunks, push.sha, [path for due in dues for path in due.paths], Caps())
        except BadArchive as error:
            reason = str(error)
        for due in dues:
            path = next((path for path in due.paths if path in archive.files), "")
            data = archive.files.get(path, b"")
            item = Item(
                student=student, repository=repository, assignment=due.assignment, sha=push.sha,
                pushed_at=push.pushed_at, push_id=push.push_id, late=_late(push, due), path=path or due.path,
                sha256=hashlib.sha256(data).hexdigest() if path else "", identity=identities[due],
                problem="" if path else reason or _why_not(archive, due),
            )  # fmt: skip
            if path:
                file = file_of(self.folder, item)
                file.parent.mkdir(parents=True)
                file.write_bytes(data)
            self.items.append(item)

    def knows(self, student: str, push: Push, dues: Sequence[Due], known: dict[str, int]) -> bool:
        """Whether all assignments of a push are among our check runs."""
        return all(self._identity(student, due, push) in known for due in dues)

    def queue(self, rows: Sequence[Row]) -> Queue:
        """Store the queue."""
        queue = Queue(tuple(self.items), tuple(rows))
        self.folder.mkdir(parents=True, exist_ok=True)
        queue.write(self.folder)
        return queue

    def _identity(self, student: str, due: Due, push: Push) -> str:
        assignment = self.assignments[due.assignment]
        return identity(student, due.assignment, push.sha, assignment.tests_sha256, assignment.course.salt_id, ENGINE)


def file_of(folder: Path, item: Item) -> Path:
    """Return where the file of an item lies: under its own name, since messages speak of it."""
    return folder / FILES / item.key / item.path.rpartition("/")[2]


def _why_not(archive: Archive, due: Due) -> str:
    """Say what is there instead of the notebook."""
    for path in (*due.paths, due.folder):
        if path in archive.unusable:
            return f"{path} is {archive.unusable[path]}; commit the notebook itself"
    names = sorted(archive.names.get(due.folder, []))
    if not names:
        return f"the folder {due.folder} is not in the repository, or it is empty; keep it where it was"
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return f"{due.path} is not there, only {shown}; give the notebook its name back"


@contextmanager
def _git_archive(git: Path, sha: str) -> Iterator[Iterable[bytes]]:
    """Open the archive of a commit in a repository on this machine."""
    command = ["git", "-C", str(git), "archive", "--format=tar.gz", "--prefix=commit/", sha]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            yield iter(lambda: process.stdout.read(64 << 10), b"")  # type: ignore[union-attr]
        finally:
            process.kill()  # after an archive that was refused half-way


def git_push(git: Path, revision: str, now: datetime | None = None) -> Push:
    """Return the commit that a name means in a repository on this machine, as pushed now."""
    command = ["git", "-C", str(git), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise UsageError(f"git cannot be started: {error.strerror}") from None
    sha = done.stdout.strip()
    if done.returncode:
        raise UsageError(f"{git} has no commit {revision!r}; give a bare repository and a commit in it")
    now = now or datetime.now(UTC)
    return Push(sha, now.isoformat(timespec="seconds"), int(now.timestamp() * 1e6))
