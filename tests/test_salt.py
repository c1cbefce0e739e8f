"""Where the salt comes from."""

import pytest

from autograder.errors import AuthoringError, UsageError
from autograder.salt import read_salt, salt_id


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch):
    monkeypatch.delenv("AUTOGRADER_SALT", raising=False)


def test_the_file_holds_the_salt_and_the_environment_overrides_it(tmp_path, monkeypatch):
    (tmp_path / "course.toml").write_text('salt = "from the file"\n')
    assert read_salt(tmp_path) == "from the file"
    monkeypatch.setenv("AUTOGRADER_SALT", "from outside")
    assert read_salt(tmp_path) == "from outside"


@pytest.mark.parametrize("text", [None, "", "salt = ''", "salt = 5"])
def test_without_a_salt_one_sentence_says_where_to_write_it(tmp_path, text):
    if text is not None:
        (tmp_path / "course.toml").write_text(text)
    with pytest.raises(UsageError, match=r"the course has no salt: write .*course\.toml, or set AUTOGRADER_SALT"):
        read_salt(tmp_path)


def test_a_file_that_is_not_toml(tmp_path):
    (tmp_path / "course.toml").write_text("salt: x")
    with pytest.raises(AuthoringError, match=r"course\.toml:1: the file is not valid TOML"):
        read_salt(tmp_path)


def test_the_id_names_the_salt_without_telling_it():
    assert salt_id("abc") == "ba7816bf8f01"
