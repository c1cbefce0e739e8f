"""Independent correct answers: kernel methods. Each must keep full marks."""

import itertools
import math

import numpy as np

from autograder.testing import alternative

# ---- quadratic_features ------------------------------------------------------------------------------------------


@alternative("quadratic_features")
def all_products_of_pairs(X, c):
    """Takes all n^2 products x_i x_j, mixed ones twice, so that no weight is needed."""
    X = np.asarray(X, dtype=np.float64)
    N, n = X.shape
    products = np.einsum("ni,nj->nij", X, X).reshape(N, n * n)
    return np.hstack([products, math.sqrt(2 * c) * X, np.full((N, 1), c)])


@alternative("quadratic_features")
def products_with_one_more_coordinate(X, c):
    """Appends sqrt(c) to x, for then x·z + c is an inner product, and squares that."""
    Y = np.column_stack([X, np.full(len(X), np.sqrt(c))])
    i, j = np.triu_indices(Y.shape[1])
    return Y[:, i] * Y[:, j] * np.where(i == j, 1.0, np.sqrt(2.0))


@alternative("quadratic_features")
def one_object_after_another(X, c):
    """Loops over objects and pairs with Python numbers."""
    rows = []
    for x in np.asarray(X).tolist():
        row = [float(c)] + [math.sqrt(2 * c) * v for v in x] + [float(v) ** 2 for v in x]
        row += [math.sqrt(2) * a * b for a, b in itertools.combinations(x, 2)]
        rows.append(row)
    return np.array(rows)


@alternative("quadratic_features")
def splits_the_linear_part(X, c):
    """Uses every linear feature twice with weight sqrt(c), and minus signs at will."""
    X = np.array(X, dtype=float)
    n = X.shape[1]
    parts = [-math.sqrt(c) * X, math.sqrt(c) * X, -np.ones((len(X), 1)) * c]
    return np.concatenate(parts + [X * X[:, [i]] for i in range(n)], axis=1)


# ---- polynomial_kernel -------------------------------------------------------------------------------------------


@alternative("polynomial_kernel")
def polynomial_by_repeated_products(X, Z, degree, c):
    """Multiplies the matrix with itself, entry by entry."""
    base = np.asarray(X, dtype=np.float64) @ np.asarray(Z, dtype=np.float64).T + c
    K = np.ones_like(base)
    for _ in range(degree):
        K = K * base
    return K


@alternative("polynomial_kernel")
def polynomial_entry_by_entry(X, Z, degree, c):
    """Computes each entry in a double loop."""
    X, Z = np.asarray(X).tolist(), np.asarray(Z).tolist()
    return np.array([[float(sum(a * b for a, b in zip(x, z, strict=True)) + c) ** degree for z in Z] for x in X])


@alternative("polynomial_kernel")
def polynomial_by_einsum(X, Z, degree, c):
    """Uses einsum and np.power."""
    return np.power(np.einsum("in,jn->ij", np.array(X, float), np.array(Z, float)) + c, degree)


@alternative("polynomial_kernel")
def polynomial_by_the_binomial_theorem(X, Z, degree, c):
    """Expands the power into a sum of homogeneous kernels."""
    inner = np.inner(np.asarray(X, dtype=np.float64), np.asarray(Z, dtype=np.float64))
    return sum(math.comb(degree, k) * float(c) ** (degree - k) * inner**k for k in range(degree + 1))


# ---- gaussian_kernel ---------------------------------------------------------------------------------------------


@alternative("gaussian_kernel")
def gaussian_by_the_expanded_square(X, Z, sigma):
    """Expands the squared distance; where it should be 0 it is so up to rounding, and the exponential is 1."""
    X, Z = np.asarray(X, dtype=np.float64), np.asarray(Z, dtype=np.float64)
    squares = (X**2).sum(axis=1)[:, None] - 2 * X @ Z.T + (Z**2).sum(axis=1)[None, :]
    return np.exp(-squares / (2 * sigma**2))


@alternative("gaussian_kernel")
def gaussian_entry_by_entry(X, Z, sigma):
    """Computes each distance with the math module."""
    return np.array([[math.exp(-0.5 * (math.dist(x, z) / sigma) ** 2) for z in Z] for x in X])


