"""A row says what was measured, and holds when nothing was found."""

from autograder.certify.model import ExerciseCertificate, Finding, Measured


def row(*findings):
    measured = {
        "gates": Measured({"solution": 10.0, "release": 0.0}, findings),
        "mistakes": Measured({"mistakes": 5}, notes=("all old",)),
    }
    return ExerciseCertificate("02_networks", "softmax", 10.0, 4, measured)


def test_a_row_holds_when_nothing_was_found():
    assert row().holds
    assert not row(Finding("solution", "did not pass")).holds


def test_figures_are_found_by_name_whoever_measured_them():
    assert (row().figure("solution"), row().figure("mistakes"), row().figure("oracle")) == (10.0, 5, None)


def test_the_json_of_a_row():
    assert row(Finding("solution", "did not pass")).as_dict() == {
        "assignment": "02_networks",
        "exercise": "softmax",
        "points": 10.0,
        "hidden_tests": 4,
        "solution": 10.0,
        "release": 0.0,
        "mistakes": 5,
        "alternatives": None,
        "measured": {"gates": {"solution": 10.0, "release": 0.0}, "mistakes": {"mistakes": 5}},
        "findings": ["solution: did not pass"],
        "notes": ["all old"],
        "holds": False,
    }
