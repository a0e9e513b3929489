"""Connections and transactions, the same on SQLite and PostgreSQL, and the form of the tables kept up to date."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import NoSuchModuleError

from magheat.errors import SchemaError, SpecError
from magheat.store.address import in_words
from magheat.store.failures import explained
from magheat.store.schema import HEAD, REVISIONS, VERSION_TABLE

#: Seconds to wait for another process that writes.
PATIENCE = 60.0
#: KiB of pages kept in memory: the index of a million random keys fits.
_CACHE = 262_144
#: Bytes of a page of a new file. Random keys change most pages of the index in every transaction: with fewer, larger
#: pages a million rows go in a third faster than with the usual 4096.
_PAGE = 16_384
#: Pages in the log before they are moved into the file, 64 MB: changes of one page meet there, which saves 30 % of what
#: a million rows write to the disk.
_CHECKPOINT = 4_096
#: Any number that no other program locks by; "magheat" in ASCII.
_LOCK = 0x6D616768656174
_ONE_MIGRATION = threading.Lock()  # Alembic's `op` and `context` are one for the whole process


def open_engine(url: URL) -> Engine:
    """An engine whose transactions are durable when they are acknowledged.

    Raises
    ------
    SpecError
        When the driver for PostgreSQL is not installed.
    """
    if url.drivername == "sqlite":
        engine = create_engine(url, connect_args={"timeout": PATIENCE, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, paramstyle="format", connect_args={"connect_timeout": 10})
    except (ImportError, NoSuchModuleError):
        raise SpecError(
            "store on PostgreSQL needs psycopg, which is not installed; pip install 'magheat[postgresql]'."
        ) from None


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says so, DDL included
    connection.execute(f"PRAGMA page_size = {_PAGE}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
    _switch_to_wal(connection)
    record.info["file"] = _file_of(connection)


def _file_of(connection: sqlite3.Connection) -> tuple[int, int] | None:
    """What stands at the path of the store now: device and inode; None for nothing."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _require_same_file(connection: Connection) -> None:
    """Refuse to acknowledge what only an unlinked file would hold."""
    if connection.dialect.name != "sqlite":
        return
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and _file_of(driver) != connection.info["file"]:
        raise SpecError(
            f"store {in_words(connection.engine.url)} must stay where it is while it is in use; it was deleted, moved "
            f"or replaced, and what was written went with it; begin again with a store of another name."
        )


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Set the journal mode, which SQLite refuses at once, without its usual patience, while another process does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could find the lock taken half-way: writers take it at once.
    writes = connection.get_execution_options().get("magheat_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that is on the disk, whole, when the block has ended; an error leaves nothing of it."""
    with explained(in_words(engine.url)), engine.connect() as connection:
        connection = connection.execution_options(magheat_writes=True)
        with connection.begin():
            yield connection
            _require_same_file(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees one state of the store, whatever others write meanwhile."""
    with explained(in_words(engine.url)), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def prepare(engine: Engine, *, create: bool = True) -> None:
    """Make the tables where there are none, and bring older ones to today's form, in one transaction.

    Raises
    ------
    SchemaError
        When the store is newer than this magheat, or a database of another program.
    SpecError
        When there are no tables and none are to be made.
    """
    with reading(engine) as connection:
        version = schema_version(connection)
    if version == HEAD:
        return
    if version is None and not create:
        raise SpecError(f"store must name an existing knowledge base; {in_words(engine.url)} is empty; check its name.")
    with _ONE_MIGRATION, writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if schema_version(connection) != HEAD:  # nobody else was quicker
            upgrade(connection, HEAD)


def schema_version(connection: Connection) -> str | None:
    """Revision of the tables; None for an empty database.

    Raises
    ------
    SchemaError
        When it is none that this magheat knows.
    """
    store = in_words(connection.engine.url)
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if tables:
            raise SchemaError(f"store {store} must be a knowledge base; it is a database of another program.")
        return None
    version = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if version not in REVISIONS:
        raise SchemaError(
            f"store {store} must have a schema up to {HEAD}; it has {version}: a newer magheat reads it, so upgrade."
        )
    return str(version)


def upgrade(connection: Connection, revision: str) -> None:
    """Run the migrations up to a revision within the transaction of this connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
