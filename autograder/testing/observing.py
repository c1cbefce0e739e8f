"""Listen to how close the checks of a test are, without changing what they say.

Certification asks by how much right answers pass and wrong ones fail. Each check of closeness tells its error in units
of what it allows: up to 1 passes. In grading nobody listens, nothing is computed, and nothing of it leaves the grader.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[float], None] | None] = ContextVar("listener", default=None)


def observe(error: Callable[[], float]) -> None:
    """Tell whoever listens the error of a check, as a multiple of what it allows; computed only if somebody does."""
    listener = _listener.get()
    if listener is not None:
        listener(error())


@contextmanager
def listening(listener: Callable[[float], None]) -> Iterator[None]:
    """Hear the errors of all checks that are made inside."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
