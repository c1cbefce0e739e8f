"""Support vector machines (chapter "Support vector machine").

Labels are -1 and +1, and the score of an object is f(x) = w·x + b. The intercept b is never part of a norm and never
penalised. Both optimisation problems are solved to rounding accuracy and carry a proof: the distance of two hulls
by Wolfe's method, which ends after finitely many steps, the soft margin by an interior-point method, whose number of
steps hardly depends on C, on the unit of length or on repeated objects.
"""

from numbers import Real

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

__all__ = [
    "capstone_iris",
    "dual_objective",
    "geometric_margin",
    "hard_margin_svm",
    "hull_nearest_points",
    "signed_distance",
    "soft_margin_dual",
    "soft_margin_objective",
    "soft_margin_subgradient",
    "soft_margin_svm",
]

Hyperplane = tuple[Float[np.ndarray, " n"], float]


def signed_distance(X: ArrayLike, w: ArrayLike, b: Real) -> Float[np.ndarray, " N"]:
    r"""Return the distance of each object from a hyperplane, with its side as the sign (topic: separating hyperplane).

    .. math:: \rho_i = \frac{w \cdot x_i + b}{\|w\|}

    Parameters
    ----------
    X
        Objects, shape (N, n).
    w
        Normal, shape (n,), not zero.
    """
    w = np.asarray(w, dtype=np.float64)
    return (np.asarray(X, dtype=np.float64) @ w + b) / np.linalg.norm(w)


def geometric_margin(X: ArrayLike, y: ArrayLike, w: ArrayLike, b: Real) -> float:
    r"""Return the least distance of an object from a hyperplane, negative on the wrong side (topic: margin).

    .. math:: \gamma(w, b) = \min_i y_i \frac{w \cdot x_i + b}{\|w\|}

    Parameters
    ----------
    X, y
        Objects and labels, shapes (N, n) and (N,).
    w
        Normal, shape (n,), not zero.
    """
    return float(np.min(np.asarray(y) * signed_distance(X, w, b)))


def soft_margin_objective(w: ArrayLike, b: Real, X: ArrayLike, y: ArrayLike, C: Real) -> float:
    r"""Return the soft-margin objective (topic: soft margin).

    .. math:: P(w, b) = \tfrac12 \|w\|^2 + C \sum_i \max(0, 1 - y_i f(x_i))

    A sum, not a mean, and without b in the norm.

    Parameters
    ----------
    w
        Normal, shape (n,).
    X, y
        Objects and labels, shapes (N, n) and (N,).
    """
    X, y, w = (np.asarray(array, dtype=np.float64) for array in (X, y, w))
    shortfall = 1.0 - y * (X @ w + b)  # (N,)
    return float(0.5 * w @ w + C * np.maximum(shortfall, 0.0).sum())


def soft_margin_subgradient(w: ArrayLike, b: Real, X: ArrayLike, y: ArrayLike, C: Real) -> Hyperplane:
    r"""Return a subgradient of :func:`soft_margin_objective` at (w, b) (topic: soft margin).

    .. math:: g_w = w - C \sum_{y_i f(x_i) < 1} y_i x_i, \qquad g_b = -C \sum_{y_i f(x_i) < 1} y_i

    At a kink, y f(x) = 1, any value between the one-sided slopes would do; this one takes the slope 0 of the hinge.

    Parameters
    ----------
    w
        Normal, shape (n,).
    X, y
        Objects and labels, shapes (N, n) and (N,).
    """
    X, y, w = (np.asarray(array, dtype=np.float64) for array in (X, y, w))
    pull = C * np.where(y * (X @ w + b) < 1.0, y, 0.0)  # (N,)
    return w - pull @ X, float(-pull.sum())


