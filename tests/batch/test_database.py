"""Opening, migrating and locking a results database; whatever it complains of is one sentence."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, text

from autograder.batch import database as module
from autograder.batch.database import MIGRATIONS, Database
from autograder.batch.tables import VERSION, VERSION_TABLE, contents, metadata
from autograder.errors import UsageError


def rows(database):
    with database.reading() as connection:
        return connection.execute(text("select count(*) from contents")).scalar()


def add(name):
    return lambda connection: connection.execute(insert(contents), {"sha256": name, "data": b"x"})


def test_the_migrations_make_exactly_the_tables(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_version_that_the_program_asks_for():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == VERSION


def test_opening_again_changes_nothing(url):
    for expected in (0, 1):
        opened = Database(url)
        assert rows(opened) == expected
        opened.write(add(f"{expected}"))
        opened.close()


def test_several_programs_may_make_the_same_database_at_once(url):
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(Database, [url] * 4))
    assert [rows(database) for database in opened] == [0] * 4
    for database in opened:
        database.close()


def test_a_newer_schema_is_refused_in_one_sentence(url):
    opened = Database(url)
    opened.write(lambda connection: connection.execute(text(f"update {VERSION_TABLE} set version_num = '9999'")))
    opened.close()
    with pytest.raises(UsageError, match=r"has the schema 9999, and this program knows those up to \d+; install"):
        Database(url)


def test_a_change_is_made_whole_or_not_at_all(database):
    def half(connection):
        add("a")(connection)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.write(half)
    assert rows(database) == 0


def test_what_the_database_refuses_is_one_sentence(database):
    database.write(add("taken"))
    with pytest.raises(UsageError, match=r"cannot be used: .*; what was recorded before is kept"):
        database.write(add("taken"))


def test_several_programs_may_write_at_once(url):
    def fill(writer):
        opened = Database(url)
        for i in range(20):
            opened.write(add(f"{writer}-{i}"))
        opened.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill, range(4)))
    opened = Database(url)
    assert rows(opened) == 80
    opened.close()


def test_a_lock_is_waited_for_and_then_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    opened = Database.in_file(tmp_path / "results.db")
    other = sqlite3.connect(tmp_path / "results.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UsageError, match=r"results\.db cannot be used: another program has locked it .*; what was"):
        opened.write(add("a"))
    other.execute("ROLLBACK")
    other.close()
    opened.write(add("a"))
    assert rows(opened) == 1
    opened.close()


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "results.db").write_bytes(b"no database" * 1000)
    with pytest.raises(UsageError, match="it is damaged, or no SQLite file; restore it, or choose another folder"):
        Database.in_file(tmp_path / "results.db")


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match=r"results\.db cannot be written: (Not a directory|File exists)"):
        Database.in_file(tmp_path / "out" / "results.db")


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path):
    (tmp_path / "results.db").mkdir()
    with pytest.raises(UsageError, match="cannot be used: its folder cannot be written; choose another"):
        Database.in_file(tmp_path / "results.db")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_database_is_one_sentence(tmp_path):
    opened = Database.in_file(tmp_path / "results.db")
    opened.close()
    (tmp_path / "results.db").chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(UsageError, match="it is read-only; choose another folder, or make it writable"):
            Database.in_file(tmp_path / "results.db").write(add("a"))
    finally:
        tmp_path.chmod(0o755)


@pytest.mark.parametrize("url", ["results.db", "mongodb://here", "", "postgresql+psycopg://here:port/x"])
def test_what_is_no_address_says_how_one_looks(url):
    with pytest.raises(UsageError, match="is no address of a database; expected sqlite:///FILE or postgresql"):
        Database(url)


def test_a_missing_driver_says_what_to_install(monkeypatch):
    def absent(url):
        raise ModuleNotFoundError(name="psycopg")

    monkeypatch.setattr(module, "_engine", absent)
    with pytest.raises(UsageError, match=r"postgresql\+psycopg needs the package psycopg: pip install"):
        Database("postgresql+psycopg://here/x")


def test_a_server_that_is_not_there_is_one_sentence_without_the_password(unused_port):
    with pytest.raises(UsageError) as caught:
        Database(f"postgresql+psycopg://ada:secret@127.0.0.1:{unused_port}/x")
    assert str(caught.value).startswith(f"postgresql+psycopg://ada:***@127.0.0.1:{unused_port}/x cannot be used: ")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def unused_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_server_that_goes_away_is_one_sentence_and_the_next_change_finds_it_again(postgresql):
    opened = Database(postgresql())

    def vanish(connection):
        add("a")(connection)
        connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(UsageError, match=r"cannot be used: .*; what was recorded before is kept"):
        opened.write(vanish)
    opened.write(add("b"))
    assert rows(opened) == 1
    opened.close()
