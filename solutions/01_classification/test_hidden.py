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
    normal,
    sequence,
    shaped,
    unchanged,
)
from autograder.testing.student import Function, Instance

WINE = Path(__file__).parent / "data" / "wine.npz"
LOG2 = np.log(2.0)


# ---- inputs ----------------------------------------------------------------------------------------------------


def probabilities(N, K):
    """Draw N rows of K probabilities, none of them near 0, no two in a row nearly equal."""

    def make(rng):
        weights = np.array([rng.permutation(np.linspace(1.0, 9.0, K)) for _ in range(N)])
        weights *= rng.uniform(0.95, 1.05, (N, K))
        return weights / weights.sum(axis=1, keepdims=True)

    return draw(make)


def logits(N, K, shift=0.0):
    """Draw N rows of K scores around ``shift``, no two in a row nearly equal."""

    def make(rng):
        ranks = np.array([rng.permutation(K) for _ in range(N)])
        return shift + ranks - K / 2 + rng.uniform(-0.3, 0.3, (N, K))

    return draw(make)


def classes(N, K):
    """Draw the classes of N objects; the last class occurs."""

    def make(rng):
        y = rng.integers(0, K, N)
        y[rng.integers(N)] = K - 1
        return y

    return draw(make)


def decisions(N, K):
    """Draw (y, y_hat, K): classes and decisions of N objects, with right ones, repeated ones and a rare error.

    All classes occur in y, and for K > 2 no error (j, k) has its reverse (k, j).
    """

    def make(rng):
        y = rng.permutation(np.arange(N) % K)
        y_hat = np.where(rng.random(N) < 0.6, y, (y + 1) % K)
        y_hat[np.argmax(y == 0)] = 0
        y_hat[np.argmax(y == 1)] = 1
        y_hat[np.argmax(y == K - 1)] = 0
        if N > K:
            y_hat[-1] = (y[-1] + 1) % K
        return y, y_hat, K

    return draw(make)


def clouds(N, n, K, shift=0.0):
    """Draw (X, y, Q): a training set in mixed order with all K classes, of unequal sizes, and more objects.

    For each of eight wrong rules, Q has up to two objects on which it goes wrong, and a few others besides. None of
    them is nearly equally far from two class means.
    """

    def make(rng):
        y = rng.permutation(np.concatenate([np.arange(K), np.minimum(*rng.integers(0, K, (2, N - K)))]))
        y = np.roll(y, -np.argmax(y == K - 1))  # the last class comes first, so y is not sorted
        centres = 1.5 * rng.standard_normal((K, n))
        X = shift + centres[y] + rng.exponential(1.0, (N, n)) * rng.choice([-1.0, 2.0], (N, n))
        Q = shift + centres[rng.integers(0, K, 2000)] + 2 * rng.standard_normal((2000, n))
        groups = [X[y == k] for k in range(K)]
        means = np.array([group.mean(axis=0) for group in groups])
        squares = squared_distances(Q, means)
        right, sorted_squares = squares.argmin(axis=1), np.sort(squares, axis=1)
        clear = sorted_squares[:, min(1, K - 1)] - sorted_squares[:, 0] > (1e-3 if K > 1 else -1)
        ends = np.cumsum([len(group) for group in groups])
        blocks = [X[end - len(group) : end] for end, group in zip(ends, groups, strict=True)]
        wrong_rules = [
            np.abs(Q[:, None, :] - means).sum(axis=2).argmin(axis=1),
            squared_distances(Q, np.array([np.median(group, axis=0) for group in groups])).argmin(axis=1),
            squared_distances(Q, np.array([group.sum(axis=0) for group in groups])).argmin(axis=1),
            squared_distances(Q, np.array([group[0] for group in groups])).argmin(axis=1),
            squared_distances(Q, np.array([np.full(n, group.mean()) for group in groups])).argmin(axis=1),
            squared_distances(Q, np.array([block.mean(axis=0) for block in blocks])).argmin(axis=1),
            y[squared_distances(Q, X).argmin(axis=1)],
            (Q @ means.T).argmax(axis=1),
        ]
        chosen = [np.flatnonzero(clear & (decision != right))[:2] for decision in wrong_rules]
        return X, y, Q[np.concatenate([*chosen, np.flatnonzero(clear)[:4]])]

    return draw(make)


def squared_distances(Q, means):
    """Return the squared distance of every row of Q from every row of means."""
    return ((Q[:, None, :] - means) ** 2).sum(axis=2)


def rotation(n):
    """Draw an orthogonal matrix."""
    return draw(lambda rng: np.linalg.qr(rng.standard_normal((n, n)))[0])


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


@grades("one_hot", points=2, hint="Row s has its only 1 in column y[s].")
@cases(
    "y K",
    typical=(classes(7, 3), 3),
    as_many_objects_as_classes=(np.array([2, 0, 3, 1]), 4),
    many=(classes(30, 6), 6),
)
def test_one_hot_marks_the_class_of_each_object(student, y, K):
    """Row s is 1 in column i(s) and 0 elsewhere."""
    agree(student.one_hot(y, K), ref.one_hot(y, K), name="one_hot(y, K)")


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


