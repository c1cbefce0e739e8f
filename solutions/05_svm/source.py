# ---
# title: Support vector machines
# chapter: 7
# points: 100
# summary: The widest street between two classes, found by geometry, by convex optimisation and by duality.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# limits: {call: 10, exercise: 20, load: 20, submission: 120}
# ---

# %% [markdown]
# # Support vector machines
#
# Two kinds of objects have been measured, and in the plane of the measurements they form two clouds. A line that
# separates the clouds is a classifier. But if one line separates them, then infinitely many do, and all of them make
# the same number of mistakes on the objects we have seen: none.
#
# **Which of these lines should we trust with the objects we have not seen yet?**
#
# The answer of this chapter: the one that stays as far as possible from both clouds. It is the middle of the widest
# street that can be built between them. Finding it is a problem of geometry (how far apart are two convex sets?), of
# optimisation (a quadratic function under linear constraints), and of duality (a lower bound that proves that no
# better line exists). When the clouds overlap there is no street at all, and we shall have to pay for a few objects
# that stand on it.

# %%
import matplotlib.pyplot as plt
import numpy as np

from autograder import check

# %%
BLUE, ORANGE = "#0072B2", "#D55E00"


def show_points(ax, X, y, **style):
    """Draw the objects of class -1 as blue circles and those of class +1 as orange squares."""
    for label, colour, marker in ((-1, BLUE, "o"), (1, ORANGE, "s")):
        ax.scatter(*X[y == label].T, color=colour, marker=marker, edgecolor="white", zorder=3, **style)
    ax.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$")


def show_line(ax, w, b, level=0.0, **style):
    """Draw the line w·x + b = level in the plane."""
    w = np.asarray(w, dtype=float)
    point = w * (level - b) / (w @ w)
    ax.axline(point, point + np.array([-w[1], w[0]]), **style)


def clouds(seed, size, half_distance):
    """Draw two clouds of equal size in the plane, their centres 2 * half_distance apart."""
    rng = np.random.default_rng(seed)
    y = np.repeat([-1.0, 1.0], size)
    return rng.normal(size=(2 * size, 2)) + half_distance * y[:, None] * [0.8, 0.6] + [3.0, 2.0], y


X, y = clouds(seed=94, size=14, half_distance=2.4)

# %%
fig, ax = plt.subplots(figsize=(5.5, 4.5))
for w, b in (([1.0, 0.6], -3.6), ([1.0, 1.0], -4.4), ([0.15, 1.0], -2.05), ([-0.15, 1.0], -1.35)):
    show_line(ax, w, b, color="grey", linewidth=1)
show_points(ax, X, y)
ax.set(xlim=(-1, 7.5), ylim=(-1.5, 5.5), title="Four perfect classifiers. Which one do you trust?")
plt.show()

# %% [markdown]
# ## Conventions of this notebook
#
# They hold in every exercise, and the tests rely on them.
#
# * Objects are **rows**: $X$ is an array of shape $(N, n)$ with rows $x_1, \dots, x_N \in \mathbb{R}^n$.
# * Labels are the **floats** $-1.0$ and $+1.0$: $y$ has shape $(N,)$. Both occur, unless $N = 1$.
# * A hyperplane is $\{x : w \cdot x + b = 0\}$ with $w \in \mathbb{R}^n$, $w \ne 0$, and a number $b$. We write
#   $f(x) = w \cdot x + b$ for its **score**; the sign of the score is the predicted class.
# * $\|\cdot\|$ is the Euclidean norm. It applies to $w$ alone: **the intercept $b$ is never part of a norm and never
#   penalised.**
# * Arguments may be arrays of floats or of integers, or nested lists. Do not modify them.
# * Answers are **numpy arrays of float64**: vectors of shape $(n,)$ or $(N,)$, not $(N, 1)$. Scalars are a Python
#   `float` or a numpy scalar, not an array of shape $(1,)$. Where two things are returned, return a tuple.
#
# In Exercises 5.1 to 5.8 about a fifth of the points rewards keeping the last two of them.
#
# Three exercises ask for the solution of an optimisation problem (5.3, 5.4, 5.8). Use any algorithm you like. Nobody
# compares your answer with ours: a *certificate* proves how far it is from optimal. A relative error of $10^{-3}$ earns
# full marks, one of $10^{-2}$ earns half. The data have $n \le 5$ and $N \le 100$, may lie far from the origin, and
# may contain an object twice. Each call has 10 seconds, and all calls of an exercise together 20, which is plenty.

# %% [markdown]
# ## Exercise 5.1: signed_distance
#
# How far is a point from a hyperplane, and on which side? Move from $x$ along the normal direction $w / \|w\|$ by the
# distance $-\rho$ until you hit the plane: $w \cdot (x - \rho\, w / \|w\|) + b = 0$. Solve for $\rho$:
#
# $$\rho_i = \frac{w \cdot x_i + b}{\|w\|}, \qquad i = 1, \dots, N.$$
#
# It is positive on the side to which $w$ points. Note that $(w, b)$ and $(7w, 7b)$ describe the same plane and give the
# same distances, while $(-w, -b)$ swaps the two sides.
#
# *Check by hand:* $w = (3, 4)$, $b = -5$. The point $(3, 4)$ has score $9 + 16 - 5 = 20$ and distance $20 / 5 = 4$; the
# origin has distance $-1$.


