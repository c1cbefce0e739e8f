"""Measure and write down: ``python -m benchmarks [--quick] [--print] [PART…]``.

The parts are ``limit``, ``peers``, ``scaling`` and ``push``. Figures go to ``benchmarks/results.json``, in which parts
that were not measured now stay as they were, and from there into ``docs/performance.md``.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # before numpy, as the commands do
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

from benchmarks import limit, push, report, scaling  # noqa: E402
from benchmarks.machine import Others, machine  # noqa: E402
from benchmarks.peers import compare  # noqa: E402

PARTS = ("limit", "peers", "scaling", "push")
QUICK_SHARE = 0.3


def main() -> None:
    """Measure what is asked for, one thing after the other, and write it down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller classes: a few minutes")
    parser.add_argument("--print", action="store_true", help="print the page instead of writing anything down")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}, only {', '.join(PARTS)}")
    started = time.monotonic()
    found = json.loads(report.RESULTS.read_text()) if report.RESULTS.exists() and not arguments.print else {}
    for part in arguments.parts or PARTS:
        found[part] = measure(part, quick=arguments.quick)
        if not arguments.print:
            report.RESULTS.write_text(json.dumps(found, indent=1) + "\n")
            report.write()
    print(f"measured in {time.monotonic() - started:.0f} s")
    if arguments.print:
        print(report.page(found))


def measure(part: str, *, quick: bool) -> dict[str, Any]:
    """Measure one part in a folder of its own."""
    print(f"-- {part}", flush=True)
    others = Others()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        share = QUICK_SHARE if quick else 1.0
        match part:
            case "limit":
                figures: Any = {"five": limit.five_functions(folder, share), "real": limit.real_assignments(share)}
            case "peers":
                figures = compare.compare(folder, quick=quick)
            case "push":
                figures = push.drain(folder, quick=quick)
            case _:
                figures = scaling.classes(folder, quick=quick)
    return {"machine": machine(), "others": others.share(), "quick": quick, "figures": figures}


if __name__ == "__main__":
    main()
