# ---
# title: Artificial neural networks
# chapter: 4
# points: 100
# summary: Build a network from affine maps and one bend, see why it must bend, let it draw any curve and read digits.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# ---

# %% [markdown]
# # Artificial neural networks
#
# **What can a network compute that a straight line cannot?**
#
# An artificial neural network uses only two kinds of operation: affine maps $x \mapsto Wx + b$, and one fixed function
# of one variable, the *activation*, applied to every coordinate. Nothing could be plainer. Yet such formulas read
# handwriting. In this assignment you build one from its parts and find out where its power comes from:
#
# * **The parts.** Activations bend (2.1); softmax turns scores into probabilities (2.2, 2.3).
# * **The whole.** Layers are composed (2.4) and their parameters counted (2.5).
# * **The bend is everything.** Without it, a hundred layers are worth one (2.6). With it, two neurons do what no
#   straight line can (2.7), and $m$ neurons draw any curve (2.8).
# * **At work.** Three hundred neurons, nearly all of them left at random, read handwritten digits (2.9).
#
# Below on the left is the difficulty in its smallest form: no straight line has the two filled points on one side and
# the two open ones on the other. On the right is the kind of object that will resolve it.

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

# %% [markdown]
# ## What holds throughout
#
# * **Objects are rows.** A batch of $N$ objects with $n$ features is an array `X` of shape `(N, n)`. A vector has shape
#   `(n,)`, never `(n, 1)`.
# * **A layer** is the map $x \mapsto Wx + b$ with `W` of shape `(n_out, n_in)` and `b` of shape `(n_out,)`: row $i$ of
#   $W$ holds the weights of neuron $i$. **A network** is a list of such pairs, `params = [(W1, b1), ..., (WL, bL)]`.
# * **The activation acts on the hidden layers only.** The last layer is affine.
# * **Answers are NumPy arrays of dtype `float64`** unless an exercise says otherwise, also when the input holds
#   integers or is a nested list. (A function that must accept lists says so in its docstring.)
# * **Inputs belong to the caller.** Never change an array you were handed; work on a copy.
# * **$\log$ is the natural logarithm.** Answers are compared up to rounding (relative $10^{-9}$ unless stated), so any
#   correct order of summation is fine. NumPy's warnings cost nothing; a `nan` where a finite number exists does.
# * Use `numpy` and the standard library; `matplotlib` for pictures.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise calls another one of yours, so
# a slip in one does not cost you the next; only the pictures do.

# %% [markdown]
# ## Exercise 2.1: activation
#
# The activation is the only place where a network can bend. Five common ones, each a function
# $\mathbb{R} \to \mathbb{R}$ that acts on every entry of an array:
#
# | name | $f(z)$ | |
# |---|---|---|
# | `"relu"` | $\max(z, 0)$ | one kink; the workhorse |
# | `"abs"` | $\lvert z \rvert$ | two relus back to back |
# | `"leaky_relu"` | $\max(z,\ 0.01\,z)$ | never quite flat |
# | `"sigmoid"` | $\sigma(z) = \dfrac{1}{1 + e^{-z}}$ | a smooth step from 0 to 1 |
# | `"tanh"` | $\tanh z$ | a smooth step from −1 to 1 |
#
# `activation(name, z)` returns $f(z)$ with the shape of `z`, in float64. Here `z` may be a plain number (the answer is
# then a number or an array of shape `()`), a nested list, or an array of any shape, of integers too. Every other `name`
# raises a `ValueError`.
#
# The answer must be finite and right for *every* finite $z$, up to $\pm 10^{308}$. That rules out some formulas that
# are correct on paper: try $e^z / (1 + e^z)$ at $z = 1000$.
#
# **By hand.** For $z = (-2, 0, 3)$: relu gives $(0, 0, 3)$, abs $(2, 0, 3)$, leaky relu $(-0.02, 0, 3)$. Further
# $\sigma(0) = \tfrac12$ and $\sigma(\log 3) = \tfrac34$.


# %% tags=["exercise"]
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


# %% [markdown]
# **Look.** Which of these is not monotone? Which is bounded? Which two are the same curve up to shifting and scaling?

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


