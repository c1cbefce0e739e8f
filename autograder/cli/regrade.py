"""``autograder regrade``: grade archived submissions with the present tests, and show what changes."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.common import BROKEN, JSON, LEVEL, open_course, progress, score_of, show
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.batch.regrade import Difference


@click.command("regrade")
@click.argument("name")
@click.option("--against", required=True, metavar="DIR|URL", help="Folder or database of results to grade again.")
@click.option("--apply", is_flag=True, help="Record the new gradings; without it, nothing is written.")
@click.option("--reason", default="", help="Why: one sentence that stays with the gradings; needed by --apply.")
@click.option("--workers", type=click.IntRange(min=1), help="Grading processes (default: one for each processor).")
@LEVEL
@JSON
def command(
    name: str, against: str, apply: bool, reason: str, workers: int | None, require_level: str, as_json: bool
) -> None:
    """Grade all archived attempts of assignment NAME with the present tests, and show who changes."""
    from autograder.batch.regrade import Regraded, regrade
    from autograder.batch.run import backend, open_keeping
    from autograder.model import Status

    if apply and not reason.strip():
        raise UsageError('--apply records a reason: add --reason "…", one sentence about what was wrong')
    assignment = open_course().assignment(name)
    out, db = (None, against) if "://" in against else (Path(against), None)
    differences: list[Difference] = []
    lost: list[str] = []
    graded = held = 0
    with closing(open_keeping(assignment, out, db, None, existing=True)) as keeping:
        assert keeping.results is not None
        total = sum(1 for _ in keeping.results.attempts(assignment.slug))
        if total == 0:
            raise UsageError(f"{keeping.results.database.name} has no attempt at {assignment.slug}")
        grade = backend(assignment, require_level, min(workers or os.cpu_count() or 1, total))
        with progress("grading", total, hidden=as_json, said=score_of) as advance:
            for item in regrade(keeping.results, assignment, grade):
                if not isinstance(item, Regraded):
                    lost.append(item.unreadable)
                    continue
                graded += 1
                differences += [item.difference] if item.difference else []
                held += item.after.status == Status.HELD
                if apply and item.after.status != Status.HELD:  # a score is never replaced by a fault of ours
                    keeping.keep(item.task, item.after, reason.strip())
                advance(item.after)
        if apply:
            keeping.summarize(assignment)
    differences.sort(key=lambda difference: (difference.student, difference.attempt))
    if as_json:
        document = {
            "assignment": assignment.slug, "graded": graded, "not_archived": lost, "applied": apply, "reason": reason,
            "differences": [asdict(difference) for difference in differences],
        }  # fmt: skip
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        _show(differences, graded, lost, applied=apply)
    if held:
        click.echo(
            f"autograder: {held} attempts are held, since a test broke; their gradings were not recorded", err=True
        )
        sys.exit(BROKEN)


def _show(differences: "Sequence[Difference]", graded: int, lost: Sequence[str], *, applied: bool) -> None:
    from rich.table import Table

    from autograder.render.safe import line
    from autograder.render.terminal import number

    table = Table(
        "student", "attempt", "before", "after", "by", "exercise", "test", "outcome", box=None, pad_edge=False
    )
    for item in differences:
        before = number(item.before) if item.status_before == "graded" else item.status_before
        after = number(item.after) if item.status_after == "graded" else item.status_after
        first = [line(item.student), str(item.attempt), before, after]
        for test in item.tests:
            outcome = f"{test.before or 'new'} → {test.after or 'gone'}"
            table.add_row(*first, f"{test.points:+g}", test.exercise, test.test, outcome)
            first = [""] * 4
        if not item.tests:
            table.add_row(*first, "", "", "", "")
    if differences:
        show(table)
    students = {
        item.student for item in differences if (item.before, item.status_before) != (item.after, item.status_after)
    }
    for sentence in lost:
        click.echo(f"autograder: {line(sentence)}", err=True)
    recorded = "recorded" if applied else 'nothing was written; record it with --apply --reason "…"'
    click.echo(f"{graded} attempts graded, the score of {len(students)} students changes; {recorded}")
