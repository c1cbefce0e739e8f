"""Plausible wrong answers: the classification problem. Each names exactly the hidden tests that must reject it."""

import numpy as np

from autograder.testing import mistake

# All hidden tests of an exercise, for the mistakes that leave hardly any of its values right.
ONE_HOT = (
    "test_one_hot_marks_the_class_of_each_object test_one_hot_keeps_a_column_for_classes_that_do_not_occur "
    "test_one_hot_answers_in_float64 test_one_hot_leaves_its_input_alone test_one_hot_of_one_object_or_one_class"
)
HARD_DECISION = (
    "test_hard_decision_is_the_most_probable_class test_hard_decision_depends_on_the_order_of_the_scores_only "
    "test_hard_decision_answers_in_int64 test_hard_decision_leaves_its_input_alone "
    "test_hard_decision_takes_the_first_of_equals"
)
ACCURACY = (
    "test_accuracy_is_the_share_of_right_decisions test_accuracy_does_not_depend_on_the_names_of_the_classes "
    "test_accuracy_is_one_or_zero_at_the_ends test_accuracy_is_one_float test_accuracy_leaves_its_inputs_alone "
    "test_accuracy_of_columns_compares_object_by_object"
)
CONFUSION_MATRIX = (
    "test_confusion_matrix_counts_by_class_and_decision test_confusion_matrix_counts_repeated_pairs "
    "test_confusion_matrix_has_the_right_margins test_confusion_matrix_answers_in_int64 "
    "test_confusion_matrix_leaves_its_inputs_alone test_confusion_matrix_keeps_absent_classes "
    "test_confusion_matrix_of_one_object_or_one_class"
)
CROSS_ENTROPY = (
    "test_cross_entropy_is_the_mean_over_the_objects test_cross_entropy_does_not_grow_with_the_set "
    "test_cross_entropy_of_knowing_nothing_is_log_k test_cross_entropy_is_one_float "
    "test_cross_entropy_leaves_its_inputs_alone test_cross_entropy_of_certainty_costs_nothing "
    "test_cross_entropy_is_infinite_for_an_impossible_class test_cross_entropy_feels_tiny_probabilities"
)
DELTA_MARGIN = (
    "test_delta_margin_is_own_score_minus_best_other test_delta_margin_is_positive_where_the_decision_is_right "
    "test_delta_margin_does_not_feel_a_shift_of_a_row "
    "test_delta_margin_of_logits_and_of_probabilities_have_the_same_sign test_delta_margin_answers_in_float64 "
    "test_delta_margin_leaves_its_inputs_alone test_delta_margin_of_negative_scores test_delta_margin_at_ties"
)
ACCURACY_GUARANTEE = (
    "test_accuracy_guarantee_falls_linearly test_accuracy_guarantee_is_never_negative "
    "test_accuracy_guarantee_holds_and_cannot_be_improved test_accuracy_guarantee_is_one_float "
    "test_accuracy_guarantee_at_the_ends"
)
NEAREST_CENTROID = (
    "test_nearest_centroid_predicts_the_class_of_the_nearest_mean "
    "test_nearest_centroid_does_not_feel_a_motion_of_the_space "
    "test_nearest_centroid_does_not_depend_on_the_order_of_the_objects test_nearest_centroid_answers_in_int64 "
    "test_nearest_centroid_leaves_its_inputs_alone test_nearest_centroid_fit_returns_the_model "
    "test_nearest_centroid_forgets_an_earlier_fit test_nearest_centroid_of_few_objects_and_at_ties "
    "test_nearest_centroid_affine_gives_the_differences_of_distances "
    "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64 "
    "test_nearest_centroid_affine_follows_the_last_fit"
)
CAPSTONE_WINE = (
    "test_capstone_wine_knows_seventeen_of_twenty test_capstone_wine_knows_nine_of_ten "
    "test_capstone_wine_treats_each_test_object_on_its_own"
)


def all_but(tests, spared):
    """Return the names in ``tests`` without those in ``spared``."""
    return " ".join(test for test in tests.split() if test not in spared.split())


# ---- one_hot ---------------------------------------------------------------------------------------------------


@mistake(
    "one_hot", fails="test_one_hot_keeps_a_column_for_classes_that_do_not_occur test_one_hot_of_one_object_or_one_class"
)
def as_many_columns_as_classes_occur(y, K):
    """Takes the number of classes from the largest label instead of K."""
    y = np.asarray(y).astype(int)
    return np.eye(y.max() + 1)[y]


@mistake("one_hot", fails="test_one_hot_answers_in_float64")
def integer_zeros_and_ones(y, K):
    """Returns integers, since all entries are 0 or 1."""
    return np.eye(K, dtype=int)[np.asarray(y).astype(int)]


@mistake("one_hot", fails=ONE_HOT)
def classes_in_rows(y, K):
    """Returns the transpose: a row for each class."""
    return np.eye(K)[:, np.asarray(y).astype(int)]


@mistake("one_hot", fails="test_one_hot_answers_in_float64")
def floats_as_indices(y, K):
    """Uses the labels as indices without converting them, so labels stored as floats raise an error."""
    return np.eye(K)[y]


@mistake("one_hot", fails=ONE_HOT)
def counts_from_one(y, K):
    """Believes that the classes are numbered from 1."""
    return np.eye(K)[np.asarray(y).astype(int) - 1]


