"""The repository that students get: the public half of a course, its engine and a workflow, searched for leaks."""

import zipfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from autograder import __version__
from autograder.build import INDEX, files_of, index
from autograder.course import Course
from autograder.errors import AutograderError, UsageError
from autograder.leaks import leaks, secrets_of

WHEEL = "wheel"
WORKFLOW = ".github/workflows/check.yml"


class Leaks(AutograderError):
    """Something secret would reach students; nothing was written."""


def publish(course: Course, names: Sequence[str], folder: Path, wheel: Path | None = None) -> list[Path]:
    """Write the students' repository of some assignments (default: all) into a folder, and return its files.

    Everything is compared with the secrets of the course first, and so is whatever lies in the folder already. Files
    of ours are replaced, others are left alone.

    Raises
    ------
    Leaks
        If a file holds a line or an answer that only the secret side holds; then nothing is written.
    UsageError
        If there is no wheel, or the folder lies where secrets do.
    """
    folder = folder.absolute()
    if folder == course.root or folder.is_relative_to(course.solutions) or course.root.is_relative_to(folder):
        raise UsageError(
            f"{folder} is or holds the course itself; give a folder that is to be the students' repository"
        )
    wanted = _files(course, names, _wheel(course, wheel))
    present = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
    secrets = secrets_of(course)
    found = [leak for name, data in (present | wanted).items() for leak in leaks(secrets, name, data)]
    if found:
        raise Leaks(
            f"nothing was written, since {len(found)} secrets would reach students:\n  " + "\n  ".join(found[:20])
        )
    for name, data in wanted.items():
        path = folder / name
        if present.get(name) != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return [folder / name for name in sorted(wanted)]


def _files(course: Course, names: Sequence[str], wheel: Path) -> dict[str, bytes]:
    """Return what the repository holds, by path."""
    chosen = [course.assignment(name) for name in names or course.names()]
    kit = resources.files("autograder") / "kit"
    readme = kit.joinpath("README.md").read_text(encoding="utf-8")
    table = index(course, [assignment.slug for assignment in chosen])
    files = {
        INDEX: (readme + table[table.index("|") :]).encode(),
        WORKFLOW: kit.joinpath("check.yml").read_bytes(),
        f"{WHEEL}/{wheel.name}": wheel.read_bytes(),
    }
    for assignment in chosen:
        for path, data in files_of(assignment).items():
            files[path.relative_to(course.released).as_posix()] = data
    return files


def _wheel(course: Course, wheel: Path | None) -> Path:
    """Return the engine's wheel, by default the one in ``dist/``, if it holds the engine and nothing else."""
    path = wheel or course.root / "dist" / f"autograder-{__version__}-py3-none-any.whl"
    try:
        with zipfile.ZipFile(path) as archive:
            tops = {name.partition("/")[0] for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        make = "python -m pip wheel --no-deps -w dist ."
        raise UsageError(f"{path} is no wheel; make one with `{make}`, or give another with --wheel") from None
    foreign = sorted(top for top in tops if top != "autograder" and not top.endswith(".dist-info"))
    if foreign:
        raise Leaks(f"nothing was written, since {path} holds more than the engine: {', '.join(foreign)}")
    return path
