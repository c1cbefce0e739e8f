"""What `certify` shows: a line per exercise and every finding below, and the same in Markdown."""

import io

from rich.console import Console

from autograder.certify.model import ExerciseCertificate, Finding, Measured
from autograder.front import FrontMatter
from autograder.render.certificate import COLUMNS, front_page, join_sections, section, sections, summary, table


def certificate(*findings, exercise="softmax", solution=10.0, low_rate="", is_open="", full=None):
    measured = {
        "gates": Measured({"solution": solution, "release": 0.0, "trivial": 1.0}, findings),
        "mistakes": Measured({"mistakes": 5}),
        "mutants": Measured({"mutants": 24, "killed": 22, "listed": 2, "open": is_open, "low_rate": low_rate}),
        "alternatives": Measured({"alternatives": 3}, notes=("a note",)),
        "full": Measured({"full": full}),
    }
    return ExerciseCertificate("02_networks", exercise, 10.0, 4, measured)


def text(*rows, **options):
    console = Console(file=io.StringIO(), width=240, color_system=None)
    console.print(table(rows, **options))
    return [row.split() for row in console.file.getvalue().splitlines()]


def test_an_exercise_that_holds_is_one_line():
    heading, row = text(certificate())
    assert heading == ["assignment", *(heading for heading, _, _ in COLUMNS)]
    assert row == ["02_networks", "softmax", "10", "4", "10", "0", "1", "5", "22", "of", "24", "2", "3", "holds"]


def test_findings_stand_below_the_table():
    finding = Finding("mistakes.py: no_shift", "passes test_extreme [0], which it should fail")
    rows = text(certificate(finding), certificate(finding, exercise="relu", solution=7.5))
    assert rows[1][-3:] == rows[2][-3:] == ["DOES", "NOT", "HOLD"]
    assert rows[2][4] == "7.5"
    assert " ".join(rows[3]) == (
        "02_networks softmax: mistakes.py: no_shift: passes test_extreme [0], which it should fail"
    )
    assert len(rows) == 5


def test_notes_are_shown_when_they_are_asked_for():
    assert text(certificate(), notes=True)[-1] == ["02_networks", "softmax:", "a", "note"]


def test_a_section_has_a_row_per_exercise_its_totals_and_its_reasons():
    found = Finding("solution", "did not pass")
    page = section([certificate(low_rate="It corrects itself."), certificate(found, exercise="relu")])
    assert "| softmax | 10 | 4 | 10 | 0 | 1 | 5 | 22 of 24 ² | 2 | 3 |  |  |  |  | holds |" in page
    assert "| relu | 10 | 4 | 10 | 0 | 1 | 5 | 22 of 24 | 2 | 3 |  |  |  |  | **does not hold** |" in page
    assert "\n\nsoftmax: It corrects itself.\n\n" in page
    assert page.endswith("Not measured in full since the last change: softmax, relu.")
    assert "Certified: 1 of 2 exercises. 8 hidden tests reject 10 mistakes and 44 of 48 mutants (91.7 %)" in page


def test_what_a_full_run_found_stands_in_a_table_of_its_own():
    figures = {"mutants": 1024, "killed": 1000, "listed": 24, "transformed": 80, "inputs": 10_000}
    figures |= {"salts": 2000, "alternative_salts": 200, "mistake_salts": 50}
    page = section([certificate(full=figures), certificate(exercise="relu")])
    assert "| softmax | 1000 of 1024 | 24 | 80 | 10,000 | 2,000, 200, 50 |" in page
    assert page.endswith("Not measured in full since the last change: relu.")
    assert "Not measured" not in section([certificate(full=figures)])
    assert "| softmax | 1024 ¹ | 24 |" in section([certificate(full=figures | {"killed": None})])


def test_open_exercises_do_not_count_in_the_rate_of_mutants():
    assert "22 of 24 mutants (91.7 %)," in summary([certificate()])
    both = summary([certificate(), certificate(exercise="capstone", is_open="Any method will do.")])
    assert "22 of 24 mutants (91.7 %, open exercises apart), 2 are listed" in both


def test_a_certificate_is_its_sections_in_order():
    parts = {"02_b": section([certificate()]), "01_a": section([certificate(exercise="relu")])}
    whole = join_sections(parts)
    assert whole.index("## 01_a") < whole.index("## 02_b")
    assert {name: part.strip() for name, part in sections(whole).items()} == parts
    assert join_sections(sections(whole)) == whole
    assert all(f"- **{heading}**: {meaning}" in whole for heading, meaning, _ in COLUMNS)


def test_an_empty_file_has_no_sections():
    assert sections("") == {}


def test_the_front_page_says_what_the_assignment_is_and_how_far_it_is_certified():
    front = FrontMatter("Networks", 4, 100.0, "Build one.")
    assert front_page(front, [certificate()]) == (
        "# Networks\n\nBuild one.\n\nChapter 4, 1 exercises, 100 points.\n\n"
        f"{summary([certificate()])} See [the certificate](../CERTIFICATE.md).\n"
    )
