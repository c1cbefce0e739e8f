"""Hidden tests: gradient descent.

The functions that a test passes to the student run here and are recorded, so how often they were called and with what
is a fact. What the student chose at random is never compared with a choice of ours: descents are replayed from the
record, batches are judged as partitions, weights by their moments. The probability that a right answer fails by chance
stands beside each test that involves chance; all of them together stay below 1e-10 per grading. A generator crosses to
the student as its seed, so no two calls share one; that it moves on is seen within one call, in the epochs of sgd.

A test that a function could pass without computing anything would be a gift, so dtypes and purity are looked at on
right answers only.
"""

from itertools import combinations, pairwise
from math import ceil
from pathlib import Path

import numpy as np

import reference.gradient_descent as ref
from autograder.testing import (
    Mismatch,
    Recorder,
    agree,
    between,
    called,
    cases,
    draw,
    finite,
    generator,
    grades,
    integers,
    normal,
    raises,
    sequence,
    shaped,
    unchanged,
)

DIGITS = Path(__file__).parent / "data" / "digits.npz"


# ---- inputs ----------------------------------------------------------------------------------------------------


def definite(rng, eigenvalues):
    """Return a symmetric matrix with these eigenvalues and random eigenvectors."""
    Q, _ = np.linalg.qr(rng.standard_normal((len(eigenvalues), len(eigenvalues))))
    A = Q * np.asarray(eigenvalues) @ Q.T
    return (A + A.T) / 2


def bowl(*eigenvalues):
    """Draw a symmetric positive definite matrix with these eigenvalues."""
    return draw(lambda rng: definite(rng, eigenvalues))


def descent(*eigenvalues, lr, scale=1.0):
    """Draw a quadratic (matrix and lowest point, off the origin) and a starting point, and add the step."""

    def make(rng):
        n = len(eigenvalues)
        return (
            definite(rng, eigenvalues),
            scale * (3 + rng.standard_normal(n)),
            scale * (-2 + 2 * rng.standard_normal(n)),
            lr,
        )

    return draw(make)


def generators(count):
    """Draw that many random generators, all different."""
    return draw(lambda rng: [generator().make(rng) for _ in range(count)])


@draw
def three_splits(rng):
    """Split the digits three times into 1200 training and 597 test images, each time with a new generator."""
    with np.load(DIGITS) as digits:
        X, y = digits["X"] / 16, digits["y"]
    splits = []
    for _ in range(3):
        order = rng.permutation(len(y))
        train, test = order[:1200], order[1200:]
        splits.append((X[train], y[train], X[test], y[test], generator().make(rng)))
    return splits


# ---- gradient_descent ------------------------------------------------------------------------------------------


@grades("gradient_descent", points=4, hint="Row k + 1 is row k minus lr times the gradient at row k; row 0 is x0.")
@cases(
    "A centre x0 lr",
    cautious=descent(0.5, 2.0, 3.0, lr=0.05),
    brisk=descent(0.5, 1.0, 4.0, 5.0, lr=0.3),
    overshooting=descent(1.0, 3.0, lr=0.62),
    diverging=descent(0.2, 2.0, 1.0, lr=1.1),
    far_out=descent(1.0, 6.0, scale=1e3, lr=0.1),
)
def test_gradient_descent_follows_the_closed_form_on_a_quadratic(student, A, centre, x0, lr):
    """On a quadratic with matrix A and lowest point x*, row k is x* + (I - lr A)^k (x0 - x*)."""
    n_steps = 12
    trajectory = student.gradient_descent(lambda x: A @ (x - centre), x0, lr, n_steps)
    step = np.eye(len(A)) - lr * A
    expected = [centre + np.linalg.matrix_power(step, k) @ (x0 - centre) for k in range(n_steps + 1)]
    agree(trajectory, expected, name="the trajectory", condition=10 * max(1.0, np.abs(x0).max()))


@grades(
    "gradient_descent",
    points=2,
    hint="Use the gradient as it is: its length matters, and its sign is minus.",
    margin="it checks an inequality that wrong steps miss by little",
)
@cases("M x0", tall=(normal("m d"), normal("d", scale=3.0)), square=(normal("4 4"), normal("4", scale=3.0)))
def test_gradient_descent_falls_as_the_descent_lemma_says(student, M, x0):
    """If the gradient changes at most at rate L, each step lowers f by lr (1 - lr L / 2) |gradient|^2 at least."""

    def f(x):
        return np.sum(np.logaddexp(M @ x, -M @ x))

    def grad(x):
        return M.T @ np.tanh(M @ x)

    L = np.linalg.norm(M, 2) ** 2
    for lr in (0.3 / L, 1.7 / L):
        trajectory = finite(
            shaped(student.gradient_descent(grad, x0, lr, 8), (9, len(x0)), name="the trajectory"),
            name="the trajectory",
        )
        agree(trajectory[0], x0, name="row 0")
        for x, following in pairwise(between(trajectory, -1e3, 1e3, name="the trajectory").astype(np.float64)):
            agree(following, x - lr * grad(x), name="x_(k+1)", rtol=1e-6, atol=1e-6)
            promised = f(x) - lr * (1 - lr * L / 2) * np.sum(grad(x) ** 2)
            between(f(following), -np.inf, promised, name="f(x_(k+1))", slack=1e-5)


@grades("gradient_descent", points=1, hint="One gradient per step; the last point needs none.")
@cases(
    "x0 n_steps",
    one=(normal("d"), 1),
    nine=(normal("4"), 9),
    thirty=(normal("2"), 30),
    from_the_lowest_point=(np.zeros(3), 7),
)
def test_gradient_descent_calls_the_gradient_once_per_step(student, x0, n_steps):
    """For n_steps steps the gradient is called exactly n_steps times."""
    grad = Recorder(lambda x: x)
    trajectory = student.gradient_descent(grad, x0, 0.25, n_steps)
    called(grad, exactly=n_steps, name="grad")
    agree(trajectory, np.outer(0.75 ** np.arange(n_steps + 1), x0), name="the trajectory")


@grades("gradient_descent", points=1, hint="Integers cut off fractions: start from np.array(x0, dtype=np.float64).")
@cases("x0", integer_array=integers("d", -9, 10), plain_list=[3, -5, 2, 8], one_coordinate=np.array([7]))
def test_gradient_descent_answers_in_float64(student, x0):
    """Integers and lists as starting points give a float64 array of shape (n_steps + 1, n), without steps too."""
    for n_steps in (3, 0):
        trajectory = student.gradient_descent(lambda x: x, x0, 0.25, n_steps)
        expected = np.outer(0.75 ** np.arange(n_steps + 1), x0)
        name = f"the trajectory of {n_steps} steps"
        agree(shaped(trajectory, expected.shape, name=name, dtype="float64"), expected, name=name)


