"""Draining many pushes of a full assignment: fetch, grade, record, post, against the fake GitHub on loopback.

``make bench`` prints a table of seconds per step. Every push is of another student and no two files are equal, so
nothing is saved by grading equal files once. Wall-clock time on a busy machine is longer than the same alone: compare
the shares, and the processor time.
"""

import argparse
import json
import os
import platform
import resource
import runpy
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

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


def processor_time() -> float:
    """Return the seconds of processor time that this process and its children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pushes", type=int, default=300)
    parser.add_argument("--assignment", default="02_networks")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    course = Course.find(ROOT)
    assignment = course.assignment(options.assignment)
    solved = notebook_text(solution_notebook(assignment.source(), assignment.slug))
    students = {f"s{n:03}": f"course/s{n:03}" for n in range(options.pushes)}
    table = Table("step", "seconds", "", box=None, title=f"{options.pushes} pushes of {assignment.slug}, "
                  f"{options.workers} workers, Python {platform.python_version()}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        simulator = PARTS["Simulator"](Path(folder) / "github")
        for student, repository in students.items():
            notebook = json.loads(solved)
            notebook["cells"].append({"cell_type": "code", "id": student, "metadata": {}, "outputs": [],
                                      "execution_count": None, "source": f"# {student}"})  # fmt: skip
            files = {f"{assignment.slug}/{assignment.slug}.ipynb": json.dumps(notebook, indent=1)}
            simulator.repository(repository).push(files, "2026-10-01T00:00:00Z")
        with simulator.serving():
            settings = Settings(students, (Homework(assignment.slug, assignment.slug),), api=simulator.url)
            key = (str(PARTS["APP"]), simulator.key)
            queue_folder, documents, records = Path(folder) / "q", Path(folder) / "d", Records(Path(folder) / "r")
            seconds, used = {}, {}

            def measure(step, action):
                started, before = time.perf_counter(), processor_time()
                result = action()
                seconds[step], used[step] = time.perf_counter() - started, processor_time() - before
                return result

            def fetched():
                with GitHub(*key, READ, simulator.url) as github:
                    return fetch(course, settings, github, queue_folder)

            def posted():
                with GitHub(*key, WRITE, simulator.url) as github:
                    return post(queue, records, github)

            queue = measure("fetch", fetched)
            reports = measure("grade", lambda: grade(
                course, queue, queue_folder, documents, require_level="L2", workers=options.workers
            ))  # fmt: skip
            measure("record", lambda: record(course, queue, documents, records, "L2"))
            measure("post", posted)
    assert len(reports) == options.pushes
    assert all(report.score == report.max_score for report in reports)
    for step, passed in seconds.items():
        table.add_row(step, f"{passed:.1f}", f"{used[step]:.1f} s of processor time")
    whole = sum(seconds.values())
    table.add_row("all", f"{whole:.1f}", f"{options.pushes / whole:.1f} pushes a second")
    Console().print(table)
    print(json.dumps({"pushes": options.pushes, "seconds": seconds, "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
