"""Independent correct answers: artificial neural networks. Each must keep full marks."""

import math
from functools import reduce
from itertools import pairwise

import numpy as np

from autograder.testing import alternative

# ---- activation ------------------------------------------------------------------------------------------------


@alternative("activation")
def by_masks(name, z):
    """Writes into a copy, with boolean masks."""
    out = np.array(z, dtype=np.float64)
    below = out < 0
    if name == "relu":
        out[below] = 0.0
    elif name == "abs":
        out[below] *= -1
    elif name == "leaky_relu":
        out[below] *= 0.01
    elif name == "sigmoid":
        out = np.exp(np.minimum(out, 0)) / (1 + np.exp(-np.abs(out)))
    elif name == "tanh":
        out = np.tanh(out)
    else:
        raise ValueError(name)
    return out


@alternative("activation")
def number_by_number(name, z):
    """Vectorises scalar functions of the math module."""

    def sigmoid(t):
        return 1 / (1 + math.exp(-t)) if t > 0 else 1 - 1 / (1 + math.exp(t))

    scalar = {
        "relu": lambda t: max(t, 0.0),
        "abs": abs,
        "leaky_relu": lambda t: t if t > 0 else t / 100,
        "sigmoid": sigmoid,
        "tanh": math.tanh,
    }
    if name not in scalar:
        raise ValueError("no such activation")
    return np.vectorize(scalar[name], otypes=[np.float64])(z)


@alternative("activation")
def from_absolute_value_and_tanh(name, z):
    """Builds the kinked functions from |z| and the smooth ones from tanh."""
    z = np.asarray(z, dtype=float)
    match name:
        case "relu":
            return z / 2 + np.abs(z) / 2
        case "abs":
            return np.abs(z)
        case "leaky_relu":
            return 0.505 * z + 0.495 * np.abs(z)
        case "sigmoid":
            return (1 + np.tanh(z / 2)) / 2
        case "tanh":
            return np.tanh(z)
    raise ValueError(f"{name} is not an activation")


@alternative("activation")
def textbook(name, z):
    """Uses the formulas as printed; exp overflows to inf, which is harmless in 1 / (1 + inf)."""
    z = np.array(z, dtype=float)

    def sigmoid(t):
        return 1 / (1 + np.exp(-t))

    table = {
        "relu": z * (z > 0),
        "abs": np.where(z > 0, z, -z),
        "leaky_relu": np.where(z > 0, z, 0.01 * z),
        "sigmoid": sigmoid(z),
        "tanh": 2 * sigmoid(2 * z) - 1,
    }
    try:
        return table[name]
    except KeyError:
        raise ValueError(name) from None


# ---- softmax ---------------------------------------------------------------------------------------------------


@alternative("softmax")
def by_logsumexp(Z):
    """Exponentiates the log-softmax."""
    Z = np.asarray(Z, dtype=np.float64)
    return np.exp(Z - np.logaddexp.reduce(Z, axis=1)[:, None])


@alternative("softmax")
def row_by_row(Z):
    """Loops over rows and entries with the math module."""
    rows = []
    for row in Z:
        top = max(row)
        weights = [math.exp(z - top) for z in row]
        rows.append([w / math.fsum(weights) for w in weights])
    return np.array(rows)


@alternative("softmax")
def by_pairs_of_classes(Z):
    """Uses p_k = 1 / sum_j exp(z_j - z_k); what overflows ends as 1 / inf = 0."""
    Z = np.asarray(Z, dtype=np.float64)
    return 1 / np.exp(Z[:, :, None] - Z[:, None, :]).sum(axis=1)


@alternative("softmax")
def on_columns(Z):
    """Works on the transpose, and shifts by more than the maximum."""
    columns = np.array(Z, dtype=np.float64).T
    columns -= columns.max(axis=0) + 1
    E = np.exp(columns)
    return (E / np.einsum("kn->n", E)).T


# ---- log_softmax -----------------------------------------------------------------------------------------------


