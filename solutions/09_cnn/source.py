# ---
# title: Convolutional neural networks
# chapter: 10
# points: 100
# summary: Let one small set of weights look everywhere. Convolve, detect, pool, differentiate, and read shifted digits.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# forbidden: [convolve, correlate, polymul]
# ---

# %% [markdown]
# # Convolutional neural networks
#
# **How does a network know that a thing stays the same when it moves?**
#
# To a dense network an image is a list of numbers. Move the picture by one pixel and nearly every number changes: for
# the network it is a new object, and all it learnt about the old one is lost. A *convolutional* network builds the
# remedy into its form. One small filter is laid over every place of the image, with the same weights everywhere. In
# this assignment you build such a network from its parts:
#
# * **Convolution** in one dimension (9.1), in two (9.2), and on a torus, where it commutes with every shift (9.3).
# * **What it is for**: a filter finds its own picture (9.4). **What it is**: a dense layer, mostly zeros, with repeated
#   weights (9.5).
# * **The layers**: filters over channels with stride and padding (9.6), pooling (9.7), and the gradient that trains
#   them (9.8).
# * **At work**: eight filters that nobody trained read digits, and read them when they have moved, too (9.9).
#
# Below on the left, a digit, and the same digit one pixel to the right. In the middle is what this does to the 64
# numbers that a dense network receives: it is nearly as far from its old self as from a different digit. On the right
# is what one small filter sees, which answers wherever ink begins or ends along a row: its answer has simply moved
# along.

# %%
import matplotlib.pyplot as plt
import numpy as np

from autograder import check

BLUE, ORANGE, GREY = "#1f5fa8", "#e07b00", "#8a8a8a"
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# The pictures in this notebook are 1797 handwritten digits of $8 \times 8$ pixels with values from 0 to 1
# (`data/README.md` tells where they come from).

# %%
digits = np.load("data/digits.npz")
images = digits["X"].reshape(-1, 8, 8) / 16  # (1797, 8, 8), counts 0..16 scaled to [0, 1]
labels = digits["y"]  # (1797,), 0..9


# %%
def move_right(pictures):
    """Move images one pixel to the right; a column of zeros comes in, the last one is lost."""
    moved = np.zeros_like(pictures)
    moved[..., 1:] = pictures[..., :-1]
    return moved


def show(ax, picture, title="", signed=False):
    """Draw an image (ink is black) or a map; a signed one in purple (negative), white and orange (positive)."""
    top = max(np.max(np.abs(picture)), 1e-9)
    low, cmap = (-top, "PuOr_r") if signed else (0, "gray_r")
    drawn = ax.imshow(picture, vmin=low, vmax=top, cmap=cmap)
    ax.set(title=title, xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=GREY, linewidth=0.6)
    return drawn


# %%
three = images[3]
rise = np.abs(np.diff(three, axis=1)), np.abs(np.diff(move_right(three), axis=1))

fig, axes = plt.subplots(2, 3, figsize=(9.5, 4.2), width_ratios=[1, 2.6, 1])
for row, (picture, edges, word) in enumerate(zip([three, move_right(three)], rise, ["here", "moved"], strict=True)):
    show(axes[row, 0], picture, f"the image, {word}")
    axes[row, 1].bar(np.arange(64), picture.ravel(), color=BLUE, width=0.9)
    axes[row, 1].set(ylim=(0, 1.05), yticks=[0, 1], title=f"its 64 numbers, {word}", xlabel="pixel" if row else "")
    show(axes[row, 2], edges, f"its edges, {word}")
distance = np.linalg.norm(three - move_right(three)) / np.linalg.norm(three)
other = np.median([np.linalg.norm(three - image) for image in images[labels != 3]]) / np.linalg.norm(three)
print(f"distance to the moved image: {distance:.2f} times its length; to another digit, typically: {other:.2f}")
plt.show()

# %% [markdown]
# ## What holds throughout
#
# * **Two words.** A *convolution* flips the kernel, a *cross-correlation* does not. Books and libraries mix them up,
#   and what is called a convolutional layer computes cross-correlations. Here each exercise says which one it means,
#   with a formula.
# * **Indices start at 0.** Pixel $(i, j)$ is in row $i$, counted from the top, and column $j$, counted from the left.
#   An image `x` has shape `(H, W)`; a kernel (or filter, or pattern) `k` has shape `(kh, kw)`, in formulas
#   $k_h \times k_w$, with $1 \le k_h \le H$ and $1 \le k_w \le W$ unless an exercise says otherwise. Neither needs to
#   be square.
# * **A batch** of $N$ images with $C$ channels is an array of shape `(N, C, H, W)`.
# * **Answers are NumPy arrays of dtype `float64`**, also when the input holds integers or is a nested list. Inputs are
#   finite numbers.
# * **Inputs belong to the caller.** Never change an array you were handed; work on a copy.
# * Answers are compared up to rounding: relative $10^{-9}$, or absolute $10^{-10}$ where the numbers are of size 1, and
#   more where they are larger. So any correct order of summation is fine, and so is the fast Fourier transform. NumPy's
#   warnings cost nothing.
# * Use `numpy` and the standard library; `matplotlib` for pictures. **A rule of this assignment:** no `np.convolve`, no
#   `np.correlate`, nor `np.polymul` (which calls the former). You are here to write them.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise calls another one of yours, so
# a slip in one does not cost you the next; only the pictures do.

