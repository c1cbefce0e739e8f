"""Independent correct answers: regression. Each must keep full marks."""

import math

import numpy as np

from autograder.testing import alternative

# ---- linear_regression_1d --------------------------------------------------------------------------------------


@alternative("linear_regression_1d")
def in_pure_python(x, y):
    """Loops over the points, with the sums of the math module."""
    n = len(x)
    mean_x, mean_y = math.fsum(map(float, x)) / n, math.fsum(map(float, y)) / n
    dx = [float(s) - mean_x for s in x]
    a = math.fsum(d * (float(t) - mean_y) for d, t in zip(dx, y, strict=True)) / math.fsum(d * d for d in dx)
    return a, mean_y - a * mean_x


@alternative("linear_regression_1d")
def expanded_sums(x, y):
    """Uses N sum xy - sum x sum y over N sum xx - (sum x)^2, and answers with a list."""
    x, y, n = np.array(x, dtype=float), np.array(y, dtype=float), len(x)
    a = (n * np.sum(x * y) - np.sum(x) * np.sum(y)) / (n * np.sum(x**2) - np.sum(x) ** 2)
    return [a, (np.sum(y) - a * np.sum(x)) / n]


@alternative("linear_regression_1d")
def covariance_over_variance(x, y):
    """Divides covariance by variance, both with N - 1."""
    C = np.cov(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    a = C[0, 1] / C[0, 0]
    return a, np.mean(y) - a * np.mean(x)


@alternative("linear_regression_1d")
def two_normal_equations(x, y):
    """Solves the two normal equations; the answers are arrays of shape ()."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    matrix = [[x @ x, x.sum()], [x.sum(), len(x)]]
    solution = np.linalg.solve(matrix, [x @ y, y.sum()])
    return solution[0, ...], solution[1, ...]


@alternative("linear_regression_1d")
def by_lstsq(x, y):
    """Leaves it to np.linalg.lstsq."""
    x = np.asarray(x, dtype=np.float64)
    (a, b), *_ = np.linalg.lstsq(np.vander(x, 2), np.asarray(y, dtype=np.float64), rcond=None)
    return float(a), float(b)


# ---- least_squares ---------------------------------------------------------------------------------------------


@alternative("least_squares")
def centred_first(X, y):
    """Centres X, which gives the smallest w where there are many; centred columns do not see the mean of y."""
    centre = np.mean(X, axis=0)
    w, *_ = np.linalg.lstsq(X - centre, y, rcond=None)
    return w, np.mean(y) - centre @ w


@alternative("least_squares")
def by_pseudo_inverse(X, y):
    """Multiplies with the pseudo-inverse; the ones come first."""
    solution = np.linalg.pinv(np.column_stack([np.ones(len(X)), X])) @ y
    return solution[1:], float(solution[0])


@alternative("least_squares")
def by_singular_values(X, y):
    """Divides by the singular values that are not 0: the rank tells how many, and the largest come first."""
    X = np.hstack([X, np.ones((len(X), 1))])
    U, s, Vt = np.linalg.svd(X)
    rank = np.linalg.matrix_rank(X)
    solution = Vt[:rank].T @ ((U[:, :rank].T @ y) / s[:rank])
    return solution[:-1], solution[-1]


@alternative("least_squares")
def by_the_spectrum_of_the_normal_equations(X, y):
    """Inverts X^T X where it can be inverted: on the eigenvectors with the largest eigenvalues, as many as the rank."""
    X = np.column_stack([X, np.ones(len(X))])
    values, vectors = np.linalg.eigh(X.T @ X)
    rank = np.linalg.matrix_rank(X)
    V = vectors[:, -rank:]
    solution = V @ ((V.T @ (X.T @ y)) / values[-rank:])
    return solution[:-1], solution[-1]


@alternative("least_squares")
def by_orthogonal_columns(X, y):
    """Makes the columns orthogonal one by one (Gram and Schmidt), leaving out those that do not raise the rank.

    Each comes with its coordinates in the old columns, so that the projection of y is known in them as well.
    """
    columns = np.column_stack([np.ones(len(X)), X])
    unit = np.eye(columns.shape[1])
    basis, solution = [], 0.0
    for j in range(columns.shape[1]):
        column, coordinates = columns[:, j], unit[j]
        if np.linalg.matrix_rank(columns[:, : j + 1]) > len(basis):
            for q, c in basis:
                share = (q @ column) / (q @ q)
                column, coordinates = column - share * q, coordinates - share * c
            basis.append((column, coordinates))
            solution = solution + (column @ y) / (column @ column) * coordinates
    return solution[1:], solution[0]


# ---- log_loss --------------------------------------------------------------------------------------------------


@alternative("log_loss")
def object_by_object(w, b, X, y):
    """Loops with the math module, taking the stable form for each sign."""
    costs = []
    for row, label in zip(X, y, strict=True):
        z = sum(float(v) * float(x) for v, x in zip(w, row, strict=True)) + b
        margin = z if label == 1 else -z
        costs.append(math.log1p(math.exp(-margin)) if margin > 0 else math.log1p(math.exp(margin)) - margin)
    return math.fsum(costs) / len(costs)


@alternative("log_loss")
def by_margins(w, b, X, y):
    """Turns the labels into -1 and 1 in a new array."""
    z = np.asarray(X) @ w + b
    signs = 2.0 * np.asarray(y) - 1.0
    return np.logaddexp(0, -signs * z).mean()


@alternative("log_loss")
def positive_part_and_correction(w, b, X, y):
    """Uses log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)."""
    X, w, y = (np.array(a, dtype=np.float64) for a in (X, w, y))
    z = np.einsum("ij,j->i", X, w) + b
    return float(np.sum(np.maximum(z, 0) + np.log1p(np.exp(-abs(z))) - y * z) / len(y))


@alternative("log_loss")
def cross_entropy_of_log_softmax(w, b, X, y):
    """Sees two scores, 0 and z, and takes the cross-entropy of their softmax; the answer has shape ()."""
    scores = np.outer(np.asarray(X, dtype=np.float64) @ w + b, [0, 1])
    log_p = scores - np.logaddexp.reduce(scores, axis=1)[:, None]
    return np.asarray(-log_p[np.arange(len(y)), np.asarray(y, dtype=int)].mean())


# ---- log_loss_grad ---------------------------------------------------------------------------------------------


@alternative("log_loss_grad")
def textbook_sigmoid(w, b, X, y):
    """Uses 1 / (1 + exp(-z)); exp overflows to inf, which is harmless there."""
    X = np.asarray(X, dtype=np.float64)
    p = 1 / (1 + np.exp(-(X @ w + b)))
    return ((p - y) @ X) / len(p), np.mean(p - y)


@alternative("log_loss_grad")
def by_tanh(w, b, X, y):
    """Writes the sigmoid with tanh; the derivative with respect to b comes from a column of ones."""
    X = np.asarray(X, dtype=np.float64)
    z = X @ w + b
    error = (1 + np.tanh(z / 2)) / 2 - np.asarray(y)
    gradient = np.column_stack([X, np.ones(len(X))]).T @ error / len(X)
    return gradient[:-1], gradient[-1]


@alternative("log_loss_grad")
def gradient_object_by_object(w, b, X, y):
    """Adds up the gradients of the objects in a loop."""
    gw = gb = 0.0
    for row, label in zip(np.asarray(X, dtype=np.float64), y, strict=True):
        z = sum(float(v) * float(x) for v, x in zip(w, row, strict=True)) + b
        p = 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))
        gw = gw + (p - label) * row / len(X)
        gb += (p - label) / len(X)
    return gw, gb


@alternative("log_loss_grad")
def by_einsum(w, b, X, y):
    """Sums with einsum and answers with a list; gb has shape ()."""
    p = np.exp(-np.logaddexp(0, -np.einsum("ij,j", X, w) - b))
    return [np.einsum("i,ij->j", p - y, X) / len(y), np.asarray((p - y).mean())]


# ---- log_loss_hessian ------------------------------------------------------------------------------------------


@alternative("log_loss_hessian")
def with_a_diagonal_matrix(w, b, X):
    """Forms the N x N diagonal matrix."""
    p = 1 / (1 + np.exp(-(np.asarray(X) @ w + b)))
    X = np.column_stack([X, np.ones(len(X))])
    return X.T @ np.diag(p * (1 - p)) @ X / len(X)


@alternative("log_loss_hessian")
def sum_of_outer_products(w, b, X):
    """Adds one outer product for each object; p (1 - p) = 1 / (2 + 2 cosh z), and cosh may overflow."""
    H = np.zeros((len(w) + 1, len(w) + 1))
    for row in X:
        v = np.append(row, 1.0)
        H += np.outer(v, v) / (2 + 2 * np.cosh(np.sum(v * np.append(w, b))))
    return H / len(X)


@alternative("log_loss_hessian")
def block_by_block(w, b, X):
    """Puts the matrix together from the blocks of w, of b, and of both."""
    X = np.asarray(X, dtype=np.float64)
    q = (1 - np.tanh((X @ w + b) / 2) ** 2) / 4
    mixed = (q[:, None] * X).mean(axis=0)
    return np.block([[np.einsum("i,ij,ik->jk", q, X, X) / len(X), mixed[:, None]], [mixed, q.mean()]])


@alternative("log_loss_hessian")
def gram_matrix_of_scaled_rows(w, b, X):
    """Multiplies each row of X~ with the square root of p (1 - p)."""
    z = np.array(X) @ w + b
    rows = np.column_stack([X, np.ones(len(X))]) * np.exp(-0.5 * (np.logaddexp(0, z) + np.logaddexp(0, -z)))[:, None]
    return rows.T @ rows / len(rows)


# ---- fit_logistic ----------------------------------------------------------------------------------------------


def with_ones(X):
    """Return [X, 1] in float64, a new array."""
    return np.column_stack([X, np.ones(len(X))])


@alternative("fit_logistic")
def plain_gradient_descent(X, y):
    """Does up to 20000 safe steps on the features as they are."""
    Z = with_ones(X)
    theta, rate = np.zeros(Z.shape[1]), 4 * len(y) / np.sum(Z**2)
    for _ in range(20_000):
        gradient = Z.T @ (1 / (1 + np.exp(-Z @ theta)) - y) / len(y)
        theta = theta - rate * gradient
        if gradient @ gradient < 1e-16:
            break
    return theta[:-1], theta[-1]


@alternative("fit_logistic")
def standardised_gradient_descent(X, y):
    """Standardises, descends, and translates back."""
    Z = with_ones(X)
    mean, spread = Z[:, :-1].mean(axis=0), Z[:, :-1].std(axis=0)
    Z[:, :-1] = (Z[:, :-1] - mean) / spread
    theta = np.zeros(Z.shape[1])
    rate = 4 / np.linalg.eigvalsh(Z.T @ Z / len(y))[-1]
    for _ in range(3000):
        theta = theta - rate * Z.T @ (1 / (1 + np.exp(-Z @ theta)) - y) / len(y)
    w = theta[:-1] / spread
    return w, theta[-1] - w @ mean


@alternative("fit_logistic")
def accelerated_descent(X, y):
    """Uses Nesterov's momentum, started again whenever it points uphill."""
    Z = with_ones(X)
    rate = 4 * len(y) / np.sum(Z**2)
    theta = look = np.zeros(Z.shape[1])
    t = 1.0
    for _ in range(10_000):
        gradient = Z.T @ (1 / (1 + np.exp(-Z @ look)) - y) / len(y)
        if np.linalg.norm(gradient) < 1e-10:
            break
        new = look - rate * gradient
        if gradient @ (new - theta) > 0:
            t = 1.0
        t_new = (1 + math.sqrt(1 + 4 * t * t)) / 2
        look, theta, t = new + (t - 1) / t_new * (new - theta), new, t_new
    return look[:-1], float(look[-1])


