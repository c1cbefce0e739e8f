"""The solution earns everything, the release nothing, and answers without a thought next to nothing."""

import sys

import pytest

from autograder.certify.gates import TRIVIAL, gates, trivial_answers
from autograder.model import Outcome

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def test_the_scaffold_passes_the_gates(examiner):
    measured = gates(examiner, "normalise")
    assert measured.figures == {"solution": 10, "release": 0, "trivial": 0}
    assert measured.findings == ()


def test_a_trivial_answer_has_the_right_shape_and_no_thought(examiner):
    answers = dict(trivial_answers(examiner, "normalise"))
    assert set(answers) == set(TRIVIAL)
    said = {}
    for name, cell in answers.items():
        verdict = examiner.verdict([*examiner.assignment.source().solution, cell], examiner.hidden("normalise"))
        said[name] = verdict["test_normalise_divides_each_row_by_its_sum"]
    assert said["zeros"][0] is Outcome.FAILED
    assert "normalise(A)[0, 0] is 0, expected" in said["zeros"][1]
    assert "normalise(A)[0, 0] is 1, expected" in said["ones"][1]
    assert "is None" in said["None"][1]
    assert said["an exception"][0] is Outcome.RAISED
    assert said["the input"][0] is Outcome.FAILED
