"""What every assignment of this course keeps, whoever wrote it."""

import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.certify.declared import alternatives, mistakes
from autograder.certify.gates import gates
from autograder.certify.run import examiner_of
from autograder.course import Course
from autograder.grade import Grader
from autograder.model import Status
from autograder.release import solution_notebook
from autograder.submission import read_submission

ROOT = Path(__file__).parents[1]
NAMES = Course.find(ROOT).names()
SALTS = ("first", "second", "third", "fourth", "fifth")

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

GARBAGE = {
    "none": "None",
    "text": "'x'",
    "an empty list": "[]",
    "ragged rows": "[[1, 2], [3]]",
    "a pair of nothings": "(None, None)",
    "a triple of texts": "('a', 'b', 'c')",
    "lists of pairs of nothing": "[(None, None)] * 3",
    "nan": "np.full((5, 4), np.nan)",
    "a number": "7",
    "complex numbers": "np.ones(5) * 1j",
    "a cube": "np.zeros((2, 2, 2))",
    "emptiness": "np.zeros((0, 0))",
    "truth": "True",
    "a dict": "{'w': 1}",
    "pairs of wrong shapes": "(np.zeros((3, 3)), np.zeros((7, 7)))",
    "a network of rubbish": "[('W', 'b'), (np.zeros(3), np.zeros((2, 2)))]",
    "infinities": "(np.inf, np.full(9, -np.inf))",
    "huge numbers": "np.full((5,), 1e308)",
    "an object": "Thing()",
}


@pytest.fixture
def course():
    """The course of this checkout."""
    return Course.find(ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_worth_a_hundred_points_and_built(course, name):
    assignment = course.assignment(name)
    assert sum(assignment.exercise_points().values()) == 100
    assert (assignment.public / f"{name}.ipynb").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_the_solved_notebook_runs_in_a_real_kernel(course, name, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # other tests set it for this process, and kernels inherit it
    assignment = course.assignment(name)
    notebook = nbformat.from_dict(solution_notebook(assignment.source(), name))
    folder = {"metadata": {"path": str(assignment.public)}}
    NotebookClient(notebook, timeout=300, startup_timeout=300, resources=folder).execute()
    pictures = [o for cell in notebook.cells for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
    assert pictures, "a notebook without any picture"
    assert not [o for cell in notebook.cells for o in cell.get("outputs", []) if o.get("name") == "stderr"]


@linux
@pytest.mark.parametrize("name", NAMES)
def test_rubbish_is_the_students_fault_and_never_ours(course, name):
    assignment = course.assignment(name)
    thing = "import numpy as np\nclass Thing:\n    def __getattr__(self, name):\n        return lambda *a, **k: None\n"
    with Grader(assignment) as grader:
        for kind, value in GARBAGE.items():
            answers = "".join(f"{e} = lambda *a, **k: {value}\n" for e in assignment.exercises)
            report = grader.grade(read_submission((thing + answers).encode(), "mal.py", "mal"))
            broken = [(r.test, r.detail) for r in report.results if r.outcome == "broken"]
            assert not broken, f"{kind}: {broken[0]}"
            assert report.status is Status.GRADED
            assert report.score <= 0.1 * assignment.points, f"{kind} scores {report.score}"


@linux
@pytest.mark.slow
@pytest.mark.parametrize("salt", SALTS)
@pytest.mark.parametrize("name", NAMES)
def test_known_answers_are_graded_as_declared_under_any_salt(name, salt):
    with examiner_of(Course(ROOT, salt).assignment(name), full=False) as examiner:
        asked = [(measure, e) for e in examiner.assignment.exercises for measure in (gates, mistakes, alternatives)]
        assert [str(finding) for measure, e in asked for finding in measure(examiner, e).findings] == []
