"""Hidden tests: supervised, unsupervised and semisupervised learning.

A test that a function could pass without computing anything would be a gift, so shapes, dtypes and purity are
looked at on right answers only.
"""

from pathlib import Path

import numpy as np

import reference.learning_modes as ref
from autograder.testing import (
    Mismatch,
    agree,
    between,
    cases,
    draw,
    finite,
    grades,
    normal,
    residual,
    sequence,
    shaped,
    unchanged,
)

CANCER = Path(__file__).parent / "data" / "breast_cancer.npz"
MANY = 1000  # iterations after which k-means on a few objects has long converged


# ---- inputs ----------------------------------------------------------------------------------------------------


def squared_distances(X, C):
    """Return the squared distance of every row of X from every row of C."""
    return ((X[:, None, :] - C) ** 2).sum(axis=2)


def objects_and_centres(N, n, K, shift=0.0):
    """Draw (X, C) such that no object is nearly equally far from two centres.

    For n > 1 and K > 1 at least one object is nearest to another centre in the city-block distance.
    """

    def make(rng):
        C = shift + rng.standard_normal((K, n))
        candidates = shift + 1.5 * rng.standard_normal((1000, n))
        squares = squared_distances(candidates, C)
        blocks = np.abs(candidates[:, None, :] - C).sum(axis=2).argmin(axis=1)
        sorted_squares = np.sort(squares, axis=1)
        clear = sorted_squares[:, min(1, K - 1)] - sorted_squares[:, 0] > (1e-3 if K > 1 else -1)
        odd = np.flatnonzero(clear & (blocks != squares.argmin(axis=1)))[: max(1, N // 4)]
        rest = np.setdiff1d(np.flatnonzero(clear), odd)[: N - len(odd)]
        return candidates[rng.permutation(np.concatenate([odd, rest]))], C

    return draw(make)


def assigned(N, n, K, shift=0.0):
    """Draw (X, labels, C): objects, centres, and any assignment in which all clusters occur."""

    def make(rng):
        labels = rng.permutation(np.arange(N) % K)
        C = shift + rng.standard_normal((K, n))
        X = shift + 2 * rng.standard_normal((N, n))
        return X, labels, C

    return draw(make)


def slow_start(N, n, K, shift=0.0):
    """Draw (X, C0) from which k-means takes at least three updates to converge, always far from a tie.

    No cluster is ever empty, and C0 is better than having all centres at the overall mean.
    """

    def make(rng):
        while True:
            centres = 3.0 * rng.standard_normal((K, n))
            X = shift + centres[np.arange(N) % K] + rng.exponential(1.0, (N, n))
            rng.shuffle(X)
            C0 = X[:K] + 0.1 * rng.standard_normal((K, n))
            start = squared_distances(X, C0).min(axis=1).sum()
            if trajectory_length(X, C0) >= 3 and start < 0.9 * ((X - X.mean(axis=0)) ** 2).sum():
                return X, C0

    return draw(make)


def trajectory_length(X, C):
    """Return the number of updates until k-means stands still; 0 if a cluster is ever empty or a decision is close."""
    K, labels, count = len(C), None, 0
    while True:
        squares = squared_distances(X, C)
        nearest = np.sort(squares, axis=1)
        if np.min(nearest[:, 1] - nearest[:, 0]) < 1e-4:
            return 0
        previous, labels = labels, squares.argmin(axis=1)
        if len(np.unique(labels)) < K:
            return 0
        if previous is not None and np.array_equal(labels, previous):
            return count
        C = np.array([X[labels == j].mean(axis=0) for j in range(K)])
        count += 1


def partition(N, K):
    """Draw (y, labels, K): classes and clusters that agree in part, the clusters under other names.

    Each cluster has its majority in another class, and each class in another cluster.
    """

    def make(rng):
        names = np.roll(np.arange(K), 1)
        while True:
            y = rng.permutation(np.arange(N) % K)
            noisy = np.where(rng.random(N) < 0.6, y, rng.integers(0, K, N))
            counts = np.zeros((K, K), dtype=np.int64)
            np.add.at(counts, (noisy, y), 1)
            others = counts - np.diag(np.full(K, N))
            diagonal = np.diag(counts)
            if np.all(others.max(axis=0) < diagonal) and np.all(others.max(axis=1) < diagonal) and np.any(noisy != y):
                return y, names[noisy], K

    return draw(make)


def counted(table):
    """Make (y, labels, K) from counts: row for row of the table a cluster, column for column a class."""
    table = np.array(table)
    labels, y = np.divmod(np.repeat(np.arange(table.size), table.ravel()), len(table))
    return y, labels, len(table)


def cloud(N, M, n, shift=0.0):
    """Draw (X_ref, X): correlated features of different scales, with a covariance that is well conditioned."""

    def make(rng):
        while True:
            mix = rng.standard_normal((n, n)) + np.diag(np.linspace(1.0, 3.0, n))
            X_ref = shift + rng.standard_normal((N, n)) @ mix
            covariance = np.cov(X_ref.T, bias=True).reshape(n, n)
            deviations = np.sqrt(np.diag(covariance))
            correlation = covariance / np.outer(deviations, deviations)
            if np.linalg.cond(covariance) < 1e3 and (n == 1 or np.max(np.abs(np.triu(correlation, 1))) > 0.4):
                return X_ref, shift + 0.5 + 1.5 * rng.standard_normal((M, n)) @ mix

    return draw(make)


def graph(N, labelled, K=0):
    """Draw (W, idx, Y): a well connected weighted graph, labelled objects in mixed order, and their labels.

    Each object has two neighbours at least, so copying the label of one of them is wrong.
    With K classes the labels are one-hot and all classes occur; with K = 0 they are two columns of real numbers.
    To sort idx and not the labels with it is always wrong.
    """

    def make(rng):
        W = np.triu(rng.uniform(0.2, 2.0, (N, N)) * (rng.random((N, N)) < 0.5), 1)
        W[np.arange(N - 1), np.arange(1, N)] += 0.5
        W[0, -1] += 0.5
        while True:
            idx = rng.permutation(N)[:labelled]
            Y = np.eye(K)[rng.permutation(np.arange(labelled) % K)] if K else rng.normal(1.0, 2.0, (labelled, 2))
            if labelled == 1 or np.any(Y[np.argsort(idx)] != Y):
                return W + W.T, idx, Y

    return draw(make)


def rotation(n):
    """Draw an orthogonal matrix."""
    return draw(lambda rng: np.linalg.qr(rng.standard_normal((n, n)))[0])


@draw
def three_draws(rng):
    """Set 200 benign samples aside as normal, three times; the rest is to be scored, malignant or not."""
    with np.load(CANCER) as cancer:
        X, malignant = cancer["X"], cancer["y"] == 0
    draws = []
    for _ in range(3):
        order = rng.permutation(len(X))
        benign = order[~malignant[order]][:200]
        rest = np.setdiff1d(order, benign)
        draws.append((X[benign], X[rest], malignant[rest]))
    return draws


# ---- assign_clusters -------------------------------------------------------------------------------------------


@grades("assign_clusters", points=5, hint="For each object: which row of C has the smallest squared distance?")
@cases(
    "X C",
    typical=objects_and_centres(9, 3, 4),
    as_many_objects_as_centres=objects_and_centres(5, 5, 5),
    in_the_plane=objects_and_centres(20, 2, 3, shift=-6.0),
    two_centres=objects_and_centres(8, 4, 2),
)
def test_assign_clusters_takes_the_nearest_centre(student, X, C):
    """Each object is assigned to the centre at the smallest Euclidean distance."""
    agree(student.assign_clusters(X, C), ref.assign_clusters(X, C), name="labels")


@grades("assign_clusters", points=1, hint="Distances change with such a motion all by the same factor, or not at all.")
@cases(
    "X C R shift scale",
    moved_far=draw(lambda rng: (*objects_and_centres(9, 3, 4).make(rng), np.eye(3), rng.uniform(200, 500, 3), 1.0)),
    turned=draw(lambda rng: (*objects_and_centres(9, 3, 4).make(rng), rotation(3).make(rng), np.zeros(3), 1.0)),
    stretched=draw(lambda rng: (*objects_and_centres(9, 3, 4).make(rng), np.eye(3), np.zeros(3), 100.0)),
)
def test_assign_clusters_does_not_feel_a_motion_of_the_space(student, X, C, R, shift, scale):
    """Moving, turning or scaling objects and centres together changes no label."""
    moved = [scale * (A @ R.T) + shift for A in (X, C)]
    agree(student.assign_clusters(*moved), ref.assign_clusters(X, C), name="labels")


@grades("assign_clusters", points=1.5, hint="Convert X and C to float64; labels are int64.")
@cases(
    "X C",
    integer_arrays=(np.array([[0, 1], [5, 4], [2, 2]]), np.array([[4, 5], [1, 0]])),
    lists=([[0, 3], [2, 8], [9, 1], [1, 4]], [[1.5, 4.0], [8.0, 0.0], [2.0, 9.0]]),
    floats=(np.array([[0.5, -1.0], [4.0, 2.5]]), np.array([[4.0, 4.0], [0.0, 0.0]])),
)
def test_assign_clusters_answers_in_int64(student, X, C):
    """The answer is an int64 array of shape (N,), for lists and integers too."""
    value = shaped(student.assign_clusters(X, C), (len(X),), name="labels", dtype="int64")
    agree(value, ref.assign_clusters(X, C), name="labels")


@grades("assign_clusters", points=1, hint="Work on copies of X and C.")
@cases("X C", typical=objects_and_centres(19, 3, 4), square=objects_and_centres(4, 4, 4))
def test_assign_clusters_leaves_its_inputs_alone(student, X, C):
    """The right labels, and X and C are the same after the call."""
    agree(unchanged(student.assign_clusters, X, C), ref.assign_clusters(X, C), name="labels")


@grades("assign_clusters", points=1.5, hint="Of several nearest centres the first one counts.")
@cases(
    "X C",
    halfway=(np.array([[0.0, 5.0], [0.0, -1.0], [1.0, 0.0]]), np.array([[2.0, 0.0], [-2.0, 0.0]])),
    centres_coincide=(np.array([[1.0], [4.0]]), np.array([[3.0], [1.0], [1.0]])),
    one_centre=objects_and_centres(6, 3, 1),
    one_object=(np.array([[3.0, 1.0]]), np.array([[0.0, 0.0], [4.0, 4.0], [3.0, 0.0]])),
    one_feature=(np.array([[-1.0], [0.4], [7.0], [2.0]]), np.array([[5.0], [-1.0]])),
    nearly_halfway=(np.array([[1000.00999], [1000.01001]]), np.array([[1000.0], [1000.02]])),
)
def test_assign_clusters_at_ties_and_for_single_things(student, X, C):
    """On ties the smallest j is taken; one centre, one object, one feature are nothing special."""
    agree(student.assign_clusters(X, C), ref.assign_clusters(X, C), name="labels")


# ---- kmeans_objective ------------------------------------------------------------------------------------------


@grades("kmeans_objective", points=4, hint="C[labels] has one row for each object. Sum all squares, divide by nothing.")
@cases(
    "X labels C",
    typical=assigned(7, 3, 4),
    square=assigned(4, 4, 4),
    off_centre=assigned(12, 2, 3, shift=-8.0),
    one_feature=assigned(6, 1, 2),
)
def test_kmeans_objective_sums_squared_distances_from_the_assigned_centres(student, X, labels, C):
    """J is the sum of the squared distances of the objects from the centres that labels names."""
    agree(student.kmeans_objective(X, labels, C), ref.kmeans_objective(X, labels, C), name="J")


@grades("kmeans_objective", points=1.5, hint="For class means, J is what the means leave unexplained.")
@cases("X labels C", typical=assigned(20, 3, 4), plane=assigned(15, 2, 2, shift=3.0))
def test_kmeans_objective_of_class_means_is_the_scatter_within(student, X, labels, C):
    """With the means of the clusters as centres, J is the total scatter minus the scatter of the means."""
    means = np.array([X[labels == j].mean(axis=0) for j in range(len(C))])
    total, centred = ((X - X.mean(axis=0)) ** 2).sum(), means - X.mean(axis=0)
    expected = total - (centred[labels] ** 2).sum()
    agree(student.kmeans_objective(X, labels, means), expected, name="J", condition=10)


@grades("kmeans_objective", points=1, hint="J is a sum of squares: twice the lengths make four times the J.")
@cases(
    "X labels C c",
    larger=(normal("n d"), np.array([0, 1, 1, 0, 2]), normal("3 d"), 2.0),
    smaller=(normal("n d"), np.array([2, 1, 0, 0, 2]), normal("3 d"), 0.1),
)
def test_kmeans_objective_scales_with_the_square(student, X, labels, C, c):
    """Stretching objects and centres by c multiplies J by c squared."""
    agree(student.kmeans_objective(c * X, labels, c * C), c**2 * ref.kmeans_objective(X, labels, C), name="J")


@grades("kmeans_objective", points=1.5, hint="Return one number; convert lists and integers to float64 arrays.")
@cases(
    "X labels C",
    lists=([[0, 1], [2, 2], [5, 0]], [1, 0, 1], [[1.5, 2.0], [3.0, 0.5]]),
    integers=(np.array([[0, 1], [2, 2], [5, 0]]), np.array([1, 1, 0]), np.array([[4, 0], [1, 1]])),
    floats=(np.array([[0.5], [2.0]]), np.array([0, 0]), np.array([[1.0]])),
)
def test_kmeans_objective_is_one_float(student, X, labels, C):
    """The answer is a float, for lists, integers and arrays."""
    value = shaped(student.kmeans_objective(X, labels, C), (), name="J", dtype="float64")
    agree(value, ref.kmeans_objective(X, labels, C), name="J")


@grades("kmeans_objective", points=1, hint="`X -= C[labels]` writes into the caller's array.")
@cases("X labels C", typical=assigned(7, 3, 4), square=assigned(4, 4, 4))
def test_kmeans_objective_leaves_its_inputs_alone(student, X, labels, C):
    """The right J, and X, labels and C are the same after the call."""
    agree(unchanged(student.kmeans_objective, X, labels, C), ref.kmeans_objective(X, labels, C), name="J")


@grades("kmeans_objective", points=1, hint="A centre without objects adds nothing to J.")
@cases(
    "X labels C expected",
    empty_clusters=(
        np.array([[1.0, 0.0], [0.0, 3.0]]),
        np.array([2, 2]),
        np.array([[9.0, 9.0], [1.0, 0.0], [0.0, 0.0]]),
        10.0,
    ),
    one_object=(np.array([[3.0, 4.0]]), np.array([0]), np.array([[0.0, 0.0], [3.0, 4.0]]), 25.0),
    no_distance=(np.array([[2.0], [7.0], [2.0]]), np.array([0, 1, 0]), np.array([[2.0], [7.0]]), 0.0),
)
def test_kmeans_objective_with_empty_clusters_and_single_objects(student, X, labels, C, expected):
    """Clusters may be empty, and a single object is enough."""
    agree(student.kmeans_objective(X, labels, C), expected, name="J")


# ---- kmeans ----------------------------------------------------------------------------------------------------


def clustering(answer, X, K):
    """Return (C, labels) that a student answered, once they are known to be centres and clusters."""
    C, labels = sequence(answer, 2, name="(C, labels)")
    C = finite(shaped(C, (K, X.shape[1]), name="C"), name="C").astype(np.float64)
    labels = between(shaped(labels, (len(X),), name="labels"), 0, K - 1, name="labels")
    agree(labels, np.round(labels), name="labels")
    return C, labels.astype(np.int64)


def agree_own_labels(X, C, labels):
    """Check that each object is assigned to the nearest of the centres, up to rounding."""
    squares = squared_distances(X, C)
    surplus = squares[np.arange(len(X)), labels] - squares.min(axis=1)
    if np.any(surplus > 1e-9 * (1 + squares.min(axis=1))):
        s = int(surplus.argmax())
        raise Mismatch(f"labels[{s}] is {labels[s]}, but centre {squares[s].argmin()} of the returned C is nearer")


@grades("kmeans", points=6, hint="At the end neither step may change anything: not the labels, and not the means.")
@cases(
    "X C0",
    typical=slow_start(30, 3, 4),
    plane=slow_start(25, 2, 3, shift=-5.0),
    one_feature=slow_start(16, 1, 2),
    square=slow_start(12, 3, 3),
    small_steps=(1000 + 5e-4 * np.array([[0.0], [3.0], [4.0], [20.0]]), 1000 + 5e-4 * np.array([[0.0], [4.0]])),
)
def test_kmeans_ends_where_nothing_moves(student, X, C0):
    """After convergence each object is with its nearest centre, and each centre is the mean of its cluster."""
    C, labels = clustering(student.kmeans(X, C0, MANY), X, len(C0))
    agree_own_labels(X, C, labels)
    for j in np.unique(labels):
        agree(C[j], X[labels == j].mean(axis=0), name=f"C[{j}]")


@grades("kmeans", points=5, hint="Start at C0 and follow the two steps: nothing random, and means, not medians.")
@cases(
    "X C0",
    typical=slow_start(30, 3, 4),
    plane=slow_start(25, 2, 3, shift=-5.0),
    many_centres=slow_start(24, 2, 5),
)
def test_kmeans_reaches_the_objective_of_lloyds_algorithm(student, X, C0):
    """From C0 the iteration ends at one particular J, and every implementation finds it."""
    C, labels = clustering(student.kmeans(X, C0, MANY), X, len(C0))
    best_C, best_labels = ref.kmeans(X, C0, MANY)
    agree(ref.kmeans_objective(X, labels, C), ref.kmeans_objective(X, best_labels, best_C), name="J of the answer")


# Objects for which moving centres to medians makes J rise again, from (0, -3), (6, 5), (-2, 2).
UNEVEN = np.array(
    [
        [-1.0, 5.0, -1.0, 5.0, -6.0, 6.0, 4.0, -4.0, 7.0, -6.0, 5.0, 1.0, 2.0, -6.0],
        [-2.0, 5.0, 3.0, 4.0, -1.0, 9.0, 9.0, 9.0, -6.0, 4.0, 3.0, 2.0, 1.0, 3.0],
    ]
).T


@grades("kmeans", points=3, hint="Means minimise J for given labels, and nearest centres for given means.")
@cases(
    "X C0",
    typical=slow_start(30, 3, 4),
    plane=slow_start(25, 2, 3, shift=-5.0),
    uneven=(UNEVEN, np.array([[0.0, -3.0], [6.0, 5.0], [-2.0, 2.0]])),
)
def test_kmeans_never_increases_the_objective(student, X, C0):
    """J falls, or stays, as max_iter grows, and it ends below its value for C0."""
    start = J = ref.kmeans_objective(X, ref.assign_clusters(X, C0), C0)
    for max_iter in (1, 2, 3, 5, 8, MANY):
        C, labels = clustering(student.kmeans(X, C0, max_iter), X, len(C0))
        name = f"J for max_iter = {max_iter}"
        J = float(between(ref.kmeans_objective(X, labels, C), 0, J, name=name, slack=1e-9 * start))
    between(J, 0, start, name="J at the end", slack=-1e-6 * start)


@grades("kmeans", points=2, hint="Numbers of rows mean nothing: neither those of objects nor those of centres.")
@cases(
    "X C0",
    typical=slow_start(30, 3, 4),
    plane=slow_start(25, 2, 3, shift=-5.0),
)
def test_kmeans_does_not_depend_on_the_order_of_the_rows(student, X, C0):
    """Renumbering the objects renumbers the labels; renumbering the centres renumbers the clusters."""
    C, labels = ref.kmeans(X, C0, MANY)
    got, got_labels = clustering(student.kmeans(X[::-1], C0, MANY), X, len(C0))
    agree(got, C, name="C for reversed objects")
    agree(got_labels, labels[::-1], name="labels for reversed objects")
    got, got_labels = clustering(student.kmeans(X, C0[::-1], MANY), X, len(C0))
    agree(got, C[::-1], name="C for reversed centres")
    agree(got_labels, len(C0) - 1 - labels, name="labels for reversed centres")


@grades("kmeans", points=2.5, hint="C is float64 also when X and C0 hold integers; labels are int64.")
@cases(
    "X C0",
    integers=(np.array([[0, 1], [9, 8], [1, 0], [8, 8], [0, 0]]), np.array([[1, 1], [7, 7]])),
    lists=([[0, 1], [9, 8], [1, 0], [8, 8], [0, 0]], [[1, 1], [7, 7]]),
    floats=(np.array([[0.0], [1.5], [9.0], [8.0]]), np.array([[0.0], [8.5]])),
)
def test_kmeans_answers_in_float64_and_int64(student, X, C0):
    """C is a float64 array of shape (K, n) and labels an int64 array of shape (N,), for integers and lists too."""
    C, labels = sequence(student.kmeans(X, C0, MANY), 2, name="(C, labels)")
    best_C, best_labels = ref.kmeans(X, C0, MANY)
    agree(shaped(C, best_C.shape, name="C", dtype="float64"), best_C, name="C")
    agree(shaped(labels, best_labels.shape, name="labels", dtype="int64"), best_labels, name="labels")


@grades("kmeans", points=2.5, hint="Start with a copy of C0: np.asarray does not make one.")
@cases("X C0", typical=slow_start(30, 3, 4), plane=slow_start(25, 2, 3))
def test_kmeans_leaves_its_inputs_alone(student, X, C0):
    """The right J, and X and C0 are the same after the call."""
    C, labels = clustering(unchanged(student.kmeans, X, C0, MANY), X, len(C0))
    expected = ref.kmeans_objective(X, *ref.kmeans(X, C0, MANY)[::-1])
    agree(ref.kmeans_objective(X, labels, C), expected, name="J of the answer")


@grades("kmeans", points=2, hint="After the last update, assign once more: labels belong to the C you return.")
@cases("X C0", typical=slow_start(30, 3, 4), plane=slow_start(25, 2, 3), many_centres=slow_start(24, 2, 5))
def test_kmeans_labels_belong_to_the_returned_centres(student, X, C0):
    """Also when max_iter stops the iteration early, each object is with the nearest of the returned centres."""
    of_one_centre = float(((X - X.mean(axis=0)) ** 2).sum())
    for max_iter in (1, 2):
        C, labels = clustering(student.kmeans(X, C0, max_iter), X, len(C0))
        agree_own_labels(X, C, labels)
        if np.array_equal(C, C0):
            raise Mismatch(f"C is C0 still, for max_iter = {max_iter}")
        J = ref.kmeans_objective(X, labels, C)
        between(J, 0, of_one_centre, name=f"J for max_iter = {max_iter}", slack=-1e-6 * of_one_centre)


@grades("kmeans", points=2, hint="The mean of no objects is nan: leave the centre of an empty cluster alone.")
@cases(
    "X C0",
    far_away=(
        np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 1.0], [9.0, 3.0]]),
        np.array([[0.0, 1.0], [99.0, 99.0], [8.0, 2.0]]),
    ),
    equal_centres=(np.array([[0.0], [2.0], [7.0], [9.0]]), np.array([[1.5], [1.5], [7.5]])),
    one_object=(np.array([[3.0, 4.0]]), np.array([[0.0, 0.0], [9.0, 9.0]])),
    equal_objects=(np.array([[2.0, 5.0]] * 4), np.array([[2.0, 4.0], [2.0, 7.0]])),
    one_cluster=(np.array([[0.0, 3.0], [2.0, 5.0], [7.0, 1.0]]), np.array([[4.0, 4.0]])),
)
def test_kmeans_keeps_the_centre_of_an_empty_cluster(student, X, C0):
    """A centre without objects stays where it is, and one object or one cluster is nothing special."""
    C, labels = clustering(student.kmeans(X, C0, MANY), X, len(C0))
    best_C, best_labels = ref.kmeans(X, C0, MANY)
    agree(C, best_C, name="C")
    agree(labels, best_labels, name="labels")


