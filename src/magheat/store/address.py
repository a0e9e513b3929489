"""Which database a user means: a file of SQLite or a server of PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from magheat.errors import SpecError
from magheat.units import shown

_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_FORMS = "'kb.sqlite', 'sqlite:///kb.sqlite' or 'postgresql+psycopg://user@host/database'"


def address(store: str | Path) -> URL:
    """The URL of a store, from a path or from a URL.

    Raises
    ------
    SpecError
        For anything else, an unknown kind of database, a folder, or a file in a folder that is not there.
    """
    if not isinstance(store, str | Path) or not str(store).strip():
        raise SpecError(f"store must be a file or a URL, such as {_FORMS}; got {shown(store)}.")
    if isinstance(store, Path) or "://" not in store:
        return _file(Path(store))
    try:
        url = make_url(store)
    except (ArgumentError, ValueError):  # the text may hold a password, so it is not repeated
        raise SpecError(f"store must be a file or a URL, such as {_FORMS}; this URL cannot be read.") from None
    if url.drivername in _SQLITE:
        if url.query or url.host:
            raise SpecError("store must be written 'sqlite:///file' without options; got a URL with a host or options.")
        if not url.database or url.database == ":memory:":
            raise SpecError("store must name a file, as in 'sqlite:///kb.sqlite'; got a URL without one.")
        return _file(Path(url.database))
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    raise SpecError(f"store must be on SQLite or PostgreSQL, such as {_FORMS}; got {url.drivername!r}.")


def _file(path: Path) -> URL:
    path = path.expanduser()
    if path.is_dir():
        raise SpecError(f"store must name a file; {str(path)!r} is a folder.")
    if not path.absolute().parent.is_dir():
        raise SpecError(
            f"store must name a file in an existing folder; there is no folder {str(path.parent)!r}. Make it first."
        )
    return URL.create("sqlite", database=str(path.absolute()))


def in_words(url: URL) -> str:
    """The store as it is named to the user, without its password, wherever in the URL that stands."""
    if url.drivername == "sqlite":
        return repr(url.database)
    url = url.update_query_dict({name: "***" for name in url.query if "password" in name})
    return repr(url.render_as_string(hide_password=True))


def require_there(url: URL) -> None:
    """Refuse a file that is not there.

    Raises
    ------
    SpecError
        With its path.
    """
    if url.drivername == "sqlite" and not Path(str(url.database)).is_file():
        raise SpecError(f"store must name an existing knowledge base; {in_words(url)} is not there; check its path.")
