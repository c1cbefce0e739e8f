"""A program in this very process, behind the same wire as a confined one: no protection, the same verdicts.

For students' own machines, where it runs on every platform, and for tests of the engine.
"""

from collections.abc import Sequence
from typing import Any

from autograder.sandbox.serve import Server
from autograder.testing.student import AnswerCallback, Message
from autograder.wire import encode, read


class LocalTransport:
    """Calls functions of a namespace, passing arguments and answers through the wire format."""

    def __init__(self, namespace: dict[str, Any] | None = None) -> None:
        self._server = Server(self._ask, namespace, interruptible=True)
        self._answer_callback: AnswerCallback | None = None

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
            lambda _: b"",
        )
        return reply["notes"], reply["output"]

    def request(self, message: Message, answer_callback: AnswerCallback) -> Message:
        """Answer a message from the namespace."""
        self._answer_callback = answer_callback
        reply: Message = read(self._server.answer(read(encode(message | {"nonce": 0}))))
        return reply

    def _ask(self, message: Message) -> Message:
        assert self._answer_callback is not None
        answer: Message = read(self._answer_callback(read(encode(message))))
        return answer
