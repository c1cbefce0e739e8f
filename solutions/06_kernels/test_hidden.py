"""Hidden tests: kernel methods.

Feature maps are judged by their inner products, the support vector machine by feasibility and its duality gap:
neither the features nor the multipliers are unique. Shapes, dtypes and purity are looked at on right answers only.
"""

from pathlib import Path

import numpy as np

import reference.kernels as ref
from autograder.testing import (
    Mismatch,
    agree,
    between,
    cases,
    draw,
    finite,
    grades,
    integers,
    normal,
    residual,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"


# ---- inputs ------------------------------------------------------------------------------------------------------


def labels(rng, N):
    """Draw labels -1.0 and +1.0 in mixed order; for N >= 2 both occur, in different numbers for most N."""
    return rng.permutation(np.where(np.arange(N) < max(1, 2 * N // 5), 1.0, -1.0))


def rotation(n):
    """Draw a rotation or reflection of n dimensions."""
    return draw(lambda rng: np.linalg.qr(rng.standard_normal((n, n)))[0])


def gram(N, rank, scale=1.0):
    """Draw a Gram matrix of N random vectors in ``rank`` dimensions, not centred."""

    def make(rng):
        A = 0.5 + rng.standard_normal((N, rank))
        return scale * A @ A.T

    return draw(make)


def gaussian_gram(N, sigma):
    """Draw a Gram matrix of a Gaussian kernel for N points of the plane."""

    def make(rng):
        X = rng.standard_normal((N, 2))
        return ref.gaussian_kernel(X, X, sigma)

    return draw(make)


def whole_gram(N):
    """Draw a positive definite Gram matrix with integer entries; dtype int64."""

    def make(rng):
        A = np.triu(rng.integers(-2, 3, (N, N)), 1) + np.diag(rng.integers(1, 4, N))
        return A @ A.T

    return draw(make)


# ---- quadratic_features ------------------------------------------------------------------------------------------


def feature_grams(Phi, Psi):
    """Return the inner products of two sets of features, once they are known to be arrays of equal width."""
    Phi = finite(shaped(Phi, (None, None), name="Phi"), name="Phi")
    Psi = finite(shaped(Psi, (None, Phi.shape[1]), name="the features of other objects"), name="Phi")
    with np.errstate(all="ignore"):
        return (1.0 * Phi) @ (1.0 * Psi).T  # 1.0 times integers or truth values is float64


def agree_quadratic(features, X, Z, c):
    """Check that inner products of features of X and of Z, computed apart, are (x·z + c)^2."""
    expected = (np.asarray(X, dtype=np.float64) @ np.asarray(Z, dtype=np.float64).T + c) ** 2
    answer = features(X, c)
    agree(feature_grams(answer, features(Z, c)), expected, name="Phi(X) Phi(Z)^T", condition=10)
    return answer


@grades("quadratic_features", points=2, hint="(x·z)^2 is a sum over i and j. How often does each mixed term occur?")
@cases("X Z", plane=(normal("n 2"), normal("k 2")), five=(normal("7 5"), normal("4 5")), square=(normal("4 4"),) * 2)
def test_quadratic_features_without_constant(student, X, Z):
    """For c = 0 the inner products of the features are (x·z)^2."""
    agree_quadratic(student.quadratic_features, X, Z, 0.0)


@grades("quadratic_features", points=3, hint="Multiply out (x·z + c)^2: the linear part carries the factor 2c.")
@cases(
    "X Z c",
    plane=(normal("n 2"), normal("k 2"), 1.5),
    five=(normal("7 5"), normal("4 5", shift=1.0), 0.4),
    square=(normal("4 4"), normal("4 4"), 3.0),
)
def test_quadratic_features_with_a_constant(student, X, Z, c):
    """For c > 0 the inner products of the features are (x·z + c)^2."""
    agree_quadratic(student.quadratic_features, X, Z, c)


@grades("quadratic_features", points=1, hint="The features of an object may depend on this object and on c only.")
@cases("X c", typical=(normal("n d"), 0.7), square=(normal("4 4"), 2.0))
def test_quadratic_features_maps_each_object_on_its_own(student, X, c):
    """The features of an object are the same alone as in a batch, up to rounding."""
    whole = agree_quadratic(student.quadratic_features, X, X, c)
    whole = np.asarray(whole)
    for i in range(len(X)):
        agree(student.quadratic_features(X[i : i + 1], c), whole[i : i + 1], name=f"Phi(row {i} alone)", condition=10)


@grades("quadratic_features", points=1, hint="1 + n + n + n(n-1)/2 columns are enough; 1 + 2n + n^2 are allowed.")
@cases("X c", plane=(normal("n 2"), 1.5), five=(normal("7 5"), 0.5), line=(normal("4 1"), 2.0))
def test_quadratic_features_needs_few_columns(student, X, c):
    """The right inner products with at most 1 + 2n + n^2 columns."""
    n = X.shape[1]
    Phi = shaped(agree_quadratic(student.quadratic_features, X, X, c), (len(X), None), name="Phi")
    between(Phi.shape[1], 1, 1 + 2 * n + n * n, name="the number of columns")


@grades("quadratic_features", points=1, hint="Convert X to float64 before multiplying.")
@cases(
    "X c",
    integer_array=(integers("n d", -4, 5), 2),
    nested_list=([[1, -2], [0, 3], [2, 2]], 1.5),
    large_integers=(40_000 * np.array([[1, -2], [2, 2]], dtype=np.int32), 1),
)
def test_quadratic_features_answers_integers_and_lists_in_float64(student, X, c):
    """Integer arrays and nested lists give right features in a float64 array of shape (N, D)."""
    Phi = agree_quadratic(student.quadratic_features, X, X, c)
    shaped(Phi, (len(X), None), name="Phi", dtype="float64")


@grades("quadratic_features", points=1, hint="`X *= ...` writes into the caller's array.")
@cases("X c", typical=(normal("n d"), 0.7), square=(normal("4 4"), 2.0))
def test_quadratic_features_leaves_its_input_alone(student, X, c):
    """The right features, and X is the same after the call."""
    agree_quadratic(lambda *args: unchanged(student.quadratic_features, *args), X, X, c)


@grades("quadratic_features", points=1, hint="With n = 1 there is no mixed term; with N = 1 there are still two axes.")
@cases(
    "X Z c",
    one_object=(normal("1 d"), normal("1 d"), 0.8),
    one_feature=(normal("n 1"), normal("k 1"), 1.5),
    one_of_each=(normal("1 1"), normal("1 1"), 0.0),
    origin=(np.zeros((2, 3)), normal("1 3"), 2.5),
)
def test_quadratic_features_of_one_object_or_one_feature(student, X, Z, c):
    """One object, one feature and the origin are nothing special."""
    agree_quadratic(student.quadratic_features, X, Z, c)


# ---- polynomial_kernel -------------------------------------------------------------------------------------------


@grades("polynomial_kernel", points=2.5, hint="Add c to the inner product, then take the power. Nothing else.")
@cases(
    "X Z degree c",
    quadratic=(normal("n d"), normal("m d"), 2, 1.5),
    cubic=(normal("m 2"), normal("k 2", shift=1.0), 3, 0.5),
    linear=(normal("n d"), normal("k d"), 1, 0.0),
    homogeneous=(normal("d 5"), normal("n 5"), 5, 0.0),
    square=(normal("4 4"), normal("4 4"), 2, 2.0),
    one_object=(normal("1 d"), normal("n d"), 4, 0.3),
)
def test_polynomial_kernel_has_the_right_values(student, X, Z, degree, c):
    """K[i, j] = (x_i·z_j + c)^d."""
    value = student.polynomial_kernel(X, Z, degree, c)
    agree(value, ref.polynomial_kernel(X, Z, degree, c), name="K", condition=10)


@grades("polynomial_kernel", points=0.5, hint="Rows belong to the first argument, columns to the second.")
@cases("X Z degree", typical=(normal("n d"), normal("m d"), 3), square=(normal("3 3"), normal("3 3"), 2))
def test_polynomial_kernel_of_swapped_arguments_is_transposed(student, X, Z, degree):
    """k(Z, X) is the transpose of k(X, Z)."""
    expected = ref.polynomial_kernel(X, Z, degree, 0.6)
    agree(student.polynomial_kernel(X, Z, degree, 0.6), expected, name="k(X, Z)", condition=10)
    agree(student.polynomial_kernel(Z, X, degree, 0.6), expected.T, name="k(Z, X)", condition=10)


@grades("polynomial_kernel", points=0.5, hint="Start with np.asarray(X, dtype=np.float64).")
@cases(
    "X Z",
    integer_arrays=(integers("n d", -3, 4), integers("k d", -3, 4)),
    lists=([[1, -2, 0], [2, 1, 1]], [[0, 1, -1], [3, 1, 2], [1, 1, 1]]),
)
def test_polynomial_kernel_answers_integers_and_lists_in_float64(student, X, Z):
    """Integer arrays and nested lists give right values in a float64 array."""
    expected = ref.polynomial_kernel(X, Z, 3, 1)
    value = shaped(student.polynomial_kernel(X, Z, 3, 1), expected.shape, name="K", dtype="float64")
    agree(value, expected, name="K")


@grades("polynomial_kernel", points=0.5, hint="Work on copies of X and Z.")
@cases("X Z", typical=(normal("n d"), normal("k d")), square=(normal("4 4"), normal("4 4")))
def test_polynomial_kernel_leaves_its_inputs_alone(student, X, Z):
    """The right values, and X and Z are the same after the call."""
    value = unchanged(student.polynomial_kernel, X, Z, 2, 1.5)
    agree(value, ref.polynomial_kernel(X, Z, 2, 1.5), name="K", condition=10)


@grades("polynomial_kernel", points=1, hint="int64 ends at 9.2e18 and then wraps around without a word.")
@cases(
    "X Z degree",
    eighth_power=(integers("n d", 90, 200), integers("k d", 90, 200), 8),
    signs=(integers("d 2", 300, 400), integers("n 2", -400, -300), 5),
    lists=([[1000, 7]], [[2000, 1], [1, 1]], 4),
    images=(np.array([[200, 90]], dtype=np.uint8), np.array([[250, 3], [1, 120]], dtype=np.uint8), 3),
)
def test_polynomial_kernel_of_integers_does_not_overflow(student, X, Z, degree):
    """Powers beyond 2^63, and sums of products of 8-bit integers, are right to relative rounding."""
    value = student.polynomial_kernel(X, Z, degree, 1)
    agree(value, ref.polynomial_kernel(X, Z, degree, 1), name="K")


# ---- gaussian_kernel ---------------------------------------------------------------------------------------------


@grades("gaussian_kernel", points=4, hint="Square the distance, divide by twice the square of sigma.")
@cases(
    "X Z sigma",
    typical=(normal("n d"), normal("m d"), 1.7),
    narrow=(normal("m 2", scale=0.4), normal("k 2", scale=0.4), 0.35),
    wide=(normal("d 5"), normal("n 5", shift=2.0), 3.0),
    square=(normal("4 4"), normal("4 4"), 1.3),
    one_object=(normal("1 d"), normal("n d"), 2.2),
    one_feature=(normal("n 1"), normal("k 1"), 0.8),
)
def test_gaussian_kernel_has_the_right_values(student, X, Z, sigma):
    """K[i, j] = exp(-|x_i - z_j|^2 / (2 sigma^2))."""
    agree(student.gaussian_kernel(X, Z, sigma), ref.gaussian_kernel(X, Z, sigma), name="K", condition=10)


@grades("gaussian_kernel", points=1, hint="Only the distances of the objects matter.")
@cases(
    "X Z Q shift",
    typical=(normal("n d"), normal("k d"), rotation(3), normal("d", scale=5.0)),
    square=(normal("4 4"), normal("4 4"), rotation(4), normal("4", scale=5.0)),
)
def test_gaussian_kernel_does_not_feel_rotation_and_translation(student, X, Z, Q, shift):
    """Turning and moving all objects together changes nothing."""
    value = student.gaussian_kernel(X @ Q + shift, Z @ Q + shift, 1.4)
    agree(value, ref.gaussian_kernel(X, Z, 1.4), name="K", condition=1000)


@grades("gaussian_kernel", points=1, hint="The kernel depends on |x - z| / sigma alone.")
@cases(
    "X Z factor",
    larger=(normal("n d"), normal("k d"), 30.0),
    smaller=(normal("m 2"), normal("d 2"), 0.02),
)
def test_gaussian_kernel_keeps_its_values_when_everything_is_scaled(student, X, Z, factor):
    """Multiplying the objects and sigma by the same number changes nothing."""
    value = student.gaussian_kernel(factor * X, factor * Z, factor * 1.4)
    agree(value, ref.gaussian_kernel(X, Z, 1.4), name="K", condition=10)


@grades("gaussian_kernel", points=1, hint="Convert X and Z to float64 first.")
@cases(
    "X Z sigma",
    integer_arrays=(integers("n d", -3, 1), integers("k d", 1, 4), 2),  # no object of X is one of Z
    lists=([[1, -2, 0], [2, 1, 1]], [[0, 1, -1], [3, 1, 2], [1, 1, 1]], 1.5),
    unsigned=(np.array([[0, 3]], dtype=np.uint8), np.array([[2, 1], [1, 4]], dtype=np.uint8), 2.0),
)
def test_gaussian_kernel_answers_integers_and_lists_in_float64(student, X, Z, sigma):
    """Integer arrays, also unsigned ones, and nested lists give right values in a float64 array."""
    expected = ref.gaussian_kernel(X, Z, sigma)
    value = shaped(student.gaussian_kernel(X, Z, sigma), expected.shape, name="K", dtype="float64")
    agree(value, expected, name="K", condition=10)


@grades("gaussian_kernel", points=1, hint="`X -= ...` and `X /= ...` write into the caller's array.")
@cases("X Z", typical=(normal("n d"), normal("k d")), square=(normal("4 4"), normal("4 4")))
def test_gaussian_kernel_leaves_its_inputs_alone(student, X, Z):
    """The right values, and X and Z are the same after the call."""
    value = unchanged(student.gaussian_kernel, X, Z, 1.6)
    agree(value, ref.gaussian_kernel(X, Z, 1.6), name="K", condition=10)


@grades("gaussian_kernel", points=1, hint="A square root of a rounded squared distance may be the root of -1e-16.")
@cases("X sigma", typical=(normal("m d"), 1.3), square=(normal("5 5"), 0.9), one=(normal("1 d"), 2.0))
def test_gaussian_kernel_of_a_set_with_itself(student, X, sigma):
    """For Z = X and repeated objects the diagonal is 1 and no entry is nan."""
    twice = np.vstack([X, X])
    K = agree(student.gaussian_kernel(twice, twice, sigma), ref.gaussian_kernel(twice, twice, sigma), condition=10)
    agree(np.diag(K), np.ones(len(twice)), name="the diagonal of K")


@grades(
    "gaussian_kernel",
    points=0.5,
    hint="Objects a thousand units away from the origin keep their distances.",
    margin="the expanded square, which loses digits here, is welcome; single precision is not",
)
@cases("X Z sigma", typical=(normal("n d"), normal("k d"), 1.3), square=(normal("3 3"), normal("3 3"), 0.8))
def test_gaussian_kernel_far_from_the_origin(student, X, Z, sigma):
    """All objects moved by 1000: the same values, to 1e-7."""
    value = student.gaussian_kernel(X + 1000.0, Z + 1000.0, sigma)
    agree(value, ref.gaussian_kernel(X, Z, sigma), name="K", rtol=0, atol=1e-7)


@grades("gaussian_kernel", points=0.5, hint="exp(-1e6) is 0, and that is right.")
@cases("X Z", typical=(normal("n d"), normal("k d")), square=(normal("3 3"), normal("3 3")))
def test_gaussian_kernel_of_objects_far_apart(student, X, Z):
    """Objects thousands of widths apart have the kernel 0, near ones in the same batch their usual value."""
    far = np.vstack([Z, Z + 1000.0])
    expected = np.hstack([ref.gaussian_kernel(X, Z, 0.7), np.zeros((len(X), len(Z)))])
    agree(student.gaussian_kernel(X, far, 0.7), expected, name="K", rtol=0, atol=1e-8)


# ---- is_psd_kernel_matrix ----------------------------------------------------------------------------------------


def agree_verdicts(function, yes=(), no=(), **options):
    """Check the verdict on matrices that are, and on matrices that are not, positive semidefinite."""
    for K in yes:
        agree(function(K, **options), True, name="the verdict on a positive semidefinite matrix")
    for K in no:
        agree(function(K, **options), False, name="the verdict on a matrix that is not positive semidefinite")


def spectrum(*eigenvalues):
    """Draw a symmetric matrix with these eigenvalues."""

    def make(rng):
        Q, _ = np.linalg.qr(rng.standard_normal((len(eigenvalues),) * 2))
        K = (Q * np.array(eigenvalues)) @ Q.T
        return 0.5 * (K + K.T)

    return draw(make)


@grades("is_psd_kernel_matrix", points=2, hint="All eigenvalues must be at least 0, the smallest one decides.")
@cases(
    "yes no",
    three=(spectrum(0.2, 1.0, 3.0), spectrum(-0.2, 1.0, 3.0)),
    four=(spectrum(0.01, 0.5, 2.0, 2.0), spectrum(-1.0, 0.5, 2.0, 9.0)),
    seven=(spectrum(1, 2, 3, 4, 5, 6, 7), spectrum(-1, 2, 3, 4, 5, 6, 7)),
    three_against_each_other=(1.4 * np.eye(3) - 0.4, 1.6 * np.eye(3) - 0.6),
)
def test_is_psd_kernel_matrix_looks_at_the_smallest_eigenvalue(student, yes, no):
    """Positive eigenvalues only: True. One negative eigenvalue: False."""
    agree_verdicts(student.is_psd_kernel_matrix, [yes], [no])


@grades("is_psd_kernel_matrix", points=1, hint="Eigenvalues that are 0 come out as 1e-16 or -1e-16; use the tolerance.")
@cases(
    "yes no",
    rank_two=(gram(6, 2), spectrum(-0.5, 0, 0, 0, 2.0, 3.0)),
    rank_one=(gram(5, 1), spectrum(-0.1, 0, 0, 0, 4.0)),
    large=(gram(12, 2, scale=1e9), spectrum(-2e7, 0, 0, 1e9, 3e9)),
    three_against_each_other=(3.0 * np.eye(3) - 1.0, 1.6 * np.eye(3) - 0.6),
)
def test_is_psd_kernel_matrix_accepts_singular_gram_matrices(student, yes, no):
    """Gram matrices of few dimensions pass, also with entries of a billion."""
    agree_verdicts(student.is_psd_kernel_matrix, [yes], [no])


@grades("is_psd_kernel_matrix", points=1, hint="The signs of the entries say nothing about the eigenvalues.")
def test_is_psd_kernel_matrix_does_not_judge_by_the_signs_of_entries(student):
    """Negative entries do no harm, positive entries do not help."""
    yes = [[[1.0, -0.5], [-0.5, 1.0]], [[2.0, -1.0, 0.5], [-1.0, 2.0, -1.0], [0.5, -1.0, 2.0]]]
    no = [[[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.9, 0.1], [0.9, 1.0, 0.9], [0.1, 0.9, 1.0]]]
    agree_verdicts(student.is_psd_kernel_matrix, map(np.array, yes), map(np.array, no))


@grades("is_psd_kernel_matrix", points=1, hint="The determinant is a product: two negative eigenvalues hide in it.")
@cases(
    "yes no",
    two=(1.5 * np.eye(2) - 0.5, -np.eye(2)),
    three=(np.eye(3), -np.eye(3)),
    four=(spectrum(0.1, 0.2, 1.0, 2.0), spectrum(-1.0, -0.2, 1.0, 2.0)),
)
def test_is_psd_kernel_matrix_is_not_fooled_by_an_even_number_of_negative_eigenvalues(student, yes, no):
    """Two negative eigenvalues do not cancel."""
    agree_verdicts(student.is_psd_kernel_matrix, [yes], [no])


@grades("is_psd_kernel_matrix", points=1, hint="All pairs of objects count: it is about the eigenvalues of K.")
@cases("X", plane=normal("12 2"), space=normal("14 3"))
def test_is_psd_kernel_matrix_tells_kernels_from_other_functions(student, X):
    """Gaussian, Laplace, min(i, j), products and sums pass; tanh, distances and exp(-|x - z|^3) do not."""
    squares = ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)
    distances = np.sqrt(squares)
    gaussian, laplace = np.exp(-squares / 2), np.exp(-distances)
    index = np.arange(1.0, len(X) + 1)
    yes = [gaussian, laplace, np.minimum.outer(index, index), gaussian * laplace, gaussian + X @ X.T]
    # The last one fails visibly for points in a row, a fifth of a unit apart.
    row = 0.2 * np.abs(np.subtract.outer(index, index))
    no = [np.tanh(X @ X.T - 1), -distances, np.sqrt(1 + squares), np.exp(-(row**3))]
    assert all(np.linalg.eigvalsh(K)[0] < -1e-4 for K in no), "this case is too close to call"
    agree_verdicts(student.is_psd_kernel_matrix, yes, no)


@grades("is_psd_kernel_matrix", points=1, hint="Return True or False, not an eigenvalue and not an array.")
@cases(
    "yes no",
    integer_arrays=(np.array([[2, -1], [-1, 2]]), np.array([[1, 3], [3, 1]])),
    nested_lists=([[2, 1, 0], [1, 2, 1], [0, 1, 2]], [[0, 1], [1, 0]]),
    unsigned=(np.array([[200, 90], [90, 100]], dtype=np.uint8), np.array([[90, 200], [200, 100]], dtype=np.uint8)),
    floats=(gram(5, 5), spectrum(-3.0, 1.0, 2.0)),
)
def test_is_psd_kernel_matrix_answers_with_a_bool(student, yes, no):
    """The answer is a bool, for integer arrays and nested lists too."""
    for K, verdict in [(yes, True), (no, False)]:
        answer = shaped(student.is_psd_kernel_matrix(K), (), name="the verdict", dtype="bool")
        agree(answer, verdict, name="the verdict")


@grades("is_psd_kernel_matrix", points=1, hint="Do not symmetrise or shift K in place.")
@cases("yes no", typical=(gram(5, 5), spectrum(-3.0, 1.0, 2.0)), small=(1.5 * np.eye(2) - 0.5, spectrum(-1.0, 2.0)))
def test_is_psd_kernel_matrix_leaves_its_input_alone(student, yes, no):
    """The right verdict, and K is the same after the call."""
    agree_verdicts(lambda K: unchanged(student.is_psd_kernel_matrix, K), [yes], [no])


@grades("is_psd_kernel_matrix", points=1, hint="np.linalg.eigvalsh reads one triangle of K and never sees the other.")
@cases(
    "K skew",
    typical=(spectrum(2.0, 3.0, 4.0), normal("3 3")),
    four=(spectrum(1, 1, 2, 5), normal("4 4")),
    pair=(1.5 * np.eye(2) - 0.5, normal("2 2")),
)
def test_is_psd_kernel_matrix_rejects_matrices_that_are_not_symmetric(student, K, skew):
    """Without symmetry the answer is False, whichever triangle differs; asymmetry of size 1e-14 is rounding."""
    upper = np.array([[1.0, 5.0], [0.0, 1.0]])
    no = [upper, upper.T, K + np.triu(0.01 + np.abs(skew), 1), K - np.tril(0.01 + np.abs(skew), -1)]
    slightly = np.array([[1.0, 0.5 + 2e-6], [0.5, 1.0]])  # twice a thousand times what may pass
    no += [slightly, slightly.T]
    agree_verdicts(student.is_psd_kernel_matrix, [K, K + 1e-14 * skew], no)


@grades("is_psd_kernel_matrix", points=0.5, hint="Both claims allow tol * max(1, max |K_ij|).")
def test_is_psd_kernel_matrix_uses_its_tolerance(student):
    """tol is an argument; it is relative to the largest entry when that is above 1, and absolute below."""
    yes = [np.diag([1.0, -1e-8]), 1e6 * np.diag([1.0, -1e-8]), np.array([[1.0, 4e-8], [0.0, 1.0]])]
    no = [np.diag([1.0, -0.5]), 1e6 * np.diag([1.0, -0.5]), np.array([[1.0, 0.6], [0.0, 1.0]])]
    agree_verdicts(student.is_psd_kernel_matrix, yes, no, tol=1e-4)
    agree_verdicts(student.is_psd_kernel_matrix, [np.diag([1e-12, -1e-13])], [np.diag([1.0, -1e-5])])


@grades(
    "is_psd_kernel_matrix", points=0.5, hint="The definition covers these too: symmetric, and no eigenvalue below 0."
)
def test_is_psd_kernel_matrix_of_degenerate_matrices(student):
    """Zero and constant matrices, one object, and small negative eigenvalues."""
    yes = [np.zeros((3, 3)), np.ones((4, 4)), np.array([[2.0]]), np.array([[0.0]])]
    no = [-np.ones((4, 4)), np.array([[-1.0]]), np.diag([1e-3, -1e-3])]
    agree_verdicts(student.is_psd_kernel_matrix, yes, no)


# ---- empirical_feature_map ---------------------------------------------------------------------------------------


def features_of(answer, K):
    """Return features of as many objects as K has, in at most as many dimensions, as a finite array."""
    Phi = finite(shaped(answer, (len(K), None), name="Phi"), name="Phi")
    between(Phi.shape[1], 0, len(K), name="the number of columns of Phi")
    return 1.0 * Phi  # integers and truth values become float64


def agree_gram(answer, K):
    """Check that Phi Phi^T is K, to 1e-8 of the largest entry."""
    Phi = features_of(answer, K)
    K = np.asarray(K, dtype=np.float64)
    with np.errstate(all="ignore"):
        product = Phi @ Phi.T
    agree(product, K, name="Phi Phi^T", rtol=0, atol=1e-8 * max(np.max(np.abs(K)), 1e-3))
    return Phi


@grades("empirical_feature_map", points=3, hint="K = U diag(l) U^T. Split the diagonal matrix into two equal factors.")
@cases("K", three=gram(3, 3), five=gram(5, 6), seven=gram(7, 9, scale=20.0), turned=spectrum(0.2, 1.0, 3.0, 8.0))
def test_empirical_feature_map_has_the_gram_matrix_k(student, K):
    """Phi Phi^T = K for positive definite K."""
    agree_gram(student.empirical_feature_map(K), K)


@grades("empirical_feature_map", points=2, hint="Every kernel matrix is a Gram matrix, whatever its feature space.")
@cases("K", gaussian=gaussian_gram(9, 0.6), wide=gaussian_gram(12, 1.5), few=gaussian_gram(4, 1.0))
def test_empirical_feature_map_of_gaussian_kernels(student, K):
    """N objects need at most N dimensions, though the feature space of this kernel has infinitely many."""
    agree_gram(student.empirical_feature_map(K), K)


@grades("empirical_feature_map", points=1, hint="|phi_i - phi_j|^2 = K_ii + K_jj - 2 K_ij.")
@cases("K", linear=gram(5, 6), gaussian=gaussian_gram(7, 0.9))
def test_empirical_feature_map_keeps_distances(student, K):
    """The distances of the features are those of the feature space."""
    Phi = features_of(student.empirical_feature_map(K), K)
    with np.errstate(all="ignore"):
        squares = ((Phi[:, None, :] - Phi[None, :, :]) ** 2).sum(axis=2)
    expected = np.diag(K)[:, None] + np.diag(K)[None, :] - 2 * K
    agree(squares, expected, name="the squared distances", rtol=0, atol=1e-7 * max(1.0, np.max(K)))


@grades("empirical_feature_map", points=1, hint="Convert K to float64 first.")
@cases("K", integer_array=whole_gram(5), nested_list=[[2, 1, 0], [1, 2, 1], [0, 1, 2]], floats=gram(5, 6))
def test_empirical_feature_map_answers_in_float64(student, K):
    """Integer arrays and nested lists give right features in a float64 array of shape (N, r), r <= N."""
    answer = student.empirical_feature_map(K)
    agree_gram(answer, K)
    shaped(answer, (len(K), None), name="Phi", dtype="float64")


@grades("empirical_feature_map", points=1, hint="Do not add anything to the diagonal of the caller's matrix.")
@cases("K", linear=gram(5, 6), gaussian=gaussian_gram(7, 0.9))
def test_empirical_feature_map_leaves_its_input_alone(student, K):
    """The right features, and K is the same after the call."""
    agree_gram(unchanged(student.empirical_feature_map, K), K)


@grades("empirical_feature_map", points=1, hint="The square root of -1e-16 is nan.")
@cases(
    "K", rank_two=gram(8, 2), rank_one=gram(7, 1), large=gram(9, 3, scale=1e5), nearly_constant=gaussian_gram(15, 20.0)
)
def test_empirical_feature_map_of_singular_matrices(student, K):
    """When eigenvalues vanish the features are still finite and right."""
    agree_gram(student.empirical_feature_map(K), K)


@grades("empirical_feature_map", points=1, hint="One object, or objects that are all the same, have features too.")
@cases(
    "K",
    one_object=np.array([[2.25]]),
    zero=np.zeros((3, 3)),
    constant=np.full((4, 4), 3.0),
    diagonal=np.diag([4.0, 0, 1]),
)
def test_empirical_feature_map_of_degenerate_matrices(student, K):
    """One object, a zero matrix, a constant matrix and a diagonal matrix."""
    agree_gram(student.empirical_feature_map(K), K)


# ---- KernelRidge -------------------------------------------------------------------------------------------------


def method(model, name):
    """Return a method of a student's object, once it is known to have it."""
    found = getattr(model, name, None)
    if not callable(found):
        raise Mismatch(f"there is no object with a method {name} here; does every method return what it should?")
    return found


def fitted(student, lam, K, y):
    """Return a model after fit, whatever fit returned."""
    model = student.KernelRidge(lam)
    method(model, "fit")(K, y)
    return model


def regression(N, M, kernel="gaussian", lam=0.3):
    """Draw K, y, K_new, lam: objects of the plane, values that are not centred, new objects."""

    def make(rng):
        X, Z = 0.7 + rng.standard_normal((N, 2)), 0.7 + rng.standard_normal((M, 2))
        k = {
            "gaussian": lambda A, B: ref.gaussian_kernel(A, B, 0.8),
            "quadratic": lambda A, B: ref.polynomial_kernel(A, B, 2, 1.0),
            "linear": lambda A, B: A @ B.T,
        }[kernel]
        return k(X, X), 2.0 + rng.standard_normal(N), k(Z, X), lam

    return draw(make)


def training(N, kernel="gaussian", lam=0.3):
    """Draw K, y, lam of such a regression."""

    def make(rng):
        K, y, _, _ = regression(N, 1, kernel, lam).make(rng)
        return K, y, lam

    return draw(make)


def primal_ridge(N, M, n, lam):
    """Draw features, values, new features and lam, for a regression that can be done without kernels."""
    return draw(
        lambda rng: (0.5 + rng.standard_normal((N, n)), 1.0 + rng.standard_normal(N), rng.standard_normal((M, n)), lam)
    )


def agree_alpha(model, K, y, lam):
    """Check that alpha solves (K + lam I) alpha = y."""
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    alpha = finite(shaped(model.alpha, y.shape, name="alpha"), name="alpha").astype(np.float64)
    with np.errstate(all="ignore"):
        rest = K @ alpha + lam * alpha - y
    scale = np.max(np.abs(y)) * (1.0 + np.max(np.abs(K)) / lam)  # so large are the terms that cancel
    residual(rest, scale, 1e-8, name="(K + lam I) alpha - y")


@grades(
    "KernelRidge", points=3, hint="Set the gradient of the objective to zero. Is lambda added to the diagonal only?"
)
@cases(
    "K y lam",
    gaussian=training(9),
    strong=training(7, lam=25.0),
    quadratic=training(12, "quadratic", lam=0.7),
    linear=training(8, "linear", lam=2.0),
)
def test_kernel_ridge_solves_its_linear_system(student, K, y, lam):
    """After fit, alpha solves (K + lambda I) alpha = y."""
    agree_alpha(fitted(student, lam, K, y), K, y, lam)


@grades("KernelRidge", points=3, hint="f(x_new) = sum over i of alpha_i k(x_new, x_i); rows of K_new are new objects.")
@cases(
    "K y K_new lam",
    fewer=regression(9, 4),
    more=regression(5, 11, "quadratic", lam=0.7),
    as_many=regression(7, 7),
    one=regression(6, 1, lam=3.0),
)
def test_kernel_ridge_predicts_new_objects(student, K, y, K_new, lam):
    """Predictions at new objects are K_new alpha."""
    predicted = method(fitted(student, lam, K, y), "predict")(K_new)
    agree(predicted, ref.KernelRidge(lam).fit(K, y).predict(K_new), name="f(x_new)", condition=100)


@grades("KernelRidge", points=2, hint="Without kernels: w = (Phi^T Phi + lam I)^-1 Phi^T y, no intercept, no 1/N.")
@cases(
    "Phi y Phi_new lam",
    few_features=primal_ridge(11, 4, 3, 0.6),
    many_features=primal_ridge(5, 6, 9, 2.5),
    square=primal_ridge(4, 4, 4, 1.5),
)
def test_kernel_ridge_is_ridge_regression_in_feature_space(student, Phi, y, Phi_new, lam):
    """With K = Phi Phi^T the predictions are those of ridge regression on the features Phi."""
    w = np.linalg.solve(Phi.T @ Phi + lam * np.eye(Phi.shape[1]), Phi.T @ y)
    predicted = method(fitted(student, lam, Phi @ Phi.T, y), "predict")(Phi_new @ Phi.T)
    agree(predicted, Phi_new @ w, name="f(x_new)", condition=100)


@grades("KernelRidge", points=1, hint="At the minimum the objective is lambda times alpha·y.")
@cases("K y lam", gaussian=training(9, lam=0.1), quadratic=training(6, "quadratic", lam=4.0))
def test_kernel_ridge_attains_the_minimum(student, K, y, lam):
    """The sum of squared errors plus lambda times the squared norm is as small as it can be."""
    alpha = finite(shaped(fitted(student, lam, K, y).alpha, y.shape, name="alpha"), name="alpha").astype(np.float64)
    with np.errstate(all="ignore"):
        value = np.sum((K @ alpha - y) ** 2) + lam * alpha @ K @ alpha
    best = lam * y @ ref.KernelRidge(lam).fit(K, y).alpha
    agree(value, best, name="the objective", condition=100)


@grades("KernelRidge", points=1, hint="Convert to float64; alpha and the predictions have one axis.")
@cases(
    "K y K_new",
    integer_arrays=(
        np.array([[4, 1, 0], [1, 3, 1], [0, 1, 2]]),
        np.array([1, -2, 3]),
        np.array([[1, 0, 2], [0, 1, 1]]),
    ),
    lists=([[2, 1], [1, 3]], [3, -1], [[1, 1], [0, 2], [2, 0]]),
)
def test_kernel_ridge_answers_in_float64(student, K, y, K_new):
    """alpha has shape (N,) and predictions (M,), in float64, for integers and lists too."""
    model = fitted(student, 2, K, y)
    agree_alpha(model, K, y, 2)
    shaped(model.alpha, (len(y),), name="alpha", dtype="float64")
    predicted = shaped(method(model, "predict")(K_new), (len(K_new),), name="f(x_new)", dtype="float64")
    agree(predicted, ref.KernelRidge(2).fit(K, y).predict(K_new), name="f(x_new)")


@grades("KernelRidge", points=1, hint="The last line of fit: return self.")
@cases("K y K_new lam", gaussian=regression(8, 3), linear=regression(5, 4, "linear", lam=1.5))
def test_kernel_ridge_fit_returns_the_model(student, K, y, K_new, lam):
    """KernelRidge(lam).fit(K, y).predict(K_new) works in one line."""
    model = method(student.KernelRidge(lam), "fit")(K, y)
    predicted = method(model, "predict")(K_new)
    agree(predicted, ref.KernelRidge(lam).fit(K, y).predict(K_new), name="f(x_new)", condition=100)


@grades("KernelRidge", points=1, hint="Adding lambda to K's diagonal in place changes the caller's matrix.")
@cases("K y K_new lam", gaussian=regression(8, 3), square=regression(6, 6, "linear", lam=1.5))
def test_kernel_ridge_leaves_its_inputs_alone(student, K, y, K_new, lam):
    """The right predictions, and K, y and K_new are the same after the calls."""
    model = student.KernelRidge(lam)
    unchanged(method(model, "fit"), K, y)
    predicted = unchanged(method(model, "predict"), K_new)
    agree(predicted, ref.KernelRidge(lam).fit(K, y).predict(K_new), name="f(x_new)", condition=100)


@grades("KernelRidge", points=1, hint="K itself may be singular; K + lambda I is not.")
@cases("Phi y Phi_new lam", repeated=primal_ridge(5, 4, 2, 0.5), low_rank=primal_ridge(9, 4, 1, 0.2))
def test_kernel_ridge_of_repeated_objects(student, Phi, y, Phi_new, lam):
    """Objects that occur twice, with different values, make K singular but the answer is as before."""
    twice, values = np.vstack([Phi, Phi]), np.concatenate([y, y[::-1]])
    K = twice @ twice.T
    model = fitted(student, lam, K, values)
    agree_alpha(model, K, values, lam)
    expected = ref.KernelRidge(lam).fit(K, values).predict(Phi_new @ twice.T)
    agree(method(model, "predict")(Phi_new @ twice.T), expected, name="f(x_new)", condition=100)


@grades("KernelRidge", points=1, hint="fit starts afresh; what a model knows belongs to that model alone.")
@cases(
    "first second",
    other_size=(regression(6, 3), regression(9, 4)),
    same_size=(regression(5, 5), regression(5, 5, "linear", lam=2.0)),
)
def test_kernel_ridge_forgets_what_it_was_fitted_to_before(student, first, second):
    """A second fit replaces the first, and two models with different lambda do not disturb each other."""
    K, y, K_new, lam = second
    expected = ref.KernelRidge(lam).fit(K, y).predict(K_new)
    model, other = fitted(student, lam, *first[:2]), fitted(student, 10 * lam, *first[:2])
    method(model, "fit")(K, y)
    method(other, "fit")(*first[:2])
    agree(method(model, "predict")(K_new), expected, name="f(x_new)", condition=100)


@grades(
    "KernelRidge",
    points=1,
    hint="For huge lambda, alpha is nearly y / lambda; for one object, y / (K + lambda).",
    margin="rounding of a nearly singular system is allowed for",
)
@cases(
    "K y K_new lam",
    huge_lambda=regression(6, 3, lam=1e8),
    tiny_lambda=(np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([1.0, -4.0]), np.array([[1.0, 1.0], [2.0, 1.0]]), 1e-10),
    one_object=(np.array([[1.5]]), np.array([2.0]), np.array([[0.5], [1.5]]), 0.5),
)
def test_kernel_ridge_at_its_extremes(student, K, y, K_new, lam):
    """Very large lambda, very small lambda, and one object only."""
    model = fitted(student, lam, K, y)
    expected = ref.KernelRidge(lam).fit(K, y)
    agree(model.alpha, expected.alpha, name="alpha", rtol=1e-7, atol=1e-16)
    agree(method(model, "predict")(K_new), expected.predict(K_new), name="f(x_new)", rtol=1e-7, atol=1e-16)


# ---- rkhs_norm ---------------------------------------------------------------------------------------------------


@grades("rkhs_norm", points=2, hint="The square of the norm is the sum over i and j of alpha_i alpha_j K_ij.")
@cases(
    "alpha K",
    typical=(normal("n"), gram(5, 6)),
    gaussian=(normal("m", scale=3.0), gaussian_gram(7, 0.8)),
    one_object=(normal("1"), np.array([[2.5]])),
    zero=(np.zeros(4), gram(4, 5)),
)
def test_rkhs_norm_is_the_root_of_the_quadratic_form(student, alpha, K):
    """The norm is the square root of alpha^T K alpha."""
    agree(student.rkhs_norm(alpha, K), np.sqrt(alpha @ K @ alpha), name="the norm")


@grades("rkhs_norm", points=1, hint="f is the linear function with weights Phi^T alpha in feature space.")
@cases("alpha Phi", wide=(normal("n"), normal("5 8")), square=(normal("4"), normal("4 4", shift=0.5)))
def test_rkhs_norm_is_the_length_in_feature_space(student, alpha, Phi):
    """With K = Phi Phi^T the norm is |Phi^T alpha|, and it scales with alpha."""
    length = np.linalg.norm(Phi.T @ alpha)
    agree(student.rkhs_norm(alpha, Phi @ Phi.T), length, name="the norm", condition=10)
    agree(student.rkhs_norm(-3.0 * alpha, Phi @ Phi.T), 3.0 * length, name="the norm of -3 f", condition=10)


@grades("rkhs_norm", points=0.5, hint="Return a number, as a float.")
@cases(
    "alpha K",
    integer_arrays=(np.array([1, -2, 2]), np.array([[2, 1, 0], [1, 3, 1], [0, 1, 2]])),
    lists=([1, -1], [[4, 1], [1, 2]]),
    unsigned=(np.array([3, 1], dtype=np.uint8), np.array([[200, 90], [90, 100]], dtype=np.uint8)),
)
def test_rkhs_norm_answers_with_a_float(student, alpha, K):
    """The answer is a float64 number, for integers and lists too."""
    a, G = np.asarray(alpha, dtype=np.float64), np.asarray(K, dtype=np.float64)
    norm = shaped(student.rkhs_norm(alpha, K), (), name="the norm", dtype="float64")
    agree(norm, np.sqrt(a @ G @ a), name="the norm")


@grades("rkhs_norm", points=0.5, hint="Work on copies.")
@cases("alpha K", typical=(normal("n"), gram(5, 6)), square=(normal("3"), gram(3, 3)))
def test_rkhs_norm_leaves_its_inputs_alone(student, alpha, K):
    """The right norm, and alpha and K are the same after the call."""
    agree(unchanged(student.rkhs_norm, alpha, K), np.sqrt(alpha @ K @ alpha), name="the norm", condition=10)


def null_vectors(count, N, rank):
    """Draw Gram matrices of low rank, each with a vector that it sends to 0 up to rounding of either sign."""

    def make(rng):
        pairs = []
        while len(pairs) < count:
            A = rng.standard_normal((N, rank))
            null = np.linalg.svd(A.T)[2][-1]  # A^T null = 0
            K = A @ A.T
            if null @ K @ null < 0.0 or len(pairs) % 2:
                pairs.append((null, K))
        return pairs

    return draw(make)


@grades("rkhs_norm", points=1, hint="alpha^T K alpha may come out as -1e-17. Which number is closest to it, but legal?")
@cases("pairs", rank_two=null_vectors(6, 5, 2), rank_one=null_vectors(6, 4, 1))
def test_rkhs_norm_of_the_zero_function(student, pairs):
    """Where alpha^T K alpha vanishes the norm is 0, to 1e-6, and never nan; with another alpha it is positive."""
    for alpha, K in pairs:
        agree(student.rkhs_norm(alpha, K), 0.0, name="the norm", rtol=0, atol=1e-6)
        agree(student.rkhs_norm(K[0], K), np.sqrt(K[0] @ K @ K[0]), name="the norm of another function", condition=10)


# ---- kernel_perceptron -------------------------------------------------------------------------------------------


def no_near_ties(K, y, epochs):
    """Whether no decision of the perceptron hangs on rounding: scores are exactly 0 or well away from it."""
    alpha = np.zeros(len(y))
    for _ in range(epochs):
        for i in range(len(y)):
            score = y[i] * (K[i] @ (alpha * y))
            if alpha.any() and abs(score) < 1e-7 * np.max(np.abs(K)):
                return False
            alpha[i] += score <= 0
    return True


def perceptron_data(N, epochs, kernel="gaussian"):
    """Draw K, y, epochs: two overlapping classes in mixed order, without near ties."""

    def make(rng):
        while True:
            y = labels(rng, N)
            X = 0.5 + 0.6 * y[:, None] + rng.standard_normal((N, 2))
            K = ref.gaussian_kernel(X, X, 0.9) if kernel == "gaussian" else ref.polynomial_kernel(X, X, 2, 1.0)
            if no_near_ties(K, y, epochs):
                return K, y, epochs

    return draw(make)


def separable_data(N, n, epochs):
    """Draw K, y, epochs, bound: linear kernel, classes separated by a plane that their means do not show, and (R/g)^2.

    Along v both classes are spread widely, object 0 on the far side of its class.
    """

    def make(rng):
        while True:
            u, v, *rest = np.linalg.qr(rng.standard_normal((n, n)))[0]
            y = np.where(np.arange(N) % 2 == 0, 1.0, -1.0)
            along = y * rng.uniform(1.0, 1.3, N)
            along[0] = -1.5
            X = np.outer(y * rng.uniform(0.3, 0.4, N), u) + np.outer(along, v)
            X += sum(np.outer(0.05 * rng.standard_normal(N), w) for w in rest)
            K = X @ X.T
            bound = np.max(np.diag(K)) / np.min(y * (X @ u)) ** 2
            if no_near_ties(K, y, epochs):
                assert bound < epochs, "so many epochs need not be enough"
                return K, y, epochs, bound

    return draw(make)


@grades("kernel_perceptron", points=2, hint="Each object sees the alpha that the objects before it have left.")
@cases(
    "K y epochs",
    gaussian=perceptron_data(15, 1),
    quadratic=perceptron_data(12, 1, "quadratic"),
    more=perceptron_data(30, 1),
)
def test_kernel_perceptron_counts_mistakes_in_one_epoch(student, K, y, epochs):
    """One pass over the objects, in order."""
    agree(student.kernel_perceptron(K, y, epochs), ref.kernel_perceptron(K, y, epochs), name="alpha")


@grades("kernel_perceptron", points=2, hint="The next epoch goes on with the alpha of the last one.")
@cases(
    "K y epochs",
    two=perceptron_data(15, 2),
    five=perceptron_data(11, 5, "quadratic"),
    nine=perceptron_data(20, 9),
)
def test_kernel_perceptron_counts_mistakes_in_several_epochs(student, K, y, epochs):
    """Several passes over the objects, always in the same order."""
    agree(student.kernel_perceptron(K, y, epochs), ref.kernel_perceptron(K, y, epochs), name="alpha")


@grades(
    "kernel_perceptron", points=1, hint="On separable data mistakes come to an end; it starts with one, at alpha = 0."
)
@cases("K y epochs bound", plane=separable_data(36, 2, 60), space=separable_data(41, 4, 60))
def test_kernel_perceptron_separates_what_can_be_separated(student, K, y, epochs, bound):
    """On separable data all objects end on their side, after at most (R / gamma)^2 mistakes."""
    alpha = finite(shaped(student.kernel_perceptron(K, y, epochs), y.shape, name="alpha"), name="alpha")
    alpha = between(alpha, 0, bound, name="alpha").astype(np.float64)
    between(alpha.sum(), 0, bound, name="the number of mistakes")
    agree(np.sign(K @ (alpha * y)), y, name="the sign of f(x_i)")


@grades("kernel_perceptron", points=1, hint="Only the sign of the score matters, so no other threshold than 0 will do.")
@cases("K y epochs", typical=perceptron_data(16, 3), quadratic=perceptron_data(18, 2, "quadratic"))
def test_kernel_perceptron_does_not_feel_the_scale_of_the_kernel(student, K, y, epochs):
    """Multiplying K by a positive number changes nothing."""
    expected = ref.kernel_perceptron(K, y, epochs)
    for factor in (1e-4, 50.0):
        agree(student.kernel_perceptron(factor * K, y, epochs), expected, name="alpha")


@grades("kernel_perceptron", points=1, hint="Start from np.zeros(N, dtype=np.int64): counts are integers.")
@cases(
    "K y",
    integer_arrays=(np.array([[3, 1, 1], [1, 2, -1], [1, -1, 4]]), np.array([1, -1, 1])),
    lists=([[2, 1], [1, 3]], [-1, 1]),
    floats=(np.array([[1.0, 0.75, 0.5], [0.75, 1.0, 0.25], [0.5, 0.25, 1.0]]), np.array([1.0, -1.0, -1.0])),
)
def test_kernel_perceptron_answers_in_int64(student, K, y):
    """The counts are an int64 array of shape (N,), for integers and lists too."""
    alpha = shaped(student.kernel_perceptron(K, y, 2), (len(y),), name="alpha", dtype="int64")
    agree(alpha, ref.kernel_perceptron(K, y, 2), name="alpha")


@grades("kernel_perceptron", points=1, hint="Do not multiply the labels into K in place.")
@cases("K y epochs", typical=perceptron_data(16, 3), quadratic=perceptron_data(18, 2, "quadratic"))
def test_kernel_perceptron_leaves_its_inputs_alone(student, K, y, epochs):
    """The right counts, and K and y are the same after the call."""
    agree(unchanged(student.kernel_perceptron, K, y, epochs), ref.kernel_perceptron(K, y, epochs), name="alpha")


@grades("kernel_perceptron", points=1, hint="A score of exactly 0 decides nothing, so it counts as a mistake.")
@cases(
    "K y",
    orthogonal=(2.0 * np.eye(4), np.array([1.0, -1.0, -1.0, 1.0])),
    zero=(np.zeros((3, 3)), np.array([1.0, -1.0, 1.0])),
    cancelling=(np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 2.0]]), np.array([1.0, -1.0, 1.0])),
)
def test_kernel_perceptron_counts_a_score_of_zero_as_a_mistake(student, K, y):
    """An object whose score is exactly 0 is not yet on its side."""
    for epochs in (1, 3):
        agree(student.kernel_perceptron(K, y, epochs), ref.kernel_perceptron(K, y, epochs), name="alpha")