@grades("gradient_descent", points=1, hint="`x -= ...` writes into the caller's array; `x = x - ...` does not.")
@cases("x0", typical=normal("n", shift=2.0), one_coordinate=normal("1"))
def test_gradient_descent_leaves_its_start_alone(student, x0):
    """The right trajectory, and x0 is the same after the call."""
    trajectory = unchanged(student.gradient_descent, lambda x: x - 1, x0, 0.5, 4)
    agree(trajectory, 1 + np.outer(0.5 ** np.arange(5), x0 - 1), name="the trajectory")


@grades("gradient_descent", points=1, hint="With n_steps = 0 there is one row and no gradient.")
@cases("x0", typical=normal("n", shift=2.0), one_coordinate=normal("1"))
def test_gradient_descent_without_steps_stays(student, x0):
    """With n_steps = 0 the answer is x0 alone, as an array of shape (1, n), and the gradient is not called."""
    grad = Recorder(lambda x: x)
    agree(student.gradient_descent(grad, x0, 0.5, 0), x0[None, :], name="the trajectory")
    called(grad, exactly=0, name="grad")
    agree(student.gradient_descent(grad, x0, 0.25, 1), [x0, 0.75 * x0], name="the trajectory of one step")


# ---- quadratic_rate --------------------------------------------------------------------------------------------


@grades(
    "quadratic_rate", points=4, hint="Every eigenvalue has its factor 1 - lr lambda. Which one is worst depends on lr."
)
@cases(
    "A lr",
    small_step=(bowl(0.5, 2.0, 3.0), 0.05),
    middle_step=(bowl(0.5, 1.0, 4.0, 5.0), 0.3),
    large_step=(bowl(0.5, 1.0, 4.0, 5.0), 0.39),
    all_far_from_zero=(bowl(7.0, 8.0, 9.0), 0.21),
)
def test_quadratic_rate_is_the_worst_factor(student, A, lr):
    """The rate is the spectral norm of I - lr A."""
    agree(student.quadratic_rate(A, lr), np.linalg.norm(np.eye(len(A)) - lr * A, 2), name="the rate")


@grades("quadratic_rate", points=2, hint="Start along an eigenvector: by which factor does the error shrink?")
@cases("A lr", slow=(bowl(0.1, 2.0, 3.0), 0.1), fast=(bowl(1.0, 2.0, 3.0, 4.0), 0.4), zigzag=(bowl(1.0, 6.0), 0.32))
def test_quadratic_rate_is_what_descent_shows(student, A, lr):
    """No descent is slower than the rate, and after many steps no faster either."""
    rate = float(finite(shaped(student.quadratic_rate(A, lr), (), name="the rate"), name="the rate"))
    between(rate, 0.0, 1.0, name="the rate")
    error = np.linalg.eigh(A)[1].sum(axis=1)  # a bit of every direction
    for k in range(60):
        following = error - lr * A @ error
        if k >= 55:  # only the slowest direction is left
            high = 1.001 * np.linalg.norm(following) / np.linalg.norm(error)
            between(rate, 0.0, high, name="the rate")
        between(np.linalg.norm(following) / np.linalg.norm(error), 0.0, rate, name="the observed factor", slack=1e-6)
        error = following


@grades("quadratic_rate", points=1, hint="At lr = 2 / (lambda_min + lambda_max) both ends are equally slow.")
@cases("A low high", mild=(bowl(1.0, 2.0, 3.0), 1.0, 3.0), stiff=(bowl(0.01, 1.0, 5.0, 10.0), 0.01, 10.0))
def test_quadratic_rate_of_the_best_step(student, A, low, high):
    """The best step, 2 / (lambda_min + lambda_max), has the rate (kappa - 1) / (kappa + 1), and no other step does."""
    kappa, best = high / low, 2 / (low + high)
    agree(student.quadratic_rate(A, best), (kappa - 1) / (kappa + 1), name="the rate", condition=10)
    agree(student.quadratic_rate(A, 0.9 * best), 1 - 0.9 * best * low, name="the rate below", condition=10)
    agree(student.quadratic_rate(A, 1.1 * best), 1.1 * best * high - 1, name="the rate above", condition=10)


@grades("quadratic_rate", points=1, hint="Convert A with np.asarray(A, dtype=np.float64), and return a float.")
@cases(
    "A lr expected",
    integer_array=(np.array([[2, 1], [1, 2]]), 0.25, 0.75),
    nested_list=([[5, 2], [2, 2]], 0.25, 0.75),
    integer_step=(np.array([[3, 1], [1, 3]]), 1, 3.0),
)
def test_quadratic_rate_answers_in_float64(student, A, lr, expected):
    """Integer matrices and nested lists give one float."""
    agree(shaped(student.quadratic_rate(A, lr), (), name="the rate", dtype="float64"), expected, name="the rate")


@grades("quadratic_rate", points=1, hint="Do not scale A or its diagonal in place.")
@cases("A", typical=bowl(0.5, 1.0, 4.0), two=bowl(1.0, 2.0))
def test_quadratic_rate_leaves_its_input_alone(student, A):
    """The right rate, and A is the same after the call."""
    agree(unchanged(student.quadratic_rate, A, 0.2), np.linalg.norm(np.eye(len(A)) - 0.2 * A, 2), name="the rate")


@grades("quadratic_rate", points=1, hint="The formula has no exceptions: the rate may be 0, 1 or more.")
@cases(
    "A lr expected",
    one_dimension=(np.array([[5.0]]), 0.3, 0.5),
    one_dimension_with_a_small_step=(np.array([[4.0]]), 0.1, 0.6),
    perfect_step=(4 * np.eye(3), 0.25, 0.0),
    no_step=(bowl(1.0, 2.0), 0.0, 1.0),
    diverging=(bowl(1.0, 2.0, 30.0), 1.0, 29.0),
)
def test_quadratic_rate_of_extreme_steps(student, A, lr, expected):
    """One dimension, one common eigenvalue, no step at all, and a step far too large."""
    agree(student.quadratic_rate(A, lr), expected, name="the rate", condition=10)


# ---- critical_step ---------------------------------------------------------------------------------------------


