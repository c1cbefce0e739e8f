"""Grade again what was handed in before, with the present tests, and say what that changes before it is recorded."""

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.batch.results import Results
from autograder.batch.run import Backend
from autograder.batch.task import Task
from autograder.course import Assignment
from autograder.model import Report


@dataclass(frozen=True, slots=True)
class Changed:
    """One test that ends differently; an outcome is ``""`` where there was, or is, no such test."""

    test: str
    exercise: str
    before: str
    after: str
    points: float
    """What it adds to the score, or takes from it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes for one attempt of one student."""

    student: str
    attempt: int
    status_before: str
    status_after: str
    before: float
    after: float
    tests: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.tests) or (self.status_before, self.before) != (self.status_after, self.after)


@dataclass(frozen=True, slots=True)
class Regraded:
    """One archived attempt, its report in force, and what the present tests say."""

    task: Task
    attempt: int
    before: Report
    after: Report

    @property
    def difference(self) -> Difference:
        """What changes."""
        return Difference(
            self.before.student, self.attempt, str(self.before.status), str(self.after.status),
            self.before.score, self.after.score, compare(self.before, self.after),
        )  # fmt: skip


def regrade(results: Results, assignment: Assignment, grade: Backend) -> Iterator[Regraded | Task]:
    """Grade all archived attempts; one whose bytes were not kept is yielded as the task that says so.

    Nothing is written. A report that is current is graded too: the database is not believed, but compared.
    """
    known: dict[Task, tuple[int, Report]] = {}
    lost: list[Task] = []

    def tasks() -> Iterator[Task]:
        for number, task, before in results.archive(assignment.slug):
            if task.unreadable:
                lost.append(task)
            else:
                known[task] = (number, before)
                yield task

    for task, after in grade(tasks()):
        number, before = known.pop(task)
        yield Regraded(task, number, before, after)
    yield from lost


def compare(before: Report, after: Report) -> tuple[Changed, ...]:
    """Return the tests that end differently or are worth something else, in the order of the newer report."""
    old = {result.test: result for result in before.results}
    new = {result.test: result for result in after.results}
    changed = []
    for test in [*new, *(test for test in old if test not in new)]:
        was, is_ = old.get(test), new.get(test)
        points = (is_.score if is_ else 0.0) - (was.score if was else 0.0)
        outcomes = (str(was.outcome) if was else "", str(is_.outcome) if is_ else "")
        if points or outcomes[0] != outcomes[1]:
            exercise = (is_ or was).exercise  # type: ignore[union-attr]
            changed.append(Changed(test, exercise, *outcomes, round(points, 6)))
    return tuple(changed)
