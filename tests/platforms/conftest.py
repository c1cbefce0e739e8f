"""A course with fractions of points, the real tools in processes of their own, and what hostile students hand in.

For gradebooks, a class with all that troubles them: odd names, lateness, excuses, nothing handed in, a fault of ours.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.batch.roster import Person
from autograder.build import build
from autograder.course import Course
from autograder.model import Outcome, Provenance, Report, Result, Visibility
from autograder.new import new
from autograder.platforms.grades import Grade
from autograder.report import to_json

ROOT = Path(__file__).parents[2]
FRACTIONS = {"points=6": "points=5.25", "points=2, hint": "points=2.375, hint"}
ANSWER = """\
import numpy as np


def normalise(A):
    A = np.asarray(A, dtype=float)
    return np.array([row / row.sum() if row.any() else np.full(len(row), 1 / len(row)) for row in A])
"""
PARTIAL = (
    "import numpy as np\n\n\ndef normalise(A):\n    A = np.asarray(A)\n    return A / A.sum(axis=1, keepdims=True)\n"
)
PARTIAL_SCORE = 5.25 + 2.375

ATTACKS = {
    "patched": """\
import numpy as np
np.allclose = np.array_equal = lambda *args, **kwargs: True
np.testing.assert_allclose = lambda *args, **kwargs: None
def normalise(A):
    return None
""",
    "skipped": """\
try:
    get_ipython().input_transformers_post.append(lambda lines: ["pass\\n"])
except NameError:
    pass
""",
    "unasserted": """\
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
try:
    get_ipython().ast_transformers.append(Strip())
except NameError:
    pass
def normalise(A):
    return A
""",
    "passing": """\
try:
    import otter.test_files.exception_test as tests
    tests.test_case.call_func = lambda self, env: None
except ImportError:
    pass
def normalise(A):
    return A
""",
}
"""Code of an answer's cell, by name. Each takes full marks where tests and students share a kernel."""


@pytest.fixture(scope="session")
def attacks():
    """The hostile answers, by name."""
    return ATTACKS


@pytest.fixture(scope="session")
def rows(tmp_path_factory):
    """The assignment of a course like the scaffold's, in which points have fractions: 5.25 + 2.375 + 2.375."""
    root = tmp_path_factory.mktemp("fractions")
    (root / "solutions").mkdir()
    (root / "solutions" / "course.toml").write_text('salt = "pepper"\n')
    course = Course.find(root)
    hidden = new(course, "01_rows") / "test_hidden.py"
    text = hidden.read_text()
    for whole, fraction in FRACTIONS.items():
        text = text.replace(whole, fraction)
    hidden.write_text(text)
    build(course)
    return course.assignment("01_rows")


@pytest.fixture(scope="session")
def hand_in():
    """Return a function that writes a student's notebook: a released one with answers, perhaps changed."""

    def write(path, released, code=ANSWER, change=lambda notebook: None):
        notebook = nbformat.read(released, as_version=4)
        for cell in notebook.cells:
            if cell.id == "exercise-normalise" and code:
                cell.source = code
        change(notebook)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook))  # as it is: nbformat would repair it

    return write


