"""What every sandbox must show, asked of each: one list of behaviours, and the known exceptions with their reasons.

A new implementation is added to ``SANDBOXES``: a function of limits that opens it and gives a loader, a function of
cells that gives (student, notes, output).
"""

import os
import signal
import sys
from contextlib import ExitStack, contextmanager

import numpy as np
import pytest

from autograder.errors import Missing, Raised, TimedOut, Unsendable
from autograder.sandbox.launcher import Profile, Sandbox
from autograder.sandbox.local import LocalTransport
from autograder.sandbox.serve import MAX_OUTPUT
from autograder.testing.student import Recorder, Student
from autograder.wire import Seed

pytestmark = pytest.mark.xdist_group("process")


@contextmanager
def confined(limits, *namespaces):
    if sys.platform != "linux":
        pytest.skip("only Linux confines student code")
    with Sandbox(Profile(limits=limits), namespaces=namespaces) as sandbox, ExitStack() as programs:
        refused = {way: reason for way, reason in sandbox.refusals().items() if reason}
        if refused:
            pytest.skip(f"this machine refuses namespaces: {refused}")

        def load(*cells):
            program = programs.enter_context(sandbox.program(list(enumerate(cells, 1)), ["f"]))
            return Student(program), program.notes, program.output

        yield load


@contextmanager
def local(limits):
    def load(*cells):
        transport = LocalTransport()
        notes, output = transport.load(list(enumerate(cells, 1)), ["f"], ["numpy"])
        return Student(transport), notes, output

    main = sys.modules["__main__"]  # which loading replaces
    yield load
    sys.modules["__main__"] = main


SANDBOXES = {
    "kernel (L2)": confined,
    "bubblewrap (L3)": lambda limits: confined(limits, "bubblewrap"),
    "unshare (L3)": lambda limits: confined(limits, "unshare"),
    "student's own process": local,
}
OWN = "student's own process"
THEIRS = "the process is the student's own, and stays as it is"
# (sandbox, behaviour): why it does not show it, and whether it is safe to try
EXCEPTIONS = {
    (OWN, "an_endless_loop_costs_its_own_call"): ("nobody else is there to stop it; students interrupt it", False),
    (OWN, "an_endless_cell_costs_itself"): ("nobody else is there to stop it; students interrupt it", False),
    (OWN, "a_death_costs_its_own_call"): ("there is one process, and it would be gone", False),
    (OWN, "a_death_while_loading_costs_the_cells_around_it"): ("there is one process, and it would be gone", False),
    (OWN, "memory_is_bounded"): ("memory of the student's machine is the student's", False),
    (OWN, "programs_share_nothing"): ("all programs live in one process", False),
    (OWN, "what_a_call_left_is_gone_after_a_restart"): ("nothing is restarted", False),
    (OWN, "an_interrupt_is_an_error_of_the_program"): ("it comes from the person at the keyboard", False),
    (OWN, "files_outside_are_hidden"): (THEIRS, True),
    (OWN, "files_cannot_be_written"): (THEIRS, True),
    (OWN, "the_environment_is_ours"): (THEIRS, True),
    (OWN, "processes_cannot_be_started"): (THEIRS, True),
    (OWN, "the_network_cannot_be_reached"): (THEIRS, True),
    (OWN, "unseeded_numbers_are_the_same_each_time"): (THEIRS, True),
}


# --- The behaviours ---------------------------------------------------------------------------------------------------


def it_answers_with_data(load):
    student, notes, output = load("import numpy as np\ndef f(x, *, y=1):\n    return np.sum(x) + y, x.T, {'k': b'b'}")
    total, transposed, rest = student.f(np.array([[1.0, 2.0]]), y=3)
    assert total == 6
    np.testing.assert_array_equal(transposed, [[1.0], [2.0]])
    assert rest == {"k": b"b"}
    assert (notes, output) == ([], "")


def an_exception_is_named_with_its_line(load):
    student, _, _ = load("def f():\n    return {}['k']")
    with pytest.raises(Raised, match=r"^f raised KeyError: 'k' \(cell 1, line 2\)$"):
        student.f()


def a_missing_function_is_named(load):
    student, _, _ = load("x = 1")
    with pytest.raises(Missing, match=r"^f is not defined in the submission$"):
        student.f()


def what_is_no_data_is_named(load):
    student, _, _ = load("def f():\n    return {1, 2}")
    with pytest.raises(Unsendable, match=r"^f returned a set, expected numbers or arrays$"):
        student.f()