@grades("kernel_perceptron", points=1, hint="Zero epochs: nobody has been visited. One object: one mistake, then none.")
@cases(
    "K y", one_object=(np.array([[2.5]]), np.array([-1.0])), one_class=(np.ones((3, 3)), np.array([-1.0, -1.0, -1.0]))
)
def test_kernel_perceptron_of_no_epoch_one_object_or_one_class(student, K, y):
    """No epoch leaves all counts at 0; one object or one class costs a single mistake."""
    agree(student.kernel_perceptron(K, y, 0), np.zeros(len(y), dtype=np.int64), name="alpha after no epoch")
    agree(student.kernel_perceptron(K, y, 4), (np.arange(len(y)) == 0).astype(np.int64), name="alpha")


# ---- kernel_svm: judged by feasibility and duality gap, never by its multipliers ----------------------------------


def has_free_multipliers(K, y, C):
    """Whether some alpha_i is well inside of (0, C), so that the usual recipe for b works.

    Where the reference takes too long to prove its optimum, which is once in thousands of draws, the answer is no.
    """
    try:
        alpha, _ = ref.kernel_svm(K, y, C)
    except ArithmeticError:
        return False
    return np.sum((alpha > 0.02 * C) & (alpha < 0.98 * C)) >= 2


def svm_data(N, kernel, C, gap=1.6, scale=1.0):
    """Draw K, y, C: two overlapping classes of the plane, of different sizes, off-centre."""
    kernels = {
        "gaussian": lambda X: ref.gaussian_kernel(X, X, 0.7),
        "quadratic": lambda X: ref.polynomial_kernel(X, X, 2, 1.0) / 10,
        "linear": lambda X: X @ X.T,
    }

    def make(rng):
        while True:
            y = labels(rng, N)
            X = np.array([2.0, -1.0]) + rng.standard_normal((N, 2))
            X[:, 0] += 0.5 * gap * y
            K = scale * kernels[kernel](X)
            if has_free_multipliers(K, y, C):
                return K, y, C

    return draw(make)


