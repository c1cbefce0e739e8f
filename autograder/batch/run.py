"""One run over a class: grade what is new, record it, show it in the folder."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.batch.folder import Folder
from autograder.batch.pool import Graded, grade_here, grade_in_pool
from autograder.batch.roster import EXCUSED, Roster, read_roster
from autograder.batch.rules import Rules, rules_of
from autograder.batch.task import Task, open_task
from autograder.course import Assignment
from autograder.model import Report, Standing

if TYPE_CHECKING:  # the database is imported only where one is asked for
    from autograder.batch.results import Results

Backend = Callable[[Iterator[Task]], Iterator[Graded]]
"""Whatever turns tasks into reports: this process, a pool, a cluster. It takes tasks as it needs them."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where reports go: a database that records them, and a folder that shows what is recorded; or nowhere."""

    results: "Results | None" = None
    folder: Folder | None = None
    rules: Rules = field(default_factory=Rules)
    roster: Roster = field(default_factory=Roster)

    def stored(self, task: Task, assignment: Assignment, require_level: str) -> Report | None:
        """Return the report that grading would only repeat, after making sure that the folder shows it."""
        found = self.results and self.results.current(task, assignment, require_level)
        if not found:
            return None
        if self.folder and found.latest and not self.folder.has(found.report.student, found.document):
            self.folder.write(found.report, found.document)
        return found.report

    def keep(self, task: Task, report: Report, reason: str = "") -> None:
        """Record a report, and then show what is recorded."""
        found = self.results and self.results.record(task, report, reason)
        if self.folder and found and found.latest:
            self.folder.write(found.report, found.document)

    def standings(self, assignment: Assignment) -> list[Standing]:
        """Return where everyone stands, by all that was ever recorded."""
        assert self.results is not None
        return self.roster.complete(self.rules.standings(self.results.attempts(assignment.slug)), assignment.points)

    def counting(self, assignment: Assignment, standings: Iterable[Standing]) -> Iterator[Report]:
        """Yield the reports that count, by student."""
        assert self.results is not None
        counted = {(standing.student, standing.attempt) for standing in standings if standing.status != EXCUSED}
        for student, number, report in self.results.reports(assignment.slug):
            if (student, number) in counted:
                yield report

    def close(self) -> None:
        """Let go of the database."""
        if self.results:
            self.results.database.close()

    def summarize(self, assignment: Assignment) -> None:
        """Write the table of the class."""
        if self.folder and self.results:
            self.folder.summarize(self.standings(assignment))


def open_keeping(
    assignment: Assignment, out: Path | None, db: str | None, roster: Path | None, *, existing: bool = False
) -> Keeping:
    """Open what results are kept in: a folder, a database, both or neither. It has to be closed.

    With ``existing`` they must be there already: those of the folder ``results`` if none is named.
    """
    if existing and out is None and db is None:
        out = Path("results")
    people = read_roster(roster) if roster else Roster()
    folder = Folder(out) if out else None
    if folder is None and db is None:  # a single verdict: nothing of the database is even imported
        return Keeping(roster=people)
    from autograder.batch.database import Database
    from autograder.batch.results import Results

    rules = rules_of(assignment)
    if db:
        return Keeping(Results(Database(db, existing=existing)), folder, rules, people)
    assert folder is not None
    return Keeping(Results(Database.in_file(folder.database, existing=existing)), folder, rules, people)


def backend(assignment: Assignment, require_level: str, workers: int) -> Backend:
    """Return what grades on this machine: this process alone, or so many others."""
    if workers == 1:
        return lambda tasks: grade_here(assignment, tasks, require_level)
    return lambda tasks: grade_in_pool(assignment, tasks, require_level, workers)


def grade_all(
    assignment: Assignment,
    files: Iterable[tuple[str, Path]],
    grade: Backend,
    *,
    require_level: str,
    keeping: Keeping | None = None,
    times: dict[str, datetime] | None = None,
    done: Callable[[Report], None] = lambda _: None,
) -> None:
    """Grade (student, file) pairs; ``done`` is told of each report as it comes, first of those known before.

    Nothing is lost when this is interrupted or killed: what was graded is recorded, and the next run grades the rest.
    """
    keeping = keeping or Keeping()

    def new_tasks() -> Iterator[Task]:
        for student, path in files:
            task = open_task(student, path, (times or {}).get(student))
            stored = keeping.stored(task, assignment, require_level)
            if stored:
                done(stored)
            else:
                yield task

    if keeping.folder:
        keeping.folder.tidy()
    try:
        for task, report in grade(new_tasks()):
            keeping.keep(task, report)
            done(report)
    except KeyboardInterrupt:
        _end_at_once_next_time()
        keeping.summarize(assignment)
        raise
    keeping.summarize(assignment)


def _end_at_once_next_time() -> None:
    """Let a second Ctrl-C end the process where it is: every file and record is whole at any moment."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
