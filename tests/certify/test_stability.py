"""A test that leans on another one, or on luck, turns the line of stability red and no other."""

import subprocess
import sys
import time

import pytest

from autograder.certify.run import examiner_of
from autograder.certify.stability import draws, groups, redrawn, spinning, stability
from autograder.errors import AuthoringError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

FIRST = 'agree(student.normalise(A), expected, "normalise(A)")'
LAST = 'P = shaped(student.normalise(A), A.shape, "normalise(A)")'


def test_a_test_that_depends_on_order_turns_the_line_red_and_no_other(plant, red_lines):
    plant("test_hidden.py", FIRST, f"SEEN.append(A)\n    {FIRST}")
    plant("test_hidden.py", '@grades("normalise", points=6', 'SEEN = []\n\n\n@grades("normalise", points=6')
    lines = red_lines(plant("test_hidden.py", LAST, f'assert SEEN, "first the others"\n    {LAST}'))
    assert list(lines) == ["stability"]
    assert lines["stability"][0] == (
        "solution: loses test_normalise_makes_zero_rows_uniform under 1 of 3 salts, "
        'first "stability 0", in reversed order, two threads'
    )


def test_a_claim_that_holds_for_most_draws_only_is_found(plant):
    lucky = plant("test_hidden.py", FIRST, f'{FIRST}\n    assert A.size != 5 * 8 or A[0, 0] < 0.6, "unlucky"')
    with examiner_of(lucky, full=False) as few, examiner_of(lucky, full=False) as many:
        found = stability(type(many)(many.grader, many.verdicts, salts=30), "normalise")
        assert few.salts is None
    assert found.figures == {"salts": 30, "alternative_salts": 30, "mistake_salts": 7}
    assert any(finding.answer == "solution" for finding in found.findings)
    assert any(finding.answer == "alternative row_by_row" for finding in found.findings)


def test_a_mistake_that_is_caught_by_luck_is_found(plant):
    lucky = plant("test_hidden.py", FIRST, f"if A.size == 40 and A[0, 0] < 0.5:\n        {FIRST}")
    with examiner_of(lucky, full=False) as examiner:
        found = stability(type(examiner)(examiner.grader, examiner.verdicts, salts=30), "normalise")
    assert any(
        finding.answer.startswith("mistake ") and "passes test_normalise_divides" in finding.message
        for finding in found.findings
    )


def test_an_answer_that_remembers_calls_is_judged_in_a_process_of_its_own(plant):
    head = 'def row_by_row({}):\n    """Loops over the rows."""\n'
    spoiled = head.format("A, calls=[]") + "    calls.append(0)\n    assert len(calls) < 30\n"
    with examiner_of(plant("alternatives.py", head.format("A"), spoiled), full=False) as examiner:
        found = stability(type(examiner)(examiner.grader, examiner.verdicts, salts=30), "normalise")
    assert not found.findings


def test_salts_that_one_process_answers_share_no_border():
    assert list(map(list, groups(3, 3, 0))) == [[0], [1], [2]]
    assert [len(group) for group in groups(30, 12, 30)] == [1, 1, 1, 9, 10, 8]
    assert [i for group in groups(205, 200, 50) for i in group] == list(range(205))
    assert all(len({i < 50 for i in group}) == 1 for group in groups(205, 200, 50))


def test_tests_that_draw_nothing_are_known(plant):
    first, second, *_ = plant().tests()
    assert draws(first)
    assert not draws(second)


def test_another_salt_draws_other_inputs(plant):
    test = plant().tests()[0]
    again, other = redrawn(test, "salt", "01_rows"), redrawn(test, "pepper", "01_rows")
    assert (again.cases["tall"]["A"] == test.cases["tall"]["A"]).all()
    assert (other.cases["tall"]["A"] != test.cases["tall"]["A"]).all()


def test_inputs_that_another_salt_cannot_draw_are_a_fault_of_the_test(plant, monkeypatch):
    def fail(*_):
        raise ArithmeticError("no optimum was found")

    test = plant().tests()[0]
    monkeypatch.setattr("autograder.certify.stability.values_of", fail)
    message = "test_normalise_divides.* cannot be drawn under the salt 'pepper': ArithmeticError: no optimum was found"
    with pytest.raises(AuthoringError, match=message) as found:
        redrawn(test, "pepper", "01_rows")
    assert (found.value.path, found.value.line) == (test.path, test.line)


OWNER = """
import time
from autograder.certify.stability import spinning

with spinning(1):
    print("spinning", flush=True)
    time.sleep(600)
"""


def test_spinning_processes_end_with_their_owner_however_it_ends():
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE) as owner:
        assert owner.stdout.readline() == b"spinning\n"
        owner.kill()
        assert owner.communicate(timeout=30)[0] == b""  # it holds the other end as long as it lives


def test_spinning_processes_end():
    with spinning(1):
        time.sleep(0.05)
