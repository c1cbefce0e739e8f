"""Hidden tests: artificial neural networks.

A test that a function could pass without computing anything would be a gift, so shapes, dtypes and purity are
looked at on right answers only. The one exception is the activation: there relu alone stands for all five, so that a
slip in one formula costs that formula and nothing else.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

import reference.networks as ref
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
    integers,
    normal,
    raises,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"
NAMES = ("relu", "abs", "leaky_relu", "sigmoid", "tanh")
BITS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0.0, 1.0, 1.0, 0.0])


def relu(z):
    """Return max(z, 0) entry by entry."""
    return np.maximum(z, 0.0)


# ---- inputs ----------------------------------------------------------------------------------------------------


def network(*widths, bias=1.0):
    """Draw params [(W1, b1), ...] of the given widths; with bias=0 all b are zero."""

    def layer(rng, n_in, n_out):
        return rng.standard_normal((n_out, n_in)) / np.sqrt(n_in), bias * (1 + rng.standard_normal(n_out))

    return draw(lambda rng: [layer(rng, *pair) for pair in pairwise(widths)])


def whole_network(*widths):
    """Draw params with small integers, none of them zero."""

    def whole(rng, *shape):
        return rng.integers(1, 4, shape) * rng.choice([-1, 1], shape)

    return draw(lambda rng: [(whole(rng, b, a), whole(rng, b)) for a, b in pairwise(widths)])


def points(m, start=-1.5, stretch=1.0, height=3.0):
    """Draw m + 1 points (x, y) with all gaps different and x from ``start`` on."""

    def make(rng):
        gaps = stretch * rng.permutation(np.linspace(0.3, 1.2, m))
        return start + np.concatenate([[0.0], np.cumsum(gaps)]), height * rng.uniform(-1, 1, m + 1)

    return draw(make)


def sine(m):
    """Draw the sine at m + 1 points of [0, pi] with uneven gaps."""

    def make(rng):
        gaps = rng.uniform(0.5, 1.0, m)
        x = np.pi * np.concatenate([[0.0], np.cumsum(gaps)]) / gaps.sum()
        return x, np.sin(x)

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


# ---- activation ------------------------------------------------------------------------------------------------


@grades("activation", points=2, hint="Look at negative numbers: relu gives 0 there, abs changes the sign.")
@cases("z", vector=normal("m", scale=2.0), matrix=normal("n k", scale=50.0), cube=normal("n 2 d"))
def test_activation_relu_and_abs(student, z):
    """relu is max(z, 0) and abs is |z|, entry by entry."""
    agree(student.activation("relu", z), np.maximum(z, 0.0), name="relu(z)")
    agree(student.activation("abs", z), np.abs(z), name="abs(z)")


@grades("activation", points=1, hint="Which side is the steep one, and how flat is the other?")
@cases("z", vector=normal("m", scale=2.0), matrix=normal("n k", scale=50.0), cube=normal("n 2 d"))
def test_activation_leaky_relu(student, z):
    """leaky_relu keeps positive numbers and multiplies negative ones by 0.01."""
    agree(student.activation("leaky_relu", z), ref.activation("leaky_relu", z), name="leaky_relu(z)")


@grades("activation", points=1.5, hint="Two quick checks: sigmoid(0) = 1/2, and sigmoid(z) + sigmoid(-z) = 1.")
@cases("z", vector=normal("m"), matrix=normal("n k", scale=3.0), cube=normal("n 2 d"))
def test_activation_sigmoid(student, z):
    """Sigmoid is 1 / (1 + exp(-z)), entry by entry."""
    value = agree(student.activation("sigmoid", z), ref.activation("sigmoid", z), name="sigmoid(z)")
    mirror = agree(student.activation("sigmoid", -z), ref.activation("sigmoid", -z), name="sigmoid(-z)")
    agree(value + mirror, np.ones(z.shape), name="sigmoid(z) + sigmoid(-z)")


@grades("activation", points=1.5, hint="Quick checks: tanh is odd, and tanh(z) = 2 sigmoid(2z) - 1.")
@cases("z", vector=normal("m"), matrix=normal("n k", scale=3.0), cube=normal("n 2 d"))
def test_activation_tanh(student, z):
    """Tanh is the hyperbolic tangent, entry by entry."""
    agree(student.activation("tanh", z), ref.activation("tanh", z), name="tanh(z)")


@grades("activation", points=1, hint="Start with np.asarray(z, dtype=np.float64).")
@cases(
    "z",
    integer_array=integers("n d", -9, 10),
    nested_list=[[-3, 2], [0, 5], [-1, 4]],
    plain_float=-1.25,
    plain_integer=-3,
    one_entry=normal("1 1"),
)
def test_activation_answers_in_float64_of_the_same_shape(student, z):
    """Integers, lists and plain numbers are welcome; the answer is float64 and has the shape of z."""
    exact = np.asarray(z, dtype=np.float64)
    agree(student.activation("relu", z), np.maximum(exact, 0.0), name="relu(z)")
    for name in NAMES:
        same = finite(shaped(student.activation(name, exact), exact.shape, name=f"{name}(z)"), name=f"{name}(z)")
        value = shaped(student.activation(name, z), exact.shape, name=f"{name}(z)", dtype="float64")
        agree(value, same, name=f"{name}(z)")


@grades("activation", points=1, hint="np.asarray does not copy; do not write into what it returns.")
@cases("z", matrix=normal("n k"), whole_numbers=integers("m", -9, 10))
def test_activation_leaves_its_input_alone(student, z):
    """The array handed in is the same after the call."""
    agree(unchanged(student.activation, "relu", z), np.maximum(z, 0), name="relu(z)")
    for name in NAMES:
        shaped(unchanged(student.activation, name, z), z.shape, name=f"{name}(z)")


@grades("activation", points=1, hint="Which exponential overflows? Both formulas have a form in which none does.")
@cases(
    "z",
    thousand=np.array([-1e3, -750.0, 0.0, 750.0, 1e3]),
    largest=np.array([[-1e308, 1e308], [-1e5, 1e5]]),
)
def test_activation_saturates_instead_of_overflowing(student, z):
    """For huge z, sigmoid is 0 or 1, tanh is -1 or 1, and no activation gives nan or inf."""
    agree(student.activation("sigmoid", z), np.heaviside(z, 0.5), name="sigmoid(z)")
    agree(student.activation("tanh", z), np.sign(z), name="tanh(z)")
    for name in ("relu", "abs", "leaky_relu"):
        finite(shaped(student.activation(name, z), z.shape, name=f"{name}(z)"), name=f"{name}(z)")


@grades("activation", points=1, hint="raise ValueError(...) after the last known name.")
@cases("name", other_function="softplus", misspelt="sigmoyd", empty="")
def test_activation_rejects_unknown_names(student, name):
    """A name that is not one of the five raises a ValueError."""
    agree(student.activation("relu", np.array([-2.0, 3.0])), [0.0, 3.0], name="relu(z)")
    raises(student.activation, name, np.array([-2.0, 3.0]))


# ---- softmax ---------------------------------------------------------------------------------------------------


@grades("softmax", points=1, hint="Add up the entries of one row.")
@cases("Z", typical=normal("n k", scale=2.0), square=normal("4 4"), wide=normal("d 9", scale=4.0))
def test_softmax_gives_a_distribution_in_each_row(student, Z):
    """The entries are not negative, and each row sums to 1."""
    P = between(shaped(student.softmax(Z), Z.shape, name="P"), 0, 1, name="P", slack=1e-6)
    agree(P.sum(axis=1), np.ones(len(Z)), name="row sums of P")


@grades("softmax", points=3, hint="In a row, p_j / p_k = exp(z_j - z_k).")
@cases("Z", typical=normal("n k", scale=2.0), square=normal("4 4"), off_centre=normal("m d", shift=-3.0))
def test_softmax_weighs_the_classes_exponentially(student, Z):
    """Each probability is proportional to the exponential of its score."""
    agree(student.softmax(Z), ref.softmax(Z), name="softmax(Z)")


@grades("softmax", points=1, hint="With two classes, p_1 = sigmoid(z_1 - z_2); with one class, p_1 = 1.")
@cases("Z", one_object=normal("1 k"), two_classes=normal("1 2", scale=3.0), one_class=normal("n 1"))
def test_softmax_of_a_single_row_or_class(student, Z):
    """One object, or one class only, is an array with two axes like any other."""
    agree(student.softmax(Z), ref.softmax(Z), name="softmax(Z)")


@grades("softmax", points=1, hint="The constant may differ from row to row.")
@cases("Z shift", typical=(normal("n k"), normal("n", scale=30.0)), square=(normal("4 4"), normal("4", scale=30.0)))
def test_softmax_does_not_feel_a_shift_of_a_row(student, Z, shift):
    """Adding a constant to all scores of a row leaves its probabilities as they are."""
    agree(student.softmax(Z + shift[:, None]), ref.softmax(Z), name="softmax(Z + c)", condition=10)


@grades("softmax", points=1, hint="Convert Z to float64 before anything else.")
@cases("Z", integer_array=integers("n k", -4, 5), nested_list=[[1, -2, 0], [3, 3, -1]])
def test_softmax_answers_integers_and_lists_in_float64(student, Z):
    """Integer arrays and nested lists give right probabilities in a float64 array."""
    expected = ref.softmax(np.asarray(Z, dtype=np.float64))
    agree(shaped(student.softmax(Z), expected.shape, name="softmax(Z)", dtype="float64"), expected, name="softmax(Z)")


@grades("softmax", points=1, hint="`Z -= ...` writes into the caller's array; `Z = Z - ...` does not.")
@cases("Z", typical=normal("n k", scale=2.0), square=normal("4 4", shift=1.0))
def test_softmax_leaves_its_input_alone(student, Z):
    """The right probabilities, and the array handed in is the same after the call."""
    agree(unchanged(student.softmax, Z), ref.softmax(Z), name="softmax(Z)")


@grades("softmax", points=1, hint="exp(1000) overflows and exp(-1000) is 0. Shift first.")
@cases(
    "Z high",
    all_high=(normal("n k"), 1e4),
    all_low=(normal("n k"), -1e4),
    one_row=(normal("1 k", scale=2.0), -1e3),
)
def test_softmax_survives_extreme_scores(student, Z, high):
    """Scores around 1000 or 10000, of either sign, give probabilities and not nan."""
    agree(student.softmax(Z + high), ref.softmax(Z), name="softmax(Z)", condition=10)


@grades("softmax", points=1, hint="Each row needs its own shift.")
@cases("Z", three_rows=normal("3 k"), square=normal("3 3"))
def test_softmax_survives_rows_far_apart(student, Z):
    """Rows at -10000, 0 and 10000 in one batch are all right, and so is a row that spans this range."""
    far = np.array([[-1e4], [0.0], [1e4]])
    agree(student.softmax(Z + far), ref.softmax(Z), name="softmax(Z)", condition=10)
    agree(student.softmax([[0.0, -1e4, 1e4], [0.0, 0.0, -1e4]]), [[0.0, 0.0, 1.0], [0.5, 0.5, 0.0]])


# ---- log_softmax -----------------------------------------------------------------------------------------------


@grades(
    "log_softmax", points=3, hint="log p_k = z_k - log(sum of exp(z_j)): what was subtracted inside must come back."
)
@cases(
    "Z",
    typical=normal("n k", scale=2.0),
    square=normal("4 4"),
    off_centre=normal("m d", shift=-3.0),
    one_object=normal("1 k", scale=2.0),
    one_class=normal("n 1"),
)
def test_log_softmax_is_the_logarithm_of_softmax(student, Z):
    """For moderate scores the answer is the natural logarithm of the softmax, row by row."""
    agree(student.log_softmax(Z), ref.log_softmax(Z), name="log_softmax(Z)")


@grades("log_softmax", points=1, hint="exp of a row of the answer must sum to 1.")
@cases("Z", typical=normal("n k", scale=2.0), square=normal("4 4"), wide=normal("d 20", scale=4.0))
def test_log_softmax_exponentiates_to_a_distribution(student, Z):
    """No entry is positive, and the exponentials of each row sum to 1."""
    L = shaped(student.log_softmax(Z), Z.shape, name="L")
    L = between(L, -200.0, 0.0, name="L", slack=1e-6)  # no gap between these scores is near 200
    agree(np.exp(L).sum(axis=1), np.ones(len(Z)), name="row sums of exp(L)")


@grades("log_softmax", points=1, hint="The logarithms of probabilities are scores too. What is their softmax?")
@cases("Z", typical=normal("n k", scale=2.0), square=normal("4 4"), off_centre=normal("m d", shift=5.0))
def test_log_softmax_of_log_softmax_changes_nothing(student, Z):
    """Applied to its own answer, log_softmax returns that answer."""
    once = agree(student.log_softmax(Z), ref.log_softmax(Z), name="log_softmax(Z)")
    agree(student.log_softmax(once), ref.log_softmax(Z), name="log_softmax(log_softmax(Z))")


@grades("log_softmax", points=1, hint="The constant may differ from row to row.")
@cases(
    "Z shift",
    typical=(normal("n k", scale=3.0), normal("n", scale=30.0)),
    square=(normal("4 4", scale=3.0), normal("4", scale=30.0)),
)
def test_log_softmax_does_not_feel_a_shift_of_a_row(student, Z, shift):
    """Adding a constant to all scores of a row leaves its log-probabilities as they are."""
    agree(student.log_softmax(Z + shift[:, None]), ref.log_softmax(Z), name="log_softmax(Z + c)", condition=10)


@grades("log_softmax", points=1, hint="Convert Z to float64 before anything else.")
@cases("Z", integer_array=integers("n k", -4, 5), nested_list=[[1, -2, 0], [3, 3, -1]])
def test_log_softmax_answers_integers_and_lists_in_float64(student, Z):
    """Integer arrays and nested lists give right log-probabilities in a float64 array."""
    expected = ref.log_softmax(np.asarray(Z, dtype=np.float64))
    value = shaped(student.log_softmax(Z), expected.shape, name="log_softmax(Z)", dtype="float64")
    agree(value, expected, name="log_softmax(Z)")


@grades("log_softmax", points=1, hint="`Z -= ...` writes into the caller's array; `Z = Z - ...` does not.")
@cases("Z", typical=normal("n k", scale=2.0), square=normal("4 4", shift=1.0))
def test_log_softmax_leaves_its_input_alone(student, Z):
    """The right log-probabilities, and the array handed in is the same after the call."""
    agree(unchanged(student.log_softmax, Z), ref.log_softmax(Z), name="log_softmax(Z)")


@grades("log_softmax", points=1, hint="A probability may round to 0; its logarithm must not be taken from there.")
@cases("Z", typical=normal("n d"), square=normal("3 3"))
def test_log_softmax_survives_wide_gaps_within_a_row(student, Z):
    """With scores from -10000 to 10000 in one row the answer is finite and accurate."""
    spread = Z + np.array([0.0, -1e4, 1e4])
    expected = spread - spread[:, 2:]  # the other two classes together weigh less than exp(-9000)
    agree(student.log_softmax(spread), expected, name="log_softmax(Z)")


@grades("log_softmax", points=1, hint="Each row needs its own shift.")
@cases("Z", three_rows=normal("3 k", scale=3.0), square=normal("3 3", scale=3.0))
def test_log_softmax_survives_rows_far_apart(student, Z):
    """Rows at -10000, 0 and 10000 in one batch are all right."""
    far = np.array([[-1e4], [0.0], [1e4]])
    agree(student.log_softmax(Z + far), ref.log_softmax(Z), name="log_softmax(Z)", condition=10)


# ---- forward ---------------------------------------------------------------------------------------------------


@grades(
    "forward", points=4, hint="Row i of W belongs to neuron i: W x + b. Is every bias added, every hidden layer bent?"
)
@cases(
    "X params act",
    all_widths_different=(normal("n d"), network(3, 7, 4, 2), np.tanh),
    square_layers=(normal("4 4"), network(4, 4, 4, 4), np.tanh),
    relu_and_negative_numbers=(normal("n d", shift=-1.0), network(3, 6, 5), relu),
    narrow=(normal("m d"), network(3, 1, 4), np.tanh),
)
def test_forward_composes_the_layers(student, X, params, act):
    """The network's values are those of the formula."""
    agree(student.forward(X, params, act), ref.forward(X, params, act), name="f(X)")


