"""The classification problem (chapter "Classification problem")."""

import math
from numbers import Real

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

__all__ = [
    "NearestCentroid",
    "accuracy",
    "accuracy_guarantee",
    "capstone_wine",
    "confusion_matrix",
    "cross_entropy",
    "delta_margin",
    "hard_decision",
    "one_hot",
]


def one_hot(y: ArrayLike, K: int) -> Float[np.ndarray, "N K"]:
    r"""Write each class as a unit vector (topic: exact classifier).

    .. math:: H_{sk} = 1 \text{ if } k = i(s), \text{ else } 0

    Parameters
    ----------
    y
        Classes 0..K-1, shape (N,); whole numbers of any dtype. A class that does not occur keeps its column of zeros.
    """
    return (np.asarray(y)[:, None] == np.arange(K)).astype(np.float64)


def hard_decision(P: ArrayLike) -> Int[np.ndarray, " N"]:
    r"""Decide for the class with the largest score, on ties for the first of them (topic: soft classifier).

    .. math:: \hat k(s) = \min \operatorname{argmax}_k p_k(s)

    Parameters
    ----------
    P
        Probabilities or any other scores, shape (N, K): only their order within a row matters.
    """
    return np.argmax(np.asarray(P), axis=1)  # numpy's argmax returns the first of equal entries


def accuracy(y: ArrayLike, y_hat: ArrayLike) -> float:
    r"""Return the share of objects whose class is right (topic: accuracy).

    .. math:: \frac{1}{N} \#\{s : \hat k(s) = i(s)\}

    Parameters
    ----------
    y, y_hat
        Classes and decisions, N of each, as vectors or as columns: a column compared with a vector as it stands would
        give N x N comparisons.
    """
    return float(np.mean(np.ravel(y) == np.ravel(y_hat)))


def confusion_matrix(y: ArrayLike, y_hat: ArrayLike, K: int) -> Int[np.ndarray, "K K"]:
    r"""Count the objects of each class by the decision taken (topic: accuracy).

    .. math:: C_{jk} = \#\{s : i(s) = j,\ \hat k(s) = k\}

    Each pair (j, k) is one number j K + k, and these are counted: ``C[y, y_hat] += 1`` would count each pair once.

    Parameters
    ----------
    y, y_hat
        Classes and decisions 0..K-1, shape (N,).
    """
    pairs = K * np.asarray(y, dtype=np.int64) + np.asarray(y_hat, dtype=np.int64)
    return np.bincount(pairs, minlength=K * K).reshape(K, K)


def cross_entropy(P: ArrayLike, y: ArrayLike) -> float:
    r"""Return the mean cross-entropy of a soft classifier (topic: loss function).

    .. math:: L = -\frac{1}{N} \sum_s \log p_{i(s)}(s)

    Plus infinity if some object's class has probability 0. Only the probabilities of the true classes enter, so no
    product 0 log 0 is ever formed.

    Parameters
    ----------
    P
        Probabilities, shape (N, K).
    y
        Classes 0..K-1, shape (N,).
    """
    y = np.asarray(y)
    p = np.asarray(P, dtype=np.float64)[np.arange(len(y)), y]  # (N,)
    with np.errstate(divide="ignore"):
        return float(np.mean(-np.log(p)) + 0.0)  # + 0.0 turns -0.0 into 0.0


def delta_margin(S: ArrayLike, y: ArrayLike) -> Float[np.ndarray, " N"]:
    r"""Return by how much the score of the true class exceeds the best other score (topic: stability of accuracy).

    .. math:: \delta(s) = S_{s,i(s)} - \max_{k \ne i(s)} S_{s,k}

    An object is classified correctly if it is positive and wrongly if it is negative; 0 is a tie. See Berlyand, Jabin
    and Safsten, "Stability for the training of deep neural networks and other classifiers".

    Parameters
    ----------
    S
        Probabilities or logits, shape (N, K) with K >= 2.
    y
        Classes 0..K-1, shape (N,).
    """
    S, y = np.asarray(S, dtype=np.float64), np.asarray(y)
    own = np.arange(S.shape[1]) == y[:, None]  # (N, K)
    return S[own] - np.where(own, -np.inf, S).max(axis=1)


def accuracy_guarantee(loss: Real) -> float:
    r"""Return the best lower bound on the accuracy that the mean cross-entropy allows (topic: loss versus accuracy).

    .. math:: \max\Bigl(0,\ 1 - \frac{L}{\log 2}\Bigr)

    A misclassified object gives its class at most probability 1/2 and so costs at least log 2; hence a share r of such
    objects makes L >= r log 2. Probabilities just below 1/2 on that share and near 1 elsewhere come arbitrarily close.

    Parameters
    ----------
    loss
        Mean cross-entropy, 0 <= loss <= inf.
    """
    return max(0.0, 1.0 - float(loss) / math.log(2))


class NearestCentroid:
    r"""Decide for the class whose mean is nearest (topic: a first classifier).

    .. math:: \mu_k = \text{mean of the objects of class } k, \qquad
              \hat k(x) = \min \operatorname{argmin}_k \|x - \mu_k\|

    Attributes
    ----------
    means
        The class means as rows, shape (K, n).
    """

    means: Float[np.ndarray, "K n"]

    def fit(self, X: ArrayLike, y: ArrayLike) -> "NearestCentroid":
        """Take the mean of each class; all classes 0..K-1 occur in ``y``."""
        H = one_hot(y, int(np.max(np.asarray(y))) + 1)  # (N, K)
        self.means = H.T @ np.asarray(X, dtype=np.float64) / H.sum(axis=0)[:, None]
        return self

    def predict(self, X: ArrayLike) -> Int[np.ndarray, " M"]:
        """Return the class of the nearest mean for each row; on ties the first of them."""
        differences = np.asarray(X, dtype=np.float64)[:, None, :] - self.means  # (M, K, n)
        return np.argmin((differences**2).sum(axis=2), axis=1)

    def affine(self) -> tuple[Float[np.ndarray, "K n"], Float[np.ndarray, " K"]]:
        r"""Return (W, b) such that the largest entry of W x + b marks the nearest mean.

        .. math:: W_k = \mu_k, \qquad b_k = -\tfrac12 \|\mu_k\|^2,

        since :math:`\|x - \mu_k\|^2 = \|x\|^2 - 2 (W x + b)_k`, and the first term is the same for all classes.
        """
        return self.means.copy(), -0.5 * (self.means**2).sum(axis=1)


def capstone_wine(X_train: ArrayLike, y_train: ArrayLike, X_test: ArrayLike) -> Int[np.ndarray, " M"]:
    r"""Classify wines by the nearest class mean of standardised features (topic: training and test set).

    .. math:: x \mapsto (x - m) / d

    feature by feature, with mean m and standard deviation d of the training set for both sets.

    Parameters
    ----------
    X_train, X_test
        Wines as rows, shapes (N, n) and (M, n).
    y_train
        Classes 0..K-1, shape (N,).
    """
    X_train = np.asarray(X_train, dtype=np.float64)
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    model = NearestCentroid().fit((X_train - mean) / deviation, y_train)
    return model.predict((np.asarray(X_test, dtype=np.float64) - mean) / deviation)
