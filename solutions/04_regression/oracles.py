"""Second opinions on regression: exact rational arithmetic, scipy, complex steps, vanishing gradients."""

from fractions import Fraction

import numpy as np
from scipy import special
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from autograder.testing import certificate, oracle
from reference import regression as reference


def maybe_list(rng, array):
    """Return an array as it is, or, now and then, as a list."""
    return array.tolist() if rng.random() < 0.25 else array


def exact(values):
    """Return the fractions that a list or an array of floats holds."""
    return [Fraction(v) for v in np.asarray(values, dtype=float).tolist()]


# ---- least squares ---------------------------------------------------------------------------------------------


def pairs(rng, size):
    N = int(rng.integers(2, 3 * size + 2))
    x = rng.normal(size=N) * 10.0 ** rng.uniform(-2, 2) + rng.choice([0, 0, 50, -1e3])
    y = rng.normal(size=N) * 10.0 ** rng.uniform(-2, 2) + rng.normal() * 10
    if rng.random() < 0.3:
        x, y = np.arange(N) - rng.integers(0, 9), np.round(y).astype(int)
    return maybe_list(rng, rng.permutation(x)), maybe_list(rng, y)


@certificate(
    "linear_regression_1d",
    inputs=pairs,
    tolerance=1e-9,  # x far from 0 and close together, and y not measured from its mean
    source="the line through the same points in exact rational arithmetic, compared where the points are",
    edges=[([0, 1], [5, 3]), (np.array([1e4, 1e4 + 1]), np.array([1.0, 2.0]))],
)
def line(answer, x, y):
    a, b = map(float, answer)
    xs, ys = exact(x), exact(y)
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((u - mean_x) * (v - mean_y) for u, v in zip(xs, ys, strict=True)) / sum((u - mean_x) ** 2 for u in xs)
    unit = 1 + np.max(np.abs(np.asarray(y))) + abs(float(slope)) * np.ptp(np.asarray(x))
    spread = float(max(xs) - min(xs))
    here = [Fraction(a) * u + Fraction(b) - (mean_y + slope * (u - mean_x)) for u in xs]
    return {
        "the line": np.abs(np.array(here, dtype=float)) / unit,
        "the slope": abs(float(Fraction(a) - slope)) * spread / unit,
    }


def tables(rng, size):
    """X, y: any number of objects and features, at times with dependent columns."""
    N, n = rng.integers(1, 4 * size + 1), rng.integers(1, size + 1)
    X = rng.normal(size=(N, n)) * 10.0 ** rng.uniform(-2, 2) + rng.choice([0, 10])
    if rng.random() < 0.3:
        X[:, -1] = X[:, 0]
    X = np.round(X) if rng.random() < 0.2 else X
    return maybe_list(rng, X), maybe_list(rng, rng.normal(size=N) * 10.0 ** rng.uniform(-2, 2) + rng.normal())


@certificate(
    "least_squares", inputs=tables, tolerance=1e-10, source="residuals are orthogonal to every column and to 1"
)
def normal_equations(answer, X, y):
    w, b = answer
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    columns = np.column_stack([X, np.ones(len(y))])
    e = y - columns @ np.append(w, b)
    unit = np.linalg.norm(columns, axis=0) * (
        np.linalg.norm(y) + np.linalg.norm(columns) * np.linalg.norm(np.append(w, b))
    )
    shapes = np.shape(w) != (X.shape[1],) or np.shape(b) != ()
    return {"orthogonality": np.abs(columns.T @ e) / np.maximum(unit, 1e-300), "shape": float(shapes)}


# ---- the neuron and its loss -----------------------------------------------------------------------------------


def neurons(rng, size):
    """w, b, X, y: scores from tiny to several hundreds."""
    N, n = rng.integers(1, 4 * size + 1), rng.integers(1, size + 1)
    X = rng.normal(size=(N, n)) + rng.choice([0, 3])
    X = np.round(X) if rng.random() < 0.3 else X
    w, b = rng.normal(size=n) * 10.0 ** rng.uniform(-2, 2), float(rng.normal() * 3)
    return maybe_list(rng, w), b, maybe_list(rng, X), maybe_list(rng, rng.integers(0, 2, N))


@oracle(
    "log_loss",
    inputs=neurons,
    tolerance=1e-13,
    source="scipy.special.log_expit",
    edges=[([1000.0], 0.0, [[1.0], [-1.0]], [0, 1]), ([1e4], 0, [[1]], [1])],
)
def log_loss(w, b, X, y):
    z, y = np.asarray(X) @ np.asarray(w) + b, np.asarray(y)
    return -np.mean(np.where(y == 1, special.log_expit(z), special.log_expit(-z)))


