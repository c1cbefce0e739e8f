import contextlib
import ctypes
import dataclasses
import json
import mmap
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import landlock, lockdown, seccomp
from autograder.sandbox.lockdown import ALL_LAYERS, Layer, Lockdown, LockdownError, available, enter, prepare
from autograder.sandbox.policy import UNPRIVILEGED_ID, ResourceLimits
from autograder.sandbox.syscalls import syscall

Confined = Callable[..., Any]
Locked = Callable[[Lockdown, Callable[[], Any]], Any]
Forked = Callable[[Callable[[int], Any]], Any]
AsUser = Callable[[Callable[[], Any]], Any]

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
PR_GET_DUMPABLE = 3


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


# --- Descriptors, parent, visibility ---------------------------------------------------------------------------------


def test_only_the_kept_descriptor_stays_open(confined: Confined):
    secret = os.open("/etc/passwd", os.O_RDONLY)
    os.dup2(secret, 200)
    try:
        descriptors, seen = confined(lambda: (names(Path("/proc/self/fd")), secret), layers={Layer.LIMITS})
    finally:
        os.close(secret)
        os.close(200)
    # the reporting pipe, and the listing itself
    assert len(set(descriptors) - {"0", "1", "2"}) == 2
    assert str(seen) not in descriptors
    assert "200" not in descriptors


def test_rules_are_closed_too(confined: Confined):
    open_files = confined(lambda: sum(_is_open(number) for number in range(1024)))
    assert open_files == 4  # 0, 1, 2 and the reporting pipe


def _is_open(number: int) -> bool:
    with contextlib.suppress(OSError):
        os.fstat(number)
        return True
    return False


def test_standard_streams_lead_nowhere(confined: Confined):
    def use_streams() -> list[Any]:
        written = [os.write(1, b"forged"), os.write(2, b"forged")]
        return [*written, os.read(0, 10).decode(), [os.fstat(fd).st_rdev == os.makedev(1, 3) for fd in (0, 1, 2)]]

    assert confined(use_streams) == [6, 6, "", [True, True, True]]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_the_child_dies_with_its_parent():
    read, write = os.pipe()
    if (parent := os.fork()) == 0:
        confinement = prepare([])
        if os.fork() == 0:
            enter(confinement, write)
            os.write(write, b"ready")
        else:
            os.close(write)
        while True:
            signal.pause()
    os.close(write)
    assert os.read(read, 10) == b"ready"
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert select.select([read], [], [], 10)[0], "the child lives on"
    assert os.read(read, 10) == b""
    os.close(read)


def test_a_child_of_the_same_user_cannot_be_inspected(as_user: AsUser, forked: Forked):
    """Nor can it inspect another: two submissions are two processes of one user."""

    def inspect_sibling() -> list[str]:
        syscall("prctl", 4, 1)  # the change of user made this process and its children private: undo
        found = []
        for locked in (False, True):
            confinement = prepare([], layers=set())
            ours, theirs = socket.socketpair()
            if (child := os.fork()) == 0:
                if locked:
                    enter(confinement, theirs.fileno())
                os.write(theirs.fileno(), b"ready")
                signal.pause()
            ours.recv(10)
            try:
                os.close(os.open(f"/proc/{child}/mem", os.O_RDONLY))
                found.append("open")
            except PermissionError:
                found.append("closed")
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            ours.close()
            theirs.close()
        return found

    assert as_user(inspect_sibling)[1] == "closed"
    assert as_user(inspect_sibling) in (["open", "closed"], ["closed", "closed"])  # the latter under Yama


def test_the_child_is_private_to_the_last(confined: Confined):
    assert confined(lambda: syscall("prctl", PR_GET_DUMPABLE)) == 0


# --- Limits ----------------------------------------------------------------------------------------------------------


