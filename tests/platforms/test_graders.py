"""Graders that outlive one submission."""

import sys

import pytest

from autograder.errors import SandboxUnavailable
from autograder.platforms import graders
from autograder.submission import read_submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def test_a_grader_is_opened_once_and_closed_when_python_ends(rows, normalise, monkeypatch):
    monkeypatch.setattr(graders, "_graders", {})
    closing = []
    monkeypatch.setattr(graders.atexit, "register", lambda function, *arguments: closing.append((function, arguments)))
    grader = graders.warm_grader(rows, "L2")
    assert graders.warm_grader(rows, "L2") is grader
    assert grader.grade(read_submission(normalise.encode(), "ada.py", "ada")).score == 10
    ((close, arguments),) = closing
    close(*arguments)


def test_a_machine_that_cannot_confine_is_no_grader(rows, monkeypatch):
    monkeypatch.setattr(graders, "_graders", {})
    monkeypatch.setattr("autograder.grade.level", lambda stopped: "L1")
    with pytest.raises(SandboxUnavailable):
        graders.warm_grader(rows, "L2")
    assert graders._graders == {}