@grades("forward", points=2, hint="Numbers, names and order of the hidden neurons mean nothing; their sum does.")
@cases(
    "X params by",
    wide=(normal("n d"), network(3, 7, 4), 3),
    square=(normal("4 4"), network(4, 4, 4), 1),
    deep=(normal("m d"), network(3, 5, 4, 2), 2),
)
def test_forward_does_not_depend_on_the_order_of_hidden_neurons(student, X, params, by):
    """Renumbering the neurons of a hidden layer leaves the network's values as they are."""
    (W1, b1), (W2, b2), *rest = params
    renumbered = [(np.roll(W1, by, axis=0), np.roll(b1, by)), (np.roll(W2, by, axis=1), b2), *rest]
    agree(student.forward(X, renumbered, np.tanh), ref.forward(X, params, np.tanh), name="f(X)")


@grades("forward", points=1, hint="One object, or one output, is still an array with two axes.")
@cases("X params", many_outputs=(normal("d 4"), network(4, 6, 5)), one_output=(normal("d 4"), network(4, 6, 1)))
def test_forward_treats_each_object_on_its_own(student, X, params):
    """Each object gives the same values alone as in a batch."""
    whole = ref.forward(X, params, np.tanh)
    agree(student.forward(X, params, np.tanh), whole, name="f(X)")
    for i in range(len(X)):
        agree(student.forward(X[i : i + 1], params, np.tanh), whole[i : i + 1], name=f"f(row {i} alone)")


