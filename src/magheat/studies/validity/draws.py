"""Heats that are drawn by lot, and the case that all solvers are asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from magheat.analysis import heat_by_cycle
from magheat.api import simulate, simulate_many
from magheat.solvers.base import Solver
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.solvers.kinetic_monte_carlo import KineticMonteCarlo
from magheat.solvers.llg import LLG
from magheat.spec.experiment import Experiment, particles_of
from magheat.studies.estimates import Estimate, mean_of
from magheat.studies.kept import Kept
from magheat.studies.kept import Numbers as KeptNumbers
from magheat.studies.telling import Telling
from magheat.studies.validity import cases
from magheat.studies.validity.cases import Plan
from magheat.studies.validity.maps import area

#: Those that follow single particles at a temperature.
DRAWN: Mapping[str, Solver] = {"llg": LLG(), "kinetic-monte-carlo": KineticMonteCarlo(prefactor="brown")}


class Row(NamedTuple):
    """What one solver says of the case."""

    solver: str
    loss: Estimate  # J/m^3


class Gap(NamedTuple):
    """Losses of two neighbours, J/m^3, by the solvers that know places."""

    gap: float
    llg: Estimate
    kinetic: Estimate


def one_case(plan: Plan, kept: Kept, tell: Telling) -> list[Row]:
    """The same case by all solvers, the exact one first."""
    place = (cases.DIAMETER, cases.FREQUENCY, cases.FIELD)
    together, alone = cases.ensemble(*place), cases.single(*place, plan.cycles)
    surely = {
        "fokker-planck": area(together, cases.yardstick()),
        "two-well": area(together, cases.two_well()),
        "linear-response": area(together, cases.linear_response(together)),
        "minimize": _at_rest(alone),
    }
    rows = [Row(name, Estimate(np.array(loss), np.array(0.0))) for name, loss in surely.items()]
    for i, name in enumerate(DRAWN):
        rows.append(Row(name, _kept_loss(alone, name, plan, kept)))
        tell((i + 1) / len(DRAWN))
    return rows


def gaps(plan: Plan, kept: Kept, tell: Telling) -> list[Gap]:
    """Two neighbours in a row, the further the less they matter."""
    found = []
    for i, gap in enumerate(plan.gaps):
        experiment = cases.neighbours(gap, plan.cycles)
        found.append(Gap(gap, *(_kept_loss(experiment, name, plan, kept) for name in DRAWN)))
        tell((i + 1) / len(plan.gaps))
    return found


def _kept_loss(experiment: Experiment, name: str, plan: Plan, kept: Kept) -> Estimate:
    made_from = {"key": experiment.key, "solver": repr(DRAWN[name]), "runs": plan.runs}
    compute: Callable[[], KeptNumbers] = partial(_as_numbers, experiment, DRAWN[name], plan.runs)
    numbers = kept.get("loss", made_from | {"model": DRAWN[name].model_version}, compute)
    return Estimate(numbers["value"], numbers["error"])


def _as_numbers(experiment: Experiment, solver: Solver, runs: int) -> KeptNumbers:
    return {name: np.asarray(number) for name, number in loss(experiment, solver, runs)._asdict().items()}


def loss(experiment: Experiment, solver: Solver, runs: int) -> Estimate:
    """Heat of all particles per cycle and volume, J/m^3, over runs; the first cycle dropped."""
    many = simulate_many([experiment.replace(seed=seed) for seed in range(runs)], solver)
    heat = heat_by_cycle(many).isel(cycle=slice(1, None)).mean("cycle").sum("particle")
    return mean_of(heat.values / float(particles_of(experiment).volumes.sum()))


def _at_rest(experiment: Experiment) -> float:
    """The same at 0 K in a slow field, J/m^3."""
    run = simulate(experiment.replace(temperature=0.0, cycles=2), EnergyMinimizer())
    heat = heat_by_cycle(run).isel(cycle=-1).sum("particle")
    return float(heat) / float(particles_of(experiment).volumes.sum())
