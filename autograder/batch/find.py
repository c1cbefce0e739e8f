"""Find what a class handed in: which file is whose."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.render.safe import line

SUFFIXES = (".ipynb", ".py")


@dataclass(frozen=True, slots=True)
class Found:
    """Files to grade, and a sentence about each one that cannot be."""

    files: tuple[tuple[str, Path], ...]
    """(student, file), sorted by student."""
    problems: tuple[str, ...] = ()


def find_submissions(paths: Iterable[Path], slug: str) -> Found:
    """Find notebooks and scripts: the paths themselves, or in folders the files and the students' folders.

    A student is named by the stem of the file, or by the folder it lies in. Two files for one student are both
    left out, since only a person can say which one counts.
    """
    by_student: dict[str, list[Path]] = defaultdict(list)
    problems: list[str] = []
    for path in paths:
        if path.is_dir():
            _search(path, slug, by_student, problems)
        elif not path.exists():
            problems.append(f"{line(str(path))} does not exist; give notebooks, scripts or a folder of them")
        elif not _is_submission(path):
            problems.append(f"{line(str(path))} is neither a notebook (.ipynb) nor a script (.py)")
        else:
            student = path.absolute().parent.name if path.stem == slug else path.stem
            by_student[student].append(path)
    for student in sorted(by_student):
        if not _is_text(student):
            problems.append(f"{line(ascii(student))} is no name in UTF-8; rename the file or folder")
            del by_student[student]
    for student, files in sorted(by_student.items()):
        if len(files) > 1:
            listed = ", ".join(line(str(f)) for f in files)
            problems.append(f"{line(student)} has {len(files)} files and none was graded; keep one of {listed}")
    single = sorted((student, files[0]) for student, files in by_student.items() if len(files) == 1)
    return Found(tuple(single), tuple(problems))


def _is_text(name: str) -> bool:
    """Tell whether a name of a file can be written down: some systems allow any bytes in it."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _is_submission(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in SUFFIXES


def _search(folder: Path, slug: str, by_student: dict[str, list[Path]], problems: list[str]) -> None:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            problems.append(f"{line(str(entry))} is a link and was not followed; put the file itself there")
        elif _is_submission(entry):
            by_student[entry.stem].append(entry)
        elif entry.is_dir():
            files = [f for f in sorted(entry.iterdir()) if not f.is_symlink() and _is_submission(f)]
            named = [f for f in files if f.stem == slug]
            by_student[entry.name] += named or files
            if not files:
                problems.append(f"{line(entry.name)} handed in no notebook or script")
                del by_student[entry.name]
