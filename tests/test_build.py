"""From `solutions/` to `assignments/`: the same bytes every time, nothing lost, every drift named."""

import pytest

from autograder.build import Difference, build
from autograder.course import Course
from autograder.errors import AuthoringError, UsageError
from autograder.new import new

FILES = {
    "assignments/05_svm/05_svm.ipynb",
    "assignments/05_svm/data/deep/points.csv",
    "assignments/05_svm/test_public.py",
    "assignments/06_generative/06_generative.ipynb",
    "assignments/06_generative/test_public.py",
    "assignments/README.md",
}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "solutions").mkdir()
    course = Course(tmp_path, "salt")
    new(course, "05_svm")
    new(course, "06_generative")
    data = tmp_path / "solutions" / "05_svm" / "data" / "deep"
    data.mkdir(parents=True)
    (data / "points.csv").write_bytes(b"1,2\r\n\xff")
    (data / ".DS_Store").write_text("")
    return tmp_path


def run(root, *names, check=False):
    return {str(drift) for drift in build(Course(root, "salt"), names, check=check)}


def files(root):
    return {path.relative_to(root).as_posix() for path in (root / "assignments").rglob("*") if path.is_file()}


def test_everything_is_made_once(root):
    assert run(root) == {f"{name} (missing)" for name in FILES}
    assert files(root) == FILES
    assert run(root) == set()
    assert run(root, check=True) == set()


def test_public_tests_and_data_are_copied_byte_for_byte(root):
    run(root)
    for name in ("test_public.py", "data/deep/points.csv"):
        assert (root / "assignments/05_svm" / name).read_bytes() == (root / "solutions/05_svm" / name).read_bytes()


def test_the_bytes_do_not_depend_on_place_or_salt(root, tmp_path_factory):
    run(root)
    other = tmp_path_factory.mktemp("other")
    (root / "solutions").rename(other / "solutions")
    build(Course(other, "another salt"))
    for name in FILES:
        assert (root / name).read_bytes() == (other / name).read_bytes()


def test_check_writes_nothing_and_names_every_drift(root):
    run(root)
    (root / "assignments/README.md").unlink()
    (root / "assignments/05_svm/05_svm.ipynb").write_text("edited")
    (root / "assignments/05_svm/data/old.csv").write_text("")
    (root / "assignments/06_generative/solved.ipynb").write_text("")
    (root / "assignments/notes.txt").write_text("")
    (root / "assignments/06_generative/.ipynb_checkpoints").mkdir()
    (root / "assignments/06_generative/.ipynb_checkpoints/x.ipynb").write_text("")
    expected = {
        "assignments/README.md (missing)",
        "assignments/05_svm/05_svm.ipynb (differs)",
        "assignments/05_svm/data/old.csv (obsolete)",
        "assignments/06_generative/solved.ipynb (extra)",
        "assignments/notes.txt (extra)",
    }
    assert run(root, check=True) == expected
    assert run(root, check=True) == expected
    assert (root / "assignments/05_svm/05_svm.ipynb").read_text() == "edited"


def test_a_build_repairs_all_but_what_is_not_its_own(root):
    run(root)
    (root / "assignments/05_svm/05_svm.ipynb").write_text("edited")
    (root / "assignments/06_generative/solved.ipynb").write_text("mine")
    run(root)
    assert run(root, check=True) == {"assignments/06_generative/solved.ipynb (extra)"}
    assert (root / "assignments/06_generative/solved.ipynb").read_text() == "mine"


def test_what_is_no_longer_made_is_removed_with_its_folders(root):
    run(root)
    for path in sorted((root / "solutions/06_generative").iterdir()):
        path.unlink()
    (root / "solutions/05_svm/data/deep/points.csv").unlink()
    drifts = build(Course(root, "salt"))
    removed = {drift.path.as_posix() for drift in drifts if drift.difference is Difference.OBSOLETE}
    assert removed == {name for name in FILES if "06_generative" in name or "data" in name}
    assert sorted(path.name for path in (root / "assignments").iterdir()) == ["05_svm", "README.md"]
    assert not (root / "assignments/05_svm/data").exists()


def test_one_assignment_can_be_built_alone(root):
    drifts = run(root, "06")
    assert drifts == {f"{name} (missing)" for name in FILES if "05_svm" not in name}
    assert run(root, "06", check=True) == set()
    assert len(run(root, check=True)) == 3


def test_the_index_lists_all_assignments(root):
    path = root / "solutions/05_svm/source.py"
    path.write_text(path.read_text().replace("# summary: Replace", "# summary: Cats | dogs. Replace"))
    run(root, "06")
    rows = (root / "assignments/README.md").read_text().split("\n")[-3:-1]
    assert rows[0].startswith("| [05_svm](05_svm/05_svm.ipynb) | 5 | Svm | `normalise` | 10 | Cats \\| dogs. ")
    assert rows[1].startswith("| [06_generative](06_generative/06_generative.ipynb) | 6 | Generative | ")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("source.py", "    uniform = ", "    y = 1; uniform = "),
        ("test_hidden.py", "points=6", "points=7"),
        ("test_public.py", "from autograder", "import reference\nfrom autograder"),
        ("mistakes.py", '"""Divides by', '""" """\n    "Divides by'),
        ("alternatives.py", '"normalise"', '"normalize"'),
    ],
)
def test_a_fault_anywhere_is_reported_before_anything_is_written(root, file, old, new):
    path = root / "solutions/06_generative" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(AuthoringError) as error:
        run(root)
    assert error.value.path.parent.name == "06_generative"
    assert not (root / "assignments").exists()


def test_an_unknown_name(root):
    with pytest.raises(UsageError, match="did you mean 05_svm"):
        run(root, "05_swm")
