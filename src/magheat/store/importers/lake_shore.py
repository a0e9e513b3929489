"""Text files of Lake Shore's magnetometers: MicroMag 2900/3900 (Princeton Measurements), 7400 and 8600 series.

MicroMag: a first line that says so, a second that says what was measured, sections of keys and values, then rows of
numbers parted by commas, in segments parted by empty lines, and a last line "MicroMag 2900/3900 Data File ends". The
line "Units of measure" says cgs (Oe, emu), Hybrid SI or, older, mks (T, A m^2) or SI; newer files (series 0016) repeat
the units above the columns. A field in T is mu_0 H.

8600: keys and values, a line ``##DATA TABLE``, then CSV with units in its header. 7400: words, then a line such as
``Field(G)  Moment(emu)`` and columns parted by blanks or tabs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from magheat.errors import SchemaError
from magheat.store.importers.loop_rows import Curves
from magheat.store.importers.records import Refused
from magheat.store.importers.text import Record, Text, number, records
from magheat.store.importers.trace import Trace
from magheat.store.importers.unit_columns import SI_UNITS, Scale, kind_of_response, scale, split_header
from magheat.units import shown

MICROMAG = "a MicroMag 2900/3900 data file"
SERIES_8600 = "a data file of Lake Shore's 8600 series"
SERIES_7400 = "a text file of Lake Shore's 7400 series"

_FIRST_LINE = "MicroMag 2900/3900 Data File"
_DATA_TABLE = "##DATA TABLE"
#: What a field and a moment are in, by the line "Units of measure" in lower case.
_SYSTEMS = {
    "cgs": ("Oe", "emu"),
    "hybrid si": ("T", "A m^2"),
    "mks": ("T", "A m^2"),
    "si": (None, "A m^2"),
}
_KEY = re.compile(r"\s*(.+?)\s*(?::|=|\t|\s{2,})\s*(\S.*?)\s*")
_NO_LOOPS = ("reversal curves", "remanence curves", "thermomagnetic", "moment vs. temperature", "moment vs. time")
_COLUMNS_7400 = re.compile(r"\s*Field\s*\(\s*(\w+)\s*\)\s+Moment\s*\(\s*(\w+)\s*\)\s*", re.IGNORECASE)


class _Units(NamedTuple):
    field: Scale
    moment: Scale
    temperature: tuple[int, Scale] | None = None


def format_of(lines: Sequence[str]) -> str | None:
    """Which of Lake Shore's formats the lines are in; None for none of them."""
    if next((line for line in lines if line.strip()), "").lstrip().startswith(_FIRST_LINE):
        return MICROMAG
    if any(line.strip().startswith(_DATA_TABLE) for line in lines[:500]):
        return SERIES_8600
    if any(_COLUMNS_7400.fullmatch(line) for line in lines[:500]):
        return SERIES_7400
    return None


def read_micromag(text: Text) -> Curves:
    """The curve of a MicroMag file.

    The mass and the volume of the section SAMPLE have no unit in the file and are not used.

    Raises
    ------
    SchemaError
        For a measurement that is no loop, units that are not stated or that contradict each other, and a file without
        rows of numbers.
    """
    lines = text.lines
    title = next((line for line in lines[1:] if line.strip()), "").strip()
    if any(word in title.lower() for word in _NO_LOOPS):
        raise SchemaError(f"{text.name} must hold a hysteresis loop; its second line says {shown(title)}")
    names = _line_of_columns(lines)
    keys = _keys(lines[:names] if names is not None else lines)
    units = _units(text.name, keys, None if names is None else (lines[names], lines[names + 1]))
    start = _first_row(text.name, lines, 0 if names is None else names + 2)
    end = next((i for i in range(start, len(lines)) if lines[i].strip().startswith(_FIRST_LINE)), None)
    notes = [f"{key} is {keys[key]!r} without a unit, and was not used." for key in ("mass", "volume")
             if keys.get(key, "n/a").lower() not in ("n/a", "none")]  # fmt: skip
    if end is None:
        notes.append("The last line that says that the file ends is missing: it may have been cut off.")
    points, refused, count = _points(list(records(lines[:end], start + 1, ",")), units)
    stated = keys.get("number of data", keys.get("ndata", ""))
    if stated.isdigit() and int(stated) != count:
        notes.append(f"The file says that it has {stated} points; {count} were there.")
    return Curves([_trace(points)], count, refused, notes)


