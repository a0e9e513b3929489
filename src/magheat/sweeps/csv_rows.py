"""The rows of a design from a CSV file: columns named after fields, with their units in the header."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from magheat.errors import SpecError
from magheat.spec.checks import integer
from magheat.sweeps.axes import Axis, Choice, Span, default_name
from magheat.sweeps.designs import BadRow
from magheat.sweeps.fields import UNITS, WHOLE, FieldPath, Table, leaf, path_of, si_value
from magheat.units import FloatArray

#: "ensemble.diameter (nm)", "damping", "gap [nm]".
_HEADER = re.compile(r"\s*([^(\[]*?)\s*(?:[(\[]\s*([^)\]]*?)\s*[)\]])?\s*")
#: Fields whose values are words, though some may be numbers, too.
_WORDS = frozenset({"damping_form", "interaction_model", "kind", "interpolation", "prefactor", "method", "preset"})
_SWITCHES = {"true": True, "false": False}


class Rows(NamedTuple):
    """What a file holds."""

    axes: list[Axis]
    points: FloatArray  # (n, a)
    lines: tuple[int, ...]  # (n,)
    unread: tuple[BadRow, ...]


class _Column(NamedTuple):
    path: FieldPath
    unit: str
    name: str


def read_rows(path: Path, tables: Table) -> Rows:
    """The axes and rows of a CSV file; a row with a bad cell is told by its line and left out.

    Raises
    ------
    SpecError
        For a file without a single good row, or a header that does not name fields of the experiment.
    """
    lines = [(number, line) for number, line in enumerate(_text(path).splitlines(), 1) if _counts(line)]
    if len(lines) < 2:
        raise SpecError(f"{path.name} must have a header and at least one row; it has {len(lines)} lines")
    delimiter = next((sign for sign in "\t;" if sign in lines[0][1]), ",")
    header = _cells(lines[0][1], delimiter)
    columns = [_column(cell, tables, f"{path.name}, line {lines[0][0]}") for cell in header]
    good: list[list[Any]] = []
    numbers: list[int] = []
    unread: list[BadRow] = []
    for number, line in lines[1:]:
        try:
            good.append(_row(_cells(line, delimiter), columns))
            numbers.append(number)
        except (SpecError, csv.Error) as error:
            unread.append(BadRow(f"line {number}", str(error)))
    if not good:
        raise SpecError(f"{path.name} must have a row that can be read; {unread[0].row}: {unread[0].reason}")
    made = [_axis(column, tuple(row[index] for row in good)) for index, column in enumerate(columns)]
    points = np.stack([values for _, values in made], axis=1)
    return Rows([axis for axis, _ in made], points, tuple(numbers), tuple(unread))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read as a CSV file: {type(error).__name__}; check its name") from None


def _counts(line: str) -> bool:
    return bool(line.strip(" \t,;")) and not line.lstrip().startswith("#")


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]


def _column(cell: str, tables: Table, where: str) -> _Column:
    match = _HEADER.fullmatch(cell)
    written, unit = (match[1], match[2] or "") if match else (cell, "")
    path = path_of(written, tables, f"{where}: the column")
    if not unit and leaf(path) in UNITS:
        raise SpecError(
            f"{where}: the column {written!r} needs a unit; write {written} ({UNITS[leaf(path)]}) or the like"
        )
    if unit:  # refused here, once, and not at every row
        si_value(path, f"1 {unit}", f"{where}: the unit of {written!r}")
    return _Column(path, unit, default_name(path))


def _row(cells: list[str], columns: list[_Column]) -> list[Any]:
    if len(cells) != len(columns):
        raise SpecError(f"there must be {len(columns)} cells, as in the header; got {len(cells)}")
    return [_cell(cell, column) for cell, column in zip(cells, columns, strict=True)]


def _cell(cell: str, column: _Column) -> Any:
    field = leaf(column.path)
    if field in WHOLE:
        digits = cell.removeprefix("-")
        return integer(int(cell) if digits.isdecimal() and digits.isascii() else cell, column.name, -(2**53), 2**53)
    if field in _WORDS or (field == "axes" and cell == "random"):
        return cell
    if cell.lower() in _SWITCHES:
        return _SWITCHES[cell.lower()]
    if column.unit:
        return si_value(column.path, f"{cell} {column.unit}", column.name)
    try:
        return si_value(column.path, float(cell), column.name)
    except ValueError:
        raise SpecError(f"{column.name} must be a number; got {cell!r}") from None


def _axis(column: _Column, values: tuple[Any, ...]) -> tuple[Axis, FloatArray]:
    """The axis of a column, and the numbers that stand for its values."""
    whole = leaf(column.path) in WHOLE
    if all(isinstance(value, float) or whole for value in values):
        numbers = np.array(values, dtype=np.float64)
        return Span(column.path, column.name, float(numbers.min()), float(numbers.max()), whole=whole), numbers
    different = {(type(value), value): None for value in values}
    index = {key: float(i) for i, key in enumerate(different)}
    axis = Choice(column.path, column.name, tuple(value for _, value in different), tuple(index.values()))
    return axis, np.array([index[type(value), value] for value in values])
