"""Test the tests: every assignment must grade its own known answers exactly as declared.

What is measured stands in :mod:`autograder.certify.measurements`; this package runs it, for each exercise.
"""

from autograder.certify.model import ExerciseCertificate, Finding, Measured
from autograder.certify.run import certify, certify_assignment

__all__ = ["ExerciseCertificate", "Finding", "Measured", "certify", "certify_assignment"]
