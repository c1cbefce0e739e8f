"""Execute the cells of a notebook the way a kind reader would: skip what is not Python, go on after an error.

Runs beside the student. What it reports are notes for people; nothing in a grade depends on them.
"""

import ast
import builtins
import re
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Namespace = dict[str, Any]

MAX_NOTE = 300
RUNNABLE_CELL_MAGICS = {"%%time", "%%timeit", "%%capture", "%%prun"}  # their bodies are Python to be run
COMMAND = re.compile(r"[%!?]|[\w.*\[\]]+\?{1,2}$")
COMMAND_RESULT = re.compile(r"([\w, ]+=\s*)[%!]")
ORACLES = {"sklearn": "scikit-learn", "scipy": "scipy"}
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


class Notebook:
    """A namespace that fills up as cells are executed, and the notes made on the way."""

    def __init__(
        self,
        exercises: Iterable[str],
        allowed: Iterable[str],
        forbidden: Iterable[str] = (),
        *,
        interruptible: bool = False,
    ) -> None:
        self.interruptible = interruptible
        self.forbidden = frozenset(forbidden)
        self.exercises = frozenset(exercises)
        self.notes: list[str] = []
        self.unanswered: list[int] = []  # cells that stopped at an exercise that is not implemented
        self.answered: dict[str, int] = {}  # exercise -> cell that holds an answer, not the empty stub
        module = types.ModuleType("__main__")
        self.namespace: Namespace = module.__dict__
        self.namespace["__builtins__"] = vars(builtins) | {"__import__": guarded_import(frozenset(allowed))}
        self.namespace["display"] = _nothing
        self.namespace["get_ipython"] = _StandIn("IPython").get_ipython
        self.module = module

    def run(self, cells: Iterable[tuple[int, str]], *, definitions_only: bool = False) -> None:
        """Execute numbered cells in order; a cell that fails is noted and later ones still run.

        With ``definitions_only``, imports, definitions and constant assignments alone are executed.
        """
        for number, source in cells:
            try:
                tree = self._parse(number, source)
            except NOT_PYTHON as error:
                self._note_invalid(number, error)
                continue
            statements = self._without_repeated_stubs(number, tree.body)
            if definitions_only:
                statements = [s for s in statements if is_definition(s)]
            self._execute(number, statements)
        if self.unanswered:
            which = f"cell{'s' * (len(self.unanswered) > 1)} {', '.join(map(str, self.unanswered))}"
            self._note(f"{which} stopped at an exercise that is not implemented")

    def _parse(self, number: int, source: str) -> ast.Module:
        python, ignored = plain_python(source)
        if ignored:
            self._note(f"cell {number}: ignored the notebook command{'s' * (len(ignored) > 1)} {', '.join(ignored)}")
        tree = ast.parse(python)
        if used := sorted(self.forbidden & names_in(tree)):
            self._note(f"cell {number} uses {', '.join(used)}, which this assignment asks you to do without")
        return tree

    def _execute(self, number: int, statements: list[ast.stmt]) -> None:
        """Execute statements; after one raises, still execute the definitions that follow it."""
        while statements:
            module = ast.Module(body=statements, type_ignores=[])
            try:
                code = compile(module, f"<cell {number}>", "exec")
            except NOT_PYTHON as error:  # what the parser lets pass: a return outside a function, say
                line = self._note_invalid(number, error)
                statements = [s for s in statements if not first_line(s) <= line <= (s.end_lineno or 0)] if line else []
                continue
            try:
                exec(code, self.namespace)  # noqa: S102 - that is the purpose
            except BaseException as error:
                if self.interruptible and isinstance(error, KeyboardInterrupt):
                    raise
                line = line_in_cells(error, outermost=True)[1]
                if isinstance(error, NotImplementedError):
                    self.unanswered.append(number)
                else:
                    self._note(f"cell {number} raised {summary(error, within=number)}")
                statements = [s for s in statements if first_line(s) > line and is_definition(s)] if line else []
            else:
                return

    def _without_repeated_stubs(self, number: int, body: list[ast.stmt]) -> list[ast.stmt]:
        """Drop an untouched stub that would replace an answer given earlier (a duplicated cell)."""
        kept = []
        for statement in body:
            name = getattr(statement, "name", None)
            if name in self.exercises and isinstance(statement, DEFINITIONS):
                if not is_stub(statement):
                    self.answered[name] = number
                elif name in self.answered:
                    self._note(
                        f"cell {number} holds the empty {name} again; the answer in cell {self.answered[name]} counts"
                    )
                    continue
            kept.append(statement)
        return kept

    def _note_invalid(self, number: int, error: BaseException) -> int:
        """Note why a cell cannot be compiled; return the line, or 0."""
        line, reason = (error.lineno or 0, error.msg) if isinstance(error, SyntaxError) else (0, type(error).__name__)
        self._note(f"cell {number} is not valid Python{f' at line {line}' if line else ''}: {reason}")
        return line

    def _note(self, text: str) -> None:
        self.notes.append(text if len(text) <= MAX_NOTE else text[: MAX_NOTE - 1] + "…")


