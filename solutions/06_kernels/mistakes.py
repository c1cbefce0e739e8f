"""Plausible wrong answers: kernel methods. Each names exactly the hidden tests that must reject it."""

import itertools

import numpy as np

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
QUADRATIC_FEATURES = (
    "test_quadratic_features_without_constant test_quadratic_features_with_a_constant "
    "test_quadratic_features_maps_each_object_on_its_own test_quadratic_features_needs_few_columns "
    "test_quadratic_features_answers_integers_and_lists_in_float64 test_quadratic_features_leaves_its_input_alone "
    "test_quadratic_features_of_one_object_or_one_feature"
)
POLYNOMIAL_KERNEL = (
    "test_polynomial_kernel_has_the_right_values test_polynomial_kernel_of_swapped_arguments_is_transposed "
    "test_polynomial_kernel_answers_integers_and_lists_in_float64 test_polynomial_kernel_leaves_its_inputs_alone "
    "test_polynomial_kernel_of_integers_does_not_overflow"
)
GAUSSIAN_KERNEL = (
    "test_gaussian_kernel_has_the_right_values test_gaussian_kernel_does_not_feel_rotation_and_translation "
    "test_gaussian_kernel_keeps_its_values_when_everything_is_scaled "
    "test_gaussian_kernel_answers_integers_and_lists_in_float64 test_gaussian_kernel_leaves_its_inputs_alone "
    "test_gaussian_kernel_of_a_set_with_itself test_gaussian_kernel_far_from_the_origin "
    "test_gaussian_kernel_of_objects_far_apart"
)
IS_PSD_KERNEL_MATRIX = (
    "test_is_psd_kernel_matrix_looks_at_the_smallest_eigenvalue "
    "test_is_psd_kernel_matrix_accepts_singular_gram_matrices "
    "test_is_psd_kernel_matrix_does_not_judge_by_the_signs_of_entries "
    "test_is_psd_kernel_matrix_is_not_fooled_by_an_even_number_of_negative_eigenvalues "
    "test_is_psd_kernel_matrix_tells_kernels_from_other_functions test_is_psd_kernel_matrix_answers_with_a_bool "
    "test_is_psd_kernel_matrix_leaves_its_input_alone "
    "test_is_psd_kernel_matrix_rejects_matrices_that_are_not_symmetric "
    "test_is_psd_kernel_matrix_uses_its_tolerance test_is_psd_kernel_matrix_of_degenerate_matrices"
)
EMPIRICAL_FEATURE_MAP = (
    "test_empirical_feature_map_has_the_gram_matrix_k test_empirical_feature_map_of_gaussian_kernels "
    "test_empirical_feature_map_keeps_distances test_empirical_feature_map_answers_in_float64 "
    "test_empirical_feature_map_leaves_its_input_alone test_empirical_feature_map_of_singular_matrices "
    "test_empirical_feature_map_of_degenerate_matrices"
)
KERNEL_RIDGE = (
    "test_kernel_ridge_solves_its_linear_system test_kernel_ridge_predicts_new_objects "
    "test_kernel_ridge_is_ridge_regression_in_feature_space test_kernel_ridge_attains_the_minimum "
    "test_kernel_ridge_answers_in_float64 test_kernel_ridge_fit_returns_the_model "
    "test_kernel_ridge_leaves_its_inputs_alone test_kernel_ridge_of_repeated_objects "
    "test_kernel_ridge_forgets_what_it_was_fitted_to_before test_kernel_ridge_at_its_extremes"
)
RKHS_NORM = (
    "test_rkhs_norm_is_the_root_of_the_quadratic_form test_rkhs_norm_is_the_length_in_feature_space "
    "test_rkhs_norm_answers_with_a_float test_rkhs_norm_leaves_its_inputs_alone "
    "test_rkhs_norm_of_the_zero_function"
)
KERNEL_PERCEPTRON = (
    "test_kernel_perceptron_counts_mistakes_in_one_epoch test_kernel_perceptron_counts_mistakes_in_several_epochs "
    "test_kernel_perceptron_separates_what_can_be_separated "
    "test_kernel_perceptron_does_not_feel_the_scale_of_the_kernel test_kernel_perceptron_answers_in_int64 "
    "test_kernel_perceptron_leaves_its_inputs_alone test_kernel_perceptron_counts_a_score_of_zero_as_a_mistake "
    "test_kernel_perceptron_of_no_epoch_one_object_or_one_class"
)
KERNEL_SVM = (
    "test_kernel_svm_is_nearly_optimal test_kernel_svm_is_optimal "
    "test_kernel_svm_learns_any_labels_of_distinct_points test_kernel_svm_answers_in_float64 "
    "test_kernel_svm_leaves_its_inputs_alone test_kernel_svm_of_two_objects "
    "test_kernel_svm_with_every_multiplier_at_its_bound test_kernel_svm_of_repeated_objects"
)


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


def floats(*arrays):
    """Return all arrays in float64."""
    return [np.asarray(array, dtype=np.float64) for array in arrays]


# ---- quadratic_features ------------------------------------------------------------------------------------------


def quadratic_columns(X, c, linear, mixed, constant):
    """Return features with the given weights of the linear terms, the mixed terms and the constant."""
    (X,) = floats(X)
    i, j = np.triu_indices(X.shape[1], 1)
    return np.column_stack([np.full(len(X), constant * c), linear * np.sqrt(c) * X, X**2, mixed * X[:, i] * X[:, j]])


@mistake("quadratic_features", fails=QUADRATIC_FEATURES)
def mixed_terms_without_root_two(X, c):
    """Counts each mixed term x_i x_j once, although the square contains it twice."""
    return quadratic_columns(X, c, np.sqrt(2), 1.0, 1.0)


@mistake("quadratic_features", fails=all_but(QUADRATIC_FEATURES, "test_quadratic_features_without_constant"))
def linear_terms_without_root_two(X, c):
    """Weights the linear terms with sqrt(c) instead of sqrt(2c), which c = 0 cannot show."""
    return quadratic_columns(X, c, 1.0, np.sqrt(2), 1.0)


@mistake("quadratic_features", fails=QUADRATIC_FEATURES)
def monomials_without_weights(X, c):
    """Lists the monomials 1, x_i, x_i x_j without any weights, as feature generators of libraries do."""
    (X,) = floats(X)
    i, j = np.triu_indices(X.shape[1])
    return np.column_stack([np.ones(len(X)), X, X[:, i] * X[:, j]])


@mistake("quadratic_features", fails=all_but(QUADRATIC_FEATURES, "test_quadratic_features_without_constant"))
def linear_terms_weighted_with_c(X, c):
    """Weights the linear terms with 2c instead of its root."""
    (X,) = floats(X)
    return np.column_stack([quadratic_columns(X, 0.0, 0.0, np.sqrt(2), 0.0), 2 * c * X, np.full(len(X), c)])


@mistake("quadratic_features", fails=all_but(QUADRATIC_FEATURES, "test_quadratic_features_without_constant"))
def constant_omitted(X, c):
    """Forgets the constant feature c."""
    return quadratic_columns(X, c, np.sqrt(2), np.sqrt(2), 0.0)


@mistake("quadratic_features", fails=all_but(QUADRATIC_FEATURES, "test_quadratic_features_without_constant"))
def root_of_the_constant(X, c):
    """Takes sqrt(c) for the constant feature, whose square should be c^2."""
    X, root = floats(X, np.sqrt(c))
    return np.column_stack([quadratic_columns(X, c, np.sqrt(2), np.sqrt(2), 0.0), np.full(len(X), root)])


