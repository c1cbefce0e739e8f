"""Second opinions on convolution: scipy, Fourier transforms, loops over windows, complex steps of the whole layer."""

import numpy as np
from scipy import ndimage, signal
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeClassifier

from autograder.testing import certificate, oracle
from reference import cnn as reference


def table(rng, *shape):
    """Draw numbers or whole numbers, in an array or a list."""
    A = rng.normal(size=shape) * 3 + rng.choice([0, 0, 5])
    A = np.round(A).astype(int) if rng.random() < 0.3 else A
    return A.tolist() if rng.random() < 0.2 else A


def sides(rng, size):
    """Draw height and width of an image and of a kernel that fits."""
    H, W = rng.integers(1, size + 2, 2)
    return int(H), int(W), int(rng.integers(1, H + 1)), int(rng.integers(1, W + 1))


def floats(*arrays):
    return [np.asarray(a, dtype=float) for a in arrays]


# ---- convolutions ----------------------------------------------------------------------------------------------


@oracle(
    "convolve1d",
    inputs=lambda rng, size: (table(rng, rng.integers(1, 2 * size + 1)), table(rng, rng.integers(1, size + 1))),
    tolerance=1e-12,
    source="scipy.signal.convolve, by Fourier transforms where it likes",
)
def convolve1d(f, g):
    return signal.convolve(*floats(f, g))


def image_and_kernel(rng, size):
    H, W, kh, kw = sides(rng, size)
    return table(rng, H, W), table(rng, kh, kw)


@oracle("convolve2d", inputs=image_and_kernel, tolerance=1e-12, source='scipy.signal.convolve2d, "valid"')
def convolve2d(x, k):
    return signal.convolve2d(*floats(x, k), mode="valid")


@oracle("circular_convolve2d", inputs=image_and_kernel, tolerance=1e-10, source="numpy.fft")
def circular_convolve2d(x, k):
    x, k = floats(x, k)
    return np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(k, x.shape)).real


def image_and_pattern(rng, size):
    """Patches are zero or far from it, and so is the pattern."""
    H, W, kh, kw = sides(rng, size)
    x, pattern = rng.normal(size=(H, W)), rng.normal(size=(kh, kw)) + 0.1
    if rng.random() < 0.5:
        x = np.round(x) * (rng.random((H, W)) < 0.4)
    scale = 10.0 ** rng.integers(-2, 3)
    return (scale * x).tolist() if rng.random() < 0.2 else scale * x, pattern


@oracle(
    "feature_scores",
    inputs=image_and_pattern,
    tolerance=1e-12,
    source="a loop over patches",
    edges=[([[0, 0]], [[2.0]])],
)
def feature_scores(x, pattern):
    x, pattern = floats(x, pattern)
    h, w = pattern.shape
    scores = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1))
    for i, j in np.ndindex(scores.shape):
        patch = x[i : i + h, j : j + w].ravel()
        length = np.linalg.norm(patch) * np.linalg.norm(pattern)
        scores[i, j] = patch @ pattern.ravel() / length if length else 0.0
    return scores


def kernel_and_sides(rng, size):
    H, W, kh, kw = sides(rng, min(size, 6))
    return table(rng, kh, kw), H, W


@oracle("conv_matrix", inputs=kernel_and_sides, tolerance=1e-14, source="scipy.signal.correlate2d of every unit image")
def conv_matrix(k, H, W):
    (k,) = floats(k)
    units = np.eye(H * W).reshape(H * W, H, W)
    return np.array([signal.correlate2d(unit, k, mode="valid").ravel() for unit in units]).T


# ---- layers ----------------------------------------------------------------------------------------------------


def layer(rng, size):
    """X, W, b, stride, pad: all lengths small and different at times."""
    size = min(size, 5)
    N, C, F = rng.integers(1, 4, 3)
    H, W, kh, kw = sides(rng, size)
    pad = int(rng.integers(0, 3))
    return table(rng, N, C, H, W), table(rng, F, C, kh, kw), table(rng, F), int(rng.integers(1, 4)), pad


@oracle(
    "conv_layer", inputs=layer, tolerance=1e-12, source="scipy.signal.correlate on padded images, cut to the stride"
)
def conv_layer(X, W, b, stride, pad):
    X, W, b = floats(X, W, b)
    X = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    maps = [[signal.correlate(x, w, mode="valid")[0] + t for w, t in zip(W, b, strict=True)] for x in X]
    return np.array(maps)[:, :, ::stride, ::stride]


@oracle(
    "conv_layer",
    inputs=lambda rng, size: layer(rng, size)[:3],
    tolerance=1e-12,
    source="the same, with stride and pad left out",
)
def plain_layer(X, W, b):
    return conv_layer(X, W, b, 1, 0)


def windows(rng, size):
    H, W = rng.integers(1, size + 2, 2)
    X = table(rng, rng.integers(1, 3), rng.integers(1, 3), H, W)
    X = np.asarray(X) - 6 if rng.random() < 0.5 else X  # all negative, say
    return X, int(rng.integers(1, min(H, W) + 1)), int(rng.integers(1, 4))


@oracle("max_pool", inputs=windows, tolerance=0, source="scipy.ndimage.maximum_filter, cut to the stride")
def max_pool(X, size, stride):
    (X,) = floats(X)
    filtered = ndimage.maximum_filter(X, size=(1, 1, size, size), origin=(0, 0, -((size - 1) // 2), -((size - 1) // 2)))
    first = (size // 2) - (size - 1) // 2  # even windows lean to one side
    rows, columns = X.shape[2] - size + 1, X.shape[3] - size + 1
    return filtered[:, :, first:, first:][:, :, :rows:stride, :columns:stride]


def backward(rng, size):
    X, W, *_ = layer(rng, min(size, 4))
    shape = (len(X), len(W), np.shape(X)[2] - np.shape(W)[2] + 1, np.shape(X)[3] - np.shape(W)[3] + 1)
    return table(rng, *shape), X, W


@oracle(
    "conv_layer_backward",
    inputs=backward,
    tolerance=1e-11,
    source="differences of scipy's layer, exact since it is bilinear",
)
def conv_layer_backward(dY, X, W):
    dY, X, W = floats(dY, X, W)
    zero = np.zeros(len(W))

    def units(A):
        return np.eye(A.size).reshape(A.size, *A.shape)

    dX = [np.sum(dY * conv_layer(E, W, zero, 1, 0)) for E in units(X)]
    dW = [np.sum(dY * conv_layer(X, E, zero, 1, 0)) for E in units(W)]
    return np.reshape(dX, X.shape), np.reshape(dW, W.shape), np.array([np.sum(dY[:, f]) for f in range(len(W))])


# ---- digits ----------------------------------------------------------------------------------------------------

IMAGES, DIGITS = load_digits(return_X_y=True)


@certificate(
    "capstone_features",
    inputs=lambda rng, size: (rng.permutation(IMAGES)[:900].reshape(-1, 1, 8, 8) / 16,),
    tolerance=0,
    share=0.02,
    source="scikit-learn's ridge classifier on them, which must read 92 % of 300 further images",
)
def capstone_features(F, X):
    known = {image.tobytes(): label for image, label in zip(IMAGES / 16, DIGITS, strict=True)}
    y, F = np.array([known[image.tobytes()] for image in X.reshape(len(X), -1)]), np.asarray(F)
    model = RidgeClassifier(alpha=1.0).fit(F[:600], y[:600])
    return {"images misread": 0.92 - np.mean(model.predict(F[600:]) == y[600:]), "features too many": F.shape[1] - 512}
