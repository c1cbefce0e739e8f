"""What `certify --full` found out, kept beside the assignment until something changes that decides it.

A full run takes hours, so CI cannot repeat it. Each exercise that holds is written to ``full.json`` as it is done, with
a hash of all that decides its figures. The certificate shows them for as long as that stays the same.
"""

import json
import threading
from pathlib import Path
from typing import Any, cast

from autograder.certify.decisive import hash_of_sources
from autograder.certify.known import Examiner
from autograder.certify.model import ExerciseCertificate, Measured
from autograder.course import Assignment, Course
from autograder.errors import AuthoringError
from autograder.front import read_text

FILE = "full.json"
FIGURES = ("mutants", "killed", "listed", "transformed", "inputs", "salts", "alternative_salts", "mistake_salts")
_writing = threading.Lock()


def full(examiner: Examiner, exercise: str) -> Measured:
    """Return what the last full run found out, if nothing that decides it has changed since."""
    if examiner.full:
        return Measured({})
    known = _read(examiner.assignment).get(exercise)
    if known is None or known["sources"] != hash_of_sources(examiner.assignment, exercise):
        return Measured({"full": None}, notes=("full: not measured since the last change (`certify --full`)",))
    return Measured({"full": known["figures"]})


def record(course: Course, row: ExerciseCertificate, sources: str) -> None:
    """Keep the figures of an exercise that holds in a full run of these sources; forget those of one that does not."""
    assignment = course.assignment(row.assignment)
    with _writing:
        known = _read(assignment)
        if row.holds:
            figures = {name: row.figure(name) for name in FIGURES}
            if row.figure("open"):
                figures["killed"] = None  # it hangs on time limits, and says nothing: whatever passes is right
            known[row.exercise] = {"sources": sources, "figures": figures}
        else:
            known.pop(row.exercise, None)
        ordered = {name: known[name] for name in assignment.source().exercises if name in known}
        text = json.dumps(ordered, indent=1) + "\n"
        file = assignment.folder / FILE
        unfinished = file.with_suffix(".part")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)


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
