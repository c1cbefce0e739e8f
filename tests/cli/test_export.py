"""``autograder export``: the files written, and what is refused."""


def test_an_unknown_platform_is_a_usage_error(run, tmp_path):
    result = run("export", "blackboard", "01", "--to", tmp_path)
    assert result.exit_code == 2
    assert "there is no platform 'blackboard'" in result.stderr


def test_the_files_written_are_listed(run, tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.platforms.export.export", lambda platform, request: [request.to / platform])
    assert run("export", "otter", "01", "--to", tmp_path).stdout == f"{tmp_path / 'otter'}\n"


def test_what_could_not_be_exported_is_told_and_is_exit_code_2(run, tmp_path, monkeypatch):
    def export(platform, request):
        request.problems.append(f"nobody knows {request.column}, not even {request.roster}")
        return [request.to]

    monkeypatch.setattr("autograder.platforms.export.export", export)
    result = run("export", "canvas", "01", "--to", tmp_path / "new", "--column", "Rows", "--roster", "roster.csv")
    assert result.exit_code == 2
    assert result.stdout == f"{tmp_path / 'new'}\n"
    assert result.stderr == "autograder: nobody knows Rows, not even roster.csv\n"
