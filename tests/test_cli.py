"""The command line: verbs, exit codes, JSON for machines and sentences for people."""

import json
import subprocess
import sys
import time

import jsonschema
import pytest
from click.testing import CliRunner

from autograder import report
from autograder.cli import main

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def run(course, monkeypatch):
    """Return a function that runs a verb inside the course."""
    monkeypatch.chdir(course.root)

    def invoke(*words):
        result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def solved(tmp_path, course, normalise):
    """A correct submission beside the public tests."""
    folder = tmp_path / "homework"
    folder.mkdir()
    (folder / "test_public.py").write_bytes((course.released / "01_rows" / "test_public.py").read_bytes())
    (folder / "ada.py").write_text(normalise)
    return folder / "ada.py"


@pytest.mark.parametrize("verb", sorted(main.commands))
def test_every_verb_has_help_of_one_sentence_and_more(run, verb):
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert main.commands[verb].get_short_help_str(limit=200).endswith((".", ")"))


def test_help_imports_nothing_heavy():
    code = (
        "import sys, autograder.cli; print(*sorted({'numpy', 'pytest', 'rich', 'nbformat', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


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


def test_check_tells_passed_from_failed_by_its_exit_code(run, solved):
    good = run("check", solved)
    assert good.exit_code == 0
    assert "✓" in good.stdout
    solved.write_text("def normalise(A):\n    return A")
    bad = run("check", solved, "normalise", "--json")
    assert bad.exit_code == 1
    assert {r["outcome"] for r in json.loads(bad.stdout)["results"]} == {"failed"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nothing.ipynb"], "nothing.ipynb does not exist"),
        (["ada.py", "normalize"], "there is no public test for 'normalize'; did you mean normalise?"),
    ],
)
def test_check_names_what_it_cannot_find(run, solved, monkeypatch, words, message):
    monkeypatch.chdir(solved.parent)
    result = run("check", *words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_check_outside_the_assignments_folder_says_where_to_go(run, solved):
    (solved.parent / "test_public.py").unlink()
    result = run("check", solved)
    assert result.exit_code == 2
    assert "keep the notebook in the assignment's folder" in result.stderr


def test_build_check_is_silent_when_nothing_drifted_and_lists_what_did(run, course):
    assert run("build", "--check").output == ""
    notebook = course.released / "01_rows" / "01_rows.ipynb"
    text = notebook.read_text()
    notebook.write_text(text + " ")
    try:
        result = run("build", "--check")
        assert result.exit_code == 2
        assert "assignments/01_rows/01_rows.ipynb (differs)" in result.output
        assert "run `autograder build`" in result.stderr
        assert run("build").exit_code == 0
    finally:
        assert notebook.read_text() == text


def test_new_scaffolds_once(run, course, monkeypatch, tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "course.toml").write_text('salt = "x"')
    monkeypatch.chdir(tmp_path)
    assert "is ready; edit source.py" in run("new", "02_more").stdout
    assert run("new", "02_more").exit_code == 2


def test_outside_a_course_every_verb_that_needs_one_says_so(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("build")
    assert result.exit_code == 2
    assert "there is no course here" in result.stderr


@linux
def test_certify_prints_a_line_per_exercise(run):
    shown = run("certify")
    assert shown.exit_code == 0
    assert "holds" in shown.stdout
    (row,) = json.loads(run("certify", "01", "--json").stdout)
    assert (row["exercise"], row["solution"], row["release"], row["findings"]) == ("normalise", 10, 0, [])


@linux
def test_doctor_shows_canaries_and_level(run):
    result = run("doctor", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["level"] == "L2"
    assert all(found["canaries"].values())
    assert "Student code is confined at level L2" in run("doctor").stdout


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
