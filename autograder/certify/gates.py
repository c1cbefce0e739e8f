"""Gates: the solution earns everything, and the untouched release nothing."""

from autograder.certify.known import Examiner
from autograder.certify.model import Finding, Measured
from autograder.certify.verdicts import Verdict
from autograder.model import Outcome, total
from autograder.release import release


def gates(examiner: Examiner, exercise: str) -> Measured:
    """Grade the solution and the release with all tests, public ones too."""
    assignment = examiner.assignment
    tests = [test for test in examiner.grader.tests if test.exercise == exercise]

    def score(verdict: Verdict) -> float:
        return total(test.points for test in tests if verdict[test.name].outcome is Outcome.PASSED)

    notebook = release(assignment.source(), assignment.exercise_points(), assignment.slug)
    blank = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    solution = examiner.verdict(assignment.source().solution, examiner.grader.tests, definitions_only=False)
    released = examiner.verdict(blank, examiner.grader.tests, definitions_only=False)
    findings = []
    for test in tests:
        outcome, detail, _ = solution[test.name]
        if outcome is not Outcome.PASSED:
            findings.append(Finding("solution", f"{test.name} did not pass ({outcome}: {detail})"))
        if released[test.name].outcome is Outcome.PASSED:
            findings.append(Finding("release", f"{test.name} passed without an answer"))
    return Measured({"solution": score(solution), "release": score(released)}, tuple(findings))
