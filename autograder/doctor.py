"""What this machine can confine, found out by attacking from inside a real confined process."""

import platform
import shutil
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from autograder.errors import GraderBroken
from autograder.grade import LEVELS, SAFE_LEVEL

PACKAGES = ("numpy", "pytest", "nbformat", "jupytext", "scikit-learn", "scipy", "matplotlib")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Level, canaries, versions, advice."""

    level: str
    canaries: dict[str, bool]
    """Attack: was it stopped."""
    versions: dict[str, str]
    namespaces: dict[str, str] = field(default_factory=dict)
    """Way of getting namespaces: why this machine refuses it, nothing if it works."""
    advice: list[str] = field(default_factory=list)

    @property
    def safe(self) -> bool:
        """Whether grading is possible at the level required by default."""
        return LEVELS.index(self.level) >= LEVELS.index(SAFE_LEVEL)

    def as_dict(self) -> dict[str, Any]:
        """Return what ``doctor --json`` prints."""
        return {
            "level": self.level,
            "canaries": self.canaries,
            "namespaces": self.namespaces,
            "versions": self.versions,
            "advice": self.advice,
        }


def diagnose() -> Diagnosis:
    """Start a sandbox here, let the canaries attack it, and say what they prove."""
    advice: list[str] = []
    canaries: dict[str, bool] = {}
    refusals: dict[str, str] = {}
    level = "L0"
    try:
        canaries, level, refusals = _attack()
    except GraderBroken as error:
        advice.append(str(error))
    advice += _advice(level, refusals)
    return Diagnosis(level, canaries, _versions(), refusals, advice)


def _attack() -> tuple[dict[str, bool], str, dict[str, str]]:
    from autograder.sandbox.launcher import Profile, Sandbox

    with Sandbox(Profile()) as sandbox:
        stopped, refusals = sandbox.canaries(), sandbox.refusals()
    from autograder.sandbox.canaries import level

    return stopped, level(stopped), refusals


def _advice(level: str, refusals: dict[str, str]) -> list[str]:
    if sys.platform != "linux":
        return ["grading needs Linux: a machine, virtual machine or container (students' own checks run anywhere)"]
    advice = []
    lsm = Path("/sys/kernel/security/lsm")
    if level in ("L0", "L1"):
        listed = lsm.read_text(encoding="ascii") if lsm.is_file() else "unknown"
        advice.append(
            "for L2 the kernel needs seccomp filters and Landlock (Linux 5.13 or newer, `landlock` among the boot "
            f"parameter lsm=; active now: {listed.strip()}), and a container must not forbid them"
        )
    if level == "L2":
        said = "; ".join(f"{way}: {reason}" for way, reason in refusals.items() if reason)
        advice.append(
            "for L3 allow namespaces: as an ordinary user install bubblewrap or allow unprivileged user namespaces, as "
            f"root grade with CAP_SYS_ADMIN or as an ordinary user, and a container must not forbid them ({said})"
        )
    return advice


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "kernel": platform.release(), "machine": platform.machine()}
    versions["bubblewrap"] = "found" if shutil.which("bwrap") else "not found"
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions
