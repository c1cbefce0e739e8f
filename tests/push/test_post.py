"""All steps together against the fake GitHub: what is recorded and posted, and what a rerun and a forger change."""

import json
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
NOTEBOOK, LATE = "01_rows/01_rows.py", "2026-10-09T21:59:01Z"
RENAMED = {"01_rows/mine.py": "x = 1"}  # tells a row and a check run, and costs no grading
WRONG = "import numpy as np\n\n\ndef normalise(A):\n    print('@everyone <b>')\n    return A / 2\n"


def said(told):
    return {line.student or line.said: line.said for line in told}


def test_a_class_is_graded_once_and_a_rerun_changes_nothing(run, hand_in, simulator):
    hand_in("ada")
    hand_in("bob", {NOTEBOOK: WRONG}, LATE)
    hand_in("cem", {"01_rows/mine.py": WRONG})
    recorded, posted = run.all()
    assert said(recorded) == {
        "ada": "10 of 10", "bob": "0 of 10, late",
        "cem": "01_rows/01_rows.ipynb is not there, only mine.py; give the notebook its name back",
    }  # fmt: skip
    assert said(posted) == {"ada": "posted", "bob": "posted", "cem": "posted"}
    (ada,), (bob,), (cem,) = (simulator.runs(f"course/{name}") for name in ("ada", "bob", "cem"))
    assert [run["conclusion"] for run in (ada, bob, cem)] == ["success", "failure", "neutral"]
    assert bob["output"]["title"] == "0 of 10 (late)"
    assert bob["output"]["annotations"][0]["start_line"] == 4
    assert "give the notebook its name back" in cem["output"]["summary"]
    before, requests = run.files(), [request[0] for request in simulator.requests]
    assert run.all() == ([], [])
    assert run.files() == before
    assert len(simulator.runs("course/ada")) == 1
    assert "POST" not in [method for method, path, _ in simulator.requests[len(requests) :] if "check-runs" in path]


def test_the_last_push_on_time_counts_and_every_push_is_kept(run, hand_in, normalise):
    hand_in("ada", {NOTEBOOK: WRONG}, "2026-10-01T00:00:00Z")
    counts = hand_in("ada", {NOTEBOOK: normalise}, "2026-10-02T00:00:00Z")
    hand_in("ada", {NOTEBOOK: WRONG}, LATE)
    hand_in("bob", {NOTEBOOK: WRONG}, LATE)
    hand_in("cem", {"x": "y"})
    run.all()
    files = run.files()
    header, *rows = files["grades.csv"].decode().splitlines()
    assert header == "student,assignment,status,score,max_score,late,pushed_at,sha,repository"
    assert rows[0] == f"ada,01_rows,graded,10.0,10.0,on time,2026-10-02T00:00:00Z,{counts},course/ada"
    assert rows[1].startswith("bob,01_rows,graded,0.0,10.0,late,")
    assert rows[2].startswith("cem,01_rows,not graded,,,on time,")
    assert json.loads(files["01_rows/ada.json"])["score"] == 10
    assert files["01_rows/summary.csv"].decode().count("\n") == 3
    assert sum(name.startswith("01_rows/pushes/ada/") for name in files) == 3


def test_the_rules_say_which_push_counts_and_for_how_much_also_afterwards(run, hand_in, normalise, rules):
    rules("due = 2026-10-09T21:59:00Z\ncounts = 'best'\nlate_per_day = 0.25")
    late = hand_in("ada", {NOTEBOOK: normalise}, LATE)
    last = hand_in("ada", {NOTEBOOK: WRONG}, "2026-10-12T00:00:00Z")
    run.all()

    def counts():
        return run.files()["grades.csv"].decode().splitlines()[1].split(",")[2:8]

    assert counts() == ["graded", "7.5", "10.0", "late", LATE, late]
    rules("due = 2026-10-13T00:00:00Z")
    run.records.settle(run.course)
    assert counts() == ["graded", "0.0", "10.0", "on time", "2026-10-12T00:00:00Z", last]


