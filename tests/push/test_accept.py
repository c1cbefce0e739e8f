"""Forged documents: whatever the machine that ran student code may say, only what is possible is believed."""

import copy
import json
import os
import sys

import pytest

from autograder.grade import Grader
from autograder.push.accept import MAX_DOCUMENT, Rejected, accept, strangers
from autograder.push.queue import Item
from autograder.submission import read_submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture(scope="module")
def assignment(course):
    return course.assignment("01_rows")


@pytest.fixture(scope="module")
def graded(assignment):
    """The document of an honest answer that is half right."""
    code = (
        b"import numpy as np\ndef normalise(A):\n    A = np.asarray(A, float)\n    return A / A.sum(1, keepdims=True)"
    )
    submission = read_submission(code, "01_rows.py", "ada")
    with Grader(assignment) as grader:
        report = grader.grade(submission)
    assert 0 < report.score < report.max_score
    return {"report": report.as_dict(), "places": {"normalise": {"cell": 1, "line": 2}}}


@pytest.fixture
def judge(tmp_path, assignment, graded):
    """Return a function that changes the document and has it judged."""
    digest = graded["report"]["submission"]["sha256"]
    item = Item(
        "ada", "course/ada", "01_rows", "a" * 40, "2026-10-01T10:00:00Z", 1, False, "01_rows/01_rows.py", digest, "i"
    )

    def judge(change=lambda d: None, text=None):
        document = copy.deepcopy(graded)
        change(document)
        path = tmp_path / f"{item.key}.json"
        path.write_text(json.dumps(document) if text is None else text)
        return accept(tmp_path, item, assignment, "L2")

    judge.path, judge.item = tmp_path / f"{item.key}.json", item
    return judge


def failed(document):
    return next(r for r in document["report"]["results"] if r["outcome"] != "passed" and r["max_score"])


def passed(document):
    return next(r for r in document["report"]["results"] if r["outcome"] == "passed")


def test_an_honest_document_is_accepted(judge, graded):
    accepted = judge()
    assert accepted.report.as_dict() == graded["report"]
    assert accepted.places["normalise"].line == 2


