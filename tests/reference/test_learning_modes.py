"""The reference for the modes of learning against independent oracles: scipy, scikit-learn, loops, closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.covariance import EmpiricalCovariance
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.metrics import roc_auc_score
from sklearn.semi_supervised import LabelPropagation

from reference import learning_modes as ref


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize(("N", "n", "K"), [(40, 3, 5), (4, 4, 4), (1, 2, 3), (9, 1, 1)])
def test_clusters_agree_with_scipy(N, n, K, rng):
    X, C = rng.normal(7, 1, (N, n)), rng.normal(7, 1, (K, n))
    labels = ref.assign_clusters(X, C)
    assert_array_equal(labels, cdist(X, C).argmin(axis=1))
    assert labels.dtype == np.int64
    assert ref.kmeans_objective(X, labels, C) == pytest.approx((cdist(X, C).min(axis=1) ** 2).sum(), rel=1e-12)


def test_expanding_the_square_goes_wrong_far_from_the_origin(rng):
    # Trap: |x|^2 - 2 x.c + |c|^2 at offset 1e8 has an error of about 1, as large as the distances.
    X, C = rng.normal(size=(50, 2)), rng.normal(size=(4, 2))
    right = ref.assign_clusters(X, C)
    far_X, far_C = X + 1e8, C + 1e8
    expanded = (far_X**2).sum(axis=1)[:, None] - 2 * far_X @ far_C.T + (far_C**2).sum(axis=1)
    assert np.count_nonzero(expanded.argmin(axis=1) != right) > 10
    assert_array_equal(ref.assign_clusters(far_X, far_C), right)


def test_objective_splits_total_scatter(rng):
    X, labels = rng.normal(size=(30, 4)), np.arange(30) % 3
    means = np.array([X[labels == k].mean(axis=0) for k in range(3)])
    total = ((X - X.mean(axis=0)) ** 2).sum()
    between = sum((labels == k).sum() * ((means[k] - X.mean(axis=0)) ** 2).sum() for k in range(3))
    assert ref.kmeans_objective(X, labels, means) == pytest.approx(total - between, rel=1e-12)


@pytest.mark.parametrize("load", [load_iris, load_wine, load_digits])
@pytest.mark.parametrize("seed", range(4))
def test_kmeans_agrees_with_scikit_learn_if_no_cluster_empties(load, seed):
    # Trap: with an empty cluster scikit-learn moves the centre, while ours stays.
    X, y = load(return_X_y=True)
    K = y.max() + 1
    C0 = X[np.random.default_rng(seed).choice(len(X), K, replace=False)]
    oracle = KMeans(K, init=C0, n_init=1, algorithm="lloyd", tol=0, max_iter=500).fit(X)
    C, labels = ref.kmeans(X, C0, 500)
    assert len(np.unique(labels)) == K
    assert_array_equal(labels, oracle.labels_)
    assert_allclose(C, oracle.cluster_centers_, atol=1e-9)
    assert ref.kmeans_objective(X, labels, C) == pytest.approx(oracle.inertia_, rel=1e-12)


def test_kmeans_never_increases_the_objective_and_ends_at_a_fixed_point(rng):
    X, C0 = rng.normal(size=(80, 2)), rng.normal(size=(5, 2))
    before, start = X.copy(), C0.copy()
    values = []
    for steps in range(1, 40):
        C, labels = ref.kmeans(X, C0, steps)
        assert_array_equal(labels, ref.assign_clusters(X, C))
        values.append(ref.kmeans_objective(X, labels, C))
    assert np.all(np.diff(values) <= 1e-12)
    assert values[0] <= ref.kmeans_objective(X, ref.assign_clusters(X, C0), C0)
    assert_allclose(C, [X[labels == j].mean(axis=0) for j in range(5)], atol=1e-14)
    assert_array_equal(X, before)
    assert_array_equal(C0, start)


def test_kmeans_leaves_a_centre_without_objects_where_it_is():
    C, labels = ref.kmeans([[0, 0], [1, 0], [10, 0]], [[0, 1], [1e3, 1e3], [9, 9]], 100)
    assert_array_equal(C[1], [1e3, 1e3])
    assert_array_equal(labels, [0, 0, 2])
    assert_array_equal(C[[0, 2]], [[0.5, 0], [10, 0]])


@pytest.mark.parametrize("K", [1, 2, 3, 5, 7])
def test_clustering_accuracy_agrees_with_the_assignment_problem(K, rng):
    for _ in range(20):
        y, labels = rng.integers(0, K, 40), rng.integers(0, K, 40)
        counts = np.array([[np.sum((labels == j) & (y == k)) for k in range(K)] for j in range(K)])
        rows, columns = linear_sum_assignment(-counts)
        value = ref.clustering_accuracy(y, labels, K)
        assert value == pytest.approx(counts[rows, columns].sum() / 40, rel=1e-15)
        assert value == ref.clustering_accuracy(labels, y, K)
        assert value >= 1 / K - 1e-15  # the mean over all permutations is 1 / K


def test_clustering_accuracy_is_no_majority_vote():
    y, labels = np.repeat([0, 1, 1], [90, 0, 10]), np.repeat([0, 1, 1], [50, 40, 10])
    assert ref.clustering_accuracy(y, labels, 2) == pytest.approx(0.6)


@pytest.mark.parametrize(("N", "n", "M"), [(20, 3, 7), (9, 5, 9), (4, 1, 1), (200, 6, 50)])
def test_mahalanobis_agrees_with_scikit_learn(N, n, M, rng):
    mix = rng.normal(size=(n, n)) + 2 * np.eye(n)
    X_ref, X = rng.normal(3, 1, (N, n)) @ mix, rng.normal(2, 2, (M, n)) @ mix
    scores = ref.mahalanobis_scores(X_ref, X)
    # Trap: np.cov divides by N - 1, EmpiricalCovariance and we by N.
    assert_allclose(scores, EmpiricalCovariance().fit(X_ref).mahalanobis(X), rtol=1e-9)
    centred = X - X_ref.mean(axis=0)
    sigma = np.cov(X_ref.T, bias=True).reshape(n, n)
    assert_allclose(scores, np.einsum("mi,mi->m", centred, np.linalg.solve(sigma, centred.T).T), rtol=1e-9)
    assert ref.mahalanobis_scores(X_ref, X_ref).mean() == pytest.approx(n, rel=1e-12)


def graph(rng, N):
    """Draw a symmetric matrix of positive weights, not nearly disconnected, with zero diagonal."""
    W = rng.uniform(0.1, 2.0, (N, N)) * (rng.random((N, N)) < 0.6)
    W = np.triu(W, 1) + 0.5 * np.eye(N, k=1)
    return W + W.T


def test_harmonic_labels_agree_with_label_propagation(rng):
    W, idx = graph(rng, 12), np.array([7, 0, 4])
    y = np.full(12, -1)
    y[idx] = [2, 0, 1]
    X = np.arange(12.0)[:, None]
    oracle = LabelPropagation(kernel=lambda A, B: W[np.ix_(A[:, 0].astype(int), B[:, 0].astype(int))],
                              tol=1e-13, max_iter=100_000).fit(X, y)  # fmt: skip
    F = ref.harmonic_labels(W, idx, np.eye(3)[[2, 0, 1]])
    assert_allclose(F, oracle.label_distributions_, atol=1e-10)


def test_harmonic_labels_are_means_of_their_neighbours(rng):
    W, idx, Y = graph(rng, 15), np.array([3, 11]), rng.normal(size=(2, 2))
    F = ref.harmonic_labels(W, idx, Y)
    assert_array_equal(F[idx], Y)
    rest = np.setdiff1d(np.arange(15), idx)
    assert_allclose(F[rest], (W @ F / W.sum(axis=1, keepdims=True))[rest], atol=1e-13)
    assert F.min() >= Y.min() - 1e-13
    assert F.max() <= Y.max() + 1e-13


def test_harmonic_labels_on_a_path_interpolate_linearly():
    W = np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1)
    assert_allclose(ref.harmonic_labels(W, [4, 0], [[1, 0], [0, 1]])[:, 0], [0, 0.25, 0.5, 0.75, 1], atol=1e-15)
    assert_allclose(ref.harmonic_labels(W, [2], [[0, 1]]), np.tile([0, 1], (5, 1)), atol=1e-15)
    order = [1, 3, 0, 4, 2]
    assert_array_equal(ref.harmonic_labels(W, order, np.eye(5)), np.argsort(order)[:, None] == np.arange(5))


def test_unusual_samples_are_told_apart():
    X, y = load_breast_cancer(return_X_y=True)
    benign = np.flatnonzero(y == 1)
    values = []
    for seed in range(10):
        normal = np.random.default_rng(seed).permutation(benign)[:200]
        new = np.setdiff1d(np.arange(len(y)), normal)
        values.append(roc_auc_score(y[new] == 0, ref.capstone_fraud(X[normal], X[new])))
    assert min(values) > 0.935  # measured over 150 draws: 0.943 to 0.981; means of three: 0.953 and more
