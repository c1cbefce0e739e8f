"""``autograder check``: the public tests on a student's own machine."""

import json
import sys
from pathlib import Path

import click

from autograder.cli.common import JSON, PATH, show

FAILED = 1


@click.command("check")
@click.argument("file", type=PATH)
@click.argument("exercises", nargs=-1)
@JSON
def command(file: Path, exercises: tuple[str, ...], as_json: bool) -> None:
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
    sys.exit(0 if checked.passed else FAILED)
