"""Hidden tests of the five functions: three inputs each."""

import numpy as np

from autograder.testing import agree, cases, grades, normal


@grades("softmax", points=2)
@cases("Z", typical=normal("n k"), one_row=normal("1 k"), large=normal("n k", scale=1e3))
def test_softmax_is_right(student, Z):
    """Each row of scores becomes its probabilities."""
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    agree(student.softmax(Z), e / e.sum(axis=1, keepdims=True), "softmax(Z)")


@grades("dense", points=2)
@cases(
    "X W b",
    typical=(normal("n d"), normal("d m"), normal("m")),
    one_row=(normal("1 d"), normal("d m"), normal("m")),
    wide=(normal("50 d"), normal("d 40"), normal("40")),
)
def test_dense_is_right(student, X, W, b):
    """Each row is mapped by W and shifted by b."""
    agree(student.dense(X, W, b), X @ W + b, "dense(X, W, b)")


@grades("sigmoid_gradient", points=2)
@cases("z", vector=normal("n"), matrix=normal("n k"), wide=normal("n", scale=5.0))
def test_sigmoid_gradient_is_right(student, z):
    """The slope of the sigmoid, entry by entry."""
    s = 1 / (1 + np.exp(-z))
    agree(student.sigmoid_gradient(z), s * (1 - s), "sigmoid_gradient(z)")


@grades("hinge_loss", points=2)
@cases("scores", few=normal("n"), many=normal("100"), far=normal("n", scale=10.0))
def test_hinge_loss_is_right(student, scores):
    """The mean loss over all examples."""
    y = np.where(np.arange(len(scores)) % 2 == 0, 1.0, -1.0)
    agree(student.hinge_loss(scores, y), np.maximum(0, 1 - y * scores).mean(), "hinge_loss(scores, y)")


@grades("rbf_kernel", points=2)
@cases(
    "X Y",
    typical=(normal("n d"), normal("m d")),
    one=(normal("1 d"), normal("1 d")),
    more=(normal("30 d"), normal("20 d")),
)
def test_rbf_kernel_is_right(student, X, Y):
    """The kernel of every pair of rows."""
    distances = ((X[:, None, :] - Y[None, :, :]) ** 2).sum(axis=2)
    agree(student.rbf_kernel(X, Y, 0.5), np.exp(-0.5 * distances), "rbf_kernel(X, Y, gamma)")
