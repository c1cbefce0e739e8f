"""Each fault that the issue of a numerical program can be, on the smallest program that can have it."""

import ast

import pytest

from autograder.certify.operators import expressions
from autograder.certify.operators.expressions import EXPRESSIONS
from autograder.certify.operators.text import Text

FAULTS = [
    ("axis", "x.sum(axis=1)", {"x.sum()", "x.sum(axis=0)"}),
    ("axis", "x.sum(axis=(0, 2))", {"x.sum()", "x.sum(axis=(2,))"}),
    ("keyword_dropped", "x.sum(axis=1, keepdims=True)", {"x.sum(axis=1)"}),
    ("keyword_dropped", "np.cov(x, bias=True)", {"np.cov(x)"}),
    ("ddof", "x.std(axis=0)", {"x.std(axis=0, ddof=1)"}),
    ("transposed", "X.T", {"X"}),
    ("transposed", "X @ w", {"X.T @ w"}),
    ("transposed", "K[i] @ X[rows]", {"K[i] @ X[rows].T"}),
    ("product", "A @ (b + c)", {"A * (b + c)", "(b + c) @ A"}),
    ("product", "a @ b", {"a * b"}),
    ("product", "np.sum(a * b)", set()),
    ("product", "a * b", {"a @ b"}),
    ("operand_dropped", "total / N", {"total"}),
    ("operand_dropped", "Z - Z.max()", {"Z"}),
    ("operand_dropped", "a * b", {"a", "b"}),
    ("operand_dropped", "a ** 2", {"a"}),
    ("turned_round", "a - b", {"b - a"}),
    ("turned_round", "a / b", {"b / a"}),
    ("turned_round", "(a - b) ** 2", set()),
    ("turned_round", "np.abs(a - b)", set()),
    ("other_function", "np.mean(x)", {"np.sum(x)"}),
    ("other_function", "x.sum()", {"x.mean()"}),
    ("other_function", "np.argmax(x)", {"np.max(x)", "np.argmin(x)"}),
    ("other_function", "np.log(x)", {"np.log2(x)", "np.log10(x)"}),
    ("other_function", "max(a, b)", {"min(a, b)"}),
    ("other_function", "np.argmin(x.sum(axis=1))", {"np.min(x.sum(axis=1))", "np.argmax(x.sum(axis=1))"}),
    ("other_function", "np.linalg.norm(w)", {"np.linalg.norm(w) ** 2"}),
    ("function_forgotten", "np.sqrt(x)", {"x"}),
    ("function_forgotten", "x.copy()", {"x"}),
    ("function_forgotten", "np.maximum(z, 0.0)", {"z", "0.0"}),
    ("function_forgotten", "np.where(c, a, b)", {"np.where(c, b, a)"}),
    ("whole_numbers", "np.asarray(x, dtype=np.float64)", {"np.asarray(x, dtype=int)"}),
    ("whole_numbers", "np.zeros(n)", {"np.zeros(n, dtype=int)"}),
    ("whole_numbers", "np.zeros(n) + b", set()),
    ("broadcast", "b[:, None]", {"b[None, :]", "b"}),
    ("broadcast", "X[:, None, :]", {"X[None, :, :]", "X[:, :, None]", "X"}),
    ("broadcast", "a + b[None, :]", {"a + b[:, None]"}),
    ("broadcast", "C[j, k]", {"C[k, j]"}),
    ("bounds", "x[a:b]", {"x[a : ]", "x[a : b + 1]", "x[a : b - 1]", "x[ : b]", "x[a + 1 : b]"}),
    ("bounds", "x[:-1]", {"x[ : ]", "x[1 : -1]"}),
    ("bounds", "x[::-1]", {"x[ : ]"}),
    ("loop_bounds", "range(n)", {"range(n - 1)", "range(n + 1)", "range(1, n)"}),
    ("loop_bounds", "range(a, n, s)", {"range(a, n - 1, s)", "range(a, n + 1, s)", "range(a + 1, n, s)"}),
    ("constants", "x + 1e-9", {"x + 0.0", "x + 0.1"}),
    ("constants", "range(3000)", {"range(300)"}),
    ("constants", "x + 2", set()),
    ("constants", "True", set()),
]


@pytest.mark.parametrize(("operator", "source", "expected"), FAULTS)
def test_it_makes_these_faults(operator, source, expected):
    text = Text(source)
    found = [edit for node in ast.walk(text.tree) for edit in getattr(expressions, operator)(node, text)]
    assert {text.edited(edit) for edit in found} == expected


def test_every_operator_is_met_here_and_says_what_it_is_for():
    assert {operator.__name__ for operator in EXPRESSIONS} == {operator for operator, _, _ in FAULTS}
    assert all(operator.__doc__ for operator in EXPRESSIONS)


def test_a_cap_on_steps_is_left_alone():
    text = Text("for _ in range(1000):\n    if done(): break")
    assert [e for node in ast.walk(text.tree) for e in expressions.constants(node, text)] == []
    assert [e for node in ast.walk(text.tree) for e in expressions.loop_bounds(node, text)] == []
