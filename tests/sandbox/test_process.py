"""The line to a confined process: forged, stopped, silent or closed, it costs one call and never the grader."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from autograder.errors import Raised, TimedOut

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("process"),
]


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
    os.kill(process.pid, signal.SIGSTOP)  # as a program could do to itself between two calls
    with pytest.raises(TimedOut):
        student.f(np.zeros(1 << 22))
    assert student.f(np.zeros(2)) == 0


def test_a_loop_in_c_with_all_signals_blocked_is_ended(program, short_limits):
    student, _ = program(
        "import signal\ndef f():\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n"
        "    return 10 ** 10 ** 8 % 7"
    )
    started = time.monotonic()
    with pytest.raises(TimedOut):
        student.f()
    assert time.monotonic() - started < short_limits.call * short_limits.patience + 5


@pytest.fixture
def crowd(program):
    """Return a function that loads a cell into a program that has to share its processor with five others."""
    spinning = []

    def load(cell):
        student, made = program(cell)
        here = os.sched_getaffinity(made._process.pid)
        spin = (
            f"import os\nos.sched_setaffinity(0, {here})\nprint(flush=True)\nwhile os.getppid() == {os.getpid()}: pass"
        )
        command = [sys.executable, "-c", spin]
        # in sessions of their own: some kernels share processors among sessions
        spinning.extend(subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) for _ in range(5))
        for process in spinning:
            process.stdout.readline()
        return student

    yield load
    for process in spinning:
        process.kill()
        process.communicate()


def test_waiting_for_a_processor_is_not_sleeping(crowd, short_limits):
    compute = "end = time.process_time() + 0.4\n    while time.process_time() < end: pass"
    student = crowd(f"import time\ndef f():\n    {compute}\n    return 1")
    started = time.monotonic()
    assert student.f() == 1
    assert time.monotonic() - started > short_limits.call * short_limits.patience  # it did have to wait


def test_sleeping_on_a_busy_machine_is_a_timeout(crowd):
    student = crowd("import time\ndef f():\n    time.sleep(60)")
    with pytest.raises(TimedOut):
        student.f()