@grades(
    "forward", points=2, hint="With relu and without biases, f(c x) = c f(x) for c > 0: the input layer is not bent."
)
@cases(
    "X params c",
    shallow=(normal("n d"), network(3, 7, 4, bias=0.0), 2.5),
    deep=(normal("4 4"), network(4, 4, 4, 4, bias=0.0), 0.1),
)
def test_forward_with_relu_and_no_biases_is_homogeneous(student, X, params, c):
    """Stretching the input of a relu network without biases stretches its values by the same factor."""
    agree(student.forward(c * X, params, relu), c * ref.forward(X, params, relu), name="f(c X)")


@grades("forward", points=1.5, hint="Convert X to float64 first; the rest follows.")
@cases(
    "X params",
    integer_array=(integers("n d", -3, 4), network(3, 4, 2)),
    nested_list=([[1, -2, 0], [2, 2, -1]], network(3, 4, 2)),
    integer_weights=(integers("n d", -3, 4), whole_network(3, 4, 2)),
    integers_and_no_hidden_layer=(integers("n d", -3, 4), whole_network(3, 2)),
)
def test_forward_answers_integers_and_lists_in_float64(student, X, params):
    """Integer arrays and nested lists give right values in a float64 array."""
    exact = [(W.astype(np.float64), b.astype(np.float64)) for W, b in params]
    expected = ref.forward(np.asarray(X, dtype=np.float64), exact, np.tanh)
    agree(
        shaped(student.forward(X, params, np.tanh), expected.shape, name="f(X)", dtype="float64"), expected, name="f(X)"
    )


