"""Public tests: backpropagation.

Run them from the notebook with ``check("backprop")``. They are small, and every expected number can be checked by hand.
Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import (
    Recorder,
    agree,
    between,
    called,
    cases,
    draw,
    finite,
    generator,
    grades,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"
SQUARE = (lambda z: z**2, lambda z: 2 * z)
RELU = (lambda z: np.maximum(z, 0.0), lambda z: np.where(np.asarray(z) > 0, 1.0, 0.0))


# ---- chain_gradient --------------------------------------------------------------------------------------------


@grades("chain_gradient", hint="z1 = 3, a1 = 9, z2 = 5, a2 = 25. Then gb2 = 2 z2, and gb1 = gb2 w2 2 z1.")
def test_chain_gradient_of_the_worked_example(student):
    """The chain of the exercise, f(z) = z^2: output 25, gw = (60, 90), gb = (60, 10)."""
    answer = unchanged(student.chain_gradient, np.array([2.0, 1.0]), np.array([1.0, -4.0]), 1.0, SQUARE)
    out, gw, gb = sequence(answer, 3, name="(out, gw, gb)")
    agree(out, 25.0, name="out")
    agree(gb, [60.0, 10.0], name="gb")
    agree(gw, [60.0, 90.0], name="gw")


@grades("chain_gradient", hint="Without a bend, moving b_k by 1 moves the output by all weights behind neuron k.")
def test_chain_gradient_without_bends(student):
    """For f(z) = z, weights (2, 3, 5) and biases 0: x = 1 gives 30, gb = (15, 5, 1) and gw = (15, 10, 6)."""
    identity = (lambda z: z, np.ones_like)
    answer = student.chain_gradient(np.array([2.0, 3.0, 5.0]), np.zeros(3), 1.0, identity)
    out, gw, gb = sequence(answer, 3, name="(out, gw, gb)")
    agree(out, 30.0, name="out")
    agree(gb, [15.0, 5.0, 1.0], name="gb")
    agree(gw, [15.0, 10.0, 6.0], name="gw")


@grades("chain_gradient", hint="Is every z_k computed once, and kept for the way back?")
def test_chain_gradient_counts_its_calls(student):
    """For 30 neurons f and df are called at most 60 times each."""
    f, df = Recorder(np.tanh), Recorder(lambda z: 1 - np.tanh(z) ** 2)
    sequence(student.chain_gradient(np.ones(30), np.zeros(30), 0.5, (f, df)), 3, name="(out, gw, gb)")
    called(f, at_most=60, name="f")
    called(df, at_most=60, name="df")


# ---- numerical_gradient ----------------------------------------------------------------------------------------


@grades("numerical_gradient", hint="(f(x + h) - f(x - h)) / (2 h) for f = x^3 at 1 with h = 1/2: (27/8 - 1/8) / 1.")
def test_numerical_gradient_of_a_cube(student):
    """For f(x) = x^3 at x = 1 with h = 1/2 the quotient is 13/4."""
    agree(student.numerical_gradient(lambda t: np.sum(t**3), np.array([1.0]), 0.5), [3.25], name="the gradient")


@grades("numerical_gradient", hint="The answer has the shape of x; and 3 + 1e-5 does not fit into an integer.")
def test_numerical_gradient_of_a_matrix_of_integers(student):
    """For the sum of squares at [[1, 2, 3]] the gradient is [[2, 4, 6]]."""
    value = unchanged(student.numerical_gradient, lambda t: np.sum(t * t), np.array([[1, 2, 3]]))
    value = shaped(value, (1, 3), name="the gradient", dtype="float64")
    agree(value, [[2.0, 4.0, 6.0]], name="the gradient", rtol=0, atol=1e-7)


# ---- softmax_cross_entropy -------------------------------------------------------------------------------------


@grades("softmax_cross_entropy", hint="The probabilities are (1/8, 2/8, 5/8) and (3/5, 1/5, 1/5).")
def test_softmax_cross_entropy_of_two_rows(student):
    """The two rows of the exercise with labels 2 and 0: loss (log 8/5 + log 5/3) / 2, and dZ by hand."""
    Z = np.log([[1.0, 2.0, 5.0], [3.0, 1.0, 1.0]])
    loss, dZ = sequence(unchanged(student.softmax_cross_entropy, Z, np.array([2, 0])), 2, name="(loss, dZ)")
    agree(loss, np.log(8 / 3) / 2, name="loss")
    agree(dZ, [[1 / 16, 2 / 16, -3 / 16], [-0.2, 0.1, 0.1]], name="dZ")


@grades("softmax_cross_entropy", hint="log p = z_y - log(sum of exp(z)), with the largest score shifted to 0 first.")
def test_softmax_cross_entropy_with_a_gap_of_a_thousand(student):
    """The row (1000, 0) with label 1 has loss 1000, not inf, and dZ = (1, -1)."""
    loss, dZ = sequence(student.softmax_cross_entropy(np.array([[1000.0, 0.0]]), [1]), 2, name="(loss, dZ)")
    agree(loss, 1000.0, name="loss")
    agree(dZ, [[1.0, -1.0]], name="dZ")


# ---- dense_backward --------------------------------------------------------------------------------------------


@grades("dense_backward", hint="dA_prev = dZ W, dW = dZ^T A_prev, and db adds the rows of dZ.")
def test_dense_backward_of_the_worked_example(student):
    """The numbers of the exercise: two objects, two inputs, one output."""
    dZ, A_prev, W = np.array([[1.0], [-2.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([[5.0, 6.0]])
    dA, dW, db = sequence(unchanged(student.dense_backward, dZ, A_prev, W), 3, name="(dA_prev, dW, db)")
    agree(dA, [[5.0, 6.0], [-10.0, -12.0]], name="dA_prev")
    agree(dW, [[3.0, 2.0]], name="dW")
    agree(db, [-1.0], name="db")


@grades("dense_backward", hint="W has one row per output: dW[i, j] belongs to output i and input j.")
def test_dense_backward_of_a_square_layer(student):
    """One object with dZ = (1, 0) and A_prev = (0, 1): dW has its only 1 in row 0, column 1."""
    answer = student.dense_backward([[1, 0]], [[0, 1]], [[1, 2], [3, 4]])
    dA, dW, db = sequence(answer, 3, name="(dA_prev, dW, db)")
    agree(dA, [[1.0, 2.0]], name="dA_prev")
    agree(dW, [[0.0, 1.0], [0.0, 0.0]], name="dW")
    agree(db, [1.0, 0.0], name="db")


# ---- backprop --------------------------------------------------------------------------------------------------


def backprop_parts(answer, n_layers):
    """Return the loss and the list dW1, db1, dW2, ... of an answer."""
    loss, grads = sequence(answer, 2, name="(loss, grads)")
    layers = [sequence(layer, 2, name=f"grads[{i}]") for i, layer in enumerate(sequence(grads, n_layers, name="grads"))]
    return loss, [part for layer in layers for part in layer]


@grades("backprop", hint="Both logits are 9, so dZ2 = (1/2, -1/2). Then dA1 = dZ2 W2, and dZ1 = dA1 * 2 Z1 = (3, -5).")
def test_backprop_of_the_worked_example(student):
    """The network of the exercise, f(z) = z^2, at x = 3 with label 1."""
    params = [(np.array([[1.0], [2.0]]), np.array([0.0, -1.0])), (np.eye(2), np.array([0.0, -16.0]))]
    loss, parts = backprop_parts(unchanged(student.backprop, params, np.array([[3.0]]), np.array([1]), SQUARE), 2)
    agree(loss, np.log(2), name="loss")
    expected = {"dW1": [[9.0], [-15.0]], "db1": [3.0, -5.0], "dW2": [[4.5, 12.5], [-4.5, -12.5]], "db2": [0.5, -0.5]}
    for part, (name, right) in zip(parts, expected.items(), strict=True):
        agree(part, right, name=name)


@grades("backprop", hint="The loss is a mean over the objects: the same object twice changes nothing.")
def test_backprop_of_an_object_seen_twice(student):
    """One layer with W = 0 and two classes: the object (2, 4) with label 0, once or twice, gives the same gradient."""
    params = [(np.zeros((2, 2)), np.zeros(2))]
    for X, y in ([[2, 4]], [0]), ([[2, 4], [2, 4]], [0, 0]):
        loss, (dW, db) = backprop_parts(student.backprop(params, X, y, SQUARE), 1)
        agree(loss, np.log(2), name="loss")
        agree(dW, [[-1.0, -2.0], [1.0, 2.0]], name="dW1")
        agree(db, [-0.5, 0.5], name="db1")


@grades("backprop", hint="Keep all Z_l and A_l of one forward pass, then walk back once.")
def test_backprop_counts_its_calls(student):
    """With 9 hidden layers f and df are called at most 18 times each."""
    f, df = Recorder(np.tanh), Recorder(lambda z: 1 - np.tanh(z) ** 2)
    params = [(np.eye(2), np.zeros(2))] * 10
    backprop_parts(student.backprop(params, np.eye(2), np.array([0, 1]), (f, df)), 10)
    called(f, at_most=18, name="f")
    called(df, at_most=18, name="df")


# ---- mult_counts -----------------------------------------------------------------------------------------------


@grades(
    "mult_counts", hint="(2, 3, 1): forward 2*3 + 3*1; backward twice that, without the 2*3 that would reach the input."
)
@cases(
    "widths N expected",
    one_object=([2, 3, 1], 1, [9, 12]),
    ten_objects=([2, 3, 1], 10, [90, 120]),
    one_layer=([5, 4], 1, [20, 20]),
)
def test_mult_counts_of_small_networks(student, widths, N, expected):
    """Three networks small enough to count on your fingers."""
    ahead, back = sequence(student.mult_counts(widths, N), 2, name="(forward, backward)")
    agree(ahead, expected[0], name="forward")
    agree(back, expected[1], name="backward")


# ---- capstone_digits -------------------------------------------------------------------------------------------


@draw
def one_split(rng):
    """Split the digits once into 1200 training and 597 test images."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"] / 16, digits["y"]
    order = rng.permutation(len(y))
    train, test = order[:1200], order[1200:]
    return X[train], y[train], X[test], y[test], generator().make(rng)


@grades("capstone_digits", hint="Half of the points need 90 %, all of them 93 %, on average over three splits.")
@cases("X_train y_train X_test y_test rng", digits=one_split)
def test_capstone_digits_on_one_split(student, X_train, y_train, X_test, y_test, rng):
    """The trained network reads at least 90 % of 597 images."""
    layers = sequence(student.capstone_digits(X_train, y_train, rng), None, name="params")
    between(len(layers), 2, 100, name="the number of layers")
    hidden, n_in = X_test, 64
    for i, layer in enumerate(layers):
        W, b = sequence(layer, 2, name=f"params[{i}]")
        W = finite(shaped(W, (None, n_in), name=f"params[{i}][0]"), name=f"params[{i}][0]")
        b = finite(shaped(b, (len(W),), name=f"params[{i}][1]"), name=f"params[{i}][1]")
        with np.errstate(all="ignore"):
            scores = hidden @ W.T.astype(np.float64) + b
        hidden, n_in = np.maximum(scores, 0.0), len(W)
    agree(n_in, 10, name="the number of outputs")
    between(np.mean(scores.argmax(axis=1) == y_test), 0.90, 1.0, name="the accuracy")
