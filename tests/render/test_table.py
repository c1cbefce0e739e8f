"""The table of the class: one row per student, in order, and no formula in it."""

import csv
import io

from autograder.model import Outcome, Provenance, Report, Result
from autograder.render.table import summary_csv

PROVENANCE = Provenance("0.1.0", "0" * 64, "ab12", "L2", "3.11", "2.4", "2030-01-31T12:00:00+00:00", 0.5)


def report(student, outcome=Outcome.PASSED, **changes):
    results = (Result("test_a", "softmax", "A.", outcome, 1.5), Result("test_b", "relu", "B.", Outcome.PASSED, 1.0))
    return Report("02_networks", student, "a.py", "", ("softmax", "relu"), results, PROVENANCE, 2.5, **changes)


def rows(*reports):
    return list(csv.reader(io.StringIO(summary_csv(reports))))


def test_a_row_per_student_sorted_and_a_column_per_exercise():
    text = summary_csv([report("bob", Outcome.FAILED, notes=("cell 1", "cell 2")), report("ada")])
    assert text == (
        "student,status,score,max_score,softmax,relu,notes\n"
        "ada,graded,2.5,2.5,1.5,1.0,\n"
        "bob,graded,1.0,2.5,0.0,1.0,cell 1; cell 2\n"
    )


def test_the_order_of_grading_does_not_matter():
    one, other = report("ada"), report("bob")
    assert summary_csv([one, other]) == summary_csv([other, one])


def test_no_score_is_released_while_a_report_is_held():
    assert rows(report("ada", Outcome.BROKEN))[1][:6] == ["ada", "held", "0.0", "2.5", "0.0", "0.0"]


def test_a_class_of_nobody_is_a_heading():
    assert summary_csv([]) == "student,status,score,max_score,notes\n"


def test_what_students_write_is_no_formula_and_breaks_no_row():
    evil = '=HYPERLINK("http://x")\n"ada",graded,100'
    shown = rows(report(evil, notes=(evil,)))
    assert len(shown) == 2
    assert shown[1][0] == shown[1][-1] == """'=HYPERLINK("http://x") "ada",graded,100"""
