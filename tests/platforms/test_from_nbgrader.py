"""Masters of nbgrader's, cell by cell."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.platforms.from_nbgrader import read

F = "def f(x):\n    return x"


def marked(make, text, **facts):
    metadata = {"grade_id": "id", "grade": False, "solution": False, "locked": False, "points": 2}
    return make(text, metadata={"nbgrader": metadata | facts})


def lost(*cells):
    return read(new_notebook(cells=list(cells))).lost


def test_a_notebook_without_metadata_is_doubted():
    assert lost(new_code_cell("x = 1")) == ["no cell has nbgrader's metadata: is this a master notebook, from source/?"]


def test_an_answer_without_regions_is_all_solution():
    (_, exercise) = read(new_notebook(cells=[marked(new_code_cell, F, solution=True)])).pieces
    assert exercise.text == F


def test_everything_graded_by_hand_is_listed():
    assert lost(
        marked(new_markdown_cell, "Do it.", task=True),
        marked(new_markdown_cell, "Mine.", grade=True, solution=True),
        marked(new_code_cell, F, grade=True, solution=True),
    ) == [
        "manual task id (cell 1), 2 points: kept as text without points",
        "manually graded answer id (cell 2), 2 points: kept as an open question without points",
        "code id (cell 3) is graded by hand, 2 points: its functions need tests",
        "f has no test that is worth points; write one in test_hidden.py",
    ]


def test_raw_cells_and_generated_tests_are_listed():
    cells = [
        new_raw_cell("x"),
        marked(new_code_cell, F, solution=True),
        marked(new_code_cell, "### AUTOTEST f(1)\nassert f(1)", grade=True),
    ]
    assert lost(*cells) == [
        "cell 1 is a raw cell and was left out",
        "test id (cell 3) has an AUTOTEST line, which nbgrader expands: write it",
    ]


def test_a_wholly_hidden_test_has_no_public_part():
    text = "# checks\n### BEGIN HIDDEN TESTS\nassert f(1)\n### END HIDDEN TESTS"
    master = read(
        new_notebook(cells=[marked(new_code_cell, F, solution=True), marked(new_code_cell, text, grade=True)])
    )
    ((exercise, test),) = master.tests
    assert (exercise, test.public, test.points) == ("f", "", 2)
