"""Write reports into an nbgrader gradebook: SQLite or PostgreSQL, one transaction per submission.

Only what an autograder owns is written: automatic scores and comments. Scores and comments that people gave stay.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from autograder.course import Assignment
from autograder.errors import UsageError
from autograder.model import Report, Status
from autograder.platforms.nbgrader import answer_id, expected_cells
from autograder.render.feedback import exercise_feedback
from autograder.render.safe import line

ROUNDING = 1e-6


class Writer:
    """A gradebook, open at an SQLAlchemy URL, that takes the reports of one assignment as they come.

    It makes the assignment's rows if there are none. Raises :class:`~autograder.errors.UsageError`, and writes nothing,
    if the database cannot be opened, is not nbgrader's, or holds an assignment of this name with other cells or points.
    """

    def __init__(self, assignment: Assignment, url: str) -> None:
        self.assignment = assignment
        self.url = url
        with _one_sentence(url):
            _refuse_other_databases(url)
            with _own_scripts():
                self.gradebook = Gradebook(url)
            try:
                _prepare(self.gradebook, assignment)
            except BaseException:
                self.close()
                raise

    def write(self, report: Report) -> None:
        """Write one report, whole or not at all."""
        with _one_sentence(self.url):
            try:
                record(_submitted_notebook(self.gradebook, self.assignment.slug, report.student), report)
                self.gradebook.db.commit()
            except BaseException:
                self.gradebook.db.rollback()
                raise

    def close(self) -> None:
        """Close the database."""
        self.gradebook.close()


def record(notebook: SubmittedNotebook, report: Report) -> None:
    """Set the automatic scores and comments of one submitted notebook; the caller commits.

    No score leaves 0 … max_score. A held report sets none, and asks for a person instead.
    """
    held = report.status is Status.HELD
    scores = {name: points for name, points, _ in report.exercise_scores()}
    for grade in notebook.grades:
        if grade.name in scores:
            grade.auto_score = None if held else min(max(scores[grade.name], 0.0), grade.max_score)
            grade.needs_manual_grade = held or grade.manual_score is not None
    names = {answer_id(name): name for name in scores}
    for comment in notebook.comments:
        if comment.name in names:
            comment.auto_comment = "\n".join(exercise_feedback(report, names[comment.name]))


def check(gradebook: Gradebook, assignment: Assignment) -> None:
    """Raise :class:`~autograder.errors.UsageError` unless the gradebook holds this assignment as it is exported."""
    points, answers = expected_cells(assignment)
    held = gradebook.db.query(Notebook).filter(Notebook.name == assignment.slug).all()
    for notebook in [n for n in held if n.assignment.name == assignment.slug]:
        found = {cell.name: cell.max_score for cell in notebook.grade_cells}
        same = found.keys() == points.keys() and all(abs(found[n] - points[n]) < ROUNDING for n in points)
        if same and {cell.name for cell in notebook.solution_cells} == answers:
            return
        differing = sorted(name for name in found.keys() | points.keys() if found.get(name) != points.get(name))
        which = f" ({', '.join(line(name) for name in differing)})" if differing else ""
        raise UsageError(
            f"the gradebook's {assignment.slug} has other cells or points than this course's{which}; "
            "export it again and run `nbgrader generate_assignment`, or give this course's gradebook"
        )
    raise UsageError(
        f"the gradebook holds no notebook {assignment.slug} of an assignment {assignment.slug}; "
        "export it and run `nbgrader generate_assignment`, or give this course's gradebook"
    )


def _prepare(gradebook: Gradebook, assignment: Assignment) -> None:
    """Make sure that the gradebook knows the assignment; one of the same name is compared and never changed."""
    slug = assignment.slug
    if slug in [known.name for known in gradebook.assignments]:
        check(gradebook, assignment)
        return
    points, answers = expected_cells(assignment)
    notebook = Notebook(name=slug, assignment=gradebook.add_assignment(slug))
    for name, worth in points.items():
        GradeCell(name=name, notebook=notebook, max_score=worth, cell_type="code")
    for name in sorted(answers):
        SolutionCell(name=name, notebook=notebook)
    gradebook.db.add(notebook)
    gradebook.db.commit()


def _submitted_notebook(gradebook: Gradebook, slug: str, student: str) -> SubmittedNotebook:
    """Find or make a student's row for an assignment, with an empty grade and comment for every cell."""
    db = gradebook.db
    assignment = gradebook.find_assignment(slug)
    person = db.get(Student, student) or Student(id=student)
    submission = next((s for s in person.submissions if s.name == slug), None)
    if submission is None:
        submission = SubmittedAssignment(assignment=assignment, student=person)
        for notebook in assignment.notebooks:
            made = SubmittedNotebook(notebook=notebook, assignment=submission)
            for cell in notebook.grade_cells:
                Grade(cell_id=cell.id, cell=cell, notebook=made)
            for cell in notebook.solution_cells:
                Comment(cell_id=cell.id, cell=cell, notebook=made)
        db.add(submission)
        db.flush()
    found = [notebook for notebook in submission.notebooks if notebook.name == slug]
    if not found:
        raise UsageError(f"the gradebook's submission of {line(student)} has no notebook {slug}; remove it there first")
    return found[0]


def _refuse_other_databases(url: str) -> None:
    """Make sure that a database which holds anything is nbgrader's."""
    engine = create_engine(url)
    try:
        tables = set(inspect(engine).get_table_names())
    finally:
        engine.dispose()
    if tables and not {"submitted_assignment", "grade_cells"} <= tables:
        raise UsageError(f"the database at {_shown(url)} is no nbgrader gradebook, and nothing was written to it")


@contextmanager
def _one_sentence(url: str) -> Iterator[None]:
    """Turn what the database says, and a missing driver of it, into a sentence without its password."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise UsageError(
            f"the gradebook at {_shown(url)} cannot be used with nbgrader {nbgrader.__version__}: {line(reason)}"
        ) from None
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the gradebook at {_shown(url)} needs the package {error.name}, which is not installed"
        ) from None


@contextmanager
def _own_scripts() -> Iterator[None]:
    """Put the scripts of this environment on the path: to make a database, nbgrader calls `alembic` by name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _shown(url: str) -> Any:
    """Return a database's URL without its password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return line(url)
