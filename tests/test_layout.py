"""The shape of the repository: tests mirror modules, answers stay out of packages, and no file knows where it lies."""

import contextlib
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
PACKAGES = ("autograder", "reference")

UNTESTED = {
    "autograder/__init__.py": "a version and one lazy import, met by test_notebook.py in a real kernel",
    "autograder/batch/migrations/env.py": "run by alembic whenever test_database.py makes a database",
    "autograder/batch/migrations/versions/v0001_attempts_and_gradings.py": "the tables of test_database.py",
    "autograder/certify/__init__.py": "names gathered for callers",
    "autograder/cli/__init__.py": "what every verb has in common, which test_verbs.py meets",
    "autograder/cli/__main__.py": "three lines that test_grade.py starts",
    "autograder/cli/common.py": "options and helpers that every verb's test meets",
    "autograder/errors.py": "classes without behaviour; every `raise` has a test where it stands",
    "autograder/sandbox/attacks.py": "a table, which test_canaries.py tries with and without each lock",
    "autograder/sandbox/zygote.py": "runs in a process of its own, as test_launcher.py and test_program.py see it",
    "autograder/testing/__init__.py": "names gathered for test files",
    "reference/__init__.py": "the alphabet of shapes, which test_conventions.py holds the package to",
}
ABOUT_THE_WHOLE = {
    "tests/test_layout.py": "the repository",
    "tests/test_assignments.py": "every assignment",
    "tests/test_examples.py": "the examples of the documentation, and CI's summary",
    "tests/test_samples.py": "the sample submissions",
    "tests/test_benchmarks.py": "the benchmarks",
    "tests/batch/test_faults.py": "a whole run, when processes are killed and disks are full",
    "tests/cli/test_verbs.py": "every verb",
    "tests/reference/test_conventions.py": "the reference package",
    "tests/sandbox/test_fair.py": "honest notebooks in the whole sandbox",
    "tests/sandbox/test_conformance.py": "every implementation of the sandbox",
    "tests/attacks/test_attacks.py": "hostile notebooks in the whole sandbox",
    "tests/worlds/test_worlds.py": "the sandbox on machines that lack something",
    "tests/platforms/test_container.py": "submissions in a replica of Gradescope's container",
    "tests/platforms/test_editors.py": "what Colab, VS Code and JupyterLab do to a notebook",
    "tests/platforms/test_pages.py": "the commands of the documentation",
    "tests/platforms/test_parity.py": "every platform, on one corpus",
}

GENERATED = {"demo", "dist", "build", "__pycache__"}
SOMEWHERE = re.compile(r"(?<![\w.$~-])/(?:work|workspaces?|Users|home)/[\w.]")


def path(file):
    return file.relative_to(ROOT).as_posix()


def modules():
    """Return the modules of our packages that hold anything."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {path(file) for file in files if file.name != "__init__.py" or "import" in file.read_text(encoding="utf-8")}


def home_of(module):
    """Return where the test of a module belongs."""
    folder, _, name = module.removeprefix("autograder/").rpartition("/")
    return "/".join(filter(None, ["tests", folder, f"test_{name}"]))


@pytest.fixture(scope="module")
def texts():
    """The text files that belong to the repository, by path."""
    tops = [top for top in ROOT.iterdir() if not top.name.startswith(".") or top.name in (".ci", ".github")]
    files = [file for top in tops for file in ([top] if top.is_file() else sorted(top.rglob("*")))]
    found = {}
    for file in files:
        if file.is_file() and not GENERATED.intersection(file.relative_to(ROOT).parts):
            with contextlib.suppress(UnicodeDecodeError):
                found[path(file)] = file.read_text(encoding="utf-8")
    return found


def test_every_module_has_a_test_of_its_name():
    expected = {home_of(module) for module in modules() - UNTESTED.keys()}
    assert {test for test in expected if not (ROOT / test).is_file()} == set()


def test_every_test_has_a_module_of_its_name():
    tests = {path(file) for file in (ROOT / "tests").rglob("test_*.py")} - ABOUT_THE_WHOLE.keys()
    assert tests - {home_of(module) for module in modules()} == set()


def test_every_exception_still_exists():
    assert [name for name in (*UNTESTED, *ABOUT_THE_WHOLE) if not (ROOT / name).is_file()] == []
    assert [module for module in UNTESTED if (ROOT / home_of(module)).is_file()] == []


@pytest.mark.parametrize("top", ["work", "workspace", "home", "Users"])
@pytest.mark.parametrize("before", ["", "see ", '"', "file://"])
def test_a_place_on_someones_machine_is_recognised(top, before):
    assert SOMEWHERE.search(f"{before}/{top}/notes.md")


@pytest.mark.parametrize("text", ["solutions/{}/x", "https://a.org/{}/x", "~/{}/x", "../{}/x"])
def test_a_place_in_the_repository_or_the_web_is_none(text):
    assert not SOMEWHERE.search(text.format("home"))


def test_no_file_names_a_place_on_someones_machine(texts):
    places = {name: SOMEWHERE.findall(text) for name, text in texts.items()}
    assert {name: found for name, found in places.items() if found} == {}


def test_no_file_knows_where_the_checkout_lies(texts):
    """Generated files above all: what is built in one place must be the same when it is built in another."""
    here = re.compile(re.escape(str(ROOT)) + r"(?![\w-])")
    assert [name for name, text in texts.items() if here.search(text)] == []


def test_the_wheel_holds_the_engine_only(tmp_path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"autograder"}
    assert {name for name in names if name.endswith(".py")} == {path(f) for f in (ROOT / "autograder").rglob("*.py")}
    assert {"autograder/report.schema.json", "autograder/collect.ini"} <= set(names)
    assert {path(file) for file in (ROOT / "autograder" / "scaffold").iterdir()} <= set(names)


def test_the_source_distribution_holds_no_answers(tmp_path):
    (sdist,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path))
    with tarfile.open(sdist) as archive:
        tops = {Path(name).parts[1] for name in archive.getnames() if len(Path(name).parts) > 1}
    files = {"CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", ".gitignore"}
    assert tops - files == {"autograder"}
