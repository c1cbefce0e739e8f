"""The table of `certify`: a line per exercise, and every finding below."""

import io

from rich.console import Console

from autograder.certify import ExerciseCertificate, Finding
from autograder.render.certificate import table


def certificate(*findings, **changes):
    fields = {
        "assignment": "02_networks",
        "exercise": "softmax",
        "points": 10.0,
        "hidden_tests": 4,
        "solution": 10.0,
        "release": 0.0,
        "mistakes": 5,
        "alternatives": 3,
    }
    return ExerciseCertificate(**(fields | changes), findings=findings)


def text(*rows):
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(table(rows))
    return [row.split() for row in console.file.getvalue().splitlines()]


def test_an_exercise_that_holds_is_one_line():
    heading, row = text(certificate())
    assert heading == ["assignment", "exercise", "points", "tests", "solution", "release", "mistakes", "alternatives"]
    assert row == ["02_networks", "softmax", "10", "4", "10", "0", "5", "3", "holds"]


def test_findings_stand_below_the_table():
    finding = Finding("mistakes.py: no_shift", "passes test_extreme [0], which it should fail")
    rows = text(certificate(finding), certificate(exercise="relu", solution=7.5))
    assert rows[1][-3:] == rows[2][-3:] == ["DOES", "NOT", "HOLD"]
    assert rows[2][4] == "7.5"
    assert " ".join(rows[3]) == (
        "02_networks softmax: mistakes.py: no_shift: passes test_extreme [0], which it should fail"
    )
    assert len(rows) == 4
