"""Plausible wrong answers: regression. Each names exactly the hidden tests that must reject it."""

import numpy as np

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
LINEAR_REGRESSION_1D = (
    "test_linear_regression_1d_leaves_no_trend_in_the_residuals "
    "test_linear_regression_1d_finds_slope_and_intercept "
    "test_linear_regression_1d_follows_a_change_of_y "
    "test_linear_regression_1d_follows_a_shift_of_x "
    "test_linear_regression_1d_answers_integers_and_lists_in_float64 "
    "test_linear_regression_1d_leaves_its_inputs_alone "
    "test_linear_regression_1d_through_two_points "
    "test_linear_regression_1d_of_a_constant"
)
LEAST_SQUARES = (
    "test_least_squares_leaves_residuals_orthogonal_to_the_columns "
    "test_least_squares_predicts_the_projection "
    "test_least_squares_finds_weights_and_intercept "
    "test_least_squares_does_not_depend_on_the_coordinates "
    "test_least_squares_answers_integers_and_lists_in_float64 "
    "test_least_squares_leaves_its_inputs_alone "
    "test_least_squares_with_dependent_columns "
    "test_least_squares_goes_through_few_objects"
)
LOG_LOSS = (
    "test_log_loss_is_the_mean_over_the_objects "
    "test_log_loss_of_a_neuron_that_ignores_the_features "
    "test_log_loss_does_not_care_which_class_is_called_one "
    "test_log_loss_of_a_union_is_a_weighted_mean "
    "test_log_loss_lies_below_its_chords "
    "test_log_loss_answers_integers_and_lists_in_float64 "
    "test_log_loss_leaves_its_inputs_alone "
    "test_log_loss_charges_confident_errors_in_proportion "
    "test_log_loss_charges_nothing_for_confident_successes"
)
LOG_LOSS_GRAD = (
    "test_log_loss_grad_predicts_how_the_loss_changes "
    "test_log_loss_grad_of_a_union_is_a_weighted_mean "
    "test_log_loss_grad_vanishes_in_b_where_the_mean_probability_is_right "
    "test_log_loss_grad_turns_with_the_names_of_the_classes "
    "test_log_loss_grad_answers_integers_and_lists_in_float64 "
    "test_log_loss_grad_leaves_its_inputs_alone "
    "test_log_loss_grad_survives_large_scores "
    "test_log_loss_grad_of_one_object_or_one_feature"
)
LOG_LOSS_HESSIAN = (
    "test_log_loss_hessian_holds_the_second_derivatives "
    "test_log_loss_hessian_measures_curvature_along_lines "
    "test_log_loss_hessian_of_the_undecided_neuron "
    "test_log_loss_hessian_answers_integers_and_lists_in_float64 "
    "test_log_loss_hessian_leaves_its_inputs_alone "
    "test_log_loss_hessian_survives_large_scores"
)
FIT_LOGISTIC = (
    "test_fit_logistic_comes_near_the_minimum "
    "test_fit_logistic_reaches_the_minimum "
    "test_fit_logistic_attains_the_smallest_loss "
    "test_fit_logistic_does_not_depend_on_the_coordinates "
    "test_fit_logistic_answers_integers_and_lists_in_float64 "
    "test_fit_logistic_leaves_its_inputs_alone "
    "test_fit_logistic_answers_in_the_units_of_the_features "
    "test_fit_logistic_of_one_feature_is_a_step_at_the_right_place"
)
BOUNDARY_X2 = (
    "test_boundary_x2_has_score_zero "
    "test_boundary_x2_does_not_feel_a_factor "
    "test_boundary_x2_answers_integers_and_lists_in_float64 "
    "test_boundary_x2_of_special_lines"
)
NEURON_FROM_SOFTMAX = (
    "test_neuron_from_softmax_has_the_same_probabilities "
    "test_neuron_from_softmax_does_not_feel_a_common_row "
    "test_neuron_from_softmax_answers_integers_and_lists_in_float64 "
    "test_neuron_from_softmax_of_special_layers"
)
CAPSTONE_CANCER = (
    "test_capstone_cancer_recognises_most_tumours "
    "test_capstone_cancer_knows_how_sure_it_is "
    "test_capstone_cancer_treats_each_test_object_on_its_own"
)


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) without overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def floats(*arrays):
    """Return float64 versions of arrays."""
    return [np.asarray(array, dtype=np.float64) for array in arrays]


def with_ones(X):
    """Return [X, 1]."""
    return np.column_stack([X, np.ones(len(X))])


# ---- linear_regression_1d --------------------------------------------------------------------------------------


def right_line(x, y):
    """Return the right slope and intercept."""
    x, y = floats(x, y)
    dx = x - x.mean()
    a = dx @ (y - y.mean()) / (dx @ dx)
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails=LINEAR_REGRESSION_1D)
def intercept_first(x, y):
    """Returns the intercept before the slope."""
    a, b = right_line(x, y)
    return b, a


@mistake("linear_regression_1d", fails=all_but(LINEAR_REGRESSION_1D, "test_linear_regression_1d_through_two_points"))
def x_on_y(x, y):
    """Minimises the horizontal distances: divides by the deviations of y instead of those of x."""
    x, y = floats(x, y)
    dx, dy = x - x.mean(), y - y.mean()
    a = (dy @ dy) / (dx @ dy)
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails=LINEAR_REGRESSION_1D)
def through_the_origin(x, y):
    """Fits y = a x, a line through the origin, and sets b to 0."""
    x, y = floats(x, y)
    return x @ y / (x @ x), 0.0