# ---- clustering_accuracy ---------------------------------------------------------------------------------------


@grades("clustering_accuracy", points=6, hint="Rename the clusters in every possible way and take the best accuracy.")
@cases(
    "y labels K",
    three=partition(20, 3),
    five=partition(40, 5),
    two=partition(9, 2),
    lopsided=counted([[10, 4, 1], [8, 1, 2], [9, 3, 4]]),
)
def test_clustering_accuracy_is_that_of_the_best_names(student, y, labels, K):
    """The answer is the largest accuracy that some one-to-one naming of the clusters gives."""
    agree(student.clustering_accuracy(y, labels, K), ref.clustering_accuracy(y, labels, K), name="the accuracy")


@grades(
    "clustering_accuracy", points=3, hint="Two clusters may not get the same name, and the best pair need not be used."
)
@cases(
    "y labels K",
    same_majority=counted([[50, 40], [0, 10]]),
    same_majority_of_three=counted([[10, 4, 1], [8, 1, 2], [9, 3, 4]]),
    greedy_loses=counted([[10, 9, 0], [9, 1, 0], [0, 0, 3]]),
)
def test_clustering_accuracy_names_no_class_twice(student, y, labels, K):
    """Each class is the name of exactly one cluster, also if a class has the majority in two of them."""
    agree(student.clustering_accuracy(y, labels, K), ref.clustering_accuracy(y, labels, K), name="the accuracy")


