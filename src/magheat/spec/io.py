"""Experiments as TOML files, for people, and as JSON, for the attributes of a result.

A file has the tables ``[material]`` (or one ``[[materials]]`` after the other), ``[particles]``, ``[applied_field]``,
``[experiment]`` and, for whoever runs it, ``[solver]``. Their keys are the arguments of the constructors:

.. code-block:: toml

    [material]
    saturation_magnetization = "480 emu/cm^3"
    anisotropy_constant = "1e5 erg/cm^3"

    [particles]
    arrangement = "pair"
    diameters = ["22 nm", "18 nm"]
    gap = "7.1 nm"
    easy_axis_angles = ["0 deg", "30 deg"]

    [applied_field]
    kind = "sinusoidal"
    amplitude = "500 Oe"
    frequency = "500 kHz"

    [experiment]
    damping = 1.0

``[particles]`` may give ``positions``, ``diameters`` and ``easy_axes`` instead of an ``arrangement`` (the name of a
function of `magheat.arrangement` that makes particles), or name a file: ``csv = "cluster.csv"`` or
``xyz = "cluster.xyz"``, looked for beside the TOML file; an ``[applied_field]`` of kind "sampled" has ``csv``, too.
``easy_axes = { random_seed = 1 }`` draws random axes, a texture with ``direction`` and ``spread`` in the same braces.
``[material]`` may start from a ``preset = "magnetite"`` (or "maghemite"). With several ``[[materials]]``,
``material_index`` in ``[particles]`` says which one each particle has; without it there must be one per particle.
``[ensemble]`` takes the place of ``[particles]`` for the models that know no positions; its keys are the arguments of
`Ensemble`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli_w

from magheat.errors import SpecError
from magheat.spec import arrangement
from magheat.spec.applied_field import KINDS, AppliedField, Sampled
from magheat.spec.arrangement import ARRANGEMENTS
from magheat.spec.checks import arguments, integer, unknown_name
from magheat.spec.ensemble import Ensemble
from magheat.spec.material import Material, maghemite, magnetite
from magheat.spec.particles import Particles
from magheat.units import FloatArray, shown

if TYPE_CHECKING:
    from magheat.spec.experiment import Experiment

Table = dict[str, Any]

_TABLES = ("material", "materials", "particles", "ensemble", "applied_field", "experiment", "solver")
_PRESETS = MappingProxyType({"magnetite": magnetite, "maghemite": maghemite})


def to_toml(experiment: Experiment) -> str:
    """The experiment as TOML text, in SI, every number with all its digits."""
    return tomli_w.dumps(_tables(experiment))


def from_toml(source: str | Path) -> tuple[Experiment, Table]:
    """The experiment in a TOML file or text, and its ``[solver]`` table (empty where there is none).

    Parameters
    ----------
    source
        Path of a file; a string with a line break is taken as the text itself.

    Raises
    ------
    SpecError
        With the file's name, for bad syntax (with the line), an unknown table or key, or a bad value.
    """
    tables, name, folder = read_toml(source)
    try:
        return from_tables(tables, folder), _table(tables.get("solver", {}), "[solver]")
    except SpecError as error:
        raise SpecError(f"{name}: {error}") from None


def read_toml(source: str | Path) -> tuple[Table, str, Path]:
    """The tables of a TOML file or text, the name that errors call it by, and where file names in it start.

    Raises
    ------
    SpecError
        When it cannot be read, or has bad syntax (with the line).
    """
    text, name, folder = _text(source)
    try:
        return tomllib.loads(text), name, folder
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SpecError(f'{name} is not valid TOML: {error}; strings need quotes, as in "500 Oe"') from None


def _text(source: str | Path) -> tuple[str, str, Path]:
    if isinstance(source, str) and "\n" in source:
        return source, "TOML text", Path()
    path = Path(source)
    try:
        return path.read_text(encoding="utf-8-sig"), path.name, path.parent
    except (OSError, ValueError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else type(error).__name__
        raise SpecError(f"{shown(str(path))} cannot be read: {reason}; check the path of the TOML file") from None


def to_json(experiment: Experiment) -> str:
    """The experiment as JSON text, for the attribute of a result."""
    return json.dumps(_tables(experiment))


def from_json(text: str) -> Experiment:
    """The experiment that `to_json` wrote."""
    try:
        tables = json.loads(text)
    except json.JSONDecodeError as error:
        raise SpecError(f"an experiment must be JSON text; got {shown(text)}: {error}") from None
    return from_tables(_table(tables, "JSON text"), Path())


def from_tables(tables: Table, folder: Path) -> Experiment:
    """The experiment in a nest of tables, as a file has them; ``folder`` is where file names in it start."""
    from magheat.spec.experiment import Experiment

    for name in tables:
        if name not in _TABLES:
            raise SpecError(unknown_name(f"[{name}]", name, _TABLES))
    for name in ("applied_field",) if "ensemble" in tables else ("particles", "applied_field"):
        if name not in tables:
            raise SpecError(f"[{name}] is required; it is missing")
    rest = _table(tables.get("experiment", {}), "[experiment]")
    for name in ("particles", "ensemble", "applied_field"):
        if name in rest:
            raise SpecError(f"[experiment] {name} must be a table of its own; write [{name}]")
    applied_field = _applied_field(_table(tables["applied_field"], "[applied_field]"), folder)
    if "ensemble" not in tables:
        particles = _particles(_table(tables["particles"], "[particles]"), _materials(tables), folder)
        return Experiment(particles=particles, applied_field=applied_field, **rest)
    if "particles" in tables:
        raise SpecError("[particles] must not be given with [ensemble]; got both; leave one out")
    ensemble = _ensemble(_table(tables["ensemble"], "[ensemble]"), _materials(tables))
    return Experiment(ensemble=ensemble, applied_field=applied_field, **rest)


def _table(value: Any, name: str) -> Table:
    """A copy of a table, to take keys out of."""
    if isinstance(value, dict):
        return dict(value)
    raise SpecError(f"{name} must be a table; got {shown(value)}")


def _materials(tables: Table) -> Material | list[Material]:
    if ("material" in tables) == ("materials" in tables):
        raise SpecError("[material] or [[materials]] is required, and only one of them")
    if "material" in tables:
        return _material(_table(tables["material"], "[material]"))
    if not isinstance(tables["materials"], list):
        raise SpecError("[[materials]] must be a list of tables; write it in double brackets")
    return [_material(_table(entry, "[[materials]]")) for entry in tables["materials"]]


def _material(table: Table) -> Material:
    if "preset" not in table:
        return Material(**table)
    preset = table.pop("preset")
    if not isinstance(preset, str) or preset not in _PRESETS:
        raise SpecError(unknown_name(f"[material] preset = {shown(preset)}", str(preset), _PRESETS))
    return _PRESETS[preset].replace(**table)


def _particles(table: Table, material: Material | list[Material], folder: Path) -> Particles:
    """Particles from one of the four forms of the table."""
    if "material" in table:
        raise SpecError("[particles] material must be a table of its own; write [material]")
    if "material_index" in table:
        material = _chosen(table.pop("material_index"), material)
    drawn = _drawn_axes(table)
    if "arrangement" in table:
        kind = table.pop("arrangement")
        if not isinstance(kind, str) or kind not in ARRANGEMENTS:
            raise SpecError(unknown_name(f"[particles] arrangement = {shown(kind)}", str(kind), ARRANGEMENTS))
        particles = ARRANGEMENTS[kind](**table, material=material)
    elif "csv" in table:
        particles = Particles.from_csv(folder / _file(table, "csv", "[particles]"), **table, material=material)
    elif "xyz" in table:
        particles = Particles.from_xyz(folder / _file(table, "xyz", "[particles]"), **table, material=material)
    else:
        particles = Particles(**table, material=material)
    return particles if drawn is None else particles.replace(easy_axes=drawn(particles.count))


def _ensemble(table: Table, material: Material | list[Material]) -> Ensemble:
    if "material" in table:
        raise SpecError("[ensemble] material must be a table of its own; write [material]")
    if not isinstance(material, Material):
        raise SpecError("[[materials]] must be one [material] for an ensemble; got a list")
    return Ensemble(material=material, **table)


def _drawn_axes(table: Table) -> Callable[[int], FloatArray] | None:
    """What draws the axes of ``easy_axes = { random_seed = 1 }``, which stands as z until their number is known."""
    axes = table.get("easy_axes")
    if not isinstance(axes, dict):
        return None
    if sorted(axes) not in (["random_seed"], ["direction", "random_seed", "spread"]):
        raise SpecError(
            f"[particles] easy_axes must be axes or {{ random_seed = 1 }}, with or without direction and spread; got "
            f"{shown(axes)}"
        )
    table["easy_axes"] = (0.0, 0.0, 1.0)
    seed, texture = integer(axes["random_seed"], "[particles] easy_axes.random_seed", 0, 2**63), dict(axes)
    del texture["random_seed"]
    if not texture:
        return lambda count: arrangement.random_axes(count, seed)
    return lambda count: arrangement.textured_axes(count, seed, **texture)


def _chosen(indices: Any, materials: Material | list[Material]) -> list[Material]:
    """The material of each particle, by its index in ``[[materials]]``."""
    name = "[particles] material_index"
    if isinstance(materials, Material) or not isinstance(indices, list):
        raise SpecError(f"{name} must be a list of indices into [[materials]]; got {shown(indices)}")
    return [materials[integer(index, f"{name}[{i}]", 0, len(materials))] for i, index in enumerate(indices)]


def _applied_field(table: Table, folder: Path) -> AppliedField:
    kind = table.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise SpecError(unknown_name(f"[applied_field] kind = {shown(kind)}", str(kind), KINDS))
    if kind == "sampled" and "csv" in table:
        return Sampled.from_csv(folder / _file(table, "csv", "[applied_field]"), **table)
    make: Callable[..., AppliedField] = KINDS[kind]
    return make(**table)


def _file(table: Table, key: str, where: str) -> str:
    """The name of a file, taken out of a table."""
    name = table.pop(key)
    if isinstance(name, str):
        return name
    raise SpecError(f"{where} {key} must be the name of a file; got {shown(name)}")


def _tables(experiment: Experiment) -> Table:
    """The experiment as a nest of tables of plain numbers, lists and words."""
    rest = arguments(experiment)
    particles, ensemble, applied_field = (rest.pop(name) for name in ("particles", "ensemble", "applied_field"))
    kind = type(applied_field).__name__.lower()
    common = {"applied_field": {"kind": kind, **_plain(arguments(applied_field))}, "experiment": _plain(rest)}
    if ensemble is not None:
        members = _plain(arguments(ensemble))
        return {"material": _plain(arguments(members.pop("material"))), "ensemble": members, **common}
    geometry = _plain(arguments(particles))
    materials = geometry.pop("material")
    if isinstance(materials, Material):
        material: Table = {"material": _plain(arguments(materials))}
    else:
        different = list(dict.fromkeys(materials))
        geometry["material_index"] = [different.index(each) for each in materials]
        material = {"materials": [_plain(arguments(each)) for each in different]}
    return {**material, "particles": geometry, **common}


def _plain(values: Table) -> Table:
    """Arrays as lists, what is None left out."""
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in values.items()
        if value is not None
    }