@mistake("one_hot", fails="test_one_hot_keeps_a_column_for_classes_that_do_not_occur")
def one_column_for_two_classes(y, K):
    """Saves a column when there are two classes, since the other one is its complement."""
    H = np.eye(K)[np.asarray(y).astype(int)]
    return H[:, 1:] if K == 2 else H


@mistake("one_hot", fails="test_one_hot_of_one_object_or_one_class")
def loses_single_axes(y, K):
    """Squeezes the answer, so one object or one class loses its axis."""
    return np.squeeze(np.eye(K)[np.asarray(y).astype(int)])


@mistake("one_hot", fails="test_one_hot_leaves_its_input_alone")
def relabels_in_place(y, K):
    """Makes the labels count from 1 inside the caller's array."""
    H = np.eye(K)[np.asarray(y).astype(int)]
    if isinstance(y, np.ndarray):
        y -= y.min() - 1
    return H


# ---- hard_decision ---------------------------------------------------------------------------------------------


@mistake("hard_decision", fails=HARD_DECISION)
def best_object_of_each_class(P):
    """Takes the largest entry along the wrong axis: an object for each class."""
    return np.argmax(np.asarray(P), axis=0)


@mistake("hard_decision", fails=HARD_DECISION)
def more_than_one_half(P):
    """Looks for a probability above one half, which need not exist with three or more classes."""
    return np.argmax(np.asarray(P) > 0.5, axis=1)


@mistake("hard_decision", fails="test_hard_decision_takes_the_first_of_equals")
def last_of_equals(P):
    """Takes the last of several equal largest entries."""
    P = np.asarray(P)
    return P.shape[1] - 1 - np.argmax(P[:, ::-1], axis=1)


@mistake("hard_decision", fails="test_hard_decision_answers_in_int64")
def decisions_as_floats(P):
    """Collects the decisions in an array of floats."""
    P = np.asarray(P)
    decision = np.zeros(len(P))
    for s, row in enumerate(P):
        decision[s] = np.argmax(row)
    return decision


@mistake("hard_decision", fails=all_but(HARD_DECISION, "test_hard_decision_leaves_its_input_alone"))
def starts_the_maximum_at_zero(P):
    """Starts the search for the maximum at 0, so negative scores are never found."""
    P = np.asarray(P)
    decision = np.zeros(len(P), dtype=np.int64)
    for s, row in enumerate(P):
        best = 0.0
        for k, score in enumerate(row):
            if score > best:
                decision[s], best = k, score
    return decision


@mistake("hard_decision", fails=HARD_DECISION)
def largest_entry_itself(P):
    """Returns the largest entry of each row instead of its column."""
    return np.max(np.asarray(P), axis=1)


@mistake("hard_decision", fails=HARD_DECISION)
def decisions_as_a_column(P):
    """Keeps the axis of the classes: shape (N, 1) instead of (N,)."""
    return np.argmax(np.asarray(P), axis=1)[:, None]


@mistake("hard_decision", fails="test_hard_decision_is_the_most_probable_class")
def equal_up_to_a_tolerance(P):
    """Takes entries for equal that np.isclose takes for equal, so small differences decide nothing."""
    P = np.asarray(P, dtype=np.float64)
    return np.argmax(np.isclose(P, P.max(axis=1, keepdims=True)), axis=1)


@mistake("hard_decision", fails="test_hard_decision_depends_on_the_order_of_the_scores_only")
def decides_after_a_softmax(P):
    """Turns scores into probabilities first, which overflows for large ones."""
    E = np.exp(np.asarray(P, dtype=np.float64))
    return np.argmax(E / E.sum(axis=1, keepdims=True), axis=1)


@mistake("hard_decision", fails="test_hard_decision_leaves_its_input_alone")
def normalises_in_place(P):
    """Scales each row to maximum 1 inside the caller's array."""
    P = np.asarray(P)
    decision = np.argmax(P, axis=1)
    if P.dtype == np.float64:
        P /= np.abs(P).max(axis=1, keepdims=True)
    return decision


# ---- accuracy --------------------------------------------------------------------------------------------------


@mistake("accuracy", fails=ACCURACY)
def number_of_right_decisions(y, y_hat):
    """Returns how many decisions are right, not which share."""
    return float(np.sum(np.ravel(y) == np.ravel(y_hat)))


@mistake("accuracy", fails=ACCURACY)
def in_percent(y, y_hat):
    """Returns a percentage."""
    return 100 * float(np.mean(np.ravel(y) == np.ravel(y_hat)))


