"""Hidden tests: backpropagation.

The functions f and df that a test passes to the student run here and are counted, so what a gradient cost is a fact.
Gradients are compared with complex steps through smooth activations, which know no formula; where an activation has a
kink, no pre-activation is near it.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

import reference.backprop as ref
from autograder.testing import (
    Recorder,
    agree,
    agree_gradient,
    between,
    called,
    cases,
    draw,
    finite,
    generator,
    grades,
    integers,
    normal,
    sequence,
    shaped,
    unchanged,
)
from reference.networks import forward, log_softmax

DIGITS = Path(__file__).parent / "data" / "digits.npz"

TANH = (np.tanh, lambda z: 1 - np.tanh(z) ** 2)
SIGMOID = (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2)
SINE = (np.sin, np.cos)
IDENTITY = (lambda z: z, np.ones_like)
RELU = (lambda z: np.maximum(z, 0.0), lambda z: np.where(np.asarray(z) > 0, 1.0, 0.0))
ABS = (np.abs, np.sign)


# ---- inputs ----------------------------------------------------------------------------------------------------


def neurons(L, scale=1.0):
    """Draw a chain of L neurons and its input: ws, bs, x."""
    return draw(lambda rng: (scale * rng.standard_normal(L), rng.standard_normal(L), float(rng.standard_normal())))


def long_chain(L):
    """Draw a chain whose weights are between 1/2 and 2 in size, so that no product of them is zero."""

    def make(rng):
        ws = rng.uniform(0.5, 2.0, L) * rng.choice([-1.0, 1.0], L)
        return ws, rng.standard_normal(L), float(rng.standard_normal())

    return draw(make)


def labels(shape, n_classes):
    """Draw labels 0..n_classes - 1."""
    return integers(shape, 0, n_classes)


def random_layers(rng, widths, bias=1.0):
    """Return params [(W1, b1), ...] of the given widths; with bias=0 all b are zero."""
    return [
        (rng.standard_normal((n_out, n_in)) / np.sqrt(n_in), bias * rng.standard_normal(n_out))
        for n_in, n_out in pairwise(widths)
    ]


def problem(N, *widths):
    """Draw a network of these widths and N labelled objects: params, X, y."""

    def make(rng):
        X, y = rng.standard_normal((N, widths[0])), rng.integers(0, widths[-1], N)
        return random_layers(rng, widths), X, y

    return draw(make)


def whole_problem(N, *widths):
    """Draw a network with small integer weights, and integer objects."""

    def make(rng):
        params = [(rng.integers(-2, 3, (b, a)), rng.integers(-2, 3, b)) for a, b in pairwise(widths)]
        return params, rng.integers(-3, 4, (N, widths[0])), rng.integers(0, widths[-1], N)

    return draw(make)


def away_from_kinks(act, N, *widths, bias=1.0):
    """Draw a network and N labelled objects such that no hidden pre-activation is within 0.001 of zero.

    The network is alive: of the last hidden layer's values at least a quarter are not 0.
    """

    def make(rng):
        while True:
            params, X = random_layers(rng, widths, bias), rng.standard_normal((N, widths[0]))
            hidden, nearest = X, np.inf
            for W, b in params[:-1]:
                z = hidden @ W.T + b
                hidden, nearest = act[0](z), min(nearest, np.abs(z).min())
            if nearest > 1e-3 and np.count_nonzero(hidden) >= hidden.size / 4:
                return params, X, rng.integers(0, widths[-1], N)

    return draw(make)


@draw
def three_splits(rng):
    """Split the digits three times into 1200 training and 597 test images, each time with a new generator."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"] / 16, digits["y"]
    splits = []
    for _ in range(3):
        order = rng.permutation(len(y))
        train, test = order[:1200], order[1200:]
        splits.append((X[train], y[train], X[test], y[test], generator().make(rng)))
    return splits


# ---- chain_gradient --------------------------------------------------------------------------------------------


def chain_parts(answer, L):
    """Return out, gw, gb if the answer has the right form."""
    out, gw, gb = sequence(answer, 3, name="(out, gw, gb)")
    out = finite(shaped(out, (), name="out"), name="out")
    return out, chain_part(gw, L, "gw"), chain_part(gb, L, "gb")


def chain_part(part, L, name):
    """Return gw or gb as an array if it has the right form."""
    return finite(shaped(part, (L,), name=name), name=name)


def chain_output(ws, bs, x, f):
    """Return the last activation of a chain, also for complex numbers."""
    for w, b in zip(ws, bs, strict=True):
        x = f(w * x + b)
    return x


@grades("chain_gradient", points=1, hint="a_k = f(w_k a_{k-1} + b_k), and the last neuron is bent as well.")
@cases("chain act", two=(neurons(2), TANH), six=(neurons(6), SINE), five=(neurons(5, scale=2.0), SIGMOID))
def test_chain_gradient_returns_the_output(student, chain, act):
    """The first entry of the answer is the output a_L of the chain."""
    ws, bs, x = chain
    out, _, _ = sequence(student.chain_gradient(ws, bs, x, act), 3, name="(out, gw, gb)")
    agree(out, chain_output(ws, bs, x, act[0]), name="out")


@grades(
    "chain_gradient", points=3, hint="df takes z_k, not a_k; and on the way back z_{k+1} feels a_k through w_{k+1}."
)
@cases(
    "chain act",
    two=(neurons(2), TANH),
    six=(neurons(6), SINE),
    five=(neurons(5, scale=2.0), SIGMOID),
    a_weight_is_zero=((np.array([1.5, 0.0, -2.0]), np.array([0.25, -0.5, 1.0]), 0.75), TANH),
)
def test_chain_gradient_predicts_what_a_bias_does(student, chain, act):
    """Moving the biases by a little moves the output by the sum of gb times these moves."""
    ws, bs, x = chain
    _, _, gb = sequence(student.chain_gradient(ws, bs, x, act), 3, name="(out, gw, gb)")
    gb = chain_part(gb, len(ws), "gb")
    agree_gradient(lambda b: chain_output(ws, b, x, act[0]), at=(bs,), got=gb, names="gb")


