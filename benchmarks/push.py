"""Draining many pushes of a full assignment: fetch, grade, record, post, against the fake GitHub on loopback.

Every push is of another student and no two files are equal, so nothing is saved by grading equal files once.
"""

import json
import resource
import runpy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from autograder.course import Course
from autograder.push.config import Homework, Settings
from autograder.push.fetch import fetch
from autograder.push.github import READ, WRITE, GitHub
from autograder.push.grading import grade
from autograder.push.post import post, record
from autograder.push.records import Records
from autograder.release import notebook_text, solution_notebook

ROOT = Path(__file__).parents[1]
PARTS = runpy.run_path(str(ROOT / "tests" / "push" / "simulator.py"))
ASSIGNMENT, WORKERS = "02_networks", 2
PUSHES, QUICK_PUSHES = 300, 30
Answer = TypeVar("Answer")


def drain(folder: Path, *, quick: bool) -> dict[str, Any]:
    """Push the solution for each of many students, drain them all, and return seconds by step."""
    pushes = QUICK_PUSHES if quick else PUSHES
    course = Course.find(ROOT)
    students = {f"s{n:03}": f"course/s{n:03}" for n in range(pushes)}
    simulator = PARTS["Simulator"](folder / "github")
    _push(simulator, course, students)
    steps: dict[str, dict[str, float]] = {}

    def step(name: str, action: Callable[[], Answer]) -> Answer:
        started, before = time.perf_counter(), _processor_time()
        answer = action()
        steps[name] = {"wall_s": time.perf_counter() - started, "cpu_s": _processor_time() - before}
        print(f"{name}: {pushes} pushes in {steps[name]['wall_s']:.1f} s", flush=True)
        return answer

    with simulator.serving():
        settings = Settings(students, (Homework(ASSIGNMENT, ASSIGNMENT),), api=simulator.url)
        waiting, documents, records = folder / "queue", folder / "documents", Records(folder / "results")
        key = (str(PARTS["APP"]), simulator.key)
        with GitHub(*key, READ, simulator.url) as github:
            queue = step("fetch", lambda: fetch(course, settings, github, waiting))
        reports = step("grade", lambda: grade(course, queue, waiting, documents, require_level="L2", workers=WORKERS))
        step("record", lambda: record(course, queue, documents, records, "L2"))
        with GitHub(*key, WRITE, simulator.url) as github:
            told = step("post", lambda: post(queue, records, github))
    assert len(reports) == pushes
    assert all(report.score == report.max_score for report in reports)
    assert [line.said for line in told] == ["posted"] * pushes
    return {"assignment": ASSIGNMENT, "pushes": pushes, "steps": steps}


def _push(simulator: Any, course: Course, students: dict[str, str]) -> None:
    """Make a repository for each student, and push the solution to it, with a cell of the student's own."""
    assignment = course.assignment(ASSIGNMENT)
    solved = notebook_text(solution_notebook(assignment.source(), assignment.slug))
    for student, repository in students.items():
        notebook = json.loads(solved)
        notebook["cells"].append({"cell_type": "code", "id": student, "metadata": {}, "outputs": [],
                                  "execution_count": None, "source": f"# {student}"})  # fmt: skip
        files = {f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb": json.dumps(notebook, indent=1)}
        simulator.repository(repository).push(files, "2026-10-01T00:00:00Z")


def _processor_time() -> float:
    """Return the seconds of processor time that this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)
