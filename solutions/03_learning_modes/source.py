# ---
# title: Supervised, unsupervised and semisupervised learning
# chapter: 5
# points: 100
# summary: Learn from data of which all, none, or hardly any labels are known, and score what looks like fraud.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# ---

# %% [markdown]
# # Supervised, unsupervised and semisupervised learning
#
# **What can be learned when nobody tells you the answers?**
#
# In supervised learning every object of the training set comes with its class. Somebody had to find out: a doctor, an
# auditor, a customer who complained. Labels are expensive, data are not. A bank has millions of payments and knows of a
# few hundred that they were fraud, of a few thousand that they were honest, and of the rest nothing. Three situations:
#
# * **supervised:** all labels are known; the task is to predict labels of new objects (all other assignments),
# * **unsupervised:** no labels are known; the task is to find groups, or objects that fit nowhere,
# * **semisupervised:** few labels are known, but many objects; the task is to let the objects carry the labels further.
#
# This assignment gives the last two a computable meaning.
#
# * **Groups.** Assign objects to centres (3.1), measure the fit (3.2), improve both in turn: k-means (3.3). If the true
#   classes become known later, see how well the groups match them (3.4).
# * **Misfits.** Score how unusual an object is by the spread of normal ones (3.5).
# * **Few labels.** Spread them over a graph of neighbours (3.6).
# * **At work.** Find malignant tissue samples knowing only what benign ones look like (3.7).
#
# Below are the same 200 objects three times, with all, none and four of the labels known. Cover the first picture:
# could you have found the two classes from the second one? And from the third?

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from autograder import check

BLUE, ORANGE, GREY = "#1f5fa8", "#e07b00", "#8a8a8a"
GREEN = "#3a8f5c"
COLORS = np.array([BLUE, ORANGE, GREEN])
BLUE_TO_ORANGE = LinearSegmentedColormap.from_list("", [BLUE, "#e8e8e8", ORANGE])
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
rng = np.random.default_rng(3)
angle = rng.uniform(0, np.pi, 200)
moon = np.repeat([0, 1], 100)  # the true classes
moons = np.column_stack([np.cos(angle) + moon, (1 - 2 * moon) * np.sin(angle) + 0.4 * moon])
moons += 0.09 * rng.standard_normal((200, 2))
known = np.array([5, 60, 120, 170])  # the four labelled objects of the third picture

fig, axes = plt.subplots(1, 3, figsize=(11, 2.9), sharey=True)
labelled = {"supervised": np.arange(200), "unsupervised": np.array([], dtype=int), "semisupervised": known}
for ax, (word, few) in zip(axes, labelled.items(), strict=True):
    ax.scatter(*moons.T, s=14, color=GREY, alpha=0.6, linewidth=0)
    ax.scatter(*moons[few].T, s=14 if len(few) == 200 else 110, color=COLORS[moon[few]], zorder=3)
    ax.set(title=word, xlabel="$x_1$", aspect="equal")
axes[0].set_ylabel("$x_2$")
plt.show()

# %% [markdown]
# ## What holds throughout
#
# * **Objects are rows.** A set of $N$ objects with $n$ features is an array `X` of shape `(N, n)`. A vector has shape
#   `(n,)`, never `(n, 1)`.
# * **Classes and clusters are numbered $0, \dots, K-1$** and are integers. On ties the smallest number wins.
# * **Answers are NumPy arrays of dtype `float64`**, clusters of dtype `int64`; where the answer is one number, a Python
#   `float` or a NumPy one. Inputs may be arrays of integers or of floats, or (nested) lists.
# * **Inputs belong to the caller.** Never change an array you were handed; work on a copy.
# * Answers are compared up to rounding (relative $10^{-9}$ unless stated), so any correct order of summation is fine.
#   Objects lie at most about 1000 away from the origin.
# * Use `numpy` and the standard library; `matplotlib` for pictures. Nothing here is random.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise calls another one of yours, so
# a slip in one does not cost you the next; only the pictures do.

