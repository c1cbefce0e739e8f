# ---
# title: The classification problem
# chapter: 3
# points: 100
# summary: Let a classifier say how sure it is, judge it by accuracy and by loss, and see how far the two agree.
# imports: [numpy, math, itertools, functools, collections, dataclasses, typing, matplotlib]
# ---

# %% [markdown]
# # The classification problem
#
# **When is a classifier good, and how would it know?**
#
# A machine is shown an *object* $s$ (a photograph, a patient, a bottle of wine) and asked which of $K$ classes it
# belongs to. Somebody knows the right answer $i(s)$, but only for the objects of a finite *training set*. A useful
# machine does not just shout a class. It says how sure it is: it assigns to $s$ a point
#
# $$p(s) = \big(p_0(s), \dots, p_{K-1}(s)\big), \qquad p_k(s) \ge 0, \qquad \sum_k p_k(s) = 1,$$
#
# of the *probability simplex*. This is a **soft classifier**. In this assignment you build what is needed to judge one:
#
# * **Answers.** The exact classifier as unit vectors (1.1), and the hard decision that a soft classifier implies (1.2).
# * **Counting.** Accuracy (1.3), and the confusion matrix, which knows what accuracy hides (1.4).
# * **Measuring.** The cross-entropy loss, which is what training lowers (1.5), and the margin $\delta$ of each object
#   (1.6).
# * **The gap between the two.** A small loss forces a good accuracy (1.7), but less of the one does not always mean
#   more of the other.
# * **At work.** A classifier that needs nothing but means (1.8) tells wines apart by their chemistry (1.9).
#
# Below on the left are objects of three classes in the plane. On the right is what a soft classifier makes of them:
# each object has become a point of the triangle whose corners stand for certainty. The dashed lines divide the triangle
# by the largest probability. A coloured point in the wrong third is an error; a point near a dashed line is nearly one.

# %%
import matplotlib.pyplot as plt
import numpy as np

from autograder import check

BLUE, ORANGE, GREY = "#1f5fa8", "#e07b00", "#8a8a8a"
GREEN = "#3a8f5c"
COLORS = np.array([BLUE, ORANGE, GREEN])
plt.rcParams.update({"figure.dpi": 100, "figure.constrained_layout.use": True, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})


