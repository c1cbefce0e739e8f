"""The certifier finds what it is there to find: each planted defect turns its own line red."""

import sys

import pytest

from autograder.certify import certify, certify_assignment
from autograder.certify.known import affected
from autograder.course import Course
from autograder.new import new

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def assignment(tmp_path):
    """Return a function that plants a defect into a scaffolded assignment and opens it."""
    (tmp_path / "solutions").mkdir()
    folder = new(Course(tmp_path, "salt"), "01_rows")

    def plant(file, old, replacement):
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, replacement, 1))
        return Course(tmp_path, "salt").assignment("01_rows")

    return plant


def findings(assignment):
    (row,) = certify_assignment(assignment)
    assert not row.holds
    return [f"{f.answer}: {f.message}" for f in row.findings]


def test_the_scaffold_holds(course):
    (row,) = certify(course, [("01_rows", "normalise")])
    assert row.holds
    assert (row.points, row.figure("solution"), row.figure("release")) == (10, 10, 0)
    assert row.figure("mistakes") >= 2
    assert row.figure("alternatives") >= 2


def test_a_wrong_solution_does_not_pass(assignment):
    found = findings(assignment("source.py", "A.sum(axis=1, keepdims=True)", "A.sum(axis=0, keepdims=True)"))
    assert any(line.startswith("solution: test_normalise_divides_each_row_by_its_sum did not pass") for line in found)


def test_a_weakened_test_lets_a_mistake_pass(assignment):
    found = findings(
        assignment("test_hidden.py", 'agree(student.normalise(A), expected, "normalise(A)")', "assert True")
    )
    assert "release: test_normalise_divides_each_row_by_its_sum passed without an answer" in found
    assert any(line.startswith("mistake by_columns: passes test_normalise_divides") for line in found)
    assert "test_normalise_divides_each_row_by_its_sum: no declared mistake fails this test" in found


def test_a_mistake_that_names_too_few_tests_is_found(assignment):
    found = findings(
        assignment("mistakes.py", '@mistake("normalise", fails="test_normalise_makes_zero_rows_uniform")',
                   '@mistake("normalise", fails="")')
    )  # fmt: skip
    assert any("fails test_normalise_makes_zero_rows_uniform, which it does not name" in line for line in found)


def test_an_unfair_test_costs_an_alternative(assignment):
    found = findings(assignment("alternatives.py", "return A", "return A.astype(np.float32)"))
    assert any(line.startswith("alternative row_by_row: is correct, but loses") for line in found)


def test_an_answer_can_change_only_exercises_that_name_it(course):
    assert affected(course.assignment("01"), "normalise") == {"normalise"}