# %% [markdown]
# ## Exercise 9.1: convolve1d
#
# The convolution of two sequences $f_0, \dots, f_{p-1}$ and $g_0, \dots, g_{q-1}$ has $p + q - 1$ entries,
#
# $$h_k = \sum_i f_i\, g_{k-i}, \qquad k = 0, \dots, p + q - 2,$$
#
# where the sum runs over all $i$ for which both indices exist. In other words: **every $f_i$ puts down a copy of $g$,
# starting at place $i$ and multiplied by $f_i$, and $h$ adds up the copies.** You have met it before. Multiply two
# polynomials $f_0 + f_1 t + \dots$ and $g_0 + g_1 t + \dots$: the coefficients of the product are the $h_k$. So
# convolution inherits the rules of multiplication: $f * g = g * f$, the order of three factors does not matter, and the
# sequence $(1)$ changes nothing.
#
# `convolve1d(f, g)` returns $h$, of shape `(len(f) + len(g) - 1,)`. `f` and `g` are arrays or lists of one number or
# more; either may be the longer one.
#
# **By hand.** $(1, 2, 3) * (4, 5) = (4,\ 5 + 8,\ 10 + 12,\ 15) = (4, 13, 22, 15)$. Without the flip, multiplying
# $(4, 5)$ place by place against $(1, 2, 3)$ would give $(5, 14, 23, 12)$: that is the cross-correlation.


# %% tags=["exercise"]
def convolve1d(f, g):
    """Convolve two sequences.

    f, g : arrays or lists, shapes (p,) and (q,), p, q >= 1
    returns : float64 array, shape (p + q - 1,)
    """
    #: start from zeros, and let every f_i put down its copy of g
    f = np.asarray(f, dtype=np.float64)
    g = np.asarray(g, dtype=np.float64)
    h = np.zeros(len(f) + len(g) - 1)
    for i in range(len(f)):
        h[i : i + len(g)] += f[i] * g
    return h


# %% [markdown]
# **Look.** On the left a signal with a jump and noise, convolved with seven equal weights (a moving average) and with
# the weights $(1, -1)$ (a difference). On the right, one box convolved with itself again and again, each time scaled to
# sum 1. Adding independent random numbers convolves their distributions, so you are watching the central limit theorem.

# %%
rng = np.random.default_rng(3)
place = np.arange(120)
signal = np.where(place < 60, 0.0, 1.0) + 0.15 * rng.standard_normal(120)

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2))
left.plot(place, signal, ".", color=GREY, markersize=4, label="signal")
smooth = convolve1d(signal, np.ones(7) / 7)[3:-3]
left.plot(place, smooth, color=BLUE, linewidth=2, label="moving average")
left.plot(place, 3 * convolve1d(smooth, [1, -1])[:-1] - 1, color=ORANGE, label="difference of it (times 3, lowered)")
left.set(xlabel="place", title="Two kernels: one smooths, one finds the jump", xlim=(3, 116), ylim=(-1.5, 2.4))
left.legend(fontsize=9, loc="upper left")

box = np.ones(9) / 9
power = np.array([1.0])
for n, color in zip(range(1, 5), [GREY, "#6fa8dc", BLUE, ORANGE], strict=True):
    power = convolve1d(power, box)
    right.plot(np.arange(len(power)) - (len(power) - 1) / 2, power, ".-", color=color, label=f"{n}")
right.set(xlabel="place", title="A box convolved with itself")
right.legend(title="boxes")
plt.show()

# %% [markdown]
# ## Exercise 9.2: convolve2d
#
# For an image $x$ of $H \times W$ pixels and a kernel $k$ of $k_h \times k_w$, the convolution *where the kernel fits*
# (often called "valid") is
#
# $$y_{ij} = \sum_{u=0}^{k_h-1} \sum_{v=0}^{k_w-1} k_{uv}\; x_{i + k_h - 1 - u,\ j + k_w - 1 - v}, \qquad
#   0 \le i \le H - k_h,\quad 0 \le j \le W - k_w .$$
#
# Both indices of $k$ run against those of $x$: lay the kernel on the image **flipped in both directions**, multiply
# what lies on top of each other, and add. No entry of the kernel ever leaves the image.
#
# `convolve2d(x, k)` returns $y$, of shape `(H - kh + 1, W - kw + 1)`.
#
# Why flip? Take an image that is 1 at one pixel and 0 elsewhere. Its convolution is **a copy of the kernel, upright**;
# without the flip the copy would stand on its head. And if the picture moves on a background of zeros, the answer moves
# with it and does not change otherwise. That is *equivariance*, and the reason for all that follows.
#
# **By hand.** For $x = \begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}$ and
# $k = \begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix}$ the flipped kernel is
# $\begin{pmatrix} -1 & 0 \\ 2 & 1 \end{pmatrix}$, so $y_{00} = -1 + 0 + 8 + 5 = 12$ and
# $y_{01} = -2 + 0 + 10 + 6 = 14$. (A cross-correlation would give $0$ and $2$.)


# %% tags=["exercise"]
def convolve2d(x, k):
    """Convolve an image with a kernel, wherever the kernel fits.

    x : array or nested list, shape (H, W)
    k : array or nested list, shape (kh, kw) with kh <= H, kw <= W
    returns : float64 array, shape (H - kh + 1, W - kw + 1)
    """
    #: flip the kernel once; then every entry of y is a sum over one patch of the image
    x = np.asarray(x, dtype=np.float64)
    flipped = np.asarray(k, dtype=np.float64)[::-1, ::-1]
    kh, kw = flipped.shape
    rows, columns = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    y = np.zeros((rows, columns))
    for u in range(kh):
        for v in range(kw):
            y += flipped[u, v] * x[u : u + rows, v : v + columns]
    return y


