"""Tables of measured SAR: one row per line, what the columns mean from a profile."""

from __future__ import annotations

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.errors import SchemaError
from magheat.store.importers.profile import Profile
from magheat.store.importers.records import Imported, Refused, Source, Value, digest
from magheat.store.importers.table import open_table, rows_of
from magheat.store.importers.text import Text

FORMAT = "a table of measurements"


def read_sar_table(text: Text, profile: Profile) -> Imported:
    """Rows of a table in SI, under the names of the profile.

    Parameters
    ----------
    text
        The file.
    profile
        What its columns mean; of kind ``"table"``.

    Raises
    ------
    SchemaError
        When the header lacks a required column, or a unit is missing or wrong. A row that cannot be read is refused
        alone.
    """
    table = open_table(text, profile)
    rows, contents, refused = [], [], []
    for item in rows_of(text, table, profile):
        if isinstance(item, Refused):
            refused.append(item)
        else:
            line, values = item
            rows.append(_completed(values, line, profile))
            contents.append(digest({**profile.constants, **values}))
    if not rows and not refused:
        raise SchemaError(f"{text.name} must have rows below its header; it has none")
    units = {found.column.name: found.column.si for found in table.found if found.column.si}
    return Imported(
        rows=tuple(rows),
        contents=tuple(contents),
        units=units,
        source=Source(file=text.name, content=text.content, format=FORMAT, profile=profile.name),
        rows_read=len(rows) + len(refused),
        refused=tuple(refused),
        notes=text.notes + table.notes,
    )


def _completed(values: dict[str, Value], line: int, profile: Profile) -> dict[str, Value]:
    """The row with what every row of the file has, and with what follows from it."""
    row: dict[str, Value] = {**profile.constants, **values}
    if profile.slp_mass is not None and row.get("slp") is not None:
        row["slp_mass"] = profile.slp_mass
    return {**row, **medical_flags(row), "source_line": line}


def medical_flags(row: dict[str, Value]) -> dict[str, Value]:
    """Whether amplitude times frequency is above the two limits; empty where one of them is missing."""
    amplitude, frequency = row.get("amplitude"), row.get("frequency")
    if not isinstance(amplitude, float) or not isinstance(frequency, float):
        return {}
    product = amplitude * frequency
    return {"above_brezovich": product > BREZOVICH_LIMIT, "above_hergt_dutz": product > HERGT_DUTZ_LIMIT}
