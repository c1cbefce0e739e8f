"""``autograder publish``: the repository that students get."""

from pathlib import Path

import click

from autograder.cli.common import PATH, open_course


@click.command("publish")
@click.argument("names", nargs=-1)
@click.option("--to", "folder", type=PATH, required=True, help="Folder that is to be the students' repository.")
@click.option("--wheel", type=PATH, help="The engine's wheel (default: the one in dist/).")
def command(names: tuple[str, ...], folder: Path, wheel: Path | None) -> None:
    """Write the public half of assignments NAMES (default: all), after looking for anything secret in it."""
    from autograder.publish import publish

    files = publish(open_course(), names, folder, wheel)
    click.echo(f"{len(files)} files in {folder}; none holds a line of a solution, a hidden test or the reference")
