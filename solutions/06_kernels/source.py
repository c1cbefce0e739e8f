# ---
# title: Kernel methods
# chapter: 2nd edition
# points: 100
# summary: Let straight lines bend by measuring inner products differently, up to a support vector machine and digits.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# ---

# %% [markdown]
# # Kernel methods
#
# **How can a method that only draws straight lines draw a circle?**
#
# Below on the left, no straight line has the two classes on its two sides. On the right every point $x = (x_1, x_2)$
# has moved to $\varphi(x) = (x_1, x_2, x_1^2 + x_2^2)$, and a plane does it at once. Linear methods are not too weak,
# they only look at the wrong *features*. The price seems to be high: products of degree 5 of 64 pixels are ten million
# features. The surprise of this chapter is that we never have to write them down. Many linear methods use their objects
# only through inner products, and $\varphi(x) \cdot \varphi(z)$ can often be computed as a simple function $k(x, z)$ of
# the two original points, the **kernel**.
#
# * **From features to kernels.** An explicit feature map (6.1), and two kernels that replace it (6.2, 6.3).
# * **From kernels back to features.** Which matrices are matrices of inner products (6.4), and of which vectors (6.5)?
# * **Learning.** Ridge regression (6.6) and the size of its functions (6.7), the perceptron (6.8) and the support
#   vector machine (6.9), each given nothing but a matrix of kernels.
# * **At work.** Handwritten digits (6.10).

# %%
import matplotlib.pyplot as plt
import numpy as np

from autograder import check

BLUE, ORANGE, GREY = "#1f5fa8", "#e07b00", "#8a8a8a"
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
rng = np.random.default_rng(1)
rings_y = np.repeat([1.0, -1.0], 60)  # +1 inside, -1 outside
radius = np.where(rings_y > 0, rng.uniform(0.0, 0.7, 120), rng.uniform(1.0, 1.5, 120))
angle = rng.uniform(0, 2 * np.pi, 120)
rings = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
rings_colors = np.where(rings_y > 0, ORANGE, BLUE)

# %%
fig = plt.figure(figsize=(9.5, 4))
left = fig.add_subplot(1, 2, 1)
left.scatter(*rings.T, color=rings_colors, s=18)
left.set(title="In the plane: no line separates them", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
right = fig.add_subplot(1, 2, 2, projection="3d")
side = np.linspace(-1.5, 1.5, 2)
right.plot_surface(*np.meshgrid(side, side), np.full((2, 2), 0.75), color=GREY, alpha=0.3)
right.scatter(*rings.T, (rings**2).sum(axis=1), color=rings_colors, s=18, depthshade=False)
right.set(title="With one more feature: a plane does", xlabel="$x_1$", ylabel="$x_2$", zlabel="$x_1^2 + x_2^2$")
right.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1], zticks=[0, 1, 2])
right.view_init(elev=12, azim=-60)
right.set_box_aspect(None, zoom=0.85)
plt.show()

# %% [markdown]
# ## What holds throughout
#
# * **Objects are rows.** $N$ objects with $n$ features are an array `X` of shape `(N, n)`. A vector has shape `(n,)`,
#   never `(n, 1)`.
# * **A matrix of kernels** has the entries $K_{ij} = k(x_i, z_j)$: its rows belong to the first set, its columns to the
#   second. For a set with itself it is the *Gram matrix*, of shape `(N, N)`.
# * **Labels** of two classes are the floats $-1$ and $+1$, shape `(N,)`. Values in regression are any real numbers.
# * **Answers are of dtype `float64`** unless an exercise says otherwise. All arrays may be handed to you as nested
#   lists or with integers in them. Converting them first, `np.asarray(X, dtype=np.float64)`, saves you from surprises.
# * **Inputs belong to the caller.** Never change an array you were handed; work on a copy.
# * Answers are compared up to rounding (relative $10^{-9}$ times a factor for the size of the problem, unless stated),
#   so any correct order of summation is fine. NumPy's warnings cost nothing; a `nan` does.
# * Use `numpy` and the standard library; `matplotlib` for pictures.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise calls another one of yours, so
# a slip in one does not cost you the next; only the pictures do.

# %% [markdown]
# ## Exercise 6.1: quadratic_features
#
# Multiply out the square of an inner product in the plane, with a constant $c \ge 0$ added:
#
# $$(x \cdot z + c)^2 = x_1^2 z_1^2 + x_2^2 z_2^2 + 2\, x_1 x_2\, z_1 z_2 + 2c\, x_1 z_1 + 2c\, x_2 z_2 + c^2 .$$
#
# Each term is a product of something that depends on $x$ only and *the same* thing of $z$. So the right-hand side is an
# inner product $\varphi(x) \cdot \varphi(z)$, and you can read off the feature map $\varphi$.
#
# `quadratic_features(X, c)` returns the array `Phi` of shape `(N, D)` with the features of row $i$ of `X` in row $i$,
# such that for any two objects with any number $n \ge 1$ of features
#
# $$\varphi(x) \cdot \varphi(z) = (x \cdot z + c)^2 .$$
#
# * `X` has shape `(N, n)`, $N \ge 1$; $c \ge 0$ is a number.
# * $\varphi$ maps each object **on its own**: it may use $x$ and $c$, not the other objects.
# * At most $D = 1 + 2n + n^2$ columns, and the same number for every object. Order and signs of the columns are up to
#   you, and so is whether $x_1 x_2$ and $x_2 x_1$ share a column; only inner products are tested.
#
# **By hand.** For $n = 1$, $c = 2$, a feature map is $\varphi(x) = (x^2, 2x, 2)$: with $x = 1$, $z = 3$,
# $\varphi(x) \cdot \varphi(z) = 9 + 12 + 4 = 25 = (3 + 2)^2$.


