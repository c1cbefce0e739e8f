"""Independent correct answers about support vector machines, which must keep full marks."""

import functools
import itertools
import math

import numpy as np

from autograder.testing import alternative

# ---- tools a student might write ----------------------------------------------------------------------------------


def floats(*arrays):
    return [np.array(array, dtype=float) for array in arrays]


def onto_simplex(v):
    """Return the nearest point of the simplex: subtract a number and cut off at zero."""
    ordered = np.sort(v)[::-1]
    excess = (np.cumsum(ordered) - 1) / np.arange(1, len(v) + 1)
    return np.maximum(v - excess[np.flatnonzero(ordered > excess)[-1]], 0.0)


def hull_gap(alpha, beta, A, B):
    """Return the relative gap of two points of the hulls."""
    d = alpha @ A - beta @ B
    return 1 - ((A @ d).min() - (B @ d).max()) / (d @ d)


def frank_wolfe(A, B):
    """Plain Frank-Wolfe with exact line search, stopped by its own gap at 7e-4."""
    alpha, beta = np.eye(len(A))[0], np.eye(len(B))[0]
    p, q = alpha @ A, beta @ B
    for _ in range(150_000):
        d = p - q
        i, j = np.argmin(A @ d), np.argmax(B @ d)
        move = A[i] - B[j] - d
        if -(d @ move) <= 7e-4 * (d @ d):
            break
        step = min(1.0, -(d @ move) / (move @ move))
        alpha, beta = (1 - step) * alpha, (1 - step) * beta
        alpha[i] += step
        beta[j] += step
        p, q = p + step * (A[i] - p), q + step * (B[j] - q)
    return alpha, beta


def accelerated(A, B, tolerance):
    """Nesterov's projected gradient on the weights, started again whenever the distance grows."""
    alpha, beta = np.full(len(A), 1 / len(A)), np.full(len(B), 1 / len(B))
    size = 1 / np.linalg.norm(np.vstack([A, -B]), 2) ** 2
    u, v, t, last = alpha, beta, 1.0, np.inf
    for step in range(200_000):
        d = u @ A - v @ B
        new_alpha, new_beta = onto_simplex(u - size * A @ d), onto_simplex(v + size * B @ d)
        distance = np.linalg.norm(new_alpha @ A - new_beta @ B)
        t, faster = (1.0, 0.0) if distance > last else ((1 + math.sqrt(1 + 4 * t * t)) / 2, t)
        push = (faster - 1) / t if faster else 0.0
        u, v = new_alpha + push * (new_alpha - alpha), new_beta + push * (new_beta - beta)
        alpha, beta, last = new_alpha, new_beta, distance
        if step % 20 == 0 and hull_gap(alpha, beta, A, B) < tolerance:
            break
    return alpha, beta


def bisector(d, A, B):
    """Return the canonical hyperplane with normal d in the middle between the classes."""
    low, high = np.max(B @ d), np.min(A @ d)
    return 2 * d / (high - low), -(high + low) / (high - low)


def objective(w, b, X, y, C):
    return 0.5 * w @ w + C * np.sum(np.maximum(0.0, 1 - y * (X @ w + b)))


def best_intercept(w, X, y, C):
    """Return the best b for a given w: one of the kinks."""
    return min(y - X @ w, key=lambda b: objective(w, b, X, y, C))


def smo(X, y, C, tolerance):
    """Sequential minimal optimisation with the most violating pair; C may be infinite."""
    K = X @ X.T
    alpha, F = np.zeros(len(y)), y.copy()  # F = y - K (alpha y)
    for _ in range(400_000):
        rise = np.where(y > 0, alpha < C, alpha > 0)
        fall = np.where(y > 0, alpha > 0, alpha < C)
        i, j = np.argmax(np.where(rise, F, -np.inf)), np.argmin(np.where(fall, F, np.inf))
        if F[i] - F[j] <= tolerance:
            break
        room = min(C - alpha[i] if y[i] > 0 else alpha[i], alpha[j] if y[j] > 0 else C - alpha[j])
        step = min((F[i] - F[j]) / max(K[i, i] + K[j, j] - 2 * K[i, j], 1e-12), room)
        alpha[i] += y[i] * step
        alpha[j] -= y[j] * step
        F -= step * (K[:, i] - K[:, j])
    return (alpha * y) @ X, alpha, (F[i] + F[j]) / 2


