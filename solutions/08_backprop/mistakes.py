"""Plausible wrong answers: backpropagation. Each names exactly the hidden tests that must reject it."""

from itertools import pairwise

import numpy as np

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
CHAIN = (
    "test_chain_gradient_returns_the_output test_chain_gradient_predicts_what_a_bias_does "
    "test_chain_gradient_predicts_what_a_weight_does test_chain_gradient_without_bends_is_a_product_of_weights "
    "test_chain_gradient_answers_integers_and_lists_in_float64 test_chain_gradient_leaves_its_inputs_alone "
    "test_chain_gradient_of_one_neuron test_chain_gradient_has_linear_cost "
    "test_chain_gradient_sees_vanishing_derivatives"
)
NUMERICAL = (
    "test_numerical_gradient_is_exact_for_quadratics test_numerical_gradient_errs_by_h_squared_on_cubes "
    "test_numerical_gradient_is_accurate_by_default test_numerical_gradient_moves_integers "
    "test_numerical_gradient_leaves_its_input_alone test_numerical_gradient_has_the_shape_of_x "
    "test_numerical_gradient_moves_one_entry_at_a_time"
)
CROSS_ENTROPY = (
    "test_softmax_cross_entropy_is_the_mean_loss test_softmax_cross_entropy_predicts_the_change_of_the_loss "
    "test_softmax_cross_entropy_pulls_the_right_score_up "
    "test_softmax_cross_entropy_does_not_feel_a_shift_of_a_row "
    "test_softmax_cross_entropy_answers_integers_and_lists_in_float64 "
    "test_softmax_cross_entropy_leaves_its_inputs_alone test_softmax_cross_entropy_survives_extreme_scores "
    "test_softmax_cross_entropy_of_a_single_object_or_class"
)
DENSE = (
    "test_dense_backward_predicts_what_the_input_does test_dense_backward_predicts_what_the_weights_do "
    "test_dense_backward_predicts_what_the_biases_do test_dense_backward_answers_integers_and_lists_in_float64 "
    "test_dense_backward_leaves_its_inputs_alone test_dense_backward_of_single_objects_and_neurons "
    "test_dense_backward_adds_up_over_the_objects"
)
BACKPROP = (
    "test_backprop_returns_the_loss test_backprop_predicts_the_change_of_the_loss "
    "test_backprop_takes_any_activation test_backprop_of_a_batch_is_the_mean_of_its_objects "
    "test_backprop_points_straight_uphill test_backprop_of_a_relu_network_balances_its_layers "
    "test_backprop_answers_integers_and_lists_in_float64 test_backprop_leaves_its_inputs_alone "
    "test_backprop_lists_the_layers_in_the_order_of_params test_backprop_has_linear_cost "
    "test_backprop_without_hidden_layer test_backprop_of_single_objects_and_neurons"
)
COUNTS = (
    "test_mult_counts_of_the_forward_pass test_mult_counts_of_the_backward_pass test_mult_counts_returns_integers "
    "test_mult_counts_takes_lists_tuples_and_arrays test_mult_counts_without_hidden_layer "
    "test_mult_counts_is_exact_for_huge_networks"
)
DIGITS = "test_capstone_digits_reads_nine_of_ten test_capstone_digits_reads_ninety_three_percent"


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


# ---- chain_gradient --------------------------------------------------------------------------------------------


def chain_forward(ws, bs, x, f):
    """Return z_1, ..., z_L and a_0, ..., a_L."""
    zs, activations = [], [float(x)]
    for w, b in zip(ws, bs, strict=True):
        zs.append(w * activations[-1] + b)
        activations.append(f(zs[-1]))
    return np.array(zs, dtype=np.float64), np.array(activations, dtype=np.float64)


def chain_back(ws, slopes, activations):
    """Return the right answer, given the slopes f'(z_k)."""
    gb = np.zeros(len(ws))
    error = 1.0
    for k in reversed(range(len(ws))):
        gb[k] = error * slopes[k]
        error = gb[k] * ws[k]
    return float(activations[-1]), gb * activations[:-1], gb


@mistake(
    "chain_gradient",
    fails=all_but(
        CHAIN, "test_chain_gradient_returns_the_output test_chain_gradient_without_bends_is_a_product_of_weights"
    ),
)
def derivative_at_the_activation(ws, bs, x, act):
    """Evaluates the derivative at a_k = f(z_k) instead of z_k, which a chain without bends cannot show."""
    f, df = act
    _, activations = chain_forward(ws, bs, x, f)
    return chain_back(ws, [df(a) for a in activations[1:]], activations)


@mistake(
    "chain_gradient",
    fails=all_but(
        CHAIN,
        (
            "test_chain_gradient_returns_the_output test_chain_gradient_predicts_what_a_bias_does "
            "test_chain_gradient_without_bends_is_a_product_of_weights test_chain_gradient_sees_vanishing_derivatives"
        ),
    ),
)
def weight_times_its_own_output(ws, bs, x, act):
    """Multiplies the error of neuron k by a_k, what it sends, instead of a_{k-1}, what it receives."""
    f, df = act
    zs, activations = chain_forward(ws, bs, x, f)
    out, _, gb = chain_back(ws, df(zs), activations)
    return out, gb * activations[1:], gb


@mistake(
    "chain_gradient", fails=all_but(CHAIN, "test_chain_gradient_returns_the_output test_chain_gradient_of_one_neuron")
)
def weight_in_front(ws, bs, x, act):
    """Carries the error through w_k instead of w_{k+1}, the weight of the wrong neuron."""
    f, df = act
    zs, activations = chain_forward(ws, bs, x, f)
    gb = np.zeros(len(ws))
    gb[-1] = df(zs[-1])
    for k in reversed(range(len(ws) - 1)):
        gb[k] = df(zs[k]) * ws[k] * gb[k + 1]
    return float(activations[-1]), gb * activations[:-1], gb