# %% [markdown]
# ## Exercise 3.1: assign_clusters
#
# Suppose each of $K$ groups has a *centre* $c_j \in \mathbb{R}^n$. Then the natural group of an object is that of the
# nearest centre,
#
# $$\ell(s) = \min\, \operatorname*{argmin}_{j}\; \lVert x_s - c_j \rVert^2,$$
#
# in the Euclidean norm; on ties the smallest $j$ is taken.
#
# `assign_clusters(X, C)` returns the labels $\ell$ as an int64 array of shape `(N,)`, for objects `X` of shape `(N, n)`
# and centres `C` of shape `(K, n)`, $N, K, n \ge 1$. Both may hold integers or be lists; centres may coincide.
#
# **By hand.** With the centres $(0, 0)$ and $(4, 0)$, the objects $(1, 3)$, $(3, -5)$ and $(2, 7)$ get the labels $0$,
# $1$ and $0$ (the last one is a tie).


# %% tags=["exercise"]
def assign_clusters(X, C):
    """Assign each object to the nearest centre, the first one on ties.

    X : array or nested list, shape (N, n)
    C : array or nested list, shape (K, n)
    returns : int64 array, shape (N,), values 0..K-1
    """
    #: an array of shape (N, K, n) can hold all differences at once
    X, C = np.asarray(X, dtype=np.float64), np.asarray(C, dtype=np.float64)
    squares = np.sum((X[:, None, :] - C) ** 2, axis=2)
    return np.argmin(squares, axis=1)


# %% [markdown]
# **Look.** Six centres divide the plane into six *Voronoi cells*, each the intersection of half-planes. Why must the
# cells be convex?

# %%
rng = np.random.default_rng(8)
centres = rng.uniform(-2, 2, (6, 2))
side = np.linspace(-3, 3, 301)
plane = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
cells = assign_clusters(plane, centres).reshape(len(side), len(side))

fig, ax = plt.subplots(figsize=(4.6, 4.2))
ax.pcolormesh(side, side, cells, cmap="Pastel2", vmin=0, vmax=7, shading="nearest", rasterized=True)
ax.contour(side, side, cells, levels=np.arange(0.5, 5.5), colors="white", linewidths=1)
ax.plot(*centres.T, "X", color="black", markersize=9)
for j, (x, y) in enumerate(centres):
    ax.annotate(f"$c_{j}$", (x, y), (6, 6), textcoords="offset points", fontsize=12)
ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", title="cells of six centres")
plt.show()

# %% [markdown]
# ## Exercise 3.2: kmeans_objective
#
# How well do centres and labels describe the objects? K-means adds up squared distances,
#
# $$J(\ell, C) = \sum_{s} \lVert x_s - c_{\ell(s)} \rVert^2 .$$
#
# It is a **sum** over the objects, without $1/N$ and without a root. The labels are *any* assignment, not necessarily
# to the nearest centre; that is what makes it possible to ask which labels are best for given centres (those of 3.1),
# and which centres are best for given labels (the means). A centre without objects adds nothing.
#
# `kmeans_objective(X, labels, C)` returns $J$ as one float. `X` is `(N, n)`, `labels` is `(N,)` with values
# $0, \dots, K-1$, `C` is `(K, n)`; arrays or lists.
#
# **By hand.** $x = 0, 2, 5$ on the line, centres $1$ and $5$: the labels $(0, 0, 1)$ give $J = 1 + 1 + 0 = 2$, the
# labels $(0, 1, 1)$ give $J = 1 + 9 + 0 = 10$.


# %% tags=["exercise"]
def kmeans_objective(X, labels, C):
    """Add up the squared distances of the objects from their assigned centres.

    X : array or nested list, shape (N, n)
    labels : clusters 0..K-1, shape (N,), array or list
    C : array or nested list, shape (K, n)
    returns : float >= 0
    """
    X, C = np.asarray(X, dtype=np.float64), np.asarray(C, dtype=np.float64)
    return float(np.sum((X - C[np.asarray(labels)]) ** 2))


# %% [markdown]
# **Look.** Two centres on a line, and the objects of two groups. Each point of the picture is a pair $(c_0, c_1)$, its
# colour is $J$ for the best labels. There are two best pairs, mirror images of each other: k-means cannot know which
# group is called 0. The function is not convex. Where would you end if you started on the diagonal?

# %%
rng = np.random.default_rng(0)
line = np.concatenate([rng.normal(-1.5, 0.5, 30), rng.normal(1.5, 0.7, 20)])[:, None]
grid = np.linspace(-3.5, 3.5, 61)
J = [[kmeans_objective(line, assign_clusters(line, [[a], [b]]), [[a], [b]]) for a in grid] for b in grid]
lowest = np.unravel_index(np.argmin(J), (61, 61))

