"""A tolerance that lies too near to wrong answers, or to right ones, turns the margins' line red and no other."""

import math
import sys

import pytest

from autograder.certify.margins import in_words

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

CLAIM = 'agree(student.normalise(A), expected, "normalise(A)")'


def test_margins_are_published_as_what_they_reach():
    assert [in_words(m) for m in (math.inf, 2e9, 3e7, 1e3, 5.0)] == ["exact", "1e9", "1e6", "1e3", "below 1e3"]


def test_a_tolerance_widened_a_millionfold_turns_the_line_red_and_no_other(plant, red_lines):
    lines = red_lines(plant("test_hidden.py", CLAIM, f"{CLAIM[:-1]}, rtol=1e-3, atol=1e-4)"))
    assert list(lines) == ["margins"]
    (line,) = lines["margins"]
    assert line.startswith("test_normalise_divides_each_row_by_its_sum: allows almost as much as the nearest wrong")


def test_a_reason_excuses_it(plant, red_lines):
    plant("test_hidden.py", CLAIM, f"{CLAIM[:-1]}, rtol=1e-3, atol=1e-4)")
    lines = red_lines(plant("test_hidden.py", 'hint="Each row has its own sum."', 'hint="", margin="the statement"'))
    assert lines == {}


def test_a_right_answer_that_just_passes_turns_the_line_red(plant, red_lines):
    plant("test_hidden.py", CLAIM, f"{CLAIM[:-1]}, rtol=100, atol=0.0)")
    lines = red_lines(plant("alternatives.py", "    return A", "    return A * 20"))
    assert any("the margin is" in line for line in lines["margins"])
