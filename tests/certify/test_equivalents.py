"""What an author says about mutants is read with the line of everything that is wrong in it."""

import pytest

from autograder.certify.equivalents import FILE, read_equivalents
from autograder.certify.mutants import Mutant
from autograder.errors import AuthoringError

ENTRY = """\
[[equivalent]]
exercise = "normalise"
old = "total = A.sum(axis=1, keepdims=True)"
new = ["total = A.sum(axis=-1, keepdims=True)", "total = A.sum(axis = 1, keepdims=2)"]
reason = "A matrix has two axes."

[[open]]
exercise = "normalise"
reason = "Any way will do."
"""


def written(plant, text):
    assignment = plant()
    (assignment.folder / FILE).write_text(text)
    return assignment


def test_entries_are_read_with_their_lines(plant):
    first, second, third = read_equivalents(written(plant, ENTRY))
    assert (first.kind, first.answer, first.line, first.reason) == (
        "equivalent",
        "solution",
        1,
        "A matrix has two axes.",
    )
    assert (second.new, second.line) == ("total = A.sum(axis = 1, keepdims=2)", 1)
    assert (third.kind, third.line) == ("open", 7)


def test_an_entry_is_of_the_mutant_that_makes_its_change(plant):
    first, second, third = read_equivalents(written(plant, ENTRY))
    original = "def f(A):\n    total = A.sum(axis=1, keepdims=True)\n"
    mutant = Mutant("normalise", "solution", "axis", original.replace("axis=1", "axis=-1"), original)
    assert [entry.is_of(mutant) for entry in (first, second, third)] == [True, False, False]
    spaced = Mutant(
        "normalise", "solution", "axis", original.replace("axis=1, keepdims=True", "axis=1,keepdims=2"), original
    )
    assert second.is_of(spaced)


def test_a_missing_file_lists_nothing(plant):
    assert read_equivalents(plant()) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('reason = "A matrix has two axes."', "", r"toml:1: this entry has no reason: add `reason = \"…\"`"),
        ('reason = "Any way will do."', 'reason = " "', r"toml:7: this entry has no reason"),
        ('exercise = "normalise"', 'exercise = "normalize"', r"toml:1: there is no exercise 'normalize'; did you mean"),
        ("old =", 'answer = "rows"\nold =', r"toml:1: there is no answer 'rows'"),
        ("new =", "nw =", r"toml:1: unknown key 'nw'; did you mean new\?"),
        ("new = [", "new = [1, ", r"toml:1: this entry has no new"),
        ("[[open]]", "[[opn]]", r"toml:1: unknown table 'opn'; did you mean open\?"),
        ("[[open]]", "[open]", r"toml:1: expected entries that each begin with a line `\[\[open\]\]`"),
        ("[[open]]", "[[open", r"toml:1: the file is not valid TOML"),
    ],
)
def test_what_is_wrong_is_an_authoring_error_with_its_line(plant, old, new, message):
    with pytest.raises(AuthoringError, match=message):
        read_equivalents(written(plant, ENTRY.replace(old, new, 1)))


def test_an_alternative_may_be_named(plant):
    entry = ENTRY.replace("old =", 'answer = "row_by_row"\nold =', 1)
    assert read_equivalents(written(plant, entry))[0].answer == "row_by_row"
