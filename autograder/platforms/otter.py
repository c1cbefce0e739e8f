"""Export to otter-grader: the student's folder, and an autograder that hands submissions to our engine.

``student/`` holds the notebook with otter's checks and the public tests in otter's format. ``autograder.zip`` holds the
configuration that names our plugin, and no test, reference or solution: what otter runs by itself is worth nothing.
"""

import json
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course import Assignment
from autograder.platforms.export import Request, write_new, zipped
from autograder.plugin import PUBLIC_FILE
from autograder.release import notebook_text, release

PLUGIN = "autograder.platforms.otter_plugin.Engine"
NO_TESTS = "otter looks for tests here; the plugin in otter_config.json hands submissions to autograder instead.\n"
TEST_FILE = """\
from otter.test_files import test_case

OK_FORMAT = False

name = {name!r}
points = {points!r}
"""
TEST = """

@test_case(name={sentence!r})
def {test}(env):
    from autograder.notebook import demand

    demand({exercise!r}, {test!r}, env)
"""


def export(request: Request) -> list[Path]:
    """Write ``student/``, ``autograder/otter_config.json`` and ``autograder.zip`` into a folder."""
    assignment, folder = request.assignment, request.to
    tests = public_tests(assignment)
    config = json.dumps(otter_config(assignment), indent=1) + "\n"
    copies = [assignment.folder / PUBLIC_FILE, *assignment.data]
    files = {
        f"student/{assignment.slug}.ipynb": notebook_text(student_notebook(assignment)).encode(),
        **{f"student/{file.relative_to(assignment.folder).as_posix()}": file.read_bytes() for file in copies},
        **{f"student/tests/{name}": text.encode() for name, text in tests.items()},
        "autograder/otter_config.json": config.encode(),
        "autograder.zip": zipped({"otter_config.json": config.encode(), "tests/README.md": NO_TESTS.encode()}),
    }
    return [write_new(folder / name, content) for name, content in files.items()]


def student_notebook(assignment: Assignment) -> NotebookNode:
    """Return the student notebook with otter's checks in place of ours."""
    notebook = release(assignment.source(), assignment.exercise_points(), assignment.slug)
    for cell in notebook.cells:
        kind, _, name = cell.id.partition("-")
        if kind == "check" and name in assignment.exercises:
            cell.source = f'grader.check("{name}")'
    start = f'import otter\n\ngrader = otter.Notebook("{assignment.slug}.ipynb")'
    notebook.cells.insert(0, new_code_cell(start, id="otter"))
    notebook.metadata["otter"] = {"assignment_name": assignment.slug}
    return notebook


def public_tests(assignment: Assignment) -> dict[str, str]:
    """Return otter's test files by name: for each exercise its public tests, which `test_public.py` holds."""
    files = {}
    for exercise, points in assignment.exercise_points().items():
        mine = [test for test in assignment.tests() if test.exercise == exercise and test.path.name == PUBLIC_FILE]
        text = TEST_FILE.format(name=exercise, points=points)
        for test in mine:
            text += TEST.format(sentence=test.description, test=test.name, exercise=exercise)
        if mine:
            files[f"{exercise}.py"] = text
    return files


def otter_config(assignment: Assignment) -> dict[str, object]:
    """Return the configuration of otter's autograder: our plugin, and nothing that would read what students log."""
    engine = {"course": str(assignment.course.root), "assignment": assignment.slug}
    return {
        "plugins": [{PLUGIN: engine}],
        "grade_from_log": False,
        "pdf": False,
        "show_hidden": False,
        "show_stdout": False,
    }
