"""Cells are executed as a kind reader would: what is broken costs itself only, and the notes say what it was."""

import ast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox.cells import (
    MAX_NOTE,
    Notebook,
    guarded_import,
    is_definition,
    is_stub,
    line_in_cells,
    names_in,
    plain_python,
    summary,
)


def run(*cells, exercises=("f",), allowed=("numpy", "matplotlib"), **options):
    """Return the notebook after executing cells numbered from 1."""
    notebook = Notebook(exercises, allowed)
    notebook.run(list(enumerate(cells, 1)), **options)
    return notebook


# ---- cells that work -------------------------------------------------------------------------------------------


def test_cells_share_one_namespace_in_order():
    notebook = run("x = 1", "def f():\n    return x", "x = f() + 1")
    assert notebook.namespace["x"] == 2
    assert notebook.notes == []


def test_the_program_is_the_main_module():
    notebook = run("class Layer:\n    pass", "main = __name__ == '__main__'")
    assert notebook.namespace["Layer"].__module__ == "__main__"
    assert notebook.namespace["main"]


def test_two_notebooks_share_nothing():
    run("x = 1", "import numpy as np\nnp.marker = 1\ndel np.marker")
    assert "x" not in run("y = 2").namespace


# ---- cells that fail -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("1 / 0", "cell 1 raised ZeroDivisionError: division by zero (line 1)"),
        ("\n\nx + 1", "cell 1 raised NameError: name 'x' is not defined (line 3)"),
        ("raise SystemExit", "cell 1 raised SystemExit (line 1)"),
        ("import sys\nsys.exit('bye')", "cell 1 raised SystemExit: bye (line 2)"),
        ("raise KeyboardInterrupt", "cell 1 raised KeyboardInterrupt (line 1)"),
        ("raise GeneratorExit", "cell 1 raised GeneratorExit (line 1)"),
        ("def g():\n    g()\ng()", "cell 1 raised RecursionError: maximum recursion depth exceeded (line 2)"),
        ("import numpy as np\nnp.zeros(2) @ np.zeros(3)", "cell 1 raised ValueError: matmul: "),
        ("raise ValueError('a\\n\\n  b\\tc')", "cell 1 raised ValueError: a b c (line 1)"),
        ("raise ExceptionGroup('two', [ValueError()])", "cell 1 raised ExceptionGroup: two (1 sub-exception) (line 1)"),
    ],
    ids=lambda text: text[:20].replace("\n", " "),
)
def test_a_failing_cell_is_noted_and_the_next_one_runs(source, note):
    notebook = run(source, "x = 2")
    assert len(notebook.notes) == 1
    assert notebook.notes[0].startswith(note)
    assert notebook.namespace["x"] == 2


def test_whoever_sits_at_the_keyboard_can_interrupt():
    notebook = Notebook(["f"], ["numpy"], interruptible=True)
    with pytest.raises(KeyboardInterrupt):
        notebook.run([(1, "raise KeyboardInterrupt")])
    notebook.run([(2, "raise SystemExit")])
    assert notebook.notes == ["cell 2 raised SystemExit (line 1)"]


def test_definitions_below_a_failure_are_kept():
    source = (
        "before = 1\n1 / 0\nimport math\nrate = 0.1\nwrong = rate + before\n@staticmethod\ndef f():\n    return math.pi"
    )
    notebook = run(source)
    assert notebook.notes == ["cell 1 raised ZeroDivisionError: division by zero (line 2)"]
    assert notebook.namespace["f"]() == pytest.approx(np.pi)
    assert notebook.namespace["rate"] == 0.1
    assert "wrong" not in notebook.namespace


def test_each_definition_may_fail_on_its_own():
    source = "1 / 0\nimport no_such_module\ndef f(x=missing):\n    pass\nclass C(nobody):\n    pass\ndef g():\n    pass"
    notebook = run(source)
    assert [note.split(":")[0] for note in notebook.notes] == [
        "cell 1 raised ZeroDivisionError",
        "cell 1 raised ImportError",
        "cell 1 raised NameError",
        "cell 1 raised NameError",
    ]
    assert "g" in notebook.namespace


@pytest.mark.parametrize(
    "source",
    [
        "@jit\ndef f():\n    return 1\ndef g():\n    return 2",
        "@print\n@jit(\n    fast=True,\n)\nclass C:\n    pass\ndef g():\n    return 2",
        "class C:\n    x = 1\n\n    @jit\n    def f(self):\n        pass\ndef g():\n    return 2",
    ],
    ids=["function", "lines", "method"],
)
def test_an_unknown_decorator_is_met_once(source):
    notebook = run(source)
    assert len(notebook.notes) == 1
    assert notebook.notes[0].startswith("cell 1 raised NameError: name 'jit' is not defined")
    assert notebook.namespace["g"]() == 2