@grades("forward", points=1.5, hint="`X @= ...`, `+=` and writing into slices change the caller's arrays.")
@cases("X params", typical=(normal("n d"), network(3, 7, 2)), square=(normal("4 4"), network(4, 4, 4)))
def test_forward_leaves_its_inputs_alone(student, X, params):
    """The right values, and X and params are the same after the call."""
    agree(unchanged(student.forward, X, params, np.tanh), ref.forward(X, params, np.tanh), name="f(X)")


@grades("forward", points=1.5, hint="The activation belongs to the hidden layers only.")
@cases(
    "X params shift",
    typical=(normal("n d"), network(3, 7, 2), normal("2", scale=9.0)),
    square=(normal("4 4"), network(4, 4, 4), normal("4", scale=9.0)),
)
def test_forward_does_not_bend_the_output(student, X, params, shift):
    """Adding a constant to the last bias adds it to the network's values."""
    *hidden, (W, b) = params
    value = student.forward(X, [*hidden, (W, b + shift)], np.tanh)
    agree(value, ref.forward(X, params, np.tanh) + shift, name="f(X)")


@grades("forward", points=1.5, hint="With L = 1 there is no hidden layer, so there is nothing to bend.")
@cases(
    "X params",
    typical=(normal("n d"), network(3, 4)),
    square=(normal("4 4"), network(4, 4)),
    one_output=(normal("1 d"), network(3, 1)),
)
def test_forward_without_hidden_layer_is_affine(student, X, params):
    """A network of one layer is x -> W x + b, and its activation is never called."""
    act = Recorder(_forbidden)
    agree(student.forward(X, params, act), ref.forward(X, params, np.tanh), name="f(X)")
    called(act, exactly=0, name="act")


