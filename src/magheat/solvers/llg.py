"""Landau-Lifshitz(-Gilbert) dynamics with the heat and the work of every particle as states."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import numpy as np

from magheat import dataset
from magheat.errors import ConvergenceError, SpecError
from magheat.kernels.batch import cores, integrate
from magheat.kernels.integrate import DONE, STEP_TOO_SMALL, Results, Runs
from magheat.kernels.reduced import anisotropy_field, energy_unit
from magheat.kernels.step import DOP853, DORMAND_PRINCE
from magheat.kernels.system import System
from magheat.solvers import llg_thermal, lowering
from magheat.solvers.base import Progress, needs_particles, particle_dataset, provenance, require_support
from magheat.solvers.size import too_large, too_long
from magheat.spec.checks import boolean, explained
from magheat.spec.experiment import particles_of

if TYPE_CHECKING:
    import xarray as xr

    from magheat.solvers.checkpoint import Checkpoint
    from magheat.spec.experiment import Experiment

METHODS = {"dormand-prince": DORMAND_PRINCE, "dop853": DOP853}
#: A twin starts tilted by this angle (rad); its heat must agree to this fraction of the largest.
TWIN_TILT, REPRODUCIBLE = 1e-8, 1e-3
#: Measured on the paper's pair: order 5 reaches the same heat sooner above this damping and tolerance.
STRONG_DAMPING, FINE = 0.05, 2e-9
LOOSER, CHECKED_PARTICLES = 10.0, 64
#: Fields of all particles per step, at least.
STAGES = 6


class Prepared(NamedTuple):
    """One experiment on its way to the kernels."""

    experiment: Experiment
    system: System
    h_ref: float
    start: np.ndarray
    decided_by_round_off: bool


@explained
@dataclass(frozen=True, kw_only=True)
class LLG:
    """Adaptive Runge-Kutta integration of the Landau-Lifshitz(-Gilbert) equation, any number of particles.

    Parameters
    ----------
    rtol
        Largest error of any state per step, in reduced units of order one.
    method
        "dormand-prince" (order 5), "dop853" (order 8), or "auto": order 5 for strong damping and coarse tolerance,
        where stability limits the step, order 8 otherwise.
    check_sensitivity
        Let a twin, tilted by 1e-8 rad, ride along and store ``heat_sensitivity`` and ``reproducible``. None: in single
        runs of up to 64 particles.
    check_error
        Let the same run at ten times ``rtol`` ride along and store ``heat_error``. None: as above.
    max_steps
        Most attempted steps of a run; a longer one is refused before it starts.
    threads
        Threads for many runs, or for one run of many particles; all cores when None.
    scheme
        Of thermal runs (temperature > 0), whose steps are fixed: "split" (weak order 2) or "heun" (weak
        order 1), both of strong order 1/2.
    bias
        Of thermal runs: relative bias of <m_z^2> that the step of "split" is chosen for, > 0 and <= 0.1.

    Raises
    ------
    SpecError
        For an option that breaks its rule.

    Notes
    -----
    Source: Munoz-Menendez et al., Phys. Rev. B 102, 214412 (2020), eq. (1). One run and many take the same road, so
    that they give the same bits. At a temperature, heat is the net heat to the bath, whose temperature is fixed, and
    noise depends on (seed, particle, step) alone. Particles that sit exactly on a zero-torque ridge (axes, dipolar
    fields and drive parallel) would never switch at 0 K; there their axes are tilted by 1e-6 rad.
    """

    name: ClassVar[str] = "llg"
    model_version: ClassVar[int] = 2
    rtol: float = 1e-8
    method: Literal["auto", "dormand-prince", "dop853"] = "auto"
    check_sensitivity: bool | None = None
    check_error: bool | None = None
    max_steps: float = 2e8
    threads: int | None = None
    scheme: Literal["split", "heun"] = "split"
    bias: float = 1e-3

    def __post_init__(self) -> None:
        if not (isinstance(self.rtol, int | float) and 1e-13 <= self.rtol <= 1e-4):
            raise SpecError(
                f"LLG.rtol must lie between 1e-13 and 1e-4; got {self.rtol!r}. 1e-8 is the default; coarser than 1e-4, "
                f"heats are no longer right to a per cent."
            )
        if self.method not in ("auto", *METHODS):
            raise SpecError(f"LLG.method must be one of auto, {', '.join(METHODS)}; got {self.method!r}.")
        if isinstance(self.max_steps, bool) or not (isinstance(self.max_steps, int | float) and self.max_steps >= 1):
            raise SpecError(f"LLG.max_steps must be >= 1; got {self.max_steps!r}. 2e8 is the default.")
        for option in ("check_sensitivity", "check_error"):
            value = getattr(self, option)
            if value is not None:
                object.__setattr__(self, option, boolean(value, f"LLG.{option}"))
        count = self.threads
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
            raise SpecError(f"LLG.threads must be a whole number >= 1 or None for all cores; got {count!r}.")
        if self.scheme not in tuple(llg_thermal.SCHEMES):
            raise SpecError(f"LLG.scheme must be one of {', '.join(llg_thermal.SCHEMES)}; got {self.scheme!r}.")
        if isinstance(self.bias, bool) or not (isinstance(self.bias, int | float) and 0 < self.bias <= 0.1):
            raise SpecError(f"LLG.bias must be > 0 and <= 0.1; got {self.bias!r}. 1e-3 is the default.")

    def supports(self, experiment: Experiment) -> str | None:
        """Return why the experiment cannot be run, or None."""
        if experiment.ensemble is not None:
            return needs_particles(self, experiment)
        if experiment.temperature > 0 and not experiment.damping > 0:
            return (
                "Experiment.damping must be > 0 for the solver 'llg' at a temperature: heat comes in by it; got 0; "
                "take damping=0.01, or temperature=0."
            )
        steps = self.expected_steps(experiment)
        if steps > self.max_steps:
            return (
                f"Experiment.applied_field and cycles ask for about {steps:.1e} integration steps, more than "
                f"LLG.max_steps = {self.max_steps:g}; take fewer cycles, a higher frequency or a lower amplitude, or "
                f"raise max_steps."
            )
        evaluations = (2 if experiment.temperature > 0 else STAGES) * steps
        return too_long(experiment, evaluations, self.threads) or too_large(experiment)

    def expected_steps(self, experiment: Experiment) -> float:
        """Steps of a run: a rough number at 0 K, where they adapt, and theirs at a temperature."""
        if experiment.temperature > 0:
            return llg_thermal.expected_steps(experiment, self.bias)
        return expected_steps(experiment)

    def run(
        self, experiment: Experiment, progress: Progress | None = None, checkpoint: Checkpoint | None = None
    ) -> xr.Dataset:
        """Return the dataset of one run; with its twin and its looser run unless these are switched off."""
        small = particles_of(experiment).count <= CHECKED_PARTICLES
        sensitivity = small if self.check_sensitivity is None else self.check_sensitivity
        error = small if self.check_error is None else self.check_error
        return self._simulate([experiment], sensitivity, error, progress, checkpoint)[0]

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of runs of equal size, stacked along ``run``; checks only where they were asked for."""
        parts = self._simulate(list(experiments), bool(self.check_sensitivity), bool(self.check_error), progress)
        return dataset.stack(parts)

    def _simulate(
        self,
        experiments: list[Experiment],
        sensitivity: bool,
        error: bool,
        progress: Progress | None,
        checkpoint: Checkpoint | None = None,
    ) -> list[xr.Dataset]:
        started = time.perf_counter()
        for experiment in experiments:
            require_support(self, experiment)
        hot = [experiment.temperature > 0 for experiment in experiments]
        if any(hot):
            return self._with_thermal(experiments, hot, sensitivity, error, progress, checkpoint)
        prepared = [prepare(experiment, self.threads) for experiment in experiments]
        kinds = 1 + sensitivity + error
        runs = [lowered(one, one.start, self.rtol, self.max_steps) for one in prepared]
        if sensitivity:
            runs += [lowered(one, twin_start(one), self.rtol, self.max_steps) for one in prepared]
        if error:
            runs += [lowered(one, one.start, LOOSER * self.rtol, self.max_steps) for one in prepared]
        results = self._integrate(runs, experiments, kinds, progress, checkpoint)
        total, parts = len(prepared), []
        for i, one in enumerate(prepared):
            heats = [last_cycle_heat(one, results.samples[i + kind * total]) for kind in range(kinds)]
            attrs = provenance(self, one.experiment, started)
            ds = to_dataset(one, results.samples[i], attrs, self.threads or cores())
            ds.attrs["steps"] = int(results.attempts[i])
            parts.append(with_checks(ds, one, heats, sensitivity, error, self.rtol))
        return parts

    def _with_thermal(
        self,
        experiments: list[Experiment],
        hot: list[bool],
        sensitivity: bool,
        error: bool,
        progress: Progress | None,
        checkpoint: Checkpoint | None,
    ) -> list[xr.Dataset]:
        """Run those at a temperature and those at 0 K each by their road, and put the results back in order."""
        heated = [e for e, is_hot in zip(experiments, hot, strict=True) if is_hot]
        warm = iter(llg_thermal.simulate(heated, self, progress, checkpoint))
        still = [e for e, is_hot in zip(experiments, hot, strict=True) if not is_hot]
        cold = iter(self._simulate(still, sensitivity, error, progress) if still else [])
        return [next(warm if is_hot else cold) for is_hot in hot]

    def _integrate(
        self,
        runs: list[Runs],
        experiments: list[Experiment],
        kinds: int,
        progress: Progress | None,
        checkpoint: Checkpoint | None,
    ) -> Results:
        """Run every method's share of the runs and put the results back in order."""
        methods = np.array([self._method(experiment) for experiment in experiments] * kinds)
        spc = experiments[0].samples_per_cycle
        shares = [np.flatnonzero(methods == method) for method in METHODS.values()]
        shares = [share for share in shares if share.size]
        parts = [
            integrate(
                lowering.stack([runs[i] for i in share]),
                spc,
                int(methods[share[0]]),
                self.threads,
                progress,
                checkpoint,
            )
            for share in shares
        ]
        order = np.argsort(np.concatenate(shares))
        results = Results(*(np.concatenate(rows)[order] for rows in zip(*parts, strict=True)))
        require_done(results, self)
        return results

    def _method(self, experiment: Experiment) -> int:
        if self.method != "auto":
            return METHODS[self.method]
        return DORMAND_PRINCE if experiment.damping >= STRONG_DAMPING and self.rtol > FINE else DOP853


