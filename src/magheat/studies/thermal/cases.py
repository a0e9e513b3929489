"""The paper's pair at a temperature, and how often it is run."""

from __future__ import annotations

from typing import NamedTuple

from magheat.spec.experiment import Experiment
from magheat.studies.local_heat import cases as at_rest
from magheat.studies.validity.cases import Plan as SolverPlan

#: K; the first is the paper's, the last a room's.
TEMPERATURES = (0.0, 10.0, 30.0, 60.0, 100.0, 150.0, 200.0, 300.0)
DAMPING = 1.0
#: Cycles that are dropped, in which the pair forgets where it was put.
DROPPED = 1


class Plan(NamedTuple):
    """At what temperatures, how often and how finely the pair is run."""

    temperatures: tuple[float, ...] = TEMPERATURES
    runs: int = 256
    cycles: int = 3 + DROPPED
    samples_per_cycle: int = 2000
    together: int = 64  # runs in one piece of work
    bias: float = 1e-3  # of <m_z^2>, for which the solver chooses its step
    drawn: int = 12  # runs whose courses are drawn
    solvers: SolverPlan = SolverPlan()  # where the solvers are compared


def experiment(temperature: float, seed: int, plan: Plan) -> Experiment:
    """One run of the pair, 7.1 nm apart, from the minimum at the highest field."""
    one = at_rest.experiment(damping=DAMPING, samples_per_cycle=plan.samples_per_cycle, seed=seed)
    return one.replace(temperature=temperature, cycles=plan.cycles)
