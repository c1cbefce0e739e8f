"""Reading front matter: what it says, and one sentence with file and line for each way to get it wrong."""

from pathlib import Path

import pytest

from autograder.errors import AuthoringError
from autograder.front import IMPORTS, parse_front
from autograder.model import Limits

PATH = Path("solutions/05_svm/source.py")

FRONT = """\
# ---
# title: Support vector machines
# chapter: 5
# points: 10
# summary: Wide margins.
# ---

# %%
"""


def test_front_matter_has_defaults():
    front = parse_front(FRONT, PATH)
    assert (front.title, front.chapter, front.points) == ("Support vector machines", 5, 10.0)
    assert front.imports == IMPORTS
    assert front.limits == Limits()


def test_front_matter_can_say_everything():
    text = FRONT.replace("# ---\n", "", 1).replace("chapter: 5", "chapter: A")
    extra = "# imports: [numpy, math]\n# limits: {call: 2, memory_mb: 100}\n# jupytext: {formats: ipynb}\n"
    extra += "# forbidden: [polyfit]\n# accepts: {capstone: [float32, lists]}\n"
    front = parse_front(f"# ---\n{extra}#\n{text}", PATH)
    assert front.chapter == "A"
    assert front.imports == ("numpy", "math")
    assert front.forbidden == ("polyfit",)
    assert front.accepts == {"capstone": ("float32", "lists")}
    assert front.limits == Limits(call=2, memory_mb=100)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("# ---\n# title", "# title", 1, "expected the front matter to start here"),
        ("summary: Wide margins.\n# ---", "summary: Wide margins.", 6, "expected the front matter to end here"),
        ("# summary: Wide margins.\n", "", 1, "the front matter has no `summary`"),
        (
            "points: 10",
            "points: 10\n# accepts: [lists]",
            5,
            "accepts is ['lists'], expected lists of float32 and lists",
        ),
        ("points: 10", "points: 10\n# accepts: {f: [tuples]}", 5, "accepts is {'f': ['tuples']}, expected lists"),
        ("points: 10", "points: ten", 4, "points is 'ten', expected a positive number"),
        ("points: 10", "points: 0", 4, "points is 0, expected a positive number"),
        ("points: 10", "points: yes", 4, "points is True, expected a positive number"),
        ("points: 10", "pionts: 10", 4, "unknown key 'pionts'; did you mean points?"),
        ("chapter: 5", "chapter: 5.1", 3, "chapter is 5.1, expected a whole number or a text"),
        ("title: Support vector machines", "title: ''", 2, "title is '', expected a text"),
        ("points: 10", "points: 10\n# limits: {cal: 10}", 5, "there is no limit 'cal'"),
        ("points: 10", "points: 10\n# limits: {call: -1}", 5, "the limit call is -1, expected a positive number"),
        ("points: 10", "points: 10\n# limits: 10", 5, "limits is 10, expected a mapping"),
        ("points: 10", "points: 10\n# imports: numpy", 5, "imports is 'numpy', expected a list of module names"),
        ("points: 10", "points: [10", 5, "the front matter is not valid YAML"),
        ("points: 10", "points: \x07", 1, "the front matter is not valid YAML"),
    ],
)
def test_faults_of_the_front_matter(old, new, line, message):
    assert old in FRONT
    with pytest.raises(AuthoringError) as error:
        parse_front(FRONT.replace(old, new), PATH)
    assert str(error.value).startswith(f"{PATH}:{line}: ")
    assert message in str(error.value)


def test_front_matter_that_is_no_mapping_or_never_ends():
    with pytest.raises(AuthoringError, match=":1: the front matter is empty, expected"):
        parse_front("# ---\n# ---\n", PATH)
    with pytest.raises(AuthoringError, match="the front matter does not end"):
        parse_front("# ---\n# title: x", PATH)