# %% tags=["exercise"]
def quadratic_features(X, c):
    """Map objects to features whose inner products are (x·z + c)^2.

    X : array or nested list, shape (N, n)
    c : number, c >= 0
    returns : float64 array, shape (N, D) with D <= 1 + 2n + n^2
    """
    #: where does the factor 2 of a mixed term go, if both sides are to have the same share of it?
    X = np.asarray(X, dtype=np.float64)
    N, n = X.shape
    columns = [np.full(N, float(c))]
    for i in range(n):
        columns.append(np.sqrt(2.0 * c) * X[:, i])
        columns.append(X[:, i] ** 2)
        columns.extend(np.sqrt(2.0) * X[:, i] * X[:, j] for j in range(i))
    return np.column_stack(columns)


# %% [markdown]
# **Look.** The rings again, projected from your feature space to the plane in which a straight line separates the
# classes: we fit a linear function $w \cdot \varphi(x)$ by least squares and draw its value against the distance from
# the origin. In the plane of the objects, its level $0$ is a curve of second order.

# %%
Phi = quadratic_features(rings, 1.0)
w, *_ = np.linalg.lstsq(Phi, rings_y, rcond=None)
side = np.linspace(-1.8, 1.8, 121)
plane = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
values = (quadratic_features(plane, 1.0) @ w).reshape(121, 121)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
left.scatter(np.linalg.norm(rings, axis=1), Phi @ w, color=rings_colors, s=18)
left.axhline(0, color="black", linewidth=1)
left.set(xlabel=r"$|x|$", ylabel=r"$w \cdot \varphi(x)$", title="Linear in the features")
right.contour(side, side, values, levels=[0], colors="black")
right.scatter(*rings.T, color=rings_colors, s=18)
right.set(xlabel="$x_1$", ylabel="$x_2$", title=r"The same function in the plane: $w \cdot \varphi(x) = 0$")
right.set_aspect("equal")
plt.show()

# %% [markdown]
# ## Exercise 6.2: polynomial_kernel
#
# The left-hand side of 6.1 costs one inner product, the right-hand side about $n^2/2$. With higher powers the
# difference becomes absurd. The **polynomial kernel** of degree $d$,
#
# $$k(x, z) = (x \cdot z + c)^d ,$$
#
# belongs to a feature map of all $\binom{n + d}{d}$ monomials up to degree $d$, and still costs one inner product and
# one power. To compute $\varphi(x) \cdot \varphi(z)$ without computing $\varphi$ is the **kernel trick**.
#
# `polynomial_kernel(X, Z, degree, c)` returns the array of shape `(N, M)` with the entries
# $K_{ij} = (x_i \cdot z_j + c)^d$, where $x_i$ are the rows of `X`, shape `(N, n)`, and $z_j$ those of `Z`, shape
# `(M, n)`. The degree $d \ge 1$ is an integer, $c \ge 0$. (Some libraries divide $x \cdot z$ by $n$ first. We do not.)
#
# Objects with integer entries must give correct float64 values also where powers exceed $2^{63}$. NumPy's integers
# wrap around there without a word.
#
# **By hand.** For $x = (1, 2)$, $z = (3, -1)$, $c = 2$, $d = 3$: $(3 - 2 + 2)^3 = 27$.


# %% tags=["exercise"]
def polynomial_kernel(X, Z, degree, c):
    """Return the matrix of polynomial kernels (x_i·z_j + c)^degree.

    X, Z : arrays or nested lists, shapes (N, n) and (M, n)
    degree : int, at least 1
    c : number, c >= 0
    returns : float64 array, shape (N, M)
    """
    X = np.asarray(X, dtype=np.float64)
    Z = np.asarray(Z, dtype=np.float64)
    return (X @ Z.T + c) ** degree


# %% [markdown]
# **Look.** The kernel as a measure of similarity: $k(x, z)$ for a fixed $z$ (the cross), as $x$ moves over the plane.
# Every function $\sum_i \alpha_i k(\cdot, z_i)$ that we are going to learn is built from such bricks. On the right, how
# many features the kernel saves us, for the 64 pixels of the digits.

# %%
side = np.linspace(-2, 2, 81)
plane = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
fig, axes = plt.subplots(1, 4, figsize=(11, 2.7), width_ratios=[1, 1, 1, 1.3])
for ax, degree in zip(axes[:3], [1, 2, 3], strict=True):
    values = polynomial_kernel(plane, [[0.8, 0.4]], degree, 0.5).reshape(81, 81)
    top = np.abs(values).max()
    ax.contourf(side, side, values, levels=np.linspace(-top, top, 16), cmap="PuOr_r")
    ax.plot(0.8, 0.4, "x", color="black")
    ax.set(title=f"degree {degree}", xticks=[-2, 0, 2], yticks=[-2, 0, 2], aspect="equal", xlabel="$x_1$")
axes[0].set_ylabel("$x_2$")
counts = [1.0]
for d in range(1, 9):
    counts.append(counts[-1] * (64 + d) / d)
axes[3].semilogy(range(1, 9), counts[1:], "o-", color=BLUE)
axes[3].set(title="features for 64 pixels", xlabel="degree $d$", yticks=[1e2, 1e4, 1e6, 1e8, 1e10])
plt.show()

# %% [markdown]
# ## Exercise 6.3: gaussian_kernel
#
# The most popular kernel measures similarity by distance:
#
# $$k(x, z) = \exp\left( - \frac{\lVert x - z \rVert^2}{2 \sigma^2} \right), \qquad \sigma > 0 .$$
#
# It is 1 for equal objects and falls to 0 within a few *widths* $\sigma$. Its feature space has infinitely many
# dimensions (expand the exponential of $x \cdot z / \sigma^2$ into its power series: all polynomial kernels at once),
# so here the trick is not a saving but the only way.
#
# `gaussian_kernel(X, Z, sigma)` returns the array of shape `(N, M)` with $K_{ij} = k(x_i, z_j)$, for `X` of shape
# `(N, n)` and `Z` of shape `(M, n)`. Mind both the square of $\sigma$ and the 2: some libraries take a parameter
# $\gamma = 1/(2\sigma^2)$ instead.
#
# The values may be off by $10^{-7}$ if the objects lie 1000 widths from the origin, so both ways of computing the
# distances are fine: the sum of squared differences, and $\lVert x \rVert^2 - 2 x \cdot z + \lVert z \rVert^2$, which
# loses some digits there. With the second way a squared distance of 0 may come out as $-10^{-16}$, so do not take its
# root. Objects very far apart have the kernel 0. Integers can be unsigned, as in images: convert before subtracting.
#
# **By hand.** For $x = (0, 0)$, $z = (3, 4)$ and $\sigma = 5$: $\exp(-25/50) = e^{-1/2} \approx 0.6065$.


