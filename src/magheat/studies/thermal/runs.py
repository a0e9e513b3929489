"""What runs of the pair at a temperature say, half cycle by half cycle; finished pieces are kept."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.api import simulate_many
from magheat.solvers.base import Progress
from magheat.solvers.llg import LLG
from magheat.studies.crew import side_by_side
from magheat.studies.kept import Kept, Numbers
from magheat.studies.telling import Telling
from magheat.studies.thermal.cases import DROPPED, Plan, experiment
from magheat.studies.thermal.switching import Switches, between, in_half_cycles

FloatArray = npt.NDArray[np.float64]


class Runs(NamedTuple):
    """All runs at one temperature; the dropped cycles are not in them. Particles are A, B."""

    temperature: float  # K
    heat: FloatArray  # (runs, half cycles, 2) J, net
    field_work: FloatArray  # (runs, half cycles, 2) J
    dipolar_work: FloatArray  # (runs, half cycles, 2) J
    switches: Switches  # (runs, half cycles, 2)
    jump_heat: FloatArray  # (runs, half cycles, jump, 2) J; NaN where they do not switch in turn
    loop: FloatArray  # (samples of a cycle, 2) M/M_s, mean
    courses: FloatArray  # (runs drawn, samples of a cycle + 1, 2) M/M_s
    rises: FloatArray  # (runs drawn, samples of a cycle + 1, 2) K from the start of the cycle


def compute(plan: Plan, kept: Kept, tell: Telling) -> list[Runs]:
    """Runs at every temperature; one at 0 K, where all would be the same."""
    work = {
        (temperature, first): partial(_kept_piece, temperature, first, plan, kept)
        for temperature in plan.temperatures
        for first in range(0, plan.runs if temperature > 0 else 1, plan.together)
    }
    found = side_by_side(work, tell)
    return [
        _joined(temperature, [found[key] for key in work if key[0] == temperature], plan)
        for temperature in plan.temperatures
    ]


def _kept_piece(temperature: float, first: int, plan: Plan, kept: Kept, progress: Progress) -> Numbers:
    count = min(plan.together, plan.runs - first) if temperature > 0 else 1
    experiments = [experiment(temperature, 1 + first + number, plan) for number in range(count)]
    solver = LLG(bias=plan.bias, threads=1)
    made_from = {
        "runs": [one.key for one in experiments],
        "solver": [solver.name, solver.model_version, solver.rtol, solver.scheme, solver.bias],
    }
    return kept.get(
        f"pair-{temperature:g}K", made_from, lambda: observed(simulate_many(experiments, solver, progress=progress))
    )


def observed(runs: xr.Dataset) -> Numbers:
    """Half cycles of a stack of runs without the dropped cycles, as arrays; courses are those of the last cycle."""
    samples = int(runs.attrs["samples_per_cycle"])
    part = runs.isel(time=slice(DROPPED * samples, None)).transpose("run", "time", "particle", "component")
    along = (part["moment_direction"] * part["easy_axis"]).sum("component").transpose("run", "time", "particle").values
    time = part["time"].values
    switches = in_half_cycles(along, samples // 2, float(time[1] - time[0]))
    heat = part["released_heat"].values
    m = (part["magnetization"] / part["saturation_magnetization"]).transpose("run", "time", "particle").values
    last = slice(-1 - samples, None)
    rise = part["temperature_rise"].values[:, last]
    return {
        **{name: np.diff(part[name].values[:, :: samples // 2], axis=1) for name in _BOOKS},
        "count": switches.number,
        "first": switches.first,
        "crossings": switches.crossings,
        "jump_heat": _jump_heat(heat, switches, samples // 2, float(time[1] - time[0])),
        "loop": m[:, :-1].reshape(len(m), -1, samples, 2).mean(axis=(0, 1)),
        "courses": m[:, last].astype(np.float32),
        "rises": (rise - rise[:, :1]).astype(np.float32),
    }


_BOOKS = ("released_heat", "field_work", "dipolar_work")


def _jump_heat(heat: FloatArray, switches: Switches, half: int, step: float) -> FloatArray:
    """(runs, half cycles, 2 jumps, 2) J: heat of a half cycle up to half-way between the two switches, and after."""
    cut = between(switches) / step
    parts = np.arange(cut.shape[1]) * half
    middle = parts + np.where(np.isnan(cut), 0.0, np.round(cut)).astype(np.intp)
    at = [heat[:, parts], np.take_along_axis(heat, middle[..., None], axis=1), heat[:, parts + half]]
    result = np.diff(np.stack(at, axis=2), axis=2)
    result[np.isnan(cut)] = np.nan
    return result


def _joined(temperature: float, pieces: list[Numbers], plan: Plan) -> Runs:
    def of(name: str) -> FloatArray:
        return np.concatenate([piece[name] for piece in pieces])

    weights = [len(piece["count"]) for piece in pieces]
    heat, field_work, dipolar_work = (of(name) for name in _BOOKS)
    switches = Switches(of("count").astype(np.int64), of("first"), of("crossings").astype(np.int64))
    return Runs(
        temperature,
        heat,
        field_work,
        dipolar_work,
        switches,
        of("jump_heat"),
        np.average([piece["loop"] for piece in pieces], axis=0, weights=weights),
        of("courses")[: plan.drawn].astype(np.float64),
        of("rises")[: plan.drawn].astype(np.float64),
    )
