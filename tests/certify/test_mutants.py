"""Mutants are made once each, know what they change, and lie where they are looked for."""

from autograder.certify.mutants import mutants

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


def test_faults_can_be_asked_for_in_some_lines_only():
    found = list(mutants("softmax", "solution", SOURCE, [range(5, 6)]))
    assert found
    assert all("E.sum" in mutant.old for mutant in found)
