"""The tables repeat nothing that could differ, and every one says what it is for."""

from autograder.batch.tables import attempts, gradings, metadata
from autograder.model import Provenance


def test_every_table_says_what_a_row_is():
    assert {table.name for table in metadata.sorted_tables if not table.comment} == set()


def test_provenance_is_in_columns_of_its_own():
    assert {column.name for column in gradings.c} >= set(Provenance.__slots__)


def test_neither_attempts_nor_gradings_can_be_recorded_twice():
    for table in (attempts, gradings):
        assert any("number" in constraint.columns for constraint in table.constraints if len(constraint.columns) > 1)
