"""Files of strangers: whatever is in them, they become numbered cells or one sentence."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.submission import MAX_BYTES, MAX_CELLS, MAX_CODE, read_submission


def notebook(*cells, **fields):
    """Return a notebook's bytes; a str is a code cell."""
    full = [{"cell_type": "code", "source": c} if isinstance(c, str) else c for c in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": full} | fields).encode()


def read(data, file="ada.ipynb"):
    return read_submission(data, file, "ada")


def test_code_cells_keep_their_place_among_all_cells():
    prose = {"cell_type": "markdown", "source": "# Softmax"}
    submission = read(notebook("import numpy as np", prose, "  \n", "x = 1"))
    assert submission.cells == ((1, "import numpy as np"), (4, "x = 1"))
    assert submission.notes == ()
    assert submission.unreadable == ""


def test_a_submission_knows_whose_and_which_file_it_is():
    data = notebook("x = 1")
    submission = read(data)
    assert (submission.student, submission.file) == ("ada", "ada.ipynb")
    assert submission.sha256 == hashlib.sha256(data).hexdigest()


def test_sources_may_be_lists_of_lines():
    cell = {"cell_type": "code", "source": ["x = 1\n", "y = 2"]}
    assert read(notebook(cell)).cells == ((1, "x = 1\ny = 2"),)


def test_a_notebook_of_format_3():
    sheets = [
        {"cells": [{"cell_type": "heading", "source": "Title"}, {"cell_type": "code", "input": ["x = 1"]}, 5]},
        {"cells": [{"cell_type": "code", "input": "y = 2"}]},
        {"cells": "none"},
        "nothing",
    ]
    submission = read(json.dumps({"nbformat": 3, "worksheets": sheets}).encode())
    assert submission.cells == ((2, "x = 1"), (4, "y = 2"))
    assert submission.notes == ("cell 3 is damaged and was passed over",)


@pytest.mark.parametrize("file", ["ada.ipynb", "ada.py"])
@pytest.mark.parametrize(
    "encode", [b"\xef\xbb\xbf".__add__, lambda data: data.replace(b"\n", b"\r\n")], ids=["BOM", "CRLF"]
)
def test_files_saved_on_windows(file, encode):
    data = notebook("x = 1").replace(b", ", b",\n") if file.endswith(".ipynb") else b"x = 1\n# %%\ny = 2\n"
    assert read(encode(data), file).cells == read(data, file).cells
    assert read(data, file).cells[0][1].strip() == "x = 1"


@pytest.mark.parametrize(
    "cell",
    [
        5,
        None,
        [],
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": None},
        {"cell_type": "code", "source": 5},
        {"cell_type": "code", "source": ["x", 5]},
        {"cell_type": "code", "source": {"a": 1}},
    ],
    ids=repr,
)
def test_a_damaged_cell_costs_only_itself(cell):
    submission = read(notebook("x = 1", cell, "y = 2"))
    assert submission.cells == ((1, "x = 1"), (3, "y = 2"))
    assert submission.notes == ("cell 2 is damaged and was passed over",)


def test_a_cell_of_a_strange_type_is_not_code():
    assert read(notebook({"cell_type": ["code"], "source": "x = 1"})).cells == ()


UNREADABLE = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n\t", "it is empty"),
    "not JSON": (b"x = 1", "it is not a notebook: no valid JSON (line 1); download it again"),
    "cut": (b'{"cells": [\n{"source": "x', "it is not a notebook: no valid JSON (line 2); download it again"),
    "long number": (b"9" * 5000, "it is not a notebook: no valid JSON; download it again"),
    "not UTF-8": (b"\xff\xfe{", "it is not UTF-8 text"),
    "zip": (b"PK\x03\x04\x80", "it is not UTF-8 text"),
    "deep": (b"[" * 100_000, "it is nested too deeply to be a notebook"),
    "two notebooks": (notebook() * 2, "it is not a notebook: no valid JSON (line 1); download it again"),
    "list": (b"[]", "it is not a notebook: its JSON is a list, expected an object"),
    "null": (b"null", "it is not a notebook: its JSON is None, expected an object"),
    "no cells": (b"{}", "it is not a notebook: its JSON has no list of cells"),
    "cells": (b'{"cells": {"a": 1}}', "it is not a notebook: its JSON has no list of cells"),
    "worksheets": (b'{"worksheets": 5}', "it is not a notebook: its JSON has no list of cells"),
    "many cells": (notebook(*["x"] * (MAX_CELLS + 1)), "it has 2,001 cells, more than 2,000"),
    "much code": (notebook("#" * MAX_CODE, "x"), "it holds 2,097,153 characters of code, more than 2,097,152"),
    "huge": (b"{" + b" " * (MAX_BYTES + (1 << 20)), "it has 21 MB, more than 20 MB; clear its outputs"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_sentence(case):
    data, reason = UNREADABLE[case]
    submission = read(data)
    assert submission.unreadable == f"ada.ipynb cannot be read: {reason}"
    assert submission.cells == ()
    assert submission.sha256 == hashlib.sha256(data).hexdigest()


def test_as_much_as_is_allowed_is_read():
    assert len(read(notebook(*["x"] * MAX_CELLS)).cells) == MAX_CELLS
    assert len(read(b"# %%\n" * MAX_CELLS, "ada.py").cells) == MAX_CELLS
    assert read(notebook("#" * MAX_CODE)).unreadable == ""


def test_outputs_of_a_notebook_are_not_looked_at():
    cell = {"cell_type": "code", "source": "x = 1", "outputs": 5, "metadata": [[]], "execution_count": {}}
    assert read(notebook(cell, nbformat="old", metadata=7)).cells == ((1, "x = 1"),)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", ()),
        ("x = 1\n", ((1, "x = 1\n"),)),
        ("# %%\nx = 1\n#%% second\ny = 2\n", ((1, "# %%\nx = 1\n"), (2, "#%% second\ny = 2\n"))),
        ("import numpy\n# %% [markdown]\n# Text\n# %%\nx = 1", ((1, "import numpy\n"), (3, "# %%\nx = 1"))),
        ("s = '# %%'\n", ((1, "s = '# %%'\n"),)),
    ],
    ids=["empty", "plain", "percent", "markdown", "inside"],
)
def test_a_script_is_cut_at_its_percent_lines(text, cells):
    assert read(text.encode(), "ada.py").cells == cells


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"# %%\n" * (MAX_CELLS + 1), "it has 2,001 cells, more than 2,000"),
        (b"#" * (MAX_CODE + 1), "it holds 2,097,153 characters of code, more than 2,097,152"),
        (b"x = '\xe9'", "it is not UTF-8 text"),
    ],
    ids=["cells", "code", "latin-1"],
)
def test_a_script_that_cannot_be_read_is_one_sentence(data, reason):
    assert read(data, "ada.py").unreadable == f"ada.py cannot be read: {reason}"


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["code", "markdown"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["cells", "source", "cell_type", "worksheets", "input"]), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(
    st.binary(max_size=60) | anything.map(lambda tree: json.dumps(tree).encode()), st.sampled_from(["a.py", "a.ipynb"])
)
@settings(deadline=None, max_examples=200)
def test_any_file_becomes_cells_or_a_sentence(data, file):
    submission = read(data, file)
    assert submission == read(data, file)
    assert not (submission.unreadable and submission.cells)
    assert all(isinstance(number, int) and isinstance(source, str) for number, source in submission.cells)