# %%
def soft_classifier(X):
    """The machine to be judged: affine scores, turned into probabilities."""
    scores = 0.9 * X @ np.array([[-1.0, 1.0, 0.1], [-0.4, -0.6, 1.1]])
    E = np.exp(scores - scores.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


rng = np.random.default_rng(5)
centres = np.array([[-1.4, -0.8], [1.4, -0.8], [0.1, 1.5]])
classes = rng.permutation(np.repeat([0, 1, 2], [40, 50, 30]))  # i(s) for 120 objects
objects = centres[classes] + 0.85 * rng.standard_normal((120, 2))
P = soft_classifier(objects)  # p(s), shape (120, 3)


# %%
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


def draw_simplex(ax):
    """Draw the probability simplex of three classes, and the lines where two probabilities are equal and largest."""
    ax.fill(*CORNERS.T, facecolor="none", edgecolor="black", linewidth=1)
    for middle in (CORNERS + np.roll(CORNERS, 1, axis=0)) / 2:
        ax.plot(*np.stack([CORNERS.mean(axis=0), middle]).T, "--", color=GREY, linewidth=1)
    for k, (x, y) in enumerate(CORNERS + np.array([[-0.05, -0.04], [0.05, -0.04], [0.0, 0.05]])):
        ax.text(x, y, f"class {k}", color=COLORS[k], ha="center", va="center")
    ax.set(xlim=(-0.15, 1.15), ylim=(-0.1, 0.97), aspect="equal")
    ax.axis("off")


fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4))
left.scatter(*objects.T, color=COLORS[classes], s=22)
left.set(title="120 objects and their classes $i(s)$", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
draw_simplex(right)
right.scatter(*(P @ CORNERS).T, color=COLORS[classes], s=22, zorder=3)
right.set_title("what the classifier says, $p(s)$")
plt.show()

# %% [markdown]
# ## What holds throughout
#
# * **Objects are rows.** A set of $N$ objects with $n$ features is an array `X` of shape `(N, n)`, their probabilities
#   an array `P` of shape `(N, K)`. A vector has shape `(n,)`, never `(n, 1)`, unless an exercise says otherwise.
# * **Classes are numbered $0, \dots, K-1$.** `y` of shape `(N,)` holds $i(s)$ for each object, as integers.
# * **Answers are NumPy arrays of dtype `float64`**, classes and counts of dtype `int64`; where the answer is one
#   number, a Python `float` or a NumPy one. Inputs may be arrays of integers or of floats, or (nested) lists.
# * **A loss over a set is the mean over its $N$ objects**, $N \ge 1$. $\log$ is the natural logarithm.
# * **Inputs belong to the caller.** Never change an array you were handed; work on a copy.
# * Answers are compared up to rounding (relative $10^{-9}$), so any correct order of summation is fine. NumPy's
#   warnings cost nothing; a `nan` where a number exists does.
# * Use `numpy` and the standard library; `matplotlib` for pictures.
#
# The cell `check("...")` after each exercise runs a few small tests that you can read in `test_public.py`. Grading uses
# other numbers and sizes, and also looks at the corners that the text names. No exercise calls another one of yours, so
# a slip in one does not cost you the next; only the pictures do.

# %% [markdown]
# ## Exercise 1.1: one_hot
#
# The exact classifier $s \mapsto i(s)$ can be written as a soft one that is always certain: the corner of the simplex
# that belongs to the class. As an array,
#
# $$H_{sk} = \begin{cases} 1 & \text{if } k = i(s), \\ 0 & \text{otherwise.} \end{cases}$$
#
# This makes classes something to compute with. A column sum counts a class, and $P - H$ says by how much the
# classifier is off; you will meet it again as the gradient of the loss.
#
# `one_hot(y, K)` returns $H$ of shape `(N, K)`, in float64. `K` is the number of classes, also when the last of them
# (or any other) does not occur in `y`. Label files often store classes as floats, so `y` may be an integer array, a
# list, or an array of floats that are whole numbers.
#
# **By hand.** $y = (1, 0)$ and $K = 3$ give the rows $(0, 1, 0)$ and $(1, 0, 0)$.


# %% tags=["exercise"]
def one_hot(y, K):
    """Write each class as a unit vector.

    y : classes 0..K-1, shape (N,): integer array, list, or whole numbers stored as floats
    K : number of classes, K >= 1
    returns : float64 array, shape (N, K), with a single 1 in each row
    """
    y = np.asarray(y).astype(int)
    H = np.zeros((len(y), K))
    H[np.arange(len(y)), y] = 1.0
    return H


# %% [markdown]
# **Look.** The first 30 objects of the picture above: what is true, what the machine says, and the difference. Where is
# it most wrong?

# %%
H = one_hot(classes, 3)
fig, axes = plt.subplots(3, 1, figsize=(9, 3.4), sharex=True)
for ax, (title, A, cmap, low) in zip(
    axes, [("$H$", H, "Greys", 0), ("$P$", P, "Greys", 0), ("$P - H$", P - H, "PuOr_r", -1)], strict=True
):
    picture = ax.imshow(A[:30].T, cmap=cmap, vmin=low, vmax=1, aspect="auto")
    ax.set(ylabel=title, yticks=[0, 1, 2])
    fig.colorbar(picture, ax=ax, pad=0.01)
axes[-1].set(xlabel="object $s$", xticks=range(0, 30, 5))
plt.show()

# %% [markdown]
# ## Exercise 1.2: hard_decision
#
# In the end somebody has to decide. The *hard decision* is the most probable class,
#
# $$\hat k(s) = \min\, \operatorname*{argmax}_{k}\; p_k(s),$$
#
# where the minimum settles ties: **if several classes share the largest probability, the smallest $k$ wins.**
#
# `hard_decision(P)` returns the array of shape `(N,)` and dtype `int64` with the decision for each row of `P`, shape
# `(N, K)`. Only the *order* of the entries of a row matters. So the function must serve for any scores: for logarithms
# of probabilities, for *logits* (real numbers that have not been normalised, possibly all negative), and for integers.
#
# **By hand.** The rows $(0.2, 0.5, 0.3)$, $(0.4, 0.4, 0.2)$ and $(-3, -7, -1)$ give $1$, $0$ and $2$. (With five
# classes the winner may have a probability of just over 20 %: there is no threshold of one half.)


# %% tags=["exercise"]
def hard_decision(P):
    """Return the class with the largest entry of each row, the smallest one on ties.

    P : array or nested list, shape (N, K): probabilities or any other scores
    returns : int64 array, shape (N,)
    """
    return np.argmax(np.asarray(P), axis=1)


# %% [markdown]
# **Look.** The decision cuts the simplex into three kites, and with it the plane. Rings mark the errors.

# %%
decided = hard_decision(P)
side = np.linspace(-4.2, 4.2, 301)
plane = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
regions = hard_decision(soft_classifier(plane)).reshape(len(side), len(side))
rest = np.random.default_rng(0).dirichlet([1, 1, 1], 4000)

fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4))
left.contourf(side, side, regions, levels=[-0.5, 0.5, 1.5, 2.5], colors=list(COLORS), alpha=0.15)
right.scatter(*(rest @ CORNERS).T, color=COLORS[hard_decision(rest)], s=8, alpha=0.12, linewidth=0)
draw_simplex(right)
for ax, points in ((left, objects), (right, P @ CORNERS)):
    ax.scatter(*points.T, color=COLORS[classes], s=16, zorder=3)
    wrong = decided != classes
    ax.scatter(*points[wrong].T, facecolor="none", edgecolor="black", s=70, zorder=4)
