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
    """Draw (X, y) with columns of different size, away from 0.

    [X, 1] has full rank: its singular values differ by a factor of at most 300.
    """

    def make(rng):
        for _ in range(1000):
            X = shift + rng.standard_normal((N, n)) * np.linspace(1.0, 3.0, n)
            if np.linalg.cond(extended(X)) <= 300:
                return X, -2.0 + X @ rng.uniform(-1.5, 1.5, n) + rng.standard_normal(N)
        raise RuntimeError("no well-conditioned instance in 1000 draws")

    return draw(make)


def dependent(N, backwards=False):
    """Draw (X, y) in which the third column is the difference of the first two and the last is constant.

    Backwards, the constant column is the first, and the difference the second.
    """

    def make(rng):
        X = rng.integers(-4, 5, (N, 2)).astype(np.float64)
        X[:2] = [[1.0, 0.0], [0.0, 2.0]]
        X = np.column_stack([X, X[:, 0] - X[:, 1], np.full(N, 3.0)])
        return X[:, ::-1].copy() if backwards else X, 5.0 + rng.standard_normal(N)

    return draw(make)


def neuron(N, n, scale=1.0, shift=0.5):
    """Draw (w, b, X, y): a neuron with b not near 0 and N labelled objects, both labels in mixed order if N > 1."""

    def make(rng):
        w = scale * rng.standard_normal(n)
        b = float(scale * rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.0))
        y = rng.permutation(np.concatenate([[0, 1], rng.integers(0, 2, N)])[:N])
        return w, b, shift + rng.standard_normal((N, n)), y

    return draw(make)


def whole_neuron(N, n):
    """Draw (w, b, X, y) of integers."""

    def make(rng):
        y = rng.permutation(np.arange(N) % 2)
        return rng.integers(1, 3, n) * rng.choice([-1, 1], n), 2, rng.integers(-2, 3, (N, n)), y

    return draw(make)


def with_float_labels(drawn):
    """Draw the same with labels 0.0 and 1.0, which are the last of what is drawn."""

    def make(rng):
        *before, y = drawn.make(rng)
        return *before, y.astype(np.float64)

    return draw(make)


def neuron_and_step(N, n):
    """Draw (w, b, X, y, v): a neuron with objects, and a direction v of the size of w."""
    return draw(lambda rng: (*neuron(N, n).make(rng), rng.standard_normal(n)))


def place(N, n, scale=1.0):
    """Draw (w, b, X), a neuron and N objects."""
    b = draw(lambda rng: float(rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.0)))
    return normal(str(n), scale=scale), b, normal(f"{N} {n}", shift=0.5)


def tame(X, y):
    """Return whether fitting a neuron to X, y is what the statement promises.

    The features stay below 20, neither class is smaller than N / 5, the minimiser is certified by its gradient, and
    plain gradient descent can get there: the smallest curvature is at least 0.01, 1/100 of the largest, and 1/500 of
    the bound ||[X, 1]||^2 / (4 N). So can Newton's method without cutting its steps.
    """
    N = len(y)
    if np.abs(X).max() > 20 or not N / 5 <= y.sum() <= 4 * N / 5:
        return False
    w, b = ref.fit_logistic(X, y)
    curvatures = np.linalg.eigvalsh(ref.log_loss_hessian(w, b, X))
    bound = (np.sum(X**2) + N) / (4 * N)
    if gradient_norm(w, b, X, y) > 1e-10 or curvatures[0] < max(0.01, curvatures[-1] / 100, bound / 500):
        return False
    return newton_arrives(X, y)


def newton_arrives(X, y):
    """Return whether ten full steps of Newton's method lead from 0 to the minimum."""
    theta = np.zeros(X.shape[1] + 1)
    for _ in range(10):
        H = ref.log_loss_hessian(theta[:-1], theta[-1], X)
        if np.linalg.cond(H) > 1e10:  # a leap to where all probabilities are 0 or 1
            return False
        theta = theta - np.linalg.solve(H, np.append(*ref.log_loss_grad(theta[:-1], theta[-1], X, y)))
    return gradient_norm(theta[:-1], theta[-1], X, y) < 1e-8


def survey(N, n, centre=0.0, scale=1.0, strength=1.0):
    """Draw (X, y), N objects with overlapping classes whose loss has a well-conditioned minimum.

    ``centre`` and ``scale`` are numbers or hold one number for each feature. Drawn again until :func:`tame`.
    """

    def make(rng):
        for _ in range(1000):
            Z = rng.standard_normal((N, n))
            chance = 1 / (1 + np.exp(-(strength * (Z @ rng.uniform(0.5, 1.2, n)) + 0.4)))
            X, y = centre + scale * Z, (rng.random(N) < chance).astype(np.int64)
            if tame(X, y):
                return X, y
        raise RuntimeError("no well-conditioned instance in 1000 draws")

    return draw(make)


def until_tame(change, recipe):
    """Draw (X, change(X), y) from a recipe for (X, y), again until change(X) is tame like X."""

    def make(rng):
        for _ in range(1000):
            X, y = recipe.make(rng)
            if tame(change(X), y):
                return X, change(X), y
        raise RuntimeError("no well-conditioned instance in 1000 draws")

    return draw(make)


