"""Exports: the table of platforms, what a request must hold, and files that are never overwritten."""

import io
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

import autograder
from autograder.errors import UsageError
from autograder.platforms import export
from autograder.platforms.export import PLATFORMS, Request, write_new, zipped


@pytest.fixture
def request_(course, tmp_path):
    return Request(course.assignment("01_rows"), tmp_path / "to")


@pytest.fixture
def platform(monkeypatch):
    """Register a platform under the name "made" whose function lies in this module."""

    def register(function):
        monkeypatch.setitem(PLATFORMS, "made", f"{__name__}:made")
        monkeypatch.setattr(export, "import_module", lambda name: type("module", (), {"made": staticmethod(function)}))

    return register


@pytest.mark.parametrize("place", PLATFORMS.values())
def test_every_platform_is_a_function_of_a_request(place):
    module, _, name = place.partition(":")
    source = Path(autograder.__file__).parents[1] / f"{module.replace('.', '/')}.py"
    assert f"def {name}(request: Request) -> list[Path]:" in source.read_text(encoding="utf-8")


def test_an_export_returns_its_files_sorted(request_, platform):
    platform(lambda request: [request.to / "b", request.to / "a"])
    assert export.export("made", request_) == [request_.to / "a", request_.to / "b"]


def test_an_unknown_platform_suggests_the_nearest(request_):
    with pytest.raises(UsageError, match="there is no platform 'nbgradr'; did you mean nbgrader"):
        export.export("nbgradr", request_)
    with pytest.raises(UsageError, match=r"there is no platform 'x' \(known: nbgrader, otter"):
        export.export("x", request_)


def test_a_platform_without_its_packages_says_what_to_install(request_, platform):
    platform(lambda request: import_module("no_such_package"))
    with pytest.raises(UsageError, match="made needs the package no_such_package, which is not installed: pip install"):
        export.export("made", request_)


def test_a_missing_module_of_our_own_is_not_blamed_on_the_installation(request_, platform):
    platform(lambda request: import_module("autograder.nothing"))
    with pytest.raises(ModuleNotFoundError):
        export.export("made", request_)


def test_a_gradebook_without_nbgrader_says_what_to_install(request_, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    monkeypatch.delitem(sys.modules, "autograder.platforms.gradebook", raising=False)
    with pytest.raises(UsageError, match="--to-gradebook needs the package nbgrader, which is not installed"):
        export.gradebook_writer(request_.assignment, "sqlite:///x.db").__enter__()


def test_without_an_address_nothing_is_written(request_):
    with export.gradebook_writer(request_.assignment, None) as write:
        assert write("anything") is None


def test_a_request_says_what_it_lacks(request_, course, tmp_path):
    with pytest.raises(UsageError, match="give --results"):
        request_.need_results()
    with pytest.raises(UsageError, match="give it as --gradebook"):
        request_.need_gradebook()
    wrong = Request(request_.assignment, tmp_path, tmp_path / "none", None, tmp_path / "none.csv")
    with pytest.raises(UsageError, match="none is no folder"):
        wrong.need_results()
    with pytest.raises(UsageError, match=r"none\.csv is no file"):
        wrong.need_gradebook()


def test_a_request_returns_what_it_has(request_, tmp_path):
    (tmp_path / "book.csv").write_text("")
    right = Request(request_.assignment, tmp_path, tmp_path, None, tmp_path / "book.csv")
    assert Request(request_.assignment, tmp_path, db="sqlite://").need_results() is None
    assert (right.need_results(), right.need_gradebook()) == (tmp_path, tmp_path / "book.csv")


def test_a_zip_of_the_same_files_has_the_same_bytes():
    data = zipped({"b": b"2", "a": b"1"}, ["b"])
    assert data == zipped({"a": b"1", "b": b"2"}, ["b"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert [(entry.filename, entry.external_attr >> 16) for entry in archive.infolist()] == [
            ("a", 0o644), ("b", 0o755),
        ]  # fmt: skip
        assert archive.read("b") == b"2"


def test_files_are_written_once_and_never_overwritten(tmp_path):
    path = tmp_path / "a" / "b.txt"
    assert write_new(path, b"ours") == write_new(path, b"ours") == path
    with pytest.raises(UsageError, match="exists with other content and was not overwritten"):
        write_new(path, b"theirs")
    assert path.read_bytes() == b"ours"


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="x cannot be written"):
        write_new(tmp_path / "file" / "x", b"")
