"""Notebooks of students, repaired: every answer and check has its cell again, once, and notes say what was unusual."""

import pytest
from nbformat import validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.platforms.adopt import adopt, readable
from autograder.platforms.nbgrader import answer_metadata, grade_metadata
from autograder.submission import read_submission


def answer(name, source=None, **metadata):
    return new_code_cell(
        source or f"def {name}(x):\n    return x", metadata=metadata or {"nbgrader": answer_metadata(name)}
    )


def check(name):
    return new_code_cell(f'check("{name}")', id=f"check-{name}", metadata={"nbgrader": grade_metadata(name, 2.5)})


@pytest.fixture
def released():
    cells = [new_markdown_cell("# Title"), answer("f"), check("f"), answer("g"), check("g")]
    return new_notebook(cells=cells)


def ids(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]


def test_an_honest_notebook_keeps_its_cells_and_has_no_notes(released):
    notebook, notes = adopt(released, released)
    validate(notebook)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in released.cells]
    assert ids(notebook) == [None, "answer-f", "f", "answer-g", "g"]
    assert notes == []


def test_cells_of_the_student_and_their_order_are_kept(released):
    mine = [new_code_cell("x = 1"), *reversed(released.cells)]
    notebook, notes = adopt(new_notebook(cells=mine), released)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in mine]
    assert notes == []


def test_the_last_definition_is_the_answer(released):
    mine = new_notebook(cells=[*released.cells, answer("f", "def f(x):\n    return 2")])
    notebook, notes = adopt(mine, released)
    assert ids(notebook) == [None, None, "f", "answer-g", "g", "answer-f"]
    assert notes == ["2 cells are copies of answer-f; the one that counts is marked"]


def test_missing_cells_are_put_back_where_they_belong(released):
    mine = new_notebook(cells=[answer("f", "def f(x): return 3")])
    notebook, notes = adopt(mine, released)
    validate(notebook)
    assert ids(notebook) == ["answer-f", "f", "answer-g", "g"]
    assert notebook.cells[2].source == "# g: no cell of the submission holds an answer"
    assert notes == [f"cell {name} was not found; it was put back" for name in ("f", "answer-g", "g")]


def test_two_answers_in_one_cell_are_told(released):
    mine = new_notebook(cells=[new_code_cell("def f(x): return 1\ndef g(x): return 2"), check("f"), check("g")])
    notebook, notes = adopt(mine, released)
    assert notebook.cells[2].source == "# g: answered in a cell that answers another exercise too"
    assert "cell answer-f had lost its nbgrader metadata" in notes
    assert "cell answer-g shares its cell with another answer" in notes


def test_a_changed_check_has_its_own_text_and_points_again(released):
    released_before = new_notebook(cells=[*released.cells])
    mine = new_notebook(cells=[new_code_cell('print("full")', metadata={"nbgrader": grade_metadata("f", 99)})])
    notebook, _ = adopt(mine, released_before)
    cell = notebook.cells[ids(notebook).index("f")]
    assert (cell.source, cell.metadata.nbgrader.points) == ('check("f")', 2.5)


def test_an_empty_notebook_gets_every_cell(released):
    notebook, _ = adopt(new_notebook(), released)
    validate(notebook)
    assert ids(notebook) == ["answer-f", "f", "answer-g", "g"]


def test_ids_that_repeat_are_made_unique_and_attachments_stay(released):
    picture = new_markdown_cell("![](attachment:a)", id="same", attachments={"a": {"image/png": "aGk="}})
    mine = new_notebook(cells=[picture, *released.cells])
    mine.cells.append(new_code_cell("1", id="same"))
    notebook, _ = adopt(mine, released)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert notebook.cells[0].attachments == {"a": {"image/png": "aGk="}}


@pytest.mark.parametrize("data", [b"{}", b"\xff", b'{"cells": [{"cell_type": "code", "source": "x = 1"}, 7]}'])
def test_damaged_notebooks_can_be_shown(data):
    notebook = readable(data, read_submission(data, "a.ipynb", "ada"))
    assert [cell.source for cell in notebook.cells] == ["x = 1"] * (b"x = 1" in data)
