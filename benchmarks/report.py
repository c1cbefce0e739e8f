"""Write ``docs/performance.md`` from ``benchmarks/results.json``: ``python -m benchmarks.report [--check]``."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
NO_SUCH_ROW = "not measured"

INTRODUCTION = """\
# Performance

How long grading takes, what it needs, and how that compares with nbgrader and otter-grader. This page is generated from
figures that were measured together, on one machine; `make bench` measures again (about ten minutes) and rewrites it, and
`.venv/bin/python -m benchmarks --quick` prints a shorter run (three minutes). No test and no grade depends on a figure.
"""
TARGETS = """\
## Targets

{table}

A *rate* counts the whole command, from its start to the table of the class. The peers' rates leave their start out, which
is in their favour. Both of them grade one submission after the other, as they come.
"""
PEERS = """\
## The same five functions in three systems

Softmax, a dense layer, the sigmoid's gradient, the hinge loss and the RBF kernel, with public and hidden tests in each
system's own format ([`benchmarks/peers`](../benchmarks/peers)). The same synthetic submissions, about one answer in four
of them wrong, went through all three; the scores were compared, and are the same.

{table}

*Without start*: what one more submission costs, from the difference of a small and a large class. *Memory* is the largest
sum of proportional set sizes of all processes. *Installed* counts the files of the distribution and of all it needs; ours
includes scikit-learn and scipy as oracles for authors, theirs includes Jupyter. Ours ran with two workers, confined by
the kernel; theirs run tests and student code in one kernel process, with no confinement (`otter grade` would add a
container to each submission).

{machine}
"""
LIMIT = """\
## Against the limit

No grader can be faster than loading the notebook and making the calls in the same process, without any protection.

{table}

*Graded* is one warm verdict: fork, lock down, load, call, compare, end. *Bare* is the student's own code alone, plots
included, in an unprotected process. *Overhead* is the difference: confinement, transport, and the computations of the
tests themselves. From a cold start, `autograder grade` of one submission takes {cold:.0f} ms, `autograder --help`
{help:.0f} ms.

{machine}
"""
SCALING = """\
## Classes of growing size

`autograder grade` on scripts of the five functions, from its start to the table of the class.

{table}

*Driver* is the largest resident set of a grading process, *command* that of the command that owns them.

