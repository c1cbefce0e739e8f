"""The system call filter: a policy assembled into a classic BPF program, and its installation.

The program sees the call's number, the machine's call convention and six arguments as 64-bit numbers. It kills on a
foreign convention (32-bit and x32 entries number their calls differently), then decides the calls with conditions one
by one, then all others by comparing with ranges of allowed numbers in ascending order. Only the process's own id
differs between processes: it is patched into the assembled program.

Source: ``Documentation/userspace-api/seccomp_filter.rst`` of the Linux kernel.
"""

import ctypes
import errno
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.sandbox.policy import OWN_PID, SYSCALLS, Condition, SyscallPolicy
from autograder.sandbox.syscalls import Machine, syscall

# Instructions: operation, jump if true, jump if false (both relative to the next one), operand
Instruction = tuple[int, int, int, int]
_LAYOUT = struct.Struct("=HBBI")
LOAD = 0x20  # 32 bits of the call's description, at a byte offset
AND = 0x54
EQUAL = 0x15
GREATER = 0x25
AT_LEAST = 0x35
RETURN = 0x06

# The call's description, `struct seccomp_data`, on a little-endian machine
NUMBER = 0
ARCH = 4
ARGUMENTS = 16

KILL = 0x80000000  # the whole process, with SIGSYS
ALLOW = 0x7FFF0000
ERRNO = 0x00050000

X32_BIT = 0x40000000  # set in the numbers of x86_64's 32-bit-pointer convention; no other number is as large

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2


@dataclass(frozen=True, slots=True)
class Filter:
    """An assembled program in which the process's id is still to be filled in."""

    code: bytes
    pid_offsets: tuple[int, ...]
    """Where in the code the id stands, as 32-bit numbers."""

    def for_process(self, pid: int) -> bytes:
        """Return the program for one process."""
        code = bytearray(self.code)
        for offset in self.pid_offsets:
            struct.pack_into("=I", code, offset, pid)
        return bytes(code)


def assemble(machine: Machine, policy: SyscallPolicy = SYSCALLS) -> Filter:
    """Translate a policy for one machine.

    Raises
    ------
    KeyError
        If the policy names a call that the tables of numbers lack.
    """
    program: list[Instruction] = [
        (LOAD, 0, 0, ARCH),
        (EQUAL, 1, 0, machine.audit_arch),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32_BIT),
        (RETURN, 0, 0, KILL),
    ]
    pids: list[int] = []
    for name, conditions in policy.conditional.items():
        if (number := machine.numbers[name]) is None:
            continue
        block = [i for condition in conditions for i in _check(condition)] + [(RETURN, 0, 0, ALLOW)]
        program.append((EQUAL, 0, len(block), number))
        pids += [len(program) + i for i, (operation, *_, k) in enumerate(block) if (operation, k) == (EQUAL, OWN_PID)]
        program += block
    for name in sorted(policy.absent):
        if (number := machine.numbers[name]) is not None:
            program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | errno.ENOSYS)]
    for first, last in _ranges(machine, policy.allowed):
        program += [
            (GREATER, 3, 0, last),
            (AT_LEAST, 0, 1, first),
            (RETURN, 0, 0, ALLOW),
            (RETURN, 0, 0, ERRNO | errno.EPERM),
        ]
    program.append((RETURN, 0, 0, ERRNO | errno.EPERM))
    code = b"".join(_LAYOUT.pack(*instruction) for instruction in program)
    return Filter(code, tuple(_LAYOUT.size * i + _LAYOUT.size - 4 for i in pids))


def install(code: bytes) -> None:
    """Put this thread, and all it may start, under a filter for good. Needs ``no_new_privs`` or root.

    Raises
    ------
    OSError
        ``EINVAL`` if the kernel has no filters or finds the program malformed.
    """
    instructions = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(code) // _LAYOUT.size, ctypes.addressof(instructions)))
    syscall("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _check(condition: Condition) -> Iterator[Instruction]:
    """Go on behind these instructions if the condition holds, else refuse."""
    yield (LOAD, 0, 0, ARGUMENTS + 8 * condition.argument + 4 * condition.high)
    if condition.mask != 0xFFFFFFFF:
        yield (AND, 0, 0, condition.mask)
    for left in range(len(condition.values), 0, -1):
        yield (EQUAL, left, 0, condition.values[-left])
    yield (RETURN, 0, 0, ERRNO | errno.EPERM)


def _ranges(machine: Machine, names: frozenset[str]) -> list[tuple[int, int]]:
    """Return the numbers of calls as ascending inclusive ranges."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(n for name in names if (n := machine.numbers[name]) is not None):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges
