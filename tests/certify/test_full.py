"""What a full run found is shown for as long as nothing changes that decides it."""

import json
from contextlib import closing

import pytest

from autograder.certify.decisive import hash_of_sources
from autograder.certify.full import FIGURES, FILE, full, record
from autograder.certify.known import Examiner
from autograder.certify.model import ExerciseCertificate, Finding, Measured
from autograder.certify.verdicts import Verdicts
from autograder.course import Course
from autograder.errors import AuthoringError
from autograder.new import new

FOUND = {name: number for number, name in enumerate(FIGURES, 1)}


class Grades:
    """Stands for a grader of which nothing but its assignment is asked."""

    def __init__(self, assignment):
        self.assignment = assignment


@pytest.fixture
def rows(tmp_path):
    """Return a function that opens the scaffold afresh."""
    (tmp_path / "solutions").mkdir()
    new(Course(tmp_path, "salt"), "01_rows")
    return lambda: Course(tmp_path, "salt").assignment("01_rows")


def measured(*findings, slug="01_rows", **figures):
    return ExerciseCertificate(slug, "normalise", 10.0, 3, {"all": Measured(FOUND | figures, findings)})


def kept(assignment, row):
    """Record what was found out, of the sources as they lie."""
    record(assignment.course, row, hash_of_sources(assignment, "normalise"))


def shown(assignment, *, is_full=False):
    with closing(Verdicts()) as verdicts:
        return full(Examiner(Grades(assignment), verdicts, full=is_full), "normalise")


def test_figures_are_kept_and_shown(rows):
    kept(rows(), measured())
    assert shown(rows()).figures == {"full": FOUND}
    assert shown(rows()).findings == shown(rows()).notes == ()


def test_nothing_is_shown_before_it_is_measured_and_while_it_is(rows):
    assert shown(rows()).figures == {"full": None}
    assert "not measured" in shown(rows()).notes[0]
    kept(rows(), measured())
    assert shown(rows(), is_full=True) == Measured({})


@pytest.mark.parametrize("name", ["test_hidden.py", "source.py", "mistakes.py", "alternatives.py", "oracles.py"])
def test_a_change_of_what_decides_the_figures_withdraws_them(rows, name):
    kept(rows(), measured())
    file = rows().folder / name
    file.write_text(file.read_text() + "\nANOTHER = 1\n")
    assert shown(rows()).figures == {"full": None}
    assert "since the last change" in shown(rows()).notes[0]


def test_another_salt_and_other_prose_withdraw_nothing(rows, tmp_path):
    kept(rows(), measured())
    (rows().folder / "ways.toml").write_text("")
    assert shown(Course(tmp_path, "pepper").assignment("01_rows")).figures == {"full": FOUND}


def test_what_is_edited_while_it_is_measured_is_not_taken_for_measured(rows):
    before = hash_of_sources(rows(), "normalise")
    file = rows().folder / "test_hidden.py"
    file.write_text(file.read_text() + "\nANOTHER = 1\n")
    record(rows().course, measured(), before)
    assert shown(rows()).figures == {"full": None}


def test_of_an_open_exercise_the_rejected_mutants_are_not_counted(rows):
    kept(rows(), measured(open="Any method will do."))
    assert shown(rows()).figures == {"full": FOUND | {"killed": None}}


def test_an_exercise_that_does_not_hold_is_forgotten(rows):
    kept(rows(), measured())
    kept(rows(), measured(Finding("solution", "did not pass")))
    assert json.loads((rows().folder / FILE).read_text()) == {}
    assert shown(rows()).figures == {"full": None}


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{1: 2}", '{"a": 1}', '{"a": {"sources": "1"}}', '{"a": {"sources": "1", "figures": {"odd": 1}}}'],
)
def test_a_file_of_another_shape_is_an_authoring_error(rows, text):
    (rows().folder / FILE).write_text(text)
    with pytest.raises(AuthoringError, match=r"full\.json:1: the file is not what `certify --full` wrote"):
        shown(rows())
