"""A confined program as the trusted side sees it: it answers, or it loses that one call; nothing else can happen."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.errors import Missing, Raised, SandboxUnavailable, TimedOut, Unsendable
from autograder.model import Limits
from autograder.sandbox.canaries import CANARIES, level
from autograder.sandbox.process import MAX_STARTS, Profile, Sandbox, clean_environment
from autograder.testing.student import Recorder, Student

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("process"),
]

LIMITS = Limits(call=0.5, exercise=5, load=2, submission=20, memory_mb=2048, patience=3)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(Profile(limits=LIMITS)) as opened:
        yield opened


@pytest.fixture
def program(sandbox):
    """Return a function that loads cells and returns (student, program)."""
    opened = []

    def load(*cells, exercises=("f", "g")):
        made = sandbox.program(list(enumerate(cells, 1)), exercises)
        opened.append(made)
        return Student(made.__enter__()), made

    yield load
    for made in opened:
        made.__exit__(None, None, None)


def test_every_canary_is_stopped_here(sandbox):
    stopped = sandbox.canaries()
    assert set(stopped) == {canary.name for canary in CANARIES}
    assert [name for name, held in stopped.items() if not held] == []
    assert level(stopped) == "L2"


def test_a_program_answers_with_arrays(program):
    student, made = program("import numpy as np\ndef f(x, y=1):\n    return np.linalg.norm(x) + y, x.T")
    norm, transposed = student.f(np.array([[3.0, 4.0]]), y=2)
    assert norm == 7
    np.testing.assert_array_equal(transposed, [[3], [4]])
    assert made.notes == []


def test_functions_given_as_arguments_run_on_the_trusted_side(program):
    student, _ = program("def f(act, xs):\n    return [act(x) for x in xs]")
    recorder = Recorder(lambda x: x * 2)
    assert student.f(recorder, [1.0, 2.0, 3.0]) == [2, 4, 6]
    assert recorder.calls == [(1.0,), (2.0,), (3.0,)]


def test_an_exception_in_a_given_function_reaches_the_program_as_itself(program):
    student, _ = program(
        "def f(act):\n    try:\n        act(1)\n    except ValueError as error:\n        return str(error)"
    )

    def act(x):
        raise ValueError("not today")

    assert student.f(act) == "not today"


def test_generators_cross_as_seeds(program):
    from autograder.wire import Seed

    student, _ = program("def f(rng):\n    return rng.standard_normal(3)")
    np.testing.assert_array_equal(student.f(Seed(5)), np.random.default_rng(5).standard_normal(3))


def test_objects_stay_inside(program):
    student, _ = program(
        "class Mean:\n    def fit(self, x):\n        self.mean_ = x.mean()\n        return self\n"
        "    def predict(self, n):\n        return [self.mean_] * n"
    )
    model = student.Mean()
    assert model.fit(np.array([1.0, 3.0])).predict(2) == [2, 2]
    assert model.mean_ == 2
    with pytest.raises(Missing, match=r"Mean\.score is not defined"):
        model.score  # noqa: B018 - the attribute is asked for


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("raise KeyError('k')", Raised, r"f raised KeyError: 'k' \(cell 1, line 2\)"),
        ("import os; os._exit(0)", Raised, "f ended its process"),
        ("import ctypes; ctypes.string_at(0)", Raised, r"f ended its process by a crash \(SIGSEGV\)"),
        ("import sys; sys.exit(0)", Raised, "f raised SystemExit: 0"),
        ("raise KeyboardInterrupt", Raised, "f raised KeyboardInterrupt"),
        ("return f()", Raised, "f raised RecursionError"),
        ("while True: pass", TimedOut, r"f gave no answer within 0\.5 s"),
        ("import time; time.sleep(60)", TimedOut, r"f gave no answer within 0\.5 s"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", TimedOut, "f gave no answer"),
        ("return object()", Unsendable, "f returned a object"),
        ("return (i for i in range(3))", Unsendable, "f returned a generator"),
        ("import numpy as np; return np.ones(1 << 40)", Raised, "f raised MemoryError"),
        ("import numpy as np; return np.broadcast_to(1.0, (1 << 18, 1 << 18))", Unsendable, "an array of .* MB"),
        ("import numpy as np; return np.array([None])", Unsendable, "an array of dtype object"),
        ("import numpy as np; return np.matrix('1 2')", Unsendable, r"numpy\.matrix"),
        ("return 10 ** 400", Unsendable, "an int that does not fit in 64 bits"),
        ("x = []; x.append(x); return x", Unsendable, "contains itself"),
    ],
    ids=lambda value: value.partition("\n")[0][:30] if isinstance(value, str) else None,
)
def test_whatever_a_function_does_costs_only_its_own_call(program, body, error, message):
    student, _ = program(f"def f():\n    {body}", "def g():\n    return 1")
    with pytest.raises(error, match=message):
        student.f()
    assert student.g() == 1


def test_a_loop_in_c_with_all_signals_blocked_is_ended(program):
    student, _ = program(
        "import signal\ndef f():\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n"
        "    return 10 ** 10 ** 8 % 7"
    )
    started = time.monotonic()
    with pytest.raises(TimedOut):
        student.f()
    assert time.monotonic() - started < LIMITS.call * LIMITS.patience + 5


WRITE = """
import os
def to_everyone(data):
    for fd in range(64):
        try:
            os.write(fd, data)
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "attack",
    [
        "to_everyone(b'rubbish' * 100)",
        "to_everyone(b'AGW1' + b'\\xff' * 12)",  # announces more than the address space holds
        "to_everyone(b'AGW1' + (1 << 20).to_bytes(4, 'little') + bytes(8) + b'[' * (1 << 20))",
        "from autograder.wire import encode; to_everyone(encode({'kind': 'value', 'value': 42, 'nonce': 0}))",
        "from autograder.wire import encode; to_everyone(encode({'kind': 'callback', 'nonce': 0}))",
        "from autograder.wire import encode; to_everyone(encode([1, 2, 3]))",
        "[os.close(fd) for fd in range(3, 20)]",
    ],
    ids=["rubbish", "huge", "deep", "forged value", "forged callback", "no message", "closed"],
)
def test_forged_frames_are_no_answers(program, attack):
    student, _ = program(WRITE, f"def f():\n    {attack}\n    return 0", "def g():\n    return 1")
    with pytest.raises((Raised, TimedOut)):
        student.f()
    assert student.g() == 1


