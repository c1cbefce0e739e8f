"""Export to otter-grader: what students get, and an autograder that holds nothing."""

import io
import json
import zipfile

import nbformat
import pytest

from autograder.errors import UsageError
from autograder.platforms.export import Request
from autograder.platforms.otter import export, otter_config, public_tests, student_notebook


def test_the_files(rows, tmp_path):
    written = [path.relative_to(tmp_path).as_posix() for path in export(Request(rows, tmp_path))]
    assert written == [
        "student/01_rows.ipynb",
        "student/test_public.py",
        "student/tests/normalise.py",
        "autograder/otter_config.json",
        "autograder.zip",
    ]


def test_the_student_notebook_calls_otters_checks(rows):
    notebook = student_notebook(rows)
    nbformat.validate(notebook)
    assert notebook.cells[0].source == 'import otter\n\ngrader = otter.Notebook("01_rows.ipynb")'
    checks = [cell.source for cell in notebook.cells if cell.id.startswith("check-")]
    assert checks == ['grader.check("normalise")']


def test_test_files_hold_a_case_for_each_public_test(rows):
    (text,) = public_tests(rows).values()
    compile(text, "normalise.py", "exec")
    assert text.count("@test_case(name='") == 2
    assert "demand('normalise', 'test_normalise_on_a_small_example', env)" in text
    assert "makes_zero_rows" not in text


def test_the_zip_names_the_plugin_and_holds_no_test(rows, tmp_path):
    export(Request(rows, tmp_path))
    archive = zipfile.ZipFile(tmp_path / "autograder.zip")
    assert sorted(archive.namelist()) == ["otter_config.json", "tests/README.md"]
    config = json.loads(archive.read("otter_config.json"))
    assert config == otter_config(rows)
    ((name, facts),) = config["plugins"][0].items()
    assert name == "autograder.platforms.otter_plugin.Engine"
    assert facts == {"course": str(rows.course.root), "assignment": "01_rows"}
    text = io.BytesIO((tmp_path / "autograder.zip").read_bytes()).getvalue()
    assert b"uniform" not in text


def test_exporting_again_gives_the_same_bytes_and_overwrites_nothing_else(rows, tmp_path):
    assert export(Request(rows, tmp_path)) == export(Request(rows, tmp_path))
    (tmp_path / "autograder.zip").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"autograder\.zip exists with other content"):
        export(Request(rows, tmp_path))