@grades("one_hot", points=1, hint="Which dtype has the array that you fill? Floats cannot index an array.")
@cases(
    "y K",
    integer_array=(np.array([2, 0, 1, 2]), 3),
    plain_list=([1, 3, 0, 4], 5),
    whole_floats=(np.array([2.0, 0.0, 1.0, 3.0]), 4),
)
def test_one_hot_answers_in_float64(student, y, K):
    """The answer is a float64 array for integer arrays, lists, and labels stored as floats."""
    value = shaped(student.one_hot(y, K), (len(y), K), name="one_hot(y, K)", dtype="float64")
    agree(value, ref.one_hot(y, K), name="one_hot(y, K)")


@grades("one_hot", points=0.5, hint="Do not write into y.")
@cases("y K", typical=(classes(7, 4), 4), few=(np.array([1, 2, 0]), 3))
def test_one_hot_leaves_its_input_alone(student, y, K):
    """The right rows, and y is the same after the call."""
    agree(unchanged(student.one_hot, y, K), ref.one_hot(y, K), name="one_hot(y, K)")


@grades("one_hot", points=0.5, hint="One object, or one class only, is an array with two axes like any other.")
@cases("y K", one_object=(np.array([2]), 4), one_class=(np.zeros(5, dtype=np.int64), 1), one_of_each=(np.array([0]), 1))
def test_one_hot_of_one_object_or_one_class(student, y, K):
    """The shape is (N, K), also for N = 1 or K = 1."""
    agree(student.one_hot(y, K), ref.one_hot(y, K), name="one_hot(y, K)")


# ---- hard_decision ---------------------------------------------------------------------------------------------


@grades("hard_decision", points=2, hint="For each row: in which column is the largest entry?")
@cases(
    "P",
    probabilities=probabilities(6, 3),
    nobody_exceeds_one_half=probabilities(7, 5),
    as_many_objects_as_classes=probabilities(4, 4),
    two_classes=probabilities(5, 2),
    negative_logits=logits(5, 3, shift=-20.0),
    nearly_equal=np.array([[0.25, 0.25 + 1e-12, 0.25], [0.5, 0.5 - 1e-12, 0.0], [1e-12, 2e-12, 3e-12]]),
    one_object=probabilities(1, 4),
)
def test_hard_decision_is_the_most_probable_class(student, P):
    """Each object gets the class with the largest entry of its row."""
    agree(student.hard_decision(P), ref.hard_decision(P), name="the decision")


@grades("hard_decision", points=1, hint="Only the order of the entries within a row matters, not their size or sign.")
@cases("P", typical=probabilities(6, 3), square=probabilities(4, 4), two_classes=probabilities(5, 2))
def test_hard_decision_depends_on_the_order_of_the_scores_only(student, P):
    """Logarithms, positive factors, and a constant for each row change no decision."""
    expected, constants = ref.hard_decision(P), np.linspace(-900.0, 900.0, len(P))[:, None]
    agree(student.hard_decision(np.log(P)), expected, name="the decision from log P")
    agree(student.hard_decision(1e-3 * P), expected, name="the decision from P / 1000")
    agree(student.hard_decision(P + constants), expected, name="the decision from P + c")


@grades("hard_decision", points=0.5, hint="Classes are integers: dtype int64.")
@cases(
    "P expected",
    nested_list=([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2]], [1, 0]),
    integer_logits=(np.array([[-3, -7, -1], [0, 4, 2], [5, -5, 1]]), [2, 1, 0]),
    float_array=(np.array([[0.1, 0.9], [0.8, 0.2]]), [1, 0]),
)
def test_hard_decision_answers_in_int64(student, P, expected):
    """The answer is an int64 array of shape (N,), for lists and integers too."""
    value = shaped(student.hard_decision(P), (len(P),), name="the decision", dtype="int64")
    agree(value, np.array(expected), name="the decision")


@grades("hard_decision", points=0.5, hint="Work on a copy of P, or do not write at all.")
@cases("P", typical=probabilities(10, 5), square=logits(4, 4, shift=2.0))
def test_hard_decision_leaves_its_input_alone(student, P):
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
@cases("y y_hat K", typical=decisions(7, 3), many=decisions(40, 4), two_classes=decisions(9, 2), square=decisions(4, 4))
def test_accuracy_is_the_share_of_right_decisions(student, y, y_hat, K):
    """The number of objects with the right class, divided by the number of objects."""
    agree(student.accuracy(y, y_hat), ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=0.5, hint="Equal or not equal is all that counts: taking 2 for 3 is as wrong as 2 for 0.")
@cases("y y_hat K", typical=decisions(8, 3), two_classes=decisions(9, 2))
def test_accuracy_does_not_depend_on_the_names_of_the_classes(student, y, y_hat, K):
    """Renaming the classes, in y and y_hat alike, changes nothing."""
    names = np.array([40, 7, 13])[:K]
    agree(student.accuracy(names[y], names[y_hat]), ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=0.5, hint="If all are right it is 1, if none is right it is 0.")
@cases(
    "y y_hat expected",
    all_right=(np.array([2, 0, 1]), np.array([2, 0, 1]), 1.0),
    none_right=(np.array([2, 0, 1]), np.array([1, 1, 0]), 0.0),
    one_right_object=(np.array([3]), np.array([3]), 1.0),
    one_wrong_object=(np.array([3]), np.array([0]), 0.0),
)
def test_accuracy_is_one_or_zero_at_the_ends(student, y, y_hat, expected):
    """All right is 1 and all wrong is 0, also for a single object."""
    agree(student.accuracy(y, y_hat), expected, name="the accuracy")