def names_in(tree: ast.AST) -> set[str]:
    """Return every attribute and imported name that a program mentions."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
    return found


def plain_python(source: str) -> tuple[str, list[str]]:
    """Blank out magics and shell lines; return the rest, line for line, and the commands that were ignored.

    A cell that parses as it stands is left alone, and indented lines are as long as it parses without them: there a
    ``%`` continues an expression more often than it starts a command.
    """
    if _parses(source):
        return source, []
    lines = source.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in RUNNABLE_CELL_MAGICS:
        return "", [_brief(first)]
    ignored = _blank_commands(lines, indented=False)
    if not _parses("\n".join(lines)):
        ignored += _blank_commands(lines, indented=True)
    return "\n".join(lines), ignored


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _blank_commands(lines: list[str], *, indented: bool) -> list[str]:
    """Replace magics and shell lines by statements that do nothing, in place; return what was replaced."""
    ignored: list[str] = []
    continued = False
    for i, line in enumerate(lines):
        command = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        if continued:
            lines[i] = ""
        elif indent and not indented:
            continue
        elif result := COMMAND_RESULT.match(command):
            lines[i] = f"{indent}{result[1]}[]"
            ignored.append(_brief(command))
        elif COMMAND.match(command):
            lines[i] = f"{indent}pass"
            ignored.append(_brief(command))
        else:
            continue
        continued = command.endswith("\\")
    return ignored


def is_definition(statement: ast.stmt) -> bool:
    """Whether a statement only imports, defines, or gives a name to a constant or to something defined before."""
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        if isinstance(statement.value, ast.Name):
            return True
        try:
            ast.literal_eval(statement.value)
        except (ValueError, TypeError, MemoryError, RecursionError):
            return False
        return True
    return isinstance(statement, DEFINITIONS)


def first_line(statement: ast.stmt) -> int:
    """Return the line on which a statement starts; that of a decorated definition is its first decorator's."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def is_stub(definition: ast.stmt) -> bool:
    """Whether a function, or a method of a class, still stops as it was handed out, before it answers anything."""
    if isinstance(definition, ast.ClassDef):
        return any(map(is_stub, definition.body))
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    for statement in definition.body:
        if isinstance(statement, ast.Raise):
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
        if any(isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) for node in ast.walk(statement)):
            return False
    return False


def guarded_import(allowed: frozenset[str]) -> Callable[..., Any]:
    """Return an ``__import__`` for student code: the standard library and what the assignment allows.

    This is for clear messages. Enforcement is the kernel's: the files of other packages cannot be read.
    """
    real = builtins.__import__
    stand_ins = {"autograder": _StandIn("autograder"), "IPython": _StandIn("IPython")}

    def import_for_student(
        name: str, globals: Mapping[str, Any] | None = None, locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] = (), level: int = 0,
    ) -> Any:  # fmt: skip
        top = name.partition(".")[0]
        if level == 0 and top in stand_ins:
            return stand_ins[top]
        if level == 0 and top not in allowed and top not in sys.stdlib_module_names:
            packages = ", ".join(sorted(allowed - sys.stdlib_module_names))
            available = f"{packages} and the standard library" if packages else "the standard library"
            why = f"{ORACLES[top]} is the oracle that answers are compared with and" if top in ORACLES else f"{top}"
            raise ImportError(f"{why} is not available here; use {available}")
        return real(name, globals, locals, fromlist, level)

    return import_for_student


class _StandIn(types.ModuleType):
    """A module whose every function does nothing: display tools, and public checks while grading."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self if name in ("display", "get_ipython") and self.__name__ == "IPython" else _nothing

    def __call__(self, *_: Any, **__: Any) -> "_StandIn":
        """Stand for ``IPython.get_ipython`` and ``IPython.display.display`` as well as for the modules."""
        return self


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Do nothing, whatever the arguments."""


def summary(error: BaseException, within: int | None = None) -> str:
    """Describe an exception of the student's in one line, with its place in the notebook.

    The number of the cell is left out where the reader knows it: when it is ``within``.
    """
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - __str__ is the student's code too
        text = ""
    text = " ".join(text.split())[:MAX_NOTE]
    cell, line = line_in_cells(error)
    place = "" if not line else f" (line {line})" if cell == f"cell {within}" else f" ({cell}, line {line})"
    return f"{type(error).__name__}{': ' if text else ''}{text}{place}"


def line_in_cells(error: BaseException, *, outermost: bool = False) -> tuple[str, int]:
    """Return ("cell 4", 12), the innermost (or outermost) line of the notebook that an exception passed."""
    place = ("", 0)
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith("<cell ") and not (outermost and place[1]):
            place = (name.strip("<>"), trace.tb_lineno)
        trace = trace.tb_next
    return place


def _brief(command: str) -> str:
    return command if len(command) <= 40 else command[:39] + "…"
