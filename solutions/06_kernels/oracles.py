"""Second opinions on kernels: exact rational arithmetic, scikit-learn, libsvm, norms and gaps that prove optimality."""

import math
import warnings
from fractions import Fraction

import numpy as np
from scipy import linalg
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.kernel_ridge import KernelRidge as SklearnRidge
from sklearn.svm import SVC

from autograder.testing import certificate, oracle
from reference import kernels as reference


def maybe_list(rng, array):
    """Return an array as it is, or, now and then, as a list."""
    return array.tolist() if rng.random() < 0.25 else array


def table(rng, N, n):
    """Draw objects, at times in whole numbers."""
    X = rng.normal(size=(N, n)) * 3
    return np.round(X).astype(int) if rng.random() < 0.3 else X


def powers(X, Z, degree, c):
    """Return the polynomial kernel in exact rational arithmetic."""
    X, Z = ([[Fraction(float(v)) for v in row] for row in rows] for rows in (X, Z))
    k = [[(sum(u * v for u, v in zip(x, z, strict=True)) + Fraction(c)) ** degree for z in Z] for x in X]
    return np.array(k, dtype=float).reshape(len(X), len(Z))


# ---- kernels of vectors ----------------------------------------------------------------------------------------


def quadratic(rng, size):
    return maybe_list(rng, table(rng, size, rng.integers(1, size + 1))), float(
        rng.choice([0.0, 1.0, rng.uniform(0, 4)])
    )


@certificate(
    "quadratic_features", inputs=quadratic, tolerance=1e-13, source="inner products in exact rational arithmetic"
)
def inner_products(Phi, X, c):
    Phi, K, n = np.asarray(Phi), powers(X, X, 2, c), np.shape(X)[1]
    return {
        "inner products": np.abs(Phi @ Phi.T - K) / max(np.max(K), 1e-300),
        "features too many": Phi.shape[1] - (1 + n) ** 2,
    }


def polynomial(rng, size):
    n = int(rng.integers(1, size + 1))
    X, Z = table(rng, rng.integers(1, size + 1), n), table(rng, size, n)
    return (
        maybe_list(rng, X),
        maybe_list(rng, Z),
        int(rng.integers(1, 6)),
        float(rng.choice([0.0, 1.0, rng.uniform(0, 4)])),
    )


@certificate(
    "polynomial_kernel",
    inputs=polynomial,
    tolerance=1e-13,
    source="exact rational arithmetic, relative to the sums without cancellation",
    edges=[(np.array([[900, 900]]), np.array([[900, 900]]), 8, 1)],
)
def polynomial_kernel(K, X, Z, degree, c):
    unit = powers(np.abs(X), np.abs(Z), degree, c)
    return (
        np.inf
        if np.shape(K) != unit.shape
        else np.abs(np.asarray(K) - powers(X, Z, degree, c)) / np.maximum(unit, 1e-300)
    )


def gaussian(rng, size):
    n = int(rng.integers(1, size + 1))
    shift, scale = rng.choice([0.0, 100.0]), 10.0 ** rng.integers(-2, 3)
    X, Z = (scale * (rng.normal(size=(rng.integers(1, size + 1), n)) + shift) for _ in range(2))
    if rng.random() < 0.3:
        Z = X.copy()
    return maybe_list(rng, X), maybe_list(rng, Z), float(scale * rng.uniform(0.3, 4))


@oracle("gaussian_kernel", inputs=gaussian, tolerance=1e-10, source="scipy.spatial.distance.cdist")
def gaussian_kernel(X, Z, sigma):
    return np.exp(-0.5 * (cdist(np.asarray(X), np.asarray(Z)) / sigma) ** 2)


# ---- positive semidefinite matrices ----------------------------------------------------------------------------


def spectrum(rng, eigenvalues):
    U = np.linalg.qr(rng.normal(size=(len(eigenvalues),) * 2))[0]
    K = U * eigenvalues @ U.T
    return (K + K.T) / 2


