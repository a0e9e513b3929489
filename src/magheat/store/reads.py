"""What one transaction reads: rows as tables, one row, one loop."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sqlalchemy import Column, Connection, Integer, Row, Select, select, type_coerce

from magheat.errors import SpecError
from magheat.spec.checks import one_of, unknown_name
from magheat.store import schema
from magheat.store.columns import FLAGS, ORIGIN, SOURCES
from magheat.store.frames import NUMBERS, OWN, decoded
from magheat.store.packing import unpack
from magheat.store.writes import batches
from magheat.units import shown

if TYPE_CHECKING:
    import xarray as xr

#: Rows taken from the database at once; with more of them at a time Python's garbage collector costs more.
_PAGE = 2_000
#: Drives whose field does not stay on one line.
_TURNING = ("rotating", "elliptical")


def present(connection: Connection, column: Column[Any], keys: Iterable[str], *, with_loop: bool = False) -> set[str]:
    """Which of the keys stand in this column; of rows, only those with a loop where that is asked for."""
    statement = select(column)
    if with_loop:
        statement = statement.join(schema.loops, schema.loops.c.row_id == schema.rows.c.id)
    return {
        key
        for part in batches(sorted(set(keys)))
        for key in connection.execute(statement.where(column.in_(part))).scalars()
    }


def extra_kinds(connection: Connection) -> dict[str, str]:
    """Name and kind of every extra column, in the order in which they came."""
    columns = schema.extra_columns.c
    return {name: kind for name, kind in connection.execute(select(columns.name, columns.kind).order_by(columns.id))}


def table_of(
    connection: Connection, source: str | None, solver: str | None, columns: Sequence[str] | None
) -> pl.DataFrame:
    """The rows that are asked for, in the order in which they came."""
    kinds = extra_kinds(connection)
    wanted = _wanted(columns, kinds)
    statement = _selected(_origins(source, solver), [name for name in wanted if name in (*NUMBERS, *FLAGS)])
    frame = with_origin(connection, decoded(_pages(connection, statement), kinds))
    return frame.drop_nulls(wanted) if wanted else frame


def rows_of(connection: Connection) -> pl.DataFrame:
    """All rows, with the id of their provenance in place of what a table says of it."""
    return decoded(_pages(connection, _selected(None, ())), extra_kinds(connection))


def _wanted(columns: Sequence[str] | None, kinds: Iterable[str]) -> list[str]:
    known = [*NUMBERS, *FLAGS, *kinds, *ORIGIN]
    if columns is not None and (isinstance(columns, str) or not all(isinstance(name, str) for name in columns)):
        raise SpecError(f"columns must be a list of names; got {shown(columns)}.")
    for name in columns or ():
        if name not in known:
            raise SpecError(unknown_name(f"column {name}", name, known))
    return list(columns or ())


def _origins(source: str | None, solver: str | None) -> Select[Any] | None:
    """Ids of the provenance of the rows that are asked for; None for all."""
    found = select(schema.provenance.c.id)
    if source is not None:
        found = found.where(schema.provenance.c.source == one_of(source, SOURCES, "source"))
    if solver is not None:
        found = found.where(schema.provenance.c.solver == solver)
    return None if source is None and solver is None else found


def _selected(origins: Select[Any] | None, present: Sequence[str]) -> Select[Any]:
    columns = schema.rows.c
    # SQLite gives flags as 0 and 1, which Polars turns to true and false quicker than SQLAlchemy does
    values = [type_coerce(columns[name], Integer) if name in FLAGS else columns[name] for name in OWN]
    statement = select(*values, columns.provenance_id).order_by(columns.id)
    for name in present:
        statement = statement.where(columns[name].is_not(None))
    return statement if origins is None else statement.where(columns.provenance_id.in_(origins))


def _pages(connection: Connection, statement: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    result = connection.execution_options(stream_results=True, yield_per=_PAGE).execute(statement)
    yield from result.partitions()


def with_origin(connection: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    """The table with the columns of ORIGIN last, in place of the id of the provenance."""
    origin = schema.provenance.c
    lines = connection.execute(
        select(origin.id, origin.source, origin.solver, origin.model_version, origin.content)
    ).all()
    types = {
        "provenance_id": pl.Int64,
        "source": pl.String,
        "solver": pl.String,
        "model_version": pl.Int64,
        "provenance": pl.String,
    }
    told = pl.DataFrame([tuple(line) for line in lines], types, orient="row")
    joined = frame.join(told, on="provenance_id", how="left", maintain_order="left")
    inner = [name for name in frame.columns if name not in ("key", "provenance_id")]
    return joined.select(*inner, *ORIGIN)


def row_at(connection: Connection, key: str) -> dict[str, Any] | None:
    """One row with all that it holds; None where there is none."""
    origin = schema.provenance.c
    columns = [schema.rows.c[name] for name in OWN]
    told = [origin.source, origin.solver, origin.model_version, origin.content.label("provenance")]
    statement = select(*columns, *told).join(schema.provenance).where(schema.rows.c.key == key)
    found = connection.execute(statement).mappings().one_or_none()
    if found is None:
        return None
    more = {name: value for name, value in json.loads(found["more"] or "{}").items() if value is not None}
    return {name: found[name] for name in (*NUMBERS, *FLAGS)} | more | {name: found[name] for name in ORIGIN}


def loop_at(connection: Connection, key: str) -> xr.Dataset | None:
    """The loop of one row; None where it has none."""
    loops = schema.loops.c
    statement = select(loops.points, loops.applied_field, loops.magnetization)
    found = connection.execute(statement.join(schema.rows).where(schema.rows.c.key == key)).one_or_none()
    if found is None:
        return None
    row = row_at(connection, key) or {}
    return _loop_dataset(unpack(found[1], found[0]), unpack(found[2], found[0]), row)


def _loop_dataset(field: Any, magnetization: Any, row: dict[str, Any]) -> xr.Dataset:
    """A loop as `magheat.analysis` takes it, with what its row knows of drive and sample."""
    import xarray as xr

    from magheat.dataset import ENSEMBLE_COORDINATES, ENSEMBLE_VARIABLES

    variables: dict[str, Any] = {
        name: ("time", values, {"units": "A/m", "long_name": ENSEMBLE_VARIABLES[name][2]})
        for name, values in (("applied_field", field), ("magnetization", magnetization))
    }
    forms = ENSEMBLE_COORDINATES | {"volume": ("m^3", "Volume of all particles")}
    coords: dict[str, Any] = {
        name: ((), row[name], {"units": unit, "long_name": words})
        for name, (unit, words) in forms.items()
        if row.get(name) is not None
    }
    if row["frequency"]:
        times = np.arange(field.size) / field.size / row["frequency"]
        coords["time"] = ("time", times, {"units": "s", "long_name": "Time"})
    if row.get("waveform") in _TURNING:
        words = {"units": "1", "long_name": "Whether the applied field stays on one line"}
        coords["field_is_linear"] = ((), False, words)
    if row.get("volume") is not None and row["loss_per_cycle"] is not None:
        words = {"units": "J", "long_name": "Work of the applied field per cycle"}
        variables["field_work_per_cycle"] = ((), row["loss_per_cycle"] * row["volume"], words)
    return xr.Dataset(variables, coords, attrs={name: row[name] for name in ("key", "source") if row[name]})
