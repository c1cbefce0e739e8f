"""A program in this process answers as a confined one would: through the wire, and with data only."""

import sys

import numpy as np
import pytest

from autograder.errors import Missing, Raised, Unsendable
from autograder.sandbox.local import LocalTransport
from autograder.testing.student import Recorder, Student
from autograder.wire import Seed


@pytest.fixture(autouse=True)
def _main_module(monkeypatch):
    """Loading makes the notebook the main module; put ours back."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def loaded(*cells):
    transport = LocalTransport()
    notes, output = transport.load(list(enumerate(cells, 1)), ["f"], ["numpy"])
    return Student(transport), notes, output


def test_cells_are_loaded_and_their_functions_called():
    student, notes, output = loaded("import numpy as np\nprint('hello')", "1 / 0", "def f(x):\n    return np.sum(x)")
    assert student.f([1.0, 2.0]) == 3.0
    assert notes == ["cell 2 raised ZeroDivisionError: division by zero (line 1)"]
    assert output == "hello\n"


def test_cells_may_hold_what_is_no_text():
    student, notes, _ = loaded("s = '\ud800'\ndef f():\n    return s")
    assert student.f() == "?"
    assert notes == []


def test_a_namespace_can_be_given():
    student = Student(LocalTransport({"f": lambda x: x + 1}))
    assert student.f(1) == 2


def test_nothing_is_shared_by_reference():
    kept = []
    student = Student(LocalTransport({"f": lambda x: kept.append(x) or x}))
    array = np.zeros(2)
    answer = student.f(array)
    kept[0][0] = 7.0
    np.testing.assert_array_equal(array, 0)
    np.testing.assert_array_equal(answer, 0)


def test_functions_generators_and_objects_cross():
    student, notes, _ = loaded(
        "class Layer:\n    def __init__(self, rate):\n        self.seen = 0\n        self.rate = rate\n"
        "    def forward(self, x, act, rng):\n        self.seen += 1\n        return act(self.rate * x) + rng.random()",
        "def f(layer):\n    return layer.seen",
    )
    act = Recorder(lambda x: x**2)
    layer = student.Layer(2.0)
    assert notes == []
    assert layer.seen == 0
    value, after = layer.forward.echo(3.0, act, Seed(1))
    assert value == 36 + np.random.default_rng(1).random()
    assert after == [3.0, None, None]
    assert act.calls == [(6.0,)]
    assert student.f(layer) == 1


def interrupt():
    raise KeyboardInterrupt


def test_a_student_can_interrupt_loading_and_calls():
    with pytest.raises(KeyboardInterrupt):
        loaded("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        Student(LocalTransport({"f": interrupt})).f()


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        ("g", Missing, "g is not defined in the submission"),
        ("wrong", Raised, "wrong raised KeyError: 'k'"),
        ("exits", Raised, "exits raised SystemExit: 1"),
        ("odd", Unsendable, "odd returned a set, expected numbers or arrays"),
    ],
)
def test_the_verdicts_are_those_of_a_confined_program(name, error, sentence):
    student = Student(LocalTransport({"wrong": lambda: {}["k"], "exits": lambda: sys.exit(1), "odd": set}))
    with pytest.raises(error) as caught:
        getattr(student, name)()
    assert str(caught.value) == sentence
