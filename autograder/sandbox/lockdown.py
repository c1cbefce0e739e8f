"""Lock a forked process down before it runs student code. Linux only.

The trusted zygote calls :func:`prepare` once; every child it forks calls :func:`enter`, which ends in a process that

- has no descriptors but the one it was told to keep; 0, 1 and 2 are ``/dev/null``;
- dies with the zygote, cannot be inspected by others, and cannot gain privileges;
- is bounded in processor time, memory and files (layer ``limits``);
- is an unprivileged user, if the zygote is root (layer ``identity``);
- reads a list of paths and no others (layer ``landlock``);
- makes the system calls of :mod:`autograder.sandbox.policy` and no others (layer ``seccomp``).

Neither of the last two is enough alone: Landlock hides files, seccomp stops processes, signals, sockets and changes of
metadata. How strong the result is on this machine is not asked of the kernel but tried, by
:mod:`autograder.sandbox.canaries`.
"""

import ctypes
import errno
import os
import resource
import signal
import stat
import struct
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from autograder.sandbox import landlock, seccomp
from autograder.sandbox.policy import SYSCALLS, UNPRIVILEGED_ID, ResourceLimits, SyscallPolicy, module_directories
from autograder.sandbox.syscalls import syscall, this_machine

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_KEEPCAPS = 8
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38

_CAPABILITY_VERSION = 0x20080522
_CAP_DAC_READ_SEARCH = 1 << 2

T = TypeVar("T")


class Layer(StrEnum):
    """A part of the lock-down that a machine may be unable to give."""

    LIMITS = "limits"
    IDENTITY = "identity"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"


ALL_LAYERS = frozenset(Layer)


class LockdownError(Exception):
    """A process could not be confined as asked: student code must not run in it."""

    def __init__(self, step: str, reason: object) -> None:
        super().__init__(f"cannot confine student code, step '{step}': {reason}")
        self.step = step


@dataclass(frozen=True, slots=True)
class Lockdown:
    """Everything about a lock-down that is the same for all children of one process."""

    parent: int
    """The process that prepared this and whose children enter it."""
    layers: frozenset[Layer]
    limits: ResourceLimits
    uid: int | None
    """User and group to become, None to stay the ordinary user we are."""
    keep_reading: bool
    """Keep ``CAP_DAC_READ_SEARCH``, see :func:`prepare`."""
    ruleset: int | None
    """Descriptor of the Landlock rules."""
    filter: seccomp.Filter | None


def prepare(
    paths: Sequence[Path],
    limits: ResourceLimits | None = None,
    *,
    layers: Collection[Layer] = ALL_LAYERS,
    syscalls: SyscallPolicy = SYSCALLS,
) -> Lockdown:
    """Make ready, in the process that will fork, all that its children need to lock themselves down.

    As root the children become an unprivileged user. An interpreter below a directory that only root may enter (such as
    ``/root``) would then be unable to import the rest of its own library. If any of the paths is out of that user's
    reach, and only then, the children keep one capability, ``CAP_DAC_READ_SEARCH``, which ignores the permission bits
    when reading. They cannot read more with it: Landlock still allows the given paths only, and the calls that open
    files by handle instead of by path, which this capability also permits, are refused by seccomp. Without both of
    these layers it is not kept.

    Parameters
    ----------
    paths
        What the children may read: :func:`autograder.sandbox.policy.readable_paths`.
    limits
        Resources for each child; by default those of :class:`~autograder.sandbox.policy.ResourceLimits`.
    layers
        What to apply. Asking for less than everything leaves student code free to do harm.
    syscalls
        What the layer ``seccomp`` allows.

    Raises
    ------
    LockdownError
        If a layer cannot be had on this machine, a path does not exist, or the children could not read all paths.
    """
    chosen = frozenset(Layer(layer) for layer in layers)
    _attempt("platform", this_machine)
    ruleset = uid = program = None
    if Layer.IDENTITY in chosen and 0 in os.getresuid():
        uid = UNPRIVILEGED_ID
    if Layer.SECCOMP in chosen:
        program = seccomp.assemble(this_machine(), syscalls)
    if Layer.LANDLOCK in chosen:
        ruleset = _attempt(Layer.LANDLOCK, lambda: landlock.create_ruleset(paths, module_directories()))
    bound = ruleset is not None and program is not None
    keep = uid is not None and bound and not _open_to_all(paths)
    if keep and not _permitted_capabilities() & _CAP_DAC_READ_SEARCH:
        raise LockdownError(
            Layer.IDENTITY,
            "only root can read the interpreter or a package, and this container withholds CAP_DAC_READ_SEARCH: "
            "install them where every user can read",
        )
    return Lockdown(os.getpid(), chosen, limits or ResourceLimits(), uid, keep, ruleset, program)


