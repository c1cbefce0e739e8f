import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import landlock
from autograder.sandbox.landlock import create_ruleset, restrict_self, version
from autograder.sandbox.syscalls import syscall

pytestmark = pytest.mark.skipif(version() == 0, reason="no Landlock on this machine")

NO_NEW_PRIVS = 38
Within = Callable[..., Any]


def names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


@pytest.fixture
def within(forked: Callable[[Callable[[int], Any]], Any]) -> Within:
    """Return a function that runs another in a child restricted to some paths by Landlock alone."""

    def run(function: Callable[[], Any], readable: list[Path], listable: list[Path] | None = None) -> Any:
        def restricted(_: int) -> Any:
            syscall("prctl", NO_NEW_PRIVS, 1)
            restrict_self(create_ruleset(readable, listable or []))
            return function()

        return forked(restricted)

    return run


@pytest.fixture
def granted(open_path: Path) -> Path:
    """Return a directory next to the hidden file, with a file in a directory in it."""
    path = open_path / "data"
    (path / "deeper").mkdir(parents=True)
    (path / "deeper" / "points.csv").write_text("1,2\n")
    return path


def test_a_granted_directory_is_readable_with_all_below_it(within: Within, granted: Path):
    assert within((granted / "deeper" / "points.csv").read_text, [granted]) == "1,2\n"
    assert within(lambda: names(granted / "deeper"), [granted]) == ["points.csv"]


def test_a_granted_file_is_readable_alone(within: Within, granted: Path, hidden: Path):
    points = granted / "deeper" / "points.csv"
    assert within(points.read_text, [points]) == "1,2\n"
    assert within(lambda: names(points.parent), [points]) == "EACCES"
    assert within(hidden.read_text, [points]) == "EACCES"


@pytest.mark.parametrize(
    "attack",
    [
        lambda hidden: hidden.read_text(),
        lambda hidden: names(hidden.parent),
        lambda hidden: (hidden.parent / "data" / ".." / hidden.name).read_text(),
        lambda hidden: (hidden.parent / "data" / "link").read_text(),
        lambda hidden: Path(f"/proc/self/root/{hidden}").read_text(),
        lambda hidden: os.open(hidden.name, os.O_RDONLY, dir_fd=os.open(hidden.parent, os.O_PATH)),
        lambda hidden: (os.chdir(hidden.parent), Path(hidden.name).read_text()),
        lambda hidden: os.open(hidden, os.O_WRONLY),
        lambda hidden: os.truncate(hidden, 0),
        lambda hidden: hidden.unlink(),
        lambda hidden: hidden.rename(hidden.parent / "data" / "mine"),
    ],
    ids=["read", "list", "dot dot", "link", "proc root", "O_PATH", "chdir", "write", "truncate", "unlink", "rename"],
)
def test_a_hidden_file_stays_hidden(within: Within, granted: Path, hidden: Path, attack: Callable[[Path], Any]):
    (granted / "link").symlink_to(hidden)
    assert within(lambda: attack(hidden), [granted]) in ("EACCES", "EXDEV")
    assert hidden.read_text() == "assert softmax is secret\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda granted: (granted / "new").touch(),
        lambda granted: (granted / "new").mkdir(),
        lambda granted: (granted / "new").symlink_to("/etc/passwd"),
        lambda granted: os.mkfifo(granted / "new"),
        lambda granted: (granted / "deeper" / "points.csv").open("a"),
        lambda granted: (granted / "deeper" / "points.csv").unlink(),
        lambda granted: os.execv("/bin/true", ["true"]),
    ],
    ids=["file", "directory", "link", "fifo", "append", "unlink", "execute"],
)
def test_what_is_granted_is_only_readable(within: Within, granted: Path, change: Callable[[Path], Any]):
    assert within(lambda: change(granted), [granted, Path("/bin"), Path("/usr/bin")]) == "EACCES"


def test_a_listable_directory_shows_names_but_no_contents(within: Within, granted: Path):
    assert within(lambda: names(granted / "deeper"), [], [granted]) == ["points.csv"]
    assert within((granted / "deeper" / "points.csv").read_text, [], [granted]) == "EACCES"


