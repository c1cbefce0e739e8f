"""The store of grades: damaged and unwritable ones. What it holds is seen in test_post.py."""

import sys
from dataclasses import replace

import pytest

from autograder.errors import GraderBroken, UsageError
from autograder.push.queue import Item
from autograder.push.records import Records

ITEM = Item("ada", "", "01_rows", "a" * 40, "2026-10-01T10:00:00Z", 3, False, "01_rows/x.py", "", "i", "it is gone")


def test_a_push_without_anything_to_grade_is_kept_once(tmp_path, course):
    records = Records(tmp_path)
    assert records.find(ITEM) is None
    assert records.add(ITEM, None)
    assert not records.add(ITEM, None)
    found = records.find(ITEM)
    assert (found.item, found.report, found.held) == (ITEM, None, False)
    records.settle(course)
    assert "ada,01_rows,not graded,,,on time," in (tmp_path / "grades.csv").read_text()


def test_assignments_that_are_no_more_keep_their_files(tmp_path, course):
    records = Records(tmp_path)
    records.add(replace(ITEM, assignment="77_gone"), None)
    records.settle(course)
    assert "77_gone" not in (tmp_path / "grades.csv").read_text()
    assert list(tmp_path.glob("77_gone/pushes/ada/*.json"))


def test_a_damaged_record_is_named(tmp_path):
    records = Records(tmp_path)
    records.add(ITEM, None)
    (path,) = tmp_path.rglob("*.json")
    path.write_text("{}")
    with pytest.raises(GraderBroken, match=f"{ITEM.sha}.json is no record any more; restore it from the history"):
        records.find(ITEM)


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such modes there")
def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "01_rows").write_text("a file")
    with pytest.raises(UsageError, match=r"cannot be written: .*; what was written before is kept"):
        Records(tmp_path).add(ITEM, None)
