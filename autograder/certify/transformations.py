"""Meaning-preserving transformations: a right answer written, stored or summed in another way stays right.

Some wrap the answer and change how arguments reach it or how results leave it; others rewrite its source, on the
syntax tree. Each makes another submission of a known right answer, which must keep full marks.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from autograder.answers import Answer
from autograder.certify.known import Examiner, failures, of_exercise
from autograder.certify.model import Finding, Measured
from autograder.certify.rewriting import SUMMING, other_products, renamed_locals, reordered_statements, summed_by
from autograder.certify.verdicts import Verdict
from autograder.course import Assignment
from autograder.errors import AuthoringError
from autograder.front import line_of, nearest, read_text
from autograder.model import Outcome
from autograder.source import DEFINITIONS

WRAPPING = """
import numpy as np

def _each_number(value, change):
    if isinstance(value, (np.ndarray, np.generic, bool, int, float)):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)([_each_number(part, change) for part in value])
    return value

def _as_fortran(value):
    return np.asfortranarray(value) if isinstance(value, np.ndarray) and value.ndim > 1 else value

def _as_view(value):
    if not isinstance(value, np.ndarray) or not value.ndim:
        return value
    room = np.zeros([2 * length for length in value.shape], value.dtype)
    part = room[tuple(slice(None, None, 2) for _ in value.shape)]
    part[...] = value
    return part

def _as_reversed(value):
    return value[::-1].copy()[::-1] if isinstance(value, np.ndarray) and value.ndim else value

def _as_read_only(value):
    if not isinstance(value, np.ndarray):
        return value
    copied = value.copy()
    copied.setflags(write=False)
    return copied

def _as_numpy(value):
    return np.asarray(value)[()] if isinstance(value, (bool, int, float)) else value

def _as_python(value):
    return value.item() if isinstance(value, np.generic) else value

def _as_single(value):
    single = np.asarray(value).dtype == np.float64
    return np.asarray(value, np.float32)[()] if single else value

def _as_list(value):
    return value.tolist() if isinstance(value, np.ndarray) else value

def _changed(function, before, after):
    def answer(*args, **kwargs):
        args = [_each_number(arg, before) for arg in args]
        kwargs = {name: _each_number(arg, before) for name, arg in kwargs.items()}
        return _each_number(function(*args, **kwargs), after)
    return answer

def _same(value):
    return value
