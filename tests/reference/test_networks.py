"""The reference for networks against independent oracles: scipy, scikit-learn, loops, closed forms."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier, MLPRegressor

from reference import networks as ref

RELU = lambda z: np.maximum(z, 0)  # noqa: E731


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def random_params(rng, widths):
    return [(rng.normal(size=(o, i)), rng.normal(size=o)) for i, o in pairwise(widths)]


ORACLES = {
    "relu": lambda z: (z + np.abs(z)) / 2,
    "abs": lambda z: np.sign(z) * z,
    "leaky_relu": lambda z: np.array([v if v > 0 else v / 100 for v in z.flat]).reshape(z.shape),
    "sigmoid": special.expit,
    "tanh": lambda z: 2 * special.expit(2 * z) - 1,
}


@pytest.mark.parametrize("name", ORACLES)
def test_activations_agree_with_scipy_and_piecewise_formulas(name, rng):
    for z in (rng.normal(size=(4, 3)), 30 * rng.normal(size=50), np.array(-1.5)):
        assert_allclose(ref.activation(name, z), ORACLES[name](z), rtol=1e-13, atol=3e-16)


def test_activation_identities_hold_for_huge_numbers():
    z = np.array([1e3, 1e308, 3.0, 0.0])
    assert_array_equal(ref.activation("relu", z) - ref.activation("relu", -z), z)
    assert_array_equal(ref.activation("relu", z) + ref.activation("relu", -z), ref.activation("abs", z))
    assert_array_equal(ref.activation("sigmoid", [1e308, -1e308]), [1.0, 0.0])
    small = ref.activation("sigmoid", -40.0)  # the textbook form is right too, see trap below
    assert_allclose(small, special.expit(-40.0), rtol=1e-14)


def test_the_plain_sigmoid_overflows_to_the_right_limit():
    # Trap: 1/(1+exp(-z)) only warns; exp(z)/(1+exp(z)) is the form that breaks.
    with np.errstate(over="ignore", invalid="ignore"):
        assert 1 / (1 + np.exp(1e3)) == 0.0
        assert np.isnan(np.exp(1e3) / (1 + np.exp(1e3)))


def test_unknown_activation_is_named():
    with pytest.raises(ValueError, match="'gelu'"):
        ref.activation("gelu", [1.0])


@pytest.mark.parametrize("shape", [(5, 4), (1, 3), (3, 3), (6, 2)])
def test_softmax_and_log_softmax_agree_with_scipy(shape, rng):
    for scale in (1.0, 300.0):
        Z = scale * rng.normal(size=shape)
        assert_allclose(ref.softmax(Z), special.softmax(Z, axis=1), rtol=1e-13)
        assert_allclose(ref.log_softmax(Z), special.log_softmax(Z, axis=1), rtol=1e-13, atol=1e-15)


def test_softmax_of_two_classes_is_a_sigmoid(rng):
    Z = rng.normal(size=(6, 2))
    assert_allclose(ref.softmax(Z)[:, 1], special.expit(Z[:, 1] - Z[:, 0]), rtol=1e-14)


def test_softmax_survives_rows_of_very_different_size():
    Z = [[10000, 0, -10000], [-10000, -10000, -9999]]
    assert_allclose(ref.softmax(Z).sum(axis=1), 1, rtol=1e-15)
    assert np.isfinite(ref.log_softmax(Z)).all()
    assert_allclose(ref.log_softmax(ref.log_softmax(Z)), ref.log_softmax(Z), rtol=1e-15)


@pytest.mark.parametrize(
    ("activation", "act"), [("relu", RELU), ("tanh", np.tanh), ("logistic", special.expit), ("identity", lambda z: z)]
)
def test_forward_agrees_with_scikit_learn(activation, act, rng):
    X, y = rng.normal(size=(40, 5)), rng.integers(0, 3, 40)
    # Trap: the first positional parameter of MLPRegressor is `loss` since 1.7, so the name is written out.
    net = MLPClassifier(hidden_layer_sizes=(6, 4), activation=activation, random_state=0, solver="sgd", max_iter=1)
    net.partial_fit(X, y, classes=[0, 1, 2])
    params = [(W.T, b) for W, b in zip(net.coefs_, net.intercepts_, strict=True)]  # coefs_ are (n_in, n_out)
    assert_allclose(ref.softmax(ref.forward(X, params, act)), net.predict_proba(X), rtol=1e-12)


def test_forward_agrees_with_the_regressor_and_with_a_scalar_loop(rng):
    X, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    net = MLPRegressor(hidden_layer_sizes=(4, 4), activation="tanh", solver="sgd", random_state=1)
    net.partial_fit(X, y)
    params = [(W.T, b) for W, b in zip(net.coefs_, net.intercepts_, strict=True)]
    assert_allclose(ref.forward(X, params, np.tanh), net.predict(X), rtol=1e-12)
    assert_allclose(ref.forward(X[:1], params, np.tanh)[0], scalar_forward(X[0], params, np.tanh), rtol=1e-12)


def scalar_forward(x, params, act):
    """Evaluate a network neuron by neuron."""
    values = list(x)
    for depth, (W, b) in enumerate(params, 1):
        z = [sum(W[i, j] * values[j] for j in range(len(values))) + b[i] for i in range(len(b))]
        values = [float(act(v)) for v in z] if depth < len(params) else z
    return values


def test_forward_of_one_layer_never_calls_the_activation(rng):
    def act(z):
        raise AssertionError("called")

    ((W, b),) = params = random_params(rng, [3, 2])
    X = rng.normal(size=(4, 3))
    assert_allclose(ref.forward(X, params, act), [W @ x + b for x in X], rtol=1e-13)


def test_forward_accepts_lists_and_leaves_everything_as_it_was(rng):
    params = random_params(rng, [2, 3, 1])
    copies = [(W.copy(), b.copy()) for W, b in params]
    X = np.array([[1, -2], [0, 3]])
    out = ref.forward(X, params, RELU)
    assert out.dtype == np.float64
    assert_array_equal(ref.forward(X.tolist(), [(W.tolist(), b.tolist()) for W, b in params], RELU), out)
    for (W, b), (W0, b0) in zip(params, copies, strict=True):
        assert_array_equal(W, W0)
        assert_array_equal(b, b0)


@pytest.mark.parametrize("hidden", [(), (5,), (7, 3)])
def test_parameters_are_counted_as_scikit_learn_stores_them(hidden, rng):
    X, y = rng.normal(size=(20, 4)), rng.integers(0, 3, 20)
    if not hidden:
        assert ref.count_parameters([4, 3]) == 3 * 5
        return
    net = MLPClassifier(hidden_layer_sizes=hidden, solver="sgd").partial_fit(X, y, classes=[0, 1, 2])
    assert ref.count_parameters([4, *hidden, 3]) == sum(a.size for a in (*net.coefs_, *net.intercepts_))


@pytest.mark.parametrize("widths", [[3, 2], [3, 5, 2], [4, 4, 4, 4], [3, 1, 3]])
def test_collapsed_network_is_determined_by_affinely_independent_points(widths, rng):
    params = random_params(rng, widths)
    W, b = ref.collapse_affine(params)
    n = widths[0]
    values = ref.forward(np.vstack([np.zeros(n), np.eye(n)]), params, lambda z: z)
    assert_allclose(b, values[0], atol=5e-15 * max(1, np.abs(values).max()), rtol=1e-12)
    assert_allclose(W, (values[1:] - values[0]).T, atol=1e-13, rtol=1e-12)
    assert np.linalg.matrix_rank(W) <= min(widths)


def test_collapse_of_one_layer_is_a_copy(rng):
    params = random_params(rng, [2, 2])
    W, b = ref.collapse_affine(params)
    assert_array_equal(W, params[0][0])
    assert not np.shares_memory(W, params[0][0])
    assert not np.shares_memory(b, params[0][1])


def test_xor_network_is_exact():
    corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert_array_equal(ref.forward(corners, ref.xor_network(), RELU).ravel(), [0, 1, 1, 0])
    assert len(ref.xor_network()[0][1]) <= 3


@pytest.mark.parametrize("m", [1, 2, 9, 40])
def test_interpolant_agrees_with_numpy_interp(m, rng):
    x = np.cumsum(rng.uniform(0.05, 1, m + 1)) - 3
    y = rng.normal(size=m + 1)
    t = np.linspace(x[0], x[-1], 200)
    params = ref.relu_interpolant(x, y)
    assert len(params[0][1]) <= m + 1
    assert_allclose(ref.forward(t[:, None], params, RELU)[:, 0], np.interp(t, x, y), atol=1e-12)


def test_interpolant_of_the_sine_converges_with_the_square_of_the_spacing():
    t = np.linspace(0, np.pi, 4001)
    errors = {}
    for m in (20, 40, 80):
        x = np.linspace(0, np.pi, m + 1)
        f = ref.forward(t[:, None], ref.relu_interpolant(x, np.sin(x)), RELU)[:, 0]
        errors[m] = np.abs(f - np.sin(t)).max()
        assert errors[m] <= (np.pi / m) ** 2 / 8 + 1e-12
    assert errors[20] / errors[40] == pytest.approx(4, rel=0.02)
    assert errors[40] / errors[80] == pytest.approx(4, rel=0.02)


def test_random_hidden_layer_reads_digits_and_a_linear_map_reads_fewer():
    images, labels = load_digits(return_X_y=True)
    images = images / 16
    accuracies = []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(images))
        train, test = order[:1200], order[1200:]
        answer = ref.capstone_digits(images[train], labels[train], images[test], np.random.default_rng(seed))
        accuracies.append(np.mean(answer == labels[test]))
    assert min(accuracies) > 0.955  # measured over many splits: 0.965 to 0.980
    assert answer.dtype == np.int64
