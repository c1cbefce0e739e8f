"""Denied calls of a submission, found by watching it."""

import sys

import pytest

from autograder.denied import denials_of
from autograder.sandbox.tracer import Denial
from autograder.submission import read_submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def found(course, text):
    return denials_of(course.assignment("01_rows"), read_submission(text.encode(), "ada.py", "ada"))


def test_an_honest_submission_meets_no_denial(course, normalise):
    assert found(course, normalise) == {}


def test_denied_calls_are_counted_over_restarts(course):
    text = "import socket\n# %%\nsocket.socket()\n# %%\nimport os\nos._exit(0)"
    assert found(course, text) == {Denial("cell 2", "socket", "AF_INET", "EPERM"): 1}
