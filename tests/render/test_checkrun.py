"""A report as a check run: within GitHub's limits, and for its student only."""

from dataclasses import replace

from autograder.model import Outcome, Provenance, Report, Result, Visibility
from autograder.places import Place
from autograder.render.checkrun import MOST, check_run, no_run

PROVENANCE = Provenance("autograder 0", "0" * 64, "s", "L2", "3.11", "2.0", "2026-10-01T00:00:00+00:00", 0.1)
PLACES = {"f": Place(3, 40), "g": Place(5, 60)}
HIDDEN = Result("test_f", "f", "f is right.", Outcome.FAILED, 2, Visibility.HIDDEN, "c", "secret 42", "Think.")


def report(*results, **changes):
    exercises = tuple(dict.fromkeys(r.exercise for r in results))
    most = sum(r.max_score for r in results)
    return replace(Report("01_x", "ada", "x.py", "0" * 64, exercises, results, PROVENANCE, most), **changes)


def test_full_marks_are_a_success_without_annotations():
    run = check_run(report(replace(HIDDEN, outcome=Outcome.PASSED)), PLACES, "x.py", late=False)
    assert (run["conclusion"], run["output"]["title"], run["output"]["annotations"]) == ("success", "2 of 2", [])
    assert "| f | 2 | 2 |" in run["output"]["summary"]


def test_lost_points_are_annotated_at_their_cell_with_sentence_and_hint_only():
    other = replace(HIDDEN, test="test_g", exercise="g", outcome=Outcome.PASSED)
    gone = replace(HIDDEN, test="test_h", exercise="h", outcome=Outcome.MISSING)
    run = check_run(report(HIDDEN, other, gone), PLACES, "a/x.ipynb", late=True)
    assert run["conclusion"] == "failure"
    assert run["output"]["title"] == "2 of 6 (late)"
    assert "after the due date" in run["output"]["summary"]
    (annotation,) = run["output"]["annotations"]
    assert annotation == {
        "path": "a/x.ipynb", "start_line": 40, "end_line": 40, "annotation_level": "warning",
        "title": "f: 0 of 2 (cell 3)", "message": "wrong answer: f is right. Hint: Think.",
    }  # fmt: skip
    assert "secret 42" not in str(run)


def test_results_for_later_are_not_told():
    later = replace(HIDDEN, visibility=Visibility.AFTER_DUE_DATE, description="Later.")
    run = check_run(report(later), PLACES, "x.py", late=False)
    assert "Later." not in str(run)
    assert run["output"]["annotations"][0]["message"] == "see the text of this check"


def test_held_and_unreadable_reports_have_no_annotations():
    held = check_run(report(replace(HIDDEN, outcome=Outcome.BROKEN)), PLACES, "x.py", late=False)
    assert (held["conclusion"], held["output"]["annotations"]) == ("neutral", [])
    assert "0 of 2" not in str(held)
    unreadable = check_run(report(HIDDEN, unreadable=True, notes=("x.py cannot be read",)), PLACES, "x.py", late=False)
    assert (unreadable["conclusion"], unreadable["output"]["annotations"]) == ("failure", [])
    assert "cannot be read" in unreadable["output"]["text"]


def test_nothing_to_grade_says_why():
    run = no_run("the folder *x* is not there", late=True)
    assert run["conclusion"] == "neutral"
    assert run["output"]["summary"] == (
        "Not graded: the folder \\*x\\* is not there.\n\nThis push came after the due date."
    )


def test_texts_stay_within_the_limits_and_call_nobody():
    notes = tuple(f"note {n} @everyone {'x' * 400}" for n in range(300))
    output = check_run(report(HIDDEN, notes=notes), PLACES, "x.py", late=False)["output"]
    assert len(output["text"]) <= MOST
    assert output["text"].endswith("The rest is left out here, because GitHub shows no more.")
    assert "@everyone" not in output["text"]
    assert "everyone" in output["text"]