@grades("clustering_accuracy", points=2, hint="The maximum over all names does not depend on the names you start with.")
@cases("y labels K", three=partition(20, 3), five=partition(40, 5))
def test_clustering_accuracy_does_not_depend_on_names(student, y, labels, K):
    """Renaming the clusters, or the classes, changes nothing."""
    expected, names = ref.clustering_accuracy(y, labels, K), np.roll(np.arange(K)[::-1], 1)
    agree(student.clustering_accuracy(y, names[labels], K), expected, name="the accuracy with renamed clusters")
    agree(student.clustering_accuracy(names[y], labels, K), expected, name="the accuracy with renamed classes")


@grades("clustering_accuracy", points=1, hint="Naming clusters by classes or classes by clusters is the same.")
@cases("y labels K", three=partition(20, 3), lopsided=counted([[10, 4, 1], [8, 1, 2], [9, 3, 4]]))
def test_clustering_accuracy_is_symmetric(student, y, labels, K):
    """Exchanging y and labels changes nothing."""
    agree(student.clustering_accuracy(labels, y, K), ref.clustering_accuracy(y, labels, K), name="the accuracy")


@grades("clustering_accuracy", points=1, hint="Return one number; lists are welcome.")
@cases(
    "y labels",
    lists=([0, 1, 2, 1, 1, 0], [1, 2, 0, 2, 0, 2]),
    arrays=(np.array([0, 1, 2, 1, 1, 0]), np.array([2, 0, 1, 0, 1, 1])),
)
def test_clustering_accuracy_is_one_float(student, y, labels):
    """The answer is a float, for lists and arrays."""
    value = shaped(student.clustering_accuracy(y, labels, 3), (), name="the accuracy", dtype="float64")
    agree(value, ref.clustering_accuracy(y, labels, 3), name="the accuracy")


