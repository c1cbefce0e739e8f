"""Public tests: kernel methods.

Run them from the notebook with ``check("gaussian_kernel")``. They are small, and every expected number can be checked
by hand. Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import (
    Mismatch,
    agree,
    between,
    cases,
    draw,
    finite,
    grades,
    residual,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"


# ---- quadratic_features ------------------------------------------------------------------------------------------


def products(features, X, Z, c):
    """Return the inner products of the features of X with those of Z."""
    Phi = finite(shaped(features(X, c), (len(X), None), name="Phi"), name="Phi")
    Psi = finite(shaped(features(Z, c), (len(Z), Phi.shape[1]), name="the features of Z"), name="the features of Z")
    with np.errstate(all="ignore"):
        return (1.0 * Phi) @ (1.0 * Psi).T


@grades("quadratic_features", hint="With n = 1 the kernel is x^2 z^2 + 2c x z + c^2: three terms, three features.")
def test_quadratic_features_of_numbers(student):
    """For x = 1, z = 3 and -2, c = 2: (3 + 2)^2 = 25 and (-2 + 2)^2 = 0."""
    value = products(student.quadratic_features, np.array([[1.0]]), np.array([[3.0], [-2.0]]), 2.0)
    agree(value, [[25.0, 0.0]], name="phi(x)·phi(z)")


@grades("quadratic_features", hint="(x·z)^2 contains 2 x1 x2 z1 z2. Each side takes a factor sqrt(2) of it.")
def test_quadratic_features_in_the_plane(student):
    """For x = (1, 2), z = (3, 1): (x·z)^2 = 25, and with c = 1 it is 36."""
    x, z = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    agree(products(student.quadratic_features, x, z, 0.0), [[25.0]], name="phi(x)·phi(z) for c = 0")
    features = lambda *args: unchanged(student.quadratic_features, *args)  # noqa: E731
    agree(products(features, x, z, 1.0), [[36.0]], name="phi(x)·phi(z) for c = 1")


# ---- polynomial_kernel -------------------------------------------------------------------------------------------


@grades("polynomial_kernel", hint="First the inner product, then + c, then the power.")
def test_polynomial_kernel_of_the_worked_example(student):
    """For x = (1, 2), z = (3, -1) and (0, 0), c = 2, d = 3: 27 and 8."""
    X, Z = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0], [0.0, 0.0]])
    agree(unchanged(student.polynomial_kernel, X, Z, 3, 2.0), [[27.0, 8.0]], name="K")


@grades("polynomial_kernel", hint="Convert X and Z to float64 before taking the power.")
def test_polynomial_kernel_of_large_integers(student):
    """The integers 1000 and 1000 with c = 0 and d = 4 give 10^24, which does not fit into an int64."""
    value = student.polynomial_kernel(np.array([[1000]]), np.array([[1000]]), 4, 0)
    agree(shaped(value, (1, 1), name="K", dtype="float64"), [[1e24]], name="K")


# ---- gaussian_kernel ---------------------------------------------------------------------------------------------


@grades("gaussian_kernel", hint="The squared distance is 25, and 2 sigma^2 = 50.")
def test_gaussian_kernel_of_the_worked_example(student):
    """For x = (0, 0), z = (3, 4) and (0, 0), sigma = 5: exp(-1/2) and 1."""
    X, Z = np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 0.0]])
    agree(unchanged(student.gaussian_kernel, X, Z, 5.0), [[0.6065306597126334, 1.0]], name="K")


@grades("gaussian_kernel", hint="Rows belong to X, columns to Z, and the sum runs over the features.")
def test_gaussian_kernel_with_as_many_objects_as_features(student):
    """For X = (0, 0), (2, 0) and Z = (0, 0), (0, 2), sigma = 1: [[1, e^-2], [e^-2, e^-4]]."""
    value = student.gaussian_kernel([[0, 0], [2, 0]], [[0, 0], [0, 2]], 1)
    expected = np.exp([[0.0, -2.0], [-2.0, -4.0]])
    agree(shaped(value, (2, 2), name="K", dtype="float64"), expected, name="K")


# ---- is_psd_kernel_matrix ----------------------------------------------------------------------------------------


@grades("is_psd_kernel_matrix", hint="Compute the eigenvalues of these 2 x 2 matrices by hand: a + b and a - b.")
@cases(
    "K expected",
    negative_entries=(np.array([[1.0, -0.5], [-0.5, 1.0]]), True),
    positive_entries=(np.array([[1.0, 2.0], [2.0, 1.0]]), False),
    eigenvalue_zero=(np.array([[1.0, 1.0], [1.0, 1.0]]), True),
    two_negative_eigenvalues=(np.array([[-1.0, 0.0], [0.0, -1.0]]), False),
)
def test_is_psd_kernel_matrix_of_two_objects(student, K, expected):
    """Four matrices [[a, b], [b, a]], whose eigenvalues are a + b and a - b."""
    answer = shaped(unchanged(student.is_psd_kernel_matrix, K), (), name="the answer", dtype="bool")
    agree(answer, expected, name="the answer")


@grades("is_psd_kernel_matrix", hint="A Gram matrix is symmetric, because inner products are.")
def test_is_psd_kernel_matrix_wants_symmetry(student):
    """The matrix [[1, 5], [0, 1]] is not symmetric, so it is no Gram matrix."""
    agree(student.is_psd_kernel_matrix(np.array([[1.0, 5.0], [0.0, 1.0]])), False, name="the answer")


# ---- empirical_feature_map ---------------------------------------------------------------------------------------


@grades("empirical_feature_map", hint="With K = U diag(l) U^T, multiply column i of U by the root of l_i.")
@cases(
    "K",
    one_dimension=np.array([[4.0, 2.0], [2.0, 1.0]]),
    two_dimensions=np.array([[2.0, 1.0], [1.0, 2.0]]),
    integers=np.array([[9, 0], [0, 0]]),
)
def test_empirical_feature_map_of_two_objects(student, K):
    """The inner products of the two feature vectors are the entries of K."""
    Phi = unchanged(student.empirical_feature_map, K)
    Phi = finite(shaped(Phi, (2, None), name="Phi"), name="Phi")
    between(Phi.shape[1], 1, 2, name="the number of columns of Phi")
    with np.errstate(all="ignore"):
        agree((1.0 * Phi) @ (1.0 * Phi).T, K.astype(np.float64), name="Phi Phi^T", rtol=0, atol=1e-7)


@grades("empirical_feature_map", hint="Replace negative eigenvalues by 0 before taking the root.")
def test_empirical_feature_map_of_many_equal_objects(student):
    """Ten times the same object: one eigenvalue is 10, nine are 0 up to rounding; no nan."""
    K = np.ones((10, 10))
    Phi = finite(shaped(student.empirical_feature_map(K), (10, None), name="Phi"), name="Phi")
    with np.errstate(all="ignore"):
        agree((1.0 * Phi) @ (1.0 * Phi).T, K, name="Phi Phi^T", rtol=0, atol=1e-7)


# ---- KernelRidge -------------------------------------------------------------------------------------------------


def method(model, name):
    """Return a method of a student's object, once it is known to have it."""
    found = getattr(model, name, None)
    if not callable(found):
        raise Mismatch(f"there is no object with a method {name} here; does every method return what it should?")
    return found