@grades("critical_step", points=2, hint="1 - lr lambda must stay above -1 for every eigenvalue.")
@cases("A high", mild=(bowl(1.0, 2.0, 3.0), 3.0), stiff=(bowl(0.01, 1.0, 5.0, 16.0), 16.0), even=(bowl(2.0, 2.5), 2.5))
def test_critical_step_is_two_over_the_largest_eigenvalue(student, A, high):
    """The critical step is 2 / lambda_max."""
    agree(student.critical_step(A), 2 / high, name="the critical step", condition=10)


@grades(
    "critical_step", points=1, hint="Try your step on the steepest direction: does the error shrink, or flip for ever?"
)
@cases("A", mild=bowl(1.0, 2.0, 3.0), stiff=bowl(0.01, 1.0, 5.0, 16.0), even=bowl(2.0, 2.5))
def test_critical_step_divides_convergence_from_divergence(student, A):
    """A step 0.1 % smaller converges from every start, and one 0.1 % larger does not."""
    step = float(between(shaped(student.critical_step(A), (), name="the critical step"), 0.0, 1e9, "the critical step"))
    between(ref.quadratic_rate(A, 0.999 * step), 0.0, 1.0 - 1e-6, name="the rate just below the critical step")
    between(ref.quadratic_rate(A, 1.001 * step), 1.0 + 1e-6, np.inf, name="the rate just above the critical step")


@grades("critical_step", points=0.5, hint="Convert A with np.asarray(A, dtype=np.float64), and return a float.")
@cases("A expected", integer_array=(np.array([[2, 1], [1, 2]]), 2 / 3), nested_list=([[5, 2], [2, 2]], 1 / 3))
def test_critical_step_answers_in_float64(student, A, expected):
    """Integer matrices and nested lists give one float."""
    value = shaped(student.critical_step(A), (), name="the critical step", dtype="float64")
    agree(value, expected, name="the critical step")


@grades("critical_step", points=0.5, hint="Do not scale A in place.")
@cases("A", typical=bowl(0.5, 1.0, 3.0), two=bowl(1.0, 3.0))
def test_critical_step_leaves_its_input_alone(student, A):
    """The right step, and A is the same after the call."""
    agree(unchanged(student.critical_step, A), 2 / 3, name="the critical step", condition=10)


@grades("critical_step", points=1, hint="Is it the eigenvalue you use, or something that equals it in lucky cases?")
@cases(
    "A expected",
    one_dimension=(np.array([[8.0]]), 0.25),
    round_bowl=(4 * np.eye(5), 0.5),
    gentle=(bowl(1e-6, 4e-6), 5e5),
    steep=(bowl(1.0, 4e6), 5e-7),
)
def test_critical_step_of_round_gentle_and_steep_bowls(student, A, expected):
    """One dimension, one common eigenvalue, and very small or very large ones."""
    agree(student.critical_step(A), expected, name="the critical step", rtol=1e-8, atol=0.0)


# ---- minibatches -----------------------------------------------------------------------------------------------


def block_sizes(N, B):
    """Return the sizes of the blocks that N objects make."""
    return [min(B, N - start) for start in range(0, N, B)]


def blocks_of(answer, N, B):
    """Return the blocks that a student answered once they are arrays of the right sizes."""
    blocks = sequence(answer, ceil(N / B), name="the list of blocks")
    pairs = zip(blocks, block_sizes(N, B), strict=True)
    return [shaped(block, (size,), name=f"block {i}") for i, (block, size) in enumerate(pairs)]


def agree_partition(blocks, N, name="all blocks together, sorted"):
    """Check that non-empty blocks hold each of 0..N-1 once."""
    agree(np.sort(np.concatenate(blocks)), np.arange(N), name=name)


@grades(
    "minibatches", points=3, hint="Shuffle all N indices once, then cut: nothing is drawn twice, nothing is left out."
)
@cases(
    "N B rng",
    last_one_short=(17, 5, generator()),
    no_remainder=(12, 4, generator()),
    pairs=(31, 2, generator()),
    large=(1000, 64, generator()),
)
def test_minibatches_visit_every_object_once(student, N, B, rng):
    """The blocks together hold each of 0, ..., N - 1 exactly once."""
    blocks = sequence(student.minibatches(N, B, rng), None, name="the list of blocks")
    between(len(blocks), 1, N, name="the number of blocks")
    agree_partition([shaped(block, (None,), name=f"block {i}") for i, block in enumerate(blocks)], N)


@grades("minibatches", points=2, hint="17 objects in blocks of 5: sizes 5, 5, 5, 2 in this order.")
@cases(
    "N B rng",
    last_one_short=(17, 5, generator()),
    one_left_over=(13, 4, generator()),
    no_remainder=(12, 4, generator()),
    large=(1000, 64, generator()),
)
def test_minibatches_are_full_but_for_the_last(student, N, B, rng):
    """There are ceil(N / B) blocks of distinct indices; all have size B except perhaps the last."""
    blocks = blocks_of(student.minibatches(N, B, rng), N, B)
    agree(len(np.unique(np.concatenate(blocks))), N, name="the number of different indices")


# A uniformly random order misses one of the 24 in 700 draws with probability at most 24 (23/24)^700 < 3e-12.
@grades("minibatches", points=2, hint="Only a shuffle of all indices, by the rng handed in, reaches every order.")
@cases("rngs", seven_hundred_draws=generators(700))
def test_minibatches_come_in_all_orders(student, rngs):
    """In 700 draws with N = 4 and B = 1, all 24 orders of the four objects occur."""
    orders = set()
    for rng in rngs:
        blocks = blocks_of(student.minibatches(4, 1, rng), 4, 1)
        agree_partition(blocks, 4)
        orders.add(tuple(np.concatenate(blocks).tolist()))
    agree(len(orders), 24, name="the number of different orders")


# The pair in the first block is one of 6; one of them is missed in 150 draws with probability at most
# 6 (5/6)^150 < 1e-11. In which order a block holds its indices is not looked at.
@grades("minibatches", points=1, hint="Shuffle the objects, not finished blocks of neighbours.")
@cases("rngs", hundred_and_fifty_draws=generators(150))
def test_minibatches_mix_objects_across_blocks(student, rngs):
    """In 150 draws with N = 4 and B = 2, each of the 6 pairs of objects is the first block at least once."""
    pairs = set()
    for rng in rngs:
        blocks = blocks_of(student.minibatches(4, 2, rng), 4, 2)
        agree_partition(blocks, 4)
        pairs.add(frozenset(blocks[0].tolist()))
    agree(len(pairs), 6, name="the number of different first blocks")


