"""Two wells and thermal jumps between them: the periodic loop of an ensemble of particles at a temperature."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

import numpy as np

from magheat import dataset
from magheat.errors import ConvergenceError, SpecError
from magheat.solvers.base import Progress, provenance, require_support
from magheat.solvers.ensembles import (
    axes_of,
    ensemble_dataset,
    may_break_symmetry,
    mean_field_factor,
    needs_ensemble,
    sizes_of,
)
from magheat.solvers.two_well_lanes import Members, Rates, Samples
from magheat.solvers.two_well_run import Drive, Road, run_samples
from magheat.spec.experiment import ensemble_of
from magheat.units import FloatArray

if TYPE_CHECKING:
    import xarray as xr

    from magheat.spec.applied_field import AppliedField
    from magheat.spec.experiment import Experiment

#: H(t + T/2) = -H(t) to this share of the largest field makes a waveform antisymmetric.
_ANTISYMMETRIC = 1e-9
PREFACTORS = ("constant", "brown", "brown-field")


@dataclass(frozen=True, kw_only=True)
class TwoWell:
    """Rate equations between the two wells of uniaxial particles; the exact periodic loop of an ensemble.

    Parameters
    ----------
    prefactor
        "constant": tau_N = ``attempt_time`` exp(K V/(k_B T)) at no field; "brown": Brown's attempt time for high
        barriers; "brown-field": with its dependence on the field, for axes along it.
    attempt_time
        tau0 in s, of "constant".
    steps
        Steps per half period of a table's loops; the least per period, two of them, of an experiment's.
    axis_points
        Axes in the average over random ones; twice as many where the largest field switches some and not others.
    size_points
        Diameters, and anisotropy constants, in the average over a distribution of them.
    tolerance
        Change of the magnetization, in M_s, at which the interaction counts as settled.
    most_sweeps
        Passes after which it counts as not settled.
    threads
        Threads to use; None: one per core.
    """

    name: ClassVar[str] = "two-well"
    prefactor: Literal["constant", "brown", "brown-field"] = "constant"
    attempt_time: float = 1e-9
    steps: int = 200
    axis_points: int = 32
    size_points: int = 24
    tolerance: float = 1e-8
    most_sweeps: int = 400
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.prefactor not in PREFACTORS:
            raise SpecError(f"TwoWell.prefactor must be one of {', '.join(PREFACTORS)}; got {self.prefactor!r}.")
        for option, most in (("attempt_time", 1.0), ("tolerance", 0.1)):
            value = getattr(self, option)
            if isinstance(value, bool) or not (isinstance(value, int | float) and 0 < value < most):
                raise SpecError(f"TwoWell.{option} must be > 0 and < {most:g}; got {value!r}.")
        for option, least in (("steps", 2), ("axis_points", 1), ("size_points", 1), ("most_sweeps", 1), ("threads", 1)):
            value = getattr(self, option)
            if option == "threads" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10**6:
                raise SpecError(f"TwoWell.{option} must be a whole number >= {least} and <= 1e6; got {value!r}.")

    def supports(self, experiment: Experiment) -> str | None:
        """Return why the experiment cannot be run, or None."""
        reason = needs_ensemble(self, experiment)
        if reason is not None:
            return reason
        if self.prefactor != "constant" and not experiment.damping > 0:
            return f"Experiment.damping must be > 0 for TwoWell.prefactor = {self.prefactor!r}; got 0."
        if self.prefactor == "brown-field" and ensemble_of(experiment).axes != 0.0:
            return (
                "TwoWell.prefactor must be 'constant' or 'brown' unless Ensemble.axes is 0; got 'brown-field', which "
                "is Brown's for axes along the field."
            )
        return None

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one steady cycle; ``progress`` is told the fraction done.

        Raises
        ------
        ConvergenceError
            When a mean field does not settle, or when, with a bias, the particles are blocked for so long that no
            period repeats itself within round-off.
        """
        started = time.perf_counter()
        require_support(self, experiment)
        ensemble, material = ensemble_of(experiment), ensemble_of(experiment).material
        model = ensemble.interaction_model if experiment.interactions and ensemble.interaction > 0 else "none"
        grid = grid_of(experiment.applied_field, experiment.samples_per_cycle, self.steps)
        mean_field = mean_field_factor(ensemble.demagnetizing_factor) * ensemble.interaction**3
        samples = Samples(
            *(np.array([value]) for value in (material.saturation_magnetization, ensemble.interaction)),
            *(np.array([value]) for value in (experiment.temperature, experiment.applied_field.frequency)),
            *(np.array([value]) for value in (grid.largest, mean_field)),
        )
        sizes = sizes_of(ensemble, self.size_points)
        of, cosine, sine, weight = axes_of(ensemble, sizes, grid.largest, self.axis_points)
        k, d = sizes.anisotropy_constant[of], sizes.diameter[of]
        members = Members(np.zeros(of.size, np.int64), cosine, sine, k, d, weight)
        rates = Rates(self.prefactor, self.attempt_time, experiment.damping)
        road = Road(model, rates, True, self.tolerance, self.most_sweeps, self.threads, True)
        loops = run_samples(samples, members, grid.drive, road, progress)
        if loops.blocked[0]:
            raise ConvergenceError(
                "the periodic state of this ensemble is beyond reach: with a bias its particles forget less than "
                "1e-10 in a period; take a lower frequency, smaller particles or no bias."
            )
        if loops.not_converged[0] and model == "mean-field":
            raise ConvergenceError(
                f"the mean field did not settle in {self.most_sweeps} sweeps; raise TwoWell.most_sweeps or tolerance, "
                f"or take interaction_model='barrier'."
            )
        flags = {"not_converged": bool(loops.not_converged[0])}
        if model == "mean-field":
            d_median = np.array(ensemble.diameter)
            broken = may_break_symmetry(
                samples.mean_field, samples.saturation_magnetization, d_median, samples.temperature
            )
            flags["may_break_symmetry"] = bool(broken[0])
        half = loops.magnetization[0, :-1]
        whole = np.concatenate([half, -half]) if grid.drive.half else half
        return ensemble_dataset(experiment, whole[:: grid.stride], flags, provenance(self, experiment, started))

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of runs of equal size, one after the other, stacked along ``run``."""
        runs = []
        for i, one in enumerate(experiments):
            runs.append(self.run(one))
            if progress is not None:
                progress((i + 1) / len(experiments))
        return dataset.stack(runs)


class Grid(NamedTuple):
    """One period of a drive in steps."""

    drive: Drive
    largest: float  # A/m, unit of the shape
    stride: int  # steps between samples


def grid_of(field: AppliedField, samples: int, least: int) -> Grid:
    """Return steps that hit every sample, at least ``2 least`` a period; half of them where the waveform allows."""
    stride = max(1, -(-2 * least // samples))
    if samples % 2 and stride % 2:
        stride += 1
    steps = samples * stride
    times = np.arange(2 * steps + 1) / (2 * steps) * field.period
    shape: FloatArray = np.asarray(field.field(times)) @ np.asarray(field.direction)
    largest = float(np.abs(shape).max())
    unit = largest if largest > 0 else 1.0
    half = bool((np.abs(shape[:steps] + shape[steps:-1]) <= _ANTISYMMETRIC * unit).all())
    shape = np.ascontiguousarray(shape[: steps + 1] if half else shape) / unit
    return Grid(Drive(shape, half), unit, stride)
