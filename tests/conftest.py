"""A small course for tests of the engine: the scaffold's one-exercise assignment, built."""

import pytest

from autograder.build import build
from autograder.course import Course
from autograder.new import new

NORMALISE = """
import numpy as np

def normalise(A):
    A = np.asarray(A, dtype=float)
    d = A.shape[1]
    return np.array([row / row.sum() if row.any() else np.full(d, 1 / d) for row in A])
"""


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A course of one assignment, ``01_rows``, with the salt "pepper"."""
    root = tmp_path_factory.mktemp("course")
    (root / "solutions").mkdir()
    (root / "solutions" / "course.toml").write_text('salt = "pepper"\n')
    made = Course.find(root)
    new(made, "01_rows")
    build(made)
    return made


@pytest.fixture
def normalise():
    """A correct answer to the exercise of the course, as a script."""
    return NORMALISE