def _forbidden(_):
    raise RuntimeError("the activation was called")


# ---- count_parameters ------------------------------------------------------------------------------------------


@grades("count_parameters", points=2, hint="Each neuron after the input layer has one weight per input and one bias.")
@cases("widths", shallow=[3, 7, 4], deep=[5, 2, 6, 3, 8], constant=[4, 4, 4], narrow=[6, 1, 5])
def test_count_parameters_counts_all_weights_and_biases(student, widths):
    """The answer is the number of entries of all W and b together."""
    expected = sum(np.zeros((b, a)).size + np.zeros(b).size for a, b in pairwise(widths))
    agree(student.count_parameters(widths), expected, name="the number of parameters")


@grades("count_parameters", points=1, hint="A new neuron has weights to it, weights from it, and a bias.")
@cases("widths layer", shallow=([5, 3, 2], 1), deep=([4, 6, 3, 7, 2], 2), last_hidden=([4, 6, 3, 7, 2], 3))
def test_count_parameters_of_one_more_neuron(student, widths, layer):
    """One more neuron in a hidden layer adds its incoming weights, its bias and its outgoing weights."""
    before, after = widths[layer - 1], widths[layer + 1]
    wider = [*widths[:layer], widths[layer] + 1, *widths[layer + 1 :]]
    expected = ref.count_parameters(widths) + before + 1 + after
    agree(student.count_parameters(wider), expected, name="the number of parameters")


@grades("count_parameters", points=1, hint="Return an int; and what if widths is a tuple or an array?")
@cases("widths", plain_list=[3, 5, 2], plain_tuple=(3, 5, 2), array=np.array([3, 5, 2]))
def test_count_parameters_returns_an_integer(student, widths):
    """The answer is an integer for lists, tuples and arrays, and widths is the same after the call."""
    value = unchanged(student.count_parameters, widths)
    agree(shaped(value, (), name="the number of parameters", dtype="int64"), 32, name="the number of parameters")