FORGERIES = {
    "more points than there are": (lambda d: d["report"].update(score=1000), "contradict each other"),
    "a score without the results": (lambda d: d["report"].update(score=10), "contradict each other"),
    "another maximum": (lambda d: d["report"].update(max_score=5), "its maximal score is not that of"),
    "a failed test with points": (lambda d: failed(d).update(score=2), "contradict each other"),
    "more points for a test": (
        lambda d: passed(d).update(score=50, max_score=50),
        "is not one that this test can have",
    ),
    "an exercise with more points": (lambda d: d["report"]["exercises"][0].update(score=10), "contradict each other"),
    "negative points": (lambda d: d["report"].update(score=-1), "does not follow the schema"),
    "infinite points": (lambda d: d["report"].update(score=1e999), "not valid JSON"),
    "points that are text": (lambda d: d["report"].update(score="10"), "does not follow the schema"),
    "an unknown test": (lambda d: passed(d).update(test="test_free_points"), "its list of tests is not that of"),
    "a test less": (lambda d: d["report"]["results"].pop(), "its list of tests is not"),
    "a test twice": (lambda d: d["report"]["results"].append(passed(d)), "its list of tests is not"),
    "an unknown exercise": (lambda d: d["report"]["exercises"][0].update(name="x"), "its list of exercises is not"),
    "another student": (lambda d: d["report"].update(student="bob"), "its student is not that of"),
    "another assignment": (lambda d: d["report"].update(assignment="02_x"), "its assignment is not that of"),
    "another file": (lambda d: d["report"]["submission"].update(name="x.py"), "its file is not that of"),
    "other bytes": (lambda d: d["report"]["submission"].update(sha256="0" * 64), "its SHA-256 of the file is not"),
    "other tests": (lambda d: d["report"]["provenance"].update(tests_sha256="0" * 64), "its hash of the tests is not"),
    "another salt": (lambda d: d["report"]["provenance"].update(salt_id="x"), "its salt is not that of"),
    "another engine": (lambda d: d["report"]["provenance"].update(engine="x"), "its engine is not that of"),
    "no confinement": (lambda d: d["report"]["provenance"].update(sandbox_level="L1"), "at sandbox level L1, below L2"),
    "a text of its own": (lambda d: passed(d).update(description="@all <b>"), "is not one that this test can have"),
    "a hint of its own": (lambda d: failed(d).update(hint="http://x"), "is not one that this test can have"),
    "a hidden test made visible": (
        lambda d: failed(d).update(visibility="visible"),
        "is not one that this test can have",
    ),
    "an unknown case": (lambda d: failed(d).update(case="x"), "is not one that this test can have"),
    "passed with a detail": (lambda d: passed(d).update(detail="x"), "passed and did not"),
    "a very long detail": (lambda d: failed(d).update(detail="x" * 2001), "is longer than 2000 characters"),
    "a very long note": (lambda d: d["report"]["submission"].update(notes=["x" * 2001]), "or one of more than 2000"),
    "very many notes": (lambda d: d["report"]["submission"].update(notes=["x"] * 5001), "it has more than 5000 notes"),
    "no time": (lambda d: d["report"]["provenance"].update(graded_at="soon"), "does not say when it was graded"),
    "a time without offset": (lambda d: d["report"]["provenance"].update(graded_at="2026-01-01"), "out of bounds"),
    "very many seconds": (lambda d: d["report"]["provenance"].update(seconds=1e9), "provenance is out of bounds"),
    "unreadable with points": (lambda d: d["report"].update(status="unreadable"), "passed and did not"),
    "held with points": (lambda d: d["report"].update(status="held"), "contradict each other"),
    "something more": (lambda d: d.update(more=1), "should hold `report` and `places` and nothing else"),
    "something more in the report": (lambda d: d["report"].update(more=1), "does not follow the schema"),
    "a place of another name": (
        lambda d: d["places"].update(x={"cell": 1, "line": 1}),
        "places of the exercises are out",
    ),
    "a place at no line": (lambda d: d["places"]["normalise"].update(line=0), "places of the exercises are out"),
    "a place that is true": (lambda d: d["places"]["normalise"].update(line=True), "places of the exercises are out"),
    "places that are a list": (lambda d: d.update(places=[]), "places of the exercises are no object"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_rejected(judge, name):
    change, reason = FORGERIES[name]
    with pytest.raises(Rejected) as error:
        judge(change)
    assert reason in str(error.value)


TEXTS = {
    "nothing": ("", "not valid JSON"),
    "a list": ("[]", "should hold"),
    "a key twice": ('{"report": 1, "report": 2, "places": {}}', "not valid JSON"),
    "not a number": ('{"report": NaN, "places": {}}', "not valid JSON"),
    "very deep": ("[" * 100_000, "not valid JSON"),
    "too much": (" " * (MAX_DOCUMENT + 1), "more than 1,048,576"),
    "a huge number": ('{"report": ' + "9" * 5000 + ', "places": {}}', ""),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_document_that_is_none_is_rejected(judge, name):
    text, reason = TEXTS[name]
    with pytest.raises(Rejected) as error:
        judge(text=text)
    assert reason in str(error.value)


def test_a_number_that_becomes_infinite_is_rejected(judge, graded):
    honest = f'"seconds": {json.dumps(graded["report"]["provenance"]["seconds"])}'
    with pytest.raises(Rejected, match="provenance is out of bounds"):
        judge(text=json.dumps(graded).replace(honest, '"seconds": 1e999'))


def test_no_document_a_link_and_a_folder_are_rejected(judge, tmp_path):
    judge()
    judge.path.unlink()
    with pytest.raises(Rejected, match="left no document for it; a later run grades it again"):
        accept(tmp_path, judge.item, None, "L2")
    judge.path.symlink_to("/etc/hostname")
    with pytest.raises(Rejected, match="is no regular file"):
        accept(tmp_path, judge.item, None, "L2")
    judge.path.unlink()
    judge.path.mkdir()
    with pytest.raises(Rejected, match="is no regular file"):
        accept(tmp_path, judge.item, None, "L2")


def test_a_document_that_cannot_be_read_is_rejected(judge, tmp_path, monkeypatch):
    judge()
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda self: (_ for _ in ()).throw(PermissionError(13, "denied")))
    with pytest.raises(Rejected, match="cannot be read: denied"):
        accept(tmp_path, judge.item, None, "L2")


def test_files_that_belong_to_nothing_are_found(judge, tmp_path):
    judge()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bob.01_rows.json").write_text("{}")
    assert strangers(tmp_path, [judge.item]) == ["bob.01_rows.json", "pipe"]
    assert strangers(tmp_path / "none", []) == []