def test_a_push_during_grading_is_taken_up_by_the_next_run(run, hand_in):
    hand_in("ada", {NOTEBOOK: WRONG}, "2026-10-01T00:00:00Z")
    queue = run.fetch()
    hand_in("ada", when="2026-10-01T00:00:00Z")
    run.grade(queue)
    assert said(run.record(queue)) == {"ada": "0 of 10"}
    run.post(queue)
    assert said(run.all()[0]) == {"ada": "10 of 10"}


def test_nothing_that_a_student_can_forge_counts(run, hand_in, simulator):
    """A result file in the repository, a status, and a check run of the student's own edited workflow."""
    forged = json.dumps({"score": 10, "max_score": 10, "status": "graded"})
    sha = hand_in("eve", {
        NOTEBOOK: WRONG, "01_rows/eve.json": forged, "results/grades.csv": "eve,01_rows,graded,10,10\n",
        "queue.json": forged, ".github/workflows/check.yml": "on: push\njobs: {}\n",
    })  # fmt: skip
    repository = simulator.repository("course/eve")
    repository.statuses.append({"sha": sha, "state": "success", "context": "autograder / 01_rows"})
    queue = run.fetch()
    repository.runs.append({
        "id": 1, "name": "autograder / 01_rows", "head_sha": sha, "status": "completed", "conclusion": "success",
        "external_id": queue.items[0].identity, "app": {"id": 15368}, "output": {"title": "10 of 10"},
    })  # fmt: skip
    recorded, posted = run.all()
    assert said(recorded) == {"eve": "0 of 10"}
    assert said(posted) == {"eve": "posted"}
    assert [run["output"]["title"] for run in simulator.runs("course/eve")] == ["0 of 10"]


def test_what_the_grading_machine_forges_is_rejected_and_graded_again(run, hand_in, simulator):
    hand_in("ada")
    hand_in("eve", {NOTEBOOK: WRONG})
    queue = run.fetch()
    run.grade(queue)
    eve = queue.items[1]
    path = run.documents / f"{eve.key}.json"
    path.write_text(path.read_text().replace('"score": 0.0', '"score": 10.0'))
    (run.documents / "bob.01_rows.json").write_text("{}")
    recorded = run.record(queue)
    assert said(recorded) == {
        "ada": "10 of 10",
        "eve": "rejected: its scores, status and results contradict each other",
        "rejected: bob.01_rows.json belongs to nothing that was fetched":
            "rejected: bob.01_rows.json belongs to nothing that was fetched",
    }  # fmt: skip
    assert said(run.post(queue)) == {"ada": "posted", "eve": "not posted, because nothing is recorded of it"}
    assert simulator.runs("course/eve") == []
    assert said(run.all()[0]) == {"eve": "0 of 10"}


def test_what_is_posted_calls_nobody_and_tells_no_hidden_detail(run, hand_in, simulator):
    code = "def normalise(A):\n    raise ValueError('@everyone <script> ' + repr(A))\n\n\nraise KeyError('@all')\n"
    hand_in("eve", {NOTEBOOK: code})
    run.all()
    (posted,) = simulator.runs("course/eve")
    text = json.dumps(posted, ensure_ascii=False)
    assert "@all" not in text
    assert "@everyone" not in text
    assert "<script>" not in text
    report = json.loads(run.files()["01_rows/eve.json"])
    hidden = [r["detail"] for r in report["results"] if r["visibility"] == "hidden"]
    assert hidden
    assert all(detail[:40] not in text for detail in hidden if detail)


def test_a_post_that_fails_is_made_up_for_by_the_next_run(run, hand_in, simulator):
    hand_in("ada", RENAMED)
    hand_in("bob", RENAMED)
    simulator.fail("POST .*/bob/check-runs", 502, times=4)
    _, posted = run.all()
    assert said(posted)["ada"] == "posted"
    assert said(posted)["bob"].startswith("not posted: GitHub did not answer after 4 attempts (status 502)")
    before = run.files()
    recorded, posted = run.all()
    assert list(said(recorded)) == ["bob"]
    assert said(posted) == {"bob": "posted"}
    assert run.files() == before


