"""Plausible wrong answers: gradient descent. Each names exactly the hidden tests that must reject it."""

from itertools import chain, pairwise, repeat
from math import ceil

import numpy as np

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
DESCENT = (
    "test_gradient_descent_follows_the_closed_form_on_a_quadratic "
    "test_gradient_descent_falls_as_the_descent_lemma_says test_gradient_descent_calls_the_gradient_once_per_step "
    "test_gradient_descent_answers_in_float64 test_gradient_descent_leaves_its_start_alone "
    "test_gradient_descent_without_steps_stays"
)
RATE = (
    "test_quadratic_rate_is_the_worst_factor test_quadratic_rate_is_what_descent_shows "
    "test_quadratic_rate_of_the_best_step test_quadratic_rate_answers_in_float64 "
    "test_quadratic_rate_leaves_its_input_alone test_quadratic_rate_of_extreme_steps"
)
CRITICAL = (
    "test_critical_step_is_two_over_the_largest_eigenvalue test_critical_step_divides_convergence_from_divergence "
    "test_critical_step_answers_in_float64 test_critical_step_leaves_its_input_alone "
    "test_critical_step_of_round_gentle_and_steep_bowls"
)
VARIANCE = (
    "test_batch_gradient_variance_agrees_with_all_batches test_batch_gradient_variance_of_single_objects "
    "test_batch_gradient_variance_vanishes_for_the_full_batch test_batch_gradient_variance_does_not_feel_the_mean "
    "test_batch_gradient_variance_answers_in_float64 test_batch_gradient_variance_leaves_its_input_alone "
    "test_batch_gradient_variance_of_few_many_and_equal_gradients"
)
STATIONARY = (
    "test_sgd_stationary_variance_is_the_limit_of_the_recursion "
    "test_sgd_stationary_variance_is_inverse_to_the_batch_size test_sgd_stationary_variance_of_a_tiny_step "
    "test_sgd_stationary_variance_grows_towards_the_critical_step test_sgd_stationary_variance_answers_in_float64 "
    "test_sgd_stationary_variance_without_memory test_sgd_stationary_variance_rejects_steps_that_diverge"
)
CAPSTONE = "test_capstone_digits_fits_the_training_images test_capstone_digits_reads_new_images"


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


# ---- gradient_descent ------------------------------------------------------------------------------------------


@mistake("gradient_descent", fails=DESCENT)
def stores_one_array_many_times(grad, x0, lr, n_steps):
    """Changes x in place and appends the same array each time, so all rows show the last point."""
    x = np.array(x0, dtype=np.float64)
    points = [x]
    for _ in range(n_steps):
        x -= lr * grad(x)
        points.append(x)
    return np.array(points)


@mistake("gradient_descent", fails="test_gradient_descent_leaves_its_start_alone")
def walks_in_the_callers_array(grad, x0, lr, n_steps):
    """np.asarray does not copy a float array, so `x -= ...` moves the caller's starting point."""
    x = np.asarray(x0, dtype=np.float64)
    points = [x.copy()]
    for _ in range(n_steps):
        x -= lr * grad(x)
        points.append(x.copy())
    return np.array(points)


@mistake("gradient_descent", fails=DESCENT)
def climbs(grad, x0, lr, n_steps):
    """Adds the gradient instead of subtracting it, which is gradient ascent."""
    points = [np.array(x0, dtype=np.float64)]
    for _ in range(n_steps):
        points.append(points[-1] + lr * grad(points[-1]))
    return np.array(points)


@mistake("gradient_descent", fails=DESCENT)
def forgets_the_start(grad, x0, lr, n_steps):
    """Returns the n_steps new points only, without x0 as row 0."""
    x = np.array(x0, dtype=np.float64)
    points = []
    for _ in range(n_steps):
        x = x - lr * grad(x)
        points.append(x)
    return np.array(points)


@mistake("gradient_descent", fails=DESCENT)
def stops_one_step_early(grad, x0, lr, n_steps):
    """Takes n_steps for the number of points, and makes one step too few."""
    points = [np.array(x0, dtype=np.float64)]
    for _ in range(n_steps - 1):
        points.append(points[-1] - lr * grad(points[-1]))
    return np.array(points)


@mistake("gradient_descent", fails="test_gradient_descent_answers_in_float64")
def in_the_dtype_of_the_start(grad, x0, lr, n_steps):
    """Stores the points in an array of the dtype of x0: from integers, every point is cut off to integers."""
    x0 = np.array(x0)
    points = np.zeros((n_steps + 1, len(x0)), dtype=x0.dtype)
    points[0] = x0
    for k in range(n_steps):
        points[k + 1] = points[k] - lr * grad(points[k])
    return points


@mistake("gradient_descent", fails=DESCENT)
def steps_of_equal_length(grad, x0, lr, n_steps):
    """Divides the gradient by its length, so every step has the length lr."""
    points = [np.array(x0, dtype=np.float64)]
    for _ in range(n_steps):
        g = grad(points[-1])
        points.append(points[-1] - lr * g / max(np.linalg.norm(g), 1e-12))
    return np.array(points)


@mistake(
    "gradient_descent",
    fails="test_gradient_descent_calls_the_gradient_once_per_step test_gradient_descent_without_steps_stays",
)
def one_gradient_too_many(grad, x0, lr, n_steps):
    """Computes the gradient at the last point too, although no step needs it."""
    points = [np.array(x0, dtype=np.float64)]
    g = grad(points[0])
    for _ in range(n_steps):
        points.append(points[-1] - lr * g)
        g = grad(points[-1])
    return np.array(points)


@mistake("gradient_descent", fails=all_but(DESCENT, "test_gradient_descent_without_steps_stays"))
def gradient_at_the_start_only(grad, x0, lr, n_steps):
    """Computes the gradient once, at x0, and keeps walking in that direction."""
    x0 = np.array(x0, dtype=np.float64)
    g = grad(x0) if n_steps else np.zeros_like(x0)
    return x0 - lr * np.arange(n_steps + 1)[:, None] * g


