"""Independent correct answers: gradient descent. Each must keep full marks."""

import math
from functools import reduce
from itertools import accumulate, pairwise

import numpy as np

from autograder.testing import alternative

# ---- gradient_descent ------------------------------------------------------------------------------------------


@alternative("gradient_descent")
def collects_a_list(grad, x0, lr, n_steps):
    """Appends new points to a list."""
    points = [np.asarray(x0, dtype=np.float64)]
    while len(points) <= n_steps:
        points.append(points[-1] - lr * np.asarray(grad(points[-1])))
    return np.array(points)


@alternative("gradient_descent")
def by_accumulate(grad, x0, lr, n_steps):
    """Lets itertools iterate the map x -> x - lr grad(x)."""
    start = np.array(x0).astype(float)
    return np.stack(list(accumulate(range(n_steps), lambda x, _: x - lr * grad(x), initial=start)))


@alternative("gradient_descent")
def recursive(grad, x0, lr, n_steps):
    """Calls itself for the first n_steps - 1 steps."""
    if n_steps == 0:
        return np.array([x0], dtype=np.float64)
    before = recursive(grad, x0, lr, n_steps - 1)
    return np.vstack([before, before[-1] - lr * grad(before[-1])])


@alternative("gradient_descent")
def in_place_with_copies(grad, x0, lr, n_steps):
    """Moves one array in place and stores copies of it."""
    x = np.array(x0, dtype=float)
    rows = np.tile(x, (n_steps + 1, 1))
    for row in rows[1:]:
        x -= np.multiply(lr, grad(x))
        row[:] = x
    return rows


@alternative("gradient_descent")
def sums_all_steps(grad, x0, lr, n_steps):
    """Keeps the sum of the gradients so far, coordinate by coordinate in plain Python."""
    start = [float(v) for v in x0]
    total = [0.0] * len(start)
    points = [list(start)]
    for _ in range(n_steps):
        g = grad(np.array(points[-1]))
        total = [t + float(v) for t, v in zip(total, g, strict=True)]
        points.append([s - lr * t for s, t in zip(start, total, strict=True)])
    return np.array(points)


# ---- quadratic_rate --------------------------------------------------------------------------------------------


@alternative("quadratic_rate")
def rate_as_spectral_norm(A, lr):
    """Takes the spectral norm of I - lr A."""
    A = np.array(A, dtype=np.float64)
    return float(np.linalg.norm(np.identity(len(A)) - lr * A, ord=2))


@alternative("quadratic_rate")
def rate_from_the_ends(A, lr):
    """Uses the smallest and the largest eigenvalue only."""
    eigenvalues = np.linalg.eigvalsh(np.asarray(A, dtype=np.float64)).tolist()
    return max(1 - lr * min(eigenvalues), lr * max(eigenvalues) - 1)


@alternative("quadratic_rate")
def rate_from_general_eigenvalues(A, lr):
    """Takes the spectral radius of I - lr A, with the solver for general matrices."""
    A = np.asarray(A, dtype=float)
    return np.abs(np.linalg.eigvals(np.eye(len(A)) - lr * A)).max()


@alternative("quadratic_rate")
def rate_from_singular_values(A, lr):
    """The singular values of a positive definite matrix are its eigenvalues."""
    values = np.linalg.svd(np.asarray(A, dtype=np.float64), compute_uv=False)
    return np.max(abs(1.0 - lr * values))


@alternative("quadratic_rate")
def rate_from_the_square(A, lr):
    """Takes the root of the largest eigenvalue of (I - lr A)^2."""
    A = np.asarray(A, dtype=np.float64)
    step = np.eye(len(A)) - lr * A
    return math.sqrt(np.linalg.eigvalsh(np.linalg.matrix_power(step, 2))[-1])


# ---- critical_step ---------------------------------------------------------------------------------------------


@alternative("critical_step")
def critical_by_norm(A):
    """The spectral norm of a positive definite matrix is its largest eigenvalue."""
    return float(2 / np.linalg.norm(np.array(A, dtype=np.float64), 2))


@alternative("critical_step")
def critical_by_inverse(A):
    """Takes the smallest eigenvalue of the inverse."""
    return 2 * float(np.linalg.eigvalsh(np.linalg.inv(np.asarray(A, dtype=np.float64)))[0])