@mistake("linear_regression_1d", fails=LINEAR_REGRESSION_1D)
def origin_slope_with_intercept(x, y):
    """Takes the slope of the line through the origin, and then an intercept that makes the residuals add up to 0."""
    x, y = floats(x, y)
    a = x @ y / (x @ x)
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails=all_but(LINEAR_REGRESSION_1D, "test_linear_regression_1d_of_a_constant"))
def two_kinds_of_variance(x, y):
    """Divides np.cov, which has N - 1 below the sum, by np.var, which has N."""
    x, y = floats(x, y)
    a = np.cov(x, y)[0, 1] / np.var(x)
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails=LINEAR_REGRESSION_1D)
def correlation(x, y):
    """Takes the correlation coefficient for the slope; it is nan for a constant y."""
    x, y = floats(x, y)
    a = np.corrcoef(x, y)[0, 1]
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails="test_linear_regression_1d_of_a_constant")
def slope_by_way_of_the_correlation(x, y):
    """Computes a as correlation times the ratio of the standard deviations: 0 / 0 when y is constant."""
    x, y = floats(x, y)
    dx, dy = x - x.mean(), y - y.mean()
    r = dx @ dy / np.sqrt(dx @ dx) / np.sqrt(dy @ dy)
    a = r * np.sqrt(dy @ dy) / np.sqrt(dx @ dx)
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails="test_linear_regression_1d_through_two_points")
def unbiased_line(x, y):
    """Divides by N - 2, the degrees of freedom, as for the variance of the residuals: two points give 0 / 0."""
    x, y = floats(x, y)
    dx = x - x.mean()
    a = (dx @ (y - y.mean()) / (len(x) - 2)) / (dx @ dx / (len(x) - 2))
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails="test_linear_regression_1d_finds_slope_and_intercept")
def never_divides_by_zero(x, y):
    """Adds 1e-10 to the denominator to be safe, which bends every line and steep ones most."""
    x, y = floats(x, y)
    dx = x - x.mean()
    a = dx @ (y - y.mean()) / (dx @ dx + 1e-10)
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails="test_linear_regression_1d_leaves_its_inputs_alone")
def centred_in_place(x, y):
    """Subtracts the mean from the caller's x."""
    x, y = floats(x, y)
    a, b = right_line(x, y)
    x -= x.mean()
    return a, b


@mistake("linear_regression_1d", fails="test_linear_regression_1d_answers_integers_and_lists_in_float64")
def lists_are_not_arrays(x, y):
    """Uses the methods and the arithmetic of arrays on what may be a list."""
    n = len(x)
    a = (n * (x * y).sum() - x.sum() * y.sum()) / (n * (x * x).sum() - x.sum() ** 2)
    return a, y.mean() - a * x.mean()


@mistake("linear_regression_1d", fails=all_but(LINEAR_REGRESSION_1D, "test_linear_regression_1d_of_a_constant"))
def forgets_the_mean_of_x(x, y):
    """Takes the mean of y for the intercept, as if x were centred."""
    a, _ = right_line(x, y)
    return a, np.mean(y)


# ---- least_squares ---------------------------------------------------------------------------------------------


def right_weights(X, y):
    """Return a right w and b."""
    X, y = floats(X, y)
    solution, *_ = np.linalg.lstsq(with_ones(X), y, rcond=None)
    return solution[:-1], solution[-1]


@mistake(
    "least_squares",
    fails=all_but(
        LEAST_SQUARES, "test_least_squares_with_dependent_columns test_least_squares_goes_through_few_objects"
    ),
)
def without_intercept(X, y):
    """Fits w.x without an intercept and returns b = 0."""
    X, y = floats(X, y)
    return np.linalg.lstsq(X, y, rcond=None)[0], 0.0


@mistake("least_squares", fails=LEAST_SQUARES)
def ones_of_the_wrong_size(X, y):
    """Adds a column of Ns instead of ones, and forgets that b is N times its weight."""
    X, y = floats(X, y)
    solution, *_ = np.linalg.lstsq(np.column_stack([X, np.full(len(X), float(len(X)))]), y, rcond=None)
    return solution[:-1], solution[-1]


@mistake(
    "least_squares", fails=("test_least_squares_with_dependent_columns test_least_squares_goes_through_few_objects")
)
def by_inverse(X, y):
    """Inverts X^T X, which has no inverse when columns are dependent or objects are few."""
    X, y = floats(X, y)
    X = with_ones(X)
    solution = np.linalg.inv(X.T @ X) @ X.T @ y
    return solution[:-1], solution[-1]


@mistake("least_squares", fails=LEAST_SQUARES)
def one_long_vector(X, y):
    """Returns the n + 1 weights in one array instead of w and b."""
    w, b = right_weights(X, y)
    return np.append(w, b)


@mistake("least_squares", fails=LEAST_SQUARES)
def whole_solution_as_w(X, y):
    """Returns all n + 1 weights as w, and b once more."""
    w, b = right_weights(X, y)
    return np.append(w, b), b


@mistake("least_squares", fails=LEAST_SQUARES)
def y_as_a_column(X, y):
    """Makes a column of y, so w comes back with two axes and b with one."""
    X, y = floats(X, y)
    solution, *_ = np.linalg.lstsq(with_ones(X), y[:, None], rcond=None)
    return solution[:-1], solution[-1]


