"""The audit finds what a reference or a solution gets wrong, and blames an oracle that cannot answer."""

import sys

import numpy as np
import pytest

from autograder.certify.oracle import QUICK, oracle, shown, size_of
from autograder.certify.run import examiner_of
from autograder.errors import AuthoringError
from autograder.testing.oracles import SIZES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

SECOND = """

@oracle("normalise", inputs=weights, tolerance=1e-14, source="row by row"""
WRONG_REFERENCE = """
import types

reference = types.ModuleType("reference")


def _normalise(A):
    d = A.shape[1]
    return np.array([row / row.sum() if row.any() else np.full(d, 1.001 / d) for row in A])


reference.normalise = _normalise
"""


def measured(assignment):
    with examiner_of(assignment, full=False) as examiner:
        return oracle(examiner, "normalise")


def test_a_wrong_constant_in_the_reference_turns_the_oracles_line_red_and_no_other(plant, red_lines):
    lines = red_lines(plant("oracles.py", SECOND, f"{WRONG_REFERENCE}\n{SECOND}"))
    assert list(lines) == ["oracle"]
    (line,) = lines["oracle"]
    assert line.startswith("reference: [[1.001]] instead of [[1.]], an error of 0.0005 (row by row with math.fsum)")
    assert line.endswith("of 200 inputs; smallest: ([[0.]])")


def test_an_audit_without_a_disagreement_is_remembered(plant, monkeypatch):
    with examiner_of(plant(), full=False) as examiner:
        first = oracle(examiner, "normalise")
        monkeypatch.setattr("autograder.certify.oracle.audit", None)
        assert oracle(examiner, "normalise") == first
    with examiner_of(plant("oracles.py", SECOND, f"{WRONG_REFERENCE}\n{SECOND}"), full=False) as examiner:
        monkeypatch.undo()
        found = oracle(examiner, "normalise")
        assert oracle(examiner, "normalise") == found
        assert found.findings


def test_a_solution_that_is_wrong_at_rare_inputs_is_found(plant):
    right = "return np.divide(A, total, out=uniform, where=total > 0)"
    (finding,) = measured(plant("source.py", right, f"A = np.where(A > 9.9, 9.9, A)\n    {right}")).findings
    assert finding.answer == "solution"


def test_an_exercise_without_an_oracle_is_not_certified(plant):
    assignment = plant()
    (assignment.folder / "oracles.py").unlink()
    (finding,) = measured(assignment).findings
    assert "declares no oracle for this exercise" in finding.message


def test_what_raises_disagrees(plant):
    (finding,) = measured(plant("source.py", "    uniform =", "    assert len(A) < 5\n    uniform =")).findings
    assert finding.message.startswith("normalise raised AssertionError")


@pytest.mark.parametrize(
    ("old", "replacement", "message"),
    [
        ("    rows = [(row,", "    A.no_such_thing\n    rows = [(row,", "normalise raised AttributeError"),
        ("    A[rng.random", "    A = A / A.no\n    A[rng.random", "the inputs of normalise raised AttributeError"),
        ("else A,)", "else A)", "the inputs of normalise are ndarray, expected a tuple of arguments"),
    ],
)
def test_an_oracle_that_cannot_answer_is_its_authors_fault(plant, old, replacement, message):
    with pytest.raises(AuthoringError, match=rf"oracles\.py:\d+: {message}"):
        measured(plant("oracles.py", old, replacement))


def test_a_certificate_says_by_how_much_an_answer_is_wrong(plant):
    certificate = """
from autograder.testing import certificate


@certificate("normalise", inputs=weights, tolerance=1e-3, source="rows sum to one")
def sums(answer, A):
    return {"too much": np.sum(answer, axis=1) - 1, "too little": 0.5 - np.sum(answer, axis=1)}


@certificate("normalise", inputs=weights, tolerance=1e-3, source="nonsense", share=0.1, solution=True)
def nonsense(answer, A):
    return "a lot"
"""
    measurement = measured(plant("oracles.py", SECOND, f"{certificate}{SECOND}"))
    assert measurement.figures["inputs"] == QUICK + QUICK + QUICK // 10
    (finding,) = measurement.findings
    assert finding.message.startswith("error is inf, more than 0.001 (nonsense), at 20 of 20 inputs")


def test_an_answer_that_a_certificate_cannot_take_apart_disagrees(plant):
    certificate = """
from autograder.testing import certificate


@certificate("normalise", inputs=weights, tolerance=0, source="a pair")
def pair(answer, A):
    _, (first, second, third) = answer, (1, 2)
"""
    (finding,) = measured(plant("oracles.py", SECOND, f"{certificate}{SECOND}")).findings
    assert "cannot be judged: " in finding.message
    assert "pair raised ValueError: not enough values to unpack" in finding.message


def test_inputs_are_the_same_every_time(plant):
    assignment = plant("oracles.py", "1e-14", "0")
    assert measured(assignment) == measured(assignment)


def test_values_are_shown_on_one_line():
    assert (
        shown((np.eye(2), [1.5, "x"], {"a": np.float64(2)}, np.tanh))
        == "([[1., 0.], [0., 1.]], [1.5, 'x'], {'a': 2.0}, tanh)"
    )
    assert shown("x" * 1000, 10) == "'xxxxxxxx…"
    assert size_of((np.eye(3), [1, (2, 3)], {"a": 1})) == 13
    assert SIZES == 8
