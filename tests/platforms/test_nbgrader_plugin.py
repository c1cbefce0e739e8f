"""nbgrader itself, on our export: releases, grades, comments, feedback and tables, for honest and hostile notebooks."""

import csv
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from html import unescape
from urllib.request import Request, urlopen

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.release import notebook_text, release

pytestmark = pytest.mark.platforms

PLAIN_TESTS = """\
P = normalise([[1.0, 3.0], [2.0, 2.0]])
assert np.allclose(P, [[0.25, 0.75], [0.5, 0.5]])
### BEGIN HIDDEN TESTS
assert np.allclose(normalise([[0.0, 0.0]]), [[0.5, 0.5]])
### END HIDDEN TESTS"""


@pytest.fixture(scope="module")
def table(graded):
    """Scores by student, as nbgrader's own export tells them."""
    with (graded / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def html(graded, student):
    """Return the words of a student's feedback, in order, without its tags."""
    page = (graded / "feedback" / student / "01_rows" / "01_rows.html").read_text()
    return unescape(re.sub(r"<style.*?</style>|<[^>]+>", "", page, flags=re.DOTALL))


def test_the_release_is_our_student_notebook(graded, rows):
    released = nbformat.read(graded / "release" / "01_rows" / "01_rows.ipynb", as_version=4)
    ours = nbformat.reads(notebook_text(release(rows.source(), rows.exercise_points(), rows.slug)), as_version=4)
    assert [(c.id, c.cell_type, c.source) for c in released.cells] == [
        (c.id, c.cell_type, c.source) for c in ours.cells
    ]
    assert released.metadata == ours.metadata


def test_scores_have_fractions_and_every_notebook_was_graded(table, changes):
    honest = {name: table[name] for name in ("full", "partial", "blank", "not_json", *changes)}
    assert honest == {"full": 10.0, "partial": 7.625, "blank": 0.0, "not_json": 0.0, **dict.fromkeys(changes, 10.0)}


def test_attacks_take_no_marks(table, attacks):
    assert {name: table[name] for name in attacks} == dict.fromkeys(attacks, 0.0)


def test_attacks_take_full_marks_in_plain_nbgrader(tool, tmp_path, attacks):
    """Otherwise the test above would show nothing."""
    facts = {"schema_version": 3, "task": False}
    cells = [
        new_code_cell("import numpy as np"),
        new_code_cell(
            "### BEGIN SOLUTION\ndef normalise(A): return A\n### END SOLUTION",
            id="exercise-normalise",
            metadata={"nbgrader": {**facts, "grade_id": "a", "grade": False, "solution": True, "locked": False}},
        ),
        new_code_cell(
            PLAIN_TESTS,
            metadata={
                "nbgrader": {**facts, "grade_id": "t", "grade": True, "solution": False, "locked": True, "points": 10}
            },
        ),
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (tmp_path / "source" / "plain").mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), tmp_path / "source" / "plain" / "p.ipynb")
    tool("nbgrader generate_assignment plain", tmp_path)
    inside = [name for name in attacks if name != "passing"]  # which is for otter
    for name in inside:
        notebook = nbformat.read(tmp_path / "release" / "plain" / "p.ipynb", as_version=4)
        notebook.cells[1].source = attacks[name]
        (tmp_path / "submitted" / name / "plain").mkdir(parents=True)
        nbformat.write(notebook, tmp_path / "submitted" / name / "plain" / "p.ipynb")
    tool("nbgrader autograde plain && nbgrader export", tmp_path)
    with (tmp_path / "grades.csv").open() as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == dict.fromkeys(inside, 10.0)


def test_no_kernel_ran_any_of_it(graded):
    for file in graded.glob("autograded/*/01_rows/*.ipynb"):
        assert {cell.get("execution_count") for cell in nbformat.read(file, as_version=4).cells} == {None}


def test_autograded_notebooks_satisfy_nbgrader_and_say_what_was_unusual(graded, changes):
    for name in changes:
        notebook = nbformat.read(graded / "autograded" / name / "01_rows" / "01_rows.ipynb", as_version=4)
        ids = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
        assert sorted(ids) == ["answer-normalise", "normalise"]
        told = notebook.cells[0].source
        assert ("Note: " in told) == (name != "newer_schema"), (name, told)


def test_feedback_shows_scores_and_messages_and_no_hidden_test(graded):
    page = html(graded, "partial")
    assert "7.625 of 10" in page
    assert re.search(r"Score: 7\.62\d* / 10\.0", page)
    assert "A row of zeros becomes 1/d in every entry." in page
    assert "What is 0 / 0, and what does the statement ask for instead?" in page
    for secret in ("test_normalise_makes_zero", "one_row", "HIDDEN TESTS", "NBGRADER_EXECUTION", "pepper"):
        assert secret not in page


def test_a_comment_stands_under_each_answer(graded):
    page = html(graded, "partial")
    answer, comment, below = (page.index(text) for text in ("keepdims=True", "Comments:", 'check("normalise")'))
    assert answer < comment < below


def test_an_unreadable_notebook_has_feedback_that_says_why(graded):
    assert "it is not a notebook: no valid JSON" in html(graded, "not_json")


