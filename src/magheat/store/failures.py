"""What a database complains about, in one sentence that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from magheat.errors import MagheatError, SchemaError, SpecError

#: SQLite's own name of an error, or how it starts -> what is wrong, and what to do.
_SQLITE = {
    "SQLITE_NOTADB": "is not a SQLite database; give the name of a knowledge base or of a new file",
    "SQLITE_CORRUPT": "is damaged; restore it from a backup",
    "SQLITE_FULL": "cannot be written: the disk is full; make room, nothing that was acknowledged is lost",
    "SQLITE_READONLY": "is read-only; ask for the right to write to the file and its folder, or use a copy",
    "SQLITE_CANTOPEN": "cannot be opened; check the rights of the file and its folder, which must be writable",
    "SQLITE_PERM": "cannot be opened; check the rights of the file and its folder",
    "SQLITE_BUSY": "is locked by another process for more than a minute; wait for it or end it",
    "SQLITE_IOERR": "cannot be read or written: the disk failed; see whether it is full, or on a network file system",
}
#: The same by the SQLSTATE of PostgreSQL, or how it starts.
_POSTGRESQL = {
    "53100": "cannot be written: the server's disk is full",
    "25006": "is read-only; ask for the right to write",
    "42501": "refuses this user; ask for the right to create and write tables",
    "28": "refuses this user; check name and password",
    "3D000": "has no such database; make it first, with createdb",
    "53300": "has too many connections; close some",
}


@contextmanager
def explained(store: str) -> Iterator[None]:
    """Inside, an error of the database becomes one sentence about this store.

    Raises
    ------
    SchemaError
        Where the file is no database, or a damaged one.
    SpecError
        Where it cannot be reached, read or written.
    """
    try:
        yield
    except MagheatError:
        raise
    except PoolTimeoutError:
        raise SpecError(f"store {store} is in use by too many threads at once; take fewer.") from None
    except DBAPIError as error:
        raise _sentence(store, error.orig or error) from None
    except sqlite3.Error as error:
        raise _sentence(store, error) from None
    except SQLAlchemyError as error:
        raise SpecError(f"store {store} failed: {_first_line(error)}.") from error


def _sentence(store: str, error: BaseException) -> MagheatError:
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(store, error)
    state = getattr(error, "sqlstate", None) or ""
    for start, words in _POSTGRESQL.items():
        if state.startswith(start):
            return SpecError(f"store {store} {words}.")
    if not state:
        return SpecError(
            f"store {store} cannot be reached; see whether the server runs, and whether user, password and database "
            f"are right; it says: {_first_line(error)}."
        )
    return SpecError(f"store {store} failed: {_first_line(error)}.")


def _of_sqlite(store: str, error: sqlite3.Error) -> MagheatError:
    name = getattr(error, "sqlite_errorname", None) or ""
    for start, words in _SQLITE.items():
        if name.startswith(start):
            kind = SchemaError if start in ("SQLITE_NOTADB", "SQLITE_CORRUPT") else SpecError
            return kind(f"store {store} {words}.")
    return SpecError(f"store {store} failed: {_first_line(error)}.")


def _first_line(error: BaseException) -> str:
    """The first line of what the driver says; psycopg repeats neither URL nor password there."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(". ")
