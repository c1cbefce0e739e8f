"""``autograder new``: a working assignment to begin from."""

import click

from autograder.cli.common import open_course


@click.command("new")
@click.argument("name")
def command(name: str) -> None:
    """Scaffold solutions/NAME with a working one-exercise assignment."""
    from autograder.new import new as scaffold

    folder = scaffold(open_course(), name)
    click.echo(f"{folder} is ready; edit source.py, then run `autograder build {name}`")
