"""``autograder grade``: reports, exit codes, refusals, interruption."""

import contextlib
import io
import json
import os
import pathlib
import signal
import sqlite3
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


@linux
def test_results_are_kept_resumed_and_compared_with_a_roster(run, solved, tmp_path):
    (solved.parent / "bob.py").write_text("x = 1")
    (solved.parent / "test_public.py").unlink()
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\nada,Ada\nkim,Kim\n")
    words = ("grade", "01", solved.parent, "--out", tmp_path / "out", "--roster", roster)
    first = run(*words)
    assert first.exit_code == 0
    assert "1/2 ada: 10 of 10\n2/2 bob: 0 of 10\n" in first.stderr
    assert "autograder: not in roster.csv (1): bob\n" in first.stderr
    assert "autograder: handed in nothing, of those in roster.csv (1): kim\n" in first.stderr
    written = (tmp_path / "out" / "ada.json").stat().st_mtime_ns
    assert run(*words).stdout == first.stdout
    assert (tmp_path / "out" / "ada.json").stat().st_mtime_ns == written


@linux
def test_a_database_alone_keeps_results_too(run, solved, tmp_path):
    url = f"sqlite:///{tmp_path / 'class.db'}"
    assert run("grade", "01", solved, "--db", url).exit_code == 0
    assert (tmp_path / "class.db").is_file()


@linux
def test_times_may_be_given(run, solved, tmp_path):
    (tmp_path / "times.csv").write_text("id,submitted_at\nada,2030-01-31T12:00:00+00:00\n")
    run("grade", "01", solved, "--out", tmp_path / "out", "--times", tmp_path / "times.csv")
    assert "2030-01-31T12:00:00+00:00" in (tmp_path / "out" / "summary.csv").read_text()


@linux
def test_a_folder_that_cannot_be_written_is_one_sentence(run, solved, tmp_path):
    (tmp_path / "out").write_text("a file")
    result = run("grade", "01", solved, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"autograder: {tmp_path}/out/results.db cannot be written: ")


@linux
@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupting_a_class_ends_quickly_and_leaves_no_process(course, solved, tmp_path, workers):
    for i in range(4):
        (solved.parent / f"s{i}.py").write_text("def normalise(A):\n    while True: pass")
    command = [sys.executable, "-m", "autograder.cli", "grade", "01", str(solved.parent), "--workers", workers]
    with subprocess.Popen([*command, "--out", str(tmp_path / "out")], cwd=course.root, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, start_new_session=True) as process:  # fmt: skip
        for line in process.stderr:
            if b"ada" in line:
                break
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, errors = process.communicate(timeout=10)  # a second on an idle machine
    assert errors == b"autograder: interrupted; what was written is kept, run the command again to go on\n"
    assert process.returncode == 130
    assert "ada" in (tmp_path / "out" / "summary.csv").read_text()
    deadline = time.monotonic() + 20
    while any(session(stat) == process.pid for stat in pathlib.Path("/proc").glob("[0-9]*/stat")):
        assert time.monotonic() < deadline, "processes are left"
        time.sleep(0.02)


def session(stat):
    try:
        return int(stat.read_text().rpartition(") ")[2].split()[3])
    except OSError:
        return None


@linux
def test_a_bar_on_a_terminal_shows_rate_and_time_left(monkeypatch):
    from autograder.cli.common import progress

    monkeypatch.setattr("sys.stderr", Terminal())
    with progress("grading", 3) as advance:
        for _ in range(2):
            advance(None)
    assert "2/3" in sys.stderr.getvalue()
    assert "a minute," in sys.stderr.getvalue()
    assert "left" in sys.stderr.getvalue()


class Terminal(io.StringIO):
    def isatty(self):
        return True


@linux
def test_a_locked_database_is_one_sentence_and_leaves_no_half_record(run, solved, tmp_path, monkeypatch):
    run("grade", "01", solved, "--out", tmp_path / "out")
    monkeypatch.setattr("autograder.batch.database.PATIENCE", 0.1)
    (solved.parent / "bob.py").write_text("x = 1")
    with contextlib.closing(sqlite3.connect(tmp_path / "out" / "results.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = run("grade", "01", solved, solved.parent / "bob.py", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "results.db cannot be used: another program has locked it for over 0.1 s; wait until" in result.stderr
    assert not (tmp_path / "out" / "bob.json").exists()
    assert run("grade", "01", solved, solved.parent / "bob.py", "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "bob.json").exists()