left.set(
    xlim=(-4.2, 4.2), ylim=(-4.2, 4.2), xlabel="$x_1$", ylabel="$x_2$", aspect="equal", title="regions of decision"
)
right.set_title("the same in the simplex")
plt.show()

# %% [markdown]
# ## Exercise 1.3: accuracy
#
# The plainest measure of success is the share of objects that are decided correctly,
#
# $$\mathrm{acc} = \frac{1}{N}\, \#\big\{ s : \hat k(s) = i(s) \big\} \in [0, 1].$$
#
# `accuracy(y, y_hat)` returns it as one float. `y` and `y_hat` hold $N$ classes each, as integer arrays or lists.
# Which numbers stand for the classes does not matter here; they are only compared.
# Tables often deliver a column instead of a vector, so **each of the two may also be an array of shape `(N, 1)`**:
# entry $s$ of the one is compared with entry $s$ of the other. (Try what NumPy makes of
# `np.zeros((3, 1)) == np.zeros(3)`. This is why vectors have shape `(N,)` everywhere else.)
#
# **By hand.** $y = (0, 1, 2, 1)$ and $\hat y = (0, 2, 2, 1)$ give $\tfrac34$.


# %% tags=["exercise"]
def accuracy(y, y_hat):
    """Return the share of objects whose class is right.

    y : true classes, shape (N,) or (N, 1), array or list
    y_hat : decisions, shape (N,) or (N, 1), array or list
    returns : float between 0 and 1
    """
    return float(np.mean(np.ravel(y) == np.ravel(y_hat)))


# %% [markdown]
# **Look.** 10 000 card payments, of which 1 % are fraud. Two machines: one looks at nothing and calls every payment
# honest; the other finds 9 of 10 frauds, but also raises the alarm at 3 of 100 honest payments. Which one would you
# buy, and which one does accuracy recommend?

# %%
rng = np.random.default_rng(1)
fraud = (np.arange(10_000) < 100).astype(int)
blind = np.zeros(10_000, dtype=int)
alert = np.where(fraud == 1, rng.random(10_000) < 0.9, rng.random(10_000) < 0.03).astype(int)
for name, answer in {"blind": blind, "alert": alert}.items():
    found = accuracy(fraud[fraud == 1], answer[fraud == 1])
    print(f"{name}: accuracy {accuracy(fraud, answer):.3f}, and among the frauds alone {found:.2f}")

# %% [markdown]
# ## Exercise 1.4: confusion_matrix
#
# One number cannot say *which* errors are made. The confusion matrix can:
#
# $$C_{jk} = \#\big\{ s : i(s) = j,\ \hat k(s) = k \big\}, \qquad j, k = 0, \dots, K-1.$$
#
# **Row: true class. Column: decision.** Its entries add up to $N$, its trace divided by $N$ is the accuracy, its row
# sums are the sizes of the classes.
#
# `confusion_matrix(y, y_hat, K)` returns $C$ of shape `(K, K)`, $K \ge 1$, and dtype `int64`. A class that does not
# occur in `y` has a row of zeros, one that is never decided for a column of zeros. `y` and `y_hat` are integer arrays
# or lists of length $N$.
#
# Pairs repeat, and this is where the shortest program fails: look up what `C[y, y_hat] += 1` does when a pair occurs
# twice.
#
# **By hand.** $y = (0, 1, 1, 1)$, $\hat y = (0, 0, 1, 1)$ and $K = 2$ give
# $C = \begin{pmatrix} 1 & 0 \\ 1 & 2 \end{pmatrix}$.


# %% tags=["exercise"]
def confusion_matrix(y, y_hat, K):
    """Count the objects of each class by the decision taken.

    y : true classes 0..K-1, shape (N,), array or list
    y_hat : decisions 0..K-1, shape (N,), array or list
    K : number of classes
    returns : int64 array, shape (K, K); entry (j, k) counts the objects of class j that were taken for k
    """
    C = np.zeros((K, K), dtype=np.int64)
    for j, k in zip(y, y_hat, strict=True):
        C[j, k] += 1
    return C


# %% [markdown]
# **Look.** On the left our machine and the three clouds: which two classes does it mix up? On the right the alert
# machine and the payments of 1.3. Read off both kinds of error, and how many alarms are false.


