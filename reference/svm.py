r"""Support vector machines: margins, separation of convex hulls, and the hard and the soft margin with their duals.

Throughout, y holds the labels -1.0 and +1.0, f(x) = w·x + b is the score of an object, and b is never penalised. The
objectives of the soft margin and of its dual, defined for :math:`0 \le \alpha_i \le C`, :math:`\sum_i \alpha_i y_i = 0`,

.. math::

    P(w, b) = \tfrac12 \|w\|^2 + C \sum_i \max(0, 1 - y_i f(x_i)) \qquad
    D(\alpha) = \sum_i \alpha_i - \tfrac12 \Big\| \sum_i \alpha_i y_i x_i \Big\|^2

satisfy :math:`D(\alpha) \le P(w, b)`, with equality at the optimum: any feasible :math:`\alpha` proves how good a given
(w, b) is. The hard margin is the same without the upper bound C.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float64, Real

from reference import Nested, Number

__all__ = [
    "best_intercept",
    "capstone_iris",
    "dual_infeasibility",
    "dual_objective",
    "frank_wolfe_gap",
    "geometric_margin",
    "hard_margin_dual",
    "hard_margin_svm",
    "hull_nearest_points",
    "relative_duality_gap",
    "signed_distance",
    "soft_margin_dual",
    "soft_margin_objective",
    "soft_margin_subgradient",
    "soft_margin_svm",
]

Objects: TypeAlias = Real[np.ndarray, "N n"] | Nested
Labels: TypeAlias = Real[np.ndarray, " N"] | Nested
Multipliers: TypeAlias = Real[np.ndarray, " N"] | Nested
Normal: TypeAlias = Real[np.ndarray, " n"] | Nested

GAP = 1e-12
"""Relative duality gap at which :func:`soft_margin_dual` stops."""

MAX_STEPS = 1000
"""Cap on the steps of every iteration below; ordinary problems need fewer than a hundred."""


def _floats(*arguments: Real[np.ndarray, "..."] | Nested) -> list[np.ndarray]:
    return [np.asarray(argument, dtype=np.float64) for argument in arguments]


# ---- hyperplanes --------------------------------------------------------------------------------------------------


def signed_distance(X: Objects, w: Normal, b: Number) -> Float64[np.ndarray, " N"]:
    r"""Return each object's distance from the hyperplane w·x + b = 0, positive on the side to which w points.

    .. math:: \rho_i = \frac{w \cdot x_i + b}{\|w\|}

    Source: support vector machine, separating hyperplanes.

    >>> signed_distance([[3, 4], [0, 0]], [3, 4], -5)
    array([ 4., -1.])
    """
    X, w = _floats(X, w)
    return (X @ w + b) / np.linalg.norm(w)


def geometric_margin(X: Objects, y: Labels, w: Normal, b: Number) -> float:
    r"""Return the distance of the nearest object from the hyperplane, negative if one is on the wrong side.

    .. math:: \gamma = \min_i \, y_i \frac{w \cdot x_i + b}{\|w\|}

    Source: support vector machine, margin.

    >>> geometric_margin([[0, 4], [5, 2], [1, -1]], [1, 1, -1], [0, 2], -2)
    1.0
    """
    return float(np.min(np.asarray(y) * signed_distance(X, w, b)))


# ---- hard margin: the nearest points of two convex hulls ----------------------------------------------------------


def hull_nearest_points(
    A: Real[np.ndarray, "N_A n"] | Nested, B: Real[np.ndarray, "N_B n"] | Nested
) -> tuple[Float64[np.ndarray, " N_A"], Float64[np.ndarray, " N_B"]]:
    r"""Return the weights of the nearest points :math:`p = A^\top \alpha` and :math:`q = B^\top \beta` of two hulls.

    .. math::

        \min_{\alpha, \beta} \|A^\top \alpha - B^\top \beta\| \qquad
        \alpha, \beta \ge 0, \quad \sum_i \alpha_i = \sum_j \beta_j = 1

    Wolfe's algorithm: d = p - q is an average of a few differences :math:`a_i - b_j`, the corners, and the point of
    their affine hull that is nearest to 0. Let the difference furthest along -d become a corner, walk towards the new
    nearest point, and drop each corner whose weight vanishes on the way. d gets shorter in each step, so no set of
    corners returns and the last one is exact up to rounding: :func:`frank_wolfe_gap` is about 1e-15 times the product
    of :math:`\|d\|` and the diameter of the data. The weights need not be unique, d is.

    Source: support vector machine, separation of convex sets (geometric Hahn-Banach theorem); algorithm of P. Wolfe,
    Finding the nearest point in a polytope, Mathematical Programming 11 (1976).

    >>> hull_nearest_points([[0, -1], [0, 1], [-1, 0]], [[3, 0.5], [4, 0], [4, 3]])
    (array([0.25, 0.75, 0.  ]), array([1., 0., 0.]))
    """
    A, B = _floats(A, B)
    origin = A.mean(axis=0)  # differences do not feel it, but inner products with them would lose digits
    A, B = A - origin, B - origin
    pairs, weights = [(0, 0)], np.ones(1)
    d = A[0] - B[0]
    for _ in range(MAX_STEPS):
        candidate_pairs, candidate = [*pairs, (int(np.argmin(A @ d)), int(np.argmax(B @ d)))], np.append(weights, 0.0)
        while True:
            corners = np.array([A[i] - B[j] for i, j in candidate_pairs])  # (number of pairs, n)
            # minimise |c_0 + sum_k t_k (c_k - c_0)| over the weights t_1, t_2, ... of the other corners
            t = np.linalg.lstsq((corners[1:] - corners[0]).T, -corners[0], rcond=None)[0]
            target = np.append(1.0 - t.sum(), t)
            if (target > 0.0).all():
                candidate = target
                break
            falling = np.flatnonzero(target <= 0.0)
            steps = candidate[falling] / (candidate[falling] - target[falling])
            candidate = candidate + steps.min() * (target - candidate)
            candidate[falling[np.argmin(steps)]] = 0.0
            candidate_pairs = [pair for pair, weight in zip(candidate_pairs, candidate, strict=True) if weight > 0.0]
            candidate = candidate[candidate > 0.0]
        shorter = candidate @ np.array([A[i] - B[j] for i, j in candidate_pairs])
        if not shorter @ shorter < d @ d:
            break
        pairs, weights, d = candidate_pairs, candidate, shorter
    rows, columns = zip(*pairs, strict=True)
    return np.bincount(rows, weights, len(A)), np.bincount(columns, weights, len(B))
