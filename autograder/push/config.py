"""Which repository is whose, and what is graded where in it: the file ``push.toml``."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import AuthoringError, UsageError

STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
API = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class Homework:
    """One assignment that is graded on push."""

    assignment: str
    folder: str
    """Where in a student's repository it lies."""

    @property
    def path(self) -> str:
        """The notebook, or else the script of the same name."""
        return f"{self.folder}/{self.assignment}.ipynb"

    @property
    def paths(self) -> tuple[str, str]:
        """What is looked for; the first that exists counts."""
        return self.path, f"{self.folder}/{self.assignment}.py"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that ``push.toml`` says."""

    students: dict[str, str]
    """The repository of each student, sorted by student."""
    assignments: tuple[Homework, ...]
    branch: str = "main"
    api: str = API


def read_settings(path: Path) -> Settings:
    """Read ``push.toml``.

    Raises :class:`~autograder.errors.UsageError` where there is none and
    :class:`~autograder.errors.AuthoringError` for whatever is wrong in it.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist; write it as docs/grading-on-push.md shows") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"this is not valid TOML: {error}", path) from None
    return _Reader(path).settings(document)


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path

    def settings(self, document: dict[str, Any]) -> Settings:
        self._known(document, {"github", "assignments", "students"}, "the file")
        github = self._table(document, "github", required=False)
        self._known(github, {"api", "branch"}, "[github]")
        students = self._table(document, "students")
        assignments = self._table(document, "assignments")
        owners: dict[str, str] = {}
        for student, repository in students.items():
            self._student(student, repository, owners)
        return Settings(
            students=dict(sorted(students.items())),
            assignments=tuple(self._homework(name, assignments[name]) for name in sorted(assignments)),
            branch=self._word(github.get("branch", "main"), "branch"),
            api=self._word(github.get("api", API), "api").rstrip("/"),
        )

    def _student(self, student: str, repository: Any, owners: dict[str, str]) -> None:
        if not STUDENT.fullmatch(student):
            raise self._error(f"{student!r} cannot name a student: use letters, digits, - and _, at most 64")
        if not isinstance(repository, str) or not REPOSITORY.fullmatch(repository):
            raise self._error(f"the repository of {student} is {repository!r}, expected owner/name")
        if repository.lower() in owners:
            raise self._error(f"{owners[repository.lower()]} and {student} share the repository {repository}")
        owners[repository.lower()] = student

    def _homework(self, name: str, table: Any) -> Homework:
        if not isinstance(table, dict):
            raise self._error(f"[assignments.{name}] should be a table, which may name a `folder`")
        if "due" in table:
            raise self._error(f"`due` of {name} is a rule; write it in solutions/course.toml, under [rules.{name}]")
        self._known(table, {"folder"}, f"[assignments.{name}]")
        folder = table.get("folder", name)
        if not isinstance(folder, str) or not FOLDER.fullmatch(folder):
            raise self._error(f"`folder` of {name} is {folder!r}, expected a path in the student's repository")
        return Homework(name, folder)

    def _table(self, document: dict[str, Any], name: str, *, required: bool = True) -> dict[str, Any]:
        table = document.get(name, {})
        if not isinstance(table, dict) or (required and not table):
            raise self._error(f"there is no table [{name}] with anything in it")
        return table

    def _known(self, table: dict[str, Any], names: set[str], where: str) -> None:
        for name in table:
            if name not in names:
                raise self._error(f"{where} has no {name!r}, only {', '.join(sorted(names))}")

    def _word(self, value: Any, name: str) -> str:
        if not isinstance(value, str) or not value:
            raise self._error(f"`{name}` is {value!r}, expected a text")
        return value

    def _error(self, message: str) -> AuthoringError:
        return AuthoringError(message, self.path)
