"""Heats that are drawn by lot: means over runs, with standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from magheat.analysis import heat_by_cycle
from magheat.api import simulate, simulate_many
from magheat.solvers.base import Progress, Solver
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.solvers.kinetic_monte_carlo import KineticMonteCarlo
from magheat.solvers.llg import LLG
from magheat.spec.experiment import Experiment, particles_of
from magheat.studies.estimates import Estimate, mean_of
from magheat.studies.validity import cases
from magheat.studies.validity.cases import Plan
from magheat.studies.validity.maps import area


class Row(NamedTuple):
    """What one solver says of the case."""

    solver: str
    words: str
    loss: Estimate  # J/m^3


class Gap(NamedTuple):
    """Losses of two neighbours, J/m^3, by the solvers that know places."""

    gap: float
    llg: Estimate
    kinetic: Estimate


def one_case(plan: Plan, progress: Progress) -> list[Row]:
    """The same case by all solvers, the exact one first."""
    place = (cases.DIAMETER, cases.FREQUENCY, cases.FIELD)
    together, alone = cases.ensemble(*place), cases.single(*place, plan.cycles)
    surely = [
        ("fokker-planck", "Brown's equation", area(together, cases.yardstick())),
        ("two-well", "two wells, Brown's attempt time", area(together, cases.two_well())),
        ("linear-response", "linear response, Brown's attempt time", area(together, cases.linear_response(together))),
        ("minimize", "Stoner and Wohlfarth, 0 K", _at_rest(alone)),
    ]
    rows = [Row(name, words, Estimate(np.array(loss), np.array(0.0))) for name, words, loss in surely]
    drawn: Sequence[tuple[Solver, str]] = (
        (KineticMonteCarlo(prefactor="brown"), "kinetic Monte Carlo, Brown's attempt time"),
        (LLG(), "stochastic Landau-Lifshitz"),
    )
    for i, (solver, words) in enumerate(drawn):
        rows.append(Row(solver.name, words, loss(alone, solver, plan.runs)))
        progress((i + 1) / len(drawn))
    return rows


def gaps(plan: Plan, progress: Progress) -> list[Gap]:
    """Two neighbours in a row, the further the less they matter."""
    solvers: tuple[Solver, ...] = (LLG(), KineticMonteCarlo(prefactor="brown"))
    found = []
    for i, gap in enumerate(plan.gaps):
        experiment = cases.neighbours(gap, plan.cycles)
        found.append(Gap(gap, *(loss(experiment, solver, plan.runs) for solver in solvers)))
        progress((i + 1) / len(plan.gaps))
    return found


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
