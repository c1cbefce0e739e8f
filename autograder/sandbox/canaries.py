"""Attacks tried at start-up in a locked child: what they prove is the sandbox's level on this machine."""

import os
from collections.abc import Mapping
from pathlib import Path

from autograder.sandbox.attacks import CANARIES, HOSTNAME, NAMESPACES, Canary, Level, Target

__all__ = ["CANARIES", "level", "run", "surroundings"]


def surroundings() -> dict[str, str]:
    """Return the names of this process's namespaces and of its machine, for comparison with a locked child's."""
    return {kind: str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in NAMESPACES} | {
        HOSTNAME: os.uname().nodename
    }


def run(hidden: Path, parent: int, outside: Mapping[str, str]) -> dict[str, bool]:
    """Try every attack in this process, which should be a locked child that does nothing else.

    Parameters
    ----------
    hidden
        A file that exists, is readable for the grader, and lies in none of the readable paths.
    parent
        The process that forked this one, or another of the grader's.
    outside
        The :func:`surroundings` of the grader.

    Returns
    -------
    For each attack, in order of trying, whether it was stopped.
    """
    target = Target(hidden, parent, outside)
    return {canary.name: _stopped(canary, target) for canary in CANARIES}


def level(results: Mapping[str, bool]) -> Level:
    """Return the highest level of which all attacks, and those of the levels below, were stopped.

    L1 contains processes, network and privileges but leaves files readable; L2 hides what is in them; at L3 neither
    files nor processes nor the network of the machine exist for the child. L0 promises nothing.
    """
    breached = {canary.level for canary in CANARIES if not results.get(canary.name, False)}
    below: dict[Level, Level] = {"L1": "L0", "L2": "L1", "L3": "L2"}
    return next((below[each] for each in below if each in breached), "L3")


def _stopped(canary: Canary, target: Target) -> bool:
    try:
        canary.attack(target)
    except (OSError, ValueError):
        return True
    return False
