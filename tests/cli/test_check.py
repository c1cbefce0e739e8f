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


def test_on_github_the_code_is_annotated_and_a_summary_is_written(run, solved, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    solved.write_text("import numpy\n\ndef normalise(A):\n    return A")
    result = run("check", solved, "--github")
    assert result.exit_code == 1
    assert f"::error file={solved.as_posix()},line=3,title=normalise (cell 1)::" in result.stdout
    assert "public tests passed" in (tmp_path / "summary.md").read_text()
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    assert run("check", solved, "--github").exit_code == 1