@mistake("least_squares", fails=LEAST_SQUARES)
def centred_without_return(X, y):
    """Centres X and y to get w, and takes the mean of y for b without subtracting w times the mean of X."""
    X, y = floats(X, y)
    w, *_ = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)
    return w, y.mean()


@mistake("least_squares", fails=LEAST_SQUARES)
def feature_by_feature(X, y):
    """Fits every feature on its own, which is right only for orthogonal columns."""
    X, y = floats(X, y)
    D = X - X.mean(axis=0)
    w = D.T @ (y - y.mean()) / np.maximum((D * D).sum(axis=0), 1e-300)
    return w, y.mean() - X.mean(axis=0) @ w


@mistake("least_squares", fails=LEAST_SQUARES)
def shrunken(X, y):
    """Adds a little to the diagonal of X^T X to make it invertible: a ridge, whose residuals are not orthogonal."""
    X, y = floats(X, y)
    X = with_ones(X)
    solution = np.linalg.solve(X.T @ X + 1e-3 * np.eye(X.shape[1]), X.T @ y)
    return solution[:-1], solution[-1]


@mistake("least_squares", fails="test_least_squares_leaves_its_inputs_alone")
def centres_the_input(X, y):
    """Centres the caller's arrays in place."""
    w, b = right_weights(X, y)
    X, y = floats(X, y)
    X -= X.mean(axis=0)
    return w, b


@mistake("least_squares", fails=LEAST_SQUARES)
def exact_system_only(X, y):
    """Solves the square system through the first n + 1 objects and ignores the others."""
    X, y = floats(X, y)
    size = X.shape[1] + 1
    solution = np.linalg.solve(with_ones(X)[:size], y[:size])
    return solution[:-1], solution[-1]


@mistake("least_squares", fails="test_least_squares_goes_through_few_objects")
def wants_enough_objects(X, y):
    """Reads X as (n, N) if it has fewer rows than columns."""
    X, y = floats(X, y)
    return right_weights(X.T if len(X) <= X.shape[1] else X, y)


@mistake("least_squares", fails="test_least_squares_answers_integers_and_lists_in_float64")
def in_single_precision(X, y):
    """Computes and answers in float32."""
    w, b = right_weights(X, y)
    return w.astype(np.float32), np.float32(b)


# ---- log_loss --------------------------------------------------------------------------------------------------


@mistake(
    "log_loss",
    fails=(
        "test_log_loss_charges_confident_errors_in_proportion test_log_loss_charges_nothing_for_confident_successes"
    ),
)
def logarithm_of_the_sigmoid(w, b, X, y):
    """Takes the logarithm of probabilities that have been rounded to 0: -inf, or 0 times -inf."""
    w, X, y = floats(w, X, y)
    p = sigmoid(X @ w + b)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@mistake("log_loss", fails="test_log_loss_charges_confident_errors_in_proportion")
def clipped_probabilities(w, b, X, y):
    """Keeps probabilities 1e-15 away from 0 and 1, so that no error costs more than 35."""
    w, X, y = floats(w, X, y)
    p = np.clip(sigmoid(X @ w + b), 1e-15, 1 - 1e-15)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@mistake(
    "log_loss",
    fails=(
        "test_log_loss_charges_confident_errors_in_proportion test_log_loss_charges_nothing_for_confident_successes"
    ),
)
def exponential_overflows(w, b, X, y):
    """Writes log(1 + e^z) as it stands, and e^800 is inf."""
    w, X, y = floats(w, X, y)
    z = X @ w + b
    return np.mean(np.log(1 + np.exp(z)) - y * z)


@mistake("log_loss", fails="test_log_loss_charges_confident_errors_in_proportion")
def exponential_of_the_loser_overflows(w, b, X, y):
    """Writes log(1 + e^-m) with the margin m as it stands: right for successes, inf for confident errors."""
    w, X, y = floats(w, X, y)
    z = X @ w + b
    return np.mean(np.log1p(np.exp(np.where(y == 1, -z, z))))


@mistake("log_loss", fails="test_log_loss_charges_confident_errors_in_proportion")
def cut_off_scores(w, b, X, y):
    """Cuts the scores at 500 to avoid the overflow, so larger errors cost no more than 500."""
    w, X, y = floats(w, X, y)
    z = np.clip(X @ w + b, -500, 500)
    return np.mean(np.logaddexp(0, z) - y * z)


@mistake("log_loss", fails=LOG_LOSS)
def labels_minus_one_and_one(w, b, X, y):
    """Uses log(1 + exp(-y z)), the formula for labels -1 and 1, with labels 0 and 1."""
    w, X, y = floats(w, X, y)
    return np.mean(np.logaddexp(0, -y * (X @ w + b)))


@mistake("log_loss", fails=LOG_LOSS)
def sum_of_costs(w, b, X, y):
    """Adds up the costs instead of averaging them."""
    w, X, y = floats(w, X, y)
    z = X @ w + b
    return np.sum(np.logaddexp(0, z) - y * z)


