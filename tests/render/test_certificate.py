"""The table of `certify`: a line per exercise, and every finding below."""

import io

from rich.console import Console

from autograder.certify import ExerciseCertificate, Finding, Measured
from autograder.render.certificate import table


def certificate(*findings, exercise="softmax", solution=10.0):
    measured = {
        "gates": Measured({"solution": solution, "release": 0.0}, findings),
        "mistakes": Measured({"mistakes": 5}),
        "alternatives": Measured({"alternatives": 3}),
    }
    return ExerciseCertificate("02_networks", exercise, 10.0, 4, measured)


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
    rows = text(certificate(finding), certificate(finding, exercise="relu", solution=7.5))
    assert rows[1][-3:] == rows[2][-3:] == ["DOES", "NOT", "HOLD"]
    assert rows[2][4] == "7.5"
    assert " ".join(rows[3]) == (
        "02_networks softmax: mistakes.py: no_shift: passes test_extreme [0], which it should fail"
    )
    assert len(rows) == 5
