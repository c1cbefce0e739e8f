"""Independent correct answers: supervised, unsupervised and semisupervised learning. Each must keep full marks."""

import math
from collections import Counter, defaultdict
from functools import cache
from itertools import permutations

import numpy as np

from autograder.testing import alternative

# ---- assign_clusters -------------------------------------------------------------------------------------------


@alternative("assign_clusters")
def expanded_square(X, C):
    """Uses |c|^2 - 2 x.c, which differs from the squared distance by |x|^2 only."""
    X, C = np.asarray(X, dtype=np.float64), np.asarray(C, dtype=np.float64)
    return np.argmin((C**2).sum(axis=1) - 2 * X @ C.T, axis=1)


@alternative("assign_clusters")
def object_by_object(X, C):
    """Loops over objects and centres with plain numbers."""
    labels = []
    for x in X:
        distances = [sum((float(a) - float(b)) ** 2 for a, b in zip(x, c, strict=True)) for c in C]
        labels.append(distances.index(min(distances)))
    return np.array(labels, dtype=np.int64)


@alternative("assign_clusters")
def centre_by_centre(X, C):
    """Lets each centre compete with the best so far."""
    labels, best = np.empty(len(X), dtype=np.int64), np.full(len(X), np.inf)
    for j, c in enumerate(np.asarray(C)):
        distance = ((X - c) ** 2).sum(axis=1)
        labels[distance < best] = j
        best = np.minimum(best, distance)
    return labels


@alternative("assign_clusters")
def norms_by_linalg(X, C):
    """Compares norms instead of their squares."""
    differences = np.expand_dims(np.asarray(X, dtype=float), 1) - np.expand_dims(np.asarray(C, dtype=float), 0)
    return np.linalg.norm(differences, axis=-1).argmin(axis=1)


# ---- kmeans_objective ------------------------------------------------------------------------------------------


@alternative("kmeans_objective")
def term_by_term(X, labels, C):
    """Adds up plain numbers."""
    total = 0.0
    for x, j in zip(X, labels, strict=True):
        total += sum((float(a) - float(b)) ** 2 for a, b in zip(x, C[j], strict=True))
    return total


@alternative("kmeans_objective")
def cluster_by_cluster(X, labels, C):
    """Adds up the clusters, the empty ones too."""
    X, C, labels = np.asarray(X, dtype=np.float64), np.asarray(C, dtype=np.float64), np.asarray(labels)
    return sum((float(np.sum((X[labels == j] - C[j]) ** 2)) for j in range(len(C))), 0.0)


@alternative("kmeans_objective")
def by_einsum(X, labels, C):
    """Squares and adds with einsum, and returns a NumPy number."""
    D = np.array(X, dtype=np.float64) - np.take(np.asarray(C, dtype=np.float64), labels, axis=0)
    return np.einsum("sn,sn->", D, D)


@alternative("kmeans_objective")
def through_the_norm(X, labels, C):
    """Squares the Frobenius norm of all differences."""
    one_hot = np.eye(len(C))[np.asarray(labels)]
    return np.linalg.norm(np.asarray(X) - one_hot @ np.asarray(C)) ** 2


# ---- kmeans ----------------------------------------------------------------------------------------------------


