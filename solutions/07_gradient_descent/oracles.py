"""Second opinions on gradient descent: closed forms, full enumeration, long recursions, replayed steps, moments."""

import math
from fractions import Fraction
from itertools import chain, combinations

import numpy as np
from scipy import linalg
from sklearn.datasets import load_digits

from autograder.testing import Recorder, certificate, oracle
from autograder.wire import Seed
from reference import gradient_descent as reference


def maybe_list(rng, array):
    """Return an array as it is, or, now and then, as a list."""
    return array.tolist() if rng.random() < 0.25 else array


def seed(rng):
    """Draw a generator for the answer."""
    return Seed(int(rng.integers(2**32)))


def spectrum(rng, size):
    """Draw a symmetric positive definite matrix of condition at most 100."""
    eigenvalues = 10.0 ** rng.uniform(-1, 1, size) * 10.0 ** rng.integers(-2, 3)
    U = np.linalg.qr(rng.normal(size=(size, size)))[0]
    A = U * eigenvalues @ U.T
    return (A + A.T) / 2


# ---- on a quadratic --------------------------------------------------------------------------------------------


def descents(rng, size):
    A, b = spectrum(rng, size), rng.normal(size=size)
    lr = rng.uniform(0, 1.9) / np.linalg.norm(A, 2)
    x0 = np.round(rng.normal(size=size) * 5).astype(int) if rng.random() < 0.3 else rng.normal(size=size) * 5
    return Quadratic(A, b), maybe_list(rng, x0), float(lr), int(rng.integers(0, 12))


class Quadratic:
    """The gradient of x.Ax / 2 - b.x."""

    __name__ = "quadratic"

    def __init__(self, A, b):
        self.A, self.b = A, b

    def __call__(self, x):
        return self.A @ x - self.b


@oracle("gradient_descent", inputs=descents, tolerance=1e-11, source="powers of I - lr A, by its eigenvalues")
def gradient_descent(grad, x0, lr, n_steps):
    best, step = np.linalg.solve(grad.A, grad.b), np.eye(len(grad.b)) - lr * grad.A
    values, U = np.linalg.eigh(step)
    start = U.T @ (np.asarray(x0, dtype=float) - best)
    return np.array([best + U @ (values**k * start) for k in range(n_steps + 1)])


def matrix_and_step(rng, size):
    A = spectrum(rng, size)
    A = maybe_list(rng, np.round(A + 10 * size * np.eye(size)) if rng.random() < 0.2 else A)
    return A, float(rng.uniform(0, 3) / np.linalg.norm(np.asarray(A), 2))


@oracle(
    "quadratic_rate",
    inputs=matrix_and_step,
    tolerance=1e-12,
    source="the largest singular value",
    edges=[([[2.0]], 0.0), ([[1, 0], [0, 4]], 0.4)],
)
def quadratic_rate(A, lr):
    return linalg.svdvals(np.eye(len(A)) - lr * np.asarray(A))[0]


@oracle(
    "critical_step",
    inputs=lambda rng, size: (spectrum(rng, size),),
    tolerance=1e-12,
    scale=0,
    source="the norm of scipy.linalg",
)
def critical_step(A):
    return 2 / linalg.norm(np.asarray(A), 2)


# ---- blocks and stochastic gradients ---------------------------------------------------------------------------


