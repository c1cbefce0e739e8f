# ---
# title: Backpropagation
# chapter: 9
# points: 100
# summary: Apply the chain rule from the back, get every derivative for the price of two passes, and train a network.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# ---

# %% [markdown]
# # Backpropagation
#
# **What does it cost to know a million derivatives?**
#
# Training moves every weight of a network against its own partial derivative of the loss. A network has thousands or
# millions of weights, so the obvious way, to wiggle each weight and look what happens, needs millions of runs of the
# network for a single step. Backpropagation needs the work of *three*. It is no approximation and no trick: it is the
# chain rule, applied in the right order. In this assignment you build it:
#
# * **The idea**, where it can be seen: a chain of single neurons (8.1).
# * **A judge** that needs no calculus: finite differences (8.2).
# * **The parts**: the loss (8.3) and one layer (8.4), each with its way back.
# * **The whole**: backpropagation (8.5), and the count of what it costs (8.6).
# * **At work**: a network that learns to read digits, all of its weights trained (8.7).
#
# The picture shows the order. Two neurons compute $z_1 = 2x + 1$, $a_1 = z_1^2$, $z_2 = a_1 - 4$, $a_2 = z_2^2$ at
# $x = 1$. The values (blue) go forward, and every arrow notes how much its head moves when its tail does. Then the
# derivatives of the *output* (orange) come back: each is its right neighbour's times the slope between them. What came
# after is computed once and used by all that came before.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from autograder import check

BLUE, ORANGE, GREY = "#1f5fa8", "#e07b00", "#8a8a8a"
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
names = ["x", "z_1", "a_1", "z_2", "a_2"]
values, slopes, back = [1, 3, 9, 5, 25], [2, 6, 1, 10], [120, 60, 10, 10, 1]
labels_of_slopes = ["w_1", "f'(z_1)", "w_2", "f'(z_2)"]

fig, ax = plt.subplots(figsize=(9.5, 2.9))
for i, (name, value, derivative) in enumerate(zip(names, values, back, strict=True)):
    ax.scatter(i, 0, s=1500, facecolor="white", edgecolor="black", zorder=2)
    ax.text(i, 0, f"${name}$", ha="center", va="center", fontsize=14, zorder=3)
    ax.text(i, 0.62, f"{value}", ha="center", color=BLUE, fontsize=14)
    ax.text(i, -0.86, f"{derivative}", ha="center", color=ORANGE, fontsize=14)
for i, (slope, label) in enumerate(zip(slopes, labels_of_slopes, strict=True)):
    arrow = {"shrinkA": 22, "shrinkB": 22, "linewidth": 1.8}
    ax.annotate("", (i + 1, 0.1), (i, 0.1), arrowprops={"arrowstyle": "->", "color": BLUE, **arrow})
    ax.annotate("", (i, -0.1), (i + 1, -0.1), arrowprops={"arrowstyle": "->", "color": ORANGE, **arrow})
    ax.text(i + 0.5, 0.24, f"${label} = {slope}$", ha="center", color=GREY)
    ax.text(i + 0.5, -0.42, rf"$\times\,{slope}$", ha="center", color=ORANGE)
ax.text(-0.55, 0.62, "value", ha="right", color=BLUE, fontsize=12)
ax.text(-0.55, -0.86, r"$\partial a_2 / \partial\,\cdot$", ha="right", color=ORANGE, fontsize=12)
ax.set(xlim=(-1.3, 4.5), ylim=(-1.1, 1.0), title="Values go forward, derivatives of the output come back")
ax.axis("off")
plt.show()

# %% [markdown]
# ## What holds throughout
#
# * **Objects are rows.** A batch of $N$ objects with $n$ features is an array `X` of shape `(N, n)`; its labels `y`, of
#   shape `(N,)`, are integers $0, \dots, K-1$. A vector has shape `(n,)`, never `(n, 1)`.
# * **A layer** is the map $x \mapsto Wx + b$ with `W` of shape `(n_out, n_in)`; for a batch, `A @ W.T + b`. A network
#   is a list `params = [(W1, b1), ..., (WL, bL)]`.
# * **An activation is a pair** `act = (f, df)` of functions that act on every entry of a number or an array. `df` is
#   the derivative of `f` and **takes the pre-activation** $z$, not $f(z)$.
# * **`dX` is the derivative of the loss with respect to `X`** and has the shape of `X`.
# * **The loss of a batch is a mean** over its $N$ objects. $\log$ is the natural logarithm.
# * **Answers are `float64`** unless an exercise says otherwise, also for integer input. Inputs belong to the caller:
#   work on copies. Answers are compared up to rounding (relative $10^{-9}$ unless stated), so the order of summation is
#   yours to choose.
# * Use `numpy` and the standard library; `matplotlib` for pictures.
# * **Cost is graded by counting.** In 8.1, 8.2 and 8.5 the functions you are given count how often they are called.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise needs your answer to another
# one; only the pictures do.
#
# Some tools from earlier assignments are given: use them wherever they help.


