"""The command line as a whole: help, and what every verb has in common."""

import subprocess
import sys

import click
import pytest

from autograder.cli import main


@pytest.mark.parametrize("verb", main.list_commands(click.Context(main)))
def test_every_verb_has_help_of_one_sentence_and_more(run, verb):
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert main.get_command(click.Context(main), verb).get_short_help_str(limit=200).endswith((".", ")"))


def test_help_imports_nothing_heavy():
    code = """
import sys
from autograder.cli import main
main(["--help"], standalone_mode=False)
print("heavy:", *sorted({"numpy", "pytest", "rich", "nbformat", "yaml"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "certify" in done.stdout
    assert done.stdout.endswith("heavy:\n")


def test_outside_a_course_every_verb_that_needs_one_says_so(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("build")
    assert result.exit_code == 2
    assert "there is no course here" in result.stderr