def in_other_coordinates(recipe, A, c):
    """Draw (X, X A + c, y), both of them tame."""
    return until_tame(lambda X: X @ np.array(A) + np.array(c), recipe)


def whole_survey(as_lists):
    """Draw (X, y, as_lists) with integer features."""
    recipe = until_tame(lambda X: np.rint(X).astype(np.int64), survey(80, 2, centre=1.0, scale=1.3))
    return draw(lambda rng: (*recipe.make(rng)[1:], as_lists))


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


def precision(*values):
    """Return how exactly a certificate must hold: 1e-8 for answers in float64, 1e-4 if one is in float32."""
    return 1e-4 if any(np.asarray(value).dtype == np.float32 for value in values) else 1e-8


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


def agree_predictions(answer, X, expected):
    """Check the values w.x + b at the rows of X."""
    w, b = weights(answer, X.shape[1])
    with np.errstate(all="ignore"):
        values = X @ w + b
    agree(values, expected, name="w.x + b", rtol=precision(*answer), atol=precision(*answer))


def agree_projection(answer, X, y, names="w b"):
    """Check the normal equations: the residuals add up to 0, also when weighted with any column of X; return (w, b)."""
    w, b = weights(answer, X.shape[1], names)
    with np.errstate(all="ignore"):
        e = y - X @ w - b
        sums = extended(X).T @ e
    scale = len(y) * max(1.0, np.abs(X).max()) * np.abs(y).max()
    residual(sums[-1], scale, precision(*answer), name="the sum of the residuals e_i")
    residual(sums[:-1], scale, precision(*answer), name="the sum of e_i x_i over the objects")
    return w, b


# ---- linear_regression_1d --------------------------------------------------------------------------------------


@grades("linear_regression_1d", points=2, hint="Compute all residuals e_i = y_i - a x_i - b of your line and add.")
@cases("x y", five=scatter(5), falling=scatter(8, slope=-2.0), off_centre=scatter(7, centre=-20.0, spread=3.0))
def test_linear_regression_1d_leaves_no_trend_in_the_residuals(student, x, y):
    """The residuals add up to 0, and so do the residuals times x: nothing linear is left in them."""
    a, b = sequence(student.linear_regression_1d(x, y), 2, name="(a, b)")
    agree_projection((np.reshape(shaped(a, (), name="a"), (1,)), b), x[:, None], y, names="a b")


@grades("linear_regression_1d", points=2, hint="The same deviations of x stand above and below the fraction line.")
@cases(
    "x y",
    three=scatter(3),
    six=scatter(6, slope=-0.7),
    many=scatter(40, slope=3.0, centre=5.0),
    narrow=(np.array([0.0, 1e-3, 2e-3]), np.array([1.0, 3.0, 2.0])),
)
def test_linear_regression_1d_finds_slope_and_intercept(student, x, y):
    """The slope a comes first, the intercept b second, and both are those of the formula."""
    agree_pair(student.linear_regression_1d(x, y), ref.linear_regression_1d(x, y), "a b", condition=10)


@grades("linear_regression_1d", points=1, hint="Measured in other units, y becomes c y + d. What becomes of the line?")
@cases("x y c d", larger=(normal("n"), normal("n", shift=3.0), 2.5, -7.0), turned=(normal("m"), normal("m"), -3, 4.0))
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
    agree_projection(student.least_squares(X, y), X, y)


@grades("least_squares", points=2, hint="Evaluate your w.x + b on the rows of X and compare with y by eye.")
@cases("X y", typical=table(7, 3), off_centre=table(9, 4, shift=8.0), barely_enough=table(4, 3))
def test_least_squares_predicts_the_projection(student, X, y):
    """The predictions w.x_i + b are those of the best affine function."""
    w, b = ref.least_squares(X, y)
    agree_predictions(student.least_squares(X, y), X, X @ w + b)


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
@cases("X y", typical=table(7, 3), wide=table(12, 5))
def test_least_squares_leaves_its_inputs_alone(student, X, y):
    """Residuals as they should be, and X and y are the same after the call."""
    agree_projection(unchanged(student.least_squares, X, y), X, y)


@grades(
    "least_squares",
    points=1.5,
    hint="X^T X has no inverse here. np.linalg.lstsq does not need one.",
    margin="a tiny penalty is nearly right, and is meant to be told apart",
)
@cases("X y", six=dependent(6), ten=dependent(10), constant_first=dependent(8, backwards=True))
def test_least_squares_with_dependent_columns(student, X, y):
    """If one column depends on others or is constant, w and b are finite and the residuals as they should be."""
    w, b = agree_projection(student.least_squares(X, y), X, y)
    between(np.append(w, b), -1e6, 1e6, name="the entries of w and b")


@grades("least_squares", points=1.5, hint="With few objects there are many affine functions through all of them.")
@cases("X y", square=table(4, 4), three=table(3, 5), one=table(1, 2))
def test_least_squares_goes_through_few_objects(student, X, y):
    """With at most n objects in general position, the predictions equal y."""
    agree_predictions(student.least_squares(X, y), X, y)


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


