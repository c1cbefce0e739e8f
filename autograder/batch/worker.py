"""The part of a Dask worker that grades: it unpacks the course and keeps a warm driver for each of its threads.

A driver is a process of its own, spawned and not forked, since a worker has many threads. What a student's program can
do to a driver, the sandbox decides; what happens to the worker is Dask's to notice.
"""

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from autograder.batch.driver import Driver, Ended, Ready, Refused
from autograder.batch.parcel import unpack
from autograder.batch.pool import TRIES
from autograder.batch.task import Task
from autograder.errors import GraderBroken
from autograder.model import Report

Answer = Report | Refused | Ended
Reply = tuple[Answer, str]
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")  # as on the command line
IDLE_PATIENCE = 600.0  # seconds after which drivers end that get nothing to grade: their client may have been killed


class GradingPlugin(WorkerPlugin):
    """What every worker of a cluster, also one that joins later, keeps while one assignment is graded."""

    def __init__(self, parcel: bytes, slug: str, require_level: str) -> None:
        self.parcel = parcel
        self.slug = slug
        self.require_level = require_level

    def setup(self, worker: Worker) -> None:
        """Unpack the course; drivers are started when there is something to grade."""
        self.idle: list[Driver] = []
        self.busy: set[Driver] = set()
        self.lock = threading.Lock()
        self.used = False  # since somebody last looked
        self.closed = threading.Event()
        self.folder = Path(tempfile.mkdtemp(prefix="autograder-", dir=worker.local_directory))
        unpack(self.parcel, self.folder)
        threading.Thread(target=self._retire, daemon=True).start()

    def teardown(self, worker: Worker) -> None:
        """End the drivers, also in the middle of something, and remove the course."""
        del worker
        with self.lock:
            self.closed.set()
            for driver in self.idle:
                driver.close()
            for driver in self.busy:  # a thread waits for it, and will bury it
                with contextlib.suppress(ProcessLookupError):
                    os.kill(driver.pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def grade(self, task: Task) -> Reply:
        """Return the report of one task, or why there is none, and the level of the sandbox that ended last."""
        answer: Answer = Ended("no driver started")
        level = ""
        for _ in range(TRIES):
            driver = self._take()
            answer, level = self._ask(driver, task)
            if not isinstance(answer, Ended):
                break
        if isinstance(answer, Ended) and not level:
            reason = f"grading processes do not start: {answer.reason}; run `autograder doctor` on the worker"
            return Refused(reason, GraderBroken.exit_code), ""
        return answer, level

    def _ask(self, driver: Driver, task: Task) -> Reply:
        if not driver.level:
            match driver.receive():
                case Ready(level):
                    driver.level = level
                case Refused() | Ended() as answer:
                    self._drop(driver)
                    return answer, ""
        driver.task = task
        driver.send()
        match driver.receive():
            case Report() as report:
                with self.lock:
                    self.busy.discard(driver)
                    self.idle.append(driver)
                return report, driver.level
            case Ended() as ended:
                self._drop(driver)
                return ended, driver.level
            case unexpected:
                raise TypeError(unexpected)

    def _take(self) -> Driver:
        with self.lock:
            if self.closed.is_set():
                raise RuntimeError("grading has ended on this worker")
            driver = self.idle.pop() if self.idle else self._started()
            self.busy.add(driver)
            self.used = True
            return driver

    def _started(self) -> Driver:
        for variable in ONE_THREAD:
            os.environ.setdefault(variable, "1")
        with _may_have_children():
            return Driver(self.folder, self.slug, self.require_level)

    def _retire(self) -> None:
        """End drivers that nobody has used for long; they are started again if somebody comes back."""
        while not self.closed.wait(IDLE_PATIENCE):
            with self.lock:
                unused = [] if self.used else self.idle
                self.idle = [driver for driver in self.idle if driver not in unused]
                self.used = False
            for driver in unused:
                driver.close()

    def _drop(self, driver: Driver) -> None:
        with self.lock:
            self.busy.discard(driver)
        driver.kill()


def grade_task(task: Task, plugin: str) -> Reply:
    """Grade one task on the worker that runs this function."""
    grading = get_worker().plugins[plugin]
    assert isinstance(grading, GradingPlugin)
    return grading.grade(task)


@contextlib.contextmanager
def _may_have_children() -> Iterator[None]:
    """Let a worker start processes that its nanny has marked as a daemon; drivers end by themselves when it does."""
    config: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    daemon = config.pop("daemon", None)
    try:
        yield
    finally:
        if daemon is not None:
            config["daemon"] = daemon
