"""Gradients checked without a formula: by the adjoint identity, with directional derivatives of the trusted function.

For y = f(x) and a cotangent c, the gradient g of <c, f> at x satisfies <g, v> = <c, f'(x) v> for every direction v.
The right side needs two evaluations of f per direction, whatever the size of x.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.testing.checks import Mismatch, finite, sequence, shaped
from autograder.testing.inputs import rng_for
from autograder.testing.observing import observe

DIRECTIONS = 5
RTOL = {"complex": 1e-10, "central": 1e-6}  # relative to 1 + |derivative|


def agree_gradient(
    function: Callable[..., Any],
    at: Sequence[ArrayLike],
    got: Any,
    names: str,
    cotangent: ArrayLike = 1.0,
    method: str = "complex",
) -> None:
    """Check that ``got`` holds the gradients of <cotangent, function(*at)> with respect to each argument.

    ``names`` names the gradients, space-separated, for the message. ``method`` is "complex" (complex step, for
    analytic functions written with complex-safe operations) or "central" (differences with h = 1e-5, for
    smooth functions that are not).
    """
    labels = names.split()
    gradients = sequence(got, len(labels), "the answer") if len(labels) > 1 else [got]
    points = [np.asarray(x, dtype=np.float64) for x in at]
    for i, (name, gradient) in enumerate(zip(labels, gradients, strict=True)):
        array = finite(shaped(gradient, points[i].shape, name), name)
        pairs = [_pair(function, points, i, array, cotangent, method, name, j) for j in range(DIRECTIONS)]
        _judge(pairs, name, RTOL[method])


def directional_derivative(
    function: Callable[..., Any], at: Sequence[NDArray[np.float64]], i: int, v: NDArray[np.float64], method: str
) -> NDArray[np.float64]:
    """Return the derivative of ``function(*at)`` when argument i moves along v; the shape of the function's value."""
    if method == "complex":
        moved = [x + 1e-30j * v if k == i else x for k, x in enumerate(at)]
        return np.asarray(np.imag(function(*moved)) / 1e-30, dtype=np.float64)
    h = 1e-5
    ahead, behind = ([x + s * h * v if k == i else x for k, x in enumerate(at)] for s in (1, -1))
    return np.asarray((np.asarray(function(*ahead)) - np.asarray(function(*behind))) / (2 * h), dtype=np.float64)


def _pair(
    function: Callable[..., Any],
    at: Sequence[NDArray[np.float64]],
    i: int,
    gradient: NDArray[Any],
    cotangent: ArrayLike,
    method: str,
    name: str,
    j: int,
) -> tuple[float, float]:
    v = rng_for("direction", name, str(j)).standard_normal(at[i].shape)
    true = directional_derivative(function, at, i, v, method)
    return float(np.sum(gradient * v)), float(np.sum(np.asarray(cotangent) * true))


def _judge(pairs: list[tuple[float, float]], name: str, rtol: float) -> None:
    observe(lambda: max(abs(predicted - true) / (rtol * (1 + abs(true))) for predicted, true in pairs))
    for predicted, true in pairs:
        if not abs(predicted - true) <= rtol * (1 + abs(true)):
            ratios = [p / t for p, t in pairs if t]
            constant = len(ratios) == len(pairs) and np.ptp(ratios) <= 1e-5 * abs(ratios[0]) and ratios[0] != 0
            raise Mismatch(
                f"{name} predicts a change of {predicted:.6g} along a random direction, "
                f"the function changes by {true:.6g}"
                + (f", off by a constant factor of {ratios[0]:.6g}" if constant else "")
            )
