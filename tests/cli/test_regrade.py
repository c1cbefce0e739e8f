"""``autograder regrade``: first it shows, and only then, with a reason, it records."""

import json
import shutil
import sys

import pytest

from autograder.course import Course

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def own(course, tmp_path, monkeypatch, run):
    """A copy of the course, whose tests may be changed."""
    shutil.copytree(course.root, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    return Course.find(tmp_path / "own")


def test_a_repaired_test_is_shown_and_recorded_with_a_reason(run, own, solved, tmp_path):
    out = tmp_path / "out"
    tests = own.solutions / "01_rows" / "test_hidden.py"
    right = tests.read_text()
    tests.write_text(right.replace("student.normalise(", "-student.normalise("))
    (solved.parent / "bob.py").write_text("x = 1")
    paths = (solved, solved.parent / "bob.py")
    run("grade", "01", *paths, "--out", out)
    wrong = json.loads((out / "ada.json").read_text())
    assert wrong["score"] < 10
    tests.write_text(right)

    shown = run("regrade", "01", "--against", out, "--workers", "1")
    assert shown.exit_code == 0
    assert "failed → passed" in shown.stdout
    assert 'the score of 1 students changes; nothing was written; record it with --apply --reason "…"' in shown.stdout
    assert json.loads((out / "ada.json").read_text()) == wrong

    tests.write_text(right.replace("student.normalise(", "nothing.normalise("))
    broken = run("regrade", "01", "--against", out, "--workers", "1", "--apply", "--reason", "To be refused.")
    assert broken.exit_code == 3
    assert "2 attempts are held, since a test broke; their gradings were not recorded" in broken.stderr
    assert json.loads((out / "ada.json").read_text()) == wrong
    tests.write_text(right)

    refused = run("regrade", "01", "--against", out, "--apply")
    assert refused.exit_code == 2
    assert "--apply records a reason: add --reason" in refused.stderr

    url = f"sqlite:///{out / 'results.db'}"
    document = json.loads(run("regrade", "01", "--against", url, "--workers", "1", "--json").stdout)
    (difference,) = document["differences"]
    assert (difference["student"], difference["before"], difference["after"]) == ("ada", wrong["score"], 10.0)
    assert (document["graded"], document["applied"], document["not_archived"]) == (2, False, [])

    applied = run("regrade", "01", "--against", out, "--workers", "1", "--apply", "--reason", "A sign was wrong.")
    assert "2 attempts graded, the score of 1 students changes; recorded" in applied.stdout
    assert json.loads((out / "ada.json").read_text())["score"] == 10
    assert ",10.0," in (out / "summary.csv").read_text()
    assert "A sign was wrong." in run("results", "01", "--out", out, "--student", "ada").stdout
    assert "the score of 0 students changes" in run("regrade", "01", "--against", out, "--workers", "1").stdout


def test_nothing_to_grade_again_is_a_usage_error(run, own, solved, tmp_path):
    from autograder.new import new

    new(own, "02_more")
    run("grade", "01", solved, "--out", tmp_path / "out")
    result = run("regrade", "02", "--against", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.endswith("results.db has no attempt at 02_more\n")
