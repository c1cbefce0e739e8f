"""``autograder export``: an assignment or its scores, in another system's form."""

import sys
from pathlib import Path

import click

from autograder.cli.common import DB, PATH, ROSTER, open_course


@click.command("export")
@click.argument("platform")
@click.argument("name")
@click.option("--to", type=PATH, required=True, help="Folder to fill; for a gradebook, the new file.")
@click.option("--results", type=PATH, help="Folder of reports that `grade --out` wrote, for gradebooks.")
@DB
@click.option("--gradebook", type=PATH, help="The platform's own export, to be filled in a copy.")
@ROSTER
@click.option("--column", help="What the gradebook calls the assignment (default: its title or NAME).")
def command(
    platform: str, name: str, to: Path, results: Path | None, db: str | None, gradebook: Path | None,
    roster: Path | None, column: str | None,
) -> None:  # fmt: skip
    """Export assignment NAME, or scores of it, to PLATFORM: nbgrader, otter, …."""
    from autograder.platforms.export import Request, export

    assignment = open_course().assignment(name)
    request = Request(assignment, to, results, db, gradebook, roster, column)
    for path in export(platform, request):
        click.echo(path)
    for problem in request.problems:
        click.echo(f"autograder: {problem}", err=True)
    sys.exit(2 if request.problems else 0)