def symmetric_or_not(rng, size):
    """K whose smallest eigenvalue or asymmetry is far from the tolerance, on one of its two sides."""
    eigenvalues = rng.uniform(0.1, 3, size) * (rng.random(size) < 0.8)
    kind = rng.integers(4)
    eigenvalues[0] *= -1.0 if kind == 1 else 1.0
    K = spectrum(rng, eigenvalues) * 10.0 ** rng.integers(0, 4)
    if kind == 2 and size > 1:
        K[0, 1] += 0.1 * np.max(np.abs(K)) + 0.1
    return (maybe_list(rng, K),)


@oracle(
    "is_psd_kernel_matrix",
    inputs=symmetric_or_not,
    tolerance=0,
    source="symmetry, and scipy's general eigenvalues",
    edges=[([[0.0]],), (-np.eye(2),), ([[1, 2], [0, 1]],), ([[1, 1], [1, 1]],), ([[0, 1], [1, 0]],)],
)
def is_psd(K):
    K = np.asarray(K, dtype=float)
    unit = max(1.0, np.max(np.abs(K)))
    return bool(np.max(np.abs(K - K.T)) <= 1e-6 * unit and np.min(linalg.eigvals(K).real) >= -1e-6 * unit)


def gram(rng, size):
    """K of full or lower rank, of any scale."""
    eigenvalues = rng.uniform(0.1, 3, size) * (rng.random(size) < 0.7)
    return (maybe_list(rng, spectrum(rng, eigenvalues) * 10.0 ** rng.integers(-3, 4)),)


@certificate(
    "empirical_feature_map",
    inputs=gram,
    tolerance=1e-10,
    source="its inner products",
    edges=[([[0.0]],), ([[1, 1], [1, 1]],)],
)
def features(Phi, K):
    Phi, K = np.asarray(Phi), np.asarray(K, dtype=float)
    return {
        "inner products": np.abs(Phi @ Phi.T - K) / (np.max(np.abs(K)) or 1),
        "features too many": Phi.shape[1] - len(K),
    }


# ---- functions made of kernels ---------------------------------------------------------------------------------


def ridge(rng, size):
    """lam, K, y, K_new of a Gaussian kernel."""
    X, X_new = rng.normal(size=(2 * size, 2)), rng.normal(size=(size, 2))
    K, K_new = (np.exp(-0.5 * cdist(A, X) ** 2) for A in (X, X_new))
    y = np.round(rng.normal(size=2 * size) * 3).astype(int) if rng.random() < 0.3 else rng.normal(size=2 * size) * 3
    return float(10.0 ** rng.uniform(-3, 1)), maybe_list(rng, K), maybe_list(rng, y), maybe_list(rng, K_new)


def predicted(program, lam, K, y, K_new):
    model = program.KernelRidge(lam)
    model.fit(K, y)
    return model.predict(K_new)


@oracle(
    "KernelRidge",
    inputs=ridge,
    tolerance=1e-10,
    source="sklearn.kernel_ridge.KernelRidge",
    ask=predicted,
)
def kernel_ridge(lam, K, y, K_new):
    return SklearnRidge(alpha=lam, kernel="precomputed").fit(np.asarray(K), np.asarray(y)).predict(np.asarray(K_new))


def combinations(rng, size):
    """alpha, K = Phi Phi^T with whole numbers, so that the norm can be computed exactly."""
    Phi = rng.integers(-4, 5, (size, rng.integers(1, size + 1)))
    alpha = rng.integers(-4, 5, size) if rng.random() < 0.5 else rng.normal(size=size)
    return maybe_list(rng, alpha), maybe_list(rng, Phi @ Phi.T)


