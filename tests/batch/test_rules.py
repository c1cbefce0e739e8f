"""Which attempt counts and for how much, from course.toml; every mistake in that file has a line."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from autograder.batch.rules import Attempt, Rules, read_rules, rules_of
from autograder.errors import AuthoringError
from autograder.model import Standing

CET = timezone(timedelta(hours=1))
DUE = datetime(2030, 11, 30, 23, 59, tzinfo=CET)


def attempt(number, score, days=0.0, status="graded"):
    return Attempt("ada", number, "ada.py", f"{number}", DUE + timedelta(days=days), status, score, 10.0)


def chosen(rules, *attempts):
    standing = rules.standing(attempts)
    return standing.attempt, standing.score


@pytest.mark.parametrize(("counts", "number", "score"), [("first", 1, 4.0), ("latest", 3, 5.0), ("best", 2, 8.0)])
def test_one_attempt_counts(counts, number, score):
    attempts = [attempt(1, 4), attempt(2, 8), attempt(3, 5)]
    assert chosen(Rules(counts), *attempts) == (number, score)


def test_of_equally_good_attempts_the_earlier_counts():
    assert chosen(Rules("best"), attempt(1, 8), attempt(2, 8)) == (1, 8.0)


@pytest.mark.parametrize(
    ("minutes", "days"), [(-1, 0), (0, 0), (14, 0), (15, 0), (16, 1), (1440, 1), (1441, 2), (2881, 3)]
)
def test_days_are_begun_after_the_minutes_of_grace(minutes, days):
    assert Rules(due=DUE, grace_minutes=15).days_late(DUE + timedelta(minutes=minutes)) == days


def test_being_late_costs_a_share_for_each_day_and_never_more_than_all():
    rules = Rules(due=DUE, late_per_day=0.4)
    assert [rules.worth(attempt(1, 10, days)) for days in (0, 0.5, 1.5, 2.5, 9)] == [10, 6, 2, 0, 0]


def test_too_late_counts_nothing_and_an_attempt_in_time_counts_instead():
    rules = Rules("latest", DUE, late_days=1)
    assert chosen(rules, attempt(1, 4), attempt(2, 9, days=0.5), attempt(3, 10, days=3)) == (2, 9.0)
    late = rules.standing([attempt(1, 10, days=3)])
    assert (late.score, late.earned, late.days_late) == (0.0, 10.0, 3)


def test_the_best_is_the_one_that_is_worth_most_after_the_penalty():
    rules = Rules("best", DUE, late_per_day=0.5)
    assert chosen(rules, attempt(1, 6), attempt(2, 10, days=0.5)) == (1, 6.0)


def test_a_held_attempt_is_never_the_best_while_another_is_graded():
    held = attempt(2, 0, status="held")
    assert chosen(Rules("best"), attempt(1, 0), held) == (1, 0.0)
    assert Rules("best").standing([held]).status == "held"
    assert Rules("latest").standing([attempt(1, 5), held]).status == "held"


def test_a_standing_for_each_student():
    other = Attempt("bob", 1, "bob.py", "", DUE, "graded", 1.0, 10.0)
    found = list(Rules().standings([attempt(1, 5), attempt(2, 6), other]))
    assert [(s.student, s.score, s.attempt, s.attempts) for s in found] == [("ada", 6, 2, 2), ("bob", 1, 1, 1)]
    assert found[0].submitted_at == "2030-11-30T23:59:00+01:00"


def read(tmp_path, text, name="01_rows"):
    (tmp_path / "course.toml").write_text(text)
    return read_rules(tmp_path, name, ["01_rows", "02_networks"])


def test_without_a_file_or_rules_the_latest_attempt_counts_as_it_is(tmp_path):
    assert read_rules(tmp_path, "01_rows", ["01_rows"]) == Rules()
    assert read(tmp_path, 'salt = "pepper"') == Rules() == Rules("latest")


def test_an_assignments_own_rules_come_before_the_common_ones(tmp_path):
    text = """
salt = "pepper"
[rules]
counts = "best"
late_per_day = 0.1
late_days = 3
grace_minutes = 15
[rules.01_rows]
due = 2030-11-30T23:59:00+01:00
late_days = 1
"""
    assert read(tmp_path, text) == Rules("best", DUE, 0.1, 1, 15)
    assert read(tmp_path, text, "02_networks") == Rules("best", None, 0.1, 3, 15)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("rules = 3", 1, "`rules` is no table; write [rules] on a line of its own"),
        ("[rules]\ncounts = 'worst'", 2, "the rule counts is 'worst', expected one of best, latest, first"),
        ("[rules]\n\ncount = 'best'", 3, "there is no rule 'count'; did you mean counts?"),
        ("[rules]\n[rules.01_row]\ncounts = 'best'", 2, "there is no assignment '01_row'; did you mean 01_rows?"),
        ("[rules]\ndue = 2030-11-30", 2, "the rule due is datetime.date(2030, 11, 30), expected a date and time with"),
        ("[rules]\ndue = 2030-11-30T23:59:00", 2, "the rule due is 2030-11-30T23:59:00, expected a date and time with"),
        ("[rules]\nlate_per_day = 10", 2, "the rule late_per_day is 10, expected a number from 0 to 1"),
        ("[rules]\nlate_per_day = true", 2, "the rule late_per_day is True, expected a number from 0 to 1"),
        ("[rules]\nlate_days = 1.5", 2, "the rule late_days is 1.5, expected a whole number of days"),
        ("[rules.01_rows]\ngrace_minutes = -1", 2, "the rule grace_minutes is -1, expected a whole number of minutes"),
        ("[rules]\n01_rows = 3", 2, "`01_rows` is no table; write [rules.01_rows] on its own line"),
        ("[rules", 1, "the file is not valid TOML: "),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_line(tmp_path, text, line, message):
    with pytest.raises(AuthoringError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'course.toml'}:{line}: {message}")


def test_the_rules_of_an_assignment_are_those_of_its_course(course, monkeypatch):
    original = Path.read_text
    file = course.solutions / "course.toml"
    text = f"{file.read_text()}[rules]\nlate_days = 3\n[rules.01_rows]\ncounts = 'first'\n"
    monkeypatch.setattr(Path, "read_text", lambda path, **o: text if path == file else original(path, **o))
    assert rules_of(course.assignment("01_rows")) == Rules("first", late_days=3)


def test_an_attempt_has_what_its_report_says(task, report):
    made = report(task(), notes=("cell 7 raised NameError",))
    found = Attempt.of(made, 2, DUE)
    assert (found.student, found.number, found.submitted_at, found.file) == ("ada", 2, DUE, "ada.py")
    assert (found.status, found.score, found.exercises) == ("graded", 10, (("normalise", 10, 10),))
    assert (found.notes, found.graded_at) == (made.notes, made.provenance.graded_at)
    assert Rules().standing([found]).score == Standing.of(made).score
