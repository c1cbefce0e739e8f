"""The student's notebook: what survives in it, what must not, and that it is the same every time."""

import ast
import json
from pathlib import Path
from textwrap import dedent, indent

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import AuthoringError
from autograder.release import notebook_text, release, solution_notebook, solution_script, strip, with_points
from autograder.source import Cell, parse_source

PATH = Path("source.py")
ROOT = Path(__file__).parent.parent

SOURCE = '''\
# ---
# title: Networks
# chapter: 2
# points: 12.5
# summary: Layers.
# ---

# %% [markdown]
# # Networks

# %%
import numpy as np

# %%
np.ones(3)

# %%
np.ones(3)

# %% [markdown]
# ## Exercise 2.1: softmax
#
# Be stable.

# %% tags=["exercise"]
def softmax(z):
    """Turn scores into probabilities."""
    #: shift each row
    shifted = z - z.max(axis=1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)

# %% [markdown] tags=["answer"]
# The shift cancels.

# %% tags=["staff"]
"for us only"

# %% [markdown]
# ## Exercise 2.2: Layer

# %% tags=["exercise"]
class Layer:
    """Holds weights."""

    def __call__(self, x):
        return x @ self.secret_weights

# %% [markdown] tags=["answer"]
# Two more words.
'''
POINTS = {"softmax": 10.0, "Layer": 2.5}


def stripped(text):
    return strip(Cell("exercise", dedent(text).strip("\n"), 1), PATH)


def same(text, expected):
    assert stripped(text) == dedent(expected).strip("\n")


# ---- stripping -------------------------------------------------------------------------------------------------


def test_a_function_keeps_signature_decorators_and_docstring():
    same(
        '''
        # how we found it: secret
        @first
        @second(lambda x: x)
        def f(
            x,  # shape (n, d)
            y: dict[str, int] = {"a": 1},
        ) -> list[int]:  # secret
            """A docstring

              with its own   spacing, and µ.
            """  # secret
            # secret
            secret = x
            return secret
        ''',
        '''
        @first
        @second(lambda x: x)
        def f(
            x,  # shape (n, d)
            y: dict[str, int] = {"a": 1},
        ) -> list[int]:
            """A docstring

              with its own   spacing, and µ.
            """
            raise NotImplementedError("f")
        ''',
    )


def test_an_async_function_without_docstring():
    same("async def f(x):\n\n    await x", 'async def f(x):\n    raise NotImplementedError("f")')


def test_hints_show_as_comments_wherever_they_stand_in_the_body():
    same(
        '''
        def f(x):
            """Doc."""
            #: first
            for row in x:
                #:second
                row += 1  #: third
                def inner():
                    #: fourth
                    return "#: not a hint  # given"
            return x
            #: last
        ''',
        '''
        def f(x):
            """Doc."""
            # first
            # second
            # third
            # fourth
            # last
            raise NotImplementedError("f")
        ''',
    )


def test_given_statements_survive_whole():
    same(
        """
        def f(x):
            x = np.asarray(x)  # given
            y = g(  # given
                1,
                2,
            )
            z = g(
                1,
            )  # noqa: E501  # given
            #: sum up
            secret = x + y + z
            if x:  # given
                #: stays as it is
                y = 1
            return secret
        """,
        """
        def f(x):
            x = np.asarray(x)  # given
            y = g(  # given
                1,
                2,
            )
            z = g(
                1,
            )  # noqa: E501  # given
            # sum up
            raise NotImplementedError("f")
            if x:  # given
                #: stays as it is
                y = 1
        """,
    )


def test_the_stub_raises_before_a_given_return():
    namespace = {}
    exec(stripped("def f(w):\n    w = w + 1  # given\n    w *= 2\n    return w  # given"), namespace)
    with pytest.raises(NotImplementedError, match="f"):
        namespace["f"](1)


