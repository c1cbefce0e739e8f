"""The last steps: record what was graded, and tell the students. Runs where no student code has been."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.push.accept import Rejected, accept, strangers
from autograder.push.github import PATIENCE, GitHub, NoAccess, TryLater
from autograder.push.queue import Item, Queue
from autograder.push.records import Record, Records
from autograder.render.checkrun import check_run, no_run
from autograder.render.safe import line
from autograder.render.terminal import score


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one push, or of one student."""

    student: str
    assignment: str
    sha: str
    said: str
    problem: bool = False
    """Whether somebody has to do something about it."""
    held: bool = False
    """Whether a test of ours broke."""


def record(course: Course, queue: Queue, documents: Path, records: Records, require_level: str) -> list[Line]:
    """Check the documents of a queue, store what is accepted, and say what became of each push.

    The documents are those of the step that ran student code; whatever does not belong to the queue is rejected.
    """
    told = [Line(row.student, "", "", row.said, row.problem) for row in queue.rows]
    for item in queue.items:
        if item.problem:
            records.add(item, None)
            told.append(_line(item, item.problem, problem=True))
            continue
        try:
            accepted = accept(documents, item, course.assignment(item.assignment), require_level)
        except Rejected as reason:
            told.append(_line(item, f"rejected: {reason}", problem=True))
            continue
        new = records.add(item, accepted)
        said = score(accepted.report) + (", late" if item.late else "") + ("" if new else " (recorded before)")
        told.append(_line(item, said, held=accepted.report.status == "held"))
    told += [
        Line("", "", "", f"rejected: {line(name, 80)} belongs to nothing that was fetched", problem=True)
        for name in strangers(documents, list(queue.items))
    ]
    records.settle(course)
    return told


def post(queue: Queue, records: Records, github: GitHub) -> list[Line]:
    """Post a check run for each recorded push of a queue, once, and those of a student in the order of the pushes."""
    told: list[Line] = []
    waiting: set[str] = set()
    unanswered = 0
    for item in queue.items:
        if unanswered >= PATIENCE:
            told.append(_line(item, "not posted, since GitHub does not answer; a later run takes it up", problem=True))
            continue
        if item.student in waiting:
            told.append(_line(item, "not posted, since an earlier push was not; a later run takes it up", problem=True))
            continue
        recorded = records.find(item)
        if recorded is None or recorded.item.identity != item.identity:
            told.append(_line(item, "not posted, because nothing is recorded of it", problem=True))
            continue
        try:
            new = github.post(item.repository, item.sha, run_of(recorded))
        except (NoAccess, TryLater) as error:
            told.append(_line(item, f"not posted: {error}", problem=True))
            waiting.add(item.student)
            unanswered = unanswered + 1 if isinstance(error, TryLater) else 0
            continue
        unanswered = 0
        told.append(_line(item, "posted" if new else "posted before"))
    return told


def run_of(recorded: Record) -> dict[str, Any]:
    """Return the check run of a record."""
    item, report = recorded.item, recorded.report
    body = (
        check_run(report, recorded.places, item.path, late=item.late)
        if report
        else no_run(item.problem, late=item.late)
    )
    name = f"{item.identity}-held" if recorded.held else item.identity  # so that it is graded again
    return {"name": f"autograder / {item.assignment}", "external_id": name, **body}


def _line(item: Item, said: str, *, problem: bool = False, held: bool = False) -> Line:
    return Line(item.student, item.assignment, item.sha, said, problem, held)
