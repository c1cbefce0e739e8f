"""Read a master notebook of otter-grader's: raw cells delimit questions, prompts, solutions and tests."""

import ast
import re
from typing import Any

import yaml
from nbformat import NotebookNode

from autograder.platforms.masters import Imported, Master, Piece, finish

BOUNDARY = re.compile(r"#\s*(BEGIN|END)\s+(QUESTION|PROMPT|SOLUTION|TESTS)\s*(?:\n|$)", re.IGNORECASE)
CONFIG = re.compile(r'^\s*"""\s*#\s*BEGIN TEST CONFIG(.*?)"""\s*#\s*END TEST CONFIG[^\n]*\n?', re.DOTALL | re.I)
OTTERS = re.compile(r"^(?:import otter\b|from otter\b|grader\b).*\n?", re.MULTILINE)
HIDDEN = re.compile(r"^\s*#\s*HIDDEN\s*$", re.IGNORECASE)


def read(notebook: NotebookNode) -> Master:
    """Return what a master holds, with a sentence for everything that has no place here."""
    reader = _Reader()
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "raw":
            reader.boundary(cell.source.strip(), number)
        else:
            reader.cell(cell, number)
    if not reader.questions:
        reader.master.lost.append("no raw cell begins a question: is this a master notebook for `otter assign`?")
    return finish(reader.master)


