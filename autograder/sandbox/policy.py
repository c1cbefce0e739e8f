"""What confined student code may do, as data: system calls, readable paths and resource limits.

Everything that is not listed here is refused. The lists are long enough for numpy, matplotlib and the standard library
to compute, import and draw into memory, and no longer: no file is written, no process started, no message sent.
"""

import os
import re
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

UNPRIVILEGED_ID = 60010
"""User and group of student code when the grader is root; it should own nothing."""


# --- Resources -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What one confined process may use. Sizes are bytes.

    The number of processes is not limited here: that limit counts every process of the same user on the machine, and
    starting one is refused altogether. Threads are bounded by the address space that their stacks take.
    """

    cpu_seconds: int = 60
    """Processor time over all threads; the process is killed one second after it was warned."""
    address_space: int = 4 << 30
    open_files: int = 64
    file_size: int = 16 << 20
    core_size: int = 0
    locked_memory: int = 0
    message_queues: int = 0
    pending_signals: int = 64


# --- System calls ----------------------------------------------------------------------------------------------------

OWN_PID = 0x7FFFFFFF
"""Stands for the confined process's own id in the values of a :class:`Condition`; no process ever has this one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One half (32 bits) of an argument, masked, is one of the values."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    high: bool = False
    """Look at the upper 32 bits: only pointers have any."""


@dataclass(frozen=True, slots=True)
class SyscallPolicy:
    """The system calls that work; all others fail with ``EPERM``, and a foreign call convention kills."""

    allowed: frozenset[str]
    conditional: Mapping[str, tuple[Condition, ...]]
    """Calls that work only when all their conditions hold."""
    absent: frozenset[str]
    """Calls that fail with ``ENOSYS``, so that the C library falls back to an older one."""


_ALLOWED = """
read write readv writev pread64 pwrite64 close close_range lseek fsync fdatasync dup dup2 dup3 pipe pipe2
select poll ppoll pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
access faccessat faccessat2 fstat newfstatat stat lstat statx statfs fstatfs
readlink readlinkat getdents64 getcwd chdir fchdir umask
brk mmap munmap mprotect mremap madvise mincore
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack restart_syscall
futex set_robust_list get_robust_list rseq set_tid_address arch_prctl membarrier exit exit_group wait4 waitid
sched_yield sched_getaffinity getcpu
nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times alarm setitimer getitimer
getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getgroups getresuid getresgid
getrlimit getrusage sysinfo uname getrandom
"""

_O_WRITING = 0o3 | 0o100 | 0o1000 | 0o20000000  # O_WRONLY, O_RDWR; O_CREAT; O_TRUNC; O_TMPFILE
# CLONE_ VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID: what pthread_create passes
_NEW_THREAD = 0x3D0F00
_CLONE_DETACHED = 0x400000  # ignored by the kernel; musl passes it

_CONDITIONAL: dict[str, tuple[Condition, ...]] = {
    "clone": (Condition(0, (_NEW_THREAD, _NEW_THREAD | _CLONE_DETACHED)),),
    "open": (Condition(1, (0,), mask=_O_WRITING),),
    "openat": (Condition(2, (0,), mask=_O_WRITING),),
    "kill": (Condition(0, (OWN_PID,)),),
    "tgkill": (Condition(0, (OWN_PID,)),),
    # reading one's own limits: the pointer to new ones is NULL
    "prlimit64": (Condition(0, (0, OWN_PID)), Condition(2, (0,)), Condition(2, (0,), high=True)),
    "ioctl": (
        Condition(
            1,
            (
                0x5401,  # TCGETS: is this a terminal?
                0x802C542A,  # TCGETS2
                0x540F,  # TIOCGPGRP
                0x5413,  # TIOCGWINSZ
                0x541B,  # FIONREAD
                0x5421,  # FIONBIO
                0x5450,  # FIONCLEX
                0x5451,  # FIOCLEX
            ),
        ),
    ),
    "fcntl": (
        Condition(
            1,
            (
                *(0, 1030),  # F_DUPFD, F_DUPFD_CLOEXEC
                *(1, 2, 3, 4),  # F_GETFD, F_SETFD, F_GETFL, F_SETFL
                *(5, 6, 7, 36, 37, 38),  # F_GETLK, F_SETLK, F_SETLKW, and those of open file descriptions
                *(1032, 1034),  # F_GETPIPE_SZ, F_GET_SEALS
            ),
        ),
    ),
    # PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_NO_NEW_PRIVS
    "prctl": (Condition(0, (3, 15, 16, 39)),),
}

