"""Linear and logistic regression (chapter "The regression problem")."""

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

__all__ = [
    "boundary_x2",
    "capstone_cancer",
    "fit_logistic",
    "least_squares",
    "linear_regression_1d",
    "log_loss",
    "log_loss_grad",
    "log_loss_hessian",
    "neuron_from_softmax",
]

Number = float | int | np.integer

GRADIENT = 1e-13  # Newton's method stops here, a few roundings above zero
STEPS = 100


def linear_regression_1d(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    r"""Fit a line y = a x + b by least squares (topic: linear regression in dimension 1).

    .. math:: a = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}{\sum_i (x_i - \bar x)^2}, \qquad b = \bar y - a \bar x

    Subtracting the means first keeps all digits when x lies far from 0; the expanded sums, N sum xy - sum x sum y,
    lose them (1e-4 at an offset of 1e6).

    Parameters
    ----------
    x, y
        Points of the plane, shape (N,), N >= 2; the x are not all equal.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    dx = x - x.mean()
    a = dx @ (y - y.mean()) / (dx @ dx)
    return float(a), float(y.mean() - a * x.mean())


def least_squares(X: ArrayLike, y: ArrayLike) -> tuple[Float[np.ndarray, " n"], float]:
    r"""Minimise the sum of (y_i - w.x_i - b)^2 (topic: linear regression in several variables).

    The minimisers are the solutions of the normal equations: the residual is orthogonal to every column of X and to
    the constant 1. If there are several (dependent columns, or fewer than n + 1 objects), the one with the smallest
    ||w|| is returned. Centring removes b; the pseudo-inverse is never formed.
    """
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    centre, mean = X.mean(axis=0), y.mean()
    w, *_ = np.linalg.lstsq(X - centre, y - mean, rcond=None)  # (N, n) (n,) -> (N,)
    return w, float(mean - centre @ w)


def log_loss(w: ArrayLike, b: Number, X: ArrayLike, y: ArrayLike) -> float:
    r"""Return the mean cross-entropy of the neuron P(y = 1) = sigma(w.x + b) (topic: logistic regression).

    .. math:: L = \frac1N \sum_i \big[ \log(1 + e^{z_i}) - y_i z_i \big], \qquad z_i = w \cdot x_i + b

    :math:`\log(e^0 + e^z)` is computed without overflow by ``logaddexp``; the logarithm of a probability that has
    been rounded to 0 would be minus infinity.

    Parameters
    ----------
    y
        Labels 0 or 1, shape (N,).
    """
    z, y = _scores(w, b, X), np.asarray(y, dtype=np.float64)
    # For y = 1 the terms log(1 + e^z) - z would cancel; log(1 + e^-z) is the same number.
    return float(np.mean(np.logaddexp(0.0, np.where(y == 1, -z, z))))


def log_loss_grad(w: ArrayLike, b: Number, X: ArrayLike, y: ArrayLike) -> tuple[Float[np.ndarray, " n"], float]:
    r"""Return the gradient of :func:`log_loss` with respect to w and b (topic: logistic regression).

    .. math:: \nabla_w L = \frac1N X^\top (\sigma(z) - y), \qquad \partial_b L = \frac1N \sum_i (\sigma(z_i) - y_i)
    """
    X = np.asarray(X, dtype=np.float64)
    error = _sigmoid(_scores(w, b, X)) - np.asarray(y, dtype=np.float64)  # (N,)
    return X.T @ error / len(error), float(error.mean())


def log_loss_hessian(w: ArrayLike, b: Number, X: ArrayLike) -> Float[np.ndarray, "D D"]:
    r"""Return the Hessian of :func:`log_loss` with respect to (w, b), b last (topic: logistic regression).

    .. math:: H = \frac1N \tilde X^\top \mathrm{diag}\big(\sigma(z_i) \sigma(-z_i)\big) \tilde X, \qquad
              \tilde X = [X, 1]

    It does not depend on the labels, and 0 <= H <= X~^T X~ / (4 N): the loss is convex, with bounded curvature.
    1 - sigma(z) is computed as sigma(-z), which keeps its digits for large z.
    """
    z = _scores(w, b, X)
    extended = np.column_stack([np.asarray(X, dtype=np.float64), np.ones(len(z))])  # (N, n + 1)
    curvature = _sigmoid(z) * _sigmoid(-z)  # (N,)
    return extended.T @ (curvature[:, None] * extended) / len(z)


def fit_logistic(X: ArrayLike, y: ArrayLike) -> tuple[Float[np.ndarray, " n"], float]:
    r"""Minimise :func:`log_loss` over w and b (topic: logistic regression).

    Newton's method with backtracking, on standardised features; the minimiser is then written in the original ones.
    Newton's step without the line search may leap into the region where all curvatures vanish.

    Parameters
    ----------
    X, y
        Objects and labels 0 or 1. The classes must not be separable: otherwise the infimum is not attained, and what
        is returned is the iterate at which the line search gave up or the steps ran out.
    """
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    centre, spread = X.mean(axis=0), X.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    Z = (X - centre) / spread
    theta = np.zeros(X.shape[1] + 1)  # (w, b)
    for _ in range(STEPS):
        gw, gb = log_loss_grad(theta[:-1], theta[-1], Z, y)
        gradient = np.append(gw, gb)
        if np.linalg.norm(gradient) <= GRADIENT:
            break
        step, *_ = np.linalg.lstsq(log_loss_hessian(theta[:-1], theta[-1], Z), gradient, rcond=None)
        before, slope, t = log_loss(theta[:-1], theta[-1], Z, y), gradient @ step, 1.0
        while t > 1e-10 and log_loss(*_split(theta - t * step), Z, y) > before - 1e-4 * t * slope + 1e-16:
            t /= 2
        theta = theta - t * step
    w = theta[:-1] / spread
    return w, float(theta[-1] - centre @ w)


def boundary_x2(w: ArrayLike, b: Number, x1: ArrayLike) -> Float[np.ndarray, " M"]:
    r"""Return the second coordinate of the decision boundary above each x1 (topic: decision boundary).

    .. math:: \sigma(w_1 x_1 + w_2 x_2 + b) = \tfrac12 \iff x_2 = -\frac{w_1 x_1 + b}{w_2}

    Parameters
    ----------
    w
        Shape (2,), w_2 not 0.
    """
    w1, w2 = np.asarray(w, dtype=np.float64)
    return -(w1 * np.asarray(x1, dtype=np.float64) + b) / w2


def neuron_from_softmax(W: ArrayLike, b: ArrayLike) -> tuple[Float[np.ndarray, " n"], float]:
    r"""Return the neuron (w, beta) that equals a softmax layer of two classes (topic: softmax and logistic regression).

    .. math:: \frac{e^{z_1}}{e^{z_0} + e^{z_1}} = \sigma(z_1 - z_0), \qquad w = W_1 - W_0, \quad \beta = b_1 - b_0

    Parameters
    ----------
    W, b
        Row k belongs to class k; shapes (2, n) and (2,).
    """
    W, b = np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return W[1] - W[0], float(b[1] - b[0])


def capstone_cancer(X_train: ArrayLike, y_train: ArrayLike, X_test: ArrayLike) -> Float[np.ndarray, " M"]:
    """Return P(y = 1) for test objects by logistic regression (topic: logistic regression with two features).

    Parameters
    ----------
    X_train, X_test
        Mean radius and mean texture, shapes (N, 2) and (M, 2).
    y_train
        Labels 0 or 1, shape (N,).
    """
    w, b = fit_logistic(X_train, y_train)
    return _sigmoid(_scores(w, b, X_test))


def _scores(w: ArrayLike, b: Number, X: ArrayLike) -> Float[np.ndarray, " N"]:
    return np.asarray(X, dtype=np.float64) @ np.asarray(w, dtype=np.float64) + b


def _split(theta: Float[np.ndarray, " D"]) -> tuple[Float[np.ndarray, " n"], float]:
    return theta[:-1], float(theta[-1])


def _sigmoid(z: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Return 1 / (1 + exp(-z)) from exp(-|z|), which cannot overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
