"""Namespaces entered without help: what is inside, what is not, and how it ends."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from autograder.sandbox.canaries import surroundings
from autograder.sandbox.namespaces import HOSTNAME, enter, obstacle
from autograder.sandbox.policy import readable_paths
from autograder.sandbox.view import Step, View

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def names(place):
    """Return what is in a folder."""
    return sorted(path.name for path in Path(place).iterdir())


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    cache = tmp_path_factory.mktemp("cache")
    (folder / "data").mkdir()
    (folder / "solution.py").touch()
    found = View.of([*readable_paths([]), folder / "data"], folder, [cache])
    if reason := obstacle(found):
        pytest.skip(f"this machine allows no namespaces: {reason}")
    return found


@pytest.fixture
def inside(forked, view):
    """Return a function that runs another inside namespaces and returns what it returns."""

    def run(function):
        def entered(_):
            enter(view)
            return function()

        return forked(entered)

    return run


def test_everything_of_the_machine_is_elsewhere(inside):
    mine, theirs = surroundings(), inside(surroundings)
    assert [kind for kind in mine if mine[kind] == theirs[kind]] == []
    assert theirs["hostname"] == HOSTNAME


def test_it_is_the_first_of_its_processes_and_sees_no_other(inside):
    assert inside(os.getpid) == 1
    assert inside(lambda: [name for name in names("/proc") if name.isdigit()]) == ["1"]


def test_there_is_no_network(inside):
    devices = inside(lambda: Path("/proc/net/dev").read_text().splitlines()[2:])
    assert {line.split(":")[0].strip() for line in devices} <= {"lo"}


def test_only_the_view_exists(inside, view):
    (folder,) = (step.path for step in view.steps if step.kind == "folder" and step.path != "/")
    assert inside(lambda: names(folder)) == ["data"]
    assert inside(lambda: Path(__file__).exists()) is False
    assert not {"sys", "home", "boot", "run"}.intersection(inside(lambda: names("/")))


@pytest.mark.parametrize("place", ["/", "/dev", "/usr/lib"])
def test_it_cannot_be_written(inside, place):
    assert inside(lambda: os.open(f"{place}/x", os.O_CREAT | os.O_WRONLY)) == "EROFS"


def test_the_places_for_the_launcher_can_be_written(inside, view):
    (cache,) = (step.path for step in view.steps if step.kind == "write")
    private = Path("/tmp", f"seen-inside-{os.getpid()}")
    assert inside(lambda: private.write_text("abc")) == 3
    assert inside(lambda: Path(cache, "kept").write_text("abc")) == 3
    assert Path(cache, "kept").read_text() == "abc"
    assert not private.exists()


def test_the_one_that_stays_behind_ends_as_the_other_does(view):
    def ended(kill):
        if (child := os.fork()) == 0:
            enter(view)
            signal.pause() if kill else os._exit(7)
        children = Path(f"/proc/{child}/task/{child}/children")
        while kill and not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            for number in children.read_text().split():
                os.kill(int(number), signal.SIGKILL)
            time.sleep(0.01)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert ended(kill=False) == 7
    assert ended(kill=True) == 128 + signal.SIGKILL


def test_it_dies_with_the_one_that_stays_behind(view):
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        enter(view)
        os.write(write, b"ready")
        signal.pause()
    os.close(write)
    assert os.read(read, 5) == b"ready"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert os.read(read, 1) == b"", "its end of the pipe closes when it is gone"
    os.close(read)


def test_a_refusal_says_what_could_not_be_done(view):
    missing = View((*view.steps, Step("show", "/no/such/folder")))
    assert obstacle(missing).endswith("mount: No such file or directory (/no/such/folder on /proc/no/such/folder)")
