"""The step that runs student code: what it takes and what it leaves behind."""

import json
import sys

import pytest

from autograder.errors import UsageError
from autograder.push.fetch import file_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
NOTEBOOK = "01_rows/01_rows.py"


def test_each_push_gets_a_document_and_equal_files_are_graded_once(run, hand_in, normalise, monkeypatch):
    from autograder.push import grading

    given = []
    real = grading.open_task
    monkeypatch.setattr(grading, "open_task", lambda key, file: given.append(key) or real(key, file))
    hand_in("ada")
    hand_in("bob")
    hand_in("cem", {NOTEBOOK: "x = 1\n\n" + normalise})
    queue = run.fetch()
    reports = run.grade(queue)
    assert sorted((report.student, report.score) for report in reports) == [("ada", 10), ("bob", 10), ("cem", 10)]
    assert len(given) == 2
    written = {item.student: json.loads((run.documents / f"{item.key}.json").read_text()) for item in queue.items}
    assert written["bob"]["report"]["student"] == "bob"
    assert written["bob"]["report"]["submission"]["name"] == "01_rows.py"
    assert written["ada"]["places"] == {"normalise": {"cell": 1, "line": 4}}
    assert written["cem"]["places"] == {"normalise": {"cell": 1, "line": 6}}


def test_a_file_that_was_changed_or_lost_on_the_way_is_refused(run, hand_in):
    hand_in("ada")
    queue = run.fetch()
    file = file_of(run.queue_folder, queue.items[0])
    file.write_text("x = 1")
    with pytest.raises(UsageError, match="is not the file that was fetched"):
        run.grade(queue)
    file.unlink()
    with pytest.raises(UsageError, match="No such file or directory; fetch again"):
        run.grade(queue)


def test_nothing_to_grade_is_fine(run, hand_in):
    hand_in("ada", {"x": "y"})
    assert run.grade(run.fetch()) == []
