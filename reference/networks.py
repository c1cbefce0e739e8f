"""Artificial neural networks (chapter "The fundamentals of artificial neural networks")."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

__all__ = [
    "activation",
    "capstone_digits",
    "collapse_affine",
    "count_parameters",
    "forward",
    "log_softmax",
    "relu_interpolant",
    "softmax",
    "xor_network",
]

Array = Float[np.ndarray, "..."]
Layer = tuple[ArrayLike, ArrayLike]
Params = list[tuple[Float[np.ndarray, "n_out n_in"], Float[np.ndarray, " n_out"]]]

LEAK = 0.01  # slope of the leaky relu on negative numbers


def activation(name: str, z: ArrayLike | float) -> Array | np.float64:
    r"""Apply an activation to every entry of ``z`` (topic: activations).

    .. math:: \max(z, 0), \quad |z|, \quad \max(z, 0.01 z), \quad \sigma(z) = \frac{1}{1 + e^{-z}}, \quad \tanh z

    for the names "relu", "abs", "leaky_relu", "sigmoid" and "tanh". The sigmoid is computed from
    :math:`e^{-|z|}`, which cannot overflow: :math:`\sigma(z) = 1 / (1 + e^{-|z|})` for z >= 0, and one minus that
    for z < 0, written as :math:`e^{-|z|} / (1 + e^{-|z|})` to keep small values exact.

    Parameters
    ----------
    z
        A number or an array of any shape. The result has the same shape and dtype float64.

    Raises
    ------
    ValueError
        For any other name.
    """
    z = np.asarray(z, dtype=np.float64)
    if name == "relu":
        return np.maximum(z, 0.0)
    if name == "abs":
        return np.abs(z)
    if name == "leaky_relu":
        return np.where(z > 0, z, LEAK * z)
    if name == "sigmoid":
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1.0, e) / (1.0 + e)
    if name == "tanh":
        return np.tanh(z)
    raise ValueError(f"unknown activation {name!r}; known are relu, abs, leaky_relu, sigmoid and tanh")


def softmax(Z: ArrayLike) -> Float[np.ndarray, "N K"]:
    r"""Turn each row of scores into a probability distribution (topic: softmax).

    .. math:: p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}

    Subtracting the row's maximum cancels in the ratio and keeps every exponent at or below zero, so large
    scores cannot overflow.

    >>> softmax([[0.0, 0.0], [1000.0, 0.0]])
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    Z = np.asarray(Z, dtype=np.float64)
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def log_softmax(Z: ArrayLike) -> Float[np.ndarray, "N K"]:
    r"""Return the logarithm of the softmax, row by row (topic: softmax).

    .. math:: \log p_k = z_k - \log \sum_j e^{z_j}

    computed from scores whose maximum has been shifted to 0. The logarithm of :func:`softmax` itself would be
    minus infinity wherever a probability underflows, about 745 below the largest score.
    """
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def forward(X: ArrayLike, params: Sequence[Layer], act: Callable[[Array], ArrayLike]) -> Float[np.ndarray, "N n_L"]:
    r"""Evaluate a network on a batch of objects (topic: definition of a network).

    .. math:: x^0 = x, \qquad x^l = f(W_l x^{l-1} + b_l) \ (l < L), \qquad X(x) = W_L x^{L-1} + b_L

    The activation f = ``act`` acts on hidden layers only; the result is the logits.

    Parameters
    ----------
    X
        Objects, shape (N, n_0).
    params
        Pairs (W_l, b_l) of shapes (n_l, n_{l-1}) and (n_l,).
    """
    x = np.asarray(X, dtype=np.float64)
    for W, b in params[:-1]:
        x = np.asarray(act(x @ np.asarray(W).T + np.asarray(b)))  # (N, n_{l-1}) (n_{l-1}, n_l) -> (N, n_l)
    W, b = params[-1]
    return x @ np.asarray(W, dtype=np.float64).T + np.asarray(b)


