"""Quantum Design's data files (``.dat`` of VSM, MPMS 3 and MPMS): a [Header] of comma-separated lines, then [Data].

INFO lines come in three orders: ``INFO,5.2,SAMPLE_MASS``, ``INFO,5.2,MASS:Sample Mass (mg)`` and, older,
``INFO,MASS:,5.2``. MultiVu asks for the mass in mg, so a mass without a unit is in mg. The volume's unit differs from
program to program and is not in the file, so the volume is not used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from magheat.errors import SchemaError
from magheat.store.importers.loop_rows import Curves
from magheat.store.importers.profile import Sample
from magheat.store.importers.records import Refused
from magheat.store.importers.text import Record, Text, number, records
from magheat.store.importers.trace import FEWEST_POINTS, Trace, split_by_temperature
from magheat.store.importers.unit_columns import SI_UNITS, Scale, kind_of_response, scale, split_header

FORMAT = "a data file of Quantum Design"

#: Columns that hold a moment, as VSM and MPMS 3, the DC scans of MPMS 3, and MPMS call them.
_MOMENTS = (
    "Moment", "DC Moment Free Ctr", "DC Moment Fixed Ctr", "Long Moment", "DC Moment", "Reg Moment"
)  # fmt: skip
_MASS_KEYS = ("sample_mass", "mass")
_MASS_UNIT = re.compile(r"\((k?g|mg|ug|grams?)\)", re.IGNORECASE)


class _Columns(NamedTuple):
    field: int
    moment: int
    temperature: int | None
    field_scale: Scale
    moment_scale: Scale
    temperature_scale: Scale | None


def is_quantum_design(lines: Sequence[str]) -> bool:
    """Whether the lines begin like such a file: [Header] before anything else but comments."""
    first = next((line.strip().lower() for line in lines if line.strip() and not line.lstrip().startswith(";")), "")
    return first == "[header]"


def read_quantum_design(text: Text, moment: str | None = None) -> Curves:
    """Curves of a data file, one for each temperature.

    Points without a field or a moment (comments, changes of state) are counted and left out.

    Parameters
    ----------
    text
        The file.
    moment
        Which column holds the moment, without its unit; needed where more than one has numbers.

    Raises
    ------
    SchemaError
        Without [Data], without a field, or with no moment or more than one.
    """
    start = next((i for i, line in enumerate(text.lines) if line.strip().lower() == "[data]"), None)
    if start is None:
        raise SchemaError(f"{text.name} must have a line [Data] after its [Header]; it has none; was it cut off?")
    rows = list(records(text.lines, start + 2, ",", comment=";"))
    if not rows or isinstance(rows[0], Refused):
        raise SchemaError(f"{text.name} must have a line of column names below [Data]; it has none")
    header, body = rows[0], rows[1:]
    columns = _columns(text.name, header.cells, body, moment)
    sample, notes = _sample(text.lines[:start])
    points, refused, empty = [], [], 0
    for record in body:
        if isinstance(record, Refused):
            refused.append(record)
            continue
        try:
            point = _point(record, columns, len(header.cells))
        except SchemaError as error:
            refused.append(Refused(record.line, str(error)))
            continue
        if point is None:
            empty += 1
        else:
            points.append(point)
    if empty:
        notes.append(f"{empty} lines have no field or no moment, and were left out.")
    traces, told = _traces(points, header.cells[columns.moment])
    return Curves(traces, len(body), refused, [*notes, *told], sample)


def _columns(file: str, cells: list[str], body: Sequence[Record | Refused], wanted: str | None) -> _Columns:
    named = [split_header(cell) for cell in cells]
    names = [name for name, _ in named]
    for name in ("Magnetic Field", "Field"):
        if name in names:
            field = _once(file, names, name)
            break
    else:
        raise SchemaError(f"{file} must have a column 'Magnetic Field (Oe)'; it has {', '.join(cells[:8])}")
    moment = _moment(file, names, body, wanted)
    temperature = _once(file, names, "Temperature") if "Temperature" in names else None
    return _Columns(
        field,
        moment,
        temperature,
        scale(named[field][1] or "", "applied_field", "A/m"),
        _moment_scale(file, cells[moment], named[moment][1]),
        None if temperature is None else scale(named[temperature][1] or "", "temperature", "K"),
    )


def _moment(file: str, names: list[str], body: Sequence[Record | Refused], wanted: str | None) -> int:
    """The one column of moments that has numbers, or the one that was asked for."""
    if wanted is not None:
        if wanted not in names:
            raise SchemaError(f"{file} must have the column {wanted!r} that was asked for; it does not")
        return _once(file, names, wanted)
    present = [_once(file, names, name) for name in _MOMENTS if name in names]
    filled = [
        index for index in present
        if any(isinstance(row, Record) and index < len(row.cells) and row.cells[index] for row in body)
    ]  # fmt: skip
    if len(filled) == 1:
        return filled[0]
    if filled:
        raise SchemaError(
            f"{file} must have one column of moments with numbers; it has {', '.join(repr(names[i]) for i in filled)}; "
            "say which with moment_column"
        )
    raise SchemaError(f"{file} must have a column of moments with numbers, such as 'Moment (emu)'; it has none")


def _moment_scale(file: str, cell: str, unit: str | None) -> Scale:
    if unit is None or kind_of_response(unit) != "moment":
        raise SchemaError(f"{file}: column {cell!r} must be a moment in emu or A m^2; its unit is {unit!r}")
    return scale(unit, "moment", SI_UNITS["moment"])


def _once(file: str, names: list[str], name: str) -> int:
    if names.count(name) > 1:
        raise SchemaError(f"{file} must have the column {name!r} once; it has it {names.count(name)} times")
    return names.index(name)


def _point(record: Record, columns: _Columns, width: int) -> tuple[float, float, float | None] | None:
    """Field, moment and temperature of a line; None where field or moment are empty."""
    if len(record.cells) < width or any(record.cells[width:]):  # some programs end each line with a comma
        raise SchemaError(f"it must have {width} cells, as the line of column names; it has {len(record.cells)}")
    field, moment = record.cells[columns.field], record.cells[columns.moment]
    if not field or not moment:
        return None
    temperature = None
    if columns.temperature is not None and columns.temperature_scale and record.cells[columns.temperature]:
        temperature = columns.temperature_scale(number(record.cells[columns.temperature], "Temperature"))
    return (
        columns.field_scale(number(field, "Magnetic Field")),
        columns.moment_scale(number(moment, "the moment")),
        temperature,
    )


def _traces(points: list[tuple[float, float, float | None]], column: str) -> tuple[list[Trace], list[str]]:
    table = np.array(points, dtype=np.float64).reshape(-1, 3)
    temperature = None if np.isnan(table[:, 2]).any() else table[:, 2]
    whole = Trace(table[:, 0], table[:, 1], "moment", temperature)
    parts = split_by_temperature(whole)
    kept = [part for part in parts if part.field.size >= FEWEST_POINTS]
    notes = [f"The moment is the column {column!r}."]
    if len(parts) > len(kept):
        left = whole.field.size - sum(part.field.size for part in kept)
        notes.append(f"{left} points between temperatures were left out.")
    if len(kept) > 1:
        kept = [part._replace(name=f"{float(np.mean(part.temperature)):.4g} K") for part in kept]  # type: ignore[arg-type]
    return kept or [whole], notes


def _sample(header: Sequence[str]) -> tuple[Sample, list[str]]:
    """The sample's mass, where the header has one that is a number."""
    for line in header:
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) < 3 or cells[0].upper() != "INFO":
            continue
        for label, value in ((cells[2], cells[1]), (cells[1], cells[2])):
            key, _, words = label.partition(":")
            if key.strip().lower() in _MASS_KEYS:
                return _mass(value, f"{label} {words}", line.strip())
    return Sample(), []


def _mass(value: str, label: str, line: str) -> tuple[Sample, list[str]]:
    if not value:
        return Sample(), []
    try:
        mass = number(value, "the mass")
    except SchemaError:
        return Sample(), [f"The mass in {line!r} is no number and was not used."]
    if mass <= 0:
        return Sample(), [f"The mass in {line!r} is not above zero and was not used."]
    found = _MASS_UNIT.search(label)
    unit = "mg" if found is None else found[1].lower()
    source = "as MultiVu asks for it" if found is None else "as the line says"
    return Sample(mass=scale(unit, "sample_mass", "kg")(mass)), [f"The mass in {line!r} was taken in {unit}, {source}."]