# %% tags=["exercise"]
def signed_distance(X, w, b):
    """Return the signed distance of each object from the hyperplane w·x + b = 0.

    X : array, shape (N, n)
    w : array, shape (n,), not zero
    b : number
    returns : array of float64, shape (N,)
    """
    #: lists have no @ and integers cannot be divided in place: np.asarray(..., dtype=float) first
    X, w = np.asarray(X, dtype=float), np.asarray(w, dtype=float)
    return (X @ w + b) / np.linalg.norm(w)


# %% [markdown]
# **Look at it.** The colour is the signed distance from the black line. Its level lines are parallel and evenly spaced,
# one unit apart, however long $w$ is: try $10w$ and $10b$.

# %%
w, b = np.array([1.0, 1.0]), -4.4
x1, x2 = np.meshgrid(np.linspace(-1, 7.5, 171), np.linspace(-1.5, 5.5, 141))
distances = signed_distance(np.column_stack([x1.ravel(), x2.ravel()]), w, b).reshape(x1.shape)

fig, ax = plt.subplots(figsize=(6.5, 4.5))
image = ax.pcolormesh(x1, x2, distances, cmap="PuOr_r", vmin=-5, vmax=5, shading="auto", alpha=0.8)
ax.contour(x1, x2, distances, levels=[-4, -3, -2, -1, 1, 2, 3, 4], colors="white", linewidths=0.7)
show_line(ax, w, b, color="black")
show_points(ax, X, y)
fig.colorbar(image, label="signed distance")
ax.set(xlim=(-1, 7.5), ylim=(-1.5, 5.5), title="Distance from a line, with its side as the sign")
plt.show()

# %% [markdown]
# ## Exercise 5.2: geometric_margin
#
# An object is on the correct side if its label and its score have the same sign, so $y_i \rho_i$ is its distance from
# the plane, counted negative if it is on the wrong side. The **geometric margin** of a hyperplane is that of the object
# that has least room:
#
# $$\gamma(w, b) = \min_{1 \le i \le N} \; y_i \, \frac{w \cdot x_i + b}{\|w\|}.$$
#
# Any measurement error smaller than $\gamma$ leaves every object on its side: the margin is the robustness of the
# classifier. Over **all** objects of both classes; **negative** if one of them is misclassified (do not cut it off at
# zero); zero if one lies on the plane.
#
# *Check by hand:* $w = (0, 2)$, $b = -2$ is the line $x_2 = 1$. The objects $(0, 4)$ and $(5, 2)$ of class $+1$ and
# $(1, -1)$ of class $-1$ have the distances $3, 1, -2$, so $y_i\rho_i = 3, 1, 2$ and $\gamma = 1$.


# %% tags=["exercise"]
def geometric_margin(X, y, w, b):
    """Return the smallest distance of an object from the hyperplane, negative on the wrong side.

    X : array, shape (N, n)
    y : array, shape (N,), entries -1.0 and +1.0
    w : array, shape (n,), not zero
    b : number
    returns : float
    """
    #: a distance counts as positive when its sign is that of the label
    X, y, w = (np.asarray(array, dtype=float) for array in (X, y, w))
    return float(np.min(y * (X @ w + b)) / np.linalg.norm(w))


# %% [markdown]
# **Look at it.** Turn the line: for every direction of the normal, put it in the middle between the two classes and
# measure the margin. Where the curve is above zero the line separates. There is exactly one best direction.

# %%
angles = np.radians(np.linspace(-60, 120, 361))
margins = []
for angle in angles:
    w = np.array([np.cos(angle), np.sin(angle)])
    middle = (np.min(X[y > 0] @ w) + np.max(X[y < 0] @ w)) / 2
    margins.append(geometric_margin(X, y, w, -middle))
best = int(np.argmax(margins))

fig, ax = plt.subplots(figsize=(6.5, 3.5))
ax.axhline(0, color="grey", linewidth=0.8)
ax.plot(np.degrees(angles), margins, color="black")
ax.plot(np.degrees(angles[best]), margins[best], "o", color=ORANGE)
ax.annotate(f"  margin {margins[best]:.2f}", (np.degrees(angles[best]), margins[best]), va="bottom")
ax.set(xlabel="direction of the normal (degrees)", ylabel="geometric margin", title="One direction is the best")
ax.set_ylim(top=1.25 * margins[best])
plt.show()