@mistake(
    "chain_gradient", fails=all_but(CHAIN, "test_chain_gradient_returns_the_output test_chain_gradient_of_one_neuron")
)
def forgets_the_weights(ws, bs, x, act):
    """Multiplies the slopes only and leaves the weights between the neurons out."""
    f, df = act
    zs, activations = chain_forward(ws, bs, x, f)
    return chain_back(np.ones(len(ws)), df(zs), activations)


@mistake(
    "chain_gradient",
    fails=all_but(
        CHAIN, "test_chain_gradient_returns_the_output test_chain_gradient_without_bends_is_a_product_of_weights"
    ),
)
def forgets_the_slopes(ws, bs, x, act):
    """Multiplies the weights only, as if no neuron were bent."""
    f, _ = act
    _, activations = chain_forward(ws, bs, x, f)
    return chain_back(ws, np.ones(len(ws)), activations)


@mistake("chain_gradient", fails=all_but(CHAIN, "test_chain_gradient_without_bends_is_a_product_of_weights"))
def last_neuron_not_bent(ws, bs, x, act):
    """Leaves the last neuron affine, as in a network that returns logits."""
    f, df = act
    zs, activations = chain_forward(ws, bs, x, f)
    activations[-1] = zs[-1]
    return chain_back(ws, [*df(zs[:-1]), 1.0], activations)


@mistake("chain_gradient", fails="test_chain_gradient_has_linear_cost")
def runs_the_chain_again_for_every_neuron(ws, bs, x, act):
    """Computes all z_k from the input again at each step back: right, but for about L^2 / 2 calls."""
    f, df = act
    gw, gb = np.zeros(len(ws)), np.zeros(len(ws))
    error = 1.0
    for k in reversed(range(len(ws))):
        a = float(x)
        for w, b in zip(ws[:k], bs[:k], strict=True):
            a = f(w * a + b)
        gb[k] = error * df(ws[k] * a + bs[k])
        gw[k] = gb[k] * a
        error = gb[k] * ws[k]
    _, activations = chain_forward(ws, bs, x, f)
    return float(activations[-1]), gw, gb


@mistake(
    "chain_gradient",
    fails=all_but(
        CHAIN, "test_chain_gradient_returns_the_output test_chain_gradient_without_bends_is_a_product_of_weights"
    ),
)
def asks_by_wiggling(ws, bs, x, act):
    """Uses finite differences: a run of the chain for each parameter, and no accuracy for tiny derivatives."""
    f, _ = act

    def output(ws, bs):
        return chain_forward(ws, bs, x, f)[1][-1]

    L, h = len(ws), 1e-3
    ws, bs = np.asarray(ws, dtype=np.float64), np.asarray(bs, dtype=np.float64)
    gw = np.array([(output(ws + h * e, bs) - output(ws - h * e, bs)) / (2 * h) for e in np.eye(L)])
    gb = np.array([(output(ws, bs + h * e) - output(ws, bs - h * e)) / (2 * h) for e in np.eye(L)])
    return float(output(ws, bs)), gw, gb


@mistake("chain_gradient", fails="test_chain_gradient_answers_integers_and_lists_in_float64")
def derivatives_in_the_dtype_of_the_weights(ws, bs, x, act):
    """Stores the derivatives in arrays like ws: integer weights get integer derivatives."""
    f, df = act
    zs, activations = chain_forward(ws, bs, x, f)
    gw, gb = np.zeros_like(ws), np.zeros_like(ws)
    error = 1.0
    for k in reversed(range(len(ws))):
        error = error * df(zs[k])
        gw[k], gb[k] = error * activations[k], error
        error = error * ws[k]
    return float(activations[-1]), gw, gb


@mistake("chain_gradient", fails="test_chain_gradient_leaves_its_inputs_alone")
def steps_downhill_on_the_way(ws, bs, x, act):
    """Moves the biases against their derivatives at once, inside the caller's array."""
    f, df = act
    zs, activations = chain_forward(ws, bs, x, f)
    out, gw, gb = chain_back(ws, df(zs), activations)
    for k in range(len(bs)):
        bs[k] = bs[k] - 0.1 * gb[k]
    return out, gw, gb


@mistake("chain_gradient", fails="test_chain_gradient_of_one_neuron")
def needs_a_second_neuron(ws, bs, x, act):
    """Starts the way back at the last two neurons without asking whether there are two."""
    f, df = act
    zs, activations = chain_forward(ws, bs, x, f)
    gb = np.zeros(len(ws))
    gb[-1] = df(zs[-1])
    gb[-2] = gb[-1] * ws[-1] * df(zs[-2])
    for k in reversed(range(len(ws) - 2)):
        gb[k] = gb[k + 1] * ws[k + 1] * df(zs[k])
    return float(activations[-1]), gb * activations[:-1], gb


@mistake("chain_gradient", fails="test_chain_gradient_predicts_what_a_bias_does")
def quotients_of_products(ws, bs, x, act):
    """Divides the product of all factors by that of the first ones, which is 0 / 0 behind a weight that is 0."""
    f, df = act
    a, received, slopes = x, [], []
    for w, b in zip(ws, bs, strict=True):
        received.append(a)
        z = w * a + b
        slopes.append(df(z))
        a = f(z)
    factors = np.array(slopes, dtype=np.float64)
    factors[1:] *= np.asarray(ws, dtype=np.float64)[1:]
    products = np.cumprod(factors)
    gb = products[-1] / products * np.array(slopes, dtype=np.float64)
    return float(a), gb * np.array(received, dtype=np.float64), gb


