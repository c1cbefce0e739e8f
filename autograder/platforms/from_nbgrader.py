"""Read a master notebook of nbgrader's: answers, autograder tests, read-only cells."""

from nbformat import NotebookNode

from autograder.platforms.masters import Imported, Master, Piece, finish

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
HIDDEN, SHOWN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"


def read(notebook: NotebookNode) -> Master:
    """Return what a master holds, with a sentence for everything that has no place here."""
    master = Master()
    if not any("nbgrader" in cell.metadata for cell in notebook.cells):
        master.lost.append("no cell has nbgrader's metadata: is this a master notebook, from source/?")
    for number, cell in enumerate(notebook.cells, 1):
        marks = cell.metadata.get("nbgrader", {})
        grade, solution = marks.get("grade", False), marks.get("solution", False)
        name, points = marks.get("grade_id", f"cell {number}"), float(marks.get("points", 0))
        if cell.cell_type == "markdown":
            _markdown(master, cell.source, marks, f"{name} (cell {number})", points)
        elif cell.cell_type != "code":
            master.lost.append(f"cell {number} is a {cell.cell_type} cell and was left out")
        elif grade and solution:
            master.lost.append(
                f"code {name} (cell {number}) is graded by hand, {points:g} points: its functions need tests"
            )
            _answer(master, cell.source, number)
        elif grade:
            _test(master, cell.source, number, name, points)
        elif solution:
            _answer(master, cell.source, number)
        else:
            master.add_code(cell.source, number)
    return finish(master)


def _markdown(master: Master, text: str, marks: NotebookNode, name: str, points: float) -> None:
    if marks.get("task"):
        master.lost.append(f"manual task {name}, {points:g} points: kept as text without points")
    if marks.get("solution"):
        master.lost.append(f"manually graded answer {name}, {points:g} points: kept as an open question without points")
        kept = [line for line in text.split("\n") if BEGIN not in line and END not in line]
        master.pieces.append(Piece("answer", "\n".join(kept)))
    elif text.strip():
        master.pieces.append(Piece("markdown", text.strip("\n")))


def _answer(master: Master, text: str, number: int) -> None:
    """Take the marks of regions out of an answer; lines outside them were given to students."""
    lines, given, inside, regions = [], [], False, BEGIN in text
    for line in text.strip("\n").split("\n"):
        if BEGIN in line or END in line:
            inside = BEGIN in line
            continue
        lines.append(line)
        given.append(regions and not inside)
    master.add_code("\n".join(lines), number, given=lambda line: line <= len(given) and given[line - 1])


def _test(master: Master, text: str, number: int, name: str, points: float) -> None:
    """Add a test cell; what lies between the marks of hidden tests is no part of the public one."""
    shown, everything, hidden = [], [], False
    for line in text.split("\n"):
        if HIDDEN in line or SHOWN in line:
            hidden = HIDDEN in line
            continue
        everything.append(line)
        if not hidden:
            shown.append(line)
        if "### AUTOTEST" in line or "### HASHED AUTOTEST" in line:
            master.lost.append(f"test {name} (cell {number}) has an AUTOTEST line, which nbgrader expands: write it")
    public = "\n".join(shown)
    only_comments = all(not line.strip() or line.strip().startswith("#") for line in shown)
    master.add_test(Imported(name, "\n".join(everything), points, "" if only_comments else public), number)
