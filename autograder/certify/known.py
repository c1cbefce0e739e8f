"""Known answers meet the hidden tests: the one way in which certification grades anything.

A known answer becomes a submission (the solution, and then the answer in place of the exercise it answers) and is
graded with the same engine, in the same sandbox, as a student's. Verdicts are remembered, so asking twice is free.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.answers import Answer
from autograder.certify.decisive import affected, hash_of_tests
from autograder.certify.recording import recorded
from autograder.certify.verdicts import Said, Verdict, Verdicts
from autograder.course import Assignment, substituted
from autograder.grade import Grader
from autograder.model import Limits, Outcome, Visibility
from autograder.plugin import Test
from autograder.submission import Submission


@dataclass(frozen=True, slots=True)
class Examiner:
    """What a measurement needs: a running grader of one assignment, remembered verdicts, and how much to spend."""

    grader: Grader
    verdicts: Verdicts
    full: bool = False
    """Whether to spend hours instead of minutes."""
    salts: int | None = None
    """Under how many salts verdicts are compared; by default few, or thousands where hours may be spent."""
    only: tuple[str, ...] = ()
    """The only measurements to make, by name; empty: all."""

    @property
    def assignment(self) -> Assignment:
        """The assignment whose tests are tested."""
        return self.grader.assignment

    def hidden(self, exercise: str) -> tuple[Test, ...]:
        """Return the hidden tests of one exercise."""
        return tuple(test for test in self.grader.tests if test.exercise == exercise and is_hidden(test))

    def reached(self, exercise: str) -> tuple[Test, ...]:
        """Return the hidden tests that an answer to one exercise can fail, its own first."""
        others = affected(self.assignment, exercise) - {exercise}
        return (*self.hidden(exercise), *(t for t in self.grader.tests if t.exercise in others and is_hidden(t)))

    def verdict(
        self,
        cells: Sequence[str],
        tests: Sequence[Test],
        *,
        definitions_only: bool = True,
        limits: Limits | None = None,
        condition: str = "",
    ) -> Verdict:
        """Return what some tests say about some cells: by test, remembered from an earlier run.

        ``condition`` names whatever else is special: inputs from another salt, a busy machine.
        """
        known = (self.assignment.course.salt_id, condition, cells, [test.name for test in tests], definitions_only)
        decisive = hash_of_tests(self.assignment, frozenset(test.exercise for test in tests))
        key = self.verdicts.key(decisive, *known, limits or self.assignment.front.limits)
        found = self.verdicts.get(key)
        if found is None:
            submission = Submission("known", "known.ipynb", "", tuple(enumerate(cells, 1)))
            listening, errors = recorded(tests)
            report = self.grader.grade(submission, listening, definitions_only=definitions_only, limits=limits)
            found = {
                r.test: Said(r.outcome, f"{r.case}: {r.detail}" if r.case else r.detail, errors.get(r.test))
                for r in report.results
            }
            self.verdicts.put(key, found)
        return found

    def failed(self, answer: Answer) -> frozenset[str]:
        """Return the hidden tests that a known answer does not pass, among all that it can change."""
        return failures(self.verdict(substituted(self.assignment, answer), self.reached(answer.exercise)))


def failures(verdict: Verdict) -> frozenset[str]:
    """Return the tests that were not passed."""
    return frozenset(test for test, said in verdict.items() if said.outcome is not Outcome.PASSED)


def of_exercise(answers: Iterable[Answer], exercise: str) -> list[Answer]:
    """Return those known answers that answer one exercise."""
    return [answer for answer in answers if answer.exercise == exercise]


def is_hidden(test: Test) -> bool:
    """Whether students do not see the test before they are graded."""
    return test.visibility is not Visibility.VISIBLE