@mistake("quadratic_features", fails=QUADRATIC_FEATURES)
def squares_only(X, c):
    """Leaves the mixed terms out altogether."""
    return quadratic_columns(X, c, np.sqrt(2), 0.0, 1.0)


@mistake(
    "quadratic_features",
    fails=all_but(
        QUADRATIC_FEATURES,
        (
            "test_quadratic_features_needs_few_columns test_quadratic_features_answers_integers_and_lists_in_float64 "
            "test_quadratic_features_leaves_its_input_alone"
        ),
    ),
)
def features_of_the_batch(X, c):
    """Takes a root of the kernel matrix of the batch, which knows nothing about other objects."""
    (X,) = floats(X)
    eigenvalues, U = np.linalg.eigh((X @ X.T + c) ** 2)
    return U * np.sqrt(np.maximum(eigenvalues, 0.0))


@mistake(
    "quadratic_features",
    fails=all_but(
        QUADRATIC_FEATURES,
        (
            "test_quadratic_features_needs_few_columns test_quadratic_features_answers_integers_and_lists_in_float64 "
            "test_quadratic_features_leaves_its_input_alone"
        ),
    ),
)
def columns_ordered_by_the_batch(X, c):
    """Lets the size of the batch decide the order of the columns, so an object alone has other features."""
    Phi = quadratic_columns(X, c, np.sqrt(2), np.sqrt(2), 1.0)
    return Phi if len(Phi) % 2 else Phi[:, ::-1]


@mistake("quadratic_features", fails="test_quadratic_features_needs_few_columns")
def every_column_nine_times(X, c):
    """Repeats all columns with smaller weights: the right inner products, but far more columns than allowed."""
    Phi = quadratic_columns(X, c, np.sqrt(2), np.sqrt(2), 1.0)
    return np.hstack([Phi] * 9) / 3.0


@mistake("quadratic_features", fails="test_quadratic_features_answers_integers_and_lists_in_float64")
def integer_products(X, c):
    """Multiplies in the dtype of X, so the products of large integers wrap around."""
    X = np.asarray(X)
    i, j = np.triu_indices(X.shape[1], 1)
    parts = [np.full(len(X), float(c)), np.sqrt(2 * c) * X, X * X, np.sqrt(2) * (X[:, i] * X[:, j])]
    return np.column_stack(parts)


@mistake("quadratic_features", fails="test_quadratic_features_answers_integers_and_lists_in_float64")
def needs_an_array(X, c):
    """Uses array methods on X, which a nested list does not have."""
    return quadratic_columns(X.astype(np.float64), c, np.sqrt(2), np.sqrt(2), 1.0)


@mistake("quadratic_features", fails="test_quadratic_features_leaves_its_input_alone")
def scales_the_callers_array(X, c):
    """Multiplies by sqrt(2c) inside the caller's array."""
    X = np.asarray(X, dtype=np.float64)
    Phi = quadratic_columns(X.copy(), c, np.sqrt(2), np.sqrt(2), 1.0)
    X *= np.sqrt(2 * c)
    return Phi


@mistake(
    "quadratic_features",
    fails="test_quadratic_features_needs_few_columns test_quadratic_features_of_one_object_or_one_feature",
)
def needs_a_mixed_term(X, c):
    """Takes the first mixed term for granted, so a single feature raises an error."""
    (X,) = floats(X)
    first = np.sqrt(2) * X[:, 0] * X[:, 1]
    i, j = np.triu_indices(X.shape[1], 1)
    rest = np.sqrt(2) * X[:, i[1:]] * X[:, j[1:]]
    return np.column_stack([np.full(len(X), c), np.sqrt(2 * c) * X, X**2, first, rest])


# ---- polynomial_kernel -------------------------------------------------------------------------------------------


@mistake("polynomial_kernel", fails=POLYNOMIAL_KERNEL)
def divided_by_the_number_of_features(X, Z, degree, c):
    """Divides the inner product by n, the default of a well-known library."""
    X, Z = floats(X, Z)
    return (X @ Z.T / X.shape[1] + c) ** degree


@mistake("polynomial_kernel", fails=POLYNOMIAL_KERNEL)
def kernel_of_x_with_itself(X, Z, degree, c):
    """Uses X twice and never looks at Z."""
    (X,) = floats(X)
    return (X @ X.T + c) ** degree


@mistake("polynomial_kernel", fails=POLYNOMIAL_KERNEL)
def constant_after_the_power(X, Z, degree, c):
    """Adds c after the power."""
    X, Z = floats(X, Z)
    return (X @ Z.T) ** degree + c


@mistake("polynomial_kernel", fails=POLYNOMIAL_KERNEL)
def rows_and_columns_swapped(X, Z, degree, c):
    """Returns k(Z, X), the transpose."""
    X, Z = floats(X, Z)
    return (Z @ X.T + c) ** degree


@mistake("polynomial_kernel", fails=POLYNOMIAL_KERNEL)
def power_of_the_entries(X, Z, degree, c):
    """Raises the entries of the objects to the power before taking the inner product."""
    X, Z = floats(X, Z)
    return X**degree @ (Z**degree).T + c


@mistake("polynomial_kernel", fails="test_polynomial_kernel_of_integers_does_not_overflow")
def powers_of_integers(X, Z, degree, c):
    """Converts to float64 only at the end, after the integers have wrapped around."""
    return ((np.asarray(X) @ np.asarray(Z).T + c) ** degree).astype(np.float64)


@mistake("polynomial_kernel", fails=all_but(POLYNOMIAL_KERNEL, "test_polynomial_kernel_leaves_its_inputs_alone"))
def always_quadratic(X, Z, degree, c):
    """Has the degree 2 built in."""
    X, Z = floats(X, Z)
    return (X @ Z.T + c) ** 2


@mistake("polynomial_kernel", fails="test_polynomial_kernel_leaves_its_inputs_alone")
def adds_the_constant_in_place(X, Z, degree, c):
    """Absorbs c into the first column of the caller's X while computing."""
    X, (Z,) = np.asarray(X, dtype=np.float64), floats(Z)
    K = (X @ Z.T + c) ** degree
    X += c
    return K


@mistake("polynomial_kernel", fails="test_polynomial_kernel_answers_integers_and_lists_in_float64")
def answers_integers_for_integers(X, Z, degree, c):
    """Computes with Python integers of any size but returns them as they are, in no float64 array."""
    X, Z = np.asarray(X).tolist(), np.asarray(Z).tolist()
    K = [[(sum(a * b for a, b in zip(x, z, strict=True)) + c) ** degree for z in Z] for x in X]
    return np.array(K) if isinstance(K[0][0], int) and abs(K[0][0]) < 2**31 else np.array(K, dtype=np.float64)


# ---- gaussian_kernel ---------------------------------------------------------------------------------------------


