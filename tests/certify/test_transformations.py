"""A transformed right answer keeps full marks, unless a test is unfair: then its line turns red, and no other."""

import sys

import numpy as np
import pytest

from autograder.certify.run import examiner_of
from autograder.certify.transformations import (
    AFTER,
    BEFORE,
    BUNDLES,
    OPTIONAL,
    TRANSFORMATIONS,
    WRAPPING,
    transformations,
    transformed,
)
from autograder.certify.verdicts import Said
from autograder.errors import AuthoringError
from autograder.model import Outcome

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

CLAIM = 'agree(student.normalise(A), expected, "normalise(A)")'


def change(name):
    namespace = {}
    exec(WRAPPING, namespace)
    return lambda value: namespace["_each_number"](value, namespace[(BEFORE | AFTER)[name]])


def test_every_transformation_is_in_a_bundle_unless_the_statement_decides():
    assert sorted(name for names in BUNDLES.values() for name in names) == sorted(set(TRANSFORMATIONS) - set(OPTIONAL))


def test_wrappers_do_what_they_are_called():
    A = np.arange(6.0).reshape(2, 3)
    assert change("Fortran results")(A).flags.f_contiguous
    assert not change("results as views")(A).flags.contiguous
    assert change("results as reversed views")(A).strides[0] < 0
    assert not change("read-only results")(A).flags.writeable
    assert type(change("numpy scalars")(1.5)) is np.float64
    assert type(change("numpy scalars")(True)) is np.bool_
    assert type(change("Python numbers")(np.float64(1.5))) is float
    assert change("float32 results")(A).dtype == np.float32
    assert change("float32 results")(np.arange(3)).dtype == np.int64
    assert change("lists as results")(A) == A.tolist()
    assert A.flags.writeable
    for name in AFTER:
        parts = change(name)((A, [1.5, "text", None], 3))
        assert type(parts) is tuple
        np.testing.assert_array_equal(parts[0], A)
        assert parts[1][1:] == ["text", None]


def test_a_test_that_demands_float64_where_the_statement_does_not_turns_the_line_red(plant, red_lines):
    accepting = ("source.py", "# points: 10", "# points: 10\n# accepts: {normalise: [float32]}")
    plant("test_hidden.py", 'dtype="float64"', "dtype=None")
    assert red_lines(plant(*accepting)) == {}
    unfair = CLAIM.replace("student.normalise(A)", 'shaped(student.normalise(A), A.shape, dtype="float64")')
    lines = red_lines(plant("test_hidden.py", CLAIM, unfair))
    assert list(lines) == ["transformations"]
    assert all("float32 results" in line for line in lines["transformations"])


def test_an_unknown_exercise_in_accepts_is_refused_with_its_line(plant):
    assignment = plant("source.py", "# points: 10", "# points: 10\n# accepts: {normalize: [float32]}")
    with (
        examiner_of(assignment, full=False) as examiner,
        pytest.raises(AuthoringError, match=r"source\.py:\d+: accepts names 'normalize', .*did you mean normalise"),
    ):
        transformations(examiner, "normalise")


def test_in_full_every_transformation_is_graded_by_itself(plant):
    with examiner_of(plant(), full=True) as examiner:
        assert transformations(examiner, "normalise").findings == ()


@pytest.mark.parametrize(("seconds", "holds"), [(20, True), (80, False)])
def test_a_copy_that_is_only_slow_has_more_time(plant, seconds, holds):
    plain = "\n".join(plant().source().solution)

    class Examiner:
        assignment, full = plant(), False

        def reached(self, exercise):
            return [test for test in self.assignment.tests() if test.exercise == exercise]

        def verdict(self, cells, tests, limits=assignment.front.limits):
            in_time = "\n".join(cells) == plain or seconds <= limits.call
            return {test.name: Said(Outcome.PASSED if in_time else Outcome.TIMED_OUT, "") for test in tests}

    assert (transformations(Examiner(), "normalise").findings == ()) is holds


def test_methods_of_classes_are_wrapped_too():
    class Stub:
        exercises = ("Mean",)

        def source(self):
            cell = type("Cell", (), {"exercise": "Mean", "source": code})
            return type("Source", (), {"solution": (code,), "cells": (cell,)})

    code = """
class Mean:
    def __init__(self, shift):
        self.shift = shift

    def fit(self, X):
        self.mean = X.mean(axis=0)
        return self

    def predict(self):
        return self.mean + self.shift
"""
    namespace = {}
    for cell in transformed(Stub(), "Mean", None, ("read-only arguments", "read-only results")):
        exec(cell, namespace)
    fitted = namespace["Mean"](1.0).fit(np.eye(2))
    assert not fitted.predict().flags.writeable
    np.testing.assert_array_equal(fitted.predict(), [1.5, 1.5])
