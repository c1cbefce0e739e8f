"""Export to nbgrader: what is in the source, what it hides by itself, and what is never overwritten."""

import ast

import pytest

from autograder.errors import UsageError
from autograder.platforms.export import Request
from autograder.platforms.nbgrader import expected_cells, export, release_notebook, source_notebook, with_region
from autograder.release import release


def test_answers_and_checks_carry_metadata_and_points(rows):
    cells = {cell.id: cell.metadata.get("nbgrader") for cell in release_notebook(rows).cells}
    marked = {name: metadata for name, metadata in cells.items() if metadata}
    assert list(marked) == ["exercise-normalise", "check-normalise"]
    assert marked["check-normalise"]["grade_id"] == "normalise"
    assert marked["check-normalise"]["points"] == 10
    assert expected_cells(rows) == ({"normalise": 10.0}, {"answer-normalise"})


def test_the_release_is_the_student_notebook_and_the_source_holds_solutions_but_no_hidden_test(rows):
    ours = release(rows.source(), rows.exercise_points(), rows.slug)
    assert [(c.id, c.source) for c in release_notebook(rows).cells] == [(c.id, c.source) for c in ours.cells]
    text = "\n".join(cell.source for cell in source_notebook(rows).cells)
    assert "np.divide" in text
    assert "Integers divided in place" not in text
    assert "cancels" not in text, "a model answer to a question stays at home"


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ('def f(x):\n    """Doc."""\n    # secret\n    return 1', 'def f(x):\n    """Doc."""'),
        ("def f(x):\n    # secret\n    return 1", "def f(x):"),
        ('class A:\n    """Doc."""\n\n    @property\n    def x(self):\n        return 1', 'class A:\n    """Doc."""'),
        ("class A:\n    @property\n    def x(self):\n        return 1", "class A:"),
    ],
)
def test_everything_below_the_docstring_lies_in_a_region_that_nbgrader_strips(code, kept):
    marked = with_region(code)
    ast.parse(marked)
    before, begin, rest = marked.partition("    ### BEGIN SOLUTION\n")
    assert begin
    assert before.rstrip("\n") == kept
    assert rest.endswith("\n    ### END SOLUTION")


def test_an_existing_configuration_is_left_alone_and_a_changed_source_is_not_overwritten(rows, tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("# mine")
    written = export(Request(rows, tmp_path))
    assert export(Request(rows, tmp_path)) == written
    assert (tmp_path / "nbgrader_config.py").read_text() == "# mine"
    (tmp_path / "source" / "01_rows" / "01_rows.ipynb").write_text("{}")
    with pytest.raises(UsageError, match="was not overwritten"):
        export(Request(rows, tmp_path))


def test_the_configuration_has_the_two_lines(rows, tmp_path):
    export(Request(rows, tmp_path))
    lines = (tmp_path / "nbgrader_config.py").read_text().splitlines()
    assert len(lines) == 2
    assert str(rows.course.root) in lines[1]
