"""Tables on their way into a store and out of it: names and types checked, extra columns to JSON and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from magheat.errors import SpecError
from magheat.store.columns import FLAGS, INPUTS, ORIGIN, OUTPUTS
from magheat.store.schema import KEY_LENGTH
from magheat.units import shown

#: Columns of the database's own table, in its order, but for the ids.
NUMBERS = (*INPUTS, *OUTPUTS)
OWN = ("key", *NUMBERS, *FLAGS, "more")
#: What values of an extra column can be, and how Polars holds them.
KINDS: dict[str, pl.DataType] = {
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "boolean": pl.Boolean(),
    "text": pl.String(),
}
_TAKEN = (*(name for name in ORIGIN if name != "key"), "id", "more", "provenance_id")


class Checked(NamedTuple):
    """A table ready to be written."""

    frame: pl.DataFrame  # the columns OWN
    kinds: dict[str, str]  # of the extra columns that hold anything


def checked(table: Mapping[str, Any] | pl.DataFrame) -> Checked:
    """The rows of a table as the database takes them; NaN counts as missing.

    Raises
    ------
    SpecError
        Naming column and row of what cannot be stored.
    """
    frame = _frame(table)
    _require_names(frame)
    key = _keys(frame["key"])
    numbers = [_numbers(frame, name) for name in NUMBERS]
    flags = [_flags(frame, name) for name in FLAGS]
    extras = [_extra(frame[name]) for name in frame.columns if name not in OWN]
    extras = [series for series in extras if series.null_count() < len(series)]
    kinds = {series.name: kind for series in extras for kind, dtype in KINDS.items() if series.dtype == dtype}
    return Checked(pl.DataFrame([key, *numbers, *flags, _more(extras, frame.height)]), kinds)


def _frame(table: Mapping[str, Any] | pl.DataFrame) -> pl.DataFrame:
    if isinstance(table, pl.DataFrame):
        return table
    if not isinstance(table, Mapping):
        raise SpecError(f"table must be a Polars frame or a mapping of column to values; got {type(table).__name__}.")
    try:
        return pl.DataFrame({str(name): _values(column) for name, column in table.items()}, nan_to_null=True)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        reason = str(error).splitlines()[0]
        raise SpecError(f"table must have equally long columns of one kind of value each; {reason}.") from None


def _values(column: Any) -> Any:
    """A column that Polars takes as one: a number or a word stands for all rows already."""
    return column.tolist() if isinstance(column, np.ndarray) and column.dtype == object else column


def _require_names(frame: pl.DataFrame) -> None:
    if "key" not in frame.columns:
        raise SpecError(f"table must have the column key, one per row; it has {', '.join(frame.columns) or 'none'}.")
    for name in frame.columns:
        if name in _TAKEN:
            raise SpecError(f"table must not have the column {name}; what holds for all rows is an argument.")
        if not name.strip():
            raise SpecError("table must have a name for every column; one has none.")


def _keys(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Null and len(column) == 0:
        return column.cast(pl.String)
    if column.dtype != pl.String:
        raise SpecError(f"table column key must hold text, such as mh.store.row_key(...); got {column.dtype}.")
    lengths = column.str.len_bytes().fill_null(0)
    wrong = (lengths == 0) | (lengths > KEY_LENGTH)
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        rule = f"be text of 1 to {KEY_LENGTH} bytes"
        raise SpecError(f"table column key, row {row}, must {rule}; got {shown(column[row])}.")
    return column


def _numbers(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns or frame[name].dtype == pl.Null:
        return pl.Series(name, [None] * frame.height, pl.Float64)
    column = frame[name]
    if not column.dtype.is_numeric():
        raise SpecError(f"table column {name} must hold numbers in SI; got {column.dtype}.")
    return _finite(column.cast(pl.Float64))


def _finite(column: pl.Series) -> pl.Series:
    """The numbers with NaN as missing; an infinity is refused."""
    infinite = column.is_infinite().fill_null(False)
    if infinite.any():
        row = int(infinite.arg_max() or 0)
        raise SpecError(
            f"table column {column.name}, row {row}, must be finite or missing; got {column[row]}; leave it out."
        )
    return column.fill_nan(None)


def _flags(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns or frame[name].dtype == pl.Null:
        return pl.Series(name, [None] * frame.height, pl.Boolean)
    if frame[name].dtype != pl.Boolean:
        raise SpecError(f"table column {name} must hold true or false; got {frame[name].dtype}.")
    return frame[name]


def _extra(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype == pl.Null or dtype == pl.Boolean or dtype == pl.String:
        return column
    if dtype.is_integer():
        whole = column.cast(pl.Int64, strict=False)
        return whole if whole.null_count() == column.null_count() else column.cast(pl.Float64)
    if dtype.is_numeric():
        return _finite(column.cast(pl.Float64))
    if dtype == pl.Categorical or dtype == pl.Enum:
        return column.cast(pl.String)
    raise SpecError(f"table column {column.name} must hold numbers, true or false, or text; got {dtype}.")


def _more(extras: list[pl.Series], height: int) -> pl.Series:
    """The extra columns of every row as a JSON object."""
    if not extras:
        return pl.Series("more", [None] * height, pl.String)
    frame = pl.DataFrame(extras)
    return frame.select(more=pl.struct(frame.columns).struct.json_encode())["more"]


def merged_kind(name: str, old: str, new: str) -> str:
    """The kind of an extra column that has held one kind and is given another.

    Raises
    ------
    SpecError
        When they do not go together.
    """
    if old == new:
        return old
    if {old, new} == {"integer", "number"}:
        return "number"
    raise SpecError(f"table column {name} must hold what it holds in rows that are there, {old}; got {new}.")


def decoded(batches: Iterable[Sequence[Sequence[Any]]], kinds: Mapping[str, str]) -> pl.DataFrame:
    """The table of rows as the database gives them: OWN, then the id of the provenance.

    The columns are those of OWN without ``more``, the extra ones, then ``provenance_id``.
    """
    schema = _database_schema()
    frames = [pl.DataFrame(schema=schema)]
    for batch in batches:
        columns = zip(schema.items(), zip(*batch, strict=True), strict=True)
        frames.append(pl.DataFrame([_series(name, dtype, values) for (name, dtype), values in columns]))
    return _unfolded(pl.concat(frames, rechunk=True), kinds)


def _series(name: str, dtype: pl.DataType, values: Sequence[Any]) -> pl.Series:
    return pl.Series(name, values).cast(dtype) if name in FLAGS else pl.Series(name, values, dtype)


def _database_schema() -> dict[str, pl.DataType]:
    numbers: dict[str, pl.DataType] = dict.fromkeys(NUMBERS, pl.Float64())
    flags: dict[str, pl.DataType] = dict.fromkeys(FLAGS, pl.Boolean())
    return {"key": pl.String(), **numbers, **flags, "more": pl.String(), "provenance_id": pl.Int64()}


def _unfolded(frame: pl.DataFrame, kinds: Mapping[str, str]) -> pl.DataFrame:
    more = frame["more"]
    extras = [pl.Series(name, [None] * frame.height, KINDS[kind]) for name, kind in kinds.items()]
    if extras and more.null_count() < len(more):
        extras = (
            more.str.json_decode(pl.Struct({name: KINDS[kind] for name, kind in kinds.items()}))
            .struct.unnest()
            .get_columns()
        )
    return pl.DataFrame([*(frame[name] for name in OWN if name != "more"), *extras, frame["provenance_id"]])
