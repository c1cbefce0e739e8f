"""The marks of oracles hold what was said, several on one function."""

from autograder.testing import certificate, oracle
from autograder.testing.oracles import oracles_of


def inputs(rng, size):
    return (size,)


@oracle("softmax", inputs=inputs, tolerance=1e-9, source="scipy", edges=[(1,)], scale=0, share=0.5)
@certificate("softmax", inputs=inputs, tolerance=1e-3, source="a proof", solution=False)
def judged(*arguments):
    """Judge."""


def test_marks_hold_what_was_said_in_the_order_of_writing():
    first, second = oracles_of(judged)
    assert (first.kind, first.exercise, first.tolerance, first.source) == ("oracle", "softmax", 1e-9, "scipy")
    assert (first.edges, first.scale, first.share, first.solution, first.ask) == (((1,),), 0, 0.5, True, None)
    assert (second.kind, second.tolerance, second.solution, second.share) == ("certificate", 1e-3, False, 1.0)
    assert second.inputs(None, 3) == (3,)


def test_other_functions_have_none():
    assert oracles_of(inputs) == ()
    assert oracles_of(7) == ()
