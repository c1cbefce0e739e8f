"""``autograder doctor``: what this machine can confine."""

import json
import sys

import click

from autograder.cli.common import BROKEN, JSON, show


@click.command("doctor")
@JSON
def command(as_json: bool) -> None:
    """Tell how strongly this machine can confine student code, and what to install for more."""
    from autograder.doctor import diagnose
    from autograder.render import diagnosis

    found = diagnose()
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        show(diagnosis.table(found))
    sys.exit(0 if found.safe else BROKEN)
