"""Mutants meet the hidden tests: those that survive are faults that no test sees, or no faults at all."""

import json
from collections.abc import Iterator
from dataclasses import replace

from autograder.certify.equivalents import FILE, SOLUTION, Entry, read_equivalents
from autograder.certify.known import Examiner, failures
from autograder.certify.model import Finding, Measured
from autograder.certify.mutants import Mutant, mutants
from autograder.certify.witness import witness
from autograder.model import Limits

CALL, EXERCISE = 1.0, 1.5  # seconds: many times what any solution takes; a mutant that takes longer is endless
MIN_KILLED = 0.95
"""The share of all mutants that the tests must reject."""


def survival(examiner: Examiner, exercise: str) -> Measured:
    """Grade every mutant of the solution, and with a full budget those of the alternatives too."""
    entries = [entry for entry in read_equivalents(examiner.assignment) if entry.exercise == exercise]
    every = list(mutants_of(examiner, exercise))
    survivors = [mutant for mutant in every if not rejected(examiner, mutant)]
    unlisted = [mutant for mutant in survivors if not any(entry.is_of(mutant) for entry in entries)]
    rate = 1 - len(survivors) / len(every) if every else 1.0
    is_open = any(entry.kind == "open" for entry in entries)
    findings = list(_stale(examiner, entries, survivors, rate))
    if not is_open:
        findings += [_survived(examiner, mutant) for mutant in unlisted]
        if rate < MIN_KILLED and not any(entry.kind == "low_rate" for entry in entries):
            message = f"the tests reject {100 * rate:.1f} % of {len(every)}, expected {100 * MIN_KILLED:g} %"
            findings.append(Finding("mutants", f"{message}; strengthen them, or say why not in {FILE}"))
    figures = {"mutants": len(every), "killed": len(every) - len(survivors), "listed": len(survivors) - len(unlisted)}
    return Measured(figures | {"open": is_open}, tuple(findings))


def mutants_of(examiner: Examiner, exercise: str) -> Iterator[Mutant]:
    """Yield the mutants that the budget allows."""
    cell = next(cell for cell in examiner.assignment.source().cells if cell.exercise == exercise)
    yield from mutants(exercise, SOLUTION, cell.source)


def rejected(examiner: Examiner, mutant: Mutant) -> frozenset[str]:
    """Return the hidden tests that a mutant fails: of its own exercise, or else of those that use it."""
    cells = [*examiner.assignment.source().solution, mutant.code]
    own = examiner.hidden(mutant.exercise)
    limits = short(examiner)
    failed = failures(examiner.verdict(cells, own, limits=limits))
    others = examiner.reached(mutant.exercise)[len(own) :]
    if failed or not others:
        return failed
    return failures(examiner.verdict(cells, others, limits=limits))


def short(examiner: Examiner) -> Limits:
    """Return limits under which an endless loop costs little; with a full budget, those of the assignment."""
    limits = examiner.assignment.front.limits
    if examiner.full:
        return limits
    return replace(limits, call=min(limits.call, CALL), exercise=min(limits.exercise, EXERCISE))


def _survived(examiner: Examiner, mutant: Mutant) -> Finding:
    """Show a survivor, the input that tells it apart if there is one, and what would list it as equivalent."""
    found = witness(examiner, mutant, short(examiner)) or "no input was found that tells them apart"
    answer = [] if mutant.answer == SOLUTION else [f'answer = "{mutant.answer}"']
    changed = [
        f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in (("old", mutant.old), ("new", mutant.new))
    ]
    entry = "\n".join(["[[equivalent]]", f'exercise = "{mutant.exercise}"', *answer, *changed, 'reason = ""'])
    message = f"no hidden test fails it; {found}\n{mutant.diff()}\n{entry}"
    return Finding(f"mutant of the {mutant.answer}", message)


def _stale(examiner: Examiner, entries: list[Entry], survivors: list[Mutant], rate: float) -> Iterator[Finding]:
    """Find entries that say what is not, or no longer, so."""
    for entry in entries:
        place = f"{examiner.assignment.slug}/{FILE}:{entry.line}"
        if entry.kind == "low_rate" and rate >= MIN_KILLED:
            yield Finding(place, f"the tests reject {100 * rate:.1f} % of the mutants by now; take this entry out")
        elif entry.kind == "equivalent" and not any(entry.is_of(mutant) for mutant in survivors):
            if entry.answer == SOLUTION or examiner.full:
                change = f"{entry.old!r} to {entry.new!r}"
                yield Finding(place, f"no mutant changes {change} and survives; take this entry out")