@alternative("fit_logistic")
def reweighted_least_squares(X, y):
    """Solves the normal equations of a weighted least-squares problem in each step: Newton's method in other words."""
    Z = with_ones(X)
    theta = np.zeros(Z.shape[1])
    for _ in range(25):
        z = Z @ theta
        p = 1 / (1 + np.exp(-z))
        weight = p * (1 - p)
        theta = np.linalg.solve((Z.T * weight) @ Z, Z.T @ (weight * z + y - p))
    return theta[:-1], theta[-1]


@alternative("fit_logistic")
def majorised(X, y):
    """Replaces the Hessian by its upper bound X^T X / (4 N), which is inverted once."""
    Z = with_ones(X)
    inverse = np.linalg.inv(Z.T @ Z / (4 * len(y)))
    theta = np.zeros(Z.shape[1])
    for _ in range(1000):
        theta = theta - inverse @ (Z.T @ (1 / (1 + np.exp(-Z @ theta)) - y)) / len(y)
    return theta[:-1], theta[-1]


@alternative("fit_logistic")
def quasi_newton(X, y):
    """Learns the inverse Hessian from differences of gradients (BFGS) with a backtracking line search."""
    Z = with_ones(X)

    def loss(theta):
        return np.mean(np.logaddexp(0, Z @ theta) - y * (Z @ theta))

    def grad(theta):
        return Z.T @ (1 / (1 + np.exp(-Z @ theta)) - y) / len(y)

    theta, B = np.zeros(Z.shape[1]), np.eye(Z.shape[1])
    g = grad(theta)
    for _ in range(500):
        if np.linalg.norm(g) < 1e-9:
            break
        step, t = -B @ g, 1.0
        while t > 1e-12 and loss(theta + t * step) > loss(theta) + 1e-4 * t * (g @ step):
            t /= 2
        s, new = t * step, grad(theta + t * step)
        d = new - g
        if s @ d > 1e-18:
            V = np.eye(len(s)) - np.outer(s, d) / (s @ d)
            B = V @ B @ V.T + np.outer(s, s) / (s @ d)
        theta, g = theta + s, new
    return theta[:-1], theta[-1]


