"""Plausible wrong answers about support vector machines, each with exactly the hidden tests that must reject it."""

import numpy as np

from autograder.testing import mistake

# ---- right parts of wrong answers ---------------------------------------------------------------------------------


def floats(*arrays):
    return [np.asarray(array, dtype=float) for array in arrays]


def frank_wolfe(A, B, steps, gap=0.0):
    """Frank-Wolfe with exact line search; stops at a relative gap."""
    alpha, beta = np.full(len(A), 1 / len(A)), np.full(len(B), 1 / len(B))
    for _ in range(steps):
        d = alpha @ A - beta @ B
        i, j = np.argmin(A @ d), np.argmax(B @ d)
        move = (A[i] - alpha @ A) - (B[j] - beta @ B)
        if -(d @ move) <= gap * (d @ d):
            break
        step = min(1.0, -(d @ move) / (move @ move))
        alpha, beta = (1 - step) * alpha, (1 - step) * beta
        alpha[i] += step
        beta[j] += step
    return alpha, beta


def nearest_weights(A, B, gap=1e-8, absolute=0.0):
    """Move weight from the worst to the best point of one hull at a time."""
    alpha, beta = np.eye(len(A))[0], np.eye(len(B))[0]
    for _ in range(20_000):
        d = alpha @ A - beta @ B
        a, b = A @ d, B @ d
        if d @ d - a.min() + b.max() <= max(gap * (d @ d), absolute):
            break
        i, k = np.argmin(a), np.argmax(np.where(alpha > 0, a, -np.inf))
        j, m = np.argmax(b), np.argmin(np.where(beta > 0, b, np.inf))
        if a[k] - a[i] >= b[j] - b[m]:
            step = min((a[k] - a[i]) / np.sum((A[i] - A[k]) ** 2), alpha[k])
            alpha[[i, k]] += [step, -step]
        else:
            step = min((b[j] - b[m]) / np.sum((B[j] - B[m]) ** 2), beta[m])
            beta[[j, m]] += [step, -step]
    return alpha, beta


def widest(X, y):
    """The hard-margin hyperplane in canonical form."""
    A, B = X[y > 0], X[y < 0]
    centre = A.mean(axis=0)
    alpha, beta = nearest_weights(A - centre, B - centre)
    return canonical(alpha @ A - beta @ B, X, y)


def canonical(w, X, y):
    """Scale a separating direction and choose b so that the nearest objects of both classes have score ±1."""
    top, bottom = np.min(X[y > 0] @ w), np.max(X[y < 0] @ w)
    return 2 * w / (top - bottom), float(-(top + bottom) / (top - bottom))


def cheapest(X, y, C, penalise_b=0.0, power=1, intercept=1.0):
    """Newton's method on the soft-margin objective with its kink rounded off more and more."""
    Z = y[:, None] * np.column_stack([X, np.full(len(X), intercept)])
    J = np.append(np.ones(X.shape[1]), penalise_b)
    u, eps = np.zeros(X.shape[1] + 1), 1.0

    def value(u):
        m = 1 - Z @ u
        return 0.5 * u @ (J * u) + C * np.sum(((m + np.hypot(m, eps)) / 2) ** power)

    while eps >= 1e-9:
        for _ in range(40):
            m = 1 - Z @ u
            r = np.hypot(m, eps)
            h, dh, ddh = (m + r) / 2, (1 + m / r) / 2, eps**2 / (2 * r**3)
            slope, curve = (dh, ddh) if power == 1 else (2 * h * dh, 2 * dh**2 + 2 * h * ddh)
            gradient = J * u - C * slope @ Z
            step = -np.linalg.lstsq(np.diag(J) + C * (Z.T * curve) @ Z, gradient, rcond=None)[0]
            if -(gradient @ step) <= 1e-12 * (1 + value(u)):
                break
            length = 1.0
            while length > 1e-8 and value(u + length * step) > value(u) + 0.1 * length * (gradient @ step):
                length /= 2
            u = u + length * step
        eps /= 2
    return u[:-1], float(intercept * u[-1])


