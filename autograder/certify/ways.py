"""Ways in which correct answers differ, and what keeps each of them from costing marks."""

from autograder.certify.known import Examiner
from autograder.certify.model import Measured
from autograder.certify.transformations import TRANSFORMATIONS
from autograder.ways import Way, read_ways


def ways(examiner: Examiner, exercise: str) -> Measured:
    """List the ways that concern one exercise; a missing ``ways.toml`` lists none."""
    found = [way for way in ways_of(examiner) if not way.exercises or exercise in way.exercises]
    return Measured({"ways": [f"{way.way}: {way.covered_by()}" for way in found]})


def ways_of(examiner: Examiner) -> tuple[Way, ...]:
    """Return all ways of an assignment."""
    assignment = examiner.assignment
    path = assignment.folder / "ways.toml"
    if not path.is_file():
        return ()
    prose = "\n".join(cell.source for cell in assignment.source().cells)
    alternatives = [answer.name for answer in assignment.alternatives()]
    return read_ways(path, prose, assignment.exercises, alternatives, TRANSFORMATIONS)