@grades("accuracy", points=0.5, hint="Return one number; compare arrays, since two lists are compared as a whole.")
@cases("y y_hat", lists=([0, 1, 2, 1, 1], [0, 2, 2, 1, 0]), arrays=(np.array([1, 0, 1]), np.array([1, 1, 1])))
def test_accuracy_is_one_float(student, y, y_hat):
    """The answer is a float, for lists and arrays."""
    value = shaped(student.accuracy(y, y_hat), (), name="the accuracy", dtype="float64")
    agree(value, ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=0.5, hint="Do not write into y or y_hat.")
@cases("y y_hat K", typical=decisions(7, 3), many=decisions(40, 4))
def test_accuracy_leaves_its_inputs_alone(student, y, y_hat, K):
    """The right share, and y and y_hat are the same after the call."""
    agree(unchanged(student.accuracy, y, y_hat), ref.accuracy(y, y_hat), name="the accuracy")


@grades("accuracy", points=1, hint="(N, 1) == (N,) has shape (N, N): every object is compared with every other one.")
@cases("y y_hat K", typical=decisions(7, 3), many=decisions(24, 5))
def test_accuracy_of_columns_compares_object_by_object(student, y, y_hat, K):
    """A column of shape (N, 1) counts as the vector that it holds."""
    expected = ref.accuracy(y, y_hat)
    agree(student.accuracy(y[:, None], y_hat), expected, name="the accuracy with y as a column")
    agree(student.accuracy(y, y_hat[:, None]), expected, name="the accuracy with y_hat as a column")
    agree(student.accuracy(y[:, None], y_hat[:, None]), expected, name="the accuracy of two columns")


# ---- confusion_matrix ------------------------------------------------------------------------------------------


@grades("confusion_matrix", points=3, hint="Row: the true class. Column: the decision. Entry: how often it happened.")
@cases("y y_hat K", typical=decisions(8, 3), many=decisions(200, 4), two_classes=decisions(25, 2))
def test_confusion_matrix_counts_by_class_and_decision(student, y, y_hat, K):
    """Entry (j, k) counts the objects of class j that were taken for k."""
    agree(student.confusion_matrix(y, y_hat, K), ref.confusion_matrix(y, y_hat, K), name="C")


@grades("confusion_matrix", points=2, hint="`C[y, y_hat] += 1` adds 1 once, however often a pair occurs.")
@cases("y y_hat K", many=decisions(200, 4), more=decisions(1000, 3))
def test_confusion_matrix_counts_repeated_pairs(student, y, y_hat, K):
    """All entries add up to N, and those on the diagonal to the number of right decisions."""
    C = shaped(student.confusion_matrix(y, y_hat, K), (K, K), name="C")
    agree(C.sum(), len(y), name="the sum of C")
    agree(np.trace(C), np.count_nonzero(y == y_hat), name="the trace of C")


@grades("confusion_matrix", points=1, hint="What do you get if you add up a row, and what if you add up a column?")
@cases("y y_hat K", typical=decisions(8, 3), many=decisions(90, 5), two_classes=decisions(25, 2))
def test_confusion_matrix_has_the_right_margins(student, y, y_hat, K):
    """Row j adds up to the size of class j, column k to the number of decisions for k."""
    C = shaped(student.confusion_matrix(y, y_hat, K), (K, K), name="C")
    agree(C.sum(axis=1), np.bincount(y, minlength=K), name="row sums of C")
    agree(C.sum(axis=0), np.bincount(y_hat, minlength=K), name="column sums of C")


@grades("confusion_matrix", points=1, hint="Counts are integers: dtype int64.")
@cases("y y_hat", lists=([0, 1, 1, 2, 1], [1, 1, 1, 0, 2]), arrays=(np.array([2, 1, 0, 2]), np.array([1, 1, 2, 1])))
def test_confusion_matrix_answers_in_int64(student, y, y_hat):
    """The answer is an int64 array, for lists and arrays."""
    value = shaped(student.confusion_matrix(y, y_hat, 3), (3, 3), name="C", dtype="int64")
    agree(value, ref.confusion_matrix(y, y_hat, 3), name="C")


@grades("confusion_matrix", points=1, hint="Do not write into y or y_hat.")
@cases("y y_hat K", typical=decisions(8, 3), two_classes=decisions(25, 2))
def test_confusion_matrix_leaves_its_inputs_alone(student, y, y_hat, K):
    """The right counts, and y and y_hat are the same after the call."""
    agree(unchanged(student.confusion_matrix, y, y_hat, K), ref.confusion_matrix(y, y_hat, K), name="C")


@grades("confusion_matrix", points=1, hint="The shape is (K, K), whichever classes happen to occur.")
@cases(
    "y y_hat K",
    last_class_never_occurs=(np.array([0, 1, 1, 0, 1]), np.array([1, 1, 0, 0, 1]), 4),
    middle_class_never_occurs=(np.array([0, 2, 2, 0]), np.array([2, 2, 2, 0]), 3),
    never_decided_for=(np.array([0, 1, 2, 3]), np.array([0, 0, 1, 0]), 4),
)
def test_confusion_matrix_keeps_absent_classes(student, y, y_hat, K):
    """A class that never occurs has a row of zeros, one that is never chosen a column of zeros."""
    agree(student.confusion_matrix(y, y_hat, K), ref.confusion_matrix(y, y_hat, K), name="C")


