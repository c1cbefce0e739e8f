"""Public tests for support vector machines: small examples that can be checked by hand. Run them as often as you like.

They are worth no points. The hidden tests use other and larger data, and look at more.
"""

from pathlib import Path

import numpy as np

from autograder.testing import agree, between, cases, draw, grades, sequence, shaped, unchanged

TRIANGLE = np.array([[0.0, -1.0], [0.0, 1.0], [-1.0, 0.0]])
CORNER = np.array([[3.0, 0.2], [4.0, 0.0], [4.0, 3.0]])


def vector_and_number(answer, n, names=("w", "b")):
    """Return both parts of an answer like (w, b) as float64."""
    w, b = sequence(answer, 2, f"({', '.join(names)})")
    w, b = shaped(w, (n,), names[0]).astype(np.float64), shaped(b, (), names[1]).astype(np.float64)
    return between(w, -1e6, 1e6, names[0]), float(between(b, -1e6, 1e6, names[1]))


# ---- 5.1 signed_distance ------------------------------------------------------------------------------------------


@grades("signed_distance", hint="The point (3, 4) has score 20, and w has length 5.")
def test_signed_distance_of_two_points(student):
    """The points (3, 4) and (0, 0) have the distances 4 and -1 from the line 3 x1 + 4 x2 - 5 = 0."""
    X, w = np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([3.0, 4.0])
    agree(student.signed_distance(X, w, -5.0), [4.0, -1.0], name="signed_distance(X, w, b)")


@grades("signed_distance", hint="Do not work on w itself: w /= ... changes the caller's array.")
@cases("w b", integers=(np.array([0, 2]), -2), lists=([0, 2], -2), arrays=(np.array([0.0, 10.0]), -10.0))
def test_signed_distance_of_one_line_written_in_three_ways(student, w, b):
    """However the line x2 = 1 is written, the point (7, 4) is 3 above it, and the arguments stay as they are."""
    answer = unchanged(student.signed_distance, [[7, 4]], w, b)
    agree(shaped(answer, (1,), name="signed_distance(X, w, b)"), [3.0], name="signed_distance(X, w, b)")


# ---- 5.2 geometric_margin -----------------------------------------------------------------------------------------


@grades("geometric_margin", hint="Multiply each distance by the label, then take the smallest.")
def test_geometric_margin_of_three_objects(student):
    """Objects 3, 1 and 2 away from the line x2 = 1, all on their sides, give the margin 1."""
    X, y = np.array([[0.0, 4.0], [5.0, 2.0], [1.0, -1.0]]), np.array([1.0, 1.0, -1.0])
    agree(student.geometric_margin(X, y, np.array([0.0, 2.0]), -2.0), 1.0, name="geometric_margin(X, y, w, b)")


@grades("geometric_margin", hint="No absolute values, and no max(0, ...): negative margins say how bad it is.")
def test_geometric_margin_with_one_object_on_the_wrong_side(student):
    """If the object (1, -1) has the label +1 instead, it is 2 on the wrong side, and the margin is -2."""
    X, y = np.array([[0.0, 4.0], [5.0, 2.0], [1.0, -1.0]]), np.array([1.0, 1.0, 1.0])
    agree(student.geometric_margin(X, y, np.array([0.0, 2.0]), -2.0), -2.0, name="geometric_margin(X, y, w, b)")


# ---- 5.3 hull_nearest_points --------------------------------------------------------------------------------------


def point_of_hull(weights, points, name):
    """Return the average of the points with weights that lie on the simplex."""
    weights = shaped(weights, (len(points),), name).astype(np.float64)
    between(weights, 0.0, 1.0, name, slack=1e-6)
    agree(weights.sum(), 1.0, f"the sum of {name}", rtol=1e-6)
    return weights @ points


@grades("hull_nearest_points", hint="Weights are nonnegative and sum to 1, those of A and those of B.")
def test_hull_points_are_averages_of_the_data(student):
    """Both answers are weights of an average: not negative, with sum 1."""
    alpha, beta = sequence(student.hull_nearest_points(TRIANGLE, CORNER), 2, "(alpha, beta)")
    point_of_hull(alpha, TRIANGLE, "alpha")
    point_of_hull(beta, CORNER, "beta")


