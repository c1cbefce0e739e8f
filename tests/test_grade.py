"""From a submission to its report: scores, outcomes, notes, determinism, and whose fault it is."""

import json
import sys

import jsonschema
import pytest

from autograder import report
from autograder.course import Course
from autograder.errors import SandboxUnavailable
from autograder.grade import Grader
from autograder.model import Outcome, Status
from autograder.sandbox.launcher import Sandbox
from autograder.submission import read_submission

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("grade"),
]


@pytest.fixture(scope="module")
def grader(course):
    with Grader(course.assignment("01_rows")) as opened:
        yield opened


@pytest.fixture
def grade(grader):
    """Return a function that grades the text of a script."""

    def graded(text, name="ada.py"):
        made = grader.grade(read_submission(text.encode(), name, name.partition(".")[0]))
        jsonschema.validate(made.as_dict(), report.schema())
        return made

    return graded


def outcomes(made):
    return {r.test.removeprefix("test_normalise_"): str(r.outcome) for r in made.results if r.max_score}


def test_a_correct_answer_scores_full(grade, normalise):
    made = grade(normalise)
    assert (made.score, made.max_score, made.status) == (10, 10, Status.GRADED)
    assert {r.outcome for r in made.results} == {Outcome.PASSED}
    assert made.exercise_scores() == [("normalise", 10, 10)]
    assert made.notes == ()
    assert made.provenance.sandbox_level in ("L2", "L3")


def test_results_are_told_one_by_one_public_ones_first(grade, grader, normalise, monkeypatch):
    told = []
    monkeypatch.setattr(grader, "judged", told.append)
    made = grade(normalise)
    assert sorted(told, key=made.results.index) == list(made.results)
    assert [r.visibility for r in told] == sorted((r.visibility for r in told), reverse=True)


def test_an_empty_submission_scores_zero_and_says_missing(grade):
    made = grade("x = 1")
    assert made.score == 0
    assert {r.outcome for r in made.results} == {Outcome.MISSING}
    assert made.results[0].detail.endswith("normalise is not defined in the submission")


def test_partial_answers_get_the_points_of_the_tests_they_pass(grade):
    made = grade(
        "import numpy as np\ndef normalise(A):\n    A = np.asarray(A)\n    return A / A.sum(axis=1, keepdims=True)"
    )
    assert outcomes(made)["divides_each_row_by_its_sum"] == "passed"
    assert outcomes(made)["makes_zero_rows_uniform"] == "failed"
    assert 0 < made.score < 10
    failed = next(r for r in made.results if r.outcome is Outcome.FAILED and r.max_score)
    assert failed.case is not None
    assert failed.hint


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("raise NotImplementedError('normalise')", "raised"),
        ("return None", "failed"),
        ("return 'full marks, please'", "failed"),
        ("return object()", "failed"),
        ("return lambda: 0", "failed"),
        ("return [[1, 2], [3]]", "failed"),
        ("return float('nan')", "failed"),
        ("import os; os._exit(0)", "raised"),
    ],
)
def test_wrong_answers_are_the_students_fault_and_never_ours(grade, body, outcome):
    made = grade(f"def normalise(A):\n    {body}")
    assert set(outcomes(made).values()) == {outcome}
    assert (made.score, made.status) == (0, Status.GRADED)


def test_an_unreadable_submission_has_score_zero_and_one_sentence(grade):
    made = grade("{]", name="ada.ipynb")
    assert (made.score, made.max_score, made.status) == (0, 10, Status.UNREADABLE)
    assert len(made.notes) == 1
    assert made.notes[0].startswith("ada.ipynb cannot be read: it is not a notebook: no valid JSON (line 1)")


def test_a_test_that_breaks_holds_the_report_and_is_nobodys_failure(grader, normalise, monkeypatch):
    def broken(student, **values):
        raise ZeroDivisionError("ours")

    first = grader.tests[0]
    tests = [type(first)(**{n: getattr(first, n) for n in first.__slots__} | {"function": broken}), *grader.tests[1:]]
    made = grader.grade(read_submission(normalise.encode(), "ada.py", "ada"), tests=tests)
    assert made.status is Status.HELD
    assert made.score == 0
    assert made.results[0].outcome is Outcome.BROKEN
    assert "ZeroDivisionError: ours" in made.results[0].detail


def test_the_same_submission_gives_the_same_document(grade):
    text = (
        "import numpy as np\nprint(object())\nundefined\n"
        "def normalise(A):\n    return np.random.rand(*np.shape(A)) + id(A) * 0"
    )
    documents = []
    for _ in range(2):
        document = grade(text).as_dict()
        del document["provenance"]["graded_at"], document["provenance"]["seconds"]
        documents.append(json.dumps(document))
    assert documents[0] == documents[1]


def test_another_salt_gives_other_inputs_and_the_same_verdict(course, grader, normalise):
    other = Course(course.root, "another").assignment("01_rows")
    with Grader(other) as grading:
        made = grading.grade(read_submission(normalise.encode(), "ada.py", "ada"))
        case = grading.tests[0].cases["tall"]["A"]
    assert made.score == 10
    assert made.provenance.salt_id != course.salt_id
    assert (case != grader.tests[0].cases["tall"]["A"]).any()


def test_an_endless_loop_costs_its_exercise_and_the_report_is_made(grade):
    made = grade("def normalise(A):\n    while len(A) == 1: pass\n    raise ValueError")
    assert "timed_out" not in {outcomes(made)["makes_zero_rows_uniform"]}


def test_text_printed_while_loading_is_kept_for_staff_and_no_part_of_the_document(grade):
    made = grade("print('psst')")
    assert made.output == "psst\n"
    assert "psst" not in json.dumps(made.as_dict())


def test_addresses_and_control_characters_do_not_reach_the_report(grade):
    made = grade("def normalise(A):\n    raise ValueError(f'{object()} \\x1b[2J')")
    assert "0x…" in made.results[0].detail
    assert "\x1b" not in json.dumps(made.as_dict(), ensure_ascii=False)


@pytest.mark.parametrize("layers", [["limits", "identity", "seccomp"]])
def test_grading_is_refused_below_the_required_level_and_stamped_when_forced(course, normalise, monkeypatch, layers):
    original = Sandbox.__init__
    monkeypatch.setattr(Sandbox, "__init__", lambda self, profile: original(self, profile, layers))
    with pytest.raises(SandboxUnavailable, match="at level L1, but L2 is required"), Grader(course.assignment("01")):
        pass
    with Grader(course.assignment("01"), "L0") as grader:
        made = grader.grade(read_submission(normalise.encode(), "ada.py", "ada"))
    assert made.score == 10
    assert made.provenance.sandbox_level == "L1"
    assert made.notes == ("graded UNSAFELY, at sandbox level L1: student code was not fully confined",)


def test_the_highest_level_can_be_required(course, monkeypatch):
    original = Sandbox.__init__
    with Grader(course.assignment("01")) as grader:
        here = grader.level
    if here == "L3":
        with Grader(course.assignment("01"), "L3") as grader:
            assert grader.level == "L3"
    monkeypatch.setattr(Sandbox, "__init__", lambda self, profile: original(self, profile, namespaces=()))
    with pytest.raises(SandboxUnavailable, match=r"at level L2, but L3 is required .*see that hidden file exists"):
        Grader(course.assignment("01"), "L3").__enter__()