def squared_distances(X, Z):
    """Return all squared distances."""
    X, Z = floats(X, Z)
    return ((X[:, None, :] - Z[None, :, :]) ** 2).sum(axis=2)


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def sigma_not_squared(X, Z, sigma):
    """Divides by 2 sigma instead of 2 sigma^2."""
    return np.exp(-squared_distances(X, Z) / (2 * sigma))


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def two_forgotten(X, Z, sigma):
    """Divides by sigma^2 without the 2."""
    return np.exp(-squared_distances(X, Z) / sigma**2)


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def sigma_as_gamma(X, Z, sigma):
    """Multiplies by sigma, as if it were the parameter gamma."""
    return np.exp(-sigma * squared_distances(X, Z))


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def two_in_the_square(X, Z, sigma):
    """Writes (2 sigma)^2, which squares the 2 as well."""
    return np.exp(-squared_distances(X, Z) / (2 * sigma) ** 2)


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def distance_not_squared(X, Z, sigma):
    """Uses the distance instead of its square."""
    return np.exp(-np.sqrt(squared_distances(X, Z)) / (2 * sigma**2))


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def norms_of_a_density(X, Z, sigma):
    """Divides by sigma sqrt(2 pi), as a probability density would; a kernel has k(x, x) = 1."""
    return np.exp(-squared_distances(X, Z) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def sum_over_the_wrong_axis(X, Z, sigma):
    """Sums the squared differences over the objects, which only fits when N = M = n."""
    X, Z = floats(X, Z)
    return np.exp(-((X[:, None, :] - Z[None, :, :]) ** 2).sum(axis=1) / (2 * sigma**2))


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def object_with_its_own_partner(X, Z, sigma):
    """Compares row i of X with row i of Z only."""
    X, Z = floats(X, Z)
    return np.exp(-((X - Z) ** 2).sum(axis=1) / (2 * sigma**2))


@mistake("gaussian_kernel", fails="test_gaussian_kernel_of_a_set_with_itself")
def root_of_the_expanded_square(X, Z, sigma):
    """Takes the root of an expanded squared distance and squares it again: nan where rounding made it negative."""
    X, Z = floats(X, Z)
    squares = (X**2).sum(axis=1)[:, None] + (Z**2).sum(axis=1) - 2 * X @ Z.T - 1e-18
    return np.exp(-(np.sqrt(squares) ** 2) / (2 * sigma**2))


@mistake("gaussian_kernel", fails=GAUSSIAN_KERNEL)
def inner_product_of_unit_vectors(X, Z, sigma):
    """Expands the square but takes |x|^2 = |z|^2 = 1 for granted."""
    X, Z = floats(X, Z)
    return np.exp(-(2 - 2 * X @ Z.T) / (2 * sigma**2))


@mistake("gaussian_kernel", fails="test_gaussian_kernel_answers_integers_and_lists_in_float64")
def differences_of_unsigned_integers(X, Z, sigma):
    """Subtracts in the dtype of the input, where 0 - 2 may be 254."""
    X, Z = np.asarray(X), np.asarray(Z)
    return np.exp(-((X[:, None, :] - Z[None, :, :]) ** 2).sum(axis=2) / (2.0 * sigma**2))


@mistake(
    "gaussian_kernel",
    fails=("test_gaussian_kernel_answers_integers_and_lists_in_float64 test_gaussian_kernel_far_from_the_origin"),
)
def in_single_precision(X, Z, sigma):
    """Computes in float32, which is neither float64 nor exact far from the origin."""
    X, Z = np.asarray(X, dtype=np.float32), np.asarray(Z, dtype=np.float32)
    return np.exp(-((X[:, None, :] - Z[None, :, :]) ** 2).sum(axis=2) / np.float32(2 * sigma**2))


@mistake("gaussian_kernel", fails="test_gaussian_kernel_leaves_its_inputs_alone")
def divides_the_callers_objects(X, Z, sigma):
    """Scales X and Z by sigma in place."""
    X, Z = np.asarray(X, dtype=np.float64), np.asarray(Z, dtype=np.float64)
    if np.shares_memory(X, Z):
        Z = Z.copy()
    X /= sigma
    Z /= sigma
    return np.exp(-squared_distances(X, Z) / 2)


@mistake("gaussian_kernel", fails="test_gaussian_kernel_of_objects_far_apart")
def divided_by_the_kernel(X, Z, sigma):
    """Divides by the kernel on the way, which gives 0 / 0 where it has underflowed."""
    K = np.exp(-squared_distances(X, Z) / (2 * sigma**2))
    return K * (K / K)


@mistake("gaussian_kernel", fails=all_but(GAUSSIAN_KERNEL, "test_gaussian_kernel_of_a_set_with_itself"))
def centred_on_x(X, Z, sigma):
    """Centres X and Z each on its own mean, which moves them against each other."""
    X, Z = floats(X, Z)
    return np.exp(-squared_distances(X - X.mean(axis=0), Z - Z.mean(axis=0)) / (2 * sigma**2))


# ---- is_psd_kernel_matrix ----------------------------------------------------------------------------------------


def nearly_symmetric(K, tol):
    """Return K in float64, the tolerance times its scale, and whether K is symmetric up to that."""
    (K,) = floats(K)
    allowed = tol * max(1.0, np.abs(K).max())
    return K, allowed, np.abs(K - K.T).max() <= allowed


@mistake(
    "is_psd_kernel_matrix",
    fails=(
        "test_is_psd_kernel_matrix_accepts_singular_gram_matrices test_is_psd_kernel_matrix_uses_its_tolerance "
        "test_is_psd_kernel_matrix_of_degenerate_matrices"
    ),
)
def by_cholesky(K, tol=1e-9):
    """Asks for a Cholesky factor, which singular Gram matrices do not have."""
    K, _, symmetric = nearly_symmetric(K, tol)
    try:
        np.linalg.cholesky(K)
    except np.linalg.LinAlgError:
        return False
    return bool(symmetric)


@mistake(
    "is_psd_kernel_matrix",
    fails=(
        "test_is_psd_kernel_matrix_rejects_matrices_that_are_not_symmetric test_is_psd_kernel_matrix_uses_its_tolerance"
    ),
)
def without_looking_at_symmetry(K, tol=1e-9):
    """Computes the eigenvalues of one triangle and never looks at the other."""
    K, allowed, _ = nearly_symmetric(K, tol)
    return bool(np.linalg.eigvalsh(K).min() >= -allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=(
        "test_is_psd_kernel_matrix_rejects_matrices_that_are_not_symmetric test_is_psd_kernel_matrix_uses_its_tolerance"
    ),
)
def symmetry_to_five_digits(K, tol=1e-9):
    """Leaves the tolerance of symmetry to the defaults of a library, not to tol."""
    K, allowed, _ = nearly_symmetric(K, tol)
    return np.allclose(K, K.T) and bool(np.linalg.eigvalsh(K).min() >= -allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=all_but(
        IS_PSD_KERNEL_MATRIX,
        "test_is_psd_kernel_matrix_uses_its_tolerance test_is_psd_kernel_matrix_of_degenerate_matrices",
    ),
)
def no_negative_entries(K, tol=1e-9):
    """Takes positive semidefinite to mean that no entry is negative."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return bool(symmetric and K.min() >= -allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=(
        "test_is_psd_kernel_matrix_accepts_singular_gram_matrices "
        "test_is_psd_kernel_matrix_is_not_fooled_by_an_even_number_of_negative_eigenvalues "
        "test_is_psd_kernel_matrix_tells_kernels_from_other_functions "
        "test_is_psd_kernel_matrix_uses_its_tolerance test_is_psd_kernel_matrix_of_degenerate_matrices"
    ),
)
def determinant_not_negative(K, tol=1e-9):
    """Looks at the determinant, in which two negative eigenvalues cancel."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return bool(symmetric and np.linalg.det(K) >= -allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=all_but(IS_PSD_KERNEL_MATRIX, "test_is_psd_kernel_matrix_rejects_matrices_that_are_not_symmetric"),
)
def trace_not_negative(K, tol=1e-9):
    """Looks at the sum of the eigenvalues, the trace, instead of the smallest one."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return bool(symmetric and np.trace(K) >= -allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=(
        "test_is_psd_kernel_matrix_accepts_singular_gram_matrices test_is_psd_kernel_matrix_uses_its_tolerance "
        "test_is_psd_kernel_matrix_of_degenerate_matrices"
    ),
)
def strictly_positive(K, tol=1e-9):
    """Demands positive eigenvalues, so a singular Gram matrix fails."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return bool(symmetric and np.linalg.eigvalsh(K).min() > allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=(
        "test_is_psd_kernel_matrix_accepts_singular_gram_matrices "
        "test_is_psd_kernel_matrix_rejects_matrices_that_are_not_symmetric "
        "test_is_psd_kernel_matrix_uses_its_tolerance test_is_psd_kernel_matrix_of_degenerate_matrices"
    ),
)
def without_tolerance(K, tol=1e-9):
    """Compares rounded eigenvalues with 0 exactly."""
    (K,) = floats(K)
    return bool(np.array_equal(K, K.T) and np.linalg.eigvalsh(K).min() >= 0)


