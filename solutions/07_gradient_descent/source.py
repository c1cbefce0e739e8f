# ---
# title: Gradient descent
# chapter: 8
# points: 100
# summary: Walk downhill, find out how long a step may be, pay for noise with speed, and train a classifier that way.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# ---

# %% [markdown]
# # Gradient descent
#
# **You stand on a slope in thick fog. Which way is down, and how far do you dare to go?**
#
# Training a network means making a function of very many variables small: the loss, as a function of all weights. No
# formula gives its minimum. But at any single point we can afford to compute its gradient, and minus the gradient
# points in the direction of steepest descent. So we take a step that way, look again, and repeat. That is all of
# gradient descent. What remains are three questions, and this assignment answers them one by one:
#
# * **How long may a step be?** You write the method (7.1), find the exact speed at which it works (7.2) and the step at
#   which it stops working (7.3).
# * **What if the gradient is too expensive?** Then look at a few objects only (7.4, 7.5). How wrong such a gradient is
#   (7.6) and what its noise does in the long run (7.7) can be computed exactly.
# * **Where to begin?** Not at zero, and not just anywhere (7.8).
#
# At the end your own stochastic gradient descent teaches a classifier to read digits (7.9).
#
# Below on the left: a landscape from above, with minus the gradient as arrows. From each point they show only the next
# few metres. On the right: one and the same direction, three lengths of step.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from autograder import check

BLUE, ORANGE, GREEN, GREY = "#1f5fa8", "#e07b00", "#2e8b57", "#8a8a8a"
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4), width_ratios=[1, 1.25])

side = np.linspace(-2, 2, 121)
x, y = np.meshgrid(side, side)
left.contour(side, side, (x**2 - 1) ** 2 / 2 + (y - x / 2) ** 2 + 0.3 * x, levels=18, cmap="viridis", linewidths=1)
x, y = np.meshgrid(np.linspace(-1.8, 1.8, 11), np.linspace(-1.8, 1.8, 11))
down_x, down_y = -(2 * x * (x**2 - 1) - (y - x / 2) + 0.3), -2 * (y - x / 2)
length = np.hypot(down_x, down_y)
left.quiver(x, y, down_x / (1 + length), down_y / (1 + length), color=GREY, scale=18, width=0.005)
left.set(
    xlabel="$x_1$", ylabel="$x_2$", xticks=[-2, 0, 2], yticks=[-2, 0, 2], aspect="equal", title="Which way is down?"
)

t = np.linspace(-2.6, 2.6, 200)
right.plot(t, t**2 / 2, color="black", linewidth=2, alpha=0.3)
for lr, color, word in [(0.25, BLUE, "too timid"), (1.0, GREEN, "just right"), (2.2, ORANGE, "too bold")]:
    end = 2.0 * (1 - lr)
    right.annotate("", (end, end**2 / 2), (2, 2), arrowprops={"arrowstyle": "->", "color": color, "linewidth": 2})
    right.plot(end, end**2 / 2, "o", color=color, label=f"{word}: step {lr:g}")
right.plot(2, 2, "o", color="black", label="start")
right.set(xlabel="$x$", ylabel=r"$f(x) = \frac{1}{2} x^2$", ylim=(-0.3, 3.8), title="How far?")
right.legend(loc="upper center", ncols=2)
plt.show()

# %% [markdown]
# ## What holds throughout
#
# * **Vectors** have shape `(n,)`, never `(n, 1)`; one row of an array is one point, object or neuron.
# * **Answers are NumPy arrays of dtype `float64`**, or one `float`, unless an exercise says otherwise, also when the
#   input holds integers or is a nested list. (A function that must accept lists says so in its docstring.)
# * **Inputs belong to the caller.** Never change an array you were handed; work on a copy.
# * **Losses are means**, not sums, over the objects, and so are their gradients.
# * **Randomness comes from the argument `rng`**, a `numpy.random.Generator`, and from nothing else: no new generator,
#   no seed of your own, no `np.random.rand` and the like. How you use it is your business: `rng.permutation(N)`,
#   `rng.shuffle`, sorting random numbers, all are fine. No test compares your draws with ours.
# * **Functions as arguments.** In 7.1 and 7.5 you are given a function that computes gradients. When you are graded, it
#   keeps a record of how often it was called, and with which arguments. Each gradient has its price, so the exercises
#   say exactly how many you may ask for.
# * Answers are compared up to rounding (relative $10^{-9}$ unless stated). NumPy's warnings cost nothing; a `nan` where
#   a finite number exists does.
# * Use `numpy` and the standard library; `matplotlib` for pictures.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise calls another one of yours, so
# a slip in one does not cost you the next; only the pictures do.

