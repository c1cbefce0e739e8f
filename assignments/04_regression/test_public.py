"""Public tests: regression.

Run them from the notebook with ``check("least_squares")``. They are small, and every expected number can be checked by
hand. Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import agree, between, cases, draw, finite, grades, sequence, shaped, unchanged

CANCER = Path(__file__).parent / "data" / "breast_cancer.npz"
LOG2, LOG3 = np.log(2.0), np.log(3.0)


def agree_pair(answer, expected, names):
    """Check the two entries of an answer."""
    first, second = sequence(answer, 2, name=f"({', '.join(names.split())})")
    for value, want, name in zip((first, second), expected, names.split(), strict=True):
        agree(value, want, name=name)


# ---- linear_regression_1d --------------------------------------------------------------------------------------


@grades("linear_regression_1d", hint="The means are 1 and 2; then a = (1 + 0 + 0) / (1 + 0 + 1).")
def test_linear_regression_1d_of_the_worked_example(student):
    """Through (0, 1), (1, 3), (2, 2) the line has slope 1/2 and intercept 3/2; the slope comes first."""
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 2.0])
    agree_pair(unchanged(student.linear_regression_1d, x, y), (0.5, 1.5), "a b")


@grades("linear_regression_1d", hint="From (10, 7) to (12, 1) the line falls by 6 while x grows by 2.")
def test_linear_regression_1d_of_two_points(student):
    """Through (10, 7) and (12, 1), given as lists of integers, the line is y = -3 x + 37."""
    agree_pair(student.linear_regression_1d([10, 12], [7, 1]), (-3.0, 37.0), "a b")


# ---- least_squares ---------------------------------------------------------------------------------------------


@grades("least_squares", hint="Is there an intercept? At (0, 0) the best function has the value 1/2.")
def test_least_squares_of_the_worked_example(student):
    """For the corners of the unit square and y = (1, 3, 0, 4): w = (3, 0) and b = 1/2."""
    X, y = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([1.0, 3.0, 0.0, 4.0])
    agree_pair(unchanged(student.least_squares, X, y), ([3.0, 0.0], 0.5), "w b")


@grades("least_squares", hint="Use np.linalg.lstsq on X with a column of ones; X^T X has no inverse here.")
def test_least_squares_with_the_same_column_twice(student):
    """With two equal columns many w are right; the predictions for y = (1, 2, 6) at x = 0, 1, 2 are 1/2, 3, 11/2."""
    X, y = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), np.array([1.0, 2.0, 6.0])
    w, b = sequence(student.least_squares(X, y), 2, name="(w, b)")
    w, b = finite(shaped(w, (2,), name="w"), name="w"), finite(shaped(b, (), name="b"), name="b")
    agree(X @ w + b, [0.5, 3.0, 5.5], name="w.x + b", condition=100)


# ---- log_loss --------------------------------------------------------------------------------------------------


@grades("log_loss", hint="The probabilities of the label 1 are 3/4 and 1/4.")
def test_log_loss_of_the_worked_example(student):
    """For the scores log 3 and -log 3 and labels 1, 1 the loss is (log(4/3) + log 4) / 2."""
    w, X, y = np.array([1.0]), np.array([[LOG3], [-LOG3]]), np.array([1, 1])
    agree(unchanged(student.log_loss, w, 0.0, X, y), (np.log(4 / 3) + np.log(4)) / 2, name="L")


@grades("log_loss", hint="Labels are 0 and 1, not -1 and 1, and the loss is a mean.")
def test_log_loss_of_the_undecided_neuron(student):
    """For w = 0 and b = 0 the loss is log 2."""
    agree(student.log_loss([0, 0], 0, [[1, 2], [3, 4], [5, 7]], [0, 1, 0]), LOG2, name="L")


@grades("log_loss", hint="Take the logarithm on paper: log(1 + exp(1000)) is 1000 up to rounding.")
def test_log_loss_of_a_score_of_a_thousand(student):
    """A score of 1000 costs 1000 if the label is 0, and nothing if it is 1: the mean is 500."""
    X, y = np.array([[1000.0], [1000.0]]), np.array([0, 1])
    agree(student.log_loss(np.array([1.0]), 0.0, X, y), 500.0, name="L")


# ---- log_loss_grad ---------------------------------------------------------------------------------------------


@grades("log_loss_grad", hint="sigma(0) = 1/2, so sigma(z) - y is -1/2 and 1/2.")
def test_log_loss_grad_of_the_worked_example(student):
    """At w = 0 and b = 0, for (1, 2) with label 1 and (3, -4) with label 0: gw = (1/2, -3/2) and gb = 0."""
    w, X, y = np.zeros(2), np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([1, 0])
    agree_pair(unchanged(student.log_loss_grad, w, 0.0, X, y), ([0.5, -1.5], 0.0), "gw gb")


@grades("log_loss_grad", hint="1 / (1 + exp(-z)) is 0 or 1 for huge z; exp(z) / (1 + exp(z)) is nan.")
def test_log_loss_grad_of_a_score_of_a_thousand(student):
    """For the scores 1000 and -1000, both with label 0, the errors are 1 and 0: gw = (500,), gb = 1/2."""
    X, y = np.array([[1000.0], [-1000.0]]), np.array([0, 0])
    agree_pair(student.log_loss_grad(np.array([1.0]), 0.0, X, y), ([500.0], 0.5), "gw gb")


# ---- log_loss_hessian ------------------------------------------------------------------------------------------


@grades("log_loss_hessian", hint="p (1 - p) = 1/4 for both; the last row and column belong to b.")
def test_log_loss_hessian_of_the_worked_example(student):
    """At w = 0 and b = 0, for x = 1 and x = 3: H = [[5/4, 1/2], [1/2, 1/4]]."""
    X = np.array([[1.0], [3.0]])
    agree(unchanged(student.log_loss_hessian, np.zeros(1), 0.0, X), [[1.25, 0.5], [0.5, 0.25]], name="H")


@grades("log_loss_hessian", hint="At the score log 3 the probability is 3/4, so p (1 - p) = 3/16.")
def test_log_loss_hessian_away_from_zero(student):
    """For one object x = (2, 0), w = (0, 5) and b = log 3: H is 3/16 times the products of (2, 0, 1)."""
    expected = 3 / 16 * np.array([[4.0, 0.0, 2.0], [0.0, 0.0, 0.0], [2.0, 0.0, 1.0]])
    agree(student.log_loss_hessian([0, 5], LOG3, [[2, 0]]), expected, name="H")


# ---- fit_logistic ----------------------------------------------------------------------------------------------

EIGHT = np.array([[-1.0]] * 4 + [[1.0]] * 4)


@grades("fit_logistic", hint="The best probabilities are the observed shares, 1/4 and 3/4.")
def test_fit_logistic_of_the_worked_example(student):
    """Three 0s and a 1 at x = -1, one 0 and three 1s at x = 1: the probabilities are 1/4 and 3/4."""
    w, b = sequence(unchanged(student.fit_logistic, EIGHT, np.array([0, 0, 0, 1, 0, 1, 1, 1])), 2, name="(w, b)")
    w, b = finite(shaped(w, (1,), name="w"), name="w"), finite(shaped(b, (), name="b"), name="b")
    z = np.array([b - w[0], b + w[0]], dtype=np.float64)
    agree(z, [-LOG3, LOG3], name="the scores at -1 and 1", rtol=0, atol=1e-2)


@grades("fit_logistic", hint="w and b must belong to the features as given, not to standardised ones.")
def test_fit_logistic_in_other_units(student):
    """The same at x = 3 and x = 7: the scores there are -log 3 and log 3, so w = (log 3)/2 and b = -(5/2) log 3."""
    w, b = sequence(student.fit_logistic(5 + 2 * EIGHT, np.array([0, 0, 0, 1, 0, 1, 1, 1])), 2, name="(w, b)")
    w, b = finite(shaped(w, (1,), name="w"), name="w"), finite(shaped(b, (), name="b"), name="b")
    z = np.array([b + 3 * w[0], b + 7 * w[0]], dtype=np.float64)
    agree(z, [-LOG3, LOG3], name="the scores at 3 and 7", rtol=0, atol=1e-2)


# ---- boundary_x2 -----------------------------------------------------------------------------------------------


@grades("boundary_x2", hint="Solve x1 + 2 x2 - 4 = 0 for x2.")
def test_boundary_x2_of_the_worked_example(student):
    """For w = (1, 2) and b = -4 the boundary passes through (0, 2), (4, 0) and (6, -1)."""
    x1 = np.array([0.0, 4.0, 6.0])
    agree(unchanged(student.boundary_x2, np.array([1.0, 2.0]), -4.0, x1), [2.0, 0.0, -1.0], name="x2")


# ---- neuron_from_softmax ---------------------------------------------------------------------------------------


@grades("neuron_from_softmax", hint="The neuron's score is z_1 - z_0, for every x.")
def test_neuron_from_softmax_of_the_worked_example(student):
    """For W = [[1, 2], [4, 0]] and b = (5, 3): the score at (1, 1) is -1, at (0, 0) it is -2."""
    answer = unchanged(student.neuron_from_softmax, np.array([[1.0, 2.0], [4.0, 0.0]]), np.array([5.0, 3.0]))
    w, beta = sequence(answer, 2, name="(w, beta)")
    w = finite(shaped(w, (2,), name="w"), name="w")
    beta = finite(shaped(beta, (), name="beta"), name="beta")
    agree(np.array([w[0] + w[1] + beta, beta]), [-1.0, -2.0], name="the scores at (1, 1) and (0, 0)")


# ---- capstone_cancer -------------------------------------------------------------------------------------------


@draw
def small_split(rng):
    """Split the tumours into 300 and 269."""
    with np.load(CANCER) as data:
        X, y = data["X"], data["y"]
    order = rng.permutation(len(y))
    return X[order[:300]], y[order[:300]], X[order[300:]], y[order[300:]]


@grades("capstone_cancer", hint="If it is below 20 %, you return the probability of malignant.")
@cases("X_train y_train X_test y_test", tumours=small_split)
def test_capstone_cancer_on_one_split(student, X_train, y_train, X_test, y_test):
    """The answers are probabilities from 0 to 1, and with threshold 1/2 at least 80 % are right on one split."""
    P = shaped(student.capstone_cancer(X_train, y_train, X_test), y_test.shape, name="P")
    P = between(P, 0.0, 1.0, name="P")
    between(np.mean((P > 0.5) == y_test), 0.8, 1.0, name="the accuracy")
