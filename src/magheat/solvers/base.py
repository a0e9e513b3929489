"""What every solver is: something that says whether it can run an experiment, and runs it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from magheat import dataset
from magheat._version import __version__
from magheat.errors import SpecError
from magheat.kernels.energy import particle_energies
from magheat.kernels.system import System
from magheat.spec.experiment import particles_of
from magheat.spec.io import to_json

if TYPE_CHECKING:
    import xarray as xr

    from magheat.spec.experiment import Experiment

Progress = Callable[[float], None]


class Solver(Protocol):
    """A way to turn experiments into datasets; implementations are frozen dataclasses whose fields are options."""

    name: ClassVar[str]
    #: Raised when a change of the code changes results: what is stored under the old one is then computed anew.
    model_version: ClassVar[int]

    def supports(self, experiment: Experiment) -> str | None:
        """Return why this solver cannot run the experiment, or None when it can."""

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one experiment; ``progress`` is told the fraction done."""

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of experiments of equal size, stacked along ``run``."""


def require_support(solver: Solver, experiment: Experiment) -> None:
    """Raise SpecError with the solver's reason when it cannot run the experiment."""
    reason = solver.supports(experiment)
    if reason is not None:
        raise SpecError(reason)


def run_each(solver: Solver, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
    """Return the datasets of runs of equal size, one after the other, stacked along ``run``."""
    runs = []
    for i, one in enumerate(experiments):
        runs.append(solver.run(one))
        if progress is not None:
            progress((i + 1) / len(experiments))
    return dataset.stack(runs)


def needs_particles(solver: Solver, experiment: Experiment) -> str | None:
    """Return why a solver that follows single particles cannot run the experiment, or None."""
    if experiment.ensemble is None:
        return None
    return (
        f"Experiment.ensemble has no positions for the solver {solver.name!r}, which follows single particles; take "
        f"solver='two-well'."
    )


def provenance(solver: Any, experiment: Experiment, started: float) -> dict[str, Any]:
    """Attributes of a dataset: experiment, key, version, solver, its options and model version, seed, wall time."""
    return {
        "experiment": to_json(experiment),
        "key": experiment.key,
        "magheat_version": __version__,
        "solver": solver.name,
        "solver_options": json.dumps(asdict(solver)),
        "model_version": solver.model_version,
        "seed": experiment.seed,
        "wall_time_s": time.perf_counter() - started,
    }


def sample_times(experiment: Experiment) -> np.ndarray:
    """Times of all samples, (cycles samples_per_cycle + 1,) s, both ends included."""
    points = experiment.cycles * experiment.samples_per_cycle
    times: np.ndarray = np.arange(points + 1) / experiment.samples_per_cycle * experiment.applied_field.period
    return times


def particle_dataset(
    experiment: Experiment,
    system: System,
    moments: np.ndarray,
    released_heat: np.ndarray,
    field_work: np.ndarray,
    attrs: dict[str, Any],
    threads: int = 1,
) -> xr.Dataset:
    """Return the dataset of a run from what a solver computed at the samples.

    ``moments`` is (t, n, 3), heat and field work are (t, n) in J; ``system`` holds the axes that were really used.
    ``threads`` add up the energies.
    """
    drive, particles = experiment.applied_field, particles_of(experiment)
    times = sample_times(experiment)
    field = np.asarray(drive.field(times))
    return dataset.particle_run(
        time=times,
        direction=np.asarray(drive.direction),
        field=field,
        field_is_linear=drive.is_linear,
        moments=moments,
        released_heat=released_heat,
        field_work=field_work,
        energy=particle_energies(moments, field, system, threads),
        positions=particles.positions,
        diameters=particles.diameters,
        easy_axes=system.easy_axes,
        saturation_magnetization=particles.saturation_magnetization,
        anisotropy_constant=particles.anisotropy_constant,
        density=particles.density,
        heat_capacity=particles.heat_capacity,
        iron_mass_fraction=particles.iron_mass_fraction,
        frequency=drive.frequency,
        cycles=experiment.cycles,
        samples_per_cycle=experiment.samples_per_cycle,
        interactions=experiment.interactions,
        amplitude=drive.amplitude,
        damping=experiment.damping,
        temperature=experiment.temperature,
        attrs=attrs,
    )
