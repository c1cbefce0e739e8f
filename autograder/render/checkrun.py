"""A report as a check run on GitHub: title, summary, text and annotations, for its student, within GitHub's limits."""

from collections.abc import Mapping
from typing import Any

from autograder.model import Outcome, Report, Result, Status, Visibility
from autograder.places import Place
from autograder.render.feedback import WORDS, feedback
from autograder.render.safe import line, markdown
from autograder.render.terminal import number

MOST = 65_535  # characters of a summary, and of a text
LEFT_OUT = "\n\n… The rest is left out here, because GitHub shows no more."
SHOWN = (Visibility.VISIBLE, Visibility.HIDDEN)
NOBODY = "@\N{WORD JOINER}"  # an @ that calls nobody


def check_run(report: Report, places: Mapping[str, Place], path: str, *, late: bool) -> dict[str, Any]:
    """Return conclusion and output of a check run; ``path`` is the file's in the student's repository."""
    when = "This push came after the due date." if late else ""
    if report.status is Status.HELD:
        return _run("neutral", "held: your instructor looks into it", _join(feedback(report), when), "", [])
    score = f"{number(report.score)} of {number(report.max_score)}"
    rows = [f"| {name} | {number(got)} | {number(most)} |" for name, got, most in report.exercise_scores()]
    table = "\n".join(["| exercise | points | of |", "|---|---|---|", *rows])
    annotations = []
    if report.status is Status.GRADED:
        annotations = [
            _annotation(name, got, most, report, places[name], path)
            for name, got, most in report.exercise_scores()
            if got < most and name in places
        ]
    conclusion = "success" if report.score == report.max_score else "failure"
    title = f"{score}{' (late)' if late else ''}"
    return _run(conclusion, title, _join(f"**{score}**", when, table), feedback(report), annotations)


def no_run(reason: str, *, late: bool) -> dict[str, Any]:
    """Return the same where there was nothing to grade."""
    when = "This push came after the due date." if late else ""
    return _run("neutral", "not graded", _join(f"Not graded: {markdown(reason)}.", when), "", [])


def _run(conclusion: str, title: str, summary: str, text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    output = {"title": line(title, 200), "summary": _cut(summary), "annotations": annotations}
    if text:
        output["text"] = _cut(text)
    return {"status": "completed", "conclusion": conclusion, "output": output}


def _annotation(name: str, got: float, most: float, report: Report, place: Place, path: str) -> dict[str, Any]:
    lost = [r for r in report.results if r.exercise == name and _lost(r)]
    said = [f"{WORDS[r.outcome]}: {line(r.description)}" + (f" Hint: {line(r.hint)}" if r.hint else "") for r in lost]
    return {
        "path": path,
        "start_line": place.line,
        "end_line": place.line,
        "annotation_level": "warning",
        "title": f"{name}: {number(got)} of {number(most)} (cell {place.cell})",
        "message": "\n".join(said)[:16_000] or "see the text of this check",
    }


def _lost(result: Result) -> bool:
    return result.outcome is not Outcome.PASSED and result.visibility in SHOWN


def _join(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part)


def _cut(text: str) -> str:
    """Let nobody be called by a name with @ in front, and cut at a line where GitHub would refuse the whole."""
    text = text.replace("@", NOBODY)
    if len(text) <= MOST:
        return text
    return text[: MOST - len(LEFT_OUT)].rpartition("\n")[0] + LEFT_OUT
