"""Mutants meet the hidden tests: those that survive are faults that no test sees, or no faults at all."""

import functools
import json
from collections.abc import Iterator
from dataclasses import replace

from autograder.answers import Answer
from autograder.certify.equivalents import EVERY, FILE, SOLUTION, Entry, read_equivalents
from autograder.certify.known import Examiner, failures, of_exercise
from autograder.certify.model import Finding, Measured
from autograder.certify.mutants import Mutant, mutants, without_idle_helpers
from autograder.certify.witness import witness
from autograder.model import Limits

SHORT = 1.0  # seconds for an exercise: many times what its solution takes; a mutant that takes longer is endless
MIN_KILLED = 0.95
"""The share of all mutants that the tests must reject, ..."""
SPARED = 2
"""... apart from so many, lest two of a handful be too much."""


def survival(examiner: Examiner, exercise: str) -> Measured:
    """Grade every mutant of the solution, and with a full budget those of the alternatives too.

    Where whatever passes the tests is right, mutants of the alternatives would tell nothing, and those of the solution
    only which tests are redundant: they wait for a full budget.
    """
    entries = _entries(examiner, exercise)
    excused = {(e.kind, e.answer): e.reason for e in entries if e.kind != "equivalent"}
    reasons = {kind: excused.get((kind, EVERY), "") for kind in ("open", "low_rate")}
    corrected = {answer: reason for (_, answer), reason in excused.items() if answer != EVERY}
    others = [
        answer
        for answer in of_exercise(examiner.assignment.alternatives(), exercise)
        if examiner.full and not reasons["open"] and answer.name not in corrected
    ]
    every = mutants_of(examiner, exercise, tuple(others))
    is_graded = _is_graded(examiner, entries)
    survivors = [mutant for mutant in every if not rejected(examiner, mutant)] if is_graded else []
    unlisted = [mutant for mutant in survivors if not any(entry.is_of(mutant) for entry in entries)]
    is_low = len(survivors) > max(SPARED, (1 - MIN_KILLED) * len(every))
    findings = list(_stale(examiner, entries, survivors, is_low)) if is_graded else []
    if not reasons["open"]:
        findings += [_survived(examiner, mutant) for mutant in unlisted]
        if is_low and not reasons["low_rate"]:
            message = f"{len(survivors)} of {len(every)} survive, expected {100 - 100 * MIN_KILLED:g} % at most"
            findings.append(Finding("mutants", f"{message}; strengthen the tests, or say why not in {FILE}"))
    killed = len(every) - len(survivors) if is_graded else None
    figures = {"mutants": len(every), "killed": killed, "listed": len(survivors) - len(unlisted)}
    return Measured({**figures, **reasons, "open_answers": corrected}, tuple(findings))


@functools.lru_cache(maxsize=2)
def mutants_of(examiner: Examiner, exercise: str, others: tuple[Answer, ...] = ()) -> tuple[Mutant, ...]:
    """Return the mutants of the solution, and of other answers."""
    cell = next(cell for cell in examiner.assignment.source().cells if cell.exercise == exercise)
    found = list(mutants(exercise, SOLUTION, cell.source))
    for other in others:
        found += mutants(exercise, other.name, without_idle_helpers(other.code, other.name))
    return tuple(found)


def graded_mutants(examiner: Examiner, exercise: str) -> tuple[Mutant, ...]:
    """Return the mutants of the solution that meet the tests: in the quick form of an open exercise none."""
    return mutants_of(examiner, exercise) if _is_graded(examiner, _entries(examiner, exercise)) else ()


def rejected(examiner: Examiner, mutant: Mutant) -> frozenset[str]:
    """Return the hidden tests that a mutant fails: of its own exercise, or else of those that use it."""
    cells = [*examiner.assignment.source().solution, mutant.code]
    own = examiner.hidden(mutant.exercise)
    limits = limits_for(examiner, mutant)
    failed = failures(examiner.verdict(cells, own, limits=limits))
    others = examiner.reached(mutant.exercise)[len(own) :]
    if failed or not others:
        return failed
    return failures(examiner.verdict(cells, others, limits=limits))


def limits_for(examiner: Examiner, mutant: Mutant) -> Limits:
    """Return limits under which an endless loop costs little, or the real ones where the right answer needs them."""
    usual = examiner.assignment.front.limits
    short = replace(usual, call=min(usual.call, SHORT), exercise=min(usual.exercise, SHORT))
    cells = [*examiner.assignment.source().solution, mutant.original]
    return usual if failures(examiner.verdict(cells, examiner.hidden(mutant.exercise), limits=short)) else short


def _entries(examiner: Examiner, exercise: str) -> list[Entry]:
    return [entry for entry in read_equivalents(examiner.assignment) if entry.exercise == exercise]


def _is_graded(examiner: Examiner, entries: list[Entry]) -> bool:
    return examiner.full or not any(entry.kind == "open" and entry.answer == EVERY for entry in entries)


def _survived(examiner: Examiner, mutant: Mutant) -> Finding:
    """Show a survivor, the input that tells it apart if there is one, and what would list it as equivalent."""
    found = witness(examiner, mutant, limits_for(examiner, mutant)) or "no input was found that tells them apart"
    answer = [] if mutant.answer == SOLUTION else [f'answer = "{mutant.answer}"']
    changed = [
        f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in (("old", mutant.old), ("new", mutant.new))
    ]
    entry = "\n".join(["[[equivalent]]", f'exercise = "{mutant.exercise}"', *answer, *changed, 'reason = ""'])
    message = f"no hidden test fails it; {found}\n{mutant.diff()}\n{entry}"
    return Finding(f"mutant of the {mutant.answer}", message)


def _stale(examiner: Examiner, entries: list[Entry], survivors: list[Mutant], is_low: bool) -> Iterator[Finding]:
    """Find entries that say what is not, or no longer, so."""
    for entry in entries:
        place = f"{examiner.assignment.slug}/{FILE}:{entry.line}"
        measured = entry.answer == SOLUTION or examiner.full
        if entry.kind == "low_rate" and not is_low:
            yield Finding(place, "the tests reject enough mutants by now; take this entry out")
        elif entry.kind == "equivalent" and measured and not any(entry.is_of(mutant) for mutant in survivors):
            yield Finding(place, f"no mutant changes {entry.old!r} to {entry.new!r} and survives; take this entry out")
