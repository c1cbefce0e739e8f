"""Grade tasks in this process or in several, and lose nothing when one of them dies.

A driver that dies is replaced, and what it was grading is graded again. A submission on which two drivers die is held:
that is our fault until a person has looked at it, and it is not tried for ever.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from multiprocessing import connection
from types import TracebackType
from typing import Any, Self

from autograder.batch.driver import Driver, Ended, Ready, Refused, grade_one
from autograder.batch.task import Task
from autograder.course import Assignment
from autograder.errors import GraderBroken
from autograder.grade import Grader, held
from autograder.model import Report

Graded = tuple[Task, Report]
TRIES = 2  # graders that one submission may use up, and attempts to start one


def grade_here(assignment: Assignment, tasks: Iterable[Task], require_level: str) -> Iterator[Graded]:
    """Grade tasks one after the other in this process, with a new sandbox if the old one dies."""
    with ExitStack() as stack:
        grader = None
        level = ""
        for task in tasks:
            reason = ""
            for _ in range(TRIES):
                if grader is None:
                    plots = b"matplotlib" in task.data
                    grader = stack.enter_context(Grader(assignment, require_level, plots=plots))
                    level = grader.level
                answer = grade_one(grader, task)
                if isinstance(answer, Report):
                    break
                reason = answer.reason
                stack.close()
                grader = None
            else:
                answer = held(assignment, task.submission(), level, held_because(reason))
            yield task, answer


def grade_in_pool(assignment: Assignment, tasks: Iterable[Task], require_level: str, workers: int) -> Iterator[Graded]:
    """Grade tasks in up to so many drivers; reports come in the order in which they are finished."""
    with Pool(assignment, require_level, workers) as pool:
        yield from pool.grade(tasks)


class Pool:
    """Drivers for one assignment, started as there is work for them.

    Tasks are taken from their iterator only when a driver is free, so that a class of any size needs no memory.
    """

    def __init__(self, assignment: Assignment, require_level: str, workers: int) -> None:
        self.drivers: list[Driver] = []
        self._assignment = assignment
        self._require_level = require_level
        self._workers = workers
        self._again: deque[Task] = deque()
        self._deaths: Counter[Task] = Counter()  # of drivers, by the submission they were grading
        self._failed_starts = 0  # since a driver was last ready

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for driver in self.drivers:
            driver.kill()

    def grade(self, tasks: Iterable[Task]) -> Iterator[Graded]:
        """Yield each task with its report. Raises what a driver says that cannot grade at all."""
        source = iter(tasks)
        while True:
            while len(self.drivers) < self._workers and (task := self._next(source)):
                self._start(task)
            if not self.drivers:
                return
            by_connection: dict[Any, Driver] = {driver.connection: driver for driver in self.drivers}
            for ready in connection.wait(list(by_connection)):
                if graded := self._hear(by_connection[ready], source):
                    yield graded

    def _next(self, source: Iterator[Task]) -> Task | None:
        return self._again.popleft() if self._again else next(source, None)

    def _start(self, task: Task) -> None:
        driver = Driver(self._assignment.course.root, self._assignment.slug, self._require_level)
        driver.task = task
        self.drivers.append(driver)

    def _hear(self, driver: Driver, source: Iterator[Task]) -> Graded | None:
        """Take one message from a driver, keep it busy, and return the report if it brought or became one."""
        match driver.receive():
            case Ready(level):
                driver.level = level
                self._failed_starts = 0
                driver.send()
            case Refused() as refused:
                if refused.exit_code != GraderBroken.exit_code or self._failed_starts + 1 >= TRIES:
                    raise refused.error()
                return self._bury(driver, refused.reason)  # its sandbox may have died, rather than be too weak
            case Ended(reason):
                return self._bury(driver, reason)
            case report:
                done, driver.task = driver.task, self._next(source)
                assert done is not None
                if driver.task:
                    driver.send()
                else:
                    self.drivers.remove(driver)
                    driver.close()
                return done, report
        return None

    def _bury(self, driver: Driver, reason: str) -> Graded | None:
        """Remove a driver that has ended; its task is graded again, or held."""
        self.drivers.remove(driver)
        driver.kill()
        task = driver.task
        assert task is not None
        if not driver.level:  # it never met its task
            self._failed_starts += 1
            if self._failed_starts >= TRIES * self._workers:
                raise GraderBroken(f"grading processes do not start: {reason}; run `autograder doctor`")
            self._again.append(task)
            return None
        self._deaths[task] += 1
        if self._deaths[task] < TRIES:
            self._again.append(task)
            return None
        return task, held(self._assignment, task.submission(), driver.level, held_because(reason))


def held_because(reason: str) -> str:
    """Say to staff why a submission is held that no grader survived."""
    return f"{TRIES} grading processes ended while they graded this submission, the last one because: {reason}"