def test_a_class_keeps_its_methods_and_what_is_given():
    same(
        '''
        @dataclass
        class Net(Base, metaclass=Meta):
            """A net."""

            size: int = 3  # given
            secret = 1
            #: one method per pass

            def __init__(self, size):  # given
                """Keep the size."""
                self.size = size

            @property
            def forward(self):
                """Go forward."""
                #: multiply
                return self.secret

            #: and back
            @staticmethod
            async def backward(dy):
                hidden = 1  # given
                return hidden

            class Inner:
                def f(self):
                    secret
                    #: inside
        ''',
        '''
        @dataclass
        class Net(Base, metaclass=Meta):
            """A net."""
            size: int = 3  # given
            # one method per pass

            def __init__(self, size):  # given
                """Keep the size."""
                self.size = size

            @property
            def forward(self):
                """Go forward."""
                # multiply
                raise NotImplementedError("Net.forward")
            # and back

            @staticmethod
            async def backward(dy):
                hidden = 1  # given
                raise NotImplementedError("Net.backward")

            class Inner:

                def f(self):
                    # inside
                    raise NotImplementedError("Net.Inner.f")
        ''',
    )


def test_a_class_without_anything_to_show_is_still_python():
    same(
        "class A:\n    class B:\n        secret = 1\n    def f(self):\n        return 1",
        'class A:\n\n    class B:\n        pass\n\n    def f(self):\n        raise NotImplementedError("A.f")',
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def f(x): return x", 1, "the body of f must start on its own line"),
        ("class A:\n    def f(self): return 1", 2, "the body of A.f must start on its own line"),
        ('def f(x):\n    """Doc."""; return x', 2, "two statements of f share a line"),
        ("def f(x):\n    a = 1; b = 2  # given\n    return b", 2, "two statements of f share a line"),
        ("def f(x):\n    if x:\n        y = 1  # given\n    return y", 3, "`# given` keeps whole statements"),
        ("def f(x):  # given\n    return x", 1, "`# given` keeps whole statements"),
        ("#: hint\ndef f(x):\n    return x", 1, "a hint `#: …` stands inside the body"),
        ("def f(x):\n    return x\n#: hint", 3, "a hint `#: …` stands inside the body"),
        ("def f(x):\n    return x  # given", 1, "f leaves nothing to solve"),
        ('def f(x):\n    """Doc."""', 1, "f leaves nothing to solve"),
        ("class A:\n    x: int", 1, "A leaves nothing to solve"),
    ],
)
def test_exercises_that_cannot_be_stripped(text, line, message):
    with pytest.raises(AuthoringError, match=message.replace("(", r"\(")) as error:
        strip(Cell("exercise", text, 10), PATH)
    assert error.value.line == line + 9


SECRETS = st.sampled_from(
    [
        "secret = 1",
        "secret(\n    2,\n    3,\n)",
        "for secret in x:\n    secret += 1\nelse:\n    secret()",
        "if secret:\n    if secret:\n        pass\n\n    secret = '''\nsecret # given\n    #: secret\n'''",
        "def secret(a):\n    '''secret'''\n    return secret",
        "@secret\nclass Secret:\n    secret = 1  # comment: secret",
        "try:\n    secret\nexcept secret:\n    secret  # secret",
        "# secret\npass  # not # given: secret",
        "return [secret for secret in x]",
    ]
)
KEPT = st.sampled_from(
    [
        "kept = 1  # given",
        "kept(\n    1,\n)  # given",
        "for kept in x:  # given\n    kept()",
        "return kept  # given",
        "@kept\ndef kept():  # given\n    return kept",
    ]
)
HINTS = st.just("#: hinted")