def duality_gap(answer, K, y, C, allowed):
    """Check that (alpha, b) is feasible and that its primal and dual values prove it to be nearly optimal."""
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    alpha, b = sequence(answer, 2, name="(alpha, b)")
    alpha = between(shaped(alpha, y.shape, name="alpha"), 0, C, name="alpha", slack=1e-6 * C).astype(np.float64)
    b = finite(shaped(b, (), name="b"), name="b").astype(np.float64)
    residual(alpha @ y, C * len(y), 1e-6, name="alpha·y")
    with np.errstate(all="ignore"):
        primal, dual = np.float64(ref.kernel_svm_bounds(alpha, b, K, y, C))
        relative = (primal - dual) / primal
    between(relative, -allowed, allowed, name="the relative duality gap (P - D) / P")
    return alpha, b


ORDINARY = {
    "gaussian": svm_data(40, "gaussian", 1.5),
    "quadratic": svm_data(31, "quadratic", 0.4),
    "linear_off_centre": svm_data(24, "linear", 2.5),
    "small_kernel": svm_data(20, "gaussian", 8.0, scale=0.05),
}


@grades("kernel_svm", points=4, hint="Is alpha·y = 0, no alpha above C, and b the best one for this alpha?")
@cases("K y C", **ORDINARY)
def test_kernel_svm_is_nearly_optimal(student, K, y, C):
    """alpha is feasible, and primal and dual value differ by at most 1 %."""
    duality_gap(student.kernel_svm(K, y, C), K, y, C, 1e-2)


