"""From measured curves to rows: coercive field, remanence and loss, by the same analysis as simulated loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

import numpy as np
import xarray as xr

from magheat import analysis
from magheat.errors import SchemaError
from magheat.store.importers.profile import Sample
from magheat.store.importers.records import Imported, Loop, Refused, Source, Value, digest
from magheat.store.importers.sar_table import medical_flags
from magheat.store.importers.text import Text
from magheat.store.importers.trace import Cycle, Trace, find_cycle
from magheat.store.importers.unit_columns import SI_UNITS

#: K; a loop whose temperature wanders further has none.
_TEMPERATURE_RANGE = 5.0
#: What is measured -> the names of its value at zero field and of its loss; a moment has no loss per anything.
_NAMES = {
    "magnetization": ("remanence", "loss_per_cycle"),
    "mass_magnetization": ("mass_remanence", "mass_loss_per_cycle"),
    "moment": ("moment_remanence", None),
}


class Curves(NamedTuple):
    """What a reader of loops found: curves, lines of data looked at, lines refused, notes."""

    traces: Sequence[Trace]
    rows_read: int
    refused: Sequence[Refused] = ()
    notes: Sequence[str] = ()
    sample: Sample = Sample()


def imported_loops(
    text: Text, curves: Curves, source: Source, sample: Sample, constants: Mapping[str, float | str]
) -> Imported:
    """One row, and where it is per volume one loop, for every curve.

    Parameters
    ----------
    text
        The file.
    curves
        What was found in it; its own sample fills what ``sample`` leaves open.
    source
        Where the rows come from.
    sample
        Mass, volume and density as the user gives them.
    constants
        Columns that every row gets.

    Raises
    ------
    SchemaError
        When no curve has a branch from the highest to the lowest field.
    """
    sample = _filled(sample, curves.sample)
    rows: list[dict[str, Value]] = []
    contents: list[str] = []
    loops: dict[int, Loop] = {}
    notes = [*text.notes, *curves.notes]
    for trace in curves.traces:
        per, told = _per_volume(trace, sample)
        cycle = find_cycle(per)
        if cycle is None:
            notes.append(f"{_called(trace)} was left out: its field never runs from the highest to the lowest value.")
            continue
        if per.kind == "magnetization":
            loops[len(rows)] = Loop(cycle.field, cycle.response)
        notes += [*told, *_about_ends(trace, cycle)]
        rows.append({**_row(per, cycle, sample, constants), "measured_as": trace.kind})
        contents.append(_content(trace, sample, constants))
    if not rows:
        points = sum(trace.field.size for trace in curves.traces)
        first = (
            f"; line {curves.refused[0].line} was refused because {curves.refused[0].reason}" if curves.refused else ""
        )
        raise SchemaError(
            f"{text.name} must hold a hysteresis loop: a field that runs from its highest to its lowest value over at "
            f"least five points; {points} points were read and they do not{first}"
        )
    return Imported(
        rows=tuple(rows),
        contents=tuple(contents),
        loops=loops,
        units={name: unit for name, unit in SI_UNITS.items() if any(name in row for row in rows)},
        source=source,
        rows_read=curves.rows_read,
        refused=tuple(curves.refused),
        notes=tuple(dict.fromkeys(notes)),
    )


def curves_per_volume(text: Text, curves: Curves, sample: Sample) -> tuple[Trace, ...]:
    """The curves as they were measured, per volume.

    Raises
    ------
    SchemaError
        When the sample is not known well enough for that, or a line could not be read.
    """
    if curves.refused:
        first = curves.refused[0]
        raise SchemaError(f"{text.name}, line {first.line}, cannot be read: {first.reason}")
    sample = _filled(sample, curves.sample)
    traces = []
    for trace in curves.traces:
        per, told = _per_volume(trace, sample)
        if per.kind != "magnetization":
            raise SchemaError(f"{text.name} must have a magnetization per volume; {told[0]}")
        traces.append(per)
    return tuple(traces)


def _filled(given: Sample, found: Sample) -> Sample:
    values = (
        (a if a is not None else b)
        for a, b in ((given.mass, found.mass), (given.volume, found.volume), (given.density, found.density))
    )
    mass, volume, density = values
    return Sample(mass=mass, volume=volume, density=density)


def _per_volume(trace: Trace, sample: Sample) -> tuple[Trace, list[str]]:
    """The trace per volume where that can be had, per mass where that can, with what the user should know."""
    if trace.kind == "moment":
        volume = sample.volume
        if volume is None and sample.mass is not None and sample.density is not None:
            volume = sample.mass / sample.density
        if volume is not None:
            return trace._replace(response=trace.response / volume, kind="magnetization"), []
        if sample.mass is not None:
            trace = trace._replace(response=trace.response / sample.mass, kind="mass_magnetization")
    elif trace.kind == "mass_magnetization" and sample.density is not None:
        return trace._replace(response=trace.response * sample.density, kind="magnetization"), []
    if trace.kind == "magnetization":
        return trace, []
    lacks = "density" if trace.kind == "mass_magnetization" else "volume, or mass and density,"
    return trace, [
        f"The points of a loop in {SI_UNITS[trace.kind]} are not kept, only its numbers: M in A/m needs the {lacks} of "
        "the sample."
    ]


def _row(trace: Trace, cycle: Cycle, sample: Sample, constants: Mapping[str, float | str]) -> dict[str, Value]:
    loop = xr.Dataset({"applied_field": ("time", cycle.field), "magnetization": ("time", cycle.response)})
    at_zero, loss = _NAMES[trace.kind]
    row: dict[str, Value] = {
        **constants,
        "amplitude": float(analysis.field_amplitude(loop)),
        "coercive_field": _known(analysis.coercive_field(loop)),
        at_zero: _known(analysis.remanence(loop)),
        "loop_is_closed": cycle.closed,
        "points": int(cycle.field.size),
    }
    if loss is not None and cycle.closed:  # mu_0 times the area: J/m^3 of M in A/m, J/kg of A m^2/kg
        row[loss] = _known(analysis.loss_per_cycle(loop))
    if (temperature := _temperature(trace)) is not None:
        row["temperature"] = temperature
    if trace.name is not None:
        row["loop_name"] = trace.name
    for name, value in (("mass", sample.mass), ("volume", sample.volume), ("density", sample.density)):
        if value is not None:
            row[f"sample_{name}"] = value
    return {**row, **medical_flags(row)}


def _content(trace: Trace, sample: Sample, constants: Mapping[str, float | str]) -> str:
    values: dict[str, Value] = {**constants, **asdict(sample), "kind": trace.kind, "name": trace.name}
    temperature = () if trace.temperature is None else (trace.temperature,)
    return digest(values, trace.field, trace.response, *temperature)


def _known(value: xr.DataArray) -> float | None:
    return None if np.isnan(value) else float(value)


def _temperature(trace: Trace) -> float | None:
    if trace.temperature is None or not trace.temperature.size or np.ptp(trace.temperature) > _TEMPERATURE_RANGE:
        return None
    return float(trace.temperature.mean())


def _about_ends(trace: Trace, cycle: Cycle) -> list[str]:
    if cycle.closed:
        return []
    if cycle.gap is None:
        why = "the field does not come back to where it began"
    else:
        why = f"the magnetization comes back {100 * cycle.gap:.2g} % of its range away from where it began"
    return [f"{_called(trace)} is not closed, so it has no loss per cycle: {why}."]


def _called(trace: Trace) -> str:
    return "The curve" if trace.name is None else f"The curve {trace.name!r}"
