import os
import signal
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.canaries import CANARIES, level, run, surroundings
from autograder.sandbox.lockdown import ALL_LAYERS, Layer

LAYERS_WITHOUT = {layer: ALL_LAYERS - {layer} for layer in Layer}
OUTSIDE = surroundings()
NAMESPACED = {canary.name for canary in CANARIES if canary.level == "L3"}  # these children have no namespaces
Try = Callable[[Collection[Layer]], dict[str, bool]]


@pytest.fixture
def victim() -> Iterator[int]:
    """Start a process that plays the grader's."""
    if (child := os.fork()) == 0:
        while True:
            signal.pause()
    yield child
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.fixture
def try_with(confined: Callable[..., Any], hidden: Path, victim: int) -> Try:
    """Return a function that tries all canaries in a child with some layers."""
    return lambda layers: confined(lambda: run(hidden, victim, OUTSIDE), layers=layers)


def test_a_locked_child_stops_all(try_with: Try):
    results = try_with(ALL_LAYERS)
    assert {name for name, stopped in results.items() if not stopped} == NAMESPACED
    assert level(results) == "L2"


@pytest.mark.skipif(os.geteuid() != 0, reason="some attacks fail by themselves for an ordinary user")
def test_every_canary_works_where_nothing_stops_it(try_with: Try):
    results = try_with(set())
    stopped_by_containers = {"create io ring", "create user namespace"}
    assert {name for name, stopped in results.items() if stopped} <= stopped_by_containers
    assert len(results) == len(CANARIES) >= 25
    assert level(results) == "L0"


def test_without_landlock_files_are_found_readable(try_with: Try):
    results = try_with(LAYERS_WITHOUT[Layer.LANDLOCK])
    assert level(results) == "L1"
    assert not results["read hidden file"]
    assert not results["read system file"]
    assert not results["list root directory"]
    assert results["fork"]


def test_without_seccomp_nothing_is_promised(try_with: Try):
    results = try_with(LAYERS_WITHOUT[Layer.SECCOMP])
    assert level(results) == "L0"
    assert not results["fork"]
    assert not results["internet socket"]
    assert results["read hidden file"]


def test_without_limits_nothing_is_promised(try_with: Try):
    results = try_with(LAYERS_WITHOUT[Layer.LIMITS])
    assert {name for name, stopped in results.items() if not stopped} == {"exceed memory", *NAMESPACED}
    assert level(results) == "L0"


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user stays one")
def test_as_root_nothing_is_promised(try_with: Try):
    results = try_with(LAYERS_WITHOUT[Layer.IDENTITY])
    assert {name for name, stopped in results.items() if not stopped} == {"be root", *NAMESPACED}
    assert level(results) == "L0"


def test_an_ordinary_user_reaches_the_level_too(
    as_user: Callable[[Callable[[], Any]], Any], confined: Callable[..., Any], hidden: Path
):
    results = as_user(lambda: confined(lambda: run(hidden, os.getppid(), OUTSIDE)))
    assert {name for name, stopped in results.items() if not stopped} == NAMESPACED


def test_a_canary_that_was_not_tried_counts_as_a_breach():
    stopped = {canary.name: True for canary in CANARIES}
    assert level(stopped) == "L3"
    assert level({name: True for name in stopped if name != "share network"}) == "L2"
    assert level({name: True for name in stopped if name != "read hidden file"}) == "L1"
    assert level({name: True for name in stopped if name != "fork"}) == "L0"
    assert level({}) == "L0"


def test_a_comparison_with_nothing_proves_nothing(confined: Callable[..., Any], hidden: Path, victim: int):
    results = confined(lambda: run(hidden, victim, dict.fromkeys(OUTSIDE, "elsewhere")))
    assert results["share network"]
    assert not confined(lambda: run(hidden, victim, {}))["share network"]