@grades("count_parameters", points=0.5, hint="For widths (n, K) there is one layer.")
@cases("widths", many_classes=[64, 10], one_output=[7, 1], one_input=[1, 6])
def test_count_parameters_without_hidden_layer(student, widths):
    """A single layer from n inputs to K outputs has K (n + 1) parameters."""
    n, K = widths
    agree(student.count_parameters(widths), K * (n + 1), name="the number of parameters")


@grades("count_parameters", points=0.5, hint="Multiply integers, not floats or 32-bit numbers.")
@cases("widths", wide=[300_007, 200_003, 100_003], very_wide=[400_000_010, 70_000_001, 9])
def test_count_parameters_is_exact_for_huge_networks(student, widths):
    """Also beyond 2^53 the count is exact."""
    agree(student.count_parameters(widths), ref.count_parameters(widths), name="the number of parameters")


# ---- collapse_affine -------------------------------------------------------------------------------------------


@grades("collapse_affine", points=3, hint="The last layer acts last, so its matrix stands on the left.")
@cases(
    "params",
    two_layers=network(3, 7, 4),
    widths_all_different=network(3, 7, 4, 2),
    square_layers=network(4, 4, 4, 4),
)
def test_collapse_affine_multiplies_the_weights(student, params):
    """W is the product of the weights, the first layer on the right."""
    W, _ = sequence(student.collapse_affine(params), 2, name="(W, b)")
    agree(W, ref.collapse_affine(params)[0], name="W", condition=10)


@grades("collapse_affine", points=3, hint="b_1 still passes through all later layers. What comes out for x = 0?")
@cases(
    "params",
    two_layers=network(3, 7, 4),
    widths_all_different=network(3, 7, 4, 2),
    square_layers=network(4, 4, 4, 4),
)
def test_collapse_affine_carries_every_bias_to_the_end(student, params):
    """Each bias is multiplied by the weights of all layers after its own."""
    _, b = sequence(student.collapse_affine(params), 2, name="(W, b)")
    agree(b, ref.collapse_affine(params)[1], name="b", condition=10)


@grades("collapse_affine", points=1, hint="Return a pair (W, b); W has two axes, b has one.")
@cases(
    "params",
    typical=network(3, 5, 2),
    integer_weights=whole_network(3, 5, 2),
    one_integer_layer=whole_network(3, 2),
    sixteen_integer_layers=[(np.full((3, 3), 10), np.ones(3, dtype=np.int64))] * 15
    + [(np.full((2, 3), 10), np.ones(2, dtype=np.int64))],
)
def test_collapse_affine_answers_in_float64(student, params):
    """W has shape (n_L, n_0) and b has shape (n_L,), both in float64, for integer weights too."""
    expected, _ = ref.collapse_affine([(W.astype(np.float64), b.astype(np.float64)) for W, b in params])
    W, b = sequence(student.collapse_affine(params), 2, name="(W, b)")
    agree(shaped(W, (2, 3), name="W", dtype="float64"), expected, name="W", condition=10)
    shaped(b, (2,), name="b", dtype="float64")


@grades("collapse_affine", points=1, hint="`W @= ...` and `b += ...` write into the first layer's arrays.")
@cases("params", typical=network(3, 7, 2), square=network(4, 4, 4))
def test_collapse_affine_leaves_its_input_alone(student, params):
    """The right W, and params is the same after the call."""
    W, b = sequence(unchanged(student.collapse_affine, params), 2, name="(W, b)")
    agree(W, ref.collapse_affine(params)[0], name="W", condition=10)
    shaped(b, (params[-1][1].size,), name="b")


@grades("collapse_affine", points=1, hint="With one layer the products are empty.")
@cases("params", typical=network(3, 2), square=network(4, 4), one_output=network(5, 1))
def test_collapse_affine_of_a_single_layer(student, params):
    """A network of one layer collapses to that layer."""
    W, b = sequence(student.collapse_affine(params), 2, name="(W, b)")
    agree(W, params[0][0], name="W")
    agree(b, params[0][1], name="b")


@grades("collapse_affine", points=1, hint="A column times a row is a matrix.")
@cases("params", typical=network(4, 1, 3), square=network(4, 1, 4))
def test_collapse_affine_through_a_bottleneck_has_rank_one(student, params):
    """A hidden layer with a single neuron leaves a W of rank 1."""
    (row, _), (column, _) = params
    W, _ = sequence(student.collapse_affine(params), 2, name="(W, b)")
    agree(W, np.outer(column, row), name="W")


# ---- xor_network and relu_interpolant: judged by values, never by weights ---------------------------------------


