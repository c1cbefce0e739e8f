"""Grade on a dask.distributed cluster: the same tasks, drivers and documents as in the pool on one machine.

What a worker has to have is the engine, in the version that is used here; the course travels to it in a parcel. Tasks
go out a few at a time, and each comes back as a report. If a worker is lost in between it is graded twice, which does
no harm: grading is deterministic, and what is recorded is keyed by content.
"""

import contextlib
import gc
import hashlib
import logging
import platform
import secrets
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType

import dask
import numpy as np
from distributed import Client, Future, KilledWorker, LocalCluster, Security, as_completed
from distributed.client import FutureCancelledError
from distributed.comm.core import CommClosedError

from autograder.batch.driver import Ended, Refused
from autograder.batch.parcel import pack
from autograder.batch.pool import Graded, held_because
from autograder.batch.run import Backend
from autograder.batch.task import Task
from autograder.batch.worker import GradingPlugin, Reply, grade_task
from autograder.course import Assignment
from autograder.errors import GraderBroken, UsageError
from autograder.grade import ENGINE, held
from autograder.model import Report
from autograder.submission import MAX_BYTES

LOCAL = "local"
WORKER_PATIENCE = 60  # seconds until the first worker has to be there
CONNECT_PATIENCE = 10  # seconds
TASKS_PER_THREAD = 3  # on the way to a worker, so that it need not wait
SETTINGS = {
    "distributed.admin.large-graph-warning-threshold": 2 * MAX_BYTES,
    "distributed.comm.timeouts.connect": f"{CONNECT_PATIENCE}s",
}
HERE_ALONE: dict[str, list[str]] = {  # a cluster in this process: the pages that Dask serves go to nobody
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def on_cluster(
    assignment: Assignment, require_level: str, address: str, workers: int = 1, tls: str | None = None
) -> Backend:
    """Return what grades on the cluster of a scheduler's address, or for ``local`` on one of so many workers here.

    Raises :class:`~autograder.errors.UsageError` if ``tls``, written "CA,CERT,KEY", does not name three files.
    """
    security = _security(tls)
    return lambda tasks: grade_on_cluster(assignment, tasks, require_level, Cluster(address, workers, security))


def grade_on_cluster(
    assignment: Assignment, tasks: Iterable[Task], require_level: str, cluster: "Cluster"
) -> Iterator[Graded]:
    """Grade tasks on a cluster; reports come in the order in which they are finished.

    Raises :class:`~autograder.errors.UsageError` where there is no cluster, or a worker that has another engine, and
    :class:`~autograder.errors.GraderBroken` where the scheduler is lost or no sandbox works.
    """
    source = iter(tasks)
    if (first := next(source, None)) is None:
        return  # whether or not there is a cluster
    with cluster as client:
        run = _Run(assignment, require_level, client, cluster.address)
        try:
            yield from run.grade(chain([first], source))
        except (FutureCancelledError, CommClosedError):
            raise GraderBroken(
                f"the scheduler at {cluster.address} was lost; what was written is kept, run the command again to go on"
            ) from None
        finally:
            run.end()


class Cluster:
    """The way to a scheduler: at an address, or started in this process with some workers, for ``local``."""

    def __init__(self, address: str, workers: int = 1, security: Security | None = None) -> None:
        self.address = address
        self._workers = workers
        self._security = security
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Client:
        gc.collect()  # a client that found no scheduler, if it were collected inside Dask's lock, would wait for itself
        self._stack.enter_context(_silence())
        self._stack.enter_context(dask.config.set(SETTINGS))
        try:
            target = self._started() if self.address == LOCAL else self.address or "nowhere"  # "" is Dask's "anywhere"
            client: Client = Client(target, security=self._security, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            self._stack.close()
            said = (str(error).splitlines() or [type(error).__name__])[0]
            raise UsageError(
                f"there is no scheduler to talk to at {self.address} ({said}); start one with `dask scheduler`, or "
                "give its address as tcp://HOST:PORT, or as tls://HOST:PORT with --cluster-tls"
            ) from None
        self._stack.enter_context(client)
        return client

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            self._stack.close()

    def _started(self) -> LocalCluster:
        """Start scheduler and workers in this process, where nobody else can reach them; drivers do the work anyway."""
        self._stack.enter_context(dask.config.set(HERE_ALONE))
        cluster: LocalCluster = LocalCluster(
            n_workers=self._workers,
            threads_per_worker=1,
            processes=False,
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
        )
        self._stack.enter_context(cluster)
        return cluster


class _Run:
    """One assignment being graded on a cluster."""

    def __init__(self, assignment: Assignment, require_level: str, client: Client, address: str) -> None:
        self.assignment = assignment
        self.require_level = require_level
        self.client = client
        self.address = address
        self.name = f"autograder-{secrets.token_hex(8)}"  # several people may grade on one cluster
        self.prepared = False
        self.sent: dict[str, tuple[Task, Future[Reply]]] = {}
        self._threads = 0
        self._counted = float("-inf")

    def grade(self, tasks: Iterable[Task]) -> Iterator[Graded]:
        """Send tasks as threads become free; yield each with its report."""
        source = iter(tasks)
        self._prepare()
        finished = as_completed(loop=self.client.loop, raise_errors=False)
        while True:
            while len(self.sent) < TASKS_PER_THREAD * self._count_threads() and (task := next(source, None)):
                finished.add(self._send(task))
            if not self.sent:
                return
            future = next(finished)
            task, _ = self.sent[future.key]
            report = self._report(task, future)
            del self.sent[future.key]
            yield task, report

    def end(self) -> None:
        """Recall what is still on its way, and have the workers end their drivers and forget the course."""
        with contextlib.suppress(Exception):  # the run is over, however little of the cluster is left
            self.client.cancel([future for _, future in self.sent.values()], force=True)
            if self.prepared:
                self.client.unregister_worker_plugin(self.name)

    def _prepare(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=WORKER_PATIENCE)
        except TimeoutError:
            raise UsageError(
                f"no worker has joined the scheduler at {self.address} within {WORKER_PATIENCE} s; start some with "
                "`dask worker` and run the command again"
            ) from None
        plugin = GradingPlugin(pack(self.assignment), self.assignment.slug, self.require_level)
        self.prepared = True
        try:
            self.client.register_plugin(plugin, name=self.name)
        except CommClosedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a worker met
            raise self._unable(error) from None

    def _count_threads(self) -> int:
        """Return how many threads all workers have, asked anew every two seconds, as workers come and go."""
        now = time.monotonic()
        if now > self._counted + 2:
            self._threads, self._counted = sum(self.client.nthreads().values()), now
        return max(1, self._threads)

    def _send(self, task: Task) -> "Future[Reply]":
        identity = repr((task.student, task.file, task.sha256, task.unreadable)).encode()
        key = f"{self.name}-{hashlib.sha256(identity).hexdigest()[:16]}"
        future = self.client.submit(grade_task, task, self.name, key=key, pure=False)
        self.sent[key] = (task, future)
        return future

    def _report(self, task: Task, future: "Future[Reply]") -> Report:
        try:
            answer, level = future.result()
        except KilledWorker as error:
            reason = f"{error.allowed_failures + 1} workers of the cluster ended while they graded this submission"
            return held(self.assignment, task.submission(), self.require_level, reason)
        except (FutureCancelledError, CommClosedError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a worker met
            raise self._unable(error) from None
        match answer:
            case Report():
                return self._checked(answer)
            case Refused():
                raise answer.error()
            case Ended(reason):
                return held(self.assignment, task.submission(), level, held_because(reason))
        raise TypeError(answer)

    def _unable(self, error: Exception) -> GraderBroken:
        return GraderBroken(
            f"a worker or the scheduler of {self.address} cannot grade ({type(error).__name__}: {error}); give all of "
            "them the same environment, with autograder[cluster,staff]"
        )

    def _checked(self, report: Report) -> Report:
        """Return a report that says what it would say if it had been made here."""
        theirs = report.provenance
        ours = {
            "engine": ENGINE,
            "tests_sha256": self.assignment.tests_sha256,
            "salt_id": self.assignment.course.salt_id,
            "python": platform.python_version(),
            "numpy": np.__version__,
        }
        for what, wanted in ours.items():
            if (found := getattr(theirs, what)) != wanted:
                raise UsageError(
                    f"a worker of {self.address} grades with {what} {found}, but here it is {wanted}; what it graded "
                    "was not recorded: give all workers the same environment"
                )
        return report


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep Dask's log off the terminal: what matters to the person there is said in a sentence."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _security(tls: str | None) -> Security | None:
    """Return how to encrypt, from files of authority, certificate and key; None leaves it to Dask's configuration."""
    if tls is None:
        return None
    files = tls.split(",")
    missing = next((file for file in files if not Path(file).is_file()), None)
    if len(files) != 3 or missing:
        found = f"there is no file {missing}" if missing else f"{tls!r} names {len(files)} of three files"
        raise UsageError(f"{found}; give --cluster-tls as CA.pem,CERT.pem,KEY.pem")
    ca, certificate, key = files
    return Security(tls_ca_file=ca, tls_client_cert=certificate, tls_client_key=key, require_encryption=True)