@mistake(
    "gradient_descent",
    fails="test_gradient_descent_answers_in_float64 test_gradient_descent_without_steps_stays",
)
def fails_without_steps(grad, x0, lr, n_steps):
    """Stacks the steps before it adds the start, which fails when there are none."""
    x = np.array(x0, dtype=np.float64)
    points = []
    for _ in range(n_steps):
        points.append(x - lr * grad(x))
        x = points[-1]
    return np.vstack([np.array(x0, dtype=np.float64), np.stack(points)])


@mistake("gradient_descent", fails=DESCENT)
def points_as_columns(grad, x0, lr, n_steps):
    """Returns the trajectory with the points as columns."""
    points = [np.array(x0, dtype=np.float64)]
    for _ in range(n_steps):
        points.append(points[-1] - lr * grad(points[-1]))
    return np.array(points).T


@mistake("gradient_descent", fails=DESCENT)
def coordinate_after_coordinate(grad, x0, lr, n_steps):
    """Updates one coordinate per step, in turn, instead of all of them at once."""
    points = [np.array(x0, dtype=np.float64)]
    for k in range(n_steps):
        x = points[-1].copy()
        x[k % len(x)] -= lr * grad(x)[k % len(x)]
        points.append(x)
    return np.array(points)


@mistake("gradient_descent", fails="test_gradient_descent_calls_the_gradient_once_per_step")
def rests_at_the_bottom(grad, x0, lr, n_steps):
    """Stops asking for gradients once one of them is 0, and fills up with the last point."""
    points = [np.array(x0, dtype=np.float64)]
    for _ in range(n_steps):
        gradient = np.asarray(grad(points[-1]))
        if not gradient.any():
            break
        points.append(points[-1] - lr * gradient)
    return np.array(points + [points[-1]] * (n_steps + 1 - len(points)))


# ---- quadratic_rate --------------------------------------------------------------------------------------------


@mistake("quadratic_rate", fails=all_but(RATE, "test_quadratic_rate_of_extreme_steps"))
def largest_eigenvalue_only(A, lr):
    """Looks at the steepest direction only; with a small step the flattest one is slower."""
    return float(abs(1 - lr * np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))[-1]))


@mistake("quadratic_rate", fails=all_but(RATE, "test_quadratic_rate_leaves_its_input_alone"))
def smallest_eigenvalue_only(A, lr):
    """Looks at the flattest direction only; with a large step the steepest one is worse."""
    return float(abs(1 - lr * np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))[0]))


@mistake("quadratic_rate", fails=all_but(RATE, "test_quadratic_rate_leaves_its_input_alone"))
def without_absolute_value(A, lr):
    """Takes the largest 1 - lr lambda without absolute value, and overlooks factors below -1."""
    return float(np.max(1 - lr * np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))))


@mistake("quadratic_rate", fails=RATE)
def entries_of_the_diagonal(A, lr):
    """Takes the entries of the diagonal for the eigenvalues."""
    return float(np.max(np.abs(1 - lr * np.diag(np.asarray(A, dtype=np.float64)))))


@mistake("quadratic_rate", fails=RATE)
def norm_of_all_entries(A, lr):
    """Takes the Frobenius norm of I - lr A, which counts all directions and not only the worst."""
    A = np.asarray(A, dtype=np.float64)
    return float(np.linalg.norm(np.eye(len(A)) - lr * A))


@mistake("quadratic_rate", fails=RATE)
def determinant_of_the_step(A, lr):
    """Takes |det(I - lr A)|, the factor of the volume and not of the length."""
    A = np.asarray(A, dtype=np.float64)
    return float(abs(np.linalg.det(np.eye(len(A)) - lr * A)))


@mistake("quadratic_rate", fails=RATE)
def rate_of_the_best_step(A, lr):
    """Returns (kappa - 1) / (kappa + 1), the rate of the best step, whatever the step."""
    eigenvalues = np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))
    kappa = eigenvalues[-1] / eigenvalues[0]
    return float((kappa - 1) / (kappa + 1))


@mistake("quadratic_rate", fails=RATE)
def squared_rate(A, lr):
    """Returns the factor of the squared error."""
    return float(np.max((1 - lr * np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))) ** 2))


@mistake(
    "quadratic_rate",
    fails=(
        "test_quadratic_rate_of_the_best_step test_quadratic_rate_answers_in_float64 "
        "test_quadratic_rate_of_extreme_steps"
    ),
)
def never_above_one(A, lr):
    """Cuts the rate off at 1, although a step that is too large makes the error grow."""
    return float(min(1.0, np.max(np.abs(1 - lr * np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))))))


@mistake("quadratic_rate", fails="test_quadratic_rate_leaves_its_input_alone")
def builds_the_step_in_place(A, lr):
    """Turns the caller's matrix into I - lr A."""
    A = np.asarray(A, dtype=np.float64)
    A *= -lr
    A[np.diag_indices(len(A))] += 1
    return float(np.linalg.norm(A, 2))


@mistake("quadratic_rate", fails="test_quadratic_rate_answers_in_float64")
def in_whole_numbers(A, lr):
    """Builds I - lr A in an array like A, so integer matrices give integers."""
    step = np.zeros_like(A)
    step[...] = np.eye(len(A)) - lr * np.asarray(A)
    return float(np.max(np.abs(np.linalg.eigvalsh(step))))


@mistake("quadratic_rate", fails=RATE)
def one_by_one_matrix(A, lr):
    """Returns the rate as an array of shape (1, 1) instead of a number."""
    A = np.asarray(A, dtype=np.float64)
    return np.array([[np.linalg.norm(np.eye(len(A)) - lr * A, 2)]])


@mistake("quadratic_rate", fails="test_quadratic_rate_of_extreme_steps")
def a_number_needs_no_bars(A, lr):
    """Treats a single eigenvalue apart and forgets the absolute value there."""
    A = np.asarray(A, dtype=np.float64)
    if A.size == 1:
        return float(lr * A[0, 0] - 1)
    return float(np.abs(1 - lr * np.linalg.eigvalsh(A)).max())


# ---- critical_step ---------------------------------------------------------------------------------------------