@grades("clustering_accuracy", points=1, hint="Do not rename inside the caller's arrays.")
@cases("y labels K", three=partition(20, 3), two=partition(9, 2))
def test_clustering_accuracy_leaves_its_inputs_alone(student, y, labels, K):
    """The right accuracy, and y and labels are the same after the call."""
    value = unchanged(student.clustering_accuracy, y, labels, K)
    agree(value, ref.clustering_accuracy(y, labels, K), name="the accuracy")


@grades("clustering_accuracy", points=1, hint="K names are to be given, whichever clusters and classes occur.")
@cases(
    "y labels K",
    one_cluster_used=(np.array([0, 1, 2, 2]), np.array([1, 1, 1, 1]), 3),
    one_class_occurs=(np.array([2, 2]), np.array([0, 1]), 3),
    same_partition=(np.array([0, 0, 3, 1, 1]), np.array([2, 2, 0, 3, 3]), 4),
    one_object=(np.array([1]), np.array([0]), 2),
    one_class=(np.array([0, 0]), np.array([0, 0]), 1),
    seven=partition(50, 7),
)
def test_clustering_accuracy_with_few_objects_and_many_classes(student, y, labels, K):
    """Clusters and classes may be empty; K goes up to 7."""
    agree(student.clustering_accuracy(y, labels, K), ref.clustering_accuracy(y, labels, K), name="the accuracy")