@alternative("log_softmax")
def by_logaddexp(Z):
    """Lets numpy add in the logarithmic domain."""
    Z = np.asarray(Z, dtype=np.float64)
    return Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)


@alternative("log_softmax")
def column_after_column(Z):
    """Accumulates log(e^a + e^b) over the columns with log1p."""

    def log_add(a, b):
        return np.maximum(a, b) + np.log1p(np.exp(-np.abs(a - b)))

    Z = np.array(Z, dtype=np.float64)
    return Z - reduce(log_add, Z.T)[:, None]


@alternative("log_softmax")
def entry_by_entry(Z):
    """Loops over rows with the math module."""
    rows = []
    for row in np.asarray(Z).tolist():
        top = max(row)
        total = top + math.log(math.fsum(math.exp(z - top) for z in row))
        rows.append([z - total for z in row])
    return np.array(rows)


@alternative("log_softmax")
def shifted_and_shifted_back(Z):
    """Adds the maximum back to the logarithm of the sum, as one does on paper."""
    Z = np.asarray(Z, dtype=np.float64)
    top = np.max(Z, axis=1)
    log_total = top + np.log(np.sum(np.exp(Z.T - top), axis=0))
    return (Z.T - log_total).T


# ---- forward ---------------------------------------------------------------------------------------------------


@alternative("forward")
def object_by_object(X, params, act):
    """Sends one column vector after the other through the layers."""
    outputs = []
    for row in np.array(X, dtype=np.float64):
        x = row
        for depth, (W, b) in enumerate(params, start=1):
            z = W @ x + b
            x = act(z) if depth < len(params) else z
        outputs.append(x)
    return np.array(outputs)


@alternative("forward")
def neuron_by_neuron(X, params, act):
    """Computes every neuron of every object with Python numbers, calling act on one number at a time."""
    outputs = []
    for x in np.asarray(X).tolist():
        values = [float(entry) for entry in x]
        for depth, (W, b) in enumerate(params, start=1):
            sums = [sum(w * v for w, v in zip(row, values, strict=True)) + bias for row, bias in zip(W, b, strict=True)]
            values = [float(s) if depth == len(params) else float(act(s)) for s in sums]
        outputs.append(values)
    return np.array(outputs)


@alternative("forward")
def batch_of_columns(X, params, act):
    """Keeps the objects as columns until the end."""
    columns = np.asarray(X, dtype=np.float64).T
    for i in range(len(params) - 1):
        columns = act(params[i][0] @ columns + params[i][1][:, None])
    return (params[-1][0] @ columns + params[-1][1].reshape(-1, 1)).T


@alternative("forward")
def last_layer_of_a_shorter_network(X, params, act):
    """Recursion over the number of layers, with einsum."""
    *before, (W, b) = params
    inner = act(last_layer_of_a_shorter_network(X, before, act)) if before else np.asarray(X, dtype=np.float64)
    return np.einsum("oi,ni->no", W, inner) + b


@alternative("forward")
def homogeneous_coordinates(X, params, act):
    """Appends a 1 to every object, so that a layer is one matrix."""
    for depth, (W, b) in enumerate(params):
        if depth > 0:
            X = act(X)
        X = np.column_stack([X, np.ones(len(X))]) @ np.vstack([W.T, b])
    return X


# ---- count_parameters ------------------------------------------------------------------------------------------


@alternative("count_parameters")
def weights_then_biases(widths):
    """Counts the weights and the biases apart."""
    widths = [int(n) for n in widths]
    return sum(a * b for a, b in pairwise(widths)) + sum(widths[1:])


@alternative("count_parameters")
def as_a_dot_product(widths):
    """One dot product of integer arrays."""
    n = np.array(widths, dtype=np.int64)
    return np.dot(n[1:], n[:-1] + 1)


@alternative("count_parameters")
def first_layer_and_the_rest(widths):
    """Recursion over the layers."""
    n_in, n_out, *rest = widths
    return int(n_out * (n_in + 1) + (first_layer_and_the_rest([n_out, *rest]) if rest else 0))