@mistake("critical_step", fails=CRITICAL)
def safe_step(A):
    """Returns 1 / lambda_max, the step at which the steepest direction is solved at once, half the critical one."""
    return float(1 / np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))[-1])


@mistake("critical_step", fails=CRITICAL)
def flattest_direction(A):
    """Returns 2 / lambda_min: by then, all steeper directions have long diverged."""
    return float(2 / np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))[0])


@mistake("critical_step", fails=CRITICAL)
def two_over_the_trace(A):
    """Returns 2 / trace(A); the trace is the sum of the eigenvalues, not the largest of them."""
    return float(2 / np.trace(np.asarray(A, dtype=np.float64)))


@mistake("critical_step", fails=CRITICAL)
def best_step(A):
    """Returns 2 / (lambda_min + lambda_max), the best step, which still converges."""
    eigenvalues = np.linalg.eigvalsh(np.asarray(A, dtype=np.float64))
    return float(2 / (eigenvalues[0] + eigenvalues[-1]))


@mistake("critical_step", fails=CRITICAL)
def largest_entry(A):
    """Takes the largest entry for the largest eigenvalue."""
    return float(2 / np.max(np.asarray(A, dtype=np.float64)))


@mistake("critical_step", fails=CRITICAL)
def largest_row_sum(A):
    """Takes the largest row sum, which only bounds the largest eigenvalue."""
    return float(2 / np.max(np.abs(np.asarray(A, dtype=np.float64)).sum(axis=1)))


@mistake("critical_step", fails="test_critical_step_leaves_its_input_alone")
def normalises_in_place(A):
    """Divides the caller's matrix by its largest entry before it looks for the eigenvalue."""
    A = np.asarray(A, dtype=np.float64)
    scale = np.max(np.abs(A))
    A /= scale
    return float(2 / np.linalg.eigvalsh(A)[-1] / scale)


@mistake("critical_step", fails="test_critical_step_answers_in_float64")
def wants_an_array(A):
    """Uses array methods on A without converting it, so nested lists raise an error."""
    return float(2 / np.linalg.eigvalsh(A.astype(np.float64)).max())


@mistake("critical_step", fails=CRITICAL)
def tried_out(A):
    """Tries the steps 0.01, 0.02, ... and returns the first one that diverges."""
    A = np.asarray(A, dtype=np.float64)
    steps = np.arange(1, 1000) / 100
    top = np.linalg.eigvalsh(A)[-1]
    return float(steps[np.argmax(np.abs(1 - steps * top) >= 1)])


# ---- minibatches -----------------------------------------------------------------------------------------------


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_visit_every_object_once test_minibatches_are_full_but_for_the_last "
        "test_minibatches_are_decided_by_the_generator test_minibatches_are_a_list_of_int64_arrays "
        "test_minibatches_of_extreme_sizes"
    ),
)
def drops_the_rest(N, B, rng):
    """Uses N // B full blocks and forgets the objects that are left over."""
    order = rng.permutation(N)
    return [order[k * B : (k + 1) * B] for k in range(N // B)]


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_come_in_all_orders test_minibatches_mix_objects_across_blocks "
        "test_minibatches_are_decided_by_the_generator"
    ),
)
def never_shuffles(N, B, rng):
    """Cuts the objects in their given order, without any randomness."""
    return [np.arange(start, min(start + B, N)) for start in range(0, N, B)]


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_visit_every_object_once test_minibatches_are_full_but_for_the_last "
        "test_minibatches_come_in_all_orders test_minibatches_mix_objects_across_blocks "
        "test_minibatches_are_decided_by_the_generator test_minibatches_are_a_list_of_int64_arrays "
        "test_minibatches_of_extreme_sizes"
    ),
)
def with_replacement(N, B, rng):
    """Draws every index anew, so some objects come twice and others not at all."""
    return [rng.integers(0, N, min(B, N - start)) for start in range(0, N, B)]


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_come_in_all_orders test_minibatches_mix_objects_across_blocks "
        "test_minibatches_are_decided_by_the_generator"
    ),
)
def own_seed(N, B, rng):
    """Makes a generator of its own with a fixed seed, so every epoch has the same order."""
    order = np.random.default_rng(0).permutation(N)
    return [order[start : start + B] for start in range(0, N, B)]


@mistake("minibatches", fails="test_minibatches_are_decided_by_the_generator")
def global_generator(N, B, rng):
    """Uses np.random.permutation, which does not know rng: the result cannot be repeated."""
    order = np.random.permutation(N)  # noqa: NPY002
    return [order[start : start + B] for start in range(0, N, B)]


@mistake("minibatches", fails=("test_minibatches_come_in_all_orders test_minibatches_mix_objects_across_blocks"))
def random_rotation(N, B, rng):
    """Starts at a random object and goes round in order: N of the N! orders."""
    order = np.roll(np.arange(N), rng.integers(N))
    return [order[start : start + B] for start in range(0, N, B)]


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_are_full_but_for_the_last test_minibatches_are_decided_by_the_generator "
        "test_minibatches_are_a_list_of_int64_arrays"
    ),
)
def evened_out(N, B, rng):
    """Uses np.array_split, which makes blocks of nearly equal sizes instead of full ones and a rest."""
    return [np.sort(block) for block in np.array_split(rng.permutation(N), ceil(N / B))]


@mistake(
    "minibatches", fails="test_minibatches_mix_objects_across_blocks test_minibatches_are_decided_by_the_generator"
)
def shuffled_blocks(N, B, rng):
    """Shuffles finished blocks of neighbours (but the last), so the same objects always meet."""
    blocks = [np.arange(start, min(start + B, N)) for start in range(0, N, B)]
    full = len(blocks) if N % B == 0 else len(blocks) - 1
    return [blocks[k] for k in rng.permutation(full)] + blocks[full:]


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_visit_every_object_once test_minibatches_are_full_but_for_the_last "
        "test_minibatches_come_in_all_orders test_minibatches_mix_objects_across_blocks "
        "test_minibatches_are_decided_by_the_generator test_minibatches_are_a_list_of_int64_arrays "
        "test_minibatches_of_extreme_sizes"
    ),
)
def rows_of_a_matrix(N, B, rng):
    """Reshapes the order into a matrix, which needs N to be a multiple of B, and returns no list."""
    return rng.permutation(N).reshape(-1, B)


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_visit_every_object_once test_minibatches_are_full_but_for_the_last "
        "test_minibatches_come_in_all_orders test_minibatches_mix_objects_across_blocks "
        "test_minibatches_are_decided_by_the_generator test_minibatches_are_a_list_of_int64_arrays "
        "test_minibatches_of_extreme_sizes"
    ),
)
def independent_batches(N, B, rng):
    """Draws each block without replacement, but independently of the other blocks."""
    return [rng.choice(N, min(B, N - start), replace=False) for start in range(0, N, B)]


