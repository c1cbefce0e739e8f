"""The launcher: what it proves, how it fails, and that nothing stays when it ends."""

import sys
import time
from pathlib import Path

import pytest

from autograder.errors import SandboxUnavailable
from autograder.sandbox.canaries import CANARIES, level
from autograder.sandbox.launcher import Profile, Sandbox

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("process"),
]


def test_every_canary_is_stopped_here(sandbox):
    stopped = sandbox.canaries()
    assert set(stopped) == {canary.name for canary in CANARIES}
    assert [name for name, held in stopped.items() if not held] == []
    assert level(stopped) == "L2"


def test_two_programs_of_one_sandbox_share_nothing(program):
    first, _ = program("import numpy as np\nnp.SECRET = 7\ndef f():\n    return np.SECRET")
    second, _ = program("import numpy as np\ndef f():\n    return hasattr(np, 'SECRET')")
    assert first.f() == 7
    assert second.f() is False


def test_no_process_is_left_behind(short_limits):
    with Sandbox(Profile(limits=short_limits)) as sandbox, sandbox.program([(1, "x = 1")], []) as made:
        zygote, child = sandbox._process.pid, made._process._pid
        assert Path(f"/proc/{child}").exists()
    assert not Path(f"/proc/{zygote}").exists()
    deadline = time.monotonic() + 5
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _alive(child)


def _alive(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_dead_launcher_is_our_fault_and_says_so(short_limits):
    with Sandbox(Profile(limits=short_limits)) as sandbox:
        sandbox.canaries()
        sandbox._process.kill()
        sandbox._process.wait()
        with pytest.raises(SandboxUnavailable, match="the sandbox's launcher does not answer"):
            sandbox.spawn()


def test_a_launcher_that_cannot_start_says_why(short_limits):
    broken = Sandbox(Profile(packages=("scikit-learn",), limits=short_limits))
    with broken, pytest.raises(SandboxUnavailable, match="scikit-learn"):
        broken.canaries()


@pytest.mark.parametrize("missing", ["landlock", "seccomp"])
def test_the_level_is_what_the_canaries_prove(missing, short_limits):
    layers = {"limits", "identity", "landlock", "seccomp"} - {missing}
    with Sandbox(Profile(limits=short_limits), layers=sorted(layers)) as sandbox:
        assert level(sandbox.canaries()) == {"landlock": "L1", "seccomp": "L0"}[missing]
