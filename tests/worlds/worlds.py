"""Attack the grader in every world that this machine can produce, and write what came of it into docs/security.md.

    python tests/worlds/worlds.py [--check] [WORLD …]

Takes some minutes for each world. With ``--check`` it compares instead of writing. A world that cannot be produced
here is entered as skipped, with the reason.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECORD = HERE / "matrix.json"
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- worlds: begin -->\n", "<!-- worlds: end -->\n"
USER = 60011
REFUSED = "is required"  # in the message of a grader below the required level
BUBBLEWRAP = ("bwrap", "--unshare-all", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--")


@dataclass(frozen=True)
class World:
    """Where the grader runs."""

    told: str
    root: bool = False
    forbidden: tuple[str, ...] = ()
    within: tuple[str, ...] = ()

    def missing(self):
        """Return why this machine cannot produce the world, or nothing."""
        if self.root and os.geteuid() != 0:
            return "not root"
        if self.within and shutil.which(self.within[0]) is None:
            return "bubblewrap is not installed"
        return ""

    def changes_user(self):
        """Whether root has to become an ordinary user for it."""
        return not self.root and os.geteuid() == 0

    def command(self, scene, arguments):
        """Return the command that runs Python there with some arguments."""
        lines = [sys.executable, str(HERE / "enter.py")]
        for what in self.forbidden:
            lines += ["--forbid", what]
        if not self.changes_user():
            return [*lines, "--", *self.within, sys.executable, *arguments]
        lines += ["--user", str(USER), "--scene", str(scene), "--"]
        return [*lines, *self.within, str(scene / "venv" / "bin" / "python"), *arguments]


WORLDS = {
    "root": World("the grader is root", root=True),
    "user": World("the grader is an ordinary user"),
    "root, no namespaces": World("root in a container that forbids namespaces", root=True, forbidden=("namespaces",)),
    "user, no namespaces": World("a user in a container that forbids namespaces", forbidden=("namespaces",)),
    "no Landlock": World("a kernel without Landlock", forbidden=("landlock",)),
    "bubblewrap": World("a user inside bubblewrap", within=BUBBLEWRAP),
}


def run_in(world, *arguments):
    """Run Python in a world, from the checkout; return the finished process and the report it left, if any.

    "REPORT" among the arguments stands for the file to leave it in.
    """
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="world-") as folder:
        scene = Path(folder)
        report = scene / ("home/report" if world.changes_user() else "report")
        environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1",
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": str(scene / "checkout" if world.changes_user() else ROOT),
        }  # fmt: skip
        words = [word.replace("REPORT", str(report)) for word in arguments]
        done = subprocess.run(
            world.command(scene, words), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        return done, report.read_text() if report.exists() else ""


def attack(world):
    """Return what came of all attacks in one world: {"level": …, class: [stopped, tried]}, or why there is nothing."""
    if reason := world.missing():
        return {"skipped": reason}
    doctor, _ = run_in(world, "-m", "autograder.cli", "doctor", "--json")
    if not doctor.stdout.startswith("{"):
        return {"skipped": (doctor.stderr.strip().splitlines() or ["the grader did not start"])[-1]}
    _, report = run_in(
        world, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--junit-xml=REPORT",
        "--basetemp=REPORT-files",
        "tests/attacks/test_attacks.py", "-k", "test_attack",
    )  # fmt: skip
    return {"level": json.loads(doctor.stdout)["level"], **counts(report)}


def counts(xml):
    """Count, for each class of attacks, those that were stopped, of those tried; a grader that refused says so."""
    found: dict[str, object] = {}
    for case in ElementTree.fromstring(xml).iter("testcase"):
        name = case.get("name", "")
        if not name.startswith("test_attack["):
            continue
        kind = name.removeprefix("test_attack[").partition(":")[0]
        stopped, tried = found.setdefault(kind, [0, 0])
        bad = [*case.iter("failure"), *case.iter("error")]
        if bad and all(REFUSED in (problem.text or "") for problem in bad):
            found[kind] = [stopped, tried]
            found["refused"] = True
            continue
        for problem in bad:
            print(f"{name}\n{problem.text}", file=sys.stderr)
        found[kind] = [stopped + (not bad and not list(case.iter("skipped"))), tried + 1]
    return found


def table(record):
    """Return the matrix as Markdown."""
    worlds = {name: record.get(name, {"skipped": "never run"}) for name in WORLDS}
    kinds = sorted({kind for found in worlds.values() for kind, value in found.items() if isinstance(value, list)})
    rows = [["", *worlds], ["---"] * (len(worlds) + 1), ["level proven", *[_level(found) for found in worlds.values()]]]
    rows += [[kind, *[_cell(found, kind) for found in worlds.values()]] for kind in kinds]
    total = ["all", *[_total(found, kinds) for found in worlds.values()]]
    lines = [f"| {' | '.join(row)} |" for row in [*rows, total]]
    told = [f"- **{name}**: {world.told}" + _why(worlds[name]) for name, world in WORLDS.items()]
    return "\n".join([*lines, "", *told, ""])


def _level(found):
    return found.get("level", "skipped")


def _cell(found, kind):
    if "skipped" in found:
        return "skipped"
    return "refused" if found.get("refused") else "{} of {}".format(*found.get(kind, [0, 0]))


def _total(found, kinds):
    if "skipped" in found or found.get("refused"):
        return _cell(found, "")
    return "{} of {}".format(*[sum(found.get(kind, [0, 0])[i] for kind in kinds) for i in (0, 1)])


def _why(found):
    return f" (skipped: {found['skipped']})" if "skipped" in found else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with what is recorded instead of writing it")
    parser.add_argument("worlds", nargs="*", choices=[*WORLDS, []], help="only these (default: all)")
    given = parser.parse_args()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    found = {}
    for name in given.worlds or WORLDS:
        found[name] = attack(WORLDS[name])
        print(name, found[name], flush=True)
    if given.check:
        sys.exit(any(record.get(name) != result for name, result in found.items() if "skipped" not in result))
    RECORD.write_text(json.dumps(record | found, indent=1, sort_keys=True) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + table(record | found) + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
