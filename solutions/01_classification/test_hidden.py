"""Hidden tests: the classification problem.

A test that a function could pass without computing anything would be a gift, so shapes, dtypes and purity are
looked at on right answers only.
"""

from pathlib import Path

import numpy as np

import reference.classification as ref
from autograder.testing import (
    Mismatch,
    agree,
    between,
    cases,
    draw,
    finite,
    grades,
    integers,
    normal,
    sequence,
    shaped,
    unchanged,
    uniform,
)
from autograder.testing.student import Function, Instance

WINE = Path(__file__).parent / "data" / "wine.npz"
LOG2 = np.log(2.0)


# ---- inputs ----------------------------------------------------------------------------------------------------


def probabilities(N, K):
    """Draw N rows of K probabilities, none of them 0 and no two in a row nearly equal, and the classes of N objects.

    Without enough rows for chance to do it, about half of the objects are classified correctly.
    """

    def make(rng):
        weights = np.array([rng.permutation(np.linspace(1.0, 9.0, K)) for _ in range(N)])
        weights *= rng.uniform(0.95, 1.05, (N, K))
        P = weights / weights.sum(axis=1, keepdims=True)
        y = np.where(np.arange(N) % 2 == 0, P.argmax(axis=1), rng.integers(0, K, N))
        return P, y

    return draw(make)


def logits(N, K, shift=0.0, scale=1.0):
    """Draw scores of N objects, no two in a row nearly equal, and classes, about half of them with the best score."""

    def make(rng):
        Z = np.array([rng.permutation(np.arange(K)) for _ in range(N)]) + rng.uniform(-0.3, 0.3, (N, K))
        y = np.where(np.arange(N) % 2 == 0, Z.argmax(axis=1), rng.integers(0, K, N))
        return shift + scale * (Z - K / 2), y

    return draw(make)


def labels(N, K):
    """Draw classes of N objects and decisions of which two thirds are right; every class 0..K-1 occurs in both."""

    def make(rng):
        y = rng.permutation(np.arange(N) % K)
        y_hat = np.where(rng.random(N) < 2 / 3, y, rng.integers(0, K, N))
        y_hat[rng.permutation(N)[:K]] = np.arange(K)
        y_hat[0] = (y[0] + 1) % K
        return y, y_hat

    return draw(make)


def clouds(N, n, K, M=12, spread=1.5, shift=0.0):
    """Draw a training set (X, y) in which all K classes occur, of unequal size and unsorted, and M more objects.

    The further objects are chosen such that no two class means are nearly equally far from one of them.
    """

    def make(rng):
        y = rng.permutation(np.concatenate([np.arange(K), np.minimum(rng.integers(0, K, N - K), rng.integers(0, K, N - K))]))
        centres = spread * rng.standard_normal((K, n))
        X = shift + centres[y] + rng.exponential(1.0, (N, n)) * rng.choice([-1.0, 2.0], (N, n))
        means = np.array([X[y == k].mean(axis=0) for k in range(K)])
        candidates = shift + centres[rng.integers(0, K, 40 * M)] + 1.5 * rng.standard_normal((40 * M, n))
        squares = np.sort(((candidates[:, None, :] - means) ** 2).sum(axis=2), axis=1)
        clear = squares[:, 1] - squares[:, 0] > 1e-2 if K > 1 else np.ones(40 * M, dtype=bool)
        return X, y, candidates[clear][:M]

    return draw(make)


