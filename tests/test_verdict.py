"""One test meets one program: the outcome says what happened and whose fault it was."""

from pathlib import Path

import pytest

from autograder.errors import AnswerError, Missing, Raised, TimedOut, Unsendable
from autograder.model import Outcome, Visibility
from autograder.plugin import Test
from autograder.sandbox.local import LocalTransport
from autograder.testing.checks import agree, raises
from autograder.testing.student import Student
from autograder.verdict import MAX_DETAIL, plain, result_of, run


def graded(function, cases=None, **changes):
    fields = {
        "name": "test_f",
        "exercise": "f",
        "points": 2.0,
        "description": "f doubles.",
        "hint": "Multiply.",
        "visibility": Visibility.HIDDEN,
        "function": function,
        "cases": {"": {}} if cases is None else cases,
        "path": Path("test_hidden.py"),
        "line": 1,
    }
    return Test(**(fields | changes))


def student(f=None, **others):
    return Student(LocalTransport(others | ({"f": f} if f else {})))


def doubles(student, x):
    agree(student.f(x), 2 * x)


NUMBERS = {"one": {"x": 1.0}, "two": {"x": 2.0}, "three": {"x": 3.0}}


def test_a_passed_test_gets_its_points_and_says_no_more():
    result = run(graded(doubles, NUMBERS), student(lambda x: x + x))
    assert (result.outcome, result.score, result.case, result.detail, result.hint) == (
        Outcome.PASSED,
        2.0,
        None,
        "",
        "",
    )


def test_a_result_carries_what_the_student_is_told():
    result = run(graded(doubles, NUMBERS, visibility=Visibility.VISIBLE), student(lambda x: x))
    assert (result.test, result.exercise, result.description) == ("test_f", "f", "f doubles.")
    assert (result.max_score, result.hint, result.visibility) == (2.0, "Multiply.", Visibility.VISIBLE)


def test_cases_run_in_order_until_the_first_that_does_not_pass():
    seen = []

    def f(x):
        seen.append(x)
        return 2.0 if x == 2 else 2 * x

    result = run(graded(doubles, NUMBERS), student(f))
    assert (result.outcome, result.score, result.case) == (Outcome.FAILED, 0.0, "two")
    assert result.detail == "two: the answer is 2, expected 4"
    assert seen == [1.0, 2.0]


def test_a_test_without_cases_names_none():
    result = run(graded(lambda student: agree(student.f(), 2.0)), student(lambda: 1.0))
    assert (result.case, result.detail) == (None, "the answer is 1, expected 2")


def boom(x):
    raise ZeroDivisionError("by x")


@pytest.mark.parametrize(
    ("f", "outcome", "detail"),
    [
        (None, Outcome.MISSING, "one: f is not defined in the submission"),
        (boom, Outcome.RAISED, "one: f raised ZeroDivisionError: by x"),
        (lambda x: {x}, Outcome.FAILED, "one: f returned a set, expected numbers or arrays"),
        (lambda x: None, Outcome.FAILED, "one: the answer is None; is a return statement missing?"),
        (lambda x, y: x, Outcome.RAISED, "one: f raised TypeError: "),
    ],
    ids=["missing", "raised", "no data", "None", "signature"],
)
def test_what_a_function_does_instead_of_answering_is_its_outcome(f, outcome, detail):
    result = run(graded(doubles, NUMBERS), student(f))
    assert result.outcome is outcome
    assert result.detail.startswith(detail)
    assert result.score == 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Missing("x"), Outcome.MISSING),
        (TimedOut("x"), Outcome.TIMED_OUT),
        (Raised("x"), Outcome.RAISED),
        (Unsendable("x"), Outcome.FAILED),
        (AssertionError("x"), Outcome.FAILED),
        (ValueError("x"), Outcome.BROKEN),
        (RecursionError("x"), Outcome.BROKEN),
        (KeyError("x"), Outcome.BROKEN),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_every_error_has_its_outcome(error, outcome):
    def test(student):
        raise error

    assert run(graded(test), student()).outcome is outcome


def test_every_kind_of_missing_answer_was_tried():
    assert set(AnswerError.__subclasses__()) == {Missing, Raised, TimedOut, Unsendable}


def test_an_error_in_a_test_is_ours_and_told_with_its_place():
    def broken(student, x):
        return 1 / (x - x)

    result = run(graded(broken, NUMBERS), student(lambda x: x))
    assert result.outcome is Outcome.BROKEN
    assert "ZeroDivisionError" in result.detail
    assert "return 1 / (x - x)" in result.detail


def test_an_expected_exception_passes():
    assert run(graded(lambda student: raises(student.f, 1, error="ZeroDivisionError")), student(boom)).score == 2.0


def test_an_interrupt_is_not_a_result():
    def test(student):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(graded(test), student())


def test_an_address_or_an_escape_of_the_students_does_not_reach_the_report():
    """The same submission gives the same document, and no terminal obeys it."""

    def f(x):
        raise ValueError(f"\x1b[31m{object()!r}\x00\u202e")

    details = {run(graded(doubles, NUMBERS), student(f)).detail for _ in range(3)}
    (detail,) = details
    assert detail.startswith("one: f raised ValueError: \ufffd[31m<object object at 0x…>")
    assert not set(detail) & set("\x1b\x00\u202e")


def test_text_keeps_its_lines_and_is_cut():
    assert plain("a\n\tb\r") == "a\n\tb\ufffd"
    assert plain("color 0xff, at 0x7f12ab34cd56") == "color 0xff, at 0x…"
    assert len(plain("x" * 10_000)) == MAX_DETAIL


@pytest.mark.parametrize(("case", "detail", "told"), [("", "d", "d"), ("one", "d", "one: d"), ("one", "", "")])
def test_a_detail_names_its_case(case, detail, told):
    assert result_of(graded(doubles), Outcome.FAILED, case, detail).detail == told
