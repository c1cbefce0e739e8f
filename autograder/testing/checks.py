"""Checks: one claim about an answer each. They look at type, shape, finiteness and value, in that order.

Each check returns the answer as an array once it is valid ("parse, don't check"), so that a test can go on
computing with it safely. A claim that does not hold raises :class:`Mismatch`, whose message names the quantity,
the first entry that differs, how many differ, and the constant factor where there is one.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.errors import Raised
from autograder.testing.observing import observe
from autograder.testing.student import Function, Instance, Recorder
from autograder.wire import describe

Array = NDArray[Any]
Shape = tuple[int | None, ...]

RTOL, ATOL = 1e-9, 1e-10  # a closed formula in float64, whatever the order of summation
RTOL_SINGLE, ATOL_SINGLE = 1e-5, 1e-6  # the same formula in float32


class Mismatch(AssertionError):
    """An answer is not what was claimed."""


def shaped(value: Any, shape: Shape, name: str = "the answer", dtype: str | None = None) -> Array:
    """Return the answer as an array of that shape; None in ``shape`` allows any length.

    Without ``dtype``, lists of numbers are as good as arrays, and any real dtype will do. With it ("float64",
    "int64") the answer must be a numpy array of exactly that dtype; for shape () also the matching Python number.
    """
    array = _array(value, name)
    if array.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        raise Mismatch(f"{name} has shape {_shape(array.shape)}, expected {_shape(shape)}")
    if dtype is not None:
        python_number = {"float64": float, "int64": int, "bool": bool}.get(dtype)
        if type(value) is python_number:
            return array
        if not isinstance(value, (np.ndarray, np.generic)):
            raise Mismatch(f"{name} is {_described(value)}, expected a numpy array of dtype {dtype}")
        if array.dtype != np.dtype(dtype):
            raise Mismatch(f"{name} has dtype {array.dtype}, expected {dtype}")
    return array


def finite(value: Any, name: str = "the answer") -> Array:
    """Return the answer as an array without nan or inf."""
    array = _array(value, name)
    bad = ~np.isfinite(array)
    if bad.any():
        raise Mismatch(f"{name} contains nan or inf{_where(bad)}")
    return array


def agree(
    value: Any,
    expected: ArrayLike,
    name: str = "the answer",
    rtol: float | None = None,
    atol: float | None = None,
    condition: float = 1.0,
) -> Array:
    """Return the answer if it has the expected shape and, entry by entry, the expected values.

    Integers and booleans must be equal. For real numbers |value - expected| <= rtol |expected| + atol, with rtol
    1e-9 and atol 1e-10 for an answer in float64, 1e-5 and 1e-6 in float32, both times ``condition``: by how
    much the problem itself magnifies rounding. Infinities must stand in the same places.
    """
    want = np.asarray(expected)
    array = shaped(value, want.shape, name)
    if want.dtype.kind in "biu":
        wrong = array != want
        _compare(array, want, wrong, name)
        return array
    single = array.dtype.itemsize <= 4 and array.dtype.kind == "f"
    rtol = max(rtol or 0.0, RTOL_SINGLE) if single else (RTOL if rtol is None else rtol)
    atol = max(atol or 0.0, ATOL_SINGLE) if single else (ATOL if atol is None else atol)
    usual = np.isfinite(want)
    if usual.all():
        finite(array, name)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(array.astype(np.float64) - want)
        allowed = condition * (rtol * np.abs(want) + atol)
        close = error <= allowed
    wrong = ~np.where(usual, close, array == want)
    observe(lambda: math.inf if wrong[~usual].any() else _multiple(error[usual], np.asarray(allowed)[usual]))
    _compare(array, want, wrong, name)
    return array


def between(value: Any, low: float, high: float, name: str = "the answer", slack: float = 0.0) -> Array:
    """Return the answer if every entry lies in [low - slack, high + slack]."""
    array = finite(value, name)
    wrong = ~((array >= low - slack) & (array <= high + slack))
    if slack:
        observe(lambda: _multiple(np.maximum(low - array, array - high), slack))
    if wrong.any():
        raise Mismatch(
            f"{_entry(name, array, wrong)} is {_number(array[wrong].flat[0])}, outside [{_number(low)}, "
            f"{_number(high)}]{_count(wrong)}"
        )
    return array


def unchanged(function: Function, *args: Any, **kwargs: Any) -> Any:
    """Call the student's function, check that it left its arguments as they were, and return its answer."""
    value, after = function.echo(*args, **kwargs)
    for i, (before, now) in enumerate(zip(args, after, strict=True)):
        if not _same(before, now):
            raise Mismatch(f"{function.name} changes its argument number {i + 1}; work on a copy")
    return value


def raises(function: Function, *args: Any, error: str = "ValueError", **kwargs: Any) -> None:
    """Check that the call raises the named exception."""
    try:
        value = function(*args, **kwargs)
    except Raised as raised:
        if raised.error != error:
            raise Mismatch(f"{function.name} raised {raised.error or 'nothing of its own'}, expected {error}") from None
    else:
        raise Mismatch(f"{function.name} returned {_described(value)}, expected it to raise {error}")


def gap(upper: float, lower: float, rtol: float, name: str = "the objective", atol: float = 1e-12) -> None:
    """Check a certificate of optimality: an upper and a lower bound of the same optimum that nearly meet.

    For a minimisation, ``upper`` is the value the student's answer attains and ``lower`` a proven lower bound
    (a dual value, say). Passes if upper - lower <= rtol |lower| + atol.
    """
    difference = upper - lower
    observe(lambda: _multiple(difference, rtol * abs(lower) + atol))
    if not difference <= rtol * abs(lower) + atol:
        relative = difference / abs(lower) if lower else math.inf
        raise Mismatch(f"{name} is {_number(upper)}, {100 * relative:.3g} % above the best possible")