def dual_objective(alpha: ArrayLike, X: ArrayLike, y: ArrayLike) -> float:
    r"""Return the dual objective of the hard and of the soft margin (topic: dual problem).

    .. math:: D(\alpha) = \sum_i \alpha_i - \tfrac12 \sum_{i,j} \alpha_i \alpha_j y_i y_j \, x_i \cdot x_j

    The double sum is the squared norm of :math:`\sum_i \alpha_i y_i x_i`. For :math:`0 \le \alpha_i \le C` and
    :math:`\alpha \cdot y = 0`, D is a lower bound of every value of :func:`soft_margin_objective`.

    Parameters
    ----------
    alpha
        Multipliers, shape (N,).
    X, y
        Objects and labels, shapes (N, n) and (N,).
    """
    X, y, alpha = (np.asarray(array, dtype=np.float64) for array in (X, y, alpha))
    w = (alpha * y) @ X  # (N,) (N, n) -> (n,)
    return float(alpha.sum() - 0.5 * w @ w)


def hull_nearest_points(A: ArrayLike, B: ArrayLike) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, " M"]]:
    r"""Return weights of the nearest points of two disjoint convex hulls (topic: geometric Hahn-Banach theorem).

    .. math:: \min_{\alpha, \beta} \|p - q\|, \qquad p = \sum_i \alpha_i a_i, \quad q = \sum_j \beta_j b_j,
              \qquad \alpha_i, \beta_j \ge 0, \quad \sum_i \alpha_i = \sum_j \beta_j = 1

    The hyperplane that cuts the segment from p to q in the middle, at a right angle, has the largest margin of all,
    half the distance. The difference d = p - q is unique, the weights need not be. The optimum is proved by

    .. math:: \|d\|^2 - \big(\min_i a_i \cdot d - \max_j b_j \cdot d\big) \ge 0,

    which bounds how far :math:`\|d\|^2` is from its minimum.

    Among all averages of the differences a_i - b_j, d is the one nearest to the origin. Wolfe's method keeps a few of
    these corners and stands at the point of their affine hull that is nearest to the origin. It adds the corner
    furthest in the direction -d, then drops others until all weights are positive again. No set of corners comes
    back, since d gets shorter: the method ends with the solution, up to rounding, which projected gradients and
    Frank-Wolfe steps only approach.

    Parameters
    ----------
    A, B
        Points, shapes (N, n) and (M, n).

    Raises
    ------
    ValueError
        If the hulls intersect, or their distance is lost in rounding errors.

    References
    ----------
    P. Wolfe, Finding the nearest point in a polytope, Mathematical Programming 11 (1976).
    """
    A, B = np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64)
    origin = A.mean(axis=0)
    A, B = A - origin, B - origin  # the same differences, with fewer digits lost
    size = np.linalg.norm(np.vstack([A, B]), axis=1).max()
    pairs = [latest := (0, 0)]  # (i, j) stands for the corner a_i - b_j
    weights = np.ones(1)
    for _ in range(1000):
        d = weights @ _corners(A, B, pairs)
        length = np.linalg.norm(d)
        if length <= 1e-12 * size:
            raise ValueError("the convex hulls of A and B are not disjoint")
        i, j = int(np.argmin(A @ d)), int(np.argmax(B @ d))
        gap = d @ d - (A[i] - B[j]) @ d
        # A corner that is there already, or was dropped as soon as it came, is furthest by rounding errors only.
        if gap <= 1e-14 * length * size or (i, j) in [*pairs, latest]:
            break
        latest = (i, j)
        pairs.append(latest)
        weights = np.append(weights, 0.0)
        while (target := _nearest_affine(_corners(A, B, pairs))).min() < 0.0:
            # Walk towards the target until the first weight vanishes, and drop that corner.
            ratio = np.full(len(pairs), np.inf)
            falling = target < 0.0
            ratio[falling] = weights[falling] / (weights[falling] - target[falling])
            first = int(np.argmin(ratio))
            weights = np.delete(weights + ratio[first] * (target - weights), first)
            del pairs[first]
        weights = target
    alpha, beta = np.zeros(len(A)), np.zeros(len(B))
    for (i, j), weight in zip(pairs, weights, strict=True):
        alpha[i] += weight
        beta[j] += weight
    return alpha, beta


def _corners(
    A: Float[np.ndarray, "N n"], B: Float[np.ndarray, "M n"], pairs: list[tuple[int, int]]
) -> Float[np.ndarray, "m n"]:
    first, second = zip(*pairs, strict=True)
    return A[list(first)] - B[list(second)]


