"""Public tests of the five functions: one small example each."""

import numpy as np

from autograder.testing import agree, grades


@grades("softmax")
def test_softmax_of_equal_scores(student):
    """Two equal scores share the probability."""
    agree(student.softmax(np.zeros((1, 2))), np.array([[0.5, 0.5]]), "softmax(Z)")


@grades("dense")
def test_dense_of_one_row(student):
    """One row, one output."""
    agree(student.dense(np.ones((1, 2)), np.ones((2, 1)), np.ones(1)), np.array([[3.0]]), "dense(X, W, b)")


@grades("sigmoid_gradient")
def test_sigmoid_gradient_at_zero(student):
    """The slope at 0 is 1/4."""
    agree(student.sigmoid_gradient(np.zeros(1)), np.array([0.25]), "sigmoid_gradient(z)")


@grades("hinge_loss")
def test_hinge_loss_on_the_margin(student):
    """A score on the margin costs nothing."""
    agree(student.hinge_loss(np.ones(2), np.ones(2)), 0.0, "hinge_loss(scores, y)")


@grades("rbf_kernel")
def test_rbf_kernel_of_a_point_with_itself(student):
    """A point is as near to itself as can be."""
    agree(student.rbf_kernel(np.ones((1, 2)), np.ones((1, 2)), 0.5), np.array([[1.0]]), "rbf_kernel(X, Y, gamma)")
