"""Replacing a node leaves the rest of the text alone, and means what was meant."""

import ast

import pytest

from autograder.certify.operators.text import Text, fingerprint


def replaced(source, kind, new):
    text = Text(source)
    node = next(node for node in ast.walk(text.tree) if isinstance(node, kind))
    return text.edited((node, new))


def test_the_rest_of_the_text_stays_as_it_is():
    assert replaced("y  =  a@b  # product", ast.BinOp, "a * b") == "y  =  a * b  # product"


@pytest.mark.parametrize(
    ("source", "kind", "new", "expected"),
    [
        ("x.T @ y", ast.Attribute, "a + b", "(a + b) @ y"),
        ("f(x.T)", ast.Attribute, "a + b", "f(a + b)"),
        ("ä = x.T", ast.Attribute, "x", "ä = x"),
        ("x[a:b]", ast.Slice, "a :", "x[a :]"),
        ("if x:\n    y += 1", ast.AugAssign, "pass", "if x:\n    pass"),
    ],
)
def test_parentheses_come_where_they_are_needed(source, kind, new, expected):
    assert replaced(source, kind, new) == expected


def test_what_would_not_be_python_is_no_edit():
    assert replaced("def f():\n    return 1", ast.Return, "return (") is None


def test_the_same_program_has_the_same_fingerprint():
    assert fingerprint("x = (1)  # one") == fingerprint("x=1")
    assert fingerprint("x = 1") != fingerprint("x = 2")
    assert fingerprint("return 1") is None
    assert fingerprint("x = ") is None
    assert fingerprint("x = 1()"), "a fault that Python warns of is a fault all the same"


def test_it_knows_where_a_change_makes_no_difference():
    text = Text("for i in range(9):\n    y = np.argmin((a - b) ** 2) + c[None]\n    z[i] = 1\n    if y: break")
    names = {
        part: {text.of(n) for n in ast.walk(text.tree) if id(n) in getattr(text, part)}
        for part in ("even", "ranked", "spread", "caps")
    }
    assert names == {
        "even": {"a - b"}, "ranked": {"(a - b) ** 2"}, "spread": {"a", "b", "np.argmin((a - b) ** 2)", "c[None]"},
        "caps": {"9"},
    }  # fmt: skip
    assert text.changed == {"z"}
