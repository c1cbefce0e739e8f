import ctypes
import dataclasses
import errno
import fcntl
import mmap
import os
import platform
import resource
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.lockdown import Layer
from autograder.sandbox.policy import OWN_PID, SYSCALLS, Condition
from autograder.sandbox.seccomp import ALLOW, ERRNO, KILL, Filter, assemble, install
from autograder.sandbox.syscalls import AARCH64, X86_64, Machine, syscall

NAMES = {0x20: "load", 0x54: "and", 0x15: "equal", 0x25: "greater", 0x35: "at least", 0x06: "return"}
PID = 4711
MACHINES = pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=lambda machine: machine.name)


# --- As data: any machine --------------------------------------------------------------------------------------------


def decide(code: bytes, arch: int, number: int, *arguments: int) -> int:
    """Run a program as the kernel does, on one call."""
    call = struct.pack("=IIQ6Q", number, arch, 0, *arguments, *(0,) * (6 - len(arguments)))
    program = list(struct.iter_unpack("=HBBI", code))
    accumulator = at = 0
    while True:
        operation, if_true, if_false, k = program[at]
        at += 1
        match NAMES[operation]:
            case "load":
                (accumulator,) = struct.unpack_from("=I", call, k)
            case "and":
                accumulator &= k
            case "return":
                return k
            case "equal":
                at += if_true if accumulator == k else if_false
            case "greater":
                at += if_true if accumulator > k else if_false
            case "at least":
                at += if_true if accumulator >= k else if_false


@MACHINES
def test_every_call_without_conditions_is_decided_as_the_policy_says(machine: Machine):
    code = assemble(machine).for_process(PID)
    names = {number: name for name, number in machine.numbers.items() if number is not None}
    for number in {*range(1024), 0x3FFFFFFF} - {machine.numbers[name] for name in SYSCALLS.conditional}:
        expected = ERRNO | errno.EPERM
        if names.get(number) in SYSCALLS.allowed:
            expected = ALLOW
        elif names.get(number) in SYSCALLS.absent:
            expected = ERRNO | errno.ENOSYS
        assert decide(code, machine.audit_arch, number) == expected, names.get(number, number)


THREAD = 0x3D0F00
HIGH = 1 << 32


@MACHINES
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("clone", (THREAD,), True),
        ("clone", (THREAD | 0x400000,), True),
        ("clone", (signal.SIGCHLD,), False),
        ("clone", (THREAD | 0x40000000,), False),  # and a new network namespace
        ("clone", (0,), False),
        ("openat", (3, 0, os.O_RDONLY), True),
        ("openat", (3, 0, os.O_RDONLY | 0o2000000 | 0o200000), True),  # O_CLOEXEC, O_DIRECTORY
        ("openat", (3, 0, 0o1), False),  # O_WRONLY
        ("openat", (3, 0, 0o2), False),  # O_RDWR
        ("openat", (3, 0, 0o3), False),
        ("openat", (3, 0, 0o100), False),  # O_CREAT
        ("openat", (3, 0, 0o1000), False),  # O_TRUNC
        ("openat", (3, 0, 0o20000000), False),  # O_TMPFILE
        ("openat", (3, 0, 0o1 | HIGH), False),  # the kernel looks at the lower half
        ("kill", (PID,), True),
        ("kill", (PID + 1,), False),
        ("kill", (0,), False),
        ("kill", (0xFFFFFFFF,), False),  # everybody
        ("kill", (2**32 - PID,), False),  # a process group
        ("tgkill", (PID,), True),
        ("tgkill", (1,), False),
        ("prlimit64", (0, 7, 0), True),
        ("prlimit64", (PID, 7, 0), True),
        ("prlimit64", (1, 7, 0), False),
        ("prlimit64", (0, 7, 0x1000), False),
        ("prlimit64", (0, 7, 0x1000 * HIGH), False),  # a pointer may differ from NULL in its upper half only
        ("ioctl", (1, 0x5401), True),
        ("ioctl", (1, 0x5412), False),  # TIOCSTI: type into the terminal
        ("fcntl", (1, 3), True),
        ("fcntl", (1, 8), False),  # F_SETOWN: let the kernel signal somebody
        ("prctl", (15,), True),
        ("prctl", (1,), False),  # PR_SET_PDEATHSIG
    ],
)
def test_conditions_are_decided_as_the_policy_says(machine: Machine, name: str, arguments: Any, allowed: bool):
    number = machine.numbers[name]
    assert number is not None
    code = assemble(machine).for_process(PID)
    assert decide(code, machine.audit_arch, number, *arguments) == (ALLOW if allowed else ERRNO | errno.EPERM)