def test_memory_is_bounded(confined: Confined):
    limits = ResourceLimits(address_space=1 << 30)
    assert confined(lambda: len(bytearray(1 << 30)), limits=limits) == "MemoryError"
    assert confined(lambda: len(mmap.mmap(-1, 1 << 30)), limits=limits) == "ENOMEM"
    assert confined(lambda: len(bytearray(1 << 20)), limits=limits) == 1 << 20


def test_processor_time_is_bounded_whatever_signals_are_ignored(confined: Confined):
    def burn() -> None:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True:
            pass

    assert confined(burn, limits=ResourceLimits(cpu_seconds=1)) == "SIGKILL"


def test_threads_are_bounded_by_memory(confined: Confined):
    def start_threads() -> int:
        stop = threading.Event()
        threads = [threading.Thread(target=stop.wait, daemon=True) for _ in range(1000)]
        started = 0
        with contextlib.suppress(RuntimeError):
            for thread in threads:
                thread.start()
                started += 1
        stop.set()
        return started

    assert 0 < confined(start_threads, limits=ResourceLimits(address_space=2 << 30)) < 400


def test_open_files_are_bounded(confined: Confined):
    def open_many() -> int:
        opened = 0
        with contextlib.suppress(OSError):
            while True:
                os.dup(0)
                opened += 1
        return opened

    # besides 0, 1, 2, and the reporting pipe if its number is as low
    assert confined(open_many, limits=ResourceLimits(open_files=20)) in (16, 17)


def test_files_are_bounded_where_they_can_be_written(confined: Confined, tmp_path: Path):
    tmp_path.chmod(0o777)

    def write() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        return (tmp_path / "large").write_bytes(bytes(2 << 20))

    layers = {Layer.LIMITS}
    assert confined(write, layers=layers, limits=ResourceLimits(file_size=1 << 20)) == "EFBIG"
    assert confined(write, layers=layers, limits=ResourceLimits(file_size=4 << 20)) == 2 << 20


def test_every_limit_is_set(confined: Confined):
    limits = ResourceLimits(7, 3 << 30, 30, 5 << 20, 0, 4096, 0, 9)
    kinds = ("CPU", "AS", "NOFILE", "FSIZE", "CORE", "MEMLOCK", "MSGQUEUE", "SIGPENDING")
    found = confined(lambda: [resource.getrlimit(getattr(resource, f"RLIMIT_{kind}")) for kind in kinds], limits=limits)
    assert found == [[7, 8], *([value, value] for value in dataclasses.astuple(limits)[1:])]


def test_a_limit_that_is_lower_already_stays(forked: Forked):
    def lowered(write: int) -> tuple[int, int]:
        os.closerange(3, write)  # other tests may hold more of them than the limit lets us have
        resource.setrlimit(resource.RLIMIT_NOFILE, (30, 40))
        enter(prepare_here(layers={Layer.LIMITS}), write)
        return resource.getrlimit(resource.RLIMIT_NOFILE)

    assert forked(lowered) == [40, 40]


def prepare_here(**options: Any) -> Lockdown:
    """Prepare, in a child, what its parent should have prepared."""
    return dataclasses.replace(prepare([], **options), parent=os.getppid())


# --- Identity --------------------------------------------------------------------------------------------------------


def status_of_child(confinement: Lockdown) -> dict[str, str]:
    """Return ``/proc/PID/status`` of a child that is locked down, as its parent sees it."""
    ours, theirs = socket.socketpair()
    if (child := os.fork()) == 0:
        ours.close()
        try:
            enter(confinement, theirs.fileno())
            os.write(theirs.fileno(), b"ready")
            os.read(theirs.fileno(), 1)
        finally:
            os._exit(0)
    theirs.close()
    assert ours.recv(10) == b"ready"
    lines = Path(f"/proc/{child}/status").read_text().splitlines()
    ours.close()
    os.waitpid(child, 0)
    return {key: " ".join(value.split()) for key, _, value in (line.partition(":") for line in lines)}


CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
NONE = "0" * 16
READ_ALL = f"{1 << 2:016x}"


