"""Plausible wrong answers: artificial neural networks. Each names exactly the hidden tests that must reject it."""

from itertools import pairwise

import numpy as np

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
SOFTMAX = (
    "test_softmax_gives_a_distribution_in_each_row test_softmax_weighs_the_classes_exponentially "
    "test_softmax_of_a_single_row_or_class test_softmax_does_not_feel_a_shift_of_a_row "
    "test_softmax_answers_integers_and_lists_in_float64 test_softmax_leaves_its_input_alone "
    "test_softmax_survives_extreme_scores test_softmax_survives_rows_far_apart"
)
LOG_SOFTMAX = (
    "test_log_softmax_is_the_logarithm_of_softmax test_log_softmax_exponentiates_to_a_distribution "
    "test_log_softmax_of_log_softmax_changes_nothing test_log_softmax_does_not_feel_a_shift_of_a_row "
    "test_log_softmax_answers_integers_and_lists_in_float64 test_log_softmax_leaves_its_input_alone "
    "test_log_softmax_survives_wide_gaps_within_a_row test_log_softmax_survives_rows_far_apart"
)
FORWARD = (
    "test_forward_composes_the_layers test_forward_does_not_depend_on_the_order_of_hidden_neurons "
    "test_forward_treats_each_object_on_its_own test_forward_with_relu_and_no_biases_is_homogeneous "
    "test_forward_answers_integers_and_lists_in_float64 test_forward_leaves_its_inputs_alone "
    "test_forward_does_not_bend_the_output test_forward_without_hidden_layer_is_affine"
)
COUNT_PARAMETERS = (
    "test_count_parameters_counts_all_weights_and_biases test_count_parameters_of_one_more_neuron "
    "test_count_parameters_returns_an_integer test_count_parameters_without_hidden_layer "
    "test_count_parameters_is_exact_for_huge_networks"
)
COLLAPSE_AFFINE = (
    "test_collapse_affine_multiplies_the_weights test_collapse_affine_carries_every_bias_to_the_end "
    "test_collapse_affine_answers_in_float64 test_collapse_affine_leaves_its_input_alone "
    "test_collapse_affine_of_a_single_layer test_collapse_affine_through_a_bottleneck_has_rank_one"
)
RELU_INTERPOLANT = (
    "test_relu_interpolant_has_the_right_slopes test_relu_interpolant_passes_through_the_points "
    "test_relu_interpolant_is_the_broken_line test_relu_interpolant_approaches_the_sine_quadratically "
    "test_relu_interpolant_needs_few_neurons test_relu_interpolant_accepts_integers_and_lists "
    "test_relu_interpolant_leaves_its_input_alone test_relu_interpolant_of_a_straight_line "
    "test_relu_interpolant_works_anywhere_and_at_any_scale"
)


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


# ---- activation ------------------------------------------------------------------------------------------------


def right_activation(name, z):
    """Return the right activation of a float64 array; the mistakes below deviate from it in one place each."""
    z = np.asarray(z, dtype=np.float64)
    small = np.exp(-np.abs(z))
    formulas = {
        "relu": np.maximum(z, 0.0),
        "abs": np.abs(z),
        "leaky_relu": np.maximum(z, 0.01 * z),
        "sigmoid": np.where(z >= 0, 1.0, small) / (1.0 + small),
        "tanh": np.tanh(z),
    }
    if name not in formulas:
        raise ValueError(name)
    return formulas[name]


@mistake(
    "activation",
    fails=(
        "test_activation_relu_and_abs test_activation_answers_in_float64_of_the_same_shape "
        "test_activation_leaves_its_input_alone test_activation_rejects_unknown_names"
    ),
)
def relu_keeps_the_negative_part(name, z):
    """relu is taken for min(z, 0), the part it should cut off."""
    return np.minimum(np.asarray(z, dtype=np.float64), 0.0) if name == "relu" else right_activation(name, z)


@mistake("activation", fails="test_activation_relu_and_abs")
def abs_is_another_relu(name, z):
    """abs is taken for relu, so negative numbers become 0 instead of changing their sign."""
    return right_activation("relu" if name == "abs" else name, z)


@mistake("activation", fails="test_activation_leaky_relu")
def leaky_on_the_wrong_side(name, z):
    """The slope 0.01 is given to the positive numbers."""
    z = np.asarray(z, dtype=np.float64)
    return np.where(z > 0, 0.01 * z, z) if name == "leaky_relu" else right_activation(name, z)


@mistake("activation", fails="test_activation_leaky_relu")
def leaky_with_slope_one_tenth(name, z):
    """The slope of leaky_relu is 0.1 instead of 0.01."""
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0.1 * z) if name == "leaky_relu" else right_activation(name, z)


@mistake("activation", fails="test_activation_sigmoid test_activation_saturates_instead_of_overflowing")
def sigmoid_falls(name, z):
    """The sign in the exponent of the sigmoid is wrong, so it falls from 1 to 0."""
    return right_activation(name, -np.asarray(z, dtype=np.float64) if name == "sigmoid" else z)


