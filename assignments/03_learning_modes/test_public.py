"""Public tests: supervised, unsupervised and semisupervised learning.

Run them from the notebook with ``check("kmeans")``. They are small, and every expected number can be checked by hand.
Grading uses more tests, on other inputs.
"""

from pathlib import Path

import numpy as np

from autograder.testing import agree, between, cases, draw, finite, grades, sequence, shaped, unchanged

CANCER = Path(__file__).parent / "data" / "breast_cancer.npz"


# ---- assign_clusters -------------------------------------------------------------------------------------------


@grades("assign_clusters", hint="(1, 3) has squared distances 10 and 18 from the two centres.")
def test_assign_clusters_of_three_objects(student):
    """With centres (0, 0) and (4, 0), the objects (1, 3), (3, -5) and (2, 7) get 0, 1 and, at a tie, 0."""
    X, C = np.array([[1.0, 3.0], [3.0, -5.0], [2.0, 7.0]]), np.array([[0.0, 0.0], [4.0, 0.0]])
    value = shaped(unchanged(student.assign_clusters, X, C), (3,), name="labels", dtype="int64")
    agree(value, np.array([0, 1, 0]), name="labels")


@grades("assign_clusters", hint="Sums of squares: in absolute values (3, 3) would be at 6 and (0, 5) at 5.")
def test_assign_clusters_measures_euclidean_distances(student):
    """(0, 0) is nearer to (3, 3), at squared distance 18, than to (0, 5), at 25."""
    agree(student.assign_clusters([[0, 0]], [[0, 5], [3, 3]]), np.array([1]), name="labels")


# ---- kmeans_objective ------------------------------------------------------------------------------------------


@grades("kmeans_objective", hint="A sum of squares, for the labels as they are given.")
@cases("labels expected", nearest=([0, 0, 1], 2.0), not_nearest=([0, 1, 1], 10.0))
def test_kmeans_objective_on_the_line(student, labels, expected):
    """The objects 0, 2, 5 and centres 1, 5: J is 2 for the labels (0, 0, 1), and 10 for (0, 1, 1)."""
    X, C = np.array([[0.0], [2.0], [5.0]]), np.array([[1.0], [5.0]])
    agree(unchanged(student.kmeans_objective, X, np.array(labels), C), expected, name="J")


# ---- kmeans ----------------------------------------------------------------------------------------------------


@grades("kmeans", hint="From (0, 5): labels (0, 0, 1, 1), centres 1 and 7, and the same labels again.")
@cases(
    "C0 C labels",
    good_start=([[0.0], [5.0]], [[1.0], [7.0]], [0, 0, 1, 1]),
    bad_start=([[2.0], [9.0]], [[7 / 3], [9.0]], [0, 0, 0, 1]),
)
def test_kmeans_on_the_line(student, C0, C, labels):
    """The objects 0, 2, 5, 9 end in (0, 2 | 5, 9) from centres (0, 5), and in (0, 2, 5 | 9) from (2, 9)."""
    answer = unchanged(student.kmeans, np.array([[0.0], [2.0], [5.0], [9.0]]), np.array(C0), 100)
    got_C, got_labels = sequence(answer, 2, name="(C, labels)")
    agree(got_C, C, name="C")
    agree(got_labels, np.array(labels), name="labels")


@grades("kmeans", hint="Skip the update of a cluster without objects; its mean would be nan.")
def test_kmeans_with_a_lonely_centre(student):
    """The centre 50, which no object is nearest to, stays where it is."""
    C, labels = sequence(student.kmeans([[0], [2]], [[0], [50]], 100), 2, name="(C, labels)")
    agree(C, [[1.0], [50.0]], name="C")
    agree(labels, np.array([0, 0]), name="labels")


@grades("kmeans", hint="After the last update, assign the objects once more.")
def test_kmeans_stopped_after_one_update(student):
    """Objects 0, 3, 4, 20 and centres 0, 4: after one update the centres are 0 and 9, and 3 and 4 belong to 0."""
    C, labels = sequence(student.kmeans([[0], [3], [4], [20]], [[0], [4]], 1), 2, name="(C, labels)")
    agree(C, [[0.0], [9.0]], name="C")
    agree(labels, np.array([0, 0, 0, 1]), name="labels")


# ---- clustering_accuracy ---------------------------------------------------------------------------------------


