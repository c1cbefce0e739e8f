"""Plausible wrong answers: convolutional networks. Each names exactly the hidden tests that must reject it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
CONVOLVE1D = (
    "test_convolve1d_sums_the_products test_convolve1d_multiplies_polynomials test_convolve1d_is_commutative "
    "test_convolve1d_answers_integers_and_lists_in_float64 test_convolve1d_leaves_its_inputs_alone "
    "test_convolve1d_with_a_point_shifts test_convolve1d_of_any_lengths"
)
CONVOLVE2D = (
    "test_convolve2d_sums_over_flipped_patches test_convolve2d_of_a_point_is_the_kernel "
    "test_convolve2d_moves_with_the_image test_convolve2d_answers_integers_and_lists_in_float64 "
    "test_convolve2d_leaves_its_inputs_alone test_convolve2d_of_extreme_sizes"
)
CIRCULAR_CONVOLVE2D = (
    "test_circular_convolve2d_sums_around_the_torus test_circular_convolve2d_with_a_point_moves_the_image "
    "test_circular_convolve2d_commutes_with_every_shift "
    "test_circular_convolve2d_answers_integers_and_lists_in_float64 "
    "test_circular_convolve2d_leaves_its_inputs_alone test_circular_convolve2d_of_extreme_sizes"
)
FEATURE_SCORES = (
    "test_feature_scores_are_cosines test_feature_scores_are_one_where_the_pattern_is "
    "test_feature_scores_are_not_won_by_brightness test_feature_scores_do_not_feel_contrast "
    "test_feature_scores_move_with_the_image test_feature_scores_answers_integers_and_lists_in_float64 "
    "test_feature_scores_leaves_its_inputs_alone test_feature_scores_of_empty_patches_and_extreme_sizes"
)
CONV_MATRIX = (
    "test_conv_matrix_computes_the_cross_correlation test_conv_matrix_transposed_is_the_full_convolution "
    "test_conv_matrix_shares_its_weights test_conv_matrix_does_not_wrap_around_the_border "
    "test_conv_matrix_answers_integers_and_lists_in_float64 test_conv_matrix_leaves_its_input_alone "
    "test_conv_matrix_of_extreme_sizes"
)
CONV_LAYER = (
    "test_conv_layer_correlates_with_every_filter test_conv_layer_of_one_pixel_mixes_the_channels "
    "test_conv_layer_takes_strides test_conv_layer_pads_with_zeros test_conv_layer_moves_with_the_image "
    "test_conv_layer_adds_one_bias_per_filter test_conv_layer_answers_integers_and_lists_in_float64 "
    "test_conv_layer_leaves_its_inputs_alone test_conv_layer_of_extreme_sizes"
)
MAX_POOL = (
    "test_max_pool_takes_the_largest_of_each_window test_max_pool_with_overlapping_windows "
    "test_max_pool_leaves_out_windows_that_do_not_fit test_max_pool_of_negative_numbers "
    "test_max_pool_commutes_with_increasing_functions test_max_pool_answers_integers_and_lists_in_float64 "
    "test_max_pool_leaves_its_input_alone test_max_pool_of_extreme_sizes"
)
CONV_LAYER_BACKWARD = (
    "test_conv_layer_backward_is_adjoint_in_the_images test_conv_layer_backward_is_adjoint_in_the_filters "
    "test_conv_layer_backward_is_adjoint_in_the_biases "
    "test_conv_layer_backward_answers_integers_and_lists_in_float64 "
    "test_conv_layer_backward_leaves_its_inputs_alone test_conv_layer_backward_of_extreme_sizes"
)
CAPSTONE_FEATURES = "test_capstone_features_read_digits test_capstone_features_read_moved_digits"


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


def windows_of(x, shape):
    """Return all patches of that shape, in float64."""
    return sliding_window_view(np.asarray(x, dtype=np.float64), shape)


# ---- convolve1d --------------------------------------------------------------------------------------------------


@mistake("convolve1d", fails=CONVOLVE1D)
def correlation_of_sequences(f, g):
    """Does not flip: computes the cross-correlation, which agrees only if g is a palindrome."""
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)[::-1]
    h = np.zeros(len(f) + len(g) - 1)
    for i, weight in enumerate(f):
        h[i : i + len(g)] += weight * g
    return h


@mistake("convolve1d", fails=CONVOLVE1D)
def same_length(f, g):
    """Returns as many entries as f has, and loses the rest."""
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)
    h = [sum(f[i] * g[k - i] for i in range(k + 1) if i < len(f) and k - i < len(g)) for k in range(len(f))]
    return np.array(h, dtype=np.float64)


@mistake("convolve1d", fails=CONVOLVE1D)
def one_entry_short(f, g):
    """Stops at p + q - 3, one place too early."""
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)
    h = np.zeros(len(f) + len(g) - 1)
    for i, weight in enumerate(f):
        h[i : i + len(g)] += weight * g
    return h[:-1]


@mistake("convolve1d", fails=CONVOLVE1D)
def one_entry_too_many(f, g):
    """Makes room for p + q entries; the last one stays 0."""
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)
    h = np.zeros(len(f) + len(g))
    for i, weight in enumerate(f):
        h[i : i + len(g)] += weight * g
    return h


@mistake("convolve1d", fails="test_convolve1d_answers_integers_and_lists_in_float64")
def dtype_of_the_first(f, g):
    """Collects the sums in an array with the dtype of f, which truncates halves if f holds integers."""
    f, g = np.asarray(f), np.asarray(g)
    h = np.zeros(len(f) + len(g) - 1, dtype=f.dtype)
    for i in range(len(f)):
        for j in range(len(g)):
            h[i + j] += f[i] * g[j]
    return h


@mistake("convolve1d", fails=CONVOLVE1D)
def negative_indices(f, g):
    """Lets k - i become negative, where Python counts from the end."""
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)
    length = len(f) + len(g) - 1
    h = np.zeros(length)
    for k in range(length):
        for i in range(len(f)):
            if k - i < len(g) and abs(k - i) <= len(g):
                h[k] += f[i] * g[k - i]
    return h


@mistake("convolve1d", fails=CONVOLVE1D)
def only_where_they_overlap(f, g):
    """Slides the flipped shorter sequence only over places where it fits entirely."""
    f, g = sorted((np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)), key=len, reverse=True)
    return windows_of(f, len(g)) @ g[::-1]


@mistake("convolve1d", fails="test_convolve1d_leaves_its_inputs_alone")
def reverses_g_in_place(f, g):
    """Reverses g in place to have it flipped for the sums."""
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)
    g[:] = g[::-1].copy()
    return windows_of(np.pad(f, len(g) - 1), len(g)) @ g


@mistake("convolve1d", fails="test_convolve1d_of_any_lengths")
def trims_zeros(f, g):
    """Drops zeros at the end where both factors have some, as if they only filled up, so the answer is too short."""
    f, g = (np.asarray(part, dtype=np.float64) for part in (f, g))
    h = np.zeros(len(f) + len(g) - 1)
    for i, number in enumerate(f):
        h[i : i + len(g)] += number * g
    return np.trim_zeros(h, "b") if f[-1] == 0 and g[-1] == 0 else h


@mistake("convolve1d", fails="test_convolve1d_answers_integers_and_lists_in_float64")
def one_number_is_a_factor(f, g):
    """Multiplies by a single number without converting anything."""
    if len(g) == 1:
        return np.asarray(f) * g[0]
    f, g = (np.asarray(part, dtype=np.float64) for part in (f, g))
    h = np.zeros(len(f) + len(g) - 1)
    for i, number in enumerate(f):
        h[i : i + len(g)] += number * g
    return h


# ---- convolve2d --------------------------------------------------------------------------------------------------


@mistake("convolve2d", fails=CONVOLVE2D)
def correlation_of_images(x, k):
    """Does not flip the kernel: computes the cross-correlation, which agrees for symmetric kernels only."""
    k = np.asarray(k, dtype=np.float64)
    return (windows_of(x, k.shape) * k).sum(axis=(2, 3))


@mistake("convolve2d", fails=CONVOLVE2D)
def flips_rows_only(x, k):
    """Reverses the order of the rows, but not that of the columns."""
    k = np.asarray(k, dtype=np.float64)
    return (windows_of(x, k.shape) * k[::-1]).sum(axis=(2, 3))


@mistake("convolve2d", fails=CONVOLVE2D)
def flips_columns_only(x, k):
    """Reverses the order of the columns, but not that of the rows."""
    k = np.asarray(k, dtype=np.float64)
    return (windows_of(x, k.shape) * k[:, ::-1]).sum(axis=(2, 3))


@mistake("convolve2d", fails=CONVOLVE2D)
def transposes_square_kernels(x, k):
    """Takes the transpose for a flip, which nobody notices with a symmetric kernel; others raise."""
    k = np.asarray(k, dtype=np.float64)
    turned = k.T[::-1, ::-1]
    return (windows_of(x, turned.shape) * turned).sum(axis=(2, 3))


@mistake("convolve2d", fails=CONVOLVE2D)
def mean_of_the_products(x, k):
    """Takes the mean of the products where the sum is asked for."""
    k = np.asarray(k, dtype=np.float64)
    return (windows_of(x, k.shape) * k[::-1, ::-1]).mean(axis=(2, 3))


@mistake("convolve2d", fails=CONVOLVE2D)
def same_size(x, k):
    """Pads with zeros so that the answer has the size of the image."""
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    h, w = k.shape
    padded = np.pad(x, ((h // 2, h - 1 - h // 2), (w // 2, w - 1 - w // 2)))
    return (windows_of(padded, k.shape) * k[::-1, ::-1]).sum(axis=(2, 3))


@mistake("convolve2d", fails="test_convolve2d_answers_integers_and_lists_in_float64")
def zeros_like_the_image(x, k):
    """Collects the sums in an array with the dtype of the image, which truncates halves if it holds integers."""
    x, k = np.asarray(x), np.asarray(k)
    h, w = k.shape
    y = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), dtype=x.dtype)
    for i, j in np.ndindex(y.shape):
        y[i, j] = (x[i : i + h, j : j + w] * k[::-1, ::-1]).sum()
    return y


@mistake("convolve2d", fails="test_convolve2d_leaves_its_inputs_alone")
def flips_in_place(x, k):
    """Writes the flipped kernel into the caller's array."""
    k = np.asarray(k, dtype=np.float64)
    k[:] = k[::-1, ::-1].copy()
    return (windows_of(x, k.shape) * k).sum(axis=(2, 3))