# ---- boundary_x2 -----------------------------------------------------------------------------------------------


@alternative("boundary_x2")
def slope_and_height(w, b, x1):
    """Writes the line as slope times x1 plus height."""
    slope, height = -w[0] / w[1], -b / w[1]
    return slope * np.asarray(x1) + height


@alternative("boundary_x2")
def in_a_loop(w, b, x1):
    """Solves for every x1 on its own."""
    return np.array([(-b - float(w[0]) * float(t)) / float(w[1]) for t in x1], dtype=np.float64)


@alternative("boundary_x2")
def point_and_direction(w, b, x1):
    """Starts from the point of the line nearest to 0 and walks along its direction."""
    w = np.array(w, dtype=np.float64)
    point, direction = -b * w / (w @ w), np.array([w[1], -w[0]])
    return point[1] + (np.array(x1, dtype=np.float64) - point[0]) / direction[0] * direction[1]


@alternative("boundary_x2")
def by_two_values_of_the_score(w, b, x1):
    """Uses that the score is affine in x2: its values at x2 = 0 and x2 = 1 tell where it is 0."""
    x1 = np.asarray(x1, dtype=np.float64)
    at_zero = np.column_stack([x1, np.zeros_like(x1)]) @ w + b
    at_one = np.column_stack([x1, np.ones_like(x1)]) @ w + b
    return at_zero / (at_zero - at_one)


