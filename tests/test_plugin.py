"""Collecting tests: what is found, with which inputs, and one sentence with file and line for each fault."""

import os
import sys
import warnings
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from autograder.course import Course
from autograder.errors import AuthoringError, GraderBroken
from autograder.model import Visibility
from autograder.new import new
from autograder.plugin import collect

pytest_plugins = ["pytester"]

HEAD = """\
import numpy as np
from autograder.testing import cases, grades, normal, generator


"""


def write(folder, text, name="test_hidden.py"):
    path = folder / name
    path.write_text(HEAD + dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def hidden(folder, text):
    return collect([write(folder, text)], "salt", "05_svm")


GOOD = '''
@grades("softmax", points=2, hint="Shift.")
@cases("Z scale", large=(normal("n k"), 3.0), small=(normal("n k"), 1.0))
def test_rows(student, Z, scale):
    """Rows sum
    to one.

    For staff only.
    """


@grades("relu", points=1, visibility="after_due_date")
def test_a_first_by_name(student):
    """Second by place."""
'''


def test_tests_come_in_the_order_of_the_file_with_all_their_marks(tmp_path):
    rows, other = hidden(tmp_path, GOOD)
    assert (rows.name, rows.exercise, rows.points, rows.hint) == ("test_rows", "softmax", 2.0, "Shift.")
    assert rows.description == "Rows sum to one."
    assert rows.visibility is Visibility.HIDDEN
    assert rows.path == tmp_path / "test_hidden.py"
    assert rows.line == 5
    assert list(rows.cases) == ["large", "small"]
    assert list(rows.cases["large"]) == ["Z", "scale"]
    assert (other.name, other.cases) == ("test_a_first_by_name", {"": {}})
    assert other.visibility is Visibility.AFTER_DUE_DATE


def test_inputs_depend_on_salt_assignment_test_and_case_only(tmp_path):
    def drawn(salt="salt", assignment="05_svm"):
        return collect([tmp_path / "test_hidden.py"], salt, assignment)[0].cases

    write(tmp_path, GOOD)
    first = drawn()
    assert np.array_equal(first["large"]["Z"], drawn()["large"]["Z"])
    assert not np.array_equal(first["large"]["Z"], first["small"]["Z"])
    assert not np.array_equal(first["large"]["Z"], drawn(salt="other")["large"]["Z"])
    assert not np.array_equal(first["large"]["Z"], drawn(assignment="other")["large"]["Z"])


def test_public_tests_are_visible_worth_nothing_and_the_same_for_every_salt(tmp_path):
    text = '@grades("f")\n@cases("Z", a=normal("n"))\ndef test_f(student, Z):\n    """Public."""\n'
    path = write(tmp_path, text, "test_public.py")
    one, other = (collect([path], salt, "05_svm")[0] for salt in ("one", "other"))
    assert (one.points, one.visibility) == (0.0, Visibility.VISIBLE)
    assert np.array_equal(one.cases["a"]["Z"], other.cases["a"]["Z"])


def test_hidden_tests_come_before_public_ones(tmp_path):
    public = write(tmp_path, '@grades("f")\ndef test_b(student):\n    """B."""\n', "test_public.py")
    secret = write(tmp_path, '@grades("f", points=1)\ndef test_c(student):\n    """C."""\n')
    assert [test.name for test in collect([secret, public], "salt", "x")] == ["test_c", "test_b"]


def test_a_file_is_read_afresh_every_time(tmp_path):
    assert hidden(tmp_path, GOOD)[0].points == 2
    assert hidden(tmp_path, GOOD.replace("points=2", "points=3"))[0].points == 3


def test_relative_paths(tmp_path, monkeypatch):
    write(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    assert len(collect([Path("test_hidden.py")], "salt", "05_svm")) == 2


def test_collecting_leaves_no_trace(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setitem(sys.modules, "test_hidden", warnings)
    (tmp_path / "conftest.py").write_text("raise SystemError")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option")
    modules, path, hooks = set(sys.modules), list(sys.path), list(sys.meta_path)
    hidden(tmp_path, 'print("noise")\n' + GOOD)
    assert capsys.readouterr() == ("", "")
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"
    assert sys.modules["test_hidden"] is warnings
    assert (set(sys.modules), sys.path, sys.meta_path) == (modules, path, hooks)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conftest.py", "pytest.ini", "test_hidden.py"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            'def test_f(student):\n    """Doc."""',
            5,
            'test_f grades nothing: mark it with @grades("exercise", points=…)',
        ),
        ('@grades("f", points=1)\ndef test_f(student):\n    pass', 5, "test_f has no docstring"),
        ('@grades("f")\ndef test_f(student):\n    """Doc."""', 5, "test_f is worth 0 points"),
        ('@grades("f", points=-1)\ndef test_f(student):\n    """Doc."""', 5, "test_f is worth -1 points"),
        ('@grades("f", points=1)\nasync def test_f(student):\n    """Doc."""', 5, "test_f would never run"),
        (
            '@grades("f", points=1)\ndef test_f(student, rng):\n    """Doc."""',
            5,
            "test_f takes (student, rng), expected",
        ),
        ('@grades("f", points=1)\ndef test_f():\n    """Doc."""', 5, "test_f takes (), expected student"),
        (
            '@grades("f", points=1)\n@cases("Z", a=1)\ndef test_f(student):\n    """Doc."""',
            5,
            "test_f takes (student), expected student and the names of its cases: student Z",
        ),
        (
            '@grades("f", points=1)\n@cases("Z", a=1)\ndef test_f(Z, student):\n    """Doc."""',
            5,
            "test_f takes (Z, student), expected student",
        ),
        (
            '@grades("f", points=1)\ndef test_f(student, **rest):\n    """Doc."""',
            5,
            "test_f takes (student, **rest), expected student",
        ),
        (
            '@grades("f", points=1)\n@cases("Z")\ndef test_f(student, Z):\n    """Doc."""',
            5,
            "test_f has @cases without a case",
        ),
        (
            '@grades("f", points=1)\n@cases("Z", a=normal("q"))\ndef test_f(student, Z):\n    """Doc."""',
            5,
            "test_f has a case that cannot be drawn: KeyError: 'q'",
        ),
        (
            '@grades("f", points=1)\n@cases("Z y", a=normal("n"))\ndef test_f(student, Z, y):\n    """Doc."""',
            5,
            "test_f has a case that cannot be drawn: ValueError",
        ),
        ("def test_f(student):\n    pass\ndef test_f(student):\n    pass", 7, "test_f was defined before, at line 5"),
        ("class TestF:\n    def test_f(self):\n        pass", 6, "test_f is not a plain function"),
        (
            'import pytest\n@pytest.mark.parametrize("z", [1])\n@grades("f")\ndef test_f(z):\n    pass',
            6,
            "test_f[1] is not a plain function",
        ),
        ("def test_f(student:\n    pass", 5, "this is not valid Python: '(' was never closed"),
        ("import no_such_module", 5, "the tests cannot be imported: ModuleNotFoundError: No module named"),
        ("x = 1\nx / 0", 6, "the tests cannot be imported: ZeroDivisionError: division by zero"),
        ("import json\njson.loads('{')", 6, "(raised in "),
        ("def test_f():\n    yield 1", 1, "the tests cannot be imported: Failed: 'yield'"),
    ],
)
def test_faults_of_hidden_tests(tmp_path, text, line, message):
    with pytest.raises(AuthoringError) as error:
        hidden(tmp_path, text)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'test_hidden.py'}:{line}: ")
    assert "\n" not in str(error.value)


def test_a_syntax_error_in_an_imported_module_is_placed_there(tmp_path, monkeypatch):
    (tmp_path / "helper_with_a_fault.py").write_text("x = 1\nx = = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(AuthoringError, match=r"helper_with_a_fault\.py:2: this is not valid Python"):
        hidden(tmp_path, "import helper_with_a_fault")


@pytest.mark.parametrize(
    "statement", ["import reference", "from reference.networks import relu", "import numpy, reference.svm as svm"]
)
def test_public_tests_never_import_the_reference(tmp_path, statement):
    path = write(tmp_path, f"def helper():\n    {statement}\n", "test_public.py")
    with pytest.raises(AuthoringError, match=r"test_public\.py:6: a public test may not import `reference`"):
        collect([path], "salt", "x")


def test_hidden_and_public_tests_share_no_name(tmp_path):
    text = '@grades("f", points=1)\ndef test_f(student):\n    """F."""\n'
    paths = [write(tmp_path, text), write(tmp_path, text, "test_public.py")]
    with pytest.raises(AuthoringError, match=r"test_public\.py:5: test_f is also in test_hidden\.py:5"):
        collect(paths, "salt", "x")


def test_a_file_that_does_not_exist(tmp_path):
    with pytest.raises(AuthoringError, match=r"test_hidden\.py:1: the file does not exist"):
        collect([tmp_path / "test_hidden.py"], "salt", "x")


def test_a_test_file_that_exits(tmp_path):
    with pytest.raises(AuthoringError, match=r"test_hidden\.py:6: the tests cannot be imported: SystemExit"):
        hidden(tmp_path, "x = 1\nraise SystemExit")


def test_pytest_failing_itself_is_the_graders_fault(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.plugin.ARGUMENTS", ["--no-such-option"])
    with pytest.raises(GraderBroken, match=r"pytest could not collect .*USAGE_ERROR"):
        hidden(tmp_path, GOOD)


def test_interrupting_is_passed_on(tmp_path):
    path = write(tmp_path, "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        collect([path], "salt", "x")


# ---- for authors -----------------------------------------------------------------------------------------------


@pytest.fixture
def author(pytester, monkeypatch):
    """Run pytest as an author would, on the assignment that `new` writes."""
    monkeypatch.setenv("AUTOGRADER_SALT", "salt")
    (pytester.path / "solutions").mkdir()
    folder = new(Course(pytester.path, "salt"), "05_svm")

    def run(*args):
        return pytester.runpytest_inprocess("-p", "autograder.plugin", "-p", "no:randomly", folder, *args)

    return run


def test_authors_run_tests_against_the_solution(author):
    result = author("-v")
    result.assert_outcomes(passed=10)
    result.stdout.fnmatch_lines(["*test_normalise_divides_each_row_by_its_sum?tall? PASSED*"])


def test_authors_run_tests_against_a_file(author, pytester):
    submission = pytester.path / "mine.py"
    submission.write_text("# %%\n1 / 0\n# %%\ndef normalise(A):\n    return A\n")
    result = author("--student", submission)
    result.assert_outcomes(failed=10)
    result.stdout.fnmatch_lines(["*cell 1 raised ZeroDivisionError*", "*Mismatch: normalise(A)*"])


def test_authors_hear_of_a_file_that_cannot_be_read(author, pytester):
    submission = pytester.path / "mine.ipynb"
    submission.write_text("no JSON")
    author("--student", submission).stdout.fnmatch_lines(["*mine.ipynb cannot be read*"])
