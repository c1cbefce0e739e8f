"""Worker processes do not outlive the process they work for."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the pipe of a killed process is read to its end")

OWNER = """
import multiprocessing, sys, time
from autograder.owner import end_with_owner

def work():
    end_with_owner()
    print("working", flush=True)
    time.sleep(600)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=work).start()
    time.sleep(600)
"""


def test_a_worker_ends_when_its_owner_is_killed(tmp_path):
    script = tmp_path / "owner.py"
    script.write_text(OWNER)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as owner:
        assert owner.stdout.readline() == b"working\n"
        owner.kill()
        assert owner.communicate(timeout=30)[0] == b""  # the worker holds the other end as long as it lives
