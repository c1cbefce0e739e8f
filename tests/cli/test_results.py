"""``autograder results``: the table, the figures, the history, and what is said when there is nothing."""

import csv
import json
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


@pytest.fixture
def out(run, solved, tmp_path):
    """A folder of results: ada hands in twice, bob once."""
    place = tmp_path / "out"
    right = solved.read_text()
    (solved.parent / "bob.py").write_text("x = 1")
    for text in ("def normalise(A):\n    return A", right):
        solved.write_text(text)
        assert run("grade", "01", solved, solved.parent / "bob.py", "--out", place).exit_code == 0
    return place


def test_the_class_its_figures_and_the_history_of_one(run, out, tmp_path):
    shown = run("results", "01", "--out", out)
    assert shown.exit_code == 0
    for expected in ("ada", "bob", "Scores", "quartiles", "Hardest tests", "1 of 2"):
        assert expected in shown.stdout

    rows = list(csv.DictReader(run("results", "01", "--out", out, "--csv").stdout.splitlines()))
    assert [(row["student"], row["score"], row["attempts"]) for row in rows] == [
        ("ada", "10.0", "2"),
        ("bob", "0.0", "1"),
    ]
    assert (out / "summary.csv").read_text() == run("results", "01", "--out", out, "--csv").stdout

    document = json.loads(run("results", "01", "--db", f"sqlite:///{out / 'results.db'}", "--json").stdout)
    total = document["statistics"]["total"]
    assert (total["n"], total["mean"], total["median"]) == (2, 5.0, 5.0)
    assert (total["lower_quartile"], total["upper_quartile"]) == (2.5, 7.5)
    assert [standing["student"] for standing in document["standings"]] == ["ada", "bob"]

    history = json.loads(run("results", "01", "--out", out, "--student", "ada", "--json").stdout)
    assert [attempt["counts"] for attempt in history["attempts"]] == [False, True]
    assert [attempt["gradings"][0]["number"] for attempt in history["attempts"]] == [1, 2]
    assert "yes" in run("results", "01", "--out", out, "--student", "ada").stdout

    (tmp_path / "roster.csv").write_text("id,name\nada,Ada L.\nkim,Kim\n")
    listed = run("results", "01", "--out", out, "--roster", tmp_path / "roster.csv")
    assert "1 missing: they have no score" in listed.stdout
    assert "bob: not in the roster" in listed.stdout

    unknown = run("results", "01", "--out", out, "--student", "adda")
    assert unknown.exit_code == 2
    assert unknown.stderr == "autograder: nothing is recorded of adda in 01_rows; did you mean ada?\n"


def test_a_folder_without_results_is_a_usage_error_and_stays_as_it_is(run, course, tmp_path):
    for words in ((), ("--out", tmp_path / "results"), ("--db", f"sqlite:///{tmp_path}/results.db")):
        result = run("results", "01", *words)
        assert result.exit_code == 2
        assert "results.db does not exist; name the folder of results with --out, or its database" in result.stderr
    assert list(tmp_path.glob("results*")) == []


def test_the_table_as_csv_is_of_the_whole_class(run):
    result = run("results", "01", "--csv", "--student", "ada")
    assert result.exit_code == 2
    assert "--csv is the table of the class: leave out --json and --student" in result.stderr
