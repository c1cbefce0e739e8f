"""Declared answers: each mistake fails exactly the tests it names, each alternative none, and each test rejects some."""

from autograder.certify.known import Examiner, of_exercise
from autograder.certify.model import Finding, Measured


def mistakes(examiner: Examiner, exercise: str) -> Measured:
    """Compare what each declared mistake fails with what its author says, and look for tests that none fails."""
    declared = of_exercise(examiner.assignment.mistakes(), exercise)
    findings = []
    for mistake in declared:
        if message := _difference(examiner.failed(mistake), frozenset(mistake.fails)):
            findings.append(Finding(f"mistake {mistake.name}", message))
    for test in examiner.hidden(exercise):
        if not any(test.name in examiner.failed(m) for m in examiner.assignment.mistakes() if test.name in m.fails):
            findings.append(Finding(test.name, "no declared mistake fails this test"))
    return Measured({"mistakes": len(declared)}, tuple(findings))


def alternatives(examiner: Examiner, exercise: str) -> Measured:
    """Grade each independent correct answer, which must keep full marks."""
    declared = of_exercise(examiner.assignment.alternatives(), exercise)
    findings = []
    for alternative in declared:
        if failed := examiner.failed(alternative):
            message = f"is correct, but loses {', '.join(sorted(failed))}"
            findings.append(Finding(f"alternative {alternative.name}", message))
    return Measured({"alternatives": len(declared)}, tuple(findings))


def _difference(failed: frozenset[str], declared: frozenset[str]) -> str:
    """Say in words how two sets of tests differ, or return ""."""
    parts = []
    if missed := sorted(declared - failed):
        parts.append(f"passes {', '.join(missed)}, which must reject it")
    if extra := sorted(failed - declared):
        parts.append(f"fails {', '.join(extra)}, which it does not name")
    return " and ".join(parts)
