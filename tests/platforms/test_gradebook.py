"""nbgrader's gradebook, written directly: SQLite and PostgreSQL, whole or not, nothing of other people's touched."""

import sqlite3
import sys
from dataclasses import replace

import pytest

from autograder.errors import UsageError
from autograder.model import Outcome, Provenance, Report, Result
from autograder.platforms.export import gradebook_writer

pytestmark = [pytest.mark.platforms, pytest.mark.filterwarnings("ignore")]  # theirs, when they are imported

PROVENANCE = Provenance("0.1.0", "0" * 64, "ab12", "L2", "3.11", "2.4", "2030-01-31T12:00:00+00:00", 0.5)


@pytest.fixture
def gradebook():
    from autograder.platforms import gradebook

    return gradebook


def write(reports, assignment, url):
    """Write reports as grading does."""
    with gradebook_writer(assignment, url) as put:
        for one in reports:
            put(one)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of a new database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gradebook.db'}"
    server = request.getfixturevalue("postgresql")
    name = f"g{abs(hash(str(tmp_path)))}"
    server.psql(f"CREATE DATABASE {name};")
    return server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """A PostgreSQL server on a socket of its own."""
    pgserver = pytest.importorskip("pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
    yield server
    server.cleanup()


def report(student="ada", points=5.25, outcome=Outcome.PASSED):
    """A report with one test passed, and one failed."""
    results = (
        Result("test_a", "normalise", "Rows sum to one.", outcome, points),
        Result("test_b", "normalise", "Zero rows are <uniform>.", Outcome.FAILED, 10 - points, hint="Mind 0 / 0."),
    )
    return Report("01_rows", student, f"{student}.ipynb", "", ("normalise",), results, PROVENANCE, 10.0)


def rows_of(gradebook, url):
    """Return automatic score, manual score, whether a person is asked, and comment, by student."""
    from nbgrader.api import Gradebook

    with Gradebook(url) as book:
        found = {}
        for submission in book.assignment_submissions("01_rows"):
            (notebook,) = submission.notebooks
            (grade,), (comment,) = notebook.grades, notebook.comments
            found[submission.student_id] = (
                grade.auto_score,
                grade.manual_score,
                grade.needs_manual_grade,
                comment.comment,
            )
        return found


def test_scores_with_fractions_and_comments_arrive(gradebook, url, rows):
    write([report(), report("Øyvind, Ä.", 0.5)], rows, url)
    found = rows_of(gradebook, url)
    assert {name: row[:3] for name, row in found.items()} == {
        "ada": (5.25, None, False),
        "Øyvind, Ä.": (0.5, None, False),
    }
    assert found["ada"][3] == (
        "- [x] Rows sum to one. *passed* (5.25 of 5.25)\n"
        "- [ ] Zero rows are <uniform>. *wrong answer* (0 of 4.75)\n  - Hint: Mind 0 / 0."
    )


def test_writing_again_replaces_ours_and_leaves_what_people_gave(gradebook, url, rows):
    from nbgrader.api import Gradebook

    write([report()], rows, url)
    with Gradebook(url) as book:
        grade = book.find_grade("normalise", "01_rows", "01_rows", "ada")
        grade.manual_score, grade.extra_credit = 9.5, 1.0
        book.find_comment("answer-normalise", "01_rows", "01_rows", "ada").manual_comment = "Well argued."
        book.db.commit()
    write([report(points=3.0)], rows, url)
    assert rows_of(gradebook, url) == {"ada": (3.0, 9.5, True, "Well argued.")}


def test_a_held_report_releases_no_score_and_asks_for_a_person(gradebook, url, rows):
    write([report(outcome=Outcome.BROKEN)], rows, url)
    ((score, _, asked, comment),) = rows_of(gradebook, url).values()
    assert (score, asked) == (None, True)
    assert "through no fault of yours" in comment


def test_no_score_leaves_its_bounds(gradebook, url, rows):
    results = (replace(report().results[0], max_score=99.0),)
    write([replace(report(), results=results)], rows, url)
    assert rows_of(gradebook, url)["ada"][0] == 10.0


def test_a_gradebook_made_by_nbgrader_is_filled(gradebook, gradebook_copy, rows):
    url = f"sqlite:///{gradebook_copy}"
    before = rows_of(gradebook, url)
    write([report("new"), report("partial", 1.5)], rows, url)
    after = rows_of(gradebook, url)
    assert after.keys() - before.keys() == {"new"}
    assert (before["partial"][0], after["partial"][0]) == (7.625, 1.5)
    assert {n: r for n, r in after.items() if n not in ("new", "partial")} == {
        n: r for n, r in before.items() if n != "partial"
    }


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE grade_cells SET max_score = 3", " (normalise)"),
        ("UPDATE base_cell SET name = 'softmax' WHERE name = 'normalise'", " (normalise, softmax)"),
        ("UPDATE base_cell SET name = 'other' WHERE name = 'answer-normalise'", ""),
    ],
)
def test_a_gradebook_of_another_course_is_refused_and_untouched(gradebook, gradebook_copy, rows, change, named):
    with sqlite3.connect(gradebook_copy) as database:
        database.execute(change)
        database.execute("PRAGMA journal_mode=DELETE")
    url = f"sqlite:///{gradebook_copy}"
    before = rows_of(gradebook, url)
    with pytest.raises(UsageError, match="other cells or points than this course's") as caught:
        write([report("new")], rows, url)
    assert named in str(caught.value)
    assert rows_of(gradebook, url) == before


