"""Tests as pytest finds them: collected for the engine, and runnable by authors with pytest itself.

The engine calls :func:`collect` once and runs the functions itself, many times. Authors write
``pytest -p autograder.plugin solutions/05_svm/test_hidden.py [--student FILE]`` and have ``-k``, ``--pdb`` and the
rest; the student is the solution in ``source.py`` unless a file is given.
"""

import ast
import contextlib
import inspect
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import AuthoringError, GraderBroken
from autograder.front import read_text
from autograder.model import Visibility
from autograder.salt import PUBLIC, read_salt
from autograder.testing.inputs import values_of
from autograder.testing.marks import Cases, Grading, mark_of
from autograder.testing.student import Student

HIDDEN_FILE, PUBLIC_FILE = "test_hidden.py", "test_public.py"

ARGUMENTS = [
    "--collect-only",
    "--quiet",
    "--capture=no",
    "--import-mode=importlib",
    "--assert=plain",
    "--noconftest",
    "--disable-plugin-autoload",
    f"--config-file={Path(__file__).with_name('collect.ini')}",
    # what would write files, or replace hooks of a pytest or kernel that we run inside
    *(f"-pno:{name}" for name in ("cacheprovider", "faulthandler", "logging", "threadexception")),
    *(f"-pno:{name}" for name in ("unraisableexception", "warnings", "unittest", "doctest")),
]


@dataclass(frozen=True, slots=True)
class Test:
    """One test function, ready to meet any number of submissions."""

    __test__ = False  # not itself a test for pytest to collect

    name: str
    exercise: str
    points: float
    description: str
    """The sentence the student reads: the first paragraph of the docstring."""
    hint: str
    visibility: Visibility
    function: Callable[..., None]
    cases: dict[str, dict[str, Any]]
    """Values of the arguments besides ``student``, for each case; one case "" without any for a test that has none."""
    path: Path
    line: int
    margin: str = ""
    """Why its right and wrong answers may lie close together."""


def collect(paths: Sequence[Path], salt: str, assignment: str) -> tuple[Test, ...]:
    """Collect the tests of some files of one folder, in order, and draw their inputs.

    Inputs of ``test_public.py`` do not depend on the salt: students run it without.
    Raises :class:`~autograder.errors.AuthoringError` for whatever an author got wrong.
    """
    paths = [path.absolute() for path in paths]
    for path in paths:
        _check_text(path)
    functions = _collected(paths)
    tests = [_test(function, path, salt, assignment) for path in paths for function in functions.get(path, ())]
    places: dict[str, Test] = {}
    for test in tests:
        if test.name in places:
            first = places[test.name]
            raise AuthoringError(f"{test.name} is also in {first.path.name}:{first.line}", test.path, test.line)
        places[test.name] = test
    return tuple(tests)


# ---- what pytest finds -----------------------------------------------------------------------------------------


class _Collector:
    """The pytest plugin that takes what was collected, and the first error."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []
        self.error: BaseException | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        if self.error is None and call.excinfo:
            self.error = call.excinfo.value.__cause__ or call.excinfo.value

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.error = self.error or excinfo.value


def _collected(paths: Sequence[Path]) -> dict[Path, list[Callable[..., None]]]:
    """Return the test functions of each file, in the order of definition."""
    collector = _Collector()
    with _undisturbed(paths) as output:
        arguments = [*ARGUMENTS, f"--rootdir={paths[0].parent}", *map(str, paths)]
        code = pytest.main(arguments, plugins=[collector])
    if collector.error is not None:
        raise _import_error(collector.error, paths)
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        said = output.getvalue().strip().rpartition("\n")[2]
        raise GraderBroken(f"pytest could not collect the tests of {paths[0].parent} ({code!r}): {said}")
    found: dict[Path, list[Callable[..., None]]] = {}
    for item in collector.items:
        function = getattr(item, "function", None)
        if type(item) is not pytest.Function or item.cls is not None or hasattr(item, "callspec"):
            line = (item.reportinfo()[1] or 0) + 1
            raise AuthoringError(f"{item.name} is not a plain function: use @cases, no class", item.path, line)
        assert function is not None
        found.setdefault(item.path, []).append(function)
    return found


@contextlib.contextmanager
def _undisturbed(paths: Sequence[Path]) -> Iterator[io.StringIO]:
    """Keep pytest from seeing the process around it, and that from seeing pytest.

    The files are executed afresh and leave no module and no bytecode behind; what they and pytest print is kept.
    """
    output = io.StringIO()
    options = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    names = {path.stem for path in paths}
    modules = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            yield output
    finally:
        sys.dont_write_bytecode = bytecode
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(modules)
        os.environ.update(options)


def _import_error(error: BaseException, paths: Sequence[Path]) -> AuthoringError:
    """Place what a test file raised when it was executed at the file's own line, and say where it came from."""
    if isinstance(error, SyntaxError) and error.filename:
        return AuthoringError(f"this is not valid Python: {error.msg}", error.filename, error.lineno or 1)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename) in paths]
    reason = traceback.format_exception_only(error)[-1].strip()
    if not own:
        return AuthoringError(f"the tests cannot be imported: {reason}", paths[0])
    deeper = f" (raised in {frames[-1].filename}:{frames[-1].lineno})" if own[-1] is not frames[-1] else ""
    return AuthoringError(f"the tests cannot be imported: {reason}{deeper}", own[-1].filename, own[-1].lineno or 1)


