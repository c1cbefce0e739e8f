"""Bubblewrap: the words it is given, and what is said where it cannot be used."""

import os
import shutil
import sys

import pytest

from autograder.sandbox import bubblewrap
from autograder.sandbox.view import Step, View

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

STEPS = (
    Step("folder", "/course"),
    Step("empty", "/tmp"),
    Step("show", "/usr/lib"),
    Step("device", "/dev/null"),
    Step("write", "/cache"),
    Step("link", "/lib", "usr/lib"),
)


@pytest.fixture(autouse=True)
def _fresh():
    """Forget trials of other tests."""
    bubblewrap.obstacle.cache_clear()


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Return a function that puts a script in the place of bubblewrap."""

    def install(script):
        (tmp_path / "bwrap").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bwrap").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return install


@pytest.mark.parametrize(("user", "own"), [(0, False), (1000, True)])
def test_the_view_in_words(monkeypatch, user, own):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(shutil, "which", "/opt/{}".format)
    words = " ".join(bubblewrap.command(View(STEPS)))
    assert words.startswith("/opt/bwrap --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try ")
    assert ("--unshare-user" in words) == own
    assert (
        "--dir /course --tmpfs /tmp --ro-bind /usr/lib /usr/lib --dev-bind /dev/null /dev/null "
        "--bind /cache /cache --symlink usr/lib /lib --proc /proc --remount-ro / --chdir / --"
    ) in words


def test_where_it_is_missing_that_is_said(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert bubblewrap.obstacle(View(STEPS)) == "bubblewrap is not installed"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo first >&2; echo 'bwrap: not permitted' >&2; exit 1", "bwrap: not permitted"),
        ("exit 3", "it ended with 3"),
        ("exit 0", ""),
    ],
)
def test_its_own_words_are_the_reason(tool, script, said):
    tool(script)
    assert bubblewrap.obstacle(View(STEPS)) == said


def test_a_trial_that_takes_too_long_is_a_refusal(tool, monkeypatch):
    tool("exec sleep 60")
    monkeypatch.setattr(bubblewrap, "PATIENCE", 0.2)
    assert "timed out after 0.2 seconds" in bubblewrap.obstacle(View(STEPS))
