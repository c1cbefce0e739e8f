"""What `certify --full` found out, kept beside the assignment until something changes that decides it.

A full run takes hours, so CI cannot repeat it. Each exercise that holds is written to ``full.json`` as it is done, with
a hash of every file that decides the figures. The certificate shows them for as long as these files stay the same.
"""

import hashlib
import json
import threading
from pathlib import Path
from typing import Any, cast

from autograder.certify.known import Examiner
from autograder.certify.model import ExerciseCertificate, Measured
from autograder.course import Assignment, Course
from autograder.errors import AuthoringError
from autograder.front import read_text

FILE = "full.json"
AUTHORED = ("source.py", "mistakes.py", "alternatives.py", "oracles.py", "equivalents.toml")
FIGURES = ("mutants", "killed", "listed", "transformed", "inputs", "salts", "alternative_salts", "mistake_salts")
_writing = threading.Lock()


def full(examiner: Examiner, exercise: str) -> Measured:
    """Return what the last full run found out, if nothing that decides it has changed since."""
    if examiner.full:
        return Measured({})
    known = _read(examiner.assignment).get(exercise)
    if known is None or known["sources"] != sources_sha256(examiner.assignment):
        return Measured({"full": None}, notes=("full: not measured since the last change (`certify --full`)",))
    return Measured({"full": known["figures"]})


def record(course: Course, row: ExerciseCertificate) -> None:
    """Keep the figures of an exercise that holds in a full run; forget those of one that does not."""
    assignment = course.assignment(row.assignment)
    with _writing:
        known = _read(assignment)
        if row.holds:
            figures = {name: row.figure(name) for name in FIGURES}
            if row.figure("open"):
                figures["killed"] = None  # it hangs on time limits, and says nothing: whatever passes is right
            known[row.exercise] = {"sources": sources_sha256(assignment), "figures": figures}
        else:
            known.pop(row.exercise, None)
        ordered = {name: known[name] for name in assignment.source().exercises if name in known}
        text = json.dumps(ordered, indent=1) + "\n"
        file = assignment.folder / FILE
        unfinished = file.with_suffix(".part")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)


def sources_sha256(assignment: Assignment) -> str:
    """Return a hash of all that decides the figures besides the engine: tests, reference, answers and opinions."""
    digest = hashlib.sha256(assignment.tests_sha256.encode())
    for name in AUTHORED:
        file = assignment.folder / name
        content = file.read_bytes().replace(b"\r\n", b"\n") if file.is_file() else b""
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read(assignment: Assignment) -> dict[str, Any]:
    path: Path = assignment.folder / FILE
    if not path.is_file():
        return {}
    try:
        known = json.loads(read_text(path))
        lacking = "" if _is_record(known) else "figures of exercises are missing"
    except ValueError as error:
        lacking = str(error)
    if lacking:
        raise AuthoringError(
            f"the file is not what `certify --full` wrote ({lacking}); delete it and measure again", path
        )
    return cast("dict[str, Any]", known)


def _is_record(known: Any) -> bool:
    return isinstance(known, dict) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("sources"), str)
        and isinstance(entry.get("figures"), dict)
        and set(FIGURES) <= entry["figures"].keys()
        for entry in known.values()
    )