def test_an_exception_in_a_function_is_placed_where_it_was_raised():
    notebook = run("def g():\n    return 1 / 0", "x = 1\ng()\ndef f():\n    return 3")
    assert notebook.notes == ["cell 2 raised ZeroDivisionError: division by zero (cell 1, line 2)"]
    assert notebook.namespace["f"]() == 3


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("def f(:", "cell 1 is not valid Python at line 1: invalid syntax"),
        ("x = 1\n  y = 2", "cell 1 is not valid Python at line 2: unexpected indent"),
        ("x = '\0'", "cell 1 is not valid Python"),
        ("(" * 300, "cell 1 is not valid Python at line 1: too many nested parentheses"),
        ("x = " + "-" * 50_000 + "1", "cell 1 is not valid Python"),
        ("x = " + "1 + " * 50_000 + "1", "cell 1 is not valid Python"),
        ("Answer: softmax", "cell 1 raised NameError"),
    ],
    ids=["header", "indent", "null", "parentheses", "signs", "sum", "prose"],
)
def test_a_cell_that_is_no_python_costs_only_itself(source, note):
    notebook = run(source, "x = 2")
    assert len(notebook.notes) == 1
    assert notebook.notes[0].startswith(note)
    assert notebook.namespace["x"] == 2


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("x = 1\nreturn x\ndef g():\n    return 2", "cell 1 is not valid Python at line 2: 'return' outside function"),
        (
            "x = 1\ndef f():\n    break\ndef g():\n    return 2",
            "cell 1 is not valid Python at line 3: 'break' outside loop",
        ),
        (
            "x = 1\ndef f():\n    nonlocal y\ndef g():\n    return 2",
            "cell 1 is not valid Python at line 3: no binding for nonlocal 'y' found",
        ),
        (
            "def g():\n    return 2\nx = 1\nfrom __future__ import annotations",
            "cell 1 is not valid Python at line 4: from __future__ imports must occur at the beginning of the file",
        ),
    ],
    ids=["return", "break", "nonlocal", "future"],
)
def test_what_only_the_compiler_refuses_costs_one_statement(source, note):
    notebook = run(source)
    assert notebook.notes == [note]
    assert notebook.namespace["x"] == 1
    assert notebook.namespace["g"]() == 2


def test_a_statement_that_the_compiler_cannot_place_costs_its_cell(monkeypatch):
    def overwhelmed(*args):
        raise RecursionError

    monkeypatch.setattr("autograder.sandbox.cells.compile", overwhelmed, raising=False)
    assert run("x = 1", "y = 2").notes == [
        "cell 1 is not valid Python: RecursionError",
        "cell 2 is not valid Python: RecursionError",
    ]


def test_an_exception_that_hides_its_place_ends_its_cell():
    notebook = run("class E(Exception):\n    __traceback__ = None\nraise E\ndef g():\n    return 2", "x = 2")
    assert notebook.notes == ["cell 1 raised E"]
    assert "g" not in notebook.namespace
    assert notebook.namespace["x"] == 2


def test_notes_are_short():
    (note,) = run("raise ValueError('x' * 10_000)").notes
    assert len(note) == MAX_NOTE
    assert note.endswith("…")


# ---- exercises -------------------------------------------------------------------------------------------------

STUB = 'def f(x):\n    """Return x."""\n    raise NotImplementedError("f")'


def test_cells_that_stop_at_an_exercise_are_one_note():
    notebook = run(STUB, "f(1)\ndef g():\n    return 2", "x = 1", "f(2)")
    assert notebook.notes == ["cells 2, 4 stopped at an exercise that is not implemented"]
    assert notebook.namespace["g"]() == 2
    assert run(STUB, "f(1)").notes == ["cell 2 stopped at an exercise that is not implemented"]


def test_an_untouched_copy_does_not_replace_an_answer():
    notebook = run(STUB, "def f(x):\n    return x", STUB)
    assert notebook.namespace["f"](3) == 3
    assert notebook.notes == ["cell 3 holds the empty f again; the answer in cell 2 counts"]


def test_the_last_answer_counts():
    assert run("def f(x):\n    return 1", "def f(x):\n    return 2").namespace["f"](0) == 2


def test_without_an_answer_the_stub_is_what_there_is():
    with pytest.raises(NotImplementedError):
        run(STUB, STUB).namespace["f"](1)


def test_other_functions_may_be_emptied_at_will():
    notebook = run("def g():\n    return 1", "def g():\n    raise NotImplementedError")
    assert notebook.notes == []
    with pytest.raises(NotImplementedError):
        notebook.namespace["g"]()


