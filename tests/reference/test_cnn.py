"""The reference for convolutional networks against independent oracles: numpy, scipy, the FFT, loops, adjoints."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage, signal
from sklearn.datasets import load_digits

from reference import cnn as ref

SHAPES = [((7, 9), (3, 2)), ((6, 5), (1, 4)), ((4, 4), (3, 3)), ((5, 3), (5, 3)), ((4, 6), (1, 1))]
STRIDES = [(1, 0), (2, 0), (1, 1), (2, 1), (3, 2)]  # (stride, pad)


@pytest.fixture
def rng():
    return np.random.default_rng(9)


# ---- convolutions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "q"), [(5, 3), (3, 5), (4, 4), (1, 6), (1, 1)])
def test_convolve1d_agrees_with_numpy_and_with_products_of_polynomials(p, q, rng):
    f, g = rng.normal(size=p), rng.normal(size=q)
    h = ref.convolve1d(f, g)
    assert_allclose(h, np.convolve(f, g), atol=1e-15)
    assert_allclose(h, np.polymul(f, g), atol=1e-15)
    assert_allclose(h, signal.fftconvolve(f, g), atol=1e-14)


def test_convolve1d_is_commutative_associative_and_has_a_neutral_element(rng):
    f, g, e = (rng.integers(-9, 10, size) for size in (5, 3, 4))
    assert_array_equal(ref.convolve1d(f, g), ref.convolve1d(g, f))
    assert_array_equal(ref.convolve1d(ref.convolve1d(f, g), e), ref.convolve1d(f, ref.convolve1d(g, e)))
    assert_array_equal(ref.convolve1d(f, [1]), f)
    assert ref.convolve1d(f, g).sum() == f.sum() * g.sum()
    assert ref.convolve1d(f, g).dtype == np.float64


@pytest.mark.parametrize(("image", "kernel"), SHAPES)
def test_convolve2d_agrees_with_scipy(image, kernel, rng):
    # Trap: scipy swaps image and kernel in silence when the kernel is the larger one, so it never is here.
    x, k = rng.normal(size=image), rng.normal(size=kernel)
    assert_allclose(ref.convolve2d(x, k), signal.convolve2d(x, k, "valid"), atol=5e-15)
    assert_allclose(ref.convolve2d(x, k[::-1, ::-1]), signal.correlate2d(x, k, "valid"), atol=5e-15)


def test_convolve2d_copies_the_kernel_to_where_the_point_is():
    x = np.zeros((5, 5))
    x[2, 2] = 1
    assert_array_equal(ref.convolve2d(x, np.arange(9).reshape(3, 3)), np.arange(9).reshape(3, 3))


def test_convolve2d_moves_with_the_image_exactly(rng):
    k = rng.normal(size=(3, 2))
    x = np.zeros((12, 11))
    x[3:7, 3:6] = rng.normal(size=(4, 3))
    y = ref.convolve2d(x, k)
    for shift in [(1, 0), (0, 2), (3, 4), (-1, -2)]:
        assert_array_equal(ref.convolve2d(np.roll(x, shift, (0, 1)), k), np.roll(y, shift, (0, 1)))


@pytest.mark.parametrize(("image", "kernel"), SHAPES)
def test_circular_convolution_is_a_product_of_fourier_transforms(image, kernel, rng):
    x, k = rng.normal(size=image), rng.normal(size=kernel)
    expected = np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(k, image)).real
    assert_allclose(ref.circular_convolve2d(x, k), expected, atol=1e-14)
    assert_allclose(ref.circular_convolve2d(x, k).sum(), x.sum() * k.sum(), atol=1e-13)


def test_circular_convolution_against_the_centred_one_of_scipy(rng):
    # Trap: ndimage puts the origin at the kernel's centre, so it equals this one only after a roll by half the kernel.
    x, k = rng.normal(size=(7, 9)), rng.normal(size=(3, 4))
    centred = ndimage.convolve(x, k, mode="wrap")
    assert_allclose(ref.circular_convolve2d(x, k), np.roll(centred, (1, 2), (0, 1)), atol=1e-14)
    assert np.abs(ref.circular_convolve2d(x, k) - centred).max() > 0.1


def test_circular_convolution_commutes_with_all_shifts_exactly_and_with_its_like(rng):
    x, k, other = rng.normal(size=(4, 5)), rng.normal(size=(3, 2)), rng.normal(size=(2, 4))
    y = ref.circular_convolve2d(x, k)
    for shift in np.ndindex(4, 5):
        assert_array_equal(ref.circular_convolve2d(np.roll(x, shift, (0, 1)), k), np.roll(y, shift, (0, 1)))
    one_way = ref.circular_convolve2d(y, other)
    assert_allclose(one_way, ref.circular_convolve2d(ref.circular_convolve2d(x, other), k), atol=1e-14)


# ---- features and matrices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("image", "kernel"), SHAPES)
def test_feature_scores_agree_with_a_loop_over_patches(image, kernel, rng):
    x, p = rng.normal(size=image), rng.normal(size=kernel)
    scores = ref.feature_scores(x, p)
    for (i, j), score in np.ndenumerate(scores):
        patch = x[i : i + kernel[0], j : j + kernel[1]]
        cosine = (patch * p).sum() / np.sqrt((patch**2).sum() * (p**2).sum())
        assert score == pytest.approx(cosine, abs=1e-14)
    assert np.abs(scores).max() <= 1 + 1e-15


def test_feature_scores_find_the_pattern_and_not_the_brightest_patch():
    pattern = np.array([[0, 1], [1, 1]])
    x = np.zeros((6, 8))
    x[1:3, 1:3] = 9  # bright and wrong
    x[3:5, 5:7] = 0.5 * pattern
    scores = ref.feature_scores(x, pattern)
    assert np.unravel_index(scores.argmax(), scores.shape) == (3, 5)
    assert scores.max() == pytest.approx(1, abs=1e-15)
    raw = signal.correlate2d(x, pattern, "valid")
    assert np.unravel_index(raw.argmax(), raw.shape) == (1, 1)
    assert scores[0, 7 - 1] == 0  # an empty patch


@pytest.mark.parametrize(("image", "kernel"), SHAPES)
def test_conv_matrix_is_the_cross_correlation_and_its_transpose_the_full_convolution(image, kernel, rng):
    x, k = rng.normal(size=image), rng.normal(size=kernel)
    M = ref.conv_matrix(k, *image)
    y = signal.correlate2d(x, k, "valid")
    assert_allclose(M @ x.ravel(), y.ravel(), atol=5e-15)
    assert_allclose((M.T @ y.ravel()).reshape(image), signal.convolve2d(y, k, "full"), atol=2e-14)
    assert_array_equal(np.count_nonzero(M, axis=1), k.size)


# ---- layers ------------------------------------------------------------------------------------------------------


def layer_by_scipy(X, W, b, stride, pad):
    """Evaluate the layer image by image, filter by filter, with scipy's correlation of (C, H, W) arrays."""
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    maps = [[signal.correlate(x, w, "valid", "direct")[0, ::stride, ::stride] for w in W] for x in padded]
    return np.array(maps) + b[:, None, None]