# ---- neuron_from_softmax ---------------------------------------------------------------------------------------


@alternative("neuron_from_softmax")
def by_np_diff(W, b):
    """Takes differences along the first axis."""
    (w,), (beta,) = np.diff(np.array(W, dtype=np.float64), axis=0), np.diff(np.array(b, dtype=np.float64))
    return w, beta


@alternative("neuron_from_softmax")
def by_a_row_vector(W, b):
    """Multiplies [W, b] with the row (-1, 1)."""
    signs = np.array([-1.0, 1.0])
    row = signs @ np.column_stack([W, b])
    return row[:-1], float(row[-1])


@alternative("neuron_from_softmax")
def entry_by_entry(W, b):
    """Subtracts pairs of numbers in a loop."""
    w = np.array([float(one) - float(zero) for zero, one in zip(W[0], W[1], strict=True)])
    return w, float(b[1]) - float(b[0])


@alternative("neuron_from_softmax")
def from_the_scores_at_the_unit_vectors(W, b):
    """Evaluates the difference of the scores at 0 and at the unit vectors."""
    W = np.asarray(W, dtype=np.float64)
    places = np.eye(W.shape[1] + 1, W.shape[1], k=-1)  # 0 comes first
    zeros, ones = (places @ W.T + b).T
    difference = ones - zeros
    return [difference[1:] - difference[0], difference[0]]


