"""Record how close the checks of each test were: the same tests, with somebody listening."""

import contextlib
import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from autograder.errors import AnswerError
from autograder.plugin import Test
from autograder.testing.observing import listening
from autograder.testing.student import Student

FAR = 1e6  # a wrong answer this many times further off than allowed needs no second look


def recorded(tests: Sequence[Test]) -> tuple[list[Test], dict[str, float]]:
    """Return tests that say the same of one submission, and a dict that they fill: by test, the largest error.

    Errors are in units of what is allowed; inf stands for a failure that has nothing to do with closeness. A test
    whose checks of closeness are never reached leaves no entry.
    """
    errors: dict[str, float] = {}
    return [_recorded(test, errors) for test in tests], errors


def _recorded(test: Test, errors: dict[str, float]) -> Test:
    cases = iter(test.cases.values())  # grading goes through them in order, and stops at the first that fails

    def note(error: float) -> None:
        errors[test.name] = max(error, errors.get(test.name, 0.0))

    def function(student: Student, **values: Any) -> None:
        next(cases)
        try:
            with listening(note):
                test.function(student, **values)
        except AssertionError:
            if errors.get(test.name, 0.0) <= 1:
                errors[test.name] = math.inf
            for case in cases:  # a test rejects by the largest error of all its cases
                if errors[test.name] >= FAR:
                    break
                with contextlib.suppress(AnswerError, AssertionError), listening(note):
                    test.function(student, **case)
            raise

    return dataclasses.replace(test, function=function)
