"""Foreign CSV files: read in any of their forms, written back in the same, refused in a sentence."""

import pytest

from autograder.errors import UsageError
from autograder.platforms import sheet
from autograder.platforms.sheet import csv_text, harmless, read_sheet


@pytest.fixture
def file(tmp_path):
    def write(data):
        path = tmp_path / "book.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "\ufeffa;b\r\n1,5;2\r\n",
        "a\tb\n1\t2\n",
        'a,b\n"x, y","say ""no"""\n',
        'a,b\n"two\nlines",张\n',
    ],
)
def test_a_file_is_written_as_it_was_read(file, text):
    assert read_sheet(file(text)).text() == text


def test_columns_are_found_by_name_and_named_in_messages(file):
    found = read_sheet(file(" a ,,c\n1,2,3\n"))
    assert (found.column("a"), found.column("c"), found.column("d")) == (0, 2, None)
    assert found.columns() == "a, (no name), c"
    assert read_sheet(file(",".join("x" * 13) + "\n")).columns().endswith(", …")


def test_rows_have_the_numbers_that_people_see(file):
    assert list(read_sheet(file("a\nx\ny\n")).numbered()) == [(2, ["x"]), (3, ["y"])]


def test_other_rows_leave_the_file_as_it_is(file):
    path = file("a;b\r\n1;2\r\n")
    assert read_sheet(path).with_rows([["3", "4"]]).text() == "a;b\r\n3;4\r\n"
    assert path.read_bytes() == b"a;b\r\n1;2\r\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"a,b\n1\n", "row 2 has 1 cells, but the header has 2"),
        (b"a,b\nx,\xff\n", r"book\.csv:2: this is not UTF-8 text; save"),
        (b'a,b\n"x"y,1\n', "is no CSV file"),
        (b'a,b\n"x,1\n', "is no CSV file"),
    ],
)
def test_what_is_no_table_is_one_sentence(file, data, message):
    with pytest.raises(UsageError, match=message):
        read_sheet(file(data))


def test_a_file_that_is_not_there_or_far_too_big_is_one_sentence(file, tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="cannot be opened: No such file"):
        read_sheet(tmp_path / "none.csv")
    monkeypatch.setattr(sheet, "MAX_BYTES", 3)
    with pytest.raises(UsageError, match="which no gradebook has"):
        read_sheet(file("a,b\n"))


def test_only_formulas_are_changed():
    assert [harmless(t) for t in ("=1+1", " @x", "-2", "a  b", "'=1", "x\ty")] == [
        "'=1+1",
        "' @x",
        "'-2",
        "a  b",
        "'=1",
        "x\ty",
    ]


def test_rows_become_quoted_text():
    assert csv_text([["a,b", 'c"', 1.5]]) == '"a,b","c""",1.5\n'
