"""The scaffold is a whole assignment: it builds, and it keeps every promise that its files make."""

import sys

import pytest

from autograder.build import build
from autograder.course import Course, substituted
from autograder.errors import AnswerError, UsageError
from autograder.new import new
from autograder.release import release
from autograder.sandbox.local import LocalTransport
from autograder.testing.student import Student


@pytest.fixture
def course(tmp_path):
    (tmp_path / "solutions").mkdir()
    return Course(tmp_path, "salt")


@pytest.fixture
def failed(course, monkeypatch):
    """Return the names of the tests that a submission, given as cells, does not pass."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    new(course, "07_recurrent_networks")
    assignment = course.assignment("07")

    def run(cells):
        program = LocalTransport()
        notes, _ = program.load(list(enumerate(cells, 1)), assignment.exercises, assignment.front.imports)
        assert notes == []
        return {test.name for test in assignment.tests() if not passes(test, Student(program))}

    return assignment, run


def passes(test, student):
    try:
        for values in test.cases.values():
            test.function(student, **values)
    except (AssertionError, AnswerError):
        return False
    return True


def test_the_scaffold_builds(course):
    folder = new(course, "07_recurrent_networks")
    assert folder == course.solutions / "07_recurrent_networks"
    assert [path.name for path in sorted(folder.iterdir())] == [
        "alternatives.py", "mistakes.py", "oracles.py", "source.py", "test_hidden.py", "test_public.py",
    ]  # fmt: skip
    front = course.assignment("07").front
    assert (front.title, front.chapter) == ("Recurrent networks", 7)
    assert len(build(course)) == 3


@pytest.mark.parametrize("topic", ["on", "null", "title"])
def test_every_topic_is_a_title(course, topic):
    new(course, f"01_{topic}")
    assert course.assignment("01").front.title == topic.capitalize()


def test_the_solution_passes_and_the_release_does_not(failed):
    assignment, run = failed
    assert run(assignment.source().solution) == set()
    notebook = release(assignment.source(), assignment.exercise_points(), assignment.slug)
    blank = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert run(blank) == {test.name for test in assignment.tests()}


def test_mistakes_fail_what_they_name_and_alternatives_nothing(failed):
    assignment, run = failed
    hidden = {test.name for test in assignment.tests() if test.points}
    caught = set()
    for mistake in assignment.mistakes():
        assert run(substituted(assignment, mistake)) & hidden == set(mistake.fails)
        caught |= set(mistake.fails)
    assert caught == hidden
    for alternative in assignment.alternatives():
        assert run(substituted(assignment, alternative)) == set()


@pytest.mark.parametrize("name", ["svm", "5_svm", "05-svm", "05_SVM", "05_", "05_svm/x", "../05_svm", "05__svm"])
def test_names_that_name_no_assignment(course, name):
    with pytest.raises(UsageError, match="cannot name an assignment: use two digits, _ and small letters"):
        new(course, name)
    assert list(course.solutions.iterdir()) == []


def test_nothing_is_overwritten(course):
    new(course, "05_svm")
    with pytest.raises(UsageError, match="05_svm exists already"):
        new(course, "05_svm")
