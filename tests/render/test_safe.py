"""Text of strangers does nothing to a terminal, a spreadsheet, Markdown or HTML but be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.render.safe import csv_cell, html_text, line, lines, markdown

OBEYED = {
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;you\x07",
    "8-bit escape": "\x9b2J",
    "erase": "a\b\rb",
    "right to left": "a\u202etxt.exe",
    "invisible": "a\u200bb\ufeff",
    "separators": "a\u2028b\u2029c",
    "surrogate": "\ud800",
    "null": "a\0b",
}


@pytest.mark.parametrize("case", OBEYED)
@pytest.mark.parametrize("clean", [line, lines, csv_cell, markdown, html_text], ids=lambda f: f.__name__)
def test_nothing_a_terminal_obeys_is_left(clean, case):
    assert all(c.isprintable() for c in clean(OBEYED[case]))


@given(st.text())
def test_a_line_is_one_printable_line(text):
    assert line(text).isprintable()
    assert len(line(text)) == min(len(text), 500)


def test_words_of_any_language_stay():
    assert line("naïve Größe ∇f ✓ 机器学习") == "naïve Größe ∇f ✓ 机器学习"


def test_a_long_line_is_cut():
    assert line("x" * 11, limit=10) == "x" * 9 + "…"
    assert line("x" * 10, limit=10) == "x" * 10


def test_several_lines_stay_lines():
    assert lines("a\n\tb\x1b[31m\r\n") == "a\n\tb\ufffd[31m\ufffd\n"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r\n=1", "\u3000=1", "\x00=1", "=cmd|' /C calc'!A0"]
)
def test_no_spreadsheet_takes_it_for_a_formula(text):
    assert csv_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["ada", "ada-lovelace", "1.5", "", "a = b"])
def test_ordinary_cells_stay_as_they_are(text):
    assert csv_cell(text) == text


@given(st.text())
def test_no_cell_starts_as_a_formula(text):
    assert not csv_cell(text).lstrip().startswith(("=", "+", "-", "@"))


def test_markdown_shows_what_was_written():
    assert markdown("a*b_c* [x](y) `z` <b> | ~d~ &amp; \\") == r"a\*b\_c\* \[x\](y) \`z\` \<b\> \| \~d\~ \&amp; \\"
    assert markdown("one\ntwo") == "one two"


def test_html_shows_what_was_written():
    assert html_text("<script>alert('&')</script>") == "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;"
    assert html_text('"onload="x') == "&quot;onload=&quot;x"
