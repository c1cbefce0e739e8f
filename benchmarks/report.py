"""Write ``docs/performance.md`` from ``benchmarks/results.json``: ``python -m benchmarks.report [--check]``."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
Row = Sequence[str]
QUIET = 0.1  # what other work may take of the processors without making figures worthless
PUSHES = 300  # that the target speaks of
BUSY = " **The machine was busy with other things, so that these figures, differences above all, prove nothing.**"
UNJUDGED = "Not judged yet: the figures below were measured on a busy machine. `make bench` on an idle one judges them."

INTRODUCTION = """\
# Performance

How long grading takes, what it needs, and how that compares with nbgrader and otter-grader. This page is generated
from figures that were measured together, on one machine. `make bench` measures again, in about 20 minutes, and
rewrites it; `.venv/bin/python -m benchmarks --quick --print` prints a run of three minutes. No test and no grade
depends on a figure.
"""
TARGETS = """\
## Targets

{table}

A *rate* counts the whole command, from its start to the table of the class. The peers' rates leave their start out,
which is in their favour. Both of them grade one submission after the other, as they come.
"""
PEERS = """\
## The same five functions in three systems

Softmax, a dense layer, the sigmoid's gradient, the hinge loss and the RBF kernel, with public and hidden tests in
each system's own format ([`benchmarks/peers`](../benchmarks/peers)). The same synthetic submissions, about one answer
in four of them wrong, went through all three; the scores were compared, and are the same.

{table}

*Without start*: what one more submission costs, from the difference of a small and a large class. *Memory* is the
largest sum of proportional set sizes of all processes. *Installed* counts the files of the distribution and of all it
needs; ours includes scikit-learn and scipy as oracles for authors, theirs includes Jupyter. Ours ran with two workers,
confined by the kernel; theirs run tests and student code in one kernel process, with no confinement (`otter grade`
would add a container to each submission).

{machine}
"""
LIMIT = """\
## Against the limit

No grader can be faster than loading the notebook and making the calls in the same process, without any protection.

{table}

*Graded* is one warm verdict: fork, lock down, load, call, compare, end. *Bare* is the student's own code alone, plots
included, in an unprotected process. *Overhead* is the difference, the median over pairs. Some of it is what the
*tests* compute themselves: references, comparisons, functions that they hand to the student's code. The transport of
*questions* (calls of the tests, and of the functions handed over, each answered on the other side) takes 0.1 to 0.2
ms each. The rest is confinement: each program begins in a fresh process, which takes its memory page by page and its
caches cold, while the bare one repeats in a warm process. A notebook with plots pays tens of milliseconds for that.
Where a target is missed, it is by these three. From a cold start, `autograder grade` of one submission takes
{cold:.0f} ms, and `autograder --help` {help:.0f} ms.

{machine}
"""
SCALING = """\
## Classes of growing size

`autograder grade` on scripts of the five functions, from its start to the table of the class.

{table}

*Driver* is the largest resident set of a grading process, *command* that of the command that owns them, which keeps a
row of the table of the class for each submission.

{machine}
"""
PUSH = """\
## Grading on push

{pushes} students push the solution of `{assignment}`, no two files alike. One run of the workflow's four steps drains
them, with the fake GitHub of the tests on the same machine.

{table}

