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

# %%
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

# %%
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

# %%
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

# %%
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

# %%
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

# %%
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

# %%
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

# %%
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

# %%
flowers = np.load("data/iris.npz")
measured = flowers["X"][flowers["y"] > 0]
species = np.where(flowers["y"][flowers["y"] > 0] == 1, -1.0, 1.0)

# %%
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
