"""Plain tables: read back with the csv module, every number is exact and every absence is an absence."""

import csv
import io

import pytest

from autograder.platforms import tables
from autograder.platforms.export import Request


def read(text):
    rows = list(csv.DictReader(io.StringIO(text)))
    return {row.get("student") or row["student_id"]: row for row in rows}


@pytest.fixture
def line(grades):
    return list(grades.values())


def test_totals_keep_zero_missing_excused_and_held_apart_and_the_penalty_in_its_column(line):
    rows = read(tables.totals(line, 10.0))
    columns = ("status", "score", "late_penalty", "final_score", "max_score")
    assert {name: tuple(row[c] for c in columns) for name, row in rows.items()} == {
        "ada": ("graded", "10", "0", "10", "10"),
        "zhang": ("graded", "7.5", "1.25", "6.25", "10"),
        "zero": ("graded", "0", "0", "0", "10"),
        "ill": ("excused", "", "", "", "10"),
        "gone": ("missing", "", "", "", "10"),
        "held": ("held", "", "", "", "10"),
        "evil": ("graded", "3", "0", "3", "10"),
    }


def test_names_come_back_as_they_are_but_for_formulas(line, grades):
    rows = read(tables.totals(line, 10.0))
    for name in ("ada", "zhang", "gone"):
        assert rows[name]["name"] == grades[name].person.name
    assert rows["evil"]["name"] == f"'{grades['evil'].person.name}"


def test_exercises_have_a_column_each(line):
    rows = read(tables.exercises(line))
    assert (rows["zhang"]["softmax"], rows["zhang"]["relu"]) == ("0", "7.5")
    assert {rows[name]["relu"] for name in ("ill", "gone", "held")} == {""}


def test_tests_have_a_row_each(line):
    rows = list(csv.DictReader(io.StringIO(tables.tests(line))))
    assert len(rows) == 4 * 4
    ada = {row["test"]: (row["exercise"], row["outcome"], row["score"], row["max_score"]) for row in rows[:4]}
    assert ada["test_softmax"] == ("softmax", "passed", "2.5", "2.5")
    assert ada["test_public"] == ("relu", "failed", "0", "0")


def test_nbgraders_columns_are_those_of_its_own_export(line):
    text = tables.nbgrader(line, "01_rows", 10.0)
    assert text.startswith(
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
        "raw_score,late_submission_penalty,score,max_score\n"
    )
    rows = read(text)
    assert [float(rows["zhang"][c]) for c in ("raw_score", "late_submission_penalty", "score", "max_score")] == [
        7.5, 1.25, 6.25, 10,
    ]  # fmt: skip
    assert rows["zero"]["score"] == "0"
    assert rows["gone"]["score"] == rows["gone"]["timestamp"] == ""
    assert rows["ada"]["timestamp"] == "2030-01-31T13:00:00+01:00"


def test_the_exports_write_new_files_and_the_same_again(course, results, roster, tmp_path):
    assignment = course.assignment("01_rows")
    request = Request(assignment, tmp_path / "tables", results, roster=roster)
    written = tables.export(request)
    assert [path.name for path in written] == ["totals.csv", "exercises.csv", "tests.csv"]
    assert tables.export(request) == written
    (path,) = tables.export_nbgrader(Request(assignment, tmp_path / "nbgrader.csv", results, roster=roster))
    assert read(path.read_text(encoding="utf-8"))["ada"]["score"] == "10"


def test_no_cell_of_ours_begins_a_formula(line):
    for text in (
        tables.totals(line, 10.0),
        tables.exercises(line),
        tables.tests(line),
        tables.nbgrader(line, "a", 10.0),
    ):
        assert not [
            c for row in csv.reader(io.StringIO(text)) for c in row if c.lstrip().startswith(("=", "+", "-", "@"))
        ]
