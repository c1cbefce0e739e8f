"""Run functions in forked children: locked down, or as another user."""

import errno
import json
import os
import signal
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.model import Limits
from autograder.sandbox.launcher import Profile, Sandbox
from autograder.sandbox.lockdown import ALL_LAYERS, Layer, Lockdown, enter, prepare
from autograder.sandbox.policy import ResourceLimits
from autograder.sandbox.program import Program
from autograder.testing.student import Student

USER = 60011  # an ordinary user's id, for tests that start as root


def outcome(function: Callable[[], Any]) -> Any:
    """Return what a function returns, or the name of what it raised; for errors of the system, of the errno."""
    try:
        return function()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    except BaseException as error:  # noqa: BLE001 - whatever an attack may raise
        return type(error).__name__


def in_child(function: Callable[[int], Any]) -> Any:
    """Return, from a forked child, what a function of its reporting descriptor returns; the signal if it is killed."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(write, json.dumps(outcome(lambda: function(write))).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as reports:
        report = reports.read()
    status = os.waitpid(child, 0)[1]
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else json.loads(report)


def run_in(lockdown: Lockdown, function: Callable[[], Any]) -> Any:
    """Return, from a child in a lock-down, what a function returns."""

    def locked(write: int) -> Any:
        enter(lockdown, write)
        return outcome(function)

    return in_child(locked)


@pytest.fixture
def confined() -> Callable[..., Any]:
    """Return a function that runs another in a locked child and returns its outcome."""
    if sys.platform != "linux":
        pytest.skip("student code is confined on Linux only")

    def run(
        function: Callable[[], Any],
        *,
        layers: Collection[Layer] = ALL_LAYERS,
        paths: Sequence[Path] = (),
        limits: ResourceLimits | None = None,
        **options: Any,
    ) -> Any:
        lockdown = prepare(paths, limits, layers=layers, **options)
        try:
            return run_in(lockdown, function)
        finally:
            if lockdown.ruleset is not None:
                os.close(lockdown.ruleset)

    return run


@pytest.fixture
def as_user() -> Callable[[Callable[[], Any]], Any]:
    """Return a function that runs another in a child that is an ordinary user, and returns its outcome."""

    def run(function: Callable[[], Any]) -> Any:
        def demoted(_: int) -> Any:
            if os.geteuid() == 0:
                sysconfig.get_config_vars()  # imports a module that this user may be unable to reach
                os.setgroups([])
                os.setresgid(USER, USER, USER)
                os.setresuid(USER, USER, USER)
            return outcome(function)

        return in_child(demoted)

    return run


@pytest.fixture
def locked() -> Callable[[Lockdown, Callable[[], Any]], Any]:
    """Return :func:`run_in`, for tests that make their own lock-down."""
    return run_in


@pytest.fixture
def forked() -> Callable[[Callable[[int], Any]], Any]:
    """Return :func:`in_child`, for tests that enter a lock-down themselves."""
    return in_child


@pytest.fixture
def open_path() -> Iterator[Path]:
    """Return a directory that everybody may list; pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix="open-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture
def hidden(open_path: Path) -> Path:
    """Return a file that everybody may read, in a directory that everybody may list."""
    path = open_path / "hidden.py"
    path.write_text("assert softmax is secret\n")
    path.chmod(0o644)
    return path


@pytest.fixture(scope="session")
def short_limits() -> Limits:
    """Limits under which an endless loop does not hold the tests up."""
    return Limits(call=0.5, exercise=5, load=2, submission=20, memory_mb=2048, patience=3)


@pytest.fixture(scope="module")
def sandbox(short_limits: Limits) -> Iterator[Sandbox]:
    """A sandbox with short limits."""
    with Sandbox(Profile(limits=short_limits)) as opened:
        yield opened


@pytest.fixture
def program(sandbox: Sandbox) -> Iterator[Callable[..., Any]]:
    """Return a function that loads cells and returns (student, program)."""
    opened = []

    def load(*cells: str, exercises: Sequence[str] = ("f", "g")) -> tuple[Student, Program]:
        made = sandbox.program(list(enumerate(cells, 1)), exercises)
        opened.append(made)
        return Student(made.__enter__()), made

    yield load
    for made in opened:
        made.__exit__(None, None, None)
