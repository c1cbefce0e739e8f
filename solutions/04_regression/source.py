# ---
# title: Regression
# chapter: 6
# points: 100
# summary: Fit a line, find out why yes-or-no answers need a curve, and train the smallest network there is, one neuron.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# forbidden: [polyfit]
# ---

# %% [markdown]
# # Regression
#
# **How does one draw the best curve through data, and what if the answers are only yes or no?**
#
# Forty students have told us how many hours they studied for an exam. For each we know the points, and whether they
# passed. Two questions look alike. *How many points may I expect after six hours?* has a number for an answer: that is
# regression. *Shall I pass?* has yes or no, and a number between them only as a probability. A straight line serves the
# first question. For the second it is the wrong shape, and bending it once at each end gives the smallest of all neural
# networks: a single neuron.
#
# * **Lines.** The best line in the plane (4.1), and the best affine function of many variables (4.2).
# * **A loss for yes and no.** The log loss (4.3), its slope (4.4) and its curvature (4.5).
# * **Training one neuron.** Going down to the minimum (4.6), and what the trained neuron says about the plane (4.7).
# * **Back to networks.** Softmax with two classes is a neuron in disguise (4.8).
# * **At work.** Two measurements of a tumour, and the probability that it is harmless (4.9).
#
# The data of these pictures are made up, with a fixed seed; the tumours are real.

# %%
import matplotlib.pyplot as plt
import numpy as np

from autograder import check

BLUE, ORANGE, GREY = "#1f5fa8", "#e07b00", "#8a8a8a"
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
rng = np.random.default_rng(11)
hours = np.sort(rng.uniform(0.5, 12.0, 40))  # studied by each of 40 students
points = np.clip(95 * (1 - np.exp(-hours / 5)) + 9 * rng.standard_normal(40), 0, 100)  # in the exam
passed = (points >= 50).astype(np.int64)  # 1 or 0
standard = (hours - hours.mean()) / hours.std()  # the same hours with mean 0 and standard deviation 1

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
left.scatter(hours, points, color=BLUE)
left.axhline(50, color=GREY, linestyle="--", linewidth=1)
left.text(12.2, 51, "pass", color=GREY, ha="right", va="bottom")
left.set(xlabel="hours studied", ylabel="points", ylim=(0, 105), title="How many points?")
for label, color in ((0, BLUE), (1, ORANGE)):
    right.scatter(hours[passed == label], passed[passed == label], color=color)
right.set(xlabel="hours studied", yticks=[0, 1], ylim=(-0.3, 1.3), title="Passed?")
right.set_yticklabels(["no: 0", "yes: 1"])
plt.show()

# %% [markdown]
# ## What holds throughout
#
# * **Objects are rows.** `X` has shape `(N, n)`: $N$ objects with $n$ features, $N, n \ge 1$. A vector has shape
#   `(n,)`, never `(n, 1)`.
# * **Labels** `y` of a yes-or-no question have shape `(N,)` and are 0 or 1. They may come as integers or floats.
# * **Weights and intercept are kept apart:** `w` of shape `(n,)`, and a number `b`. Where both are returned, the answer
#   is the tuple `(w, b)`.
# * **A loss is the mean over the objects** unless its formula shows a plain sum. $\log$ is the natural logarithm. There
#   are no penalties on $w$ or $b$ anywhere in this assignment.
# * **Answers are in `float64`**, arrays as well as single numbers (Python's `float`, a NumPy `float64` and an array of
#   shape `()` are equally good), also when the input holds integers or is a nested list. Inputs are finite.
# * **Inputs belong to the caller.** Never change an array you were handed; work on a copy.
# * Answers are compared up to rounding (relative $10^{-9}$ unless stated), so any correct order of summation is fine.
#   NumPy's warnings cost nothing; a `nan` or an infinity where a finite number exists does.
# * Use `numpy` and the standard library; `matplotlib` for pictures. **A rule of this assignment:** no `np.polyfit`, nor
#   its relatives in `np.polynomial`. You are here to write the simplest case yourself. `np.linalg` is welcome.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise calls another one of yours, so
# a slip in one does not cost you the next; only the pictures do.

# %% [markdown]
# ## Exercise 4.1: linear_regression_1d
#
# Given points $(x_1, y_1), \dots, (x_N, y_N)$, the *regression line* $y = ax + b$ makes the sum of the squared vertical
# distances as small as possible:
#
# $$\sum_{i=1}^{N} (y_i - a x_i - b)^2 \to \min.$$
#
# Setting the derivatives with respect to $b$ and $a$ to zero says that the residuals $e_i = y_i - a x_i - b$ satisfy
# $\sum_i e_i = 0$ and $\sum_i e_i x_i = 0$: neither a constant nor a trend is left in them. Solved for $a$ and $b$,
#
# $$a = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}{\sum_i (x_i - \bar x)^2}, \qquad b = \bar y - a\, \bar x,$$
#
# with $\bar x, \bar y$ the means. `linear_regression_1d(x, y)` returns the tuple `(a, b)` of two numbers, **the slope
# first**. `x` and `y` have shape `(N,)`, $N \ge 2$ (arrays or lists, integers possible), and the $x_i$ are not all
# equal. The $y_i$ may be: then $a = 0$. Two points have exactly one line.
#
# **By hand.** Through $(0, 1), (1, 3), (2, 2)$: $\bar x = 1$, $\bar y = 2$, so
# $a = \big((-1)(-1) + 0 \cdot 1 + 1 \cdot 0\big) / (1 + 0 + 1) = \tfrac12$ and $b = 2 - \tfrac12 = \tfrac32$. The
# residuals are $-\tfrac12, 1, -\tfrac12$.


