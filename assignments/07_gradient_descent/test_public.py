"""Public tests: gradient descent.

Run them from the notebook with ``check("gradient_descent")``. They are small, and every expected number can be checked
by hand. Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import (
    Recorder,
    agree,
    between,
    called,
    cases,
    draw,
    generator,
    grades,
    raises,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"


# ---- gradient_descent ------------------------------------------------------------------------------------------


@grades("gradient_descent", hint="x_1 = x_0 - 0.5 * (8, 4) = (4, -1). If all rows are equal, you stored one array.")
def test_gradient_descent_of_the_worked_example(student):
    """The valley of the exercise, three steps of 1/2 from (8, 1): (4, -1), (2, 1), (1, -1)."""
    grad = Recorder(lambda x: np.array([1.0, 4.0]) * x)
    trajectory = unchanged(student.gradient_descent, grad, np.array([8.0, 1.0]), 0.5, 3)
    agree(trajectory, [[8.0, 1.0], [4.0, -1.0], [2.0, 1.0], [1.0, -1.0]], name="the trajectory")
    called(grad, exactly=3, name="grad")


@grades("gradient_descent", hint="Is your array still one of integers, which cut off the fractions?")
def test_gradient_descent_from_an_integer(student):
    """From the integer 3, with f(x) = x^2 / 2 and step 1/2: 3, 1.5, 0.75, in float64."""
    trajectory = student.gradient_descent(lambda x: x, np.array([3]), 0.5, 2)
    trajectory = shaped(trajectory, (3, 1), name="the trajectory", dtype="float64")
    agree(trajectory, [[3.0], [1.5], [0.75]], name="the trajectory")


# ---- quadratic_rate and critical_step --------------------------------------------------------------------------


@grades("quadratic_rate", hint="The factors are 1 - lr and 1 - 4 lr; take the larger absolute value.")
@cases("lr rate", timid=(0.1, 0.9), best=(0.4, 0.6), critical=(0.5, 1.0), too_bold=(1.0, 3.0))
def test_quadratic_rate_of_a_diagonal_matrix(student, lr, rate):
    """For the eigenvalues 1 and 4: rates 0.9, 0.6, 1 and 3 at the steps 0.1, 0.4, 0.5 and 1."""
    agree(unchanged(student.quadratic_rate, np.diag([1.0, 4.0]), lr), rate, name="the rate")


@grades("quadratic_rate", hint="The eigenvalues are 1 and 3, not the entries.")
def test_quadratic_rate_of_a_full_matrix(student):
    """For [[2, 1], [1, 2]] and the step 1/4 the factors are 3/4 and 1/4, so the rate is 3/4."""
    agree(student.quadratic_rate([[2, 1], [1, 2]], 0.25), 0.75, name="the rate")


@grades("critical_step", hint="The eigenvalues of this matrix are 1 and 3.")
def test_critical_step_of_the_worked_example(student):
    """For [[2, 1], [1, 2]] it is 2/3."""
    agree(unchanged(student.critical_step, np.array([[2.0, 1.0], [1.0, 2.0]])), 2 / 3, name="the critical step")


# ---- minibatches -----------------------------------------------------------------------------------------------


@grades("minibatches", hint="Shuffle the indices once and cut; the last block takes what is left.")
@cases("N B sizes rng", seven=(7, 3, [3, 3, 1], generator()), six=(6, 3, [3, 3], generator()))
def test_minibatches_of_a_few_objects(student, N, B, sizes, rng):
    """7 objects make blocks of 3, 3, 1 and 6 objects blocks of 3, 3; each object is in one of them."""
    blocks = sequence(student.minibatches(N, B, rng), len(sizes), name="the list of blocks")
    blocks = [shaped(block, (size,), name="a block", dtype="int64") for block, size in zip(blocks, sizes, strict=True)]
    agree(np.sort(np.concatenate(blocks)), np.arange(N), name="all blocks together, sorted")


@grades("minibatches", hint="Do you shuffle, and with the rng that was handed in?")
@cases("rng", forty_objects=generator())
def test_minibatches_are_in_random_order(student, rng):
    """40 objects do not come in the order 0, 1, 2, ..., and generators in the same state give the same order."""
    first, again = (sequence(student.minibatches(40, 40, r), 1, name="the list of blocks") for r in (rng, rng))
    order = shaped(first[0], (40,), name="the block")
    agree(bool(np.array_equal(order, np.arange(40))), False, name="[the order is 0, 1, 2, ...]")
    agree(again[0], order, name="the order drawn from the same state")


# ---- sgd -------------------------------------------------------------------------------------------------------

CENTRES = np.array([[0.0], [4.0], [8.0]])


@grades("sgd", hint="Every w is the one before minus 0.5 * grad. The last block is not full.")
@cases("rng", three_objects=generator())
def test_sgd_of_three_objects(student, rng):
    """With L_i(w) = (w - c_i)^2 / 2, c = 0, 4, 8 and step 1/2, each step goes half the way to the block's mean."""
    grad = Recorder(lambda w, idx: w - CENTRES[idx].mean(axis=0))
    answer = shaped(unchanged(student.sgd, grad, np.array([10.0]), 3, 0.5, 2, 2, rng), (1,), name="the answer")
    called(grad, exactly=4, name="grad")
    w = np.array([10.0])
    for step, call in enumerate(grad.calls):
        seen, idx = sequence(call, 2, name="the arguments of grad")
        agree(seen, w, name=f"the w passed to call {step} of grad")
        idx = between(shaped(idx, (2 - step % 2,), name="the idx passed to grad"), 0, 2, name="the idx passed to grad")
        w = (w + CENTRES[idx.astype(np.int64)].mean(axis=0)) / 2
    agree(answer, w, name="the answer")