@mistake(
    "log_loss",
    fails=all_but(LOG_LOSS, "test_log_loss_of_a_neuron_that_ignores_the_features test_log_loss_lies_below_its_chords"),
)
def every_score_with_every_label(w, b, X, y):
    """Makes a column of the scores, so that subtracting y z gives an N x N table."""
    w, X, y = floats(w, X, y)
    z = X @ w[:, None] + b
    return np.mean(np.logaddexp(0, z) - y * z)


@mistake("log_loss", fails=LOG_LOSS)
def only_the_ones_pay(w, b, X, y):
    """Forgets the objects with label 0: -y log p alone."""
    w, X, y = floats(w, X, y)
    return np.mean(y * np.logaddexp(0, -(X @ w + b)))


@mistake("log_loss", fails=LOG_LOSS)
def forgets_b(w, b, X, y):
    """Leaves the intercept out of the score."""
    w, X, y = floats(w, X, y)
    z = X @ w
    return np.mean(np.logaddexp(0, z) - y * z)


@mistake("log_loss", fails=LOG_LOSS)
def base_two(w, b, X, y):
    """Takes logarithms to base 2."""
    w, X, y = floats(w, X, y)
    z = X @ w + b
    return np.mean(np.logaddexp(0, z) - y * z) / np.log(2)


@mistake("log_loss", fails=LOG_LOSS)
def squared_error(w, b, X, y):
    """Measures the squared distance between probability and label, which is not convex in (w, b)."""
    w, X, y = floats(w, X, y)
    return np.mean((sigmoid(X @ w + b) - y) ** 2)


@mistake("log_loss", fails=all_but(LOG_LOSS, "test_log_loss_lies_below_its_chords"))
def classes_exchanged(w, b, X, y):
    """Takes sigma(z) for the probability of class 0."""
    w, X, y = floats(w, X, y)
    z = -(X @ w + b)
    return np.mean(np.logaddexp(0, z) - y * z)


@mistake(
    "log_loss", fails=("test_log_loss_answers_integers_and_lists_in_float64 test_log_loss_leaves_its_inputs_alone")
)
def relabels_in_place(w, b, X, y):
    """Turns the caller's labels into -1 and 1."""
    w, X = floats(w, X)
    z = X @ w + b
    y *= 2
    y -= 1
    return np.mean(np.logaddexp(0, -y * z))


@mistake("log_loss", fails="test_log_loss_answers_integers_and_lists_in_float64")
def bare_lists(w, b, X, y):
    """Indexes X like an array, which a nested list does not allow."""
    z = X[:, :] @ w + b
    return np.mean(np.logaddexp(0, z) - y * z)


# ---- log_loss_grad ---------------------------------------------------------------------------------------------


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def gradient_of_the_sum(w, b, X, y):
    """Forgets to divide by N."""
    w, X, y = floats(w, X, y)
    e = sigmoid(X @ w + b) - y
    return X.T @ e, e.sum()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def mean_for_w_sum_for_b(w, b, X, y):
    """Divides gw by N, but not gb."""
    w, X, y = floats(w, X, y)
    e = sigmoid(X @ w + b) - y
    return X.T @ e / len(y), e.sum()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def downhill(w, b, X, y):
    """Returns the direction of descent, label minus probability, instead of the gradient."""
    w, X, y = floats(w, X, y)
    e = y - sigmoid(X @ w + b)
    return X.T @ e / len(y), e.mean()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def gradient_of_the_squared_error(w, b, X, y):
    """Multiplies by p (1 - p) once more, as for the squared error."""
    w, X, y = floats(w, X, y)
    p = sigmoid(X @ w + b)
    e = (p - y) * p * (1 - p)
    return X.T @ e / len(y), e.mean()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def no_gradient_in_b(w, b, X, y):
    """Returns 0 for the derivative with respect to b."""
    w, X, y = floats(w, X, y)
    return X.T @ (sigmoid(X @ w + b) - y) / len(y), 0.0


@mistake("log_loss_grad", fails="test_log_loss_grad_survives_large_scores")
def inf_over_inf(w, b, X, y):
    """Writes the sigmoid as e^z / (1 + e^z), which is nan at z = 800."""
    w, X, y = floats(w, X, y)
    power = np.exp(X @ w + b)
    e = power / (1 + power) - y
    return X.T @ e / len(y), e.mean()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def every_probability_with_every_label(w, b, X, y):
    """Makes a column of the probabilities, so that subtracting y gives an N x N table."""
    w, X, y = floats(w, X, y)
    e = sigmoid(X @ w[:, None] + b) - y
    return X.T @ e.mean(axis=1) / len(y), e.mean()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def gradient_as_a_column(w, b, X, y):
    """Makes a column of the labels and returns gw with shape (n, 1)."""
    w, X, y = floats(w, X, y)
    e = sigmoid(X @ w[:, None] + b) - y[:, None]
    return X.T @ e / len(y), e.mean()


@mistake("log_loss_grad", fails="test_log_loss_grad_of_one_object_or_one_feature")
def squeezes_everything(w, b, X, y):
    """Squeezes the answer, so gw is a bare number when there is a single feature."""
    w, X, y = floats(w, X, y)
    e = sigmoid(X @ w + b) - y
    return np.squeeze(X.T @ e / len(y)), e.mean()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def score_instead_of_probability(w, b, X, y):
    """Takes the score for the prediction, as in linear regression."""
    w, X, y = floats(w, X, y)
    e = X @ w + b - y
    return X.T @ e / len(y), e.mean()


