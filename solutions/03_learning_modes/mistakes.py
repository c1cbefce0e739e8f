"""Plausible wrong answers: supervised, unsupervised and semisupervised learning.

Each names exactly the hidden tests that must reject it.
"""

from itertools import permutations

import numpy as np

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
ASSIGN_CLUSTERS = (
    "test_assign_clusters_takes_the_nearest_centre test_assign_clusters_does_not_feel_a_motion_of_the_space "
    "test_assign_clusters_answers_in_int64 test_assign_clusters_leaves_its_inputs_alone "
    "test_assign_clusters_at_ties_and_for_single_things"
)
KMEANS_OBJECTIVE = (
    "test_kmeans_objective_sums_squared_distances_from_the_assigned_centres "
    "test_kmeans_objective_of_class_means_is_the_scatter_within test_kmeans_objective_scales_with_the_square "
    "test_kmeans_objective_is_one_float test_kmeans_objective_leaves_its_inputs_alone "
    "test_kmeans_objective_with_empty_clusters_and_single_objects"
)
KMEANS = (
    "test_kmeans_ends_where_nothing_moves test_kmeans_reaches_the_objective_of_lloyds_algorithm "
    "test_kmeans_never_increases_the_objective test_kmeans_does_not_depend_on_the_order_of_the_rows "
    "test_kmeans_answers_in_float64_and_int64 test_kmeans_leaves_its_inputs_alone "
    "test_kmeans_labels_belong_to_the_returned_centres test_kmeans_keeps_the_centre_of_an_empty_cluster"
)
CLUSTERING_ACCURACY = (
    "test_clustering_accuracy_is_that_of_the_best_names test_clustering_accuracy_names_no_class_twice "
    "test_clustering_accuracy_does_not_depend_on_names test_clustering_accuracy_is_symmetric "
    "test_clustering_accuracy_is_one_float test_clustering_accuracy_leaves_its_inputs_alone "
    "test_clustering_accuracy_with_few_objects_and_many_classes"
)
MAHALANOBIS_SCORES = (
    "test_mahalanobis_scores_are_the_quadratic_form test_mahalanobis_scores_do_not_feel_the_coordinates "
    "test_mahalanobis_scores_of_the_reference_set_average_to_n test_mahalanobis_scores_answer_in_float64 "
    "test_mahalanobis_scores_leave_their_inputs_alone test_mahalanobis_scores_of_one_feature_or_one_object"
)
HARMONIC_LABELS = (
    "test_harmonic_labels_are_means_of_their_neighbours test_harmonic_labels_of_one_hot_rows_are_distributions "
    "test_harmonic_labels_do_not_depend_on_the_numbering test_harmonic_labels_answer_in_float64 "
    "test_harmonic_labels_leave_their_inputs_alone test_harmonic_labels_keep_the_given_labels "
    "test_harmonic_labels_with_one_label_or_all"
)
CAPSTONE_FRAUD = "test_capstone_fraud_reaches_88_percent test_capstone_fraud_reaches_93_percent"


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


# ---- assign_clusters -------------------------------------------------------------------------------------------


def squares(X, C):
    """Return the squared distance of every row of X from every row of C."""
    X, C = np.asarray(X, dtype=np.float64), np.asarray(C, dtype=np.float64)
    return ((X[:, None, :] - C) ** 2).sum(axis=2)


def nearest(X, C):
    """Return the right labels."""
    return squares(X, C).argmin(axis=1)


@mistake(
    "assign_clusters",
    fails=all_but(
        ASSIGN_CLUSTERS, "test_assign_clusters_answers_in_int64 test_assign_clusters_at_ties_and_for_single_things"
    ),
)
def city_blocks(X, C):
    """Adds absolute differences instead of their squares."""
    X, C = np.asarray(X, dtype=np.float64), np.asarray(C, dtype=np.float64)
    return np.abs(X[:, None, :] - C).sum(axis=2).argmin(axis=1)


@mistake("assign_clusters", fails=ASSIGN_CLUSTERS)
def nearest_object_of_each_centre(X, C):
    """Takes the minimum along the wrong axis: an object for each centre."""
    return squares(X, C).argmin(axis=0)


@mistake("assign_clusters", fails=ASSIGN_CLUSTERS)
def distances_instead_of_labels(X, C):
    """Returns the smallest distance instead of the centre that has it."""
    return squares(X, C).min(axis=1)


