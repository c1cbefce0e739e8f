"""The marks by which authors tell the engine what a function is: a test, its inputs, a mistake, an alternative."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder.model import Visibility

Definition = TypeVar("Definition", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Grading:
    """What a test is worth, and what its student is told."""

    exercise: str
    points: float
    hint: str
    visibility: Visibility | None
    """None: hidden in ``test_hidden.py``, visible in ``test_public.py``."""
    margin: str = ""
    """Why right and wrong answers lie closer together than a thousandfold; for certification."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Named inputs of a test: argument names, and for each case its recipe."""

    names: tuple[str, ...]
    recipes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A plausible wrong answer and the tests that must reject it."""

    exercise: str
    fails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """An independent correct answer, which must keep full marks."""

    exercise: str


def grades(
    exercise: str, points: float = 0, hint: str = "", visibility: Visibility | str | None = None, margin: str = ""
) -> Callable[[Definition], Definition]:
    """Mark a test function as grading one exercise.

    The docstring of the test is the sentence that the student reads. A hidden test must be worth points; a
    public test may be worth none. ``margin`` says why the nearest wrong answer is less than a thousand times further
    off than the worst right one, where that is so.
    """
    grading = Grading(exercise, float(points), hint, None if visibility is None else Visibility(visibility), margin)
    return _mark("grading", grading)


def cases(names: str, **recipes: Any) -> Callable[[Definition], Definition]:
    """Give a test its inputs: argument names, and one recipe per named case.

    A recipe is a value, a :class:`~autograder.testing.inputs.Draw` that makes the value from a seeded generator,
    or, for several arguments, a tuple of these or one draw that returns a tuple. Draws are seeded from the
    course's salt, the test's name and the case's name, so order and selection never change an input.

    >>> @cases("x w", one_row=(normal("1 d"), normal("m d")))          # doctest: +SKIP
    """
    return _mark("cases", Cases(tuple(names.split()), recipes))


def mistake(exercise: str, fails: str) -> Callable[[Definition], Definition]:
    """Mark a wrong answer with the space-separated names of exactly the hidden tests that must reject it.

    The docstring of the answer states the misconception in one sentence.
    """
    return _mark("mistake", Mistake(exercise, tuple(fails.split())))


def alternative(exercise: str) -> Callable[[Definition], Definition]:
    """Mark an independent correct answer; its docstring says in what it differs from the solution."""
    return _mark("alternative", Alternative(exercise))


def mark_of(definition: Any, kind: str) -> Any:
    """Return the mark of that kind, or None."""
    return getattr(definition, f"__autograder_{kind}__", None)


def _mark(kind: str, mark: Any) -> Callable[[Definition], Definition]:
    def decorate(definition: Definition) -> Definition:
        setattr(definition, f"__autograder_{kind}__", mark)
        return definition

    return decorate
