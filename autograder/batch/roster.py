"""Who is in the class, and what people have decided about them: a CSV of students, as a spreadsheet writes it.

Only the column ``id`` is needed; the others that count are those of :class:`Person`. A second kind of list, with ``id``
and ``submitted_at``, says when each file was handed in.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import UsageError
from autograder.model import Standing, total
from autograder.render.safe import line

MISSING = "missing"
EXCUSED = "excused"
TEXTS = ("name", "email", "section", "first_name", "last_name", "lms_id")
YES, NO = ("yes", "true", "1", "x"), ("no", "false", "0", "")


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the roster; what is not known is ``""``."""

    id: str
    """The name under which submissions come: the stem of the file or the folder."""
    name: str = ""
    email: str = ""
    section: str = ""
    first_name: str = ""
    last_name: str = ""
    lms_id: str = ""
    """The id by which the learning management system knows the student."""
    excused: bool = False
    late_penalty: float | None = None
    """Points to be taken off instead of those that the late rules take; None leaves it to the rules."""

    def penalty(self, earned: float, by_rules: float) -> float:
        """Return the points that lateness costs of those earned: never more than there are."""
        return min(by_rules if self.late_penalty is None else self.late_penalty, earned)


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
        """Add to standings what the roster says, and one without points for everyone missing; sorted by student."""
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
        named = replace(standing, name=person.name, email=person.email, section=person.section)
        if person.excused:
            return replace(named, status=EXCUSED, score=0.0)
        penalty = person.penalty(standing.earned, total([standing.earned, -standing.score]))
        return replace(named, score=total([standing.earned, -penalty]))


def read_roster(path: Path) -> Roster:
    """Read a roster: CSV with the column ``id`` and, if wanted, the others of :class:`Person`.

    Raises :class:`~autograder.errors.UsageError`, naming file and line, for a file that is none, a student who is named
    twice or not at all, or a cell that is no yes or no (``excused``), no number of points (``late_penalty``).
    """
    people = {}
    for where, row in _rows(path, needed=("id",)):
        people[row["id"]] = Person(
            row["id"],
            **{key: row.get(key, "") for key in TEXTS},
            excused=_yes(row.get("excused", ""), where),
            late_penalty=_points(row.get("late_penalty", ""), where),
        )
    return Roster(path.name, people)


def _yes(text: str, where: str) -> bool:
    if text.casefold() not in (*YES, *NO):
        raise UsageError(f"{where}: excused is {line(text)!r}, expected yes or no")
    return text.casefold() in YES


def _points(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise UsageError(f"{where}: late_penalty is {line(text)!r}, expected points to take off, such as 5 or 2.5")
    return value


def read_times(path: Path) -> dict[str, datetime]:
    """Read when each student handed in: ``id`` and ``submitted_at``, an ISO 8601 time with its distance from UTC."""
    times = {}
    for where, row in _rows(path, needed=("id", "submitted_at")):
        value = row["submitted_at"]
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = datetime.min
        if moment.tzinfo is None:
            raise UsageError(
                f"{where}: {line(row['id'])} has submitted_at {line(value)!r}, expected a time such as "
                "2030-11-30T23:59:00+01:00"
            )
        times[row["id"]] = moment.astimezone(UTC).replace(microsecond=0)
    return times


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each line of a CSV file, where it is and its cells by column, with ids that are there and differ."""
    text = _text(path).replace("\r\n", "\n").replace("\r", "\n")
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)  # a spreadsheet writes what its country is used to
    reader = csv.reader(text.split("\n"), delimiter=delimiter)
    columns = [name.strip().lower().replace(" ", "_") for name in next(reader, [])]
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
            yield where, {column: row.get(column, "") for column in columns}
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
