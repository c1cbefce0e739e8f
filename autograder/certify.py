"""Test the tests: every assignment must grade its own known answers exactly as declared.

The solution scores full, the untouched release scores zero, each declared mistake fails exactly the hidden tests it
names, each alternative keeps full marks, and no hidden test goes without a mistake that it rejects. Known answers are
graded as submissions are: the same engine, the same sandbox.
"""

import ast
import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.answers import Answer
from autograder.course import Assignment, Course, substituted
from autograder.grade import Grader
from autograder.model import Outcome, Report, Visibility
from autograder.plugin import Test
from autograder.release import release
from autograder.submission import Submission


@dataclass(frozen=True, slots=True)
class Finding:
    """A known answer that was not graded as declared, and how."""

    answer: str
    message: str


@dataclass(frozen=True, slots=True)
class ExerciseCertificate:
    """What was found out about the tests of one exercise."""

    assignment: str
    exercise: str
    points: float
    hidden_tests: int
    solution: float
    """Score of the solution; must be all the points."""
    release: float
    """Score of the untouched release; must be 0."""
    mistakes: int
    alternatives: int
    findings: tuple[Finding, ...] = field(default=())
    """Everything that is not as it should be."""

    @property
    def holds(self) -> bool:
        """Whether there is nothing to complain about."""
        return not self.findings and self.solution == self.points and self.release == 0

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of ``certify --json``."""
        row = {name: getattr(self, name) for name in self.__slots__ if name != "findings"}
        return row | {"findings": [f"{f.answer}: {f.message}" for f in self.findings], "holds": self.holds}


def certify(course: Course, names: Sequence[str]) -> list[ExerciseCertificate]:
    """Certify assignments, all or those named, as many at once as there are cores; return a row for each exercise."""
    slugs = [course.assignment(name).slug for name in names] or course.names()
    if len(slugs) == 1:
        return certify_assignment(course.assignment(slugs[0]))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        rows = pool.map(_certify_slug, repeat(course.root), repeat(course.salt), slugs)
        return [row for part in rows for row in part]


def _certify_slug(root: Path, salt: str, slug: str) -> list[ExerciseCertificate]:
    return certify_assignment(Course(root, salt).assignment(slug))


def certify_assignment(assignment: Assignment) -> list[ExerciseCertificate]:
    """Grade every known answer of an assignment and compare with what its author declared."""
    points = assignment.exercise_points()
    with Grader(assignment) as grader:
        solution = grader.grade(_submission("solution", assignment.source().solution))
        blank = grader.grade(_submission("release", _code_cells(release(assignment.source(), points, assignment.slug))))
        findings: dict[str, list[Finding]] = {name: [] for name in points}
        _complain(findings, "solution", solution, "did not pass", Outcome.PASSED.__ne__)
        _complain(findings, "release", blank, "passed without an answer", Outcome.PASSED.__eq__)
        rejected: set[str] = set()
        for mistake in assignment.mistakes():
            failed = _failed(grader, assignment, mistake)
            rejected |= failed
            if message := _difference(failed, set(mistake.fails)):
                findings[mistake.exercise].append(Finding(f"mistake {mistake.name}", message))
        for alternative in assignment.alternatives():
            if failed := _failed(grader, assignment, alternative):
                message = f"is correct, but loses {', '.join(sorted(failed))}"
                findings[alternative.exercise].append(Finding(f"alternative {alternative.name}", message))
        for test in _hidden(grader.tests):
            if test.name not in rejected:
                findings[test.exercise].append(Finding(test.name, "no declared mistake fails this test"))
    scores = {name: (full, zero) for (name, full, _), (_, zero, _) in zip(
        solution.exercise_scores(), blank.exercise_scores(), strict=True)}  # fmt: skip
    return [
        ExerciseCertificate(
            assignment=assignment.slug,
            exercise=name,
            points=points[name],
            hidden_tests=sum(test.exercise == name for test in _hidden(grader.tests)),
            solution=scores[name][0],
            release=scores[name][1],
            mistakes=_count(assignment.mistakes(), name),
            alternatives=_count(assignment.alternatives(), name),
            findings=tuple(findings[name]),
        )
        for name in points
    ]


def affected(assignment: Assignment, exercise: str) -> set[str]:
    """Return the exercises whose answer in the solution uses this one, itself included.

    An answer to one exercise can change the result of another only if that one's solution names it.
    """
    uses = {
        cell.exercise: {node.id for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}
        for cell in assignment.source().cells
        if cell.exercise
    }
    reached, size = {exercise}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {name for name, used in uses.items() if used & reached}
    return reached


def _failed(grader: Grader, assignment: Assignment, answer: Answer) -> set[str]:
    """Return the hidden tests that a known answer does not pass, among those it can change."""
    reach = affected(assignment, answer.exercise)
    tests = [test for test in _hidden(grader.tests) if test.exercise in reach]
    submission = _submission(answer.name, substituted(assignment, answer))
    report = grader.grade(submission, tests=tests, definitions_only=True)
    return {result.test for result in report.results if result.outcome is not Outcome.PASSED}


def _difference(failed: set[str], declared: set[str]) -> str:
    """Say in words how two sets of tests differ, or return ""."""
    parts = []
    if missed := sorted(declared - failed):
        parts.append(f"passes {', '.join(missed)}, which must reject it")
    if extra := sorted(failed - declared):
        parts.append(f"fails {', '.join(extra)}, which it does not name")
    return " and ".join(parts)


def _complain(findings: dict[str, list[Finding]], who: str, report: Report, what: str, bad: Any) -> None:
    for result in report.results:
        if bad(result.outcome):
            detail = f" ({result.outcome}: {result.detail})" if result.detail else ""
            findings[result.exercise].append(Finding(who, f"{result.test} {what}{detail}"))


def _hidden(tests: Iterable[Test]) -> list[Test]:
    return [test for test in tests if test.visibility is not Visibility.VISIBLE]


def _count(answers: Iterable[Answer], exercise: str) -> int:
    return sum(answer.exercise == exercise for answer in answers)


def _code_cells(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _submission(name: str, cells: Iterable[str]) -> Submission:
    return Submission(name, f"{name}.ipynb", "", tuple(enumerate(cells, 1)))