@grades("confusion_matrix", points=1, hint="One object makes one entry 1; one class makes a matrix of shape (1, 1).")
@cases(
    "y y_hat K",
    one_object=(np.array([2]), np.array([0]), 3),
    one_class=(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 0]), 1),
)
def test_confusion_matrix_of_one_object_or_one_class(student, y, y_hat, K):
    """A single object, or a single class, is nothing special."""
    agree(student.confusion_matrix(y, y_hat, K), ref.confusion_matrix(y, y_hat, K), name="C")


# ---- cross_entropy ---------------------------------------------------------------------------------------------


@grades("cross_entropy", points=5, hint="Take P[s, y[s]] for every s: one number per object. Then -log, then the mean.")
@cases(
    "P y",
    typical=(probabilities(6, 3), classes(6, 3)),
    as_many_objects_as_classes=(probabilities(4, 4), classes(4, 4)),
    two_classes=(probabilities(9, 2), classes(9, 2)),
    one_class_occurs=(probabilities(5, 3), np.full(5, 2)),
    many=(probabilities(60, 5), classes(60, 5)),
)
def test_cross_entropy_is_the_mean_over_the_objects(student, P, y):
    """The loss is the mean of -log p of the true class, with the natural logarithm."""
    agree(student.cross_entropy(P, y), ref.cross_entropy(P, y), name="L")


@grades("cross_entropy", points=1.5, hint="A mean does not change if every object is listed three times; a sum does.")
@cases("P y", typical=(probabilities(6, 3), classes(6, 3)), square=(probabilities(4, 4), classes(4, 4)))
def test_cross_entropy_does_not_grow_with_the_set(student, P, y):
    """Repeating the whole set does not change the loss."""
    agree(student.cross_entropy(np.tile(P, (3, 1)), np.tile(y, 3)), ref.cross_entropy(P, y), name="L")


@grades("cross_entropy", points=1, hint="With p = 1/K for all classes every object costs -log(1/K).")
@cases("N K y", three=(5, 3, classes(5, 3)), ten=(7, 10, classes(7, 10)), one_object=(1, 4, classes(1, 4)))
def test_cross_entropy_of_knowing_nothing_is_log_k(student, N, K, y):
    """If all classes are equally probable, the loss is log K."""
    agree(student.cross_entropy(np.full((N, K), 1 / K), y), np.log(K), name="L")


@grades("cross_entropy", points=1.5, hint="Convert P to float64 and y to an integer array, and return one number.")
@cases(
    "P y",
    lists=([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]], [2, 1]),
    integer_probabilities=(np.array([[1, 0], [0, 1], [1, 0]]), np.array([0, 1, 0])),
    arrays=(np.array([[0.3, 0.7], [0.6, 0.4]]), np.array([1, 0])),
)
def test_cross_entropy_is_one_float(student, P, y):
    """The answer is a float, for lists, integers and arrays."""
    value = shaped(student.cross_entropy(P, y), (), name="L", dtype="float64")
    agree(value, ref.cross_entropy(P, y), name="L")


@grades("cross_entropy", points=1.5, hint="Do not write into P, for example by clipping it in place.")
@cases("P y", typical=(probabilities(6, 3), classes(6, 3)), square=(probabilities(4, 4), classes(4, 4)))
def test_cross_entropy_leaves_its_inputs_alone(student, P, y):
    """The right loss, and P and y are the same after the call."""
    agree(unchanged(student.cross_entropy, P, y), ref.cross_entropy(P, y), name="L")


@grades("cross_entropy", points=1.5, hint="0 * log 0 is nan: only the probability of the true class may enter.")
@cases(
    "P y p",
    all_certain=(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]), np.array([1, 0]), [1.0, 1.0]),
    some_certain=(np.array([[0.0, 1.0], [0.75, 0.25], [1.0, 0.0]]), np.array([1, 0, 0]), [1.0, 0.75, 1.0]),
    one_object=(np.array([[0.0, 0.0, 1.0]]), np.array([2]), [1.0]),
)
def test_cross_entropy_of_certainty_costs_nothing(student, P, y, p):
    """An object whose class has probability 1 costs 0, although other probabilities are 0."""
    agree(student.cross_entropy(P, y), -np.mean(np.log(p)), name="L")


@grades("cross_entropy", points=1.5, hint="-log 0 is inf, and that is the answer here: do not clip probabilities.")
@cases(
    "P y",
    one_object=(np.array([[1.0, 0.0]]), np.array([1])),
    one_of_many=(np.array([[0.2, 0.8], [0.0, 1.0], [0.5, 0.5]]), np.array([1, 0, 0])),
    integer_probabilities=(np.array([[0, 1, 0], [0, 0, 1]]), np.array([1, 0])),
)
def test_cross_entropy_is_infinite_for_an_impossible_class(student, P, y):
    """If the true class of some object has probability 0, the loss is plus infinity; otherwise it is finite."""
    likely = P.argmax(axis=1)
    agree(student.cross_entropy(P, likely), ref.cross_entropy(P, likely), name="L of the most probable classes")
    agree(student.cross_entropy(P, y), np.inf, name="L")


@grades("cross_entropy", points=1.5, hint="-log(1e-300) is about 690.8: do not round small probabilities up.")
@cases("p", tiny=np.array([1e-300, 0.5, 1e-20]), small=np.array([1e-16]), one_small=np.array([0.9, 1e-12, 0.25, 0.5]))
def test_cross_entropy_feels_tiny_probabilities(student, p):
    """Probabilities as small as 1e-300 count with their true logarithm."""
    P, y = np.column_stack([1 - p, p]), np.ones(len(p), dtype=np.int64)
    agree(student.cross_entropy(P, y), -np.mean(np.log(p)), name="L")


