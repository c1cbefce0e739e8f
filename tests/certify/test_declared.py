"""An exercise needs mistakes and alternatives, and every hidden test a mistake."""

import sys

import pytest

from autograder.certify.declared import alternatives, mistakes
from autograder.certify.known import Examiner
from autograder.certify.run import examiner_of
from autograder.errors import AuthoringError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def test_the_scaffold_declares_what_it_needs(examiner: Examiner):
    assert mistakes(examiner, "normalise").findings == ()
    assert alternatives(examiner, "normalise").figures == {"alternatives": 2}


@pytest.mark.parametrize(("measure", "kind"), [(mistakes, "mistake"), (alternatives, "alternative")])
def test_an_exercise_without_known_answers_is_an_authoring_error(plant, measure, kind):
    assignment = plant()
    (assignment.folder / f"{kind}s.py").write_text('"""None yet."""\n')
    with (
        examiner_of(assignment, full=False) as examiner,
        pytest.raises(
            AuthoringError, match=rf"{kind}s\.py:1: exercise 'normalise' has no {kind}: declare at least one"
        ),
    ):
        measure(examiner, "normalise")


def test_a_mistake_that_names_an_unknown_test_is_an_authoring_error(plant):
    assignment = plant("mistakes.py", 'fails="test_normalise_makes_zero_rows_uniform")', 'fails="test_normalise_x")')
    with (
        examiner_of(assignment, full=False) as examiner,
        pytest.raises(AuthoringError, match=r"mistakes\.py:\d+: without_zero_rows: there is no hidden test"),
    ):
        mistakes(examiner, "normalise")