# %%
def softmax(Z):
    """Return the softmax of each row of Z, an array of shape (N, K)."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def forward(X, params, f):
    """Return the logits of a network for every row of X; f bends the hidden layers only."""
    for W, b in params[:-1]:
        X = f(X @ W.T + b)
    W, b = params[-1]
    return X @ W.T + b


def sigmoid(z):
    """Return 1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


RELU = (lambda z: np.maximum(z, 0.0), lambda z: np.where(np.asarray(z) > 0, 1.0, 0.0))
TANH = (np.tanh, lambda z: 1 - np.tanh(z) ** 2)
SIGMOID = (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)))
IDENTITY = (lambda z: z, lambda z: np.ones_like(z, dtype=np.float64))

# %%
digits = np.load("data/digits.npz")
images = digits["X"] / 16  # (1797, 64): handwritten digits of 8 x 8 pixels, values from 0 to 1
labels = digits["y"]  # (1797,), 0..9

# %% [markdown]
# ## Exercise 8.1: chain_gradient
#
# A chain of $L$ neurons, one per layer: $a_0 = x$ and, for $k = 1, \dots, L$,
#
# $$z_k = w_k\, a_{k-1} + b_k, \qquad a_k = f(z_k) .$$
#
# Here every neuron is bent, the last one too; the output is $a_L$. How does it move when a bias or a weight does? Write
# $\delta_k = \partial a_L / \partial z_k$ for the *error* of neuron $k$. Since $z_k$ acts on the output only through
# $a_k$ and $z_{k+1}$, the chain rule gives
#
# $$\delta_L = f'(z_L), \qquad \delta_k = f'(z_k)\; w_{k+1}\; \delta_{k+1} \quad (k = L-1, \dots, 1),$$
#
# and since $z_k$ moves by 1 with $b_k$ and by $a_{k-1}$ with $w_k$,
#
# $$\frac{\partial a_L}{\partial b_k} = \delta_k, \qquad \frac{\partial a_L}{\partial w_k} = \delta_k\, a_{k-1} .$$
#
# `chain_gradient(ws, bs, x, act)` returns `(out, gw, gb)`: the number $a_L$ as a float, and the float64 arrays of all
# $\partial a_L / \partial w_k$ and all $\partial a_L / \partial b_k$, both of shape `(L,)`.
#
# * `ws` and `bs` are arrays or lists of length $L \ge 1$, possibly of integers; `x` is a number; `act = (f, df)`.
# * **Cost.** `f` and `df` may be called at most $2L$ times each ($L$ are enough). Differentiating each weight on its
#   own would take about $L^2/2$ calls.
# * Tiny derivatives count too: each must be right to a relative $10^{-9}$, be it $10^{-13}$ or smaller.
#
# **By hand.** The chain of the picture: $f(z) = z^2$, $f'(z) = 2z$, $w = (2, 1)$, $b = (1, -4)$, $x = 1$. Forward:
# $z_1 = 3$, $a_1 = 9$, $z_2 = 5$, $a_2 = 25$. Back: $\delta_2 = 10$ and $\delta_1 = 6 \cdot 1 \cdot 10 = 60$. So
# `gb` is $(60, 10)$ and `gw` is $(60 \cdot 1,\ 10 \cdot 9) = (60, 90)$.


# %% tags=["exercise"]
def chain_gradient(ws, bs, x, act):
    """Differentiate a chain of neurons with respect to all its weights and biases.

    ws, bs : arrays or lists, shape (L,)
    x : number
    act : pair (f, df); df is the derivative of f and takes the pre-activation z
    returns : (out, gw, gb): a float and two float64 arrays of shape (L,)
    """
    #: one loop forward that keeps what the way back needs, then one loop backward
    f, df = act
    zs, activations = [], [float(x)]
    for w, b in zip(ws, bs, strict=True):
        zs.append(w * activations[-1] + b)
        activations.append(f(zs[-1]))

    L = len(ws)
    gw, gb = np.empty(L), np.empty(L)
    error = 1.0  # derivative of the output with respect to a_k, from k = L on down
    for k in reversed(range(L)):
        gb[k] = error * df(zs[k])
        gw[k] = gb[k] * activations[k]
        error = gb[k] * ws[k]
    return float(activations[-1]), gw, gb


# %% [markdown]
# **Look.** The size of $\delta_k$ along a chain of 40 neurons. On its way back the error is multiplied by
# $w_{k+1} f'(z_k)$ once per layer, and a product of forty factors is rarely of moderate size. For the sigmoid
# $f' \le \tfrac14$, so with $w = 1$ the first neurons learn *nothing*: the derivative vanishes along the dotted line
# $4^{-(L-k+1)}$. With weights above 1 and no bend it explodes.

