"""An input that tells a fault from the right answer is found, where changing the tests' inputs can find one."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from autograder.certify.mutants import mutants
from autograder.certify.survival import limits_for, mutants_of
from autograder.certify.witness import CHANGES, recorded, witness

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def test_calls_of_the_tests_are_recorded_smallest_first(examiner):
    scripts = recorded(examiner, "normalise", examiner.assignment.front.limits)
    cases = sum(len(test.cases) for test in examiner.hidden("normalise"))
    assert len(scripts) == cases
    assert all(call.message["name"] == "normalise" for script in scripts for call in script)
    assert len(repr(scripts[0][0].message)) <= len(repr(scripts[-1][0].message))


def test_an_input_that_tells_a_fault_apart_is_shown(examiner):
    wrong = next(m for m in mutants_of(examiner, "normalise") if "total > 1" in m.new)
    assert witness(examiner, wrong, limits_for(examiner, wrong)).startswith("as a test asks it: normalise(")
    assert " with the fault" in witness(examiner, wrong, limits_for(examiner, wrong))


def test_no_input_tells_the_same_function_apart(examiner):
    some = mutants_of(examiner, "normalise")[0]
    same = replace(some, code=some.original.replace("axis=1", "axis=-1"))
    assert witness(examiner, same, limits_for(examiner, same)) == ""


def test_objects_are_followed_through_their_methods(plant):
    from autograder.certify.run import examiner_of

    solution = (
        'class normalise:\n    """Scale rows."""\n\n    def fit(self, A):\n        """Learn."""\n'
        '        self.total = np.sum(A)\n        return self\n\n    def value(self):\n        """Say."""\n'
        "        return float(self.total)\n"
    )
    test = (
        "from autograder.testing import agree, cases, grades, normal\n\n\n"
        '@grades("normalise", points=10)\n@cases("A", some=normal("n d"))\n'
        'def test_normalise_adds(student, A):\n    """It adds."""\n'
        "    model = student.normalise()\n    agree(model.fit(A).value(), A.sum())\n"
    )
    assignment = plant()
    source = assignment.source_file.read_text()
    start, end = source.index("def normalise"), source.index("# %% [markdown]\n# **Question.**")
    assignment.source_file.write_text(source[:start] + solution + "\n\n" + source[end:])
    (assignment.folder / "test_hidden.py").write_text(test)
    (assignment.folder / "test_public.py").write_text(test.replace("points=10", "").replace("_adds", "_adds_too"))
    with examiner_of(plant(), full=False) as examiner:
        wrong = next(m for m in mutants("normalise", "solution", solution) if "np.mean(A)" in m.new)
        assert "value() is " in witness(examiner, wrong, limits_for(examiner, wrong))


def test_changes_keep_arrays_arrays():
    for change in CHANGES.values():
        assert isinstance(change(np.array([[1.5, 2.0], [3.0, 4.0]])), np.ndarray)
