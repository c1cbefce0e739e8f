"""The store of grades: a file for each push, and for each student the report that counts. A rerun changes nothing.

``NN/pushes/STUDENT/SHA.json`` holds a push and its report; ``NN/STUDENT.json``, ``NN/feedback/`` and
``NN/summary.csv`` are those of the pushes that count, as ``autograder grade --out`` writes them; ``grades.csv`` tells
which these are. Everything but ``pushes/`` follows from it.
"""

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from autograder.batch.folder import Folder
from autograder.batch.rules import Attempt, Rules, rules_of
from autograder.course import Course
from autograder.errors import GraderBroken, UsageError
from autograder.model import Report, Standing, Status
from autograder.places import Place
from autograder.push.accept import Accepted
from autograder.push.queue import Item
from autograder.render.safe import csv_cell
from autograder.report import from_document, to_json

COLUMNS = ("student", "assignment", "status", "score", "max_score", "late", "pushed_at", "sha", "repository")


@dataclass(frozen=True, slots=True)
class Record:
    """A push and what came of it."""

    item: Item
    report: Report | None
    """None where there was nothing to grade."""
    places: dict[str, Place]

    @property
    def time(self) -> datetime:
        """When the server received the push."""
        return datetime.fromisoformat(self.item.pushed_at)

    @property
    def held(self) -> bool:
        """Whether the report waits for staff, so that the push is graded again."""
        return self.report is not None and self.report.status is Status.HELD


class Records:
    """A folder of records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, item: Item, accepted: Accepted | None) -> bool:
        """Store what came of a push, unless the same grading is stored already; return whether anything changed.

        A report that is held is replaced by whatever comes later.
        """
        stored = self.find(item)
        if stored is not None and stored.item.identity == item.identity and not stored.held:
            return False
        document = {
            "push": asdict(item),
            "report": accepted.report.as_dict() if accepted else None,
            "places": {n: asdict(p) for n, p in accepted.places.items()} if accepted else {},
        }
        self._put(self._path(item), json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        return True

    def find(self, item: Item) -> Record | None:
        """Return the record of a push, or None where there is none."""
        path = self._path(item)
        return _read(path) if path.is_file() else None

    def settle(self, course: Course) -> None:
        """Write what follows from the records: for each student the report that counts, and the tables."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for slug in sorted(path.parent.name for path in self.folder.glob("*/pushes")):
            if slug not in course.names():
                continue  # of an assignment that is no more: its files stay as they are
            shown, standings, rules = Folder(self.folder / slug), [], rules_of(course.assignment(slug))
            for folder in sorted((self.folder / slug / "pushes").iterdir()):
                record, standing = _counting(folder, rules)
                writer.writerow(_row(record, standing, rules))
                if record.report and standing:
                    shown.write(record.report, to_json(record.report))
                    standings.append(standing)
            shown.summarize(standings)
        self._put(self.folder / "grades.csv", text.getvalue())

    def _path(self, item: Item) -> Path:
        return self.folder / item.assignment / "pushes" / item.student / f"{item.sha}.json"

    def _put(self, path: Path, text: str) -> None:
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8", newline="\n")
            draft.replace(path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}; what was written before is kept") from None


def _counting(folder: Path, rules: Rules) -> tuple[Record, Standing | None]:
    """Return the record that counts for a student by the rules, and for how much.

    A push without anything to grade counts only where there is no other, and for nothing.
    """
    records = sorted(_all(folder), key=lambda record: (record.time, record.item.push_id))
    graded = [record for record in records if record.report]
    if not graded:
        return records[-1], None
    attempts = [Attempt.of(r.report, number, r.time) for number, r in enumerate(graded, 1) if r.report]
    standing = rules.standing(attempts)
    return graded[standing.attempt - 1], standing


def _all(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob("*.json")):
        yield _read(path)


def _read(path: Path) -> Record:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        report = from_document(document["report"]) if document["report"] else None
        places = {name: Place(**place) for name, place in document["places"].items()}
        return Record(Item(**document["push"]), report, places)
    except (ValueError, KeyError, TypeError):
        raise GraderBroken(f"{path} is no record any more; restore it from the history of the results") from None


def _row(record: Record, standing: Standing | None, rules: Rules) -> list[object]:
    item = record.item
    return [
        csv_cell(item.student),
        item.assignment,
        standing.status if standing else "not graded",
        standing.score if standing and not record.held else "",
        standing.max_score if standing else "",
        "late" if rules.days_late(record.time) else "on time",
        item.pushed_at,
        item.sha,
        item.repository,
    ]