@grades("KernelRidge", hint="Solve 3 a1 + a2 = 8, a1 + 3 a2 = 0.")
def test_kernel_ridge_of_the_worked_example(student):
    """K = [[2, 1], [1, 2]], lambda = 1, y = (8, 0): alpha = (3, -1), and f = 2 and -1 at two new objects."""
    model = student.KernelRidge(1.0)
    unchanged(method(model, "fit"), np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([8.0, 0.0]))
    agree(model.alpha, [3.0, -1.0], name="alpha")
    agree(method(model, "predict")(np.array([[1.0, 1.0], [0.0, 1.0]])), [2.0, -1.0], name="f")


@grades("KernelRidge", hint="End fit with `return self`.")
def test_kernel_ridge_in_one_line(student):
    """One object with k(x, x) = 3 and the value 10, lambda = 2: alpha = 2, so f is 6 there."""
    model = method(student.KernelRidge(2), "fit")([[3]], [10])
    agree(method(model, "predict")([[3]]), [6.0], name="f")


# ---- rkhs_norm ---------------------------------------------------------------------------------------------------


@grades("rkhs_norm", hint="18 - 3 - 3 + 2 = 14; then the root.")
def test_rkhs_norm_of_the_worked_example(student):
    """alpha = (3, -1) and K = [[2, 1], [1, 2]] give the root of 14."""
    value = unchanged(student.rkhs_norm, np.array([3.0, -1.0]), np.array([[2.0, 1.0], [1.0, 2.0]]))
    agree(value, 3.7416573867739413, name="the norm")