@mistake("assign_clusters", fails=ASSIGN_CLUSTERS)
def farthest_centre(X, C):
    """Takes the largest distance."""
    return squares(X, C).argmax(axis=1)


@mistake("assign_clusters", fails=ASSIGN_CLUSTERS)
def largest_product(X, C):
    """Takes the largest product x.c, which forgets that centres differ in length."""
    return np.argmax(np.asarray(X, dtype=np.float64) @ np.asarray(C, dtype=np.float64).T, axis=1)


@mistake("assign_clusters", fails="test_assign_clusters_at_ties_and_for_single_things")
def last_of_equal_centres(X, C):
    """Takes the last of several nearest centres."""
    return len(C) - 1 - squares(X, C)[:, ::-1].argmin(axis=1)


@mistake("assign_clusters", fails="test_assign_clusters_answers_in_int64")
def labels_as_floats(X, C):
    """Returns the labels as floats."""
    return nearest(X, C).astype(np.float64)


@mistake("assign_clusters", fails="test_assign_clusters_answers_in_int64")
def arrays_only(X, C):
    """Indexes X without converting it, so nested lists raise an error."""
    return ((X[:, None, :] - C) ** 2).sum(axis=2).argmin(axis=1)


@mistake("assign_clusters", fails="test_assign_clusters_leaves_its_inputs_alone")
def centres_in_place(X, C):
    """Moves the origin to the mean inside the caller's array."""
    X = np.asarray(X)
    if X.dtype != np.float64:
        X = X.astype(np.float64)
    mean = X.mean(axis=0)
    X -= mean
    return nearest(X, np.asarray(C) - mean)


@mistake("assign_clusters", fails="test_assign_clusters_at_ties_and_for_single_things")
def in_single_precision(X, C):
    """Computes in float32, which far from the origin knows six digits of a distance's parts and fewer of a distance."""
    X, C = np.asarray(X, dtype=np.float32), np.asarray(C, dtype=np.float32)
    return ((X[:, None, :] - C) ** 2).sum(axis=2).argmin(axis=1)


# ---- kmeans_objective ------------------------------------------------------------------------------------------


@mistake("kmeans_objective", fails=KMEANS_OBJECTIVE)
def mean_instead_of_sum(X, labels, C):
    """Divides by the number of objects."""
    return float(((np.asarray(X) - np.asarray(C, dtype=np.float64)[np.asarray(labels)]) ** 2).sum() / len(X))


@mistake("kmeans_objective", fails=KMEANS_OBJECTIVE)
def root_of_the_sum(X, labels, C):
    """Takes the square root of the sum."""
    return float(np.linalg.norm(np.asarray(X) - np.asarray(C, dtype=np.float64)[np.asarray(labels)]))


@mistake("kmeans_objective", fails=KMEANS_OBJECTIVE)
def sum_of_distances(X, labels, C):
    """Adds up distances instead of their squares."""
    return float(np.linalg.norm(np.asarray(X) - np.asarray(C, dtype=np.float64)[np.asarray(labels)], axis=1).sum())


@mistake("kmeans_objective", fails=KMEANS_OBJECTIVE)
def nearest_instead_of_assigned(X, labels, C):
    """Takes the distance from the nearest centre and ignores the labels."""
    return float(squares(X, C).min(axis=1).sum())


@mistake("kmeans_objective", fails=KMEANS_OBJECTIVE)
def one_half_in_front(X, labels, C):
    """Puts 1/2 in front of the sum."""
    return float(((np.asarray(X) - np.asarray(C, dtype=np.float64)[np.asarray(labels)]) ** 2).sum() / 2)