@grades("chain_gradient", points=3, hint="gw_k = gb_k times what neuron k receives. Is that a_k or a_{k-1}?")
@cases("chain act", two=(neurons(2), TANH), six=(neurons(6), SINE), five=(neurons(5, scale=2.0), SIGMOID))
def test_chain_gradient_predicts_what_a_weight_does(student, chain, act):
    """Moving the weights by a little moves the output by the sum of gw times these moves."""
    ws, bs, x = chain
    _, gw, _ = sequence(student.chain_gradient(ws, bs, x, act), 3, name="(out, gw, gb)")
    gw = chain_part(gw, len(ws), "gw")
    agree_gradient(lambda w: chain_output(w, bs, x, act[0]), at=(ws,), got=gw, names="gw")


@grades(
    "chain_gradient", points=2, hint="With f(z) = z every slope is 1. Which weights lie between b_k and the output?"
)
@cases("chain", two=long_chain(2), four=long_chain(4), nine=long_chain(9))
def test_chain_gradient_without_bends_is_a_product_of_weights(student, chain):
    """For f(z) = z, gb_k is the product of all weights behind neuron k."""
    ws, bs, x = chain
    _, _, gb = chain_parts(student.chain_gradient(ws, bs, x, IDENTITY), len(ws))
    agree(gb, [np.prod(ws[k + 1 :]) for k in range(len(ws))], name="gb")


@grades("chain_gradient", points=1.5, hint="np.zeros_like(ws) holds integers if ws does.")
@cases(
    "ws bs x",
    integer_arrays=(np.array([1, -2, 1]), np.array([0, 1, -1]), 2),
    lists=([0.5, -1.5], [1, 0], -1),
)
def test_chain_gradient_answers_integers_and_lists_in_float64(student, ws, bs, x):
    """Integers and lists give right derivatives in float64 arrays, and a float output."""
    answer = sequence(student.chain_gradient(ws, bs, x, TANH), 3, name="(out, gw, gb)")
    expected = ref.chain_gradient(ws, bs, x, TANH)
    for value, right, name in zip(answer, expected, ("out", "gw", "gb"), strict=True):
        agree(shaped(value, np.shape(right), name=name, dtype="float64"), right, name=name)


@grades(
    "chain_gradient",
    points=1.5,
    hint="Build gw and gb in arrays of your own.",
    margin="finite differences are nearly right, and are meant to be told apart",
)
@cases("chain", two=neurons(2), seven=neurons(7))
def test_chain_gradient_leaves_its_inputs_alone(student, chain):
    """The right derivatives, and ws and bs are the same after the call."""
    ws, bs, x = chain
    _, gw, gb = chain_parts(unchanged(student.chain_gradient, ws, bs, x, TANH), len(ws))
    _, right_gw, right_gb = ref.chain_gradient(ws, bs, x, TANH)
    agree(gw, right_gw, name="gw")
    agree(gb, right_gb, name="gb")


@grades(
    "chain_gradient",
    points=0.5,
    hint="With L = 1: out = f(w x + b). What are its two derivatives?",
    margin="finite differences are nearly right, and are meant to be told apart",
)
@cases("chain act", tanh=(neurons(1), TANH), sine=(neurons(1, scale=3.0), SINE))
def test_chain_gradient_of_one_neuron(student, chain, act):
    """A single neuron has the derivatives f'(z) x and f'(z), in arrays of length 1."""
    ws, bs, x = chain
    out, gw, gb = chain_parts(student.chain_gradient(ws, bs, x, act), 1)
    slope = act[1](ws * x + bs)
    agree(out, act[0](ws * x + bs)[0], name="out")
    agree(gw, slope * x, name="gw")
    agree(gb, slope, name="gb")


@grades(
    "chain_gradient",
    points=1.5,
    hint="Keep z_k and a_k on the way forward; the way back needs nothing else.",
    margin="finite differences are nearly right, and are meant to be told apart",
)
@cases("chain", eight=neurons(8), forty=neurons(40))
def test_chain_gradient_has_linear_cost(student, chain):
    """The derivatives are right, and f and df are called at most 2 L times each."""
    ws, bs, x = chain
    f, df = Recorder(TANH[0]), Recorder(TANH[1])
    _, gw, gb = chain_parts(student.chain_gradient(ws, bs, x, (f, df)), len(ws))
    _, right_gw, right_gb = ref.chain_gradient(ws, bs, x, TANH)
    agree(gw, right_gw, name="gw")
    agree(gb, right_gb, name="gb")
    called(f, at_most=2 * len(ws), name="f")
    called(df, at_most=2 * len(ws), name="df")


@grades("chain_gradient", points=1, hint="Differences of outputs cannot see a derivative of 1e-13; a product can.")
@cases("chain", twelve=long_chain(12), twenty=(np.ones(20), np.zeros(20), 0.0), thirty=long_chain(30))
def test_chain_gradient_sees_vanishing_derivatives(student, chain):
    """Behind many sigmoids the first derivative is tiny, below (1/4)^L times the weights, and still accurate."""
    ws, bs, x = chain
    _, _, gb = chain_parts(student.chain_gradient(ws, bs, x, SIGMOID), len(ws))
    bound = 0.25 ** len(ws) * np.abs(np.prod(ws[1:]))
    first = between(gb[0], -bound, bound, name="gb[0]", slack=1e-9 * bound)
    agree(first / bound, ref.chain_gradient(ws, bs, x, SIGMOID)[2][0] / bound, name="gb[0] / bound", atol=0)


# ---- numerical_gradient ----------------------------------------------------------------------------------------


@grades("numerical_gradient", points=2, hint="(f(x + h) - f(x - h)) / (2 h), one coordinate after the other.")
@cases(
    "A x h",
    small=(normal("d d"), normal("d"), 0.5),
    larger=(normal("m m"), normal("m", scale=3.0), 0.25),
    one_number=(normal("1 1"), normal("1"), 2.0),
)
def test_numerical_gradient_is_exact_for_quadratics(student, A, x, h):
    """For a polynomial of degree 2 the answer is the exact gradient, however large h is."""
    value = student.numerical_gradient(lambda t: t @ A @ t + t.sum(), x, h)
    agree(value, (A + A.T) @ x + 1, name="the gradient")


