"""Scaffold a new assignment: a working one with a single exercise, to be replaced bit by bit."""

import re
from importlib import resources
from pathlib import Path

from autograder.course import Course
from autograder.errors import UsageError

NAME = re.compile(r"(\d{2})_([a-z][a-z0-9]*(?:_[a-z0-9]+)*)")


def new(course: Course, name: str) -> Path:
    """Write `solutions/NAME/` and return it; it builds, and its solution earns full marks.

    Raises :class:`~autograder.errors.UsageError` if the name is not like ``05_svm`` or the folder exists.
    """
    match = NAME.fullmatch(name)
    if match is None:
        raise UsageError(f"{name!r} cannot name an assignment: use two digits, _ and small letters, as in 05_svm")
    folder = course.solutions / name
    if folder.exists():
        raise UsageError(f"{folder} exists already; choose another name")
    chapter, topic = match.groups()
    words = {"TITLE": topic.replace("_", " ").capitalize(), "CHAPTER": str(int(chapter))}
    folder.mkdir()
    for template in sorted((resources.files("autograder") / "scaffold").iterdir(), key=lambda entry: entry.name):
        text = template.read_text(encoding="utf-8")
        for placeholder, word in words.items():
            text = text.replace(placeholder, word)
        (folder / template.name.removesuffix(".in")).write_text(text, encoding="utf-8", newline="\n")
    return folder
