"""The results database: SQLite in a file, or a PostgreSQL server; brought up to date, and never left half-written.

Whatever goes wrong in it reaches a person as one sentence.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from autograder.batch.tables import VERSION, VERSION_TABLE
from autograder.errors import UsageError
from autograder.render.safe import line

T = TypeVar("T")
MIGRATIONS = Path(__file__).with_name("migrations")
PATIENCE = 20.0  # seconds to wait for another program that writes to the same SQLite file
WRITERS = 7_236_541  # any number: on it, programs that write to one PostgreSQL database wait for each other


class Database:
    """A results database of the newest version.

    Raises :class:`~autograder.errors.UsageError` for an address that is none, a missing driver, a server or file that
    cannot be used, a database that a newer version of this program has made, and, with ``existing``, a file that is not
    there yet.
    """

    def __init__(self, url: str | URL, *, existing: bool = False) -> None:
        try:
            self.url = make_url(url)
            self._engine = _engine(self.url)
        except (SQLAlchemyError, ValueError):
            raise UsageError(
                f"{line(str(url))} is no address of a database; expected sqlite:///FILE or "
                "postgresql+psycopg://USER:PASSWORD@HOST/NAME"
            ) from None
        except ModuleNotFoundError as error:
            raise UsageError(
                f"{self.url.drivername} needs the package {error.name}: pip install 'autograder[postgresql]'"
            ) from None
        if existing and self.url.get_backend_name() == "sqlite" and not Path(self.url.database or "").is_file():
            raise UsageError(
                f"{self.name} does not exist; name the folder of results with --out, or its database with --db"
            )
        try:
            with self._plainly():
                self._upgrade()
        except BaseException:
            self.close()
            raise

    @classmethod
    def in_file(cls, file: Path, *, existing: bool = False) -> "Database":
        """Open an SQLite file, which is made if it does not exist and need not."""
        try:
            if not existing:
                file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}") from None
        return cls(URL.create("sqlite", database=str(file)), existing=existing)

    @property
    def name(self) -> str:
        """The file, or the address without its password."""
        if self.url.get_backend_name() == "sqlite":
            return self.url.database or "the database in memory"
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection whose queries see one state of the database."""
        with self._plainly(), self._engine.connect() as connection:
            yield connection

    def write(self, change: Callable[[Connection], T]) -> T:
        """Make one change, whole or not at all, while nobody else makes one."""
        with self._plainly(), self._writing() as connection:
            return change(connection)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": WRITERS})
            yield connection

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn whatever a database says into one sentence."""
        try:
            yield
        except SQLAlchemyError as error:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            raise UsageError(
                f"{self.name} cannot be used: {_advice(reason)}; what was recorded before is kept"
            ) from None

    def _upgrade(self) -> None:
        with self._engine.connect() as connection:
            found = _version(connection)
        if found == VERSION:
            return
        if found is not None and found > VERSION:
            raise UsageError(
                f"{self.name} has the schema {line(found)}, and this program knows those up to {VERSION}; "
                "install the version of autograder that made it, or a newer one"
            )
        with self._writing() as connection:
            if _version(connection) != VERSION:  # nobody was faster
                _migrate(connection)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once: one that first reads and then wants to write can be refused without waiting.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _version(connection: Connection) -> str | None:
    """Return the version of the schema, or None in a new database."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"select version_num from {VERSION_TABLE}")).scalar()  # noqa: S608
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")


def _advice(reason: str) -> str:
    """Say what the commonest complaints of SQLite mean for a person."""
    known = {
        "database is locked": f"another program has locked it for over {PATIENCE:g} s; wait until that has ended",
        "unable to open database file": "its folder cannot be written; choose another",
        "attempt to write a readonly database": "it is read-only; choose another folder, or make it writable",
        "file is not a database": "it is damaged, or no SQLite file; restore it, or choose another folder",
        "database disk image is malformed": "it is damaged; restore it, or choose another folder",
        "database or disk is full": "the disk is full; make room",
        "disk I/O error": "the disk is full or failing; make room",
    }
    return known.get(reason, line(reason))
