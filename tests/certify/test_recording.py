"""Recorded tests say what the tests say, and note how close it was."""

import math

import pytest

from autograder.certify.recording import recorded
from autograder.errors import Raised
from autograder.model import Outcome, Visibility
from autograder.plugin import Test
from autograder.testing import agree, shaped
from autograder.verdict import run


def a_test(function, **cases):
    fields = ("exercise", 1.0, "sentence", "", Visibility.HIDDEN, function)
    return Test("test_it", *fields, {name: {"x": x} for name, x in cases.items()}, "file", 1)


def errors_of(answer, **cases):
    def function(student, x):
        agree(student(x), x, rtol=1e-3, atol=0)

    (test,), errors = recorded([a_test(function, **cases)])
    return run(test, answer).outcome, errors.get("test_it")


def test_the_worst_of_all_cases_is_noted():
    assert errors_of(lambda x: x * 1.0005, a=1.0, b=2.0) == (Outcome.PASSED, pytest.approx(0.5))
    assert errors_of(lambda x: x, a=1.0) == (Outcome.PASSED, 0)


def test_a_wrong_answer_is_as_wrong_as_in_its_worst_case():
    assert errors_of(lambda x: x * 1.01 if x < 2 else x * 1.5, a=1.0, b=2.0) == (Outcome.FAILED, pytest.approx(500))
    assert errors_of(lambda x: x * 1.01, a=1.0, b=1.5) == (Outcome.FAILED, pytest.approx(10))


def test_another_reason_to_fail_is_infinitely_far():
    assert errors_of(lambda x: [x], a=1.0) == (Outcome.FAILED, math.inf)
    assert errors_of(lambda x: x + (1 if x > 1 else 0) * [1][0] if x < 3 else "x", a=1.0, b=3.0) == (
        Outcome.FAILED,
        math.inf,
    )


def test_what_is_raised_stops_the_test():
    def raising(x):
        raise Raised("f raised")

    assert errors_of(raising, a=1.0) == (Outcome.RAISED, None)


def test_a_test_without_closeness_leaves_no_entry():
    (test,), errors = recorded([a_test(lambda student, x: shaped(x, ()), a=1.0)])
    assert run(test, None).outcome is Outcome.PASSED
    assert errors == {}
