"""A confined program as the trusted side sees it: it answers, or it loses that one call; nothing else can happen."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.errors import Missing, Raised, TimedOut, Unsendable
from autograder.sandbox.launcher import clean_environment
from autograder.sandbox.program import MAX_STARTS
from autograder.testing.student import Recorder

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("process"),
]


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
        ("return object()", Unsendable, "f returned an object"),
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


def test_the_order_of_sets_is_the_same_in_every_grading(program):
    cell = "def f():\n    return hash('a'), list({'x', 'y', 'z', 'u', 'v'})"
    assert program(cell)[0].f() == program(cell)[0].f()
    assert program(cell)[0].f()[0] == int(
        subprocess.run(
            [sys.executable, "-c", "print(hash('a'))"], env={"PYTHONHASHSEED": "0"}, capture_output=True, check=True
        ).stdout
    )


def test_unseeded_randomness_is_the_same_in_every_grading(program):
    cell = (
        "import random\nimport numpy as np\n"
        "def f():\n    return random.random(), np.random.rand(), np.random.default_rng().random()"
    )
    assert program(cell)[0].f() == program(cell)[0].f()
