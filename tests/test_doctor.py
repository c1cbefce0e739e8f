"""The diagnosis: the level that canaries prove, and advice where it is too low."""

import sys

import pytest

from autograder import doctor
from autograder.errors import SandboxUnavailable
from autograder.render import diagnosis


def test_a_machine_that_cannot_confine_is_told_what_to_do(monkeypatch):
    def fail():
        raise SandboxUnavailable("no kernel help here")

    monkeypatch.setattr(doctor, "_attack", fail)
    found = doctor.diagnose()
    assert (found.level, found.safe) == ("L0", False)
    assert found.advice[0] == "no kernel help here"
    if sys.platform == "linux":
        assert "Landlock" in found.advice[1]


def test_other_systems_are_told_that_grading_needs_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "grading needs Linux" in doctor._advice("L0", {})[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
def test_this_machine_is_safe():
    found = doctor.diagnose()
    assert found.safe
    assert found.level in ("L2", "L3")
    assert len(found.advice) == (found.level == "L2")
    assert diagnosis.table(found)
    assert found.as_dict()["level"] == found.level


def test_what_refuses_namespaces_is_told():
    (told,) = doctor._advice("L2", {"bubblewrap": "bubblewrap is not installed", "unshare": "Operation not permitted"})
    assert "install bubblewrap" in told
    assert told.endswith("(bubblewrap: bubblewrap is not installed; unshare: Operation not permitted)")
    assert doctor._advice("L3", {"bubblewrap": ""}) == []