# %% [markdown]
# ## Exercise 5.3: hull_nearest_points
#
# Turning a line by hand works in the plane only. Here is the geometry behind it. The **convex hull** of points
# $a_1, \dots, a_{N_A}$ is the set of all their averages $\sum_i \alpha_i a_i$ with weights in the simplex
#
# $$\Delta_{N_A} = \Big\{ \alpha \in \mathbb{R}^{N_A} : \alpha_i \ge 0, \; \sum_i \alpha_i = 1 \Big\}.$$
#
# Two disjoint convex sets can be separated by a hyperplane (Hahn-Banach). For two hulls the proof is a construction:
# take the two **nearest points** $p$ and $q$ of the hulls, and cut the segment between them in the middle, at a right
# angle. That hyperplane has the margin $\tfrac12\|p - q\|$, and no hyperplane has a larger one. So the task is
#
# $$\min_{\alpha \in \Delta_{N_A},\; \beta \in \Delta_{N_B}} \|p - q\|, \qquad
#   p = \sum_i \alpha_i a_i, \quad q = \sum_j \beta_j b_j .$$
#
# The nearest points are in general **not** data points: a corner of one hull may face the middle of an edge of the
# other. The weights need not be unique, the difference $d = p - q$ is.
#
# **How an answer proves itself.** Let $d = p - q$ for any weights. All of $A$ lies in
# $\{x : d \cdot x \ge \min_i d \cdot a_i\}$ and all of $B$ in $\{x : d \cdot x \le \max_j d \cdot b_j\}$, so the hulls
# are at least $(\min_i d \cdot a_i - \max_j d \cdot b_j) / \|d\|$ apart. Hence
#
# $$\operatorname{gap} = \|d\|^2 - \big(\min_i d \cdot a_i - \max_j d \cdot b_j\big) \;\ge\; 0$$
#
# bounds how far $\|d\|^2$ is from its minimum, and vanishes exactly at the solution.
#
# *What is graded:* weights in the simplices (entries at least $-10^{-9}$, sums within $10^{-8}$ of 1), and
# $\operatorname{gap} \le 10^{-3} \|d\|^2$ for full marks, $10^{-2} \|d\|^2$ for half. The hulls are disjoint, at least
# 3 % of the diameter of the data apart, and have at most 40 points each; one point alone is a hull, too. The data may
# be given in millimetres or in kilometres: let no tolerance of yours depend on the unit.
#
# *Check by hand:* $A = \{(0, -1), (0, 1), (-1, 0)\}$ and $B = \{(3, \tfrac15), (4, 0), (4, 3)\}$. The corner
# $q = (3, \tfrac15)$ faces the edge from $(0, -1)$ to $(0, 1)$ at $p = (0, \tfrac15)$, so $\alpha = (0.4, 0.6, 0)$,
# $\beta = (1, 0, 0)$ and $\|d\| = 3$.


# %% tags=["exercise"]
def hull_nearest_points(A, B):
    """Return weights of the nearest points of the convex hulls of two sets of points.

    A : array, shape (N_A, n)
    B : array, shape (N_B, n), its hull disjoint from that of A
    returns : (alpha, beta), arrays of float64, shapes (N_A,) and (N_B,), each non-negative with sum 1,
        such that A.T @ alpha and B.T @ beta are the nearest points
    """
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    #: with -b_j for b_j, the difference p - q is one sum with weights over both sets
    points = np.vstack([A, -B])
    sets = np.arange(len(A)), np.arange(len(A), len(points))
    #: start at one point of each set; in each step, take weight from the worst point of a set and give it to the best
    weights = np.zeros(len(points))
    weights[[0, -1]] = 1.0
    #: stop by the gap relative to |d|^2, with a cap on the number of steps
    for _ in range(10_000):
        d = weights @ points
        heights = points @ d
        best = [members[np.argmin(heights[members])] for members in sets]
        if d @ d - heights[best].sum() <= 1e-4 * (d @ d):
            break
        worst = [members[np.argmax(np.where(weights[members] > 0, heights[members], -np.inf))] for members in sets]
        # Of the two exchanges, make the steeper one, as far as the weight lasts.
        taking, giving = max(zip(best, worst, strict=True), key=lambda pair: heights[pair[1]] - heights[pair[0]])
        move = points[taking] - points[giving]
        step = min(-(d @ move) / (move @ move), weights[giving])
        weights[taking] += step
        weights[giving] -= step
    return weights[: len(A)], weights[len(A) :]


# %% [markdown]
# **Look at it.** The two hulls, their nearest points $p$ and $q$, and the line that cuts the segment between them in
# the middle. Compare its margin with the best one found by turning the line.

# %%
A, B = X[y > 0], X[y < 0]
alpha, beta = hull_nearest_points(A, B)
p, q = A.T @ alpha, B.T @ beta

fig, ax = plt.subplots(figsize=(6, 4.5))
turn = np.linspace(0, 2 * np.pi, 721)
for cloud, colour in ((A, ORANGE), (B, BLUE)):
    furthest = np.argmax(cloud @ [np.cos(turn), np.sin(turn)], axis=0)  # the corner that looks in each direction
    ax.fill(*cloud[furthest].T, color=colour, alpha=0.2, linewidth=0)
show_points(ax, X, y)
ax.plot(*np.array([p, q]).T, "k.-", markersize=9, zorder=4)
ax.annotate(" $p$", p, fontsize=13, va="bottom")
ax.annotate("$q$ ", q, fontsize=13, va="bottom", ha="right")
show_line(ax, p - q, -(p - q) @ (p + q) / 2, color="black")
ax.set(xlim=(-1, 7.5), ylim=(-1.5, 5.5), title=f"Half the distance of the hulls: {np.linalg.norm(p - q) / 2:.2f}")
plt.show()