# ---- mahalanobis_scores ----------------------------------------------------------------------------------------


@grades(
    "mahalanobis_scores", points=5, hint="Solve with the whole covariance, divided by N, not only with its diagonal."
)
@cases(
    "X_ref X",
    typical=cloud(12, 7, 3),
    few=cloud(6, 4, 2, shift=5.0),
    square=cloud(9, 4, 4),
    many=cloud(20, 11, 5, shift=-3.0),
)
def test_mahalanobis_scores_are_the_quadratic_form(student, X_ref, X):
    """The answer is (x - mu) Sigma^-1 (x - mu), with mean and covariance (1/N) of the reference set."""
    value = student.mahalanobis_scores(X_ref, X)
    agree(value, ref.mahalanobis_scores(X_ref, X), name="scores", condition=100)


@grades("mahalanobis_scores", points=3, hint="Units, origins and mixtures of the features cancel.")
@cases(
    "X_ref X A shift",
    stretched=draw(lambda rng: (*cloud(12, 7, 3).make(rng), np.diag([0.1, 1.0, 20.0]), np.array([5.0, 0.0, -30.0]))),
    mixed=draw(lambda rng: (*cloud(9, 4, 2).make(rng), np.array([[1.0, 2.0], [-1.0, 1.0]]), 10 * np.ones(2))),
)
def test_mahalanobis_scores_do_not_feel_the_coordinates(student, X_ref, X, A, shift):
    """An invertible affine map of both sets changes no score (to 1e-6)."""
    value = student.mahalanobis_scores(X_ref @ A.T + shift, X @ A.T + shift)
    agree(value, ref.mahalanobis_scores(X_ref, X), name="scores", rtol=1e-6, atol=1e-8)


