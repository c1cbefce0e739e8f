"""The file system as confined code sees it: a list of paths to read, and nothing else.

Landlock needs no privileges. A set of rules is made once and then binds each process that restricts itself with it, for
good. It does not hide that a path exists, nor its size and times: ``stat`` and ``readlink`` stay possible.

Source: ``Documentation/userspace-api/landlock.rst`` of the Linux kernel.
"""

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.syscalls import syscall

READ_FILE = 1 << 2
READ_DIR = 1 << 3

# Rights that the rules take away, by the version of the interface that introduced them
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # ..., linking elsewhere, truncate, device ioctl
_NETWORK_RIGHTS = {4: 0b11}  # bind and connect with TCP
_SCOPES = {6: 0b11}  # abstract unix sockets and signals stay among processes confined alike

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_LOG_SAME_EXEC_OFF = 1


def version() -> int:
    """Return the version of the kernel's Landlock interface, 0 if there is none."""
    try:
        return syscall("landlock_create_ruleset", 0, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def create_ruleset(readable: Sequence[Path], listable: Sequence[Path] = ()) -> int:
    """Make a set of rules and return its descriptor, which belongs to the caller.

    Parameters
    ----------
    readable
        Files, and directories with all below them, that stay readable.
    listable
        Directories in which, and below which, names stay listable without the files being readable.

    Raises
    ------
    OSError
        If the kernel has no Landlock, or a path cannot be opened.
    """
    known = version()
    if not known:
        raise OSError(errno.ENOSYS, "this kernel, or the container around us, offers no Landlock")
    attributes = ctypes.create_string_buffer(
        struct.pack("=3Q", *(_up_to(known, rights) for rights in (_FILE_RIGHTS, _NETWORK_RIGHTS, _SCOPES))), 24
    )
    ruleset = syscall("landlock_create_ruleset", ctypes.addressof(attributes), len(attributes))
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        for path in listable:
            _allow(ruleset, path, READ_DIR)
    except OSError:
        os.close(ruleset)
        raise
    return ruleset


def restrict_self(ruleset: int) -> None:
    """Bind this thread, and all it may start, to a set of rules for good, and close its descriptor.

    Needs ``no_new_privs`` or root. Denials are kept out of the system's audit log, which they could flood.
    """
    syscall("landlock_restrict_self", ruleset, _LOG_SAME_EXEC_OFF if version() >= 7 else 0)
    os.close(ruleset)


def _up_to(known: int, rights: dict[int, int]) -> int:
    return sum(bits for introduced, bits in rights.items() if introduced <= known)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= READ_FILE  # the kernel refuses rules that make no sense for a file
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
        syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, ctypes.addressof(rule))
    finally:
        os.close(descriptor)