@grades("sgd", hint="With B = 3 there is one block per epoch, and its mean gradient is w - 4.")
@cases("rng", three_objects=generator())
def test_sgd_with_one_block_per_epoch(student, rng):
    """With B = 3 and the step 1/2, w goes from 12 to 8, 6 and 5 in three epochs."""
    answer = student.sgd(lambda w, idx: w - CENTRES[idx].mean(axis=0), [12], 3, 0.5, 3, 3, rng)
    agree(shaped(answer, (1,), name="the answer", dtype="float64"), [5.0], name="the answer")


# ---- batch_gradient_variance -----------------------------------------------------------------------------------


@grades("batch_gradient_variance", hint="N = 3: the spread is 14/3, and the factor is 2/2, 1/4, 0 for B = 1, 2, 3.")
@cases("B variance", single=(1, 14 / 3), pairs=(2, 7 / 6), all_three=(3, 0.0))
def test_batch_gradient_variance_of_three_gradients(student, B, variance):
    """For the gradients 0, 1, 5: 14/3 for B = 1, 7/6 for B = 2, and 0 for B = 3."""
    G = np.array([[0.0], [1.0], [5.0]])
    agree(unchanged(student.batch_gradient_variance, G, B), variance, name="the variance")


@grades("batch_gradient_variance", hint="The squared norm adds up the coordinates: 9 + 16 for each of the two.")
def test_batch_gradient_variance_in_the_plane(student):
    """For the gradients (10, 20) and (16, 28), each is (3, 4) away from the mean: 25 for B = 1."""
    agree(student.batch_gradient_variance([[10, 20], [16, 28]], 1), 25.0, name="the variance")


# ---- sgd_stationary_variance -----------------------------------------------------------------------------------


@grades("sgd_stationary_variance", hint="Put your answer into v = (1 - lr a)^2 v + lr^2 s2. Does it hold?")
@cases("a s2 lr v", half=(1.0, 3.0, 0.5, 1.0), steep=(2.0, 6.0, 0.25, 0.5), no_memory=(4.0, 32.0, 0.25, 2.0))
def test_sgd_stationary_variance_of_small_numbers(student, a, s2, lr, v):
    """The worked example, and two more that you can do in your head."""
    agree(student.sgd_stationary_variance(a, s2, lr), v, name="the variance")


@grades("sgd_stationary_variance", hint="raise ValueError(...) if lr * a >= 2.")
def test_sgd_stationary_variance_at_the_critical_step(student):
    """For a = 4 and the step 1/2 there is no limit: a ValueError says so."""
    raises(student.sgd_stationary_variance, 4.0, 1.0, 0.5)


# ---- init_params -----------------------------------------------------------------------------------------------


@grades("init_params", hint="One pair for each layer; a row of W holds the weights of one neuron.")
@cases("rng", three_widths=generator())
def test_init_params_shapes(student, rng):
    """Widths [4, 3, 2] give W1 of shape (3, 4), b1 (3,), W2 (2, 3), b2 (2,), and biases 0."""
    first, second = sequence(student.init_params([4, 3, 2], rng, "he"), 2, name="params")
    for layer, shape in ((first, (3, 4)), (second, (2, 3))):
        W, b = sequence(layer, 2, name="a layer")
        shaped(W, shape, name="W")
        agree(b, np.zeros(shape[0]), name="b")


@grades("init_params", hint="The table gives the variance; the standard deviation is its square root.")
@cases("scheme deviation rng", he=("he", 0.1, generator()), xavier=("xavier", 0.0816, generator()))
def test_init_params_standard_deviation(student, scheme, deviation, rng):
    """For widths [200, 100] it is near sqrt(2/200) = 0.1 with "he", and near sqrt(2/300) = 0.082 with "xavier"."""
    (layer,) = sequence(student.init_params([200, 100], rng, scheme), 1, name="params")
    W, _ = sequence(layer, 2, name="the layer")
    W = between(shaped(W, (100, 200), name="W"), -1e3, 1e3, name="W")
    between(np.std(W), 0.94 * deviation, 1.06 * deviation, name="the standard deviation of W")


# ---- capstone_digits -------------------------------------------------------------------------------------------


@draw
def one_split(rng):
    """Split the digits once into 1200 training and 597 test images."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"] / 16, digits["y"]
    order = rng.permutation(len(y))
    train, test = order[:1200], order[1200:]
    return X[train], y[train], X[test], y[test], generator().make(rng)


@grades("capstone_digits", hint="Points need 93 % here and a training loss of 0.20, on average over three splits.")
@cases("X_train y_train X_test y_test rng", digits=one_split)
def test_capstone_digits_on_one_split(student, X_train, y_train, X_test, y_test, rng):
    """At least 92 % of 597 images are read correctly."""
    W, b = sequence(student.capstone_digits(X_train, y_train, rng), 2, name="(W, b)")
    W = between(shaped(W, (10, 64), name="W"), -1e6, 1e6, name="W")
    b = between(shaped(b, (10,), name="b"), -1e6, 1e6, name="b")
    between(np.mean(np.argmax(X_test @ W.T + b, axis=1) == y_test), 0.92, 1.0, name="the accuracy")