class _Reader:
    """Where in the master the reading is: in which question, and in which part of it."""

    def __init__(self) -> None:
        self.master = Master()
        self.questions = 0
        self.question: dict[str, Any] = {}
        self.tests: list[tuple[int, str, NotebookNode]] = []
        self.part = ""

    def boundary(self, text: str, number: int) -> None:
        match = BOUNDARY.match(text)
        if match is None:
            what = "its configuration" if re.match(r"#\s*ASSIGNMENT CONFIG", text, re.IGNORECASE) else "a raw cell"
            self.master.lost.append(
                f"cell {number} is {what}, and was left out: {text.splitlines()[0] if text else ''}"
            )
            return
        begins, what = match[1].upper() == "BEGIN", match[2].upper()
        if what == "QUESTION" and begins:
            self.questions += 1
            self.question = self._config(text[match.end() :], number) | {"number": number}
            self.tests = []
        elif what == "QUESTION":
            self._end_question()
        self.part = what if begins and what != "QUESTION" else ""

    def cell(self, cell: NotebookNode, number: int) -> None:
        if self.part == "PROMPT":
            self.master.lost.append(f"cell {number} is a prompt: students get the signature and docstring instead")
        elif self.part == "TESTS":
            self.tests.append((number, cell.source, cell))
        elif cell.cell_type == "markdown" and self.part == "SOLUTION":
            self.master.pieces.append(Piece("answer", cell.source.strip("\n") or "(no answer)"))
        elif cell.cell_type == "markdown":
            if cell.source.strip():
                self.master.pieces.append(Piece("markdown", cell.source.strip("\n")))
        elif self.part == "SOLUTION":
            self._solution(cell.source, number)
        else:
            self.master.add_code(OTTERS.sub("", cell.source), number)

    def _config(self, text: str, number: int) -> dict[str, Any]:
        try:
            config = yaml.safe_load(re.sub(r"^\s*# ?", "", text, flags=re.MULTILINE) if text.startswith("#") else text)
        except yaml.YAMLError:
            config = None
        if not isinstance(config, dict):
            self.master.lost.append(f"cell {number} has no readable configuration")
            return {}
        return config

    def _solution(self, text: str, number: int) -> None:
        """Take otter's marks out of an answer; lines without a mark were given to students."""
        lines, given, inside, prompt, marked = [], [], False, False, False
        for line in text.strip("\n").split("\n"):
            if re.search(r"#\s*BEGIN SOLUTION|#\s*END SOLUTION", line, re.IGNORECASE):
                inside, marked = "BEGIN" in line.upper(), True
            elif re.match(r'\s*"""\s*#\s*BEGIN PROMPT', line, re.IGNORECASE):
                prompt = True
            elif re.search(r'"""\s*;?\s*#\s*END PROMPT', line, re.IGNORECASE):
                prompt = False
            elif not prompt:
                clean, found = re.subn(r"\s*#\s*SOLUTION(?:\s+NO PROMPT)?\s*$", "", line, flags=re.IGNORECASE)
                marked |= bool(found)
                lines.append(clean)
                given.append(not inside and not found)
        known = given if marked else [False] * len(lines)
        self.master.add_code("\n".join(lines), number, given=lambda line: line <= len(known) and known[line - 1])

    def _end_question(self) -> None:
        name, points = str(self.question.get("name", f"question {self.questions}")), self.question.get("points", 1)
        if self.question.get("manual"):
            self.master.lost.append(f"question {name} is graded by hand ({points} points): kept without points")
            return
        tests = [self._test(*test) for test in self.tests]
        if not tests:
            self.master.lost.append(f"question {name} has no tests")
        shares = _shares(points, [own for _, _, own, _ in tests])
        for i, ((number, code, _, hidden), share) in enumerate(zip(tests, shares, strict=True), 1):
            origin = f"{name}.{i}" if len(tests) > 1 else name
            self.master.add_test(Imported(origin, code, share, "" if hidden else code), number)

    def _test(self, number: int, text: str, cell: NotebookNode) -> tuple[int, str, float | None, bool]:
        """Return cell number, code, own points and whether it is hidden."""
        config: dict[str, Any] = {}
        match = CONFIG.match(text)
        if match:
            config, text = self._config(match[1], number), text[match.end() :]
        lines = text.strip("\n").split("\n")
        hidden = bool(config.get("hidden", False)) or bool(lines and HIDDEN.match(lines[0]))
        code = "\n".join(line for line in lines if not HIDDEN.match(line))
        own = config.get("points")
        return number, self._asserted(code, cell, number), None if own is None else float(own), hidden

    def _asserted(self, code: str, cell: NotebookNode, number: int) -> str:
        """Make an assertion of a last expression whose output otter compares."""
        shown = "".join(_text(output) for output in cell.get("outputs", [])).strip()
        try:
            body = ast.parse(code).body
        except SyntaxError:
            return code  # the master says so
        if body and isinstance(body[-1], ast.FunctionDef) and len(body) == 1:
            return self._called(code, body[-1], number)
        if not body or not isinstance(body[-1], ast.Expr) or not shown:
            return code
        last = body[-1]
        before = "\n".join(code.split("\n")[: last.lineno - 1])
        expression = ast.get_source_segment(code, last.value)
        claim = f"assert {expression}" if shown in ("True", "np.True_") else f"assert repr({expression}) == {shown!r}"
        if "repr(" in claim:
            self.master.lost.append(f"the test in cell {number} compares printed output: compare values with agree()")
        return f"{before}\n{claim}".strip("\n")

    def _called(self, code: str, function: ast.FunctionDef, number: int) -> str:
        """Call a test function on what its parameters name, as otter does."""
        names = [argument.arg for argument in function.args.args]
        if "env" in names:
            self.master.lost.append(f"the test in cell {number} takes `env`, all names: call student.NAME instead")
        return f"{code}\n\n{function.name}({', '.join(names)})"


def _text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    return str(output.get("data", {}).get("text/plain", ""))


def _shares(points: Any, own: list[float | None]) -> list[float]:
    """Return the points of each test as otter resolves them: its own, else an equal share of what is left."""
    if isinstance(points, list):
        return [float(p) for p in (*points, *[0] * len(own))][: len(own)]
    whole = float(points) if isinstance(points, (int, float)) else 1.0
    free = own.count(None)
    share = max(whole - sum(p for p in own if p is not None), 0.0) / free if free else 0.0
    return [round(share, 6) if p is None else p for p in own]
