"""``autograder check``: the public tests on a student's own machine."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.common import JSON, PATH, show

if TYPE_CHECKING:
    from autograder.notebook import Checked

FAILED = 1
SUMMARY = "GITHUB_STEP_SUMMARY"


@click.command("check")
@click.argument("file", type=PATH)
@click.argument("exercises", nargs=-1)
@click.option("--github", is_flag=True, help="Annotate the code on GitHub, and write a job summary there.")
@JSON
def command(file: Path, exercises: tuple[str, ...], github: bool, as_json: bool) -> None:
    """Run the public tests on your own notebook FILE, for all EXERCISES or those named."""
    from autograder.notebook import check_file

    checked = check_file(file, exercises)
    if as_json:
        document = {"results": [r.as_dict() for r in checked.results], "notes": list(checked.notes)}
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        from autograder.render import terminal

        show(terminal.checks(checked.results))
        for note in checked.notes:
            click.echo(f"note: {note}", err=True)
    if github:
        _tell_github(checked, file)
    sys.exit(0 if checked.passed else FAILED)


def _tell_github(checked: "Checked", file: Path) -> None:
    from autograder.places import places
    from autograder.render.github import commands, summary
    from autograder.submission import read_submission

    data = file.read_bytes()
    submission = read_submission(data, file.name, file.stem)
    found = places(submission, data.decode("utf-8", "replace"), {result.exercise for result in checked.results})
    for command_ in commands(checked.results, found, file.as_posix()):
        click.echo(command_)
    if path := os.environ.get(SUMMARY):
        with Path(path).open("a", encoding="utf-8") as summaries:
            summaries.write(summary(checked.results, checked.notes, file.as_posix()))
