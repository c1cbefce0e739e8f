# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from autograder import check

BLUE, ORANGE, GREY = "#1f5fa8", "#e07b00", "#8a8a8a"
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), width_ratios=[1, 1.7])

left.scatter([0, 1], [1, 0], s=130, color=ORANGE, zorder=3)
left.scatter([0, 1], [0, 1], s=130, facecolor="white", edgecolor=BLUE, linewidth=2, zorder=3)
for slope, height in [(1, 0.5), (-1, 0.5), (-1, 1.5)]:
    t = np.array([-0.4, 1.4])
    left.plot(t, slope * t + height, "--", color=GREY, linewidth=1)
left.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xticks=[0, 1], yticks=[0, 1], xlabel="$x_1$", ylabel="$x_2$")
left.set(title="Three attempts to divide by a line", aspect="equal")

layers = [2, 4, 4, 3]
heights = [np.arange(width) - (width - 1) / 2 for width in layers]
for depth, (before, after) in enumerate(pairwise(heights)):
    for tail in before:
        for head in after:
            right.plot([depth, depth + 1], [tail, head], color=GREY, linewidth=0.7, zorder=1)
    right.text(depth + 0.5, 2.25, f"$W_{depth + 1},\\ b_{depth + 1}$", ha="center", fontsize=12)
for depth, column in enumerate(heights):
    color = BLUE if depth == 0 else GREY if depth == len(layers) - 1 else ORANGE
    right.scatter([depth] * len(column), column, s=330, color=color, edgecolor="white", zorder=2)
for depth, word in enumerate(["input $x^0$", "hidden $x^1$\n(bent)", "hidden $x^2$\n(bent)", "output\n(not bent)"]):
    right.text(depth, -2.1, word, ha="center", va="top")
right.set(xlim=(-0.4, 3.4), ylim=(-2.9, 2.7), title="A network of widths 2, 4, 4, 3")
right.axis("off")
plt.show()

# %%
def activation(name, z):
    """Apply the activation called ``name`` to every entry of z.

    name : "relu", "abs", "leaky_relu" (slope 0.01 for z < 0), "sigmoid" or "tanh"
    z : number, nested list or array of any shape
    returns : float64, same shape as z
    raises : ValueError for any other name
    """
    #: start from a float64 version of z, and remember that it may still be the caller's array
    z = np.asarray(z, dtype=np.float64)
    if name == "relu":
        return np.maximum(z, 0.0)
    if name == "abs":
        return np.abs(z)
    if name == "leaky_relu":
        return np.maximum(z, 0.01 * z)
    if name == "sigmoid":
        # e^{-|z|} is at most 1: no overflow on either side
        small = np.exp(-np.abs(z))
        return np.where(z >= 0, 1.0, small) / (1.0 + small)
    if name == "tanh":
        return np.tanh(z)
    raise ValueError(f"unknown activation {name!r}; expected relu, abs, leaky_relu, sigmoid or tanh")

# %%
z = np.linspace(-4, 4, 401)
fig, axes = plt.subplots(1, 5, figsize=(11, 2.4), sharex=True)
for ax, name in zip(axes, ["relu", "abs", "leaky_relu", "sigmoid", "tanh"], strict=True):
    ax.axhline(0, color=GREY, linewidth=0.6)
    ax.axvline(0, color=GREY, linewidth=0.6)
    ax.plot(z, activation(name, z), color=BLUE, linewidth=2)
    ax.set(title=name, xlabel="$z$", xticks=[-4, 0, 4])
plt.show()

# %%
def relu(z):
    """Your own relu, for the pictures below."""
    return activation("relu", z)

# %%
def softmax(Z):
    """Turn each row of scores into probabilities.

    Z : array or nested list, shape (N, K)
    returns : float64 array, shape (N, K); no entry is negative, and each row sums to 1
    """
    #: which constant c makes the largest exponent of a row harmless?
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max(axis=1, keepdims=True)
    E = np.exp(shifted)
    return E / E.sum(axis=1, keepdims=True)

# %%
scores = np.array([1.0, 2.0, 0.5, 2.5])
variants = {"$z$": scores, "$z + 100$": scores + 100, "$z / 5$": scores / 5, "$5z$": 5 * scores}
fig, axes = plt.subplots(1, 4, figsize=(10, 2.6), sharey=True)
for ax, (label, row) in zip(axes, variants.items(), strict=True):
    ax.bar([1, 2, 3, 4], softmax(row[None, :])[0], color=BLUE)
    ax.set(title=label, xlabel="class $k$", ylim=(0, 1), xticks=[1, 2, 3, 4])
axes[0].set_ylabel("$p_k$")
plt.show()

# %%
def log_softmax(Z):
    """Return the logarithm of the softmax of each row.

    Z : array or nested list, shape (N, K)
    returns : float64 array, shape (N, K); the exponentials of each row sum to 1
    """
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

# %%
gap = np.linspace(0, 1000, 501)
pairs = np.column_stack([np.zeros_like(gap), -gap])
with np.errstate(divide="ignore"):
    two_steps = np.log(np.exp(-gap) / (1 + np.exp(-gap)))