@mistake("accuracy", fails=all_but(ACCURACY, "test_accuracy_is_one_or_zero_at_the_ends"))
def integer_division(y, y_hat):
    """Divides integers with //, so everything but a perfect score is 0."""
    return float(np.sum(np.ravel(y) == np.ravel(y_hat)) // np.size(y))


@mistake("accuracy", fails=all_but(ACCURACY, "test_accuracy_is_one_or_zero_at_the_ends"))
def all_or_nothing(y, y_hat):
    """Asks whether all decisions are right."""
    return float(np.all(np.ravel(y) == np.ravel(y_hat)))


@mistake("accuracy", fails="test_accuracy_of_columns_compares_object_by_object")
def everyone_with_everyone(y, y_hat):
    """Compares without looking at shapes: a column and a vector give N x N comparisons."""
    return float(np.mean(np.asarray(y) == np.asarray(y_hat)))


@mistake("accuracy", fails=ACCURACY)
def share_of_errors(y, y_hat):
    """Returns the share of wrong decisions."""
    return float(np.mean(np.ravel(y) != np.ravel(y_hat)))


@mistake("accuracy", fails=ACCURACY)
def nearly_right_counts(y, y_hat):
    """Measures how far the class numbers are apart, as if classes were quantities."""
    y, y_hat = np.ravel(y), np.ravel(y_hat)
    return float(np.mean(1 / (1 + np.abs(y - y_hat))))


@mistake("accuracy", fails="test_accuracy_is_one_float")
def compares_lists_as_a_whole(y, y_hat):
    """Does not convert to arrays, and two lists are compared as a whole."""
    if isinstance(y, np.ndarray):
        return float(np.mean(y.ravel() == y_hat.ravel()))
    return float(np.mean(y == y_hat))


@mistake("accuracy", fails=ACCURACY)
def accuracy_as_an_array(y, y_hat):
    """Returns an array of shape (1,) instead of a number."""
    return np.mean(np.ravel(y) == np.ravel(y_hat), keepdims=True)


@mistake("accuracy", fails="test_accuracy_leaves_its_inputs_alone")
def marks_the_errors_in_place(y, y_hat):
    """Overwrites the wrong decisions in the caller's array."""
    right = np.ravel(y) == np.ravel(y_hat)
    if isinstance(y_hat, np.ndarray):
        y_hat.reshape(-1)[~right] = -1
    return float(np.mean(right))


# ---- confusion_matrix ------------------------------------------------------------------------------------------


@mistake("confusion_matrix", fails=CONFUSION_MATRIX)
def counts_each_pair_once(y, y_hat, K):
    """Writes C[y, y_hat] += 1, which adds 1 once however often a pair occurs."""
    C = np.zeros((K, K), dtype=np.int64)
    C[np.asarray(y), np.asarray(y_hat)] += 1
    return C


@mistake("confusion_matrix", fails=all_but(CONFUSION_MATRIX, "test_confusion_matrix_counts_repeated_pairs"))
def decisions_in_rows(y, y_hat, K):
    """Returns the transpose: decisions in rows, true classes in columns."""
    C = np.zeros((K, K), dtype=np.int64)
    np.add.at(C, (np.asarray(y_hat), np.asarray(y)), 1)
    return C


@mistake("confusion_matrix", fails=CONFUSION_MATRIX)
def shares_of_the_class(y, y_hat, K):
    """Divides each row by the size of the class."""
    C = np.zeros((K, K))
    np.add.at(C, (np.asarray(y), np.asarray(y_hat)), 1)
    return C / np.maximum(C.sum(axis=1, keepdims=True), 1)


@mistake("confusion_matrix", fails="test_confusion_matrix_keeps_absent_classes")
def as_large_as_needed(y, y_hat, K):
    """Takes the number of classes from the data instead of K."""
    size = max(np.max(y), np.max(y_hat)) + 1
    C = np.zeros((size, size), dtype=np.int64)
    np.add.at(C, (np.asarray(y), np.asarray(y_hat)), 1)
    return C


@mistake(
    "confusion_matrix",
    fails="test_confusion_matrix_keeps_absent_classes test_confusion_matrix_of_one_object_or_one_class",
)
def only_classes_that_occur(y, y_hat, K):
    """Leaves out classes that never occur."""
    names = np.union1d(y, y_hat)
    C = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(C, (np.searchsorted(names, y), np.searchsorted(names, y_hat)), 1)
    return C


@mistake("confusion_matrix", fails=CONFUSION_MATRIX)
def only_errors(y, y_hat, K):
    """Counts the wrong decisions only, so the diagonal is empty."""
    C = np.zeros((K, K), dtype=np.int64)
    np.add.at(C, (np.asarray(y), np.asarray(y_hat)), 1)
    np.fill_diagonal(C, 0)
    return C


@mistake("confusion_matrix", fails="test_confusion_matrix_answers_in_int64")
def counts_as_floats(y, y_hat, K):
    """Returns the counts as floats."""
    C = np.zeros((K, K))
    np.add.at(C, (np.asarray(y), np.asarray(y_hat)), 1)
    return C


@mistake("confusion_matrix", fails="test_confusion_matrix_counts_repeated_pairs")
def small_counters(y, y_hat, K):
    """Counts in 8-bit integers, which start again after 127."""
    C = np.zeros((K, K), dtype=np.int8)
    np.add.at(C, (np.asarray(y), np.asarray(y_hat)), 1)
    return C.astype(np.int64)


@mistake("confusion_matrix", fails="test_confusion_matrix_leaves_its_inputs_alone")
def codes_pairs_in_place(y, y_hat, K):
    """Turns y into the pair numbers j K + k inside the caller's array."""
    if not isinstance(y, np.ndarray):
        y = np.array(y)
    y *= K
    y += np.asarray(y_hat)
    return np.bincount(y, minlength=K * K).reshape(K, K)


@mistake("confusion_matrix", fails=CONFUSION_MATRIX)
def forgets_the_first_object(y, y_hat, K):
    """Starts the loop at object 1."""
    C = np.zeros((K, K), dtype=np.int64)
    for s in range(1, len(y)):
        C[y[s], y_hat[s]] += 1
    return C


# ---- cross_entropy ---------------------------------------------------------------------------------------------


def own(P, y):
    """Return the probability of the true class of each object."""
    return np.asarray(P, dtype=np.float64)[np.arange(len(y)), np.asarray(y)]


@mistake("cross_entropy", fails=CROSS_ENTROPY)
def sum_instead_of_mean(P, y):
    """Adds up the costs and does not divide by N."""
    return float(-np.sum(np.log(own(P, y))))


@mistake("cross_entropy", fails=CROSS_ENTROPY)
def mean_over_all_entries(P, y):
    """Divides by N K, the number of entries of P, instead of N."""
    return float(-np.sum(np.log(own(P, y))) / np.size(P))


@mistake("cross_entropy", fails=CROSS_ENTROPY)
def loss_in_bits(P, y):
    """Uses the logarithm to base 2."""
    return float(-np.mean(np.log2(own(P, y))))


@mistake("cross_entropy", fails=CROSS_ENTROPY)
def log_likelihood(P, y):
    """Forgets the minus sign."""
    return float(np.mean(np.log(own(P, y))))


@mistake(
    "cross_entropy",
    fails=all_but(
        CROSS_ENTROPY, "test_cross_entropy_of_knowing_nothing_is_log_k test_cross_entropy_feels_tiny_probabilities"
    ),
)
def everyones_classes(P, y):
    """Writes P[:, y], which is an N x N array: each object is judged by the classes of all."""
    return float(-np.mean(np.log(np.asarray(P, dtype=np.float64)[:, y])))


@mistake(
    "cross_entropy",
    fails="test_cross_entropy_is_infinite_for_an_impossible_class test_cross_entropy_feels_tiny_probabilities",
)
def clipped_at_1e_15(P, y):
    """Clips the probabilities to [1e-15, 1], so an impossible class costs 34.5 instead of infinity."""
    return float(-np.mean(np.log(np.clip(own(P, y), 1e-15, 1))))


@mistake(
    "cross_entropy",
    fails="test_cross_entropy_is_infinite_for_an_impossible_class test_cross_entropy_feels_tiny_probabilities",
)
def with_an_epsilon(P, y):
    """Adds 1e-12 to every probability so that the logarithm exists; every value is a little wrong."""
    return float(-np.mean(np.log(own(P, y) + 1e-12)))


@mistake(
    "cross_entropy",
    fails=(
        "test_cross_entropy_is_one_float test_cross_entropy_of_certainty_costs_nothing "
        "test_cross_entropy_is_infinite_for_an_impossible_class"
    ),
)
def one_hot_after_the_logarithm(P, y):
    """Multiplies the logarithms of all probabilities with the one-hot array: 0 times minus infinity is nan."""
    P = np.asarray(P, dtype=np.float64)
    return float(-np.mean(np.sum(np.eye(P.shape[1])[np.asarray(y)] * np.log(P), axis=1)))


@mistake("cross_entropy", fails="test_cross_entropy_is_infinite_for_an_impossible_class")
def skips_impossible_objects(P, y):
    """Leaves out the objects whose class has probability 0."""
    p = own(P, y)
    return float(-np.sum(np.log(p[p > 0])) / len(p))


@mistake("cross_entropy", fails=CROSS_ENTROPY)
def one_cost_per_object(P, y):
    """Returns the cost of each object instead of their mean."""
    return -np.log(own(P, y))


@mistake("cross_entropy", fails=all_but(CROSS_ENTROPY, "test_cross_entropy_of_knowing_nothing_is_log_k"))
def takes_scores_for_probabilities(P, y):
    """Applies softmax first, although the rows are probabilities already."""
    E = np.exp(np.asarray(P, dtype=np.float64))
    return float(-np.mean(np.log(own(E / E.sum(axis=1, keepdims=True), y))))


@mistake("cross_entropy", fails="test_cross_entropy_leaves_its_inputs_alone")
def logarithm_in_place(P, y):
    """Takes the logarithm inside the caller's array."""
    P = np.asarray(P)
    if P.dtype != np.float64:
        P = P.astype(np.float64)
    np.log(P, out=P)
    return float(-np.mean(P[np.arange(len(y)), np.asarray(y)]))


@mistake("cross_entropy", fails="test_cross_entropy_is_one_float")
def needs_an_array_of_probabilities(P, y):
    """Indexes P without converting it, so a nested list raises an error."""
    return float(-np.mean(np.log(P[np.arange(len(y)), y])))


# ---- delta_margin ----------------------------------------------------------------------------------------------


def right_margin(S, y):
    """Return the right margin."""
    S = np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] = -np.inf
    return score - S.max(axis=1)


