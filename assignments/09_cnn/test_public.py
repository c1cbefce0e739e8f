"""Public tests: convolutional networks.

Run them from the notebook with ``check("convolve2d")``. They are small, and every expected number can be checked by
hand. Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import agree, between, cases, draw, finite, grades, sequence, shaped, unchanged

DIGITS = Path(__file__).parent / "data" / "digits.npz"

# ---- convolve1d --------------------------------------------------------------------------------------------------


@grades("convolve1d", hint="(1 + 2t + 3t^2)(4 + 5t) = 4 + 13t + 22t^2 + 15t^3.")
def test_convolve1d_of_the_worked_example(student):
    """(1, 2, 3) * (4, 5) is (4, 13, 22, 15)."""
    value = unchanged(student.convolve1d, np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0]))
    agree(value, [4.0, 13.0, 22.0, 15.0], name="f * g")


@grades("convolve1d", hint="A number alone only multiplies. Is the array that you fill one of floats?")
def test_convolve1d_with_one_number(student):
    """(1, -3) * (0.5) is (0.5, -1.5), in float64, also when the first is a list of integers."""
    agree(shaped(student.convolve1d([1, -3], [0.5]), (2,), name="f * g", dtype="float64"), [0.5, -1.5], name="f * g")


# ---- convolve2d --------------------------------------------------------------------------------------------------


@grades(
    "convolve2d", hint="The flipped kernel is [[-1, 0], [2, 1]]: the first entry is -1 * 1 + 0 * 2 + 2 * 4 + 1 * 5."
)
def test_convolve2d_of_the_worked_example(student):
    """The image of the exercise gives 12 and 14."""
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    k = np.array([[1.0, 2.0], [0.0, -1.0]])
    agree(unchanged(student.convolve2d, x, k), [[12.0, 14.0]], name="y")


@grades("convolve2d", hint="Here only one of the two directions can be flipped.")
def test_convolve2d_with_a_row(student):
    """The row (1, 0, 5) convolved with (2, 3) is (3, 10) where the kernel fits."""
    agree(student.convolve2d([[1, 0, 5]], [[2, 3]]), [[3.0, 10.0]], name="y")


@grades("convolve2d", hint="With a kernel of the image's size there is one place where it fits.")
def test_convolve2d_of_a_kernel_as_large_as_the_image(student):
    """The answer for a kernel of the image's size is a single number, in an array with two axes."""
    agree(student.convolve2d([[1, 2], [3, 4]], [[0, 1], [0, 0]]), [[3.0]], name="y")


# ---- circular_convolve2d -----------------------------------------------------------------------------------------


@grades("circular_convolve2d", hint="y_00 = k_00 x_00 + k_01 x_02: one step to the left of column 0 is column 2.")
def test_circular_convolve2d_of_the_worked_example(student):
    """(1, 2, 4) with the kernel (10, 1) gives (14, 21, 42)."""
    value = unchanged(student.circular_convolve2d, np.array([[1.0, 2.0, 4.0]]), np.array([[10.0, 1.0]]))
    agree(value, [[14.0, 21.0, 42.0]], name="y")


@grades("circular_convolve2d", hint="k[0, 0] is the origin: this kernel moves the image down by one row.")
def test_circular_convolve2d_moves_rows(student):
    """The kernel with rows 0 and 1 moves every row one down, and the last one to the top."""
    value = shaped(student.circular_convolve2d([[1, 2], [3, 4], [5, 6]], [[0], [1]]), (3, 2), name="y", dtype="float64")
    agree(value, [[5.0, 6.0], [1.0, 2.0], [3.0, 4.0]], name="y")


# ---- feature_scores ----------------------------------------------------------------------------------------------


@grades("feature_scores", hint="The patches are (3, 4), (4, 0) and (0, 0); the pattern (3, 4) has length 5.")
def test_feature_scores_of_the_worked_example(student):
    """The row (3, 4, 0, 0) and the pattern (3, 4) give the scores 1, 3/5 and 0."""
    value = unchanged(student.feature_scores, np.array([[3.0, 4.0, 0.0, 0.0]]), np.array([[3.0, 4.0]]))
    agree(value, [[1.0, 0.6, 0.0]], name="scores")


