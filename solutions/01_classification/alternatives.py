"""Independent correct answers: the classification problem. Each must keep full marks."""

import math
from collections import Counter
from fractions import Fraction

import numpy as np

from autograder.testing import alternative

# ---- one_hot ---------------------------------------------------------------------------------------------------


@alternative("one_hot")
def rows_of_the_identity(y, K):
    """Picks rows of the identity matrix."""
    return np.eye(K)[np.asarray(y, dtype=np.int64)]


@alternative("one_hot")
def by_comparison(y, K):
    """Compares the column of labels with the row of classes."""
    return np.equal.outer(np.asarray(y), np.arange(K)).astype(np.float64)


@alternative("one_hot")
def row_by_row_in_lists(y, K):
    """Builds nested lists and converts them at the end."""
    return np.array([[1.0 if k == label else 0.0 for k in range(K)] for label in y])


@alternative("one_hot")
def through_flat_positions(y, K):
    """Writes ones at the positions s K + y_s of a flat array."""
    y = np.array(y).astype(int)
    flat = np.zeros(len(y) * K)
    np.put(flat, np.arange(len(y)) * K + y, 1)
    return flat.reshape(-1, K)


# ---- hard_decision ---------------------------------------------------------------------------------------------


@alternative("hard_decision")
def running_maximum(P):
    """Goes through the classes and keeps the best so far."""
    P = np.asarray(P)
    best, decision = P[:, 0].copy(), np.zeros(len(P), dtype=np.int64)
    for k in range(1, P.shape[1]):
        better = P[:, k] > best
        decision[better], best[better] = k, P[better, k]
    return decision


@alternative("hard_decision")
def list_index(P):
    """list.index finds the first of equal entries."""
    return np.array([list(row).index(max(row)) for row in P], dtype=np.int64)


@alternative("hard_decision")
def by_stable_sorting(P):
    """Sorts the negated scores stably, so equal ones keep their order."""
    return np.argsort(-np.asarray(P), kind="stable")[:, 0]


@alternative("hard_decision")
def first_column_that_attains_the_maximum(P):
    """Looks for the first True in each row."""
    P = np.array(P, dtype=np.float64)
    return np.equal(P, P.max(axis=1, keepdims=True)).argmax(axis=1)


# ---- accuracy --------------------------------------------------------------------------------------------------


@alternative("accuracy")
def counted_one_by_one(y, y_hat):
    """Counts with Python integers."""
    y, y_hat = np.asarray(y).flatten().tolist(), np.asarray(y_hat).flatten().tolist()
    return sum(a == b for a, b in zip(y, y_hat, strict=True)) / len(y)


@alternative("accuracy")
def one_minus_the_error(y, y_hat):
    """Subtracts the share of wrong decisions from 1."""
    y, y_hat = np.array(y).reshape(-1), np.array(y_hat).reshape(-1)
    return 1 - np.count_nonzero(y - y_hat) / y.size


@alternative("accuracy")
def mean_of_booleans(y, y_hat):
    """Takes the mean of a boolean array, and returns a NumPy number."""
    return np.mean(np.asarray(y).ravel() == np.asarray(y_hat).ravel())


@alternative("accuracy")
def from_the_pairs(y, y_hat):
    """Counts pairs of class and decision, and adds up the equal ones."""
    pairs = Counter(zip(np.ravel(y).tolist(), np.ravel(y_hat).tolist(), strict=True))
    return float(Fraction(sum(n for (j, k), n in pairs.items() if j == k), pairs.total()))


# ---- confusion_matrix ------------------------------------------------------------------------------------------


@alternative("confusion_matrix")
def unbuffered_addition(y, y_hat, K):
    """np.add.at adds as often as a pair occurs."""
    C = np.zeros((K, K), dtype=np.int64)
    np.add.at(C, (np.asarray(y), np.asarray(y_hat)), 1)
    return C


@alternative("confusion_matrix")
def product_of_one_hot_arrays(y, y_hat, K):
    """C is the transposed one-hot array of y times that of y_hat."""
    E = np.eye(K, dtype=np.int64)
    return E[np.asarray(y)].T @ E[np.asarray(y_hat)]


@alternative("confusion_matrix")
def entry_by_entry(y, y_hat, K):
    """Counts for each pair (j, k) anew."""
    y, y_hat = np.asarray(y), np.asarray(y_hat)
    return np.array([[np.sum((y == j) & (y_hat == k)) for k in range(K)] for j in range(K)], dtype=np.int64)


@alternative("confusion_matrix")
def counted_as_numbers(y, y_hat, K):
    """Counts the numbers j K + k."""
    return np.bincount(np.asarray(y) * K + np.asarray(y_hat), minlength=K * K).reshape(K, K)


@alternative("confusion_matrix")
def as_a_histogram(y, y_hat, K):
    """A two-dimensional histogram with one bin per pair."""
    edges = np.arange(K + 1)
    return np.histogram2d(y, y_hat, bins=[edges, edges])[0].astype(np.int64)


