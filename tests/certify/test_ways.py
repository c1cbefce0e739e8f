"""The certificate lists for each exercise the ways that concern it."""

import sys

import pytest

from autograder.certify.run import examiner_of
from autograder.certify.ways import ways

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def test_ways_of_an_exercise_are_listed(plant):
    assignment = plant()
    with examiner_of(assignment, full=False) as examiner:
        assert ways(examiner, "normalise").figures == {"ways": []}
        text = '[[ways]]\nway = "rows of zeros"\nexercises = ["normalise"]\nstatement = "A row of zeros says nothing"\n'
        (assignment.folder / "ways.toml").write_text(text)
        assert ways(examiner, "normalise").figures == {
            "ways": ['rows of zeros: the statement ("A row of zeros says nothing")']
        }
        assert ways(examiner, "another").figures == {"ways": []}