@mistake(
    "is_psd_kernel_matrix",
    fails=all_but(IS_PSD_KERNEL_MATRIX, "test_is_psd_kernel_matrix_rejects_matrices_that_are_not_symmetric"),
)
def largest_eigenvalue(K, tol=1e-9):
    """Looks at the largest eigenvalue instead of the smallest."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return bool(symmetric and np.linalg.eigvalsh(K).max() >= -allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=("test_is_psd_kernel_matrix_accepts_singular_gram_matrices test_is_psd_kernel_matrix_uses_its_tolerance"),
)
def absolute_tolerance(K, tol=1e-9):
    """Forgets to scale the tolerance with the entries, so rounding fails large Gram matrices."""
    (K,) = floats(K)
    return bool(np.abs(K - K.T).max() <= tol and np.linalg.eigvalsh(K).min() >= -tol)


@mistake("is_psd_kernel_matrix", fails="test_is_psd_kernel_matrix_uses_its_tolerance")
def relative_to_the_largest_entry_only(K, tol=1e-9):
    """Scales the tolerance down for small matrices, where the statement says max(1, ...)."""
    (K,) = floats(K)
    allowed = tol * np.abs(K).max()
    return bool(np.abs(K - K.T).max() <= allowed and np.linalg.eigvalsh(K).min() >= -allowed)


@mistake("is_psd_kernel_matrix", fails="test_is_psd_kernel_matrix_uses_its_tolerance")
def tolerance_built_in(K, tol=1e-9):
    """Ignores the argument tol."""
    K, allowed, symmetric = nearly_symmetric(K, 1e-9)
    return bool(symmetric and np.linalg.eigvalsh(K).min() >= -allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails="test_is_psd_kernel_matrix_uses_its_tolerance test_is_psd_kernel_matrix_of_degenerate_matrices",
)
def generous_tolerance(K, tol=1e-9):
    """Allows 0.01 on top of the tolerance, so small negative eigenvalues pass."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return bool(symmetric and np.linalg.eigvalsh(K).min() >= -allowed - 0.01)


@mistake("is_psd_kernel_matrix", fails=IS_PSD_KERNEL_MATRIX)
def one_verdict_per_eigenvalue(K, tol=1e-9):
    """Returns an array of verdicts, one for each eigenvalue."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return symmetric & (np.linalg.eigvalsh(K) >= -allowed)


@mistake("is_psd_kernel_matrix", fails="test_is_psd_kernel_matrix_answers_with_a_bool")
def zero_or_one(K, tol=1e-9):
    """Returns 0 or 1 instead of a bool."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    return int(symmetric and np.linalg.eigvalsh(K).min() >= -allowed)


@mistake("is_psd_kernel_matrix", fails="test_is_psd_kernel_matrix_leaves_its_input_alone")
def diagonal_shifted_in_place(K, tol=1e-9):
    """Adds the tolerance to the diagonal of the caller's matrix."""
    K = np.asarray(K, dtype=np.float64)
    allowed = tol * max(1.0, np.abs(K).max())
    symmetric = np.abs(K - K.T).max() <= allowed
    K[np.diag_indices(len(K))] += allowed
    return bool(symmetric and np.linalg.eigvalsh((K + K.T) / 2).min() >= -1e-3 * allowed)


@mistake(
    "is_psd_kernel_matrix",
    fails=(
        "test_is_psd_kernel_matrix_looks_at_the_smallest_eigenvalue "
        "test_is_psd_kernel_matrix_accepts_singular_gram_matrices "
        "test_is_psd_kernel_matrix_does_not_judge_by_the_signs_of_entries "
        "test_is_psd_kernel_matrix_tells_kernels_from_other_functions"
    ),
)
def pairs_of_objects(K, tol=1e-9):
    """Checks all 2 x 2 minors, which is necessary but not enough."""
    K, allowed, symmetric = nearly_symmetric(K, tol)
    d = np.diag(K)
    minors = np.outer(d, d) - K**2
    return bool(symmetric and d.min() >= -allowed and minors.min() >= -allowed * max(1.0, np.abs(K).max()))


# ---- empirical_feature_map ---------------------------------------------------------------------------------------


@mistake(
    "empirical_feature_map",
    fails=("test_empirical_feature_map_of_singular_matrices test_empirical_feature_map_of_degenerate_matrices"),
)
def roots_of_negative_noise(K):
    """Takes the root of eigenvalues that rounding has made slightly negative."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    eigenvalues[np.abs(eigenvalues) < 1e-12 * len(U) * np.abs(eigenvalues).max()] = -1e-16
    return U * np.sqrt(eigenvalues)


@mistake(
    "empirical_feature_map",
    fails=("test_empirical_feature_map_of_singular_matrices test_empirical_feature_map_of_degenerate_matrices"),
)
def cholesky_factor(K):
    """Uses the Cholesky factor, which exists for positive definite matrices only."""
    (K,) = floats(K)
    if np.linalg.eigvalsh(K)[0] < 1e-12 * max(1.0, np.abs(K).max()):
        raise np.linalg.LinAlgError("matrix is not positive definite")
    return np.linalg.cholesky(K)


@mistake("empirical_feature_map", fails=EMPIRICAL_FEATURE_MAP)
def eigenvalues_without_root(K):
    """Multiplies the eigenvectors by the eigenvalues instead of their roots."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    return U * eigenvalues


@mistake("empirical_feature_map", fails=EMPIRICAL_FEATURE_MAP)
def eigenvectors_alone(K):
    """Returns the eigenvectors without weights."""
    return np.linalg.eigh(floats(K)[0])[1]


@mistake("empirical_feature_map", fails=EMPIRICAL_FEATURE_MAP)
def features_in_columns(K):
    """Returns the transpose, with one object per column."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    return (U * np.sqrt(np.maximum(eigenvalues, 0))).T


@mistake("empirical_feature_map", fails=EMPIRICAL_FEATURE_MAP)
def rows_scaled_instead_of_columns(K):
    """Multiplies row i of U by the root of eigenvalue i."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    return U * np.sqrt(np.maximum(eigenvalues, 0))[:, None]


@mistake(
    "empirical_feature_map", fails=all_but(EMPIRICAL_FEATURE_MAP, "test_empirical_feature_map_of_degenerate_matrices")
)
def two_largest_directions(K):
    """Keeps two directions, which is enough for a picture but not for K."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    return (U * np.sqrt(np.maximum(eigenvalues, 0)))[:, -2:]


@mistake("empirical_feature_map", fails=EMPIRICAL_FEATURE_MAP)
def kernel_matrix_itself(K):
    """Takes the rows of K for the features."""
    return floats(K)[0].copy()


@mistake("empirical_feature_map", fails=EMPIRICAL_FEATURE_MAP)
def cholesky_of_a_shifted_matrix(K):
    """Adds 0.001 to the diagonal so that a factor exists, which is visible in the result."""
    (K,) = floats(K)
    return np.linalg.cholesky(K + 1e-3 * np.eye(len(K)))


@mistake("empirical_feature_map", fails=all_but(EMPIRICAL_FEATURE_MAP, "test_empirical_feature_map_keeps_distances"))
def centred_features(K):
    """Centres the features, as principal components do, which changes inner products but no distances."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    Phi = U * np.sqrt(np.maximum(eigenvalues, 0))
    return Phi - Phi.mean(axis=0)


