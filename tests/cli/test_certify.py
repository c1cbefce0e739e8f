"""``autograder certify``: a table for people, rows for machines, a certificate that is compared."""

import json
import sys

import pytest

from autograder.certify.model import ExerciseCertificate, Finding, Measured

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def measured(monkeypatch):
    """Return a function that says what is found from now on."""

    def measured(*findings):
        def certify(_, tasks, **__):
            return [ExerciseCertificate(*task, 10.0, 3, {"all": Measured({}, findings, ("a note",))}) for task in tasks]

        monkeypatch.setattr("autograder.certify.certify", certify)

    return measured


@linux
def test_certify_prints_a_line_per_exercise(run):
    shown = run("certify")
    assert shown.exit_code == 0
    assert "holds" in shown.stdout
    (row,) = json.loads(run("certify", "01", "--json").stdout)
    assert (row["exercise"], row["solution"], row["release"], row["findings"]) == ("normalise", 10, 0, [])
    assert run("certify", "--check").exit_code == 0


def test_what_does_not_hold_is_named_and_ends_with_2(run, measured):
    measured(Finding("solution", "did not pass"))
    shown = run("certify")
    assert shown.exit_code == 2
    assert "01_rows normalise: solution: did not pass" in shown.stdout
    assert "not certified: 01_rows normalise" in shown.stderr


def test_checking_compares_and_writes_nothing(run, measured, course):
    measured()
    assert run("certify").exit_code == 0
    page = course.solutions / "CERTIFICATE.md"
    page.write_text(page.read_text().replace("holds |", "**does not hold** |"))
    shown = run("certify", "--check")
    assert shown.exit_code == 2
    assert "solutions/CERTIFICATE.md does not say what was measured: run `autograder certify`" in shown.stderr
    assert "does not hold" in page.read_text()
    assert run("certify", "--exercise", "normalise", "--check").exit_code == 0
    assert run("certify").exit_code == 0
    assert "**does not hold**" not in page.read_text()


def test_notes_are_for_those_who_name_an_assignment(run, measured):
    measured()
    assert "a note" in run("certify", "01").stdout
    assert "a note" not in run("certify").stdout


def test_an_unknown_exercise_is_named(run, measured):
    measured()
    shown = run("certify", "--exercise", "normalize")
    assert shown.exit_code == 2
    assert "there is no exercise 'normalize' in 01_rows; did you mean normalise?" in shown.stderr


@linux
def test_one_measurement_can_be_made_alone_and_under_more_salts(run, course):
    page = course.solutions / "CERTIFICATE.md"
    before = page.read_text() if page.exists() else None
    (row,) = json.loads(run("certify", "01", "--only", "stability", "--salts", "4", "--json").stdout)
    assert row["measured"] == {"stability": {"salts": 4, "alternative_salts": 4, "mistake_salts": 1}}
    assert row["holds"]
    assert (page.read_text() if page.exists() else None) == before


def test_an_unknown_measurement_is_refused(run):
    refused = run("certify", "--only", "luck")
    assert refused.exit_code == 2
    assert "there is no measurement 'luck', only gates, mistakes, mutants" in refused.output