# ---- delta_margin ----------------------------------------------------------------------------------------------


@grades("delta_margin", points=5, hint="Own score minus the best of the OTHER scores, for each row.")
@cases(
    "S y",
    probabilities=(probabilities(9, 3), classes(9, 3)),
    positive_logits=(logits(7, 5, shift=9.0), classes(7, 5)),
    as_many_objects_as_classes=(probabilities(4, 4), classes(4, 4)),
    two_classes=(probabilities(8, 2), classes(8, 2)),
    wide_apart=(np.array([[5e12, 1e12, -3e12], [-6e12, -2e12, -4e12]]), np.array([0, 1])),
)
def test_delta_margin_is_own_score_minus_best_other(student, S, y):
    """Entry s is the score of the true class minus the largest score of all other classes."""
    agree(student.delta_margin(S, y), ref.delta_margin(S, y), name="delta")


@grades("delta_margin", points=2, hint="A misclassified object has a negative delta: is the true class left out?")
@cases("S y", typical=(logits(60, 3), classes(60, 3)), two_classes=(probabilities(20, 2), classes(20, 2)))
def test_delta_margin_is_positive_where_the_decision_is_right(student, S, y):
    """It is positive for objects that are classified correctly, and negative for the others."""
    delta = finite(shaped(student.delta_margin(S, y), y.shape, name="delta"), name="delta")
    right = ref.hard_decision(S) == y
    agree(delta > 0, right, name="[delta > 0]")
    agree(delta < 0, ~right, name="[delta < 0]")


@grades("delta_margin", points=1, hint="Both terms of the difference contain the same constant.")
@cases(
    "S y shift",
    typical=(logits(25, 3), classes(25, 3), normal("25", scale=20.0, shift=-60.0)),
    square=(logits(4, 4), classes(4, 4), normal("4", scale=20.0, shift=60.0)),
)
def test_delta_margin_does_not_feel_a_shift_of_a_row(student, S, y, shift):
    """Adding a constant to all scores of an object leaves its margin as it is."""
    agree(student.delta_margin(S + shift[:, None], y), ref.delta_margin(S, y), name="delta", condition=10)


@grades("delta_margin", points=1, hint="Softmax keeps the order within each row, so right stays right.")
@cases("Z y", typical=(logits(30, 3), classes(30, 3)), wide=(logits(12, 6), classes(12, 6)))
def test_delta_margin_of_logits_and_of_probabilities_have_the_same_sign(student, Z, y):
    """Logits and their softmax give margins of the same sign, object by object."""
    expected = np.sign(ref.delta_margin(Z, y))
    for S, words in ((Z, "of logits"), (softmax(Z), "of probabilities")):
        delta = finite(shaped(student.delta_margin(S, y), y.shape, name=f"delta {words}"), name=f"delta {words}")
        agree(np.sign(delta), expected, name=f"the sign of delta {words}")


@grades("delta_margin", points=1.5, hint="Convert S to float64 and y to an integer array.")
@cases(
    "S y",
    lists=([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]], [2, 1]),
    integer_logits=(np.array([[3, -2], [-5, 1], [4, 9]]), np.array([0, 0, 1])),
    arrays=(np.array([[0.3, 0.7], [0.6, 0.4]]), np.array([1, 1])),
)
def test_delta_margin_answers_in_float64(student, S, y):
    """The answer is a float64 array of shape (N,), for lists and integers too."""
    value = shaped(student.delta_margin(S, y), (len(y),), name="delta", dtype="float64")
    agree(value, ref.delta_margin(S, y), name="delta")


@grades("delta_margin", points=1.5, hint="Writing -inf over the true class is fine, but in a copy of S.")
@cases("S y", typical=(logits(6, 3, shift=9.0), classes(6, 3)), square=(probabilities(4, 4), classes(4, 4)))
def test_delta_margin_leaves_its_inputs_alone(student, S, y):
    """The right margins, and S and y are the same after the call."""
    agree(unchanged(student.delta_margin, S, y), ref.delta_margin(S, y), name="delta")


@grades("delta_margin", points=2, hint="If the true class is set to 0, who is the largest among negative numbers?")
@cases(
    "S y",
    negative_logits=(logits(6, 3, shift=-20.0), classes(6, 3)),
    far_below_zero=(logits(4, 4, shift=-1e4), classes(4, 4)),
    two_classes=(logits(5, 2, shift=-3.0), classes(5, 2)),
)
def test_delta_margin_of_negative_scores(student, S, y):
    """Scores may all be negative."""
    agree(student.delta_margin(S, y), ref.delta_margin(S, y), name="delta", condition=10)


@grades("delta_margin", points=1, hint="The best other score may equal the own one, or occur twice among the others.")
@cases(
    "S y expected",
    own_among_the_best=(np.array([[0.4, 0.4, 0.2], [2.0, -1.0, 2.0]]), np.array([1, 0]), [0.0, 0.0]),
    others_equal=(np.array([[0.25, 0.5, 0.25], [-3.0, -3.0, -5.0]]), np.array([1, 2]), [0.25, -2.0]),
    one_object=(np.array([[0.75, 0.25]]), np.array([1]), [-0.5]),
)
def test_delta_margin_at_ties(student, S, y, expected):
    """If another class has the same score as the true one, the margin is exactly 0."""
    agree(student.delta_margin(S, y), expected, name="delta")


# ---- accuracy_guarantee ----------------------------------------------------------------------------------------