def perceptron(X, y):
    """Correct w and b by one misclassified object after the other, at most 2000 times."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(2000):
        wrong = np.flatnonzero(y * (X @ w + b) <= 0)
        if not wrong.size:
            break
        w, b = w + y[wrong[0]] * X[wrong[0]], b + y[wrong[0]]
    return w, float(b)


# ---- 5.1 signed_distance ------------------------------------------------------------------------------------------


@mistake(
    "signed_distance",
    fails="test_signed_distance_measures_along_the_normal test_signed_distance_depends_on_the_plane_alone "
    "test_signed_distance_takes_lists_and_returns_float64",
)
def score(X, w, b):
    """Returns the score w·x + b without dividing by the length of w."""
    X, w = floats(X, w)
    return X @ w + b


@mistake(
    "signed_distance",
    fails="test_signed_distance_measures_along_the_normal test_signed_distance_depends_on_the_plane_alone "
    "test_signed_distance_takes_lists_and_returns_float64",
)
def over_squared_length(X, w, b):
    """Divides by the squared length of w."""
    X, w = floats(X, w)
    return (X @ w + b) / (w @ w)


@mistake(
    "signed_distance",
    fails="test_signed_distance_measures_along_the_normal test_signed_distance_depends_on_the_plane_alone "
    "test_signed_distance_takes_lists_and_returns_float64",
)
def unsigned(X, w, b):
    """Returns the distance without the side."""
    X, w = floats(X, w)
    return np.abs(X @ w + b) / np.linalg.norm(w)


@mistake(
    "signed_distance",
    fails="test_signed_distance_measures_along_the_normal test_signed_distance_depends_on_the_plane_alone "
    "test_signed_distance_takes_lists_and_returns_float64",
)
def length_of_w_and_b(X, w, b):
    """Counts the intercept as a component of the normal and divides by the length of (w, b)."""
    X, w = floats(X, w)
    return (X @ w + b) / np.linalg.norm(np.append(w, b))


@mistake(
    "signed_distance",
    fails="test_signed_distance_measures_along_the_normal test_signed_distance_depends_on_the_plane_alone "
    "test_signed_distance_takes_lists_and_returns_float64",
)
def through_the_origin(X, w, b):
    """Forgets the intercept, as if every plane went through the origin."""
    X, w = floats(X, w)
    return X @ w / np.linalg.norm(w)


@mistake(
    "signed_distance",
    fails="test_signed_distance_measures_along_the_normal test_signed_distance_depends_on_the_plane_alone "
    "test_signed_distance_takes_lists_and_returns_float64",
)
def as_column(X, w, b):
    """Returns a column of shape (N, 1) instead of a vector."""
    X, w = floats(X, w)
    return (X @ w[:, None] + b) / np.linalg.norm(w)


@mistake("signed_distance", fails="test_signed_distance_takes_lists_and_returns_float64")
def normalises_in_place(X, w, b):
    """Divides w by its length in place, which changes the caller's array and fails for integers."""
    length = np.linalg.norm(w)
    w /= length
    return X @ w + b / length


# ---- 5.2 geometric_margin -----------------------------------------------------------------------------------------


@mistake(
    "geometric_margin",
    fails="test_geometric_margin_is_the_least_distance test_geometric_margin_is_negative_if_one_is_misclassified "
    "test_geometric_margin_takes_lists_and_returns_a_float",
)
def mean_distance(X, y, w, b):
    """Averages over the objects instead of taking the worst one."""
    X, y, w = floats(X, y, w)
    return float(np.mean(y * (X @ w + b)) / np.linalg.norm(w))


@mistake(
    "geometric_margin",
    fails="test_geometric_margin_is_negative_if_one_is_misclassified "
    "test_geometric_margin_takes_lists_and_returns_a_float",
)
def distance_of_nearest(X, y, w, b):
    """Takes absolute values, so a misclassified object counts as if it were on its side."""
    X, w = floats(X, w)
    return float(np.min(np.abs(X @ w + b)) / np.linalg.norm(w))


@mistake(
    "geometric_margin",
    fails="test_geometric_margin_is_negative_if_one_is_misclassified "
    "test_geometric_margin_takes_lists_and_returns_a_float",
)
def cut_off_at_zero(X, y, w, b):
    """Reports zero where an object is misclassified."""
    X, y, w = floats(X, y, w)
    return float(max(0.0, np.min(y * (X @ w + b)) / np.linalg.norm(w)))


@mistake(
    "geometric_margin",
    fails="test_geometric_margin_is_the_least_distance test_geometric_margin_is_negative_if_one_is_misclassified "
    "test_geometric_margin_takes_lists_and_returns_a_float",
)
def without_labels(X, y, w, b):
    """Forgets the labels, so the class -1 counts as misclassified."""
    X, w = floats(X, w)
    return float(np.min(X @ w + b) / np.linalg.norm(w))


@mistake(
    "geometric_margin",
    fails="test_geometric_margin_is_the_least_distance test_geometric_margin_is_negative_if_one_is_misclassified "
    "test_geometric_margin_takes_lists_and_returns_a_float",
)
def positive_class_only(X, y, w, b):
    """Looks at the objects of class +1 only."""
    X, y, w = floats(X, y, w)
    return float(np.min(X[y > 0] @ w + b) / np.linalg.norm(w))