# %% [markdown]
# **Look.** Four kernels and what they make of one digit. The first adds up neighbours. The next two answer where the
# amount of ink changes from left to right or from top to bottom: orange where it falls, purple where it rises, as the
# flip turns the sign. The last answers where a pixel differs from its surroundings.

# %%
kernels = {
    "blur": np.ones((3, 3)) / 9,
    "left to right": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "top to bottom": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "surroundings": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
}
fig, axes = plt.subplots(2, 5, figsize=(10, 3.9))
show(axes[0, 0], three, "image (8 × 8)")
axes[1, 0].axis("off")
for (name, kernel), (top, bottom) in zip(kernels.items(), axes.T[1:], strict=True):
    show(top, kernel, name, signed=True)
    for (u, v), weight in np.ndenumerate(kernel):
        color = "white" if abs(weight) > 0.6 * np.max(np.abs(kernel)) else "black"
        top.text(v, u, f"{weight:.2g}", ha="center", va="center", fontsize=9, color=color)
    show(bottom, convolve2d(three, kernel), "its map (6 × 6)", signed=True)
plt.show()

# %% [markdown]
# **Think** (not graded). Which kernels give the same map with and without the flip? For which does only the sign
# change? Why is neither a good choice for testing a program?

# %% [markdown] tags=["answer"]
# Those that equal their own flip, $k_{uv} = k_{k_h-1-u,\, k_w-1-v}$, such as the blur and the surroundings: both
# programs agree on them. For those with $k_{uv} = -k_{k_h-1-u,\,k_w-1-v}$, such as the two edge kernels, only the sign
# changes, and a relu or an absolute value may hide even that. A good test uses nine different numbers.

# %% [markdown]
# ## Exercise 9.3: circular_convolve2d
#
# At the border of an image, shifts lose pixels, and statements about them need exceptions. On a *torus* they do not:
# what leaves on the right comes back on the left, what leaves at the bottom comes back at the top. The circular
# convolution is
#
# $$y_{ij} = \sum_{u=0}^{k_h-1} \sum_{v=0}^{k_w-1} k_{uv}\; x_{(i-u) \bmod H,\ (j-v) \bmod W}, \qquad
#   0 \le i < H,\quad 0 \le j < W .$$
#
# **The origin of the kernel is its entry $(0, 0)$**, not its middle: the kernel that is 1 at $(u, v)$ and 0 elsewhere
# moves the image $u$ pixels down and $v$ to the right. So $y$ is a weighted sum of moved copies of $x$. As moving
# commutes with moving, moving $x$ by *any* distance moves $y$ by the same, exactly and without exceptions at the
# border.
#
# `circular_convolve2d(x, k)` returns $y$, of the same shape as `x`.
#
# **By hand.** $x = (1, 2, 4)$, one row, and $k = (10, 1)$ give $y_0 = 10 \cdot 1 + 1 \cdot 4 = 14$, then
# $y_1 = 20 + 1 = 21$ and $y_2 = 40 + 2 = 42$.


# %% tags=["exercise"]
def circular_convolve2d(x, k):
    """Convolve an image with a kernel on the torus; the origin of the kernel is k[0, 0].

    x : array or nested list, shape (H, W)
    k : array or nested list, shape (kh, kw) with kh <= H, kw <= W
    returns : float64 array, shape (H, W)
    """
    #: one moved copy of the image for each weight
    x = np.asarray(x, dtype=np.float64)
    k = np.asarray(k, dtype=np.float64)
    y = np.zeros(x.shape)
    for u in range(k.shape[0]):
        for v in range(k.shape[1]):
            y += k[u, v] * np.roll(x, (u, v), axis=(0, 1))
    return y


# %% [markdown]
# **Look.** The digit, and the digit moved around the torus by 3 rows and 5 columns. Below, their convolutions with a
# kernel of $3 \times 3$. Move first and convolve then, or the other way round: the difference is drawn on the right, on
# the same scale. Then the same experiment with an operation that has *different* weights at every place.

# %%
kernel = np.array([[2.0, 1.0, 0.0], [1.0, 0.0, -1.0], [0.0, -1.0, -2.0]])
moved = np.roll(three, (3, 5), axis=(0, 1))
one_way, other_way = (
    circular_convolve2d(moved, kernel),
    np.roll(circular_convolve2d(three, kernel), (3, 5), axis=(0, 1)),
)
mixing = np.random.default_rng(0).standard_normal((64, 64)) / 8
dense = (mixing @ moved.ravel()).reshape(8, 8)
dense_moved = np.roll((mixing @ three.ravel()).reshape(8, 8), (3, 5), axis=(0, 1))

