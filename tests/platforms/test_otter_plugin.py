"""otter-grader itself, on our export: our scores and messages, and none of a student's code or pickles in otter."""

import json
import pickle  # noqa: TID251 - to attack with
import sys
import zipfile

import pytest

pytestmark = [
    pytest.mark.platforms,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.filterwarnings("ignore"),  # theirs, when they are imported
]

RUN_ALL = """\
import json, sys
from otter.api import grade_submission
scores = {}
for path in sys.argv[2:]:
    results = grade_submission(path, sys.argv[1], quiet=True)
    scores[path] = None if results.has_catastrophic_failure() else results.total
json.dump(scores, open("scores.json", "w"))
"""
PLAIN_TEST = """\
from otter.test_files import test_case
import numpy as np
OK_FORMAT = False
name = "normalise"
points = 10
@test_case(hidden=True)
def test_rows(normalise):
    assert np.allclose(normalise([[1.0, 3.0], [0.0, 0.0]]), [[0.25, 0.75], [0.5, 0.5]])
"""
CANARY = """\
open({canary!r}, "w").close()
"""


class Touch:
    """Unpickled, it leaves a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture(scope="module")
def exported(rows, tool, tmp_path_factory):
    folder = tmp_path_factory.mktemp("otter")
    tool(f"autograder export otter 01_rows --to {folder}", rows.course.root)
    return folder


@pytest.fixture(scope="module")
def results(exported, tool, hand_in, attacks):
    """Return score by submission: honest, hostile and mixed up, each graded by otter."""
    released = exported / "student" / "01_rows.ipynb"
    folder = exported / "in"
    hand_in(folder / "full.ipynb", released)
    hand_in(folder / "partial.ipynb", released, PARTIAL)
    for name, code in attacks.items():
        hand_in(folder / f"{name}.ipynb", released, code)
    planted(folder / "planted.zip", exported / "canary-zip", released.read_text())
    (folder / "otter.py").write_text(CANARY.format(canary=str(exported / "canary-module")) + SCRIPT)
    paths = sorted(folder.iterdir())
    (exported / "run_all.py").write_text(RUN_ALL)
    tool(f"python -W ignore run_all.py autograder.zip {' '.join(map(str, paths))}", exported)
    scores = json.loads((exported / "scores.json").read_text())
    return {path.name.partition(".")[0]: scores[str(path)] for path in paths}


PARTIAL = (
    "import numpy as np\n\n\ndef normalise(A):\n    A = np.asarray(A)\n    return A / A.sum(axis=1, keepdims=True)\n"
)
SCRIPT = "import numpy as np\ndef normalise(A):\n    return np.asarray(A) / np.asarray(A).sum(axis=1, keepdims=True)\n"


def planted(path, canary, notebook):
    """Write a zip with a log to unpickle, modules that a kernel would import, and a startup configuration."""
    path.parent.mkdir(exist_ok=True)
    code = f"open({str(canary)!r}, 'w')\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("answer.ipynb", notebook)
        archive.writestr(".OTTER_LOG", pickle.dumps(Touch(canary)))
        for name in (
            "otter/__init__.py",
            "dill.py",
            "numpy.py",
            "__init__.py",
            "sitecustomize.py",
            "ipython_config.py",
            "tests/x.py",
        ):
            archive.writestr(name, code)


def test_otter_check_accepts_the_export(exported, tool, hand_in):
    student = exported / "student"
    told = tool("otter check 01_rows.ipynb", student).stdout
    assert "Two rows of weights become two probability vectors." in told
    hand_in(student / "mine.ipynb", student / "01_rows.ipynb")
    assert "All tests passed!" in tool("otter check mine.ipynb -q normalise", student).stdout


def test_otter_run_reports_our_scores_and_messages(exported, tool, hand_in, tmp_path):
    hand_in(tmp_path / "partial.ipynb", exported / "student" / "01_rows.ipynb", PARTIAL)
    told = tool(f"otter run -a {exported / 'autograder.zip'} partial.ipynb", tmp_path).stdout
    assert "Total Score: 7.625 / 10.000" in told
    document = json.loads((tmp_path / "results.json").read_text())
    (question,) = [test for test in document["tests"] if test["name"] == "normalise"]
    assert (question["score"], question["max_score"], question["visibility"]) == (7.625, 10.0, "hidden")
    assert "A row of zeros becomes 1/d in every entry. result:\n        wrong answer" in question["output"]
    public = document["tests"][0]
    assert public["name"] == "Public Tests"
    assert "A row of zeros becomes" not in public["output"]
    assert "test_normalise" not in json.dumps(document)


def test_scores_are_ours(results):
    assert (results["full"], results["partial"], results["planted"], results["otter"]) == (10.0, 7.625, 0.0, 7.625)


def test_attacks_take_no_marks_and_nothing_of_a_student_runs_in_otter(results, attacks, exported):
    assert {name: results[name] for name in attacks} == dict.fromkeys(attacks, 0.0)
    assert list(exported.glob("canary*")) == []


def test_plain_otter_is_open_to_them(tool, hand_in, exported, attacks, tmp_path):
    """Otherwise the tests above would show nothing."""
    with zipfile.ZipFile(tmp_path / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", "{}")
        archive.writestr("tests/normalise.py", PLAIN_TEST)
    inside = [name for name in attacks if name in ("patched", "passing")]
    for name in inside:
        hand_in(tmp_path / f"{name}.ipynb", exported / "student" / "01_rows.ipynb", attacks[name])
    planted(tmp_path / "planted.zip", tmp_path / "canary", (exported / "student" / "01_rows.ipynb").read_text())
    (tmp_path / "run_all.py").write_text(RUN_ALL)
    tool(f"python -W ignore run_all.py autograder.zip {' '.join(f'{name}.ipynb' for name in inside)}", tmp_path)
    assert json.loads((tmp_path / "scores.json").read_text()) == {f"{name}.ipynb": 10.0 for name in inside}
    tool("python -W ignore run_all.py autograder.zip planted.zip", tmp_path, check=False)
    assert (tmp_path / "canary").exists(), "the log was unpickled"


# ---- the plugin by itself ------------------------------------------------------------------------------------


@pytest.fixture
def engine(tmp_path, rows):
    """Return a function that makes the plugin as otter does, among a student's files."""
    from autograder.platforms.otter_plugin import Engine

    def make(code=SCRIPT, **config):
        (tmp_path / "tests").mkdir()
        for name in ("tests/t.py", "__init__.py", ".OTTER_LOG", "otter.py"):
            (tmp_path / name).write_text("")
        (tmp_path / "data" / "deep").mkdir(parents=True)
        (tmp_path / "link").symlink_to("/")
        (tmp_path / "ada.py").write_text(code)
        facts = {"course": str(rows.course.root), "assignment": "01_rows"} | config
        return Engine(str(tmp_path / "ada.py"), {}, {key: value for key, value in facts.items() if value})

    return make