@mistake(
    "geometric_margin",
    fails="test_geometric_margin_is_the_least_distance test_geometric_margin_is_negative_if_one_is_misclassified "
    "test_geometric_margin_takes_lists_and_returns_a_float",
)
def functional_margin(X, y, w, b):
    """Returns the smallest y (w·x + b), which changes with the length of w."""
    X, y, w = floats(X, y, w)
    return float(np.min(y * (X @ w + b)))


@mistake("geometric_margin", fails="test_geometric_margin_takes_lists_and_returns_a_float")
def relabels_in_place(X, y, w, b):
    """Multiplies the labels by the scores in place and so overwrites the caller's y."""
    X, w = floats(X, w)
    y = np.asarray(y)
    y *= X @ w + b
    return float(np.min(y) / np.linalg.norm(w))


# ---- 5.3 hull_nearest_points --------------------------------------------------------------------------------------


@mistake(
    "hull_nearest_points",
    fails="test_hull_points_are_nearest_to_a_hundredth test_hull_points_are_nearest_to_a_thousandth "
    "test_hull_points_are_nearest_in_special_positions test_hull_points_come_as_two_float64_vectors",
)
def nearest_pair_of_data(A, B):
    """Takes the nearest pair of data points; a corner may be nearer to the middle of an edge."""
    A, B = floats(A, B)
    distances = np.linalg.norm(A[:, None] - B[None], axis=2)
    i, j = np.unravel_index(np.argmin(distances), distances.shape)
    return np.eye(len(A))[i], np.eye(len(B))[j]


@mistake(
    "hull_nearest_points",
    fails="test_hull_points_are_nearest_to_a_hundredth test_hull_points_are_nearest_to_a_thousandth "
    "test_hull_points_are_nearest_in_special_positions test_hull_points_come_as_two_float64_vectors",
)
def class_means(A, B):
    """Joins the centres of gravity of the two sets."""
    return np.full(len(A), 1 / len(A)), np.full(len(B), 1 / len(B))


@mistake(
    "hull_nearest_points",
    fails="test_hull_points_are_nearest_to_a_hundredth test_hull_points_are_nearest_to_a_thousandth "
    "test_hull_points_are_nearest_in_special_positions test_hull_points_come_as_two_float64_vectors",
)
def affine_hulls(A, B):
    """Solves for weights with sum 1 but lets them be negative, which leaves the hull."""
    A, B = floats(A, B)
    rows = np.vstack([np.hstack([A.T, -B.T]), 1e3 * np.repeat(np.eye(2), [len(A), len(B)], axis=1)])
    weights = np.linalg.lstsq(rows, np.append(np.zeros(A.shape[1]), [1e3, 1e3]), rcond=None)[0]
    return weights[: len(A)], weights[len(A) :]


@mistake(
    "hull_nearest_points",
    fails="test_hull_points_are_nearest_to_a_hundredth test_hull_points_are_nearest_to_a_thousandth "
    "test_hull_points_are_nearest_in_special_positions test_hull_points_come_as_two_float64_vectors",
)
def three_steps(A, B):
    """Makes a few Frank-Wolfe steps and never asks how far they got."""
    return frank_wolfe(*floats(A, B), steps=3)


@mistake(
    "hull_nearest_points",
    fails="test_hull_points_are_nearest_to_a_thousandth test_hull_points_are_nearest_in_special_positions",
)
def stops_at_one_percent(A, B):
    """Stops as soon as the gap is just below 1 %, which is good for half the marks only."""
    return frank_wolfe(*floats(A, B), steps=100_000, gap=8e-3)


@mistake("hull_nearest_points", fails="test_hull_points_are_nearest_in_special_positions")
def absolute_tolerance(A, B):
    """Stops at a gap of 1e-3 in the units of the data, whatever these are."""
    A, B = floats(A, B)
    centre = A.mean(axis=0)
    return nearest_weights(A - centre, B - centre, gap=0.0, absolute=1e-3)


@mistake(
    "hull_nearest_points",
    fails="test_hull_points_are_nearest_to_a_hundredth test_hull_points_are_nearest_to_a_thousandth "
    "test_hull_points_are_nearest_in_special_positions test_hull_points_come_as_two_float64_vectors",
)
def points_instead_of_weights(A, B):
    """Returns the nearest points themselves, not their weights."""
    A, B = floats(A, B)
    alpha, beta = nearest_weights(A, B)
    return alpha @ A, beta @ B


