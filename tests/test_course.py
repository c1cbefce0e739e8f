"""Finding courses and assignments, and the agreement between an assignment's source and its tests."""

import sys
import types

import pytest

from autograder.course import Course, substituted
from autograder.errors import AuthoringError, UsageError
from autograder.new import new


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_SALT", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "course.toml").write_text('salt = "salt"\n')
    course = Course(tmp_path, "salt")
    new(course, "05_svm")
    new(course, "06_generative")
    return course


@pytest.fixture
def assignment(course):
    return course.assignment("05_svm")


def edit(assignment, name, old, new):
    path = assignment.folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def fault(assignment, what=lambda assignment: assignment.exercise_points()):
    with pytest.raises(AuthoringError) as error:
        what(assignment)
    return f"{error.value.path.name}:{error.value.line}", str(error.value)


# ---- the course ------------------------------------------------------------------------------------------------


def test_the_course_is_found_from_any_folder_in_it(course):
    found = Course.find(course.root / "solutions" / "05_svm")
    assert (found.root, found.salt, found.salt_id) == (course.root, "salt", course.salt_id)


def test_the_current_folder_is_where_the_search_starts(course, monkeypatch):
    monkeypatch.chdir(course.root)
    assert Course.find().root == course.root


def test_outside_of_a_course(tmp_path):
    with pytest.raises(UsageError, match=r"there is no course here: neither .* nor a folder above it holds solutions/"):
        Course.find(tmp_path)


def test_names_are_the_folders_with_a_source(course):
    (course.solutions / "data").mkdir()
    assert course.names() == ["05_svm", "06_generative"]


def test_an_assignment_is_found_by_its_name_or_a_beginning_of_it(course):
    assert course.assignment("05").slug == "05_svm"
    assert course.assignment("05_svm") is course.assignment("05")
    new(course, "05_svm_more")
    assert course.assignment("05_svm").slug == "05_svm"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("06_generativ", None),
        ("05_smv", "there is no assignment '05_smv'; did you mean 05_svm?"),
        ("quantum", "there is no assignment 'quantum' (known: 05_svm, 06_generative)"),
        ("0", "'0' could be 05_svm or 06_generative"),
    ],
)
def test_names_that_fit_badly(course, name, message):
    if message is None:
        assert course.assignment(name).slug == "06_generative"
        return
    with pytest.raises(UsageError) as error:
        course.assignment(name)
    assert str(error.value) == message


def test_a_course_without_assignments(tmp_path):
    (tmp_path / "solutions").mkdir()
    with pytest.raises(UsageError, match=r"\(known: none\)"):
        Course(tmp_path, "salt").assignment("05")


# ---- one assignment --------------------------------------------------------------------------------------------


def test_what_an_assignment_says(assignment):
    assert assignment.front.chapter == 5
    assert assignment.points == 10.0
    assert assignment.packages == ("numpy", "matplotlib")
    assert assignment.exercises == ("normalise",)
    assert assignment.exercise_points() == {"normalise": 10.0}
    assert assignment.public == assignment.course.root / "assignments" / "05_svm"
    assert [test.path.name for test in assignment.tests()] == ["test_hidden.py"] * 3 + ["test_public.py"] * 2
    assert assignment.tests() is assignment.tests()
    assert assignment.source() is assignment.source()