{machine}
"""


def page(results: dict[str, Any]) -> str:
    """Return the page; parts that have not been measured are left out."""
    parts = [INTRODUCTION, TARGETS.format(table=table(("target", "wanted", "measured", ""), targets(results)))]
    if "peers" in results:
        head = ("system", "per submission", "without start", "processor time", "per minute", "memory", "installed")
        rows = [peer_row(system, row) for system, row in results["peers"]["figures"].items()]
        parts.append(PEERS.format(table=table(head, rows), machine=where(results["peers"])))
    if "limit" in results:
        five, real = results["limit"]["figures"]["five"], results["limit"]["figures"]["real"]
        rows = [limit_row(name, row) for name, row in {"five functions": five, **real}.items()]
        made = table(("notebook", "graded", "95 % within", "bare", "overhead"), rows)
        words = {"cold": five["cold_ms"], "help": five["help_ms"], "machine": where(results["limit"])}
        parts.append(LIMIT.format(table=made, **words))
    if "scaling" in results:
        head = ("set-up", "submissions", "seconds", "per minute", "processor time each", "driver", "command")
        rows = [class_row(row) for row in results["scaling"]["figures"]]
        parts.append(SCALING.format(table=table(head, rows), machine=where(results["scaling"])))
    return "\n".join(parts)


def targets(results: dict[str, Any]) -> list[Sequence[str]]:
    """Return a row for each target: what is wanted, what was measured, whether that is enough."""
    rows: list[Sequence[str]] = []

    def add(what: str, wanted: str, value: float, unit: str, *, met: bool) -> None:
        rows.append((what, wanted, f"{value:,.{0 if abs(value) >= 10 else 1}f}{unit}", "met" if met else "**missed**"))

    if "scaling" in results:
        two = {row["submissions"]: row for row in results["scaling"]["figures"] if row["set_up"] == "2 workers"}
        largest = max(two)
        ours = rate(two[largest])
        add("five functions, two cores", "≥ 1,200 a minute", ours, "", met=ours >= 1200)
        if "peers" in results:
            for system, factor in (("nbgrader", 30), ("otter-grader", 80)):
                ratio = ours * results["peers"]["figures"][system]["wall_without_start_s"] / 60
                add(f"rate against {system}", f"≥ {factor} ×", ratio, " ×", met=ratio >= factor)
    if "limit" in results:
        five, real = results["limit"]["figures"]["five"], results["limit"]["figures"]["real"]
        bound = 2 * five["bare_ms"] + 15
        add("one warm verdict", f"≤ 2 × bare + 15 ms = {bound:.1f} ms", five["graded_ms"], " ms",
            met=five["graded_ms"] <= bound)  # fmt: skip
        add("95 % of warm verdicts", "< 150 ms", five["p95_ms"], " ms", met=five["p95_ms"] < 150)
        for name, row in real.items():
            over = row["graded_ms"] - row["bare_ms"]
            add(f"overhead on `{name}`", "< 60 ms", over, " ms", met=over < 60)
    if "scaling" in results and {100, largest} <= set(two) and largest > 100:
        one = {row["submissions"]: row for row in results["scaling"]["figures"] if row["set_up"] == "1 worker"}
        for role in ("driver", "command"):
            grown = max(
                rows_[largest]["peaks_mb"].get(role, 0) - rows_[100]["peaks_mb"].get(role, 0) for rows_ in (one, two)
            )
            add(f"memory of the {role}, from 100 to {largest:,}", "< 10 MB more", grown, " MB", met=grown < 10)
        for name, rows_ in (("1 worker", one), ("2 workers", two)):
            change = steady(rows_, largest)
            add(f"cost of one more submission, {name}", "within 10 %", change, " %", met=abs(change) <= 10)
    return rows


def steady(rows: dict[int, dict[str, Any]], largest: int) -> float:
    """Return by how many per cent processor time for one more submission differs between small and large classes."""
    middle = max(size for size in rows if size < largest)
    early = (rows[middle]["cpu_s"] - rows[10]["cpu_s"]) / (middle - 10)  # less what starting takes
    late = (rows[largest]["cpu_s"] - rows[middle]["cpu_s"]) / (largest - middle)
    return 100 * (late / early - 1)


def rate(row: dict[str, Any]) -> float:
    """Return submissions a minute."""
    return 60 * row["submissions"] / row["wall_s"]


def peer_row(system: str, row: dict[str, Any]) -> Sequence[str]:
    return (
        f"{system} {row['version']}",
        f"{row['wall_s']:.3f} s ({row['submissions']:,})",
        f"{row['wall_without_start_s']:.3f} s",
        f"{row['cpu_without_start_s']:.3f} s",
        f"{60 / row['wall_without_start_s']:,.0f}",
        f"{row['memory_mb']:.0f} MB",
        f"{row['installed_mb']:.0f} MB, {row['distributions']} packages",
    )


def limit_row(name: str, row: dict[str, Any]) -> Sequence[str]:
    return (
        name,
        f"{row['graded_ms']:.1f} ms",
        f"{row['p95_ms']:.1f} ms",
        f"{row['bare_ms']:.1f} ms",
        f"{row['graded_ms'] - row['bare_ms']:.1f} ms",
    )


def class_row(row: dict[str, Any]) -> Sequence[str]:
    return (
        row["set_up"],
        f"{row['submissions']:,}",
        f"{row['wall_s']:.1f}",
        f"{rate(row):,.0f}",
        f"{1e3 * row['cpu_s'] / row['submissions']:.1f} ms",
        f"{row['peaks_mb'].get('driver', 0):.0f} MB" if "driver" in row["peaks_mb"] else "in the command",
        f"{row['peaks_mb'].get('command', 0):.0f} MB",
    )


def where(part: dict[str, Any]) -> str:
    """Return a sentence about machine and versions."""
    m = part["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in m["versions"].items())
    return (
        f"Measured on {m['day']}: {m['processor']}, {m['cores']} cores, {m['memory_gb']} GB, Linux {m['linux']}, Python "
        f"{m['python']}, {versions}; load before the end {m['load']}."
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
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
