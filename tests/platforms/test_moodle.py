"""Moodle: our files go through its two importers, whose rules are written here once more."""

import csv
import html
import io
import re

import pytest

from autograder.batch.roster import Person
from autograder.errors import UsageError
from autograder.platforms import moodle
from autograder.platforms.export import Request
from autograder.platforms.grades import Grade

HEADER = [
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
]  # fmt: skip
STUDENTS = {
    "ada": (501, 'Ada "Countess", Lovelace'), "zhang": (502, "张伟"), "zero": (503, "Zoë Zero"),
    "ill": (504, "Ivo Ill"), "gone": (505, "Gonçalo Gone"), "held": (506, "Hedda Held"), "evil": (507, "=1+1"),
}  # fmt: skip
CHANGED = "Friday, 20 November 2026, 12:00 PM"


def downloaded(maximum="10.00", grade="", said="", locked=(), without=(), **changed):
    """Return the worksheet as Moodle writes it."""
    rows = [HEADER]
    for student, (number, name) in STUDENTS.items():
        can = "No" if student in locked else "Yes"
        cells = [f"Participant {number}", name, f"{student}@school.edu", "Submitted for grading - "]
        rows.append([*cells, changed.get(student, grade), maximum, can, "-", CHANGED, said])
    kept = [place for place, name in enumerate(HEADER) if name not in without]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row[place] for place in kept] for row in rows)
    return "\ufeff" + text.getvalue()


def worksheet_import(text, modified=()):
    """Read a worksheet as the assignment's importer does; return {participant: (grade, comment)}.

    It passes over rows without a grade, locked ones, and students whose grade was ``modified`` since the download.
    """
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    for needed in ("Identifier", "Grade", "Last modified (grade)"):
        assert needed in rows[0]
    found = {}
    for row in rows:
        number = int(re.fullmatch(r"Participant (\d+)", row["Identifier"])[1])
        grade = row["Grade"].strip().replace(",", ".")
        if not grade or row["Grade can be changed"] == "No" or number in modified:
            continue
        assert row["Last modified (grade)"] == CHANGED
        assert 0 <= float(grade) <= float(row["Maximum Grade"].replace(",", "."))
        found[number] = float(grade), html.unescape(row["Feedback comments"])
    return found


@pytest.fixture
def sheet(tmp_path):
    def write(text):
        path = tmp_path / "worksheet.csv"
        path.write_text(text, encoding="utf-8")
        return moodle.worksheet(path)

    return write


def fill(sheet, grades, points=10.0):
    return moodle.fill(sheet, list(grades.values()), points)


def test_the_importer_sees_grades_and_comments_of_those_who_have_any(sheet, grades):
    filled, problems = fill(sheet(downloaded()), grades)
    found = worksheet_import(filled.text())
    assert {number: grade for number, (grade, _) in found.items()} == {501: 10, 502: 6.25, 503: 0, 507: 3}
    assert found[502][1] == "Autograder: 7.5/10 (softmax 0/2.5, relu 7.5/7.5); late penalty 1.25"
    assert problems == ["the report of held is held, so no grade was filled in"]


def test_only_grade_and_comment_change_and_names_are_no_formulas(sheet, grades):
    before = sheet(downloaded())
    filled, _ = fill(before, grades)
    assert filled.header == before.header
    changed = {
        before.header[place]
        for old, new in zip(before.rows, filled.rows, strict=True)
        for place, (a, b) in enumerate(zip(old, new, strict=True))
        if a != b
    }
    assert changed == {"Grade", "Feedback comments", "Full name"}
    assert [row[1] for row in filled.rows][-1] == "'=1+1"


def test_uploading_twice_is_uploading_once(sheet, grades):
    once, _ = fill(sheet(downloaded()), grades)
    twice, _ = fill(sheet(once.text()), grades)
    assert twice.text() == once.text()