@grades("log_loss", points=1, hint="With w = 0 all objects have the same score. What does each of them pay?")
@cases(
    "X y b",
    undecided=(normal("m d"), np.array([1, 0, 0, 1, 1, 1, 0]), 0.0),
    leaning=(normal("4 4"), np.array([0, 1, 1, 1]), -1.5),
)
def test_log_loss_of_a_neuron_that_ignores_the_features(student, X, y, b):
    """For w = 0 the loss is log 2 at b = 0, and log(1 + exp(b)) - b times the share of ones for every b."""
    expected = np.log1p(np.exp(b)) - b * y.mean()
    agree(student.log_loss(np.zeros(X.shape[1]), 0.0, X, y), np.log(2.0), name="L at b = 0")
    agree(student.log_loss(np.zeros(X.shape[1]), b, X, y), expected, name="L")


@grades("log_loss", points=2, hint="Calling class 1 class 0, and turning the neuron around, is only a change of names.")
@cases("w b X y", typical=neuron(7, 3), square=neuron(4, 4), off_centre=neuron(5, 2, shift=-2.0))
def test_log_loss_does_not_care_which_class_is_called_one(student, w, b, X, y):
    """The loss of (-w, -b) with labels 1 - y is that of (w, b) with labels y."""
    agree(student.log_loss(-w, -b, X, 1 - y), ref.log_loss(w, b, X, y), name="L")


@grades("log_loss", points=2, hint="A set of 5 objects and a set of 2 do not count equally in their union.")
@cases("w b X y", typical=neuron(7, 3), small=neuron(5, 2, scale=2.0), one_feature=neuron(6, 1))
def test_log_loss_of_a_union_is_a_weighted_mean(student, w, b, X, y):
    """The loss over all objects is the mean of the losses over two parts, weighted by their sizes."""
    parts = [student.log_loss(w, b, X[:-2], y[:-2]), student.log_loss(w, b, X[-2:], y[-2:])]
    first, second = (finite(shaped(part, (), name="L of a part"), name="L of a part") for part in parts)
    whole = ref.log_loss(w, b, X, y)
    agree(((len(y) - 2) * first + 2 * second) / len(y), whole, name="the weighted mean of L over two parts")
    agree(student.log_loss(w, b, X, y), whole, name="L")


@grades("log_loss", points=1, hint="On a segment in the space of (w, b), the middle must cost less than the ends.")
@cases("w b X y v", typical=neuron_and_step(7, 3), square=neuron_and_step(4, 4), one_feature=neuron_and_step(6, 1))
def test_log_loss_lies_below_its_chords(student, w, b, X, y, v):
    """The loss is convex: halfway between two neurons it the loss lies below the mean of the two."""
    places = [(w - v, b - 1.0), (w, b), (w + v, b + 1.0)]
    left, middle, right = (finite(shaped(student.log_loss(*at, X, y), (), name="L"), name="L") for at in places)
    exact = [ref.log_loss(*at, X, y) for at in places]
    sag = (exact[0] + exact[2]) / 2 - exact[1]
    agree((left + right) / 2 - middle, sag, name="how far L sags below its chord", condition=1000)


@grades("log_loss", points=1.5, hint="Convert w, X and y to float64 first; the answer is one number.")
@cases(
    "w b X y",
    integer_arrays=whole_neuron(6, 3),
    lists=([1, -2], 1, [[1, 0], [2, -1], [0, 3]], [1, 0, 0]),
    float_labels=([0.5, -2.0], 0.25, [[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]], [1.0, 0.0, 0.0]),
)
def test_log_loss_answers_integers_and_lists_in_float64(student, w, b, X, y):
    """Integers and lists give the same loss, as a number in float64."""
    value = student.log_loss(w, b, X, y)
    agree(value, ref.log_loss(w, b, X, y), name="L")
    shaped(value, (), name="L", dtype="float64")


@grades("log_loss", points=1.5, hint="Turning labels into -1 and +1, or adding b to X @ w, must happen in new arrays.")
@cases("w b X y", typical=neuron(7, 3), square=neuron(4, 4), float_labels=with_float_labels(neuron(7, 3)))
def test_log_loss_leaves_its_inputs_alone(student, w, b, X, y):
    """The right loss, and w, X and y are the same after the call."""
    agree(unchanged(student.log_loss, w, b, X, y), ref.log_loss(w, b, X, y), name="L")


@grades("log_loss", points=1.5, hint="The logarithm of a probability that was rounded to 0 is -inf. Simplify on paper.")
@cases(
    "b X y",
    eight_hundred=(0.0, np.array([[800.0], [-800.0], [0.5]]), np.array([0, 1, 0])),
    nine_thousand=(-3.0, np.array([[9e3], [-1.0], [-9e3], [2.0], [-300.0]]), np.array([0, 0, 1, 1, 1])),
)
def test_log_loss_charges_confident_errors_in_proportion(student, b, X, y):
    """A confident error pays the size of its score: 800 if z = 800 and the label is 0, and so on up to 10000."""
    w = np.array([1.0])
    agree(student.log_loss(w, b, X, y), ref.log_loss(w, b, X, y), name="L")