fig, ax = plt.subplots(figsize=(5.4, 4))
picture = ax.contourf(grid, grid, np.log10(J), levels=20, cmap="viridis")
for a, b in (lowest, lowest[::-1]):
    ax.plot(grid[b], grid[a], "*", color="white", markersize=13)
ax.plot(grid, grid, "--", color="white", linewidth=0.8)
ax.set(xlabel="$c_0$", ylabel="$c_1$", aspect="equal", title=r"$\log_{10} J$ for the best labels")
fig.colorbar(picture, ax=ax)
plt.show()

# %% [markdown]
# ## Exercise 3.3: kmeans
#
# To find the best labels and centres *together* is hard. *Lloyd's algorithm* improves them in turn. From starting
# centres $C = C_0$ it repeats
#
# 1. **assign:** $\ell(s) = $ the nearest centre of $x_s$ (as in 3.1, ties to the smallest $j$);
# 2. **update:** $c_j = $ the mean of the objects with label $j$; **a centre without objects stays where it is;**
#
# until an assignment gives the same labels as the one before, or `max_iter` $\ge 1$ updates have been made. Neither
# step can increase $J$, and there are only finitely many assignments, so the labels do stop changing. The place where
# the iteration ends depends on $C_0$; it need not be the best of all.
#
# `kmeans(X, C0, max_iter)` returns the pair `(C, labels)`: the centres as a float64 array of shape `(K, n)`, and **the
# assignment to these centres**, an int64 array of shape `(N,)`. Mind the last step: if the iteration stops after an
# update because of `max_iter`, the labels that led to it belong to the *previous* centres, so assign once more. `X` and
# `C0` may hold integers or be lists, and neither may change.
#
# Graded are the properties, not the number of iterations: with a large `max_iter` nothing moves any more (each label
# the nearest centre, each centre the mean), $J$ is the one to which Lloyd's algorithm leads from $C_0$, and with
# growing `max_iter` it never increases.
#
# **By hand.** $x = 0, 2, 5, 9$ with $C_0 = (2, 9)$. Labels $(0, 0, 0, 1)$, centres $(\tfrac73, 9)$; the next labels are
# the same: the end, with $J = \tfrac{38}{3}$. From $C_0 = (0, 5)$: labels $(0, 0, 1, 1)$, centres $(1, 7)$, the same
# labels again, and $J = 10$.


# %% tags=["exercise"]
def kmeans(X, C0, max_iter):
    """Alternate between assigning objects to centres and moving centres to means.

    X : array or nested list, shape (N, n)
    C0 : centres to start from, array or nested list, shape (K, n)
    max_iter : int >= 1, largest number of updates
    returns : pair (C, labels), float64 of shape (K, n) and int64 of shape (N,); labels is the assignment to C
    """
    X = np.asarray(X, dtype=np.float64)
    C = np.array(C0, dtype=np.float64)  # a copy, to be updated in place

    def assign():
        return np.argmin(((X[:, None, :] - C) ** 2).sum(axis=2), axis=1)

    labels = assign()
    for _ in range(max_iter):
        for j in range(len(C)):
            if np.any(labels == j):
                C[j] = X[labels == j].mean(axis=0)
        previous, labels = labels, assign()
        if np.array_equal(previous, labels):
            break
    return C, labels


# %% [markdown]
# **Look.** Three groups, and three centres that all start in the lower left corner. The trails show where they have
# been. Below, $J$ over the iterations for this start (blue) and for twenty others: most end at the same value, some are
# stuck above.

# %%
rng = np.random.default_rng(11)
group = np.repeat([0, 1, 2], 50)
points = np.array([[-2.5, -1.0], [2.5, -1.0], [0.0, 2.2]])[group] + 0.8 * rng.standard_normal((150, 2))
start = np.array([[-4.5, -2.5], [-4.0, -3.0], [-3.5, -3.5]])
steps = [1, 2, 3, 20]
trail = np.array([start] + [kmeans(points, start, t)[0] for t in range(1, 21)])