# ---- cross_entropy ---------------------------------------------------------------------------------------------


@alternative("cross_entropy")
def object_by_object(P, y):
    """Adds logarithms of the math module, with the infinite case on its own."""
    total = 0.0
    for row, k in zip(P, y, strict=True):
        if row[k] == 0:
            return math.inf
        total -= math.log(row[k])
    return total / len(y)


@alternative("cross_entropy")
def take_along_axis(P, y):
    """Picks the probabilities with take_along_axis."""
    p = np.take_along_axis(np.asarray(P, dtype=np.float64), np.asarray(y)[:, None], 1)
    return -np.log(p).mean()


@alternative("cross_entropy")
def by_mask(P, y):
    """Picks the probabilities with a boolean mask."""
    P, y = np.array(P, dtype=np.float64), np.array(y)
    return np.average(np.log(1 / P[np.arange(P.shape[1]) == y[:, None]]))


@alternative("cross_entropy")
def one_hot_before_the_logarithm(P, y):
    """Multiplies with the one-hot array before taking logarithms, where 0 does no harm."""
    H = np.eye(np.shape(P)[1])[np.asarray(y)]
    return float(-np.log((np.asarray(P) * H).sum(axis=1)).sum() / len(H))


@alternative("cross_entropy")
def in_bits_and_back(P, y):
    """Uses the logarithm to base 2 and multiplies by log 2."""
    p = np.array([row[k] for row, k in zip(P, y, strict=True)], dtype=np.float64)
    return -np.sum(np.log2(p)) * np.log(2) / p.size


# ---- delta_margin ----------------------------------------------------------------------------------------------


@alternative("delta_margin")
def row_after_row(S, y):
    """Deletes the true class from each row."""
    S = np.asarray(S, dtype=np.float64)
    return np.array([S[s, k] - np.delete(S[s], k).max() for s, k in enumerate(y)])


@alternative("delta_margin")
def best_or_second_best(S, y):
    """Sorts each row: the rival is the best, or the second best if the best is the true class itself."""
    S, y = np.asarray(S, dtype=np.float64), np.asarray(y)
    order = S.argsort()
    rows = np.arange(len(S))
    rival = np.where(order[:, -1] == y, order[:, -2], order[:, -1])
    return S[rows, y] - S[rows, rival]


@alternative("delta_margin")
def masked_arrays(S, y):
    """Uses a masked array."""
    S, y = np.asarray(S, dtype=np.float64), np.asarray(y)
    own = np.eye(S.shape[1], dtype=bool)[y]
    return S[own] - np.ma.masked_array(S, mask=own).max(axis=1).filled()


@alternative("delta_margin")
def smallest_of_all_leads(S, y):
    """Takes the smallest of the differences to the other classes."""
    S, y = np.array(S, dtype=np.float64), np.array(y)
    leads = S[np.arange(len(y)), y][:, None] - S
    others = np.arange(S.shape[1]) != y[:, None]
    return np.where(others, leads, np.inf).min(axis=1)


@alternative("delta_margin")
def in_plain_python(S, y):
    """Loops over plain numbers."""
    rivals = [max(float(v) for j, v in enumerate(row) if j != k) for row, k in zip(S, y, strict=True)]
    return np.array([float(row[k]) - rival for row, k, rival in zip(S, y, rivals, strict=True)])


# ---- accuracy_guarantee ----------------------------------------------------------------------------------------


@alternative("accuracy_guarantee")
def clipped(loss):
    """Clips with NumPy and returns a NumPy number."""
    return np.clip(1 - np.float64(loss) / np.log(2), 0.0, 1.0)


@alternative("accuracy_guarantee")
def by_cases(loss):
    """Distinguishes the two cases."""
    return 0.0 if loss >= math.log(2) else 1.0 - loss / math.log(2)


@alternative("accuracy_guarantee")
def from_the_share_of_errors(loss):
    """Bounds the share of errors by L / log 2, and at most 1."""
    return 1 - min(1.0, loss * np.log2(np.e))


@alternative("accuracy_guarantee")
def positive_part(loss):
    """Writes the positive part as max(a, 0) / log 2 with a = log 2 - L, in an array of shape ()."""
    return np.maximum(np.log(2) - np.asarray(loss, dtype=np.float64), 0) / np.log(2)


# ---- NearestCentroid -------------------------------------------------------------------------------------------


@alternative("NearestCentroid")
class WithOneHot:
    """Means from a product with the one-hot array, decisions from the affine form."""

    def fit(self, X, y):
        """Learn the means."""
        y = np.asarray(y)
        H = np.eye(np.max(y) + 1)[y]
        self.M = np.linalg.solve(H.T @ H, H.T @ np.asarray(X, dtype=np.float64))
        return self

    def predict(self, X):
        """Decide for the largest entry of W x + b."""
        W, b = self.affine()
        return (np.asarray(X, dtype=np.float64) @ W.T + b).argmax(axis=1)

    def affine(self):
        """Return W and b."""
        return self.M, -np.einsum("kn,kn->k", self.M, self.M) / 2


