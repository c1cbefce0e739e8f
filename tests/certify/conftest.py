"""The scaffolded assignment, with a defect planted into it, and an examiner of it."""

from contextlib import closing

import pytest

from autograder.certify import certify_assignment
from autograder.certify.known import Examiner
from autograder.certify.verdicts import Verdicts
from autograder.course import Course
from autograder.grade import Grader
from autograder.new import new


@pytest.fixture
def plant(tmp_path):
    """Return a function that replaces text in a file of a scaffolded assignment and opens it."""
    (tmp_path / "solutions").mkdir()
    folder = new(Course(tmp_path, "salt"), "01_rows")

    def plant(file="source.py", old="", replacement=""):
        path = folder / file
        text = path.read_text() if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, replacement, 1))
        return Course(tmp_path, "salt").assignment("01_rows")

    return plant


@pytest.fixture(scope="session")
def examiner(course):
    """An examiner of the scaffold as it is."""
    with Grader(course.assignment("01")) as grader, closing(Verdicts()) as verdicts:
        yield Examiner(grader, verdicts)


@pytest.fixture
def red_lines():
    """Return a function that certifies an assignment and gives the findings of each measurement that has any."""

    def lines(assignment):
        (row,) = certify_assignment(assignment)
        return {name: [str(finding) for finding in m.findings] for name, m in row.measured.items() if m.findings}

    return lines