# %% tags=["exercise"]
def gaussian_kernel(X, Z, sigma):
    """Return the matrix of Gaussian kernels exp(-|x_i - z_j|^2 / (2 sigma^2)).

    X, Z : arrays or nested lists, shapes (N, n) and (M, n)
    sigma : number, positive
    returns : float64 array, shape (N, M)
    """
    #: X[:, None, :] - Z[None, :, :] holds all differences
    X = np.asarray(X, dtype=np.float64)
    Z = np.asarray(Z, dtype=np.float64)
    squares = ((X[:, None, :] - Z[None, :, :]) ** 2).sum(axis=2)
    return np.exp(-squares / (2.0 * sigma**2))


# %% [markdown]
# **Look.** Gram matrices of 120 handwritten digits, sorted from 0 to 9 (`data/README.md` tells where they come from).
# With a small width every image resembles itself only, with a large one all are alike. In between the classes appear as
# squares along the diagonal, and nobody has told the kernel which digit is which.

# %%
digits = np.load("data/digits.npz")
images = digits["X"] / 16  # (1797, 64), counts 0..16 scaled to [0, 1]
labels = digits["y"]  # (1797,), 0..9

# %%
sample = np.concatenate([np.flatnonzero(labels == digit)[:12] for digit in range(10)])
fig, axes = plt.subplots(1, 3, figsize=(10, 3.4))
for ax, sigma in zip(axes, [0.3, 1.2, 6.0], strict=True):
    picture = ax.imshow(gaussian_kernel(images[sample], images[sample], sigma), cmap="magma", vmin=0, vmax=1)
    ticks = 12 * np.arange(10) + 5.5
    ax.set(title=rf"$\sigma = {sigma}$", xticks=ticks, yticks=ticks, xticklabels=range(10), yticklabels=range(10))
    ax.tick_params(length=0)
fig.colorbar(picture, ax=axes, label="$k(x, z)$", shrink=0.9)
plt.show()

# %% [markdown]
# ## Exercise 6.4: is_psd_kernel_matrix
#
# Which functions $k$ are inner products of *some* feature vectors? If $K_{ij} = \varphi(x_i) \cdot \varphi(x_j)$, then
# $K$ is symmetric, and for all numbers $a_1, \dots, a_N$
#
# $$a^\top K a = \sum_{i,j} a_i a_j\, \varphi(x_i) \cdot \varphi(x_j) = \Big\lVert \sum_i a_i \varphi(x_i) \Big\rVert^2
#   \ge 0 :$$
#
# $K$ is **positive semidefinite**, that is, symmetric with no eigenvalue below 0. By a theorem of Mercer and Aronszajn
# that is all: if every matrix $K$ of a function $k$ has this property, there is a feature space for $k$.
#
# `is_psd_kernel_matrix(K, tol=1e-9)` decides it for one square matrix `K` of shape `(N, N)`, $N \ge 1$. Since numbers
# are rounded, it returns `True` exactly when
#
# $$|K_{ij} - K_{ji}| \le \varepsilon \ \text{ for all } i, j \qquad \text{and} \qquad
#   \lambda_{\min}(K) \ge -\varepsilon, \qquad \varepsilon = \text{tol} \cdot \max\big(1, \max_{i,j} |K_{ij}|\big).$$
#
# For a matrix that passes the first condition, $\lambda_{\min}$ is the smallest eigenvalue of its symmetric part
# $\tfrac12 (K + K^\top)$. The answer is a `bool` (Python's or NumPy's), `False` also for a matrix that is not
# symmetric. No matrix in the tests is closer to the limit than a factor of 1000.
#
# Note that Gram matrices often have eigenvalues that *are* 0: $N$ vectors in fewer than $N$ dimensions. Rounding turns
# such a zero into $\pm 10^{-16}$, or more for larger entries; $\varepsilon$ is there for them.
#
# **By hand.** $\begin{pmatrix} 1 & -\frac12 \\ -\frac12 & 1 \end{pmatrix}$ has the eigenvalues $\frac12, \frac32$: yes.
# $\begin{pmatrix} 1 & 2 \\ 2 & 1 \end{pmatrix}$ has $-1, 3$: no, although all its entries are positive. No two vectors
# of length 1 have the inner product 2.


# %% tags=["exercise"]
def is_psd_kernel_matrix(K, tol=1e-9):
    """Tell whether K is symmetric and positive semidefinite, up to rounding.

    K : array or nested list, shape (N, N)
    tol : number, positive; tolerance relative to max(1, max |K_ij|)
    returns : bool
    """
    K = np.asarray(K, dtype=np.float64)
    allowed = max(tol, tol * np.abs(K).max())
    # eigvalsh reads one triangle only, so symmetry comes first
    return np.allclose(K, K.T, rtol=0, atol=allowed) and bool(np.linalg.eigvalsh(K).min() >= -allowed)


# %% [markdown]
# **Look.** Four functions that might pass for similarities, evaluated on the same 40 points: the eigenvalues of their
# matrices, and your verdict. A single negative eigenvalue (orange) means that there is no feature space.