@grades("mahalanobis_scores", points=2, hint="With 1/N in the covariance, the mean score of the reference set is n.")
@cases("X_ref X", small=cloud(8, 3, 3), larger=cloud(20, 3, 4, shift=4.0))
def test_mahalanobis_scores_of_the_reference_set_average_to_n(student, X_ref, X):
    """Over the reference set itself, the scores are not negative and have mean n."""
    scores = shaped(student.mahalanobis_scores(X_ref, X_ref), (len(X_ref),), name="scores")
    scores = between(scores, 0, np.inf, name="scores", slack=1e-9)
    agree(scores.mean(), float(X_ref.shape[1]), name="the mean score", condition=100)


@grades("mahalanobis_scores", points=1.5, hint="Convert to float64 first; the answer has shape (M,).")
@cases(
    "X_ref X",
    integers=(np.array([[0, 1], [3, 1], [1, 4], [5, 5]]), np.array([[1, 1], [9, 0], [2, 3]])),
    lists=([[0, 1], [3, 1], [1, 4], [5, 5]], [[1, 1], [9, 0], [2, 3]]),
    floats=(np.array([[0.0, 1.0], [3.0, 1.0], [1.0, 4.5]]), np.array([[1.0, 1.0]])),
)
def test_mahalanobis_scores_answer_in_float64(student, X_ref, X):
    """The answer is a float64 array of shape (M,), for lists and integers too."""
    value = shaped(student.mahalanobis_scores(X_ref, X), (len(X),), name="scores", dtype="float64")
    agree(value, ref.mahalanobis_scores(X_ref, X), name="scores", condition=100)


