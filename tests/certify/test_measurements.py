"""A row holds every measurement, by name and in order."""

import sys

import pytest

from autograder.certify.measurements import MEASUREMENTS, row

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@linux
def test_a_row_has_every_measurement(examiner):
    made = row(examiner, "normalise")
    assert list(made.measured) == list(MEASUREMENTS)
    assert (made.assignment, made.exercise, made.hidden_tests) == ("01_rows", "normalise", 3)


def test_every_measurement_says_what_it_does():
    assert all(measure.__doc__ for measure in MEASUREMENTS.values())
