"""One number says by how much two values of any structure differ."""

import math

import numpy as np
import pytest

from autograder.certify.compare import error_between


@pytest.mark.parametrize(
    ("got", "want", "error"),
    [
        (1.0, 1.0, 0.0),
        ([1.0, 2.0], np.array([1.0, 2.0]), 0.0),
        (2.0, 1.0, 0.5),  # relative to 1 + |want|
        (np.array([0.0, 3.0]), np.array([0.0, 1.0]), 1.0),
        (3, 3, 0.0),
        (3, 4, math.inf),
        (3.0, 3, 0.0),
        (True, False, math.inf),
        ([1.0], [1.0, 2.0], math.inf),
        ([[1.0]], [1.0], math.inf),
        (math.nan, 1.0, math.inf),
        (math.inf, math.inf, 0.0),
        (math.inf, -math.inf, math.inf),
        (math.nan, math.nan, 0.0),
        (None, 1.0, math.inf),
        ("1", 1.0, math.inf),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], math.inf),
        ((np.eye(2), 1.0), (np.eye(2), 1.0), 0.0),
        ((np.eye(2), 3.0), (np.eye(2), 1.0), 1.0),
        ((np.eye(2),), (np.eye(2), 1.0), math.inf),
        (5, (np.eye(2), 1.0), math.inf),
        ([(np.eye(2), [1.0])], [(np.eye(2), np.array([1.0]))], 0.0),
        ([], [], 0.0),
    ],
)
def test_errors(got, want, error):
    assert error_between(got, want) == error


def test_without_a_scale_errors_are_relative():
    assert error_between(3e-20, 1e-20, scale=0) == pytest.approx(2)
    assert error_between(3e-20, 1e-20) == pytest.approx(2e-20)
    assert error_between([0.0], [0.0], scale=0) == 0
    assert error_between([1e-300], [0.0], scale=0) == math.inf
