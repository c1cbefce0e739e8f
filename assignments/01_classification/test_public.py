"""Public tests: the classification problem.

Run them from the notebook with ``check("one_hot")``. They are small, and every expected number can be checked by hand.
Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import Mismatch, agree, between, cases, draw, grades, sequence, shaped, unchanged
from autograder.testing.student import Function, Instance

WINE = Path(__file__).parent / "data" / "wine.npz"


# ---- one_hot ---------------------------------------------------------------------------------------------------


@grades("one_hot", hint="One row per object, one column per class: shape (2, 3).")
def test_one_hot_of_two_objects(student):
    """Classes 1 and 0 out of 3 give the rows (0, 1, 0) and (1, 0, 0), in float64."""
    value = shaped(unchanged(student.one_hot, np.array([1, 0]), 3), (2, 3), name="one_hot(y, K)", dtype="float64")
    agree(value, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], name="one_hot(y, K)")


@grades("one_hot", hint="Take the number of columns from K, not from y.")
def test_one_hot_with_absent_classes(student):
    """With K = 4 there are four columns, although y holds the classes 0 and 2 only."""
    agree(student.one_hot([2, 0], 4), [[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]], name="one_hot(y, K)")


# ---- hard_decision ---------------------------------------------------------------------------------------------


@grades("hard_decision", hint="One decision per row: axis 1 runs over the classes.")
def test_hard_decision_of_two_objects(student):
    """The rows (0.2, 0.5, 0.3) and (0.6, 0.3, 0.1) give 1 and 0, in int64."""
    P = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
    value = shaped(unchanged(student.hard_decision, P), (2,), name="the decision", dtype="int64")
    agree(value, np.array([1, 0]), name="the decision")


@grades("hard_decision", hint="The largest of the negative numbers -3, -7, -1 is -1.")
def test_hard_decision_from_logits_and_at_a_tie(student):
    """The scores (-3, -7, -1) give 2; of the equal scores in (0, 4, 4) the first one wins."""
    agree(student.hard_decision([[-3, -7, -1], [0, 4, 4]]), np.array([2, 1]), name="the decision")


# ---- accuracy --------------------------------------------------------------------------------------------------


@grades("accuracy", hint="A share, not a count and not a percentage.")
def test_accuracy_of_four_objects(student):
    """Three right decisions of four are 0.75."""
    agree(unchanged(student.accuracy, np.array([0, 1, 2, 1]), np.array([0, 2, 2, 1])), 0.75, name="the accuracy")


@grades("accuracy", hint="Make vectors of both before comparing: np.ravel.")
def test_accuracy_with_a_column(student):
    """The same if y has shape (4, 1)."""
    agree(student.accuracy(np.array([[0], [1], [2], [1]]), np.array([0, 2, 2, 1])), 0.75, name="the accuracy")


# ---- confusion_matrix ------------------------------------------------------------------------------------------


@grades("confusion_matrix", hint="Rows are true classes. Did the pair (1, 1) count twice?")
def test_confusion_matrix_of_four_objects(student):
    """y = (0, 1, 1, 1) and y_hat = (0, 0, 1, 1) give [[1, 0], [1, 2]]."""
    value = unchanged(student.confusion_matrix, np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), 2)
    agree(shaped(value, (2, 2), name="C", dtype="int64"), np.array([[1, 0], [1, 2]]), name="C")


@grades("confusion_matrix", hint="The shape is (K, K), whatever occurs.")
def test_confusion_matrix_of_one_object(student):
    """One object of class 2, taken for class 0 of 3, is a single 1 in the last row."""
    agree(student.confusion_matrix([2], [0], 3), np.array([[0, 0, 0], [0, 0, 0], [1, 0, 0]]), name="C")


# ---- cross_entropy ---------------------------------------------------------------------------------------------


@grades("cross_entropy", hint="The true classes have probabilities 1/2 and 1/4; -log of these, and their mean.")
def test_cross_entropy_of_two_objects(student):
    """Probabilities 1/2 and 1/4 of the true classes cost (log 2 + log 4) / 2."""
    P = np.array([[0.5, 0.5], [0.25, 0.75]])
    agree(unchanged(student.cross_entropy, P, np.array([0, 0])), 1.5 * np.log(2), name="L")


@grades("cross_entropy", hint="-log 0 is inf, but 0 * log 0 is nan.")
@cases("y expected", true_class_certain=([0], 0.0), true_class_impossible=([1], np.inf))
def test_cross_entropy_of_a_certain_classifier(student, y, expected):
    """The row (1, 0) costs 0 if the true class is 0, and infinitely much if it is 1."""
    agree(student.cross_entropy(np.array([[1.0, 0.0]]), np.array(y)), expected, name="L")


# ---- delta_margin ----------------------------------------------------------------------------------------------


@grades("delta_margin", hint="First object: 0.5 - 0.3. Second object: its class is 2, so 0.3 - 0.5.")
def test_delta_margin_of_two_objects(student):
    """The row (0.2, 0.5, 0.3) has margin 0.2 for class 1 and -0.2 for class 2."""
    S = np.array([[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]])
    agree(unchanged(student.delta_margin, S, np.array([1, 2])), [0.2, -0.2], name="delta")


@grades("delta_margin", hint="Leave the true class out altogether: 0 is larger than every negative score.")
def test_delta_margin_of_negative_logits(student):
    """The logits (-3, -7, -1) have margin -2 for class 0 and 2 for class 2."""
    agree(student.delta_margin([[-3, -7, -1], [-3, -7, -1]], [0, 2]), [-2.0, 2.0], name="delta")


# ---- accuracy_guarantee ----------------------------------------------------------------------------------------


@grades("accuracy_guarantee", hint="log 2 is np.log(2), about 0.693; and the answer is never below 0.")
@cases("loss expected", nothing_lost=(0.0, 1.0), half_of_log_two=(0.34657359027997264, 0.5), three=(3.0, 0.0))
def test_accuracy_guarantee_at_three_losses(student, loss, expected):
    """The losses 0, (log 2) / 2 and 3 guarantee the accuracies 1, 1/2 and 0."""
    agree(student.accuracy_guarantee(loss), expected, name="the guarantee")


# ---- NearestCentroid -------------------------------------------------------------------------------------------

X = np.array([[0.0], [7.0], [2.0]])
Y = np.array([0, 1, 0])


def method(model, name):
    """Return a method of what the student's class made, once it is known to be there."""
    if not isinstance(model, Instance):
        raise Mismatch(f"expected an object of the class NearestCentroid with a method {name}, got something else")
    function = getattr(model, name)
    if not isinstance(function, Function):
        raise Mismatch(f"NearestCentroid.{name} is not a method")
    return function


