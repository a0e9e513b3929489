"""Column profiles: a TOML file that says what the columns of a table mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from magheat.errors import SpecError
from magheat.spec.checks import unknown_name
from magheat.store.importers.unit_columns import SI_UNITS
from magheat.units import parse, shown

Kind: TypeAlias = Literal["table", "loop"]

_TOP = ("name", "kind", "delimiter", "decimal", "comment", "missing", "slp_mass", "columns", "constants", "sample")
_COLUMN = ("name", "unit", "si", "type", "required", "missing")
_TYPES = ("number", "text", "doi")
_SAMPLE = {"mass": "kg", "volume": "m^3", "density": "kg/m^3"}
_SLP_MASSES = ("magnetic phase", "iron", "sample", "unknown")
#: What a row gets from elsewhere; a profile cannot write over it.
_TAKEN = frozenset(
    "key source solver model_version provenance provenance_id id more source_line slp_mass loop_is_closed measured_as "
    "points".split()
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a file.

    Parameters
    ----------
    header
        What the file calls it, without the unit.
    name
        What the knowledge base calls it.
    unit
        Unit of the written numbers; None takes the one in the file's header.
    si
        SI unit of the column; None for text.
    type
        ``"number"``, ``"text"`` or ``"doi"`` (text, brought to the form 10.1000/xyz).
    required
        Whether a row without it is refused.
    missing
        Spellings of "not reported", besides an empty cell; one that is a number stands for that number.
    """

    header: str
    name: str
    unit: str | None = None
    si: str | None = None
    type: str = "number"
    required: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What is known of the sample besides the file, in SI; None where it is not.

    Parameters
    ----------
    mass, volume, density
        kg, m^3 and kg/m^3, all of the part that the magnetization shall refer to.
    """

    mass: float | None = None
    volume: float | None = None
    density: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the columns of a table mean.

    Parameters
    ----------
    name
        Name of the profile; part of the keys of the rows that are read with it.
    kind
        ``"table"``: one row per line. ``"loop"``: points of hysteresis loops.
    columns
        The columns; others of the file are left out and named.
    delimiter
        What parts the cells; None finds it from the header.
    decimal
        ``"."`` or ``","``.
    comment
        How a line starts that is no data.
    slp_mass
        Mass that the SLP refers to: "magnetic phase", "iron", "sample" or "unknown".
    constants
        Column name -> SI value or text that every row gets.
    sample
        Mass, volume and density of a sample whose loop it is.
    """

    name: str
    kind: Kind = "table"
    columns: tuple[Column, ...] = ()
    delimiter: str | None = None
    decimal: str = "."
    comment: str = "#"
    slp_mass: str | None = None
    constants: Mapping[str, float | str] = field(default_factory=dict)
    sample: Sample = field(default_factory=Sample)


def read_profile(path: str | Path) -> Profile:
    """The column profile in a TOML file.

    Raises
    ------
    SpecError
        For a file that is not there or no TOML, an unknown entry, or one with a wrong value; with its place.
    """
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SpecError(f"profile {path} cannot be read: {error.strerror or error}; check its name") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"profile {path} is not TOML: {error}") from None
    return profile_of(table, str(path), path.stem)


def profile_of(table: Mapping[str, Any], where: str, default_name: str) -> Profile:
    """The profile that a table of TOML describes; ``where`` is named in errors.

    Raises
    ------
    SpecError
        For an unknown entry, or one with a wrong value.
    """
    _known(table, _TOP, where)
    kind = _one_of(table.get("kind", "table"), ("table", "loop"), f"{where}: kind")
    delimiter = table.get("delimiter")
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise SpecError(f'{where}: delimiter must be one character such as ";" or "\\t"; got {shown(delimiter)}')
    everywhere = _spellings(table.get("missing", []), f"{where}: missing")
    slp_mass = table.get("slp_mass")
    return Profile(
        name=_text(table.get("name", default_name), f"{where}: name"),
        kind="loop" if kind == "loop" else "table",
        columns=_columns(table.get("columns", {}), everywhere, where),
        delimiter=delimiter,
        decimal=_one_of(table.get("decimal", "."), (".", ","), f"{where}: decimal"),
        comment=_text(table.get("comment", "#"), f"{where}: comment"),
        slp_mass=None if slp_mass is None else _one_of(slp_mass, _SLP_MASSES, f"{where}: slp_mass"),
        constants=_constants(table.get("constants", {}), where),
        sample=sample_of(table.get("sample", {}), f"{where}: [sample] "),
    )