# ---- capstone_cancer -------------------------------------------------------------------------------------------


@alternative("capstone_cancer")
def newton_on_raw_features(X_train, y_train, X_test):
    """Fits by Newton's method without standardising."""
    Z = np.column_stack([X_train, np.ones(len(X_train))])
    theta = np.zeros(3)
    for _ in range(20):
        p = 1 / (1 + np.exp(-Z @ theta))
        theta = theta - np.linalg.solve(Z.T @ ((p * (1 - p))[:, None] * Z), Z.T @ (p - y_train))
    return 1 / (1 + np.exp(-np.column_stack([X_test, np.ones(len(X_test))]) @ theta))


@alternative("capstone_cancer")
def two_gaussians(X_train, y_train, X_test):
    """Fits a Gaussian to each class, with a common covariance, and applies Bayes' rule."""
    means = [X_train[y_train == k].mean(axis=0) for k in (0, 1)]
    D = X_train - np.where(y_train[:, None] == 1, means[1], means[0])
    precision = np.linalg.inv(D.T @ D / len(D))

    def score(k):
        d = X_test - means[k]
        return np.log(np.mean(y_train == k)) - 0.5 * np.einsum("ij,jk,ik->i", d, precision, d)

    return 1 / (1 + np.exp(score(0) - score(1)))


@alternative("capstone_cancer")
def with_squares_and_a_little_penalty(X_train, y_train, X_test):
    """Adds the squares and the product of the features, and shrinks the weights a little."""
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)

    def features(X):
        u, v = ((X - mean) / spread).T
        return np.column_stack([u, v, u * u, u * v, v * v, np.ones(len(X))])

    Z, theta = features(X_train), np.zeros(6)
    for _ in range(3000):
        theta = theta - 0.3 * (Z.T @ (1 / (1 + np.exp(-Z @ theta)) - y_train) / len(Z) + 0.002 * theta)
    return 1 / (1 + np.exp(-features(X_test) @ theta))


@alternative("capstone_cancer")
def nearest_neighbours(X_train, y_train, X_test):
    """Counts the benign ones among the 25 nearest training tumours, plus one of each kind."""
    spread = X_train.std(axis=0)
    squares = (((X_test[:, None, :] - X_train) / spread) ** 2).sum(axis=2)
    nearest = np.argsort(squares, axis=1)[:, :25]
    return (y_train[nearest].sum(axis=1) + 1) / 27


@alternative("capstone_cancer")
def a_small_list_of_steps(X_train, y_train, X_test):
    """Descends on centred features with momentum and answers with a list."""
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    Z = np.column_stack([(X_train - mean) / spread, np.ones(len(X_train))])
    theta = velocity = np.zeros(3)
    for _ in range(400):
        velocity = 0.9 * velocity - 0.3 * Z.T @ (1 / (1 + np.exp(-Z @ theta)) - y_train) / len(Z)
        theta = theta + velocity
    return [float(1 / (1 + math.exp(-(theta[:2] @ ((x - mean) / spread) + theta[2])))) for x in X_test]
