"""What an experiment would cost, before it is run: enough to say "at once", "as a job" or "not here"."""

from __future__ import annotations

from magheat.errors import SpecError
from magheat.solvers.base import Solver
from magheat.solvers.fokker_planck import FokkerPlanck
from magheat.solvers.kinetic_monte_carlo import KineticMonteCarlo
from magheat.solvers.llg import LLG
from magheat.solvers.two_well import TwoWell
from magheat.spec.experiment import Experiment
from magheat.web.settings import Limits

#: Particles of an ensemble (sizes times axes) that may be averaged over.
_MOST_LANES = 50_000
#: Spherical harmonics of all particles of an ensemble that are solved for at once; a thousand take some seconds.
_MOST_HARMONICS = 2000


class TooLargeError(SpecError):
    """An experiment beyond a limit of the server."""


def require_at_once(experiment: Experiment, solver: Solver, limits: Limits) -> None:
    """Refuse what would keep others waiting.

    Raises
    ------
    TooLargeError
        Naming the limit; the same as a job may be within.
    """
    advice = "send it to /api/v1/jobs."
    samples = limits.samples_at_once
    if experiment.particles is not None:
        _require("particles", experiment.particles.count, limits.particles_at_once, advice)
        _require("cycles", experiment.cycles, limits.cycles_at_once, advice)
        _require_steps(experiment, solver, limits.steps_at_once, advice)
    if isinstance(solver, FokkerPlanck) and solver.supports(experiment) is None:
        harmonics = sum(solver.coefficients(experiment))
        _require("spherical harmonics", harmonics, _MOST_HARMONICS, f"give axes an angle, or {advice}")
    _require("particles x cycles x samples_per_cycle", _samples(experiment), samples, advice)
    _require_lanes(experiment, solver)


def require_job(experiment: Experiment, solver: Solver, limits: Limits) -> None:
    """Refuse what would be no job.

    Raises
    ------
    TooLargeError
        Naming the limit.
    """
    advice = "run it with magheat run."
    if experiment.particles is not None:
        _require("particles", experiment.particles.count, limits.particles_of_a_job, advice)
        _require_steps(experiment, solver, limits.steps_of_a_job, advice)
    _require("particles x cycles x samples_per_cycle", _samples(experiment), limits.samples_of_a_job, advice)
    _require_lanes(experiment, solver)


def _samples(experiment: Experiment) -> int:
    count = 1 if experiment.particles is None else experiment.particles.count
    return count * experiment.cycles * experiment.samples_per_cycle


def _require_steps(experiment: Experiment, solver: Solver, most: float, advice: str) -> None:
    """Refuse a long run; one that the solver refuses itself is left to it."""
    if isinstance(solver, LLG | KineticMonteCarlo) and solver.supports(experiment) is None:
        _require("expected steps", solver.expected_steps(experiment), most, advice)


def _require_lanes(experiment: Experiment, solver: Solver) -> None:
    """Refuse averages over more particles than memory likes."""
    if experiment.ensemble is None or not isinstance(solver, TwoWell):
        return
    spreads = (experiment.ensemble.diameter_spread > 0) + (experiment.ensemble.anisotropy_spread > 0)
    lanes = 2 * solver.axis_points * solver.size_points**spreads
    _require("axis_points x size_points", lanes, _MOST_LANES, "take fewer points.")


def _require(what: str, value: float, most: float, advice: str) -> None:
    if value > most:
        raise TooLargeError(f"experiment must have at most {most:g} {what} here; got {value:g}; {advice}")