@given(
    st.lists(st.tuples(st.sampled_from(["secret", "kept", "hinted"]), SECRETS, KEPT, HINTS), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["    ", "\t", " "]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_nothing_survives_but_what_is_told_to(parts, has_docstring, step, as_method):
    body = [{"secret": s, "kept": k, "hinted": h}[word] for word, s, k, h in parts] + ["return secret"]
    body = ["'''Told.'''"] * has_docstring + body
    text = "def f(x):\n" + indent("\n".join(body), step, lambda _: True)
    if as_method:
        text = "class A:\n" + indent(text, step, lambda _: True)
    result = stripped(text)
    ast.parse(result)
    assert "secret" not in result.lower()
    assert result.count("'''Told.'''") == has_docstring
    assert result.count("# hinted") == sum(word == "hinted" for word, *_ in parts)
    for _, _, kept, _ in (part for part in parts if part[0] == "kept"):
        assert kept.split("\n")[-1] in result
    assert result.count("raise NotImplementedError") == 1


# ---- notebooks -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source():
    return parse_source(SOURCE, PATH)


def test_the_release_is_a_valid_notebook_without_outputs(source):
    notebook = release(source, POINTS, "02_networks")
    nbformat.validate(notebook)
    assert notebook.metadata.autograder == {"assignment": "02_networks", "exercises": {"softmax": 10, "Layer": 2.5}}
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(cell.outputs == [] for cell in notebook.cells if cell.cell_type == "code")


def test_cells_of_the_release(source):
    cells = {cell.id: cell.source for cell in release(source, POINTS, "02_networks").cells}
    names = [name.rpartition("-")[0] if name.startswith(("markdown", "code")) else name for name in cells]
    assert names == [
        "markdown", "code", "code", names[3], "markdown", "exercise-softmax", "check-softmax", "answer",
        "markdown", "exercise-Layer", "check-Layer", "answer-2",
    ]  # fmt: skip
    repeated = list(cells)[2:4]
    assert repeated[1] == f"{repeated[0]}-2"
    assert cells["check-softmax"] == 'check("softmax")'
    assert cells["answer"] == cells["answer-2"] == "*Your answer here*"
    assert "## Exercise 2.1: softmax (10 points)\n\nBe stable." in cells.values()
    assert "## Exercise 2.2: Layer (2.5 points)" in cells.values()


def test_the_release_text_is_the_same_every_time(source):
    texts = {notebook_text(release(parse_source(SOURCE, PATH), POINTS, "02_networks")) for _ in range(2)}
    (text,) = texts
    assert text.endswith("}\n")
    assert json.loads(text)["nbformat_minor"] == 5


def test_ids_do_not_move_when_another_cell_changes(source):
    changed = parse_source(SOURCE.replace("# # Networks", "# # Neural networks"), PATH)
    before, after = ([cell.id for cell in release(s, POINTS, "x").cells] for s in (source, changed))
    assert before[0] != after[0]
    assert before[1:] == after[1:]


def test_no_secret_is_in_the_release(source):
    text = notebook_text(release(source, POINTS, "02_networks"))
    for secret in ("shifted", "secret_weights", "The shift cancels", "for us only", "Two more words"):
        assert secret in SOURCE
        assert secret not in text


def test_the_solved_notebook_differs_in_the_answers_only(source):
    solved, blank = solution_notebook(source, "02_networks"), release(source, POINTS, "02_networks")
    nbformat.validate(solved)
    assert [cell.id for cell in solved.cells] == [cell.id for cell in blank.cells]
    cells = {cell.id: cell.source for cell in solved.cells}
    assert "shifted" in cells["exercise-softmax"]
    assert cells["answer"] == "The shift cancels."


def test_the_solution_script_runs(source):
    script = solution_script(source)
    assert script.startswith("# %%\nimport numpy as np\n")
    assert script.count("# %%") == 5
    namespace = {}
    exec(script, namespace)
    assert namespace["softmax"](namespace["np"].zeros((1, 2))).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(("points", "text"), [(1.0, "1 point"), (0.5, "0.5 points"), (10.0, "10 points")])
def test_points_stand_in_the_last_heading(points, text):
    assert with_points("# A\n## B \n# `c`\ntext", points) == f"# A\n## B \n# `c` ({text})\ntext"


@pytest.mark.parametrize("path", sorted(ROOT.glob("solutions/*/source.py")), ids=lambda path: path.parent.name)
def test_no_line_of_an_answer_is_in_a_real_release(path):
    source = parse_source(path.read_text(encoding="utf-8"), path)
    notebook = release(source, dict.fromkeys(source.exercises, 1.0), path.parent.name)
    shown = {line.strip() for cell in notebook.cells if cell.cell_type == "code" for line in cell.source.split("\n")}
    given = {line.strip() for cell in source.cells if cell.kind == "code" for line in cell.source.split("\n")}
    for cell in source.cells:
        if cell.exercise:
            for line in secret_lines(cell.source) - given:
                assert line not in shown, f"{path}: a line of {cell.exercise} is shown to students: {line}"


def secret_lines(text):
    """Return the longer lines of all statements in function bodies that are not marked as given."""
    lines = text.split("\n")
    secret = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[ast.get_docstring(node) is not None :]
            for statement in body:
                block = lines[statement.lineno - 1 : statement.end_lineno]
                if not any(line.rstrip().endswith("# given") for line in block):
                    secret |= {line.strip() for line in block if len(line.strip()) > 8}
    return secret
