"""The table of `doctor`: the level, each attack, versions and advice."""

import io

import pytest
from rich.console import Console

from autograder.doctor import Diagnosis
from autograder.render.diagnosis import table


def text(diagnosis, **options):
    console = Console(file=io.StringIO(), width=80, **options)
    console.print(table(diagnosis))
    return console.file.getvalue()


def test_the_whole_diagnosis():
    diagnosis = Diagnosis("L1", {"fork": True, "network": False}, {"python": "3.11"}, advice=["install a newer kernel"])
    rows = [" ".join(row.split()) for row in text(diagnosis, color_system=None).splitlines()]
    assert rows == [
        "Student code is confined at level L1",
        "attack",
        "fork stopped",
        "network POSSIBLE",
        "",
        "component version",
        "python 3.11",
        "→ install a newer kernel",
    ]


@pytest.mark.parametrize(("level", "colour"), [("L1", "31"), ("L2", "32"), ("L3", "32")])
def test_the_level_is_green_where_grading_is_allowed(level, colour):
    heading = text(Diagnosis(level, {}, {}), force_terminal=True, color_system="standard").splitlines()[0]
    assert heading.startswith(f"\x1b[1;{colour}m")
