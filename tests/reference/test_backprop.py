"""The reference for backpropagation against independent oracles: complex steps, scipy, scikit-learn, counting."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from reference import backprop as ref
from reference import networks

TANH = (np.tanh, lambda z: 1 - np.tanh(z) ** 2)
SIGMOID = (special.expit, lambda z: special.expit(z) * special.expit(-z))
IDENTITY = (lambda z: z, np.ones_like)
RELU = (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(np.float64))
WIDTHS = [[3, 4, 4, 3], [2, 5, 3], [4, 4, 4, 4], [3, 2]]


@pytest.fixture
def rng():
    return np.random.default_rng(9)


class Counted:
    """A function that counts its calls."""

    def __init__(self, function):
        self.function, self.count = function, 0

    def __call__(self, *args):
        self.count += 1
        return self.function(*args)


def random_params(rng, widths):
    return [(rng.normal(size=(o, i)) / np.sqrt(i), rng.normal(size=o)) for i, o in pairwise(widths)]


def complex_step(f, x):
    """Return the gradient of an analytic function, to rounding."""
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[i] += 1e-30j
        gradient[i] = f(moved).imag / 1e-30
    return gradient


def complex_loss(Z, y):
    """Return the mean cross-entropy of complex scores: shifts by the real part, no abs, no max of complex numbers."""
    Z = Z - Z.real.max(axis=1, keepdims=True)
    return -(Z[np.arange(len(y)), y] - np.log(np.exp(Z).sum(axis=1))).mean()


# ---- chain_gradient --------------------------------------------------------------------------------------------


def chain(ws, bs, x, f):
    for w, b in zip(ws, bs, strict=True):
        x = f(w * x + b)
    return x


@pytest.mark.parametrize("L", [1, 2, 6])
def test_chain_gradient_agrees_with_the_complex_step(L, rng):
    ws, bs, x = rng.normal(size=L), rng.normal(size=L), 0.7
    out, gw, gb = ref.chain_gradient(ws, bs, x, TANH)
    assert out == chain(ws, bs, x, np.tanh)
    assert_allclose(gw, complex_step(lambda w: chain(w, bs, x, np.tanh), ws), rtol=1e-12, atol=1e-16)
    assert_allclose(gb, complex_step(lambda b: chain(ws, b, x, np.tanh), bs), rtol=1e-12, atol=1e-16)


def test_chain_gradient_without_bends_is_a_product(rng):
    ws, bs = rng.normal(size=6), rng.normal(size=6)
    _, gw, gb = ref.chain_gradient(ws, bs, -1.5, IDENTITY)
    assert_allclose(gb, [np.prod(ws[k + 1 :]) for k in range(6)], rtol=1e-14)
    before = [chain(ws[:k], bs[:k], -1.5, lambda z: z) for k in range(6)]
    assert_allclose(gw, gb * before, rtol=1e-14)


def test_sigmoid_chains_forget_their_first_neuron(rng):
    for _ in range(20):
        ws, bs = rng.uniform(-4, 4, 12), rng.normal(size=12)
        gb = ref.chain_gradient(ws, bs, 0.3, SIGMOID)[2]
        assert abs(gb[0]) <= 0.25**12 * np.abs(np.prod(ws[1:]))
    # The curriculum's figure for w = 1, L = 20; its b and x are 0.
    assert ref.chain_gradient(np.ones(20), np.zeros(20), 0.0, SIGMOID)[2][0] == pytest.approx(1.3e-13, rel=0.3)


@pytest.mark.parametrize("L", [1, 8, 50])
def test_chain_gradient_evaluates_each_function_once_per_neuron(L):
    f, df = Counted(np.tanh), Counted(TANH[1])
    ref.chain_gradient(np.ones(L), np.zeros(L), 1, (f, df))
    assert (f.count, df.count) == (L, L)


# ---- numerical_gradient ----------------------------------------------------------------------------------------


def test_numerical_gradient_agrees_with_the_complex_step(rng):
    for shape in [(4,), (2, 3), (2, 1, 3), ()]:
        x = rng.normal(size=shape)
        f = lambda t: np.sum(np.exp(np.sin(t))) + np.prod(t)  # noqa: E731
        assert_allclose(ref.numerical_gradient(f, x), complex_step(f, x), rtol=0, atol=2e-9)


def test_numerical_gradient_is_exact_for_quadratics_and_errs_by_h_squared_on_cubics(rng):
    A, x = rng.normal(size=(4, 4)), rng.normal(size=4)
    assert_allclose(ref.numerical_gradient(lambda t: t @ A @ t, x, h=0.5), (A + A.T) @ x, rtol=1e-12)
    assert_allclose(ref.numerical_gradient(lambda t: np.sum(t**3), x, h=1e-2), 3 * x**2 + 1e-4, rtol=1e-11)


def test_numerical_gradient_of_integers_moves_them():
    x = np.array([[1, 2], [3, 4]])
    f = Counted(lambda t: np.sum(t**2))
    assert_allclose(ref.numerical_gradient(f, x), 2 * x, rtol=1e-9)
    assert f.count == 8
    assert_array_equal(x, [[1, 2], [3, 4]])


def test_best_step_is_near_1e_minus_5():
    truth = np.exp(np.linspace(-1, 1, 9))
    error = {h: np.abs(ref.numerical_gradient(lambda t: np.exp(t).sum(), np.log(truth), h) - truth).max() for h in
             (1e-2, 1e-5, 1e-11)}  # fmt: skip
    assert error[1e-5] < 1e-9 < min(error[1e-2], error[1e-11])


# ---- softmax_cross_entropy -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5, 4), (3, 3), (1, 2), (4, 1)])
def test_loss_and_its_gradient_agree_with_scipy_and_the_complex_step(shape, rng):
    Z, y = 3 * rng.normal(size=shape), rng.integers(0, shape[1], shape[0])
    loss, dZ = ref.softmax_cross_entropy(Z, y)
    rows = np.arange(len(y))
    assert loss == pytest.approx(-special.log_softmax(Z, axis=1)[rows, y].mean(), rel=1e-14)
    assert_allclose(dZ, complex_step(lambda t: complex_loss(t, y), Z), rtol=1e-12, atol=1e-15)
    assert_allclose(dZ.sum(axis=1), 0, atol=1e-15)
    assert np.abs(dZ).max() <= 1 / len(y)


def test_loss_agrees_with_scikit_learn_except_where_that_clips():
    # Trap: log_loss clips p to about 2e-16; a gap of 100 costs 100 by the formula, about 36 there.
    y = np.array([0, 1])
    Z = np.array([[1.0, -2.0], [0.5, 0.0]])
    assert ref.softmax_cross_entropy(Z, y)[0] == pytest.approx(log_loss(y, special.softmax(Z, axis=1), labels=[0, 1]))
    Z = np.array([[0.0, 100.0], [0.0, 100.0]])
    assert ref.softmax_cross_entropy(Z, y)[0] == 50.0
    assert log_loss(y, special.softmax(Z, axis=1), labels=[0, 1]) < 20


def test_loss_of_extreme_scores_is_finite():
    loss, dZ = ref.softmax_cross_entropy([[10**4, -(10**4), 0], [-(10**4), 0, 10**4]], [1, 2])
    assert loss == 1e4
    assert_array_equal(dZ, [[0.5, -0.5, 0], [0, 0, 0]])


# ---- dense_backward --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "n_in", "n_out"), [(5, 3, 4), (4, 4, 4), (1, 3, 2), (3, 1, 1)])
def test_dense_backward_is_the_adjoint_of_the_layer(N, n_in, n_out, rng):
    dZ, A, W = rng.normal(size=(N, n_out)), rng.normal(size=(N, n_in)), rng.normal(size=(n_out, n_in))
    dA, dW, db = ref.dense_backward(dZ, A, W)
    A2, W2, b2 = rng.normal(size=A.shape), rng.normal(size=W.shape), rng.normal(size=n_out)
    assert np.sum(dZ * (A2 @ W.T)) == pytest.approx(np.sum(dA * A2), rel=1e-12)
    assert np.sum(dZ * (A @ W2.T)) == pytest.approx(np.sum(dW * W2), rel=1e-12)
    assert np.sum(dZ * b2) == pytest.approx(np.sum(db * b2), rel=1e-12)
    assert (dA.shape, dW.shape, db.shape) == (A.shape, W.shape, (n_out,))


# ---- backprop --------------------------------------------------------------------------------------------------


def flat(params):
    return np.concatenate([part.ravel() for layer in params for part in layer])


def unflat(vector, widths):
    params, start = [], 0
    for n_in, n_out in pairwise(widths):
        middle, end = start + n_in * n_out, start + n_in * n_out + n_out
        params.append((vector[start:middle].reshape(n_out, n_in), vector[middle:end]))
        start = end
    return params


def complex_network_loss(params, X, y, f):
    for W, b in params[:-1]:
        X = f(X @ W.T + b)
    W, b = params[-1]
    return complex_loss(X @ W.T + b, y)


@pytest.mark.parametrize("widths", WIDTHS)
def test_backprop_agrees_with_the_complex_step_over_all_parameters(widths, rng):
    params = random_params(rng, widths)
    X, y = rng.normal(size=(6, widths[0])), rng.integers(0, widths[-1], 6)
    loss, grads = ref.backprop(params, X, y, TANH)
    assert loss == pytest.approx(complex_network_loss(params, X, y, np.tanh), rel=1e-14)
    true = complex_step(lambda v: complex_network_loss(unflat(v, widths), X, y, np.tanh), flat(params))
    assert_allclose(flat(grads), true, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("activation", "act"), [("relu", RELU), ("tanh", TANH), ("logistic", SIGMOID), ("identity", IDENTITY)]
)
def test_backprop_agrees_with_one_step_of_scikit_learn(activation, act, rng):
    X, y, lr = rng.normal(size=(30, 4)), rng.integers(0, 3, 30), 0.5
    net = MLPClassifier(
        hidden_layer_sizes=(5, 4), activation=activation, alpha=0.0, solver="sgd", momentum=0.0,
        learning_rate_init=lr, batch_size=30, shuffle=False, random_state=0,
    )  # fmt: skip
    net.partial_fit(X, y, classes=[0, 1, 2])
    before = [(W.T.copy(), b.copy()) for W, b in zip(net.coefs_, net.intercepts_, strict=True)]
    net.partial_fit(X, y)  # one step: gradient = (before - after) / lr
    loss, grads = ref.backprop(before, X, y, act)
    assert loss == pytest.approx(net.loss_, rel=1e-12)
    for (W, b), W2, b2, (dW, db) in zip(before, net.coefs_, net.intercepts_, grads, strict=True):
        assert_allclose(dW, (W - W2.T) / lr, rtol=0, atol=1e-13)
        assert_allclose(db, (b - b2) / lr, rtol=0, atol=1e-13)


def test_backprop_of_a_batch_is_the_mean_over_its_objects(rng):
    params, X, y = random_params(rng, [3, 5, 4]), rng.normal(size=(7, 3)), rng.integers(0, 4, 7)
    loss, grads = ref.backprop(params, X, y, TANH)
    single = [ref.backprop(params, X[i : i + 1], y[i : i + 1], TANH) for i in range(7)]
    assert loss == pytest.approx(np.mean([one[0] for one in single]), rel=1e-14)
    assert_allclose(flat(grads), np.mean([flat(one[1]) for one in single], axis=0), atol=1e-15)


def test_backprop_of_a_relu_network_balances_its_layers(rng):
    params = [(W, np.zeros_like(b)) for W, b in random_params(rng, [4, 6, 5, 3])]
    _, grads = ref.backprop(params, rng.normal(size=(8, 4)), rng.integers(0, 3, 8), RELU)
    inner = [np.sum(W * dW) for (W, _), (dW, _) in zip(params, grads, strict=True)]
    assert_allclose(inner, inner[0], rtol=1e-12)


@pytest.mark.parametrize("L", [1, 4, 16])
def test_backprop_has_linear_cost(L, rng):
    f, df = Counted(np.tanh), Counted(TANH[1])
    ref.backprop(random_params(rng, [3] * (L + 1)), rng.normal(size=(5, 3)), [0, 1, 2, 1, 0], (f, df))
    assert (f.count, df.count) == (L - 1, L - 1)


def test_backprop_accepts_lists_and_leaves_everything_as_it_was(rng):
    params, X, y = random_params(rng, [2, 3, 2]), np.array([[1, -2], [0, 3]]), np.array([1, 0])
    copies = [part.copy() for layer in params for part in layer]
    loss, grads = ref.backprop(params, X, y, TANH)
    listed = [(W.tolist(), b.tolist()) for W, b in params]
    assert ref.backprop(listed, X.tolist(), y.tolist(), TANH)[0] == loss
    assert all(part.dtype == np.float64 for layer in grads for part in layer)
    for part, copy in zip((part for layer in params for part in layer), copies, strict=True):
        assert_array_equal(part, copy)


# ---- mult_counts and capstone_digits ---------------------------------------------------------------------------


class Counting(np.ndarray):
    """An array that counts the multiplications of its matrix products."""

    total = 0

    def __matmul__(self, other):
        Counting.total += self.shape[0] * self.shape[1] * other.shape[1]
        return super().__matmul__(other)


class SubclassesWelcome:
    """numpy, but for an ``asarray`` that leaves the counting arrays what they are."""

    asarray = staticmethod(np.asanyarray)

    def __getattr__(self, name):
        return getattr(np, name)


def test_multiplications_are_as_many_as_an_array_counts(rng, monkeypatch):
    N, widths = 7, [4, 6, 5, 3]
    params = [(W.view(Counting), b) for W, b in random_params(rng, widths)]
    X, y = rng.normal(size=(N, 4)).view(Counting), rng.integers(0, 3, N)
    forward, backward = ref.mult_counts(widths, N)
    monkeypatch.setattr(ref, "np", SubclassesWelcome())
    Counting.total = 0
    ref.backprop(params, X, y, TANH)
    # The reference also carries the gradient to the input, where nobody needs it: N n_0 n_1 more.
    assert Counting.total == forward + backward + N * widths[0] * widths[1] == 3 * forward
    assert backward <= 2 * forward


def test_multiplications_of_small_networks():
    assert ref.mult_counts([2, 3, 1], 1) == (9, 12)
    assert ref.mult_counts((5, 4), 10) == (200, 200)
    assert ref.mult_counts([10**6, 10**6], 10**6) == (10**18, 10**18)


def test_trained_network_reads_digits():
    images, labels = load_digits(return_X_y=True)
    images = images / 16
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(images))
        train, test = order[:1200], order[1200:]
        params = ref.capstone_digits(images[train], labels[train], np.random.default_rng(seed))
        scores = networks.forward(images[test], params, RELU[0])
        assert np.mean(scores.argmax(axis=1) == labels[test]) > 0.94  # measured: 0.943 to 0.978
        assert ref.backprop(params, images[train], labels[train], RELU)[0] < 0.12
    assert sum(W.size + b.size for W, b in params) == 64 * 32 + 32 + 32 * 10 + 10
