"""Neutralise text that strangers have shaped before it reaches a terminal, a table, Markdown or HTML."""

import html
import re

FORMULA = ("=", "+", "-", "@")
MARKDOWN = re.compile(r"([\\`*_\[\]|<>~&])")  # what means something in the middle of a line


def line(text: str, limit: int = 500) -> str:
    """Return text as one printable line: no control characters, no terminal escapes, no direction overrides."""
    visible = "".join(c if c.isprintable() else " " for c in text)
    return visible if len(visible) <= limit else visible[: limit - 1] + "…"


def lines(text: str) -> str:
    """Return text of several lines without anything else that a terminal would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def csv_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    safe = line(text)
    return f"'{safe}" if safe.lstrip().startswith(FORMULA) else safe


def markdown(text: str) -> str:
    """Return text that Markdown shows as it is, in one line."""
    return MARKDOWN.sub(r"\\\1", line(text))


def html_text(text: str) -> str:
    """Return text that HTML shows as it is, in one line."""
    return html.escape(line(text))
