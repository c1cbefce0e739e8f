"""How long a full solution of each assignment takes to grade, and which hidden test takes longest.

    python benchmarks/assignments.py [NAME...]

One process, one core, tests collected and sandbox warm; the median of three gradings. The third column is the longest
that any test took, the student's computing included.
"""

import sys
import time
from statistics import median

from autograder import grade
from autograder.course import Course
from autograder.submission import Submission

ROUNDS = 3
seconds: dict[str, list[float]] = {}
run = grade.run


def timed(test, student):
    """Run a test as the grader does, and note how long it took."""
    started = time.perf_counter()
    result = run(test, student)
    seconds.setdefault(test.name, []).append(time.perf_counter() - started)
    return result


def main(names: list[str]) -> None:
    """Print a line for each assignment."""
    grade.run = timed
    course = Course.find()
    for name in names or course.names():
        assignment = course.assignment(name)
        cells = tuple(enumerate(assignment.source().solution, 1))
        with grade.Grader(assignment, plots=True) as grader:
            reports = [grader.grade(Submission("solution", "solution.ipynb", "", cells)) for _ in range(ROUNDS)]
        assert all(report.score == report.max_score for report in reports), name
        total = median(report.provenance.seconds for report in reports)
        slowest = max(seconds, key=lambda test: median(seconds[test]))
        print(f"{assignment.slug:22} {total:6.2f} s   slowest {median(seconds[slowest]):5.2f} s   {slowest}")
        seconds.clear()


if __name__ == "__main__":
    main(sys.argv[1:])
