"""The class as a CSV: encodings, separators, and a sentence for each way to get it wrong."""

from datetime import UTC, datetime

import pytest

from autograder.batch.roster import Person, Roster, read_roster, read_times
from autograder.errors import UsageError
from autograder.model import Standing

TEXT = "id,name,email,section,LMS ID,locker\nada,Ada Löve,ada@x.org,A,17,3\nbob,Bob,,B,,\n"


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("change", [("", ""), (",", ";"), (",", "\t"), ("\n", "\r\n"), ("\n", "\r"), ("id,", " ID ,")])
def test_a_roster_is_read_as_spreadsheets_write_it(tmp_path, encoding, change):
    people = read_roster(write(tmp_path, TEXT.replace(*change), encoding)).people
    assert list(people.values()) == [
        Person("ada", "Ada Löve", "ada@x.org", "A", lms_id="17"),
        Person("bob", "Bob", "", "B"),
    ]


def test_quotes_short_lines_and_blank_lines_are_fine(tmp_path):
    people = read_roster(write(tmp_path, 'id,name,email\n"ada","Löve, Ada"\n,,\n\nbob\n')).people
    assert people["ada"].name == "Löve, Ada"
    assert people["bob"] == Person("bob")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"id,name\nada,L\xf6ve\n", "roster.csv is not UTF-8 text; save it as CSV UTF-8"),
        ("name,email\nada,x\n", "roster.csv needs one column 'id' in its first line, which has name, email"),
        ("", "roster.csv needs one column 'id' in its first line, which has nothing"),
        ("id,id\nada,ada\n", "roster.csv needs one column 'id' in its first line, which has id, id"),
        ("id,name\n", "roster.csv names no student below its first line"),
        ("id,name\nada,A\n,B\n", "roster.csv:3: the id is empty; give every student one"),
        ("id,name\nada,A\nbob,B\nada,C\n", "roster.csv:4: ada is also in line 2; keep one of the two"),
        ("id,excused\nada,maybe\n", "roster.csv:2: excused is 'maybe', expected yes or no"),
        *(
            (
                f"id;late_penalty\nada;{text}\n",
                f"roster.csv:2: late_penalty is '{text}', expected points to take off, such as 5 or 2.5",
            )
            for text in ("much", "-1", "nan", "inf")
        ),
        ("id,name\nada,Löve,Ada\n", "roster.csv:2: there are 3 cells under 2 columns; quote commas"),
        ("id,name\nada," + "x" * 200_000, "roster.csv:2: this is no CSV: field larger than field limit (131072)"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_line(tmp_path, text, message):
    with pytest.raises(UsageError) as caught:
        read_roster(write(tmp_path, text))
    assert str(caught.value) == f"{tmp_path}/{message}"


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match=r"roster\.csv cannot be read: No such file or directory"):
        read_roster(tmp_path / "roster.csv")


def test_unknown_and_missing_students_are_listed_and_never_dropped(tmp_path):
    roster = read_roster(write(tmp_path, TEXT))
    assert roster.unknown(["kim", "ada"]) == ["kim"]
    assert roster.missing(["kim", "ada"]) == ["bob"]
    standings = roster.complete([Standing("kim", "graded", 3, 10), Standing("ada", "graded", 7, 10)], 10)
    assert [(s.student, s.status, s.score, s.name, s.notes) for s in standings] == [
        ("ada", "graded", 7, "Ada Löve", ()),
        ("bob", "missing", 0, "Bob", ()),
        ("kim", "graded", 3, "", ("not in the roster",)),
    ]
    assert standings[1].attempts == 0


def test_what_people_decided_is_read_and_goes_before_the_rules(tmp_path):
    text = "id;Excused;Late penalty\nada;;2,5\nbob;Yes;\ncem;no;\ndan;;0\neve;;99\n"
    roster = read_roster(write(tmp_path, text))
    assert [(p.excused, p.late_penalty) for p in roster.people.values()] == [
        (False, 2.5), (True, None), (False, None), (False, 0), (False, 99),
    ]  # fmt: skip
    late = [Standing(student, "graded", 6, 10, earned=8) for student in roster.people]
    assert [(s.student, s.status, s.score, s.earned) for s in roster.complete(late, 10)] == [
        ("ada", "graded", 5.5, 8), ("bob", "excused", 0, 8), ("cem", "graded", 6, 8), ("dan", "graded", 8, 8),
        ("eve", "graded", 0, 8),
    ]  # fmt: skip
    assert [s.status for s in roster.complete([], 10)] == ["missing", "excused", "missing", "missing", "missing"]


def test_where_there_is_no_roster_nobody_is_unknown_or_missing():
    assert Roster().unknown(["kim"]) == Roster().missing(["kim"]) == []
    assert Roster().complete([Standing("kim", "graded", 3, 10)], 10)[0].notes == ()


def test_times_are_read_in_utc(tmp_path):
    path = write(tmp_path, "id,submitted_at\nada,2030-11-30T23:59:00.5+01:00\n")
    assert read_times(path) == {"ada": datetime(2030, 11, 30, 22, 59, tzinfo=UTC)}


@pytest.mark.parametrize("value", ["yesterday", "2030-11-30", "2030-11-30T23:59:00", ""])
def test_a_time_without_its_distance_from_utc_is_refused(tmp_path, value):
    with pytest.raises(UsageError, match=r"ada has submitted_at .*, expected a time such as 2030-11-30T23:59:00"):
        read_times(write(tmp_path, f"id,submitted_at\nada,{value}\n"))
