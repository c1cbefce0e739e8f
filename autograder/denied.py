"""Which calls of a submission the confinement refuses: for staff, when an honest notebook fails in the sandbox only."""

from collections import Counter

from autograder.course import Assignment
from autograder.grade import profile_of
from autograder.sandbox.launcher import Sandbox
from autograder.sandbox.tracer import Denial, Tracer
from autograder.submission import Submission


def denials_of(assignment: Assignment, submission: Submission) -> Counter[Denial]:
    """Load a submission as grading would, watched, and count what was refused to it; nothing is graded.

    Raises
    ------
    SandboxUnavailable
        If code cannot be confined or not be watched here.
    """
    tracers: list[Tracer] = []

    def watch(pid: int) -> None:
        tracers.append(Tracer(pid))
        tracers[-1].attach()

    with Sandbox(profile_of(assignment)) as sandbox:
        sandbox.watch = watch
        with sandbox.program(submission.cells, assignment.exercises):
            pass  # loading it is all
        for tracer in tracers:
            tracer.join()
    return sum((tracer.denials for tracer in tracers), Counter())
