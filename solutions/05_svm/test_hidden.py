"""Hidden tests for support vector machines.

Solvers are judged by certificates. Separable data are built around a slab of known width whose two sides carry one
face of each hull, so the nearest points and the largest margin are known without solving anything; for overlapping
data the draw brings a lower bound of the optimum, the dual value of the reference.
"""

from pathlib import Path

import numpy as np

import reference.svm as ref
from autograder.testing import (
    agree,
    between,
    cases,
    draw,
    gap,
    grades,
    integers,
    normal,
    residual,
    sequence,
    shaped,
    unchanged,
)

# ---- inputs -------------------------------------------------------------------------------------------------------


def number(low, high):
    """Draw one number, uniformly from [low, high)."""
    return draw(lambda rng: float(rng.uniform(low, high)))


def labels(size, dtype=float, positives=None):
    """Draw labels in mixed order; both occur unless size is 1."""
    count = positives or max(1, size // 2)
    return draw(lambda rng: rng.permutation(np.where(np.arange(size) < count, 1, -1)).astype(dtype))


def as_lists(recipe):
    """Give every array of a draw as a nested list."""

    def listed(value):
        return tuple(map(listed, value)) if isinstance(value, tuple) else getattr(value, "tolist", lambda: value)()

    return draw(lambda rng: listed(recipe.make(rng)))


def joined(*parts):
    """Draw several parts in turn and splice them: a part that gives a tuple gives several arguments."""

    def make(rng):
        values = []
        for part in parts:
            value = part.make(rng) if hasattr(part, "make") else part
            values.extend(value if isinstance(value, tuple) else [value])
        return tuple(values)

    return draw(make)


def separated(size, n, nearest=1.0, wrong=(), score=None):
    """X, y, w, b: objects 1 to 3 off the plane, one of class ``nearest`` closer, the ``wrong`` classes on wrong sides.

    With ``score``, (w, b) is scaled so that the nearest object has this score.
    """

    def make(rng):
        y, w, b = labels(size).make(rng), rng.standard_normal(n), rng.uniform(0.5, 2.0)
        length = np.linalg.norm(w)
        distance = rng.uniform(1.0, 3.0, size)
        distance[np.argmax(y == nearest)] = rng.uniform(0.3, 0.8)
        factor = 1.0 if score is None else score / (distance.min() * length)
        distance[np.isin(y, wrong)] *= -1.0
        noise, u = rng.standard_normal((size, n)), w / length
        X = noise + np.outer(y * distance - b / length - noise @ u, u)  # the normal component is prescribed
        return X, y, factor * w, factor * b

    return draw(make)


def plane_between(size, n, scale=1.0, shift=0.0):
    """X, w, b: a plane half-way between the first two objects."""

    def make(rng):
        X, w = shift + rng.standard_normal((size, n)), scale * rng.standard_normal(n)
        return X, w, float(-w @ (X[0] + X[1]) / 2)

    return draw(make)


def with_scores(w, b, scores, dtype=int):
    """X, y, w, b: integers such that y f(x) takes the given values exactly; w[0] is 1."""

    def make(rng):
        X, y = rng.integers(-3, 4, (len(scores), len(w))), labels(len(scores)).make(rng)
        X[:, 0] = y * scores - b - X[:, 1:] @ w[1:]
        return X.astype(dtype), y.astype(dtype), np.array(w, dtype), b

    return draw(make)


INTEGER_PLANE = with_scores([1, -2, 2], 4, [-7, 7, 0, 5, 3, -2])


def simplex(rng, corners, n):
    """Return the corners of a regular simplex, randomly turned in n dimensions."""
    U, s, _ = np.linalg.svd(np.eye(corners) - 1.0 / corners)
    turn = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return (U[:, : corners - 1] * s[: corners - 1]) @ turn[: corners - 1]


def hulls(rng, n, sizes, faces, width=1.0, scale=1.0, shift=0.0):
    """Return A, B and the weights of their nearest points, which are ``width * scale`` apart.

    The hulls touch the sides of a slab with one face each, of the given numbers of corners; the nearest points lie
    well inside these faces. ``shift`` moves everything, across the slab and along it.
    """
    basis = np.linalg.qr(rng.standard_normal((n, n)))[0]
    across, along = basis[0], basis[1:]
    move = shift * (across + along.sum(axis=0))
    clouds, weights = [], []
    for size, face, side in zip(sizes, faces, (1.0, -1.0), strict=True):
        share = rng.uniform(0.5, 1.5, face)
        share /= share.sum()
        front = 1.2 * simplex(rng, face, n - 1)
        behind = rng.standard_normal((size - face, n - 1))
        depth = np.concatenate([np.zeros(face), rng.uniform(0.3, 2.0, size - face)])
        points = np.vstack([front - share @ front, behind]) @ along + side * np.outer(0.5 * width + depth, across)
        order = rng.permutation(size)
        clouds.append(scale * (points + move)[order])
        weights.append(np.concatenate([share, np.zeros(size - face)])[order])
    everything = np.vstack(clouds)
    diameter = max(np.linalg.norm(everything - x, axis=1).max() for x in everything)
    assert width * scale >= 0.03 * diameter, "the hulls are too close together for a fair test"
    return *clouds, *weights


def two_hulls(n, sizes, faces, repeat=1, **shape):
    """A, B: every point ``repeat`` times."""
    return draw(
        lambda rng: tuple(np.repeat(cloud, repeat, axis=0) for cloud in hulls(rng, n, sizes, faces, **shape)[:2])
    )


def separable(n, sizes, faces, repeat=1, **shape):
    """X, y, margin: the two hulls as classes in mixed order, and half their distance."""

    def make(rng):
        A, B = (np.repeat(cloud, repeat, axis=0) for cloud in hulls(rng, n, sizes, faces, **shape)[:2])
        order = rng.permutation(len(A) + len(B))
        y = np.repeat([1.0, -1.0], [len(A), len(B)]) * rng.choice([-1.0, 1.0])
        return np.vstack([A, B])[order], y[order], 0.5 * shape.get("width", 1.0) * shape.get("scale", 1.0)

    return draw(make)


def optimal_multipliers(n, sizes, faces, **shape):
    """alpha, X, y, best: the exact solution of the hard-margin dual, and its value ½‖w‖²."""

    def make(rng):
        A, B, alpha, beta = hulls(rng, n, sizes, faces, **shape)
        square = (shape.get("width", 1.0) * shape.get("scale", 1.0)) ** 2
        X, y = np.vstack([A, B]), np.repeat([1.0, -1.0], [len(A), len(B)])
        return np.concatenate([alpha, beta]) * 2.0 / square, X, y, 2.0 / square

    return draw(make)


def overlapping(size, n, C, distance, shift=0.0, positives=None):
    """X, y, C, best: two clouds, their centres ``distance`` apart and both moved in that direction, and a bound."""

    def make(rng):
        y, u = labels(size, positives=positives).make(rng), rng.standard_normal(n)
        X = rng.standard_normal((size, n)) + np.outer(0.5 * distance * y + shift, u / np.linalg.norm(u))
        return with_bound(X, y, C)

    return draw(make)


def with_bound(X, y, C):
    """Return X, y, C and the dual value of the reference's multipliers, a lower bound of every P(w, b)."""
    best = ref.dual_objective(ref.soft_margin_dual(X, y, C), X, y)
    assert best > 0.0, "the bound says nothing"
    return X, y, C, best


@draw
def integer_hulls(rng):
    """A, B in integers: the point (2, 0) of an edge of A faces the corner (-1, 0) of B; moved by (5, 5)."""
    A = np.array([[2, -rng.integers(1, 4)], [2, rng.integers(1, 4)], [4, -3], [6, 1], [5, 4]])
    B = np.array([[-1, 0], [-3, rng.integers(-2, 3)], [-4, 5]])
    return 5 + rng.permutation(A), 5 + rng.permutation(B)


@draw
def integer_classes(rng):
    """X, y, margin in integers: an edge of class +1 faces a corner of class -1, 3 apart, far from the origin."""
    A, B = integer_hulls.make(rng)
    order = rng.permutation(len(A) + len(B))
    return np.vstack([A, B])[order] + 20, np.repeat([1, -1], [len(A), len(B)])[order], 1.5


# ---- 5.1 signed_distance ------------------------------------------------------------------------------------------


@grades("signed_distance", points=3, hint="Divide the score by the length of w, and of w alone.")
@cases(
    "X w b",
    typical=plane_between(7, 3, scale=2.0),
    far_from_the_origin=plane_between(5, 3, shift=40.0),
    as_many_objects_as_coordinates=plane_between(4, 4),
    one_object=(normal("1 3"), normal("3", scale=0.1), number(0.2, 0.6)),
    one_coordinate=plane_between(5, 1, scale=5.0, shift=-1.0),
)
def test_signed_distance_measures_along_the_normal(student, X, w, b):
    """Each object's distance from the hyperplane is right, side included."""
    agree(student.signed_distance(X, w, b), ref.signed_distance(X, w, b), name="signed_distance(X, w, b)")


@grades("signed_distance", points=1, hint="Multiply w and b by the same number: which of your terms change?")
@cases(
    "X w b factor",
    long=joined(plane_between(6, 2), 300.0),
    short=joined(plane_between(7, 3), 0.001),
    reversed=joined(plane_between(7, 3, shift=1.0), -2.0),
)
def test_signed_distance_depends_on_the_plane_alone(student, X, w, b, factor):
    """A multiple of (w, b) gives the same distances, and a negative one swaps the sides."""
    expected = np.sign(factor) * ref.signed_distance(X, w, b)
    agree(student.signed_distance(X, factor * w, factor * b), expected, name="signed_distance(X, c w, c b)")


@grades("signed_distance", points=1, hint="Start with np.asarray(..., dtype=float), and do not divide in place.")
@cases(
    "X w b",
    arrays=plane_between(5, 3),
    integers=(integers("6 3", -5, 6), np.array([2, -1, 2]), 4),
    lists=as_lists(plane_between(6, 2)),
)
def test_signed_distance_takes_lists_and_returns_float64(student, X, w, b):
    """Integers and lists are welcome, nothing is modified, and the answer is a float64 vector of shape (N,)."""
    answer = unchanged(student.signed_distance, X, w, b)
    shaped(answer, (len(X),), name="signed_distance(X, w, b)", dtype="float64")
    agree(answer, ref.signed_distance(X, w, b), name="signed_distance(X, w, b)")


# ---- 5.2 geometric_margin -----------------------------------------------------------------------------------------


@grades("geometric_margin", points=6, hint="The nearest object decides, whichever class it has.")
@cases(
    "X y w b",
    nearest_is_positive=separated(8, 3, nearest=1.0),
    nearest_is_negative=separated(7, 2, nearest=-1.0),
    as_many_objects_as_coordinates=separated(4, 4, nearest=-1.0),
    one_object=separated(1, 3),
)
def test_geometric_margin_is_the_least_distance(student, X, y, w, b):
    """The margin of a separating hyperplane is its distance from the nearest object of both classes."""
    agree(student.geometric_margin(X, y, w, b), ref.geometric_margin(X, y, w, b), name="geometric_margin(X, y, w, b)")


@grades("geometric_margin", points=2, hint="y (w·x + b) is negative for a misclassified object; keep it so.")
@cases(
    "X y w b",
    positives_wrong=separated(8, 3, wrong=(1.0,)),
    negatives_wrong=separated(7, 3, wrong=(-1.0,)),
    all_wrong=separated(6, 2, nearest=-1.0, wrong=(1.0, -1.0)),
    far_from_the_origin=(normal("9 3", shift=20.0), labels(9), normal("3"), number(1.5, 3.0)),
)
def test_geometric_margin_is_negative_if_one_is_misclassified(student, X, y, w, b):
    """One object on the wrong side makes the margin negative: the worst object decides."""
    agree(student.geometric_margin(X, y, w, b), ref.geometric_margin(X, y, w, b), name="geometric_margin(X, y, w, b)")


@grades("geometric_margin", points=2, hint="Return float(...), and leave X, y and w as they are.")
@cases(
    "X y w b",
    arrays=separated(5, 2, nearest=-1.0),
    integers=INTEGER_PLANE,
    lists=as_lists(separated(6, 3)),
)
def test_geometric_margin_takes_lists_and_returns_a_float(student, X, y, w, b):
    """Integers and lists are welcome, nothing is modified, and the answer is one float."""
    answer = unchanged(student.geometric_margin, X, y, w, b)
    shaped(answer, (), name="geometric_margin(X, y, w, b)", dtype="float64")
    agree(answer, ref.geometric_margin(X, y, w, b), name="geometric_margin(X, y, w, b)")


# ---- 5.3 hull_nearest_points --------------------------------------------------------------------------------------

ORDINARY_HULLS = {
    "corner_faces_edge": two_hulls(2, (9, 12), (1, 2)),
    "edge_faces_edge": two_hulls(3, (14, 9), (2, 2), shift=3.0),
    "as_many_points_as_coordinates": two_hulls(4, (4, 4), (2, 2), width=2.0),
    "many_points": two_hulls(5, (35, 40), (3, 2), width=1.5),
}


def check_nearest(answer, A, B, rtol, dtype=None):
    """Check weights of the simplices and the gap of their difference."""
    alpha, beta = sequence(answer, 2, "(alpha, beta)")
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    d = hull_point(alpha, A, "alpha", dtype) - hull_point(beta, B, "beta", dtype)
    optimality_gap = d @ d - ((A @ d).min() - (B @ d).max())
    residual(optimality_gap, scale=d @ d, rtol=rtol, name="the gap ‖d‖² − (min a·d − max b·d)")


def is_single(value):
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype == np.float32


def hull_point(weights, points, name, dtype):
    """Return the average of the points once the weights are known to lie on the simplex."""
    array = shaped(weights, (len(points),), name, dtype).astype(np.float64)
    between(array, 0.0, 1.0 + 1e-8, name, slack=1e-5 if is_single(weights) else 1e-9)
    agree(array.sum(), 1.0, f"the sum of {name}", rtol=1e-5 if is_single(weights) else 1e-8)
    return array @ points


@grades(
    "hull_nearest_points",
    points=6,
    hint="Are your weights on the simplex? Compute the gap yourself.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("A B", **ORDINARY_HULLS)
def test_hull_points_are_nearest_to_a_hundredth(student, A, B):
    """The weights belong to points of the hulls whose distance is smallest, up to a gap of 1 %."""
    check_nearest(student.hull_nearest_points(A, B), A, B, rtol=1e-2)


@grades(
    "hull_nearest_points",
    points=6,
    hint="Iterate until the gap is below 1e-3 ‖d‖², not for a fixed time.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("A B", **ORDINARY_HULLS)
def test_hull_points_are_nearest_to_a_thousandth(student, A, B):
    """The weights belong to points of the hulls whose distance is smallest, up to a gap of 0.1 %."""
    check_nearest(student.hull_nearest_points(A, B), A, B, rtol=1e-3)


@grades(
    "hull_nearest_points",
    points=4,
    hint="Try one point against a triangle, and data in kilometres.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases(
    "A B",
    two_points=two_hulls(3, (1, 1), (1, 1)),
    point_faces_triangle=two_hulls(3, (1, 20), (1, 3)),
    every_point_twice=two_hulls(2, (6, 8), (2, 1), repeat=2),
    one_coordinate=two_hulls(1, (5, 7), (1, 1)),
    tiny_and_off_centre=two_hulls(3, (12, 9), (2, 1), scale=1e-4, shift=20.0),
    large=two_hulls(2, (8, 6), (2, 1), scale=500.0),
)
def test_hull_points_are_nearest_in_special_positions(student, A, B):
    """Single points, repeated points, one dimension, any unit of length and any origin make no difference."""
    check_nearest(student.hull_nearest_points(A, B), A, B, rtol=1e-3)


@grades(
    "hull_nearest_points",
    points=4,
    hint="Return a tuple (alpha, beta) of two float64 vectors.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("A B", integers=integer_hulls, lists=as_lists(two_hulls(2, (6, 7), (1, 2))), arrays=two_hulls(3, (7, 5), (2, 2)))
def test_hull_points_come_as_two_float64_vectors(student, A, B):
    """Integers and lists are welcome, nothing is modified, and the weights are float64 vectors (gap up to 1 %)."""
    check_nearest(unchanged(student.hull_nearest_points, A, B), A, B, rtol=1e-2, dtype="float64")


# ---- 5.4 hard_margin_svm ------------------------------------------------------------------------------------------

ORDINARY_CLASSES = {
    "small_unit": separable(2, (9, 12), (1, 2), scale=0.05),
    "off_centre": separable(3, (14, 9), (1, 1), scale=0.5, shift=3.0),
    "as_many_objects_as_coordinates": separable(4, (2, 2), (1, 2), scale=0.4),
    "many_objects": separable(5, (30, 26), (3, 2), width=1.5, scale=0.3, shift=1.0),
}


def plane(answer, n, dtype=None, names=("w", "b")):
    """Return a vector of shape (n,) and a number as float64, once they are known to be of reasonable size."""
    w, b = sequence(answer, 2, f"({', '.join(names)})")
    w = shaped(w, (n,), names[0], dtype).astype(np.float64)
    b = shaped(b, (), names[1], dtype).astype(np.float64)
    return between(w, -1e9, 1e9, names[0]), float(between(b, -1e9, 1e9, names[1]))


def check_widest(answer, X, y, margin, rtol, dtype=None):
    """Check feasibility and that ‖w‖ is not longer than 1/margin, both up to rtol."""
    X = np.asarray(X, dtype=float)
    w, b = plane(answer, X.shape[1], dtype)
    between(np.min(np.asarray(y) * (X @ w + b)), 1.0, np.inf, "min y (w·x + b)", slack=rtol)
    gap(float(np.linalg.norm(w)), 1.0 / margin, rtol, name="‖w‖")


@grades(
    "hard_margin_svm",
    points=6,
    hint="Is the price of a violation really infinite? Is b free?",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("X y margin", **ORDINARY_CLASSES)
def test_hard_margin_is_widest_to_a_hundredth(student, X, y, margin):
    """No object stands on the street and no street is wider, up to 1 %."""
    check_widest(student.hard_margin_svm(X, y), X, y, margin, rtol=1e-2)


@grades(
    "hard_margin_svm",
    points=6,
    hint="In the end, rescale (w, b) so that min y f(x) = 1, and stop by a gap.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("X y margin", **ORDINARY_CLASSES)
def test_hard_margin_is_widest_to_a_thousandth(student, X, y, margin):
    """No object stands on the street and no street is wider, up to 0.1 %."""
    check_widest(student.hard_margin_svm(X, y), X, y, margin, rtol=1e-3)


@grades(
    "hard_margin_svm",
    points=4,
    hint="Try two objects, one feature, one class with a single object.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases(
    "X y margin",
    two_objects=separable(3, (1, 1), (1, 1), scale=0.1, shift=1.0),
    one_feature=separable(1, (5, 7), (1, 1), scale=0.2, shift=4.0),
    one_against_many=separable(3, (1, 30), (1, 3), scale=0.3),
    every_object_twice=separable(3, (6, 8), (1, 1), repeat=2, scale=0.2, shift=2.0),
    tiny=separable(5, (12, 9), (2, 2), scale=1e-4, shift=5.0),
    huge=separable(5, (8, 9), (2, 2), scale=500.0),
)
def test_hard_margin_is_widest_in_special_positions(student, X, y, margin):
    """Few, repeated or unbalanced objects, one dimension, any unit of length and any origin make no difference."""
    check_widest(student.hard_margin_svm(X, y), X, y, margin, rtol=1e-3)


@grades(
    "hard_margin_svm",
    points=4,
    hint="Return (w, b): a float64 vector of shape (n,) and a float.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("X y margin", integers=integer_classes, lists=as_lists(integer_classes), arrays=separable(3, (7, 5), (2, 1)))
def test_hard_margin_comes_as_vector_and_float(student, X, y, margin):
    """Integers and lists are welcome, nothing is modified, w is a float64 vector and b a float (street up to 1 %)."""
    check_widest(unchanged(student.hard_margin_svm, X, y), X, y, margin, rtol=1e-2, dtype="float64")


# ---- 5.5 soft_margin_objective ------------------------------------------------------------------------------------

PRICED = {
    "typical": (normal("7 3"), labels(7), normal("3"), number(0.5, 2.0), 0.3),
    "high_price": (normal("9 2", shift=3.0), labels(9), normal("2", scale=2.0), number(-3.0, -1.5), 10.0),
    "as_many_objects_as_features": (normal("4 4"), labels(4), normal("4"), number(0.5, 2.0), 2.0),
}
PRICED_DATA = {
    "integers": joined(INTEGER_PLANE, 2),
    "lists": joined(as_lists(separated(7, 2, wrong=(1.0,))), 0.3),
}


@grades("soft_margin_objective", points=3, hint="½‖w‖² without b, and C times a sum over all objects.")
@cases(
    "X y w b C",
    **PRICED,
    large=(normal("8 3", scale=30.0), labels(8), normal("3", scale=30.0), number(-30.0, -20.0), 0.5),
)
def test_soft_margin_objective_adds_norm_and_hinge_losses(student, X, y, w, b, C):
    """The objective is half the squared norm of w plus C times the sum of the hinge losses."""
    expected = ref.soft_margin_objective(w, b, X, y, C)
    agree(student.soft_margin_objective(w, b, X, y, C), expected, name="soft_margin_objective(w, b, X, y, C)")


@grades("soft_margin_objective", points=1, hint="Who pays? Everybody with y f(x) < 1, and nobody else.")
@cases(
    "X y w b C",
    nobody_pays=joined(separated(7, 3, score=1.2), 4.0),
    some_pay_on_their_own_side=joined(separated(8, 2, nearest=-1.0, score=0.4), 4.0),
)
def test_soft_margin_objective_charges_who_stands_on_the_street(student, X, y, w, b, C):
    """Objects beyond the border pay nothing; those on the street pay even on their own side."""
    expected = ref.soft_margin_objective(w, b, X, y, C)
    agree(student.soft_margin_objective(w, b, X, y, C), expected, name="soft_margin_objective(w, b, X, y, C)")


@grades("soft_margin_objective", points=1, hint="Return float(...), and leave X, y and w as they are.")
@cases("X y w b C", arrays=joined(separated(7, 3, nearest=-1.0, score=0.4), 4.0), **PRICED_DATA)
def test_soft_margin_objective_takes_lists_and_returns_a_float(student, X, y, w, b, C):
    """Integers and lists are welcome, nothing is modified, and the answer is one float."""
    answer = unchanged(student.soft_margin_objective, w, b, X, y, C)
    shaped(answer, (), name="soft_margin_objective(w, b, X, y, C)", dtype="float64")
    agree(answer, ref.soft_margin_objective(w, b, X, y, C), name="soft_margin_objective(w, b, X, y, C)")


# ---- 5.6 soft_margin_subgradient ----------------------------------------------------------------------------------


@draw
def moves(rng):
    """300 moves (db, dw) in random directions, with lengths from 1e-4 to 1; dw has room for 4 features."""
    v = rng.standard_normal((300, 5))
    return v / np.linalg.norm(v, axis=1, keepdims=True) * 10.0 ** rng.uniform(-4.0, 0.0, (300, 1))


ON_THE_BORDER = with_scores([1, 2, -1], 2.0, [1, 1, 1, 1, 1, 4, 0, -2], dtype=float)


def check_supports(answer, X, y, w, b, C, moves, dtype=None):
    """Check P(v) >= P(u) + g·(v − u) for every move v − u."""
    gw, gb = plane(answer, len(w), dtype, names=("gw", "gb"))
    here, w = ref.soft_margin_objective(w, b, X, y, C), np.asarray(w, dtype=float)
    slack = (1e-5 if is_single(answer[0]) else 1e-9) * (1.0 + here)
    db, dw = moves[:, 0], moves[:, 1 : len(w) + 1]
    falls_short = np.maximum(0.0, 1.0 - np.asarray(y) * ((w + dw) @ np.asarray(X).T + (b + db)[:, np.newaxis]))
    there = ((w + dw) ** 2).sum(axis=1) / 2 + C * falls_short.sum(axis=1)
    between(there - (here + dw @ gw + db * gb), 0.0, np.inf, "P(v) − P(u) − g·(v − u)", slack=slack)


@grades("soft_margin_subgradient", points=6, hint="Compare an entry of g with (P(u + h e) − P(u)) / h for a small h.")
@cases(
    "X y w b C moves",
    **{name: (*recipe, moves) for name, recipe in PRICED.items()},
    everybody_beyond_the_border=joined(separated(6, 3, score=1.2), 5.0, moves),
    some_on_their_own_side=joined(separated(8, 2, nearest=-1.0, score=0.4), 0.7, moves),
)
def test_soft_margin_subgradient_supports_the_objective(student, X, y, w, b, C, moves):
    """The plane through the point P(u) of the graph, with the slope g, lies below the graph everywhere."""
    check_supports(student.soft_margin_subgradient(w, b, X, y, C), X, y, w, b, C, moves)


@grades("soft_margin_subgradient", points=2, hint="At w = 0, b = 0 every object falls short.")
@cases(
    "X y w b C moves",
    border=joined(ON_THE_BORDER, 0.5, moves),
    border_at_a_high_price=joined(ON_THE_BORDER, 8.0, moves),
    origin=(normal("7 3", shift=1.0), labels(7), np.zeros(3), 0.0, 2.0, moves),
    no_direction=(normal("6 2"), labels(6), np.zeros(2), 1.0, 3.0, moves),
)
def test_soft_margin_subgradient_supports_at_kinks(student, X, y, w, b, C, moves):
    """The same at w = 0 and where objects stand exactly on the border; any subgradient will do there."""
    check_supports(student.soft_margin_subgradient(w, b, X, y, C), X, y, w, b, C, moves)


@grades("soft_margin_subgradient", points=2, hint="Return (gw, gb): a float64 vector of shape (n,) and a float.")
@cases(
    "X y w b C moves",
    arrays=joined(separated(7, 3, nearest=-1.0, score=0.4), 4.0, moves),
    integers_at_a_fraction=joined(INTEGER_PLANE, 0.3, moves),
    **{name: joined(recipe, moves) for name, recipe in PRICED_DATA.items()},
)
def test_soft_margin_subgradient_comes_as_vector_and_float(student, X, y, w, b, C, moves):
    """Integers and lists are welcome, nothing is modified, gw is a float64 vector of shape (n,) and gb a float."""
    answer = unchanged(student.soft_margin_subgradient, w, b, X, y, C)
    check_supports(answer, X, y, w, b, C, moves, dtype="float64")


# ---- 5.7 dual_objective -------------------------------------------------------------------------------------------


@grades("dual_objective", points=3, hint="The double sum runs over all pairs, equal ones included; mind the ½.")
@cases(
    "alpha X y",
    typical=(normal("7"), normal("7 3"), labels(7)),
    off_centre=(normal("9", scale=2.0), normal("9 2", shift=10.0), labels(9)),
    as_many_objects_as_features=(normal("4"), normal("4 4"), labels(4)),
    one_object=(normal("1"), normal("1 3"), labels(1)),
)
def test_dual_objective_is_the_formula(student, alpha, X, y):
    """The dual objective is the sum of the multipliers minus half the quadratic form."""
    agree(student.dual_objective(alpha, X, y), ref.dual_objective(alpha, X, y), name="dual_objective(alpha, X, y)")


@grades("dual_objective", points=1, hint="At the best multipliers, D is ½‖w‖² for w = Σ α y x.")
@cases(
    "alpha X y best",
    corner_faces_edge=optimal_multipliers(2, (5, 4), (1, 2), shift=2.0),
    small_unit=optimal_multipliers(3, (6, 7), (2, 2), scale=0.1),
    nothing=(np.zeros(5), normal("5 3"), labels(5), 0.0),
)
def test_dual_objective_meets_the_primal_at_the_optimum(student, alpha, X, y, best):
    """At the best multipliers of separable data the dual objective is half the squared length of the shortest w."""
    agree(student.dual_objective(alpha, X, y), best, name="dual_objective(alpha, X, y)", condition=100.0)


@grades("dual_objective", points=1, hint="Return float(...), and leave alpha, X and y as they are.")
@cases(
    "alpha X y",
    arrays=(normal("5"), normal("5 2"), labels(5)),
    integers=(integers("6", 0, 4), integers("6 3", -5, 6), labels(6, dtype=int)),
    lists=(as_lists(normal("7")), as_lists(normal("7 2")), as_lists(labels(7))),
)
def test_dual_objective_takes_lists_and_returns_a_float(student, alpha, X, y):
    """Integers and lists are welcome, nothing is modified, and the answer is one float."""
    answer = unchanged(student.dual_objective, alpha, X, y)
    shaped(answer, (), name="dual_objective(alpha, X, y)", dtype="float64")
    agree(answer, ref.dual_objective(alpha, X, y), name="dual_objective(alpha, X, y)")


# ---- 5.8 soft_margin_svm ------------------------------------------------------------------------------------------

OVERLAPPING = {
    "cheap": overlapping(30, 2, C=0.1, distance=2.0),
    "off_centre": overlapping(60, 3, C=1.0, distance=2.0, shift=3.0, positives=15),
    "dear": overlapping(40, 4, C=10.0, distance=1.0, shift=-1.0),
    "as_many_objects_as_features": overlapping(5, 5, C=0.05, distance=3.0, shift=1.0),
}


def check_cheapest(answer, X, y, C, best, rtol, dtype=None):
    """Check that P(w, b) is at most (1 + rtol) times a lower bound of all its values."""
    w, b = plane(answer, len(X[0]), dtype)
    gap(ref.soft_margin_objective(w, b, X, y, C), best, rtol, name="P(w, b)")


@grades(
    "soft_margin_svm",
    points=4.5,
    hint="b is free, C multiplies a sum. Print P while your solver runs.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("X y C best", **OVERLAPPING)
def test_soft_margin_is_cheapest_to_a_hundredth(student, X, y, C, best):
    """No hyperplane has a smaller objective, up to 1 %."""
    check_cheapest(student.soft_margin_svm(X, y, C), X, y, C, best, rtol=1e-2)


@grades(
    "soft_margin_svm",
    points=4.5,
    hint="Stop when P − D is small, and choose the best b for your w in the end.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases("X y C best", **OVERLAPPING)
def test_soft_margin_is_cheapest_to_a_thousandth(student, X, y, C, best):
    """No hyperplane has a smaller objective, up to 0.1 %."""
    check_cheapest(student.soft_margin_svm(X, y, C), X, y, C, best, rtol=1e-3)


@grades(
    "soft_margin_svm",
    points=3,
    hint="Try a tiny C, two objects, 4 objects against 36, one feature.",
    margin="the statement promises full marks for this gap, which iterative solvers reach just so",
)
@cases(
    "X y C best",
    tiny_price=overlapping(24, 3, C=0.001, distance=1.0, shift=2.0),
    two_objects=draw(lambda _: with_bound(np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0]), 0.1)),
    unbalanced=overlapping(40, 2, C=1.0, distance=2.0, positives=10),
    separable=overlapping(20, 3, C=0.3, distance=5.0, shift=3.0),
    one_feature=overlapping(25, 1, C=2.0, distance=1.0, shift=4.0),
    in_both_classes=draw(
        lambda _: with_bound(
            np.array([[2.0, 1], [2, 1], [0, 0], [3, 2], [-1, -2], [4, 1], [-2, 0]]),
            np.array([1.0, -1, -1, 1, -1, 1, -1]),
            0.5,
        )
    ),
    largest=overlapping(100, 5, C=0.5, distance=1.5, shift=2.0),
)
def test_soft_margin_is_cheapest_in_special_positions(student, X, y, C, best):
    """Any price, few or many, unbalanced or separable objects: the objective is smallest, up to 0.1 %."""
    check_cheapest(student.soft_margin_svm(X, y, C), X, y, C, best, rtol=1e-3)


@draw
def integer_overlap(rng):
    """X, y, C, best: two clouds of integers far from the origin."""
    y = labels(16, dtype=int).make(rng)
    return with_bound(6 + rng.integers(-2, 3, (16, 2)) + np.outer(y, [1, 1]), y, 1)


@grades("soft_margin_svm", points=3, hint="Return (w, b): a float64 vector of shape (n,) and a float.")
@cases(
    "X y C best",
    arrays=overlapping(16, 3, C=0.05, distance=4.0, shift=2.0),
    integers=integer_overlap,
    lists=as_lists(overlapping(14, 3, C=0.05, distance=4.0, shift=2.0, positives=3)),
)
def test_soft_margin_comes_as_vector_and_float(student, X, y, C, best):
    """Integers and lists are welcome, nothing is modified, w is a float64 vector and b a float (P up to 1 %)."""
    answer = unchanged(student.soft_margin_svm, X, y, C)
    check_cheapest(answer, X, y, C, best, rtol=1e-2, dtype="float64")


# ---- 5.9 capstone_iris --------------------------------------------------------------------------------------------


@draw
def three_splits(rng):
    """Three splits of versicolor and virginica into 60 and 40 flowers, none of them freakish.

    Luck decides a lot with 40 flowers: a split is drawn again if the reference or a vote of the nearest flowers misses
    more than three.
    """
    flowers = np.load(Path(__file__).parent / "data" / "iris.npz")
    X, y = flowers["X"][flowers["y"] > 0], np.where(flowers["y"][flowers["y"] > 0] == 1, -1.0, 1.0)
    splits = []
    while len(splits) < 3:
        order = rng.permutation(100)
        train, test = order[:60], order[60:]
        Z = (X - X[train].mean(axis=0)) / X[train].std(axis=0)
        w, b = ref.soft_margin_svm(Z[train], y[train], 1.0)
        nearest = np.argsort(np.linalg.norm(X[test][:, None] - X[train], axis=2), axis=1)[:, :9]
        scores = (Z[test] @ w + b, y[train][nearest].sum(axis=1))
        if all(np.sum(y[test] * score < 0) <= 3 for score in scores):
            splits.append((X[train], y[train], X[test], y[test]))
    return splits


def check_accuracy(student, splits, threshold):
    """Check the mean share of flowers that are classified correctly."""
    shares = []
    for X_train, y_train, X_test, y_test in splits:
        predicted = shaped(student.capstone_iris(X_train, y_train, X_test), y_test.shape, "the prediction")
        agree(np.abs(predicted.astype(float)), np.ones(len(y_test)), "the absolute value of the prediction")
        shares.append(np.mean(predicted == y_test))
    between(np.mean(shares), threshold, 1.0, "the mean accuracy", slack=1e-9)


@grades("capstone_iris", points=5, hint="Standardise train and test with the numbers of the training flowers.")
@cases("splits", seeded=three_splits)
def test_capstone_iris_reaches_85_percent(student, splits):
    """On three secret splits, 85 % of the test flowers are classified correctly."""
    check_accuracy(student, splits, 0.85)


@grades("capstone_iris", points=5, hint="Use all four features, and iterate until the objective stops falling.")
@cases("splits", seeded=three_splits)
def test_capstone_iris_reaches_90_percent(student, splits):
    """On three secret splits, 90 % of the test flowers are classified correctly."""
    check_accuracy(student, splits, 0.90)