def test_a_class_is_handed_out_while_one_of_its_methods_is():
    answer = "class f:\n    def fit(self):\n        return 1\n    def predict(self):\n        return 2"
    notebook = run(answer, answer.replace("return 2", "raise NotImplementedError"))
    assert notebook.namespace["f"]().predict() == 2


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("def f(x):\n    raise NotImplementedError", True),
        ("async def f(x):\n    raise NotImplementedError('f')", True),
        (
            'def f(x):\n    """Text."""\n    y = 1  # given\n    raise NotImplementedError("f")\n    return y  # given',
            True,
        ),
        ("def f(x):\n    z = np.exp(x)\n    raise NotImplementedError", True),
        ("def f(x):\n    return x\n    raise NotImplementedError", False),
        ("def f(x):\n    if x:\n        return x\n    raise NotImplementedError", False),
        ("def f(x):\n    yield x\n    raise NotImplementedError", False),
        ("def f(x):\n    raise ValueError('f')", False),
        ("def f(x):\n    raise", False),
        ("def f(x):\n    raise errors.NotImplementedError", False),
        ("def f(x):\n    pass", False),
        ("class f:\n    def g(self):\n        raise NotImplementedError", True),
        ("class f:\n    x = 1\n    def g(self):\n        return 1", False),
        ("class f:\n    pass", False),
        ("f = 1", False),
    ],
    ids=lambda value: value.replace("\n", " ") if isinstance(value, str) else "",
)
def test_a_stub_stops_before_it_answers(source, stub):
    (statement,) = ast.parse(source).body
    assert is_stub(statement) is stub


# ---- definitions only ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("import math", True),
        ("from math import pi", True),
        ("def f():\n    pass", True),
        ("async def f():\n    pass", True),
        ("class C:\n    pass", True),
        ("RATES = {'a': [1, -2.5, None], 'b': (True, 'x')}", True),
        ("x: int = 3", True),
        ("solve = f", True),
        ("x: int", False),
        ("x = f()", False),
        ("x = 1 + y", False),
        ("x += 1", False),
        ("f()", False),
        ("while True:\n    pass", False),
        ("x = {[]: 1}", False),
    ],
)
def test_definitions_compute_nothing(source, kept):
    (statement,) = ast.parse(source).body
    assert is_definition(statement) is kept


def test_definitions_alone_can_be_executed():
    notebook = run(
        "import math\nwhile True:\n    pass\nN = 3", "def f():\n    return N\nx = f()", definitions_only=True
    )
    assert notebook.namespace["f"]() == 3
    assert "x" not in notebook.namespace


# ---- notebook commands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "python", "ignored"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1", ["%matplotlib inline"]),
        ("!pip install numpy\nx = 1", "pass\nx = 1", ["!pip install numpy"]),
        ("?np.exp\nx = 1", "pass\nx = 1", ["?np.exp"]),
        ("np.exp??\nx = 1", "pass\nx = 1", ["np.exp??"]),
        ("a[0].b?", "pass", ["a[0].b?"]),
        ("files = !ls\nx = 1", "files = []\nx = 1", ["files = !ls"]),
        ("a, b = %who_ls", "a, b = []", ["a, b = %who_ls"]),
        ("if x:\n    !ls\n    y = 1", "if x:\n    pass\n    y = 1", ["!ls"]),
        ("if x:\n    y = %who_ls", "if x:\n    y = []", ["y = %who_ls"]),
        ("!pip install \\\n   numpy \\\n   scipy\nx = 1", "pass\n\n\nx = 1", ["!pip install \\"]),
        ("%%time\nx = 1", "pass\nx = 1", ["%%time"]),
        ("\n%%capture out\nx = 1", "\npass\nx = 1", ["%%capture out"]),
        ("%%bash\nrm -rf build", "", ["%%bash"]),
        ("%%html\n<b>x</b>", "", ["%%html"]),
        ("%" + "x" * 60, "pass", ["%" + "x" * 38 + "…"]),
    ],
    ids=lambda value: value[:24].replace("\n", " ") if isinstance(value, str) else "",
)
def test_notebook_commands_are_blanked_out_line_for_line(source, python, ignored):
    assert plain_python(source) == (python, ignored)


@pytest.mark.parametrize(
    "source",
    [
        "x = (a\n     % b)",
        "x = a \\\n    % b",
        "s = '''\n%time\n!ls\nWhat is it?\n'''",
        "# %matplotlib inline\n# why?",
        "def f(x):\n    '''Is it?\n    '''",
    ],
)
def test_python_is_left_alone(source):
    assert plain_python(source) == (source, [])


@pytest.mark.parametrize(
    "source",
    ["x = (a\n     % b)", "x = a \\\n    % b", "def f(x):\n    '''Is it?\n    Really?\n    '''\n    # why?"],
)
def test_what_looks_like_a_command_is_left_alone_beside_one(source):
    assert plain_python(f"%pylab\n{source}") == (f"pass\n{source}", ["%pylab"])


