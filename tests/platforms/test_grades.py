"""Lines of a gradebook: what is known, who is who, and what is refused."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.batch.database import Database
from autograder.batch.results import Results
from autograder.batch.roster import Person
from autograder.batch.task import Task
from autograder.errors import UsageError
from autograder.platforms.export import Request
from autograder.platforms.grades import Grade, comment, decimal, has_comma, match, read_grades, read_reports, titles_of
from autograder.platforms.sheet import Sheet
from autograder.report import to_json


def test_zero_missing_excused_and_held_are_kept_apart(grades):
    seen = {name: (grade.status, grade.score, grade.final) for name, grade in grades.items()}
    assert seen["zero"] == ("graded", 0, 0)
    assert seen["gone"] == ("missing", None, None)
    assert seen["ill"] == ("excused", None, None)
    assert seen["held"] == ("held", None, None)
    assert seen["ada"] == ("graded", 10, 10)


def test_being_excused_hides_a_score(make_report):
    assert Grade(Person("a", excused=True), make_report("a")).score is None


def test_a_penalty_is_no_part_of_the_score_and_leaves_nothing_below_zero(grades, make_report):
    zhang = grades["zhang"]
    assert (zhang.score, zhang.penalty, zhang.final) == (7.5, 1.25, 6.25)
    late = Grade(Person("a", late_penalty=99), make_report("a", relu=0))
    assert (late.score, late.penalty, late.final) == (2.5, 2.5, 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.0, "0"), (-0.0, "0"), (100, "100"), (87.25, "87.25"), (1 / 3, "0.333333"), (-1.5, "-1.5")],
)
def test_points_have_the_decimals_they_need(value, text):
    assert decimal(value) == text
    assert decimal(value, comma=True) == text.replace(".", ",")


def test_numbers_with_a_decimal_comma_are_seen():
    assert [has_comma(cell) for cell in (" 7,5 ", "-0,25", "7.5", "7", "1,2,3", "a,b")] == [True, True] + [False] * 4


def test_a_comment_is_one_line_for_the_student(grades):
    assert comment(grades["zhang"]) == "Autograder: 7.5/10 (softmax 0/2.5, relu 7.5/7.5); late penalty 1.25"
    assert comment(grades["held"]) == comment(grades["gone"]) == ""


@pytest.mark.parametrize(
    ("student", "keys"),
    [
        ("Ada Lovelace_4711_assignsubmission_file", {"4711"}),
        ("lovelaceada_815_99_networks", {"815"}),
        ("lovelaceada_LATE_815_99_networks", {"815"}),
        (" ADA ", set()),
    ],
)
def test_downloads_of_moodle_and_canvas_name_their_student(student, keys):
    assert Grade(Person(student)).keys == {student.strip().casefold(), *keys}


def test_an_id_in_the_roster_is_the_only_one_that_counts():
    assert Grade(Person("ada", email="ada@x", lms_id=" 12 ")).keys == {"12"}


@pytest.fixture
def request_(course, tmp_path, results, roster):
    return Request(course.assignment("01_rows"), tmp_path / "to", results, roster=roster)


def test_reports_and_roster_make_the_class(request_, grades):
    found = {grade.person.id: grade for grade in read_grades(request_)}
    assert found == grades
    without = read_grades(replace(request_, roster=None))
    assert [grade.person.id for grade in without] == ["ada", "evil", "held", "zero", "zhang"]


def test_reports_of_other_assignments_are_passed_over(request_, results, make_report):
    (results / "odd.json").write_text(to_json(make_report("odd")).replace("01_rows", "02_networks"))
    assert "odd" not in {report.student for report, _ in read_reports(request_)}
    for path in results.glob("[!o]*.json"):
        path.unlink()
    with pytest.raises(UsageError, match=r"has no report of 01_rows \(it has 02_networks\); run"):
        read_reports(request_)


def test_results_that_are_none_are_one_sentence(request_, results):
    document = json.loads((results / "ada.json").read_text())
    (results / "bob.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"bob\.json is the report of ada"):
        read_reports(request_)
    (results / "bob.json").write_text("{}")
    with pytest.raises(UsageError, match=r"bob\.json is no report that this version can read"):
        read_reports(request_)


@pytest.fixture
def database(results):
    """A database of that folder, in which ada's second attempt is worse, and two days late, and zhang is late too."""
    made = Database.in_file(results / "results.db")
    yield Results(made)
    made.close()


@pytest.fixture
def handed_in(database, make_report):
    def add(student, day, **points):
        moment = datetime(2030, 11, day, 12, tzinfo=UTC)
        database.record(
            Task(student, f"{student}.py", f"{day}", b"", moment, unreadable="gone"), make_report(student, **points)
        )

    add("ada", 1)
    add("ada", 3, softmax=0)
    add("zhang", 3, softmax=0)
    return database.database.url.render_as_string()


