"""The course's salt: the secret from which the inputs of hidden tests are seeded."""

import hashlib
import os
import tomllib
from pathlib import Path

from autograder.errors import AuthoringError, UsageError

VARIABLE = "AUTOGRADER_SALT"
PUBLIC = "public"  # salt of public tests, so that students see the very inputs that the grader uses


def read_salt(solutions: Path) -> str:
    """Return the salt from the environment variable AUTOGRADER_SALT, or else from ``solutions/course.toml``.

    Raises :class:`~autograder.errors.UsageError` where there is none, :class:`~autograder.errors.AuthoringError`
    where the file cannot be read as TOML.
    """
    if salt := os.environ.get(VARIABLE):
        return salt
    file = solutions / "course.toml"
    try:
        salt = tomllib.loads(file.read_text(encoding="utf-8")).get("salt")
    except FileNotFoundError:
        salt = None
    except tomllib.TOMLDecodeError as error:
        raise AuthoringError(f"the file is not valid TOML: {error}", file) from None
    if not isinstance(salt, str) or not salt:
        raise UsageError(f'the course has no salt: write `salt = "a long random text"` in {file}, or set {VARIABLE}')
    return salt


def salt_id(salt: str) -> str:
    """Return what names a salt without telling it: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(salt.encode()).hexdigest()[:12]
