"""What nbgrader runs instead of its own: releases from our sources, grades from our engine.

Two lines in ``nbgrader_config.py`` switch it on::

    from autograder.platforms.nbgrader_plugin import use
    use(get_config(), course="/path/to/the/checkout")

No kernel is started: a submission's bytes go to the engine as they lie in ``submitted/``.
"""

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import rmtree
from traitlets import Unicode
from traitlets.config import Config

from autograder.course import Assignment, Course
from autograder.errors import AutograderError, UsageError
from autograder.grade import SAFE_LEVEL
from autograder.model import Report
from autograder.platforms.adopt import adopt, readable
from autograder.platforms.gradebook import check, record
from autograder.platforms.graders import warm_grader
from autograder.platforms.nbgrader import release_notebook
from autograder.render.feedback import HELD, exercise_feedback
from autograder.render.safe import markdown
from autograder.render.terminal import number
from autograder.submission import MAX_BYTES, Submission, read_submission

_HERE = "autograder.platforms.nbgrader_plugin"
_OURS = "nbgrader.preprocessors"


def use(config: Config, course: str | Path, require_level: str = SAFE_LEVEL) -> None:
    """Let nbgrader release and grade the assignments of a course.

    Raises :class:`~autograder.errors.UsageError` if there is no course at that path.
    """
    config.CoursePreprocessor.course = str(Course.find(Path(course)).root)
    config.CoursePreprocessor.require_level = require_level
    config.GenerateAssignment.preprocessors = [
        f"{_OURS}.IncludeHeaderFooter",
        f"{_OURS}.LockCells",
        f"{_HERE}.Release",
        f"{_OURS}.ClearOutput",
        f"{_OURS}.CheckCellMetadata",
        f"{_OURS}.ComputeChecksums",
        f"{_OURS}.SaveCells",
        f"{_OURS}.ClearHiddenTests",
        f"{_OURS}.ComputeChecksums",
        f"{_OURS}.CheckCellMetadata",
    ]
    config.Autograde.exporter_class = f"{_HERE}.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = [f"{_HERE}.Grade", f"{_OURS}.CheckCellMetadata"]
    config.Autograde.autograde_preprocessors = [f"{_OURS}.AssignLatePenalties", f"{_OURS}.CheckCellMetadata"]


class CoursePreprocessor(NbGraderPreprocessor):
    """A step of nbgrader's that knows the course."""

    course = Unicode(help="Folder of the course's checkout.").tag(config=True)
    require_level = Unicode(SAFE_LEVEL, help="Weakest confinement of student code that will do.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Do the step; a fault that concerns every submission is one sentence, and ends nbgrader."""
        names = resources["nbgrader"]
        try:
            assignment = Course.find(Path(self.course)).assignment(names["assignment"])
            return self.step(assignment, nb, resources), resources
        except AutograderError as error:
            self.log.error("autograder: %s", error)  # noqa: TRY400 - no traceback
            self.abandon(names)
            raise SystemExit(error.exit_code) from None

    def step(self, assignment: Assignment, nb: NotebookNode, resources: dict[str, Any]) -> NotebookNode:
        """Return the notebook after this step; here it changes nothing."""
        del assignment, resources
        return nb

    def abandon(self, names: dict[str, str]) -> None:
        """Remove the folder that nbgrader has begun, which it would take for finished the next time."""
        converter = self.parent.parent
        folder = Path(converter._format_dest(names["assignment"], names["student"]))
        if folder.is_dir():
            rmtree(str(folder))


class Release(CoursePreprocessor):
    """Puts the student's version of each exercise in place of its solution, as `autograder build` makes it."""

    def step(self, assignment: Assignment, nb: NotebookNode, resources: dict[str, Any]) -> NotebookNode:
        """Return the source notebook with the released text of every answer."""
        del resources
        released = {_grade_id(cell): cell.source for cell in release_notebook(assignment).cells}
        for cell in nb.cells:
            metadata = cell.metadata.get("nbgrader", {})
            name = metadata.get("grade_id")
            if metadata.get("solution") and name not in released:
                raise UsageError(
                    f"the source of {assignment.slug} has an answer {name}, which is no exercise; export it again"
                )
            if metadata.get("solution"):
                cell.source = released[name]
        return nb


class SubmissionExporter(NotebookExporter):
    """Reads a submission however damaged it is, and keeps its bytes for the engine."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert a notebook file, as nbconvert does, but never fail on its content."""
        path, resources = Path(filename), resources or {}
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        submission = read_submission(data, path.name, resources.get("nbgrader", {}).get("student", path.stem))
        resources = {
            **resources,
            "metadata": {"name": path.stem, "path": str(path.parent)},
            "autograder": submission,
        }
        output: tuple[NotebookNode, dict[str, Any]]
        output = self.from_notebook_node(readable(data, submission), resources, **kw)
        return output


class Grade(CoursePreprocessor):
    """Grades a submission with the engine, and makes the notebook that formgrader and feedback show."""

    def step(self, assignment: Assignment, nb: NotebookNode, resources: dict[str, Any]) -> NotebookNode:
        """Return the student's cells with scores and messages; the gradebook has them too."""
        submission: Submission = resources["autograder"]
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            check(gradebook, assignment)
            report = warm_grader(assignment, self.require_level).grade(submission)
            row = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            record(row, report)
            gradebook.db.commit()
        notebook, notes = adopt(nb, release_notebook(assignment))
        return show(notebook, report, notes)


def show(notebook: NotebookNode, report: Report, notes: list[str]) -> NotebookNode:
    """Write what the student may see of a report into a notebook: notes at the top, results below each check."""
    scores = {name: (points, possible) for name, points, possible in report.exercise_scores()}
    for cell in notebook.cells:
        name = _grade_id(cell)
        if name in scores:
            points, possible = scores[name]
            text = "\n".join([f"{number(points)} of {number(possible)}", *exercise_feedback(report, name)])
            cell.outputs = [new_output("stream", name="stdout", text=f"{text}\n")]
    lines = [HELD] if report.status == "held" else []
    lines += [f"- Note: {markdown(note)}" for note in (*report.notes, *notes)]
    if lines:
        notebook.cells.insert(0, new_markdown_cell("\n".join(lines), id="notes"))
    return notebook


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