# %% [markdown]
# ## Exercise 7.1: gradient_descent
#
# To minimise $f : \mathbb{R}^n \to \mathbb{R}$, start at $x_0$ and repeat
#
# $$x_{k+1} = x_k - \eta\, \nabla f(x_k), \qquad k = 0, 1, \dots$$
#
# with a fixed number $\eta > 0$, the *step* or *learning rate* (`lr`). Note that the gradient enters with its length:
# on a steep slope the method moves far, near a minimum it slows down by itself.
#
# `gradient_descent(grad, x0, lr, n_steps)` returns the whole trajectory, an array of shape `(n_steps + 1, n)` whose row
# $k$ is $x_k$; so row 0 is `x0`.
#
# * `grad` is a function: `grad(x)` returns $\nabla f(x)$, shape `(n,)`. Call it **exactly `n_steps` times**, once for
#   each point but the last. (You are never given $f$ itself; the method does not need it.)
# * `x0` has shape `(n,)`; it may hold integers or be a list.
# * `n_steps` may be 0: the answer then has the single row $x_0$, and `grad` is not called.
#
# **By hand.** $f(x) = \tfrac12 (x_1^2 + 4 x_2^2)$ has the gradient $(x_1, 4 x_2)$. From $x_0 = (8, 1)$ with
# $\eta = \tfrac12$: $x_1 = (4, -1)$, $x_2 = (2, 1)$, $x_3 = (1, -1)$. The first coordinate is halved at each step, the
# second one jumps across the valley and never gets any lower.


# %% tags=["exercise"]
def gradient_descent(grad, x0, lr, n_steps):
    """Follow the negative gradient for n_steps steps.

    grad : function, grad(x) of shape (n,) for x of shape (n,)
    x0 : array or list, shape (n,)
    lr : float, the step
    n_steps : int >= 0
    returns : float64 array, shape (n_steps + 1, n), the points x_0, ..., x_{n_steps}
    """
    #: if you collect one array that changes all the time, what will your rows hold in the end?
    x = np.array(x0, dtype=np.float64)
    trajectory = np.empty((n_steps + 1, len(x)))
    trajectory[0] = x
    for k in range(n_steps):
        x = x - lr * grad(x)
        trajectory[k + 1] = x
    return trajectory


# %% [markdown]
# **Look.** One valley, $f(x) = \tfrac12 (x_1^2 + 9 x_2^2)$, and four steps. A small step creeps along the floor; a
# large one zigzags between the walls; at $\eta = 0.23$ every zigzag is wider than the one before. The best step for
# the walls is far too small for the floor: *that* is the difficulty of gradient descent.

# %%
side_1, side_2 = np.linspace(-10, 10, 121), np.linspace(-4, 4, 121)
valley = (side_1[None, :] ** 2 + 9 * side_2[:, None] ** 2) / 2
fig, axes = plt.subplots(2, 2, figsize=(10, 4.8), sharex=True, sharey=True)
for ax, lr in zip(axes.flat, [0.03, 0.12, 0.21, 0.23], strict=True):
    path = gradient_descent(lambda x: np.array([1.0, 9.0]) * x, [9.0, 1.5], lr, 15)
    ax.contour(side_1, side_2, valley, levels=np.array([1, 3, 6, 10, 20, 35, 60]), colors=GREY, linewidths=0.6)
    ax.plot(path[:, 0], path[:, 1], "o-", color=ORANGE if lr > 2 / 9 else BLUE, markersize=4, linewidth=1.2)
    ax.plot(0, 0, "k+", markersize=10)
    ax.set(title=rf"$\eta = {lr}$", xlim=(-3, 10), ylim=(-4, 4))
for ax in axes[1]:
    ax.set_xlabel("$x_1$")
for ax in axes[:, 0]:
    ax.set_ylabel("$x_2$")
plt.show()

# %% [markdown]
# ## Exercise 7.2: quadratic_rate
#
# Near a minimum $x^*$ every smooth function looks like a quadratic, $f(x) = \tfrac12 (x - x^*)^\top A\, (x - x^*)$ with
# a symmetric positive definite matrix $A$. There everything can be computed. The gradient is $A (x - x^*)$, so the
# error $e_k = x_k - x^*$ obeys
#
# $$e_{k+1} = (I - \eta A)\, e_k .$$
#
# In the basis of eigenvectors of $A$ the directions do not see each other: along the one with eigenvalue $\lambda_i$,
# each step multiplies the error by $1 - \eta \lambda_i$. The whole error therefore shrinks at least by the factor
#
# $$\rho(\eta) = \max_i\, \lvert 1 - \eta \lambda_i \rvert, \qquad \lVert e_k \rVert \le \rho^k\, \lVert e_0 \rVert,$$
#
# and no smaller factor will do: start along the worst eigenvector.
#
# `quadratic_rate(A, lr)` returns $\rho(\eta)$ as one float. `A` is a symmetric positive definite matrix of shape
# `(n, n)`, $n \ge 1$; it may hold integers or be a nested list. `lr` is any number $\eta \ge 0$; for a step that is too
# large the rate exceeds 1, and that is then the right answer.
#
# **By hand.** For $A = \begin{pmatrix} 1 & 0 \\ 0 & 4 \end{pmatrix}$: $\rho(0.1) = \max(0.9, 0.6) = 0.9$,
# $\rho(0.5) = \max(0.5, 1) = 1$ (see the example of 7.1), and the best step is $\eta = 0.4$ with
# $\rho = \max(0.6, 0.6) = 0.6$. In general the best step is $2 / (\lambda_{\min} + \lambda_{\max})$, with
# $\rho = (\kappa - 1)/(\kappa + 1)$, where $\kappa = \lambda_{\max} / \lambda_{\min}$ is the *condition number*.


