"""Grading on a dask.distributed cluster: the same documents as here, whatever dies, and sentences where it cannot work.

Everything stays on loopback. The clusters with processes speak TLS, with certificates that are made for the test.
"""

import contextlib
import datetime
import hashlib
import ipaddress
import multiprocessing.spawn
import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

distributed = pytest.importorskip("distributed")
x509 = pytest.importorskip("cryptography.x509")

import dask  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

from autograder.batch import cluster as module  # noqa: E402
from autograder.batch.cluster import Cluster, grade_on_cluster, on_cluster  # noqa: E402
from autograder.batch.pool import grade_here  # noqa: E402
from autograder.batch.task import Task  # noqa: E402
from autograder.course import Course  # noqa: E402
from autograder.errors import GraderBroken, UsageError  # noqa: E402

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

RIGHT, WRONG, KILLS_DRIVER, KILLS_WORKER = 1, 2, 9, 10
SOURCE = """\
# ---
# title: Traps
# chapter: 1
# points: 1
# summary: An assignment whose tests can break what runs them.
# ---

# %% tags=["exercise"]
def f():
    \"\"\"Return 1.\"\"\"
    return 1
"""
TESTS = f"""\
import os
import signal

from autograder.testing import grades


@grades("f", points=1)
def test_f(student):
    \"\"\"The answer is 1.\"\"\"
    answer = student.f()
    if answer == {KILLS_DRIVER}:
        os.kill(os.getpid(), signal.SIGKILL)
    if answer == {KILLS_WORKER}:
        os.kill(os.getppid(), signal.SIGKILL)
    if answer != 1:
        raise AssertionError("it is not 1")
"""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("traps"), SOURCE)


def write_course(root, source):
    folder = root / "solutions" / "01_traps"
    folder.mkdir(parents=True)
    (root / "solutions" / "course.toml").write_text('salt = "pepper"\n')
    for name, text in {"source": source, "test_hidden": TESTS, "test_public": ""}.items():
        (folder / f"{name}.py").write_text(text)
    return Course.find(root).assignment("01_traps")


def task(student, answer):
    data = f"# {student}\ndef f():\n    return {answer}\n".encode()
    return Task(student, f"{student}.py", hashlib.sha256(data).hexdigest(), data)


def tasks(count):
    return [task(f"s{i:03}", RIGHT if i % 3 else WRONG) for i in range(count)]


def document(report):
    """Return a report without the times in it."""
    found = report.as_dict()
    del found["provenance"]["graded_at"], found["provenance"]["seconds"]
    return found


def documents(graded):
    found = [(task.student, document(report)) for task, report in graded]
    assert len(found) == len(dict(found)), "a submission was reported twice"
    return dict(found)


# ---- clusters --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Files of an authority, and of a certificate for 127.0.0.1 with its key: what --cluster-tls takes."""
    return make_certificates(tmp_path_factory.mktemp("tls"))


def make_certificates(folder):
    now = datetime.datetime.now(datetime.UTC)
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority of a test")])
    node = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "node of a test")])
    authority_key, node_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def certificate(subject, key, extension):
        builder = x509.CertificateBuilder(authority, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(hours=1))
        return builder.add_extension(extension, critical=True).sign(authority_key, hashes.SHA256())

    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    pems = {
        "ca.pem": certificate(authority, authority_key, x509.BasicConstraints(ca=True, path_length=0)),
        "cert.pem": certificate(node, node_key, here),
    }
    for name, made in pems.items():
        (folder / name).write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(node_key.private_bytes(*private))
    return folder / "ca.pem", folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def encrypted(certificates):
    """A cluster of two worker processes under nannies, which start a worker again when it dies; TLS only."""
    ca, certificate, key = map(str, certificates)
    roles = {f"tls_{role}_{part}": file for role in ("client", "scheduler", "worker")
             for part, file in (("cert", certificate), ("key", key))}  # fmt: skip
    security = distributed.Security(tls_ca_file=ca, require_encryption=True, **roles)
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "protocol": "tls://"}
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(dashboard_address="127.0.0.1:0", security=security, **options) as running,
    ):
        yield running


def security(certificates):
    return module._security(",".join(map(str, certificates)))


