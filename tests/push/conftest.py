"""The small course behind the fake GitHub, and the four steps in one call."""

import os
import runpy
from pathlib import Path

import pytest

from autograder.push.config import Homework, Settings
from autograder.push.fetch import fetch
from autograder.push.github import READ, WRITE, GitHub
from autograder.push.grading import grade
from autograder.push.post import post, record
from autograder.push.queue import read_queue
from autograder.push.records import Records

PARTS = runpy.run_path(str(Path(__file__).with_name("simulator.py")))
SLUG = "01_rows"
NOTEBOOK = f"{SLUG}/{SLUG}.py"
DUE = "2026-10-09T23:59:00+02:00"
ON_TIME, LATE = "2026-10-01T10:00:00Z", "2026-10-09T21:59:01Z"


@pytest.fixture
def simulator(tmp_path, monkeypatch):
    """A fake GitHub with nothing in it, and the App's credentials in the environment."""
    made = PARTS["Simulator"](tmp_path / "github")
    monkeypatch.setenv("AUTOGRADER_APP_ID", str(PARTS["APP"]))
    monkeypatch.setenv("AUTOGRADER_APP_KEY", made.key)
    with made.serving():
        yield made


class Run:
    """One run of all steps, or of some."""

    def __init__(self, course, simulator, folder, students):
        self.course, self.simulator, self.folder = course, simulator, folder
        self.students = students
        self.number = 0
        self.waited = []
        self.records = Records(folder / "results")
        self.homework = Homework(SLUG, SLUG)

    @property
    def settings(self):
        return Settings(dict(sorted(self.students.items())), (self.homework,), api=self.simulator.url)

    def github(self, permissions):
        return GitHub(
            os.environ["AUTOGRADER_APP_ID"], os.environ["AUTOGRADER_APP_KEY"], permissions, self.simulator.url,
            sleep=self.waited.append,
        )  # fmt: skip

    def fetch(self, **options):
        self.number += 1
        self.queue_folder = self.folder / f"queue{self.number}"
        with self.github(READ) as github:
            return fetch(self.course, self.settings, github, self.queue_folder, **options)

    def grade(self, queue):
        self.documents = self.folder / f"documents{self.number}"
        return grade(self.course, queue, self.queue_folder, self.documents, require_level="L2", workers=1)

    def record(self, queue):
        return record(self.course, queue, self.documents, self.records, "L2")

    def post(self, queue):
        with self.github(WRITE) as github:
            return post(queue, self.records, github)

    def all(self):
        """Return what `record` and `post` said, by student and commit."""
        queue = self.fetch()
        self.grade(queue)
        recorded, posted = self.record(queue), self.post(read_queue(self.queue_folder))
        return recorded, posted

    def files(self):
        """Return every file of the results."""
        root = self.folder / "results"
        return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}


@pytest.fixture(autouse=True)
def rules(course):
    """Return a function that replaces the rules of the course: at first, what is late counts nothing."""
    file = course.solutions / "course.toml"
    before = file.read_text()

    def write(text):
        file.write_text(f"{before}[rules]\n{text}\n")

    write(f"due = {DUE}\nlate_days = 0")
    yield write
    file.write_text(before)


@pytest.fixture
def run(course, simulator, tmp_path):
    """Return a run over the repositories that the simulator has for these students."""
    return Run(course, simulator, tmp_path, {})


@pytest.fixture
def hand_in(run, simulator, normalise):
    """Return a function that pushes for a student, by default a correct answer on time."""

    def push(student, files=None, when=ON_TIME, **options):
        run.students.setdefault(student, f"course/{student}")
        repository = simulator.repository(run.students[student])
        return repository.push({NOTEBOOK: normalise} if files is None else files, when, **options)

    return push