# Independent orders of 60 objects agree with probability 1/60! < 1e-81. There are 30 other states, and not one, so that
# a program with little randomness has its 30 chances to show it: it fails elsewhere.
@grades("minibatches", points=1, hint="All randomness must come from rng, and from nothing else.")
@cases("rng others", sixty_objects=(generator(), generators(30)))
def test_minibatches_are_decided_by_the_generator(student, rng, others):
    """Generators in the same state give the same blocks, generators in different states different ones."""
    first, again, *different = (
        np.concatenate(blocks_of(student.minibatches(60, 7, r), 60, 7)) for r in (rng, rng, *others)
    )
    agree(np.sort(first), np.arange(60), name="all blocks together, sorted")
    agree(again, first, name="the order drawn from the same state")
    agree(all(np.array_equal(order, first) for order in different), False, name="[all states give the same order]")
    last = [sorted(order[56:]) for order in (first, *different)]
    agree(all(block == last[0] for block in last), False, name="[all states give the same last block]")


@grades("minibatches", points=0.5, hint="A list of one-dimensional arrays: no rows of a matrix, no floats.")
@cases("N B rng", last_one_short=(17, 5, generator()), no_remainder=(12, 4, generator()))
def test_minibatches_are_a_list_of_int64_arrays(student, N, B, rng):
    """The answer is a list, and each block is an array of dtype int64."""
    blocks = student.minibatches(N, B, rng)
    agree_partition(blocks_of(blocks, N, B), N)
    agree(type(blocks) is list, True, name="[the answer is a list]")
    for i, block in enumerate(blocks):
        shaped(block, (None,), name=f"block {i}", dtype="int64")


@grades("minibatches", points=0.5, hint="B > N leaves one block with all N objects.")
@cases(
    "N B rng",
    one_block=(6, 6, generator()),
    larger_than_the_set=(6, 50, generator()),
    single_objects=(25, 1, generator()),
    one_object=(1, 1, generator()),
    one_object_large_block=(1, 8, generator()),
)
def test_minibatches_of_extreme_sizes(student, N, B, rng):
    """Blocks of one object, one block for all of them, and a single object."""
    agree_partition(blocks_of(student.minibatches(N, B, rng), N, B), N)


# ---- sgd -------------------------------------------------------------------------------------------------------


class Losses:
    """N losses L_i(w) = sum_j c_ij log cosh(w_j - t_ij): their mean gradients, and a record of what was asked."""

    def __init__(self, targets, weights):
        self.targets, self.weights = targets, weights
        self.asked = Recorder(self.mean_gradient)

    def mean_gradient(self, w, idx):
        """Return the mean gradient over the objects ``idx``."""
        idx = np.asarray(idx)
        if idx.ndim != 1 or not len(idx) or idx.dtype.kind not in "iu" or idx.min() < 0:
            raise TypeError("grad needs a one-dimensional array of indices 0..N-1, not empty")
        return np.mean(self.weights[idx] * np.tanh(np.asarray(w) - self.targets[idx]), axis=0)

    def visits(self):
        """Return the recorded pairs (w, idx) as arrays, once they are known to be what the gradient can use."""
        if not self.asked.calls:
            raise Mismatch("grad was never called")
        N, n = self.targets.shape
        visits = []
        for call in self.asked.calls:
            w, idx = sequence(call, 2, name="the arguments of grad")
            w = finite(shaped(w, (n,), name="the w passed to grad"), name="the w passed to grad")
            idx = between(shaped(idx, (None,), name="the idx passed to grad"), 0, N - 1, "the idx passed to grad")
            if idx.dtype.kind not in "iu" or not len(idx):
                raise Mismatch("the idx passed to grad is empty or holds no integers")
            visits.append((w, idx))
        return visits


def losses(N, n):
    """Draw the targets and weights of N losses of n unknowns."""

    def make(rng):
        return 2 * rng.standard_normal((N, n)) + 1, rng.uniform(0.5, 3.0, (N, n))

    return draw(make)


def agree_steps(problem, w0, lr):
    """Check each recorded step: from the w that the student passed on, so that rounding does not add up."""
    visits = problem.visits()
    agree(visits[0][0], w0, name="the first w passed to grad")
    for k, ((w, idx), (following, _)) in enumerate(pairwise(visits)):
        agree(following, w - lr * problem.mean_gradient(w, idx), name=f"the w passed to call {k + 1} of grad")


def agree_end(problem, lr, answer):
    """Check that the answer is one step further than the last recorded w."""
    w, idx = problem.visits()[-1]
    agree(answer, w - lr * problem.mean_gradient(w, idx), name="the answer")


def agree_epochs(visits, N, B, epochs):
    """Check that each epoch visits every object once in blocks of B; return the order of each epoch."""
    sizes = block_sizes(N, B)
    agree([len(idx) for _, idx in visits], sizes * epochs, name="the sizes of the blocks")
    orders = [idx for _, idx in visits]
    orders = [np.concatenate(orders[e * len(sizes) : (e + 1) * len(sizes)]) for e in range(epochs)]
    for e, order in enumerate(orders):
        agree(np.sort(order), np.arange(N), name=f"the objects visited in epoch {e}, sorted")
    return orders


@grades("sgd", points=5, hint="The next w is this w minus lr times the mean gradient of this block, at this w.")
@cases(
    "problem n N lr B epochs rng",
    last_one_short=(losses(17, 3), 3, 17, 0.3, 5, 3, generator()),
    no_remainder=(losses(12, 4), 4, 12, 0.11, 4, 4, generator()),
    single_objects=(losses(7, 2), 2, 7, 0.7, 1, 3, generator()),
    square=(losses(6, 6), 6, 6, 0.4, 2, 2, generator()),
)
def test_sgd_takes_each_step_from_the_last_one(student, problem, n, N, lr, B, epochs, rng):
    """Replayed from what grad was asked: every w is the one before, minus lr times its block's gradient."""
    problem = Losses(*problem)
    w0 = np.linspace(-1.0, 2.0, n)
    answer = student.sgd(problem.asked, w0, N, lr, B, epochs, rng)
    agree_steps(problem, w0, lr)
    shaped(answer, (n,), name="the answer")


