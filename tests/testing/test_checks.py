"""Checks: they look at type, shape, finiteness and value in that order, and say what is wrong in one sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import Missing, Raised, TimedOut
from autograder.sandbox.local import LocalTransport
from autograder.testing.checks import (
    ATOL,
    RTOL,
    Mismatch,
    agree,
    between,
    called,
    finite,
    gap,
    raises,
    residual,
    sequence,
    shaped,
    unchanged,
)
from autograder.testing.student import Recorder, Student
from autograder.wire import Seed

NAN, INF = np.nan, np.inf


class Answer:
    """An object of no use to a test."""


def student(**functions):
    """Return functions as the student's, behind the wire."""
    return Student(LocalTransport(functions))


def mismatch(check, *args, **kwargs):
    """Return the sentence with which a check refuses an answer."""
    with pytest.raises(Mismatch) as caught:
        check(*args, **kwargs)
    return str(caught.value)


# ---- type ------------------------------------------------------------------------------------------------------

NOT_NUMBERS = {
    "None": (None, "y is None; is a return statement missing?"),
    "text": ("1.0", "y is a str, expected numbers"),
    "complex": (1j, "y is a complex, expected numbers"),
    "dict": ({"y": 1.0}, "y is a dict, expected numbers"),
    "object": (Answer(), f"y is an object of class {__name__}.Answer, expected numbers"),
    "complex array": (np.array([1j]), "y holds complex numbers, expected real numbers"),
    "texts": (["a", "b"], "y holds text, expected real numbers"),
    "bytes": ([b"a"], "y holds bytes, expected real numbers"),
    "Nones": ([None, 1.0], "y holds dtype object, expected real numbers"),
    "ragged list": ([[1.0], [1.0, 2.0]], "y is a list whose rows differ in length"),
    "ragged tuple": ((1.0, [1.0, 2.0]), "y is a tuple whose rows differ in length"),
}


@pytest.mark.parametrize("check", [finite, shaped, agree, between, residual], ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", NOT_NUMBERS)
def test_the_type_is_looked_at_first(case, check):
    value, sentence = NOT_NUMBERS[case]
    claim = {finite: (), shaped: ((3,),), agree: ([1.0],), between: (0, 1), residual: (1.0, 1e-9)}[check]
    assert mismatch(check, value, *claim, name="y") == sentence


def test_an_instance_of_the_students_is_named_by_its_class():
    class Centroid:
        pass

    Centroid.__module__ = "__main__"
    instance = student(Centroid=Centroid).Centroid()
    assert mismatch(finite, instance, "y") == "y is <Centroid of the student>, expected numbers"
    assert mismatch(sequence, instance, 2, "y") == "y is <Centroid of the student>, expected a tuple or list"


@pytest.mark.parametrize(
    "value", [[1, 2], (1.0, 2), np.array([1, 2]), np.float32([1, 2]), [np.float64(1), 2], np.uint8([1, 2])], ids=repr
)
def test_lists_and_arrays_of_any_real_dtype_are_numbers(value):
    np.testing.assert_array_equal(agree(value, [1.0, 2.0]), [1, 2])


# ---- shape -----------------------------------------------------------------------------------------------------


def test_a_wrong_shape_is_told_before_wrong_values():
    assert mismatch(agree, [[NAN, 1.0]], [1.0, 2.0]) == "the answer has shape (1, 2), expected (2,)"
    assert mismatch(agree, 1.0, [1.0]) == "the answer has shape (), expected (1,)"


def test_nothing_is_broadcast():
    assert mismatch(agree, np.ones((3, 1)), np.ones((3, 3)), "p") == "p has shape (3, 1), expected (3, 3)"


def test_any_length_may_be_allowed():
    assert shaped(np.zeros((4, 3)), (None, 3)).shape == (4, 3)
    assert mismatch(shaped, np.zeros((4, 2)), (None, 3), "X") == "X has shape (4, 2), expected (any, 3)"


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(1.5, "float64"), (1, "int64"), (True, "bool"), (np.float64(1), "float64"), (np.int64(1), "int64")],
    ids=["float", "int", "bool", "numpy.float64", "numpy.int64"],
)
def test_a_scalar_may_be_a_python_number_of_the_dtype(value, dtype):
    assert shaped(value, (), dtype=dtype) == value


@pytest.mark.parametrize(
    ("value", "shape", "sentence"),
    [
        (1, (), "the answer is an int, expected a numpy array of dtype float64"),
        ([1.0], (1,), "the answer is a list, expected a numpy array of dtype float64"),
        (np.float32([1]), (1,), "the answer has dtype float32, expected float64"),
        (np.array([1]), (1,), "the answer has dtype int64, expected float64"),
    ],
    ids=repr,
)
def test_another_dtype_than_was_asked_for_is_told(value, shape, sentence):
    assert mismatch(shaped, value, shape, dtype="float64") == sentence


