"""``autograder certify``: a table for people, rows for machines."""

import json
import sys

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@linux
def test_certify_prints_a_line_per_exercise(run):
    shown = run("certify")
    assert shown.exit_code == 0
    assert "holds" in shown.stdout
    (row,) = json.loads(run("certify", "01", "--json").stdout)
    assert (row["exercise"], row["solution"], row["release"], row["findings"]) == ("normalise", 10, 0, [])