def enter(lockdown: Lockdown, keep_fd: int) -> None:
    """Confine this process, for good. Call it in a child just forked from the process that prepared the lock-down.

    The parent's Python objects that own descriptors (files, sockets) must not be closed afterwards in the child: their
    numbers may belong to others by then.

    Parameters
    ----------
    keep_fd
        The one descriptor that stays open, above 2. If it is a socket, use it with ``os.read`` and ``os.write``:
        calls that only sockets know are refused.

    Raises
    ------
    LockdownError
        Names the step that failed. The process is then half confined, and must report this and exit.
    """
    steps: list[tuple[str, Callable[[], object]]] = [
        ("single thread", _check_alone),
        ("descriptors", lambda: _close_descriptors(keep_fd, lockdown.ruleset)),
    ]
    if Layer.LIMITS in lockdown.layers:
        steps.append((Layer.LIMITS, lambda: _limit(lockdown.limits)))
    if Layer.IDENTITY in lockdown.layers:
        steps.append((Layer.IDENTITY, lambda: _drop_privileges(lockdown.uid, keep_reading=lockdown.keep_reading)))
    steps += [  # a change of user resets the first two
        ("death of the parent", lambda: _die_with(lockdown.parent)),
        ("not dumpable", lambda: syscall("prctl", _PR_SET_DUMPABLE, 0)),
        ("no new privileges", lambda: syscall("prctl", _PR_SET_NO_NEW_PRIVS, 1)),
    ]
    if (ruleset := lockdown.ruleset) is not None:
        steps.append((Layer.LANDLOCK, lambda: landlock.restrict_self(ruleset)))
    if (program := lockdown.filter) is not None:
        steps.append((Layer.SECCOMP, lambda: seccomp.install(program.for_process(os.getpid()))))
    for name, apply in steps:
        _attempt(name, apply)


def available() -> frozenset[Layer]:
    """Return the layers this machine can give, each tried in a child of its own."""
    return frozenset(layer for layer in Layer if _works(layer))


def _works(layer: Layer) -> bool:
    try:
        lockdown = prepare([], layers={layer})
    except LockdownError:
        return False
    kept = os.open(os.devnull, os.O_RDONLY)
    if (child := os.fork()) == 0:
        try:
            enter(lockdown, kept)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(kept)
    if lockdown.ruleset is not None:
        os.close(lockdown.ruleset)
    return os.waitpid(child, 0)[1] == 0


def _attempt(step: str, action: Callable[[], T]) -> T:
    try:
        return action()
    except Exception as error:
        raise LockdownError(step, error) from error


def _open_to_all(paths: Sequence[Path]) -> bool:
    """Tell whether any user may read the paths, by the permission bits on the way to them and their own."""
    places = {path.parent.absolute() for path in paths} | {path.resolve().parent for path in paths if path.is_symlink()}
    places |= {place.resolve() for place in places}
    on_the_way = {directory for place in places for directory in (place, *place.parents)}
    if not all(directory.stat().st_mode & 0o1 for directory in on_the_way):
        return False
    modes = (path.stat().st_mode for path in paths)
    return all(mode & 0o4 and (mode & 0o1 or not stat.S_ISDIR(mode)) for mode in modes)


def _permitted_capabilities() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:"))


def _check_alone() -> None:
    """Refuse to confine one thread among several: most layers bind only the thread that asks."""
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        raise OSError(f"{threads} threads run in this process, expected one that was just forked")


def _close_descriptors(keep: int, ruleset: int | None) -> None:
    if keep <= 2:
        raise ValueError(f"descriptor {keep} is to be kept, but 0, 1 and 2 are replaced")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if descriptor > 2 and descriptor not in (keep, ruleset):
            os.closerange(descriptor, descriptor + 1)  # silent about the listing's own, which is closed by now


def _limit(limits: ResourceLimits) -> None:
    """Lower each limit; one that is lower already stays."""
    wanted = {
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 1),
        resource.RLIMIT_AS: (limits.address_space,) * 2,
        resource.RLIMIT_NOFILE: (limits.open_files,) * 2,
        resource.RLIMIT_FSIZE: (limits.file_size,) * 2,
        resource.RLIMIT_CORE: (limits.core_size,) * 2,
        resource.RLIMIT_MEMLOCK: (limits.locked_memory,) * 2,
        resource.RLIMIT_MSGQUEUE: (limits.message_queues,) * 2,
        resource.RLIMIT_SIGPENDING: (limits.pending_signals,) * 2,
    }
    for which, (soft, hard) in wanted.items():
        _, ceiling = resource.getrlimit(which)
        bound = max(soft, hard) if ceiling == resource.RLIM_INFINITY else ceiling
        resource.setrlimit(which, (min(soft, bound), min(hard, bound)))


def _drop_privileges(uid: int | None, *, keep_reading: bool) -> None:
    """Become an ordinary user with no capabilities, or with the one of :func:`prepare`."""
    if uid is not None:
        for capability in range(64):
            try:
                syscall("prctl", _PR_CAPBSET_DROP, capability)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                break  # past the kernel's last one
        syscall("prctl", _PR_SET_KEEPCAPS, keep_reading)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kept = _CAP_DAC_READ_SEARCH if keep_reading else 0
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION, 0), 8)
    effective, permitted, inheritable = kept, kept, 0  # what is not inheritable cannot be ambient either
    sets = ctypes.create_string_buffer(struct.pack("=6I", effective, permitted, inheritable, 0, 0, 0), 24)
    syscall("capset", ctypes.addressof(header), ctypes.addressof(sets))


def _die_with(parent: int) -> None:
    syscall("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)
    if (now := os.getppid()) != parent:
        raise OSError(f"the parent is process {now}, but {parent} prepared the lock-down")