@mistake("activation", fails="test_activation_saturates_instead_of_overflowing")
def sigmoid_as_inf_over_inf(name, z):
    """Writes the sigmoid as e^z / (1 + e^z), which is inf / inf = nan at z = 1000."""
    if name == "sigmoid":
        e = np.exp(np.asarray(z, dtype=np.float64))
        return e / (1 + e)
    return right_activation(name, z)


@mistake("activation", fails="test_activation_saturates_instead_of_overflowing")
def tanh_as_inf_over_inf(name, z):
    """Writes tanh as (e^z - e^-z) / (e^z + e^-z), which is inf / inf = nan at z = 1000."""
    if name == "tanh":
        up, down = np.exp(np.asarray(z, dtype=np.float64)), np.exp(-np.asarray(z, dtype=np.float64))
        return (up - down) / (up + down)
    return right_activation(name, z)


@mistake("activation", fails="test_activation_tanh")
def tanh_at_half_the_argument(name, z):
    """Uses tanh z = 2 sigmoid(z) - 1 and forgets the 2 in front of z."""
    return 2 * right_activation("sigmoid", z) - 1 if name == "tanh" else right_activation(name, z)


@mistake("activation", fails="test_activation_leaves_its_input_alone")
def cuts_in_place(name, z):
    """Sets the negative entries of the caller's array to zero; np.asarray did not copy it."""
    if name == "relu":
        z = np.asarray(z, dtype=np.float64)
        z[z < 0] = 0.0
        return z
    return right_activation(name, z)


@mistake("activation", fails="test_activation_answers_in_float64_of_the_same_shape")
def integers_stay_integers(name, z):
    """Fills an array made by zeros_like(z): for integers -0.03 is cut to 0, and the answer is not float64."""
    value = right_activation(name, z)
    if name in ("relu", "abs", "leaky_relu"):
        out = np.zeros_like(z)
        out[...] = value
        return out
    return value


@mistake("activation", fails="test_activation_answers_in_float64_of_the_same_shape")
def needs_an_array(name, z):
    """Uses array methods on z without converting it, so lists and plain numbers raise an error."""
    z = z.astype(np.float64)
    return right_activation(name, z)


@mistake("activation", fails="test_activation_rejects_unknown_names")
def unknown_names_do_nothing(name, z):
    """An unknown name falls through to the identity instead of raising an error."""
    return right_activation(name, z) if name in ("relu", "abs", "leaky_relu", "sigmoid", "tanh") else z


@mistake("activation", fails="test_activation_rejects_unknown_names")
def unknown_names_raise_key_error(name, z):
    """An unknown name raises the KeyError of a dictionary instead of a ValueError."""
    formulas = {key: right_activation(key, z) for key in ("relu", "abs", "leaky_relu", "sigmoid", "tanh")}
    return formulas[name]


# ---- softmax ---------------------------------------------------------------------------------------------------


@mistake("softmax", fails="test_softmax_survives_extreme_scores test_softmax_survives_rows_far_apart")
def unshifted(Z):
    """Takes exponentials of the raw scores, which overflow or vanish when scores are large."""
    E = np.exp(np.asarray(Z, dtype=np.float64))
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax", fails=SOFTMAX)
def along_columns(Z):
    """Normalises along axis 0: each class sums to 1 over the objects."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


@mistake("softmax", fails="test_softmax_survives_rows_far_apart")
def one_shift_for_all_rows(Z):
    """Subtracts the largest score of the whole batch, so rows far below it become 0 / 0."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax", fails=SOFTMAX)
def forgets_keepdims(Z):
    """Divides (N, K) by (N,), which lines the row sums up with the columns."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1)


@mistake("softmax", fails="test_softmax_leaves_its_input_alone")
def shifts_in_place(Z):
    """Subtracts the row maximum inside the caller's array."""
    Z = np.asarray(Z, dtype=np.float64)
    Z -= Z.max(axis=1, keepdims=True)
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax", fails=SOFTMAX)
def whole_batch_sums_to_one(Z):
    """Divides by the sum over the whole array instead of the sum of the row."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp(Z - Z.max())
    return E / E.sum()


@mistake("softmax", fails=all_but(SOFTMAX, "test_softmax_gives_a_distribution_in_each_row"))
def in_base_two(Z):
    """Uses powers of 2 instead of powers of e."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp2(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax", fails=all_but(SOFTMAX, "test_softmax_gives_a_distribution_in_each_row"))
def divides_scores_by_their_sum(Z):
    """Makes the scores positive and divides by their sum, without any exponential."""
    Z = np.asarray(Z, dtype=np.float64)
    positive = Z - Z.min(axis=1, keepdims=True) + 1e-9
    return positive / positive.sum(axis=1, keepdims=True)


