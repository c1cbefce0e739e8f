"""``autograder export``: an assignment or its scores, in another system's form."""

from pathlib import Path

import click

from autograder.cli.common import PATH, open_course


@click.command("export")
@click.argument("platform")
@click.argument("name")
@click.option("--to", type=PATH, required=True, help="Folder to fill; for a gradebook, the new file.")
@click.option("--results", type=PATH, help="Folder of reports that `grade --out` wrote, for gradebooks.")
@click.option("--gradebook", type=PATH, help="The platform's own export, to be filled in a copy.")
def command(platform: str, name: str, to: Path, results: Path | None, gradebook: Path | None) -> None:
    """Export assignment NAME, or scores of it, to PLATFORM: nbgrader, otter, …."""
    from autograder.platforms.export import Request, export

    assignment = open_course().assignment(name)
    for path in export(platform, Request(assignment, to, results, gradebook)):
        click.echo(path)