# %% tags=["exercise"]
def linear_regression_1d(x, y):
    """Fit the line y = a x + b with the smallest sum of squared vertical distances.

    x, y : arrays or lists, shape (N,), N >= 2; the x are not all equal
    returns : pair (a, b) of float64 numbers, slope and intercept
    """
    #: measure x from its mean; must y be measured from its mean, too?
    x = np.asarray(x, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    dx = x - x.mean()
    a = np.sum(dx * y) / np.sum(dx * dx)  # the dx add up to 0, so the mean of y would not count
    return a, y.mean() - a * x.mean()


# %% [markdown]
# **Look.** Your line through the exam. The residuals on the right add up to zero and have no slope, as they must. Yet
# they are not just noise: they form an arch. What does it say about the first and the last hours of study?

# %%
a, b = linear_regression_1d(hours, points)
residuals = points - a * hours - b

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
left.vlines(hours, a * hours + b, points, color=GREY, linewidth=1)
left.scatter(hours, points, color=BLUE, zorder=3)
left.axline((0, b), slope=a, color=ORANGE, linewidth=2)
left.set(xlabel="hours studied", ylabel="points", ylim=(0, 110), title=f"{a:.1f} points per hour")
right.axhline(0, color=ORANGE, linewidth=2)
right.vlines(hours, 0, residuals, color=GREY, linewidth=1)
right.scatter(hours, residuals, color=BLUE, zorder=3)
right.set(xlabel="hours studied", ylabel="residual", title=f"Residuals: their sum is {residuals.sum():.0e}")
plt.show()

# %% [markdown]
# ## Exercise 4.2: least_squares
#
# With $n$ features the line becomes the graph of an affine function, $x \mapsto w \cdot x + b$:
#
# $$\sum_{i=1}^{N} (y_i - w \cdot x_i - b)^2 \to \min \qquad (w \in \mathbb{R}^n,\ b \in \mathbb{R}).$$
#
# Writing $\tilde X = [X, 1]$ for $X$ with a column of ones, $(w, b)$ is a minimiser exactly if the residual
# $e = y - Xw - b\mathbf{1}$ is orthogonal to all columns:
#
# $$X^\top e = 0, \qquad \sum_i e_i = 0.$$
#
# So the vector of predictions is the orthogonal projection of $y$ onto the space that the columns and $\mathbf 1$ span.
# A projection always exists and is unique. Its coordinates $w$ and $b$ are unique only if the columns of $\tilde X$ are
# independent.
#
# `least_squares(X, y)` returns `(w, b)`: an array of shape `(n,)` and a number. Every $X$ is allowed, also with a
# column that depends on others, a constant column, or fewer objects than unknowns ($N \le n$, even $N = 1$; if the
# objects are in general position the function then passes through all of them). In such cases **every** minimiser with
# finite entries (below $10^6$ for data of size 1 to 10) is right: we look at the residuals and predictions only. There
# $\tilde X^\top \tilde X$ has no inverse, so look at `np.linalg.lstsq`, which works on $\tilde X$ itself.
#
# **By hand.** For the objects $(0, 0), (1, 0), (0, 1), (1, 1)$ with $y = (1, 3, 0, 4)$: $w = (3, 0)$, $b = \tfrac12$,
# and the residuals are $\tfrac12, -\tfrac12, -\tfrac12, \tfrac12$. Check that they are orthogonal to both columns.


# %% tags=["exercise"]
def least_squares(X, y):
    """Find the affine function w.x + b with the smallest sum of squared residuals.

    X : array or nested list, shape (N, n), N >= 1; the columns may be dependent
    y : array or list, shape (N,)
    returns : pair (w, b), a float64 array of shape (n,) and a float64 number
    """
    #: a column of ones turns the intercept into one more weight
    X = np.asarray(X, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    X_tilde = np.column_stack([X, np.ones(len(X))])
    solution, *_ = np.linalg.lstsq(X_tilde, y, rcond=None)
    return solution[:-1], solution[-1]


# %% [markdown]
# **Look.** The method is linear in $w$ and $b$, not in the data: any functions of $x$ may serve as features. Here are
# powers of $x$, and the hidden layer of a relu network, $(x - t_j)_+$ with kinks $t_j$ fixed in advance. Your function
# then fits the *output layer of a network*. What a network with many layers adds is that it also learns its features;
# the price is that the problem is no longer a projection.

# %%
t = np.linspace(0, 12.5, 300)
kinks = np.array([2.0, 4.0, 6.0, 8.0, 10.0])
features = {
    "$x$": lambda x: np.column_stack([x]),
    "$x, x^2, x^3$": lambda x: np.column_stack([x, x**2, x**3]),
    "$x$ and five relus": lambda x: np.column_stack([x, np.maximum(x[:, None] - kinks, 0)]),
}
fig, axes = plt.subplots(1, 3, figsize=(11, 3.2), sharey=True)
for ax, (name, make) in zip(axes, features.items(), strict=True):
    w, b = least_squares(make(hours), points)
    error = points - make(hours) @ w - b
    ax.scatter(hours, points, color=BLUE, s=18)
    ax.plot(t, make(t) @ w + b, color=ORANGE, linewidth=2)
    ax.set(title=f"features {name}", xlabel="hours studied", ylim=(0, 110))
    ax.text(12.3, 8, f"root mean square error {np.sqrt(np.mean(error**2)):.1f}", ha="right")
axes[0].set_ylabel("points")
plt.show()

# %% [markdown]
# ## Exercise 4.3: log_loss
#
# Now to the second question: yes or no. A line through labels 0 and 1 would give "probabilities" below 0 and above 1.
# So take an affine function, the *score* $z = w \cdot x + b$, and bend it into $(0, 1)$ with the sigmoid:
#
# $$P(y = 1 \mid x) = \sigma(w \cdot x + b), \qquad \sigma(z) = \frac{1}{1 + e^{-z}}.$$
#
# This is a network with one neuron. It is good if it gave a high probability to what really happened. An object that
# happened with probability $p$ costs $-\log p$, which is $-\log \sigma(z) = \log(1 + e^{-z})$ for a yes and
# $-\log(1 - \sigma(z)) = \log(1 + e^{z})$ for a no. Both in one formula, with **labels 0 and 1**, averaged:
#
# $$L(w, b) = \frac1N \sum_{i=1}^{N} \big[ \log(1 + e^{z_i}) - y_i z_i \big], \qquad z_i = w \cdot x_i + b.$$
#
# `log_loss(w, b, X, y)` returns this number. `w` `(n,)`, `X` `(N, n)` and `y` `(N,)` may be arrays or lists, also of
# integers; `b` is a number.
#
# The formula is exact for every score, so the answer must be too, for scores up to $\pm 10^4$. A score of 800 for a no
# costs 800 (to rounding), and for a yes it costs 0. Neither $\log \sigma(z)$ nor $e^{800}$ survives in floating point;
# `np.logaddexp` or a look at the sign of $z$ helps. Where the cost is tiny, an absolute error of $10^{-10}$ is fine.
#
# **By hand.** With $w = 0$, $b = 0$ every object costs $\log 2$. With $w = (1)$, $b = 0$, objects $x = \log 3$ and
# $x = -\log 3$, labels 1 and 1: the probabilities are $\tfrac34$ and $\tfrac14$, so
# $L = \tfrac12 (\log \tfrac43 + \log 4)$.


# %% tags=["exercise"]
def log_loss(w, b, X, y):
    """Return the mean log loss of the neuron sigma(w.x + b).

    w : array or list, shape (n,)
    b : number
    X : array or nested list, shape (N, n)
    y : array or list, shape (N,), labels 0 or 1
    returns : float64 number
    """
    #: all scores z first; then, how large may exp(z) become?
    z = np.asarray(X, dtype=np.float64) @ np.asarray(w, dtype=np.float64) + b
    y = np.asarray(y)
    # log(1 + e^z) as log(e^0 + e^z): logaddexp takes out the larger exponent
    return np.mean(np.logaddexp(0.0, z) - y * z)


# %% [markdown]
# **Look.** Left: what an object costs. The log loss is almost linear on the wrong side, so confident errors are dear
# but not ruinous. Right: the loss of "pass or fail" over all neurons $(w, b)$ with one feature, the hours. It is a
# convex bowl, though a rather narrow one.

# %%
z = np.linspace(-6, 6, 200)
slopes, offsets = np.linspace(-0.5, 3.5, 81), np.linspace(-14, 6, 81)
surface = np.array([[log_loss([s], o, hours[:, None], passed) for s in slopes] for o in offsets])

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
left.plot(z, [log_loss([1.0], 0.0, [[v]], [1]) for v in z], color=ORANGE, linewidth=2, label="label 1")
left.plot(z, [log_loss([1.0], 0.0, [[v]], [0]) for v in z], color=BLUE, linewidth=2, label="label 0")
left.set(xlabel="score $z$", ylabel="cost", title="One object")
left.legend(loc="upper center")
picture = right.contourf(slopes, offsets, surface, levels=np.geomspace(0.15, 20, 15), norm="log", cmap="viridis")
right.set(xlabel="$w$ (per hour)", ylabel="$b$", title="The loss $L(w, b)$ for pass or fail")
fig.colorbar(picture, ax=right, format="%.2g")
plt.show()

# %% [markdown]
# ## Exercise 4.4: log_loss_grad
#
# To go down one has to know which way is down. Since $\frac{d}{dz}\big[\log(1 + e^z) - yz\big] = \sigma(z) - y$, the
# chain rule gives
#
# $$\nabla_w L = \frac1N X^\top \big(\sigma(z) - y\big), \qquad
#   \frac{\partial L}{\partial b} = \frac1N \sum_{i=1}^{N} \big(\sigma(z_i) - y_i\big).$$
#
# Prediction minus truth, weighted with the features: the same shape as in linear regression, where the prediction was
# $z$ itself. In particular, at a minimum the probabilities average to the share of ones.
#
# `log_loss_grad(w, b, X, y)` returns the tuple `(gw, gb)`: an array of shape `(n,)` and a number. Arguments as in 4.3.
# For scores up to $\pm 10^4$ the answer must be finite: there $\sigma$ is 0 or 1. (Which form of $\sigma$ gives
# $\infty / \infty$, and which gives $1/\infty$?)
#
# **By hand.** $w = (0, 0)$, $b = 0$, objects $(1, 2)$ and $(3, -4)$ with labels 1 and 0: the errors
# $\sigma(z) - y$ are $-\tfrac12$ and $\tfrac12$, so $\nabla_w L = \tfrac12 \big(-\tfrac12 + \tfrac32,\ -1 - 2\big) =
# (\tfrac12, -\tfrac32)$ and $\partial L / \partial b = 0$.


# %% tags=["exercise"]
def log_loss_grad(w, b, X, y):
    """Return the gradient of the mean log loss with respect to w and b.

    w, b, X, y : as for log_loss
    returns : pair (gw, gb), a float64 array of shape (n,) and a float64 number
    """
    X = np.asarray(X, dtype=np.float64)
    z = X @ np.asarray(w, dtype=np.float64) + b
    small = np.exp(-np.abs(z))  # at most 1
    p = np.where(z >= 0, 1.0, small) / (1.0 + small)
    error = p - np.asarray(y)
    return X.T @ error / len(error), error.mean()


# %% [markdown]
# **Look.** Gradient descent, $(w, b) \leftarrow (w, b) - \eta \nabla L$, with your gradient. On the left the feature is
# the hours as they are; on the right the *standardised* hours (mean 0, standard deviation 1). The neurons are the same
# in both pictures, only the coordinates differ, and so does the path. Each has the step $\eta = 1 / \ell$ with
# $\ell = \lVert [X, 1] \rVert^2 / (4N)$ (the sum of squares of all entries), which can never overshoot.


# %%
def path(feature, steps):
    """Run gradient descent from (0, 0) and return all points (w, b)."""
    w, b, X = np.zeros(1), 0.0, feature[:, None]
    step = 4 * len(X) / (np.sum(X**2) + len(X))
    places = [(w[0], b)]
    for _ in range(steps):
        gw, gb = log_loss_grad(w, b, X, passed)
        w, b = w - step * gw, b - step * gb
        places.append((w[0], b))
    return np.array(places)


fig, axes = plt.subplots(1, 2, figsize=(10, 3.8))
windows = [(hours, (-0.4, 3.0), (-12, 3), "hours"), (standard, (-1, 9), (-3, 6), "standardised hours")]
for ax, (feature, xlim, ylim, name) in zip(axes, windows, strict=True):
    W, B = np.meshgrid(np.linspace(*xlim, 71), np.linspace(*ylim, 71))
    L = [log_loss([w], b, feature[:, None], passed) for w, b in zip(W.ravel(), B.ravel(), strict=True)]
    ax.contour(W, B, np.reshape(L, W.shape), levels=np.geomspace(0.1, 10, 21), colors=GREY, linewidths=0.7)
    places = path(feature, 300)
    ax.plot(*places.T, ".-", color=BLUE, markersize=4, linewidth=1)
    ax.plot(*places[-1], "o", color=ORANGE, zorder=3)
    last = log_loss(places[-1][:1], places[-1][1], feature[:, None], passed)
    ax.set(xlabel="$w$", ylabel="$b$", xlim=xlim, ylim=ylim, title=f"{name}: L = {last:.3f} after 300 steps")
plt.show()

# %% [markdown]
# ## Exercise 4.5: log_loss_hessian
#
# The second derivatives tell how the bowl is shaped. Differentiating once more, $\sigma' = \sigma (1 - \sigma)$ gives
#
# $$H = \frac1N \tilde X^\top \mathrm{diag}\big(p_i (1 - p_i)\big) \tilde X, \qquad p_i = \sigma(w \cdot x_i + b),
#   \qquad \tilde X = [X, 1],$$
#
# a symmetric matrix of shape `(n + 1, n + 1)`. The order of the unknowns is $w_1, \dots, w_n, b$: **$b$ comes last**.
# The labels do not occur. Since $0 \le p(1-p) \le \tfrac14$,
#
# $$0 \;\le\; v^\top H v \;\le\; \tfrac{1}{4N} \lVert \tilde X v \rVert^2 \qquad \text{for every } v,$$
#
# so the loss is convex, and its slope changes at a bounded rate: this is where the safe step $1 / \ell$ came from.
#
# `log_loss_hessian(w, b, X)` returns $H$; `w`, `b`, `X` as in 4.3. For scores up to $\pm 10^4$ it must be finite; an
# object with such a score adds 0.
#
# **By hand.** $w = (0)$, $b = 0$, objects $x = 1$ and $x = 3$: $p(1-p) = \tfrac14$, so
# $H = \tfrac18 \begin{pmatrix} 1 + 9 & 1 + 3 \\ 1 + 3 & 1 + 1 \end{pmatrix}
#    = \begin{pmatrix} \tfrac54 & \tfrac12 \\ \tfrac12 & \tfrac14 \end{pmatrix}$.


# %% tags=["exercise"]
def log_loss_hessian(w, b, X):
    """Return the Hessian of the mean log loss with respect to (w_1, ..., w_n, b).

    w : array or list, shape (n,)
    b : number
    X : array or nested list, shape (N, n)
    returns : float64 array, shape (n + 1, n + 1)
    """
    X = np.asarray(X, dtype=np.float64)
    z = X @ np.asarray(w, dtype=np.float64) + b
    small = np.exp(-np.abs(z))
    curvature = small / (1.0 + small) ** 2  # p (1 - p), even in z
    X_tilde = np.column_stack([X, np.ones(len(X))])
    return X_tilde.T @ (curvature[:, None] * X_tilde) / len(X)


# %% [markdown]
# **Look.** At the orange point, replace $L$ by its second Taylor polynomial (dashed ellipses). Its minimum is where
# *Newton's method* goes next: $(w, b) - H^{-1} \nabla L$. On the left, from $(0, 0)$, each step is followed by another;
# five of them come as close to the bottom as more than two hundred steps of gradient descent. On the right, from a
# point where one side of the bowl is nearly flat, the polynomial is a poor copy, and the step leaps across the valley
# to a place where the loss is larger. (A shorter step in the same direction would have helped.)

# %%
X = standard[:, None]
W, B = np.meshgrid(np.linspace(-3, 10, 91), np.linspace(-4.5, 6.5, 91))
L = np.reshape([log_loss([w], b, X, passed) for w, b in zip(W.ravel(), B.ravel(), strict=True)], W.shape)
fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True)
for ax, start, steps in zip(axes, [np.array([0.0, 0.0]), np.array([0.0, 3.0])], [5, 1], strict=True):
    value, H = log_loss(start[:1], start[1], X, passed), log_loss_hessian(start[:1], start[1], X)
    moves = np.stack([W - start[0], B - start[1]])
    slope = np.append(*log_loss_grad(start[:1], start[1], X, passed))
    taylor = value + np.einsum("i,ijk->jk", slope, moves) + np.einsum("ijk,il,ljk->jk", moves, H, moves) / 2
    places = [start]
    for _ in range(steps):
        w, b = places[-1][:1], places[-1][1]
        places.append(
            places[-1] - np.linalg.solve(log_loss_hessian(w, b, X), np.append(*log_loss_grad(w, b, X, passed)))
        )
    ax.contour(W, B, L, levels=np.geomspace(0.1, 10, 21), colors=GREY, linewidths=0.7)
    ax.contour(W, B, taylor - taylor.min(), levels=[0.05, 0.2, 0.45], colors=ORANGE, linestyles="--", linewidths=1)
    ax.plot(*np.transpose(places), ".-", color=BLUE, linewidth=1.5)
    ax.plot(*start, "o", color=ORANGE, zorder=3)
    after = log_loss(places[-1][:1], places[-1][1], X, passed)
    ax.set(xlabel="$w$ (standardised hours)", xlim=(-3, 10), ylim=(-4.5, 6.5))
    ax.set_title(f"L = {value:.2f}, after {steps} step{'s' * (steps > 1)} {after:.2f}")
axes[0].set_ylabel("$b$")
plt.show()

# %% [markdown]
# ## Exercise 4.6: fit_logistic
#
# Train the neuron: `fit_logistic(X, y)` returns the minimiser `(w, b)` of the loss $L$ of 4.3, an array of shape `(n,)`
# and a number. There is no formula for it; the method is up to you.
#
# *What you may rely on.* `X` has shape `(N, n)` with $N \le 200$ and $n \le 4$, `y` holds 0s and 1s, and both labels
# occur (arrays or lists, integers possible). Features are between $-20$ and $20$. The classes overlap, so that a
# minimiser exists, and it is unique. There the smallest eigenvalue of $H$ is at least $0.01$ (and at least
# $\tfrac{1}{100}$ of the largest, and $\tfrac{1}{500}$ of $\ell = \lVert [X, 1] \rVert^2 / (4N)$), so gradient descent
# with step $1/\ell$ gets there in some thousand steps. Newton's method, begun at $w = 0$, $b = 0$, needs ten steps at
# most. (A few objects far from all others can make it leap across the valley; then its steps must be cut. Not here.)
#
# *What we look at.* Never at $w$ itself, but at what matters:
#
# * the gradient of $L$ at your $(w, b)$: its norm $\sqrt{\lVert \nabla_w L \rVert^2 + (\partial_b L)^2}$ must be at
#   most $10^{-2}$ for half of the credit on this, at most $10^{-4}$ for all of it;
# * the loss: at most $10^{-6}$ above the smallest possible one;
# * the probabilities of the objects: within $10^{-3}$ of those of the minimiser. So do not stop at the first occasion:
#   a gradient of norm $10^{-8}$ is cheap, and settles everything.
#
# *Units.* $(w, b)$ belongs to the features **as they were given**. You may standardise inside,
# $\tilde x = (x - m) / s$, but then translate back: $\tilde w \cdot \tilde x + \tilde b = w \cdot x + b$ for all $x$.
#
# **By hand.** One feature with values $-1$ and $1$ only; at $-1$ there are three 0s and one 1, at $1$ one 0 and three
# 1s. The best probabilities are the observed shares, $\tfrac14$ and $\tfrac34$. So $b - w = -\log 3$ and
# $b + w = \log 3$: $w = \log 3$, $b = 0$.


# %% tags=["exercise"]
def fit_logistic(X, y):
    """Find the weights of the neuron sigma(w.x + b) with the smallest mean log loss.

    X : array or nested list, shape (N, n)
    y : array or list, shape (N,), labels 0 or 1; the classes overlap
    returns : pair (w, b), a float64 array of shape (n,) and a float64 number
    """
    #: write the loss, its gradient and perhaps its Hessian once more in here; do not change X and y
    X = np.asarray(X, dtype=np.float64)
    Z = np.column_stack([X, np.ones(len(X))])
    theta = np.zeros(Z.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-Z @ theta))
        H = Z.T @ ((p * (1 - p))[:, None] * Z)
        theta = theta - np.linalg.solve(H, Z.T @ (p - y))  # Newton's step, in which both factors 1/N cancel
    return theta[:-1], theta[-1]


