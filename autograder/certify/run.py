"""Measure exercises, in as many processes as there are cores; an interrupted run goes on where it stopped.

Each process works through an assignment, whose tests it collects and whose sandbox it warms up once. When no untouched
assignment is left, it takes exercises off the one that has most of them. Long exercises come first, so that no process
is left alone with one in the end.
"""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from pathlib import Path

from autograder.certify.known import Examiner
from autograder.certify.measurements import row
from autograder.certify.model import ExerciseCertificate
from autograder.certify.verdicts import FILE, Verdicts
from autograder.course import Assignment, Course
from autograder.errors import GraderBroken
from autograder.grade import Grader
from autograder.owner import end_with_owner

Only = tuple[str, ...]
Begin = tuple[Path, str, bool, int | None, Only]
"""What a worker process needs to know: root and salt of the course, and the options of :func:`certify`."""
Task = tuple[str, str]
"""An assignment's name and one of its exercises."""


def certify(
    course: Course,
    tasks: Sequence[Task],
    *,
    full: bool = False,
    salts: int | None = None,
    only: Only = (),
    workers: int | None = None,
    done: Callable[[ExerciseCertificate], None] = lambda _: None,
) -> list[ExerciseCertificate]:
    """Return the rows of some exercises, in their order; ``done`` is told of each as it comes."""
    queue = Tasks(sorted(tasks, key=lambda task: _length(course, task), reverse=True))
    rows: dict[Task, ExerciseCertificate] = {}
    lanes = min(workers or os.cpu_count() or 1, len(tasks))
    with ThreadPoolExecutor(max(1, lanes)) as threads:
        futures = [
            threads.submit(_lane, queue, (course.root, course.salt, full, salts, only), rows, done)
            for _ in range(lanes)
        ]
        try:
            for future in as_completed(futures):
                future.result()
        finally:
            queue.clear()
    return [rows[task] for task in tasks]


def certify_assignment(assignment: Assignment, *, full: bool = False) -> list[ExerciseCertificate]:
    """Return the rows of one assignment, measured in this process and remembered nowhere."""
    with examiner_of(assignment, full=full) as examiner:
        return [row(examiner, exercise) for exercise in assignment.exercise_points()]


@contextmanager
def examiner_of(
    assignment: Assignment, *, full: bool, salts: int | None = None, only: Only = (), file: Path | None = None
) -> Iterator[Examiner]:
    """Open a grader and the remembered verdicts of one assignment."""
    verdicts = Verdicts(file)
    try:
        with Grader(assignment) as grader:
            yield Examiner(grader, verdicts, full, salts, only)
    finally:
        verdicts.close()


class Tasks:
    """What is left to do, handed out so that workers share an assignment only when there is no other."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._left: dict[str, deque[Task]] = {}
        for task in tasks:
            self._left.setdefault(task[0], deque()).append(task)
        self._begun: set[str] = set()
        self._lock = threading.Lock()

    def take(self, current: str | None) -> Task | None:
        """Return a task of the current assignment, else of an untouched one, else of the longest; None at the end."""
        with self._lock:
            open_ = [slug for slug, tasks in self._left.items() if tasks]
            if not open_:
                return None
            fresh = [slug for slug in open_ if slug not in self._begun]
            longest = max(fresh or open_, key=lambda slug: len(self._left[slug]))
            slug = current if current in open_ else longest
            self._begun.add(slug)
            return self._left[slug].popleft()

    def clear(self) -> None:
        """Hand out nothing any more."""
        with self._lock:
            self._left.clear()


def _length(course: Course, task: Task) -> int:
    """Return how long the solution of an exercise is: the more code, the more can be wrong with it."""
    slug, exercise = task
    return sum(len(cell.source) for cell in course.assignment(slug).source().cells if cell.exercise == exercise)


def _lane(
    queue: Tasks,
    begin: Begin,
    rows: dict[Task, ExerciseCertificate],
    done: Callable[[ExerciseCertificate], None],
) -> None:
    """Feed one worker process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, begin) as worker:
        task = queue.take(None)
        while task:
            try:
                rows[task] = worker.submit(_measure, task).result()
            except BrokenProcessPool:
                raise GraderBroken("a certifying process died; run the command again to go on from there") from None
            done(rows[task])
            task = queue.take(task[0])


class _Worker:
    """What a worker process holds: the course, and one open assignment at a time."""

    def __init__(self, root: Path, salt: str, full: bool, salts: int | None, only: Only) -> None:
        self.course = Course(root, salt)
        self.full = full
        self.salts = salts
        self.only = only
        self.open = ExitStack()
        self.examiner: Examiner | None = None

    def measure(self, slug: str, exercise: str) -> ExerciseCertificate:
        if self.examiner is None or self.examiner.assignment.slug != slug:
            self.open.close()
            assignment, file = self.course.assignment(slug), self.course.root / FILE
            opening = examiner_of(assignment, full=self.full, salts=self.salts, only=self.only, file=file)
            self.examiner = self.open.enter_context(opening)
        return row(self.examiner, exercise)


_worker: _Worker


def _begin(root: Path, salt: str, full: bool, salts: int | None, only: Only) -> None:
    global _worker  # noqa: PLW0603 - one per process is the point
    end_with_owner()
    _worker = _Worker(root, salt, full, salts, only)


def _measure(task: Task) -> ExerciseCertificate:
    return _worker.measure(*task)
