"""What a reader of measured data hands over, whatever the format: rows in SI, loops, where they came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from magheat.units import FloatArray

#: A cell of a row: an SI number, a text, a flag, or nothing.
Value: TypeAlias = float | int | str | bool | None


class Refused(NamedTuple):
    """A line that could not be read.

    Parameters
    ----------
    line
        Its number in the file, from 1.
    reason
        Why, in one sentence.
    """

    line: int
    reason: str


class Loop(NamedTuple):
    """A measured loop as the store keeps it: both (points,), in A/m."""

    applied_field: FloatArray
    magnetization: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rows came from.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    content
        blake2b (32 hex digits) of its bytes.
    format
        What it was recognised as, in words.
    profile
        Name of the column profile; None without one.
    """

    file: str
    content: str
    format: str
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Everything that could be read from one file.

    Parameters
    ----------
    rows
        One mapping per row: column name -> SI value; what is missing is None.
    contents
        One digest per row of what was measured, without what is computed from it: equal for equal measurements.
    loops
        Index of a row -> its loop; only rows with a magnetization per volume have one.
    units
        Column name -> SI unit, of every column with numbers.
    source
        Where they came from.
    rows_read
        Lines of data that were looked at, the refused ones included.
    refused
        Lines that are not in the rows.
    notes
        What else the user should know, one sentence each.
    """

    rows: tuple[dict[str, Value], ...]
    contents: tuple[str, ...]
    loops: Mapping[int, Loop] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    source: Source
    rows_read: int
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()


def digest(values: Mapping[str, Value], *arrays: FloatArray) -> str:
    """Digest of a row's values and arrays; a missing value counts for nothing."""
    present = {name: value for name, value in values.items() if value is not None}
    whole = hashlib.blake2b(json.dumps(present, sort_keys=True, allow_nan=False).encode(), digest_size=16)
    for array in arrays:
        whole.update(array.astype("<f8").tobytes())
    return whole.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import into a store did.

    Parameters
    ----------
    file, format
        The file's name, and what it was recognised as.
    rows_read
        Lines of data that were looked at.
    new, already_there
        Rows (of a file of loops: loops) that went in, and that the store had.
    refused
        Lines that could not be read, with the reason.
    notes
        What else the user should know, one sentence each.
    """

    file: str
    format: str
    rows_read: int
    new: int
    already_there: int
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