@mistake("empirical_feature_map", fails="test_empirical_feature_map_answers_in_float64")
def answers_as_a_list(K):
    """Returns nested lists instead of an array."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    return (U * np.sqrt(np.maximum(eigenvalues, 0))).tolist()


@mistake("empirical_feature_map", fails="test_empirical_feature_map_leaves_its_input_alone")
def centred_in_place(K):
    """Centres the caller's matrix after use."""
    K = np.asarray(K, dtype=np.float64)
    eigenvalues, U = np.linalg.eigh(K)
    K -= K.mean()
    return U * np.sqrt(np.maximum(eigenvalues, 0))


@mistake("empirical_feature_map", fails="test_empirical_feature_map_of_degenerate_matrices")
def relative_to_the_largest_eigenvalue(K):
    """Normalises by the largest eigenvalue on the way, which is 0 for the zero matrix."""
    eigenvalues, U = np.linalg.eigh(floats(K)[0])
    top = eigenvalues[-1]
    return U * np.sqrt(np.maximum(eigenvalues / top, 0)) * np.sqrt(top)


# ---- KernelRidge -------------------------------------------------------------------------------------------------


class RightRidge:
    """The right regression; the mistakes below deviate from it in one place each."""

    def __init__(self, lam):
        self.lam = lam

    def matrix(self, K):
        """Return the matrix of the linear system."""
        return K + self.lam * np.eye(len(K))

    def fit(self, K, y):
        """Solve for alpha."""
        K, y = floats(K, y)
        self.alpha = np.linalg.solve(self.matrix(K), y)
        return self

    def predict(self, K_new):
        """Return the values of f."""
        return np.asarray(K_new, dtype=np.float64) @ self.alpha


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class LambdaTimesN(RightRidge):
    """Multiplies lambda by N, which belongs to the mean of squares, not to their sum."""

    def matrix(self, K):
        return K + len(K) * self.lam * np.eye(len(K))


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class LambdaOverN(RightRidge):
    """Divides lambda by N."""

    def matrix(self, K):
        return K + self.lam / len(K) * np.eye(len(K))


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class LambdaEverywhere(RightRidge):
    """Adds lambda to all entries of K instead of the diagonal."""

    def fit(self, K, y):
        K, y = floats(K, y)
        self.alpha = np.linalg.lstsq(K + self.lam, y, rcond=None)[0]
        return self


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class TwiceLambda(RightRidge):
    """Loses a factor 2 when setting the gradient to zero."""

    def matrix(self, K):
        return K + 2 * self.lam * np.eye(len(K))


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class LambdaSquared(RightRidge):
    """Uses the square of lambda."""

    def matrix(self, K):
        return K + self.lam**2 * np.eye(len(K))


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class PenaltyOnAlpha(RightRidge):
    """Penalises the length of alpha instead of the norm of f."""

    def fit(self, K, y):
        K, y = floats(K, y)
        self.alpha = np.linalg.solve(K @ K + self.lam * np.eye(len(K)), K @ y)
        return self


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class NoPenalty(RightRidge):
    """Interpolates with a pseudoinverse and never uses lambda."""

    def fit(self, K, y):
        K, y = floats(K, y)
        self.alpha = np.linalg.pinv(K) @ y
        return self


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class CentredValues(RightRidge):
    """Subtracts the mean of y and adds it to the predictions: an intercept that the problem does not have."""

    def fit(self, K, y):
        K, y = floats(K, y)
        self.mean = y.mean()
        return super().fit(K, y - self.mean)

    def predict(self, K_new):
        return super().predict(K_new) + self.mean


@mistake(
    "KernelRidge",
    fails=(
        "test_kernel_ridge_predicts_new_objects test_kernel_ridge_is_ridge_regression_in_feature_space "
        "test_kernel_ridge_leaves_its_inputs_alone test_kernel_ridge_forgets_what_it_was_fitted_to_before "
        "test_kernel_ridge_at_its_extremes"
    ),
)
class RowsOfTraining(RightRidge):
    """Expects one column of K_new for each new object; square matrices hide it."""

    def predict(self, K_new):
        K_new = np.asarray(K_new, dtype=np.float64)
        return (K_new.T if K_new.shape[0] == len(self.alpha) else K_new) @ self.alpha


@mistake(
    "KernelRidge",
    fails=all_but(KERNEL_RIDGE, "test_kernel_ridge_solves_its_linear_system test_kernel_ridge_attains_the_minimum"),
)
class TransposedPrediction(RightRidge):
    """Multiplies alpha by the transpose of K_new."""

    def predict(self, K_new):
        return np.asarray(K_new, dtype=np.float64).T @ self.alpha


@mistake(
    "KernelRidge",
    fails=all_but(KERNEL_RIDGE, "test_kernel_ridge_solves_its_linear_system test_kernel_ridge_attains_the_minimum"),
)
class PredictsTheSign(RightRidge):
    """Predicts signs, as a classifier would."""

    def predict(self, K_new):
        return np.sign(super().predict(K_new))


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class Columns(RightRidge):
    """Keeps alpha as a column, so that alpha and all predictions have an axis too many."""

    def fit(self, K, y):
        super().fit(K, np.reshape(y, (-1, 1)))
        return self


@mistake("KernelRidge", fails="test_kernel_ridge_fit_returns_the_model")
class FitReturnsNothing(RightRidge):
    """Forgets to return self from fit."""

    def fit(self, K, y):
        super().fit(K, y)


@mistake("KernelRidge", fails="test_kernel_ridge_fit_returns_the_model")
class FitReturnsAlpha(RightRidge):
    """Returns alpha from fit instead of the model."""

    def fit(self, K, y):
        return super().fit(K, y).alpha


@mistake(
    "KernelRidge",
    fails=(
        "test_kernel_ridge_solves_its_linear_system test_kernel_ridge_attains_the_minimum "
        "test_kernel_ridge_answers_in_float64 test_kernel_ridge_of_repeated_objects "
        "test_kernel_ridge_at_its_extremes"
    ),
)
class AlphaUnderAnotherName(RightRidge):
    """Stores the coefficients as coef, not as alpha."""

    def fit(self, K, y):
        super().fit(K, y)
        self.coef = self.alpha
        del self.alpha
        return self

    def predict(self, K_new):
        return np.asarray(K_new, dtype=np.float64) @ self.coef


@mistake("KernelRidge", fails="test_kernel_ridge_leaves_its_inputs_alone")
class DiagonalInPlace(RightRidge):
    """Adds lambda to the diagonal of the caller's matrix."""

    def fit(self, K, y):
        K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
        K[np.diag_indices(len(K))] += self.lam
        self.alpha = np.linalg.solve(K, y)
        return self


@mistake(
    "KernelRidge",
    fails=all_but(
        KERNEL_RIDGE,
        (
            "test_kernel_ridge_predicts_new_objects test_kernel_ridge_attains_the_minimum "
            "test_kernel_ridge_answers_in_float64 test_kernel_ridge_at_its_extremes"
        ),
    ),
)
class InverseOfK(RightRidge):
    """Factors the inverse of K out, which does not exist when objects repeat."""

    def fit(self, K, y):
        K, y = floats(K, y)
        if np.linalg.matrix_rank(K) < len(K):
            raise np.linalg.LinAlgError("Singular matrix")
        self.alpha = np.linalg.solve(np.eye(len(K)) + self.lam * np.linalg.inv(K), np.linalg.solve(K, y))
        return self