def set_capabilities(*words: int) -> None:
    """Set effective, permitted and inheritable capabilities: the lower words, then the upper ones."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0), 8)
    sets = ctypes.create_string_buffer(struct.pack("=6I", *words), 24)
    syscall("capset", ctypes.addressof(header), ctypes.addressof(sets))


@as_root
def test_root_becomes_nobody_with_no_capability(forked: Forked):
    def in_groups(_: int) -> dict[str, str]:
        os.setgroups([4, 27])
        return status_of_child(prepare([]))

    status = forked(in_groups)
    assert status["Uid"] == status["Gid"] == " ".join([str(UNPRIVILEGED_ID)] * 4)
    assert status["Groups"] == ""
    assert [status[name] for name in CAPABILITIES] == [NONE] * 5
    assert (status["NoNewPrivs"], status["Seccomp"], status["Threads"]) == ("1", "2", "1")


@as_root
def test_root_keeps_reading_only_if_a_granted_path_needs_it(hidden: Path):
    assert [status_of_child(prepare([hidden]))[name] for name in CAPABILITIES] == [NONE] * 5
    hidden.parent.chmod(0o700)
    status = status_of_child(prepare([hidden]))
    assert [status[name] for name in CAPABILITIES] == [NONE, READ_ALL, READ_ALL, NONE, NONE]


@as_root
@pytest.mark.parametrize("missing", [Layer.LANDLOCK, Layer.SECCOMP])
def test_root_keeps_nothing_if_a_layer_that_tames_it_is_missing(hidden: Path, missing: Layer):
    hidden.parent.chmod(0o700)
    status = status_of_child(prepare([hidden], layers=ALL_LAYERS - {missing}))
    assert [status[name] for name in CAPABILITIES] == [NONE] * 5


@as_root
def test_root_without_that_capability_is_refused_if_a_granted_path_needs_it(forked: Forked, hidden: Path):
    hidden.parent.chmod(0o700)

    def in_container(_: int) -> str:
        override_modes, setgid, setuid, setpcap = 1 << 1, 1 << 6, 1 << 7, 1 << 8
        left = override_modes | setgid | setuid | setpcap
        set_capabilities(left, left, 0, 0, 0, 0)
        return error_of(lambda: prepare([hidden]))

    message = forked(in_container)
    assert message.startswith("cannot confine student code, step 'identity': only root can read the interpreter")


@as_root
def test_what_only_root_may_read_is_readable_if_granted_and_only_then(confined: Confined, hidden: Path):
    other = hidden.with_name("other.py")
    other.write_text("also secret")
    for path in (hidden, other, hidden.parent):
        path.chmod(0o700)
    assert confined(hidden.read_text, paths=[hidden]) == "assert softmax is secret\n"
    assert confined(other.read_text, paths=[hidden]) == "EACCES"
    assert confined(hidden.read_text, paths=[hidden], layers=ALL_LAYERS - {Layer.LANDLOCK}) == "EACCES"


@pytest.mark.parametrize(
    ("mode", "directory", "link", "reachable"),
    [
        (0o644, 0o755, False, True),
        (0o600, 0o755, False, False),
        (0o644, 0o700, False, False),
        (0o644, 0o700, True, False),
        (0o644, 0o711, True, True),
    ],
)
def test_reach_is_told_by_the_permission_bits_on_all_ways(
    open_path: Path, mode: int, directory: int, link: bool, reachable: bool
):
    target, shortcut = open_path / "deeper" / "target", open_path / "link"
    target.parent.mkdir()
    target.touch(mode)
    target.parent.chmod(directory)
    shortcut.symlink_to(target)
    assert lockdown._open_to_all([shortcut if link else target]) is reachable


def test_an_ordinary_user_stays_one(as_user: AsUser):
    def status() -> list[str]:
        seen = status_of_child(prepare([]))
        return [seen["Uid"], str(os.getuid()), *(seen[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"))]

    uids, uid, *capabilities = as_user(status)
    assert uids == " ".join([uid] * 4) != "0 0 0 0"
    assert capabilities == [NONE] * 4


@as_root
def test_an_ordinary_user_loses_the_capabilities_that_were_granted(forked: Forked):
    def privileged_user(_: int) -> dict[str, str]:
        keep_capabilities, ambient, raise_, bind_low_ports, user = 8, 47, 2, 10, 60011
        sysconfig.get_config_vars()  # imports a module that this user may be unable to reach
        syscall("prctl", keep_capabilities, 1)
        os.setresuid(user, user, user)
        set_capabilities(*[1 << bind_low_ports] * 3, 0, 0, 0)
        syscall("prctl", ambient, raise_, bind_low_ports)
        before = Path("/proc/self/status").read_text()
        assert "CapAmb:\t0000000000000400" in before
        return status_of_child(prepare([]))

    status = forked(privileged_user)
    assert [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")] == [NONE] * 4


# --- Imports after the lock-down -------------------------------------------------------------------------------------

SCRIPT = """
import json, os, sys
import {preloaded}
from autograder.sandbox.lockdown import enter, prepare
from autograder.sandbox.policy import readable_paths

