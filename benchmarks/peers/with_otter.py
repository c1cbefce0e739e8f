"""The five exercises as an otter assignment: a zip of test files and configuration, ``otter run`` for each notebook."""

import json
from collections.abc import Iterable
from pathlib import Path

import nbformat

from benchmarks.measure import Cost, measure, run, total
from benchmarks.peers.answers import HEADS, POINTS, Answers
from benchmarks.peers.checks import HIDDEN, PUBLIC
from benchmarks.peers.with_nbgrader import kernel

TEST = """\
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
points = {points}
all_or_nothing = True


@test_case(name="public", hidden=False)
def test_public({name}):
{public}


@test_case(name="hidden", hidden=True)
def test_hidden({name}):
{hidden}
"""


def prepare(folder: Path, tools: Path) -> None:
    """Write a test file for each function and have otter pack them."""
    (folder / "tests").mkdir(parents=True)
    (folder / "otter_config.json").write_text("{}")
    for name in HEADS:
        public, hidden = (_indented(text) for text in (PUBLIC[name], HIDDEN[name]))
        text = TEST.format(name=name, points=POINTS, public=public, hidden=hidden)
        (folder / "tests" / f"{name}.py").write_text(text)
    command = [
        tools / "otter",
        "generate",
        "-t",
        "tests",
        "-o",
        "autograder.zip",
        "--no-requirements",
        "--no-environment",
    ]
    run(command, cwd=folder)


def hand_in(folder: Path, students: Iterable[Answers]) -> None:
    """Write submissions: a notebook that checks each answer as otter's notebooks do."""
    (folder / "submissions").mkdir()
    for answers in students:
        start = 'import numpy as np\nimport otter\ngrader = otter.Notebook("five.ipynb")'
        cells = [nbformat.v4.new_code_cell(start, id="start")]
        for name, source in answers.cells.items():
            cells.append(nbformat.v4.new_code_cell(source, id=name.replace("_", "-")))
            cells.append(nbformat.v4.new_code_cell(f'grader.check("{name}")', id=f"check-{name}".replace("_", "-")))
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel())
        nbformat.write(notebook, folder / "submissions" / f"{answers.student}.ipynb")


def grade(folder: Path, tools: Path) -> Cost:
    """Grade all that was handed in, one `otter run` for each (`otter grade` would add a container to each)."""
    costs = []
    for file in sorted((folder / "submissions").glob("*.ipynb")):
        out = folder / "results" / file.stem
        out.mkdir(parents=True, exist_ok=True)
        command = [tools / "otter", "run", "-a", folder / "autograder.zip", "-o", out, file]
        costs.append(measure(command, cwd=folder))
    return total(costs)


def scores(folder: Path, tools: Path) -> dict[str, float]:
    """Return {student: score} from the result files."""
    del tools
    files = sorted((folder / "results").glob("*/results.json"))
    return {file.parent.name: _score(json.loads(file.read_text())) for file in files}


def _score(results: dict[str, list[dict[str, float]]]) -> float:
    return sum(test.get("score", 0.0) for test in results["tests"])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
