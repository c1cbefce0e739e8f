"""What is taken in from students' repositories, real ones, and what is said about the rest."""

import subprocess
import tarfile
import zlib
from datetime import UTC, datetime

import pytest

from autograder.errors import UsageError
from autograder.push.config import Homework
from autograder.push.fetch import fetch_git, file_of, git_push

SLUG, NOTEBOOK = "01_rows", "01_rows/01_rows.py"
ON_TIME, LATE = "2026-10-01T10:00:00Z", "2026-10-09T21:59:01Z"  # due at 21:59:00Z


def said(queue):
    return {item.student: item.problem for item in queue.items} | {row.student: row.said for row in queue.rows}


def test_the_notebook_is_taken_in_as_it_is_and_nothing_else(run, hand_in, normalise):
    sha = hand_in("ada", {NOTEBOOK: normalise, "secret.txt": "x", ".github/workflows/x.yml": "y", f"{SLUG}/z": "z"})
    queue = run.fetch()
    (item,) = queue.items
    assert (item.student, item.sha, item.path, item.late, item.problem) == ("ada", sha, NOTEBOOK, False, "")
    assert file_of(run.queue_folder, item).read_text() == normalise
    files = [path for path in run.queue_folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"queue.json", "01_rows.py"}


def test_a_notebook_goes_before_a_script(run, hand_in):
    hand_in("ada", {NOTEBOOK: "x = 1", f"{SLUG}/{SLUG}.ipynb": "{}"})
    assert [item.path for item in run.fetch().items] == [f"{SLUG}/{SLUG}.ipynb"]


PROBLEMS = {
    "renamed": ({f"{SLUG}/homework.ipynb": "{}", f"{SLUG}/a.txt": ""},
                "01_rows/01_rows.ipynb is not there, only a.txt, homework.ipynb; give the notebook its name back"),
    "moved": ({"01_rows.ipynb": "{}"}, "the folder 01_rows is not in the repository, or it is empty; keep it where"),
    "link": ({f"{SLUG}/{SLUG}.ipynb": ("120000", "/etc/passwd")}, "is a symbolic link; commit the notebook itself"),
    "folder_link": ({SLUG: ("120000", "../..")}, "01_rows is a symbolic link; commit the notebook itself"),
    "submodule": ({SLUG: ("160000", "1" * 40)}, "the folder 01_rows is not in the repository, or it is empty"),
    "lfs": ({f"{SLUG}/{SLUG}.ipynb": "version https://git-lfs.github.com/spec/v1"}, "is a pointer to Git LFS; commit"),
    "folder": ({f"{SLUG}/{SLUG}.ipynb/x": "y"}, "01_rows/01_rows.ipynb is a folder"),
    "many": ({f"{SLUG}/{n}.py": "" for n in range(9)}, "only 0.py, 1.py, 2.py, 3.py, 4.py, …; give"),
}  # fmt: skip


def test_what_cannot_be_graded_is_a_sentence_and_the_others_go_on(run, hand_in, simulator):
    for student, (files, _) in PROBLEMS.items():
        hand_in(student, files)
    hand_in("zoe")
    simulator.repository("course/none")
    run.students["none"] = "course/none"
    run.students["lost"] = "course/lost"
    run.students["away"] = "elsewhere/away"
    queue = run.fetch()
    found = said(queue)
    for student, (_, sentence) in PROBLEMS.items():
        assert sentence in found[student]
    assert found["zoe"] == ""
    assert found["none"] == "nothing was pushed to main yet"
    assert found["lost"].startswith("GitHub does not let the App use course/lost (status 404)")
    assert found["away"] == "the App is not installed at elsewhere; install it there"
    assert queue.problems == len(PROBLEMS) + 2


def test_a_repository_of_500_mb_is_cut_off(run, hand_in, simulator):
    sha = hand_in("eve")
    hand_in("zoe")
    came = 0

    def huge():
        nonlocal came
        packer = zlib.compressobj(level=0, wbits=31)
        large = tarfile.TarInfo("course-eve/video.bin")
        large.size = 500 << 20
        yield packer.compress(large.tobuf())
        for _ in range(500):
            came += 1
            yield packer.compress(bytes(1 << 20))
        yield packer.flush()

    simulator.repository("course/eve").archives[sha] = huge
    sentence = "its archive has more than 50 MB packed; take large files out of the repository"
    assert said(run.fetch()) == {"eve": sentence, "zoe": ""}
    assert came < 70


def test_a_poisoned_archive_is_refused(run, hand_in, simulator):
    one, other = hand_in("eve"), hand_in("zoe", {NOTEBOOK: "x = 2"})
    eve = simulator.repository("course/eve")
    eve.archives[one] = lambda: simulator.repository("course/zoe").archive(other)
    assert said(run.fetch()) == {"eve": f"its archive is of the commit {other}, not of {one}", "zoe": ""}