confinement = prepare(readable_paths({packages}))
read, write = os.pipe()
if os.fork() == 0:
    found = []
    try:
        enter(confinement, write)
        import importlib
        importlib.invalidate_caches()
        for code in {work}:
            try:
                found.append(eval(code))
            except Exception as error:
                found.append(type(error).__name__)
    finally:
        os.write(write, json.dumps(found).encode())
        os._exit(0)
os.close(write)
print(os.read(read, 65536).decode())
"""
IMPORTED = "importlib.import_module({0!r}).__name__ if {0!r} not in sys.modules else 'was imported before'"
LATE = ["sqlite3", "statistics", "hashlib", "zoneinfo", "unittest.mock"]
CLOSED = ["pytest", "sklearn", "scipy", "autograder.errors"]


def run_locked(
    python: str, work: list[str], packages: tuple[str, ...] = (), preloaded: str = "os", **identity: Any
) -> list[Any]:
    """Evaluate expressions in a locked child of a new interpreter; an exception's name stands for its value."""
    script = SCRIPT.format(preloaded=preloaded, packages=packages, work=work)
    environment = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(
        [python, "-B", "-c", script], env=environment, cwd="/", capture_output=True, text=True, check=True, **identity
    )
    values: list[Any] = json.loads(run.stdout)
    return values


def test_the_standard_library_is_imported_late_by_this_interpreter():
    found = run_locked(sys.executable, ["os.getuid()", *map(IMPORTED.format, LATE + CLOSED)])
    user = UNPRIVILEGED_ID if os.geteuid() == 0 else os.getuid()
    assert found[: 1 + len(LATE)] == [user, *LATE]
    assert set(found[1 + len(LATE) :]) <= {"PermissionError", "ModuleNotFoundError"}


@as_root
def test_the_standard_library_is_imported_late_by_an_ordinary_user():
    python, user = "/usr/bin/python3", 60011
    identity = {"user": user, "group": user, "extra_groups": []}
    trial = [python, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); import autograder.sandbox.lockdown"]
    if not Path(python).exists() or subprocess.run(trial, check=False, capture_output=True, **identity).returncode:
        pytest.skip(f"an ordinary user cannot run this project with {python}")
    found = run_locked(python, ["os.getuid()", *map(IMPORTED.format, LATE)], **identity)
    assert found == [user, *LATE]


def test_numpy_computes_and_imports_the_rest_of_itself():
    work = [
        "float((numpy.ones((300, 200)) @ numpy.ones((200, 300)))[0, 0])",
        "int(numpy.linalg.matrix_rank(numpy.eye(50)))",
        "float(numpy.random.default_rng(0).standard_normal(3).shape[0])",
        *map(IMPORTED.format, ("numpy.ctypeslib", "numpy.testing", "scipy")),
    ]
    found = run_locked(sys.executable, work, packages=("numpy",), preloaded="numpy")
    assert found == [200.0, 50, 3.0, "numpy.ctypeslib", "numpy.testing", "PermissionError"]