@mistake("convolve2d", fails=CONVOLVE2D)
def leaves_out_the_last_place(x, k):
    """Runs to H - kh and W - kw exclusively, so the last row and column of places are missing."""
    k = np.asarray(k, dtype=np.float64)
    return (windows_of(x, k.shape) * k[::-1, ::-1]).sum(axis=(2, 3))[:-1, :-1]


# ---- circular_convolve2d -----------------------------------------------------------------------------------------


def rolled_sum(x, k, step, start=(0, 0)):
    """Return the sum of copies of x moved by ``step`` times the place in the kernel minus its ``start``."""
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    y = np.zeros(x.shape)
    for (u, v), weight in np.ndenumerate(k):
        y += weight * np.roll(x, (step * (u - start[0]), step * (v - start[1])), axis=(0, 1))
    return y


@mistake("circular_convolve2d", fails=CIRCULAR_CONVOLVE2D)
def centred_kernel(x, k):
    """Puts the origin in the middle of the kernel; the answer is equivariant all the same, but moved."""
    h, w = np.shape(k)
    return rolled_sum(x, k, 1, (h // 2, w // 2))


@mistake("circular_convolve2d", fails=CIRCULAR_CONVOLVE2D)
def plus_for_minus(x, k):
    """Uses i + u and j + v: a circular cross-correlation."""
    return rolled_sum(x, k, -1)


@mistake("circular_convolve2d", fails=CIRCULAR_CONVOLVE2D)
def zeros_beyond_the_border(x, k):
    """Takes zeros from beyond the border instead of the opposite side."""
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    padded = np.pad(x, ((k.shape[0] - 1, 0), (k.shape[1] - 1, 0)))
    return (windows_of(padded, k.shape) * k[::-1, ::-1]).sum(axis=(2, 3))


@mistake("circular_convolve2d", fails=CIRCULAR_CONVOLVE2D)
def wraps_rows_by_the_width(x, k):
    """Exchanges H and W in the remainders."""
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    H, W = x.shape
    y = np.zeros((H, W))
    for i, j in np.ndindex(H, W):
        for (u, v), weight in np.ndenumerate(k):
            y[i, j] += weight * x[(i - u) % W % H, (j - v) % H % W]
    return y


@mistake("circular_convolve2d", fails=CIRCULAR_CONVOLVE2D)
def rolls_the_flat_image(x, k):
    """Moves to the right without naming the axis, so that pixels leave to the next row."""
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    y = np.zeros(x.shape)
    for (u, v), weight in np.ndenumerate(k):
        y += weight * np.roll(np.roll(x, u, axis=0), v)
    return y


@mistake("circular_convolve2d", fails="test_circular_convolve2d_answers_integers_and_lists_in_float64")
def circular_in_the_dtype_of_the_image(x, k):
    """Collects the sums in an array with the dtype of the image."""
    x, k = np.asarray(x), np.asarray(k)
    y = np.zeros_like(x)
    for (u, v), weight in np.ndenumerate(k):
        y = y + (weight * np.roll(x, (u, v), axis=(0, 1))).astype(x.dtype)
    return y


@mistake("circular_convolve2d", fails="test_circular_convolve2d_leaves_its_inputs_alone")
def rolls_the_image_itself(x, k):
    """Moves the caller's image step by step, and leaves it moved."""
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    y = np.zeros(x.shape)
    for u in range(k.shape[0]):
        for v in range(k.shape[1]):
            y += k[u, v] * np.roll(x, v, axis=1)
        x[:] = np.roll(x, 1, axis=0)
    return y


# ---- feature_scores ----------------------------------------------------------------------------------------------


@mistake("feature_scores", fails=FEATURE_SCORES)
def raw_scores(x, pattern):
    """Forgets to divide by the lengths, so that bright patches win."""
    p = np.asarray(pattern, dtype=np.float64)
    return (windows_of(x, p.shape) * p).sum(axis=(2, 3))


@mistake(
    "feature_scores",
    fails=(
        "test_feature_scores_are_not_won_by_brightness test_feature_scores_move_with_the_image "
        "test_feature_scores_of_empty_patches_and_extreme_sizes"
    ),
)
def nan_on_empty_patches(x, pattern):
    """Divides 0 by 0 where the patch is empty."""
    p = np.asarray(pattern, dtype=np.float64)
    windows = windows_of(x, p.shape)
    with np.errstate(invalid="ignore"):
        return (windows * p).sum((2, 3)) / np.sqrt((windows**2).sum((2, 3)) * (p**2).sum())


@mistake("feature_scores", fails=FEATURE_SCORES)
def length_of_the_whole_image(x, pattern):
    """Divides by the length of the whole image instead of that of the patch."""
    x, p = np.asarray(x, dtype=np.float64), np.asarray(pattern, dtype=np.float64)
    length = np.linalg.norm(x) * np.linalg.norm(p)
    return (windows_of(x, p.shape) * p).sum(axis=(2, 3)) / (length if length > 0 else 1.0)


@mistake("feature_scores", fails=FEATURE_SCORES)
def flipped_pattern(x, pattern):
    """Flips the pattern, as a convolution would, and looks for its mirror image."""
    p = np.asarray(pattern, dtype=np.float64)[::-1, ::-1]
    return right_scores(x, p)


def right_scores(x, p, lengths=None):
    """Return the cosines; with other lengths of the patches if they are given."""
    windows = windows_of(x, p.shape)
    if lengths is None:
        lengths = np.sqrt((windows**2).sum((2, 3))) * np.linalg.norm(p)
    return (windows * p).sum((2, 3)) / np.where(lengths == 0, 1.0, lengths)


@mistake("feature_scores", fails=FEATURE_SCORES)
def without_the_length_of_the_pattern(x, pattern):
    """Divides by the length of the patch only, so the score grows with the pattern."""
    p = np.asarray(pattern, dtype=np.float64)
    return right_scores(x, p, np.sqrt((windows_of(x, p.shape) ** 2).sum((2, 3))))


@mistake("feature_scores", fails=FEATURE_SCORES)
def divides_by_squares(x, pattern):
    """Divides by the squared lengths: the square roots are missing."""
    p = np.asarray(pattern, dtype=np.float64)
    return right_scores(x, p, (windows_of(x, p.shape) ** 2).sum((2, 3)) * (p**2).sum())


@mistake(
    "feature_scores",
    fails=all_but(
        FEATURE_SCORES, "test_feature_scores_are_one_where_the_pattern_is test_feature_scores_are_not_won_by_brightness"
    ),
)
def correlation_coefficient(x, pattern):
    """Subtracts the means of patch and pattern first: that is the correlation coefficient, not the cosine."""
    p = np.asarray(pattern, dtype=np.float64)
    windows = windows_of(x, p.shape)
    windows, p = windows - windows.mean((2, 3), keepdims=True), p - p.mean()
    lengths = np.sqrt((windows**2).sum((2, 3)) * (p**2).sum())
    return (windows * p).sum((2, 3)) / np.where(lengths < 1e-12, 1.0, lengths)


@mistake("feature_scores", fails=all_but(FEATURE_SCORES, "test_feature_scores_are_not_won_by_brightness"))
def absolute_scores(x, pattern):
    """Takes absolute values, so the negative of the pattern counts as the pattern."""
    return np.abs(right_scores(x, np.asarray(pattern, dtype=np.float64)))


@mistake("feature_scores", fails="test_feature_scores_leaves_its_inputs_alone")
def normalises_the_pattern_in_place(x, pattern):
    """Divides the caller's pattern by its length, in place."""
    p = np.asarray(pattern, dtype=np.float64)
    p /= np.linalg.norm(p)
    return right_scores(x, p)


@mistake("feature_scores", fails="test_feature_scores_answers_integers_and_lists_in_float64")
def rounded_down_scores(x, pattern):
    """Writes the scores into an array with the dtype of the image, where cosines of integers become 0."""
    scores = right_scores(x, np.asarray(pattern, dtype=np.float64))
    return scores.astype(np.asarray(x).dtype)


# ---- conv_matrix -------------------------------------------------------------------------------------------------


def placed(k, H, W, order="C"):
    """Return the matrix whose rows hold the kernel at its places, images read in the given order."""
    k = np.asarray(k, dtype=np.float64)
    rows = []
    for i in range(H - k.shape[0] + 1):
        for j in range(W - k.shape[1] + 1):
            image = np.zeros((H, W))
            image[i : i + k.shape[0], j : j + k.shape[1]] = k
            rows.append(image.ravel(order=order))
    return np.array(rows)


@mistake("conv_matrix", fails=CONV_MATRIX)
def matrix_with_flip(k, H, W):
    """Flips the kernel: the matrix of a convolution, not of a cross-correlation."""
    return placed(np.asarray(k, dtype=np.float64)[::-1, ::-1], H, W)


@mistake("conv_matrix", fails=CONV_MATRIX)
def columns_first(k, H, W):
    """Reads the image column by column, which nobody notices if it is square and the kernel symmetric."""
    return placed(k, H, W, order="F")


@mistake("conv_matrix", fails=all_but(CONV_MATRIX, "test_conv_matrix_shares_its_weights"))
def wraps_at_row_ends(k, H, W):
    """Moves the kernel on by one pixel for each row of the matrix, also past the end of a row of the image."""
    k = np.asarray(k, dtype=np.float64)
    first = np.zeros((H, W))
    first[: k.shape[0], : k.shape[1]] = k
    return np.stack([np.roll(first.ravel(), r) for r in range((H - k.shape[0] + 1) * (W - k.shape[1] + 1))])


@mistake("conv_matrix", fails=CONV_MATRIX)
def transposed_matrix(k, H, W):
    """Exchanges rows and columns of the matrix."""
    return placed(k, H, W).T


@mistake("conv_matrix", fails=CONV_MATRIX)
def transposed_kernel(k, H, W):
    """Exchanges rows and columns of the kernel."""
    k = np.asarray(k, dtype=np.float64)
    return placed(k.T, H, W)


@mistake("conv_matrix", fails=CONV_MATRIX)
def swaps_height_and_width(k, H, W):
    """Uses H for the length of a row of the image."""
    k = np.asarray(k, dtype=np.float64)
    rows, columns = H - k.shape[0] + 1, W - k.shape[1] + 1
    M = np.zeros((rows * columns, H * W))
    for i, j in np.ndindex(rows, columns):
        for (u, v), weight in np.ndenumerate(k):
            M[i * columns + j, (i + u) * H + j + v] = weight
    return M


@mistake("conv_matrix", fails="test_conv_matrix_answers_integers_and_lists_in_float64")
def matrix_in_the_dtype_of_the_kernel(k, H, W):
    """Answers in the dtype of the kernel."""
    return placed(k, H, W).astype(np.asarray(k).dtype)


@mistake("conv_matrix", fails="test_conv_matrix_leaves_its_input_alone")
def clears_the_kernel(k, H, W):
    """Clears the caller's kernel once its weights have been copied."""
    k = np.asarray(k, dtype=np.float64)
    M = placed(k, H, W)
    k[:] = 0.0
    return M


# ---- conv_layer --------------------------------------------------------------------------------------------------


def right_layer(X, W, b, stride=1, pad=0):
    """Return the right maps; the mistakes below deviate from it in one place each."""
    X, W, b = (np.asarray(part, dtype=np.float64) for part in (X, W, b))
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, W.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,fcuv->nfij", windows, W) + b[:, None, None]


@mistake("conv_layer", fails=all_but(CONV_LAYER, "test_conv_layer_of_one_pixel_mixes_the_channels"))
def layer_with_flip(X, W, b, stride=1, pad=0):
    """Flips the filters, as a convolution would."""
    return right_layer(X, np.asarray(W)[:, :, ::-1, ::-1], b, stride, pad)


@mistake("conv_layer", fails=CONV_LAYER)
def first_channel_only(X, W, b, stride=1, pad=0):
    """Looks at the first channel only."""
    return right_layer(np.asarray(X)[:, :1], np.asarray(W)[:, :1], b, stride, pad)


@mistake("conv_layer", fails=CONV_LAYER)
def mean_over_channels(X, W, b, stride=1, pad=0):
    """Averages over the channels instead of adding them up."""
    W = np.asarray(W, dtype=np.float64)
    return right_layer(X, W / W.shape[1], b, stride, pad)


@mistake("conv_layer", fails=CONV_LAYER)
def bias_along_columns(X, W, b, stride=1, pad=0):
    """Adds b along the last axis, which goes unnoticed if there are as many filters as columns of the map."""
    b = np.asarray(b, dtype=np.float64)
    return right_layer(X, W, np.zeros(len(b)), stride, pad) + b


@mistake("conv_layer", fails=CONV_LAYER)
def bias_forgotten(X, W, b, stride=1, pad=0):
    """Leaves out the bias."""
    return right_layer(X, W, np.zeros(len(b)), stride, pad)


@mistake("conv_layer", fails=CONV_LAYER)
def bias_for_each_channel(X, W, b, stride=1, pad=0):
    """Adds the bias once for each channel, inside the sum."""
    return right_layer(X, W, np.asarray(b) * np.shape(W)[1], stride, pad)


@mistake(
    "conv_layer",
    fails=(
        "test_conv_layer_takes_strides test_conv_layer_pads_with_zeros test_conv_layer_moves_with_the_image "
        "test_conv_layer_of_extreme_sizes"
    ),
)
def size_rounded_up(X, W, b, stride=1, pad=0):
    """Rounds the size up: adds places where the filter reaches over the border into zeros."""
    X, (kh, kw) = np.asarray(X, dtype=np.float64), np.shape(W)[2:]
    missing = [-(size + 2 * pad - k) % stride for size, k in zip(X.shape[2:], (kh, kw), strict=True)]
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad + missing[0]), (pad, pad + missing[1])))
    return right_layer(padded, W, b, stride)


