"""Second opinions on support vector machines: exact rational arithmetic, libsvm, proofs of optimality."""

import math
import warnings
from fractions import Fraction

import numpy as np
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC

from autograder.testing import certificate, oracle
from reference import svm as reference

# ---- inputs ----------------------------------------------------------------------------------------------------


def labels(rng, N):
    """Draw labels of which both occur, if N is at least 2."""
    return rng.permutation(np.where(np.arange(N) < rng.integers(1, max(2, N)), 1.0, -1.0))


def plane(rng, n):
    return rng.normal(size=n) * 10.0 ** rng.uniform(-2, 2), float(rng.normal() * 3)


def clouds(rng, size):
    """X, y: two clouds that may overlap, sometimes of integers, of any scale, and nowhere near the origin."""
    N, n = rng.integers(2, 3 * size + 2), rng.integers(1, min(size, 5) + 1)
    y = labels(rng, N)
    X = rng.normal(size=(N, n)) + np.outer(y, rng.normal(size=n)) + rng.normal(size=n) * 3
    X = np.round(2 * X) if rng.random() < 0.3 else X
    return X * 10.0 ** rng.integers(-1, 2), y


def separable(rng, size):
    """X, y: separable classes; a slab of width one around a random plane is cleared, then all is moved and scaled."""
    N, n = rng.integers(2, 3 * size + 2), rng.integers(1, min(size, 5) + 1)
    y, u = labels(rng, N), rng.normal(size=n)
    X = rng.normal(size=(N, n))
    X += np.outer(y * (0.5 + np.abs(X @ u)) - X @ u, u) / (u @ u)
    return (X + rng.normal(size=n)) * 10.0 ** rng.uniform(-2, 2), y


def exact(*arrays):
    """Return nested lists of fractions."""
    return [np.vectorize(Fraction, otypes=[object])(np.asarray(a, dtype=float)) for a in arrays]


# ---- distances and margins -------------------------------------------------------------------------------------


def with_plane(rng, size):
    X, y = clouds(rng, size)
    return X, y, *plane(rng, X.shape[1])


def objects_and_plane(rng, size):
    X, _, w, b = with_plane(rng, size)
    return X, w, b


@oracle(
    "signed_distance",
    inputs=objects_and_plane,
    tolerance=1e-13,
    source="exact rational arithmetic",
    edges=[([[3, 4]], [3, 4], 0), (np.array([[0, 0], [1, 1]]), np.array([1, -1]), 2)],
)
def signed_distance(X, w, b):
    X, w, b = exact(X, w, b)
    return np.array([float(x @ w + b.item()) for x in X]) / math.sqrt(w @ w)


@oracle("geometric_margin", inputs=with_plane, tolerance=1e-13, source="exact rational arithmetic")
def geometric_margin(X, y, w, b):
    X, y, w, b = exact(X, y, w, b)
    return float(min(label * (x @ w + b.item()) for x, label in zip(X, y, strict=True))) / math.sqrt(w @ w)


# ---- hulls and the hard margin ---------------------------------------------------------------------------------


def two_hulls(rng, size):
    X, y = separable(rng, size)
    return X[y > 0], X[y < 0]


@certificate("hull_nearest_points", inputs=two_hulls, tolerance=1e-3, source="the gap of Frank and Wolfe")
@certificate(
    "hull_nearest_points",
    inputs=two_hulls,
    tolerance=1e-9,
    source="the gap of Frank and Wolfe, for the reference",
    solution=False,
    edges=[([[1, 2, 3]], [[4, 5, 7]]), (np.array([[0, 0], [0, 2]] * 3), np.array([[3, 1], [3, 4]]))],
)
def hull_gap(answer, A, B):
    alpha, beta = map(np.asarray, answer)
    d = alpha @ np.asarray(A) - beta @ np.asarray(B)
    return {
        "the gap": 1 - (np.min(A @ d) - np.max(B @ d)) / (d @ d),
        "a negative weight": [-np.min(alpha), -np.min(beta)],
        "sum of weights minus 1": [abs(alpha.sum() - 1), abs(beta.sum() - 1)],
    }


def multipliers(K, y, C):
    """Return multipliers that libsvm finds for a Gram matrix, made exact where it got the support vectors right."""
    unit = float(np.max(np.diag(K))) or 1.0  # its tolerance is absolute, and with shrinking it may never end
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        machine = SVC(kernel="precomputed", C=C * unit, tol=1e-9, max_iter=100_000, shrinking=False).fit(K / unit, y)
    alpha = np.zeros(len(y))
    alpha[machine.support_] = np.abs(machine.dual_coef_[0]) / unit
    free = (alpha > 1e-7 * alpha.max()) & (alpha < C * (1 - 1e-7))
    bound = np.where(alpha >= C * (1 - 1e-7), C, 0.0)
    Q, k = np.outer(y, y) * K, np.count_nonzero(free)
    system = np.zeros((k + 1, k + 1))
    system[:k, :k], system[:k, k], system[k, :k] = Q[np.ix_(free, free)], y[free], y[free]
    right = np.append(1 - Q[free] @ bound, -y @ bound)
    better = bound.copy()
    better[free] = np.linalg.lstsq(system, right, rcond=None)[0][:k]
    feasible = better.min() >= 0 and better.max() <= C and abs(better @ y) <= 1e-12 * better.sum()
    return max([alpha, better] if feasible else [alpha], key=lambda a: a.sum() - 0.5 * a @ Q @ a)