@mistake(
    "hull_nearest_points",
    fails="test_hull_points_are_nearest_to_a_hundredth test_hull_points_are_nearest_to_a_thousandth "
    "test_hull_points_are_nearest_in_special_positions test_hull_points_come_as_two_float64_vectors",
)
def one_budget_for_both(A, B):
    """Lets all weights together sum to 1 instead of those of each hull."""
    alpha, beta = nearest_weights(*floats(A, B))
    return alpha / 2, beta / 2


@mistake("hull_nearest_points", fails="test_hull_points_come_as_two_float64_vectors")
def centres_the_callers_data(A, B):
    """Moves the points to the origin in place, so that the caller's arrays change."""
    A, B = np.asarray(A), np.asarray(B)
    centre = A.mean(axis=0)
    A -= centre
    B -= centre
    return nearest_weights(A, B)


# ---- 5.4 hard_margin_svm ------------------------------------------------------------------------------------------


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_hundredth test_hard_margin_is_widest_to_a_thousandth "
    "test_hard_margin_is_widest_in_special_positions test_hard_margin_comes_as_vector_and_float",
)
def soft_with_unit_price(X, y):
    """Minimises the soft margin with C = 1, which gives in where violations are cheap."""
    X, y = floats(X, y)
    centre = X.mean(axis=0)
    w, b = cheapest(X - centre, y, 1.0)
    return w, float(b - w @ centre)


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_hundredth test_hard_margin_is_widest_to_a_thousandth "
    "test_hard_margin_is_widest_in_special_positions test_hard_margin_comes_as_vector_and_float",
)
def penalises_b(X, y):
    """Treats b as one more component of w, so that the answer depends on the origin."""
    X, y = floats(X, y)
    lifted = np.column_stack([X, np.ones(len(X))])
    alpha, beta = nearest_weights(lifted[y > 0], -lifted[y < 0])
    u = alpha @ lifted[y > 0] + beta @ -lifted[y < 0]
    u = u / np.min(y * (lifted @ u))
    return u[:-1], float(u[-1])


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_hundredth test_hard_margin_is_widest_to_a_thousandth "
    "test_hard_margin_is_widest_in_special_positions test_hard_margin_comes_as_vector_and_float",
)
def any_separating_plane(X, y):
    """Takes the first separating hyperplane that the perceptron finds and rescales it."""
    X, y = floats(X, y)
    centre, size = X.mean(axis=0), np.abs(X - X.mean(axis=0)).max()
    w, _ = perceptron((X - centre) / size, y)
    return canonical(w, X, y)


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_hundredth test_hard_margin_is_widest_to_a_thousandth "
    "test_hard_margin_is_widest_in_special_positions test_hard_margin_comes_as_vector_and_float",
)
def least_squares_direction(X, y):
    """Fits the labels by least squares and rescales the result."""
    X, y = floats(X, y)
    centred = X - X.mean(axis=0)
    return canonical(np.linalg.lstsq(centred, y - y.mean(), rcond=None)[0], X, y)


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_hundredth test_hard_margin_is_widest_to_a_thousandth "
    "test_hard_margin_is_widest_in_special_positions test_hard_margin_comes_as_vector_and_float",
)
def unit_normal(X, y):
    """Returns a normal of length 1 instead of the canonical scale."""
    w, b = widest(*floats(X, y))
    return w / np.linalg.norm(w), float(b / np.linalg.norm(w))


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_hundredth test_hard_margin_is_widest_to_a_thousandth "
    "test_hard_margin_is_widest_in_special_positions test_hard_margin_comes_as_vector_and_float",
)
def wrong_sign_of_b(X, y):
    """Has the plane w·x = b in mind and returns b with the other sign."""
    w, b = widest(*floats(X, y))
    return w, -b


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_hundredth test_hard_margin_is_widest_to_a_thousandth "
    "test_hard_margin_is_widest_in_special_positions test_hard_margin_comes_as_vector_and_float",
)
def b_from_one_side(X, y):
    """Puts the plane through the nearest objects of class +1 instead of the middle."""
    X, y = floats(X, y)
    w, _ = widest(X, y)
    return w, float(-np.min(X[y > 0] @ w))


@mistake(
    "hard_margin_svm",
    fails="test_hard_margin_is_widest_to_a_thousandth test_hard_margin_is_widest_in_special_positions",
)
def one_percent_on_the_street(X, y):
    """Stops iterating while the nearest objects are still almost 1 % inside the street."""
    X, y = floats(X, y)
    A, B = X[y > 0], X[y < 0]
    alpha, beta = frank_wolfe(A, B, steps=100_000, gap=8e-3)
    d = alpha @ A - beta @ B
    w = 2 * d / (d @ d)
    return w, float(-(np.min(A @ w) + np.max(B @ w)) / 2)


