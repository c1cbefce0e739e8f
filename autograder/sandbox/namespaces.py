"""Namespaces of the launcher's own: processes, network, mounts and messages of the machine do not exist in them.

An ordinary user needs a user namespace to be allowed the others, and stays who they are in it. Root needs none; a
program of root's becomes another user without capabilities, here as without namespaces.

Sources: ``namespaces(7)``, ``user_namespaces(7)``, ``pivot_root(2)``, ``mount_setattr(2)``.
"""

import ctypes
import os
import signal
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from autograder.sandbox.syscalls import syscall
from autograder.sandbox.view import Step, View

HOSTNAME = "autograder-sandbox"

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_OTHERS = 0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000  # cgroup, uts, ipc, pid, net

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_MS_BIND, _MS_REC, _MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
_MNT_DETACH = 2
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_ATTR_READ_ONLY, _ATTR_NOSUID = 1, 2

_PR_SET_PDEATHSIG = 1

# The new root is put together on top of a folder that every system has and that no view shows anything of.
_SITE = Path("/proc")


def obstacle(view: View) -> str:
    """Return why this machine refuses namespaces with such a view, or nothing. Tried in a child of its own."""

    def attempt() -> None:
        _separate()
        if reason := _reason_of(lambda: _build(view)):
            raise OSError(reason)

    return _reason_of(attempt)


def enter(view: View) -> None:
    """Go on in a child inside namespaces; the calling process stays behind, waits, and ends as the child does.

    Call it in a process with a single thread, after :func:`obstacle` has found none.

    Raises
    ------
    OSError
        If the machine refuses.
    """
    _separate()
    parent_end, child_end = socket.socketpair()
    if child := os.fork():
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # above all the control socket, whose end the child has to notice
        _end_as(child)
    parent_end.close()
    child_end.close()
    syscall("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)
    _build(view)


def _end_as(child: int) -> NoReturn:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(code if code >= 0 else 128 - code)


def _reason_of(action: Callable[[], None]) -> str:
    """Run an action in a child; return what it raised."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the reason
            os.write(write, str(error).encode()[:4096])
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as reasons:
        reason = reasons.read().decode()
    os.waitpid(child, 0)
    return reason


def _separate() -> None:
    """Leave all namespaces of the machine but that of processes, which the next child is the first in."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        syscall("unshare", _CLONE_NEWNS | _OTHERS)
        return
    syscall("unshare", _CLONE_NEWUSER | _CLONE_NEWNS | _OTHERS)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")


def _build(view: View) -> None:
    """Put the view together and make it this process's root."""
    hostname = ctypes.create_string_buffer(HOSTNAME.encode())
    syscall("sethostname", ctypes.addressof(hostname), len(HOSTNAME))
    _mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
    _mount("tmpfs", str(_SITE), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=1m")
    for step in view.steps:
        _take(step)
    (_SITE / "proc").mkdir()
    _set_attributes(_SITE, add=_ATTR_READ_ONLY | _ATTR_NOSUID, recursive=True)
    for step in view.steps:
        if step.kind == "write" or step.path == "/tmp":  # noqa: S108 - the view's own
            _set_attributes(_at(step.path), remove=_ATTR_READ_ONLY)
    _mount("proc", str(_SITE / "proc"), "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    os.chdir(_SITE)
    here = ctypes.create_string_buffer(b".")
    syscall("pivot_root", ctypes.addressof(here), ctypes.addressof(here))  # the old root now lies over the new one,
    syscall("umount2", ctypes.addressof(here), _MNT_DETACH)  # and is taken off
    os.chdir("/")


def _take(step: Step) -> None:
    there = _at(step.path)
    there.parent.mkdir(parents=True, exist_ok=True)
    match step.kind:
        case "link":
            there.symlink_to(step.target)
        case "folder":
            there.mkdir(exist_ok=True)
        case "empty":
            there.mkdir(exist_ok=True)
            _mount("tmpfs", str(there), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=1m")
        case _:
            if Path(step.path).is_dir():
                there.mkdir(exist_ok=True)
            else:
                there.touch()
            _mount(step.path, str(there), flags=_MS_BIND | _MS_REC)


def _at(path: str) -> Path:
    return _SITE / path.lstrip("/")


def _mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    texts = [ctypes.create_string_buffer(os.fsencode(text)) for text in (source, target, kind, options)]
    where = [ctypes.addressof(text) for text in texts]
    try:
        syscall("mount", where[0], where[1], where[2] if kind else 0, flags, where[3] if options else 0)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} ({source} on {target})") from None


def _set_attributes(path: Path, add: int = 0, remove: int = 0, *, recursive: bool = False) -> None:
    """Change a mount's flags, without touching the others as a remount would."""
    attributes = ctypes.create_string_buffer(struct.pack("=4Q", add, remove, 0, 0), 32)
    name = ctypes.create_string_buffer(os.fsencode(path))
    syscall(
        "mount_setattr", _AT_FDCWD, ctypes.addressof(name), _AT_RECURSIVE if recursive else 0,
        ctypes.addressof(attributes), len(attributes),
    )  # fmt: skip
