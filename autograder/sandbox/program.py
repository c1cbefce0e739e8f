"""One submission's program: loaded in a confined process, and loaded again in a fresh one whenever that has ended.

A program that dies, hangs or sends rubbish loses that one call.
"""

import contextlib
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from autograder.errors import AnswerError, Raised, TimedOut
from autograder.model import Limits
from autograder.sandbox.process import Ended, Process, no_callback
from autograder.testing.student import AnswerCallback, Message
from autograder.wire import WireError

if TYPE_CHECKING:
    from autograder.sandbox.launcher import Sandbox

MAX_STARTS = 40  # processes for one submission: each one beyond the first follows a death


class Program:
    """The transport to one submission's program."""

    def __init__(
        self,
        sandbox: "Sandbox",
        cells: Sequence[tuple[int, str]],
        exercises: Sequence[str],
        limits: Limits,
        *,
        definitions_only: bool,
    ) -> None:
        self.notes: list[str] = []
        self.output = ""
        self._sandbox = sandbox
        self._limits = limits
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
        self._stop(ask=False)

    def allow(self, seconds: float) -> None:
        """Let the calls that follow compute for so long in all (what starting again takes does not count)."""
        self._allowance = seconds

    @property
    def allowance(self) -> float:
        """What is left of the seconds last allowed."""
        return self._allowance

    def request(self, message: Message, answer_callback: AnswerCallback) -> Message:
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

    def _exchange(self, message: Message, answer_callback: AnswerCallback, seconds: float) -> Message:
        assert self._process is not None
        try:
            return self._process.exchange(message, answer_callback, seconds, self._limits.patience)
        except Ended:
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
            "forbidden": list(self._sandbox.profile.forbidden),
            "definitions_only": self._definitions_only,
        }
        reply = self._exchange(message, no_callback, self._limits.load)
        notes, output = reply.get("notes"), reply.get("output")
        if reply.get("kind") != "loaded" or not isinstance(notes, list) or not isinstance(output, str):
            self._stop()
            raise WireError("sent something that is not an answer")
        for note in notes:
            self._note(str(note))
        self.output = self.output or output

    def _stop(self, *, ask: bool = True) -> int | None:
        if self._process is None:
            return None
        self._used += self._process.cpu_seconds()
        code = self._process.kill(ask=ask)
        self._process = None
        return code

    def _total(self) -> float:
        return self._used + (self._process.cpu_seconds() if self._process else 0.0)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _cause(exit_code: int | None) -> str:
    """Say in words how a process ended, where that helps."""
    if exit_code is None or exit_code >= 0:
        return ""
    name = signal.Signals(-exit_code).name
    return {"SIGKILL": "", "SIGSYS": " by a forbidden system call"}.get(name, f" by a crash ({name})")
