"""Declared answers: a mistake fails exactly the tests it names, an alternative none, and each test rejects some."""

from autograder.answers import Answer
from autograder.certify.known import Examiner, of_exercise
from autograder.certify.model import Finding, Measured
from autograder.errors import AuthoringError


def mistakes(examiner: Examiner, exercise: str) -> Measured:
    """Compare what each declared mistake fails with what its author says, and look for tests that none fails."""
    declared = _declared(examiner, exercise, "mistake")
    compared = {m.name: _difference(examiner.failed(m), frozenset(m.fails)) for m in declared}
    findings = [Finding(f"mistake {name}", message) for name, message in compared.items() if message]
    findings += [
        Finding(test.name, "no declared mistake fails this test")
        for test in examiner.hidden(exercise)
        if not any(test.name in examiner.failed(m) for m in examiner.assignment.mistakes() if test.name in m.fails)
    ]
    return Measured({"mistakes": len(declared)}, tuple(findings))


def alternatives(examiner: Examiner, exercise: str) -> Measured:
    """Grade each independent correct answer, which must keep full marks."""
    declared = _declared(examiner, exercise, "alternative")
    findings = []
    for alternative in declared:
        if failed := examiner.failed(alternative):
            message = f"is correct, but loses {', '.join(sorted(failed))}"
            findings.append(Finding(f"alternative {alternative.name}", message))
    return Measured({"alternatives": len(declared)}, tuple(findings))


def _declared(examiner: Examiner, exercise: str, kind: str) -> list[Answer]:
    """Return the declared answers to an exercise; AuthoringError if there is none."""
    assignment = examiner.assignment
    answers = assignment.mistakes() if kind == "mistake" else assignment.alternatives()
    if found := of_exercise(answers, exercise):
        return found
    last = max((answer.line for answer in answers), default=1)
    message = f"exercise {exercise!r} has no {kind}: declare at least one with @{kind}({exercise!r}…)"
    raise AuthoringError(message, assignment.folder / f"{kind}s.py", last)


def _difference(failed: frozenset[str], declared: frozenset[str]) -> str:
    """Say in words how two sets of tests differ, or return ""."""
    parts = []
    if missed := sorted(declared - failed):
        parts.append(f"passes {', '.join(missed)}, which must reject it")
    if extra := sorted(failed - declared):
        parts.append(f"fails {', '.join(extra)}, which it does not name")
    return " and ".join(parts)
