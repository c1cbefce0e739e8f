"""The table of denied calls: no text of a program's reaches the terminal as it is."""

import io
from collections import Counter

from rich.console import Console

from autograder.render import denials
from autograder.sandbox.tracer import Denial


def shown(counter):
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(denials.table(counter))
    return console.export_text()


def test_nothing_denied_is_said():
    assert shown(Counter()) == "No call was denied while the cells ran.\n"


def test_each_call_is_a_row_with_its_meaning():
    text = shown(Counter({Denial("cell 2", "openat", "/etc/passwd", "EACCES"): 3, Denial("", "fork", "", "EPERM"): 1}))
    first, second = (" ".join(row.split()) for row in text.splitlines()[1:])
    assert first == "before the cells fork 1 no program may do this"
    assert second == "cell 2 openat /etc/passwd 3 this file is not among the readable ones"


def test_what_the_program_chose_is_neutralised():
    text = shown(Counter({Denial("\x1b[2J", "openat", "/x\x1b]0;attack\x07\n[bold]y", "ENOENT"): 1}))
    assert not {"\x1b", "\x07"} & set(text)
    assert "[bold]y" in text
    assert len(text.splitlines()) == 2
