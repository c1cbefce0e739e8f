"""JUnit XML, as Jenkins and other servers read it: a suite per student, a case per test.

Servers show such files to whoever may see a build, so they hold what a student may read and nothing more.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from autograder.model import Outcome, Report, Result, Visibility
from autograder.platforms.export import Request, write_new
from autograder.platforms.grades import decimal, read_reports
from autograder.render.feedback import WORDS, remarks
from autograder.render.safe import line


def export(request: Request) -> list[Path]:
    """Write one file for all reports."""
    reports = [report for report, _ in read_reports(request)]
    return [write_new(request.to, junit(reports, request.assignment.slug))]


def junit(reports: Sequence[Report], assignment: str) -> bytes:
    """Return the document: ``broken`` results, which are ours, are errors; others that did not pass are failures."""
    results = [result for report in reports for result in _shown(report)]
    root = ElementTree.Element("testsuites", {"name": assignment, **_counts(results)})
    for report in reports:
        shown = _shown(report)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            {
                "name": line(report.student),
                **_counts(shown),
                "skipped": "0",
                "time": decimal(report.provenance.seconds),
                "timestamp": _timestamp(report.provenance.graded_at),
            },
        )
        for result in shown:
            case = ElementTree.SubElement(
                suite, "testcase", {"classname": f"{assignment}.{result.exercise}", "name": result.test, "time": "0"}
            )
            if result.outcome is not Outcome.PASSED:
                kind = "error" if result.outcome is Outcome.BROKEN else "failure"
                said = {"type": str(result.outcome), "message": WORDS[result.outcome]}
                ElementTree.SubElement(case, kind, said).text = "\n".join([line(result.description), *remarks(result)])
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _shown(report: Report) -> list[Result]:
    return [r for r in report.results if r.visibility in (Visibility.VISIBLE, Visibility.HIDDEN)]


def _counts(results: Sequence[Result]) -> dict[str, str]:
    broken = sum(r.outcome is Outcome.BROKEN for r in results)
    failed = sum(r.outcome is not Outcome.PASSED for r in results) - broken
    return {"tests": str(len(results)), "failures": str(failed), "errors": str(broken)}


def _timestamp(graded_at: str) -> str:
    """Return the time in the form of the schemas: in UTC, without naming the zone."""
    time = datetime.fromisoformat(graded_at)
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
