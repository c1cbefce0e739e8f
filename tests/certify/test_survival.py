"""Mutants that survive are shown, unless they are listed with a reason; a list that is not true is shown too."""

import sys

import pytest

from autograder.certify.equivalents import FILE
from autograder.certify.run import examiner_of
from autograder.certify.survival import SHORT, limits_for, mutants_of, rejected, survival

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

WEAK = ('uniform("m d"), wide=uniform("n 8"), square=uniform("k k"), one_row=uniform("1 d")', 'uniform("1 1")')
LISTED = """
[[equivalent]]
exercise = "normalise"
old = "return np.divide(A, total, out=uniform, where=total > 0)"
new = "return np.divide(A, total, out=uniform, where=total > 1)"
reason = "We have not thought about it."
"""


def measured(assignment, text="", *, full=False):
    if text:
        (assignment.folder / FILE).write_text(text)
    with examiner_of(assignment, full=full) as examiner:
        return survival(examiner, "normalise")


def test_the_scaffold_rejects_every_mutant(examiner):
    found = survival(examiner, "normalise")
    assert found.findings == ()
    assert found.figures["killed"] == found.figures["mutants"] == len(mutants_of(examiner, "normalise")) > 10


def test_a_weakened_test_shows_the_mutants_that_it_lets_pass(plant):
    found = measured(plant("test_hidden.py", *WEAK))
    (finding,) = found.findings
    assert finding.answer == "mutant of the solution"
    assert "+    return np.divide(A, total, out=uniform, where=total > 1)" in finding.message
    assert "no hidden test fails it; a test's input over 1000: normalise(array(" in finding.message
    assert '[[equivalent]]\nexercise = "normalise"\nold = "return np.divide' in finding.message


def test_a_listed_mutant_may_survive(plant):
    found = measured(plant("test_hidden.py", *WEAK), LISTED)
    assert found.findings == ()
    assert (found.figures["listed"], found.figures["mutants"] - found.figures["killed"]) == (1, 1)


def test_a_listed_mutant_that_is_rejected_is_found(plant):
    (finding,) = measured(plant(), LISTED).findings
    assert finding.answer == f"01_rows/{FILE}:2"
    assert finding.message.endswith("and survives; take this entry out")


def test_a_listed_mutant_that_no_longer_exists_is_found(plant):
    (finding,) = measured(plant(), LISTED.replace("total > 1", "total > 2")).findings
    assert "no mutant changes" in finding.message


def test_an_open_exercise_lists_nothing(plant):
    entry = '[[open]]\nexercise = "normalise"\nreason = "Any way will do."\n'
    found = measured(plant("test_hidden.py", *WEAK), entry, full=True)
    assert (found.findings, found.figures["open"]) == ((), "Any way will do.")
    assert 0 < found.figures["killed"] < found.figures["mutants"]


def test_mutants_of_an_open_exercise_wait_for_a_full_run(plant):
    found = measured(plant(), '[[open]]\nexercise = "normalise"\nreason = "Any way will do."\n')
    assert (found.findings, found.figures["killed"]) == ((), None)
    assert found.figures["mutants"] > 10


def test_too_many_survivors_need_a_reason(plant):
    idle = "uniform = np.full_like(A, 1 / A.shape[1])"  # lines without effect, and so without effect if they are wrong
    assignment = plant("source.py", idle, "idle = A * 2 + 3\n    idle = idle - A * 5\n    " + idle)
    *_, finding = measured(assignment).findings
    assert finding.answer == "mutants"
    assert finding.message.endswith("expected 5 % at most; strengthen the tests, or say why not in equivalents.toml")
    entry = '[[low_rate]]\nexercise = "normalise"\nreason = "Idle lines."\n'
    assert all(finding.answer == "mutant of the solution" for finding in measured(assignment, entry).findings)


def test_a_low_rate_that_is_high_by_now_is_found(plant):
    (finding,) = measured(plant(), '[[low_rate]]\nexercise = "normalise"\nreason = "Idle lines."\n').findings
    assert str(finding) == f"01_rows/{FILE}:1: the tests reject enough mutants by now; take this entry out"


def test_a_full_run_has_mutants_of_the_alternatives(plant):
    with examiner_of(plant(), full=True) as examiner:
        found = mutants_of(examiner, "normalise", examiner.assignment.alternatives())
        assert {mutant.answer for mutant in found} == {"solution", "row_by_row", "with_a_filled_denominator"}
        other = next(
            m for m in found if m.answer == "row_by_row" and m.new == "row[:] = row if row.any() else 1 / len(row)"
        )
        assert "test_normalise_divides_each_row_by_its_sum" in rejected(examiner, other)


def test_an_endless_mutant_is_stopped_soon_and_counts_as_rejected(plant):
    source = "    total = A.sum(axis=1, keepdims=True)\n"
    loop = "    steps = 0\n    while steps < 1:\n        steps += 1\n"
    with examiner_of(plant("source.py", source, loop + source), full=False) as examiner:
        endless = [m for m in mutants_of(examiner, "normalise") if "steps += 1" in m.old and m.new == "pass"]
        assert [bool(rejected(examiner, mutant)) for mutant in endless] == [True]
        assert limits_for(examiner, endless[0]).call == SHORT < examiner.assignment.front.limits.call


def test_mutants_of_a_slow_answer_have_the_time_that_it_needs(plant):
    head = "    total = A.sum(axis=1, keepdims=True)\n"
    slow = (
        "    import time\n\n    end = time.process_time() + 1.2\n    while time.process_time() < end:\n        pass\n"
    )
    with examiner_of(plant("source.py", head, slow + head), full=False) as examiner:
        some = mutants_of(examiner, "normalise")[0]
        assert limits_for(examiner, some) == examiner.assignment.front.limits
