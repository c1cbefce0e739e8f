"""A grading process: what it says, how it ends, and that it ends with its owner."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.batch.driver import Driver, Ended, Ready, Refused, grade_one
from autograder.errors import GraderBroken, UsageError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def driver(course):
    started = Driver(course.root, "01_rows", "L2")
    yield started
    started.kill()


def descendants(pid):
    """Return the zygote of a driver, after whatever program put it into namespaces."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [below for child in found for below in descendants(child)]


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_the_end_of(*pids):
    deadline = time.monotonic() + 20
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline, "still running"
        time.sleep(0.02)


def test_it_grades_any_number_of_tasks_and_ignores_interrupts(driver, task, normalise):
    ready = driver.receive()
    assert isinstance(ready, Ready)
    assert ready.level >= "L2"
    for data, score in ((normalise.encode(), 10), (b"x = 1", 0)):
        os.kill(driver.pid, signal.SIGINT)
        driver.task = task(data=data)
        driver.send()
        assert driver.receive().score == score
    *_, zygote = descendants(driver.pid)
    driver.close()
    wait_for_the_end_of(driver.pid, zygote)


def test_one_that_is_killed_says_that_it_has_ended(driver, task):
    driver.receive()
    *_, zygote = descendants(driver.pid)
    os.kill(driver.pid, signal.SIGKILL)
    assert driver.receive() == Ended("the grading process ended with exit code -9")
    driver.task = task()
    driver.send()  # to nobody
    wait_for_the_end_of(driver.pid, zygote)


def test_one_whose_zygote_is_killed_says_why_it_cannot_go_on(driver, task):
    driver.receive()
    *_, zygote = descendants(driver.pid)
    os.kill(zygote, signal.SIGKILL)
    driver.task = task()
    driver.send()
    ended = driver.receive()
    assert isinstance(ended, Ended)
    assert "the sandbox's launcher does not answer" in ended.reason


def test_one_that_cannot_grade_says_why(course):
    started = Driver(course.root, "no_such", "L2")
    refused = started.receive()
    started.kill()
    assert isinstance(refused, Refused)
    assert str(refused.error()).startswith("there is no assignment 'no_such'")
    assert isinstance(refused.error(), UsageError)


def test_whatever_goes_wrong_in_the_engine_is_a_reason_and_no_traceback(task):
    class Faulty:
        def grade(self, submission):
            raise ZeroDivisionError("division by zero")

    assert grade_one(Faulty(), task()) == Ended("ZeroDivisionError: division by zero")


def test_a_fault_of_ours_stays_ours():
    assert isinstance(Refused("no sandbox", 3).error(), GraderBroken)


def test_it_ends_when_its_owner_is_killed(course, tmp_path):
    script = tmp_path / "owner.py"
    script.write_text(
        "import sys, time\nfrom pathlib import Path\nfrom autograder.batch.driver import Driver\n"
        "if __name__ == '__main__':\n"
        f"    driver = Driver(Path({str(course.root)!r}), '01_rows', 'L2')\n"
        "    driver.receive()\n    print(driver.pid, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as owner:
        pid = int(owner.stdout.readline())
        *_, zygote = descendants(pid)
        owner.kill()
    wait_for_the_end_of(pid, zygote)