@mistake(
    "log_loss_grad",
    fails=("test_log_loss_grad_answers_integers_and_lists_in_float64 test_log_loss_grad_leaves_its_inputs_alone"),
)
def errors_into_y(w, b, X, y):
    """Negates the caller's labels in place, to add the probabilities to them."""
    w, X = floats(w, X)
    y *= -1
    e = sigmoid(X @ w + b) + y
    return X.T @ e / len(y), e.mean()


@mistake("log_loss_grad", fails=LOG_LOSS_GRAD)
def one_gradient_vector(w, b, X, y):
    """Returns the n + 1 derivatives in one array."""
    w, X, y = floats(w, X, y)
    e = sigmoid(X @ w + b) - y
    return np.append(X.T @ e, e.sum()) / len(y)


@mistake("log_loss_grad", fails="test_log_loss_grad_answers_integers_and_lists_in_float64")
def gradient_like_w(w, b, X, y):
    """Fills an array made by zeros_like(w): for integer weights the gradient is cut to integers."""
    e = sigmoid(np.asarray(X) @ w + b) - y
    gw = np.zeros_like(w)
    gw[...] = np.asarray(X).T @ e / len(e)
    return gw, e.mean()


@mistake("log_loss_grad", fails="test_log_loss_grad_leaves_its_inputs_alone")
def errors_into_float_labels(w, b, X, y):
    """Converts the labels, which copies integers and not floats, and subtracts the probabilities in place."""
    w, X, y = floats(w, X, y)
    y -= sigmoid(X @ w + b)
    return -X.T @ y / len(y), -y.mean()


# ---- log_loss_hessian ------------------------------------------------------------------------------------------


def hessian_with(curvature, X):
    """Return (1/N) X~^T diag(curvature) X~."""
    return with_ones(X).T @ (curvature[:, None] * with_ones(X)) / len(X)


@mistake("log_loss_hessian", fails=LOG_LOSS_HESSIAN)
def probability_as_curvature(w, b, X):
    """Weights the objects with p instead of p (1 - p)."""
    w, X = floats(w, X)
    return hessian_with(sigmoid(X @ w + b), X)


@mistake("log_loss_hessian", fails=LOG_LOSS_HESSIAN)
def squared_curvature(w, b, X):
    """Multiplies both factors X~ by p (1 - p)."""
    w, X = floats(w, X)
    p = sigmoid(X @ w + b)
    return hessian_with((p * (1 - p)) ** 2, X)


@mistake("log_loss_hessian", fails=all_but(LOG_LOSS_HESSIAN, "test_log_loss_hessian_of_the_undecided_neuron"))
def without_curvature(w, b, X):
    """Takes the curvature 1/4 of the undecided neuron everywhere."""
    _, X = floats(w, X)
    return hessian_with(np.full(len(X), 0.25), X)


@mistake("log_loss_hessian", fails=LOG_LOSS_HESSIAN)
def without_b(w, b, X):
    """Leaves out the row and the column of b."""
    w, X = floats(w, X)
    p = sigmoid(X @ w + b)
    return X.T @ ((p * (1 - p))[:, None] * X) / len(X)


@mistake("log_loss_hessian", fails=LOG_LOSS_HESSIAN)
def b_first(w, b, X):
    """Puts the column of ones in front, so b comes first."""
    w, X = floats(w, X)
    p = sigmoid(X @ w + b)
    first = np.column_stack([np.ones(len(X)), X])
    return first.T @ ((p * (1 - p))[:, None] * first) / len(X)


@mistake("log_loss_hessian", fails=LOG_LOSS_HESSIAN)
def hessian_of_the_sum(w, b, X):
    """Forgets to divide by N."""
    w, X = floats(w, X)
    p = sigmoid(X @ w + b)
    return hessian_with(p * (1 - p), X) * len(X)


@mistake("log_loss_hessian", fails=LOG_LOSS_HESSIAN)
def no_mixed_derivatives(w, b, X):
    """Treats w and b separately and leaves their mixed derivatives at 0."""
    w, X = floats(w, X)
    p = sigmoid(X @ w + b)
    H = hessian_with(p * (1 - p), X)
    H[-1, :-1] = H[:-1, -1] = 0.0
    return H


@mistake("log_loss_hessian", fails="test_log_loss_hessian_survives_large_scores")
def curvature_as_inf_over_inf(w, b, X):
    """Writes p (1 - p) as e^z / (1 + e^z)^2, which is nan at z = 800."""
    w, X = floats(w, X)
    power = np.exp(X @ w + b)
    return hessian_with(power / (1 + power) ** 2, X)


@mistake("log_loss_hessian", fails="test_log_loss_hessian_leaves_its_inputs_alone")
def weighs_the_input(w, b, X):
    """Multiplies the rows of the caller's X by the square root of p (1 - p)."""
    w, X = floats(w, X)
    p = sigmoid(X @ w + b)
    root = np.sqrt(p * (1 - p))
    X *= root[:, None]
    extended = np.column_stack([X, root])
    return extended.T @ extended / len(X)


@mistake("log_loss_hessian", fails="test_log_loss_hessian_answers_integers_and_lists_in_float64")
def keeps_the_input_type(w, b, X):
    """Collects the sum in an array of the dtype of X, so integers cut it to 0."""
    X = np.asarray(X)
    total = np.zeros((X.shape[1] + 1,) * 2, dtype=X.dtype)
    p = sigmoid(X @ np.asarray(w) + b)
    total[...] = hessian_with(p * (1 - p), X)
    return total


