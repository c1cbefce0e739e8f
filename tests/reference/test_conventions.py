"""Habits that every module of the reference keeps."""

import importlib
import inspect
import re

import pytest

import reference

LETTERS = {"N", "n", "M", "K", "L", "D", "m", "n_out", "n_in", "n_L", "n_0", "..."}
LETTERS |= {"C", "F", "H", "W", "H_out", "W_out", "kh", "kw"}  # of images
MODULES = [importlib.import_module(f"reference.{name}") for name in reference.__all__]
FUNCTIONS = [getattr(module, name) for module in MODULES for name in module.__all__]
IDS = [f"{f.__module__}.{f.__name__}" for f in FUNCTIONS]


@pytest.mark.parametrize("function", FUNCTIONS, ids=IDS)
def test_every_public_function_says_what_it_is_and_where_it_comes_from(function):
    doc = inspect.getdoc(function)
    assert doc, "no docstring"
    assert "topic:" in doc or "Source" in doc or "Reference" in doc, "no source: name the topic or the paper"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_axis_letters_come_from_the_alphabet(module):
    shapes = re.findall(r"(?:Float|Int|Bool)\[np\.ndarray, \"([^\"]*)\"\]", inspect.getsource(module))
    assert shapes, "no shape is annotated"
    used = {letter for shape in shapes for letter in shape.split()}
    assert {letter for letter in used if not letter.isdigit()} <= LETTERS


def test_modules_are_listed():
    from pathlib import Path

    files = {path.stem for path in Path(reference.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(reference.__all__) == files
