"""The students' repository: what is in it, what is refused, and that the real course holds no secret in public."""

import zipfile
from pathlib import Path

import pytest

from autograder import __version__
from autograder.course import Course
from autograder.errors import UsageError
from autograder.leaks import leaks, secrets_of
from autograder.publish import Leaks, publish

ROOT = Path(__file__).parents[1]


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / f"autograder-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(ROOT / "autograder" / "model.py", "autograder/model.py")
        archive.writestr(f"autograder-{__version__}.dist-info/METADATA", "Name: autograder")
    return path


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_students_get(course, wheel, tmp_path):
    kit = tmp_path / "kit"
    publish(course, (), kit, wheel)
    assert names(kit) == {
        ".github/workflows/check.yml", "01_rows/01_rows.ipynb", "01_rows/test_public.py", "README.md",
        f"wheel/{wheel.name}",
    }  # fmt: skip
    readme = (kit / "README.md").read_text()
    assert "[01_rows](01_rows/01_rows.ipynb)" in readme
    assert (kit / "01_rows/01_rows.ipynb").read_bytes() == (course.released / "01_rows/01_rows.ipynb").read_bytes()
    workflow = (kit / ".github/workflows/check.yml").read_text()
    assert "permissions: {}" in workflow
    assert "secrets." not in workflow


def test_publishing_again_changes_nothing_and_leaves_other_files_alone(course, wheel, tmp_path):
    kit = tmp_path / "kit"
    publish(course, ("01",), kit, wheel)
    (kit / "LICENSE").write_text("mine")
    (kit / ".git").mkdir()
    (kit / ".git" / "index").write_text(course.salt)
    before = {path: path.stat().st_mtime_ns for path in kit.rglob("*") if path.is_file()}
    (kit / "README.md").write_text("changed")
    publish(course, ("01",), kit, wheel)
    assert "01_rows" in (kit / "README.md").read_text()
    after = {path: path.stat().st_mtime_ns for path in before}
    assert {path.name for path in before if before[path] != after[path]} == {"README.md"}


def test_a_secret_that_lies_in_the_folder_stops_everything(course, wheel, tmp_path):
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "notes.txt").write_text(f"the salt is {course.salt}")
    with pytest.raises(
        Leaks, match=r"nothing was written, since 1 secrets would reach students:\n  notes.txt holds the c"
    ):
        publish(course, (), kit, wheel)
    assert names(kit) == {"notes.txt"}


def test_a_secret_that_the_build_would_let_through_stops_everything(course, wheel, tmp_path, monkeypatch):
    released = course.released / "01_rows" / "test_public.py"
    monkeypatch.setattr("autograder.publish.files_of", lambda a: {released: f"SALT = {course.salt!r}".encode()})
    with pytest.raises(Leaks, match=r"01_rows/test_public\.py holds the course's salt"):
        publish(course, (), tmp_path / "kit", wheel)
    assert not (tmp_path / "kit").exists()


def test_a_wheel_that_holds_more_than_the_engine_is_refused(course, wheel, tmp_path):
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("reference/svm.py", "x = 1")
    with pytest.raises(Leaks, match="holds more than the engine: reference"):
        publish(course, (), tmp_path / "kit", wheel)


def test_no_wheel(course, tmp_path):
    with pytest.raises(
        UsageError, match=r"is no wheel; make one with `python -m pip wheel --no-deps -w dist \.`, or give"
    ):
        publish(course, (), tmp_path / "kit")


@pytest.mark.parametrize("place", [".", "solutions", "solutions/01_rows", ".."])
def test_the_course_itself_is_no_place(course, wheel, place):
    with pytest.raises(UsageError, match="is or holds the course itself; give a folder"):
        publish(course, (), (course.root / place).resolve(), wheel)


def test_nothing_in_the_assignments_of_this_course_is_secret():
    course = Course.find(ROOT)
    secrets = secrets_of(course)
    assert len(secrets.lines) > 1000
    assert len(secrets.answers) > 100
    files = [path for path in course.released.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > 20
    assert [leak for path in files for leak in leaks(secrets, path.name, path.read_bytes())] == []