# %%
rng = np.random.default_rng(4)
cloud = rng.standard_normal((40, 2))
squares = ((cloud[:, None, :] - cloud[None, :, :]) ** 2).sum(axis=2)
candidates = {
    r"$e^{-|x-z|^2/2}$": np.exp(-squares / 2),
    r"$(x \cdot z + 1)^2$": (cloud @ cloud.T + 1) ** 2,
    r"$\tanh(x \cdot z - 1)$": np.tanh(cloud @ cloud.T - 1),
    r"$-|x - z|$": -np.sqrt(squares),
}
fig, axes = plt.subplots(1, 4, figsize=(11, 2.7))
for ax, (formula, K) in zip(axes, candidates.items(), strict=True):
    eigenvalues = np.linalg.eigvalsh(K)[::-1]
    ax.bar(range(1, 41), eigenvalues, color=np.where(eigenvalues > -1e-9, BLUE, ORANGE))
    ax.axhline(0, color="black", linewidth=0.6)
    ax.set_yscale("symlog", linthresh=0.1)
    ax.set(title=f"{formula}: {'a' if is_psd_kernel_matrix(K) else 'no'} kernel", xlabel="number of the eigenvalue")
axes[0].set_ylabel("eigenvalue")
plt.show()

# %% [markdown]
# **Think** (not graded). Let $k_1$ and $k_2$ be kernels with feature maps $\varphi_1, \varphi_2$. Why are $k_1 + k_2$
# and $k_1 k_2$ kernels as well? And why does it follow that the Gaussian is one?

# %% [markdown] tags=["answer"]
# For the sum, put the features side by side: $(\varphi_1(x), \varphi_2(x))$. For the product, take all products
# $\varphi_1(x)_i\, \varphi_2(x)_j$ as features: their inner product is a double sum that factors. So polynomials of a
# kernel with coefficients $\ge 0$ are kernels, and so are limits of them, such as $e^{x \cdot z / \sigma^2}$. The
# Gaussian is this function times $e^{-|x|^2/2\sigma^2}\, e^{-|z|^2/2\sigma^2}$, a kernel with the single feature
# $e^{-|x|^2/2\sigma^2}$.

# %% [markdown]
# ## Exercise 6.5: empirical_feature_map
#
# Now the converse, for finitely many objects. Given is a positive semidefinite matrix $K$ of shape $(N, N)$, nothing
# else. We look for vectors whose inner products are its entries: rows $\phi_1, \dots, \phi_N$ of a matrix $\Phi$ with
#
# $$\Phi \Phi^\top = K .$$
#
# The spectral theorem has them ready. With $K = U \Lambda U^\top$, where $U$ is orthogonal and $\Lambda =
# \mathrm{diag}(\lambda_1, \dots, \lambda_N)$, $\lambda_i \ge 0$, try to split $\Lambda$ into two equal factors.
#
# `empirical_feature_map(K)` returns a `Phi` of shape `(N, r)` with $r \le N$ of your choice. Such features are unique
# up to a rotation or reflection only (why?), so we test nothing but inner products and distances, to $10^{-8}$ of the
# largest entry of $K$.
#
# $K$ may be singular, even zero. Then some $\lambda_i$ that should be 0 come out as $-10^{-16}$ or, if $K$ has large
# entries, as $-10^{-10}$. The features must be finite all the same.
#
# **By hand.** $K = \begin{pmatrix} 4 & 2 \\ 2 & 1 \end{pmatrix}$ needs one dimension: $\phi_1 = (2)$, $\phi_2 = (1)$.


# %% tags=["exercise"]
def empirical_feature_map(K):
    """Return one feature vector for each object such that their inner products are K.

    K : array or nested list, shape (N, N), symmetric positive semidefinite
    returns : float64 array Phi, shape (N, r) with r <= N, and Phi Phi^T = K
    """
    #: np.linalg.eigh is made for symmetric matrices; look at the signs of what it returns
    eigenvalues, U = np.linalg.eigh(np.asarray(K, dtype=np.float64))
    return U * np.sqrt(np.maximum(eigenvalues, 0.0))


# %% [markdown]
# **Look.** The rings in the feature space of a Gaussian kernel. Your features have up to 120 dimensions; we show the
# three directions in which they vary most (this does not depend on how they are rotated). Two of them are roughly the
# old coordinates. The third one resembles the feature that we added by hand in the first picture: the kernel brings
# it along, and a plane separates the classes. This way of looking at data is called *kernel principal component
# analysis*.

# %%
squares = ((rings[:, None, :] - rings[None, :, :]) ** 2).sum(axis=2)
Phi = np.asarray(empirical_feature_map(np.exp(-squares / 4)))
U, s, _ = np.linalg.svd(Phi - Phi.mean(axis=0), full_matrices=False)

