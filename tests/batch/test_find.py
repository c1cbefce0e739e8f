"""Whose file is which, and a sentence about each that is nobody's."""

import os

import pytest

from autograder.batch.find import find_submissions


def students(found):
    return [student for student, _ in found.files]


def test_files_and_students_folders_are_found(folder):
    (folder / "kim").mkdir()
    (folder / "kim" / "01_rows.ipynb").write_text("{}")
    (folder / "kim" / "scratch.ipynb").write_text("{}")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "notes.txt").write_text("")
    found = find_submissions([folder], "01_rows")
    assert students(found) == ["ada", "bob", "eve", "kim"]
    assert dict(found.files)["kim"].name == "01_rows.ipynb"
    assert found.problems == ()


def test_two_files_of_one_student_are_both_left_out_and_named(folder):
    (folder / "ada.ipynb").write_text("{}")
    found = find_submissions([folder], "01_rows")
    assert students(found) == ["bob", "eve"]
    (problem,) = found.problems
    assert problem.startswith("ada has 2 files and none was graded; keep one of ")
    assert "ada.py" in problem
    assert "ada.ipynb" in problem


def test_links_and_empty_folders_are_named_and_the_rest_is_found(folder):
    (folder / "mal.py").symlink_to(folder / "ada.py")
    (folder / "lea").mkdir()
    found = find_submissions([folder], "01_rows")
    assert students(found) == ["ada", "bob", "eve"]
    assert [problem.partition(" ")[2] for problem in found.problems] == [
        "handed in no notebook or script",
        "is a link and was not followed; put the file itself there",
    ]


def test_paths_that_are_no_submissions_are_named_and_the_rest_is_found(folder):
    (folder / "essay.pdf").write_text("")
    found = find_submissions([folder / "nobody.ipynb", folder / "essay.pdf", folder / "ada.py"], "01_rows")
    assert students(found) == ["ada"]
    first, second = found.problems
    assert first.endswith("nobody.ipynb does not exist; give notebooks, scripts or a folder of them")
    assert second.endswith("essay.pdf is neither a notebook (.ipynb) nor a script (.py)")


def test_a_file_named_like_the_assignment_belongs_to_its_folders_student(folder):
    for student in ("kim", "lea"):
        (folder / student).mkdir()
        (folder / student / "01_rows.IPYNB").write_text("{}")
    found = find_submissions(sorted(folder.glob("*/*.IPYNB")), "01_rows")
    assert students(found) == ["kim", "lea"]


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
def test_a_name_that_is_no_text_is_said_and_the_rest_is_found(folder):
    (folder / os.fsdecode(b"m\xfcller.py")).write_text("x = 1")
    found = find_submissions([folder], "01_rows")
    assert students(found) == ["ada", "bob", "eve"]
    assert found.problems == ("'m\\udcfcller' is no name in UTF-8; rename the file or folder",)
