"""The launcher that forks one confined process per submission. Runs beside the student, trusted until it forks.

Started with a clean environment and the descriptor of its control socket, inside namespaces by bubblewrap or outside
to enter them by itself, it imports numpy once and then waits on the socket; it computes nothing, so that a fork is safe
and cheap. It never sees tests, references, salts or submissions: a child reads its own submission from its own socket,
after the locks are on.

Control messages are JSON, one per packet: ``configure`` (once, answered with the zygote's own pidfd), ``preload`` and
``spawn`` (which carries the child's socket and is answered with the child's pidfd), ``status`` (how a child ended). End
of file ends it.
"""

import ctypes
import gc
import importlib
import json
import os
import select
import socket
import sys
from collections.abc import Iterable
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, NoReturn

from autograder.sandbox import canaries, lockdown, namespaces, policy
from autograder.sandbox.serve import Message, Server, fix_randomness
from autograder.sandbox.syscalls import syscall
from autograder.sandbox.view import Step, View
from autograder.wire import PREFIX, body_sizes, decode, encode

# Imported before the fork, so that no child pays for them: numpy loads these only when they are first used.
LAZY = ("numpy.random", "numpy.linalg", "numpy.fft", "numpy.polynomial", "numpy.ma", "dataclasses", "typing")
PRELOADS = {"matplotlib": ("matplotlib", "matplotlib.pyplot", "mpl_toolkits.mplot3d")}
MAX_PACKET = 1 << 17  # a view is the longest
CHUNK = 1 << 16  # bytes that a child reads at once


