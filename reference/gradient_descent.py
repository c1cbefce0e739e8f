"""Gradient descent, its step size, its stochastic form and its start (chapter "Gradient descent method")."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

__all__ = [
    "batch_gradient_variance",
    "capstone_digits",
    "critical_step",
    "gradient_descent",
    "init_params",
    "minibatches",
    "quadratic_rate",
    "sgd",
    "sgd_stationary_variance",
]

Vector = Float[np.ndarray, " n"]
Indices = Int[np.ndarray, " m"]
Params = list[tuple[Float[np.ndarray, "n_out n_in"], Float[np.ndarray, " n_out"]]]


def gradient_descent(
    grad: Callable[[Vector], ArrayLike], x0: ArrayLike, lr: float, n_steps: int
) -> Float[np.ndarray, "M n"]:
    r"""Follow the negative gradient with a constant step (topic: gradient descent).

    .. math:: x_{k+1} = x_k - \eta \nabla f(x_k)

    Each iterate is a new array, and so is what ``grad`` gets to see: a gradient function that keeps or reuses
    its buffers cannot disturb the trajectory.

    Parameters
    ----------
    grad
        The gradient of f; called exactly ``n_steps`` times.
    x0
        Starting point, shape (n,).
    lr
        The step :math:`\eta`.

    Returns
    -------
    The M = n_steps + 1 points x_0, x_1, ... as rows.
    """
    x = np.array(x0, dtype=np.float64)
    trajectory = np.empty((n_steps + 1, len(x)))
    trajectory[0] = x
    for k in range(n_steps):
        x = x - lr * np.asarray(grad(x.copy()))
        trajectory[k + 1] = x
    return trajectory


def quadratic_rate(A: ArrayLike, lr: float) -> float:
    r"""Return the factor by which a step on a quadratic contracts the error (topic: gradient descent on quadratics).

    .. math:: \rho = \max_i |1 - \eta \lambda_i|

    For f(x) = 1/2 (x - x*)^T A (x - x*) the error obeys e_{k+1} = (I - lr A) e_k, and for symmetric A the spectral
    norm of that matrix is the largest modulus of its eigenvalues; only the extreme eigenvalues of A can attain it.

    Parameters
    ----------
    A
        Symmetric positive definite, shape (n, n).
    """
    eigenvalues = np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))  # ascending
    return float(max(abs(1 - lr * eigenvalues[0]), abs(1 - lr * eigenvalues[-1])))


def critical_step(A: ArrayLike) -> float:
    r"""Return the step below which gradient descent on a quadratic converges (topic: choice of the step).

    .. math:: \eta^* = \frac{2}{\lambda_{\max}(A)}

    is where the fastest direction, 1 - lr lambda_max, reaches -1.

    Parameters
    ----------
    A
        Symmetric positive definite, shape (n, n).
    """
    return float(2 / np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))[-1])


def minibatches(N: int, B: int, rng: np.random.Generator) -> list[Int[np.ndarray, "..."]]:
    """Cut a random order of the objects 0..N-1 into blocks of B; the last may be shorter (topic: mini-batches).

    There are ceil(N / B) blocks, of which B > N leaves one.
    """
    order = rng.permutation(N)
    return [order[start : start + B] for start in range(0, N, B)]


def sgd(
    grad: Callable[[Vector, Indices], ArrayLike],
    w0: ArrayLike,
    N: int,
    lr: float,
    B: int,
    epochs: int,
    rng: np.random.Generator,
) -> Vector:
    r"""Minimise a mean of N losses by stochastic gradient descent (topic: stochastic gradient descent).

    .. math:: w \leftarrow w - \eta \, g_S(w), \qquad g_S(w) = \frac{1}{|S|} \sum_{i \in S} \nabla L_i(w)

    for the blocks S of a fresh random partition in every epoch.

    Parameters
    ----------
    grad
        ``grad(w, idx)`` is the mean gradient over the objects ``idx``, shape (n,).
    w0
        Start, shape (n,).

    Returns
    -------
    The last iterate, shape (n,).
    """
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        for idx in minibatches(N, B, rng):
            w = w - lr * np.asarray(grad(w.copy(), idx))
    return w


def batch_gradient_variance(G: ArrayLike, B: int) -> float:
    r"""Return the mean squared error of a mini-batch gradient (topic: variance of the stochastic gradient).

    .. math:: E \|g_S - \bar g\|^2 = \frac{N - B}{B (N - 1)} \cdot \frac{1}{N} \sum_{i=1}^{N} \|g_i - \bar g\|^2

    for a set S of B of the N objects drawn without replacement. The gradients are centred first: the form
    "mean of squares minus square of the mean" would lose the digits in which they differ.

    Parameters
    ----------
    G
        The gradient of each object as a row, shape (N, n), N >= 2.
    B
        Size of the block, 1 <= B <= N.
    """
    G = np.asarray(G, dtype=np.float64)
    N = len(G)
    population = np.mean(np.sum((G - G.mean(axis=0)) ** 2, axis=1))
    return float((N - B) / (B * (N - 1)) * population)


def sgd_stationary_variance(a: float, s2: float, lr: float) -> float:
    r"""Return the variance at which SGD on a parabola settles (topic: stochastic gradient descent with constant step).

    .. math:: \lim_k \mathrm{Var}\, w_k = \frac{\eta s^2}{a (2 - \eta a)}

    for w_{k+1} = (1 - lr a) w_k - lr xi_k with independent noise of variance s2: the fixed point of
    v = (1 - lr a)^2 v + lr^2 s2. The denominator is exact; 1 - (1 - lr a)^2 would cancel for a tiny step.

    Raises
    ------
    ValueError
        If lr a >= 2, where the variance grows without bound.
    """
    if lr * a >= 2:
        raise ValueError(f"lr * a is {lr * a}, expected less than 2: the variance has no limit")
    return float(lr * s2 / (a * (2 - lr * a)))


def init_params(widths: Sequence[int], rng: np.random.Generator, scheme: str) -> Params:
    r"""Draw the weights of a network at which training starts (topic: initialisation).

    .. math:: W_{ij} \sim N(0, 2 / n_{in}) \ \text{("he")}, \qquad
              W_{ij} \sim N(0, 2 / (n_{in} + n_{out})) \ \text{("xavier")}, \qquad b = 0

    With "he" a relu layer keeps the mean square of its inputs; with "xavier" a linear layer compromises between
    keeping that of its inputs and that of the gradients on their way back.

    Raises
    ------
    ValueError
        For any other scheme.
    """
    if scheme not in ("he", "xavier"):
        raise ValueError(f"unknown scheme {scheme!r}; known are he and xavier")
    params = []
    for n_in, n_out in pairwise(int(width) for width in widths):
        variance = 2 / n_in if scheme == "he" else 2 / (n_in + n_out)
        params.append((np.sqrt(variance) * rng.standard_normal((n_out, n_in)), np.zeros(n_out)))
    return params


def capstone_digits(
    X_train: ArrayLike, y_train: ArrayLike, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "K n"], Float[np.ndarray, " K"]]:
    r"""Train a softmax regression on digits by mini-batch SGD (topic: training with SGD).

    The mean cross-entropy of the classes softmax(W x + b) has the gradient :math:`(p - t) x^T` per object, with p the
    probabilities and t the one-hot label. 20 epochs with blocks of 32 and step 0.5, from W = 0.

    Parameters
    ----------
    X_train
        Images as rows with entries in [0, 1], shape (N, 64).
    y_train
        Labels 0..9, shape (N,).
    """
    X = np.column_stack([np.asarray(X_train, dtype=np.float64), np.ones(len(np.asarray(X_train)))])  # (N, 65)
    targets = np.eye(10)[np.asarray(y_train)]  # (N, 10)

    def grad(w: Vector, idx: Indices) -> Vector:
        Z = X[idx] @ w.reshape(10, -1).T
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        P = E / E.sum(axis=1, keepdims=True)
        return ((P - targets[idx]).T @ X[idx] / len(idx)).ravel()

    w = sgd(grad, np.zeros(10 * X.shape[1]), len(X), lr=0.5, B=32, epochs=20, rng=rng).reshape(10, -1)
    return w[:, :-1].copy(), w[:, -1].copy()
