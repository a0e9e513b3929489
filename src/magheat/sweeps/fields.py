"""The fields that a sweep may vary: paths into the tables of an experiment file, and the units they are known in."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from magheat.api import SOLVERS
from magheat.errors import SpecError
from magheat.spec import io
from magheat.spec.applied_field import KINDS, Sampled
from magheat.spec.arrangement import ARRANGEMENTS
from magheat.spec.checks import unknown_name
from magheat.spec.ensemble import Ensemble
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.units import parse, parse_magnetization, shown

Table = dict[str, Any]
#: Words and indices that lead to a value in nested tables: ("particles", "diameters", 0).
FieldPath = tuple[str | int, ...]

#: Field -> SI unit, for strings with units; what is not here takes plain numbers and words only.
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "saturation_magnetization": "A/m",
        "anisotropy_constant": "J/m^3",
        "density": "kg/m^3",
        "heat_capacity": "J/(m^3 K)",
        "diameter": "m",
        "diameters": "m",
        "gap": "m",
        "positions": "m",
        "easy_axis_angles": "rad",
        "axes": "rad",
        "amplitude": "A/m",
        "minor_amplitude": "A/m",
        "bias": "A/m",
        "frequency": "Hz",
        "phase": "rad",
        "rise_time": "s",
        "duration": "s",
        "period": "s",
        "spread": "rad",
        "temperature": "K",
        "attempt_time": "s",
    }
)
#: Fields that take whole numbers.
WHOLE = frozenset(
    {"cycles", "samples_per_cycle", "seed", "random_seed", "count", "shape", "material_index", "steps", "axis_points"}
    | {"size_points", "most_sweeps"}
)


def leaf(path: FieldPath) -> str:
    """The last word of a path, indices left aside."""
    return next(str(part) for part in reversed(path) if isinstance(part, str))


def si_value(path: FieldPath, value: Any, name: str) -> float:
    """SI value of a number, or of a string with a unit where the field's unit is known.

    Raises
    ------
    SpecError
        For anything else, under ``name``.
    """
    field = leaf(path)
    if field == "saturation_magnetization":
        return parse_magnetization(value, name)
    if isinstance(value, str) and field not in UNITS:
        raise SpecError(f"{name} must be a plain number for the field {field}; got {shown(value)}")
    return parse(value, UNITS.get(field, "1"), name)


def known_fields(tables: Table) -> dict[str, list[str]]:
    """The fields that each table of an experiment file may have."""
    owners: dict[str, list[str]] = {
        "materials" if "materials" in tables else "material": _arguments(Material),
        "applied_field": _arguments(_drive(tables)),
        "experiment": [
            name for name in _arguments(Experiment) if name not in ("particles", "ensemble", "applied_field")
        ],
        "solver": _options(tables),
    }
    if "ensemble" in tables:
        return owners | {"ensemble": [name for name in _arguments(Ensemble) if name != "material"]}
    kind = _text(tables, "particles", "arrangement")
    make: Callable[..., Particles] = ARRANGEMENTS.get(kind, Particles)
    return owners | {"particles": [*(name for name in _arguments(make) if name != "material"), "material_index"]}


def path_of(field: object, tables: Table, where: str) -> FieldPath:
    """The path that a dotted name stands for; the last word alone is enough where only one table has it.

    Raises
    ------
    SpecError
        For a name that no table of this experiment has, or that two have.
    """
    if not isinstance(field, str) or not field:
        raise SpecError(f"{where} must be a field such as 'ensemble.diameter'; got {shown(field)}")
    known = known_fields(tables)
    words: list[str | int] = [int(word) if word.isdecimal() else word for word in field.split(".")]
    if words[0] not in known:
        owners = [table for table, names in known.items() if words[0] in names]
        if len(owners) > 1:
            raise SpecError(f"{where} = {field!r} is in {' and '.join(owners)}; write {owners[0]}.{field}")
        if not owners:
            candidates = (
                _dotted(known) if "." in field else sorted({name for names in known.values() for name in names})
            )
            raise SpecError(unknown_name(f"{where} = {field!r}", field, candidates))
        words.insert(0, owners[0])
    position = 2 if words[0] == "materials" else 1
    if len(words) <= position or words[position] not in known[str(words[0])]:
        candidates = known[str(words[0])]
        written = str(words[position]) if len(words) > position else ""
        raise SpecError(unknown_name(f"{where} = {field!r}", written, candidates))
    path = tuple(words)
    _require_reachable(tables, path, f"{where} = {field!r}")
    return path


def with_value(tables: Any, path: FieldPath, value: Any) -> Any:
    """The tables with one value put at a path; what lies on the way is copied, the rest shared."""
    if not path:
        return value
    word, rest = path[0], path[1:]
    if isinstance(word, int):
        changed = list(tables)
        changed[word] = with_value(changed[word], rest, value)
        return changed
    return {**tables, word: with_value(tables.get(word, {}), rest, value) if rest else value}


def in_si(tables: Table) -> Table:
    """The tables with strings of quantities as SI numbers, so that a million rows need not read them again."""
    return {
        name: [_plain(entry) for entry in table] if isinstance(table, list) else _plain(table)
        for name, table in tables.items()
    }


def without_files(tables: Table, first: Table, folder: Path) -> Table:
    """The tables with what their CSV and XYZ files say in place of the files, for workers that may not see them.

    ``first`` is the tables of one experiment of the design, with which its particles can be built.
    """
    files = {"csv", "xyz", "length_unit"}
    if not files & {*tables.get("particles", ()), *tables["applied_field"]}:
        return tables
    experiment = io.from_tables({name: table for name, table in first.items() if name != "solver"}, folder)
    result = dict(tables)
    if experiment.particles is not None and files & set(tables.get("particles", {})):
        read = {
            "positions": experiment.particles.positions.tolist(),
            "diameters": experiment.particles.diameters.tolist(),
            "easy_axes": experiment.particles.easy_axes.tolist(),
        }
        result["particles"] = read | {name: value for name, value in tables["particles"].items() if name not in files}
    drive = experiment.applied_field
    if isinstance(drive, Sampled) and "csv" in tables["applied_field"]:
        read = {"times": drive.times.tolist(), "values": drive.values.tolist()}
        given = {name: value for name, value in tables["applied_field"].items() if name not in ("csv", "period")}
        result["applied_field"] = read | given
    return result


def _plain(table: Any) -> Any:
    """A table with its quantities in SI; what cannot be read is left for the constructor to refuse."""
    if not isinstance(table, dict):
        return table
    return {name: _number((name,), value) for name, value in table.items()}


def _number(path: FieldPath, value: Any) -> Any:
    if isinstance(value, list):
        plain = [_number(path, entry) for entry in value]
        is_vector = path[0] in ("direction", "normal") and all(isinstance(part, int | float) for part in plain)
        return tuple(map(float, plain)) if is_vector else plain
    if not isinstance(value, str) or path[0] not in UNITS:
        return value
    try:
        return si_value(path, value, path[0])  # type: ignore[arg-type]
    except SpecError:
        return value


def _require_reachable(tables: Table, path: FieldPath, where: str) -> None:
    """Refuse a path beyond the ends of a list, or into something that is none."""
    here: Any = tables
    for depth, word in enumerate(path):
        if isinstance(word, int):
            if not isinstance(here, list | tuple):
                raise SpecError(f"{where} must lead into a list; {'.'.join(map(str, path[:depth]))} is none")
            if word >= len(here):
                raise SpecError(f"{where} must name one of {len(here)} elements, counted from 0; got {word}")
            here = here[word]
        elif depth > 1 and not isinstance(here, dict):
            raise SpecError(f"{where} must lead to a value; {'.'.join(map(str, path[:depth]))} is no table")
        else:
            here = here.get(word, {} if depth == 0 else None) if isinstance(here, dict) else None


def _arguments(make: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(make).parameters if name != "self"]


def _drive(tables: Table) -> Callable[..., Any]:
    kind = _text(tables, "applied_field", "kind")
    return KINDS.get(kind, KINDS["sinusoidal"])


def _options(tables: Table) -> list[str]:
    solver = SOLVERS.get(_text(tables, "solver", "name") or "llg")
    names = [] if solver is None else [field.name for field in dataclasses.fields(solver)]  # type: ignore[arg-type]
    return [name for name in names if name != "threads"]


def _text(tables: Table, table: str, word: str) -> str:
    """A word in a table, empty where there is none."""
    value = tables[table].get(word, "") if isinstance(tables.get(table), dict) else ""
    return value if isinstance(value, str) else ""


def _dotted(known: dict[str, list[str]]) -> list[str]:
    return [f"{table}.{name}" for table, names in known.items() for name in names]