@mistake(
    "conv_layer",
    fails=(
        "test_conv_layer_pads_with_zeros test_conv_layer_moves_with_the_image "
        "test_conv_layer_leaves_its_inputs_alone test_conv_layer_of_extreme_sizes"
    ),
)
def pads_two_sides(X, W, b, stride=1, pad=0):
    """Puts all the zeros at the top and on the left."""
    padded = np.pad(np.asarray(X, dtype=np.float64), ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0)))
    return right_layer(padded, W, b, stride)


@mistake(
    "conv_layer",
    fails="test_conv_layer_pads_with_zeros test_conv_layer_leaves_its_inputs_alone test_conv_layer_of_extreme_sizes",
)
def repeats_the_border(X, W, b, stride=1, pad=0):
    """Pads with copies of the border pixels instead of zeros."""
    padded = np.pad(np.asarray(X, dtype=np.float64), ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    return right_layer(padded, W, b, stride)


@mistake(
    "conv_layer", fails=all_but(CONV_LAYER, "test_conv_layer_pads_with_zeros test_conv_layer_moves_with_the_image")
)
def empty_without_padding(X, W, b, stride=1, pad=0):
    """Fills the frame at [pad:-pad], which is empty for pad = 0."""
    X = np.asarray(X, dtype=np.float64)
    padded = np.zeros((*X.shape[:2], X.shape[2] + 2 * pad, X.shape[3] + 2 * pad))
    padded[:, :, pad:-pad, pad:-pad] = X
    return right_layer(padded, W, b, stride)


@mistake(
    "conv_layer",
    fails=all_but(
        CONV_LAYER,
        (
            "test_conv_layer_correlates_with_every_filter test_conv_layer_of_one_pixel_mixes_the_channels "
            "test_conv_layer_adds_one_bias_per_filter test_conv_layer_answers_integers_and_lists_in_float64"
        ),
    ),
)
def stride_inside_the_filter(X, W, b, stride=1, pad=0):
    """Spreads the filter's weights by the stride instead of moving the filter by it."""
    W = np.asarray(W, dtype=np.float64)
    spread = np.zeros((*W.shape[:2], stride * (W.shape[2] - 1) + 1, stride * (W.shape[3] - 1) + 1))
    spread[:, :, ::stride, ::stride] = W
    return right_layer(X, spread, b, 1, pad)


@mistake(
    "conv_layer",
    fails=all_but(
        CONV_LAYER,
        (
            "test_conv_layer_correlates_with_every_filter test_conv_layer_of_one_pixel_mixes_the_channels "
            "test_conv_layer_adds_one_bias_per_filter test_conv_layer_answers_integers_and_lists_in_float64"
        ),
    ),
)
def stride_in_one_direction(X, W, b, stride=1, pad=0):
    """Uses the stride downwards only."""
    return right_layer(X, W, b, 1, pad)[:, :, ::stride]


@mistake("conv_layer", fails="test_conv_layer_answers_integers_and_lists_in_float64")
def rounded_maps(X, W, b, stride=1, pad=0):
    """Collects the maps in an array with the dtype of X, which truncates if X holds integers."""
    return right_layer(X, W, b, stride, pad).astype(np.asarray(X).dtype)


@mistake("conv_layer", fails="test_conv_layer_leaves_its_inputs_alone")
def centres_the_images_in_place(X, W, b, stride=1, pad=0):
    """Shifts the caller's images to mean zero in place."""
    Y = right_layer(X, W, b, stride, pad)
    if isinstance(X, np.ndarray):
        X -= X.mean().astype(X.dtype)
    return Y


@mistake(
    "conv_layer",
    fails=all_but(
        CONV_LAYER,
        (
            "test_conv_layer_of_one_pixel_mixes_the_channels test_conv_layer_pads_with_zeros "
            "test_conv_layer_adds_one_bias_per_filter"
        ),
    ),
)
def square_filters_only(X, W, b, stride=1, pad=0):
    """Takes the height of the filter for its width."""
    size = np.shape(W)[2]
    return right_layer(X, np.asarray(W)[:, :, :, :size], b, stride, pad)


# ---- max_pool ----------------------------------------------------------------------------------------------------


def pool(X, size, stride, reduce=np.max):
    """Return the windows reduced by a function, in float64."""
    windows = sliding_window_view(np.asarray(X, dtype=np.float64), (size, size), axis=(2, 3))
    return reduce(windows[:, :, ::stride, ::stride], axis=(4, 5))


@mistake("max_pool", fails=MAX_POOL)
def starts_from_zero(X, size, stride):
    """Starts every maximum from 0, so negative windows give 0; after a relu nobody notices."""
    return np.maximum(pool(X, size, stride), 0.0)


@mistake(
    "max_pool",
    fails=(
        "test_max_pool_with_overlapping_windows test_max_pool_leaves_out_windows_that_do_not_fit "
        "test_max_pool_leaves_its_input_alone test_max_pool_of_extreme_sizes"
    ),
)
def windows_that_do_not_fit(X, size, stride):
    """Rounds the size up and pools the remainders at the border as well."""
    X = np.asarray(X, dtype=np.float64)
    missing = [-(length - size) % stride for length in X.shape[2:]]
    padded = np.pad(X, ((0, 0), (0, 0), (0, missing[0]), (0, missing[1])), constant_values=-np.inf)
    return np.maximum(pool(padded, size, stride), -1e300)


@mistake(
    "max_pool",
    fails=all_but(
        MAX_POOL,
        (
            "test_max_pool_takes_the_largest_of_each_window test_max_pool_commutes_with_increasing_functions "
            "test_max_pool_leaves_its_input_alone"
        ),
    ),
)
def stride_is_the_size(X, size, stride):
    """Ignores the stride and moves by the size."""
    return pool(X, size, size)


@mistake("max_pool", fails=MAX_POOL)
def stride_one(X, size, stride):
    """Ignores the stride and moves by one pixel."""
    return pool(X, size, 1)


@mistake("max_pool", fails=MAX_POOL)
def mean_pooling(X, size, stride):
    """Takes the mean of each window."""
    return pool(X, size, stride, np.mean)


@mistake("max_pool", fails=MAX_POOL)
def largest_in_absolute_value(X, size, stride):
    """Takes the largest absolute value."""
    return pool(np.abs(np.asarray(X)), size, stride)


@mistake("max_pool", fails=MAX_POOL)
def over_channels_too(X, size, stride):
    """Takes the maximum over the channels as well."""
    Y = pool(X, size, stride)
    return np.broadcast_to(Y.max(axis=1, keepdims=True), Y.shape).copy()


@mistake("max_pool", fails=MAX_POOL)
def minimum_pooling(X, size, stride):
    """Takes the smallest entry of each window."""
    return pool(X, size, stride, np.min)


@mistake("max_pool", fails="test_max_pool_answers_integers_and_lists_in_float64")
def pooled_integers(X, size, stride):
    """Answers in the dtype of X."""
    return pool(X, size, stride).astype(np.asarray(X).dtype)


@mistake("max_pool", fails="test_max_pool_leaves_its_input_alone")
def pools_in_place(X, size, stride):
    """Writes each maximum into the window's first pixel in the caller's array."""
    Y = pool(X, size, stride)
    if isinstance(X, np.ndarray):
        X[:, :, : stride * Y.shape[2] : stride, : stride * Y.shape[3] : stride] = Y
    return Y


@mistake("max_pool", fails="test_max_pool_of_negative_numbers")
def begins_with_a_billion_below_zero(X, size, stride):
    """Starts every maximum at -1e9, as if no number were smaller."""
    X = np.asarray(X, dtype=np.float64)
    windows = sliding_window_view(X, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return np.maximum(windows.max(axis=(4, 5)), -1e9)


@mistake("max_pool", fails="test_max_pool_leaves_its_input_alone")
def clears_what_is_left_over(X, size, stride):
    """Writes zeros over the rows that fill no window, in the caller's array."""
    X = np.asarray(X, dtype=np.float64)
    rows = (X.shape[2] - size) // stride + 1
    Y = sliding_window_view(X, (size, size), axis=(2, 3))[:, :, ::stride, ::stride].max(axis=(4, 5))
    X[:, :, (rows - 1) * stride + size :] = 0.0
    return Y


# ---- conv_layer_backward -----------------------------------------------------------------------------------------


def right_gradients(dY, X, W):
    """Return the right gradients; the mistakes below deviate from them in one place each."""
    dY, X, W = (np.asarray(part, dtype=np.float64) for part in (dY, X, W))
    dX, dW = np.zeros(X.shape), np.zeros(W.shape)
    for u, v in np.ndindex(W.shape[2:]):
        seen = np.s_[:, :, u : u + dY.shape[2], v : v + dY.shape[3]]
        dX[seen] += np.einsum("nfij,fc->ncij", dY, W[:, :, u, v])
        dW[:, :, u, v] = np.einsum("nfij,ncij->fc", dY, X[seen])
    return dX, dW, dY.sum(axis=(0, 2, 3))


@mistake(
    "conv_layer_backward",
    fails=all_but(
        CONV_LAYER_BACKWARD,
        "test_conv_layer_backward_is_adjoint_in_the_filters test_conv_layer_backward_is_adjoint_in_the_biases",
    ),
)
def correlates_on_the_way_back(dY, X, W):
    """Uses the wrong one of flipped and unflipped filters for dX, which goes unnoticed if they are symmetric."""
    _, dW, db = right_gradients(dY, X, W)
    dX, _, _ = right_gradients(dY, X, np.asarray(W)[:, :, ::-1, ::-1])
    return dX, dW, db


@mistake(
    "conv_layer_backward",
    fails=all_but(
        CONV_LAYER_BACKWARD,
        "test_conv_layer_backward_is_adjoint_in_the_images test_conv_layer_backward_is_adjoint_in_the_biases",
    ),
)
def flips_the_weight_gradient(dY, X, W):
    """Flips dW, as if the layer had flipped its filters."""
    dX, dW, db = right_gradients(dY, X, W)
    return dX, dW[:, :, ::-1, ::-1], db


@mistake(
    "conv_layer_backward",
    fails=all_but(
        CONV_LAYER_BACKWARD,
        "test_conv_layer_backward_is_adjoint_in_the_images test_conv_layer_backward_is_adjoint_in_the_filters",
    ),
)
def mean_for_the_bias(dY, X, W):
    """Takes the mean of dY over images and places for db."""
    dX, dW, _ = right_gradients(dY, X, W)
    return dX, dW, np.asarray(dY, dtype=np.float64).mean(axis=(0, 2, 3))


@mistake("conv_layer_backward", fails=all_but(CONV_LAYER_BACKWARD, "test_conv_layer_backward_is_adjoint_in_the_images"))
def divides_by_the_batch(dY, X, W):
    """Divides dW and db by the number of images, although the loss has taken its mean already."""
    dX, dW, db = right_gradients(dY, X, W)
    return dX, dW / len(dY), db / len(dY)


@mistake(
    "conv_layer_backward",
    fails=all_but(
        CONV_LAYER_BACKWARD,
        "test_conv_layer_backward_is_adjoint_in_the_filters test_conv_layer_backward_is_adjoint_in_the_biases",
    ),
)
def valid_for_full(dY, X, W):
    """Convolves dY only where the filter fits and leaves the border of dX at 0."""
    dX, dW, db = right_gradients(dY, X, W)
    kh, kw = np.shape(W)[2:]
    inner = np.zeros_like(dX)
    kept = np.s_[:, :, kh - 1 : dX.shape[2] - kh + 1, kw - 1 : dX.shape[3] - kw + 1]
    inner[kept] = dX[kept]
    return inner, dW, db


@mistake(
    "conv_layer_backward",
    fails=all_but(
        CONV_LAYER_BACKWARD,
        "test_conv_layer_backward_is_adjoint_in_the_filters test_conv_layer_backward_is_adjoint_in_the_biases",
    ),
)
def assigns_for_adds(dY, X, W):
    """Writes = for += where patches overlap, so each pixel remembers its last weight only."""
    _, dW, db = right_gradients(dY, X, W)
    dY, W = np.asarray(dY, dtype=np.float64), np.asarray(W, dtype=np.float64)
    dX = np.zeros(np.shape(X))
    for u, v in np.ndindex(W.shape[2:]):
        dX[:, :, u : u + dY.shape[2], v : v + dY.shape[3]] = np.einsum("nfij,fc->ncij", dY, W[:, :, u, v])
    return dX, dW, db


@mistake(
    "conv_layer_backward",
    fails="test_conv_layer_backward_answers_integers_and_lists_in_float64 test_conv_layer_backward_of_extreme_sizes",
)
def crops_by_negative_indices(dY, X, W):
    """Crops a full array at [k-1:-(k-1)], which is empty for a kernel of one pixel."""
    dX, dW, db = right_gradients(dY, X, W)
    kh, kw = np.shape(W)[2:]
    framed = np.pad(dX, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    return framed[:, :, kh - 1 : -(kh - 1), kw - 1 : -(kw - 1)], dW, db


@mistake(
    "conv_layer_backward",
    fails=all_but(
        CONV_LAYER_BACKWARD,
        "test_conv_layer_backward_is_adjoint_in_the_images test_conv_layer_backward_is_adjoint_in_the_biases",
    ),
)
def last_image_only(dY, X, W):
    """Overwrites dW for each image instead of adding up."""
    dX, _, db = right_gradients(dY, X, W)
    _, dW, _ = right_gradients(np.asarray(dY)[-1:], np.asarray(X)[-1:], W)
    return dX, dW, db


@mistake("conv_layer_backward", fails="test_conv_layer_backward_answers_integers_and_lists_in_float64")
def gradients_in_the_dtype_of_the_inputs(dY, X, W):
    """Collects dX and dW in arrays like X and W, which truncates integers."""
    dX, dW, db = right_gradients(dY, X, W)
    return dX.astype(np.asarray(X).dtype), dW.astype(np.asarray(W).dtype), db


@mistake("conv_layer_backward", fails=CONV_LAYER_BACKWARD)
def returns_the_weights_first(dY, X, W):
    """Returns dW before dX."""
    dX, dW, db = right_gradients(dY, X, W)
    return dW, dX, db


@mistake("conv_layer_backward", fails="test_conv_layer_backward_leaves_its_inputs_alone")
def collects_in_the_images(dY, X, W):
    """Writes dX over the caller's X to save memory."""
    dX, dW, db = right_gradients(dY, X, W)
    if isinstance(X, np.ndarray):
        X[:] = dX.astype(X.dtype)
    return dX, dW, db


@mistake("conv_layer_backward", fails=CONV_LAYER_BACKWARD)
def bias_as_a_column(dY, X, W):
    """Keeps the summed axes of db, so its shape is (1, F, 1, 1)."""
    dX, dW, db = right_gradients(dY, X, W)
    return dX, dW, db.reshape(1, -1, 1, 1)


# ---- capstone_features -------------------------------------------------------------------------------------------


def edge_features(X, pad=1, take=8, relu=True, pooled=2):
    """Return the features of the solution, or with other settings."""
    edge, corner = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]
    filters = (
        np.stack([np.rot90(np.array(f, dtype=float), turns) for turns in range(4) for f in (edge, corner)])[:take] / 4
    )
    framed = np.pad(np.asarray(X)[:, 0], ((0, 0), (pad, pad), (pad, pad)))
    maps = np.einsum("nijuv,fuv->nfij", sliding_window_view(framed, (3, 3), axis=(1, 2)), filters)
    maps = np.maximum(maps, 0.0) if relu else maps
    return pool(maps, pooled, pooled).reshape(len(X), -1)


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def plain_pixels(X):
    """Hands over the pixels: good on clean images, lost when they move."""
    return X.reshape(len(X), -1)


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def pools_everything(X):
    """Pools each map to a single number: nothing is left of where the edges are."""
    return edge_features(X, pooled=8)


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def linear_features(X):
    """Leaves out relu and pooling: what remains is linear, and the classifier could have done it by itself."""
    return edge_features(X, relu=False, pooled=1)


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def two_directions(X):
    """Looks for edges in two of the eight directions only."""
    return edge_features(X, take=2)


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def too_many_features(X):
    """Adds products of features until there are more than 512."""
    F = edge_features(X)
    return np.hstack([F, F**2, np.sqrt(F), F**3, np.cbrt(F)])


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def standardised_by_the_batch(X):
    """Subtracts the batch's mean and divides by its deviation, so an image's features depend on its neighbours."""
    F = edge_features(X)
    return (F - F.mean(axis=0)) / (F.std(axis=0) + 1e-6)


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def fresh_random_filters(X):
    """Draws new random filters in every call, so the same image gets other features each time."""
    filters = np.random.default_rng().standard_normal((20, 3, 3))
    windows = sliding_window_view(np.pad(X[:, 0], ((0, 0), (1, 1), (1, 1))), (3, 3), axis=(1, 2))
    return pool(np.einsum("nijuv,fuv->nfij", windows, filters), 2, 2).reshape(len(X), -1)


@mistake("capstone_features", fails=CAPSTONE_FEATURES)
def one_list_of_features(X):
    """Runs all images together in one long vector."""
    return edge_features(X).ravel()