@alternative("gaussian_kernel")
def gaussian_as_a_product_over_features(X, Z, sigma):
    """Multiplies one-dimensional Gaussian kernels."""
    X, Z = np.array(X, dtype=np.float64), np.array(Z, dtype=np.float64)
    K = np.ones((len(X), len(Z)))
    for k in range(X.shape[1]):
        K *= np.exp(-((X[:, k][:, None] - Z[:, k]) ** 2) / (2.0 * sigma * sigma))
    return K


@alternative("gaussian_kernel")
def gaussian_by_norms(X, Z, sigma):
    """Uses np.linalg.norm of scaled differences, row by row."""
    X, Z = np.asarray(X, dtype=np.float64) / sigma, np.asarray(Z, dtype=np.float64) / sigma
    return np.array([np.exp(-(np.linalg.norm(Z - x, axis=1) ** 2) / 2) for x in X])


@alternative("gaussian_kernel")
def gaussian_around_a_common_centre(X, Z, sigma):
    """Moves the first object to the origin, and all others with it, and expands the square there."""
    X, Z = np.asarray(X, dtype=np.float64), np.asarray(Z, dtype=np.float64)
    A, B = X - X[0], Z - X[0]
    exponent = A @ B.T - 0.5 * np.einsum("in,in->i", A, A)[:, None] - 0.5 * np.einsum("in,in->i", B, B)
    return np.exp(exponent / sigma**2)


# ---- is_psd_kernel_matrix ----------------------------------------------------------------------------------------


# No entry of a positive semidefinite matrix is larger than the largest on its diagonal, so K.max() will do for |K_ij|.


@alternative("is_psd_kernel_matrix")
def by_general_eigenvalues(K, tol=1e-9):
    """Uses the routine for general matrices and real parts."""
    K = np.asarray(K, dtype=np.float64)
    allowed = max(tol, tol * K.max())
    return np.allclose(K, K.T, rtol=0, atol=allowed) and bool(np.linalg.eigvals(K).real.min() >= -allowed)


@alternative("is_psd_kernel_matrix")
def by_cholesky_of_a_shifted_matrix(K, tol=1e-9):
    """Asks for a Cholesky factor after adding the tolerance to the diagonal."""
    K = np.array(K, dtype=np.float64)
    allowed = max(tol, tol * K.max())
    if (K - K.T).max() > allowed:
        return False
    try:
        np.linalg.cholesky(K + allowed * np.eye(len(K)))
    except np.linalg.LinAlgError:
        return False
    return True


@alternative("is_psd_kernel_matrix")
def by_singular_values(K, tol=1e-9):
    """Compares the sum of the singular values, the |eigenvalues|, with the trace."""
    K = np.asarray(K, dtype=np.float64)
    allowed = max(tol, tol * K.max())
    for i, j in itertools.combinations(range(len(K)), 2):
        if not math.isclose(K[i, j], K[j, i], rel_tol=0, abs_tol=allowed):
            return False
    return np.allclose(np.linalg.svd(K, compute_uv=False).sum(), np.trace(K), rtol=0, atol=allowed)


@alternative("is_psd_kernel_matrix")
def by_elimination(K, tol=1e-9):
    """Eliminates with the largest diagonal entry as pivot. This leaves K - K^T as it was, so what is left tells all."""
    K = np.array(K, dtype=np.float64)
    allowed = max(tol, tol * K.max())
    while np.diag(K).max() > allowed:
        p = np.argmax(np.diag(K))
        K -= np.outer(K[p], K[p]) / K[p, p]
    return np.allclose(K, 0, atol=allowed)


@alternative("is_psd_kernel_matrix")
def with_a_numpy_bool(K, tol=1e-9):
    """Combines both conditions with & and returns numpy's bool."""
    K = np.array(K, dtype=float)
    epsilon = np.maximum(tol, tol * K.max())
    return np.isclose(K, K.T, rtol=0, atol=epsilon).all() & (np.linalg.eigh(K)[0][0] >= -epsilon)


# ---- empirical_feature_map ---------------------------------------------------------------------------------------


