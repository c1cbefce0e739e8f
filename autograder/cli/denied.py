"""``autograder denied``: what the confinement refused to a submission."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from autograder.cli.common import JSON, PATH, open_course, show
from autograder.errors import UsageError


@click.command("denied")
@click.argument("name")
@click.argument("file", type=PATH)
@JSON
def command(name: str, file: Path, as_json: bool) -> None:
    """List the system calls that the sandbox denies to the cells of FILE, a submission for assignment NAME."""
    from autograder.batch.task import open_task
    from autograder.denied import denials_of
    from autograder.render import denials

    assignment = open_course().assignment(name)
    submission = open_task(file.stem, file).submission()
    if submission.unreadable:
        raise UsageError(submission.unreadable)
    found = denials_of(assignment, submission)
    if as_json:
        click.echo(json.dumps([asdict(denial) | {"times": times} for denial, times in sorted(found.items())], indent=1))
    else:
        show(denials.table(found))