@pytest.mark.parametrize(("flags", "decision"), [(0, ALLOW), (0o1, ERRNO | errno.EPERM), (0o100, ERRNO | errno.EPERM)])
def test_the_older_open_is_decided_alike(flags: int, decision: int):
    assert decide(assemble(X86_64).for_process(PID), X86_64.audit_arch, 2, 0, flags) == decision


@MACHINES
@pytest.mark.parametrize("number", [0, 39, 63, 2**31])
def test_calls_by_another_convention_kill(machine: Machine, number: int):
    i386 = 0x40000003
    code = assemble(machine).for_process(PID)
    assert decide(code, i386, number) == KILL
    assert decide(code, machine.audit_arch, 0x40000000 | number) == KILL


@MACHINES
@pytest.mark.parametrize("pid", [0, 1, PID, 0xFFFFFFFF])
def test_before_the_process_id_is_filled_in_nobody_can_be_signalled(machine: Machine, pid: int):
    kill = machine.numbers["kill"]
    assert kill is not None
    assert decide(assemble(machine).code, machine.audit_arch, kill, pid) == ERRNO | errno.EPERM


def test_only_the_process_id_differs_between_processes():
    template = assemble(X86_64)
    one, other = template.for_process(0x01020304), template.for_process(0x05060708)
    differing = {i // 8 for i in range(len(one)) if one[i] != other[i]}
    places = sum(OWN_PID in condition.values for all_ in SYSCALLS.conditional.values() for condition in all_)
    assert len(differing) == len(template.pid_offsets) == places == 3


def test_a_policy_with_an_unknown_name_is_refused():
    with pytest.raises(KeyError, match="opne"):
        assemble(X86_64, dataclasses.replace(SYSCALLS, allowed=frozenset({"opne"})))


def test_a_condition_may_look_at_any_argument():
    policy = dataclasses.replace(SYSCALLS, conditional={"mmap": (Condition(2, (1, 3), mask=0x7), Condition(5, (0,)))})
    code = assemble(AARCH64, policy).for_process(PID)
    mmap_ = AARCH64.numbers["mmap"] or 0
    assert decide(code, AARCH64.audit_arch, mmap_, 0, 0, 9, 0, 0, 0) == ALLOW
    assert decide(code, AARCH64.audit_arch, mmap_, 0, 0, 5, 0, 0, 0) == ERRNO | errno.EPERM
    assert decide(code, AARCH64.audit_arch, mmap_, 0, 0, 3, 0, 0, 8) == ERRNO | errno.EPERM


def listing(template: Filter) -> str:
    """Write a program one instruction a line, with the jumps' targets as line numbers."""
    lines = []
    for at, (operation, if_true, if_false, k) in enumerate(struct.iter_unpack("=HBBI", template.code)):
        name = NAMES[operation]
        if name == "load":
            text = f"load {k}"
        elif name in ("and", "return"):
            text = f"{name} {k:#x}"
        else:
            text = f"{name} {k:#x} ? {at + 1 + if_true} : {at + 1 + if_false}"
        lines.append(f"{at}: {text}\n")
    return "".join(lines)


def test_the_program_for_aarch64_is_the_reviewed_one():
    """A change of policy shows here as a difference to be read, then accepted by writing the new listing."""
    assert listing(assemble(AARCH64)) == Path(__file__).with_name("filter_aarch64.txt").read_text()


# --- For real: this machine ------------------------------------------------------------------------------------------

# As root the child stays root in these tests: whatever is refused, the filter refuses.
libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> None:
    """Call a function of the C library that returns -1 and sets errno where it fails."""
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


ATTACKS: dict[str, Callable[[], Any]] = {
    "fork": os.fork,
    "clone as fork does": lambda: syscall("clone", signal.SIGCHLD),
    "daemon": lambda: call("daemon", 0, 0),
    "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "subprocess": lambda: subprocess.run(["true"], check=True),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "setsid": os.setsid,
    "signal the parent": lambda: os.kill(os.getppid(), 0),
    "signal the group": lambda: os.kill(0, 0),
    "signal everybody": lambda: os.kill(-1, 0),
    "signal a group": lambda: os.killpg(os.getpgrp(), 0),
    "queue a signal": lambda: call("sigqueue", os.getppid(), 0, None),
    "signal a thread of the parent": lambda: syscall("tgkill", os.getppid(), os.getppid(), 0),
    "pidfd of the parent": lambda: os.pidfd_open(os.getppid()),
    "trace the parent": lambda: syscall("ptrace", 0x4206, os.getppid()),
    "memory of the parent": lambda: syscall("process_vm_readv", os.getppid()),
    "limits of the parent": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU),
    "renice the parent": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 0),
    "affinity of the parent": lambda: os.sched_setaffinity(os.getppid(), {0}),
    "SIGIO to the parent": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()),
    "terminal input": lambda: fcntl.ioctl(0, 0x5412, b"x"),
    "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "udp": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "socket pair": socket.socketpair,
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "vsock": lambda: socket.socket(socket.AF_VSOCK),
    "create a file": lambda: os.open("/tmp/created", os.O_WRONLY | os.O_CREAT),
    "unnamed file": lambda: os.open("/dev/shm", os.O_RDWR | os.O_TMPFILE),
    "truncate by opening": lambda: os.open("/dev/null", os.O_RDONLY | os.O_TRUNC),
    "mkdir": lambda: Path("/tmp/made").mkdir(),
    "symlink": lambda: Path("/tmp/linked").symlink_to("/etc/passwd"),
    "fifo": lambda: os.mkfifo("/tmp/fifo"),
    "memory file": lambda: os.memfd_create("x"),
    "shared segment": lambda: syscall("shmget", 0, 4096, 0o1600),
    "message queue": lambda: call("msgget", 0, 0o1600),
    "io_uring": lambda: syscall("io_uring_setup", 1),
    "user namespace": lambda: call("unshare", 0x10000000),
    "mount": lambda: call("mount", b"none", b"/mnt", b"tmpfs", 0, None),
    "chroot": lambda: os.chroot("/"),
    "setuid": lambda: os.setuid(0),
    "setgroups": lambda: os.setgroups([]),
    "capabilities": lambda: syscall("capset", 0, 0),
    "personality": lambda: call("personality", 0x0040000),
    "inotify": lambda: call("inotify_init1", 0),
    "undo death with the parent": lambda: syscall("prctl", 1, 0),
    "another filter": lambda: syscall("prctl", 22, 2, 0),
    "dumpable again": lambda: syscall("prctl", 4, 1),
    "handle instead of a path": lambda: syscall("name_to_handle_at", -100),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_refused(confined: Callable[..., Any], attack: Callable[[], Any]):
    assert confined(attack, layers={Layer.SECCOMP}) == "EPERM"


