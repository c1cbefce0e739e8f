"""Every exception the engine raises on purpose.

AutograderError                 one clear sentence for the person who can do something about it
├── UsageError                  a path, name or option on the command line is wrong       (exit code 2)
├── AuthoringError              something in ``solutions/`` is wrong; carries file:line   (exit code 2)
├── UnreadableSubmission        one submission cannot be opened; the batch goes on
└── GraderBroken                our own fault: nobody's score may depend on it            (exit code 3)
    └── SandboxUnavailable      this machine cannot confine student code strongly enough

AnswerError                     what a student's function did instead of answering
├── Missing                     the submission has no such name
├── Raised                      it raised an exception, or its process ended
├── TimedOut                    it gave no answer in time
└── Unsendable                  it answered with something that is not plain data

Code that also runs beside the student cannot import this module; :mod:`autograder.wire` and the modules
of :mod:`autograder.sandbox` that do define their own few errors, and the trusted side translates them.
"""

from pathlib import Path


class AutograderError(Exception):
    """A message meant for a person: what was found, what was expected, where, what to do."""

    exit_code = 2


class UsageError(AutograderError):
    """A path, name or option given on the command line is wrong."""


class AuthoringError(AutograderError):
    """Something in an assignment's sources is wrong; the message starts with ``file:line``."""

    def __init__(self, message: str, path: Path | str, line: int = 1) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.message = message
        self.path = Path(path)
        self.line = line

    def __reduce__(self) -> tuple[type, tuple[str, Path, int]]:
        """Let it cross from one of our processes to another."""
        return type(self), (self.message, self.path, self.line)


class UnreadableSubmission(AutograderError):
    """One submission cannot be opened; its report says why and the others are graded."""


class GraderBroken(AutograderError):
    """A fault of the grader itself, never to be shown as a student's failure."""

    exit_code = 3


class SandboxUnavailable(GraderBroken):
    """Student code cannot be confined here at the required level."""


class AnswerError(Exception):
    """A student's function did not answer with data."""


class Missing(AnswerError):
    """The submission does not define the name that a test calls."""


class Raised(AnswerError):
    """The student's code raised, or its process ended.

    ``error`` is the name of the exception's class as the student's process reported it, or ``""``.
    """

    def __init__(self, message: str, error: str = "") -> None:
        super().__init__(message)
        self.error = error


class TimedOut(AnswerError):
    """The student's code gave no answer within its limit."""


class Unsendable(AnswerError):
    """The student's code returned something that is not plain data."""
