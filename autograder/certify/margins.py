"""Margins: how much further off the nearest wrong answer is than the worst right one, test by test.

Errors are multiples of what a check allows, so right answers lie below 1 and wrong ones above. A wide gap between them
means that neither another processor nor another order of summation can turn a verdict.
"""

import math

from autograder.certify.known import Examiner
from autograder.certify.model import Finding, Measured
from autograder.certify.transformations import correct_answers
from autograder.certify.verdicts import Verdict
from autograder.course import substituted
from autograder.model import Outcome
from autograder.plugin import Test

WIDE = 1e3
CLASSES = (1e9, 1e6, WIDE)  # a margin is published as the largest of these that it reaches


def margins(examiner: Examiner, exercise: str) -> Measured:
    """Compare the errors of all known answers on each hidden test of one exercise."""
    assignment, tests = examiner.assignment, examiner.hidden(exercise)
    right = {
        str(answer): examiner.verdict(answer.cells(assignment, exercise), examiner.reached(exercise))
        for answer in correct_answers(examiner, exercise)
    }
    naming = [m for m in assignment.mistakes() if {test.name for test in tests} & set(m.fails)]
    wrong = {m.name: examiner.verdict(substituted(assignment, m), examiner.reached(m.exercise)) for m in naming}
    findings, notes, smallest, excused = [], [], math.inf, 0
    for test in tests:
        worst, worst_name = _worst(test, right)
        nearest, nearest_name = _nearest(test, wrong)
        margin = math.inf if not worst or nearest == math.inf else nearest / worst
        text = f"nearest wrong {nearest_name} {nearest:.2g}, worst right {worst_name} {worst or 0:.2g}"
        if worst is not None:
            notes.append(f"{test.name}: margin {margin:.2g} ({text})")
        if margin >= WIDE:
            smallest = min(smallest, margin)
        elif test.margin:
            excused += 1
        else:
            message = f"the margin is {margin:.2g}, expected {WIDE:g} or a reason: @grades(…, margin=…) ({text})"
            findings.append(Finding(test.name, message))
            smallest = min(smallest, margin)
    return Measured({"margin": in_words(smallest), "excused": excused}, tuple(findings), tuple(notes))


def in_words(margin: float) -> str:
    """Return the class of a margin, which is the same on every machine: "exact" where nothing lies in between."""
    if margin == math.inf:
        return "exact"
    return next((f"{limit:.0e}".replace("e+0", "e") for limit in CLASSES if margin >= limit), f"below {WIDE:.0e}")


def _worst(test: Test, right: dict[str, Verdict]) -> tuple[float | None, str]:
    """Return the largest error of a right answer, and whose it is; None if no check of closeness was met."""
    errors = {
        name: said.error
        for name, verdict in right.items()
        if (said := verdict.get(test.name)) and said.error is not None and said.outcome is Outcome.PASSED
    }
    return max(((error, name) for name, error in errors.items()), default=(None, ""))


def _nearest(test: Test, wrong: dict[str, Verdict]) -> tuple[float, str]:
    """Return the smallest error for which the test rejects a wrong answer, and whose it is."""
    errors = [
        (math.inf if said.error is None or said.outcome is not Outcome.FAILED else said.error, name)
        for name, verdict in wrong.items()
        if (said := verdict.get(test.name)) and said.outcome is not Outcome.PASSED
    ]
    return min(errors, default=(math.inf, ""))
