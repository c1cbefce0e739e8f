"""Second opinions on backpropagation: complex steps, scipy, exact sums, counted products."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
from scipy import special
from sklearn.datasets import load_digits

from autograder.testing import certificate, oracle
from autograder.wire import Seed
from reference import backprop as reference

STEP = 1e-30


def maybe_list(rng, array):
    """Return an array as it is, or, now and then, as a list."""
    return array.tolist() if rng.random() < 0.25 else array


def d_tanh(z):
    """Differentiate tanh."""
    return 1 - np.tanh(z) ** 2


def logistic(z):
    """Return 1 / (1 + e^-z), for complex z too."""
    return 1 / (1 + np.exp(-z))


def d_logistic(z):
    """Differentiate the logistic function."""
    return logistic(z) * (1 - logistic(z))


def square(z):
    """Return z^2, whose slope is unbounded and changes sign."""
    return z * z


def d_square(z):
    """Differentiate the square."""
    return 2 * z


ACTIVATIONS = [(np.tanh, d_tanh), (logistic, d_logistic), (square, d_square)]


def activation(rng):
    return ACTIVATIONS[rng.integers(len(ACTIVATIONS))]


# ---- one neuron per layer --------------------------------------------------------------------------------------


def chains(rng, size):
    ws, bs = rng.normal(size=size) * 0.8, rng.normal(size=size) * 0.5
    act = ACTIVATIONS[rng.integers(2)] if size > 3 else activation(rng)
    return maybe_list(rng, ws), maybe_list(rng, bs), float(rng.normal()), act


@oracle("chain_gradient", inputs=chains, tolerance=1e-12, source="complex steps")
def chain_gradient(ws, bs, x, act):
    def out(ws, bs):
        value = x
        for w, b in zip(ws, bs, strict=True):
            value = act[0](w * value + b)
        return value

    ws, bs, steps = np.asarray(ws, dtype=complex), np.asarray(bs, dtype=complex), 1j * STEP * np.eye(len(ws))
    gradients = [[out(ws + e, bs).imag / STEP for e in steps], [out(ws, bs + e).imag / STEP for e in steps]]
    return float(out(ws, bs).real), *map(np.array, gradients)


# ---- differences -----------------------------------------------------------------------------------------------


class Smooth:
    """A smooth function of an array, with its gradient by complex steps."""

    __name__ = "smooth"

    def __init__(self, A, b):
        self.A, self.b = A, b

    def __call__(self, x):
        return np.sum(np.sin(self.A @ np.ravel(x) + self.b)) + 0.5 * np.sum(np.asarray(x) ** 2)


def smooth(rng, size):
    shape = tuple(rng.integers(1, size + 1, rng.integers(0, 3)))
    n = int(np.prod(shape))
    x = rng.normal(size=shape) if rng.random() < 0.7 else rng.integers(-2, 3, shape)
    return Smooth(rng.normal(size=(3, n)), rng.normal(size=3)), maybe_list(rng, np.asarray(x))


@oracle(
    "numerical_gradient", inputs=smooth, tolerance=1e-7, source="complex steps; the formula errs by h^2 and by rounding"
)
def numerical_gradient(f, x):
    x = np.asarray(x, dtype=complex)
    steps = 1j * STEP * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([f(x + e).imag / STEP for e in steps]).reshape(x.shape)


@oracle(
    "numerical_gradient",
    inputs=lambda rng, size: (rng.normal(size=size), float(10.0 ** rng.uniform(-3, -1))),
    tolerance=1e-9,
    source="the error h^2 of central differences on cubes, which tells them from one-sided ones",
    ask=lambda program, x, h: program.numerical_gradient(cubes, x, h),
)
def central(x, h):
    return 3 * x**2 + h**2


def cubes(x):
    """Return the sum of third powers."""
    return np.sum(np.asarray(x) ** 3)


# ---- loss and layers -------------------------------------------------------------------------------------------


def logits(rng, size):
    N, K = rng.integers(1, size + 1), rng.integers(1, size + 1)
    Z = rng.normal(size=(N, K)) * 10.0 ** rng.uniform(-1, 2) + rng.choice([0, 1e3, -1e3], (N, 1))
    return maybe_list(rng, np.round(Z) if rng.random() < 0.3 else Z), maybe_list(rng, rng.integers(0, K, N))


@oracle(
    "softmax_cross_entropy",
    inputs=logits,
    tolerance=1e-12,
    source="scipy.special.log_softmax, and complex steps of the loss",
    edges=[([[1e4, 0.0, -1e4]], [2])],
)
def softmax_cross_entropy(Z, y):
    Z, rows = np.asarray(Z, dtype=float), np.arange(len(y))

    def loss(Z):
        top = Z.real.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(Z - top).sum(axis=1)) + top[:, 0] - Z[rows, np.asarray(y)])

    steps = 1j * STEP * np.eye(Z.size).reshape(Z.size, *Z.shape)
    value = -np.mean(special.log_softmax(Z, axis=1)[rows, np.asarray(y)])
    return float(value), np.array([loss(Z + e).imag / STEP for e in steps]).reshape(Z.shape)


def layers(rng, size):
    N, n_in, n_out = rng.integers(1, size + 1, 3)
    shapes = (N, n_out), (N, n_in), (n_out, n_in)
    return tuple(
        maybe_list(rng, np.round(A) if rng.random() < 0.2 else A) for A in (rng.normal(size=s) * 3 for s in shapes)
    )


@certificate(
    "dense_backward",
    inputs=layers,
    tolerance=1e-13,
    source="the bilinear form in exact rational arithmetic, entry by entry",
)
def dense_backward(answer, dZ, A_prev, W):
    dZ, A, W = ([[Fraction(float(v)) for v in row] for row in table] for table in (dZ, A_prev, W))
    N, n_out, n_in = range(len(dZ)), range(len(W)), range(len(W[0]))
    dA = [[sum(dZ[i][o] * W[o][k] for o in n_out) for k in n_in] for i in N]
    dW = [[sum(dZ[i][o] * A[i][k] for i in N) for k in n_in] for o in n_out]
    db = [sum(dZ[i][o] for i in N) for o in n_out]
    errors = {}
    for name, got, sums in zip(("dA", "dW", "db"), answer, (dA, dW, db), strict=True):
        want = np.array(sums, dtype=float)
        errors[name] = np.abs(got - want) / (1 + np.max(np.abs(want))) if np.shape(got) == want.shape else np.inf
    return errors


def networks(rng, size):
    widths = [int(n) for n in rng.integers(1, min(size, 5) + 1, rng.integers(2, 5))]
    params = [(rng.normal(size=(o, i)) * 0.7, rng.normal(size=o) * 0.5) for i, o in pairwise(widths)]
    N = int(rng.integers(1, size + 1))
    X, y = rng.normal(size=(N, widths[0])), rng.integers(0, widths[-1], N)
    return params, maybe_list(rng, X), maybe_list(rng, y), ACTIVATIONS[rng.integers(2)]


@oracle("backprop", inputs=networks, tolerance=1e-12, source="complex steps in every parameter")
def backprop(params, X, y, act):
    def loss(params):
        A = np.asarray(X, dtype=complex)
        for depth, (W, b) in enumerate(params, 1):
            A = A @ W.T + b
            A = act[0](A) if depth < len(params) else A
        top = A.real.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(A - top).sum(axis=1)) + top[:, 0] - A[np.arange(len(A)), np.asarray(y)])

    def slopes(layer, part):
        gradient = np.zeros(params[layer][part].shape)
        for index in np.ndindex(gradient.shape):
            moved = [[W.astype(complex), b.astype(complex)] for W, b in params]
            moved[layer][part][index] += 1j * STEP
            gradient[index] = loss(moved).imag / STEP
        return gradient

    return float(loss(params).real), [(slopes(k, 0), slopes(k, 1)) for k in range(len(params))]


@oracle(
    "mult_counts",
    inputs=lambda rng, size: (
        [int(n) for n in rng.integers(1, size + 2, rng.integers(2, 6))],
        int(rng.integers(1, 2 * size + 1)),
    ),
    tolerance=0,
    source="products counted one by one",
    edges=[((3, 2), 1), (np.array([4, 3, 2]), 5)],
)
def mult_counts(widths, N):
    def product(rows, inner, columns):
        return sum(1 for _ in range(rows) for _ in range(inner) for _ in range(columns))

    widths = [int(n) for n in widths]
    forward = sum(product(N, a, b) for a, b in pairwise(widths))
    weights = sum(product(b, N, a) for a, b in pairwise(widths))
    inputs = sum(product(N, b, a) for a, b in list(pairwise(widths))[1:])
    return forward, weights + inputs


# ---- digits ----------------------------------------------------------------------------------------------------

IMAGES, DIGITS = load_digits(return_X_y=True)


def images(rng, size):
    order = rng.permutation(len(DIGITS))
    return IMAGES[order[:1200]] / 16, DIGITS[order[:1200]], Seed(int(rng.integers(2**32)))


@certificate(
    "capstone_digits",
    inputs=images,
    tolerance=0,
    share=0.01,
    source="the labels of all images, of which 90 % must be met",
)
def capstone_digits(params, X_train, y_train, rng):
    A = IMAGES / 16
    for depth, (W, b) in enumerate(params, 1):
        A = A @ np.transpose(W) + b
        A = np.maximum(A, 0) if depth < len(params) else A
    return {
        "images misread": 0.90 - np.mean(A.argmax(axis=1) == DIGITS),
        "numbers": sum(np.size(p) for pair in params for p in pair) - 10_000,
    }
