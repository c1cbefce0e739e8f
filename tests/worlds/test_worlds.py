"""The matrix of worlds: what is recorded is what is documented, and each world is what it says it is.

The attacks themselves are run in every world by ``python tests/worlds/worlds.py``, or here with ``-m slow``.
"""

import json
import runpy
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUITE = runpy.run_path(str(HERE / "worlds.py"))
ATTACKS = runpy.run_path(str(HERE.parent / "attacks" / "test_attacks.py"))
RECORD = json.loads(SUITE["RECORD"].read_text())
WORLDS = SUITE["WORLDS"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("attacks"),
]


def test_the_documented_matrix_is_the_recorded_one():
    page = SUITE["PAGE"].read_text()
    assert SUITE["BEGIN"] + SUITE["table"](RECORD) + SUITE["END"] in page, "run `python tests/worlds/worlds.py`"


@pytest.mark.parametrize("name", WORLDS)
def test_all_attacks_there_are_were_run_and_stopped_or_refused(name):
    found = RECORD[name]
    if "skipped" in found:
        pytest.skip(found["skipped"])
    for kind in ATTACKS["CLASSES"]:
        number = 0 if found.get("refused") else len(ATTACKS["names"](kind))
        assert found[kind] == [number, number], f"{kind} has changed: run `python tests/worlds/worlds.py`"
    assert (found["level"] in ("L0", "L1")) == found.get("refused", False)


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_is_what_it_says_it_is(name):
    """The level that the canaries prove there, whatever it is here, follows from what is forbidden."""
    world = WORLDS[name]
    if reason := world.missing():
        pytest.skip(reason)
    done, _ = SUITE["run_in"](world, "-m", "autograder.cli", "doctor", "--json")
    if not done.stdout.startswith("{"):
        pytest.skip(f"cannot be produced here: {done.stderr.strip()[-200:]}")
    found = json.loads(done.stdout)
    if "landlock" in world.forbidden:
        assert (found["level"], done.returncode) == ("L1", 3)
    elif "namespaces" in world.forbidden:
        assert (found["level"], done.returncode) == ("L2", 0)
        assert all(found["namespaces"].values()), "each way says why it does not work"
    else:
        assert (found["level"] in ("L2", "L3"), done.returncode) == (True, 0)


def test_counts_tell_stopped_breached_skipped_and_refused_attacks_apart(capsys):
    def case(kind, inside=""):
        return f'<testcase name="test_attack[{kind}: x]">{inside}</testcase>'

    cases = [case("a"), case("a", "<failure>BREACH</failure>"), case("a", "<skipped/>"), case("b"), case("b")]
    found = SUITE["counts"](f"<testsuite>{''.join(cases)}<testcase name='test_other'/></testsuite>")
    assert found == {"a": [1, 3], "b": [2, 2]}
    assert "BREACH" in capsys.readouterr().err
    refused = SUITE["counts"](f"<s>{case('a', '<error>but L2 is required</error>')}</s>")
    assert refused == {"a": [0, 0], "refused": True}


def test_a_world_that_cannot_be_produced_is_never_shown_as_passed():
    (line,) = [line for line in SUITE["table"]({}).split("\n") if line.startswith("| level")]
    assert set(line.split(" | ")[1:]) <= {"skipped", "skipped |"}
    assert "(skipped: never run)" in SUITE["table"]({})


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLDS)
def test_the_attacks_in_every_world(name):
    found = SUITE["attack"](WORLDS[name])
    if "skipped" in found:
        pytest.skip(found["skipped"])
    here, recorded = ({**each, "level": None} for each in (found, RECORD[name]))  # which depends on the machine
    assert here == recorded
