"""Three systems on the same synthetic submissions: what each costs, and whether they give the same scores."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.measure import Cost
from benchmarks.peers import ours, with_nbgrader, with_otter
from benchmarks.peers.answers import submissions

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-peers" / "bin"
SYSTEMS: dict[str, tuple[ModuleType, tuple[int, int], str]] = {
    # system: its module, the sizes of a small and a large class, what has to be installed
    "autograder": (ours, (2, 1000), "autograder[staff]"),
    "nbgrader": (with_nbgrader, (2, 26), "nbgrader"),
    "otter-grader": (with_otter, (1, 8), "otter-grader[grading]"),
}
SHARE_OF_QUICK = 4
SIZE = Path(__file__).with_name("installed.py")


class DifferentScores(Exception):
    """Two systems do not agree on what a submission is worth, so that their speeds cannot be compared."""


def compare(folder: Path, *, quick: bool) -> dict[str, dict[str, Any]]:
    """Measure every system on a small and a large class.

    The difference of the two is what submissions cost without the start of the system, which is in its peers' favour.
    """
    if not TOOLS.is_dir():
        raise SystemExit("the peers are not installed; run `make .venv-peers/.ready`, or leave out the part `peers`")
    found: dict[str, dict[str, Any]] = {}
    for system, (module, (few, many), requirement) in SYSTEMS.items():
        count = max(few + 2, many // SHARE_OF_QUICK) if quick else many
        small, large = (_cost(module, folder / f"{system}{size}", size) for size in (few, count))
        each = {what: (getattr(large, what) - getattr(small, what)) / (count - few) for what in ("wall", "cpu")}
        found[system] = {
            "submissions": count,
            "wall_s": large.wall / count,
            "wall_without_start_s": each["wall"],
            "cpu_without_start_s": each["cpu"],
            "memory_mb": large.memory_mb,
            **_installed(sys.executable if module is ours else TOOLS / "python", requirement),
        }
        print(f"{system}: {large.wall / count:.3f} s a submission", flush=True)
    return found


def _cost(module: ModuleType, folder: Path, count: int) -> Cost:
    folder.mkdir()
    students = list(submissions(count))
    module.prepare(folder, TOOLS)
    module.hand_in(folder, students)
    cost: Cost = module.grade(folder, TOOLS)
    expected = {answers.student: answers.score for answers in students}
    if (scores := module.scores(folder, TOOLS)) != expected:
        wrong = {student: scores.get(student) for student in expected if scores.get(student) != expected[student]}
        raise DifferentScores(f"{module.__name__} gives {wrong}, expected {[expected[s] for s in wrong]}")
    return cost


def _installed(python: str | Path, requirement: str) -> dict[str, Any]:
    """Return version and size of a system, as the Python that runs it has it."""
    said = subprocess.run([python, SIZE, requirement], check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found