# ---- finiteness ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_the_first_entry_that_is_not_finite_is_named(bad):
    assert mismatch(finite, [[1.0, 1.0], [1.0, bad]], "p") == "p contains nan or inf at [1, 1]"
    assert mismatch(finite, bad, "p") == "p contains nan or inf"
    assert mismatch(agree, [5.0, bad], [1.0, 2.0], "p") == "p contains nan or inf at [1]"


@pytest.mark.parametrize("value", [[1, 2], [True], [], np.zeros((0, 3)), 0], ids=repr)
def test_finite_returns_the_answer_as_an_array(value):
    assert finite(value).shape == np.shape(value)


def test_infinities_must_stand_in_the_same_places():
    agree([1.0, INF, -INF], [1.0, INF, -INF])
    assert mismatch(agree, [1.0, INF], [1.0, -INF]) == "the answer[1] is inf, expected -inf (1 of 2 entries differ)"
    assert mismatch(agree, [1.0, 1e308], [1.0, INF]) == "the answer[1] is 1e+308, expected inf (1 of 2 entries differ)"
    assert mismatch(agree, [NAN, INF], [1.0, INF]) == "the answer[0] is nan, expected 1 (1 of 2 entries differ)"


@pytest.mark.parametrize("value", [NAN, INF, 0.0])
def test_nothing_agrees_with_nan(value):
    assert "expected nan" in mismatch(agree, value, NAN)


# ---- values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("dtype", "rtol", "atol"), [(np.float64, 1e-9, 1e-10), (np.float32, 1e-5, 1e-6)])
@pytest.mark.parametrize("options", [{}, {"condition": 50.0}], ids=["well", "ill"])
def test_the_tolerance_follows_the_dtype_of_the_answer_and_the_condition(dtype, rtol, atol, options, sign):
    want = np.array([0.0, 1.0, 1000.0])
    tolerance = options.get("condition", 1.0) * (rtol * want + atol)
    agree((want + sign * 0.8 * tolerance).astype(dtype), want, **options)
    for i in range(3):
        wrong = want.copy()
        wrong[i] += sign * 1.3 * tolerance[i]
        assert f"the answer[{i}] is" in mismatch(agree, wrong.astype(dtype), want, **options)


def test_integers_of_any_size_are_exact_numbers():
    assert "expected 1" in mismatch(agree, np.int32([1]), [1 + 1e-7])


def test_a_test_may_choose_its_tolerance_but_not_below_single_precision():
    agree([1.01], [1.0], rtol=0.02)
    agree([0.01], [0.0], atol=0.02)
    agree(np.float32([1.01, 0.01]), [1.0, 0.0], rtol=0.02, atol=0.02)
    agree([1.0], [1.0], rtol=0.0, atol=0.0)
    agree(np.float32([1 + 1e-6]), [1.0], rtol=1e-12, atol=0.0)
    assert mismatch(agree, [1 + 1e-8], [1.0], rtol=0.0, atol=1e-9).startswith("the answer[0] is 1, expected 1")


def test_the_first_wrong_entry_is_named_and_all_are_counted():
    got, want = np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3)
    want[1, 1:] += 0.5
    assert mismatch(agree, got, want, "p") == "p[1, 1] is 4, expected 4.5 (2 of 6 entries differ)"
    assert mismatch(agree, 1.0, 2.0, "loss") == "loss is 1, expected 2"
    assert mismatch(agree, [1.0], [2.0], "loss") == "loss[0] is 1, expected 2"


@pytest.mark.parametrize("factor", [-1.0, 0.5, 2.0, 1 / 3])
def test_a_constant_factor_is_named(factor):
    want = np.array([1.0, 0.0, -3.0, 1e6])
    assert mismatch(agree, factor * want, want).endswith(f", off by a constant factor of {factor:.6g}")


@pytest.mark.parametrize(
    ("got", "want"),
    [
        ([2.0, 4.0, 1.0], [1.0, 2.0, 0.0]),  # an entry that should be zero is not
        ([2.0, 3.0], [1.0, 2.0]),
        ([0.0, 0.0], [1.0, 2.0]),
        ([2.0], [1.0]),  # one entry is always a multiple
        ([1.0, 1.0 + 1e-8], [1.0, 1.0]),  # a factor of 1 is none
        ([1.0, 2.0], [0.0, 0.0]),
        ([2.0, INF], [1.0, INF]),
        ([1e300, 1e300], [1e-300, 1e-300]),  # the factor overflows
    ],
    ids=str,
)
def test_no_factor_is_named_where_it_would_mislead(got, want):
    assert "factor" not in mismatch(agree, got, want)


