"""One test meets one program: the result, and whose fault it is."""

import re
import traceback

from autograder.errors import AnswerError, Missing, Raised, TimedOut
from autograder.model import Outcome, Result
from autograder.plugin import Test
from autograder.render.safe import lines
from autograder.testing.student import Student

MAX_DETAIL = 2_000
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def run(test: Test, student: Student) -> Result:
    """Let one test meet one submission, case by case, until the first that does not pass."""
    for case, values in test.cases.items():
        try:
            test.function(student, **values)
        except AnswerError as error:
            return result_of(test, _outcome_of(error), case, str(error))
        except AssertionError as error:
            return result_of(test, Outcome.FAILED, case, str(error))
        except Exception:  # noqa: BLE001 - an error in a test is ours, never the student's
            return result_of(test, Outcome.BROKEN, case, traceback.format_exc(limit=-3))
    return result_of(test, Outcome.PASSED)


def plain(text: str) -> str:
    """Make text that a student's process has shaped fit to be stored: no control characters, no addresses."""
    return ADDRESS.sub("0x…", lines(text))[:MAX_DETAIL]


def _outcome_of(error: AnswerError) -> Outcome:
    match error:
        case Missing():
            return Outcome.MISSING
        case TimedOut():
            return Outcome.TIMED_OUT
        case Raised():
            return Outcome.RAISED
        case _:
            return Outcome.FAILED  # an answer that is not data


def result_of(test: Test, outcome: Outcome, case: str | None = None, detail: str = "") -> Result:
    """Return the result of a test that ended so."""
    return Result(
        test=test.name,
        exercise=test.exercise,
        description=test.description,
        outcome=outcome,
        max_score=test.points,
        visibility=test.visibility,
        case=case or None,
        detail=plain(f"{case}: {detail}" if case and detail else detail),
        hint=test.hint if outcome is not Outcome.PASSED else "",
    )