def test_an_assignment_without_its_notebook_is_refused(gradebook, gradebook_copy, rows):
    with sqlite3.connect(gradebook_copy) as database:
        database.execute("UPDATE notebook SET name = 'other'")
    with pytest.raises(UsageError, match="holds no notebook 01_rows of an assignment 01_rows"):
        write([report()], rows, f"sqlite:///{gradebook_copy}")


def test_a_submission_without_its_notebook_is_refused(gradebook, gradebook_copy, rows):
    with sqlite3.connect(gradebook_copy) as database:
        database.execute("DELETE FROM submitted_notebook")
    with pytest.raises(UsageError, match="the gradebook's submission of full has no notebook 01_rows"):
        write([report("full")], rows, f"sqlite:///{gradebook_copy}")


def test_a_database_of_something_else_is_refused_and_untouched(gradebook, tmp_path, rows):
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE recipes (name)")
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(UsageError, match="is no nbgrader gradebook, and nothing was written to it"):
        write([report()], rows, f"sqlite:///{tmp_path / 'other.db'}")
    assert (tmp_path / "other.db").read_bytes() == before


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "the gradebook at nonsense cannot be used"),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/x", r"the gradebook at postgresql\+psycopg://me:\*\*\*@127"),
        ("postgresql+pg8000://127.0.0.1/x", "needs the package pg8000"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(gradebook, rows, address, message):
    with pytest.raises(UsageError, match=message) as caught:
        write([report()], rows, address)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_submission_is_written_whole_or_not_at_all(gradebook, tmp_path, rows, monkeypatch):
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    write([report()], rows, url)
    monkeypatch.setattr(gradebook, "exercise_feedback", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write([report("bob")], rows, url)
    assert rows_of(gradebook, url).keys() == {"ada"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")
def test_grading_writes_to_a_gradebook_from_the_command_line(gradebook, rows, tool, hand_in, tmp_path):
    """Submissions as nbgrader collects them: STUDENT/ASSIGNMENT/NOTEBOOK.ipynb."""
    released = rows.public / "01_rows.ipynb"
    hand_in(tmp_path / "submitted" / "ada" / "01_rows" / "01_rows.ipynb", released)
    hand_in(tmp_path / "submitted" / "bob" / "01_rows" / "01_rows.ipynb", released, "")
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    tool(f"autograder grade 01_rows {tmp_path / 'submitted'} --to-gradebook {url}", rows.course.root)
    assert {name: row[0] for name, row in rows_of(gradebook, url).items()} == {"ada": 10.0, "bob": 0.0}
