"""Kinetic Monte Carlo: interacting particles at a temperature that flip between two wells each."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from magheat import dataset
from magheat.errors import ConvergenceError, SpecError
from magheat.kernels import kinetic
from magheat.kernels.batch import cores, watch
from magheat.solvers.base import Progress, needs_particles, particle_dataset, provenance, require_support
from magheat.solvers.kinetic_run import ROUNDS, Result, largest_step, run_one, spins_of
from magheat.solvers.lowering import largest_field, system_of
from magheat.solvers.size import too_large, too_long
from magheat.solvers.two_well import PREFACTORS
from magheat.solvers.two_well_lanes import Rates
from magheat.spec.checks import explained
from magheat.spec.experiment import particles_of

if TYPE_CHECKING:
    import xarray as xr

    from magheat.kernels.well_states import Spins
    from magheat.spec.experiment import Experiment

SADDLES = ("mean", "lower")
#: K V/(k_B T) below which nothing is left of two wells.
LEAST_BARRIER = 1.0
#: Cosine of an axis with the field at which it counts as lying along it.
ALONG = 1 - 1e-9


@explained
@dataclass(frozen=True, kw_only=True)
class KineticMonteCarlo:
    """Thermal flips between the two wells of every particle, in each other's dipolar fields and a changing field.

    Every moment stays at the minimum of its well, all in each other's fields. It follows the field at once, and flips
    at the rate of its barrier. One run is one history: the mean over seeds is the caller's.

    Parameters
    ----------
    prefactor
        "constant": a flip over a barrier b takes 2 ``attempt_time`` exp(b/(k_B T)) on average; "brown": Brown's attempt
        time for high barriers; "brown-field": with its dependence on the field, for axes along it.
    attempt_time
        tau0 in s, of "constant".
    saddle
        Which top separates two states, of the two that the frozen neighbours before and after a flip give: their
        "mean" or the "lower" (see Notes).
    max_flips
        Most flips of a run; one that is expected to have more is refused before it starts.
    threads
        Threads for many runs; all cores when None. It changes no bit of a result.

    Raises
    ------
    SpecError
        For an option that breaks its rule.

    Notes
    -----
    After a flip the neighbours relax, so that the plain barriers with all others frozen, b_f there and b_r back, break
    detailed balance: E + b_f and E' + b_r are two tops of one path. One top is taken for both, their mean by default,
    b = (b_f + b_r)/2 +- (E' - E)/2, and none below E or E'. So populations are those of Boltzmann over the relaxed
    states, and without interaction the barrier is the plain one exactly. On the best path neighbours relax on the way,
    so that both tops lie above its own: the flips are too slow. For the pair of the local-heat paper at 300 K the mean
    lies 0.2 to 1.5 k_B T above it (rates 1.2 to 4.6 times too low), the lower of the two at most 0.2 k_B T.

    Two kinds of flips have no reverse: those after which a neighbour loses its well (avalanches), and losses of
    stability. Flips of several particles over one saddle, fluctuations within a well and the time that a flip takes are
    left out.

    Flips are drawn by thinning with bounds of the rates, without an error of the step. ``hidden_flips`` among the
    attributes is the number of flips that the bounds are expected to have hidden; compare it with ``flips``.

    A flip releases the drop of the total energy as heat (negative uphill), between flips no heat is released. Its split
    among the particles is a convention (attribute ``split_is_model``): the flipper's drop with all others frozen, then
    of each particle p (H + H')/2 . (m' - m) in the relaxation that follows. Field work is -mu_0 M_s V int m.dH along
    the path of the minima. The ledger closes to round-off over any interval.

    Source: symmetrised barriers are described in :mod:`magheat.kernels.flips`, thinning in
    :mod:`magheat.kernels.kinetic`; W. F. Brown, Phys. Rev. 130, 1677 (1963) for his prefactors.
    """

    name: ClassVar[str] = "kinetic-monte-carlo"
    model_version: ClassVar[int] = 1
    prefactor: Literal["constant", "brown", "brown-field"] = "constant"
    attempt_time: float = 1e-9
    saddle: Literal["mean", "lower"] = "mean"
    max_flips: float = 1e8
    threads: int | None = None

    def __post_init__(self) -> None:
        owner = "KineticMonteCarlo"
        if self.prefactor not in PREFACTORS:
            raise SpecError(f"{owner}.prefactor must be one of {', '.join(PREFACTORS)}; got {self.prefactor!r}.")
        if self.saddle not in SADDLES:
            raise SpecError(f"{owner}.saddle must be one of {', '.join(SADDLES)}; got {self.saddle!r}.")
        for option, most in (("attempt_time", 1.0), ("max_flips", 1e15)):
            value = getattr(self, option)
            if isinstance(value, bool) or not (isinstance(value, int | float) and 0 < value < most):
                raise SpecError(f"{owner}.{option} must be > 0 and < {most:g}; got {value!r}.")
        count = self.threads
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
            raise SpecError(f"{owner}.threads must be a whole number >= 1 or None for all cores; got {count!r}.")

    def supports(self, experiment: Experiment) -> str | None:
        """Return why the experiment cannot be run, or None."""
        if experiment.ensemble is not None:
            return needs_particles(self, experiment)
        if not experiment.temperature > 0:
            return (
                "Experiment.temperature must be > 0 for the solver 'kinetic-monte-carlo', whose flips are thermal; got "
                "0 K: take solver='minimize' or 'llg', or temperature=300."
            )
        for reason in (self._needs_wells(experiment), self._needs_axes(experiment)):
            if reason is not None:
                return reason
        flips = expected_flips(experiment, self._rates(experiment))
        if flips > self.max_flips:
            return (
                f"Experiment.particles and cycles ask for about {flips:.1e} flips, more than "
                f"KineticMonteCarlo.max_flips = {self.max_flips:g}; take fewer cycles, larger particles or a lower "
                f"temperature, or raise max_flips."
            )
        return too_long(experiment, ROUNDS * self.expected_steps(experiment), threads=1) or too_large(experiment)

    def expected_steps(self, experiment: Experiment) -> float:
        """Rough number of steps of a run: those of the field, and proposals."""
        return expected_steps(experiment, self._rates(experiment))

    def _needs_wells(self, experiment: Experiment) -> str | None:
        """Return why the particles have no two wells, or None."""
        constants = particles_of(experiment).anisotropy_constant
        bare = np.flatnonzero(~(constants > 0))
        if bare.size:
            return (
                f"Experiment.particles must have an anisotropy_constant > 0 for the solver {self.name!r}; particle "
                f"{bare[0]} has {constants[bare[0]]:g} J/m^3: without anisotropy there are no wells; take solver='llg'."
            )
        sigma = reduced_barriers(experiment)
        if sigma.min() < LEAST_BARRIER:
            return (
                f"Experiment.temperature must leave every barrier K V above k_B T for the solver {self.name!r}; that "
                f"of particle {int(sigma.argmin())} is {sigma.min():.2g} k_B T: take solver='llg', or a lower "
                f"temperature."
            )
        return None

    def _needs_axes(self, experiment: Experiment) -> str | None:
        """Return why Brown's prefactors do not fit, or None."""
        if self.prefactor != "constant" and not experiment.damping > 0:
            return f"Experiment.damping must be > 0 for KineticMonteCarlo.prefactor = {self.prefactor!r}; got 0."
        along = np.abs(particles_of(experiment).easy_axes @ np.asarray(experiment.applied_field.direction))
        if self.prefactor == "brown-field" and not (along.min() >= ALONG and experiment.applied_field.is_linear):
            off = math.degrees(math.acos(min(1.0, float(along.min()))))
            return (
                "KineticMonteCarlo.prefactor must be 'constant' or 'brown' unless all easy axes lie along the field; "
                f"got 'brown-field' and an axis {off:.3g} degrees off."
            )
        return None

    def _rates(self, experiment: Experiment) -> Rates:
        return Rates(self.prefactor, self.attempt_time, experiment.damping)

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one run; ``progress`` is told the fraction done.

        Raises
        ------
        ConvergenceError
            When ``max_flips`` is reached before the end.
        """
        return self._simulate([experiment], progress)[0]

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of runs of equal size, stacked along ``run``."""
        return dataset.stack(self._simulate(experiments, progress))

    def _simulate(self, experiments: Sequence[Experiment], progress: Progress | None) -> list[xr.Dataset]:
        """Run all on threads, each with random numbers of its own; Ctrl-C stops them at their next stretch."""
        started, stop = time.perf_counter(), threading.Event()
        for experiment in experiments:
            require_support(self, experiment)
        done = np.zeros(len(experiments))

        def work(index: int) -> xr.Dataset:
            def told(fraction: float) -> None:
                done[index] = fraction
                if stop.is_set():
                    raise InterruptedError

            return self._one(experiments[index], told, started)

        def report() -> None:
            if progress is not None:
                progress(float(done.mean()))

        with ThreadPoolExecutor(min(self.threads or cores(), len(experiments))) as pool:
            pending = [pool.submit(work, index) for index in range(len(experiments))]
            try:
                watch(set(pending), report)
            except BaseException:
                stop.set()
                for one in pending:
                    one.cancel()
                raise
        return [one.result() for one in pending]

    def _one(self, experiment: Experiment, told: Progress, started: float) -> xr.Dataset:
        result, finished = run_one(experiment, self._rates(experiment), self.saddle == "lower", self.max_flips, told)
        if not finished:
            raise ConvergenceError(
                f"KineticMonteCarlo.max_flips = {self.max_flips:g} was reached before the end of the run; raise it, or "
                f"take fewer cycles."
            )
        attrs = provenance(self, experiment, started) | told_of(result, experiment)
        return particle_dataset(experiment, system_of(experiment), result.moments, result.heat, result.work, attrs)


def told_of(result: Result, experiment: Experiment) -> dict[str, Any]:
    """What a run tells of itself as attributes."""
    return {
        "split_is_model": True,
        "low_barrier": bool(reduced_barriers(experiment).min() < dataset.LOW_BARRIER),
        "flips": int(result.tally[kinetic.FLIPS]),
        "hidden_flips": float(result.tally[kinetic.HIDDEN]),
        "proposals": int(result.tally[kinetic.PROPOSALS]),
        "falls": int(result.tally[kinetic.FALLS]),
        "avalanches": int(result.tally[kinetic.AVALANCHES]),
    }


def reduced_barriers(experiment: Experiment) -> np.ndarray:
    """K V/(k_B T) of every particle, (n,)."""
    particles = particles_of(experiment)
    temperature = np.array(experiment.temperature)
    return dataset.reduced_barrier(particles.anisotropy_constant, particles.diameters, temperature)


def expected_flips(experiment: Experiment, rates: Rates) -> float:
    """Rough number of flips: at no field, without interaction, and one per half cycle and particle."""
    spins = _free_spins(experiment, rates)
    duration = experiment.cycles * experiment.applied_field.period
    return float((spins.attempts * np.exp(-spins.sigma)).sum() * duration + 2 * experiment.cycles * spins.p.size)


def expected_steps(experiment: Experiment, rates: Rates) -> float:
    """Rough number of steps: samples, the way of the field up and down, and four proposals for each flip."""
    sweep = 4 * largest_field(experiment) / largest_step(_free_spins(experiment, rates))
    return experiment.cycles * (experiment.samples_per_cycle + sweep) + 4 * expected_flips(experiment, rates)


def _free_spins(experiment: Experiment, rates: Rates) -> Spins:
    return spins_of(experiment, system_of(experiment)._replace(coupling=0.0), rates)
