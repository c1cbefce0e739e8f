"""The scaffold with a defect planted into it, and the certificate's lines about it."""

import pytest

from autograder.certify import certify_assignment
from autograder.course import Course
from autograder.new import new


@pytest.fixture
def planted(tmp_path):
    """Return a function that replaces text in a file of a scaffolded assignment, and opens the assignment."""
    (tmp_path / "solutions").mkdir()
    folder = new(Course(tmp_path, "salt"), "01_rows")

    def plant(file=None, old="", replacement=""):
        if file:
            text = (folder / file).read_text()
            assert old in text
            (folder / file).write_text(text.replace(old, replacement, 1))
        return Course(tmp_path, "salt").assignment("01_rows")

    return plant


@pytest.fixture
def red_lines():
    """Return a function that certifies an assignment and gives the findings of each measurement that has any."""

    def lines(assignment):
        (row,) = certify_assignment(assignment)
        return {name: [str(finding) for finding in m.findings] for name, m in row.measured.items() if m.findings}

    return lines