@grades("rkhs_norm", hint="Two equal objects with opposite coefficients cancel.")
def test_rkhs_norm_of_a_function_that_cancels(student):
    """alpha = (1, -1) and K = [[1, 1], [1, 1]] give 0."""
    agree(student.rkhs_norm([1, -1], [[1, 1], [1, 1]]), 0.0, name="the norm", rtol=0, atol=1e-6)


# ---- kernel_perceptron -------------------------------------------------------------------------------------------


@grades("kernel_perceptron", hint="At the start all scores are 0, and 0 counts as a mistake.")
def test_kernel_perceptron_of_the_worked_example(student):
    """K = [[2, 1], [1, 2]], y = (1, -1): one mistake each in the first epoch, none in the second."""
    K, y = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([1.0, -1.0])
    alpha = unchanged(student.kernel_perceptron, K, y, 2)
    agree(shaped(alpha, (2,), name="alpha", dtype="int64"), [1, 1], name="alpha")


@grades("kernel_perceptron", hint="Use the newest alpha for each object, not the one from the start of the epoch.")
def test_kernel_perceptron_learns_within_an_epoch(student):
    """Three objects of one class with all K_ij = 1: after the first mistake the others are right."""
    agree(student.kernel_perceptron(np.ones((3, 3)), np.ones(3), 1), [1, 0, 0], name="alpha")


# ---- kernel_svm --------------------------------------------------------------------------------------------------


@grades("kernel_svm", hint="With alpha = (a, a), D = 2a - 2a^2. Where is it largest on [0, C]?")
@cases("C a", wide=(2.0, 0.5), narrow=(0.1, 0.1))
def test_kernel_svm_of_the_worked_example(student, C, a):
    """The points 1 and -1 of the line: alpha = (1/2, 1/2) for C = 2, and (1/10, 1/10) for C = 1/10."""
    K, y = np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([1.0, -1.0])
    alpha, b = sequence(unchanged(student.kernel_svm, K, y, C), 2, name="(alpha, b)")
    agree(alpha, [a, a], name="alpha", rtol=0, atol=1e-2 * a)
    between(shaped(b, (), name="b"), 2 * a - 1, 1 - 2 * a, name="b", slack=1e-2)


@grades("kernel_svm", hint="f(x) + b must be 1 at the point 5 and -1 at the point 3: f(x) = x - 4.")
def test_kernel_svm_needs_its_intercept(student):
    """The points 5 and 3 of the line, C = 10: alpha = (1/2, 1/2), w = 1 and b = -4."""
    K, y = np.array([[25.0, 15.0], [15.0, 9.0]]), np.array([1.0, -1.0])
    alpha, b = sequence(student.kernel_svm(K, y, 10.0), 2, name="(alpha, b)")
    alpha = finite(shaped(alpha, (2,), name="alpha"), name="alpha")
    residual(alpha @ y, 20.0, 1e-6, name="alpha·y")
    agree(alpha, [0.5, 0.5], name="alpha", rtol=0, atol=1e-2)
    agree(b, -4.0, name="b", rtol=0, atol=0.1)


# ---- capstone_digits ---------------------------------------------------------------------------------------------


@draw
def one_split(rng):
    """Split the digits once into 600 training and 1197 test images."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"] / 16, digits["y"]
    order = rng.permutation(len(y))
    train, test = order[:600], order[600:]
    return X[train], y[train], X[test], y[test]


@grades("capstone_digits", hint="Half of the points need 93 %, all of them 96.5 %, on average over three splits.")
@cases("X_train y_train X_test y_test", digits=one_split)
def test_capstone_digits_on_one_split(student, X_train, y_train, X_test, y_test):
    """At least 95 % of 1197 images are read correctly."""
    predicted = shaped(student.capstone_digits(X_train, y_train, X_test), (len(X_test),), name="the prediction")
    between(np.mean(predicted == y_test), 0.95, 1.0, name="the accuracy")
