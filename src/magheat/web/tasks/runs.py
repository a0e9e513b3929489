"""A run as JSON: its numbers with their units, the loop, the particles, the ledger, jumps and warnings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from magheat import analysis
from magheat.analysis import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT, words
from magheat.errors import SchemaError

#: Jumps are looked for up to this many particles: every one asks for many minima of the energy.
_MOST_FOR_JUMPS = 64
#: Particles times samples of the course of a run.
_MOST_NUMBERS = 200_000
_QUANTITIES: dict[str, tuple[str, Callable[[xr.Dataset], xr.DataArray]]] = {
    "coercive_field": ("A/m", analysis.coercive_field),
    "remanence": ("A/m", analysis.remanence),
    "loss_per_cycle": ("J/m^3", analysis.loss_per_cycle),
    "slp": ("W/kg", analysis.slp),
    "ilp": ("H m^2/kg", analysis.ilp),
    "field_frequency_product": ("A/(m s)", lambda loop: analysis.field_frequency_product(loop)["product"]),
}
_NOT_STATIC = ("slp", "ilp", "field_frequency_product")
_JUMP = ("start_time", "end_time", "applied_field")
_LEDGER = ("field_work", "dipolar_work", "released_heat")


def answer_of(ds: xr.Dataset, samples: int, *, last_cycle: bool = False, jumps: bool = True) -> dict[str, Any]:
    """Everything that one run says; curves of at most so many points, jumps where they are asked for."""
    loop = analysis.sample_loop(ds)
    quantities = _quantities(loop, words.is_static(ds))
    followed = "particle" in ds.dims
    ledger = _last_cycle(ds) if followed else None
    return {
        "key": ds.attrs["key"],
        "solver": ds.attrs["solver"],
        "seconds": ds.attrs["wall_time_s"],
        "quantities": quantities,
        "limits": _limits(quantities["field_frequency_product"]["value"]),
        "loop": _loop(loop, samples),
        "particles": _particles(ds, ledger) if ledger is not None else [],
        "run": _run(ds, samples, last_cycle) if followed else None,
        "ledger": _ledger(ledger) if ledger is not None else None,
        "jumps": _jumps(ds) if followed and jumps else [],
        "reproducible": bool(ds["reproducible"]) if "reproducible" in ds else None,
        "warnings": _warnings(ds),
    }


def _quantities(loop: xr.Dataset, static: bool) -> dict[str, dict[str, Any]]:
    found = {}
    for name, (unit, of) in _QUANTITIES.items():
        value = None if static and name in _NOT_STATIC else _known(of, loop)
        found[name] = {"value": value, "unit": unit}
    return found


def _known(of: Callable[[xr.Dataset], xr.DataArray], loop: xr.Dataset) -> float | None:
    """A number of a loop; None where it has none, as a rotating drive has no coercive field."""
    try:
        return float(of(loop))
    except SchemaError:
        return None


def _limits(product: float | None) -> dict[str, dict[str, float | None]]:
    limits = {"brezovich": BREZOVICH_LIMIT, "hergt_dutz": HERGT_DUTZ_LIMIT}
    return {
        name: {"value": product, "limit": limit, "ratio": None if product is None else product / limit}
        for name, limit in limits.items()
    }


def shown(count: int, samples: int) -> np.ndarray:
    """Places of at most so many of a number of points, evenly spread, both ends included."""
    return np.unique(np.rint(np.linspace(0, count - 1, min(samples, count))).astype(int))


def _loop(loop: xr.Dataset, samples: int) -> dict[str, Any]:
    at = shown(loop.sizes["time"], samples)
    fields = {name: loop[name].values[at] for name in ("applied_field", "magnetization")}
    return {**fields, "unit": "A/m"}


def _particles(ds: xr.Dataset, ledger: xr.Dataset) -> list[dict[str, Any]]:
    """Each particle over the last cycle."""
    loops = analysis.hysteresis_loop(ds)
    heat = analysis.heat_per_cycle(ds)
    nothing = xr.full_like(heat, np.nan)
    linear = words.is_linear(ds)
    columns = {
        "diameter": ds["diameter"],
        "heat_per_cycle": heat,
        "field_work": ledger["field_work"],
        "dipolar_work": ledger["dipolar_work"],
        "heat_error": ds["heat_error"] if "heat_error" in ds else nothing,
        "temperature_rise_per_cycle": heat / (ds["heat_capacity"] * ds["volume"]),
        "loop_area": analysis.loss_per_cycle(loops),
        "coercive_field": analysis.coercive_field(loops) if linear else nothing,
        "remanence": analysis.remanence(loops) if linear else nothing,
    }
    rows = zip(*(column.values for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _run(ds: xr.Dataset, samples: int, last_cycle: bool) -> dict[str, Any]:
    """The course of a run or its last cycle, particle by particle."""
    count = ds.sizes["time"]
    points = _samples_per_cycle(ds) + 1 if last_cycle else count
    samples = max(2, min(samples, _MOST_NUMBERS // ds.sizes["particle"]))
    few = ds.isel(time=count - points + shown(points, samples))
    return {
        "time": few["time"].values,
        "applied_field": few["applied_field"].values,
        "magnetization": few["magnetization"].transpose("particle", "time").values,
        "temperature_rise": few["temperature_rise"].transpose("particle", "time").values,
        "energy": few["energy"].transpose("particle", "time").values,
        "released_heat": few["released_heat"].transpose("particle", "time").values,
        "moment_direction": few["moment_direction"].transpose("particle", "time", "component").values,
        "position": ds["position"].transpose("particle", "component").values,
        "diameter": ds["diameter"].values,
        "easy_axis": ds["easy_axis"].transpose("particle", "component").values,
    }


def _last_cycle(ds: xr.Dataset) -> xr.Dataset:
    start = float(ds["time"].values[-1 - _samples_per_cycle(ds)])
    return analysis.energy_ledger(ds, start=start)


def _samples_per_cycle(ds: xr.Dataset) -> int:
    return int(ds.attrs["samples_per_cycle"])


def _ledger(ledger: xr.Dataset) -> dict[str, Any]:
    """Flows of the last cycle, J per particle; ``residual`` is the share by which dipolar works fail to add up."""
    flows = {name: ledger[name].values for name in _LEDGER}
    return {**flows, "change_of_energy": ledger["energy_change"].values, "residual": float(ledger["residual"])}


def _jumps(ds: xr.Dataset) -> list[dict[str, Any]]:
    if ds.sizes["particle"] > _MOST_FOR_JUMPS or words.is_static(ds):
        return []
    found = analysis.jumps(ds, cycle=-1)
    jumps = []
    for k in range(found.sizes["jump"]):
        one = found.isel(jump=k)
        numbers = {name: float(one[name]) for name in _JUMP}
        who = [int(p) for p in np.flatnonzero(one["switches"].values)]
        heat = one["released_heat"].values
        jumps.append({**numbers, "kind": str(one["kind"].item()), "particles": who, "released_heat": heat})
    return jumps


def _warnings(ds: xr.Dataset) -> list[str]:
    if "particle" not in ds.dims:
        return words.ensemble_flags(ds)
    sentences = [words.periodicity(ds)]
    if "reproducible" in ds and not bool(ds["reproducible"]):
        sentences.insert(0, words.reproducibility(ds))
    return [sentence for sentence in sentences if sentence is not None]
