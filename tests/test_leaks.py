"""What may reach students and what may not. Each kind of secret is planted where it must be found."""

import io
import json
import zipfile

import pytest

from autograder.course import Course
from autograder.leaks import leaks, secrets_of
from autograder.new import new

HIDDEN = '''
from autograder.testing import agree, cases, grades

SPECIAL = [[3.5, 0.25], [7.0, 9.0]]


def helper(student, rows):
    value = student.normalise(rows)
    return [sum(row) for row in value], len(value)


@grades("normalise", points=10)
@cases("A", one=SPECIAL)
def test_rows(student, A):
    """Rows sum to one."""
    sums, count = helper(student, A)
    agree(sums, [1.0] * count, "sums")
'''
SOLUTION = """
    #: look at the rows one by one
    rows = [[float(entry) for entry in row] for row in A]  # given
    shares = [[entry / (sum(row) or 1.0) for entry in row] for row in rows]
    return np.array(shares)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose secret lines are its own, unlike the scaffold's, which every student has with the engine."""
    root = tmp_path_factory.mktemp("leaks")
    (root / "solutions").mkdir()
    (root / "reference").mkdir()
    made = Course(root, "salt-7d1f42")
    folder = new(made, "01_rows")
    source = (folder / "source.py").read_text()
    head, _, body = source.partition('# %% tags=["exercise"]\n')
    signature = body[: body.index('"""', body.index('"""') + 3) + 3]
    (folder / "source.py").write_text(
        f'{head}# %% tags=["exercise"]\n{signature}{SOLUTION}\n\n# %% tags=["staff"]\nstaff_only = 1234\n'
    )
    (folder / "test_hidden.py").write_text(HIDDEN)
    public = HIDDEN[: HIDDEN.index("@grades")].replace("[[3.5, 0.25], [7.0, 9.0]]", "[[1.0, 1.0]]")
    (folder / "test_public.py").write_text(public)
    (folder / "mistakes.py").write_text(
        'from autograder.testing import mistake\n\n\n@mistake("normalise", fails=["test_rows"])\n'
        'def halves(A):\n    """Halves."""\n    return [[entry / 2.5 for entry in row] for row in A]\n'
    )
    (root / "reference" / "rows.py").write_text(
        'def share(A):\n    """Return shares."""\n    totals = [sum(row) for row in A]\n    return totals, A\n'
    )
    return made


@pytest.fixture(scope="module")
def secrets(course):
    return secrets_of(course)


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": "code", "source": c.splitlines(keepends=True)} for c in cells]}).encode()


LEAKS = {
    "solution": "shares = [[entry / (sum(row) or 1.0) for entry in row] for row in rows]",
    "solution, indented otherwise": "\t\tshares  =  [[entry / (sum(row) or 1.0) for entry in row] for row in rows]  ",
    "hidden input": "SPECIAL = [[3.5, 0.25], [7.0, 9.0]]",
    "hidden test": 'agree(sums, [1.0] * count, "sums")',
    "hidden docstring": '"""Rows sum to one."""',
    "mistake": "return [[entry / 2.5 for entry in row] for row in A]",
    "reference": "totals = [sum(row) for row in A]",
    "staff cell": "staff_only = 1234",
}


@pytest.mark.parametrize("kind", LEAKS)
def test_one_secret_line_is_found_wherever_it_stands(secrets, kind):
    line = LEAKS[kind]
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("deep/a.txt", f"x\n{line}\n")
    outputs = json.dumps({"cells": [{"outputs": [{"text": ["a\n", f"{line}\n"]}]}]}).encode()
    files = {
        "a.py": f"x = 1\n{line}\n".encode(), "b.ipynb": notebook("y = 2", f"if x:\n    {line}\n"),
        "c.ipynb": outputs, "d.zip": stored.getvalue(), "broken.ipynb": f"{{\n{line}\n".encode(), "e.md": line.encode(),
    }  # fmt: skip
    for name, data in files.items():
        (sentence,) = leaks(secrets, name, data)
        assert "holds the line" in sentence
        assert sentence.startswith(name)


def test_lines_that_are_public_as_well_tell_nothing(secrets):
    public = [
        "import numpy as np", "from autograder.testing import agree, cases, grades",
        "value = student.normalise(rows)", "# look at the rows one by one", "def normalise(A):", "return True", "x = 1",
        "rows = [[float(entry) for entry in row] for row in A]  # given",
    ]  # fmt: skip
    for line in public:
        assert leaks(secrets, "a.py", line.encode()) == []


def test_a_whole_answer_is_found_though_each_line_of_it_is_public(course, secrets):
    spelled = (
        "def mine(A):\n    totals = [\n        sum(row)\n        for row in A\n    ]\n    return (totals,\n        A)\n"
    )
    assert leaks(secrets, "a.py", spelled.encode()) == ["a.py holds all of share of reference/rows.py"]
    assert leaks(secrets, "a.ipynb", notebook("x = 1", spelled)) == ["a.ipynb holds all of share of reference/rows.py"]


def test_a_helper_that_public_and_hidden_tests_share_is_no_answer(course, secrets):
    public = (course.solutions / "01_rows" / "test_public.py").read_bytes()
    assert leaks(secrets, "test_public.py", public) == []


def test_the_salt_is_found_in_any_file(secrets):
    assert leaks(secrets, "x.bin", b"\0\xffsalt-7d1f42\0") == ["x.bin holds the course's salt"]


def test_what_the_build_makes_of_this_course_holds_nothing(course, secrets):
    from autograder.release import notebook_text, release

    assignment = course.assignment("01_rows")
    text = notebook_text(release(assignment.source(), {"normalise": 10}, "01_rows"))
    assert "normalise" in text
    assert leaks(secrets, "01_rows.ipynb", text.encode()) == []


def test_a_class_shows_its_methods_heads_only(tmp_path):
    made = Course(tmp_path, "salt-7d1f42")
    (tmp_path / "solutions").mkdir()
    folder = new(made, "01_rows")
    (folder / "source.py").write_text(
        (folder / "source.py").read_text().partition('# %% tags=["exercise"]\n')[0]
        + '# %% tags=["exercise"]\nclass Model:\n    """A model."""\n\n    secret_attribute = 17\n\n'
        '    def fit(self, inputs):\n        """Fit well."""\n        self.total_of_inputs = sum(inputs)\n'
    )
    secrets = secrets_of(made)
    for shown in ("class Model:", "def fit(self, inputs):", '"""Fit well."""', '"""A model."""'):
        assert leaks(secrets, "a.py", shown.encode()) == []
    for hidden in ("secret_attribute = 17", "self.total_of_inputs = sum(inputs)"):
        assert leaks(secrets, "a.py", hidden.encode())


def test_hopeless_python_and_json_are_read_as_text(secrets):
    for name, data in (("a.py", b"(" * 5000), ("b.ipynb", b"[" * 100_000), ("c.py", b"x\0y")):
        assert leaks(secrets, name, data) == []