@mistake("softmax", fails="test_softmax_survives_extreme_scores test_softmax_survives_rows_far_apart")
def clips_the_scores(Z):
    """Clips the scores to [-500, 500] against overflow, which changes their differences."""
    E = np.exp(np.clip(np.asarray(Z, dtype=np.float64), -500, 500))
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax", fails="test_softmax_of_a_single_row_or_class test_softmax_survives_extreme_scores")
def drops_single_axes(Z):
    """Squeezes the answer, so one object or one class loses its axis."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.squeeze(E / E.sum(axis=1, keepdims=True))


@mistake("softmax", fails="test_softmax_answers_integers_and_lists_in_float64")
def in_the_dtype_of_the_scores(Z):
    """Stores the probabilities in an array like Z: integer scores give integer probabilities, all 0 or 1."""
    P = np.zeros_like(Z)
    for i, row in enumerate(np.asarray(Z)):
        e = np.exp(row - row.max())
        P[i] = e / e.sum()
    return P


# ---- log_softmax -----------------------------------------------------------------------------------------------


@mistake("log_softmax", fails="test_log_softmax_survives_wide_gaps_within_a_row")
def log_of_softmax(Z):
    """Takes the logarithm of probabilities that have been rounded to 0: -inf."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.log(E / E.sum(axis=1, keepdims=True))


@mistake("log_softmax", fails=LOG_SOFTMAX)
def log_of_softmax_plus_a_bit(Z):
    """Adds 1e-8 to the probabilities so that the logarithm exists; every value is a little wrong."""
    Z = np.asarray(Z, dtype=np.float64)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.log(E / E.sum(axis=1, keepdims=True) + 1e-8)


@mistake("log_softmax", fails=LOG_SOFTMAX)
def forgets_to_shift_back(Z):
    """Subtracts the maximum inside the sum and does not add it to the logarithm again."""
    Z = np.asarray(Z, dtype=np.float64)
    return Z - np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))


@mistake(
    "log_softmax", fails="test_log_softmax_survives_wide_gaps_within_a_row test_log_softmax_survives_rows_far_apart"
)
def raw_exponentials(Z):
    """Takes exponentials of the raw scores, which overflow or vanish when scores are large."""
    Z = np.asarray(Z, dtype=np.float64)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@mistake("log_softmax", fails="test_log_softmax_survives_rows_far_apart")
def largest_score_of_the_batch(Z):
    """Shifts all rows by the largest score of the batch, so rows far below it end in log 0."""
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@mistake("log_softmax", fails=LOG_SOFTMAX)
def in_bits(Z):
    """Uses the logarithm to base 2."""
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max(axis=1, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))) / np.log(2)


@mistake("log_softmax", fails=LOG_SOFTMAX)
def negative_log_likelihood(Z):
    """Returns minus the log-probabilities, as a loss would."""
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1, keepdims=True)) - shifted


@mistake("log_softmax", fails=LOG_SOFTMAX)
def over_the_objects(Z):
    """Sums over axis 0, the objects, instead of the classes."""
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


@mistake("log_softmax", fails="test_log_softmax_leaves_its_input_alone")
def works_in_the_callers_array(Z):
    """Subtracts the row maximum inside the caller's array."""
    Z = np.asarray(Z, dtype=np.float64)
    Z -= Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@mistake("log_softmax", fails="test_log_softmax_answers_integers_and_lists_in_float64")
def needs_an_array_of_scores(Z):
    """Calls array methods on Z without converting it, so a nested list raises an error."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


# ---- forward ---------------------------------------------------------------------------------------------------


@mistake("forward", fails=FORWARD)
def bends_the_output(X, params, act):
    """Applies the activation to the last layer too."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params:
        X = act(X @ W.T + b)
    return X


@mistake("forward", fails=all_but(FORWARD, "test_forward_with_relu_and_no_biases_is_homogeneous"))
def forgets_the_biases(X, params, act):
    """Computes W x instead of W x + b."""
    X = np.asarray(X, dtype=np.float64)
    for W, _ in params[:-1]:
        X = act(X @ W.T)
    return X @ params[-1][0].T


@mistake("forward", fails=FORWARD)
def multiplies_by_w_untransposed(X, params, act):
    """Computes X W instead of X W^T, which has the right shape for square W only."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params[:-1]:
        X = act(X @ W + b)
    return X @ params[-1][0] + params[-1][1]


@mistake(
    "forward",
    fails=all_but(
        FORWARD, "test_forward_treats_each_object_on_its_own test_forward_answers_integers_and_lists_in_float64"
    ),
)
def transposes_when_it_fits(X, params, act):
    """Chooses between W and W^T by trying which shapes fit; for square W both do."""

    def product(X, W):
        return X @ W if X.shape[1] == W.shape[0] else X @ W.T

    X = np.asarray(X, dtype=np.float64)
    for W, b in params[:-1]:
        X = act(product(X, W) + b)
    return product(X, params[-1][0]) + params[-1][1]


@mistake("forward", fails=FORWARD)
def bends_the_input(X, params, act):
    """Applies the activation before each layer, so the input is bent as well."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params:
        X = act(X) @ W.T + b
    return X


