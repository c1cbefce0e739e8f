"""The launcher: what it proves, how it fails, and that nothing stays when it ends."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.errors import SandboxUnavailable
from autograder.sandbox.canaries import CANARIES, level
from autograder.sandbox.launcher import Profile, Sandbox
from autograder.sandbox.view import Step, View
from autograder.testing.student import Student

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("process"),
]


def test_every_canary_is_stopped_here(sandbox):
    stopped = sandbox.canaries()
    assert set(stopped) == {canary.name for canary in CANARIES}
    namespaced = "" in sandbox.refusals().values()
    possible = {canary.name for canary in CANARIES if canary.level == "L3" and not namespaced}
    assert {name for name, held in stopped.items() if not held} == possible
    assert level(stopped) == ("L3" if namespaced else "L2")


def test_a_process_and_its_grader_share_a_processor_until_it_ends(sandbox):
    before = os.sched_getaffinity(0)
    with sandbox.spawn() as process:
        assert os.sched_getaffinity(process.pid) == os.sched_getaffinity(0)
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_without_namespaces_the_level_is_lower(short_limits):
    with Sandbox(Profile(limits=short_limits), namespaces=()) as sandbox:
        assert level(sandbox.canaries()) == "L2"
        assert sandbox.refusals() == {}


def test_ways_to_namespaces_are_tried_in_turn_and_their_refusals_kept(short_limits, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.bubblewrap.obstacle", lambda view: "not today")
    with Sandbox(Profile(limits=short_limits)) as sandbox:
        refusals = sandbox.refusals()
        assert list(refusals) == ["bubblewrap", "unshare"]
        assert refusals["bubblewrap"] == "not today"
        assert level(sandbox.canaries()) == ("L2" if refusals["unshare"] else "L3")


def test_where_no_view_can_be_made_there_are_no_namespaces(short_limits, monkeypatch):
    def fail(*_):
        raise OSError("a circle of links")

    monkeypatch.setattr("autograder.sandbox.launcher.View.of", fail)
    with Sandbox(Profile(limits=short_limits)) as sandbox:
        assert level(sandbox.canaries()) == "L2"
        assert sandbox.refusals() == {"bubblewrap": "a circle of links", "unshare": "a circle of links"}


def test_a_view_that_shows_too_much_is_noticed(short_limits, monkeypatch):
    smallest = View.of
    more = Step("show", "/etc/passwd")
    monkeypatch.setattr("autograder.sandbox.launcher.View.of", lambda *given: View((*smallest(*given).steps, more)))
    with Sandbox(Profile(limits=short_limits)) as sandbox:
        assert level(sandbox.canaries()) == "L2"
        assert sandbox.canaries()["see that system files exist"] is False


def test_namespaces_hold_the_checkout_but_for_what_runs_beside_the_student(short_limits):
    root = Path(__file__).parents[2]
    list_all = "import os\ndef f(top):\n    return [name for name in NAMES if os.path.exists(os.path.join(top, name))]"
    names = ["autograder/wire.py", "autograder/sandbox", "autograder/plugin.py", "solutions", "reference", "tests"]
    cells = [(1, f"NAMES = {names}"), (2, list_all), (3, "def interfaces():\n    return os.path.exists('/sys')")]
    with Sandbox(Profile(limits=short_limits)) as sandbox:
        if level(sandbox.canaries()) != "L3":
            pytest.skip(f"no namespaces here: {sandbox.refusals()}")
        with sandbox.program(cells, []) as made:
            student = Student(made)
            assert student.f(str(root)) == ["autograder/wire.py", "autograder/sandbox"]
            assert student.interfaces() is False


def test_two_programs_of_one_sandbox_share_nothing(program):
    first, _ = program("import numpy as np\nnp.SECRET = 7\ndef f():\n    return np.SECRET")
    second, _ = program("import numpy as np\ndef f():\n    return hasattr(np, 'SECRET')")
    assert first.f() == 7
    assert second.f() is False


def test_no_process_is_left_behind(short_limits):
    with Sandbox(Profile(limits=short_limits)) as sandbox, sandbox.program([(1, "x = 1")], []) as made:
        zygote, child = sandbox._process.pid, made._process.pid
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
        sandbox.kill()
        with pytest.raises(SandboxUnavailable, match="the sandbox's launcher does not answer"):
            sandbox.spawn()


def test_a_launcher_that_stays_when_asked_to_end_is_killed(short_limits, monkeypatch):
    with Sandbox(Profile(limits=short_limits)) as sandbox:
        sandbox.canaries()
        patience = subprocess.TimeoutExpired("zygote", 5)
        calls = []

        def wait(timeout=None):
            calls.append(timeout)
            if timeout is not None:
                raise patience
            return real()

        real = sandbox._process.wait
        monkeypatch.setattr(sandbox._process, "wait", wait)
    assert calls == [5, None]


def test_a_launcher_that_cannot_start_says_why(short_limits):
    broken = Sandbox(Profile(packages=("scikit-learn",), limits=short_limits))
    with broken, pytest.raises(SandboxUnavailable, match="scikit-learn"):
        broken.canaries()


@pytest.mark.parametrize("missing", ["landlock", "seccomp"])
def test_the_level_is_what_the_canaries_prove(missing, short_limits):
    layers = {"limits", "identity", "landlock", "seccomp"} - {missing}
    with Sandbox(Profile(limits=short_limits), layers=sorted(layers)) as sandbox:
        assert level(sandbox.canaries()) == {"landlock": "L1", "seccomp": "L0"}[missing]