@alternative("critical_step")
def critical_by_general_eigenvalues(A):
    """Uses the solver for general matrices and drops the imaginary parts, which are zero."""
    return np.min(2 / np.real(np.linalg.eigvals(np.asarray(A, dtype=np.float64))))


@alternative("critical_step")
def critical_by_squaring(A):
    """Power iteration: squares the matrix until only the largest eigenvalue is left."""
    A = np.asarray(A, dtype=np.float64)
    power = A
    for _ in range(60):
        before = power / np.trace(power)
        power = before @ before
        if np.array_equal(power, before):
            break
    return float(2 * np.trace(power) / np.sum(power * A))


# ---- minibatches -----------------------------------------------------------------------------------------------


@alternative("minibatches")
def by_shuffle(N, B, rng):
    """Shuffles an array in place and splits it at the multiples of B."""
    order = np.arange(N)
    rng.shuffle(order)
    return np.split(order, range(B, N, B))


@alternative("minibatches")
def by_sorting_random_numbers(N, B, rng):
    """Sorts random keys, and the indices within each block."""
    order = np.argsort(rng.random(N))
    blocks = []
    while len(order):
        blocks.append(np.sort(order[:B]))
        order = order[B:]
    return blocks


@alternative("minibatches")
def drawn_one_by_one(N, B, rng):
    """Draws objects from an urn, one by one."""
    urn, blocks = list(range(N)), []
    while urn:
        drawn = [urn.pop(int(rng.integers(len(urn)))) for _ in range(min(B, len(urn)))]
        blocks.append(np.array(drawn, dtype=np.int64))
    return blocks


@alternative("minibatches")
def by_choice(N, B, rng):
    """Draws N objects of N without replacement."""
    order = rng.choice(N, size=N, replace=False)
    return [order[k * B : k * B + B] for k in range(math.ceil(N / B))]


@alternative("minibatches")
def by_exchanges(N, B, rng):
    """Exchanges each place with a random one before it or itself (Fisher and Yates)."""
    order = np.arange(N)
    for i in range(N - 1, 0, -1):
        j = rng.integers(i, endpoint=True)
        order[i], order[j] = order[j], order[i]
    return [order[start : start + B] for start in range(0, N, B)]


# ---- sgd -------------------------------------------------------------------------------------------------------