def read_8600(text: Text) -> Curves:
    """The curve of an 8600 series file.

    Raises
    ------
    SchemaError
        Without a table, or without a field and a moment with units.
    """
    start = next((i for i, line in enumerate(text.lines) if line.strip().startswith(_DATA_TABLE)), None)
    if start is None:
        raise SchemaError(f"{text.name} must have a line {_DATA_TABLE} above its columns; it has none")
    kinds = " ".join(line for line in text.lines[:start] if line.startswith("#")).lower()
    if "forc" in kinds:
        raise SchemaError(f"{text.name} must hold a hysteresis loop; it says that it holds FORC")
    rows = list(records(text.lines, start + 2, ","))
    if not rows or isinstance(rows[0], Refused):
        raise SchemaError(f"{text.name} must have a line of column names below {_DATA_TABLE}; it has none")
    named = [split_header(cell) for cell in rows[0].cells]
    field, moment = _place(text.name, named, ("Field",)), _place(text.name, named, ("Moment (m)", "Moment"))
    units = _Units(_field_scale(named[field][1]), _moment_scale(text.name, named[moment][1]))
    chosen = [_chosen(row, (field, moment), len(named)) for row in rows[1:]]
    points, refused, count = _points(chosen, units)
    return Curves([_trace(points)], count, refused)


def read_7400(text: Text) -> Curves:
    """The curve of a 7400 series text file.

    Raises
    ------
    SchemaError
        For units that are not those of a field and a moment.
    """
    found = ((i, _COLUMNS_7400.fullmatch(line)) for i, line in enumerate(text.lines))
    start, match = next(((i, match) for i, match in found if match is not None), (0, None))
    if match is None:
        raise SchemaError(f"{text.name} must have a line such as 'Field(G)  Moment(emu)' above its rows; it has none")
    units = _Units(_field_scale(match[1]), _moment_scale(text.name, match[2]))
    rows = [Record(start + 2 + i, line.split()) for i, line in enumerate(text.lines[start + 1 :]) if line.strip()]
    points, refused, count = _points(rows, units)
    return Curves([_trace(points)], count, refused)


def _line_of_columns(lines: Sequence[str]) -> int | None:
    """The line with the names Field and Moment that has their units below it; None in older files."""
    for index in range(len(lines) - 1):
        if re.match(r"\s*Field\b.*\bMoment\b", lines[index]) and re.match(r"\s*\(", lines[index + 1]):
            return index
    return None


def _keys(lines: Sequence[str]) -> dict[str, str]:
    """Keys in lower case and values of the sections; the first of equal keys counts."""
    keys: dict[str, str] = {}
    for line in lines:
        match = _KEY.fullmatch(line)
        if match is not None:
            keys.setdefault(match[1].lower(), match[2])
    return keys


def _units(file: str, keys: dict[str, str], columns: tuple[str, str] | None) -> _Units:
    written = keys.get("units of measure")
    if written is None or written.lower() not in _SYSTEMS:
        known = "cgs, SI, Hybrid SI or mks"
        raise SchemaError(f"{file} must have a line 'Units of measure' with {known}; got {shown(written or 'none')}")
    field, moment = _SYSTEMS[written.lower()]
    temperature = None
    if columns is not None:
        above = re.findall(r"\(([^()]*)\)", columns[1])
        if len(above) < 2:
            raise SchemaError(
                f"{file} must have a unit for field and moment above the columns; got {shown(columns[1])}"
            )
        _require_agreement(file, written, (field, moment), above)
        field, moment = above[0], above[1]
        temperature = _temperature(columns[0], above, keys)
    if field is None:
        raise SchemaError(f"{file} must state the unit of the field above its column: SI may be A/m or T")
    return _Units(_field_scale(field), _moment_scale(file, moment), temperature)