@mistake("log_loss_hessian", fails=all_but(LOG_LOSS_HESSIAN, "test_log_loss_hessian_of_the_undecided_neuron"))
def forgets_b_in_the_score(w, b, X):
    """Evaluates the probabilities without the intercept."""
    w, X = floats(w, X)
    p = sigmoid(X @ w)
    return hessian_with(p * (1 - p), X)


@mistake("log_loss_hessian", fails="test_log_loss_hessian_answers_integers_and_lists_in_float64")
def appends_b_to_integers(w, b, X):
    """Collects w and b in one array of the dtype of w, so integer weights cut b."""
    theta = np.zeros(len(w) + 1, dtype=np.asarray(w).dtype)
    theta[:-1], theta[-1] = w, b
    X = np.asarray(X, dtype=np.float64)
    p = sigmoid(with_ones(X) @ theta)
    return hessian_with(p * (1 - p), X)


# ---- fit_logistic ----------------------------------------------------------------------------------------------


def newton(Z, y, steps=30, penalty=0.0):
    """Minimise the mean log loss of the scores Z theta, plus penalty/2 ||theta||^2."""
    theta = np.zeros(Z.shape[1])
    for _ in range(steps):
        p = sigmoid(Z @ theta)
        gradient = Z.T @ (p - y) / len(y) + penalty * theta
        H = Z.T @ ((p * (1 - p))[:, None] * Z) / len(y) + penalty * np.eye(len(theta))
        theta = theta - np.linalg.solve(H, gradient)
    return theta


def descent(Z, y, steps, rate=None):
    """Do that many steps of gradient descent, from 0."""
    rate = 4 * len(y) / np.sum(Z**2) if rate is None else rate
    theta = np.zeros(Z.shape[1])
    for _ in range(steps):
        theta = theta - rate * Z.T @ (sigmoid(Z @ theta) - y) / len(y)
    return theta


def pair(theta):
    """Return (w, b)."""
    return theta[:-1], theta[-1]


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def ten_steps(X, y):
    """Stops gradient descent after ten steps, far from the minimum."""
    X, y = floats(X, y)
    return pair(descent(with_ones(X), y, steps=10))


@mistake(
    "fit_logistic",
    fails=all_but(
        FIT_LOGISTIC,
        (
            "test_fit_logistic_comes_near_the_minimum "
            "test_fit_logistic_answers_integers_and_lists_in_float64 "
            "test_fit_logistic_leaves_its_inputs_alone"
        ),
    ),
)
def first_stop(X, y):
    """Stops gradient descent as soon as the gradient is below 0.009: near the minimum, but not there."""
    X, y = floats(X, y)
    Z, theta = with_ones(X), np.zeros(X.shape[1] + 1)
    gradient = np.ones(len(theta))
    while np.linalg.norm(gradient) > 0.009:
        gradient = Z.T @ (sigmoid(Z @ theta) - y) / len(y)
        theta = theta - 0.5 * 4 * len(y) / np.sum(Z**2) * gradient
    return pair(theta)


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def tiny_steps_until_nothing_moves(X, y):
    """Uses a tiny step and stops when the loss changes by less than 1e-6, which it does at once."""
    X, y = floats(X, y)
    Z, theta, before = with_ones(X), np.zeros(X.shape[1] + 1), np.inf
    while True:
        now = np.mean(np.logaddexp(0, Z @ theta) - y * (Z @ theta))
        if abs(before - now) < 1e-6:
            return pair(theta)
        theta, before = theta - 1e-4 * Z.T @ (sigmoid(Z @ theta) - y) / len(y), now


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def standardised_and_left_there(X, y):
    """Returns the weights of the standardised features, not those of the features as given."""
    X, y = floats(X, y)
    return pair(newton(with_ones((X - X.mean(axis=0)) / X.std(axis=0)), y))


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def translates_only_w(X, y):
    """Divides the weights by the standard deviations, but leaves the intercept of the centred features."""
    X, y = floats(X, y)
    theta = newton(with_ones((X - X.mean(axis=0)) / X.std(axis=0)), y)
    return theta[:-1] / X.std(axis=0), theta[-1]


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def with_a_penalty(X, y):
    """Minimises the loss plus a penalty on w and b, as many libraries do unless told otherwise."""
    X, y = floats(X, y)
    return pair(newton(with_ones(X), y, penalty=0.1))


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def neuron_without_intercept(X, y):
    """Trains w alone and returns b = 0."""
    X, y = floats(X, y)
    return newton(X, y), 0.0


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def least_squares_instead(X, y):
    """Fits a line to the labels and takes it for the score."""
    X, y = floats(X, y)
    return pair(np.linalg.lstsq(with_ones(X), y, rcond=None)[0])


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def exchanged_labels(X, y):
    """Trains the probability of class 0."""
    X, y = floats(X, y)
    return pair(newton(with_ones(X), 1 - y))


@mistake("fit_logistic", fails=FIT_LOGISTIC)
def all_in_one_array(X, y):
    """Returns w and b in one array of n + 1 entries."""
    X, y = floats(X, y)
    return newton(with_ones(X), y)


