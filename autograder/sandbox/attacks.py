"""The attacks that are tried at start-up: a table, in the order of trying.

Each is harmless where it succeeds: it undoes what it did, or changes a thing to what it was.
"""

import contextlib
import ctypes
import errno
import functools
import mmap
import os
import resource
import signal
import socket
import stat
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.sandbox.syscalls import syscall

Level = Literal["L0", "L1", "L2", "L3"]
NAMESPACES = {
    "mnt": "mounts",
    "pid": "processes",
    "net": "network",
    "ipc": "shared memory",
    "uts": "machine settings",
    "cgroup": "control groups",
}
HOSTNAME = "hostname"


@dataclass(frozen=True, slots=True)
class Target:
    """What a submission should not get at."""

    hidden: Path
    """A file that the grader may read and that no submission was granted."""
    parent: int
    """A process of the grader."""
    outside: Mapping[str, str]
    """What the grader sees of its own: :func:`autograder.sandbox.canaries.surroundings`."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One attack."""

    name: str
    level: Level
    """The lowest level at which it must be stopped."""
    attack: Callable[[Target], None]
    """Raises OSError or ValueError where it is stopped."""


CANARIES: list[Canary] = []


def _canary(lowest: Level) -> Callable[[Callable[[Target], None]], Callable[[Target], None]]:
    """Add a function to the table, its name being the attack's."""

    def add(attack: Callable[[Target], None]) -> Callable[[Target], None]:
        CANARIES.append(Canary(attack.__name__.strip("_").replace("_", " "), lowest, attack))
        return attack

    return add


# --- Files -----------------------------------------------------------------------------------------------------------


@_canary("L2")
def _read_hidden_file(target: Target) -> None:
    target.hidden.read_bytes()


@_canary("L2")
def _list_hidden_directory(target: Target) -> None:
    list(target.hidden.parent.iterdir())


@_canary("L2")
def _read_system_file(_: Target) -> None:
    Path("/etc/passwd").read_bytes()


@_canary("L2")
def _list_root_directory(_: Target) -> None:
    list(Path("/").iterdir())


@_canary("L1")
def _handle_of_hidden_file(target: Target) -> None:
    """Name a file by its handle: the first half of opening it in spite of all checks of paths."""
    path = ctypes.create_string_buffer(os.fsencode(target.hidden))
    handle = ctypes.create_string_buffer(struct.pack("=I", 128), 8 + 128)
    mount = ctypes.c_int()
    here = -100  # AT_FDCWD
    syscall("name_to_handle_at", here, *map(ctypes.addressof, (path, handle, mount)))


@_canary("L1")
def _write_hidden_file(target: Target) -> None:
    os.close(os.open(target.hidden, os.O_WRONLY))


@_canary("L1")
def _chmod_hidden_file(target: Target) -> None:
    target.hidden.chmod(stat.S_IMODE(target.hidden.stat().st_mode))


@_canary("L1")
def _write_to_tmp(_: Target) -> None:
    _create_in(Path("/tmp"))  # noqa: S108 - the place that any user may write to


@_canary("L1")
def _write_to_shared_memory(_: Target) -> None:
    _create_in(Path("/dev/shm"))  # noqa: S108


@_canary("L1")
def _create_memory_file(_: Target) -> None:
    os.close(os.memfd_create("canary"))


@_canary("L1")
def _create_shared_segment(_: Target) -> None:
    private, create, remove = 0, 0o1000, 0
    segment = syscall("shmget", private, mmap.PAGESIZE, create | 0o600)
    syscall("shmctl", segment, remove)


def _create_in(directory: Path) -> None:
    path = directory / f"autograder-canary-{os.getpid()}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    path.unlink()


# --- Processes -------------------------------------------------------------------------------------------------------


@_canary("L1")
def _fork(_: Target) -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


@_canary("L1")
def _execute_program(_: Target) -> None:
    with contextlib.suppress(FileNotFoundError):  # it was looked for: another one would have been started
        os.execv("/no/such/program", ["program"])  # noqa: S606


@_canary("L1")
def _signal_parent(target: Target) -> None:
    os.kill(target.parent, 0)