@pytest.fixture(scope="session")
def tool(tmp_path_factory):
    """Return a function that runs a shell script with the installed tools, in a home of its own."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "PYTEST"))}
    kept |= {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}", "PYTHONPATH": ""}

    def run(script, cwd=None, check=True):
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=cwd, env=kept, capture_output=True, text=True, check=False
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    run.home = home
    return run


@pytest.fixture(scope="session")
def commands():
    """Return a function that reads the commands of a page of the documentation, without installations."""

    def read(page):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
        lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
        return [line for line in lines if not line.startswith("pip ")]

    return read


# ---- nbgrader ------------------------------------------------------------------------------------------------


def _copied(notebook):
    place = next(i for i, cell in enumerate(notebook.cells) if cell.id == "exercise-normalise")
    notebook.cells.insert(place, nbformat.from_dict({**notebook.cells[place], "source": "normalise = None"}))


def _deleted(notebook):
    notebook.cells = [cell for cell in notebook.cells if cell.id != "check-normalise"]


def _renamed(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["grade_id"] += "-mine"


def _stripped(notebook):
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.metadata.clear()
        del cell["id"]


def _old_schema(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["schema_version"] = 99


def _shared(notebook):
    notebook.cells = [new_code_cell(ANSWER)]


CHANGES = {
    "copied": _copied,
    "deleted": _deleted,
    "renamed": _renamed,
    "stripped": _stripped,
    "newer_schema": _old_schema,
    "one_cell": _shared,
}


@pytest.fixture(scope="session")
def changes():
    """Names of notebooks that nbgrader refuses, though the answer in them is right."""
    return tuple(CHANGES)


@pytest.fixture(scope="session")
def graded(rows, tool, hand_in, tmp_path_factory):
    """An nbgrader course after export, generate_assignment, autograde, generate_feedback and export."""
    folder = tmp_path_factory.mktemp("nbgrader")
    tool(f"autograder export nbgrader 01_rows --to {folder}", rows.course.root)
    tool("nbgrader generate_assignment 01_rows", folder)
    released = folder / "release" / "01_rows" / "01_rows.ipynb"
    submitted = {name: folder / "submitted" / name / "01_rows" / "01_rows.ipynb" for name in _students()}
    for name, path in submitted.items():
        if name in CHANGES:
            hand_in(path, released, change=CHANGES[name])
        elif name in ATTACKS:
            hand_in(path, released, ATTACKS[name])
    hand_in(submitted["full"], released)
    hand_in(submitted["partial"], released, PARTIAL)
    hand_in(submitted["blank"], released, "")
    submitted["not_json"].parent.mkdir(parents=True)
    submitted["not_json"].write_text("{ this is no notebook")
    tool.log = tool("nbgrader autograde 01_rows", folder)
    tool("nbgrader generate_feedback 01_rows", folder)
    tool("nbgrader export", folder)
    return folder


def _students():
    return ("full", "partial", "blank", "not_json", *CHANGES, *ATTACKS)


@pytest.fixture
def gradebook_copy(graded, tmp_path):
    """A gradebook that a test may change."""
    return Path(shutil.copy(graded / "gradebook.db", tmp_path / "gradebook.db"))


# ---- Gradescope ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def image_of(tmp_path_factory):
    """Return a function that exports an assignment and gives the image made of it; skips where there can be none."""
    spec = importlib.util.spec_from_file_location("replica", Path(__file__).with_name("replica.py"))
    replica = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(replica)
    images = {}

    def image(assignment):
        if reason := replica.reason_against():
            pytest.skip(reason)
        if assignment.slug not in images:
            images[assignment.slug] = replica.Replica(assignment, tmp_path_factory.mktemp("gradescope"))
        return images[assignment.slug]

    yield image
    for made in images.values():
        made.close()


# ---- gradebooks ----------------------------------------------------------------------------------------------

PROVENANCE = Provenance("autograder 0.1.0", "0" * 64, "ab12", "L2", "3.11.7", "2.4", "2030-01-31T13:00:00+01:00", 0.512)
EVIL = '=HYPERLINK("http://evil.example","0,5")'


@pytest.fixture
def make_report():
    """Return a function that makes a report of 2 exercises, worth 10 points, with the points given (of 2.5 and 7.5)."""

    def make(student, softmax=2.5, relu=7.5, **changes):
        def result(exercise, got, most, **more):
            passed = Outcome.PASSED if got == most else Outcome.FAILED
            return Result(f"test_{exercise}", exercise, f"About {exercise}.", passed, most, **more)

        parts = [
            result("softmax", softmax, 2.5, hint="Look <again> & think."),
            result("relu", min(relu, 7.0), 7.0, detail="hidden value 0.123"),
            Result("test_relu_half", "relu", "Half.", Outcome.PASSED if relu % 1 else Outcome.RAISED, 0.5),
            Result(
                "test_public", "relu", "Public.", Outcome.FAILED, 0.0, Visibility.VISIBLE, detail="\x1b[2J is 3, not 4"
            ),
        ]
        given = {"results": tuple(parts), "exercises": ("softmax", "relu"), "max_score": 10.0} | changes
        return Report(
            assignment="01_rows", student=student, file="a.py", sha256="", provenance=PROVENANCE, **given
        )  # fmt: skip

    return make


@pytest.fixture
def held(make_report):
    """Return a function that makes a report in which one of our tests broke."""
    broken = Result("test_softmax", "softmax", "About softmax.", Outcome.BROKEN, 10.0, detail="our secret bug")
    return lambda student: make_report(student, results=(broken,))


@pytest.fixture
def grades(make_report, held):
    """The class, by student."""
    people = [
        Grade(Person("ada", name='Lovelace, Ada "Countess"', email="ada@school.edu"), make_report("ada")),
        Grade(
            Person("zhang", name="张伟", email="zhang@school.edu", late_penalty=1.25), make_report("zhang", softmax=0)
        ),
        Grade(Person("zero", name="Zoë Zero", email="zero@school.edu"), make_report("zero", softmax=0, relu=0)),
        Grade(Person("ill", name="Ivo Ill", email="ill@school.edu", excused=True)),
        Grade(Person("gone", name="Gonçalo Gone", email="gone@school.edu")),
        Grade(Person("held", name="Hedda Held", email="held@school.edu"), held("held")),
        Grade(Person("evil", name=EVIL, email="evil@school.edu"), make_report("evil", relu=0.5)),
    ]
    return {grade.person.id: grade for grade in people}


@pytest.fixture
def results(grades, tmp_path):
    """The folder of results of that class."""
    folder = tmp_path / "results"
    folder.mkdir()
    for grade in grades.values():
        if grade.report:
            (folder / f"{grade.person.id}.json").write_text(to_json(grade.report), encoding="utf-8")
    return folder


@pytest.fixture
def roster(grades, tmp_path):
    """The roster of that class, as a spreadsheet would write it."""
    rows = ["\ufeffid;Name;Email;Excused;Late penalty"]
    for grade in grades.values():
        p = grade.person
        name = p.name.replace('"', '""')
        rows.append(
            f'{p.id};"{name}";{p.email};{"yes" if p.excused else ""};{str(p.late_penalty or "").replace(".", ",")}'
        )
    path = tmp_path / "roster.csv"
    path.write_text("\r\n".join(rows) + "\r\n", encoding="utf-8")
    return path
