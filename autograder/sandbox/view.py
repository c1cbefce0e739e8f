"""The file system as a namespaced launcher sees it: a few places, read-only, in an otherwise empty tree.

A view is computed outside the namespaces, from the same list of readable paths that Landlock enforces within, and
carried out by :mod:`~autograder.sandbox.bubblewrap` or :mod:`~autograder.sandbox.namespaces`. Whatever is not listed
does not exist in it: no solution, no submission, no other process, no home.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from autograder.sandbox.policy import INSTALLED

Kind = Literal["folder", "empty", "show", "device", "write", "link"]

MANY = 40
"""As many readable entries of one folder are shown by showing the folder; what is read in it, Landlock decides."""
MAX_LINKS = 40  # on one path, as in the kernel

_PRIVATE = ("/proc/", "/sys/")  # a view has a /proc of its own, and no /sys
_DEVICES = Path("/dev")
_ENGINE = Path(__file__).parents[1]
# Of the engine, what runs beside the student.
_BESIDE = (_ENGINE / "__init__.py", _ENGINE / "wire.py", _ENGINE / "sandbox")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be there."""

    kind: Kind
    """An empty folder; a small file system of its own that hides what a shown folder has there; a file or folder to
    read; a device; a folder that the launcher, not the student, may write to; or a symbolic link."""
    path: str
    target: str = ""
    """Of a link."""


@dataclass(frozen=True, slots=True)
class View:
    """The steps in the order in which they can be taken, parents first."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, readable: Sequence[Path], folder: Path, writable: Iterable[Path] = ()) -> Self:
        """Return the smallest view in which a launcher starts and programs read what they may.

        Parameters
        ----------
        readable
            Files, and folders with all below them: :func:`autograder.sandbox.policy.readable_paths`.
        folder
            Where programs start; only what is readable of it is there.
        writable
            Existing folders that the launcher itself writes to.
        """
        links: dict[Path, str] = {}
        loaders = Path("/").glob("lib*/ld-*.so*")  # of programs, each of which names one by this path
        starting = [*_BESIDE, Path(sys.executable), Path(sys.prefix) / "pyvenv.cfg", *loaders]
        wanted = [path for path in (*readable, *starting) if not _private(path)]
        crowded = _crowded(wanted)
        single = (path for path in wanted if path.parent not in crowded or _leads_away(path))
        whole = {_resolved(path, links) for path in crowded}
        shown = whole | {_resolved(path, links) for path in single if path.exists()}
        masks = {child for path in whole for child in path.iterdir() if child.name in INSTALLED and child.is_dir()}
        folders = {_resolved(folder, links)}
        for name in ("/lib", "/lib64"):
            _resolved(Path(name), links)  # libraries are found by these names too
        places: dict[Path, Kind] = dict.fromkeys(folders, "folder")
        places |= dict.fromkeys([*masks, Path("/tmp")], "empty")  # noqa: S108 - an empty one of its own
        places |= {path: "device" if _DEVICES in path.parents else "show" for path in shown}
        places |= dict.fromkeys((_resolved(path, links) for path in writable), "write")
        steps = [Step(kind, str(path)) for path, kind in places.items()]
        steps += [Step("link", str(path), target) for path, target in links.items()]
        return cls(tuple(_visible(sorted(steps, key=lambda step: (step.path.count("/"), step.path)))))


def _visible(steps: Iterable[Step]) -> Iterator[Step]:
    """Drop what is there already because a folder above it is shown."""
    kinds: dict[str, Kind] = {}
    for step in steps:
        above = next((kinds[str(path)] for path in Path(step.path).parents if str(path) in kinds), "folder")
        if above in ("folder", "empty") or step.kind == "empty":
            kinds[step.path] = step.kind
            yield step


def _crowded(paths: Iterable[Path]) -> set[Path]:
    """Find the folders of which many entries are wanted; never those that packages are installed in."""
    counts = Counter(path.parent for path in paths)
    return {folder for folder, count in counts.items() if count >= MANY and folder.name not in INSTALLED}


def _leads_away(path: Path) -> bool:
    """Whether a path is a link to another folder."""
    try:
        return "/" in os.readlink(path)  # noqa: PTH115 - some thousand times
    except OSError:
        return False  # no link


def _private(path: Path) -> bool:
    return str(path).startswith(_PRIVATE)


def _resolved(path: Path, links: dict[Path, str]) -> Path:
    """Follow the links on the way to a path, noting each, so that the path leads there in the view too."""
    here, todo = Path("/"), list(reversed(path.absolute().parts[1:]))
    followed = 0
    while todo:
        part = todo.pop()
        step = here.parent if part == ".." else here / part
        if not step.is_symlink():
            here = step
            continue
        followed += 1
        if followed > MAX_LINKS:
            raise OSError(f"{path} leads through more than {MAX_LINKS} links")
        links[step] = target = str(step.readlink())
        parts = Path(target).parts
        if parts[0] == "/":
            here, parts = Path("/"), parts[1:]
        todo += reversed(parts)
    return here