# %% [markdown]
# ## Exercise 2.2: softmax
#
# A classifier with $K$ classes ends in $K$ real scores, the *logits* $z_1, \dots, z_K$. Softmax makes a probability
# distribution of them:
#
# $$p_k = \frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}}, \qquad k = 1, \dots, K.$$
#
# `softmax(Z)` does this **for each row** of the array (or nested list) `Z` of shape `(N, K)`, $N, K \ge 1$; the result
# has the same shape.
#
# Scores of size 1000 are nothing unusual, but $e^{1000}$ does not exist in floating point. The way out is an identity:
# adding one constant to all scores of a row changes nothing,
#
# $$\frac{e^{z_k + c}}{\sum_j e^{z_j + c}} = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad \text{for every } c \in \mathbb{R},$$
#
# so each row may choose the $c$ that suits it. Entries up to $\pm 10^4$ must give finite probabilities, also when one
# row of the batch sits at $+10^4$ and another at $-10^4$.
#
# **By hand.** The row $(0, \log 2, \log 5)$ gives $(\tfrac18, \tfrac28, \tfrac58)$.


# %% tags=["exercise"]
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


# %% [markdown]
# **Look.** Shifting a row changes nothing; scaling it does. As the factor grows, softmax approaches "all on the
# largest" (hence its name: a soft maximum); as it shrinks, "all equal". Only *differences* of scores matter: one more
# unit multiplies the odds by $e$.

# %%
scores = np.array([1.0, 2.0, 0.5, 2.5])
variants = {"$z$": scores, "$z + 100$": scores + 100, "$z / 5$": scores / 5, "$5z$": 5 * scores}
fig, axes = plt.subplots(1, 4, figsize=(10, 2.6), sharey=True)
for ax, (label, row) in zip(axes, variants.items(), strict=True):
    ax.bar([1, 2, 3, 4], softmax(row[None, :])[0], color=BLUE)
    ax.set(title=label, xlabel="class $k$", ylim=(0, 1), xticks=[1, 2, 3, 4])
axes[0].set_ylabel("$p_k$")
plt.show()

# %% [markdown]
# ## Exercise 2.3: log_softmax
#
# Training asks for $\log p_k$ rather than $p_k$: the cross-entropy loss is minus the average of $\log p_k$ over the
# objects, with $k$ the true class of each. Taking the logarithm of Exercise 2.2 is a bad idea. A class whose score lies
# 800 below the best one has a probability that floating point rounds to 0, and its logarithm becomes $-\infty$. Yet the
# true value is about $-800$ and perfectly harmless. So compute the logarithm on paper first:
#
# $$\log p_k = z_k - \log \sum_{j=1}^{K} e^{z_j}.$$
#
# `log_softmax(Z)` returns this for each row of the array (or nested list) `Z` of shape `(N, K)`. Entries up to
# $\pm 10^4$ must give finite and accurate values, within a row and between rows. The sum can overflow just as before,
# and the same shift cures it; mind that the logarithm of the sum does feel the shift.
#
# **By hand.** The row $(0, \log 2, \log 5)$ gives $(-\log 8, -\log 4, \log \tfrac58)$.


# %% tags=["exercise"]
def log_softmax(Z):
    """Return the logarithm of the softmax of each row.

    Z : array or nested list, shape (N, K)
    returns : float64 array, shape (N, K); the exponentials of each row sum to 1
    """
    Z = np.asarray(Z, dtype=np.float64)
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


# %% [markdown]
# **Look.** Two classes, scores $(0, -t)$: the second one's log-probability as the gap $t$ widens. The true curve is
# almost $-t$. The two-step version first loses its digits, then stops existing altogether.

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

