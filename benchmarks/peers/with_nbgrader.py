"""The five exercises as an nbgrader course: a source notebook, the released one filled in, ``nbgrader autograde``."""

import csv
from collections.abc import Iterable
from pathlib import Path

import nbformat

from benchmarks.measure import Cost, measure, run
from benchmarks.peers.answers import HEADS, POINTS, RIGHT, Answers, function
from benchmarks.peers.checks import HIDDEN, PUBLIC

NAME = "five"
CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'


def prepare(folder: Path, tools: Path) -> None:
    """Write the course and let nbgrader generate the release version."""
    source = folder / "source" / NAME / f"{NAME}.ipynb"
    source.parent.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    notebook = nbformat.v4.new_notebook(metadata=kernel())
    notebook.cells.append(nbformat.v4.new_code_cell("import numpy as np", id="imports"))
    for name in HEADS:
        answer = function(name, f"### BEGIN SOLUTION\n{RIGHT[name][0]}\n### END SOLUTION")
        tests = f"{PUBLIC[name]}\n### BEGIN HIDDEN TESTS\n{HIDDEN[name]}\n### END HIDDEN TESTS"
        notebook.cells += [_cell(name, answer, solution=True), _cell(f"test_{name}", tests, points=POINTS)]
    nbformat.write(notebook, source)
    run([tools / "nbgrader", "generate_assignment", NAME], cwd=folder)


def hand_in(folder: Path, students: Iterable[Answers]) -> None:
    """Write submissions: the released notebook with the answers in it."""
    released = (folder / "release" / NAME / f"{NAME}.ipynb").read_text()
    for answers in students:
        notebook = nbformat.reads(released, as_version=4)
        for cell in notebook.cells:
            cell.source = answers.cells.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
        path = folder / "submitted" / answers.student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def grade(folder: Path, tools: Path) -> Cost:
    """Grade all that was handed in, as the manual says; what is graded already is graded again."""
    return measure([tools / "nbgrader", "autograde", NAME, "--create", "--force"], cwd=folder)


def scores(folder: Path, tools: Path) -> dict[str, float]:
    """Return {student: score} from nbgrader's own export."""
    run([tools / "nbgrader", "export"], cwd=folder)
    with (folder / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def kernel() -> dict[str, object]:
    """Return the metadata of a notebook in Python."""
    return {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def _cell(name: str, source: str, *, solution: bool = False, points: int | None = None) -> nbformat.NotebookNode:
    marks = {"grade_id": name, "solution": solution, "grade": not solution, "locked": not solution}
    marks |= {"schema_version": 3, "task": False} | ({} if points is None else {"points": points})
    return nbformat.v4.new_code_cell(source, id=name.replace("_", "-"), metadata={"nbgrader": marks})
