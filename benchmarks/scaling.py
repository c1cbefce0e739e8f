"""Classes of growing size, graded by the command line as an instructor does it."""

import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.limit import FIVE
from benchmarks.measure import Cost, measure
from benchmarks.peers.answers import script, submissions

SIZES = (10, 100, 1_000, 10_000)
QUICK_SIZES = (10, 100, 1_000)
SET_UPS = (("1 worker", ("--workers", "1")), ("2 workers", ("--workers", "2")),
           ("Dask, 2 workers", ("--cluster", "local", "--workers", "2")))  # fmt: skip


def classes(folder: Path, *, quick: bool) -> list[dict[str, Any]]:
    """Grade classes of every size in every set-up, each from nothing."""
    measured = []
    for size in QUICK_SIZES if quick else SIZES:
        handed_in = folder / f"class{size}"
        hand_in(handed_in, size)
        for name, options in SET_UPS:
            out = folder / "results"
            cost = grade(handed_in, out, *options)
            measured.append({"set_up": name, "submissions": size, **row(cost)})
            print(f"{name}: {size} submissions in {cost.wall:.1f} s", flush=True)
            shutil.rmtree(out)
    return measured


def hand_in(folder: Path, count: int) -> None:
    """Write a class of synthetic scripts."""
    folder.mkdir()
    for answers in submissions(count):
        (folder / f"{answers.student}.py").write_text(script(answers))


def grade(handed_in: Path, out: Path, *options: str) -> Cost:
    """Measure the whole command, from its start to the table of the class."""
    command = [sys.executable, "-m", "autograder.cli", "grade", "01_five", handed_in, "--out", out, *options]
    return measure(command, cwd=FIVE)


def row(cost: Cost) -> dict[str, Any]:
    """Return what is kept of a cost."""
    return {"wall_s": cost.wall, "cpu_s": cost.cpu, "memory_mb": cost.memory_mb, "peaks_mb": cost.peaks_mb}
