"""``autograder push-grade``: grading on push, in four steps that may run on four machines."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.common import BROKEN, JSON, PATH, open_course, show
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.push.post import Line

LEVEL = click.option("--require-level", type=click.Choice(["L2", "L3"]), default="L2", show_default=True,
                     help="Weakest confinement of student code that will do.")  # fmt: skip
CONFIG = click.option("--config", type=PATH, default="push.toml", show_default=True,
                      help="Whose repository is which, and what is graded.")  # fmt: skip
SHA256 = click.option("--queue-sha256", default="", help="What the SHA-256 of the queue must be.")
SUMMARY = click.option("--summary", type=PATH, help="Append the table as Markdown to this file (a job summary).")


@click.group("push-grade")
def command() -> None:
    """Grade what students push: fetch, grade, record, post (see docs/grading-on-push.md)."""


@command.command("fetch")
@click.option("--to", "folder", type=PATH, required=True, help="New folder for the queue and the files.")
@CONFIG
@click.option("--only", default="", metavar="OWNER/NAME", help="Look at this repository only.")
@click.option("--git", type=PATH, help="Take a commit from this repository on this machine, without GitHub.")
@click.option("--student", default="", help="Whose it is (with --git).")
@click.option("--sha", default="", help="Which commit (with --git).")
@click.option("--pushed-at", default="", help="When it arrived, in ISO 8601 with an offset (with --git; default: now).")
def fetch_command(
    folder: Path, config: Path, only: str, git: Path | None, student: str, sha: str, pushed_at: str
) -> None:
    """Find pushes that are not graded yet, and take their notebooks in as data."""
    from autograder.push.config import STUDENT, read_settings
    from autograder.push.fetch import fetch, fetch_git, git_push
    from autograder.push.github import READ, GitHub

    if any(_folder(folder).iterdir()):
        raise UsageError(f"{folder} is not empty; give a new folder")
    course, settings = open_course(), read_settings(config)
    if git is None:
        with GitHub.from_environment(READ, settings.api) as github:
            queue = fetch(course, settings, github, folder, only=only)
    elif not STUDENT.fullmatch(student) or not sha:
        raise UsageError("--git needs --student and --sha: whose commit is it, and which one?")
    else:
        queue = fetch_git(course, settings.assignments, folder, student, git, git_push(git, sha, _time(pushed_at)))
    for row in queue.rows:
        click.echo(f"{row.student}: {row.said}", err=row.problem)
    click.echo(f"{len(queue.items)} to grade or answer, {queue.problems} with a problem; the queue is in {folder}")
    sys.exit(2 if queue.problems else 0)


@command.command("grade")
@click.argument("folder", type=PATH)
@click.option("--out", type=PATH, required=True, help="Folder for the documents.")
@click.option("--workers", type=click.IntRange(min=1), help="Grading processes (default: as many as processors).")
@LEVEL
@SHA256
def grade_command(folder: Path, out: Path, workers: int | None, require_level: str, queue_sha256: str) -> None:
    """Grade the queue in FOLDER in the sandbox. Needs no credentials, and should be given none."""
    import os

    from autograder.push.grading import grade
    from autograder.push.queue import read_queue

    queue = read_queue(folder, queue_sha256)
    workers = workers or os.cpu_count() or 1
    reports = grade(open_course(), queue, folder, _folder(out), require_level=require_level, workers=workers)
    held = sum(report.status == "held" for report in reports)
    click.echo(f"{len(reports)} graded, {held} of them held; the documents are in {out}")
    sys.exit(BROKEN if held else 0)


@command.command("record")
@click.argument("folder", type=PATH)
@click.argument("documents", type=PATH)
@click.option("--results", type=PATH, required=True, help="Folder that keeps all grades.")
@LEVEL
@SHA256
@SUMMARY
@click.option("--feedback", is_flag=True, help="Print what each student may see (a git hook shows it to them).")
@JSON
def record_command(
    folder: Path, documents: Path, results: Path, require_level: str, queue_sha256: str, summary: Path | None,
    feedback: bool, as_json: bool,
) -> None:  # fmt: skip
    """Check the DOCUMENTS of the queue in FOLDER as if they were hostile, and store what is accepted."""
    from autograder.push.post import record
    from autograder.push.queue import read_queue
    from autograder.push.records import Records
    from autograder.render.feedback import feedback as feedback_of
    from autograder.render.safe import lines

    queue, records = read_queue(folder, queue_sha256), Records(_folder(results))
    told = record(open_course(), queue, documents, records, require_level)
    if feedback:
        for item in queue.items:
            stored = records.find(item)
            said = feedback_of(stored.report) if stored and stored.report else f"{item.assignment}: {item.problem}"
            click.echo(lines(said) if stored else f"{item.assignment}: not graded")
    _tell(told, summary, as_json=as_json, quiet=feedback)


@command.command("post")
@click.argument("folder", type=PATH)
@click.option("--results", type=PATH, required=True, help="Folder that keeps all grades.")
@CONFIG
@SHA256
@SUMMARY
@JSON
def post_command(
    folder: Path, results: Path, config: Path, queue_sha256: str, summary: Path | None, as_json: bool
) -> None:
    """Post what is recorded of the queue in FOLDER to the students' commits on GitHub, once."""
    from autograder.push.config import read_settings
    from autograder.push.github import WRITE, GitHub
    from autograder.push.post import post
    from autograder.push.queue import read_queue
    from autograder.push.records import Records

    queue, settings = read_queue(folder, queue_sha256), read_settings(config)
    with GitHub.from_environment(WRITE, settings.api) as github:
        told = post(queue, Records(results), github)
    _tell(told, summary, as_json=as_json)


def _folder(path: Path) -> Path:
    """Return a folder that is there now."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be a folder: {error.strerror}; give another one") from None
    return path


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise UsageError(f"--pushed-at is {text!r}, expected a time with its offset, as in 2026-10-09T23:59:00+02:00")
    return time


def _tell(told: "list[Line]", summary: Path | None, *, as_json: bool, quiet: bool = False) -> None:
    """Show what became of each push, and end with the exit code that says so."""
    from dataclasses import asdict

    from autograder.render import pushes

    if summary:
        with summary.open("a", encoding="utf-8") as file:
            file.write(pushes.markdown_table(told))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in told], indent=1, ensure_ascii=False))
    elif told and not quiet:
        show(pushes.table(told))
    if any(one.held for one in told):
        sys.exit(BROKEN)
    sys.exit(2 if any(one.problem for one in told) else 0)
