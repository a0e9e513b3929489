"""Particles in XYZ files, plain or extended, as OVITO, VMD and ASE read and write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import numpy as np

from magheat.errors import SpecError
from magheat.units import FloatArray, parse, shown
from magheat.whole import write_text

#: What the columns of an extended file are called -> ours, and how many columns and which unit each has.
_NAMES = {"pos": "positions", "radius": "radius", "diameter": "diameters", "easy_axis": "easy_axes"}
_WIDTHS = {"positions": 3, "radius": 1, "diameters": 1, "easy_axes": 3}
_PROPERTIES = re.compile(r'Properties="?([^\s"]+)"?')
_LENGTH_UNIT = re.compile(r'length_unit="?([^\s"]+)"?')
_WRITTEN = "species:S:1:pos:R:3:diameter:R:1:easy_axis:R:3"


def read_xyz(path: str | Path, length_unit: str | None) -> dict[str, FloatArray]:
    """Positions (n, 3) and, where the file has them, diameters (n,), both in m, and easy_axes (n, 3).

    The first line is the number of particles, the second a comment, every further one a name and x, y, z. A comment
    with ``Properties=`` tells of other columns (extended XYZ): pos, radius or diameter, easy_axis; the rest is skipped.

    Parameters
    ----------
    path
        The file.
    length_unit
        Of the lengths, such as "nm"; XYZ files have none of their own. None where the comment says ``length_unit=``.

    Raises
    ------
    SpecError
        For a missing file, a wrong number of lines, no unit, or a bad number, with its line.
    """
    lines = _lines(path)
    columns, width = _columns(lines[1], path)
    unit = _unit(lines[1], length_unit, path)
    rows = [_row(line, width, f"{path}, line {number}") for number, line in enumerate(lines[2:], 3)]
    return _in_si({name: [row[at : at + _WIDTHS[name]] for row in rows] for name, at in columns.items()}, unit, path)


def write_xyz(path: str | Path, positions: FloatArray, diameters: FloatArray, easy_axes: FloatArray) -> None:
    """Write an extended XYZ file in nm, every number with all its digits."""
    head = f"{len(positions)}\nProperties={_WRITTEN} length_unit=nm\n"
    rows = (
        " ".join(["P", *map(_nanometres, place), _nanometres(size), *map(repr, axis)])
        for place, size, axis in zip(positions.tolist(), diameters.tolist(), easy_axes.tolist(), strict=True)
    )
    try:
        write_text(Path(path), head + "\n".join(rows) + "\n")
    except OSError as error:
        raise SpecError(f"{path} cannot be written: {error.strerror}; choose another folder") from None


def _nanometres(metres: float) -> str:
    """A length in nm that reads as the same bits."""
    number = Decimal(repr(metres)).scaleb(9).normalize()
    return f"{number:f}" if abs(number) > 1e-9 else str(number)


def _lines(path: str | Path) -> list[str]:
    """Count, comment, and as many lines as are counted."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read as an XYZ file: {type(error).__name__}; check its name") from None
    while lines and not lines[-1].strip():
        lines.pop()
    first = lines[0].strip() if lines else ""
    if not first.isdecimal() or int(first) < 1:
        raise SpecError(f"{path}, line 1: there must be the number of particles, >= 1; got {shown(first)}")
    if len(lines) != int(first) + 2:
        raise SpecError(
            f"{path} must have {int(first)} particles after its comment, as line 1 says; got "
            f"{max(len(lines) - 2, 0)}; a file of several frames must be cut into one"
        )
    return lines


def _columns(comment: str, path: str | Path) -> tuple[Mapping[str, int], int]:
    """First column of each thing that we read, and the least number of columns."""
    found = _PROPERTIES.search(comment)
    if found is None:
        return {"positions": 1}, 4
    parts, columns, at = found[1].split(":"), {}, 0
    if len(parts) % 3 or not all(width.isdecimal() for width in parts[2::3]):
        raise SpecError(f"{path}, line 2: Properties must be name:type:columns, repeated; got {shown(found[1])}")
    for name, _, width in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if (ours := _NAMES.get(name.lower())) is not None and int(width) == _WIDTHS[ours]:
            columns[ours] = at
        at += int(width)
    if "positions" not in columns:
        raise SpecError(f"{path}, line 2: Properties must have pos:R:3; got {shown(found[1])}")
    return columns, at


def _unit(comment: str, given: str | None, path: str | Path) -> str:
    """The unit of lengths, from the file or from the argument, not from both."""
    found = _LENGTH_UNIT.search(comment)
    if found is None and given is None:
        raise SpecError(f"{path}: length_unit is required, such as 'nm' or 'angstrom'; an XYZ file has no unit")
    if found is not None and given is not None and found[1] != given:
        raise SpecError(f"{path}: length_unit must be {found[1]}, as line 2 says, or left out; got {shown(given)}")
    return str(given) if found is None else found[1]


def _row(line: str, width: int, where: str) -> list[str]:
    cells = line.split()
    if len(cells) < width:
        raise SpecError(f"{where}: there must be {width} columns, a name and numbers; got {len(cells)}")
    return cells


def _in_si(cells: Mapping[str, list[list[str]]], unit: str, path: str | Path) -> dict[str, FloatArray]:
    """Arrays in SI from the cells of columns."""
    result = {}
    for name, rows in cells.items():
        kind, written = ("1", "") if name == "easy_axes" else ("m", f" {unit}")
        result[name] = np.array(
            [
                [parse(f"{cell}{written}", kind, f"{path}, line {number}, {name}") for cell in row]
                for number, row in enumerate(rows, 3)
            ]
        )
    if "radius" in result:
        radius = result.pop("radius")
        result.setdefault("diameters", 2 * radius)
    if "diameters" in result:
        result["diameters"] = result["diameters"][:, 0]
    return result
