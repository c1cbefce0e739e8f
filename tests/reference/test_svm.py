"""The reference for support vector machines against independent oracles: loops, SLSQP, SMO, libsvm, certificates."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC, LinearSVC

from reference import svm as ref

CORNER_FACES_EDGE = ([[0, -1], [0, 1], [-1, 0]], [[3, 0.2], [4, 0], [4, 3]])


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def labels(rng, N, positives=None):
    return rng.permutation(np.where(np.arange(N) < (positives or N // 2), 1.0, -1.0))


def two_clouds(rng, N, n, distance, shift=0.0, scale=1.0, positives=None):
    """Return objects and labels; the centres are ``distance`` deviations apart, and nothing is centred."""
    y, u = labels(rng, N, positives), rng.normal(size=n)
    return scale * (rng.normal(size=(N, n)) + 0.5 * distance * np.outer(y, u / np.linalg.norm(u)) + shift), y


def separable(rng, N, n, shift=0.0, scale=1.0):
    """Return separable objects and labels: a slab of width one around a random plane is cleared."""
    y, u = labels(rng, N), rng.normal(size=n)
    X = rng.normal(size=(N, n))
    X += np.outer(y * (0.5 + np.abs(X @ u)) - X @ u, u) / (u @ u)
    return scale * (X + shift), y


def irises(*species):
    """Return the objects of two species of iris and their labels, -1 for the first one."""
    X, y = load_iris(return_X_y=True)
    return X[np.isin(y, species)], np.where(y[np.isin(y, species)] == species[0], -1.0, 1.0)


def smo(X, y, C, tol=1e-10, cap=200_000):
    """Maximise the dual two multipliers at a time; C may be infinite. Return the multipliers."""
    # Trap: with C = inf no such method ends on data that are not separable, hence the cap.
    D2 = np.sum((X[:, None] - X[None]) ** 2, axis=2)
    alpha, F = np.zeros(len(y)), y.copy()  # F_i = y_i - w·x_i
    for _ in range(cap):
        up, low = np.where(y > 0, alpha < C, alpha > 0), np.where(y > 0, alpha > 0, alpha < C)
        i = int(np.argmax(np.where(up, F, -np.inf)))
        drop = np.where(low, F[i] - F, 0.0)
        if drop.max() <= tol:
            return alpha
        j = int(np.argmax(np.where(drop > 0, drop**2 / np.maximum(D2[i], 1e-12), 0.0)))
        room = min(C - alpha[i] if y[i] > 0 else alpha[i], alpha[j] if y[j] > 0 else C - alpha[j])
        step = min(drop[j] / max(D2[i, j], 1e-12), room)
        alpha[i] += y[i] * step
        alpha[j] -= y[j] * step
        F = y - X @ ((alpha * y) @ X)
    raise AssertionError("the oracle has not converged")


def slsqp_hard(X, y):
    """Solve the hard-margin primal, n + 1 unknowns."""
    Z = y[:, None] * np.column_stack([X, np.ones(len(y))])
    J = np.append(np.ones(X.shape[1]), 0.0)
    constraint = {"type": "ineq", "fun": lambda u: Z @ u - 1, "jac": lambda u: Z}
    # SLSQP accepts an infeasible start; least squares gives the scale.
    start = np.linalg.lstsq(Z, 2 * np.ones(len(y)), rcond=None)[0]
    options = {"ftol": 1e-15, "maxiter": 500}
    answer = minimize(
        lambda u: 0.5 * u @ (J * u), start, jac=lambda u: J * u, constraints=constraint, method="SLSQP", options=options
    )
    return answer.x[:-1], answer.x[-1]


def slsqp_soft(X, y, C):
    """Solve the soft-margin primal with slacks, n + 1 + N unknowns; return its value."""
    N, n = X.shape
    J = np.concatenate([np.ones(n), np.zeros(N + 1)])
    price = np.concatenate([np.zeros(n + 1), C * np.ones(N)])
    G = np.hstack([y[:, None] * np.column_stack([X, np.ones(N)]), np.eye(N)])
    answer = minimize(
        lambda v: 0.5 * v @ (J * v) + price @ v,
        np.concatenate([np.zeros(n + 1), np.ones(N)]),
        jac=lambda v: J * v + price,
        constraints={"type": "ineq", "fun": lambda v: G @ v - 1, "jac": lambda v: G},
        bounds=[(None, None)] * (n + 1) + [(0, None)] * N,
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return answer.fun


def libsvm(X, y, C):
    # Trap: libsvm caches kernel values in float32, so a tol below 1e-6 changes nothing: a cross-check, no ground truth.
    # Trap: it may fail to stop (always so with a huge C on data that are not separable), hence the cap.
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        return SVC(kernel="linear", C=C, tol=1e-10, max_iter=100_000).fit(X, y)


def hull_gap(A, B, alpha, beta):
    """Return d = p - q and the gap that bounds ||d||^2 minus its minimum, relative to ||d||^2."""
    d = alpha @ A - beta @ B
    return d, 1 - (np.min(A @ d) - np.max(B @ d)) / (d @ d)


def simplex_projection(v):
    """Return the nearest point of the simplex."""
    falling = np.sort(v)[::-1]
    excess = (np.cumsum(falling) - 1) / np.arange(1, len(v) + 1)
    return np.maximum(v - excess[np.sum(falling > excess) - 1], 0)


def projected_gradient(A, B, steps):
    """Approach the nearest points of two hulls by accelerated projected gradients."""
    lipschitz = np.linalg.norm(np.vstack([A, -B]), 2) ** 2
    now = ahead = (np.full(len(A), 1 / len(A)), np.full(len(B), 1 / len(B)))
    t = 1.0
    for _ in range(steps):
        d = ahead[0] @ A - ahead[1] @ B
        new = simplex_projection(ahead[0] - A @ d / lipschitz), simplex_projection(ahead[1] + B @ d / lipschitz)
        t, momentum = (1 + np.sqrt(1 + 4 * t * t)) / 2, t
        ahead = tuple(a + (momentum - 1) / t * (a - b) for a, b in zip(new, now, strict=True))
        now = new
    return now


# ---- distance and margin ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "n"), [(7, 3), (4, 4), (1, 2), (5, 1)])
def test_signed_distance_leads_to_the_plane(N, n, rng):
    X, w, b = rng.normal(size=(N, n)) + 5, 3 * rng.normal(size=n), 2.5  # b = 0 would hide the norm of (w, b)
    rho = ref.signed_distance(X, w, b)
    assert rho.shape == (N,)
    feet = X - rho[:, None] * w / np.linalg.norm(w)
    assert_allclose(feet @ w + b, 0, atol=1e-11 * np.linalg.norm(w))
    for c in (1e-3, 300.0):
        assert_allclose(ref.signed_distance(X, c * w, c * b), rho, atol=1e-12)
        assert_allclose(ref.signed_distance(X, -c * w, -c * b), -rho, atol=1e-12)


def test_geometric_margin_agrees_with_a_loop_and_moves_with_the_data(rng):
    for wrong in (0, 1):
        X, y = separable(rng, 12, 3, shift=2.0)
        w, b = ref.hard_margin_svm(X, y)
        y[:wrong] *= -1
        least = min(y[i] * (sum(w[k] * X[i, k] for k in range(3)) + b) / np.sqrt(sum(w**2)) for i in range(12))
        margin = ref.geometric_margin(X, y, w, b)
        assert margin == pytest.approx(least, rel=1e-13)
        assert (margin < 0) == (wrong > 0)
        t = rng.normal(size=3)
        assert ref.geometric_margin(X, y, 7 * w, 7 * b) == pytest.approx(margin, rel=1e-13)
        assert ref.geometric_margin(X + t, y, w, b - w @ t) == pytest.approx(margin, rel=1e-12)


def test_no_plane_has_a_larger_margin_than_half_the_distance_of_the_hulls(rng):
    X, y = separable(rng, 14, 2, shift=1.0)
    A, B = X[y > 0], X[y < 0]
    d, _ = hull_gap(A, B, *ref.hull_nearest_points(A, B))
    best_w, best_b = ref.hard_margin_svm(X, y)
    margins = [
        ref.geometric_margin(X, y, best_w + size * rng.normal(size=2), best_b + size * rng.normal())
        for size in np.logspace(-6, 1, 500)
    ]
    assert max(margins) <= np.linalg.norm(d) / 2 * (1 + 1e-12)
    assert max(margins) > np.linalg.norm(d) / 2 * (1 - 1e-4)  # some of them came close


# ---- nearest points of two hulls ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(("N", "n"), [(6, 1), (20, 2), (40, 3), (80, 5), (6, 5)])
def test_hull_points_carry_a_proof(N, n, scale, rng):
    for _ in range(5):
        X, y = separable(rng, N, n, shift=3.0, scale=scale)
        A, B = X[y > 0], X[y < 0]
        alpha, beta = ref.hull_nearest_points(A, B)
        assert alpha.shape == (len(A),)
        assert beta.shape == (len(B),)
        assert min(alpha.min(), beta.min()) >= 0
        assert_allclose([alpha.sum(), beta.sum()], 1, rtol=1e-13)
        d, gap = hull_gap(A, B, alpha, beta)
        assert -1e-13 < gap < 1e-11
        # Swapped, moved: weights are not unique in general, d is. Never compare weights.
        swapped, _ = hull_gap(B, A, *ref.hull_nearest_points(B, A))
        moved, _ = hull_gap(A, B, *ref.hull_nearest_points(A + 5 * scale, B + 5 * scale))
        assert_allclose(-swapped, d, atol=1e-10 * np.linalg.norm(d))
        assert_allclose(moved, d, atol=1e-10 * np.linalg.norm(d))


def test_hull_points_need_not_be_data_points():
    # Trap: blobs often touch corner to corner, where the nearest pair of data points is right by accident.
    alpha, beta = ref.hull_nearest_points(*CORNER_FACES_EDGE)
    assert_allclose(alpha, [0.4, 0.6, 0.0], atol=1e-14)
    assert_allclose(beta, [1.0, 0.0, 0.0], atol=1e-14)
    A, B = map(np.array, CORNER_FACES_EDGE)
    assert np.min(np.linalg.norm(A[:, None] - B[None], axis=2)) > 3.1
    assert np.linalg.norm(alpha @ A - beta @ B) == pytest.approx(3.0, rel=1e-14)


@pytest.mark.parametrize(("data", "steps", "rtol"), [("blobs", 2000, 1e-7), ("iris", 5000, 1e-3)])
def test_hull_points_agree_with_projected_gradients(data, steps, rtol, rng):
    X, y = separable(rng, 24, 3) if data == "blobs" else irises(0, 1)
    A, B = X[y > 0], X[y < 0]
    d, gap = hull_gap(A, B, *ref.hull_nearest_points(A, B))
    assert gap < 1e-11
    # Trap: first-order methods are slow here (2e-5 on iris after 20 000 steps); their hull points are never nearer.
    slow, _ = hull_gap(A, B, *projected_gradient(A, B, steps))
    assert np.linalg.norm(d) * (1 - 1e-12) <= np.linalg.norm(slow) <= np.linalg.norm(d) * (1 + rtol)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_hull_points_agree_with_the_multipliers_of_both_duals(n, rng):
    X, y = separable(rng, 30, n, shift=1.0)
    A, B = X[y > 0], X[y < 0]
    d, _ = hull_gap(A, B, *ref.hull_nearest_points(A, B))
    for alpha in (smo(X, y, np.inf), ref.soft_margin_dual(X, y, 1e3)):
        share = 2 * alpha / alpha.sum()
        other, gap = hull_gap(A, B, share[y > 0], share[y < 0])
        assert gap < 1e-8
        assert_allclose(other, d, atol=1e-8 * np.linalg.norm(d))
        assert np.linalg.norm(other) == pytest.approx(np.linalg.norm(d), rel=1e-9)


def test_degenerate_hulls():
    alpha, beta = ref.hull_nearest_points([[1, 2, 3]], [[4, 5, 7]])
    assert_array_equal(alpha, [1.0])
    assert_array_equal(beta, [1.0])
    # Parallel edges: a whole segment of nearest points. Repeated points: many weights for each.
    A, B = np.array([[0, 0], [0, 2]] * 3), np.array([[3, 1], [3, 4]] * 2)
    d, gap = hull_gap(A, B, *ref.hull_nearest_points(A, B))
    assert_allclose(d, [-3, 0], atol=1e-14)
    assert abs(gap) < 1e-14
    alpha, beta = ref.hull_nearest_points([[5], [6], [5]], [[3], [1]])
    assert alpha[1] == 0
    assert_array_equal(beta, [1.0, 0.0])


@pytest.mark.parametrize("B", [[[0, 0.5], [5, 5]], [[-1, 0], [9, 9]], [[-2, 0], [1, 0]], [[0, 0]]])
def test_hulls_that_meet_are_refused(B):
    with pytest.raises(ValueError, match="not disjoint"):
        ref.hull_nearest_points(CORNER_FACES_EDGE[0], B)


# ---- hard margin --------------------------------------------------------------------------------------------------

HARD = [(10, 2, 0.0, 1.0), (30, 3, 3.0, 1.0), (40, 5, 1.0, 0.05), (4, 4, -2.0, 0.3), (8, 1, 4.0, 1.0)]


@pytest.mark.parametrize(("N", "n", "shift", "scale"), HARD)
def test_hard_margin_agrees_with_slsqp_smo_and_the_hulls(N, n, shift, scale, rng):
    # Scale 0.05 makes the multipliers large: a soft margin with C = 1 passes for a hard one on wide streets only.
    X, y = separable(rng, N, n, shift=shift, scale=scale)
    w, b = ref.hard_margin_svm(X, y)
    margin = 1 / np.linalg.norm(w)
    assert np.min(y * (X @ w + b)) == pytest.approx(1, abs=1e-12)
    assert ref.geometric_margin(X, y, w, b) == pytest.approx(margin, rel=1e-12)
    primal_w, primal_b = slsqp_hard(X, y)
    # Measured: SLSQP 1e-12 in the margin, which is flat at the optimum, and 2e-8 in w; SMO 1e-10 in w.
    assert_allclose(w, primal_w, atol=1e-7 / margin)
    assert b == pytest.approx(primal_b, abs=1e-7 * (1 + abs(primal_b)))
    assert margin == pytest.approx(1 / np.linalg.norm(primal_w), rel=1e-10)
    alpha = smo(X, y, np.inf)
    assert_allclose(w, (alpha * y) @ X, atol=1e-9 / margin)
    assert 0.5 * w @ w == pytest.approx(ref.dual_objective(alpha, X, y), rel=1e-11)
    A, B = X[y > 0], X[y < 0]
    d, _ = hull_gap(A, B, *ref.hull_nearest_points(A, B))
    assert margin == pytest.approx(np.linalg.norm(d) / 2, rel=1e-12)


@pytest.mark.parametrize(("N", "n", "shift", "scale"), HARD)
def test_hard_margin_meets_the_conditions_of_karush_kuhn_and_tucker(N, n, shift, scale, rng):
    X, y = separable(rng, N, n, shift=shift, scale=scale)
    w, b = ref.hard_margin_svm(X, y)
    weights = np.zeros(N)
    weights[y > 0], weights[y < 0] = ref.hull_nearest_points(X[y > 0], X[y < 0])
    alpha = weights * (w @ w) / 2  # 2 / ||d||^2 = ||w||^2 / 2
    assert_allclose((alpha * y) @ X, w, atol=1e-11 * np.linalg.norm(w) * (1 + abs(shift)))
    assert alpha @ y == pytest.approx(0, abs=1e-12 * alpha.sum())
    assert_allclose(alpha * (y * (X @ w + b) - 1), 0, atol=1e-11 * alpha.sum())
    margin = ref.geometric_margin(X, y, w, b)
    assert_allclose([alpha.sum(), w @ w], 1 / margin**2, rtol=1e-11)
    assert ref.dual_objective(alpha, X, y) == pytest.approx(0.5 * w @ w, rel=1e-11)


def test_hard_margin_agrees_with_libsvm_as_far_as_libsvm_goes(rng):
    X, y = separable(rng, 30, 2, shift=1.0)
    w, b = ref.hard_margin_svm(X, y)
    net = libsvm(X, y, C=1e10)
    assert_allclose(net.coef_[0], w, atol=1e-5 * np.linalg.norm(w))
    assert net.intercept_[0] == pytest.approx(b, abs=1e-5 * (1 + abs(b)))
    X, y = irises(0, 1)
    w, b = ref.hard_margin_svm(X, y)
    assert 1 / np.linalg.norm(libsvm(X, y, C=1e10).coef_) == pytest.approx(1 / np.linalg.norm(w), rel=1e-5)


def test_hard_margin_follows_its_data(rng):
    X, y = separable(rng, 20, 3)
    w, b = ref.hard_margin_svm(X, y)
    t = np.array([3.0, -1.0, 20.0])
    w_moved, b_moved = ref.hard_margin_svm(X + t, y)
    assert_allclose(w_moved, w, atol=1e-10 * np.linalg.norm(w))
    assert b_moved == pytest.approx(b - w @ t, rel=1e-10)
    w_scaled, b_scaled = ref.hard_margin_svm(1e4 * X, y)
    assert_allclose(1e4 * w_scaled, w, atol=1e-10 * np.linalg.norm(w))
    assert b_scaled == pytest.approx(b, rel=1e-10)
    w_swapped, b_swapped = ref.hard_margin_svm(X, -y)
    assert_allclose(w_swapped, -w, atol=1e-10 * np.linalg.norm(w))
    assert b_swapped == pytest.approx(-b, rel=1e-10)
    support = y * (X @ w + b) < 1 + 1e-9
    for rows in (np.r_[:20, :20], np.flatnonzero(support)):  # everyone twice; the support vectors alone
        w_other, b_other = ref.hard_margin_svm(X[rows], y[rows])
        assert_allclose(w_other, w, atol=1e-9 * np.linalg.norm(w))
        assert b_other == pytest.approx(b, rel=1e-9)


def test_hard_margin_of_small_cases():
    w, b = ref.hard_margin_svm([[0, 0], [2, 0]], [-1, 1])
    assert_allclose([*w, b], [1, 0, -1], atol=1e-15)
    A, B = CORNER_FACES_EDGE
    w, b = ref.hard_margin_svm([*A, *B], [1, 1, 1, -1, -1, -1])
    assert_allclose([*w, b], [-2 / 3, 0, 1], atol=1e-14)


def test_data_without_a_hard_margin_are_refused(rng):
    X, y = two_clouds(rng, 30, 2, distance=0.5)
    with pytest.raises(ValueError, match="not disjoint"):
        ref.hard_margin_svm(X, y)
    for solver in (ref.hard_margin_svm, lambda X, y: ref.soft_margin_svm(X, y, 1.0)):
        with pytest.raises(ValueError, match=r"holds only \[1.0\]"):
            solver(X, np.ones(30))


# ---- the objective and its subgradient ----------------------------------------------------------------------------


def looped_objective(w, b, X, y, C):
    """Add up the objective in plain Python; works for complex w and b off the kinks."""
    total = sum(v * v for v in w) / 2
    for x, label in zip(X, y, strict=True):
        shortfall = 1 - label * (sum(v * t for v, t in zip(w, x, strict=True)) + b)
        total += C * shortfall if shortfall.real > 0 else 0
    return total


def random_problem(rng, N=9, n=3, C=0.3):
    return rng.normal(size=n), 1.5, rng.normal(size=(N, n)) + 1, labels(rng, N), C


def test_objective_agrees_with_a_loop(rng):
    for price in (0.3, 10.0):  # C = 1, b = 0 and N = 1 would hide wrong conventions
        w, b, X, y, C = random_problem(rng, C=price)
        assert ref.soft_margin_objective(w, b, X, y, C) == pytest.approx(looped_objective(w, b, X, y, C), rel=1e-13)


def test_objective_is_half_the_squared_norm_where_nobody_pays(rng):
    X, y = separable(rng, 12, 2, shift=1.0)
    w, b = ref.hard_margin_svm(X, y)
    assert ref.soft_margin_objective(2 * w, 2 * b, X, y, 7.0) == 2 * w @ w


def test_objective_is_convex_and_affine_in_the_price(rng):
    w, b, X, y, C = random_problem(rng)
    for _ in range(50):
        v, c = rng.normal(size=3), rng.normal()
        middle = ref.soft_margin_objective((w + v) / 2, (b + c) / 2, X, y, C)
        ends = ref.soft_margin_objective(w, b, X, y, C) + ref.soft_margin_objective(v, c, X, y, C)
        assert middle <= ends / 2 + 1e-12
    low, high, far = (ref.soft_margin_objective(w, b, X, y, price) for price in (1.0, 2.0, 5.0))
    assert far - low == pytest.approx(4 * (high - low), rel=1e-12)


def test_subgradient_is_the_gradient_off_the_kinks(rng):
    for _ in range(10):
        w, b, X, y, C = random_problem(rng, C=2.5)
        assert np.min(np.abs(1 - y * (X @ w + b))) > 1e-6
        gw, gb = ref.soft_margin_subgradient(w, b, X, y, C)
        h = 1e-30
        gradient = [looped_objective(w + 1j * h * e, b, X, y, C).imag / h for e in np.eye(3)]
        assert_allclose(gw, gradient, rtol=1e-10, atol=1e-10)
        assert gb == pytest.approx(looped_objective(w, b + 1j * h, X, y, C).imag / h, rel=1e-10, abs=1e-10)


def kinky_problem(rng):
    """Return integers such that the first five objects have y f(x) = 1 without any rounding."""
    w, b, y = np.array([1.0, 2.0, -1.0]), 2.0, labels(rng, 8)
    X = rng.integers(-3, 4, (8, 3)).astype(float)
    X[:5, 0] = y[:5] - b - X[:5, 1:] @ w[1:]
    assert_array_equal(y[:5] * (X[:5] @ w + b), 1)
    return w, b, X, y, 4.0


@pytest.mark.parametrize("place", ["anywhere", "kink", "origin"])
def test_subgradient_inequality(place, rng):
    # At a kink every value between the one-sided slopes is right: only the inequality is a fair test.
    w, b, X, y, C = kinky_problem(rng) if place == "kink" else random_problem(rng)
    if place == "origin":
        w, b = np.zeros(3), 0.0
    here = ref.soft_margin_objective(w, b, X, y, C)
    gw, gb = ref.soft_margin_subgradient(w, b, X, y, C)
    for radius in np.logspace(-4, 0, 300):
        step = rng.normal(size=4)
        step *= radius / np.linalg.norm(step)
        there = ref.soft_margin_objective(w + step[:3], b + step[3], X, y, C)
        assert there >= here + gw @ step[:3] + gb * step[3] - 1e-12 * (1 + here)


# ---- the dual -----------------------------------------------------------------------------------------------------


def test_dual_objective_agrees_with_the_double_loop_and_is_concave(rng):
    X, y = two_clouds(rng, 8, 3, distance=1.0, shift=10.0)
    pairs = [(rng.normal(size=8), rng.normal(size=8)) for _ in range(20)]
    for alpha, beta in pairs:
        double = sum(
            alpha[i] * alpha[j] * y[i] * y[j] * sum(X[i, k] * X[j, k] for k in range(3))
            for i in range(8)
            for j in range(8)
        )
        value = ref.dual_objective(alpha, X, y)
        assert value == pytest.approx(alpha.sum() - double / 2, rel=1e-11, abs=1e-9)
        middle = ref.dual_objective((alpha + beta) / 2, X, y)
        assert middle >= (value + ref.dual_objective(beta, X, y)) / 2 - 1e-9
    assert ref.dual_objective(np.zeros(8), X, y) == 0


def test_weak_duality_on_random_pairs(rng):
    X, y = two_clouds(rng, 20, 3, distance=1.0, shift=1.0)
    C = 0.7
    best_w, best_b = ref.soft_margin_svm(X, y, C)
    best_alpha = ref.soft_margin_dual(X, y, C)
    smallest = np.inf
    for size in np.logspace(-6, 1, 2000):
        alpha = np.clip(best_alpha + size * rng.uniform(-1, 1, 20), 0, C)
        plus, minus = alpha[y > 0].sum(), alpha[y < 0].sum()
        alpha *= min(plus, minus) / np.where(y > 0, max(plus, 1e-9), max(minus, 1e-9))  # alpha·y = 0
        w, b = best_w + size * rng.normal(size=3), best_b + size * rng.normal()
        gap = ref.soft_margin_objective(w, b, X, y, C) - ref.dual_objective(alpha, X, y)
        assert gap >= -1e-12
        smallest = min(smallest, gap)
    assert smallest < 1e-3  # some of the pairs came close


# ---- soft margin --------------------------------------------------------------------------------------------------

SOFT = {
    "cheap": (30, 2, 2.0, 0.0, 0.1),
    "off_centre": (60, 3, 2.0, 3.0, 1.0),
    "dear": (40, 4, 2.0, -1.0, 10.0),
    "square": (5, 5, 0.5, 0.0, 0.5),
    "one_feature": (25, 1, 1.0, 4.0, 2.0),
    "tiny_price": (24, 3, 1.0, 2.0, 1e-3),
    "separable": (20, 3, 8.0, 1.0, 10.0),
    "largest": (100, 5, 1.5, 1.0, 0.5),
}


def soft_problem(rng, name):
    N, n, distance, shift, C = SOFT[name]
    return *two_clouds(rng, N, n, distance, shift), C


@pytest.mark.parametrize("name", SOFT)
def test_soft_margin_carries_a_proof(name, rng):
    X, y, C = soft_problem(rng, name)
    (w, b), alpha = ref.soft_margin_svm(X, y, C), ref.soft_margin_dual(X, y, C)
    primal, dual = ref.soft_margin_objective(w, b, X, y, C), ref.dual_objective(alpha, X, y)
    assert abs(primal - dual) <= 1e-11 * primal
    assert alpha.min() >= 0
    assert alpha.max() <= C
    assert abs(alpha @ y) <= 1e-12 * alpha.sum()
    # Karush, Kuhn and Tucker: beyond the border alpha = 0, on the street alpha = C.
    room = y * (X @ w + b) - 1
    assert_allclose((alpha * y) @ X, w, atol=1e-10 * (1 + np.linalg.norm(w)))
    assert np.all(alpha * np.maximum(room, 0) <= 1e-11 * primal)
    assert np.all((C - alpha) * np.maximum(-room, 0) <= 1e-11 * primal)


@pytest.mark.parametrize("price", [1e-4, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_soft_margin_carries_a_proof_for_any_price_unit_and_repetition(price, scale, rng):
    X, y = two_clouds(rng, 30, 3, distance=2.0, positives=4)
    X, y = np.repeat(np.round(2 * X), 2, axis=0), np.repeat(y, 2)  # on a grid, everyone at least twice
    C = price / np.max(np.sum((X - X.mean(axis=0)) ** 2, axis=1)) / scale**2
    w, b = ref.soft_margin_svm(scale * X, y, C)
    primal = ref.soft_margin_objective(w, b, scale * X, y, C)
    assert ref.dual_objective(ref.soft_margin_dual(scale * X, y, C), scale * X, y) == pytest.approx(primal, rel=1e-11)


@pytest.mark.parametrize("name", SOFT)
def test_soft_margin_agrees_with_smo_and_libsvm(name, rng):
    X, y, C = soft_problem(rng, name)
    w, b = ref.soft_margin_svm(X, y, C)
    value = ref.soft_margin_objective(w, b, X, y, C)
    # Multipliers and, at times, b are not unique, so objectives are compared; w is unique.
    alpha = smo(X, y, C)
    assert value == pytest.approx(ref.dual_objective(alpha, X, y), rel=1e-11)
    assert_allclose((alpha * y) @ X, w, atol=1e-9 * (1 + np.linalg.norm(w)))
    # libsvm: 4e-11 to 9e-6 relative, never below the optimum.
    net = libsvm(X, y, C)
    assert value <= ref.soft_margin_objective(net.coef_[0], net.intercept_[0], X, y, C) * (1 + 1e-11)
    assert value == pytest.approx(ref.soft_margin_objective(net.coef_[0], net.intercept_[0], X, y, C), rel=3e-5)
    # Trap: dual_coef_ holds y alpha of the support vectors only, and decision > 0 means classes_[1].
    theirs = np.zeros(len(y))
    theirs[net.support_] = np.abs(net.dual_coef_[0])
    assert_array_equal(net.classes_, [-1, 1])
    assert ref.dual_objective(theirs, X, y) <= value * (1 + 1e-7)
    assert ref.dual_objective(ref.soft_margin_dual(X, y, C), X, y) == pytest.approx(value, rel=1e-11)


@pytest.mark.parametrize("name", ["cheap", "square", "one_feature", "tiny_price", "separable"])
def test_soft_margin_agrees_with_slsqp(name, rng):
    X, y, C = soft_problem(rng, name)
    value = ref.soft_margin_objective(*ref.soft_margin_svm(X, y, C), X, y, C)
    assert value == pytest.approx(slsqp_soft(X, y, C), rel=1e-7)


def test_intercept_is_free():
    X, y = irises(1, 2)
    X = X[:, 2:]  # petals, in raw centimetres: centred data would hide a penalty on b
    w, b = ref.soft_margin_svm(X, y, 1.0)
    value = ref.soft_margin_objective(w, b, X, y, 1.0)
    assert value == pytest.approx(18.5, abs=0.05)
    assert b == pytest.approx(-14.4, abs=0.05)
    # Trap: LinearSVC penalises the intercept (and squares the hinge unless told), so it is no oracle.
    linear = LinearSVC(C=1.0, loss="hinge", tol=1e-6, max_iter=1_000_000, random_state=0).fit(X, y)
    assert linear.intercept_[0] == pytest.approx(-4.7, abs=0.1)
    assert ref.soft_margin_objective(linear.coef_[0], linear.intercept_[0], X, y, 1.0) > 1.5 * value


def test_soft_margin_between_its_limits(rng):
    X, y = separable(rng, 20, 3, shift=2.0)
    w, b = ref.hard_margin_svm(X, y)
    w_dear, b_dear = ref.soft_margin_svm(X, y, 1e3)  # above every multiplier: the box is inactive
    assert_allclose(w_dear, w, atol=1e-8 * np.linalg.norm(w))
    assert b_dear == pytest.approx(b, rel=1e-8)
    C = 1e-6  # everybody stands on the street, and the classes are of equal size
    w_cheap, _ = ref.soft_margin_svm(X, y, C)
    assert_allclose(w_cheap, C * y @ X, atol=1e-9 * np.linalg.norm(w_cheap))


def test_soft_margin_follows_its_data(rng):
    X, y = two_clouds(rng, 30, 3, distance=1.5, positives=6)
    w, b = ref.soft_margin_svm(X, y, 2.0)
    t = np.array([3.0, -1.0, 20.0])
    w_moved, b_moved = ref.soft_margin_svm(X + t, y, 2.0)
    assert_allclose(w_moved, w, atol=1e-8)
    assert b_moved == pytest.approx(b - w @ t, abs=1e-7)
    w_scaled, b_scaled = ref.soft_margin_svm(100 * X, y, 2.0 / 100**2)
    assert_allclose(100 * w_scaled, w, atol=1e-8)
    assert b_scaled == pytest.approx(b, abs=1e-8)
    w_twice, b_twice = ref.soft_margin_svm(np.tile(X, (2, 1)), np.tile(y, 2), 1.0)
    assert_allclose(w_twice, w, atol=1e-8)
    assert b_twice == pytest.approx(b, abs=1e-8)


def test_soft_margin_where_the_intercept_or_the_multipliers_are_not_unique(rng):
    X, y = np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0])
    w, b = ref.soft_margin_svm(X, y, 0.1)
    assert_allclose(w, [0.2], rtol=1e-10)
    assert -0.8 <= b <= 0.8
    for other in (-0.8, b, 0.8):
        assert ref.soft_margin_objective(w, other, X, y, 0.1) == pytest.approx(0.18, rel=1e-11)
    assert_allclose(ref.soft_margin_dual(X, y, 0.1), [0.1, 0.1], rtol=1e-11)
    # Trap: two exact solvers differ by 3.2 in alpha on iris with repeated rows, at the same objective.
    X, y = irises(1, 2)
    X, y = np.repeat(X[::5], 2, axis=0), np.repeat(y[::5], 2)
    ours, theirs = ref.soft_margin_dual(X, y, 10.0), smo(X, y, 10.0)
    assert ref.dual_objective(ours, X, y) == pytest.approx(ref.dual_objective(theirs, X, y), rel=1e-10)
    assert np.max(np.abs(ours - theirs)) > 0.1  # 3.7 when measured


def test_soft_margin_of_identical_objects():
    w, b = ref.soft_margin_svm([[1, 2]] * 5, [1, -1, 1, 1, -1], 2)
    assert_array_equal(w, [0, 0])
    assert b == pytest.approx(1, abs=1e-9)  # the majority decides


# ---- what every function promises ---------------------------------------------------------------------------------


def test_integers_and_lists_are_welcome_and_nothing_is_modified():
    X, y = np.array([[2, 1], [3, -1], [-1, 0], [-2, 2], [4, 4]]), np.array([1, 1, -1, -1, 1])
    w, alpha = np.array([2, -1]), np.array([1, 0, 2, 1, 3])
    calls = {
        ref.signed_distance: (X, w, 3),
        ref.geometric_margin: (X, y, w, 3),
        ref.hull_nearest_points: (X[y > 0], X[y < 0]),
        ref.hard_margin_svm: (X, y),
        ref.soft_margin_objective: (w, 3, X, y, 2),
        ref.soft_margin_subgradient: (w, 3, X, y, 2),
        ref.dual_objective: (alpha, X, y),
        ref.soft_margin_svm: (X, y, 2),
        ref.soft_margin_dual: (X, y, 2),
        ref.capstone_iris: (X, y, X),
    }
    assert {function.__name__ for function in calls} == set(ref.__all__)
    for function, arguments in calls.items():
        copies = [np.copy(argument) for argument in arguments]
        answer = function(*arguments)
        for argument, copy in zip(arguments, copies, strict=True):
            assert_array_equal(argument, copy)
        parts = answer if isinstance(answer, tuple) else (answer,)
        assert all(np.asarray(part).dtype == np.float64 for part in parts)
        listed = function(*(a.tolist() if isinstance(a, np.ndarray) else a for a in arguments))
        floats = function(*(np.asarray(a, dtype=float) if isinstance(a, np.ndarray) else float(a) for a in arguments))
        for other in (listed, floats):
            for part, same in zip(parts, other if isinstance(other, tuple) else (other,), strict=True):
                assert_array_equal(part, same)


# ---- real data ----------------------------------------------------------------------------------------------------


def test_capstone_iris_agrees_with_libsvm_and_is_as_accurate_as_measured():
    X, y = irises(1, 2)
    shares = []
    for seed in range(12):
        order = np.random.default_rng(seed).permutation(100)
        train, test = order[:60], order[60:]
        predicted = ref.capstone_iris(X[train], y[train], X[test])
        assert set(predicted) == {-1.0, 1.0}
        mean, deviation = X[train].mean(axis=0), X[train].std(axis=0)
        net = libsvm((X[train] - mean) / deviation, y[train], 1.0)
        assert_array_equal(predicted, net.predict((X[test] - mean) / deviation))
        shares.append(np.mean(predicted == y[test]))
    assert min(shares) >= 0.875  # over many splits: 0.90 to 1.00, median 0.95
    assert np.median(shares) >= 0.925


def test_breast_cancer_has_thirty_features_and_is_solved_as_well(rng):
    # Trap: all 30 features together are linearly separable, so here the price matters: C = 0.1.
    X, y = load_breast_cancer(return_X_y=True)
    y = 2.0 * y - 1
    order = rng.permutation(len(y))
    train, test = order[:200], order[200:]
    X = (X - X[train].mean(axis=0)) / X[train].std(axis=0)
    w, b = ref.soft_margin_svm(X[train], y[train], 0.1)
    value = ref.soft_margin_objective(w, b, X[train], y[train], 0.1)
    bound = ref.dual_objective(ref.soft_margin_dual(X[train], y[train], 0.1), X[train], y[train])
    assert value == pytest.approx(bound, rel=1e-11)
    assert 0.94 <= np.mean(np.sign(X[test] @ w + b) == y[test]) <= 0.99  # measured: 0.946 to 0.981