@grades("log_loss", points=1.5, hint="exp(800) overflows, although log(1 + exp(800)) is 800. np.logaddexp knows.")
@cases(
    "b X y",
    eight_hundred=(0.0, np.array([[800.0], [-800.0], [0.5]]), np.array([1, 0, 0])),
    nine_thousand=(2.0, np.array([[9e3], [-1.0], [-9e3], [2.0], [-300.0]]), np.array([1, 0, 0, 1, 0])),
)
def test_log_loss_charges_nothing_for_confident_successes(student, b, X, y):
    """An object whose score is far on the side of its label pays 0: no nan, no inf."""
    w = np.array([1.0])
    agree(student.log_loss(w, b, X, y), ref.log_loss(w, b, X, y), name="L")


# ---- log_loss_grad ---------------------------------------------------------------------------------------------


@grades("log_loss_grad", points=4, hint="d/dz [log(1 + exp(z)) - y z] = sigma(z) - y; the chain rule adds x or 1.")
@cases("w b X y", typical=neuron(7, 3), square=neuron(4, 4, shift=-1.0), wide=neuron(3, 5))
def test_log_loss_grad_predicts_how_the_loss_changes(student, w, b, X, y):
    """Along random directions, gw and gb predict the derivative of the loss."""
    agree_gradient(logistic_loss(y, X), (w, b), student.log_loss_grad(w, b, X, y), names="gw gb")


@grades("log_loss_grad", points=2, hint="The gradient of a mean is a mean of gradients.")
@cases("w b X y", typical=neuron(7, 3), small=neuron(5, 2, scale=2.0), square=neuron(4, 4))
def test_log_loss_grad_of_a_union_is_a_weighted_mean(student, w, b, X, y):
    """The gradient over all objects is the mean of the gradients over two parts, weighted by their sizes."""
    n = X.shape[1]
    head_w, head_b = weights(student.log_loss_grad(w, b, X[:-2], y[:-2]), n, names="gw gb")
    tail_w, tail_b = weights(student.log_loss_grad(w, b, X[-2:], y[-2:]), n, names="gw gb")
    share = 2 / len(y)
    gw, gb = ref.log_loss_grad(w, b, X, y)
    agree((1 - share) * head_w + share * tail_w, gw, name="the weighted mean of gw")
    agree((1 - share) * head_b + share * tail_b, gb, name="the weighted mean of gb")


@grades("log_loss_grad", points=1.5, hint="gb is the mean predicted probability minus the share of ones.")
@cases("X y", typical=(normal("m d", shift=1.0), integers("m", 0, 2)), square=(normal("4 4"), np.array([0, 1, 1, 1])))
def test_log_loss_grad_vanishes_in_b_where_the_mean_probability_is_right(student, X, y):
    """For w = 0 and every probability equal to p, gb = p - mean(y), which is 0 at p = mean(y); and gw is right."""
    w = np.zeros(X.shape[1])
    for p in (0.2, (y.sum() + 0.5) / (len(y) + 1), 0.9):
        answer = student.log_loss_grad(w, np.log(p / (1 - p)), X, y)
        agree_pair(answer, (X.T @ (p - y) / len(y), p - y.mean()), "gw gb")


@grades("log_loss_grad", points=1.5, hint="Calling class 1 class 0, and turning the neuron around, changes only signs.")
@cases("w b X y", typical=neuron(7, 3), square=neuron(4, 4), off_centre=neuron(5, 2, shift=-2.0))
def test_log_loss_grad_turns_with_the_names_of_the_classes(student, w, b, X, y):
    """The gradient at (-w, -b) with labels 1 - y is minus the gradient at (w, b) with labels y."""
    gw, gb = ref.log_loss_grad(w, b, X, y)
    agree_pair(student.log_loss_grad(-w, -b, X, 1 - y), (-gw, -gb), "gw gb")


@grades("log_loss_grad", points=1.5, hint="gw has the shape of w; gb is a number like b.")
@cases(
    "w b X y",
    integer_arrays=whole_neuron(6, 3),
    lists=([1, -2], 1, [[1, 0], [2, -1], [0, 3]], [1, 0, 0]),
    float_labels=([0.5, -2.0], 0.25, [[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]], [1.0, 0.0, 0.0]),
)
def test_log_loss_grad_answers_integers_and_lists_in_float64(student, w, b, X, y):
    """Integers and lists give the same gradient: gw of shape (n,) and a number gb, both in float64."""
    answer = student.log_loss_grad(w, b, X, y)
    agree_pair(answer, ref.log_loss_grad(w, b, X, y), "gw gb")
    float_pair(answer, len(w), "gw gb")


