"""The vocabulary of tests: marks, inputs, checks. Test files import everything from here."""

from autograder.testing.checks import (
    Mismatch,
    agree,
    between,
    called,
    finite,
    gap,
    raises,
    residual,
    sequence,
    shaped,
    unchanged,
)
from autograder.testing.gradients import agree_gradient
from autograder.testing.inputs import SIZES, blobs, draw, generator, integers, normal, uniform
from autograder.testing.marks import alternative, cases, grades, mistake
from autograder.testing.oracles import certificate, oracle
from autograder.testing.student import Recorder

__all__ = [
    "SIZES",
    "Mismatch",
    "Recorder",
    "agree",
    "agree_gradient",
    "alternative",
    "between",
    "blobs",
    "called",
    "cases",
    "certificate",
    "draw",
    "finite",
    "gap",
    "generator",
    "grades",
    "integers",
    "mistake",
    "normal",
    "oracle",
    "raises",
    "residual",
    "sequence",
    "shaped",
    "unchanged",
    "uniform",
]
