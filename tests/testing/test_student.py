"""The student's program seen from the tests: whatever comes back is data, an object to hold, or one known error."""

import numpy as np
import pytest

from autograder.errors import Missing, Raised, TimedOut, Unsendable
from autograder.testing import student as student_module
from autograder.testing.student import Function, Instance, Recorder, Student
from autograder.wire import Handle, Remote, WireError, encode, read


class Script:
    """A transport that gives prepared replies, makes prepared callbacks before, and remembers the messages."""

    def __init__(self, *replies, callbacks=()):
        self.replies = list(replies)
        self.callbacks = callbacks
        self.messages = []
        self.answers = []

    def request(self, message, answer_callback):
        encode(message)
        self.messages.append(message)
        self.answers += map(read, map(answer_callback, self.callbacks))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


def value(of, **fields):
    return {"kind": "value", "value": of} | fields


def callback(number, *args):
    return {"kind": "callback", "function": Remote(number), "args": list(args)}


# ---- calls -----------------------------------------------------------------------------------------------------


def test_a_call_is_one_message_and_its_answer_is_data():
    script = Script(value([1.0]))
    assert Student(script).softmax(2.0, axis=1) == [1.0]
    assert script.messages == [
        {"kind": "call", "target": None, "name": "softmax", "args": [2.0], "kwargs": {"axis": 1}, "echo": False}
    ]


def test_private_names_are_never_asked_for():
    script = Script()
    with pytest.raises(AttributeError, match="_secret"):
        _ = Student(script)._secret
    with pytest.raises(AttributeError, match="__array__"):
        _ = Instance(script, Handle(1, "Layer")).__array__
    assert script.messages == []


def test_functions_are_numbered_wherever_they_stand_and_data_stays_as_it_is():
    script = Script(value(None))
    array = np.zeros(2)
    Student(script).train([len, (array, max)], options={"act": min, "rate": 0.1}, loss=abs)
    (message,) = script.messages
    assert message["args"] == [[Remote(0), (array, Remote(1))]]
    assert message["kwargs"] == {"options": {"act": Remote(2), "rate": 0.1}, "loss": Remote(3)}


def test_objects_are_handed_back_as_their_handles():
    script = Script(value(Handle(7, "Layer")), value(1.0))
    student = Student(script)
    student.apply(student.Layer())
    assert script.messages[1]["args"] == [Handle(7, "Layer")]