# %% [markdown]
# ## Exercise 2.4: forward
#
# Now the network itself. With layers $(W_1, b_1), \dots, (W_L, b_L)$ and an activation $\lambda$, an object $x$ passes
# through
#
# $$x^0 = x, \qquad x^l = \lambda\big(W_l\, x^{l-1} + b_l\big) \quad (l = 1, \dots, L-1), \qquad
#   f(x) = W_L\, x^{L-1} + b_L .$$
#
# The last layer is *not* bent: its outputs are scores or predicted values and must be free to take any sign. A network
# with $L = 1$ is therefore an affine map, and its activation is never called.
#
# `forward(X, params, act)` returns the array of shape `(N, n_L)` whose row $i$ is $f$ of row $i$ of `X`.
#
# * `X` has shape `(N, n_0)`, $N \ge 1$; it may hold integers or be a nested list. The result is two-dimensional also
#   when $N = 1$ or $n_L = 1$.
# * `params` is a list of pairs of NumPy arrays, `W` of shape `(n_out, n_in)` and `b` of shape `(n_out,)`, possibly of
#   integers.
# * `act` is a function that acts on every entry of an array of any shape, such as `np.tanh`.
#
# **By hand.** Take $W_1 = \begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix}$, $b_1 = \begin{pmatrix} 0 \\ 1 \end{pmatrix}$,
# $W_2 = \begin{pmatrix} 3 & 4 \end{pmatrix}$, $b_2 = (-5)$ and relu. The object $x = (1, 2)$ gives
# $W_1 x + b_1 = (5, -1)$, then $x^1 = (5, 0)$, and $f(x) = 15 - 5 = 10$.


# %% tags=["exercise"]
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


# %% [markdown]
# **Look.** Two networks with the *same* random weights, $\mathbb{R}^2 \to \mathbb{R}$, coloured by their value. With
# relu the plane falls into polygons on each of which the network is affine: every neuron adds a crease. With tanh
# everything is smooth. How many creases do you expect if you count the neurons of the first layer?


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

# %% [markdown]
# ## Exercise 2.5: count_parameters
#
# All entries of all $W_l$ and $b_l$ together are the network's parameters $\alpha \in \mathbb{R}^\mu$. Training means
# searching this space, so its dimension is worth knowing. For the widths $n_0$ (input), $n_1, \dots, n_{L-1}$ (hidden)
# and $n_L$ (output),
#
# $$\mu = \sum_{l=1}^{L} n_l\,(n_{l-1} + 1):$$
#
# neuron by neuron, one weight for each input and one bias. The input layer has no parameters of its own.
#
# `count_parameters(widths)` takes a list, tuple or integer array $(n_0, \dots, n_L)$ with $L \ge 1$ and returns an
# integer (Python's `int` or an `int64`), exactly, however large.
#
# **By hand.** Widths $(2, 3, 1)$: $3 \cdot 3 + 1 \cdot 4 = 13$.


# %% tags=["exercise"]
def count_parameters(widths):
    """Count the weights and biases of a network.

    widths : list, tuple or integer array (n_0, ..., n_L), L >= 1
    returns : int
    """
    total = 0
    for n_in, n_out in pairwise(widths):
        total += int(n_out) * (int(n_in) + 1)
    return total


# %% [markdown]
# **Look.** Depth is cheap and width is dear: in the middle of a network the count grows with the *square* of the width.

# %%
for widths in ([64, 10], [64, 300, 10], [64, 100, 100, 10], [64, 50, 50, 50, 50, 10], [784, 1000, 1000, 1000, 10]):
    print(f"{count_parameters(widths):>10,}  parameters for widths {widths}")

# %% [markdown]
# ## Exercise 2.6: collapse_affine
#
# Suppose the activation is left out, or is the identity. Two layers then give
#
# $$W_2 (W_1 x + b_1) + b_2 = (W_2 W_1)\, x + (W_2 b_1 + b_2),$$
#
# again one affine map. By induction a network of $L$ such layers is $x \mapsto Wx + b$ with
#
# $$W = W_L W_{L-1} \cdots W_1, \qquad b = \sum_{l=1}^{L} W_L \cdots W_{l+1}\, b_l \qquad
#   (\text{the term } l = L \text{ is } b_L \text{ itself}).$$
#
# However deep, it can do nothing that a single layer could not. **This is why a network must bend.**
#
# `collapse_affine(params)` returns the pair `(W, b)` of shapes `(n_L, n_0)` and `(n_L,)`, in float64. `params` is a
# list of $L \ge 1$ pairs of arrays as in 2.4 (integers possible); for $L = 1$ the answer equals the only layer.
#
# **By hand.** For $W_1 = \begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix}$, $b_1 = \begin{pmatrix} 1 \\ 0 \end{pmatrix}$,
# $W_2 = \begin{pmatrix} 1 & 0 \\ 3 & 1 \end{pmatrix}$, $b_2 = \begin{pmatrix} 0 \\ 2 \end{pmatrix}$:
# $W = \begin{pmatrix} 1 & 2 \\ 3 & 7 \end{pmatrix}$, $b = \begin{pmatrix} 1 \\ 5 \end{pmatrix}$. (The other order of
# multiplication would give $\begin{pmatrix} 7 & 2 \\ 3 & 1 \end{pmatrix}$.)


