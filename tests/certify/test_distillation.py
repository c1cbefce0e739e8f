"""Which tests reject nothing that others do not, and how long each takes."""

import sys

import pytest

from autograder.certify.distillation import distillation, redundant_tests

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def test_a_test_is_redundant_if_others_reject_all_that_it_rejects():
    rejections = [frozenset(names) for names in (["a"], ["a", "b"], ["b", "c"], [])]
    assert redundant_tests({"a", "b", "c", "idle"}, rejections) == ["b", "c", "idle"]


@linux
def test_the_notes_name_redundant_tests_and_times(examiner):
    measured = distillation(examiner, "normalise")
    *redundant, seconds = measured.notes
    assert len(redundant) == measured.figures["redundant"]
    assert seconds.startswith("seconds per test: test_normalise_divides_each_row_by_its_sum 0.0")
    assert measured.findings == ()