@alternative("empirical_feature_map")
def positive_eigenvalues_only(K):
    """Drops the directions of all other eigenvalues."""
    eigenvalues, U = np.linalg.eigh(np.asarray(K, dtype=np.float64))
    keep = eigenvalues > 0
    return U[:, keep] * np.sqrt(eigenvalues[keep])


@alternative("empirical_feature_map")
def by_svd(K):
    """Uses the singular value decomposition, which is an eigendecomposition here."""
    U, s, _ = np.linalg.svd(np.array(K, dtype=np.float64))
    return U * s**0.5


@alternative("empirical_feature_map")
def symmetric_root(K):
    """Returns the symmetric square root of K."""
    eigenvalues, U = np.linalg.eigh(np.asarray(K, dtype=np.float64))
    return (U * np.sqrt(np.clip(eigenvalues, 0, None))) @ U.T


@alternative("empirical_feature_map")
def pivoted_cholesky(K):
    """Builds features one direction after the other, from the object that is worst represented so far."""
    rest = np.array(K, dtype=np.float64)
    Phi = np.empty((len(rest), np.linalg.matrix_rank(rest, 1e-12 * rest.max())))
    for column in Phi.T:
        p = np.argmax(np.diag(rest))
        column[:] = rest[p] / math.sqrt(rest[p, p])
        rest -= np.outer(column, column)
    return Phi


@alternative("empirical_feature_map")
def cholesky_with_a_little_help(K):
    """Adds 1e-11 of the trace to the diagonal, which makes every Gram matrix positive definite."""
    return np.linalg.cholesky(K + (1e-11 * np.trace(K) + 1e-30) * np.eye(len(K)))


# ---- KernelRidge -------------------------------------------------------------------------------------------------


@alternative("KernelRidge")
class RidgeByEigenvectors:
    """Solves in the eigenbasis of K."""

    def __init__(self, lam):
        self.penalty = float(lam)

    def fit(self, K, y):
        """Divide the coefficients of y by the shifted eigenvalues."""
        eigenvalues, U = np.linalg.eigh(np.asarray(K, dtype=np.float64))
        self.alpha = U @ (np.dot(y, U) / (eigenvalues + self.penalty))
        return self

    def predict(self, K_new):
        """Sum over the training objects."""
        return np.einsum("mi,i->m", np.asarray(K_new, dtype=np.float64), self.alpha)


@alternative("KernelRidge")
class RidgeByCholesky:
    """Factors K + lambda I and solves two triangular systems."""

    def __init__(self, lam):
        self.lam = lam

    def fit(self, K, y):
        """Solve L L^T alpha = y."""
        A = np.array(K, dtype=np.float64)
        A.flat[:: len(A) + 1] += self.lam
        L = np.linalg.cholesky(A)
        self.alpha = np.linalg.solve(L.T, np.linalg.solve(L, np.array(y, dtype=np.float64)))
        return self

    def predict(self, K_new):
        """Multiply by alpha."""
        return np.dot(np.array(K_new, dtype=np.float64), self.alpha)


@alternative("KernelRidge")
class RidgeByConjugateGradients:
    """Solves the system by conjugate gradients and one step of refinement, keeping its data on the instance."""

    def __init__(self, lam):
        self.lam, self.alpha = lam, None

    def fit(self, K, y):
        """Run conjugate gradients, restarted a few times."""
        self.K = np.asarray(K, dtype=np.float64) + self.lam * np.eye(len(y))
        y = np.asarray(y, dtype=np.float64)
        alpha = np.zeros(len(y))
        for _ in range(4):
            r = y - self.K @ alpha
            p, square = r.copy(), r @ r
            for _ in range(3 * len(y)):
                if square <= 1e-30 * (y @ y):
                    break
                q = self.K @ p
                step = square / (p @ q)
                alpha, r = alpha + step * p, r - step * q
                square, before = r @ r, square
                p = r + square / before * p
        self.alpha = alpha
        return self

    def predict(self, K_new):
        """Multiply by alpha."""
        return np.asarray(K_new, dtype=np.float64) @ self.alpha


