"""The report document: it satisfies its schema, and a report survives being written and read."""

import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Outcome, Provenance, Report, Result, Visibility
from autograder.report import from_document, schema, to_json

QUICK = settings(deadline=None, max_examples=50)
VALIDATOR = jsonschema.Draft202012Validator(schema())

texts = st.text(max_size=20)
points = st.integers(0, 400).map(lambda n: n / 4)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
results = st.builds(
    Result,
    test=texts,
    exercise=st.sampled_from(["softmax", "relu"]),
    description=texts,
    outcome=st.sampled_from(Outcome),
    max_score=points,
    visibility=st.sampled_from(Visibility),
    case=st.none() | texts,
    detail=texts,
    hint=texts,
)
reports = st.builds(
    Report,
    assignment=texts,
    student=texts,
    file=texts,
    sha256=digests,
    exercises=st.sampled_from([(), ("softmax",), ("softmax", "relu")]),
    results=st.lists(results, max_size=4).map(tuple),
    provenance=st.builds(
        Provenance,
        engine=texts,
        tests_sha256=digests,
        salt_id=texts,
        sandbox_level=st.sampled_from(["L0", "L1", "L2", "L3"]),
        python=texts,
        numpy=texts,
        graded_at=st.datetimes(timezones=st.timezones()).map(lambda t: t.isoformat()),
        seconds=points,
    ),
    max_score=points,
    notes=st.lists(texts, max_size=2).map(tuple),
    unreadable=st.booleans(),
    output=texts,
)


@pytest.fixture
def document():
    result = Result("test_softmax", "softmax", "Rows sum to one.", Outcome.PASSED, 1.0)
    provenance = Provenance("0.1.0", "0" * 64, "ab12", "L2", "3.11", "2.4", "2030-01-31T12:00:00+00:00", 0.5)
    return Report("02_networks", "ada", "ada.py", "0" * 64, ("softmax",), (result,), provenance, 1.0).as_dict()


def test_the_schema_is_itself_valid():
    jsonschema.Draft202012Validator.check_schema(schema())


@given(reports)
@QUICK
def test_every_report_satisfies_the_schema(report):
    VALIDATOR.validate(report.as_dict())


@given(reports)
@QUICK
def test_a_report_survives_being_written_and_read(report):
    text = to_json(report)
    read = from_document(json.loads(text))
    assert read == report
    assert to_json(read) == text


def test_the_text_is_readable_and_ends_with_a_newline(document):
    text = to_json(from_document(document | {"student": "Gödel"}))
    assert '"student": "Gödel"' in text
    assert text.endswith("}\n")


def test_the_schema_lists_all_that_a_document_holds(document):
    """So that nothing is added to the document without being described."""
    described = schema()["properties"]
    assert list(described) == list(document)
    assert list(described["provenance"]["properties"]) == list(document["provenance"])
    assert list(described["results"]["items"]["properties"]) == list(document["results"][0])


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"score": -1},
        {"status": "passed"},
        {"results": [{}]},
        {"submission": {"name": "ada.py", "sha256": "xyz", "notes": []}},
        {"surprise": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_refuses_what_is_no_report(document, change):
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document | change)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"results": [{}]}, KeyError),
        ({"results": 5}, TypeError),
        ({"provenance": {"engine": "0.1.0"}}, TypeError),
        ({"submission": []}, TypeError),
    ],
    ids=["result", "results", "provenance", "submission"],
)
def test_what_is_no_report_cannot_be_read(document, change, error):
    with pytest.raises(error):
        from_document(document | change)


def test_an_unknown_outcome_cannot_be_read(document):
    document["results"][0]["outcome"] = "great"
    with pytest.raises(ValueError, match="'great' is not a valid Outcome"):
        from_document(document)
