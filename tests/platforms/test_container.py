"""What becomes of submissions in a replica of Gradescope's container.

The replica runs the real ``setup.sh`` and ``run_autograder`` as root in a copy of this machine's file system, without a
network, in 768 MB and on half a core (``replica.py``).
"""

import json
from pathlib import Path

import jsonschema
import pytest

from autograder.course import Course
from autograder.grade import Grader
from autograder.submission import read_submission

pytestmark = pytest.mark.platforms

ROOT = Path(__file__).parents[2]
NAME = "02_networks"
MEMORY = 768 << 20

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
def image(assignment, image_of):
    return image_of(assignment)


def outcomes(results):
    return {entry["extra_data"]["test"]: entry["tags"][1] for entry in results["tests"]}


def test_setup_ends_well_and_proves_the_sandbox(image):
    assert image.setup.returncode == 0, image.setup.stderr.decode()
    assert b"ready for 02_networks; student code is confined at level L" in image.setup.stdout


def test_samples_of_all_kinds_are_graded_as_here(image, assignment):
    schema = json.loads(Path(__file__).with_name("gradescope.schema.json").read_text(encoding="utf-8"))
    with Grader(assignment, plots=True) as grader:
        for name in ("raising.ipynb", "script.py", "shuffled.ipynb", "blank.ipynb"):
            data = (ROOT / "submissions" / NAME / name).read_bytes()
            here, (there, _) = grader.grade(read_submission(data, name, "ada")), image.grade({name: data})
            assert there["score"] == here.score
            assert outcomes(there) == {result.test: str(result.outcome) for result in here.results}
            assert there["output"] == "\n".join(here.notes)
            jsonschema.validate(there, schema)


def test_an_attacker_gains_reads_and_leaves_nothing(image):
    results, said = image.grade({f"{NAME}.ipynb": notebook(ATTACK)})
    assert results["score"] == 0
    assert "the attack got somewhere" not in said
    assert "count_parameters raised ImportError: reference is not available here" in said  # it ran to its end
    assert set(outcomes(results).values()) <= {"missing", "raised", "failed"}
    cheating = (ROOT / "submissions" / NAME / "cheating.ipynb").read_bytes()
    assert image.grade({f"{NAME}.ipynb": cheating})[0]["score"] == 0


def test_where_the_kernel_cannot_hide_files_their_owner_does(image, assignment):
    code = {f"{NAME}.ipynb": notebook(ATTACK)}
    results, said = image.grade(code, landlock=False)
    assert "sandbox L1" in said
    assert results["score"] == 0
    assert "the attack got somewhere" not in said
    assert "count_parameters raised ImportError" in said
    solved = {f"{NAME}.ipynb": notebook(*assignment.source().solution)}
    assert image.grade(solved, landlock=False)[0]["score"] == 100


def test_files_beside_the_notebook_shadow_nothing_of_ours(image, assignment):
    evil = b"raise SystemExit('shadowed')\n"
    shadows = {f"{name}.py": evil for name in ("autograder", "numpy", "sitecustomize", "json", "conftest", "reference")}
    results, said = image.grade({f"{NAME}.ipynb": notebook(*assignment.source().solution), **shadows})
    assert results["score"] == 100
    assert "shadowed" not in said


def test_students_read_no_hidden_value_and_staff_the_whole_report(image):
    wrong = "import numpy as np\ndef softmax(Z):\n    raise ValueError(repr(Z))\n"
    results, said = image.grade({f"{NAME}.py": wrong.encode()})
    hidden = [entry for entry in results["tests"] if entry["tags"] == ["softmax", "raised"] and entry.get("score") == 0]
    assert hidden
    assert not any("array(" in entry["output"] for entry in hidden)
    assert "softmax raised ValueError" in said


def test_all_memory_or_all_time_costs_its_own_tests(image, assignment):
    bomb = "def softmax(Z):\n    hoard = []\n    while True:\n        hoard.append(b'x' * (32 << 20))\n"
    results, said = image.grade({f"{NAME}.ipynb": notebook(*assignment.source().solution, bomb)})
    failed = {entry["tags"][0] for entry in results["tests"] if entry["tags"][1] != "passed"}
    assert failed == {"softmax"}, said
    assert results["score"] == 90
    assert image.peak() is None or image.peak() <= MEMORY


def test_when_time_runs_out_what_was_judged_counts(image, assignment):
    names = ("forward", "count_parameters", "collapse_affine", "xor_network", "relu_interpolant")
    endless = "".join(f"def {name}(*args):\n    while True:\n        pass\n" for name in names)  # 10 s each, at least
    files = {f"{NAME}.ipynb": notebook(*assignment.source().solution, endless)}
    results, said = image.grade(files, seconds=25)
    found = outcomes(results)
    assert "grading was stopped after 25 s" in said
    assert results["output"].startswith("Grading was stopped before the end (the time for grading ran out): ")
    assert results["score"] == sum(entry.get("score", 0) for entry in results["tests"])
    assert {"not_judged"} < set(found.values())


def test_nothing_handed_in_is_zero_points(image):
    results, _ = image.grade({"notes.txt": b"sorry"})
    assert results["score"] == 0
    assert "hand in 02_networks.ipynb" in results["output"]


def test_an_image_whose_setup_failed_says_so(image):
    command = (
        "rm -rf /opt/autograder/bin && bash /autograder/source/run_autograder; cat /autograder/results/results.json"
    )
    said = json.loads(image.run(command).stdout)
    assert said["output"].endswith("tell your instructor that the autograder was not set up.")
