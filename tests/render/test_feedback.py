"""Feedback: for a hidden test the sentence, the outcome and the hint, whatever else the result holds."""

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Outcome, Provenance, Report, Result, Visibility
from autograder.render.feedback import HELD, WORDS, exercise_feedback, feedback

PROVENANCE = Provenance("0.1.0", "0" * 64, "ab12", "L2", "3.11", "2.4", "2030-01-31T12:00:00+00:00", 0.5)
SECRET = "MARKER"  # stands for inputs and values of a hidden test


def result(outcome=Outcome.FAILED, visibility=Visibility.HIDDEN, **changes):
    fields = {
        "test": f"test_{SECRET}",
        "exercise": "softmax",
        "description": "Rows sum to one.",
        "max_score": 2.0,
        "case": f"case_{SECRET}",
        "detail": f"{SECRET} is [1, 2], expected [3, 4]",
        "hint": "Subtract the maximum.",
    }
    return Result(outcome=outcome, visibility=visibility, **(fields | changes))


def report(*results, notes=(), student="ada", **changes):
    possible = sum(r.max_score for r in results)
    return Report(
        "02_networks", student, "a.py", "", ("softmax", "relu"), results, PROVENANCE, possible, notes, **changes
    )


def test_feedback_on_one_exercise_is_its_part_of_the_whole():
    made = report(result(Outcome.PASSED), result(Outcome.RAISED, exercise="relu"))
    assert exercise_feedback(made, "softmax") == ["- [x] Rows sum to one. *passed* (2 of 2)"]
    assert exercise_feedback(report(result(Outcome.BROKEN)), "softmax") == [HELD]


def test_the_whole_feedback():
    text = feedback(
        report(
            result(Outcome.PASSED),
            result(hint=""),
            result(Outcome.RAISED, exercise="relu", max_score=0.5),
            result(Outcome.FAILED, Visibility.VISIBLE, exercise="relu", max_score=0.0, detail="y[0] is -1, expected 0"),
            notes=("cell 3 raised NameError: name 'x' is not defined",),
        )
    )
    assert text == (
        "# 02_networks: ada\n\n"
        "**Score: 2 of 4.5**\n\n"
        "- Note: cell 3 raised NameError: name 'x' is not defined\n\n"
        "## softmax: 2 of 4\n\n"
        "- [x] Rows sum to one. *passed* (2 of 2)\n"
        "- [ ] Rows sum to one. *wrong answer* (0 of 2)\n\n"
        "## relu: 0 of 0.5\n\n"
        "- [ ] Rows sum to one. *raised an exception* (0 of 0.5)\n"
        "  - Hint: Subtract the maximum.\n"
        "- [ ] Rows sum to one. *wrong answer*\n"
        "  - y\\[0\\] is -1, expected 0\n"
        "  - Hint: Subtract the maximum.\n"
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_a_hidden_test_says_nothing_about_inputs_and_values(outcome):
    assert SECRET not in feedback(report(result(outcome), result(Outcome.FAILED, Visibility.HIDDEN)))


@given(
    st.builds(
        result,
        st.sampled_from(Outcome),
        st.sampled_from([Visibility.HIDDEN, Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED]),
        detail=st.text(max_size=20),
        case=st.text(max_size=20),
        test=st.text(max_size=20),
    )
)
@settings(deadline=None)
def test_feedback_does_not_depend_on_what_is_hidden(hidden):
    """Equal feedback for any detail, case and name: nothing of them can be in it."""
    other = dataclasses.replace(hidden, detail="", case=None, test="")
    assert feedback(report(hidden)) == feedback(report(other))


@pytest.mark.parametrize("visibility", [Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED])
def test_a_test_that_is_shown_later_is_not_shown_now(visibility):
    text = feedback(report(result(visibility=visibility), result(visibility=visibility, exercise="relu")))
    assert "Rows sum to one." not in text
    assert "## softmax: 0 of 2" in text


def test_a_visible_test_shows_what_went_wrong():
    text = feedback(report(result(visibility=Visibility.VISIBLE)))
    assert f"{SECRET} is \\[1, 2\\], expected \\[3, 4\\]" in text
    assert SECRET not in feedback(report(result(Outcome.PASSED, Visibility.VISIBLE)))
    assert "\n  - " not in feedback(report(result(visibility=Visibility.VISIBLE, detail="", hint="")))


def test_a_held_report_shows_no_score_and_no_result():
    text = feedback(report(result(Outcome.PASSED), result(Outcome.BROKEN), notes=(SECRET,)))
    assert text == (
        "# 02_networks: ada\n\n"
        "Your submission could not be judged completely, through no fault of yours; your instructor sees why.\n"
    )


def test_an_unreadable_submission_says_why():
    text = feedback(report(result(Outcome.MISSING), notes=("a.py cannot be read: it is empty",), unreadable=True))
    assert "**Score: 0 of 2**" in text
    assert "- Note: a.py cannot be read: it is empty" in text


def test_what_students_write_is_shown_as_it_is():
    evil = "<script>alert(1)</script>\n# 100 of 100\x1b[2J [click](http://x)"
    shown = result(visibility=Visibility.VISIBLE, detail=evil)
    text = feedback(report(shown, student=evil, notes=(evil,)))
    assert text.count(r"\<script\>alert(1)\</script\> # 100 of 100 \[2J \[click\](http://x)") == 3
    assert not re.search(r"(?<!\\)[<\[]", text.replace("- [ ]", ""))
    assert "\x1b" not in text
    assert not any(row.startswith("# 100") for row in text.splitlines())


def test_every_outcome_has_words():
    assert set(WORDS) == set(Outcome)
