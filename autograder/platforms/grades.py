"""What a gradebook wants to know of each student: reports, and what people have decided besides.

Every gradebook format begins with :func:`read_grades`. A student is *graded* (0 included), *missing* (on the list of
students, but without a submission), *excused* (by the list), or *held* (a test of ours broke: no score is released).
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Assignment
from autograder.errors import UsageError
from autograder.model import Report, Status, total
from autograder.platforms.sheet import Sheet, read_sheet
from autograder.render.safe import line
from autograder.report import from_document

YES, NO = ("yes", "true", "1", "x"), ("no", "false", "0", "")
DOWNLOADED = (  # how Moodle and Canvas name what they let instructors download, with their number of the student
    re.compile(r"_(?P<id>\d+)_assignsubmission_"),
    re.compile(r"^[^_]*(?:_LATE)?_(?P<id>\d+)_\d+_"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the roster, the list of students; what is not known is ``""``."""

    student: str
    """The student's id: the name under which submissions are graded."""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    """The id by which the learning management system knows the student."""
    excused: bool = False
    late_penalty: float = 0.0
    """Points to be taken off, which are never part of the report."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One student's line in any gradebook."""

    person: Person
    report: Report | None = None

    @property
    def status(self) -> str:
        """``graded``, ``unreadable``, ``held``, ``missing`` or ``excused``."""
        if self.person.excused:
            return "excused"
        return "missing" if self.report is None else str(self.report.status)

    @property
    def score(self) -> float | None:
        """Points before any penalty; None unless a score may be released."""
        if self.report is None or self.person.excused or self.report.status is Status.HELD:
            return None
        return self.report.score

    @property
    def penalty(self) -> float:
        """Points that lateness costs: never more than there are."""
        return min(self.person.late_penalty, self.score or 0.0)

    @property
    def final(self) -> float | None:
        """Points after the penalty."""
        return None if self.score is None else total([self.score, -self.penalty])

    @property
    def keys(self) -> frozenset[str]:
        """Names by which a gradebook may know this student, see :func:`key`."""
        person = self.person
        if person.lms_id:
            return frozenset({key(person.lms_id)})
        found = [match["id"] for pattern in DOWNLOADED if (match := pattern.search(person.student))]
        return frozenset(key(name) for name in (person.student, person.email, *found) if name)


def titles_of(assignment: Assignment, asked: str | None) -> tuple[str, ...]:
    """Return by what an assignment may be called elsewhere: what was asked for, or else its title or its name."""
    return (asked,) if asked else (assignment.front.title, assignment.slug)


def key(name: str) -> str:
    """Return a name as it is compared: without surrounding space, and regardless of case."""
    return name.strip().casefold()


def decimal(value: float | None) -> str:
    """Write points with as many decimals as they have, at most six, and an unknown number as nothing."""
    if value is None:
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def comment(grade: Grade) -> str:
    """Say in one line, which its student may read, where the points come from."""
    if grade.report is None or grade.score is None:
        return ""
    parts = [f"{name} {decimal(got)}/{decimal(most)}" for name, got, most in grade.report.exercise_scores()]
    late = f"; late penalty {decimal(grade.penalty)}" if grade.penalty else ""
    return f"Autograder: {decimal(grade.score)}/{decimal(grade.report.max_score)} ({', '.join(parts)}){late}"


def read_grades(results: Path, assignment: str, roster: Path | None = None) -> list[Grade]:
    """Return a line for every report of an assignment in a folder of results and every student of the list.

    Parameters
    ----------
    results
        The folder that ``autograder grade --out`` wrote.
    assignment
        Its full name; reports of other assignments in the folder are passed over.
    roster
        A list of students as CSV, see :func:`read_people`.

    Raises
    ------
    UsageError
        If the folder has no report of the assignment, or a file in it is none or belongs to somebody else.
    """
    people = read_people(roster) if roster else {}
    reports = {report.student: report for report in read_reports(results, assignment)}
    names = sorted({*people, *reports})
    return [Grade(people.get(name, Person(name)), reports.get(name)) for name in names]