@pytest.mark.parametrize(
    "attack",
    [
        lambda path: path.chmod(0o600),
        lambda path: os.utime(path, (0, 0)),
        lambda path: os.setxattr(path, "user.x", b""),
        lambda path: os.chown(path, os.getuid(), os.getgid()),
        lambda path: os.truncate(path, 0),
        lambda path: path.unlink(),
        lambda path: path.rename(path.with_name("gone")),
        lambda path: os.link(path, path.with_name("linked")),
        lambda path: path.open("a"),
    ],
    ids=["chmod", "utime", "xattr", "chown", "truncate", "unlink", "rename", "link", "append"],
)
def test_files_cannot_be_changed(confined: Callable[..., Any], hidden: Path, attack: Callable[[Path], Any]):
    before = hidden.stat()
    assert confined(lambda: attack(hidden), layers={Layer.SECCOMP}) == "EPERM"
    assert hidden.stat() == before


def test_files_cannot_be_locked(confined: Callable[..., Any], hidden: Path):
    def lock() -> None:
        fcntl.flock(os.open(hidden, os.O_RDONLY), fcntl.LOCK_EX)

    assert confined(lock, layers={Layer.SECCOMP}) == "EPERM"


def test_limits_cannot_be_raised(confined: Callable[..., Any]):
    lower = (1000, 2000)
    assert confined(lambda: resource.setrlimit(resource.RLIMIT_CPU, lower), layers={Layer.SECCOMP}) == "ValueError"


