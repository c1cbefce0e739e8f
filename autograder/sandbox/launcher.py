"""The trusted side of a sandbox: a warm launcher for the programs of one assignment, and what it has proven.

A :class:`Sandbox` owns one zygote. :meth:`Sandbox.program` gives a program for each submission.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import GraderBroken, SandboxUnavailable
from autograder.model import Limits
from autograder.sandbox import bubblewrap
from autograder.sandbox.canaries import surroundings
from autograder.sandbox.policy import INSTALLED, readable_paths
from autograder.sandbox.process import Deadline, Process, no_callback, pid_of
from autograder.sandbox.program import Program
from autograder.sandbox.view import View
from autograder.wire import encode

START_PATIENCE = 60.0  # seconds for steps of our own, which a busy machine may delay
MAX_PACKET = 1 << 16
ENGINE = Path(__file__).parents[2]  # the folder from which `autograder` is imported
NAMESPACES = ("bubblewrap", "unshare")
# Programs live briefly: large pages, and at once the thresholds that the allocator reaches in processes that live long
MEMORY = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=67108864"
# As -I, but the environment, which is ours alone, fixes the order of sets; and found without what `site` would need
START = (
    "-P",
    "-s",
    "-c",
    f"import sys; sys.path.append({str(ENGINE)!r}); from autograder.sandbox.zygote import main; main()",
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What programs of one assignment may import, read and use."""

    packages: tuple[str, ...] = ("numpy", "matplotlib")
    """Third-party distributions whose files they can read."""
    allowed: tuple[str, ...] = ("numpy", "matplotlib")
    """Top-level modules they may import besides the standard library."""
    forbidden: tuple[str, ...] = ()
    """Names of functions whose use is noted."""
    folder: Path = Path("/")
    """Working directory: the assignment's public folder."""
    readable: tuple[Path, ...] = ()
    """Public data they may read."""
    limits: Limits = field(default_factory=Limits)