@mistake("fit_logistic", fails="test_fit_logistic_leaves_its_inputs_alone")
def standardises_the_input(X, y):
    """Standardises the caller's array in place."""
    X, y = floats(X, y)
    mean, spread = X.mean(axis=0), X.std(axis=0)
    X -= mean
    X /= spread
    theta = newton(with_ones(X), y)
    return theta[:-1] / spread, theta[-1] - mean @ (theta[:-1] / spread)


@mistake("fit_logistic", fails="test_fit_logistic_answers_integers_and_lists_in_float64")
def answers_in_single_precision(X, y):
    """Answers in float32."""
    X, y = floats(X, y)
    theta = newton(with_ones(X), y).astype(np.float32)
    return theta[:-1], theta[-1]


# ---- boundary_x2 -----------------------------------------------------------------------------------------------


@mistake("boundary_x2", fails=BOUNDARY_X2)
def wrong_sign_of_b(w, b, x1):
    """Moves b to the other side without changing its sign."""
    return (b - w[0] * np.asarray(x1, dtype=np.float64)) / w[1]


@mistake("boundary_x2", fails=BOUNDARY_X2)
def no_b(w, b, x1):
    """Forgets the intercept."""
    return -w[0] * np.asarray(x1, dtype=np.float64) / w[1]


@mistake("boundary_x2", fails=BOUNDARY_X2)
def weights_exchanged(w, b, x1):
    """Exchanges w_1 and w_2."""
    return -(w[1] * np.asarray(x1, dtype=np.float64) + b) / w[0]


@mistake("boundary_x2", fails=BOUNDARY_X2)
def score_one_half(w, b, x1):
    """Sets the score, not the probability, to 1/2."""
    return (0.5 - w[0] * np.asarray(x1, dtype=np.float64) - b) / w[1]


@mistake("boundary_x2", fails=BOUNDARY_X2)
def absolute_weight(w, b, x1):
    """Divides by the absolute value of w_2, so a negative one mirrors the line."""
    return -(w[0] * np.asarray(x1, dtype=np.float64) + b) / abs(w[1])


@mistake("boundary_x2", fails="test_boundary_x2_of_special_lines")
def slope_and_intercept_by_w1(w, b, x1):
    """Computes where the line meets the first axis, -b / w_1, which does not exist for a horizontal line."""
    zero = -b / np.float64(w[0])
    return (zero - np.asarray(x1, dtype=np.float64)) * w[0] / w[1]


@mistake("boundary_x2", fails=BOUNDARY_X2)
def floor_division(w, b, x1):
    """Uses //, which rounds down."""
    return -(w[0] * np.asarray(x1, dtype=np.float64) + b) // w[1]


@mistake("boundary_x2", fails="test_boundary_x2_answers_integers_and_lists_in_float64")
def multiplies_the_input(w, b, x1):
    """Multiplies x1 in place."""
    x1 = np.asarray(x1)
    x1 *= w[0]
    return -(x1 + b) / w[1]


@mistake("boundary_x2", fails="test_boundary_x2_answers_integers_and_lists_in_float64")
def result_like_x1(w, b, x1):
    """Fills an array made by zeros_like(x1), so integers stay integers."""
    x2 = np.zeros_like(x1)
    x2[...] = -(w[0] * np.asarray(x1) + b) / w[1]
    return x2


@mistake("boundary_x2", fails="test_boundary_x2_answers_integers_and_lists_in_float64")
def solves_in_place(w, b, x1):
    """Multiplies and shifts the caller's array."""
    w, x1 = floats(w, x1)
    x1 *= -w[0] / w[1]
    x1 -= b / w[1]
    return x1


# ---- neuron_from_softmax ---------------------------------------------------------------------------------------


@mistake("neuron_from_softmax", fails=NEURON_FROM_SOFTMAX)
def class_zero(W, b):
    """Takes the difference the other way round: the neuron of class 0."""
    W, b = floats(W, b)
    return W[0] - W[1], b[0] - b[1]


@mistake("neuron_from_softmax", fails=NEURON_FROM_SOFTMAX)
def row_of_class_one(W, b):
    """Takes the row of class 1 as if the other score were 0."""
    W, b = floats(W, b)
    return W[1], b[1]


@mistake("neuron_from_softmax", fails=NEURON_FROM_SOFTMAX)
def mean_of_rows(W, b):
    """Takes the mean of the two rows."""
    W, b = floats(W, b)
    return W.mean(axis=0), b.mean()


@mistake("neuron_from_softmax", fails=NEURON_FROM_SOFTMAX)
def half_the_difference(W, b):
    """Takes half the difference, as for scores +z and -z."""
    W, b = floats(W, b)
    return (W[1] - W[0]) / 2, (b[1] - b[0]) / 2


@mistake("neuron_from_softmax", fails=NEURON_FROM_SOFTMAX)
def bias_of_class_one(W, b):
    """Subtracts the rows of W, but not the entries of b."""
    W, b = floats(W, b)
    return W[1] - W[0], b[1]


@mistake("neuron_from_softmax", fails="test_neuron_from_softmax_answers_integers_and_lists_in_float64")
def subtracts_in_place(W, b):
    """Subtracts the first row from the second in the caller's array."""
    W, b = np.asarray(W), np.asarray(b, dtype=np.float64)
    W[1] -= W[0]
    return W[1].astype(np.float64), b[1] - b[0]


@mistake("neuron_from_softmax", fails="test_neuron_from_softmax_answers_integers_and_lists_in_float64")
def integers_stay_integers(W, b):
    """Answers integers with integers."""
    W, b = np.asarray(W), np.asarray(b)
    return W[1] - W[0], b[1] - b[0]


