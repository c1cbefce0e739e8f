"""The course on disk: its assignments, and for each what its files say.

Everything is read when it is first asked for and then kept, so that grading never pays for what only the build needs.
"""

import hashlib
import sys
from functools import cached_property
from pathlib import Path

from autograder.answers import Answer, read_answers
from autograder.errors import AuthoringError, UsageError
from autograder.front import FrontMatter, line_of, nearest, parse_front, read_text
from autograder.model import total
from autograder.oracles import OracleFile, read_oracles
from autograder.plugin import HIDDEN_FILE, PUBLIC_FILE, Test, collect
from autograder.salt import read_salt, salt_id
from autograder.source import Source, parse_source


class Course:
    """All assignments of one checkout, plus its salt."""

    def __init__(self, root: Path, salt: str) -> None:
        self.root = root
        self.salt = salt
        self.salt_id = salt_id(salt)
        self._assignments: dict[str, Assignment] = {}

    @classmethod
    def find(cls, start: Path | None = None) -> "Course":
        """Return the course around a folder (default: the current one): the nearest one above that holds `solutions/`.

        Raises :class:`~autograder.errors.UsageError` where there is none, and where it has no salt.
        """
        start = (start or Path()).absolute()
        for folder in (start, *start.parents):
            if (folder / "solutions").is_dir():
                return cls(folder, read_salt(folder / "solutions"))
        raise UsageError(f"there is no course here: neither {start} nor a folder above it holds solutions/")

    @property
    def solutions(self) -> Path:
        """The authored, secret side."""
        return self.root / "solutions"

    @property
    def released(self) -> Path:
        """The generated, public side."""
        return self.root / "assignments"

    def names(self) -> list[str]:
        """Return the names of all assignments, sorted."""
        return sorted(file.parent.name for file in self.solutions.glob("*/source.py"))

    def assignment(self, name: str) -> "Assignment":
        """Return an assignment by its name or by any beginning that only it has, such as "05".

        Raises :class:`~autograder.errors.UsageError`, which suggests the nearest name.
        """
        names = self.names()
        matches = [name] if name in names else [known for known in names if known.startswith(name)]
        if len(matches) != 1:
            found = f"{name!r} could be {' or '.join(matches)}" if matches else f"there is no assignment {name!r}"
            known = "" if matches else nearest(name, names) or f" (known: {', '.join(names) or 'none'})"
            raise UsageError(f"{found}{known}")
        slug = matches[0]
        if slug not in self._assignments:
            self._assignments[slug] = Assignment(self, slug)
        return self._assignments[slug]


