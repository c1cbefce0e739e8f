"""All measurements of an exercise, by name: functions that take an examiner and an exercise and print nothing."""

from collections.abc import Callable

from autograder.certify.declared import alternatives, mistakes
from autograder.certify.distillation import distillation
from autograder.certify.full import full
from autograder.certify.gates import gates
from autograder.certify.known import Examiner
from autograder.certify.margins import margins
from autograder.certify.model import ExerciseCertificate, Measured
from autograder.certify.oracle import oracle
from autograder.certify.stability import stability
from autograder.certify.survival import survival
from autograder.certify.transformations import transformations
from autograder.certify.ways import ways

MEASUREMENTS: dict[str, Callable[[Examiner, str], Measured]] = {
    "gates": gates,
    "mistakes": mistakes,
    "mutants": survival,
    "alternatives": alternatives,
    "transformations": transformations,
    "ways": ways,
    "oracle": oracle,
    "margins": margins,
    "stability": stability,
    "tests": distillation,
    "full": full,
}


def row(examiner: Examiner, exercise: str) -> ExerciseCertificate:
    """Make every measurement of one exercise, or those that were asked for."""
    assignment = examiner.assignment
    return ExerciseCertificate(
        assignment=assignment.slug,
        exercise=exercise,
        points=assignment.exercise_points()[exercise],
        hidden_tests=len(examiner.hidden(exercise)),
        measured={
            name: measure(examiner, exercise)
            for name, measure in MEASUREMENTS.items()
            if name in examiner.only or not examiner.only
        },
    )
