"""``autograder doctor``."""

import json
import sys

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@linux
def test_doctor_shows_canaries_and_level(run):
    result = run("doctor", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["level"] in ("L2", "L3")
    assert all(found["canaries"].values()) == (found["level"] == "L3")
    assert f"Student code is confined at level {found['level']}" in run("doctor").stdout