def test_clone3_looks_missing(confined: Callable[..., Any]):
    assert confined(lambda: syscall("clone3", 0, 0), layers={Layer.SECCOMP}) == "ENOSYS"


def work_as_usual() -> list[Any]:
    sums: list[int] = []
    thread = threading.Thread(target=lambda: sums.append(sum(range(100))))
    thread.start()
    thread.join()
    read, write = os.pipe()
    os.write(write, b"through a pipe")
    os.kill(os.getpid(), 0)
    time.sleep(0.001)
    signal.signal(signal.SIGALRM, lambda *_: sums.append(7))
    signal.raise_signal(signal.SIGALRM)
    with Path("/dev/null").open() as file:
        isatty = file.isatty()
    return [*sums, os.read(read, 20).decode(), isatty, resource.getrlimit(resource.RLIMIT_CORE)[0] >= -1]


def test_threads_pipes_own_signals_and_reading_work(confined: Callable[..., Any]):
    assert confined(work_as_usual, layers={Layer.SECCOMP}) == [4950, 7, "through a pipe", False, True]


def run_machine_code(code: bytes) -> int:
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()


only_x86_64 = pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code for x86_64")


@only_x86_64
def test_the_32_bit_entry_kills(confined: Callable[..., Any]):
    getpid = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20; int 0x80; ret
    died = confined(lambda: run_machine_code(getpid), layers={Layer.SECCOMP})
    assert died in ("SIGSYS", "SIGSEGV")  # the latter where the kernel has no such entry


@only_x86_64
def test_machine_code_by_the_usual_entry_is_filtered_too(confined: Callable[..., Any]):
    fork = b"\xb8\x39\x00\x00\x00\x0f\x05\xc3"  # mov eax, 57; syscall; ret
    assert confined(lambda: run_machine_code(fork), layers={Layer.SECCOMP}) == -errno.EPERM


@only_x86_64
def test_the_x32_entry_kills(confined: Callable[..., Any]):
    assert confined(lambda: libc.syscall(0x40000000 + 39), layers={Layer.SECCOMP}) == "SIGSYS"


def test_a_weaker_policy_lets_its_weakness_through(confined: Callable[..., Any]):
    """What this file asserts can fail."""
    weak = dataclasses.replace(SYSCALLS, allowed=SYSCALLS.allowed | {"shmget", "shmctl"})

    def create_and_remove() -> str:
        syscall("shmctl", syscall("shmget", 0, 4096, 0o1600), 0)
        return "created"

    assert confined(create_and_remove, layers={Layer.SECCOMP}, syscalls=weak) == "created"


def test_a_malformed_program_is_refused(confined: Callable[..., Any]):
    assert confined(lambda: install(b"\xff" * 8), layers=set()) == "EINVAL"