@mistake("hard_margin_svm", fails="test_hard_margin_comes_as_vector_and_float")
def centres_in_place(X, y):
    """Subtracts the mean from the caller's data."""
    X, y = np.asarray(X), np.asarray(y)
    centre = X.mean(axis=0)
    X -= centre
    w, b = widest(X, y)
    return w, float(b - w @ centre)


# ---- 5.5 soft_margin_objective ------------------------------------------------------------------------------------


@mistake(
    "soft_margin_objective",
    fails="test_soft_margin_objective_adds_norm_and_hinge_losses "
    "test_soft_margin_objective_charges_who_stands_on_the_street "
    "test_soft_margin_objective_takes_lists_and_returns_a_float",
)
def mean_loss(w, b, X, y, C):
    """Averages the losses instead of adding them, as most other objectives do."""
    w, X, y = floats(w, X, y)
    return float(0.5 * w @ w + C * np.mean(np.maximum(0, 1 - y * (X @ w + b))))


@mistake(
    "soft_margin_objective",
    fails="test_soft_margin_objective_adds_norm_and_hinge_losses "
    "test_soft_margin_objective_charges_who_stands_on_the_street "
    "test_soft_margin_objective_takes_lists_and_returns_a_float",
)
def norm_with_b(w, b, X, y, C):
    """Adds b² to the squared norm."""
    w, X, y = floats(w, X, y)
    return float(0.5 * (w @ w + b * b) + C * np.sum(np.maximum(0, 1 - y * (X @ w + b))))


@mistake(
    "soft_margin_objective",
    fails="test_soft_margin_objective_adds_norm_and_hinge_losses "
    "test_soft_margin_objective_charges_who_stands_on_the_street "
    "test_soft_margin_objective_takes_lists_and_returns_a_float",
)
def squared_hinge(w, b, X, y, C):
    """Squares the losses."""
    w, X, y = floats(w, X, y)
    return float(0.5 * w @ w + C * np.sum(np.maximum(0, 1 - y * (X @ w + b)) ** 2))


@mistake(
    "soft_margin_objective",
    fails="test_soft_margin_objective_adds_norm_and_hinge_losses "
    "test_soft_margin_objective_charges_who_stands_on_the_street "
    "test_soft_margin_objective_takes_lists_and_returns_a_float",
)
def price_on_the_norm(w, b, X, y, C):
    """Multiplies the norm by C instead of the losses, as if C were a regularisation strength."""
    w, X, y = floats(w, X, y)
    return float(0.5 * C * w @ w + np.sum(np.maximum(0, 1 - y * (X @ w + b))))


@mistake(
    "soft_margin_objective",
    fails="test_soft_margin_objective_adds_norm_and_hinge_losses "
    "test_soft_margin_objective_charges_who_stands_on_the_street "
    "test_soft_margin_objective_takes_lists_and_returns_a_float",
)
def whole_norm(w, b, X, y, C):
    """Leaves out the factor one half."""
    w, X, y = floats(w, X, y)
    return float(w @ w + C * np.sum(np.maximum(0, 1 - y * (X @ w + b))))


@mistake(
    "soft_margin_objective",
    fails="test_soft_margin_objective_adds_norm_and_hinge_losses "
    "test_soft_margin_objective_charges_who_stands_on_the_street "
    "test_soft_margin_objective_takes_lists_and_returns_a_float",
)
def perceptron_loss(w, b, X, y, C):
    """Charges misclassified objects only, not those on the street."""
    w, X, y = floats(w, X, y)
    return float(0.5 * w @ w + C * np.sum(np.maximum(0, -y * (X @ w + b))))


@mistake(
    "soft_margin_objective",
    fails="test_soft_margin_objective_adds_norm_and_hinge_losses "
    "test_soft_margin_objective_charges_who_stands_on_the_street "
    "test_soft_margin_objective_takes_lists_and_returns_a_float",
)
def rewards_beyond_the_border(w, b, X, y, C):
    """Forgets to cut the loss off at zero, so objects far on their side pay for the others."""
    w, X, y = floats(w, X, y)
    return float(0.5 * w @ w + C * np.sum(1 - y * (X @ w + b)))


@mistake("soft_margin_objective", fails="test_soft_margin_objective_takes_lists_and_returns_a_float")
def arrays_only(w, b, X, y, C):
    """Counts on numpy arrays although lists may come."""
    return float(0.5 * w @ w + C * np.sum(np.maximum(0, 1 - y * (X @ w + b))))