@grades("numerical_gradient", points=2, hint="For x^3, one-sided quotients err by 3 x h + h^2, central ones by h^2.")
@cases("x h", coarse=(normal("k"), 1e-2), coarser=(normal("d", shift=-2.0), 0.25), matrix=(normal("2 d"), 0.1))
def test_numerical_gradient_errs_by_h_squared_on_cubes(student, x, h):
    """For the sum of cubes the answer is 3 x^2 + h^2: the error of central differences, no more and no less."""
    agree(student.numerical_gradient(lambda t: np.sum(t**3), x, h), 3 * x**2 + h**2, name="the gradient", rtol=1e-8)


@grades("numerical_gradient", points=2, hint="Is h = 1e-5 the default, and are the quotients central?")
@cases("x", vector=normal("m"), matrix=normal("n d"), far=normal("k", shift=5.0))
def test_numerical_gradient_is_accurate_by_default(student, x):
    """With the default h a smooth function's gradient is right to about ten digits."""
    value = student.numerical_gradient(lambda t: np.sum(np.exp(np.sin(t))), x)
    agree(value, np.cos(x) * np.exp(np.sin(x)), name="the gradient", rtol=0, atol=2e-8)


@grades("numerical_gradient", points=1, hint="An integer array has no room for 1e-5: convert x to float64 first.")
@cases(
    "x", integer_array=integers("n", -4, 5), nested_list=[[1, 2, 0], [-1, 3, 1]], integer_matrix=integers("n d", -4, 5)
)
def test_numerical_gradient_moves_integers(student, x):
    """Integers and lists give the right gradient in a float64 array."""
    expected = 2 * np.asarray(x, dtype=np.float64) + 1
    value = student.numerical_gradient(lambda t: np.sum(t * t) + np.sum(t), x)
    value = shaped(value, expected.shape, name="the gradient", dtype="float64")
    agree(value, expected, name="the gradient", rtol=0, atol=1e-7)


@grades("numerical_gradient", points=1, hint="x + h - h is not x: rounding stays behind. Move a copy.")
@cases("x", vector=normal("m"), matrix=normal("n d", shift=1.0))
def test_numerical_gradient_leaves_its_input_alone(student, x):
    """The right gradient, and x is the same after the call, to the last bit."""
    value = unchanged(student.numerical_gradient, lambda t: np.sum(t * t), x)
    agree(value, 2 * x, name="the gradient", rtol=0, atol=1e-7)


@grades("numerical_gradient", points=1, hint="Loop over all entries of x, whatever its shape, and keep that shape.")
@cases("x", cube=normal("2 d k"), row=normal("1 m"), column=normal("n 1"), one_entry=normal("1 1 1"))
def test_numerical_gradient_has_the_shape_of_x(student, x):
    """Arrays with several axes are welcome, and so is an f that returns its number in an array of shape ()."""
    weights = np.arange(1.0, x.size + 1).reshape(x.shape)
    value = student.numerical_gradient(lambda t: np.array(np.sum(weights * t)), x)
    agree(value, weights, name="the gradient", rtol=0, atol=1e-7)


@grades("numerical_gradient", points=1, hint="Two values of f for each entry; all other entries stay where they are.")
@cases("x h", vector=(normal("m"), 0.25), matrix=(normal("n d"), 0.5))
def test_numerical_gradient_moves_one_entry_at_a_time(student, x, h):
    """f is called exactly twice for each entry: with that entry moved up by h, and moved down by h."""
    f = Recorder(lambda t: np.sum(t * t))
    agree(student.numerical_gradient(f, x, h), 2 * x, name="the gradient")
    called(f, exactly=2 * x.size, name="f")
    moves = set()
    for args in f.calls:
        (argument,) = sequence(args, 1, name="the arguments of f")
        move = (finite(shaped(argument, x.shape, name="the argument of f"), name="the argument of f") - x).ravel()
        agree(np.abs(move).max(), h, name="the largest move")
        agree(np.abs(move).sum(), h, name="the sum of all moves")
        entry = int(np.argmax(np.abs(move)))
        moves.add((entry, bool(move[entry] > 0)))
    agree(len(moves), 2 * x.size, name="the number of different moves")


# ---- softmax_cross_entropy -------------------------------------------------------------------------------------


def loss_parts(answer, shape):
    """Return loss and dZ if the answer has the right form."""
    loss, dZ = sequence(answer, 2, name="(loss, dZ)")
    return finite(shaped(loss, (), name="loss"), name="loss"), finite(shaped(dZ, shape, name="dZ"), name="dZ")


def cross_entropy(Z, y):
    """Return the mean cross-entropy of scores, also for complex ones."""
    Z = Z - Z.real.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y])


@grades(
    "softmax_cross_entropy", points=3, hint="Row i contributes -log p of its own label; then the mean over the rows."
)
@cases(
    "Z y",
    typical=(normal("n k", scale=2.0), labels("n", 4)),
    square=(normal("4 4"), labels("4", 4)),
    off_centre=(normal("m d", shift=-3.0), labels("m", 3)),
)
def test_softmax_cross_entropy_is_the_mean_loss(student, Z, y):
    """The loss is the mean over the objects of -log p, p being the softmax probability of the label."""
    loss, _ = sequence(student.softmax_cross_entropy(Z, y), 2, name="(loss, dZ)")
    agree(loss, cross_entropy(Z, y), name="loss")


@grades("softmax_cross_entropy", points=3.5, hint="The loss is a mean, so its gradient is divided by N too.")
@cases(
    "Z y",
    typical=(normal("n k", scale=2.0), labels("n", 4)),
    square=(normal("4 4"), labels("4", 4)),
    off_centre=(normal("m d", shift=-3.0), labels("m", 3)),
)
def test_softmax_cross_entropy_predicts_the_change_of_the_loss(student, Z, y):
    """Moving the scores by a little moves the loss by the sum of dZ times these moves."""
    _, dZ = loss_parts(student.softmax_cross_entropy(Z, y), Z.shape)
    agree_gradient(lambda t: cross_entropy(t, y), at=(Z,), got=dZ, names="dZ")


