"""Independent correct answers: backpropagation. Each must keep full marks."""

import math
from itertools import accumulate, pairwise

import numpy as np

from autograder.testing import alternative

# ---- chain_gradient --------------------------------------------------------------------------------------------


@alternative("chain_gradient")
def by_products_of_suffixes(ws, bs, x, act):
    """Collects the local slopes going forward and multiplies them from the end with accumulate."""
    f, df = act
    a, received, slopes = float(x), [], []
    for w, b in zip(ws, bs, strict=True):
        z = float(w) * a + float(b)
        received.append(a)
        slopes.append(float(df(z)))
        a = float(f(z))
    links = [slopes[-1], *(slope * float(w) for slope, w in zip(slopes[-2::-1], list(ws)[:0:-1], strict=True))]
    gb = np.array(list(accumulate(links, lambda left, right: left * right)))[::-1]
    return a, gb * np.array(received), gb


@alternative("chain_gradient")
def by_recursion(ws, bs, x, act):
    """Differentiates the rest of the chain first, and hands its derivative by the input back."""
    f, df = act

    def rest(k, a):
        if k == len(ws):
            return a, 1.0, [], []
        z = ws[k] * a + bs[k]
        out, behind, gw, gb = rest(k + 1, f(z))
        error = behind * df(z)
        return out, error * ws[k], [error * a, *gw], [error, *gb]

    out, _, gw, gb = rest(0, float(x))
    return float(out), np.array(gw, dtype=np.float64), np.array(gb, dtype=np.float64)


@alternative("chain_gradient")
def slopes_in_one_call(ws, bs, x, act):
    """Calls df once, on the array of all z, and multiplies with cumprod."""
    f, df = act
    z, a = np.empty(len(ws)), np.empty(len(ws) + 1)
    a[0] = x
    for k in range(len(ws)):
        z[k] = ws[k] * a[k] + bs[k]
        a[k + 1] = f(z[k])
    slopes = df(z)
    factors = slopes * np.append(ws[1:], 1.0)
    gb = np.cumprod(factors[::-1])[::-1]
    return a[-1], gb * a[:-1], gb


@alternative("chain_gradient")
def forward_with_sensitivities(ws, bs, x, act):
    """Goes forward only: carries along how a_k moves with each of the parameters seen so far."""
    f, df = act
    a, by_w, by_b = np.float64(x), np.array([]), np.array([])
    for w, b in zip(ws, bs, strict=True):
        z = w * a + b
        slope = df(z)
        by_w, by_b = slope * np.append(w * by_w, a), slope * np.append(w * by_b, 1.0)
        a = np.float64(f(z))
    return a, by_w, by_b


# ---- numerical_gradient ----------------------------------------------------------------------------------------


@alternative("numerical_gradient")
def along_the_unit_arrays(f, x, h=1e-5):
    """Moves along the rows of an identity matrix, reshaped like x."""
    x = np.asarray(x, dtype=float)
    units = h * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + unit) - f(x - unit)) / (2 * h) for unit in units]).reshape(x.shape)


@alternative("numerical_gradient")
def on_a_flat_copy(f, x, h=1e-5):
    """Moves the entries of a flat copy and puts each of them back from a note."""
    x = np.array(x, dtype=np.float64, order="C")  # else reshape may copy
    flat, quotients = x.reshape(-1), []
    for i in range(flat.size):
        before = flat[i]
        flat[i] = before + h
        above = float(f(x))
        flat[i] = before - h
        below = float(f(x))
        flat[i] = before
        quotients.append((above - below) / (2 * h))
    return np.array(quotients).reshape(x.shape)


@alternative("numerical_gradient")
def with_an_iterator(f, x, h=1e-5):
    """Walks through x with nditer and its multi_index."""
    x = np.asarray(x).astype(np.float64)
    quotients = np.empty_like(x)
    walk = np.nditer(x, flags=["multi_index"])
    for _ in walk:
        step = np.zeros_like(x)
        step[walk.multi_index] = h
        quotients[walk.multi_index] = 0.5 * (f(x + step) - f(x - step)) / h
    return quotients


@alternative("numerical_gradient")
def all_above_then_all_below(f, x, h=1e-5):
    """First evaluates f at all points above, then at all below."""
    x = np.array(x, dtype=np.float64)

    def moved(h):
        values = []
        for i in range(x.size):
            copy = x.ravel().copy()
            copy[i] += h
            values.append(np.asarray(f(copy.reshape(x.shape))).item())
        return np.array(values)

    return ((moved(h) - moved(-h)) / (2 * h)).reshape(x.shape)


# ---- softmax_cross_entropy -------------------------------------------------------------------------------------


