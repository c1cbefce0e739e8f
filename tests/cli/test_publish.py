"""``autograder publish``: exit codes and sentences."""

import zipfile


def test_publishing_says_what_was_written(run, tmp_path):
    wheel = tmp_path / "autograder-0.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("autograder/x.py", "x = 1")
    result = run("publish", "01", "--to", tmp_path / "kit", "--wheel", wheel)
    assert result.exit_code == 0
    assert "5 files in" in result.stdout
    assert "none holds a line of a solution, a hidden test or the reference" in result.stdout


def test_no_wheel_is_a_usage_error(run, tmp_path):
    result = run("publish", "--to", tmp_path / "kit")
    assert result.exit_code == 2
    assert "is no wheel; make one with" in result.stderr