# %% tags=["exercise"]
def quadratic_rate(A, lr):
    """Return the factor by which each step of gradient descent on a quadratic shrinks the error, at worst.

    A : array or nested list, shape (n, n), symmetric positive definite
    lr : float, the step, >= 0
    returns : float
    """
    #: np.linalg.eigvalsh is made for symmetric matrices; which of the eigenvalues can be the worst one?
    eigenvalues = np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))
    return float(np.max(np.abs(1 - lr * eigenvalues)))


# %% [markdown]
# **Look.** The rate as a function of the step, for eigenvalues 1, 3 and 9. On the left of the best step the flattest
# direction is the slowest (the line $1 - \eta \lambda_{\min}$), on the right the steepest one. On the far right: even
# the best rate approaches 1 as the valley gets narrower. With $\kappa = 1000$ you need about 1150 steps per digit.

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5), width_ratios=[1.5, 1])
steps = np.linspace(0, 0.25, 251)
for eigenvalue, style in [(1, ":"), (3, "-."), (9, "--")]:
    left.plot(steps, np.abs(1 - steps * eigenvalue), style, color=GREY, label=rf"$|1 - \eta \cdot {eigenvalue}|$")
rates = [quadratic_rate(np.diag([1.0, 3.0, 9.0]), lr) for lr in steps]
left.plot(steps, rates, color=BLUE, linewidth=2.5, label=r"$\rho(\eta)$")
left.axhline(1, color="black", linewidth=0.6)
left.plot(0.2, 0.8, "o", color=ORANGE, label=r"best: $\eta = 2/(1+9)$")
left.set(xlabel=r"step $\eta$", ylim=(0, 1.7), title="Every direction has its own factor")
left.legend(loc="upper left", ncols=2)
kappas = np.geomspace(1, 1000, 60)
best = [quadratic_rate(np.diag([1.0, kappa]), 2 / (1 + kappa)) for kappa in kappas]
right.semilogx(kappas, best, color=BLUE, linewidth=2.5)
right.axhline(1, color="black", linewidth=0.6)
right.set(xlabel=r"condition number $\kappa$", ylabel=r"best $\rho$", title="Narrow valleys are slow")
plt.show()

# %% [markdown]
# ## Exercise 7.3: critical_step
#
# When does gradient descent on a quadratic converge from *every* starting point? Exactly when $\rho(\eta) < 1$, that
# is, when $-1 < 1 - \eta \lambda_i < 1$ for all $i$. As all $\lambda_i$ are positive, this says
#
# $$0 < \eta < \eta^* = \frac{2}{\lambda_{\max}(A)} .$$
#
# Only the steepest direction matters. For a general function the largest eigenvalue of its second derivative near the
# minimum plays the part of $\lambda_{\max}$, and this is why a learning rate that worked well for hours may suddenly
# blow up in a steeper region.
#
# `critical_step(A)` returns $\eta^*$ as one float, for a symmetric positive definite `A` of shape `(n, n)`, $n \ge 1$;
# it may hold integers or be a nested list. The eigenvalues may be as small as $10^{-6}$ or as large as $10^7$ (here
# relative $10^{-8}$ is enough).
#
# **By hand.** $A = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$ has the eigenvalues 1 and 3, so
# $\eta^* = \tfrac23$. (Its largest entry and its trace would both mislead you.)


# %% tags=["exercise"]
def critical_step(A):
    """Return the step below which gradient descent on the quadratic with matrix A converges from every start.

    A : array or nested list, shape (n, n), symmetric positive definite
    returns : float
    """
    eigenvalues = np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))
    return float(2 / np.max(eigenvalues))


# %% [markdown]
# **Look.** Distance to the minimum, step by step, for five fractions of your critical step (drawn with your own
# `gradient_descent`). A tenth of a percent decides between going to zero and going to infinity, but only in the long
# run: for the first hundred steps the two look alike.

# %%
A = np.array([[2.0, 1.0], [1.0, 2.0]])
fig, ax = plt.subplots(figsize=(8, 3.6))
colors = plt.get_cmap("viridis")(np.linspace(0, 0.85, 3))
for fraction, color in zip([0.05, 0.5, 0.9, 0.999, 1.001], [*colors, GREY, ORANGE], strict=True):
    path = gradient_descent(lambda x: A @ x, [3.0, 2.0], fraction * critical_step(A), 2000)
    distances = np.linalg.norm(path, axis=1)
    ax.semilogy(distances[distances > 1e-12], color=color, label=rf"$\eta = {fraction}\,\eta^*$", linewidth=2)
ax.set(xlabel="step $k$", ylabel=r"$\Vert x_k - x^* \Vert$", xlim=(-10, 1500), ylim=(1e-6, 1e2))
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# **Think** (not graded). You measure all features in half the unit, so that all data double and every eigenvalue of $A$
# is multiplied by 4. What happens to the critical step, and what to the best rate?

# %% [markdown] tags=["answer"]
# The critical step is divided by 4, and so is the best step; the rate at the best step does not change, because it
# depends on the condition number $\lambda_{\max}/\lambda_{\min}$ only. Rescaling *single* features does change it,
# which is why features are standardised before training.

