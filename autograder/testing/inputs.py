"""Recipes for the inputs of tests, and the seeding that makes them the same in every order and run.

Shapes are written in letters, so that no two axes have the same length by accident and a transposed
answer cannot fit by luck: ``normal("n d")`` has shape (5, 3). Numbers stand for themselves: ``"1 d"``.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autograder.testing.marks import Cases
from autograder.wire import Seed

SIZES = {"n": 5, "d": 3, "m": 7, "k": 4}


@dataclass(frozen=True, slots=True)
class Draw:
    """A recipe: a function from a random generator to a value (or a tuple of values)."""

    make: Callable[[Generator], Any]


def draw(make: Callable[[Generator], Any]) -> Draw:
    """Turn ``make(rng)`` into a recipe for :func:`~autograder.testing.marks.cases`; usable as a decorator."""
    return Draw(make)


def shape_of(letters: str) -> tuple[int, ...]:
    """Return the shape written in letters and numbers: ``"n 2 d"`` is (5, 2, 3)."""
    return tuple(int(part) if part.isdigit() else SIZES[part] for part in letters.split())


def normal(shape: str, scale: float = 1.0, shift: float = 0.0) -> Draw:
    """Draw independent normal numbers of standard deviation ``scale`` around ``shift``."""
    return Draw(lambda rng: shift + scale * rng.standard_normal(shape_of(shape)))


def uniform(shape: str, low: float = 0.0, high: float = 1.0) -> Draw:
    """Draw independent numbers uniformly from [low, high)."""
    return Draw(lambda rng: rng.uniform(low, high, shape_of(shape)))


def integers(shape: str, low: int, high: int) -> Draw:
    """Draw independent integers from ``low`` to ``high - 1``; dtype int64."""
    return Draw(lambda rng: rng.integers(low, high, shape_of(shape)))


def blobs(shape: str, gap: float, scale: float = 1.0, shift: float = 0.0) -> Draw:
    """Draw two labelled clouds: X of the given shape (N, n) and y of shape (N,) in {-1.0, +1.0}, in mixed order.

    The centres lie ``gap`` standard deviations apart in a random direction around ``shift``; then all of X is
    multiplied by ``scale``. Both labels occur.
    """

    def make(rng: Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n_objects, n_features = shape_of(shape)
        y = np.where(np.arange(n_objects) % 2 == 0, 1.0, -1.0)
        rng.shuffle(y)
        direction = rng.standard_normal(n_features)
        direction /= np.linalg.norm(direction)
        noise = rng.standard_normal((n_objects, n_features))
        return scale * (shift + 0.5 * gap * y[:, None] * direction + noise), y

    return Draw(make)


def generator() -> Draw:
    """Draw a random generator for an argument ``rng``; it crosses to the student as its seed."""
    return Draw(lambda rng: Seed(int(rng.integers(2**63))))


def values_of(cases: Cases, salt: str, test: str) -> dict[str, dict[str, Any]]:
    """Return {case name: {argument name: value}}, seeded from salt, test and case names only.

    Arrays come read-only, so that no test can change what the next submission gets.
    """
    return {name: _values(cases.names, recipe, (salt, test, name)) for name, recipe in cases.recipes.items()}


def rng_for(*names: str) -> Generator:
    """Return a generator seeded from strings; the same strings give the same numbers on every machine."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))


def _values(names: tuple[str, ...], recipe: Any, key: tuple[str, ...]) -> dict[str, Any]:
    if len(names) == 1:
        values: tuple[Any, ...] = (_value(recipe, (*key, names[0])),)
    elif isinstance(recipe, tuple):
        values = tuple(_value(part, (*key, str(i))) for i, part in enumerate(recipe))
    else:
        values = tuple(_value(recipe, key))
    if len(values) != len(names):
        raise ValueError(f"case {key[-1]!r} gives {len(values)} values for the arguments {' '.join(names)!r}")
    return dict(zip(names, map(_frozen, values), strict=True))


def _value(recipe: Any, key: tuple[str, ...]) -> Any:
    return recipe.make(rng_for(*key)) if isinstance(recipe, Draw) else recipe


def _frozen(value: Any) -> Any:
    """Make every array in a nested value read-only."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            _frozen(item)
    return value
