"""``autograder certify``: a table for people, rows for machines."""

import json
import sys

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@linux
def test_certify_prints_a_line_per_exercise(run):
    shown = run("certify")
    assert shown.exit_code == 0
    assert "holds" in shown.stdout
    (row,) = json.loads(run("certify", "01", "--json").stdout)
    assert (row["exercise"], row["solution"], row["release"], row["findings"]) == ("normalise", 10, 0, [])


@linux
def test_one_measurement_can_be_made_alone_and_under_more_salts(run, course):
    page = course.solutions / "CERTIFICATE.md"
    before = page.read_text() if page.exists() else None
    (row,) = json.loads(run("certify", "01", "--only", "stability", "--salts", "4", "--json").stdout)
    assert row["measured"] == {"stability": {"salts": 4}}
    assert row["holds"]
    assert (page.read_text() if page.exists() else None) == before


def test_an_unknown_measurement_is_refused(run):
    refused = run("certify", "--only", "luck")
    assert refused.exit_code == 2
    assert "there is no measurement 'luck', only gates, mistakes, mutants" in refused.output