def test_a_late_push_is_judged_by_the_server_and_the_last_on_time_is_graded_too(run, hand_in):
    shas = [hand_in("ada", {NOTEBOOK: f"x = {n}"}, f"2026-10-0{n}T00:00:00Z", committed="2030-01-01T00:00:00Z")
            for n in range(1, 5)]  # fmt: skip
    late = [hand_in("ada", {NOTEBOOK: f"y = {n}"}, f"2026-10-1{n}T00:00:00Z", committed="2001-01-01T00:00:00Z")
            for n in range(1, 5)]  # fmt: skip
    items = run.fetch().items
    assert [(item.sha, item.late) for item in items] == [(shas[-1], False), *((sha, True) for sha in late[1:])]


@pytest.mark.parametrize(
    ("rule", "older"),
    [("late_per_day = 0.1", [9]), ("late_days = 2", [11]), ("late_per_day = 0.1\nlate_days = 2", [9, 11]), ("", [])],
)
def test_older_pushes_are_graded_if_they_lose_less(run, hand_in, rules, rule, older):
    rules(f"due = 2026-10-09T21:59:00Z\n{rule}")
    days = (7, 8, 9, 10, 11, 14, 15, 16)
    sha = {day: hand_in("ada", {NOTEBOOK: f"x = {day}"}, f"2026-10-{day:02}T12:00:00Z") for day in days}
    assert [item.sha for item in run.fetch().items] == [sha[day] for day in (*older, 14, 15, 16)]


def test_two_pushes_in_a_second_are_both_graded_in_order(run, hand_in):
    shas = [hand_in("ada", {NOTEBOOK: f"x = {n}"}) for n in range(2)]
    items = run.fetch().items
    assert [item.sha for item in items] == shas
    assert items[0].push_id < items[1].push_id


def test_a_push_in_the_last_second_is_on_time_and_one_a_second_later_is_not(run, hand_in):
    hand_in("ada", when="2026-10-09T21:59:00Z")
    hand_in("bob", when=LATE)
    assert [item.late for item in run.fetch().items] == [False, True]


def test_what_was_overwritten_by_force_is_still_graded(run, hand_in):
    first = hand_in("ada")
    second = hand_in("ada", {NOTEBOOK: "x = 1"}, "2026-10-02T00:00:00Z", force=True)
    assert [item.sha for item in run.fetch().items] == [first, second]


def test_the_same_commit_pushed_twice_is_one_item(run, hand_in):
    hand_in("ada")
    hand_in("ada", {NOTEBOOK: "x = 1"}, "2026-10-02T00:00:00Z")
    hand_in("ada", when="2026-10-03T00:00:00Z", force=True)
    assert len(run.fetch().items) == 2


def test_without_a_due_date_nothing_is_late(run, hand_in, rules):
    rules("")
    hand_in("ada", when="2099-01-01T00:00:00Z")
    assert [item.late for item in run.fetch().items] == [False]


def test_one_repository_can_be_asked_for(run, hand_in):
    hand_in("ada")
    hand_in("bob")
    assert [item.student for item in run.fetch(only="Course/Bob").items] == ["bob"]
    assert said(run.fetch(only="course/cem")) == {"": "course/cem is no student's repository"}


def test_when_github_is_down_not_everybody_is_waited_for(run, hand_in, simulator):
    for number in range(6):
        hand_in(f"s{number}")
    simulator.fail("activity", 503, times=99)
    found = said(run.fetch())
    assert [sentence.startswith("not asked for") for sentence in found.values()] == [False] * 3 + [True] * 3


def test_an_assignment_is_named_in_full(run, hand_in):
    hand_in("ada")
    run.homework = Homework("01", "01_rows")
    with pytest.raises(UsageError, match="speaks of '01'; write the whole name '01_rows'"):
        run.fetch()


def test_a_commit_on_this_machine(run, hand_in, simulator, tmp_path):
    sha = hand_in("ada")
    git = simulator.repository("course/ada").path
    now = datetime(2026, 10, 10, tzinfo=UTC)
    push = git_push(git, "main", now)
    assert (push.sha, push.time) == (sha, now)
    queue = fetch_git(run.course, [run.homework], tmp_path / "q", "ada", git, push)
    assert [(i.student, i.repository, i.late, i.problem) for i in queue.items] == [("ada", "", True, "")]
    assert git_push(git, sha).time <= datetime.now(UTC)


def test_a_commit_that_is_not_there(simulator, tmp_path):
    git = simulator.repository("course/ada").path
    with pytest.raises(UsageError, match="has no commit 'main'; give a bare repository and a commit in it"):
        git_push(git, "main")


def test_no_git(monkeypatch, tmp_path):
    def absent(*_, **__):
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(subprocess, "run", absent)
    with pytest.raises(UsageError, match="git cannot be started: No such file"):
        git_push(tmp_path, "main")