@grades("feature_scores", hint="Divide by the length of the patch: all three patches point the same way.")
def test_feature_scores_of_faint_bright_and_negative_copies(student):
    """0.1, 100 and -1 times the pattern, alone in their images, score 1, 1 and -1."""
    pattern = np.array([[1.0, 2.0], [0.0, -1.0]])
    scores = [student.feature_scores(c * pattern, pattern) for c in (0.1, 100.0, -1.0)]
    for score, expected in zip(scores, (1.0, 1.0, -1.0), strict=True):
        agree(score, [[expected]], name="the score")


# ---- conv_matrix -------------------------------------------------------------------------------------------------


@grades("conv_matrix", hint="Place (0, 0) sees the pixels 0, 1, 3, 4 of the image, place (0, 1) the pixels 1, 2, 4, 5.")
def test_conv_matrix_of_the_worked_example(student):
    """The kernel [[1, 2], [3, 4]] on images of 2 x 3 pixels."""
    M = unchanged(student.conv_matrix, np.array([[1.0, 2.0], [3.0, 4.0]]), 2, 3)
    agree(M, [[1.0, 2.0, 0.0, 3.0, 4.0, 0.0], [0.0, 1.0, 2.0, 0.0, 3.0, 4.0]], name="M")


@grades("conv_matrix", hint="Here the kernel can only move down: each step is one row of the image, 2 pixels.")
def test_conv_matrix_of_a_row_kernel(student):
    """The kernel (5, 7) on images of 3 x 2 pixels: one place in each row."""
    M = shaped(student.conv_matrix([[5, 7]], 3, 2), (3, 6), name="M", dtype="float64")
    agree(M, [[5, 7, 0, 0, 0, 0], [0, 0, 5, 7, 0, 0], [0, 0, 0, 0, 5, 7]], name="M")


# ---- conv_layer --------------------------------------------------------------------------------------------------

TWO_CHANNELS = np.array([[[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]])  # one image, two channels, 1 x 3 pixels
FILTERS = np.array([[[[1.0, 0.0]], [[0.0, 1.0]]], [[[0.0, 2.0]], [[0.0, 0.0]]]])  # two filters of 1 x 2 pixels


@grades(
    "conv_layer", hint="Map 0 at place 0: 1 * 1 + 0 * 2 from channel 0, 0 * 4 + 1 * 5 from channel 1, and the bias 10."
)
def test_conv_layer_of_the_worked_example(student):
    """The two maps of the exercise are (16, 18) and (24, 26)."""
    Y = unchanged(student.conv_layer, TWO_CHANNELS, FILTERS, np.array([10.0, 20.0]))
    agree(Y, [[[[16.0, 18.0]], [[24.0, 26.0]]]], name="Y")


@grades("conv_layer", hint="Framed by zeros the row reads 0, 1, 2, 3, 0, between two rows of zeros.")
@cases(
    "stride pad expected",
    padded=(1, 1, [[0.0, 0.0, 0.0, 0.0], [1.0, 12.0, 23.0, 30.0], [0.0, 0.0, 0.0, 0.0]]),
    padded_and_every_second=(2, 2, [[0.0, 0.0, 0.0], [0.0, 12.0, 30.0], [0.0, 0.0, 0.0]]),
    every_second=(2, 0, [[12.0]]),
)
def test_conv_layer_with_stride_and_padding(student, stride, pad, expected):
    """The row (1, 2, 3) under the filter (10, 1), framed or with steps of two."""
    value = student.conv_layer([[[[1, 2, 3]]]], [[[[10, 1]]]], [0], stride=stride, pad=pad)
    agree(value, [[expected]], name="Y")


# ---- max_pool ----------------------------------------------------------------------------------------------------


@grades("max_pool", hint="The windows start at columns 0 and 2; column 4 fills no window of two.")
def test_max_pool_of_the_worked_example(student):
    """Two rows of five numbers, some of them negative, give -1 and 6."""
    X = np.array([[[[-3.0, -1.0, 4.0, 6.0, 9.0], [-2.0, -5.0, 0.0, 1.0, 8.0]]]])
    agree(unchanged(student.max_pool, X, 2, 2), [[[[-1.0, 6.0]]]], name="Y")


@grades("max_pool", hint="The windows may overlap: here they start at columns 0, 1 and 2.")
def test_max_pool_of_pairs_that_overlap(student):
    """Pairs of pixels at every place, for integers: the largest of 4 neighbours."""
    value = student.max_pool([[[[1, 5, 2, 3], [4, 0, -1, 2]]]], 2, 1)
    agree(shaped(value, (1, 1, 1, 3), name="Y", dtype="float64"), [[[[5.0, 5.0, 3.0]]]], name="Y")


# ---- conv_layer_backward -----------------------------------------------------------------------------------------


@grades(
    "conv_layer_backward", hint="Y = (1 w0 + 2 w1, 2 w0 + 3 w1): read off what stands with each pixel and each weight."
)
def test_conv_layer_backward_of_the_worked_example(student):
    """The row (1, 2, 3) under the filter (10, 20) with dY = (1, 100)."""
    dY, X, W = np.array([[[[1.0, 100.0]]]]), np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[10.0, 20.0]]]])
    dX, dW, db = sequence(unchanged(student.conv_layer_backward, dY, X, W), 3, name="(dX, dW, db)")
    agree(dX, [[[[10.0, 1020.0, 2000.0]]]], name="dX")
    agree(dW, [[[[201.0, 302.0]]]], name="dW")
    agree(db, [101.0], name="db")