# %%
L = 40
layers = np.arange(1, L + 1)
settings = {
    "identity, $w = 1.2$": (1.2, IDENTITY, BLUE, "-"),
    "identity, $w = 1$": (1.0, IDENTITY, GREY, "-"),
    "tanh, $w = 1$": (1.0, TANH, BLUE, "--"),
    "sigmoid, $w = 4$": (4.0, SIGMOID, ORANGE, "--"),
    "sigmoid, $w = 1$": (1.0, SIGMOID, ORANGE, "-"),
}
fig, ax = plt.subplots(figsize=(8, 4))
for name, (w, act, color, style) in settings.items():
    _, _, gb = chain_gradient(np.full(L, w), np.full(L, -w / 2 if act is SIGMOID else 0.0), 0.5, act)
    ax.semilogy(layers, np.abs(gb), style, color=color, label=name, linewidth=2)
ax.semilogy(layers, 0.25 ** (L - layers + 1.0), ":", color="black", label="$4^{-(L-k+1)}$")
ax.set(xlabel="neuron $k$ (the output is on the right)", ylabel=r"$|\partial a_L / \partial b_k|$")
ax.set(title="Derivatives vanish or explode with depth")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# ## Exercise 8.2: numerical_gradient
#
# Before building more, build a judge. The *central difference*
#
# $$\frac{\partial f}{\partial x_i}(x) \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# knows nothing about $f$, so it cannot share a mistake with your formulas. Its error is about
# $\tfrac{h^2}{6} |\partial_i^3 f|$, while the one-sided quotient $(f(x + he_i) - f(x))/h$ errs by
# $\tfrac{h}{2} |\partial_i^2 f|$. A smaller $h$ is not always better: the difference of two nearly equal numbers keeps
# few digits, which adds about $10^{-16} |f| / h$. For central differences $h = 10^{-5}$ is a good compromise.
#
# `numerical_gradient(f, x, h=1e-5)` returns the array of all these quotients, in float64, with the shape of `x`.
#
# * `x` is an array of any shape with at least one axis, or a nested list; it may hold integers.
# * `f` takes a float64 array of the shape of `x` and returns a number, or an array of shape `()`.
# * **Cost.** `f` is called exactly twice for each entry of `x`, always with one entry moved by $\pm h$ and all others
#   as they are.
# * `x` must come back unchanged, to the last bit. ($x + h - h$ need not be $x$: there is rounding.)
#
# **By hand.** For $f(x) = x^3$ at $x = 1$ with $h = \tfrac12$: $\big(\tfrac{27}{8} - \tfrac18\big)/1 = 3.25$, that is
# $3x^2 + h^2$. For polynomials of degree 2 the quotient is exact for every $h$; why?


# %% tags=["exercise"]
def numerical_gradient(f, x, h=1e-5):
    """Approximate the gradient of f at x by central differences.

    f : function of a float64 array of the shape of x, returns a number
    x : array or nested list of any shape; integers possible
    h : length of the step to either side
    returns : float64 array of the shape of x
    """
    #: np.ndindex(x.shape) runs through the indices of an array with any number of axes
    x = np.asarray(x, dtype=np.float64)
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        gradient[index] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


# %% [markdown]
# **Look.** The error for $f(x) = e^{\sin x}$ at $x = 1$ as $h$ shrinks. Along the right flank the formula's own error
# falls, with slope 2 for central and slope 1 for one-sided quotients; along the left flank rounding takes over. The
# best central difference is a hundred times more accurate than the best one-sided one.


# %%
def wave(t):
    return float(np.exp(np.sin(t)).sum())


point = np.array([1.0])
truth = np.cos(1.0) * np.exp(np.sin(1.0))
steps = 10.0 ** np.arange(-12, 0.1, 0.5)
central = [abs(numerical_gradient(wave, point, h)[0] - truth) for h in steps]
one_sided = [abs((wave(point + h) - wave(point)) / h - truth) for h in steps]

fig, ax = plt.subplots(figsize=(7, 3.6))
ax.loglog(steps, one_sided, "o-", color=ORANGE, markersize=4, label="one-sided")
ax.loglog(steps, central, "o-", color=BLUE, markersize=4, label="central (yours)")
ax.axvline(1e-5, color=GREY, linestyle=":", label="$h = 10^{-5}$")
ax.set(xlabel="$h$", ylabel="error", title="Too large a step, too small a step")
ax.legend()
plt.show()