@mistake(
    "minibatches",
    fails=(
        "test_minibatches_visit_every_object_once test_minibatches_come_in_all_orders "
        "test_minibatches_mix_objects_across_blocks test_minibatches_are_decided_by_the_generator "
        "test_minibatches_are_a_list_of_int64_arrays test_minibatches_of_extreme_sizes"
    ),
)
def objects_counted_from_one(N, B, rng):
    """Counts the objects from 1."""
    order = 1 + rng.permutation(N)
    return [order[start : start + B] for start in range(0, N, B)]


@mistake("minibatches", fails="test_minibatches_are_a_list_of_int64_arrays")
def objects_as_floats(N, B, rng):
    """Keeps the indices in a float array, which cannot be used as an index."""
    order = rng.permutation(np.arange(float(N)))
    return [order[start : start + B] for start in range(0, N, B)]


@mistake("minibatches", fails=("test_minibatches_come_in_all_orders test_minibatches_mix_objects_across_blocks"))
def reversed_at_random(N, B, rng):
    """Takes the objects forwards or backwards, which is random but far from a shuffle."""
    order = np.arange(N)[:: rng.choice([-1, 1])]
    return [order[start : start + B] for start in range(0, N, B)]


@mistake("minibatches", fails="test_minibatches_are_decided_by_the_generator")
def leftovers_in_their_order(N, B, rng):
    """Shuffles only as many objects as fill whole blocks, so the short block always holds the last ones."""
    full = N // B * B
    order = np.concatenate([rng.permutation(full), np.arange(full, N)]).astype(np.int64)
    return [order[start : start + B] for start in range(0, N, B)]


# ---- sgd -------------------------------------------------------------------------------------------------------


@mistake("sgd", fails="test_sgd_draws_a_fresh_order_in_every_epoch")
def same_partition_every_epoch(grad, w0, N, lr, B, epochs, rng):
    """Shuffles once, before the loop over the epochs."""
    w = np.array(w0, dtype=np.float64)
    order = rng.permutation(N)
    for _ in range(epochs):
        for start in range(0, N, B):
            w = w - lr * grad(w, order[start : start + B])
    return w


@mistake("sgd", fails="test_sgd_draws_a_fresh_order_in_every_epoch")
def reshuffles_with_the_same_seed(grad, w0, N, lr, B, epochs, rng):
    """Draws one seed and starts a generator from it in every epoch, which repeats the same order."""
    w = np.array(w0, dtype=np.float64)
    seed = rng.integers(2**31)
    for _ in range(epochs):
        order = np.random.default_rng(seed).permutation(N)
        for start in range(0, N, B):
            w = w - lr * grad(w, order[start : start + B])
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_visits_every_object_once_per_epoch test_sgd_calls_the_gradient_once_per_block "
        "test_sgd_draws_a_fresh_order_in_every_epoch test_sgd_with_one_block_is_gradient_descent "
        "test_sgd_without_epochs_stays"
    ),
)
def drops_the_last_block(grad, w0, N, lr, B, epochs, rng):
    """Leaves the last, shorter block out."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N - B + 1, B):
            w = w - lr * grad(w, order[start : start + B])
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_takes_each_step_from_the_last_one test_sgd_returns_the_last_iterate "
        "test_sgd_with_one_block_is_gradient_descent test_sgd_leaves_its_start_alone test_sgd_answers_in_float64 "
        "test_sgd_without_epochs_stays"
    ),
)
def divides_by_the_batch_size(grad, w0, N, lr, B, epochs, rng):
    """Divides the gradient by the size of the block, although it already is a mean."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            idx = order[start : start + B]
            w = w - lr / len(idx) * grad(w, idx)
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_takes_each_step_from_the_last_one test_sgd_returns_the_last_iterate "
        "test_sgd_leaves_its_start_alone test_sgd_answers_in_float64 test_sgd_without_epochs_stays"
    ),
)
def gradients_at_the_old_point(grad, w0, N, lr, B, epochs, rng):
    """Takes all gradients of an epoch at the w with which the epoch began."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        order, old = rng.permutation(N), w
        for start in range(0, N, B):
            w = w - lr * grad(old, order[start : start + B])
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_returns_the_last_iterate test_sgd_with_one_block_is_gradient_descent "
        "test_sgd_leaves_its_start_alone test_sgd_answers_in_float64 test_sgd_without_epochs_stays"
    ),
)
def average_of_the_iterates(grad, w0, N, lr, B, epochs, rng):
    """Returns the average of all iterates instead of the last one."""
    w = np.array(w0, dtype=np.float64)
    visited = [w]
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            w = w - lr * grad(w, order[start : start + B])
            visited.append(w)
    return np.mean(visited, axis=0)


@mistake("sgd", fails="test_sgd_leaves_its_start_alone")
def moves_the_callers_start(grad, w0, N, lr, B, epochs, rng):
    """np.asarray does not copy a float array, so `w -= ...` moves the caller's w0."""
    w = np.asarray(w0, dtype=np.float64)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            w -= lr * grad(w, order[start : start + B])
    return w


