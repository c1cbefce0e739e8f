"""One warm submission after another: how long a verdict takes, and how much of that the student's own code needs."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.batch.task import open_task
from autograder.course import Assignment, Course
from autograder.grade import Grader
from autograder.submission import Submission
from benchmarks.bare import BareCost, bare_cost
from benchmarks.peers.answers import script, submissions

ROOT = Path(__file__).parents[1]
FIVE = Path(__file__).parent / "peers" / "course"
REAL = ("02_networks", "05_svm", "08_backprop")
FIVE_ROUNDS = 200
REAL_ROUNDS = 15
COLD_ROUNDS = 5
AT_ONCE = 5  # rounds of one kind


def five_functions(folder: Path, share: float) -> dict[str, Any]:
    """Measure warm and cold gradings of the five-function notebook."""
    file = folder / "ada.py"
    file.write_text(script(next(submissions(1))))
    measured = _warm(Course.find(FIVE).assignment("01_five"), file, max(20, int(FIVE_ROUNDS * share)))
    command = [sys.executable, "-m", "autograder.cli"]
    grade = [*command, "grade", "01_five", str(file), "--json"]
    rounds = range(max(3, int(COLD_ROUNDS * share)))
    cold = [_seconds(lambda: _quiet(grade)) for _ in rounds]
    words = [_seconds(lambda: _quiet([*command, "--help"])) for _ in rounds]
    return measured | {"cold_ms": _ms(cold), "help_ms": _ms(words)}


def real_assignments(share: float) -> dict[str, dict[str, Any]]:
    """Measure warm gradings of solutions of full assignments, plots included."""
    course = Course.find(ROOT)
    samples = ROOT / "submissions"
    rounds = max(5, int(REAL_ROUNDS * share))
    return {name: _warm(course.assignment(name), samples / name / "full.ipynb", rounds) for name in REAL}


def _warm(assignment: Assignment, file: Path, rounds: int) -> dict[str, Any]:
    """Grade a right submission several times, as warm as in a class; run it as often without any protection; repeat."""
    submission = open_task("ada", file).submission()
    graded, bares = [], []
    with Grader(assignment, plots=True) as grader:
        assert grader.grade(submission).score == assignment.points
        _bare(assignment, submission)
        for _ in range(rounds // AT_ONCE):
            graded += [_seconds(lambda: grader.grade(submission)) for _ in range(AT_ONCE)]
            bares += [_bare(assignment, submission) for _ in range(AT_ONCE)]
    over = [seconds - bare.seconds for seconds, bare in zip(graded, bares, strict=True)]
    return {
        "rounds": len(graded),
        "graded_ms": _ms(graded),
        "p95_ms": 1e3 * statistics.quantiles(graded, n=20)[-1],
        "bare_ms": _ms([bare.seconds for bare in bares]),
        "over_ms": _ms(over),
        "tests_ms": _ms([bare.tests_seconds for bare in bares]),
        "questions": bares[0].questions,
    }


def _bare(assignment: Assignment, submission: Submission) -> BareCost:
    """Measure in the folder where notebooks find their data."""
    before = Path.cwd()
    os.chdir(assignment.public if assignment.public.is_dir() else before)
    try:
        return bare_cost(assignment, submission)
    finally:
        os.chdir(before)


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _ms(seconds: list[float]) -> float:
    return 1e3 * statistics.median(seconds)


def _quiet(command: list[str]) -> None:
    subprocess.run(command, cwd=FIVE, check=True, stdout=subprocess.DEVNULL)
