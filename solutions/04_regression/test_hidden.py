"""Hidden tests: regression.

A test that a function could pass without computing anything would be a gift, so shapes, dtypes and purity are
looked at on right answers only. What is not unique (weights of dependent columns, the last digits of a minimiser) is
judged by what is: residuals, gradients, losses and probabilities.
"""

from pathlib import Path

import numpy as np

import reference.regression as ref
from autograder.testing import (
    Mismatch,
    agree,
    agree_gradient,
    between,
    cases,
    draw,
    finite,
    grades,
    integers,
    normal,
    residual,
    sequence,
    shaped,
    unchanged,
)

CANCER = Path(__file__).parent / "data" / "breast_cancer.npz"


# ---- inputs ----------------------------------------------------------------------------------------------------


def scatter(N, slope=1.5, centre=0.0, spread=1.0):
    """Draw N points (x, y) around a line; no two x are close, and neither the x nor the y are centred."""

    def make(rng):
        x = centre + spread * (rng.permutation(np.linspace(-1.0, 2.0, N)) + rng.uniform(-0.4, 0.4, N) / N)
        return x, 4.0 + slope * x + rng.standard_normal(N)

    return draw(make)


def table(N, n, shift=1.0):
    """Draw (X, y) with columns of different size, away from 0; full rank if N > n."""

    def make(rng):
        X = shift + rng.standard_normal((N, n)) * np.linspace(1.0, 3.0, n)
        return X, -2.0 + X @ rng.uniform(-1.5, 1.5, n) + rng.standard_normal(N)

    return draw(make)


def dependent(N):
    """Draw (X, y) in which the third column is the difference of the first two and the last is constant."""

    def make(rng):
        X = rng.integers(-4, 5, (N, 2)).astype(np.float64)
        X[:2] = [[1.0, 0.0], [0.0, 2.0]]
        return np.column_stack([X, X[:, 0] - X[:, 1], np.full(N, 3.0)]), 5.0 + rng.standard_normal(N)

    return draw(make)


def neuron(N, n, scale=1.0, shift=0.5):
    """Draw (w, b, X, y): a neuron with b not near 0 and N labelled objects, both labels in mixed order if N > 1."""

    def make(rng):
        w = scale * rng.standard_normal(n)
        b = scale * rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.0)
        y = rng.permutation(np.concatenate([[0, 1], rng.integers(0, 2, N)])[:N])
        return w, b, shift + rng.standard_normal((N, n)), y

    return draw(make)


def whole_neuron(N, n):
    """Draw (w, b, X, y) of integers."""

    def make(rng):
        y = rng.permutation(np.arange(N) % 2)
        return rng.integers(1, 3, n) * rng.choice([-1, 1], n), 2, rng.integers(-2, 3, (N, n)), y

    return draw(make)


def survey(N, n, centre=0.0, scale=1.0, strength=1.0):
    """Draw (X, y), N objects with overlapping classes whose loss has a well-conditioned minimum.

    Drawn again until the minimiser is certified by its gradient, the classes are not smaller than N / 5, and a
    plain gradient descent can get there: the smallest curvature is at least 1/100 of the largest and 1/500 of the
    bound ||[X, 1]||^2 / (4 N).
    """

    def make(rng):
        for _ in range(1000):
            Z = rng.standard_normal((N, n))
            chance = 1 / (1 + np.exp(-(strength * (Z @ rng.uniform(0.5, 1.2, n)) + 0.4)))
            X, y = centre + scale * Z, (rng.random(N) < chance).astype(np.int64)
            if not N / 5 <= y.sum() <= 4 * N / 5:
                continue
            w, b = ref.fit_logistic(X, y)
            curvatures = np.linalg.eigvalsh(ref.log_loss_hessian(w, b, X))
            bound = (np.sum(X**2) + N) / (4 * N)
            if gradient_norm(w, b, X, y) < 1e-10 and curvatures[0] >= max(0.01, curvatures[-1] / 100, bound / 500):
                return X, y
        raise RuntimeError("no well-conditioned instance in 1000 draws")

    return draw(make)


