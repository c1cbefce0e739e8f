"""The table of ``autograder doctor``."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from autograder.doctor import Diagnosis


def table(diagnosis: "Diagnosis") -> RenderableType:
    """Show the level, each canary attack, versions and advice."""
    colour = "green" if diagnosis.safe else "red"
    heading = Text(f"Student code is confined at level {diagnosis.level}", style=f"bold {colour}")
    attacks = Table("attack", "", box=None, pad_edge=False)
    for name, stopped in diagnosis.canaries.items():
        attacks.add_row(name, Text("stopped", style="green") if stopped else Text("POSSIBLE", style="bold red"))
    versions = Table("component", "version", box=None, pad_edge=False)
    for name, version in diagnosis.versions.items():
        versions.add_row(name, version)
    return Group(heading, attacks, Text(), versions, *[Text(f"→ {a}", style="yellow") for a in diagnosis.advice])