@grades(
    "softmax_cross_entropy", points=1, hint="dZ is (probabilities minus one-hot rows) / N. Which entries are below 0?"
)
@cases("Z y", typical=(normal("n k"), labels("n", 4)), square=(normal("4 4"), labels("4", 4)))
def test_softmax_cross_entropy_pulls_the_right_score_up(student, Z, y):
    """In each row of dZ only the label's entry is negative, the row sums to 0, and no entry exceeds 1/N in size."""
    _, dZ = loss_parts(student.softmax_cross_entropy(Z, y), Z.shape)
    dZ, bound = dZ.astype(np.float64), 1 / len(Z)
    own = y[:, None] == np.arange(Z.shape[1])
    between(dZ[own], -bound, -1e-9, name="dZ at the labels", slack=1e-12)
    between(dZ[~own], 1e-9, bound, name="dZ elsewhere", slack=1e-12)
    agree(dZ.sum(axis=1), np.zeros(len(Z)), name="row sums of dZ")


@grades("softmax_cross_entropy", points=1.5, hint="Only differences of scores count. The constant may differ by row.")
@cases(
    "Z y shift",
    typical=(normal("n k"), labels("n", 4), normal("n", scale=30.0)),
    square=(normal("4 4"), labels("4", 4), normal("4", scale=30.0)),
)
def test_softmax_cross_entropy_does_not_feel_a_shift_of_a_row(student, Z, y, shift):
    """Adding a constant to all scores of a row changes neither the loss nor dZ."""
    loss, dZ = loss_parts(student.softmax_cross_entropy(Z + shift[:, None], y), Z.shape)
    right_loss, right_dZ = ref.softmax_cross_entropy(Z, y)
    agree(loss, right_loss, name="loss", condition=10)
    agree(dZ, right_dZ, name="dZ", condition=10)


@grades("softmax_cross_entropy", points=1.5, hint="Convert Z to float64 before anything else.")
@cases(
    "Z y",
    integer_array=(integers("n k", -4, 5), labels("n", 4)),
    nested_list=([[1, -2, 0], [3, 3, -1]], [2, 0]),
)
def test_softmax_cross_entropy_answers_integers_and_lists_in_float64(student, Z, y):
    """Integer scores and lists give the right float loss and the right dZ, a float64 array."""
    loss, dZ = sequence(student.softmax_cross_entropy(Z, y), 2, name="(loss, dZ)")
    right_loss, right_dZ = ref.softmax_cross_entropy(Z, y)
    agree(shaped(loss, (), name="loss", dtype="float64"), right_loss, name="loss")
    agree(shaped(dZ, right_dZ.shape, name="dZ", dtype="float64"), right_dZ, name="dZ")


@grades(
    "softmax_cross_entropy", points=1.5, hint="np.asarray does not copy: `Z -= ...` writes into the caller's array."
)
@cases("Z y", typical=(normal("n k", scale=2.0), labels("n", 4)), square=(normal("4 4", shift=1.0), labels("4", 4)))
def test_softmax_cross_entropy_leaves_its_inputs_alone(student, Z, y):
    """The right loss and dZ, and Z and y are the same after the call."""
    loss, dZ = loss_parts(unchanged(student.softmax_cross_entropy, Z, y), Z.shape)
    right_loss, right_dZ = ref.softmax_cross_entropy(Z, y)
    agree(loss, right_loss, name="loss")
    agree(dZ, right_dZ, name="dZ")


@grades("softmax_cross_entropy", points=2, hint="log(softmax(Z)) fails where a probability is rounded to 0.")
@cases("Z", typical=normal("3 d"), also_negative=normal("3 d", shift=-2.0))
def test_softmax_cross_entropy_survives_extreme_scores(student, Z):
    """With scores from -10000 to 10000, within a row and between rows, loss and dZ are finite and right."""
    y = np.array([0, 1, 2])
    spread = Z + np.array([[0.0, -1e4, 1e4]])
    apart = Z + np.array([[-1e4], [0.0], [1e4]])
    for far in (spread, apart):
        loss, dZ = loss_parts(student.softmax_cross_entropy(far, y), far.shape)
        right_loss, right_dZ = ref.softmax_cross_entropy(far, y)
        agree(loss, right_loss, name="loss")
        agree(dZ, right_dZ, name="dZ", condition=10)


@grades(
    "softmax_cross_entropy", points=1, hint="One object is still an array of shape (1, K); one class is always right."
)
@cases(
    "Z y",
    one_object=(normal("1 k"), labels("1", 4)),
    two_classes=(normal("1 2", scale=3.0), labels("1", 2)),
    one_class=(normal("n 1"), labels("n", 1)),
)
def test_softmax_cross_entropy_of_a_single_object_or_class(student, Z, y):
    """One object, or one class only, gives a loss and a dZ of the shape of Z like any other."""
    loss, dZ = loss_parts(student.softmax_cross_entropy(Z, y), Z.shape)
    right_loss, right_dZ = ref.softmax_cross_entropy(Z, y)
    agree(loss, right_loss, name="loss")
    agree(dZ, right_dZ, name="dZ")


# ---- dense_backward --------------------------------------------------------------------------------------------


def dense_part(answer, index, shape, name):
    """Return one of dA_prev, dW, db if it has the right form, whatever the others are."""
    part = sequence(answer, 3, name="(dA_prev, dW, db)")[index]
    return finite(shaped(part, shape, name=name), name=name)


def agree_dense(answer, dZ, A_prev, W):
    """Check all three parts of an answer."""
    parts = sequence(answer, 3, name="(dA_prev, dW, db)")
    for part, expected, name in zip(parts, ref.dense_backward(dZ, A_prev, W), ("dA_prev", "dW", "db"), strict=True):
        agree(part, expected, name=name)