@pytest.mark.parametrize(
    ("rules", "ada", "zhang"),
    [
        ("", (7.5, 0), (7.5, 1.25)),
        ('counts = "best"', (10, 0), (7.5, 1.25)),
        ("due = 2030-11-02T00:00:00Z\nlate_per_day = 0.2", (7.5, 3), (7.5, 1.25)),
        ("due = 2030-11-02T00:00:00Z\nlate_days = 0", (10, 0), (7.5, 1.25)),
    ],
)
@pytest.mark.parametrize("by", ["folder", "address"])
def test_of_a_database_the_attempts_that_count_are_read(request_, handed_in, monkeypatch, rules, ada, zhang, by):
    """The documents in the folder, of which there are more, are not even looked at; zhang's penalty is the roster's."""
    file = request_.assignment.course.solutions / "course.toml"
    original = Path.read_text
    text = f"{file.read_text()}[rules]\n{rules}\n"
    monkeypatch.setattr(Path, "read_text", lambda path, **o: text if path == file else original(path, **o))
    if by == "address":
        request_ = replace(request_, results=None, db=handed_in)
    found = {grade.person.id: grade for grade in read_grades(request_)}
    assert (found["ada"].score, found["ada"].penalty) == ada
    assert (found["zhang"].score, found["zhang"].penalty) == zhang
    assert {grade.status for grade in found.values() if grade.report is None} == {"missing", "excused"}
    assert len(read_reports(request_)) == 2


def test_a_database_without_the_assignment_is_one_sentence(request_, database):
    with pytest.raises(UsageError, match=r"results\.db has no report of 01_rows; run `autograder grade 01_rows` first"):
        read_reports(request_)


@pytest.fixture
def book(tmp_path):
    return Sheet(tmp_path / "book.csv", ["name"], [["Ada"], ["Bob"], ["Cy"]])


def test_students_are_found_by_any_name_whatever_its_case(book, make_report):
    assert match(book, {2: ["ada@school.edu"]}, [Grade(Person("ADA"), make_report("ADA"))])[0].keys() == {2}
    ada, gone, odd = (
        Grade(Person("ADA"), make_report("ADA")),
        Grade(Person("gone")),
        Grade(Person("odd"), make_report("odd")),
    )
    found, problems = match(book, {0: ["ada", "1"], 1: ["bob", ""]}, [ada, gone, odd])
    assert found == {0: ada}
    assert problems == [f"odd is not in {book.path}; give the right email or lms_id in --roster"]


def test_whoever_is_found_twice_is_nobody(book, make_report):
    ada = Grade(Person("ada", email="a@x"), make_report("ada"))
    with pytest.raises(UsageError, match="ada could be any of lines 2, 4 of"):
        match(book, {0: ["ada"], 2: ["a@x"]}, [ada])
    with pytest.raises(UsageError, match="ada and bob are both line 3 of"):
        match(book, {1: ["ada", "bob"]}, [ada, Grade(Person("bob"), make_report("bob"))])


def test_a_gradebook_of_others_is_refused(book, make_report):
    with pytest.raises(UsageError, match="has none of the students graded; is it another course's"):
        match(book, {0: ["eve"]}, [Grade(Person("ada"), make_report("ada"))])


def test_an_assignment_is_called_by_its_title_or_name_unless_told_otherwise(course):
    assignment = course.assignment("01_rows")
    assert titles_of(assignment, "77") == ("77",)
    assert titles_of(assignment, None) == (assignment.front.title, "01_rows")


def test_the_commands_of_the_page_work_one_after_the_other(course, commands, tool, normalise, tmp_path):
    """Its course is the small one: the names of the assignment and of its students' folder are put in."""
    shutil.copytree(course.root, work := tmp_path / "course")
    (work / "submissions").mkdir()
    (work / "submissions" / "ada.py").write_text(normalise)
    (work / "roster.csv").write_text("id,name,email,late_penalty\nada,Ada,ada@school.edu,2.5\n")
    title = course.assignment("01_rows").front.title
    (work / "canvas.csv").write_text(
        f"Student,ID,SIS Login ID,Section,{title} (12)\n    Points Possible,,,,10\nAda,7,ada,A,\n"
    )
    (work / "worksheet.csv").write_text(
        "Identifier,Email address,Grade,Maximum Grade,Last modified (grade)\nParticipant 7,ada@school.edu,,10.00,-\n"
    )
    lines = [
        c.replace("submissions/02_networks", "submissions").replace("02_networks", "01_rows")
        for c in commands("gradebooks.md")
    ]
    assert len(lines) == 8
    for line in lines:
        tool(line, work)
    read = {path.name: path.read_text() for path in work.glob("*") if path.is_file()}
    assert "Ada,7,ada,A,7.5\n" in read["canvas-new.csv"]
    assert "Participant 7,ada@school.edu,7.5,10.00,-\n" in read["worksheet-new.csv"]
    assert "ada@school.edu,7.5," in read["moodle.csv"]
    assert "ada,Ada,ada@school.edu,graded,10,2.5,7.5,10\n" in (work / "tables" / "totals.csv").read_text()
    assert read["nbgrader.csv"].endswith(",10,2.5,7.5,10\n")
    assert "<testsuites" in read["junit.xml"]
    assert json.loads((work / "scores" / "ada.json").read_text())["scoreGiven"] == 7.5
