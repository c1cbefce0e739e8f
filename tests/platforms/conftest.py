"""A class with all that troubles gradebooks: odd names, lateness, excuses, nothing handed in, a fault of ours."""

import pytest

from autograder.model import Outcome, Provenance, Report, Result, Visibility
from autograder.platforms.grades import Grade, Person
from autograder.report import to_json

PROVENANCE = Provenance("autograder 0.1.0", "0" * 64, "ab12", "L2", "3.11.7", "2.4", "2030-01-31T13:00:00+01:00", 0.512)
EVIL = '=HYPERLINK("http://evil.example","0,5")'


@pytest.fixture
def graded():
    """Return a function that makes a report of 2 exercises, worth 10 points, with the points given (of 2.5 and 7.5)."""

    def make(student, softmax=2.5, relu=7.5, **changes):
        def result(exercise, got, most, **more):
            passed = Outcome.PASSED if got == most else Outcome.FAILED
            return Result(f"test_{exercise}", exercise, f"About {exercise}.", passed, most, **more)

        parts = [
            result("softmax", softmax, 2.5, hint="Look <again> & think."),
            result("relu", min(relu, 7.0), 7.0, detail="hidden value 0.123"),
            Result("test_relu_half", "relu", "Half.", Outcome.PASSED if relu % 1 else Outcome.RAISED, 0.5),
            Result(
                "test_public", "relu", "Public.", Outcome.FAILED, 0.0, Visibility.VISIBLE, detail="\x1b[2J is 3, not 4"
            ),
        ]
        given = {"results": tuple(parts), "exercises": ("softmax", "relu"), "max_score": 10.0} | changes
        return Report(
            assignment="01_rows", student=student, file="a.py", sha256="", provenance=PROVENANCE, **given
        )  # fmt: skip

    return make


@pytest.fixture
def held(graded):
    """Return a function that makes a report in which one of our tests broke."""
    broken = Result("test_softmax", "softmax", "About softmax.", Outcome.BROKEN, 10.0, detail="our secret bug")
    return lambda student: graded(student, results=(broken,))


@pytest.fixture
def grades(graded, held):
    """The class, by student."""
    people = [
        Grade(Person("ada", name='Lovelace, Ada "Countess"', email="ada@school.edu"), graded("ada")),
        Grade(Person("zhang", name="张伟", email="zhang@school.edu", late_penalty=1.25), graded("zhang", softmax=0)),
        Grade(Person("zero", name="Zoë Zero", email="zero@school.edu"), graded("zero", softmax=0, relu=0)),
        Grade(Person("ill", name="Ivo Ill", email="ill@school.edu", excused=True)),
        Grade(Person("gone", name="Gonçalo Gone", email="gone@school.edu")),
        Grade(Person("held", name="Hedda Held", email="held@school.edu"), held("held")),
        Grade(Person("evil", name=EVIL, email="evil@school.edu"), graded("evil", relu=0.5)),
    ]
    return {grade.person.student: grade for grade in people}


@pytest.fixture
def results(grades, tmp_path):
    """The folder of results of that class."""
    folder = tmp_path / "results"
    folder.mkdir()
    for grade in grades.values():
        if grade.report:
            (folder / f"{grade.person.student}.json").write_text(to_json(grade.report), encoding="utf-8")
    return folder


@pytest.fixture
def roster(grades, tmp_path):
    """The roster of that class, as a spreadsheet would write it."""
    rows = ["\ufeffid;Name;Email;Excused;Late penalty"]
    for grade in grades.values():
        p = grade.person
        name = p.name.replace('"', '""')
        rows.append(
            f'{p.student};"{name}";{p.email};{"yes" if p.excused else ""};{str(p.late_penalty).replace(".", ",")}'
        )
    path = tmp_path / "roster.csv"
    path.write_text("\r\n".join(rows) + "\r\n", encoding="utf-8")
    return path