@alternative("KernelRidge")
class RidgeByInverse:
    """Inverts the matrix, stores a list of pairs, and computes alpha in a property."""

    def __init__(self, lam):
        self.lam = lam

    @property
    def alpha(self):
        """The coefficients."""
        return self._inverse @ self._y

    def fit(self, K, y):
        """Store the inverse."""
        self._y = np.asarray(y, dtype=np.float64)
        self._inverse = np.linalg.inv(np.asarray(K, dtype=np.float64) + self.lam * np.identity(len(self._y)))
        return self

    def predict(self, K_new):
        """Loop over the new objects."""
        alpha = self.alpha
        return np.array([np.dot(row, alpha) for row in np.asarray(K_new, dtype=np.float64)])


@alternative("KernelRidge")
class RidgeByLeastSquares:
    """Hands the system to lstsq."""

    def __init__(self, lam):
        self.lam = lam

    def fit(self, K, y):
        """Solve the system as a least-squares problem."""
        K = np.asarray(K, dtype=np.float64)
        self.alpha = np.linalg.lstsq(K + np.diag(np.full(len(K), float(self.lam))), np.asarray(y, float), rcond=None)[0]
        return self

    def predict(self, K_new):
        """Multiply by alpha."""
        return np.matmul(np.asarray(K_new, dtype=np.float64), self.alpha)


# ---- rkhs_norm ---------------------------------------------------------------------------------------------------


@alternative("rkhs_norm")
def norm_by_a_double_loop(alpha, K):
    """Adds up all pairs with exact summation."""
    a, G = np.asarray(alpha, dtype=float).tolist(), np.asarray(K, dtype=float).tolist()
    total = math.fsum(a[i] * a[j] * G[i][j] for i in range(len(a)) for j in range(len(a)))
    return math.sqrt(abs(total))


@alternative("rkhs_norm")
def norm_in_feature_space(alpha, K):
    """Computes the length of the weight vector from a feature map."""
    eigenvalues, U = np.linalg.eigh(np.asarray(K, dtype=np.float64))
    return np.linalg.norm(np.sqrt(np.maximum(eigenvalues, 0)) * np.dot(alpha, U))


@alternative("rkhs_norm")
def norm_by_einsum(alpha, K):
    """Uses einsum and returns an array of shape ()."""
    alpha, K = np.array(alpha, dtype=np.float64), np.array(K, dtype=np.float64)
    return np.asarray(np.sqrt(np.clip(np.einsum("i,ij,j->", alpha, K, alpha), 0, None)))


@alternative("rkhs_norm")
def norm_from_values(alpha, K):
    """Sums alpha_i f(x_i)."""
    alpha = np.array(alpha, dtype=float)
    values = np.dot(K, alpha)
    return math.sqrt(max(0.0, np.sum(alpha * values)))


# ---- kernel_perceptron -------------------------------------------------------------------------------------------


@alternative("kernel_perceptron")
def keeps_all_scores(K, y, epochs):
    """Updates the scores of all objects after each mistake, instead of summing anew."""
    K = np.asarray(K, dtype=np.float64)
    counts, scores = np.zeros(len(y), dtype=np.int64), np.zeros(len(y))
    for _ in range(epochs):
        for i in range(len(y)):
            if y[i] * scores[i] <= 0:
                counts[i] += 1
                scores += y[i] * K[:, i]
    return counts


@alternative("kernel_perceptron")
def stops_without_mistakes(K, y, epochs):
    """Uses the matrix y_i y_j K_ij and stops after an epoch without a mistake."""
    Q = np.outer(y, y) * np.array(K, dtype=np.float64)
    alpha = np.zeros(len(y), dtype=np.int64)
    while epochs > 0:
        epochs -= 1
        before = alpha.copy()
        for i, row in enumerate(Q):
            if not row @ alpha > 0:
                alpha[i] += 1
        if np.array_equal(alpha, before):
            break
    return alpha


@alternative("kernel_perceptron")
def remembers_the_sequence_of_mistakes(K, y, epochs):
    """Keeps a list of the mistakes made and counts at the end."""
    K = np.asarray(K, dtype=float)
    history = []
    for i in list(range(len(y))) * epochs:
        if y[i] * sum(y[j] * K[i, j] for j in history) <= 0:
            history.append(i)
    return np.bincount(np.array(history, dtype=np.int64), minlength=len(y))


