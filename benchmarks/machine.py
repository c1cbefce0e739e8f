"""Where and when something was measured."""

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Return processor, cores, memory, versions, and the day."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(pages / 2**30),
        "linux": platform.release(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in ("autograder", "numpy", "pytest", "distributed")},
        "day": datetime.now(UTC).date().isoformat(),
    }


class Others:
    """What other work took of the processors, from now until :meth:`share` is asked."""

    def __init__(self) -> None:
        self._before = _ticks()

    def share(self) -> float:
        """Return the share of processor time that was neither idle nor used by this process and its ended children."""
        busy, idle, own = (now - then for now, then in zip(_ticks(), self._before, strict=True))
        return max(0.0, busy - own) / (busy + idle)


def _ticks() -> tuple[float, float, float]:
    """Return seconds since the machine started: busy, stolen by its host included; idle; and busy with us."""
    row = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, idle, waiting, interrupts, soft, stolen = (int(n) / os.sysconf("SC_CLK_TCK") for n in row)
    own = os.times()
    ours = own.user + own.system + own.children_user + own.children_system
    return user + nice + system + interrupts + soft + stolen, idle + waiting, ours


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