@grades(
    "dense_backward", points=2, hint="<dZ, V W^T> = <dA_prev, V> for every V. Which product has the shape of A_prev?"
)
@cases(
    "dZ A_prev W",
    typical=(normal("n k"), normal("n d"), normal("k d")),
    square=(normal("4 4"), normal("4 4"), normal("4 4")),
    off_centre=(normal("m d", shift=1.0), normal("m 2", shift=-2.0), normal("d 2", shift=1.0)),
)
def test_dense_backward_predicts_what_the_input_does(student, dZ, A_prev, W):
    """Moving A_prev by V moves <dZ, Z> by <dA_prev, V>."""
    dA = dense_part(student.dense_backward(dZ, A_prev, W), 0, A_prev.shape, "dA_prev")
    agree_gradient(lambda A: A @ W.T, at=(A_prev,), got=dA, names="dA_prev", cotangent=dZ)


@grades("dense_backward", points=2, hint="<dZ, A_prev V^T> = <dW, V> for every V. Which product has the shape of W?")
@cases(
    "dZ A_prev W",
    typical=(normal("n k"), normal("n d"), normal("k d")),
    square=(normal("4 4"), normal("4 4"), normal("4 4")),
    off_centre=(normal("m d", shift=1.0), normal("m 2", shift=-2.0), normal("d 2", shift=1.0)),
)
def test_dense_backward_predicts_what_the_weights_do(student, dZ, A_prev, W):
    """Moving W by V moves <dZ, Z> by <dW, V>."""
    dW = dense_part(student.dense_backward(dZ, A_prev, W), 1, W.shape, "dW")
    agree_gradient(lambda V: A_prev @ V.T, at=(W,), got=dW, names="dW", cotangent=dZ)


@grades("dense_backward", points=2, hint="b is added to every row of Z, so every row of dZ counts, undivided.")
@cases(
    "dZ A_prev W",
    typical=(normal("n k"), normal("n d"), normal("k d")),
    square=(normal("4 4"), normal("4 4"), normal("4 4")),
    off_centre=(normal("m d", shift=1.0), normal("m 2", shift=-2.0), normal("d 2", shift=1.0)),
)
def test_dense_backward_predicts_what_the_biases_do(student, dZ, A_prev, W):
    """Moving b by v moves <dZ, Z> by <db, v>."""
    db = dense_part(student.dense_backward(dZ, A_prev, W), 2, W.shape[:1], "db")
    agree_gradient(lambda b: A_prev @ W.T + b, at=(np.zeros(len(W)),), got=db, names="db", cotangent=dZ)


@grades("dense_backward", points=1, hint="Convert all three to float64 arrays first.")
@cases(
    "dZ A_prev W",
    integer_arrays=(integers("n k", -3, 4), integers("n d", -3, 4), integers("k d", -3, 4)),
    integer_weights=(np.array([[0.5], [-0.25]]), np.array([[0.5, 0.0], [-1.5, 0.25]]), np.array([[1, 2]])),
    nested_lists=([[1, -2], [0, 3], [2, 2]], [[1], [0], [-1]], [[4], [5]]),
)
def test_dense_backward_answers_integers_and_lists_in_float64(student, dZ, A_prev, W):
    """Integer arrays and nested lists give three right float64 arrays."""
    answer = sequence(student.dense_backward(dZ, A_prev, W), 3, name="(dA_prev, dW, db)")
    right = ref.dense_backward(dZ, A_prev, W)
    for part, expected, name in zip(answer, right, ("dA_prev", "dW", "db"), strict=True):
        agree(shaped(part, expected.shape, name=name, dtype="float64"), expected, name=name)


@grades("dense_backward", points=1, hint="`dZ /= ...` and `dZ *= ...` change the caller's array.")
@cases(
    "dZ A_prev W",
    typical=(normal("n k"), normal("n d"), normal("k d")),
    square=(normal("4 4"), normal("4 4"), normal("4 4")),
)
def test_dense_backward_leaves_its_inputs_alone(student, dZ, A_prev, W):
    """Three right gradients, and dZ, A_prev and W are the same after the call."""
    agree_dense(unchanged(student.dense_backward, dZ, A_prev, W), dZ, A_prev, W)


@grades("dense_backward", points=1, hint="db has one axis, shape (n_out,); dA_prev and dW keep both of theirs.")
@cases(
    "dZ A_prev W",
    one_object=(normal("1 k"), normal("1 d"), normal("k d")),
    one_output=(normal("n 1"), normal("n d"), normal("1 d")),
    one_input=(normal("n k"), normal("n 1"), normal("k 1")),
    all_ones=(normal("1 1"), normal("1 1"), normal("1 1")),
)
def test_dense_backward_of_single_objects_and_neurons(student, dZ, A_prev, W):
    """One object, one output or one input: the three shapes are those of A_prev, W and b."""
    agree_dense(student.dense_backward(dZ, A_prev, W), dZ, A_prev, W)


@grades("dense_backward", points=1, hint="The 1/N of a mean loss is in dZ already; dividing again counts it twice.")
@cases(
    "dZ A_prev W",
    typical=(normal("n k"), normal("n d"), normal("k d")),
    square=(normal("4 4"), normal("4 4"), normal("4 4")),
)
def test_dense_backward_adds_up_over_the_objects(student, dZ, A_prev, W):
    """dW and db of a batch are the sums of those of its objects, one by one."""
    _, dW, db = sequence(student.dense_backward(dZ, A_prev, W), 3, name="(dA_prev, dW, db)")
    agree(dW, sum(np.outer(dz, a) for dz, a in zip(dZ, A_prev, strict=True)), name="dW")
    agree(db, sum(dZ), name="db")


# ---- backprop --------------------------------------------------------------------------------------------------


def flat(params):
    """Return the list W1, b1, W2, b2, ... of a network."""
    return [part for layer in params for part in layer]