@alternative("kernel_perceptron")
def with_signed_coefficients(K, y, epochs):
    """Keeps alpha_i y_i, whole numbers too, and takes absolute values at the end."""
    K = np.asarray(K, dtype=np.float64)
    beta = np.zeros(len(y), dtype=np.int64)
    for _ in range(epochs):
        for i in range(len(y)):
            if np.sign(np.dot(K[:, i], beta)) != y[i]:
                beta[i] += int(y[i])
    return np.abs(beta)


# ---- kernel_svm --------------------------------------------------------------------------------------------------


def intercept(f, y):
    """Return the b with the least sum of hinges."""
    candidates = y - f
    return float(min(candidates, key=lambda b: np.maximum(0, 1 - y * (f + b)).sum()))


@alternative("kernel_svm")
def second_order_pairs(K, y, C):
    """Sequential minimal optimisation that chooses the second object by the gain it promises."""
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    alpha, gradient = np.zeros(len(y)), np.ones(len(y))
    Q = np.outer(y, y) * K
    for _ in range(20_000):
        up = np.where(y > 0, alpha < C, alpha > 0)
        down = np.where(y > 0, alpha > 0, alpha < C)
        i = max(np.flatnonzero(up), key=lambda k: y[k] * gradient[k])
        worse = [j for j in np.flatnonzero(down) if y[i] * gradient[i] - y[j] * gradient[j] > 1e-5]
        if not worse:
            break
        gains = [
            (y[i] * gradient[i] - y[j] * gradient[j]) ** 2 / max(K[i, i] + K[j, j] - 2 * K[i, j], 1e-12) for j in worse
        ]
        j = worse[int(np.argmax(gains))]
        step = (y[i] * gradient[i] - y[j] * gradient[j]) / max(K[i, i] + K[j, j] - 2 * K[i, j], 1e-12)
        step = min(step, C - alpha[i] if y[i] > 0 else alpha[i], alpha[j] if y[j] > 0 else C - alpha[j])
        alpha[i] += y[i] * step
        alpha[j] -= y[j] * step
        gradient -= Q[:, i] * y[i] * step - Q[:, j] * y[j] * step
    alpha = np.clip(alpha, 0, C)
    return alpha, intercept(K @ (alpha * y), y)


@alternative("kernel_svm")
def sweeps_over_all_pairs(K, y, C):
    """Visits all pairs in turn until a sweep changes next to nothing."""
    K, y = np.asarray(K, dtype=float).tolist(), np.asarray(y, dtype=float).tolist()
    N = len(y)
    beta, g = [0.0] * N, list(y)
    low, high = [min(0.0, C * v) for v in y], [max(0.0, C * v) for v in y]
    for _ in range(3000):
        largest = 0.0
        for i, j in itertools.combinations(range(N), 2):
            t = (g[i] - g[j]) / max(K[i][i] + K[j][j] - 2 * K[i][j], 1e-10)
            t = max(min(t, high[i] - beta[i], beta[j] - low[j]), low[i] - beta[i], beta[j] - high[j])
            if abs(t) > 1e-7 * C:
                largest = max(largest, abs(t))
                beta[i], beta[j] = beta[i] + t, beta[j] - t
                g = [v - t * (a - b) for v, a, b in zip(g, K[i], K[j], strict=True)]
        if largest < 1e-5 * C:
            break
    y, alpha = np.array(y), np.abs(beta)
    return alpha, intercept(np.array(K) @ (alpha * y), y)


@alternative("kernel_svm")
def interior_point(K, y, C):
    """Follows the central path with Newton's method; b is the multiplier of the equality constraint."""
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    N = len(y)
    size = np.where(y > 0, np.sum(y > 0), np.sum(y < 0))
    a, Q, b = 0.5 * C * size.min() / size, np.outer(y, y) * K, 0.0
    s, t = np.ones(N), np.ones(N)  # multipliers of a >= 0 and of a <= C
    for _ in range(100):
        if (s @ a + t @ (C - a)) < 1e-9 * max(1e-9, a.sum()):
            break
        mu = 0.1 * (s @ a + t @ (C - a)) / (2 * N)
        D = s / a + t / (C - a) + 1e-12
        right = -(Q @ a - 1 + b * y) + mu / a - mu / (C - a)
        step = np.linalg.solve(
            np.block([[Q + np.diag(D), y[:, None]], [y[None, :], np.zeros((1, 1))]]), [*right, -(a @ y)]
        )
        da, db = step[:N], step[N]
        ds, dt = (mu - s * da) / a - s, (mu + t * da) / (C - a) - t
        state, change = np.concatenate([a, C - a, s, t]), np.concatenate([da, -da, ds, dt])
        falling = change < 0
        length = min(1.0, 0.99 * np.min(-state[falling] / change[falling], initial=np.inf))
        a, b, s, t = a + length * da, b + length * db, s + length * ds, t + length * dt
    return np.clip(a, 0, C), intercept(K @ (a * y), y)