def residual(value: ArrayLike, scale: float, rtol: float, name: str = "the residual") -> None:
    """Check that a quantity which vanishes at an exact answer is at most ``rtol * scale`` in every entry."""
    array = finite(value, name)
    worst = float(np.max(np.abs(array), initial=0.0))
    observe(lambda: _multiple(worst, rtol * scale))
    if not worst <= rtol * scale:
        raise Mismatch(f"{name} should vanish, but is as large as {worst:.3g} (allowed: {rtol * scale:.3g})")


def called(recorder: Recorder, exactly: int | None = None, at_most: int | None = None, name: str = "f") -> None:
    """Check how often the student's code called a function that the test passed to it."""
    if exactly is not None and recorder.count != exactly:
        raise Mismatch(f"{name} was called {recorder.count} times, expected exactly {exactly}")
    if at_most is not None and recorder.count > at_most:
        raise Mismatch(f"{name} was called {recorder.count} times, expected at most {at_most}")


def sequence(value: Any, length: int | None, name: str = "the answer") -> Sequence[Any]:
    """Return the answer if it is a list or tuple of that length (None: any)."""
    if not isinstance(value, (list, tuple)):
        raise Mismatch(f"{name} is {_described(value)}, expected a tuple or list")
    if length is not None and len(value) != length:
        raise Mismatch(f"{name} has {len(value)} entries, expected {length}")
    return value


def _multiple(error: ArrayLike, allowed: ArrayLike) -> float:
    """Return the largest error in units of what is allowed; where nothing is allowed, any error is infinite."""
    with np.errstate(all="ignore"):
        multiples = np.where(np.asarray(error) > 0, np.asarray(error) / np.asarray(allowed), 0.0)
    return float(np.max(np.nan_to_num(multiples, nan=math.inf, posinf=math.inf), initial=0.0))


def _described(value: Any) -> str:
    return repr(value) if isinstance(value, Instance) else describe(value)


def _array(value: Any, name: str) -> Array:
    """Return a number, an array or a regular nested list of numbers as a real array."""
    if value is None:
        raise Mismatch(f"{name} is None; is a return statement missing?")
    if isinstance(value, (list, tuple)):
        try:
            value = np.asarray(value)
        except ValueError:
            raise Mismatch(f"{name} is a {type(value).__name__} whose rows differ in length") from None
    elif not isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        raise Mismatch(f"{name} is {_described(value)}, expected numbers")
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        kind = {"c": "complex numbers", "U": "text", "S": "bytes"}.get(array.dtype.kind, f"dtype {array.dtype}")
        raise Mismatch(f"{name} holds {kind}, expected real numbers")
    return array


def _compare(array: Array, want: Array, wrong: Array, name: str) -> None:
    if not wrong.any():
        return
    got, expected = array[wrong].flat[0], want[wrong].flat[0]
    factor = _factor(array, want)
    raise Mismatch(
        f"{_entry(name, array, wrong)} is {_number(got)}, expected {_number(expected)}{_count(wrong)}"
        + (f", off by a constant factor of {factor:.6g}" if factor else "")
    )


def _factor(array: Array, want: Array) -> float | None:
    """Return c if array = c * want for a c other than 1, when that says something (two entries or more)."""
    with np.errstate(all="ignore"):
        ratios = (array.astype(np.float64) / want)[want != 0]
        if ratios.size < 2:
            return None
        factor = float(ratios[0])
        constant = bool(np.all(np.abs(ratios - factor) <= 1e-6 * abs(factor)))  # never where one is nan or inf
    zeros_match = not np.any(array[want == 0])
    return factor if constant and zeros_match and abs(factor - 1) > 1e-6 else None


def _same(before: Any, now: Any) -> bool:
    """Whether a nested argument came back with the same values, types and shapes; what is no data is passed over."""
    if isinstance(before, np.ndarray):
        return (
            isinstance(now, np.ndarray)
            and now.dtype == before.dtype
            and np.array_equal(before, now, equal_nan=before.dtype.kind in "fc")
        )
    if isinstance(before, (list, tuple)):
        return type(now) is type(before) and len(now) == len(before) and all(map(_same, before, now))
    if isinstance(before, dict):
        return isinstance(now, dict) and now.keys() == before.keys() and all(_same(before[k], now[k]) for k in before)
    scalar = isinstance(before, (int, float, complex, str, bytes))
    return not scalar or before == now or before != before  # nan is as it was


def _where(bad: Array) -> str:
    index = np.argwhere(bad)[0]
    return f" at {_index(index)}" if index.size else ""


def _entry(name: str, array: Array, wrong: Array) -> str:
    return f"{name}{_index(np.argwhere(wrong)[0])}" if array.ndim else name


def _index(index: Array) -> str:
    return f"[{', '.join(map(str, index))}]"


def _count(wrong: Array) -> str:
    return f" ({np.count_nonzero(wrong)} of {wrong.size} entries differ)" if wrong.size > 1 else ""


def _number(number: Any) -> str:
    return f"{number:.6g}" if isinstance(number, (float, np.floating)) else str(number)


def _shape(shape: Shape) -> str:
    inner = ", ".join("any" if n is None else str(n) for n in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