@grades("accuracy_guarantee", points=3, hint="1 - L / log 2, with the natural logarithm of 2.")
@cases("loss", small=0.05, quarter=LOG2 / 4, middle=0.4, large=0.69)
def test_accuracy_guarantee_falls_linearly(student, loss):
    """Between L = 0 and L = log 2 the bound is 1 - L / log 2."""
    agree(student.accuracy_guarantee(loss), 1 - loss / LOG2, name="the guarantee")


@grades("accuracy_guarantee", points=2, hint="An accuracy is never negative, so the bound need not be.")
@cases("loss", just_below=0.69, just_above=0.7, one=1.0, large=25.0, huge=1e300)
def test_accuracy_guarantee_is_never_negative(student, loss):
    """For L > log 2 nothing is guaranteed, and the bound is 0; for L just below log 2 it is still positive."""
    agree(student.accuracy_guarantee(loss), max(0.0, 1 - loss / LOG2), name="the guarantee")


def nearly_tight(rng):
    """Give 3 of 10 objects a probability just below one half, the others one near 1."""
    p = rng.permutation(np.where(np.arange(10) < 3, 0.5 - 1e-7, 1 - 1e-7))
    return np.column_stack([p, 1 - p]), np.zeros(10, dtype=np.int64), 1e-5


def confident(rng):
    """Make 40 confident decisions among 4 classes, one in eight of them wrong."""
    Z, y = rng.normal(0, 0.5, (40, 4)), rng.integers(0, 4, 40)
    target = np.where(np.arange(40) % 8 == 0, (y + 1) % 4, y)
    Z[np.arange(40), target] += np.where(np.arange(40) % 8 == 0, 1.5, 5.0)
    return softmax(Z), y, 1.0


@grades("accuracy_guarantee", points=2, hint="It must hold for every classifier, and be attained nearly by some.")
@cases("P y slack", confident=draw(confident), nearly_tight=draw(nearly_tight), mostly_right=draw(confident))
def test_accuracy_guarantee_holds_and_cannot_be_improved(student, P, y, slack):
    """The bound lies below the true accuracy, and for some classifiers just below it."""
    true = ref.accuracy(y, ref.hard_decision(P))
    bound = finite(shaped(student.accuracy_guarantee(ref.cross_entropy(P, y)), (), name="the guarantee"))
    between(bound, max(0.0, true - slack), true, name="the guarantee", slack=1e-9)


@grades("accuracy_guarantee", points=1.5, hint="Return one float, also when the loss is an integer or a NumPy number.")
@cases("loss", integer=0, numpy_float=np.float64(0.5), plain_float=0.3)
def test_accuracy_guarantee_is_one_float(student, loss):
    """The answer is a float, for floats, integers and NumPy numbers."""
    value = shaped(student.accuracy_guarantee(loss), (), name="the guarantee", dtype="float64")
    agree(value, 1 - loss / LOG2, name="the guarantee")


@grades("accuracy_guarantee", points=1.5, hint="L = 0 guarantees everything, L = log 2 and L = inf nothing.")
@cases("loss expected", zero=(0.0, 1.0), log_two=(float(LOG2), 0.0), infinite=(float("inf"), 0.0), tiny=(1e-12, 1.0))
def test_accuracy_guarantee_at_the_ends(student, loss, expected):
    """No loss gives 1; a loss of log 2 or of infinity gives 0."""
    agree(student.accuracy_guarantee(loss), expected, name="the guarantee", atol=1e-10)


# ---- NearestCentroid -------------------------------------------------------------------------------------------


def method(model, name):
    """Return a method of what the student's class made, once it is known to be there."""
    if not isinstance(model, Instance):
        raise Mismatch(f"expected an object of the class NearestCentroid with a method {name}, got something else")
    function = getattr(model, name)
    if not isinstance(function, Function):
        raise Mismatch(f"NearestCentroid.{name} is not a method")
    return function


def fitted(student, X, y):
    """Return a model of the student's, fitted to (X, y)."""
    model = student.NearestCentroid()
    method(model, "fit")(X, y)
    return model


def predict(model, Q):
    """Return the student's predictions."""
    return method(model, "predict")(Q)


def affine_scores(model, K, Q):
    """Return W x + b for the rows x of Q, with the (W, b) that the student answered."""
    W, b = sequence(method(model, "affine")(), 2, name="(W, b)")
    W = finite(shaped(W, (K, Q.shape[1]), name="W"), name="W")
    b = finite(shaped(b, (K,), name="b"), name="b")
    with np.errstate(all="ignore"):
        return finite(Q @ W.T.astype(np.float64) + b, name="W x + b")


def expected_predictions(X, y, Q):
    """Return the right predictions."""
    return ref.NearestCentroid().fit(X, y).predict(Q)


def half_differences(X, y, Q):
    """Return half the squared distance to the first mean minus half that to the k-th, for each row of Q and each k."""
    means = ref.NearestCentroid().fit(X, y).means
    squares = squared_distances(Q, means)
    return (squares[:, :1] - squares) / 2


@grades("NearestCentroid", points=4, hint="The centroid of a class is the mean of its own objects, feature by feature.")
@cases(
    "X y Q",
    typical=clouds(20, 3, 4),
    as_many_features_as_classes=clouds(15, 4, 4),
    one_feature=clouds(12, 1, 2),
    off_centre=clouds(30, 2, 3, shift=-40.0),
    many_features=clouds(14, 9, 2),
)
def test_nearest_centroid_predicts_the_class_of_the_nearest_mean(student, X, y, Q):
    """Each object gets the class whose mean is nearest to it."""
    agree(predict(fitted(student, X, y), Q), expected_predictions(X, y, Q), name="predict(X)")


