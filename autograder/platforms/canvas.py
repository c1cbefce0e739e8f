"""Canvas: fill the gradebook that the instructor exported there, and change nothing else in it.

Canvas finds the assignment's column by the number in its title and students by their ids, and makes a new assignment of
every column that it does not know. So the file keeps its columns and its order, and only cells of our column change.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UsageError
from autograder.platforms.export import Request, write_new
from autograder.platforms.grades import Grade, decimal, has_comma, key, match, read_grades, titles_of
from autograder.platforms.sheet import Sheet, harmless, read_sheet
from autograder.render.safe import line

STUDENT_IDS = ("SIS Login ID", "SIS User ID", "ID", "Integration ID")
NAMES = ("Student", "LastName", "FirstName", "Section")
TITLED = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)")
NOT_STUDENTS = ("Points Possible", "Manual Posting", "Muted")
EXCUSED = "EX"
LATE = " late penalty"
"""A column with the assignment's title and this, if the gradebook has one, takes the penalty as negative points."""


def export(request: Request) -> list[Path]:
    """Write a copy of Canvas's export with our scores in it."""
    assignment = request.assignment
    sheet = gradebook(request.need_gradebook())
    grades = read_grades(request)
    filled, problems = fill(sheet, grades, titles_of(assignment, request.column), assignment.points)
    request.problems.extend(problems)
    return [write_new(request.to, filled.text().encode())]


def gradebook(path: Path) -> Sheet:
    """Read Canvas's export; raises :class:`~autograder.errors.UsageError` for any other table."""
    sheet = read_sheet(path)
    first = sheet.header[0].strip()
    if not (
        first in ("Student", "LastName") and sheet.column("ID") is not None and sheet.column("Section") is not None
    ):
        raise UsageError(
            f"{path} is no gradebook of Canvas: it has the columns {sheet.columns()}, expected Student, ID, … and "
            "Section; export it under Grades, without changes"
        )
    return sheet


def fill(sheet: Sheet, grades: Sequence[Grade], titles: Sequence[str], points: float) -> tuple[Sheet, list[str]]:
    """Return the gradebook with scores in one column, and sentences about what could not be filled in.

    Excused students get ``EX``, and stay excused if Canvas says so; students without a submission, or whose report is
    held, keep what Canvas has. ``titles`` are tried in order; each is a title or the number behind it.

    Raises
    ------
    UsageError
        If there is no such column, several, or one worth other points than ours; or see
        :func:`autograder.platforms.grades.match`.
    """
    column, late = _columns(sheet, titles)
    comma = sheet.delimiter == ";" and any(has_comma(cell) for row in sheet.rows for cell in row)
    _check_points(sheet, column, points)
    ids = [place for name in STUDENT_IDS if (place := sheet.column(name)) is not None]
    students = {index: [row[place] for place in ids] for index, row in enumerate(sheet.rows) if _is_student(row)}
    found, problems = match(sheet, students, grades)
    names = [place for name in NAMES if (place := sheet.column(name)) is not None]
    rows = [[harmless(cell) if place in names else cell for place, cell in enumerate(row)] for row in sheet.rows]
    for index, grade in sorted(found.items()):
        student = line(grade.person.id)
        if key(rows[index][column]) == key(EXCUSED) and grade.report is not None:
            problems.append(f"{student} is excused in {sheet.path}, so the score was not filled in")
        elif grade.status == "excused":
            rows[index][column] = EXCUSED
        elif grade.status == "held":
            problems.append(f"the report of {student} is held, so no score was filled in")
        elif grade.score is not None:
            score = grade.final if late is None else grade.score
            rows[index][column] = decimal(score, comma=comma)
            if late is not None:
                rows[index][late] = decimal(-grade.penalty, comma=comma)
    return sheet.with_rows(rows), problems


def _columns(sheet: Sheet, titles: Sequence[str]) -> tuple[int, int | None]:
    """Return the places of the assignment's column and, if there is one, of its late penalty."""
    section = sheet.column("Section") or 0
    titled = {i: cell.strip() for i, cell in enumerate(sheet.header) if i > section and TITLED.fullmatch(cell.strip())}
    for title in titles:
        places = [i for i, cell in titled.items() if key(title) in _called(cell)]
        if len(places) > 1:
            numbers = " or ".join(_called(titled[i])[1] for i in places)
            raise UsageError(f"{sheet.path} has {len(places)} assignments {title!r}; give --column {numbers}")
        if places:
            own = _called(titled[places[0]])[0]
            late = [i for i, cell in titled.items() if _called(cell)[0] == own + LATE]
            return places[0], late[0] if late else None
    known = ", ".join(line(cell, 60) for cell in list(titled.values())[:8]) or "none"
    raise UsageError(
        f"{sheet.path} has no assignment {' or '.join(repr(t) for t in titles)} (it has: {known}); "
        "create it in Canvas and export again, or name it with --column"
    )


def _called(header: str) -> tuple[str, str]:
    """Return the title and the number in a column's header."""
    matched = TITLED.fullmatch(header)
    assert matched is not None
    return key(matched["title"]), matched["id"]


def _check_points(sheet: Sheet, column: int, points: float) -> None:
    for row in sheet.rows:
        if row[0].strip() == "Points Possible":
            try:
                possible = float(row[column].replace(",", ".") or points)
            except ValueError:
                title = line(sheet.header[column], 60)
                raise UsageError(
                    f"{sheet.path} says {line(row[column])!r} about {title}, which cannot be filled in; choose another"
                ) from None
            if possible != points:
                raise UsageError(
                    f"{line(sheet.header[column], 60)} is worth {possible:g} points in {sheet.path}, but {points:g} "
                    "here; change that in Canvas and export again"
                )


def _is_student(row: list[str]) -> bool:
    return row[0].strip() not in NOT_STUDENTS