class Sandbox:
    """A warm zygote for one profile, and the level of confinement that it proved.

    ``layers`` names the parts of the lock-down to apply (:class:`autograder.sandbox.lockdown.Layer`); None means all
    that this machine has. ``namespaces`` names the ways to give the zygote namespaces of its own, which are tried in
    turn; it does without where the machine refuses all of them.
    """

    def __init__(
        self, profile: Profile, layers: Sequence[str] | None = None, namespaces: Sequence[str] = NAMESPACES
    ) -> None:
        self.profile = profile
        self._layers = layers
        self._namespaces = namespaces
        self.watch: Callable[[int], None] | None = None
        """Called with the number of each process before its locks are on, for staff to see what they refuse."""
        self._refusals: dict[str, str] = {}  # by the way of getting namespaces
        self._zygote = -1  # its pidfd, once it is known
        self._preloaded: set[str] = set()
        self._canaries: dict[str, bool] | None = None
        self._unanswered = 0  # requests sent whose replies have not been read
        self._processors: set[int] = set()  # those that this process may use

    def __enter__(self) -> Self:
        if sys.platform != "linux":
            raise SandboxUnavailable("grading confines student code with the Linux kernel; run it on Linux")
        self._processors = os.sched_getaffinity(0)
        view, within = self._view(), []
        if view and "bubblewrap" in self._namespaces and not self._refused("bubblewrap", bubblewrap.obstacle(view)):
            within, view = bubblewrap.command(view), None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [*within, sys.executable, *START, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd="/",
            )
        self._control = ours
        self._control.settimeout(START_PATIENCE)
        self._configure(view if "unshare" in self._namespaces else None)
        return self

    def _view(self) -> View | None:
        """Return what the zygote is to see; None if it needs none, or its packages cannot be had, as it will say."""
        if not self._namespaces:
            return None
        try:
            paths = readable_paths(self._packages(), self.profile.readable)
            return View.of(paths, self.profile.folder, [matplotlib_cache()])
        except (OSError, ValueError) as error:
            self._refusals = dict.fromkeys(self._namespaces, str(error))
            return None

    def _refused(self, way: str, reason: str) -> bool:
        self._refusals[way] = reason
        return bool(reason)

    def _configure(self, view: View | None) -> None:
        limits = self.profile.limits
        self._send(
            "configure",
            packages=self._packages(),
            readable=[str(p) for p in self.profile.readable],
            folder=str(self.profile.folder),
            hidden=_hidden_import_folders(),
            layers=None if self._layers is None else list(self._layers),
            limits={"cpu_seconds": int(2 * limits.submission) + 10, "address_space": limits.memory_mb << 20},
            view=None if view is None else [[step.kind, step.path, step.target] for step in view.steps],
        )

    def _packages(self) -> list[str]:
        return [name for name in self.profile.packages if _is_installed(name)]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()  # the zygote ends at end of file, and its children with it
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
        assert self._process.stderr is not None
        self._process.stderr.close()
        if self._zygote >= 0:
            os.close(self._zygote)
            self._zygote = -1

    def kill(self) -> None:
        """End the zygote at once, and with it all programs."""
        if self._zygote >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._zygote, signal.SIGKILL)
        self._process.kill()  # what waits for it outside its namespaces, or the zygote itself
        self._process.wait()

    def program(
        self,
        cells: Sequence[tuple[int, str]],
        exercises: Sequence[str],
        limits: Limits | None = None,
        *,
        definitions_only: bool = False,
    ) -> Program:
        """Return the program of one submission, a context manager that loads and finally ends it.

        ``limits`` may be tighter than the profile's, which the kernel enforces.
        """
        return Program(self, cells, exercises, limits or self.profile.limits, definitions_only=definitions_only)

    def preload(self, package: str) -> None:
        """Have the zygote begin to import a slow package, once, so that no program has to."""
        if package not in self._preloaded and package in self.profile.packages and _is_installed(package):
            self._send("preload", package=package)
            self._preloaded.add(package)

    def canaries(self) -> dict[str, bool]:
        """Attack from inside a confined process, once; return {attack: was it stopped}."""
        if self._canaries is None:
            with tempfile.NamedTemporaryFile(prefix="hidden-") as hidden, self.spawn() as process:
                hidden.write(b"secret")
                hidden.flush()
                Path(hidden.name).chmod(0o644)  # the kernel has to hide it, not the mode
                told = {"kind": "canaries", "hidden": hidden.name, "outside": surroundings()}
                reply = process.exchange(told, no_callback, START_PATIENCE)
            stopped = reply.get("stopped")
            if not isinstance(stopped, dict):
                raise GraderBroken("the sandbox's self-test gave no answer; run `autograder doctor`")
            self._canaries = {str(name): value is True for name, value in stopped.items()}
        return self._canaries

    def refusals(self) -> dict[str, str]:
        """Return the ways to namespaces that were tried, each with what the machine answered: nothing if it worked."""
        self.canaries()
        return self._refusals

    def spawn(self) -> Process:
        """Fork a confined process and wait until its locks are on."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            reply, fds = self._command("spawn", fds=[theirs.fileno()], held=self.watch is not None)
            if self.watch:
                self.watch(pid_of(fds[0]))
                ours.sendall(encode({"kind": "go"}))
            process = Process(ours, fds[0], reply["pid"], self.bury)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ready = process.receive(Deadline(START_PATIENCE, 1.0, None))
        if ready.get("kind") != "ready":
            process.kill()
            raise SandboxUnavailable(f"student code cannot be confined here: {ready.get('message')}")
        self._share_processor(process.pid)
        return process

    def _share_processor(self, pid: int) -> None:
        """Stay with a process on the processor where we are: we take turns, and waking another one takes longer."""
        with contextlib.suppress(OSError):
            here = {processor()}
            os.sched_setaffinity(pid, here)
            os.sched_setaffinity(0, here)

    def bury(self, pid: int, asked: bool = True) -> int | None:
        """Have a process of this sandbox buried; tell its exit code, or minus the signal that killed it.

        Unless that is asked, the zygote waits for the process to end, which takes milliseconds, while we go on.
        """
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, self._processors)
        if not asked:
            self._send("status", pid=pid)
            return None
        reply, _ = self._command("status", pid=pid)
        code: int | None = reply["exitcode"]
        return code

    def _command(self, kind: str, fds: Sequence[int] = (), **request: Any) -> tuple[dict[str, Any], list[int]]:
        self._send(kind, fds, **request)
        while self._unanswered > 1:
            self._receive()
        return self._receive()

    def _send(self, kind: str, fds: Sequence[int] = (), **request: Any) -> None:
        try:
            socket.send_fds(self._control, [json.dumps({"kind": kind, **request}).encode()], list(fds))
        except OSError as error:
            raise self._broken(error) from None
        self._unanswered += 1

    def _receive(self) -> tuple[dict[str, Any], list[int]]:
        try:
            packet, fds, _, _ = socket.recv_fds(self._control, MAX_PACKET, 1)
        except OSError as error:
            raise self._broken(error) from None
        if not packet:
            raise self._broken(EOFError("it ended"))
        self._unanswered -= 1
        reply = json.loads(packet)
        if "refused" in reply:  # the answer to `configure`, which is read whenever it is next of use
            (self._zygote,) = fds
            if reply["refused"] is not None:
                self._refusals["unshare"] = reply["refused"]
        return reply, list(fds)

    def _broken(self, error: Exception) -> GraderBroken:
        self._control.close()
        self.kill()
        assert self._process.stderr is not None
        lines = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return SandboxUnavailable(f"the sandbox's launcher does not answer ({lines[-1] if lines else error})")


def clean_environment() -> dict[str, str]:
    """Return the whole environment of a zygote: nothing of ours, one thread per program, no display."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "GLIBC_TUNABLES": MEMORY,
        "HOME": "/",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(matplotlib_cache()),
    }


def matplotlib_cache() -> Path:
    """Return the folder where matplotlib keeps its list of fonts, made if it is missing."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder" / "matplotlib"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def processor() -> int:
    """Return the number of the processor on which this thread runs."""
    after_name = Path("/proc/thread-self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    return int(after_name.split()[36])  # field 39 of proc(5), where the name is the second


def _is_installed(package: str) -> bool:
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _hidden_import_folders() -> list[str]:
    """Return the folders from which ``autograder`` alone is imported, in a development install."""
    return [] if ENGINE.name in INSTALLED else [str(ENGINE)]