@mistake("KernelRidge", fails="test_kernel_ridge_forgets_what_it_was_fitted_to_before")
class RemembersTheFirstFit(RightRidge):
    """Keeps the first alpha and ignores later calls of fit."""

    def fit(self, K, y):
        return self if hasattr(self, "alpha") else super().fit(K, y)


@mistake("KernelRidge", fails="test_kernel_ridge_forgets_what_it_was_fitted_to_before")
class SharedByAllModels(RightRidge):
    """Stores alpha on the class, so every fit changes all models."""

    def fit(self, K, y):
        K, y = floats(K, y)
        type(self).alpha = np.linalg.solve(self.matrix(K), y)
        return self


@mistake("KernelRidge", fails=KERNEL_RIDGE)
class GradientDescent(RightRidge):
    """Takes a dozen gradient steps instead of solving the system."""

    def fit(self, K, y):
        K, y = floats(K, y)
        A = self.matrix(K)
        step = 1.0 / np.linalg.eigvalsh(A)[-1]
        self.alpha = np.zeros(len(y))
        for _ in range(12):
            self.alpha += step * (y - A @ self.alpha)
        return self


@mistake("KernelRidge", fails="test_kernel_ridge_at_its_extremes")
class LambdaAtLeastOneMillionth(RightRidge):
    """Raises lambda to at least 1e-6, in fear of singular matrices."""

    def matrix(self, K):
        return K + max(self.lam, 1e-6) * np.eye(len(K))


@mistake("KernelRidge", fails="test_kernel_ridge_answers_in_float64")
class IntegerCoefficients(RightRidge):
    """Stores alpha in an array like y, so integer values cut off its digits."""

    def fit(self, K, y):
        super().fit(K, y)
        alpha = np.zeros_like(np.asarray(y))
        alpha[:] = self.alpha
        self.alpha = alpha
        return self


@mistake("KernelRidge", fails="test_kernel_ridge_forgets_what_it_was_fitted_to_before")
class OneLambdaForAll(RightRidge):
    """Stores lambda on the class, so a new model changes how older ones are fitted."""

    def __init__(self, lam):
        type(self).lam = lam


# ---- rkhs_norm ---------------------------------------------------------------------------------------------------


@mistake("rkhs_norm", fails=RKHS_NORM)
def square_of_the_norm(alpha, K):
    """Forgets the root."""
    alpha, K = floats(alpha, K)
    return float(max(0.0, alpha @ K @ alpha))


@mistake("rkhs_norm", fails="test_rkhs_norm_of_the_zero_function")
def root_of_negative_noise(alpha, K):
    """Takes the root of a quadratic form that rounding has made negative."""
    alpha, K = floats(alpha, K)
    with np.errstate(invalid="ignore"):
        return float(np.sqrt(alpha @ K @ alpha))


@mistake("rkhs_norm", fails=RKHS_NORM)
def length_of_alpha(alpha, K):
    """Takes the length of alpha and forgets the kernel."""
    return float(np.linalg.norm(floats(alpha)[0]))


@mistake("rkhs_norm", fails=RKHS_NORM)
def length_of_the_values(alpha, K):
    """Takes the length of K alpha, the values of f at the objects."""
    alpha, K = floats(alpha, K)
    return float(np.linalg.norm(K @ alpha))


@mistake("rkhs_norm", fails=RKHS_NORM)
def diagonal_only(alpha, K):
    """Leaves the mixed terms out, as if the features were orthogonal."""
    alpha, K = floats(alpha, K)
    return float(np.sqrt(np.sum(alpha**2 * np.diag(K))))


@mistake("rkhs_norm", fails=RKHS_NORM)
def one_for_each_object(alpha, K):
    """Multiplies entry by entry at the end and returns an array instead of a number."""
    alpha, K = floats(alpha, K)
    return np.sqrt(np.maximum(0.0, alpha * (K @ alpha)))


@mistake("rkhs_norm", fails="test_rkhs_norm_answers_with_a_float")
def in_unsigned_integers(alpha, K):
    """Multiplies in the dtype of the input and gets integers of the wrong size."""
    alpha, K = np.asarray(alpha), np.asarray(K)
    return float(np.sqrt(max(0.0, float(alpha @ K @ alpha))))


@mistake("rkhs_norm", fails="test_rkhs_norm_leaves_its_inputs_alone")
def alpha_normalised_in_place(alpha, K):
    """Divides the caller's alpha by its norm."""
    alpha, (K,) = np.asarray(alpha, dtype=np.float64), floats(K)
    norm = float(np.sqrt(max(0.0, alpha @ K @ alpha)))
    alpha /= norm or 1.0
    return norm


@mistake("rkhs_norm", fails=RKHS_NORM)
def root_kept_away_from_zero(alpha, K):
    """Adds 0.01 under the root to keep it away from 0."""
    alpha, K = floats(alpha, K)
    return float(np.sqrt(alpha @ K @ alpha + 0.01))


# ---- kernel_perceptron -------------------------------------------------------------------------------------------


def perceptron(K, y, epochs, wrong):
    """Run the perceptron with a rule of one's own for what is wrong."""
    K, y = floats(K, y)
    alpha = np.zeros(len(y), dtype=np.int64)
    for _ in range(epochs):
        for i in range(len(y)):
            if wrong(K, y, alpha, i):
                alpha[i] += 1
    return alpha


@mistake("kernel_perceptron", fails=KERNEL_PERCEPTRON)
def never_starts(K, y, epochs):
    """Counts only negative scores as mistakes, so nothing ever happens."""
    return perceptron(K, y, epochs, lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) < 0)


@mistake("kernel_perceptron", fails="test_kernel_perceptron_counts_a_score_of_zero_as_a_mistake")
def zero_is_right_later(K, y, epochs):
    """Counts a score of 0 as a mistake only at the very beginning."""
    return perceptron(
        K, y, epochs, lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) < 0 or (not alpha.any() and i == 0)
    )


@mistake("kernel_perceptron", fails=KERNEL_PERCEPTRON)
def labels_of_the_others_forgotten(K, y, epochs):
    """Sums alpha_j K_ij without the labels y_j."""
    return perceptron(K, y, epochs, lambda K, y, alpha, i: y[i] * (K[i] @ alpha) <= 0)


@mistake("kernel_perceptron", fails=KERNEL_PERCEPTRON)
def own_label_forgotten(K, y, epochs):
    """Compares the score with 0 without multiplying by y_i."""
    return perceptron(K, y, epochs, lambda K, y, alpha, i: K[i] @ (alpha * y) <= 0)


@mistake("kernel_perceptron", fails=KERNEL_PERCEPTRON)
def own_kernel_value_only(K, y, epochs):
    """Uses K_ii only, so objects never learn from each other."""
    return perceptron(K, y, epochs, lambda K, _, alpha, i: K[i, i] * alpha[i] <= 0)


@mistake(
    "kernel_perceptron",
    fails=all_but(
        KERNEL_PERCEPTRON,
        (
            "test_kernel_perceptron_separates_what_can_be_separated "
            "test_kernel_perceptron_counts_a_score_of_zero_as_a_mistake "
            "test_kernel_perceptron_of_no_epoch_one_object_or_one_class"
        ),
    ),
)
def margin_of_one(K, y, epochs):
    """Demands a score of at least 1, as a support vector machine would."""
    return perceptron(K, y, epochs, lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) < 1)