def test_the_commands_of_a_cell_are_one_note():
    assert run("%pylab").notes == ["cell 1: ignored the notebook command %pylab"]
    assert run("%pylab\n!ls").notes == ["cell 1: ignored the notebook commands %pylab, !ls"]


def test_display_and_ipython_do_nothing():
    notebook = run(
        "display(1)\nget_ipython().run_line_magic('matplotlib', 'inline')",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>'), 2)",
        "import IPython\nIPython.display.clear_output()",
        "from IPython import get_ipython\nget_ipython().system('ls')",
        "from autograder import check\nx = check('f')",
        "import autograder\nautograder.check()\nautograder.__file__",
    )
    assert notebook.notes == ["cell 6 raised AttributeError: __file__ (line 3)"]
    assert notebook.namespace["x"] is None


# ---- what an assignment asks to do without ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import numpy as np\nnp.convolve(np.linalg.svd, 1)", {"numpy", "convolve", "linalg", "svd"}),
        ("from numpy import convolve as c", {"convolve"}),
        ("def convolve(svd):\n    return svd\nconvolve(1)", set()),
    ],
    ids=["attribute", "import", "own"],
)
def test_attributes_and_imported_names_are_found(source, names):
    assert names_in(ast.parse(source)) == names


def test_what_an_assignment_forbids_is_noted_and_still_works():
    notebook = Notebook(["f"], ["numpy"], ["convolve", "svd", "pinv"])
    notebook.run([(1, "import numpy as np"), (2, "def f(x):\n    return np.convolve(x, x), np.linalg.svd")])
    assert notebook.notes == ["cell 2 uses convolve, svd, which this assignment asks you to do without"]
    assert notebook.namespace["f"]([1.0])[0] == [1.0]


# ---- imports ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import numpy",
        "import numpy.linalg as la",
        "from math import *",
        "import os.path",
        "from __future__ import division",
    ],
)
def test_the_standard_library_and_what_is_allowed_can_be_imported(source):
    assert run(source).notes == []


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import torch", "torch is not available here; use matplotlib, numpy and the standard library"),
        ("from torch.nn import Linear", "torch is not available here; use matplotlib, numpy and the standard library"),
        (
            "import sklearn.svm",
            "scikit-learn is the oracle that answers are compared with and is not available here; "
            "use matplotlib, numpy and the standard library",
        ),
        (
            "from scipy import linalg",
            "scipy is the oracle that answers are compared with and is not available here; "
            "use matplotlib, numpy and the standard library",
        ),
    ],
    ids=["package", "submodule", "sklearn", "scipy"],
)
def test_an_import_that_is_not_allowed_says_what_is(source, reason):
    assert run(source).notes == [f"cell 1 raised ImportError: {reason} (line 1)"]


def test_where_no_package_is_allowed_the_standard_library_is():
    (note,) = run("import numpy", allowed=("math",)).notes
    assert note == "cell 1 raised ImportError: numpy is not available here; use the standard library (line 1)"


def test_packages_import_what_they_need_themselves():
    """The guard is in the student's namespace, not in the interpreter."""
    with pytest.raises(ImportError):
        guarded_import(frozenset())("numpy")
    assert run("import numpy.testing", allowed=("numpy",)).notes == []


@pytest.mark.filterwarnings("ignore:can't resolve package:ImportWarning")
def test_a_relative_import_has_no_package():
    (note,) = run("from . import solution").notes
    assert note.startswith("cell 1 raised ImportError: attempted relative import")


# ---- describing exceptions -------------------------------------------------------------------------------------


def test_an_exception_that_cannot_be_described_is_named():
    class Silent(Exception):
        def __str__(self):
            raise KeyboardInterrupt

    assert summary(Silent()) == "Silent"


def test_an_exception_outside_the_notebook_has_no_place():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("x")
    assert line_in_cells(caught.value) == ("", 0)


# ---- anything at all -------------------------------------------------------------------------------------------

fragments = st.sampled_from(
    [
        "def f(x):",
        "    return x",
        "@d",
        "x = 1",
        "1/0",
        "%time",
        "!ls",
        "class C:",
        "    pass",
        "return",
        "(",
        "f?",
        "'''",
        "import q",
        "",
    ]
)


@given(st.lists(st.lists(fragments, max_size=6).map("\n".join) | st.text(max_size=10), max_size=3))
@settings(deadline=None, max_examples=150)
def test_whatever_the_cells_hold_loading_ends_and_is_the_same_again(cells):
    cells.append("last = 1")
    first, second = run(*cells), run(*cells)
    assert first.namespace["last"] == 1
    assert first.notes == second.notes