def softmax(Z):
    """Turn scores into probabilities."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@draw
def three_splits(rng):
    """Split the wines three times into 110 for training and 68 for testing."""
    with np.load(WINE) as wine:
        X, y = wine["X"], wine["y"]
    splits = []
    for _ in range(3):
        order = rng.permutation(len(y))
        train, test = order[:110], order[110:]
        splits.append((X[train], y[train], X[test], y[test]))
    return splits


# ---- one_hot ---------------------------------------------------------------------------------------------------


@grades("one_hot", points=2, hint="Row s has its only 1 in column y[s]; K is the number of columns.")
@cases("y K", typical=(integers("m", 0, 3), 4), as_many_objects_as_classes=([2, 0, 3, 1], 4), many=(integers("30", 0, 6), 6))
def test_one_hot_marks_the_class_of_each_object(student, y, K):
    """Row s is 1 in column i(s) and 0 elsewhere."""
    agree(student.one_hot(np.asarray(y), K), ref.one_hot(y, K), name="one_hot(y, K)")


@grades("one_hot", points=1, hint="The number of columns is K, whichever classes happen to occur in y.")
@cases(
    "y K",
    without_the_last_class=(np.array([1, 0, 2, 1, 0]), 5),
    only_one_class=(np.array([1, 1, 1]), 4),
    two_classes=(np.array([0, 0, 0]), 2),
)
def test_one_hot_keeps_a_column_for_classes_that_do_not_occur(student, y, K):
    """There are K columns, also when y holds fewer classes."""
    agree(student.one_hot(y, K), ref.one_hot(y, K), name="one_hot(y, K)")


@grades("one_hot", points=1, hint="Convert y to integers first; what dtype has the array that you fill?")
@cases(
    "y K",
    integer_array=(np.array([2, 0, 1, 2]), 3),
    plain_list=([1, 3, 0], 5),
    whole_floats=(np.array([2.0, 0.0, 1.0, 2.0]), 4),
)
def test_one_hot_answers_in_float64(student, y, K):
    """The answer is a float64 array for integer arrays, lists, and labels stored as floats."""
    value = shaped(student.one_hot(y, K), (len(y), K), name="one_hot(y, K)", dtype="float64")
    agree(value, ref.one_hot(y, K), name="one_hot(y, K)")


@grades("one_hot", points=0.5, hint="Do not write into y.")
@cases("y K", typical=(integers("m", 0, 3), 4), whole_floats=(np.array([2.0, 0.0, 1.0, 2.0]), 4))
def test_one_hot_leaves_its_input_alone(student, y, K):
    """The right rows, and y is the same after the call."""
    agree(unchanged(student.one_hot, y, K), ref.one_hot(y, K), name="one_hot(y, K)")


@grades("one_hot", points=0.5, hint="One object, or one class only, is an array with two axes like any other.")
@cases("y K", one_object=(np.array([2]), 4), one_class=(np.zeros(5, dtype=np.int64), 1), one_of_one=(np.array([0]), 1))
def test_one_hot_of_one_object_or_one_class(student, y, K):
    """The shape is (N, K), also for N = 1 or K = 1."""
    agree(student.one_hot(y, K), ref.one_hot(y, K), name="one_hot(y, K)")


# ---- hard_decision ---------------------------------------------------------------------------------------------


@grades("hard_decision", points=2, hint="For each row: in which column is the largest entry?")
@cases(
    "P y",
    probabilities=probabilities(6, 3),
    nobody_exceeds_one_half=probabilities(7, 5),
    as_many_objects_as_classes=probabilities(4, 4),
    two_classes=probabilities(5, 2),
    negative_logits=logits(5, 3, shift=-20.0),
    one_object=probabilities(1, 4),
)
def test_hard_decision_is_the_most_probable_class(student, P, y):  # noqa: ARG001 - the classes do not matter here
    """Each object gets the class with the largest entry of its row."""
    agree(student.hard_decision(P), ref.hard_decision(P), name="the decision")


@grades("hard_decision", points=1, hint="Only the order of the entries within a row matters, not their size or sign.")
@cases("P y", typical=probabilities(6, 3), square=probabilities(4, 4), two_classes=probabilities(5, 2))
def test_hard_decision_depends_on_the_order_of_the_scores_only(student, P, y):  # noqa: ARG001
    """Logarithms, positive factors, and a constant for each row change no decision."""
    expected, constants = ref.hard_decision(P), np.linspace(-300.0, 300.0, len(P))[:, None]
    agree(student.hard_decision(np.log(P)), expected, name="the decision from log P")
    agree(student.hard_decision(1e-3 * P), expected, name="the decision from P / 1000")
    agree(student.hard_decision(P + constants), expected, name="the decision from P + c")


@grades("hard_decision", points=0.5, hint="Labels are integers: dtype int64.")
@cases(
    "P expected",
    nested_list=([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2]], [1, 0]),
    integer_logits=(np.array([[-3, -7, -1], [0, 4, 2], [5, -5, 1]]), [2, 1, 0]),
    plain_array=(np.array([[0.1, 0.9], [0.8, 0.2]]), [1, 0]),
)
def test_hard_decision_answers_in_int64(student, P, expected):
    """The answer is an int64 array of shape (N,), for lists and integers too."""
    value = shaped(student.hard_decision(P), (len(P),), name="the decision", dtype="int64")
    agree(value, np.array(expected), name="the decision")


@grades("hard_decision", points=0.5, hint="Work on a copy of P, or do not write at all.")
@cases("P y", typical=probabilities(6, 3), logits=logits(4, 4, shift=2.0))
def test_hard_decision_leaves_its_input_alone(student, P, y):  # noqa: ARG001
    """The right decisions, and P is the same after the call."""
    agree(unchanged(student.hard_decision, P), ref.hard_decision(P), name="the decision")


@grades("hard_decision", points=1, hint="Among equal largest entries the smallest k wins, as the statement says.")
@cases(
    "P",
    probabilities=np.array([[0.25, 0.25, 0.5], [0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.25, 0.5, 0.25]]),
    all_equal=np.full((3, 4), 0.25),
    logits=np.array([[-2.0, -1.0, -1.0, -3.0], [0.0, -4.0, 0.0, 0.0]]),
)
def test_hard_decision_takes_the_first_of_equals(student, P):
    """If several classes have the same largest entry, the smallest of them is chosen."""
    agree(student.hard_decision(P), ref.hard_decision(P), name="the decision")


# ---- accuracy --------------------------------------------------------------------------------------------------


@grades("accuracy", points=2, hint="Count the objects with y_hat = y and divide by N.")
@cases("y y_hat", typical=labels(7, 3), many=labels(40, 4), two_classes=labels(9, 2), square=labels(4, 4))
def test_accuracy_is_the_share_of_right_decisions(student, y, y_hat):
    """The number of objects with the right class, divided by the number of objects."""
    agree(student.accuracy(y, y_hat), ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=0.5, hint="Equal or not equal is all that counts: a 3 for a 2 is as wrong as a 0.")
@cases("y y_hat names", three=(*[labels(8, 3)] * 0, [0, 1, 2, 2, 1, 0, 1], [0, 2, 2, 1, 1, 0, 0], [7, 3, 50]))
def test_accuracy_does_not_depend_on_the_names_of_the_classes(student, y, y_hat, names):
    """Renaming the classes, in y and y_hat alike, changes nothing."""
    names = np.array(names)
    agree(student.accuracy(names[y], names[y_hat]), ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=0.5, hint="If all are right it is 1, if none is right it is 0.")
@cases(
    "y y_hat expected",
    all_right=([2, 0, 1], [2, 0, 1], 1.0),
    none_right=([2, 0, 1], [1, 1, 0], 0.0),
    one_right_object=([3], [3], 1.0),
    one_wrong_object=([3], [0], 0.0),
)
def test_accuracy_is_one_or_zero_at_the_ends(student, y, y_hat, expected):
    """All right is 1, all wrong is 0, also for a single object."""
    agree(student.accuracy(np.array(y), np.array(y_hat)), expected, name="the accuracy")


@grades("accuracy", points=0.5, hint="Return one number, not an array; convert lists to arrays before comparing.")
@cases("y y_hat", lists=([0, 1, 2, 1, 1], [0, 2, 2, 1, 0]), arrays=(np.array([1, 0, 1]), np.array([1, 1, 1])))
def test_accuracy_is_one_float(student, y, y_hat):
    """The answer is a float, for lists and arrays."""
    value = shaped(student.accuracy(y, y_hat), (), name="the accuracy", dtype="float64")
    agree(value, ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=0.5, hint="Do not write into y or y_hat.")
@cases("y y_hat", typical=labels(7, 3))
def test_accuracy_leaves_its_inputs_alone(student, y, y_hat):
    """The right share, and y and y_hat are the same after the call."""
    agree(unchanged(student.accuracy, y, y_hat), ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=1, hint="(N, 1) == (N,) has shape (N, N): every object is compared with every other one.")
@cases("y y_hat", typical=labels(7, 3), many=labels(25, 5))
def test_accuracy_of_columns_compares_object_by_object(student, y, y_hat):
    """A column of shape (N, 1) counts as the vector that it holds."""
    expected = ref.accuracy(y, y_hat)
    agree(student.accuracy(y[:, None], y_hat), expected, name="the accuracy of a column y")
    agree(student.accuracy(y, y_hat[:, None]), expected, name="the accuracy of a column y_hat")
    agree(student.accuracy(y[:, None], y_hat[:, None]), expected, name="the accuracy of two columns")


# ---- confusion_matrix ------------------------------------------------------------------------------------------


@grades("confusion_matrix", points=3, hint="Row: the true class. Column: the decision. Entry: how often it happened.")
@cases("y y_hat K", typical=(*[()] * 0, [0, 1, 1, 2, 1, 0, 1], [0, 2, 2, 2, 1, 1, 2], 3))
def test_confusion_matrix_has_true_classes_in_rows(student, y, y_hat, K):
    """Entry (j, k) counts the objects of class j that were taken for k."""
    y, y_hat = np.array(y), np.array(y_hat)
    agree(student.confusion_matrix(y, y_hat, K), ref.confusion_matrix(y, y_hat, K), name="C")