def backprop_parts(answer, params):
    """Return the loss and the list dW1, db1, dW2, ... if the answer has the right form."""
    loss, grads = sequence(answer, 2, name="(loss, grads)")
    loss = finite(shaped(loss, (), name="loss"), name="loss")
    parts = []
    for number, (layer, (W, b)) in enumerate(zip(sequence(grads, len(params), name="grads"), params, strict=True), 1):
        dW, db = sequence(layer, 2, name=f"grads[{number - 1}]")
        parts.append(finite(shaped(dW, np.shape(W), name=f"dW{number}"), name=f"dW{number}"))
        parts.append(finite(shaped(db, np.shape(b), name=f"db{number}"), name=f"db{number}"))
    return loss, [part.astype(np.float64) for part in parts]


def agree_backprop(answer, params, X, y, act):
    """Check loss and gradients of an answer."""
    loss, parts = backprop_parts(answer, params)
    right_loss, right = ref.backprop(params, X, y, act)
    agree(loss, right_loss, name="loss")
    agree_parts(parts, flat(right))


def agree_parts(parts, right):
    """Compare gradients, given as lists dW1, db1, dW2, ...."""
    for i, (part, expected) in enumerate(zip(parts, right, strict=True)):
        agree(part, expected, name=f"{'db' if i % 2 else 'dW'}{i // 2 + 1}")


def network_loss(X, y, f):
    """Return the loss as a function of W1, b1, W2, b2, ..., also of complex ones."""

    def loss(*parts):
        hidden = X
        for W, b in zip(parts[:-2:2], parts[1:-2:2], strict=True):
            hidden = f(hidden @ W.T + b)
        return cross_entropy(hidden @ parts[-2].T + parts[-1], y)

    return loss


@grades(
    "backprop", points=3, hint="The forward pass: f on the hidden layers only, then the mean of -log p of the labels."
)
@cases(
    "setting act",
    two_hidden_layers=(problem(5, 3, 4, 4, 3), TANH),
    one_hidden_layer=(problem(7, 2, 5, 3), SINE),
    all_equal=(problem(4, 4, 4, 4, 4), SIGMOID),
)
def test_backprop_returns_the_loss(student, setting, act):
    """The first entry of the answer is the mean cross-entropy of the network's softmax."""
    params, X, y = setting
    loss, _ = sequence(student.backprop(params, X, y, act), 2, name="(loss, grads)")
    agree(loss, network_loss(X, y, act[0])(*flat(params)), name="loss")


@grades(
    "backprop",
    points=5,
    hint="dZ_l = dA_l * df(Z_l), with df at the pre-activation. Compare with differences, layer by layer.",
)
@cases(
    "setting act",
    two_hidden_layers=(problem(5, 3, 4, 4, 3), TANH),
    one_hidden_layer=(problem(7, 2, 5, 3), SINE),
    all_equal=(problem(4, 4, 4, 4, 4), SIGMOID),
    deep=(problem(6, 3, 5, 4, 6, 5, 2), TANH),
)
def test_backprop_predicts_the_change_of_the_loss(student, setting, act):
    """Moving any weights or biases by a little moves the loss by the sum of gradient times moves."""
    params, X, y = setting
    _, parts = backprop_parts(student.backprop(params, X, y, act), params)
    names = " ".join(f"dW{number} db{number}" for number in range(1, len(params) + 1))
    agree_gradient(network_loss(X, y, act[0]), at=flat(params), got=parts, names=names)


@grades("backprop", points=2, hint="Is the derivative df you use the one you were given, at every hidden layer?")
@cases(
    "setting act",
    relu=(away_from_kinks(RELU, 5, 3, 6, 4, 3), RELU),
    absolute_value=(away_from_kinks(ABS, 6, 2, 5, 4), ABS),
    relu_all_equal=(away_from_kinks(RELU, 4, 4, 4, 4, 4), RELU),
    no_bend=(problem(5, 3, 4, 2), IDENTITY),
)
def test_backprop_takes_any_activation(student, setting, act):
    """The gradients are right for relu, |z| and the identity too, away from their kinks."""
    params, X, y = setting
    agree_backprop(student.backprop(params, X, y, act), params, X, y, act)


@grades("backprop", points=2, hint="The loss is a mean over N objects. Where does its 1/N enter, and how often?")
@cases("setting", typical=problem(5, 3, 6, 4), all_equal=problem(4, 4, 4, 4), many=problem(13, 2, 3, 3, 2))
def test_backprop_of_a_batch_is_the_mean_of_its_objects(student, setting):
    """The gradient for a batch is the mean of the gradients for its objects, one by one."""
    params, X, y = setting
    _, parts = backprop_parts(student.backprop(params, X, y, TANH), params)
    single = [flat(ref.backprop(params, X[i : i + 1], y[i : i + 1], TANH)[1]) for i in range(len(X))]
    agree_parts(parts, [np.mean(part, axis=0) for part in zip(*single, strict=True)])


@grades(
    "backprop", points=1.5, hint="All parameters together must move along -gradient; one wrong layer spoils the fall."
)
@cases("setting", typical=problem(5, 3, 6, 4), all_equal=problem(4, 4, 4, 4), deep=problem(6, 2, 5, 3, 4, 3))
def test_backprop_points_straight_uphill(student, setting):
    """Along the gradient g the loss rises at the rate |g|^2, as steeply as it can."""
    params, X, y = setting
    _, parts = backprop_parts(student.backprop(params, X, y, TANH), params)
    moved = [part + 1e-30j * step for part, step in zip(flat(params), parts, strict=True)]
    with np.errstate(all="ignore"):
        rate = np.imag(network_loss(X, y, np.tanh)(*moved)) / 1e-30
        square = sum(float(np.sum(part**2)) for part in parts)
    steepest = sum(float(np.sum(part**2)) for part in flat(ref.backprop(params, X, y, TANH)[1]))
    agree(square, steepest, name="|g|^2")
    agree(rate, steepest, name="the rate of change along g")


