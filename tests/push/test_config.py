"""``push.toml``: what it says, and a sentence for everything that can be wrong in it."""

import pytest

from autograder.errors import AuthoringError, UsageError
from autograder.push.config import read_settings

GOOD = """
[github]
branch = "trunk"
[assignments.02_networks]
folder = "week2/networks"
[assignments.01_rows]
[students]
bob = "course/homework-bob"
ada = "course/homework-ada"
"""


@pytest.fixture
def settings(tmp_path):
    def read(text):
        path = tmp_path / "push.toml"
        path.write_text(text)
        return read_settings(path)

    return read


def test_what_it_says(settings):
    read = settings(GOOD)
    assert list(read.students) == ["ada", "bob"]
    assert read.branch == "trunk"
    assert read.api == "https://api.github.com"
    rows, networks = read.assignments
    assert rows.paths == ("01_rows/01_rows.ipynb", "01_rows/01_rows.py")
    assert networks.path == "week2/networks/02_networks.ipynb"


WRONG = {
    "[students": "this is not valid TOML",
    "students = 1": "there is no table [students] with anything in it",
    GOOD.replace("[students]", "[pupils]"): "the file has no 'pupils', only assignments, github, students",
    GOOD.replace("bob =", '"b/../ob" ='): "'b/../ob' cannot name a student",
    GOOD.replace('"course/homework-bob"', '"homework"'): "the repository of bob is 'homework', expected owner/name",
    GOOD.replace('"course/homework-bob"', '"course/a?b"'): "the repository of bob is 'course/a?b'",
    GOOD.replace("homework-bob", "Homework-Ada"): "bob and ada share the repository course/homework-ada",
    GOOD.replace("folder =", "due = 2026-10-09\nfolder ="): "`due` of 02_networks is a rule; write it in solutions/",
    GOOD.replace("week2/", "../"): "`folder` of 02_networks is '../networks', expected a path",
    GOOD.replace("folder =", "dir ="): "[assignments.02_networks] has no 'dir', only folder",
    GOOD.replace('"trunk"', "3"): "`branch` is 3, expected a text",
    "[assignments]\na = 1\n[students]\nx = 'o/r'": "[assignments.a] should be a table",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_can_be_wrong(settings, text):
    with pytest.raises(AuthoringError) as error:
        settings(text)
    assert WRONG[text] in str(error.value)
    assert "push.toml:1: " in str(error.value)


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match=r"does not exist; write it as docs/grading-on-push\.md shows"):
        read_settings(tmp_path / "push.toml")