@grades("log_loss_grad", points=1.5, hint="`error -= y` is fine only if error is an array of your own.")
@cases("w b X y", typical=neuron(7, 3), square=neuron(4, 4), float_labels=with_float_labels(neuron(7, 3)))
def test_log_loss_grad_leaves_its_inputs_alone(student, w, b, X, y):
    """The right gradient, and w, X and y are the same after the call."""
    answer = unchanged(student.log_loss_grad, w, b, X, y)
    agree_pair(answer, ref.log_loss_grad(w, b, X, y), "gw gb")


@grades("log_loss_grad", points=1.5, hint="exp(z) / (1 + exp(z)) is inf / inf at z = 800. Is there another form?")
@cases(
    "b X y",
    eight_hundred=(0.0, np.array([[800.0, 1.0], [-800.0, 2.0], [0.5, 0.0]]), np.array([0, 1, 0])),
    nine_thousand=(2.0, np.array([[9e3, 2.0], [-1.0, 1.0], [-9e3, 3.0], [2.0, -1.0]]), np.array([1, 0, 0, 1])),
)
def test_log_loss_grad_survives_large_scores(student, b, X, y):
    """For scores of size 800 and 9000 the probabilities are 0 or 1 and the gradient is finite."""
    w = np.array([1.0, 0.5])
    agree_pair(student.log_loss_grad(w, b, X, y), ref.log_loss_grad(w, b, X, y), "gw gb")


@grades("log_loss_grad", points=1.5, hint="One object: gw is a multiple of its x. Shapes stay (n,) and a number.")
@cases("w b X y", one_object=neuron(1, 3), one_feature=neuron(5, 1), one_of_each=neuron(1, 1))
def test_log_loss_grad_of_one_object_or_one_feature(student, w, b, X, y):
    """A single object or a single feature gives arrays with the same number of axes as ever."""
    agree_pair(student.log_loss_grad(w, b, X, y), ref.log_loss_grad(w, b, X, y), "gw gb")


# ---- log_loss_hessian ------------------------------------------------------------------------------------------


@grades("log_loss_hessian", points=3, hint="Each object adds p (1 - p) times the products of the entries of (x, 1).")
@cases("w b X", typical=place(7, 3), square=place(4, 4), one_feature=place(5, 1, scale=2.0), one_object=place(1, 2))
def test_log_loss_hessian_holds_the_second_derivatives(student, w, b, X):
    """Every entry is the second derivative of the loss, in the order w_1, ..., w_n, b."""
    agree(student.log_loss_hessian(w, b, X), ref.log_loss_hessian(w, b, X), name="H")


@grades("log_loss_hessian", points=2, hint="Walk straight through the space of (w, b): how does the slope of L change?")
@cases(
    "w b X V",
    typical=(*place(7, 3), normal("5 4")),
    square=(*place(4, 4), normal("5 5")),
    one_feature=(*place(5, 1), normal("5 2")),
)
def test_log_loss_hessian_measures_curvature_along_lines(student, w, b, X, V):
    """The second derivative of the loss along a direction v = (v_w, v_b) is v.H v."""
    n = len(w)
    H = finite(shaped(student.log_loss_hessian(w, b, X), (n + 1, n + 1), name="H"), name="H")
    step = 1e-30j  # the labels drop out of second derivatives, so they are all 0 here
    slopes = [v @ extended(X).T @ (1 / (1 + np.exp(-(X @ (w + step * v[:n]) + b + step * v[n])))) for v in V]
    exact = np.imag(slopes) / 1e-30 / len(X)
    agree(np.einsum("ki,ij,kj->k", V, H, V), exact, name="v.H v for five directions v")


@grades("log_loss_hessian", points=1, hint="sigma(0) = 1/2, so p (1 - p) = 1/4: the largest curvature there is.")
@cases("X", typical=normal("m d", shift=1.0), square=normal("4 4"))
def test_log_loss_hessian_of_the_undecided_neuron(student, X):
    """At w = 0 and b = 0, H is a quarter of the mean of (x, 1)(x, 1)^T: its upper bound."""
    bound = extended(X).T @ extended(X) / (4 * len(X))
    agree(student.log_loss_hessian(np.zeros(X.shape[1]), 0.0, X), bound, name="H")


@grades("log_loss_hessian", points=1, hint="Convert w and X to float64 first.")
@cases(
    "w b X",
    integer_arrays=(np.array([1, -1]), 2, np.array([[1, -2], [0, 3], [2, 2]])),
    integer_weights_and_half=(np.array([1, -1]), 0.5, np.array([[1, -2], [0, 3], [2, 2]])),
    lists=([1, -2, 0], -1, [[1, 0, 2], [2, -1, 1], [0, 3, -1], [1, 1, 1]]),
)
def test_log_loss_hessian_answers_integers_and_lists_in_float64(student, w, b, X):
    """Integers and lists give the same matrix of shape (n + 1, n + 1) in float64."""
    n = len(w)
    H = shaped(student.log_loss_hessian(w, b, X), (n + 1, n + 1), name="H", dtype="float64")
    agree(H, ref.log_loss_hessian(w, b, X), name="H")


@grades("log_loss_hessian", points=1, hint="Multiply the rows of a copy by p (1 - p).")
@cases("w b X", typical=place(7, 3), square=place(4, 4))
def test_log_loss_hessian_leaves_its_inputs_alone(student, w, b, X):
    """The right matrix, and w and X are the same after the call."""
    agree(unchanged(student.log_loss_hessian, w, b, X), ref.log_loss_hessian(w, b, X), name="H")