@grades("kernel_svm", points=4, hint="Go on until no pair of objects violates optimality by more than 1e-4.")
@cases("K y C", **ORDINARY)
def test_kernel_svm_is_optimal(student, K, y, C):
    """alpha is feasible, and primal and dual value differ by at most 0.1 %."""
    duality_gap(student.kernel_svm(K, y, C), K, y, C, 1e-3)


def distinct_points(N):
    """Draw K, y, C: a narrow Gaussian kernel on separate points with labels at random."""

    def make(rng):
        side = int(np.ceil(np.sqrt(N)))
        grid = np.stack(np.meshgrid(range(side), range(side)), axis=-1).reshape(-1, 2)[:N]
        X = grid + rng.uniform(-0.2, 0.2, (N, 2))
        return ref.gaussian_kernel(X, X, 0.4), labels(rng, N), 10.0

    return draw(make)


@grades(
    "kernel_svm",
    points=1,
    hint="With a narrow kernel any labels can be learnt. Does f contain y_i, and b its sign?",
    margin="the statement allows a gap of 1e-2 and 1e-6 C N in the constraint",
)
@cases("K y C", twelve=distinct_points(12), twenty=distinct_points(20))
def test_kernel_svm_learns_any_labels_of_distinct_points(student, K, y, C):
    """With a narrow Gaussian kernel and large C, every training object ends on its side."""
    alpha, b = duality_gap(student.kernel_svm(K, y, C), K, y, C, 1e-2)
    agree(np.sign(K @ (alpha * y) + b), y, name="the sign of f(x_i)")


