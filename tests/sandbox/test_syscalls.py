import os
import re
from pathlib import Path

import pytest

from autograder.sandbox.syscalls import AARCH64, X86_64, Machine, syscall, this_machine

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
RENAMED = {"newfstatat": "fstatat"}  # the generic header defines the call under this name


@pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=lambda machine: machine.name)
def test_numbers_are_those_of_the_kernel_headers(machine: Machine):
    header = HEADERS[machine.name]
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    defined = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
    numbers = {name: int(number) for name, number in defined}
    for name, number in machine.numbers.items():
        known = numbers.get(name, numbers.get(RENAMED.get(name, "")))
        assert number == known, name


@pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=lambda machine: machine.name)
def test_no_number_stands_twice(machine: Machine):
    numbers = [number for number in machine.numbers.values() if number is not None]
    assert len(numbers) == len(set(numbers))


def test_a_call_by_name_reaches_the_kernel():
    assert syscall("getpid") == os.getpid()


def test_the_errno_of_a_failing_call_is_raised():
    with pytest.raises(ProcessLookupError, match="kill: No such process"):
        syscall("kill", 2**22 + 1, 0)


def test_another_machine_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "host", "6.1", "#1", "riscv64")))
    this_machine.cache_clear()
    try:
        with pytest.raises(OSError, match="this is linux on riscv64"):
            this_machine()
    finally:
        this_machine.cache_clear()


def test_a_call_that_the_machine_lacks_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "host", "6.1", "#1", "aarch64")))
    this_machine.cache_clear()
    try:
        with pytest.raises(OSError, match="alarm: there is no such system call"):
            syscall("alarm", 0)
    finally:
        this_machine.cache_clear()
