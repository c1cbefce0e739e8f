"""The book's mathematics in plain numpy: the answers that student code is compared with.

One module per assignment. These modules know nothing of grading, and they are secret: they hold the answers.

Conventions
-----------
Objects are rows. Axis letters, the same in every annotation:

==  =====================================================
N   objects of a set, the rows of ``X``
n   features of an object, the entries of ``x``; n_l the width of layer l, n_in and n_out of one layer
M   objects of a second set
K   classes
L   layers of a network
D   coordinates of a feature vector
m   nodes, intervals or hidden neurons
C   channels of an image, F filters of a convolutional layer
H   height of an image, W its width; H_out and W_out: height and width of a map; kh and kw: of a kernel
==  =====================================================

A layer is the map x -> W x + b with ``W`` of shape (n_out, n_in), as in the book; a batch is ``X @ W.T + b``.
A loss over a set is the mean over its N objects unless its formula shows a sum. Logarithms are natural.
``dx`` is the gradient with respect to ``x`` and has its shape. Inputs may be nested lists or integer arrays and are
never changed; results are float64, labels and counts int64. Randomness is an argument ``rng``.
"""

__all__ = [
    "backprop",
    "classification",
    "cnn",
    "gradient_descent",
    "kernels",
    "learning_modes",
    "networks",
    "regression",
    "svm",
]
