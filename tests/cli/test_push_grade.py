"""``autograder push-grade``: the four steps as they are typed, their exit codes and sentences."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

PARTS = runpy.run_path(str(Path(__file__).parents[1] / "push" / "simulator.py"))
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
NOTEBOOK, WHEN = "01_rows/01_rows.py", "2026-10-01T10:00:00Z"
SETTINGS = """
[github]
api = "{url}"
[assignments.01_rows]
[students]
ada = "course/ada"
bob = "course/bob"
"""


@pytest.fixture
def github(tmp_path, monkeypatch):
    """A fake GitHub and the settings for it in the current folder's place."""
    made = PARTS["Simulator"](tmp_path / "github")
    monkeypatch.setenv("AUTOGRADER_APP_ID", str(PARTS["APP"]))
    monkeypatch.setenv("AUTOGRADER_APP_KEY", made.key)
    with made.serving():
        (tmp_path / "push.toml").write_text(SETTINGS.format(url=made.url))
        yield made


@pytest.fixture
def due(course):
    """Give the course a due date."""
    file = course.solutions / "course.toml"
    before = file.read_text()
    file.write_text(f"{before}[rules]\ndue = 2026-10-09T23:59:00+02:00\n")
    yield
    file.write_text(before)


@pytest.fixture
def steps(run, github, tmp_path):
    """Return a function that runs a step with its usual folders."""
    config = ("--config", tmp_path / "push.toml")
    words = {
        "fetch": ("--to", tmp_path / "q", *config),
        "grade": (tmp_path / "q", "--out", tmp_path / "d", "--workers", 1),
        "record": (tmp_path / "q", tmp_path / "d", "--results", tmp_path / "r"),
        "post": (tmp_path / "q", "--results", tmp_path / "r", *config),
    }
    return lambda step, *more: run("push-grade", step, *words[step], *more)


@linux
def test_the_four_steps(steps, github, normalise, tmp_path):
    github.repository("course/ada").push({NOTEBOOK: normalise}, WHEN)
    github.repository("course/bob").push({NOTEBOOK: normalise}, WHEN)
    fetched = steps("fetch")
    assert (fetched.exit_code, fetched.stdout) == (
        0,
        f"2 to grade or answer, 0 with a problem; the queue is in {tmp_path}/q\n",
    )
    graded = steps("grade")
    assert (graded.exit_code, graded.stdout) == (0, f"2 graded, 0 of them held; the documents are in {tmp_path}/d\n")
    recorded = steps("record", "--summary", tmp_path / "summary.md", "--json")
    assert [line["said"] for line in json.loads(recorded.stdout)] == ["10 of 10", "10 of 10"]
    assert "| ada | 01\\_rows |" in (tmp_path / "summary.md").read_text()
    posted = steps("post")
    assert posted.exit_code == 0
    assert posted.stdout.count("posted") == 2
    again = steps("fetch", "--only", "course/ada", "--to", tmp_path / "q2")
    assert again.stdout.startswith("0 to grade or answer")


def test_a_student_out_of_reach_is_told_and_the_exit_code_says_so(steps, github):
    github.repository("course/ada").push({"x": "y"}, WHEN)
    result = steps("fetch")
    assert result.exit_code == 2
    assert "bob: GitHub does not let the App use course/bob (status 404)" in result.stderr
    assert "1 to grade or answer, 2 with a problem" in result.stdout
    recorded = steps("record")
    assert recorded.exit_code == 2
    assert "keep it where it was" in recorded.stdout


def test_missing_credentials_are_a_usage_error(steps, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_APP_ID")
    monkeypatch.delenv("AUTOGRADER_APP_KEY")
    result = steps("fetch")
    assert result.exit_code == 2
    assert "AUTOGRADER_APP_ID and AUTOGRADER_APP_KEY must be set: the number of your GitHub App" in result.stderr


def test_a_queue_is_not_mixed_with_another(steps, tmp_path):
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "x").write_text("")
    assert "q is not empty; give a new folder" in steps("fetch").stderr


def test_a_file_is_no_folder(steps, tmp_path):
    (tmp_path / "q").write_text("")
    result = steps("fetch")
    assert result.exit_code == 2
    assert "q cannot be a folder: File exists; give another one" in result.stderr


def test_a_changed_queue_is_refused(steps, github):
    github.repository("course/ada").push({"x": "y"}, WHEN)
    steps("fetch")
    for step in ("grade", "record", "post"):
        result = steps(step, "--queue-sha256", "0" * 64)
        assert result.exit_code == 2
        assert "is not the queue that was fetched" in result.stderr