def test_a_comment_that_a_person_wrote_stays(sheet, grades):
    filled, _ = fill(sheet(downloaded(said="Nice plots!")), grades)
    assert worksheet_import(filled.text())[501] == (10, "Nice plots!")


def test_missing_and_excused_students_keep_what_moodle_has(sheet, grades):
    found = worksheet_import(fill(sheet(downloaded(grade="4.00")), grades)[0].text())
    assert (found[504][0], found[505][0], found[506][0], found[503][0]) == (4, 4, 4, 0)


def test_locked_grades_are_named(sheet, grades):
    filled, problems = fill(sheet(downloaded(locked=("ada",))), grades)
    assert 501 not in worksheet_import(filled.text())
    assert "the grade of ada is locked in Moodle, so it was not filled in" in problems


def test_decimal_commas_and_absent_columns_are_kept(sheet, grades):
    filled, _ = fill(sheet(downloaded(maximum="10,00", without=("Feedback comments", "Status"))), grades)
    assert next(row for row in filled.rows if "502" in row[0])[3] == "6,25"


def test_students_are_known_by_their_number_and_by_the_name_of_a_download(sheet, make_report):
    names = ["501", "Zhang Wei_502_assignsubmission_file"]
    filled, problems = fill(
        sheet(downloaded(without=("Email address",))), {n: Grade(Person(n), make_report(n)) for n in names}
    )
    assert problems == []
    assert set(worksheet_import(filled.text())) == {501, 502}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (downloaded(maximum="100.00"), r":2: Moodle's maximum grade is 100\.00, but the assignment is worth 10 points"),
        (downloaded(maximum="Scale: good"), "maximum grade is Scale: good, but"),
        (
            downloaded(without=("Identifier", "Grade")),
            "is no grading worksheet .* but not Identifier or Grade; download",
        ),
    ],
)
def test_a_worksheet_that_does_not_fit_is_one_sentence(sheet, grades, text, message):
    with pytest.raises(UsageError, match=message):
        fill(sheet(text), grades)


def test_another_courses_worksheet_is_refused(sheet, make_report):
    with pytest.raises(UsageError, match="has none of the students graded"):
        fill(sheet(downloaded()), {"eve": Grade(Person("eve"), make_report("eve"))})


def test_the_gradebook_file_has_grade_feedback_and_penalty_by_email(grades, make_report):
    grades["odd"] = Grade(Person("odd"), make_report("odd"))
    text, problems = moodle.gradebook(list(grades.values()), "Rows, 1")
    rows = {row["Email address"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(rows) == {f"{name}@school.edu" for name in ("ada", "zhang", "zero", "evil")}
    assert {name.partition("@")[0]: float(row["Rows, 1"]) for name, row in rows.items()} == {
        "ada": 10, "zhang": 6.25, "zero": 0, "evil": 3,
    }  # fmt: skip
    assert float(rows["zhang@school.edu"]["Rows, 1 late penalty"]) == 1.25
    assert all(row["Rows, 1 feedback"].startswith("Autograder: ") for row in rows.values())
    assert problems == [
        "the report of held is held and was left out",
        "odd has no email address and was left out; give it in --roster",
    ]


def test_both_exports_write_new_files(course, results, roster, tmp_path):
    old, assignment = tmp_path / "worksheet.csv", course.assignment("01_rows")
    old.write_text(downloaded(), encoding="utf-8")
    request = Request(assignment, tmp_path / "new.csv", results, None, old, roster)
    assert moodle.export(request) == [tmp_path / "new.csv"]
    assert old.read_text(encoding="utf-8") == downloaded()
    assert worksheet_import((tmp_path / "new.csv").read_text(encoding="utf-8"))[501][0] == 10
    request = Request(assignment, tmp_path / "import.csv", results, roster=roster, column="Rows")
    assert moodle.export_gradebook(request) == [tmp_path / "import.csv"]
    assert request.problems == ["the report of held is held and was left out"]
    assert (tmp_path / "import.csv").read_text(encoding="utf-8").startswith("Email address,Rows,Rows feedback,")