# %%
def draw_counts(ax, C, names):
    """Draw a confusion matrix, coloured by the share within each row."""
    ax.imshow(C / np.maximum(C.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (j, k), count in np.ndenumerate(C):
        share = count / max(C[j].sum(), 1)
        ax.text(k, j, f"{count}", ha="center", va="center", color="white" if share > 0.5 else "black")
    ax.set(xlabel="decision", ylabel="true class")
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.spines[:].set_visible(False)


fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4))
draw_counts(left, confusion_matrix(classes, hard_decision(P), 3), ["0", "1", "2"])
draw_counts(right, confusion_matrix(fraud, alert, 2), ["honest", "fraud"])
plt.show()

# %% [markdown]
# ## Exercise 1.5: cross_entropy
#
# Accuracy is a bad guide for training: it jumps. Move the parameters of a classifier a little, and in general no
# decision changes, so the accuracy has derivative zero almost everywhere. The loss that is lowered instead looks at the
# probability of the true class,
#
# $$L = -\frac1N \sum_s \log p_{i(s)}(s).$$
#
# It is $0$ if the classifier is certain of the truth everywhere, and it grows without bound as it becomes certain of
# something else. Conventions, all of which are tested:
#
# * the **mean** over the objects, and the **natural** logarithm;
# * only $p_{i(s)}(s)$ enters, so the other probabilities may well be $0$: an object with $p_{i(s)}(s) = 1$ costs $0$;
# * if $p_{i(s)}(s) = 0$ for some object, then $L = +\infty$ (`np.inf`): do not clip. Probabilities as small as
#   $10^{-300}$ count as they are.
#
# `cross_entropy(P, y)` returns $L$ as one float. `P` has shape `(N, K)`; its rows are probabilities. `y` has shape
# `(N,)`. Both may be lists.
#
# **By hand.** $P = \begin{pmatrix} \tfrac12 & \tfrac12 \\ \tfrac14 & \tfrac34 \end{pmatrix}$ and $y = (0, 0)$ give
# $L = \tfrac12(\log 2 + \log 4) = \tfrac32 \log 2 \approx 1.04$. Knowing nothing, $p_k = 1/K$, costs $\log K$.


# %% tags=["exercise"]
def cross_entropy(P, y):
    """Return the mean cross-entropy of a soft classifier.

    P : array or nested list, shape (N, K), rows of probabilities
    y : true classes 0..K-1, shape (N,), array or list
    returns : float >= 0; inf if the true class of some object has probability 0
    """
    #: pick one probability per object before taking logarithms
    P, y = np.asarray(P, dtype=np.float64), np.asarray(y)
    p = P[np.arange(len(y)), y]
    with np.errstate(divide="ignore"):
        return float(-np.mean(np.log(p)))


# %% [markdown]
# **Look.** On the left the cost $-\log p$ of one object: being wrong and sure is what hurts. On the right our machine
# with its confidence turned up or down, $p_k^c / \sum_j p_j^c$. The decisions, and so the accuracy, are the same for
# all $c > 0$. The loss is not: it asks for a confidence that the machine can justify.

# %%
p = np.linspace(0.002, 1, 400)
confidence = np.geomspace(0.05, 20, 60)
powers = [P**c / (P**c).sum(axis=1, keepdims=True) for c in confidence]
losses = [cross_entropy(Q, classes) for Q in powers]

fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2))
left.plot(p, -np.log(p), color=BLUE, linewidth=2)
left.axvline(0.5, color=GREY, linestyle="--", linewidth=1)
left.plot(0.5, np.log(2), "o", color=ORANGE)
left.annotate(r"$\log 2$ at $p = \frac{1}{2}$", (0.5, np.log(2)), (0.56, 2.2), arrowprops={"arrowstyle": "->"})
left.set(xlabel="probability $p$ of the true class", ylabel=r"cost $-\log p$", ylim=(0, 6), title="one object")
right.semilogx(confidence, losses, color=BLUE, linewidth=2)
right.axhline(np.log(3), color=GREY, linestyle="--", linewidth=1)
right.text(0.8, np.log(3) + 0.03, r"knowing nothing, $\log 3$", ha="center", color=GREY)
best = int(np.argmin(losses))
right.plot(confidence[best], losses[best], "o", color=ORANGE)
right.set(xlabel="confidence $c$", ylabel="loss $L$", title="the same decisions, another loss", ylim=(0, None))
plt.show()

