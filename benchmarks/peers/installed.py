"""Print the version of a distribution, and how many distributions and bytes it needs to be installed.

Runs with the Python of another environment, and so imports nothing of ours: ``python installed.py 'name[extra]'``.
"""

import json
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement


def closure(requirement: Requirement, seen: dict[str, set[str]]) -> None:
    """Collect the distributions that a requirement needs, with the extras that were asked of each."""
    name = requirement.name.lower().replace("_", "-")
    extras = requirement.extras | {""}
    new = extras - seen.setdefault(name, set())
    seen[name] |= new
    if not new:
        return
    for text in metadata.requires(name) or []:
        needed = Requirement(text)
        if any(needed.marker is None or needed.marker.evaluate({"extra": extra}) for extra in new):
            closure(needed, seen)


def size(name: str) -> int:
    """Return the bytes of a distribution's files; those of an editable install lie in its checkout."""
    distribution = metadata.distribution(name)
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        folder = Path(origin["url"].removeprefix("file://")) / name
        return sum(file.stat().st_size for file in folder.rglob("*.py"))
    files = [Path(str(distribution.locate_file(file))) for file in distribution.files or []]
    return sum(file.stat().st_size for file in files if file.is_file())


def main() -> None:
    """Print JSON."""
    requirement = Requirement(sys.argv[1])
    seen: dict[str, set[str]] = {}
    closure(requirement, seen)
    total = sum(map(size, seen))
    found = {"version": metadata.version(requirement.name), "distributions": len(seen), "installed_mb": total / 2**20}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