@grades("kernel_svm", points=1.5, hint="Return a pair (alpha, b) of an array of shape (N,) and a number, in float64.")
@cases(
    "K y C",
    integer_arrays=(np.array([[5, 1, 2], [1, 4, 0], [2, 0, 3]]), np.array([1, -1, -1]), 2),
    lists=([[2, 1, 0], [1, 3, -1], [0, -1, 2]], [-1, 1, 1], 0.5),
    floats=svm_data(9, "gaussian", 1.5),
)
def test_kernel_svm_answers_in_float64(student, K, y, C):
    """alpha has shape (N,) and b is a number, in float64, for integers and lists too."""
    alpha, b = answer = sequence(student.kernel_svm(K, y, C), 2, name="(alpha, b)")
    duality_gap(answer, K, y, C, 1e-2)
    shaped(alpha, (len(y),), name="alpha", dtype="float64")
    shaped(b, (), name="b", dtype="float64")


@grades("kernel_svm", points=1.5, hint="Keep your own copy of the matrix y_i y_j K_ij.")
@cases("K y C", gaussian=svm_data(14, "gaussian", 1.5), linear=svm_data(11, "linear", 0.5))
def test_kernel_svm_leaves_its_inputs_alone(student, K, y, C):
    """A nearly optimal answer, and K and y are the same after the call."""
    duality_gap(unchanged(student.kernel_svm, K, y, C), K, y, C, 1e-2)