@_canary("L1")
def _signal_everybody(_: Target) -> None:
    os.kill(-1, 0)


@_canary("L1")
def _hold_parent_by_descriptor(target: Target) -> None:
    os.close(os.pidfd_open(target.parent))


@_canary("L1")
def _trace_parent(target: Target) -> None:
    seize = 0x4206  # does not stop it, and ends with this process
    syscall("ptrace", seize, target.parent)


@_canary("L1")
def _read_memory_of_parent(target: Target) -> None:
    here, there = ctypes.create_string_buffer(8), id(target)
    local, remote = (ctypes.create_string_buffer(struct.pack("=QQ", at, 8)) for at in (ctypes.addressof(here), there))
    try:
        syscall("process_vm_readv", target.parent, ctypes.addressof(local), 1, ctypes.addressof(remote), 1)
    except OSError as error:
        if error.errno != errno.EFAULT:  # permitted, but nothing is at this address
            raise


@_canary("L2")
def _open_memory_of_parent(target: Target) -> None:
    Path(f"/proc/{target.parent}/mem").open("rb").close()


@_canary("L2")
def _read_environment_of_parent(target: Target) -> None:
    Path(f"/proc/{target.parent}/environ").read_bytes()


@_canary("L2")
def _read_command_line_of_parent(target: Target) -> None:
    Path(f"/proc/{target.parent}/cmdline").read_bytes()


@_canary("L1")
def _limits_of_parent(target: Target) -> None:
    resource.prlimit(target.parent, resource.RLIMIT_NOFILE)


@_canary("L1")
def _priority_of_parent(target: Target) -> None:
    os.setpriority(os.PRIO_PROCESS, target.parent, os.getpriority(os.PRIO_PROCESS, target.parent))


@_canary("L1")
def _outlive_parent(_: Target) -> None:
    set_parent_death_signal = 1
    syscall("prctl", set_parent_death_signal, signal.SIGKILL)


# --- Network, resources, privileges ----------------------------------------------------------------------------------


@_canary("L1")
def _internet_socket(_: Target) -> None:
    socket.socket(socket.AF_INET).close()


@_canary("L1")
def _unix_socket(_: Target) -> None:
    socket.socket(socket.AF_UNIX).close()


@_canary("L1")
def _exceed_memory(_: Target) -> None:
    soft, _hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        mmap.mmap(-1, soft).close()


@_canary("L1")
def _raise_limits(_: Target) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@_canary("L1")
def _be_root(_: Target) -> None:
    if os.geteuid() != 0:
        os.setuid(0)


@_canary("L1")
def _create_io_ring(_: Target) -> None:
    parameters = ctypes.create_string_buffer(120)
    os.close(syscall("io_uring_setup", 1, ctypes.addressof(parameters)))


# --- What exists at all ----------------------------------------------------------------------------------------------


@_canary("L3")
def _see_that_hidden_file_exists(target: Target) -> None:
    target.hidden.stat()


@_canary("L3")
def _see_that_system_files_exist(_: Target) -> None:
    Path("/etc/passwd").stat()


@_canary("L3")
def _see_devices_of_the_machine(_: Target) -> None:
    Path("/sys/class").stat()


@_canary("L3")
def _learn_name_of_the_machine(target: Target) -> None:
    _differ(os.uname().nodename, target.outside.get(HOSTNAME))


def _share_namespace(kind: str, target: Target) -> None:
    _differ(Path(f"/proc/self/ns/{kind}").readlink().name, target.outside.get(kind))


def _differ(here: str, outside: str | None) -> None:
    """Stop an attack where the child has something of its own; a comparison with nothing proves nothing."""
    if outside is not None and here != outside:
        raise PermissionError(f"{here} is not the grader's")


CANARIES += [
    Canary(f"share {what}", "L3", functools.partial(_share_namespace, kind)) for kind, what in NAMESPACES.items()
]


@_canary("L1")
def _create_user_namespace(_: Target) -> None:
    """Last, because where it succeeds this process is somebody else afterwards."""
    new_user = 0x10000000
    syscall("unshare", new_user)
