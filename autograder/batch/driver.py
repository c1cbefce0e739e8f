"""A process that grades: its own tests, collected once, and its own warm sandbox, for any number of submissions.

:class:`Driver` is the side of whoever owns the process, :func:`main` the process itself. They talk over a pipe; both
are ours, and nothing of a student's runs in either.
"""

import contextlib
import multiprocessing
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from pathlib import Path

from autograder.batch.task import Task
from autograder.course import Course
from autograder.errors import AutograderError, GraderBroken, UsageError
from autograder.grade import Grader
from autograder.model import Report
from autograder.owner import end_with_owner

END_PATIENCE = 10.0  # seconds in which a driver closes its sandbox when nothing is left to grade


@dataclass(frozen=True, slots=True)
class Ready:
    """First message of a driver: it has its tests, and a sandbox of this level."""

    level: str


@dataclass(frozen=True, slots=True)
class Refused:
    """First and last message of a driver that cannot grade at all, in words for a person."""

    reason: str
    exit_code: int

    def error(self) -> AutograderError:
        """Return the exception that the driver met."""
        return (GraderBroken if self.exit_code == GraderBroken.exit_code else UsageError)(self.reason)


@dataclass(frozen=True, slots=True)
class Ended:
    """Last message of a driver that something of ours kept from grading the submission it had."""

    reason: str


Message = Ready | Refused | Ended | Report


class Driver:
    """A grading process seen from its owner. It ends when its owner does, however that happens."""

    def __init__(self, root: Path, name: str, require_level: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.task: Task | None = None
        """What it has to grade now."""
        self.level = ""
        """Level of its sandbox, once it is ready."""
        arguments = (theirs, root, name, require_level)
        self._process = context.Process(target=main, args=arguments, name="autograder-driver", daemon=True)
        with theirs, _interrupts_later():
            self._process.start()

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process.pid is not None
        return self._process.pid

    def send(self) -> None:
        """Give the process its task; if it has died, that shows when its answer is read."""
        with contextlib.suppress(OSError):
            self.connection.send(self.task)

    def receive(self) -> Message:
        """Wait for its next message; a process that has died says that it has ended."""
        try:
            message: Message = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            return Ended(f"the grading process ended with exit code {self._process.exitcode}")
        return message

    def close(self) -> None:
        """Let it end in order, and kill it if it does not."""
        self.connection.close()
        self._process.join(END_PATIENCE)
        self.kill()

    def kill(self) -> None:
        """End it at once, and its sandbox with it."""
        self.connection.close()
        self._process.kill()
        self._process.join()


def main(pipe: "connection.Connection[Message, Task]", root: Path, name: str, require_level: str) -> None:
    """Grade the tasks that arrive, one report for each, until the pipe closes."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C reaches every process of a terminal: the owner decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    end_with_owner()
    with contextlib.suppress(EOFError, ConnectionError), contextlib.ExitStack() as stack:  # its owner may have gone
        try:
            grader = stack.enter_context(Grader(Course.find(root).assignment(name), require_level))
        except AutograderError as error:
            pipe.send(Refused(str(error), error.exit_code))
            return
        pipe.send(Ready(grader.level))
        while True:
            pipe.send(grade_one(grader, pipe.recv()))


def grade_one(grader: Grader, task: Task) -> Report | Ended:
    """Return the report on a task, or why something of ours kept the grader from making one: then it is used up."""
    try:
        return grader.grade(task.submission())
    except GraderBroken as error:
        return Ended(str(error))
    except Exception as error:  # noqa: BLE001 - ours, and no reason to lose the class: the owner holds the report
        return Ended(f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def _interrupts_later() -> Iterator[None]:
    """Hold back Ctrl-C while a process starts: it inherits that, until it knows what to do about it."""
    resource_tracker.getfd()  # starting the tracker would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
