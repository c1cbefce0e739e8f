"""The second step: grade what was fetched. Runs student code, in the sandbox, and holds no credentials."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.batch.run import backend
from autograder.batch.task import open_task
from autograder.course import Course
from autograder.errors import UsageError
from autograder.model import Report
from autograder.places import places
from autograder.push.fetch import file_of
from autograder.push.queue import Item, Queue
from autograder.submission import read_submission


def grade(
    course: Course,
    queue: Queue,
    folder: Path,
    out: Path,
    *,
    require_level: str,
    workers: int,
    done: Callable[[Report], None] = lambda _: None,
) -> list[Report]:
    """Grade the files of a queue, and store for each a document ``KEY.json``: its report, and where its exercises are.

    Files with the same bytes for the same assignment are graded once: a report does not depend on whose they are.
    """
    by_content: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in queue.items:
        if item.sha256:
            by_content[item.assignment, item.sha256].append(item)
            _check(folder, item)
    out.mkdir(parents=True, exist_ok=True)
    reports: list[Report] = []
    for name in sorted({assignment for assignment, _ in by_content}):
        sharing = {items[0].key: items for (slug, _), items in sorted(by_content.items()) if slug == name}
        files = [(key, file_of(folder, items[0])) for key, items in sharing.items()]
        grade_tasks = backend(course.assignment(name), require_level, max(1, min(workers, len(files))))
        for task, graded in grade_tasks(open_task(key, file) for key, file in files):
            done(graded)
            reports += _store(graded, sharing[task.student], folder, out)
    return sorted(reports, key=lambda report: (report.assignment, report.student))


def _check(folder: Path, item: Item) -> None:
    """Make sure that the file is the one that was fetched."""
    file = file_of(folder, item)
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; fetch again") from None
    if digest != item.sha256:
        raise UsageError(f"{file} is not the file that was fetched: its SHA-256 differs; fetch again")


def _store(graded: Report, items: Iterable[Item], folder: Path, out: Path) -> list[Report]:
    reports = []
    for item in items:
        report = replace(graded, student=item.student, file=item.path.rpartition("/")[2])
        text = json.dumps(_document(report, file_of(folder, item)), indent=1, ensure_ascii=False) + "\n"
        (out / f"{item.key}.json").write_text(text, encoding="utf-8", errors="replace", newline="\n")
        reports.append(report)
    return reports


def _document(report: Report, file: Path) -> dict[str, Any]:
    """Return what goes from this step to the next: the report document, and cell and line of each exercise."""
    data = file.read_bytes()
    submission = read_submission(data, file.name, report.student)
    found = places(submission, data.decode("utf-8", "replace"), report.exercises)
    return {"report": report.as_dict(), "places": {n: {"cell": p.cell, "line": p.line} for n, p in found.items()}}