def leaving_is_an_error_of_the_program(load):
    student, _, _ = load("import sys\ndef f():\n    sys.exit(0)")
    with pytest.raises(Raised, match=r"^f raised SystemExit: 0"):
        student.f()


def an_interrupt_is_an_error_of_the_program(load):
    student, _, _ = load("def f():\n    raise KeyboardInterrupt")
    with pytest.raises(Raised, match=r"^f raised KeyboardInterrupt"):
        student.f()


def endless_recursion_is_an_error_of_the_program(load):
    student, _, _ = load("def f():\n    return f()")
    with pytest.raises(Raised, match=r"^f raised RecursionError"):
        student.f()


def failing_cells_are_noted_and_the_rest_runs(load):
    student, notes, _ = load("1 / 0", "1 +", "def f():\n    return 1")
    assert student.f() == 1
    assert notes[0] == "cell 1 raised ZeroDivisionError: division by zero (line 1)"
    assert notes[1].startswith("cell 2 is not valid Python at line 1")


def output_is_kept_and_capped(load):
    _, _, output = load("print('first')", "while True:\n    print('x' * 1000)\n    n = globals().get('n', 0) + 1\n"
                        "    if n > 100:\n        break")  # fmt: skip
    assert output.startswith("first\nxxx")
    assert len(output) == MAX_OUTPUT


def functions_of_the_test_run_on_its_side(load):
    student, _, _ = load("def f(act, xs):\n    return [act(x) for x in xs]")
    act = Recorder(lambda x: x * 2)
    assert student.f(act, [1.0, 2.0]) == [2.0, 4.0]
    assert act.calls == [(1.0,), (2.0,)]


def errors_of_such_functions_reach_the_program(load):
    student, _, _ = load(
        "def f(act):\n    try:\n        act(1)\n    except ValueError as error:\n        return str(error)"
    )

    def act(_):
        raise ValueError("not today")

    assert student.f(act) == "not today"


def generators_cross_as_seeds(load):
    student, _, _ = load("def f(rng):\n    return rng.random()")
    assert student.f(Seed(5)) == np.random.default_rng(5).random()


def objects_stay_inside(load):
    student, _, _ = load("class f:\n    n = 0\n    def add(self):\n        self.n += 1\n        return self")
    made = student.f()
    assert made.add().add().n == 2
    with pytest.raises(Missing, match=r"f\.other is not defined"):
        made.other  # noqa: B018 - the attribute is asked for


def nothing_is_shared_by_reference(load):
    student, _, _ = load("def f(x):\n    x[0] = 7.0\n    return x")
    array = np.zeros(2)
    answer, after = student.f.echo(array)
    np.testing.assert_array_equal(array, 0)
    np.testing.assert_array_equal(answer, [7, 0])
    np.testing.assert_array_equal(after[0], [7, 0])


def an_endless_loop_costs_its_own_call(load):
    student, _, _ = load("def f():\n    while True: pass", "def g():\n    return 1")
    with pytest.raises(TimedOut, match=r"^f gave no answer within 0\.5 s$"):
        student.f()
    assert student.g() == 1


def an_endless_cell_costs_itself(load):
    student, notes, _ = load("while True: pass", "def f():\n    return 1")
    assert student.f() == 1
    assert notes == [
        "loading the notebook gave no answer within 2 s; only its imports, definitions and constants were used"
    ]


def a_death_costs_its_own_call(load):
    student, _, _ = load("import os\ndef f():\n    os.abort()", "def g():\n    return 1")
    with pytest.raises(Raised, match=r"^f ended its process by a crash \(SIGABRT\)$"):
        student.f()
    assert student.g() == 1


def a_death_while_loading_costs_the_cells_around_it(load):
    student, notes, _ = load("import os\nos._exit(0)", "def f():\n    return 1")
    assert student.f() == 1
    assert notes == ["loading the notebook ended its process; only its imports, definitions and constants were used"]


def what_a_call_left_is_gone_after_a_restart(load):
    student, _, _ = load(
        "import os\nkept = []\ndef f():\n    kept.append(1)\n    return len(kept)\ndef die():\n    os._exit(0)"
    )
    assert [student.f(), student.f()] == [1, 2]
    with pytest.raises(Raised):
        student.die()
    assert student.f() == 1


def memory_is_bounded(load):
    student, _, _ = load("def f():\n    return len(bytearray(8 << 30))", "def g():\n    return 1")
    with pytest.raises(Raised, match=r"^f raised MemoryError"):
        student.f()
    assert student.g() == 1