@alternative("count_parameters")
def index_by_index(widths):
    """A loop over l = 1, ..., L, with a term for each bias."""
    count = 0
    for layer in range(1, len(widths)):
        count += widths[layer] * widths[layer - 1]
        count += widths[layer]
    return count


# ---- collapse_affine -------------------------------------------------------------------------------------------


@alternative("collapse_affine")
def from_the_last_layer(params):
    """Starts at the output and multiplies from the right."""
    W, b = (np.array(part, dtype=np.float64) for part in params[-1])
    for earlier_W, earlier_b in reversed(params[:-1]):
        b = b + W @ earlier_b
        W = W @ earlier_W
    return W, b


@alternative("collapse_affine")
def block_matrices(params):
    """Multiplies the matrices [[W, b], [0, 1]]."""

    def block(W, b):
        return np.block([[W, b[:, None]], [np.zeros((1, W.shape[1])), np.ones((1, 1))]])

    product = reduce(lambda earlier, later: later @ earlier, [block(W, b) for W, b in params])
    return product[:-1, :-1], product[:-1, -1]


@alternative("collapse_affine")
def by_probing(params):
    """Sends 0 and the unit vectors through the layers."""

    def network(X):
        for W, b in params:
            X = X @ W.T + b
        return X

    n_in = params[0][0].shape[1]
    b = network(np.zeros(n_in))
    return [(network(np.eye(n_in)) - b).T, b]


@alternative("collapse_affine")
def sum_over_layers(params):
    """Follows the printed formula: one product of matrices for each bias."""
    matrices = [np.asarray(W, dtype=np.float64) for W, _ in params]

    def product_after(layer):
        after = np.eye(len(matrices[-1]))
        for W in reversed(matrices[layer:]):
            after = after @ W
        return after

    return product_after(0), sum(product_after(i) @ b for i, (_, b) in enumerate(params, start=1))


# ---- xor_network -----------------------------------------------------------------------------------------------


@alternative("xor_network")
def absolute_difference():
    """|x1 - x2| as two relus back to back."""
    W1, b1 = np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([0.0, 0.0])
    return [(W1, b1), (np.array([[1.0, 1.0]]), np.array([0.0]))]


@alternative("xor_network")
def one_minus_distance_from_one():
    """1 - |x1 + x2 - 1|, with an output bias, in nested lists of integers."""
    return [([[1, 1], [-1, -1]], [-1, 1]), ([[-1, -1]], [1])]


@alternative("xor_network")
def or_minus_twice_and():
    """x1 + x2 - 2 (x1 and x2) with three neurons."""
    W1 = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    return ((W1, np.array([0.0, 0.0, -1.0])), (np.array([[1.0, 1.0, -2.0]]), np.array([0.0])))


@alternative("xor_network")
def plateau_of_three_neurons():
    """Up, level and down between s = 0 and s = 2, with other scales inside and outside."""
    W1 = np.full((3, 2), 0.5)
    b1 = np.array([0.0, -0.25, -0.75])
    return [[W1, b1], [np.array([[4.0, -4.0, -4.0]]), np.array([0.0])]]


# ---- relu_interpolant ------------------------------------------------------------------------------------------


