"""What students see on GitHub of their public tests."""

from autograder.model import Outcome, Result, Visibility
from autograder.places import Place
from autograder.render.github import MOST, commands, summary

WRONG = Result(
    "t", "f", "f is right.", Outcome.FAILED, 0, Visibility.VISIBLE, "c", "f(1): 50%\n::error::x", "Think: a, b"
)
GOOD = Result("u", "f", "f is\tkind.", Outcome.PASSED, 0, Visibility.VISIBLE)
GONE = Result("v", "g", "g is there.", Outcome.MISSING, 0, Visibility.VISIBLE)


def test_one_command_for_each_exercise_at_its_place():
    said = commands([WRONG, GOOD, GONE], {"f": Place(3, 40)}, "a/b,c.ipynb")
    assert said == [
        "::error file=a/b%2Cc.ipynb,line=40,title=f (cell 3)::f is right. f(1): 50%25 ::error::x Hint: Think: a, b",
        "::warning file=a/b%2Cc.ipynb,line=1,title=g (cell 1)::g is there.",
    ]


def test_several_results_of_an_exercise_share_a_command_of_one_line():
    (said,) = commands([WRONG, WRONG], {"f": Place(3, 40)}, "x")
    assert said.count("%0A") == 1
    assert "\n" not in said


def test_no_more_than_github_keeps():
    results = [Result("t", f"f{n}", "x", Outcome.FAILED, 0) for n in range(30)]
    places = {f"f{n}": Place(1, 1) for n in range(15)}
    levels = [command.split(" ")[0] for command in commands(results, places, "x")]
    assert levels == ["::error"] * MOST + ["::warning"] * MOST


def test_the_summary_counts_and_is_text():
    text = summary([WRONG, GOOD], ["cell 2 <b>"], "x.ipynb")
    assert text.startswith("### x.ipynb: 1 of 2 public tests passed\n")
    assert "| `f` | wrong answer | f is right. f(1): 50% ::error::x Hint: Think: a, b |" in text
    assert text.endswith("- cell 2 \\<b\\>\n")
