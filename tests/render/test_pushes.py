"""The table of pushes, on a terminal and in a job summary."""

import io

from rich.console import Console

from autograder.push.post import Line
from autograder.render.pushes import MOST_ROWS, markdown_table, table

TOLD = [Line("ada", "01_x", "a" * 40, "10 of 10"), Line("bob", "01_x", "b" * 40, "gone | *now* \x1b[2J", problem=True)]


def test_on_a_terminal():
    console = Console(file=io.StringIO(), width=100)
    console.print(table(TOLD))
    shown = console.file.getvalue()
    assert "ada" in shown
    assert "aaaaaaa " in shown
    assert "\x1b[2J" not in shown


def test_in_a_job_summary_problems_come_first_and_are_text():
    lines = markdown_table(TOLD).splitlines()
    assert lines[3] == r"| bob | 01\_x | bbbbbbb | ⚠ gone \| \*now\* \[2J |".replace(r"\* \[", r"\*  \[")
    assert lines[4] == r"| ada | 01\_x | aaaaaaa | 10 of 10 |"


def test_a_very_long_one_is_cut():
    shown = markdown_table([TOLD[0]] * (MOST_ROWS + 3))
    assert shown.endswith("… and 3 more\n")
    assert shown.count("ada") == MOST_ROWS