@mistake(
    "forward",
    fails=all_but(
        FORWARD, "test_forward_with_relu_and_no_biases_is_homogeneous test_forward_without_hidden_layer_is_affine"
    ),
)
def adds_the_bias_after_bending(X, params, act):
    """Computes act(W x) + b instead of act(W x + b)."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params[:-1]:
        X = act(X @ W.T) + b
    return X @ params[-1][0].T + params[-1][1]


@mistake(
    "forward",
    fails=(
        "test_forward_composes_the_layers test_forward_does_not_depend_on_the_order_of_hidden_neurons "
        "test_forward_with_relu_and_no_biases_is_homogeneous"
    ),
)
def bends_the_first_layer_only(X, params, act):
    """Applies the activation after the first layer and forgets it after the other hidden layers."""
    X = np.asarray(X, dtype=np.float64)
    for depth, (W, b) in enumerate(params, start=1):
        X = X @ W.T + b
        if depth == 1 and len(params) > 1:
            X = act(X)
    return X


@mistake(
    "forward", fails="test_forward_answers_integers_and_lists_in_float64 test_forward_without_hidden_layer_is_affine"
)
def always_bends_the_first_layer(X, params, act):
    """Treats the first layer as a hidden one without looking whether it is also the last."""
    W, b = params[0]
    X = act(np.asarray(X, dtype=np.float64) @ W.T + b)
    for W, b in params[1:-1]:
        X = act(X @ W.T + b)
    return X @ params[-1][0].T + params[-1][1] if len(params) > 1 else X


@mistake("forward", fails="test_forward_without_hidden_layer_is_affine")
def bends_and_takes_back(X, params, act):
    """Calls the activation after every layer and returns the value before the last call."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params:
        Z = X @ W.T + b
        X = act(Z)
    return Z


@mistake("forward", fails="test_forward_treats_each_object_on_its_own test_forward_without_hidden_layer_is_affine")
def flattens_small_answers(X, params, act):
    """Squeezes the answer, so one object or one output loses its axis."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params[:-1]:
        X = act(X @ W.T + b)
    return np.squeeze(X @ params[-1][0].T + params[-1][1])


@mistake("forward", fails=all_but(FORWARD, "test_forward_without_hidden_layer_is_affine"))
def standardises_the_batch(X, params, act):
    """Centres the hidden values over the batch, so an object's answer depends on the other objects."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params[:-1]:
        X = act(X @ W.T + b)
        X = X - X.mean(axis=0)
    return X @ params[-1][0].T + params[-1][1]


@mistake(
    "forward",
    fails=all_but(
        FORWARD, "test_forward_with_relu_and_no_biases_is_homogeneous test_forward_without_hidden_layer_is_affine"
    ),
)
def sorts_the_neurons(X, params, act):
    """Sorts the neurons of each hidden layer by bias but leaves the next layer's columns where they were."""
    X = np.asarray(X, dtype=np.float64)
    for W, b in params[:-1]:
        order = np.argsort(b)
        X = act(X @ W[order].T + b[order])
    return X @ params[-1][0].T + params[-1][1]


@mistake("forward", fails="test_forward_answers_integers_and_lists_in_float64")
def in_the_dtype_of_the_input(X, params, act):
    """Does not convert to float64, so integers without a hidden layer stay integers."""
    X = np.asarray(X)
    for W, b in params[:-1]:
        X = act(X @ W.T + b)
    return X @ params[-1][0].T + params[-1][1]


@mistake("forward", fails="test_forward_leaves_its_inputs_alone")
def hides_the_bias_in_the_weights(X, params, act):
    """Appends the bias to W inside the caller's list of layers."""
    X = np.asarray(X, dtype=np.float64)
    for depth, (W, b) in enumerate(params):
        params[depth] = (np.column_stack([W, b]), b)
        X = np.column_stack([X, np.ones(len(X))]) @ params[depth][0].T
        if depth < len(params) - 1:
            X = act(X)
    return X


@mistake("forward", fails="test_forward_leaves_its_inputs_alone")
def computes_in_the_callers_array(X, params, act):
    """Stores the hidden values in the caller's array whenever their shape allows it."""
    X = np.asarray(X, dtype=np.float64)
    out = X
    for depth, (W, b) in enumerate(params):
        Z = out @ W.T + b
        Z = Z if depth == len(params) - 1 else act(Z)
        if Z.shape == X.shape:
            X[...] = Z
        out = Z
    return out


# ---- count_parameters ------------------------------------------------------------------------------------------


@mistake("count_parameters", fails=COUNT_PARAMETERS)
def without_biases(widths):
    """Counts the weights and forgets the biases."""
    return int(sum(a * b for a, b in pairwise(widths)))


@mistake("count_parameters", fails=COUNT_PARAMETERS)
def one_bias_per_layer(widths):
    """Counts one bias for each layer instead of one for each neuron."""
    return int(sum(a * b + 1 for a, b in pairwise(widths)))


@mistake("count_parameters", fails=COUNT_PARAMETERS)
def biases_of_the_input(widths):
    """Gives the input layer biases of its own."""
    return int(sum(b * (a + 1) for a, b in pairwise(widths)) + widths[0])