def hidden_layer_network(answer, n_in):
    """Return a network n_in -> h -> 1 that a student answered, as float64 arrays, once it is known to be one."""
    first, second = sequence(answer, 2, name="params")
    W1, b1 = sequence(first, 2, name="params[0]")
    W2, b2 = sequence(second, 2, name="params[1]")
    W1 = finite(shaped(W1, (None, n_in), name="W1"), name="W1")
    b1 = finite(shaped(b1, (len(W1),), name="b1"), name="b1")
    W2 = finite(shaped(W2, (1, len(W1)), name="W2"), name="W2")
    b2 = finite(shaped(b2, (1,), name="b2"), name="b2")
    between(len(W1), 1, 10_000, name="the number of hidden neurons")
    return [(W1.astype(np.float64), b1.astype(np.float64)), (W2.astype(np.float64), b2.astype(np.float64))]


def values(params, X):
    """Return the values of a relu network with one output at the rows of X; overflow shows as inf or nan."""
    with np.errstate(all="ignore"):
        return ref.forward(X, params, relu)[:, 0]


@grades("xor_network", points=5, hint="Draw the function of s = x1 + x2 that you need: up, then down.")
def test_xor_network_is_on_the_right_side(student):
    """With at most 3 hidden neurons, f > 1/2 exactly at (0,1) and (1,0)."""
    params = hidden_layer_network(student.xor_network(), n_in=2)
    between(len(params[0][1]), 1, 3, name="the number of hidden neurons")
    f = finite(values(params, BITS), name="f at (0,0), (0,1), (1,0), (1,1)")
    agree(f > 0.5, XOR == 1, name="[f > 1/2] at (0,0), (0,1), (1,0), (1,1)")
    agree(f < 0.5, XOR == 0, name="[f < 1/2] at (0,0), (0,1), (1,0), (1,1)")


@grades("xor_network", points=5, hint="Small whole numbers do it exactly.")
def test_xor_network_is_exact(student):
    """With at most 3 hidden neurons, f is 0, 1, 1, 0 at the four points."""
    params = hidden_layer_network(student.xor_network(), n_in=2)
    between(len(params[0][1]), 1, 3, name="the number of hidden neurons")
    agree(values(params, BITS), XOR, name="f at (0,0), (0,1), (1,0), (1,1)", rtol=0, atol=1e-9)


def slopes(x, y):
    """Return the slopes of the broken line through the points."""
    return np.diff(y) / np.diff(x)


def allowed(x, y):
    """Return the error that the statement allows."""
    return 1e-7 * (np.max(np.abs(y)) + np.ptp(x) * np.max(np.abs(slopes(x, y))))


def agree_rises(params, x, y):
    """Check how much the network rises across two parts of each interval: its slope there, whatever its height."""
    gaps = np.diff(x)
    places = np.stack([x[:-1] + part * gaps for part in (0.1, 0.4, 0.9)])
    f = finite([values(params, t[:, None]) for t in places], name="f")
    expected = np.diff(places, axis=0) * slopes(x, y)
    agree(np.diff(f, axis=0), expected, name="rise of f, by part and interval", rtol=0, atol=allowed(x, y))


@grades("relu_interpolant", points=4, hint="At x_i the slope must change from s_i to s_(i+1).")
@cases("x y", three=points(2), five=points(4), nine=points(8, start=0.7))
def test_relu_interpolant_has_the_right_slopes(student, x, y):
    """Inside each interval the network has the slope of the broken line."""
    agree_rises(hidden_layer_network(student.relu_interpolant(x, y), n_in=1), x, y)


@grades("relu_interpolant", points=4, hint="What does your network give at x_0, where no neuron has fired yet?")
@cases("x y", three=points(2), five=points(4), nine=points(8, start=0.7))
def test_relu_interpolant_passes_through_the_points(student, x, y):
    """f(x_i) = y_i for every i."""
    params = hidden_layer_network(student.relu_interpolant(x, y), n_in=1)
    agree(values(params, x[:, None]), y, name="f(x_i)", rtol=0, atol=allowed(x, y))


@grades("relu_interpolant", points=2, hint="Between two neighbouring points the graph is a straight segment.")
@cases("x y", three=points(2), five=points(4), nine=points(8, start=0.7))
def test_relu_interpolant_is_the_broken_line(student, x, y):
    """At 200 places of [x_0, x_m] the network has the value of the broken line."""
    params = hidden_layer_network(student.relu_interpolant(x, y), n_in=1)
    t = np.linspace(x[0], x[-1], 200)
    agree(values(params, t[:, None]), np.interp(t, x, y), name="f(t)", rtol=0, atol=allowed(x, y))


