"""Second opinions on classification: scikit-learn, plain loops, exact rational arithmetic."""

import math
from fractions import Fraction

import numpy as np
from sklearn import metrics
from sklearn.datasets import load_wine
from sklearn.neighbors import NearestCentroid as SklearnCentroids

from autograder.testing import certificate, oracle
from reference import classification as reference


def maybe_list(rng, array):
    """Return an array as it is, or, now and then, as a list."""
    return array.tolist() if rng.random() < 0.3 else array


def classes(rng, size):
    """Draw the number of classes and some classes."""
    K = int(rng.integers(1, size + 2))
    return K, rng.integers(0, K, rng.integers(1, 4 * size + 1))


# ---- classes and decisions -------------------------------------------------------------------------------------


def coded(rng, size):
    K, y = classes(rng, size)
    return maybe_list(rng, y.astype(float) if rng.random() < 0.3 else y), K


@oracle("one_hot", inputs=coded, tolerance=0, source="a comparison of every class with every object", edges=[([0], 1)])
def one_hot(y, K):
    return [[float(label == k) for k in range(K)] for label in y]


def scores(rng, size):
    """Scores with ties, of any sign and magnitude."""
    P = rng.normal(size=rng.integers(1, size + 1, 2)) * 10.0 ** rng.uniform(-5, 5)
    P = np.round(P) if rng.random() < 0.6 else P
    return (maybe_list(rng, P - rng.choice([0, 1e3])),)


@oracle("hard_decision", inputs=scores, tolerance=0, source="a double loop", edges=[([[0.5, 0.5]],), ([[-1, -2, -1]],)])
def hard_decision(P):
    P = np.asarray(P).tolist()
    return [next(k for k, p in enumerate(row) if all(p >= q for q in row)) for row in P]


def decisions(rng, size):
    K, y = classes(rng, size)
    y_hat = np.where(rng.random(len(y)) < 0.5, y, rng.integers(0, K, len(y)))
    return y, y_hat, K


def columns(rng, size):
    """True classes and decisions, each of shape (N,) or (N, 1)."""
    y, y_hat, _ = decisions(rng, size)
    return tuple(maybe_list(rng, part[:, None] if rng.random() < 0.4 else part) for part in (y, y_hat))


@oracle("accuracy", inputs=columns, tolerance=1e-15, source="sklearn.metrics.accuracy_score")
def accuracy(y, y_hat):
    return metrics.accuracy_score(np.ravel(y), np.ravel(y_hat))


@oracle(
    "confusion_matrix", inputs=decisions, tolerance=0, source="sklearn.metrics.confusion_matrix", edges=[([0], [0], 3)]
)
def confusion_matrix(y, y_hat, K):
    return metrics.confusion_matrix(y, y_hat, labels=range(K))


# ---- losses and margins ----------------------------------------------------------------------------------------


def soft(rng, size):
    """Rows of probabilities, some of them 0, and classes."""
    K = int(rng.integers(1, size + 2))
    P, y = rng.dirichlet(np.full(K, rng.uniform(0.2, 2)), rng.integers(1, 4 * size + 1)) + 0.0, None
    y = rng.integers(0, K, len(P))
    if rng.random() < 0.2:
        P = np.eye(K)[np.where(rng.random(len(P)) < 0.7, y, 0)]
    return maybe_list(rng, P), maybe_list(rng, y)


@oracle(
    "cross_entropy",
    inputs=soft,
    tolerance=1e-14,
    source="math.log and math.fsum",
    edges=[([[1, 0]], [1]), ([[1.0]], [0])],
)
def cross_entropy(P, y):
    logs = [-math.log(row[k]) if row[k] > 0 else math.inf for row, k in zip(P, y, strict=True)]
    return math.inf if math.inf in logs else math.fsum(logs) / len(logs)


def margins(rng, size):
    S = scores(rng, size)[0]
    S = np.column_stack([S, np.round(rng.normal(size=len(S)))])
    return maybe_list(rng, S), maybe_list(rng, rng.integers(0, S.shape[1], len(S)))


@oracle("delta_margin", inputs=margins, tolerance=1e-15, source="exact rational arithmetic, the true class deleted")
def delta_margin(S, y):
    rows = [[Fraction(s) for s in np.asarray(row, dtype=float).tolist()] for row in S]
    return [float(row[k] - max(row[:k] + row[k + 1 :])) for row, k in zip(rows, y, strict=True)]


@oracle(
    "accuracy_guarantee",
    inputs=lambda rng, size: (float(rng.uniform(0, 1) * 10.0 ** rng.integers(-6, 1)),),
    tolerance=4e-15,
    source="the objects with loss below log 2 that a loss leaves, in base 2",
    edges=[(0,), (math.inf,), (math.log(2),), (5,), (1,)],
)
def accuracy_guarantee(loss):
    return max(0.0, 1 - loss * math.log2(math.e))


# ---- nearest centroid ------------------------------------------------------------------------------------------


def clouds(rng, size):
    """X, y, new objects: every class at least once, in mixed order, anywhere and at any scale."""
    K, n = int(rng.integers(2, size + 3)), int(rng.integers(1, size + 1))
    y = rng.permutation(np.concatenate([np.arange(K), rng.integers(0, K, 3 * size)]))
    centres, scale = rng.normal(size=(K, n)) * 3 + rng.normal(size=n) * 10, 10.0 ** rng.integers(-2, 3)
    X, X_new = centres[y] + rng.normal(size=(len(y), n)), rng.normal(size=(2 * size, n)) * 5
    return maybe_list(rng, scale * X), maybe_list(rng, y), maybe_list(rng, scale * X_new)


@oracle(
    "NearestCentroid",
    inputs=clouds,
    tolerance=0,
    source="sklearn.neighbors.NearestCentroid",
    ask=lambda program, X, y, X_new: _fitted(program, X, y).predict(X_new),
)
def centroids(X, y, X_new):
    return SklearnCentroids().fit(X, y).predict(X_new)


@certificate(
    "NearestCentroid",
    inputs=clouds,
    tolerance=1e-12,
    source="half the squared distances from means by math.fsum, up to one constant per object",
    ask=lambda program, X, y, X_new: _fitted(program, X, y).affine(),
)
def affine(answer, X, y, X_new):
    W, b = map(np.asarray, answer)
    means = [
        [math.fsum(c) / len(c) for c in zip(*[x for x, t in zip(X, y, strict=True) if t == k], strict=True)]
        for k in range(len(b))
    ]
    X_new, means = np.asarray(X_new), np.array(means)
    scores, half = X_new @ W.T + b, -0.5 * ((X_new[:, None] - means) ** 2).sum(axis=2)
    unit = 1e-300 + np.max(np.abs(half)) + np.max(np.abs(scores))
    return np.abs((scores - scores[:, :1]) - (half - half[:, :1])) / unit


def _fitted(program, X, y):
    classifier = program.NearestCentroid()
    classifier.fit(X, y)
    return classifier


# ---- wines -----------------------------------------------------------------------------------------------------

WINES, GROWERS = load_wine(return_X_y=True)


def wines(rng, size):
    order = rng.permutation(len(GROWERS))
    return WINES[order[:120]], GROWERS[order[:120]], WINES[order[120:]]


@certificate(
    "capstone_wine", inputs=wines, tolerance=0, share=0.2, source="the growers of 58 wines, of which 87 % must be met"
)
def capstone_wine(answer, X_train, y_train, X_test):
    truth = [GROWERS[np.flatnonzero((wine == WINES).all(axis=1))[0]] for wine in X_test]
    return 0.87 - np.mean(np.asarray(answer) == truth)