# %% [markdown]
# ## Exercise 5.4: hard_margin_svm
#
# The same line once more, now as an optimisation problem in $(w, b)$. A hyperplane can be multiplied by any positive
# number; choose the one for which the nearest objects have the score $\pm 1$. Then the margin is $1/\|w\|$, and a wide
# street means a short $w$:
#
# $$\min_{w, b} \; \tfrac12 \|w\|^2 \qquad \text{subject to} \qquad
#   y_i (w \cdot x_i + b) \ge 1, \quad i = 1, \dots, N.$$
#
# The solution is unique. With the nearest points $p$ (of class $+1$) and $q$ (of class $-1$) of Exercise 5.3 it is
# $w = 2 (p - q) / \|p - q\|^2$, and $b$ puts the plane in the middle. Only the objects on the border of the street
# matter, those with $y_i f(x_i) = 1$: the **support vectors**. All others could move, or be left out, and nothing would
# change.
#
# *What is graded:* with $\varepsilon = 10^{-3}$ for full marks and $\varepsilon = 10^{-2}$ for half, the answer must be
# feasible, $\min_i y_i (w \cdot x_i + b) \ge 1 - \varepsilon$, and short, $\|w\| \le (1 + \varepsilon) / \gamma^\ast$,
# where $\gamma^\ast$ is the largest margin of all hyperplanes. The data are separable and $2\gamma^\ast$ is at least
# 3 % of their diameter. They may be tiny (and $w$ long) or huge, lie far from the origin, and $n = 1$ is possible. If
# your algorithm depends on the unit of length, divide $X$ by its size first and $w$ by the same number in the end.
#
# *Check by hand:* two objects, $(0, 0)$ of class $-1$ and $(2, 0)$ of class $+1$. The street is the strip
# $0 \le x_1 \le 2$, so $w = (1, 0)$, $b = -1$, and the margin is $1 / \|w\| = 1$.