fig, axes = plt.subplots(1, 4, figsize=(11.5, 2.9), sharey=True)
for ax, t in zip(axes, steps, strict=True):
    _, labels = kmeans(points, start, t)
    ax.scatter(*points.T, s=9, color=COLORS[labels], alpha=0.7, linewidth=0)
    for j in range(3):
        ax.plot(*trail[: t + 1, j].T, "-", color="black", linewidth=1)
        ax.plot(*trail[t, j], "X", color=COLORS[j], markeredgecolor="black", markersize=10)
    ax.set(title=f"max_iter = {t}", aspect="equal")
plt.show()

fig, ax = plt.subplots(figsize=(6, 2.8))
for run in range(21):
    C0 = start if run == 20 else points[rng.choice(150, 3, replace=False)]
    J = [kmeans_objective(points, assign_clusters(points, C0), C0)]
    for t in range(1, 16):
        C, labels = kmeans(points, C0, t)
        J.append(kmeans_objective(points, labels, C))
    ax.plot(J, color=BLUE if run == 20 else GREY, linewidth=2 if run == 20 else 0.8, zorder=3 if run == 20 else 2)
ax.set(xlabel="max_iter", ylabel="$J$", ylim=(0, 1500), title="21 starts")
plt.show()

# %% [markdown]
# ## Exercise 3.4: clustering_accuracy
#
# Suppose the true classes $i(s)$ of clustered objects become known. How good was the clustering? Cluster 0 need not be
# class 0: clusters have no names. So give them the best ones, **each class to exactly one cluster:**
#
# $$\max_{\pi}\; \frac1N\, \#\big\{ s : \pi(\ell(s)) = i(s) \big\}, \quad
#   \text{over all permutations } \pi \text{ of } 0, \dots, K-1.$$
#
# `clustering_accuracy(y, labels, K)` returns it as one float. `y` and `labels` hold $N \ge 1$ classes and clusters from
# $0, \dots, K-1$, as integer arrays or lists; not all of them need occur. $1 \le K \le 7$, so trying all
# $K! \le 5040$ permutations is allowed (`itertools.permutations`); count pairs first, or it will take long.
#
# To name each cluster by its own majority is *not* the same, because two clusters can have the same majority.
#
# **By hand.** Of cluster 0, 50 objects are of class 0 and 40 of class 1; of cluster 1, none and 10. The names as they
# are get $60$ of $100$ right, the exchanged ones $40$: the answer is $0.6$. (Give cluster 0 fifty more objects of class
# 1, and both clusters have the majority 1. What is the answer then?)


# %% tags=["exercise"]
def clustering_accuracy(y, labels, K):
    """Return the accuracy of a clustering under the best one-to-one naming of its clusters.

    y : true classes 0..K-1, shape (N,), array or list
    labels : clusters 0..K-1, shape (N,), array or list
    K : number of classes and of clusters, at most 7
    returns : float between 0 and 1
    """
    from itertools import permutations

    counts = np.zeros((K, K), dtype=int)  # row: cluster, column: class
    np.add.at(counts, (np.asarray(labels), np.asarray(y)), 1)
    best = max(sum(counts[j, names[j]] for j in range(K)) for names in permutations(range(K)))
    return float(best / len(y))


# %% [markdown]
# **Look.** K-means finds the three round groups almost perfectly without ever seeing a label. The two moons it cuts in
# the wrong place: a cell of 3.1 is convex, a moon is not. Clusters are what the objective says they are.

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3.3))
for ax, data, truth, K in ((axes[0], points, group, 3), (axes[1], moons, moon, 2)):
    C, labels = kmeans(data, data[[0, -1]] if K == 2 else data[[0, 60, 149]], 100)
    ax.scatter(*data.T, s=14, color=COLORS[labels])
    ax.plot(*C.T, "X", color="white", markeredgecolor="black", markersize=11)
    ax.set(title=f"accuracy {clustering_accuracy(truth, labels, K):.2f}", xlabel="$x_1$", aspect="equal")
axes[0].set_ylabel("$x_2$")
plt.show()

