"""A class: which files count, what is written, what is graded again."""

import csv
import hashlib
import json
import sys

import pytest

from autograder.batch import Results, find_submissions, grade_all, open_submission
from autograder.errors import UsageError

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def folder(tmp_path, normalise):
    (tmp_path / "class").mkdir()
    for name, text in {"ada.py": normalise, "bob.py": "x = 1", "eve.ipynb": "no notebook"}.items():
        (tmp_path / "class" / name).write_text(text)
    return tmp_path / "class"


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


def test_a_folder_of_nbgraders_submissions_is_taken_as_it_lies(folder):
    for name in ("01_rows", "02_more"):
        (folder / "kim" / name).mkdir(parents=True)
        (folder / "kim" / name / f"{name}.ipynb").write_text("{}")
    found = find_submissions([folder], "01_rows")
    assert dict(found.files)["kim"] == folder / "kim" / "01_rows" / "01_rows.ipynb"
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


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path):
    (tmp_path / "ada.py").mkdir()
    assert open_submission("ada", tmp_path / "ada.py").unreadable == "ada.py cannot be opened: Is a directory"


def test_a_huge_file_is_refused_with_its_true_size_and_hash(tmp_path):
    with (tmp_path / "ada.ipynb").open("wb") as file:
        file.truncate(30 << 20)
    opened = open_submission("ada", tmp_path / "ada.ipynb")
    assert "it has 30.0 MB, more than 20 MB" in opened.unreadable
    assert opened.sha256 == hashlib.sha256(bytes(30 << 20)).hexdigest()


@linux
@pytest.mark.parametrize("workers", [1, 2])
def test_results_are_written_and_only_what_changed_is_graded_again(course, folder, tmp_path, workers):
    out = tmp_path / "out"
    found = find_submissions([folder], "01_rows")

    def run():
        told = []
        reports = grade_all(
            course, "01_rows", found.files,
            require_level="L2", workers=workers, results=Results(out), done=lambda r: told.append(r.student),
        )  # fmt: skip
        assert sorted(told) == ["ada", "bob", "eve"]
        return reports

    assert [(r.student, r.score) for r in run()] == [("ada", 10), ("bob", 0), ("eve", 0)]
    rows = list(csv.DictReader((out / "summary.csv").read_text().splitlines()))
    assert [row["score"] for row in rows] == ["10.0", "0.0", "0.0"]
    assert rows[2]["status"] == "unreadable"
    assert "Score: 10 of 10" in (out / "feedback" / "ada.md").read_text()

    before = {p.name: p.stat().st_mtime_ns for p in out.glob("*.json")}
    (folder / "bob.py").write_text("print('new')\ny = 2")
    run()
    after = {p.name: p.stat().st_mtime_ns for p in out.glob("*.json")}
    assert {name for name in before if before[name] != after[name]} == {"bob.json"}
    assert (out / "output" / "bob.txt").read_text() == "new\n"


@linux
def test_a_damaged_stored_report_is_made_again(course, folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "ada.json").write_text('{"schema": 1')
    files = [("ada", folder / "ada.py")]
    grade_all(course, "01_rows", files, require_level="L2", workers=1, results=Results(out))
    assert json.loads((out / "ada.json").read_text())["score"] == 10


@linux
def test_a_folder_that_cannot_be_written_is_one_sentence(course, folder, tmp_path):
    (tmp_path / "out").write_text("a file")
    files = [("ada", folder / "ada.py")]
    with pytest.raises(UsageError, match=r"ada\.json cannot be written: .*; what was written before is kept"):
        grade_all(course, "01_rows", files, require_level="L2", workers=1, results=Results(tmp_path / "out"))


@linux
def test_the_table_keeps_students_of_earlier_runs(course, folder, tmp_path):
    for student in ("ada", "bob"):
        files = [(student, folder / f"{student}.py")]
        grade_all(course, "01_rows", files, require_level="L2", workers=1, results=Results(tmp_path / "out"))
    rows = list(csv.DictReader((tmp_path / "out" / "summary.csv").read_text().splitlines()))
    assert [row["student"] for row in rows] == ["ada", "bob"]


@linux
def test_a_report_made_below_the_required_level_is_made_again(course, folder, tmp_path, monkeypatch):
    out, files = tmp_path / "out", [("ada", folder / "ada.py")]
    with monkeypatch.context() as patched:
        patched.setattr("autograder.grade.level", lambda stopped: "L1")
        (unsafe,) = grade_all(course, "01_rows", files, require_level="L0", workers=1, results=Results(out))
    (safe,) = grade_all(course, "01_rows", files, require_level="L2", workers=1, results=Results(out))
    assert (unsafe.provenance.sandbox_level, safe.provenance.sandbox_level) == ("L1", "L2")
    assert safe.notes == ()