# %% [markdown]
# **Look.** Your neuron answers the question from the beginning: the probability of passing, by hours of study. The
# regression line through the same labels is drawn for comparison. Where does the neuron say "even chances", and what
# does the line say about somebody who studied for 12 hours?

# %%
w, b = fit_logistic(hours[:, None], passed)
t = np.linspace(0, 13, 300)
line_w, line_b = least_squares(hours[:, None], passed)
half = -b / w[0]

fig, ax = plt.subplots(figsize=(7, 3.6))
ax.axhline(0, color=GREY, linewidth=0.6)
ax.axhline(1, color=GREY, linewidth=0.6)
ax.plot(t, t * line_w[0] + line_b, "--", color=GREY, label="least squares")
ax.plot(t, 1 / (1 + np.exp(-(w[0] * t + b))), color=ORANGE, linewidth=2.5, label="one neuron")
ax.scatter(hours, passed, color=BLUE, zorder=3, s=25)
ax.plot([half, half, 0], [0, 0.5, 0.5], ":", color="black", linewidth=1)
ax.text(half + 0.3, 0.47, f"even chances at {half:.1f} hours", va="top")
ax.set(xlabel="hours studied", ylabel="probability of passing", xlim=(0, 13), ylim=(-0.25, 1.35))
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Think** (not graded). Suppose every student with more than five hours had passed and nobody else: the classes are
# separable. What happens to $L$ along the ray $(tw, tb)$, $t \to \infty$, if $w x + b$ has the right sign for everyone?
# Is there a minimiser?