@mistake("sgd", fails="test_sgd_answers_in_float64")
def in_the_dtype_of_w0(grad, w0, N, lr, B, epochs, rng):
    """Updates an array of integers in place, which NumPy refuses."""
    w = np.array(w0)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            w -= lr * grad(w, order[start : start + B])
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_visits_every_object_once_per_epoch test_sgd_draws_a_fresh_order_in_every_epoch "
        "test_sgd_with_one_block_is_gradient_descent"
    ),
)
def blocks_drawn_with_replacement(grad, w0, N, lr, B, epochs, rng):
    """Draws each block anew from all objects, so an epoch visits some twice and others not at all."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        for start in range(0, N, B):
            w = w - lr * grad(w, rng.integers(0, N, min(B, N - start)))
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_visits_every_object_once_per_epoch test_sgd_calls_the_gradient_once_per_block "
        "test_sgd_draws_a_fresh_order_in_every_epoch test_sgd_without_epochs_stays"
    ),
)
def one_block_per_epoch(grad, w0, N, lr, B, epochs, rng):
    """Takes one step per epoch, with one random block."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        w = w - lr * grad(w, rng.permutation(N)[:B])
    return w


@mistake("sgd", fails="test_sgd_draws_a_fresh_order_in_every_epoch")
def in_the_given_order(grad, w0, N, lr, B, epochs, rng):
    """Goes through the objects in their given order, without shuffling."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        for start in range(0, N, B):
            w = w - lr * grad(w, np.arange(start, min(start + B, N)))
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_returns_the_last_iterate test_sgd_with_one_block_is_gradient_descent "
        "test_sgd_leaves_its_start_alone test_sgd_answers_in_float64 test_sgd_without_epochs_stays"
    ),
)
def forgets_the_last_step(grad, w0, N, lr, B, epochs, rng):
    """Returns the w before the last step."""
    w = before = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            before, w = w, w - lr * grad(w, order[start : start + B])
    return before


@mistake(
    "sgd",
    fails=(
        "test_sgd_takes_each_step_from_the_last_one test_sgd_visits_every_object_once_per_epoch "
        "test_sgd_calls_the_gradient_once_per_block test_sgd_draws_a_fresh_order_in_every_epoch "
        "test_sgd_leaves_its_start_alone test_sgd_answers_in_float64"
    ),
)
def asks_twice(grad, w0, N, lr, B, epochs, rng):
    """Asks for every gradient twice, once to look at its size and once to use it."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            if np.linalg.norm(grad(w, order[start : start + B])) >= 0:
                w = w - lr * grad(w, order[start : start + B])
    return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_takes_each_step_from_the_last_one test_sgd_visits_every_object_once_per_epoch "
        "test_sgd_calls_the_gradient_once_per_block test_sgd_returns_the_last_iterate "
        "test_sgd_draws_a_fresh_order_in_every_epoch test_sgd_leaves_its_start_alone test_sgd_answers_in_float64"
    ),
)
def watches_the_full_gradient(grad, w0, N, lr, B, epochs, rng):
    """Computes the full gradient after each epoch to see how far it is: as expensive as the epoch itself."""
    w = np.array(w0, dtype=np.float64)
    for _ in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            w = w - lr * grad(w, order[start : start + B])
        if np.linalg.norm(grad(w, np.arange(N))) == 0:
            break
    return w


@mistake("sgd", fails="test_sgd_without_epochs_stays")
def always_begins_with_an_epoch(grad, w0, N, lr, B, epochs, rng):
    """Makes an epoch before it asks whether there is one to make."""
    w = np.array(w0, dtype=np.float64)
    done = 0
    while True:
        order = rng.permutation(N)
        for start in range(0, N, B):
            w = w - lr * grad(w, order[start : start + B])
        done += 1
        if done >= epochs:
            return w


@mistake(
    "sgd",
    fails=(
        "test_sgd_takes_each_step_from_the_last_one test_sgd_returns_the_last_iterate "
        "test_sgd_with_one_block_is_gradient_descent test_sgd_leaves_its_start_alone test_sgd_answers_in_float64"
    ),
)
def smaller_steps_each_epoch(grad, w0, N, lr, B, epochs, rng):
    """Divides the step by the number of the epoch, which nobody asked for."""
    w = np.array(w0, dtype=np.float64)
    for epoch in range(epochs):
        order = rng.permutation(N)
        for start in range(0, N, B):
            w = w - lr / (1 + epoch) * grad(w, order[start : start + B])
    return w


# ---- batch_gradient_variance -----------------------------------------------------------------------------------


def spread(G):
    """Return the mean over the rows of their squared distance from the mean row."""
    G = np.asarray(G, dtype=np.float64)
    return float(np.mean(np.sum((G - G.mean(axis=0)) ** 2, axis=1)))


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_of_single_objects"))
def as_if_with_replacement(G, B):
    """Divides the spread by B, which is right for objects drawn with replacement."""
    return spread(G) / B


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_vanishes_for_the_full_batch"))
def divides_by_all_objects(G, B):
    """Writes (N - B) / (B N)."""
    return (len(G) - B) / (B * len(G)) * spread(G)


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_vanishes_for_the_full_batch"))
def uncentred(G, B):
    """Averages the squared lengths of the gradients without subtracting their mean."""
    G = np.asarray(G, dtype=np.float64)
    return float((len(G) - B) / (B * (len(G) - 1)) * np.mean(np.sum(G**2, axis=1)))


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_vanishes_for_the_full_batch"))
def mean_over_the_coordinates(G, B):
    """Averages over the coordinates where the squared norm adds them up."""
    return (len(G) - B) / (B * (len(G) - 1)) * spread(G) / np.asarray(G).shape[1]


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_vanishes_for_the_full_batch"))
def sample_variance(G, B):
    """Divides the spread by N - 1 (as np.cov does) and keeps the factor, which counts N - 1 twice."""
    N = len(G)
    return (N - B) / (B * (N - 1)) * spread(G) * N / (N - 1)


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_vanishes_for_the_full_batch"))
def standard_deviation(G, B):
    """Returns the root of the mean squared error."""
    return float(np.sqrt((len(G) - B) / (B * (len(G) - 1)) * spread(G)))


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_vanishes_for_the_full_batch"))
def mean_along_the_rows(G, B):
    """Subtracts from each gradient the mean of its own coordinates."""
    G = np.asarray(G, dtype=np.float64)
    return float((len(G) - B) / (B * (len(G) - 1)) * np.mean(np.sum((G - G.mean(axis=1, keepdims=True)) ** 2, axis=1)))


