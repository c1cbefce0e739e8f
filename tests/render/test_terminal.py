"""Reports on a terminal: everything staff need, and nothing that a student's text could make a terminal do."""

import io

import pytest
from rich.console import Console

from autograder.model import Outcome, Provenance, Report, Result, Standing
from autograder.render import terminal

PROVENANCE = Provenance("0.1.0", "0" * 64, "ab12", "L2", "3.11", "2.4", "2030-01-31T12:00:00+00:00", 0.5)
EVIL = "[bold]x[/bold]\x1b[31m\x1b]0;you\x07\u202e"


def result(outcome=Outcome.PASSED, exercise="softmax", **changes):
    fields = {"test": "test_rows", "description": "Rows sum to one.", "max_score": 2.0}
    return Result(exercise=exercise, outcome=outcome, **(fields | changes))


def report(*results, student="ada", **changes):
    possible = sum(r.max_score for r in results)
    return Report("02_networks", student, "a.py", "", ("softmax", "relu"), results, PROVENANCE, possible, **changes)


def standing(*results, **changes):
    return Standing.of(report(*results, **changes))


def text(renderable):
    """Return what a terminal of 120 columns without colours shows, with single spaces."""
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(renderable)
    return "\n".join(" ".join(row.split()) for row in console.file.getvalue().splitlines())


@pytest.mark.parametrize(("value", "written"), [(10.0, "10"), (7.5, "7.5"), (0.0, "0"), (1 / 3, "0.333333")])
def test_points_are_written_as_people_do(value, written):
    assert terminal.number(value) == written


def test_every_outcome_has_a_mark():
    assert set(terminal.MARKS) == set(Outcome)
    assert str(terminal.mark(Outcome.TIMED_OUT)) == "⧗ timed out"


def test_a_report_shows_every_test_with_its_detail():
    shown = text(
        terminal.report(
            report(
                result(),
                result(Outcome.FAILED, test="test_shift", detail="y[0] is 1,\nexpected 2"),
                result(Outcome.MISSING, exercise="relu", test="test_relu", max_score=0.0),
                notes=("cell 3 raised NameError",),
            )
        )
    )
    assert shown == (
        "ada · 02_networks · 2 of 4\n"
        "exercise test outcome points detail\n"
        "softmax test_rows ✓ passed 2/2\n"
        "test_shift ✗ failed 0/2 y[0] is 1, expected 2\n"
        "relu test_relu – missing\n"
        "note: cell 3 raised NameError\n"
        "sandbox L2 · salt ab12 · 0.50 s"
    )


def test_a_held_report_says_how_many_tests_broke():
    held = report(result(), result(Outcome.BROKEN), result(Outcome.BROKEN))
    assert terminal.score(held) == "held: 2 tests broke, no score is released"


def test_many_reports_are_a_row_each_with_notes_below():
    shown = text(terminal.summary([standing(result(), notes=("cell 3 raised NameError",)), standing(student="bob")]))
    assert shown == (
        "student status score softmax relu\nada graded 2 2 0\nbob graded 0 0 0\nada: cell 3 raised NameError"
    )


def test_no_reports_are_a_heading():
    assert text(terminal.summary([])) == "student status score"


def test_public_tests_are_sentences_with_what_went_wrong_and_a_hint():
    shown = text(
        terminal.checks(
            [
                result(),
                result(Outcome.FAILED, detail="y is None", hint="Return it."),
                result(Outcome.RAISED, detail="softmax raised TypeError"),
            ]
        )
    )
    assert shown.splitlines() == [
        "✓ passed softmax Rows sum to one.",
        "✗ failed softmax Rows sum to one.",
        "y is None",
        "Hint: Return it.",
        "✗ raised softmax Rows sum to one.",
        "softmax raised TypeError",
    ]


def test_a_passed_test_says_no_more():
    assert "detail" not in text(terminal.checks([result(detail="detail", hint="hint")]))


@pytest.mark.parametrize(
    "show",
    [
        lambda evil: terminal.report(report(result(Outcome.FAILED, detail=evil), student=evil, notes=(evil,))),
        lambda evil: terminal.summary([standing(result(), student=evil, notes=(evil,))]),
        lambda evil: terminal.checks([result(Outcome.FAILED, detail=evil, hint=evil, description=evil)]),
    ],
    ids=["report", "summary", "checks"],
)
def test_text_of_students_is_neither_obeyed_nor_taken_for_markup(show):
    shown = text(show(EVIL))
    assert "[bold]x[/bold]" in shown
    assert not set(shown) & set("\x1b\x07\u202e")
