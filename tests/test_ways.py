"""A way in which answers differ is covered by something that exists; anything else is said with its line."""

import pytest

from autograder.errors import AuthoringError
from autograder.ways import read_ways

GOOD = """
[[ways]]
way = "mean or sum"
exercises = ["loss"]
statement = 'the mean over all objects'

[[ways]]
way = "order of summation"
alternatives = ["by_pairs"]
transformations = ["sums backwards"]
"""


def read(tmp_path, text):
    path = tmp_path / "ways.toml"
    path.write_text(text)
    return read_ways(path, "It is the mean\nover all objects.", ["loss"], ["by_pairs"], ["sums backwards"])


def test_ways_are_read(tmp_path):
    first, second = read(tmp_path, GOOD)
    assert (first.way, first.exercises) == ("mean or sum", ("loss",))
    assert first.covered_by() == 'the statement ("the mean over all objects")'
    assert second.exercises == ()
    assert second.covered_by() == "alternative by_pairs, sums backwards"
    assert read(tmp_path, "") == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("the mean over", "the sum over", "3: mean or sum: the statement does not say 'the sum over all objects'"),
        ('["loss"]', '["los"]', "3: mean or sum: there is no 'los' among the exercises; did you mean loss"),
        ("by_pairs", "by_pair", "8: order of summation: there is no 'by_pair' among the alternatives; did you"),
        ("sums back", "sums for", "8: order of summation: there is no 'sums forwards' among the transformations"),
        ("statement", "statements", "3: mean or sum: unknown key 'statements', .*; did you mean statement"),
        ("statement = 'the mean over all objects'", "", "3: mean or sum: say which it is, and what covers it"),
        ('way = "mean or sum"', "", "1: a way without a name: say which it is"),
        ("[[ways]]", "[[ways", "1: this is not valid TOML"),
    ],
)
def test_what_covers_nothing_is_refused(tmp_path, old, new, message):
    with pytest.raises(AuthoringError, match=rf"ways\.toml:{message}"):
        read(tmp_path, GOOD.replace(old, new, 1))