# %% tags=["exercise"]
def hard_margin_svm(X, y):
    """Return the hyperplane of largest margin of separable data, scaled so that min y_i f(x_i) = 1.

    X : array, shape (N, n), the two classes separable
    y : array, shape (N,), entries -1.0 and +1.0, both present
    returns : (w, b), w an array of float64 of shape (n,), b a float
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    #: the street depends on differences only: move the data to the origin, and move b back in the end
    centre = X.mean(axis=0)
    A, B = X[y > 0] - centre, X[y < 0] - centre
    #: weights of two nearest points, improved two at a time: take from the worst object, give to the best
    alpha, beta = np.zeros(len(A)), np.zeros(len(B))
    alpha[0] = beta[0] = 1.0
    for _ in range(10_000):
        d = A.T @ alpha - B.T @ beta
        heights_a, heights_b = A @ d, B @ d
        if d @ d - (heights_a.min() - heights_b.max()) <= 1e-4 * (d @ d):
            break
        best_a, worst_a = np.argmin(heights_a), np.argmax(np.where(alpha > 0, heights_a, -np.inf))
        best_b, worst_b = np.argmax(heights_b), np.argmin(np.where(beta > 0, heights_b, np.inf))
        if heights_a[worst_a] - heights_a[best_a] >= heights_b[best_b] - heights_b[worst_b]:
            move = A[best_a] - A[worst_a]
            step = min(-(d @ move) / (move @ move), alpha[worst_a])
            alpha[best_a] += step
            alpha[worst_a] -= step
        else:
            move = B[best_b] - B[worst_b]
            step = min((d @ move) / (move @ move), beta[worst_b])
            beta[best_b] += step
            beta[worst_b] -= step
    #: whatever the direction, the two objects nearest to the plane decide on b and on the length of w
    top, bottom = heights_a.min(), heights_b.max()
    w = 2 * d / (top - bottom)
    b = -(top + bottom) / (top - bottom) - w @ centre
    return w, float(b)


# %% [markdown]
# **Look at it.** The street, its two borders $f(x) = \pm 1$, and the support vectors with a ring. Delete any object
# without a ring and run the cell again.

# %%
w, b = hard_margin_svm(X, y)
support = y * (X @ w + b) < 1 + 1e-2

fig, ax = plt.subplots(figsize=(6, 4.5))
show_line(ax, w, b, color="black")
for level, colour in ((-1, BLUE), (1, ORANGE)):
    show_line(ax, w, b, level, color=colour, linestyle="--")
show_points(ax, X, y)
ax.scatter(*X[support].T, s=140, facecolor="none", edgecolor="black", zorder=4)
ax.set(xlim=(-1, 7.5), ylim=(-1.5, 5.5))
ax.set_title(f"{support.sum()} of {len(y)} objects carry the street; margin {1 / np.linalg.norm(w):.2f}")
plt.show()

# %% [markdown]
# **Question A** (not graded). Each constraint $y_i f(x_i) \ge 1$ bounds a half-space in the space of all $(w, b)$. Why
# can the hard-margin problem have only one solution? Why does the argument need $\|w\|^2$ and not, say, $\max_k |w_k|$?

# %% [markdown] tags=["answer"]
# The set of all feasible $(w, b)$ is an intersection of half-spaces, hence convex. If $(w, b)$ and $(w', b')$ were
# both optimal with $w \ne w'$, their midpoint would be feasible, and by the strict convexity of $\|\cdot\|^2$ its
# objective would be smaller: a contradiction. So $w$ is unique, and $b$ with it, because both classes have an object
# on the border of the street. The function $\max_k |w_k|$ is convex but not strictly convex: a whole segment of
# vectors can have the same smallest value.

# %% [markdown]
# ## Exercise 5.5: soft_margin_objective
#
# Real clouds overlap. Then no hyperplane satisfies all constraints, and we let objects violate them at a price. An
# object pays the **hinge loss** of its score: nothing if it is beyond the border of the street, otherwise the amount by
# which it falls short:
#
# $$P(w, b) = \tfrac12 \|w\|^2 + C \sum_{i=1}^N \max\big(0, \; 1 - y_i (w \cdot x_i + b)\big).$$
#
# $C > 0$ sets the price: a large $C$ insists on few violations, a small one on a wide street. Conventions: the factor
# is $\tfrac12$; the losses are **added**, not averaged; $b$ is not penalised; the loss is not squared.
#
# *Check by hand:* $w = (1, -1)$, $b = \tfrac12$, $C = 10$, and the objects $(2, 0)$ of class $+1$ and $(1, 1)$ of class
# $-1$. The scores are $2.5$ and $0.5$, the losses $0$ and $1.5$, so $P = 1 + 10 \cdot 1.5 = 16$.


# %% tags=["exercise"]
def soft_margin_objective(w, b, X, y, C):
    """Return half the squared norm of w plus C times the sum of the hinge losses.

    w : array, shape (n,)
    b : number
    X : array, shape (N, n)
    y : array, shape (N,), entries -1.0 and +1.0
    C : positive number
    returns : float
    """
    #: np.maximum compares entry by entry
    w, X, y = (np.asarray(array, dtype=float) for array in (w, X, y))
    losses = np.maximum(0.0, 1.0 - y * (X @ w + b))
    return float(0.5 * w @ w + C * losses.sum())


# %% [markdown]
# **Look at it.** The hinge loss of one object, computed by your function with $w = 0$ and $b$ as its score, beside
# what we would like to count: mistakes. The hinge lies above the step, so a small total loss means few mistakes; and it
# is convex, so it can be minimised.

# %%
scores = np.linspace(-2, 3, 201)
hinge = [soft_margin_objective(np.zeros(1), score, np.zeros((1, 1)), np.ones(1), 1.0) for score in scores]

fig, ax = plt.subplots(figsize=(6, 3.5))
ax.step(scores, scores < 0, color="grey", label="mistake: 1 if $y f(x) < 0$")
ax.plot(scores, hinge, color=ORANGE, linewidth=2, label=r"hinge: $\max(0, 1 - y f(x))$")
ax.plot(scores, np.maximum(0, 1 - scores) ** 2, color=BLUE, linestyle=":", label="squared hinge (not ours)")
ax.set(xlabel="$y f(x)$", ylabel="loss", ylim=(-0.1, 4), title="A convex price for a mistake")
ax.legend()
plt.show()

# %% [markdown]
# ## Exercise 5.6: soft_margin_subgradient
#
# $P$ is convex but has kinks, wherever an object stands exactly on the border, $y_i f(x_i) = 1$. There it has no
# gradient, but it has supporting planes. A **subgradient** of $P$ at $u = (w, b)$ is any $g = (g_w, g_b)$ with
#
# $$P(v) \ge P(u) + g \cdot (v - u) \qquad \text{for all } v \in \mathbb{R}^{n+1}.$$
#
# Off the kinks the gradient is the only one. Objects beyond the border contribute nothing; an object that falls short
# contributes the derivative of $C (1 - y_i (w \cdot x_i + b))$. One possible choice is therefore
#
# $$g_w = w - C \sum_{i : y_i f(x_i) < 1} y_i x_i, \qquad g_b = - C \sum_{i : y_i f(x_i) < 1} y_i .$$
#
# At a kink **every** choice that satisfies the inequality is right: you may count the objects on the border fully, half
# or not at all. The tests check the inequality for hundreds of points $v$, and nothing else. Here $w = 0$ is allowed.
#
# *Check by hand:* in the example of 5.5 only $(1, 1)$ of class $-1$ falls short. With $C = 10$ this gives
# $g_w = (1, -1) + 10 \cdot (1, 1) = (11, 9)$ and $g_b = 10$.


# %% tags=["exercise"]
def soft_margin_subgradient(w, b, X, y, C):
    """Return a subgradient of soft_margin_objective at (w, b).

    w : array, shape (n,)
    b : number
    X : array, shape (N, n)
    y : array, shape (N,), entries -1.0 and +1.0
    C : positive number
    returns : (gw, gb), gw an array of float64 of shape (n,), gb a float
    """
    w, X, y = (np.asarray(array, dtype=float) for array in (w, X, y))
    #: which objects fall short of the border?
    pull = np.where(y * (X @ w + b) < 1, y, 0.0)
    return w - C * (pull @ X), float(-C * pull.sum())


# %% [markdown]
# **Look at it.** $P$ as a function of $b$ alone, for five objects on a line and $w = 1$. Between kinks it is a straight
# line. Each thin line has the slope $g_b$ of your subgradient, and none of them may cut through the graph, at a kink
# either.

# %%
line, labels = np.array([[-2.0], [-0.5], [0.5], [1.0], [2.5]]), np.array([-1.0, -1.0, 1.0, -1.0, 1.0])
intercepts = np.linspace(-4, 3, 281)
values = [soft_margin_objective([1.0], b, line, labels, 1.0) for b in intercepts]

fig, ax = plt.subplots(figsize=(6, 3.8))
ax.plot(intercepts, values, color="black", linewidth=2, zorder=3)
for b in (-3.0, -1.5, 0.5, 2.2):
    height = soft_margin_objective([1.0], b, line, labels, 1.0)
    slope = soft_margin_subgradient([1.0], b, line, labels, 1.0)[1]
    ax.axline((b, height), slope=slope, color=ORANGE, linewidth=1)
    ax.plot(b, height, "o", color=ORANGE, zorder=4)
ax.set(xlim=(-4, 3), ylim=(0, 12), xlabel="$b$", ylabel="$P(1, b)$", title="Supporting lines of a convex function")
plt.show()

# %% [markdown]
# ## Exercise 5.7: dual_objective
#
# How can one prove that nobody will ever find a better $(w, b)$? With a lower bound. Give each object a multiplier
# $\alpha_i$ with $0 \le \alpha_i \le C$, such that $\sum_i \alpha_i y_i = 0$. Since $C \max(0, t) \ge \alpha_i t$ for
# every $t$,
#
# $$P(w, b) \ge \tfrac12 \|w\|^2 + \sum_i \alpha_i \big(1 - y_i (w \cdot x_i + b)\big)
#   = \tfrac12 \|w\|^2 - w \cdot v + \sum_i \alpha_i, \qquad v = \sum_i \alpha_i y_i x_i ,$$
#
# ($b$ has dropped out), and the right-hand side is smallest at $w = v$. This is **weak duality**:
# $P(w, b) \ge D(\alpha)$ for all $(w, b)$ and all such $\alpha$, with the **dual objective**
#
# $$D(\alpha) = \sum_{i} \alpha_i - \tfrac12 \sum_{i, j} \alpha_i \alpha_j \, y_i y_j \, x_i \cdot x_j .$$
#
# At the best $\alpha$ the two meet. The difference $P - D$, the duality gap, thus says how far from optimal you can be
# at most. Note that the objects enter $D$ through their inner products only: this is the door to kernels.
#
# Compute the formula for any given $\alpha$, feasible or not.
#
# *Check by hand:* on the line, $x_1 = -1$ of class $-1$ and $x_2 = 1$ of class $+1$, $\alpha = (\tfrac12, \tfrac12)$.
# All four products $y_i y_j x_i x_j$ are 1, so $D = 1 - \tfrac12 \cdot 4 \cdot \tfrac14 = \tfrac12$. The hyperplane
# $w = 1$, $b = 0$ has $P = \tfrac12$, too, so it is optimal for every $C \ge \tfrac12$.


# %% tags=["exercise"]
def dual_objective(alpha, X, y):
    """Return the dual objective of the support vector machine.

    alpha : array, shape (N,)
    X : array, shape (N, n)
    y : array, shape (N,), entries -1.0 and +1.0
    returns : float
    """
    alpha, X, y = (np.asarray(array, dtype=float) for array in (alpha, X, y))
    #: the double sum is the squared length of one vector
    v = (alpha * y) @ X
    return float(alpha.sum() - 0.5 * v @ v)


# %% [markdown]
# **Look at it.** Four objects whose best multipliers are known, $\alpha^\ast = (\tfrac12, \tfrac12, 0, 0)$. Along
# $t \alpha^\ast$ the dual (lower) and the objective of the hyperplane $w = v(t\alpha^\ast)$ (upper) close in on the
# optimum and meet at $t = 1$.

# %%
four, labels = np.array([[1.0, 0.0], [-1.0, 0.0], [2.0, 1.0], [-2.0, -1.0]]), np.array([1.0, -1.0, 1.0, -1.0])
optimal = np.array([0.5, 0.5, 0.0, 0.0])
steps = np.linspace(0, 2, 101)
upper = [soft_margin_objective((t * optimal * labels) @ four, 0.0, four, labels, 1.0) for t in steps]
lower = [dual_objective(t * optimal, four, labels) for t in steps]

fig, ax = plt.subplots(figsize=(6, 3.5))
ax.fill_between(steps, lower, upper, color="lightgrey", label="duality gap")
ax.plot(steps, upper, color=ORANGE, label="$P$ of the hyperplane")
ax.plot(steps, lower, color=BLUE, label=r"$D$ of the multipliers $t\alpha^\ast$")
ax.set(xlabel="$t$", ylabel="value", title="A lower bound that proves optimality")
ax.legend()
plt.show()

# %% [markdown]
# ## Exercise 5.8: soft_margin_svm
#
# Now put everything together: minimise
#
# $$P(w, b) = \tfrac12 \|w\|^2 + C \sum_{i=1}^N \max\big(0, \; 1 - y_i (w \cdot x_i + b)\big)$$
#
# over $w \in \mathbb{R}^n$ and $b \in \mathbb{R}$. Any method will do. Three roads that work:
#
# * *Subgradient descent* on $P$ with the best point kept: steps that shrink like $1/t$ for $w$, and more slowly for
#   $b$, in which $P$ is not strongly convex. A few lines; needs many thousand steps.
# * *The dual*: maximise $D(\alpha)$ over $0 \le \alpha_i \le C$, $\sum_i \alpha_i y_i = 0$, by projected gradient
#   steps.
# * *Sequential minimal optimisation*: improve $D$ in two multipliers at a time. A pair $(i, j)$ can move by
#   $\alpha_i \mathrel{+}= y_i s$, $\alpha_j \mathrel{-}= y_j s$ without leaving $\sum_i \alpha_i y_i = 0$, and the best
#   $s$ is a formula.
#
# In the dual, $w = \sum_i \alpha_i y_i x_i$. For a given $w$ the best $b$ is a one-dimensional problem: convex,
# piecewise linear, with kinks at the numbers $y_i - w \cdot x_i$.
#
# *What is graded:* $P(w, b) \le (1 + \varepsilon) P^\ast$ with $\varepsilon = 10^{-3}$ for full marks and
# $\varepsilon = 10^{-2}$ for half; a dual bound plays the role of $P^\ast$. Only $P$ counts, since $b$ need not be
# unique. $C \le 10$, the coordinates are of size 10 at most and need not be centred. $C$ is neither divided by $N$ nor
# by anything else, and $b$ is not penalised.
#
# *Check by hand:* $x = -1$ of class $-1$ and $x = 1$ of class $+1$, with $C = 0.1$. Then $\alpha = (0.1, 0.1)$ is
# optimal, $w = 0.2$, and $P^\ast = 0.02 + 0.1 \cdot (0.8 + 0.8) = 0.18$. Every $b$ in $[-0.8, 0.8]$ gives this value.


# %% tags=["exercise"]
def soft_margin_svm(X, y, C):
    """Return the hyperplane that minimises the soft-margin objective.

    X : array, shape (N, n)
    y : array, shape (N,), entries -1.0 and +1.0, both present
    C : positive number
    returns : (w, b), w an array of float64 of shape (n,), b a float
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    #: work with beta = alpha * y: w is beta @ X, and the sum of beta stays 0 if one entry rises by what another falls
    low, high = np.minimum(0.0, C * y), np.maximum(0.0, C * y)
    beta = np.zeros(len(y))
    for _ in range(100_000):
        w = beta @ X
        slope = y - X @ w  # of D in each entry of beta
        #: of the entries that may rise, raise the one that gains most; lower the one that loses least
        i = np.argmax(np.where(beta < high, slope, -np.inf))
        j = np.argmin(np.where(beta > low, slope, np.inf))
        if slope[i] - slope[j] <= 1e-5:
            break
        move = X[i] - X[j]
        # Equal objects of both classes give 2 / 0, which is inf in numpy: then the bounds decide, as they should.
        step = min((slope[i] - slope[j]) / (move @ move), high[i] - beta[i], beta[j] - low[j])
        beta[i] += step
        beta[j] -= step
    #: one of the kinks is the best b for this w
    losses = np.maximum(0.0, y * (slope - slope[:, None]))  # one row for each b
    return w, float(slope[np.argmin(losses.sum(axis=1))])


