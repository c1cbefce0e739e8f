"""Public tests in the student's own hands: in a notebook (``check("softmax")``) and on the command line.

The tests run in the process that holds the functions, with no protection against it, but through the same wire and the
same verdicts as in grading. Works wherever Python does.
"""

import html
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError, UsageError
from autograder.front import IMPORTS, nearest
from autograder.model import Outcome, Result
from autograder.plugin import PUBLIC_FILE, Test, collect
from autograder.render.safe import html_text, line
from autograder.salt import PUBLIC
from autograder.sandbox.local import LocalTransport
from autograder.submission import read_submission
from autograder.testing.student import Student
from autograder.verdict import run

COLOURS = {Outcome.PASSED: "#1a7f37", Outcome.MISSING: "#9a6700"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What public tests said; shows itself as HTML in Jupyter and as text elsewhere."""

    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether there were tests and all passed."""
        return not self.problem and all(r.outcome is Outcome.PASSED for r in self.results)

    def __repr__(self) -> str:
        if self.problem:
            return self.problem
        lines = [f"note: {line(note)}" for note in self.notes]
        for result in self.results:
            lines.append(f"{_sign(result)} {line(result.description)}")
            if _explained(result):
                lines += [f"    {line(result.detail)}"] * bool(result.detail)
                lines += [f"    Hint: {line(result.hint)}"] * bool(result.hint)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if self.problem:
            return f"<p>{html.escape(self.problem)}</p>"
        rows = []
        for result in self.results:
            colour = COLOURS.get(Outcome.MISSING if result.unwritten else result.outcome, "#b42318")
            extra = ""
            if _explained(result):
                extra = f"<br><code>{html_text(result.detail)}</code>" * bool(result.detail)
                extra += f"<br><em>Hint: {html_text(result.hint)}</em>" * bool(result.hint)
            rows.append(
                f'<li style="list-style:none"><span style="color:{colour}">{_sign(result)}</span> '
                f"{html_text(result.description)}{extra}</li>"
            )
        return f'<ul style="padding-left:0">{"".join(rows)}</ul>'


def check(*exercises: str) -> Checked:
    """Run the public tests of some exercises (by default all) on the functions defined in the calling notebook.

    The tests are those of the file ``test_public.py`` in the current folder, which comes with the assignment.
    """
    namespace = sys._getframe(1).f_globals
    try:
        tests = _public_tests(Path.cwd(), exercises)
    except AutograderError as error:
        return Checked((), problem=str(error))
    return _run(tests, LocalTransport(namespace))


def check_file(path: Path, exercises: Sequence[str] = ()) -> Checked:
    """Execute a notebook or script in this process and run public tests on what it defines.

    Raises :class:`~autograder.errors.UsageError` if there is no such file, exercise or test file.
    """
    if not path.is_file():
        raise UsageError(f"{path} does not exist; give the path of your notebook")
    tests = _public_tests(path.absolute().parent, exercises)
    submission = read_submission(path.read_bytes(), path.name, path.stem)
    if submission.unreadable:
        raise UsageError(submission.unreadable)
    os.environ.setdefault("MPLBACKEND", "Agg")  # plots open no window
    transport = LocalTransport()
    folder = Path.cwd()
    os.chdir(path.absolute().parent)
    try:
        notes, _ = transport.load(submission.cells, sorted({t.exercise for t in tests}), IMPORTS)
        checked = _run(tests, transport)
    finally:
        os.chdir(folder)
    return Checked(checked.results, (*submission.notes, *notes))


def demand(exercise: str, test: str, namespace: dict[str, Any]) -> None:
    """Raise AssertionError unless one public test passes; for other graders, whose tests call ours.

    ``namespace`` holds the student's functions. Raises :class:`~autograder.errors.UsageError` as :func:`check` reports.
    """
    for found in _public_tests(Path.cwd(), [exercise]):
        if found.name == test:
            checked = _run([found], LocalTransport(namespace))
            if not checked.passed:
                raise AssertionError(repr(checked))
            return
    raise UsageError(f"there is no public test {test!r} of {exercise!r} in {PUBLIC_FILE}; get the assignment again")


def _public_tests(folder: Path, exercises: Sequence[str]) -> list[Test]:
    """Return the public tests of a folder, of the named exercises if any are named."""
    file = folder / PUBLIC_FILE
    if not file.is_file():
        raise UsageError(f"{PUBLIC_FILE} is not in {folder}; keep the notebook in the assignment's folder, beside it")
    tests = collect([file], PUBLIC, folder.name)
    known = {test.exercise for test in tests}
    for name in exercises:
        if name not in known:
            raise UsageError(f"there is no public test for {name!r}{nearest(name, known)}")
    return [test for test in tests if not exercises or test.exercise in exercises]


def _run(tests: Sequence[Test], transport: LocalTransport) -> Checked:
    return Checked(tuple(run(test, Student(transport)) for test in tests))


def _sign(result: Result) -> str:
    if result.unwritten:
        return f"– {result.exercise} is not written yet:"
    return {Outcome.PASSED: "✓", Outcome.MISSING: "–"}.get(result.outcome, "✗")


def _explained(result: Result) -> bool:
    """Whether to say what went wrong: nothing did where all is well, or where nothing has been written yet."""
    return result.outcome is not Outcome.PASSED and not result.unwritten
