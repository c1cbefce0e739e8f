"""Submitted bytes, attempts, and the gradings of each."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first three tables."""
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        comment="what was handed in, byte for byte",
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("assignment", sa.String(255), nullable=False),
        sa.Column("student", sa.String(255), nullable=False),
        sa.Column(
            "number", sa.Integer, nullable=False, comment="1 for a student's first attempt, in the order of arrival"
        ),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column(
            "sha256", sa.String(64), nullable=False, comment="hash of the bytes; empty if the file could not be opened"
        ),
        sa.Column("submitted_at", sa.String(25), nullable=False),
        sa.UniqueConstraint("assignment", "student", "number", name="uq_attempts_number"),
        comment="one file that one student handed in for one assignment",
    )
    op.create_table(
        "gradings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("attempt_id", sa.Integer, sa.ForeignKey("attempts.id", name="fk_gradings_attempt"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, comment="the greatest of an attempt is the one in force"),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("max_score", sa.Float, nullable=False),
        sa.Column("exercises", sa.Text, nullable=False, comment="JSON list of [name, score, max_score]"),
        sa.Column("notes", sa.Text, nullable=False, comment="JSON list of sentences"),
        sa.Column("engine", sa.String(64), nullable=False),
        sa.Column("tests_sha256", sa.String(64), nullable=False),
        sa.Column("salt_id", sa.String(16), nullable=False),
        sa.Column("sandbox_level", sa.String(8), nullable=False),
        sa.Column("python", sa.String(32), nullable=False),
        sa.Column("numpy", sa.String(32), nullable=False),
        sa.Column("graded_at", sa.String(32), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("document", sa.Text, nullable=False, comment="the report document, verbatim"),
        sa.Column("output", sa.Text, nullable=False, comment="what the submission printed while it was loaded"),
        sa.Column("reason", sa.Text, nullable=False, comment="why it was graded again; empty for an ordinary run"),
        sa.UniqueConstraint("attempt_id", "number", name="uq_gradings_number"),
        comment="one report on one attempt",
    )
