"""What was certified, written where people look: ``solutions/CERTIFICATE.md`` and the front page of each assignment."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from autograder.certify.model import ExerciseCertificate
from autograder.course import Course
from autograder.render.certificate import front_page, join_sections, section, sections

CERTIFICATE = "CERTIFICATE.md"
FRONT_PAGE = "README.md"


def publish(course: Course, rows: Sequence[ExerciseCertificate], *, check: bool = False) -> list[Path]:
    """Write the certificate of whole assignments; return the files, relative to the course, that said something else.

    Sections of assignments that are not among the rows stay as they are. With ``check`` nothing is written.
    """
    certificate = course.solutions / CERTIFICATE
    parts = {name: text for name, text in sections(_text(certificate)).items() if name in course.names()}
    files: dict[Path, str] = {}
    for slug, group in groupby(rows, key=lambda row: row.assignment):
        mine = list(group)
        parts[slug] = section(mine)
        files[course.solutions / slug / FRONT_PAGE] = front_page(course.assignment(slug).front, mine)
    files[certificate] = join_sections(parts)
    stale = [path for path, text in files.items() if _text(path) != text]
    if not check:
        for path in stale:
            path.write_text(files[path], encoding="utf-8")
    return [path.relative_to(course.root) for path in stale]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
