"""Graders that stay warm as long as another system's process runs, which asks for one submission after the other."""

import atexit

from autograder.course import Assignment
from autograder.grade import Grader

_graders: dict[tuple[str, str, str], Grader] = {}


def warm_grader(assignment: Assignment, require_level: str) -> Grader:
    """Return the process's grader of an assignment, opened when it is first asked for and closed when Python ends.

    Raises :class:`~autograder.errors.AutograderError` if the tests cannot be read or the machine cannot confine code.
    """
    key = (str(assignment.course.root), assignment.slug, require_level)
    if key not in _graders:
        _graders[key] = Grader(assignment, require_level).__enter__()
        atexit.register(_graders[key].__exit__, None, None, None)
    return _graders[key]
