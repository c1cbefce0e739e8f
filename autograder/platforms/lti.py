"""Scores for the Assignment and Grade Services of LTI 1.3: one document per student, as a tool posts it.

Posting needs the tool's registration and is left to it. The media type is
``application/vnd.ims.lis.v1.score+json``. The same report always gives the same document, so that posting again after
an interruption changes nothing.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.platforms.export import Request, write_new
from autograder.platforms.grades import Grade, comment, read_grades
from autograder.render.safe import line


def export(request: Request) -> list[Path]:
    """Write ``STUDENT.json`` for every student who has handed something in."""
    grades = read_grades(request)
    documents, problems = scores(grades)
    request.problems.extend(problems)
    return [
        write_new(request.to / f"{quote(student, safe='@ ')}.json", _json(document))
        for student, document in documents.items()
    ]


def scores(grades: Sequence[Grade]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return {student: score document}, and sentences about those who are known by no id of the platform.

    ``userId`` is the student's ``lms_id``, or else the id under which the submission was graded. Excused students
    and those who handed in nothing have no document. A held report is ``PendingManual`` and carries no score.
    """
    documents: dict[str, dict[str, Any]] = {}
    for grade in grades:
        if grade.report is None or grade.status == "excused":
            continue
        document: dict[str, Any] = {
            "userId": grade.person.lms_id or grade.person.id,
            "timestamp": _timestamp(grade.report.provenance.graded_at),
            "activityProgress": "Completed",
            "gradingProgress": "PendingManual",
        }
        if grade.final is not None:
            document |= {
                "gradingProgress": "FullyGraded",
                "scoreGiven": grade.final,
                "scoreMaximum": grade.report.max_score,
                "comment": comment(grade),
            }
        documents[grade.person.id] = document
    guessed = [s for s, g in ((g.person.id, g) for g in grades) if s in documents and not g.person.lms_id]
    problems = []
    if guessed and len(guessed) < len(documents):
        listed = ", ".join(line(student) for student in guessed)
        problems.append(f"these students have no lms_id in --roster, so their own id was taken: {listed}")
    return documents, problems


def _timestamp(graded_at: str) -> str:
    return datetime.fromisoformat(graded_at).astimezone(UTC).isoformat(timespec="milliseconds")


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