def test_a_callback_that_was_never_offered_is_refused(program):
    student, _ = program(
        "import sys\ndef f(act):\n    from autograder.wire import Remote\n"
        "    ask = act.__closure__\n    server = [c.cell_contents for c in ask if hasattr(c.cell_contents, 'ask')][0]\n"
        "    return server.ask({'kind': 'callback', 'function': Remote(7), 'args': []})['message']"
    )
    assert student.f(lambda x: x) == "this function does not exist"


def test_calling_a_given_function_for_ever_is_a_timeout(program):
    student, _ = program("def f(act):\n    while True: act(1)", "def g():\n    return 1")
    with pytest.raises(TimedOut):
        student.f(lambda x: x)
    assert student.g() == 1


def test_a_program_that_reads_nothing_cannot_hold_the_grader_up(program):
    student, made = program(
        "def f(x):\n    return 0", "def stop():\n    import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
    )
    process = made._process
    os.kill(process._pid, signal.SIGSTOP)  # as a program could do to itself between two calls
    with pytest.raises(TimedOut):
        student.f(np.zeros(1 << 22))
    assert student.f(np.zeros(2)) == 0


def test_failing_cells_are_noted_and_later_ones_run(program):
    student, made = program("import numpy as np", "print('hello')\nboom", "def f():\n    return 1")
    assert student.f() == 1
    assert made.notes == ["cell 2 raised NameError: name 'boom' is not defined (line 2)"]
    assert made.output == "hello\n"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("while True: pass", "gave no answer within 2 s"), ("import os; os._exit(1)", "ended its process")],
)
def test_a_notebook_that_does_not_load_is_loaded_by_its_definitions(program, cell, reason):
    student, made = program("import math\nSCALE = 2", cell, "def f(x):\n    return SCALE * math.floor(x)")
    assert student.f(1.5) == 2
    assert made.notes == [f"loading the notebook {reason}; only its imports, definitions and constants were used"]


def test_a_notebook_whose_definitions_do_not_load_either_fails_every_call_at_once(program):
    student, made = program("class A:\n    import os\n    os._exit(1)")
    for _ in range(3):
        with pytest.raises(Raised, match="f is not available: loading the definitions alone ended its process"):
            student.f()
    assert made._starts == 2


