"""Heat and work of every particle, cycle by cycle, in clusters and alone; each run is kept as it is finished."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from magheat.api import simulate, simulate_many
from magheat.solvers.base import Progress
from magheat.solvers.llg import LLG
from magheat.spec.experiment import Experiment
from magheat.spec.particles import Particles
from magheat.studies.aggregates.cases import DIRECTION, DROPPED, GAP, Case, Plan, apart, cluster, together
from magheat.studies.aggregates.places import Places, places_of
from magheat.studies.crew import side_by_side
from magheat.studies.kept import Kept, Numbers
from magheat.studies.telling import Telling

FloatArray = npt.NDArray[np.float64]


class Draws(NamedTuple):
    """What runs say of every particle; the dropped cycles are not in them."""

    heat: FloatArray  # (runs, cycles, n) J, net
    field_work: FloatArray  # (runs, cycles, n) J, work of the field: mu_0 V times the area of the own loop
    dipolar_work: FloatArray  # (runs, cycles, n) J, from the others
    loop: FloatArray  # (samples of a cycle, n) M/M_s, mean


class Sample(NamedTuple):
    """A cluster in a field, and its particles alone in it."""

    case: Case
    particles: Particles
    places: Places
    together: Draws
    apart: Draws


def compute(plan: Plan, kept: Kept, tell: Telling) -> list[Sample]:
    """All cases of the plan, the one that is looked at closely first."""
    wanted = [
        (case, run, alone)
        for case, runs in plan.cases().items()
        for run in range(1, runs + 1)
        for alone in (False, True)
    ]
    work = {one: partial(_kept_run, *one, plan, kept) for one in wanted}
    # A particle alone costs as much as itself, one of a cluster as much as all of them.
    found = side_by_side(work, tell, {one: 1.0 if one[2] else float(plan.particles) for one in wanted})
    return [
        _sample(case, plan, *([found[case, run, alone] for run in range(1, runs + 1)] for alone in (False, True)))
        for case, runs in plan.cases().items()
    ]


def _kept_run(case: Case, run: int, alone: bool, plan: Plan, kept: Kept, progress: Progress) -> Numbers:
    solver = LLG(bias=plan.bias, threads=1)
    experiments = apart(case, run, plan) if alone else [together(case, run, plan)]
    made_from = {
        "runs": [one.key for one in experiments],
        "solver": [solver.name, solver.model_version, solver.scheme, solver.bias],
    }
    return kept.get("alone" if alone else "cluster", made_from, lambda: observed(_run(experiments, solver, progress)))


def _run(experiments: Sequence[Experiment], solver: LLG, progress: Progress) -> xr.Dataset:
    """One run with all of the particles: of a cluster, or of many experiments with one particle each."""
    if len(experiments) == 1:
        return simulate(experiments[0], solver, progress=progress)
    runs = simulate_many(experiments, solver, progress=progress)
    return runs.isel(particle=0).drop_vars("particle").rename(run="particle")


def observed(run: xr.Dataset) -> Numbers:
    """Cycles of a run without the dropped ones, as arrays (cycles, n), and the mean loop."""
    samples = int(run.attrs["samples_per_cycle"])
    part = run.isel(time=slice(DROPPED * samples, None)).transpose("time", "particle", "component")
    m = (part["magnetization"] / part["saturation_magnetization"]).transpose("time", "particle").values[:-1]
    books = {name: np.diff(part[name].values[::samples], axis=0) for name in _BOOKS}
    return books | {"loop": m.reshape(-1, samples, m.shape[1]).mean(axis=0)}


_BOOKS = ("released_heat", "field_work", "dipolar_work")


def _sample(case: Case, plan: Plan, clustered: list[Numbers], alone: list[Numbers]) -> Sample:
    particles = cluster(case.cluster, plan.particles)
    places = places_of(particles, GAP, np.asarray(DIRECTION))
    return Sample(case, particles, places, _draws(clustered), _draws(alone))


def _draws(runs: list[Numbers]) -> Draws:
    loop = np.mean([run["loop"] for run in runs], axis=0)
    heat, field_work, dipolar_work = (np.stack([run[name] for run in runs]) for name in _BOOKS)
    return Draws(heat, field_work, dipolar_work, loop)