SYSCALLS = SyscallPolicy(frozenset(_ALLOWED.split()), _CONDITIONAL, frozenset({"clone3"}))


# --- Readable paths --------------------------------------------------------------------------------------------------

ORACLES = frozenset({"scikit-learn", "scipy"})
"""Packages that hidden tests compare with; a submission never reads them."""

INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Names of folders where packages live, next to the standard library."""

# Nothing below /proc/self: those files differ for each process, and one set of rules serves all of them.
_SYSTEM = (
    "/dev/null",
    "/dev/urandom",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system/cpu",
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
)


def readable_paths(packages: Sequence[str], extra: Sequence[Path] = ()) -> list[Path]:
    """Return the files and directories (with all below them) that a submission may read.

    These are the standard library without the packages installed into it, the system's shared libraries, fonts and time
    zones, the given packages with all that they require, and the extra paths.

    Parameters
    ----------
    packages
        Names of installed distributions, such as ``numpy``. Standard library modules may be named too: they are always
        readable.
    extra
        The assignment's public data. Not looked at here: a missing one is an error of :func:`lockdown.prepare`.

    Raises
    ------
    ValueError
        If a package is an oracle or is not installed.
    """
    system = [*map(Path, _SYSTEM), *_standard_library(), *_shared_libraries(), *_distributions(packages)]
    return [*(path for path in system if path.exists()), *extra]


def module_directories() -> list[Path]:
    """Return the directories in which imports look for modules: names in them may be listed, files not read."""
    standard = Path(sysconfig.get_path("stdlib"))
    searched = [Path(entry) for entry in sys.path if Path(entry).name in INSTALLED]
    return [path for path in (standard, *searched) if os.access(path, os.R_OK)]


def _standard_library() -> Iterator[Path]:
    return (path for path in Path(sysconfig.get_path("stdlib")).iterdir() if path.name not in INSTALLED)


def _shared_libraries() -> Iterator[Path]:
    """Find the files from which the loader resolves ``lib*.so``, one by one: packages live in the same directories."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    roots = (Path("/"), Path("/usr"), Path("/usr/local"), Path(sys.base_prefix))
    directories = {(root / name).resolve() for root in roots for name in ("lib", "lib64", f"lib/{multiarch}")}
    return (path for directory in sorted(directories) for path in directory.glob("lib*.so*"))


def _distributions(packages: Sequence[str]) -> Iterator[Path]:
    """Find the top-level entries in ``site-packages`` of the packages and, transitively, of what they require."""
    required = [_normal(name) for name in packages if name not in sys.stdlib_module_names]
    if oracles := ORACLES.intersection(required):
        raise ValueError(f"submissions may not import {', '.join(sorted(oracles))}: hidden tests compare with it")
    seen = set(ORACLES)
    for name in required:  # grows while it is walked
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name in map(_normal, packages):
                raise ValueError(
                    f"submissions may import {name}, which is not installed here: install it, or take it off the "
                    "assignment's imports"
                ) from None
            continue  # required on other systems only
        required += [_normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in _requirements(distribution)]
        yield from _entries(distribution)


def _requirements(distribution: metadata.Distribution) -> Iterator[str]:
    """Find what a distribution always needs; conditions other than an optional extra are taken to hold."""
    return (line for line in distribution.requires or () if "extra" not in line.partition(";")[2])


def _entries(distribution: metadata.Distribution) -> set[Path]:
    """Find a distribution's top-level files and directories; its scripts outside ``site-packages`` are left out."""
    if record := distribution.read_text("RECORD"):
        files = {line.rsplit(",", 2)[0].strip('"') for line in record.splitlines()}
        # `__pycache__` at the top is shared by all single-file modules: only the distribution's own files in it
        entries = {file if file.startswith("__pycache__/") else file.split("/")[0] for file in files} - {"", ".."}
    else:  # system packages come without a list of files
        names = (distribution.read_text("top_level.txt") or distribution.name).split()
        entries = {entry for name in names for entry in (name, f"{name}.py")}
    return {Path(str(distribution.locate_file(entry))) for entry in entries}


def _normal(name: str) -> str:
    """Return a distribution's name as packaging tools compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
