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


def test_a_file_that_no_build_has_made_is_for_people_to_move(run, course):
    stray = course.released / "01_rows" / "answers.txt"
    stray.write_text("42")
    try:
        checked = run("build", "--check")
        assert checked.exit_code == 2
        assert checked.stderr.endswith("differ from what solutions/ give; move away what no build has made\n")
        assert "answers.txt (extra) was not made by a build: move it away" in run("build").output
        assert stray.is_file()
    finally:
        stray.unlink()
