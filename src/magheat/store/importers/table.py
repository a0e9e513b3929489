"""Rows of a delimited table under a profile: header, cells, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from magheat.errors import SchemaError
from magheat.store.importers.profile import Column, Profile
from magheat.store.importers.records import Refused, Value
from magheat.store.importers.text import Record, Text, is_number, number, records
from magheat.store.importers.unit_columns import Scale, scale, split_header
from magheat.units import shown

#: Columns that a negative number cannot be of.
_NOT_NEGATIVE = frozenset(
    {"amplitude", "frequency", "temperature", "diameter", "concentration", "density", "interaction"}
)
_DOI = re.compile(r"(?:https?://)?(?:dx\.)?(?:doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)


class Found(NamedTuple):
    """A column of the profile at its place in the file; no scale for text. ``missing``: numbers that stand for it."""

    column: Column
    place: int
    scale: Scale | None
    missing: frozenset[float]


class Table(NamedTuple):
    """The header of a file, understood."""

    found: tuple[Found, ...]
    width: int
    first_line: int
    delimiter: str
    notes: tuple[str, ...]


def open_table(text: Text, profile: Profile) -> Table:
    """The columns of the profile in the file's header, which is its first row.

    Raises
    ------
    SchemaError
        When a required column is not there or is there twice, or a unit is missing or wrong.
    """
    delimiter, header = header_of(text, profile.delimiter, profile.comment)
    named = [split_header(cell) for cell in header.cells]
    found, absent, used = [], [], set()
    for column in profile.columns:
        places = [i for i, cell in enumerate(header.cells) if column.header in (cell, named[i][0])]
        if len(places) > 1:
            raise SchemaError(
                f"{text.name}, line {header.line}: column {column.header!r} must be there once; it is there "
                f"{len(places)} times"
            )
        if not places:
            absent.append(column)
            continue
        used.add(places[0])
        whole = column.header == header.cells[places[0]]  # brackets that the profile spells out are part of the name
        unit = None if whole and column.si == "1" else named[places[0]][1]
        found.append(Found(column, places[0], _scale(column, unit, text.name), _missing_numbers(column)))
    needed = [column.header for column in absent if column.required]
    if needed or not found:
        wanted = needed or [column.header for column in profile.columns]
        raise SchemaError(
            f"{text.name} must have the columns {', '.join(map(repr, wanted))} of the profile {profile.name}; its "
            f"header (line {header.line}) has {shown(', '.join(header.cells))}"
        )
    return Table(
        tuple(found), len(header.cells), header.line, delimiter, _notes(header.cells, used, absent, profile.name)
    )


def header_of(text: Text, delimiter: str | None, comment: str) -> tuple[str, Record]:
    """The delimiter and the first row of a table.

    Raises
    ------
    SchemaError
        When there is no row at all, or its quotes do not match.
    """
    first = next((line for line in text.lines if line.strip() and not line.lstrip().startswith(comment)), "")
    sign = delimiter or next((sign for sign in "\t;" if sign in first), ",")
    for record in records(text.lines, 1, sign, comment):
        if isinstance(record, Refused):
            raise SchemaError(f"{text.name}, line {record.line}: the header cannot be read: {record.reason}")
        return sign, record
    raise SchemaError(f"{text.name} must have a header and rows; all its lines are empty or comments")


def rows_of(text: Text, table: Table, profile: Profile) -> Iterator[tuple[int, dict[str, Value]] | Refused]:
    """Every row after the header: its line and its values in SI, or why it was refused."""
    rows = records(text.lines, 1, table.delimiter, profile.comment)
    for record in rows:
        if record.line <= table.first_line:
            continue
        if isinstance(record, Refused):
            yield record
            continue
        try:
            yield record.line, _row(record, table, profile)
        except SchemaError as error:
            yield Refused(record.line, str(error))


def _row(record: Record, table: Table, profile: Profile) -> dict[str, Value]:
    if len(record.cells) != table.width:
        raise SchemaError(f"it must have {table.width} cells, as the header; it has {len(record.cells)}")
    return {found.column.name: _cell(record.cells[found.place], found, profile.decimal) for found in table.found}


def _cell(cell: str, found: Found, decimal: str) -> Value:
    column = found.column
    if not cell or cell in column.missing:
        return _missing(cell, column)
    if found.scale is None:
        return _doi(cell) if column.type == "doi" else cell
    written = number(cell, column.header, decimal)
    if written in found.missing:
        return _missing(cell, column)
    value = found.scale(written)
    if column.name in _NOT_NEGATIVE and value < 0:
        raise SchemaError(f"{column.header} must be >= 0; got {shown(cell)}")
    return value


def _missing(cell: str, column: Column) -> Value:
    if column.required:
        raise SchemaError(f"{column.header} must be there; the cell is {shown(cell) if cell else 'empty'}")
    return None


def _missing_numbers(column: Column) -> frozenset[float]:
    """The spellings of "not reported" that are numbers: "0" is also meant where "0.000" is written."""
    if column.type != "number":
        return frozenset()
    return frozenset(float(spelling) for spelling in column.missing if is_number(spelling))


def _doi(cell: str) -> str:
    """The bare form in lower case, so that one paper has one name; anything else is left as it is."""
    match = _DOI.fullmatch(cell)
    return match[1].lower() if match else cell


def _scale(column: Column, written: str | None, file: str) -> Scale | None:
    if column.si is None:
        return None
    if column.unit is None and written is None and column.si != "1":
        raise SchemaError(
            f"{file}: column {column.header!r} must have a unit; write it into the header as {column.header} "
            f"({column.si}), or into the profile"
        )
    if column.unit is not None and written is not None and _differ(column, written):
        raise SchemaError(
            f"{file}: column {column.header!r} must have one unit; the profile says {column.unit!r}, the header "
            f"{written!r}"
        )
    return scale(column.unit or written or "1", column.name, column.si)


def _differ(column: Column, written: str) -> bool:
    """Whether the header's brackets hold another unit; brackets that hold no unit of the kind are part of a name."""
    if column.unit is None or column.si is None:
        return False
    try:
        return scale(written, column.name, column.si) != scale(column.unit, column.name, column.si)
    except SchemaError:
        return False


def _notes(cells: Sequence[str], used: set[int], absent: Sequence[Column], profile: str) -> tuple[str, ...]:
    notes = []
    left = [cell for i, cell in enumerate(cells) if i not in used]
    if left:
        notes.append(f"Columns that the profile {profile} does not name were left out: {', '.join(map(repr, left))}.")
    if absent:
        names = ", ".join(repr(column.header) for column in absent)
        notes.append(f"Columns of the profile {profile} that the file does not have: {names}.")
    return tuple(notes)
