"""The reference for kernels against independent oracles: scikit-learn, loops, explicit features, certificates."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import kernel_ridge
from sklearn.datasets import load_digits
from sklearn.linear_model import Perceptron, Ridge
from sklearn.metrics import pairwise
from sklearn.svm import SVC

from reference import kernels as ref


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def two_classes(rng, N, n=2):
    """Return objects and overlapping labels, both classes present, off-centre."""
    y = np.where(np.arange(N) % 2 == 0, 1.0, -1.0)
    return 1.5 + y[:, None] * np.array([0.8, -0.4] + [0.0] * (n - 2)) + rng.normal(size=(N, n)), y


# ---- kernels and feature maps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("c", [0, 1.5])
def test_quadratic_features_have_the_inner_products_of_the_kernel(n, c, rng):
    X, Z = rng.normal(size=(6, n)), rng.normal(size=(1, n))
    # Trap: polynomial_kernel has gamma = 1/n by default, and PolynomialFeatures lacks the weights sqrt(2).
    expected = pairwise.polynomial_kernel(X, Z, degree=2, gamma=1, coef0=c)
    assert_allclose(ref.quadratic_features(X, c) @ ref.quadratic_features(Z, c).T, expected, rtol=1e-13, atol=7e-14)
    assert ref.quadratic_features(X, c).shape[1] == (n + 1) * (n + 2) // 2


@pytest.mark.parametrize(("degree", "c"), [(1, 0), (2, 1.5), (3, 0.5), (7, 2)])
def test_polynomial_kernel_agrees_with_scikit_learn(degree, c, rng):
    X, Z = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    expected = pairwise.polynomial_kernel(X, Z, degree=degree, gamma=1, coef0=c)
    assert_allclose(ref.polynomial_kernel(X, Z, degree, c), expected, rtol=1e-12)


def test_polynomial_kernel_of_integers_does_not_wrap_around():
    X = np.array([[300, -200], [1, 2]])
    assert ref.polynomial_kernel(X, X, 8, 1)[0, 0] == pytest.approx(130001.0**8, rel=1e-14)
    with np.errstate(over="ignore"):
        assert (X @ X.T + 1)[0, 0] ** 8 != 130001**8  # what int64 makes of it


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.5])
def test_gaussian_kernel_agrees_with_scikit_learn_near_the_origin(sigma, rng):
    X, Z = rng.normal(size=(6, 3)), rng.normal(size=(4, 3))
    assert_allclose(ref.gaussian_kernel(X, Z, sigma), pairwise.rbf_kernel(X, Z, 1 / (2 * sigma**2)), atol=2e-15)


def test_gaussian_kernel_is_exact_far_from_the_origin_where_the_expanded_form_is_not(rng):
    X = rng.normal(size=(20, 3))
    loop = np.array([[np.exp(-((x - z) ** 2).sum() / 2) for z in X] for x in X])
    for offset, accuracy in [(0.0, 1e-15), (1e3, 1e-12), (1e6, 1e-9)]:
        K = ref.gaussian_kernel(X + offset, X + offset, 1.0)
        assert_allclose(K, loop, atol=accuracy)
        assert_array_equal(np.diag(K), 1.0)
    # Trap: rbf_kernel expands the square; at 1e6 it is no oracle any more.
    assert np.abs(pairwise.rbf_kernel(X + 1e6, X + 1e6, 0.5) - loop).max() > 1e-5
    assert np.abs(pairwise.rbf_kernel(X + 1e3, X + 1e3, 0.5) - loop).max() < 1e-8


# ---- Gram matrices -----------------------------------------------------------------------------------------------


def gram_matrices(rng):
    """Return matrices by name, and whether they are positive semidefinite."""
    A, X, t = rng.normal(size=(6, 2)), rng.normal(size=(20, 2)), np.arange(1.0, 9.0)
    squares = pairwise.euclidean_distances(X, squared=True)
    distances = np.sqrt(squares)
    gaussian, laplace = np.exp(-squares / 2), np.exp(-distances)
    yes = [A @ A.T, 1e6 * A @ A.T, np.zeros((3, 3)), np.ones((4, 4)), np.array([[1, -0.5], [-0.5, 1]])]
    yes += [gaussian, laplace, np.minimum.outer(t, t), gaussian * laplace, gaussian + X @ X.T, np.array([[0.0]])]
    no = [np.array([[1, 2], [2, 1]]), np.array([[1, 5], [0, 1]]), -np.eye(2), -np.eye(3), np.diag([1e-3, -1e-3])]
    no += [np.tanh(X @ X.T - 1), -distances, np.sqrt(1 + squares), np.exp(-(distances**3)), np.array([[-1.0]])]
    return [(K, True) for K in yes] + [(K, False) for K in no]


def test_positive_semidefinite_matrices_are_told_apart(rng):
    for K, expected in gram_matrices(rng):
        assert ref.is_psd_kernel_matrix(K) is expected, K
    # Traps: eigvalsh reads one triangle only, and Cholesky rejects singular Gram matrices.
    assert np.linalg.eigvalsh(np.array([[1.0, 5.0], [0.0, 1.0]]), "U")[0] < 0 < 1
    assert np.linalg.eigvalsh(np.array([[1.0, 5.0], [0.0, 1.0]]), "L")[0] > 0
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.cholesky(np.zeros((2, 2)))


def test_tolerance_is_relative_to_entries_above_one():
    K = np.diag([1.0, -1e-6])
    assert not ref.is_psd_kernel_matrix(K)
    assert ref.is_psd_kernel_matrix(K, tol=1e-2)
    assert ref.is_psd_kernel_matrix(1e6 * np.diag([1.0, -1e-13]))


def test_empirical_features_have_the_inner_products_they_should(rng):
    for K, psd in gram_matrices(rng):
        if psd:
            Phi = ref.empirical_feature_map(K)
            assert np.isfinite(Phi).all()
            assert_allclose(Phi @ Phi.T, K, atol=1e-14 * len(K) * max(1, np.abs(K).max()))


# ---- kernel ridge ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lam", [0.01, 0.7, 30.0])
def test_kernel_ridge_agrees_with_scikit_learn(lam, rng):
    X, Z, y = rng.normal(size=(12, 2)), rng.normal(size=(5, 2)), rng.normal(size=12)
    K, K_new = ref.gaussian_kernel(X, X, 0.8), ref.gaussian_kernel(Z, X, 0.8)
    oracle = kernel_ridge.KernelRidge(alpha=lam, kernel="precomputed").fit(K, y)
    model = ref.KernelRidge(lam).fit(K, y)
    assert_allclose(model.alpha, oracle.dual_coef_, rtol=1e-11, atol=1e-13)
    assert_allclose(model.predict(K_new), oracle.predict(K_new), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("features", [np.copy, lambda X: ref.quadratic_features(X, 1.5)], ids=["linear", "quadratic"])
def test_kernel_ridge_is_ridge_regression_on_explicit_features(features, rng):
    X, Z, y = rng.normal(size=(10, 3)), rng.normal(size=(4, 3)), rng.normal(size=10)
    Phi, Phi_new = features(X), features(Z)
    oracle = Ridge(alpha=0.3, fit_intercept=False, solver="cholesky").fit(Phi, y)
    model = ref.KernelRidge(0.3).fit(Phi @ Phi.T, y)
    assert_allclose(model.predict(Phi_new @ Phi.T), oracle.predict(Phi_new), atol=1e-12)


def test_kernel_ridge_attains_its_minimum_also_for_a_singular_matrix(rng):
    A, y, lam = rng.normal(size=(9, 3)), rng.normal(size=9), 0.4
    K = A @ A.T
    alpha = ref.KernelRidge(lam).fit(K, y).alpha

    def objective(a):
        return np.sum((K @ a - y) ** 2) + lam * a @ K @ a

    assert objective(alpha) == pytest.approx(lam * y @ alpha, rel=1e-13)
    assert all(objective(alpha) <= objective(alpha + 0.1 * rng.normal(size=9)) for _ in range(50))


def test_rkhs_norm_is_the_norm_in_feature_space_and_bounds_the_values(rng):
    X, alpha = rng.normal(size=(7, 2)), rng.normal(size=7)
    Phi = ref.quadratic_features(X, 1.0)
    K = Phi @ Phi.T
    norm = ref.rkhs_norm(alpha, K)
    assert norm == pytest.approx(np.linalg.norm(Phi.T @ alpha), rel=1e-13)
    assert np.all(np.abs(K @ alpha) <= norm * np.sqrt(np.diag(K)) + 1e-12)
    for _ in range(50):  # of these some have a quadratic form of -1e-17
        assert 0.0 <= ref.rkhs_norm(np.array([1.0, 1.0, -1.0]), *(A @ A.T for A in [duplicate_sum(rng)])) < 1e-6


def duplicate_sum(rng):
    """Return three vectors of which the third is the sum of the others."""
    A = rng.normal(size=(2, 4))
    return np.vstack([A, A.sum(axis=0)])


# ---- perceptron and support vector machine -----------------------------------------------------------------------


def test_kernel_perceptron_agrees_with_scikit_learn_on_explicit_features(rng):
    for epochs in (1, 4):
        X, y = two_classes(rng, 40)
        Phi = ref.quadratic_features(X, 1.0)
        alpha = ref.kernel_perceptron(Phi @ Phi.T, y, epochs)
        oracle = Perceptron(shuffle=False, fit_intercept=False, tol=None, max_iter=epochs, eta0=1.0).fit(Phi, y)
        assert_allclose((alpha * y) @ Phi, oracle.coef_[0], rtol=1e-10, atol=1e-10)


def test_kernel_perceptron_makes_at_most_as_many_mistakes_as_novikoff_allows(rng):
    X = rng.normal(size=(60, 3))
    w = np.array([1.0, -2.0, 0.5])
    X = X[np.abs(X @ w) > 0.3]
    y = np.sign(X @ w)
    K = X @ X.T
    alpha = ref.kernel_perceptron(K, y, 1000)
    assert np.all(y * (K @ (alpha * y)) > 0)
    radius, margin = np.linalg.norm(X, axis=1).max(), np.min(y * (X @ w)) / np.linalg.norm(w)
    assert 0 < alpha.sum() <= (radius / margin) ** 2


def svm_instances(rng):
    """Return Gram matrices, labels and C of moderate sizes."""
    X, y = two_classes(rng, 60)
    repeated = np.vstack([X[:15], X[:15]])
    for C in (0.1, 1.0, 10.0):
        yield ref.gaussian_kernel(X, X, 0.5), y, C
        yield ref.polynomial_kernel(X, X, 2, 1.0) / 10, y, C
        yield X @ X.T, y, C
        yield ref.gaussian_kernel(repeated, repeated, 1.0), y[:30], C


def test_kernel_svm_is_feasible_and_proves_its_optimality(rng):
    for K, y, C in svm_instances(rng):
        alpha, b = ref.kernel_svm(K, y, C)
        assert alpha.min() >= 0.0
        assert alpha.max() <= C
        assert abs(alpha @ y) <= 1e-12 * C * len(y)
        primal, dual = ref.kernel_svm_bounds(alpha, b, K, y, C)
        assert -1e-12 * primal <= primal - dual <= 1e-10 * primal


def test_kernel_svm_agrees_with_scikit_learn_where_its_answer_is_unique(rng):
    for K, y, C in svm_instances(rng):
        alpha, b = ref.kernel_svm(K, y, C)
        # Trap: libsvm keeps kernel values in float32, so a smaller tol does not bring it closer; it is no ground truth.
        oracle = SVC(C=C, kernel="precomputed", tol=1e-8).fit(K, y)
        signed = np.zeros(len(y))
        signed[oracle.support_] = oracle.dual_coef_[0]  # Trap: these are alpha_i y_i, of the support vectors only
        assert_allclose(K @ (alpha * y), K @ signed, atol=1e-4)  # neither alpha nor b need be unique
        primal, _ = ref.kernel_svm_bounds(alpha, b, K, y, C)
        other, _ = ref.kernel_svm_bounds(signed * y, oracle.intercept_[0], K, y, C)
        assert primal == pytest.approx(other, rel=1e-5)


def test_kernel_svm_with_an_interval_of_intercepts_takes_the_middle():
    alpha, b = ref.kernel_svm([[1.0, -1.0], [-1.0, 1.0]], [1, -1], 0.1)
    assert_array_equal(alpha, [0.1, 0.1])
    assert b == pytest.approx(0.0, abs=1e-15)
    for other in (-0.8, 0.8):
        assert ref.kernel_svm_bounds(alpha, other, np.array([[1, -1], [-1, 1]]), [1, -1], 0.1)[0] == pytest.approx(0.18)


def test_kernel_svm_refuses_what_it_cannot_solve(rng, monkeypatch):
    with pytest.raises(ValueError, match="both labels"):
        ref.kernel_svm(np.eye(2), [1, 1], 1.0)
    X, y = two_classes(rng, 20)
    monkeypatch.setattr(ref, "MAX_STEPS", 3)
    with pytest.raises(ArithmeticError, match="gap"):
        ref.kernel_svm(ref.gaussian_kernel(X, X, 0.5), y, 1.0)


# ---- conventions and the capstone --------------------------------------------------------------------------------


def test_lists_and_integers_are_welcome_and_stay_as_they_are():
    X, y = [[0, 1], [2, -1], [1, 1]], [1, -1, 1]
    K = np.array([[2, 0, 1], [0, 3, 0], [1, 0, 2]])
    before = K.copy()
    for value in (
        ref.quadratic_features(X, 1),
        ref.polynomial_kernel(X, X, 2, 1),
        ref.gaussian_kernel(X, X, 2),
        ref.empirical_feature_map(K),
        ref.KernelRidge(1).fit(K, y).alpha,
        ref.KernelRidge(1).fit(K, y).predict(K.tolist()),
        ref.kernel_svm(K, y, 1)[0],
    ):
        assert value.dtype == np.float64
    assert ref.kernel_perceptron(K, y, 2).dtype == np.int64
    assert type(ref.rkhs_norm(y, K)) is float
    assert_array_equal(K, before)


def test_digits_are_read_by_kernel_ridge_and_fewer_of_them_by_linear_ridge():
    images, labels = load_digits(return_X_y=True)
    images = images / 16
    kernel, linear = [], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(labels))
        train, test = order[:600], order[600:]
        answer = ref.capstone_digits(images[train], labels[train], images[test])
        kernel.append(np.mean(answer == labels[test]))
        scores = Ridge(alpha=1.0).fit(images[train], np.eye(10)[labels[train]]).predict(images[test])
        linear.append(np.mean(scores.argmax(axis=1) == labels[test]))
    assert min(kernel) > 0.972  # measured over ten splits: 0.977 to 0.990
    assert max(linear) < 0.945
    assert answer.dtype == np.int64
