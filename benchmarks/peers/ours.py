"""The five exercises as an assignment of ours: the folder ``course`` beside this file, ``autograder grade``."""

import csv
from collections.abc import Iterable
from pathlib import Path

from benchmarks import scaling
from benchmarks.measure import Cost
from benchmarks.peers.answers import Answers, script

WORKERS = 2


def prepare(folder: Path, tools: Path) -> None:
    """Nothing to prepare: the course is graded where it lies."""
    del folder, tools


def hand_in(folder: Path, students: Iterable[Answers]) -> None:
    """Write submissions as scripts."""
    (folder / "submissions").mkdir(parents=True)
    for answers in students:
        (folder / "submissions" / f"{answers.student}.py").write_text(script(answers))


def grade(folder: Path, tools: Path) -> Cost:
    """Grade all that was handed in."""
    del tools
    return scaling.grade(folder / "submissions", folder / "results", "--workers", str(WORKERS))


def scores(folder: Path, tools: Path) -> dict[str, float]:
    """Return {student: score} from the table of the class."""
    del tools
    with (folder / "results" / "summary.csv").open(newline="") as file:
        return {row["student"]: float(row["score"]) for row in csv.DictReader(file)}