# %% [markdown]
# ## Exercise 7.4: minibatches
#
# The loss of a network is a mean over $N$ training objects, and so is its gradient. With a million objects, one exact
# gradient costs a million evaluations, for one single step. *Stochastic* gradient descent takes the mean over a small
# *mini-batch* of objects only. To be fair to all of them, it goes through the whole set in a random order before any
# object gets a second turn. One such round is called an **epoch**.
#
# `minibatches(N, B, rng)` returns the mini-batches of one epoch: a **list of one-dimensional `int64` arrays**, the
# *blocks*, with these properties:
#
# * each of the indices $0, \dots, N-1$ stands in exactly one block, once;
# * there are $\lceil N / B \rceil$ blocks; all have size `B`, except that the last one is shorter if `B` does not
#   divide `N` (nothing is dropped, and sizes are not evened out);
# * the partition is uniformly random: every order of the $N$ objects is equally likely. In which order the indices
#   stand *within* a block does not matter; which block they are in does.
#
# $N, B \ge 1$. If $B \ge N$, there is one block of all objects. All randomness comes from `rng`: generators in the same
# state give the same blocks, and a second call with the same generator, which has moved on, gives others.
#
# **By hand.** For $N = 7$, $B = 3$ there are blocks of sizes 3, 3, 1, for instance
# `[array([5, 0, 3]), array([1, 6, 2]), array([4])]`.


# %% tags=["exercise"]
def minibatches(N, B, rng):
    """Cut the objects 0, ..., N - 1 into blocks of B, at random.

    N : int >= 1, number of objects
    B : int >= 1, size of a block; the last block may be shorter
    rng : numpy.random.Generator, the only source of randomness
    returns : list of ceil(N / B) int64 arrays, shapes (B,), ..., (B,), (the rest,)
    """
    order = rng.permutation(N)
    return [order[start : start + B] for start in range(0, N, B)]


# %% [markdown]
# **Look.** Eight epochs with $N = 30$ and $B = 8$: each row is an epoch, each column an object, and the colour tells in
# which block the object was. Every row has four colours, the last of them (bright) a little less often; no two columns
# agree.

# %%
rng = np.random.default_rng(7)
membership = np.zeros((8, 30))
for epoch in range(8):
    for number, block in enumerate(minibatches(30, 8, rng)):
        membership[epoch, block] = number
fig, ax = plt.subplots(figsize=(9, 2.9))
picture = ax.imshow(membership, cmap=plt.get_cmap("viridis", 4), vmin=-0.5, vmax=3.5, aspect="auto")
ax.set_xticks(np.arange(0.5, 29.5), minor=True)
ax.set_yticks(np.arange(0.5, 7.5), minor=True)
ax.grid(which="minor", color="white", linewidth=1.5)
ax.tick_params(which="minor", length=0)
ax.set(xlabel="object", ylabel="epoch", xticks=range(0, 30, 5))
fig.colorbar(picture, ax=ax, ticks=range(4), label="block")
plt.show()

# %% [markdown]
# ## Exercise 7.5: sgd
#
# Now the method by which networks are really trained. The loss is a mean over $N$ objects,
# $L(w) = \frac1N \sum_{i=1}^N L_i(w)$. For a block $S$ of objects let
#
# $$g_S(w) = \frac{1}{|S|} \sum_{i \in S} \nabla L_i(w) .$$
#
# Stochastic gradient descent repeats, for each block $S$ of a random partition,
#
# $$w \leftarrow w - \eta\, g_S(w),$$
#
# and draws a **fresh partition in every epoch**. Each gradient is taken at the *current* $w$, the one that the previous
# block has just produced.
#
# `sgd(grad, w0, N, lr, B, epochs, rng)` returns $w$ after the last step, shape `(n,)`.
#
# * `grad` is a function: `grad(w, idx)` returns $g_S(w)$, shape `(n,)`, for the objects in the one-dimensional integer
#   array `idx`. It already is the **mean** over the block, so do not divide again, whatever the size of the block.
# * In each epoch the blocks are as in 7.4: $\lceil N / B \rceil$ of them, all of size `B` but possibly the last, each
#   object in exactly one; for $B \ge N$ one block of all objects, which makes it gradient descent. So `grad` is called
#   **exactly `epochs` times $\lceil N / B \rceil$ times**. No exercise needs another one: cut the blocks here again.
# * `w0` has shape `(n,)`; it may hold integers or be a list. `epochs` may be 0: the answer is then `w0` itself (a copy
#   of it, in float64).
#
# When you are graded, `grad` records what you pass to it, and each of your steps is checked against the record. Any
# random order is welcome, as long as it comes from `rng`.
#
# **By hand.** $N = 2$, $L_1(w) = \tfrac12 (w - 0)^2$, $L_2(w) = \tfrac12 (w - 4)^2$, $B = 1$, $\eta = \tfrac12$, from
# $w_0 = 0$: if object 2 comes first, $w$ goes $0 \to 2 \to 1$; if object 1 comes first, $0 \to 0 \to 2$. The mean loss
# is smallest at $w = 2$.


