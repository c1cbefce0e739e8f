"""Figures about a class, against numpy, and the cases of nobody and one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.batch.statistics import Difficulty, Spread, spread, statistics_of
from autograder.model import Outcome, Standing


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_the_spread_is_what_numpy_says(values):
    found = spread(values)
    assert found.n == len(values)
    figures = (found.least, found.lower_quartile, found.median, found.upper_quartile, found.greatest)
    assert np.allclose(figures, np.quantile(values, [0, 0.25, 0.5, 0.75, 1]), atol=1e-5)
    assert found.mean == pytest.approx(np.mean(values), abs=1e-5)


def test_nobody_has_no_mean():
    assert spread([]) == Spread(0)
    figures = statistics_of([], [], 10)
    assert (figures.total, figures.exercises, figures.tests) == (Spread(0), (), ())


def standing(student, score, status="graded", attempts=1):
    return Standing(student, status, score, 10, (("normalise", score, 10.0),) if attempts else (), attempts=attempts)


def test_who_has_no_score_is_counted_apart():
    class_ = [
        standing("a", 10),
        standing("b", 0, "unreadable"),
        standing("c", 0, "held"),
        standing("d", 0, "missing", 0),
        standing("e", 7, "excused"),
        standing("f", 0, "excused", 0),
    ]
    figures = statistics_of(class_, [], 10)
    assert (figures.total.n, figures.total.mean) == (2, 5.0)
    assert (figures.held, figures.missing, figures.excused) == (1, 1, 2)
    ((name, possible, found),) = figures.exercises
    assert (name, possible, found.n, found.greatest) == ("normalise", 10.0, 2, 10)


def test_the_hardest_tests_come_first_and_broken_ones_are_nobodys_failure(task, report):
    reports = [report(task(), outcome) for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.BROKEN)]
    found = statistics_of([], reports, 10).tests
    assert {(difficulty.passed, difficulty.n, difficulty.share) for difficulty in found} == {(1, 2, 0.5)}
    assert isinstance(found[0], Difficulty)
    assert [difficulty.test for difficulty in found] == sorted(difficulty.test for difficulty in found)
    assert all(difficulty.exercise == "normalise" for difficulty in found)