# %% tags=["exercise"]
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


# %% [markdown]
# **Look.** Twenty layers of random weights, $\mathbb{R} \to \mathbb{R}$. Without activation all that depth draws a
# straight line, the one you computed. The same weights with relu (drawn with your own `forward`) bend.

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

# %% [markdown]
# **Think** (not graded). Suppose a hidden layer in the middle has a single neuron. What does that say about the rank of
# $W$, and about what the network can still tell apart?

# %% [markdown] tags=["answer"]
# $W$ contains the factor $W_{l+1} W_l$ with $W_l$ a row and $W_{l+1}$ a column, so its rank is at most 1 (in general:
# at most the smallest width). All inputs with the same value of one linear functional become indistinguishable:
# whatever the layer could not carry is lost for all later layers.

# %% [markdown]
# ## Exercise 2.7: xor_network
#
# Back to the four points of the first picture. We want $f : \mathbb{R}^2 \to \mathbb{R}$ with
#
# $$f(0,0) = 0, \qquad f(0,1) = 1, \qquad f(1,0) = 1, \qquad f(1,1) = 0,$$
#
# the *exclusive or* of two bits. No affine $f$ does it: for affine maps $f(0,0) + f(1,1) = f(0,1) + f(1,0)$ always
# (both sides are twice the value at the centre of the square), and here the sides are 0 and 2.
#
# One hidden layer of relu neurons suffices. `xor_network()` returns `[(W1, b1), (W2, b2)]` with at most **three**
# hidden neurons: shapes `(m, 2)`, `(m,)`, `(1, m)`, `(1,)` with $1 \le m \le 3$. You find the weights by thinking,
# not by training. We evaluate the network as in 2.4 with relu.
#
# Half of the points: $f > \tfrac12$ where it should be 1, and $f < \tfrac12$ where it should be 0. All points: the four
# values are exact (to $10^{-9}$). What $f$ does elsewhere is up to you, and there are many right answers.
#
# **A way in.** The wanted values depend on $s = x_1 + x_2$ only, which is $0, 1, 1, 2$ at the four points. So it is
# enough to find a function of *one* variable with values $0, 1, 0$ at $s = 0, 1, 2$. To warm up, check by hand that
# $\mathrm{relu}(s) - \mathrm{relu}(s - 1)$ has the values $0, 1, 1$ there: that is the ordinary "or".


# %% tags=["exercise"]
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


# %% [markdown]
# **Look.** The line $f = \tfrac12$ of your network, drawn with your own `forward` and relu, separates the points. It is
# no longer a straight line.

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

# %% [markdown]
# ## Exercise 2.8: relu_interpolant
#
# The *universal approximation theorem* says that networks with one hidden layer, if it is wide enough, come as close as
# we like to every continuous function on a compact set (all it asks of a continuous activation is not to be a
# polynomial). In one dimension, with relu, you can prove it by building the network.
#
# Given are points $x_0 < x_1 < \dots < x_m$, **not** equally spaced, and values $y_0, \dots, y_m$, with $m \ge 1$. Let
# $g$ be the broken line through them: continuous on $[x_0, x_m]$, affine on each $[x_{i-1}, x_i]$, with slope
#
# $$s_i = \frac{y_i - y_{i-1}}{x_i - x_{i-1}}, \qquad i = 1, \dots, m .$$
#
# `relu_interpolant(x, y)` returns a relu network $\mathbb{R} \to \mathbb{R}$ with one hidden layer of at most $m + 1$
# neurons that **equals $g$ on $[x_0, x_m]$**:
# `[(W1, b1), (W2, b2)]` of shapes `(h, 1)`, `(h,)`, `(1, h)`, `(1,)` with $1 \le h \le m + 1$. Outside the interval it
# may do what it likes. `x` and `y` have shape `(m + 1,)`; integers and lists are allowed.
#
# We evaluate your network as in 2.4 with relu. Values may be off by at most $10^{-7}$ times
# $\max_i |y_i| + (x_m - x_0) \max_i |s_i|$, so any sensible construction passes, whichever way its neurons face.
#
# **By hand.** Through $(0, 1), (1, 3), (3, 2)$ the slopes are $2$ and $-\tfrac12$, and
# $f(t) = 1 + 2\,\mathrm{relu}(t) - \tfrac52\,\mathrm{relu}(t - 1)$ does it: $f(3) = 1 + 6 - 5 = 2$. Where does the
# $\tfrac52$ come from?