def sample_of(table: Mapping[str, Any], prefix: str) -> Sample:
    """Mass, volume and density from numbers in SI or strings with units; errors name ``prefix`` and the name.

    Raises
    ------
    SpecError
        For an unknown name, or a value that is not a positive quantity of its kind.
    """
    _known(table, tuple(_SAMPLE), prefix.rstrip())
    values = {name: parse(value, _SAMPLE[name], prefix + name) for name, value in table.items()}
    for name, value in values.items():
        if value <= 0:
            raise SpecError(f"{prefix}{name} must be > 0; got {shown(table[name])}")
    return Sample(**values)


def _columns(table: Any, everywhere: tuple[str, ...], where: str) -> tuple[Column, ...]:
    if not isinstance(table, dict) or not table:
        raise SpecError(f'{where} must have a table for each column, such as [columns."Field (Oe)"]; got none')
    columns = tuple(
        _column(header, entry, everywhere, f"{where}: column {header!r}") for header, entry in table.items()
    )
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"{where}: name must differ from column to column; got {name!r} twice")
    return columns


def _column(header: str, entry: Any, everywhere: tuple[str, ...], where: str) -> Column:
    if not isinstance(entry, dict) or "name" not in entry:
        raise SpecError(f"{where} must have a name in the knowledge base; write name = ...")
    _known(entry, _COLUMN, where)
    kind = _one_of(entry.get("type", "number"), _TYPES, f"{where}: type")
    name = _target(entry["name"], where)
    si = entry.get("si", SI_UNITS.get(name))
    if kind == "number" and not isinstance(si, str):
        raise SpecError(f'{where}: {name!r} is no column with a known unit; add its SI unit, such as si = "A m^2/kg"')
    if name in SI_UNITS and si != SI_UNITS[name]:
        raise SpecError(f"{where}: si must be {SI_UNITS[name]!r} for {name}; got {si!r}; leave it out")
    if kind != "number" and (name in SI_UNITS or "unit" in entry or "si" in entry):
        raise SpecError(f"{where}: {name} must be text without a unit; got type {kind!r}; choose another name")
    required = entry.get("required", False)
    if not isinstance(required, bool):
        raise SpecError(f"{where}: required must be true or false; got {shown(required)}")
    return Column(
        header=header.strip(),
        name=name,
        unit=None if "unit" not in entry else _text(entry["unit"], f"{where}: unit"),
        si=si if kind == "number" else None,
        type=kind,
        required=required,
        missing=everywhere + _spellings(entry.get("missing", []), f"{where}: missing"),
    )


def _constants(table: Any, where: str) -> dict[str, float | str]:
    if not isinstance(table, dict):
        raise SpecError(f"{where}: constants must be a table; got {shown(table)}")
    values: dict[str, float | str] = {}
    for given, value in table.items():
        name = _target(given, f"{where}: [constants]")
        if name in SI_UNITS:
            values[name] = parse(value, SI_UNITS[name], f"{where}: [constants] {name}")
        else:
            values[name] = _text(value, f"{where}: [constants] {name} (a column without a known unit)")
    return values


def _target(name: Any, where: str) -> str:
    """A column's name that the knowledge base can take."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _TAKEN:
        raise SpecError(
            f"{where}: name must be lower-case letters, digits and _, and none of {', '.join(sorted(_TAKEN))}; "
            f"got {shown(name)}"
        )
    return name


def _known(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    if not isinstance(table, Mapping):
        raise SpecError(f"{where} must be a table; got {shown(table)}")
    for name in table:
        if name not in known:
            raise SpecError(unknown_name(f"{where}: {name}", name, known))


def _one_of(value: Any, choices: tuple[str, ...], where: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise SpecError(f"{where} must be one of {', '.join(repr(c) for c in choices)}; got {shown(value)}")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SpecError(f"{where} must be a text; got {shown(value)}")
    return value.strip()


def _spellings(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(spelling, str) for spelling in value):
        raise SpecError(f'{where} must be a list of texts such as ["N/A", "0.000"]; got {shown(value)}')
    return tuple(value)
