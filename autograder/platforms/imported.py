"""Write an assignment of another grader in our form: ``source.py`` and test skeletons."""

import ast
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import UsageError
from autograder.model import total
from autograder.platforms.export import write_new
from autograder.platforms.masters import Master, imports_of

TAGS = {"exercise": ' tags=["exercise"]', "answer": ' tags=["answer"]', "staff": ' tags=["staff"]'}
FRONT = """\
# ---
# title: {title}
# chapter: 1
# points: {points:g}
# summary: Replace this sentence; it stands in the index of assignments.
# ---
"""
TESTS = '''\
"""{what} tests, imported: replace each docstring by the sentence that students should read."""

{imports}
'''
TEST = '''

@grades("{exercise}"{points})
def {name}(student):
    """Replace this sentence: what does {origin} check of {exercise}?"""
{body}
'''


def write(master: Master, folder: Path, title: str) -> list[Path]:
    """Write ``source.py``, ``test_hidden.py`` and ``test_public.py`` into a folder, where none of them may be yet.

    Raises :class:`~autograder.errors.UsageError` if the master has no exercise.
    """
    if not any(piece.exercise for piece in master.pieces):
        found = "; ".join(master.lost) or "it has no answers"
        raise UsageError(f"there is no exercise to import, for no answer is a function: {found}")
    files = {
        "source.py": source_text(master, title),
        "test_hidden.py": text_of_tests(master, public=False),
        "test_public.py": text_of_tests(master, public=True),
    }
    return [write_new(folder / name, text.encode()) for name, text in files.items()]


def source_text(master: Master, title: str) -> str:
    """Return the percent script."""
    points = total(test.points for _, test in master.tests)
    cells = [FRONT.format(title=_quoted(title), points=points or 1)]
    for piece in master.pieces:
        if piece.kind in ("markdown", "answer"):
            lines = [f"# {line}".rstrip() for line in piece.text.split("\n")]
            cells.append(f"# %% [markdown]{TAGS.get(piece.kind, '')}\n" + "\n".join(lines) + "\n")
        else:
            cells.append(f"# %%{TAGS.get(piece.kind, '')}\n{piece.text.rstrip()}\n")
    return "\n".join(cells)


def text_of_tests(master: Master, *, public: bool) -> str:
    """Return the hidden or the public tests, in the order of the exercises."""
    exercises = [piece.exercise for piece in master.pieces if piece.exercise]
    imports = imports_of(master)
    text = TESTS.format(
        what="Public" if public else "Hidden",
        imports="\n".join([*imports, *[""] * bool(imports), "from autograder.testing import grades"]),
    )
    numbers: dict[str, int] = {}
    for exercise, test in sorted(master.tests, key=lambda item: exercises.index(item[0])):
        code = test.public if public else test.code
        numbers[exercise] = numbers.get(exercise, 0) + 1
        if not code.strip() or (not public and test.points <= 0):
            continue
        text += TEST.format(
            exercise=exercise,
            points="" if public else f", points={test.points:g}",
            name=f"test_{exercise}_{numbers[exercise]}{'_public' if public else ''}",
            origin=test.origin,
            body=_indented(_through_student(code, exercises)),
        )
    return text


def _through_student(code: str, exercises: Iterable[str]) -> str:
    """Return the code with ``student.`` before each name of an exercise; everything else stays as it is written."""
    known = set(exercises)
    tree = ast.parse(code)
    places = [(n.lineno, n.col_offset) for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in known]
    lines = code.split("\n")
    for line, column in sorted(places, reverse=True):
        raw = lines[line - 1].encode()
        lines[line - 1] = (raw[:column] + b"student." + raw[column:]).decode()
    return "\n".join(lines)


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" if line.strip() else "" for line in code.strip("\n").split("\n"))


def _quoted(title: str) -> str:
    return '"' + " ".join(title.replace("\\", "").replace('"', "'").split()) + '"'