# %% [markdown] tags=["answer"]
# Each object's score has the right sign, so along the ray every single cost $\log(1 + e^{-t|z_i|})$ falls to 0 and
# $L \to 0$. But $L > 0$ everywhere. So the infimum 0 is not attained: there is no minimiser, and any method will let
# $\lVert w \rVert$ grow for as long as it runs, making the neuron ever more certain. Overlap is what keeps $w$ finite.

# %% [markdown]
# ## Exercise 4.7: boundary_x2
#
# With two features, a neuron divides the plane: it prefers class 1 where $\sigma(z) > \tfrac12$, that is, where
# $z > 0$. Between the two regions lies the *decision boundary*
#
# $$\{x : \sigma(w_1 x_1 + w_2 x_2 + b) = \tfrac12\} = \{x : w_1 x_1 + w_2 x_2 + b = 0\},$$
#
# a straight line. To draw it one needs $x_2$ as a function of $x_1$. `boundary_x2(w, b, x1)` returns, for `x1` of shape
# `(M,)`, $M \ge 1$, the array of shape `(M,)` of the second coordinates. `w` has shape `(2,)` with $w_2 \ne 0$, of
# either sign, while $w_1$ and $b$ may be 0; `b` is a number. `w` and `x1` may be lists or hold integers.
#
# **By hand.** $w = (1, 2)$, $b = -4$: at $x_1 = 0$ the boundary is at $x_2 = 2$, and at $x_1 = 4$ at $x_2 = 0$.