def _nearest_affine(corners: Float[np.ndarray, "m n"]) -> Float[np.ndarray, " m"]:
    """Return weights with sum 1, of any sign, of the point of an affine hull that is nearest to the origin."""
    edges = (corners[1:] - corners[0]).T  # (n, m - 1)
    rest = np.linalg.lstsq(edges, -corners[0], rcond=None)[0]
    return np.append(1.0 - rest.sum(), rest)


def hard_margin_svm(X: ArrayLike, y: ArrayLike) -> Hyperplane:
    r"""Return the hyperplane of largest margin of separable data, scaled so that min y f(x) = 1 (topic: hard margin).

    .. math:: \min_{w, b} \tfrac12 \|w\|^2 \quad \text{subject to} \quad y_i f(x_i) \ge 1

    With the difference d of the nearest points of the hulls (:func:`hull_nearest_points`) the solution is
    :math:`w = 2 d / \|d\|^2`, and the margin is :math:`1 / \|w\| = \|d\| / 2`. Here the length of w and b come from the
    objects nearest to the plane, so that the constraints hold up to rounding whatever the error of d.

    Parameters
    ----------
    X, y
        Objects and labels, shapes (N, n) and (N,); both labels occur.

    Raises
    ------
    ValueError
        If a label is missing, or no hyperplane separates the classes.
    """
    X, y, centre = _centred(X, y)
    A, B = X[y > 0.0], X[y < 0.0]
    alpha, beta = hull_nearest_points(A, B)
    d = alpha @ A - beta @ B
    top, bottom = np.min(A @ d), np.max(B @ d)
    w = 2.0 * d / (top - bottom)
    return w, float(-(top + bottom) / (top - bottom) - w @ centre)


def soft_margin_svm(X: ArrayLike, y: ArrayLike, C: Real) -> Hyperplane:
    r"""Return a minimiser (w, b) of :func:`soft_margin_objective` (topic: soft margin).

    It is :math:`w = \sum_i \alpha_i y_i x_i` with the multipliers of :func:`soft_margin_dual`, where the algorithm is
    described. The normal w is unique; b may be any number of an interval, and then this one lies inside.

    Parameters
    ----------
    X, y
        Objects and labels, shapes (N, n) and (N,); both labels occur.
    C
        Price of a violation, positive.

    Raises
    ------
    ValueError
        If a label is missing.
    """
    X, y, centre = _centred(X, y)
    u = _central_path(X, y, C)[1]
    w = u[:-1]
    return w, float(u[-1] - w @ centre)


def soft_margin_dual(X: ArrayLike, y: ArrayLike, C: Real) -> Float[np.ndarray, " N"]:
    r"""Return multipliers that maximise :func:`dual_objective` (topic: dual problem, soft margin).

    .. math:: \max_\alpha D(\alpha) \quad \text{subject to} \quad 0 \le \alpha_i \le C, \quad \alpha \cdot y = 0

    D at the result is a lower bound of every soft-margin objective, and :func:`soft_margin_svm` attains it up to a
    relative gap of 1e-12 (below 1e-11 for data of radius R with C R^2 up to 1e6, beyond which cancellation shows).
    The multipliers are feasible up to rounding. They need not be unique, for instance if objects are repeated.

    Primal and dual optimum are found together by an interior-point method. With the slacks s, t >= 0 in
    y f(x) = 1 + s - t, optimality means s_i alpha_i = 0 and t_i (C - alpha_i) = 0. Newton's method is applied
    to these equations with a right-hand side that falls towards 0, and every step stops short of the boundary. The
    gap between primal and dual is the sum of all these products and shrinks by a constant factor per step,
    whereas the steps of coordinate methods (SMO) or subgradients depend on C and on the conditioning of the data.

    Parameters
    ----------
    X, y
        Objects and labels, shapes (N, n) and (N,); both labels occur.
    C
        Price of a violation, positive.

    Raises
    ------
    ValueError
        If a label is missing.

    References
    ----------
    M. C. Ferris and T. S. Munson, Interior-point methods for massive support vector machines, SIAM Journal on
    Optimization 13 (2002).
    """
    X, y, _ = _centred(X, y)
    return _central_path(X, y, C)[0]