@draw
def three_splits(rng):
    """Split the tumours three times into 400 and 169; the reference stays well inside the thresholds on each."""
    with np.load(CANCER) as data:
        X, y = data["X"], data["y"]
    splits = []
    while len(splits) < 3:
        order = rng.permutation(len(y))
        train, test = order[:400], order[400:]
        P = ref.capstone_cancer(X[train], y[train], X[test])
        if np.mean((P > 0.5) == y[test]) >= 0.85 and cross_entropy(P, y[test]) <= 0.33:
            splits.append((X[train], y[train], X[test], y[test]))
    return splits


# ---- what is computed with valid answers -----------------------------------------------------------------------


def extended(X):
    """Return [X, 1] in float64."""
    return np.column_stack([np.asarray(X, dtype=np.float64), np.ones(len(X))])


def logistic_loss(y, X):
    """Return the function (w, b) -> loss, written with operations that a complex step can pass."""

    def loss(w, b):
        z = X @ w + b
        return np.mean(np.log(1 + np.exp(z)) - y * z)

    return loss


def gradient_norm(w, b, X, y):
    """Return the Euclidean norm of the loss's gradient, for finite w and b of any size."""
    with np.errstate(all="ignore"):
        gw, gb = ref.log_loss_grad(w, b, X, y)
        return float(np.sqrt(gw @ gw + gb**2))


def probability(w, b, X):
    """Return P(y = 1) of the neuron for each row of X, for finite w and b of any size."""
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-(X @ w + b)))


def cross_entropy(P, y):
    """Return the mean of -log P(true class); infinite if a true class has probability 0."""
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(np.where(y == 1, P, 1 - P)))


def weights(answer, n, names="w b"):
    """Return a pair of n weights and a number that a student answered, in float64, once it is known to be one."""
    label_w, label_b = names.split()
    w, b = sequence(answer, 2, name=f"({label_w}, {label_b})")
    w = finite(shaped(w, (n,), name=label_w), name=label_w)
    b = finite(shaped(b, (), name=label_b), name=label_b)
    return w.astype(np.float64), float(b)


def line(answer):
    """Return slope and intercept that a student answered."""
    a, b = sequence(answer, 2, name="(a, b)")
    return tuple(float(finite(shaped(v, (), name=name), name=name)) for v, name in ((a, "a"), (b, "b")))


def agree_pair(answer, expected, names, condition=1.0):
    """Check the two entries of an answer."""
    first, second = sequence(answer, 2, name=f"({', '.join(names.split())})")
    for value, want, name in zip((first, second), expected, names.split(), strict=True):
        agree(value, want, name=name, condition=condition)


def float_pair(answer, n, names):
    """Check that an answer is an array of n numbers and a single number, both in float64, and return it."""
    first, second = names.split()
    vector, number = sequence(answer, 2, name=f"({first}, {second})")
    return shaped(vector, (n,), name=first, dtype="float64"), shaped(number, (), name=second, dtype="float64")


def agree_projection(w, b, X, y):
    """Check the normal equations: the residuals add up to 0, also when weighted with any column of X."""
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    with np.errstate(all="ignore"):
        e = y - X @ w - b
        sums = extended(X).T @ e
    scale = len(y) * max(1.0, np.abs(X).max()) * np.abs(y).max()
    residual(sums[-1], scale, 1e-8, name="the sum of the residuals e_i")
    residual(sums[:-1], scale, 1e-8, name="the sum of e_i x_i over the objects")


# ---- linear_regression_1d --------------------------------------------------------------------------------------


@grades("linear_regression_1d", points=2, hint="Compute all residuals e_i = y_i - a x_i - b of your line and add.")
@cases("x y", five=scatter(5), falling=scatter(8, slope=-2.0), off_centre=scatter(7, centre=-20.0, spread=3.0))
def test_linear_regression_1d_leaves_no_trend_in_the_residuals(student, x, y):
    """The residuals add up to 0, and so do the residuals times x: nothing linear is left in them."""
    a, b = line(student.linear_regression_1d(x, y))
    agree_projection(np.array([a]), b, x[:, None], y)


