"""Checks tell how close they were to whoever listens, and behave the same if nobody does."""

import math

import numpy as np
import pytest

from autograder.testing import Mismatch, agree, agree_gradient, between, gap, residual
from autograder.testing.observing import listening, observe


def heard(check, *args, **kwargs):
    errors = []
    with listening(errors.append):
        try:
            check(*args, **kwargs)
        except Mismatch:
            return errors, False
    return errors, True


@pytest.mark.parametrize(
    ("check", "args", "kwargs", "error", "passes"),
    [
        (agree, (1.001, 1.0), {"rtol": 1e-2, "atol": 0.0}, 0.1, True),
        (agree, (1.02, 1.0), {"rtol": 1e-2, "atol": 0.0}, 2.0, False),
        (agree, (1.02, 1.0), {"rtol": 1e-2, "atol": 0.0, "condition": 4.0}, 0.5, True),
        (agree, ([1.0, math.inf], [1.0, math.inf]), {}, 0.0, True),
        (agree, ([1.0, 2.0], [1.0, math.inf]), {}, math.inf, False),
        (agree, (0.5, 0.0), {"rtol": 0.0, "atol": 0.0}, math.inf, False),
        (between, (1.5, 0.0, 1.0), {"slack": 1.0}, 0.5, True),
        (between, (-3.0, 0.0, 1.0), {"slack": 1.0}, 3.0, False),
        (gap, (1.001, 1.0, 1e-2), {"atol": 0.0}, 0.1, True),
        (gap, (1.1, 1.0, 1e-2), {"atol": 0.0}, 10.0, False),
        (residual, ([1e-3, -2e-3], 1.0, 1e-2), {}, 0.2, True),
        (residual, ([1e-1], 1.0, 1e-2), {}, 10.0, False),
    ],
)
def test_errors_are_multiples_of_what_is_allowed(check, args, kwargs, error, passes):
    (found,), passed = heard(check, *args, **kwargs)
    assert found == pytest.approx(error)
    assert passed is passes


def test_gradients_tell_too():
    errors, passed = heard(
        agree_gradient, lambda x: np.sum(x * x), at=[np.ones(2)], got=np.array([2.0, 2.0]), names="g"
    )
    assert passed
    assert errors[0] < 1e-3
    errors, passed = heard(
        agree_gradient, lambda x: np.sum(x * x), at=[np.ones(2)], got=np.array([2.0, 3.0]), names="g"
    )
    assert not passed
    assert errors[0] > 1e6


@pytest.mark.parametrize(("check", "args"), [(agree, (3, 3)), (agree, ([True], [True])), (between, (0.5, 0, 1))])
def test_exact_checks_and_thresholds_tell_nothing(check, args):
    assert heard(check, *args) == ([], True)


def test_nothing_is_computed_when_nobody_listens():
    def explode():
        raise AssertionError("computed")

    observe(explode)
    with pytest.raises(AssertionError, match="computed"), listening(print):
        observe(explode)
    observe(explode)
