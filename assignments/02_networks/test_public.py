"""Public tests: artificial neural networks.

Run them from the notebook with ``check("softmax")``. They are small, and every expected number can be checked by hand.
Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import (
    agree,
    between,
    cases,
    draw,
    finite,
    generator,
    grades,
    raises,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"


# ---- activation ------------------------------------------------------------------------------------------------


@grades("activation", hint="Compare with the table in the exercise, line by line.")
@cases(
    "name expected",
    relu=("relu", [0.0, 0.0, 3.0]),
    abs=("abs", [2.0, 0.0, 3.0]),
    leaky_relu=("leaky_relu", [-0.02, 0.0, 3.0]),
    sigmoid=("sigmoid", [0.11920292202211755, 0.5, 0.9525741268224334]),
    tanh=("tanh", [-0.9640275800758169, 0.0, 0.9950547536867305]),
)
def test_activation_at_three_numbers(student, name, expected):
    """The five activations at -2, 0 and 3."""
    z = np.array([-2.0, 0.0, 3.0])
    agree(unchanged(student.activation, name, z), expected, name=f"{name}(z)")


@grades("activation", hint="Is the array you fill, or return, still one of integers?")
def test_activation_turns_integers_into_float64(student):
    """leaky_relu of the integers -3 and 4 is -0.03 and 4, in float64."""
    value = shaped(student.activation("leaky_relu", np.array([-3, 4])), (2,), name="leaky_relu(z)", dtype="float64")
    agree(value, [-0.03, 4.0], name="leaky_relu(z)")


@grades("activation", hint="e^z / (1 + e^z) is inf / inf at z = 1000.")
def test_activation_sigmoid_of_a_thousand(student):
    """Sigmoid is 1 at z = 1000 and 0 at z = -1000, not nan."""
    agree(student.activation("sigmoid", np.array([1000.0, -1000.0])), [1.0, 0.0], name="sigmoid(z)")


@grades("activation", hint='raise ValueError("...") when no name fits.')
def test_activation_does_not_know_step(student):
    """There is no activation called "step": a ValueError says so."""
    raises(student.activation, "step", np.array([1.0]))


# ---- softmax ---------------------------------------------------------------------------------------------------


@grades("softmax", hint="Here exp(z) is 1, 2, 5 in the first row and 3, 1, 1 in the second.")
def test_softmax_of_two_rows(student):
    """The rows (0, log 2, log 5) and (log 3, 0, 0) give (1/8, 2/8, 5/8) and (3/5, 1/5, 1/5)."""
    Z = np.log([[1.0, 2.0, 5.0], [3.0, 1.0, 1.0]])
    agree(unchanged(student.softmax, Z), [[0.125, 0.25, 0.625], [0.6, 0.2, 0.2]], name="P")


@grades("softmax", hint="Which axis is summed? Rows are objects, so each row sums to 1.")
def test_softmax_of_a_square_works_by_rows(student):
    """Also when there are as many objects as classes, it is the rows that sum to 1."""
    agree(student.softmax([[0, 0], [7, 7]]), [[0.5, 0.5], [0.5, 0.5]], name="P")


@grades("softmax", hint="Subtract something from every row before taking the exponential.")
def test_softmax_of_a_thousand(student):
    """The row (1000, 1000) gives (1/2, 1/2), not nan."""
    agree(student.softmax(np.array([[1000.0, 1000.0]])), [[0.5, 0.5]], name="P")


# ---- log_softmax -----------------------------------------------------------------------------------------------


@grades("log_softmax", hint="The softmax of this row is (1/8, 2/8, 5/8).")
def test_log_softmax_of_one_row(student):
    """The row (0, log 2, log 5) gives (-log 8, -log 4, log(5/8))."""
    Z = np.log([[1.0, 2.0, 5.0]])
    agree(unchanged(student.log_softmax, Z), np.log([[0.125, 0.25, 0.625]]), name="log p")


@grades("log_softmax", hint="log(softmax(Z)) takes the logarithm of a probability that has been rounded to 0.")
def test_log_softmax_with_a_gap_of_a_thousand(student):
    """The row (0, -1000) gives (0, -1000), not -inf."""
    agree(student.log_softmax([[0, -1000]]), [[0.0, -1000.0]], name="log p")


# ---- forward ---------------------------------------------------------------------------------------------------

TWO_LAYERS = [(np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([0.0, 1.0])), (np.array([[3.0, 4.0]]), np.array([-5.0]))]


@grades("forward", hint="For x = (1, 2): W1 x + b1 = (5, -1), after relu (5, 0), then 3 * 5 + 4 * 0 - 5.")
def test_forward_of_the_worked_example(student):
    """The network of the exercise sends (1, 2) to 10, (0, 0) to -1, and (0, -1) to 3."""
    X = np.array([[1.0, 2.0], [0.0, 0.0], [0.0, -1.0]])
    agree(unchanged(student.forward, X, TWO_LAYERS, relu), [[10.0], [-1.0], [3.0]], name="f(X)")


@grades("forward", hint="A row of W holds the weights of one neuron: for a batch, X @ W.T and not X @ W.")
def test_forward_with_a_square_matrix(student):
    """One layer with W = [[0, 1], [0, 0]] and b = (10, 20) sends (3, 4) to (14, 20)."""
    params = [(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([10.0, 20.0]))]
    agree(student.forward(np.array([[3.0, 4.0]]), params, relu), [[14.0, 20.0]], name="f(X)")


@grades("forward", hint="The last layer is not bent.")
def test_forward_may_answer_negative_numbers(student):
    """A network of one layer is affine: -x + 1 at x = 3 is -2, also with relu."""
    params = [(np.array([[-1]]), np.array([1]))]
    value = shaped(student.forward([[3]], params, relu), (1, 1), name="f(X)", dtype="float64")
    agree(value, [[-2.0]], name="f(X)")


def relu(z):
    """Return max(z, 0) entry by entry."""
    return np.maximum(z, 0.0)


# ---- count_parameters ------------------------------------------------------------------------------------------


@grades("count_parameters", hint="(2, 3, 1): three neurons with 2 weights and a bias, one with 3 weights and a bias.")
@cases("widths count", one_layer=([4, 2], 10), two_layers=([2, 3, 1], 13), three_layers=([1, 1, 1, 1], 6))
def test_count_parameters_of_small_networks(student, widths, count):
    """Three networks small enough to count on your fingers."""
    agree(student.count_parameters(widths), count, name="the number of parameters")


# ---- collapse_affine -------------------------------------------------------------------------------------------


@grades("collapse_affine", hint="W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2).")
def test_collapse_affine_of_the_worked_example(student):
    """The two layers of the exercise collapse to W = [[1, 2], [3, 7]] and b = (1, 5)."""
    params = [
        (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 0.0])),
        (np.array([[1.0, 0.0], [3.0, 1.0]]), np.array([0.0, 2.0])),
    ]
    W, b = sequence(unchanged(student.collapse_affine, params), 2, name="(W, b)")
    agree(W, [[1.0, 2.0], [3.0, 7.0]], name="W")
    agree(b, [1.0, 5.0], name="b")


@grades("collapse_affine", hint="With three layers, b1 is multiplied by W2 and then by W3.")
def test_collapse_affine_of_three_numbers(student):
    """The layers 2x + 1, 3x + 1 and 5x + 1 collapse to 30x + 21."""
    params = [(np.array([[a]]), np.array([1.0])) for a in (2.0, 3.0, 5.0)]
    W, b = sequence(student.collapse_affine(params), 2, name="(W, b)")
    agree(W, [[30.0]], name="W")
    agree(b, [21.0], name="b")


# ---- xor_network and relu_interpolant ---------------------------------------------------------------------------


def values(answer, X):
    """Return the values at the rows of X of a relu network with one hidden layer and one output."""
    first, second = sequence(answer, 2, name="params")
    W1, b1 = sequence(first, 2, name="params[0]")
    W2, b2 = sequence(second, 2, name="params[1]")
    W1 = finite(shaped(W1, (None, X.shape[1]), name="W1"), name="W1")
    b1 = finite(shaped(b1, (len(W1),), name="b1"), name="b1")
    W2 = finite(shaped(W2, (1, len(W1)), name="W2"), name="W2")
    b2 = finite(shaped(b2, (1,), name="b2"), name="b2")
    between(len(W1), 1, 100, name="the number of hidden neurons")
    with np.errstate(all="ignore"):
        return (relu(X @ W1.T.astype(np.float64) + b1) @ W2.T.astype(np.float64) + b2)[:, 0]


@grades("xor_network", hint="Write down f(0,0) by hand: it is W2 relu(b1) + b2.")
def test_xor_network_at_equal_bits(student):
    """f(0, 0) = f(1, 1) = 0."""
    equal = np.array([[0.0, 0.0], [1.0, 1.0]])
    agree(values(student.xor_network(), equal), [0.0, 0.0], name="f at (0,0), (1,1)")


@grades("xor_network", hint="A function of x1 + x2 has the same value at both of these points.")
def test_xor_network_at_different_bits(student):
    """f(0, 1) = f(1, 0) = 1."""
    different = np.array([[0.0, 1.0], [1.0, 0.0]])
    agree(values(student.xor_network(), different), [1.0, 1.0], name="f at (0,1), (1,0)")


@grades("relu_interpolant", hint="f(t) = 1 + 2 relu(t) - 2.5 relu(t - 1) is one way.")
def test_relu_interpolant_of_the_worked_example(student):
    """Through (0, 1), (1, 3), (3, 2): f(0) = 1, f(1/2) = 2, f(1) = 3, f(2) = 5/2, f(3) = 2."""
    x, y = np.array([0.0, 1.0, 3.0]), np.array([1.0, 3.0, 2.0])
    t = np.array([[0.0], [0.5], [1.0], [2.0], [3.0]])
    f = values(unchanged(student.relu_interpolant, x, y), t)
    agree(f, [1.0, 2.0, 3.0, 2.5, 2.0], name="f(0), f(1/2), f(1), f(2), f(3)", rtol=0, atol=1e-7)


@grades("relu_interpolant", hint="The kink of the neuron relu(w t + b) is at t = -b / w.")
def test_relu_interpolant_of_points_left_of_zero(student):
    """Through (-4, 0), (-3, 2), (-1, 2): f(-3.5) = 1 and f(-2) = 2."""
    f = values(student.relu_interpolant([-4, -3, -1], [0, 2, 2]), np.array([[-3.5], [-2.0]]))
    agree(f, [1.0, 2.0], name="f(-3.5), f(-2)", rtol=0, atol=1e-7)


# ---- capstone_digits -------------------------------------------------------------------------------------------


@draw
def one_split(rng):
    """Split the digits once into 1200 training and 597 test images."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"] / 16, digits["y"]
    order = rng.permutation(len(y))
    train, test = order[:1200], order[1200:]
    return X[train], y[train], X[test], y[test], generator().make(rng)


@grades("capstone_digits", hint="Half of the points need 90 %, all of them 95 %, on average over three splits.")
@cases("X_train y_train X_test y_test rng", digits=one_split)
def test_capstone_digits_on_one_split(student, X_train, y_train, X_test, y_test, rng):
    """At least 90 % of 597 images are read correctly."""
    predicted = shaped(student.capstone_digits(X_train, y_train, X_test, rng), (len(X_test),), name="the prediction")
    between(np.mean(predicted == y_test), 0.90, 1.0, name="the accuracy")
