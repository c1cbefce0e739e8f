"""JUnit XML: valid by the schema that Jenkins uses, and as private as feedback.

``junit-10.xsd`` beside this file is the schema of Jenkins' xunit plugin (MIT License, its text is in the file), as it
comes with the sources of pytest 8.4.2.
"""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder.platforms import junit
from autograder.platforms.export import Request

SCHEMA = Path(__file__).with_name("junit-10.xsd")


@pytest.fixture
def reports(make_report, held):
    return [make_report('张 <&"\x00\x1b>'), make_report("bob", softmax=0, relu=0.5), held("held")]


@pytest.fixture
def suites(reports):
    return ElementTree.fromstring(junit.junit(reports, "01_rows"))


def test_the_document_is_valid_for_jenkins(reports):
    xmlschema = pytest.importorskip("xmlschema")
    schema = xmlschema.XMLSchema(SCHEMA)
    schema.validate(junit.junit(reports, "01_rows").decode().partition("\n")[2])
    schema.validate(junit.junit([], "01_rows").decode().partition("\n")[2])
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate("<testsuites><testsuite/></testsuites>")


def test_counts_are_those_of_the_cases(suites):
    for suite in [suites, *suites]:
        cases = list(suite.iter("testcase"))
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == len(list(suite.iter("failure")))
        assert int(suite.get("errors")) == len(list(suite.iter("error")))
    assert [(s.get("tests"), s.get("failures"), s.get("errors")) for s in suites] == [
        ("4", "1", "0"), ("4", "3", "0"), ("1", "0", "1"),
    ]  # fmt: skip


def test_a_case_is_a_test_of_an_exercise(suites):
    case = suites[1][0]
    assert (case.get("classname"), case.get("name")) == ("01_rows.softmax", "test_softmax")
    failure = case.find("failure")
    assert (failure.get("type"), failure.get("message")) == ("failed", "wrong answer")
    assert failure.text == "About softmax.\nHint: Look <again> & think."


def test_names_survive_and_control_characters_do_not(suites):
    assert suites[0].get("name") == '张 <&"  >'


def test_only_what_a_student_may_read_is_in_it(reports):
    text = junit.junit(reports, "01_rows").decode()
    assert "0.123" not in text
    assert "secret" not in text
    assert "is 3, not 4" in text


def test_times_are_utc_and_in_the_schemas_form(suites):
    assert (suites[0].get("timestamp"), suites[0].get("time")) == ("2030-01-31T12:00:00", "0.512")


def test_the_export_writes_one_file(course, results, tmp_path):
    request = Request(course.assignment("01_rows"), tmp_path / "junit.xml", results)
    (path,) = junit.export(request)
    assert [suite.get("name") for suite in ElementTree.parse(path).getroot()] == [
        "ada",
        "evil",
        "held",
        "zero",
        "zhang",
    ]
