"""What is taken from cosmic-ray, and what is left out of it because it would change nothing."""

import sys

import pytest

from autograder.certify.operators.library import library
from autograder.errors import UsageError


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x < y", {"x <= y", "x > y"}),
        ("x <= 1e-9 * y", {"x >= 1e-9 * y", "x <= 1e-9 / y", "x <= 1e-9 + y"}),
        ("-x", {"x"}),
        ("x[1]", {"x[2]", "x[0]"}),
        ("range(1000)", set()),
        ("x.reshape(-1)", {"x.reshape(1)"}),
        ("a and b", {"a or b"}),
        ("zip(a, b, strict=True)", set()),
        ("f(a, full=True)", {"f(a, full=False)"}),
        ("for i in x: pass", {"for i in []: pass"}),
        ("if a: pass", {"if not a: pass"}),
    ],
)
def test_it_makes_these_faults(source, expected):
    assert {code for _, code in library(source)} == expected


def test_without_cosmic_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cosmic_ray.mutating", None)
    with pytest.raises(UsageError, match=r"pip install 'autograder\[certify\]'"):
        list(library("x = 1"))
