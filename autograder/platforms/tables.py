"""Scores as plain CSV: a row per student, a column per exercise, a row per test; and in nbgrader's columns.

A score of 0 is written 0. A score that does not exist (nothing was handed in, the student is excused, the report is
held) is an empty cell, and the column ``status`` tells which.
"""

from collections.abc import Sequence
from pathlib import Path

from autograder.platforms.export import Request, write_new
from autograder.platforms.grades import Grade, decimal, read_grades
from autograder.platforms.sheet import csv_text
from autograder.render.safe import csv_cell

PERSON = ("student", "name", "email", "status")
NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def export(request: Request) -> list[Path]:
    """Write three tables into a folder: totals, exercises and tests."""
    grades = read_grades(request)
    made = {"totals": totals(grades, request.assignment.points), "exercises": exercises(grades), "tests": tests(grades)}
    return [write_new(request.to / f"{name}.csv", text.encode()) for name, text in made.items()]


def export_nbgrader(request: Request) -> list[Path]:
    """Write the table that ``nbgrader export`` would."""
    grades = read_grades(request)
    return [write_new(request.to, nbgrader(grades, request.assignment.slug, request.assignment.points).encode())]


def totals(grades: Sequence[Grade], points: float) -> str:
    """Return a row per student: score, late penalty, and what remains."""
    header = [*PERSON, "score", "late_penalty", "final_score", "max_score"]
    rows = [
        [
            *_person(g),
            decimal(g.score),
            decimal(g.penalty) if g.score is not None else "",
            decimal(g.final),
            decimal(points),
        ]
        for g in grades
    ]
    return csv_text([header, *rows])


def exercises(grades: Sequence[Grade]) -> str:
    """Return a row per student with a column per exercise."""
    names = list(dict.fromkeys(name for g in grades if g.report for name in g.report.exercises))
    rows = []
    for grade in grades:
        scores = {name: got for name, got, _ in grade.report.exercise_scores()} if grade.report else {}
        known = grade.score is not None
        rows.append([*_person(grade), *(decimal(scores.get(name)) if known else "" for name in names)])
    return csv_text([[*PERSON, *names], *rows])


def tests(grades: Sequence[Grade]) -> str:
    """Return a row for every student and test."""
    rows = [
        [csv_cell(g.person.id), r.exercise, r.test, str(r.outcome), decimal(r.score), decimal(r.max_score)]
        for g in grades
        if g.report and g.score is not None
        for r in g.report.results
    ]
    return csv_text([["student", "exercise", "test", "outcome", "score", "max_score"], *rows])


def nbgrader(grades: Sequence[Grade], assignment: str, points: float) -> str:
    """Return the columns of nbgrader's export; ``timestamp`` is the time of grading, ``score`` is after the penalty."""
    rows = []
    for grade in grades:
        person, report = grade.person, grade.report
        rows.append(
            [
                assignment, "", report.provenance.graded_at if report else "",
                *map(csv_cell, (person.id, person.last_name, person.first_name, person.email)),
                decimal(grade.score), decimal(grade.penalty) if grade.score is not None else "", decimal(grade.final),
                decimal(points),
            ]
        )  # fmt: skip
    return csv_text([NBGRADER, *rows])


def _person(grade: Grade) -> list[str]:
    person = grade.person
    name = person.name or f"{person.first_name} {person.last_name}".strip()
    return [*map(csv_cell, (person.id, name, person.email)), grade.status]