{machine}
"""


def page(results: dict[str, Any]) -> str:
    """Return the page; parts that have not been measured are left out."""
    judged = targets({name: part for name, part in results.items() if not is_busy(part)})
    made = table(("target", "wanted", "measured", ""), judged) if judged else UNJUDGED
    parts = [INTRODUCTION, TARGETS.format(table=made)]
    if "peers" in results:
        head = ("system", "per submission", "without start", "processor time", "per minute", "memory", "installed")
        rows = [peer_row(system, row) for system, row in results["peers"]["figures"].items()]
        parts.append(PEERS.format(table=table(head, rows), machine=where(results["peers"])))
    if "limit" in results:
        five, real = results["limit"]["figures"]["five"], results["limit"]["figures"]["real"]
        rows = [limit_row(name, row) for name, row in {"five functions": five, **real}.items()]
        made = table(("notebook", "graded", "95 % within", "bare", "overhead", "of it tests", "questions"), rows)
        words = {"cold": five["cold_ms"], "help": five["help_ms"], "machine": where(results["limit"])}
        parts.append(LIMIT.format(table=made, **words))
    if "scaling" in results:
        head = ("set-up", "submissions", "seconds", "per minute", "processor time each", "driver", "command")
        rows = [class_row(row) for row in results["scaling"]["figures"]]
        parts.append(SCALING.format(table=table(head, rows), machine=where(results["scaling"])))
    if "push" in results:
        found = results["push"]["figures"]
        rows = [step_row(name, step) for name, step in found["steps"].items()]
        made = table(("step", "seconds", "processor time"), [*rows, step_row("all", drained(found))])
        parts.append(PUSH.format(**found, table=made, machine=where(results["push"])))
    return "\n".join(parts)


def targets(results: dict[str, Any]) -> list[Row]:
    """Return a row for each target: what is wanted, what was measured, whether that is enough."""
    rows: list[Row] = []
    if "scaling" in results:
        rows += rate_targets(results["scaling"]["figures"], results.get("peers", {}).get("figures", {}))
    if "limit" in results:
        rows += verdict_targets(**results["limit"]["figures"])
    if "scaling" in results:
        rows += growth_targets(results["scaling"]["figures"])
    if "push" in results:
        found = results["push"]["figures"]
        seconds = drained(found)["wall_s"] * PUSHES / found["pushes"]
        rows.append(target(f"draining {PUSHES} pushes", "< 180 s", seconds, " s", met=seconds < 180))
    return rows


def target(what: str, wanted: str, value: float, unit: str, *, met: bool) -> Row:
    """Return one row of the table of targets."""
    return what, wanted, f"{value:,.{0 if abs(value) >= 10 else 1}f}{unit}", "met" if met else "**missed**"


def rate_targets(classes: list[dict[str, Any]], peers: dict[str, dict[str, Any]]) -> Iterator[Row]:
    """Compare the rate of the largest class on two cores with what is wanted, and with the peers'."""
    ours = rate(max(sizes(classes, "2 workers").values(), key=lambda row: row["submissions"]))
    yield target("five functions, two cores", "≥ 1,200 a minute", ours, " a minute", met=ours >= 1200)
    for system, factor in (("nbgrader", 30), ("otter-grader", 80)):
        if system in peers:
            ratio = ours * peers[system]["wall_without_start_s"] / 60
            yield target(f"rate against {system}", f"≥ {factor} ×", ratio, " ×", met=ratio >= factor)


def verdict_targets(five: dict[str, Any], real: dict[str, dict[str, Any]]) -> Iterator[Row]:
    """Compare single warm verdicts with what the student's own code takes."""
    bound, graded, p95 = 2 * five["bare_ms"] + 15, five["graded_ms"], five["p95_ms"]
    yield target("one warm verdict", f"≤ 2 × bare + 15 ms = {bound:.1f} ms", graded, " ms", met=graded <= bound)
    yield target("95 % of warm verdicts", "< 150 ms", p95, " ms", met=p95 < 150)
    for name, row in real.items():
        yield target(f"overhead on `{name}`", "< 60 ms", row["over_ms"], " ms", met=row["over_ms"] < 60)


def growth_targets(classes: list[dict[str, Any]]) -> Iterator[Row]:
    """Compare large classes with smaller ones: memory, and the cost of one more submission."""
    for set_up in ("1 worker", "2 workers"):
        rows = sizes(classes, set_up)
        largest = max(rows)
        if "driver" in rows[largest]["peaks_mb"]:  # with one worker the command itself grades, and keeps the table too
            grown = rows[largest]["peaks_mb"]["driver"] - rows[100]["peaks_mb"]["driver"]
            yield target(f"memory of a driver from 100 to {largest:,}", "< 10 MB more", grown, " MB", met=grown < 10)
        change = steady(rows, largest)
        yield target(f"cost of one more submission, {set_up}", "< 10 % more", change, " %", met=change < 10)


