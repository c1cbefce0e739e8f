"""The certificate is written once, compared afterwards, and keeps what was not measured."""

import pytest

from autograder.certify.model import ExerciseCertificate, Measured
from autograder.certify.publish import CERTIFICATE, FRONT_PAGE, publish
from autograder.course import Course
from autograder.new import new


def row(slug, killed=9):
    figures = {
        "solution": 10.0,
        "mutants": 10,
        "killed": killed,
        "listed": 10 - killed,
        "mistakes": 2,
        "alternatives": 2,
    }
    return ExerciseCertificate(slug, "normalise", 10.0, 3, {"all": Measured(figures)})


@pytest.fixture
def two(tmp_path):
    (tmp_path / "solutions").mkdir()
    course = Course(tmp_path, "salt")
    for name in ("01_rows", "02_columns"):
        new(course, name)
    return course


def names(paths):
    return [path.as_posix() for path in paths]


def test_it_is_written_once(two):
    rows = [row("01_rows"), row("02_columns")]
    assert set(names(publish(two, rows))) == {
        "solutions/CERTIFICATE.md", "solutions/01_rows/README.md", "solutions/02_columns/README.md",
    }  # fmt: skip
    assert publish(two, rows) == []
    assert publish(two, rows, check=True) == []


def test_checking_names_what_is_not_true_and_writes_nothing(two):
    publish(two, [row("01_rows")])
    before = (two.solutions / CERTIFICATE).read_text()
    assert names(publish(two, [row("01_rows", killed=8)], check=True)) == [
        "solutions/01_rows/README.md", "solutions/CERTIFICATE.md",
    ]  # fmt: skip
    assert (two.solutions / CERTIFICATE).read_text() == before


def test_what_was_not_measured_stays(two):
    publish(two, [row("01_rows"), row("02_columns")])
    publish(two, [row("02_columns", killed=8)])
    text = (two.solutions / CERTIFICATE).read_text()
    assert "9 of 10" in text.split("## 02_columns")[0]
    assert "8 of 10" in text.split("## 02_columns")[1]


def test_the_front_page_carries_the_certificate_line(two):
    publish(two, [row("01_rows")])
    page = (two.solutions / "01_rows" / FRONT_PAGE).read_text()
    assert page.startswith("# ")
    assert "Certified: 1 of 1 exercises. 3 hidden tests reject 2 mistakes and 9 of 10 mutants (90.0 %)" in page