fig, axes = plt.subplots(2, 4, figsize=(10, 4.9))
rows = [("convolved", one_way, other_way), ("dense layer", dense, dense_moved)]
for row, (name, first, second) in zip(axes, rows, strict=True):
    show(row[0], moved, "image, moved")
    show(row[1], first, f"moved, then {name}", signed=True)
    show(row[2], second, f"{name}, then moved", signed=True)
    scale = np.max(np.abs(first))
    row[3].imshow(first - second, vmin=-scale, vmax=scale, cmap="PuOr_r")
    row[3].set(title=f"difference (up to {np.max(np.abs(first - second)):.1g})", xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Exercise 9.4: feature_scores
#
# What does a filter see? Lay a pattern $p$ on the patch $P_{ij}$ of the image that starts at $(i, j)$, that is
# $(P_{ij})_{uv} = x_{i+u,\, j+v}$, multiply entry by entry (the *Hadamard product*) and add:
# $\langle P_{ij}, p \rangle = \sum_{u,v} x_{i+u,\,j+v}\, p_{uv}$. By the Cauchy-Schwarz inequality this is largest,
# among patches of the same length, where the patch is a multiple of the pattern. But patches do not all have the same
# length, and a bright patch of any form beats a faint copy of the pattern. The fair score is the **cosine**
#
# $$s_{ij} = \frac{\langle P_{ij}, p \rangle}{\lVert P_{ij} \rVert\, \lVert p \rVert} \in [-1, 1], \qquad
#   s_{ij} = 0 \ \text{ if } P_{ij} = 0, \qquad \lVert p \rVert^2 = \sum_{u,v} p_{uv}^2 .$$
#
# It is 1 exactly where a positive multiple of the pattern sits, and multiplying the image or the pattern by $c > 0$
# changes nothing. There is **no flip**: the pattern is compared as it is.
#
# `feature_scores(x, pattern)` returns the array $s$ of shape `(H - kh + 1, W - kw + 1)`. The pattern is never zero.
# Patches may be, exactly; those that are not have a length of at least $10^{-2}$, so nothing here depends on what you
# call "nearly zero" (stay below $10^{-10}$, please). Images of one pixel are possible, and patterns of one pixel or of
# the size of the image.
#
# **By hand.** $x = (3, 4, 0, 0)$, one row, and $p = (3, 4)$: the patches $(3, 4)$, $(4, 0)$, $(0, 0)$ score $1$,
# $\frac{12}{4 \cdot 5} = \frac35$ and $0$.


# %% tags=["exercise"]
def feature_scores(x, pattern):
    """Return the cosine between every patch of an image and a pattern; 0 for a patch of zeros.

    x : array or nested list, shape (H, W)
    pattern : array or nested list, shape (kh, kw) with kh <= H, kw <= W, not zero
    returns : float64 array, shape (H - kh + 1, W - kw + 1), entries in [-1, 1]
    """
    #: for each place: the patch, its product with the pattern, its length
    x = np.asarray(x, dtype=np.float64)
    pattern = np.asarray(pattern, dtype=np.float64)
    kh, kw = pattern.shape
    scores = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1))
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            patch = x[i : i + kh, j : j + kw]
            length = np.sqrt(np.sum(patch**2))
            if length > 0:
                scores[i, j] = np.sum(patch * pattern) / (length * np.sqrt(np.sum(pattern**2)))
    return scores


# %% [markdown]
# **Look.** A scene with two crosses, one bright and one faint, a bright square, and a little noise. The raw sums of
# products point to the square. The cosines find both crosses (circles: the two highest cosines).

# %%
rng = np.random.default_rng(1)
cross = np.array([[1, 0, 0, 0, 1], [0, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 1.0]])
scene = 0.03 * rng.random((24, 36))
scene[3:8, 4:9] += 0.6 * cross
scene[16:21, 12:17] += 0.15 * cross
scene[8:16, 24:32] += 1.0
raw = np.array([[np.sum(scene[i : i + 5, j : j + 5] * cross) for j in range(32)] for i in range(20)])
scores = feature_scores(scene, cross)
best = np.argsort(scores, axis=None)[-2:]

fig, axes = plt.subplots(1, 4, figsize=(11, 2.7), width_ratios=[0.45, 1, 1.15, 1.15])
show(axes[0], cross, "pattern")
show(axes[1], scene, "scene")
for i, j in zip(*np.unravel_index(best, scores.shape), strict=True):
    axes[1].plot(j + 2, i + 2, "o", markersize=26, markerfacecolor="none", color=ORANGE, markeredgewidth=2)
