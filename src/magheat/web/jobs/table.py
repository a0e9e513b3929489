"""Jobs in a database: a file of SQLite beside the knowledge base, or a database of PostgreSQL of their own."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    case,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import RowMapping

from magheat.errors import SchemaError
from magheat.store.address import address, in_words
from magheat.store.database import open_engine, reading, writing

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
#: States that a job does not leave.
ENDED = (DONE, FAILED, CANCELLED)
#: Starts of a job, after which a server that ends takes it with it for good.
_MOST_STARTS = 2

_META = MetaData()
_JOBS = Table(
    "magheat_jobs",
    _META,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("status", String(20), nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("starts", Integer, nullable=False, default=0),
    Column("request", Text, nullable=False),
    Column("error", Text),
    Column("result", LargeBinary),
    Column("netcdf", LargeBinary),
)
#: Characters of a request that a list repeats; a longer one is told with its job alone.
_LISTED_REQUEST = 20_000
#: What one job is told by; results are read apart.
_HEAD = [_JOBS.c[name] for name in ("number", "id", "kind", "status", "created", "request", "error")]


class Jobs:
    """The table of jobs.

    Parameters
    ----------
    place
        File or URL.

    Raises
    ------
    SpecError, SchemaError
        When it cannot be opened, or is a database of another program.
    """

    def __init__(self, place: str) -> None:
        self.engine = open_engine(address(place))
        with writing(self.engine) as connection:
            tables = set(inspect(connection).get_table_names())
            if tables and _JOBS.name not in tables:
                where = in_words(self.engine.url)
                raise SchemaError(
                    f"jobs must have a database of their own; {where} holds other tables; choose another."
                )
            _META.create_all(connection)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def recover(self) -> None:
        """Put jobs that ran when the server ended back into the queue; fail those that it happened to twice."""
        why = "the server ended twice while it ran; it is not tried again."
        with writing(self.engine) as connection:
            stuck = _JOBS.c.status == RUNNING
            connection.execute(
                update(_JOBS).where(stuck, _JOBS.c.starts >= _MOST_STARTS).values(status=FAILED, error=why)
            )
            connection.execute(update(_JOBS).where(stuck, _JOBS.c.starts < _MOST_STARTS).values(status=QUEUED))

    def add(self, job: str, kind: str, request: str, most: int) -> bool:
        """Put a job at the end of the queue; False where that is full."""
        with writing(self.engine) as connection:
            waiting = connection.scalar(select(func.count()).where(_JOBS.c.status == QUEUED))
            if (waiting or 0) >= most:
                return False
            values = {
                "id": job,
                "kind": kind,
                "status": QUEUED,
                "created": time.time(),
                "request": request,
                "starts": 0,
            }
            connection.execute(insert(_JOBS).values(values))
            return True

    def take(self) -> dict[str, Any] | None:
        """The first job of the queue, which runs from now on; None where there is none."""
        with writing(self.engine) as connection:
            first = select(_JOBS.c.number).where(_JOBS.c.status == QUEUED).order_by(_JOBS.c.number).limit(1)
            row = connection.execute(first).first()
            if row is None:
                return None
            mine = _JOBS.c.number == row[0]
            connection.execute(update(_JOBS).where(mine).values(status=RUNNING, starts=_JOBS.c.starts + 1))
            return _row(connection.execute(select(*_HEAD).where(mine)).mappings().one())

    def finish(self, job: str, content: bytes, netcdf: bytes | None) -> None:
        """Keep the result of a job that runs."""
        self._end(job, status=DONE, result=content, netcdf=netcdf)

    def fail(self, job: str, sentence: str) -> None:
        """Say why a job that runs has no result."""
        self._end(job, status=FAILED, error=sentence)

    def cancel(self, job: str) -> None:
        """Let a job go that waits or runs."""
        self._end(job, status=CANCELLED)

    def _end(self, job: str, **values: Any) -> None:
        with writing(self.engine) as connection:
            alive = _JOBS.c.status.in_((QUEUED, RUNNING))
            connection.execute(update(_JOBS).where(_JOBS.c.id == job, alive).values(**values))

    def forget(self, job: str) -> None:
        """Remove a job that has ended."""
        with writing(self.engine) as connection:
            connection.execute(delete(_JOBS).where(_JOBS.c.id == job, _JOBS.c.status.in_(ENDED)))

    def forget_all_but(self, kept: int) -> None:
        """Remove the oldest jobs that have ended."""
        with writing(self.engine) as connection:
            ended = select(_JOBS.c.number).where(_JOBS.c.status.in_(ENDED)).order_by(_JOBS.c.number.desc())
            numbers = [number for (number,) in connection.execute(ended.offset(kept))]
            connection.execute(delete(_JOBS).where(_JOBS.c.number.in_(numbers)))

    def one(self, job: str) -> dict[str, Any] | None:
        """A job without its result."""
        with reading(self.engine) as connection:
            found = connection.execute(select(*_HEAD).where(_JOBS.c.id == job)).mappings().first()
            return None if found is None else _row(found)

    def newest(self, most: int) -> list[dict[str, Any]]:
        """Jobs without their results and without long requests, newest first."""
        request = case((func.length(_JOBS.c.request) <= _LISTED_REQUEST, _JOBS.c.request), else_="{}").label("request")
        head = [request if column is _JOBS.c.request else column for column in _HEAD]
        with reading(self.engine) as connection:
            rows = connection.execute(select(*head).order_by(_JOBS.c.number.desc()).limit(most))
            return [_row(row) for row in rows.mappings()]

    def result(self, job: str, name: str) -> bytes | None:
        """The bytes of ``result`` or ``netcdf``; None where there are none."""
        with reading(self.engine) as connection:
            found = connection.scalar(select(_JOBS.c[name]).where(_JOBS.c.id == job))
            return None if found is None else bytes(found)

    def queued(self) -> list[str]:
        """Jobs that wait, in their order."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(_JOBS.c.id).where(_JOBS.c.status == QUEUED).order_by(_JOBS.c.number))
            return [job for (job,) in rows]

    def count(self) -> tuple[int, int]:
        """How many wait and how many run."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(_JOBS.c.status, func.count()).group_by(_JOBS.c.status))
            numbers: dict[str, int] = {status: number for status, number in rows}
        return numbers.get(QUEUED, 0), numbers.get(RUNNING, 0)


def _row(found: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in found.items()}