def complex_loss(w, b, X, y):
    """The mean log loss for complex w and b, written so that exp cannot overflow."""
    z = (1 - 2 * y) * (X @ w + b)
    return np.mean(np.where(z.real > 0, z, 0) + np.log1p(np.exp(np.where(z.real > 0, -z, z))))


@oracle("log_loss_grad", inputs=neurons, tolerance=1e-13, source="complex steps of the loss")
def log_loss_grad(w, b, X, y):
    w, X, y = (np.asarray(a, dtype=float) for a in (w, X, y))
    gw = [complex_loss(w + 1e-30j * e, b, X, y).imag / 1e-30 for e in np.eye(len(w))]
    return np.array(gw), complex_loss(w.astype(complex), b + 1e-30j, X, y).imag / 1e-30


def without_labels(rng, size):
    return neurons(rng, size)[:3]


@oracle("log_loss_hessian", inputs=without_labels, tolerance=1e-13, source="complex steps of the gradient for labels 0")
def log_loss_hessian(w, b, X):
    theta, columns = np.append(w, b), np.column_stack([X, np.ones(len(X))])

    def probability(z):
        small = np.exp(np.where(z.real > 0, -z, z))
        return np.where(z.real > 0, 1, small) / (1 + small)

    steps = [columns.T @ probability(columns @ (theta + 1e-30j * e)) for e in np.eye(len(theta))]
    return np.array(steps).imag / 1e-30 / len(columns)


def overlapping(rng, size):
    """X, y: objects of both classes at the same places, so that no plane separates them."""
    n = int(rng.integers(1, min(size, 4) + 1))
    twice, once = rng.normal(size=(n + 2, n)), rng.normal(size=(3 * size, n))
    y = np.concatenate([np.zeros(n + 2), np.ones(n + 2), rng.integers(0, 2, len(once))]).astype(int)
    X = (np.vstack([twice, twice, once]) + rng.normal(size=n)) * 10.0 ** rng.integers(-1, 2)
    order = rng.permutation(len(y))
    return maybe_list(rng, X[order]), maybe_list(rng, y[order])


@certificate(
    "fit_logistic", inputs=overlapping, tolerance=1e-8, source="the gradient, by complex steps, against the data's size"
)
def stationary(answer, X, y):
    w, b = answer
    gw, gb = log_loss_grad(np.asarray(w), float(b), X, y)
    return {"slope in w": np.abs(gw) / np.max(np.abs(X)), "slope in b": abs(gb)}


# ---- boundaries ------------------------------------------------------------------------------------------------


def boundaries(rng, size):
    w = rng.normal(size=2) * 10.0 ** rng.uniform(-2, 2)
    w[1] += np.sign(w[1]) * 0.1 * abs(w[0])
    return maybe_list(rng, w), float(rng.normal()), maybe_list(rng, rng.normal(size=size) * 10)


@oracle(
    "boundary_x2", inputs=boundaries, tolerance=1e-14, source="exact rational arithmetic", edges=[([1, 2], 3, [0, -3])]
)
def boundary(w, b, x1):
    (w1, w2), b = exact(w), Fraction(b)
    return [float((-b - w1 * x) / w2) for x in exact(x1)]


def two_classes(rng, size):
    W, b = rng.normal(size=(2, size)) * 3 + rng.normal(), rng.normal(size=2)
    return maybe_list(rng, np.round(W) if rng.random() < 0.3 else W), maybe_list(rng, b)


@oracle("neuron_from_softmax", inputs=two_classes, tolerance=1e-13, source="log odds by scipy.special.log_softmax")
def neuron(W, b):
    def odds(x):
        scores = special.log_softmax(np.asarray(W) @ x + np.asarray(b))
        return scores[1] - scores[0]

    n = np.shape(W)[1]
    return np.array([odds(e) - odds(np.zeros(n)) for e in np.eye(n)]), odds(np.zeros(n))


# ---- tumours ---------------------------------------------------------------------------------------------------

TUMOURS, BENIGN = load_breast_cancer(return_X_y=True)


def tumours(rng, size):
    order = rng.permutation(len(BENIGN))
    return TUMOURS[order[:400], :2], BENIGN[order[:400]], TUMOURS[order[400:], :2]


@certificate(
    "capstone_cancer", inputs=tumours, tolerance=0.02, share=0.05, source="probabilities of scikit-learn's regression"
)
def capstone_cancer(answer, X_train, y_train, X_test):
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    model = LogisticRegression(C=1e6).fit((X_train - mean) / deviation, y_train)
    return np.max(np.abs(np.asarray(answer) - model.predict_proba((X_test - mean) / deviation)[:, 1]))