# ---- numerical_gradient ----------------------------------------------------------------------------------------


@mistake("numerical_gradient", fails=all_but(NUMERICAL, "test_numerical_gradient_has_the_shape_of_x"))
def forward_difference(f, x, h=1e-5):
    """Moves to one side only, so the error is proportional to h instead of its square."""
    x = np.asarray(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        ahead = x.copy()
        ahead[index] += h
        gradient[index] = (f(ahead) - f(x)) / h
    return gradient


def central_quotients(f, x, h, width):
    """Return (f(x + h e_i) - f(x - h e_i)) / width for all i."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        gradient[index] = (f(ahead) - f(behind)) / width
    return gradient


@mistake("numerical_gradient", fails=NUMERICAL)
def divides_by_h(f, x, h=1e-5):
    """Divides by h, though the two points are 2 h apart."""
    return central_quotients(f, np.asarray(x, dtype=np.float64), h, h)


@mistake(
    "numerical_gradient",
    fails=("test_numerical_gradient_errs_by_h_squared_on_cubes test_numerical_gradient_moves_one_entry_at_a_time"),
)
def half_the_step(f, x, h=1e-5):
    """Moves by h / 2 to either side."""
    return central_quotients(f, np.asarray(x, dtype=np.float64), h / 2, h)


@mistake(
    "numerical_gradient",
    fails=all_but(
        NUMERICAL,
        (
            "test_numerical_gradient_is_exact_for_quadratics test_numerical_gradient_errs_by_h_squared_on_cubes "
            "test_numerical_gradient_moves_one_entry_at_a_time"
        ),
    ),
)
def step_too_small(f, x, h=1e-12):
    """Takes the default h = 1e-12 in the hope of accuracy, and rounding leaves four digits."""
    return central_quotients(f, np.asarray(x, dtype=np.float64), h, 2 * h)


@mistake(
    "numerical_gradient",
    fails=("test_numerical_gradient_moves_integers test_numerical_gradient_leaves_its_input_alone"),
)
def moves_the_callers_array(f, x, h=1e-5):
    """Adds and subtracts h in x itself: x + h - 2h + h is not x, because of rounding, and integers do not move."""
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(np.shape(x)):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        gradient[index] = (above - f(x)) / (2 * h)
        x[index] += h
    return gradient


@mistake("numerical_gradient", fails=all_but(NUMERICAL, "test_numerical_gradient_is_exact_for_quadratics"))
def returns_a_flat_array(f, x, h=1e-5):
    """Returns one long vector instead of an array of the shape of x."""
    return central_quotients(f, np.asarray(x, dtype=np.float64), h, 2 * h).ravel()


@mistake("numerical_gradient", fails=all_but(NUMERICAL, "test_numerical_gradient_is_exact_for_quadratics"))
def vectors_only(f, x, h=1e-5):
    """Runs over the first axis only, so the rows of a matrix move as a whole."""
    x = np.asarray(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        step = np.zeros(x.shape)
        step[i] = h
        gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@mistake("numerical_gradient", fails="test_numerical_gradient_moves_integers")
def steps_lost_in_integers(f, x, h=1e-5):
    """Copies x in its own dtype: for integers, x + 1e-5 is x again, and the gradient is zero."""
    x = np.array(x)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] = x[index] + h
        behind[index] = x[index] - h
        gradient[index] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


@mistake(
    "numerical_gradient",
    fails=("test_numerical_gradient_is_exact_for_quadratics test_numerical_gradient_moves_one_entry_at_a_time"),
)
def forgets_to_move_back(f, x, h=1e-5):
    """Leaves each entry where it was moved to while the next one is looked at."""
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        gradient[index] = (above - f(x)) / (2 * h)
    return gradient


@mistake("numerical_gradient", fails="test_numerical_gradient_moves_one_entry_at_a_time")
def asks_for_the_middle_too(f, x, h=1e-5):
    """Averages a forward and a backward quotient, which asks for f(x) twice more for every entry."""
    x = np.asarray(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = ((f(x + step) - f(x)) / h + (f(x) - f(x - step)) / h) / 2
    return gradient


# ---- softmax_cross_entropy -------------------------------------------------------------------------------------


def stable_log_softmax(Z):
    """Return the logarithm of the softmax of each row."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def loss_and_errors(Z, y):
    """Return the right loss, and the probabilities minus the one-hot rows, not divided by N."""
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    log_p = stable_log_softmax(Z)
    errors = np.exp(log_p)
    errors[np.arange(len(y)), y] -= 1
    return float(-log_p[np.arange(len(y)), y].mean()), errors


@mistake(
    "softmax_cross_entropy",
    fails=all_but(
        CROSS_ENTROPY,
        ("test_softmax_cross_entropy_is_the_mean_loss test_softmax_cross_entropy_of_a_single_object_or_class"),
    ),
)
def gradient_of_the_sum(Z, y):
    """The loss is a mean, but its gradient is not divided by N."""
    return loss_and_errors(Z, y)


@mistake(
    "softmax_cross_entropy", fails=all_but(CROSS_ENTROPY, "test_softmax_cross_entropy_of_a_single_object_or_class")
)
def sums_the_loss(Z, y):
    """Adds the losses of the objects instead of taking their mean, and the gradient likewise."""
    loss, errors = loss_and_errors(Z, y)
    return loss * len(errors), errors


@mistake("softmax_cross_entropy", fails=all_but(CROSS_ENTROPY, "test_softmax_cross_entropy_pulls_the_right_score_up"))
def mean_over_all_entries(Z, y):
    """Divides by N K, the number of scores, instead of N, the number of objects."""
    loss, errors = loss_and_errors(Z, y)
    return loss / errors.shape[1], errors / errors.size


@mistake("softmax_cross_entropy", fails=all_but(CROSS_ENTROPY, "test_softmax_cross_entropy_is_the_mean_loss"))
def derivative_of_the_softmax_only(Z, y):
    """Takes p (1 - p), the derivative of each probability by its own score, for the derivative of the loss."""
    loss, _ = loss_and_errors(Z, y)
    P = np.exp(stable_log_softmax(np.asarray(Z, dtype=np.float64)))
    return loss, P * (1 - P) / len(P)


@mistake("softmax_cross_entropy", fails=all_but(CROSS_ENTROPY, "test_softmax_cross_entropy_is_the_mean_loss"))
def truth_minus_probability(Z, y):
    """Subtracts in the wrong order, so a step against the gradient raises the loss."""
    loss, errors = loss_and_errors(Z, y)
    return loss, -errors / len(errors)


@mistake("softmax_cross_entropy", fails="test_softmax_cross_entropy_survives_extreme_scores")
def logarithm_of_a_rounded_probability(Z, y):
    """Computes -log(softmax), which is infinite where a probability has been rounded to 0."""
    _, errors = loss_and_errors(Z, y)
    P = np.exp(stable_log_softmax(np.asarray(Z, dtype=np.float64)))
    return float(-np.log(P[np.arange(len(P)), np.asarray(y)]).mean()), errors / len(errors)


@mistake("softmax_cross_entropy", fails="test_softmax_cross_entropy_survives_extreme_scores")
def exponentials_of_raw_scores(Z, y):
    """Takes exponentials without a shift, which overflow or vanish when scores are large."""
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    rows = np.arange(len(y))
    E = np.exp(Z)
    dZ = E / E.sum(axis=1, keepdims=True)
    dZ[rows, y] -= 1
    return float(np.mean(np.log(E.sum(axis=1)) - Z[rows, y])), dZ / len(y)


@mistake(
    "softmax_cross_entropy",
    fails=all_but(
        CROSS_ENTROPY,
        ("test_softmax_cross_entropy_is_the_mean_loss test_softmax_cross_entropy_of_a_single_object_or_class"),
    ),
)
def subtracts_in_whole_columns(Z, y):
    """Writes P[:, y] -= 1, which subtracts in every row the labels of all objects."""
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    loss, _ = loss_and_errors(Z, y)
    P = np.exp(stable_log_softmax(Z))
    P[:, y] -= 1
    return loss, P / len(y)


@mistake("softmax_cross_entropy", fails="test_softmax_cross_entropy_leaves_its_inputs_alone")
def shifts_the_callers_scores(Z, y):
    """Subtracts the row maximum inside the caller's array."""
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    Z -= Z.max(axis=1, keepdims=True)
    loss, errors = loss_and_errors(Z, y)
    return loss, errors / len(y)


@mistake("softmax_cross_entropy", fails=CROSS_ENTROPY)
def over_the_objects(Z, y):
    """Normalises along axis 0, over the objects, instead of over the classes."""
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    log_p = stable_log_softmax(Z.T).T
    dZ = np.exp(log_p)
    dZ[np.arange(len(y)), y] -= 1
    return float(-log_p[np.arange(len(y)), y].mean()), dZ / len(y)


@mistake("softmax_cross_entropy", fails="test_softmax_cross_entropy_survives_extreme_scores")
def adds_a_little_before_the_logarithm(Z, y):
    """Adds 1e-300 to the probabilities so that the logarithm exists; a loss of 10000 becomes 691."""
    _, errors = loss_and_errors(Z, y)
    P = np.exp(stable_log_softmax(np.asarray(Z, dtype=np.float64)))
    return float(-np.log(P[np.arange(len(P)), np.asarray(y)] + 1e-300).mean()), errors / len(errors)


@mistake("softmax_cross_entropy", fails="test_softmax_cross_entropy_answers_integers_and_lists_in_float64")
def needs_an_array_of_scores(Z, y):
    """Calls array methods on Z without converting it, so a nested list raises an error."""
    top = Z.max(axis=1, keepdims=True)
    loss, errors = loss_and_errors(Z - top, y)
    return loss, errors / len(errors)


@mistake("softmax_cross_entropy", fails="test_softmax_cross_entropy_of_a_single_object_or_class")
def drops_single_axes(Z, y):
    """Squeezes dZ, so one object or one class loses its axis."""
    loss, errors = loss_and_errors(Z, y)
    return loss, np.squeeze(errors / len(errors))


# ---- dense_backward --------------------------------------------------------------------------------------------


@mistake(
    "dense_backward",
    fails=("test_dense_backward_predicts_what_the_input_does test_dense_backward_leaves_its_inputs_alone"),
)
def input_through_the_transpose(dZ, A_prev, W):
    """Multiplies by the transpose of W on the way back; where W is square nothing complains."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    dA = dZ @ W.T if W.shape[0] == W.shape[1] else dZ @ W
    return dA, dZ.T @ A_prev, dZ.sum(axis=0)


@mistake(
    "dense_backward",
    fails=all_but(
        DENSE, "test_dense_backward_predicts_what_the_input_does test_dense_backward_predicts_what_the_biases_do"
    ),
)
def weights_transposed(dZ, A_prev, W):
    """Returns A^T dZ, of shape (n_in, n_out), the transpose of the gradient of W."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    return dZ @ W, A_prev.T @ dZ, dZ.sum(axis=0)


@mistake(
    "dense_backward",
    fails=(
        "test_dense_backward_predicts_what_the_weights_do test_dense_backward_leaves_its_inputs_alone "
        "test_dense_backward_adds_up_over_the_objects"
    ),
)
def weights_transposed_when_square(dZ, A_prev, W):
    """Tries A^T dZ first and turns it only if its shape does not fit, so square layers are transposed."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    dW = A_prev.T @ dZ
    return dZ @ W, dW if dW.shape == W.shape else dW.T, dZ.sum(axis=0)


@mistake(
    "dense_backward",
    fails=all_but(
        DENSE, "test_dense_backward_predicts_what_the_input_does test_dense_backward_predicts_what_the_weights_do"
    ),
)
def mean_of_the_biases(dZ, A_prev, W):
    """Averages the rows of dZ for db instead of adding them."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    return dZ @ W, dZ.T @ A_prev, dZ.mean(axis=0)


@mistake("dense_backward", fails=all_but(DENSE, "test_dense_backward_predicts_what_the_input_does"))
def divides_by_the_batch_size(dZ, A_prev, W):
    """Divides dW and db by N, which dZ has been divided by already."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    return dZ @ W, dZ.T @ A_prev / len(dZ), dZ.sum(axis=0) / len(dZ)


@mistake(
    "dense_backward",
    fails=all_but(
        DENSE, "test_dense_backward_predicts_what_the_input_does test_dense_backward_predicts_what_the_weights_do"
    ),
)
def biases_with_an_extra_axis(dZ, A_prev, W):
    """Keeps the summed axis, so db has shape (1, n_out)."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(axis=0, keepdims=True)


@mistake(
    "dense_backward",
    fails=all_but(
        DENSE, "test_dense_backward_predicts_what_the_input_does test_dense_backward_predicts_what_the_weights_do"
    ),
)
def adds_along_the_rows(dZ, A_prev, W):
    """Adds dZ over the outputs of an object instead of over the objects."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    return dZ @ W, dZ.T @ A_prev, dZ.sum(axis=1)


@mistake("dense_backward", fails="test_dense_backward_leaves_its_inputs_alone")
def clears_what_was_used(dZ, A_prev, W):
    """Clears the caller's dZ once it has been used."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    answer = dZ @ W, dZ.T @ A_prev, dZ.sum(axis=0)
    dZ[...] = 0.0
    return answer


@mistake("dense_backward", fails="test_dense_backward_answers_integers_and_lists_in_float64")
def needs_float_arrays(dZ, A_prev, W):
    """Uses array methods without converting anything: lists raise an error, integers stay integers."""
    return dZ.dot(W), dZ.T.dot(A_prev), dZ.sum(axis=0)


@mistake(
    "dense_backward",
    fails=(
        "test_dense_backward_answers_integers_and_lists_in_float64 test_dense_backward_of_single_objects_and_neurons"
    ),
)
def drops_axes_of_length_one(dZ, A_prev, W):
    """Squeezes the gradients, so a single object, input or output loses its axis."""
    dZ, A_prev, W = np.asarray(dZ, dtype=float), np.asarray(A_prev, dtype=float), np.asarray(W, dtype=float)
    return np.squeeze(dZ @ W), np.squeeze(dZ.T @ A_prev), dZ.sum(axis=0)


@mistake("dense_backward", fails="test_dense_backward_answers_integers_and_lists_in_float64")
def gradient_like_w(dZ, A_prev, W):
    """Fills an array of the dtype of W, and converts too late."""
    dZ, A_prev, W = np.asarray(dZ), np.asarray(A_prev), np.asarray(W)
    dW = np.zeros_like(W)
    dW[...] = dZ.T @ A_prev
    return (dZ @ W) * 1.0, dW * 1.0, dZ.sum(axis=0) * 1.0


@mistake("dense_backward", fails="test_dense_backward_answers_integers_and_lists_in_float64")
def only_where_something_arrived(dZ, A_prev, W):
    """Takes the slope of a relu into account, which is the business of the layer before."""
    dZ, A_prev, W = (np.asarray(part, dtype=np.float64) for part in (dZ, A_prev, W))
    return (dZ @ W) * (A_prev != 0), dZ.T @ A_prev, dZ.sum(axis=0)


# ---- backprop --------------------------------------------------------------------------------------------------


def network_forward(params, X, f):
    """Return the inputs A_0, ..., A_{L-1} of the layers and Z_1, ..., Z_L."""
    A, Z = [np.asarray(X, dtype=np.float64)], []
    for W, b in params:
        if Z:
            A.append(f(Z[-1]))
        Z.append(A[-1] @ W.T + b)
    return A, Z


def way_back(params, A, dZ, slope, weight=lambda i, W: W):
    """Return the right gradients; slope(i) is the derivative at hidden layer i, the mistakes below change it."""
    grads = []
    for i in reversed(range(len(params))):
        grads.append((dZ.T @ A[i], dZ.sum(axis=0)))
        if i > 0:
            dZ = (dZ @ weight(i, params[i][0])) * slope(i - 1)
    return grads[::-1]


def right_start(params, X, y, f):
    """Return A, Z, the right loss, and dZ of the last layer."""
    A, Z = network_forward(params, X, f)
    loss, errors = loss_and_errors(Z[-1], y)
    return A, Z, loss, errors / len(errors)


@mistake("backprop", fails=all_but(BACKPROP, "test_backprop_returns_the_loss"))
def error_of_the_sum(params, X, y, act):
    """Starts the way back without the 1/N of the mean."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    return loss, way_back(params, A, dZ * len(A[0]), lambda i: act[1](Z[i]))


@mistake(
    "backprop",
    fails=all_but(
        BACKPROP,
        (
            "test_backprop_predicts_the_change_of_the_loss test_backprop_of_a_batch_is_the_mean_of_its_objects "
            "test_backprop_points_straight_uphill test_backprop_of_a_relu_network_balances_its_layers "
            "test_backprop_lists_the_layers_in_the_order_of_params"
        ),
    ),
)
def loss_is_summed(params, X, y, act):
    """Returns the sum of the losses of the objects; the gradients are those of the mean."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    return loss * len(A[0]), way_back(params, A, dZ, lambda i: act[1](Z[i]))


@mistake(
    "backprop",
    fails=all_but(BACKPROP, "test_backprop_returns_the_loss test_backprop_of_a_relu_network_balances_its_layers"),
)
def biases_are_averaged(params, X, y, act):
    """Takes the mean of dZ over the objects for db; the 1/N is counted twice."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    grads = way_back(params, A, dZ, lambda i: act[1](Z[i]))
    return loss, [(dW, db / len(A[0])) for dW, db in grads]


@mistake("backprop", fails=all_but(BACKPROP, "test_backprop_returns_the_loss"))
def divides_again_at_every_layer(params, X, y, act):
    """Divides all gradients by N a second time."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    grads = way_back(params, A, dZ, lambda i: act[1](Z[i]))
    return loss, [(dW / len(A[0]), db / len(A[0])) for dW, db in grads]


@mistake(
    "backprop",
    fails=all_but(
        BACKPROP,
        (
            "test_backprop_returns_the_loss test_backprop_of_a_relu_network_balances_its_layers "
            "test_backprop_without_hidden_layer"
        ),
    ),
)
def slope_at_the_activation(params, X, y, act):
    """Evaluates df at f(z) instead of z; relu hides it, tanh does not."""
    A, _, loss, dZ = right_start(params, X, y, act[0])
    return loss, way_back(params, A, dZ, lambda i: act[1](A[i + 1]))


@mistake("backprop", fails=all_but(BACKPROP, "test_backprop_returns_the_loss test_backprop_without_hidden_layer"))
def no_slope(params, X, y, act):
    """Forgets the factor f'(z) on the way back, as if no layer were bent."""
    A, _, loss, dZ = right_start(params, X, y, act[0])
    return loss, way_back(params, A, dZ, lambda i: 1.0)


@mistake(
    "backprop",
    fails=all_but(
        BACKPROP,
        (
            "test_backprop_returns_the_loss test_backprop_without_hidden_layer "
            "test_backprop_of_single_objects_and_neurons"
        ),
    ),
)
def slope_of_the_next_layer(params, X, y, act):
    """Uses f'(Z_l) where f'(Z_{l-1}) belongs, wherever the widths allow it."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])

    def slope(i):
        return act[1](Z[i + 1] if Z[i + 1].shape == Z[i].shape else Z[i])

    return loss, way_back(params, A, dZ, slope)


@mistake(
    "backprop",
    fails=all_but(
        BACKPROP,
        (
            "test_backprop_returns_the_loss test_backprop_without_hidden_layer "
            "test_backprop_of_single_objects_and_neurons"
        ),
    ),
)
def transposed_where_square(params, X, y, act):
    """Carries the error through W^T; where a layer is square nothing complains."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    turned = way_back(params, A, dZ, lambda i: act[1](Z[i]), weight=lambda i, W: W.T if W.shape[0] == W.shape[1] else W)
    return loss, turned


@mistake("backprop", fails=all_but(BACKPROP, "test_backprop_returns_the_loss test_backprop_without_hidden_layer"))
def last_layer_first(params, X, y, act):
    """Lists the gradients in the order in which they were found, the last layer first."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    return loss, way_back(params, A, dZ, lambda i: act[1](Z[i]))[::-1]


@mistake(
    "backprop",
    fails=all_but(
        BACKPROP,
        (
            "test_backprop_returns_the_loss test_backprop_without_hidden_layer "
            "test_backprop_of_single_objects_and_neurons"
        ),
    ),
)
def last_layer_first_where_it_fits(params, X, y, act):
    """Lists the last layer first, and notices it only when the shapes do not fit."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    grads = way_back(params, A, dZ, lambda i: act[1](Z[i]))
    fits = all(dW.shape == W.shape for (dW, _), (W, _) in zip(grads[::-1], params, strict=True))
    return loss, grads[::-1] if fits else grads


@mistake("backprop", fails=BACKPROP)
def bends_the_logits(params, X, y, act):
    """Applies the activation to the last layer too, forward and back."""
    f, df = act
    A, Z = network_forward(params, X, f)
    loss, errors = loss_and_errors(f(Z[-1]), y)
    return loss, way_back(params, A, errors / len(errors) * df(Z[-1]), lambda i: df(Z[i]))


@mistake("backprop", fails=all_but(BACKPROP, "test_backprop_returns_the_loss test_backprop_without_hidden_layer"))
def steps_on_the_way_back(params, X, y, act):
    """Updates each W during the way back, in place, so earlier layers get the error of a network that has moved."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    grads = []
    for i in reversed(range(len(params))):
        W, b = params[i]
        dW, db = dZ.T @ A[i], dZ.sum(axis=0)
        grads.append((dW, db))
        W[...] = W - 0.1 * dW
        b[...] = b - 0.1 * db
        if i > 0:
            dZ = (dZ @ W) * act[1](Z[i - 1])
    return loss, grads[::-1]


@mistake("backprop", fails="test_backprop_has_linear_cost")
def runs_forward_again_for_every_layer(params, X, y, act):
    """Computes the forward pass again for each layer on the way back: right, but for about L^2 / 2 calls."""
    A, _, loss, dZ = right_start(params, X, y, act[0])

    def slope(i):
        return act[1](network_forward(params[: i + 1], X, act[0])[1][-1])

    return loss, way_back(params, A, dZ, slope)


@mistake("backprop", fails="test_backprop_without_hidden_layer")
def always_asks_for_a_slope(params, X, y, act):
    """Multiplies by f' at the input as well, after the first layer, so f' is called where no neuron is."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    grads = []
    for i in reversed(range(len(params))):
        grads.append((dZ.T @ A[i], dZ.sum(axis=0)))
        dZ = (dZ @ params[i][0]) * act[1](Z[i - 1] if i else A[0])
    return loss, grads[::-1]


@mistake(
    "backprop",
    fails=all_but(
        BACKPROP,
        (
            "test_backprop_returns_the_loss test_backprop_of_a_relu_network_balances_its_layers "
            "test_backprop_without_hidden_layer"
        ),
    ),
)
def only_relu_is_known(params, X, y, act):
    """Uses the derivative of relu, whatever the activation."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    return loss, way_back(params, A, dZ, lambda i: (Z[i] > 0) * 1.0)


@mistake(
    "backprop",
    fails=(
        "test_backprop_predicts_the_change_of_the_loss test_backprop_takes_any_activation "
        "test_backprop_of_a_relu_network_balances_its_layers "
        "test_backprop_lists_the_layers_in_the_order_of_params"
    ),
)
def only_tanh_is_known(params, X, y, act):
    """Uses 1 - f(z)^2, the derivative of tanh, whatever the activation."""
    A, _, loss, dZ = right_start(params, X, y, act[0])
    return loss, way_back(params, A, dZ, lambda i: 1 - A[i + 1] ** 2)


@mistake("backprop", fails="test_backprop_answers_integers_and_lists_in_float64")
def gradients_in_the_dtype_of_the_weights(params, X, y, act):
    """Stores the gradients in arrays like W and b: integer weights get integer gradients."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    grads = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    for into, found in zip(grads, way_back(params, A, dZ, lambda i: act[1](Z[i])), strict=True):
        for array, values in zip(into, found, strict=True):
            array[...] = values
    return loss, grads


@mistake("backprop", fails="test_backprop_answers_integers_and_lists_in_float64")
def needs_arrays(params, X, y, act):
    """Asks X for its shape without converting it, so a nested list raises an error."""
    A, Z, loss, dZ = right_start(params, X.reshape(X.shape), y, act[0])
    return loss, way_back(params, A, dZ, lambda i: act[1](Z[i]))


@mistake("backprop", fails="test_backprop_of_single_objects_and_neurons")
def squeezes_the_gradients(params, X, y, act):
    """Squeezes dW, so a layer of one neuron or one input loses an axis."""
    A, Z, loss, dZ = right_start(params, X, y, act[0])
    return loss, [(np.squeeze(dW), db) for dW, db in way_back(params, A, dZ, lambda i: act[1](Z[i]))]


@mistake("backprop", fails=all_but(BACKPROP, "test_backprop_of_a_relu_network_balances_its_layers"))
def forgets_the_biases_on_the_way(params, X, y, act):
    """Leaves b out of the forward pass."""
    without = [(W, np.zeros(len(b))) for W, b in params]
    A, Z, loss, dZ = right_start(without, X, y, act[0])
    return loss, way_back(without, A, dZ, lambda i: act[1](Z[i]))


# ---- mult_counts -----------------------------------------------------------------------------------------------


def layer_sizes(widths):
    """Return n_{l-1} n_l for all layers, as Python integers."""
    return [int(a) * int(b) for a, b in pairwise(widths)]


@mistake("mult_counts", fails=all_but(COUNTS, "test_mult_counts_of_the_forward_pass"))
def errors_down_to_the_input(widths, N):
    """Carries an error to the input too, where nobody needs it."""
    ahead = int(N) * sum(layer_sizes(widths))
    return ahead, 2 * ahead


@mistake(
    "mult_counts",
    fails=(
        "test_mult_counts_of_the_backward_pass test_mult_counts_returns_integers "
        "test_mult_counts_takes_lists_tuples_and_arrays"
    ),
)
def no_error_from_the_last_layer(widths, N):
    """Leaves out the error of the last layer instead of that of the first."""
    products = [int(N) * size for size in layer_sizes(widths)]
    return sum(products), 2 * sum(products) - products[-1]


@mistake("mult_counts", fails=COUNTS)
def one_object_only(widths, N):
    """Forgets the factor N: counts for one object."""
    products = layer_sizes(widths)
    return sum(products), 2 * sum(products) - products[0]


@mistake("mult_counts", fails=all_but(COUNTS, "test_mult_counts_of_the_forward_pass"))
def batch_forward_only(widths, N):
    """Counts the batch forward, but takes the gradient to be of one object."""
    products = layer_sizes(widths)
    return int(N) * sum(products), 2 * sum(products) - products[0]


@mistake("mult_counts", fails=COUNTS)
def counts_parameters(widths, N):
    """Counts the biases as if they were multiplied."""
    products = [int(N) * int(b) * (int(a) + 1) for a, b in pairwise(widths)]
    return sum(products), 2 * sum(products) - products[0]


@mistake(
    "mult_counts", fails=all_but(COUNTS, "test_mult_counts_of_the_forward_pass test_mult_counts_without_hidden_layer")
)
def counts_the_slopes(widths, N):
    """Counts the products with f' at the hidden neurons, which are no matrix products."""
    products = [int(N) * size for size in layer_sizes(widths)]
    return sum(products), 2 * sum(products) - products[0] + int(N) * sum(int(n) for n in widths[1:-1])


@mistake(
    "mult_counts", fails=all_but(COUNTS, "test_mult_counts_of_the_forward_pass test_mult_counts_without_hidden_layer")
)
def same_price_back(widths, N):
    """Takes the way back to cost as much as the way forward."""
    ahead = int(N) * sum(layer_sizes(widths))
    return ahead, ahead


@mistake("mult_counts", fails="test_mult_counts_returns_integers test_mult_counts_is_exact_for_huge_networks")
def in_floating_point(widths, N):
    """Counts in floats, which are no integers and skip some of them beyond 2^53."""
    products = [float(N) * float(a) * float(b) for a, b in pairwise(widths)]
    return sum(products), 2 * sum(products) - products[0]


@mistake("mult_counts", fails="test_mult_counts_is_exact_for_huge_networks")
def counts_in_floats_and_rounds(widths, N):
    """Counts in floats and converts at the end, when the last digits are gone already."""
    products = [float(N) * float(a) * float(b) for a, b in pairwise(widths)]
    return int(sum(products)), int(2 * sum(products) - products[0])


@mistake("mult_counts", fails="test_mult_counts_takes_lists_tuples_and_arrays")
def eats_the_list(widths, N):
    """Takes the widths off the caller's list one by one."""
    first = widths.pop(0)
    products = []
    while widths:
        products.append(int(N) * int(first) * int(widths[0]))
        first = widths.pop(0)
    return sum(products), 2 * sum(products) - products[0]


@mistake("mult_counts", fails=("test_mult_counts_without_hidden_layer test_mult_counts_is_exact_for_huge_networks"))
def needs_a_hidden_layer(widths, N):
    """Takes the first hidden layer out of the sum for granted; a single layer costs nothing on the way back."""
    products = [int(N) * size for size in layer_sizes(widths)]
    back = 2 * sum(products) - products[0] if len(products) > 1 else 0
    return sum(products), back


# ---- capstone_digits -------------------------------------------------------------------------------------------


def train(X, y, rng, *, hidden=32, lr=0.2, epochs=20, scale=1.0, start=None):
    """Train a network with one hidden layer as in the recipe; the mistakes below change one thing each."""
    W1 = scale * rng.standard_normal((hidden, 64)) * np.sqrt(2 / 64) if start is None else np.full((hidden, 64), start)
    W2 = (
        scale * rng.standard_normal((10, hidden)) * np.sqrt(2 / hidden)
        if start is None
        else np.full((10, hidden), start)
    )
    b1, b2, targets = np.zeros(hidden), np.zeros(10), np.eye(10)[y]
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for i in range(0, len(order), 32):
            block = order[i : i + 32]
            Z1 = X[block] @ W1.T + b1
            A1 = np.maximum(Z1, 0.0)
            dZ2 = (np.exp(stable_log_softmax(A1 @ W2.T + b2)) - targets[block]) / len(block)
            dZ1 = (dZ2 @ W2) * (Z1 > 0)
            W2, b2 = W2 - lr * dZ2.T @ A1, b2 - lr * dZ2.sum(axis=0)
            W1, b1 = W1 - lr * dZ1.T @ X[block], b1 - lr * dZ1.sum(axis=0)
    return [(W1, b1), (W2, b2)]


@mistake("capstone_digits", fails=DIGITS)
def stops_after_one_epoch(X_train, y_train, rng):
    """Looks at every image only once: a start, but not a trained network."""
    return train(X_train, y_train, rng, epochs=1, lr=0.1)


@mistake("capstone_digits", fails="test_capstone_digits_reads_ninety_three_percent")
def steps_too_short(X_train, y_train, rng):
    """Takes short steps and stops while the loss is still falling: it reads well, but could do better."""
    return train(X_train, y_train, rng, epochs=12, lr=0.07)


@mistake("capstone_digits", fails=DIGITS)
def all_weights_zero(X_train, y_train, rng):
    """Starts with all weights zero, where every hidden neuron is silent and no error comes back."""
    return train(X_train, y_train, rng, start=0.0)


@mistake("capstone_digits", fails=DIGITS)
def all_weights_equal(X_train, y_train, rng):
    """Starts with equal weights, so all hidden neurons stay equal for ever and act as one."""
    return train(X_train, y_train, rng, start=0.05)


@mistake("capstone_digits", fails=DIGITS)
def climbs(X_train, y_train, rng):
    """Adds the gradient instead of subtracting it."""
    return train(X_train, y_train, rng, lr=-0.2, epochs=2)


@mistake("capstone_digits", fails=DIGITS)
def no_hidden_layer(X_train, y_train, rng):
    """Trains a single layer; it may read well, but it is no network with a hidden layer."""
    W, b, targets = np.zeros((10, 64)), np.zeros(10), np.eye(10)[y_train]
    for _ in range(200):
        dZ = (np.exp(stable_log_softmax(X_train @ W.T + b)) - targets) / len(X_train)
        W, b = W - dZ.T @ X_train, b - dZ.sum(axis=0)
    return [(W, b)]


@mistake("capstone_digits", fails=DIGITS)
def too_many_parameters(X_train, y_train, rng):
    """Uses 300 hidden neurons, 22 510 parameters, where 10 000 are allowed."""
    return train(X_train, y_train, rng, hidden=300, epochs=1)


@mistake("capstone_digits", fails=DIGITS)
def weights_in_columns(X_train, y_train, rng):
    """Returns the weights as (n_in, n_out), the transposes of what was asked."""
    return [(W.T, b) for W, b in train(X_train, y_train, rng, epochs=2)]


@mistake("capstone_digits", fails=DIGITS)
def steps_far_too_long(X_train, y_train, rng):
    """Takes steps of five times the gradient, which throws all hidden neurons into silence."""
    with np.errstate(all="ignore"):
        return train(X_train, y_train, rng, lr=5.0, epochs=5)


@mistake("capstone_digits", fails=DIGITS)
def initial_weights_far_too_large(X_train, y_train, rng):
    """Starts with weights ten times too large: the network is stuck with what it happened to begin with."""
    return train(X_train, y_train, rng, scale=10.0, epochs=5, lr=0.01)