# %% tags=["exercise"]
def sgd(grad, w0, N, lr, B, epochs, rng):
    """Minimise a mean of N losses by stochastic gradient descent.

    grad : function, grad(w, idx) is the mean gradient over the objects idx (int array), shape (n,)
    w0 : array or list, shape (n,)
    N : int, number of objects
    lr : float, the step
    B : int, size of a block
    epochs : int >= 0, number of rounds through all objects
    rng : numpy.random.Generator, the only source of randomness
    returns : float64 array, shape (n,), w after the last step
    """
    #: two loops: over the epochs, and over the blocks of a fresh order
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            w = w - lr * grad(w, order[start : start + B])
    return w


# %% [markdown]
# **Look.** A line $y = w_1 x + w_2$ is fitted to 200 points, with 400 gradients of single objects (two epochs) or the
# same amount of work in other batch sizes. Small batches get near the minimum within a fraction of an epoch and then
# wander about; the full gradient has walked straight, and only two steps.

# %%
rng = np.random.default_rng(1)
features = np.column_stack([rng.normal(size=200), np.ones(200)])
values = features @ np.array([1.5, -0.5]) + rng.normal(size=200)
side = np.linspace(-1.6, 2.6, 101)
misfits = features @ np.array([axis.ravel() for axis in np.meshgrid(side, side)]) - values[:, None]
surface = np.mean(misfits**2, axis=0).reshape(101, 101) / 2

fig, axes = plt.subplots(1, 3, figsize=(10.5, 3.8), sharex=True, sharey=True)
for ax, B in zip(axes, [1, 20, 200], strict=True):
    path = []

    def grad(w, idx, path=path):
        path.append(w)
        return features[idx].T @ (features[idx] @ w - values[idx]) / len(idx)

    path.append(sgd(grad, [-1.0, 2.0], 200, 0.15, B, 2, rng))
    path = np.array(path)
    ax.contour(side, side, surface, levels=15, colors=GREY, linewidths=0.6)
    ax.plot(path[:, 0], path[:, 1], ".-", color=BLUE, markersize=3 if B == 1 else 7, linewidth=0.8)
    ax.plot(*np.linalg.lstsq(features, values, rcond=None)[0], "+", color=ORANGE, markersize=14, markeredgewidth=2.5)
    ax.set(title=f"$B = {B}$: {len(path) - 1} steps", xlabel="$w_1$", aspect="equal")
axes[0].set_ylabel("$w_2$")
plt.show()

# %% [markdown]
# ## Exercise 7.6: batch_gradient_variance
#
# How wrong is the gradient of a mini-batch? Let $g_1, \dots, g_N \in \mathbb{R}^n$ be the gradients of the single
# objects at some fixed $w$ (the rows of an array `G`), $\bar g$ their mean, and let $S$ be a random set of $B$
# *different* objects, all such sets being equally likely. The mean over $S$, $g_S$, equals $\bar g$ on average. Its
# mean squared error has a closed form:
#
# $$\mathbb{E}\, \lVert g_S - \bar g \rVert^2 \;=\; \frac{N - B}{B\,(N - 1)} \cdot
#   \frac1N \sum_{i=1}^N \lVert g_i - \bar g \rVert^2 .$$
#
# The second factor is the spread of the objects (note: divided by $N$, and summed over the $n$ coordinates). The first
# one is nearly $1/B$ as long as $B$ is small, and 0 for $B = N$, where no choice is left. If objects were drawn *with*
# replacement, it would be exactly $1/B$.
#
# `batch_gradient_variance(G, B)` returns this number as one float. `G` has shape `(N, n)` with $N \ge 2$, $n \ge 1$; it
# may hold integers or be a nested list. $1 \le B \le N$. Compute the formula; a list of all sets would be hopeless for
# $N = 500$, $B = 37$.
#
# **By hand.** For the three gradients $0, 1, 5$ in $\mathbb{R}^1$: $\bar g = 2$ and the spread is
# $\tfrac13 (4 + 1 + 9) = \tfrac{14}{3}$. For $B = 2$ the factor is $\tfrac{1}{2 \cdot 2}$, which gives $\tfrac76$.
# Check: the means of the three pairs are $\tfrac12, \tfrac52, 3$, and their squared distances from 2 are
# $\tfrac94, \tfrac14, 1$, on average $\tfrac76$.


# %% tags=["exercise"]
def batch_gradient_variance(G, B):
    """Return the mean squared error of the mean gradient of B objects, drawn without replacement.

    G : array or nested list, shape (N, n), one gradient per row, N >= 2
    B : int, 1 <= B <= N
    returns : float
    """
    G = np.asarray(G, dtype=np.float64)
    N = len(G)
    spread = np.mean(np.sum((G - G.mean(axis=0)) ** 2, axis=1))
    return float((N - B) / (B * (N - 1)) * spread)


# %% [markdown]
# **Look.** Your formula against 400 random batches of each size, for the 200 gradients of the fit above. Four times as
# many objects halve the error: beyond a moderate batch size, precision becomes expensive.

# %%
gradients = features * (features @ np.array([-1.0, 2.0]) - values)[:, None]
batch_sizes = np.array([1, 2, 4, 8, 16, 32, 64, 100, 128, 160, 180, 190, 195, 199])
measured = []
for B in batch_sizes:
    means = np.array([gradients[rng.choice(200, B, replace=False)].mean(axis=0) for _ in range(400)])
    measured.append(np.mean(np.sum((means - gradients.mean(axis=0)) ** 2, axis=1)))