@mistake("batch_gradient_variance", fails="test_batch_gradient_variance_leaves_its_input_alone")
def centres_in_place(G, B):
    """Subtracts the mean inside the caller's array."""
    G = np.asarray(G, dtype=np.float64)
    G -= G.mean(axis=0)
    return float((len(G) - B) / (B * (len(G) - 1)) * np.mean(np.sum(G**2, axis=1)))


@mistake("batch_gradient_variance", fails="test_batch_gradient_variance_answers_in_float64")
def centres_in_whole_numbers(G, B):
    """Stores the centred gradients in an array like G: for integers their fractions are cut off."""
    G = np.asarray(G)
    centred = np.zeros_like(G)
    centred[...] = G - G.mean(axis=0)
    return float((len(G) - B) / (B * (len(G) - 1)) * np.mean(np.sum(centred**2, axis=1)))


@mistake("batch_gradient_variance", fails=VARIANCE)
def one_number_per_coordinate(G, B):
    """Returns the variance of each coordinate instead of their sum."""
    G = np.asarray(G, dtype=np.float64)
    return (len(G) - B) / (B * (len(G) - 1)) * np.var(G, axis=0)


@mistake("batch_gradient_variance", fails=all_but(VARIANCE, "test_batch_gradient_variance_vanishes_for_the_full_batch"))
def estimated_from_random_batches(G, B):
    """Averages over 1000 random batches: near the truth, but not the closed form that was asked for."""
    G = np.asarray(G, dtype=np.float64)
    rng = np.random.default_rng(0)
    means = np.array([G[rng.choice(len(G), B, replace=False)].mean(axis=0) for _ in range(1000)])
    return float(np.mean(np.sum((means - G.mean(axis=0)) ** 2, axis=1)))


# ---- sgd_stationary_variance -----------------------------------------------------------------------------------


def refuse_divergence(a, lr):
    """Raise as the statement asks."""
    if lr * a >= 2:
        raise ValueError("no limit")


@mistake("sgd_stationary_variance", fails=all_but(STATIONARY, "test_sgd_stationary_variance_of_a_tiny_step"))
def small_step_formula(a, s2, lr):
    """Forgets lr a in the denominator, which is right for tiny steps only."""
    refuse_divergence(a, lr)
    return float(lr * s2 / (2 * a))


@mistake("sgd_stationary_variance", fails=STATIONARY)
def forgets_the_square_of_the_step(a, s2, lr):
    """Adds lr s2 instead of lr^2 s2 in each step: a constant factor does not enter a variance squared."""
    refuse_divergence(a, lr)
    return float(s2 / (a * (2 - lr * a)))


@mistake("sgd_stationary_variance", fails=STATIONARY)
def squares_the_step_twice(a, s2, lr):
    """Keeps lr^2 in the numerator after a factor lr has been cancelled."""
    refuse_divergence(a, lr)
    return float(lr**2 * s2 / (a * (2 - lr * a)))


@mistake("sgd_stationary_variance", fails=all_but(STATIONARY, "test_sgd_stationary_variance_without_memory"))
def noise_without_contraction(a, s2, lr):
    """Forgets to square the contraction: v = (1 - lr a) v + lr^2 s2."""
    refuse_divergence(a, lr)
    return float(lr * s2 / a)


@mistake("sgd_stationary_variance", fails=STATIONARY)
def takes_the_root(a, s2, lr):
    """Returns the standard deviation."""
    refuse_divergence(a, lr)
    return float(np.sqrt(lr * s2 / (a * (2 - lr * a))))


@mistake("sgd_stationary_variance", fails=STATIONARY)
def squares_s2_again(a, s2, lr):
    """Takes s2 for the standard deviation and squares it."""
    refuse_divergence(a, lr)
    return float(lr * s2**2 / (a * (2 - lr * a)))


@mistake("sgd_stationary_variance", fails="test_sgd_stationary_variance_of_a_tiny_step")
def one_minus_a_square(a, s2, lr):
    """Divides by 1 - (1 - lr a)^2 in floating point, which loses its digits for a tiny step."""
    refuse_divergence(a, lr)
    return float(lr**2 * s2 / (1 - (1 - lr * a) ** 2))


@mistake(
    "sgd_stationary_variance",
    fails=(
        "test_sgd_stationary_variance_is_the_limit_of_the_recursion "
        "test_sgd_stationary_variance_is_inverse_to_the_batch_size test_sgd_stationary_variance_of_a_tiny_step "
        "test_sgd_stationary_variance_grows_towards_the_critical_step"
    ),
)
def a_hundred_steps(a, s2, lr):
    """Makes 100 steps of the recursion and calls that the limit."""
    refuse_divergence(a, lr)
    v = 0.0
    for _ in range(100):
        v = (1 - lr * a) ** 2 * v + lr**2 * s2
    return float(v)


@mistake("sgd_stationary_variance", fails="test_sgd_stationary_variance_rejects_steps_that_diverge")
def negative_variance(a, s2, lr):
    """Uses the formula for every step, and gets a negative variance or a division by zero where it diverges."""
    return float(lr * s2 / (a * (2 - lr * a)))


@mistake("sgd_stationary_variance", fails="test_sgd_stationary_variance_rejects_steps_that_diverge")
def infinite_where_it_diverges(a, s2, lr):
    """Returns infinity where the statement asks for an error."""
    return float("inf") if lr * a >= 2 else float(lr * s2 / (a * (2 - lr * a)))


@mistake(
    "sgd_stationary_variance",
    fails=all_but(
        STATIONARY,
        "test_sgd_stationary_variance_of_a_tiny_step test_sgd_stationary_variance_rejects_steps_that_diverge",
    ),
)
def refuses_half_of_the_steps(a, s2, lr):
    """Refuses steps from lr a = 1 on, although the descent diverges at 2 only."""
    if lr * a >= 1:
        raise ValueError("the step is too large")
    return float(lr * s2 / (a * (2 - lr * a)))


