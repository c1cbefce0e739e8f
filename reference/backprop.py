"""Backpropagation (chapter "Backpropagation")."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from numbers import Integral

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

__all__ = [
    "backprop",
    "capstone_digits",
    "chain_gradient",
    "dense_backward",
    "mult_counts",
    "numerical_gradient",
    "softmax_cross_entropy",
]

Array = Float[np.ndarray, "..."]
Layer = tuple[ArrayLike, ArrayLike]
Params = list[tuple[Float[np.ndarray, "n_out n_in"], Float[np.ndarray, " n_out"]]]
Activation = tuple[Callable[..., ArrayLike], Callable[..., ArrayLike]]


def chain_gradient(
    ws: ArrayLike, bs: ArrayLike, x: float | int, act: Activation
) -> tuple[float, Float[np.ndarray, " L"], Float[np.ndarray, " L"]]:
    r"""Differentiate a chain of L neurons with respect to all its weights and biases (topic: the chain rule).

    .. math:: a_0 = x, \qquad z_k = w_k a_{k-1} + b_k, \qquad a_k = f(z_k)

    The error of neuron k, :math:`\delta_k = \partial a_L / \partial z_k`, follows from the one behind it:

    .. math:: \delta_L = f'(z_L), \qquad \delta_k = f'(z_k) \, w_{k+1} \delta_{k+1}, \qquad
        \frac{\partial a_L}{\partial b_k} = \delta_k, \qquad \frac{\partial a_L}{\partial w_k} = \delta_k a_{k-1}

    One pass forward and one backward: f and f' are evaluated L times each.

    Parameters
    ----------
    ws, bs
        Weights w_1, ..., w_L and biases b_1, ..., b_L.
    act
        The pair (f, f'); f' takes the pre-activation z.

    Returns
    -------
    The output a_L, its derivatives by the weights, and by the biases.
    """
    f, df = act
    ws, bs = np.asarray(ws, dtype=np.float64), np.asarray(bs, dtype=np.float64)
    before, slopes = np.zeros(len(ws)), np.zeros(len(ws))  # a_{k-1} and f'(z_k)
    a = float(x)
    for k, (w, b) in enumerate(zip(ws, bs, strict=True)):
        z = w * a + b
        before[k], slopes[k] = a, df(z)
        a = float(f(z))
    gb = np.zeros(len(ws))
    error = 1.0  # the derivative of the output by a_k
    for k in range(len(ws) - 1, -1, -1):
        gb[k] = error * slopes[k]
        error = gb[k] * ws[k]
    return a, gb * before, gb


def numerical_gradient(f: Callable[[Array], ArrayLike], x: ArrayLike, h: float = 1e-5) -> Array:
    r"""Approximate a gradient by central differences (topic: finite differences).

    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

    The formula errs by :math:`\tfrac{h^2}{6} \partial_i^3 f`, so not at all for quadratic f, and rounding by about
    :math:`10^{-16} |f| / h`; h = 1e-5 balances the two.

    Parameters
    ----------
    f
        Takes a float64 array of the shape of x and returns a number or an array of shape (). Called 2 x.size times.
    x
        A point: an array of any shape, which the result shares.
    """
    x = np.asarray(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        gradient[i] = (float(f(x + step)) - float(f(x - step))) / (2 * h)
    return gradient


def softmax_cross_entropy(Z: ArrayLike, y: ArrayLike) -> tuple[float, Float[np.ndarray, "N K"]]:
    r"""Return the mean cross-entropy of the softmax of scores, and its gradient (topic: the loss of a classifier).

    .. math:: \ell = -\frac{1}{N} \sum_i \log p_{i y_i}, \qquad
        \frac{\partial \ell}{\partial z_{ik}} = \frac{1}{N} \left( p_{ik} - [k = y_i] \right)

    The logarithm is taken before any probability is rounded to 0: :math:`\log p_k = z_k - \log \sum_j e^{z_j}`, with
    the row's maximum shifted to 0.

    Parameters
    ----------
    Z
        Scores, shape (N, K).
    y
        Labels 0..K-1, shape (N,).
    """
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    rows = np.arange(len(Z))
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dZ = np.exp(log_p)
    dZ[rows, y] -= 1.0
    return float(-log_p[rows, y].mean()), dZ / len(Z)


def dense_backward(
    dZ: ArrayLike, A_prev: ArrayLike, W: ArrayLike
) -> tuple[Float[np.ndarray, "N n_in"], Float[np.ndarray, "n_out n_in"], Float[np.ndarray, " n_out"]]:
    r"""Carry a gradient back through one affine layer Z = A W^T + b (topic: backpropagation in matrix form).

    .. math:: dA = dZ \, W, \qquad dW = dZ^T A, \qquad db_i = \sum_{\text{rows } r} dZ_{ri}

    These are the adjoints of the linear maps A -> A W^T, W -> A W^T and b -> 1 b^T. There is no division by N here: it
    is contained in dZ already.

    Parameters
    ----------
    dZ
        Gradient with respect to Z, shape (N, n_out).
    A_prev, W
        The layer's input (N, n_in) and weights (n_out, n_in).
    """
    dZ, A_prev, W = (np.asarray(part, dtype=np.float64) for part in (dZ, A_prev, W))
    return dZ @ W, dZ.T @ A_prev, dZ.sum(axis=0)


def backprop(params: Sequence[Layer], X: ArrayLike, y: ArrayLike, act: Activation) -> tuple[float, Params]:
    r"""Return the loss of a network and its gradient with respect to all parameters (topic: backpropagation).

    .. math:: Z_l = A_{l-1} W_l^T + 1 b_l^T, \qquad A_l = f(Z_l) \ (l < L), \qquad A_0 = X

    The loss is the mean cross-entropy of the softmax of :math:`Z_L`. Backwards, from the :math:`dZ_L` of
    :func:`softmax_cross_entropy`, :func:`dense_backward` gives the gradients of a layer and
    :math:`dZ_{l-1} = dA_{l-1} \odot f'(Z_{l-1})` leads to the one before. f and f' are called L - 1 times each.

    Parameters
    ----------
    params
        Pairs (W_l, b_l) of shapes (n_l, n_{l-1}) and (n_l,).
    X, y
        Objects (N, n_0) and labels 0..n_L - 1 of shape (N,).
    act
        The pair (f, f') of the hidden layers; f' takes the pre-activation.

    Returns
    -------
    The loss and the list of pairs (dW_l, db_l), in the order of ``params``.
    """
    f, df = act
    weights = [(np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)) for W, b in params]
    inputs, bent = [np.asarray(X, dtype=np.float64)], []  # A_0, ..., A_{L-1} and Z_1, ..., Z_{L-1}
    for W, b in weights[:-1]:
        bent.append(inputs[-1] @ W.T + b)
        inputs.append(np.asarray(f(bent[-1])))
    W, b = weights[-1]
    loss, dZ = softmax_cross_entropy(inputs[-1] @ W.T + b, y)
    grads = []
    for layer in range(len(weights) - 1, -1, -1):
        dA, dW, db = dense_backward(dZ, inputs[layer], weights[layer][0])
        grads.append((dW, db))
        if layer:
            dZ = dA * np.asarray(df(bent[layer - 1]))
    return loss, grads[::-1]


def mult_counts(widths: Sequence[int] | np.ndarray, N: Integral) -> tuple[int, int]:
    r"""Count the multiplications in the matrix products of the two passes (topic: computational cost).

    .. math:: N \sum_{l=1}^{L} n_l n_{l-1}, \qquad 2 N \sum_{l=1}^{L} n_l n_{l-1} - N n_0 n_1

    Forward, one product per layer. Backward, two: :math:`dZ_l^T A_{l-1}` for the weights and :math:`dZ_l W_l` for the
    layer before; the second is not needed for l = 1. So the gradient costs at most two more passes, however many
    parameters there are.
    """
    widths, N = [int(width) for width in widths], int(N)
    products = [N * n_in * n_out for n_in, n_out in pairwise(widths)]
    return sum(products), 2 * sum(products) - products[0]


def capstone_digits(X_train: ArrayLike, y_train: ArrayLike, rng: np.random.Generator) -> Params:
    r"""Train a relu network of widths 64, 32, 10 to read digits (topic: training by backpropagation).

    Stochastic gradient descent from He's initial weights :math:`W_{ij} \sim N(0, 2 / n_{in})` and zero biases: 20
    epochs in blocks of 32 objects, each epoch in a new random order, with steps 0.2 times the gradient.

    Parameters
    ----------
    X_train
        Images as rows with entries in [0, 1], shape (N, 64).
    y_train
        Labels 0..9, shape (N,).
    """
    X, y = np.asarray(X_train, dtype=np.float64), np.asarray(y_train)
    relu = (lambda z: np.maximum(z, 0.0), lambda z: (z > 0).astype(np.float64))
    params = [(rng.normal(0, np.sqrt(2 / n), (m, n)), np.zeros(m)) for n, m in pairwise([64, 32, 10])]
    for _ in range(20):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 32):
            block = order[start : start + 32]
            _, grads = backprop(params, X[block], y[block], relu)
            params = [(W - 0.2 * dW, b - 0.2 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
    return params
