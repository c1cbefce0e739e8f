"""Faults in what happens when, on the smallest function that can have them."""

import pytest

from autograder.certify.operators import statements
from autograder.certify.operators.statements import STATEMENTS
from autograder.certify.operators.text import Text

FAULTS = [
    ("update_forgotten", "x = x - g", {"pass"}),
    ("update_forgotten", "y = x - g", set()),
    ("update_forgotten", "y[0] = 1", {"pass"}),
    ("update_forgotten", "found.append(x)", {"pass"}),
    ("update_forgotten", "x = np.asarray(x)", set()),
    ("guard_forgotten", "if g:\n    return 0", {"pass"}),
    ("guard_forgotten", "if g:\n    x = 0", {"if True:\n    x = 0"}),
    ("guard_forgotten", "while x:\n    if g:\n        break", set()),
    ("in_place", "x = x - g", {"x -= g"}),
    ("in_place", "y = 2 * x\ny = y - g", set()),
    ("in_place", "y = 2 * x\nfor _ in h(lambda y: y):\n    y = y - g", set()),
    ("in_place", "y = x\ny = y - g", {"y = x\ny -= g"}),
    ("in_place", "y = 2 * x\nfound.append(y)\ny = y - g", {"y = 2 * x\nfound.append(y)\ny -= g"}),
    ("copy_dropped", "y = np.array(x)\ny[0] = 1", {"y = np.asarray(x)\ny[0] = 1"}),
    ("copy_dropped", "y = np.array(x)\nz = y - g", set()),
    ("wrong_order", "x = x - g\nfound.append(x)", {"found.append(x)\nx = x - g"}),
    ("wrong_order", "y = x - g\nz = y + 1", set()),
    ("wrong_order", "x[0] += g\nx[1] -= g", set()),
    ("wrong_order", "x, g = g, x + g", {"x = g; g = x + g"}),
    ("wrong_order", "return x, g", {"return g, x"}),
]


def function(body):
    return "def f(x, g, found):\n" + "\n".join(f"    {line}" for line in body.split("\n"))


@pytest.mark.parametrize(("operator", "body", "expected"), FAULTS)
def test_it_makes_these_faults(operator, body, expected):
    text = Text(function(body))
    found = [edit for part in text.bodies() for edit in getattr(statements, operator)(part, text)]
    assert {text.edited(edit) for edit in found} == {function(body) for body in expected}


def test_every_operator_is_met_here_and_says_what_it_is_for():
    assert {operator.__name__ for operator in STATEMENTS} == {operator for operator, _, _ in FAULTS}
    assert all(operator.__doc__ for operator in STATEMENTS)