# %% [markdown]
# ## Exercise 3.5: mahalanobis_scores
#
# Fraud is rare and keeps changing, so there may be no example of the next kind. But there are plenty of *normal*
# objects, and one can ask how far a new object is from these. In which unit? Where normal objects vary a lot, a
# deviation means little. With the mean and the covariance of the reference set,
#
# $$\mu = \frac1N \sum_s x_s, \qquad \Sigma = \frac{1}{N} \sum_s (x_s - \mu)(x_s - \mu)^{\mathsf T},$$
#
# the *squared Mahalanobis distance* measures every direction by the spread in that direction,
#
# $$d^2(x) = (x - \mu)^{\mathsf T}\, \Sigma^{-1} (x - \mu) .$$
#
# It does not change if both sets go through the same invertible affine map: units do not matter. Over the reference set
# itself, $d^2$ has mean exactly $n$. Note the $\tfrac1N$ (not $\tfrac{1}{N-1}$), and that **no root is taken.**
#
# `mahalanobis_scores(X_ref, X)` returns $d^2$ for the rows of `X`, shape `(M, n)`, as a float64 array of shape `(M,)`;
# $\mu$ and $\Sigma$ come from `X_ref`, shape `(N, n)`. Both may hold integers or be lists; $n \ge 1$, $M \ge 1$,
# $N \ge n + 1$, and $\Sigma$ is never nearly singular.
#
# **By hand.** On the line with reference objects $1, 3, 5, 7$: $\mu = 4$, $\Sigma = 5$, so $x = 9$ has
# $d^2 = 25/5 = 5$. The reference objects have $\tfrac95, \tfrac15, \tfrac15, \tfrac95$, with mean $1$.


# %% tags=["exercise"]
def mahalanobis_scores(X_ref, X):
    """Return squared Mahalanobis distances from a reference set.

    X_ref : array or nested list, shape (N, n), N >= n + 1
    X : array or nested list, shape (M, n)
    returns : float64 array, shape (M,)
    """
    X_ref, X = np.asarray(X_ref, dtype=np.float64), np.asarray(X, dtype=np.float64)
    mean = X_ref.mean(axis=0)
    centred = X_ref - mean
    covariance = centred.T @ centred / len(X_ref)
    new = X - mean
    return np.sum(new * np.linalg.solve(covariance, new.T).T, axis=1)


# %% [markdown]
# **Look.** Card payments of one customer: those late in the evening are larger. The cross is a payment of 145 at 9 in
# the morning. Each coordinate on its own is ordinary, and the Euclidean distance (left) finds nothing wrong with the
# pair. The Mahalanobis distance (right) does.

# %%
rng = np.random.default_rng(4)
hour = rng.normal(15, 3.5, 300)
payments = np.column_stack([hour, 8 * (hour - 15) + 110 + 9 * rng.standard_normal(300)])
odd = np.array([[9.0, 145.0]])
hours, amounts = np.linspace(2, 28, 201), np.linspace(-10, 230, 201)
everywhere = np.column_stack([axis.ravel() for axis in np.meshgrid(hours, amounts)])
spread = payments - payments.mean(axis=0)
euclid = np.sum((everywhere - payments.mean(axis=0)) ** 2, axis=1) / np.mean(np.sum(spread**2, axis=1))

fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), sharey=True)
for ax, d2, title in (
    (axes[0], 2 * euclid, "Euclidean"),
    (axes[1], mahalanobis_scores(payments, everywhere), "Mahalanobis"),
):
    ax.scatter(*payments.T, s=8, color=GREY, alpha=0.6, linewidth=0)
    curves = ax.contour(hours, amounts, np.sqrt(d2).reshape(201, 201), levels=[1, 2, 3, 5], colors=BLUE, linewidths=1.2)
    ax.clabel(curves, fmt="%g")
    ax.plot(*odd.T, "X", color=ORANGE, markeredgecolor="black", markersize=11)
    ax.set(title=f"{title} distance", xlabel="hour of the day", xlim=(3, 27))
axes[0].set_ylabel("amount")
plt.show()

