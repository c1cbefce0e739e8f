"""What a machine needs of a course to grade one assignment, as bytes: packed here, unpacked there.

A parcel holds the assignment's tests with their data, `reference` and the salt. All of it is secret: it goes to
machines that are trusted with the answers, and there into a folder that only their user can enter.
"""

import io
import json
import zipfile
from pathlib import Path

from autograder.course import Assignment

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold: the same files make the same bytes


def pack(assignment: Assignment) -> bytes:
    """Return an archive of what grading one assignment reads, under the paths that it has in the course."""
    root = assignment.course.root
    folders = (assignment.folder, root / "reference", assignment.public / "data")
    files = [file for folder in folders for file in folder.rglob("*") if _counts(file.relative_to(folder), file)]
    entries = {file.relative_to(root).as_posix(): file.read_bytes() for file in files}
    entries["solutions/course.toml"] = f"salt = {json.dumps(assignment.course.salt)}\n".encode()
    entries[f"assignments/{assignment.slug}/"] = b""  # where programs run, whether or not there are data
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack(parcel: bytes, folder: Path) -> None:
    """Write the files of a parcel below a folder, which is to be private."""
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        archive.extractall(folder)


def _counts(name: Path, file: Path) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
    return file.is_file() and not hidden
