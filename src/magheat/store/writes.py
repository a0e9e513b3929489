"""What one transaction writes: provenance, extra columns, rows, loops, and the mark of a finished task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import polars as pl
from sqlalchemy import Connection, Insert, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from magheat.errors import SpecError
from magheat.spec.checks import integer, one_of
from magheat.store import schema
from magheat.store.columns import SOURCES
from magheat.store.frames import merged_kind
from magheat.store.packing import pack
from magheat.units import FloatArray, shown

T = TypeVar("T")

#: Rows given to the driver at once, and keys asked for at once.
BATCH = 10_000


@dataclass(frozen=True)
class Origin:
    """Where the rows of one transaction come from."""

    source: str
    solver: str | None
    model_version: int | None
    content: str  # JSON text

    @property
    def digest(self) -> str:
        """Equal for equal origins."""
        text = json.dumps([self.source, self.solver, self.model_version, self.content])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def origin_of(source: str, solver: str | None, model_version: int | None, provenance: Mapping[str, Any]) -> Origin:
    """The origin, once its parts are known to be of the right kind.

    Raises
    ------
    SpecError
        For an unknown source, or a provenance that is no JSON.
    """
    one_of(source, SOURCES, "source")
    if solver is not None and not (isinstance(solver, str) and solver.strip()):
        raise SpecError(f"solver must be a name or None; got {shown(solver)}.")
    version = None if model_version is None else integer(model_version, "model_version", 0, 2**31)
    return Origin(source, solver, version, json_text(provenance, "provenance"))


def json_text(content: Mapping[str, Any], name: str) -> str:
    """Canonical JSON of a mapping.

    Raises
    ------
    SpecError
        When it is none, or holds what JSON does not know.
    """
    if not isinstance(content, Mapping):
        raise SpecError(f"{name} must be a mapping, such as {{'design': 'box.toml'}}; got {type(content).__name__}.")
    try:
        text = json.dumps(dict(content), sort_keys=True, allow_nan=False, ensure_ascii=False)
        text.encode()  # half a surrogate pair is no text
    except (TypeError, ValueError) as error:
        raise SpecError(f"{name} must hold text, finite numbers, true, false, lists and mappings; {error}.") from None
    return text


def insert_new(connection: Connection, table: Table, lines: Sequence[Mapping[str, Any]]) -> int:
    """Insert the lines whose key is not there yet; how many were."""
    if not lines:
        return 0
    statement = _insert(connection, table).execution_options(preserve_rowcount=True)
    return connection.execute(statement, lines).rowcount


def _insert(connection: Connection, table: Table) -> Insert:
    """The statement that leaves lines alone that are there."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement: Insert = dialect.insert(table).on_conflict_do_nothing()
    return statement


def provenance_id(connection: Connection, origin: Origin) -> int:
    """Id of the line of this origin, which is written if it is new."""
    values = {
        "digest": origin.digest,
        "source": origin.source,
        "solver": origin.solver,
        "model_version": origin.model_version,
        "content": origin.content,
    }
    insert_new(connection, schema.provenance, [values])
    found = select(schema.provenance.c.id).where(schema.provenance.c.digest == origin.digest)
    return int(connection.execute(found).scalar_one())


def register(connection: Connection, kinds: Mapping[str, str]) -> None:
    """Remember which extra columns there are, and what kind of value each holds.

    Raises
    ------
    SpecError
        When rows that are there hold another kind under the same name.
    """
    columns = schema.extra_columns
    insert_new(connection, columns, [{"name": name, "kind": kind} for name, kind in kinds.items()])
    if not kinds:
        return
    known = connection.execute(select(columns.c.name, columns.c.kind).where(columns.c.name.in_(kinds)))
    for name, kind in known.all():
        merged = merged_kind(name, kind, kinds[name])
        if merged != kind:
            connection.execute(update(columns).where(columns.c.name == name).values(kind=merged))


def insert_rows(connection: Connection, frame: pl.DataFrame, provenance: int) -> int:
    """Insert the rows whose key is new; how many were."""
    compiled = _insert(connection, schema.rows).compile(
        dialect=connection.dialect, column_keys=[*frame.columns, "provenance_id"]
    )
    frame = frame.with_columns(provenance_id=pl.lit(provenance, pl.Int64)).select(compiled.positiontup or ())
    new = 0
    for part in frame.iter_slices(BATCH):  # tuples straight to the driver: twice as fast as mappings through SQLAlchemy
        new += connection.exec_driver_sql(str(compiled), part.rows()).rowcount
    return new


def packed_loops(loops: Mapping[str, Any], keys: set[str]) -> dict[str, dict[str, Any]]:
    """The lines of the loops by key, without the id of the row.

    Raises
    ------
    SpecError
        For a loop of no row in the table, or one that is not two equally long arrays of finite numbers.
    """
    lines = {}
    for key, loop in loops.items():
        if key not in keys:
            raise SpecError(
                f"loops must be those of rows in the table; got one of {shown(key)}, which is no key in it."
            )
        field, magnetization = _checked_loop(key, loop)
        lines[key] = {"points": field.size, "applied_field": pack(field), "magnetization": pack(magnetization)}
    return lines


def _checked_loop(key: str, loop: Any) -> tuple[FloatArray, FloatArray]:
    try:
        field, magnetization = (np.asarray(values, dtype=np.float64) for values in loop)
    except (TypeError, ValueError):
        raise SpecError(f"loop of {shown(key)} must be a pair of arrays (H, M) in A/m; got {shown(loop)}.") from None
    if field.ndim != 1 or field.shape != magnetization.shape or field.size < 2:
        raise SpecError(
            f"loop of {shown(key)} must be two arrays of one length >= 2; got {field.shape} and {magnetization.shape}."
        )
    if not (np.isfinite(field).all() and np.isfinite(magnetization).all()):
        raise SpecError(f"loop of {shown(key)} must be finite; got NaN or infinity in it; leave such points out.")
    return field, magnetization


def insert_loops(connection: Connection, lines: Mapping[str, Mapping[str, Any]]) -> None:
    """Insert the loops of rows that have none yet."""
    for keys in batches(list(lines)):
        found = connection.execute(select(schema.rows.c.key, schema.rows.c.id).where(schema.rows.c.key.in_(keys)))
        insert_new(connection, schema.loops, [{"row_id": row_id, **lines[key]} for key, row_id in found])


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items, so many at once."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
