"""The class as one CSV table: a row per student, a column per exercise."""

import csv
import io
from collections.abc import Iterable

from autograder.model import Standing
from autograder.render.safe import csv_cell

PEOPLE = ("name", "email", "section")


def standings_csv(standings: Iterable[Standing]) -> str:
    """Return where everyone stands, in the order given.

    ``score`` is what counts, after the late rules; ``earned`` and the exercises are before them. Columns of the roster
    are there if anyone has something in them.
    """
    rows = list(standings)
    exercises = list(dict.fromkeys(name for row in rows for name, _, _ in row.exercises))
    people = PEOPLE if any(getattr(row, column) for row in rows for column in PEOPLE) else ()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    counted = ("earned", "days_late", "attempt", "attempts", "submitted_at")
    writer.writerow(["student", *people, "status", "score", "max_score", *exercises, *counted, "notes"])
    for row in rows:
        scores = {name: score for name, score, _ in row.exercises}
        writer.writerow([
            csv_cell(row.student),
            *(csv_cell(getattr(row, column)) for column in people),
            row.status, row.score, row.max_score,
            *(scores.get(name, "") for name in exercises),
            *(getattr(row, column) for column in counted),
            csv_cell("; ".join(row.notes)),
        ])  # fmt: skip
    return text.getvalue()