@mistake(
    "kmeans_objective", fails=all_but(KMEANS_OBJECTIVE, "test_kmeans_objective_of_class_means_is_the_scatter_within")
)
def distances_from_the_means(X, labels, C):
    """Computes the means of the clusters anew instead of using the given centres."""
    X, labels = np.asarray(X, dtype=np.float64), np.asarray(labels)
    return float(
        sum(((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum() for j in range(len(C)) if (labels == j).any())
    )


@mistake("kmeans_objective", fails=KMEANS_OBJECTIVE)
def one_cost_per_object(X, labels, C):
    """Returns the squared distance of each object instead of their sum."""
    return ((np.asarray(X) - np.asarray(C, dtype=np.float64)[np.asarray(labels)]) ** 2).sum(axis=1)


@mistake("kmeans_objective", fails="test_kmeans_objective_with_empty_clusters_and_single_objects")
def mean_within_each_cluster(X, labels, C):
    """Averages within each cluster, which is nan for an empty one."""
    X, labels, C = np.asarray(X, dtype=np.float64), np.asarray(labels), np.asarray(C, dtype=np.float64)
    return float(sum(((X[labels == j] - C[j]) ** 2).sum(axis=1).mean() * np.sum(labels == j) for j in range(len(C))))


@mistake("kmeans_objective", fails="test_kmeans_objective_is_one_float")
def indexes_a_list(X, labels, C):
    """Indexes C with an array before converting it, so a list of centres raises an error."""
    return float(((np.asarray(X) - C[np.asarray(labels)]) ** 2.0).sum())


@mistake("kmeans_objective", fails="test_kmeans_objective_leaves_its_inputs_alone")
def subtracts_in_place(X, labels, C):
    """Subtracts the centres inside the caller's array."""
    X = np.asarray(X)
    if X.dtype != np.float64:
        X = X.astype(np.float64)
    X -= np.asarray(C)[np.asarray(labels)]
    return float((X**2).sum())


# ---- kmeans ----------------------------------------------------------------------------------------------------


def lloyd(X, C, max_iter, centre=lambda members: members.mean(axis=0)):
    """Run Lloyd's algorithm, with another centre if wanted; works inside C."""
    X = np.asarray(X, dtype=np.float64)
    labels = nearest(X, C)
    for _ in range(max_iter):
        for j in range(len(C)):
            if np.any(labels == j):
                C[j] = centre(X[labels == j])
        before, labels = labels, nearest(X, C)
        if np.array_equal(before, labels):
            break
    return C, labels


@mistake("kmeans", fails="test_kmeans_leaves_its_inputs_alone")
def moves_the_callers_centres(X, C0, max_iter):
    """Updates the centres inside C0; np.asarray did not copy it."""
    C = np.asarray(C0)
    return lloyd(X, C if C.dtype == np.float64 else C.astype(np.float64), max_iter)


@mistake("kmeans", fails="test_kmeans_keeps_the_centre_of_an_empty_cluster")
def mean_of_nobody(X, C0, max_iter):
    """Takes the mean of an empty cluster, which is nan."""
    X, C = np.asarray(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    labels = nearest(X, C)
    for _ in range(max_iter):
        C = np.array([X[labels == j].mean(axis=0) for j in range(len(C))])
        before, labels = labels, nearest(X, C)
        if np.array_equal(before, labels):
            break
    return C, labels


@mistake("kmeans", fails="test_kmeans_keeps_the_centre_of_an_empty_cluster")
def empty_clusters_go_to_the_origin(X, C0, max_iter):
    """Puts the centre of an empty cluster at the origin."""
    X, C = np.asarray(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    labels = nearest(X, C)
    for _ in range(min(max_iter, 100)):
        H = np.eye(len(C))[labels]
        C = H.T @ X / np.maximum(H.sum(axis=0), 1)[:, None]
        before, labels = labels, nearest(X, C)
        if np.array_equal(before, labels):
            break
    return C, labels


@mistake("kmeans", fails="test_kmeans_labels_belong_to_the_returned_centres")
def labels_of_the_previous_centres(X, C0, max_iter):
    """Returns the labels that led to the last update, which belong to the previous centres."""
    X, C = np.asarray(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    before = None
    for _ in range(max_iter):
        labels = nearest(X, C)
        if before is not None and np.array_equal(labels, before):
            break
        for j in np.unique(labels):
            C[j] = X[labels == j].mean(axis=0)
        before = labels
    return C, labels


@mistake(
    "kmeans",
    fails=all_but(
        KMEANS,
        (
            "test_kmeans_never_increases_the_objective test_kmeans_answers_in_float64_and_int64 "
            "test_kmeans_labels_belong_to_the_returned_centres"
        ),
    ),
)
def one_update_only(X, C0, max_iter):
    """Assigns and updates once, without a loop."""
    return lloyd(X, np.array(C0, dtype=np.float64), 1)


@mistake("kmeans", fails=all_but(KMEANS, "test_kmeans_labels_belong_to_the_returned_centres"))
def medians(X, C0, max_iter):
    """Moves the centres to medians."""
    return lloyd(X, np.array(C0, dtype=np.float64), min(max_iter, 200), lambda members: np.median(members, axis=0))


@mistake("kmeans", fails=all_but(KMEANS, "test_kmeans_ends_where_nothing_moves"))
def own_start(X, C0, max_iter):
    """Ignores C0 and starts with all centres at the overall mean, where they stay together."""
    X = np.asarray(X, dtype=np.float64)
    return lloyd(X, np.tile(X.mean(axis=0), (len(C0), 1)), max_iter)


@mistake("kmeans", fails=KMEANS)
def never_updates(X, C0, max_iter):
    """Assigns the objects to the given centres and leaves it at that."""
    return np.array(C0, dtype=np.float64), nearest(X, C0)


@mistake("kmeans", fails=KMEANS)
def labels_and_centres_exchanged(X, C0, max_iter):
    """Returns (labels, C) instead of (C, labels)."""
    return lloyd(X, np.array(C0, dtype=np.float64), max_iter)[::-1]


@mistake("kmeans", fails="test_kmeans_answers_in_float64_and_int64")
def centres_in_the_dtype_of_c0(X, C0, max_iter):
    """Keeps the dtype of C0, so integer centres lose their fractions."""
    return lloyd(X, np.array(C0), min(max_iter, 100))


@mistake("kmeans", fails="test_kmeans_answers_in_float64_and_int64")
def labels_of_type_float(X, C0, max_iter):
    """Returns the labels as floats."""
    C, labels = lloyd(X, np.array(C0, dtype=np.float64), max_iter)
    return C, labels.astype(np.float64)


@mistake(
    "kmeans",
    fails=(
        "test_kmeans_does_not_depend_on_the_order_of_the_rows test_kmeans_answers_in_float64_and_int64 "
        "test_kmeans_keeps_the_centre_of_an_empty_cluster"
    ),
)
def sorts_the_centres(X, C0, max_iter):
    """Sorts the clusters by the first coordinate of their centres, so the numbers of C0 are lost."""
    C, labels = lloyd(X, np.array(C0, dtype=np.float64), max_iter)
    order = np.argsort(-C[:, 0])
    return C[order], np.argsort(order)[labels]


@mistake("kmeans", fails="test_kmeans_ends_where_nothing_moves")
def stops_when_centres_are_close(X, C0, max_iter):
    """Stops when np.allclose cannot tell the centres from those before, which far from the origin is too soon."""
    X, C = np.asarray(X, dtype=np.float64), np.array(C0, dtype=np.float64)
    for _ in range(max_iter):
        before = C.copy()
        labels = nearest(X, C)
        for j in np.unique(labels):
            C[j] = X[labels == j].mean(axis=0)
        if np.allclose(C, before):
            break
    return C, nearest(X, C)


# ---- clustering_accuracy ---------------------------------------------------------------------------------------


def table(y, labels, K):
    """Return the counts: row for row a cluster, column for column a class."""
    counts = np.zeros((K, K), dtype=np.int64)
    np.add.at(counts, (np.asarray(labels), np.asarray(y)), 1)
    return counts


@mistake(
    "clustering_accuracy",
    fails=(
        "test_clustering_accuracy_is_that_of_the_best_names test_clustering_accuracy_names_no_class_twice "
        "test_clustering_accuracy_is_symmetric test_clustering_accuracy_with_few_objects_and_many_classes"
    ),
)
def majority_of_each_cluster(y, labels, K):
    """Names each cluster by its majority, so two clusters can get the same name."""
    return float(table(y, labels, K).max(axis=1).sum() / len(y))


@mistake(
    "clustering_accuracy",
    fails=all_but(
        CLUSTERING_ACCURACY,
        (
            "test_clustering_accuracy_does_not_depend_on_names test_clustering_accuracy_leaves_its_inputs_alone "
            "test_clustering_accuracy_with_few_objects_and_many_classes"
        ),
    ),
)
def largest_pair_first(y, labels, K):
    """Always matches the largest count that is left, which need not lead to the best sum."""
    counts, total = table(y, labels, K).astype(np.float64), 0.0
    for _ in range(K):
        j, k = np.unravel_index(counts.argmax(), counts.shape)
        total += counts[j, k]
        counts[j, :], counts[:, k] = -1, -1
    return float(total / len(y))


@mistake("clustering_accuracy", fails=CLUSTERING_ACCURACY)
def names_taken_as_they_are(y, labels, K):
    """Compares labels with classes without renaming anything."""
    return float(np.mean(np.asarray(y) == np.asarray(labels)))


@mistake(
    "clustering_accuracy",
    fails=all_but(
        CLUSTERING_ACCURACY, "test_clustering_accuracy_is_one_float test_clustering_accuracy_leaves_its_inputs_alone"
    ),
)
def rotations_only(y, labels, K):
    """Tries the K cyclic renamings instead of all permutations."""
    y, labels = np.asarray(y), np.asarray(labels)
    return float(max(np.mean((labels + shift) % K == y) for shift in range(K)))


@mistake("clustering_accuracy", fails=CLUSTERING_ACCURACY)
def number_of_matches(y, labels, K):
    """Returns a number of objects instead of a share."""
    counts = table(y, labels, K)
    return float(max(sum(counts[j, p[j]] for j in range(K)) for p in permutations(range(K))))


@mistake("clustering_accuracy", fails=CLUSTERING_ACCURACY)
def worst_names(y, labels, K):
    """Takes the minimum over the permutations."""
    counts = table(y, labels, K)
    return float(min(sum(counts[j, p[j]] for j in range(K)) for p in permutations(range(K))) / len(y))


@mistake(
    "clustering_accuracy",
    fails=all_but(
        CLUSTERING_ACCURACY,
        (
            "test_clustering_accuracy_does_not_depend_on_names test_clustering_accuracy_is_one_float "
            "test_clustering_accuracy_leaves_its_inputs_alone"
        ),
    ),
)
def majority_of_each_class(y, labels, K):
    """Sends each class to the cluster where most of it is, so two classes can share a cluster."""
    return float(table(y, labels, K).max(axis=0).sum() / len(y))


@mistake("clustering_accuracy", fails="test_clustering_accuracy_with_few_objects_and_many_classes")
def names_that_occur(y, labels, K):
    """Permutes the clusters that occur among themselves, so a cluster cannot get the name of one that is empty."""
    y, labels = np.asarray(y), np.asarray(labels)
    used = np.unique(labels)
    return float(max(np.mean(np.array(p)[np.searchsorted(used, labels)] == y) for p in permutations(used)))


@mistake("clustering_accuracy", fails="test_clustering_accuracy_with_few_objects_and_many_classes")
def classes_that_occur(y, labels, K):
    """Names clusters by the classes that occur only: where these are fewer than the clusters, there is no naming."""
    y, labels = np.asarray(y), np.asarray(labels)
    clusters, at = np.unique(labels, return_inverse=True)
    names = permutations(np.unique(y), len(clusters))
    return float(max((np.mean(np.array(p)[at] == y) for p in names), default=0.0))


@mistake("clustering_accuracy", fails="test_clustering_accuracy_leaves_its_inputs_alone")
def shifts_the_callers_labels(y, labels, K):
    """Renames inside the caller's array while it tries the permutations."""
    labels = np.asarray(labels)
    counts = table(y, labels, K)
    best = max(sum(counts[j, p[j]] for j in range(K)) for p in permutations(range(K)))
    labels += 1
    labels %= max(K, 1)
    return float(best / len(y))


@mistake("clustering_accuracy", fails="test_clustering_accuracy_is_one_float")
def compares_lists(y, labels, K):
    """Compares without converting to arrays: two lists are compared as a whole."""
    names = [np.array(p) for p in permutations(range(K))]
    if isinstance(y, list):
        return float(max(list(p[labels]) == y for p in names))
    return float(max(np.mean(p[labels] == y) for p in names))


# ---- mahalanobis_scores ----------------------------------------------------------------------------------------


def quadratic_form(centred, covariance):
    """Return d^2 for rows and a covariance."""
    return np.sum(centred * np.linalg.solve(np.atleast_2d(covariance), centred.T).T, axis=1)


def arrays(X_ref, X):
    """Return float64 arrays."""
    return np.asarray(X_ref, dtype=np.float64), np.asarray(X, dtype=np.float64)


@mistake("mahalanobis_scores", fails=MAHALANOBIS_SCORES)
def divides_by_n_minus_one(X_ref, X):
    """Uses np.cov as it is, which divides by N - 1."""
    X_ref, X = arrays(X_ref, X)
    return quadratic_form(X - X_ref.mean(axis=0), np.cov(X_ref.T))


@mistake("mahalanobis_scores", fails=MAHALANOBIS_SCORES)
def takes_the_root(X_ref, X):
    """Returns the distance instead of its square."""
    X_ref, X = arrays(X_ref, X)
    return np.sqrt(quadratic_form(X - X_ref.mean(axis=0), np.cov(X_ref.T, bias=True)))


@mistake(
    "mahalanobis_scores", fails=all_but(MAHALANOBIS_SCORES, "test_mahalanobis_scores_of_the_reference_set_average_to_n")
)
def statistics_of_the_new_objects(X_ref, X):
    """Takes mean and covariance from the objects to be scored, as far as they have one."""
    X_ref, X = arrays(X_ref, X)
    covariance = np.cov(X.T, bias=True).reshape(X.shape[1], X.shape[1]) + 1e-9 * np.eye(X.shape[1])
    return quadratic_form(X - X.mean(axis=0), covariance)


@mistake("mahalanobis_scores", fails=MAHALANOBIS_SCORES)
def forgets_the_inverse(X_ref, X):
    """Multiplies with the covariance instead of its inverse."""
    X_ref, X = arrays(X_ref, X)
    centred = X - X_ref.mean(axis=0)
    return np.einsum("si,ij,sj->s", centred, np.atleast_2d(np.cov(X_ref.T, bias=True)), centred)


@mistake(
    "mahalanobis_scores", fails=all_but(MAHALANOBIS_SCORES, "test_mahalanobis_scores_of_the_reference_set_average_to_n")
)
def variances_only(X_ref, X):
    """Standardises each feature and forgets the correlations."""
    X_ref, X = arrays(X_ref, X)
    return (((X - X_ref.mean(axis=0)) / X_ref.std(axis=0)) ** 2).sum(axis=1)


@mistake("mahalanobis_scores", fails=MAHALANOBIS_SCORES)
def forgets_the_mean(X_ref, X):
    """Measures from the origin instead of the mean."""
    X_ref, X = arrays(X_ref, X)
    return quadratic_form(X, np.cov(X_ref.T, bias=True))


@mistake("mahalanobis_scores", fails=MAHALANOBIS_SCORES)
def all_pairs(X_ref, X):
    """Returns the (M, M) array of which only the diagonal was asked for."""
    X_ref, X = arrays(X_ref, X)
    centred = X - X_ref.mean(axis=0)
    return centred @ np.linalg.solve(np.atleast_2d(np.cov(X_ref.T, bias=True)), centred.T)


@mistake("mahalanobis_scores", fails=MAHALANOBIS_SCORES)
def regularised(X_ref, X):
    """Adds 1e-3 to the diagonal of the covariance, although it is not singular."""
    X_ref, X = arrays(X_ref, X)
    covariance = np.atleast_2d(np.cov(X_ref.T, bias=True))
    return quadratic_form(X - X_ref.mean(axis=0), covariance + 1e-3 * np.eye(len(covariance)))


@mistake("mahalanobis_scores", fails="test_mahalanobis_scores_of_one_feature_or_one_object")
def covariance_must_be_a_matrix(X_ref, X):
    """Inverts what np.cov returns, which is no matrix if there is one feature."""
    X_ref, X = arrays(X_ref, X)
    centred = X - X_ref.mean(axis=0)
    return np.sum(centred @ np.linalg.inv(np.cov(X_ref.T, bias=True)) * centred, axis=1)


@mistake("mahalanobis_scores", fails="test_mahalanobis_scores_answer_in_float64")
def rounds_to_integers(X_ref, X):
    """Stores the scores in an array of the dtype of X: for integers they lose their fractions."""
    X_ref, X = arrays(X_ref, X)[0], np.asarray(X)
    scores = np.zeros(len(X), dtype=X.dtype)
    scores[:] = quadratic_form(X - X_ref.mean(axis=0), np.cov(X_ref.T, bias=True))
    return scores


@mistake("mahalanobis_scores", fails="test_mahalanobis_scores_leave_their_inputs_alone")
def removes_the_mean_in_place(X_ref, X):
    """Subtracts the mean inside the caller's array."""
    X_ref, X = arrays(X_ref, X)
    covariance = np.cov(X_ref.T, bias=True)
    X -= X_ref.mean(axis=0)
    return quadratic_form(X, covariance)


# ---- harmonic_labels -------------------------------------------------------------------------------------------


def harmonic(W, idx, Y, L):
    """Solve L_uu F_u = -L_ul Y for any matrix L."""
    Y, idx = np.asarray(Y, dtype=np.float64), np.asarray(idx)
    u = np.setdiff1d(np.arange(len(W)), idx)
    F = np.zeros((len(W), Y.shape[1]))
    F[idx] = Y
    F[u] = np.linalg.solve(L[np.ix_(u, u)], -L[np.ix_(u, idx)] @ Y)
    return F


def laplacian(W):
    """Return D - W."""
    W = np.asarray(W, dtype=np.float64)
    return np.diag(W.sum(axis=1)) - W


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def normalised_laplacian(W, idx, Y):
    """Uses I - D^(-1/2) W D^(-1/2), whose solutions are not means of their neighbours."""
    W = np.asarray(W, dtype=np.float64)
    root = 1 / np.sqrt(W.sum(axis=1))
    return harmonic(W, idx, Y, np.eye(len(W)) - root[:, None] * W * root)


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def wrong_sign(W, idx, Y):
    """Forgets the minus sign on the right side: L_uu F_u = L_ul Y."""
    F = harmonic(W, idx, -np.asarray(Y, dtype=np.float64), laplacian(W))
    F[np.asarray(idx)] = Y
    return F


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def sum_of_d_and_w(W, idx, Y):
    """Uses D + W instead of D - W."""
    W = np.asarray(W, dtype=np.float64)
    return harmonic(W, idx, Y, np.diag(W.sum(axis=1)) + W)


@mistake("harmonic_labels", fails="test_harmonic_labels_are_means_of_their_neighbours")
def five_hundred_rounds(W, idx, Y):
    """Averages over the neighbours five hundred times, which is not enough for a long path."""
    W, F = np.asarray(W, dtype=np.float64), np.zeros((len(W), np.shape(Y)[1]))
    for _ in range(500):
        F[idx] = Y
        F = W @ F / W.sum(axis=1, keepdims=True)
    F[idx] = Y
    return F


@mistake("harmonic_labels", fails=all_but(HARMONIC_LABELS, "test_harmonic_labels_answer_in_float64"))
def ten_rounds(W, idx, Y):
    """Averages over the neighbours ten times and stops before anything has settled."""
    W, idx, Y = np.asarray(W, dtype=np.float64), np.asarray(idx), np.asarray(Y, dtype=np.float64)
    F = np.zeros((len(W), Y.shape[1]))
    F[idx] = Y
    for _ in range(10):
        F = W @ F / W.sum(axis=1, keepdims=True)
        F[idx] = Y
    return F


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def averages_the_labelled_too(W, idx, Y):
    """Lets the labelled objects take the mean of their neighbours at the end."""
    W = np.asarray(W, dtype=np.float64)
    F = harmonic(W, idx, Y, laplacian(W))
    return W @ F / W.sum(axis=1, keepdims=True)


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def label_of_the_strongest_neighbour(W, idx, Y):
    """Copies the label of the labelled object with the largest weight."""
    W, idx, Y = np.asarray(W, dtype=np.float64), np.asarray(idx), np.asarray(Y, dtype=np.float64)
    F = Y[W[:, idx].argmax(axis=1)]
    F[idx] = Y
    return F


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def mean_of_the_labelled_neighbours(W, idx, Y):
    """Averages over the labelled neighbours only, so the unlabelled objects carry nothing."""
    W, idx, Y = np.asarray(W, dtype=np.float64), np.asarray(idx), np.asarray(Y, dtype=np.float64)
    F = W[:, idx] @ Y / np.maximum(W[:, idx].sum(axis=1, keepdims=True), 1e-12)
    F[idx] = Y
    return F


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def expects_sorted_idx(W, idx, Y):
    """Marks the labelled objects by a mask, which forgets the order of idx."""
    W, Y = np.asarray(W, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    return harmonic(W, np.sort(np.asarray(idx)), Y, laplacian(W))


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def labelled_objects_come_first(W, idx, Y):
    """Takes the first objects for the labelled ones and ignores idx."""
    return harmonic(W, np.arange(len(idx)), Y, laplacian(W))


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def degrees_among_the_unlabelled(W, idx, Y):
    """Computes the row sums within the unlabelled objects only, as if the labelled were no neighbours."""
    W = np.asarray(W, dtype=np.float64)
    u = np.setdiff1d(np.arange(len(W)), idx)
    L = laplacian(W)
    L[u, u] = W[np.ix_(u, u)].sum(axis=1) + 1e-3
    return harmonic(W, idx, Y, L)


@mistake("harmonic_labels", fails="test_harmonic_labels_answer_in_float64")
def in_the_dtype_of_y(W, idx, Y):
    """Stores F in an array of the dtype of Y: for integers the means lose their fractions."""
    F = harmonic(W, idx, Y, laplacian(W))
    return F.astype(np.asarray(Y).dtype)


@mistake("harmonic_labels", fails=HARMONIC_LABELS)
def hard_labels(W, idx, Y):
    """Rounds each row to the class with the largest entry."""
    F = harmonic(W, idx, Y, laplacian(W))
    hard = np.eye(F.shape[1])[F.argmax(axis=1)]
    hard[np.asarray(idx)] = Y
    return hard


@mistake("harmonic_labels", fails="test_harmonic_labels_leave_their_inputs_alone")
def turns_w_into_the_laplacian(W, idx, Y):
    """Builds D - W inside the caller's W."""
    W = np.asarray(W)
    if W.dtype != np.float64:
        W = W.astype(np.float64)
    degrees = W.sum(axis=1)
    W *= -1
    W[np.arange(len(W)), np.arange(len(W))] = degrees
    return harmonic(W, idx, Y, W)


@mistake(
    "harmonic_labels",
    fails=all_but(
        HARMONIC_LABELS,
        (
            "test_harmonic_labels_of_one_hot_rows_are_distributions "
            "test_harmonic_labels_do_not_depend_on_the_numbering test_harmonic_labels_answer_in_float64"
        ),
    ),
)
def pulls_labels_softly(W, idx, Y):
    """Adds a large penalty instead of fixing the labels, so they are kept to six digits only."""
    W, idx = np.asarray(W, dtype=np.float64), np.asarray(idx)
    pull, target = np.zeros(len(W)), np.zeros((len(W), np.shape(Y)[1]))
    pull[idx], target[idx] = 1e7, Y
    return np.linalg.solve(laplacian(W) + np.diag(pull), pull[:, None] * target)


@mistake("harmonic_labels", fails="test_harmonic_labels_with_one_label_or_all")
def needs_something_to_solve(W, idx, Y):
    """Divides by the number of unlabelled objects on the way, which fails if there are none."""
    F = harmonic(W, idx, Y, laplacian(W))
    return F * (len(W) - len(idx)) / int(len(W) - len(idx))


# ---- capstone_fraud --------------------------------------------------------------------------------------------


@mistake("capstone_fraud", fails=CAPSTONE_FRAUD)
def statistics_of_what_is_scored(X_normal, X_new):
    """Takes mean and covariance from the samples to be scored, most of which are malignant."""
    return quadratic_form(X_new - X_new.mean(axis=0), np.cov(X_new.T))


@mistake("capstone_fraud", fails=CAPSTONE_FRAUD)
def high_means_normal(X_normal, X_new):
    """Returns a score that is high for normal samples."""
    return -quadratic_form(X_new - X_normal.mean(axis=0), np.cov(X_normal.T))


@mistake("capstone_fraud", fails=CAPSTONE_FRAUD)
def divides_by_variances(X_normal, X_new):
    """Divides by the variance instead of the standard deviation before squaring."""
    return (((X_new - X_normal.mean(axis=0)) / X_normal.var(axis=0)) ** 2).sum(axis=1)


@mistake("capstone_fraud", fails=CAPSTONE_FRAUD)
def forgets_to_centre(X_normal, X_new):
    """Does not subtract the mean."""
    return quadratic_form(X_new, np.cov(X_normal.T))


@mistake("capstone_fraud", fails="test_capstone_fraud_reaches_93_percent")
def one_measurement_only(X_normal, X_new):
    """Looks at the area of the nuclei only."""
    return ((X_new[:, 3] - X_normal[:, 3].mean()) / X_normal[:, 3].std()) ** 2


@mistake("capstone_fraud", fails=CAPSTONE_FRAUD)
def everything_is_suspicious(X_normal, X_new):
    """Gives the same score to all samples."""
    return np.ones(len(X_new))


@mistake("capstone_fraud", fails=CAPSTONE_FRAUD)
def nan_for_far_samples(X_normal, X_new):
    """Divides by the largest score of normal samples before it is known, which gives nan."""
    scores = quadratic_form(X_new - X_normal.mean(axis=0), np.cov(X_normal.T))
    return np.where(scores > 1000, np.nan, scores)
