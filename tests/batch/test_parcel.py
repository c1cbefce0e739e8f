"""A parcel holds what grading reads, no more, and makes the same course elsewhere."""

import zipfile
from io import BytesIO

from autograder.batch.parcel import pack, unpack
from autograder.course import Course


def names(parcel):
    return zipfile.ZipFile(BytesIO(parcel)).namelist()


def test_what_is_unpacked_grades_like_what_was_packed(course, tmp_path):
    ours = course.assignment("01_rows")
    unpack(pack(ours), tmp_path)
    theirs = Course.find(tmp_path).assignment("01_rows")
    assert (theirs.tests_sha256, theirs.course.salt_id) == (ours.tests_sha256, ours.course.salt_id)
    assert [test.cases.keys() for test in theirs.tests()] == [test.cases.keys() for test in ours.tests()]
    assert theirs.public.is_dir()


def test_the_salt_of_the_environment_travels(course, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_SALT", 'a "salt" of ünusual letters')
    parcel = pack(Course.find(course.root).assignment("01_rows"))
    monkeypatch.delenv("AUTOGRADER_SALT")
    unpack(parcel, tmp_path)
    assert Course.find(tmp_path).salt == 'a "salt" of ünusual letters'


def test_other_assignments_and_caches_stay_at_home(course, tmp_path):
    unpack(pack(course.assignment("01_rows")), tmp_path)
    (tmp_path / "solutions" / "02_other").mkdir()
    (tmp_path / "solutions" / "02_other" / "source.py").write_text("")
    for cache in ("__pycache__", ".ipynb_checkpoints"):
        (tmp_path / "solutions" / "01_rows" / cache).mkdir()
        (tmp_path / "solutions" / "01_rows" / cache / "test_hidden.pyc").write_text("")
    again = pack(Course.find(tmp_path).assignment("01_rows"))
    assert again == pack(course.assignment("01_rows"))
    assert "solutions/01_rows/test_hidden.py" in names(again)