@grades("NearestCentroid", hint="The means are 1 and 7, so the border is at 4.")
def test_nearest_centroid_in_one_dimension(student):
    """Objects 0, 2 of class 0 and 7 of class 1: 3.9 and -5 are of class 0, 4.1 is of class 1."""
    model = student.NearestCentroid()
    unchanged(method(model, "fit"), X, Y)
    predicted = method(model, "predict")(np.array([[3.9], [-5.0], [4.1]]))
    agree(shaped(predicted, (3,), name="predict(X)", dtype="int64"), np.array([0, 0, 1]), name="predict(X)")


@grades("NearestCentroid", hint="fit ends with `return self`.")
def test_nearest_centroid_fit_can_be_followed_by_predict(student):
    """NearestCentroid().fit(X, y).predict([[4]]) is [0]: at a tie the smaller class is taken."""
    model = method(student.NearestCentroid(), "fit")(X, Y)
    agree(method(model, "predict")(np.array([[4.0]])), np.array([0]), name="predict([[4]])")


@grades("NearestCentroid", hint="(Wx + b)_1 - (Wx + b)_0 must be (|x - 1|^2 - |x - 7|^2) / 2, which is 6 (x - 4).")
def test_nearest_centroid_affine_in_one_dimension(student):
    """At x = 4, 5 and 0 the second entry of Wx + b exceeds the first by 0, 6 and -24."""
    model = student.NearestCentroid()
    method(model, "fit")(X, Y)
    W, b = sequence(method(model, "affine")(), 2, name="(W, b)")
    W, b = shaped(W, (2, 1), name="W"), shaped(b, (2,), name="b")
    with np.errstate(all="ignore"):
        scores = np.array([[4.0], [5.0], [0.0]]) @ W.T.astype(np.float64) + b
        lead = scores[:, 1] - scores[:, 0]
    agree(lead, [0.0, 6.0, -24.0], name="(Wx + b)_1 - (Wx + b)_0 at 4, 5, 0")


# ---- capstone_wine ---------------------------------------------------------------------------------------------


@draw
def one_split(rng):
    """Split the wines once into 110 for training and 68 for testing."""
    with np.load(WINE) as wine:
        features, growers = wine["X"], wine["y"]
    order = rng.permutation(len(growers))
    train, test = order[:110], order[110:]
    return features[train], growers[train], features[test], growers[test]


@grades("capstone_wine", hint="6 points need 85 %, 6 more 90 %, on average over three splits.")
@cases("X_train y_train X_test y_test", wine=one_split)
def test_capstone_wine_on_one_split(student, X_train, y_train, X_test, y_test):
    """At least 85 % of 68 wines are classified correctly."""
    predicted = shaped(student.capstone_wine(X_train, y_train, X_test), y_test.shape, name="the prediction")
    between(np.mean(predicted == y_test), 0.85, 1.0, name="the accuracy")


@grades("capstone_wine", hint="The mean and standard deviation of a single wine say nothing; use the training set's.")
@cases("X_train y_train X_test y_test", wine=one_split)
def test_capstone_wine_of_a_single_wine(student, X_train, y_train, X_test, y_test):
    """A wine alone gets the class that it gets among the others."""
    whole = shaped(student.capstone_wine(X_train, y_train, X_test), y_test.shape, name="the prediction")
    agree(student.capstone_wine(X_train, y_train, X_test[:1]), whole[:1], name="the prediction")
