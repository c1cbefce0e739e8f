"""A replica of Gradescope's container: the file system of this machine, under a layer that is thrown away.

An image is made once, by the real ``setup.sh``, and each submission is graded in a fresh copy of it, without a network,
as root, and within memory and processor time where this machine lets us bound them (control groups).
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from autograder.course import Assignment
from autograder.platforms.export import Request
from autograder.platforms.gradescope import export

MEMORY, HALF_A_CORE = 768 << 20, (50_000, 100_000)
GROUPS = Path("/sys/fs/cgroup")
HOLDER = 'mount -t tmpfs tmpfs "$0" && echo ready && exec cat'  # lives until its standard input ends
INSIDE = """
set -e
mkdir -p "$base/root" "$base/work"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$base/work" "$base/root"
for place in proc dev sys; do mount --rbind "/$place" "$base/root/$place"; done
for group in $groups; do echo $$ > "$group/cgroup.procs"; done
exec chroot "$base/root" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root $variables \\
    bash -c "$command"
"""


class Replica:
    """The image of one autograder, in which submissions are graded."""

    def __init__(self, assignment: Assignment, folder: Path) -> None:
        (archive,) = export(Request(assignment, folder))
        with zipfile.ZipFile(archive) as zipped:
            files = {name: zipped.read(name) for name in zipped.namelist()}
        wheels = make_wheels(files["requirements.txt"].decode().split(), folder / "wheels")
        self.base = folder / "mounts"
        self.base.mkdir()
        self.count = 0
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--net", "--propagation", "private", "bash", "-c", HOLDER, str(self.base)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if (said := self.holder.stdout.readline()) != "ready\n":
            self.close()
            pytest.skip(f"there can be no replica of the container here: {said}")
        self.groups = _make_groups()
        source = self._layer("image") / "autograder" / "source"
        self._put({f"{source}/{name}": content for name, content in files.items()})
        variables = f"PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_FIND_LINKS={wheels}"
        self.setup = self._run("image", "/", "bash /autograder/source/setup.sh", variables=variables)

    def close(self) -> None:
        """Let the mounts end, and all with them."""
        self.holder.stdin.close()
        self.holder.wait(10)
        self.holder.stdout.close()
        for group in getattr(self, "groups", ()):
            _end(group)

    def grade(
        self,
        files: dict[str, bytes],
        extra: dict[str, object] | None = None,
        seconds: int | None = None,
        landlock: bool = True,
    ) -> tuple[dict[str, object], str]:
        """Hand in files; return what Gradescope reads: the results and the standard output.

        ``extra`` are metadata besides the usual ones, ``seconds`` another limit of time than the exported one. Without
        ``landlock``, the container has none, as on older kernels and in other sandboxes.
        """
        layer = self._layer(self._next())
        place = layer / "autograder"
        given = {f"{place}/submission/{file}": content for file, content in files.items()}
        given[f"{place}/submission_metadata.json"] = json.dumps(METADATA | (extra or {})).encode()
        given[f"{place}/results/stdout"] = b""
        if seconds is not None:
            settings = self.read(self.base / "image" / "upper" / "opt/autograder/course/gradescope.json")
            changed = json.loads(settings) | {"seconds": seconds}
            given[f"{layer}/opt/autograder/course/gradescope.json"] = json.dumps(changed).encode()
        self._put(given)
        command = (
            "cp /autograder/source/run_autograder /autograder/ && chmod +x /autograder/run_autograder && "
            f"cd /autograder && {'' if landlock else WITHOUT_LANDLOCK} ./run_autograder > results/stdout 2>&1"
        )
        self.run(command, layer)
        results = json.loads(self.read(place / "results" / "results.json"))
        return results, self.read(place / "results" / "stdout").decode()

    def run(self, command: str, layer: Path | None = None) -> subprocess.CompletedProcess:
        """Run a command in a fresh copy of the image, or in one in which a layer has been prepared."""
        layer = layer or self._layer(self._next())
        return self._run(layer.parent.name, f"{self.base}/image/upper:/", command)

    def read(self, path: Path) -> bytes:
        """Return a file of a layer."""
        return self._enter("cat", str(path), check=True).stdout

    def peak(self) -> int | None:
        """Return the greatest memory that all containers have used, in bytes, if it was bounded."""
        memory = [group for group in self.groups if group.parent.name == "memory"]
        return int((memory[0] / "memory.max_usage_in_bytes").read_text()) if memory else None

    def _next(self) -> str:
        self.count += 1
        return f"container{self.count}"

    def _layer(self, name: str) -> Path:
        upper = self.base / name / "upper"
        self._enter("mkdir", "-p", str(upper), check=True)
        return upper

    def _put(self, files: dict[str, bytes]) -> None:
        for path, content in files.items():
            self._enter("mkdir", "-p", str(Path(path).parent), check=True)
            self._enter("tee", path, input=content, check=True)

    def _run(self, name: str, lower: str, command: str, variables: str = "") -> subprocess.CompletedProcess:
        base = self.base / name
        given = {
            "base": base, "lower": lower, "upper": base / "upper", "command": command, "variables": variables,
            "groups": " ".join(map(str, self.groups)),
        }  # fmt: skip
        return self._enter(
            "env", *(f"{name}={value}" for name, value in given.items()), "bash", "-c", f"unshare -m bash -c '{INSIDE}'"
        )

    def _enter(self, *command: str, **options: object) -> subprocess.CompletedProcess:
        inside = ["nsenter", "--target", str(self.holder.pid), "--mount", "--net", *command]
        return subprocess.run(inside, capture_output=True, **options)  # noqa: PLW1510 - options may hold it


WITHOUT_LANDLOCK = """python3 -c '
import ctypes, os, struct, sys
number, no, yes = 444, 0x00050000 | 38, 0x7FFF0000  # landlock_create_ruleset answers ENOSYS
rules = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, no), (0x06, 0, 0, yes)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(rules), ctypes.addressof(code)))
assert ctypes.CDLL(None).prctl(22, 2, ctypes.c_ulong(ctypes.addressof(program)), 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
'"""


METADATA = {
    "id": 123456, "created_at": "2026-11-20T12:00:00.000000-08:00",
    "assignment": {
        "due_date": "2026-11-21T12:00:00.000000-08:00", "group_size": None, "group_submission": False, "id": 25828,
        "course_id": 25, "late_due_date": None, "release_date": "2026-11-01T00:00:00.000000-08:00",
        "title": "Networks", "total_points": "100.0",
    },
    "submission_method": "upload", "users": [{"email": "ada@school.edu", "id": 1, "name": "Ada"}],
    "previous_submissions": [],
}  # fmt: skip


def reason_against() -> str:
    """Say why there can be no replica here, or nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a replica of the container needs root on Linux"
    missing = [tool for tool in ("unshare", "nsenter", "chroot", "mount") if not shutil.which(tool)]
    return f"a replica of the container needs {', '.join(missing)}" if missing else ""


def _end(group: Path) -> None:
    """End what an interruption has left in a control group, and remove it."""
    while members := (group / "cgroup.procs").read_text().split():
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(member), signal.SIGKILL)
        time.sleep(0.05)
    group.rmdir()


def _make_groups() -> list[Path]:
    """Bound memory and processor time, where this machine's control groups (version 1) let us."""
    made = []
    with contextlib.suppress(OSError):
        for kind, bounds in {
            "memory": {"memory.limit_in_bytes": MEMORY},
            "cpu": {"cpu.cfs_period_us": HALF_A_CORE[1], "cpu.cfs_quota_us": HALF_A_CORE[0]},
        }.items():
            group = GROUPS / kind / f"replica-{uuid.uuid4().hex[:8]}"
            group.mkdir()
            made.append(group)
            for name, value in bounds.items():
                (group / name).write_text(str(value))
    return made


def make_wheels(requirements: list[str], folder: Path) -> Path:
    """Pack installed distributions into wheels again, so that no network is needed to install them elsewhere."""
    folder.mkdir()
    for requirement in requirements:
        name = requirement.partition("==")[0]
        found = metadata.distribution(name)
        tags = [line.removeprefix("Tag: ") for line in found.read_text("WHEEL").splitlines() if line.startswith("Tag:")]
        parts = zip(*(tag.split("-") for tag in tags), strict=True)
        tag = "-".join(".".join(dict.fromkeys(part)) for part in parts)
        wheel = folder / f"{name.replace('-', '_')}-{found.version}-{tag}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for file in found.files:
                if ".." not in file.parts and "__pycache__" not in file.parts:
                    archive.write(file.locate(), str(file))
    return folder