@grades("sgd", points=4, hint="One epoch visits every object exactly once, the rest in a last, shorter block.")
@cases(
    "problem n N B epochs rng",
    last_one_short=(losses(17, 3), 3, 17, 5, 3, generator()),
    one_left_over=(losses(13, 2), 2, 13, 4, 2, generator()),
    no_remainder=(losses(12, 4), 4, 12, 4, 4, generator()),
    single_objects=(losses(7, 2), 2, 7, 1, 3, generator()),
)
def test_sgd_visits_every_object_once_per_epoch(student, problem, n, N, B, epochs, rng):
    """In each epoch the blocks that grad was asked for are a partition of the objects, full but for the last."""
    problem = Losses(*problem)
    answer = student.sgd(problem.asked, np.zeros(n), N, 0.2, B, epochs, rng)
    agree_epochs(problem.visits(), N, B, epochs)
    finite(shaped(answer, (n,), name="the answer"))


@grades("sgd", points=2, hint="ceil(N / B) blocks in each epoch, one gradient for each block.")
@cases(
    "problem N B epochs rng",
    last_one_short=(losses(17, 3), 17, 5, 3, generator()),
    no_remainder=(losses(12, 3), 12, 4, 5, generator()),
    one_epoch=(losses(9, 3), 9, 2, 1, generator()),
)
def test_sgd_calls_the_gradient_once_per_block(student, problem, N, B, epochs, rng):
    """The gradient is called exactly epochs times ceil(N / B) times."""
    problem = Losses(*problem)
    answer = student.sgd(problem.asked, np.zeros(3), N, 0.2, B, epochs, rng)
    called(problem.asked, exactly=epochs * ceil(N / B), name="grad")
    finite(shaped(answer, (3,), name="the answer"))


@grades("sgd", points=2, hint="The answer is the w after the last step, neither the one before nor an average.")
@cases(
    "problem n N lr B epochs rng",
    last_one_short=(losses(17, 3), 3, 17, 0.3, 5, 3, generator()),
    single_objects=(losses(7, 2), 2, 7, 0.7, 1, 3, generator()),
    one_step=(losses(6, 4), 4, 6, 0.5, 6, 1, generator()),
)
def test_sgd_returns_the_last_iterate(student, problem, n, N, lr, B, epochs, rng):
    """The answer is the last w that grad saw, minus lr times the gradient that it got for it."""
    problem = Losses(*problem)
    answer = student.sgd(problem.asked, np.full(n, 0.5), N, lr, B, epochs, rng)
    agree_end(problem, lr, answer)


# Each epoch has one of 6 orders (B = 1) or, as the order within a block does not count, one of 3 objects left for the
# last block (B = 2). One of them is missed by chance with probability below 6 (5/6)^150 < 1e-10. This also shows that
# the generator moves on from epoch to epoch.
@grades("sgd", points=3, hint="Draw a fresh order in every epoch, from the one rng that was handed in.")
@cases(
    "problem B count rng",
    single_objects=(losses(3, 2), 1, 6, generator()),
    blocks_of_two=(losses(3, 2), 2, 3, generator()),
)
def test_sgd_draws_a_fresh_order_in_every_epoch(student, problem, B, count, rng):
    """In 150 epochs with three objects, every way to cut them into blocks occurs."""
    problem = Losses(*problem)
    answer = student.sgd(problem.asked, np.zeros(2), 3, 0.1, B, 150, rng)
    orders = agree_epochs(problem.visits(), 3, B, 150)
    seen = {tuple(order.tolist()) if B == 1 else order.tolist()[-1] for order in orders}
    agree(len(seen), count, name="the number of different partitions")
    finite(shaped(answer, (2,), name="the answer"))


@grades("sgd", points=1, hint="With B >= N the only block is the whole set.")
@cases(
    "problem N B rng",
    one_block=(losses(8, 3), 8, 8, generator()),
    larger_than_the_set=(losses(5, 3), 5, 40, generator()),
    one_object=(losses(1, 3), 1, 1, generator()),
)
def test_sgd_with_one_block_is_gradient_descent(student, problem, N, B, rng):
    """If one block holds all objects, the answer is that of gradient descent on the mean loss."""
    problem = Losses(*problem)
    w0 = np.array([2.0, -1.0, 0.5])
    expected = ref.gradient_descent(lambda w: problem.mean_gradient(w, np.arange(N)), w0, 0.4, 6)[-1]
    agree(student.sgd(problem.asked, w0, N, 0.4, B, 6, rng), expected, name="the answer", condition=10)


@grades("sgd", points=1, hint="`w -= ...` writes into the caller's array; `w = w - ...` does not.")
@cases(
    "problem N B rng",
    last_one_short=(losses(9, 3), 9, 4, generator()),
    one_block=(losses(5, 3), 5, 5, generator()),
)
def test_sgd_leaves_its_start_alone(student, problem, N, B, rng):
    """The right steps, and w0 is the same after the call."""
    problem = Losses(*problem)
    w0 = np.array([2.0, -1.0, 0.5])
    answer = unchanged(student.sgd, problem.asked, w0, N, 0.4, B, 2, rng)
    agree_steps(problem, w0, 0.4)
    agree_end(problem, 0.4, answer)


@grades("sgd", points=1, hint="Start from np.array(w0, dtype=np.float64).")
@cases(
    "problem w0 rng",
    integer_array=(losses(9, 3), np.array([2, -1, 5]), generator()),
    plain_list=(losses(9, 3), [0, 3, -2], generator()),
    one_unknown=(losses(9, 1), np.array([4]), generator()),
)
def test_sgd_answers_in_float64(student, problem, w0, rng):
    """Integers and lists as start give the right steps and a float64 array of shape (n,), without epochs too."""
    problem = Losses(*problem)
    answer = student.sgd(problem.asked, w0, 9, 0.3, 4, 2, rng)
    agree_steps(problem, w0, 0.3)
    agree_end(problem, 0.3, shaped(answer, (len(w0),), name="the answer", dtype="float64"))
    start = student.sgd(problem.asked, w0, 9, 0.3, 4, 0, rng)
    shaped(start, (len(w0),), name="the answer without epochs", dtype="float64")


@grades("sgd", points=1, hint="With epochs = 0 nothing moves and nothing is drawn.")
@cases("w0 rng", typical=(normal("4", shift=1.0), generator()), one_unknown=(normal("1"), generator()))
def test_sgd_without_epochs_stays(student, w0, rng):
    """With epochs = 0 the answer is w0, and the gradient is not called."""
    grad = Recorder(lambda w, _: w)
    agree(student.sgd(grad, w0, 5, 0.3, 2, 0, rng), w0, name="the answer")
    called(grad, exactly=0, name="grad")
    agree(student.sgd(grad, w0, 5, 0.5, 2, 1, rng), w0 / 8, name="the answer after one epoch of three steps")


# ---- batch_gradient_variance -----------------------------------------------------------------------------------


