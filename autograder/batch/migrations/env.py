"""Where alembic begins: it migrates over the connection that it was given."""

from alembic import context

from autograder.batch.tables import VERSION_TABLE, metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