def read_reports(results: Path, assignment: str) -> list[Report]:
    """Return the reports of an assignment that ``autograder grade --out`` has left in a folder."""
    if not results.is_dir():
        raise UsageError(f"{results} is no folder of results; give what `autograder grade --out` wrote")
    found: list[Report] = []
    others: set[str] = set()
    for path in sorted(results.glob("*.json")):
        try:
            report = from_document(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(f"{path} is no report that this version can read; grade the submission again") from None
        if report.student != path.stem:
            raise UsageError(f"{path} is the report of {line(report.student)}; give each report its student's name")
        if report.assignment == assignment:
            found.append(report)
        else:
            others.add(report.assignment)
    if not found:
        instead = f" (it has {', '.join(sorted(others))})" if others else ""
        raise UsageError(f"{results} has no report of {assignment}{instead}; run `autograder grade {assignment}` first")
    return found


def read_people(path: Path) -> dict[str, Person]:
    """Read a list of students: CSV with the column ``id`` and, if wanted, the others of :class:`Person`.

    Raises
    ------
    UsageError
        With file and line, for a missing column ``id``, a student named twice or not at all, or a cell that is no
        yes or no (``excused``), no number of points (``late_penalty``).
    """
    sheet = read_sheet(path)
    header = [key(cell).replace(" ", "_") for cell in sheet.header]
    if "id" not in header:
        raise UsageError(f"{path} has no column `id`, only {sheet.columns()}; name the column of student ids so")
    people: dict[str, Person] = {}
    for number, row in sheet.numbered():
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        student = cells["id"]
        if not student:
            raise UsageError(f"{path}:{number}: a student without id; fill in the column `id`")
        if student in people:
            raise UsageError(f"{path}:{number}: {line(student)} is on the list twice; keep one of the lines")
        people[student] = Person(
            student,
            name=cells.get("name", ""),
            first_name=cells.get("first_name", ""),
            last_name=cells.get("last_name", ""),
            email=cells.get("email", ""),
            lms_id=cells.get("lms_id", ""),
            excused=_yes(cells.get("excused", ""), f"{path}:{number}"),
            late_penalty=_points(cells.get("late_penalty", ""), f"{path}:{number}"),
        )
    return people


def _yes(text: str, where: str) -> bool:
    if key(text) not in (*YES, *NO):
        raise UsageError(f"{where}: excused is {line(text)!r}, expected yes or no")
    return key(text) in YES


def _points(text: str, where: str) -> float:
    try:
        value = float(text.replace(",", ".") or 0)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise UsageError(f"{where}: late_penalty is {line(text)!r}, expected points to take off, such as 5 or 2.5")
    return value


def match(sheet: Sheet, names: dict[int, Iterable[str]], grades: Iterable[Grade]) -> tuple[dict[int, Grade], list[str]]:
    """Find the rows of students in a gradebook; return {row: grade} and a sentence about each student not found.

    ``names`` has, for each row of ``sheet.rows`` that is a student's, all that the gradebook calls the student.

    Raises
    ------
    UsageError
        If no graded student is in the gradebook at all, one has several rows, or one row has several students.
    """
    rows_of: dict[str, set[int]] = {}
    for row, called in names.items():
        for name in called:
            if key(name):
                rows_of.setdefault(key(name), set()).add(row)
    found: dict[int, Grade] = {}
    problems: list[str] = []
    for grade in grades:
        student = line(grade.person.student)
        rows = sorted({row for name in grade.keys for row in rows_of.get(name, ())})
        if len(rows) > 1:
            lines = ", ".join(str(sheet.number(row)) for row in rows)
            raise UsageError(f"{student} could be any of lines {lines} of {sheet.path}; give lms_id in --roster")
        if not rows:
            if grade.report is not None:
                problems.append(f"{student} is not in {sheet.path}; give the right email or lms_id in --roster")
        elif rows[0] in found:
            both = f"{line(found[rows[0]].person.student)} and {student}"
            raise UsageError(f"{both} are both line {sheet.number(rows[0])} of {sheet.path}; give lms_id in --roster")
        else:
            found[rows[0]] = grade
    if not any(grade.report for grade in found.values()):
        raise UsageError(f"{sheet.path} has none of the students graded; is it another course's gradebook?")
    return found, problems
