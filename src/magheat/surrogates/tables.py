"""Columns of a table as arrays: numbers as they are, words as codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from magheat.errors import SchemaError, SpecError
from magheat.units import FloatArray, shown

if TYPE_CHECKING:
    import polars as pl


#: Share of a number by which it may be beyond a range: "18 nm" and 18e-9 may differ in the last digit.
_ROUND_OFF = 1e-9


@dataclass(frozen=True)
class Domain:
    """Where a model has been taught: the range of each number, the words of each text.

    Parameters
    ----------
    ranges
        Input -> (lowest, highest), SI.
    words
        Input -> its words, in the order of their codes.
    may_be_missing
        Inputs of which some were missing in training.
    """

    ranges: dict[str, tuple[float, float]]
    words: dict[str, tuple[str, ...]]
    may_be_missing: tuple[str, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of all inputs, numbers first."""
        return (*self.ranges, *self.words)

    def outside(self, columns: Mapping[str, FloatArray]) -> dict[str, np.ndarray]:
        """(rows,) of each input: whether it lies where nothing was taught."""
        result = {}
        for name, (low, high) in self.ranges.items():
            values = columns[name]
            missing = np.isnan(values)
            beyond = ~((values >= low) & (values <= high))
            result[name] = beyond & ~missing if name in self.may_be_missing else beyond
        for name in self.words:
            unknown = columns[name] < 0
            result[name] = unknown & ~np.isnan(columns[name]) if name in self.may_be_missing else ~(columns[name] >= 0)
        return result


def placed(domain: Domain, columns: Mapping[str, FloatArray]) -> FloatArray:
    """(rows, inputs): where each number lies between the ends of its range, 0 to 1; codes of words as they are."""
    parts = []
    for name, (low, high) in domain.ranges.items():
        parts.append((columns[name] - low) / (high - low if high > low else 1.0))
    return np.column_stack([*parts, *(columns[name] for name in domain.words)])


def as_frame(table: Mapping[str, Any] | pl.DataFrame, called: str = "table") -> pl.DataFrame:
    """The table as a Polars frame; a number in a mapping serves for all rows.

    Raises
    ------
    SchemaError
        For anything else, or columns of different length.
    """
    import polars as pl

    if isinstance(table, pl.DataFrame):
        return table
    if not isinstance(table, Mapping):
        raise SchemaError(
            f"{called} must be a Polars frame or a mapping of column to array; got {type(table).__name__}."
        )
    columns = {str(name): _as_column(str(name), column, called) for name, column in table.items()}
    rows = max((column.size for column in columns.values()), default=0)
    for name, column in columns.items():
        if column.ndim > 1 or column.size not in (1, rows):
            raise SchemaError(
                f"{called} column {name} must have {rows} rows or be one number; got the shape {column.shape}."
            )
    return pl.DataFrame({name: np.broadcast_to(column, rows).copy() for name, column in columns.items()})


def _as_column(name: str, column: Any, called: str) -> np.ndarray:
    """The column as an array of one dimension at the least; lists of unequal length make none."""
    try:
        return np.atleast_1d(np.asarray(column))
    except ValueError:
        raise SchemaError(f"{called} column {name} must be an array of one dimension; got {shown(column)}.") from None


def require_columns(frame: pl.DataFrame, names: Sequence[str], what: str, called: str = "table") -> None:
    """Refuse a table that lacks one of the columns.

    Raises
    ------
    SchemaError
        Naming the first that is missing.
    """
    for name in names:
        if name not in frame.columns:
            have = ", ".join(frame.columns) or "none"
            raise SchemaError(f"{called} must have the {what} {name}; it has the columns {have}.")


def numbers(frame: pl.DataFrame, name: str) -> FloatArray:
    """(rows,) float64; NaN where missing.

    Raises
    ------
    SchemaError
        For a column of something else.
    """
    column = frame[name]
    if not (column.dtype.is_numeric() or column.is_null().all()):
        first = shown(column[0]) if len(column) else "none"
        raise SchemaError(f"table column {name} must hold numbers in SI; got {column.dtype}, such as {first}.")
    import polars as pl

    values: FloatArray = np.ascontiguousarray(column.cast(pl.Float64).to_numpy(), dtype=np.float64)
    return values


def codes(frame: pl.DataFrame, name: str, words: Sequence[str]) -> FloatArray:
    """(rows,) place of each word among ``words``; -1 for an unknown one, NaN where missing."""
    place = {word: float(k) for k, word in enumerate(words)}
    values = frame[name].to_list()
    return np.array([np.nan if value is None else place.get(str(value), -1.0) for value in values], dtype=np.float64)


def read_inputs(frame: pl.DataFrame, domain: Domain) -> dict[str, FloatArray]:
    """The inputs of a model as arrays, by name; what was missing in some rows of training may have no column at all.

    Raises
    ------
    SchemaError
        Naming the first that is missing or of the wrong kind.
    """
    import polars as pl

    absent = [name for name in domain.may_be_missing if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(name) for name in absent)
    require_columns(frame, domain.inputs, "input")
    columns = {name: numbers(frame, name) for name in domain.ranges}
    return columns | {name: codes(frame, name, words) for name, words in domain.words.items()}


def domain_of(frame: pl.DataFrame, inputs: Sequence[str], box: Mapping[str, tuple[float, float]] | None) -> Domain:
    """Where the rows of a table lie.

    The range of a number is that of its column, wider by ten times the mean distance of its values, since rows drawn
    from a box come only near to its ends; or as ``box`` says.

    Raises
    ------
    SpecError
        For a box with an unknown input or with its ends exchanged.
    """
    box = dict(box or {})
    ranges, words, missing = {}, {}, []
    for name in inputs:
        if frame[name].null_count() or (frame[name].dtype.is_float() and frame[name].is_nan().any()):
            missing.append(name)
        if frame[name].dtype.is_numeric():
            ranges[name] = box.pop(name, _widened(numbers(frame, name)))
            if not ranges[name][0] <= ranges[name][1]:
                raise SpecError(f"box[{name!r}] must be (lowest, highest); got {ranges[name]}.")
        else:
            words[name] = tuple(sorted({str(word) for word in frame[name].drop_nulls()}))
    for name in box:
        raise SpecError(f"box[{name!r}] must name an input that is a number; inputs are {', '.join(inputs)}.")
    return Domain(ranges, words, tuple(missing))


def _widened(values: FloatArray) -> tuple[float, float]:
    """The range of a column and ten mean distances more; what is never negative does not become so."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 10 * (high - low) / values.size + _ROUND_OFF * max(abs(low), abs(high))
    return (max(low - margin, 0.0) if low >= 0 else low - margin), high + margin
