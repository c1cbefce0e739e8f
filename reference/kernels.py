"""Kernel methods (chapter "Kernel methods").

A kernel is a function k(x, z) that is the inner product of feature vectors phi(x) and phi(z), whether or not anybody
can write phi down. A matrix of kernels has the entries ``K[i, j] = k(x_i, z_j)``. Labels of the two classes are -1 and
+1. The functions that take a Gram matrix ``K`` never see the objects: everything they compute lives in the feature
space, and the matrix of inner products is all they know of it.
"""

from numbers import Integral, Real

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

__all__ = [
    "KernelRidge",
    "capstone_digits",
    "empirical_feature_map",
    "gaussian_kernel",
    "is_psd_kernel_matrix",
    "kernel_perceptron",
    "kernel_svm",
    "kernel_svm_bounds",
    "polynomial_kernel",
    "quadratic_features",
    "rkhs_norm",
]

GAP = 1e-10  # relative duality gap at which kernel_svm stops
MAX_STEPS = 100_000  # of kernel_svm; a hundred objects with K of order C or less take a few thousand


def quadratic_features(X: ArrayLike, c: Real) -> Float[np.ndarray, "N D"]:
    r"""Map objects to features whose inner products are the quadratic kernel (topic: feature maps).

    .. math:: \varphi(x) = \big(c,\ \sqrt{2c}\, x_i,\ x_i^2,\ \sqrt2\, x_i x_j\ (i < j)\big), \qquad
              \varphi(x) \cdot \varphi(z) = (x \cdot z + c)^2

    The weights come from multiplying out the square: each mixed term occurs twice. D = (n + 1)(n + 2) / 2.

    Parameters
    ----------
    X
        Objects, shape (N, n).
    c
        Constant, not negative.
    """
    X = np.asarray(X, dtype=np.float64)
    i, j = np.triu_indices(X.shape[1], k=1)
    return np.column_stack(
        [
            np.full(len(X), float(c)),
            np.sqrt(2.0 * c) * X,
            X**2,
            np.sqrt(2.0) * X[:, i] * X[:, j],  # (N, n(n-1)/2)
        ]
    )


def polynomial_kernel(X: ArrayLike, Z: ArrayLike, degree: Integral, c: Real) -> Float[np.ndarray, "N M"]:
    r"""Return the matrix of polynomial kernels (topic: kernels).

    .. math:: k(x, z) = (x \cdot z + c)^d

    Its feature space holds all monomials up to degree d, the kernel costs one inner product. The power is taken in
    float64, since integers would wrap around silently at 2^63.

    Parameters
    ----------
    X, Z
        Objects, shapes (N, n) and (M, n).
    degree, c
        Degree d >= 1, and a constant that is not negative: otherwise k need not be a kernel.
    """
    X, Z = np.asarray(X, dtype=np.float64), np.asarray(Z, dtype=np.float64)
    return (X @ Z.T + c) ** int(degree)


def gaussian_kernel(X: ArrayLike, Z: ArrayLike, sigma: Real) -> Float[np.ndarray, "N M"]:
    r"""Return the matrix of Gaussian kernels (topic: kernels).

    .. math:: k(x, z) = \exp\Big( -\frac{\|x - z\|^2}{2 \sigma^2} \Big)

    The squared distances are summed from differences. The expanded form, |x|^2 + |z|^2 - 2 x·z, is faster but loses
    to cancellation what objects far from the origin have in common, and can make a distance negative.

    Parameters
    ----------
    X, Z
        Objects, shapes (N, n) and (M, n).
    sigma
        Width, positive.
    """
    X, Z = np.asarray(X, dtype=np.float64), np.asarray(Z, dtype=np.float64)
    squares = np.zeros((len(X), len(Z)))
    for x, z in zip(X.T, Z.T, strict=True):  # one feature at a time: no array of shape (N, M, n)
        squares += (x[:, None] - z[None, :]) ** 2
    return np.exp(-squares / (2.0 * sigma**2))


def is_psd_kernel_matrix(K: ArrayLike, tol: Real = 1e-9) -> bool:
    r"""Tell whether a square matrix can be a Gram matrix (topic: positive semidefinite kernels).

    .. math:: |K_{ij} - K_{ji}| \le \varepsilon \ \text{for all } i, j \quad \text{and} \quad
              \lambda_{\min}(K) \ge -\varepsilon, \qquad \varepsilon = \text{tol} \cdot \max(1, \max_{ij} |K_{ij}|)

    Symmetry has to be looked at first, as the eigenvalue routine reads one triangle of the matrix only. The tolerance
    lets Gram matrices of low rank pass, whose zero eigenvalues come out as rounding noise of either sign.

    Parameters
    ----------
    K
        Matrix of shape (N, N).
    """
    K = np.asarray(K, dtype=np.float64)
    allowed = tol * max(1.0, float(np.max(np.abs(K))))
    if np.max(np.abs(K - K.T)) > allowed:
        return False
    return bool(np.linalg.eigvalsh(0.5 * (K + K.T))[0] >= -allowed)


