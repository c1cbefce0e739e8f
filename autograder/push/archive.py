"""Read a few files out of an archive that a student has shaped. Nothing is unpacked, no link is followed.

A ``.tar.gz`` of one commit comes in as a stream. Its size is limited on the way, packed and unpacked, and it is left
at the first thing that no archive of a git repository holds.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from autograder.errors import AutograderError
from autograder.render.safe import line
from autograder.submission import MAX_BYTES

MB = 1 << 20
LFS = b"version https://git-lfs.github.com/spec/"
NOT_AN_ARCHIVE = (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError, RecursionError)


class BadArchive(AutograderError):
    """An archive that is too large, damaged, or holds what no commit holds."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How large an archive may be."""

    packed: int = 50 * MB
    unpacked: int = 200 * MB
    entries: int = 20_000


@dataclass(frozen=True, slots=True)
class Archive:
    """What was found of the files that were looked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    """Contents by path in the repository."""
    unusable: dict[str, str] = field(default_factory=dict)
    """What lies at a path, or at its folder, instead of a file that can be read."""
    names: dict[str, list[str]] = field(default_factory=dict)
    """Names of the files in the folders of what was looked for."""


def read_archive(chunks: Iterable[bytes], sha: str, paths: Collection[str], caps: Caps | None = None) -> Archive:
    """Return the contents of the files at some paths in the archive of a commit.

    Raises :class:`BadArchive`, also when the archive says that it is of another commit.
    """
    caps = caps or Caps()
    packed = io.BufferedReader(_Capped(iter(chunks), caps.packed, "packed"))
    try:
        with gzip.GzipFile(fileobj=packed) as unzipped:
            plain = io.BufferedReader(_Capped(iter(lambda: unzipped.read(64 << 10), b""), caps.unpacked, "unpacked"))
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                found = _search(tar, sha, paths, caps.entries)
            while plain.read(MB):  # a truncated or damaged end counts as well
                pass
            return found
    except NOT_AN_ARCHIVE as error:
        raise BadArchive(f"its archive is damaged ({type(error).__name__}); push again") from None


class _Capped(io.RawIOBase):
    """A stream that ends with an error when it has grown too long."""

    def __init__(self, chunks: Iterator[bytes], limit: int, word: str) -> None:
        self.chunks, self.limit, self.word = chunks, limit, word
        self.left = limit
        self.chunk = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.chunk:
            self.chunk = next(self.chunks, b"")
            self.left -= len(self.chunk)
            if self.left < 0:
                much = f"{self.limit / MB:g} MB {self.word}"
                raise BadArchive(f"its archive has more than {much}; take large files out of the repository")
        taken = self.chunk[: len(buffer)]
        buffer[: len(taken)] = taken
        self.chunk = self.chunk[len(taken) :]
        return len(taken)


def _search(tar: tarfile.TarFile, sha: str, paths: Collection[str], most: int) -> Archive:
    found = Archive()
    folders = {str(PurePosixPath(path).parent) for path in paths}
    for number, member in enumerate(tar):
        if number == 0 and tar.pax_headers.get("comment", sha) != sha:
            raise BadArchive(f"its archive is of the commit {line(tar.pax_headers['comment'], 40)}, not of {sha}")
        if number >= most:
            raise BadArchive(f"its archive has more than {most:,} entries; take what is no homework out of it")
        path = _path(member)
        folder, _, name = path.rpartition("/")
        if folder in folders and member.isreg():
            found.names.setdefault(folder, []).append(line(name, 80))
        if path in paths:
            _take(tar, member, path, found)
        elif path in folders and not member.isdir():
            found.unusable[path] = _kind(member)
    return found


def _path(member: tarfile.TarInfo) -> str:
    """Return the path in the repository; the first part of a name in the archive is the archive's own folder."""
    parts = member.name.split("/")
    if (
        member.name.startswith("/")
        or ".." in parts
        or "\0" in member.name
        or not (member.isreg() or member.isdir() or member.issym())
    ):
        raise BadArchive(f"its archive holds {line(member.name, 80)!r} ({_kind(member)}), which no commit can hold")
    return "/".join(part for part in parts[1:] if part not in ("", "."))


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str, found: Archive) -> None:
    if path in found.files or path in found.unusable:
        raise BadArchive(f"its archive holds {line(path)} twice, which no commit does")
    if not member.isreg():
        found.unusable[path] = _kind(member)
    elif member.size > MAX_BYTES:
        found.unusable[path] = f"a file of {member.size / MB:.1f} MB, more than {MAX_BYTES // MB} MB"
    else:
        file = tar.extractfile(member)
        assert file is not None
        data = file.read(MAX_BYTES)
        if data.startswith(LFS):
            found.unusable[path] = "a pointer to Git LFS"
        else:
            found.files[path] = data


def _kind(member: tarfile.TarInfo) -> str:
    kinds = {
        "a symbolic link": member.issym(),
        "a hard link": member.islnk(),
        "a folder": member.isdir(),
        "a device": member.isdev(),
    }
    return next((kind for kind, holds in kinds.items() if holds), "a file")