# --- Refusals --------------------------------------------------------------------------------------------------------


def error_of(action: Callable[[], Any]) -> str:
    with pytest.raises(LockdownError) as caught:
        action()
    return str(caught.value)


@pytest.mark.parametrize("descriptor", [0, 1, 2])
def test_a_standard_descriptor_cannot_be_kept(forked: Forked, descriptor: int):
    def locked(_: int) -> str:
        return error_of(lambda: enter(prepare_here(), descriptor))

    assert forked(locked) == (
        f"cannot confine student code, step 'descriptors': descriptor {descriptor} is to be kept, "
        "but 0, 1 and 2 are replaced"
    )


def test_a_process_with_threads_is_refused(forked: Forked):
    def locked(write: int) -> str:
        threading.Thread(target=time.sleep, args=[10], daemon=True).start()
        return error_of(lambda: enter(prepare_here(), write))

    assert "step 'single thread': 2 threads run in this process" in forked(locked)


def test_a_child_of_another_process_is_refused(forked: Forked):
    confinement = prepare([])
    grandchild = forked(lambda _: forked(lambda write: error_of(lambda: enter(confinement, write))))
    assert "step 'death of the parent': the parent is process" in grandchild
    assert f"but {os.getpid()} prepared the lock-down" in grandchild


@pytest.mark.parametrize(
    ("step", "change"),
    [
        ("limits", {"limits": ResourceLimits(open_files=-5)}),
        ("landlock", {"ruleset": 12345}),
        ("seccomp", {"filter": seccomp.Filter(b"\xff" * 8, ())}),
    ],
)
def test_a_step_that_fails_is_named(forked: Forked, step: str, change: dict[str, Any]):
    confinement = dataclasses.replace(prepare([]), **change)
    message = forked(lambda write: error_of(lambda: enter(confinement, write)))
    assert message.startswith(f"cannot confine student code, step '{step}': ")


def test_a_user_who_cannot_drop_privileges_is_refused(as_user: AsUser, forked: Forked):
    def pretend_to_be_root() -> str:
        confinement = dataclasses.replace(prepare([]), uid=UNPRIVILEGED_ID)
        return forked(lambda write: error_of(lambda: enter(confinement, write)))

    assert as_user(pretend_to_be_root).startswith("cannot confine student code, step 'identity': ")


def test_a_missing_path_is_refused_when_preparing(tmp_path: Path):
    with pytest.raises(LockdownError, match=r"step 'landlock': .*missing"):
        prepare([tmp_path / "missing"])


def test_a_machine_without_landlock_is_refused_unless_it_is_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(landlock, "version", lambda: 0)
    with pytest.raises(LockdownError, match=r"step 'landlock': .*offers no Landlock") as caught:
        prepare([])
    assert caught.value.step == "landlock"
    assert prepare([], layers=ALL_LAYERS - {Layer.LANDLOCK}).ruleset is None


def test_another_system_is_refused(monkeypatch: pytest.MonkeyPatch):
    def elsewhere() -> None:
        raise OSError("this is darwin on arm64")

    monkeypatch.setattr(lockdown, "this_machine", elsewhere)
    with pytest.raises(LockdownError, match="step 'platform': this is darwin on arm64"):
        prepare([])
    assert available() == frozenset()


def test_available_layers_are_found_by_trying(monkeypatch: pytest.MonkeyPatch):
    assert available() >= {Layer.LIMITS}
    monkeypatch.setattr(landlock, "version", lambda: 0)
    monkeypatch.setattr(seccomp, "assemble", lambda *_: seccomp.Filter(b"\xff" * 8, ()))
    assert available() == {Layer.LIMITS, Layer.IDENTITY}


def test_an_unknown_layer_is_refused():
    with pytest.raises(ValueError, match="'apparmor' is not a valid Layer"):
        prepare([], layers={"apparmor"})  # type: ignore[arg-type]