@certificate(
    "rkhs_norm",
    inputs=combinations,
    tolerance=1e-12,
    source="the double sum in exact rational arithmetic",
    edges=[([0], [[1]])],
)
def rkhs_norm(answer, alpha, K):
    alpha, K = [Fraction(float(a)) for a in alpha], [[Fraction(int(k)) for k in row] for row in np.asarray(K)]
    square = sum(a * b * k for a, row in zip(alpha, K, strict=True) for b, k in zip(alpha, row, strict=True))
    unit = sum(abs(a * b * k) for a, row in zip(alpha, K, strict=True) for b, k in zip(alpha, row, strict=True)) or 1
    return {"the square": abs(float(Fraction(float(answer)) ** 2 - square) / float(unit)), "negative": -float(answer)}


def separable_or_not(rng, size):
    """K, y, epochs with whole numbers, so that every sum is exact."""
    X = rng.integers(-5, 6, (2 * size, rng.integers(1, 4)))
    return maybe_list(rng, X @ X.T + 1), maybe_list(rng, rng.choice([-1, 1], 2 * size)), int(rng.integers(0, 8))


@oracle("kernel_perceptron", inputs=separable_or_not, tolerance=0, source="a loop over whole numbers")
def kernel_perceptron(K, y, epochs):
    counts = [0] * len(y)
    for _ in range(epochs):
        for j in range(len(y)):
            f = sum(counts[i] * int(y[i]) * int(K[i][j]) for i in range(len(y)))
            counts[j] += int(int(y[j]) * f <= 0)
    return counts


# ---- the support vector machine in feature space ---------------------------------------------------------------


def two_classes(rng, size):
    """K, y, C: Gaussian or linear kernels of two clouds, and prices up to 10, as in the statement."""
    N = int(rng.integers(2, 3 * size + 2))
    y = rng.permutation(np.where(np.arange(N) < rng.integers(1, N), 1.0, -1.0))
    X = rng.normal(size=(N, 2)) + np.outer(y, rng.normal(size=2))
    K = np.exp(-0.5 * cdist(X, X) ** 2) if rng.random() < 0.6 else X @ X.T
    return maybe_list(rng, K), maybe_list(rng, y), float(10.0 ** rng.uniform(-2, 1))


@certificate("kernel_svm", inputs=two_classes, tolerance=1e-3, source="the duality gap, and libsvm's multipliers")
@certificate(
    "kernel_svm", inputs=two_classes, tolerance=1e-5, source="the duality gap, for the reference", solution=False
)
def kernel_svm(answer, K, y, C):
    alpha, b = np.asarray(answer[0]), float(answer[1])
    K, y = np.asarray(K), np.asarray(y)
    signed = alpha * y
    primal = 0.5 * signed @ K @ signed + C * np.sum(np.maximum(0, 1 - y * (K @ signed + b)))
    dual = np.sum(alpha) - 0.5 * signed @ K @ signed
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        machine = SVC(kernel="precomputed", C=C, tol=1e-9, max_iter=100_000, shrinking=False).fit(K, y)
    theirs = np.zeros(len(y))
    theirs[machine.support_] = machine.dual_coef_[0]
    best = np.sum(np.abs(theirs)) - 0.5 * theirs @ K @ theirs
    return {
        "the gap": (primal - dual) / primal,
        "below libsvm's": (best - dual) / best,
        "outside the box": [-np.min(alpha) / C, np.max(alpha) / C - 1],
        "alpha.y": abs(alpha @ y) / np.sum(alpha),
    }


# ---- digits ----------------------------------------------------------------------------------------------------

IMAGES, DIGITS = load_digits(return_X_y=True)


def images(rng, size):
    order = rng.permutation(len(DIGITS))
    return IMAGES[order[:600]] / 16, DIGITS[order[:600]], IMAGES[order[600:900]] / 16


@certificate(
    "capstone_digits",
    inputs=images,
    tolerance=0,
    share=0.02,
    source="the labels of 300 images, of which 94 % must be met",
)
def capstone_digits(answer, X_train, y_train, X_test):
    known = {image.tobytes(): label for image, label in zip(IMAGES / 16, DIGITS, strict=True)}
    return 0.94 - np.mean(np.asarray(answer) == [known[image.tobytes()] for image in X_test])
