"""Which of the files that Gradescope received is the submission."""

from pathlib import Path

from autograder.batch.task import open_task
from autograder.render.safe import line
from autograder.submission import Submission

SUFFIXES = (".ipynb", ".py")
DEPTH = 3  # a repository, or a folder that was zipped


def find_submission(folder: Path, slug: str, student: str) -> Submission:
    """Return the submission: the file named as the assignment, or else the only notebook, or the only script.

    Links are not followed, hidden files are passed over. Where there is no such file, or no single one, the submission
    is unreadable and says what to hand in.
    """
    files = sorted(_files(folder, DEPTH))
    for suffix in SUFFIXES:
        named = [file for file in files if file.name == f"{slug}{suffix}"]
        chosen = named or [file for file in files if file.suffix.lower() == suffix]
        if len(chosen) == 1:
            return open_task(student, chosen[0]).submission()
        if chosen:
            listed = ", ".join(line(file.relative_to(folder).as_posix()) for file in chosen[:5])
            return _none(
                slug, student, f"several files could be your submission ({listed}); hand in {slug}.ipynb alone"
            )
    return _none(slug, student, f"no notebook and no script was handed in; hand in {slug}.ipynb")


def _none(slug: str, student: str, reason: str) -> Submission:
    return Submission(student, f"{slug}.ipynb", "", unreadable=reason)


def _files(folder: Path, depth: int) -> list[Path]:
    found: list[Path] = []
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name.startswith((".", "__")) or entry.is_symlink():
            continue
        if entry.is_dir() and depth:
            found += _files(entry, depth - 1)
        elif entry.is_file() and entry.suffix.lower() in SUFFIXES:
            found.append(entry)
    return found
