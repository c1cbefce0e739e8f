"""``autograder import``: refusals; what it writes is in tests/platforms/test_imported.py."""


def test_a_file_that_is_missing_is_a_usage_error(run, tmp_path):
    result = run("import", "otter", tmp_path / "none.ipynb")
    assert result.exit_code == 2
    assert "none.ipynb cannot be read: No such file" in result.stderr
