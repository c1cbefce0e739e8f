"""The first step: find what was pushed and not graded yet, and take the files in as data."""

import hashlib
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from autograder.batch.rules import rules_of
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.grade import ENGINE
from autograder.push.archive import Archive, BadArchive, Caps, read_archive
from autograder.push.config import Homework, Settings
from autograder.push.github import PATIENCE, GitHub, NoAccess, TryLater
from autograder.push.queue import Item, Push, Queue, Row, identity
from autograder.render.safe import line

FILES = "files"
NEWEST = 3  # pushes of one student that one run grades, besides older ones that may count in their stead
OLDEST = 500  # pushes to look back for these

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
            pushes = _select(github.pushes(repository, settings.branch), settings.assignments, taker)
            if not pushes:
                rows.append(Row(student, f"nothing was pushed to {settings.branch} yet", problem=False))
            for push, homework, known in _unknown(pushes, lambda sha: github.known(repository, sha), student, taker):  # noqa: B023
                taker.take(student, repository, push, homework, known, lambda sha: github.archive(repository, sha))  # noqa: B023
        except (NoAccess, TryLater) as error:
            rows.append(Row(student, str(error), problem=True))
            unanswered = unanswered + 1 if isinstance(error, TryLater) else 0
    if only and not taker.items and not rows and only.lower() not in map(str.lower, settings.students.values()):
        rows.append(Row("", f"{line(only, 140)} is no student's repository", problem=True))
    return taker.queue(rows)


def fetch_git(course: Course, homework: Sequence[Homework], folder: Path, student: str, git: Path, push: Push) -> Queue:
    """Do the same for one commit in a repository on this machine, as a hook of a git server sees it."""
    taker = _Taker(course, homework, folder)
    rows = []
    try:
        taker.take(student, "", push, homework, {}, lambda sha: _git_archive(git, sha))
    except BadArchive as error:
        rows.append(Row(student, str(error), problem=True))
    return taker.queue(rows)


def _select(pushes: Iterator[Push], homework: Sequence[Homework], taker: "_Taker") -> list[tuple[Push, list[Homework]]]:
    """Choose the pushes that may count, oldest first: the newest few, and older ones that are less late.

    These are for each assignment the last that counts anything, and the last that counts in full. A commit that was
    pushed twice counts from its first push.
    """
    seen: dict[str, Push] = {}
    chosen: dict[str, list[Homework]] = {}
    sought = [(one, least) for one in homework for least in (0, 1)]
    for number, push in enumerate(islice(pushes, OLDEST)):
        found = [(one, least) for one, least in sought if (share := taker.share(push, one)) > 0 and share >= least]
        if number >= NEWEST and not sought:
            break
        wanted = list(homework) if number < NEWEST else [one for one, _ in found]
        sought = [pair for pair in sought if pair not in found]
        if wanted or push.sha in chosen:
            seen[push.sha] = push
            chosen[push.sha] = [one for one in homework if one in chosen.get(push.sha, []) or one in wanted]
    return sorted(((seen[sha], of) for sha, of in chosen.items()), key=lambda pair: (pair[0].time, pair[0].push_id))


def _unknown(
    pushes: Sequence[tuple[Push, list[Homework]]], known: Callable[[str], dict[str, int]], student: str, taker: "_Taker"
) -> Iterator[tuple[Push, list[Homework], dict[str, int]]]:
    """Yield the pushes to look at, with our check runs on each, and ask for as few of these as possible.

    Check runs are posted oldest first, so where the newest push has its own, only an older one that may count in its
    stead, since the newest loses points by being late, may lack them.
    """
    if not pushes:
        return
    newest, homework = pushes[-1]
    runs = known(newest.sha)
    settled = taker.knows(student, newest, homework, runs)
    for push, older in pushes[:-1]:
        if not settled or any(taker.share(push, one) > taker.share(newest, one) for one in older):
            yield push, older, known(push.sha)
    yield newest, homework, runs


class _Taker:
    """Takes in commits, and remembers what became of each."""

    def __init__(self, course: Course, homework: Sequence[Homework], folder: Path) -> None:
        self.assignments: dict[str, Assignment] = {
            one.assignment: course.assignment(one.assignment) for one in homework
        }
        for name, assignment in self.assignments.items():
            if name != assignment.slug:
                raise UsageError(f"push.toml speaks of {name!r}; write the whole name {assignment.slug!r}")
        self.rules = {name: rules_of(assignment) for name, assignment in self.assignments.items()}
        self.folder = folder
        self.items: list[Item] = []

    def share(self, push: Push, homework: Homework) -> float:
        """Return what part of its points a push keeps, from 1 (in time) to 0."""
        return self.rules[homework.assignment].share(push.time)

    def take(
        self,
        student: str,
        repository: str,
        push: Push,
        homework: Sequence[Homework],
        known: dict[str, int],
        opened: Open,
    ) -> None:
        """Add one commit's assignments to the queue, except those that ``known`` has."""
        identities = {one: self._identity(student, one, push) for one in homework}
        homework = [one for one in homework if identities[one] not in known]
        if not homework:
            return
        reason, archive = "", Archive()
        try:
            with opened(push.sha) as chunks:
                archive = read_archive(chunks, push.sha, [path for one in homework for path in one.paths], Caps())
        except BadArchive as error:
            reason = str(error)
        for one in homework:
            path = next((path for path in one.paths if path in archive.files), "")
            data = archive.files.get(path, b"")
            item = Item(
                student=student, repository=repository, assignment=one.assignment, sha=push.sha,
                pushed_at=push.pushed_at, push_id=push.push_id,
                late=self.rules[one.assignment].days_late(push.time) > 0, path=path or one.path,
                sha256=hashlib.sha256(data).hexdigest() if path else "", identity=identities[one],
                problem="" if path else reason or _why_not(archive, one),
            )  # fmt: skip
            if path:
                file = file_of(self.folder, item)
                file.parent.mkdir(parents=True)
                file.write_bytes(data)
            self.items.append(item)

    def knows(self, student: str, push: Push, homework: Sequence[Homework], known: dict[str, int]) -> bool:
        """Whether all assignments of a push are among our check runs."""
        return all(self._identity(student, one, push) in known for one in homework)

    def queue(self, rows: Sequence[Row]) -> Queue:
        """Store the queue."""
        queue = Queue(tuple(self.items), tuple(rows))
        self.folder.mkdir(parents=True, exist_ok=True)
        queue.write(self.folder)
        return queue

    def _identity(self, student: str, one: Homework, push: Push) -> str:
        assignment = self.assignments[one.assignment]
        return identity(student, one.assignment, push.sha, assignment.tests_sha256, assignment.course.salt_id, ENGINE)


def file_of(folder: Path, item: Item) -> Path:
    """Return where the file of an item lies: under its own name, since messages speak of it."""
    return folder / FILES / item.key / item.path.rpartition("/")[2]


def _why_not(archive: Archive, one: Homework) -> str:
    """Say what is there instead of the notebook."""
    for path in (*one.paths, one.folder):
        if path in archive.unusable:
            return f"{path} is {archive.unusable[path]}; commit the notebook itself"
    names = sorted(archive.names.get(one.folder, []))
    if not names:
        return f"the folder {one.folder} is not in the repository, or it is empty; keep it where it was"
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return f"{one.path} is not there, only {shown}; give the notebook its name back"


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
