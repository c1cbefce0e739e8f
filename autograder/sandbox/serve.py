"""Hold a student's program and answer questions about it with data. Runs beside the student.

Messages are dicts. The trusted side sends ``load``, ``call`` and ``get``; the answers are ``loaded``, ``value``,
``method``, ``raised``, ``missing`` and ``notdata``. While a call runs, the program may send ``callback`` to have a
function evaluated that the test passed to it.
"""

import builtins
import contextlib
import io
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.cells import Namespace, Notebook, summary
from autograder.wire import Handle, NotData, Remote, Seed, encode

Message = dict[str, Any]
Ask = Callable[[Message], Message]

MAX_OUTPUT = 20_000  # characters of the text that cells print, kept for staff


class Server:
    """A loaded program, the objects it has handed out, and a line to the trusted side for callbacks."""

    def __init__(self, ask: Ask, namespace: Namespace | None = None, *, interruptible: bool = False) -> None:
        self.ask = ask
        self.interruptible = interruptible  # by the person at the keyboard, where the process is theirs
        self.namespace: Namespace = {} if namespace is None else namespace
        self.objects: dict[int, Any] = {}
        self.calls = 0

    def answer(self, message: Message) -> bytes:
        """Return the frame that answers a message, with the message's nonce."""
        actions = {"load": self._load, "call": self._call, "get": self._get}
        try:
            reply = actions[message["kind"]](message)
        except BaseException as error:
            if self.interruptible and isinstance(error, KeyboardInterrupt):
                raise
            reply = {"kind": "raised", "error": type(error).__name__, "message": summary(error)}
        try:
            return encode(reply | {"nonce": message["nonce"]})
        except NotData as error:
            return encode({"kind": "notdata", "message": str(error), "nonce": message["nonce"]})

    def _load(self, message: Message) -> Message:
        forbidden = message.get("forbidden", ())
        notebook = Notebook(message["exercises"], message["allowed"], forbidden, interruptible=self.interruptible)
        sys.modules["__main__"] = notebook.module  # dataclasses and typing look their module up
        output = _CappedText(MAX_OUTPUT)
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            cells = [(number, source.decode()) for number, source in message["cells"]]
            notebook.run(cells, definitions_only=message["definitions_only"])
            _close_figures()
        self.namespace = notebook.namespace
        return {"kind": "loaded", "notes": notebook.notes, "output": output.getvalue()}

    def _call(self, message: Message) -> Message:
        name, target = message["name"], message["target"]
        if target is None and name not in self.namespace:
            return {"kind": "missing"}
        function = self.namespace[name] if target is None else getattr(self.objects[target.id], name)
        self.calls += 1
        args = [self._incoming(a) for a in message["args"]]
        kwargs = {k: self._incoming(a) for k, a in message["kwargs"].items()}
        value = function(*args, **kwargs)
        reply = {"kind": "value", "value": self._outgoing(value)}
        if message["echo"]:
            reply["args"] = [self._plain(a) for a in args]
        return reply

    def _get(self, message: Message) -> Message:
        owner = self.objects[message["target"].id]
        if not hasattr(owner, message["name"]):
            return {"kind": "missing"}
        value = getattr(owner, message["name"])
        return {"kind": "method"} if callable(value) else {"kind": "value", "value": self._outgoing(value)}

    def _incoming(self, value: Any) -> Any:
        """Make functions, generators and objects of what stands for them in a nested argument."""
        if isinstance(value, Remote):
            return self._remote_function(value)
        if isinstance(value, Seed):
            return value.rng()
        if isinstance(value, Handle):
            return self.objects[value.id]
        if isinstance(value, (list, tuple)):
            return type(value)(self._incoming(item) for item in value)
        if isinstance(value, dict):
            return {key: self._incoming(item) for key, item in value.items()}
        return value

    def _remote_function(self, remote: Remote) -> Callable[..., Any]:
        """Return a function that has the trusted side evaluate the test's function, until the present call ends."""
        call = self.calls

        def function(*args: Any) -> Any:
            if self.calls != call:  # its number belongs to another function by now
                raise RuntimeError("this function was given to an earlier call, which has returned")
            reply = self.ask({"kind": "callback", "function": remote, "args": list(args)})
            if reply["kind"] == "raised":
                raise _exception(reply["error"], reply["message"])
            return reply["value"]

        return function

    def _outgoing(self, value: Any) -> Any:
        """Keep instances of the student's own classes here and send their number instead."""
        if isinstance(value, tuple) and hasattr(type(value), "_fields"):
            return tuple(value)  # a named tuple is as good as a tuple
        if type(value).__module__ != "__main__":
            return value
        self.objects[id(value)] = value
        return Handle(id(value), type(value).__name__)

    def _plain(self, value: Any) -> Any:
        """Blank out what is not data (functions, generators, objects) in an argument that is sent back."""
        if isinstance(value, (list, tuple)):
            return type(value)(self._plain(item) for item in value)
        if isinstance(value, dict):
            return {key: self._plain(item) for key, item in value.items()}
        if callable(value) or isinstance(value, np.random.Generator) or type(value).__module__ == "__main__":
            return None
        return value


class _CappedText(io.StringIO):
    """Keeps the first characters written to it and drops the rest."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, text: str) -> int:
        room = self.limit - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)

    def close(self) -> None:
        """Stay open: a cell may close its standard output, but the text is still to be read."""


def fix_randomness() -> None:
    """Make generators that the student's code leaves unseeded give the same numbers in every grading."""
    random.seed(0)
    np.random.mtrand._rand.seed(0)
    np.random.bit_generator.randbits = random.Random(0).getrandbits  # type: ignore[attr-defined] # noqa: S311


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


def _exception(name: str, message: str) -> Exception:
    """Rebuild an exception of the trusted function as the builtin of that name."""
    kind = vars(builtins).get(name)
    return kind(message) if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError(message)