@grades("linear_regression_1d", points=2, hint="The same deviations of x stand above and below the fraction line.")
@cases("x y", three=scatter(3), six=scatter(6, slope=-0.7), many=scatter(40, slope=3.0, centre=5.0))
def test_linear_regression_1d_finds_slope_and_intercept(student, x, y):
    """The slope a comes first, the intercept b second, and both are those of the formula."""
    agree_pair(student.linear_regression_1d(x, y), ref.linear_regression_1d(x, y), "a b", condition=10)


@grades("linear_regression_1d", points=1, hint="Measured in other units, y becomes c y + d. What becomes of the line?")
@cases("x y c d", larger=(*(normal("n"), normal("n", shift=3.0)), 2.5, -7.0), turned=(normal("m"), normal("m"), -3, 4.0))
def test_linear_regression_1d_follows_a_change_of_y(student, x, y, c, d):
    """Replacing y by c y + d replaces (a, b) by (c a, c b + d)."""
    a, b = ref.linear_regression_1d(x, y)
    agree_pair(student.linear_regression_1d(x, c * y + d), (c * a, c * b + d), "a b", condition=100)


@grades("linear_regression_1d", points=1, hint="Moving all points to the right moves the line with them.")
@cases("x y t", right=(normal("n"), normal("n", shift=3.0), 6.0), left=(normal("m"), normal("m"), -9.0))
def test_linear_regression_1d_follows_a_shift_of_x(student, x, y, t):
    """Replacing x by x + t leaves the slope and replaces b by b - a t."""
    a, b = ref.linear_regression_1d(x, y)
    agree_pair(student.linear_regression_1d(x + t, y), (a, b - a * t), "a b", condition=100)


@grades("linear_regression_1d", points=1, hint="Convert x and y to float64 arrays first.")
@cases(
    "x y",
    integer_arrays=(np.array([-4, -1, 0, 5]), np.array([2, -3, 3, 1])),
    lists=([0, 1, 3, 7], [1, 2, -2, 2]),
    small_integers=(np.array([100, 110, 120], dtype=np.int8), np.array([90, 60, -110], dtype=np.int8)),
)
def test_linear_regression_1d_answers_integers_and_lists_in_float64(student, x, y):
    """Integers and lists give the same line, as two numbers in float64."""
    answer = student.linear_regression_1d(x, y)
    agree_pair(answer, ref.linear_regression_1d(x, y), "a b", condition=100)
    for value, name in zip(answer, "ab", strict=True):
        shaped(value, (), name=name, dtype="float64")


@grades("linear_regression_1d", points=1, hint="`x -= x.mean()` writes into the caller's array.")
@cases("x y", five=scatter(5), nine=scatter(9, slope=-1.0, centre=3.0))
def test_linear_regression_1d_leaves_its_inputs_alone(student, x, y):
    """The right line, and x and y are the same after the call."""
    answer = unchanged(student.linear_regression_1d, x, y)
    agree_pair(answer, ref.linear_regression_1d(x, y), "a b", condition=10)


@grades("linear_regression_1d", points=1, hint="Through two points there is one line, and it leaves no residual.")
@cases("x y", rising=scatter(2, slope=4.0), falling=scatter(2, slope=-4.0, centre=8.0))
def test_linear_regression_1d_through_two_points(student, x, y):
    """Two points give the line through them."""
    a = (y[1] - y[0]) / (x[1] - x[0])
    agree_pair(student.linear_regression_1d(x, y), (a, y[0] - a * x[0]), "a b", condition=10)


@grades("linear_regression_1d", points=1, hint="Which quantity must not stand in the denominator if y may be constant?")
@cases("x height", five=(normal("n"), 3.5), seven=(normal("m", shift=2.0), -12.0))
def test_linear_regression_1d_of_a_constant(student, x, height):
    """If all y are equal, the line is horizontal at that height."""
    answer = student.linear_regression_1d(x, np.full(len(x), height))
    agree_pair(answer, (0.0, height), "a b", condition=10)


# ---- least_squares ---------------------------------------------------------------------------------------------