@grades("log_loss_hessian", points=2, hint="Where the sigmoid is flat there is no curvature: 0, not nan.")
@cases(
    "b X",
    eight_hundred=(0.0, np.array([[800.0], [-800.0], [0.5]])),
    nine_thousand=(-1.0, np.array([[9e3], [-1.0], [-9e3], [2.0]])),
)
def test_log_loss_hessian_survives_large_scores(student, b, X):
    """Objects with scores of size 800 or 9000 contribute 0, the others what they always do."""
    w = np.array([1.0])
    agree(student.log_loss_hessian(w, b, X), ref.log_loss_hessian(w, b, X), name="H")


# ---- fit_logistic: judged by gradient, loss and probabilities, never by w -------------------------------------------


@grades("fit_logistic", points=3, hint="At a minimum the gradient vanishes. Print its norm while you iterate.")
@cases("X y", typical=survey(60, 2), three_features=survey(120, 3), off_centre=survey(90, 2, centre=1.5))
def test_fit_logistic_comes_near_the_minimum(student, X, y):
    """The gradient of the loss at (w, b) has norm at most 0.01."""
    w, b = weights(student.fit_logistic(X, y), X.shape[1])
    between(gradient_norm(w, b, X, y), 0.0, 1e-2, name="the norm of the gradient")


@grades(
    "fit_logistic", points=3, hint="Do not stop when the loss seems to stand still; stop when the gradient is tiny."
)
@cases("X y", typical=survey(60, 2), three_features=survey(120, 3), off_centre=survey(90, 2, centre=1.5))
def test_fit_logistic_reaches_the_minimum(student, X, y):
    """The gradient of the loss at (w, b) has norm at most 0.0001."""
    w, b = weights(student.fit_logistic(X, y), X.shape[1])
    between(gradient_norm(w, b, X, y), 0.0, 1e-4, name="the norm of the gradient")


@grades("fit_logistic", points=1.5, hint="No neuron has a smaller loss than the minimiser. Is anything else minimised?")
@cases("X y", typical=survey(80, 2), four_features=survey(150, 4), steep=survey(100, 2, strength=2.0))
def test_fit_logistic_attains_the_smallest_loss(student, X, y):
    """The loss at (w, b) is at most 0.000001 above the smallest possible one."""
    w, b = weights(student.fit_logistic(X, y), X.shape[1])
    with np.errstate(all="ignore"):
        excess = ref.log_loss(w, b, X, y) - ref.log_loss(*ref.fit_logistic(X, y), X, y)
    between(excess, 0.0, 1e-6, name="the loss minus the smallest possible one", slack=1e-12)


@grades("fit_logistic", points=1.5, hint="The same objects in other coordinates have the same best probabilities.")
@cases(
    "X X_new y",
    sheared=in_other_coordinates(survey(80, 2), [[1.0, 0.6], [0.0, 1.0]], [0.5, -0.5]),
    swapped=in_other_coordinates(
        survey(100, 3), [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.2]], [0.3, 0.0, -0.4]
    ),
)
def test_fit_logistic_does_not_depend_on_the_coordinates(student, X, X_new, y):
    """Fitted to X A + c, the probabilities of the objects are within 0.001 of the best ones for X."""
    w, b = weights(student.fit_logistic(X_new, y), X.shape[1])
    P = finite(probability(w, b, X_new), name="the probabilities")
    agree(P, probability(*ref.fit_logistic(X, y), X), name="the probabilities", rtol=0, atol=1e-3)


@grades("fit_logistic", points=1.5, hint="w has shape (n,), b is a number, and X may hold integers or be a list.")
@cases("X y as_lists", integer_arrays=whole_survey(as_lists=False), lists=whole_survey(as_lists=True))
def test_fit_logistic_answers_integers_and_lists_in_float64(student, X, y, as_lists):
    """Integers and lists lead to a gradient below 0.01, and to w of shape (n,) and a number b, both in float64."""
    answer = student.fit_logistic(X.tolist(), y.tolist()) if as_lists else student.fit_logistic(X, y)
    w, b = weights(answer, 2)
    between(gradient_norm(w, b, X, y), 0.0, 1e-2, name="the norm of the gradient")
    float_pair(answer, 2, "w b")


@grades("fit_logistic", points=1.5, hint="If you standardise the features, do it in a copy.")
@cases(
    "X y", typical=survey(60, 2), off_centre=survey(90, 2, centre=-1.0), float_labels=with_float_labels(survey(60, 2))
)
def test_fit_logistic_leaves_its_inputs_alone(student, X, y):
    """The gradient at (w, b) is below 0.01, and X and y are the same after the call."""
    w, b = weights(unchanged(student.fit_logistic, X, y), X.shape[1])
    between(gradient_norm(w, b, X, y), 0.0, 1e-2, name="the norm of the gradient")