# %% [markdown]
# ## Exercise 1.6: delta_margin
#
# Between "right" and "wrong" there is "just about". For scores $S$ (probabilities or logits) let
#
# $$\delta(s) = S_{s,i(s)} - \max_{k \ne i(s)} S_{s,k}, \qquad K \ge 2,$$
#
# the lead of the true class over its strongest rival. If $\delta(s) > 0$, the object is classified correctly; if
# $\delta(s) < 0$, wrongly; $\delta(s) = 0$ is a tie. Its size says how much may go wrong before the decision flips.
# Whether training keeps accuracy stable is a question about the objects with small $|\delta(s)|$.
#
# `delta_margin(S, y)` returns $\delta$ as a float64 array of shape `(N,)`, for `S` of shape `(N, K)` and `y` of shape
# `(N,)`. Scores are any finite numbers; **they may all be negative.** They may be integers, and both arguments may be
# lists. A popular way is to overwrite the entry of the true class by something small and to take the maximum. Mind two
# things then: what is small enough, and whose array it is.
#
# **By hand.** The row $(0.2, 0.5, 0.3)$ has $\delta = 0.2$ if the true class is $1$, and $\delta = 0.3 - 0.5 = -0.2$ if
# it is $2$. The logits $(-3, -7, -1)$ with true class $0$ have $\delta = -3 - (-1) = -2$.


# %% tags=["exercise"]
def delta_margin(S, y):
    """Return by how much the score of the true class exceeds the best other score.

    S : array or nested list, shape (N, K), K >= 2: probabilities or logits
    y : true classes 0..K-1, shape (N,), array or list
    returns : float64 array, shape (N,)
    """
    others = np.array(S, dtype=np.float64)  # a copy
    rows = np.arange(len(others))
    own = others[rows, y]
    others[rows, y] = -np.inf
    return own - others.max(axis=1)


# %% [markdown]
# **Look.** The margins of our 120 objects in order. The curve crosses zero at the error rate. Compare the objects just
# above zero with the confident errors at the left end: which of them would you ask an expert about?

# %%
delta = np.sort(delta_margin(P, classes))
fig, ax = plt.subplots(figsize=(7.5, 3))
ax.bar(np.arange(len(delta)), delta, color=np.where(delta > 0, BLUE, ORANGE), width=1.0)
ax.axhline(0, color="black", linewidth=0.8)
errors = np.count_nonzero(delta < 0)
ax.annotate(f"{errors} errors of {len(delta)}", (errors - 0.5, 0), (errors + 8, -0.5), arrowprops={"arrowstyle": "->"})
ax.set(xlabel="objects, sorted by margin", ylabel=r"margin $\delta(s)$ of $p(s)$", ylim=(-1, 1))
plt.show()

# %% [markdown]
# ## Exercise 1.7: accuracy_guarantee
#
# Training lowers $L$; what we want is accuracy. Does the one imply the other? A misclassified object has a rival with
# at least its own probability, so $p_{i(s)}(s) \le \tfrac12$, and it costs at least $\log 2$. If a share $r$ of the
# objects is misclassified, then $L \ge r \log 2$. Hence, for every $N$, every $K$ and every soft classifier,
#
# $$\mathrm{acc} \;\ge\; \max\!\Big(0,\ 1 - \frac{L}{\log 2}\Big).$$
#
# This is the *best* bound that depends on $L$ alone: let a share $r$ of the objects have a true probability just below
# $\tfrac12$ and all others one near $1$. Then $L$ is as near to $r \log 2$ as we like, and the accuracy is $1 - r$.
#
# `accuracy_guarantee(loss)` returns the right side as a float, for any $0 \le L \le \infty$: an integer, a float or
# `np.inf`.
#
# **By hand.** $L = 0$ guarantees $1$, $L = \tfrac12 \log 2$ guarantees $\tfrac12$, and from $L = \log 2 \approx 0.693$
# on nothing is guaranteed.
#
# **But less loss is not more accuracy.** Ten objects, two classes. Classifier A gives the true class probability $0.85$
# for nine objects and $10^{-6}$ for one. Classifier B gives it $0.486$ for all ten. Then A has loss $1.53$ and accuracy
# $0.9$; B has less than half the loss, $0.72$, and accuracy $0$.


# %% tags=["exercise"]
def accuracy_guarantee(loss):
    """Return the best lower bound on the accuracy that the mean cross-entropy allows.

    loss : number, 0 <= loss <= inf
    returns : float between 0 and 1
    """
    return max(0.0, 1.0 - float(loss) / np.log(2))


# %% [markdown]
# **Look.** 4000 random classifiers of 12 objects each, by loss and accuracy, with your bound. All points lie on or
# above it. To the right of $\log 2$ the plane is open: a bad loss forbids nothing. A and B are the two classifiers of
# the example.

# %%
rng = np.random.default_rng(2)
pairs = []
for _ in range(4000):
    n_classes = rng.integers(2, 5)
    Q = rng.dirichlet(np.full(n_classes, rng.choice([0.1, 0.5, 2.0, 20.0])), 12)
    truth = np.where(rng.random(12) < rng.random(), Q.argmax(axis=1), rng.integers(0, n_classes, 12))
    pairs.append((cross_entropy(Q, truth), accuracy(truth, hard_decision(Q))))
