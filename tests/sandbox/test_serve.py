"""Beside the student: every message gets one frame of data in reply, whatever the student's code does."""

import subprocess
import sys
import types

import numpy as np
import pytest

from autograder.sandbox.serve import MAX_OUTPUT, Server
from autograder.wire import PREFIX, Handle, Remote, Seed, body_sizes, decode


@pytest.fixture(autouse=True)
def _main_module(monkeypatch):
    """Loading makes the notebook the main module; put ours back."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def no_callback(message):
    raise AssertionError(message)


def answer(server, **message):
    """Return the decoded reply to a message."""
    frame = server.answer(message | {"nonce": 7})
    header, _ = body_sizes(frame[: PREFIX.size])
    reply = decode(frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header :])
    assert reply.pop("nonce") == 7
    return reply


def load(server, *cells, definitions_only=False):
    numbered = [(number, source.encode()) for number, source in enumerate(cells, 1)]
    return answer(
        server, kind="load", cells=numbered, exercises=["f"], allowed=["numpy"], definitions_only=definitions_only
    )


def call(server, name, *args, target=None, echo=False, **kwargs):
    return answer(server, kind="call", target=target, name=name, args=list(args), kwargs=kwargs, echo=echo)


def get(server, target, name):
    return answer(server, kind="get", target=target, name=name)


@pytest.fixture
def served():
    """Return a function that loads cells and returns their server."""

    def make(*cells, ask=no_callback):
        server = Server(ask)
        assert load(server, *cells)["notes"] == []
        return server

    return make


# ---- loading ---------------------------------------------------------------------------------------------------


def test_loading_tells_notes_and_what_was_printed():
    reply = load(Server(no_callback), "import sys\nprint('hello')\nprint('world', file=sys.stderr)", "1 / 0")
    assert reply == {
        "kind": "loaded",
        "notes": ["cell 2 raised ZeroDivisionError: division by zero (line 1)"],
        "output": "hello\nworld\n",
    }


@pytest.mark.parametrize(
    "cell",
    [
        "print('x' * 10**6)",
        "import sys\nfor _ in range(30_000):\n    sys.stdout.write('x')",
        "import sys\nsys.stdout.write('x' * 10**6)",
    ],
)
def test_of_much_output_the_beginning_is_kept(cell):
    output = load(Server(no_callback), cell)["output"]
    assert len(output) == MAX_OUTPUT
    assert output.startswith("xx")


@pytest.mark.parametrize("cell", ["sys.stdout.close()", "sys.stdout = None", "del sys.stdout"])
def test_a_cell_may_lose_its_output_but_not_the_notebook(cell):
    server = Server(no_callback)
    reply = load(server, f"import sys\nprint('hello')\n{cell}", "def f():\n    return 1")
    assert reply["output"] == "hello\n"
    assert call(server, "f") == {"kind": "value", "value": 1}


def test_our_own_output_comes_back_after_loading():
    before = sys.stdout, sys.stderr
    load(Server(no_callback), "import sys\nsys.stdout = sys.stderr = None")
    assert (sys.stdout, sys.stderr) == before


def test_definitions_can_be_loaded_alone():
    server = Server(no_callback)
    assert load(server, "while True:\n    pass\ndef f():\n    return 1", definitions_only=True)["notes"] == []
    assert call(server, "f")["value"] == 1


def test_the_notebook_is_the_main_module_for_what_looks_it_up():
    server = Server(no_callback)
    load(
        server,
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'float' = 1.0",
        "def f():\n    return P().x",
    )
    assert call(server, "f")["value"] == 1.0
    assert sys.modules["__main__"].__dict__ is server.namespace


def test_figures_are_closed(monkeypatch):
    closed = []
    pyplot = types.ModuleType("matplotlib.pyplot")
    pyplot.close = closed.append
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
    load(Server(no_callback), "x = 1")
    assert closed == ["all"]
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot")
    load(Server(no_callback), "x = 1")
    assert closed == ["all"]


# ---- calls -----------------------------------------------------------------------------------------------------


def test_a_call_is_answered_with_its_value(served):
    server = served("import numpy as np\ndef f(x, *, scale=1):\n    return scale * np.asarray(x), 'done'")
    value, text = call(server, "f", [1, 2], scale=3)["value"]
    np.testing.assert_array_equal(value, [3, 6])
    assert text == "done"


def test_a_name_that_is_not_there_is_missing(served):
    assert call(served("x = 1"), "f") == {"kind": "missing"}
    assert call(Server(no_callback), "f") == {"kind": "missing"}


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("return 1 / 0", "ZeroDivisionError", "ZeroDivisionError: division by zero (cell 1, line 2)"),
        ("raise SystemExit(0)", "SystemExit", "SystemExit: 0 (cell 1, line 2)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", "KeyboardInterrupt (cell 1, line 2)"),
        ("return f()", "RecursionError", "RecursionError: maximum recursion depth exceeded (cell 1, line 2)"),
        ("raise type('Mine', (BaseException,), {'__str__': 0})", "Mine", "Mine (cell 1, line 2)"),
    ],
    ids=["error", "exit", "interrupt", "recursion", "hostile"],
)
def test_whatever_a_call_raises_is_told(served, body, error, message):
    assert call(served(f"def f():\n    {body}"), "f") == {"kind": "raised", "error": error, "message": message}


def test_what_cannot_be_called_or_is_called_wrongly_raises(served):
    server = served("x = 1\ndef f():\n    return 1")
    assert call(server, "x")["message"] == "TypeError: 'int' object is not callable"
    assert call(server, "f", 1)["error"] == "TypeError"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("{1, 2}", "a set"),
        ("(x for x in [])", "a generator"),
        ("np.array([None])", "an array of dtype object"),
        ("np.ma.masked_array([1.0])", "an object of class numpy.ma.MaskedArray"),
        ("np.broadcast_to(0.0, (10**5, 10**5))", "an array of 76293 MB; at most 256 MB can be sent"),
        ("'x' * 10**7", "more than 4 MB of text and lists"),
        ("(l := []).append(l) or l", "a structure nested too deeply, or one that contains itself"),
    ],
    ids=["set", "generator", "objects", "masked", "huge", "text", "endless"],
)
def test_what_is_not_data_is_named(served, expression, message):
    server = served(f"import numpy as np\ndef f():\n    return {expression}")
    assert call(server, "f") == {"kind": "notdata", "message": message}


def test_a_named_tuple_is_as_good_as_a_tuple(served):
    server = served(
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: int\ndef f():\n    return P(1, 2)"
    )
    assert call(server, "f")["value"] == (1, 2)


@pytest.mark.parametrize("base", ["tuple", "object"])
def test_any_other_object_of_the_students_stays(served, base):
    fields = "_fields = ()" if base == "object" else "pass"
    server = served(f"class P({base}):\n    {fields}\ndef f():\n    return P()")
    assert call(server, "f")["value"].cls == "P"


@pytest.mark.parametrize("message", [{"kind": "score"}, {}, {"kind": "call"}, {"kind": []}], ids=repr)
def test_a_message_that_is_none_is_answered_all_the_same(message):
    assert answer(Server(no_callback), **message)["kind"] == "raised"


# ---- arguments after the call ----------------------------------------------------------------------------------


def test_arguments_are_sent_back_as_they_are_after_the_call(served):
    server = served("def f(x, y, *rest):\n    x[0] = 7\n    y.append(3)")
    reply = call(server, "f", np.zeros(2), [1], (Remote(0), {"rng": Seed(1), "w": 2.0}), echo=True)
    assert reply["value"] is None
    np.testing.assert_array_equal(reply["args"][0], [7, 0])
    assert reply["args"][1:] == [[1, 3], (None, {"rng": None, "w": 2.0})]


def test_objects_are_not_sent_back(served):
    server = served("class C:\n    pass\ndef f(c):\n    return 1")
    handle = call(server, "C")["value"]
    assert call(server, "f", handle, echo=True)["args"] == [None]


# ---- objects ---------------------------------------------------------------------------------------------------

LAYER = """
class Layer:
    def __init__(self, rate):
        self.rate = rate
        self.twin = self
        self.secret = {1}
    def forward(self, x):
        return self.rate * x
    @property
    def broken(self):
        raise ZeroDivisionError