fig, ax = plt.subplots(figsize=(7, 3.6))
spread = batch_gradient_variance(gradients, 1)
ax.loglog(batch_sizes, spread / batch_sizes, "--", color=GREY, label="with replacement: spread / B")
ax.loglog(batch_sizes, [batch_gradient_variance(gradients, int(B)) for B in batch_sizes], color=BLUE, label="formula")
ax.loglog(batch_sizes, measured, "o", color=ORANGE, label="400 random batches")
ax.set(xlabel="batch size $B$", ylabel=r"mean of $\Vert g_S - \bar g \Vert^2$")
ax.set_xticks([1, 4, 16, 64, 199], ["1", "4", "16", "64", "199"])
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
# ## Exercise 7.7: sgd_stationary_variance
#
# With a constant step, stochastic gradient descent does not come to rest: the picture for $B = 1$ in 7.5 ends in a
# cloud. How large is it? Take the simplest model, a parabola $\tfrac12 a w^2$ with $a > 0$, whose gradient is seen
# through noise:
#
# $$w_{k+1} = w_k - \eta\,(a\, w_k + \xi_k) = (1 - \eta a)\, w_k - \eta\, \xi_k ,$$
#
# where the $\xi_k$ are independent with mean 0 and variance $s^2$. Variances of independent summands add, so
# $v_k = \operatorname{Var} w_k$ obeys
#
# $$v_{k+1} = (1 - \eta a)^2\, v_k + \eta^2 s^2 .$$
#
# For $0 < \eta a < 2$ this converges, from every start, to the only $v$ that satisfies
# $v = (1 - \eta a)^2 v + \eta^2 s^2$. Solve for it on paper. You should find
#
# $$v = \frac{\eta\, s^2}{a\,(2 - \eta a)} .$$
#
# `sgd_stationary_variance(a, s2, lr)` returns $v$ as one float, for numbers $a > 0$, `s2` $= s^2 \ge 0$ and
# `lr` $= \eta > 0$ (integers are possible).
#
# * If $\eta a \ge 2$ there is no limit: raise a `ValueError`.
# * For tiny steps, down to $\eta = 10^{-13}$, the answer must still be accurate (to a relative $10^{-8}$). Dividing by
#   $1 - (1 - \eta a)^2$ in floating point is not good enough there; the formula above is.
#
# **What it says.** For small steps $v \approx \eta s^2 / (2a)$: half the step, half the variance. And a batch of size
# $B$ has $s^2 / B$ in place of $s^2$, so it helps as much as a step $B$ times smaller, but does not slow the descent
# down.
#
# **By hand.** $a = 1$, $s^2 = 3$, $\eta = \tfrac12$: $v = \dfrac{1.5}{1.5} = 1$, and indeed
# $\tfrac14 \cdot 1 + \tfrac14 \cdot 3 = 1$.


# %% tags=["exercise"]
def sgd_stationary_variance(a, s2, lr):
    """Return the limit of Var w_k for w_{k+1} = (1 - lr a) w_k - lr xi_k.

    a : float > 0, curvature of the parabola
    s2 : float >= 0, variance of the noise xi_k
    lr : float > 0, the step
    returns : float
    raises : ValueError if lr * a >= 2
    """
    if lr * a >= 2:
        raise ValueError("the step is too large: the variance has no limit for lr * a >= 2")
    return float(lr * s2 / (a * (2 - lr * a)))


# %% [markdown]
# **Look.** Three runs from $w_0 = 4$ with $a = 1$, $s^2 = 4$; the band is $\pm 2\sqrt{v}$. The large step arrives at
# once and stays noisy; the small one is quiet but late. The obvious compromise, to begin with a large step and to
# reduce it on the way, is called a *learning rate schedule*.

# %%
rng = np.random.default_rng(3)
fig, axes = plt.subplots(1, 3, figsize=(10.5, 3.2), sharey=True)
for ax, lr in zip(axes, [0.5, 0.1, 0.01], strict=True):
    walk = [4.0]
    for noise in 2 * rng.standard_normal(500):
        walk.append((1 - lr) * walk[-1] - lr * noise)
    band = 2 * np.sqrt(sgd_stationary_variance(1.0, 4.0, lr))
    ax.axhspan(-band, band, color=BLUE, alpha=0.15)
    ax.plot(walk, color=BLUE, linewidth=0.8)
    ax.set(title=rf"$\eta = {lr}$", xlabel="step $k$", ylim=(-4.5, 4.5))
axes[0].set_ylabel("$w_k$")
plt.show()

# %% [markdown]
# **Think** (not graded). Suppose the step is reduced along the way, $\eta_k \to 0$. Why would $\eta_k = 2^{-k}$ be too
# fast? What must hold for $\sum_k \eta_k$?

# %% [markdown] tags=["answer"]
# Without noise the error is multiplied by $\prod_k (1 - \eta_k a)$, which tends to 0 only if $\sum_k \eta_k = \infty$.
# For $\eta_k = 2^{-k}$ the sum is finite: the iterates freeze before they have arrived, at a point that depends on the
# start. Together with $\sum_k \eta_k^2 < \infty$, which tames the noise, this is the classical condition of Robbins and
# Monro; $\eta_k = c/k$ satisfies both.

