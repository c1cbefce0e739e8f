"""The trusted side of a confined program: start it, ask it, time it, kill it, start it again.

A :class:`Sandbox` owns one zygote. :meth:`Sandbox.program` gives a :class:`Program` for each submission, which is the
transport that hidden tests speak through. A program that dies, hangs or sends rubbish loses that one call; the next
call finds a fresh process with the notebook loaded again.
"""

import contextlib
import json
import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import AnswerError, GraderBroken, Raised, SandboxUnavailable, TimedOut
from autograder.model import Limits
from autograder.testing.student import Message
from autograder.wire import PREFIX, WireError, body_sizes, decode, encode

MAX_STARTS = 40  # processes for one submission: each one beyond the first follows a death
START_PATIENCE = 60.0  # seconds for steps of our own, which a busy machine may delay
CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Profile:
    """What programs of one assignment may import, read and use."""

    packages: tuple[str, ...] = ("numpy", "matplotlib")
    """Third-party distributions whose files they can read."""
    allowed: tuple[str, ...] = ("numpy", "matplotlib")
    """Top-level modules they may import besides the standard library."""
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
                [sys.executable, "-I", "-m", "autograder.sandbox.zygote", str(theirs.fileno())],
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
            packages=list(self.profile.packages),
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
    ) -> "Program":
        """Return the program of one submission, a context manager that loads and finally ends it."""
        return Program(self, cells, exercises, definitions_only=definitions_only)

    def preload(self, package: str) -> None:
        """Have the zygote begin to import a slow package, once, so that no program has to."""
        if package not in self._preloaded and package in self.profile.packages:
            self._send("preload", package=package)
            self._preloaded.add(package)

    def canaries(self) -> dict[str, bool]:
        """Attack from inside a confined process, once; return {attack: was it stopped}."""
        if self._canaries is None:
            with tempfile.NamedTemporaryFile(prefix="hidden-") as hidden, self.spawn() as process:
                hidden.write(b"secret")
                hidden.flush()
                Path(hidden.name).chmod(0o644)  # the kernel has to hide it, not the mode
                reply = process.exchange({"kind": "canaries", "hidden": hidden.name}, _no_callback, START_PATIENCE)
            stopped = reply.get("stopped")
            if not isinstance(stopped, dict):
                raise GraderBroken("the sandbox's self-test gave no answer; run `autograder doctor`")
            self._canaries = {str(name): value is True for name, value in stopped.items()}
        return self._canaries

    def spawn(self) -> "Process":
        """Fork a confined process and wait until its locks are on."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            reply, fds = self._command("spawn", fds=[theirs.fileno()])
            process = Process(ours, fds[0], reply["pid"], self)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ready = process.receive(_Deadline(START_PATIENCE, 1.0, None))
        if ready.get("kind") != "ready":
            process.kill()
            raise SandboxUnavailable(f"student code cannot be confined here: {ready.get('message')}")
        return process

    def exit_code(self, pid: int) -> int | None:
        """Tell how a process of this sandbox ended: its exit code, or minus the signal that killed it."""
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
            packet, fds, _, _ = socket.recv_fds(self._control, CHUNK, 1)
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


class Process:
    """One confined process: a socket to it, and a handle to kill it by."""

    def __init__(self, connection: socket.socket, pidfd: int, pid: int, sandbox: Sandbox) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._pidfd = pidfd
        self._pid = pid
        self._sandbox = sandbox
        self._clock = _cpu_clock(pidfd)
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def cpu_seconds(self) -> float:
        """Return the computing time the process has used, all threads together."""
        try:
            return time.clock_gettime(self._clock) if self._clock is not None else 0.0
        except OSError:
            return 0.0

    def exchange(
        self, message: Message, answer_callback: Callable[[Message], Message], seconds: float, patience: float = 1.0
    ) -> Message:
        """Send a message and return its reply, serving callbacks; the process computes ``seconds`` at most.

        Raises TimedOut or Raised if the process hangs or ends, WireError if it sends anything irregular.
        """
        nonce = secrets.randbits(62)
        deadline = _Deadline(seconds, patience, self)
        self._write(encode(message | {"nonce": nonce}), deadline)
        while True:
            reply = self.receive(deadline)
            if reply.get("nonce") != nonce:
                raise WireError("a frame that answers no question")
            if reply.get("kind") != "callback":
                return reply
            self._write(encode(answer_callback(reply)), deadline)

    def receive(self, deadline: "_Deadline") -> Message:
        """Read one frame."""
        header_size, body_size = body_sizes(bytes(self._read(PREFIX.size, deadline)))
        header = bytes(self._read(header_size, deadline))
        message = decode(header, self._read(body_size, deadline))
        if not isinstance(message, dict):
            raise WireError("a frame that is not a message")
        return message

    def kill(self) -> int | None:
        """End the process, whatever it is doing, and return how it had ended."""
        if self._pidfd < 0:
            return None
        self._selector.close()
        self._connection.close()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)
        self._pidfd = -1
        return self._sandbox.exit_code(self._pid)

    def _read(self, size: int, deadline: "_Deadline") -> bytearray:
        """Read exactly so many bytes; memory is taken as they come, not as they are announced."""
        data = bytearray()
        while len(data) < size:
            try:
                chunk = self._connection.recv(min(CHUNK, size - len(data)))
            except BlockingIOError:
                self._wait(selectors.EVENT_READ, deadline)
                continue
            except OSError:
                chunk = b""
            if not chunk:
                raise _Ended
            data += chunk
        return data

    def _write(self, frame: bytes, deadline: "_Deadline") -> None:
        view = memoryview(frame)
        while view:
            try:
                view = view[self._connection.send(view[:CHUNK]) :]
            except BlockingIOError:
                self._wait(selectors.EVENT_WRITE, deadline)
            except OSError:
                raise _Ended from None

    def _wait(self, event: int, deadline: "_Deadline") -> None:
        self._selector.modify(self._connection, event)
        while not self._selector.select(deadline.next_look()):
            deadline.check()


class _Ended(Exception):
    """The process closed its socket or died."""


class _Deadline:
    """A limit on computing time, with a longer one on time that passes while the process does not compute."""

    def __init__(self, seconds: float, patience: float, process: Process | None) -> None:
        self.seconds = seconds
        self.process = process
        self.cpu_end = (process.cpu_seconds() if process else 0.0) + seconds
        self.wall_end = time.monotonic() + seconds * patience

    def next_look(self) -> float:
        left = self.cpu_end - self.process.cpu_seconds() if self.process else self.seconds
        return max(0.01, min(left, self.wall_end - time.monotonic()))

    def check(self) -> None:
        computed_too_long = self.process is not None and self.process.cpu_seconds() >= self.cpu_end
        if computed_too_long or time.monotonic() >= self.wall_end:
            raise TimedOut(f"gave no answer within {self.seconds:g} s")


class Program:
    """The transport to one submission's program."""

    def __init__(
        self, sandbox: Sandbox, cells: Sequence[tuple[int, str]], exercises: Sequence[str], *, definitions_only: bool
    ) -> None:
        self.notes: list[str] = []
        self.output = ""
        self._sandbox = sandbox
        self._limits = sandbox.profile.limits
        self._cells = list(cells)
        self._exercises = list(exercises)
        self._process: Process | None = None
        self._definitions_only = definitions_only
        self._unloadable = ""
        self._starts = 0
        self._used = 0.0  # computing time of processes that have ended
        self._allowance = self._limits.submission

    def __enter__(self) -> Self:
        if any("matplotlib" in source for _, source in self._cells):
            self._sandbox.preload("matplotlib")
        with contextlib.suppress(AnswerError):  # said in the notes; every call will say it again
            self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def allow(self, seconds: float) -> None:
        """Let the calls that follow compute for so long in all (what starting again takes does not count)."""
        self._allowance = seconds

    @property
    def allowance(self) -> float:
        """What is left of the seconds last allowed."""
        return self._allowance

    def request(self, message: Message, answer_callback: Callable[[Message], Message]) -> Message:
        """Ask the program, starting it again if its process has ended; see ``Transport``."""
        if self._process is None:
            self._start()
        if self._total() >= self._limits.submission:
            raise TimedOut(f"was not called any more: the submission has used its {self._limits.submission:g} s")
        if self._allowance <= 0:
            raise TimedOut("was not called any more: its exercise has used all its time")
        left = min(self._allowance, self._limits.submission - self._total())
        seconds, before = min(self._limits.call, left), self._total()
        try:
            reply = self._exchange(message, answer_callback, seconds)
        except TimedOut:
            self._allowance -= seconds
            if left < self._limits.call:
                raise TimedOut("gave no answer in the time that was left to its exercise") from None
            raise
        except (AnswerError, WireError):
            self._allowance -= self._total() - before
            raise
        self._allowance -= self._total() - before
        return reply

    def _exchange(self, message: Message, answer_callback: Callable[[Message], Message], seconds: float) -> Message:
        assert self._process is not None
        try:
            return self._process.exchange(message, answer_callback, seconds, self._limits.patience)
        except _Ended:
            raise Raised(f"ended its process{_cause(self._stop())}") from None
        except (AnswerError, WireError):
            self._stop()
            raise

    def _start(self) -> None:
        """Load the notebook in a new process; if that fails, its imports, definitions and constants alone."""
        if self._unloadable:
            raise Raised(self._unloadable)
        if self._starts >= MAX_STARTS:
            raise TimedOut(f"was not called any more: its process has ended {MAX_STARTS} times")
        try:
            self._load()
        except (AnswerError, WireError) as error:
            if self._definitions_only:
                self._unloadable = f"is not available: loading the definitions alone {error}"
                self._note(f"loading the definitions alone {error}")
                raise Raised(self._unloadable) from None
            self._definitions_only = True
            self._note(f"loading the notebook {error}; only its imports, definitions and constants were used")
            self._start()

    def _load(self) -> None:
        self._starts += 1
        self._process = self._sandbox.spawn()
        message = {
            "kind": "load",
            "cells": [(number, source.encode("utf-8", "replace")) for number, source in self._cells],
            "exercises": self._exercises,
            "allowed": list(self._sandbox.profile.allowed),
            "definitions_only": self._definitions_only,
        }
        reply = self._exchange(message, _no_callback, self._limits.load)
        notes, output = reply.get("notes"), reply.get("output")
        if reply.get("kind") != "loaded" or not isinstance(notes, list) or not isinstance(output, str):
            self._stop()
            raise WireError("sent something that is not an answer")
        for note in notes:
            self._note(str(note))
        self.output = self.output or output

    def _stop(self) -> int | None:
        if self._process is None:
            return None
        self._used += self._process.cpu_seconds()
        code = self._process.kill()
        self._process = None
        return code

    def _total(self) -> float:
        return self._used + (self._process.cpu_seconds() if self._process else 0.0)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


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


def _hidden_import_folders() -> list[str]:
    """Return the folders from which ``autograder`` itself is imported in a development install."""
    return [str(Path(__file__).parents[2])]


def _cpu_clock(pidfd: int) -> int | None:
    """Return the id of the clock that counts a process's computing time, or None where there is none.

    The number is the kernel's encoding of "process clock of this pid" (clock_getcpuclockid(3)).
    """
    info = Path(f"/proc/self/fdinfo/{pidfd}").read_text(encoding="ascii")
    pid = int(next(line.split()[1] for line in info.splitlines() if line.startswith("Pid:")))
    return (~pid << 3) | 2 if pid > 0 else None


def _cause(exit_code: int | None) -> str:
    """Say in words how a process ended, where that helps."""
    if exit_code is None or exit_code >= 0:
        return ""
    name = signal.Signals(-exit_code).name
    return {"SIGKILL": "", "SIGSYS": " by a forbidden system call"}.get(name, f" by a crash ({name})")


def _no_callback(_: Message) -> Message:
    raise WireError("a callback nobody asked for")