@mistake("delta_margin", fails="test_delta_margin_leaves_its_inputs_alone")
def overwrites_the_callers_scores(S, y):
    """Writes minus infinity into the caller's array; np.asarray did not copy it."""
    S = np.asarray(S) if isinstance(S, np.ndarray) and S.dtype == np.float64 else np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y].copy()
    S[rows, y] = -np.inf
    return score - S.max(axis=1)


@mistake(
    "delta_margin",
    fails=(
        "test_delta_margin_is_own_score_minus_best_other "
        "test_delta_margin_does_not_feel_a_shift_of_a_row test_delta_margin_answers_in_float64 "
        "test_delta_margin_of_negative_scores test_delta_margin_at_ties"
    ),
)
def masks_with_zero(S, y):
    """Replaces the score of the true class by 0, which is the largest one if all others are negative."""
    S = np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] = 0.0
    return score - S.max(axis=1)


@mistake(
    "delta_margin",
    fails=(
        "test_delta_margin_is_own_score_minus_best_other "
        "test_delta_margin_does_not_feel_a_shift_of_a_row test_delta_margin_answers_in_float64 "
        "test_delta_margin_of_negative_scores test_delta_margin_at_ties"
    ),
)
def masks_with_minus_one(S, y):
    """Replaces the score of the true class by -1, which is small for probabilities only."""
    S = np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] = -1.0
    return score - S.max(axis=1)