@pytest.mark.parametrize("expected", [[1, 2, 3], np.array([1, 2, 3], np.int32)], ids=["list", "int32"])
def test_integers_must_be_equal(expected):
    agree([1, 2, 3], expected)
    agree([1.0, 2.0, 3.0], expected)
    assert mismatch(agree, [1, 2, 4], expected) == "the answer[2] is 4, expected 3 (1 of 3 entries differ)"
    assert mismatch(agree, [1, 2, 3 + 1e-12], expected) == "the answer[2] is 3, expected 3 (1 of 3 entries differ)"
    assert mismatch(agree, [1, 2, NAN], expected) == "the answer[2] is nan, expected 3 (1 of 3 entries differ)"


def test_booleans_must_be_equal():
    agree([True, False], [True, False])
    agree([1, 0], [True, False])
    sentence = "the answer[0] is False, expected True (2 of 2 entries differ)"
    assert mismatch(agree, [False, True], [True, False]) == sentence


def test_flipped_labels_are_named_as_a_factor():
    assert mismatch(agree, [-1, 1, -1], [1, -1, 1]).endswith("off by a constant factor of -1")


def test_large_integers_are_not_rounded():
    assert "expected 9007199254740993" in mismatch(agree, 2**53, 2**53 + 1)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=5))
def test_every_finite_answer_agrees_with_itself_and_comes_back_as_an_array(numbers):
    np.testing.assert_array_equal(agree(numbers, numbers), numbers)


@given(st.lists(st.floats(), min_size=1, max_size=4), st.lists(st.floats(), min_size=1, max_size=4))
def test_agreement_within_tolerance_is_all_that_passes(got, want):
    ok = len(got) == len(want) and all(
        g == w or abs(g - w) <= RTOL * abs(w) + ATOL < INF for g, w in zip(got, want, strict=True)
    )
    try:
        agree(got, want)
    except Mismatch:
        assert not ok
    else:
        assert ok


# ---- the other claims ------------------------------------------------------------------------------------------


def test_between_names_the_first_entry_outside():
    np.testing.assert_array_equal(between([0.0, 1.0], 0, 1), [0, 1])
    between([-1e-12, 1 + 1e-12], 0, 1, slack=1e-9)
    between([0, 255], 0, 255)
    assert mismatch(between, [0.5, 1.5, -2], 0, 1, "p") == "p[1] is 1.5, outside [0, 1] (2 of 3 entries differ)"
    assert mismatch(between, 1.5, 0.0, 1.0, "accuracy") == "accuracy is 1.5, outside [0, 1]"
    assert mismatch(between, [NAN], 0, 1, "p") == "p contains nan or inf at [0]"


def test_a_gap_within_tolerance_is_optimal():
    gap(1.0001, 1.0, rtol=1e-3)
    gap(1e-13, 0.0, rtol=0.0)
    gap(2.0, 2.0, rtol=0.0, atol=0.0)
    assert mismatch(gap, 1.1, 1.0, 1e-3, "the loss") == "the loss is 1.1, 10 % above the best possible"
    assert mismatch(gap, 1.0, 0.0, 1e-3) == "the objective is 1, inf % above the best possible"
    assert mismatch(gap, -1.0, -2.0, 1e-3) == "the objective is -1, 50 % above the best possible"


@pytest.mark.parametrize(("upper", "lower"), [(NAN, 1.0), (1.0, NAN), (INF, INF)])
def test_a_gap_that_is_no_number_proves_nothing(upper, lower):
    with pytest.raises(Mismatch):
        gap(upper, lower, rtol=1e9)


def test_a_residual_must_vanish_in_every_entry():
    residual([0.0, 1e-10], scale=1.0, rtol=1e-9)
    residual([], scale=1.0, rtol=0.0)
    sentence = "the slope should vanish, but is as large as 0.5 (allowed: 0.001)"
    assert mismatch(residual, [0.0, -0.5], 1.0, 1e-3, "the slope") == sentence
    assert mismatch(residual, NAN, 1.0, 1e-3) == "the residual contains nan or inf"
    with pytest.raises(Mismatch):
        residual([0.0], scale=NAN, rtol=1.0)