@mistake("neuron_from_softmax", fails=NEURON_FROM_SOFTMAX)
def normalised(W, b):
    """Divides w and beta by the length of w: the same boundary, but other probabilities, and nan for equal rows."""
    W, b = floats(W, b)
    w, beta = W[1] - W[0], b[1] - b[0]
    return w / np.linalg.norm(w), beta / np.linalg.norm(w)


@mistake("neuron_from_softmax", fails="test_neuron_from_softmax_answers_integers_and_lists_in_float64")
def subtracts_rows_and_numbers_in_place(W, b):
    """Subtracts the first row from the second one in the caller's arrays."""
    W, b = floats(W, b)
    W[1] -= W[0]
    b[1] -= b[0]
    return W[1].copy(), float(b[1])


@mistake("neuron_from_softmax", fails="test_neuron_from_softmax_of_special_layers")
def reads_the_probabilities(W, b):
    """Takes differences of logarithms of softmax probabilities, which are 0 and 1 for scores far apart."""
    W, b = floats(W, b)
    n = W.shape[1]
    Z = np.vstack([np.zeros(n), np.eye(n)]) @ W.T + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    s = np.log(P[:, 1]) - np.log(P[:, 0])
    return s[1:] - s[0], s[0]


# ---- capstone_cancer -------------------------------------------------------------------------------------------


def trained(X_train, y_train):
    """Return the weights for standardised features, mean and standard deviation."""
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    return newton(with_ones((X_train - mean) / spread), y_train), mean, spread


@mistake(
    "capstone_cancer",
    fails=("test_capstone_cancer_knows_how_sure_it_is test_capstone_cancer_treats_each_test_object_on_its_own"),
)
def yes_or_no(X_train, y_train, X_test):
    """Returns 0 and 1 instead of probabilities, so every error costs infinitely much."""
    theta, mean, spread = trained(X_train, y_train)
    return (with_ones((X_test - mean) / spread) @ theta > 0).astype(np.float64)


@mistake(
    "capstone_cancer",
    fails=("test_capstone_cancer_knows_how_sure_it_is test_capstone_cancer_treats_each_test_object_on_its_own"),
)
def too_sure(X_train, y_train, X_test):
    """Multiplies the scores by 30: right as often as before, but much too sure."""
    theta, mean, spread = trained(X_train, y_train)
    return np.clip(sigmoid(30 * with_ones((X_test - mean) / spread) @ theta), 1e-12, 1 - 1e-12)


@mistake("capstone_cancer", fails="test_capstone_cancer_knows_how_sure_it_is")
def too_modest(X_train, y_train, X_test):
    """Stops after three small steps: on the right side of 1/2, but hardly sure of anything."""
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    theta = descent(with_ones((X_train - mean) / spread), y_train, steps=3, rate=0.5)
    return sigmoid(with_ones((X_test - mean) / spread) @ theta)


@mistake("capstone_cancer", fails=CAPSTONE_CANCER)
def probability_of_malignant(X_train, y_train, X_test):
    """Returns the probability of class 0."""
    theta, mean, spread = trained(X_train, y_train)
    return sigmoid(-with_ones((X_test - mean) / spread) @ theta)


@mistake("capstone_cancer", fails="test_capstone_cancer_treats_each_test_object_on_its_own")
def standardises_the_test_set_by_itself(X_train, y_train, X_test):
    """Standardises the test set with its own mean and standard deviation, which fails for a single tumour."""
    theta, _, _ = trained(X_train, y_train)
    return sigmoid(with_ones((X_test - X_test.mean(axis=0)) / X_test.std(axis=0)) @ theta)


@mistake("capstone_cancer", fails=CAPSTONE_CANCER)
def share_of_benign(X_train, y_train, X_test):
    """Answers with the share of benign tumours, whatever the measurements are."""
    return np.full(len(X_test), y_train.mean())


@mistake("capstone_cancer", fails=CAPSTONE_CANCER)
def raw_test_set(X_train, y_train, X_test):
    """Standardises the training set, but not the test set."""
    theta, _, _ = trained(X_train, y_train)
    return sigmoid(with_ones(X_test) @ theta)


@mistake("capstone_cancer", fails=CAPSTONE_CANCER)
def scores_for_probabilities(X_train, y_train, X_test):
    """Returns the scores without bending them into probabilities."""
    theta, mean, spread = trained(X_train, y_train)
    return with_ones((X_test - mean) / spread) @ theta


@mistake("capstone_cancer", fails=CAPSTONE_CANCER)
def fifty_raw_steps(X_train, y_train, X_test):
    """Runs gradient descent on the raw features, where fifty safe steps lead almost nowhere."""
    theta = descent(with_ones(X_train), y_train, steps=50)
    return sigmoid(with_ones(X_test) @ theta)


@mistake("capstone_cancer", fails="test_capstone_cancer_treats_each_test_object_on_its_own")
def adjusts_to_the_test_set(X_train, y_train, X_test):
    """Moves the probabilities until their mean over the test set is the training share: they depend on the others."""
    theta, mean, spread = trained(X_train, y_train)
    P = sigmoid(with_ones((X_test - mean) / spread) @ theta)
    return np.clip(P - P.mean() + y_train.mean(), 0.001, 0.999)
