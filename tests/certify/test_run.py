"""The certifier finds what it is there to find: each planted defect turns its own line red, and no other."""

import sys

import pytest

from autograder.certify import certify, certify_assignment
from autograder.certify.run import Tasks
from autograder.certify.verdicts import FILE
from autograder.errors import AuthoringError

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def red(assignment):
    """Return {measurement: findings} of the one exercise, where there are any."""
    (row,) = certify_assignment(assignment)
    assert not row.holds
    return {name: [str(f) for f in measured.findings] for name, measured in row.measured.items() if measured.findings}


@linux
def test_the_scaffold_holds(course):
    (row,) = certify(course, [("01_rows", "normalise")])
    assert row.findings == ()
    assert row.holds
    assert (row.points, row.figure("solution"), row.figure("release"), row.figure("trivial")) == (10, 10, 0, 0)
    assert row.figure("mistakes") >= 2
    assert row.figure("alternatives") >= 2
    assert row.figure("mutants") == row.figure("killed") + row.figure("listed") > 10


@linux
def test_an_interrupted_run_goes_on_where_it_stopped(course, monkeypatch):
    certify(course, [("01_rows", "normalise")])
    assert (course.root / FILE).is_file()
    told = []
    (row,) = certify(course, [("01_rows", "normalise")], done=told.append)
    assert told == [row]


@linux
def test_a_wrong_solution_does_not_pass(plant):
    found = red(plant("source.py", "A.sum(axis=1, keepdims=True)", "A.sum(axis=0, keepdims=True)"))
    assert found["gates"][0].startswith("solution: test_normalise_divides_each_row_by_its_sum did not pass")


@linux
def test_a_test_weakened_by_hand_turns_the_mutants_red(plant):
    inputs = 'tall=uniform("m d"), wide=uniform("n 8"), square=uniform("k k"), one_row=uniform("1 d")'
    found = red(plant("test_hidden.py", inputs, 'large=uniform("m d", low=1.0, high=2.0)'))
    assert set(found) == {"mutants"}
    (survivor,) = found["mutants"]
    assert "where=total > 1)" in survivor


@linux
def test_a_test_that_claims_nothing_is_red_everywhere(plant):
    found = red(plant("test_hidden.py", 'agree(student.normalise(A), expected, "normalise(A)")', "assert True"))
    assert "release: test_normalise_divides_each_row_by_its_sum passed without an answer" in found["gates"]
    assert any("points for no thought" in line for line in found["gates"])
    assert found["mistakes"][0].startswith("mistake by_columns: passes test_normalise_divides")
    assert "test_normalise_divides_each_row_by_its_sum: no declared mistake fails this test" in found["mistakes"]


@linux
def test_a_mistake_that_names_too_few_tests_is_found(plant):
    found = red(
        plant("mistakes.py", '@mistake("normalise", fails="test_normalise_makes_zero_rows_uniform")',
              '@mistake("normalise", fails="")')
    )  # fmt: skip
    assert set(found) == {"mistakes"}
    assert "fails test_normalise_makes_zero_rows_uniform, which it does not name" in found["mistakes"][0]


@linux
def test_an_unfair_test_costs_an_alternative(plant):
    found = red(plant("alternatives.py", "return A", "return A.astype(np.float32)"))
    assert set(found) == {"alternatives"}
    assert found["alternatives"][0].startswith("alternative row_by_row: is correct, but loses")


@linux
def test_what_an_author_got_wrong_comes_out_of_the_worker_process(plant):
    assignment = plant("alternatives.py", '@alternative("normalise")', '@alternative("normalize")')
    with pytest.raises(AuthoringError, match=r"alternatives\.py:9: row_by_row: there is no exercise 'normalize'"):
        certify(assignment.course, [("01_rows", "normalise")])


def test_workers_share_an_assignment_only_when_there_is_no_other():
    tasks = Tasks([("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("b", "2")])
    assert tasks.take(None) == ("a", "1")
    assert tasks.take(None) == ("b", "1")
    assert tasks.take("b") == ("b", "2")
    assert tasks.take("b") == ("a", "2")
    assert tasks.take("a") == ("a", "3")
    assert tasks.take("a") is None


def test_nothing_is_handed_out_after_a_fault():
    tasks = Tasks([("a", "1")])
    tasks.clear()
    assert tasks.take(None) is None
