"""The launcher inside bubblewrap, the common tool for namespaces: some systems allow them to it and to nobody else."""

import functools
import os
import shutil
import subprocess
import sys

from autograder.sandbox.namespaces import HOSTNAME
from autograder.sandbox.view import View

PROGRAM = "bwrap"
PATIENCE = 20.0  # seconds for a trial, which takes some milliseconds

_OPTIONS = {
    "folder": ("--dir", 1),
    "empty": ("--tmpfs", 1),
    "show": ("--ro-bind", 2),
    "device": ("--dev-bind", 2),
    "write": ("--bind", 2),
}


def command(view: View) -> list[str]:
    """Return the words to write before a command so that it runs in namespaces and sees the view.

    The command becomes the first process, as it would with :func:`autograder.sandbox.namespaces.enter`. It does not
    die with the thread that starts it, which may be short-lived; it ends at the end of its control socket.
    """
    program = shutil.which(PROGRAM) or PROGRAM  # the launcher's environment has a search path of its own
    words = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        words.append("--unshare-user")
    words += ["--hostname", HOSTNAME, "--as-pid-1"]
    for step in view.steps:
        if step.kind == "link":
            words += ["--symlink", step.target, step.path]
        else:
            option, arguments = _OPTIONS[step.kind]
            words += [option, *[step.path] * arguments]
    return [*words, "--proc", "/proc", "--remount-ro", "/", "--chdir", "/", "--"]


@functools.cache
def obstacle(view: View) -> str:
    """Return why bubblewrap cannot be used here, or nothing: the interpreter is started in it, once for each view."""
    if shutil.which(PROGRAM) is None:
        return "bubblewrap is not installed"
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, which does nothing
            [*command(view), sys.executable, "-I", "-S", "-c", ""],
            env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"it ended with {done.returncode}")