def count_parameters(widths: Sequence[int]) -> int:
    r"""Count the weights and biases of a network with layers of these widths (topic: parameters).

    .. math:: \sum_{l=1}^{L} n_l (n_{l-1} + 1)
    """
    widths = [int(width) for width in widths]
    return sum(n_out * (n_in + 1) for n_in, n_out in pairwise(widths))


def collapse_affine(params: Sequence[Layer]) -> tuple[Float[np.ndarray, "n_L n_0"], Float[np.ndarray, " n_L"]]:
    r"""Write a network without activations as one affine map (topic: why nonlinearity is necessary).

    .. math:: W = W_L \cdots W_1, \qquad b = \sum_l W_L \cdots W_{l+1} b_l

    computed from the input side: after each layer, (W, b) is the map so far.
    """
    W, b = (np.array(part, dtype=np.float64) for part in params[0])
    for W_l, b_l in params[1:]:
        W, b = np.asarray(W_l) @ W, np.asarray(W_l) @ b + np.asarray(b_l)
    return W, b


def xor_network() -> Params:
    r"""Return a relu network with one hidden layer that computes exclusive or (topic: why nonlinearity is necessary).

    .. math:: f(x) = (x_1 + x_2)_+ - 2 (x_1 + x_2 - 1)_+

    is 0, 1, 0 where x_1 + x_2 is 0, 1, 2. No affine map does that: its values at opposite corners of the square have
    equal sums.
    """
    hidden = (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]))
    return [hidden, (np.array([[1.0, -2.0]]), np.array([0.0]))]


def relu_interpolant(x: ArrayLike, y: ArrayLike) -> Params:
    r"""Return a relu network that interpolates points of the line (topic: universal approximation, dimension 1).

    With slopes :math:`s_i = (y_i - y_{i-1}) / (x_i - x_{i-1})`,

    .. math:: f(t) = y_0 + s_1 (t - x_0)_+ + \sum_{i=1}^{m-1} (s_{i+1} - s_i) (t - x_i)_+

    has slope s_i between x_{i-1} and x_i: each neuron bends the graph at one node.

    Parameters
    ----------
    x, y
        Nodes x_0 < ... < x_m, any spacing, and values; shape (m + 1,), m >= 1.

    Returns
    -------
    Weights of shapes (m, 1), (m,) and (1, m), (1,).
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    slopes = np.diff(y) / np.diff(x)  # (m,)
    bends = np.diff(slopes, prepend=0.0)  # (m,): the first neuron starts from slope 0
    return [(np.ones((len(bends), 1)), -x[:-1]), (bends[None, :], y[:1].copy())]


def capstone_digits(
    X_train: ArrayLike, y_train: ArrayLike, X_test: ArrayLike, rng: np.random.Generator
) -> Int[np.ndarray, " M"]:
    r"""Classify digits with random hidden neurons and a least-squares output layer (topic: ANN classifiers).

    The hidden layer :math:`h(x) = (W x + b)_+` has 300 neurons with :math:`W_{ij} \sim N(0, 1/64)` and
    :math:`b_i \sim N(0, 1/100)`, never trained; the output layer minimises the squared distance to one-hot targets.

    Parameters
    ----------
    X_train, X_test
        Images as rows with entries in [0, 1], shapes (N, 64) and (M, 64).
    y_train
        Labels 0..9, shape (N,).
    """
    X_train, X_test = np.asarray(X_train, dtype=np.float64), np.asarray(X_test, dtype=np.float64)
    W = rng.standard_normal((300, X_train.shape[1])) / 8
    b = 0.1 * rng.standard_normal(300)
    features = [np.column_stack([np.maximum(X @ W.T + b, 0.0), np.ones(len(X))]) for X in (X_train, X_test)]
    targets = np.eye(10)[np.asarray(y_train)]  # (N, 10)
    output, *_ = np.linalg.lstsq(features[0], targets, rcond=None)
    return np.argmax(features[1] @ output, axis=1)
