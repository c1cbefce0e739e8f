"""The table of the class: one row per student, what counts and what was earned, and no formula in it."""

import csv
import io

from autograder.model import Standing
from autograder.render.table import standings_csv


def standing(student, score=2.5, **changes):
    exercises = (("softmax", score - 1, 1.5), ("relu", 1.0, 1.0))
    values = {"exercises": exercises, "earned": score, "submitted_at": "2030-01-31T12:00:00+00:00"}
    return Standing(student, "graded", score, 2.5, **values | changes)


def rows(*standings):
    return list(csv.DictReader(io.StringIO(standings_csv(standings))))


def test_a_row_per_student_in_order_and_a_column_per_exercise():
    text = standings_csv([standing("ada"), standing("bob", 1.0, notes=("cell 1", "cell 2"))])
    assert text == (
        "student,status,score,max_score,softmax,relu,earned,days_late,attempt,attempts,submitted_at,notes\n"
        "ada,graded,2.5,2.5,1.5,1.0,2.5,0,1,1,2030-01-31T12:00:00+00:00,\n"
        "bob,graded,1.0,2.5,0.0,1.0,1.0,0,1,1,2030-01-31T12:00:00+00:00,cell 1; cell 2\n"
    )


def test_columns_of_the_roster_are_there_if_anyone_has_them():
    first, second = rows(standing("ada", name="Ada", section="A"), standing("bob"))
    assert (first["name"], first["email"], first["section"]) == ("Ada", "", "A")
    assert second["name"] == ""


def test_what_is_missing_is_empty():
    first, second = rows(standing("ada"), Standing("bob", "missing", 0.0, 2.5, attempt=0, attempts=0))
    assert (second["softmax"], second["status"], second["submitted_at"]) == ("", "missing", "")
    assert first["softmax"] == "1.5"


def test_a_class_of_nobody_is_a_heading():
    assert standings_csv([]).startswith("student,status,score,max_score,earned,")


def test_what_students_write_is_no_formula_and_breaks_no_row():
    evil = '=HYPERLINK("http://x")\n"ada",graded,100'
    (shown,) = rows(standing(evil, notes=(evil,), name=evil))
    assert shown["student"] == shown["notes"] == shown["name"] == """'=HYPERLINK("http://x") "ada",graded,100"""
