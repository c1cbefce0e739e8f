"""Make the sample submissions: from each assignment's solution and release, the ways in which real notebooks differ.

``python submissions/make.py`` writes them, ``--check`` only compares. They are committed, so that the demonstration
grades files as they lie. They hold answers, and are as secret as ``solutions/``.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import Assignment, Course
from autograder.release import notebook_text, release, solution_notebook, solution_script

HERE = Path(__file__).parent

COMPLETE = ("02_networks", "05_svm")  # assignments with every kind of sample; the others have the first three

ENDLESS = """\
def {name}(*args):
    total = 0
    while True:
        total += 1
"""

CHEAT = '''\
import os
import sys

import numpy as np


class Always:
    """Equal to everything, close to everything."""

    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return np.zeros(1)

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__


np.allclose = lambda *args, **kwargs: True
np.testing.assert_allclose = lambda *args, **kwargs: None
np.array_equal = lambda *args, **kwargs: True
np.abs = lambda *args, **kwargs: 0.0

for folder in (".", "..", "../..", "/"):
    try:
        for name in os.listdir(folder):
            if "test_hidden" in name or "solutions" in name:
                print(open(os.path.join(folder, name)).read())
    except OSError as error:
        print("no luck:", error)

frame = sys._getframe()
while frame is not None:
    for value in list(frame.f_locals.values()):
        if isinstance(value, list):
            try:
                value.append("passed")
            except Exception:
                pass
    frame = frame.f_back
'''


def samples(assignment: Assignment, *, execute: bool) -> Iterator[tuple[str, str]]:
    """Yield (file name, text) of every sample of one assignment; without ``execute``, none has outputs."""
    source = assignment.source()
    solved = solution_notebook(source, assignment.slug)
    blank = release(source, assignment.exercise_points(), assignment.slug)
    names = source.exercises
    yield "full.ipynb", notebook_text(solved)
    yield "blank.ipynb", notebook_text(blank)
    yield "partial_most.ipynb", notebook_text(_partial(assignment, solved, blank, names[-2:]))
    if assignment.slug not in COMPLETE:
        return
    yield "partial_start.ipynb", notebook_text(_partial(assignment, solved, blank, names[3:]))
    yield "partial_some.ipynb", notebook_text(_partial(assignment, solved, blank, names[1::2]))
    yield "script.py", solution_script(source)
    yield "not_json.ipynb", notebook_text(solved)[: len(notebook_text(solved)) // 2]
    hangs, raises = names[2], names[4]
    yield "endless.ipynb", notebook_text(_edited(solved, hangs, lambda _: ENDLESS.format(name=hangs)))
    yield "raising.ipynb", notebook_text(_raising(solved, raises))
    yield "jupyter.ipynb", notebook_text(_saved_by_jupyter(solved, assignment.public, execute=execute))
    yield "shuffled.ipynb", notebook_text(_shuffled(solved, blank, raises))
    yield "cheating.ipynb", notebook_text(_cheating(names))


def _copy(notebook: NotebookNode) -> NotebookNode:
    return nbformat.from_dict(json.loads(json.dumps(notebook)))


def _edited(notebook: NotebookNode, exercise: str, edit: Callable[[str], str]) -> NotebookNode:
    """Return a copy in which the cell of one exercise is edited."""
    copy = _copy(notebook)
    cell = next(cell for cell in copy.cells if cell.id == f"exercise-{exercise}")
    cell.source = edit(cell.source)
    return copy


def _partial(
    assignment: Assignment, solved: NotebookNode, blank: NotebookNode, unanswered: tuple[str, ...]
) -> NotebookNode:
    """Leave some exercises as they were handed out, and get the first one wrong in a typical way."""
    stubs = {cell.id: cell.source for cell in blank.cells}
    mistake = assignment.mistakes()[0]
    copy = _edited(solved, mistake.exercise, lambda _: mistake.code.strip())
    for cell in copy.cells:
        if cell.id in {f"exercise-{name}" for name in unanswered}:
            cell.source = stubs[cell.id]
    return copy


def _raising(notebook: NotebookNode, exercise: str) -> NotebookNode:
    """Let a cell raise before and one after the definition it holds."""
    copy = _edited(notebook, exercise, lambda code: f"print(undefined_name)\n\n{code}\n\nprint(1 / 0)")
    copy.cells.insert(3, new_code_cell("import pandas\npandas.read_csv('scores.csv')", id="pandas"))
    return copy


def _saved_by_jupyter(notebook: NotebookNode, folder: Path, *, execute: bool) -> NotebookNode:
    """Add magics, shell lines and noise, execute all of it in a real kernel, and keep the outputs.

    Pictures are left out of the outputs: they would weigh a megabyte and differ from machine to machine.
    """
    copy = _copy(notebook)
    copy.cells.insert(1, new_code_cell("%matplotlib inline\n!echo working on it\nwhere = %pwd", id="magics"))
    copy.cells.append(new_code_cell("%%time\nsum(range(10_000))", id="timed"))
    copy.cells.append(new_code_cell("%%bash\necho done", id="bash"))
    copy.cells.append(new_markdown_cell("That was fun.", id="farewell"))
    if not execute:
        return copy
    from nbclient import NotebookClient

    NotebookClient(copy, timeout=300, startup_timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    for cell in copy.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)
    return copy


def _shuffled(solved: NotebookNode, blank: NotebookNode, deleted: str) -> NotebookNode:
    """Delete one exercise, duplicate an answer and a stub, and move the last exercise to the front."""
    copy = _copy(solved)
    exercises = [cell for cell in copy.cells if cell.id.startswith("exercise-")]
    copy.cells = [cell for cell in copy.cells if not cell.id.endswith(deleted)]
    copy.cells.append(nbformat.from_dict(dict(exercises[0])))
    copy.cells.append(_copy(next(cell for cell in blank.cells if cell.id == exercises[1].id)))
    copy.cells.remove(exercises[-1])
    copy.cells.insert(4, exercises[-1])
    for number, cell in enumerate(copy.cells):
        cell.id = f"cell-{number}"
    return copy


def _cheating(exercises: tuple[str, ...]) -> NotebookNode:
    """Patch numpy's comparisons, look for the tests, and answer every call with an object equal to everything."""
    fakes = "\n".join(f"{name} = lambda *args, **kwargs: Always()" for name in exercises)
    return new_notebook(cells=[new_code_cell(CHEAT, id="cheat"), new_code_cell(fakes, id="fakes")])


def main() -> int:
    """Write or compare all samples; return the number of files that differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a sample is out of date")
    check = parser.parse_args().check
    course, differing = Course.find(HERE), 0
    for slug in course.names():
        folder = HERE / slug
        folder.mkdir(exist_ok=True)
        for name, text in samples(course.assignment(slug), execute=not check):
            path = folder / name
            if path.exists() and _same(name, path.read_text(encoding="utf-8"), text):
                continue
            differing += 1
            print(f"{path.relative_to(HERE.parent)} {'differs' if check else 'written'}")
            if not check:
                path.write_text(text, encoding="utf-8")
    return differing if check else 0


def _same(name: str, old: str, new: str) -> bool:
    """Whether a sample is up to date; of a notebook saved by Jupyter only the cells count, not what they printed."""
    if name != "jupyter.ipynb":
        return old == new
    before, now = ([cell["source"] for cell in json.loads(text)["cells"]] for text in (old, new))
    return before == now


if __name__ == "__main__":
    sys.exit(main())