def test_calls_are_counted():
    f = Recorder(abs)
    f(1)
    f(2)
    called(f, exactly=2)
    called(f, at_most=2)
    called(f, exactly=2, at_most=3)
    assert mismatch(called, f, exactly=3) == "f was called 2 times, expected exactly 3"
    assert mismatch(called, f, at_most=1, name="grad") == "grad was called 2 times, expected at most 1"


def test_a_sequence_is_a_list_or_tuple_of_the_length():
    assert sequence((1, 2), 2) == (1, 2)
    assert sequence([1, 2, 3], None) == [1, 2, 3]
    assert mismatch(sequence, (1,), 2) == "the answer has 1 entries, expected 2"
    assert (
        mismatch(sequence, np.zeros(2), 2) == "the answer is an object of class numpy.ndarray, expected a tuple or list"
    )
    assert mismatch(sequence, None, 2) == "the answer is None, expected a tuple or list"


# ---- checks that call the student's function -------------------------------------------------------------------


def test_unchanged_returns_the_answer():
    f = student(f=lambda x, y, scale: scale * (x + y[0]["b"]))
    value = unchanged(f.f, np.array([1.0, NAN]), [{"b": np.ones(2)}, (1, "x", NAN)], scale=2)
    np.testing.assert_array_equal(value, [4, NAN])


def overwrite(x):
    x[0] = 7.0
    return x


def write_text(x):
    x["a"] = "b"


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (overwrite, np.zeros(2)),
        (overwrite, [1.0, 2.0]),
        (list.sort, [2, 1]),
        (list.clear, [1]),
        (lambda x: x.resize(4, refcheck=False), np.zeros(3)),
        (lambda x: x[0].fill(1), [np.zeros(2), np.ones(2)]),
        (lambda x: x[1][0].fill(1), (1, [np.zeros(2)])),
        (lambda x: x["w"].fill(1), {"w": np.zeros(2)}),
        (lambda x: x.pop("a"), {"a": 1}),
        (write_text, {"a": "a"}),
        (lambda x: x.__setitem__(0, None), [np.zeros(2)]),
        (lambda x: x.__setitem__(0, (1.0,)), [[1.0]]),
    ],
    ids=[
        "array",
        "item",
        "sort",
        "clear",
        "resize",
        "array in list",
        "deeper",
        "array in dict",
        "pop",
        "text",
        "None",
        "tuple",
    ],
)
def test_a_changed_argument_is_named(function, argument):
    def f(x, y):
        function(y)

    message = mismatch(unchanged, student(f=f).f, 1.0, argument)
    assert message == "f changes its argument number 2; work on a copy"


@pytest.mark.filterwarnings("ignore:Setting the dtype")  # numpy frowns upon it from 2.5 on
def test_an_argument_of_another_dtype_has_changed():
    def f(x):
        x.dtype = np.int64

    assert mismatch(unchanged, student(f=f).f, np.zeros(2)) == "f changes its argument number 1; work on a copy"


def test_what_is_no_data_cannot_have_changed():
    class Model:
        pass

    Model.__module__ = "__main__"
    program = student(Model=Model, f=lambda *args: len(args))
    arguments = [abs, Seed(3), program.Model(), {"act": abs, "rng": [Seed(1)]}]
    assert unchanged(program.f, *arguments) == 4


def fail(error):
    raise error


class SingularError(ValueError):
    pass


def test_an_expected_exception_is_no_failure():
    raises(student(f=lambda x: fail(ValueError("no"))).f, 1.0)
    raises(student(f=lambda x: fail(KeyError(x))).f, 1.0, error="KeyError")


def test_another_exception_or_none_is_told():
    f = student(wrong=lambda x: fail(SingularError()), calm=lambda x: x, void=lambda x: None)
    assert mismatch(raises, f.wrong, 1.0) == "wrong raised SingularError, expected ValueError"
    assert mismatch(raises, f.calm, 1.0) == "calm returned a float, expected it to raise ValueError"
    assert mismatch(raises, f.void, 1.0) == "void returned None, expected it to raise ValueError"


class Failing:
    """A transport on which every request ends in the same error."""

    def __init__(self, error):
        self.error = error

    def request(self, message, answer_callback):
        raise self.error


def test_a_process_that_ends_has_not_raised_what_was_expected():
    function = Student(Failing(Raised("ended its process"))).f
    assert mismatch(raises, function, 1.0) == "f raised nothing of its own, expected ValueError"


@pytest.mark.parametrize("error", [Missing("f is not defined"), TimedOut("gave no answer")], ids=["missing", "endless"])
def test_neither_a_missing_function_nor_an_endless_one_has_raised(error):
    with pytest.raises(type(error)):
        raises(Student(Failing(error)).f, 1.0)
