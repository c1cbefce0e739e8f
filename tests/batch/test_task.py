"""From a file to a task: bytes, hash, time, and what is said of files that cannot be read."""

import hashlib
import os
from datetime import UTC, datetime

from autograder.batch.task import open_task


def test_a_task_has_the_bytes_their_hash_and_when_the_file_was_last_modified(tmp_path):
    (tmp_path / "ada.py").write_bytes(b"x = 1\n")
    os.utime(tmp_path / "ada.py", (1_900_000_000.9, 1_900_000_000.9))
    task = open_task("ada", tmp_path / "ada.py")
    assert (task.student, task.file, task.data) == ("ada", "ada.py", b"x = 1\n")
    assert task.sha256 == hashlib.sha256(b"x = 1\n").hexdigest()
    assert task.submitted_at == datetime.fromtimestamp(1_900_000_000, UTC)
    assert task.submission().cells == ((1, "x = 1\n"),)


def test_a_time_that_is_given_is_believed(tmp_path):
    (tmp_path / "ada.py").write_bytes(b"")
    moment = datetime(2030, 1, 31, tzinfo=UTC)
    assert open_task("ada", tmp_path / "ada.py", moment).submitted_at == moment


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path):
    (tmp_path / "ada.py").mkdir()
    submission = open_task("ada", tmp_path / "ada.py").submission()
    assert submission.unreadable == "ada.py cannot be opened: Is a directory"
    assert submission.sha256 == ""


def test_a_huge_file_is_refused_with_its_true_size_and_hash(tmp_path):
    with (tmp_path / "ada.ipynb").open("wb") as file:
        file.truncate(30 << 20)
    opened = open_task("ada", tmp_path / "ada.ipynb")
    assert "it has 30.0 MB, more than 20 MB" in opened.submission().unreadable
    assert opened.sha256 == hashlib.sha256(bytes(30 << 20)).hexdigest()
    assert opened.data == b""