@grades("mahalanobis_scores", points=1.5, hint="`X -= mean` writes into the caller's array.")
@cases("X_ref X", typical=cloud(12, 7, 3), square=cloud(9, 4, 4))
def test_mahalanobis_scores_leave_their_inputs_alone(student, X_ref, X):
    """The right scores, and X_ref and X are the same after the call."""
    value = unchanged(student.mahalanobis_scores, X_ref, X)
    agree(value, ref.mahalanobis_scores(X_ref, X), name="scores", condition=100)


@grades("mahalanobis_scores", points=2, hint="With one feature Sigma is a 1 x 1 matrix: np.cov returns a number there.")
@cases(
    "X_ref X",
    one_feature=cloud(7, 4, 1, shift=2.0),
    one_object=cloud(10, 1, 3),
    as_few_as_possible=(np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [4.0, 2.0]])),
    the_mean_itself=(np.array([[-1.0, 2.0], [1.0, 2.0], [0.0, 6.0], [0.0, -2.0]]), np.array([[0.0, 2.0], [0.0, 3.0]])),
)
def test_mahalanobis_scores_of_one_feature_or_one_object(student, X_ref, X):
    """One feature, one object to score, or only n + 1 reference objects are nothing special."""
    agree(student.mahalanobis_scores(X_ref, X), ref.mahalanobis_scores(X_ref, X), name="scores", condition=100)


# ---- harmonic_labels -------------------------------------------------------------------------------------------


def agree_harmonic(value, W, idx, Y):
    """Check that F has the given labels and that (D - W) F vanishes elsewhere, up to 1e-6; return F."""
    F = finite(shaped(value, (len(W), Y.shape[1]), name="F"), name="F").astype(np.float64)
    agree(F[idx], Y, name="F[idx]")
    rest = np.setdiff1d(np.arange(len(W)), idx)
    with np.errstate(all="ignore"):
        defect = (W.sum(axis=1)[:, None] * F - W @ F)[rest]
    residual(defect, scale=1.0, rtol=1e-6, name="(D - W) F at the unlabelled objects")
    return F


@grades("harmonic_labels", points=5, hint="Solve (D - W)_uu F_u = W_ul Y with D of the row sums of W, not normalised.")
@cases(
    "W idx Y",
    one_hot=graph(10, 4, K=3),
    real_labels=graph(12, 3),
    two_classes=graph(7, 2, K=2),
    half_labelled=graph(12, 6, K=4),
    path_of_forty=(np.eye(40, k=1) + np.eye(40, k=-1), np.array([39, 0]), np.array([[2.0], [-6.0]])),
)
def test_harmonic_labels_are_means_of_their_neighbours(student, W, idx, Y):
    """Each unlabelled row of F is the weighted mean of the rows of its neighbours: (D - W) F = 0 there."""
    agree_harmonic(student.harmonic_labels(W, idx, Y), W, idx, Y)


@grades("harmonic_labels", points=2, hint="A mean of distributions is a distribution.")
@cases("W idx Y", three=graph(10, 4, K=3), two=graph(13, 2, K=2))
def test_harmonic_labels_of_one_hot_rows_are_distributions(student, W, idx, Y):
    """For one-hot labels all entries lie between 0 and 1 and each row sums to 1."""
    F = between(shaped(student.harmonic_labels(W, idx, Y), (len(W), Y.shape[1]), name="F"), 0, 1, name="F", slack=1e-6)
    agree(F.sum(axis=1), np.ones(len(W)), name="row sums of F", rtol=1e-5)
    agree(F, ref.harmonic_labels(W, idx, Y), name="F", rtol=1e-4, atol=1e-5)


