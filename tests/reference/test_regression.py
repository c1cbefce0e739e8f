"""The reference for regression against independent oracles: scipy, scikit-learn, complex steps, certificates."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize, special, stats
from sklearn import metrics
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LinearRegression, LogisticRegression

from reference import networks
from reference import regression as ref

SIZES = [(9, 3), (4, 4), (1, 2), (12, 1)]


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def problem(rng, N, n, scale=1.0):
    """Draw (w, b, X, y) with both labels if N > 1."""
    y = rng.permutation(np.arange(N) % 2)
    return scale * rng.normal(size=n), scale * rng.normal(), 1 + rng.normal(size=(N, n)), y


def overlapping(rng, N, n, centre=0.0, scale=1.0):
    """Draw labels from a moderate neuron, so that the classes overlap."""
    Z = rng.normal(size=(N, n))
    y = (rng.random(N) < special.expit(Z @ rng.normal(size=n) + 0.4)).astype(int)
    return centre + scale * Z, y


def complex_loss(theta, X, y):
    z = X @ theta[:-1] + theta[-1]
    return np.mean(np.log(1 + np.exp(z)) - y * z)


# ---- linear regression -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "centre"), [(2, 0.0), (7, 0.0), (40, -30.0), (200, 5.0)])
def test_line_agrees_with_scipy(N, centre, rng):
    x, y = centre + rng.normal(size=N), rng.normal(size=N)
    a, b = ref.linear_regression_1d(x, y)
    oracle = stats.linregress(x, y)
    assert_allclose((a, b), (oracle.slope, oracle.intercept), rtol=1e-13)
    assert_allclose((a, b), np.polyfit(x, y, 1), rtol=1e-12)


def test_line_keeps_its_digits_far_from_the_origin(rng):
    x, e = rng.normal(size=20), rng.normal(size=20)
    exact, _ = ref.linear_regression_1d(x, e)
    centred = abs(ref.linear_regression_1d(x + 1e6, e)[0] - exact)
    assert centred < 1e-8
    # Trap: the expanded sums are right on paper, and off by about 1e-4 here, so no test of a student may go there.
    far = x + 1e6
    raw = (20 * (far @ e) - far.sum() * e.sum()) / (20 * (far @ far) - far.sum() ** 2)
    assert abs(raw - exact) > 100 * centred


@pytest.mark.parametrize(("N", "n"), [(9, 3), (30, 5), (12, 1)])
def test_least_squares_agrees_with_scikit_learn(N, n, rng):
    X, y = 2 + rng.normal(size=(N, n)), rng.normal(size=N)
    w, b = ref.least_squares(X, y)
    oracle = LinearRegression().fit(X, y)
    assert_allclose(w, oracle.coef_, rtol=1e-13)
    assert_allclose(b, oracle.intercept_, rtol=1e-13)
    assert_allclose(X.T @ (y - X @ w - b), 0, atol=1e-12)


def test_least_squares_with_dependent_columns(rng):
    # Trap: on exactly collinear columns scikit-learn 1.4 answered with coefficients of size 1e12 and predictions off
    # by 6e-3, and the minimiser depends on what is centred; so the oracle is lstsq and only predictions are unique.
    X = rng.normal(size=(9, 2))
    X = np.column_stack([X, X[:, 0] - X[:, 1], np.full(9, 3.0)])
    y = rng.normal(size=9)
    w, b = ref.least_squares(X, y)
    other, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(9)]), y, rcond=None)
    assert abs(other[-1] - b) > 1e-3
    assert_allclose(X @ w + b, X @ other[:-1] + other[-1], atol=1e-13)
    centred, *_ = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)
    assert_allclose(w, centred, atol=1e-13)


@pytest.mark.parametrize(("N", "n"), [(1, 2), (4, 4), (3, 5)])
def test_least_squares_interpolates_few_objects(N, n, rng):
    X, y = rng.normal(size=(N, n)), rng.normal(size=N)
    w, b = ref.least_squares(X, y)
    assert w.shape == (n,)
    assert_allclose(X @ w + b, y, atol=1e-13)


# ---- the loss and its derivatives -------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "n"), SIZES)
def test_log_loss_agrees_with_logaddexp_and_scikit_learn(N, n, rng):
    w, b, X, y = problem(rng, N, n)
    z = X @ w + b
    assert_allclose(ref.log_loss(w, b, X, y), np.mean(np.logaddexp(0, z) - y * z), rtol=1e-13)
    # Trap: scikit-learn clips probabilities near 2e-16, so it is an oracle for |z| <= 20 only.
    assert np.abs(z).max() < 20
    assert_allclose(ref.log_loss(w, b, X, y), metrics.log_loss(y, special.expit(z), labels=[0, 1]), rtol=1e-12)


def test_log_loss_of_huge_scores_is_exact():
    X = [[800.0], [-800.0], [800.0], [-1e4]]
    assert ref.log_loss([1.0], 0.0, X, [0, 1, 1, 1]) == (800 + 800 + 0 + 1e4) / 4
    assert ref.log_loss([1.0], 0.0, [[40.0]], [1]) == pytest.approx(np.exp(-40.0), rel=1e-14)
    with np.errstate(over="ignore"):
        assert metrics.log_loss([0, 1], special.expit([800.0, 0.0])) < 20  # the clipping of the trap


@pytest.mark.parametrize(("N", "n"), SIZES)
def test_gradient_agrees_with_complex_steps_and_scipy(N, n, rng):
    w, b, X, y = problem(rng, N, n)
    theta = np.append(w, b)
    steps = 1e-30j * np.eye(n + 1)
    derivative = [np.imag(complex_loss(theta + step, X, y)) / 1e-30 for step in steps]
    assert_allclose(np.append(*ref.log_loss_grad(w, b, X, y)), derivative, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("N", "n"), SIZES)
def test_hessian_agrees_with_central_differences_of_the_gradient(N, n, rng):
    w, b, X, y = problem(rng, N, n)
    theta, h = np.append(w, b), 1e-5
    columns = [
        (np.append(*ref.log_loss_grad(ahead[:-1], ahead[-1], X, y)) - np.append(
            *ref.log_loss_grad(behind[:-1], behind[-1], X, y))) / (2 * h)
        for ahead, behind in ((theta + e, theta - e) for e in h * np.eye(n + 1))
    ]  # fmt: skip
    assert_allclose(ref.log_loss_hessian(w, b, X), columns, atol=1e-10)


@pytest.mark.parametrize(("N", "n"), SIZES)
def test_hessian_lies_between_zero_and_its_bound(N, n, rng):
    w, b, X, _ = problem(rng, N, n)
    H = ref.log_loss_hessian(w, b, X)
    extended = np.column_stack([X, np.ones(N)])
    assert_allclose(H, H.T, atol=1e-16)
    assert np.linalg.eigvalsh(H).min() > -1e-14
    assert np.linalg.eigvalsh(extended.T @ extended / (4 * N) - H).min() > -1e-14


def test_derivatives_of_huge_scores_are_finite():
    X = np.array([[1e4], [-1e4], [0.0]])
    gw, gb = ref.log_loss_grad([1.0], 0.0, X, [0, 0, 1])
    assert_array_equal(gw, [1e4 / 3])
    assert gb == (1 + 0 - 0.5) / 3
    assert_array_equal(ref.log_loss_hessian([1.0], 0.0, X), [[0, 0], [0, 0.25 / 3]])


# ---- the minimiser ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "n", "centre", "scale"), [(60, 2, 0, 1), (150, 4, 3, 0.5), (80, 1, -40, 20)])
def test_minimiser_agrees_with_scikit_learn(N, n, centre, scale, rng):
    X, y = overlapping(rng, N, n, centre, scale)
    w, b = ref.fit_logistic(X, y)
    # Trap: penalty=None warns from 1.8 on, and liblinear penalises the intercept; C = inf works everywhere.
    oracle = LogisticRegression(C=np.inf, tol=1e-12, max_iter=100_000, solver="newton-cholesky").fit(X, y)
    assert_allclose(w, oracle.coef_[0], rtol=1e-12)
    assert_allclose(b, oracle.intercept_[0], rtol=1e-12)
    assert np.linalg.norm(np.append(*ref.log_loss_grad(w, b, X, y))) < 1e-11 * (1 + np.abs(X).max())


def test_minimiser_agrees_with_bfgs_in_loss(rng):
    X, y = overlapping(rng, 100, 3)
    found = optimize.minimize(complex_loss, np.zeros(4), args=(X, y), method="BFGS", options={"gtol": 1e-9})
    assert_allclose(ref.log_loss(*ref.fit_logistic(X, y), X, y), found.fun, rtol=1e-12)


def test_minimiser_where_plain_newton_steps_diverge():
    X = np.append(np.linspace(-1, 1, 200), [60.0, -60.0])[:, None]
    y = np.append(np.arange(200) % 2, [1, 0])
    y[150:200] = 1
    w, b = ref.fit_logistic(X, y)
    assert np.linalg.norm(np.append(*ref.log_loss_grad(w, b, X, y))) < 1e-10


def test_minimiser_with_dependent_columns_has_the_same_probabilities(rng):
    X, y = overlapping(rng, 80, 2)
    twice = np.column_stack([X, X @ [1.0, -2.0], np.full(80, 3.0)])
    (w, b), (v, c) = ref.fit_logistic(X, y), ref.fit_logistic(twice, y)
    assert_allclose(twice @ v + c, X @ w + b, atol=1e-8)


def test_separable_data_have_no_minimiser_and_the_answer_is_finite():
    # Trap: all 30 standardised features of breast_cancer are separable, and solvers differ by 1e4 in w.
    X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    w, b = ref.fit_logistic(X, y)
    assert np.isfinite(w).all()
    assert ref.log_loss(w, b, X, y) < 1e-9


# ---- geometry --------------------------------------------------------------------------------------------------


def test_boundary_has_probability_one_half(rng):
    w, b, x1 = np.array([1.3, -0.7]), 2.0, rng.normal(size=8)
    points = np.column_stack([x1, ref.boundary_x2(w, b, x1)])
    assert_allclose(special.expit(points @ w + b), 0.5, atol=1e-15)
    assert_array_equal(ref.boundary_x2([0, 2], 3, [1, 5]), [-1.5, -1.5])


@pytest.mark.parametrize("n", [1, 2, 5])
def test_softmax_of_two_classes_is_one_neuron(n, rng):
    W, b, X = rng.normal(size=(2, n)), rng.normal(size=2), rng.normal(size=(7, n))
    w, beta = ref.neuron_from_softmax(W, b)
    expected = networks.softmax(networks.forward(X, [(W, b)], np.tanh))[:, 1]
    assert_allclose(special.expit(X @ w + beta), expected, rtol=1e-14)


def test_inputs_may_be_lists_of_integers_and_stay_as_they_are():
    X, y, w = np.array([[1, -2], [0, 3], [2, 2], [1, 1]]), np.array([0, 1, 1, 0]), np.array([1, -1])
    copies = X.copy(), y.copy(), w.copy()
    assert ref.log_loss(w.tolist(), 2, X.tolist(), y.tolist()) == ref.log_loss(w, 2, X, y)
    assert ref.log_loss_grad(w, 2, X, y)[0].dtype == np.float64
    assert ref.log_loss_hessian(w, 2, X).dtype == np.float64
    assert ref.least_squares(X, y)[0].dtype == np.float64
    assert ref.fit_logistic(X, y)[0].dtype == np.float64
    for array, copy in zip((X, y, w), copies, strict=True):
        assert_array_equal(array, copy)


def test_two_measurements_tell_most_tumours_apart():
    X, y = load_breast_cancer(return_X_y=True)
    accuracies, losses = [], []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(y))
        train, test = order[:400], order[400:]
        p = ref.capstone_cancer(X[train, :2], y[train], X[test, :2])
        accuracies.append(np.mean((p > 0.5) == y[test]))
        losses.append(metrics.log_loss(y[test], p))
    # measured over 1500 splits: accuracy 0.828 to 0.947 (median 0.893), loss 0.170 to 0.482 (median 0.262)
    assert min(accuracies) > 0.82
    assert max(losses) < 0.36
