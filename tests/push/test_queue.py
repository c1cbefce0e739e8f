"""The document between the steps: the same back, or a sentence."""

import hashlib
import json

import pytest

from autograder.errors import UsageError
from autograder.push.queue import FILE, Item, Push, Queue, Row, identity, read_queue

ITEM = Item("ada", "course/ada", "01_rows", "a" * 40, "2026-10-01T10:00:00Z", 3, False, "01_rows/x.py", "b" * 64, "i")
QUEUE = Queue((ITEM,), (Row("bob", "no access", True), Row("cem", "nothing yet", False)))


def test_a_queue_comes_back_as_it_was(tmp_path):
    QUEUE.write(tmp_path)
    digest = hashlib.sha256((tmp_path / FILE).read_bytes()).hexdigest()
    assert read_queue(tmp_path) == read_queue(tmp_path, digest) == QUEUE
    assert QUEUE.problems == 1
    assert ITEM.key == f"ada.01_rows.{'a' * 40}"


def test_a_queue_that_somebody_changed_on_the_way_is_refused(tmp_path):
    QUEUE.write(tmp_path)
    with pytest.raises(UsageError, match="is not the queue that was fetched"):
        read_queue(tmp_path, "0" * 64)


CHANGES = {
    "a list is missing": lambda d: d.pop("rows"),
    "a field is missing": lambda d: d["items"][0].pop("sha"),
    "a field more": lambda d: d["items"][0].update(more=1),
    "a number for a truth": lambda d: d["items"][0].update(late=1),
    "no list": lambda d: d.update(items=3),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_no_queue_is_refused(tmp_path, name):
    QUEUE.write(tmp_path)
    document = json.loads((tmp_path / FILE).read_text())
    CHANGES[name](document)
    (tmp_path / FILE).write_text(json.dumps(document))
    with pytest.raises(UsageError, match="is no queue; run `autograder push-grade fetch` again"):
        read_queue(tmp_path)


def test_no_queue(tmp_path):
    with pytest.raises(UsageError, match="No such file or directory; run `autograder push-grade fetch` first"):
        read_queue(tmp_path)


def test_identity_depends_on_everything():
    names = [
        identity("a", "b", "c", "d"),
        identity("x", "b", "c", "d"),
        identity("a", "b", "c", "x"),
        identity("a", "bc", "", "d"),
    ]
    assert len(set(names)) == 4


def test_times_are_compared_as_times():
    assert Push("a", "2026-10-09T23:59:00+02:00", 1).time == Push("b", "2026-10-09T21:59:00Z", 2).time
