"""Who is in the class: a CSV of students, as a spreadsheet or a learning platform writes it.

Only the column ``id`` is needed; ``name``, ``email`` and ``section`` are shown, and all others (a platform's own
numbers) are kept under their names. A second kind of list, with ``id`` and ``submitted_at``, says when each file was
handed in.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import UsageError
from autograder.model import Standing
from autograder.render.safe import line

MISSING = "missing"
SHOWN = ("name", "email", "section")


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the roster."""

    id: str
    """The name under which submissions come: the stem of the file or the folder."""
    name: str = ""
    email: str = ""
    section: str = ""
    other: dict[str, str] = field(default_factory=dict)
    """All further columns, such as those a learning platform wants back."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The students of a class, by id."""

    file: str = ""
    people: dict[str, Person] = field(default_factory=dict)

    def unknown(self, students: Iterable[str]) -> list[str]:
        """Return those who are not in the roster, sorted; nobody is unknown where there is no roster."""
        return sorted(set(students) - self.people.keys()) if self.people else []

    def missing(self, students: Iterable[str]) -> list[str]:
        """Return those who have handed in nothing, in the order of the roster."""
        present = set(students)
        return [student for student in self.people if student not in present]

    def complete(self, standings: Iterable[Standing], max_score: float) -> list[Standing]:
        """Add names to standings, and a standing without points for everyone missing; sorted by student."""
        found = [self._named(standing) for standing in standings]
        absent = self.missing(standing.student for standing in found)
        nothing = [Standing(s, MISSING, 0.0, max_score, attempt=0, attempts=0) for s in absent]
        return sorted([*found, *map(self._named, nothing)], key=lambda standing: standing.student)

    def _named(self, standing: Standing) -> Standing:
        if not self.people:
            return standing
        person = self.people.get(standing.student)
        if person is None:
            return replace(standing, notes=("not in the roster", *standing.notes))
        return replace(standing, name=person.name, email=person.email, section=person.section)


def read_roster(path: Path) -> Roster:
    """Read a roster. Raises :class:`~autograder.errors.UsageError` for a file that is none, naming the line."""
    people = {}
    for row in _rows(path, needed=("id",)):
        other = {key: value for key, value in row.items() if key not in ("id", *SHOWN)}
        shown = {key: row.get(key, "") for key in SHOWN}
        people[row["id"]] = Person(row["id"], **shown, other=other)
    return Roster(path.name, people)


def read_times(path: Path) -> dict[str, datetime]:
    """Read when each student handed in: ``id`` and ``submitted_at``, an ISO 8601 time with its distance from UTC."""
    times = {}
    for row in _rows(path, needed=("id", "submitted_at")):
        value = row["submitted_at"]
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = datetime.min
        if moment.tzinfo is None:
            raise UsageError(
                f"{path}: {line(row['id'])} has submitted_at {line(value)!r}, expected a time such as "
                "2030-11-30T23:59:00+01:00"
            )
        times[row["id"]] = moment.astimezone(UTC).replace(microsecond=0)
    return times


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield the lines of a CSV file by column, with ids that are there and differ."""
    text = _text(path).replace("\r\n", "\n").replace("\r", "\n")
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)  # a spreadsheet writes what its country is used to
    reader = csv.reader(text.split("\n"), delimiter=delimiter)
    columns = [name.strip().lower() for name in next(reader, [])]
    for name in needed:
        if columns.count(name) != 1:
            shown = ", ".join(line(column) for column in columns if column) or "nothing"
            raise UsageError(f"{path} needs one column {name!r} in its first line, which has {shown}")
    places: dict[str, int] = {}
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"{path}:{reader.line_num}"
            if len(cells) > len(columns):
                raise UsageError(f"{where}: there are {len(cells)} cells under {len(columns)} columns; quote commas")
            row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
            student = row.get("id", "")
            if not student:
                raise UsageError(f"{where}: the id is empty; give every student one")
            if student in places:
                raise UsageError(f"{where}: {line(student)} is also in line {places[student]}; keep one of the two")
            places[student] = reader.line_num
            yield {column: row.get(column, "") for column in columns}
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: this is no CSV: {error}") from None
    if not places:
        raise UsageError(f"{path} names no student below its first line")


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text; save it as CSV UTF-8") from None
