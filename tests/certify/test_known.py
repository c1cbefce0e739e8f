"""Known answers become submissions, and are graded once."""

import sys

import pytest

from autograder.certify.known import affected, failures, is_hidden, of_exercise
from autograder.certify.verdicts import Said
from autograder.model import Outcome

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def test_an_answer_can_change_only_exercises_that_name_it(course):
    assert affected(course.assignment("01"), "normalise") == {"normalise"}


@linux
def test_what_uses_an_exercise_is_reached_by_its_answers(plant):
    second = '\n\n# %% [markdown]\n# ## twice\n\n# %% tags=["exercise"]\ndef twice(A):\n    """Do it twice."""\n'
    assignment = plant("source.py", "\n\n# %% [markdown]\n# **Question.**",
                       f"{second}    return normalise(normalise(A))\n\n\n# %% [markdown]\n# **Question.**")  # fmt: skip
    assert affected(assignment, "normalise") == {"normalise", "twice"}
    assert affected(assignment, "twice") == {"twice"}


def test_failures_are_all_tests_that_were_not_passed():
    verdict = {"a": Said(Outcome.PASSED, ""), "b": Said(Outcome.TIMED_OUT, ""), "c": Said(Outcome.MISSING, "")}
    assert failures(verdict) == {"b", "c"}


@linux
def test_the_examiner_grades_an_answer_once(examiner, monkeypatch):
    mistake, *_ = of_exercise(examiner.assignment.mistakes(), "normalise")
    failed = examiner.failed(mistake)
    assert failed == set(mistake.fails)
    monkeypatch.setattr(examiner.grader, "grade", None)  # it would be called in vain
    assert examiner.failed(mistake) == failed


@linux
def test_hidden_tests_are_those_that_students_do_not_see(examiner):
    assert {test.path.name for test in examiner.hidden("normalise")} == {"test_hidden.py"}
    assert examiner.reached("normalise") == examiner.hidden("normalise")
    assert not all(map(is_hidden, examiner.grader.tests))
    assert examiner.hidden("another") == ()