@mistake("sgd_stationary_variance", fails=STATIONARY)
def integer_division(a, s2, lr):
    """Divides with //, which cuts the fraction off."""
    refuse_divergence(a, lr)
    return lr * s2 // (a * (2 - lr * a))


@mistake("sgd_stationary_variance", fails=STATIONARY)
def an_array_of_one(a, s2, lr):
    """Returns an array with one entry instead of a number."""
    refuse_divergence(a, lr)
    return np.array([lr * s2 / (a * (2 - lr * a))])


@mistake("sgd_stationary_variance", fails="test_sgd_stationary_variance_is_inverse_to_the_batch_size")
def small_steps_by_their_limit(a, s2, lr):
    """Takes the limit for small steps, lr s2 / (2 a), already where its error can be seen."""
    if lr * a >= 2:
        raise ValueError("lr * a must be below 2")
    return float(lr * s2 / (2 * a) if lr * a < 1e-4 else lr * s2 / (a * (2 - lr * a)))


@mistake("sgd_stationary_variance", fails="test_sgd_stationary_variance_rejects_steps_that_diverge")
def no_noise_no_question(a, s2, lr):
    """Answers 0 without noise before it has looked at the step."""
    if s2 == 0:
        return 0.0
    if lr * a >= 2:
        raise ValueError("lr * a must be below 2")
    return float(lr * s2 / (a * (2 - lr * a)))


# ---- init_params -----------------------------------------------------------------------------------------------


def variance_of(scheme, n_in, n_out):
    """Return the right variance."""
    return 2 / n_in if scheme == "he" else 2 / (n_in + n_out)


def network(widths, draw_weights, draw_bias=np.zeros):
    """Return params from a function of (n_in, n_out) and one of n_out."""
    return [(draw_weights(a, b), draw_bias(b)) for a, b in pairwise(widths)]


@mistake("init_params", fails="test_init_params_he_has_variance_two_over_n_in")
def outputs_instead_of_inputs(widths, rng, scheme):
    """Divides by the number of neurons of the layer instead of the number of its inputs."""
    return network(
        widths,
        lambda a, b: np.sqrt(2 / b if scheme == "he" else 2 / (a + b)) * rng.standard_normal((b, a)),
    )


@mistake(
    "init_params",
    fails=(
        "test_init_params_he_has_variance_two_over_n_in "
        "test_init_params_xavier_has_variance_two_over_both_widths "
        "test_init_params_he_carries_a_signal_through_twenty_layers"
    ),
)
def variance_as_deviation(widths, rng, scheme):
    """Hands the variance to a function that expects the standard deviation."""
    return network(widths, lambda a, b: rng.normal(0.0, variance_of(scheme, a, b), (b, a)))


@mistake(
    "init_params",
    fails=(
        "test_init_params_he_has_variance_two_over_n_in "
        "test_init_params_xavier_has_variance_two_over_both_widths "
        "test_init_params_he_carries_a_signal_through_twenty_layers"
    ),
)
def uniform_between_the_deviations(widths, rng, scheme):
    """Draws uniformly between plus and minus the standard deviation, whose variance is three times too small."""

    def weights(a, b):
        s = np.sqrt(variance_of(scheme, a, b))
        return rng.uniform(-s, s, (b, a))

    return network(widths, weights)


@mistake(
    "init_params",
    fails=(
        "test_init_params_is_centred test_init_params_breaks_the_symmetry "
        "test_init_params_is_decided_by_the_generator test_init_params_he_carries_a_signal_through_twenty_layers"
    ),
)
def all_weights_equal(widths, rng, scheme):
    """Gives all weights the same value, so all neurons of a layer stay equal for ever."""
    return network(widths, lambda a, b: np.full((b, a), np.sqrt(variance_of(scheme, a, b))))


@mistake(
    "init_params",
    fails=("test_init_params_breaks_the_symmetry test_init_params_he_carries_a_signal_through_twenty_layers"),
)
def all_neurons_equal(widths, rng, scheme):
    """Draws one row of weights per layer (here: signs, half of them negative) and gives it to every neuron."""

    def weights(a, b):
        row = np.sqrt(variance_of(scheme, a, b)) * rng.permutation(np.where(np.arange(a) % 2, 1.0, -1.0))
        return np.tile(row, (b, 1))

    return network(widths, weights)


@mistake(
    "init_params",
    fails=(
        "test_init_params_he_has_variance_two_over_n_in "
        "test_init_params_xavier_has_variance_two_over_both_widths test_init_params_returns_a_network_in_float64 "
        "test_init_params_starts_with_zero_biases test_init_params_is_centred "
        "test_init_params_is_decided_by_the_generator"
    ),
)
def inputs_by_outputs(widths, rng, scheme):
    """Returns W with shape (n_in, n_out)."""
    return network(widths, lambda a, b: np.sqrt(variance_of(scheme, a, b)) * rng.standard_normal((a, b)))


@mistake(
    "init_params",
    fails=(
        "test_init_params_he_has_variance_two_over_n_in "
        "test_init_params_xavier_has_variance_two_over_both_widths test_init_params_returns_a_network_in_float64 "
        "test_init_params_starts_with_zero_biases test_init_params_is_centred "
        "test_init_params_breaks_the_symmetry test_init_params_is_decided_by_the_generator "
        "test_init_params_he_carries_a_signal_through_twenty_layers"
    ),
)
def starts_at_zero(widths, rng, scheme):
    """Sets all weights to 0: no signal passes, and no gradient comes back."""
    return network(widths, lambda a, b: np.zeros((b, a)))


@mistake("init_params", fails="test_init_params_starts_with_zero_biases")
def random_biases(widths, rng, scheme):
    """Draws the biases too."""
    return network(
        widths,
        lambda a, b: np.sqrt(variance_of(scheme, a, b)) * rng.standard_normal((b, a)),
        lambda b: 0.1 * rng.standard_normal(b),
    )