@alternative("sgd")
def descends_along_split_orders(grad, w0, N, lr, B, epochs, rng):
    """Splits each order at the multiples of B and moves a copy in place."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        for idx in np.split(rng.permutation(N), np.arange(B, N, B)):
            w -= lr * np.asarray(grad(w, idx))
    return w


@alternative("sgd")
def descends_along_sorted_blocks(grad, w0, N, lr, B, epochs, rng):
    """Sorts random keys for each epoch, and the indices within each block."""
    w = np.asarray(w0).astype(float)
    for _ in range(epochs):
        order = rng.uniform(size=N).argsort()
        for k in range(math.ceil(N / B)):
            w = w - lr * grad(w, np.sort(order[k * B : (k + 1) * B]))
    return w


@alternative("sgd")
def draws_all_orders_first(grad, w0, N, lr, B, epochs, rng):
    """Draws the orders of all epochs before the first step, and folds the steps."""
    orders = rng.permuted(np.tile(np.arange(N), (epochs, 1)), axis=1)
    blocks = [order[start : start + B] for order in orders for start in range(0, N, B)]
    return reduce(lambda w, idx: w - lr * grad(w, idx), blocks, np.array(w0, dtype=np.float64))


@alternative("sgd")
def counts_single_steps(grad, w0, N, lr, B, epochs, rng):
    """Counts steps, refills an urn when it is empty, and passes lists of indices."""
    w, urn = np.array(w0, dtype=np.float64), []
    for _ in range(epochs * -(-N // B)):
        if not urn:
            urn = rng.permutation(N).tolist()
        idx, urn = urn[:B], urn[B:]
        w = np.subtract(w, np.multiply(lr, grad(w, np.array(idx))))
    return w


@alternative("sgd")
def one_generator_per_epoch(grad, w0, N, lr, B, epochs, rng):
    """Spawns a generator for each epoch from the one that was handed in."""
    w = np.array(w0, dtype=float)
    for child in rng.spawn(epochs) if epochs else []:
        order = np.arange(N)
        child.shuffle(order)
        start = 0
        while start < N:
            w = w - lr * grad(w, order[start : start + B])
            start += B
    return w


# ---- batch_gradient_variance -----------------------------------------------------------------------------------


@alternative("batch_gradient_variance")
def by_np_var(G, B):
    """Adds up the variances of the coordinates."""
    G = np.asarray(G)
    N = len(G)
    return float(np.var(G, axis=0).sum() * (N - B) / (B * (N - 1)))


@alternative("batch_gradient_variance")
def by_covariance(G, B):
    """Takes the trace of the covariance with 1 / (N - 1), so that the factor becomes (1 - B / N) / B."""
    return float(np.trace(np.atleast_2d(np.cov(G, rowvar=False))) * (1 - B / len(G)) / B)


@alternative("batch_gradient_variance")
def by_pairs(G, B):
    """Uses the distances of all pairs: the spread is half of their mean square."""
    G = np.asarray(G, dtype=np.float64)
    N = len(G)
    distances = np.sum((G[:, None, :] - G[None, :, :]) ** 2, axis=2)
    return float((N - B) / (B * (N - 1)) * np.mean(distances) / 2)


@alternative("batch_gradient_variance")
def number_by_number(G, B):
    """Averages (v - mean) v over each column, in plain Python with exact sums."""
    rows = [[float(v) for v in row] for row in G]
    N = len(rows)
    total = 0.0
    for column in zip(*rows, strict=True):
        mean = math.fsum(column) / N
        total += math.fsum((v - mean) * v for v in column) / N
    return total * (N - B) / (B * (N - 1))


@alternative("batch_gradient_variance")
def by_indicators(G, B):
    """Uses the covariances of the indicators "object i is in the batch"."""
    G = np.asarray(G, dtype=np.float64)
    N = len(G)
    p, both = B / N, B * (B - 1) / (N * (N - 1))
    C = np.full((N, N), both - p * p)
    np.fill_diagonal(C, p - p * p)
    return float(np.einsum("id,ij,jd->", G, C, G) / B**2)


# ---- sgd_stationary_variance -----------------------------------------------------------------------------------


@alternative("sgd_stationary_variance")
def by_ratio_to_the_tiny_step(a, s2, lr):
    """Corrects the formula for small steps by 1 / (1 - lr a / 2)."""
    contraction = lr * a
    if not contraction < 2:
        raise ValueError(f"diverges for lr * a = {contraction}")
    return lr * s2 / (2.0 * a) / (1 - contraction / 2)


@alternative("sgd_stationary_variance")
def by_doubling(a, s2, lr):
    """Doubles the number of steps in the recursion until nothing changes any more."""
    if a * lr >= 2:
        raise ValueError("no stationary variance")
    v = float(lr * lr * s2)
    if lr * a == 1:
        return v
    log_q = 2 * math.log1p(-lr * a) if lr * a < 1 else 2 * math.log(lr * a - 1)
    while True:
        grown = v * (1 + math.exp(log_q))
        if grown == v:
            return v
        v, log_q = grown, 2 * log_q


@alternative("sgd_stationary_variance")
def by_expanded_denominator(a, s2, lr):
    """Solves the linear equation with the expanded denominator 2 lr a - (lr a)^2."""
    c = float(lr) * a
    if c >= 2:
        raise ValueError("lr * a must be below 2")
    return lr**2 * s2 / (2 * c - c**2)


@alternative("sgd_stationary_variance")
def by_numpy_scalars(a, s2, lr):
    """Computes with NumPy numbers, and returns one."""
    a, s2, lr = np.float64(a), np.float64(s2), np.float64(lr)
    if a >= 2 / lr:
        raise ValueError("the step is too large")
    return s2 / (a * (2 / lr - a))


# ---- init_params -----------------------------------------------------------------------------------------------


@alternative("init_params")
def by_normal(widths, rng, scheme):
    """Hands the standard deviation to rng.normal, layer by layer from the last."""
    params = []
    for n_in, n_out in reversed(list(pairwise(widths))):
        fan = {"he": n_in, "xavier": n_in + n_out}[scheme]
        params.insert(0, (rng.normal(scale=(2 / fan) ** 0.5, size=(n_out, n_in)), np.zeros(n_out)))
    return params


@alternative("init_params")
def by_uniform_law(widths, rng, scheme):
    """Draws from the uniform law with the same variance: between -sqrt(3) and sqrt(3) deviations."""
    params = []
    for n_in, n_out in pairwise(widths):
        half = math.sqrt(3 * 2 / (n_in if scheme == "he" else n_in + n_out))
        params.append([rng.uniform(-half, half, (n_out, n_in)), np.zeros(n_out)])
    return params


@alternative("init_params")
def from_one_long_draw(widths, rng, scheme):
    """Draws all weights at once and cuts them into matrices."""
    sizes = [a * b for a, b in pairwise(widths)]
    pieces = np.split(rng.standard_normal(sum(sizes)), np.cumsum(sizes)[:-1])
    return [
        (piece.reshape(b, a) * np.sqrt(2 / (a if scheme == "he" else a + b)), np.zeros(b))
        for piece, (a, b) in zip(pieces, pairwise(widths), strict=True)
    ]


@alternative("init_params")
def neuron_by_neuron(widths, rng, scheme):
    """Draws the weights of one neuron after the other, by the method of Box and Muller."""
    params = []
    for n_in, n_out in pairwise(widths):
        deviation = math.sqrt(2 / n_in) if scheme == "he" else math.sqrt(2 / (n_in + n_out))
        rows = []
        for _ in range(n_out):
            radius = np.sqrt(-2 * np.log1p(-rng.random(n_in)))
            rows.append(deviation * radius * np.cos(2 * np.pi * rng.random(n_in)))
        params.append((np.array(rows), np.zeros((n_out,))))
    return params


# ---- capstone_digits -------------------------------------------------------------------------------------------


def class_probabilities(Z):
    """Return the softmax of each row."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@alternative("capstone_digits")