ERRORS = {
    "raised": (
        {"kind": "raised", "message": "ValueError: no", "error": "ValueError"},
        Raised,
        "f raised ValueError: no",
    ),
    "missing": ({"kind": "missing"}, Missing, "f is not defined in the submission"),
    "no data": (
        {"kind": "notdata", "message": "a set"},
        Unsendable,
        "f returned a set, expected numbers or arrays",
    ),
    "method": ({"kind": "method"}, Raised, "f sent something that is not an answer"),
    "unknown": ({"kind": "score", "value": 100}, Raised, "f sent something that is not an answer"),
    "empty": ({}, Raised, "f sent something that is not an answer"),
    "no value": ({"kind": "value"}, Raised, "f sent something that is not an answer"),
    "timeout": (TimedOut("gave no answer within 5 s"), TimedOut, "f gave no answer within 5 s"),
    "death": (Raised("ended its process"), Raised, "f ended its process"),
    "noise": (
        WireError("a frame has bytes that no array claims"),
        Raised,
        "f sent something that is not an answer (a frame has bytes that no array claims)",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_all_else_is_a_known_error_that_names_the_function(case):
    reply, kind, sentence = ERRORS[case]
    with pytest.raises(kind) as caught:
        Student(Script(reply)).f(1.0)
    assert str(caught.value) == sentence


def test_the_class_of_an_exception_is_kept():
    with pytest.raises(Raised) as caught:
        Student(Script({"kind": "raised", "message": "KeyError: 1", "error": "KeyError"})).f()
    assert caught.value.error == "KeyError"
    with pytest.raises(Raised) as caught:
        Student(Script({"kind": "raised", "message": None})).f()
    assert caught.value.error == ""


# ---- arguments after the call ----------------------------------------------------------------------------------


def test_echo_returns_the_arguments_as_they_are_after_the_call():
    script = Script(value(3.0, args=[[2.0], None]))
    assert Student(script).f.echo([1.0], abs) == (3.0, [[2.0], None])
    assert script.messages[0]["echo"]


@pytest.mark.parametrize("fields", [{}, {"args": None}, {"args": []}, {"args": [1, 2]}, {"args": (1,)}], ids=str)
def test_arguments_that_do_not_come_back_are_the_students_fault(fields):
    with pytest.raises(Raised, match=r"^f gave back its arguments in a form that cannot be compared$"):
        Student(Script(value(1.0, **fields))).f.echo(1.0)


# ---- objects ---------------------------------------------------------------------------------------------------


@pytest.fixture
def layer():
    """Return a function that makes an instance on a script of replies, and the script."""

    def make(*replies):
        script = Script(*replies)
        return Instance(script, Handle(7, "Layer")), script

    return make


def test_attributes_are_read_and_methods_called(layer):
    instance, script = layer(value(0.5), {"kind": "method"}, value([1.0]))
    assert instance.rate == 0.5
    assert instance.forward(2.0) == [1.0]
    assert script.messages[0] == {"kind": "get", "target": Handle(7, "Layer"), "name": "rate"}
    assert script.messages[2]["target"] == Handle(7, "Layer")
    assert script.messages[2]["args"] == [2.0]


def test_a_missing_attribute_is_named_with_its_class(layer):
    instance, _ = layer({"kind": "missing"})
    with pytest.raises(Missing, match=r"^Layer\.rate is not defined in the submission$"):
        _ = instance.rate


def test_an_instance_says_whose_it_is(layer):
    assert repr(layer()[0]) == "<Layer of the student>"


def test_an_attribute_may_be_an_object_too(layer):
    instance, _ = layer(value(Handle(8, "Linear")))
    assert repr(instance.inner) == "<Linear of the student>"


def test_objects_in_a_structure_become_instances_too():
    first, (second, third) = Student(Script(value([Handle(1, "A"), (Handle(2, "B"), 3.0)]))).f()
    assert (repr(first), repr(second), third) == ("<A of the student>", "<B of the student>", 3.0)


# ---- functions of the test's -----------------------------------------------------------------------------------


def test_a_recorder_remembers_what_it_was_called_with():
    f = Recorder(lambda x, y=0: x + y)
    assert [f(1), f(2, 3)] == [1, 5]
    assert f.calls == [(1,), (2, 3)]
    assert f.count == 2


def test_functions_are_evaluated_here():
    f = Recorder(lambda x: 2 * x)
    script = Script(value(None), callbacks=[callback(0, 3.0), callback(1, [1, 2])])
    Student(script).train(f, sum)
    assert script.answers == [value(6.0), value(3)]
    assert f.calls == [(3.0,)]


def test_an_exception_of_a_function_goes_back_to_its_caller():
    script = Script(value(None), callbacks=[callback(0, "x")])
    Student(script).train(lambda x: x + 1)
    (answer,) = script.answers
    assert answer == {"kind": "raised", "error": "TypeError", "message": 'can only concatenate str (not "int") to str'}


def test_a_function_can_only_answer_with_data():
    script = Script(value(None), callbacks=[callback(0)])
    Student(script).train(lambda: {1})
    assert script.answers == [{"kind": "raised", "error": "TypeError", "message": "the result is a set"}]


@pytest.mark.parametrize(
    "call",
    [
        callback(1, 1.0),
        {"kind": "callback"},
        {"kind": "callback", "function": 0, "args": []},
        {"kind": "callback", "function": Remote(0), "args": (1.0,)},
    ],
    ids=["number", "nothing", "int", "tuple"],
)
def test_a_call_of_no_function_evaluates_none(call):
    f = Recorder(abs)
    script = Script(value(None), callbacks=[call])
    Student(script).train(f)
    assert script.answers == [{"kind": "raised", "error": "TypeError", "message": "this function does not exist"}]
    assert f.count == 0


def test_endless_callbacks_are_stopped(monkeypatch):
    monkeypatch.setattr(student_module, "MAX_CALLBACKS", 3)
    f = Recorder(abs)
    with pytest.raises(TimedOut, match=r"^train called the functions it was given more than 3 times$"):
        Student(Script(value(None), callbacks=[callback(0, 1.0)] * 5)).train(f)
    assert f.count == 3


def test_functions_belong_to_one_call():
    """A number from an earlier call reaches nothing."""
    script = Script(value(None), value(None), callbacks=[callback(1, [])])
    student = Student(script)
    student.f(len, len)
    student.f(len)
    assert script.answers == [
        value(0),
        {"kind": "raised", "error": "TypeError", "message": "this function does not exist"},
    ]


def test_a_function_knows_its_name():
    assert isinstance(Student(Script()).softmax, Function)
    assert Student(Script()).softmax.name == "softmax"
