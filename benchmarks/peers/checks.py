"""The tests of ``course/solutions/01_five`` once more as plain assertions, which is what both peers ask for.

Public and hidden lines for each function; the hidden ones use the same shapes and the same number of inputs.
"""

DRAW = "rng = np.random.default_rng(1)"
PUBLIC = {
    "softmax": "assert np.allclose(softmax(np.zeros((1, 2))), [[0.5, 0.5]])",
    "dense": "assert np.allclose(dense(np.ones((1, 2)), np.ones((2, 1)), np.ones(1)), [[3.0]])",
    "sigmoid_gradient": "assert np.allclose(sigmoid_gradient(np.zeros(1)), [0.25])",
    "hinge_loss": "assert np.isclose(hinge_loss(np.ones(2), np.ones(2)), 0.0)",
    "rbf_kernel": "assert np.allclose(rbf_kernel(np.ones((1, 2)), np.ones((1, 2)), 0.5), [[1.0]])",
}
HIDDEN = {
    "softmax": f"""\
{DRAW}
for Z in (rng.normal(size=(5, 4)), rng.normal(size=(1, 4)), 1e3 * rng.normal(size=(5, 4))):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    got = softmax(Z)
    assert isinstance(got, np.ndarray) and got.shape == Z.shape
    assert np.allclose(got, e / e.sum(axis=1, keepdims=True))""",
    "dense": f"""\
{DRAW}
for n, d, m in ((5, 3, 7), (1, 3, 7), (50, 3, 40)):
    X, W, b = rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=m)
    got = dense(X, W, b)
    assert isinstance(got, np.ndarray) and got.shape == (n, m)
    assert np.allclose(got, X @ W + b)""",
    "sigmoid_gradient": f"""\
{DRAW}
for z in (rng.normal(size=5), rng.normal(size=(5, 4)), 5 * rng.normal(size=5)):
    s = 1 / (1 + np.exp(-z))
    got = sigmoid_gradient(z)
    assert isinstance(got, np.ndarray) and got.shape == z.shape
    assert np.allclose(got, s * (1 - s))""",
    "hinge_loss": f"""\
{DRAW}
for scores in (rng.normal(size=5), rng.normal(size=100), 10 * rng.normal(size=5)):
    y = np.where(np.arange(len(scores)) % 2 == 0, 1.0, -1.0)
    got = hinge_loss(scores, y)
    assert isinstance(got, (float, np.floating))
    assert np.isclose(got, np.maximum(0, 1 - y * scores).mean())""",
    "rbf_kernel": f"""\
{DRAW}
for n, m, d in ((5, 7, 3), (1, 1, 3), (30, 20, 3)):
    X, Y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    got = rbf_kernel(X, Y, 0.5)
    assert isinstance(got, np.ndarray) and got.shape == (n, m)
    assert np.allclose(got, np.exp(-0.5 * ((X[:, None, :] - Y[None, :, :]) ** 2).sum(axis=2)))""",
}
