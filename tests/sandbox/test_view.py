"""What a namespaced launcher sees: as little as possible, with every link on the way to it."""

import sys
from pathlib import Path

import pytest

from autograder.sandbox.policy import readable_paths
from autograder.sandbox.view import MANY, View

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def tree(tmp_path):
    """A folder without links on the way to it."""
    return tmp_path.resolve()


def below(view, top):
    """Return the steps below a folder: {relative path: kind}, links with where they lead."""
    return {
        str(Path(step.path).relative_to(top)): f"link to {step.target}" if step.kind == "link" else step.kind
        for step in view.steps
        if Path(step.path).is_relative_to(top)
    }


def test_only_what_is_readable_is_there(tree):
    (tree / "course" / "data").mkdir(parents=True)
    (tree / "course" / "data" / "x.csv").touch()
    (tree / "course" / "solution.py").touch()
    view = View.of([tree / "course" / "data"], tree / "course")
    assert below(view, tree) == {"course": "folder", "course/data": "show"}


def test_links_on_the_way_are_kept_and_what_they_lead_to_is_shown(tree):
    (tree / "real" / "deep").mkdir(parents=True)
    (tree / "real" / "deep" / "file").touch()
    (tree / "one").symlink_to("real")
    (tree / "two").symlink_to(tree / "one" / "." / "deep" / ".." / "deep")
    view = View.of([tree / "two" / "file"], Path("/"))
    assert below(view, tree) == {
        "one": "link to real",
        "two": f"link to {tree}/one/deep/../deep",
        "real/deep/file": "show",
    }


def test_links_in_a_circle_are_refused(tree):
    (tree / "one").symlink_to("two")
    (tree / "two").symlink_to("one")
    with pytest.raises(OSError, match="one leads through more than 40 links"):
        View.of([], tree / "one")


def test_a_folder_of_many_readable_files_is_shown_whole_without_the_packages_in_it(tree):
    library, elsewhere = tree / "lib", tree / "elsewhere"
    for folder in (library / "site-packages" / "numpy", library / "site-packages" / "secret", elsewhere):
        folder.mkdir(parents=True)
    (elsewhere / "far.so").touch()
    files = [library / f"{number}.so" for number in range(MANY)]
    for file in files[1:]:
        file.touch()
    files[0].symlink_to(elsewhere / "far.so")
    view = View.of([*files, library / "site-packages" / "numpy"], Path("/"))
    assert below(view, tree) == {
        "lib": "show",
        "lib/site-packages": "empty",
        "lib/site-packages/numpy": "show",
        "elsewhere/far.so": "show",
    }


def test_packages_are_shown_one_by_one_however_many_there_are(tree):
    packages = [tree / "site-packages" / f"package{number}" for number in range(2 * MANY)]
    for package in packages:
        package.mkdir(parents=True)
    view = View.of(packages, Path("/"))
    assert set(below(view, tree)) == {f"site-packages/package{number}" for number in range(2 * MANY)}


def test_the_caches_of_the_launcher_can_be_written(tree):
    (tree / "cache").mkdir()
    assert below(View.of([], Path("/"), [tree / "cache"]), tree) == {"cache": "write"}


def test_nothing_of_the_machines_processes_and_devices_is_shown():
    view = View.of(readable_paths(["numpy"]), Path("/"))
    kinds = {step.path: step.kind for step in view.steps}
    assert [path for path in kinds if path.startswith(("/proc", "/sys", "/home", "/root/.ssh"))] == []
    assert kinds["/dev/null"] == kinds["/dev/urandom"] == "device"
    assert kinds["/tmp"] == "empty"


def test_of_the_engine_only_what_runs_beside_the_student_is_there():
    root = Path(__file__).parents[2].resolve()
    shown = {Path(step.path) for step in View.of([], Path("/")).steps}
    inside = {str(path.relative_to(root)) for path in shown if path.is_relative_to(root / "autograder")}
    assert inside == {"autograder/__init__.py", "autograder/wire.py", "autograder/sandbox"}


def test_parents_come_first():
    view = View.of(readable_paths(["numpy", "matplotlib"]), Path(__file__).parent)
    seen: set[Path] = set()
    for step in view.steps:
        assert not any(Path(step.path) in path.parents for path in seen), step
        seen.add(Path(step.path))