@grades("least_squares", points=3, hint="What remains must be orthogonal to every column, and to the constant 1.")
@cases("X y", typical=table(7, 3), one_feature=table(6, 1), wide=table(12, 5, shift=-4.0))
def test_least_squares_leaves_residuals_orthogonal_to_the_columns(student, X, y):
    """The residuals add up to 0, also when weighted with any column of X."""
    w, b = weights(student.least_squares(X, y), X.shape[1])
    agree_projection(w, b, X, y)


@grades("least_squares", points=2, hint="Evaluate your w.x + b on the rows of X and compare with y by eye.")
@cases("X y", typical=table(7, 3), off_centre=table(9, 4, shift=8.0), square=table(4, 4))
def test_least_squares_predicts_the_projection(student, X, y):
    """The predictions w.x_i + b are those of the best affine function."""
    w, b = weights(student.least_squares(X, y), X.shape[1])
    best_w, best_b = ref.least_squares(X, y)
    with np.errstate(all="ignore"):
        agree(X @ w + b, X @ best_w + best_b, name="w.x + b", condition=100)


@grades("least_squares", points=2, hint="The answer is a pair: the n weights, and the intercept on its own.")
@cases("X y", typical=table(7, 3), one_feature=table(6, 1), wide=table(12, 5, shift=-4.0))
def test_least_squares_finds_weights_and_intercept(student, X, y):
    """With independent columns the minimiser is unique: w and b are right."""
    agree_pair(student.least_squares(X, y), ref.least_squares(X, y), "w b", condition=1000)


@grades("least_squares", points=2, hint="In new coordinates x' = A^T x + c the best affine function is the same one.")
@cases(
    "X y A c",
    shear=(normal("m d"), normal("m"), np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 0.5], [0.0, 0.0, 2.0]]), np.zeros(3)),
    shift=(normal("n d"), normal("n"), np.eye(3), np.array([4.0, -7.0, 1.0])),
    both=(normal("m 2"), normal("m"), np.array([[0.0, 2.0], [-0.5, 1.0]]), np.array([-3.0, 5.0])),
)
def test_least_squares_does_not_depend_on_the_coordinates(student, X, y, A, c):
    """Replacing X by X A + c leaves the predictions, and replaces w by the solution v of A v = w."""
    w, b = ref.least_squares(X, y)
    v = np.linalg.solve(A, w)
    agree_pair(student.least_squares(X @ A + c, y), (v, b - c @ v), "w b", condition=1000)


@grades("least_squares", points=1.5, hint="Convert to float64 first; w has one axis, and b is a number.")
@cases(
    "X y",
    integer_arrays=(np.array([[1, 0], [2, -1], [0, 3], [4, 4], [-2, 5]]), np.array([1, -2, 3, 0, 2])),
    lists=([[1, 0], [2, -1], [0, 3], [4, 4]], [1, -2, 3, 0]),
)
def test_least_squares_answers_integers_and_lists_in_float64(student, X, y):
    """Integers and lists give the same w, of shape (n,), and the same number b, both in float64."""
    answer = student.least_squares(X, y)
    agree_pair(answer, ref.least_squares(X, y), "w b", condition=100)
    float_pair(answer, 2, "w b")


@grades("least_squares", points=1.5, hint="Center and scale copies, not the arrays you were handed.")
@cases("X y", typical=table(7, 3), square=table(4, 4))
def test_least_squares_leaves_its_inputs_alone(student, X, y):
    """Residuals as they should be, and X and y are the same after the call."""
    w, b = weights(unchanged(student.least_squares, X, y), X.shape[1])
    agree_projection(w, b, X, y)


@grades("least_squares", points=1.5, hint="X^T X has no inverse here. np.linalg.lstsq does not need one.")
@cases("X y", six=dependent(6), ten=dependent(10))
def test_least_squares_with_dependent_columns(student, X, y):
    """If one column depends on others or is constant, w and b are finite and the residuals as they should be."""
    w, b = weights(student.least_squares(X, y), X.shape[1])
    between(np.append(w, b), -1e6, 1e6, name="the entries of w and b")
    agree_projection(w, b, X, y)