@alternative("softmax_cross_entropy")
def by_one_hot_rows(Z, y):
    """Multiplies with one-hot rows instead of indexing."""
    Z = np.array(Z, dtype=np.float64)
    Z -= Z.max(axis=1, keepdims=True)
    log_p = Z - np.log(np.sum(np.exp(Z), axis=1, keepdims=True))
    Y = np.eye(Z.shape[1])[np.asarray(y)]
    return -np.sum(Y * log_p) / len(Z), (np.exp(log_p) - Y) / len(Z)


@alternative("softmax_cross_entropy")
def object_by_object(Z, y):
    """Loops over objects and classes with the math module."""
    N, total, rows = len(Z), 0.0, []
    for row, label in zip(Z, y, strict=True):
        top = max(row)
        log_sum = top + math.log(math.fsum(math.exp(z - top) for z in row))
        total += log_sum - row[label]
        rows.append([(math.exp(z - log_sum) - (k == label)) / N for k, z in enumerate(row)])
    return float(total / N), np.array(rows, dtype=np.float64)


@alternative("softmax_cross_entropy")
def by_logaddexp(Z, y):
    """Lets numpy add in the logarithmic domain, and takes the label's score by take_along_axis."""
    Z = np.asarray(Z, dtype=np.float64)
    y = np.asarray(y)[:, None]
    log_sum = np.logaddexp.reduce(Z, axis=1, keepdims=True)
    dZ = np.exp(Z - log_sum)
    np.put_along_axis(dZ, y, np.take_along_axis(dZ, y, axis=1) - 1, axis=1)
    return np.mean(log_sum - np.take_along_axis(Z, y, axis=1)), dZ / len(Z)


@alternative("softmax_cross_entropy")
def relative_to_the_label(Z, y):
    """Measures all scores from the label's own; the loss is the log of a sum that contains a 1."""
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    N = Z.shape[0]
    gaps = Z - Z[range(N), y][:, None]
    top = gaps.max(axis=1)
    losses = top + np.log(np.exp(gaps - top[:, None]).sum(axis=1))
    dZ = np.exp(gaps - losses[:, None])
    dZ[range(N), y] = dZ[range(N), y] - 1.0
    return losses.sum() / N, dZ * (1 / N)


# ---- dense_backward --------------------------------------------------------------------------------------------


@alternative("dense_backward")
def by_einsum(dZ, A_prev, W):
    """Writes the sums as they stand in the statement."""
    dZ, A, W = (np.array(part, dtype=np.float64) for part in (dZ, A_prev, W))
    return np.einsum("ri,ij->rj", dZ, W), np.einsum("ri,rj->ij", dZ, A), np.einsum("ri->i", dZ)


@alternative("dense_backward")
def object_after_object(dZ, A_prev, W):
    """Adds an outer product for each object."""
    W = np.asarray(W, dtype=np.float64)
    dA, dW, db = [], np.zeros(W.shape), np.zeros(len(W))
    for dz, a in zip(np.asarray(dZ, dtype=np.float64), np.asarray(A_prev, dtype=np.float64), strict=True):
        dA.append(W.T @ dz)
        dW += np.outer(dz, a)
        db += dz
    return np.array(dA), dW, db


@alternative("dense_backward")
def bias_as_one_more_weight(dZ, A_prev, W):
    """Gives every object a last feature 1, so the biases are a last column of the weights."""
    dZ = np.array(dZ, dtype=np.float64)
    both = dZ.T @ np.hstack([A_prev, np.ones((len(A_prev), 1))])
    return (np.transpose(W) @ dZ.T).T, both[:, :-1], both[:, -1]


@alternative("dense_backward")
def by_plain_loops(dZ, A_prev, W):
    """Three nested loops over Python numbers."""
    N, (n_out, n_in) = len(dZ), np.shape(W)
    dA, dW, db = np.zeros((N, n_in)), np.zeros((n_out, n_in)), np.zeros(n_out)
    for r in range(N):
        for i in range(n_out):
            db[i] += dZ[r][i]
            for j in range(n_in):
                dA[r, j] += dZ[r][i] * W[i][j]
                dW[i, j] += dZ[r][i] * A_prev[r][j]
    return dA, dW, db


# ---- backprop --------------------------------------------------------------------------------------------------


def start(logits, y):
    """Return the loss and its gradient with respect to the logits."""
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    Y = np.eye(logits.shape[1])[np.asarray(y)]
    return float(-(Y * log_p).sum() / len(Y)), (np.exp(log_p) - Y) / len(Y)


