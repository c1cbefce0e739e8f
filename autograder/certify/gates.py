"""Gates: the solution earns everything, the untouched release nothing, and a thoughtless answer next to nothing."""

from autograder.certify.known import Examiner
from autograder.certify.model import Finding, Measured
from autograder.certify.verdicts import Verdict
from autograder.model import Outcome, total
from autograder.release import release

MAX_TRIVIAL = 0.1
"""The share of an exercise's points that a trivial answer may earn."""

TRIVIAL = {
    "None": "None",
    "zeros": "_like(answer(), 0)",
    "ones": "_like(answer(), 1)",
    "the input": "arguments[0] if arguments else None",
    "an exception": "_raise()",
}
"""By name: an expression for what is answered, in which ``answer()`` is the solution's own answer to the call."""

TRIVIAL_CELL = '''
import copy
import functools
import numpy as np

def _like(value, constant):
    """Return the value with each number in it replaced."""
    if isinstance(value, (list, tuple)):
        return type(value)(_like(item, constant) for item in value)
    if isinstance(value, (bool, int, float, np.bool_, np.number)):
        return type(value)(constant)
    if isinstance(value, np.ndarray):
        return np.full_like(value, constant)
    if type(value).__module__ == "__main__":  # an object: what it has learnt
        vars(value).update({{name: _like(part, constant) for name, part in vars(value).items()}})
    return value

def _inert(value):
    """Return an argument, with functions in it that have nothing to say: a thoughtless answer does not ask them."""
    if isinstance(value, tuple):
        return tuple(map(_inert, value))
    return (lambda *arguments: 0 * arguments[0]) if callable(value) else copy.deepcopy(value)

def _raise():
    raise RuntimeError("no answer")

def _trivial(function):
    """Return a function that answers without a thought."""
    @functools.wraps(function)
    def trivial(*arguments):
        def answer():
            return function(*map(_inert, arguments))
        return {answer}
    return trivial

def _trivial_class(cls):
    """Return a class whose methods answer without a thought."""
    def method(name):
        function = getattr(cls, name)
        def trivial(self, *arguments):
            def answer():
                return function(self, *arguments)
            return {answer}
        return trivial
    return type(cls.__name__, (cls,), {{n: method(n) for n in dir(cls) if not n.startswith("_")}})

@_trivial{kind}
{definition}
'''


def gates(examiner: Examiner, exercise: str) -> Measured:
    """Grade the solution and the release with all tests, public ones too, and trivial answers with the hidden ones."""
    assignment = examiner.assignment
    tests = [test for test in examiner.grader.tests if test.exercise == exercise]

    def score(verdict: Verdict) -> float:
        return total(t.points for t in tests if t.name in verdict and verdict[t.name].outcome is Outcome.PASSED)

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
    points, most = assignment.exercise_points()[exercise], 0.0
    for name, cell in trivial_answers(examiner, exercise):
        verdict = examiner.verdict([*assignment.source().solution, cell], examiner.hidden(exercise))
        most = max(most, score(verdict))
        if score(verdict) > MAX_TRIVIAL * points:
            passed = [test for test, said in verdict.items() if said.outcome is Outcome.PASSED]
            message = f"{score(verdict):g} of {points:g} points for no thought: it passes {', '.join(passed)}"
            findings.append(Finding(f"answering {name}", message))
    figures = {"solution": score(solution), "release": score(released), "trivial": most}
    return Measured(figures, tuple(findings))


def trivial_answers(examiner: Examiner, exercise: str) -> list[tuple[str, str]]:
    """Return (name, cell) of each answer to an exercise that needs no thought."""
    cell = next(cell for cell in examiner.assignment.source().cells if cell.exercise == exercise)
    kind = "_class" if cell.source.lstrip().startswith("class") else ""
    return [
        (name, TRIVIAL_CELL.format(kind=kind, answer=answer, definition=cell.source))
        for name, answer in TRIVIAL.items()
    ]