@certificate(
    "minibatches",
    inputs=lambda rng, size: (int(rng.integers(1, 6 * size)), int(rng.integers(1, 4 * size)), seed(rng)),
    tolerance=0,
    source="every object in exactly one block, blocks of B and a rest",
)
def partition(blocks, N, B, rng):
    sizes = [B] * (N // B) + [N % B] * (N % B > 0)
    found = sorted(int(i) for block in blocks for i in block)
    return float([len(block) for block in blocks] != sizes or found != list(range(N)))


def orders_drawn(program, N, B, seed):
    seeds = np.random.default_rng(seed.seed).integers(2**32, size=400)
    return [tuple(int(i) for block in program.minibatches(N, B, Seed(int(s))) for i in block) for s in seeds]


@certificate(
    "minibatches",
    inputs=lambda rng, size: (4 + size % 2, 2, seed(rng)),
    tolerance=5,
    source="all orders equally likely: standard deviations from the expected number of pairs, over 400 draws",
    ask=orders_drawn,
    share=0.1,
)
def fair(orders, N, B, seed):
    counts = {}
    for order in orders:
        counts[order] = counts.get(order, 0) + 1
    pairs, classes = len(orders) * (len(orders) - 1) / 2, math.factorial(N)
    equal = sum(count * (count - 1) / 2 for count in counts.values())
    return abs(equal - pairs / classes) / math.sqrt(pairs / classes * (1 - 1 / classes))


def runs(rng, size):
    n, N = int(rng.integers(1, size + 1)), int(rng.integers(1, 4 * size))
    centres, w0 = rng.normal(size=(N, n)) * 3, rng.normal(size=n) * 5
    lr, B = float(rng.uniform(0.01, 0.9)), int(rng.integers(1, N + 3))
    return (
        centres,
        maybe_list(rng, np.round(w0).astype(int) if rng.random() < 0.3 else w0),
        lr,
        B,
        int(rng.integers(0, 4)),
        seed(rng),
    )


def replayed(program, centres, w0, lr, B, epochs, rng):
    grad = Recorder(lambda w, idx: w - centres[idx].mean(axis=0))
    last = program.sgd(lambda w, idx: grad(np.array(w), np.array(idx)), w0, len(centres), lr, B, epochs, rng)
    return last, grad.calls


@certificate(
    "sgd",
    inputs=runs,
    tolerance=1e-10,
    source="a replay of the points and blocks that were passed to the gradient",
    ask=replayed,
)
def replay(answer, centres, w0, lr, B, epochs, rng):
    last, calls = answer
    w, N = np.asarray(w0, dtype=float), len(centres)
    per_epoch, errors = math.ceil(N / B), []
    for point, block in calls:
        errors.append(np.max(np.abs(w - point)))
        w = w - lr * (w - centres[block].mean(axis=0))
    blocks = [np.asarray(block).tolist() for _, block in calls]
    epochs_seen = [sorted(chain(*blocks[i : i + per_epoch])) for i in range(0, len(blocks), per_epoch)]
    return {
        "the recursion": max([*errors, np.max(np.abs(w - last))]),
        "blocks": float(epochs_seen != [list(range(N))] * epochs),
    }


def gradients(rng, size):
    N = int(rng.integers(2, min(size, 7) + 3))
    G = rng.normal(size=(N, rng.integers(1, 4))) * 10.0 ** rng.integers(-1, 2) + rng.choice([0, 5])
    return maybe_list(rng, np.round(G) if rng.random() < 0.3 else G), int(rng.integers(1, N + 1))


@certificate(
    "batch_gradient_variance",
    inputs=gradients,
    tolerance=1e-13,
    source="all subsets, relative to the size of gradients",
)
def batch_gradient_variance(answer, G, B):
    G = np.asarray(G, dtype=float)
    errors = [np.sum((G[list(S)].mean(axis=0) - G.mean(axis=0)) ** 2) for S in combinations(range(len(G)), B)]
    return abs(answer - math.fsum(errors) / len(errors)) / max(np.max(np.sum(G**2, axis=1)), 1e-300)


@oracle(
    "sgd_stationary_variance",
    inputs=lambda rng, size: (*(10.0 ** rng.uniform(-1, 1, 2)).tolist(), rng.uniform(0.1, 1.9)),
    tolerance=1e-13,
    scale=0,
    source="the geometric series in exact rational arithmetic",
    ask=lambda program, a, s2, share: program.sgd_stationary_variance(a, s2, float(share / a)),
)
def stationary(a, s2, share):
    a, s2, lr = Fraction(a), Fraction(s2), Fraction(float(share / a))
    return float(lr**2 * s2 / (1 - (1 - lr * a) ** 2))


# ---- where to start --------------------------------------------------------------------------------------------


@certificate(
    "init_params",
    inputs=lambda rng, size: (
        [int(n) for n in rng.integers(30, 90, size // 3 + 2)],
        seed(rng),
        str(rng.choice(["he", "xavier"])),
    ),
    tolerance=5.5,
    source="mean, variance and shapes of the weights, in standard deviations; biases 0",
)
def moments(params, widths, rng, scheme):
    errors = [float(len(params) != len(widths) - 1) * 99]
    for (W, b), n_in, n_out in zip(params, widths[:-1], widths[1:], strict=True):
        variance = 2 / n_in if scheme == "he" else 2 / (n_in + n_out)
        errors.append(99.0 * (np.shape(W) != (n_out, n_in) or np.shape(b) != (n_out,) or np.any(b)))
        errors.append(abs(np.mean(W)) / math.sqrt(variance / np.size(W)))
        errors.append(abs(np.mean(np.square(W)) / variance - 1) / math.sqrt(2 / np.size(W)))
    return errors


# ---- digits ----------------------------------------------------------------------------------------------------

IMAGES, DIGITS = load_digits(return_X_y=True)


def images(rng, size):
    order = rng.permutation(len(DIGITS))
    return IMAGES[order[:1200]] / 16, DIGITS[order[:1200]], seed(rng)


@certificate(
    "capstone_digits",
    inputs=images,
    tolerance=0,
    share=0.01,
    source="the labels of all images, of which 92 % must be met",
)
def capstone_digits(answer, X_train, y_train, rng):
    W, b = answer
    return 0.92 - np.mean(np.argmax(IMAGES / 16 @ np.transpose(W) + b, axis=1) == DIGITS)
