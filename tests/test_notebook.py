"""Public tests in the student's hands: the same verdicts as in grading, in text and HTML."""

import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder.errors import UsageError
from autograder.notebook import check_file, demand


@pytest.fixture
def homework(tmp_path, course):
    """An assignment's folder as a student has it."""
    for name in ("test_public.py", "01_rows.ipynb"):
        (tmp_path / name).write_bytes((course.released / "01_rows" / name).read_bytes())
    return tmp_path


def test_check_runs_in_a_real_kernel_and_shows_html(homework, normalise):
    cells = [normalise, "from autograder import check", 'check("normalise")', 'print(check("normalize"))']
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    NotebookClient(
        notebook, timeout=300, startup_timeout=300, resources={"metadata": {"path": str(homework)}}
    ).execute()
    shown = notebook.cells[2].outputs[0].data
    assert "✓" in shown["text/html"]
    assert "✗" not in shown["text/plain"]
    assert "did you mean normalise?" in notebook.cells[3].outputs[0].text


def test_the_untouched_release_is_told_what_to_do(homework):
    checked = check_file(homework / "01_rows.ipynb")
    assert not checked.passed
    assert {str(r.outcome) for r in checked.results} == {"raised"}
    assert "NotImplementedError" in repr(checked)


def test_a_wrong_answer_is_shown_with_values_and_hints(homework):
    (homework / "wrong.py").write_text("def normalise(A):\n    return [[0.0, 0.0]] * len(A)")
    checked = check_file(homework / "wrong.py")
    assert not checked.passed
    assert "✗" in repr(checked)
    assert "expected" in repr(checked)
    assert "<li" in checked._repr_html_()


def test_html_is_escaped(homework):
    (homework / "evil.py").write_text("def normalise(A):\n    raise ValueError('<script>alert(1)</script>')")
    html = check_file(homework / "evil.py")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_other_graders_can_demand_that_a_public_test_passes(homework, monkeypatch):
    monkeypatch.chdir(homework)
    names = {"normalise": lambda A: [[0.25, 0.25, 0.5], [0.75, 0.0, 0.25]]}
    demand("normalise", "test_normalise_on_a_small_example", names)
    with pytest.raises(AssertionError, match="✗ A row of four zeros becomes four quarters"):
        demand("normalise", "test_normalise_leaves_a_row_of_zeros_uniform", names)
    with pytest.raises(UsageError, match="there is no public test 'test_other' of 'normalise'"):
        demand("normalise", "test_other", names)


def test_notes_of_loading_are_told(homework, normalise):
    (homework / "ada.py").write_text(f"{normalise}\n# %%\nundefined")
    checked = check_file(homework / "ada.py")
    assert checked.passed
    assert checked.notes == ("cell 2 raised NameError: name 'undefined' is not defined (line 2)",)


def test_checking_works_where_nothing_unix_only_can_be_imported(homework, normalise):
    (homework / "ada.py").write_text(normalise)
    code = (
        "import sys\n"
        "for name in ('fcntl', 'resource', 'pwd', 'grp', 'termios', 'scipy', 'sklearn', 'jupytext', 'yaml'):\n"
        "    sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from autograder.notebook import check_file\n"
        "print(check_file(Path('ada.py')).passed)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=homework, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr


def test_the_released_notebook_is_valid(homework):
    nbformat.validate(nbformat.read(homework / "01_rows.ipynb", as_version=4))