@pytest.fixture
def empty():
    from otter.test_files import GradingResults

    return GradingResults([])


def test_the_plugin_takes_everything_away_but_otters_own(engine, tmp_path):
    made = engine()
    assert {path.name for path in tmp_path.iterdir()} == {"tests", "ada.py"}
    assert made.before_execution(None).cells == []
    assert {path.name for path in tmp_path.iterdir()} == {"tests"}


def test_notes_are_told(engine, empty):
    engine(f"{SCRIPT}\n# %%\nundefined").after_grading(empty)
    assert empty.total == 7.625
    assert empty.output.startswith("Note: cell 2 raised NameError")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"course": "/nowhere"}, "there is no course here"),
        ({"assignment": "99"}, "there is no assignment '99'"),
        ({"course": ""}, "gives the plugin no 'course'; export the assignment again"),
    ],
)
def test_a_fault_of_the_setup_is_no_score_of_the_student(engine, empty, config, message):
    engine(**config).after_grading(empty)
    assert empty.has_catastrophic_failure()
    assert message in str(empty.catastrophic_error)


def test_a_held_report_is_no_score_of_the_student(engine, empty, monkeypatch):
    from autograder.model import Outcome

    monkeypatch.setattr("autograder.verdict._outcome_of", lambda error: Outcome.BROKEN)
    engine("x = 1").after_grading(empty)
    assert "a test of 01_rows broke" in str(empty.catastrophic_error)