@grades("backprop", points=1.5, hint="Without biases, doubling W_l doubles the logits, whichever layer l is.")
@cases(
    "setting",
    typical=away_from_kinks(RELU, 5, 4, 6, 5, 3, bias=0.0),
    all_equal=away_from_kinks(RELU, 4, 4, 4, 4, 4, bias=0.0),
    shallow=away_from_kinks(RELU, 6, 3, 7, 4, bias=0.0),
)
def test_backprop_of_a_relu_network_balances_its_layers(student, setting):
    """With relu and zero biases, the sum of W_l times dW_l is the same for every layer: that of Z_L times dZ_L."""
    params, X, y = setting
    _, parts = backprop_parts(student.backprop(params, X, y, RELU), params)
    Z = forward(X, params, RELU[0])
    common = np.sum(Z * ref.softmax_cross_entropy(Z, y)[1])
    with np.errstate(all="ignore"):
        inner = [np.sum(W * dW) for (W, _), dW in zip(params, parts[::2], strict=True)]
    agree(inner, np.full(len(params), common), name="<W_l, dW_l>")


@grades("backprop", points=2, hint="Convert X to float64, and keep no result in an array like an integer one.")
@cases(
    "setting",
    integer_arrays=whole_problem(5, 3, 4, 2),
    lists=([(np.array([[1, -1], [0, 2]]), np.array([1, 0])), (np.array([[1, 1], [2, -1]]), np.array([0, 1]))],
           [[1, -2], [0, 1], [3, 1]], [0, 1, 1]),
    no_hidden_layer=whole_problem(5, 3, 4),
)  # fmt: skip
def test_backprop_answers_integers_and_lists_in_float64(student, setting):
    """Integer weights and objects, and lists for X and y, give right gradients in float64."""
    params, X, y = setting
    loss, grads = sequence(student.backprop(params, X, y, TANH), 2, name="(loss, grads)")
    agree_backprop((loss, grads), params, X, y, TANH)
    shaped(loss, (), name="loss", dtype="float64")
    for number, layer in enumerate(grads, 1):
        for part, name in zip(layer, (f"dW{number}", f"db{number}"), strict=True):
            shaped(part, np.shape(part), name=name, dtype="float64")


@grades("backprop", points=1.5, hint="Backprop only looks: no step is taken, and no array of the caller is written to.")
@cases("setting", typical=problem(5, 3, 6, 4), all_equal=problem(4, 4, 4, 4))
def test_backprop_leaves_its_inputs_alone(student, setting):
    """The right gradients, and params, X and y are the same after the call."""
    params, X, y = setting
    agree_backprop(unchanged(student.backprop, params, X, y, TANH), params, X, y, TANH)


@grades("backprop", points=1.5, hint="The way back visits the last layer first; grads lists the first layer first.")
@cases("setting", all_equal=problem(4, 4, 4, 4, 4), narrow=problem(5, 2, 2, 2, 2), decreasing=problem(7, 6, 5, 4, 3))
def test_backprop_lists_the_layers_in_the_order_of_params(student, setting):
    """grads[l] holds dW and db of params[l], in the shapes of W and b."""
    params, X, y = setting
    _, parts = backprop_parts(student.backprop(params, X, y, SINE), params)
    agree_parts(parts, flat(ref.backprop(params, X, y, SINE)[1]))


@grades(
    "backprop", points=2.5, hint="Keep Z_l and A_l from one forward pass; do not compute them again for each layer."
)
@cases("setting", four=problem(5, 3, 3, 3, 3, 3), nine=problem(4, *[3] * 10), sixteen=problem(3, *[2] * 17))
def test_backprop_has_linear_cost(student, setting):
    """The gradients are right, and f and df are called at most 2 (L - 1) times each, on the whole batch."""
    params, X, y = setting
    f, df = Recorder(TANH[0]), Recorder(TANH[1])
    agree_backprop(student.backprop(params, X, y, (f, df)), params, X, y, TANH)
    called(f, at_most=2 * (len(params) - 1), name="f")
    called(df, at_most=2 * (len(params) - 1), name="df")


@grades("backprop", points=1.5, hint="With L = 1 the logits are X W^T + b: dW = dZ^T X and db sums the rows of dZ.")
@cases("setting", typical=problem(5, 3, 2), square=problem(4, 4, 4), one_object=problem(1, 3, 4))
def test_backprop_without_hidden_layer(student, setting):
    """A network of one layer has the gradient of softmax regression, and f and df are never called."""
    params, X, y = setting
    f, df = Recorder(_forbidden), Recorder(_forbidden)
    agree_backprop(student.backprop(params, X, y, (f, df)), params, X, y, TANH)
    called(f, exactly=0, name="f")
    called(df, exactly=0, name="df")


def _forbidden(_):
    raise RuntimeError("the activation was called")


@grades("backprop", points=1, hint="One object or one neuron still has its axis: shapes (1, n) and (n, 1).")
@cases("setting", one_object=problem(1, 3, 5, 4), bottleneck=problem(5, 3, 1, 4), one_feature=problem(6, 1, 3, 1, 2))
def test_backprop_of_single_objects_and_neurons(student, setting):
    """One object, one feature, or a hidden layer of one neuron makes no difference."""
    params, X, y = setting
    agree_backprop(student.backprop(params, X, y, TANH), params, X, y, TANH)


# ---- mult_counts -----------------------------------------------------------------------------------------------


def counts(answer):
    """Return the two numbers if the answer has the right form."""
    ahead, back = sequence(answer, 2, name="(forward, backward)")
    return finite(shaped(ahead, (), name="forward"), name="forward"), finite(
        shaped(back, (), name="backward"), name="backward"
    )


@grades(
    "mult_counts",
    points=3,
    hint="X @ W.T with shapes (N, n_in) and (n_in, n_out): one product for each of three indices.",
)
@cases(
    "widths N", shallow=([3, 7, 4], 5), deep=([5, 2, 6, 3, 8], 11), constant=([4, 4, 4], 4), one_object=([6, 1, 5], 1)
)
def test_mult_counts_of_the_forward_pass(student, widths, N):
    """The first number counts the multiplications of all products A W^T."""
    ahead, _ = counts(student.mult_counts(widths, N))
    expected = sum(N * np.zeros((n_out, n_in)).size for n_in, n_out in pairwise(widths))
    agree(ahead, expected, name="forward")