def prepare(experiment: Experiment, threads: int | None = 1) -> Prepared:
    """Particles, H_ref and first moments of an experiment; axes off the ridge where there is one."""
    system = lowering.system_of(experiment)
    h_ref = lowering.reference_of(experiment, system)
    start = lowering.start_of(experiment, threads)
    still, has_axis = lowering.on_a_ridge(system, experiment), system.anisotropy_constant > 0
    tilted = lowering.off_the_ridge(system, experiment, still & has_axis)
    return Prepared(experiment, tilted, h_ref, start, bool((still & ~has_axis).any()))


def lowered(one: Prepared, start: np.ndarray, rtol: float, max_steps: float) -> Runs:
    """Return one run for the kernels, from the given first moments (n, 3)."""
    return lowering.lower(one.experiment, one.system, start, one.h_ref, rtol, max_steps)


def expected_steps(experiment: Experiment) -> float:
    """Rough number of steps: a third of a radian of precession or damping each."""
    system = lowering.system_of(experiment)
    field = max(lowering.largest_field(experiment) + float(anisotropy_field(system).max()), 1.0)
    duration = experiment.cycles * experiment.applied_field.period
    return 0.3 * math.hypot(1.0, experiment.damping) * duration / lowering.unit_of_time(experiment, field)


def twin_start(one: Prepared) -> np.ndarray:
    """Return the start, every moment tilted by 1e-8 rad (seeded)."""
    return lowering.tilted(one.start, TWIN_TILT, np.random.default_rng([one.experiment.seed, 1]))