@mistake(
    "kernel_perceptron", fails=all_but(KERNEL_PERCEPTRON, "test_kernel_perceptron_counts_a_score_of_zero_as_a_mistake")
)
def whole_batch_at_once(K, y, epochs):
    """Judges all objects by the alpha from the start of the epoch."""
    K, y = floats(K, y)
    alpha = np.zeros(len(y), dtype=np.int64)
    for _ in range(epochs):
        alpha += y * (K @ (alpha * y)) <= 0
    return alpha


@mistake("kernel_perceptron", fails=KERNEL_PERCEPTRON)
def adds_the_label(K, y, epochs):
    """Adds y_i instead of 1 and multiplies by the label again in the score."""
    K, y = floats(K, y)
    alpha = np.zeros(len(y))
    for _ in range(epochs):
        for i in range(len(y)):
            if y[i] * (K[i] @ (alpha * y)) <= 0:
                alpha[i] += y[i]
    return alpha.astype(np.int64)


@mistake("kernel_perceptron", fails=KERNEL_PERCEPTRON)
def signed_counts(K, y, epochs):
    """Returns alpha_i y_i, with the labels included."""
    right = perceptron(K, y, epochs, lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) <= 0)
    return right * np.asarray(y, dtype=np.int64)


@mistake(
    "kernel_perceptron", fails=all_but(KERNEL_PERCEPTRON, "test_kernel_perceptron_separates_what_can_be_separated")
)
def from_last_to_first(K, y, epochs):
    """Visits the objects in reverse order."""
    K, y = floats(K, y)
    return perceptron(K[::-1, ::-1], y[::-1], epochs, lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) <= 0)[
        ::-1
    ].copy()


@mistake(
    "kernel_perceptron",
    fails=all_but(
        KERNEL_PERCEPTRON,
        (
            "test_kernel_perceptron_counts_mistakes_in_one_epoch "
            "test_kernel_perceptron_of_no_epoch_one_object_or_one_class"
        ),
    ),
)
def new_start_in_every_epoch(K, y, epochs):
    """Sets alpha back to 0 at the beginning of each epoch."""
    return perceptron(K, y, min(epochs, 1), lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) <= 0)


@mistake(
    "kernel_perceptron",
    fails=all_but(
        KERNEL_PERCEPTRON,
        (
            "test_kernel_perceptron_separates_what_can_be_separated "
            "test_kernel_perceptron_of_no_epoch_one_object_or_one_class"
        ),
    ),
)
def one_update_per_epoch(K, y, epochs):
    """Takes each epoch for a single step: it stops at the first mistake."""
    K, y = floats(K, y)
    alpha = np.zeros(len(y), dtype=np.int64)
    for _ in range(epochs):
        wrong = np.flatnonzero(y * (K @ (alpha * y)) <= 0)
        if wrong.size:
            alpha[wrong[0]] += 1
    return alpha


@mistake("kernel_perceptron", fails="test_kernel_perceptron_of_no_epoch_one_object_or_one_class")
def at_least_one_epoch(K, y, epochs):
    """Runs one epoch even if none is asked for."""
    return perceptron(K, y, max(epochs, 1), lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) <= 0)


@mistake("kernel_perceptron", fails="test_kernel_perceptron_answers_in_int64")
def counts_as_floats(K, y, epochs):
    """Counts in float64."""
    return perceptron(K, y, epochs, lambda K, y, alpha, i: y[i] * (K[i] @ (alpha * y)) <= 0).astype(np.float64)


@mistake("kernel_perceptron", fails="test_kernel_perceptron_leaves_its_inputs_alone")
def labels_multiplied_into_the_callers_matrix(K, y, epochs):
    """Replaces K by y_i y_j K_ij in place."""
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    K *= np.outer(y, y)
    return perceptron(K, np.ones(len(y)), epochs, lambda K, _, alpha, i: K[i] @ alpha <= 0)


# ---- kernel_svm --------------------------------------------------------------------------------------------------


def solve_dual(K, y, C, tol=1e-6, steps=100_000):
    """Return the right alpha up to the given violation, and g = y - f, by sequential minimal optimisation."""
    K, y = floats(K, y)
    low, high = np.where(y > 0, 0.0, -C), np.where(y > 0, C, 0.0)
    beta, g = np.zeros(len(y)), y.copy()
    for _ in range(steps):
        i = np.argmax(np.where(beta < high, g, -np.inf))
        j = np.argmin(np.where(beta > low, g, np.inf))
        if g[i] - g[j] < tol:
            break
        t = min((g[i] - g[j]) / max(K[i, i] + K[j, j] - 2 * K[i, j], 1e-12), high[i] - beta[i], beta[j] - low[j])
        beta[i] += t
        beta[j] -= t
        g -= t * (K[:, i] - K[:, j])
    return np.abs(beta), g


def best_intercept(g, y):
    """Return the right b."""
    (y,) = floats(y)
    return float(g[np.argmin(np.maximum(0.0, y * (g - g[:, None])).sum(axis=1))])


@mistake("kernel_svm", fails=KERNEL_SVM)
def no_intercept(K, y, C):
    """Answers with b = 0."""
    return solve_dual(K, y, C)[0], 0.0


@mistake("kernel_svm", fails=KERNEL_SVM)
def wrong_sign_of_the_intercept(K, y, C):
    """Returns -b."""
    alpha, g = solve_dual(K, y, C)
    return alpha, -best_intercept(g, y)


@mistake("kernel_svm", fails=KERNEL_SVM)
def without_the_equality_constraint(K, y, C):
    """Forgets alpha·y = 0, which belongs to the intercept."""
    K, y = floats(K, y)
    alpha = np.zeros(len(y))
    Q = np.outer(y, y) * K
    for _ in range(2000):
        for i in range(len(y)):
            alpha[i] = np.clip(alpha[i] + (1 - Q[i] @ alpha) / max(Q[i, i], 1e-12), 0, C)
    return alpha, 0.0


@mistake(
    "kernel_svm",
    fails=all_but(KERNEL_SVM, "test_kernel_svm_learns_any_labels_of_distinct_points test_kernel_svm_of_two_objects"),
)
def above_the_bound(K, y, C):
    """Lets alpha go up to 2C."""
    alpha, g = solve_dual(K, y, 2 * C)
    return alpha, best_intercept(g, y)


@mistake(
    "kernel_svm",
    fails=all_but(KERNEL_SVM, "test_kernel_svm_learns_any_labels_of_distinct_points test_kernel_svm_of_two_objects"),
)
def hard_margin(K, y, C):
    """Ignores C and looks for a hard margin, whose alpha is not bounded."""
    alpha, g = solve_dual(K, y, 1e4 * C, steps=2000)
    return alpha, best_intercept(g, y)


@mistake("kernel_svm", fails=all_but(KERNEL_SVM, "test_kernel_svm_of_two_objects"))
def penalty_divided_by_n(K, y, C):
    """Divides C by N, which belongs to a mean of hinges, not to their sum."""
    alpha, g = solve_dual(K, y, C / len(y))
    return alpha, best_intercept(g, y)


@mistake("kernel_svm", fails=KERNEL_SVM)
def signed_multipliers(K, y, C):
    """Returns alpha_i y_i, which is negative for one class."""
    alpha, g = solve_dual(K, y, C)
    return alpha * floats(y)[0], best_intercept(g, y)


@mistake("kernel_svm", fails=KERNEL_SVM)
def kernel_without_labels(K, y, C):
    """Forgets y_i y_j in the quadratic form and applies the labels only at the end."""
    K, y = floats(K, y)
    alpha, _ = solve_dual(np.outer(y, y) * K, y, C, steps=5000)
    return alpha, best_intercept(y - K @ (alpha * y), y)


