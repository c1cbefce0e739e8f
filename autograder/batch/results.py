"""What was handed in and how it was graded: every attempt, every grading of it, nothing ever replaced.

An **attempt** is a file that differs from the student's one before. Handing in the same bytes again is the same
attempt, at its first time. A **grading** is one report on an attempt; the newest is in force.
"""

import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, insert, select

from autograder.batch.database import Database
from autograder.batch.rules import Attempt
from autograder.batch.tables import attempts, contents, gradings
from autograder.batch.task import Task
from autograder.course import Assignment
from autograder.grade import ENGINE, LEVELS
from autograder.model import Report, Status
from autograder.render.safe import lines
from autograder.report import from_document, to_json

DECISIVE = ("engine", "tests_sha256", "salt_id", "python", "numpy")
"""Provenance that decides a report: the same submission under the same of these gives the same document."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A report that was recorded before."""

    report: Report
    document: str
    """Word for word."""
    latest: bool
    """Whether it is about the student's latest attempt."""


class Results:
    """Attempts and gradings in a database. Two programs may record in it at once."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def current(self, task: Task, assignment: Assignment, require_level: str) -> Stored | None:
        """Return the report in force if grading again would give the same one, at a level that is good enough.

        One that is held is not current: what broke then may work now.
        """
        wanted = (ENGINE, assignment.tests_sha256, assignment.course.salt_id, platform.python_version(), np.__version__)
        with self.database.reading() as connection:
            attempt, latest = _find(connection, task, assignment.slug)
            row = _in_force(connection, attempt["id"]) if attempt else None
        if row is None or row["status"] == Status.HELD or tuple(row[name] for name in DECISIVE) != wanted:
            return None
        if LEVELS.index(row["sandbox_level"]) < LEVELS.index(require_level):
            return None
        return Stored(_report(row), row["document"], latest)

    def record(self, task: Task, report: Report, reason: str = "") -> Stored:
        """Add a report, with the attempt and its bytes if they are new; return the report that is then in force.

        One that says the same as the report in force adds nothing, so recording twice does no harm. Nor does a report
        that is held replace one that was made under the same conditions and is not.
        """

        def change(connection: Connection) -> Stored:
            attempt, latest = _find(connection, task, report.assignment)
            if attempt is None:
                attempt, latest = _new_attempt(connection, task, report.assignment), True
            before = _in_force(connection, attempt["id"])
            if before and _settled(before, values):
                return Stored(_report(before), before["document"], latest)
            number = before["number"] + 1 if before else 1
            row = values | {"attempt_id": attempt["id"], "number": number, "reason": reason}
            connection.execute(insert(gradings), row)
            return Stored(report, values["document"], latest)

        values = _values(report)
        return self.database.write(change)

    def attempts(self, assignment: str, student: str | None = None) -> Iterator[Attempt]:
        """Yield all attempts with the gradings in force, by student and then in order of arrival."""
        query = _with_gradings_in_force().where(attempts.c.assignment == assignment)
        if student is not None:
            query = query.where(attempts.c.student == student)
        wanted = [column for column in query.selected_columns if column.name not in ("document", "output")]
        with self.database.reading() as connection:
            for row in connection.execute(query.with_only_columns(*wanted)).mappings():
                yield _attempt(dict(row))

    def archive(self, assignment: str) -> Iterator[tuple[int, Task, Report]]:
        """Yield each attempt with its number, as it was handed in, with the report in force."""
        query = _with_gradings_in_force().add_columns(contents.c.data)
        query = query.outerjoin(contents, contents.c.sha256 == attempts.c.sha256)
        with self.database.reading() as connection:
            keys = connection.execute(select(attempts.c.id).where(attempts.c.assignment == assignment)).scalars().all()
        for key in keys:  # one at a time: bytes are many, and whoever takes them may want to write
            with self.database.reading() as connection:
                row = dict(connection.execute(query.where(attempts.c.id == key)).mappings().one())
            yield row["attempt"], _task(row), _report(row)

    def reports(self, assignment: str) -> Iterator[tuple[str, int, Report]]:
        """Yield the student, the number of the attempt and the report in force, for all attempts."""
        query = _with_gradings_in_force().where(attempts.c.assignment == assignment)
        with self.database.reading() as connection:
            for row in connection.execution_options(yield_per=100).execute(query).mappings():
                yield row["student"], row["attempt"], _report(dict(row))

    def history(self, assignment: str, student: str) -> list[tuple[Attempt, list[Attempt]]]:
        """Return each attempt of a student with the gradings in force, and before it those that it replaced."""
        columns = [column for column in gradings.c if column.name not in ("document", "output", "number")]
        query = select(*_ATTEMPT, gradings.c.number, *columns).join(gradings, gradings.c.attempt_id == attempts.c.id)
        query = query.where(attempts.c.assignment == assignment, attempts.c.student == student)
        found: dict[int, list[Attempt]] = {}
        with self.database.reading() as connection:
            ordered = query.order_by(attempts.c.number, gradings.c.number)
            for row in connection.execute(ordered).mappings():
                found.setdefault(row["attempt"], []).append(_attempt(dict(row)))
        return [(made[-1], made[:-1]) for made in found.values()]


_ATTEMPT = (
    attempts.c.assignment,
    attempts.c.student,
    attempts.c.number.label("attempt"),
    attempts.c.file,
    attempts.c.sha256,
    attempts.c.submitted_at,
)


def _with_gradings_in_force() -> Select[Any]:
    others = gradings.alias()
    newest = select(func.max(others.c.number)).where(others.c.attempt_id == attempts.c.id).correlate(attempts)
    in_force = (gradings.c.attempt_id == attempts.c.id) & (gradings.c.number == newest.scalar_subquery())
    query = select(*_ATTEMPT, *gradings.c).select_from(attempts).join(gradings, in_force)
    return query.order_by(attempts.c.student, attempts.c.number)


def _find(connection: Connection, task: Task, assignment: str) -> tuple[Values | None, bool]:
    """Return the attempt that a task is, if it was made before, and whether it is the student's latest."""
    query = select(attempts).where(attempts.c.assignment == assignment, attempts.c.student == task.student)
    rows = [dict(row) for row in connection.execute(query.order_by(attempts.c.number.desc())).mappings()]
    same = [row for row in rows if (row["file"], row["sha256"]) == (task.file, task.sha256)]
    again = [row for row in same if row["submitted_at"] == _time(task.submitted_at)] or [
        r for r in same if r is rows[0]
    ]
    return (again[0], again[0] is rows[0]) if again else (None, True)