@alternative("relu_interpolant")
def facing_left(x, y):
    """All neurons look to the left, and the value at the right end is the output bias."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    slopes = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    bends = -np.diff(slopes[::-1], prepend=0.0)
    return [(-np.ones((len(bends), 1)), x[:0:-1]), (bends[None, :], y[-1:])]


@alternative("relu_interpolant")
def constant_from_a_neuron(x, y):
    """m + 1 neurons: one of them ignores the input and carries y_0, so the output bias is zero."""
    neurons, slope = [(0.0, 1.0, y[0])], 0.0  # (weight, bias, height)
    for i in range(len(x) - 1):
        next_slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
        neurons.append((1.0, -x[i], next_slope - slope))
        slope = next_slope
    W1, b1, W2 = np.array(neurons).T
    return [(W1[:, None], b1), (W2[None, :], np.array([0.0]))]


@alternative("relu_interpolant")
def by_a_linear_system(x, y):
    """Solves for the output layer such that the network passes through all points."""
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    hidden = np.maximum(x[:, None] - x[:-1], 0.0)
    solution = np.linalg.solve(np.column_stack([hidden, np.ones(len(x))]), y)
    return [(np.ones((len(x) - 1, 1)), -x[:-1]), (solution[None, :-1], solution[-1:])]


@alternative("relu_interpolant")
def neurons_in_units_of_the_gaps(x, y):
    """Each neuron is 1 at the next point; plain lists."""
    x, y = [float(t) for t in x], [float(v) for v in y]
    gaps = [b - a for a, b in pairwise(x)]
    slopes = [(b - a) / gap for (a, b), gap in zip(pairwise(y), gaps, strict=True)]
    W2 = [(after - before) * gap for (before, after), gap in zip(pairwise([0.0, *slopes]), gaps, strict=True)]
    return [([[1 / gap] for gap in gaps], [-t / gap for t, gap in zip(x, gaps, strict=False)]), ([W2], [y[0]])]


@alternative("relu_interpolant")
def affine_part_from_two_neurons(x, y):
    """Writes the first segment as s (relu(t - x_0) - relu(x_0 - t)), then bends at the inner points."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    slopes = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    W1 = np.concatenate([[1.0, -1.0], np.ones(len(slopes) - 1)])[:, None]
    b1 = np.concatenate([[-x[0], x[0]], -x[1:-1]])
    W2 = np.concatenate([[slopes[0], -slopes[0]], np.diff(slopes)])[None, :]
    return [(W1, b1), (W2, y[:1])]


# ---- capstone_digits -------------------------------------------------------------------------------------------


@alternative("capstone_digits")
def random_tanh_layer_with_ridge(X_train, y_train, X_test, rng):
    """Another activation, and a small penalty instead of plain least squares."""
    W, b = rng.normal(0, 0.3, (300, 64)), rng.uniform(-1, 1, 300)

    def features(X):
        return np.hstack([np.tanh(X @ W.T + b), np.ones((len(X), 1))])

    H, T = features(X_train), (y_train[:, None] == np.arange(10)).astype(float)
    return (features(X_test) @ np.linalg.solve(H.T @ H + 0.01 * np.eye(301), H.T @ T)).argmax(axis=1)


@alternative("capstone_digits")
def nearest_neighbour(X_train, y_train, X_test, rng):
    """Copies the label of the closest training image."""
    distances = (X_test**2).sum(axis=1)[:, None] - 2 * X_test @ X_train.T + (X_train**2).sum(axis=1)
    return y_train[distances.argmin(axis=1)]


@alternative("capstone_digits")
def gaussian_kernel_ridge(X_train, y_train, X_test, rng):
    """Fits one-hot targets in the space of a Gaussian kernel."""

    def kernel(A, B):
        squares = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T
        return np.exp(-squares / 10)

    weights = np.linalg.solve(kernel(X_train, X_train) + 1e-3 * np.eye(len(X_train)), np.eye(10)[y_train])
    return [int(k) for k in np.argmax(kernel(X_test, X_train) @ weights, axis=1)]


@alternative("capstone_digits")
def all_products_of_pixels(X_train, y_train, X_test, rng):
    """Least squares on 400 random products of two pixels, besides the pixels."""
    i, j = rng.integers(0, 64, (2, 400))

    def features(X):
        return np.column_stack([np.ones(len(X)), X, X[:, i] * X[:, j]])

    H, T = features(X_train), np.eye(10)[y_train]
    return np.argmax(features(X_test) @ np.linalg.solve(H.T @ H + 0.1 * np.eye(465), H.T @ T), axis=1)