def last_cycle_heat(one: Prepared, samples: np.ndarray) -> np.ndarray:
    """Heat of each particle in the last cycle, (n,) J, from the kernel's samples."""
    n, spc = one.system.volume.size, one.experiment.samples_per_cycle
    heat: np.ndarray = samples[-1, 3 * n : 4 * n] - samples[-1 - spc, 3 * n : 4 * n]
    heat = heat * energy_unit(one.system, one.h_ref)
    return heat


def to_dataset(one: Prepared, samples: np.ndarray, attrs: dict[str, Any], threads: int = 1) -> xr.Dataset:
    """Return the dataset of one run from the kernel's samples (times, 5n)."""
    n, unit = one.system.volume.size, energy_unit(one.system, one.h_ref)
    moments = samples[:, : 3 * n].reshape(-1, n, 3)
    heat, work = samples[:, 3 * n : 4 * n] * unit, samples[:, 4 * n :] * unit
    return particle_dataset(one.experiment, one.system, moments, heat, work, attrs, threads)


def with_checks(
    ds: xr.Dataset, one: Prepared, heats: list[np.ndarray], sensitivity: bool, error: bool, rtol: float
) -> xr.Dataset:
    """Add ``heat_sensitivity`` and ``reproducible`` from the twin, ``heat_error`` from the looser run.

    Heats that differ by less than the integrator resolves are the same. A particle without anisotropy in a linear field
    reverses when round-off lets it, so that its heat is never reproducible.
    """
    resolution = rtol * energy_unit(one.system, one.h_ref).max()
    largest = max(float(np.abs(heats[0]).max()), resolution / REPRODUCIBLE)
    relative = np.abs(heats[1] - heats[0]) / largest if sensitivity else None
    return dataset.with_checks(
        ds,
        heat_sensitivity=relative,
        heat_error=np.abs(heats[-1] - heats[0]) if error else None,
        reproducible=None if relative is None else bool(relative.max() < REPRODUCIBLE) and not one.decided_by_round_off,
    )


def require_done(results: Results, solver: LLG) -> None:
    """Raise ConvergenceError for the first run that did not reach its end."""
    for run in np.flatnonzero(results.status != DONE)[:1]:
        if results.status[run] == STEP_TOO_SMALL:
            raise ConvergenceError(
                f"LLG.rtol = {solver.rtol:g} could not be met by run {run} after {results.attempts[run]} steps; the "
                f"numbers of the experiment differ too much in size, or rtol is too small."
            )
        raise ConvergenceError(
            f"LLG.max_steps = {solver.max_steps:g} was reached by run {run} before its end; raise max_steps or rtol."
        )
