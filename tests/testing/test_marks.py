"""Marks: what authors say about a function stays on the function, which stays as it is."""

import pytest

from autograder.model import Visibility
from autograder.testing.marks import Alternative, Cases, Grading, Mistake, alternative, cases, grades, mark_of, mistake


@pytest.fixture
def answer():
    """A function without marks."""
    return lambda x: x


def test_a_marked_function_is_the_same_function():
    def test_f(student):
        """Sentence."""

    assert grades("f", points=2)(cases("x", one=1)(test_f)) is test_f
    assert mark_of(test_f, "grading") == Grading("f", 2.0, "", None)
    assert mark_of(test_f, "cases") == Cases(("x",), {"one": 1})
    assert mark_of(test_f, "mistake") is None


@pytest.mark.parametrize("visibility", ["after_published", Visibility.AFTER_PUBLISHED], ids=["word", "member"])
def test_visibility_is_a_word_or_a_member(visibility, answer):
    marked = grades("f", points=1, hint="Look again.", visibility=visibility)(answer)
    assert mark_of(marked, "grading") == Grading("f", 1.0, "Look again.", Visibility.AFTER_PUBLISHED)


def test_an_unknown_visibility_is_an_error():
    with pytest.raises(ValueError, match="'secret' is not a valid Visibility"):
        grades("f", visibility="secret")


def test_points_are_numbers():
    with pytest.raises(ValueError, match="could not convert"):
        grades("f", points="many")


def test_mistakes_and_alternatives(answer):
    class Layer:
        """A class can be an answer too."""

    assert mark_of(mistake("f", "test_a  test_b")(answer), "mistake") == Mistake("f", ("test_a", "test_b"))
    assert mark_of(alternative("Layer")(Layer), "alternative") == Alternative("Layer")


def test_what_is_not_marked_has_no_mark():
    assert mark_of(len, "grading") is None
    assert mark_of(5, "mistake") is None