# %% [markdown]
# ## Exercise 7.8: init_params
#
# A descent must start somewhere, and $W = 0$ is no place for a network with hidden layers: neurons of a layer with
# equal weights receive equal gradients and stay equal for ever. So the weights are drawn at random. But how large? A
# layer adds up $n_{in}$ random terms. If the variance of the weights does not shrink like $1/n_{in}$, the signal grows
# from layer to layer; if it is too small, the signal dies out. Two schemes are in common use. With all $W_{ij}$
# independent and normal,
#
# | scheme | law of $W_{ij}$ | made for |
# |---|---|---|
# | `"he"` | $\mathcal{N}\big(0,\ \tfrac{2}{n_{in}}\big)$ | relu, which cuts off half of the signal |
# | `"xavier"` | $\mathcal{N}\big(0,\ \tfrac{2}{n_{in} + n_{out}}\big)$ | tanh; fair to signals and to gradients |
#
# where $n_{in}$ and $n_{out}$ are the widths before and after the layer. The second number is the **variance**; the
# standard deviation is its square root. All biases start at 0.
#
# `init_params(widths, rng, scheme)` returns `[(W1, b1), ..., (WL, bL)]` for a list of widths `[n_0, ..., n_L]`,
# $L \ge 1$: `W` of shape `(n_out, n_in)` and `b` of shape `(n_out,)`, all in float64.
#
# We look at shapes, at the zero biases, at the mean and the mean square of the entries of large layers (within 5 %,
# which a right answer misses by bad luck less than once in $10^{12}$ gradings), that neurons and layers differ,
# that `rng` decides everything, and that with `"he"` the mean square of a signal changes by less than a factor of 100
# on its way through twenty relu layers of width 300 (equally safe).
#
# **By hand.** For widths `[8, 2]` the weights have standard deviation $\sqrt{2/8} = 0.5$ with `"he"` and
# $\sqrt{2/10} \approx 0.447$ with `"xavier"`.


# %% tags=["exercise"]
def init_params(widths, rng, scheme):
    """Draw the parameters at which the training of a network starts.

    widths : list of ints [n_0, ..., n_L], L >= 1
    rng : numpy.random.Generator, the only source of randomness
    scheme : "he" (variance 2 / n_in) or "xavier" (variance 2 / (n_in + n_out))
    returns : list [(W1, b1), ..., (WL, bL)] of float64 arrays, Wl of shape (n_l, n_{l-1}), bl of shape (n_l,)
    """
    params = []
    for n_in, n_out in pairwise(widths):
        variance = 2 / n_in if scheme == "he" else 2 / (n_in + n_out)
        params.append((np.sqrt(variance) * rng.standard_normal((n_out, n_in)), np.zeros(n_out)))
    return params


# %% [markdown]
# **Look.** The mean square of a signal on its way through 30 relu layers of width 100, for your weights ("he") and for
# the same weights with half and with twice the variance. On the right, the positive values that arrive in layer 30: a
# factor of two on either side of the right choice, and the signal ends four or five powers of ten away.

# %%
rng = np.random.default_rng(5)
fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
start = rng.standard_normal((200, 100))
layers = init_params([100] * 31, rng, "he")
for factor, color in [(2.0, ORANGE), (1.0, BLUE), (0.5, GREY)]:
    signal, sizes = start, [np.mean(start**2)]
    for W, b in layers:
        signal = np.maximum(signal @ (np.sqrt(factor) * W).T + b, 0)
        sizes.append(np.mean(signal**2))
    label = f"variance ${2 * factor:g} / n$"
    left.semilogy(sizes, color=color, linewidth=2, label=label)
    right.hist(np.log10(signal[signal > 0]), bins=np.linspace(-8, 8, 97), color=color, alpha=0.7, label=label)
left.set(xlabel="layer", ylabel="mean square of the signal")
left.legend()
right.set(xlabel=r"$\log_{10}$ of the positive values in layer 30", ylabel="how many", yticks=[])
plt.show()

# %% [markdown]
# ## Descent at work: handwritten digits
#
# The data for the last exercise are 1797 handwritten digits of $8 \times 8$ pixels with values from 0 to 1
# (`data/README.md` tells where they come from). Each image is a point of $\mathbb{R}^{64}$; its class is the digit.

# %%
digits = np.load("data/digits.npz")
images = digits["X"] / 16  # (1797, 64), counts 0..16 scaled to [0, 1]
labels = digits["y"]  # (1797,), 0..9
order = np.random.default_rng(0).permutation(len(labels))
train, test = order[:1200], order[1200:]


# %% [markdown]
# The cell below is given: probabilities and the mean cross-entropy of the classifier $x \mapsto
# \operatorname{softmax}(Wx + b)$. Use it if you like, in your answer too.