@alternative("NearestCentroid")
class ObjectByObject:
    """Loops over objects and classes, with norms instead of their squares."""

    def fit(self, X, y):
        """Keep a list of means."""
        groups = [[] for _ in range(max(y) + 1)]
        for x, k in zip(X, y, strict=True):
            groups[k].append(np.asarray(x, dtype=np.float64))
        self.means = [sum(group) / len(group) for group in groups]
        return self

    def predict(self, X):
        """Look for the nearest mean of each object."""
        answers = []
        for x in X:
            distances = [np.linalg.norm(np.asarray(x) - mean) for mean in self.means]
            answers.append(distances.index(min(distances)))
        return np.array(answers, dtype=np.int64)

    def affine(self):
        """Return W and b, shifted such that the first entry of W x + b is always 0."""
        W, b = np.array(self.means), np.array([-0.5 * mean @ mean for mean in self.means])
        return W - W[0], b - b[0]


@alternative("NearestCentroid")
class AroundTheOverallMean:
    """Moves the origin to the overall mean, which is kinder to rounding."""

    def fit(self, X, y):
        """Learn the overall mean and the class means relative to it."""
        X, y = np.array(X, dtype=np.float64), np.array(y)
        self.centre = X.mean(axis=0)
        sums = np.zeros((y.max() + 1, X.shape[1]))
        np.add.at(sums, y, X - self.centre)
        self.offsets = sums / np.bincount(y)[:, None]
        return self

    def predict(self, X):
        """Expand the square around the overall mean."""
        Z = np.array(X, dtype=np.float64) - self.centre
        return np.argmin((self.offsets**2).sum(axis=1) - 2 * Z @ self.offsets.T, axis=1)

    def affine(self):
        """Return the affine form in the coordinates of the caller."""
        b = -0.5 * (self.offsets**2).sum(axis=1) - self.offsets @ self.centre
        return [self.offsets, b]


@alternative("NearestCentroid")
class RemembersTheTrainingSet:
    """Stores a copy of the training set and computes the means on demand."""

    def fit(self, X, y):
        """Copy the data."""
        self.X, self.y = np.array(X, dtype=np.float64), np.array(y, dtype=np.int64)
        return self

    def centres(self):
        """Return the class means."""
        return np.stack([np.mean(self.X[self.y == k], axis=0) for k in np.unique(self.y)])

    def predict(self, X):
        """Let each class compete with the best so far."""
        X = np.asarray(X, dtype=np.float64)
        decision, best = np.zeros(len(X), dtype=np.int64), np.full(len(X), np.inf)
        for k, centre in enumerate(self.centres()):
            distance = ((X - centre) ** 2).sum(axis=1)
            decision[distance < best] = k
            best = np.minimum(best, distance)
        return decision

    def affine(self):
        """Return W and b, with norms."""
        W = self.centres()
        return W, -0.5 * np.linalg.norm(W, axis=1) ** 2


# ---- capstone_wine ---------------------------------------------------------------------------------------------


@alternative("capstone_wine")
def with_the_other_standard_deviation(X_train, y_train, X_test):
    """Divides by N - 1 in the standard deviation, and answers with a list."""
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0, ddof=1)
    means = [((X_train[y_train == k] - mean) / deviation).mean(axis=0) for k in range(3)]
    return [int(np.argmin([np.linalg.norm((x - mean) / deviation - m) for m in means])) for x in X_test]


@alternative("capstone_wine")
def five_nearest_neighbours(X_train, y_train, X_test):
    """Lets the five nearest standardised training wines vote."""
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    A, B = (X_train - mean) / deviation, (X_test - mean) / deviation
    distances = ((B[:, None, :] - A) ** 2).sum(axis=2)
    nearest = y_train[np.argsort(distances, axis=1)[:, :5]]
    return np.array([np.bincount(row, minlength=3).argmax() for row in nearest])


@alternative("capstone_wine")
def least_squares_on_one_hot_targets(X_train, y_train, X_test):
    """Fits one-hot targets by linear least squares."""

    def design(X):
        return np.column_stack([np.ones(len(X)), (X - X_train.mean(axis=0)) / X_train.std(axis=0)])

    V, *_ = np.linalg.lstsq(design(X_train), np.eye(3)[y_train], rcond=None)
    return (design(X_test) @ V).argmax(axis=1)


@alternative("capstone_wine")
def normal_densities(X_train, y_train, X_test):
    """Compares independent normal densities, one for each class and feature."""
    scores = []
    for k in range(3):
        own = X_train[y_train == k]
        mean, variance = own.mean(axis=0), own.var(axis=0)
        scores.append(-0.5 * ((X_test - mean) ** 2 / variance + np.log(variance)).sum(axis=1) + np.log(len(own)))
    return np.argmax(scores, axis=0).astype(np.int64)
