"""``autograder grade``: reports, exit codes, refusals, interruption."""

import json
import subprocess
import sys
import time

import jsonschema
import pytest

from autograder import report

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@linux
def test_grading_one_file_prints_its_report_or_just_the_document(run, solved):
    shown = run("grade", "01_rows", solved)
    assert shown.exit_code == 0
    assert "ada · 01_rows · 10 of 10" in shown.stdout
    printed = run("grade", "01", solved, "--json")
    document = json.loads(printed.stdout)
    jsonschema.validate(document, report.schema())
    assert document["score"] == 10


@linux
def test_grading_a_folder_shows_a_row_each_and_problems_fail_only_at_the_end(run, solved, tmp_path):
    (solved.parent / "ada.ipynb").write_text("{}")
    (solved.parent / "bob.py").write_text("x = 1")
    result = run(
        "grade", "01_rows", solved.parent / "bob.py", solved, solved.parent / "ada.ipynb", "--out", tmp_path / "o"
    )
    assert result.exit_code == 2
    assert "ada has 2 files and none was graded" in result.stderr
    assert "bob" in result.stdout
    assert (tmp_path / "o" / "bob.json").is_file()


def test_a_mistyped_assignment_suggests_the_nearest(run, solved):
    result = run("grade", "01_rowz", solved)
    assert result.exit_code == 2
    assert result.stderr == "autograder: there is no assignment '01_rowz'; did you mean 01_rows?\n"


def test_no_submission_at_all_is_a_usage_error(run, tmp_path):
    result = run("grade", "01", tmp_path)
    assert result.exit_code == 2
    assert "no notebook (.ipynb) or script (.py) in" in result.stderr


@linux
def test_a_machine_that_cannot_confine_is_exit_code_3(run, solved, monkeypatch):
    monkeypatch.setattr("autograder.grade.level", lambda stopped: "L1")
    result = run("grade", "01", solved)
    assert result.exit_code == 3
    assert "at level L1, but L2 is required (not stopped here: " in result.stderr
    forced = run("grade", "01", solved, "--allow-unsafe", "--json")
    assert forced.exit_code == 0
    document = json.loads(forced.stdout)
    assert document["provenance"]["sandbox_level"] == "L1"
    assert "UNSAFELY" in document["submission"]["notes"][0]


@linux
def test_held_reports_are_exit_code_3(run, solved, monkeypatch):
    monkeypatch.setattr("autograder.verdict.result_of", _broken)
    result = run("grade", "01", solved)
    assert result.exit_code == 3
    assert "held" in result.stdout


def _broken(test, outcome, case=None, detail=""):
    from autograder.model import Outcome, Result

    return Result(test.name, test.exercise, test.description, Outcome.BROKEN, test.points)


@linux
def test_interrupting_ends_quickly_and_leaves_no_process(course, solved):
    solved.write_text("def normalise(A):\n    while True: pass")
    command = [sys.executable, "-m", "autograder.cli", "grade", "01", str(solved)]
    with subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(2)
        process.send_signal(2)
        _, errors = process.communicate(timeout=10)
    assert b"Traceback" not in errors
    assert b"interrupted; what was written is kept, run the command again to go on" in errors
    assert process.returncode == 130