@mistake(
    "init_params",
    fails=(
        "test_init_params_he_has_variance_two_over_n_in "
        "test_init_params_xavier_has_variance_two_over_both_widths "
        "test_init_params_he_carries_a_signal_through_twenty_layers"
    ),
)
def schemes_swapped(widths, rng, scheme):
    """Takes "he" for "xavier" and the other way round."""
    other = "xavier" if scheme == "he" else "he"
    return network(widths, lambda a, b: np.sqrt(variance_of(other, a, b)) * rng.standard_normal((b, a)))


@mistake(
    "init_params",
    fails=(
        "test_init_params_he_has_variance_two_over_n_in "
        "test_init_params_xavier_has_variance_two_over_both_widths "
        "test_init_params_he_carries_a_signal_through_twenty_layers"
    ),
)
def one_over_n(widths, rng, scheme):
    """Forgets the 2: the variance 1 / n_in loses half of the signal in every relu layer."""
    return network(widths, lambda a, b: np.sqrt(variance_of(scheme, a, b) / 2) * rng.standard_normal((b, a)))


@mistake(
    "init_params", fails=("test_init_params_is_centred test_init_params_he_carries_a_signal_through_twenty_layers")
)
def positive_weights(widths, rng, scheme):
    """Uses absolute values, so all weights are positive."""
    return network(widths, lambda a, b: np.sqrt(variance_of(scheme, a, b)) * np.abs(rng.standard_normal((b, a))))


@mistake("init_params", fails="test_init_params_is_decided_by_the_generator")
def seeded_inside(widths, rng, scheme):
    """Makes a generator with a fixed seed of its own and ignores rng."""
    own = np.random.default_rng(1)
    return network(widths, lambda a, b: np.sqrt(variance_of(scheme, a, b)) * own.standard_normal((b, a)))


@mistake("init_params", fails="test_init_params_breaks_the_symmetry")
def seeded_again_in_the_second_layer(widths, rng, scheme):
    """Draws the first two layers from generators with the same seed, so equal layers get equal weights."""
    seed = rng.integers(2**31)
    generators = chain((np.random.default_rng(seed) for _ in range(2)), repeat(rng))
    return network(
        widths,
        lambda a, b: np.sqrt(variance_of(scheme, a, b)) * next(generators).standard_normal((b, a)),
    )


@mistake(
    "init_params",
    fails=(
        "test_init_params_he_has_variance_two_over_n_in "
        "test_init_params_xavier_has_variance_two_over_both_widths test_init_params_returns_a_network_in_float64 "
        "test_init_params_starts_with_zero_biases test_init_params_is_centred "
        "test_init_params_breaks_the_symmetry test_init_params_is_decided_by_the_generator "
        "test_init_params_he_carries_a_signal_through_twenty_layers"
    ),
)
def biases_as_columns(widths, rng, scheme):
    """Returns the biases with shape (n_out, 1)."""
    return network(
        widths,
        lambda a, b: np.sqrt(variance_of(scheme, a, b)) * rng.standard_normal((b, a)),
        lambda b: np.zeros((b, 1)),
    )


@mistake("init_params", fails="test_init_params_returns_a_network_in_float64")
def in_single_precision(widths, rng, scheme):
    """Stores the parameters in float32."""
    return network(
        widths,
        lambda a, b: (np.sqrt(variance_of(scheme, a, b)) * rng.standard_normal((b, a))).astype(np.float32),
    )


# ---- capstone_digits -------------------------------------------------------------------------------------------


def probabilities(Z):
    """Return the softmax of each row."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def descend(X, y, rng, lr=0.5, B=32, epochs=20, direction=-1.0):
    """Train a softmax regression as the recipe says, or not quite."""
    T = np.eye(10)[y]
    W, b = np.zeros((10, X.shape[1])), np.zeros(10)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), B):
            idx = order[start : start + B]
            error = probabilities(X[idx] @ W.T + b) - T[idx]
            W = W + direction * lr * error.T @ X[idx] / len(idx)
            b = b + direction * lr * error.mean(axis=0)
    return W, b


@mistake("capstone_digits", fails=CAPSTONE)
def one_full_gradient_per_epoch(X_train, y_train, rng):
    """Uses the whole set as one batch: 20 epochs are 20 steps, far too few."""
    return descend(X_train, y_train, rng, B=len(X_train))


@mistake("capstone_digits", fails=CAPSTONE)
def far_too_small_a_step(X_train, y_train, rng):
    """Uses the step 0.01, with which 20 epochs do not get far."""
    return descend(X_train, y_train, rng, lr=0.01)


@mistake("capstone_digits", fails=CAPSTONE)
def climbs_the_loss(X_train, y_train, rng):
    """Adds the gradient instead of subtracting it."""
    return descend(X_train, y_train, rng, direction=1.0, lr=0.05)


@mistake("capstone_digits", fails=CAPSTONE)
def weights_transposed(X_train, y_train, rng):
    """Returns W with shape (64, 10)."""
    W, b = descend(X_train, y_train, rng)
    return W.T, b


@mistake("capstone_digits", fails=CAPSTONE)
def labels_shifted(X_train, y_train, rng):
    """Counts the classes from 1, so the rows of W belong to the wrong digits."""
    return descend(X_train, (y_train + 1) % 10, rng)


@mistake("capstone_digits", fails=CAPSTONE)
def shuffles_images_only(X_train, y_train, rng):
    """Shuffles the images without their labels."""
    return descend(X_train[rng.permutation(len(X_train))], y_train, rng)


@mistake("capstone_digits", fails="test_capstone_digits_fits_the_training_images")
def stops_early(X_train, y_train, rng):
    """Stops while the loss is still falling: the digits are read, but the fit is not there yet."""
    return descend(X_train, y_train, rng, epochs=7)


@mistake("capstone_digits", fails=CAPSTONE)
def learns_a_few_by_heart(X_train, y_train, rng):
    """Trains on the first 80 images only, for a very long time."""
    return descend(X_train[:80], y_train[:80], rng, epochs=300)


@mistake("capstone_digits", fails=CAPSTONE)
def weights_without_biases(X_train, y_train, rng):
    """Returns W alone."""
    return descend(X_train, y_train, rng)[0]