@grades("fit_logistic", points=1.5, hint="Return w and b for the features as they were given, not for scaled ones.")
@cases(
    "X y",
    wide=survey(100, 2, centre=np.array([3.0, -2.0]), scale=np.array([2.5, 1.5])),
    narrow=survey(120, 2, centre=np.array([-0.8, 0.3]), scale=np.array([0.6, 1.0])),
)
def test_fit_logistic_answers_in_the_units_of_the_features(student, X, y):
    """For features away from 0 and of unequal size, all probabilities are within 0.001 of the best ones."""
    w, b = weights(student.fit_logistic(X, y), X.shape[1])
    P = finite(probability(w, b, X), name="the probabilities")
    agree(P, probability(*ref.fit_logistic(X, y), X), name="the probabilities", rtol=0, atol=1e-3)


@grades(
    "fit_logistic",
    points=1.5,
    hint="At the minimum gb = 0: the probabilities average to the share of ones.",
    margin="stopping early is nearly right, and is meant to be told apart",
)
@cases("X y", rising=survey(70, 1), falling=survey(90, 1, centre=1.0, scale=-1.5))
def test_fit_logistic_of_one_feature_is_a_step_at_the_right_place(student, X, y):
    """With one feature the probability is monotone in it, is right to 0.001, and averages to the share of ones."""
    w, b = weights(student.fit_logistic(X, y), 1)
    P = finite(probability(w, b, X), name="the probabilities")
    agree(np.mean(P), y.mean(), name="the mean probability", rtol=0, atol=1e-3)
    agree(P, probability(*ref.fit_logistic(X, y), X), name="the probabilities", rtol=0, atol=1e-3)


# ---- boundary_x2 -----------------------------------------------------------------------------------------------


@grades("boundary_x2", points=2, hint="Put your x2 into w_1 x_1 + w_2 x_2 + b. Is it 0?")
@cases("w b x1", rising=(np.array([1.0, -2.0]), 0.7, normal("m")), falling=(np.array([0.3, 1.5]), -4.0, normal("n")))
def test_boundary_x2_has_score_zero(student, w, b, x1):
    """The score w_1 x_1 + w_2 x_2 + b is 0, so both classes have probability 1/2."""
    x2 = finite(shaped(student.boundary_x2(w, b, x1), x1.shape, name="x2"), name="x2")
    with np.errstate(all="ignore"):
        score = w[0] * x1 + w[1] * x2 + b
    residual(score, np.abs(b) + np.abs(w).max() * (1 + np.abs(x1).max()), 1e-6, name="the score on the boundary")
    agree(x2, ref.boundary_x2(w, b, x1), name="x2")


@grades("boundary_x2", points=1, hint="Twice the weights and twice b: the same line, only steeper across it.")
@cases(
    "w b x1 c",
    stretched=(np.array([1.2, -0.5]), 2.0, normal("n"), 7.0),
    turned=(np.array([-0.4, 3.0]), 1.0, normal("m"), -0.25),
)
def test_boundary_x2_does_not_feel_a_factor(student, w, b, x1, c):
    """The neurons (w, b) and (c w, c b) have the same boundary, for positive and negative c."""
    agree(student.boundary_x2(c * w, c * b, x1), ref.boundary_x2(w, b, x1), name="x2")


@grades("boundary_x2", points=1, hint="Convert x1 to a float64 array, and do not write into it.")
@cases(
    "w b x1",
    float_arrays=(np.array([0.5, 2.0]), -1.5, np.array([-3.0, 0.5, 4.0])),
    integer_arrays=(np.array([3, -2]), 1, np.array([-3, 0, 4, 5])),
    lists=([1, 4], -2, [0, 1, -7]),
)
def test_boundary_x2_answers_integers_and_lists_in_float64(student, w, b, x1):
    """Floats, integers and lists give the right float64 array, and the inputs are the same after the call."""
    x2 = shaped(unchanged(student.boundary_x2, w, b, x1), (len(x1),), name="x2", dtype="float64")
    agree(x2, ref.boundary_x2(w, b, x1), name="x2")


@grades("boundary_x2", points=1, hint="If w_1 = 0 the boundary is horizontal. Nothing may be divided by w_1.")
@cases(
    "w b x1",
    horizontal=(np.array([0.0, -2.0]), 3.0, normal("n")),
    one_place=(np.array([1.5, 2.0]), -1.0, normal("1")),
    through_the_origin=(np.array([2.0, 5.0]), 0.0, normal("m")),
)
def test_boundary_x2_of_special_lines(student, w, b, x1):
    """A boundary that is horizontal or passes through 0, or a single x1, is no exception."""
    agree(student.boundary_x2(w, b, x1), ref.boundary_x2(w, b, x1), name="x2")


# ---- neuron_from_softmax ---------------------------------------------------------------------------------------


