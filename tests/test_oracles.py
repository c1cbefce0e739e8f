"""What is wrong in an ``oracles.py`` is said with file and line."""

import pytest

from autograder.errors import AuthoringError
from autograder.oracles import read_oracles

HEAD = """
from autograder.testing import certificate, oracle
import math as reference


def inputs(rng, size):
    return (1.0,)

"""


def read(tmp_path, text):
    path = tmp_path / "oracles.py"
    path.write_text(HEAD + text)
    return read_oracles(path, ["sqrt", "softmax"])


def declared(arguments):
    return f"@oracle({arguments})\ndef root(x):\n    return x\n"


def test_oracles_are_read_in_order_with_their_place(tmp_path):
    file = read(tmp_path, declared('"sqrt", inputs=inputs, tolerance=0, source="a table"') * 1 + "x = 3\n")
    (opinion,) = file.opinions
    assert (opinion.name, opinion.exercise, opinion.line) == ("root", "sqrt", 9)
    assert opinion.function(2) == 2
    assert file.reference.__name__ == "math"


def test_without_a_module_called_reference_there_is_none(tmp_path):
    path = tmp_path / "oracles.py"
    path.write_text("reference = 3\n")
    assert read_oracles(path, ["sqrt"]).reference is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('"sqr", inputs=inputs, tolerance=0, source="s"', "root: there is no exercise 'sqr'; did you mean sqrt"),
        ('"softmax", inputs=inputs, tolerance=0, source="s"', "root: math has no softmax; say with ask=… how"),
        ('"sqrt", inputs=inputs, tolerance=-1, source="s"', "root: the tolerance is -1, expected"),
        ('"sqrt", inputs=inputs, tolerance=float("nan"), source="s"', "root: the tolerance is nan, expected"),
        ('"sqrt", inputs=inputs, tolerance=0, source=" "', "root: the source is empty"),
        ('"sqrt", inputs=inputs, tolerance=0, source="s", share=2', "root: the share of the budget is 2, expected"),
        ('"sqrt", inputs=inputs, tolerance=0', "the oracles cannot be read: TypeError: .*source"),
        ("1 / 0", "the oracles cannot be read: ZeroDivisionError"),
    ],
)
def test_nonsense_is_refused_with_its_line(tmp_path, arguments, message):
    with pytest.raises(AuthoringError, match=rf"oracles\.py:9: {message}"):
        read(tmp_path, declared(arguments))


def test_what_is_no_python_is_refused_with_its_line(tmp_path):
    with pytest.raises(AuthoringError, match=r"oracles\.py:9: this is not valid Python"):
        read(tmp_path, "def def\n")