def worker_pids(running, certificates):
    with distributed.Client(running.scheduler_address, security=security(certificates)) as client:
        return list(client.run(os.getpid).values())


@contextlib.contextmanager
def dask_process(*arguments):
    """Run a part of a cluster as a command of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


# ---- documents -------------------------------------------------------------------------------------------------


def test_documents_are_those_of_a_local_run(assignment):
    work = [*tasks(5), Task("eve", "eve.py", "", unreadable="eve.py cannot be opened: no")]
    here = documents(grade_here(assignment, work, "L2"))
    assert documents(grade_on_cluster(assignment, iter(work), "L2", Cluster("local", workers=2))) == here
    assert {student: found["status"] for student, found in here.items()}["eve"] == "unreadable"


def test_nothing_to_grade_needs_no_cluster(assignment):
    assert list(on_cluster(assignment, "L2", "tcp://127.0.0.1:9")(iter([]))) == []


# ---- deaths ----------------------------------------------------------------------------------------------------


def test_a_killed_worker_loses_nothing(assignment, encrypted, certificates):
    work = tasks(40)
    graded = grade_on_cluster(
        assignment, work, "L2", Cluster(encrypted.scheduler_address, security=security(certificates))
    )
    found = [next(graded)]
    os.kill(worker_pids(encrypted, certificates)[0], signal.SIGKILL)
    found += graded
    assert documents(found) == documents(grade_here(assignment, work, "L2"))


def test_what_kills_its_driver_is_held_and_the_rest_is_graded(assignment):
    work = [task("mal", KILLS_DRIVER), *tasks(4)]
    found = documents(grade_on_cluster(assignment, work, "L2", Cluster("local")))
    assert {student for student, made in found.items() if made["status"] == "held"} == {"mal"}
    detail = found["mal"]["results"][0]["detail"]
    assert detail.startswith("2 grading processes ended while they graded this submission")


def test_what_kills_its_worker_is_held_and_the_rest_is_graded(assignment, encrypted, certificates):
    work = [*tasks(2), task("mal", KILLS_WORKER)]
    found = documents(
        grade_on_cluster(assignment, work, "L2", Cluster(encrypted.scheduler_address, security=security(certificates)))
    )
    assert found["mal"]["status"] == "held"
    assert "2 workers of the cluster ended" in found["mal"]["results"][0]["detail"]
    assert len(found) == 3


def test_a_lost_scheduler_is_one_sentence(assignment, tmp_path, monkeypatch):
    monkeypatch.setitem(module.SETTINGS, "distributed.comm.timeouts.connect", "2s")
    file = tmp_path / "scheduler.json"
    options = ("--no-dashboard", "--scheduler-file", str(file))
    with dask_process("scheduler", "--host", "127.0.0.1", "--port", "0", *options) as scheduler:
        while not file.exists():
            assert scheduler.poll() is None
            time.sleep(0.05)
        worker = ("--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--scheduler-file", str(file))
        with dask_process("worker", "--no-dashboard", "--local-directory", str(tmp_path), *worker):
            address = distributed.utils.json.loads(file.read_text())["address"]
            graded = grade_on_cluster(assignment, tasks(500), "L2", Cluster(address))
            next(graded)
            scheduler.kill()
            with pytest.raises(GraderBroken, match=r"the scheduler at tcp://127\S+ was lost; what was written is kept"):
                list(graded)


# ---- what cannot work ------------------------------------------------------------------------------------------


def test_no_scheduler_is_one_sentence(assignment, monkeypatch):
    monkeypatch.setitem(module.SETTINGS, "distributed.comm.timeouts.connect", "200ms")
    with pytest.raises(UsageError, match=r"there is no scheduler to talk to at tcp://127\.0\.0\.1:9"):
        list(grade_on_cluster(assignment, tasks(1), "L2", Cluster("tcp://127.0.0.1:9")))


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://127.0.0.1:port", ""])
def test_an_address_that_is_none_is_one_sentence(assignment, address, monkeypatch):
    monkeypatch.setitem(module.SETTINGS, "distributed.comm.timeouts.connect", "200ms")
    with pytest.raises(UsageError, match="there is no scheduler to talk to at"):
        list(grade_on_cluster(assignment, tasks(1), "L2", Cluster(address)))


def test_strangers_are_not_let_in(assignment, encrypted, tmp_path, monkeypatch):
    monkeypatch.setitem(module.SETTINGS, "distributed.comm.timeouts.connect", "1s")
    stranger = Cluster(encrypted.scheduler_address, security=security(make_certificates(tmp_path)))
    with pytest.raises(UsageError, match="there is no scheduler to talk to at tls://127"):
        list(grade_on_cluster(assignment, tasks(1), "L2", stranger))


@pytest.mark.parametrize(
    ("tls", "said"), [("no.pem,no.pem,no.pem", "there is no file no.pem"), (__file__, "names 1 of three files")]
)
def test_certificates_that_are_not_there_are_named(assignment, tls, said):
    with pytest.raises(UsageError, match=rf"{said}; give --cluster-tls as CA.pem,CERT.pem,KEY.pem"):
        on_cluster(assignment, "L2", "tls://127.0.0.1:1", tls=tls)


def test_a_cluster_without_workers_is_one_sentence(assignment, monkeypatch):
    monkeypatch.setattr(module, "WORKER_PATIENCE", 0.2)
    with pytest.raises(UsageError, match=r"no worker has joined the scheduler at local within 0\.2 s"):
        list(grade_on_cluster(assignment, tasks(1), "L2", Cluster("local", workers=0)))


def test_a_worker_with_another_engine_is_refused(assignment, monkeypatch):
    monkeypatch.setattr(module, "ENGINE", "autograder 99")
    with pytest.raises(UsageError, match=r"grades with engine autograder \S+, but here it is autograder 99"):
        list(grade_on_cluster(assignment, tasks(1), "L2", Cluster("local")))


def test_an_assignment_that_no_driver_can_collect_is_one_sentence(tmp_path):
    assignment = write_course(tmp_path, SOURCE.replace("points: 1", "points: 7"))
    with pytest.raises(UsageError, match="the front matter promises 7 points, but the tests add up to 1"):
        list(grade_on_cluster(assignment, tasks(1), "L2", Cluster("local")))


def test_workers_on_which_no_driver_starts_are_one_sentence(assignment):
    before = multiprocessing.spawn.get_executable()
    multiprocessing.set_executable("/bin/false")
    try:
        with pytest.raises(
            GraderBroken, match=r"grading processes do not start: .* run `autograder doctor` on the worker"
        ):
            list(grade_on_cluster(assignment, tasks(1), "L2", Cluster("local")))
    finally:
        multiprocessing.set_executable(before)


def test_a_worker_that_cannot_unpack_the_course_is_one_sentence(assignment, monkeypatch):
    monkeypatch.setattr(module, "pack", lambda _: b"no archive")
    with pytest.raises(
        GraderBroken, match=r"of local cannot grade \(BadZipFile: .*give all of them the same environment"
    ):
        list(grade_on_cluster(assignment, tasks(1), "L2", Cluster("local")))


def test_a_worker_with_other_code_is_one_sentence(assignment, monkeypatch):
    monkeypatch.setattr(module, "grade_task", fail)
    with pytest.raises(GraderBroken, match=r"of local cannot grade \(KeyError: 'autograder-\w+'\); give all of them"):
        list(grade_on_cluster(assignment, tasks(1), "L2", Cluster("local")))


def fail(_, name):
    raise KeyError(name)


@pytest.mark.slow
def test_twenty_rounds_of_killing_workers_at_random_moments_lose_nothing(assignment, encrypted, certificates):
    work = tasks(30)
    here = documents(grade_here(assignment, work, "L2"))
    chance = random.Random(0)
    for _ in range(20):
        killer = threading.Timer(chance.uniform(0, 3), kill_one, (encrypted, certificates, chance))
        killer.start()
        graded = grade_on_cluster(
            assignment, work, "L2", Cluster(encrypted.scheduler_address, security=security(certificates))
        )
        assert documents(graded) == here
        killer.join()


def kill_one(running, certificates, chance):
    with contextlib.suppress(ProcessLookupError):
        os.kill(chance.choice(worker_pids(running, certificates)), signal.SIGKILL)