# ---- 5.1 signed_distance ------------------------------------------------------------------------------------------


@alternative("signed_distance")
def distance_by_loops(X, w, b):
    """Adds up products in plain Python."""
    length = math.sqrt(sum(float(c) ** 2 for c in w))
    return np.array([(sum(float(c) * float(v) for c, v in zip(w, x, strict=True)) + b) / length for x in X])


@alternative("signed_distance")
def distance_with_unit_normal(X, w, b):
    """Normalises the plane first."""
    X, w = floats(X, w)
    length = np.sqrt(w.dot(w))
    w /= length
    return np.einsum("ij,j->i", X, w) + b / length


@alternative("signed_distance")
def distance_from_foot_point(X, w, b):
    """Measures from the point of the plane that is nearest to the origin."""
    X, w = floats(X, w)
    foot = -b * w / (w @ w)
    return np.sum((X - foot) * w, axis=1) / math.hypot(*w)


@alternative("signed_distance")
def distance_in_homogeneous_coordinates(X, w, b):
    """Appends a constant feature to the objects and b to the normal."""
    extended = np.column_stack([X, np.ones(len(X))])
    return extended @ np.append(w, b) / np.linalg.norm(w)


# ---- 5.2 geometric_margin -----------------------------------------------------------------------------------------


@alternative("geometric_margin")
def margin_by_loops(X, y, w, b):
    """Keeps the smallest distance in a loop."""
    length, least = math.sqrt(sum(c * c for c in w)), math.inf
    for x, label in zip(X, y, strict=True):
        least = min(least, label * (sum(c * v for c, v in zip(w, x, strict=True)) + b) / length)
    return float(least)


@alternative("geometric_margin")
def margin_class_by_class(X, y, w, b):
    """Takes the lowest object of class +1 and the highest of class -1."""
    X, y, w = floats(X, y, w)
    distance = (X @ w + b) / np.linalg.norm(w)
    return float(min(np.min(distance[y > 0], initial=np.inf), np.min(-distance[y < 0], initial=np.inf)))


@alternative("geometric_margin")
def margin_as_numpy_scalar(X, y, w, b):
    """Sorts, and returns a numpy scalar."""
    X, y, w = floats(X, y, w)
    return np.sort(y * (X @ (w / np.sqrt(np.sum(w**2))) + b / np.sqrt(np.sum(w**2))))[0]


@alternative("geometric_margin")
def margin_by_reduction(X, y, w, b):
    """Folds the minimum over the objects, with the labels multiplied into the data."""
    X, y, w = floats(X, y, w)
    scores = np.einsum("i,ij,j->i", y, X, w) + y * b
    return functools.reduce(min, scores.tolist()) / float(np.linalg.norm(w))


# ---- 5.3 hull_nearest_points --------------------------------------------------------------------------------------


@alternative("hull_nearest_points")
def hulls_by_frank_wolfe(A, B):
    """Plain Frank-Wolfe, the slowest honest method, stopped inside the tolerance for full marks."""
    return frank_wolfe(*floats(A, B))


@alternative("hull_nearest_points")
def hulls_with_away_steps(A, B):
    """Frank-Wolfe that may also move away from a bad corner, on the hull of all differences."""
    A, B = floats(A, B)
    M = (A[:, None] - B[None]).reshape(-1, A.shape[1])
    weights = np.zeros(len(M))
    weights[np.argmin(np.sum(M**2, axis=1))] = 1.0
    for _ in range(50_000):
        d = weights @ M
        heights = M @ d
        toward, away = np.argmin(heights), np.argmax(np.where(weights > 0, heights, -np.inf))
        if d @ d - heights[toward] <= 1e-6 * (d @ d):
            break
        if d @ d - heights[toward] >= heights[away] - d @ d:
            move, limit, corner, sign = M[toward] - d, 1.0, toward, 1.0
        else:
            limit = weights[away] / (1 - weights[away]) if weights[away] < 1 else np.inf
            move, corner, sign = d - M[away], away, -1.0
        step = min(-(d @ move) / (move @ move), limit)
        weights *= 1 - sign * step
        weights[corner] += sign * step
        weights = np.maximum(weights, 0.0)
        weights[weights < 1e-15] = 0.0
        weights /= weights.sum()
    table = weights.reshape(len(A), len(B))
    return table.sum(axis=1), table.sum(axis=0)


