"""``autograder build``: silence, drift, repair."""


def test_build_check_is_silent_when_nothing_drifted_and_lists_what_did(run, course):
    assert run("build", "--check").output == ""
    notebook = course.released / "01_rows" / "01_rows.ipynb"
    text = notebook.read_text()
    notebook.write_text(text + " ")
    try:
        result = run("build", "--check")
        assert result.exit_code == 2
        assert "assignments/01_rows/01_rows.ipynb (differs)" in result.output
        assert "run `autograder build`" in result.stderr
        assert run("build").exit_code == 0
    finally:
        assert notebook.read_text() == text