@mistake("count_parameters", fails=COUNT_PARAMETERS)
def hidden_layers_only(widths):
    """Leaves the output layer out."""
    return int(sum(b * (a + 1) for a, b in pairwise(widths[:-1])))


@mistake("count_parameters", fails=COUNT_PARAMETERS)
def bias_on_the_wrong_side(widths):
    """Counts n_(l-1) (n_l + 1): a bias for each input of a layer instead of each output."""
    return int(sum(a * (b + 1) for a, b in pairwise(widths)))


@mistake("count_parameters", fails=COUNT_PARAMETERS)
def counts_neurons(widths):
    """Counts the neurons instead of their weights and biases."""
    return int(sum(widths[1:]))


@mistake(
    "count_parameters",
    fails="test_count_parameters_returns_an_integer test_count_parameters_is_exact_for_huge_networks",
)
def as_a_float(widths):
    """Returns a float, which is not a count and is not exact beyond 2^53."""
    return float(sum(float(b) * (float(a) + 1) for a, b in pairwise(widths)))


@mistake("count_parameters", fails="test_count_parameters_is_exact_for_huge_networks")
def in_32_bits(widths):
    """Computes with 32-bit integers, which wrap around at two thousand millions."""
    n = np.array(widths).astype(np.int32)
    return int(np.sum(n[1:] * (n[:-1] + 1), dtype=np.int32))


@mistake("count_parameters", fails="test_count_parameters_returns_an_integer")
def pops_the_widths(widths):
    """Takes the widths out of the caller's list one after the other."""
    total = 0
    n_in = widths.pop(0)
    while widths:
        n_out = widths.pop(0)
        total += n_out * (n_in + 1)
        n_in = n_out
    return total


# ---- collapse_affine -------------------------------------------------------------------------------------------


@mistake("collapse_affine", fails=all_but(COLLAPSE_AFFINE, "test_collapse_affine_of_a_single_layer"))
def first_layer_on_the_left(params):
    """Multiplies W_1 W_2 ... W_L, which has legal shapes for square layers only."""
    W, b = params[0]
    for next_W, next_b in params[1:]:
        W, b = W @ next_W, next_W @ b + next_b
    return W * 1.0, b * 1.0


@mistake(
    "collapse_affine",
    fails=(
        "test_collapse_affine_multiplies_the_weights test_collapse_affine_answers_in_float64 "
        "test_collapse_affine_leaves_its_input_alone "
        "test_collapse_affine_through_a_bottleneck_has_rank_one"
    ),
)
def order_by_what_fits(params):
    """Multiplies in whichever order has matching shapes; for square layers that is the wrong one."""
    W, b = params[0]
    for next_W, next_b in params[1:]:
        W, b = (W @ next_W if W.shape[1] == next_W.shape[0] else next_W @ W), next_W @ b + next_b
    return W * 1.0, b * 1.0


@mistake("collapse_affine", fails="test_collapse_affine_carries_every_bias_to_the_end")
def last_bias_only(params):
    """Keeps the bias of the last layer and loses the others."""
    W = params[0][0] * 1.0
    for next_W, _ in params[1:]:
        W = next_W @ W
    return W, params[-1][1] * 1.0


@mistake(
    "collapse_affine",
    fails=all_but(
        COLLAPSE_AFFINE, "test_collapse_affine_of_a_single_layer test_collapse_affine_through_a_bottleneck_has_rank_one"
    ),
)
def biases_simply_added(params):
    """Adds up the biases without sending them through the later layers; with different widths this raises an error."""
    W = params[0][0] * 1.0
    for next_W, _ in params[1:]:
        W = next_W @ W
    return W, sum(b * 1.0 for _, b in params)


@mistake(
    "collapse_affine",
    fails="test_collapse_affine_carries_every_bias_to_the_end test_collapse_affine_answers_in_float64",
)
def last_two_biases_only(params):
    """Takes W_L b_(L-1) + b_L for the whole bias, which is right for two layers and no more."""
    W, b = params[0][0] * 1.0, params[0][1] * 1.0
    for (_, before_b), (next_W, next_b) in pairwise(params):
        W, b = next_W @ W, next_W @ before_b + next_b
    return W, b


@mistake(
    "collapse_affine",
    fails=all_but(
        COLLAPSE_AFFINE,
        "test_collapse_affine_multiplies_the_weights test_collapse_affine_through_a_bottleneck_has_rank_one",
    ),
)
def bias_as_a_column(params):
    """Returns b with shape (n_L, 1) instead of (n_L,)."""
    W, b = params[0][0] * 1.0, params[0][1] * 1.0
    for next_W, next_b in params[1:]:
        W, b = next_W @ W, next_W @ b + next_b
    return W, b[:, None]


@mistake("collapse_affine", fails=all_but(COLLAPSE_AFFINE, "test_collapse_affine_carries_every_bias_to_the_end"))
def in_rows(params):
    """Returns the transpose of W, the form that acts on rows from the right."""
    W, b = params[0][0] * 1.0, params[0][1] * 1.0
    for next_W, next_b in params[1:]:
        W, b = next_W @ W, next_W @ b + next_b
    return W.T, b


