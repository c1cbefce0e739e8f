"""Reading mistakes and alternatives: their marks, and the cells that hold them."""

from pathlib import Path
from textwrap import dedent

import pytest

from autograder.answers import read_answers
from autograder.errors import AuthoringError

PATH = Path("mistakes.py")
IMPORT = "from autograder.testing import mistake\n"

TEXT = dedent('''
    """Wrong answers."""

    import numpy as np
    from autograder.testing import mistake
    import autograder.testing as testing

    SCALE = 2


    @mistake("softmax", fails="test_a test_b")
    def unshifted(z):
        """Forgets
        the shift."""
        return SCALE * z


    @testing.mistake(
        exercise="Layer",
        fails="test_c",
    )
    @decorated
    class Forgetful(Layer):
        """Keeps nothing."""


    def helper():
        return 1
''').lstrip("\n")


def test_answers_carry_their_mark_and_docstring():
    unshifted, forgetful = read_answers(TEXT, PATH, "mistake")
    assert (unshifted.name, unshifted.exercise, unshifted.fails) == ("unshifted", "softmax", ("test_a", "test_b"))
    assert unshifted.docstring == "Forgets the shift."
    assert TEXT.split("\n")[unshifted.line - 1] == "def unshifted(z):"
    assert (forgetful.name, forgetful.exercise, forgetful.fails) == ("Forgetful", "Layer", ("test_c",))


def test_the_code_is_the_file_without_other_answers_and_the_engine():
    unshifted, forgetful = read_answers(TEXT, PATH, "mistake")
    namespace = {"Layer": object, "decorated": lambda cls: setattr(cls, "decorated", True) or cls}
    exec(unshifted.code, namespace)
    assert namespace["softmax"](3) == 6
    assert namespace["helper"]() == 1
    assert "Forgetful" not in namespace
    exec(forgetful.code, namespace)
    assert namespace["Layer"].decorated
    assert "autograder" not in unshifted.code + forgetful.code


def test_lines_of_the_code_are_lines_of_the_file():
    for answer in read_answers(TEXT, PATH, "mistake"):
        pairs = zip(TEXT.rstrip("\n").split("\n"), answer.code.split("\n"), strict=False)
        assert all(ours in (line, "") for line, ours in pairs)


def test_an_alternative_fails_nothing():
    text = 'from autograder.testing import alternative\n@alternative("f")\ndef g(x):\n    """Loops."""\n    return x\n'
    (answer,) = read_answers(text, PATH, "alternative")
    assert (answer.exercise, answer.fails) == ("f", ())


def test_the_arguments_of_a_mark_may_use_helpers_and_answers_are_not_executed():
    text = IMPORT + dedent("""
        ALL = "test_a test_b"

        def but(name):
            return ALL.replace(name, "")

        @mistake("f", fails=but("test_a"))
        class G(NotDefinedHere):
            "Inherits from the solution."
    """)
    (answer,) = read_answers(text, PATH, "mistake")
    assert answer.fails == ("test_b",)


def test_a_file_without_answers():
    assert read_answers("import numpy\n", PATH, "mistake") == ()


@pytest.mark.parametrize(
    ("kind", "text", "line", "message"),
    [
        (
            "mistake",
            '@mistake("f", fails="t")\ndef g(x):\n    return x',
            2,
            "no docstring, which states the misconception",
        ),
        ("alternative", '@alternative("f")\ndef g(x):\n    return x', 2, "no docstring, which says in what it differs"),
        ("mistake", IMPORT + '@mistake("f")\ndef g(x):\n    """Doc."""', 2, "TypeError: mistake() missing"),
        ("mistake", IMPORT + '@mistake("f", fails=T)\ndef g(x):\n    """Doc."""', 2, "NameError: name 'T'"),
        ("mistake", IMPORT + '@mistake("f", fails=1)\ndef g(x):\n    """Doc."""', 2, "'int' object has no attribute"),
        ("mistake", '@mistake("f", fails="t")\ndef g(x):\n    """Doc."""', 1, "NameError: name 'mistake'"),
        ("mistake", IMPORT + "1 / 0", 2, "the marks cannot be read: ZeroDivisionError"),
        ("mistake", "def g(:", 1, "this is not valid Python"),
    ],
)
def test_faults(kind, text, line, message):
    with pytest.raises(AuthoringError) as error:
        read_answers(text, PATH, kind)
    assert error.value.line == line
    assert message in str(error.value)


def test_a_name_declared_twice():
    text = '@mistake("f", fails="t")\ndef g(x):\n    """Doc."""\n'
    with pytest.raises(AuthoringError, match=r"mistakes\.py:5: g was defined before, at line 2"):
        read_answers(text * 2, PATH, "mistake")