@grades(
    "kernel_svm", points=1, hint="For two objects there is one free number, alpha_1 = alpha_2: a parabola on [0, C]."
)
@cases(
    "K y C",
    inside=(np.array([[1.0, -0.5], [-0.5, 2.0]]), np.array([-1.0, 1.0]), 6.0),
    opposite=(np.array([[2.0, -2.0], [-2.0, 2.0]]), np.array([-1.0, 1.0]), 6.0),
    of_different_size=(np.array([[0.5, 0.2], [0.2, 3.0]]), np.array([1.0, -1.0]), 2.5),
)
def test_kernel_svm_of_two_objects(student, K, y, C):
    """The smallest problem: two objects, one of each class."""
    duality_gap(student.kernel_svm(K, y, C), K, y, C, 1e-2)


@grades(
    "kernel_svm", points=1, hint="If no alpha_i lies strictly between 0 and C, which b makes the sum of hinges least?"
)
@cases(
    "K y C",
    two=(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([1.0, -1.0]), 0.1),
    off_centre=(np.array([[9.0, 12.0], [12.0, 16.0]]) / 10, np.array([1.0, -1.0]), 0.2),
    far_from_the_origin=(np.array([[900.0, 870.0], [870.0, 841.0]]), np.array([1.0, -1.0]), 0.1),
    many=draw(lambda rng: (*balanced(rng, 10), 0.02)),
)
def test_kernel_svm_with_every_multiplier_at_its_bound(student, K, y, C):
    """For small C all multipliers are C; b must be chosen all the same."""
    duality_gap(student.kernel_svm(K, y, C), K, y, C, 1e-2)