fig, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.4))
left.scatter(*rings.T, color=rings_colors, s=18)
left.set(title="objects", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
middle.scatter(U[:, 0] * s[0], U[:, 1] * s[1], color=rings_colors, s=18)
middle.set(title="features, components 1 and 2", xlabel="component 1", ylabel="component 2", aspect="equal")
right.scatter(U[:, 0] * s[0], U[:, 2] * s[2], color=rings_colors, s=18)
right.set(title="features, components 1 and 3", xlabel="component 1", ylabel="component 3")
plt.show()

# %% [markdown]
# ## Exercise 6.6: KernelRidge
#
# Given values $y_1, \dots, y_N$ at objects $x_1, \dots, x_N$, look for a function in the space $H$ of the kernel, that
# is $f(x) = w \cdot \varphi(x)$ with $\lVert f \rVert_H = \lVert w \rVert$, that minimises
#
# $$\sum_{i=1}^{N} \big( f(x_i) - y_i \big)^2 + \lambda \lVert f \rVert_H^2, \qquad \lambda > 0.$$
#
# A **sum** of squares (no $1/N$), and no intercept. The unknown $w$ may have infinitely many coordinates. But a part of
# $w$ orthogonal to all $\varphi(x_i)$ would change no value $f(x_i)$ and only cost norm. So the best $w$ is
# $\sum_i \alpha_i \varphi(x_i)$; this is the **representer theorem**. There are only $N$ unknowns after all:
#
# $$f = \sum_{i=1}^{N} \alpha_i\, k(\cdot, x_i), \qquad (K + \lambda I)\, \alpha = y .$$
#
# (Insert $f$ into the objective: it becomes $\lVert K\alpha - y \rVert^2 + \lambda\, \alpha^\top K \alpha$, with the
# gradient $2K\big((K + \lambda I)\alpha - y\big)$. We ask for the $\alpha$ of the formula also when $K$ is singular.)
#
# Write a class:
#
# * `KernelRidge(lam)` stores $\lambda$;
# * `fit(K, y)` takes the Gram matrix `(N, N)` and the values `(N,)`, sets the attribute `alpha`, an array of shape
#   `(N,)`, and **returns the model itself**, so that one can write `KernelRidge(0.1).fit(K, y).predict(K_new)`;
# * `predict(K_new)` returns the array of shape `(M,)` of the values of $f$ at $M$ new objects, given the matrix
#   $(K_{\text{new}})_{mi} = k(x^{\text{new}}_m, x_i)$ of shape `(M, N)`.
#
# The model never sees the objects. Fitting again forgets everything earlier. Objects may repeat, $N = 1$ is fine, and
# $\lambda$ may be anything from $10^{-10}$ to $10^8$.
#
# **By hand.** $K = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$, $\lambda = 1$, $y = (8, 0)$: solve
# $3\alpha_1 + \alpha_2 = 8$, $\alpha_1 + 3\alpha_2 = 0$ to get $\alpha = (3, -1)$. A new object with
# $k(x, x_1) = k(x, x_2) = 1$ has the value $3 - 1 = 2$.


# %% tags=["exercise"]
class KernelRidge:
    """Ridge regression in the feature space of a kernel.

    lam : number, positive; the weight of the penalty
    """

    def __init__(self, lam):
        """Store the weight of the penalty."""
        self.lam = lam

    def fit(self, K, y):
        """Set self.alpha, float64 of shape (N,), to the solution of (K + lam I) alpha = y.

        K : array or nested list, shape (N, N), Gram matrix of the training objects
        y : array or nested list, shape (N,)
        returns : self
        """
        K = np.asarray(K, dtype=np.float64)
        y = np.asarray(y, dtype=np.float64)
        self.alpha = np.linalg.solve(K + self.lam * np.eye(len(K)), y)
        return self

    def predict(self, K_new):
        """Return the values of f at new objects.

        K_new : array or nested list, shape (M, N); K_new[m, i] = k(new object m, training object i)
        returns : float64 array, shape (M,)
        """
        return np.asarray(K_new, dtype=np.float64) @ self.alpha


# %% [markdown]
# **Look.** Thirty noisy points on a curve. The linear kernel $k(x, z) = xz + 1$ can only draw a straight line. The same
# class, with a Gaussian kernel, bends, and $\lambda$ decides how much.

# %%
rng = np.random.default_rng(12)
wave_x = np.sort(rng.uniform(-3, 3, 30))
wave_y = np.sin(1.5 * wave_x) + 0.4 * wave_x + 0.25 * rng.standard_normal(30)
t = np.linspace(-3.3, 3.3, 300)


def gaussian_1d(x, z):
    """Matrix of Gaussian kernels of numbers, with width 0.6."""
    return np.exp(-((x[:, None] - z[None, :]) ** 2) / (2 * 0.6**2))


fits = {"linear kernel": KernelRidge(1.0).fit(np.outer(wave_x, wave_x) + 1, wave_y).predict(np.outer(t, wave_x) + 1)}
for lam, word in [(1e-6, "10^{-6}"), (0.1, "0.1"), (30.0, "30")]:
    model = KernelRidge(lam).fit(gaussian_1d(wave_x, wave_x), wave_y)
    fits[rf"Gaussian, $\lambda = {word}$"] = model.predict(gaussian_1d(t, wave_x))

fig, axes = plt.subplots(1, 4, figsize=(11, 2.9), sharey=True)
for ax, (label, values) in zip(axes, fits.items(), strict=True):
    ax.plot(t, np.sin(1.5 * t) + 0.4 * t, "--", color=GREY, linewidth=1)
    ax.plot(wave_x, wave_y, ".", color=ORANGE)
    ax.plot(t, values, color=BLUE, linewidth=2)
    ax.set(title=label, xlabel="$x$", ylim=(-3, 3))
axes[0].set_ylabel("$f(x)$")
plt.show()

# %% [markdown]
# ## Exercise 6.7: rkhs_norm
#
# What does the penalty measure? For $f = \sum_i \alpha_i k(\cdot, x_i)$ the weight vector is
# $w = \sum_i \alpha_i \varphi(x_i)$, so
#
# $$\lVert f \rVert_H = \lVert w \rVert = \sqrt{\alpha^\top K \alpha} .$$
#
# The space $H$ of these functions (and their limits) is the *reproducing kernel Hilbert space* of $k$. Its norm
# controls the values of $f$: by Cauchy and Schwarz $|f(x)| = |w \cdot \varphi(x)| \le \lVert f \rVert_H \sqrt{k(x,
# x)}$, and $|f(x) - f(z)| \le \lVert f \rVert_H\, \lVert \varphi(x) - \varphi(z) \rVert$. A function of small norm is
# smooth, as the kernel understands it.
#
# `rkhs_norm(alpha, K)` returns $\sqrt{\alpha^\top K \alpha}$ as a float, for `alpha` of shape `(N,)` and a positive
# semidefinite `K` of shape `(N, N)`. If $f = 0$ although $\alpha \ne 0$, which happens for singular $K$, rounding
# may leave $-10^{-17}$ under the root. The norm is then 0 (to $10^{-6}$), not `nan`.
#
# **By hand.** $\alpha = (3, -1)$ and $K = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$: $18 - 3 - 3 + 2 = 14$, so the
# norm is $\sqrt{14}$.


# %% tags=["exercise"]
def rkhs_norm(alpha, K):
    """Return the norm of f = sum of alpha_i k(., x_i) in the space of the kernel.

    alpha : array or list, shape (N,)
    K : array or nested list, shape (N, N), symmetric positive semidefinite
    returns : float, not negative
    """
    alpha = np.asarray(alpha, dtype=np.float64)
    K = np.asarray(K, dtype=np.float64)
    return float(np.sqrt(max(0.0, alpha @ K @ alpha)))


# %% [markdown]
# **Look.** The Gaussian fits of 6.6 for many $\lambda$: on the left the error at the training points, the error against
# the true curve, and the norm. Small $\lambda$ buys the last bit of training error with an enormous norm, and the true
# error grows.

# %%
weights = np.logspace(-8, 3, 34)
K = gaussian_1d(wave_x, wave_x)
train_error, true_error, norms = [], [], []
for lam in weights:
    model = KernelRidge(lam).fit(K, wave_y)
    inside = np.abs(t) < 3
    train_error.append(np.sqrt(np.mean((model.predict(K) - wave_y) ** 2)))
    gap = model.predict(gaussian_1d(t[inside], wave_x)) - np.sin(1.5 * t[inside]) - 0.4 * t[inside]
    true_error.append(np.sqrt(np.mean(gap**2)))
    norms.append(rkhs_norm(model.alpha, K))

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
left.loglog(weights, train_error, color=ORANGE, label="at the training points")
left.loglog(weights, true_error, color=BLUE, label="against the true curve")
left.set(xlabel=r"$\lambda$", ylabel="root mean square error", title="Two errors")
left.legend()
right.loglog(weights, norms, color="black")
right.set(xlabel=r"$\lambda$", ylabel=r"$\|f\|_H$", title="The norm of the fit")
plt.show()

# %% [markdown]
# ## Exercise 6.8: kernel_perceptron
#
# The oldest learning machine visits labelled objects one by one and turns its weight vector whenever it is mistaken:
# if $y_i\, w \cdot x_i \le 0$, then $w \leftarrow w + y_i x_i$. Starting from $w = 0$, the weight vector is always
# $w = \sum_j \alpha_j y_j x_j$, where $\alpha_j$ counts the mistakes at object $j$ so far. So it can be run in any
# feature space, with the counts as its memory:
#
# > $\alpha = 0$. For each of the epochs, for $i = 1, \dots, N$ **in this order**:
# >
# > $$\text{if } \quad y_i \sum_{j=1}^{N} \alpha_j y_j K_{ij} \le 0 \quad \text{ then } \quad
# >   \alpha_i \leftarrow \alpha_i + 1 .$$
#
# `kernel_perceptron(K, y, epochs)` returns the counts $\alpha$, an array of shape `(N,)` and dtype `int64`. `K` is the
# Gram matrix, `y` holds labels $\pm 1$, `epochs` is an integer $\ge 0$. There is no intercept.
#
# * A score of exactly 0 is a mistake; otherwise nothing would ever start. (Except where scores are exactly 0, none in
#   the tests is so close to 0 that rounding could decide.)
# * Each object sees the updates of the objects before it, in the same epoch.
# * After an epoch without a mistake nothing changes any more, so you may stop there. With no epochs all counts are 0.
#
# If a plane through the origin of the feature space separates the classes with margin $\gamma$, and
# $\sqrt{K_{ii}} \le R$ for all $i$, then there are at most $R^2/\gamma^2$ mistakes in all (Novikoff's theorem), however
# many objects there are and whatever the dimension.
#
# **By hand.** $K = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$, $y = (1, -1)$. Object 1: the score is 0, a mistake,
# $\alpha = (1, 0)$. Object 2: $y_2 \alpha_1 y_1 K_{21} = -1$, a mistake, $\alpha = (1, 1)$. Second epoch: $2 - 1 > 0$
# and $-(1 - 2) > 0$, done.


# %% tags=["exercise"]
def kernel_perceptron(K, y, epochs):
    """Count the mistakes of the perceptron at each object.

    K : array or nested list, shape (N, N), Gram matrix
    y : array or list, shape (N,), entries -1 and +1
    epochs : int, number of passes over all objects
    returns : int64 array, shape (N,)
    """
    K = np.asarray(K, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    alpha = np.zeros(len(y), dtype=np.int64)
    for _ in range(epochs):
        for i in range(len(y)):
            if y[i] * (K[i] @ (alpha * y)) <= 0:
                alpha[i] += 1
    return alpha


# %% [markdown]
# **Look.** Two interlocking half-moons and a Gaussian kernel: the sign of $f = \sum_i \alpha_i y_i k(\cdot, x_i)$ after
# one and after ten epochs. The size of a point shows how often the perceptron was wrong about it.


# %%
def half_moons(rng, N):
    """Draw N points of two interlocking half-moons, and their labels."""
    y = np.where(np.arange(N) % 2 == 0, 1.0, -1.0)
    angle = rng.uniform(0, np.pi, N)
    X = np.column_stack([np.cos(angle), np.sin(angle)]) * y[:, None] + np.where(y > 0, 0, 1)[:, None] * [1.0, 0.5]
    return X + 0.23 * rng.standard_normal((N, 2)), y


def gaussian_2d(X, Z, sigma=0.4):
    """Matrix of Gaussian kernels, for the pictures."""
    return np.exp(-((X[:, None, :] - Z[None, :, :]) ** 2).sum(axis=2) / (2 * sigma**2))


def show_scores(ax, score, X, y, sizes):
    """Colour the plane by the sign and size of score(points), and draw the objects."""
    u, v = np.linspace(-1.6, 2.6, 120), np.linspace(-1.2, 1.7, 90)
    values = score(np.column_stack([axis.ravel() for axis in np.meshgrid(u, v)])).reshape(90, 120)
    top = np.abs(values).max()
    ax.contourf(u, v, values, levels=np.linspace(-top, top, 14), cmap="PuOr_r", alpha=0.6)
    ax.contour(u, v, values, levels=[0], colors="black")
    ax.scatter(*X.T, s=sizes, color=np.where(y > 0, ORANGE, BLUE), edgecolor="black", linewidth=0.5)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")


moons, moons_y = half_moons(np.random.default_rng(3), 90)

# %%
K = gaussian_2d(moons, moons)
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.5))
for ax, epochs in zip(axes, [1, 10], strict=True):
    alpha = np.asarray(kernel_perceptron(K, moons_y, epochs))
    coefficients = alpha * moons_y
    show_scores(ax, lambda P, a=coefficients: gaussian_2d(P, moons) @ a, moons, moons_y, 12 + 25 * alpha)
    wrong = np.sum(moons_y * (K @ coefficients) <= 0)
    ax.set_title(f"{epochs} epoch{'s' * (epochs > 1)}: {alpha.sum()} mistakes so far, {wrong} still wrong")
