"""Export to nbgrader: a course's source notebook, safe by itself and complete with our plugin.

In the source each exercise is an answer cell with the solution, and below it the check as a locked cell that carries
the exercise's points. No hidden test is in it. :mod:`autograder.platforms.nbgrader_plugin` makes the release and the
grades; nbgrader without it strips the solutions by itself, and fails every answer instead of passing it.
"""

import ast
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.model import total
from autograder.platforms.export import Request, write_new
from autograder.plugin import PUBLIC_FILE
from autograder.release import notebook_text, release
from autograder.source import DEFINITIONS

SCHEMA = 3  # of nbgrader's cell metadata
CONFIG = """\
from autograder.platforms.nbgrader_plugin import use
use(get_config(), course={course!r})
"""
UNGRADED = """\
### BEGIN HIDDEN TESTS
import os
if os.environ.get("NBGRADER_EXECUTION") == "autograde":
    raise RuntimeError("nothing was graded: nbgrader_config.py lacks the two lines that hand submissions to autograder")
### END HIDDEN TESTS"""


def export(request: Request) -> list[Path]:
    """Write ``source/NAME/`` and, where there is none yet, ``nbgrader_config.py`` into an nbgrader course's folder.

    An existing configuration is left alone; it needs the two lines of :data:`CONFIG`.
    """
    assignment = request.assignment
    folder = request.to / "source" / assignment.slug
    written = [write_new(folder / f"{assignment.slug}.ipynb", notebook_text(source_notebook(assignment)).encode())]
    copies = [assignment.folder / PUBLIC_FILE, *assignment.data]
    written += [write_new(folder / file.relative_to(assignment.folder), file.read_bytes()) for file in copies]
    config = request.to / "nbgrader_config.py"
    if not config.exists():
        written.append(write_new(config, CONFIG.format(course=str(assignment.course.root)).encode()))
    return written


def release_notebook(assignment: Assignment) -> NotebookNode:
    """Return the student notebook with nbgrader's metadata on its answers and checks."""
    points = assignment.exercise_points()
    notebook = release(assignment.source(), points, assignment.slug)
    for cell in notebook.cells:
        kind, _, name = cell.id.partition("-")
        if name in points and kind in ("exercise", "check"):
            cell.metadata["nbgrader"] = (
                answer_metadata(name) if kind == "exercise" else grade_metadata(name, points[name])
            )
    return notebook


def source_notebook(assignment: Assignment) -> NotebookNode:
    """Return the notebook for nbgrader's ``source/``: the student notebook with the solutions in it."""
    solutions = {cell.exercise: cell.source for cell in assignment.source().cells if cell.exercise}
    notebook = release_notebook(assignment)
    for cell in notebook.cells:
        kind, _, name = cell.id.partition("-")
        if name in solutions and kind == "exercise":
            cell.source = with_region(solutions[name])
        elif name in solutions and kind == "check":
            cell.source += f"\n{UNGRADED}"
    return notebook


def answer_metadata(exercise: str) -> dict[str, object]:
    """Return the metadata of the cell that holds the answer to an exercise."""
    return _metadata(answer_id(exercise), solution=True)


def grade_metadata(exercise: str, points: float) -> dict[str, object]:
    """Return the metadata of the locked cell that carries an exercise's points; its id is the exercise."""
    return _metadata(exercise, grade=True, locked=True) | {"points": points}


def answer_id(exercise: str) -> str:
    """Return the id of an answer's cell, which no exercise can have, since names hold no hyphen."""
    return f"answer-{exercise}"


def expected_cells(assignment: Assignment) -> tuple[dict[str, float], set[str]]:
    """Return what a gradebook holds of an assignment: points by grade cell, and the answer cells."""
    points = {name: total([worth]) for name, worth in assignment.exercise_points().items()}
    return points, {answer_id(name) for name in points}


def with_region(code: str) -> str:
    """Put nbgrader's marks around everything in a definition below its docstring, so that it strips it by itself."""
    definition = ast.parse(code).body[0]
    assert isinstance(definition, DEFINITIONS), "parse_source refuses an exercise of any other kind"
    lines = code.split("\n")
    body = definition.body
    indent = " " * body[0].col_offset
    if ast.get_docstring(definition, clean=False) is not None:
        assert body[0].end_lineno is not None
        start = body[0].end_lineno
    else:
        start = min([body[0].lineno, *(d.lineno for d in getattr(body[0], "decorator_list", []))]) - 1
        while lines[start - 1].strip().startswith("#"):
            start -= 1
    region = [f"{indent}### BEGIN SOLUTION", *lines[start:], f"{indent}### END SOLUTION"]
    return "\n".join([*lines[:start], *region])


def _metadata(name: str, *, grade: bool = False, solution: bool = False, locked: bool = False) -> dict[str, object]:
    return {
        "schema_version": SCHEMA,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
        "cell_type": "code",
    }
