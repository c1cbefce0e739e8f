"""Second opinions on the modes of learning: exact rational arithmetic, scipy, scikit-learn, plain loops."""

import math
from fractions import Fraction

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.covariance import EmpiricalCovariance
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score

from autograder.testing import certificate, oracle
from reference import learning_modes as reference


def maybe_list(rng, array):
    """Return an array as it is, or, now and then, as a list."""
    return array.tolist() if rng.random() < 0.25 else array


def objects_and_centres(rng, size):
    """X, C: whole numbers, where ties occur, or numbers of any scale, where they do not."""
    N, n, K = rng.integers(1, 3 * size + 1), rng.integers(1, size + 1), rng.integers(1, size + 1)
    X, C = rng.normal(size=(N, n)) * 4, rng.normal(size=(K, n)) * 4
    if rng.random() < 0.5:
        return maybe_list(rng, np.round(X)), maybe_list(rng, np.round(C).astype(int))
    scale, shift = 10.0 ** rng.integers(-2, 3), rng.choice([0.0, 100.0])
    return maybe_list(rng, scale * (X + shift)), maybe_list(rng, scale * (C + shift))


def squares(X, C):
    """Return all squared distances, in exact rational arithmetic."""
    X, C = ([[Fraction(float(v)) for v in row] for row in table] for table in (X, C))
    return [[sum((u - v) ** 2 for u, v in zip(x, c, strict=True)) for c in C] for x in X]


# ---- clusters --------------------------------------------------------------------------------------------------


@oracle(
    "assign_clusters", inputs=objects_and_centres, tolerance=0, source="squared distances in exact rational arithmetic"
)
def assign_clusters(X, C):
    return [row.index(min(row)) for row in squares(X, C)]


def clustered(rng, size):
    X, C = objects_and_centres(rng, size)
    return X, maybe_list(rng, rng.integers(0, len(C), len(X))), C


@oracle("kmeans_objective", inputs=clustered, tolerance=1e-12, source="exact rational arithmetic")
def kmeans_objective(X, labels, C):
    return float(sum(row[k] for row, k in zip(squares(X, C), labels, strict=True)))


def starts(rng, size):
    """X, C0, max_iter: clouds, and centres of which some may stay empty."""
    N, n, K = rng.integers(2, 4 * size + 2), rng.integers(1, min(size, 4) + 1), rng.integers(1, min(size, 5) + 1)
    X = rng.normal(size=(N, n)) + 4 * rng.normal(size=(3, n))[rng.integers(0, 3, N)]
    C0 = np.where(
        rng.random((K, 1)) < 0.8,
        X[rng.integers(0, N, K)] + 0.01 * rng.normal(size=(K, n)),
        100 + rng.normal(size=(K, n)),
    )
    return maybe_list(rng, X), maybe_list(rng, C0), int(rng.integers(1, 12))


@oracle("kmeans", inputs=starts, tolerance=1e-11, source="Lloyd's loop, object by object, with math.fsum")
def kmeans(X, C0, max_iter):
    X, C = np.asarray(X).tolist(), np.asarray(C0, dtype=float).tolist()

    def nearest(x):
        distances = [math.dist(x, c) for c in C]
        return distances.index(min(distances))

    labels = [nearest(x) for x in X]
    for _ in range(max_iter):
        for k in range(len(C)):
            members = [x for x, label in zip(X, labels, strict=True) if label == k]
            if members:
                C[k] = [math.fsum(column) / len(members) for column in zip(*members, strict=True)]
        labels = [nearest(x) for x in X]
    return np.array(C), np.array(labels)


def namings(rng, size):
    K = int(rng.integers(1, min(size, 6) + 1))
    y = rng.integers(0, K, 5 * size)
    names = rng.permutation(K)
    labels = np.where(rng.random(len(y)) < 0.6, names[y], rng.integers(0, K, len(y)))
    return maybe_list(rng, y), maybe_list(rng, labels), K