@grades("mult_counts", points=3, hint="Two products per layer, dZ^T A and dZ W; who needs the second one at layer 1?")
@cases(
    "widths N", shallow=([3, 7, 4], 5), deep=([5, 2, 6, 3, 8], 11), constant=([4, 4, 4], 4), one_object=([6, 1, 5], 1)
)
def test_mult_counts_of_the_backward_pass(student, widths, N):
    """The second number counts those of all products dZ^T A, and of dZ W for all layers but the first."""
    _, back = counts(student.mult_counts(widths, N))
    weights = sum(N * np.zeros((n_out, n_in)).size for n_in, n_out in pairwise(widths))
    errors = sum(N * np.zeros((n_out, n_in)).size for n_in, n_out in pairwise(widths[1:]))
    agree(back, weights + errors, name="backward")


@grades("mult_counts", points=1, hint="Return a pair of int, not float: counting uses + and * only.")
@cases("widths N", plain=([3, 5, 2], 6), numpy_number=([2, 2, 2, 2], np.int64(3)))
def test_mult_counts_returns_integers(student, widths, N):
    """Both numbers are right and are integers."""
    ahead, back = sequence(student.mult_counts(widths, N), 2, name="(forward, backward)")
    right_ahead, right_back = ref.mult_counts(widths, N)
    agree(shaped(ahead, (), name="forward", dtype="int64"), right_ahead, name="forward")
    agree(shaped(back, (), name="backward", dtype="int64"), right_back, name="backward")


@grades("mult_counts", points=1, hint="Index and loop only; do not add or multiply whole lists, and do not pop.")
@cases("widths N", a_list=([3, 5, 2], 6), a_tuple=((3, 5, 2), 6), an_array=(np.array([4, 2, 7, 3]), 5))
def test_mult_counts_takes_lists_tuples_and_arrays(student, widths, N):
    """widths may be a list, a tuple or an integer array, and is the same after the call."""
    ahead, back = counts(unchanged(student.mult_counts, widths, N))
    right_ahead, right_back = ref.mult_counts(widths, N)
    agree(ahead, right_ahead, name="forward")
    agree(back, right_back, name="backward")


@grades("mult_counts", points=1, hint="For widths (n, K) the error is not carried anywhere: dZ^T A is all there is.")
@cases("widths N", many_classes=([64, 10], 32), one_output=([7, 1], 5), smallest=([1, 1], 1))
def test_mult_counts_without_hidden_layer(student, widths, N):
    """A network of one layer needs as many multiplications backward as forward."""
    ahead, back = counts(student.mult_counts(widths, N))
    agree(ahead, N * widths[0] * widths[1], name="forward")
    agree(back, N * widths[0] * widths[1], name="backward")


@grades("mult_counts", points=1, hint="Beyond 2^53 floats skip integers; Python's int does not.")
@cases("widths N", wide=([10**8 + 1, 10**8 + 3], 3), deep=([10**5 + 1] * 6, 10**6 + 1))
def test_mult_counts_is_exact_for_huge_networks(student, widths, N):
    """Counts beyond 10^16 are exact to the last digit."""
    ahead, back = sequence(student.mult_counts(widths, N), 2, name="(forward, backward)")
    right_ahead, right_back = ref.mult_counts(widths, N)
    agree(shaped(ahead, (), name="forward", dtype="int64"), right_ahead, name="forward")
    agree(shaped(back, (), name="backward", dtype="int64"), right_back, name="backward")


# ---- capstone_digits -------------------------------------------------------------------------------------------


def trained(answer):
    """Return the params of a network from 64 inputs to 10 outputs that keeps to the rules."""
    layers = sequence(answer, None, name="params")
    between(len(layers), 2, 100, name="the number of layers")
    params, n_in, size = [], 64, 0
    for index, layer in enumerate(layers):
        W, b = sequence(layer, 2, name=f"params[{index}]")
        W = finite(shaped(W, (None, n_in), name=f"params[{index}][0]"), name=f"params[{index}][0]")
        b = finite(shaped(b, (len(W),), name=f"params[{index}][1]"), name=f"params[{index}][1]")
        params.append((W.astype(np.float64), b.astype(np.float64)))
        n_in, size = len(W), size + W.size + b.size
    agree(n_in, 10, name="the number of outputs")
    between(size, 0, 10_000, name="the number of parameters")
    return params


def train_and_judge(student, splits):
    """Return the training loss and the test accuracy of the student's networks, averaged over the splits."""
    losses, accuracies = [], []
    for X_train, y_train, X_test, y_test, rng in splits:
        params = trained(student.capstone_digits(X_train, y_train, rng))
        with np.errstate(all="ignore"):
            scores = log_softmax(forward(X_train, params, RELU[0]))
            losses.append(-scores[np.arange(len(y_train)), y_train].mean())
            accuracies.append(np.mean(forward(X_test, params, RELU[0]).argmax(axis=1) == y_test))
    return float(np.mean(losses)), float(np.mean(accuracies))


@grades("capstone_digits", points=7.5, hint="Plot the loss after every epoch: does it fall? Try the step 0.2.")
@cases("splits", digits=three_splits)
def test_capstone_digits_reads_nine_of_ten(student, splits):
    """The network reads at least 90 % of the test images, on average over three splits."""
    _, accuracy = train_and_judge(student, splits)
    between(accuracy, 0.90, 1.0, name="the mean accuracy")


@grades(
    "capstone_digits",
    points=7.5,
    hint="More epochs, a fresh order in each, and initial weights of size sqrt(2 / n_in).",
)
@cases("splits", digits=three_splits)
def test_capstone_digits_reads_ninety_three_percent(student, splits):
    """It reads at least 93 %, and its training loss is at most 0.15, on average over three splits."""
    loss, accuracy = train_and_judge(student, splits)
    between(accuracy, 0.93, 1.0, name="the mean accuracy")
    between(loss, 0.0, 0.15, name="the mean training loss")
