"""Databases of both kinds, reports without grading, and a class of three."""

import os
import shutil
import socket
import subprocess
import tempfile
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from autograder.batch.database import Database
from autograder.batch.results import Results
from autograder.batch.task import Task
from autograder.grade import provenance
from autograder.model import Outcome, Report, Result


def _postgresql_programs(place):
    """Return the folder of initdb and pg_ctl: Debian's, or the wheel's, copied to where any user can run it."""
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return debian[-1].parent
    spec = find_spec("pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("there is no PostgreSQL server: neither Debian's package nor the wheel pgserver is installed")
    package = Path(spec.origin).parent
    for part in ("pgserver/pginstall", "pgserver.libs"):
        shutil.copytree(package.parent / part, place / part)
    return place / "pgserver" / "pginstall" / "bin"


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server for this run only, on a free loopback port; yields a function that makes a new database."""
    place = Path(tempfile.mkdtemp(prefix="autograder-postgresql-"))
    programs = _postgresql_programs(place)
    # The server refuses to run as root; anybody else runs it as themselves.
    who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if who:
        shutil.chown(place, "nobody", "nogroup")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def run(program, *arguments):
        log = place / "log"
        with log.open("ab") as output:
            done = subprocess.run(
                [programs / program, *arguments], cwd=place, stdout=output, stderr=output, check=False, **who
            )
        assert done.returncode == 0, log.read_text()

    data = place / "data"
    settings = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("initdb", "-D", data, "-U", "grader", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
    run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", place / "server.log", "-o", settings, "start")
    made = 0

    def new_database():
        nonlocal made
        made += 1
        with psycopg.connect(host="127.0.0.1", port=port, user="grader", dbname="postgres", autocommit=True) as server:
            server.execute(f"create schema d{made}")  # as good as a database here, and a thousand files less
        return f"postgresql+psycopg://grader@127.0.0.1:{port}/postgres?options=-csearch_path%3Dd{made}"

    try:
        yield new_database
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(place)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of a new database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'results.db'}"
    return request.getfixturevalue("postgresql")()


@pytest.fixture
def database(url):
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def results(database):
    return Results(database)


@pytest.fixture
def task():
    """Return a function that makes a task: a file, by default of ada's, handed in on a day of November."""

    def make(student="ada", data=b"x = 1", day=1, file=None):
        from hashlib import sha256

        moment = datetime(2030, 11, day, 12, tzinfo=UTC)
        return Task(student, file or f"{student}.py", sha256(data).hexdigest(), data, moment)

    return make


@pytest.fixture
def report(course):
    """Return a function that makes the report that the small course could give on a task."""
    assignment = course.assignment("01_rows")

    def make(task, outcome=Outcome.PASSED, level="L2", **changes):
        tests = assignment.tests()
        results = tuple(Result(t.name, t.exercise, t.description, outcome, t.points, t.visibility) for t in tests)
        values = {
            "assignment": assignment.slug,
            "student": task.student,
            "file": task.file,
            "sha256": task.sha256,
            "exercises": assignment.exercises,
            "results": results,
            "provenance": provenance(assignment, level, 0.25),
            "max_score": assignment.points,
        }
        return Report(**values | changes)

    return make


@pytest.fixture
def folder(tmp_path, normalise):
    """A class: ada is right, bob is not, eve hands in what is no notebook."""
    (tmp_path / "class").mkdir()
    for name, text in {"ada.py": normalise, "bob.py": "x = 1", "eve.ipynb": "no notebook"}.items():
        (tmp_path / "class" / name).write_text(text)
    return tmp_path / "class"
