"""What confining costs: starting a launcher, putting the locks on, and the time from fork to the first answer.

    python benchmarks/sandbox.py

Medians of interleaved rounds, without namespaces and with each way of getting them that works here. "Lock-down" is the
time that a forked child spends in :func:`autograder.sandbox.lockdown.enter`; "first answer" is from asking for a
process until a loaded function has answered.
"""

import json
import os
import platform
import statistics
import struct
import time
from contextlib import ExitStack

from rich.console import Console
from rich.table import Table

from autograder.sandbox import lockdown, policy
from autograder.sandbox.canaries import level
from autograder.sandbox.launcher import Profile, Sandbox
from autograder.testing.student import Student

ROUNDS = 100
STARTS = 7
WAYS = {"kernel": (), "bubblewrap": ("bubblewrap",), "unshare": ("unshare",)}
CELLS = [(1, "import numpy as np"), (2, "def f(x):\n    return np.sum(x)")]


def milliseconds(seconds: list[float]) -> float:
    return round(1e3 * statistics.median(seconds), 2)


def lock_down() -> list[float]:
    """Fork children that lock themselves down; return the seconds that it took each."""
    locks = lockdown.prepare(policy.readable_paths(["numpy", "matplotlib"]))
    taken = []
    for _ in range(ROUNDS):
        read, write = os.pipe()
        if (child := os.fork()) == 0:
            started = time.perf_counter()
            lockdown.enter(locks, write)
            os.write(write, struct.pack("d", time.perf_counter() - started))
            os._exit(0)
        os.close(write)
        taken += struct.unpack("d", os.read(read, 8))
        os.close(read)
        os.waitpid(child, 0)
    return taken


def start(ways: tuple[str, ...]) -> float:
    """Return the seconds from nothing to a sandbox whose level is proven."""
    started = time.perf_counter()
    with Sandbox(Profile(), namespaces=ways) as sandbox:
        sandbox.canaries()
        return time.perf_counter() - started


def first_answer(sandbox: Sandbox) -> float:
    """Return the seconds from asking for a process to the answer of a function loaded in it."""
    started = time.perf_counter()
    with sandbox.program(CELLS, ["f"]) as program:
        assert Student(program).f([1.0, 2.0]) == 3.0
        return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    found: dict[str, dict[str, object]] = {}
    with ExitStack() as stack:
        sandboxes = {name: stack.enter_context(Sandbox(Profile(), namespaces=ways)) for name, ways in WAYS.items()}
        for name, sandbox in sandboxes.items():
            refused = "; ".join(sandbox.refusals().values())
            found[name] = {"refused": refused} if refused else {"level": level(sandbox.canaries())}
        working = [name for name in WAYS if "level" in found[name]]
        starts, answers = ({name: list[float]() for name in working} for _ in range(2))
        for _ in range(STARTS):
            for name in working:
                starts[name].append(start(WAYS[name]))
        for _ in range(ROUNDS):
            for name in working:
                answers[name].append(first_answer(sandboxes[name]))
    table = Table("", "level", "start", "fork to first answer", box=None, title=f"{platform.machine()}, medians")
    for name in WAYS:
        if name in working:
            found[name] |= {"start_ms": milliseconds(starts[name]), "first_answer_ms": milliseconds(answers[name])}
            row = found[name]
            answer = f"{row['first_answer_ms']:.1f} ms (min {1e3 * min(answers[name]):.1f})"
            table.add_row(name, str(row["level"]), f"{row['start_ms']:.0f} ms", answer)
        else:
            table.add_row(name, "", f"refused: {found[name]['refused']}", "")
    locked = lock_down()
    table.add_row("lock-down in the child", "", "", f"{milliseconds(locked):.2f} ms (min {1e3 * min(locked):.2f})")
    Console().print(table)
    print(json.dumps({"lock_down_ms": milliseconds(locked), **found}))


if __name__ == "__main__":
    main()