plt.show()

# %% [markdown]
# ## Exercise 6.9: kernel_svm
#
# The perceptron is content with any separating surface. The **support vector machine** looks for the one with the
# largest margin in feature space, and pays $C$ for each unit by which an object violates it:
#
# $$\min_{f \in H,\ b} \quad P = \tfrac12 \lVert f \rVert_H^2
#   + C \sum_{i=1}^{N} \max\big(0,\ 1 - y_i (f(x_i) + b)\big) .$$
#
# The intercept $b$ is not penalised. In the *dual* problem the objects appear through inner products only:
#
# $$\max_{\alpha} \quad D = \sum_{i=1}^{N} \alpha_i - \tfrac12 \sum_{i,j=1}^{N} \alpha_i \alpha_j\, y_i y_j K_{ij}
#   \qquad \text{subject to} \quad 0 \le \alpha_i \le C, \quad \sum_i \alpha_i y_i = 0 ,$$
#
# and the solution of the first problem is $f = \sum_i \alpha_i y_i\, k(\cdot, x_i)$ with the $\alpha$ of the second.
#
# `kernel_svm(K, y, C)` returns the pair `(alpha, b)`: an array of shape `(N,)` and a float. `K` is a positive
# semidefinite Gram matrix, `y` holds labels $\pm 1$, both occur, and $C > 0$. Prediction is by the sign of $f + b$.
#
# **A way in.** Put $\beta_i = \alpha_i y_i$; the constraints become $\sum_i \beta_i = 0$ and $0 \le \beta_i \le C$ for
# $y_i = 1$, $-C \le \beta_i \le 0$ for $y_i = -1$. The gradient of $D$ with respect to $\beta$ is $g = y - K\beta$.
# *Sequential minimal optimisation* raises one coordinate and lowers another by the same $t > 0$: choose the $i$ with
# the largest $g_i$ among those that may still rise, and the $j$ with the smallest $g_j$ among those that may still
# fall. Along this line the maximum is at $t = (g_i - g_j) / (K_{ii} + K_{jj} - 2K_{ij})$ (guard the division: the
# denominator is 0 for repeated objects), or earlier if a bound is in the way. Stop when $g_i - g_j$ is tiny. Any other
# method that solves the problem is welcome.
#
# *The intercept.* For given $\alpha$, $P$ is a convex, piecewise linear function of $b$ with kinks at $b = y_i -
# f(x_i)$, so one of these $N$ numbers is the best $b$. (The usual recipe, $b = y_i - f(x_i)$ for some $i$ with $0 <
# \alpha_i < C$, agrees; but for small $C$ there may be no such $i$.)
#
# **Grading.** Neither $\alpha$ nor $b$ need be unique, so we look at a *certificate*. Every feasible $\alpha$ and every
# $b$ satisfy $D \le$ optimum $\le P$. We compute $P$ and $D$ from your answer and demand
#
# * feasibility: $\alpha_i \in [0, C]$ up to $10^{-6} C$, and $|\sum_i \alpha_i y_i| \le 10^{-6}\, C N$;
# * a small relative gap $(P - D)/P$: at most $10^{-2}$ for most of the points, $10^{-3}$ for 4 of them.
#
# In the tests $N \le 40$ and $C \le 10$; each call has 10 s, and the method above needs a small part of one.
#
# **By hand.** $K = \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix}$ (the points $\pm 1$ of the line), $y = (1, -1)$. By
# the constraint $\alpha_1 = \alpha_2 = a$, and $D = 2a - 2a^2$. For $C \ge \frac12$ the best is $a = \frac12$, $f(x) =
# x$, $b = 0$. For $C = \frac1{10}$ it is $a = \frac1{10}$, $f(x) = x/5$, and every $b$ from $-0.8$ to $0.8$ is best.