fig, ax = plt.subplots(figsize=(6, 3.2))
ax.plot(gap, log_softmax(pairs)[:, 1], color=BLUE, linewidth=2, label="log_softmax")
ax.plot(gap, two_steps, "--", color=ORANGE, linewidth=3, label="log of the probability")
end = gap[np.isfinite(two_steps)][-1]
ax.plot(end, -end, "o", color=ORANGE)
ax.annotate(r"from here on $-\infty$", (end, -end), (end - 480, -end - 130), arrowprops={"arrowstyle": "->"})
ax.set(xlabel="gap $t$ between the two scores", ylabel=r"$\log p_2$")
ax.legend()
plt.show()

# %%
def forward(X, params, act):
    """Evaluate a network on every row of X.

    X : array or nested list, shape (N, n_0)
    params : list [(W1, b1), ..., (WL, bL)] of arrays, Wl of shape (n_l, n_{l-1}), bl of shape (n_l,)
    act : function applied to the hidden layers l < L, entry by entry
    returns : float64 array, shape (N, n_L)
    """
    #: in a batch the objects are rows, so W x + b reads X @ W.T + b
    X = np.asarray(X, dtype=np.float64)
    *hidden, (W_last, b_last) = params
    for W, b in hidden:
        X = act(X @ W.T + b)
    return X @ W_last.T + b_last

# %%
rng = np.random.default_rng(4)
widths = [2, 8, 8, 1]
params = [(rng.standard_normal((n_out, n_in)), rng.standard_normal(n_out)) for n_in, n_out in pairwise(widths)]
side = np.linspace(-3, 3, 151)
plane = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])

fig, axes = plt.subplots(1, 2, figsize=(9, 3.8))
for ax, (name, act) in zip(axes, {"relu": relu, "tanh": np.tanh}.items(), strict=True):
    values = forward(plane, params, act).reshape(len(side), len(side))
    picture = ax.contourf(side, side, values, levels=24, cmap="viridis")
    ax.contour(side, side, values, levels=24, colors="white", linewidths=0.4)
    ax.set(title=f"act = {name}", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    fig.colorbar(picture, ax=ax)
plt.show()

# %%
def count_parameters(widths):
    """Count the weights and biases of a network.

    widths : list, tuple or integer array (n_0, ..., n_L), L >= 1
    returns : int
    """
    total = 0
    for n_in, n_out in pairwise(widths):
        total += int(n_out) * (int(n_in) + 1)
    return total

# %%
for widths in ([64, 10], [64, 300, 10], [64, 100, 100, 10], [64, 50, 50, 50, 50, 10], [784, 1000, 1000, 1000, 10]):
    print(f"{count_parameters(widths):>10,}  parameters for widths {widths}")

# %%
def collapse_affine(params):
    """Write a network without activation as one affine map x -> W x + b.

    params : list [(W1, b1), ..., (WL, bL)] of arrays, Wl of shape (n_l, n_{l-1}), bl of shape (n_l,)
    returns : pair (W, b) of float64 arrays, shapes (n_L, n_0) and (n_L,)
    """
    #: keep the map of the layers so far and let one more layer act on it
    first_W, first_b = params[0]
    W, b = np.array(first_W, dtype=np.float64), np.array(first_b, dtype=np.float64)
    for next_W, next_b in params[1:]:
        W, b = next_W @ W, next_W @ b + next_b
    return W, b

# %%
rng = np.random.default_rng(18)
widths = [1] + [12] * 19 + [1]
params = [
    (rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in), 0.5 * rng.standard_normal(n_out))
    for n_in, n_out in pairwise(widths)
]
W, b = collapse_affine(params)
t = np.linspace(-8, 8, 400)
bent = forward(t[:, None], params, relu)[:, 0]

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot(t, t * W[0, 0] + b[0], color=GREY, linewidth=2)
left.set(title="20 layers, no activation", xlabel="$x$", ylabel="$f(x)$")
right.plot(t, bent, color=BLUE, linewidth=2)
right.set(title="the same 20 layers, relu", xlabel="$x$", ylabel="$f(x)$")
plt.show()

# %%
def xor_network():
    """Return a relu network with one hidden layer of at most 3 neurons that computes the exclusive or.

    returns : [(W1, b1), (W2, b2)], shapes (m, 2), (m,), (1, m), (1,) with m <= 3
    """
    # the tent relu(s) - 2 relu(s - 1) rises from 0 to 1 and falls back to 0
    W1 = np.array([[1.0, 1.0], [1.0, 1.0]])
    b1 = np.array([0.0, -1.0])
    W2 = np.array([[1.0, -2.0]])
    b2 = np.array([0.0])
    return [(W1, b1), (W2, b2)]

# %%
side = np.linspace(-0.6, 1.6, 221)
plane = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
values = forward(plane, xor_network(), relu).reshape(len(side), len(side))