# %%
def softmax(Z):
    """Turn each row of scores into probabilities."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def mean_cross_entropy(W, b, X, y):
    """Return the mean over the objects of minus the log-probability of the true class."""
    return -np.mean(np.log(softmax(X @ W.T + b)[np.arange(len(y)), y]))


# %% [markdown]
# ## Exercise 7.9: capstone_digits
#
# *Softmax regression* is a network without hidden layer: the image $x$ has the class probabilities
# $p = \operatorname{softmax}(Wx + b)$ with `W` of shape `(10, 64)` and `b` of shape `(10,)`. Its loss is the mean
# cross-entropy, $L = -\frac1N \sum_i \log p_{y_i}(x_i)$. With the one-hot row $t_i$ of the label $y_i$, one object
# contributes the gradients
#
# $$\frac{\partial L_i}{\partial W} = (p_i - t_i)\, x_i^\top, \qquad \frac{\partial L_i}{\partial b} = p_i - t_i ,$$
#
# so that for a block with rows `X` `(B, 64)`, probabilities `P` `(B, 10)` and one-hot labels `T` the mean gradients are
# `(P - T).T @ X / len(X)` and `(P - T).mean(axis=0)`.
#
# `capstone_digits(X_train, y_train, rng)` trains on $N$ images and returns the pair `(W, b)`. Shapes: `X_train`
# `(N, 64)` with values in $[0, 1]$, `y_train` `(N,)` of integers 0..9. A recipe that works: start at zero (without
# hidden layers there is no symmetry to break), blocks of 32, step 0.5, 20 epochs.
#
# **Grading.** Over three random splits into 1200 training and 597 test images: half of the points if the **mean
# cross-entropy of the training images** is at most **0.20** on average, the other half if at least **93 %** of the test
# images get their largest score at the right digit, on average. You may train by any method that stays within 10 s per
# call; the recipe takes a small fraction of a second. All randomness comes from `rng`.


# %% tags=["exercise"]
def capstone_digits(X_train, y_train, rng):
    """Train a softmax regression on images of digits.

    X_train : float64 array, shape (N, 64), values in [0, 1]
    y_train : int array, shape (N,), values 0..9
    rng : numpy.random.Generator, the only source of randomness
    returns : pair (W, b) of arrays, shapes (10, 64) and (10,)
    """
    targets = np.eye(10)[y_train]
    W, b = np.zeros((10, 64)), np.zeros(10)
    for _ in range(20):
        order = rng.permutation(len(X_train))
        for start in range(0, len(order), 32):
            idx = order[start : start + 32]
            error = softmax(X_train[idx] @ W.T + b) - targets[idx]
            W = W - 0.5 * error.T @ X_train[idx] / len(idx)
            b = b - 0.5 * error.mean(axis=0)
    return W, b


# %% [markdown]
# **Look.** The rows of $W$ as images: where ink speaks for the digit (orange) and where against it (purple). You may
# recognise the hole of the 0.

# %%
W, b = capstone_digits(images[train], labels[train], np.random.default_rng(1))
accuracy = np.mean(np.argmax(images[test] @ W.T + b, axis=1) == labels[test])
print(f"training loss {mean_cross_entropy(W, b, images[train], labels[train]):.3f}, test accuracy {accuracy:.3f}")

fig, axes = plt.subplots(1, 10, figsize=(10, 1.4))
for digit, ax in enumerate(axes):
    ax.imshow(W[digit].reshape(8, 8), cmap="PuOr_r", vmin=-2.5, vmax=2.5)
    ax.set(title=digit, xticks=[], yticks=[])
plt.show()

# %% [markdown]
# **Look.** Loss against batch size, at last (with your own `sgd`). All curves use the step 0.5. Counted in epochs, on
# the left, every curve has looked at each image equally often, and small batches win clearly. Counted in steps, on the
# right, all curves fall on one: a rough gradient from 16 images moves the loss as far as the exact one from 1200, at a
# seventy-fifth of its price. The noise of 7.6 does not show yet, because the minimum is still far away.


# %%
def digits_gradient(w, idx):
    """Return the mean gradient over the images ``idx``, flattened; w holds W and b side by side."""
    X = np.column_stack([images[train[idx]], np.ones(len(idx))])
    error = softmax(X @ w.reshape(10, 65).T) - np.eye(10)[labels[train[idx]]]
    return (error.T @ X).ravel() / len(idx)


fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True)
colors = plt.get_cmap("viridis")(np.linspace(0, 0.85, 4))
for B, color in zip([16, 64, 256, 1200], colors, strict=True):
    rng, w, curve = np.random.default_rng(2), np.zeros(650), [np.log(10)]
    for _ in range(15):
        w = sgd(digits_gradient, w, 1200, 0.5, B, 1, rng)
        V = w.reshape(10, 65)
        curve.append(mean_cross_entropy(V[:, :64], V[:, 64], images[train], labels[train]))
    left.plot(curve, "o-", color=color, markersize=4, label=f"$B = {B}$")
    right.semilogx(np.arange(1, 16) * -(-1200 // B), curve[1:], "o-", color=color, markersize=4)
left.set(xlabel="epochs", ylabel="training loss", ylim=(0, 2.4))
left.legend()
right.set(xlabel="steps")
plt.show()

# %% [markdown]
# ## What you have built
#
# Gradient descent converges when the step is below $2/\lambda_{\max}$ (7.3), at a speed set by the condition number
# (7.2). A gradient of a few objects is unbiased with a variance of about $1/B$ (7.6), and the noise it brings settles
# at a level proportional to $\eta / B$ (7.7): far from the minimum cheap gradients are the better bargain, close to it
# you pay. With weights that neither explode nor vanish (7.8) this is enough to train a network, provided that someone
# computes its gradient. That is the subject of the next assignment, on backpropagation.