# %% tags=["exercise"]
def kernel_svm(K, y, C):
    """Return the multipliers and the intercept of the support vector machine in feature space.

    K : array or nested list, shape (N, N), symmetric positive semidefinite
    y : array or list, shape (N,), entries -1 and +1, both present
    C : number, positive
    returns : pair (alpha, b), float64 array of shape (N,) and float
    """
    #: work with beta = alpha * y and its bounds; at the end alpha is |beta|
    K = np.asarray(K, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    low, high = np.minimum(0.0, C * y), np.maximum(0.0, C * y)
    beta = np.zeros(len(y))
    g = y.copy()
    for _ in range(20_000):
        i = np.argmax(np.where(beta < high, g, -np.inf))
        j = np.argmin(np.where(beta > low, g, np.inf))
        if g[i] - g[j] < 1e-6:
            break
        t = (g[i] - g[j]) / max(K[i, i] + K[j, j] - 2 * K[i, j], 1e-12)
        t = min(t, high[i] - beta[i], beta[j] - low[j])
        beta[i] += t
        beta[j] -= t
        g -= t * (K[:, i] - K[:, j])

    kinks = g  # the candidates y_i - f(x_i) for b
    hinges = np.maximum(0.0, y * (g - kinks[:, None]))  # 1 - y_i (f(x_i) + b), one row for each b
    return np.abs(beta), float(kinks[np.argmin(hinges.sum(axis=1))])


# %% [markdown]
# **Look.** The half-moons again. Where $C$ is small, the machine prefers a simple surface and tolerates violations;
# where it is large, it bends to every object. Points with $\alpha_i > 0$, the *support vectors*, are drawn large: the
# rest of the data could be thrown away without changing anything.

# %%
K = gaussian_2d(moons, moons)
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.5))
for ax, C in zip(axes, [0.2, 20.0], strict=True):
    alpha, b = kernel_svm(K, moons_y, C)
    alpha = np.asarray(alpha)
    sizes = np.where(alpha > 1e-6 * C, 60, 8)
    show_scores(ax, lambda P, a=alpha * moons_y, b=b: gaussian_2d(P, moons) @ a + b, moons, moons_y, sizes)
    wrong = np.sum(moons_y * (K @ (alpha * moons_y) + b) <= 0)
    ax.set_title(f"$C = {C:g}$: {np.sum(sizes == 60)} support vectors, {wrong} wrong")