def with_one_parameter_matrix(X_train, y_train, rng):
    """Appends a column of ones to the images, so that W and b are one matrix."""
    X = np.column_stack([X_train, np.ones(len(X_train))])
    V = np.zeros((X.shape[1], 10))
    for _ in range(25):
        for idx in np.array_split(rng.permutation(len(X)), len(X) // 25):
            P = class_probabilities(X[idx] @ V)
            P[np.arange(len(idx)), y_train[idx]] -= 1
            V -= 0.4 * X[idx].T @ P / len(idx)
    return V[:-1].T, V[-1]


@alternative("capstone_digits")
def image_by_image(X_train, y_train, rng):
    """Takes one image per step, with a step that becomes smaller."""
    W, b = np.zeros((10, 64)), np.zeros(10)
    for epoch in range(8):
        lr = 0.1 / (1 + epoch / 4)
        for i in rng.permutation(len(X_train)):
            z = W @ X_train[i] + b
            p = np.exp(z - z.max())
            p /= p.sum()
            p[y_train[i]] -= 1
            W -= lr * np.outer(p, X_train[i])
            b -= lr * p
    return W, b


@alternative("capstone_digits")
def with_momentum(X_train, y_train, rng):
    """Uses all images in each step, with momentum and a large step."""
    T = np.eye(10)[y_train]
    W, b = 0.01 * rng.standard_normal((10, 64)), np.zeros(10)
    speed_W, speed_b = np.zeros_like(W), np.zeros_like(b)
    for _ in range(300):
        error = class_probabilities(X_train @ W.T + b) - T
        speed_W = 0.9 * speed_W - 0.3 * error.T @ X_train / len(X_train)
        speed_b = 0.9 * speed_b - 0.3 * error.mean(axis=0)
        W, b = W + speed_W, b + speed_b
    return W.tolist(), b.tolist()


@alternative("capstone_digits")
def with_adam(X_train, y_train, rng):
    """Scales each coordinate of the step by its recent size (Adam)."""
    X = np.hstack([X_train, np.ones((len(X_train), 1))])
    T, V = np.eye(10)[y_train], np.zeros((10, 65))
    mean, square, k = np.zeros_like(V), np.zeros_like(V), 0
    for _ in range(20):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 50):
            idx = order[start : start + 50]
            g = (class_probabilities(X[idx] @ V.T) - T[idx]).T @ X[idx] / len(idx)
            k += 1
            mean, square = 0.9 * mean + 0.1 * g, 0.99 * square + 0.01 * g**2
            V = V - 0.05 * (mean / (1 - 0.9**k)) / (np.sqrt(square / (1 - 0.99**k)) + 1e-8)
    return V[:, :64], V[:, 64]