# %% [markdown]
# **Look at it.** One mislabelled neighbour is enough to squeeze the hard-margin street. The soft margin pays for it
# once and keeps the street wide.

# %%
X_odd, y_odd = np.vstack([X, [2.5, 2.3]]), np.append(y, -1.0)

fig, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True)
for ax, name, (w, b) in (
    (axes[0], "hard margin", hard_margin_svm(X_odd, y_odd)),
    (axes[1], "soft margin, $C = 1$", soft_margin_svm(X_odd, y_odd, 1.0)),
):
    show_line(ax, w, b, color="black")
    for level, colour in ((-1, BLUE), (1, ORANGE)):
        show_line(ax, w, b, level, color=colour, linestyle="--")
    show_points(ax, X_odd, y_odd)
    ax.scatter(*X_odd[-1:].T, s=160, facecolor="none", edgecolor="black", zorder=4)
    ax.set(xlim=(-1, 7.5), ylim=(-1.5, 5.5), title=f"{name}: street of width {2 / np.linalg.norm(w):.2f}")
plt.show()

# %% [markdown]
# And what $C$ does, on clouds that overlap: from a wide street that many objects stand on, to a narrow one.

# %%
X_mixed, y_mixed = clouds(seed=1, size=40, half_distance=1.2)
prices = np.logspace(-3, 1, 17)
fits = [soft_margin_svm(X_mixed, y_mixed, C) for C in prices]
margins = [1 / np.linalg.norm(w) for w, _ in fits]
short = [np.mean(y_mixed * (X_mixed @ w + b) < 1 - 1e-6) for w, b in fits]