def test_pushes_of_a_student_are_posted_in_order_so_that_none_is_forgotten(run, hand_in, simulator):
    first = hand_in("ada", RENAMED)
    second = hand_in("ada", {"01_rows/other.py": "x = 2"}, "2026-10-02T00:00:00Z")
    simulator.fail("POST .*check-runs", 502, times=4)
    _, posted = run.all()
    assert posted[0].said.startswith("not posted: GitHub did not answer")
    assert posted[1].said == "not posted, since an earlier push was not; a later run takes it up"
    assert [line.said for line in run.all()[1]] == ["posted", "posted"]
    assert [one["head_sha"] for one in simulator.runs("course/ada")] == [first, second]


def test_a_run_with_nothing_new_asks_two_questions_about_each_student(run, hand_in, simulator):
    for number in range(1, 5):
        hand_in("ada", {"01_rows/x.py": str(number)}, f"2026-10-0{number}T00:00:00Z")
    run.all()
    asked = len(simulator.requests)
    assert run.fetch().items == ()
    paths = [path for _, path, _ in simulator.requests[asked:] if path.startswith("/repos/")]
    assert sum("check-runs" in path for path in paths) == 1
    assert sum("tarball" in path for path in paths) == 0


def test_the_last_push_on_time_is_looked_for_although_the_newest_is_posted(run, hand_in, simulator):
    first = hand_in("ada", RENAMED, "2026-10-01T00:00:00Z")
    hand_in("ada", {"01_rows/other.py": "x = 2"}, LATE)
    run.all()
    simulator.repository("course/ada").runs[:] = [r for r in simulator.runs("course/ada") if r["head_sha"] != first]
    assert [item.sha for item in run.fetch().items] == [first]


def test_when_github_is_down_not_everybody_is_waited_for(run, hand_in, simulator):
    for number in range(5):
        hand_in(f"s{number}", RENAMED)
    simulator.fail("POST .*check-runs", 503, times=99)
    told = [line.said for line in run.all()[1]]
    assert [line.startswith("not posted, since GitHub does not answer") for line in told] == [False] * 3 + [True] * 2
    simulator.faults.clear()
    assert [line.said for line in run.all()[1]] == ["posted"] * 5


def test_access_that_was_lost_in_between_is_a_row(run, hand_in, simulator):
    hand_in("ada", RENAMED)
    queue = run.fetch()
    run.grade(queue)
    run.record(queue)
    simulator.repository("course/ada").visible = False
    assert "not posted: GitHub does not let the App use course/ada" in said(run.post(queue))["ada"]


def test_a_held_report_is_told_without_score_and_graded_again(run, hand_in, simulator, monkeypatch):
    from autograder.model import Outcome, Result

    hand_in("ada")
    with monkeypatch.context() as patch:
        patch.setattr("autograder.verdict.result_of", lambda test, outcome, case=None, detail="": Result(
            test.name, test.exercise, test.description, Outcome.BROKEN, test.points, test.visibility, hint=test.hint
        ))  # fmt: skip
        recorded, posted = run.all()
    assert recorded[0].held
    assert recorded[0].said.startswith("held: ")
    assert said(posted) == {"ada": "posted"}
    assert simulator.runs("course/ada")[0]["output"]["title"] == "held: your instructor looks into it"
    assert b"held,," in run.files()["grades.csv"]
    recorded, posted = run.all()
    assert said(recorded) == {"ada": "10 of 10"}
    assert [one["output"]["title"] for one in simulator.runs("course/ada")][-1] == "10 of 10"
    assert run.all() == ([], [])


def test_new_tests_grade_every_newest_push_again(run, hand_in, monkeypatch):
    hand_in("ada", RENAMED)
    run.all()
    assert run.fetch().items == ()
    monkeypatch.setattr("autograder.push.fetch.ENGINE", "autograder 9")
    assert len(run.fetch().items) == 1