class Zygote:
    """Answers control messages until the socket closes."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: set[int] = set()
        self.ended: dict[int, int] = {}
        self.locks: lockdown.Lockdown | None = None
        self.folder = "/"

    def run(self) -> None:
        """Serve until end of file."""
        import_once(*LAZY)
        while True:
            ready, _, _ = select.select([self.control], [], [], 1.0)
            self.reap()
            if not ready:
                continue
            packet, fds, _, _ = socket.recv_fds(self.control, MAX_PACKET, 1)
            if not packet:
                return
            reply, out = self.answer(json.loads(packet), fds)
            socket.send_fds(self.control, [json.dumps(reply).encode()], out)
            for fd in (*fds, *out):
                os.close(fd)

    def answer(self, request: dict[str, Any], fds: list[int]) -> tuple[dict[str, Any], list[int]]:
        """Do what a control message asks; return the reply and the descriptors that go with it."""
        match request["kind"]:
            case "configure":
                refused = enter_namespaces(request["view"])
                self.configure(request)
                return {"refused": refused}, [os.pidfd_open(os.getpid())]
            case "preload":
                import_once(*PRELOADS[request["package"]])
                return {}, []
            case "spawn":
                pid = self.spawn(fds[0], held=request["held"])
                return {"pid": pid}, [os.pidfd_open(pid)]
            case "status":
                return {"exitcode": self.wait(request["pid"])}, []
            case kind:
                raise ValueError(kind)

    def configure(self, request: dict[str, Any]) -> None:
        """Prepare the locks that every child will put on, and forget where this package was imported from."""
        paths = policy.readable_paths(request["packages"], [Path(p) for p in request["readable"]])
        limits = policy.ResourceLimits(**request["limits"])
        layers = lockdown.available() if request["layers"] is None else request["layers"]
        self.locks = lockdown.prepare(paths, limits, layers=layers)
        self.folder = request["folder"]
        sys.path[:] = [p for p in sys.path if p and p not in request["hidden"]]
        sys.meta_path.insert(0, OnlyReadable(path.name.partition(".")[0] for path in paths))

    def spawn(self, fd: int, *, held: bool) -> int:
        """Fork a confined child that serves the socket ``fd``; return its pid.

        A child that is held waits for a word before it puts its locks on, and tells a watcher which cell it is in.
        """
        assert self.locks is not None
        pid = os.fork()
        if pid == 0:
            child(fd, self.locks, self.folder, held=held)
        self.children.add(pid)
        return pid

    def wait(self, pid: int) -> int | None:
        """Wait for a child that has been killed; return its exit code, or minus the signal that ended it."""
        if pid in self.children:
            _, status = os.waitpid(pid, 0)
            self.children.discard(pid)
            self.ended[pid] = os.waitstatus_to_exitcode(status)
        return self.ended.pop(pid, None)

    def reap(self) -> None:
        """Bury children nobody asked about."""
        for pid in list(self.children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self.children.discard(pid)
                self.ended[pid] = os.waitstatus_to_exitcode(status)


class OnlyReadable(MetaPathFinder):
    """Makes packages that cannot be read look absent, as they are to a program: libraries ask for some politely."""

    def __init__(self, readable: Iterable[str]) -> None:
        self.known = {*readable, *sys.stdlib_module_names, "autograder"}

    def find_spec(self, name: str, path: object, target: object = None) -> None:  # noqa: ARG002 - the protocol
        """Refuse top-level modules that are not readable; leave all others to the finders that follow."""
        if path is None and name not in self.known:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def enter_namespaces(view: list[list[str]] | None) -> str | None:
    """Go on inside namespaces if a view is given and the machine allows it; return what it answered, "" for yes."""
    if view is None:
        return None
    steps = View(tuple(Step(*step) for step in view))  # type: ignore[arg-type] # the kinds come from a view
    if not (refused := namespaces.obstacle(steps)):
        namespaces.enter(steps)
        importlib.invalidate_caches()
    return refused


def import_once(*modules: str) -> None:
    """Import modules before any fork, and keep the collector from copying the pages they share with children."""
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def rename_thread_by_cell(event: str, arguments: tuple[Any, ...]) -> None:
    """Give the thread the name of the cell that begins: the one thing about it that can be seen from outside."""
    if event == "exec" and (name := getattr(arguments[0], "co_filename", "")).startswith("<cell "):
        set_name = 15
        text = ctypes.create_string_buffer(name.strip("<>").encode()[:15])
        syscall("prctl", set_name, ctypes.addressof(text))


def child(fd: int, locks: lockdown.Lockdown, folder: str, *, held: bool) -> NoReturn:
    """Lock this process down, then serve the program that arrives on ``fd``. Never returns."""
    try:
        line = Line(fd)
        if held:
            line.receive()
            sys.addaudithook(rename_thread_by_cell)
        parent = os.getppid()
        _change_folder(folder)
        try:
            lockdown.enter(locks, keep_fd=fd)
        except lockdown.LockdownError as error:
            line.send(encode({"kind": "unlocked", "message": str(error), "nonce": 0}))
        else:
            fix_randomness()
            serve(line, parent)
    finally:
        os._exit(0)


def serve(line: "Line", parent: int) -> None:
    """Answer frames until the other side closes; the same loop reads the answers to callbacks."""

    def ask(message: Message) -> Message:
        line.send(encode(message | {"nonce": nonce}))
        return line.receive()

    nonce = 0
    server = Server(ask)
    line.send(encode({"kind": "ready", "nonce": 0}))
    while True:
        message = line.receive()
        nonce = message["nonce"]
        if message["kind"] == "canaries":
            stopped = canaries.run(Path(message["hidden"]), parent, message["outside"])
            line.send(encode({"kind": "canaries", "stopped": stopped, "nonce": nonce}))
        else:
            line.send(server.answer(message))


class Line:
    """Frames to and from the trusted side. Plain reads and writes only: the calls of sockets are forbidden here."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.received = bytearray()  # bytes that have come and were not asked for yet

    def send(self, frame: bytes) -> None:
        """Write one frame."""
        view = memoryview(frame)
        while view:
            view = view[os.write(self.fd, view) :]

    def receive(self) -> Message:
        """Read one frame; leave the process when the trusted side is gone."""
        header, body = body_sizes(bytes(self._read(PREFIX.size)))
        message: Message = decode(bytes(self._read(header)), self._read(body))
        return message

    def _read(self, size: int) -> bytearray:
        while len(self.received) < size:
            chunk = os.read(self.fd, CHUNK)
            if not chunk:
                os._exit(0)
            self.received += chunk
        data = self.received[:size]
        del self.received[:size]
        return data


def _change_folder(folder: str) -> None:
    """Enter the assignment's public folder, so that ``data/…`` is found, or stay where nothing can be found."""
    try:
        os.chdir(folder)
    except OSError:
        os.chdir("/")


def main() -> None:
    """Serve the control socket whose descriptor is the only argument."""
    os.environ.pop("PWD", None)  # bubblewrap's: programs see the same environment with it and without
    Zygote(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