def test_the_formgrader_api_shows_the_scores(graded, tool):
    script = (
        "import json; from traitlets.config import Config; from nbgrader.apps import NbGraderAPI; "
        "c = Config(); c.CourseDirectory.root = '.'; api = NbGraderAPI(config=c); "
        "print(json.dumps({s['student']: s['score'] for s in api.get_submissions('01_rows')}))"
    )
    shown = json.loads(tool(f'python -W ignore -c "{script}"', graded).stdout)
    assert (shown["full"], shown["partial"]) == (10.0, 7.625)


def test_grading_again_keeps_what_people_have_given(graded, tool, tmp_path):
    with sqlite3.connect(graded / "gradebook.db") as database:
        row = "id = (SELECT grade.id FROM grade JOIN submitted_notebook n ON grade.notebook_id = n.id \
               JOIN submitted_assignment a ON n.assignment_id = a.id WHERE a.student_id = 'blank')"
        database.execute(f"UPDATE grade SET manual_score = 3.5 WHERE {row}")
    tool("nbgrader autograde 01_rows --student blank --force", graded)
    with sqlite3.connect(graded / "gradebook.db") as database:
        found = database.execute(f"SELECT auto_score, manual_score FROM grade WHERE {row}").fetchall()
        database.execute(f"UPDATE grade SET manual_score = NULL WHERE {row}")
    assert found == [(0.0, 3.5)]


def test_without_our_lines_nothing_is_passed(graded, rows, tool, tmp_path, hand_in):
    """A forgotten configuration strips the solution all the same, and fails everybody instead of passing them."""
    tool(f"autograder export nbgrader 01_rows --to {tmp_path}", rows.course.root)
    (tmp_path / "nbgrader_config.py").unlink()
    tool("nbgrader generate_assignment 01_rows", tmp_path)
    released = tmp_path / "release" / "01_rows" / "01_rows.ipynb"
    assert "np.divide" not in released.read_text()
    assert "HIDDEN" not in released.read_text()
    hand_in(tmp_path / "submitted" / "full" / "01_rows" / "01_rows.ipynb", released)
    tool("nbgrader autograde 01_rows && nbgrader export", tmp_path)
    with (tmp_path / "grades.csv").open() as file:
        assert [row["score"] for row in csv.DictReader(file)] == ["0.0"]


def test_a_course_that_changed_is_one_sentence_and_can_be_graded_afterwards(rows, tool, tmp_path, hand_in):
    tool(f"autograder export nbgrader 01_rows --to {tmp_path}", rows.course.root)
    tool("nbgrader generate_assignment 01_rows", tmp_path)
    hand_in(tmp_path / "submitted/ada/01_rows/01_rows.ipynb", tmp_path / "release/01_rows/01_rows.ipynb")
    with sqlite3.connect(tmp_path / "gradebook.db") as database:
        database.execute("UPDATE grade_cells SET max_score = 9")
    done = tool("nbgrader autograde 01_rows", tmp_path, check=False)
    assert done.returncode == 2
    assert "the gradebook's 01_rows has other cells or points than this course's (normalise)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "autograded" / "ada" / "01_rows").exists()


def test_an_answer_that_is_no_exercise_is_one_sentence(rows, tool, tmp_path):
    tool(f"autograder export nbgrader 01_rows --to {tmp_path}", rows.course.root)
    source = tmp_path / "source" / "01_rows" / "01_rows.ipynb"
    source.write_text(source.read_text().replace("answer-normalise", "mine"))
    done = tool("nbgrader generate_assignment 01_rows", tmp_path, check=False)
    assert done.returncode == 2
    assert "the source of 01_rows has an answer mine, which is no exercise; export it again" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "release" / "01_rows").exists()


def test_a_wrong_path_to_the_course_is_said_when_nbgrader_starts(tmp_path):
    from traitlets.config import Config

    from autograder.errors import UsageError
    from autograder.platforms.nbgrader_plugin import use

    with pytest.raises(UsageError, match="there is no course here"):
        use(Config(), tmp_path)


def test_formgrader_itself_shows_scores_and_comments(graded, tool):
    """Jupyter's server with nbgrader's extension, on loopback, asked as the browser asks."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    words = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    words += ["--IdentityProvider.token=open", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={graded}"]

    def get(path):
        request = Request(f"http://127.0.0.1:{port}/formgrader/{path}", headers={"Authorization": "token open"})
        with urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    environment = {"HOME": str(tool.home), "PATH": os.environ["PATH"]}
    with subprocess.Popen(words, cwd=graded, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            for line in server.stderr:  # it tells when it listens
                if "is running at" in line:
                    break
            threading.Thread(target=server.stderr.read, daemon=True).start()  # so that it never waits for a reader
            submissions = json.loads(get("api/submissions/01_rows"))
            scores = {row["student"]: row["score"] for row in submissions}
            assert (scores["full"], scores["partial"]) == (10.0, 7.625)
            rows = json.loads(get("api/submitted_notebooks/01_rows/01_rows"))
            partial = next(row for row in rows if row["student"] == "partial")
            page = get(f"submissions/{partial['id']}/")
            assert "What is 0 / 0, and what does the statement ask for instead?" in unescape(page)
            comments = json.loads(get(f"api/comments?submission_id={partial['id']}"))
            assert "A row of zeros becomes 1/d in every entry." in comments[0]["auto_comment"]
        finally:
            server.terminate()
