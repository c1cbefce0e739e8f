"""The report document: JSON out, JSON in, and its schema (``report.schema.json``)."""

import json
from importlib import resources
from typing import Any

from autograder.model import Outcome, Provenance, Report, Result, Visibility


def to_json(report: Report) -> str:
    """Return the report document as JSON text with a final newline."""
    return json.dumps(report.as_dict(), indent=1, ensure_ascii=False) + "\n"


def from_document(document: dict[str, Any]) -> Report:
    """Rebuild a report from its document. Raises KeyError, TypeError or ValueError if it is not one."""
    results = [
        Result(
            test=r["test"],
            exercise=r["exercise"],
            description=r["description"],
            outcome=Outcome(r["outcome"]),
            max_score=r["max_score"],
            visibility=Visibility(r["visibility"]),
            case=r["case"],
            detail=r["detail"],
            hint=r["hint"],
        )
        for r in document["results"]
    ]
    return Report(
        assignment=document["assignment"],
        student=document["student"],
        file=document["submission"]["name"],
        sha256=document["submission"]["sha256"],
        exercises=tuple(e["name"] for e in document["exercises"]),
        results=tuple(results),
        provenance=Provenance(**document["provenance"]),
        max_score=document["max_score"],
        notes=tuple(document["submission"]["notes"]),
        unreadable=document["status"] == "unreadable",
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema that every report document satisfies."""
    text = resources.files("autograder").joinpath("report.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