@grades("hull_nearest_points", hint="The nearest pair of data points is 3.10 apart: look inside the edges, too.")
@cases(
    "A B distance",
    corner_faces_edge=(TRIANGLE, CORNER, 3.0),
    two_parallel_edges=(np.array([[0.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [1.0, 3.0]]), 1.0),
    one_point_each=(np.array([[1.0, 2.0]]), np.array([[4.0, 6.0]]), 5.0),
)
def test_hull_points_of_small_figures(student, A, B, distance):
    """The nearest points of simple figures have the right distance, up to 0.1 %."""
    alpha, beta = sequence(student.hull_nearest_points(A, B), 2, "(alpha, beta)")
    d = point_of_hull(alpha, A, "alpha") - point_of_hull(beta, B, "beta")
    agree(np.linalg.norm(d), distance, name="the distance of the two points", rtol=1e-3)


# ---- 5.4 hard_margin_svm ------------------------------------------------------------------------------------------


@grades("hard_margin_svm", hint="Scale (w, b) so that the nearest objects have the scores +1 and -1.")
@cases(
    "X y w b",
    two_objects=(np.array([[0.0, 0.0], [2.0, 0.0]]), np.array([-1.0, 1.0]), [1.0, 0.0], -1.0),
    edge_and_corner=(
        np.array([[5.0, 3.0], [5.0, 6.0], [3.0, 4.0], [9.0, 9.0]]),
        np.array([1.0, 1.0, -1.0, 1.0]),
        [1.0, 0.0],
        -4.0,
    ),
    small_unit=(np.array([[0.0], [0.02], [0.05]]), np.array([-1.0, 1.0, 1.0]), [100.0], -1.0),
)
def test_hard_margin_of_small_examples(student, X, y, w, b):
    """The widest street between few objects is found, up to 0.1 %."""
    got_w, got_b = vector_and_number(student.hard_margin_svm(X, y), X.shape[1])
    between(np.min(y * (X @ got_w + got_b)), 1.0, np.inf, "min y (w·x + b)", slack=1e-3)
    agree(got_w, w, name="w", rtol=5e-3, atol=5e-2)
    agree(got_b, b, name="b", rtol=5e-3, atol=5e-2)


# ---- 5.5 soft_margin_objective ------------------------------------------------------------------------------------


@grades("soft_margin_objective", hint="Add ½(1 + 1) and 10 times the losses 0 and 1.5.")
def test_soft_margin_objective_of_two_objects(student):
    """With w = (1, -1), b = ½, C = 10 and the scores 2.5 and 0.5, the objective is 16."""
    X, y, w = np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([1.0, -1.0]), np.array([1.0, -1.0])
    agree(student.soft_margin_objective(w, 0.5, X, y, 10.0), 16.0, name="soft_margin_objective(w, b, X, y, C)")


@grades("soft_margin_objective", hint="A loss is never negative, and b does not count in the norm.")
def test_soft_margin_objective_without_violations(student):
    """If everybody is beyond the border, only ½‖w‖² remains: with w = (3, 4) it is 12.5, whatever b."""
    X, y, w = np.array([[2.0, 2.0], [0.0, 0.0]]), np.array([1.0, -1.0]), np.array([3.0, 4.0])
    agree(student.soft_margin_objective(w, -7.0, X, y, 10.0), 12.5, name="soft_margin_objective(w, b, X, y, C)")


# ---- 5.6 soft_margin_subgradient ----------------------------------------------------------------------------------


@grades("soft_margin_subgradient", hint="Only the second object falls short; it adds -C y x and -C y.")
def test_soft_margin_subgradient_of_two_objects(student):
    """With the numbers of the objective's example the gradient is (11, 9) in w and 10 in b."""
    X, y, w = np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([1.0, -1.0]), np.array([1.0, -1.0])
    gw, gb = vector_and_number(student.soft_margin_subgradient(w, 0.5, X, y, 10.0), 2, names=("gw", "gb"))
    agree(gw, [11.0, 9.0], name="gw")
    agree(gb, 10.0, name="gb")


@grades("soft_margin_subgradient", hint="Left of the kink the slope is -1, right of it 1: stay between.")
def test_soft_margin_subgradient_at_a_kink(student):
    """The object x = 1 stands on the border: gw may be anything from -1 to 1, and gb = gw - 1."""
    X, y = np.array([[1.0]]), np.array([1.0])
    gw, gb = vector_and_number(student.soft_margin_subgradient(np.array([1.0]), 0.0, X, y, 2.0), 1, names=("gw", "gb"))
    between(gw, -1.0, 1.0, "gw", slack=1e-9)
    agree(gb, gw[0] - 1.0, name="gb")


# ---- 5.7 dual_objective -------------------------------------------------------------------------------------------


@grades("dual_objective", hint="α1 + α2 = 1, and the double sum is 4 · ¼.")
def test_dual_objective_of_two_objects(student):
    """For x = -1 and x = 1 in different classes and α = (½, ½) the dual objective is ½."""
    X, y = np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0])
    agree(student.dual_objective(np.array([0.5, 0.5]), X, y), 0.5, name="dual_objective(alpha, X, y)")