@mistake("delta_margin", fails=DELTA_MARGIN)
def maximum_over_all_classes(S, y):
    """Includes the true class in the maximum, so no margin is positive."""
    S = np.asarray(S, dtype=np.float64)
    return S[np.arange(len(S)), y] - S.max(axis=1)


@mistake("delta_margin", fails=DELTA_MARGIN)
def lead_of_the_winner(S, y):
    """Subtracts the second largest score from the largest, whichever class is the true one."""
    S = np.sort(np.asarray(S, dtype=np.float64), axis=1)
    return S[:, -1] - S[:, -2]


@mistake("delta_margin", fails=DELTA_MARGIN)
def own_minus_second_best(S, y):
    """Subtracts the second largest score of the row, which is wrong for misclassified objects."""
    S = np.asarray(S, dtype=np.float64)
    return S[np.arange(len(S)), y] - np.sort(S, axis=1)[:, -2]


@mistake("delta_margin", fails=DELTA_MARGIN)
def margin_with_the_wrong_sign(S, y):
    """Subtracts the own score from the best other one."""
    S = np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] = -np.inf
    return S.max(axis=1) - score


@mistake("delta_margin", fails=DELTA_MARGIN)
def size_of_the_margin(S, y):
    """Returns the absolute value, so right and wrong look the same."""
    return np.abs(right_margin(S, y))


@mistake("delta_margin", fails=DELTA_MARGIN)
def own_minus_mean_of_the_others(S, y):
    """Compares with the mean of the other scores instead of their maximum."""
    S = np.asarray(S, dtype=np.float64)
    score = S[np.arange(len(S)), y]
    return score - (S.sum(axis=1) - score) / (S.shape[1] - 1)


@mistake("delta_margin", fails=DELTA_MARGIN)
def best_other_score_of_the_batch(S, y):
    """Takes the maximum over all objects instead of within each row."""
    S = np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] = -np.inf
    return score - S.max()


@mistake("delta_margin", fails=DELTA_MARGIN)
def margins_as_a_column(S, y):
    """Keeps the axis of the classes: shape (N, 1) instead of (N,)."""
    return right_margin(S, y)[:, None]


@mistake("delta_margin", fails="test_delta_margin_answers_in_float64")
def scores_must_be_an_array(S, y):
    """Copies S with its dtype: minus infinity does not fit into an array of integers, and a list has no such copy."""
    S = S.copy()
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] = -np.inf
    return score - S.max(axis=1)


@mistake("delta_margin", fails="test_delta_margin_is_own_score_minus_best_other")
def a_million_is_much(S, y):
    """Takes a million from the true class, so that it is not the largest, but scores may be larger than that."""
    S = np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] -= 1e6
    return score - S.max(axis=1)


@mistake("delta_margin", fails="test_delta_margin_is_own_score_minus_best_other")
def a_billion_below_zero(S, y):
    """Writes -1e9 over the true class, as if no score were smaller."""
    S = np.array(S, dtype=np.float64)
    rows = np.arange(len(S))
    score = S[rows, y]
    S[rows, y] = -1e9
    return score - S.max(axis=1)


@mistake("delta_margin", fails="test_delta_margin_at_ties")
def rivals_must_differ(S, y):
    """Looks for rivals among the scores that differ from the own one, so a tie is not seen."""
    S = np.asarray(S, dtype=np.float64)
    score = S[np.arange(len(S)), y]
    return score - np.where(score[:, None] == S, -np.inf, S).max(axis=1)


# ---- accuracy_guarantee ----------------------------------------------------------------------------------------


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def logarithm_of_the_loss(loss):
    """Takes the logarithm to base 2 of the loss instead of dividing the loss by log 2."""
    return float(np.clip(1 - np.log2(1 + loss), 0, 1))


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def exponential_of_the_loss(loss):
    """Returns exp(-L), the geometric mean of the probabilities of the true classes."""
    return float(np.exp(-loss))


