"""The reference for classification against independent oracles: scikit-learn, loops, brute force."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import metrics, neighbors
from sklearn.datasets import load_iris, load_wine
from sklearn.preprocessing import label_binarize

from reference import classification as ref


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def soft_classifier(rng, N, K):
    """Draw N rows of K positive probabilities, and classes."""
    return rng.dirichlet(np.full(K, 0.7), N) + 0.0, rng.integers(0, K, N)


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("K", [3, 4, 7])
def test_one_hot_agrees_with_scikit_learn(K, rng):
    y = rng.integers(0, K, 20)
    assert_array_equal(ref.one_hot(y, K), label_binarize(y, classes=range(K)))


def test_one_hot_of_two_classes_has_two_columns():
    # Trap: label_binarize returns one column when K = 2.
    H = ref.one_hot([1, 0, 1], 2)
    assert_array_equal(H, [[0, 1], [1, 0], [0, 1]])
    assert label_binarize([1, 0, 1], classes=[0, 1]).shape == (3, 1)
    assert H.dtype == np.float64
    assert_array_equal(ref.one_hot(np.array([2.0, 0.0]), 4), [[0, 0, 1, 0], [1, 0, 0, 0]])


def test_hard_decision_agrees_with_a_double_loop(rng):
    for P in (rng.normal(size=(8, 3)), -rng.random((4, 4)), rng.integers(0, 3, (30, 4))):
        loop = [next(k for k, p in enumerate(row) if all(p >= q for q in row)) for row in P.tolist()]
        decision = ref.hard_decision(P)
        assert_array_equal(decision, loop)
        assert decision.dtype == np.int64


@pytest.mark.parametrize(("N", "K"), [(200, 4), (6, 6), (1, 3), (50, 2)])
def test_accuracy_and_confusion_matrix_agree_with_scikit_learn(N, K, rng):
    y, y_hat = rng.integers(0, K, N), rng.integers(0, K, N)
    C = ref.confusion_matrix(y, y_hat, K)
    assert_array_equal(C, metrics.confusion_matrix(y, y_hat, labels=range(K)))
    assert C.dtype == np.int64
    assert ref.accuracy(y, y_hat) == metrics.accuracy_score(y, y_hat) == np.trace(C) / N
    assert_array_equal(ref.confusion_matrix(y_hat, y, K), C.T)


def test_accuracy_of_columns_compares_object_by_object():
    # Trap: (N, 1) == (N,) compares every object with every other one.
    y, y_hat = np.array([[0], [1], [2]]), np.array([0, 1, 1])
    assert np.mean(y == y_hat) == pytest.approx(1 / 3)
    assert ref.accuracy(y, y_hat) == ref.accuracy(y_hat, y) == ref.accuracy(y, y_hat[:, None]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("N", "K"), [(50, 4), (5, 5), (1, 3), (30, 2)])
def test_cross_entropy_agrees_with_scikit_learn_where_no_probability_vanishes(N, K, rng):
    P, y = soft_classifier(rng, N, K)
    assert P.min() > 0
    # Trap: without `labels`, log_loss raises when y holds a single class.
    assert ref.cross_entropy(P, y) == pytest.approx(metrics.log_loss(y, P, labels=range(K)), rel=1e-12)
    assert ref.cross_entropy(P, y) == pytest.approx(-sum(math.log(P[s, y[s]]) for s in range(N)) / N, rel=1e-14)


def test_cross_entropy_at_zero_probability_is_infinite():
    # Trap: log_loss clips p to about 2e-16, so it returns 36.04 here, and 18.02 for the mean over two objects.
    assert ref.cross_entropy([[1, 0]], [1]) == math.inf
    assert metrics.log_loss([1], [[1.0, 0.0]], labels=[0, 1]) == pytest.approx(36.04, abs=0.01)
    value = ref.cross_entropy([[1, 0]], [0])
    assert value == 0.0
    assert math.copysign(1, value) == 1
    assert ref.cross_entropy(np.full((3, 5), 0.2), [0, 4, 2]) == pytest.approx(math.log(5), rel=1e-15)


@pytest.mark.parametrize(("N", "K"), [(40, 4), (5, 5), (1, 3), (9, 2)])
def test_delta_margin_agrees_with_deleting_the_true_class(N, K, rng):
    for S in (rng.normal(-5, 3, (N, K)), soft_classifier(rng, N, K)[0]):
        y = rng.integers(0, K, N)
        before = S.copy()
        expected = [S[s, y[s]] - np.delete(S[s], y[s]).max() for s in range(N)]
        assert_allclose(ref.delta_margin(S, y), expected, rtol=1e-15)
        assert_array_equal(S, before)


def test_delta_margin_decides_and_its_sign_survives_softmax(rng):
    Z, y = rng.normal(0, 3, (500, 4)), rng.integers(0, 4, 500)
    delta = ref.delta_margin(Z, y)
    assert_array_equal(delta > 0, ref.hard_decision(Z) == y)
    assert_array_equal(np.sign(delta), np.sign(ref.delta_margin(softmax(Z), y)))
    assert_allclose(ref.delta_margin(Z + rng.normal(size=(500, 1)), y), delta, atol=1e-14)


def test_accuracy_guarantee_holds_for_5000_random_classifiers(rng):
    slack = []
    for _ in range(5000):
        N, K = rng.integers(1, 13), rng.integers(2, 6)
        P = rng.dirichlet(np.full(K, rng.choice([0.2, 1.0, 5.0])), N)
        y = np.where(rng.random(N) < 0.8, ref.hard_decision(P), rng.integers(0, K, N))
        slack.append(ref.accuracy(y, ref.hard_decision(P)) - ref.accuracy_guarantee(ref.cross_entropy(P, y)))
    assert min(slack) >= 0


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_accuracy_guarantee_cannot_be_improved(share):
    p = np.where(np.arange(10) < 10 * share, 0.5 - 1e-6, 1 - 1e-6)
    P, y = np.column_stack([p, 1 - p]), np.zeros(10, dtype=int)
    bound = ref.accuracy_guarantee(ref.cross_entropy(P, y))
    assert 0 <= ref.accuracy(y, ref.hard_decision(P)) - bound < 1e-5


def test_accuracy_guarantee_at_the_ends():
    assert ref.accuracy_guarantee(0) == 1
    assert ref.accuracy_guarantee(math.log(2)) == ref.accuracy_guarantee(5.0) == ref.accuracy_guarantee(math.inf) == 0


def test_a_smaller_loss_may_come_with_a_smaller_accuracy():
    y = np.zeros(10, dtype=int)
    pairs = []
    for p in (np.r_[np.full(9, 0.85), 1e-6], np.full(10, 0.486)):
        P = np.column_stack([p, 1 - p])
        pairs.append((ref.cross_entropy(P, y), ref.accuracy(y, ref.hard_decision(P))))
    assert_allclose(pairs, [(1.528, 0.9), (0.722, 0.0)], atol=1e-3)


@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_nearest_centroid_agrees_with_scikit_learn(load, rng):
    X, y = load(return_X_y=True)
    order = rng.permutation(len(y))
    train, test = order[:90], order[90:]
    model = ref.NearestCentroid().fit(X[train], y[train])
    assert_array_equal(model.predict(X[test]), neighbors.NearestCentroid().fit(X[train], y[train]).predict(X[test]))


def test_affine_form_is_half_the_difference_of_squared_distances(rng):
    X, y = rng.normal(4, 2, (30, 5)), np.arange(30) % 4
    model = ref.NearestCentroid().fit(X, y)
    W, b = model.affine()
    points = rng.normal(4, 2, (100, 5))
    scores = points @ W.T + b
    squares = ((points[:, None, :] - [X[y == k].mean(axis=0) for k in range(4)]) ** 2).sum(axis=2)
    assert_allclose(scores - scores[:, :1], (squares[:, :1] - squares) / 2, atol=1e-12)
    assert_array_equal(ref.hard_decision(scores), model.predict(points))


def test_wines_are_told_apart_by_standardised_features_only():
    X, y = load_wine(return_X_y=True)
    standardised, raw = [], []
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(len(y))
        train, test = order[:110], order[110:]
        standardised.append(ref.accuracy(y[test], ref.capstone_wine(X[train], y[train], X[test])))
        raw.append(ref.accuracy(y[test], ref.NearestCentroid().fit(X[train], y[train]).predict(X[test])))
    assert min(standardised) > 0.89  # measured over 3000 splits: 0.897 to 1.0; means of three: 0.931 and more
    assert max(raw) < 0.85  # measured over 900 splits: 0.59 to 0.84; means of three: 0.82 at most
