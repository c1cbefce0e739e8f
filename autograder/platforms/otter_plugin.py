"""The plugin that otter-grader runs: our engine grades, and otter never meets what a student wrote.

``otter run`` would start a kernel among the student's files, execute the notebook there and unpickle what comes back,
and a log that lies beside it as well. So the plugin reads the submission's bytes at once, removes every file the
student handed in, gives otter an empty notebook to execute, and puts our results in place of its own.
"""

import shutil
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from otter.plugins import AbstractOtterPlugin
from otter.test_files import GradingResults, OKTestFile, TestCase
from otter.test_files.abstract_test import TestCaseResult

from autograder.course import Course
from autograder.errors import AutograderError, GraderBroken, UsageError
from autograder.grade import SAFE_LEVEL
from autograder.model import Outcome, Report, Result, Status, Visibility
from autograder.platforms.graders import warm_grader
from autograder.release import KERNEL
from autograder.render.feedback import WORDS, remarks
from autograder.render.safe import line
from autograder.submission import MAX_BYTES, read_submission

OTTERS_OWN = "tests"  # the only thing among a submission's files that otter has made anew


class Engine(AbstractOtterPlugin):  # type: ignore[misc, unused-ignore]
    """Grades one submission with our engine, as configured in ``otter_config.json``."""

    def __init__(
        self, submission_path: str, submission_metadata: dict[str, Any], plugin_config: dict[str, str]
    ) -> None:
        super().__init__(submission_path, submission_metadata, plugin_config)
        self.path = Path(submission_path)
        with self.path.open("rb") as file:
            self.data = file.read(MAX_BYTES + 1)
        for entry in self.path.parent.iterdir():
            if entry.name != OTTERS_OWN and entry != self.path:
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def before_execution(self, submission: NotebookNode) -> NotebookNode:
        """Take the submission away, now that otter has read it, and return a notebook without cells."""
        del submission
        self.path.unlink()
        empty: NotebookNode = new_notebook(metadata=KERNEL)
        return empty

    def after_grading(self, results: GradingResults) -> None:
        """Grade, and put our results in place of otter's."""
        try:
            fill(results, self.grade())
        except AutograderError as error:
            fail(results, error)

    def generate_report(self) -> str:
        """Return the line that otter prints."""
        return "graded by autograder"

    def grade(self) -> Report:
        """Return the report; raises :class:`~autograder.errors.AutograderError` if nothing can be released."""
        for key in ("course", "assignment"):
            if key not in self.plugin_config:
                raise UsageError(f"otter_config.json gives the plugin no {key!r}; export the assignment again")
        assignment = Course.find(Path(self.plugin_config["course"])).assignment(self.plugin_config["assignment"])
        submission = read_submission(self.data, self.path.name, self.path.stem)
        report = warm_grader(assignment, self.plugin_config.get("require_level", SAFE_LEVEL)).grade(submission)
        if report.status is Status.HELD:
            raise GraderBroken(
                f"a test of {assignment.slug} broke, so no score is released; run `autograder grade` on it"
            )
        return report


def fill(results: GradingResults, report: Report) -> None:
    """Put a report in place of otter's results: a question for each exercise, a case for each test."""
    results.clear_results()
    for exercise in report.exercises:
        mine = [r for r in report.results if r.exercise == exercise and r.visibility in _SHOWN]
        cases = [_case(result) for result in mine]
        question = OKTestFile(exercise, "", cases, all_or_nothing=False)
        question.test_case_results = [
            TestCaseResult(
                test_case=case,
                message="\n".join([WORDS[result.outcome], *remarks(result)]),
                passed=result.outcome is Outcome.PASSED,
            )
            for case, result in zip(cases, mine, strict=True)
        ]
        results.results[exercise] = question
    if report.notes:
        results.set_output("\n".join(f"Note: {line(note)}" for note in report.notes))


def fail(results: GradingResults, error: AutograderError) -> None:
    """Say in place of results that there are none: students are told to alert their instructor, and staff why."""
    vars(results).update(vars(GradingResults.without_results(error)))


_SHOWN = (Visibility.VISIBLE, Visibility.HIDDEN)


def _case(result: Result) -> TestCase:
    return TestCase(
        name=line(result.description),
        body="",
        hidden=result.visibility is not Visibility.VISIBLE,
        points=result.max_score,
        success_message=None,
        failure_message=None,
    )
