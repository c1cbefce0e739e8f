"""Margins: how much further off the nearest wrong answer is than the worst right one, test by test.

Errors are multiples of what a check allows, so right answers lie below 1 and wrong ones above. A wide gap between them
means that neither another processor nor another order of summation can turn a verdict. And what is allowed should lie
well inside the gap: a tolerance just below the nearest wrong answer, with right ones far away, accepts too much.
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
LEAN = 3  # the nearest wrong answer, to this power, must be as far off as right answers are close
CLOSEST = 1e-12  # right answers are taken to be no closer than this, since rounding may make them exact
CLASSES = {1e9: "1e9", 1e6: "1e6", WIDE: "1e3"}  # a margin is published as the largest of these that it reaches


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
        loose = worst is not None and nearest**LEAN * max(worst, CLOSEST) < 1
        text = f"nearest wrong {nearest_name} {nearest:.2g}, worst right {worst_name} {worst or 0:.2g}"
        if worst is not None:
            notes.append(f"{test.name}: margin {margin:.2g} ({text})")
        if test.margin and (margin < WIDE or loose):
            excused += 1
            continue
        smallest = min(smallest, margin)
        if margin < WIDE:
            message = f"the margin is {margin:.2g}, expected {WIDE:g}"
            findings.append(Finding(test.name, f"{message} or a reason, @grades(…, margin=…): {text}"))
        elif loose:
            message = "allows almost as much as the nearest wrong answer errs: tighten it, or give a reason"
            findings.append(Finding(test.name, f"{message}, @grades(…, margin=…): {text}"))
    return Measured({"margin": in_words(smallest), "excused": excused}, tuple(findings), tuple(notes))


def in_words(margin: float) -> str:
    """Return the class of a margin, which is the same on every machine: "exact" where nothing lies in between."""
    if margin == math.inf:
        return "exact"
    return next((name for limit, name in CLASSES.items() if margin >= limit), "below 1e3")


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
