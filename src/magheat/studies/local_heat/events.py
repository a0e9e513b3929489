"""The jumps of the first half cycle of a run, as the study needs them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.analysis import jumps
from magheat.constants import OERSTED
from magheat.studies.local_heat.cases import NAMES

FloatArray = npt.NDArray[np.float64]


class Jump(NamedTuple):
    """One jump; arrays are (2,), A and B."""

    start: float  # s, loss of stability
    end: float  # s, rung down or start of the next jump
    field: float  # Oe, at the loss of stability
    switches: npt.NDArray[np.bool_]
    switch_time: FloatArray  # s, last crossing of the hard plane; NaN where it does not switch
    switch_field: FloatArray  # Oe
    heat: FloatArray  # J
    rise: FloatArray  # K

    @property
    def words(self) -> str:
        """Who switches: "B switches"."""
        return f"{who_switches(self.switches)} switch{'es' if self.switches.sum() == 1 else ''}"


def who_switches(switches: npt.NDArray[np.bool_]) -> str:
    """Names of the particles that switch: "A", "A and B", "none"."""
    return " and ".join(name for name, yes in zip(NAMES, switches, strict=True) if yes) or "none"


def first_half_cycle(runs: xr.Dataset) -> list[list[Jump]]:
    """Jumps that start in the first half cycle, in their order, for each run of a stack (one list for a single run)."""
    table = jumps(runs, cycle=0).transpose("jump", "particle")
    first = table["half_cycle"].values == 0
    if "run" not in runs.dims:
        return [_jumps(table.isel(jump=np.flatnonzero(first)))]
    number = table["run"].values
    return [_jumps(table.isel(jump=np.flatnonzero(first & (number == run)))) for run in runs["run"].values]


def _jumps(table: xr.Dataset) -> list[Jump]:
    columns = {
        "start": table["start_time"].values.tolist(),
        "end": table["end_time"].values.tolist(),
        "field": (table["applied_field"].values / OERSTED).tolist(),
        "switches": table["switches"].values,
        "switch_time": table["switch_time"].values,
        "switch_field": table["switch_field"].values / OERSTED,
        "heat": table["released_heat"].values,
        "rise": table["temperature_rise"].values,
    }
    return [Jump(*row) for row in zip(*columns.values(), strict=True)]


def time_of_heat(run: xr.Dataset, jump: Jump, share: float) -> float:
    """Time after the start of a jump by which all particles together have released this share of its heat, s."""
    time, heat = run["time"].values, run["released_heat"].sum("particle").values
    inside = (time >= jump.start) & (time <= jump.end)
    part = heat[inside] - heat[inside][0]
    return float(np.interp(share * part[-1], part, time[inside]) - jump.start)
