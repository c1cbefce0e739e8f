"""What the kernel refused to a program, for staff: the system calls that failed, with the cell that made them.

Neither seccomp nor Landlock tells anybody but the program and the system's audit log. So a program can be watched with
``ptrace``, as ``strace`` would: every call stops it twice, which makes it slow, and is why grading never does this. The
locks are the same. A program that is watched marks the beginning of its cells by renaming its thread.

Sources: ``ptrace(2)``; ``struct ptrace_syscall_info`` in ``linux/ptrace.h``.
"""

import ctypes
import errno
import os
import signal
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import SandboxUnavailable
from autograder.sandbox.syscalls import syscall, this_machine

_SEIZE, _INTERRUPT, _CONTINUE, _GET_SYSCALL_INFO, _PEEK = 0x4206, 0x4207, 24, 0x420E, 2
_OPTIONS = 0x1 | 0x8 | 0x100000  # tell calls from signals; follow new threads; kill if we are gone
_ALL, _OURS = 0x40000000, 0x20000000  # threads too; only what this thread of ours watches
_EXIT = 2  # the kind of a stop at the end of a call
_INFO = struct.Struct("=B3xIQQQ6Q")  # kind, architecture, two pointers; number and arguments, or result
_RENAME = 15  # PR_SET_NAME
_WRITING = 0o3 | 0o100 | 0o1000 | 0o20000000
MAX_TEXT = 300
MAX_DENIALS = 1000

# Calls whose first, and whose second argument is a path
_FIRST = """open stat lstat access readlink mkdir rmdir unlink rename link symlink chmod chown truncate execve chdir
statfs creat mknod chroot inotify_add_watch setxattr"""
_SECOND = """openat newfstatat statx faccessat faccessat2 readlinkat mkdirat unlinkat renameat renameat2 linkat
symlinkat fchmodat fchownat utimensat execveat mknodat"""
_PATHS = dict.fromkeys(_FIRST.split(), 0) | dict.fromkeys(_SECOND.split(), 1)
_OPENING = {"open": 1, "openat": 2}  # where the flags are
_REFUSED = {errno.EPERM: "EPERM", errno.EACCES: "EACCES", errno.ENOENT: "ENOENT", errno.EROFS: "EROFS"}


@dataclass(frozen=True, slots=True, order=True)
class Denial:
    """One call that was refused."""

    cell: str
    """Such as "cell 7", or "" before the first."""
    call: str
    what: str
    """The path or kind of socket, as far as it is known. The program chose it: neutralise it before showing it."""
    answer: str
    """``EPERM``: no such call for programs; ``EACCES``: not this file; ``ENOENT``: hidden, though it exists outside."""


@dataclass(slots=True)
class Tracer:
    """Watches one process, given by its number here, from a thread of its own until the process ends."""

    pid: int
    denials: Counter[Denial] = field(default_factory=Counter)
    _cell: str = ""
    _entries: dict[int, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    _started: threading.Event = field(default_factory=threading.Event)
    _refusal: str = ""
    _thread: threading.Thread | None = None

    def attach(self) -> None:
        """Begin to watch; return when every further call of the process will be seen.

        Raises
        ------
        SandboxUnavailable
            If this machine does not allow it.
        """
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        self._started.wait()
        if self._refusal:
            raise SandboxUnavailable(
                f"this machine does not let the grader watch a program ({self._refusal}); a container must allow "
                "ptrace, and kernel.yama.ptrace_scope must be below 3"
            )

    def join(self) -> None:
        """Wait for the end of the process."""
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        try:
            syscall("ptrace", _SEIZE, self.pid, 0, _OPTIONS)
            syscall("ptrace", _INTERRUPT, self.pid)
        except OSError as error:
            self._refusal = str(error)
            self._started.set()
            return
        while True:
            try:
                thread, status = os.waitpid(-1, _ALL | _OURS)
            except ChildProcessError:
                return
            if os.WIFSTOPPED(status):
                self._stopped(thread, status)

    def _stopped(self, thread: int, status: int) -> None:
        stop, event = os.WSTOPSIG(status), status >> 16
        deliver = 0
        try:
            if stop == signal.SIGTRAP | 0x80:
                self._call(thread)
            elif not event:
                deliver = stop
            syscall("ptrace", _CONTINUE, thread, 0, deliver)
        except ProcessLookupError:
            pass  # killed while it was stopped
        self._started.set()

    def _call(self, thread: int) -> None:
        """Note the beginning of a call, or its end if it was refused."""
        info = ctypes.create_string_buffer(88)
        syscall("ptrace", _GET_SYSCALL_INFO, thread, len(info), ctypes.addressof(info))
        kind, _, _, _, first, *arguments = _INFO.unpack_from(info.raw)
        if kind != _EXIT:
            self._entries[thread] = first, tuple(arguments)
            if first == this_machine().numbers["prctl"] and arguments[0] == _RENAME:
                self._cell = self._text(thread, arguments[1])
        elif thread in self._entries:
            number, given = self._entries.pop(thread)
            answer = _REFUSED.get((1 << 64) - first)
            if answer:
                self._note(thread, number, given, answer)

    def _note(self, thread: int, number: int, arguments: tuple[int, ...], answer: str) -> None:
        call = _names().get(number, f"system call {number}")
        path = self._text(thread, arguments[_PATHS[call]]) if call in _PATHS else ""
        if answer == "ENOENT" and not (path.startswith("/") and Path(path).exists()):
            return  # absent for everybody
        what = path
        if call in _OPENING and arguments[_OPENING[call]] & _WRITING:
            what += " (to write)"
        elif call in ("socket", "socketpair"):
            what = _family(arguments[0])
        denial = Denial(self._cell, call, what, answer)
        if denial in self.denials or len(self.denials) < MAX_DENIALS:
            self.denials[denial] += 1

    def _text(self, thread: int, address: int) -> str:
        """Read a text from the program's memory, a word at a time."""
        data = b""
        word = ctypes.c_uint64()
        while b"\0" not in data and len(data) < MAX_TEXT:
            try:
                syscall("ptrace", _PEEK, thread, address + len(data), ctypes.addressof(word))
            except OSError:
                break
            data += struct.pack("=Q", word.value)
        return data.partition(b"\0")[0].decode(errors="replace")


def _names() -> dict[int, str]:
    return {number: name for name, number in this_machine().numbers.items() if number is not None}


def _family(number: int) -> str:
    try:
        return socket.AddressFamily(number).name
    except ValueError:
        return f"family {number}"
