"""``results.json``: valid by Gradescope's specification, and what a student may see of it."""

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest

from autograder.model import Outcome, Result, Visibility
from autograder.platforms.gradescope_results import document, fault
from autograder.plugin import Test
from autograder.render.feedback import feedback

SPECIFICATION = json.loads(Path(__file__).with_name("gradescope.schema.json").read_text(encoding="utf-8"))


def waiting(name, exercise="relu"):
    return Test(name, exercise, 1.0, "It waits.", "", Visibility.HIDDEN, print, {}, None, 1)


def by_test(results):
    return {entry["extra_data"]["test"]: entry for entry in results["tests"]}


@pytest.fixture
def report(make_report):
    return make_report("ada@school.edu", softmax=0, notes=("cell 1 raised \x1b[31mNameError",))


def test_every_form_of_it_satisfies_the_specification(report, held):
    forms = [
        document(report),
        document(report, [3.0], counts="best", waiting=[waiting("test_late")], reason="why"),
        document(held("x")),
        fault(),
        fault([4.0], 10.0),
    ]
    for form in forms:
        jsonschema.validate(json.loads(json.dumps(form)), SPECIFICATION)


def test_scores_are_those_of_the_report(report):
    results = document(report)
    assert results["score"] == report.score == sum(entry.get("score", 0) for entry in results["tests"])
    assert sum(entry.get("max_score", 0) for entry in results["tests"]) == report.max_score
    assert results["execution_time"] == 0.512


def test_tests_have_number_status_tags_and_the_students_sentence(report):
    tests = by_test(document(report))
    assert tests["test_softmax"] == {
        "name": "softmax: About softmax.",
        "number": "1.1",
        "status": "failed",
        "output": "wrong answer\nHint: Look <again> & think.",
        "tags": ["softmax", "failed"],
        "visibility": "visible",
        "extra_data": {"test": "test_softmax"},
        "score": 0.0,
        "max_score": 2.5,
    }
    assert (tests["test_relu"]["number"], tests["test_relu"]["status"]) == ("2.1", "passed")


def test_a_test_worth_nothing_has_a_status_and_no_score(report):
    entry = by_test(document(report))["test_public"]
    assert "score" not in entry
    assert entry["status"] == "failed"
    assert entry["output"] == "wrong answer\n [2J is 3, not 4"


def test_students_see_their_total_and_nothing_that_feedback_hides(report):
    results = document(dataclasses.replace(report, notes=()))
    assert "hidden" not in {entry["visibility"] for entry in results["tests"]}
    assert results["stdout_visibility"] == "hidden"
    text = json.dumps(results)
    assert "0.123" not in text
    assert "0.123" not in feedback(report)
    assert report.provenance.salt_id not in text


@pytest.mark.parametrize("visibility", [Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED])
def test_later_is_later(report, visibility):
    results = tuple(dataclasses.replace(result, visibility=visibility) for result in report.results)
    shown = document(dataclasses.replace(report, results=results))
    assert {entry["visibility"] for entry in shown["tests"]} == {str(visibility)}


def test_notes_are_plain_text(report):
    assert document(report)["output"] == "cell 1 raised  [31mNameError"


def test_capstones_are_on_the_leaderboard(make_report):
    results = (Result("test_c", "capstone_digits", "C.", Outcome.PASSED, 7.5),)
    made = make_report("ada", results=results, exercises=("softmax", "capstone_digits"))
    assert document(made)["leaderboard"] == [{"name": "capstone_digits", "value": 7.5, "order": "desc"}]


def test_what_is_kept_besides_names_submission_and_versions(report):
    extra = document(report)["extra_data"]
    assert extra["submission"] == {"name": "a.py", "sha256": ""}
    assert extra["provenance"]["sandbox_level"] == "L2"
    assert extra["exercises"][1] == {"name": "relu", "score": 7.5, "max_score": 7.5}


@pytest.mark.parametrize(
    ("counts", "previous", "score"),
    [
        ("latest", [9.0], 7.5),
        ("best", [], 7.5),
        ("best", [3.0, 7.0], 7.5),
        ("best", [9.0, 1.0], 9.0),
        ("best", [99.0], 10.0),
        ("best", [-5.0], 7.5),
        ("first", [3.0, 9.0], 3.0),
        ("first", [], 7.5),
    ],
)
def test_earlier_submissions_count_as_the_rules_say(report, counts, previous, score):
    results = document(report, previous, counts=counts)
    assert results["score"] == score
    told = f"Your {counts} submission counts, with {score:g} points; this one has 7.5."
    assert (told in results["output"]) == (score != 7.5)


def test_tests_that_were_not_judged_are_neither_passed_nor_failed(report):
    results = document(report, waiting=[waiting("test_late", "softmax")], reason="the time ran out")
    entry = by_test(results)["test_late"]
    assert "score" not in entry
    assert "status" not in entry
    assert (entry["number"], entry["output"]) == ("1.2", "not judged: the time ran out")
    assert results["output"].startswith(
        "Grading was stopped before the end (the time ran out): 4 of 5 tests were judged"
    )


def test_a_fault_of_ours_shows_no_test_and_takes_no_point_away(held):
    results = document(held("ada"), [4.0, 6.0])
    assert (results["tests"], results["score"]) == ([], 6.0)
    assert "through no fault of yours" in results["output"]
    assert results["output"].endswith("the score of your last submission stands: 6.")
    assert "secret" not in json.dumps(results)
    assert fault()["score"] == 0
