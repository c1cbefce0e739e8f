"""Distillation: which hidden tests reject nothing that others do not, and how long each takes."""

import statistics
import time

from autograder.certify.known import Examiner
from autograder.certify.model import Measured
from autograder.certify.survival import graded_mutants, rejected
from autograder.testing.student import Student
from autograder.verdict import run

REPEATS = 3


def distillation(examiner: Examiner, exercise: str) -> Measured:
    """Compare the tests of one exercise by the mistakes and mutants they reject, and time them on the solution."""
    names = {test.name for test in examiner.hidden(exercise)}
    rejections = [examiner.failed(mistake) & names for mistake in examiner.assignment.mistakes()]
    rejections += [rejected(examiner, mutant) & names for mutant in graded_mutants(examiner, exercise)]
    redundant = redundant_tests(names, rejections)
    notes = [f"{test} rejects nothing that the others do not" for test in redundant]
    times = ", ".join(f"{test} {seconds:.3f}" for test, seconds in _seconds(examiner, exercise).items())
    return Measured({"redundant": len(redundant)}, notes=(*notes, f"seconds per test: {times}"))


def redundant_tests(tests: set[str], rejections: list[frozenset[str]]) -> list[str]:
    """Return the tests without which, each by itself, every answer that is rejected would be rejected all the same."""
    needed = {test for rejected_by in rejections if len(rejected_by) == 1 for test in rejected_by}
    return sorted(tests - needed)


def _seconds(examiner: Examiner, exercise: str) -> dict[str, float]:
    """Return for each hidden test how long the solution takes with it, the median of a few runs in one process."""
    assignment = examiner.assignment
    cells = tuple(enumerate(assignment.source().solution, 1))
    seconds = {}
    with examiner.grader.sandbox.program(cells, assignment.exercises, definitions_only=True) as program:
        for test in examiner.hidden(exercise):
            taken = []
            for _ in range(REPEATS):
                program.allow(assignment.front.limits.exercise)
                start = time.perf_counter()
                run(test, Student(program))
                taken.append(time.perf_counter() - start)
            seconds[test.name] = statistics.median(taken)
    return seconds
