"""Colab, VS Code and JupyterLab: the student notebook opens, its checks run beside the wheel alone, nothing is lost.

A fresh environment gets our wheel, and of the packages installed here those that the wheel and a kernel require. So
nothing that only instructors have can be imported in it, and no network is needed.
"""

import json
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import nbformat
import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

from autograder.course import Course
from autograder.grade import Grader
from autograder.submission import read_submission

pytestmark = pytest.mark.platforms

NAME = "02_networks"
KERNEL_SIDE = ("autograder", "ipykernel", "matplotlib", "pip")
STAFF_ONLY = ("sklearn", "scipy", "jupytext", "yaml", "nbgrader", "otter", "reference")


def required(names):
    """Return the distributions that these require, themselves included, without extras."""
    found, todo = {}, list(names)
    while todo:
        dist = distribution(todo.pop())
        if dist.name not in found:
            found[dist.name] = dist
            needed = [Requirement(text) for text in dist.requires or []]
            todo += [r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="module")
def student_python(tmp_path_factory, pytestconfig):
    """The interpreter of an environment with our wheel and what it requires."""
    folder = tmp_path_factory.mktemp("student")
    (wheel,) = WheelBuilder(str(pytestconfig.rootpath)).build(directory=str(folder))
    venv.create(folder / "venv", symlinks=True)
    packages = next((folder / "venv").glob("lib/python*/site-packages"))
    for dist in required(KERNEL_SIDE).values():
        for file in dist.files if dist.name != "autograder" else []:
            top = packages / file.parts[0]
            if file.parts[0] not in ("..", "__pycache__") and not top.exists():
                top.symlink_to(Path(dist.locate_file(file.parts[0])).resolve())
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    return python


@pytest.fixture
def execute(student_python, tmp_path, monkeypatch):
    """Return a function that executes a notebook in the student's environment, in the assignment's folder."""
    from nbclient import NotebookClient

    spec = {"argv": [str(student_python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "python"}
    (tmp_path / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec | {"display_name": "Python 3"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", "")

    def run(notebook, folder):
        manager_settings = {"timeout": 600, "startup_timeout": 600, "resources": {"metadata": {"path": str(folder)}}}
        return NotebookClient(notebook, allow_errors=True, **manager_settings).execute()

    return run


def jupyterlab(notebook):
    """JupyterLab writes what nbformat writes."""
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7", "file_extension": ".py"}


def vscode(notebook):
    notebook.metadata = nbformat.from_dict({"language_info": {"name": "python"}, "orig_nbformat": 4})
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        del cell["id"]
        cell.metadata = nbformat.from_dict({"vscode": {"languageId": "python"}})


def colab(notebook):
    notebook.metadata = nbformat.from_dict({"colab": {"provenance": []}, "kernelspec": notebook.metadata.kernelspec})
    notebook.nbformat_minor = 0
    for i, cell in enumerate(notebook.cells):
        del cell["id"]
        cell.metadata = nbformat.from_dict({"id": f"Xy{i}"})


def test_the_environment_has_nothing_of_ours_but_the_wheel(student_python, tmp_path):
    code = (
        f"from importlib.util import find_spec as f; print([n for n in {STAFF_ONLY} if f(n)], f('autograder').origin)"
    )
    said = subprocess.run([student_python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.startswith("[] ")
    assert "site-packages" in said


def test_the_untouched_notebook_opens_and_its_checks_say_what_to_do(execute, pytestconfig):
    folder = pytestconfig.rootpath / "assignments" / NAME
    notebook = nbformat.read(folder / f"{NAME}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    execute(notebook, folder)
    checks = [cell for cell in notebook.cells if cell.id.startswith("check-")]
    for cell in checks:
        (shown,) = cell.outputs
        assert " is not written yet" in shown.data["text/plain"]
        assert " is not written yet" in shown.data["text/html"]
        assert "✓" not in shown.data["text/html"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
@pytest.mark.parametrize("editor", [jupyterlab, vscode, colab])
def test_a_solved_notebook_passes_its_checks_and_loses_no_point(editor, execute, pytestconfig):
    root = pytestconfig.rootpath
    notebook = nbformat.read(root / "submissions" / NAME / "full.ipynb", as_version=4)
    editor(notebook)
    execute(notebook, root / "assignments" / NAME)
    shown = [cell.outputs[0].data["text/plain"] for cell in notebook.cells if cell.source.startswith("check(")]
    assert len(shown) == len(Course.find(root).assignment(NAME).exercises)
    assert all("✓" in text and "✗" not in text for text in shown)
    with Grader(Course.find(root).assignment(NAME)) as grader:
        report = grader.grade(read_submission(json.dumps(notebook).encode(), "ada.ipynb", "ada"))
    assert (report.score, report.notes) == (report.max_score, ())