def programs_share_nothing(load):
    first, _, _ = load("import math\nmath.pi = 3.0\ndef f():\n    return math.pi")
    second, _, _ = load("import math\ndef f():\n    return math.pi")
    assert (first.f(), second.f()) == (3.0, np.pi)


def files_outside_are_hidden(load):
    student, _, _ = load("def f(path):\n    return open(path).read()")
    with pytest.raises(Raised, match=r"^f raised (PermissionError|FileNotFoundError)"):
        student.f(__file__)


def files_cannot_be_written(load):
    student, _, _ = load("import tempfile\ndef f():\n    tempfile.TemporaryFile()")
    with pytest.raises(Raised, match=r"^f raised (PermissionError|FileNotFoundError)"):
        student.f()


def the_environment_is_ours(load):
    student, _, _ = load("import os\ndef f():\n    return 'AUTOGRADER_SECRET' in os.environ")
    assert student.f() is False


def processes_cannot_be_started(load):
    student, _, _ = load("import subprocess, sys\ndef f():\n    subprocess.run([sys.executable, '--version'])")
    with pytest.raises(Raised, match=r"^f raised PermissionError"):
        student.f()


def the_network_cannot_be_reached(load):
    student, _, _ = load("import socket\ndef f():\n    socket.socket(socket.AF_INET).close()")
    with pytest.raises(Raised, match=r"^f raised PermissionError"):
        student.f()


def unseeded_numbers_are_the_same_each_time(load):
    cell = "import random\nimport numpy as np\ndef f():\n    return random.random(), np.random.rand(), hash('a')"
    assert load(cell)[0].f() == load(cell)[0].f()


BEHAVIOURS = [
    it_answers_with_data, an_exception_is_named_with_its_line, a_missing_function_is_named, what_is_no_data_is_named,
    leaving_is_an_error_of_the_program, an_interrupt_is_an_error_of_the_program,
    endless_recursion_is_an_error_of_the_program, failing_cells_are_noted_and_the_rest_runs, output_is_kept_and_capped,
    functions_of_the_test_run_on_its_side, errors_of_such_functions_reach_the_program, generators_cross_as_seeds,
    objects_stay_inside, nothing_is_shared_by_reference, an_endless_loop_costs_its_own_call,
    an_endless_cell_costs_itself, a_death_costs_its_own_call, a_death_while_loading_costs_the_cells_around_it,
    what_a_call_left_is_gone_after_a_restart, memory_is_bounded, programs_share_nothing, files_outside_are_hidden,
    files_cannot_be_written, the_environment_is_ours, processes_cannot_be_started, the_network_cannot_be_reached,
    unseeded_numbers_are_the_same_each_time,
]  # fmt: skip


def _cases():
    for name in SANDBOXES:
        for behaviour in BEHAVIOURS:
            marks = []
            if exception := EXCEPTIONS.get((name, behaviour.__name__)):
                reason, safe = exception
                marks = [pytest.mark.xfail(strict=True, run=safe, reason=reason)]
            yield pytest.param(name, behaviour, marks=marks, id=f"{name}: {behaviour.__name__.replace('_', ' ')}")


@pytest.fixture(scope="module")
def opened(short_limits):
    """Return a function that gives the loader of a sandbox, opened when it is first asked for."""
    loaders = {}
    os.environ["AUTOGRADER_SECRET"] = "x"
    with ExitStack() as stack:

        def loader(name):
            if name not in loaders:
                loaders[name] = stack.enter_context(SANDBOXES[name](short_limits))
            return loaders[name]

        yield loader
    del os.environ["AUTOGRADER_SECRET"]


@pytest.mark.parametrize(("name", "behaviour"), list(_cases()))
def test_a_sandbox(opened, name, behaviour):
    behaviour(opened(name))


def test_every_exception_is_one_of_a_behaviour():
    names = {behaviour.__name__ for behaviour in BEHAVIOURS}
    assert {behaviour for _, behaviour in EXCEPTIONS} <= names
    assert len(names) == len(BEHAVIOURS)


def test_cleaning_up_leaves_no_process(short_limits):
    """No sandbox but the local one has any; each is asked at the end of its life."""
    if sys.platform != "linux":
        pytest.skip("only Linux confines student code")
    for ways in ((), ("bubblewrap",), ("unshare",)):
        with Sandbox(Profile(limits=short_limits), namespaces=ways) as sandbox:
            with sandbox.program([(1, "x = 1")], []) as program:
                assert program._process is not None
            pidfd = os.dup(sandbox._zygote)
            outer = sandbox._process
        assert outer.returncode is not None
        with pytest.raises(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, 0)
        os.close(pidfd)