@alternative("backprop")
def recursively(params, X, y, act):
    """Each layer asks the rest of the network for the error at its output."""
    f, df = act

    def run(A, layers):
        (W, b), *rest = layers
        Z = A @ W.T + b
        if not rest:
            loss, dZ = start(Z, y)
            grads = []
        else:
            loss, dA, grads = run(f(Z), rest)
            dZ = dA * df(Z)
        return loss, dZ @ W, [(dZ.T @ A, dZ.sum(axis=0)), *grads]

    loss, _, grads = run(np.asarray(X, dtype=np.float64), params)
    return loss, grads


@alternative("backprop")
def with_a_stack_of_closures(params, X, y, act):
    """Every operation leaves a function behind that carries a gradient back through it."""
    f, df = act
    tape, found = [], {}
    A = np.array(X, dtype=np.float64)

    def affine(A, W, b, layer):
        def back(dZ):
            found[layer] = (np.einsum("ri,rj->ij", dZ, A), np.einsum("ri->i", dZ))
            return dZ @ W

        tape.append(back)
        return A @ W.T + b

    def bend(Z):
        tape.append(lambda dA: dA * df(Z))
        return f(Z)

    for layer, (W, b) in enumerate(params):
        A = affine(A, W, b, layer)
        if layer < len(params) - 1:
            A = bend(A)
    loss, error = start(A, y)
    for back in tape[::-1]:
        error = back(error)
    return loss, [found[layer] for layer in range(len(params))]


@alternative("backprop")
def objects_in_columns(params, X, y, act):
    """Works on column vectors, as on the blackboard, with slopes computed on the way forward."""
    f, df = act
    a, received, slopes = np.asarray(X, dtype=np.float64).T, [], []
    for W, b in params[:-1]:
        z = W @ a + b[:, None]
        received.append(a)
        slopes.append(df(z))
        a = f(z)
    received.append(a)
    W, b = params[-1]
    loss, dZ = start((W @ a + b[:, None]).T, y)
    error, grads = dZ.T, []
    for layer in range(len(params), 0, -1):
        grads.insert(0, (error @ received[layer - 1].T, error.sum(axis=1)))
        if layer > 1:
            error = slopes[layer - 2] * (params[layer - 1][0].T @ error)
    return loss, grads


@alternative("backprop")
def biases_among_the_weights(params, X, y, act):
    """Gives every layer a constant input 1, so weights and biases are one matrix; a tuple of lists comes back."""
    f, df = act
    joined = [np.column_stack([W, b]) for W, b in params]
    inputs, Z = [], None
    before = []
    for V in joined:
        A = np.asarray(X, dtype=np.float64) if Z is None else f(Z)
        inputs.append(np.column_stack([A, np.ones(len(A))]))
        Z = inputs[-1] @ V.T
        before.append(Z)
    loss, dZ = start(Z, y)
    grads = [None] * len(params)
    for i in range(len(params) - 1, -1, -1):
        both = dZ.T @ inputs[i]
        grads[i] = [both[:, :-1], both[:, -1]]
        if i:
            dZ = (dZ @ joined[i])[:, :-1] * df(before[i - 1])
    return np.float64(loss), tuple(grads)


@alternative("backprop")
def sum_of_outer_products(params, X, y, act):
    """Adds up an outer product for each object, from errors of the whole batch."""
    f, df = act
    layers = [np.asarray(X, dtype=np.float64)]
    slopes = []
    for depth, (W, b) in enumerate(params, 1):
        Z = layers[-1] @ W.T + b
        if depth < len(params):
            slopes.append(df(Z))
            layers.append(f(Z))
    loss, dZ = start(Z, y)
    grads = []
    for A, (W, _), slope in zip(layers[::-1], params[::-1], [*slopes[::-1], None], strict=True):
        grads.append((sum(np.outer(e, a) for e, a in zip(dZ, A, strict=True)), sum(dZ)))
        if slope is not None:
            dZ = dZ @ W * slope
    return loss, list(reversed(grads))


# ---- mult_counts -----------------------------------------------------------------------------------------------


@alternative("mult_counts")
def by_the_closed_formula(widths, N):
    """Uses 2 N sum - N n_0 n_1."""
    widths = [int(n) for n in widths]
    ahead = int(N) * sum(a * b for a, b in pairwise(widths))
    return ahead, 2 * ahead - int(N) * widths[0] * widths[1]


@alternative("mult_counts")
def layer_by_layer_from_the_end(widths, N):
    """Walks back as backpropagation does, and adds what it does."""
    ahead = back = 0
    for layer in range(len(widths) - 1, 0, -1):
        product = int(N) * int(widths[layer]) * int(widths[layer - 1])
        ahead += product
        back += product
        if layer > 1:
            back += product
    return ahead, back


