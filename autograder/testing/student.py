"""The student's program as hidden tests see it: functions to call, objects to hold, and never any code to run.

``student.softmax(z)`` sends the arguments through a transport and returns the answer as plain data. Instances of
the student's classes stay on the other side; the test holds an :class:`Instance`. Functions given as arguments are
evaluated here, on the trusted side, whenever the student's code calls them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from autograder.errors import Missing, Raised, TimedOut, Unsendable
from autograder.wire import Handle, NotData, Remote, WireError, encode

MAX_CALLBACKS = 200_000  # calls of injected functions during one call of the student's function

Message = dict[str, Any]
AnswerCallback = Callable[[Message], bytes]
"""Evaluates a function given as argument; returns the frame that answers."""


class Transport(Protocol):
    """One exchange with the process that holds the student's program."""

    def request(self, message: Message, answer_callback: AnswerCallback) -> Message:
        """Send a message and return its reply; callbacks that arrive before it are answered in between.

        Raises :class:`~autograder.errors.AnswerError` when the program does not reply.
        """


class Recorder:
    """A function that remembers the arguments of every call made to it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, *args: Any) -> Any:
        """Return the function's value, remembering the arguments."""
        self.calls.append(args)
        return self.function(*args)

    @property
    def count(self) -> int:
        """How often the function was called."""
        return len(self.calls)


class Student:
    """A submission's namespace: every attribute is a function or class to call."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> "Function":
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self._transport, None, name)


class Function:
    """A function, class or method of the student's, callable with data."""

    def __init__(self, transport: Transport, target: Handle | None, name: str) -> None:
        self._transport = transport
        self._target = target
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the student's answer, or raise an :class:`~autograder.errors.AnswerError`.

        Functions among the arguments can be called by the student's code until it answers, not later.
        """
        return self._request(args, kwargs, echo=False)["value"]

    def echo(self, *args: Any, **kwargs: Any) -> tuple[Any, list[Any]]:
        """Return the answer and the positional arguments as they are after the call."""
        reply = self._request(args, kwargs, echo=True)
        after = reply.get("args")
        if not isinstance(after, list) or len(after) != len(args):
            raise Raised(f"{self.name} gave back its arguments in a form that cannot be compared")
        return reply["value"], after

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, echo: bool) -> Message:
        functions: list[Callable[..., Any]] = []
        message = {
            "kind": "call",
            "target": self._target,
            "name": self.name,
            "args": [_outgoing(a, functions) for a in args],
            "kwargs": {k: _outgoing(a, functions) for k, a in kwargs.items()},
            "echo": echo,
        }
        return _ask(self._transport, message, functions, self.name)


class Instance:
    """An object of the student's: its methods can be called and its attributes read; it never comes over itself."""

    def __init__(self, transport: Transport, handle: Handle) -> None:
        self._transport = transport
        self._handle = handle

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        label = f"{self._handle.cls}.{name}"
        message = {"kind": "get", "target": self._handle, "name": name}
        reply = _ask(self._transport, message, [], label)
        if reply["kind"] == "method":
            return Function(self._transport, self._handle, name)
        return reply["value"]

    def __repr__(self) -> str:
        return f"<{self._handle.cls} of the student>"


def _ask(transport: Transport, message: Message, functions: list[Callable[..., Any]], label: str) -> Message:
    """Make one request and turn anything but an answer into the matching error."""
    served = 0

    def answer_callback(call: Message) -> bytes:
        nonlocal served
        served += 1
        if served > MAX_CALLBACKS:
            raise TimedOut(f"called the functions it was given more than {MAX_CALLBACKS} times")
        return _evaluate(functions, call)

    with _blamed_on(label):
        reply = transport.request(message, answer_callback)
    kind = reply.get("kind")
    if kind == "raised":
        raise Raised(f"{label} raised {reply.get('message')}", error=str(reply.get("error", "")))
    if kind == "missing":
        raise Missing(f"{label} is not defined in the submission")
    if kind == "notdata":
        raise Unsendable(f"{label} returned {reply.get('message')}, expected numbers or arrays")
    if kind == "method" and message["kind"] == "get":
        return reply
    if kind != "value" or "value" not in reply:
        raise Raised(f"{label} sent something that is not an answer")
    return reply | {"value": _incoming(reply["value"], transport)}


@contextmanager
def _blamed_on(label: str) -> Iterator[None]:
    """Prefix errors of the exchange with the name of the function that was called."""
    try:
        yield
    except (TimedOut, Raised) as error:
        raise type(error)(f"{label} {error}") from None
    except WireError as error:
        raise Raised(f"{label} sent something that is not an answer ({error})") from None


def _evaluate(functions: list[Callable[..., Any]], call: Message) -> bytes:
    """Evaluate a function given as argument, on behalf of the student's code."""
    function, args = call.get("function"), call.get("args")
    if not isinstance(function, Remote) or function.id >= len(functions) or not isinstance(args, list):
        return encode({"kind": "raised", "error": "TypeError", "message": "this function does not exist"})
    try:
        return encode({"kind": "value", "value": functions[function.id](*args)})
    except NotData as error:
        return encode({"kind": "raised", "error": "TypeError", "message": f"the result is {error}"})
    except Exception as error:  # noqa: BLE001 - whatever the arguments caused goes back to their sender
        return encode({"kind": "raised", "error": type(error).__name__, "message": str(error)})


def _outgoing(value: Any, functions: list[Callable[..., Any]]) -> Any:
    """Replace functions and instances in a nested argument by what stands for them on the wire."""
    if isinstance(value, Instance):
        return value._handle
    if isinstance(value, (list, tuple)):
        return type(value)(_outgoing(item, functions) for item in value)
    if isinstance(value, dict):
        return {key: _outgoing(item, functions) for key, item in value.items()}
    if callable(value):
        functions.append(value)
        return Remote(len(functions) - 1)
    return value


def _incoming(value: Any, transport: Transport) -> Any:
    """Replace handles in an answer by instances."""
    if isinstance(value, Handle):
        return Instance(transport, value)
    if isinstance(value, (list, tuple)):
        return type(value)(_incoming(item, transport) for item in value)
    return value