def _centred(
    X: ArrayLike, y: ArrayLike
) -> tuple[Float[np.ndarray, "N n"], Float[np.ndarray, " N"], Float[np.ndarray, " n"]]:
    """Return the objects moved to the origin, the labels, and the move, which only b feels."""
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not (np.any(y > 0.0) and np.any(y < 0.0)):
        raise ValueError(f"y holds only {sorted(set(y.tolist()))}; both labels, -1 and +1, must occur")
    centre = X.mean(axis=0)
    return X - centre, y, centre


def _central_path(
    X: Float[np.ndarray, "N n"], y: Float[np.ndarray, " N"], C: Real
) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, " m"]]:
    """Solve the soft margin and its dual; return the multipliers and u = (w, b), m = n + 1 numbers."""
    N, n = X.shape
    Z = y[:, None] * np.column_stack([X, np.ones(N)])  # (N, n + 1): y f(x) = Z u
    J = np.diag(np.append(np.ones(n), 0.0))  # ||w||^2 = u·J u
    # Start well inside of 0 < alpha < C, with alpha·y = 0 and slacks that satisfy y f(x) = 1 + s - t.
    size = np.where(y > 0.0, np.sum(y > 0.0), np.sum(y < 0.0))  # of the object's class
    alpha = 0.5 * C * size.min() / size
    u = J @ (alpha @ Z)
    shortfall = 1.0 - Z @ u
    # The complement C - alpha is a variable of its own, to be exact near 0.
    state = np.array([alpha, C - alpha, np.maximum(-shortfall, 0.0) + 1.0, np.maximum(shortfall, 0.0) + 1.0])
    for _ in range(200):
        alpha, room, s, t = state
        gap = s @ alpha + t @ room
        if gap <= 1e-12 * soft_margin_objective(u[:n], u[n], X, y, C):
            break
        mu = 0.1 * gap / (2 * N)  # the aim: products a tenth of their mean
        # Newton without the slacks: J du - da Z = slope, Z du + D da = shortfall. The last term of D multiplies a step
        # and does not move the solution; it keeps alpha determined where objects are repeated.
        D = s / alpha + t / room + 1e-12 * np.max(X**2)  # (N,)
        slope, shortfall = alpha @ Z - J @ u, 1.0 - Z @ u + mu / alpha - mu / room
        M = J + (Z.T / D) @ Z  # (n + 1, n + 1), without da
        du, da = np.zeros(n + 1), np.zeros(N)
        for _ in range(3):  # M is ill-conditioned near the end: solve, then refine twice
            first, second = slope - (J @ du - da @ Z), shortfall - (Z @ du + D * da)
            move = np.linalg.solve(M, first + (second / D) @ Z)
            du, da = du + move, da + (second - Z @ move) / D
        change = np.array([da, -da, (mu - s * da) / alpha - s, (mu + t * da) / room - t])
        falling = change < 0.0
        length = min(1.0, 0.99 * np.min(-state[falling] / change[falling], initial=np.inf))
        state = state + length * change
        u = u + length * du
    return np.minimum(state[0], C), u


def capstone_iris(X_train: ArrayLike, y_train: ArrayLike, X_test: ArrayLike) -> Float[np.ndarray, " M"]:
    r"""Tell versicolor (-1) from virginica (+1) by a soft margin with C = 1 (topic: soft margin, application).

    Features are standardised, all with the mean and the deviation of the training objects.

    Parameters
    ----------
    X_train, y_train
        Measured flowers and labels, shapes (N, 4) and (N,).
    X_test
        New flowers, shape (M, 4).
    """
    X_train, X_test = np.asarray(X_train, dtype=np.float64), np.asarray(X_test, dtype=np.float64)
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    w, b = soft_margin_svm((X_train - mean) / deviation, y_train, 1.0)
    return np.where((X_test - mean) / deviation @ w + b >= 0.0, 1.0, -1.0)