def _new_attempt(connection: Connection, task: Task, assignment: str) -> Values:
    archived = select(contents.c.sha256).where(contents.c.sha256 == task.sha256)
    if not task.unreadable and connection.execute(archived).first() is None:
        connection.execute(insert(contents), {"sha256": task.sha256, "data": task.data})
    mine = (attempts.c.assignment == assignment) & (attempts.c.student == task.student)
    number = connection.execute(select(func.count()).where(mine).select_from(attempts)).scalar_one() + 1
    row = {
        "assignment": assignment,
        "student": task.student,
        "number": number,
        "file": task.file,
        "sha256": task.sha256,
        "submitted_at": _time(task.submitted_at),
    }
    key = connection.execute(insert(attempts).returning(attempts.c.id), row).scalar_one()
    return row | {"id": key}


def _in_force(connection: Connection, attempt_id: int) -> Values | None:
    query = select(gradings).where(gradings.c.attempt_id == attempt_id).order_by(gradings.c.number.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def _settled(before: Values, new: Values) -> bool:
    """Tell whether the report in force already says what a new one does, or says it better."""
    same = all(before[name] == new[name] for name in DECISIVE)
    level = LEVELS.index(before["sandbox_level"]) >= LEVELS.index(new["sandbox_level"])
    return same and level and (before["status"] != Status.HELD or new["status"] == Status.HELD)


def _values(report: Report) -> Values:
    return report.provenance.as_dict() | {
        "status": str(report.status),
        "score": report.score,
        "max_score": report.max_score,
        "exercises": json.dumps(report.exercise_scores(), ensure_ascii=False),
        "notes": json.dumps(report.notes),
        "document": _storable(to_json(report)),
        "output": _storable(lines(report.output)),
    }


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _report(row: Values) -> Report:
    return replace(from_document(json.loads(row["document"])), output=row["output"])


def _attempt(row: Values) -> Attempt:
    return Attempt(
        student=row["student"],
        number=row["attempt"],
        file=row["file"],
        sha256=row["sha256"],
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        status=row["status"],
        score=row["score"],
        max_score=row["max_score"],
        exercises=tuple((name, score, possible) for name, score, possible in json.loads(row["exercises"])),
        notes=tuple(json.loads(row["notes"])),
        graded_at=row["graded_at"],
        reason=row["reason"],
    )


def _task(row: Values) -> Task:
    missing = "" if row["data"] is not None else f"{row['file']} was not kept, since it could not be read"
    return Task(
        student=row["student"],
        file=row["file"],
        sha256=row["sha256"],
        data=row["data"] or b"",
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        unreadable=missing,
    )


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
