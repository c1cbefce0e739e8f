"""Run a command and say what it cost: wall time, processor time and memory of all its processes together."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.1  # seconds between two looks at the memory
ROLES = {"autograder.sandbox.zygote": "zygote", "multiprocessing.spawn": "driver", "distributed": "driver"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time, in user and system mode, of the command and every process under it."""
    memory_mb: float
    """The largest sum of proportional set sizes that was seen."""
    peaks_mb: dict[str, float] = field(default_factory=dict)
    """By role of a process: the largest resident set of any one of them."""


class CommandFailed(Exception):
    """A command that is to be measured did not work."""


def run(command: Sequence[str | Path], cwd: Path) -> None:
    """Run a command that is not measured; raises :class:`CommandFailed` with its last words."""
    _finish(_start(command, cwd), command)


def measure(command: Sequence[str | Path], cwd: Path) -> Cost:
    """Run a command to its end and measure it; raises :class:`CommandFailed` with its last words."""
    started = time.perf_counter()
    process = _start(command, cwd)
    watch = _Watch(process.pid)
    watch.start()
    before = os.times()
    try:
        _finish(process, command)
    finally:
        wall, after = time.perf_counter() - started, os.times()
        watch.stop()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Cost(wall, cpu, watch.total, watch.peaks)


def total(costs: Sequence[Cost]) -> Cost:
    """Return what commands cost that ran one after the other."""
    return Cost(sum(c.wall for c in costs), sum(c.cpu for c in costs), max(c.memory_mb for c in costs))


def _start(command: Sequence[str | Path], cwd: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    environment["PATH"] = f"{Path(command[0]).parent}:{environment['PATH']}"  # as in the command's activated venv
    return subprocess.Popen(
        list(map(str, command)), cwd=cwd, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _finish(process: subprocess.Popen[str], command: Sequence[str | Path]) -> None:
    said, _ = process.communicate()
    if process.returncode:
        raise CommandFailed(f"{' '.join(map(str, command))} ended with {process.returncode}: {said[-2000:]}")


class _Watch(threading.Thread):
    """Looks at the memory of a process and of all below it, again and again."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.total = 0.0
        self.peaks: dict[str, float] = {}
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(INTERVAL):
            pids = _family(self.pid)
            self.total = max(self.total, sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in pids) / 1024)
            for pid in pids:
                role = "command" if pid == self.pid else _role(pid)
                peak = _kilobytes(pid, "status", "VmHWM:") / 1024
                self.peaks[role] = max(self.peaks.get(role, 0.0), peak)

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def _family(pid: int) -> list[int]:
    """Return a process and all below it."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text().split())
    return [pid, *(member for child in children for member in _family(child))]


def _role(pid: int) -> str:
    with contextlib.suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return next((role for part, role in ROLES.items() if part in command), "other")
    return "other"


def _kilobytes(pid: int, file: str, row: str) -> int:
    """Return a row of a table in /proc, or 0 when the process has just ended."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(row)), 0)
    return 0