# %% [markdown]
# ## Exercise 8.3: softmax_cross_entropy
#
# The way back starts at the loss. A classifier's logits $z_{i1}, \dots, z_{iK}$ for object $i$ become probabilities
# $p_{ik} = e^{z_{ik}} / \sum_j e^{z_{ij}}$, and the loss is the **mean** cross-entropy
#
# $$\ell = -\frac1N \sum_{i=1}^N \log p_{i\,y_i}, \qquad
#   \log p_{ik} = z_{ik} - \log \sum_j e^{z_{ij}} .$$
#
# Differentiate the second formula: $\partial \log p_{iy} / \partial z_{ik} = [k = y] - p_{ik}$. So
#
# $$\frac{\partial \ell}{\partial z_{ik}} = \frac1N \big(p_{ik} - [k = y_i]\big),$$
#
# probabilities minus truth, divided by $N$. All the exponentials have cancelled; few derivatives are as kind.
#
# `softmax_cross_entropy(Z, y)` returns `(loss, dZ)`: the loss as a float, and the float64 array `dZ` of shape `(N, K)`.
#
# * `Z` has shape `(N, K)` with $N, K \ge 1$; it may hold integers or be a nested list. `y` is an array or list of $N$
#   integers from $0$ to $K-1$.
# * Scores up to $\pm 10^4$, within a row and between rows, must give a finite and accurate loss. The `softmax` given
#   above is accurate for such scores, but a probability may be rounded to 0, and then it is too late for its logarithm.
#
# **By hand.** The rows $(\log 1, \log 2, \log 5)$ and $(\log 3, \log 1, \log 1)$ have probabilities
# $(\tfrac18, \tfrac28, \tfrac58)$ and $(\tfrac35, \tfrac15, \tfrac15)$. With labels 2 and 0 the loss is
# $\tfrac12 (\log \tfrac85 + \log \tfrac53) = \tfrac12 \log \tfrac83$, and `dZ` has the rows
# $(\tfrac1{16}, \tfrac2{16}, -\tfrac3{16})$ and $(-\tfrac15, \tfrac1{10}, \tfrac1{10})$. Every row sums to 0.


# %% tags=["exercise"]
def softmax_cross_entropy(Z, y):
    """Return the mean cross-entropy of the softmax of Z, and its gradient.

    Z : array or nested list, shape (N, K), the logits
    y : array or list of N integers, the labels 0..K-1
    returns : (loss, dZ): a float and a float64 array of shape (N, K)
    """
    Z, y = np.asarray(Z, dtype=np.float64), np.asarray(y)
    rows = np.arange(len(Z))
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean()

    dZ = np.exp(log_p)
    dZ[rows, y] -= 1.0
    return float(loss), dZ / len(Z)


# %% [markdown]
# **Look.** Two classes, one object, and a gap $t = z_y - z_{\text{other}}$ between the right score and the wrong one.
# Far on the left the classifier is badly wrong. The cross-entropy then pulls with full force. The squared error
# $(1 - p_y)^2$ of the same probability does not: its derivative vanishes where it is needed most.

# %%
gap = np.linspace(-8, 8, 161)
answers = [softmax_cross_entropy(np.array([[t, 0.0]]), np.array([0])) for t in gap]
entropy, pull = np.array([loss for loss, _ in answers]), np.array([dZ[0, 0] for _, dZ in answers])
p = sigmoid(gap)

fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.3))
left.plot(gap, entropy, color=BLUE, linewidth=2, label="cross-entropy")
left.plot(gap, (1 - p) ** 2, "--", color=ORANGE, linewidth=2, label="squared error")
left.set(xlabel="gap $t$", ylabel="loss", title="Two losses")
left.legend()
right.plot(gap, pull, color=BLUE, linewidth=2)
right.plot(gap, -2 * (1 - p) * p * (1 - p), "--", color=ORANGE, linewidth=2)
right.text(-7.9, -0.88, "wrong, and pulled", color=BLUE)
right.text(-7.9, -0.24, "wrong, and\nleft alone", color=ORANGE)
right.set(xlabel="gap $t$", ylabel=r"$\partial\,$loss$\,/\,\partial z_y$", title="Their derivatives")
plt.show()

# %% [markdown]
# ## Exercise 8.4: dense_backward
#
# One layer of a network maps a batch $A$ of shape $(N, n_{in})$ to $Z = A W^\top + \mathbf{1} b^\top$ of shape
# $(N, n_{out})$. Suppose the derivative `dZ` of the loss with respect to $Z$ is known. Entry by entry,
# $Z_{ri} = \sum_j A_{rj} W_{ij} + b_i$, so the chain rule gives sums:
#
# $$dA_{rj} = \sum_i dZ_{ri}\, W_{ij}, \qquad dW_{ij} = \sum_r dZ_{ri}\, A_{rj}, \qquad db_i = \sum_r dZ_{ri},$$
#
# $$dA = dZ\; W, \qquad dW = dZ^\top A, \qquad db = \text{column sums of } dZ .$$
#
# A check that needs no memory: each gradient has the shape of what it belongs to, and usually only one product fits.
# Beware when $N = n_{in} = n_{out}$: then all of them fit.
#
# `dense_backward(dZ, A_prev, W)` returns `(dA_prev, dW, db)`, float64 arrays of shapes `(N, n_in)`, `(n_out, n_in)` and
# `(n_out,)`. Each of the three inputs may hold integers or be a nested list. There is **no division by $N$**: the
# $\tfrac1N$ of the mean loss is in `dZ` already.
#
# **By hand.** Two objects, two inputs, one output: for
# $dZ = \begin{pmatrix} 1 \\ -2 \end{pmatrix}$, $A = \begin{pmatrix} 3 & 4 \\ 0 & 1 \end{pmatrix}$,
# $W = \begin{pmatrix} 5 & 6 \end{pmatrix}$ we get $dA = \begin{pmatrix} 5 & 6 \\ -10 & -12 \end{pmatrix}$,
# $dW = \begin{pmatrix} 3 & 2 \end{pmatrix}$, $db = (-1)$.
#
# **How it is tested.** By the *adjoint identity*: moving $W$ by $V$ moves $\langle dZ, Z \rangle$ by
# $\langle dZ, A V^\top \rangle$, which must be $\langle dW, V \rangle$ for every $V$ (with
# $\langle P, Q \rangle = \sum_{ij} P_{ij} Q_{ij}$), and likewise for $A$ and $b$. Going back through a linear map is
# applying its transpose.