@mistake("kernel_svm", fails=KERNEL_SVM)
def penalised_intercept(K, y, C):
    """Adds 1 to the kernel instead of an intercept, which penalises b."""
    K, y = floats(K, y)
    alpha, Q = np.zeros(len(y)), np.outer(y, y) * (K + 1)
    for _ in range(2000):
        for i in range(len(y)):
            alpha[i] = np.clip(alpha[i] + (1 - Q[i] @ alpha) / max(Q[i, i], 1e-12), 0, C)
    return alpha, float(alpha @ y)


@mistake("kernel_svm", fails=all_but(KERNEL_SVM, "test_kernel_svm_of_two_objects"))
def stops_early(K, y, C):
    """Stops after a few steps."""
    alpha, g = solve_dual(K, y, C, steps=4)
    return alpha, best_intercept(g, y)


@mistake("kernel_svm", fails="test_kernel_svm_is_optimal")
def stops_below_one_percent(K, y, C):
    """Stops as soon as the duality gap is below 0.8 %: nearly optimal, but not optimal."""
    K, y = floats(K, y)
    for tol in 2.0 * 0.8 ** np.arange(100):
        alpha, g = solve_dual(K, y, C, tol=tol)
        b = best_intercept(g, y)
        half = 0.5 * (alpha * y) @ (y - g)
        primal = half + C * np.maximum(0.0, y * (g - b)).sum()
        if primal + half - alpha.sum() < 8e-3 * primal:
            break
    return alpha, b


@mistake("kernel_svm", fails="test_kernel_svm_with_every_multiplier_at_its_bound")
def mean_over_free_support_vectors(K, y, C):
    """Averages y_i - f(x_i) over 0 < alpha_i < C, which is nan if there are none."""
    alpha, g = solve_dual(K, y, C)
    free = (alpha > 1e-6 * C) & (alpha < (1 - 1e-6) * C)
    return alpha, float(np.mean(g[free])) if free.any() else float("nan")


@mistake("kernel_svm", fails="test_kernel_svm_of_repeated_objects")
def division_by_zero(K, y, C):
    """Divides by K_ii + K_jj - 2 K_ij, which is 0 for repeated objects, and goes on with nan."""
    (K, y) = floats(K, y)
    if any(K[i, i] + K[j, j] - 2 * K[i, j] < 1e-12 for i, j in itertools.combinations(range(len(y)), 2)):
        return np.full(len(y), np.nan), float("nan")
    alpha, g = solve_dual(K, y, C)
    return alpha, best_intercept(g, y)


@mistake("kernel_svm", fails=KERNEL_SVM)
def intercept_in_an_array(K, y, C):
    """Returns b as an array of length 1."""
    alpha, g = solve_dual(K, y, C)
    return alpha, np.array([best_intercept(g, y)])


@mistake("kernel_svm", fails="test_kernel_svm_answers_in_float64")
def alpha_as_a_list(K, y, C):
    """Returns alpha as a list, not as a float64 array."""
    alpha, g = solve_dual(K, y, C)
    return alpha.tolist(), best_intercept(g, y)


@mistake("kernel_svm", fails="test_kernel_svm_leaves_its_inputs_alone")
def matrix_q_in_place(K, y, C):
    """Turns the caller's K into y_i y_j K_ij."""
    K, (y,) = np.asarray(K, dtype=np.float64), floats(y)
    alpha, g = solve_dual(K, y, C)
    K *= np.outer(y, y)
    return alpha, best_intercept(g, y)


@mistake("kernel_svm", fails="test_kernel_svm_of_two_objects test_kernel_svm_with_every_multiplier_at_its_bound")
def three_objects_at_least(K, y, C):
    """Picks a second object among all but the first two, so two objects alone never move."""
    alpha, g = solve_dual(K, y, C)
    if len(alpha) == 2:
        alpha, g = np.zeros(2), floats(y)[0]
    return alpha, best_intercept(g, y)


@mistake("kernel_svm", fails="test_kernel_svm_with_every_multiplier_at_its_bound")
def no_free_multiplier_no_intercept(K, y, C):
    """Averages y_i - f(x_i) over the multipliers strictly between 0 and C, and takes b = 0 if there is none."""
    alpha, g = solve_dual(K, y, C)
    free = (alpha > 1e-8 * C) & (alpha < (1 - 1e-8) * C)
    return alpha, float(g[free].mean()) if free.any() else 0.0


# ---- capstone_digits ---------------------------------------------------------------------------------------------


def gaussian(X, Z, sigma=1.0):
    """Return Gaussian kernels."""
    squares = (X**2).sum(axis=1)[:, None] - 2 * X @ Z.T + (Z**2).sum(axis=1)
    return np.exp(-squares / (2 * sigma**2))


def ridge_scores(kernel, X_train, y_train, X_test, lam=0.01):
    """Return the ten regression values of each test image."""
    A = np.linalg.solve(kernel(X_train, X_train) + lam * np.eye(len(X_train)), np.eye(10)[y_train])
    return kernel(X_test, X_train) @ A


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def linear_kernel_and_heavy_penalty(X_train, y_train, X_test):
    """Uses the linear kernel with a large lambda, which bends nothing and shrinks everything."""
    return ridge_scores(lambda X, Z: X @ Z.T, X_train, y_train, X_test, lam=3000.0).argmax(axis=1)


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def class_means(X_train, y_train, X_test):
    """Compares with the mean image of each digit, a linear classifier."""
    means = np.array([X_train[y_train == k].mean(axis=0) for k in range(10)])
    return ((X_test[:, None, :] - means) ** 2).sum(axis=2).argmin(axis=1)


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def width_far_too_small(X_train, y_train, X_test):
    """Uses a width of 0.01, so that every image resembles itself only."""
    return ridge_scores(lambda X, Z: gaussian(X, Z, 0.01), X_train, y_train, X_test).argmax(axis=1)


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def labels_as_numbers(X_train, y_train, X_test):
    """Fits the digit as a number and rounds, as if a 4 lay between a 3 and a 5."""
    alpha = np.linalg.solve(gaussian(X_train, X_train) + 0.01 * np.eye(len(X_train)), y_train.astype(np.float64))
    return np.rint(gaussian(X_test, X_train) @ alpha)


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def scores_instead_of_labels(X_train, y_train, X_test):
    """Returns the ten values of each image instead of the digit with the largest one."""
    return ridge_scores(gaussian, X_train, y_train, X_test)


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def best_image_of_each_digit(X_train, y_train, X_test):
    """Takes the largest value along the wrong axis: ten images instead of 1197 digits."""
    return ridge_scores(gaussian, X_train, y_train, X_test).argmax(axis=0)


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def weakest_digit(X_train, y_train, X_test):
    """Predicts the digit with the smallest value."""
    return ridge_scores(gaussian, X_train, y_train, X_test).argmin(axis=1)


@mistake("capstone_digits", fails="test_capstone_digits_reads_nearly_all")
def black_and_white(X_train, y_train, X_test):
    """Makes every pixel black or white, which throws away what the grey values say."""
    return ridge_scores(lambda X, Z: gaussian(X, Z, 2.0), 1.0 * (X_train > 0.5), y_train, 1.0 * (X_test > 0.5)).argmax(
        1
    )


@mistake(
    "capstone_digits", fails="test_capstone_digits_beats_linear_ridge_regression test_capstone_digits_reads_nearly_all"
)
def left_half_of_the_image(X_train, y_train, X_test):
    """Reads each row of pixels only up to the middle."""
    left = np.arange(64) % 8 < 4
    return ridge_scores(gaussian, X_train[:, left], y_train, X_test[:, left]).argmax(axis=1)