@pytest.mark.parametrize(("stride", "pad"), STRIDES)
def test_conv_layer_agrees_with_scipy(stride, pad, rng):
    X, W, b = rng.normal(size=(4, 3, 9, 8)), rng.normal(size=(5, 3, 3, 2)), rng.normal(size=5)
    Y = ref.conv_layer(X, W, b, stride, pad)
    assert Y.shape == (4, 5, (9 + 2 * pad - 3) // stride + 1, (8 + 2 * pad - 2) // stride + 1)
    assert_allclose(Y, layer_by_scipy(X, W, b, stride, pad), atol=2e-14)


def test_conv_layer_of_one_pixel_mixes_channels(rng):
    X, W = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(6, 3, 1, 1))
    expected = np.einsum("fc,nchw->nfhw", W[:, :, 0, 0], X)
    assert_allclose(ref.conv_layer(X, W, np.zeros(6)), expected, atol=1e-14)


def test_conv_layer_moves_with_the_image_by_multiples_of_the_stride_exactly(rng):
    X = np.zeros((1, 2, 15, 14))
    X[:, :, 4:8, 4:7] = rng.integers(-9, 10, (1, 2, 4, 3))
    W, b = rng.integers(-9, 10, (3, 2, 3, 2)), rng.integers(-9, 10, 3)
    for stride in (1, 2, 3):
        Y = ref.conv_layer(X, W, b, stride, 1)
        moved = ref.conv_layer(np.roll(X, (stride, stride), (2, 3)), W, b, stride, 1)
        assert_array_equal(moved, np.roll(Y, (1, 1), (2, 3)))


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (2, 3), (3, 1), (1, 1)])
def test_max_pool_agrees_with_a_loop(size, stride, rng):
    X = rng.normal(size=(2, 3, 7, 8)) - 3
    Y = ref.max_pool(X, size, stride)
    assert Y.shape == (2, 3, (7 - size) // stride + 1, (8 - size) // stride + 1)
    for n, c, i, j in np.ndindex(Y.shape):
        assert Y[n, c, i, j] == max(X[n, c, i * stride + u, j * stride + v] for u, v in np.ndindex(size, size))


def test_max_pool_agrees_with_reshaping_and_with_the_maximum_filter(rng):
    X = rng.normal(size=(2, 3, 6, 8)) - 3
    assert_array_equal(ref.max_pool(X, 2, 2), X.reshape(2, 3, 3, 2, 4, 2).max(axis=(3, 5)))
    filtered = ndimage.maximum_filter(X, (1, 1, 3, 3), mode="constant", cval=-np.inf)
    assert_array_equal(ref.max_pool(X, 3, 1), filtered[:, :, 1:-1, 1:-1])
    assert_array_equal(ref.max_pool(np.maximum(X, 0), 3, 2), np.maximum(ref.max_pool(X, 3, 2), 0))


# ---- gradients ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("image", "kernel"), SHAPES)
def test_conv_layer_backward_is_adjoint_to_the_layer(image, kernel, rng):
    X, W = rng.normal(size=(4, 3, *image)), rng.normal(size=(5, 3, *kernel))
    dY = rng.normal(size=ref.conv_layer(X, W, np.zeros(5)).shape)
    dX, dW, db = ref.conv_layer_backward(dY, X, W)
    assert (dX.shape, dW.shape, db.shape) == (X.shape, W.shape, (5,))
    for _ in range(5):
        X1, W1, b1 = rng.normal(size=X.shape), rng.normal(size=W.shape), rng.normal(size=5)
        assert np.sum(dX * X1) == pytest.approx(np.sum(dY * ref.conv_layer(X1, W, np.zeros(5))), abs=1e-11)
        assert np.sum(dW * W1) == pytest.approx(np.sum(dY * ref.conv_layer(X, W1, np.zeros(5))), abs=1e-11)
        assert np.sum(db * b1) == pytest.approx(np.sum(dY * b1[:, None, None]), abs=1e-11)


def test_conv_layer_backward_agrees_with_differences(rng):
    # The layer is bilinear: central differences have no truncation error, only rounding (measured: 3e-9).
    X, W = rng.normal(size=(2, 2, 4, 5)), rng.normal(size=(3, 2, 2, 3))
    dY = rng.normal(size=(2, 3, 3, 3))
    dX, dW, _ = ref.conv_layer_backward(dY, X, W)
    h = 1e-5

    def loss(X, W):
        return np.sum(dY * ref.conv_layer(X, W, np.zeros(3)))

    for array, gradient, of in [(X, dX, lambda A: loss(A, W)), (W, dW, lambda A: loss(X, A))]:
        for place in np.ndindex(array.shape):
            step = np.zeros(array.shape)
            step[place] = h
            assert (of(array + step) - of(array - step)) / (2 * h) == pytest.approx(gradient[place], abs=1e-7)


# ---- habits and the capstone -------------------------------------------------------------------------------------


def test_integers_and_lists_are_welcome_and_nothing_is_changed(rng):
    x, k = rng.integers(-5, 6, (5, 6)), rng.integers(1, 6, (2, 3))
    X, W, b = rng.integers(-5, 6, (2, 1, 5, 6)), rng.integers(1, 6, (3, 1, 2, 3)), rng.integers(1, 6, 3)
    dY = rng.integers(-5, 6, (2, 3, 4, 4))
    calls = [
        (ref.convolve1d, (x[0], k[0])),
        (ref.convolve2d, (x, k)),
        (ref.circular_convolve2d, (x, k)),
        (ref.feature_scores, (x, k)),
        (lambda kernel: ref.conv_matrix(kernel, 5, 6), (k,)),
        (ref.conv_layer, (X, W, b)),
        (lambda images: ref.max_pool(images, 2, 2), (X,)),
        (lambda *args: ref.conv_layer_backward(*args)[0], (dY, X, W)),
        (lambda *args: ref.conv_layer_backward(*args)[1], (dY, X, W)),
    ]
    for function, args in calls:
        for arg in args:
            arg.setflags(write=False)
        out = function(*args)
        assert out.dtype == np.float64
        assert_array_equal(function(*(arg.tolist() for arg in args)), out)
        assert_array_equal(function(*(arg.astype(float) for arg in args)), out)


def ridge_accuracy(F_train, y_train, F_test, y_test):
    """Fit ridge regression with penalty 1 to one-hot targets and return the accuracy."""
    mean, T = F_train.mean(axis=0), np.eye(10)[y_train]
    A, B = F_train - mean, T - T.mean(axis=0)
    V = np.linalg.solve(A.T @ A + np.eye(A.shape[1]), A.T @ B)
    return np.mean(np.argmax((F_test - mean) @ V + T.mean(axis=0), axis=1) == y_test)


def test_edges_read_shifted_digits_better_than_pixels_do():
    images, labels = load_digits(return_X_y=True)
    X = images.reshape(-1, 1, 8, 8) / 16
    shifted = np.pad(X, ((0, 0), (0, 0), (0, 0), (1, 0)))[:, :, :, :8]
    features = {
        "edges": (ref.capstone_features(X), ref.capstone_features(shifted)),
        "pixels": (X.reshape(-1, 64), shifted.reshape(-1, 64)),
    }
    assert features["edges"][0].shape == (1797, 128)
    accuracies = {name: [] for name in features}
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(X))
        train, test = order[:600], order[600:]
        for name, (clean, moved) in features.items():
            pair = [ridge_accuracy(clean[train], labels[train], F[test], labels[test]) for F in (clean, moved)]
            accuracies[name].append(pair)
    edges, pixels = np.array(accuracies["edges"]), np.array(accuracies["pixels"])
    # Measured over many splits: edges 0.951 to 0.974 and 0.541 to 0.686, pixels 0.915 to 0.938 and 0.332 to 0.412.
    # Trap: with the filters not divided by 4, single splits go down to 0.477 on moved images.
    assert edges.min(axis=0)[0] > 0.945
    assert edges.min(axis=0)[1] > 0.52
    assert pixels.max(axis=0)[0] < 0.945
    assert pixels.max(axis=0)[1] < 0.45
