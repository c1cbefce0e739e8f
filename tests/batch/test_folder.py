"""Results as files: whole or not at all, and nothing left lying about."""

import csv
import json
import os

import pytest

from autograder.batch.folder import Folder
from autograder.errors import UsageError
from autograder.model import Standing
from autograder.report import to_json


def write(folder, report):
    folder.write(report, to_json(report))


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_report_is_shown_with_all_that_goes_with_it(tmp_path, task, report):
    folder, made = Folder(tmp_path / "out"), report(task(), output="hello\x1b[1m\n")
    assert not folder.has("ada", to_json(made))
    folder.write(made, to_json(made))
    assert folder.has("ada", to_json(made))
    assert json.loads((tmp_path / "out" / "ada.json").read_text(encoding="utf-8")) == made.as_dict()
    assert "Score: 10 of 10" in (tmp_path / "out" / "feedback" / "ada.md").read_text()
    assert (tmp_path / "out" / "output" / "ada.txt").read_text(encoding="utf-8") == "hello�[1m\n"
    assert names(tmp_path / "out") == ["ada.json", "feedback", "output"]


def test_output_of_an_earlier_attempt_does_not_stay(tmp_path, task, report):
    folder = Folder(tmp_path)
    write(folder, report(task(), output="hello"))
    write(folder, report(task()))
    assert names(tmp_path / "output") == []


def test_a_report_that_was_damaged_or_edited_is_not_there(tmp_path, task, report):
    folder, made = Folder(tmp_path), report(task())
    for text in (to_json(made)[:-5], to_json(made).replace("10.0", "11.0")):
        (tmp_path / "ada.json").write_text(text)
        assert not folder.has("ada", to_json(made))


def test_the_table_of_the_class_has_what_counts(tmp_path):
    Folder(tmp_path).summarize([Standing("ada", "graded", 4.5, 10, (("softmax", 9, 10),), earned=9.0, days_late=5)])
    (row,) = csv.DictReader((tmp_path / "summary.csv").read_text().splitlines())
    assert (row["student"], row["score"], row["earned"], row["softmax"], row["days_late"]) == (
        "ada",
        "4.5",
        "9.0",
        "9",
        "5",
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, task, report):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(
        UsageError, match=r"ada\.md cannot be written: Not a directory; what was recorded before is kept"
    ):
        write(Folder(tmp_path / "out"), report(task()))


def test_a_write_that_fails_or_is_interrupted_leaves_nothing(tmp_path, task, report, monkeypatch):
    folder = Folder(tmp_path)
    write(folder, report(task()))
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(folder, report(task(), output="new"))
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def interrupted(*_):
    raise KeyboardInterrupt


def test_what_killed_runs_left_is_removed_and_what_running_ones_write_is_kept(tmp_path):
    gone, alive, strange = (f".unfinished-{pid}" for pid in (2**22 + 1, os.getpid(), "x"))
    for name in (gone, alive, strange, "ada.json"):
        (tmp_path / name).write_text("")
    Folder(tmp_path).tidy()
    assert names(tmp_path) == [alive, "ada.json"]


def test_a_process_of_another_user_counts_as_running(tmp_path, monkeypatch):
    def forbidden(pid, number):
        raise PermissionError

    (tmp_path / ".unfinished-1").write_text("")
    monkeypatch.setattr("os.kill", forbidden)
    Folder(tmp_path).tidy()
    assert names(tmp_path) == [".unfinished-1"]