@linux
def test_held_reports_are_exit_code_3(steps, github, normalise, monkeypatch):
    from autograder.model import Outcome, Result

    github.repository("course/ada").push({NOTEBOOK: normalise}, WHEN)
    steps("fetch")
    monkeypatch.setattr("autograder.verdict.result_of", lambda test, outcome, case=None, detail="": Result(
        test.name, test.exercise, test.description, Outcome.BROKEN, test.points, test.visibility, hint=test.hint
    ))  # fmt: skip
    assert steps("grade").exit_code == 3
    assert steps("record").exit_code == 3


@linux
def test_a_commit_on_this_machine_with_feedback_for_the_terminal(steps, github, due, tmp_path, normalise):
    repository = github.repository("course/ada")
    repository.push({NOTEBOOK: normalise}, WHEN)
    words = ("--git", repository.path, "--student", "ada", "--sha", "main", "--pushed-at")
    assert steps("fetch", *words, "2026-10-10T00:00:00+00:00").exit_code == 0
    steps("grade")
    said = steps("record", "--feedback")
    assert said.exit_code == 0
    assert "**Score: 10 of 10**" in said.stdout
    assert "late" in (tmp_path / "r" / "grades.csv").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--sha", "main"], "--git needs --student and --sha"),
        (["--student", "a/b", "--sha", "main"], "--git needs --student and --sha"),
        (
            ["--student", "ada", "--sha", "main", "--pushed-at", "noon"],
            "--pushed-at is 'noon', expected a time with its",
        ),
        (["--student", "ada", "--sha", "main", "--pushed-at", "2026-10-10"], "expected a time with its offset"),
    ],
)
def test_a_commit_on_this_machine_needs_a_student_and_a_time(steps, github, words, message):
    result = steps("fetch", "--git", github.repository("course/ada").path, *words)
    assert result.exit_code == 2
    assert message in result.stderr


@linux
def test_the_hook_of_the_docs_answers_on_the_students_terminal(course, github, due, tmp_path, normalise):
    """A real `git push` to a bare repository with the hook."""
    place = tmp_path / "place"
    place.mkdir()
    for name in ("solutions", "assignments"):
        (place / name).symlink_to(course.root / name)
    (place / ".venv").symlink_to(sys.prefix)
    (place / "push.toml").write_text(SETTINGS.format(url="http://127.0.0.1:9"))
    (tmp_path / "results").mkdir()
    bare, work = tmp_path / "ada.git", tmp_path / "work"
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "AUTOGRADER_COURSE": str(place),
             "AUTOGRADER_RESULTS": str(tmp_path / "results")}  # fmt: skip

    def git(*words, cwd=work):
        return subprocess.run(["git", *words], cwd=cwd, env=quiet, check=True, capture_output=True, text=True)

    git("init", "--quiet", "--bare", "--initial-branch=main", str(bare), cwd=tmp_path)
    (bare / "hooks").mkdir(exist_ok=True)
    (bare / "hooks" / "post-receive").symlink_to(EXAMPLES / "post-receive")
    git("clone", "--quiet", str(bare), str(work), cwd=tmp_path)
    (work / "01_rows").mkdir()
    (work / NOTEBOOK).write_text(normalise)
    git("add", "--all")
    git("-c", "user.name=Ada", "-c", "user.email=a@b.example", "commit", "--quiet", "--message=x")
    pushed = git("push", "origin", "HEAD:main")
    assert "Score: 10 of 10" in pushed.stderr
    assert "ada,01_rows,graded,10.0,10.0,late," in (tmp_path / "results" / "grades.csv").read_text()


def test_the_rehearsal_of_the_docs_starts_in_a_folder_that_is_not_there_yet(tmp_path, pytestconfig):
    root = pytestconfig.rootpath
    samples = tmp_path / "samples" / "02_networks"
    samples.mkdir(parents=True)
    (samples / "ada.ipynb").write_bytes((root / "submissions" / "02_networks" / "blank.ipynb").read_bytes())
    command = [sys.executable, root / "tests" / "push" / "simulator.py", "rehearsal", "--samples", samples]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            said = [simulator.stdout.readline() for _ in range(3)]
        finally:
            simulator.terminate()
    assert said[1] == 'export AUTOGRADER_APP_KEY="$(cat rehearsal/key.pem)"\n'
    assert 'ada = "course/homework-ada"' in (tmp_path / "rehearsal" / "push.toml").read_text()
