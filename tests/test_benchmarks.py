"""The benchmarks measure what they say: their submissions are worth what they claim, and misses are called misses."""

import json
import sys
from pathlib import Path

import pytest

from autograder.batch.task import Task
from autograder.course import Course
from autograder.grade import Grader
from autograder.submission import read_submission
from benchmarks import bare, measure, report
from benchmarks.machine import Others
from benchmarks.peers import answers, checks

FIVE = Path(answers.__file__).parent / "course"

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture(scope="module")
def five():
    return Course.find(FIVE).assignment("01_five")


def every_answer():
    """Return for each function and each of its answers: name, source, is it right."""
    for kind, right in ((answers.RIGHT, True), (answers.WRONG, False)):
        for name, bodies in kind.items():
            for number, body in enumerate(bodies):
                yield pytest.param(name, answers.function(name, body), right, id=f"{name}-{right}-{number}")


@pytest.mark.parametrize(("name", "source", "right"), list(every_answer()))
def test_the_peers_assertions_tell_right_answers_from_wrong_ones(name, source, right):
    namespace = {}
    exec(f"import numpy as np\n{source}", namespace)
    if right:
        exec(checks.PUBLIC[name] + "\n" + checks.HIDDEN[name], namespace)
    else:
        with pytest.raises((AssertionError, NameError, NotImplementedError, ValueError)):
            exec(checks.HIDDEN[name], namespace)


@linux
def test_our_tests_give_synthetic_submissions_the_scores_they_claim(five):
    students = list(answers.submissions(20))
    with Grader(five) as grader:
        graded = {
            each.student: grader.grade(Task(each.student, "a.py", "", answers.script(each).encode()).submission()).score
            for each in students
        }
    assert graded == {each.student: each.score for each in students}
    assert len({answers.script(each) for each in students}) == 20


def test_the_bare_time_is_that_of_right_submissions_only(five):
    first, *others = answers.submissions(10)
    cost = bare.bare_cost(five, read_submission(answers.script(first).encode(), "a.py", "a"))
    assert 0 < cost.seconds < 5
    assert 0 < cost.tests_seconds < 5
    assert cost.questions >= len(five.tests())
    wrong = next(each for each in others if each.score < 10)
    with pytest.raises(AssertionError, match=r"w\.py does not pass test_\w+"):
        bare.bare_cost(five, read_submission(answers.script(wrong).encode(), "w.py", "w"))


@linux
def test_a_command_is_measured_with_all_below_it(tmp_path):
    burn = "import time; t = time.process_time()\nwhile time.process_time() < t + 0.3: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    cost = measure.measure([sys.executable, "-c", child], tmp_path)
    assert 0.3 <= cost.cpu < 3
    assert cost.memory_mb > 5
    with pytest.raises(measure.CommandFailed, match="ended with 3: no"):
        measure.measure([sys.executable, "-c", "print('no'); raise SystemExit(3)"], tmp_path)


def test_costs_add_up_except_for_memory():
    assert measure.total([measure.Cost(1, 2, 30), measure.Cost(4, 5, 20)]) == measure.Cost(5, 7, 30)


# ---- the page --------------------------------------------------------------------------------------------------


def classes(milliseconds, grown=0.0, later=1.0):
    """Return measurements of classes whose submissions cost so much."""
    return [
        {
            "set_up": set_up, "submissions": size, "wall_s": size * milliseconds / 1e3,
            "cpu_s": milliseconds / 1e3 * (size if size <= 1000 else 1000 + later * (size - 1000)), "memory_mb": 100.0,
            "peaks_mb": {"command": 90.0, "driver": 80.0 + grown * (size > 1000)},
        }
        for set_up in ("1 worker", "2 workers")
        for size in (10, 100, 1000, 10_000)
    ]  # fmt: skip


def verdicts(classes):
    return {row[0].split(" from")[0].split(",")[0]: row[3] for row in report.targets({"scaling": {"figures": classes}})}


def test_targets_that_are_met_and_missed():
    assert set(verdicts(classes(20)).values()) == {"met"}
    assert verdicts(classes(60))["five functions"] == "**missed**"
    assert verdicts(classes(20, grown=11))["memory of a driver"] == "**missed**"
    assert verdicts(classes(20, later=1.2))["cost of one more submission"] == "**missed**"


def test_figures_of_a_busy_machine_judge_nothing():
    results = json.loads(report.RESULTS.read_text())
    for others, judged in ((0.3, False), (0.01, True)):
        page = report.page({"limit": results["limit"] | {"others": others}})
        assert ("| one warm verdict |" in page) is judged
        assert (report.UNJUDGED in page) is not judged


def test_our_own_work_is_not_that_of_others(monkeypatch):
    ticks = iter([(10.0, 90.0, 5.0), (19.0, 101.0, 11.0)])  # of 20 s in all, 9 busy, 6 of them with us
    monkeypatch.setattr("benchmarks.machine._ticks", lambda: next(ticks))
    assert Others().share() == 0.15


def test_pushes_are_judged_by_what_300_would_take():
    steps = {name: {"wall_s": 2.5, "cpu_s": 1.0} for name in ("fetch", "grade", "record", "post")}
    figures = {"assignment": "02_networks", "pushes": 30, "steps": steps}
    ((what, wanted, measured, verdict),) = report.targets({"push": {"figures": figures}})
    assert (what, wanted, measured, verdict) == ("draining 300 pushes", "< 180 s", "100 s", "met")
    steps["grade"]["wall_s"] = 20.0
    assert report.targets({"push": {"figures": figures}})[0][3] == "**missed**"


def test_a_verdict_is_compared_with_the_bare_time():
    five = {"graded_ms": 16.5, "p95_ms": 151.0, "bare_ms": 0.5}
    limit = {"five": five, "real": {"05_svm": {"over_ms": 61.0}}}
    rows = report.targets({"limit": {"figures": limit}})
    assert [row[3] for row in rows] == ["**missed**"] * 3
    assert rows[0][1] == "≤ 2 × bare + 15 ms = 16.0 ms"


def test_the_page_is_what_its_figures_make(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", ["report", "--check"])
    report.main()
    page = tmp_path / "page.md"
    page.write_text(report.PAGE.read_text() + "better figures\n")
    monkeypatch.setattr(report, "PAGE", page)
    with pytest.raises(SystemExit, match="is not what its figures make"):
        report.main()
