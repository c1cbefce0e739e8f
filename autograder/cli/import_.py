"""``autograder import``: a master notebook of another grader, as a source and test skeletons."""

from pathlib import Path

import click

from autograder.cli.common import PATH


@click.command("import")
@click.argument("platform", type=click.Choice(["nbgrader", "otter"]))
@click.argument("path", type=PATH)
@click.option("--to", type=PATH, help="Folder to fill (default: one named like the notebook, in the current folder).")
def command(platform: str, path: Path, to: Path | None) -> None:
    """Turn a master notebook of nbgrader or otter at PATH into source.py and tests; list what does not fit."""
    from importlib import import_module

    from autograder.platforms.imported import write
    from autograder.platforms.masters import read_master, title_of

    notebook = read_master(path)
    master = import_module(f"autograder.platforms.from_{platform}").read(notebook)
    for file in write(master, to or Path(path.stem), title_of(notebook, path.stem)):
        click.echo(file)
    for sentence in master.lost:
        click.echo(f"not carried over: {sentence}", err=True)