def by_enumeration(G, B):
    """Return the mean of |g_S - mean|^2 over all subsets S of B rows."""
    means = np.array([G[list(subset)].mean(axis=0) for subset in combinations(range(len(G)), B)])
    return np.mean(np.sum((means - G.mean(axis=0)) ** 2, axis=1))


@grades("batch_gradient_variance", points=6, hint="Without replacement: the factor is (N - B) / (B (N - 1)).")
@cases(
    "G B",
    pairs_of_five=(normal("n d", shift=1.0), 2),
    three_of_five=(normal("n d", scale=3.0), 3),
    three_of_seven=(normal("m k", shift=-2.0), 3),
    five_of_seven=(normal("m 1"), 5),
    square=(normal("4 4", shift=2.0), 2),
)
def test_batch_gradient_variance_agrees_with_all_batches(student, G, B):
    """The answer is the mean of |g_S - mean|^2 over all sets S of B objects, listed one by one."""
    agree(student.batch_gradient_variance(G, B), by_enumeration(G, B), name="the variance")


@grades(
    "batch_gradient_variance", points=2, hint="For B = 1 the factor is 1, and the sum over the objects is divided by N."
)
@cases("G", tall=normal("m d", shift=1.5), wide=normal("d 9", scale=2.0), square=normal("4 4"), flat=normal("n 1"))
def test_batch_gradient_variance_of_single_objects(student, G):
    """For B = 1 it is the mean of |g_i - mean|^2 over the N objects."""
    expected = np.mean([np.sum((g - G.mean(axis=0)) ** 2) for g in G])
    agree(student.batch_gradient_variance(G, 1), expected, name="the variance")


@grades("batch_gradient_variance", points=2, hint="A batch of all objects has no choice left.")
@cases("G", tall=normal("m d", shift=1.5), square=normal("4 4"), two=normal("2 3"))
def test_batch_gradient_variance_vanishes_for_the_full_batch(student, G):
    """It falls as B grows, and it is 0 at B = N."""
    N = len(G)
    values = [float(finite(shaped(student.batch_gradient_variance(G, B), ()))) for B in range(1, N + 1)]
    agree(values[-1], 0.0, name="the variance at B = N")
    between(np.diff(values), -np.inf, -1e-6, name="the change of the variance from B to B + 1")


@grades("batch_gradient_variance", points=1, hint="Subtract the mean gradient before squaring.")
@cases("G shift", typical=(normal("m d"), 1e3), square=(normal("4 4"), -1e3))
def test_batch_gradient_variance_does_not_feel_the_mean(student, G, shift):
    """Adding the same large vector to all gradients changes nothing, and doubling them multiplies it by 4."""
    expected = ref.batch_gradient_variance(G, 3)
    agree(student.batch_gradient_variance(G + shift, 3), expected, name="the variance", condition=1e3)
    agree(student.batch_gradient_variance(2 * G, 3), 4 * expected, name="the variance of 2 G")


@grades(
    "batch_gradient_variance", points=1.5, hint="Convert G with np.asarray(G, dtype=np.float64), and return a float."
)
@cases(
    "G B expected",
    integer_array=(np.array([[1, 0], [3, 1], [6, 1]]), 2, 10 / 9),
    nested_list=([[0], [1], [2], [5]], 2, 7 / 6),
)
def test_batch_gradient_variance_answers_in_float64(student, G, B, expected):
    """Integer arrays and nested lists give one float."""
    value = shaped(student.batch_gradient_variance(G, B), (), name="the variance", dtype="float64")
    agree(value, expected, name="the variance")


@grades("batch_gradient_variance", points=1.5, hint="`G -= G.mean(axis=0)` writes into the caller's array.")
@cases("G", typical=normal("m d", shift=1.0), square=normal("4 4", shift=-2.0))
def test_batch_gradient_variance_leaves_its_input_alone(student, G):
    """The right variance, and G is the same after the call."""
    agree(unchanged(student.batch_gradient_variance, G, 2), by_enumeration(G, 2), name="the variance")


@grades(
    "batch_gradient_variance",
    points=1,
    hint="The formula needs no list of subsets; it holds for two objects and for 500.",
)
@cases(
    "G B",
    two_objects=(normal("2 d", shift=1.0), 1),
    five_hundred=(normal("500 2", shift=1.0), 37),
    all_the_same=(np.full((6, 2), 2.5), 4),
)
def test_batch_gradient_variance_of_few_many_and_equal_gradients(student, G, B):
    """Two objects, five hundred objects, and objects that all agree."""
    agree(student.batch_gradient_variance(G, B), ref.batch_gradient_variance(G, B), name="the variance")


# ---- sgd_stationary_variance -----------------------------------------------------------------------------------


def by_recursion(a, s2, lr):
    """Return Var w after so many steps that nothing moves any more, from Var w_0 = 0."""
    v = 0.0
    for _ in range(3000):
        v = (1 - lr * a) ** 2 * v + lr**2 * s2
    return v


@grades(
    "sgd_stationary_variance",
    points=4,
    hint="At the limit the variance before and after a step is the same. Solve for it.",
)
@cases(
    "a s2 lr",
    gentle=(0.7, 3.0, 0.1),
    half_way=(2.0, 0.5, 0.25),
    overshooting=(3.0, 1.7, 0.5),
    flat_bowl=(0.05, 4.0, 1.5),
)
def test_sgd_stationary_variance_is_the_limit_of_the_recursion(student, a, s2, lr):
    """It is where v <- (1 - lr a)^2 v + lr^2 s2 settles, computed step by step."""
    agree(student.sgd_stationary_variance(a, s2, lr), by_recursion(a, s2, lr), name="the variance")


@grades("sgd_stationary_variance", points=1, hint="The noise enters the formula once, as a factor.")
@cases(
    "a s2 lr", slight=(2.0, 3e6, 2e-5), gentle=(0.7, 3.0, 0.1), half_way=(2.0, 0.5, 0.25), overshooting=(3.0, 1.7, 0.5)
)
def test_sgd_stationary_variance_is_inverse_to_the_batch_size(student, a, s2, lr):
    """With batches of B the noise is s2 / B, and the limit is divided by B; without noise it is 0."""
    for B in (1, 8, 64):
        limit = student.sgd_stationary_variance(a, s2 / B, lr)
        agree(limit, ref.sgd_stationary_variance(a, s2, lr) / B, name="the variance")
    agree(student.sgd_stationary_variance(a, 0.0, lr), 0.0, name="the variance without noise")