fig.colorbar(axes[2].imshow(raw, cmap="viridis"), ax=axes[2], shrink=0.7)
fig.colorbar(axes[3].imshow(scores, cmap="viridis", vmin=0, vmax=1), ax=axes[3], shrink=0.7)
axes[2].set(title="raw sums of products", xticks=[], yticks=[])
axes[3].set(title="cosines", xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Exercise 9.5: conv_matrix
#
# The cross-correlation of an image with a kernel, wherever it fits,
#
# $$y_{ij} = \sum_{u,v} k_{uv}\; x_{i+u,\, j+v}, \qquad 0 \le i \le H - k_h,\quad 0 \le j \le W - k_w,$$
#
# is linear in $x$, so it is a dense layer with some matrix $M$. Write images as vectors by reading them **row by row**
# (as `x.ravel()` does): pixel $(p, q)$ of $x$ has the number $pW + q$, place $(i, j)$ of $y$ the number
# $i\,(W - k_w + 1) + j$. Then $M \operatorname{vec}(x) = \operatorname{vec}(y)$ with
#
# $$M_{i(W - k_w + 1) + j,\ (i+u)W + (j+v)} = k_{uv}, \qquad \text{all other entries } 0 .$$
#
# There is **no flip**: this is the matrix of a convolutional layer. Two things make it special. It is *sparse*: a row
# has only $k_h k_w$ weights that may differ from 0. And it *shares*: all rows hold the same weights.
#
# `conv_matrix(k, H, W)` returns $M$, of shape `((H - kh + 1) * (W - kw + 1), H * W)`.
#
# **By hand.** For $k = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$ and images of $2 \times 3$ pixels,
#
# $$M = \begin{pmatrix} 1 & 2 & 0 & 3 & 4 & 0 \\ 0 & 1 & 2 & 0 & 3 & 4 \end{pmatrix}.$$


# %% tags=["exercise"]
def conv_matrix(k, H, W):
    """Write the cross-correlation with a kernel (no flip) as a matrix acting on images read row by row.

    k : array or nested list, shape (kh, kw)
    H, W : height and width of the images, kh <= H, kw <= W
    returns : float64 array, shape ((H - kh + 1) * (W - kw + 1), H * W)
    """
    #: row by row: put the kernel on an image of zeros where it sits for this row, and read that image
    k = np.asarray(k, dtype=np.float64)
    kh, kw = k.shape
    rows = []
    for i in range(H - kh + 1):
        for j in range(W - kw + 1):
            image = np.zeros((H, W))
            image[i : i + kh, j : j + kw] = k
            rows.append(image.ravel())
    return np.array(rows)


# %% [markdown]
# **Look.** The matrix of one $3 \times 3$ filter on images of $8 \times 8$ pixels, beside a dense matrix of the same
# shape. The pattern repeats along diagonals, in blocks: one block per row of the image. Of 2304 entries 324 are used,
# and only 9 are different.

# %%
kernel = np.array([[-3.0, 1.0, 2.0], [-2.0, 3.0, 4.0], [-1.0, -4.0, 1.5]])
M = conv_matrix(kernel, 8, 8)
dense = np.random.default_rng(0).standard_normal(M.shape)

fig, axes = plt.subplots(1, 2, figsize=(10, 3.6))
counts = [f"conv_matrix: {kernel.size} parameters", f"a dense layer: {dense.size} parameters"]
for ax, matrix, title in zip(axes, [M, dense], counts, strict=True):
    drawn = show(ax, matrix, title, signed=True)
    ax.set(xlabel="pixel of the image, 0 … 63", ylabel="place of the map, 0 … 35", xticks=range(0, 64, 8))
    ax.set(yticks=range(0, 36, 6))
    fig.colorbar(drawn, ax=ax, shrink=0.8)
plt.show()

# %% [markdown]
# ## Exercise 9.6: conv_layer
#
# Now the layer that networks use. Three things are new.
#
# * **Channels.** An image has $C$ of them (red, green, blue; or the maps of the layer before). A filter has its own
#   weights for each channel and *adds up* what it sees in all of them. There are $F$ filters, each with a bias $b_f$,
#   and each gives one map.
# * **Padding.** Before anything else every channel is framed by `pad` rows and columns of zeros on all four sides. With
#   $k_h = k_w = 3$ and `pad = 1`, the maps are as large as the image.
# * **Stride.** The filter moves `stride` pixels at a time, down and across.
#
# With $\tilde X$ for the framed batch and $s$ for the stride,
#
# $$Y_{nfij} = b_f + \sum_{c=0}^{C-1} \sum_{u=0}^{k_h-1} \sum_{v=0}^{k_w-1} W_{fcuv}\;
#   \tilde X_{n,\ c,\ is+u,\ js+v}, \qquad 0 \le i < H',\quad 0 \le j < W',$$
#
# $$H' = \left\lfloor \frac{H + 2\,\mathrm{pad} - k_h}{s} \right\rfloor + 1, \qquad
#   W' = \left\lfloor \frac{W + 2\,\mathrm{pad} - k_w}{s} \right\rfloor + 1 .$$
#
# It is a **cross-correlation: no flip**. (The filters are learnt, so the network does not care; we must agree on one.)
#
# `conv_layer(X, W, b, stride=1, pad=0)` returns $Y$, of shape `(N, F, H', W')`. Shapes: `X` `(N, C, H, W)`, `W`
# `(F, C, kh, kw)`, `b` `(F,)`. All sizes are at least 1, `stride` is at least 1, `pad` at least 0. The filter fits the
# *framed* image, $k_h \le H + 2\,\mathrm{pad}$ and $k_w \le W + 2\,\mathrm{pad}$; it may be larger than the image
# itself, and the stride may be larger than the filter. Plain loops are fast enough: no batch in grading
# has more than 1300 numbers.
#
# **By hand.** One image with the channels $(1, 2, 3)$ and $(4, 5, 6)$, one row each; the filter with $(1, 0)$ for the
# first channel, $(0, 1)$ for the second and bias 10 gives $1 + 5 + 10 = 16$ and $2 + 6 + 10 = 18$. The filter with
# $(0, 2)$ and $(0, 0)$ and bias 20 gives $24$ and $26$.


# %% tags=["exercise"]
def conv_layer(X, W, b, stride=1, pad=0):
    """Evaluate a convolutional layer (cross-correlation, zero padding) on a batch.

    X : array or nested list, shape (N, C, H, W)
    W : array or nested list, shape (F, C, kh, kw), the filters
    b : array or list, shape (F,)
    returns : float64 array, shape (N, F, (H + 2 pad - kh) // stride + 1, (W + 2 pad - kw) // stride + 1)
    """
    #: frame the images first; then add one product for each place (u, v) of the filter
    X, W, b = (np.asarray(part, dtype=np.float64) for part in (X, W, b))
    framed = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    n_images, n_filters, (kh, kw) = len(X), len(W), W.shape[2:]
    rows = (framed.shape[2] - kh) // stride + 1
    columns = (framed.shape[3] - kw) // stride + 1

    Y = np.zeros((n_images, n_filters, rows, columns)) + b[:, None, None]
    for u in range(kh):
        for v in range(kw):
            seen = framed[:, :, u::stride, v::stride][:, :, :rows, :columns]  # (N, C, H', W')
            Y += np.einsum("ncij,fc->nfij", seen, W[:, :, u, v])
    return Y


# %% [markdown]
# **Look.** Eight filters, one for an edge in each of eight directions, on two digits, with padding 1 and followed by
# relu. Each *feature map* shows where its edge is. Follow the right-hand side of the strokes through the maps.

# %%
edge = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
corner = np.array([[-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]])
edge_filters = np.stack([np.rot90(f, turns) for turns in range(4) for f in (edge, corner)])[:, None]  # (8, 1, 3, 3)

# %%
pair = images[[3, 4]][:, None]  # (2, 1, 8, 8)
maps = np.maximum(conv_layer(pair, edge_filters, np.zeros(8), pad=1), 0.0)

fig, axes = plt.subplots(3, 9, figsize=(11, 4))
axes[0, 0].axis("off")
for f in range(8):
    show(axes[0, f + 1], edge_filters[f, 0], f"filter {f}", signed=True)
for n in range(2):
    show(axes[n + 1, 0], pair[n, 0], "image")
    for f in range(8):
        axes[n + 1, f + 1].imshow(maps[n, f], vmin=0, vmax=maps.max(), cmap="gray_r")
        axes[n + 1, f + 1].set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Exercise 9.7: max_pool
#
# A feature map says where an edge is, to the pixel. To read a digit it is enough to know *about* where. **Max pooling**
# keeps the largest entry of each window,
#
# $$Y_{ncij} = \max_{0 \le u, v < \text{size}} X_{n,\ c,\ is+u,\ js+v}, \qquad
#   0 \le i \le \Big\lfloor \frac{H - \text{size}}{s} \Big\rfloor,\quad
#   0 \le j \le \Big\lfloor \frac{W - \text{size}}{s} \Big\rfloor,$$
#
# with the stride $s$. There is no padding: windows that do not fit are left out, so 7 pixels give 3 pairs, and rows or
# columns at the end may remain unused. Each channel is pooled for itself. If $s < \text{size}$ the windows overlap, if
# $s > \text{size}$ there are gaps between them.
#
# `max_pool(X, size, stride)` returns $Y$ in float64. `X` has shape `(N, C, H, W)`, windows are square with
# $1 \le \text{size} \le \min(H, W)$, and $s \ge 1$.
#
# Inside a window, order does not matter: that is where the network stops caring about small shifts. And the maximum
# commutes with every increasing function, so relu before or after pooling makes no difference (which is cheaper?).
#
# **By hand.** Rows $(-3, -1, 4, 6, 9)$ and $(-2, -5, 0, 1, 8)$, size 2, stride 2: $-1$ and $6$. The last column fills
# no window. And the first answer is negative, although it is tempting to begin with a maximum of 0.


# %% tags=["exercise"]
def max_pool(X, size, stride):
    """Take the maximum over square windows, for each image and channel; windows that do not fit are left out.

    X : array or nested list, shape (N, C, H, W)
    size : height and width of the windows, at most min(H, W)
    stride : step from one window to the next
    returns : float64 array, shape (N, C, (H - size) // stride + 1, (W - size) // stride + 1)
    """
    X = np.asarray(X, dtype=np.float64)
    n_images, n_channels, height, width = X.shape
    Y = np.empty((n_images, n_channels, (height - size) // stride + 1, (width - size) // stride + 1))
    for i in range(Y.shape[2]):
        for j in range(Y.shape[3]):
            top, left = i * stride, j * stride
            Y[:, :, i, j] = X[:, :, top : top + size, left : left + size].max(axis=(2, 3))
    return Y


# %% [markdown]
# **Look: what pooling keeps.** On the left, a digit here and one pixel to the right, the map of one edge filter, and
# that map pooled. On the right, over 100 digits and all eight maps: how alike the next layer finds a digit and its
# moved self (the cosine between their maps, on average), and how alike it finds two different digits. Larger windows
# forgive the shift, and they forget the digit. The art is to stop in between.


# %%
def alike(first, second):
    """Return the mean cosine between images of two batches, all maps together."""
    first, second = first.reshape(len(first), -1), second.reshape(len(second), -1)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.mean(np.sum(first * second, axis=1) / lengths)


sample = images[:100][:, None]
here = np.maximum(conv_layer(sample, edge_filters, np.zeros(8), pad=1), 0.0)
there = np.maximum(conv_layer(move_right(sample), edge_filters, np.zeros(8), pad=1), 0.0)
follower = np.roll(np.arange(100), -1)
different = labels[:100] != labels[follower]

sizes = [1, 2, 4, 8]
moved, other = [], []
for size in sizes:
    pooled_here, pooled_there = max_pool(here, size, size), max_pool(there, size, size)
    moved.append(alike(pooled_here, pooled_there))
    other.append(alike(pooled_here[different], pooled_here[follower[different]]))

names = ["image", "edge map", "pooled 2 × 2", "pooled 4 × 4"]
fig = plt.figure(figsize=(11, 4))
left, right = fig.subfigures(1, 2, width_ratios=[1.7, 1])
for row, (words, picture, maps) in enumerate(
    [("here", sample[3, 0], here[3, :1]), ("one to the right", move_right(sample)[3, 0], there[3, :1])]
):
    stages = [picture, maps[0], max_pool(maps[None], 2, 2)[0, 0], max_pool(maps[None], 4, 4)[0, 0]]
    for column, stage in enumerate(stages):
        ax = left.add_subplot(2, 4, 4 * row + column + 1)
        show(ax, stage, "" if row else names[column])
        ax.set_ylabel("" if column else words)
ax = right.add_subplot()
ax.plot(range(4), moved, "o-", color=BLUE, label="itself, moved by one pixel")
ax.plot(range(4), other, "o-", color=ORANGE, label="a different digit")
ax.set(xlabel="size of the pooling windows", ylabel="alike (mean cosine)", ylim=(0, 1.02))
ax.set_xticks(range(4), [f"{size} × {size}" for size in sizes])
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# ## Exercise 9.8: conv_layer_backward
#
# To train the filters one needs gradients. Let the layer have stride 1 and no padding, and let $dY$ (shape of $Y$) be
# the gradient of some loss with respect to $Y$, as it arrives from the layers above. You are to pass it on: find the
# gradients of
#
# $$\Phi(X, W, b) = \sum_{n,f,i,j} dY_{nfij}\, Y_{nfij}, \qquad
#   Y_{nfij} = b_f + \sum_{c,u,v} W_{fcuv}\, X_{n,\,c,\,i+u,\,j+v} .$$
#
# Each product $W_{fcuv}\, X_{n,c,i+u,j+v}$ appears once, with the factor $dY_{nfij}$. So collect for each weight what
# it was multiplied by, and for each pixel what *it* was multiplied by:
#
# $$dW_{fcuv} = \sum_{n,i,j} dY_{nfij}\, X_{n,\,c,\,i+u,\,j+v}, \qquad
#   dX_{ncpq} = \sum_{f}\ \sum_{\substack{i+u=p \\ j+v=q}} W_{fcuv}\, dY_{nfij}, \qquad
#   db_f = \sum_{n,i,j} dY_{nfij} .$$
#
# Sums, not means: the loss has taken its mean already. Look at the middle formula. Indices that *add up* to $(p, q)$
# are the mark of a convolution: $dX$ is $dY$ convolved with $W$, **with** the flip, and in full (also where they
# overlap in part only, so that $dX$ is as large as $X$). The way back through a cross-correlation is a convolution, as
# the transpose of $M$ in 9.5 shows.
#
# `conv_layer_backward(dY, X, W)` returns the tuple `(dX, dW, db)`, with the shapes of `X` `(N, C, H, W)`, `W`
# `(F, C, kh, kw)` and `b` `(F,)`. `dY` has shape `(N, F, H - kh + 1, W - kw + 1)`. Kernels are of any size from one
# pixel to the whole image.
#
# **By hand.** $X = (1, 2, 3)$ and $W = (10, 20)$, one row each, $dY = (1, 100)$. As
# $Y = (w_0 x_0 + w_1 x_1,\ w_0 x_1 + w_1 x_2)$, we get $dX = (10,\ 20 + 1000,\ 2000)$,
# $dW = (1 + 200,\ 2 + 300)$ and $db = 101$.
#
# We test with the *adjoint identity*. As $\Phi$ is linear in $X$ and in $W$ (for $b = 0$), for all directions $X'$,
# $W'$ of the right shapes it must hold that $\langle dX, X' \rangle = \langle dY, L(X', W) \rangle$ and
# $\langle dW, W' \rangle = \langle dY, L(X, W') \rangle$, where $L(X, W)$ is the layer without bias. Try it yourself:
# it finds every slip, and needs no step size.


# %% tags=["exercise"]
def conv_layer_backward(dY, X, W):
    """Return the gradients of sum(dY * conv_layer(X, W, b)) for stride 1 and no padding.

    dY : array or nested list, shape (N, F, H - kh + 1, W - kw + 1)
    X : array or nested list, shape (N, C, H, W)
    W : array or nested list, shape (F, C, kh, kw)
    returns : tuple (dX, dW, db) of float64 arrays, shapes (N, C, H, W), (F, C, kh, kw), (F,)
    """
    #: for one place (u, v) of the filter: which part of X did W[:, :, u, v] meet?
    dY, X, W = (np.asarray(part, dtype=np.float64) for part in (dY, X, W))
    rows, columns = dY.shape[2:]
    dX = np.zeros(X.shape)
    dW = np.empty(W.shape)
    for u in range(W.shape[2]):
        for v in range(W.shape[3]):
            met = X[:, :, u : u + rows, v : v + columns]
            dW[:, :, u, v] = np.einsum("nfij,ncij->fc", dY, met)
            dX[:, :, u : u + rows, v : v + columns] += np.einsum("nfij,fc->ncij", dY, W[:, :, u, v])
    return dX, dW, dY.sum(axis=(0, 2, 3))


# %% [markdown]
# **Look.** Your gradient at work: a filter is learnt. The task shows only images and the maps that an unknown filter
# made of them; gradient descent on the mean squared error starts from noise and finds the filter.

# %%
unknown = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])[None, None]
sample = images[:15][:, None]
wanted = conv_layer(sample, unknown, np.zeros(1))
learnt = 0.3 * np.random.default_rng(5).standard_normal((1, 1, 3, 3))

errors, snapshots = [], {}
for step in range(401):
    error = conv_layer(sample, learnt, np.zeros(1)) - wanted
    errors.append(np.mean(error**2))
    if step in (0, 20, 100, 400):
        snapshots[step] = learnt[0, 0]
    _, gradient, _ = conv_layer_backward(2 * error / error.size, sample, learnt)
    learnt = learnt - 0.3 * gradient

fig, axes = plt.subplots(1, 6, figsize=(11, 2.4), width_ratios=[2, 1, 1, 1, 1, 1])
axes[0].semilogy(errors, color=BLUE)
axes[0].set(xlabel="step", title="mean squared error")
for ax, (step, picture) in zip(axes[1:5], snapshots.items(), strict=True):
    ax.imshow(picture, vmin=-2, vmax=2, cmap="PuOr_r")
    ax.set(title=f"step {step}", xticks=[], yticks=[])
axes[5].imshow(unknown[0, 0], vmin=-2, vmax=2, cmap="PuOr_r")
axes[5].set(title="unknown filter", xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Exercise 9.9: capstone_features
#
# The last exercise puts the parts together. `capstone_features(X)` turns a batch of digits `X`, shape `(N, 1, 8, 8)`
# with values in $[0, 1]$, into an array of shape `(N, D)`: $D$ *features* for each image. **We** do the rest. The
# grader trains a linear classifier on your features of 600 images (ridge regression with penalty $\lambda = 1$ on
# one-hot targets, features and targets centred) and reads the other 1197 images twice: as they are, and **moved by one
# pixel to the right** (a column of zeros comes in, the last column is lost). No moved image is shown in training.
#
# The rules: $1 \le D \le 512$; all features are finite and at most $10^3$ in absolute value; the same image always gets
# the same features, whatever the other images of the batch (up to rounding); no training data are needed and none are
# given.
#
# A recipe that works: eight edge filters of $3 \times 3$ (an edge in eight directions, as in the picture of 9.6,
# divided by 4) with padding 1, relu, max pooling over windows of $2 \times 2$ with stride 2, and everything in one row:
# $D = 8 \cdot 4 \cdot 4 = 128$. Write out what you need inside the function. Mind the scale: the penalty $\lambda = 1$
# holds back small features more than large ones, so dividing all features by 4 makes the classifier more cautious. On
# moved images that is worth seven points of a hundred.
#
# **Why it matters.** The 64 pixels as features give about 93 % on the clean images and 37 % on the moved ones: the
# classifier knows which pixel was dark, and it is not there any more. Edges with relu and pooling give 96 % and 63 %.
# (Leave out relu and pooling, and the edges give no more than the pixels do. Why is that no surprise?)
#
# **Grading.** Mean accuracies over three random splits. At least **0.94** on clean images and **0.45** on moved ones
# earn half of the points; at least **0.94** and **0.50** all of them. Any features built with NumPy that stay within 10
# s per call are welcome; the recipe takes a fraction of a second.


# %% tags=["exercise"]
def capstone_features(X):
    """Describe each image by at most 512 numbers.

    X : float64 array, shape (N, 1, 8, 8), values in [0, 1]
    returns : array, shape (N, D) with D <= 512; row n depends on image n only
    """
    edge = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4
    corner = np.array([[-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]]) / 4
    filters = np.stack([np.rot90(f, turns) for turns in range(4) for f in (edge, corner)])  # (8, 3, 3)

    framed = np.pad(X[:, 0], ((0, 0), (1, 1), (1, 1)))
    maps = np.zeros((len(X), 8, 8, 8))
    for u in range(3):
        for v in range(3):
            maps += filters[:, u, v][:, None, None] * framed[:, None, u : u + 8, v : v + 8]
    maps = np.maximum(maps, 0.0)
    pooled = maps.reshape(len(X), 8, 4, 2, 4, 2).max(axis=(3, 5))
    return pooled.reshape(len(X), -1)


# %% [markdown]
# **Look.** The same linear classifier on your features and on plain pixels, as the test images move further and further
# to the right. One pixel costs the pixels most of what they knew. Two are too many for both: what would you change to
# get further?


# %%
def ridge_accuracy(train_features, train_labels, tests, test_labels):
    """Fit ridge regression (penalty 1) to one-hot targets; return the accuracy on each set of test features."""
    mean, targets = train_features.mean(axis=0), np.eye(10)[train_labels]
    centred, heights = train_features - mean, targets.mean(axis=0)
    V = np.linalg.solve(centred.T @ centred + np.eye(len(mean)), centred.T @ (targets - heights))
    return [np.mean(np.argmax((F - mean) @ V + heights, axis=1) == test_labels) for F in tests]


# %%
order = np.random.default_rng(0).permutation(len(labels))
train, test = order[:600], order[600:]
moved = [images[test][:, None]]
for _ in range(4):
    moved.append(move_right(moved[-1]))

curves = {}
for name, features in {"your features": capstone_features, "64 pixels": lambda X: X.reshape(len(X), -1)}.items():
    tests = [features(batch) for batch in moved]
    curves[name] = ridge_accuracy(features(images[train][:, None]), labels[train], tests, labels[test])
print(f"your features: {curves['your features'][0]:.3f} clean, {curves['your features'][1]:.3f} moved by one pixel")

fig, axes = plt.subplot_mosaic("aaaaa;01234", figsize=(7, 4.6), height_ratios=[2.6, 1])
for (name, values), color in zip(curves.items(), [BLUE, GREY], strict=True):
    axes["a"].plot(range(5), values, "o-", color=color, label=name)
axes["a"].axhline(0.1, linestyle="--", color=GREY, linewidth=0.8)
axes["a"].text(-0.45, 0.12, "guessing", color=GREY)
axes["a"].set(xlabel="test images moved to the right by … pixels", ylabel="accuracy", xticks=range(5))
axes["a"].set(xlim=(-0.5, 4.5), ylim=(0, 1))
axes["a"].legend()
for distance, batch in enumerate(moved):
    show(axes[str(distance)], batch[0, 0])
plt.show()

# %% [markdown]
# ## What you have built
#
# A convolution puts down the same picture wherever its input asks for it (9.1, 9.2), and so it commutes with shifts
# (9.3): *equivariance*, by construction and not by training. Its filters answer where the image looks like them (9.4).
# It is nothing but a dense layer in which most weights are zero and the others repeat (9.5), so whatever you know of
# dense layers still holds, the chain rule included (9.8). Pooling then trades the place of a feature for tolerance to
# small shifts (9.7), the first step from equivariance to *invariance*. How far that carries you have seen on digits
# that no one had shown to the classifier (9.9). Stack such layers, let gradient descent choose the filters, and you
# have the networks that read photographs.
