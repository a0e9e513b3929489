"""Hysteresis loops from CSV files with units in their headers."""

from __future__ import annotations

import numpy as np

from magheat.errors import SchemaError
from magheat.store.importers.loop_rows import Curves
from magheat.store.importers.profile import Column, Profile
from magheat.store.importers.records import Refused, Value
from magheat.store.importers.table import header_of, open_table, rows_of
from magheat.store.importers.text import Text
from magheat.store.importers.trace import Trace
from magheat.store.importers.unit_columns import SI_UNITS, kind_of_response, split_header
from magheat.units import shown

FORMAT = "a CSV file of hysteresis loops"

_RESPONSES = ("magnetization", "mass_magnetization", "moment")
_MU = str.maketrans({"µ": "mu", "μ": "mu", "₀": "0", "_": " ", "·": " ", "*": " "})
_FIELD_NAMES = frozenset({"h", "field", "magnetic field", "applied field", "b", "mu0 h", "mu0h", "mu 0 h"})
_RESPONSE_NAMES = frozenset(
    {"m", "sigma", "magnetization", "magnetisation", "mass magnetization", "mass magnetisation", "moment",
     "magnetic moment"}
)  # fmt: skip
_TEMPERATURE_NAMES = frozenset({"t", "temperature"})
_LOOP_NAMES = frozenset({"loop", "loop name", "sample", "curve"})


def read_loop_csv(text: Text, profile: Profile) -> Curves:
    """Curves of a CSV file under a profile of kind ``"loop"``; a text column ``loop_name`` parts them.

    Raises
    ------
    SchemaError
        When the file lacks a column that the profile names, or the profile has no field or no response.
    """
    kind = _kind(profile)
    table = open_table(text, profile)
    points: dict[Value, list[dict[str, Value]]] = {}
    refused: list[Refused] = []
    count = 0
    for item in rows_of(text, table, profile):
        count += 1
        if isinstance(item, Refused):
            refused.append(item)
        else:
            points.setdefault(item[1].get("loop_name"), []).append(item[1])
    return Curves([_trace(rows, kind, name) for name, rows in points.items()], count, refused, table.notes)


def profile_from_header(text: Text) -> Profile:
    """The profile that a header explains by itself: a field, one response, both with units.

    Which of the responses a column holds is decided by its unit: emu/cm^3 is a magnetization, emu/g one per mass, emu
    a moment.

    Raises
    ------
    SchemaError
        When it does not, with what a profile would have to say.
    """
    delimiter, header = header_of(text, None, "#")
    columns: list[Column] = []
    for cell in header.cells:
        column = _recognised(cell)
        if column is not None and column.name in (known.name for known in columns):
            raise SchemaError(_needs_profile(text, header.cells, f"{column.name} is there twice"))
        if column is not None:
            columns.append(column)
    names = {column.name for column in columns}
    if "applied_field" not in names:
        raise SchemaError(_needs_profile(text, header.cells, "no column is a field with its unit"))
    if len(names.intersection(_RESPONSES)) != 1:
        reason = "more than one column is" if names.intersection(_RESPONSES) else "no column is"
        raise SchemaError(_needs_profile(text, header.cells, f"{reason} a magnetization or moment with its unit"))
    return Profile(name="header", kind="loop", columns=tuple(columns), delimiter=delimiter)


def _recognised(cell: str) -> Column | None:
    written, unit = split_header(cell)
    name = " ".join(written.lower().translate(_MU).split())
    if name in _LOOP_NAMES and unit is None:
        return Column(header=written, name="loop_name", type="text", required=True)
    if unit is None:
        return None
    if name in _FIELD_NAMES:
        return _number(written, "applied_field")
    if name in _TEMPERATURE_NAMES:
        return _number(written, "temperature", required=False)
    kind = kind_of_response(unit) if name in _RESPONSE_NAMES else None
    return None if kind is None else _number(written, kind)


def _number(header: str, name: str, *, required: bool = True) -> Column:
    return Column(header=header, name=name, si=SI_UNITS[name], required=required)


def _needs_profile(text: Text, cells: list[str], reason: str) -> str:
    return (
        f"{text.name} must have a header such as 'Field (Oe),Magnetization (emu/cm^3)', or a profile that says what "
        f"its columns mean; {reason} in {shown(', '.join(cells))}"
    )


def _kind(profile: Profile) -> str:
    names = [column.name for column in profile.columns]
    kinds = [name for name in _RESPONSES if name in names]
    if "applied_field" not in names or len(kinds) != 1:
        raise SchemaError(
            f"profile {profile.name} must name a column applied_field and one of {', '.join(_RESPONSES)}; "
            f"it names {', '.join(names)}"
        )
    return kinds[0]


def _trace(rows: list[dict[str, Value]], kind: str, name: Value) -> Trace:
    columns = {
        column: np.array([row.get(column) for row in rows], dtype=np.float64)
        for column in ("applied_field", kind, "temperature")
    }
    temperature = columns["temperature"]
    return Trace(
        columns["applied_field"],
        columns[kind],
        kind,
        None if np.isnan(temperature).any() else temperature,
        None if name is None else str(name),
    )