@mistake("soft_margin_objective", fails="test_soft_margin_objective_takes_lists_and_returns_a_float")
def losses_into_y(w, b, X, y, C):
    """Writes the hinge losses over the labels: the conversion copies integers and lists, but not floats."""
    w, X, y = (np.asarray(v, dtype=np.float64) for v in (w, X, y))
    y *= -(X @ w + b)
    y += 1
    return float(0.5 * w @ w + C * np.maximum(y, 0, out=y).sum())


# ---- 5.6 soft_margin_subgradient ----------------------------------------------------------------------------------


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def without_price(w, b, X, y, C):
    """Forgets the factor C."""
    w, X, y = floats(w, X, y)
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    return w - pull @ X, float(-pull.sum())


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def of_the_mean_loss(w, b, X, y, C):
    """Divides by the number of objects."""
    w, X, y = floats(w, X, y)
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    return w - C * pull @ X / len(X), float(-C * pull.mean())


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def pushed_instead_of_pulled(w, b, X, y, C):
    """Has the sign of the loss term wrong."""
    w, X, y = floats(w, X, y)
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    return w + C * pull @ X, float(C * pull.sum())


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def misclassified_only(w, b, X, y, C):
    """Counts the misclassified objects only and forgets those inside the street."""
    w, X, y = floats(w, X, y)
    pull = np.where(y * (X @ w + b) < 0, y, 0.0)
    return w - C * pull @ X, float(-C * pull.sum())


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def everybody(w, b, X, y, C):
    """Counts all objects, also those beyond the border."""
    w, X, y = floats(w, X, y)
    return w - C * y @ X, float(-C * y.sum())


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def pulls_b_to_zero(w, b, X, y, C):
    """Adds b to the last component, as if b were penalised."""
    w, X, y = floats(w, X, y)
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    return w - C * pull @ X, float(b - C * pull.sum())


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def doubled_w(w, b, X, y, C):
    """Differentiates the squared norm without its factor one half."""
    w, X, y = floats(w, X, y)
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    return 2 * w - C * pull @ X, float(-C * pull.sum())


@mistake(
    "soft_margin_subgradient",
    fails="test_soft_margin_subgradient_supports_the_objective test_soft_margin_subgradient_supports_at_kinks "
    "test_soft_margin_subgradient_comes_as_vector_and_float",
)
def wrong_sign_for_b(w, b, X, y, C):
    """Has the sign of the last component wrong."""
    w, X, y = floats(w, X, y)
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    return w - C * pull @ X, float(C * pull.sum())


@mistake("soft_margin_subgradient", fails="test_soft_margin_subgradient_comes_as_vector_and_float")
def subtracts_from_w(w, b, X, y, C):
    """Subtracts from w in place and returns it."""
    X, y = floats(X, y)
    w = np.asarray(w)
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    w -= C * pull @ X
    return w, float(-C * pull.sum())


@mistake("soft_margin_subgradient", fails="test_soft_margin_subgradient_comes_as_vector_and_float")
def steps_inside_w(w, b, X, y, C):
    """Converts w, which copies integers and lists but not floats, and subtracts from it in place."""
    w, X, y = (np.asarray(v, dtype=np.float64) for v in (w, X, y))
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    w -= C * pull @ X
    return w, float(-C * pull.sum())


@mistake("soft_margin_subgradient", fails="test_soft_margin_subgradient_comes_as_vector_and_float")
def continues_with_integers(w, b, X, y, C):
    """Starts with a copy of w and its dtype, so integer weights cut what is subtracted."""
    X, y = floats(X, y)
    gw = np.array(w)
    pull = np.where(y * (X @ gw + b) < 1, y, 0.0)
    gw[...] = gw - C * pull @ X
    return gw.astype(np.float64), float(-C * pull.sum())


# ---- 5.7 dual_objective -------------------------------------------------------------------------------------------


@mistake(
    "dual_objective",
    fails="test_dual_objective_is_the_formula test_dual_objective_meets_the_primal_at_the_optimum "
    "test_dual_objective_takes_lists_and_returns_a_float",
)
def without_half(alpha, X, y):
    """Leaves out the factor one half."""
    alpha, X, y = floats(alpha, X, y)
    return float(alpha.sum() - np.sum(((alpha * y) @ X) ** 2))


@mistake(
    "dual_objective",
    fails="test_dual_objective_is_the_formula test_dual_objective_meets_the_primal_at_the_optimum "
    "test_dual_objective_takes_lists_and_returns_a_float",
)
def labels_left_out(alpha, X, y):
    """Leaves the labels out of the quadratic form."""
    alpha, X = floats(alpha, X)
    return float(alpha.sum() - 0.5 * np.sum((alpha @ X) ** 2))