"""


@pytest.fixture
def layer(served):
    server = served(LAYER)
    handle = call(server, "Layer", 0.5)["value"]
    assert handle.cls == "Layer"
    return server, handle


def test_an_object_stays_here_and_is_asked(layer):
    server, handle = layer
    assert get(server, handle, "rate") == {"kind": "value", "value": 0.5}
    assert get(server, handle, "forward") == {"kind": "method"}
    assert get(server, handle, "twin") == {"kind": "value", "value": handle}
    assert call(server, "forward", 4.0, target=handle) == {"kind": "value", "value": 2.0}


def test_an_object_may_lack_or_withhold_an_attribute(layer):
    server, handle = layer
    assert get(server, handle, "nothing") == {"kind": "missing"}
    assert get(server, handle, "broken")["error"] == "ZeroDivisionError"
    assert get(server, handle, "secret") == {"kind": "notdata", "message": "a set"}
    assert call(server, "nothing", target=handle)["error"] == "AttributeError"


@pytest.mark.parametrize(
    "ask", [lambda s: get(s, Handle(5), "x"), lambda s: call(s, "x", target=Handle(5))], ids=["get", "call"]
)
def test_an_object_that_does_not_exist_raises(served, ask):
    assert ask(served("x = 1"))["error"] == "KeyError"


def test_objects_can_be_arguments_anywhere(layer):
    server, handle = layer
    server.namespace["f"] = lambda layers, options: [m.rate for m in layers] + [options["last"].rate]
    assert call(server, "f", (handle, handle), options={"last": handle})["value"] == [0.5, 0.5, 0.5]


# ---- functions of the test's -----------------------------------------------------------------------------------


def test_a_function_of_the_tests_is_asked_for_its_values(served):
    asked = []

    def ask(message):
        asked.append(message)
        return {"kind": "value", "value": message["args"][0] ** 2}

    server = served("def f(g, x):\n    return g(x)", ask=ask)
    assert call(server, "f", Remote(3), 5.0)["value"] == 25
    assert asked == [{"kind": "callback", "function": Remote(3), "args": [5.0]}]


@pytest.mark.parametrize(
    ("error", "caught"),
    [
        ("ValueError", "ValueError"),
        ("LinAlgError", "RuntimeError"),
        ("print", "RuntimeError"),
        ("SystemExit", "RuntimeError"),
        ("", "RuntimeError"),
    ],
)
def test_an_exception_of_the_tests_function_can_be_caught(served, error, caught):
    source = "def f(g):\n    try:\n        g()\n    except Exception as e:\n        return type(e).__name__, str(e)"
    server = served(source, ask=lambda _: {"kind": "raised", "error": error, "message": "no"})
    assert call(server, "f", Remote(0))["value"] == (caught, "no")


def test_a_function_is_lent_for_one_call(served):
    server = served(
        "def f(g):\n    global kept\n    kept = g\n    return g()\ndef h(g):\n    return kept()",
        ask=lambda _: {"kind": "value", "value": 1},
    )
    assert call(server, "f", Remote(0))["value"] == 1
    assert call(server, "h", Remote(0))["message"].startswith(
        "RuntimeError: this function was given to an earlier call, which has returned"
    )


def test_a_seed_becomes_a_generator(served):
    server = served("def f(rng):\n    return rng.random(3)")
    np.testing.assert_array_equal(call(server, "f", Seed(4))["value"], np.random.default_rng(4).random(3))


# ---- randomness ------------------------------------------------------------------------------------------------


def test_generators_without_a_seed_are_the_same_in_every_grading():
    code = (
        "import random\nimport numpy as np\nfrom autograder.sandbox.serve import fix_randomness\nfix_randomness()\n"
        "print(random.random(), np.random.rand(), *(np.random.default_rng().random() for _ in range(2)))"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second
    assert len(set(first.split())) == 4