plt.show()

# %% [markdown]
# **Think** (not graded). Why may an object with $y_i (f(x_i) + b) > 1$ be removed without changing the solution?

# %% [markdown] tags=["answer"]
# Its hinge is 0 and stays 0 for all $(f, b)$ nearby, so near the solution $P$ does not change when the term is dropped:
# the solution is still a local minimum, and for a convex function a local minimum is a minimum. In the dual, such an
# object has $\alpha_i = 0$.

# %% [markdown]
# ## Exercise 6.10: capstone_digits
#
# `capstone_digits(X_train, y_train, X_test)` learns from only 600 labelled images of digits and predicts the labels of
# $M$ more. Shapes: `X_train` `(N, 64)` with values in $[0, 1]$, `y_train` `(N,)` of integers 0..9, `X_test` `(M, 64)`;
# the answer is `(M,)`, the predicted digits.
#
# A recipe in five lines: **kernel ridge regression, one digit against all others.** With a Gaussian kernel of width
# $\sigma = 1$, $\lambda = 0.01$, and the `(N, 10)` array $T$ of one-hot rows (1 at the digit, 0 elsewhere), solve
# $(K + \lambda I) A = T$ for all ten columns at once, and predict the digit with the largest of the ten values
# $K_{\text{new}} A$.
#
# **Why it matters.** Linear ridge regression reads a little under 93 % of these images, and no choice of its penalty
# changes that by much. With a kernel the same algebra reads about 98 %.
#
# **Grading.** Mean accuracy over three random splits into 600 training and 1197 test images: at least **0.93** earns
# half of the points, at least **0.965** all of them. You may use any method that stays within 10 s per call; the recipe
# takes a fraction of a second.


# %% tags=["exercise"]
def capstone_digits(X_train, y_train, X_test):
    """Predict the digits shown by the test images.

    X_train : float64 array, shape (N, 64), values in [0, 1]
    y_train : int array, shape (N,), values 0..9
    X_test : float64 array, shape (M, 64)
    returns : array of predicted digits, shape (M,)
    """

    def kernel(X, Z):
        squares = (X**2).sum(axis=1)[:, None] - 2 * X @ Z.T + (Z**2).sum(axis=1)
        return np.exp(-squares / 2)

    targets = np.eye(10)[y_train]
    A = np.linalg.solve(kernel(X_train, X_train) + 0.01 * np.eye(len(X_train)), targets)
    return np.argmax(kernel(X_test, X_train) @ A, axis=1)


# %% [markdown]
# **Look.** Which digits are taken for which? Rows show the true digit, columns the answer, right answers are left out.
# Below are some images behind these numbers.

# %%
order = np.random.default_rng(0).permutation(len(labels))
train, test = order[:600], order[600:]
predicted = np.asarray(capstone_digits(images[train], labels[train], images[test]))
print(f"accuracy {np.mean(predicted == labels[test]):.3f} on {len(test)} images")

confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (labels[test], predicted), 1)
np.fill_diagonal(confusion, 0)
wrong = np.flatnonzero(predicted != labels[test])[:8]

fig = plt.figure(figsize=(9.5, 3.8))
left, right = fig.subfigures(1, 2)
ax = left.subplots()
ax.imshow(confusion, cmap="Oranges")
for true, answer in zip(*np.nonzero(confusion), strict=True):
    ax.text(answer, true, confusion[true, answer], ha="center", va="center")
ax.set(xlabel="answer", ylabel="true digit", xticks=range(10), yticks=range(10))
for ax, i in zip(right.subplots(2, 4).flat, wrong, strict=False):
    ax.imshow(images[test[i]].reshape(8, 8), cmap="gray_r")
    ax.set_title(f"a {labels[test[i]]}, read as {predicted[i]}", fontsize=9)
    ax.axis("off")
plt.show()

# %% [markdown]
# ## What you have built
#
# One idea, used five times: whatever can be said in inner products can be said in a richer space, by exchanging one
# matrix. A kernel is a feature map (6.1 to 6.3) exactly when its matrices are positive semidefinite (6.4, 6.5). The
# solutions of regression (6.6), the perceptron (6.8) and the support vector machine (6.9) are sums of bricks
# $k(\cdot, x_i)$, one for each training object, and the norm of such a sum (6.7) keeps it smooth. Two things kernels do
# not do: they do not get cheaper with more data (the matrix has $N^2$ entries), and they do not *learn* their features,
# which are fixed as soon as $k$ is chosen. Networks do learn them. How, is the subject of the assignments on gradient
# descent and backpropagation.