@alternative("mult_counts")
def by_an_inner_product(widths, N):
    """Multiplies the widths with themselves, shifted by one, in int64."""
    n = np.array(widths, dtype=np.int64)
    return np.dot(n[1:], n[:-1]) * N, (np.dot(n[1:], n[:-1]) + np.dot(n[2:], n[1:-1])) * N


@alternative("mult_counts")
def as_a_list(widths, N):
    """Counts the weight gradients and the errors as networks of their own; a list comes back."""

    def count(widths):
        return sum(math.prod((int(N), int(a), int(b))) for a, b in pairwise(widths))

    return [count(widths), count(widths) + count(widths[1:])]


# ---- capstone_digits -------------------------------------------------------------------------------------------


def gradient(params, X, y):
    """Return the gradient of the loss of a relu network as a list of pairs."""
    A = [X]
    for W, b in params[:-1]:
        A.append(np.maximum(A[-1] @ W.T + b, 0.0))
    W, b = params[-1]
    _, dZ = start(A[-1] @ W.T + b, y)
    grads = []
    for below, (W, _) in zip(A[::-1], params[::-1], strict=True):
        grads.insert(0, (dZ.T @ below, dZ.sum(axis=0)))
        dZ = (dZ @ W) * (below > 0)  # below > 0 where z > 0; for the input it is not used
    return grads


def he(rng, *widths):
    """Return initial weights of variance 2 / n_in and zero biases."""
    return [(rng.normal(0, np.sqrt(2 / a), (b, a)), np.zeros(b)) for a, b in pairwise(widths)]


@alternative("capstone_digits")
def two_hidden_layers(X_train, y_train, rng):
    """A deeper network, trained with a general backprop and with momentum."""
    params = he(rng, 64, 40, 24, 10)
    speed = [(0.0, 0.0)] * 3
    for _ in range(12):
        for block in np.array_split(rng.permutation(len(X_train)), 40):
            grads = gradient(params, X_train[block], y_train[block])
            speed = [(0.8 * u - 0.06 * dW, 0.8 * v - 0.06 * db) for (u, v), (dW, db) in zip(speed, grads, strict=True)]
            params = [(W + u, b + v) for (W, b), (u, v) in zip(params, speed, strict=True)]
    return params


@alternative("capstone_digits")
def by_adam(X_train, y_train, rng):
    """One hidden layer of 64 neurons and Adam's steps, in lists."""
    parts = [part for layer in he(rng, 64, 64, 10) for part in layer]
    first, second = [np.zeros(p.shape) for p in parts], [np.zeros(p.shape) for p in parts]
    t = 0
    for _ in range(15):
        for block in np.array_split(rng.permutation(len(X_train)), 20):
            t += 1
            grads = gradient([parts[:2], parts[2:]], X_train[block], y_train[block])
            for i, g in enumerate(part for layer in grads for part in layer):
                first[i] = 0.9 * first[i] + 0.1 * g
                second[i] = 0.999 * second[i] + 0.001 * g**2
                step = (first[i] / (1 - 0.9**t)) / (np.sqrt(second[i] / (1 - 0.999**t)) + 1e-8)
                parts[i] = parts[i] - 0.006 * step
    return [[parts[0].tolist(), parts[1].tolist()], [parts[2].tolist(), parts[3].tolist()]]


@alternative("capstone_digits")
def whole_batches(X_train, y_train, rng):
    """No blocks: gradient descent on all images with heavy momentum, in float32 at the end."""
    params = he(rng, 64, 32, 10)
    speed = [(0.0, 0.0)] * 2
    for _ in range(120):
        grads = gradient(params, X_train, y_train)
        speed = [(0.9 * u - 0.15 * dW, 0.9 * v - 0.15 * db) for (u, v), (dW, db) in zip(speed, grads, strict=True)]
        params = [(W + u, b + v) for (W, b), (u, v) in zip(params, speed, strict=True)]
    return tuple((W.astype(np.float32), b.astype(np.float32)) for W, b in params)


@alternative("capstone_digits")
def random_hidden_layer(X_train, y_train, rng):
    """130 random hidden neurons and a ridge fit of scaled targets: allowed, and no gradient at all."""
    W, b = rng.normal(0, 1 / 8, (130, 64)), rng.normal(0, 0.1, 130)
    H = np.column_stack([np.maximum(X_train @ W.T + b, 0.0), np.ones(len(X_train))])
    V = np.linalg.solve(H.T @ H + 0.03 * np.eye(131), H.T @ (8 * np.eye(10)[y_train]))
    return [(W, b), (V[:-1].T, V[-1])]
