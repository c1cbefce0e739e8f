"""Which file is the submission: the named one, or the only one; never a link, never a guess."""

import re

import pytest

from autograder.platforms.gradescope_find import find_submission

NOTEBOOK = b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'


@pytest.fixture
def hand_in(tmp_path):
    def find(*files):
        for file in files:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(NOTEBOOK)
        return find_submission(tmp_path, "02_networks", "ada")

    return find


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (["02_networks.ipynb", "other.ipynb", "helper.py"], "02_networks.ipynb"),
        (["mine.ipynb", "test_public.py"], "mine.ipynb"),
        (["homework/02_networks.ipynb", "homework/data/x.npz"], "02_networks.ipynb"),
        (["answer.py"], "answer.py"),
        (["02_networks (1).IPYNB"], "02_networks (1).IPYNB"),
        (
            ["__MACOSX/02_networks.ipynb", ".ipynb_checkpoints/02_networks.ipynb", "02_networks.ipynb"],
            "02_networks.ipynb",
        ),
    ],
)
def test_the_named_or_the_only_file_is_the_submission(hand_in, files, chosen):
    found = hand_in(*files)
    assert (found.file, found.student, found.unreadable) == (chosen, "ada", "")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([], "no notebook and no script was handed in; hand in 02_networks.ipynb"),
        (["notes.txt", "a/b/c/d/02_networks.ipynb"], "no notebook and no script"),
        (["a.ipynb", "b.ipynb"], r"several files could be your submission \(a.ipynb, b.ipynb\); hand in"),
        (["x/02_networks.ipynb", "y/02_networks.ipynb"], r"\(x/02_networks.ipynb, y/02_networks.ipynb\)"),
    ],
)
def test_where_there_is_no_such_file_the_student_reads_what_to_hand_in(hand_in, files, reason):
    found = hand_in(*files)
    assert re.search(reason, found.unreadable)
    assert found.cells == ()


def test_links_are_not_followed(hand_in, tmp_path):
    secret = tmp_path.with_name(f"{tmp_path.name}-secret.py")
    secret.write_text("SALT = 1")
    (tmp_path / "02_networks.py").symlink_to(secret)
    (tmp_path / "folder").symlink_to(secret.parent, target_is_directory=True)
    assert "no notebook" in hand_in().unreadable


def test_a_folder_that_is_not_there_is_nothing_handed_in(tmp_path):
    assert "no notebook" in find_submission(tmp_path / "none", "02_networks", "ada").unreadable