@alternative("kmeans")
def until_the_centres_stop(X, C0, max_iter):
    """Stops when the centres do not move, one iteration later than the labels."""
    X, C = np.array(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    for _ in range(max_iter):
        labels = by_the_expanded_square(X, C)
        new = np.array([X[labels == j].mean(axis=0) if (labels == j).any() else C[j] for j in range(len(C))])
        if np.array_equal(new, C):
            break
        C = new
    return C, by_the_expanded_square(X, C)


def by_the_expanded_square(X, C):
    """Return the nearest centre by |c|^2 - 2 x.c."""
    return np.argmin((C**2).sum(axis=1) - 2 * X @ C.T, axis=1)


@alternative("kmeans")
def sums_and_counts(X, C0, max_iter):
    """Updates by sums and counts, all centres at once."""
    X, C = np.asarray(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    labels = by_plain_distances(X, C)
    for _ in range(max_iter):
        sums, counts = np.zeros_like(C), np.bincount(labels, minlength=len(C))[:, None]
        np.add.at(sums, labels, X)
        np.divide(sums, counts, out=C, where=counts > 0)
        before, labels = labels, by_plain_distances(X, C)
        if np.array_equal(before, labels):
            break
    return [C, labels]


def by_plain_distances(X, C):
    """Return the nearest centre by math.dist."""
    return np.array([[math.dist(x, c) for c in C] for x in X]).argmin(axis=1)


@alternative("kmeans")
def one_recursion_per_update(X, C0, max_iter):
    """Calls itself with one update less, until none is left or nothing moves."""
    X, C = np.asarray(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    labels = by_the_expanded_square(X, C)
    H = np.eye(len(C))[labels]
    counts = H.sum(axis=0)
    used = counts > 0
    moved = C.copy()
    moved[used] = (H.T @ X)[used] / counts[used, None]
    if not max_iter or np.array_equal(moved, C):
        return C, labels
    return one_recursion_per_update(X, moved, max_iter - 1)


@alternative("kmeans")
def in_plain_python(X, C0, max_iter):
    """Keeps everything in lists of floats."""
    X, C = [[float(a) for a in x] for x in X], [[float(a) for a in c] for c in C0]

    def nearest(x):
        distances = [sum((a - b) ** 2 for a, b in zip(x, c, strict=True)) for c in C]
        return distances.index(min(distances))

    labels = [nearest(x) for x in X]
    for _ in range(max_iter):
        clusters = [[x for x, label in zip(X, labels, strict=True) if label == j] for j in range(len(C))]
        C = [
            [math.fsum(column) / len(members) for column in zip(*members, strict=True)] if members else c
            for c, members in zip(C, clusters, strict=True)
        ]
        before, labels = labels, [nearest(x) for x in X]
        if before == labels:
            break
    return np.array(C), np.array(labels)


# ---- clustering_accuracy ---------------------------------------------------------------------------------------


@alternative("clustering_accuracy")
def rename_and_compare(y, labels, K):
    """Renames the clusters and compares, for each permutation."""
    return float(max(np.mean(np.array(names)[labels] == y) for names in permutations(range(K))))


@alternative("clustering_accuracy")
def cluster_after_cluster(y, labels, K):
    """Names one cluster after the other, remembering the best for each set of names that is left."""
    classes = defaultdict(Counter)  # of each cluster
    for label, k in zip(labels, y, strict=True):
        classes[label][k] += 1

    @cache
    def best(j, left):
        return max((classes[j][k] + best(j + 1, left - {k}) for k in left), default=0)

    return best(0, frozenset(range(K))) / len(y)


@alternative("clustering_accuracy")
def permuted_traces(y, labels, K):
    """Takes the largest trace of the table of counts with permuted rows."""
    table = np.eye(K)[np.asarray(labels)].T @ np.eye(K)[np.asarray(y)]
    return np.max([np.trace(table[list(order)]) for order in permutations(range(K))]) / np.sum(table)


@alternative("clustering_accuracy")
def one_large_array(y, labels, K):
    """Looks all permutations up at once."""
    orders = np.array(list(permutations(range(K))))
    return np.mean(orders[:, np.asarray(labels)] == np.asarray(y), axis=1).max()


# ---- mahalanobis_scores ----------------------------------------------------------------------------------------


@alternative("mahalanobis_scores")
def with_the_inverse(X_ref, X):
    """Inverts the covariance matrix, and loops."""
    X_ref, X = np.asarray(X_ref, dtype=np.float64), np.asarray(X, dtype=np.float64)
    mean = X_ref.mean(axis=0)
    precision = np.linalg.inv(np.atleast_2d(np.cov(X_ref, rowvar=False, ddof=0)))
    return np.array([(x - mean) @ precision @ (x - mean) for x in X])


@alternative("mahalanobis_scores")
def with_cholesky(X_ref, X):
    """Whitens with the Cholesky factor of the covariance."""
    factor = np.linalg.cholesky(np.atleast_2d(np.cov(X_ref, rowvar=False, bias=True)))
    return (np.linalg.solve(factor, (X - np.mean(X_ref, axis=0)).T) ** 2).sum(axis=0)


@alternative("mahalanobis_scores")
def in_principal_axes(X_ref, X):
    """Divides the squared coordinates along the eigenvectors by the eigenvalues."""
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(X_ref, rowvar=False, bias=True)))
    return np.sum(((X - np.mean(X_ref, axis=0)) @ vectors) ** 2 / values, axis=1)


@alternative("mahalanobis_scores")
def by_least_squares(X_ref, X):
    """Uses the pseudoinverse of the centred reference set: d^2 = N |A^+T (x - mu)|^2."""
    X_ref, X = np.asarray(X_ref, dtype=np.float64), np.asarray(X, dtype=np.float64)
    A = X_ref - X_ref.mean(axis=0)
    return len(A) * np.sum(((X - X_ref.mean(axis=0)) @ np.linalg.pinv(A)) ** 2, axis=1)


# ---- harmonic_labels -------------------------------------------------------------------------------------------


@alternative("harmonic_labels")
def by_averaging(W, idx, Y):
    """Averages over the neighbours until nothing moves."""
    W, idx, Y = np.asarray(W, dtype=np.float64), np.asarray(idx), np.asarray(Y, dtype=np.float64)
    F, P = np.zeros((len(W), Y.shape[1])), W / W.sum(axis=1, keepdims=True)
    for _ in range(100_000):
        new = P @ F
        new[idx] = Y
        change, F = np.max(np.abs(new - F)), new
        if change < 1e-13:
            break
    return F


@alternative("harmonic_labels")
def one_large_system(W, idx, Y):
    """Solves for all objects at once: F_s = Y_s for the labelled ones, F_s = the mean for the others."""
    A, B = np.eye(len(W)), np.zeros((len(W), np.shape(Y)[1]))
    for s, weights in enumerate(W):
        if s not in idx:
            A[s] -= weights / np.sum(weights)
    B[idx] = Y
    return np.linalg.solve(A, B)


@alternative("harmonic_labels")
def neighbour_after_neighbour(W, idx, Y):
    """Replaces one object after the other by the mean of its neighbours."""
    W, Y = np.asarray(W, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    F = np.tile(Y.mean(axis=0), (len(W), 1))
    F[idx] = Y
    rest = [s for s in range(len(W)) if s not in idx]
    for _ in range(5000):
        before = F.copy()
        for s in rest:
            F[s] = W[s] @ F / W[s].sum()
        if np.max(np.abs(F - before)) < 1e-13:
            break
    return F


@alternative("harmonic_labels")
def of_a_random_walk(W, idx, Y):
    """Uses where a random walk is absorbed: F_u = (I - P_uu)^-1 P_ul Y."""
    W, Y = np.asarray(W, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    P = W / W.sum(axis=1, keepdims=True)
    rest = [s for s in range(len(W)) if s not in {int(i) for i in idx}]
    F = np.empty((len(W), Y.shape[1]))
    F[list(idx)] = Y
    F[rest] = np.linalg.inv(np.eye(len(rest)) - P[np.ix_(rest, rest)]) @ P[np.ix_(rest, list(idx))] @ Y
    return F


# ---- capstone_fraud --------------------------------------------------------------------------------------------


@alternative("capstone_fraud")
def standardised_distance(X_normal, X_new):
    """Standardises every measurement and forgets the correlations."""
    Z = (X_new - X_normal.mean(axis=0)) / X_normal.std(axis=0)
    return (Z**2).sum(axis=1)


@alternative("capstone_fraud")
def root_of_the_distance(X_normal, X_new):
    """Takes the root, and the covariance with N - 1: the order is the same."""
    new = X_new - X_normal.mean(axis=0)
    precision = np.linalg.inv(np.cov(X_normal.T))
    return [math.sqrt(x @ precision @ x) for x in new]


@alternative("capstone_fraud")
def only_the_worst_nuclei(X_normal, X_new):
    """Uses the ten measurements of the largest nuclei."""
    new = X_new[:, 20:] - X_normal[:, 20:].mean(axis=0)
    return np.einsum("si,ij,sj->s", new, np.linalg.inv(np.cov(X_normal[:, 20:].T)), new)


@alternative("capstone_fraud")
def sum_of_deviations(X_normal, X_new):
    """Adds up standardised measurements, because malignant nuclei are larger in nearly every respect."""
    return ((X_new - X_normal.mean(axis=0)) / X_normal.std(axis=0)).sum(axis=1)