class Assignment:
    """One released chapter: a folder of `solutions/` and, generated from it, one of `assignments/`."""

    def __init__(self, course: Course, slug: str) -> None:
        self.course = course
        self.slug = slug
        self.folder = course.solutions / slug
        self.public = course.released / slug
        self.source_file = self.folder / "source.py"

    @cached_property
    def front(self) -> FrontMatter:
        """The front matter, read without the cells."""
        return parse_front(self._text, self.source_file)

    @property
    def points(self) -> float:
        """What the whole assignment is worth."""
        return self.front.points

    @property
    def packages(self) -> tuple[str, ...]:
        """What students may import beyond the standard library."""
        return tuple(name for name in self.front.imports if name not in sys.stdlib_module_names)

    @cached_property
    def exercises(self) -> tuple[str, ...]:
        """Names of the exercises in the order of the tests, which is the order of the source."""
        return tuple(dict.fromkeys(test.exercise for test in self.tests()))

    @property
    def data(self) -> list[Path]:
        """Files of the assignment's folder `data`, which are public."""
        return _files(self.folder / "data", "*")

    def source(self) -> Source:
        """Return the parsed source."""
        return self._source

    def tests(self) -> tuple[Test, ...]:
        """Return the hidden tests, then the public ones, collected once.

        Raises :class:`~autograder.errors.AuthoringError`, also when the points do not add up to the front matter's.
        """
        return self._tests

    def exercise_points(self) -> dict[str, float]:
        """Return what each exercise is worth, after making sure that source and tests speak of the same ones.

        Raises :class:`~autograder.errors.AuthoringError` for a test of an unknown exercise, an exercise without points,
        and tests in another order than the exercises.
        """
        known = self.source().exercises
        for test in self.tests():
            if test.exercise not in known:
                message = f"{test.name} grades {test.exercise!r}, which is no exercise{nearest(test.exercise, known)}"
                raise AuthoringError(message, test.path, test.line)
        points = {name: total(test.points for test in self.tests() if test.exercise == name) for name in known}
        for cell in self.source().cells:
            if cell.exercise and not points[cell.exercise]:
                message = f"exercise {cell.exercise!r} has no test that is worth points in {HIDDEN_FILE}"
                raise AuthoringError(message, self.source_file, cell.line)
        for asked, tested in zip(known, self.exercises, strict=True):
            if asked != tested:
                test = next(test for test in self.tests() if test.exercise == tested)
                message = f"{test.name} grades {tested!r}, but {asked!r} comes first in source.py; keep its order"
                raise AuthoringError(message, test.path, test.line)
        return points

    def mistakes(self) -> tuple[Answer, ...]:
        """Return the declared wrong answers, in order."""
        return self._mistakes

    def alternatives(self) -> tuple[Answer, ...]:
        """Return the independent correct answers, in order."""
        return self._alternatives

    def oracles(self) -> OracleFile:
        """Return the second opinions on the exercises; a missing file holds none."""
        path = self.folder / "oracles.py"
        if not path.is_file():
            return OracleFile((), None)
        self._prefer_own_reference()
        return read_oracles(path, self.source().exercises)

    def deciding_files(self) -> list[Path]:
        """Return the files that decide a score, by name: tests, their data and `reference`."""
        files = [self.folder / HIDDEN_FILE, self.folder / PUBLIC_FILE]
        files += [*self.data, *_files(self.course.root / "reference", "*.py")]
        return sorted(files, key=lambda file: file.relative_to(self.course.root).as_posix())

    @cached_property
    def tests_sha256(self) -> str:
        """Hash of all that decides a score: tests, their data, `reference`, allowed imports and limits.

        It depends on names and contents of files, and not on where the course lies or in which order it is read.
        """
        digest = hashlib.sha256(repr((self.front.imports, self.front.limits)).encode())
        for file in self.deciding_files():
            name, content = file.relative_to(self.course.root).as_posix(), file.read_bytes()
            if file.suffix == ".py":
                content = content.replace(b"\r\n", b"\n")
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    @cached_property
    def _text(self) -> str:
        return read_text(self.source_file)

    @cached_property
    def _source(self) -> Source:
        return parse_source(self._text, self.source_file)

    @cached_property
    def _tests(self) -> tuple[Test, ...]:
        self._prefer_own_reference()
        tests = collect([self.folder / HIDDEN_FILE, self.folder / PUBLIC_FILE], self.course.salt, self.slug)
        points = total(test.points for test in tests)
        if points != self.points:
            message = f"the front matter promises {self.points:g} points, but the tests add up to {points:g}"
            raise AuthoringError(message, self.source_file, line_of(self._text, "points"))
        return tests

    @cached_property
    def _mistakes(self) -> tuple[Answer, ...]:
        return self._answers("mistake")

    @cached_property
    def _alternatives(self) -> tuple[Answer, ...]:
        return self._answers("alternative")

    def _prefer_own_reference(self) -> None:
        """Let the tests import this course's `reference`, and make sure that it is not another checkout's."""
        own = self.course.root / "reference"
        if not own.is_dir():
            return
        if str(self.course.root) not in sys.path:
            sys.path.insert(0, str(self.course.root))
        loaded = getattr(sys.modules.get("reference"), "__file__", None)
        if loaded and not Path(loaded).is_relative_to(own):
            raise UsageError(f"`reference` was imported from {loaded}, not from {own}: grade one course at a time")

    def _answers(self, kind: str) -> tuple[Answer, ...]:
        """Read `mistakes.py` or `alternatives.py` and check the names in it; a missing file declares none."""
        path = self.folder / f"{kind}s.py"
        if not path.is_file():
            return ()
        answers = read_answers(read_text(path), path, kind)
        hidden = [test.name for test in self.tests() if test.path.name == HIDDEN_FILE]
        for answer in answers:
            known = {"exercise": self.exercises, "hidden test": hidden}
            for word, name in [("exercise", answer.exercise), *(("hidden test", name) for name in answer.fails)]:
                if name not in known[word]:
                    message = f"{answer.name}: there is no {word} {name!r}{nearest(name, known[word])}"
                    raise AuthoringError(message, path, answer.line)
        return answers


def substituted(assignment: Assignment, answer: Answer) -> list[str]:
    """Return the code cells of a submission: the solution, and then one answer in place of the exercise it answers."""
    return [*assignment.source().solution, answer.code]


def _files(folder: Path, pattern: str) -> list[Path]:
    """Return the files under a folder without those that editors and systems hide there."""
    files = [file for file in folder.rglob(pattern) if file.is_file()]
    return [file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts)]
