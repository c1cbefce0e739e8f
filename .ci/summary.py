"""Write CI's job summary in Markdown: the certificate, and what the sample submissions got in ``make demo``.

Ends with 1 if a solution did not get full marks or an assignment was not graded.
"""

import csv
import sys
from pathlib import Path

SOLUTION = "full"  # the sample that holds every answer


def certificate(root: Path) -> str:
    """Return the certificate of the course."""
    file = root / "solutions" / "CERTIFICATE.md"
    return file.read_text(encoding="utf-8") if file.is_file() else "See the step `make certify` for its table.\n"


def grades(root: Path) -> tuple[list[str], list[str]]:
    """Return a row for each sample submission, and what is wrong."""
    rows, wrong = [], []
    for folder in sorted(path.parent for path in (root / "solutions").glob("*/source.py")):
        table = root / "demo" / folder.name / "summary.csv"
        found = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines())) if table.is_file() else []
        solved = [row for row in found if row["student"] == SOLUTION]
        if not solved or solved[0]["score"] != solved[0]["max_score"]:
            wrong.append(f"the solution of {folder.name} was not graded with full marks")
        columns = ("student", "status", "score", "max_score")
        rows += [" | ".join(["", folder.name, *(row[name] for name in columns), ""]).strip() for row in found]
    return rows, wrong


def main(root: Path) -> int:
    """Write the summary."""
    rows, wrong = grades(root)
    head = ["| assignment | sample | status | score | of |", "|---|---|---|---|---|"]
    parts = ["## Certificate", certificate(root), "## Grades of the samples", "\n".join(head + rows)]
    sys.stdout.write("\n\n".join([*parts, *(f"**{sentence}**" for sentence in wrong)]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1]))