fig, ax = plt.subplots(figsize=(4.8, 3.8))
picture = ax.contourf(side, side, values, levels=np.arange(-1.125, 2.2, 0.25), cmap="PuOr_r", extend="both")
ax.contour(side, side, values, levels=[0.5], colors="black", linewidths=1.5)
ax.scatter([0, 1], [1, 0], s=130, color=ORANGE, edgecolor="black", zorder=3)
ax.scatter([0, 1], [0, 1], s=130, facecolor="white", edgecolor=BLUE, linewidth=2, zorder=3)
fig.colorbar(picture, ax=ax, label="$f(x)$", ticks=[-1, 0, 0.5, 1, 2])
ax.set(title=r"Decision boundary $f = \frac{1}{2}$", xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1])
ax.set_aspect("equal")
plt.show()

# %%
def relu_interpolant(x, y):
    """Return a relu network with one hidden layer that draws the broken line through the points (x_i, y_i).

    x : array or list, shape (m + 1,), increasing, m >= 1
    y : array or list, shape (m + 1,)
    returns : [(W1, b1), (W2, b2)], shapes (h, 1), (h,), (1, h), (1,) with h <= m + 1
    """
    #: a neuron relu(t - x_i) changes the slope at x_i and leaves everything to the left of x_i alone
    x = np.asarray(x, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    slopes = np.diff(y) / np.diff(x)
    bends = np.diff(slopes, prepend=0.0)  # by how much the slope changes at x_0, ..., x_{m-1}

    W1 = np.ones((len(bends), 1))
    b1 = -x[:-1]
    W2 = bends[None, :]
    b2 = y[:1].copy()
    return [(W1, b1), (W2, b2)]

# %%
def curve(t):
    return np.sin(t) + np.sin(3 * t) / 2


t = np.linspace(0, 2 * np.pi, 4001)
sizes = [4, 8, 16, 32, 64, 128, 256, 512]
drawings = {}
for m in sizes:
    x = np.linspace(0, 2 * np.pi, m + 1)
    drawings[m] = forward(t[:, None], relu_interpolant(x, curve(x)), relu)[:, 0]
errors = [np.max(np.abs(drawings[m] - curve(t))) for m in sizes]

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=[1.4, 1])
left.plot(t, curve(t), color="black", linewidth=3, alpha=0.25, label="$u$")
for m, color in zip([4, 8, 16], [GREY, ORANGE, BLUE], strict=True):
    left.plot(t, drawings[m], color=color, label=f"$m = {m}$")
left.set(xlabel="$t$", title="The network approaches the curve")
left.legend()
bound = (2 * np.pi / np.array(sizes)) ** 2 / 8 * np.max(np.abs(np.sin(t) + 4.5 * np.sin(3 * t)))
right.loglog(sizes, bound, "--", color=GREY, label=r"$\frac{1}{8} h^2 \max|u^{\prime\prime}|$")
right.loglog(sizes, errors, "o-", color=BLUE, label="largest error")
right.set(xlabel="number of pieces $m$", title="Four times smaller at each doubling")
right.set_xticks(sizes[::2], [str(m) for m in sizes[::2]])
right.minorticks_off()
right.legend()
plt.show()

# %%
digits = np.load("data/digits.npz")
images = digits["X"] / 16  # (1797, 64), counts 0..16 scaled to [0, 1]
labels = digits["y"]  # (1797,), 0..9

# %%
def show_digits(ax, rows, words):
    """Draw rows of images, with words below the columns."""
    framed = [[np.pad(image.reshape(8, 8), 1) for image in row] for row in rows]
    ax.imshow(np.block(framed), cmap="gray_r")
    ax.set_xticks(10 * np.arange(len(words)) + 4.5, words)
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


fig, ax = plt.subplots(figsize=(7, 3.2))
show_digits(ax, [[images[labels == digit][i] for digit in range(10)] for i in range(4)], range(10))
plt.show()

# %%
def capstone_digits(X_train, y_train, X_test, rng):
    """Predict the digits shown by the test images.

    X_train : float64 array, shape (N, 64), values in [0, 1]
    y_train : int array, shape (N,), values 0..9
    X_test : float64 array, shape (M, 64)
    rng : numpy.random.Generator, the only source of randomness
    returns : array of predicted digits, shape (M,)
    """
    n_hidden = 300
    W = rng.standard_normal((n_hidden, 64)) / 8
    b = 0.1 * rng.standard_normal(n_hidden)

    def hidden(X):
        H = np.maximum(X @ W.T + b, 0.0)
        return np.column_stack([H, np.ones(len(H))])  # the ones carry the output bias

    targets = np.eye(10)[y_train]
    V, *_ = np.linalg.lstsq(hidden(X_train), targets, rcond=None)
    return np.argmax(hidden(X_test) @ V, axis=1)

# %%
rng = np.random.default_rng(0)
order = rng.permutation(len(labels))
train, test = order[:1200], order[1200:]
predicted = np.asarray(capstone_digits(images[train], labels[train], images[test], rng))
print(f"accuracy {np.mean(predicted == labels[test]):.3f} on {len(test)} images")

wrong = np.flatnonzero(predicted != labels[test])[:10]
fig, ax = plt.subplots(figsize=(9, 1.6))
words = [f"a {labels[test[i]]},\nread as {predicted[i]}" for i in wrong]
show_digits(ax, [images[test[wrong]]], words)
plt.show()
