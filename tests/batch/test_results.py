"""Attempts and gradings: what is current, what is new, what is never recorded twice. In SQLite and in PostgreSQL."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from autograder.batch.database import Database
from autograder.batch.results import Results
from autograder.model import Outcome

NAME = "01_rows"


@pytest.fixture
def assignment(course):
    return course.assignment(NAME)


def kept(results, student=None):
    return [(a.student, a.number, a.score) for a in results.attempts(NAME, student)]


def numbers(results, student="ada"):
    return [(now.number, len(before)) for now, before in results.history(NAME, student)]


def with_tests(report, sha256):
    return replace(report, provenance=replace(report.provenance, tests_sha256=sha256))


def test_a_report_is_current_as_long_as_nothing_that_decides_it_changes(results, assignment, task, report):
    ada = task()
    made = report(ada, output="hello\n")
    assert results.current(ada, assignment, "L2") is None
    assert results.record(ada, made).latest
    found = results.current(ada, assignment, "L2")
    assert found.report == made
    assert found.report.output == "hello\n"
    assert results.current(task(data=b"x = 2"), assignment, "L2") is None
    assert results.current(task(file="ada.ipynb"), assignment, "L2") is None
    assert results.current(task(student="bob"), assignment, "L2") is None
    assert results.current(ada, assignment, "L3") is None


@pytest.mark.parametrize("changed", ["engine", "tests_sha256", "salt_id", "python", "numpy"])
def test_what_was_made_under_other_conditions_is_not_current(results, assignment, task, report, changed):
    ada = task()
    made = report(ada)
    results.record(ada, replace(made, provenance=replace(made.provenance, **{changed: "0" * 8})))
    assert results.current(ada, assignment, "L2") is None


def test_a_report_that_is_held_is_graded_again(results, assignment, task, report):
    ada = task()
    results.record(ada, report(ada, Outcome.BROKEN))
    assert results.current(ada, assignment, "L2") is None
    results.record(ada, report(ada))
    assert results.current(ada, assignment, "L2").report.score == 10
    results.record(ada, report(ada, Outcome.BROKEN))
    assert results.current(ada, assignment, "L2").report.score == 10
    assert numbers(results) == [(1, 1)]


def test_the_same_bytes_again_are_the_same_attempt_at_its_first_time(results, task, report):
    for day in (1, 9):
        results.record(task(day=day), report(task()))
    (attempt,) = results.attempts(NAME)
    assert (attempt.number, attempt.submitted_at.day) == (1, 1)


def test_returning_to_an_earlier_file_is_an_attempt_and_rerunning_an_earlier_day_is_none(results, task, report):
    days = [task(data=b"a", day=1), task(data=b"b", day=2), task(data=b"a", day=3)]
    for monday in days:
        assert results.record(monday, report(monday)).latest
    assert [a.submitted_at.day for a in results.attempts(NAME)] == [1, 2, 3]
    assert not results.record(days[0], report(days[0])).latest
    assert numbers(results) == [(1, 0), (2, 0), (3, 0)]


def test_every_grading_is_kept_with_its_reason_and_the_newest_is_in_force(results, task, report):
    ada = task()
    results.record(ada, with_tests(report(ada, Outcome.FAILED), "0" * 64))
    results.record(ada, report(ada), reason="the test was wrong")
    assert kept(results) == [("ada", 1, 10.0)]
    ((now, (before,)),) = results.history(NAME, "ada")
    assert (before.score, before.reason, now.score, now.reason) == (0.0, "", 10.0, "the test was wrong")


def test_recording_twice_adds_nothing(results, task, report):
    ada = task()
    for seconds in (0.1, 0.2):
        made = report(ada)
        found = results.record(ada, replace(made, provenance=replace(made.provenance, seconds=seconds)))
        assert found.report.provenance.seconds == 0.1  # what is in force, which is what the folder shows
        assert '"seconds": 0.1' in found.document
    assert numbers(results) == [(1, 0)]


def test_a_stronger_sandbox_makes_a_new_grading_and_a_weaker_one_none(results, task, report):
    for level in ("L2", "L3", "L1"):
        results.record(task(), report(task(), level=level))
    assert numbers(results) == [(1, 1)]


def test_several_programs_may_record_the_same_class_at_once(url, task, report):
    students = [f"s{i}" for i in range(8)]

    def grade(_):
        opened = Results(Database(url))
        for student in students:
            opened.record(task(student), report(task(student)))
        opened.database.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(grade, range(3)))
    opened = Results(Database(url))
    assert kept(opened) == [(student, 1, 10.0) for student in students]
    assert all(numbers(opened, student) == [(1, 0)] for student in students)
    opened.database.close()


def test_the_document_and_the_bytes_come_back_as_they_were(results, task, report):
    for ada in (task(data=bytes(range(256))), replace(task("eve", b""), unreadable="eve.py cannot be read: too big")):
        results.record(ada, report(ada, notes=('"quoted", ünïcode \ud800\x00',), output="\x1b[1m\x00"))
    (number, ada, old), (_, eve, _) = results.archive(NAME)
    assert number == 1
    assert ada.data == bytes(range(256))
    assert old.notes == ('"quoted", ünïcode ?\x00',)
    assert "\x1b" not in old.output
    assert eve.unreadable == "eve.py was not kept, since it could not be read"
    assert [(student, number) for student, number, _ in results.reports(NAME)] == [("ada", 1), ("eve", 1)]


def test_assignments_do_not_mix(results, task, report):
    results.record(task(), report(task()))
    results.record(task(), report(task(), assignment="02_other"))
    assert [len(list(results.attempts(name))) for name in (NAME, "02_other", "03")] == [1, 1, 0]


def test_attempts_are_sorted_by_student_and_can_be_asked_for_one(results, task, report):
    for student in ("bob", "ada"):
        results.record(task(student), report(task(student), notes=("cell 7",)))
    assert kept(results) == [("ada", 1, 10.0), ("bob", 1, 10.0)]
    (bob,) = results.attempts(NAME, "bob")
    assert (bob.student, bob.notes, bob.status, bob.max_score) == ("bob", ("cell 7",), "graded", 10.0)
    assert bob.exercises == (("normalise", 10.0, 10.0),)
    assert json.dumps(bob.file) == '"bob.py"'