# %% tags=["exercise"]
def boundary_x2(w, b, x1):
    """Return the second coordinates of the decision boundary of a neuron at the given first coordinates.

    w : array or list, shape (2,), second entry not 0
    b : number
    x1 : array or list, shape (M,)
    returns : float64 array, shape (M,)
    """
    x1 = np.asarray(x1, dtype=np.float64)
    return -(w[0] * x1 + b) / w[1]


# %% [markdown]
# **Look.** A hundred applicants to a graduate school, two examinations each, and who was admitted. Your neuron from 4.6
# gives the colours, your boundary the black line. The dashed lines are its parallels at probability 10 % and 90 %. How
# many points in the second examination make up for ten in the first?

# %%
rng = np.random.default_rng(5)
marks = np.clip(rng.normal([62, 58], [15, 14], (100, 2)), 10, 100).round()
chance = 1 / (1 + np.exp(-(0.09 * (marks[:, 0] - 60) + 0.13 * (marks[:, 1] - 60))))
admitted = (rng.random(100) < chance).astype(np.int64)

w, b = fit_logistic(marks, admitted)
side = np.linspace(10, 100, 181)
P = 1 / (1 + np.exp(-(w[0] * side[None, :] + w[1] * side[:, None] + b)))

fig, ax = plt.subplots(figsize=(6.4, 4.8))
picture = ax.contourf(side, side, P, levels=np.linspace(0, 1, 11), cmap="PuOr_r", alpha=0.6)
ax.plot(side, boundary_x2(w, b, side), color="black", linewidth=2, label="even chances")
for p in (0.1, 0.9):
    ax.plot(side, boundary_x2(w, b - np.log(p / (1 - p)), side), "--", color="black", linewidth=1)
