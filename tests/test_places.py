"""Where exercises are defined, in scripts and in notebooks as Jupyter and others write them."""

import json

import pytest

from autograder.places import Place, places
from autograder.submission import read_submission

CELLS = [
    "x = 1\n",
    "def f(x):\n    return 1\n",
    "class G:\n    def f(self):\n        pass\n\n\ndef f(x):\n    return 2\n",
]


def found(text, file, names=("f", "G", "h")):
    return places(read_submission(text.encode(), file, "ada"), text, names)


@pytest.mark.parametrize("indent", [1, None])
def test_in_a_notebook(indent):
    cells = [{"cell_type": "code", "source": c.splitlines(keepends=True), "outputs": [], "metadata": {}} for c in CELLS]
    text = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}, indent=indent)
    where = found(text, "x.ipynb")
    assert {name: place.cell for name, place in where.items()} == {"f": 3, "G": 3}
    if indent:
        lines = text.splitlines()
        assert lines[where["G"].line - 1].strip().startswith('"class G:')
        assert [n for n, line in enumerate(lines, 1) if '"def f(x)' in line][-1] == where["f"].line
    else:
        assert where["f"].line == 1


def test_in_a_script():
    assert found("\n".join(f"# %%\n{cell}" for cell in CELLS), "x.py") == {"f": Place(3, 14), "G": Place(3, 9)}


def test_what_is_not_there_has_no_place():
    assert found("y = 2\n", "x.py") == {}