@grades("least_squares", points=1.5, hint="With few objects there are many affine functions through all of them.")
@cases("X y", square=table(4, 4), three=table(3, 5), one=table(1, 2))
def test_least_squares_goes_through_few_objects(student, X, y):
    """With at most n objects in general position, the predictions equal y."""
    w, b = weights(student.least_squares(X, y), X.shape[1])
    with np.errstate(all="ignore"):
        agree(X @ w + b, y, name="w.x + b", condition=1000)


# ---- log_loss --------------------------------------------------------------------------------------------------

LOSS_CASES = {
    "typical": neuron(7, 3),
    "square": neuron(4, 4, shift=-1.0),
    "one_feature": neuron(5, 1, scale=3.0),
    "one_object": neuron(1, 3),
}


@grades("log_loss", points=3, hint="With labels 0 and 1, each object pays -log of the probability of its own label.")
@cases("w b X y", **LOSS_CASES)
def test_log_loss_is_the_mean_over_the_objects(student, w, b, X, y):
    """The answer is the mean of log(1 + exp(z)) - y z."""
    agree(student.log_loss(w, b, X, y), ref.log_loss(w, b, X, y), name="L")


@grades("log_loss", points=1, hint="If every probability is 1/2, what does each object pay?")
@cases("X y", typical=(normal("m d"), integers("m", 0, 2)), square=(normal("4 4"), integers("4", 0, 2)))
def test_log_loss_of_the_undecided_neuron(student, X, y):
    """For w = 0 and b = 0 the loss is log 2, whatever the labels."""
    agree(student.log_loss(np.zeros(X.shape[1]), 0.0, X, y), np.log(2.0), name="L")


@grades("log_loss", points=2, hint="Calling class 1 class 0, and turning the neuron around, is only a change of names.")
@cases("w b X y", typical=neuron(7, 3), square=neuron(4, 4), off_centre=neuron(5, 2, shift=-2.0))
def test_log_loss_does_not_care_which_class_is_called_one(student, w, b, X, y):
    """The loss of (-w, -b) with labels 1 - y is that of (w, b) with labels y."""
    agree(student.log_loss(-w, -b, X, 1 - y), ref.log_loss(w, b, X, y), name="L")


@grades("log_loss", points=2, hint="A set of 5 objects and a set of 2 do not count equally in their union.")
@cases("w b X y", typical=neuron(7, 3), all_in_one_class=draw(lambda rng: (*neuron(6, 2).make(rng)[:3], np.ones(6, int))))
def test_log_loss_of_a_union_is_a_weighted_mean(student, w, b, X, y):
    """The loss over all objects is the mean of the losses over parts, weighted by their sizes."""
    sizes = np.array([len(y) - 2, 2])
    parts = [student.log_loss(w, b, X[:-2], y[:-2]), student.log_loss(w, b, X[-2:], y[-2:])]
    parts = [finite(shaped(part, (), name="L of a part"), name="L of a part") for part in parts]
    agree(sizes @ np.array(parts) / len(y), ref.log_loss(w, b, X, y), name="the weighted mean of L over two parts")
    agree(student.log_loss(w, b, X, y), ref.log_loss(w, b, X, y), name="L")


@grades("log_loss", points=1, hint="On a segment in the space of (w, b), the middle must cost less than the ends.")
@cases("w b X y v", typical=(*[neuron(7, 3)], normal("d")) if False else draw(
    lambda rng: (*neuron(7, 3).make(rng), rng.standard_normal(3))))
def test_log_loss_lies_below_its_chords(student, w, b, X, y, v):
    """The loss is convex: halfway between two neurons it is smaller than the mean of their losses."""
    places = [(w - v, b - 1.0), (w, b), (w + v, b + 1.0)]
    values = [finite(shaped(student.log_loss(*place, X, y), (), name="L"), name="L") for place in places]
    exact = [ref.log_loss(*place, X, y) for place in places]
    sag = (exact[0] + exact[2]) / 2 - exact[1]
    between((values[0] + values[2]) / 2 - values[1], sag / 2, 2 * sag, name="how far L sags below its chord")