@alternative("kernel_svm")
def accelerated_projected_gradient(K, y, C):
    """Climbs the dual with momentum and projects on box and hyperplane, finding the shift by bisection."""
    K, y = np.asarray(K, dtype=np.float64), np.asarray(y, dtype=np.float64)
    Q = np.outer(y, y) * K
    step = 1.0 / max(np.linalg.eigvalsh(Q)[-1], 1e-12)

    def project(v):
        low, high = -np.abs(v).max() - C, np.abs(v).max() + C
        for _ in range(60):
            middle = 0.5 * (low + high)
            if np.clip(v - middle * y, 0, C) @ y > 0:
                low = middle
            else:
                high = middle
        return np.clip(v - 0.5 * (low + high) * y, 0, C)

    alpha = z = np.zeros(len(y))
    momentum = 1.0
    for _ in range(4000):
        after = project(z + step * (1 - Q @ z))
        if (z - after) @ (after - alpha) > 0:  # restart
            momentum, z = 1.0, alpha
            after = project(z + step * (1 - Q @ z))
        following = 0.5 * (1 + math.sqrt(1 + 4 * momentum**2))
        z = after + (momentum - 1) / following * (after - alpha)
        if np.abs(after - alpha).max() < 1e-9 * C and momentum > 2:
            alpha = after
            break
        alpha, momentum = after, following
    return alpha, intercept(K @ (alpha * y), y)


# ---- capstone_digits ---------------------------------------------------------------------------------------------


@alternative("capstone_digits")
def cubic_kernel_ridge(X_train, y_train, X_test):
    """Uses a polynomial kernel of degree 3."""

    def kernel(X, Z):
        return (X @ Z.T / 16 + 1) ** 3

    T = (y_train[:, None] == np.arange(10)).astype(float)
    return (kernel(X_test, X_train) @ np.linalg.solve(kernel(X_train, X_train) + 0.01 * np.eye(len(T)), T)).argmax(
        axis=1
    )


@alternative("capstone_digits")
def nearest_neighbour(X_train, y_train, X_test):
    """Copies the label of the closest training image."""
    squares = (X_test**2).sum(axis=1)[:, None] - 2 * X_test @ X_train.T + (X_train**2).sum(axis=1)
    return y_train[squares.argmin(axis=1)]


@alternative("capstone_digits")
def wide_gaussian_with_signs(X_train, y_train, X_test):
    """Uses targets -1 and +1, a wider kernel and less regularisation; returns a list of ints."""

    def kernel(X, Z):
        return np.exp(-((X**2).sum(1)[:, None] - 2 * X @ Z.T + (Z**2).sum(1)) / 8)

    T = 2.0 * np.eye(10)[y_train] - 1
    scores = kernel(X_test, X_train) @ np.linalg.solve(kernel(X_train, X_train) + 1e-3 * np.eye(len(T)), T)
    return [int(k) for k in scores.argmax(axis=1)]


@alternative("capstone_digits")
def ridge_on_quadratic_features(X_train, y_train, X_test):
    """Writes 2145 quadratic features down and solves the regression in their space."""
    i, j = np.triu_indices(64)

    def features(X):
        products = X[:, i] * X[:, j] * np.where(i == j, 1.0, math.sqrt(2))
        return np.hstack([products, math.sqrt(2) * X, np.ones((len(X), 1))])

    Phi = features(X_train)
    weights = Phi.T @ np.linalg.solve(Phi @ Phi.T + 10.0 * np.eye(len(Phi)), np.eye(10)[y_train])
    return np.argmax(features(X_test) @ weights, axis=1)