ax.scatter(*marks[admitted == 1].T, color=ORANGE, edgecolor="black", linewidth=0.6, label="admitted")
ax.scatter(*marks[admitted == 0].T, facecolor="white", edgecolor=BLUE, linewidth=1.5, label="not admitted")
ax.set(xlabel="first examination", ylabel="second examination", xlim=(10, 100), ylim=(10, 100))
ax.legend(loc="lower left", frameon=True)
fig.colorbar(picture, ax=ax, label="probability of admission")
plt.show()

# %% [markdown]
# ## Exercise 4.8: neuron_from_softmax
#
# A classifier with $K$ classes ends in $K$ scores $z = Wx + b$ and softmax, $p_k = e^{z_k} / \sum_j e^{z_j}$. What does
# it become for $K = 2$? Number the classes 0 and 1, as in Python, so that $W$ has rows $W_0, W_1$ and $b = (b_0, b_1)$.
# Dividing numerator and denominator by $e^{z_1}$,
#
# $$p_1 = \frac{e^{z_1}}{e^{z_0} + e^{z_1}} = \frac{1}{1 + e^{-(z_1 - z_0)}} = \sigma(z_1 - z_0).$$
#
# So two softmax outputs are worth one logistic neuron: there are $w$ and $\beta$ with
# $\sigma(w \cdot x + \beta) = p_1$ for **all** $x$, and they are unique. `neuron_from_softmax(W, b)` returns
# `(w, beta)`, an array of shape `(n,)` and a number, from `W` of shape `(2, n)` and `b` of shape `(2,)` (arrays or
# lists, integers possible; the two rows may be equal).
#
# **By hand.** $W = \begin{pmatrix} 1 & 2 \\ 4 & 0 \end{pmatrix}$, $b = (5, 3)$: at $x = (1, 1)$ the scores are
# $(8, 7)$, so the neuron must have the score $-1$ there. At $x = 0$ it must have $-2$.


