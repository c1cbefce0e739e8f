"""Stability: verdicts do not depend on the draw of the inputs, the order of the tests, threads, or a busy machine.

Each salt is another draw of every input. The first is met by tests that were collected afresh and run backwards, so
that a test which leans on an earlier one falls over; the others come in random order, in turn on an idle machine, with
two BLAS threads in the process that runs the tests (a student's program has one, always), and beside busy processes.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from threadpoolctl import threadpool_limits

from autograder.certify.known import Examiner, affected, failures, is_hidden, of_exercise
from autograder.certify.model import Finding, Measured
from autograder.course import Course, substituted
from autograder.plugin import Test
from autograder.testing.inputs import rng_for, values_of
from autograder.testing.marks import mark_of

CONDITIONS = ("two threads", "a busy machine", "", "", "two threads", "", "", "")  # in turn; what is busy is slow
QUICK, FULL = 3, 2_000  # salts for the solution
ALTERNATIVES, MISTAKES = 200, 50  # salts for others, at most
WITH_OTHERS = 3  # salts under which an answer meets the tests of exercises that use it; these have salts of their own
MISTAKES_SHARE = 4  # mistakes, of which there are many, meet one salt in so many


def stability(examiner: Examiner, exercise: str) -> Measured:
    """Grade solution and alternatives under many salts and conditions, and mistakes under some."""
    salts = examiner.salts or (FULL if examiner.full else QUICK)
    alternatives, mistakes = min(ALTERNATIVES, salts), min(MISTAKES, salts // MISTAKES_SHARE)
    found: dict[tuple[str, str], list[str]] = {}
    for i in range(salts):
        answers = list(_answers(examiner, exercise, alternatives=i < alternatives, mistakes=i < mistakes))
        tests, condition = _tests(examiner, exercise, i), CONDITIONS[i % len(CONDITIONS)]
        with _under(condition):
            for answer in answers:
                asked = [test for test in tests if i < WITH_OTHERS or test.name in answer.own]
                usual = failures(examiner.verdict(answer.cells, examiner.reached(exercise)))
                verdict = examiner.verdict(answer.cells, asked, condition=f"{_salt(i)}, {condition}")
                for test in failures(verdict) ^ usual.intersection(verdict):
                    what = f"passes {test}" if test in usual else answer.complaint.format(test)
                    found.setdefault((answer.name, what), []).append(_where(i, condition))
    findings = [
        Finding(who, f"{what} under {len(places)} of {salts} salts, first {places[0]}")
        for (who, what), places in found.items()
    ]
    figures = {"salts": salts, "alternative_salts": alternatives, "mistake_salts": mistakes}
    return Measured(figures, tuple(findings))


@dataclass(frozen=True, slots=True)
class _Known:
    """A known answer: the code cells of its submission, and the tests that it meets under every salt."""

    name: str
    cells: Sequence[str]
    own: frozenset[str]
    complaint: str
    """What to say when it fails a test that it usually passes."""


def _answers(examiner: Examiner, exercise: str, *, alternatives: bool, mistakes: bool) -> Iterator[_Known]:
    """Yield the solution, and the other answers that are asked for."""
    assignment = examiner.assignment
    own = frozenset(test.name for test in examiner.hidden(exercise))
    yield _Known("solution", assignment.source().solution, own, "loses {}")
    for answer in of_exercise(assignment.alternatives(), exercise) if alternatives else ():
        yield _Known(f"alternative {answer.name}", substituted(assignment, answer), own, "loses {}")
    for answer in of_exercise(assignment.mistakes(), exercise) if mistakes else ():
        cells = substituted(assignment, answer)
        yield _Known(f"mistake {answer.name}", cells, own.union(answer.fails), "fails {}, which it usually passes")


def redrawn(test: Test, salt: str, assignment: str) -> Test:
    """Return a hidden test with the inputs that another salt draws."""
    cases = mark_of(test.function, "cases")
    if cases is None:
        return test
    return replace(test, cases=values_of(cases, salt, f"{assignment}::{test.name}"))


def _under(condition: str) -> AbstractContextManager[Any]:
    if condition == "two threads":
        return threadpool_limits(2)
    return spinning(2) if condition == "a busy machine" else nullcontext()


@contextmanager
def spinning(count: int) -> Iterator[None]:
    """Keep the machine busy with processes that do nothing but spin."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _tests(examiner: Examiner, exercise: str, i: int) -> list[Test]:
    """Return the tests that an answer can fail, under salt number ``i`` and in an order of its own."""
    assignment, salt = examiner.assignment, _salt(i)
    if i == 0:
        reach = affected(assignment, exercise)
        fresh = Course(assignment.course.root, salt).assignment(assignment.slug).tests()
        return [test for test in reversed(fresh) if test.exercise in reach and is_hidden(test)]
    tests = [redrawn(test, salt, assignment.slug) for test in examiner.reached(exercise)]
    order = rng_for("order", salt).permutation(len(tests))
    return [tests[k] for k in order]


def _salt(i: int) -> str:
    return f"stability {i}"


def _where(i: int, condition: str) -> str:
    order = "in reversed order" if i == 0 else "in random order"
    return f'"{_salt(i)}", {order}{f", {condition}" if condition else ""}'