def empirical_feature_map(K: ArrayLike) -> Float[np.ndarray, "N D"]:
    r"""Return a feature vector for each object such that their inner products are K (topic: Mercer, finite sets).

    .. math:: K = U \Lambda U^\top, \qquad \Phi = U \Lambda_+^{1/2}, \qquad \Phi \Phi^\top = K

    Eigenvalues that should be 0 may come out slightly negative; they are set to 0 before taking roots.

    Parameters
    ----------
    K
        Positive semidefinite matrix of shape (N, N).
    """
    eigenvalues, U = np.linalg.eigh(np.asarray(K, dtype=np.float64))
    return U * np.sqrt(np.maximum(eigenvalues, 0.0))


class KernelRidge:
    r"""Regression by the function of smallest penalised error in the kernel's space (topic: representer theorem).

    .. math:: \min_f \sum_i (f(x_i) - y_i)^2 + \lambda \|f\|_H^2, \qquad f = \sum_i \alpha_i k(\cdot, x_i),
              \qquad (K + \lambda I)\, \alpha = y

    A sum of squares, not a mean, and no intercept.

    Parameters
    ----------
    lam
        Weight of the penalty, positive.
    """

    def __init__(self, lam: Real) -> None:
        self.lam = lam

    def fit(self, K: ArrayLike, y: ArrayLike) -> "KernelRidge":
        """Compute ``alpha``, shape (N,), from the Gram matrix (N, N) and the values (N,) of the training objects."""
        K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self.alpha = np.linalg.solve(K + float(self.lam) * np.eye(len(K)), y)
        return self

    def predict(self, K_new: ArrayLike) -> Float[np.ndarray, " M"]:
        """Return f at new objects from ``K_new[m, i] = k(x_new_m, x_i)``, shape (M, N)."""
        return np.asarray(K_new, dtype=np.float64) @ self.alpha


def rkhs_norm(alpha: ArrayLike, K: ArrayLike) -> float:
    r"""Return the norm of f = sum_i alpha_i k(., x_i) in the kernel's space (topic: reproducing kernel Hilbert space).

    .. math:: \|f\|_H = \sqrt{\alpha^\top K \alpha}

    The quadratic form is cut off at 0: where it vanishes, rounding may make it negative.

    Parameters
    ----------
    alpha, K
        Coefficients (N,) and positive semidefinite Gram matrix (N, N).
    """
    alpha, K = np.asarray(alpha, dtype=np.float64), np.asarray(K, dtype=np.float64)
    return float(np.sqrt(max(alpha @ K @ alpha, 0.0)))


def kernel_perceptron(K: ArrayLike, y: ArrayLike, epochs: Integral) -> Int[np.ndarray, " N"]:
    r"""Count the mistakes of the perceptron in feature space, object by object (topic: kernel trick).

    Starting from alpha = 0, visit the objects in order, ``epochs`` times over, and

    .. math:: \text{if } y_i \sum_j \alpha_j y_j K_{ij} \le 0 \text{ then } \alpha_i \leftarrow \alpha_i + 1.

    The weight vector of the ordinary perceptron is the sum of alpha_i y_i phi(x_i). By Novikoff's theorem the number
    of mistakes is at most (R / gamma)^2, for objects in a ball of radius R that are separated by a margin gamma.

    Parameters
    ----------
    K, y
        Gram matrix (N, N) and labels (N,), -1 or +1.
    epochs
        Number of passes, 0 or more.
    """
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    alpha = np.zeros(len(y), dtype=np.int64)
    for _ in range(int(epochs)):
        before = alpha.sum()
        for i in range(len(y)):
            if y[i] * (K[i] @ (alpha * y)) <= 0.0:
                alpha[i] += 1
        if alpha.sum() == before:
            break
    return alpha


def kernel_svm_bounds(
    alpha: ArrayLike, b: Real | np.ndarray, K: ArrayLike, y: ArrayLike, C: Real
) -> tuple[float, float]:
    r"""Return the primal value of (alpha, b) and the dual value of alpha (topic: duality).

    .. math:: P = \tfrac12 \|f\|_H^2 + C \sum_i \max(0, 1 - y_i (f(x_i) + b)), \qquad
              D = \sum_i \alpha_i - \tfrac12 \|f\|_H^2, \qquad f = \sum_i \alpha_i y_i k(\cdot, x_i)

    For feasible alpha, D <= optimum <= P: if they nearly meet, both are nearly optimal.

    Parameters
    ----------
    alpha, K, y
        Multipliers (N,), Gram matrix (N, N) and labels (N,).
    """
    alpha, K, y = (np.asarray(array, dtype=np.float64) for array in (alpha, K, y))
    f = K @ (alpha * y)  # (N,)
    half_square = 0.5 * (alpha * y) @ f
    hinge = np.maximum(0.0, 1.0 - y * (f + b)).sum()
    return float(half_square + C * hinge), float(alpha.sum() - half_square)