@mistake("accuracy_guarantee", fails="test_accuracy_guarantee_is_never_negative test_accuracy_guarantee_at_the_ends")
def not_cut_off_at_zero(loss):
    """Lets the bound become negative."""
    return float(1 - loss / np.log(2))


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def one_minus_the_loss(loss):
    """Forgets to divide by log 2, as if a misclassified object cost 1."""
    return float(max(0.0, 1 - loss))


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def bound_on_the_error(loss):
    """Returns the bound on the share of errors."""
    return float(min(1.0, loss / np.log(2)))


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def divides_by_two(loss):
    """Divides by 2 instead of log 2."""
    return float(max(0.0, 1 - loss / 2))


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def multiplies_by_log_two(loss):
    """Multiplies by log 2 instead of dividing by it."""
    return float(max(0.0, 1 - loss * np.log(2)))


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def nothing_is_certain(loss):
    """Returns 0, which is a lower bound but not the best one."""
    return 0.0


@mistake("accuracy_guarantee", fails=ACCURACY_GUARANTEE)
def guarantee_as_an_array(loss):
    """Returns an array of shape (1,) instead of a number."""
    return np.maximum(0.0, 1 - np.array([loss], dtype=np.float64) / np.log(2))


@mistake("accuracy_guarantee", fails="test_accuracy_guarantee_is_one_float")
def integers_stay_integers(loss):
    """Rounds the answer for integer losses, since it was computed in the type of the loss."""
    return type(loss)(max(0.0, 1 - loss / np.log(2)))


@mistake("accuracy_guarantee", fails="test_accuracy_guarantee_at_the_ends")
def fails_at_infinity(loss):
    """Multiplies the positive part by an indicator: at L = infinity that is minus infinity times 0, which is nan."""
    value = 1 - loss / np.log(2)
    return float(value * (value > 0))


# ---- NearestCentroid -------------------------------------------------------------------------------------------


class Right:
    """The right class; the mistakes below deviate from it in one place each."""

    def fit(self, X, y):
        """Learn the means."""
        X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
        self.means = np.array([self.centre(X, y, k) for k in range(y.max() + 1)])
        return self

    def centre(self, X, y, k):
        """Return the centre of class k."""
        return X[y == k].mean(axis=0)

    def predict(self, X):
        """Return the nearest class of each row."""
        return np.argmin(self.distances(np.asarray(X, dtype=np.float64)[:, None, :] - self.means), axis=1)

    def distances(self, differences):
        """Return the lengths of the differences, along the last axis."""
        return (differences**2).sum(axis=2)

    def affine(self):
        """Return W and b."""
        return self.means.copy(), -0.5 * (self.means**2).sum(axis=1)


@mistake(
    "NearestCentroid",
    fails=all_but(
        NEAREST_CENTROID, "test_nearest_centroid_answers_in_int64 test_nearest_centroid_of_few_objects_and_at_ties"
    ),
)
class Medians(Right):
    """Takes the median of each class and feature instead of the mean."""

    def centre(self, X, y, k):
        """Return the median."""
        return np.median(X[y == k], axis=0)


@mistake("NearestCentroid", fails=all_but(NEAREST_CENTROID, "test_nearest_centroid_of_few_objects_and_at_ties"))
class SumsOfTheClasses(Right):
    """Adds up the objects of each class and does not divide by their number."""

    def centre(self, X, y, k):
        """Return the sum."""
        return X[y == k].sum(axis=0)


@mistake("NearestCentroid", fails=NEAREST_CENTROID)
class DividesByAllObjects(Right):
    """Divides the sum of each class by N instead of by the size of the class."""

    def centre(self, X, y, k):
        """Return the sum over the class divided by the number of all objects."""
        return X[y == k].sum(axis=0) / len(X)


@mistake("NearestCentroid", fails=NEAREST_CENTROID)
class OneNumberPerClass(Right):
    """Takes the mean over objects and features together: one number for each class."""

    def centre(self, X, y, k):
        """Return the mean of all entries."""
        return np.full(X.shape[1], X[y == k].mean())


@mistake("NearestCentroid", fails=NEAREST_CENTROID)
class FirstObjectOfTheClass(Right):
    """Lets the first object of each class stand for it."""

    def centre(self, X, y, k):
        """Return the first object."""
        return X[np.argmax(y == k)]


@mistake("NearestCentroid", fails=NEAREST_CENTROID)
class ExpectsSortedClasses(Right):
    """Cuts the training set into blocks, as if the objects were sorted by class."""

    def centre(self, X, y, k):
        """Return the mean of a block."""
        start = int(np.sum(y < k))
        return X[start : start + int(np.sum(y == k))].mean(axis=0)


@mistake(
    "NearestCentroid",
    fails=all_but(
        NEAREST_CENTROID,
        (
            "test_nearest_centroid_answers_in_int64 "
            "test_nearest_centroid_affine_gives_the_differences_of_distances "
            "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64"
        ),
    ),
)
class CityBlocks(Right):
    """Measures distances by the sum of absolute differences."""

    def distances(self, differences):
        """Return distances in the 1-norm."""
        return np.abs(differences).sum(axis=2)


@mistake(
    "NearestCentroid",
    fails=all_but(
        NEAREST_CENTROID,
        (
            "test_nearest_centroid_affine_gives_the_differences_of_distances "
            "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64"
        ),
    ),
)
class FarthestClass(Right):
    """Decides for the largest distance."""

    def distances(self, differences):
        """Return negative squared distances."""
        return -(differences**2).sum(axis=2)