@mistake(
    "dual_objective",
    fails="test_dual_objective_is_the_formula test_dual_objective_meets_the_primal_at_the_optimum "
    "test_dual_objective_takes_lists_and_returns_a_float",
)
def added(alpha, X, y):
    """Adds the quadratic form instead of subtracting it."""
    alpha, X, y = floats(alpha, X, y)
    return float(alpha.sum() + 0.5 * np.sum(((alpha * y) @ X) ** 2))


@mistake(
    "dual_objective",
    fails="test_dual_objective_is_the_formula test_dual_objective_meets_the_primal_at_the_optimum "
    "test_dual_objective_takes_lists_and_returns_a_float",
)
def to_be_minimised(alpha, X, y):
    """Returns -D, which optimisation programs minimise."""
    alpha, X, y = floats(alpha, X, y)
    return float(0.5 * np.sum(((alpha * y) @ X) ** 2) - alpha.sum())


@mistake(
    "dual_objective",
    fails="test_dual_objective_is_the_formula test_dual_objective_meets_the_primal_at_the_optimum "
    "test_dual_objective_takes_lists_and_returns_a_float",
)
def equal_pairs_only(alpha, X, y):
    """Sums over i = j only instead of all pairs."""
    alpha, X, y = floats(alpha, X, y)
    return float(alpha.sum() - 0.5 * np.sum((alpha * y) ** 2 * np.sum(X**2, axis=1)))


@mistake(
    "dual_objective",
    fails="test_dual_objective_is_the_formula test_dual_objective_meets_the_primal_at_the_optimum "
    "test_dual_objective_takes_lists_and_returns_a_float",
)
def different_pairs_once(alpha, X, y):
    """Counts each pair of different objects once and no object with itself."""
    alpha, X, y = floats(alpha, X, y)
    form = np.outer(alpha * y, alpha * y) * (X @ X.T)
    return float(alpha.sum() - 0.5 * np.sum(np.triu(form, k=1)))


@mistake("dual_objective", fails="test_dual_objective_takes_lists_and_returns_a_float")
def signs_in_place(alpha, X, y):
    """Multiplies the multipliers by the labels in place."""
    total = np.sum(alpha)
    alpha = np.asarray(alpha)
    alpha *= np.asarray(y, dtype=alpha.dtype)
    v = alpha @ np.asarray(X)
    return float(total - 0.5 * v @ v)


@mistake("dual_objective", fails="test_dual_objective_takes_lists_and_returns_a_float")
def signs_of_floats_in_place(alpha, X, y):
    """Converts alpha, which copies integers and lists but not floats, and multiplies it by the labels in place."""
    alpha, X, y = (np.asarray(v, dtype=np.float64) for v in (alpha, X, y))
    total = alpha.sum()
    alpha *= y
    v = alpha @ X
    return float(total - 0.5 * v @ v)


# ---- 5.8 soft_margin_svm ------------------------------------------------------------------------------------------


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def penalised_intercept(X, y, C):
    """Treats b as one more component of w and penalises it."""
    return cheapest(*floats(X, y), C, penalise_b=1.0)


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def price_of_the_mean(X, y, C):
    """Averages the losses, that is, divides C by the number of objects."""
    return cheapest(*floats(X, y), C / len(X))


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def stops_at_the_perceptron(X, y, C):
    """Corrects misclassified objects only and stops when there are none."""
    return perceptron(*floats(X, y))


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def constant_steps(X, y, C):
    """Descends along subgradients with a constant step, which circles around the optimum."""
    X, y = floats(X, y)
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(2000):
        pull = np.where(y * (X @ w + b) < 1, y, 0.0)
        w, b = w - 0.1 * (w - C * pull @ X), b + 0.1 * C * pull.sum()
    return w, float(b)


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def any_price_is_one(X, y, C):
    """Ignores C."""
    return cheapest(*floats(X, y), 1.0)


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def no_intercept(X, y, C):
    """Looks for hyperplanes through the origin only."""
    return cheapest(*floats(X, y), C, intercept=0.0)


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def squared_losses(X, y, C):
    """Minimises the squared hinge losses, the default of a well-known program."""
    return cheapest(*floats(X, y), C, power=2)


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_hundredth test_soft_margin_is_cheapest_to_a_thousandth "
    "test_soft_margin_is_cheapest_in_special_positions test_soft_margin_comes_as_vector_and_float",
)
def b_averaged_over_everybody(X, y, C):
    """Averages y - w·x over all objects to find b, not over those on the border."""
    X, y = floats(X, y)
    w, _ = cheapest(X, y, C)
    return w, float(np.mean(y - X @ w))


