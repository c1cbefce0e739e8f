"""Hidden tests: convolutional networks.

Flips, origins, strides, paddings and sums over channels each have a case that nothing else passes by luck. What must
be exact on paper is tested on whole numbers, where it is exact in floating point too, up to the rounding of an FFT.
Shapes, dtypes and purity are looked at on right answers only.
"""

from pathlib import Path

import numpy as np

import reference.cnn as ref
from autograder.testing import (
    agree,
    between,
    cases,
    draw,
    finite,
    grades,
    integers,
    normal,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"


# ---- inputs ------------------------------------------------------------------------------------------------------


def whole(*shape):
    """Draw whole numbers from -9 to 9, none of them zero, as float64."""
    return draw(lambda rng: rng.integers(1, 10, shape) * rng.choice([-1.0, 1.0], shape))


def on_background(*shape, size):
    """Draw images that are zero but for a block of whole numbers, ``size`` high and wide, 3 pixels from the corner."""

    def make(rng):
        images = np.zeros(shape)
        images[..., 3 : 3 + size, 3 : 3 + size] = whole(*shape[:-2], size, size).make(rng)
        return images

    return draw(make)


def layer(N, C, H, W, F, kh, kw, *more):
    """Draw a batch (N, C, H, W), filters (F, C, kh, kw) and biases (F,), not centred; ``more`` follows as it is."""

    def make(rng):
        X = 0.3 + 1.5 * rng.standard_normal((N, C, H, W))
        return X, rng.standard_normal((F, C, kh, kw)) - 0.2, 2.0 + 3.0 * rng.standard_normal(F), *more

    return draw(make)


def with_gradient(N, C, H, W, F, kh, kw):
    """Draw dY, X, W of a layer with stride 1 and no padding, and five directions for X, W and b."""

    def make(rng):
        X, filters, _ = layer(N, C, H, W, F, kh, kw).make(rng)
        dY = 0.4 + rng.standard_normal((N, F, H - kh + 1, W - kw + 1))
        shapes = (X.shape, filters.shape, (F,))
        return dY, X, filters, [tuple(rng.standard_normal(shape) for shape in shapes) for _ in range(5)]

    return draw(make)


def shift(images, rows, columns):
    """Move images down and to the right; what leaves on one side comes back on the other."""
    return np.roll(images, (rows, columns), axis=(-2, -1))


def applied(A, v):
    """Return A @ v for a matrix that a student answered, in its precision; overflow shows as inf or nan."""
    with np.errstate(all="ignore"):
        return (A @ v).astype(np.result_type(A, np.float32))


def inner(answer, direction):
    """Return the sum of all products of an answer and a direction, in the answer's precision, likewise."""
    return applied(answer.reshape(1, -1), direction.ravel())[0]


def correlate(x, k):
    """Return the valid cross-correlation of an image with a kernel."""
    return ref.convolve2d(x, np.asarray(k)[::-1, ::-1])


# ---- convolve1d --------------------------------------------------------------------------------------------------


@grades("convolve1d", points=3, hint="In every product of h_k the two indices sum to k.")
@cases(
    "f g",
    long_and_short=(normal("m"), normal("d")),
    short_and_long=(normal("d"), normal("n", shift=1.0)),
    equal_lengths=(normal("k"), normal("k")),
)
def test_convolve1d_sums_the_products(student, f, g):
    """Entry k of the answer is the sum of all f_i g_j with i + j = k."""
    agree(student.convolve1d(f, g), ref.convolve1d(f, g), name="f * g")


@grades("convolve1d", points=1.5, hint="Which power of t do f_i t^i and g_j t^j make together?")
@cases("f g", cubic_and_quadratic=(normal("k"), normal("d")), linear_and_sextic=(normal("2"), normal("m")))
def test_convolve1d_multiplies_polynomials(student, f, g):
    """With f and g as the coefficients of two polynomials, the answer holds those of the product."""
    h = finite(shaped(student.convolve1d(f, g), (len(f) + len(g) - 1,), name="f * g"), name="f * g")
    t = np.linspace(-1.2, 1.2, 25)
    powers = t[:, None] ** np.arange(len(h))
    values = applied(h[None, :], powers.T)[0]
    agree(values, (powers[:, : len(f)] @ f) * (powers[:, : len(g)] @ g), name="values of the product", condition=10)


@grades("convolve1d", points=1.5, hint="Nothing in the formula prefers the longer sequence, or the first one.")
@cases("f g", typical=(normal("m"), normal("d")), equal_lengths=(normal("k"), normal("k", shift=2.0)))
def test_convolve1d_is_commutative(student, f, g):
    """f * g and g * f are the same right sequence, and its sum is the product of the two sums."""
    one = agree(student.convolve1d(f, g), ref.convolve1d(f, g), name="f * g")
    other = agree(student.convolve1d(g, f), ref.convolve1d(f, g), name="g * f")
    agree(one.sum(), f.sum() * g.sum(), name="the sum of f * g", condition=10)
    agree(other.sum(), f.sum() * g.sum(), name="the sum of g * f", condition=10)


@grades("convolve1d", points=1, hint="Convert both to float64, and collect the sums in a float64 array.")
@cases(
    "f g",
    integer_arrays=(integers("m", -9, 10), np.array([3, -1, 4])),
    one_integer=(np.array([1, -3, 2]), np.array([2])),
    lists=([1, -2, 3, 5], [2, 7]),
    integers_and_halves=(np.array([1, 2, -3]), np.array([0.5, 0.25])),
)
def test_convolve1d_answers_integers_and_lists_in_float64(student, f, g):
    """Integer arrays and lists give the right sequence in a float64 array."""
    expected = ref.convolve1d(f, g)
    agree(shaped(student.convolve1d(f, g), expected.shape, name="f * g", dtype="float64"), expected, name="f * g")


@grades("convolve1d", points=1, hint="`+=` on a slice of an argument writes into the caller's array.")
@cases("f g", typical=(normal("n"), normal("d")), one_entry=(normal("1"), normal("k")))
def test_convolve1d_leaves_its_inputs_alone(student, f, g):
    """The right sequence, and f and g are the same after the call."""
    agree(unchanged(student.convolve1d, f, g), ref.convolve1d(f, g), name="f * g")


@grades("convolve1d", points=1, hint="The sequence that is 1 at place s and 0 elsewhere moves f by s places.")
@cases("f s", neutral=(normal("n"), 0), one_place=(normal("n"), 1), far=(normal("d"), 6))
def test_convolve1d_with_a_point_shifts(student, f, s):
    """Convolving with a single 1 at place s puts s zeros in front of f."""
    point = np.zeros(s + 1)
    point[s] = 1.0
    agree(student.convolve1d(f, point), np.concatenate([np.zeros(s), f]), name="f * point")


@grades("convolve1d", points=1, hint="What if one of the sequences has a single entry, or is much longer?")
@cases(
    "f g",
    two_numbers=(normal("1"), normal("1")),
    number_first=(normal("1"), normal("n")),
    number_last=(normal("n"), normal("1")),
    much_longer=(normal("40"), normal("2")),
    much_shorter=(normal("d"), normal("40")),
    zeros_at_the_end=(np.array([1.0, 0.0]), np.array([2.0, -1.0, 0.0, 0.0])),
    large_numbers=(whole(5), draw(lambda rng: 1e4 * rng.integers(1, 10, 4) * np.array([1.0, -1.0, -1.0, 1.0]))),
)
def test_convolve1d_of_any_lengths(student, f, g):
    """One entry, or many more on one side, is a case like any other."""
    terms = max(
        1.0, np.sum(np.abs(f)) * np.max(np.abs(g))
    )  # where they cancel, a Fourier transform leaves their rounding
    agree(student.convolve1d(f, g), ref.convolve1d(f, g), name="f * g", atol=1e-10 * terms)


# ---- convolve2d --------------------------------------------------------------------------------------------------


@grades(
    "convolve2d", points=3, hint="Reverse the rows of the kernel and its columns, then multiply and sum patch by patch."
)
@cases(
    "x k",
    all_sizes_different=(normal("7 9"), normal("3 2")),
    wide_kernel=(normal("6 8", shift=1.0), normal("2 5")),
    square_kernel=(normal("6 5"), normal("3 3")),
    all_square=(normal("5 5"), normal("2 2", shift=-1.0)),
)
def test_convolve2d_sums_over_flipped_patches(student, x, k):
    """Each entry is the sum of a patch times the kernel flipped in both directions."""
    agree(student.convolve2d(x, k), ref.convolve2d(x, k), name="y")


@grades("convolve2d", points=2, hint="A convolution stamps a copy of the kernel wherever the image has a point.")
@cases(
    "k",
    nine_numbers=np.arange(9.0).reshape(3, 3),
    wide=whole(2, 4),
    tall=whole(4, 3),
)
def test_convolve2d_of_a_point_is_the_kernel(student, k):
    """An image that is 1 at one pixel and 0 elsewhere gives the kernel itself, not turned or mirrored."""
    kh, kw = k.shape
    point = np.zeros((2 * kh - 1, 2 * kw - 1))
    point[kh - 1, kw - 1] = 1.0
    agree(student.convolve2d(point, k), k, name="y")


@grades("convolve2d", points=1.5, hint="The same weights at every place: what happens here happens there too.")
@cases(
    "x k",
    tall_kernel=(on_background(13, 12, size=4), whole(3, 2)),
    square_kernel=(on_background(12, 14, size=3), whole(3, 3)),
)
def test_convolve2d_moves_with_the_image(student, x, k):
    """If the picture moves on a background of zeros, the answer moves with it and does not change otherwise."""
    still = ref.convolve2d(x, k)
    for rows, columns in [(0, 0), (1, 0), (0, 1), (3, 2), (-1, 4)]:
        moved = student.convolve2d(shift(x, rows, columns), k)
        agree(moved, shift(still, rows, columns), name=f"y of the image moved by ({rows}, {columns})")


@grades("convolve2d", points=1, hint="Convert both to float64, and collect the sums in a float64 array.")
@cases(
    "x k",
    integer_arrays=(integers("n k", -9, 10), np.array([[1, -2, 3], [4, 0, 7]])),
    lists=([[1, 2, 3], [4, 5, -6], [7, 8, 0]], [[1, 0], [2, -3]]),
    integers_and_halves=(integers("5 6", -9, 10), np.array([[0.5, 0.25], [-1.5, 0.125]])),
)
def test_convolve2d_answers_integers_and_lists_in_float64(student, x, k):
    """Integer arrays and nested lists give the right answer in a float64 array."""
    expected = ref.convolve2d(x, k)
    agree(shaped(student.convolve2d(x, k), expected.shape, name="y", dtype="float64"), expected, name="y")


@grades("convolve2d", points=1, hint="Flip a copy, or a view that you do not write into.")
@cases("x k", typical=(normal("6 7"), normal("3 2")), square=(normal("4 4"), normal("3 3")))
def test_convolve2d_leaves_its_inputs_alone(student, x, k):
    """The right answer, and image and kernel are the same after the call."""
    agree(unchanged(student.convolve2d, x, k), ref.convolve2d(x, k), name="y")


@grades("convolve2d", points=1.5, hint="Count the places where the kernel fits: H - kh + 1 times W - kw + 1.")
@cases(
    "x k",
    kernel_of_the_image_size=(normal("4 3"), normal("4 3")),
    as_high_as_the_image=(normal("3 6"), normal("3 2")),
    as_wide_as_the_image=(normal("6 3"), normal("2 3")),
    one_row=(normal("1 7"), normal("1 3")),
    one_column=(normal("7 1"), normal("3 1")),
    row_kernel=(normal("5 6"), normal("1 4")),
    column_kernel=(normal("6 5"), normal("4 1")),
    one_pixel_kernel=(normal("3 5"), normal("1 1")),
    one_pixel=(normal("1 1"), normal("1 1")),
)
def test_convolve2d_of_extreme_sizes(student, x, k):
    """Kernels of one pixel, one row, one column or the size of the image are cases like any other."""
    agree(student.convolve2d(x, k), ref.convolve2d(x, k), name="y")


# ---- circular_convolve2d -----------------------------------------------------------------------------------------


@grades("circular_convolve2d", points=2.5, hint="(i - u) % H is never negative in Python and in NumPy.")
@cases(
    "x k",
    all_sizes_different=(normal("7 9"), normal("3 2")),
    wide_kernel=(normal("6 5", shift=1.0), normal("2 4")),
    square=(normal("5 5"), normal("3 3", shift=-1.0)),
)
def test_circular_convolve2d_sums_around_the_torus(student, x, k):
    """Each entry is the sum of k[u, v] times the pixel u rows up and v columns to the left, across the border."""
    agree(student.circular_convolve2d(x, k), ref.circular_convolve2d(x, k), name="y")


@grades(
    "circular_convolve2d",
    points=2,
    hint="Is k[0, 0] your kernel's origin, or its middle? And which way does the image move?",
)
@cases(
    "x u v", origin=(whole(5, 4), 0, 0), down=(whole(5, 4), 2, 0), right=(whole(3, 6), 0, 1), both=(whole(4, 6), 1, 3)
)
def test_circular_convolve2d_with_a_point_moves_the_image(student, x, u, v):
    """A kernel that is 1 at (u, v) and 0 elsewhere moves the image u pixels down and v to the right."""
    point = np.zeros((u + 1, v + 1))
    point[u, v] = 1.0
    agree(student.circular_convolve2d(x, point), shift(x, u, v), name="y")


@grades(
    "circular_convolve2d", points=1.5, hint="What enters at one border must be what left at the opposite one, not zero."
)
@cases("x k", wide=(whole(3, 4), whole(2, 3)), square=(whole(4, 4), whole(3, 3)))
def test_circular_convolve2d_commutes_with_every_shift(student, x, k):
    """Moving the image around the torus, by whatever distance, moves the answer by the same distance."""
    still = ref.circular_convolve2d(x, k)
    for rows, columns in np.ndindex(x.shape):
        moved = student.circular_convolve2d(shift(x, rows, columns), k)
        agree(moved, shift(still, rows, columns), name=f"y of the image moved by ({rows}, {columns})")


@grades("circular_convolve2d", points=1, hint="Convert both to float64, and collect the sums in a float64 array.")
@cases(
    "x k",
    integer_arrays=(integers("n k", -9, 10), np.array([[1, -2, 3], [4, 0, 7]])),
    lists=([[1, 2, 3], [4, 5, -6]], [[1, 0], [2, -3]]),
    integers_and_halves=(integers("4 5", -9, 10), np.array([[0.5, 0.25], [-1.5, 0.125]])),
)
def test_circular_convolve2d_answers_integers_and_lists_in_float64(student, x, k):
    """Integer arrays and nested lists give the right answer in a float64 array."""
    expected = ref.circular_convolve2d(x, k)
    agree(shaped(student.circular_convolve2d(x, k), expected.shape, name="y", dtype="float64"), expected, name="y")


@grades("circular_convolve2d", points=1, hint="Sum into a new array, not into the image.")
@cases("x k", typical=(normal("6 7"), normal("3 2")), square=(normal("4 4"), normal("3 3")))
def test_circular_convolve2d_leaves_its_inputs_alone(student, x, k):
    """The right answer, and image and kernel are the same after the call."""
    agree(unchanged(student.circular_convolve2d, x, k), ref.circular_convolve2d(x, k), name="y")


@grades("circular_convolve2d", points=2, hint="The answer has the size of the image, whatever the size of the kernel.")
@cases(
    "x k",
    kernel_of_the_image_size=(normal("4 3"), normal("4 3")),
    one_row=(normal("1 7"), normal("1 3")),
    one_column=(normal("6 1"), normal("4 1")),
    one_pixel_kernel=(normal("3 5"), normal("1 1")),
    one_pixel=(normal("1 1"), normal("1 1")),
)
def test_circular_convolve2d_of_extreme_sizes(student, x, k):
    """A kernel as large as the image, a single row, a single pixel: cases like any other."""
    value = agree(student.circular_convolve2d(x, k), ref.circular_convolve2d(x, k), name="y")
    agree(value.sum(), x.sum() * k.sum(), name="the sum of y", condition=10)


# ---- feature_scores ----------------------------------------------------------------------------------------------


@grades("feature_scores", points=2.5, hint="Divide by the length of this patch, and by that of the pattern.")
@cases(
    "x pattern",
    all_sizes_different=(normal("7 9"), normal("3 2")),
    off_centre=(normal("6 8", shift=2.0), normal("2 4", shift=1.0)),
    all_square=(normal("5 5", scale=30.0), normal("3 3")),
)
def test_feature_scores_are_cosines(student, x, pattern):
    """Each score is the inner product of patch and pattern, divided by both of their lengths."""
    agree(student.feature_scores(x, pattern), ref.feature_scores(x, pattern), name="scores")


def planted(H, W, kh, kw):
    """Draw an image with a small, a large and a negative multiple of a pattern at three places of a noisy ground."""

    def make(rng):
        x, pattern = rng.standard_normal((H, W)), 0.5 + rng.standard_normal((kh, kw))
        places = [(0, 0), (H - kh, 0), (0, W - kw)]
        for (i, j), factor in zip(places, (0.2, 7.0, -3.0), strict=True):
            x[i : i + kh, j : j + kw] = factor * pattern
        return x, pattern, places

    return draw(make)


@grades("feature_scores", points=1.5, hint="The score of c times the pattern is 1 for every c > 0.")
@cases("x pattern places", tall=planted(9, 8, 3, 2), square=planted(8, 8, 3, 3))
def test_feature_scores_are_one_where_the_pattern_is(student, x, pattern, places):
    """All scores are between -1 and 1; copies of the pattern, faint or bright, score 1, and its negative scores -1."""
    expected = ref.feature_scores(x, pattern)
    scores = between(shaped(student.feature_scores(x, pattern), expected.shape), -1, 1, name="scores", slack=1e-6)
    agree([scores[place] for place in places], [1.0, 1.0, -1.0], name="scores at the copies", rtol=0, atol=1e-9)


def bright_square(H, W, kh, kw):
    """Draw an image with a faint pattern at a random place of the left part and a bright even square on the right."""

    def make(rng):
        pattern = rng.permutation(np.arange(1.0, kh * kw + 1)).reshape(kh, kw)
        place = (int(rng.integers(0, H - kh + 1)), int(rng.integers(0, 3)))
        x = np.zeros((H, W))
        x[place[0] : place[0] + kh, place[1] : place[1] + kw] = 0.5 * pattern
        x[1 : 1 + kh, W - kw :] = 20.0
        return x, pattern, place

    return draw(make)


@grades(
    "feature_scores",
    points=1,
    hint="A raw sum of products is largest where the image is brightest. That is not the question.",
)
@cases("x pattern place", two_by_three=bright_square(7, 11, 2, 3), three_by_three=bright_square(8, 12, 3, 3))
def test_feature_scores_are_not_won_by_brightness(student, x, pattern, place):
    """A faint copy of the pattern gets the highest score, and a bright patch of another form does not."""
    expected = ref.feature_scores(x, pattern)
    scores = finite(shaped(student.feature_scores(x, pattern), expected.shape, name="scores"), name="scores")
    agree(list(np.unravel_index(np.argmax(scores), scores.shape)), list(place), name="the place of the highest score")
    agree(scores.max(), 1.0, name="the highest score")


@grades("feature_scores", points=1, hint="Twice the light doubles the patch and its length.")
@cases(
    "x pattern c",
    brighter=(normal("6 7", shift=1.0), normal("2 3"), 40.0),
    darker=(normal("5 5", shift=-1.0), normal("3 3"), 0.05),
)
def test_feature_scores_do_not_feel_contrast(student, x, pattern, c):
    """Multiplying the image or the pattern by c > 0 changes no score."""
    expected = ref.feature_scores(x, pattern)
    agree(student.feature_scores(c * x, pattern), expected, name="scores of c x")
    agree(student.feature_scores(x, c * pattern), expected, name="scores with c times the pattern")


@grades("feature_scores", points=1, hint="Nothing but the patch itself may enter its score.")
@cases(
    "x pattern", tall=(on_background(12, 11, size=4), whole(3, 2)), square=(on_background(13, 13, size=3), whole(3, 3))
)
def test_feature_scores_move_with_the_image(student, x, pattern):
    """If the picture moves on a background of zeros, the scores move with it and the highest one stays the same."""
    still = ref.feature_scores(x, pattern)
    for rows, columns in [(0, 0), (1, 0), (0, 2), (3, 3), (-1, 1)]:
        name = f"scores of the image moved by ({rows}, {columns})"
        moved = agree(student.feature_scores(shift(x, rows, columns), pattern), shift(still, rows, columns), name=name)
        agree(moved.max(), still.max(), name="the highest score")


@grades("feature_scores", points=1, hint="Convert both to float64 first.")
@cases(
    "x pattern",
    integer_arrays=(draw(lambda rng: rng.integers(-9, 0, (5, 6))), np.array([[1, -2, 3], [4, 0, 7]])),
    lists=([[1, 2, 3], [4, 5, -6], [7, 8, 1]], [[1, 0], [2, -3]]),
    whole_image=(draw(lambda rng: rng.integers(1, 200, (6, 5))), normal("2 3")),
)
def test_feature_scores_answers_integers_and_lists_in_float64(student, x, pattern):
    """Integer arrays and nested lists give the right scores in a float64 array."""
    expected = ref.feature_scores(x, pattern)
    agree(
        shaped(student.feature_scores(x, pattern), expected.shape, name="scores", dtype="float64"),
        expected,
        name="scores",
    )


@grades("feature_scores", points=1, hint="`pattern /= ...` writes into the caller's array.")
@cases("x pattern", typical=(normal("6 7"), normal("3 2")), square=(normal("4 4"), normal("3 3")))
def test_feature_scores_leaves_its_inputs_alone(student, x, pattern):
    """The right scores, and image and pattern are the same after the call."""
    agree(unchanged(student.feature_scores, x, pattern), ref.feature_scores(x, pattern), name="scores")


@grades("feature_scores", points=1, hint="0 / 0 is nan. What does the text say about a patch of zeros?")
@cases(
    "x pattern",
    half_empty=(on_background(9, 10, size=3), whole(2, 3)),
    all_zero=(np.zeros((4, 5)), normal("3 2")),
    pattern_of_the_image_size=(whole(3, 4), whole(3, 4)),
    one_pixel_pattern=(on_background(8, 7, size=2), whole(1, 1)),
    empty_pixel=(np.zeros((1, 1)), np.array([[-2.0]])),
)
def test_feature_scores_of_empty_patches_and_extreme_sizes(student, x, pattern):
    """A patch of zeros scores 0; patterns of one pixel or of the size of the image are cases like any other."""
    agree(student.feature_scores(x, pattern), ref.feature_scores(x, pattern), name="scores")


# ---- conv_matrix -------------------------------------------------------------------------------------------------


def valid_matrix(M, k, H, W):
    """Return M without nan and inf, once its shape is right."""
    kh, kw = k.shape
    return finite(shaped(M, ((H - kh + 1) * (W - kw + 1), H * W), name="M"), name="M")


@grades(
    "conv_matrix", points=3, hint="Row i (W - kw + 1) + j of M belongs to place (i, j), column p W + q to pixel (p, q)."
)
@cases(
    "k x",
    all_sizes_different=(normal("3 2"), normal("5 7")),
    tall_image=(normal("2 3"), normal("6 4", shift=1.0)),
    all_square=(normal("2 2"), normal("4 4")),
)
def test_conv_matrix_computes_the_cross_correlation(student, k, x):
    """M times the image, read row by row, is its cross-correlation with the kernel, read row by row."""
    M = valid_matrix(student.conv_matrix(k, *x.shape), k, *x.shape)
    agree(applied(M, x.ravel()), correlate(x, k).ravel(), name="M vec(x)", condition=10)


@grades("conv_matrix", points=1.5, hint="Column p W + q of M says where pixel (p, q) goes, and with which weights.")
@cases(
    "k y",
    wide=(normal("2 3"), normal("3 4")),
    tall=(normal("3 1"), normal("2 5")),
    square=(normal("2 2"), normal("3 3")),
)
def test_conv_matrix_transposed_is_the_full_convolution(student, k, y):
    """The transpose of M spreads every entry of y over the pixels it came from: the full convolution with k."""
    H, W = y.shape[0] + k.shape[0] - 1, y.shape[1] + k.shape[1] - 1
    M = valid_matrix(student.conv_matrix(k, H, W), k, H, W)
    full = np.zeros((H, W))
    for (i, j), value in np.ndenumerate(y):
        full[i : i + k.shape[0], j : j + k.shape[1]] += value * k
    agree(applied(M.T, y.ravel()), full.ravel(), name="M^T vec(y)", condition=10)


@grades(
    "conv_matrix", points=1.5, hint="Every row holds the same kh kw weights, in the order in which the kernel is read."
)
@cases("k H W", wide=(whole(2, 3), 4, 7), tall=(whole(3, 2), 6, 5), square=(whole(3, 3), 5, 5))
def test_conv_matrix_shares_its_weights(student, k, H, W):
    """Every row holds the weights of the kernel, once each and in order, and is zero otherwise."""
    M = valid_matrix(student.conv_matrix(k, H, W), k, H, W)
    agree(np.count_nonzero(M, axis=1), np.full(len(M), k.size), name="the number of nonzeros in each row")
    agree(np.stack([row[row != 0] for row in M]), np.tile(k.ravel(), (len(M), 1)), name="the nonzeros of M")


@grades("conv_matrix", points=1, hint="The kernel does not run on from the end of one row of the image to the next.")
@cases("k H W", wide=(whole(2, 3), 3, 6), tall=(whole(2, 2), 5, 3), square=(whole(2, 3), 4, 4))
def test_conv_matrix_does_not_wrap_around_the_border(student, k, H, W):
    """Pixels of the last column meet the last column of the kernel only, and those of the first the first."""
    M = valid_matrix(student.conv_matrix(k, H, W), k, H, W)
    expected = ref.conv_matrix(k, H, W)
    last, first = np.arange(H) * W + W - 1, np.arange(H) * W
    agree(M[:, last], expected[:, last], name="the columns of M for the last pixels of the rows")
    agree(M[:, first], expected[:, first], name="the columns of M for the first pixels of the rows")


@grades("conv_matrix", points=1, hint="np.zeros is float64; np.zeros_like(k) has the dtype of k.")
@cases("k H W", integer_array=(np.array([[1, -2, 3], [4, 5, 7]]), 4, 5), nested_list=([[1, 0], [2, -3]], 3, 4))
def test_conv_matrix_answers_integers_and_lists_in_float64(student, k, H, W):
    """A kernel of integers or a nested list gives the right matrix in float64."""
    expected = ref.conv_matrix(k, H, W)
    agree(shaped(student.conv_matrix(k, H, W), expected.shape, name="M", dtype="float64"), expected, name="M")


@grades("conv_matrix", points=1, hint="Build a new array; leave the kernel as it is.")
@cases("k H W", typical=(normal("2 3"), 4, 6), square=(normal("3 3"), 4, 4))
def test_conv_matrix_leaves_its_input_alone(student, k, H, W):
    """The right matrix, and the kernel is the same after the call."""
    agree(unchanged(student.conv_matrix, k, H, W), ref.conv_matrix(k, H, W), name="M")


@grades("conv_matrix", points=1, hint="A kernel of one pixel multiplies; a kernel of the image's size leaves one row.")
@cases(
    "k H W",
    one_pixel_kernel=(normal("1 1"), 3, 4),
    kernel_of_the_image_size=(normal("3 4"), 3, 4),
    row_kernel=(normal("1 3"), 2, 5),
    column_kernel=(normal("3 1"), 5, 2),
    one_row=(normal("1 2"), 1, 6),
    one_pixel=(normal("1 1"), 1, 1),
)
def test_conv_matrix_of_extreme_sizes(student, k, H, W):
    """Kernels of one pixel, one row, one column or the size of the image are cases like any other."""
    agree(student.conv_matrix(k, H, W), ref.conv_matrix(k, H, W), name="M")


# ---- conv_layer --------------------------------------------------------------------------------------------------


@grades(
    "conv_layer",
    points=3.5,
    hint="Patch times filter, not flipped; sum over channels, rows and columns; add the filter's bias.",
)
@cases(
    "X W b",
    all_sizes_different=layer(4, 3, 9, 8, 5, 3, 2),
    wide_kernel=layer(2, 4, 5, 7, 3, 2, 4),
    all_sizes_equal=layer(3, 3, 5, 5, 3, 3, 3),
    one_image=layer(1, 2, 6, 5, 4, 2, 3),
)
def test_conv_layer_correlates_with_every_filter(student, X, W, b):
    """With stride 1 and no padding, map f is the cross-correlation with filter f plus b_f."""
    agree(student.conv_layer(X, W, b), ref.conv_layer(X, W, b), name="Y", condition=10)


@grades(
    "conv_layer",
    points=1.5,
    hint="One filter looks at all channels at once, and its map is the sum of what it sees in them.",
)
@cases(
    "X W b",
    typical=layer(2, 5, 3, 4, 3, 1, 1),
    square=layer(4, 4, 4, 4, 4, 1, 1),
    one_filter=layer(2, 3, 4, 5, 1, 1, 1),
)
def test_conv_layer_of_one_pixel_mixes_the_channels(student, X, W, b):
    """With kernels of one pixel the layer multiplies the channels of every pixel by a matrix."""
    mixed = np.einsum("fc,nchw->nfhw", W[:, :, 0, 0], X) + b[:, None, None]
    agree(student.conv_layer(X, W, b), mixed, name="Y", condition=10)


@grades("conv_layer", points=2, hint="The filter moves `stride` pixels at a time; its own weights stay neighbours.")
@cases(
    "X W b stride",
    every_second=layer(2, 3, 9, 8, 4, 3, 2, 2),
    every_third=layer(3, 2, 8, 9, 5, 2, 3, 3),
    square=layer(3, 3, 6, 6, 3, 3, 3, 2),
)
def test_conv_layer_takes_strides(student, X, W, b, stride):
    """Entry (i, j) of a map looks at the patch that starts at (i stride, j stride), as long as it fits."""
    agree(student.conv_layer(X, W, b, stride=stride), ref.conv_layer(X, W, b, stride), name="Y", condition=10)


@grades("conv_layer", points=2, hint="Zeros on all four sides, of the images only: not between the channels.")
@cases(
    "X W b stride pad",
    one=layer(2, 3, 7, 6, 4, 3, 2, 1, 1),
    one_and_every_second=layer(3, 2, 9, 8, 4, 3, 2, 2, 1),
    two_and_every_third=layer(2, 3, 8, 9, 5, 3, 2, 3, 2),
    square=layer(3, 3, 5, 5, 3, 3, 3, 1, 1),
)
def test_conv_layer_pads_with_zeros(student, X, W, b, stride, pad):
    """The images are framed by `pad` rows and columns of zeros on every side."""
    value = student.conv_layer(X, W, b, stride=stride, pad=pad)
    agree(value, ref.conv_layer(X, W, b, stride, pad), name="Y", condition=10)


@grades("conv_layer", points=1.5, hint="The same weights at every place: what happens here happens there too.")
@cases(
    "X W b stride",
    every_pixel=(on_background(2, 3, 13, 12, size=4), whole(4, 3, 3, 2), whole(4), 1),
    every_second=(on_background(3, 2, 14, 15, size=4), whole(4, 2, 3, 2), whole(4), 2),
    every_third=(on_background(1, 2, 15, 14, size=4), whole(3, 2, 2, 3), whole(3), 3),
)
def test_conv_layer_moves_with_the_image(student, X, W, b, stride):
    """If pictures on a background of zeros move by a multiple of the stride, the maps move by that many entries."""
    still = ref.conv_layer(X, W, b, stride, pad=1)
    for rows, columns in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        moved = student.conv_layer(shift(X, rows * stride, columns * stride), W, b, stride=stride, pad=1)
        agree(moved, shift(still, rows, columns), name=f"Y of images moved by ({rows}, {columns}) strides")


@grades("conv_layer", points=1.5, hint="b has one number per filter. Which axis of Y is that?")
@cases(
    "X W b c",
    as_many_filters_as_columns=(normal("2 3 6 7"), normal("5 3 3 3"), normal("5"), normal("5", scale=9.0)),
    as_many_filters_as_rows=(normal("2 3 6 7"), normal("4 3 3 3"), normal("4"), normal("4", scale=9.0)),
    as_many_filters_as_images=(normal("3 2 5 6"), normal("3 2 2 2"), normal("3"), normal("3", scale=9.0)),
)
def test_conv_layer_adds_one_bias_per_filter(student, X, W, b, c):
    """Adding c to the biases adds c_f to map f and nothing to the other maps."""
    expected = ref.conv_layer(X, W, b) + c[:, None, None]
    agree(student.conv_layer(X, W, b + c), expected, name="Y", condition=10)


@grades("conv_layer", points=1, hint="Convert X, W and b to float64 first.")
@cases(
    "X W b",
    integer_arrays=(integers("2 3 5 6", -5, 6), integers("4 3 2 3", -5, 6), integers("4", 1, 9)),
    integers_and_halves=(integers("1 2 4 5", -5, 6), normal("3 2 2 3"), normal("3")),
    lists=([[[[1, 2, 3], [4, 5, -6]]]], [[[[1, -2]]], [[[3, 0]]]], [1, -1]),
)
def test_conv_layer_answers_integers_and_lists_in_float64(student, X, W, b):
    """Integer arrays and nested lists give the right maps in a float64 array."""
    expected = ref.conv_layer(X, W, b)
    agree(shaped(student.conv_layer(X, W, b), expected.shape, name="Y", dtype="float64"), expected, name="Y")


@grades("conv_layer", points=1, hint="Pad a copy; add the bias to your own array.")
@cases(
    "X W b stride pad",
    plain=layer(2, 3, 6, 5, 4, 2, 3, 1, 0),
    padded=layer(3, 2, 5, 6, 4, 3, 2, 2, 1),
    one_pixel_kernel=layer(2, 2, 3, 3, 2, 1, 1, 1, 0),
)
def test_conv_layer_leaves_its_inputs_alone(student, X, W, b, stride, pad):
    """The right maps, and X, W and b are the same after the call."""
    value = unchanged(student.conv_layer, X, W, b, stride, pad)
    agree(value, ref.conv_layer(X, W, b, stride, pad), name="Y", condition=10)


@grades("conv_layer", points=1, hint="floor((H + 2 pad - kh) / stride) + 1: put in the numbers of this case.")
@cases(
    "X W b stride pad",
    kernel_of_the_image_size=layer(2, 3, 4, 5, 3, 4, 5, 1, 0),
    kernel_larger_than_the_image=layer(2, 2, 3, 2, 4, 4, 5, 1, 2),
    stride_larger_than_the_kernel=layer(2, 3, 8, 9, 4, 2, 1, 3, 0),
    stride_larger_than_the_image=layer(3, 2, 4, 3, 2, 2, 2, 7, 0),
    one_pixel=layer(1, 1, 1, 1, 1, 1, 1, 1, 0),
)
def test_conv_layer_of_extreme_sizes(student, X, W, b, stride, pad):
    """Kernels that just fit, or fit the padded image only, and strides that leave gaps are cases like any other."""
    value = student.conv_layer(X, W, b, stride=stride, pad=pad)
    agree(value, ref.conv_layer(X, W, b, stride, pad), name="Y", condition=10)


# ---- max_pool ----------------------------------------------------------------------------------------------------


def scattered(*shape):
    """Draw numbers that are all different, 0.05 apart or more; in the first channel all are negative."""

    def make(rng):
        count = int(np.prod(shape))
        X = 0.05 * (rng.permutation(count).reshape(shape) - count / 2) + 0.01
        X[:, 0] -= 0.05 * count
        return X

    return draw(make)


def whole_scattered(*shape):
    """Draw integers from -9 to 9; in the first channel all are negative."""

    def make(rng):
        X = rng.integers(-9, 10, shape)
        X[:, 0] = rng.integers(-9, 0, X[:, 0].shape)
        return X

    return draw(make)


@grades("max_pool", points=2, hint="Each window is reduced to its largest entry, in each channel for itself.")
@cases(
    "X size",
    pairs=(scattered(2, 3, 8, 6), 2),
    triples=(scattered(3, 2, 6, 9), 3),
    square=(scattered(4, 4, 4, 4), 2),
)
def test_max_pool_takes_the_largest_of_each_window(student, X, size):
    """With the stride equal to the size, the windows tile the image and each gives its largest entry."""
    agree(student.max_pool(X, size, size), ref.max_pool(X, size, size), name="Y")


@grades("max_pool", points=2, hint="Window (i, j) starts at (i stride, j stride), whatever its size.")
@cases(
    "X size stride",
    three_by_two=(scattered(2, 3, 9, 8), 3, 2),
    three_by_one=(scattered(3, 2, 5, 6), 3, 1),
    four_by_three=(scattered(1, 2, 8, 9), 4, 3),
)
def test_max_pool_with_overlapping_windows(student, X, size, stride):
    """If the stride is smaller than the size, the windows overlap."""
    agree(student.max_pool(X, size, stride), ref.max_pool(X, size, stride), name="Y")


@grades("max_pool", points=1, hint="The floor rule: a window that does not fit is left out, so 7 pixels give 3 pairs.")
@cases(
    "X size stride",
    pairs=(scattered(2, 3, 7, 5), 2, 2),
    triples=(scattered(2, 2, 8, 7), 3, 3),
    overlap=(scattered(1, 3, 8, 6), 3, 2),
)
def test_max_pool_leaves_out_windows_that_do_not_fit(student, X, size, stride):
    """Rows and columns at the end that fill no window are ignored."""
    agree(student.max_pool(X, size, stride), ref.max_pool(X, size, stride), name="Y")


@grades("max_pool", points=1, hint="The maximum of -3 and -5 is -3. Where would a 0 come from?")
@cases(
    "X size stride",
    pairs=(draw(lambda rng: -rng.uniform(0.5, 9, (2, 3, 6, 8))), 2, 2),
    overlap=(draw(lambda rng: -rng.uniform(0.5, 9, (3, 2, 7, 5))), 3, 2),
    deep=(draw(lambda rng: -1e12 * rng.uniform(1, 9, (1, 2, 4, 4))), 2, 2),
)
def test_max_pool_of_negative_numbers(student, X, size, stride):
    """Where all entries are negative, the largest one is negative too."""
    agree(student.max_pool(X, size, stride), ref.max_pool(X, size, stride), name="Y")


@grades(
    "max_pool", points=1, hint="Only order matters to a maximum: an increasing function may act before or after it."
)
@cases("X", wide=scattered(2, 3, 4, 6), square=scattered(2, 2, 4, 4))
def test_max_pool_commutes_with_increasing_functions(student, X):
    """Pooling relu(X), or X mirrored within its windows, or a stretched X, gives what pooling X predicts."""
    Y = ref.max_pool(X, 2, 2)
    agree(student.max_pool(np.maximum(X, 0.0), 2, 2), np.maximum(Y, 0.0), name="pooled relu(X)")
    agree(student.max_pool(3.0 * X - 40.0, 2, 2), 3.0 * Y - 40.0, name="pooled 3 X - 40")
    N, C, H, W = X.shape
    mirrored = X.reshape(N, C, H // 2, 2, W // 2, 2)[:, :, :, ::-1, :, ::-1].reshape(X.shape)
    agree(student.max_pool(mirrored, 2, 2), Y, name="pooled X with each window turned around")


@grades("max_pool", points=1, hint="Convert X to float64 first.")
@cases(
    "X size stride",
    integer_array=(whole_scattered(2, 3, 6, 4), 2, 2),
    nested_list=([[[[1, -2, -3], [-4, -1, -6], [7, 5, 2]]]], 2, 1),
)
def test_max_pool_answers_integers_and_lists_in_float64(student, X, size, stride):
    """Integer arrays and nested lists give the right maxima in a float64 array."""
    expected = ref.max_pool(X, size, stride)
    agree(shaped(student.max_pool(X, size, stride), expected.shape, name="Y", dtype="float64"), expected, name="Y")


@grades("max_pool", points=1, hint="Write the maxima into a new array.")
@cases(
    "X size stride",
    typical=(scattered(2, 3, 6, 4), 2, 2),
    pixelwise=(scattered(2, 2, 3, 3), 1, 1),
    one_left_over=(scattered(1, 2, 5, 5), 2, 2),
)
def test_max_pool_leaves_its_input_alone(student, X, size, stride):
    """The right maxima, and X is the same after the call."""
    agree(unchanged(student.max_pool, X, size, stride), ref.max_pool(X, size, stride), name="Y")


@grades("max_pool", points=1, hint="Windows of one pixel, windows of the image's size, windows with gaps between them.")
@cases(
    "X size stride",
    one_pixel_windows=(scattered(2, 3, 4, 5), 1, 1),
    every_second_pixel=(scattered(2, 3, 6, 5), 1, 2),
    one_window=(scattered(3, 2, 4, 4), 4, 1),
    gaps=(scattered(2, 2, 8, 9), 2, 3),
    stride_larger_than_the_image=(scattered(1, 2, 5, 4), 3, 9),
    one_pixel=(scattered(1, 1, 1, 1), 1, 1),
)
def test_max_pool_of_extreme_sizes(student, X, size, stride):
    """Windows of one pixel or of the whole image, and strides that leave gaps, are cases like any other."""
    agree(student.max_pool(X, size, stride), ref.max_pool(X, size, stride), name="Y")


# ---- conv_layer_backward -----------------------------------------------------------------------------------------


def gradients(answer, X, W):
    """Return (dX, dW, db) without nan and inf, once the shapes are right."""
    parts = sequence(answer, 3, name="(dX, dW, db)")
    shapes = {"dX": X.shape, "dW": W.shape, "db": W.shape[:1]}
    return [finite(shaped(part, shapes[name], name), name) for part, name in zip(parts, shapes, strict=True)]


SIZES_OF_LAYERS = {
    "all_sizes_different": with_gradient(4, 3, 7, 6, 5, 3, 2),
    "wide_kernel": with_gradient(2, 4, 5, 6, 3, 2, 4),
    "all_sizes_equal": with_gradient(3, 3, 5, 5, 3, 3, 3),
    "one_image": with_gradient(1, 2, 5, 4, 3, 2, 2),
}


@grades(
    "conv_layer_backward",
    points=4,
    hint="A pixel collects dY from every patch it was part of, with the weight it met there.",
)
@cases("dY X W directions", **SIZES_OF_LAYERS)
def test_conv_layer_backward_is_adjoint_in_the_images(student, dY, X, W, directions):
    """Moving X in any direction changes the sum of dY times Y by the inner product of dX and that direction."""
    dX, _, _ = gradients(student.conv_layer_backward(dY, X, W), X, W)
    no_bias = np.zeros(len(W))
    for direction, _, _ in directions:
        agree(inner(dX, direction), np.sum(dY * ref.conv_layer(direction, W, no_bias)), name="<dX, X'>", condition=100)


@grades(
    "conv_layer_backward",
    points=4,
    hint="A weight collects, over all images and places, dY times the pixel it was multiplied by.",
)
@cases("dY X W directions", **SIZES_OF_LAYERS)
def test_conv_layer_backward_is_adjoint_in_the_filters(student, dY, X, W, directions):
    """Moving W in any direction changes the sum of dY times Y by the inner product of dW and that direction."""
    _, dW, _ = gradients(student.conv_layer_backward(dY, X, W), X, W)
    no_bias = np.zeros(len(W))
    for _, direction, _ in directions:
        agree(inner(dW, direction), np.sum(dY * ref.conv_layer(X, direction, no_bias)), name="<dW, W'>", condition=100)


@grades("conv_layer_backward", points=2, hint="b_f was added at every place of map f, in every image.")
@cases("dY X W directions", **SIZES_OF_LAYERS)
def test_conv_layer_backward_is_adjoint_in_the_biases(student, dY, X, W, directions):
    """Moving b in any direction changes the sum of dY times Y by the inner product of db and that direction."""
    _, _, db = gradients(student.conv_layer_backward(dY, X, W), X, W)
    for _, _, direction in directions:
        agree(inner(db, direction), np.sum(dY * direction[:, None, None]), name="<db, b'>", condition=100)


@grades(
    "conv_layer_backward",
    points=1.5,
    hint="Convert dY, X and W to float64 first, and do not use zeros_like before that.",
)
@cases(
    "dY X W",
    integer_arrays=(integers("2 4 3 4", -5, 6), integers("2 3 4 6", -5, 6), integers("4 3 2 3", -5, 6)),
    integers_and_halves=(normal("1 3 3 3"), integers("1 2 4 5", -5, 6), integers("3 2 2 3", -5, 6)),
    lists=([[[[1, 2], [3, 5]], [[0, -2], [4, 1]]]], [[[[1, 2, 3], [4, 5, -6]]]], [[[[1, -2]]], [[[3, 0]]]]),
)
def test_conv_layer_backward_answers_integers_and_lists_in_float64(student, dY, X, W):
    """Integer arrays and nested lists give the right gradients in float64 arrays."""
    parts = sequence(student.conv_layer_backward(dY, X, W), 3, name="(dX, dW, db)")
    for part, expected, name in zip(parts, ref.conv_layer_backward(dY, X, W), ("dX", "dW", "db"), strict=True):
        agree(shaped(part, expected.shape, name=name, dtype="float64"), expected, name=name)


@grades("conv_layer_backward", points=1.5, hint="Collect the gradients in new arrays.")
@cases(
    "dY X W",
    typical=(normal("2 4 4 4"), normal("2 3 6 5"), normal("4 3 3 2")),
    square=(normal("3 3 3 3"), normal("3 3 4 4"), normal("3 3 2 2")),
)
def test_conv_layer_backward_leaves_its_inputs_alone(student, dY, X, W):
    """The right gradients, and dY, X and W are the same after the call."""
    parts = gradients(unchanged(student.conv_layer_backward, dY, X, W), X, W)
    for part, expected, name in zip(parts, ref.conv_layer_backward(dY, X, W), ("dX", "dW", "db"), strict=True):
        agree(part, expected, name=name, condition=10)


@grades(
    "conv_layer_backward", points=2, hint="Which of your slices is empty, or turns around, if the kernel has one pixel?"
)
@cases(
    "dY X W directions",
    one_pixel_kernel=with_gradient(2, 3, 4, 5, 4, 1, 1),
    kernel_of_the_image_size=with_gradient(3, 2, 3, 4, 5, 3, 4),
    kernel_larger_than_its_map=with_gradient(2, 2, 5, 6, 3, 4, 5),
    row_kernel=with_gradient(2, 3, 4, 5, 2, 1, 3),
    one_channel_and_filter=with_gradient(2, 1, 4, 5, 1, 3, 2),
    one_pixel=with_gradient(1, 1, 1, 1, 1, 1, 1),
)
def test_conv_layer_backward_of_extreme_sizes(student, dY, X, W, directions):
    """Kernels of one pixel, of one row or of the size of the image are cases like any other."""
    dX, dW, db = gradients(student.conv_layer_backward(dY, X, W), X, W)
    zero = np.zeros(len(W))
    for in_X, in_W, in_b in directions:
        agree(inner(dX, in_X), np.sum(dY * ref.conv_layer(in_X, W, zero)), name="<dX, X'>", condition=100)
        agree(inner(dW, in_W), np.sum(dY * ref.conv_layer(X, in_W, zero)), name="<dW, W'>", condition=100)
        agree(inner(db, in_b), np.sum(dY * in_b[:, None, None]), name="<db, b'>", condition=100)


# ---- capstone_features -------------------------------------------------------------------------------------------


@draw
def three_splits(rng):
    """Return all digits, the same moved one pixel to the right, their labels, and three orders of them."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"].reshape(-1, 1, 8, 8) / 16, digits["y"]
    moved = np.pad(X, ((0, 0), (0, 0), (0, 0), (1, 0)))[:, :, :, :8]
    return X, moved, y, [rng.permutation(len(y)) for _ in range(3)]


def features(student, X):
    """Return the student's features of the images, once they are what the statement asks for."""
    F = shaped(student.capstone_features(X), (len(X), None), name="the features")
    between(F.shape[1], 1, 512, name="the number of features D")
    F = between(F, -1e3, 1e3, name="the features").astype(np.float64)
    some = slice(7, 4, -1)
    agree(student.capstone_features(X[some]), F[some], name="the features of three images on their own", atol=1e-6)
    return F


def ridge_predictions(F_train, y_train, *tests):
    """Fit one-hot targets by ridge regression with penalty 1 and a free intercept; return predicted labels."""
    mean, targets = F_train.mean(axis=0), np.eye(10)[y_train]
    centred, heights = F_train - mean, targets.mean(axis=0)
    gram = centred.T @ centred + np.eye(len(mean))  # never singular: features of 1000 leave the 1 seven digits
    V = np.linalg.solve(gram, centred.T @ (targets - heights))
    return [np.argmax((F - mean) @ V + heights, axis=1) for F in tests]


def mean_accuracies(student, X, moved, y, orders):
    """Return the accuracies on clean and on moved test images, averaged over the splits."""
    clean_features, moved_features = features(student, X), features(student, moved)
    accuracies = []
    for order in orders:
        train, test = order[:600], order[600:]
        pair = ridge_predictions(clean_features[train], y[train], clean_features[test], moved_features[test])
        accuracies.append([np.mean(predicted == y[test]) for predicted in pair])
    clean, shifted = np.mean(accuracies, axis=0)
    return float(clean), float(shifted)


@grades(
    "capstone_features", points=5, hint="Pixels alone get 93 % and 37 %. What do edges get, and what does pooling add?"
)
@cases("X moved y orders", digits=three_splits)
def test_capstone_features_read_digits(student, X, moved, y, orders):
    """Ridge regression reads 94 % of the clean test images and 45 % of the moved ones from at most 512 features."""
    clean, shifted = mean_accuracies(student, X, moved, y, orders)
    between(clean, 0.94, 1.0, name="the mean accuracy on clean images")
    between(shifted, 0.45, 1.0, name="the mean accuracy on moved images")


@grades("capstone_features", points=5, hint="A larger window forgives a shift more easily. How much does it forget?")
@cases("X moved y orders", digits=three_splits)
def test_capstone_features_read_moved_digits(student, X, moved, y, orders):
    """Ridge regression reads 94 % of the clean test images and half of the moved ones from at most 512 features."""
    clean, shifted = mean_accuracies(student, X, moved, y, orders)
    between(clean, 0.94, 1.0, name="the mean accuracy on clean images")
    between(shifted, 0.50, 1.0, name="the mean accuracy on moved images")