@mistake(
    "NearestCentroid",
    fails=all_but(
        NEAREST_CENTROID,
        (
            "test_nearest_centroid_affine_gives_the_differences_of_distances "
            "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64"
        ),
    ),
)
class LargestProduct(Right):
    """Decides for the largest product of x and mean, and forgets the lengths of the means."""

    def predict(self, X):
        """Return the largest product."""
        return np.argmax(np.asarray(X, dtype=np.float64) @ self.means.T, axis=1)


@mistake(
    "NearestCentroid",
    fails=all_but(
        NEAREST_CENTROID,
        (
            "test_nearest_centroid_affine_gives_the_differences_of_distances "
            "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64"
        ),
    ),
)
class NearestObject(Right):
    """Predicts the class of the nearest training object instead of the nearest mean."""

    def fit(self, X, y):
        """Keep the training set besides the means."""
        self.X, self.y = np.array(X, dtype=np.float64), np.array(y)
        return super().fit(X, y)

    def predict(self, X):
        """Copy the class of the nearest object."""
        squares = ((np.asarray(X, dtype=np.float64)[:, None, :] - self.X) ** 2).sum(axis=2)
        return self.y[squares.argmin(axis=1)]


@mistake(
    "NearestCentroid",
    fails="test_nearest_centroid_forgets_an_earlier_fit test_nearest_centroid_affine_follows_the_last_fit",
)
class Accumulates(Right):
    """Adds the objects of a second fit to those of the first."""

    def __init__(self):
        """Start without objects."""
        self.X, self.y = [], []

    def fit(self, X, y):
        """Collect rows and labels."""
        self.X += [np.asarray(row, dtype=np.float64) for row in X]
        self.y += [int(k) for k in y]
        return super().fit(np.array(self.X), np.array(self.y))


@mistake("NearestCentroid", fails="test_nearest_centroid_fit_returns_the_model")
class ForgetsToReturnItself(Right):
    """fit returns nothing, so it cannot be followed by predict."""

    def fit(self, X, y):
        """Learn the means."""
        super().fit(X, y)


@mistake("NearestCentroid", fails="test_nearest_centroid_answers_in_int64")
class PredictsFloats(Right):
    """Returns the classes as floats."""

    def predict(self, X):
        """Return floats."""
        return super().predict(X).astype(np.float64)


@mistake(
    "NearestCentroid", fails="test_nearest_centroid_answers_in_int64 test_nearest_centroid_affine_answers_in_float64"
)
class KeepsIntegers(Right):
    """Stores the means in an array like X, where integers lose their fractions."""

    def fit(self, X, y):
        """Fill an array of the dtype of X."""
        X, y = np.asarray(X), np.asarray(y)
        self.means = np.zeros((y.max() + 1, X.shape[1]), dtype=X.dtype)
        for k in range(len(self.means)):
            self.means[k] = X[y == k].mean(axis=0)
        return self


@mistake("NearestCentroid", fails="test_nearest_centroid_leaves_its_inputs_alone")
class CentresInPlace(Right):
    """Moves the origin to the overall mean inside the caller's arrays."""

    def fit(self, X, y):
        """Centre X in place."""
        X = np.asarray(X, dtype=np.float64)
        self.shift = X.mean(axis=0)
        X -= self.shift
        super().fit(X, y)
        self.means += self.shift
        return self


@mistake("NearestCentroid", fails="test_nearest_centroid_of_few_objects_and_at_ties")
class LastOfEquals(Right):
    """Takes the last of several nearest means."""

    def predict(self, X):
        """Search from the end."""
        squares = self.distances(np.asarray(X, dtype=np.float64)[:, None, :] - self.means)
        return len(self.means) - 1 - np.argmin(squares[:, ::-1], axis=1)


@mistake(
    "NearestCentroid",
    fails=(
        "test_nearest_centroid_affine_gives_the_differences_of_distances "
        "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64 "
        "test_nearest_centroid_affine_follows_the_last_fit"
    ),
)
class SquareWithAPlus(Right):
    """Has b with the wrong sign, so long means win where they should lose."""

    def affine(self):
        """Return W and minus b."""
        return self.means, 0.5 * (self.means**2).sum(axis=1)


@mistake(
    "NearestCentroid",
    fails=(
        "test_nearest_centroid_affine_gives_the_differences_of_distances "
        "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64 "
        "test_nearest_centroid_affine_follows_the_last_fit"
    ),
)
class SquareWithoutOneHalf(Right):
    """Forgets the factor 1/2 in b."""

    def affine(self):
        """Return W and twice b."""
        return self.means, -((self.means**2).sum(axis=1))


@mistake(
    "NearestCentroid",
    fails=(
        "test_nearest_centroid_affine_gives_the_differences_of_distances "
        "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64 "
        "test_nearest_centroid_affine_follows_the_last_fit"
    ),
)
class NoIntercept(Right):
    """Leaves b at zero."""

    def affine(self):
        """Return W and zeros."""
        return self.means, np.zeros(len(self.means))


@mistake(
    "NearestCentroid",
    fails=(
        "test_nearest_centroid_affine_gives_the_differences_of_distances "
        "test_nearest_centroid_affine_follows_the_last_fit"
    ),
)
class TwiceTheScores(Right):
    """Multiplies out the squared distance without dividing by 2: right decisions, but twice the differences."""

    def affine(self):
        """Return 2 W and 2 b."""
        return 2 * self.means, -((self.means**2).sum(axis=1))


