"""``autograder grade``: hidden and public tests for submissions."""

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.cli.common import (
    BROKEN,
    DB,
    JSON,
    LEVEL,
    PATH,
    ROSTER,
    open_course,
    progress,
    score_of,
    show,
)
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.batch.run import Backend, Keeping
    from autograder.course import Assignment
    from autograder.model import Report

FILES_PER_WORKER = 8  # starting a worker costs about as much as grading this many submissions


@click.command("grade")
@click.argument("name")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option(
    "--out", type=PATH, help="Folder for results: a report per student, feedback, summary.csv; resumes there."
)
@DB
@ROSTER
@click.option(
    "--times", type=PATH, help="CSV (id, submitted_at) of when files were handed in, if not when last modified."
)
@click.option("--workers", type=click.IntRange(min=1), help="Grading processes (default: as many as pay off).")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Grade on a Dask cluster: tcp://HOST:PORT or tls://HOST:PORT of its scheduler, or `local`.",
)
@click.option("--cluster-tls", metavar="CA,CERT,KEY", help="PEM files for tls:// (default: Dask's configuration).")
@LEVEL
@click.option("--allow-unsafe", is_flag=True, help="Grade even where code cannot be confined; reports say so.")
@click.option("--to-gradebook", metavar="URL", help="Write the scores to an nbgrader gradebook: an SQLAlchemy URL.")
@JSON
def command(
    name: str, paths: tuple[Path, ...], out: Path | None, db: str | None, roster: Path | None, times: Path | None,
    workers: int | None, cluster: str | None, cluster_tls: str | None, require_level: str, allow_unsafe: bool,
    to_gradebook: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Grade submissions of assignment NAME: notebooks, scripts, or folders of them at PATHS."""
    from autograder.batch.find import find_submissions
    from autograder.batch.roster import read_times
    from autograder.batch.run import grade_all, open_keeping
    from autograder.platforms.export import gradebook_writer

    assignment = open_course().assignment(name)
    found = find_submissions(paths, assignment.slug)
    if not found.files and not found.problems:
        raise UsageError(f"no notebook (.ipynb) or script (.py) in {', '.join(map(str, paths))}")
    level = "L0" if allow_unsafe else require_level
    grade = _backend(assignment, level, len(found.files), workers, cluster, cluster_tls)
    keeping = open_keeping(assignment, out, db, roster)
    shown = _Shown(as_json=as_json, single=len(paths) == 1 and paths[0].is_file())
    with (
        closing(keeping),
        gradebook_writer(assignment, to_gradebook) as write_scores,
        progress("grading", len(found.files), hidden=as_json, said=score_of) as advance,
    ):

        def done(report: "Report") -> None:
            shown.add(report)
            write_scores(report)
            advance(report)

        grade_all(assignment, found.files, grade, require_level=level, keeping=keeping,
                  times=read_times(times) if times else None, done=done)  # fmt: skip
    for problem in found.problems:
        click.echo(f"autograder: {problem}", err=True)
    _compare(keeping, [student for student, _ in found.files])
    shown.print()
    if shown.held:
        click.echo("autograder: a test broke, so reports are held; the detail column says where", err=True)
        sys.exit(BROKEN)
    sys.exit(2 if found.problems else 0)


def _backend(
    assignment: "Assignment", level: str, files: int, workers: int | None, cluster: str | None, tls: str | None
) -> "Backend":
    """Choose what grades: this process, several, or a cluster."""
    from autograder.batch.run import backend

    if workers and cluster and cluster != "local":
        raise UsageError(f"--workers {workers} does not go with --cluster {cluster}, which has the workers it has")
    if tls and not cluster:
        raise UsageError("--cluster-tls needs --cluster tls://HOST:PORT")
    if workers is None:
        workers = min(os.cpu_count() or 1, -(-files // FILES_PER_WORKER))
    workers = max(1, min(workers, files))
    if cluster is None:
        return backend(assignment, level, workers)
    try:
        from autograder.batch.cluster import on_cluster
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--cluster needs the package {error.name}, which is not installed: pip install 'autograder[cluster]'"
        ) from None
    return on_cluster(assignment, level, cluster, workers, tls)


def _compare(keeping: "Keeping", students: list[str]) -> None:
    """Say who is not in the roster, and who in it has handed in nothing."""
    from autograder.render.safe import line

    roster = keeping.roster
    for what, listed in (
        ("not in", roster.unknown(students)),
        ("handed in nothing, of those in", roster.missing(students)),
    ):
        if listed:
            click.echo(f"autograder: {what} {roster.file} ({len(listed)}): {', '.join(map(line, listed))}", err=True)


class _Shown:
    """What is printed at the end: documents, one report, or a row for each student. It keeps no more than that."""

    def __init__(self, *, as_json: bool, single: bool) -> None:
        self.as_json = as_json
        self.single = single
        self.held = False
        self._kept: list[tuple[str, Any]] = []

    def add(self, report: "Report") -> None:
        """Take what will be needed of a report."""
        from autograder.model import Standing

        self.held |= report.status == "held"
        kept = report.as_dict() if self.as_json else report if self.single else Standing.of(report)
        self._kept.append((report.student, kept))

    def print(self) -> None:
        """Print it, sorted by student."""
        from autograder.render import terminal

        kept = [item for _, item in sorted(self._kept, key=lambda pair: pair[0])]
        if self.as_json:
            document = kept[0] if self.single and kept else kept
            click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        elif self.single and kept:
            show(terminal.report(kept[0]))
        elif kept:
            show(terminal.summary(kept))