@grades("relu_interpolant", points=2, hint="If single points are right, look between them.")
@cases("x y", coarse=sine(6), finer=sine(24), finest=sine(96))
def test_relu_interpolant_approaches_the_sine_quadratically(student, x, y):
    """On [0, pi] the network stays within h^2 / 8 of the sine, where h is the largest gap."""
    params = hidden_layer_network(student.relu_interpolant(x, y), n_in=1)
    t = np.linspace(0, np.pi, 1000)
    f = finite(values(params, t[:, None]), name="f")
    between(np.abs(f - np.sin(t)), 0, np.max(np.diff(x)) ** 2 / 8, name="the error", slack=allowed(x, y))


@grades("relu_interpolant", points=2, hint="One neuron for each change of slope is enough.")
@cases("x y", three=points(2), nine=points(8), many=points(40))
def test_relu_interpolant_needs_few_neurons(student, x, y):
    """For m + 1 points the right slopes take at most m + 1 hidden neurons."""
    params = hidden_layer_network(student.relu_interpolant(x, y), n_in=1)
    between(len(params[0][1]), 1, len(x), name="the number of hidden neurons")
    agree_rises(params, x, y)


@grades("relu_interpolant", points=1, hint="Convert x and y to float64 first.")
@cases(
    "x y",
    integer_arrays=(np.array([-4, -1, 0, 5]), np.array([2, -3, 3, 1])),
    lists=([0, 1, 3, 7], [1, 2, -2, 2]),
)
def test_relu_interpolant_accepts_integers_and_lists(student, x, y):
    """Integer points and lists give the same broken line."""
    params = hidden_layer_network(student.relu_interpolant(x, y), n_in=1)
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    agree(values(params, x[:, None]), y, name="f(x_i)", rtol=0, atol=allowed(x, y))


@grades("relu_interpolant", points=1, hint="Do not sort, shift or scale x and y in place.")
@cases("x y", four=points(3), seven=points(6, start=2.0))
def test_relu_interpolant_leaves_its_input_alone(student, x, y):
    """The right slopes, and x and y are the same after the call."""
    agree_rises(hidden_layer_network(unchanged(student.relu_interpolant, x, y), n_in=1), x, y)


@grades("relu_interpolant", points=2, hint="Two points have one slope, and points on a line have no change of slope.")
@cases(
    "x y",
    two_points=points(1),
    constant=(np.array([-1.0, 0.5, 3.0]), np.array([2.0, 2.0, 2.0])),
    on_a_line=(np.array([-1.0, 1.0, 4.0, 5.0]), np.array([7.0, 3.0, -3.0, -5.0])),
)
def test_relu_interpolant_of_a_straight_line(student, x, y):
    """Two points, or points on one line, give that line."""
    params = hidden_layer_network(student.relu_interpolant(x, y), n_in=1)
    t = np.linspace(x[0], x[-1], 50)
    agree(values(params, t[:, None]), np.interp(t, x, y), name="f(t)", rtol=0, atol=allowed(x, y))


@grades("relu_interpolant", points=2, hint="Where must the kink of each neuron be if all x are below 0?")
@cases(
    "x y",
    left_of_zero=points(5, start=-50.0),
    far_right=points(5, start=1e3, stretch=30.0, height=500.0),
    tiny=points(5, start=-2e-6, stretch=1e-6, height=1e-2),
)
def test_relu_interpolant_works_anywhere_and_at_any_scale(student, x, y):
    """Points far from zero, all negative, or very close together make no difference."""
    params = hidden_layer_network(student.relu_interpolant(x, y), n_in=1)
    t = np.linspace(x[0], x[-1], 200)
    agree(values(params, t[:, None]), np.interp(t, x, y), name="f(t)", rtol=0, atol=allowed(x, y))


# ---- capstone_digits -------------------------------------------------------------------------------------------


def mean_accuracy(student, splits):
    """Return the accuracy of the student's predictions, averaged over the splits."""
    accuracies = []
    for X_train, y_train, X_test, y_test, rng in splits:
        predicted = shaped(student.capstone_digits(X_train, y_train, X_test, rng), y_test.shape, name="the prediction")
        accuracies.append(np.mean(predicted == y_test))
    return float(np.mean(accuracies))


@grades("capstone_digits", points=5, hint="Is the same random layer used for training and for test images?")
@cases("splits", digits=three_splits)
def test_capstone_digits_reads_nine_of_ten(student, splits):
    """At least 90 % of the test images are read correctly, on average over three splits."""
    between(mean_accuracy(student, splits), 0.90, 1.0, name="the mean accuracy")


@grades(
    "capstone_digits", points=5, hint="A linear classifier gets about 93 %. Is the hidden layer bent, and wide enough?"
)
@cases("splits", digits=three_splits)
def test_capstone_digits_reads_nineteen_of_twenty(student, splits):
    """At least 95 % of the test images are read correctly, on average over three splits."""
    between(mean_accuracy(student, splits), 0.95, 1.0, name="the mean accuracy")
