"""What all runs at one temperature say together, with standard errors; every run is one draw."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.studies.estimates import Estimate, columns_of, mean_of
from magheat.studies.files import Columns
from magheat.studies.local_heat.cases import AMPLITUDE, FREQUENCY, NAMES
from magheat.studies.thermal.runs import Runs
from magheat.studies.thermal.switching import ROUTES, SEQUENTIAL, routes

FloatArray = npt.NDArray[np.float64]

#: Percentiles of the switching times that are told.
SPREAD = (5, 25, 50, 75, 95)


class Summary(NamedTuple):
    """One temperature; arrays end with A, B."""

    temperature: float  # K
    runs: int
    half_cycles: int  # of all runs
    shares: FloatArray  # (routes,) of the half cycles
    switches: Estimate  # (2,) per half cycle
    crossings: Estimate  # (2,) of the hard plane per half cycle
    times: FloatArray  # (percentiles, 2) s from the field's maximum to the first switch
    mean_time: Estimate  # (2,) s
    heat: Estimate  # (2,) J per cycle
    scatter: FloatArray  # (2,) J, standard deviation of the heat of one cycle
    area: Estimate  # (2,) J per cycle, work of the field: mu_0 V times the area of the own loop
    given: Estimate  # (2,) J per cycle, heat less area: what the other particle gives
    total_heat: Estimate  # () J per cycle, both
    total_area: Estimate  # () J per cycle, of the global loop
    jump_heat: Estimate  # (jump, 2) J, of half cycles in which they switch in turn
    loop: FloatArray  # (samples, 2) M/M_s, mean


def summaries(found: list[Runs]) -> list[Summary]:
    """One of each temperature."""
    return [_summary(one) for one in found]


def _summary(runs: Runs) -> Summary:
    route = routes(runs.switches)
    heat, area = _per_cycle(runs.heat), _per_cycle(runs.field_work)
    by_run, work = heat.mean(axis=1), area.mean(axis=1)
    first = runs.switches.first
    return Summary(
        runs.temperature,
        len(heat),
        route.size,
        np.bincount(route.ravel(), minlength=len(ROUTES)) / route.size,
        mean_of(runs.switches.number.mean(axis=1)),
        mean_of(runs.switches.crossings.mean(axis=1)),
        np.nanpercentile(first, SPREAD, axis=(0, 1)),
        mean_of_those(first),
        mean_of(by_run),
        heat.reshape(-1, 2).std(axis=0),
        mean_of(work),
        mean_of(by_run - work),
        mean_of(by_run.sum(axis=1)),
        mean_of(work.sum(axis=1)),
        mean_of_those(runs.jump_heat),
        runs.loop,
    )


def _per_cycle(halves: FloatArray) -> FloatArray:
    """(runs, cycles, 2) from (runs, half cycles, 2)."""
    return halves[:, 0::2] + halves[:, 1::2]


def mean_of_those(values: FloatArray) -> Estimate:
    """Mean over runs and half cycles of those that are no NaN; NaN where there are none."""
    flat = values.reshape(-1, *values.shape[2:])
    there = flat[np.isfinite(flat).reshape(len(flat), -1).all(axis=1)]
    if not len(there):
        return Estimate(np.full(flat.shape[1:], np.nan), np.full(flat.shape[1:], np.nan))
    return mean_of(there)


def field_at(time: npt.ArrayLike) -> FloatArray:
    """Applied field in A/m at a time after its maximum, s."""
    field: FloatArray = AMPLITUDE * np.cos(2 * np.pi * FREQUENCY * np.asarray(time))
    return field


def in_turn(one: Summary) -> float:
    """Share of half cycles in which B switches once and then A once."""
    return float(one.shares[SEQUENTIAL])


def tables(found: list[Summary], time: FloatArray) -> dict[str, Columns]:
    """Switching, heat and mean loops against temperature."""
    head: dict[str, npt.ArrayLike] = {
        "temperature (K)": [one.temperature for one in found],
        "runs": [one.runs for one in found],
    }
    switching = head | {
        f"share of half cycles: {name} (1)": [one.shares[k] for one in found] for k, name in enumerate(ROUTES)
    }
    heat = dict(head)
    loops: dict[str, npt.ArrayLike] = {"time (s)": time, "applied field (A/m)": field_at(time)}
    for i, name in enumerate(NAMES):
        switching |= columns_of(f"switches of {name} per half cycle", "1", [one.switches.at(i) for one in found])
        switching |= columns_of(f"crossings of {name} per half cycle", "1", [one.crossings.at(i) for one in found])
        switching |= {
            f"first switch of {name}, percentile {percentile} (s)": [one.times[k, i] for one in found]
            for k, percentile in enumerate(SPREAD)
        }
        heat |= columns_of(f"heat of {name} per cycle", "J", [one.heat.at(i) for one in found])
        heat[f"heat of {name}, spread of one cycle (J)"] = [one.scatter[i] for one in found]
        heat |= columns_of(f"area of the loop of {name} x volume", "J", [one.area.at(i) for one in found])
        for j in range(2):
            heat |= columns_of(f"heat of {name} in jump {j + 1}", "J", [one.jump_heat.at(j, i) for one in found])
        for one in found:
            loops[f"M/M_s of {name}, {one.temperature:g} K (1)"] = one.loop[:, i]
    heat |= columns_of("heat of both per cycle", "J", [one.total_heat for one in found])
    heat |= columns_of("area of the global loop x volume", "J", [one.total_area for one in found])
    return {"switching.csv": switching, "heat.csv": heat, "loops.csv": loops}
