"""A run over a class: only what changed is graded, the folder always shows what is recorded."""

import csv
import json
import os
import sys
from datetime import UTC, datetime

import pytest

from autograder.batch.find import find_submissions
from autograder.batch.folder import Folder
from autograder.batch.roster import Person, Roster
from autograder.batch.rules import Rules
from autograder.batch.run import Keeping, backend, grade_all
from autograder.model import Outcome

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def assignment(course):
    return course.assignment("01_rows")


@pytest.fixture
def keeping(results, tmp_path):
    return Keeping(results, Folder(tmp_path / "out"))


@pytest.fixture
def grade(report):
    """A backend that grades nothing: whoever writes "row.sum" is right. It remembers what it was given."""

    def pretend(tasks):
        for task in tasks:
            pretend.given.append(task.student)
            yield task, report(task, Outcome.PASSED if b"row.sum" in task.data else Outcome.FAILED)

    pretend.given = []
    return pretend


def run(assignment, folder, grade, keeping, **options):
    told = []
    files = find_submissions([folder], assignment.slug).files
    grade_all(assignment, files, grade, require_level="L2", keeping=keeping, done=told.append, **options)
    return {report.student: report.score for report in told}


def table(out):
    return {row["student"]: row for row in csv.DictReader((out / "summary.csv").read_text().splitlines())}


@linux
@pytest.mark.parametrize("workers", [1, 2])
def test_a_class_is_graded_recorded_and_shown(assignment, folder, keeping, tmp_path, workers):
    found = run(assignment, folder, backend(assignment, "L2", workers), keeping)
    assert found == {"ada": 10, "bob": 0, "eve": 0}
    rows = table(tmp_path / "out")
    assert [row["score"] for row in rows.values()] == ["10.0", "0.0", "0.0"]
    assert rows["eve"]["status"] == "unreadable"


def test_only_what_changed_is_graded_again(assignment, folder, keeping, grade, tmp_path):
    expected = {"ada": 10, "bob": 0, "eve": 0}
    assert run(assignment, folder, grade, keeping) == expected
    assert grade.given == ["ada", "bob", "eve"]
    assert run(assignment, folder, grade, keeping) == expected
    (folder / "bob.py").write_text("row.sum")
    assert run(assignment, folder, grade, keeping) == expected | {"bob": 10}
    assert grade.given == ["ada", "bob", "eve", "bob"]
    assert json.loads((tmp_path / "out" / "bob.json").read_text())["score"] == 10
    assert table(tmp_path / "out")["bob"]["attempts"] == "2"


def test_files_that_were_damaged_or_deleted_come_back_without_grading(assignment, folder, keeping, grade, tmp_path):
    run(assignment, folder, grade, keeping)
    before = (tmp_path / "out" / "ada.json").read_bytes()
    (tmp_path / "out" / "ada.json").write_text('{"schema": 1')
    (tmp_path / "out" / "bob.json").unlink()
    run(assignment, folder, grade, keeping)
    assert (tmp_path / "out" / "ada.json").read_bytes() == before
    assert (tmp_path / "out" / "bob.json").is_file()
    assert len(grade.given) == 3


def test_an_earlier_attempt_again_does_not_replace_what_the_folder_shows(assignment, folder, keeping, grade, tmp_path):
    monday, tuesday = tmp_path / "monday", tmp_path / "tuesday"
    for day, (place, text) in enumerate(((monday, "x = 1"), (tuesday, "row.sum"))):
        place.mkdir()
        (place / "ada.py").write_text(text)
        os.utime(place / "ada.py", (1_900_000_000 + day,) * 2)
        run(assignment, place, grade, keeping)
    assert run(assignment, monday, grade, keeping) == {"ada": 0}
    assert json.loads((tmp_path / "out" / "ada.json").read_text())["score"] == 10
    assert table(tmp_path / "out")["ada"]["attempts"] == "2"


def test_an_interrupted_run_keeps_what_it_had_and_has_a_table(
    assignment, folder, keeping, grade, tmp_path, monkeypatch
):
    handlers = []
    monkeypatch.setattr("signal.signal", lambda *handler: handlers.append(handler))

    def interrupted(tasks):
        yield next(grade(tasks))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(assignment, folder, interrupted, keeping)
    assert table(tmp_path / "out").keys() == {"ada"}
    assert len(handlers) == 1  # the next interrupt ends the process where it is
    run(assignment, folder, grade, keeping)
    assert grade.given == ["ada", "bob", "eve"]


def test_rules_and_roster_decide_what_the_table_says(assignment, folder, keeping, grade, tmp_path):
    due = datetime(2030, 1, 31, tzinfo=UTC)
    roster = Roster("roster.csv", {name: Person(name, name.title()) for name in ("ada", "bob", "kim")})
    ruled = Keeping(keeping.results, keeping.folder, Rules(due=due, late_per_day=0.1), roster)
    run(assignment, folder, grade, ruled, times={"ada": datetime(2030, 2, 2, tzinfo=UTC)})
    rows = table(tmp_path / "out")
    assert (rows["ada"]["name"], rows["ada"]["score"], rows["ada"]["earned"], rows["ada"]["days_late"]) == (
        "Ada", "8.0", "10.0", "2",
    )  # fmt: skip
    assert rows["kim"]["status"] == "missing"
    assert rows["eve"]["notes"].startswith("not in the roster")


def test_with_a_database_alone_there_are_no_files_and_without_one_nothing_is_kept(
    assignment, folder, keeping, grade, tmp_path
):
    run(assignment, folder, grade, Keeping(keeping.results))
    assert not (tmp_path / "out").exists()
    run(assignment, folder, grade, Keeping())
    assert len(grade.given) == 6
    Keeping().close()
