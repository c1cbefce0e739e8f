"""``autograder certify``: the tests of the tests."""

import json
from typing import TYPE_CHECKING

import click

from autograder.cli.common import JSON, open_course, progress, show
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.certify.model import ExerciseCertificate


@click.command("certify")
@click.argument("names", nargs=-1)
@click.option("--exercise", "chosen", multiple=True, help="Only this exercise; nothing is written. May be repeated.")
@click.option(
    "--full",
    is_flag=True,
    help="Spend hours: mutants of alternatives too, thousands of inputs and salts; kept beside "
    "each assignment, for the next `certify` to publish.",
)
@click.option("--only", multiple=True, help="Make only this measurement; nothing is written. May be repeated.")
@click.option(
    "--salts", type=click.IntRange(1), help="Compare verdicts under so many salts; without --full nothing is written."
)
@click.option("--check", is_flag=True, help="Compare with solutions/CERTIFICATE.md instead of writing it.")
@JSON
def command(
    names: tuple[str, ...],
    chosen: tuple[str, ...],
    full: bool,
    only: tuple[str, ...],
    salts: int | None,
    check: bool,
    as_json: bool,
) -> None:
    """Test the tests of assignments NAMES (default: all), and write solutions/CERTIFICATE.md.

    Solutions score full, blanks and thoughtless answers nothing, mistakes and alternatives as declared, mutants are
    rejected, right answers stay right when they are transformed, references agree with oracles, and verdicts depend
    neither on the salt nor on the machine. What was measured is remembered in .certify/, so an interrupted run goes on
    where it stopped.
    """
    from autograder.certify import certify
    from autograder.certify.decisive import hash_of_sources
    from autograder.certify.full import record
    from autograder.certify.measurements import MEASUREMENTS
    from autograder.certify.publish import publish
    from autograder.front import nearest
    from autograder.render import certificate

    for name in only:
        if name not in MEASUREMENTS:
            raise UsageError(f"there is no measurement {name!r}, only {', '.join(MEASUREMENTS)}")
    course = open_course()
    slugs = [course.assignment(name).slug for name in names] or course.names()
    tasks = [
        (slug, exercise) for slug in dict.fromkeys(slugs) for exercise in course.assignment(slug).source().exercises
    ]
    known = [exercise for _, exercise in tasks]
    for exercise in chosen:
        if exercise not in known:
            raise UsageError(f"there is no exercise {exercise!r} in {', '.join(slugs)}{nearest(exercise, known)}")
    tasks = [task for task in tasks if not chosen or task[1] in chosen]
    # taken before anything is measured, so that what is edited meanwhile is not taken for measured
    sources = {task: hash_of_sources(course.assignment(task[0]), task[1]) for task in tasks if full and not only}
    with progress("certifying", len(tasks), hidden=as_json, said=_line) as step:

        def done(row: "ExerciseCertificate") -> None:
            if sources:
                record(course, row, sources[row.assignment, row.exercise])
            step(row)

        rows = certify(course, tasks, full=full, salts=salts, only=only, done=done)
    if as_json:
        click.echo(json.dumps([row.as_dict() for row in rows], indent=1, ensure_ascii=False))
    else:
        show(certificate.table(rows, notes=bool(names)))
    stale = [] if full or chosen or salts or only else publish(course, rows, check=check)
    failed = [f"{row.assignment} {row.exercise}" for row in rows if not row.holds]
    if failed:
        raise UsageError(f"not certified: {', '.join(failed)}; the table says what to repair in each")
    if check and stale:
        raise UsageError(f"{', '.join(map(str, stale))} does not say what was measured: run `autograder certify`")


def _line(row: "ExerciseCertificate") -> str:
    return f"{row.assignment} {row.exercise}: {'holds' if row.holds else 'does not hold'}"
