import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox.policy import SYSCALLS, ResourceLimits, module_directories, readable_paths
from autograder.sandbox.syscalls import X86_64

SITE = Path(np.__file__).parents[1]


class Granted:
    """Paths of which one asks whether another is among them or below one of them."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = {path.resolve() for path in paths}

    def __contains__(self, path: Path) -> bool:
        return not self.paths.isdisjoint((path.resolve(), *path.resolve().parents))


def test_no_call_is_listed_twice_or_unknown():
    lists = (SYSCALLS.allowed, set(SYSCALLS.conditional), SYSCALLS.absent)
    assert len(frozenset().union(*lists)) == sum(map(len, lists))
    assert frozenset().union(*lists) <= set(X86_64.numbers)


DANGEROUS = """
execve execveat fork vfork ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal
tkill rt_sigqueueinfo sched_setaffinity setpriority setrlimit personality seccomp capset setuid setresuid
socket socketpair connect bind shmget msgget semget mq_open memfd_create io_uring_setup keyctl bpf userfaultfd
unshare setns mount chroot pivot_root open_by_handle_at name_to_handle_at inotify_init1 openat2 creat
chmod fchmod fchmodat chown fchown utimensat setxattr unlink unlinkat rename renameat2 mkdir mkdirat link symlink
truncate ftruncate flock
"""


def test_what_harms_others_is_not_listed():
    assert not set(DANGEROUS.split()) & (SYSCALLS.allowed | set(SYSCALLS.conditional))


def test_default_limits_are_bounded():
    limits = ResourceLimits()
    assert (limits.cpu_seconds, limits.address_space, limits.core_size) == (60, 4 * 2**30, 0)


def test_the_standard_library_is_readable_without_the_packages_in_it():
    paths = Granted(readable_paths([]))
    stdlib = Path(sysconfig.get_path("stdlib"))
    for module in ("statistics.py", "sqlite3/__init__.py", "lib-dynload", "encodings"):
        assert stdlib / module in paths, module
    assert stdlib not in paths
    assert stdlib / "site-packages" / "sklearn" not in paths


def test_a_package_comes_with_its_libraries_and_requirements():
    paths = Granted(readable_paths(["matplotlib"]))
    for module in ("matplotlib", "mpl_toolkits", "pylab.py", "PIL", "kiwisolver", "dateutil", "numpy", "numpy.libs"):
        assert SITE / module in paths, module


def test_other_packages_and_the_project_are_not_readable():
    paths = Granted(readable_paths(["numpy", "matplotlib", "math", "dataclasses"]))
    closed = [SITE, Path.cwd(), *(SITE / name for name in ("sklearn", "scipy", "pytest", "scipy.libs", "__pycache__"))]
    for path in [*closed, *SITE.glob("*.pth"), *Path.cwd().iterdir(), Path("/etc/passwd"), Path("/proc"), Path.home()]:
        assert path not in paths, path


def test_without_packages_not_even_numpy_is_readable():
    assert SITE / "numpy" not in Granted(readable_paths([]))


def test_public_data_is_granted_as_it_is_given(tmp_path: Path):
    assert readable_paths([], [tmp_path / "not there yet"])[-1] == tmp_path / "not there yet"


def test_system_paths_that_do_not_exist_are_left_out():
    assert all(path.exists() for path in readable_paths(["numpy"]))


@pytest.mark.parametrize("oracle", ["scipy", "scikit-learn", "Scikit_Learn"])
def test_an_oracle_is_refused(oracle: str):
    with pytest.raises(ValueError, match=r"submissions may not import .*: hidden tests compare with it"):
        readable_paths(["numpy", oracle])


def test_a_package_that_is_not_installed_is_refused():
    with pytest.raises(ValueError, match="submissions may import no-such-thing, which is not installed here"):
        readable_paths(["no_such.thing"])


def install(site: Path, name: str, files: list[str], requires: str = "", **information: str) -> None:
    """Write a distribution's files, empty, and its metadata; RECORD and others as keyword arguments."""
    about = site / f"{name}-1.dist-info"
    about.mkdir()
    information["METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{requires}"
    for key, text in information.items():
        (about / key).write_text(text)
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).touch()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "site-packages"
    path.mkdir()
    monkeypatch.syspath_prepend(path)
    return path


def test_requirements_are_followed_but_extras_and_oracles_are_not(site: Path):
    requires = "".join(f"Requires-Dist: {line}\n" for line in ("Two.Three>=1", "scipy", "absent", "four; extra == 'x'"))
    install(site, "one", ["one/x.py"], requires, RECORD="one/x.py,,\n")
    install(site, "two_three", ["two.py"], "Requires-Dist: one\n", RECORD="two.py,,\n")
    install(site, "four", ["four/x.py"], RECORD="four/x.py,,\n")
    paths = readable_paths(["one"])
    assert {path for path in paths if path.is_relative_to(site)} == {site / "one", site / "two.py"}
    assert SITE / "scipy" not in Granted(paths)


def test_only_its_own_files_of_a_shared_directory_are_readable(site: Path):
    own, other = "__pycache__/one.cpython-311.pyc", "__pycache__/other.cpython-311.pyc"
    record = f'one.py,sha256=abc,3\n{own},,\n../../../bin/one,,\n"a,b/x.py",,\n'
    install(site, "one", ["one.py", own, other, "a,b/x.py"], RECORD=record)
    paths = readable_paths(["one"])
    assert {path for path in paths if path.is_relative_to(site)} == {site / "one.py", site / own, site / "a,b"}
    assert site.parent not in Granted(paths)


@pytest.mark.parametrize(("top_level", "granted"), [("one\n_one\n", {"one", "_one.py"}), ("", {"one"})])
def test_a_package_without_a_list_of_files_is_found_by_its_names(site: Path, top_level: str, granted: set[str]):
    install(site, "one", ["one/x.py", "_one.py"], **{"top_level.txt": top_level})
    assert {path.name for path in readable_paths(["one"]) if path.is_relative_to(site)} == granted


def test_modules_are_looked_for_where_packages_are_but_not_in_the_project(site: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "path", ["", str(Path.cwd()), str(site), "/no/such/site-packages"])
    assert module_directories() == [Path(sysconfig.get_path("stdlib")), site]
