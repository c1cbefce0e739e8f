"""Gradescope: the zip that an instructor uploads as the autograder of one assignment.

It holds the two scripts that Gradescope runs, the engine as a wheel, the exact versions of what the engine needs, and
of the course what grading needs: hidden tests, their reference, public data and the salt, but no solution.
"""

import ast
import json
import sys
import tempfile
from collections.abc import Iterable
from importlib import metadata, resources
from pathlib import Path

from autograder.batch.rules import rules_of
from autograder.course import Assignment
from autograder.errors import UsageError
from autograder.front import header_lines
from autograder.platforms.export import Request, write_new, zipped

SECONDS = 540
"""When grading is stopped so that there are results: a minute before Gradescope's usual ten minutes are over."""
REQUIRED_LEVEL = "L1"
"""Below this a container is refused. Files need no more hiding there: they are root's, and student code is not."""
SCRIPTS = ("setup.sh", "run_autograder")
ALWAYS = ("pyyaml",)  # the front matter is YAML


def export(request: Request) -> list[Path]:
    """Write ``NAME-gradescope.zip`` into the folder."""
    assignment = request.assignment
    files = course_files(assignment)
    needed = [*ALWAYS, *assignment.packages, *_imported(text for name, text in files.items() if name.endswith(".py"))]
    wheel, content = build_wheel()
    files |= {
        wheel: content,
        "requirements.txt": "".join(f"{line}\n" for line in pinned(needed)).encode(),
        "python-version": f"{sys.version_info.major}.{sys.version_info.minor}\n".encode(),
    }
    container = resources.files("autograder.platforms").joinpath("container")
    files |= {name: container.joinpath(name).read_bytes() for name in SCRIPTS}
    return [write_new(request.to / f"{assignment.slug}-gradescope.zip", zipped(files, SCRIPTS))]


def course_files(assignment: Assignment) -> dict[str, bytes]:
    """Return what grading needs of a course, by its place in the zip; of ``source.py`` the front matter alone."""
    assignment.exercise_points()  # refuses what could not be graded
    course, slug = assignment.course, assignment.slug
    folder = f"course/solutions/{slug}"
    front = header_lines(assignment.source_file.read_text(encoding="utf-8"), assignment.source_file)
    files = {
        "course/solutions/course.toml": f"salt = {json.dumps(course.salt, ensure_ascii=False)}\n".encode(),
        f"{folder}/source.py": "".join(f"# {line}\n" for line in ("---", *front, "---")).encode(),
        "course/gradescope.json": json.dumps(_settings(assignment), indent=1).encode(),
    }
    for test in sorted({test.path for test in assignment.tests()}):
        files[f"{folder}/{test.name}"] = test.read_bytes()
    for file in assignment.data:
        name = file.relative_to(assignment.folder).as_posix()
        files[f"{folder}/{name}"] = files[f"course/assignments/{slug}/{name}"] = file.read_bytes()
    files[f"course/assignments/{slug}/test_public.py"] = files[f"{folder}/test_public.py"]
    for file in sorted((course.root / "reference").rglob("*.py")):
        files[f"course/{file.relative_to(course.root).as_posix()}"] = file.read_bytes()
    return files


def _settings(assignment: Assignment) -> dict[str, object]:
    return {
        "assignment": assignment.slug,
        "max_score": assignment.points,
        "counts": rules_of(assignment).counts,
        "seconds": SECONDS,
        "require_level": REQUIRED_LEVEL,
    }


def pinned(names: Iterable[str]) -> list[str]:
    """Return ``name==version`` for packages, those of the engine, and all that they need, as they are installed here.

    Raises :class:`~autograder.errors.UsageError` if one of them is not installed.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    todo = [*names, *_requirements("autograder")]
    versions: dict[str, str] = {}
    while todo:
        requirement = Requirement(todo.pop())
        name = canonicalize_name(requirement.name)
        if name in versions or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            raise UsageError(f"the assignment needs {name}, which is not installed here: pip install {name}") from None
        todo += _requirements(name)
    return [f"{name}=={version}" for name, version in sorted(versions.items())]


def _requirements(name: str) -> list[str]:
    return metadata.requires(name) or []


def _imported(sources: Iterable[bytes]) -> list[str]:
    """Return the distributions that hidden tests and reference import."""
    modules: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add((node.module or "").partition(".")[0])
    others = modules - set(sys.stdlib_module_names) - {"autograder", "reference"}
    known = metadata.packages_distributions()
    return sorted({known[module][0] if module in known else module for module in others})


def build_wheel() -> tuple[str, bytes]:
    """Build the engine's wheel from its checkout; return its file name and content.

    Raises :class:`~autograder.errors.UsageError` where the engine was not installed from a checkout.
    """
    from hatchling.builders.wheel import WheelBuilder

    root = Path(__file__).parents[2]
    if not (root / "pyproject.toml").is_file():
        raise UsageError(f"the engine's wheel is built from its checkout, but {root} is none; run this in the checkout")
    with tempfile.TemporaryDirectory() as folder:
        (wheel,) = WheelBuilder(str(root)).build(directory=folder)
        return Path(wheel).name, Path(wheel).read_bytes()