# %% tags=["exercise"]
def dense_backward(dZ, A_prev, W):
    """Carry the gradient of the loss back through the layer Z = A_prev W^T + b.

    dZ : array or nested list, shape (N, n_out), the gradient with respect to Z
    A_prev : array or nested list, shape (N, n_in), the layer's input
    W : array or nested list, shape (n_out, n_in)
    returns : (dA_prev, dW, db), float64, shapes (N, n_in), (n_out, n_in), (n_out,)
    """
    dZ, A_prev, W = (np.asarray(part, dtype=np.float64) for part in (dZ, A_prev, W))
    return dZ @ W, dZ.T @ A_prev, dZ.sum(axis=0)


# %% [markdown]
# **Look.** A single layer, $10 \times 64$, with all weights zero, has seen the 1797 digits and knows its first gradient
# (your 8.3 and 8.4). Row $k$ of $-dW$ is the direction in which the weights of class $k$ want to move. As an image:
# more ink where the digit $k$ has more than the average digit (orange), less where it has less (violet). One layer
# learns templates.

# %%
_, errors = softmax_cross_entropy(np.zeros((len(labels), 10)), labels)
_, templates, _ = dense_backward(errors, images, np.zeros((10, 64)))
fig, axes = plt.subplots(1, 10, figsize=(9.5, 1.5))
for digit, ax in enumerate(axes):
    scale = np.abs(templates).max()
    ax.imshow(-templates[digit].reshape(8, 8), cmap="PuOr_r", vmin=-scale, vmax=scale)
    ax.set(title=str(digit), xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Exercise 8.5: backprop
#
# Now put it together. A network of $L$ layers, with $A_0 = X$, computes for a batch
#
# $$Z_l = A_{l-1} W_l^\top + \mathbf{1} b_l^\top, \qquad A_l = f(Z_l) \quad (l < L),$$
#
# and the loss is the mean cross-entropy of the softmax of the logits $Z_L$, as in 8.3. The way back starts at
# $dZ_L = \tfrac1N (P - Y)$, with $P$ the softmax probabilities (`softmax` is given above) and $Y$ the one-hot rows of
# the labels. Then, for $l = L, L-1, \dots, 1$,
#
# $$dW_l = dZ_l^\top A_{l-1}, \qquad db_l = \text{column sums of } dZ_l, \qquad
#   dZ_{l-1} = \big( dZ_l\, W_l \big) \odot f'(Z_{l-1}) \quad (l > 1),$$
#
# where $\odot$ multiplies entry by entry. Nothing else happens: every layer hands its error to the one before it.
#
# `backprop(params, X, y, act)` returns `(loss, grads)`: the loss as a float, and the list
# `[(dW1, db1), ..., (dWL, dbL)]` **in the order of `params`**, float64 arrays of the shapes of `W` and `b`.
#
# * `params` is a list of $L \ge 1$ pairs of NumPy arrays, possibly of integers. `X`, of shape `(N, n_0)`, and `y`, of
#   shape `(N,)`, may be lists, and `X` may hold integers.
# * `act = (f, df)` may be any activation. The tests keep away from kinks, so whatever $f'$ is there does not matter.
# * With $L = 1$ there is no hidden layer; then `f` and `df` are never called.
# * **Cost.** `f` and `df` are called at most $2(L-1)$ times each ($L - 1$ are enough), on the whole batch at a time.
# * Nothing is updated: `params` is as before the call. (The scores in the tests are moderate. A plain $-\log p$ is
#   fine.)
#
# **By hand.** One feature, two hidden neurons, two classes, $f(z) = z^2$:
# $W_1 = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$, $b_1 = (0, -1)$, $W_2 = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}$,
# $b_2 = (0, -16)$. The object $x = 3$ with label 1 gives $Z_1 = (3, 5)$, $A_1 = (9, 25)$ and $Z_2 = (9, 9)$, so both
# probabilities are $\tfrac12$ and the loss is $\log 2$. Back: $dZ_2 = (\tfrac12, -\tfrac12)$,
# $dW_2 = \begin{pmatrix} 4.5 & 12.5 \\ -4.5 & -12.5 \end{pmatrix}$,
# $dZ_1 = (\tfrac12, -\tfrac12) \odot (6, 10) = (3, -5)$, and $dW_1 = \begin{pmatrix} 9 \\ -15 \end{pmatrix}$.


# %% tags=["exercise"]
def backprop(params, X, y, act):
    """Return the loss of a network on a batch and its gradient with respect to all parameters.

    params : list [(W1, b1), ..., (WL, bL)] of arrays, Wl of shape (n_l, n_{l-1}), bl of shape (n_l,)
    X : array or nested list, shape (N, n_0)
    y : array or list of N integers, the labels 0..n_L - 1
    act : pair (f, df) for the hidden layers; df takes the pre-activation
    returns : (loss, grads): a float and the list [(dW1, db1), ..., (dWL, dbL)] of float64 arrays
    """
    #: forward: keep Z_1, ..., Z_L and A_0, ..., A_{L-1}; then walk back from the last layer
    f, df = act
    A, Z = [np.asarray(X, dtype=np.float64)], []
    for W, b in params:
        if Z:
            A.append(f(Z[-1]))
        Z.append(A[-1] @ W.T + b)

    rows = np.arange(len(y))
    P = softmax(Z[-1])
    loss = -np.log(P[rows, y]).mean()
    P[rows, y] -= 1.0
    dZ = P / len(y)

    grads = []
    for i in reversed(range(len(params))):
        grads.append((dZ.T @ A[i], dZ.sum(axis=0)))
        if i > 0:
            dZ = (dZ @ params[i][0]) * df(Z[i - 1])
    return float(loss), grads[::-1]


# %% [markdown]
# **Look.** First, the judge. Your `numerical_gradient` looks at each weight matrix of a small tanh network. The two
# gradients, found in entirely different ways, should agree to about ten digits.

# %%
rng = np.random.default_rng(5)
widths = [4, 6, 5, 3]
params = [(rng.standard_normal((b, a)) / np.sqrt(a), rng.standard_normal(b)) for a, b in pairwise(widths)]
X, y = rng.standard_normal((8, 4)), rng.integers(0, 3, 8)
_, grads = backprop(params, X, y, TANH)
for i, (W, b) in enumerate(params):

    def loss_for(V, i=i, b=b):
        return backprop([*params[:i], (V, b), *params[i + 1 :]], X, y, TANH)[0]

    difference = np.abs(numerical_gradient(loss_for, W) - grads[i][0]).max()
    print(f"layer {i + 1}: {W.size:3d} weights, largest difference {difference:.0e}")

# %% [markdown]
# Second, the errors on their way through a deep network: 30 hidden layers of 50 tanh neurons, random data, and the size
# of $db_l$, the sum of all errors that arrive at layer $l$. The initial weights are normal with variance $c / n_{in}$.
# For $c = \tfrac12$ the first layers hear almost nothing of the loss. At $c = 1$ the errors lose about a factor of ten
# on the whole way, which is harmless, and at $c = 4$ they grow. This is why initial weights are scaled by the number of
# inputs.

# %%
rng = np.random.default_rng(12)
widths = [50] * 31 + [10]
X, y = rng.standard_normal((100, 50)), rng.integers(0, 10, 100)
fig, ax = plt.subplots(figsize=(8, 3.6))
for c, color in [(0.5, ORANGE), (1.0, GREY), (4.0, BLUE)]:
    params = [(rng.standard_normal((b, a)) * np.sqrt(c / a), np.zeros(b)) for a, b in pairwise(widths)]
    _, grads = backprop(params, X, y, TANH)
    sizes = [np.linalg.norm(db) for _, db in grads]
    ax.semilogy(np.arange(1, len(sizes) + 1), sizes, "o-", color=color, markersize=4, label=f"$c = {c:g}$")
ax.set(xlabel="layer $l$ (the loss is on the right)", ylabel=r"$\|db_l\|$", title="Errors on their way back")
ax.legend(title="variance $c/n_{in}$", loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# Third, what it is all for. Three spirals, 180 points; a network with two hidden layers of 16 tanh neurons takes 600
# steps of gradient descent along *your* gradient. The background shows its decisions at three moments.

# %%
rng = np.random.default_rng(3)
turn = np.tile(np.linspace(0.1, 1, 60), 3)
y = np.repeat(np.arange(3), 60)
angle = 4.5 * turn + 2 * np.pi * y / 3 + 0.12 * rng.standard_normal(len(y))
X = 3 * np.column_stack([turn * np.cos(angle), turn * np.sin(angle)])

widths = [2, 16, 16, 3]
params = [(rng.standard_normal((b, a)) / np.sqrt(a), np.zeros(b)) for a, b in pairwise(widths)]
history, snapshots = [], {}
for step in range(601):
    if step in (0, 50, 600):
        snapshots[step] = params
    loss, grads = backprop(params, X, y, TANH)
    history.append(loss)
    params = [(W - 0.3 * dW, b - 0.3 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]

side = np.linspace(-3.6, 3.6, 181)
plane = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
colors = [BLUE, ORANGE, GREY]
fig, axes = plt.subplots(1, 4, figsize=(12, 3))
axes[0].semilogy(history, color="black")
axes[0].set(xlabel="step", title="loss")
for ax, (step, then) in zip(axes[1:], snapshots.items(), strict=True):
    decision = forward(plane, then, np.tanh).argmax(axis=1).reshape(len(side), len(side))
    ax.contourf(side, side, decision, levels=[-0.5, 0.5, 1.5, 2.5], colors=colors, alpha=0.25)
    for label, color in enumerate(colors):
        ax.scatter(*X[y == label].T, s=9, color=color)
    right = np.mean(forward(X, then, np.tanh).argmax(axis=1) == y)
    ax.set(title=f"after {step} steps: {right:.0%} right", xticks=[], yticks=[], aspect="equal")
plt.show()

# %% [markdown]
# **Think** (not graded). Start a network with tanh and $L \ge 3$ layers with all weights and biases zero. Which of the
# gradients in `grads` are zero, and what does gradient descent make of such a network?

# %% [markdown] tags=["answer"]
# All hidden activations are $\tanh 0 = 0$, so $dW_l = dZ_l^\top A_{l-1} = 0$ for $l \ge 2$; and $dZ_{l-1}$ contains the
# factor $W_l = 0$, so all gradients of the layers before the last vanish. Only $db_L$ survives. Gradient descent moves
# the output bias and nothing else, at this step and at every later one: the network learns how frequent the classes
# are. Random initial weights are needed to break this symmetry.

# %% [markdown]
# ## Exercise 8.6: mult_counts
#
# What did all this cost? Nearly all the work is in the matrix products, and we count their scalar multiplications. The
# product of a $(p, q)$ and a $(q, r)$ array takes $p\,q\,r$. For a network of widths $n_0, n_1, \dots, n_L$ and a batch
# of $N$ objects there are
#
# * **forward**: one product $A_{l-1} W_l^\top$ in each of the layers $l = 1, \dots, L$;
# * **backward**: one product $dZ_l^\top A_{l-1}$ in each layer, for the weights, and one product $dZ_l W_l$ in each
#   layer *but the first*, for the error of the layer before. (The input has no parameters, so no error is sent there.)
#
# Biases, activations and the loss are not counted. `mult_counts(widths, N)` returns the pair `(forward, backward)` of
# integers (Python's `int` or `int64`), exactly, however large (up to $2^{63}$). `widths` is a list, tuple or integer
# array $(n_0, \dots, n_L)$ with $L \ge 1$, and $N \ge 1$ is an integer.
#
# **By hand.** Widths $(2, 3, 1)$ and $N = 1$: forward $2 \cdot 3 + 3 \cdot 1 = 9$; backward $9$ for the weights and
# $3 \cdot 1$ for the errors, $12$ together. Can the backward pass ever cost more than twice the forward pass?


# %% tags=["exercise"]
def mult_counts(widths, N):
    """Count the scalar multiplications in the matrix products of both passes of backpropagation.

    widths : list, tuple or integer array (n_0, ..., n_L), L >= 1
    N : number of objects in the batch
    returns : pair of integers (forward, backward)
    """
    products = [int(N) * int(n_in) * int(n_out) for n_in, n_out in pairwise(widths)]
    return sum(products), sum(products) + sum(products[1:])


# %% [markdown]
# **Look.** The price of one gradient against the depth, for hidden layers of 32 neurons and one object. *Finite
# differences* run the network twice for each of its $P$ parameters. *Layer by layer* is backpropagation that forgets:
# it runs the network again for the derivatives of each layer. *Backpropagation* remembers, and costs less than three
# times a forward pass: the line next to it, at any depth.

# %%
depths = 2 ** np.arange(1, 9)
cost = {"finite differences": [], "layer by layer": [], "backpropagation": [], "one forward pass": []}
for depth in depths:
    widths = [64] + [32] * (int(depth) - 1) + [10]
    ahead, back = mult_counts(widths, 1)
    parameters = sum(b * (a + 1) for a, b in pairwise(widths))
    cost["finite differences"].append(2 * parameters * ahead)
    cost["layer by layer"].append(int(depth) * (ahead + back / 2))  # on average, half of the way back
    cost["backpropagation"].append(ahead + back)
    cost["one forward pass"].append(ahead)

fig, ax = plt.subplots(figsize=(8, 3.8))
styles = [(ORANGE, "-"), (ORANGE, "--"), (BLUE, "-"), (GREY, "--")]
for (name, counts), (color, style) in zip(cost.items(), styles, strict=True):
    ax.loglog(depths, counts, style, color=color, marker="o", markersize=4, label=name)
ax.set(xlabel="layers $L$", ylabel="multiplications", title="What one gradient costs")
ax.set_xticks(depths, [str(depth) for depth in depths])
ax.minorticks_off()
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# **Think** (not graded). The way back needs all $Z_l$ and $A_l$. Suppose there is room to keep only every tenth layer.
# What can you do, and what does it cost?

# %% [markdown] tags=["answer"]
# Recompute: when the way back enters a block of ten layers, run that block forward again from its stored first layer.
# Each layer is then run forward twice in all, so the cost rises from about three forward passes to about four, and the
# memory falls to a tenth (plus the ten layers at hand). For $L$ layers, storing every $\sqrt L$-th one balances the
# two.

# %% [markdown]
# ## Exercise 8.7: capstone_digits
#
# In the assignment on networks 300 random hidden neurons, never trained, read digits. Now *every* weight learns, and 32
# hidden neurons are enough.
#
# `capstone_digits(X_train, y_train, rng)` trains a network on $N$ labelled images, `X_train` of shape `(N, 64)` with
# values in $[0, 1]$ and `y_train` of shape `(N,)` with the digits 0..9, and returns its `params`
# `[(W1, b1), ..., (WL, bL)]`. Rules:
#
# * **at least one hidden layer** ($L \ge 2$), 64 inputs, 10 outputs, and **at most 10 000 parameters** in all;
# * we evaluate it ourselves, as `forward` above does, **with relu** on the hidden layers; the prediction is the class
#   with the largest logit;
# * all randomness comes from `rng`, a `numpy.random.Generator`; a call may take up to 10 s.
#
# A recipe that takes a fraction of a second: widths 64, 32, 10; initial weights normal with variance $2/n_{in}$, zero
# biases; 20 *epochs*, in each of which the images, in a new random order, are cut into blocks of 32; after each block
# a step of 0.2 times its gradient. The gradient may come from your `backprop`. With one hidden layer it is also short
# enough to be written out here, so an open question in 8.5 need not stop you.
#
# **Grading.** Three random splits into 1200 training and 597 test images. A mean test accuracy of at least **0.90**
# earns half of the points. All of them need at least **0.93** and a mean cross-entropy on the *training* images of at
# most **0.15**.


# %% tags=["exercise"]
def capstone_digits(X_train, y_train, rng):
    """Train a relu network to read digits.

    X_train : float64 array, shape (N, 64), values in [0, 1]
    y_train : int array, shape (N,), values 0..9
    rng : numpy.random.Generator, the only source of randomness
    returns : params [(W1, b1), ..., (WL, bL)], L >= 2, at most 10 000 numbers
    """
    W1, b1 = rng.standard_normal((32, 64)) * np.sqrt(2 / 64), np.zeros(32)
    W2, b2 = rng.standard_normal((10, 32)) * np.sqrt(2 / 32), np.zeros(10)
    targets = np.eye(10)[y_train]
    lr, size = 0.2, 32

    for _ in range(20):
        order = rng.permutation(len(X_train))
        for start in range(0, len(order), size):
            block = order[start : start + size]
            X = X_train[block]
            Z1 = X @ W1.T + b1
            A1 = np.maximum(Z1, 0.0)
            dZ2 = (softmax(A1 @ W2.T + b2) - targets[block]) / len(block)
            dZ1 = (dZ2 @ W2) * (Z1 > 0)
            W2, b2 = W2 - lr * dZ2.T @ A1, b2 - lr * dZ2.sum(axis=0)
            W1, b1 = W1 - lr * dZ1.T @ X, b1 - lr * dZ1.sum(axis=0)
    return [(W1, b1), (W2, b2)]


# %% [markdown]
# **Look.** Above, ten images that your network misreads. Below, a last use of the way back: it need not stop at $W_1$.
# Carried one layer further (your 8.3 and 8.4), the error becomes the derivative of the loss with respect to the
# *pixels*. Orange is where more ink, violet where less, would help your network to read the digit right.


# %%
def pixel_gradient(params, X, y):
    """Return the derivative of the loss with respect to X."""
    A, Z = [X], []
    for W, b in params:
        Z.append(A[-1] @ W.T + b)
        A.append(RELU[0](Z[-1]))
    _, dZ = softmax_cross_entropy(Z[-1], y)
    for i in reversed(range(len(params))):
        dA, _, _ = dense_backward(dZ, A[i], params[i][0])
        if i > 0:
            dZ = dA * RELU[1](Z[i - 1])
    return dA


rng = np.random.default_rng(0)
order = rng.permutation(len(labels))
train, test = order[:1200], order[1200:]
params = capstone_digits(images[train], labels[train], rng)
predicted = forward(images[test], params, RELU[0]).argmax(axis=1)
print(f"accuracy {np.mean(predicted == labels[test]):.3f} on {len(test)} images")

wrong = test[predicted != labels[test]][:10]
wishes = -pixel_gradient(params, images[wrong], labels[wrong])
fig, axes = plt.subplots(2, 10, figsize=(10, 2.8))
for above, below, i, wish in zip(*axes, wrong, wishes, strict=False):
    above.imshow(images[i].reshape(8, 8), cmap="gray_r")
    above.set_xlabel(f"a {labels[i]},\nread as {predicted[test == i][0]}")
    below.imshow(wish.reshape(8, 8), cmap="PuOr_r", vmin=-np.abs(wish).max(), vmax=np.abs(wish).max())
for ax in axes.ravel():
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# ## What you have built
#
# The derivative of a composition is a product of slopes (8.1), and a product may be multiplied from either end.
# Forward, it would have to be done once for every parameter; backward, from the single number at the end, once for all
# of them. Each layer needs only its input, its weights and the error that arrives (8.4), the loss starts the error with
# "probabilities minus truth" (8.3), and the bill is three forward passes, whatever the number of weights (8.6). The
# same product explains what goes wrong in deep networks: its factors can make the error vanish or explode. The next
# assignment changes the layers, to ones that know what an image is, and keeps the way back.
