"""The marks of ``oracles.py``: second opinions on an exercise, which share no code with the reference.

An oracle computes the answer in another way (a library, a closed form, brute force); a certificate proves of a given
answer how far from right it is at most (a duality gap, a residual). Both come with the inputs on which to ask::

    @oracle("softmax", inputs=logits, tolerance=1e-13, source="scipy.special.softmax")
    def softmax(Z):
        return scipy.special.softmax(Z, axis=1)

    @certificate("soft_margin_svm", inputs=clouds, tolerance=1e-9, source="duality gap")
    def gap(answer, X, y, C):
        return (primal(*answer, X, y, C) - dual(X, y, C)) / dual(X, y, C)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from numpy.random import Generator

from autograder.testing.marks import Definition, mark_of

SIZES = 8  # inputs are drawn at sizes 1 to 8 in turn

Inputs = Callable[[Generator, int], tuple[Any, ...]]
Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Oracle:
    """How to check the answers to one exercise without the reference."""

    exercise: str
    kind: Literal["oracle", "certificate"]
    inputs: Inputs
    """``inputs(rng, size)`` draws the arguments, a tuple; ``size`` from 1 to 8 says how large they may be."""
    tolerance: float
    """Largest error: of a value relative to scale + |value|; of a certificate as it returns it."""
    source: str
    """What the oracle rests on, in words."""
    edges: tuple[tuple[Any, ...], ...]
    """Arguments that are asked before anything is drawn."""
    scale: float
    """What a small value is measured by; 0 asks for relative accuracy of every entry."""
    ask: Ask | None
    """``ask(program, *arguments)`` puts the question, for a class or a helper; by default one call of the exercise."""
    solution: bool
    """Whether the solution is asked too; not where the question is about a helper that only the reference has."""
    share: float
    """Share of the budget of inputs that it gets; below 1 for an expensive one."""


def oracle(
    exercise: str,
    *,
    inputs: Inputs,
    tolerance: float,
    source: str,
    edges: Sequence[tuple[Any, ...]] = (),
    scale: float = 1.0,
    ask: Ask | None = None,
    solution: bool = True,
    share: float = 1.0,
) -> Callable[[Definition], Definition]:
    """Mark ``f(*arguments)`` as computing the answer of an exercise independently; see :class:`Oracle`.

    Several oracles may speak of one exercise. The inputs must have the one right answer that ``f`` returns: ties,
    kinks and everything that the statement leaves open is for a certificate.
    """
    return _mark(Oracle(exercise, "oracle", inputs, tolerance, source, tuple(edges), scale, ask, solution, share))


def certificate(
    exercise: str,
    *,
    inputs: Inputs,
    tolerance: float,
    source: str,
    edges: Sequence[tuple[Any, ...]] = (),
    ask: Ask | None = None,
    solution: bool = True,
    share: float = 1.0,
) -> Callable[[Definition], Definition]:
    """Mark ``f(answer, *arguments)`` as returning by how much an answer is wrong at most; see :class:`Oracle`.

    The error is a number, or a dict of numbers by name where several things have to hold; none may be above the
    tolerance.
    """
    return _mark(Oracle(exercise, "certificate", inputs, tolerance, source, tuple(edges), 1.0, ask, solution, share))


def oracles_of(definition: Any) -> tuple[Oracle, ...]:
    """Return the marks of a function, in the order in which they are written."""
    return mark_of(definition, "oracles") or ()


def _mark(mark: Oracle) -> Callable[[Definition], Definition]:
    def decorate(definition: Definition) -> Definition:
        definition.__autograder_oracles__ = (mark, *oracles_of(definition))  # type: ignore[attr-defined]
        return definition

    return decorate
