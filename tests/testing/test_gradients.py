"""Gradients by the adjoint identity: right ones pass, and a wrong one is named, with its factor where it has one."""

import numpy as np
import pytest

from autograder.testing.checks import Mismatch
from autograder.testing.gradients import agree_gradient, directional_derivative
from autograder.testing.inputs import rng_for

A = rng_for("A").standard_normal((5, 3))
X = rng_for("X").standard_normal((3, 4))
C = rng_for("C").standard_normal((5, 4))
RIGHT = (C @ X.T, A.T @ C)  # of <C, A X> with respect to A and X


def product(a, x):
    return a @ x


def mismatch(*args, **kwargs):
    with pytest.raises(Mismatch) as caught:
        agree_gradient(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_right_gradients_pass(method):
    agree_gradient(product, (A, X), RIGHT, "dA dX", C, method)
    agree_gradient(lambda x: np.sum(x**3), (X,), 3 * X**2, "dX", method=method)
    agree_gradient(np.exp, (0.5,), np.exp(0.5), "dx", method=method)
    agree_gradient(lambda x: 2 * x, ([1, 2],), [2, 2], "dx", np.ones(2), method)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_the_wrong_one_of_two_gradients_is_named(method):
    message = mismatch(product, (A, X), (RIGHT[0], RIGHT[1] + 0.1), "dA dX", C, method)
    assert message.startswith("dX predicts a change of ")
    assert " along a random direction, the function changes by " in message
    assert "factor" not in message
    assert mismatch(product, (A, X), (RIGHT[0] + 0.1, RIGHT[1] + 0.1), "dA dX", C, method).startswith("dA")


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("factor", [-1.0, 0.2, 4.0])
def test_a_constant_factor_is_named(factor, method):
    message = mismatch(product, (A, X), (factor * RIGHT[0], RIGHT[1]), "dA dX", C, method)
    assert message.endswith(f", off by a constant factor of {factor:.6g}")


def test_a_gradient_of_zero_is_off_by_no_factor():
    assert "factor" not in mismatch(product, (A, X), (0 * RIGHT[0], RIGHT[1]), "dA dX", C)


def test_a_gradient_where_there_is_none_is_off_by_no_factor():
    agree_gradient(lambda x: 0 * x, (X,), 0 * X, "dX", np.ones_like(X))
    assert "factor" not in mismatch(lambda x: 0 * x, (X,), X, "dX", np.ones_like(X))


def test_one_wrong_entry_is_enough():
    wrong = RIGHT[1].copy()
    wrong[2, 3] += 1e-6
    assert mismatch(product, (A, X), (RIGHT[0], wrong), "dA dX", C).startswith("dX")


def test_a_transposed_gradient_has_the_wrong_shape():
    assert mismatch(product, (A, X), (RIGHT[0].T, RIGHT[1]), "dA dX", C) == "dA has shape (3, 5), expected (5, 3)"


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (None, "the answer is None, expected a tuple or list"),
        (RIGHT[0], "the answer is an object of class numpy.ndarray, expected a tuple or list"),
        ((RIGHT[0],), "the answer has 1 entries, expected 2"),
        ((RIGHT[0], None), "dX is None; is a return statement missing?"),
        ((np.nan * RIGHT[0], RIGHT[1]), "dA contains nan or inf at [0, 0]"),
    ],
    ids=["None", "array", "one", "half", "nan"],
)
def test_the_form_of_the_answer_is_looked_at_before_its_values(got, sentence):
    assert mismatch(product, (A, X), got, "dA dX", C) == sentence


def test_a_kinked_function_is_differentiated_away_from_its_kink():
    x = np.array([-2.0, 0.5, 3.0])
    agree_gradient(lambda x: np.maximum(x, 0), (x,), [0.0, 1.0, 1.0], "dx", np.ones(3), method="central")


@pytest.mark.parametrize(("method", "accuracy"), [("complex", 1e-15), ("central", 1e-9)])
def test_directional_derivatives_have_the_shape_of_the_value(method, accuracy):
    v = rng_for("v").standard_normal(X.shape)
    slope = directional_derivative(product, (A, X), 1, v, method)
    np.testing.assert_allclose(slope, A @ v, atol=accuracy * 10)
    assert slope.dtype == np.float64


def test_directions_are_the_same_in_every_run():
    wrong = (RIGHT[0] + 1, RIGHT[1])
    assert mismatch(product, (A, X), wrong, "dA dX", C) == mismatch(product, (A, X), wrong, "dA dX", C)
