"""Convolutional networks (chapter "Convolutional neural networks")."""

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

__all__ = [
    "capstone_features",
    "circular_convolve2d",
    "conv_layer",
    "conv_layer_backward",
    "conv_matrix",
    "convolve1d",
    "convolve2d",
    "feature_scores",
    "max_pool",
]

Image = Float[np.ndarray, "H W"]
Map = Float[np.ndarray, "H_out W_out"]
Maps = Float[np.ndarray, "N F H_out W_out"]


def convolve1d(f: ArrayLike, g: ArrayLike) -> Float[np.ndarray, " n_out"]:
    r"""Convolve two finite sequences (topic: convolution).

    .. math:: h_k = \sum_i f_i g_{k-i}, \qquad k = 0, \dots, p + q - 2

    for sequences of lengths p and q that are zero outside their ranges: the coefficients of the product of two
    polynomials. Each f_i adds a copy of g that starts at place i.
    """
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)
    h = np.zeros(len(f) + len(g) - 1)
    for i, weight in enumerate(f):
        h[i : i + len(g)] += weight * g
    return h


def convolve2d(x: ArrayLike, k: ArrayLike) -> Map:
    r"""Convolve an image with a kernel wherever the kernel fits (topic: convolution in two dimensions).

    .. math:: y_{ij} = \sum_{u,v} k_{uv}\, x_{i + k_h - 1 - u,\; j + k_w - 1 - v}

    The kernel is flipped in both directions; without the flip this is the cross-correlation that a convolutional
    layer computes (:func:`conv_layer`). An image with a single 1 far from the border returns a copy of the kernel.

    Parameters
    ----------
    x, k
        Image (H, W) and kernel (kh, kw) with kh <= H, kw <= W; the result is (H - kh + 1, W - kw + 1).
    """
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    return np.einsum("ijuv,uv->ij", sliding_window_view(x, k.shape), k[::-1, ::-1])


def circular_convolve2d(x: ArrayLike, k: ArrayLike) -> Image:
    r"""Convolve an image with a kernel on the torus (topic: translation equivariance).

    .. math:: y_{ij} = \sum_{u,v} k_{uv}\, x_{(i-u) \bmod H,\; (j-v) \bmod W}

    The kernel's entry (0, 0) is its origin. A sum of shifted images commutes with every shift.
    """
    x, k = np.asarray(x, dtype=np.float64), np.asarray(k, dtype=np.float64)
    y = np.zeros_like(x)
    for (u, v), weight in np.ndenumerate(k):
        y += weight * np.roll(x, (u, v), axis=(0, 1))
    return y


def feature_scores(x: ArrayLike, pattern: ArrayLike) -> Map:
    r"""Compare every patch of an image with a pattern (topic: feature detection by the Hadamard product).

    .. math:: s_{ij} = \frac{\langle P_{ij}, p \rangle}{\|P_{ij}\| \, \|p\|}, \qquad
        (P_{ij})_{uv} = x_{i+u, j+v}, \qquad s_{ij} = 0 \text{ if } P_{ij} = 0

    The raw score is the numerator and grows with the brightness of the patch; the cosine does not.

    Parameters
    ----------
    x, pattern
        Image (H, W) and a pattern (kh, kw) that is not zero; the result is (H - kh + 1, W - kw + 1).
    """
    x, pattern = np.asarray(x, dtype=np.float64), np.asarray(pattern, dtype=np.float64)
    patches = sliding_window_view(x, pattern.shape)
    raw = np.einsum("ijuv,uv->ij", patches, pattern)
    norms = np.sqrt(np.einsum("ijuv,ijuv->ij", patches, patches)) * np.linalg.norm(pattern)
    return np.divide(raw, norms, out=np.zeros_like(raw), where=norms > 0)


def conv_matrix(k: ArrayLike, H: int, W: int) -> Float[np.ndarray, "n_out n_in"]:
    r"""Write the cross-correlation with a kernel as a dense layer (topic: weight sharing and sparsity).

    .. math:: M \operatorname{vec}(x) = \operatorname{vec}(y), \qquad y_{ij} = \sum_{u,v} k_{uv}\, x_{i+u, j+v}

    with vec reading row by row, so that M has (H - kh + 1)(W - kw + 1) rows and H W columns. Every row holds the same
    kh kw weights; transposed, M is the full convolution with k.
    """
    k = np.asarray(k, dtype=np.float64)
    kh, kw = k.shape
    rows, columns = H - kh + 1, W - kw + 1
    M = np.zeros((rows, columns, H, W))
    for i in range(rows):
        for j in range(columns):
            M[i, j, i : i + kh, j : j + kw] = k
    return M.reshape(rows * columns, H * W)


