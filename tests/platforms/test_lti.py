"""LTI: every document satisfies the rules of the Assignment and Grade Services, written here once more."""

import json
import re
from datetime import datetime

import jsonschema
import pytest

from autograder.batch.roster import Person
from autograder.platforms import lti
from autograder.platforms.export import Request
from autograder.platforms.grades import Grade

RULES = {
    "type": "object",
    "required": ["userId", "timestamp", "activityProgress", "gradingProgress"],
    "additionalProperties": False,
    "properties": {
        "userId": {"type": "string", "minLength": 1},
        "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$"},
        "activityProgress": {"enum": ["Initialized", "Started", "InProgress", "Submitted", "Completed"]},
        "gradingProgress": {"enum": ["NotReady", "Failed", "Pending", "PendingManual", "FullyGraded"]},
        "scoreGiven": {"type": "number", "minimum": 0},
        "scoreMaximum": {"type": "number", "exclusiveMinimum": 0},
        "comment": {"type": "string"},
    },
    "dependentRequired": {"scoreGiven": ["scoreMaximum"]},
}


@pytest.fixture
def documents(grades):
    return lti.scores(list(grades.values()))[0]


def test_every_document_satisfies_the_rules(documents):
    for document in documents.values():
        jsonschema.validate(document, RULES, cls=jsonschema.Draft202012Validator)


def test_scores_are_after_the_penalty_and_only_released_ones_are_given(documents):
    assert {name: document.get("scoreGiven") for name, document in documents.items()} == {
        "ada": 10, "zhang": 6.25, "zero": 0, "held": None, "evil": 3,
    }  # fmt: skip
    assert documents["held"]["gradingProgress"] == "PendingManual"
    assert documents["zero"]["gradingProgress"] == "FullyGraded"
    assert documents["zhang"]["comment"].endswith("late penalty 1.25")


def test_posting_again_changes_nothing_since_the_time_is_that_of_grading(documents, grades):
    assert lti.scores(list(grades.values()))[0] == documents
    stamp = documents["ada"]["timestamp"]
    assert stamp == "2030-01-31T12:00:00.000+00:00"
    assert datetime.fromisoformat(stamp) == datetime.fromisoformat(grades["ada"].report.provenance.graded_at)


def test_the_platforms_own_id_is_taken_and_its_absence_named(make_report):
    known, unknown = Grade(Person("ada", lms_id="f3a"), make_report("ada")), Grade(Person("bob"), make_report("bob"))
    documents, problems = lti.scores([known, unknown])
    assert [document["userId"] for document in documents.values()] == ["f3a", "bob"]
    assert problems == ["these students have no lms_id in --roster, so their own id was taken: bob"]
    assert lti.scores([unknown])[1] == []


def test_the_export_writes_a_file_per_student_in_the_folder_alone(course, results, roster, tmp_path, make_report):
    document = json.loads((results / "ada.json").read_text(encoding="utf-8"))
    (results / "Ada Ü%.json").write_text(json.dumps(document | {"student": "Ada Ü%"}), encoding="utf-8")
    written = lti.export(Request(course.assignment("01_rows"), tmp_path / "scores", results, roster=roster))
    assert {path.parent for path in written} == {tmp_path / "scores"}
    assert sorted(path.name for path in written)[0] == "Ada %C3%9C%25.json"
    assert re.search(r'"userId": "Ada Ü%"', (tmp_path / "scores" / "Ada %C3%9C%25.json").read_text(encoding="utf-8"))