@mistake(
    "soft_margin_svm",
    fails="test_soft_margin_is_cheapest_to_a_thousandth test_soft_margin_is_cheapest_in_special_positions",
)
def half_a_percent_early(X, y, C):
    """Stops iterating with an objective still half a per cent too large."""
    X, y = floats(X, y)
    w, b = cheapest(X, y, C)

    def value(share):
        return 0.5 * share**2 * w @ w + C * np.sum(np.maximum(0, 1 - share * y * (X @ w + b)))

    share = 1.0
    while value(share) < 1.005 * value(1.0):
        share *= 1.0002
    return share * w, float(share * b)


@mistake("soft_margin_svm", fails="test_soft_margin_comes_as_vector_and_float")
def centres_what_it_was_given(X, y, C):
    """Subtracts the mean from the caller's data."""
    X, y = np.asarray(X), np.asarray(y)
    centre = X.mean(axis=0)
    X -= centre
    w, b = cheapest(X, y, C)
    return w, float(b - w @ centre)


@mistake("soft_margin_svm", fails="test_soft_margin_comes_as_vector_and_float")
def centres_floats(X, y, C):
    """Converts X, which copies integers and lists but not floats, and subtracts its mean in place."""
    X, y = (np.asarray(v, dtype=np.float64) for v in (X, y))
    centre = X.mean(axis=0)
    X -= centre
    w, b = cheapest(X, y, C)
    return w, float(b - w @ centre)


# ---- 5.9 capstone_iris --------------------------------------------------------------------------------------------


def standardised(X_train, X_test):
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / deviation, (X_test - mean) / deviation


@mistake("capstone_iris", fails="test_capstone_iris_reaches_85_percent test_capstone_iris_reaches_90_percent")
def always_virginica(X_train, y_train, X_test):
    """Predicts the same species for every flower."""
    return np.ones(len(X_test))


@mistake("capstone_iris", fails="test_capstone_iris_reaches_85_percent test_capstone_iris_reaches_90_percent")
def zeros_and_ones(X_train, y_train, X_test):
    """Predicts 0 and 1 instead of -1 and +1."""
    X_train, X_test = standardised(X_train, X_test)
    w, b = cheapest(X_train, y_train, 1.0)
    return (X_test @ w + b > 0).astype(float)


@mistake("capstone_iris", fails="test_capstone_iris_reaches_85_percent test_capstone_iris_reaches_90_percent")
def scores_instead_of_labels(X_train, y_train, X_test):
    """Returns the scores, not their signs."""
    X_train, X_test = standardised(X_train, X_test)
    w, b = cheapest(X_train, y_train, 1.0)
    return X_test @ w + b


@mistake("capstone_iris", fails="test_capstone_iris_reaches_85_percent test_capstone_iris_reaches_90_percent")
def swapped_species(X_train, y_train, X_test):
    """Confuses the two sides of the hyperplane."""
    X_train, X_test = standardised(X_train, X_test)
    w, b = cheapest(X_train, y_train, 1.0)
    return np.where(X_test @ w + b > 0, -1.0, 1.0)


@mistake("capstone_iris", fails="test_capstone_iris_reaches_85_percent test_capstone_iris_reaches_90_percent")
def raw_test_flowers(X_train, y_train, X_test):
    """Standardises the training flowers but not the test flowers."""
    X_train, _ = standardised(X_train, X_test)
    w, b = cheapest(X_train, y_train, 1.0)
    return np.where(X_test @ w + b > 0, 1.0, -1.0)


@mistake("capstone_iris", fails="test_capstone_iris_reaches_85_percent test_capstone_iris_reaches_90_percent")
def sepals_only(X_train, y_train, X_test):
    """Looks at the sepals only, the first two columns."""
    X_train, X_test = standardised(X_train[:, :2], X_test[:, :2])
    w, b = cheapest(X_train, y_train, 1.0)
    return np.where(X_test @ w + b > 0, 1.0, -1.0)


@mistake("capstone_iris", fails="test_capstone_iris_reaches_85_percent test_capstone_iris_reaches_90_percent")
def column_of_labels(X_train, y_train, X_test):
    """Returns a column of shape (N, 1)."""
    X_train, X_test = standardised(X_train, X_test)
    w, b = cheapest(X_train, y_train, 1.0)
    return np.where(X_test @ w[:, None] + b > 0, 1.0, -1.0)