def kernel_svm(K: ArrayLike, y: ArrayLike, C: Real) -> tuple[Float[np.ndarray, " N"], float]:
    r"""Return multipliers and intercept of the support vector machine in feature space (topic: kernel SVM).

    .. math:: \max_\alpha \sum_i \alpha_i - \tfrac12 (\alpha \circ y)^\top K (\alpha \circ y) \quad \text{subject to}
              \quad 0 \le \alpha_i \le C, \quad \alpha \cdot y = 0

    Sequential minimal optimisation: a step moves the two multipliers of one pair along the line on which alpha·y
    stays 0, to the maximum there. The first of the pair violates optimality most, the second promises the largest
    gain to second order. The result carries its proof: the relative gap of :func:`kernel_svm_bounds` is at most 1e-10.

    Parameters
    ----------
    K, y
        Positive semidefinite Gram matrix (N, N) and labels (N,); both labels occur.
    C
        Price of a violation, positive.

    Raises
    ------
    ValueError
        If a label is missing.
    ArithmeticError
        If the gap does not close; then K is not positive semidefinite, or its scale is out of all proportion to C.

    References
    ----------
    R.-E. Fan, P.-H. Chen and C.-J. Lin, Working set selection using second order information for training support
    vector machines, Journal of Machine Learning Research 6 (2005).
    """
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not (np.any(y > 0.0) and np.any(y < 0.0)):
        raise ValueError(f"y holds only {sorted(set(y.tolist()))}; both labels, -1 and +1, must occur")
    low, high = np.where(y > 0.0, 0.0, -C), np.where(y > 0.0, C, 0.0)
    beta = np.zeros(len(y))  # alpha_i y_i, between low and high; its sum stays 0
    slope = y.copy()  # of the dual objective: y - K beta
    diagonal = np.diag(K)
    for step in range(MAX_STEPS):
        up = np.where(beta < high, slope, -np.inf)
        i = int(np.argmax(up))
        excess = np.where(beta > low, slope[i] - slope, -np.inf)  # > 0: raising beta_i and lowering beta_j pays
        if step % 50 == 0 or excess.max() <= 1e-9:
            alpha, b = np.abs(beta), _best_intercept(slope, y)
            primal, dual = kernel_svm_bounds(alpha, b, K, y, C)
            if primal - dual <= GAP * primal:
                return alpha, b
        if excess.max() <= 0.0:
            break
        curvature = np.maximum(diagonal[i] + diagonal - 2.0 * K[i], 1e-14 * diagonal.max())
        gain = np.where(excess > 0.0, excess**2 / curvature, -np.inf)
        j = int(np.argmax(gain))
        t = min(excess[j] / curvature[j], high[i] - beta[i], beta[j] - low[j])
        beta[i] = high[i] if t == high[i] - beta[i] else beta[i] + t  # to stand on the bound, not next to it
        beta[j] = low[j] if t == beta[j] - low[j] else beta[j] - t
        slope -= t * (K[i] - K[j])
    raise ArithmeticError(f"the duality gap stays above {GAP} of the objective; is K positive semidefinite?")


def _best_intercept(slope: Float[np.ndarray, " N"], y: Float[np.ndarray, " N"]) -> float:
    """Return the b with the smallest sum of hinges, given slope = y - f: a kink of a convex polygon."""
    hinges = np.maximum(0.0, y[:, None] * (slope[:, None] - slope[None, :]))  # 1 - y_i (f_i + b) at b = slope_j
    best = hinges.sum(axis=0)
    flat = slope[best <= best.min() * (1.0 + 1e-12) + 1e-15]  # all of an interval may be best
    return float(0.5 * (flat.min() + flat.max()))


def capstone_digits(X_train: ArrayLike, y_train: ArrayLike, X_test: ArrayLike) -> Int[np.ndarray, " M"]:
    r"""Classify digits by kernel ridge regression, one class against all others (topic: kernels at work).

    The targets of class k are 1 for its images and 0 for all others, the kernel is Gaussian with sigma = 1, and
    lambda = 0.01. The ten regressions share one matrix.

    Parameters
    ----------
    X_train, X_test
        Images as rows with entries in [0, 1], shapes (N, 64) and (M, 64).
    y_train
        Labels 0..9, shape (N,).
    """
    targets = np.eye(10)[np.asarray(y_train)]  # (N, 10)
    K = gaussian_kernel(X_train, X_train, 1.0)
    alpha = np.linalg.solve(K + 0.01 * np.eye(len(K)), targets)  # (N, 10)
    return np.argmax(gaussian_kernel(X_test, X_train, 1.0) @ alpha, axis=1)
