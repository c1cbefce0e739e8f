"""The zip for Gradescope: what is in it, and what becomes of submissions in a replica of the container.

The replica runs the real ``setup.sh`` and ``run_autograder`` as root in a copy of this machine's file system, without a
network, in 768 MB and on half a core (``replica.py``).
"""

import contextlib
import importlib.util
import io
import json
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from autograder.course import Course, substituted
from autograder.errors import AuthoringError, UsageError
from autograder.grade import Grader
from autograder.platforms import gradescope
from autograder.platforms.export import Request
from autograder.submission import read_submission

ROOT = Path(__file__).parents[2]
NAME = "02_networks"


def sibling(name):
    """Load a module that lies beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


replica = sibling("replica")


@pytest.fixture
def archive(course, tmp_path):
    (path,) = gradescope.export(Request(course.assignment("01_rows"), tmp_path))
    return zipfile.ZipFile(path)


def test_the_zip_has_its_scripts_at_the_root_and_they_may_be_run(archive):
    for name in ("setup.sh", "run_autograder"):
        assert archive.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert archive.getinfo(name).external_attr >> 16 == 0o755
    assert archive.read("python-version").decode().strip() == f"{sys.version_info.major}.{sys.version_info.minor}"
    (wheel,) = [name for name in archive.namelist() if name.endswith(".whl")]
    assert "autograder/platforms/gradescope_run.py" in zipfile.ZipFile(io.BytesIO(archive.read(wheel))).namelist()


def test_the_command_of_the_page_writes_it(course, commands, tool, tmp_path):
    (command,) = commands("gradescope.md")
    said = tool(command.replace("02_networks", "01_rows").replace("dist", str(tmp_path)), course.root).stdout
    assert said == f"{tmp_path / '01_rows-gradescope.zip'}\n"


def test_no_answer_is_in_it(archive, course):
    names = archive.namelist()
    assert not [name for name in names if "mistakes" in name or "alternatives" in name]
    source = archive.read("course/solutions/01_rows/source.py").decode()
    assert source.startswith("# ---\n")
    assert "def " not in source
    assert archive.read("course/solutions/course.toml") == b'salt = "pepper"\n'


def test_the_exported_course_grades_by_the_same_tests(archive, course, tmp_path):
    archive.extractall(tmp_path / "image")
    copy = Course.find(tmp_path / "image" / "course").assignment("01_rows")
    original = course.assignment("01_rows")
    assert (copy.tests_sha256, copy.course.salt_id) == (original.tests_sha256, original.course.salt_id)
    assert [test.name for test in copy.tests()] == [test.name for test in original.tests()]


def test_the_same_course_gives_the_same_bytes(course, tmp_path):
    made = [gradescope.export(Request(course.assignment("01_rows"), tmp_path / name))[0] for name in "ab"]
    assert made[0].read_bytes() == made[1].read_bytes()


def test_all_versions_are_locked(archive):
    lines = archive.read("requirements.txt").decode().split()
    names = {line.partition("==")[0] for line in lines}
    assert all("==" in line for line in lines)
    assert {"numpy", "pytest", "click", "nbformat", "rich", "pyyaml", "matplotlib", "pluggy"} <= names
    assert not names & {"autograder", "scipy", "scikit-learn", "sqlalchemy"}


def test_a_package_that_is_not_installed_here_is_a_sentence():
    with pytest.raises(
        UsageError, match="the assignment needs no-such-package, which is not installed here: pip install"
    ):
        gradescope.pinned(["no_such_package"])


def test_an_engine_without_its_checkout_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(gradescope, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(UsageError, match="is built from its checkout, but"):
        gradescope.build_wheel()


@pytest.mark.parametrize(
    ("rules", "counts"),
    [("", "latest"), ('[rules]\ncounts = "best"', "best"), ('[rules.01_rows]\ncounts = "first"', "first")],
)
def test_the_rules_of_the_course_say_what_counts(course, monkeypatch, rules, counts):
    file = course.solutions / "course.toml"
    before = file.read_text()
    monkeypatch.setattr(Path, "read_text", _reading(file, f"{before}{rules}\n"))
    settings = json.loads(gradescope.course_files(course.assignment("01_rows"))["course/gradescope.json"])
    assert (settings["counts"], settings["max_score"]) == (counts, 10)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[rules]\ncounts = "worst"', r"course\.toml:1: the rule counts is 'worst', expected one of best, latest"),
        ("rules = 3", r"course\.toml:1: `rules` is no table; write"),
        ("[rules]\n01_rows = 3", r"course\.toml:1: `01_rows` is no table; write"),
    ],
)
def test_rules_that_are_none_are_a_sentence(course, monkeypatch, text, message):
    file = course.solutions / "course.toml"
    monkeypatch.setattr(Path, "read_text", _reading(file, text))
    with pytest.raises(AuthoringError, match=message):
        gradescope.course_files(course.assignment("01_rows"))


def _reading(file, text):
    original = Path.read_text
    return lambda path, **options: text if path == file else original(path, **options)


# ---- in the replica ------------------------------------------------------------------------------------------------

ATTACK = '''
import os, sys
import numpy as np

def _everything():
    """Try to leave results, and to read what decides them; return what could be read."""
    found = []
    for place in ("/autograder/results/results.json", "/autograder/results/x", "/autograder/run_autograder",
                  "/opt/autograder/course/solutions/course.toml", "/autograder/source/run_autograder"):
        try:
            with open(place, "w") as file:
                file.write('{"score": 100}')
            found.append("wrote " + place)
        except OSError:
            pass
    for place in ("/autograder/submission_metadata.json", "/autograder/results/results.json",
                  "/opt/autograder/course/solutions/02_networks/test_hidden.py",
                  "/opt/autograder/course/reference/networks.py", "/opt/autograder/course/solutions/course.toml",
                  "/autograder/source/course/reference/networks.py", "/autograder/source/requirements.txt"):
        try:
            with open(place) as file:
                found.append("read " + place + file.read()[:20])
        except OSError:
            pass
    if os.getuid() == 0:
        found.append("root")
    for attack in (lambda: os.kill(os.getppid(), 9), lambda: os.kill(-1, 9), lambda: {0: 1}[os.system("true")]):
        try:
            attack()
            found.append("ran")
        except Exception:
            pass
    return found

found = _everything()
print("FOUND", found)
sys.modules["numpy"].allclose = lambda *a, **k: True

def count_parameters(*args, **kwargs):
    if found:
        raise SystemExit("the attack got somewhere: " + repr(found))
    import reference.networks
'''


def notebook(*cells):
    made = [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None} for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


@pytest.fixture(scope="module")
def assignment():
    return Course.find(ROOT).assignment(NAME)


@pytest.fixture(scope="module")
def image(assignment, tmp_path_factory):
    with made_image(assignment, tmp_path_factory.mktemp("gradescope")) as image:
        yield image


@contextlib.contextmanager
def made_image(assignment, folder):
    """Export an assignment and have its image made."""
    if reason := replica.reason_against():
        pytest.skip(reason)
    (path,) = gradescope.export(Request(assignment, folder))
    requirements = zipfile.ZipFile(path).read("requirements.txt").decode().split()
    wheels = replica.make_wheels(requirements, folder / "wheels")
    (folder / "mounts").mkdir()
    try:
        made = replica.Replica(path, wheels, folder / "mounts")
    except OSError as error:
        pytest.skip(f"there can be no replica of the container here: {error}")
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def grader(assignment):
    with Grader(assignment, plots=True) as grader:
        yield grader


def outcomes(results):
    return {entry["extra_data"]["test"]: entry["tags"][1] for entry in results["tests"]}


def corpus(assignment):
    """All that is known of an assignment: (name, notebook or script), as students would hand it in."""
    yield "solution", notebook(*assignment.source().solution)
    yield "release", (assignment.public / f"{assignment.slug}.ipynb").read_bytes()
    for answer in (*assignment.mistakes(), *assignment.alternatives()):
        yield answer.name, notebook(*substituted(assignment, answer))
    for file in sorted((ROOT / "submissions" / assignment.slug).iterdir()):
        yield file.name, file.read_bytes()


def same_as_here(image, grader, name, data):
    """Grade in both places; the seconds aside, both must say the same."""
    file = name if "." in name else f"{grader.assignment.slug}.ipynb"
    here = grader.grade(read_submission(data, file, "ada"))
    there, _ = image.grade({file: data})
    assert (there["score"], outcomes(there)) == (here.score, {r.test: str(r.outcome) for r in here.results}), name
    assert there["output"].split("\n") == list(here.notes) or not here.notes
    return there


@pytest.mark.platforms
def test_setup_ends_well_and_proves_the_sandbox(image):
    assert image.setup.returncode == 0, image.setup.stderr.decode()
    assert b"ready for 02_networks; student code is confined at level L" in image.setup.stdout


@pytest.mark.platforms
@pytest.mark.parametrize(
    "name", ["full.ipynb", "partial_some.ipynb", "raising.ipynb", "script.py", "shuffled.ipynb", "not_json.ipynb"]
)
def test_samples_are_graded_as_they_are_here(image, grader, name):
    data = (ROOT / "submissions" / NAME / name).read_bytes()
    results = same_as_here(image, grader, name, data)
    jsonschema.validate(results, sibling("test_gradescope_results").SPECIFICATION)


@pytest.mark.platforms
def test_a_part_of_all_known_answers_is_graded_as_here(image, grader, assignment):
    known = list(corpus(assignment))
    for name, data in [*known[:2], *known[2::40]]:
        same_as_here(image, grader, name, data)


@pytest.mark.platforms
@pytest.mark.slow
@pytest.mark.parametrize("slug", [NAME, "05_svm"])
def test_all_known_answers_are_graded_as_here(slug, tmp_path):
    assignment = Course.find(ROOT).assignment(slug)
    with made_image(assignment, tmp_path) as image, Grader(assignment, plots=True) as grader:
        for name, data in corpus(assignment):
            same_as_here(image, grader, name, data)


@pytest.mark.platforms
def test_an_attacker_gains_reads_and_leaves_nothing(image):
    results, said = image.grade({f"{NAME}.ipynb": notebook(ATTACK)})
    assert results["score"] == 0
    assert "the attack got somewhere" not in said
    assert "count_parameters raised ImportError: reference is not available here" in said  # it ran to its end
    assert set(outcomes(results).values()) <= {"missing", "raised", "failed"}
    cheating = (ROOT / "submissions" / NAME / "cheating.ipynb").read_bytes()
    assert image.grade({f"{NAME}.ipynb": cheating})[0]["score"] == 0


@pytest.mark.platforms
def test_where_the_kernel_cannot_hide_files_their_owner_does(image, assignment):
    code = {f"{NAME}.ipynb": notebook(ATTACK)}
    results, said = image.grade(code, landlock=False)
    assert "sandbox L1" in said
    assert results["score"] == 0
    assert "the attack got somewhere" not in said
    assert "count_parameters raised ImportError" in said
    solved = {f"{NAME}.ipynb": notebook(*assignment.source().solution)}
    assert image.grade(solved, landlock=False)[0]["score"] == 100


@pytest.mark.platforms
def test_files_beside_the_notebook_shadow_nothing_of_ours(image, assignment):
    evil = b"raise SystemExit('shadowed')\n"
    shadows = {f"{name}.py": evil for name in ("autograder", "numpy", "sitecustomize", "json", "conftest", "reference")}
    results, said = image.grade({f"{NAME}.ipynb": notebook(*assignment.source().solution), **shadows})
    assert results["score"] == 100
    assert "shadowed" not in said


@pytest.mark.platforms
def test_students_read_no_hidden_value_and_staff_the_whole_report(image):
    wrong = "import numpy as np\ndef softmax(Z):\n    raise ValueError(repr(Z))\n"
    results, said = image.grade({f"{NAME}.py": wrong.encode()})
    hidden = [entry for entry in results["tests"] if entry["tags"] == ["softmax", "raised"] and entry.get("score") == 0]
    assert hidden
    assert not any("array(" in entry["output"] for entry in hidden)
    assert "softmax raised ValueError" in said


@pytest.mark.platforms
def test_all_memory_or_all_time_costs_its_own_tests(image, assignment):
    bomb = "def softmax(Z):\n    hoard = []\n    while True:\n        hoard.append(b'x' * (32 << 20))\n"
    results, said = image.grade({f"{NAME}.ipynb": notebook(*assignment.source().solution, bomb)})
    failed = {entry["tags"][0] for entry in results["tests"] if entry["tags"][1] != "passed"}
    assert failed == {"softmax"}, said
    assert results["score"] == 90
    if image.peak() is not None:
        assert image.peak() <= replica.MEMORY


@pytest.mark.platforms
def test_when_time_runs_out_what_was_judged_counts(image, assignment):
    endless = "def relu_interpolant(*args):\n    while True:\n        pass\n"
    results, said = image.grade({f"{NAME}.ipynb": notebook(*assignment.source().solution, endless)}, seconds=12)
    found = outcomes(results)
    assert "grading was stopped after 12 s" in said
    assert results["output"].startswith("Grading was stopped before the end (the time for grading ran out): ")
    assert results["score"] == sum(entry.get("score", 0) for entry in results["tests"])
    assert {"not_judged"} < set(found.values())


@pytest.mark.platforms
def test_nothing_handed_in_is_zero_points(image):
    results, _ = image.grade({"notes.txt": b"sorry"})
    assert results["score"] == 0
    assert "hand in 02_networks.ipynb" in results["output"]


@pytest.mark.platforms
def test_an_image_whose_setup_failed_says_so(image):
    command = (
        "rm -rf /opt/autograder/bin && bash /autograder/source/run_autograder; cat /autograder/results/results.json"
    )
    said = json.loads(image.run(command).stdout)
    assert said["output"].endswith("tell your instructor that the autograder was not set up.")