@oracle("clustering_accuracy", inputs=namings, tolerance=1e-15, source="scipy.optimize.linear_sum_assignment")
def clustering_accuracy(y, labels, K):
    counts = np.zeros((K, K))
    np.add.at(counts, (np.asarray(y), np.asarray(labels)), 1)
    return counts[linear_sum_assignment(-counts)].sum() / len(y)


# ---- outliers --------------------------------------------------------------------------------------------------


def samples(rng, size):
    """X_ref, X: a well-conditioned reference set, anywhere and at any scale."""
    n = int(rng.integers(1, min(size, 5) + 1))
    mix = np.linalg.qr(rng.normal(size=(n, n)))[0] * rng.uniform(0.3, 3, n)
    X_ref, X = rng.normal(size=(3 * n + 2 + 2 * size, n)) @ mix, rng.normal(size=(size, n)) @ mix * 3
    scale, shift = 10.0 ** rng.integers(-2, 3), rng.normal(size=n) * 5
    return maybe_list(rng, scale * (X_ref + shift)), maybe_list(rng, scale * (X + shift))


@oracle("mahalanobis_scores", inputs=samples, tolerance=1e-10, source="sklearn.covariance.EmpiricalCovariance")
def mahalanobis_scores(X_ref, X):
    return EmpiricalCovariance().fit(np.asarray(X_ref)).mahalanobis(np.asarray(X))


# ---- labels on a graph -----------------------------------------------------------------------------------------


def graphs(rng, size):
    """W, idx, Y: a connected graph, labelled objects in any order, one-hot or other labels."""
    N = int(rng.integers(2, 3 * size + 3))
    W = np.triu(rng.uniform(0.2, 3, (N, N)) * (rng.random((N, N)) < 0.3), 1)
    order = rng.permutation(N)
    W[np.minimum(order[:-1], order[1:]), np.maximum(order[:-1], order[1:])] = rng.uniform(0.2, 3, N - 1)  # a path
    idx, K = rng.permutation(N)[: rng.integers(1, N + 1)], int(rng.integers(1, 4))
    Y = np.eye(K)[rng.integers(0, K, len(idx))] if rng.random() < 0.7 else rng.normal(size=(len(idx), K))
    return maybe_list(rng, W + W.T), maybe_list(rng, idx), maybe_list(rng, Y)


@certificate("harmonic_labels", inputs=graphs, tolerance=1e-12, source="each free object is the mean of its neighbours")
def harmonic(F, W, idx, Y):
    W, F, Y = np.asarray(W, dtype=float), np.asarray(F), np.asarray(Y, dtype=float)
    unit = np.max(np.abs(Y)) or 1.0
    if F.shape != (len(W), Y.shape[1]):
        return math.inf
    free = np.setdiff1d(np.arange(len(W)), idx)
    means = np.array(
        [
            math.fsum(w * f for w, f in zip(W[i], F[:, k], strict=True)) / math.fsum(W[i])
            for i in free
            for k in range(F.shape[1])
        ]
    )
    return {
        "labelled objects": np.abs(F[np.asarray(idx)] - Y) / unit,
        "the others": np.abs(F[free].ravel() - means) / unit,
    }


# ---- fraud -----------------------------------------------------------------------------------------------------

SAMPLES, BENIGN = load_breast_cancer(return_X_y=True)


def unusual(rng, size):
    normal = rng.permutation(np.flatnonzero(BENIGN == 1))
    new = np.concatenate([normal[200:], np.flatnonzero(BENIGN == 0)])
    return SAMPLES[normal[:200]], SAMPLES[rng.permutation(new)]


@certificate(
    "capstone_fraud", inputs=unusual, tolerance=0, share=0.2, source="sklearn.metrics.roc_auc_score, at least 0.92"
)
def capstone_fraud(answer, X_normal, X_new):
    kinds = {tuple(sample): kind for sample, kind in zip(SAMPLES.tolist(), BENIGN, strict=True)}
    return 0.92 - roc_auc_score([kinds[tuple(sample)] == 0 for sample in X_new.tolist()], answer)
