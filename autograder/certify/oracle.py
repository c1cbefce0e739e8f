"""Audit the reference, and the solution, against oracles that share no code with them.

Every opinion of ``oracles.py`` is asked at its edge cases and at random inputs of growing size, the same ones in every
run. Of the inputs where an answer disagrees, the smallest one found is reported.
"""

import copy
import math
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.certify import compare
from autograder.certify.compare import error_between
from autograder.certify.decisive import hash_of_tests
from autograder.certify.known import Examiner
from autograder.certify.model import Finding, Measured
from autograder.errors import AnswerError, AuthoringError
from autograder.grade import Grader
from autograder.oracles import Opinion
from autograder.submission import Submission
from autograder.testing.inputs import rng_for
from autograder.testing.oracles import SIZES
from autograder.testing.student import Student
from autograder.wire import Seed, WireError

QUICK, FULL = 200, 10_000  # inputs per opinion, times its share
PER_PROGRAM = 500  # inputs that one process answers, so that no limit of a submission is met
SMALLER = 25  # further draws at each size up to the smallest that disagreed
LONGEST = 400  # characters of an input in a finding

Arguments = tuple[Any, ...]
Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An input at which an answer and an oracle differ, and what they say."""

    arguments: Arguments
    message: str

    @property
    def weight(self) -> tuple[int, int]:
        """How large the input is: numbers in it, then characters."""
        return size_of(self.arguments), len(shown(self.arguments))


def oracle(examiner: Examiner, exercise: str) -> Measured:
    """Ask reference and solution what every opinion on an exercise asks, and compare."""
    file = examiner.assignment.oracles()
    opinions = [opinion for opinion in file.opinions if opinion.exercise == exercise]
    if not opinions:
        finding = Finding("oracles.py", "declares no oracle for this exercise, so its reference is not audited")
        return Measured({"oracles": [], "inputs": 0, "disagreements": 0}, (finding,))
    asked, worst, wrong, findings = 0, 0.0, 0, []
    for opinion in opinions:
        budget = budget_of(opinion, full=examiner.full)
        asked += budget
        inputs: list[Arguments] = []
        for who, programs in _asked(examiner, opinion, file.reference):
            key = _key(examiner, opinion, who, budget)
            agreed = examiner.verdicts.recall(key)
            if agreed is not None:
                worst = max(worst, agreed)
                continue
            inputs = inputs or list(inputs_of(opinion, budget))
            found, error = audit(opinion, programs, inputs)
            worst, wrong = max(worst, error), wrong + len(found)
            if not found:
                examiner.verdicts.remember(key, error)
            else:
                smallest = min([*found, *_smaller(opinion, programs, found)], key=lambda one: one.weight)
                where = f"{len(found)} of {len(inputs)} inputs; smallest: {shown(smallest.arguments)}"
                findings.append(Finding(who, f"{smallest.message} ({opinion.mark.source}), at {where}"))
    sources = [opinion.mark.source for opinion in opinions]
    notes = (f"oracles: the largest error in agreement is {worst:.2g}",)
    return Measured({"oracles": sources, "inputs": asked, "disagreements": wrong}, tuple(findings), notes)


def _key(examiner: Examiner, opinion: Opinion, who: str, budget: int) -> str:
    """Return what names an audit: a hash of everything that decides it."""
    assignment = examiner.assignment
    tests = hash_of_tests(assignment, frozenset([opinion.exercise]))
    answers = assignment.source().solution if who == "solution" else ()
    decisive = [Path(file).read_text("utf-8") for file in (__file__, compare.__file__, opinion.path)]
    return examiner.verdicts.key(tests, opinion.name, who, budget, list(answers), *decisive)


def budget_of(opinion: Opinion, *, full: bool) -> int:
    """Return on how many inputs an opinion is asked."""
    return max(1, round((FULL if full else QUICK) * opinion.mark.share))


def inputs_of(opinion: Opinion, budget: int, kind: str = "input") -> Iterator[Arguments]:
    """Draw the inputs of an opinion, edge cases first; the same ones every time."""
    if kind == "input":
        yield from opinion.mark.edges[:budget]
        budget -= len(opinion.mark.edges)
    for i in range(budget):
        yield _drawn(opinion, kind, i, 1 + i % SIZES)


def audit(
    opinion: Opinion, programs: Callable[[], Iterator[Any]], inputs: list[Arguments]
) -> tuple[list[Disagreement], float]:
    """Return where a program disagrees with an opinion, and the largest error where it does not.

    Raises :class:`~autograder.errors.AuthoringError` if the oracle itself cannot answer.
    """
    found, worst = [], 0.0
    for start in range(0, len(inputs), PER_PROGRAM):
        for program in programs():
            for arguments in inputs[start : start + PER_PROGRAM]:
                error, message = _difference(opinion, program, arguments)
                if message:
                    found.append(Disagreement(arguments, message))
                else:
                    worst = max(worst, error)
    return found, worst


# ---- asking ------------------------------------------------------------------------------------------------------


def _asked(examiner: Examiner, opinion: Opinion, reference: Any) -> Iterator[tuple[str, Callable[[], Iterator[Any]]]]:
    """Say who is asked: the reference, here in this process, and the solution, in the sandbox."""
    if reference is not None and (opinion.mark.ask is not None or hasattr(reference, opinion.exercise)):
        yield "reference", lambda: iter([_Trusted(reference)])
    if opinion.mark.solution:
        cells = tuple(enumerate(examiner.assignment.source().solution, 1))
        yield "solution", lambda: _confined(examiner.grader, Submission("solution", "solution.ipynb", "", cells))


def _confined(grader: Grader, submission: Submission) -> Iterator[Student]:
    """Yield the program of a submission once, running in the sandbox."""
    exercises = grader.assignment.exercises
    with grader.sandbox.program(submission.cells, exercises, definitions_only=True) as program:
        program.allow(math.inf)
        yield Student(program)


class _Trusted:
    """The reference as a program: what it is given is its own, and seeds become generators."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)
        if isinstance(function, type):
            return function
        return lambda *args, **kwargs: function(*map(_own, args), **{key: _own(arg) for key, arg in kwargs.items()})


