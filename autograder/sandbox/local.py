"""A program in this very process, behind the same wire as a confined one: no protection, the same verdicts.

For students' own machines, where it runs on every platform, and for tests of the engine.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograder.sandbox.serve import Server
from autograder.testing.student import Message
from autograder.wire import PREFIX, body_sizes, decode, encode


class LocalTransport:
    """Calls functions of a namespace, passing arguments and answers through the wire format."""

    def __init__(self, namespace: dict[str, Any] | None = None) -> None:
        self._server = Server(self._ask, namespace, interruptible=True)
        self._answer_callback: Callable[[Message], Message] | None = None

    def load(
        self, cells: Sequence[tuple[int, str]], exercises: Sequence[str], allowed: Sequence[str]
    ) -> tuple[list[str], str]:
        """Execute numbered cells in a fresh namespace; return the notes and the text they printed."""
        reply = self.request(
            {
                "kind": "load",
                "cells": [(number, source.encode("utf-8", "replace")) for number, source in cells],
                "exercises": list(exercises),
                "allowed": list(allowed),
                "definitions_only": False,
            },
            lambda _: {},
        )
        return reply["notes"], reply["output"]

    def request(self, message: Message, answer_callback: Callable[[Message], Message]) -> Message:
        """Answer a message from the namespace."""
        self._answer_callback = answer_callback
        return _through_wire(self._server.answer(_through_wire(encode(message | {"nonce": 0}))))

    def _ask(self, message: Message) -> Message:
        assert self._answer_callback is not None
        return _through_wire(encode(self._answer_callback(_through_wire(encode(message)))))


def _through_wire(frame: bytes) -> Message:
    header, _ = body_sizes(frame[: PREFIX.size])
    start = PREFIX.size + header
    message: Message = decode(frame[PREFIX.size : start], frame[start:])
    return message
