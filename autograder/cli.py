"""The command line: ``autograder VERB``.

Exit codes: 0 done (``check``: all passed), 1 a student's answer failed (``check``), 2 usage or authoring error,
3 the grader itself is broken or the sandbox is below the required level. Each verb imports only what it needs.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder import __version__
from autograder.errors import AutograderError, UsageError

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.model import Report

FAILED = 1
BROKEN = 3
INTERRUPTED = 130  # as a shell reports it
FILES_PER_WORKER = 8  # starting a worker costs about as much as grading this many submissions

PATH = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of tables.")


class _Verbs(click.Group):
    """Turns our errors into one sentence and the right exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        # Before numpy is imported: threads gain nothing on exercises, and make sums depend on their number.
        for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(variable, "1")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("autograder: interrupted; what was written is kept, run the command again to go on", err=True)
            ctx.exit(INTERRUPTED)
        except AutograderError as error:
            click.echo(f"autograder: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="autograder")
def main() -> None:
    """Grade numpy exercises that students hand in as notebooks."""


@main.command()
@click.argument("file", type=PATH)
@click.argument("exercises", nargs=-1)
@JSON
def check(file: Path, exercises: tuple[str, ...], as_json: bool) -> None:
    """Run the public tests on your own notebook FILE, for all EXERCISES or those named."""
    from autograder.notebook import check_file

    checked = check_file(file, exercises)
    if as_json:
        document = {"results": [r.as_dict() for r in checked.results], "notes": list(checked.notes)}
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        from autograder.render import terminal

        _show(terminal.checks(checked.results))
        for note in checked.notes:
            click.echo(f"note: {note}", err=True)
    sys.exit(0 if checked.passed else FAILED)


@main.command()
@click.argument("name")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("--out", type=PATH, help="Folder for a report per student, feedback and summary.csv; resumes there.")
@click.option("--workers", type=click.IntRange(min=1), help="Grading processes (default: as many as pay off).")
@click.option("--require-level", type=click.Choice(["L1", "L2", "L3"]), default="L2", show_default=True,
              help="Weakest confinement of student code that will do.")  # fmt: skip
@click.option("--allow-unsafe", is_flag=True, help="Grade even where code cannot be confined; reports say so.")
@JSON
def grade(
    name: str, paths: tuple[Path, ...], out: Path | None, workers: int | None, require_level: str,
    allow_unsafe: bool, as_json: bool,
) -> None:  # fmt: skip
    """Grade submissions of assignment NAME: notebooks, scripts, or folders of them at PATHS."""
    from autograder.batch import Results, find_submissions, grade_all

    course = _course()
    assignment = course.assignment(name)
    found = find_submissions(paths, assignment.slug)
    if not found.files and not found.problems:
        raise UsageError(f"no notebook (.ipynb) or script (.py) in {', '.join(map(str, paths))}")
    if workers is None:
        workers = min(os.cpu_count() or 1, -(-len(found.files) // FILES_PER_WORKER))
    level = "L0" if allow_unsafe else require_level
    with _progress(len(found.files), hidden=as_json) as done:
        reports = grade_all(
            course, assignment.slug, found.files,
            require_level=level, workers=workers, results=Results(out) if out else None, done=done,
        )  # fmt: skip
    for problem in found.problems:
        click.echo(f"autograder: {problem}", err=True)
    _print_reports(reports, as_json=as_json, single=len(paths) == 1 and paths[0].is_file())
    if any(report.status == "held" for report in reports):
        click.echo("autograder: a test broke, so reports are held; the detail column says where", err=True)
        sys.exit(BROKEN)
    sys.exit(2 if found.problems else 0)


@main.command()
@click.argument("names", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail if any generated file differs.")
def build(names: tuple[str, ...], only_check: bool) -> None:
    """Build what students get, assignments/, from solutions/ (all, or the NAMES given)."""
    from autograder.build import build as build_assignments

    course = _course()
    changes = build_assignments(course, names, check=only_check)
    for change in changes:
        extra = change.difference == "extra"
        click.echo(f"{change}{'' if only_check else ' was not made by a build: move it away' if extra else ' renewed'}")
    if only_check and changes:
        raise UsageError(f"{len(changes)} generated files differ from solutions/; run `autograder build`")


@main.command()
@click.argument("name")
def new(name: str) -> None:
    """Scaffold solutions/NAME with a working one-exercise assignment."""
    from autograder.new import new as scaffold

    folder = scaffold(_course(), name)
    click.echo(f"{folder} is ready; edit source.py, then run `autograder build {name}`")


@main.command()
@click.argument("names", nargs=-1)
@JSON
def certify(names: tuple[str, ...], as_json: bool) -> None:
    """Test the tests: solutions score full, blanks zero, mistakes and alternatives as declared."""
    from autograder.certify import certify as certify_assignments
    from autograder.render import certificate

    certificates = certify_assignments(_course(), names)
    if as_json:
        click.echo(json.dumps([c.as_dict() for c in certificates], indent=1, ensure_ascii=False))
    else:
        _show(certificate.table(certificates))
    if not all(c.holds for c in certificates):
        raise UsageError("some tests do not hold what the table's red lines say; see above")


@main.command()
@JSON
def doctor(as_json: bool) -> None:
    """Tell how strongly this machine can confine student code, and what to install for more."""
    from autograder.doctor import diagnose
    from autograder.render import diagnosis

    found = diagnose()
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        _show(diagnosis.table(found))
    sys.exit(0 if found.safe else BROKEN)


def _course() -> "Course":
    from autograder.course import Course

    return Course.find(None)


def _print_reports(reports: "list[Report]", *, as_json: bool, single: bool) -> None:
    from autograder.render import terminal

    if as_json:
        documents = [report.as_dict() for report in reports]
        click.echo(json.dumps(documents[0] if single and documents else documents, indent=1, ensure_ascii=False))
    elif single and reports:
        _show(terminal.report(reports[0]))
    elif reports:
        _show(terminal.summary(reports))


def _show(renderable: Any) -> None:
    """Print with rich, at full width when the output goes to a file."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False).print(renderable)


@contextmanager
def _progress(total: int, *, hidden: bool) -> Iterator[Any]:
    """Show a bar on a terminal; call the yielded function with each report."""
    if hidden or total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("grading", total=total)
        yield lambda _: progress.advance(task)


if __name__ == "__main__":
    main()