def _own(value: Any) -> Any:
    if isinstance(value, Seed):
        return value.rng()
    return value if callable(value) else copy.deepcopy(value)


def _difference(opinion: Opinion, program: Any, arguments: Arguments) -> tuple[float, str]:
    """Return the error of one answer, and what is wrong with it, if anything."""
    mark = opinion.mark
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            ask = mark.ask or (lambda program, *args: getattr(program, mark.exercise)(*args))
            answer = ask(program, *arguments)
    except (AnswerError, WireError) as error:
        return math.inf, str(error)
    except Exception as error:  # noqa: BLE001 - an answer may not raise at inputs that the author calls valid
        return math.inf, f"raised {type(error).__name__}: {error}"
    given = [_own(argument) for argument in arguments]
    if mark.kind == "certificate":
        try:
            said = _said(opinion, (answer, *given))
        except AuthoringError as failure:  # an answer of another structure, as a rule
            return math.inf, f"{shown(answer, 120)} cannot be judged: {failure}"
        errors = said if isinstance(said, dict) else {"error": said}
        name, size = max(((name, _worst(value)) for name, value in errors.items()), key=lambda pair: pair[1])
        message = f"{name} is {size:.3g}, more than {mark.tolerance:g}"
    else:
        want = _said(opinion, tuple(given))
        size = error_between(answer, want, mark.scale)
        message = f"{shown(answer, 120)} instead of {shown(want, 120)}, an error of {size:.3g}"
    return size, "" if size <= mark.tolerance else message


def _said(opinion: Opinion, arguments: Arguments) -> Any:
    """Return what an oracle says; if it raises, the fault is its author's."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            return opinion.function(*arguments)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the author's to read
        own = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(opinion.path)]
        message = f"{opinion.name} raised {type(error).__name__}: {error}, at {shown(arguments)}"
        raise AuthoringError(message, opinion.path, (own and own[-1]) or opinion.line) from None


def _worst(value: Any) -> float:
    """Return the largest of some errors; what is no number is infinitely wrong."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return math.inf
    return float(np.max(np.nan_to_num(array, nan=math.inf, posinf=math.inf, neginf=0.0), initial=0.0))


# ---- drawing and showing inputs ----------------------------------------------------------------------------------


def _drawn(opinion: Opinion, kind: str, i: int, size: int) -> Arguments:
    try:
        arguments = opinion.mark.inputs(rng_for("oracle", opinion.name, kind, str(i)), size)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the author's to read
        own = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(opinion.path)]
        message = f"the inputs of {opinion.name} raised {type(error).__name__}: {error}"
        raise AuthoringError(message, opinion.path, (own and own[-1]) or opinion.line) from None
    if not isinstance(arguments, tuple):
        message = f"the inputs of {opinion.name} are {type(arguments).__name__}, expected a tuple of arguments"
        raise AuthoringError(message, opinion.path, opinion.line)
    return arguments


def _smaller(opinion: Opinion, programs: Callable[[], Iterator[Any]], found: list[Disagreement]) -> list[Disagreement]:
    """Look for a smaller input of the same kind at which the same program disagrees."""
    largest = min(one.weight for one in found)[0]
    drawn = [_drawn(opinion, "smaller", i * SIZES + size, size) for size in range(1, SIZES + 1) for i in range(SMALLER)]
    smaller = [arguments for arguments in drawn if size_of(arguments) < largest]
    return audit(opinion, programs, smaller)[0]


def size_of(value: Any) -> int:
    """Return how many numbers a nested value holds."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, (list, tuple)):
        return sum(map(size_of, value))
    return sum(map(size_of, value.values())) if isinstance(value, dict) else 1


def shown(value: Any, longest: int = LONGEST) -> str:
    """Write a value on one line, functions by their names; cut what is too long."""
    text = _text(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _text(value: Any) -> str:
    match value:
        case np.ndarray():
            return " ".join(np.array2string(value, separator=", ", threshold=60).split())
        case tuple() | list():
            inner = ", ".join(map(_text, value))
            return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
        case dict():
            return "{" + ", ".join(f"{key!r}: {_text(part)}" for key, part in value.items()) + "}"
        case np.generic():
            return str(value)
        case _ if callable(value):
            return getattr(value, "__name__", type(value).__name__)
        case _:
            return repr(value)