# ---- what makes a test a good one ------------------------------------------------------------------------------


def _check_text(path: Path) -> None:
    """Check what only the text shows: a name defined twice, and `reference` imported where students read."""
    text = read_text(path)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise AuthoringError(f"this is not valid Python: {error.msg}", path, error.lineno or 1) from None
    places: dict[str, int] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name.startswith("test"):
            if statement.name in places:
                message = f"{statement.name} was defined before, at line {places[statement.name]}, and would replace it"
                raise AuthoringError(message, path, statement.lineno)
            places[statement.name] = statement.lineno
    if path.name == PUBLIC_FILE:
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt) and "reference" in _imported(node):
                raise AuthoringError("a public test may not import `reference`, which is secret", path, node.lineno)


def _imported(node: ast.stmt) -> Iterable[str]:
    """Return the top-level packages that a statement imports."""
    match node:
        case ast.Import():
            return [alias.name.partition(".")[0] for alias in node.names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.partition(".")[0]]
    return []


def _test(function: Callable[..., None], path: Path, salt: str, assignment: str) -> Test:
    """Read the marks of a test function, refusing one that could not be graded fairly."""
    name, line = function.__name__, inspect.unwrap(function).__code__.co_firstlineno
    public = path.name == PUBLIC_FILE

    def error(message: str) -> AuthoringError:
        return AuthoringError(f"{name} {message}", path, line)

    grading: Grading | None = mark_of(function, "grading")
    if grading is None:
        raise error('grades nothing: mark it with @grades("exercise", points=…)')
    if not (function.__doc__ or "").strip():
        raise error("has no docstring, which is the sentence the student reads")
    if grading.points < 0 or (grading.points == 0 and not public):
        raise error(f"is worth {grading.points:g} points: give a hidden test points=…, more than 0")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise error("would never run: write a plain function without async and yield")
    cases: Cases | None = mark_of(function, "cases")
    expected = ("student", *(cases.names if cases else ()))
    parameters = tuple(str(parameter) for parameter in inspect.signature(function).parameters.values())
    if sorted(parameters) != sorted(expected) or parameters[0] != "student":
        raise error(
            f"takes ({', '.join(parameters)}), expected student and the names of its cases: {' '.join(expected)}"
        )
    if cases and not cases.recipes:
        raise error("has @cases without a case, so it would claim nothing")
    try:
        values = values_of(cases, PUBLIC if public else salt, f"{assignment}::{name}") if cases else {"": {}}
    except Exception as failure:
        reason = traceback.format_exception_only(failure)[-1].strip()
        raise error(f"has a case that cannot be drawn: {reason}") from failure
    visibility = grading.visibility or (Visibility.VISIBLE if public else Visibility.HIDDEN)
    description = " ".join(inspect.cleandoc(function.__doc__ or "").partition("\n\n")[0].split())
    given = (grading.exercise, grading.points, description, grading.hint, visibility)
    return Test(name, *given, function, values, path, line, grading.margin)


# ---- for authors: run the tests with pytest --------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--student FILE``."""
    parser.addoption("--student", metavar="FILE", help="notebook or script to test (default: the solution)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each case of a test its values, the same as in grading."""
    cases: Cases | None = mark_of(metafunc.function, "cases")
    if cases is None:
        return
    path = metafunc.definition.path
    salt = PUBLIC if path.name == PUBLIC_FILE else read_salt(path.parent.parent)
    values = values_of(cases, salt, f"{path.parent.name}::{metafunc.function.__name__}")
    metafunc.parametrize(cases.names, [tuple(case.values()) for case in values.values()], ids=list(values))


@pytest.fixture(scope="module")
def student(request: pytest.FixtureRequest) -> Student:
    """Load the program under test: the file given as ``--student``, or the solution next to the tests."""
    from autograder.sandbox.local import LocalTransport
    from autograder.source import parse_source
    from autograder.submission import read_submission

    path = request.path.with_name("source.py")
    source = parse_source(path.read_text(encoding="utf-8"), path)
    cells = tuple(enumerate(source.solution, 1))
    if file := request.config.getoption("--student"):
        submission = read_submission(Path(file).read_bytes(), Path(file).name, "author")
        if submission.unreadable:
            pytest.fail(submission.unreadable, pytrace=False)
        cells = submission.cells
    os.environ.setdefault("MPLBACKEND", "Agg")
    transport = LocalTransport()
    with contextlib.chdir(path.parent):
        notes, _ = transport.load(cells, source.exercises, source.front.imports)
    sys.stderr.writelines(f"{note}\n" for note in notes)
    return Student(transport)
