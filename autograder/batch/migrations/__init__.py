"""Steps from one version of the results database to the next, run by alembic when a database is opened."""
