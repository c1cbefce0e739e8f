"""The class as one CSV table: a row per student, a column per exercise."""

import csv
import io
from collections.abc import Sequence

from autograder.model import Report
from autograder.render.safe import csv_cell


def summary_csv(reports: Sequence[Report]) -> str:
    """Return student, status, score, max_score, one column per exercise, notes; sorted by student."""
    exercises = reports[0].exercises if reports else ()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "status", "score", "max_score", *exercises, "notes"])
    for report in sorted(reports, key=lambda r: r.student):
        scores = [points for _, points, _ in report.exercise_scores()]
        row = [csv_cell(report.student), str(report.status), report.score, report.max_score, *scores]
        writer.writerow([*row, csv_cell("; ".join(report.notes))])
    return text.getvalue()
