"""Inside the container: there are results whatever happens, and they say whose fault it was."""

import json
import sys

import pytest

from autograder.platforms import gradescope_run
from autograder.platforms.gradescope import course_files
from autograder.platforms.gradescope_run import (
    GRADED,
    HELD,
    Container,
    Metadata,
    grade,
    guarded,
    main,
    read_metadata,
    self_test,
    supervise,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def container(tmp_path, course):
    """A container into which the small course was exported; nothing is handed in yet."""
    for name, content in course_files(course.assignment("01_rows")).items():
        path = tmp_path / "opt" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "submission").mkdir()
    return Container(tmp_path, tmp_path / "opt" / "course")


@pytest.fixture
def settings(container):
    def change(**changes):
        file = container.course / "gradescope.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return change


def results(container):
    return json.loads(container.results.read_text())


def earlier(container, *scores):
    previous = [{"submission_time": f"2026-11-0{i}", "score": s} for i, s in enumerate(scores, 1)]
    (container.root / "submission_metadata.json").write_text(json.dumps({"previous_submissions": previous}))


def script(text):
    return [sys.executable, "-c", text]


def test_metadata_are_read_as_gradescope_writes_them(tmp_path):
    path = tmp_path / "metadata.json"
    path.write_text(
        json.dumps(
            {
                "users": [{"email": "ada@school.edu", "id": 1}, {"id": 2}],
                "assignment": {"total_points": "100.0"},
                "previous_submissions": [
                    {"submission_time": "2026-11-03", "score": 3.0},
                    {"submission_time": "2026-11-01", "score": "1.5", "autograder_error": False},
                    {"submission_time": "2026-11-02", "score": 9.0, "autograder_error": True},
                    {"submission_time": "2026-11-04", "score": None},
                ],
            }
        )
    )
    assert read_metadata(path) == Metadata("ada@school.edu 2", (1.5, 3.0), 100.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"users": 3, "assignment": [], "previous_submissions": [1, {"score": "x"}, {"score": "nan"}]}',
        "\ufffe",
    ],
)
def test_damaged_metadata_are_unknown(tmp_path, text):
    (tmp_path / "m.json").write_text(text)
    assert read_metadata(tmp_path / "m.json") == read_metadata(tmp_path / "none.json") == Metadata()


def test_results_of_a_grading_that_ends_well_are_left_alone(container):
    text = f"import pathlib; pathlib.Path({str(container.results)!r}).write_text('[1]')"
    assert supervise(container, script(text)) == GRADED
    assert results(container) == [1]


@pytest.mark.parametrize("end", ["raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_a_grading_that_dies_is_our_fault_whatever_it_left(container, end, capfd):
    earlier(container, 4.0)
    text = f"import pathlib; pathlib.Path({str(container.results)!r}).write_text('[1]'); {end}"
    supervise(container, script(text))
    assert "through no fault of yours" in results(container)["output"]
    assert results(container)["score"] == 4
    assert "grading ended with exit code" in capfd.readouterr().out


def test_at_the_end_of_the_time_what_was_judged_stands_and_all_processes_end(container, settings, capfd):
    settings(seconds=2)
    supervise(container, ["sh", "-c", f"echo '[1]' >'{container.results}'; sleep 600"])
    assert results(container) == [1]
    assert "grading was stopped after 2 s" in capfd.readouterr().out


def test_what_only_the_grader_needs_is_hidden_from_other_users(container):
    earlier(container, 1.0)
    supervise(container, script("pass"))
    solutions = container.course / "solutions"
    for place in (solutions, container.submission, container.metadata, container.results.parent):
        assert place.stat().st_mode & 0o077 == 0


def test_there_are_results_before_anything_else(container):
    (container.course / "gradescope.json").unlink()
    assert guarded(lambda: supervise(container, [])) == HELD
    assert "through no fault of yours" in results(container)["output"]


@linux
def test_a_submission_is_graded_and_staff_read_the_whole_report(container, normalise, capfd):
    (container.submission / "01_rows.py").write_text(normalise)
    (container.root / "submission_metadata.json").write_text('{"assignment": {"total_points": 50}}')
    assert grade(container) == GRADED
    assert results(container)["score"] == 10
    said = capfd.readouterr().out
    assert "10 of 10" in said
    assert "is worth 50 points on Gradescope, but 10 here" in said


@linux
def test_results_are_complete_up_to_every_test(container, normalise, monkeypatch):
    (container.submission / "01_rows.py").write_text(normalise)
    written = []
    monkeypatch.setattr(Container, "put", lambda self, results: written.append(results))
    grade(container)
    judged = [sum("status" in entry for entry in one["tests"]) for one in written]
    assert judged == [*range(1, len(judged)), len(judged) - 1]
    assert {len(one["tests"]) for one in written} == {len(judged) - 1}
    assert "1 of " in written[0]["output"]
    assert written[-1]["output"] == ""


@linux
def test_nothing_handed_in_is_zero_points_and_says_what_to_do(container):
    assert grade(container) == GRADED
    assert results(container)["score"] == 0
    assert "hand in 01_rows.ipynb" in results(container)["output"]


@linux
def test_the_best_submission_counts_where_the_rules_say_so(container, settings):
    settings(counts="best")
    earlier(container, 6.0)
    grade(container)
    assert results(container)["score"] == 6


@linux
def test_a_test_of_ours_that_breaks_holds_the_results(container, normalise):
    hidden = container.course / "solutions" / "01_rows" / "test_hidden.py"
    hidden.write_text(hidden.read_text().replace("np.stack", "np.stakc"))
    (container.submission / "01_rows.py").write_text(normalise)
    assert grade(container) == HELD
    assert results(container)["tests"] == []


@linux
def test_a_container_that_cannot_confine_is_refused(container, monkeypatch, capsys):
    monkeypatch.setattr("autograder.grade.level", lambda stopped: "L0")
    assert guarded(lambda: grade(container)) == HELD
    assert "at level L0, but L1 is required" in capsys.readouterr().out


@linux
def test_the_self_test_names_the_level(container, capsys):
    assert self_test(container) == GRADED
    assert "ready for 01_rows; student code is confined at level L" in capsys.readouterr().out


def test_a_surprise_is_ours(capsys):
    assert guarded(lambda: 1 // 0) == HELD
    assert "ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "name"), [(["grade"], "grade"), (["self-test"], "self_test"), ([], "supervise")])
def test_the_words_say_what_to_do(monkeypatch, words, name):
    monkeypatch.setattr(gradescope_run, name, lambda *given: 7)
    assert main(words) == 7