@grades(
    "sgd_stationary_variance", points=1, hint="1 - (1 - lr a)^2 loses its digits when lr is tiny; expand it on paper."
)
@cases("a s2 lr", tiny=(3.0, 5.0, 1e-9), tinier=(0.5, 2.0, 1e-13), large_noise=(2.0, 1e12, 1e-12))
def test_sgd_stationary_variance_of_a_tiny_step(student, a, s2, lr):
    """For a tiny step the limit is lr s2 / (2 a), and it is accurate: halving the step halves the variance."""
    expected = lr * s2 / (2 * a) * (1 + lr * a / 2)  # the next term is smaller by (lr a)^2
    agree(student.sgd_stationary_variance(a, s2, lr), expected, name="the variance", rtol=1e-8, atol=0.0)
    agree(student.sgd_stationary_variance(a, s2, lr / 2), expected / 2, name="the variance", rtol=1e-8, atol=0.0)


@grades("sgd_stationary_variance", points=1, hint="What is 1 - lr a close to when lr a is close to 2?")
@cases("a s2 lr", close=(2.0, 3.0, 0.99), closer=(1.0, 0.5, 1.999), steep=(100.0, 2.0, 0.0199))
def test_sgd_stationary_variance_grows_towards_the_critical_step(student, a, s2, lr):
    """Near lr = 2 / a the limit is finite, but large."""
    expected = lr * s2 / (a * (2 - lr * a))
    agree(student.sgd_stationary_variance(a, s2, lr), expected, name="the variance", condition=100)


@grades("sgd_stationary_variance", points=1, hint="Use true division, and return one float.")
@cases(
    "a s2 lr expected", whole_numbers=(1, 3, 1, 3.0), fraction=(1, 7, 0.5, 7 / 3), other_fraction=(4, 3, 0.25, 0.1875)
)
def test_sgd_stationary_variance_answers_in_float64(student, a, s2, lr, expected):
    """Integers give one float."""
    value = shaped(student.sgd_stationary_variance(a, s2, lr), (), name="the variance", dtype="float64")
    agree(value, expected, name="the variance")


@grades("sgd_stationary_variance", points=1, hint="If lr a = 1, one step forgets where it came from: w = -lr xi.")
@cases("a s2", unit=(1.0, 3.0), steep=(5.0, 2.0), flat=(0.125, 0.7))
def test_sgd_stationary_variance_without_memory(student, a, s2):
    """For lr a = 1 every step lands at -lr xi, so the variance is lr^2 s2."""
    agree(student.sgd_stationary_variance(a, s2, 1 / a), s2 / a**2, name="the variance")


@grades("sgd_stationary_variance", points=1, hint="raise ValueError(...) if lr * a >= 2, before anything else.")
@cases(
    "a s2 lr",
    critical=(2.0, 1.0, 1.0),
    above=(3.0, 2.0, 0.75),
    far_above=(1.0, 1.0, 30.0),
    without_noise=(1.0, 0.0, 3.0),
)
def test_sgd_stationary_variance_rejects_steps_that_diverge(student, a, s2, lr):
    """Where no limit exists, for lr a >= 2, a ValueError says so."""
    agree(student.sgd_stationary_variance(a, s2, 0.5 / a), s2 / (3 * a**2), name="the variance at lr = 1 / (2 a)")
    raises(student.sgd_stationary_variance, a, s2, lr)


# ---- init_params -----------------------------------------------------------------------------------------------


def layers_of(answer, widths):
    """Return the layers that a student answered, as pairs of finite arrays of the right shapes."""
    layers = sequence(answer, len(widths) - 1, name="params")
    params = []
    for i, (layer, (n_in, n_out)) in enumerate(zip(layers, pairwise(widths), strict=True)):
        W, b = sequence(layer, 2, name=f"params[{i}]")
        W = between(shaped(W, (n_out, n_in), name=f"W{i + 1}"), -1e6, 1e6, name=f"W{i + 1}")
        b = between(shaped(b, (n_out,), name=f"b{i + 1}"), -1e6, 1e6, name=f"b{i + 1}")
        params.append((W.astype(np.float64), b.astype(np.float64)))
    return params


def agree_variance(params, widths, variance):
    """Check the mean square of each W against ``variance(n_in, n_out)``.

    For q normal entries it has the relative standard deviation sqrt(2 / q); every layer graded here has at least
    60 000 entries, so 5 % are 8.6 of these: a right answer fails with probability below 1e-16 per layer (a chi-square
    law has slightly heavier tails than the normal one: 1e-15), and one drawn from any law with thinner tails, such as
    the uniform one, even less often.
    """
    for i, ((W, _), (n_in, n_out)) in enumerate(zip(params, pairwise(widths), strict=True)):
        ratio = np.mean(W**2) / variance(n_in, n_out)
        between(ratio, 0.95, 1.05, name=f"the mean square of W{i + 1} over its variance")


@grades(
    "init_params", points=2.5, hint="n_in is the number of columns of W, and 2 / n_in is the variance, not its root."
)
@cases("widths rng", narrowing=([400, 250, 240], generator()), widening=([200, 300, 450], generator()))
def test_init_params_he_has_variance_two_over_n_in(student, widths, rng):
    """With "he", the entries of each W have mean square 2 / n_in, within 5 %."""
    params = layers_of(student.init_params(widths, rng, "he"), widths)
    agree_variance(params, widths, lambda n_in, _: 2 / n_in)


@grades("init_params", points=2.5, hint="Xavier shares between both sides: 2 / (n_in + n_out).")
@cases("widths rng", narrowing=([400, 250, 240], generator()), widening=([200, 300, 450], generator()))
def test_init_params_xavier_has_variance_two_over_both_widths(student, widths, rng):
    """With "xavier", the entries of each W have mean square 2 / (n_in + n_out), within 5 %."""
    params = layers_of(student.init_params(widths, rng, "xavier"), widths)
    agree_variance(params, widths, lambda n_in, n_out: 2 / (n_in + n_out))


@grades(
    "init_params", points=1, hint="For widths [n_0, ..., n_L]: L pairs, W of shape (n_out, n_in), b of shape (n_out,)."
)
@cases(
    "widths scheme rng",
    deep=([7, 4, 6, 3], "he", generator()),
    xavier=([5, 2, 8], "xavier", generator()),
    one_layer=([3, 2], "xavier", generator()),
    single_neurons=([4, 1, 1], "he", generator()),
)
def test_init_params_returns_a_network_in_float64(student, widths, scheme, rng):
    """One pair (W, b) per layer, of shapes (n_out, n_in) and (n_out,), in float64, and widths stays as it is."""
    answer = unchanged(student.init_params, widths, rng, scheme)
    for W, _ in layers_of(answer, widths):
        agree(np.count_nonzero(W), W.size, name="the number of weights other than 0")
    for W, b in answer:
        shaped(W, (None, None), name="W", dtype="float64")
        shaped(b, (None,), name="b", dtype="float64")


