"""Second opinions on artificial neural networks: scipy, exact rational arithmetic, loops over single neurons."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
from scipy import special
from sklearn.datasets import load_digits

from autograder.testing import certificate, oracle
from autograder.wire import Seed
from reference import networks as reference

ACTIVATIONS = {
    "relu": lambda t: t if t > 0 else 0.0,
    "abs": math.fabs,
    "leaky_relu": lambda t: t if t > 0 else t / 100,
    "sigmoid": special.expit,
    "tanh": math.tanh,
}


def network(rng, widths):
    """Draw the parameters of a network."""
    return [(rng.normal(size=(out, into)), rng.normal(size=out)) for into, out in pairwise(widths)]


def widths_of(rng, size):
    """Draw 1 to 3 layers with at most ``size`` neurons each."""
    return [int(n) for n in rng.integers(1, size + 1, rng.integers(2, 5))]


# ---- activation ------------------------------------------------------------------------------------------------


def anything(rng, size):
    """A name, and a number, a list or an array of up to three axes, of any magnitude."""
    shape = tuple(rng.integers(1, size + 1, rng.integers(0, 4)))
    z = rng.normal(size=shape) * 10.0 ** rng.uniform(-3, 4)
    z = np.round(z) if rng.random() < 0.3 else np.asarray(z)
    return str(rng.choice(list(ACTIVATIONS))), z.tolist() if rng.random() < 0.3 else z


@oracle(
    "activation",
    inputs=anything,
    tolerance=4e-16,
    source="the math module and scipy.special.expit, number by number",
    edges=[(name, np.array([0.0, -0.0, 1e308, -1e308, 1000.0, -1000.0, 5e-324])) for name in ACTIVATIONS],
)
def activation(name, z):
    z = np.asarray(z, dtype=float)
    return np.reshape([ACTIVATIONS[name](float(t)) for t in z.flat], z.shape)


# ---- softmax and its logarithm ---------------------------------------------------------------------------------


def scores(rng, size):
    """Rows of scores; each row has its own size and offset."""
    N, K = rng.integers(1, size + 1, 2)
    Z = rng.normal(size=(N, K)) * 10.0 ** rng.uniform(-2, 3, (N, 1)) + rng.choice([0, 1e4, -1e4], (N, 1))
    Z = np.round(Z) if rng.random() < 0.3 else Z
    return (Z.tolist() if rng.random() < 0.2 else Z,)


FAR_APART = [(np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4]]),), ([[0, 800]],), ([[7]],)]


@oracle("softmax", inputs=scores, tolerance=1e-13, scale=1e-290, source="scipy.special.softmax", edges=FAR_APART)
def softmax(Z):
    return special.softmax(np.asarray(Z, dtype=float), axis=1)


@oracle("log_softmax", inputs=scores, tolerance=2e-15, source="scipy.special.log_softmax", edges=FAR_APART)
def log_softmax(Z):
    return special.log_softmax(np.asarray(Z, dtype=float), axis=1)


# ---- whole networks --------------------------------------------------------------------------------------------


def relu(z):
    """The kinked activation."""
    return np.maximum(z, 0)


def batches(rng, size):
    widths = widths_of(rng, min(size, 5))
    X = rng.normal(size=(rng.integers(1, size + 1), widths[0])) * 3
    X = np.round(X) if rng.random() < 0.3 else X
    return (
        X.tolist() if rng.random() < 0.2 else X,
        network(rng, widths),
        [np.tanh, relu, special.expit][rng.integers(3)],
    )


@oracle("forward", inputs=batches, tolerance=1e-13, source="a loop over objects and neurons, with math.fsum")
def forward(X, params, act):
    rows = []
    for row_of_X in np.asarray(X, dtype=float).tolist():
        x = row_of_X
        for depth, (W, b) in enumerate(params, 1):
            z = [math.fsum([*(w * v for w, v in zip(row, x, strict=True)), t]) for row, t in zip(W, b, strict=True)]
            x = [float(act(t)) for t in z] if depth < len(params) else z
        rows.append(x)
    return np.array(rows)


@oracle(
    "count_parameters",
    inputs=lambda rng, size: (widths_of(rng, 5 * size),),
    tolerance=0,
    source="the entries of a network that is built",
    edges=[([1, 1],), ((3, 5, 2),), (np.array([6, 1, 5]),)],
)
def count_parameters(widths):
    return sum(W.size + b.size for W, b in network(np.random.default_rng(0), widths))


@oracle(
    "collapse_affine",
    inputs=lambda rng, size: (network(rng, widths_of(rng, min(size, 4))),),
    tolerance=1e-13,
    source="exact rational arithmetic on 0 and the unit vectors",
)
def collapse_affine(params):
    def image(x):
        for W, b in params:
            x = [
                sum((Fraction(w) * v for w, v in zip(r, x, strict=True)), Fraction(t))
                for r, t in zip(W, b, strict=True)
            ]
        return x

    n = params[0][0].shape[1]
    origin = image([Fraction(0)] * n)
    columns = [
        [v - o for v, o in zip(image([Fraction(i == k) for i in range(n)]), origin, strict=True)] for k in range(n)
    ]
    return np.array(columns, dtype=float).T, np.array(origin, dtype=float)


# ---- networks with a purpose: their values are judged, never their weights -------------------------------------


def value_at(params, x):
    """Evaluate a network of one output with one hidden relu layer at one point, neuron by neuron."""
    (W1, b1), (W2, b2) = params
    hidden = [
        max(0.0, math.fsum([*(w * t for w, t in zip(row, x, strict=True)), b])) for row, b in zip(W1, b1, strict=True)
    ]
    return math.fsum([*(w * h for w, h in zip(np.ravel(W2), hidden, strict=True)), float(np.ravel(b2)[0])])


@certificate(
    "xor_network", inputs=lambda rng, size: (), tolerance=1e-9, share=0.005, source="its values at the four points"
)
def xor_network(params):
    values = {bits: value_at(params, bits) for bits in ((0, 0), (0, 1), (1, 0), (1, 1))}
    return {"the error": [abs(f - (a != b)) for (a, b), f in values.items()], "neurons too many": len(params[0][1]) - 3}


def broken_line(rng, size):
    x = np.cumsum(rng.uniform(0.05, 2, size + 1)) * 10.0 ** rng.uniform(-2, 2) + rng.choice([0, -50, 50])
    y = rng.normal(size=size + 1) * 10.0 ** rng.uniform(-2, 2)
    if rng.random() < 0.2:
        x, y = np.arange(size + 1) * 3 - size, np.round(y).astype(int)
    return (x.tolist(), y.tolist()) if rng.random() < 0.2 else (x, y)


@certificate("relu_interpolant", inputs=broken_line, tolerance=1e-7, source="numpy.interp at 20 places and the points")
def relu_interpolant(params, x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    places = np.concatenate([x, np.linspace(x[0], x[-1], 20)])
    unit = np.max(np.abs(y)) + np.ptp(x) * np.max(np.abs(np.diff(y) / np.diff(x))) or 1.0
    errors = [abs(value_at(params, [t]) - f) / unit for t, f in zip(places, np.interp(places, x, y), strict=True)]
    return {"the error": errors, "neurons too many": len(params[0][1]) - len(x)}


# ---- digits ----------------------------------------------------------------------------------------------------

IMAGES, DIGITS = load_digits(return_X_y=True)


def images(rng, size):
    order = rng.permutation(len(DIGITS))
    train, test = order[:1200], order[1200:1400]
    return IMAGES[train] / 16, DIGITS[train], IMAGES[test] / 16, Seed(int(rng.integers(2**32)))


@certificate(
    "capstone_digits",
    inputs=images,
    tolerance=0,
    share=0.02,
    source="the labels of 200 images, of which 92 % must be met",
)
def capstone_digits(answer, X_train, y_train, X_test, rng):
    ours = {image.tobytes(): label for image, label in zip(IMAGES / 16, DIGITS, strict=True)}
    truth = np.array([ours[image.tobytes()] for image in X_test])
    return 0.92 - np.mean(np.asarray(answer) == truth)
