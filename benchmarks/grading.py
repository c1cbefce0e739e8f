"""Speed and memory of grading: a ten-cell notebook with sixty calls, warm and cold.

``make bench`` prints a table. Everything is measured in one run, the variants in turn, so that ratios can be trusted on
a busy machine; medians are quoted. No test and no grade depends on any of these figures.
"""

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.course import Course
from autograder.grade import Grader
from autograder.submission import Submission, read_submission
from autograder.testing.student import Student

ROUNDS = 40
FUNCTIONS = 10
CASES = 6

SOURCE = """\
# ---
# title: Ten functions
# chapter: 1
# points: {functions}
# summary: A notebook of ten cells for measuring.
# ---
"""
EXERCISE = '''
# %% [markdown]
# ## Exercise: f{i}

# %% tags=["exercise"]
def f{i}(x):
    """Return a row-wise softmax of x + {i}."""
    import numpy as np

    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
'''
TEST = '''
@grades("f{i}", points=1)
@cases("x", {cases})
def test_f{i}(student, x):
    """f{i} agrees."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    agree(student.f{i}(x), e / e.sum(axis=1, keepdims=True), "f{i}(x)")
'''


def write_course(root: Path) -> Course:
    """Write a course of one assignment: ten exercises, each with one test of six cases."""
    folder = root / "solutions" / "01_ten"
    folder.mkdir(parents=True)
    (root / "solutions" / "course.toml").write_text('salt = "benchmark"')
    numbers = range(FUNCTIONS)
    (folder / "source.py").write_text(
        SOURCE.format(functions=FUNCTIONS) + "".join(EXERCISE.format(i=i) for i in numbers)
    )
    named = ", ".join(f'c{k}=normal("n k")' for k in range(CASES))
    head = "import numpy as np\n\nfrom autograder.testing import agree, cases, grades, normal\n\n"
    (folder / "test_hidden.py").write_text(head + "".join(TEST.format(i=i, cases=named) for i in numbers))
    (folder / "test_public.py").write_text(head)
    return Course.find(root)


def script() -> str:
    """Return the submission: one cell for each function."""
    return "".join("# %%\n" + EXERCISE.format(i=i).split('["exercise"]\n')[1] for i in range(FUNCTIONS))


def median_ms(seconds: list[float]) -> float:
    return 1e3 * statistics.median(seconds)


def clock(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def bare(grader: Grader, submission: Submission, x: np.ndarray) -> None:
    """Fork, load and call, without any test."""
    with grader.sandbox.program(submission.cells, grader.assignment.exercises) as program:
        student = Student(program)
        for i in range(FUNCTIONS):
            for _ in range(CASES):
                getattr(student, f"f{i}")(x)


def in_process(text: str, x: np.ndarray) -> None:
    """Load the same cells and make the same calls with no protection at all: the limit of any grader."""
    namespace: dict[str, object] = {}
    for cell in text.split("# %%\n")[1:]:
        exec(cell, namespace)
    for i in range(FUNCTIONS):
        for _ in range(CASES):
            namespace[f"f{i}"](x)


def child_memory_kb(grader: Grader, submission: Submission) -> dict[str, int]:
    """Return memory of a loaded child: what is its own, and its fair share of all."""
    with grader.sandbox.program(submission.cells, grader.assignment.exercises) as program:
        text = Path(f"/proc/{program._process.pid}/smaps_rollup").read_text()
    rows = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    return {"private": rows["Private_Clean"] + rows["Private_Dirty"], "share": rows["Pss"]}


def main() -> None:
    """Measure and print."""
    x = np.random.default_rng(0).standard_normal((5, 4))
    table = Table("what", "median", "", box=None, title=f"{platform.machine()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        course = write_course(Path(folder))
        text = script()
        submission = read_submission(text.encode(), "ada.py", "ada")
        file = Path(folder) / "ada.py"
        file.write_text(text)
        times: dict[str, list[float]] = {"grade": [], "bare": [], "in process": []}
        with Grader(course.assignment("01_ten")) as grader:
            assert grader.grade(submission).score == FUNCTIONS
            for _ in range(ROUNDS):
                times["grade"].append(clock(lambda: grader.grade(submission)))
                times["bare"].append(clock(lambda: bare(grader, submission, x)))
                times["in process"].append(clock(lambda: in_process(text, x)))
            memory = child_memory_kb(grader, submission)
        warm, floor, limit = (median_ms(times[name]) for name in times)
        table.add_row("warm grading, 10 cells, 60 calls", f"{warm:.1f} ms", f"{warm / floor:.2f} x bare sandbox")
        table.add_row("bare sandbox: fork, lock, load, 60 calls", f"{floor:.1f} ms", "")
        table.add_row("the same in one process, unprotected", f"{limit:.1f} ms", "")
        table.add_row(
            "a child's own memory", f"{memory['private'] / 1024:.1f} MB", f"{memory['share'] / 1024:.1f} MB Pss"
        )
        run = [sys.executable, "-m", "autograder.cli"]
        cold = [clock(lambda: subprocess.run([*run, "grade", "01_ten", str(file), "--json"], cwd=folder, check=True,
                                             stdout=subprocess.DEVNULL)) for _ in range(7)]  # fmt: skip
        help_ = [
            clock(lambda: subprocess.run([*run, "--help"], check=True, stdout=subprocess.DEVNULL)) for _ in range(7)
        ]
    table.add_row(
        "cold `autograder grade` of one submission", f"{median_ms(cold):.0f} ms", f"min {1e3 * min(cold):.0f}"
    )
    table.add_row("`autograder --help`", f"{median_ms(help_):.0f} ms", f"min {1e3 * min(help_):.0f}")
    Console().print(table)
    print(json.dumps({"warm_ms": warm, "bare_ms": floor, "in_process_ms": limit, "child_kb": memory}))


if __name__ == "__main__":
    main()