fig, ax = plt.subplots(figsize=(6.5, 3.8))
ax.loglog(prices, margins, "o-", color="black")
ax.set(xlabel="$C$", ylabel=r"margin $1 / \|w\|$", title="The price of a violation sets the width of the street")
twin = ax.twinx()
twin.semilogx(prices, short, "s--", color=ORANGE)
twin.set(ylim=(0, 1.05))
twin.set_ylabel("share of objects short of the border", color=ORANGE)
plt.show()

# %% [markdown]
# **Question B** (not graded). Many programs append a constant feature 1 to every object and treat $b$ as one more
# component of $w$, so that it is penalised with the rest. What happens to their answer when all data are shifted by a
# vector $t$? And to ours?

# %% [markdown] tags=["answer"]
# Ours follows: with $b$ free, $(w, b)$ becomes $(w, b - w \cdot t)$ and the objective does not change, so the line
# moves with the data. With $b$ penalised, the shifted line would have to pay for the larger $|b|$; the optimum is
# then a different, tilted line, and the classifier depends on where somebody put the origin of the coordinate system.

# %% [markdown]
# ## Real flowers
#
# In 1936 R. A. Fisher published the measurements of 150 irises. Two of his three species, *versicolor* and *virginica*,
# overlap: which one is it, judged by the length and width of sepals and petals? Below, `measured` has shape $(100, 4)$
# and `species` holds $-1.0$ for versicolor and $+1.0$ for virginica.

