"""The tables of the results database. They only ever grow: an attempt or a grading that was recorded stays as it is.

Times are text, in UTC as ``2030-01-31T12:00:00+00:00``, which sorts as it should in every database.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = "0001"  # the newest migration
VERSION_TABLE = "autograder_version"

metadata = MetaData()

contents = Table(
    "contents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    comment="what was handed in, byte for byte",
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", String(255), nullable=False),
    Column("student", String(255), nullable=False),
    Column("number", Integer, nullable=False, comment="1 for a student's first attempt, in the order of arrival"),
    Column("file", String(255), nullable=False),
    Column("sha256", String(64), nullable=False, comment="hash of the bytes; empty if the file could not be opened"),
    Column("submitted_at", String(25), nullable=False),
    UniqueConstraint("assignment", "student", "number", name="uq_attempts_number"),
    comment="one file that one student handed in for one assignment",
)

gradings = Table(
    "gradings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt_id", Integer, ForeignKey("attempts.id", name="fk_gradings_attempt"), nullable=False),
    Column("number", Integer, nullable=False, comment="the greatest of an attempt is the one in force"),
    Column("status", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("max_score", Float, nullable=False),
    Column("exercises", Text, nullable=False, comment="JSON list of [name, score, max_score]"),
    Column("notes", Text, nullable=False, comment="JSON list of sentences"),
    Column("engine", String(64), nullable=False),
    Column("tests_sha256", String(64), nullable=False),
    Column("salt_id", String(16), nullable=False),
    Column("sandbox_level", String(8), nullable=False),
    Column("python", String(32), nullable=False),
    Column("numpy", String(32), nullable=False),
    Column("graded_at", String(32), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("document", Text, nullable=False, comment="the report document, verbatim"),
    Column("output", Text, nullable=False, comment="what the submission printed while it was loaded"),
    Column("reason", Text, nullable=False, comment="why it was graded again; empty for an ordinary run"),
    UniqueConstraint("attempt_id", "number", name="uq_gradings_number"),
    comment="one report on one attempt",
)
