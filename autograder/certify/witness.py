"""Look for an input that tells a surviving mutant from the answer it was made of.

The calls that the hidden tests make are recorded on the solution. They are made again, as they are and with their
arrays changed in simple ways, to both programs, each in its sandbox, until the answers differ.
"""

import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.certify.known import Examiner
from autograder.certify.mutants import Mutant
from autograder.errors import AnswerError
from autograder.model import Limits
from autograder.sandbox.program import Program
from autograder.testing.student import AnswerCallback, Message, Student, Transport
from autograder.verdict import run
from autograder.wire import Handle, WireError

MAX_SCRIPTS = 20
SECONDS = 4.0  # for one mutant; what is found is shown and stored nowhere, so time may decide it
RTOL = 1e-6
MAX_TEXT = 600

CHANGES: dict[str, Callable[[Any], Any]] = {
    "as a test asks it": lambda a: a,
    "a test's input, reversed": lambda a: a[::-1].copy(),
    "a test's input, negated": lambda a: -a,
    "a test's input times 1000": lambda a: 1e3 * a,
    "a test's input over 1000": lambda a: 1e-3 * a,
    "a test's input plus 1000": lambda a: a + 1e3,
    "a test's input, rounded": np.round,
    "a test's input, its first row twice": lambda a: np.concatenate([a[:1], a[:1], a[2:]]),
    "a test's input, all zeros": np.zeros_like,
    "a test's input times 1e150": lambda a: 1e150 * a,
}
"""What is done to every array of floats."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a test made, and what the solution replied."""

    message: Message
    callback: AnswerCallback
    reply: Message


class _Recorder:
    """A transport that remembers what went through it."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.calls: list[Call] = []

    def request(self, message: Message, answer_callback: AnswerCallback) -> Message:
        reply = self.transport.request(message, answer_callback)
        self.calls.append(Call(message, answer_callback, reply))
        return reply


def witness(examiner: Examiner, mutant: Mutant, limits: Limits) -> str:
    """Return a sentence with an input on which the mutant answers differently, or ""."""
    scripts = recorded(examiner, mutant.exercise, limits)
    end = time.monotonic() + SECONDS
    with _program(examiner, [mutant.original], limits) as right, _program(examiner, [mutant.code], limits) as wrong:
        for how, change in CHANGES.items():
            for script in scripts:
                if time.monotonic() > end:
                    return ""
                if found := _difference(script, change, right, wrong, limits.call):
                    return f"{how}: {found}"
    return ""


@functools.lru_cache(maxsize=1)
def recorded(examiner: Examiner, exercise: str, limits: Limits) -> list[list[Call]]:
    """Return what each case of the hidden tests asks of the solution, the smallest inputs first."""
    scripts = []
    with _program(examiner, [], limits) as program:
        for test in examiner.hidden(exercise):
            for case, values in test.cases.items():
                recorder = _Recorder(program)
                run(replace(test, cases={case: values}), Student(recorder))
                scripts.append(recorder.calls)
    return sorted(scripts, key=_size)[:MAX_SCRIPTS]


def _program(examiner: Examiner, more: list[str], limits: Limits) -> Program:
    cells = enumerate([*examiner.assignment.source().solution, *more], 1)
    return examiner.grader.sandbox.program(tuple(cells), examiner.assignment.exercises, limits, definitions_only=True)


def _difference(
    script: list[Call], change: Callable[[Any], Any], right: Program, wrong: Program, seconds: float
) -> str:
    """Make the same calls to both programs; return the first on which they differ, in words."""
    handles: tuple[dict[int, Handle], dict[int, Handle]] = ({}, {})
    for call in script:
        replies = []
        for program, known in zip((right, wrong), handles, strict=True):
            program.allow(seconds)
            message = {**call.message, "target": _bound(call.message["target"], known)}
            for part in ("args", "kwargs"):
                if part in message:
                    message[part] = _changed(_bound(message[part], known), change)
            replies.append(_answer(program, message, call.callback))
            for old, new in _pairs(call.reply.get("value"), replies[-1].get("value")):
                known[old.id] = new
        if replies[0].get("kind") not in ("value", "method") or not _is_finite(replies[0].get("value")):
            return ""  # the solution itself has no answer to this
        if not _same(replies[0], replies[1]):
            return f"{_text(message)} is {_value(replies[0])}, and {_value(replies[1])} with the fault"
    return ""


def _answer(program: Program, message: Message, callback: AnswerCallback) -> Message:
    try:
        return program.request(message, callback)
    except (AnswerError, WireError) as error:
        return {"kind": "raised", "message": str(error)}


def _bound(value: Any, known: dict[int, Handle]) -> Any:
    """Replace objects of the recording by those of this program."""
    if isinstance(value, Handle):
        return known.get(value.id, value)
    if isinstance(value, (list, tuple)):
        return type(value)(_bound(item, known) for item in value)
    return {key: _bound(item, known) for key, item in value.items()} if isinstance(value, dict) else value


def _pairs(old: Any, new: Any) -> Iterator[tuple[Handle, Handle]]:
    if isinstance(old, Handle) and isinstance(new, Handle):
        yield old, new
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        for pair in zip(old, new, strict=False):
            yield from _pairs(*pair)


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim:
        with np.errstate(all="ignore"):
            return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_changed(item, change) for item in value)
    return {key: _changed(item, change) for key, item in value.items()} if isinstance(value, dict) else value


def _is_finite(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_finite, value))
    return not isinstance(value, (float, np.floating, np.ndarray)) or bool(np.isfinite(value).all())


def _same(first: Any, second: Any) -> bool:
    """Whether two answers are the same up to rounding."""
    if isinstance(first, dict):
        return isinstance(second, dict) and all(_same(first[k], second.get(k)) for k in first if k != "nonce")
    if isinstance(first, (list, tuple)):
        return isinstance(second, (list, tuple)) and len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, (bool, int, float, np.generic, np.ndarray)):
        if not isinstance(second, (bool, int, float, np.generic, np.ndarray)) or np.shape(first) != np.shape(second):
            return False
        with np.errstate(all="ignore"):
            scale = float(np.max(np.abs(first), initial=0.0))
            return bool(np.all(np.abs(np.subtract(first, second, dtype=float)) <= RTOL * scale))
    return type(first) is type(second)


def _size(script: list[Call]) -> int:
    return sum(len(repr(call.message)) for call in script)


def _text(message: Message) -> str:
    arguments = [
        *map(_short, message.get("args", ())),
        *(f"{k}={_short(v)}" for k, v in message.get("kwargs", {}).items()),
    ]
    return f"{message['name']}({', '.join(arguments)})"[:MAX_TEXT]


def _value(reply: Message) -> str:
    return _short(reply["value"]) if "value" in reply else f"an error ({reply.get('message', reply.get('kind'))})"


def _short(value: Any) -> str:
    with np.printoptions(precision=4, threshold=30, linewidth=10_000):
        return " ".join(repr(value).split())[:MAX_TEXT]