# %% tags=["exercise"]
def neuron_from_softmax(W, b):
    """Return the neuron that equals the probability of class 1 of a softmax layer with two classes.

    W : array or nested list, shape (2, n); row k belongs to class k
    b : array or list, shape (2,)
    returns : pair (w, beta), a float64 array of shape (n,) and a float64 number
    """
    W = np.asarray(W, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    return W[1] - W[0], b[1] - b[0]


# %% [markdown]
# **Look.** Four softmax layers with one feature: in each the two scores are very different lines, but they have the
# same *difference*. Hence they are the same classifier, and the same neuron. With a separate row for every class, the
# weights of softmax are therefore not determined by the probabilities; those of the neuron are.

# %%
t = np.linspace(-4, 4, 200)
fig, axes = plt.subplots(2, 4, figsize=(11, 4.2), sharex=True, sharey="row", height_ratios=[1.6, 1])
for (top, bottom), common in zip(axes.T, [(0.0, 0.0), (-0.75, 0.0), (-1.5, -1.0), (1.0, 2.0)], strict=True):
    W, bias = np.array([[0.0], [1.5]]) + common[0], np.array([0.0, -1.0]) + common[1]
    w, beta = neuron_from_softmax(W, bias)
    for k, color in ((0, BLUE), (1, ORANGE)):
        top.plot(t, W[k, 0] * t + bias[k], color=color, label=f"$z_{k}$")
    top.set(ylim=(-6, 6), title=f"$w = {w[0]:.1f},\\ \\beta = {beta:.1f}$")
    bottom.plot(t, 1 / (1 + np.exp(-(w[0] * t + beta))), color="black", linewidth=2)
    bottom.set(xlabel="$x$", ylim=(-0.05, 1.05), yticks=[0, 0.5, 1])
axes[0, 0].set_ylabel("scores")
axes[1, 0].set_ylabel("$p_1$")
axes[0, 0].legend(loc="upper left")
plt.show()

# %% [markdown]
# ## Logistic regression at work: tumours
#
# The data for the last exercise are 569 tumours, each with two measurements of its cell nuclei on a microscope image:
# the mean radius, and the mean "texture" (how much the grey values vary). The label is the diagnosis, **1 for benign**
# and 0 for malignant; 357 are benign (`data/README.md` tells where the data come from).

# %%
data = np.load("data/breast_cancer.npz")
tumours = data["X"]  # (569, 2): mean radius, mean texture
benign = data["y"]  # (569,): 1 benign, 0 malignant


# %%
def show_tumours(ax, X, y):
    """Draw benign tumours in blue and malignant ones in orange."""
    for label, color, word in ((1, BLUE, "benign"), (0, ORANGE, "malignant")):
        ax.scatter(*X[y == label].T, s=14, color=color, alpha=0.7, linewidth=0, label=word)
    ax.set(xlabel="mean radius", ylabel="mean texture")


fig, ax = plt.subplots(figsize=(6, 4))
show_tumours(ax, tumours, benign)
ax.legend(loc="upper right")
plt.show()

# %% [markdown]
# ## Exercise 4.9: capstone_cancer
#
# `capstone_cancer(X_train, y_train, X_test)` learns from $N$ tumours with known diagnosis, `X_train` of shape `(N, 2)`
# and `y_train` of shape `(N,)`, and returns for $M$ more, `X_test` of shape `(M, 2)`, the **probability $P(y = 1)$ that
# each is benign**: an array of shape `(M,)` with entries from 0 to 1.
#
# One neuron is enough: fit it as in 4.6 and evaluate it. (The two classes overlap, and the features are neither centred
# nor of the same size, so plain gradient descent on the raw numbers takes a very long time. Standardise with the mean
# and standard deviation *of the training set*, and use the same two numbers for the test set.) Every other method that
# stays within 10 s per call is welcome.
#
# **Grading.** The test set's labels are compared with your probabilities, averaged over three random splits into 400
# training and 169 test tumours:
#
# * **Is it right?** Calling benign what has $P > \tfrac12$ must be right for at least **84 %** (two fifths of the
#   points).
# * **Does it know how sure it is?** The mean of $-\log P(\text{true class})$ must be at most **0.36** (two fifths).
#   This is the log loss. Answers of 0 and 1 only will not do: a single error with $P = 0$ costs infinitely much.
# * **Each tumour on its own.** A tumour gets the same probability (to $10^{-6}$) whether it comes alone or with others,
#   and the mean loss is at most 0.6 (one fifth).
#
# To set the scale: always answering the share of benign tumours has accuracy 63 % and loss 0.66.


# %% tags=["exercise"]
def capstone_cancer(X_train, y_train, X_test):
    """Return the probability that each test tumour is benign.

    X_train : float64 array, shape (N, 2), mean radius and mean texture
    y_train : int array, shape (N,), 1 benign, 0 malignant
    X_test : float64 array, shape (M, 2)
    returns : float64 array, shape (M,), entries from 0 to 1
    """
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)

    def features(X):
        return np.column_stack([(X - mean) / spread, np.ones(len(X))])

    def probability(Z, theta):
        return 1 / (1 + np.exp(-Z @ theta))

    Z = features(X_train)
    theta = np.zeros(3)
    for _ in range(500):
        theta = theta - 2.0 * Z.T @ (probability(Z, theta) - y_train) / len(y_train)
    return probability(features(X_test), theta)