def sizes(classes: list[dict[str, Any]], set_up: str) -> dict[int, dict[str, Any]]:
    """Return {size of the class: measured} of one set-up."""
    return {row["submissions"]: row for row in classes if row["set_up"] == set_up}


def steady(rows: dict[int, dict[str, Any]], largest: int) -> float:
    """Return by how many per cent processor time for one more submission differs between small and large classes."""
    middle = max(size for size in rows if size < largest)
    early = (rows[middle]["cpu_s"] - rows[10]["cpu_s"]) / (middle - 10)  # less what starting takes
    late = (rows[largest]["cpu_s"] - rows[middle]["cpu_s"]) / (largest - middle)
    return 100 * (late / early - 1)


def rate(row: dict[str, Any]) -> float:
    """Return submissions a minute."""
    return 60 * row["submissions"] / row["wall_s"]


def peer_row(system: str, row: dict[str, Any]) -> Row:
    return (
        f"{system} {row['version']}",
        f"{row['wall_s']:.3f} s ({row['submissions']:,})",
        f"{row['wall_without_start_s']:.3f} s",
        f"{row['cpu_without_start_s']:.3f} s",
        f"{60 / row['wall_without_start_s']:,.0f}",
        f"{row['memory_mb']:.0f} MB",
        f"{row['installed_mb']:.0f} MB, {row['distributions']} packages",
    )


def limit_row(name: str, row: dict[str, Any]) -> Row:
    return (
        name,
        f"{row['graded_ms']:.1f} ms",
        f"{row['p95_ms']:.1f} ms",
        f"{row['bare_ms']:.1f} ms",
        f"{row['over_ms']:.1f} ms",
        f"{row['tests_ms']:.1f} ms",
        f"{row['questions']:,}",
    )


def class_row(row: dict[str, Any]) -> Row:
    return (
        row["set_up"],
        f"{row['submissions']:,}",
        f"{row['wall_s']:.1f}",
        f"{rate(row):,.0f}",
        f"{1e3 * row['cpu_s'] / row['submissions']:.1f} ms",
        f"{row['peaks_mb'].get('driver', 0):.0f} MB" if "driver" in row["peaks_mb"] else "in the command",
        f"{row['peaks_mb'].get('command', 0):.0f} MB",
    )


def drained(found: dict[str, Any]) -> dict[str, float]:
    """Return what all steps of a run took together."""
    return {what: sum(step[what] for step in found["steps"].values()) for what in ("wall_s", "cpu_s")}


def step_row(name: str, step: dict[str, float]) -> Row:
    return name, f"{step['wall_s']:.1f}", f"{step['cpu_s']:.1f} s"


def where(part: dict[str, Any]) -> str:
    """Return a sentence about machine and versions."""
    here, run = part["machine"], "in a short run " if part["quick"] else ""
    others = f"other work took {100 * part['others']:.0f} % of the processors"
    versions = ", ".join(f"{name} {version}" for name, version in here["versions"].items())
    return (
        f"Measured {run}on {here['day']}: {here['processor']}, {here['cores']} cores, {here['memory_gb']} GB, "
        f"Linux {here['linux']}, Python {here['python']}, {versions}; {others}." + BUSY * is_busy(part)
    )


def is_busy(part: dict[str, Any]) -> bool:
    """Tell whether other work ran beside the measurement, so that no target can be judged by it."""
    return bool(part["others"] > QUIET)


def table(head: Row, rows: Iterable[Row]) -> str:
    """Return a Markdown table; all columns but the first are set to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write() -> None:
    PAGE.write_text(page(json.loads(RESULTS.read_text())))
    print(f"wrote {PAGE.relative_to(ROOT)}")


def main() -> None:
    """Write the page, or with ``--check`` tell whether it is up to date."""
    if sys.argv[1:] != ["--check"]:
        write()
    elif PAGE.read_text() != page(json.loads(RESULTS.read_text())):
        raise SystemExit("docs/performance.md is not what its figures make; run `python -m benchmarks.report`")


if __name__ == "__main__":
    main()
