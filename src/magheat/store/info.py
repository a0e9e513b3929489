"""What is in a store, counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, text

from magheat.store import schema
from magheat.store.address import in_words
from magheat.store.columns import INPUTS
from magheat.store.database import schema_version


@dataclass(frozen=True, kw_only=True)
class Info:
    """What is in a store.

    Parameters
    ----------
    store
        Which one, without its password.
    schema_version
        Form of its tables.
    rows, loops
        How many there are.
    counts
        (source, solver) -> rows; the solver of measured rows is None.
    finished_tasks, quarantined
        How many pieces of sweeps are done, and how many rows are kept out.
    size
        Bytes on the disk.
    ranges
        Input -> (lowest, highest), SI; inputs that no row has are left out.
    """

    store: str
    schema_version: str
    rows: int
    loops: int
    counts: dict[tuple[str, str | None], int]
    finished_tasks: int
    quarantined: int
    size: int
    ranges: dict[str, tuple[float, float]]


def counted(connection: Connection) -> Info:
    """Count what a store holds, within a transaction that reads."""
    counts = _counts(connection)
    return Info(
        store=in_words(connection.engine.url),
        schema_version=schema_version(connection) or "",
        rows=sum(counts.values()),
        loops=_count(connection, schema.loops),
        counts=counts,
        finished_tasks=_count(connection, schema.finished_tasks),
        quarantined=_count(connection, schema.quarantine),
        size=_size(connection),
        ranges=_ranges(connection),
    )


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _counts(connection: Connection) -> dict[tuple[str, str | None], int]:
    ids, origin = schema.rows.c.provenance_id, schema.provenance.c
    per_line = select(ids, func.count().label("rows")).group_by(ids).subquery()  # by the index alone
    joined = select(origin.source, origin.solver, func.sum(per_line.c.rows)).join(
        per_line, per_line.c.provenance_id == origin.id
    )
    grouped = joined.group_by(origin.source, origin.solver).order_by(origin.source, origin.solver)
    return {(source, solver): int(rows) for source, solver, rows in connection.execute(grouped)}


def _ranges(connection: Connection) -> dict[str, tuple[float, float]]:
    extremes = [one for name in INPUTS for one in (func.min(schema.rows.c[name]), func.max(schema.rows.c[name]))]
    values = connection.execute(select(*extremes)).one()
    pairs = zip(INPUTS, values[::2], values[1::2], strict=True)
    return {name: (low, high) for name, low, high in pairs if low is not None}


def _size(connection: Connection) -> int:
    url = connection.engine.url
    if url.drivername == "sqlite":
        files = [Path(f"{url.database}{end}") for end in ("", "-wal")]
        return sum(path.stat().st_size for path in files if path.exists())
    tables = ", ".join(f"pg_total_relation_size('{table.name}')" for table in schema.metadata.sorted_tables)
    return sum(int(size) for size in connection.execute(text(f"SELECT {tables}")).one())