@mistake("collapse_affine", fails="test_collapse_affine_answers_in_float64")
def integers_in_integers_out(params):
    """Does not convert to float64, so integer weights give an integer answer."""
    W, b = params[0]
    for next_W, next_b in params[1:]:
        W, b = next_W @ W, next_W @ b + next_b
    return W, b


@mistake("collapse_affine", fails="test_collapse_affine_leaves_its_input_alone")
def adds_into_the_callers_bias(params):
    """Carries the bias along inside the arrays of params."""
    W = params[0][0] * 1.0
    carried = params[0][1] * 1.0
    for next_W, next_b in params[1:]:
        W = next_W @ W
        carried = next_W @ carried + next_b
        next_b[...] = carried
    return W, carried


@mistake("collapse_affine", fails="test_collapse_affine_answers_in_float64 test_collapse_affine_of_a_single_layer")
def needs_two_layers(params):
    """Starts with the product of the first two layers, so a single layer raises an error."""
    (W1, b1), (W2, b2) = params[0], params[1]
    W, b = W2 @ W1 * 1.0, W2 @ b1 + b2 * 1.0
    for next_W, next_b in params[2:]:
        W, b = next_W @ W, next_W @ b + next_b
    return W, b


@mistake("collapse_affine", fails="test_collapse_affine_answers_in_float64")
def converts_at_the_end(params):
    """Multiplies integers and converts the product: beyond 2^63 integers start again from below."""
    W, b = params[0]
    for next_W, next_b in params[1:]:
        W, b = next_W @ W, next_W @ b + next_b
    return W * 1.0, b * 1.0


@mistake("collapse_affine", fails=all_but(COLLAPSE_AFFINE, "test_collapse_affine_of_a_single_layer"))
def bends_on_the_way(params):
    """Applies relu to the product, though the network has no activation."""
    W, b = params[0][0] * 1.0, params[0][1] * 1.0
    for next_W, next_b in params[1:]:
        W, b = next_W @ np.maximum(W, 0.0), next_W @ np.maximum(b, 0.0) + next_b
    return W, b


# ---- xor_network -----------------------------------------------------------------------------------------------


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def no_hidden_layer():
    """Answers with an affine map, for which f(0,0) + f(1,1) = f(0,1) + f(1,0)."""
    return [(np.array([[1.0, 1.0]]), np.array([0.0]))]


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def never_bends():
    """Has biases so large that every relu is in its linear part: an affine map again."""
    return [(np.eye(2), np.array([5.0, 5.0])), (np.array([[1.0, 1.0]]), np.array([-10.0]))]


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def ordinary_or():
    """Gives 1 at (1, 1) as well: the or, not the exclusive or."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0, -1.0]]), np.array([0.0]))]


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def equal_bits():
    """Gives 1 where the bits agree: the negation of what was asked."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[-1.0, 2.0]]), np.array([1.0]))]


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def threshold_at_zero():
    """Shifts the values to -1/2 and 1/2, to be thresholded at 0 instead of 1/2."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0, -2.0]]), np.array([-0.5]))]


@mistake("xor_network", fails="test_xor_network_is_exact")
def approximately_trained():
    """Weights as training leaves them: on the right side everywhere, but 0.05 off the values."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[0.95, -1.85]]), np.array([0.02]))]


@mistake("xor_network", fails="test_xor_network_is_exact")
def classifies_only():
    """Separates the points with f = 3/2 and f = -1/2, but the values are not 1 and 0."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[2.0, -4.0]]), np.array([-0.5]))]


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def tuned_for_the_sigmoid():
    """Uses large weights that work with sigmoid neurons, not with relu."""
    return [
        (np.array([[20.0, 20.0], [-20.0, -20.0]]), np.array([-10.0, 30.0])),
        (np.array([[20.0, 20.0]]), np.array([-30.0])),
    ]


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def output_weights_as_a_column():
    """Returns W2 with shape (2, 1) instead of (1, 2)."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0], [-2.0]]), np.array([0.0]))]


@mistake("xor_network", fails="test_xor_network_is_on_the_right_side test_xor_network_is_exact")
def one_neuron_for_each_point():
    """Uses four hidden neurons where at most three are allowed."""
    W1 = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    return [(W1, np.array([-1.0, 1.0, 0.0, 0.0])), (np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([0.0]))]


# ---- relu_interpolant ------------------------------------------------------------------------------------------


def network_of(kinks, bends, height):
    """Return the network height + sum of bends[i] relu(t - kinks[i])."""
    return [(np.ones((len(kinks), 1)), -np.asarray(kinks, dtype=np.float64)), (np.array([bends]), np.array([height]))]


