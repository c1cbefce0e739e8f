"""Every attack of this folder, as a submission against the real sandbox: none gains, learns, hurts or stays.

Each file beside this one is a class of attacks: tables from names to the code of a submission, the bytes of its file,
the name of its file, or where the file, which is a link, leads. Attacks print BREACH where they reach something forbidden; secrets are
planted in the tests, the salt, the environment, the files and another student's submission. After each attack the
trusted side is asked what it saw.
"""

import csv
import io
import json
import os
import runpy
import sys
import time
from pathlib import Path

import pytest

from autograder.batch.find import find_submissions
from autograder.batch.task import open_task
from autograder.course import Course
from autograder.grade import Grader
from autograder.model import Limits, Standing, Status
from autograder.new import new
from autograder.render.feedback import feedback
from autograder.render.safe import lines
from autograder.render.table import standings_csv
from autograder.sandbox.launcher import Sandbox
from autograder.sandbox.process import pid_of
from autograder.submission import read_submission

FOLDER = Path(__file__).parent
CLASSES = {
    path.stem: runpy.run_path(str(path)) for path in sorted(FOLDER.glob("*.py")) if not path.name.startswith("test_")
}
TABLES = ("ATTACKS", "FILES", "NAMES", "LINKS")


def names(kind):
    """Return the names of the attacks of a class."""
    return [name for table in TABLES for name in CLASSES[kind].get(table, {})]