loss, share = np.array(pairs).T
share = share + rng.uniform(0, 0.05, 4000)  # shake the twelfths apart, upwards only

t = np.linspace(0, 2.5, 300)
fig, ax = plt.subplots(figsize=(7, 3.8))
ax.scatter(loss, share, s=4, color=GREY, alpha=0.5, linewidth=0)
ax.fill_between(t, 0, [accuracy_guarantee(L) for L in t], color=ORANGE, alpha=0.15)
ax.plot(t, [accuracy_guarantee(L) for L in t], color=ORANGE, linewidth=2, label="guaranteed")
for name, x, y in (("A", 1.528, 0.9), ("B", 0.722, 0.0)):
    ax.plot(x, y, "o", color=BLUE, clip_on=False)
    ax.annotate(name, (x, y), (6, 5), textcoords="offset points", color=BLUE, weight="bold")
ax.set(xlabel="loss $L$", ylabel="accuracy", xlim=(0, 2.5), ylim=(0, 1.06))
ax.legend(loc="center right")
plt.show()

# %% [markdown]
# ## Exercise 1.8: NearestCentroid
#
# So far somebody else's classifier was judged. Here is one to build, perhaps the simplest that learns anything. From a
# training set it keeps one point per class, the mean of the class,
#
# $$\mu_k = \frac{1}{N_k} \sum_{s : i(s) = k} x_s, \qquad N_k = \#\{ s : i(s) = k \},$$
#
# and it decides for the class whose mean is nearest in the Euclidean norm, $\hat k(x) = \min \operatorname*{argmin}_k
# \lVert x - \mu_k \rVert$ (on ties the smallest class). Write a class with three methods:
#
# * `fit(X, y)` learns the means and **returns the object itself** (`return self`), so that
#   `NearestCentroid().fit(X, y).predict(Q)` can be written in one line. `X` has shape `(N, n)`; `y` holds classes
#   $0, \dots, K-1$ in any order, each at least once, $K \ge 1$. A second `fit` starts afresh: nothing of the first is
#   left.
# * `predict(X)` returns the classes of the rows of another array, shape `(M, n)`, as an int64 array of shape `(M,)`,
#   $M \ge 1$.
# * `affine()` returns the same classifier as a layer of a network: a pair `(W, b)` of float64 arrays of shapes `(K, n)`
#   and `(K,)` such that for every $x$ and all $j, k$
#
# $$(Wx + b)_j - (Wx + b)_k = \tfrac12 \lVert x - \mu_k \rVert^2 - \tfrac12 \lVert x - \mu_j \rVert^2 .$$
#
# So the largest entry of $Wx + b$ belongs to the nearest mean, and the borders between classes are straight. Multiply
# out $\lVert x - \mu_k \rVert^2$ to find $W$ and $b$. They are not unique (adding the same affine function of $x$ to
# all entries changes no difference), and every solution is accepted.
#
# `X` and `y` may hold integers or be lists. The points of this exercise: 12 for `fit` and `predict`, 8 for `affine`.
#
# **By hand.** In one dimension with objects $0, 2$ of class 0 and $7$ of class 1: $\mu_0 = 1$, $\mu_1 = 7$, and the
# border is at $4$. One choice is $W = \begin{pmatrix} 1 \\ 7 \end{pmatrix}$, $b = (-\tfrac12, -\tfrac{49}{2})$; at
# $x = 4$ both entries of $Wx + b$ are $3.5$.


# %% tags=["exercise"]
class NearestCentroid:
    """Decide for the class whose mean is nearest."""

    def fit(self, X, y):
        """Learn the mean of each class from scratch.

        X : array or nested list, shape (N, n)
        y : classes 0..K-1 in any order, each at least once, shape (N,), array or list
        returns : self
        """
        X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
        self.means = np.array([X[y == k].mean(axis=0) for k in range(y.max() + 1)])
        return self

    def predict(self, X):
        """Return the class of the nearest mean for each row; the smallest one on ties.

        X : array or nested list, shape (M, n)
        returns : int64 array, shape (M,)
        """
        differences = np.asarray(X, dtype=np.float64)[:, None, :] - self.means
        return np.argmin(np.sum(differences**2, axis=2), axis=1)

    def affine(self):
        """Return the classifier as an affine map: argmax of W x + b is the nearest mean.

        returns : pair (W, b) of float64 arrays, shapes (K, n) and (K,)
        """
        # |x - mu|^2 / 2 = |x|^2 / 2 - mu.x + |mu|^2 / 2, and the first term is the same for all classes
        return self.means.copy(), -0.5 * np.sum(self.means**2, axis=1)