@mistake("relu_interpolant", fails=RELU_INTERPOLANT)
def slopes_instead_of_bends(x, y):
    """Uses the slopes as output weights, although the earlier neurons go on contributing theirs."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return network_of(x[:-1], np.diff(y) / np.diff(x), y[0])


@mistake("relu_interpolant", fails=RELU_INTERPOLANT)
def values_instead_of_slopes(x, y):
    """Uses differences of y without dividing by the gaps."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return network_of(x[:-1], np.diff(np.diff(y), prepend=0.0), y[0])


@mistake("relu_interpolant", fails=RELU_INTERPOLANT)
def kinks_on_the_mirrored_side(x, y):
    """Sets the biases to +x_i, which puts the kinks at -x_i."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return network_of(-x[:-1], np.diff(np.diff(y) / np.diff(x), prepend=0.0), y[0])


@mistake(
    "relu_interpolant",
    fails=all_but(
        RELU_INTERPOLANT,
        (
            "test_relu_interpolant_has_the_right_slopes test_relu_interpolant_approaches_the_sine_quadratically "
            "test_relu_interpolant_needs_few_neurons test_relu_interpolant_leaves_its_input_alone"
        ),
    ),
)
def starts_at_height_zero(x, y):
    """Forgets the constant y_0."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return network_of(x[:-1], np.diff(np.diff(y) / np.diff(x), prepend=0.0), 0.0)


@mistake("relu_interpolant", fails=RELU_INTERPOLANT)
def equal_spacing(x, y):
    """Takes the first gap for all of them."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return network_of(x[:-1], np.diff(np.diff(y) / (x[1] - x[0]), prepend=0.0), y[0])


@mistake("relu_interpolant", fails=RELU_INTERPOLANT)
def mean_spacing(x, y):
    """Divides by the mean gap and spreads the kinks evenly."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    kinks = np.linspace(x[0], x[-1], len(x))[:-1]
    return network_of(kinks, np.diff(np.diff(y) / np.mean(np.diff(x)), prepend=0.0), y[0])


@mistake("relu_interpolant", fails=RELU_INTERPOLANT)
def kinks_one_point_late(x, y):
    """Puts each change of slope at the end of its interval instead of the beginning."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return network_of(x[1:], np.diff(np.diff(y) / np.diff(x), prepend=0.0), y[0])


@mistake("relu_interpolant", fails=all_but(RELU_INTERPOLANT, "test_relu_interpolant_approaches_the_sine_quadratically"))
def first_kink_at_zero(x, y):
    """Takes the first neuron as relu(t), as if x_0 were 0."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    kinks = np.concatenate([[0.0], x[1:-1]])
    return network_of(kinks, np.diff(np.diff(y) / np.diff(x), prepend=0.0), y[0])


@mistake("relu_interpolant", fails=all_but(RELU_INTERPOLANT, "test_relu_interpolant_approaches_the_sine_quadratically"))
def linear_part_through_relu_of_t(x, y):
    """Writes the first segment as y_0 - s x_0 + s relu(t), which is right only where t is positive."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    slopes = np.diff(y) / np.diff(x)
    kinks = np.concatenate([[0.0], x[1:-1]])
    return network_of(kinks, np.diff(slopes, prepend=0.0), y[0] - slopes[0] * x[0])


@mistake(
    "relu_interpolant",
    fails=all_but(
        RELU_INTERPOLANT,
        "test_relu_interpolant_passes_through_the_points test_relu_interpolant_accepts_integers_and_lists",
    ),
)
def right_at_the_points_only(x, y):
    """Draws steep steps just before each point: right values there, wrong ones between."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    gaps, jumps = np.diff(x), np.diff(y)
    halfway = x[:-1] + 0.5 * gaps
    kinks = np.concatenate([halfway, x[1:]])
    return network_of(kinks, np.concatenate([2 * jumps / gaps, -2 * jumps / gaps]), y[0])


@mistake("relu_interpolant", fails="test_relu_interpolant_needs_few_neurons")
def three_neurons_for_each_point(x, y):
    """Adds one tent for each point, which takes three neurons where one is enough."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    ends = np.concatenate([[x[0] - 1.0], x, [x[-1] + 1.0]])
    kinks, bends = [], []
    for left, middle, right, height in zip(ends[:-2], ends[1:-1], ends[2:], y, strict=True):
        up, down = height / (middle - left), height / (right - middle)
        kinks += [left, middle, right]
        bends += [up, -up - down, down]
    return network_of(kinks, bends, 0.0)


@mistake("relu_interpolant", fails=RELU_INTERPOLANT)
def weights_in_rows(x, y):
    """Returns W1 with shape (1, h) and W2 with shape (h, 1), the transposes of what was asked."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    (W1, b1), (W2, b2) = network_of(x[:-1], np.diff(np.diff(y) / np.diff(x), prepend=0.0), y[0])
    return [(W1.T, b1), (W2.T, b2)]


@mistake("relu_interpolant", fails="test_relu_interpolant_accepts_integers_and_lists")
def slopes_in_the_dtype_of_y(x, y):
    """Stores the slopes in an array like y: for integers they lose their fractions."""
    slopes = np.zeros_like(y[1:])
    for i in range(len(slopes)):
        slopes[i] = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
    return network_of(x[:-1], np.diff(slopes, prepend=0), float(y[0]))


