"""``autograder check``: exit codes and sentences for students."""

import json

import pytest


def test_check_tells_passed_from_failed_by_its_exit_code(run, solved):
    good = run("check", solved)
    assert good.exit_code == 0
    assert "✓" in good.stdout
    solved.write_text("def normalise(A):\n    return A")
    bad = run("check", solved, "normalise", "--json")
    assert bad.exit_code == 1
    assert {r["outcome"] for r in json.loads(bad.stdout)["results"]} == {"failed"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nothing.ipynb"], "nothing.ipynb does not exist"),
        (["ada.py", "normalize"], "there is no public test for 'normalize'; did you mean normalise?"),
    ],
)
def test_check_names_what_it_cannot_find(run, solved, monkeypatch, words, message):
    monkeypatch.chdir(solved.parent)
    result = run("check", *words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_check_outside_the_assignments_folder_says_where_to_go(run, solved):
    (solved.parent / "test_public.py").unlink()
    result = run("check", solved)
    assert result.exit_code == 2
    assert "keep the notebook in the assignment's folder" in result.stderr