@grades("clustering_accuracy", hint="Cluster 1 is class 0 here, and cluster 0 is class 1.")
def test_clustering_accuracy_of_exchanged_names(student):
    """y = (0, 0, 1, 1) and labels = (1, 1, 0, 1) agree in 3 of 4 objects once the clusters are named well."""
    value = unchanged(student.clustering_accuracy, np.array([0, 0, 1, 1]), np.array([1, 1, 0, 1]), 2)
    agree(value, 0.75, name="the accuracy")


@grades("clustering_accuracy", hint="Both clusters hold more of class 0, but only one of them can be called 0.")
def test_clustering_accuracy_names_each_class_once(student):
    """Clusters with 3 and 2 objects of class 0, and 0 and 1 of class 1: at best 4 of 6 are right."""
    agree(student.clustering_accuracy([0, 0, 0, 0, 0, 1], [0, 0, 0, 1, 1, 1], 2), 4 / 6, name="the accuracy")


# ---- mahalanobis_scores ----------------------------------------------------------------------------------------


@grades("mahalanobis_scores", hint="mu = 4, and Sigma = (9 + 1 + 1 + 9) / 4 = 5. No root.")
def test_mahalanobis_scores_on_the_line(student):
    """With reference objects 1, 3, 5, 7 the scores of 9 and 4 are 5 and 0."""
    X_ref, X = np.array([[1.0], [3.0], [5.0], [7.0]]), np.array([[9.0], [4.0]])
    agree(unchanged(student.mahalanobis_scores, X_ref, X), [5.0, 0.0], name="scores")


@grades("mahalanobis_scores", hint="Sigma = [[2, 1], [1, 1]] here, and its inverse is [[1, -1], [-1, 2]].")
def test_mahalanobis_scores_in_the_plane(student):
    """With reference objects ±(2, 1), ±(0, 1) the scores of (1, 0) and (1, 1) are both 1; that of (1, -1) is 5."""
    X_ref = np.array([[2.0, 1.0], [-2.0, -1.0], [0.0, 1.0], [0.0, -1.0]])
    agree(student.mahalanobis_scores(X_ref, [[1, 0], [1, 1], [1, -1]]), [1.0, 1.0, 5.0], name="scores")


# ---- harmonic_labels -------------------------------------------------------------------------------------------


@grades("harmonic_labels", hint="The middle object: 3/4 of object 0 and 1/4 of object 2.")
def test_harmonic_labels_of_a_path(student):
    """On a path with weights 3 and 1 between labelled ends the middle object gets (3/4, 1/4)."""
    W = np.array([[0.0, 3.0, 0.0], [3.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    F = unchanged(student.harmonic_labels, W, np.array([0, 2]), np.eye(2))
    agree(F, [[1.0, 0.0], [0.75, 0.25], [0.0, 1.0]], name="F", rtol=1e-5, atol=1e-6)


@grades("harmonic_labels", hint="Row a of Y belongs to object idx[a]; convert W and Y to float64.")
def test_harmonic_labels_with_idx_in_another_order(student):
    """Integers, and idx = (2, 0): the ends of a path have labels 0 and 8, the middle one gets their mean."""
    F = student.harmonic_labels(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]), np.array([2, 0]), np.array([[8], [0]]))
    agree(F, [[0.0], [4.0], [8.0]], name="F", rtol=1e-5, atol=1e-6)


# ---- capstone_fraud --------------------------------------------------------------------------------------------


@draw
def one_draw(rng):
    """Set 200 benign samples aside as normal; the rest is to be scored."""
    with np.load(CANCER) as cancer:
        X, malignant = cancer["X"], cancer["y"] == 0
    order = rng.permutation(len(X))
    normal = order[~malignant[order]][:200]
    rest = np.setdiff1d(order, normal)
    return X[normal], X[rest], malignant[rest]


@grades("capstone_fraud", hint="Half of the points need 0.88, all of them 0.93, on average over three draws.")
@cases("X_normal X_new malignant", cancer=one_draw)
def test_capstone_fraud_on_one_draw(student, X_normal, X_new, malignant):
    """A random malignant sample scores higher than a random benign one in 88 of 100 cases; ties count one half."""
    scores = finite(shaped(student.capstone_fraud(X_normal, X_new), malignant.shape, name="scores"), name="scores")
    gaps = scores[malignant][:, None] - scores[~malignant]
    between(np.mean((gaps > 0) + 0.5 * (gaps == 0)), 0.88, 1.0, name="the area under the curve")