@mistake(
    "NearestCentroid",
    fails=(
        "test_nearest_centroid_affine_gives_the_differences_of_distances "
        "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64 "
        "test_nearest_centroid_affine_follows_the_last_fit"
    ),
)
class ClassesInColumns(Right):
    """Returns W transposed, with shape (n, K)."""

    def affine(self):
        """Return the transposed W."""
        W, b = super().affine()
        return W.T, b


@mistake(
    "NearestCentroid",
    fails=(
        "test_nearest_centroid_affine_gives_the_differences_of_distances "
        "test_nearest_centroid_affine_decides_like_predict test_nearest_centroid_affine_answers_in_float64 "
        "test_nearest_centroid_affine_follows_the_last_fit"
    ),
)
class InterceptAsAColumn(Right):
    """Returns b with shape (K, 1)."""

    def affine(self):
        """Return b as a column."""
        W, b = super().affine()
        return W, b[:, None]


@mistake("NearestCentroid", fails="test_nearest_centroid_affine_follows_the_last_fit")
class AffineFormOfTheFirstFit(Right):
    """Computes the affine form once and returns it for ever."""

    def affine(self):
        """Return what was computed first."""
        if not hasattr(self, "form"):
            self.form = super().affine()
        return self.form

    def fit(self, X, y):
        """Learn the means, and compute the affine form if there is none."""
        super().fit(X, y)
        self.affine()
        return self


# ---- capstone_wine ---------------------------------------------------------------------------------------------


def nearest_mean(A, y, B):
    """Return the class of the nearest class mean for each row of B."""
    means = np.array([A[y == k].mean(axis=0) for k in range(3)])
    return np.argmin(((B[:, None, :] - means) ** 2).sum(axis=2), axis=1)


@mistake("capstone_wine", fails=all_but(CAPSTONE_WINE, "test_capstone_wine_treats_each_test_object_on_its_own"))
def as_measured(X_train, y_train, X_test):
    """Does not standardise, so proline alone decides."""
    return nearest_mean(X_train, y_train, X_test)


@mistake("capstone_wine", fails=all_but(CAPSTONE_WINE, "test_capstone_wine_treats_each_test_object_on_its_own"))
def divided_by_the_variance(X_train, y_train, X_test):
    """Divides by the variance instead of the standard deviation, which turns the scales upside down."""
    mean, variance = X_train.mean(axis=0), X_train.var(axis=0)
    return nearest_mean((X_train - mean) / variance, y_train, (X_test - mean) / variance)


@mistake("capstone_wine", fails="test_capstone_wine_treats_each_test_object_on_its_own")
def each_set_by_itself(X_train, y_train, X_test):
    """Standardises the test set with its own mean and standard deviation, which a single wine does not have."""
    A, B = ((X - X.mean(axis=0)) / (X.std(axis=0) + 1e-12) for X in (X_train, X_test))
    return nearest_mean(A, y_train, B)


@mistake("capstone_wine", fails="test_capstone_wine_treats_each_test_object_on_its_own")
def by_rank_within_each_set(X_train, y_train, X_test):
    """Replaces every measurement by its rank in its own set, so a wine's class depends on the other wines."""
    A, B = (X.argsort(axis=0).argsort(axis=0) / len(X) for X in (X_train, X_test))
    return nearest_mean(A, y_train, B)


@mistake("capstone_wine", fails=CAPSTONE_WINE)
def only_the_training_set(X_train, y_train, X_test):
    """Standardises the training set and forgets the test set."""
    return nearest_mean((X_train - X_train.mean(axis=0)) / X_train.std(axis=0), y_train, X_test)


@mistake("capstone_wine", fails=all_but(CAPSTONE_WINE, "test_capstone_wine_treats_each_test_object_on_its_own"))
def one_scale_for_all_features(X_train, y_train, X_test):
    """Standardises with one mean and one standard deviation for all features together."""
    return nearest_mean((X_train - X_train.mean()) / X_train.std(), y_train, (X_test - X_train.mean()) / X_train.std())


@mistake("capstone_wine", fails=all_but(CAPSTONE_WINE, "test_capstone_wine_treats_each_test_object_on_its_own"))
def two_features_are_enough(X_train, y_train, X_test):
    """Uses alcohol and malic acid only, which leaves one wine in five in the wrong cellar."""
    X_train, X_test = X_train[:, :2], X_test[:, :2]
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    return nearest_mean((X_train - mean) / deviation, y_train, (X_test - mean) / deviation)


@mistake("capstone_wine", fails=CAPSTONE_WINE)
def most_frequent_grower(X_train, y_train, X_test):
    """Gives every wine to the grower with the most training wines."""
    return np.full(len(X_test), np.bincount(y_train).argmax())


@mistake("capstone_wine", fails=CAPSTONE_WINE)
def scores_of_the_classes(X_train, y_train, X_test):
    """Returns the three distances of each wine instead of a class."""
    means = np.array([X_train[y_train == k].mean(axis=0) for k in range(3)])
    return ((X_test[:, None, :] - means) ** 2).sum(axis=2)