ATTACKS = [(kind, name) for kind in CLASSES for name in names(kind)]
SECRET = "PLANTED-{}-7d1f42"
PLANTED = {kind: SECRET.format(kind) for kind in ("salt", "test", "reference", "environment", "student", "file")}
LONGEST = 30.0  # seconds that an attack may take, on a busy machine

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("attacks"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course full of secrets."""
    root = tmp_path_factory.mktemp("secrets")
    (root / "solutions").mkdir()
    (root / "solutions" / "course.toml").write_text(f'salt = "{PLANTED["salt"]}"\n')
    made = Course.find(root)
    folder = new(made, "01_rows")
    with (folder / "test_hidden.py").open("a") as file:
        file.write(f'\n\nMARKER = "{PLANTED["test"]}"\n')
    (root / "solutions" / "reference.py").write_text(f'"""{PLANTED["reference"]}"""\n')
    (root / "secret.txt").write_text(PLANTED["file"])
    return Course.find(root)


@pytest.fixture(scope="module")
def grader(course, honest):
    """A grader whose process has a secret in its environment, with short limits."""
    os.environ["AUTOGRADER_ATTACKED"] = PLANTED["environment"]
    assignment = course.assignment("01_rows")
    limits = Limits(call=0.5, exercise=1, load=1, submission=10, memory_mb=1024, patience=3)
    object.__setattr__(assignment.front, "limits", limits)
    try:
        with Grader(assignment) as opened:
            assert opened.grade(honest).score == 10  # something of another student's to be found
            yield opened
    finally:
        del os.environ["AUTOGRADER_ATTACKED"]


@pytest.fixture(scope="module")
def honest(normalise_text):
    return read_submission(f"{normalise_text}\nOTHER = '{PLANTED['student']}'".encode(), "ada.py", "ada")


@pytest.fixture(scope="module")
def normalise_text():
    """A correct answer."""
    return (
        "import numpy as np\ndef normalise(A):\n    A = np.asarray(A, dtype=float)\n"
        "    return np.array([r / r.sum() if r.any() else np.full(len(r), 1 / len(r)) for r in A])"
    )


def submission(kind, name, course, folder=None):
    """Return the submission of an attack, which is told where to look; None if there is nothing to grade."""
    if name in CLASSES[kind].get("FILES", {}):
        return read_submission(CLASSES[kind]["FILES"][name], "mal.ipynb", "mal")
    if name in {**CLASSES[kind].get("NAMES", {}), **CLASSES[kind].get("LINKS", {})}:
        return handed_in(CLASSES[kind], name, course, folder)
    root = course.root
    paths = [
        root / "solutions/01_rows/test_hidden.py",
        root / "solutions/course.toml",
        root / "solutions/reference.py",
        root / "secret.txt",
    ]
    told = f"HIDDEN = {[str(path) for path in paths]!r}\n"
    return read_submission((told + CLASSES[kind]["ATTACKS"][name]).encode(), "mal.py", "mal")


def handed_in(table, name, course, folder):
    """Return the submission that is found in a folder where a file of an odd name, or a link, was put."""
    if name in table["LINKS"]:
        (folder / "mal.py").symlink_to(course.root / table["LINKS"][name])
    else:
        (folder / table["NAMES"][name]).write_text("def normalise(A):\n    return 1")
    found = find_submissions([folder], "01_rows")
    assert [c for problem in found.problems for c in "\x1b\r\n\u202e" if c in problem] == []
    return next((open_task(student, path).submission() for student, path in found.files), None)


def shown(report):
    """Return all that a report lets anybody see."""
    return "\n".join(
        [json.dumps(report.as_dict()), lines(report.output), feedback(report), standings_csv([Standing.of(report)])]
    )


def files_of(course):
    """Return the files that an attack may leave behind or remove."""
    files = {str(p) for p in course.root.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    return files | {str(p) for folder in ("/tmp", "/dev/shm") for p in Path(folder).glob("attack*")}


def children_of(grader):
    """Return the processes that the launcher has forked and that still run; none of them can fork in turn."""
    found = []
    zygote = pid_of(grader.sandbox._zygote)
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if f"\nPPid:\t{zygote}\n" in text and "\nState:\tZ" not in text:
            found.append(status.parent.name)
    return found


def wait_for_burial(grader):
    """A process is killed before its report is there; the kernel takes a moment to end it."""
    deadline = time.monotonic() + 10
    while left := children_of(grader):
        assert time.monotonic() < deadline, f"processes are left: {left}"
        time.sleep(0.002)


@pytest.mark.parametrize(("kind", "name"), ATTACKS, ids=[f"{kind}: {name}" for kind, name in ATTACKS])
def test_attack(kind, name, course, grader, tmp_path):
    files = files_of(course)
    started = time.monotonic()
    made = submission(kind, name, course, tmp_path)
    if made is None:  # links are not followed, and a name that is no text names no student
        assert name in {*CLASSES[kind].get("LINKS", ()), "not utf-8"}
        return
    report = grader.grade(made)
    elapsed = time.monotonic() - started

    assert report.score == 0, "an attack may not score"
    assert report.status in (Status.GRADED, Status.UNREADABLE), report.results[0].detail
    seen = shown(report)
    assert "BREACH" not in seen.replace("BREACH\\u", "").replace("BREACH\ufffd", ""), seen[:2000]
    assert [secret for secret in PLANTED.values() if secret in seen] == []
    assert [c for c in "\x1b\x07\x00\u202e" if c in seen] == []
    rows = list(csv.reader(io.StringIO(standings_csv([Standing.of(report)]))))
    assert len(rows) == 2, "one line for the heads and one for the student"
    assert [cell for cell in rows[1] if cell[:1] in tuple("=+-@\t\r")] == []
    assert len(seen) < 200_000
    assert elapsed < LONGEST
    assert files_of(course) == files
    wait_for_burial(grader)


@pytest.mark.parametrize("kind", CLASSES)
def test_after_a_class_of_attacks_an_honest_submission_scores_full(kind, course, grader, honest, tmp_path):
    grader.grade(submission(kind, names(kind)[0], course, tmp_path))
    assert grader.grade(honest).score == 10


def test_there_are_enough_attacks_of_enough_kinds():
    assert len(ATTACKS) >= 120
    assert len(CLASSES) >= 12


def test_the_documented_table_is_the_suite():
    page = (FOLDER.parents[1] / "docs" / "security.md").read_text()
    rows = [
        f"| {kind} | {' '.join(table['__doc__'].split())} | {len(names(kind))} |" for kind, table in CLASSES.items()
    ]
    head = "| class | what it tries | attacks |\n|---|---|---|\n"
    assert head + "\n".join(rows) + "\n\n" in page, "docs/security.md should say:\n" + "\n".join(rows)


def test_feedback_says_nothing_that_a_hidden_call_produced(course, grader):
    for name in CLASSES["secrets"]["ATTACKS"]:
        if name.startswith("inputs in"):
            report = grader.grade(submission("secrets", name, course))
            hidden = feedback(report).partition("The rows")[0]
            visible = [r.detail for r in report.results if r.visibility == "visible"]
            for text in visible:
                hidden = hidden.replace(text, "")
            assert "INPUT" not in "\n".join(line for line in hidden.split("\n") if not line.startswith("  - "))


def test_what_a_program_remembers_of_hidden_inputs_reaches_no_student(course, grader):
    collect = (
        "import numpy as np\nseen = []\ndef normalise(A):\n"
        "    if len(seen) > 2:\n        raise ValueError(f'INPUT {seen}')\n"
        "    seen.append(np.array(A).tolist())\n    return np.array(A, dtype=float)\n"
    )
    report = grader.grade(read_submission(collect.encode(), "mal.py", "mal"))
    assert any("INPUT" in r.detail for r in report.results if r.visibility == "hidden")
    drawn = [repr(float(value)) for case in grader.tests[0].cases.values() for value in case["A"].flat]
    assert [number for number in drawn if number in feedback(report)] == []


@pytest.mark.parametrize(
    ("missing", "kind", "name"),
    [
        ("landlock", "secrets", "hidden tests by path"),
        ("landlock", "secrets", "passwords"),
        ("seccomp", "processes", "fork"),
        ("seccomp", "network", "tcp socket"),
        ("seccomp", "kernel", "memfd_create"),
    ],
)
def test_the_suite_notices_a_planted_weakness(missing, kind, name, course, monkeypatch):
    layers = sorted({"limits", "identity", "landlock", "seccomp"} - {missing})
    original = Sandbox.__init__
    monkeypatch.setattr(Sandbox, "__init__", lambda self, profile: original(self, profile, layers, namespaces=()))
    for path in [course.root, *course.root.rglob("*")]:
        path.chmod(0o755)
    for parent in course.root.parents:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    with Grader(course.assignment("01_rows"), "L0") as weak:
        seen = shown(weak.grade(submission(kind, name, course)))
    assert "BREACH" in seen or any(secret in seen for secret in PLANTED.values())
