"""Imported masters of both graders build, and their own solutions score full marks here."""

import sys

import pytest
from click.testing import CliRunner
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder.build import build
from autograder.cli import main
from autograder.course import Course
from autograder.errors import UsageError
from autograder.grade import Grader
from autograder.platforms import from_nbgrader, from_otter
from autograder.platforms.imported import source_text, text_of_tests, write
from autograder.platforms.masters import Imported, Master
from autograder.submission import read_submission


def marks(grade_id, grade=False, solution=False, **more):
    facts = {"grade_id": grade_id, "grade": grade, "solution": solution, "locked": grade and not solution}
    return {"nbgrader": {"schema_version": 3, "task": False, **facts, **more}}


SQUARE = '''\
import numpy as np


def square(x):
    """Return x squared."""
    x = np.asarray(x)
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION'''
TEST = """\
data = np.array([1.0, 2.0])
assert np.allclose(square(data), [1, 4])
### BEGIN HIDDEN TESTS
assert "square" and square(-3) == 9
### END HIDDEN TESTS"""

NBGRADER = new_notebook(
    cells=[
        new_markdown_cell('# "Squares"\n\nBe $x^2$.'),
        new_code_cell("import math"),
        new_code_cell(SQUARE, metadata=marks("s", solution=True)),
        new_code_cell(TEST, metadata=marks("t", grade=True, points=1.5)),
        new_code_cell("### BEGIN SOLUTION\ntwo = 2\n### END SOLUTION", metadata=marks("v", solution=True)),
        new_markdown_cell("### BEGIN SOLUTION\nBecause.\n### END SOLUTION", metadata=marks("m", True, True, points=3)),
        new_markdown_cell("Write an essay.", metadata=marks("e", points=2) | {}),
    ]
)
OTTER = new_notebook(
    cells=[
        new_raw_cell("# ASSIGNMENT CONFIG\nname: squares"),
        new_markdown_cell("# Squares"),
        new_code_cell("import numpy as np\nimport otter"),
        new_code_cell("import otter\ngrader = otter.Notebook()"),
        new_raw_cell("# BEGIN QUESTION\nname: q1\npoints: 3"),
        new_markdown_cell("## Squares\n\nWrite it."),
        new_raw_cell("# BEGIN SOLUTION"),
        new_code_cell('def square(x):\n    """Square."""\n    x = np.asarray(x)\n    return x * x # SOLUTION'),
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell(
            "np.allclose(square([1, 2]), [1, 4])",
            outputs=[new_output("execute_result", data={"text/plain": "True"}, execution_count=1)],
        ),
        new_code_cell(
            "# HIDDEN\nint(square(3))",
            outputs=[new_output("execute_result", data={"text/plain": "9"}, execution_count=1)],
        ),
        new_code_cell(
            '""" # BEGIN TEST CONFIG\npoints: 0.5\nhidden: true\n""" # END TEST CONFIG\n'
            "def test_four(square):\n    assert square(4) == 16"
        ),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
        new_raw_cell("# BEGIN QUESTION\nname: q2\npoints: 2\nmanual: true"),
        new_raw_cell("# BEGIN PROMPT"),
        new_markdown_cell("_Type here._"),
        new_raw_cell("# END PROMPT"),
        new_raw_cell("# BEGIN SOLUTION"),
        new_markdown_cell("Since it is so."),
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# END QUESTION"),
    ]
)


@pytest.fixture
def imported(tmp_path):
    """Return a function that writes a master into a new course and returns its assignment, built."""

    def make(master):
        (tmp_path / "solutions" / "01_squares").mkdir(parents=True)
        (tmp_path / "solutions" / "course.toml").write_text('salt = "x"')
        write(master, tmp_path / "solutions" / "01_squares", "Squares")
        course = Course.find(tmp_path)
        build(course)
        return course.assignment("01_squares")

    return make


def score(assignment, code):
    with Grader(assignment) as grader:
        return grader.grade(read_submission(code.encode(), "ada.py", "ada")).score


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
@pytest.mark.parametrize(("read", "notebook", "points"), [(from_nbgrader, NBGRADER, 1.5), (from_otter, OTTER, 3)])
def test_an_imported_master_builds_and_grades(imported, read, notebook, points):
    assignment = imported(read.read(notebook))
    assert (assignment.points, assignment.exercises) == (points, ("square",))
    released = (assignment.public / "01_squares.ipynb").read_text()
    assert "x * x" not in released
    assert "np.asarray(x)  # given" in released
    assert score(assignment, "\n".join(assignment.source().solution)) == points
    assert score(assignment, "def square(x):\n    return x") == 0


def test_nothing_that_was_lost_goes_unsaid(imported):
    assert from_nbgrader.read(NBGRADER).lost == [
        "cell 5 answers with statements, kept in a staff cell: write a function",
        "manually graded answer m (cell 6), 3 points: kept as an open question without points",
    ]
    assert from_otter.read(OTTER).lost == [
        "cell 1 is its configuration, and was left out: # ASSIGNMENT CONFIG",
        "the test in cell 12 compares printed output: compare values with agree()",
        "cell 18 is a prompt: students get the signature and docstring instead",
        "question q2 is graded by hand (2 points): kept without points",
    ]


def test_hidden_tests_stay_hidden():
    for read, notebook, secret in [(from_nbgrader, NBGRADER, "== 9"), (from_otter, OTTER, "'9'")]:
        master = read.read(notebook)
        assert secret in text_of_tests(master, public=False)
        assert secret not in text_of_tests(master, public=True)
        assert "allclose(student.square(" in text_of_tests(master, public=True)


def test_names_in_texts_are_left_alone():
    text = text_of_tests(from_nbgrader.read(NBGRADER), public=False)
    assert 'assert "square" and student.square(-3) == 9' in text


def test_a_title_with_quotes_is_a_title():
    assert "title: \"A 'b'\"" in source_text(Master(), 'A "b"')


def test_a_master_without_exercises_is_refused(tmp_path):
    master = Master()
    master.add_code("x = 1", 1, given=lambda line: False)
    with pytest.raises(UsageError, match="no answer is a function: cell 1 answers with statements"):
        write(master, tmp_path, "x")
    with pytest.raises(UsageError, match="it has no answers"):
        write(Master(), tmp_path, "x")
    assert list(tmp_path.iterdir()) == []


def test_tests_come_in_the_order_of_their_exercises():
    master = Master()
    for name in ("f", "g"):
        master.add_code(f"def {name}(x):\n    return x", 1, given=lambda line: False)
    for name in ("g", "f"):
        master.add_test(Imported(name, f"assert {name}(1)", 1, f"assert {name}(1)"), 1)
    text = text_of_tests(master, public=True)
    assert text.index("test_f_1_public") < text.index("test_g_1_public")


def test_importing_from_the_command_line(tmp_path, monkeypatch):
    def run(*words):
        return CliRunner().invoke(main, words, catch_exceptions=False)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "squares.ipynb").write_text(writes(NBGRADER))
    result = run("import", "nbgrader", "squares.ipynb")
    assert result.exit_code == 0
    assert result.stdout == "squares/source.py\nsquares/test_hidden.py\nsquares/test_public.py\n"
    assert result.stderr.startswith("not carried over: cell 5")
    assert run("import", "otter", "squares.ipynb").exit_code == 2
