"""Rewritten answers compute the same, in another way; what is not certainly the same is left alone."""

import ast

import numpy as np
import pytest

from autograder.certify.rewriting import (
    SUMMING,
    other_products,
    renamed_locals,
    reordered_statements,
    summed_by,
)


def run(code):
    namespace = {"np": np}
    exec(SUMMING + code, namespace)
    return namespace


def test_locals_get_other_names_and_everything_else_keeps_its_own():
    code = """
LIMIT = 3

def f(x, *, scale=1):
    total = x + LIMIT
    def inner(y):
        again = total * y
        return again
    squares = [inner(t) for t in range(3)]
    return dict(total=sum(squares)), scale

class C:
    rate = 2
    def m(self):
        value = self.rate
        return value
"""
    renamed = renamed_locals(code)
    assert "squares_renamed" in renamed
    assert "value_renamed" in renamed
    assert "again_renamed" in renamed
    assert "total_renamed" not in renamed  # it is a keyword of a call too
    assert "LIMIT_renamed" not in renamed
    assert "rate_renamed" not in renamed
    assert run(renamed)["f"](1, scale=5) == run(code)["f"](1, scale=5)
    assert run(renamed)["C"]().m() == 2


@pytest.mark.parametrize(
    "body",
    [
        "global g\n    g = 1\n    return g",
        "x = 1\n    return locals()['x']",
        "match [1, 2]:\n        case [a, *b]:\n            pass\n    return a, b",
        "try:\n        1 / 0\n    except ZeroDivisionError as error:\n        text = str(error)\n    return text",
        "import math as m\n    return m.pi",
        "count = 0\n    def more():\n        nonlocal count\n        count += 1\n    more()\n    return count",
        "f = lambda x: x + 1\n    return f(2)",
    ],
)
def test_renaming_keeps_the_meaning(body):
    code = f"def f():\n    {body}\n"
    assert run(renamed_locals(code))["f"]() == run(code)["f"]()


def order(code):
    tree = ast.parse(reordered_statements(f"def f(X, y):\n{code}"))
    return [ast.unparse(statement) for statement in tree.body[0].body]


def test_independent_neighbours_change_places():
    assert order("    a = X.sum()\n    b = np.mean(y)\n    return a, b") == [
        "b = np.mean(y)",
        "a = X.sum()",
        "return (a, b)",
    ]


@pytest.mark.parametrize(
    "code",
    [
        "    a = 1\n    b = a",  # reads the other
        "    a = b\n    b = 1",  # writes what the other reads
        "    a = 1\n    a = 2",
        "    a = X.pop()\n    b = 1",  # changes something
        "    a = f(X)\n    b = 1",  # may change something
        "    a = np.random.rand()\n    b = 1",
        "    a = np.add(X, 1, out=X)\n    b = X",
        "    X[0] = 1\n    b = y",  # is no plain name
        "    a = (c := 1)\n    b = 1",
        "    a += 1\n    b = 1",
    ],
)
def test_what_may_depend_on_the_other_stays(code):
    assert order(code) == [line.strip() for line in ast.unparse(ast.parse(f"def f():\n{code}")).split("\n")[1:]]


CODE = """
def f(A):
    return np.sum(A), A.sum(axis=0), np.sum(A, axis=1, keepdims=True), A.mean(), A.mean(axis=-1), A.sum(keepdims=True)
"""


@pytest.mark.parametrize("how", ["backwards", "kahan"])
def test_sums_come_out_the_same_up_to_rounding(how):
    A = np.random.default_rng(0).normal(size=(50, 7))
    rewritten = summed_by(how)(CODE)
    assert "_total" in rewritten
    assert ".sum" not in rewritten
    assert ".mean" not in rewritten
    for got, want in zip(run(rewritten)["f"](A), run(CODE)["f"](A), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
        assert np.shape(got) == np.shape(want)


def test_kahan_is_more_exact_and_backwards_rounds_otherwise():
    A = np.array([1.0, *[1e-16] * 10_000])
    assert run(summed_by("kahan")("def f(A):\n    return A.sum()"))["f"](A) == pytest.approx(1 + 1e-12, abs=1e-16)
    forwards = np.add.accumulate(A)[-1]
    assert run(summed_by("backwards")("def f(A):\n    return A.sum()"))["f"](A) != forwards


def test_sums_of_other_things_are_left_to_numpy():
    total = run(summed_by("backwards")("def f(A, **k):\n    return np.sum(A, **k)"))["f"]
    assert total(np.array([True, True])) == 2
    assert total(np.zeros((0, 2))) == 0
    assert total(np.ones((2, 3)), axis=(0, 1)) == 6
    assert total(np.ones(3), where=[True, False, True]) == 2
    assert total(np.array([np.inf, 1.0])) == np.inf
    assert summed_by("backwards")("x = math.sum(y)") == "x = math.sum(y)"
    assert summed_by("backwards")("x = np.sum(*y)") == "x = np.sum(*y)"
    infinite = run(summed_by("kahan")("def f(A):\n    return A.sum()"))["f"]
    assert infinite(np.array([1.0, np.inf, 2.0])) == np.inf
    assert infinite(np.array([np.inf, 1.0, 2.0])) == np.inf


@pytest.mark.parametrize(
    "shapes", [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((2, 2, 3), (3, 4))]
)
def test_products_come_out_the_same(shapes):
    rng = np.random.default_rng(1)
    A, B = (rng.normal(size=shape) for shape in shapes)
    f = run(other_products("def f(A, B):\n    return A @ B, np.matmul(A, B)"))["f"]
    for got in f(A, B):
        np.testing.assert_allclose(got, A @ B, rtol=1e-12)
    np.testing.assert_array_equal(
        run(other_products("def f(A, B):\n    return A @ B"))["f"](np.eye(2, dtype=int), np.eye(2, dtype=int)),
        np.eye(2),
    )
