"""``autograder new``."""


def test_new_scaffolds_once(run, course, monkeypatch, tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "course.toml").write_text('salt = "x"')
    monkeypatch.chdir(tmp_path)
    assert "is ready; edit source.py" in run("new", "02_more").stdout
    assert run("new", "02_more").exit_code == 2
