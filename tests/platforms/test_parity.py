"""One corpus, graded by ourselves, through nbgrader, through otter and in a replica of Gradescope's container.

Scores and outcomes are identical, test by test.

A sample runs with ``make test-platforms``; with ``-m "platforms and slow"`` all known answers of two assignments do.
"""

import json
import re
import sys

import nbformat
import pytest

from autograder.course import Course, substituted
from autograder.grade import Grader
from autograder.model import Report
from autograder.platforms.nbgrader import answer_id
from autograder.render.feedback import WORDS
from autograder.submission import read_submission

pytestmark = [
    pytest.mark.platforms,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
]

SAID = re.compile(r"^- \[[x ]\] .* \*([a-z ]+)\*(?: \([^)]*\))?$", re.MULTILINE)
NAMES = ("02_networks", "05_svm")  # those with samples of every kind
OTTER = """\
import json, sys
from pathlib import Path
from nbformat.reader import NotJSONError
from otter.api import grade_submission
scores = {}
for path in sorted(Path(sys.argv[2]).iterdir()):
    try:
        results = grade_submission(str(path), sys.argv[1], quiet=True).results
    except NotJSONError:  # by otter itself, before any plugin is asked
        continue
    cases = {n: [case.message.partition("\\n")[0] for case in q.test_case_results] for n, q in results.items()}
    scores[path.stem] = {name: [question.score, cases[name]] for name, question in results.items()}
json.dump(scores, open("scores.json", "w"))
"""
NBGRADER = """\
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    scores = {
        s.student_id: {
            "scores": {g.name: g.auto_score for n in s.notebooks for g in n.grades},
            "comments": {c.name: c.auto_comment for n in s.notebooks for c in n.comments},
        }
        for s in book.assignment_submissions(sys.argv[1])
    }
json.dump(scores, open("scores.json", "w"))
"""


def corpus(assignment, root):
    """Return the bytes of submissions by name: samples of every kind, then every known answer to every exercise."""
    files = {path.stem: path.read_bytes() for path in sorted((root / "submissions" / assignment.slug).glob("*.ipynb"))}
    for answer in (*assignment.mistakes(), *assignment.alternatives()):
        cells = [
            nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(substituted(assignment, answer))
        ]
        text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
        files[f"{type(answer.mark).__name__}-{answer.exercise}-{answer.name}".lower()] = text.encode()
    return files


def sample(files):
    """Return one mistake and one alternative, and the samples that differ most."""
    kept = ("full", "partial_most", "not_json", "cheating")
    first = [next(name for name in files if name.startswith(kind)) for kind in ("mistake", "alternative")]
    return {name: files[name] for name in (*kept, *first)}


@pytest.fixture(scope="session")
def course(request):
    """The course of this checkout."""
    return Course.find(request.config.rootpath)


@pytest.fixture(scope="session")
def natively():
    """Return a function that grades a corpus with one grader of ours."""
    known = {}

    def grade(assignment, files) -> dict[str, Report]:
        missing = {name: data for name, data in files.items() if (assignment.slug, name) not in known}
        if missing:
            with Grader(assignment) as grader:
                for name, data in missing.items():
                    known[assignment.slug, name] = grader.grade(read_submission(data, f"{name}.ipynb", name))
        return {name: known[assignment.slug, name] for name in files}

    return grade


@pytest.fixture(params=["sample", pytest.param("all", marks=pytest.mark.slow)])
def files(request, course):
    """Return a function that gives the corpus of an assignment, or a sample of it."""
    choose = sample if request.param == "sample" else dict
    return lambda assignment: choose(corpus(assignment, course.root))


def outcomes(report, exercise):
    """Return what the feedback says of each test."""
    return [WORDS[r.outcome] for r in report.results if r.exercise == exercise]


def scores_of(report):
    return {name: points for name, points, _ in report.exercise_scores()}


@pytest.mark.parametrize("name", NAMES)
def test_nbgrader_gives_our_scores(name, course, files, natively, tool, tmp_path):
    assignment = course.assignment(name)
    tool(f"autograder export nbgrader {name} --to {tmp_path}", course.root)
    tool(f"nbgrader generate_assignment {name}", tmp_path)
    chosen = files(assignment)
    for student, data in chosen.items():
        path = tmp_path / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    tool(f"nbgrader autograde {name}", tmp_path)
    (tmp_path / "scores.py").write_text(NBGRADER)
    tool(f"python -W ignore scores.py {name}", tmp_path)
    theirs = json.loads((tmp_path / "scores.json").read_text())
    ours = natively(assignment, chosen)
    assert {student: row["scores"] for student, row in theirs.items()} == {s: scores_of(r) for s, r in ours.items()}
    for student, report in ours.items():
        for exercise in report.exercises:
            told = SAID.findall(theirs[student]["comments"][answer_id(exercise)])
            assert told == outcomes(report, exercise)


@pytest.mark.parametrize("name", NAMES)
def test_otter_gives_our_scores(name, course, files, natively, tool, tmp_path):
    assignment = course.assignment(name)
    tool(f"autograder export otter {name} --to {tmp_path}", course.root)
    chosen = files(assignment)
    (tmp_path / "in").mkdir()
    for student, data in chosen.items():
        (tmp_path / "in" / f"{student}.ipynb").write_bytes(data)
    (tmp_path / "run.py").write_text(OTTER)
    tool("python -W ignore run.py autograder.zip in", tmp_path)
    theirs = json.loads((tmp_path / "scores.json").read_text())
    ours = natively(assignment, chosen)
    expected = {
        student: {exercise: [points, outcomes(report, exercise)] for exercise, points in scores_of(report).items()}
        for student, report in ours.items()
        if student != "not_json"  # otter reads the file before any plugin, and refuses it
    }
    assert theirs == expected


@pytest.mark.parametrize("name", NAMES)
def test_gradescope_gives_our_scores(name, course, files, natively, image_of):
    assignment = course.assignment(name)
    chosen, image = files(assignment), image_of(assignment)
    for student, report in natively(assignment, chosen).items():
        theirs, _ = image.grade({f"{student}.ipynb": chosen[student]})
        outcomes = {entry["extra_data"]["test"]: entry["tags"][1] for entry in theirs["tests"]}
        assert outcomes == {result.test: str(result.outcome) for result in report.results}, student
        assert theirs["score"] == report.score
        assert {e["name"]: e["score"] for e in theirs["extra_data"]["exercises"]} == scores_of(report)
