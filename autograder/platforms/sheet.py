"""CSV files of other people's programs: read as they are, and written back the same way, to a new file."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.errors import UsageError
from autograder.render.safe import csv_cell, line

MAX_BYTES = 20 << 20
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, and how its file was written."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    """Every row has as many cells as the header."""
    delimiter: str = ","
    newline: str = "\n"
    mark: str = ""
    """The byte order mark, if the file begins with one."""

    def number(self, row: int) -> int:
        """Return what people call a row: 1 is the header."""
        return row + 2

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows with their numbers."""
        return ((self.number(index), row) for index, row in enumerate(self.rows))

    def columns(self) -> str:
        """Name the columns, for a message."""
        shown = [line(name.strip() or "(no name)", 60) for name in self.header]
        return ", ".join(shown[:12]) + (", …" if len(shown) > 12 else "")

    def column(self, name: str) -> int | None:
        """Return the place of a column, None where there is none of this name."""
        names = [cell.strip() for cell in self.header]
        return names.index(name) if name in names else None

    def with_rows(self, rows: list[list[str]]) -> "Sheet":
        """Return this table with other rows."""
        return replace(self, rows=rows)

    def text(self) -> str:
        """Return the file's text."""
        return self.mark + csv_text([self.header, *self.rows], self.delimiter, self.newline)


def csv_text(rows: Iterable[Sequence[object]], delimiter: str = ",", newline: str = "\n") -> str:
    """Return rows as CSV; cells are quoted where they must be."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """Return a cell of a foreign file unchanged unless a spreadsheet would take it for a formula."""
    return csv_cell(text) if csv_cell(text).startswith("'") and not text.startswith("'") else text


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file, separated by commas, semicolons or tabs as its first line shows.

    Raises :class:`~autograder.errors.UsageError` for a file that cannot be read, is not UTF-8, or is no such table.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be opened: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} has more than {MAX_BYTES >> 20} MB, which no gradebook has")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{number}: this is not UTF-8 text; save the file as CSV in UTF-8") from None
    mark = BOM if text.startswith(BOM) else ""
    text = text.removeprefix(BOM)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    newline = "\r\n" if first.endswith("\r") else "\n"
    try:
        header, *rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row
        ]
    except csv.Error as error:
        raise UsageError(f"{path} is no CSV file: {error}; export it again") from None
    except ValueError:
        raise UsageError(f"{path} is empty; export it again") from None
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise UsageError(f"{path}: row {number} has {len(row)} cells, but the header has {len(header)}")
    return Sheet(path, header, rows, delimiter, newline, mark)