# %% [markdown]
# ## Exercise 3.6: harmonic_labels
#
# Now a few labels are known, and many objects. The idea of semisupervised learning: **similar objects should have
# similar labels.** Let $W$ be a symmetric matrix of weights $w_{st} \ge 0$ with zero diagonal, large where $s$ and $t$
# are similar; think of a graph with edges of different strength. Let $D$ be the diagonal matrix with the row sums
# $D_{ss} = \sum_t w_{st}$, and $L = D - W$ the *graph Laplacian*. We look for an array $F$ of shape `(N, K)` that
#
# * equals the given labels on the labelled objects: $F_s = Y_s$, and
# * is *harmonic* on all others: each row is the weighted mean of the rows of the neighbours,
#
# $$F_s = \frac{1}{D_{ss}} \sum_t w_{st} F_t, \qquad
#   \text{that is,} \quad (L F)_s = 0, \qquad \text{for unlabelled } s.$$
#
# With $l$ for labelled and $u$ for unlabelled objects this is the linear system
# $L_{uu} F_u = -L_{ul}\, Y = W_{ul}\, Y$. It has exactly one solution if the graph is connected. As a mean lies between
# the extremes, so does $F$: for one-hot labels each row of $F$ is a probability distribution, a soft classifier.
#
# `harmonic_labels(W, idx, Y)` returns $F$ as a float64 array of shape `(N, K)`. `W` has shape `(N, N)` and describes a
# connected graph. `idx` holds the numbers of the labelled objects, all different and **in any order**; row $a$ of `Y`,
# shape `(len(idx), K)`, belongs to object `idx[a]`. The rows of `Y` may be one-hot or any real numbers. At least one
# object is labelled, possibly all of them. Arrays of floats or integers, or lists.
#
# Solve the system or iterate, as you like: $F$ must equal $Y$ exactly on `idx`, and elsewhere
# $|(LF)_{sk}| \le 10^{-6}$.
#
# **By hand.** A path of three objects, $w_{01} = 3$, $w_{12} = 1$, with the ends labelled: $F_0 = (1, 0)$,
# $F_2 = (0, 1)$. The middle one gets $F_1 = \tfrac14 (3 F_0 + F_2) = (\tfrac34, \tfrac14)$.


# %% tags=["exercise"]
def harmonic_labels(W, idx, Y):
    """Spread labels over a graph such that every other object has the weighted mean of its neighbours.

    W : array or nested list, shape (N, N), symmetric, >= 0, zero diagonal, connected
    idx : labelled objects, all different, in any order, array or list
    Y : array or nested list, shape (len(idx), K); row a is the label of object idx[a]
    returns : float64 array, shape (N, K)
    """
    W, Y, idx = np.asarray(W, dtype=np.float64), np.asarray(Y, dtype=np.float64), np.asarray(idx)
    L = np.diag(W.sum(axis=1)) - W
    unlabelled = np.ones(len(W), dtype=bool)
    unlabelled[idx] = False

    F = np.empty((len(W), Y.shape[1]))
    F[idx] = Y
    F[unlabelled] = np.linalg.solve(L[unlabelled][:, unlabelled], W[unlabelled][:, idx] @ Y)
    return F


# %% [markdown]
# **Look.** The two moons with their four labels, and weights $w_{st} = e^{-\lVert x_s - x_t \rVert^2 / (2 \cdot
# 0.2^2)}$. On the left each object has the class of the nearest labelled one. On the right the labels have flowed
# along the moons; pale objects are undecided. The unlabelled objects, about which nothing was known, made the
# difference.

# %%
squares = ((moons[:, None, :] - moons) ** 2).sum(axis=2)
weights = np.exp(-squares / (2 * 0.2**2))
np.fill_diagonal(weights, 0.0)
F = harmonic_labels(weights, known, np.eye(2)[moon[known]])
nearest = moon[known][squares[:, known].argmin(axis=1)]

fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.2), sharey=True)
axes[0].scatter(*moons.T, s=16, color=COLORS[nearest], linewidth=0)
axes[0].set(title=f"nearest label: accuracy {np.mean(nearest == moon):.2f}", ylabel="$x_2$")
picture = axes[1].scatter(*moons.T, s=16, c=F[:, 1], cmap=BLUE_TO_ORANGE, vmin=0, vmax=1, linewidth=0)
axes[1].set(title=f"harmonic: accuracy {np.mean(F.argmax(axis=1) == moon):.2f}")
fig.colorbar(picture, ax=axes[1], label="$F_{s1}$")
for ax in axes:
    ax.scatter(*moons[known].T, s=130, color=COLORS[moon[known]], edgecolor="black", zorder=3)
    ax.set(xlabel="$x_1$", aspect="equal")
plt.show()

# %% [markdown]
# **Think** (not graded). A random walker on the graph jumps from $s$ to $t$ with probability $w_{st} / D_{ss}$ and
# stops at the first labelled object. What has this to do with $F$?

