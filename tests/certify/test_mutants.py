"""Mutants are made once each, know what they change, and lie where they are looked for."""

from autograder.certify.mutants import mutants, without_idle_helpers

SOURCE = '''\
def softmax(Z):
    """Turn scores into probabilities."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))

    return E / E.sum(axis=1, keepdims=True)
'''


def test_every_mutant_is_a_different_program():
    found = list(mutants("softmax", "solution", SOURCE))
    assert len({mutant.code for mutant in found}) == len(found) > 15
    assert SOURCE not in {mutant.code for mutant in found}
    for mutant in found:
        compile(mutant.code, "mutant", "exec")
        assert '"""Turn scores into probabilities."""' in mutant.code


def test_a_mutant_knows_the_lines_that_it_changes():
    found = {mutant.new: mutant for mutant in mutants("softmax", "solution", SOURCE)}
    unshifted = found["E = np.exp(Z)"]
    assert unshifted.old == "E = np.exp(Z - Z.max(axis=1, keepdims=True))"
    assert unshifted.operator == "operand_dropped"
    diff = unshifted.diff().split("\n")
    assert diff[:2] == ["--- softmax (solution)", "+++ operand_dropped"]
    assert "-    E = np.exp(Z - Z.max(axis=1, keepdims=True))" in diff
    assert "+    E = np.exp(Z)" in diff


def test_two_lines_that_change_places_are_one_change():
    source = "def f(x, found):\n    x = x - 1\n    found.append(x)\n"
    orders = [mutant for mutant in mutants("f", "solution", source) if mutant.operator == "wrong_order"]
    assert [(m.old, m.new) for m in orders] == [("x = x - 1\nfound.append(x)", "found.append(x)\nx = x - 1")]


def test_helpers_that_an_answer_does_not_use_are_left_out():
    source = (
        "import math\n\n\ndef a():\n    return b()\n\n\ndef b():\n    return 1\n\n\n@wrapped\ndef c():\n    return 2\n"
    )
    found = without_idle_helpers(source, "a")
    assert found.split("\n")[3:9] == ["def a():", "    return b()", "", "", "def b():", "    return 1"]
    assert "c()" not in found
    assert "wrapped" not in found
    assert found.count("\n") == source.count("\n")
