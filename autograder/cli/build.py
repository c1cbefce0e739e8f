"""``autograder build``: what students get, from what authors write."""

import click

from autograder.cli.common import open_course
from autograder.errors import UsageError


@click.command("build")
@click.argument("names", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail if any generated file differs.")
def command(names: tuple[str, ...], only_check: bool) -> None:
    """Build what students get, assignments/, from solutions/ (all, or the NAMES given)."""
    from autograder.build import build as build_assignments

    course = open_course()
    changes = build_assignments(course, names, check=only_check)
    strange = [change for change in changes if change.difference == "extra"]
    for change in changes:
        done = " was not made by a build: move it away" if change in strange else " renewed"
        click.echo(f"{change}{'' if only_check else done}")
    if only_check and changes:
        advice = "move away what no build has made" if changes == strange else "run `autograder build`"
        raise UsageError(f"{len(changes)} files in assignments/ differ from what solutions/ give; {advice}")
