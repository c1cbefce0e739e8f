"""Reading sources: what they hold, and one sentence with file and line for each way to get them wrong."""

from pathlib import Path
from textwrap import dedent

import pytest

from autograder.errors import AuthoringError
from autograder.source import heading_line, parse_source

PATH = Path("solutions/05_svm/source.py")

FRONT = """\
# ---
# title: Support vector machines
# chapter: 5
# points: 10
# summary: Wide margins.
# ---
"""

BODY = '''\

# %% [markdown]
# # Prose
#
# With $x$.

# %%
import numpy as np

# %% [markdown]
# ## Exercise: softmax

# %% tags=["exercise"]


def softmax(z):
    """Not a cell start:

# %% inside a string
    """
    return z


# %% [markdown] tags=["answer"]
# Because.
# %% tags=["staff"]
secret = 1
# %% [markdown] tags=["staff"]
# For us.
'''


def parse(text):
    return parse_source(text, PATH)


def test_cells_have_kind_text_and_line():
    source = parse(FRONT + BODY)
    lines = (FRONT + BODY).split("\n")
    assert [cell.kind for cell in source.cells] == [
        "markdown", "code", "markdown", "exercise", "answer", "staff", "staff",
    ]  # fmt: skip
    assert source.exercises == ("softmax",)
    for cell in source.cells:
        assert lines[cell.line - 1].removeprefix("# ") == cell.source.split("\n")[0]
    assert source.cells[0].source == "# Prose\n\nWith $x$."


def test_the_solution_is_the_code_without_staff_cells():
    imports, softmax = parse(FRONT + BODY).solution
    assert imports == "import numpy as np"
    assert softmax.startswith("def softmax(z):")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# %% [markdown]\n# # Prose", "x = 1\n# %% [markdown]\n# # Prose", "expected a cell to start here"),
        ("import numpy as np", "import numpy as as np", "this is not valid Python"),
        ("import numpy as np", "# %matplotlib inline", "this is not valid Python (a source holds no magics)"),
        ("import numpy as np", "def f():\n    # %% x\n    pass", "a comment in this cell would start another one"),
        ('tags=["exercise"]', 'tags=["excercise"]', "unknown tag 'excercise', expected one of exercise, answer, staff"),
        ('tags=["exercise"]', 'tags="exercise"', "a cell starts with `# %%`"),
        ('tags=["exercise"]', "exercise", "a cell starts with `# %%`"),
        ('tags=["exercise"]', 'tag=["exercise"]', "a cell starts with `# %%`"),
        ('tags=["exercise"]', '[raw] tags=["exercise"]', "a cell starts with `# %%`"),
        ('tags=["exercise"]', 'tags=["exercise", "staff"]', "a cell has one tag, found exercise, staff"),
        ('# %% [markdown] tags=["answer"]', '# %% tags=["answer"]', "a cell tagged answer is a markdown cell"),
        ("    return z\n", "    return z\n\n\ndef g():\n    return 1\n", "exactly one function or class"),
        ("    return z\n", "    return z\n\nprint(softmax)\n", "exactly one function or class"),
        ("def softmax(z)", "def _softmax(z)", "'_softmax' cannot name an exercise"),
        ("def softmax(z)", "def σ(z)", "'σ' cannot name an exercise"),
        ("# ## Exercise: softmax", "# Exercise: softmax", "needs a Markdown cell with a heading"),
        ("# %% [markdown]\n# ## Exercise: softmax", "# %%\n# ## Exercise: softmax", "needs a Markdown cell"),
        ("import numpy as np", "def softmax(z):\n    return 1", "softmax is an exercise; this cell has no tag"),
        ('# %% tags=["exercise"]', "# %%", "the source has no exercise"),
    ],
)
def test_faults_of_the_cells(old, new, message):
    text = FRONT + BODY.replace(old, new)
    assert text != FRONT + BODY
    with pytest.raises(AuthoringError) as error:
        parse(text)
    assert message in str(error.value)


def test_a_fault_is_placed_on_its_line():
    text = FRONT + BODY.replace("    return z\n", "    return z\n\n\nunwanted = 1\n")
    with pytest.raises(AuthoringError) as error:
        parse(text)
    assert text.split("\n")[error.value.line - 1] == "unwanted = 1"


def test_a_cell_that_only_the_whole_file_completes_is_refused():
    text = FRONT + BODY.replace("import numpy as np", "numbers = [\n# %%\n]")
    with pytest.raises(AuthoringError, match="this is not valid Python"):
        parse(text)


def test_an_exercise_cell_with_comments_only_is_refused():
    text = FRONT + dedent("""
        # %% [markdown]
        # ## Exercise
        # %% tags=["exercise"]
        # nothing
    """)
    with pytest.raises(AuthoringError, match="found none"):
        parse(text)


def test_an_exercise_has_one_place():
    twice = BODY + '# %% [markdown]\n# ## Again\n# %% tags=["exercise"]\ndef softmax(z):\n    return 2\n'
    line = parse(FRONT + BODY).cells[3].line
    with pytest.raises(AuthoringError, match=f"'softmax' was defined before, at line {line}"):
        parse(FRONT + twice)


@pytest.mark.parametrize(
    ("markdown", "line"),
    [
        ("## One", 0),
        ("# One\n\ntext\n### Two\ntext", 3),
        ("# One\n```\n# no heading\n```", 0),
        ("~~~\n```\n# none\n~~~", None),
        ("#none", None),
        ("", None),
    ],
)
def test_heading_line(markdown, line):
    assert heading_line(markdown) == line