@grades("init_params", points=1, hint="Only the weights are random.")
@cases("widths scheme rng", he=([300, 200, 7], "he", generator()), xavier=([9, 300, 200], "xavier", generator()))
def test_init_params_starts_with_zero_biases(student, widths, scheme, rng):
    """All biases are 0, and the weights are not."""
    for i, (W, b) in enumerate(layers_of(student.init_params(widths, rng, scheme), widths)):
        agree(b, np.zeros(len(b)), name=f"b{i + 1}")
        between(np.mean(W**2), 1e-9, 1e9, name=f"the mean square of W{i + 1}")


# The mean of q entries has standard deviation sqrt(variance / q); 8 of these are exceeded with probability 2e-15.
@grades("init_params", points=0.5, hint="Weights of both signs, equally often.")
@cases("widths scheme rng", he=([300, 200, 400], "he", generator()), xavier=([300, 200, 400], "xavier", generator()))
def test_init_params_is_centred(student, widths, scheme, rng):
    """The mean of the entries of each W is 0, up to 8 standard deviations."""
    for i, (W, _) in enumerate(layers_of(student.init_params(widths, rng, scheme), widths)):
        deviation = np.sqrt(np.mean(W**2) / W.size)
        between(np.mean(W**2), 1e-9, 1e9, name=f"the mean square of W{i + 1}")
        between(np.mean(W) / deviation, -8.0, 8.0, name=f"the mean of W{i + 1} in standard deviations")


# For independent layers or rows of q >= 100 entries the correlation has standard deviation at most 1/10 (rows, q = 100:
# 99 neighbours) or 1/100 (layers, q = 10 000), so |correlation| > 0.9 has probability below (1 - 0.9^2)^48 < 1e-34.
@grades("init_params", points=1, hint="Equal neurons get equal gradients and stay equal for ever.")
@cases("widths scheme rng", he=([100, 100, 100], "he", generator()), xavier=([100, 100, 100], "xavier", generator()))
def test_init_params_breaks_the_symmetry(student, widths, scheme, rng):
    """No two neighbouring neurons and no two layers have the same weights, or nearly so."""
    params = layers_of(student.init_params(widths, rng, scheme), widths)
    (first, _), (second, _) = params
    pairs = [(first, second), *pairwise(first), *pairwise(first.T), *pairwise(second)]
    for one, other in pairs:
        scale = np.linalg.norm(one) * np.linalg.norm(other)
        between(scale, 1e-9, 1e9, name="the size of the weights")
        between(np.sum(one * other) / scale, -0.9, 0.9, name="the correlation of two neurons or layers")


# Two states of the generator give the same 600 real numbers with probability 0 for all purposes.
@grades("init_params", points=0.5, hint="All randomness must come from rng, and from nothing else.")
@cases("rng other", typical=(generator(), generator()))
def test_init_params_is_decided_by_the_generator(student, rng, other):
    """Generators in the same state give the same weights, generators in different states different ones."""
    widths = [20, 30, 4]
    first, again, different = (layers_of(student.init_params(widths, r, "he"), widths) for r in (rng, rng, other))
    for i in range(2):
        agree(again[i][0], first[i][0], name=f"W{i + 1} drawn from the same state")
        same = bool(np.array_equal(different[i][0], first[i][0]))
        agree(same, False, name=f"[two states give the same W{i + 1}]")


# In the limit of large widths, the mean square of the signal is multiplied in each layer by an independent factor of
# mean 1 and variance 5 / n. At n = 300 the sum of the 20 logarithms has mean -0.2 and standard deviation 0.58 at most.
# The bounds are log 0.01 = -4.6 and 4.6, over 7.5 deviations away: a right answer fails with probability below 1e-13.
@grades("init_params", points=1, hint="Half of a relu layer's inputs are cut off; the 2 in 2 / n_in makes up for it.")
@cases("rng x", twenty_layers=(generator(), normal("20 300")))
def test_init_params_he_carries_a_signal_through_twenty_layers(student, rng, x):
    """With "he", twenty relu layers of width 300 change the mean square of a signal by less than a factor of 100."""
    widths = [300] * 21
    for W, _ in layers_of(student.init_params(widths, rng, "he"), widths):
        x = np.maximum(x @ np.clip(W, -10.0, 10.0).T, 0.0)
    between(np.mean(x**2), 0.01, 100.0, name="the mean square after 20 layers")


# ---- capstone_digits -------------------------------------------------------------------------------------------


def train(student, X_train, y_train, rng):
    """Return the student's (W, b), once they are finite and of the right shapes."""
    W, b = sequence(student.capstone_digits(X_train, y_train, rng), 2, name="(W, b)")
    W = between(shaped(W, (10, 64), name="W"), -1e6, 1e6, name="W").astype(np.float64)
    return W, between(shaped(b, (10,), name="b"), -1e6, 1e6, name="b").astype(np.float64)


@grades(
    "capstone_digits", points=5, hint="Is the gradient that of the mean over the batch? Plot the loss epoch by epoch."
)
@cases("splits", digits=three_splits)
def test_capstone_digits_fits_the_training_images(student, splits):
    """The mean cross-entropy of the training images is at most 0.20, on average over three splits."""
    losses = []
    for X_train, y_train, _, _, rng in splits:
        W, b = train(student, X_train, y_train, rng)
        Z = X_train @ W.T + b
        Z -= Z.max(axis=1, keepdims=True)
        log_p = Z[np.arange(len(Z)), y_train] - np.log(np.exp(Z).sum(axis=1))
        losses.append(-np.mean(log_p))
    between(np.mean(losses), 0.0, 0.20, name="the mean cross-entropy")


@grades("capstone_digits", points=5, hint="A good fit that reads new images badly? Look at W as pictures.")
@cases("splits", digits=three_splits)
def test_capstone_digits_reads_new_images(student, splits):
    """At least 93 % of the test images are read correctly, on average over three splits."""
    accuracies = []
    for X_train, y_train, X_test, y_test, rng in splits:
        W, b = train(student, X_train, y_train, rng)
        accuracies.append(np.mean(np.argmax(X_test @ W.T + b, axis=1) == y_test))
    between(np.mean(accuracies), 0.93, 1.0, name="the mean accuracy")
