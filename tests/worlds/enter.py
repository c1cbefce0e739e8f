"""Run a command as another user, or on a machine that seems to lack something.

    python tests/worlds/enter.py [--forbid namespaces] [--forbid landlock] [--user ID --scene FOLDER] -- COMMAND …

``--forbid`` installs a filter of system calls before the command starts: namespaces are refused as containers refuse
them, Landlock is as absent as on an old kernel. ``--user`` needs root. The interpreter, the packages and the checkout
may lie where that user cannot go; in a mount namespace of their own they appear in FOLDER as well, as ``python``,
``packages`` and ``checkout``, with a virtual environment ``venv`` of them.
"""

import argparse
import ctypes
import errno
import os
import sys
import sysconfig
from pathlib import Path

from autograder.sandbox.seccomp import _LAYOUT as LAYOUT
from autograder.sandbox.seccomp import ALLOW, AND, ARGUMENTS, EQUAL, ERRNO, LOAD, NUMBER, RETURN, Instruction, install
from autograder.sandbox.syscalls import syscall, this_machine

ROOT = Path(__file__).parents[2]
NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
NO_NEW_PRIVILEGES = 38
MOUNT_NAMESPACE, RECURSIVE, PRIVATE, BIND = 0x20000, 1 << 14, 1 << 18, 1 << 12


def filter_of(forbidden):
    """Return a filter that allows everything but what is forbidden."""
    numbers = this_machine().numbers
    program: list[Instruction] = [(LOAD, 0, 0, NUMBER)]
    if "landlock" in forbidden:
        for name in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
            program += [(EQUAL, 0, 1, numbers[name]), (RETURN, 0, 0, ERRNO | errno.ENOSYS)]
    if "namespaces" in forbidden:
        program += [(EQUAL, 0, 1, numbers["clone3"]), (RETURN, 0, 0, ERRNO | errno.ENOSYS)]
        for name in ("unshare", "clone"):
            program += [
                (EQUAL, 0, 5, numbers[name]),
                (LOAD, 0, 0, ARGUMENTS),
                (AND, 0, 0, NEW_NAMESPACES),
                (EQUAL, 1, 0, 0),
                (RETURN, 0, 0, ERRNO | errno.EPERM),
                (RETURN, 0, 0, ALLOW),
            ]
    program.append((RETURN, 0, 0, ALLOW))
    return b"".join(LAYOUT.pack(*instruction) for instruction in program)


def show(source, target):
    """Let a folder appear in another place too."""
    target.mkdir()
    names = [ctypes.create_string_buffer(os.fsencode(path)) for path in (source, target)]
    syscall("mount", *map(ctypes.addressof, names), 0, BIND | RECURSIVE, 0)


def set_scene(folder):
    """Let the interpreter, the packages and the checkout appear where every user can go."""
    syscall("unshare", MOUNT_NAMESPACE)
    names = [ctypes.create_string_buffer(text) for text in (b"none", b"/")]
    syscall("mount", *map(ctypes.addressof, names), 0, RECURSIVE | PRIVATE, 0)
    folder.chmod(0o755)
    show(Path(sys.base_prefix), folder / "python")
    show(ROOT, folder / "checkout")
    packages = Path(sysconfig.get_path("purelib"))
    inside = folder / "venv" / packages.relative_to(sys.prefix)
    (folder / "venv" / "bin").mkdir(parents=True)
    (folder / "venv" / "bin" / "python").symlink_to(folder / "python" / "bin" / "python3")
    (folder / "venv" / "pyvenv.cfg").write_text(f"home = {folder / 'python' / 'bin'}\n")
    inside.parent.mkdir(parents=True)
    show(packages, inside)


def become(user, home):
    """Give up root for good."""
    home.mkdir()
    os.chown(home, user, user)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.environ["HOME"] = str(home)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--forbid", action="append", default=[], choices=["namespaces", "landlock"])
    parser.add_argument("--user", type=int)
    parser.add_argument("--scene", type=Path)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    if given.user is not None:
        set_scene(given.scene)
        become(given.user, given.scene / "home")
        os.chdir(given.scene / "checkout")
    if given.forbid:
        syscall("prctl", NO_NEW_PRIVILEGES, 1)
        install(filter_of(given.forbid))
    os.execvp(given.command[0], given.command)


if __name__ == "__main__":
    main()
