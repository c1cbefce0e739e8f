"""Watching a program: each refused call is seen, with its cell; what is allowed or absent for everybody is not."""

import os
import sys
from pathlib import Path

import pytest

from autograder.errors import SandboxUnavailable
from autograder.sandbox import tracer as module
from autograder.sandbox.launcher import Profile, Sandbox
from autograder.sandbox.tracer import Denial, Tracer

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("process"),
]


@pytest.fixture(params=["kernel", "namespaces"])
def denied(request, short_limits):
    """Return a function that runs cells, watched, and returns what was denied, and what hidden files answer."""
    ways = ("bubblewrap", "unshare") if request.param == "namespaces" else ()
    with Sandbox(Profile(limits=short_limits), namespaces=ways) as sandbox:
        hidden = "ENOENT" if "" in sandbox.refusals().values() else "EACCES"

        def run(*cells):
            tracers = []

            def watch(pid):
                tracers.append(Tracer(pid))
                tracers[-1].attach()

            sandbox.watch = watch
            with sandbox.program(list(enumerate(cells, 1)), []):
                pass
            for each in tracers:
                each.join()
            return {denial: n for each in tracers for denial, n in each.denials.items()}, hidden

        yield run


def test_refused_calls_are_seen_with_their_cells(denied):
    found, hidden = denied(
        "import os, socket",
        "open('/etc/passwd')",
        "for _ in range(2):\n    try:\n        socket.socket(socket.AF_INET6)\n    except OSError:\n        pass",
        "open('/tmp/x', 'w')",
        "os.mkdir('/tmp/y')",
        "import ctypes\nctypes.CDLL(None).syscall(100000)\nctypes.CDLL(None).socket(77, 1, 0)",
    )
    assert found == {
        Denial("cell 2", "openat", "/etc/passwd", hidden): 1,
        Denial("cell 3", "socket", "AF_INET6", "EPERM"): 2,
        Denial("cell 4", "openat", "/tmp/x (to write)", "EPERM"): 1,
        Denial("cell 5", "mkdir", "/tmp/y", "EPERM"): 1,
        Denial("cell 6", "system call 100000", "", "EPERM"): 1,
        Denial("cell 6", "socket", "family 77", "EPERM"): 1,
    }


def test_what_is_absent_for_everybody_is_no_denial(denied):
    found, _ = denied("try:\n    open('/no/such/file')\nexcept OSError:\n    pass", "open('data/relative.csv')")
    assert found == {}


def test_threads_signals_and_sudden_ends_do_not_confuse_it(denied):
    found, hidden = denied(
        "import os, signal, threading\nsignal.signal(signal.SIGUSR1, lambda *a: None)",
        "os.kill(os.getpid(), signal.SIGUSR1)",
        "t = threading.Thread(target=lambda: os.listdir('/home'))\nt.start()\nt.join()",
        "os.kill(os.getpid(), signal.SIGKILL)",
    )
    assert Denial("cell 3", "openat", "/home", hidden) in found


def test_the_list_is_bounded(denied, monkeypatch):
    monkeypatch.setattr(module, "MAX_DENIALS", 5)
    found, _ = denied(
        "import os\nfor i in range(20):\n    try:\n        os.mkdir(f'/tmp/{i}')\n    except OSError:\n        pass"
    )
    assert len(found) == 5


def test_where_watching_is_not_allowed_that_is_said():
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)  # nobody has this number now
    with pytest.raises(SandboxUnavailable, match=r"does not let the grader watch a program \(.*No such process"):
        Tracer(child).attach()


def test_nothing_is_watched_in_grading(short_limits):
    with Sandbox(Profile(limits=short_limits)) as sandbox, sandbox.program([(1, "x = 1")], []) as program:
        status = Path(f"/proc/{program._process.pid}/status").read_text()
        assert "TracerPid:\t0\n" in status