@grades(
    "harmonic_labels",
    points=2,
    hint="Renumber the objects, and F is renumbered in the same way.",
    margin="ten rounds of averaging are nearly right on a small graph",
)
@cases("W idx Y", one_hot=graph(10, 4, K=3), real_labels=graph(8, 3))
def test_harmonic_labels_do_not_depend_on_the_numbering(student, W, idx, Y):
    """Numbering the objects backwards reverses the rows of F; the order of idx means nothing."""
    expected = ref.harmonic_labels(W, idx, Y)
    backwards = student.harmonic_labels(W[::-1, ::-1].copy(), len(W) - 1 - idx, Y)
    agree(backwards, expected[::-1], name="F for reversed objects", rtol=1e-4, atol=1e-5)
    shuffled = student.harmonic_labels(W, np.roll(idx, 1), np.roll(Y, 1, axis=0))
    agree(shuffled, expected, name="F for another order of idx", rtol=1e-4, atol=1e-5)


PATH = [[0, 2, 0, 0], [2, 0, 1, 0], [0, 1, 0, 2], [0, 0, 2, 0]]


@grades("harmonic_labels", points=1.5, hint="Convert W and Y to float64: in an integer array, one half becomes 0.")
@cases(
    "W idx Y",
    integers=(np.array(PATH), np.array([3, 0]), np.array([[1, 0], [0, 1]])),
    lists=(PATH, [3, 0], [[1, 0], [0, 1]]),
    floats=(np.array(PATH, dtype=np.float64), np.array([0, 3]), np.array([[4.0], [0.0]])),
)
def test_harmonic_labels_answer_in_float64(student, W, idx, Y):
    """F is a float64 array of shape (N, K), for integers and lists too."""
    expected = ref.harmonic_labels(W, idx, Y)
    value = shaped(student.harmonic_labels(W, idx, Y), expected.shape, name="F", dtype="float64")
    agree(value, expected, name="F", rtol=1e-4, atol=1e-5)


@grades("harmonic_labels", points=1.5, hint="Work on copies of W and Y.")
@cases("W idx Y", one_hot=graph(10, 4, K=3), real_labels=graph(8, 3))
def test_harmonic_labels_leave_their_inputs_alone(student, W, idx, Y):
    """The right F, and W, idx and Y are the same after the call."""
    agree_harmonic(unchanged(student.harmonic_labels, W, idx, Y), W, idx, Y)


@grades("harmonic_labels", points=1.5, hint="Labels are given, not estimated: write Y into F[idx] at the end.")
@cases(
    "W idx Y",
    real_labels=graph(9, 5),
    long_path=(np.eye(9, k=1) + np.eye(9, k=-1), np.array([8, 0]), np.array([[2.0], [-6.0]])),
    contradicting=(np.ones((4, 4)) - np.eye(4), np.array([2, 0]), np.array([[0.0, 1.0], [1.0, 0.0]])),
)
def test_harmonic_labels_keep_the_given_labels(student, W, idx, Y):
    """F equals Y exactly on idx, and the other rows are right to 1e-5."""
    value = shaped(student.harmonic_labels(W, idx, Y), (len(W), Y.shape[1]), name="F")
    agree(value[idx], Y, name="F[idx]", rtol=1e-15, atol=0.0)
    agree(value, ref.harmonic_labels(W, idx, Y), name="F", rtol=1e-4, atol=1e-5)


@grades("harmonic_labels", points=1.5, hint="If all objects are labelled, there is nothing left to solve.")
@cases(
    "W idx Y",
    one_label=graph(6, 1),
    one_end_of_a_path=(np.eye(5, k=1) + np.eye(5, k=-1), np.array([4]), np.array([[1.5, -2.0]])),
    all_labelled=graph(5, 5, K=3),
    all_but_one=graph(6, 5),
    two_objects=(np.array([[0.0, 3.0], [3.0, 0.0]]), np.array([1]), np.array([[0.25, 0.75]])),
)
def test_harmonic_labels_with_one_label_or_all(student, W, idx, Y):
    """One labelled object gives its label to all; if all are labelled, F is Y in the order of the objects."""
    agree_harmonic(student.harmonic_labels(W, idx, Y), W, idx, Y)


# ---- capstone_fraud --------------------------------------------------------------------------------------------


def area_under_curve(scores, positive):
    """Return the probability that a positive object scores higher than a negative one; ties count one half."""
    lower = scores[~positive]
    above = np.mean(scores[positive][:, None] > lower)
    return float(above + 0.5 * np.mean(scores[positive][:, None] == lower))


def mean_area(student, draws):
    """Return the area under the curve of the student's scores, averaged over the draws."""
    areas = []
    for X_normal, X_new, malignant in draws:
        scores = finite(shaped(student.capstone_fraud(X_normal, X_new), malignant.shape, name="scores"), name="scores")
        areas.append(area_under_curve(scores, malignant))
    return float(np.mean(areas))


@grades(
    "capstone_fraud",
    points=5,
    hint="Are mean and covariance taken from the normal samples, and do high scores mean odd?",
)
@cases("draws", cancer=three_draws)
def test_capstone_fraud_reaches_88_percent(student, draws):
    """The area under the ROC curve is at least 0.88, on average over three draws."""
    between(mean_area(student, draws), 0.88, 1.0, name="the mean AUC")


@grades("capstone_fraud", points=5, hint="Use all 30 measurements, and let none of them dominate by its unit.")
@cases("draws", cancer=three_draws)
def test_capstone_fraud_reaches_93_percent(student, draws):
    """The area under the ROC curve is at least 0.93, on average over three draws."""
    between(mean_area(student, draws), 0.93, 1.0, name="the mean AUC")
