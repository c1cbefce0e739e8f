"""The reference for gradient descent against independent oracles: closed forms, enumeration, recursions, moments."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from reference import gradient_descent as ref


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def positive_definite(rng, eigenvalues):
    """Return a symmetric matrix with these eigenvalues and random eigenvectors."""
    Q, _ = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))
    A = Q * eigenvalues @ Q.T
    return (A + A.T) / 2


# ---- gradient_descent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lr", [0.01, 0.2, 0.39])
def test_descent_on_a_quadratic_agrees_with_powers_of_the_matrix(lr, rng):
    A, centre, x0 = positive_definite(rng, [0.5, 1.0, 3.0, 5.0]), rng.normal(size=4), rng.normal(size=4)
    trajectory = ref.gradient_descent(lambda x: A @ (x - centre), x0, lr, 30)
    for k, x in enumerate(trajectory):
        expected = centre + np.linalg.matrix_power(np.eye(4) - lr * A, k) @ (x0 - centre)
        assert_allclose(x, expected, rtol=0, atol=2e-14)


def test_descent_obeys_the_descent_lemma(rng):
    M = rng.normal(size=(6, 3))
    L = np.linalg.norm(M, 2) ** 2  # of f(x) = sum log cosh(Mx): the second derivative of log cosh is at most 1

    def f(x):
        return np.sum(np.logaddexp(M @ x, -M @ x))

    def grad(x):
        return M.T @ np.tanh(M @ x)

    for lr in (0.2 / L, 1 / L, 1.8 / L):
        trajectory = ref.gradient_descent(grad, 3 * rng.normal(size=3), lr, 40)
        for x, following in pairwise(trajectory):
            assert f(following) <= f(x) - lr * (1 - lr * L / 2) * np.sum(grad(x) ** 2) + 1e-12


def test_descent_survives_a_gradient_that_reuses_or_spoils_its_arrays():
    buffer = np.empty(2)

    def grad(x):
        buffer[:] = x
        x[:] = np.nan
        return buffer

    assert_allclose(ref.gradient_descent(grad, [4, -8], 0.5, 3), [[4, -8], [2, -4], [1, -2], [0.5, -1]])


def test_descent_counts_its_calls_and_copies_its_start():
    calls = []
    x0 = np.array([1, 2])
    trajectory = ref.gradient_descent(lambda x: calls.append(x) or x, x0, 0.1, 7)
    assert len(calls) == 7
    assert trajectory.shape == (8, 2)
    assert trajectory.dtype == np.float64
    assert_array_equal(x0, [1, 2])
    assert_array_equal(ref.gradient_descent(calls.append, x0, 0.1, 0), [[1.0, 2.0]])


# ---- the step on a quadratic -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lr", [0.001, 0.1, 0.25, 0.3, 1.0])
def test_rate_is_the_spectral_norm(lr, rng):
    for eigenvalues in ([2.0], [1.0, 7.0], [0.1, 0.2, 5.0, 6.0]):
        A = positive_definite(rng, eigenvalues)
        assert_allclose(ref.quadratic_rate(A, lr), np.linalg.norm(np.eye(len(A)) - lr * A, 2), rtol=1e-13)


def test_best_step_gives_the_rate_of_the_condition_number(rng):
    A = positive_definite(rng, [0.5, 1.0, 2.0, 10.0])
    best = ref.quadratic_rate(A, 2 / 10.5)
    assert best == pytest.approx((20 - 1) / (20 + 1), rel=1e-13)
    assert all(ref.quadratic_rate(A, lr) >= best for lr in np.linspace(0.01, 0.4, 200))


def test_both_sides_of_the_critical_step(rng):
    A = positive_definite(rng, [0.5, 1.0, 4.0])
    step = ref.critical_step(A)
    assert step == pytest.approx(0.5, rel=1e-13)
    top = np.linalg.eigh(A)[1][:, -1]
    for factor, grows in ((0.9995, False), (1.0005, True)):
        end = ref.gradient_descent(lambda x: A @ x, top, factor * step, 2000)[-1]
        assert (np.linalg.norm(end) > 1) == grows
    assert ref.quadratic_rate(A, step) == pytest.approx(1, rel=1e-13)


# ---- mini-batches and SGD --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "B"), [(10, 3), (12, 4), (5, 5), (3, 8), (1, 1), (6, 1)])
def test_minibatches_are_a_partition(N, B, rng):
    blocks = ref.minibatches(N, B, rng)
    sizes = [len(block) for block in blocks]
    assert len(blocks) == -(-N // B)
    assert sizes[:-1] == [B] * (len(blocks) - 1)
    assert_array_equal(np.sort(np.concatenate(blocks)), np.arange(N))


def test_minibatches_advance_the_generator_and_reach_every_order():
    rng = np.random.default_rng(0)
    orders = {tuple(np.concatenate(ref.minibatches(4, 1, rng))) for _ in range(700)}
    assert len(orders) == 24  # missed by chance with probability 24 (23/24)^700 < 3e-12
    once, again = (ref.minibatches(50, 8, np.random.default_rng(3)) for _ in range(2))
    assert_array_equal(np.concatenate(once), np.concatenate(again))


def test_sgd_replayed_from_what_it_passed_on(rng):
    C, w0 = rng.normal(size=(11, 3)), np.array([1, -2, 3])
    calls = []

    def grad(w, idx):
        calls.append((w.copy(), idx.copy()))
        return w - C[idx].mean(axis=0)

    end = ref.sgd(grad, w0, 11, 0.3, 4, 5, rng)
    assert len(calls) == 5 * 3
    assert_array_equal(calls[0][0], w0)
    for (w, idx), (following, _) in pairwise([*calls, (end, None)]):
        assert_array_equal(following, w - 0.3 * (w - C[idx].mean(axis=0)))
    epochs = [np.concatenate([idx for _, idx in calls[3 * e : 3 * e + 3]]) for e in range(5)]
    assert len({tuple(order) for order in epochs}) == 5
    for order in epochs:
        assert_array_equal(np.sort(order), np.arange(11))
    assert_array_equal(w0, [1, -2, 3])


def test_sgd_with_one_block_is_gradient_descent(rng):
    C = rng.normal(size=(6, 2))
    end = ref.sgd(lambda w, idx: w - C[idx].mean(axis=0), [0, 0], 6, 0.2, 6, 10, rng)
    trajectory = ref.gradient_descent(lambda w: w - C.mean(axis=0), [0, 0], 0.2, 10)
    assert_allclose(end, trajectory[-1], rtol=0, atol=1e-14)


# ---- noise -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("N", [2, 3, 5, 7])
def test_batch_variance_agrees_with_all_subsets(N, rng):
    G = 2 * rng.normal(size=(N, 3)) + 5
    for B in range(1, N + 1):
        means = np.array([G[list(subset)].mean(axis=0) for subset in combinations(range(N), B)])
        expected = np.mean(np.sum((means - G.mean(axis=0)) ** 2, axis=1))
        assert_allclose(ref.batch_gradient_variance(G, B), expected, rtol=1e-13, atol=1e-14)


def test_batch_variance_of_single_objects_is_the_population_variance(rng):
    G = rng.normal(size=(9, 4))
    # Trap: np.cov divides by N - 1 unless told otherwise, np.var by N.
    assert_allclose(ref.batch_gradient_variance(G, 1), np.var(G, axis=0).sum(), rtol=1e-14)
    assert_allclose(ref.batch_gradient_variance(G, 1), np.trace(np.cov(G.T, bias=True)), rtol=1e-14)
    assert ref.batch_gradient_variance(G, 9) == 0
    assert_allclose(ref.batch_gradient_variance(G + 1e6, 4), ref.batch_gradient_variance(G, 4), rtol=1e-9)


@pytest.mark.parametrize(("a", "s2", "lr"), [(2.0, 3.0, 0.1), (0.5, 1.0, 3.5), (4.0, 0.2, 0.25), (1.0, 0.0, 0.5)])
def test_stationary_variance_is_the_limit_of_the_recursion(a, s2, lr):
    v = 0.0
    for _ in range(500):
        v = (1 - lr * a) ** 2 * v + lr**2 * s2
    assert_allclose(ref.sgd_stationary_variance(a, s2, lr), v, rtol=1e-14)


def test_stationary_variance_of_a_tiny_and_of_too_large_a_step():
    assert_allclose(ref.sgd_stationary_variance(3.0, 5.0, 1e-14), 1e-14 * 5 / 6, rtol=1e-13)
    for lr in (1.0, 1.5):
        with pytest.raises(ValueError, match="less than 2"):
            ref.sgd_stationary_variance(2.0, 1.0, lr)


# ---- initialisation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scheme", "fans"), [("he", (1, 0)), ("xavier", (1, 1))])
def test_initial_weights_have_the_right_moments(scheme, fans, rng):
    params = ref.init_params([300, 200, 400], rng, scheme)
    for (W, b), (n_in, n_out) in zip(params, [(300, 200), (200, 400)], strict=True):
        assert W.shape == (n_out, n_in)
        assert_array_equal(b, np.zeros(n_out))
        variance = 2 / (fans[0] * n_in + fans[1] * n_out)
        assert abs(W.mean()) < 6 * np.sqrt(variance / W.size)
        assert_allclose(W.var(), variance, rtol=6 * np.sqrt(2 / W.size))
        kurtosis = np.mean(W**4) / W.var() ** 2
        assert kurtosis == pytest.approx(3, abs=6 * np.sqrt(24 / W.size))  # a normal law


def test_he_keeps_the_size_of_a_signal_through_twenty_relu_layers(rng):
    sizes = {}
    for factor in (0.5, 1.0, 2.0):  # variances 1/n, 2/n, 4/n
        x = rng.normal(size=(100, 300))
        for W, _ in ref.init_params([300] * 21, rng, "he"):
            x = np.maximum(x @ (np.sqrt(factor) * W).T, 0)
        sizes[factor] = np.mean(x**2)
    assert 0.05 < sizes[1.0] < 20
    assert sizes[0.5] < 1e-4
    assert sizes[2.0] > 1e4


def test_unknown_scheme_is_named(rng):
    with pytest.raises(ValueError, match="'lecun'"):
        ref.init_params([2, 1], rng, "lecun")


# ---- capstone --------------------------------------------------------------------------------------------------


def test_softmax_regression_by_sgd_reads_digits():
    images, labels = load_digits(return_X_y=True)
    images = images / 16
    losses, accuracies = [], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(images))
        train, test = order[:1200], order[1200:]
        W, b = ref.capstone_digits(images[train], labels[train], np.random.default_rng(seed))
        Z = images[train] @ W.T + b
        P = np.exp(Z - Z.max(axis=1, keepdims=True))
        # Trap: log_loss clips probabilities to about 2e-16; none of these is that small.
        losses.append(log_loss(labels[train], P / P.sum(axis=1, keepdims=True), labels=range(10)))
        accuracies.append(np.mean(np.argmax(images[test] @ W.T + b, axis=1) == labels[test]))
    assert max(losses) < 0.16  # measured over many splits: 0.128 to 0.147
    assert min(accuracies) > 0.94  # measured over many splits: 0.945 to 0.973
    converged = LogisticRegression(C=1.0, max_iter=500).fit(images[train], labels[train])
    assert abs(converged.score(images[test], labels[test]) - accuracies[-1]) < 0.03