def _require_agreement(file: str, written: str, system: tuple[str | None, str], above: list[str]) -> None:
    expected = (None if system[0] is None else _field_scale(system[0]), _moment_scale(file, system[1]))
    found = (_field_scale(above[0]), _moment_scale(file, above[1]))
    if (expected[0] is not None and expected[0] != found[0]) or expected[1] != found[1]:
        raise SchemaError(
            f"{file} must have the units that it says; 'Units of measure' is {written!r}, the columns are in "
            f"{above[0]} and {above[1]}"
        )


def _temperature(names: str, units: list[str], keys: dict[str, str]) -> tuple[int, Scale] | None:
    """Place and scale of a column of temperatures, where there is one."""
    cells = [cell for cell in re.split(r"\s{2,}|,|\t", names.strip()) if cell]
    if "Temperature" not in cells[2:] or len(units) != len(cells):
        return None
    place = cells.index("Temperature")
    return place, scale(units[place].lstrip("°"), "temperature", "K")


def _field_scale(unit: str | None) -> Scale:
    return scale(unit or "", "applied_field", "A/m")


def _moment_scale(file: str, unit: str | None) -> Scale:
    if unit is None or kind_of_response(unit) != "moment":
        raise SchemaError(f"{file} must have a moment in emu or A m^2; its unit is {shown(unit)}")
    return scale(unit, "moment", SI_UNITS["moment"])


def _first_row(file: str, lines: Sequence[str], after: int) -> int:
    """Index of the first line of data; the table of segments above it begins with an integer without a sign."""
    for index in range(after, len(lines)):
        first, comma, _ = lines[index].partition(",")
        if comma and re.fullmatch(r"\s*[+-]?[0-9.]*\.[0-9.eE+-]*\s*", first):
            return index
    raise SchemaError(f"{file} must have rows of a field and a moment parted by a comma; it has none")


def _place(file: str, named: Sequence[tuple[str, str | None]], names: tuple[str, ...]) -> int:
    places = [index for index, (name, _) in enumerate(named) if name in names]
    if len(places) != 1:
        raise SchemaError(f"{file} must have one column {names[0]!r} with its unit in brackets; it has {len(places)}")
    return places[0]


def _chosen(row: Record | Refused, places: tuple[int, ...], width: int) -> Record | Refused:
    """The row with the wanted cells only."""
    if isinstance(row, Refused):
        return row
    if len(row.cells) < width or any(row.cells[width:]):
        return Refused(row.line, f"it must have {width} cells, as the line of column names; it has {len(row.cells)}")
    return Record(row.line, [row.cells[place] for place in places])


def _points(
    rows: Sequence[Record | Refused], units: _Units
) -> tuple[list[tuple[float, float, float | None]], list[Refused], int]:
    """Field, moment and temperature of all rows in SI; the rows that cannot be read; how many there were."""
    points, refused = [], []
    for row in rows:
        if isinstance(row, Refused):
            refused.append(row)
            continue
        try:
            points.append(_point(row.cells, units))
        except SchemaError as error:
            refused.append(Refused(row.line, str(error)))
    return points, refused, len(rows)


def _point(cells: list[str], units: _Units) -> tuple[float, float, float | None]:
    if len(cells) < 2:
        raise SchemaError(f"it must have a field and a moment; it has {shown(cells[0])}")
    field, moment = number(cells[0], "the field"), number(cells[1], "the moment")
    temperature = None
    if units.temperature is not None:
        place, to_kelvin = units.temperature
        if place >= len(cells):
            raise SchemaError(f"it must have {place + 1} cells; it has {len(cells)}")
        temperature = to_kelvin(number(cells[place], "the temperature"))
    return units.field(field), units.moment(moment), temperature


def _trace(points: list[tuple[float, float, float | None]]) -> Trace:
    table = np.array(points, dtype=np.float64).reshape(-1, 3)
    temperature = None if np.isnan(table[:, 2]).any() else table[:, 2]
    return Trace(table[:, 0], table[:, 1], "moment", temperature)
