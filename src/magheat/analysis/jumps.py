"""Jumps of a run: when a particle switches, who else turns with it, and what each gains and releases.

A jump starts at a loss of stability and ends when it has rung down or the next one starts. The definitions used here:

* A *pattern* is the set of wells that the particles are in: the signs of m_i . u_i.
* A pattern is *stable* at a field when its minimum there, followed from a neighbouring field, exists: each moment is
  tilted by 1e-6 rad and descends along the overdamped path; the pattern is stable if the signs stay.
* A jump is looked for only where the run shows a moment cross its hard plane. If the pattern before the crossing had
  become unstable since the run entered it, the last sample at which it was stable is the *start* of a jump.
* A crossing out of a pattern that is still stable is carried by the ringing of the jump under way, and belongs to it;
  so does the crossing out of a pattern that was never stable, through which the particles only pass. A jump in which
  two or more particles end in the other well is *joint*, one in which a single one does is *single*, and one that
  returns to where it began is *none*.
* While a jump still rings, a loss of stability starts the next one only if no moment has crossed its hard plane for
  20 precession periods: before that the ringing carries the moments over the barrier and back, and they are in no
  well.
* A reversible rotation through the hard plane (the minimum turns continuously as the field step shrinks) and a
  crossing outside every jump are no jumps.
* A jump *ends* at the first of two successive samples at which the heat power of all particles together is below
  1e-4 of the jump's peak so far, all its crossings past; or where the next jump starts; or with the run.

Particles that do not feel each other are told apart only if the second loses its stability after the first has
crossed its hard plane: what overlaps in time is one jump. Thermal crossings over a barrier are no loss of stability
and no jumps. Moments that jump between two minima of the same pattern are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.analysis.branches import Branches
from magheat.constants import GAMMA_0, MU_0
from magheat.dataset import check
from magheat.errors import SchemaError
from magheat.kernels.system import System

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: A jump has rung down when the heat power is below this part of the jump's peak.
RUNG_DOWN = 1e-4
#: Precession periods without a crossing after which the moments of a ringing jump are taken to be in their wells.
HOLD = 20

_UNITS = {
    "start_time": ("s", "Last sample before the loss of stability"),
    "end_time": ("s", "Rung down, or start of the next jump"),
    "applied_field": ("A/m", "Applied field at the start"),
    "kind": ("1", "single, joint or none"),
    "cycle": ("1", "Cycle in which the jump starts"),
    "half_cycle": ("1", "Half cycle in which the jump starts, from the start of the run"),
    "switches": ("1", "Whether the particle ends in the other well"),
    "switch_time": ("s", "Last crossing of the hard plane"),
    "switch_field": ("A/m", "Applied field at the last crossing of the hard plane"),
    "released_heat": ("J", "Heat released in the jump"),
    "field_work": ("J", "Work of the applied field in the jump"),
    "dipolar_work": ("J", "Work of the other particles in the jump"),
    "energy_change": ("J", "Change of energy in the jump, with the full dipolar energy"),
    "temperature_rise": ("K", "Adiabatic temperature rise in the jump"),
}
_CUMULATIVE = {
    "released_heat": "released_heat",
    "field_work": "field_work",
    "dipolar_work": "dipolar_work",
    "energy_change": "energy",
    "temperature_rise": "temperature_rise",
}
_NEEDED = (
    *("time", "moment_direction", "applied_field", "applied_field_vector", *_CUMULATIVE.values()),
    *("position", "volume", "saturation_magnetization", "anisotropy_constant", "easy_axis"),
    *("direction", "frequency", "interactions", "field_is_linear"),
)


@dataclass
class _Event:
    """A jump while it is being followed; all are samples."""

    start: int
    pattern: BoolArray
    last_crossing: int
    end: int = -1


@dataclass
class _Record:
    """What one run shows: patterns, fields and heat power at its samples."""

    moments: FloatArray  # (t, n, 3)
    applied: FloatArray  # (t, 3) A/m
    along: FloatArray  # (t, n) m.u
    pattern: BoolArray  # (t, n)
    power: FloatArray  # (t - 1,) heat of all particles between samples
    hold: float  # samples in HOLD precession periods
    branches: Branches
    outside: int = 0  # crossings that belong to no jump
    events: list[_Event] = field(default_factory=list)


def jumps(ds: xr.Dataset, *, cycle: int | None = None) -> xr.Dataset:
    """Jumps of a run, or of every run of a stack, segmented by events.

    Parameters
    ----------
    ds
        A run with particles at 0 K, whole; with ``run`` or without.
    cycle
        Only the jumps that start in this cycle (0 is the first, -1 the last); all when None.

    Returns
    -------
    Dataset
        Along ``jump``, runs one after the other (coordinate ``run`` where there are several): ``start_time``,
        ``end_time`` (s), ``applied_field`` at the start (A/m), ``kind`` ("single", "joint" or "none"), ``cycle``,
        ``half_cycle``; along (jump, particle): ``switches``, ``switch_time``, ``switch_field`` (NaN where it does not
        switch), ``released_heat``, ``field_work``, ``dipolar_work``, ``energy_change`` (J) and ``temperature_rise``
        (K) between start and end. The attribute ``crossings_outside_jumps`` counts those of all runs.

    Raises
    ------
    SchemaError
        When the dataset is not a whole run with particles, or has no such cycle.
    """
    check(ds)
    cycles = int(ds.attrs["cycles"])
    if cycle is not None and not -cycles <= cycle < cycles:
        raise SchemaError(f"cycle must lie between {-cycles} and {cycles - 1}; got {cycle}. The run has {cycles}.")
    known: dict[bytes, Branches] = {}
    tables, counts, outside = [], [], 0
    for arrays in _runs(ds):
        record = _record(arrays, known)
        _segment(record)
        outside += record.outside
        tables.append(_columns(arrays, record))
        counts.append(len(record.events))
    columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    dims = {1: ("jump",), 2: ("jump", "particle")}
    result = xr.Dataset({name: xr.Variable(dims[c.ndim], c, attrs=_attrs(name)) for name, c in columns.items()})
    result = result.assign_coords(particle=ds["particle"])
    if "run" in ds.dims:
        result = result.assign_coords(run=("jump", np.repeat(ds["run"].values, counts)))
    if cycle is not None:
        result = result.isel(jump=np.flatnonzero(result["cycle"].values == cycle % cycles))
    return result.assign_attrs(crossings_outside_jumps=outside)


def _runs(ds: xr.Dataset) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """The arrays of one run after the other, by name."""
    order = ("run", "time", "particle", "component")
    arrays = {name: ds[name].transpose(*order, missing_dims="ignore") for name in _NEEDED}
    for index in range(ds.sizes.get("run", 1)):
        yield {name: a.values[index] if "run" in a.dims else a.values for name, a in arrays.items()}


def _record(arrays: dict[str, npt.NDArray[Any]], known: dict[bytes, Branches]) -> _Record:
    """What one run shows, with the static branches that it shares with the runs of the same particles."""
    system = System(
        positions=arrays["position"],
        volume=arrays["volume"],
        saturation_magnetization=arrays["saturation_magnetization"],
        anisotropy_constant=arrays["anisotropy_constant"],
        easy_axes=arrays["easy_axis"],
        coupling=float(arrays["interactions"]),
    )
    direction = arrays["direction"] if arrays["field_is_linear"] else None
    parts = (*system, np.zeros(0) if direction is None else direction)
    key = b"".join(np.asarray(part, dtype=np.float64).tobytes() for part in parts)
    if key not in known:
        known[key] = Branches(system, direction)
    along = (arrays["moment_direction"] * system.easy_axes).sum(-1)
    power = np.diff(arrays["released_heat"].sum(-1))
    applied, time = arrays["applied_field_vector"], arrays["time"]
    h_ref = max(np.max(2 * system.anisotropy_constant / (MU_0 * system.saturation_magnetization)), np.max(abs(applied)))
    hold = HOLD * 2 * np.pi / (GAMMA_0 * h_ref * (time[1] - time[0])) if h_ref > 0 else np.inf
    return _Record(arrays["moment_direction"], applied, along, along > 0, power, hold, known[key])


def _segment(record: _Record) -> None:
    """Fill in the events of a run, one crossing after the other."""
    pattern = record.pattern
    record.branches.settle(record.moments[0], record.applied[0], pattern[0])
    entered, last = 0, len(pattern) - 1
    for k in (1 + np.flatnonzero((pattern[1:] != pattern[:-1]).any(1))).tolist():
        event = record.events[-1] if record.events else None
        quiet = None if event is None else _rung_down(record.power, event, k)
        start = _loss_of_stability(record, event, entered, quiet, k)
        if start is not None:
            if event is not None:
                event.end = start if quiet is None else min(start, quiet)
            record.events.append(_Event(start, pattern[k - 1], k))
        elif event is not None and quiet is None:
            event.last_crossing = k
        else:
            record.outside += 1
        entered = k
    if record.events:
        event = record.events[-1]
        quiet = _rung_down(record.power, event, last)
        event.end = last if quiet is None else quiet


def _rung_down(power: FloatArray, event: _Event, before: int) -> int | None:
    """First sample, before the one given, from which an event is quiet for two samples; None while it is under way."""
    inside = power[event.start : before]
    below = inside < RUNG_DOWN * np.maximum.accumulate(inside)
    both = below[:-1] & below[1:]
    after = np.flatnonzero(both[event.last_crossing - event.start :])
    return event.last_crossing + int(after[0]) if after.size else None


def _loss_of_stability(record: _Record, event: _Event | None, entered: int, quiet: int | None, k: int) -> int | None:
    """Last sample before the pattern at sample k - 1 lost its stability; None unless it was stable when entered."""
    branches, applied, pattern = record.branches, record.applied, record.pattern[k - 1]
    if event is not None and quiet is None and np.array_equal(pattern, event.pattern):
        return None  # thrown back by ringing into the pattern that the event left
    settled = entered
    if quiet is not None and branches.settle(record.moments[quiet], applied[quiet], pattern):
        settled = quiet
    if not branches.stable(pattern, applied[settled]) or branches.stable(pattern, applied[k]):
        return None
    lost = branches.first_loss(pattern, applied, settled, k)
    if lost is None or (event is not None and quiet is None and lost - 1 - entered < record.hold):
        return None
    return lost - 1


def _columns(arrays: dict[str, npt.NDArray[Any]], record: _Record) -> dict[str, npt.NDArray[Any]]:
    """What is reported of the events of one run, each (events,) or (events, n)."""
    events, time, h = record.events, arrays["time"], arrays["applied_field"]
    starts = np.array([event.start for event in events], dtype=np.intp)
    ends = np.array([event.end for event in events], dtype=np.intp)
    before = np.array([event.pattern for event in events], dtype=bool).reshape(-1, record.pattern.shape[1])
    switches = before != record.pattern[ends]
    samples = _switch_samples(record, switches)
    clock = (time[starts] - time[0]) * float(arrays["frequency"]) + 1e-9
    columns = {
        "start_time": time[starts],
        "end_time": time[ends],
        "applied_field": h[starts],
        "kind": np.array(["none", "single", "joint"])[np.minimum(switches.sum(1), 2)],
        "cycle": np.floor(clock).astype(int),
        "half_cycle": np.floor(2 * clock).astype(int),
        "switches": switches,
        "switch_time": np.interp(samples, np.arange(time.size), time),
        "switch_field": np.interp(samples, np.arange(time.size), h),
    }
    return columns | {name: arrays[of][ends] - arrays[of][starts] for name, of in _CUMULATIVE.items()}


def _switch_samples(record: _Record, switches: BoolArray) -> FloatArray:
    """(events, n) place of the last crossing of each particle that switches, in samples; NaN for the others."""
    places = np.full(switches.shape, np.nan)
    along = record.along
    for row, event in enumerate(record.events):
        for i in np.flatnonzero(switches[row]):
            a = event.start + int(np.flatnonzero(np.diff(record.pattern[event.start : event.end + 1, i]))[-1])
            places[row, i] = a + along[a, i] / (along[a, i] - along[a + 1, i])
    return places


def _attrs(name: str) -> dict[str, str]:
    units, long_name = _UNITS[name]
    return {"units": units, "long_name": long_name}