@grades(
    "conv_layer_backward", hint="Every filter and every channel gets its own gradient; images are summed, not averaged."
)
def test_conv_layer_backward_of_one_pixel(student):
    """Two images of one pixel, one channel, two filters: Y_nf = W_f X_n + b_f."""
    dY = np.array([1.0, 2.0, 3.0, 4.0]).reshape(2, 2, 1, 1)
    X, W = np.array([5.0, 7.0]).reshape(2, 1, 1, 1), np.array([10.0, 100.0]).reshape(2, 1, 1, 1)
    dX, dW, db = sequence(student.conv_layer_backward(dY, X, W), 3, name="(dX, dW, db)")
    agree(dX, np.array([210.0, 430.0]).reshape(2, 1, 1, 1), name="dX")
    agree(dW, np.array([26.0, 38.0]).reshape(2, 1, 1, 1), name="dW")
    agree(db, [4.0, 6.0], name="db")


# ---- capstone_features -------------------------------------------------------------------------------------------


@draw
def one_split(rng):
    """Split the digits once into 600 training and 1197 test images; the latter also moved one pixel to the right."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"].reshape(-1, 1, 8, 8) / 16, digits["y"]
    order = rng.permutation(len(y))
    train, test = order[:600], order[600:]
    moved = np.pad(X[test], ((0, 0), (0, 0), (0, 0), (1, 0)))[:, :, :, :8]
    return X[train], y[train], X[test], moved, y[test]


@grades(
    "capstone_features", hint="All points need 94 % on clean and 50 % on moved images, on average over three splits."
)
@cases("X_train y_train X_test X_moved y_test", digits=one_split)
def test_capstone_features_on_one_split(student, X_train, y_train, X_test, X_moved, y_test):
    """At least 93 % of 1197 clean images and 43 % of the moved ones are read correctly."""
    F_train, F_test, F_moved = (student.capstone_features(X) for X in (X_train, X_test, X_moved))
    F_train = between(shaped(F_train, (600, None), name="the features"), -1e3, 1e3, name="the features").astype(
        np.float64
    )
    between(F_train.shape[1], 1, 512, name="the number of features D")
    mean, targets = F_train.mean(axis=0), np.eye(10)[y_train]
    centred = F_train - mean
    V = np.linalg.solve(centred.T @ centred + np.eye(len(mean)), centred.T @ (targets - targets.mean(axis=0)))
    for F, name, least in ((F_test, "clean", 0.93), (F_moved, "moved", 0.43)):
        answer = finite(shaped(F, (len(y_test), len(mean)), name="the features"), name="the features")
        with np.errstate(all="ignore"):
            predicted = np.argmax((answer - mean) @ V + targets.mean(axis=0), axis=1)
        between(np.mean(predicted == y_test), least, 1.0, name=f"the accuracy on {name} images")