"""

BEFORE = {"Fortran arguments": "_as_fortran", "arguments as views": "_as_view", "read-only arguments": "_as_read_only"}
AFTER = {
    "Fortran results": "_as_fortran",
    "results as views": "_as_view",
    "results as reversed views": "_as_reversed",
    "read-only results": "_as_read_only",
    "numpy scalars": "_as_numpy",
    "Python numbers": "_as_python",
    "float32 results": "_as_single",
    "lists as results": "_as_list",
}
REWRITING: dict[str, Callable[[str], str]] = {
    "renamed locals": renamed_locals,
    "reordered statements": reordered_statements,
    "sums backwards": summed_by("backwards"),
    "sums by Kahan": summed_by("kahan"),
    "products without BLAS": other_products,
}
OPTIONAL = {"float32 results": "float32", "lists as results": "lists"}  # only where the front matter accepts them
TRANSFORMATIONS = (*BEFORE, *AFTER, *REWRITING)
PATIENCE = 10  # times the usual limits, for a copy that adds up in Python what was added up by numpy
BUNDLES = {  # all of them in three submissions, since what is right under several is right under each
    "first bundle": (
        "renamed locals",
        "sums backwards",
        "Fortran arguments",
        "read-only arguments",
        "Fortran results",
        "numpy scalars",
    ),
    "second bundle": (
        "reordered statements",
        "products without BLAS",
        "arguments as views",
        "results as views",
        "Python numbers",
    ),
    "third bundle": ("sums by Kahan", "results as reversed views", "read-only results"),
}


def transformations(examiner: Examiner, exercise: str) -> Measured:
    """Grade every right answer under every transformation that the statement allows.

    They are graded in bundles. Where one loses marks, or hours may be spent, each is graded by itself.
    """
    findings = []
    answers = correct_answers(examiner, exercise)
    singles = _singles(examiner.assignment, exercise)
    for answer in answers:
        if not answer.is_transformed:
            bundles = [bundle for bundle in answers if bundle.is_transformed and bundle.answer is answer.answer]
            lossy = [bundle for bundle in bundles if _lost(examiner, exercise, bundle)]
            single = [RightAnswer(answer.answer, (name,)) for name in singles] if lossy or examiner.full else []
            blamed = [finding for one in single if (finding := _finding(examiner, exercise, one))]
            findings += blamed or [finding for one in lossy if (finding := _finding(examiner, exercise, one))]
    return Measured({"transformed": sum(answer.is_transformed for answer in answers)}, tuple(findings))


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """The solution (None) or an alternative, with what is done to it."""

    answer: Answer | None
    names: tuple[str, ...] = ()

    @property
    def is_transformed(self) -> bool:
        """Whether anything is done to it."""
        return bool(self.names)

    def __str__(self) -> str:
        return f"{self.answer.name if self.answer else 'solution'} with {', '.join(self.names) or 'nothing changed'}"

    def cells(self, assignment: Assignment, exercise: str) -> list[str]:
        """Return the code cells of the submission that holds it."""
        return transformed(assignment, exercise, self.answer, self.names)


def correct_answers(examiner: Examiner, exercise: str) -> list[RightAnswer]:
    """Return the solution and the alternatives, as they are and in bundles of transformations.

    The solution is in every bundle; so are alternatives where hours may be spent, and else in one of them, in turn.
    """
    allowed = set(_singles(examiner.assignment, exercise))
    optional = [(name,) for name in OPTIONAL if name in allowed]
    bundles, found = [*BUNDLES.values()], []
    for i, answer in enumerate([None, *of_exercise(examiner.assignment.alternatives(), exercise)]):
        chosen = bundles if examiner.full or answer is None else [bundles[i % len(bundles)]]
        found += [RightAnswer(answer, names) for names in [(), *chosen, *optional]]
    return found


def _singles(assignment: Assignment, exercise: str) -> list[str]:
    """Return the transformations that keep the meaning of an answer to this exercise."""
    accepted = _accepted(assignment, exercise)
    return [name for name in TRANSFORMATIONS if name not in OPTIONAL or OPTIONAL[name] in accepted]


def _lost(examiner: Examiner, exercise: str, answer: RightAnswer) -> frozenset[str]:
    return failures(_verdict(examiner, exercise, answer))


def _verdict(examiner: Examiner, exercise: str, answer: RightAnswer) -> Verdict:
    """Grade a right answer; a transformed one that runs out of time is given more."""
    cells, tests = answer.cells(examiner.assignment, exercise), examiner.reached(exercise)
    verdict = examiner.verdict(cells, tests)
    if answer.is_transformed and any(said.outcome is Outcome.TIMED_OUT for said in verdict.values()):
        usual = examiner.assignment.front.limits
        times = {name: PATIENCE * getattr(usual, name) for name in ("call", "exercise", "submission")}
        verdict = examiner.verdict(cells, tests, limits=replace(usual, **times))
    return verdict


def _finding(examiner: Examiner, exercise: str, answer: RightAnswer) -> Finding | None:
    """Return what a transformation costs beyond what the answer loses without it (which is another finding)."""
    lost = _lost(examiner, exercise, answer) - _lost(examiner, exercise, RightAnswer(answer.answer))
    if not lost:
        return None
    said = _verdict(examiner, exercise, answer)[min(lost)]
    return Finding(str(answer), f"is correct, but loses {', '.join(sorted(lost))} ({said.outcome}: {said.detail})")


def _accepted(assignment: Assignment, exercise: str) -> tuple[str, ...]:
    """Return what the front matter says that the statement of an exercise accepts besides the usual."""
    accepts = assignment.front.accepts
    for name in accepts:
        if name not in assignment.exercises:
            message = f"accepts names {name!r}, which is no exercise{nearest(name, assignment.exercises)}"
            line = line_of(read_text(assignment.source_file), "accepts")
            raise AuthoringError(message, assignment.source_file, line)
    return accepts.get(exercise, ())


def transformed(assignment: Assignment, exercise: str, answer: Answer | None, names: tuple[str, ...]) -> list[str]:
    """Return the code cells of a submission whose answer to one exercise is transformed; None takes the solution's."""
    cells = list(assignment.source().solution)
    own = next(cell.source for cell in assignment.source().cells if cell.exercise == exercise)
    code = answer.code if answer else own
    for name in names:
        code = REWRITING[name](code) if name in REWRITING else code
    cells = [*cells, code] if answer else [code if cell == own else cell for cell in cells]
    wrappers = [_wrapped(exercise, own, name) for name in names if name not in REWRITING]
    if wrappers:
        cells = [*cells, WRAPPING, *wrappers]
    return [SUMMING, *cells] if set(names) & set(REWRITING) else cells


def _wrapped(exercise: str, own: str, name: str) -> str:
    """Return a cell that wraps a function, or each public method of a class."""
    before, after = BEFORE.get(name, "_same"), AFTER.get(name, "_same")
    definition = next(node for node in ast.parse(own).body if isinstance(node, DEFINITIONS))
    if not isinstance(definition, ast.ClassDef):
        return (
            f"def {exercise}(*args, __inner={exercise}, **kwargs):\n"
            f"    return _changed(__inner, {before}, {after})(*args, **kwargs)\n"
        )
    methods = "".join(
        f"    def {m.name}(self, *args, **kwargs):\n"
        f"        return _changed(super().{m.name}, {before}, {after})(*args, **kwargs)\n"
        for m in definition.body
        if isinstance(m, ast.FunctionDef) and (m.name == "__init__" or not m.name.startswith("_"))
    )
    return f"class {exercise}({exercise}):\n{methods}"
