"""``autograder denied``."""

import json
import sys

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@linux
def test_denied_calls_are_listed(run, tmp_path):
    (tmp_path / "mal.py").write_text("import os\n# %%\nos.fork()")
    result = run("denied", "01_rows", tmp_path / "mal.py", "--json")
    assert result.exit_code == 0
    (found,) = [row for row in json.loads(result.stdout) if row["call"] in ("clone", "fork")]  # some look about first
    assert (found["cell"], found["answer"], found["times"]) == ("cell 2", "EPERM", 1)
    assert "no program may do this" in run("denied", "01_rows", tmp_path / "mal.py").stdout


@linux
def test_an_honest_submission_is_told_apart(run, solved):
    assert run("denied", "01_rows", solved).stdout == "No call was denied while the cells ran.\n"


def test_a_file_that_cannot_be_read_is_one_sentence(run, tmp_path):
    result = run("denied", "01_rows", tmp_path / "nobody.py")
    assert result.exit_code == 2
    assert "nobody.py cannot be opened" in result.stderr
