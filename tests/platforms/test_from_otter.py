"""Masters of otter's, cell by cell."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.platforms.from_otter import read

F = "def f(x):\n    return x # SOLUTION"


def question(*tests, config="name: q\npoints: 2", answer=F):
    cells = [new_raw_cell(f"# BEGIN QUESTION\n{config}"), new_raw_cell("# BEGIN SOLUTION"), new_code_cell(answer)]
    cells += [new_raw_cell("# END SOLUTION"), new_raw_cell("# BEGIN TESTS"), *map(new_code_cell, tests)]
    cells += [new_raw_cell("# END TESTS"), new_raw_cell("# END QUESTION")]
    return read(new_notebook(cells=cells))


def points(master):
    return [test.points for _, test in master.tests]


def test_a_notebook_without_questions_is_doubted():
    assert read(new_notebook()).lost == ["no raw cell begins a question: is this a master notebook for `otter assign`?"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("name: q\npoints: 2", [1, 1]),
        ("name: q", [0.5, 0.5]),
        ("name: q\npoints: [0.5, 1.5]", [0.5, 1.5]),
    ],
)
def test_points_are_shared_as_otter_does(config, expected):
    assert points(question("assert f(1)", "assert f(2)", config=config)) == expected


def test_a_test_with_points_of_its_own_leaves_the_rest_to_the_others():
    own = '""" # BEGIN TEST CONFIG\npoints: 0.5\n""" # END TEST CONFIG\nassert f(1)'
    assert points(question(own, "assert f(2)")) == [0.5, 1.5]


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (F, "def f(x):\n    return x"),
        ("def f(x):\n    y = x\n    return y # SOLUTION NO PROMPT", "def f(x):\n    y = x  # given\n    return y"),
        ("def f(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION", "def f(x):\n    return x"),
        (
            'def f(x):\n    """ # BEGIN PROMPT\n    ...\n    """ # END PROMPT\n    return x # SOLUTION',
            "def f(x):\n    return x",
        ),
        ("def f(x):\n    return x", "def f(x):\n    return x"),
    ],
)
def test_marks_of_solutions_are_taken_out(answer, kept):
    assert question("assert f(1)", answer=answer).pieces[-1].text == kept


def test_what_has_no_place_here_is_listed():
    master = question("def test_it(env):\n    assert env['f'](1)", "assert f(", config="- a")
    assert master.lost == [
        "cell 1 has no readable configuration",
        "the test in cell 6 takes `env`, all names: call student.NAME instead",
        "test question 1.1 (cell 6) calls no function of an answer and was left out",
        "test question 1.2 (cell 7) is not valid Python ('(' was never closed) and was left out",
        "f has no test that is worth points; write one in test_hidden.py",
    ]
    assert "cell 1 has no readable configuration" in question(config="a: [").lost
    assert "question q has no tests" in question().lost


def test_text_and_open_answers_are_kept():
    cells = [new_raw_cell("# EXPORT"), new_markdown_cell("Text"), new_markdown_cell(" ")]
    cells += [new_raw_cell("# BEGIN SOLUTION"), new_markdown_cell("Since."), new_raw_cell("# END SOLUTION")]
    master = read(new_notebook(cells=cells))
    assert [(piece.kind, piece.text) for piece in master.pieces] == [("markdown", "Text"), ("answer", "Since.")]
    assert master.lost[0] == "cell 1 is a raw cell, and was left out: # EXPORT"
