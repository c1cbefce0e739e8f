"""By how much an answer differs from the expected value: one number for values of any structure."""

import math
from typing import Any

import numpy as np


def error_between(got: Any, want: Any, scale: float = 1.0) -> float:
    """Return the largest error of any entry, relative to ``scale + |entry|``; inf for another shape or structure.

    Whole numbers and truth values must be equal, infinities must stand in the same places, and where a number is
    expected nan is infinitely wrong. A tuple or list of arrays of different shapes is compared part by part.
    """
    if isinstance(want, (tuple, list)) and not _is_regular(want):
        if not isinstance(got, (tuple, list)) or len(got) != len(want):
            return math.inf
        return max((error_between(g, w, scale) for g, w in zip(got, want, strict=True)), default=0.0)
    try:
        found, expected = np.asarray(got), np.asarray(want)
    except ValueError:
        return math.inf
    if found.shape != expected.shape or found.dtype.kind not in "biuf":
        return math.inf
    if expected.dtype.kind in "biu":
        return 0.0 if np.array_equal(found, expected) else math.inf
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    usual = np.isfinite(expected)
    if not np.array_equal(found[~usual], expected[~usual], equal_nan=True):
        return math.inf
    with np.errstate(all="ignore"):
        difference = np.abs(found[usual] - expected[usual])
        relative = np.where(difference == 0, 0.0, difference / (scale + np.abs(expected[usual])))
    return float(np.max(np.nan_to_num(relative, nan=math.inf, posinf=math.inf), initial=0.0))


def _is_regular(value: Any) -> bool:
    """Whether a nested sequence is one array of numbers, written in lists."""
    return all(isinstance(part, (bool, int, float, np.generic)) or _is_list_of_numbers(part) for part in value)


def _is_list_of_numbers(part: Any) -> bool:
    return isinstance(part, list) and _is_regular(part)