# %% [markdown]
# **Look.** On the left the regions of your classifier, drawn with `predict`, with the class means. The white lines are
# where two entries of your $Wx + b$ are equal and largest; they should lie on the borders. On the right the same with
# the second feature measured in another unit, ten times larger: the classifier has changed its mind. What would you do
# about that?

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.9))
for ax, unit in zip(axes, [1.0, 10.0], strict=True):
    model = NearestCentroid().fit(objects * [1, unit], classes)
    regions = model.predict(plane * [1, unit]).reshape(len(side), len(side))
    ax.contourf(side, side * unit, regions, levels=[-0.5, 0.5, 1.5, 2.5], colors=list(COLORS), alpha=0.15)
    W, b = model.affine()
    scores = plane * [1, unit] @ np.asarray(W).T + b
    for j, k in ((0, 1), (0, 2), (1, 2)):
        lead = (scores[:, j] - scores[:, k]) / np.abs(scores).max()
        lead[np.minimum(scores[:, j], scores[:, k]) < scores[:, 3 - j - k]] = np.nan
        ax.contour(side, side * unit, lead.reshape(len(side), len(side)), levels=[0], colors="white", linewidths=2.5)
    ax.scatter(*(objects * [1, unit]).T, color=COLORS[classes], s=12)
    for k in range(3):
        ax.plot(*np.mean((objects * [1, unit])[classes == k], axis=0), "X", color=COLORS[k], mec="black", ms=11)
    right_share = np.mean(model.predict(objects * [1, unit]) == classes)
    ax.set(title=f"$x_2$ in units of {1 / unit:g}: accuracy {right_share:.2f}", xlabel="$x_1$", ylabel="$x_2$")
plt.show()

# %% [markdown]
# **Think** (not graded). With two classes the border is a hyperplane. Which one? When is it a bad idea to put it there?

# %% [markdown] tags=["answer"]
# It is the perpendicular bisector of the segment between the two means:
# $\lVert x - \mu_0 \rVert = \lVert x - \mu_1 \rVert$. Half-way between the means is the wrong place if one cloud is
# much wider than the other, and perpendicular to the segment is the wrong direction if the clouds are long and thin, or
# the features have different units. Only means are looked at, never spreads.

# %% [markdown]
# ## At work: three growers, 178 wines
#
# The data for the last exercise are 13 chemical measurements on each of 178 wines, made by three growers from the same
# region (`data/README.md` tells where they come from). The task is to name the grower.

# %%
wine = np.load("data/wine.npz")
wines = wine["X"]  # (178, 13)
growers = wine["y"]  # (178,), 0..2
print("standard deviation of each measurement:", ", ".join(f"{d:.2f}" for d in wines.std(axis=0)))

# %% [markdown]
# ## Exercise 1.9: capstone_wine
#
# `capstone_wine(X_train, y_train, X_test)` learns from $N$ labelled wines and predicts the growers of $M$ more. Shapes:
# `X_train` `(N, 13)`, `y_train` `(N,)` with values 0, 1, 2, `X_test` `(M, 13)` with $M \ge 1$; the answer is `(M,)`.
#
# The standard deviations printed above run from 0.12 to 314: in the Euclidean distance, proline would drown everything
# else. So **standardise** each feature first,
#
# $$x \mapsto \frac{x - m}{d}, \qquad m, d = \text{mean and standard deviation over the training set},$$
#
# for training and test wines alike, and then decide for the nearest class mean. Statistics of the test set must not
# enter: in use, wines arrive one at a time, and the mean of one wine tells nothing.
#
# **Grading.** Mean accuracy over three random splits into 110 training and 68 test wines: at least **0.85** earns 6
# points, at least **0.90** earns 6 more. The last 3 points are for treating each wine on its own: predicted alone ($M =
# 1$), a test wine must get the same class as within the whole test set (for a classifier that is right in at least 60 %
# of the cases). Any method may be used that stays within 10 s per call; this one reaches about 0.97, without
# standardisation about 0.73.


# %% tags=["exercise"]
def capstone_wine(X_train, y_train, X_test):
    """Predict the growers of the test wines.

    X_train : float64 array, shape (N, 13)
    y_train : int array, shape (N,), values 0..2
    X_test : float64 array, shape (M, 13), M >= 1
    returns : array of predicted classes, shape (M,)
    """
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    Z_train, Z_test = (X_train - mean) / deviation, (X_test - mean) / deviation
    means = np.array([Z_train[y_train == k].mean(axis=0) for k in range(3)])
    return np.argmin(((Z_test[:, None, :] - means) ** 2).sum(axis=2), axis=1)


# %% [markdown]
# **Look.** On the left two of the thirteen measurements as they are, on equal scales: for the eye of the Euclidean
# distance there is only proline. In the middle the same two, standardised. On the right, who is taken for whom.