@grades("neuron_from_softmax", points=2, hint="Divide numerator and denominator of softmax by exp(z_1).")
@cases("W b X", typical=(normal("2 d"), normal("2"), normal("m d")), square=(normal("2 2"), normal("2"), normal("2 2")))
def test_neuron_from_softmax_has_the_same_probabilities(student, W, b, X):
    """sigma(w.x + beta) is the softmax probability of class 1."""
    w, beta = weights(student.neuron_from_softmax(W, b), X.shape[1], names="w beta")
    z = X @ W.T + b
    expected = np.exp(z[:, 1]) / np.exp(z).sum(axis=1)
    agree(probability(w, beta, X), expected, name="sigma(w.x + beta)")


@grades("neuron_from_softmax", points=1, hint="Softmax feels only differences of scores.")
@cases(
    "W b v c", typical=(normal("2 d"), normal("2"), normal("d"), 5.0), two=(normal("2 2"), normal("2"), normal("2"), -3)
)
def test_neuron_from_softmax_does_not_feel_a_common_row(student, W, b, v, c):
    """Adding one row to both rows of W, and one number to both entries of b, leaves (w, beta) as they are."""
    answer = student.neuron_from_softmax(W + v, b + c)
    agree_pair(answer, ref.neuron_from_softmax(W, b), "w beta", condition=10)


@grades("neuron_from_softmax", points=1, hint="Convert W and b to float64 first; beta is a number, w has one axis.")
@cases(
    "W b",
    float_arrays=(np.array([[1.5, -2.0], [0.5, 3.0]]), np.array([0.25, -1.0])),
    integer_arrays=(np.array([[1, -2, 0], [4, 1, -1]]), np.array([3, -1])),
    lists=([[0, 2], [1, 7]], [1, 4]),
)
def test_neuron_from_softmax_answers_integers_and_lists_in_float64(student, W, b):
    """Floats, integers and lists give w and beta in float64, and the inputs are the same after the call."""
    answer = unchanged(student.neuron_from_softmax, W, b)
    agree_pair(answer, ref.neuron_from_softmax(W, b), "w beta")
    float_pair(answer, len(W[0]), "w beta")


@grades("neuron_from_softmax", points=1, hint="With equal rows no object is preferred: all probabilities are equal.")
@cases(
    "w beta v",
    one_feature=(normal("1"), 0.4, normal("1")),
    no_feature_matters=(np.zeros(3), -1.5, normal("3")),
    decided_far_away=(np.array([800.0, -900.0]), 700.0, normal("2")),
)
def test_neuron_from_softmax_of_special_layers(student, w, beta, v):
    """A single feature, two equal rows of W, or scores that differ by hundreds are no exception."""
    W, b = np.stack([v, v + w]), np.array([2.0, 2.0 + beta])
    agree_pair(student.neuron_from_softmax(W, b), (W[1] - W[0], beta), "w beta")


# ---- capstone_cancer -------------------------------------------------------------------------------------------


def diagnoses(student, splits):
    """Yield the student's probabilities for each split, once they are known to be such, and the true labels."""
    for X_train, y_train, X_test, y_test in splits:
        P = shaped(student.capstone_cancer(X_train, y_train, X_test), y_test.shape, name="P")
        yield between(P, 0.0, 1.0, name="P").astype(np.float64), y_test


@grades("capstone_cancer", points=4, hint="Is P the probability of class 1, benign? Large radii speak against it.")
@cases("splits", tumours=three_splits)
def test_capstone_cancer_recognises_most_tumours(student, splits):
    """With threshold 1/2, at least 84 % of the test tumours are told right, on average over three splits."""
    accuracies = [np.mean((P > 0.5) == y) for P, y in diagnoses(student, splits)]
    between(np.mean(accuracies), 0.84, 1.0, name="the mean accuracy")


@grades("capstone_cancer", points=4, hint="Say 0.8 where 8 of 10 such tumours are benign, not 1.")
@cases("splits", tumours=three_splits)
def test_capstone_cancer_knows_how_sure_it_is(student, splits):
    """The mean of -log of the probability given to the true class is at most 0.36, on average over three splits."""
    losses = [cross_entropy(P, y) for P, y in diagnoses(student, splits)]
    if np.isinf(losses).any():
        raise Mismatch("P gives probability 0 to something that happened, so the loss is infinite")
    between(np.mean(losses), 0.0, 0.36, name="the mean loss")


@grades("capstone_cancer", points=2, hint="Whatever is learnt, is learnt from the training set alone.")
@cases("splits", tumours=three_splits)
def test_capstone_cancer_treats_each_test_object_on_its_own(student, splits):
    """A tumour gets the same probability alone as in a batch, and the mean loss is at most 0.6."""
    losses = [cross_entropy(P, y) for P, y in diagnoses(student, splits)]
    if np.isinf(losses).any():
        raise Mismatch("P gives probability 0 to something that happened, so the loss is infinite")
    between(np.mean(losses), 0.0, 0.6, name="the mean loss")
    X_train, y_train, X_test, _ = splits[0]
    whole = finite(shaped(student.capstone_cancer(X_train, y_train, X_test), (len(X_test),), name="P"), name="P")
    for i in range(0, len(X_test), 20):
        alone = student.capstone_cancer(X_train, y_train, X_test[i : i + 1])
        agree(alone, whole[i : i + 1], name=f"P of tumour {i} alone", rtol=0, atol=1e-6)
