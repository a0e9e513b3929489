"""How far dynamics at full damping lag behind the quasi-static limit: loop areas against frequency."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.analysis import heat_per_cycle, loss_per_cycle, sample_loop
from magheat.api import simulate_many
from magheat.solvers.base import Progress
from magheat.solvers.llg import LLG
from magheat.studies.files import Columns
from magheat.studies.local_heat.cases import CASES, FREQUENCY, NAMES, experiment
from magheat.studies.local_heat.loops import Loop

FloatArray = npt.NDArray[np.float64]

FREQUENCIES = (FREQUENCY, 50e3, 10e3)
RTOL = 1e-8


class Lag(NamedTuple):
    """Areas and heats of the three pairs at damping 1; the last entry of an area is the global loop's."""

    frequencies: tuple[float, ...]  # Hz
    areas: FloatArray  # (frequency, case, 3) J/m^3
    heats: FloatArray  # (frequency, case, 2) J per cycle
    quasi_static: FloatArray  # (case, 3) J/m^3
    runs: xr.Dataset  # at the paper's frequency, along ``run``: the three pairs


def compute(
    loops: list[Loop],
    frequencies: tuple[float, ...] = FREQUENCIES,
    samples_per_cycle: int = 4000,
    progress: Progress | None = None,
) -> Lag:
    """LLG at damping 1 at several frequencies, beside the minimiser's areas."""
    stacks = []
    for k, frequency in enumerate(frequencies):
        runs = [experiment(case, frequency=frequency, samples_per_cycle=samples_per_cycle) for case in CASES]
        stacks.append(simulate_many(runs, solver=LLG(rtol=RTOL)))
        if progress is not None:
            progress((k + 1) / len(frequencies))
    return Lag(
        frequencies=frequencies,
        areas=np.array([_areas(stack) for stack in stacks]),
        heats=np.array([heat_per_cycle(stack).transpose("run", "particle").values for stack in stacks]),
        quasi_static=np.array([loop.areas for loop in loops]),
        runs=stacks[0],
    )


def _areas(runs: xr.Dataset) -> FloatArray:
    """(run, 3) J/m^3: A, B, global."""
    local, whole = loss_per_cycle(runs).transpose("run", "particle").values, loss_per_cycle(sample_loop(runs)).values
    return np.column_stack([local, whole])


def tables(lag: Lag) -> dict[str, Columns]:
    """One row per pair and loop."""
    rows = [(c, i) for c in range(len(CASES)) for i in range(3)]
    who = (*NAMES, "global")
    columns: dict[str, npt.ArrayLike] = {
        "case": [CASES[c].name for c, _ in rows],
        "loop": [who[i] for _, i in rows],
        "area, quasi-static (J/m^3)": [lag.quasi_static[row] for row in rows],
    }
    for k, frequency in enumerate(lag.frequencies):
        columns[f"area at {frequency / 1e3:g} kHz (J/m^3)"] = [lag.areas[k][row] for row in rows]
    for k, frequency in enumerate(lag.frequencies):
        columns[f"lag at {frequency / 1e3:g} kHz (1)"] = [excess(lag, k)[row] for row in rows]
    for k, frequency in enumerate(lag.frequencies):
        volume = lag.runs["volume"].values
        heat = np.column_stack([lag.heats[k] / volume, lag.heats[k].sum(1) / volume.sum()])
        columns[f"heat at {frequency / 1e3:g} kHz (J/m^3)"] = [heat[row] for row in rows]
    return {"lag.csv": columns}


def excess(lag: Lag, k: int) -> FloatArray:
    """(case, 3) relative excess of the areas at the k-th frequency over the quasi-static ones."""
    result: FloatArray = (lag.areas[k] - lag.quasi_static) / np.abs(lag.quasi_static)
    return result
