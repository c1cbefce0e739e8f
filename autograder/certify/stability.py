"""Stability: verdicts do not depend on the draw of the inputs, the order of the tests, threads, or a busy machine.

Each salt is another draw of every input. The first is met by tests that were collected afresh and run backwards, so
that a test which leans on an earlier one falls over; the others come in random order, in turn on an idle machine, with
two BLAS threads in the process that runs the tests (a student's program has one, always), and beside busy processes.
"""

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from threadpoolctl import threadpool_limits

from autograder.certify.decisive import affected
from autograder.certify.known import Examiner, failures, is_hidden, of_exercise
from autograder.certify.model import Finding, Measured
from autograder.certify.verdicts import Verdict
from autograder.course import Course, substituted
from autograder.errors import AuthoringError
from autograder.plugin import Test
from autograder.testing.inputs import Draw, rng_for, values_of
from autograder.testing.marks import mark_of

CONDITIONS = ("two threads", "a busy machine", "", "", "two threads", "", "", "")  # in turn; what is busy is slow
QUICK, FULL = 3, 2_000  # salts for the solution
ALTERNATIVES, MISTAKES = 200, 50  # salts for others, at most
MISTAKES_SHARE = 4  # mistakes, of which there are many, meet one salt in so many
# So many salts are tried one by one, also with tests of exercises that use an answer, and with tests that draw nothing
THOROUGH = 3
AT_ONCE = 10  # further salts that one process answers; a verdict that differs is made again in one of its own


def stability(examiner: Examiner, exercise: str) -> Measured:
    """Grade solution and alternatives under many salts and conditions, and mistakes under some."""
    salts = examiner.salts or (FULL if examiner.full else QUICK)
    alternatives, mistakes = min(ALTERNATIVES, salts), min(MISTAKES, salts // MISTAKES_SHARE)
    found: dict[tuple[str, str], list[str]] = {}
    for number, group in enumerate(groups(salts, alternatives, mistakes)):
        first = group[0]
        answers = list(_answers(examiner, exercise, alternatives=first < alternatives, mistakes=first < mistakes))
        tests, condition = {i: _tests(examiner, exercise, i) for i in group}, CONDITIONS[number % len(CONDITIONS)]
        with _under(condition):
            for answer in answers:
                usual = failures(examiner.verdict(answer.cells, examiner.reached(exercise)))
                for i, test in _different(examiner, answer, usual, tests, condition):
                    what = f"passes {test}" if test in usual else answer.complaint.format(test)
                    found.setdefault((answer.name, what), []).append(_where(i, condition))
    findings = [
        Finding(who, f"{what} under {len(places)} of {salts} salts, first {places[0]}")
        for (who, what), places in found.items()
    ]
    figures = {"salts": salts, "alternative_salts": alternatives, "mistake_salts": mistakes}
    return Measured(figures, tuple(findings))


def groups(salts: int, *borders: int) -> Iterator[range]:
    """Yield the numbers of the salts that one process answers: the first ones alone, none across a border."""
    start = 0
    while start < salts:
        end = start + 1 if start < THOROUGH else start + AT_ONCE
        end = min([end, salts, *(border for border in borders if border > start)])
        yield range(start, end)
        start = end


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


def _different(
    examiner: Examiner, answer: _Known, usual: frozenset[str], tests: dict[int, list[Test]], condition: str
) -> Iterator[tuple[int, str]]:
    """Yield salt and test wherever the verdict on an answer is not the usual one."""
    asked = {i: [t for t in group if i < THOROUGH or (t.name in answer.own and draws(t))] for i, group in tests.items()}
    renamed = [replace(test, name=f"{test.name} {i}") for i, group in asked.items() for test in group]
    failed = failures(_verdict(examiner, answer, renamed, f"{min(asked)} and on", condition, len(asked)))
    for i, group in asked.items():
        different = [test.name for test in group if (f"{test.name} {i}" in failed) != (test.name in usual)]
        if different and len(asked) > 1:
            alone = failures(_verdict(examiner, answer, group, _salt(i), condition))
            different = [test.name for test in group if (test.name in alone) != (test.name in usual)]
        yield from ((i, name) for name in different)


def _verdict(
    examiner: Examiner, answer: _Known, tests: Sequence[Test], salts: str, condition: str, times: int = 1
) -> Verdict:
    """Grade an answer in one process, with the time of so many gradings."""
    limits = examiner.assignment.front.limits
    limits = replace(limits, exercise=times * limits.exercise, submission=times * limits.submission)
    return examiner.verdict(answer.cells, tests, limits=limits, condition=f"{salts}, {condition}")


def draws(test: Test) -> bool:
    """Whether a test has inputs that depend on the salt."""
    cases = mark_of(test.function, "cases")
    recipes = cases.recipes.values() if cases else ()
    return any(
        isinstance(part, Draw) for recipe in recipes for part in (recipe if isinstance(recipe, tuple) else [recipe])
    )


def redrawn(test: Test, salt: str, assignment: str) -> Test:
    """Return a hidden test with the inputs that another salt draws.

    Raises :class:`~autograder.errors.AuthoringError` if they cannot be drawn.
    """
    cases = mark_of(test.function, "cases")
    if cases is None:
        return test
    try:
        return replace(test, cases=values_of(cases, salt, f"{assignment}::{test.name}"))
    except Exception as failure:
        reason = traceback.format_exception_only(failure)[-1].strip()
        message = f"{test.name} has a case that cannot be drawn under the salt {salt!r}: {reason}"
        raise AuthoringError(message, test.path, test.line) from failure


def _under(condition: str) -> AbstractContextManager[Any]:
    if condition == "two threads":
        return threadpool_limits(2)
    return spinning(2) if condition == "a busy machine" else nullcontext()


SPIN = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): pass"


@contextmanager
def spinning(count: int) -> Iterator[None]:
    """Keep the machine busy with processes that do nothing but spin, for as long as this one lives."""
    command = [sys.executable, "-c", SPIN, str(os.getpid())]
    processes = [subprocess.Popen(command) for _ in range(count)]  # noqa: S603 - our own constant
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
