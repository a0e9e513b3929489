"""The columns that a table of two-well samples must have, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat.errors import SchemaError, SpecError
from magheat.units import FloatArray, shown

if TYPE_CHECKING:
    import polars as pl

#: Column -> lower bound, whether it is allowed itself, value that it must stay below, and what is usual.
RULES: dict[str, tuple[float, bool, float, str]] = {
    "saturation_magnetization": (0.0, False, 1e8, "A/m; magnetite is near 4.5e5"),
    "anisotropy_constant": (0.0, False, 1e9, "J/m^3; 1e4 to 3e4 is usual"),
    "diameter": (0.0, False, 1e-3, "m; 16 nm is 16e-9"),
    "interaction": (0.0, True, 1.0 + 1e-12, "diameter over distance, 0 for none"),
    "temperature": (0.0, False, 1e4, "K"),
    "frequency": (0.0, False, 1e12, "Hz; 100 kHz is 1e5"),
    "amplitude": (0.0, False, 1e9, "A/m; 100 Oe is 7958"),
    "density": (0.0, False, 1e5, "kg/m^3; magnetite has 5180"),
}
OPTIONAL = ("density",)


def read_table(table: Mapping[str, Any] | pl.DataFrame) -> tuple[pl.DataFrame, dict[str, FloatArray]]:
    """Return the table as a Polars frame, and its columns that count as float64 arrays.

    Raises
    ------
    SchemaError
        Naming the column that is missing, too long or not of numbers.
    SpecError
        Naming column, row and value of the first number out of range.
    """
    import polars as pl

    if isinstance(table, pl.DataFrame):
        frame = table
    elif isinstance(table, Mapping):
        frame = pl.DataFrame({str(name): column for name, column in _equally_long(table).items()})
    else:
        raise SchemaError(f"table must be a Polars frame or a mapping of column to array; got {type(table).__name__}.")
    missing = [name for name in RULES if name not in frame.columns and name not in OPTIONAL]
    if missing:
        have = ", ".join(frame.columns) or "no column"
        raise SchemaError(f"table must have the column {missing[0]} ({RULES[missing[0]][3]}); it has {have}.")
    columns = {name: _numbers(frame[name], name) for name in RULES if name in frame.columns}
    for name, values in columns.items():
        _require_in_range(name, values)
    return frame, columns


def _equally_long(table: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a mapping; one number is repeated for all rows."""
    columns = {name: np.asarray(column) for name, column in table.items()}
    wide = [name for name, column in columns.items() if column.ndim > 1]
    if wide:
        raise SchemaError(f"table column {wide[0]} must be a number or one-dimensional; got {columns[wide[0]].shape}.")
    lengths = {name: column.size for name, column in columns.items() if column.ndim == 1}
    rows = next(iter(lengths.values()), 1)
    for name, length in lengths.items():
        if length != rows:
            raise SchemaError(
                f"table columns must be equally long; {next(iter(lengths))} has {rows} rows and {name} {length}."
            )
    return {name: np.full(rows, column) if column.ndim == 0 else column for name, column in columns.items()}


def _numbers(column: pl.Series, name: str) -> FloatArray:
    """A column as contiguous float64; what is missing becomes NaN, to be named by its row."""
    if not column.dtype.is_numeric():
        raise SchemaError(f"table column {name} must hold numbers in SI; got {column.dtype}, such as {_first(column)}.")
    values: FloatArray = np.ascontiguousarray(column.to_numpy(), dtype=np.float64)
    return values


def _first(column: pl.Series) -> str:
    return shown(column[0]) if len(column) else "none"


def _require_in_range(name: str, values: FloatArray) -> None:
    low, included, high, usual = RULES[name]
    above = values >= low if included else values > low
    good = above & (values < high)
    if good.all():
        return
    row = int(np.argmin(good))
    rule = f"{'>=' if included else '>'} {low:g} and {'<=' if name == 'interaction' else '<'} {high:g}"
    raise SpecError(f"table column {name}, row {row}, must be {rule}; got {values[row]:g}. In {usual}.")