@mistake("relu_interpolant", fails="test_relu_interpolant_leaves_its_input_alone")
def moves_the_points(x, y):
    """Shifts x to start at 0 inside the caller's array."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    start = x[0]
    x -= start
    return network_of(x[:-1] + start, np.diff(np.diff(y) / np.diff(x), prepend=0.0), y[0])


@mistake("relu_interpolant", fails="test_relu_interpolant_of_a_straight_line")
def needs_an_inner_point(x, y):
    """Looks at the first inner point without asking whether there is one."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    slopes = np.diff(y) / np.diff(x)
    bends = [slopes[0], slopes[1] - slopes[0], *np.diff(slopes[1:])]
    return network_of(x[:-1], bends, y[0])


@mistake("relu_interpolant", fails="test_relu_interpolant_works_anywhere_and_at_any_scale")
def regularised_gaps(x, y):
    """Adds 1e-9 to the gaps against division by zero, which spoils points that are close together."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return network_of(x[:-1], np.diff(np.diff(y) / (np.diff(x) + 1e-9), prepend=0.0), y[0])


# ---- capstone_digits -------------------------------------------------------------------------------------------


def least_squares_on(features, X_train, y_train, X_test):
    """Return the class scores of the test images from a least-squares fit of one-hot targets."""
    H, H_test = (np.column_stack([features(X), np.ones(len(X))]) for X in (X_train, X_test))
    return H_test @ np.linalg.lstsq(H, np.eye(10)[y_train], rcond=None)[0]


@mistake("capstone_digits", fails="test_capstone_digits_reads_nineteen_of_twenty")
def forgets_to_bend(X_train, y_train, X_test, rng):
    """Leaves the activation out, so 300 random neurons are worth as much as a linear classifier."""
    W = rng.standard_normal((300, 64)) / 8
    return least_squares_on(lambda X: X @ W.T, X_train, y_train, X_test).argmax(axis=1)


@mistake(
    "capstone_digits", fails="test_capstone_digits_reads_nine_of_ten test_capstone_digits_reads_nineteen_of_twenty"
)
def too_few_neurons(X_train, y_train, X_test, rng):
    """Uses 10 hidden neurons, one per class, which is not enough when they are random."""
    W = rng.standard_normal((10, 64)) / 8
    return least_squares_on(lambda X: np.maximum(X @ W.T, 0), X_train, y_train, X_test).argmax(axis=1)


@mistake(
    "capstone_digits", fails="test_capstone_digits_reads_nine_of_ten test_capstone_digits_reads_nineteen_of_twenty"
)
def new_weights_for_the_test_images(X_train, y_train, X_test, rng):
    """Draws the hidden weights again for the test images, so the fitted output layer does not match them."""

    def features(X):
        return np.maximum(X @ rng.standard_normal((300, 64)).T / 8, 0)

    return least_squares_on(features, X_train, y_train, X_test).argmax(axis=1)


@mistake(
    "capstone_digits", fails="test_capstone_digits_reads_nine_of_ten test_capstone_digits_reads_nineteen_of_twenty"
)
def labels_as_numbers(X_train, y_train, X_test, rng):
    """Fits the digit as a number and rounds, as if a 4 lay between a 3 and a 5."""
    W = rng.standard_normal((300, 64)) / 8
    H, H_test = (np.maximum(X @ W.T, 0) for X in (X_train, X_test))
    return np.rint(H_test @ np.linalg.lstsq(H, y_train.astype(np.float64), rcond=None)[0])


@mistake(
    "capstone_digits", fails="test_capstone_digits_reads_nine_of_ten test_capstone_digits_reads_nineteen_of_twenty"
)
def scores_instead_of_labels(X_train, y_train, X_test, rng):
    """Returns the ten scores of each image instead of the class with the largest one."""
    W = rng.standard_normal((300, 64)) / 8
    return least_squares_on(lambda X: np.maximum(X @ W.T, 0), X_train, y_train, X_test)


@mistake(
    "capstone_digits", fails="test_capstone_digits_reads_nine_of_ten test_capstone_digits_reads_nineteen_of_twenty"
)
def best_image_of_each_class(X_train, y_train, X_test, rng):
    """Takes the largest score along the wrong axis: ten images instead of 597 labels."""
    W = rng.standard_normal((300, 64)) / 8
    return least_squares_on(lambda X: np.maximum(X @ W.T, 0), X_train, y_train, X_test).argmax(axis=0)


@mistake(
    "capstone_digits", fails="test_capstone_digits_reads_nine_of_ten test_capstone_digits_reads_nineteen_of_twenty"
)
def weakest_class(X_train, y_train, X_test, rng):
    """Predicts the class with the smallest score."""
    W = rng.standard_normal((300, 64)) / 8
    return least_squares_on(lambda X: np.maximum(X @ W.T, 0), X_train, y_train, X_test).argmin(axis=1)
