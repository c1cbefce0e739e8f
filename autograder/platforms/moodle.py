"""Moodle: fill an assignment's offline grading worksheet, or write a CSV file for the gradebook's import.

The worksheet's importer finds students by ``Identifier`` and passes over grades that were changed after the worksheet
was downloaded, which it sees in ``Last modified (grade)``: both stay as they are.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UsageError
from autograder.platforms.export import Request, write_new
from autograder.platforms.grades import Grade, comment, decimal, has_comma, match, read_grades, titles_of
from autograder.platforms.sheet import Sheet, csv_text, harmless, read_sheet
from autograder.render.safe import csv_cell, html_text, line

NEEDED = ("Identifier", "Grade", "Last modified (grade)")
STUDENT_IDS = ("Email address", "ID number", "Username")
NUMBER = re.compile(r"\d+")
OURS = "Autograder: "


def export(request: Request) -> list[Path]:
    """Write a copy of the worksheet with our grades and comments in it."""
    assignment = request.assignment
    sheet = worksheet(request.need_gradebook())
    grades = read_grades(request)
    filled, problems = fill(sheet, grades, assignment.points)
    request.problems.extend(problems)
    return [write_new(request.to, filled.text().encode())]


def export_gradebook(request: Request) -> list[Path]:
    """Write the file for Grades > Import > CSV file."""
    grades = read_grades(request)
    text, problems = gradebook(grades, titles_of(request.assignment, request.column)[0])
    request.problems.extend(problems)
    return [write_new(request.to, text.encode())]


def worksheet(path: Path) -> Sheet:
    """Read an offline grading worksheet; raises :class:`~autograder.errors.UsageError` for any other table."""
    sheet = read_sheet(path)
    absent = [name for name in NEEDED if sheet.column(name) is None]
    if absent:
        raise UsageError(
            f"{path} is no grading worksheet of Moodle: it has the columns {sheet.columns()}, but not "
            f"{' or '.join(absent)}; download it under View all submissions, in English, with offline grading on"
        )
    return sheet


def fill(sheet: Sheet, grades: Sequence[Grade], points: float) -> tuple[Sheet, list[str]]:
    """Return the worksheet with grades and comments, and sentences about what could not be filled in.

    Missing, excused and held students keep what Moodle has; so do comments that a person wrote. The grade is the one
    after a late penalty, which the comment names.

    Raises
    ------
    UsageError
        If Moodle's maximum is another than ours; or see :func:`autograder.platforms.grades.match`.
    """
    cell = {name.strip(): place for place, name in enumerate(sheet.header)}
    _check_points(sheet, cell.get("Maximum Grade"), points)
    comma = any(has_comma(row[cell[n]]) for row in sheet.rows for n in ("Grade", "Maximum Grade") if n in cell)
    found, problems = match(sheet, {i: _called(row, cell) for i, row in enumerate(sheet.rows)}, grades)
    names = [cell[n] for n in ("Full name", "ID number", "Username") if n in cell]
    rows = [[harmless(text) if i in names else text for i, text in enumerate(row)] for row in sheet.rows]
    for index, grade in sorted(found.items()):
        row, student = rows[index], line(grade.person.id)
        if grade.status == "held":
            problems.append(f"the report of {student} is held, so no grade was filled in")
        if grade.final is None:
            continue
        if "Grade can be changed" in cell and row[cell["Grade can be changed"]].strip() != "Yes":
            problems.append(f"the grade of {student} is locked in Moodle, so it was not filled in")
            continue
        row[cell["Grade"]] = decimal(grade.final, comma=comma)
        said = cell.get("Feedback comments")
        if said is not None and (not row[said].strip() or row[said].startswith(OURS)):
            row[said] = html_text(comment(grade))
    return sheet.with_rows(rows), problems


def gradebook(grades: Sequence[Grade], title: str) -> tuple[str, list[str]]:
    """Return the CSV for the gradebook's import, and sentences about students whose email is not known.

    The late penalty has a column of its own and is taken off in the first. A grade and its feedback come together,
    since an import of one alone may lose the other.
    """
    rows: list[list[str]] = [["Email address", title, f"{title} feedback", f"{title} late penalty"]]
    problems: list[str] = []
    for grade in grades:
        email = grade.person.email or (grade.person.id if "@" in grade.person.id else "")
        if grade.status == "held":
            problems.append(f"the report of {line(grade.person.id)} is held and was left out")
        elif grade.score is not None and not email:
            problems.append(f"{line(grade.person.id)} has no email address and was left out; give it in --roster")
        elif grade.score is not None:
            said = csv_cell(html_text(comment(grade)))
            rows.append([csv_cell(email), decimal(grade.final), said, decimal(grade.penalty)])
    return csv_text(rows), problems


def _called(row: list[str], cell: dict[str, int]) -> list[str]:
    """Return the names of a row's student: the number in the identifier, the email address, …."""
    identifier = row[cell["Identifier"]]
    return [identifier, *NUMBER.findall(identifier), *(row[cell[name]] for name in STUDENT_IDS if name in cell)]


def _check_points(sheet: Sheet, column: int | None, points: float) -> None:
    for number, row in sheet.numbered() if column is not None else ():
        text = row[column or 0].strip().replace(",", ".")
        try:
            same = not text or float(text) == points
        except ValueError:
            same = False
        if not same:
            raise UsageError(
                f"{sheet.path}:{number}: Moodle's maximum grade is {line(text, 20)}, but the assignment is worth "
                f"{points:g} points; change that in Moodle and download the worksheet again"
            )
