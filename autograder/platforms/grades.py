"""What a gradebook wants to know of each student: reports, and what people have decided besides.

Every gradebook format begins with :func:`read_grades`. A student is *graded* (0 included), *missing* (on the list of
students, but without a submission), *excused* (by the list), or *held* (a test of ours broke: no score is released).
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autograder.batch.folder import Folder
from autograder.batch.roster import EXCUSED, MISSING, Person, read_roster
from autograder.batch.run import open_keeping
from autograder.course import Assignment
from autograder.errors import UsageError
from autograder.model import Report, Status, total
from autograder.platforms.export import Request
from autograder.platforms.sheet import Sheet
from autograder.render.safe import line
from autograder.report import from_document

DOWNLOADED = (  # how Moodle and Canvas name what they let instructors download, with their number of the student
    re.compile(r"_(?P<id>\d+)_assignsubmission_"),
    re.compile(r"^[^_]*(?:_LATE)?_(?P<id>\d+)_\d+_"),
)


@dataclass(frozen=True, slots=True)
class Grade:
    """One student's line in any gradebook."""

    person: Person
    report: Report | None = None
    late: float = 0.0
    """Points that lateness costs by the rules."""

    @property
    def status(self) -> str:
        """``graded``, ``unreadable``, ``held``, ``missing`` or ``excused``."""
        if self.person.excused:
            return EXCUSED
        return MISSING if self.report is None else str(self.report.status)

    @property
    def score(self) -> float | None:
        """Points before any penalty; None unless a score may be released."""
        if self.report is None or self.person.excused or self.report.status is Status.HELD:
            return None
        return self.report.score

    @property
    def penalty(self) -> float:
        """Points that lateness costs: by the roster, or else by the rules."""
        return self.person.penalty(self.score or 0.0, self.late)

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
        found = [match["id"] for pattern in DOWNLOADED if (match := pattern.search(person.id))]
        return frozenset(key(name) for name in (person.id, person.email, *found) if name)


def titles_of(assignment: Assignment, asked: str | None) -> tuple[str, ...]:
    """Return by what an assignment may be called elsewhere: what was asked for, or else its title or its name."""
    return (asked,) if asked else (assignment.front.title, assignment.slug)


def key(name: str) -> str:
    """Return a name as it is compared: without surrounding space, and regardless of case."""
    return name.strip().casefold()


def decimal(value: float | None, *, comma: bool = False) -> str:
    """Write points with as many decimals as they have, at most six, and an unknown number as nothing."""
    if value is None:
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace(".", ",") if comma else text


def has_comma(cell: str) -> bool:
    """Tell whether a cell holds a number with a decimal comma."""
    return bool(re.fullmatch(r"-?\d+,\d+", cell.strip()))


def comment(grade: Grade) -> str:
    """Say in one line, which its student may read, where the points come from."""
    if grade.report is None or grade.score is None:
        return ""
    parts = [f"{name} {decimal(got)}/{decimal(most)}" for name, got, most in grade.report.exercise_scores()]
    late = f"; late penalty {decimal(grade.penalty)}" if grade.penalty else ""
    return f"Autograder: {decimal(grade.score)}/{decimal(grade.report.max_score)} ({', '.join(parts)}){late}"


def read_grades(request: Request) -> list[Grade]:
    """Return a line for every student of the roster and every report that counts, sorted by student.

    Raises :class:`~autograder.errors.UsageError` as :func:`read_reports` and
    :func:`~autograder.batch.roster.read_roster` do.
    """
    people = read_roster(request.roster).people if request.roster else {}
    reports = {report.student: (report, late) for report, late in read_reports(request)}
    names = sorted({*people, *reports})
    return [Grade(people.get(name, Person(name)), *reports.get(name, ())) for name in names]


def read_reports(request: Request) -> list[tuple[Report, float]]:
    """Return the reports that count and the points that lateness costs each by the rules, sorted by student.

    A database, or that of the folder of results, knows all attempts, and the rules say which one counts. Of a folder
    without one, its documents count as they are.

    Raises
    ------
    UsageError
        If there is no report of the assignment, the database cannot be used, or a document in a folder without one is
        none or belongs to somebody else.
    """
    folder, assignment = request.need_results(), request.assignment
    if request.db is None and not (folder and Folder(folder).database.is_file()):
        assert folder is not None
        return [(report, 0.0) for report in _documents(folder, assignment.slug)]
    with closing(open_keeping(assignment, folder, request.db, None, existing=True)) as keeping:
        standings = {standing.student: standing for standing in keeping.standings(assignment)}
        counting = list(keeping.counting(assignment, standings.values()))
        if not counting:
            assert keeping.results is not None
            name = keeping.results.database.name
            raise UsageError(
                f"{name} has no report of {assignment.slug}; run `autograder grade {assignment.slug}` first"
            )
    late = {student: total([standing.earned, -standing.score]) for student, standing in standings.items()}
    return [(report, late[report.student]) for report in counting]


def _documents(folder: Path, assignment: str) -> list[Report]:
    """Return the reports of an assignment that lie in a folder as ``STUDENT.json``."""
    found: list[Report] = []
    others: set[str] = set()
    for path in sorted(folder.glob("*.json")):
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
        raise UsageError(f"{folder} has no report of {assignment}{instead}; run `autograder grade {assignment}` first")
    return found


def match(
    sheet: Sheet, names: Mapping[int, Iterable[str]], grades: Iterable[Grade]
) -> tuple[dict[int, Grade], list[str]]:
    """Find the rows of students in a gradebook; return {row: grade} and a sentence about each student not found.

    ``names`` has, for each row of ``sheet.rows`` that is a student's, all that the gradebook calls the student. What
    stands before the @ of an email address or login is a name too.

    Raises
    ------
    UsageError
        If no graded student is in the gradebook at all, one has several rows, or one row has several students.
    """
    rows_of: dict[str, set[int]] = {}
    for row, called in names.items():
        for name in called:
            for text in {key(name), key(name.partition("@")[0])} - {""}:
                rows_of.setdefault(text, set()).add(row)
    found: dict[int, Grade] = {}
    problems: list[str] = []
    for grade in grades:
        student = line(grade.person.id)
        rows = sorted({row for name in grade.keys for row in rows_of.get(name, ())})
        if len(rows) > 1:
            lines = ", ".join(str(sheet.number(row)) for row in rows)
            raise UsageError(f"{student} could be any of lines {lines} of {sheet.path}; give lms_id in --roster")
        if not rows:
            if grade.report is not None:
                problems.append(f"{student} is not in {sheet.path}; give the right email or lms_id in --roster")
        elif rows[0] in found:
            both = f"{line(found[rows[0]].person.id)} and {student}"
            raise UsageError(f"{both} are both line {sheet.number(rows[0])} of {sheet.path}; give lms_id in --roster")
        else:
            found[rows[0]] = grade
    if not any(grade.report for grade in found.values()):
        raise UsageError(f"{sheet.path} has none of the students graded; is it another course's gradebook?")
    return found, problems