@grades(
    "NearestCentroid", points=1.5, hint="Distances change with such a motion all by the same factor, or not at all."
)
@cases(
    "X y Q R shift scale",
    moved_far=draw(lambda rng: (*clouds(20, 3, 4).make(rng), np.eye(3), 300 * rng.standard_normal(3), 1.0)),
    turned=draw(lambda rng: (*clouds(20, 3, 4).make(rng), rotation(3).make(rng), np.zeros(3), 1.0)),
    shrunk=draw(lambda rng: (*clouds(20, 3, 4).make(rng), np.eye(3), np.zeros(3), 1e-3)),
)
def test_nearest_centroid_does_not_feel_a_motion_of_the_space(student, X, y, Q, R, shift, scale):
    """Moving, turning or scaling training and test objects together changes no prediction."""
    model = fitted(student, scale * (X @ R.T) + shift, y)
    agree(predict(model, scale * (Q @ R.T) + shift), expected_predictions(X, y, Q), name="predict(X)")


@grades("NearestCentroid", points=1, hint="The labels need not be sorted, and the order of the objects means nothing.")
@cases("X y Q", typical=clouds(20, 3, 4), two_classes=clouds(13, 2, 2))
def test_nearest_centroid_does_not_depend_on_the_order_of_the_objects(student, X, y, Q):
    """Training objects in another order give the same predictions."""
    backwards, sorted_by_class = np.arange(len(y))[::-1], np.argsort(y)
    for order in (backwards, sorted_by_class):
        agree(predict(fitted(student, X[order], y[order]), Q), expected_predictions(X, y, Q), name="predict(X)")


@grades("NearestCentroid", points=1.5, hint="Convert X to float64 and y to an integer array; classes are int64.")
@cases(
    "X y Q",
    integer_arrays=(
        np.array([[0], [5], [1], [6], [1], [5], [1], [6], [1], [6]]),
        np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
        np.array([[3], [4], [-2]]),
    ),
    lists=([[0, 3], [2, 8], [9, 1], [1, 4]], [1, 0, 2, 1], [[8, 2], [1, 3], [3, 9]]),
    floats=(np.array([[0.5, -1.0], [4.0, 2.5]]), np.array([1, 0]), np.array([[0.0, 0.0], [3.0, 3.0]])),
)
def test_nearest_centroid_answers_in_int64(student, X, y, Q):
    """The predictions are an int64 array of shape (M,), for lists and integers too."""
    value = shaped(predict(fitted(student, X, y), Q), (len(Q),), name="predict(X)", dtype="int64")
    agree(value, expected_predictions(X, y, Q), name="predict(X)")


@grades("NearestCentroid", points=1, hint="Work on copies of X and y.")
@cases("X y Q", typical=clouds(20, 3, 4), off_centre=clouds(15, 2, 2, shift=5.0))
def test_nearest_centroid_leaves_its_inputs_alone(student, X, y, Q):
    """The right predictions, and neither fit nor predict changes its arrays."""
    model = student.NearestCentroid()
    unchanged(method(model, "fit"), X, y)
    value = unchanged(method(model, "predict"), Q)
    agree(value, expected_predictions(X, y, Q), name="predict(X)")


@grades("NearestCentroid", points=1, hint="End fit with `return self`.")
@cases("X y Q", typical=clouds(20, 3, 4), two_classes=clouds(15, 2, 2))
def test_nearest_centroid_fit_returns_the_model(student, X, y, Q):
    """NearestCentroid().fit(X, y).predict(Q) works: fit returns the fitted object."""
    model = method(student.NearestCentroid(), "fit")(X, y)
    agree(predict(model, Q), expected_predictions(X, y, Q), name="predict(X)")


@grades("NearestCentroid", points=1, hint="fit must not add to what an earlier fit has left behind.")
@cases(
    "first second", fewer_classes=(clouds(20, 3, 4), clouds(15, 3, 3)), other_width=(clouds(9, 2, 2), clouds(12, 4, 2))
)
def test_nearest_centroid_forgets_an_earlier_fit(student, first, second):
    """After a second fit only the second training set counts."""
    X, y, Q = second
    model = fitted(student, first[0], first[1])
    method(model, "fit")(X, y)
    agree(predict(model, Q), expected_predictions(X, y, Q), name="predict(X)")


@grades("NearestCentroid", points=1, hint="One object per class, one class, one object to predict: nothing special.")
@cases(
    "X y Q",
    one_object_per_class=clouds(4, 3, 4),
    one_class=clouds(5, 2, 1),
    one_to_predict=(np.array([[0.0, 1.0], [4.0, 4.0], [2.0, 0.0]]), np.array([0, 1, 0]), np.array([[3.0, 1.5]])),
    halfway_between_two=(np.array([[2.0, 0.0], [-2.0, 0.0]]), np.array([1, 0]), np.array([[0.0, 5.0], [0.0, -1.0]])),
    halfway_between_all=(np.array([[1.0], [7.0], [1.0], [7.0]]), np.array([1, 0, 2, 3]), np.array([[4.0]])),
)
def test_nearest_centroid_of_few_objects_and_at_ties(student, X, y, Q):
    """One object or one class is enough; of several nearest means the smallest class is taken."""
    agree(predict(fitted(student, X, y), Q), expected_predictions(X, y, Q), name="predict(X)")