# %% [markdown] tags=["answer"]
# For one-hot labels, $F_{sk}$ is the probability that the walker who starts at $s$ stops at an object of class $k$.
# Both satisfy the same equations: on a labelled object the walker has stopped, so the probability is the label; from
# any other object it is the mean, over the first jump, of the probabilities at the neighbours. And the system has only
# one solution.

# %% [markdown]
# ## At work: what is not normal
#
# The data for the last exercise are 569 tissue samples, described by 30 measurements of their cell nuclei; 357 of them
# are benign, 212 malignant (`data/README.md` tells where they come from). As with fraud, we pretend to know normal
# cases only.

# %%
cancer = np.load("data/breast_cancer.npz")
samples = cancer["X"]  # (569, 30)
malignant = cancer["y"] == 0  # (569,)

# %% [markdown]
# ## Exercise 3.7: capstone_fraud
#
# `capstone_fraud(X_normal, X_new)` returns a score for each row of `X_new`, shape `(M, 30)`: the **higher, the more
# suspicious**. The answer has shape `(M,)` and is finite. `X_normal`, shape `(N, 30)`, holds benign samples only, and
# no label of any other sample is known. The squared Mahalanobis distance of 3.5 is a good choice.
#
# Scores are judged by the *area under the ROC curve*, the probability that a random malignant sample scores higher than
# a random benign one (ties count one half). One half means guessing, 1 a perfect order.
#
# **Grading.** 200 random benign samples are the normal ones, all others are to be scored. Mean area over three such
# draws: at least **0.88** earns half of the points, at least **0.93** all of them. Any method may be used that stays
# within 10 s per call; Mahalanobis distances reach about 0.96.


# %% tags=["exercise"]
def capstone_fraud(X_normal, X_new):
    """Score how unusual new samples are among normal ones.

    X_normal : float64 array, shape (N, 30), benign samples
    X_new : float64 array, shape (M, 30)
    returns : array of scores, shape (M,); the higher, the more suspicious
    """
    mean = X_normal.mean(axis=0)
    covariance = np.cov(X_normal.T, bias=True)
    new = X_new - mean
    return np.sum(new * np.linalg.solve(covariance, new.T).T, axis=1)


# %% [markdown]
# **Look.** On the left your scores of benign and malignant samples that were not used to define normality. A threshold
# must be put somewhere; each choice finds some share of the malignant samples (upwards on the right) at the price of
# some false alarms (to the right). The area under this curve is your result.

# %%
order = np.random.default_rng(0).permutation(len(samples))
normal = order[~malignant[order]][:200]
rest = np.setdiff1d(order, normal)
scores = np.asarray(capstone_fraud(samples[normal], samples[rest]))
ill, well = scores[malignant[rest]], scores[~malignant[rest]]
area = np.mean(ill[:, None] > well) + 0.5 * np.mean(ill[:, None] == well)
cuts = np.concatenate([[np.inf], np.sort(scores)[::-1]])

fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4), width_ratios=[1.5, 1])
ranks = np.argsort(np.argsort(scores))
bins = np.arange(0, len(rest) + 1, 9)
groups = [ranks[~malignant[rest]], ranks[malignant[rest]]]
left.hist(groups, bins=bins, stacked=True, color=[BLUE, ORANGE], label=["benign", "malignant"])
left.set(xlabel="rank of the score", ylabel="samples", title=f"{len(rest)} samples by their score", ylim=(0, 11.5))
left.legend(loc="upper center", ncols=2)
right.plot([np.mean(well >= c) for c in cuts], [np.mean(ill >= c) for c in cuts], color=BLUE, linewidth=2)
right.plot([0, 1], [0, 1], "--", color=GREY, linewidth=1)
right.set(xlabel="false alarms", ylabel="malignant samples found", title=f"area {area:.3f}", aspect="equal")
plt.show()

# %% [markdown]
# ## What you have built
#
# Without labels, an objective takes their place: $J$ for groups (3.1 to 3.3), the spread of normal objects for misfits
# (3.5). Whether groups are classes is a question that only labels can answer, and only up to names (3.4). With a few
# labels, the shape of the unlabelled data decides how far each one reaches (3.6). And a detector that has never seen an
# example of what it is looking for can still rank 96 of 100 pairs correctly (3.7). From here on, all labels are known.