@alternative("hull_nearest_points")
def hulls_by_accelerated_gradient(A, B):
    """Projects gradient steps onto the two simplices."""
    A, B = floats(A, B)
    middle = (A.mean(axis=0) + B.mean(axis=0)) / 2
    return accelerated(A - middle, B - middle, tolerance=1e-4)


@alternative("hull_nearest_points")
def hulls_by_svm_dual(A, B):
    """Solves the hard-margin dual by SMO and normalises the multipliers of each class."""
    A, B = floats(A, B)
    X = np.vstack([A, B])
    size = np.abs(X - X.mean(axis=0)).max()
    _, alpha, _ = smo((X - X.mean(axis=0)) / size, np.repeat([1.0, -1.0], [len(A), len(B)]), np.inf, 1e-5)
    return alpha[: len(A)] / alpha[: len(A)].sum(), alpha[len(A) :] / alpha[len(A) :].sum()


@alternative("hull_nearest_points")
def hulls_by_active_set(A, B):
    """Wolfe's active set with the equations of the affine hull written out."""
    A, B = floats(A, B)
    M = (A[:, None] - B[None]).reshape(-1, A.shape[1])
    M /= np.linalg.norm(M, axis=1).min()
    active, weights = [int(np.argmin(np.linalg.norm(M, axis=1)))], [1.0]
    for _ in range(500):
        d = np.dot(weights, M[active])
        k = int(np.argmin(M @ d))
        if k in active or d @ (d - M[k]) < 1e-9 * (d @ d):
            break
        active.append(k)
        weights.append(0.0)
        while True:
            S, m = M[active], len(active)
            system = np.block([[S @ S.T, np.ones((m, 1))], [np.ones((1, m)), np.zeros((1, 1))]])
            goal = np.linalg.lstsq(system, np.append(np.zeros(m), 1.0), rcond=None)[0][:m]
            if np.all(goal > 1e-12):
                weights = goal.tolist()
                break
            share = min(x / (x - g) for x, g in zip(weights, goal, strict=True) if g <= 1e-12)
            mixed = [x + share * (g - x) for x, g in zip(weights, goal, strict=True)]
            active = [a for a, x in zip(active, mixed, strict=True) if x > 1e-12]
            weights = [x for x in mixed if x > 1e-12]
    alpha, beta = np.zeros(len(A)), np.zeros(len(B))
    for k, x in zip(active, weights, strict=True):
        alpha[k // len(B)] += x / sum(weights)
        beta[k % len(B)] += x / sum(weights)
    return alpha, beta


# ---- 5.4 hard_margin_svm ------------------------------------------------------------------------------------------


@alternative("hard_margin_svm")
def hard_by_smo(X, y):
    """Sequential minimal optimisation without an upper bound, at a tolerance of 5e-4."""
    X, y = floats(X, y)
    centre, size = X.mean(axis=0), np.abs(X - X.mean(axis=0)).max()
    w, _, b = smo((X - centre) / size, y, np.inf, 5e-4)
    return w / size, float(b - w @ centre / size)


@alternative("hard_margin_svm")
def hard_by_frank_wolfe(X, y):
    """The bisector of the nearest points found by plain Frank-Wolfe."""
    X, y = floats(X, y)
    A, B = X[y > 0], X[y < 0]
    alpha, beta = frank_wolfe(A, B)
    w, b = bisector(alpha @ A - beta @ B, A, B)
    return w, float(b)


@alternative("hard_margin_svm")
def hard_by_accelerated_gradient(X, y):
    """The bisector of the nearest points found by projected gradient steps."""
    X, y = floats(X, y)
    centred = X - X.mean(axis=0)
    A, B = centred[y > 0], centred[y < 0]
    alpha, beta = accelerated(A, B, tolerance=5e-4)
    w, b = bisector(alpha @ A - beta @ B, A, B)
    return w, float(b - w @ X.mean(axis=0))


@alternative("hard_margin_svm")
def hard_as_exact_penalty(X, y):
    """An interior-point method for the soft margin, at a price above every multiplier."""
    X, y = floats(X, y)
    centre, size = X.mean(axis=0), np.abs(X - X.mean(axis=0)).max()
    w, b = interior_point((X - centre) / size, y, 1e5)
    return w / size, float(b - w @ centre / size)


@alternative("hard_margin_svm")
def hard_by_exchange(X, y):
    """Guesses which objects carry the street, solves the equations, and exchanges one object at a time."""
    X, y = floats(X, y)
    centre, size = X.mean(axis=0), np.abs(X - X.mean(axis=0)).max()
    Z = (X - centre) / size
    differences = [(i, j) for i, j in itertools.product(np.flatnonzero(y > 0), np.flatnonzero(y < 0))]
    carried = sorted(min(differences, key=lambda pair: np.linalg.norm(Z[pair[0]] - Z[pair[1]])))
    for _ in range(100):
        w, alpha, b = smo(Z[carried], y[carried], np.inf, 1e-6)
        shortfall = 1 - y * (Z @ w + b)
        if shortfall.max() <= 1e-4:
            break
        kept = [k for k, a in zip(carried, alpha, strict=True) if a > 0]
        carried = sorted({*kept, int(np.argmax(shortfall))})
    return w / size, float(b - w @ centre / size)


# ---- 5.5 soft_margin_objective ------------------------------------------------------------------------------------


@alternative("soft_margin_objective")
def objective_by_loops(w, b, X, y, C):
    """Adds up the losses in plain Python."""
    losses = [
        max(0.0, 1 - t * (math.fsum(c * v for c, v in zip(w, x, strict=True)) + b)) for x, t in zip(X, y, strict=True)
    ]
    return 0.5 * math.fsum(c * c for c in w) + C * math.fsum(losses)


@alternative("soft_margin_objective")
def objective_of_those_who_pay(w, b, X, y, C):
    """Selects the objects that fall short first."""
    w, X, y = floats(w, X, y)
    margins = y * (X.dot(w) + b)
    return np.linalg.norm(w) ** 2 / 2 + C * np.sum(1 - margins[margins < 1])


@alternative("soft_margin_objective")
def objective_with_absolute_values(w, b, X, y, C):
    """Writes max(0, t) as (t + |t|) / 2."""
    w, X, y = floats(w, X, y)
    t = 1 - np.einsum("i,ij,j->i", y, X, w) - y * b
    return float(np.dot(w, w) / 2 + C / 2 * np.sum(t + np.abs(t)))


@alternative("soft_margin_objective")
def objective_clipped(w, b, X, y, C):
    """Clips, and sums the price object by object."""
    w, X, y = floats(w, X, y)
    losses = np.clip(1 - y * (X @ w + b), 0, None)
    return float(0.5 * np.sum(np.square(w)) + np.sum(np.full(len(y), C) * losses))


# ---- 5.6 soft_margin_subgradient ----------------------------------------------------------------------------------


@alternative("soft_margin_subgradient")
def border_counts(w, b, X, y, C):
    """Counts objects on the border fully."""
    w, X, y = floats(w, X, y)
    active = y * (X @ w + b) <= 1
    return w - C * np.sum(y[active, None] * X[active], axis=0), float(-C * np.sum(y[active]))


@alternative("soft_margin_subgradient")
def border_counts_half(w, b, X, y, C):
    """Counts objects on the border half."""
    w, X, y = floats(w, X, y)
    pull = y * np.heaviside(1 - y * (X @ w + b), 0.5)
    return w - C * pull @ X, -C * np.sum(pull)


@alternative("soft_margin_subgradient")
def subgradient_by_loops(w, b, X, y, C):
    """Goes through the objects one by one."""
    gw, gb = [float(c) for c in w], 0.0
    for x, t in zip(X, y, strict=True):
        if t * (sum(c * v for c, v in zip(w, x, strict=True)) + b) < 1:
            gw = [g - C * t * v for g, v in zip(gw, x, strict=True)]
            gb -= C * t
    return np.array(gw), float(gb)


@alternative("soft_margin_subgradient")
def subgradient_as_list(w, b, X, y, C):
    """Works with w and b in one vector and returns a list of two entries."""
    w, X, y = floats(w, X, y)
    Z = y[:, None] * np.column_stack([X, np.ones(len(X))])
    g = np.append(w, 0.0) - C * Z.T @ (Z @ np.append(w, b) < 1)
    return [g[:-1], g[-1]]


# ---- 5.7 dual_objective -------------------------------------------------------------------------------------------


@alternative("dual_objective")
def dual_by_double_loop(alpha, X, y):
    """The double sum as it is written."""
    total = float(sum(alpha))
    for i, j in itertools.product(range(len(y)), repeat=2):
        total -= 0.5 * alpha[i] * alpha[j] * y[i] * y[j] * sum(a * b for a, b in zip(X[i], X[j], strict=True))
    return float(total)


@alternative("dual_objective")
def dual_with_gram_matrix(alpha, X, y):
    """Builds the matrix of the quadratic form."""
    alpha, X, y = floats(alpha, X, y)
    Q = np.outer(y, y) * (X @ X.T)
    return alpha.sum() - 0.5 * alpha @ Q @ alpha


@alternative("dual_objective")
def dual_by_einsum(alpha, X, y):
    """One einsum over all indices."""
    double_sum = np.einsum("i,j,i,j,ik,jk->", alpha, alpha, y, y, X, X)
    return float(np.sum(alpha) - double_sum / 2)


@alternative("dual_objective")
def dual_as_lagrangian(alpha, X, y):
    """Inserts the best w into the Lagrange function, without b."""
    alpha, X, y = floats(alpha, X, y)
    w = sum(a * t * x for a, t, x in zip(alpha, y, X, strict=True))
    return float(0.5 * w @ w + alpha @ (1 - y * (X @ w)))


# ---- 5.8 soft_margin_svm ------------------------------------------------------------------------------------------


@alternative("soft_margin_svm")
def soft_by_smo(X, y, C):
    """Sequential minimal optimisation at a tolerance of 1e-4."""
    X, y = floats(X, y)
    centre = X.mean(axis=0)
    w, _, _ = smo(X - centre, y, C, 1e-4)
    return w, float(best_intercept(w, X - centre, y, C) - w @ centre)


@alternative("soft_margin_svm")
def soft_by_subgradients(X, y, C):
    """20 000 subgradient steps, 1/t for w and 1/√t for b; the best point is kept, and the best b for it taken."""
    X, y = floats(X, y)
    centre = X.mean(axis=0)
    Z, least, answer = X - centre, np.inf, None
    w, b, ones = np.zeros(X.shape[1]), 0.0, np.ones(len(y))
    for t in range(1, 20_001):
        margins = y * (Z @ w + b)
        value = 0.5 * w @ w + C * np.maximum(0.0, 1 - margins) @ ones
        if value < least:
            least, answer = value, (w, b)
        pull = np.where(margins < 1, y, 0.0)
        w, b = w - (w - C * pull @ Z) / t, b + pull @ ones / len(y) / math.sqrt(t)
    w, b = answer
    candidate = best_intercept(w, Z, y, C)
    b = candidate if objective(w, candidate, Z, y, C) < least else b
    return w, float(b - w @ centre)


@alternative("soft_margin_svm")
def soft_by_dual_gradient(X, y, C):
    """Accelerated projected gradient on the dual; the projection onto box and plane by bisection."""
    X, y = floats(X, y)
    centre = X.mean(axis=0)
    V = y[:, None] * (X - centre)
    size = 1 / np.linalg.norm(V, 2) ** 2
    alpha, ahead, t, D = np.zeros(len(y)), np.zeros(len(y)), 1.0, 0.0
    for step in range(20_000):
        goal = ahead + size * (1 - V @ (ahead @ V))
        low, high = -np.abs(goal).max() - C, np.abs(goal).max() + C
        while high - low > 1e-13 * (1 + abs(low)):
            middle = (low + high) / 2
            low, high = (low, middle) if y @ np.clip(goal - middle * y, 0, C) < 0 else (middle, high)
            if middle in (low, high) and high - low < 1e-15:
                break
        new = np.clip(goal - low * y, 0, C)
        v = new @ V
        value = new.sum() - 0.5 * v @ v
        t, faster = (1.0, 1.0) if value < D else ((1 + math.sqrt(1 + 4 * t * t)) / 2, t)
        ahead, alpha, D = new + (faster - 1) / t * (new - alpha), new, value
        if step % 50 == 0 and objective(v, best_intercept(v, X - centre, y, C), X - centre, y, C) - D < 2e-4 * D:
            break
    w = alpha @ V
    return w, float(best_intercept(w, X - centre, y, C) - w @ centre)


def interior_point(X, y, C):
    """Newton's method on perturbed optimality conditions, shrinking the perturbation; returns w and b."""
    N, n = X.shape
    Z = y[:, None] * np.column_stack([X, np.ones(N)])
    J = np.append(np.ones(n), 0.0)
    u, alpha = np.zeros(n + 1), np.full(N, C / 2)
    slack, xi = np.ones(N), np.ones(N)  # slack = y f - 1 + xi
    for _ in range(60):
        stationarity = J * u - alpha @ Z
        infeasibility = Z @ u - 1 + xi - slack
        gap = alpha @ slack + (C - alpha) @ xi
        if max(gap, np.abs(stationarity).max(), C * np.abs(infeasibility).sum()) <= 1e-7 * (
            0.5 * u @ (J * u) + C * xi.sum()
        ):
            break
        mu = 0.1 * gap / (2 * N)
        # the changes of slack and xi follow from that of alpha
        weight = slack / alpha + xi / (C - alpha)
        right = mu / alpha - slack - mu / (C - alpha) + xi - infeasibility
        du = np.linalg.solve(np.diag(J) + (Z.T / weight) @ Z, (right / weight) @ Z - stationarity)
        dalpha = (right - Z @ du) / weight
        dslack = mu / alpha - slack - slack / alpha * dalpha
        dxi = mu / (C - alpha) - xi + xi / (C - alpha) * dalpha
        step = 1.0
        for value, change in ((alpha, dalpha), (C - alpha, -dalpha), (slack, dslack), (xi, dxi)):
            step = min([step, *(-0.9 * value[change < 0] / change[change < 0])])
        u, alpha, slack, xi = u + step * du, alpha + step * dalpha, slack + step * dslack, xi + step * dxi
    return u[:-1], u[-1]


@alternative("soft_margin_svm")
def soft_by_interior_point(X, y, C):
    """A primal-dual interior-point method."""
    X, y = floats(X, y)
    centre = X.mean(axis=0)
    w, b = interior_point(X - centre, y, C)
    return w, float(b - w @ centre)


# ---- 5.9 capstone_iris --------------------------------------------------------------------------------------------


def standardised(X_train, X_test):
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / deviation, (X_test - mean) / deviation


@alternative("capstone_iris")
def iris_by_smo(X_train, y_train, X_test):
    """The soft-margin machine by SMO; labels as integers."""
    X_train, X_test = standardised(*floats(X_train, X_test))
    w, _, b = smo(X_train, np.array(y_train, dtype=float), 1.0, 1e-3)
    return np.where(X_test @ w + b > 0, 1, -1)


@alternative("capstone_iris")
def iris_by_discriminant(X_train, y_train, X_test):
    """Fisher's own linear discriminant, on raw centimetres."""
    X_train, y_train, X_test = floats(X_train, y_train, X_test)
    means = [X_train[y_train == label].mean(axis=0) for label in (-1, 1)]
    within = sum(np.cov(X_train[y_train == label].T) for label in (-1, 1))
    w = np.linalg.solve(within, means[1] - means[0])
    return np.sign(X_test @ w - w @ (means[0] + means[1]) / 2 + 1e-12)


@alternative("capstone_iris")
def iris_by_logistic_regression(X_train, y_train, X_test):
    """Logistic regression with a small penalty, by gradient descent."""
    X_train, X_test = standardised(*floats(X_train, X_test))
    y_train, w, b = np.array(y_train, dtype=float), np.zeros(X_train.shape[1]), 0.0
    for _ in range(5000):
        pull = y_train / (1 + np.exp(y_train * (X_train @ w + b)))
        w, b = w + 0.1 * (pull @ X_train / len(y_train) - 0.01 * w), b + 0.1 * pull.mean()
    return np.where(X_test @ w + b > 0, 1.0, -1.0)


@alternative("capstone_iris")
def iris_by_neighbours(X_train, y_train, X_test):
    """A vote of the nine nearest flowers, returned as a list."""
    X_train, X_test = floats(X_train, X_test)
    nearest = np.argsort(np.linalg.norm(X_test[:, None] - X_train[None], axis=2), axis=1)[:, :9]
    return [1 if np.sum(np.asarray(y_train)[row]) > 0 else -1 for row in nearest]
