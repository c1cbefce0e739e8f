"""Supervised, unsupervised and semisupervised learning (chapter of that name), one computable meaning for each."""

from itertools import permutations

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

__all__ = [
    "assign_clusters",
    "capstone_fraud",
    "clustering_accuracy",
    "harmonic_labels",
    "kmeans",
    "kmeans_objective",
    "mahalanobis_scores",
]


def assign_clusters(X: ArrayLike, C: ArrayLike) -> Int[np.ndarray, " N"]:
    r"""Assign each object to the nearest centre, on ties to the first of them (topic: unsupervised learning, k-means).

    .. math:: \ell(s) = \min \operatorname{argmin}_j \|x_s - c_j\|^2

    Differences are taken before squaring: the expanded form :math:`\|x\|^2 - 2 x \cdot c + \|c\|^2` loses all digits
    of the distance far from the origin.

    Parameters
    ----------
    X, C
        Objects and centres as rows, shapes (N, n) and (K, n).
    """
    differences = np.asarray(X, dtype=np.float64)[:, None, :] - np.asarray(C, dtype=np.float64)  # (N, K, n)
    return np.argmin((differences**2).sum(axis=2), axis=1)


def kmeans_objective(X: ArrayLike, labels: ArrayLike, C: ArrayLike) -> float:
    r"""Add up the squared distances of the objects from the centres assigned to them (topic: k-means).

    .. math:: J = \sum_s \|x_s - c_{\ell(s)}\|^2

    A sum, not a mean, and for any assignment, nearest or not.

    Parameters
    ----------
    X, C
        Objects and centres as rows, shapes (N, n) and (K, n).
    labels
        Clusters 0..K-1, shape (N,).
    """
    assigned = np.asarray(C, dtype=np.float64)[np.asarray(labels)]  # (N, n)
    return float(np.sum((np.asarray(X, dtype=np.float64) - assigned) ** 2))


def kmeans(X: ArrayLike, C0: ArrayLike, max_iter: int) -> tuple[Float[np.ndarray, "K n"], Int[np.ndarray, " N"]]:
    r"""Alternate between assigning objects and moving centres (topic: k-means, Lloyd's algorithm).

    Each of the two steps minimises J over one of its arguments, so J never increases, and as there are finitely many
    assignments the labels stop changing. A centre without objects stays where it is.

    Parameters
    ----------
    X
        Objects as rows, shape (N, n).
    C0
        Centres to start from, shape (K, n).
    max_iter
        Most updates of the centres to be made, at least 1.

    Returns
    -------
    The centres, and the assignment to these centres.
    """
    X, C = np.asarray(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    labels = assign_clusters(X, C)
    for _ in range(max_iter):
        for j in np.unique(labels):
            C[j] = X[labels == j].mean(axis=0)
        previous, labels = labels, assign_clusters(X, C)
        if np.array_equal(labels, previous):
            break
    return C, labels


def clustering_accuracy(y: ArrayLike, labels: ArrayLike, K: int) -> float:
    r"""Return the accuracy of a clustering under the best naming of its clusters (topic: unsupervised learning).

    .. math:: \max_\pi \frac{1}{N} \#\{s : \pi(\ell(s)) = i(s)\}

    over the permutations of 0..K-1, all K! of them tried on the table of counts; K is at most 7.

    Parameters
    ----------
    y, labels
        Classes and clusters 0..K-1, shape (N,).
    """
    pairs = K * np.asarray(labels, dtype=np.int64) + np.asarray(y, dtype=np.int64)
    counts = np.bincount(pairs, minlength=K * K).reshape(K, K)  # row: cluster, column: class
    names = np.array(list(permutations(range(K))))  # (K!, K)
    return float(counts[np.arange(K), names].sum(axis=1).max() / len(pairs))


def mahalanobis_scores(X_ref: ArrayLike, X: ArrayLike) -> Float[np.ndarray, " M"]:
    r"""Return squared Mahalanobis distances from a reference set (topic: unsupervised learning, fraud detection).

    .. math:: d^2(x) = (x - \mu)^\top \Sigma^{-1} (x - \mu), \qquad
              \mu = \frac1N \sum_s x_s, \qquad \Sigma = \frac1N \sum_s (x_s - \mu)(x_s - \mu)^\top

    From the singular value decomposition :math:`A = U S V^\top` of the centred reference set,
    :math:`\Sigma = V S^2 V^\top / N`, without squaring the condition number.

    Parameters
    ----------
    X_ref
        Reference objects as rows, shape (N, n), whose covariance is not singular.
    X
        Objects to score, shape (M, n).
    """
    X_ref = np.asarray(X_ref, dtype=np.float64)
    mean = X_ref.mean(axis=0)
    _, S, Vt = np.linalg.svd(X_ref - mean, full_matrices=False)
    whitened = (np.asarray(X, dtype=np.float64) - mean) @ Vt.T / S  # (M, n)
    return len(X_ref) * (whitened**2).sum(axis=1)


def harmonic_labels(W: ArrayLike, idx: ArrayLike, Y: ArrayLike) -> Float[np.ndarray, "N K"]:
    r"""Spread labels over a graph such that every other object has the mean of its neighbours (topic: semisupervised).

    With D the diagonal matrix of the row sums of W, L = D - W, l the labelled and u the other objects,

    .. math:: F_l = Y, \qquad L_{uu} F_u = W_{ul} Y .

    Parameters
    ----------
    W
        Weights >= 0, symmetric with zero diagonal, shape (N, N), of a connected graph.
    idx
        The labelled objects, all different, in any order.
    Y
        Their labels as rows, one-hot or other, one row for each entry of ``idx``.
    """
    W, idx, Y = np.asarray(W, dtype=np.float64), np.asarray(idx), np.asarray(Y, dtype=np.float64)
    F = np.zeros((len(W), Y.shape[1]))
    F[idx] = Y
    u = np.setdiff1d(np.arange(len(W)), idx)
    L_uu = np.diag(W[u].sum(axis=1)) - W[np.ix_(u, u)]
    F[u] = np.linalg.solve(L_uu, W[np.ix_(u, idx)] @ Y)
    return F


def capstone_fraud(X_normal: ArrayLike, X_new: ArrayLike) -> Float[np.ndarray, " M"]:
    r"""Score new objects by how unusual they are among normal ones (topic: unsupervised learning, fraud detection).

    The squared Mahalanobis distance from the normal objects. It does not depend on the units of the features.

    Parameters
    ----------
    X_normal, X_new
        Objects as rows, shapes (N, n) and (M, n).
    """
    return mahalanobis_scores(X_normal, X_new)