def test_grading_needs_no_jupytext(assignment, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    assert assignment.tests()
    assert assignment.tests_sha256
    with pytest.raises(ImportError):
        assignment.source()


def test_points_must_add_up(assignment):
    edit(assignment, "test_hidden.py", "points=6", "points=6.5")
    place, message = fault(assignment, lambda assignment: assignment.tests())
    assert place == "source.py:4"
    assert message.endswith("the front matter promises 10 points, but the tests add up to 10.5")


def test_a_test_of_an_unknown_exercise(assignment):
    edit(assignment, "test_public.py", '@grades("normalise")\n@cases', '@grades("normalize")\n@cases')
    place, message = fault(assignment)
    assert place == "test_public.py:6"
    assert "grades 'normalize', which is no exercise; did you mean normalise?" in message


SECOND = """
# %% [markdown]
# ## Second
# %% tags=["exercise"]
def second(A):
    return A
"""


def test_an_exercise_without_points(assignment):
    edit(assignment, "source.py", "cancels.\n", f"cancels.\n{SECOND}")
    place, message = fault(assignment)
    line = assignment.source_file.read_text().split("\n").index("def second(A):") + 1
    assert place == f"source.py:{line}"
    assert "exercise 'second' has no test that is worth points" in message


def test_tests_come_in_the_order_of_the_exercises(assignment):
    edit(assignment, "source.py", "cancels.\n", f"cancels.\n{SECOND}")
    edit(assignment, "test_hidden.py", '@grades("normalise", points=6', '@grades("second", points=6')
    place, message = fault(assignment)
    assert place == "test_hidden.py:8"
    assert "grades 'second', but 'normalise' comes first in source.py" in message


def test_a_missing_test_file(assignment):
    (assignment.folder / "test_public.py").unlink()
    place, message = fault(assignment)
    assert place == "test_public.py:1"
    assert "the file does not exist" in message


# ---- mistakes and alternatives ---------------------------------------------------------------------------------


def test_declared_answers(assignment):
    assert [mistake.name for mistake in assignment.mistakes()] == ["by_columns", "without_zero_rows"]
    assert [alternative.name for alternative in assignment.alternatives()] == [
        "row_by_row",
        "with_a_filled_denominator",
    ]


def test_an_assignment_may_declare_none(assignment):
    (assignment.folder / "mistakes.py").unlink()
    assert assignment.mistakes() == ()


def test_a_substituted_submission_is_the_solution_and_then_the_answer(assignment):
    mistake = assignment.mistakes()[0]
    *solution, last = substituted(assignment, mistake)
    assert tuple(solution) == assignment.source().solution
    namespace = {}
    for cell in [*solution[1:], last]:
        exec(cell, namespace)
    assert namespace["normalise"] is namespace["by_columns"]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("mistakes.py", '"normalise"', '"normalize"', "by_columns: there is no exercise 'normalize'; did you mean"),
        ("mistakes.py", "zero_rows_uniform", "zero_rows", "by_columns: there is no hidden test 'test_normalise_makes"),
        (
            "mistakes.py",
            "each_row_by_its_sum ",
            "each_row_by_its_sum test_normalise_on_a_small_example ",
            "there is no",
        ),
        ("alternatives.py", '"normalise"', '"normal"', "row_by_row: there is no exercise 'normal'; did you mean"),
    ],
)
def test_answers_name_exercises_and_hidden_tests(assignment, file, old, new, message):
    edit(assignment, file, old, new)
    kind = file.removesuffix(".py")
    place, text = fault(assignment, lambda assignment: getattr(assignment, kind)())
    assert place.startswith(f"{file}:")
    assert message in text


# ---- provenance ------------------------------------------------------------------------------------------------


def sha(course):
    return Course(course.root, "salt").assignment("05_svm").tests_sha256


def test_the_hash_does_not_depend_on_the_place(course, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "solutions").mkdir()
    other = Course(elsewhere, "other salt")
    new(other, "05_svm")
    path = elsewhere / "solutions" / "05_svm" / "test_hidden.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert sha(course) == other.assignment("05_svm").tests_sha256


@pytest.mark.parametrize(
    "file",
    ["solutions/05_svm/test_public.py", "solutions/05_svm/data/a.npz", "reference/svm.py", "reference/deep/svm.py"],
)
def test_the_hash_depends_on_all_that_decides_a_score(course, file):
    before = sha(course)
    path = course.root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text() + "\n" if path.exists() else "x = 1\n")
    assert sha(course) != before


def test_the_hash_depends_on_limits_but_not_on_prose_or_hidden_files(course):
    before = sha(course)
    assignment = course.assignment("05_svm")
    edit(assignment, "source.py", "Say what", "Explain what")
    (assignment.folder / "data").mkdir()
    (assignment.folder / "data" / ".DS_Store").write_text("x")
    assert sha(course) == before
    edit(assignment, "source.py", "# points: 10", "# points: 10\n# limits: {call: 3}")
    assert sha(course) != before


def test_the_tests_import_the_reference_of_their_own_course(course, monkeypatch):
    monkeypatch.delitem(sys.modules, "reference", raising=False)
    (course.root / "reference").mkdir()
    (course.root / "reference" / "__init__.py").write_text("here = True\n")
    assignment = course.assignment("05_svm")
    edit(assignment, "test_hidden.py", "import numpy as np", "import numpy as np\nimport reference\nreference.here")
    assert assignment.tests()
    monkeypatch.delitem(sys.modules, "reference")


def test_a_reference_of_another_course_is_refused(course, monkeypatch):
    elsewhere = types.ModuleType("reference")
    elsewhere.__file__ = "/elsewhere/reference/__init__.py"
    monkeypatch.setitem(sys.modules, "reference", elsewhere)
    (course.root / "reference").mkdir()
    with pytest.raises(UsageError, match=r"`reference` was imported from /elsewhere/reference/__init__\.py, not from"):
        course.assignment("05_svm").tests()
