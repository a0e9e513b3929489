"""Columns of numbers from a CSV file, with their units in the header."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from magheat.errors import SpecError
from magheat.spec.checks import unknown_name
from magheat.units import FloatArray, parse

#: "x (nm)", "t [s]", "axis_x".
_HEADER = re.compile(r"\s*([^(\[]*?)\s*(?:[(\[]\s*([^)\]]*?)\s*[)\]])?\s*")


def read_columns(path: str | Path, units: Mapping[str, str], names: Mapping[str, str]) -> dict[str, FloatArray]:
    """Columns of a CSV file, in SI, by their column name: a mapping to (rows,) arrays.

    Empty lines and lines that start with # are skipped; the columns are parted by commas, semicolons or tabs.

    Parameters
    ----------
    path
        The file.
    units
        Column name -> SI unit (as in `magheat.units.parse`; "1" for a column without a unit).
    names
        Other spellings -> column name; compared in lower case.

    Raises
    ------
    SpecError
        For a missing file, an unknown or doubled column, a missing unit or a bad cell, with its line and column.
    """
    lines = [(number, line) for number, line in enumerate(_text(path).splitlines(), 1) if _counts(line)]
    if len(lines) < 2:
        raise SpecError(f"{path} must have a header and at least one row of numbers; it has {len(lines)} lines")
    delimiter = next((sign for sign in "\t;" if sign in lines[0][1]), ",")
    try:
        header, *rows = ((number, next(csv.reader([line], delimiter=delimiter))) for number, line in lines)
    except csv.Error as error:
        raise SpecError(f"{path} is not a table of numbers: {error}") from None
    columns = [_column(cell, f"{path}, line {header[0]}", units, names) for cell in header[1]]
    if len({name for name, _ in columns}) < len(columns):
        raise SpecError(f"{path}, line {header[0]}: a column is there twice; got {', '.join(header[1])}")
    values = np.array([_row(cells, columns, units, f"{path}, line {number}") for number, cells in rows])
    return {name: values[:, index] for index, (name, _) in enumerate(columns)}


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read as a CSV file: {type(error).__name__}; check its name") from None


def _counts(line: str) -> bool:
    return bool(line.strip(" \t,;")) and not line.lstrip().startswith("#")


def _column(cell: str, where: str, units: Mapping[str, str], names: Mapping[str, str]) -> tuple[str, str]:
    """The column's name and the unit that it is written in."""
    match = _HEADER.fullmatch(cell)
    written, unit = (match[1], match[2] or "") if match else (cell, "")
    name = names.get(written.lower(), written.lower())
    if name not in units:
        raise SpecError(unknown_name(f"{where}: the column {written!r}", name, units))
    if not unit and units[name] != "1":
        raise SpecError(f"{where}: the column {written!r} needs a unit; write {written} ({units[name]}) or the like")
    return name, unit


def _row(cells: list[str], columns: list[tuple[str, str]], units: Mapping[str, str], where: str) -> list[float]:
    if len(cells) != len(columns):
        raise SpecError(f"{where}: there must be {len(columns)} columns, as in the header; got {len(cells)}")
    return [
        parse(f"{cell} {unit}", units[name], f"{where}, column {name}")
        for cell, (name, unit) in zip(cells, columns, strict=True)
    ]