# %%
flowers = np.load("data/iris.npz")
measured = flowers["X"][flowers["y"] > 0]
species = np.where(flowers["y"][flowers["y"] > 0] == 1, -1.0, 1.0)

# %% [markdown]
# ## Exercise 5.9: capstone_iris
#
# Write the whole classifier: learn from `X_train`, `y_train`, and predict the labels of `X_test`. A soft-margin
# machine with $C = 1$ on standardised features (subtract the training mean, divide by the training deviation, and
# treat the test flowers with **the same** numbers) does the job, but any method is welcome. Standardising matters: a
# street measured in raw centimetres listens most to the longest leaf.
#
# *What is graded:* the predictions, numbers $-1$ and $+1$ (not scores, not 0) in an array of shape
# $(N_{\text{test}},)$. On three secret splits of the 100 flowers into 60 for training and 40 for testing, a mean
# accuracy of $0.90$ earns full marks, $0.85$ half; a split on which a soft-margin machine or a vote of the nine nearest
# flowers misses more than three flowers is drawn again. Like all the others, this exercise stands on its own: you may
# call your functions from above, but then their mistakes count here as well.


# %% tags=["exercise"]
def capstone_iris(X_train, y_train, X_test):
    """Learn to tell versicolor (-1.0) from virginica (+1.0) and classify new flowers.

    X_train : array, shape (N_train, 4)
    y_train : array, shape (N_train,), entries -1.0 and +1.0
    X_test : array, shape (N_test, 4)
    returns : array, shape (N_test,), entries -1 and +1
    """
    X_train, y_train, X_test = (np.asarray(array, dtype=float) for array in (X_train, y_train, X_test))
    #: the test flowers are shifted and scaled by the numbers of the training flowers
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    X_train, X_test = (X_train - mean) / deviation, (X_test - mean) / deviation
    # Subgradient descent on the soft-margin objective with C = 1; steps 1/t suit an objective that curves like |w|^2/2.
    w, b = np.zeros(X_train.shape[1]), 0.0
    for t in range(1, 3001):
        pull = np.where(y_train * (X_train @ w + b) < 1, y_train, 0.0)
        w = w - (w - pull @ X_train) / t
        b = b + pull.sum() / t
    #: np.sign gives 0 at 0, which is not a label
    return np.where(X_test @ w + b >= 0, 1.0, -1.0)


# %% [markdown]
# **Look at it.** Train on 60 flowers, test on the other 40. Filled marks are the true species; a cross marks a mistake.

# %%
order = np.random.default_rng(36).permutation(100)
train, test = order[:60], order[60:]
predicted = capstone_iris(measured[train], species[train], measured[test])

fig, ax = plt.subplots(figsize=(6, 4.2))
for label, colour, marker, name in ((-1, BLUE, "o", "versicolor"), (1, ORANGE, "s", "virginica")):
    shown = test[species[test] == label]
    ax.scatter(measured[shown, 2], measured[shown, 3], color=colour, marker=marker, edgecolor="white", label=name)
wrong = test[predicted != species[test]]
ax.scatter(measured[wrong, 2], measured[wrong, 3], s=120, color="black", marker="x", label="mistaken")
ax.set(xlabel="petal length (cm)", ylabel="petal width (cm)")
ax.set_title(f"Test accuracy {np.mean(predicted == species[test]):.3f} on 40 flowers")
ax.legend()
plt.show()

# %% [markdown]
# ## What you have built
#
# One line, found four times: by turning it, as the bisector of two nearest points, as the shortest normal that keeps
# everybody at a distance, and, with overlap, as the minimum of a convex function with kinks. Twice you could *prove*
# that an answer was right without knowing the answer: by the gap between two hulls and by the gap between primal and
# dual.
#
# The dual sees the data through inner products $x_i \cdot x_j$ only. Replace them by another function $k(x_i, x_j)$ and
# the same machine draws curves instead of lines. That is the next chapter.