@grades("NearestCentroid", points=3, hint="Multiply out |x - mu_k|^2: what remains after dropping |x|^2?")
@cases(
    "X y Q",
    typical=clouds(20, 3, 4),
    square=clouds(15, 4, 4),
    two_classes=clouds(14, 5, 2),
    shifted=clouds(30, 2, 3, shift=20.0),
)
def test_nearest_centroid_affine_gives_the_differences_of_distances(student, X, y, Q):
    """(Wx + b)_j - (Wx + b)_k is half of |x - mu_k|^2 - |x - mu_j|^2."""
    scores = affine_scores(fitted(student, X, y), y.max() + 1, Q)
    agree(scores - scores[:, :1], half_differences(X, y, Q), name="(Wx + b)_k - (Wx + b)_0", condition=100)


@grades("NearestCentroid", points=2, hint="Far from the origin the -|mu_k|^2 / 2 in b decides.")
@cases("X y Q", typical=clouds(20, 3, 4), square=clouds(15, 4, 4), far_away=clouds(30, 2, 3, shift=300.0))
def test_nearest_centroid_affine_decides_like_predict(student, X, y, Q):
    """The largest entry of Wx + b belongs to the nearest mean."""
    scores = affine_scores(fitted(student, X, y), y.max() + 1, Q)
    agree(scores.argmax(axis=1), expected_predictions(X, y, Q), name="argmax of Wx + b")


@grades("NearestCentroid", points=1.5, hint="A pair (W, b) of arrays: W has a row for each class, b an entry.")
@cases(
    "X y Q",
    floats=clouds(20, 3, 4),
    integers=(np.array([[0, 1, 2], [5, 4, 1], [1, 0, 0]]), np.array([0, 1, 0]), np.array([[1.0, 2.0, 0.0]])),
    lists=([[0, 1], [5, 4], [1, 0], [3, 3]], [0, 1, 0, 2], np.array([[1.0, 2.0], [4.0, 4.0]])),
)
def test_nearest_centroid_affine_answers_in_float64(student, X, y, Q):
    """W is a float64 array of shape (K, n) and b one of shape (K,)."""
    K, model = max(y) + 1, fitted(student, X, y)
    W, b = sequence(method(model, "affine")(), 2, name="(W, b)")
    shaped(W, (K, Q.shape[1]), name="W", dtype="float64")
    shaped(b, (K,), name="b", dtype="float64")
    agree(affine_scores(model, K, Q).argmax(axis=1), expected_predictions(X, y, Q), name="argmax of Wx + b")


@grades("NearestCentroid", points=1.5, hint="affine must describe the last fit, and must not disturb the model.")
@cases("first second", fewer_classes=(clouds(20, 3, 4), clouds(15, 3, 3)), one_class=(clouds(9, 2, 2), clouds(4, 2, 1)))
def test_nearest_centroid_affine_follows_the_last_fit(student, first, second):
    """After a second fit, affine and then predict speak of the second training set, even with one class."""
    X, y, Q = second
    model = fitted(student, first[0], first[1])
    method(model, "fit")(X, y)
    scores = affine_scores(model, y.max() + 1, Q)
    agree(scores - scores[:, :1], half_differences(X, y, Q), name="(Wx + b)_k - (Wx + b)_0", condition=100)
    agree(predict(model, Q), expected_predictions(X, y, Q), name="predict(X) after affine()")


# ---- capstone_wine ---------------------------------------------------------------------------------------------


def mean_accuracy(student, splits):
    """Return the accuracy of the student's predictions, averaged over the splits."""
    accuracies = []
    for X_train, y_train, X_test, y_test in splits:
        predicted = shaped(student.capstone_wine(X_train, y_train, X_test), y_test.shape, name="the prediction")
        accuracies.append(np.mean(predicted == y_test))
    return float(np.mean(accuracies))


@grades("capstone_wine", points=6, hint="Are all features on the same scale before distances are taken?")
@cases("splits", wine=three_splits)
def test_capstone_wine_knows_seventeen_of_twenty(student, splits):
    """At least 85 % of the test wines are classified correctly, on average over three splits."""
    between(mean_accuracy(student, splits), 0.85, 1.0, name="the mean accuracy")


@grades("capstone_wine", points=6, hint="Divide by the standard deviation of each feature, not by the variance.")
@cases("splits", wine=three_splits)
def test_capstone_wine_knows_nine_of_ten(student, splits):
    """At least 90 % of the test wines are classified correctly, on average over three splits."""
    between(mean_accuracy(student, splits), 0.90, 1.0, name="the mean accuracy")


@grades("capstone_wine", points=3, hint="Mean and standard deviation come from the training set, for both sets.")
@cases("splits", wine=three_splits)
def test_capstone_wine_treats_each_test_object_on_its_own(student, splits):
    """A wine gets the same class alone as in a batch, and at least 60 % of the classes are right."""
    between(mean_accuracy(student, splits), 0.60, 1.0, name="the mean accuracy")
    X_train, y_train, X_test, y_test = splits[0]
    whole = shaped(student.capstone_wine(X_train, y_train, X_test), y_test.shape, name="the prediction")
    for i in range(0, len(X_test), 4):
        alone = shaped(student.capstone_wine(X_train, y_train, X_test[i : i + 1]), (1,), name="the prediction")
        agree(alone, whole[i : i + 1], name=f"the class of test wine {i} alone")
