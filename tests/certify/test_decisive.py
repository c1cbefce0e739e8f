"""Of files that all exercises share, each depends on the part that concerns it."""

import pytest

from autograder.certify.decisive import affected, hash_of_sources, hash_of_tests
from autograder.course import Course
from autograder.errors import AuthoringError
from autograder.new import new

SECOND = '''

# %% [markdown]
# ## Exercise 1.2: share
#
# Return the first column of the normalised rows.

# %% tags=["exercise"]
def share(A):
    """Return the first column."""
    return normalise(A)[:, 0]
'''
TEST = '''

@grades("share", points=5, hint="Normalise first.")
def test_share_is_the_first_column(student):
    """It is the first column."""
    agree(student.share([[1.0, 1.0]]), [0.5], name="share(A)")
'''


@pytest.fixture
def rows(tmp_path):
    """Return a function that opens an assignment afresh: `normalise`, and `share`, which uses it."""
    (tmp_path / "solutions").mkdir()
    new(Course(tmp_path, "salt"), "01_rows")
    folder = Course(tmp_path, "salt").assignment("01_rows").folder
    for name, more in (("source.py", SECOND), ("test_hidden.py", TEST)):
        (folder / name).write_text((folder / name).read_text() + more)
    source = folder / "source.py"
    source.write_text(source.read_text().replace("points: 10", "points: 15"))
    return lambda: Course(tmp_path, "salt").assignment("01_rows")


@pytest.fixture
def changed(rows):
    """Return a function that edits a file and says of which exercises the sources have changed."""
    sources = {exercise: hash_of_sources(rows(), exercise) for exercise in ("normalise", "share")}

    def edit(name, old, new):
        file = rows().folder / name
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))
        return [exercise for exercise, before in sources.items() if hash_of_sources(rows(), exercise) != before]

    return edit


def test_an_exercise_is_used_by_others(rows):
    assert affected(rows(), "normalise") == {"normalise", "share"}
    assert affected(rows(), "share") == {"share"}


def test_a_test_decides_about_its_exercise_and_about_those_that_it_uses(changed):
    assert changed("test_hidden.py", "[[1.0, 1.0]]", "[[2.0, 2.0]]") == ["normalise", "share"]


def test_a_test_of_something_used_decides_nothing_about_its_user(changed):
    assert changed("test_hidden.py", "Each row has its own sum.", "Every row has its own sum.") == ["normalise"]


@pytest.mark.parametrize("name", ["mistakes.py", "alternatives.py", "oracles.py"])
def test_an_answer_decides_about_its_exercise_alone(changed, rows, name):
    definition = (rows().folder / name).read_text().rpartition("\n@")[2]
    assert changed(name, definition, definition + "    # not the same\n    return None\n") == ["normalise"]


def test_what_carries_no_mark_concerns_every_exercise(changed):
    assert changed(
        "test_hidden.py", "from autograder.testing import", "import math\nfrom autograder.testing import"
    ) == [
        "normalise",
        "share",
    ]


def test_the_statement_concerns_every_exercise(changed):
    assert changed("source.py", "Return the first column of", "Answer with the first column of") == [
        "normalise",
        "share",
    ]


def test_listed_mutants_concern_their_exercise(rows):
    before = [hash_of_sources(rows(), exercise) for exercise in ("normalise", "share")]
    listed = '[[open]]\nexercise = "share"\nreason = "Any way will do."\n'
    (rows().folder / "equivalents.toml").write_text(listed)
    after = [hash_of_sources(rows(), exercise) for exercise in ("normalise", "share")]
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, False]


def test_comments_between_definitions_and_line_endings_are_no_change(rows):
    before = hash_of_sources(rows(), "normalise")
    for name in ("test_hidden.py", "mistakes.py"):
        file = rows().folder / name
        file.write_bytes((file.read_text() + "\n# a remark\n").encode().replace(b"\n", b"\r\n"))
    assert hash_of_sources(rows(), "normalise") == before


def test_verdicts_hang_on_the_tests_that_gave_them(rows):
    own, both = frozenset(["normalise"]), frozenset(["normalise", "share"])
    before = hash_of_tests(rows(), own), hash_of_tests(rows(), both)
    file = rows().folder / "test_hidden.py"
    file.write_text(file.read_text().replace("[0.5]", "[0.25]"))
    assert hash_of_tests(rows(), own) == before[0]
    assert hash_of_tests(rows(), both) != before[1]


@pytest.mark.parametrize("name", ["test_hidden.py", "mistakes.py", "alternatives.py", "oracles.py", "equivalents.toml"])
def test_a_file_that_cannot_be_read_is_an_authoring_error(rows, name):
    with (rows().folder / name).open("a") as file:
        file.write("\n[[(\n")
    with pytest.raises(AuthoringError, match=name):
        hash_of_sources(rows(), "normalise")
