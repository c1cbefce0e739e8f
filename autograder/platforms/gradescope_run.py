"""What ``run_autograder`` starts inside Gradescope's container: grade the one submission, always leave results.

Two processes: one grades and renews ``results.json`` after every test, the other one waits for it. Whatever becomes of
the first (out of memory, out of time, a fault of ours), the second still tells what happened.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.platforms.gradescope_results import document, fault

COURSE = Path("/opt/autograder/course")
GRADED, HELD = 0, 3
OUT_OF_TIME = "the time for grading ran out"


@dataclass(frozen=True, slots=True)
class Container:
    """Where things lie in Gradescope's container."""

    root: Path = Path("/autograder")
    course: Path = COURSE

    @property
    def submission(self) -> Path:
        """The folder of what the student handed in."""
        return self.root / "submission"

    @property
    def metadata(self) -> Path:
        """What Gradescope says about the submission."""
        return self.root / "submission_metadata.json"

    @property
    def results(self) -> Path:
        """The file that Gradescope reads at the end."""
        return self.root / "results" / "results.json"

    def settings(self) -> dict[str, Any]:
        """Return what the export decided: assignment, max_score, seconds, require_level, counts."""
        settings: dict[str, Any] = json.loads((self.course / "gradescope.json").read_text(encoding="utf-8"))
        return settings

    def hide(self) -> None:
        """Leave what only the grader has to see to its user, who is not the student code's.

        ``setup.sh`` has done so with what is the same for all submissions; it costs nothing to make sure of it.
        """
        secrets = (self.root / "source", self.course / "solutions", self.course / "reference")
        for place in (*secrets, self.submission, self.metadata, self.results.parent):
            if place.exists():
                place.chmod(0o700)

    def put(self, results: dict[str, Any]) -> None:
        """Write the results in one step, so that there is a whole file at any time."""
        self.results.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.results.with_name(".results.json")
        unfinished.write_text(json.dumps(results, indent=1), encoding="utf-8")
        unfinished.replace(self.results)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What Gradescope says about a submission, as far as it can be believed to be there."""

    student: str = "student"
    previous: tuple[float, ...] = ()
    """Scores of earlier submissions that were graded, oldest first."""
    total_points: float | None = None


def read_metadata(path: Path) -> Metadata:
    """Read ``submission_metadata.json``; what is missing or damaged in it counts as unknown."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        data = {}
    data = data if isinstance(data, dict) else {}
    users = [user for user in _list(data.get("users")) if isinstance(user, dict)]
    names = [str(user.get("email") or user.get("id")) for user in users]
    earlier = [one for one in _list(data.get("previous_submissions")) if isinstance(one, dict)]
    earlier.sort(key=lambda one: str(one.get("submission_time") or ""))
    scores = [_number(one.get("score")) for one in earlier if not one.get("autograder_error")]
    assignment = data.get("assignment")
    total = _number(assignment.get("total_points")) if isinstance(assignment, dict) else None
    return Metadata(" ".join(names) or "student", tuple(s for s in scores if s is not None), total)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") else None


def supervise(container: Container, command: list[str]) -> int:
    """Have the submission graded by ``command`` within the time, and complete the results if it does not end well."""
    metadata = read_metadata(container.metadata)
    container.put(fault(metadata.previous))
    container.hide()
    settings = container.settings()
    failed = fault(metadata.previous, settings["max_score"])
    container.put(failed)
    seconds = settings["seconds"]
    with subprocess.Popen(command, start_new_session=True) as process:  # noqa: S603 - our own module
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            print(f"autograder: grading was stopped after {seconds} s", flush=True)  # noqa: T201 - staff read this
            code = None
        _kill(process.pid)
    if code not in (GRADED, None):  # at the end of the time, the results of what was judged stand
        print(f"autograder: grading ended with exit code {code}", flush=True)  # noqa: T201
        container.put(failed)
    return GRADED


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def grade(container: Container) -> int:
    """Grade the submission and write its results, also after every test; return an exit code."""
    from autograder.course import Course
    from autograder.grade import Grader, report_of
    from autograder.model import Result, Status
    from autograder.platforms.gradescope_find import find_submission

    settings = container.settings()
    metadata = read_metadata(container.metadata)
    course = Course.find(container.course)
    assignment = course.assignment(settings["assignment"])
    submission = find_submission(container.submission, assignment.slug, metadata.student)
    plots = any("matplotlib" in source for _, source in submission.cells)
    counts = settings["counts"]
    with Grader(assignment, settings["require_level"], plots=plots) as grader:
        begun, judged = time.monotonic(), list[Result]()

        def write_partial(result: Result) -> None:
            judged.append(result)
            names = {one.test for one in judged}
            waiting = [test for test in grader.tests if test.name not in names]
            report = report_of(assignment, submission, judged, grader.level, time.monotonic() - begun)
            container.put(document(report, metadata.previous, counts=counts, waiting=waiting, reason=OUT_OF_TIME))

        grader.judged = write_partial
        report = grader.grade(submission)
    container.put(document(report, metadata.previous, counts=counts))
    tell_staff(report, metadata)
    return HELD if report.status is Status.HELD else GRADED


def tell_staff(report: Any, metadata: Metadata) -> None:
    """Print the whole report: Gradescope shows standard output to staff only."""
    from rich.console import Console

    from autograder.render.terminal import report as table

    console = Console(width=320)  # nothing of the details is folded
    console.print(table(report))
    if metadata.total_points is not None and metadata.total_points != report.max_score:
        console.print(
            f"autograder: the assignment is worth {metadata.total_points:g} points on Gradescope, but "
            f"{report.max_score:g} here; set that number on Gradescope"
        )


def guarded(action: Callable[[], int]) -> int:
    """Do it; a fault of ours becomes a message for staff and an exit code."""
    try:
        return action()
    except AutograderError as error:
        print(f"autograder: {error}", flush=True)  # noqa: T201 - staff read standard output
    except Exception:  # noqa: BLE001 - whatever it is, it is ours and not the student's
        print(traceback.format_exc(), flush=True)  # noqa: T201
    return HELD


def self_test(container: Container) -> int:
    """Grade a submission of nothing, at the end of ``setup.sh``: all is installed, and the sandbox is strong enough."""
    from autograder.course import Course
    from autograder.grade import Grader
    from autograder.submission import read_submission

    settings = container.settings()
    assignment = Course.find(container.course).assignment(settings["assignment"])
    with Grader(assignment, settings["require_level"], plots="matplotlib" in assignment.packages) as grader:
        report = grader.grade(read_submission(b"x = 1\n", "nothing.py", "nobody"))
    print(f"autograder: ready for {assignment.slug}; student code is confined at level {grader.level}")  # noqa: T201
    return GRADED if report.status == "graded" else HELD


def main(words: list[str]) -> int:
    """Run as ``python -m autograder.platforms.gradescope_run [grade | self-test]``."""
    container = Container()
    if words == ["grade"]:
        return guarded(lambda: grade(container))
    if words == ["self-test"]:
        return guarded(lambda: self_test(container))
    command = [sys.executable, "-I", "-m", "autograder.platforms.gradescope_run", "grade"]
    return guarded(lambda: supervise(container, command))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