@certificate("hard_margin_svm", inputs=separable, tolerance=1e-3, source="the dual value of libsvm's multipliers")
@certificate(
    "hard_margin_svm",
    inputs=separable,
    tolerance=1e-7,
    source="the dual value of libsvm's multipliers, for the reference",
    edges=[(np.array([[0, 0], [2, 0]]), np.array([-1, 1]))],
    solution=False,
)
def hard_margin(answer, X, y):
    w, b = answer
    X = np.asarray(X, dtype=float)
    spread = np.max(np.ptp(X, axis=0))
    centred = (X - X.mean(axis=0)) / spread
    alpha = multipliers(centred @ centred.T, y, 1e9)
    dual = (alpha.sum() - 0.5 * np.sum(((alpha * y) @ centred) ** 2)) / spread**2
    return {"distance to score 1": abs(1 - np.min(y * (X @ w + b))), "the gap": (0.5 * w @ w - dual) / dual}


# ---- the soft margin -------------------------------------------------------------------------------------------


def priced(rng, size):
    """X, y and a price C between one at which everybody stands on the street and one at which few do."""
    X, y = clouds(rng, size)
    return X, y, float(10.0 ** rng.uniform(-3, 2) / np.max(np.sum((X - X.mean(axis=0)) ** 2, axis=1), initial=1e-3))


def priced_plane(rng, size):
    X, y, C = priced(rng, size)
    return *plane(rng, X.shape[1]), X, y, C


@oracle("soft_margin_objective", inputs=priced_plane, tolerance=1e-13, source="exact rational arithmetic")
def soft_margin_objective(w, b, X, y, C):
    w, b, X, y, C = exact(w, b, X, y, C)
    losses = [max(Fraction(0), 1 - label * (x @ w + b.item())) for x, label in zip(X, y, strict=True)]
    return float(w @ w / 2 + C.item() * sum(losses))


@oracle(
    "soft_margin_subgradient",
    inputs=priced_plane,
    tolerance=1e-12,
    source="complex steps, away from the kinks",
    scale=1000,  # a sum of numbers of the size of C times x may cancel
)
def soft_margin_subgradient(w, b, X, y, C):
    def slope(dw, db):
        u, t = w + 1e-30j * dw, b + 1e-30j * db
        slack = 1 - y * (X @ u + t)
        return (0.5 * np.sum(u * u) + C * np.sum(slack[slack.real > 0])).imag / 1e-30

    return np.array([slope(e, 0.0) for e in np.eye(len(w))]), slope(np.zeros(len(w)), 1.0)


def with_multipliers(rng, size):
    X, y = clouds(rng, size)
    return rng.uniform(0, 2, len(y)) * rng.integers(0, 2, len(y)), X, y


@oracle(
    "dual_objective", inputs=with_multipliers, tolerance=1e-13, source="the double sum in exact rational arithmetic"
)
def dual_objective(alpha, X, y):
    alpha, X, y = exact(alpha, X, y)
    signed = alpha * y
    return float(
        sum(alpha)
        - sum(s * t * (u @ v) for s, u in zip(signed, X, strict=True) for t, v in zip(signed, X, strict=True)) / 2
    )


def value(w, b, X, y, C):
    return 0.5 * np.dot(w, w) + C * np.sum(np.maximum(0, 1 - y * (X @ w + b)))


@certificate("soft_margin_svm", inputs=priced, tolerance=1e-3, source="the dual value of libsvm's multipliers")
@certificate(
    "soft_margin_svm",
    inputs=priced,
    tolerance=1e-6,
    source="the dual value of libsvm's multipliers, for the reference",
    solution=False,
)
def soft_margin(answer, X, y, C):
    centred = X - X.mean(axis=0)
    alpha = multipliers(centred @ centred.T, y, C)
    dual = alpha.sum() - 0.5 * np.sum(((alpha * y) @ centred) ** 2)
    return (value(*answer, X, y, C) - dual) / dual


@certificate(
    "soft_margin_svm",
    inputs=priced,
    tolerance=1e-9,
    source="weak duality with the hyperplane of the multipliers; libsvm's value for its own",
    ask=lambda program, X, y, C: program.soft_margin_dual(X, y, C),
    solution=False,
)
def bound_of_the_tests(alpha, X, y, C):
    centred = X - X.mean(axis=0)
    other = multipliers(centred @ centred.T, y, C)
    dual, theirs = (a.sum() - 0.5 * np.sum(((a * y) @ centred) ** 2) for a in (alpha, other))
    return {
        "below libsvm's": (theirs - dual) / abs(theirs),
        "outside the box": [-np.min(alpha) / C, np.max(alpha) / C - 1],
        "alpha.y": abs(alpha @ y) / np.sum(alpha),
    }


# ---- irises ----------------------------------------------------------------------------------------------------

FLOWERS, SPECIES = load_iris(return_X_y=True)
FLOWERS, SPECIES = FLOWERS[SPECIES > 0], np.where(SPECIES[SPECIES > 0] == 1, -1.0, 1.0)


def flowers(rng, size):
    order = rng.permutation(len(SPECIES))
    return FLOWERS[order[:60]], SPECIES[order[:60]], FLOWERS[order[60:]]


@certificate(
    "capstone_iris", inputs=flowers, tolerance=0.1, share=0.05, source="libsvm on standardised flowers: share of others"
)
def capstone_iris(answer, X_train, y_train, X_test):
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    machine = SVC(kernel="linear", C=1.0).fit((X_train - mean) / deviation, y_train)
    return np.mean(machine.predict((X_test - mean) / deviation) != answer)