@grades("dual_objective", hint="Here Σ α y x = 2·(1, 0) - 3·(0, 1) = (2, -3). Do not forget the labels.")
def test_dual_objective_at_a_right_angle(student):
    """For x = (1, 0) of class +1, x = (0, 1) of class -1 and α = (2, 3): D = 5 - ½ (4 + 9) = -1.5."""
    X, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1.0, -1.0])
    agree(student.dual_objective(np.array([2.0, 3.0]), X, y), -1.5, name="dual_objective(alpha, X, y)")


# ---- 5.8 soft_margin_svm ------------------------------------------------------------------------------------------


def objective(w, b, X, y, C):
    return 0.5 * w @ w + C * np.sum(np.maximum(0.0, 1.0 - y * (X @ w + b)))


@grades("soft_margin_svm", hint="Is b free of any penalty? Is C multiplied by the sum of the losses?")
@cases("shift", centred=0.0, far_away=6.0)
def test_soft_margin_of_two_objects(student, shift):
    """For x = -1, x = 1 and C = 0.1 the objective can be brought down to 0.18, also if both objects are moved."""
    X, y = np.array([[-1.0], [1.0]]) + shift, np.array([-1.0, 1.0])
    w, b = vector_and_number(student.soft_margin_svm(X, y, 0.1), 1)
    between(objective(w, b, X, y, 0.1), 0.18, 0.18 * (1 + 1e-3), "P(w, b)", slack=1e-9)


@grades("soft_margin_svm", hint="If C is large enough, the soft margin is the hard margin.")
def test_soft_margin_of_separable_objects(student):
    """For x = (0, 0) and (2, 0) in different classes and C = 10, the optimum is that of the hard margin: 0.5."""
    X, y = np.array([[0.0, 0.0], [2.0, 0.0]]), np.array([-1.0, 1.0])
    w, b = vector_and_number(student.soft_margin_svm(X, y, 10.0), 2)
    between(objective(w, b, X, y, 10.0), 0.5, 0.5 * (1 + 1e-3), "P(w, b)", slack=1e-9)


# ---- 5.9 capstone_iris --------------------------------------------------------------------------------------------


@draw
def one_split(rng):
    """Split versicolor and virginica into 60 and 40 flowers."""
    flowers = np.load(Path(__file__).parent / "data" / "iris.npz")
    X, y = flowers["X"][flowers["y"] > 0], np.where(flowers["y"][flowers["y"] > 0] == 1, -1.0, 1.0)
    order = rng.permutation(100)
    return X[order[:60]], y[order[:60]], X[order[60:]], y[order[60:]]


@grades("capstone_iris", hint="Return labels, not scores; standardise the test flowers like the training flowers.")
@cases("X_train y_train X_test y_test", one_split=one_split)
def test_capstone_iris_on_one_split(student, X_train, y_train, X_test, y_test):
    """On one split of the flowers, the answers are labels -1 and +1, and 85 % of them are right."""
    predicted = shaped(student.capstone_iris(X_train, y_train, X_test), (40,), "the prediction")
    agree(np.abs(predicted.astype(np.float64)), np.ones(40), "the absolute value of the prediction")
    between(np.mean(predicted == y_test), 0.85, 1.0, "the accuracy")
