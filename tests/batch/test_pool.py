"""Grading here and in drivers: the same documents, and nothing lost when a process dies."""

import os
import signal
import sys
from pathlib import Path

import pytest

from autograder.batch import pool as module
from autograder.batch.driver import Driver, Ended, Refused
from autograder.batch.pool import Pool, grade_here, grade_in_pool
from autograder.errors import GraderBroken, SandboxUnavailable
from autograder.grade import Grader

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
NAMES = [f"s{i}" for i in range(5)]


@pytest.fixture
def assignment(course):
    return course.assignment("01_rows")


@pytest.fixture
def tasks(task, normalise):
    return [task(name, normalise.encode() if i % 2 == 0 else b"x = 1") for i, name in enumerate(NAMES)]


def scores(graded):
    return {report.student: report.score for _, report in graded}


EXPECTED = {"s0": 10.0, "s1": 0.0, "s2": 10.0, "s3": 0.0, "s4": 10.0}


@linux
def test_a_pool_gives_the_documents_that_this_process_gives(assignment, tasks):
    def documents(graded):
        found = {task.student: report.as_dict() for task, report in graded}
        for document in found.values():
            del document["provenance"]["graded_at"], document["provenance"]["seconds"]
        return found

    here = documents(grade_here(assignment, tasks, "L2"))
    assert {student: document["score"] for student, document in here.items()} == EXPECTED
    assert documents(grade_in_pool(assignment, tasks, "L2", 2)) == here


@linux
@pytest.mark.parametrize("victim", ["driver", "zygote"])
def test_what_a_dead_process_was_grading_is_graded_by_another(assignment, tasks, victim):
    with Pool(assignment, "L2", 1) as pool:
        graded = {}
        for task, report in pool.grade(tasks):
            graded[task.student] = report.score
            if len(graded) == 2:
                first = pool.drivers[0].pid
                pid = first if victim == "driver" else zygote_of(first)
                os.kill(pid, signal.SIGKILL)
        assert pool.drivers == []
    assert graded == EXPECTED


def zygote_of(pid):
    """Return the deepest descendant: above it may be the program that put it into namespaces."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return zygote_of(int(below[0])) if below else pid


@linux
def test_a_zygote_that_dies_here_is_replaced(assignment, tasks, monkeypatch):
    graders = []
    enter = Grader.__enter__
    monkeypatch.setattr(Grader, "__enter__", lambda self: graders.append(self) or enter(self))
    graded = {}
    for task, report in grade_here(assignment, tasks, "L2"):
        graded[task.student] = report.score
        if len(graded) == 2:
            graders[0].sandbox.kill()
    assert graded == EXPECTED
    assert len(graders) == 2


@linux
def test_a_submission_that_no_grader_survives_here_is_held_and_the_rest_graded(assignment, tasks, monkeypatch):
    grade = Grader.grade

    def dying(self, submission):
        if submission.student == "s2":
            raise SandboxUnavailable("the sandbox's launcher does not answer (killed)")
        return grade(self, submission)

    monkeypatch.setattr(Grader, "grade", dying)
    graded = {task.student: report for task, report in grade_here(assignment, tasks, "L2")}
    assert [student for student, report in graded.items() if report.status == "held"] == ["s2"]
    assert {result.detail for result in graded["s2"].results} == {
        "2 grading processes ended while they graded this submission, the last one because: "
        "the sandbox's launcher does not answer (killed)"
    }
    assert graded["s2"].provenance.sandbox_level == graded["s1"].provenance.sandbox_level


class Poisoned(Driver):
    """A driver that dies as soon as it gets a certain submission."""

    def send(self):
        super().send()
        if self.task.student == "s1":
            os.kill(self.pid, signal.SIGKILL)


@linux
def test_a_submission_that_kills_its_drivers_is_held_and_the_rest_graded(assignment, tasks, monkeypatch):
    monkeypatch.setattr(module, "Driver", Poisoned)
    graded = {task.student: report for task, report in grade_in_pool(assignment, tasks, "L2", 2)}
    assert graded.keys() == set(NAMES)
    assert [student for student, report in graded.items() if report.status == "held"] == ["s1"]
    assert "because: the grading process ended with exit code -9" in graded["s1"].results[0].detail


class NeverReady(Driver):
    """A driver that ends before it is ready."""

    def receive(self):
        self.kill()
        return Ended("out of memory")


@linux
def test_drivers_that_do_not_start_end_the_run(assignment, tasks, monkeypatch):
    monkeypatch.setattr(module, "Driver", NeverReady)
    with pytest.raises(GraderBroken, match="grading processes do not start: out of memory; run `autograder doctor`"):
        list(grade_in_pool(assignment, tasks, "L2", 1))


class Refusing(Driver):
    def receive(self):
        return Refused("this machine confines nothing", 3)


@linux
def test_what_a_driver_refuses_is_raised_and_no_process_stays(assignment, tasks, monkeypatch):
    monkeypatch.setattr(module, "Driver", Refusing)
    with Pool(assignment, "L2", 1) as pool:
        with pytest.raises(GraderBroken, match="this machine confines nothing"):
            list(pool.grade(tasks))
        (driver,) = pool.drivers
    assert not driver._process.is_alive()


@linux
def test_tasks_are_taken_only_when_a_driver_is_free(assignment, tasks):
    taken = []

    def source():
        for task in tasks:
            taken.append(task.student)
            yield task

    with Pool(assignment, "L2", 1) as pool:
        for count, _ in enumerate(pool.grade(source()), 1):
            assert len(taken) <= count + 1


@linux
def test_nothing_to_grade_starts_nothing(assignment, monkeypatch):
    monkeypatch.setattr(module, "Driver", None)
    assert list(grade_in_pool(assignment, [], "L2", 2)) == []
    monkeypatch.setattr(module, "Grader", None)
    assert list(grade_here(assignment, [], "L2")) == []
