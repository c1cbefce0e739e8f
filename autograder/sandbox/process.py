"""One confined process as the trusted side holds it: a socket, a clock on its computing, a handle to kill it by."""

import contextlib
import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from autograder.errors import TimedOut
from autograder.testing.student import AnswerCallback, Message
from autograder.wire import PREFIX, WireError, body_sizes, decode, encode

CHUNK = 1 << 18


class Process:
    """A process that has put its locks on. ``bury(number, asked)`` tells, if asked, how it ended, once it has.

    Its launcher, which may live in a namespace of processes of its own, knows it by ``number``; here it is ``pid``.
    """

    def __init__(
        self, connection: socket.socket, pidfd: int, number: int, bury: Callable[[int, bool], int | None]
    ) -> None:
        connection.setblocking(False)
        self.pid = pid_of(pidfd)
        self._connection = connection
        self._pidfd = pidfd
        self._number = number
        self._bury = bury
        # the kernel's encoding of "processor clock of this process" (clock_getcpuclockid(3))
        self._clock = (~self.pid << 3) | 2 if self.pid > 0 else None
        self._waited = 0.0
        self._received = bytearray()  # bytes that have come and were not asked for yet
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(connection, select.POLLIN)
        self._writable.register(connection, select.POLLOUT)

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

    def seconds_without_processor(self) -> float:
        """Return how long the process was ready to compute and got no processor, since this was last asked.

        It is 0 where the kernel does not tell.
        """
        try:
            waited = 1e-9 * int(Path(f"/proc/{self.pid}/schedstat").read_bytes().split()[1])
        except (OSError, IndexError):
            return 0.0
        more, self._waited = waited - self._waited, waited
        return more

    def exchange(
        self, message: Message, answer_callback: AnswerCallback, seconds: float, patience: float = 1.0
    ) -> Message:
        """Send a message and return its reply, serving callbacks; the process computes ``seconds`` at most.

        Raises TimedOut or Raised if the process hangs or ends, WireError if it sends anything irregular.
        """
        nonce = secrets.randbits(62)
        deadline = Deadline(seconds, patience, self)
        self._write(encode(message | {"nonce": nonce}), deadline)
        while True:
            reply = self.receive(deadline)
            if reply.get("nonce") != nonce:
                raise WireError("a frame that answers no question")
            if reply.get("kind") != "callback":
                return reply
            self._write(answer_callback(reply), deadline)

    def receive(self, deadline: "Deadline") -> Message:
        """Read one frame."""
        header_size, body_size = body_sizes(bytes(self._read(PREFIX.size, deadline)))
        header = bytes(self._read(header_size, deadline))
        message = decode(header, self._read(body_size, deadline))
        if not isinstance(message, dict):
            raise WireError("a frame that is not a message")
        return message

    def kill(self, *, ask: bool = True) -> int | None:
        """End the process, whatever it is doing; wait for its end and return how it had ended, if that is asked."""
        if self._pidfd < 0:
            return None
        self._connection.close()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)
        self._pidfd = -1
        return self._bury(self._number, ask)

    def _read(self, size: int, deadline: "Deadline") -> bytearray:
        """Read exactly so many bytes; memory is taken as they come, not as they are announced."""
        while len(self._received) < size:
            self._wait(self._readable, deadline)
            try:
                chunk = self._connection.recv(CHUNK)
            except BlockingIOError:
                continue
            except OSError:
                chunk = b""
            if not chunk:
                raise Ended
            self._received += chunk
        data = self._received[:size]
        del self._received[:size]
        return data

    def _write(self, frame: bytes, deadline: "Deadline") -> None:
        view = memoryview(frame)
        while view:
            try:
                view = view[self._connection.send(view[:CHUNK]) :]
            except BlockingIOError:
                self._wait(self._writable, deadline)
            except OSError:
                raise Ended from None

    def _wait(self, ready: select.poll, deadline: "Deadline") -> None:
        while not ready.poll(1e3 * deadline.next_look()):
            deadline.check()


class Ended(Exception):
    """The process closed its socket or died."""


class Deadline:
    """A limit on computing time, with a longer one on time that passes while the process does not compute.

    Time that it waits for a processor counts as neither: a busy machine is no fault of the program's.
    """

    def __init__(self, seconds: float, patience: float, process: Process | None) -> None:
        self.seconds = seconds
        self.process = process
        self.cpu_end = (process.cpu_seconds() if process else 0.0) + seconds
        self.wall_end = time.monotonic() + seconds * patience

    def next_look(self) -> float:
        """Return for how many seconds it is not worth looking at the clocks again."""
        left = self.cpu_end - self.process.cpu_seconds() if self.process else self.seconds
        return max(0.01, min(left, self.wall_end - time.monotonic()))

    def check(self) -> None:
        """Raise :class:`~autograder.errors.TimedOut` if either limit is passed."""
        if self.process and self.process.cpu_seconds() >= self.cpu_end:
            raise self._timed_out()
        if time.monotonic() >= self.wall_end:
            self.wall_end += self.process.seconds_without_processor() if self.process else 0.0
        if time.monotonic() >= self.wall_end:
            raise self._timed_out()

    def _timed_out(self) -> TimedOut:
        return TimedOut(f"gave no answer within {self.seconds:g} s")


def pid_of(pidfd: int) -> int:
    """Return the number that a process has here, not positive if it has none or has been buried."""
    info = Path(f"/proc/self/fdinfo/{pidfd}").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in info.splitlines() if line.startswith("Pid:")))


def no_callback(_: Message) -> bytes:
    """Refuse a callback, where a message gives the process no function to call."""
    raise WireError("a callback nobody asked for")
