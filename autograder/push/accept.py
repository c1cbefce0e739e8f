"""Accept or reject what the grading step says. That step ran student code, so its documents are read as hostile.

A document is accepted only if it is the one report that the course's own tests could have led to: for a file in the
queue, with exactly these tests, texts and points. What is left to it are outcomes, details, notes and times.
"""

import json
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

from autograder.course import Assignment
from autograder.errors import AutograderError
from autograder.grade import ENGINE, LEVELS
from autograder.model import Outcome, Report, Result
from autograder.places import Place
from autograder.plugin import Test
from autograder.push.queue import Item
from autograder.report import from_document, schema
from autograder.verdict import MAX_DETAIL

MAX_DOCUMENT = 1 << 20
MAX_NOTES = 5_000  # one on each damaged cell, and some more
MAX_SECONDS = 24 * 3600
MAX_LINE = 2_000_000


class Rejected(AutograderError):
    """A document that cannot be the report of the item it claims to be of."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A report that may be recorded and posted."""

    report: Report
    places: dict[str, Place]


def accept(folder: Path, item: Item, assignment: Assignment, require_level: str) -> Accepted:
    """Return the report of an item. Raises :class:`Rejected`, with the first reason found."""
    document = _read(folder / f"{item.key}.json")
    if not isinstance(document, dict) or document.keys() != {"report", "places"}:
        raise Rejected("its document should hold `report` and `places` and nothing else")
    report = _report(document["report"])
    expected = {
        "student": (report.student, item.student),
        "assignment": (report.assignment, item.assignment),
        "file": (report.file, item.path.rpartition("/")[2]),
        "SHA-256 of the file": (report.sha256, item.sha256),
        "hash of the tests": (report.provenance.tests_sha256, assignment.tests_sha256),
        "salt": (report.provenance.salt_id, assignment.course.salt_id),
        "engine": (report.provenance.engine, ENGINE),
        "maximal score": (report.max_score, assignment.points),
        "list of exercises": (report.exercises, assignment.exercises),
        "list of tests": (tuple(r.test for r in report.results), tuple(t.name for t in assignment.tests())),
    }
    for what, (found, wanted) in expected.items():
        if found != wanted:
            raise Rejected(f"its {what} is not that of the queue and the course")
    if LEVELS.index(report.provenance.sandbox_level) < LEVELS.index(require_level):
        raise Rejected(f"it was graded at sandbox level {report.provenance.sandbox_level}, below {require_level}")
    for test, result in zip(assignment.tests(), report.results, strict=True):
        _check_result(test, result, unreadable=report.unreadable)
    _check_bounds(report)
    if report.as_dict() != document["report"]:
        raise Rejected("its scores, status and results contradict each other")
    return Accepted(report, _places(document["places"], assignment))


def strangers(folder: Path, items: list[Item]) -> list[str]:
    """Return the names of files among the documents that belong to nothing in the queue."""
    known = {f"{item.key}.json" for item in items}
    return sorted(entry.name for entry in folder.iterdir() if entry.name not in known) if folder.is_dir() else []


def _read(path: Path) -> Any:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise Rejected("its document is no regular file")
        if status.st_size > MAX_DOCUMENT:
            raise Rejected(f"its document has {status.st_size:,} bytes, more than {MAX_DOCUMENT:,}")
        return json.loads(path.read_bytes(), object_pairs_hook=_unique, parse_constant=_no_number)
    except FileNotFoundError:
        raise Rejected("the grading step left no document for it; a later run grades it again") from None
    except (ValueError, RecursionError):
        raise Rejected("its document is not valid JSON") from None
    except OSError as error:
        raise Rejected(f"its document cannot be read: {error.strerror}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _report(document: Any) -> Report:
    try:
        jsonschema.validate(document, schema())
        return from_document(document)
    except (jsonschema.ValidationError, RecursionError, OverflowError) as error:
        reason = error.message[:200] if isinstance(error, jsonschema.ValidationError) else type(error).__name__
        raise Rejected(f"its report does not follow the schema: {reason}") from None


def _check_result(test: Test, result: Result, *, unreadable: bool) -> None:
    """Make sure that only outcome, case and detail of a result were decided by the grading step."""
    passed = result.outcome is Outcome.PASSED
    same = (
        (result.exercise, result.description, result.max_score, result.visibility)
        == (test.exercise, test.description, test.points, test.visibility)
        and result.hint == ("" if passed else test.hint)
        and (result.case is None or result.case in test.cases)
    )
    if not same:
        raise Rejected(f"its result of {test.name} is not one that this test can have")
    if passed and (result.case is not None or result.detail or unreadable):
        raise Rejected(f"its result of {test.name} passed and did not")
    if len(result.detail) > MAX_DETAIL:
        raise Rejected(f"its detail of {test.name} is longer than {MAX_DETAIL} characters")


def _check_bounds(report: Report) -> None:
    p = report.provenance
    try:
        graded = datetime.fromisoformat(p.graded_at)
    except ValueError:
        raise Rejected("it does not say when it was graded") from None
    if graded.tzinfo is None or not 0 <= p.seconds <= MAX_SECONDS or max(len(p.python), len(p.numpy)) > 80:
        raise Rejected("its provenance is out of bounds")
    if len(report.notes) > MAX_NOTES or any(len(note) > MAX_DETAIL for note in report.notes):
        raise Rejected(f"it has more than {MAX_NOTES} notes, or one of more than {MAX_DETAIL} characters")


def _places(document: Any, assignment: Assignment) -> dict[str, Place]:
    if not isinstance(document, dict):
        raise Rejected("its places of the exercises are no object")
    found: dict[str, Place] = {}
    for name, place in document.items():
        valid = name in assignment.exercises and isinstance(place, dict) and place.keys() == {"cell", "line"}
        if not valid or any(type(n) is not int or not 1 <= n <= MAX_LINE for n in place.values()):
            raise Rejected("its places of the exercises are out of bounds")
        found[name] = Place(place["cell"], place["line"])
    return found