@pytest.mark.parametrize(
    "attack",
    [
        lambda: Path("/etc/passwd").read_text(),
        lambda: names(Path("/proc")),
        lambda: Path("/proc/self/environ").read_text(),
        lambda: Path(f"/proc/{os.getppid()}/cmdline").read_text(),
        lambda: os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY),
        lambda: Path("/tmp/created").touch(),
        lambda: Path("/dev/shm/created").touch(),
    ],
    ids=["passwd", "list /proc", "own environment", "command line", "memory", "/tmp", "/dev/shm"],
)
def test_the_rest_of_the_system_is_out_of_reach(within: Within, granted: Path, attack: Callable[[], Any]):
    assert within(attack, [granted]) == "EACCES"


@pytest.mark.skipif(version() < 4, reason="this kernel's Landlock does not know the network")
def test_no_tcp_port_can_be_bound(within: Within):
    assert within(lambda: socket.socket().bind(("127.0.0.1", 0)), []) == "EACCES"


@pytest.mark.skipif(version() < 6, reason="this kernel's Landlock does not know signals")
def test_no_process_outside_can_be_signalled(within: Within):
    assert within(lambda: os.kill(os.getppid(), 0), []) == "EPERM"


def test_restrictions_only_add_up(within: Within, granted: Path, hidden: Path):
    def loosen() -> str:
        restrict_self(create_ruleset([granted, Path("/")]))
        return hidden.read_text()

    assert within(loosen, [granted]) == "EACCES"


def test_a_missing_path_is_named(tmp_path: Path):
    before = len(names(Path("/proc/self/fd")))
    with pytest.raises(FileNotFoundError, match="missing"):
        create_ruleset([tmp_path / "missing"])
    assert len(names(Path("/proc/self/fd"))) == before


@pytest.mark.parametrize(("known", "flags"), [(6, 0), (7, 1), (8, 1)])
def test_denials_stay_out_of_the_audit_log_where_the_kernel_can(
    monkeypatch: pytest.MonkeyPatch, known: int, flags: int
):
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(landlock, "version", lambda: known)
    monkeypatch.setattr(landlock, "syscall", lambda *call: calls.append(call))
    ruleset = os.open(os.devnull, os.O_RDONLY)
    restrict_self(ruleset)
    assert calls == [("landlock_restrict_self", ruleset, flags)]


def test_a_kernel_without_landlock_is_refused(monkeypatch: pytest.MonkeyPatch):
    def unknown(name: str, *_: int) -> int:
        raise OSError(38, f"{name}: Function not implemented")

    monkeypatch.setattr(landlock, "syscall", unknown)
    assert version() == 0
    with pytest.raises(OSError, match="offers no Landlock"):
        create_ruleset([])


@pytest.mark.parametrize(
    ("known", "files", "network", "scopes"),
    [
        (1, 0x1FFF, 0, 0),
        (2, 0x3FFF, 0, 0),
        (3, 0x7FFF, 0, 0),
        (4, 0x7FFF, 3, 0),
        (5, 0xFFFF, 3, 0),
        (6, 0xFFFF, 3, 3),
        (99, 0xFFFF, 3, 3),
    ],
)
def test_every_right_that_the_kernel_knows_is_taken_away(
    monkeypatch: pytest.MonkeyPatch, known: int, files: int, network: int, scopes: int
):
    rights = (landlock._FILE_RIGHTS, landlock._NETWORK_RIGHTS, landlock._SCOPES)
    assert tuple(landlock._up_to(known, right) for right in rights) == (files, network, scopes)


@pytest.mark.parametrize("known", [1, 2, 3, 4, 5, 6])
def test_rules_of_an_older_interface_hide_files_too(
    within: Within, granted: Path, hidden: Path, monkeypatch: pytest.MonkeyPatch, known: int
):
    monkeypatch.setattr(landlock, "version", lambda: min(known, version()))
    assert within(hidden.read_text, [granted]) == "EACCES"
    assert within((granted / "deeper" / "points.csv").read_text, [granted]) == "1,2\n"
