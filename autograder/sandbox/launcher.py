"""The trusted side of a sandbox: a warm launcher for the programs of one assignment, and what it has proven.

A :class:`Sandbox` owns one zygote. :meth:`Sandbox.program` gives a program for each submission.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import GraderBroken, SandboxUnavailable
from autograder.model import Limits
from autograder.sandbox.process import Deadline, Process, no_callback
from autograder.sandbox.program import Program

START_PATIENCE = 60.0  # seconds for steps of our own, which a busy machine may delay
MAX_PACKET = 1 << 16
ISOLATED = ("-P", "-s")  # as -I, but the environment, which is ours alone, fixes the order of sets


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
    that this machine has.
    """

    def __init__(self, profile: Profile, layers: Sequence[str] | None = None) -> None:
        self.profile = profile
        self._layers = layers
        self._preloaded: set[str] = set()
        self._canaries: dict[str, bool] | None = None
        self._unanswered = 0  # requests sent whose replies have not been read

    def __enter__(self) -> Self:
        if sys.platform != "linux":
            raise SandboxUnavailable("grading confines student code with the Linux kernel; run it on Linux")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, *ISOLATED, "-m", "autograder.sandbox.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd="/",
            )
        self._control = ours
        self._control.settimeout(START_PATIENCE)
        limits = self.profile.limits
        self._send(
            "configure",
            packages=[name for name in self.profile.packages if _is_installed(name)],
            readable=[str(p) for p in self.profile.readable],
            folder=str(self.profile.folder),
            hidden=_hidden_import_folders(),
            layers=None if self._layers is None else list(self._layers),
            limits={"cpu_seconds": int(2 * limits.submission) + 10, "address_space": limits.memory_mb << 20},
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()  # the zygote ends at end of file, and its children with it
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def program(
        self, cells: Sequence[tuple[int, str]], exercises: Sequence[str], *, definitions_only: bool = False
    ) -> Program:
        """Return the program of one submission, a context manager that loads and finally ends it."""
        return Program(self, cells, exercises, definitions_only=definitions_only)

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
                reply = process.exchange({"kind": "canaries", "hidden": hidden.name}, no_callback, START_PATIENCE)
            stopped = reply.get("stopped")
            if not isinstance(stopped, dict):
                raise GraderBroken("the sandbox's self-test gave no answer; run `autograder doctor`")
            self._canaries = {str(name): value is True for name, value in stopped.items()}
        return self._canaries

    def spawn(self) -> Process:
        """Fork a confined process and wait until its locks are on."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            reply, fds = self._command("spawn", fds=[theirs.fileno()])
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
        return process

    def bury(self, pid: int, asked: bool = True) -> int | None:
        """Have a process of this sandbox buried; tell its exit code, or minus the signal that killed it.

        Unless that is asked, the zygote waits for the process to end, which takes milliseconds, while we go on.
        """
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
        return json.loads(packet), list(fds)

    def _broken(self, error: Exception) -> GraderBroken:
        self._process.kill()
        assert self._process.stderr is not None
        lines = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return SandboxUnavailable(f"the sandbox's launcher does not answer ({lines[-1] if lines else error})")


def clean_environment() -> dict[str, str]:
    """Return the whole environment of a zygote: nothing of ours, one thread per program, no display."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder" / "matplotlib"
    cache.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(cache),
    }


def _is_installed(package: str) -> bool:
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _hidden_import_folders() -> list[str]:
    """Return the folders from which ``autograder`` itself is imported in a development install."""
    return [str(Path(__file__).parents[2])]