# %% [markdown]
# **Look.** Left: your probabilities as colours, for a training set of 400, with the 169 test tumours. Right: are they
# honest? The test tumours are sorted into five groups by their probability. If you say 80 %, about 80 % of the group
# should be benign: the points should lie near the diagonal, as far as groups of this size allow.

# %%
order = np.random.default_rng(1).permutation(len(benign))
train, test = order[:400], order[400:]
P = np.asarray(capstone_cancer(tumours[train], benign[train], tumours[test]))
truth = benign[test]
loss = -np.mean(np.log(np.where(truth == 1, P, 1 - P)))
print(f"accuracy {np.mean((P > 0.5) == truth):.3f}, log loss {loss:.3f} on {len(test)} tumours")

radius, texture = np.linspace(6, 29, 116), np.linspace(9, 40, 125)
grid = np.column_stack([axis.ravel() for axis in np.meshgrid(radius, texture)])
colours = np.reshape(capstone_cancer(tumours[train], benign[train], grid), (len(texture), len(radius)))

fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4), width_ratios=[1.5, 1])
picture = left.contourf(radius, texture, colours, levels=np.linspace(0, 1, 11), cmap="PuOr", alpha=0.6)
left.contour(radius, texture, colours, levels=[0.5], colors="black")
show_tumours(left, tumours[test], truth)
left.set(title="169 test tumours")
left.legend(loc="upper right", frameon=True)
fig.colorbar(picture, ax=left, label="probability of benign")
group = np.minimum((5 * P).astype(int), 4)
sizes = np.bincount(group, minlength=5)
said, happened = (np.bincount(group, v, minlength=5) / np.maximum(sizes, 1) for v in (P, truth))
right.plot([0, 1], [0, 1], color=GREY, linewidth=1)
right.scatter(said[sizes > 0], happened[sizes > 0], s=4 * sizes[sizes > 0], color=BLUE)
for k in np.flatnonzero(sizes):
    right.annotate(f"{sizes[k]} tumours", (said[k], happened[k]), (8, -14), textcoords="offset points", fontsize=9)
right.set(xlabel="mean probability in the group", ylabel="share of benign tumours", title="Said and happened")
right.set(xlim=(-0.05, 1.25), ylim=(-0.1, 1.1), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
plt.show()

# %% [markdown]
# ## What you have built
#
# Least squares is a projection: one formula, done (4.1, 4.2). The price of a probability is a bend, and with it the
# formula is gone; what remains is a convex loss (4.3), its gradient (4.4) and curvature (4.5), and a way down (4.6).
# That is a network with one neuron, trained. Its decision boundary is straight (4.7), as that of softmax with two
# classes is (4.8). With hidden layers the boundary bends, the loss is no longer convex, and its gradient has to travel
# through all the layers; but prediction minus truth, as in 4.4, is still where it starts.
