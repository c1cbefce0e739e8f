"""Verdicts are found again as long as nothing that decides them changed."""

from contextlib import closing

import pytest

from autograder.certify import verdicts
from autograder.certify.verdicts import Said, Verdicts
from autograder.errors import UsageError
from autograder.model import Limits, Outcome

VERDICT = {"test_a": Said(Outcome.PASSED, "", 0.25), "test_b": Said(Outcome.FAILED, "typical: wrong")}


@pytest.fixture
def memory():
    """Verdicts that lie in no file."""
    with closing(Verdicts()) as opened:
        yield opened


def test_what_was_put_is_found_by_the_next_run(tmp_path):
    file = tmp_path / ".certify" / "verdicts.sqlite"
    with closing(Verdicts(file)) as first:
        first.put("key", VERDICT)
    with closing(Verdicts(file)) as again:
        assert again.get("key") == VERDICT
        assert again.get("other") is None


def test_a_broken_test_is_not_remembered(memory):
    memory.put("key", {"test_a": Said(Outcome.BROKEN, "division by zero")})
    assert memory.get("key") is None


def test_whatever_decides_a_verdict_is_in_its_key(memory, monkeypatch):
    keys = {memory.key("tests", ["x = 1"], limits) for limits in (Limits(), Limits(call=1.0))}
    keys |= {memory.key("other tests", ["x = 1"], Limits()), memory.key("tests", ["x = 2"], Limits())}
    assert len(keys) == 4
    monkeypatch.setattr(verdicts, "engine", lambda: "another engine")
    assert memory.key("tests", ["x = 1"], Limits()) not in keys


def test_the_engine_is_its_source_and_what_it_computes_with(tmp_path, monkeypatch):
    package = tmp_path / "autograder"
    (package / "certify").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(verdicts.autograder, "__file__", str(package / "__init__.py"))

    def engine():
        verdicts.engine.cache_clear()
        return verdicts.engine()

    before = engine()
    (package / "certify" / "run.py").write_text("decides = 'nothing'")
    assert engine() == before
    (package / "grade.py").write_text("decides = 'much'")
    assert engine() != before
    assert "numpy" in before
    monkeypatch.undo()
    verdicts.engine.cache_clear()


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "verdicts.sqlite").write_text("not a database, but long enough to look like a header of one" * 9)
    with pytest.raises(UsageError, match=r"verdicts\.sqlite cannot be opened"):
        Verdicts(tmp_path / "verdicts.sqlite")
