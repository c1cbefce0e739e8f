"""Canvas: our file goes through its importer, whose rules are written here once more, and changes our column alone."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.batch.roster import Person
from autograder.errors import UsageError
from autograder.model import Outcome, Provenance, Report, Result
from autograder.platforms import canvas
from autograder.platforms.export import Request
from autograder.platforms.grades import Grade
from autograder.platforms.sheet import Sheet, read_sheet

TITLES = ("Rows", "01_rows")
STUDENTS = {
    "ada": ('Lovelace, Ada "Countess"', "101", "S-1", "ada@school.edu"),
    "zhang": ("张伟", "102", "S-2", "zhang"),
    "zero": ("Zoë Zero", "103", "S-3", "ZERO"),
    "ill": ("Ivo Ill", "104", "S-4", "ill"),
    "gone": ("Gonçalo Gone", "105", "S-5", "gone"),
    "held": ("Hedda Held", "106", "S-6", "held"),
    "evil": ('=HYPERLINK("http://evil.example")', "107", "S-7", "evil"),
}


def exported(columns=("Homework 0 (11)", "Rows (12)", "Rows late penalty (13)"), own="", points="10.00", **changed):
    """Return the gradebook as Canvas exports it."""
    header = [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        "Notes",
        *columns,
        "Current Score",
        "Final Grade",
    ]
    rest = [""] * (len(columns) - 2)
    rows = [
        ["    Manual Posting", *[""] * (len(header) - 1)],
        ["    Points Possible", "", "", "", "", "", "5.00", points, *rest, "(read only)", "(read only)"],
    ]
    for student, (name, number, sis, login) in STUDENTS.items():
        cells = ["4.50", changed.get(student, own), *rest]
        rows.append([name, number, sis, login, "Section, A", "", *cells, "90.00", "A-"])
    rows.append(["Student, Test", "999", "", "abc", "Section, A", "", "", "", *rest, "", ""])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return "\ufeff" + text.getvalue()


def canvas_import(text, known):
    """Read a gradebook as Canvas does; return {(student's ID, assignment): value}, and titles of new assignments.

    ``known`` has the gradebook that Canvas holds, as it exported it: ids of its students and of its assignments.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";" if ";" in text[:40] else ","))
    header = rows[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert len(header) > 3
    section = header.index("Section")
    old = list(csv.reader(io.StringIO(known.removeprefix("\ufeff"))))
    ids = {row[1]: row[1] for row in old[1:] if row[1]}
    sis, logins = {row[2]: row[1] for row in old[1:] if row[2]}, {row[3]: row[1] for row in old[1:] if row[3]}
    numbers = {m[1]: c for c in old[0] if (m := re.search(r"\((\d+)\)$", c))}
    reserved = re.compile(r"(Current|Final|Unposted|Override) (Score|Points|Grade)")
    assignments, created = {}, []
    for place, title in enumerate(header):
        if place <= section or title in ("Notes",) or reserved.match(title):
            continue
        found = re.search(r"\((\d+)\)$", title)
        if found and found[1] in numbers:
            assignments[place] = found[1]
        else:
            created.append(title)
    values = {}
    for row in rows[1:]:
        if re.match(r"\s*(Points Possible|Manual Posting|Muted)", row[0]):
            continue
        student = ids.get(row[1]) or sis.get(row[2]) or logins.get(row[3])
        assert student, row
        for place, number in assignments.items():
            cell = row[place].strip()
            if cell:
                values[student, number] = "EX" if cell.upper() == "EX" else float(cell.replace(",", "."))
    return values, created


@pytest.fixture
def book(tmp_path):
    def write(text):
        path = tmp_path / "canvas.csv"
        path.write_text(text, encoding="utf-8")
        return canvas.gradebook(path)

    return write


def fill(sheet, grades, titles=TITLES, points=10.0):
    return canvas.fill(sheet, list(grades.values()), titles, points)


def test_the_importer_sees_our_scores_and_nothing_new(book, grades):
    before = exported()
    filled, problems = fill(book(before), grades)
    values, created = canvas_import(filled.text(), before)
    old, _ = canvas_import(before, before)
    assert created == []
    assert {k: v for k, v in values.items() if k[1] == "11"} == {k: v for k, v in old.items() if k[1] == "11"}
    assert {k[0]: v for k, v in values.items() if k[1] == "12"} == {
        "101": 10, "102": 7.5, "103": 0, "104": "EX", "107": 3,
    }  # fmt: skip
    assert {k[0]: v for k, v in values.items() if k[1] == "13"} == {"101": 0, "102": -1.25, "103": 0, "107": 0}
    assert problems == ["the report of held is held, so no score was filled in"]


def test_columns_and_rows_keep_their_order_and_all_other_cells(book, grades):
    sheet = book(exported())
    filled, _ = fill(sheet, grades)
    assert filled.header == sheet.header
    assert filled.text().startswith("\ufeff")
    ours = (sheet.column("Rows (12)"), sheet.column("Rows late penalty (13)"))
    for old, new in zip(sheet.rows, filled.rows, strict=True):
        changed = {place for place, (a, b) in enumerate(zip(old, new, strict=True)) if a != b}
        assert changed <= {*ours, 0}
    names = [row[0] for row in filled.rows]
    assert names[2:4] == ['Lovelace, Ada "Countess"', "张伟"]
    assert '\'=HYPERLINK("http://evil.example")' in names


def test_without_a_column_for_it_the_penalty_is_taken_off(book, grades):
    before = exported(columns=("Homework 0 (11)", "Rows (12)"))
    values, _ = canvas_import(fill(book(before), grades)[0].text(), before)
    assert values["102", "12"] == 6.25


def test_uploading_twice_is_uploading_once(book, grades):
    once, _ = fill(book(exported()), grades)
    twice, _ = fill(book(once.text()), grades)
    assert twice.text() == once.text()


def test_who_is_missing_keeps_what_canvas_has_and_who_is_excused_there_stays_so(book, grades):
    before = exported(gone="7.00", ada="EX", zero="9.00")
    filled, problems = fill(book(before), grades)
    values, _ = canvas_import(filled.text(), before)
    assert (values["105", "12"], values["101", "12"], values["103", "12"]) == (7, "EX", 0)
    assert any(p.startswith("ada is excused in ") for p in problems)


def test_semicolons_and_decimal_commas_are_kept(book, grades):
    comma = exported().replace(",", "\0").replace('"Lovelace\0 Ada ""Countess"""', "Lovelace")
    text = (
        comma.replace('"Section\0 A"', "A").replace('"Student\0 Test"', "Test").replace("\0", ";").replace(".00", ",00")
    )
    filled, _ = fill(book(text.replace("4.50", "4,50")), grades)
    row = next(row for row in filled.rows if row[1] == "102")
    assert (filled.delimiter, row[7]) == (";", "7,5")


def test_a_column_may_be_named_by_number_or_title(book, grades):
    for name in ("12", "rows"):
        values, _ = canvas_import(fill(book(exported()), grades, (name,))[0].text(), exported())
        assert values["101", "12"] == 10


@pytest.mark.parametrize(
    ("text", "titles", "message"),
    [
        (exported(), ("Columns",), r"has no assignment 'Columns' \(it has: Homework 0 \(11\), Rows \(12\)"),
        (exported(columns=("Rows (11)", "Rows (12)")), TITLES, "has 2 assignments 'Rows'; give --column 11 or 12"),
        (exported(points="50.00"), TITLES, r"Rows \(12\) is worth 50 points in .*, but 10 here; change that"),
        (exported(points="(read only)"), TITLES, r"says '\(read only\)' about Rows \(12\)"),
        ("Student;ID\nx;y\n", TITLES, "is no gradebook of Canvas: it has the columns Student, ID, expected"),
        ("Name,Grade\nx,y\n", TITLES, "is no gradebook of Canvas"),
        (exported().replace("ada@", "eve@").replace("S-", "T-").replace(",zhang,", ",q,").replace("ZERO", "r")
         .replace(",evil,", ",s,").replace(",held,", ",t,"), TITLES, "has none of the students graded"),
    ],
)  # fmt: skip
def test_a_gradebook_that_does_not_fit_is_one_sentence(book, grades, text, titles, message):
    with pytest.raises(UsageError, match=message):
        fill(book(text), grades, titles)


def test_names_in_two_columns_are_fine(grades):
    header = ["LastName", "FirstName", "ID", "SIS Login ID", "Section", "Rows (12)"]
    rows = [["    Points Possible", "", "", "", "", "10.00"], ["Ada", "", "101", "ada", "A", ""]]
    filled, _ = fill(Sheet("canvas.csv", header, rows), {"ada": grades["ada"]})
    assert filled.rows[1][5] == "10"


def test_a_student_whom_canvas_does_not_know_is_named(book, grades, make_report):
    grades["odd"] = Grade(Person("odd"), make_report("odd"))
    _, problems = fill(book(exported()), grades)
    assert any(problem.startswith("odd is not in ") for problem in problems)


def test_the_export_writes_a_new_file_and_leaves_the_old(course, results, roster, tmp_path):
    old = tmp_path / "canvas.csv"
    title = course.assignment("01_rows").front.title
    old.write_text(exported(columns=("Homework 0 (11)", f"{title} (12)")), encoding="utf-8")
    content = old.read_bytes()
    request = Request(course.assignment("01_rows"), tmp_path / "new.csv", results, None, old, roster)
    assert canvas.export(request) == [tmp_path / "new.csv"] == canvas.export(request)
    assert old.read_bytes() == content
    assert read_sheet(tmp_path / "new.csv").header == read_sheet(old).header
    with pytest.raises(UsageError, match="was not overwritten"):
        canvas.export(Request(course.assignment("01_rows"), old, results, None, old, roster))
    assert old.read_bytes() == content


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(names=st.lists(NAMES, min_size=1, max_size=5), points=st.integers(0, 10**6))
def test_whatever_students_are_called_scores_reach_them_exactly(names, points):
    score = points / 10**4
    provenance = Provenance("0", "0" * 64, "", "L2", "", "", "2030-01-31T13:00:00+01:00", 0.1)
    result = Result("test_a", "a", "A.", Outcome.PASSED, score)
    grades = [
        Grade(Person(f"s{i}"), Report("01_rows", f"s{i}", "", "", ("a",), (result,), provenance, 100.0))
        for i in range(len(names))
    ]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Rows (12)"]
    rows = [[name, str(1000 + i), "", f"s{i}", "A", ""] for i, name in enumerate(names)]
    filled, problems = canvas.fill(Sheet("canvas.csv", header, rows), grades, TITLES, 100.0)
    known = Sheet("canvas.csv", header, rows).text()
    assert problems == []
    assert canvas_import(filled.text(), known) == ({(str(1000 + i), "12"): score for i in range(len(names))}, [])
    assert not any(row[0].lstrip().startswith(("=", "+", "-", "@")) for row in filled.rows)
