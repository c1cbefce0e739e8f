"""The commands of the documentation, as they stand there, with the real tools and a home folder of their own."""

import csv
import json
import shutil
import sys

import pytest

pytestmark = [
    pytest.mark.platforms,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
]

NAME = "02_networks"


@pytest.fixture(autouse=True)
def nothing_imported_yet(tool):
    """Remove what another page's commands have imported."""
    shutil.rmtree(tool.home / "imported", ignore_errors=True)


@pytest.fixture
def sample(pytestconfig):
    """Return a function that copies a sample submission somewhere."""

    def copy(name, to):
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(pytestconfig.rootpath / "submissions" / NAME / f"{name}.ipynb", to)

    return copy


def test_nbgrader(tool, commands, sample, pytestconfig):
    archive = tool.home / "course" / "downloaded" / NAME / "archive"
    sample("full", archive / f"ada_{NAME}.ipynb")
    sample("partial_most", archive / f"bob_{NAME}.ipynb")
    said = tool("\n".join(commands("nbgrader.md")), pytestconfig.rootpath)
    with (tool.home / "course" / "grades.csv").open() as file:
        assert {row["student_id"]: row["score"] for row in csv.DictReader(file)} == {"ada": "100.0", "bob": "65.0"}
    assert (tool.home / "course" / "feedback" / "bob" / NAME / f"{NAME}.html").is_file()
    assert "65" in said.stdout
    assert (tool.home / "imported" / "source.py").is_file()


def test_otter(tool, commands, sample, pytestconfig):
    sample("partial_most", tool.home / "otter" / "ada.ipynb")
    shutil.copy(pytestconfig.rootpath / "tests" / "platforms" / "master.ipynb", tool.home / "otter" / "master.ipynb")
    said = tool("\n".join(commands("otter.md")), pytestconfig.rootpath)
    assert "Total Score: 65.000 / 100.000" in said.stdout
    assert json.loads((tool.home / "otter" / "results.json").read_text())["tests"][2]["score"] == 10
    assert (tool.home / "imported" / "test_hidden.py").is_file()


def test_nbgraders_exchange(tool, hand_in, rows, tmp_path):
    """Release, fetch, submit, collect: what lies there is graded by nbgrader and by ourselves."""
    course, student = tmp_path / "course", tmp_path / "ada"
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)
    student.mkdir()
    settings = f"--Exchange.root={tmp_path / 'exchange'} --course=numpy101"
    tool(f"autograder export nbgrader 01_rows --to {course}", rows.course.root)
    tool(f"nbgrader generate_assignment 01_rows && nbgrader release_assignment 01_rows {settings}", course)
    tool(f"nbgrader fetch_assignment 01_rows {settings}", student)
    notebook = student / "01_rows" / "01_rows.ipynb"
    hand_in(notebook, notebook)
    tool(f"nbgrader submit 01_rows {settings}", student)
    tool(f"nbgrader collect 01_rows {settings} && nbgrader autograde 01_rows && nbgrader export", course)
    with (course / "grades.csv").open() as file:
        assert [(row["score"], bool(row["timestamp"])) for row in csv.DictReader(file)] == [("10.0", True)]
    (ours,) = json.loads(tool(f"autograder grade 01_rows {course / 'submitted'} --json", rows.course.root).stdout)
    assert ours["score"] == 10