def balanced(rng, N):
    """Return a Gram matrix and labels with equal numbers of both classes."""
    y = rng.permutation(np.where(np.arange(N) % 2 == 0, 1.0, -1.0))
    X = 1.0 + rng.standard_normal((N, 2))
    return ref.gaussian_kernel(X, X, 1.0), y


def repeated(N, kernel, C):
    """Draw K, y, C: every object twice, some of them with both labels."""

    def make(rng):
        while True:
            X = 1.0 + rng.standard_normal((N, 2))
            X, y = np.vstack([X, X]), np.concatenate([labels(rng, N), labels(rng, N)])
            K = ref.gaussian_kernel(X, X, 0.8) if kernel == "gaussian" else X @ X.T
            if has_free_multipliers(K, y, C):
                return K, y, C

    return draw(make)


@grades("kernel_svm", points=1, hint="Two equal objects have K_ii + K_jj - 2 K_ij = 0: guard the division.")
@cases("K y C", gaussian=repeated(8, "gaussian", 1.5), linear=repeated(6, "linear", 0.3))
def test_kernel_svm_of_repeated_objects(student, K, y, C):
    """Objects that occur twice, also with both labels, make K singular but not the answer worse."""
    duality_gap(student.kernel_svm(K, y, C), K, y, C, 1e-2)