# %%
order = np.random.default_rng(0).permutation(len(growers))
train, test = order[:110], order[110:]
predicted = np.asarray(capstone_wine(wines[train], growers[train], wines[test]))
print(f"accuracy {np.mean(predicted == growers[test]):.3f} on {len(test)} wines")

standardised = (wines - wines[train].mean(axis=0)) / wines[train].std(axis=0)
counts = np.array([[np.sum((growers[test] == j) & (predicted == k)) for k in range(3)] for j in range(3)])
fig, axes = plt.subplots(1, 3, figsize=(11, 3.5))
for ax, data, title in ((axes[0], wines, "as measured"), (axes[1], standardised, "standardised")):
    ax.scatter(data[:, 6], data[:, 12], color=COLORS[growers], s=14)
    ax.set(xlabel="flavanoids", ylabel="proline", title=title, aspect="equal")
axes[0].set(xlim=(-700, 700), xticks=[-500, 0, 500])
draw_counts(axes[2], counts, ["0", "1", "2"])
axes[2].set_title("test wines")
plt.show()

# %% [markdown]
# ## What you have built
#
# An exact classifier is a corner of the simplex (1.1), a soft one a point in it (1.2). Counting gives accuracy (1.3)
# and the kinds of error (1.4); logarithms give a loss that can be differentiated (1.5); margins tell how firmly each
# decision stands (1.6). A small loss guarantees accuracy (1.7), but on the way down the two need not agree. Your first
# learning machine turned out to be one affine map followed by an argmax (1.8, 1.9): a network without a hidden layer.
# The next assignment asks what hidden layers add.

# %% [markdown]
# ## For the curious: lowering the loss, losing accuracy (not graded)
#
# Exercise 1.7 compared two classifiers that have nothing to do with each other. Can it happen *during* training that
# the loss falls at every step, and the accuracy falls as well? Here is a small example, with two classes on a line,
#
# $$p_1(x) = \frac{1}{1 + e^{-(wx + b)}}, \qquad p_0 = 1 - p_1,$$
#
# trained by gradient descent from $w = 5$, $b = 0$. The loss is a convex function of $(w, b)$ and the steps are small,
# so it can only fall. Class 0 lies left of 0 and class 1 right of it, and the classifier we start from gets all of them
# right, except five objects of class 1 that sit far out on the wrong side.

# %%
rng = np.random.default_rng(7)
x = np.concatenate([rng.uniform(-1.3, -0.1, 40), rng.uniform(0.1, 1.3, 55), rng.uniform(-8.5, -7.5, 5)])
truth = np.repeat([0, 1, 1], [40, 55, 5])

w, b, history = 5.0, 0.0, []
for _ in range(400):
    logit = w * x + b
    p1 = 1 / (1 + np.exp(-logit))
    history.append((np.column_stack([1 - p1, p1]), w, b))
    error = p1 - truth  # the second column of P - H
    w, b = w - 0.05 * np.mean(error * x), b - 0.05 * np.mean(error)

# %%
steps = np.arange(len(history))
loss = [cross_entropy(Q, truth) for Q, _, _ in history]
share = [accuracy(truth, hard_decision(Q)) for Q, _, _ in history]
margins = np.array([delta_margin(Q, truth) for Q, _, _ in history])

fig, axes = plt.subplots(1, 3, figsize=(11.5, 3.3))
axes[0].plot(steps, loss, color=BLUE, linewidth=2)
axes[0].set(title="the loss falls", xlabel="step", ylabel="$L$", ylim=(0, None))
axes[1].plot(steps, share, color=ORANGE, linewidth=2)
axes[1].set(title="and so does the accuracy", xlabel="step", ylim=(0, 1.02))
for s in range(len(x)):
    axes[2].plot(steps, margins[:, s], color=ORANGE if s >= 95 else BLUE, linewidth=0.6, alpha=0.6)
axes[2].axhline(0, color="black", linewidth=0.8)
axes[2].set(title=r"margins $\delta(s)$, outliers in orange", xlabel="step", ylim=(-1.05, 1.05))
plt.show()

# %% [markdown]
# The five outliers are misclassified with great confidence and pay for nearly all of the loss. Each step makes the
# classifier less sure of itself. That spares the outliers much, costs the others little, and in the end leaves nearly
# half of the objects on the wrong side of a classifier that has hardly any opinion left; the outliers are still wrong.
# The right picture shows the mechanism: each time a line crosses zero, the accuracy moves by one hundredth. The loss is
# an average, and a few terms may dominate it; the accuracy counts signs. A theorem that keeps accuracy stable while the
# loss falls must therefore ask something of the margins: not too many objects may have a small one.
