"""A class of submissions: find the files, grade what is new, keep every result.

Results are written as they come, each atomically, and a later run grades only what has changed: the submission, the
tests, the reference, the salt or the engine.
"""

import hashlib
import json
import multiprocessing
import os
import platform
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.course import Assignment, Course
from autograder.errors import GraderBroken, UsageError
from autograder.grade import ENGINE, LEVELS, Grader
from autograder.model import Report
from autograder.render.feedback import feedback
from autograder.render.safe import line, lines
from autograder.render.table import summary_csv
from autograder.report import from_document, to_json
from autograder.submission import MAX_BYTES, Submission, read_submission

SUFFIXES = (".ipynb", ".py")


@dataclass(frozen=True, slots=True)
class Found:
    """Files to grade, and a sentence about each one that cannot be."""

    files: tuple[tuple[str, Path], ...]
    """(student, file), sorted by student."""
    problems: tuple[str, ...] = ()


def find_submissions(paths: Iterable[Path], slug: str) -> Found:
    """Find notebooks and scripts: the paths themselves, or in folders the files and the students' folders.

    A student is named by the stem of the file, or by the folder it lies in; a folder of nbgrader's submissions, with a
    folder for each assignment inside each student's, is taken as it lies. Two files for one student are both
    left out, since only a person can say which one counts.
    """
    by_student: dict[str, list[Path]] = defaultdict(list)
    problems: list[str] = []
    for path in paths:
        if path.is_dir():
            _search(path, slug, by_student, problems)
        elif not path.exists():
            problems.append(f"{line(str(path))} does not exist; give notebooks, scripts or a folder of them")
        elif not _is_submission(path):
            problems.append(f"{line(str(path))} is neither a notebook (.ipynb) nor a script (.py)")
        else:
            student = path.absolute().parent.name if path.stem == slug else path.stem
            by_student[student].append(path)
    for student, files in sorted(by_student.items()):
        if len(files) > 1:
            listed = ", ".join(line(str(f)) for f in files)
            problems.append(f"{line(student)} has {len(files)} files and none was graded; keep one of {listed}")
    single = sorted((student, files[0]) for student, files in by_student.items() if len(files) == 1)
    return Found(tuple(single), tuple(problems))


def _is_submission(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in SUFFIXES


def _search(folder: Path, slug: str, by_student: dict[str, list[Path]], problems: list[str]) -> None:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            problems.append(f"{line(str(entry))} is a link and was not followed; put the file itself there")
        elif _is_submission(entry):
            by_student[entry.stem].append(entry)
        elif entry.is_dir():
            lies = entry / slug if (entry / slug).is_dir() else entry  # nbgrader puts STUDENT/ASSIGNMENT/ in submitted/
            files = [f for f in sorted(lies.iterdir()) if not f.is_symlink() and _is_submission(f)]
            named = [f for f in files if f.stem == slug]
            by_student[entry.name] += named or files
            if not files:
                problems.append(f"{line(entry.name)} handed in no notebook or script")
                del by_student[entry.name]


def open_submission(student: str, path: Path) -> Submission:
    """Read a file, of at most 20 MB, into a submission."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                reason = f"it has {size / 2**20:.1f} MB, more than {MAX_BYTES >> 20} MB; clear its outputs"
                return Submission(student, path.name, digest, unreadable=f"{path.name} cannot be read: {reason}")
            return read_submission(file.read(MAX_BYTES), path.name, student)
    except OSError as error:
        return Submission(student, path.name, "", unreadable=f"{path.name} cannot be opened: {error.strerror}")


class Results:
    """A folder of results: ``STUDENT.json`` and feedback for each, ``summary.csv`` for all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self, submission: Submission, assignment: Assignment, require_level: str) -> Report | None:
        """Return the stored report if grading again would give the same one, at a level that is good enough."""
        report = self._read(self.folder / f"{submission.student}.json")
        if report is None:
            return None
        p = report.provenance
        found = (report.assignment, report.sha256, report.file, p.tests_sha256, p.salt_id, p.engine, p.python, p.numpy)
        wanted = (
            assignment.slug,
            submission.sha256,
            submission.file,
            assignment.tests_sha256,
            assignment.course.salt_id,
            ENGINE,
            platform.python_version(),
            np.__version__,
        )
        safe = LEVELS.index(p.sandbox_level) >= LEVELS.index(require_level)
        return report if found == wanted and safe else None

    def _read(self, path: Path) -> Report | None:
        """Return a stored report, or None where there is none or it is damaged."""
        try:
            return from_document(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, report: Report) -> None:
        """Store one report, its feedback, and what the submission printed."""
        self._put(f"{report.student}.json", to_json(report))
        self._put(f"feedback/{report.student}.md", feedback(report))
        if report.output:
            self._put(f"output/{report.student}.txt", lines(report.output))

    def summarize(self, assignment: Assignment) -> None:
        """Write the table of the class: every report of the assignment that lies here, whenever it was made."""
        stored = [self._read(path) for path in sorted(self.folder.glob("*.json"))]
        reports = [report for report in stored if report and report.assignment == assignment.slug]
        self._put("summary.csv", summary_csv(reports))

    def _put(self, name: str, text: str) -> None:
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f".{path.name}.{os.getpid()}")
            unfinished.write_text(text, encoding="utf-8", errors="replace")
            unfinished.replace(path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}; what was written before is kept") from None


def grade_all(
    course: Course,
    name: str,
    files: Sequence[tuple[str, Path]],
    *,
    require_level: str,
    workers: int,
    results: Results | None = None,
    done: Callable[[Report], None] = lambda _: None,
) -> list[Report]:
    """Grade files and return their reports sorted by student; ``done`` is told of each as it comes."""
    assignment = course.assignment(name)
    reports: list[Report] = []
    todo: list[tuple[str, Path]] = []
    for student, path in files:
        stored = results and results.current(open_submission(student, path), assignment, require_level)
        if stored:
            reports.append(stored)
            done(stored)
        else:
            todo.append((student, path))
    workers = max(1, min(workers, len(todo)))
    try:
        for report in _grade(course, name, todo, require_level, workers):
            if results:
                results.write(report)
            reports.append(report)
            done(report)
    finally:  # an interrupted run has a table too
        if results and reports:
            results.summarize(assignment)
    return sorted(reports, key=lambda r: r.student)


def _grade(
    course: Course, name: str, files: Sequence[tuple[str, Path]], require_level: str, workers: int
) -> Iterator[Report]:
    """Grade in this process, or in several that each hold their own tests and sandbox."""
    if not files:
        return
    if workers == 1:
        plots = any("matplotlib" in source for _, source in open_submission(*files[0]).cells)
        with Grader(course.assignment(name), require_level, plots=plots) as grader:
            for student, path in files:
                yield grader.grade(open_submission(student, path))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, (course.root, name, require_level)) as pool:
        try:
            for future in as_completed([pool.submit(_grade_one, student, path) for student, path in files]):
                yield future.result()
        except BrokenProcessPool:
            raise GraderBroken("a grading process died; run the command again to grade what is left") from None


_grader: Grader


def _start_worker(root: Path, name: str, require_level: str) -> None:
    """Open a grader that lives as long as this worker process; at its end the sandbox ends with it."""
    global _grader  # noqa: PLW0603 - one per process is the point
    _grader = Grader(Course.find(root).assignment(name), require_level).__enter__()


def _grade_one(student: str, path: Path) -> Report:
    return _grader.grade(open_submission(student, path))