def test_processes_are_not_started_for_ever(program):
    student, _ = program("def f():\n    import os; os._exit(1)")
    for _ in range(MAX_STARTS):
        with pytest.raises(Raised, match="ended its process"):
            student.f()
    with pytest.raises(TimedOut, match=f"its process has ended {MAX_STARTS} times"):
        student.f()


def test_an_exercise_cannot_use_the_time_of_the_others(program):
    student, made = program("def f():\n    while True: pass", "def g():\n    return 1")
    made.allow(0.2)
    with pytest.raises(TimedOut, match="no answer in the time that was left to its exercise"):
        student.f()
    with pytest.raises(TimedOut, match="its exercise has used all its time"):
        student.f()
    made.allow(0.2)
    assert student.g() == 1


def test_a_program_sees_nothing_of_ours(program):
    student, _ = program(
        "import os, sys\n"
        "def f():\n    return dict(os.environ)\n"
        "def modules():\n    secret = ('reference', 'solutions', 'pytest')\n"
        "    return [m for m in sys.modules if m.split('.')[0] in secret]\n"
        "def engine():\n    return sorted(m for m in sys.modules if m.startswith('autograder'))\n"
        "def cwd():\n    return os.getcwd()\n"
        "def read(path):\n    return open(path).read()\n"
        "def who():\n    return os.getuid()\n"
        "def oracle(name):\n    __import__(name)\n"
        "def sneak(name):\n    import importlib\n    importlib.import_module(name)\n"
    )
    own = set(clean_environment()) | {"LC_CTYPE"}
    assert set(student.f()) <= own
    assert student.modules() == []
    assert all(
        name.startswith(("autograder.sandbox", "autograder.wire")) or name == "autograder" for name in student.engine()
    )
    assert student.cwd() == "/"
    assert student.who() != 0
    for path in (
        __file__,
        str(Path(__file__).parents[2] / "solutions" / "course.toml"),
        "/etc/passwd",
        "/proc/self/environ",
    ):
        with pytest.raises(Raised, match=r"PermissionError|FileNotFoundError"):
            student.read(path)
    with pytest.raises(Raised, match="scikit-learn is the oracle"):
        student.oracle("sklearn")
    for name in ("sklearn", "scipy", "reference.networks", "pytest"):
        with pytest.raises(Raised, match=f"ModuleNotFoundError: No module named '{name.partition('.')[0]}'"):
            student.sneak(name)
    for name in ("numpy.f2py", "numpy.testing", "sqlite3", "statistics"):
        assert student.sneak(name) is None


def test_two_programs_of_one_sandbox_share_nothing(program):
    first, _ = program("import numpy as np\nnp.SECRET = 7\ndef f():\n    return np.SECRET")
    second, _ = program("import numpy as np\ndef f():\n    return hasattr(np, 'SECRET')")
    assert first.f() == 7
    assert second.f() is False


def test_unseeded_randomness_is_the_same_in_every_grading(program):
    cell = (
        "import random\nimport numpy as np\n"
        "def f():\n    return random.random(), np.random.rand(), np.random.default_rng().random()"
    )
    assert program(cell)[0].f() == program(cell)[0].f()


def test_no_process_is_left_behind():
    with Sandbox(Profile(limits=LIMITS)) as sandbox, sandbox.program([(1, "x = 1")], []) as made:
        zygote, child = sandbox._process.pid, made._process._pid
        assert Path(f"/proc/{child}").exists()
    assert not Path(f"/proc/{zygote}").exists()
    deadline = time.monotonic() + 5
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _alive(child)


def _alive(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_dead_launcher_is_our_fault_and_says_so():
    with Sandbox(Profile(limits=LIMITS)) as sandbox:
        sandbox.canaries()
        sandbox._process.kill()
        sandbox._process.wait()
        with pytest.raises(SandboxUnavailable, match="the sandbox's launcher does not answer"):
            sandbox.spawn()


def test_a_launcher_that_cannot_start_says_why():
    broken = Sandbox(Profile(packages=("no-such-package",), limits=LIMITS))
    with broken, pytest.raises(SandboxUnavailable, match="no-such-package"):
        broken.canaries()


@pytest.mark.parametrize("missing", ["landlock", "seccomp"])
def test_the_level_is_what_the_canaries_prove(missing):
    layers = {"limits", "identity", "landlock", "seccomp"} - {missing}
    with Sandbox(Profile(limits=LIMITS), layers=sorted(layers)) as sandbox:
        assert level(sandbox.canaries()) == {"landlock": "L1", "seccomp": "L0"}[missing]
