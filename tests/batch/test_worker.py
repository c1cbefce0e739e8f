"""What a Dask worker keeps: drivers that stay warm, end when nobody needs them, and leave no course behind."""

import sys
import threading
import time
from multiprocessing.connection import wait
from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

from autograder.batch import worker as module
from autograder.batch.parcel import pack
from autograder.batch.task import Task
from autograder.batch.worker import GradingPlugin

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def plugin(course, tmp_path):
    made = GradingPlugin(pack(course.assignment("01_rows")), "01_rows", "L2")
    worker = SimpleNamespace(local_directory=str(tmp_path))
    made.setup(worker)
    yield made
    made.teardown(worker)


def ada(normalise):
    return Task("ada", "ada.py", "", normalise.encode())


def test_a_driver_stays_for_the_next_task(plugin, normalise):
    first, level = plugin.grade(ada(normalise))
    (driver,) = plugin.idle
    second, _ = plugin.grade(ada(normalise))
    assert plugin.idle == [driver]
    assert (first.score, second.score, level) == (10.0, 10.0, driver.level)


def test_a_driver_that_died_while_it_was_idle_is_replaced(plugin, normalise):
    plugin.grade(ada(normalise))
    (driver,) = plugin.idle
    driver._process.kill()
    report, _ = plugin.grade(ada(normalise))
    assert report.score == 10.0
    assert plugin.idle != [driver]


def test_the_course_lies_where_only_its_user_can_enter_and_is_removed(plugin, tmp_path, normalise):
    assert plugin.folder.stat().st_mode & 0o077 == 0
    plugin.grade(ada(normalise))
    (driver,) = plugin.idle
    plugin.teardown(SimpleNamespace())
    assert list(tmp_path.iterdir()) == []
    assert not driver._process.is_alive()
    with pytest.raises(RuntimeError, match="grading has ended on this worker"):
        plugin.grade(ada(normalise))


def test_a_task_in_the_middle_ends_with_its_worker(plugin, normalise):
    plugin.grade(ada(normalise))
    endless = Task("mal", "mal.py", "", b"while True:\n    pass\n")
    errors = []

    def grade():
        with pytest.raises(RuntimeError, match="grading has ended") as caught:
            plugin.grade(endless)
        errors.append(caught)

    thread = threading.Thread(target=grade)
    thread.start()
    while not plugin.busy:
        time.sleep(0.01)
    plugin.teardown(SimpleNamespace())
    thread.join(20)
    assert len(errors) == 1


def test_drivers_end_when_nobody_has_used_them_for_long(plugin, tmp_path, normalise, monkeypatch):
    monkeypatch.setattr(module, "IDLE_PATIENCE", 0.2)
    impatient = GradingPlugin(plugin.parcel, "01_rows", "L2")
    impatient.setup(SimpleNamespace(local_directory=str(tmp_path)))
    impatient.grade(ada(normalise))
    (driver,) = impatient.idle
    assert wait([driver._process.sentinel], 20)  # who ends it also waits for it, and only one can bury a process
    impatient.teardown(SimpleNamespace())
