"""Grading again: who changes, by which tests, by how much; and nothing is written by asking."""

from dataclasses import replace

import pytest

from autograder.batch.regrade import Changed, Regraded, compare, regrade
from autograder.model import Outcome

NAME = "01_rows"


@pytest.fixture
def grade(report):
    """A backend to which everybody is right."""
    return lambda tasks: ((task, report(task)) for task in tasks)


def with_outcome(report, index, outcome):
    results = list(report.results)
    results[index] = replace(results[index], outcome=outcome)
    return replace(report, results=tuple(results))


def test_every_attempt_is_compared_and_nothing_is_written(results, course, task, report, grade):
    first, second = task(data=b"a", day=1), task(data=b"b", day=2)
    results.record(first, report(first, Outcome.FAILED))
    results.record(second, report(second))
    before = list(results.attempts(NAME))
    found = list(regrade(results, course.assignment(NAME), grade))
    assert [(item.attempt, bool(item.difference)) for item in found] == [(1, True), (2, False)]
    difference = found[0].difference
    assert (difference.student, difference.before, difference.after) == ("ada", 0.0, 10.0)
    assert sum(test.points for test in difference.tests) == 10
    assert list(results.attempts(NAME)) == before


def test_what_was_not_kept_is_said(results, course, task, report, grade):
    lost = replace(task(data=b"large"), data=b"", unreadable="ada.py cannot be read: too big")
    results.record(lost, report(lost))
    results.record(task("bob"), report(task("bob")))
    bob, ada = regrade(results, course.assignment(NAME), grade)
    assert isinstance(bob, Regraded)
    assert ada.unreadable == "ada.py was not kept, since it could not be read"


def test_a_report_that_was_held_and_is_graded_differs(results, course, task, report, grade):
    results.record(task(), report(task(), Outcome.BROKEN))
    (item,) = regrade(results, course.assignment(NAME), grade)
    assert (item.difference.status_before, item.difference.status_after) == ("held", "graded")


def test_only_tests_that_end_differently_are_named(task, report):
    old = report(task())
    new = with_outcome(old, 0, Outcome.FAILED)
    points = old.results[0].max_score
    name = old.results[0].test
    assert compare(old, old) == ()
    assert compare(old, new) == (Changed(name, "normalise", "passed", "failed", -points),)


def test_tests_that_are_new_or_gone_are_named(task, report):
    full = report(task())
    less = replace(full, results=full.results[1:])
    (gone,), (new,) = compare(full, less), compare(less, full)
    assert (gone.before, gone.after, gone.points) == ("passed", "", -full.results[0].max_score)
    assert (new.before, new.after, new.points) == ("", "passed", full.results[0].max_score)


def test_a_test_that_is_worth_something_else_is_named(task, report):
    old = report(task())
    new = replace(old, results=(replace(old.results[0], max_score=99.0), *old.results[1:]))
    (changed,) = compare(old, new)
    assert changed.points == 99.0 - old.results[0].max_score
