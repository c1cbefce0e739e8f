"""Kill processes at random moments, fill the disk, run twice at once: one more run, and everything is there, once.

The exhaustive rounds: ``pytest tests/batch/test_faults.py -m slow``. Each says which seed repeats its choices.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.batch.database import Database
from autograder.batch.results import Results

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")

STUDENTS = [f"s{i:02}" for i in range(10)]
VICTIMS = ("driver", "zygote", "command")


@pytest.fixture(scope="module")
def homework(tmp_path_factory):
    """A class whose submissions differ in length, right and wrong in turn."""
    folder = tmp_path_factory.mktemp("homework")
    for i, student in enumerate(STUDENTS):
        answer = "A / A.sum(axis=1, keepdims=True)" if i % 2 else "A"
        text = f"import numpy as np\n\ndef normalise(A):\n    return {answer}\n"
        (folder / f"{student}.py").write_text(text + f"# {i}\n" * 10_000)  # 50 kB, so that disks can be full
    return folder


def start(course, homework, out):
    command = [sys.executable, "-m", "autograder.cli", "grade", "01", homework, "--out", out, "--workers", "2"]
    return subprocess.Popen(
        command, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def finish(process):
    """Return the exit code and what was said besides the progress."""
    _, said = process.communicate(timeout=120)
    lines = said.decode().splitlines()
    return process.returncode, [line for line in lines if not line[:1].isdigit()]


def documents(out):
    """Return every document by student, without its times."""
    found = {}
    for file in out.glob("*.json"):
        document = json.loads(file.read_text())
        del document["provenance"]["graded_at"], document["provenance"]["seconds"]
        found[file.stem] = document
    return found


@pytest.fixture(scope="module")
def expected(course, homework, tmp_path_factory):
    """What an undisturbed run gives, and how long it takes."""
    out = tmp_path_factory.mktemp("undisturbed")
    before = time.monotonic()
    assert finish(start(course, homework, out)) == (0, [])
    seconds = time.monotonic() - before
    assert documents(out).keys() == set(STUDENTS)
    return documents(out), seconds


def assert_whole(out, expected, *, gradings=1):
    """Everything is there and nothing else, each attempt once and each graded no more often than it had to be."""
    assert documents(out) == expected
    assert {entry.name for entry in out.iterdir()} == {
        "feedback", "results.db", "summary.csv", *(f"{student}.json" for student in STUDENTS),
    }  # fmt: skip
    assert {file.stem for file in (out / "feedback").iterdir()} == set(STUDENTS)
    results = Results(Database.in_file(out / "results.db"))
    assert [(a.student, a.number) for a in results.attempts("01_rows")] == [(student, 1) for student in STUDENTS]
    for student in STUDENTS:
        ((now, before),) = results.history("01_rows", student)
        assert now.status == "graded"
        assert all(earlier.status == "held" for earlier in before)
        assert len(before) < gradings + 1
    results.database.close()


def victims(session, kind):
    """Return the processes of a kind that a command has now."""
    if kind == "command":
        return [session]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            command = (folder / "cmdline").read_bytes()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((int(folder.name), int(fields[1]), command))
    drivers = [pid for pid, _, command in found if b"spawn_main" in command]
    if kind == "driver":
        return drivers
    wrapped = [pid for pid, _, command in found if b"bwrap" in command.partition(b"\0")[0]]
    above = {*drivers, *wrapped}  # what a zygote forks is a student's process, and none of these is its parent
    return [p for p, parent, command in found if b"sandbox.zygote" in command and parent in above and p not in wrapped]


def kill_at_random(process, seconds, kinds, chance):
    """Kill one process of each kind, each at a random moment of the time that a run takes."""
    moments = sorted((chance.uniform(0, seconds), kind) for kind in kinds)
    begin = time.monotonic()
    for moment, kind in moments:
        time.sleep(max(0.0, begin + moment - time.monotonic()))
        found = victims(process.pid, kind)
        while not found and process.poll() is None:
            time.sleep(0.01)
            found = victims(process.pid, kind)
        if found and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)


def round_of_faults(course, homework, expected, out, kinds, seed):
    right, seconds = expected
    with start(course, homework, out) as process:
        kill_at_random(process, seconds, kinds, random.Random(seed))
        code, said = finish(process)
    context = f"seed {seed}, killed {kinds}: {code} {said}"
    if kinds in (("driver",), ("zygote",)):
        assert code == 0, context
    else:
        assert code in (0, 3, -signal.SIGKILL), context
    assert not any("Traceback" in line for line in said), context
    assert finish(start(course, homework, out)) == (0, []), context
    assert_whole(out, right)


@pytest.mark.parametrize("kind", VICTIMS)
def test_nothing_is_lost_when_a_process_is_killed(course, homework, expected, tmp_path, kind):
    round_of_faults(course, homework, expected, tmp_path / "out", (kind,), seed=random.randrange(2**32))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(50))
def test_nothing_is_lost_however_often_processes_are_killed(course, homework, expected, tmp_path, number):
    chance = random.Random(number)
    kinds = tuple(chance.choice(VICTIMS) for _ in range(chance.choice((1, 1, 2, 3))))
    round_of_faults(course, homework, expected, tmp_path / "out", kinds, seed=number)


def test_two_commands_on_one_folder_do_not_disturb_each_other(course, homework, expected, tmp_path):
    out = tmp_path / "out"
    with start(course, homework, out) as one, start(course, homework, out) as other:
        assert [finish(one), finish(other)] == [(0, []), (0, [])]
    assert_whole(out, expected[0])


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 400 kB; calling what this yields gives it room, or makes it read-only."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield disk, lambda options: subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(course, homework, expected, small_disk):
    disk, remount = small_disk
    code, said = finish(start(course, homework, disk / "out"))
    assert code == 2
    assert len(said) == 1
    assert said[0].startswith(f"autograder: {disk}/out/")
    assert "the disk is full; make room" in said[0] or "No space left on device" in said[0]
    partial = documents(disk / "out")
    assert partial.items() <= expected[0].items()
    assert len(partial) < len(STUDENTS)
    remount("size=64m")
    assert finish(start(course, homework, disk / "out")) == (0, [])
    assert_whole(disk / "out", expected[0])

    remount("ro")
    (code, (said,)) = finish(start(course, homework, disk / "elsewhere"))
    assert (code, said) == (2, f"autograder: {disk}/elsewhere/results.db cannot be written: Read-only file system")
