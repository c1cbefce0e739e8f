"""Results of public tests for GitHub's own pages: annotations as workflow commands, and a job summary in Markdown."""

from collections.abc import Mapping, Sequence

from autograder.model import Outcome, Result
from autograder.places import Place
from autograder.render.feedback import WORDS
from autograder.render.safe import line, markdown

MOST = 10  # annotations of one level that GitHub keeps from one step


def commands(results: Sequence[Result], places: Mapping[str, Place], path: str) -> list[str]:
    """Return one workflow command per exercise that does not pass, at the line where it is defined."""
    said: dict[str, list[Result]] = {}
    for result in results:
        if result.outcome is not Outcome.PASSED:
            said.setdefault(result.exercise, []).append(result)
    lines: dict[str, list[str]] = {"error": [], "warning": []}
    for exercise, failed in said.items():
        place = places.get(exercise, Place(1, 1))
        level = "error" if exercise in places else "warning"
        text = "\n".join(_sentence(result) for result in failed)
        where = f"file={_property(path)},line={place.line},title={_property(f'{exercise} (cell {place.cell})')}"
        lines[level].append(f"::{level} {where}::{_data(text)}")
    return [*lines["error"][:MOST], *lines["warning"][:MOST]]


def summary(results: Sequence[Result], notes: Sequence[str], path: str) -> str:
    """Return a table of all results in Markdown."""
    rows = [f"| `{r.exercise}` | {WORDS[r.outcome]} | {markdown(_sentence(r))} |" for r in results]
    passed = sum(r.outcome is Outcome.PASSED for r in results)
    head = [
        f"### {markdown(path)}: {passed} of {len(results)} public tests passed",
        "",
        "| exercise | | |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows, "", *(f"- {markdown(note)}" for note in notes)]) + "\n"


def _sentence(result: Result) -> str:
    if result.outcome is Outcome.PASSED:
        return line(result.description)
    hint = f" Hint: {line(result.hint)}" if result.hint else ""
    return f"{line(result.description)} {line(result.detail)}{hint}".strip()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(line(text)).replace(":", "%3A").replace(",", "%2C")
