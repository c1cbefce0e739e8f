"""The zip for Gradescope: what is in it, and that the course in it is the same one."""

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.errors import AuthoringError, UsageError
from autograder.platforms import gradescope
from autograder.platforms.export import Request


@pytest.fixture
def archive(course, tmp_path):
    (path,) = gradescope.export(Request(course.assignment("01_rows"), tmp_path))
    return zipfile.ZipFile(path)


def test_the_zip_has_its_scripts_at_the_root_and_they_may_be_run(archive):
    for name in ("setup.sh", "run_autograder"):
        assert archive.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert archive.getinfo(name).external_attr >> 16 == 0o755
    assert archive.read("python-version").decode().strip() == f"{sys.version_info.major}.{sys.version_info.minor}"
    (wheel,) = [name for name in archive.namelist() if name.endswith(".whl")]
    assert "autograder/platforms/gradescope_run.py" in zipfile.ZipFile(io.BytesIO(archive.read(wheel))).namelist()


def test_the_command_of_the_page_writes_it(course, commands, tool, tmp_path):
    (command,) = commands("gradescope.md")
    said = tool(command.replace("02_networks", "01_rows").replace("dist", str(tmp_path)), course.root).stdout
    assert said == f"{tmp_path / '01_rows-gradescope.zip'}\n"


def test_no_answer_is_in_it(archive, course):
    names = archive.namelist()
    assert not [name for name in names if "mistakes" in name or "alternatives" in name]
    source = archive.read("course/solutions/01_rows/source.py").decode()
    assert source.startswith("# ---\n")
    assert "def " not in source
    assert archive.read("course/solutions/course.toml") == b'salt = "pepper"\n'


def test_the_exported_course_grades_by_the_same_tests(archive, course, tmp_path):
    archive.extractall(tmp_path / "image")
    copy = Course.find(tmp_path / "image" / "course").assignment("01_rows")
    original = course.assignment("01_rows")
    assert (copy.tests_sha256, copy.course.salt_id) == (original.tests_sha256, original.course.salt_id)
    assert [test.name for test in copy.tests()] == [test.name for test in original.tests()]


def test_the_same_course_gives_the_same_bytes(course, tmp_path):
    made = [gradescope.export(Request(course.assignment("01_rows"), tmp_path / name))[0] for name in "ab"]
    assert made[0].read_bytes() == made[1].read_bytes()


def test_all_versions_are_locked(archive):
    lines = archive.read("requirements.txt").decode().split()
    names = {line.partition("==")[0] for line in lines}
    assert all("==" in line for line in lines)
    assert {"numpy", "pytest", "click", "nbformat", "rich", "pyyaml", "matplotlib", "pluggy"} <= names
    assert not names & {"autograder", "scipy", "scikit-learn", "sqlalchemy"}


def test_a_package_that_is_not_installed_here_is_a_sentence():
    with pytest.raises(
        UsageError, match="the assignment needs no-such-package, which is not installed here: pip install"
    ):
        gradescope.pinned(["no_such_package"])


def test_an_engine_without_its_checkout_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(gradescope, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(UsageError, match="is built from its checkout, but"):
        gradescope.build_wheel()


@pytest.mark.parametrize(
    ("rules", "counts"),
    [("", "latest"), ('[rules]\ncounts = "best"', "best"), ('[rules.01_rows]\ncounts = "first"', "first")],
)
def test_the_rules_of_the_course_say_what_counts(course, monkeypatch, rules, counts):
    file = course.solutions / "course.toml"
    before = file.read_text()
    monkeypatch.setattr(Path, "read_text", _reading(file, f"{before}{rules}\n"))
    settings = json.loads(gradescope.course_files(course.assignment("01_rows"))["course/gradescope.json"])
    assert (settings["counts"], settings["max_score"]) == (counts, 10)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[rules]\ncounts = "worst"', r"course\.toml:2: the rule counts is 'worst', expected one of best, latest"),
        ("rules = 3", r"course\.toml:1: `rules` is no table; write"),
        ("[rules]\n01_rows = 3", r"course\.toml:2: `01_rows` is no table; write \[rules\.01_rows\]"),
    ],
)
def test_rules_that_are_none_are_a_sentence(course, monkeypatch, text, message):
    file = course.solutions / "course.toml"
    monkeypatch.setattr(Path, "read_text", _reading(file, text))
    with pytest.raises(AuthoringError, match=message):
        gradescope.course_files(course.assignment("01_rows"))


def _reading(file, text):
    original = Path.read_text
    return lambda path, **options: text if path == file else original(path, **options)