def conv_layer(X: ArrayLike, W: ArrayLike, b: ArrayLike, stride: int = 1, pad: int = 0) -> Maps:
    r"""Evaluate a convolutional layer on a batch (topic: convolutional layers).

    .. math:: Y_{nfij} = b_f + \sum_{c,u,v} W_{fcuv}\, \tilde X_{n, c, is + u, js + v}

    with the stride s and :math:`\tilde X` = X with ``pad`` rows and columns of zeros on every side: a
    cross-correlation, summed over the channels. The maps have height floor((H + 2 pad - kh) / s) + 1 and width
    likewise.

    Parameters
    ----------
    X
        Batch of images, shape (N, C, H, W).
    W, b
        Filters (F, C, kh, kw) and biases (F,).
    """
    X, W, b = (np.asarray(part, dtype=np.float64) for part in (X, W, b))
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    patches = sliding_window_view(padded, W.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    Y = np.tensordot(patches, W, axes=([1, 4, 5], [1, 2, 3]))  # (N, H_out, W_out, F)
    return np.ascontiguousarray(np.moveaxis(Y + b, 3, 1))


def max_pool(X: ArrayLike, size: int, stride: int) -> Float[np.ndarray, "N C H_out W_out"]:
    r"""Take the maximum over windows, channel by channel (topic: pooling).

    .. math:: Y_{ncij} = \max_{0 \le u, v < \text{size}} X_{n, c, i s + u, j s + v}

    Only windows that lie inside the image count: the height is floor((H - size) / s) + 1, the width likewise.
    """
    X = np.asarray(X, dtype=np.float64)
    windows = sliding_window_view(X, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.max(axis=(4, 5))


def conv_layer_backward(
    dY: ArrayLike, X: ArrayLike, W: ArrayLike
) -> tuple[Float[np.ndarray, "N C H W"], Float[np.ndarray, "F C kh kw"], Float[np.ndarray, " F"]]:
    r"""Pull the gradient of a convolutional layer back to its inputs (topic: training convolutional layers).

    For the layer with stride 1 and no padding, and the function :math:`\sum_{nfij} dY_{nfij} Y_{nfij}`,

    .. math::

        dX_{ncpq} = \sum_{f,u,v} W_{fcuv}\, dY_{n, f, p-u, q-v}, \qquad
        dW_{fcuv} = \sum_{n,i,j} dY_{nfij}\, X_{n, c, i+u, j+v}, \qquad
        db_f = \sum_{n,i,j} dY_{nfij}

    dX is a full convolution (with flip), dW a valid cross-correlation (without): each is the adjoint of one half of a
    bilinear map, and that is also how they are tested.

    Parameters
    ----------
    dY
        Gradient with respect to the maps, shape (N, F, H - kh + 1, W - kw + 1).
    X, W
        Batch (N, C, H, W) and filters (F, C, kh, kw).
    """
    dY, X, W = (np.asarray(part, dtype=np.float64) for part in (dY, X, W))
    kh, kw = W.shape[2:]
    rows, columns = dY.shape[2:]
    dX, dW = np.zeros_like(X), np.zeros_like(W)
    for u in range(kh):
        for v in range(kw):
            seen = np.s_[:, :, u : u + rows, v : v + columns]  # what the weight (u, v) is multiplied by
            dX[seen] += np.moveaxis(np.tensordot(dY, W[:, :, u, v], axes=(1, 0)), 3, 1)
            dW[:, :, u, v] = np.tensordot(dY, X[seen], axes=([0, 2, 3], [0, 2, 3]))
    return dX, dW, dY.sum(axis=(0, 2, 3))


EDGE = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4  # dark on the left, bright on the right
CORNER = np.array([[-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]]) / 4
EDGES = np.stack([np.rot90(filter_, turns) for filter_ in (EDGE, CORNER) for turns in range(4)])  # (8, 3, 3)


def capstone_features(X: ArrayLike) -> Float[np.ndarray, "N D"]:
    r"""Describe images by the edges in their parts (topic: convolutional networks at work).

    Eight Sobel filters (one edge in eight directions), padding 1, relu and max pooling over 2 x 2 pixels: nothing is
    learnt here. Images of 8 x 8 pixels get D = 128 features. The filters are divided by 4, so that features are of the
    size of pixels: a ridge penalty feels the scale, and four times larger features overfit the place of an edge.

    Parameters
    ----------
    X
        Images with entries in [0, 1], shape (N, 1, H, W).
    """
    maps = conv_layer(X, EDGES[:, None], np.zeros(len(EDGES)), pad=1)
    pooled = max_pool(np.maximum(maps, 0.0), size=2, stride=2)
    return pooled.reshape(len(pooled), -1)
