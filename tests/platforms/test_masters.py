"""What a master holds: answers become exercises, everything else is kept apart or listed."""

import pytest
from nbformat import writes
from nbformat.v4 import new_markdown_cell, new_notebook

from autograder.errors import UsageError
from autograder.platforms.masters import Imported, Master, finish, imports_of, read_master, title_of

F = "def f(x):\n    y = x\n    return y"


def kinds(master):
    return [(piece.kind, piece.text) for piece in master.pieces]


def test_an_answer_gets_a_heading_and_imports_a_cell_of_their_own():
    master = Master()
    master.add_code(f"import numpy as np\n\n{F}", 3, given=lambda line: False)
    assert kinds(master) == [("code", "import numpy as np"), ("markdown", "## f"), ("exercise", F)]
    assert imports_of(master) == ["import numpy as np"]


def test_lines_that_students_were_given_stay_given():
    master = Master()
    master.add_code(F, 1, given=lambda line: line < 3)
    assert master.pieces[-1].text == "def f(x):\n    y = x  # given\n    return y"


def test_marks_stand_where_they_are_read():
    """Behind a text of several lines, on the first line of a block, and not a line off below a magic."""
    master = Master()
    code = '%pip install x\ndef f(x):\n    t = """a\n    b"""\n    for i in t:\n        x = i\n    return x'
    master.add_code(code, 1, given=lambda line: line < 7)
    assert master.pieces[-1].text.split("\n") == [
        "def f(x):",
        '    t = """a',
        '    b"""  # given',
        "    for i in t:  # given",
        "        x = i",
        "    return x",
    ]


def test_a_function_that_students_were_given_is_no_exercise():
    master = Master()
    master.add_code(f"{F}\n\n\ndef g(x):\n    return f(x)", 1, given=lambda line: line <= 3)
    assert [piece.kind for piece in master.pieces] == ["code", "markdown", "exercise"]


def test_answers_that_are_no_functions_stay_with_staff():
    master = Master()
    master.add_code("answer = 42", 5, given=lambda line: False)
    assert kinds(master) == [("staff", "answer = 42")]
    assert master.lost == ["cell 5 answers with statements, kept in a staff cell: write a function"]


def test_what_is_not_python_is_listed():
    master = Master()
    master.add_code("%matplotlib inline\nx = 1", 1)
    master.add_code("x = = 2", 2)
    master.add_code(F, 3, given=lambda line: False)
    master.add_code(F, 4, given=lambda line: False)
    master.add_test(Imported("t", "f(", 1), 5)
    assert kinds(master)[0] == ("code", "x = 1")
    assert master.lost == [
        "cell 1 has a magic or shell line, left out: %matplotlib inline",
        "cell 2 is not valid Python (invalid syntax) and was left out",
        "f is defined again; only the first definition was kept",
        "test t (cell 5) is not valid Python ('(' was never closed) and was left out",
    ]


def test_tests_without_an_exercise_or_points_are_listed():
    master = Master()
    master.add_code(F, 1, given=lambda line: False)
    master.add_test(Imported("a", "assert g(1)", 1), 2)
    master.add_test(Imported("b", "assert f(1)", 0), 3)
    master.add_test(Imported("c", "assert f(X)", 2), 4)
    assert finish(master).lost == [
        "test a (cell 2) calls no function of an answer and was left out",
        "test b (cell 3) is worth nothing; a hidden test here is worth points",
        "test c of f uses X of other cells: define it there",
    ]
    assert [test.origin for _, test in master.tests] == ["c"]


def test_an_exercise_without_tests_is_listed():
    master = Master()
    master.add_code(F, 1, given=lambda line: False)
    assert finish(master).lost == ["f has no test that is worth points; write one in test_hidden.py"]


def test_the_title_is_the_first_heading():
    assert title_of(new_notebook(cells=[new_markdown_cell("text\n## A title\n")]), "x") == "A title"
    assert title_of(new_notebook(), "x") == "x"


def test_what_is_no_python_notebook_is_one_sentence(tmp_path):
    path = tmp_path / "a.ipynb"
    with pytest.raises(UsageError, match=r"a\.ipynb cannot be read: No such file"):
        read_master(path)
    path.write_text("{")
    with pytest.raises(UsageError, match=r"a\.ipynb is no valid notebook") as caught:
        read_master(path)
    assert "\n" not in str(caught.value)
    spec = {"name": "ir", "display_name": "R", "language": "R"}
    path.write_text(writes(new_notebook(metadata={"kernelspec": spec})))
    with pytest.raises(UsageError, match="is written in R; only Python can be imported"):
        read_master(path)