# %% tags=["exercise"]
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


# %% [markdown]
# **Look.** Your networks (drawn with your own `forward`) approach the curve $u(t) = \sin t + \tfrac12 \sin 3t$ as
# neurons are added. On an interval of length $h$ a chord misses a twice differentiable $u$ by at most
# $\tfrac18 h^2 \max |u''|$, so halving the spacing divides the error by four: on log-log axes the errors fall along a
# line of slope $-2$. That is the theorem, with a rate.


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

# %% [markdown]
# **Think** (not graded). Why does this prove the approximation theorem on $[a, b]$ for *every* continuous function, not
# only for twice differentiable ones?

# %% [markdown] tags=["answer"]
# A continuous $u$ on $[a, b]$ is uniformly continuous: for each $\varepsilon > 0$ there is a spacing $h$ such that $u$
# varies by less than $\varepsilon$ on every interval of length $h$. On such an interval the chord lies between the two
# end values of $u$, so it stays within $\varepsilon$ of $u$. Hence the broken line, which a network of $m = (b - a)/h$
# neurons equals, is uniformly $\varepsilon$-close. What is lost without derivatives is only the rate.

# %% [markdown]
# ## Networks at work: handwritten digits
#
# The data for the last exercise are 1797 handwritten digits of $8 \times 8$ pixels with values from 0 to 1
# (`data/README.md` tells where they come from). Each image is a point of $\mathbb{R}^{64}$; its class is the digit.

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

# %% [markdown]
# ## Exercise 2.9: capstone_digits
#
# `capstone_digits(X_train, y_train, X_test, rng)` learns from $N$ labelled images and predicts the labels of $M$ more.
# Shapes: `X_train` `(N, 64)` with values in $[0, 1]$, `y_train` `(N,)` of integers 0..9, `X_test` `(M, 64)`; the answer
# is `(M,)`, the predicted digits.
#
# Here is a recipe that needs no training loop. Take **one hidden layer of 300 relu neurons with random weights**, each
# drawn from $\mathcal{N}(0, \tfrac{1}{64})$, and small random biases, and leave them as they are. Only the output layer
# is fitted: if $H$ is the `(N, 301)` array of hidden values and a last column of ones, and $T$ the `(N, 10)` array of
# one-hot rows (1 at the digit, 0 elsewhere), choose $V$ to minimise $\lVert H V - T \rVert^2$, a linear least-squares
# problem (`np.linalg.lstsq`). Predict the class with the largest output. All randomness comes from `rng`, a
# `numpy.random.Generator`.
#
# **Why it matters.** Without the bend the 300 neurons collapse to a linear classifier (2.6 says so), which reads about
# 93 % of the digits. With it, the same random neurons read 97 %.
#
# **Grading.** Mean accuracy over three random splits into 1200 training and 597 test images: at least **0.90** earns
# half of the points, at least **0.95** all of them. You may use any method that stays within 10 s per call; the recipe
# takes a fraction of a second.


# %% tags=["exercise"]
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


# %% [markdown]
# **Look.** Ten images that your classifier gets wrong. Would you have done better?

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

# %% [markdown]
# ## What you have built
#
# An affine map cannot bend, and composing affine maps does not help (2.6). One kink is enough to change that: kinks add
# up to tents (2.7) and to every broken line (2.8), and broken lines approach every continuous function. The digits show
# the same in 64 dimensions, with kinks placed at random (2.9). What is missing is a way to put the kinks where they are
# most useful, by learning *all* the weights. That takes a loss to measure success, and its gradient to improve it: the
# subjects of the assignments on gradient descent and backpropagation.
