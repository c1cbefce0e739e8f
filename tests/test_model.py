"""Results and reports: a test is worth its points or nothing, and no score is released while anything is broken."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Outcome, Provenance, Report, Result, Standing, Status, Visibility, total

PROVENANCE = Provenance("0.1.0", "0" * 64, "ab12", "L2", "3.11", "2.4", "2030-01-31T12:00:00+00:00", 0.5)


def result(outcome=Outcome.PASSED, exercise="softmax", max_score=2.0, **fields):
    return Result(f"test_{exercise}", exercise, "A sentence.", outcome, max_score, **fields)


def report(*results, exercises=("softmax", "relu"), **fields):
    possible = sum(r.max_score for r in results)
    return Report("02_networks", "ada", "ada.ipynb", "", exercises, results, PROVENANCE, possible, **fields)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_test_is_worth_its_points_or_nothing(outcome):
    assert result(outcome).score == (2.0 if outcome is Outcome.PASSED else 0.0)


def test_a_report_adds_up_its_results_per_exercise_in_the_order_of_the_assignment():
    graded = report(
        result(exercise="relu", max_score=1.0),
        result(exercise="softmax", max_score=2.5),
        result(Outcome.RAISED, exercise="softmax", max_score=4.0),
    )
    assert graded.status is Status.GRADED
    assert graded.score == 3.5
    assert graded.exercise_scores() == [("softmax", 2.5, 6.5), ("relu", 1.0, 1.0)]


def test_an_exercise_without_results_is_listed_with_nothing():
    assert report(result()).exercise_scores() == [("softmax", 2.0, 2.0), ("relu", 0.0, 0.0)]


def test_one_broken_result_holds_every_score():
    held = report(result(), result(Outcome.BROKEN, exercise="relu"))
    assert held.status is Status.HELD
    assert held.score == 0.0
    assert held.exercise_scores() == [("softmax", 0.0, 2.0), ("relu", 0.0, 2.0)]


@pytest.mark.parametrize("outcome", [Outcome.MISSING, Outcome.PASSED, Outcome.BROKEN])
def test_an_unreadable_submission_scores_nothing_whatever_else_is_said(outcome):
    unreadable = report(result(outcome), unreadable=True)
    assert unreadable.status is Status.UNREADABLE
    assert unreadable.score == 0.0


def test_documents_hold_plain_values_only():
    document = report(result(visibility=Visibility.VISIBLE), notes=("cell 1 raised NameError",)).as_dict()
    assert type(document["status"]) is str
    assert type(document["results"][0]["outcome"]) is str
    assert type(document["results"][0]["visibility"]) is str
    assert document["submission"]["notes"] == ["cell 1 raised NameError"]
    assert list(document["provenance"]) == [field.name for field in dataclasses.fields(Provenance)]


def test_printed_text_is_no_part_of_a_report():
    one, other = report(result(), output="hello"), report(result())
    assert one == other
    assert "hello" not in str(one.as_dict())


@given(st.lists(st.integers(0, 1000)))
def test_tenths_add_up_as_a_person_expects(tenths):
    assert total(n / 10 for n in tenths) == sum(tenths) / 10


def test_nothing_adds_up_to_a_positive_zero():
    assert str(total([-0.0])) == "0.0"
    assert str(total([])) == "0.0"


def test_a_standing_says_what_the_report_says():
    made = report(result(), result(Outcome.FAILED, "relu"), notes=("cell 7",))
    standing = Standing.of(made)
    assert (standing.student, standing.status, standing.score, standing.earned) == ("ada", "graded", 2.0, 2.0)
    assert standing.exercises == (("softmax", 2.0, 2.0), ("relu", 0.0, 2.0))
    assert (standing.notes, standing.attempt, standing.attempts) == (("cell 7",), 1, 1)