# ---- capstone_digits ---------------------------------------------------------------------------------------------


@draw
def three_splits(rng):
    """Split the digits three times into 600 training and 1197 test images."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"] / 16, digits["y"]
    splits = []
    for _ in range(3):
        order = rng.permutation(len(y))
        train, test = order[:600], order[600:]
        splits.append((X[train], y[train], X[test], y[test]))
    return splits


def mean_accuracy(student, splits):
    """Return the accuracy of the student's predictions, averaged over the splits."""
    accuracies = []
    for X_train, y_train, X_test, y_test in splits:
        predicted = shaped(student.capstone_digits(X_train, y_train, X_test), y_test.shape, name="the prediction")
        accuracies.append(np.mean(predicted == y_test))
    return float(np.mean(accuracies))


@grades("capstone_digits", points=5, hint="One column of targets for each digit; the largest of the ten values wins.")
@cases("splits", digits=three_splits)
def test_capstone_digits_beats_linear_ridge_regression(student, splits):
    """At least 93 % of the test images are read correctly, on average over three splits."""
    between(mean_accuracy(student, splits), 0.93, 1.0, name="the mean accuracy")


@grades("capstone_digits", points=5, hint="Pixels between 0 and 1, sigma about 1, and a small lambda.")
@cases("splits", digits=three_splits)
def test_capstone_digits_reads_nearly_all(student, splits):
    """At least 96.5 % of the test images are read correctly, on average over three splits."""
    between(mean_accuracy(student, splits), 0.965, 1.0, name="the mean accuracy")
