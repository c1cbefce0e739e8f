"""Verbs run inside the small course, through click's runner."""

import pytest
from click.testing import CliRunner

from autograder.cli import main


@pytest.fixture
def run(course, monkeypatch):
    """Return a function that runs a verb inside the course."""
    monkeypatch.chdir(course.root)

    def invoke(*words):
        result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def solved(tmp_path, course, normalise):
    """A correct submission beside the public tests."""
    folder = tmp_path / "homework"
    folder.mkdir()
    (folder / "test_public.py").write_bytes((course.released / "01_rows" / "test_public.py").read_bytes())
    (folder / "ada.py").write_text(normalise)
    return folder / "ada.py"
