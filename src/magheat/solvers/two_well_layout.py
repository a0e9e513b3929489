"""From experiments with an ensemble to samples of two-well particles, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.dataset import LOW_BARRIER, reduced_barrier
from magheat.solvers.ensembles import may_break_symmetry, mean_field_factor, sizes_of
from magheat.solvers.two_well_drive import Drive, Form, drive_of, form_of
from magheat.solvers.two_well_lanes import Members, Rates, Samples, random_axes
from magheat.solvers.two_well_run import Loops, Road, reduced_field, run_samples
from magheat.spec.experiment import Experiment, ensemble_of
from magheat.units import FloatArray

if TYPE_CHECKING:
    from magheat.solvers.base import Progress
    from magheat.solvers.two_well import TwoWell


class Kind(NamedTuple):
    """What experiments must share to be run together."""

    form: Form
    samples_per_cycle: int
    interaction: str
    axes: str  # "random", "along" or "angle"
    diameter_spread: bool
    anisotropy_spread: bool
    damping: float  # of Brown's prefactors; 1 where it plays no part


class Columns(NamedTuple):
    """Experiments of one kind as numbers, SI; r rows."""

    saturation_magnetization: FloatArray  # (r,), and so all
    anisotropy_constant: FloatArray
    diameter: FloatArray
    diameter_spread: FloatArray
    anisotropy_spread: FloatArray
    interaction: FloatArray
    demagnetizing_factor: FloatArray
    angle: FloatArray  # rad; 0 for random axes
    temperature: FloatArray
    frequency: FloatArray
    amplitude: FloatArray  # of the drive, as flags have it
    unit: FloatArray  # of the drive's form
    density: FloatArray


def kind_of(experiment: Experiment, solver: TwoWell) -> Kind:
    """Return what the experiment must share with others."""
    ensemble = ensemble_of(experiment)
    interacting = experiment.interactions and ensemble.interaction > 0
    axes = "random" if isinstance(ensemble.axes, str) else "along" if ensemble.axes == 0 else "angle"
    return Kind(
        form_of(experiment.applied_field)[0],
        experiment.samples_per_cycle,
        ensemble.interaction_model if interacting else "none",
        axes,
        ensemble.diameter_spread > 0,
        ensemble.anisotropy_spread > 0,
        1.0 if solver.prefactor == "constant" else experiment.damping,
    )


def columns_of(experiments: Sequence[Experiment]) -> Columns:
    """Return the experiments as columns of numbers."""
    rows = [_numbers(experiment) for experiment in experiments]
    return Columns(*np.ascontiguousarray(np.array(rows, dtype=np.float64).T))


def _numbers(experiment: Experiment) -> tuple[float, ...]:
    """One row of ``Columns``."""
    ensemble, drive = ensemble_of(experiment), experiment.applied_field
    material = ensemble.material
    return (
        material.saturation_magnetization,
        material.anisotropy_constant,
        ensemble.diameter,
        ensemble.diameter_spread,
        ensemble.anisotropy_spread,
        ensemble.interaction,
        ensemble.demagnetizing_factor,
        0.0 if isinstance(ensemble.axes, str) else ensemble.axes,
        experiment.temperature,
        drive.frequency,
        drive.amplitude,
        form_of(drive)[1],
        material.density,
    )


def run_kind(
    kind: Kind, columns: Columns, solver: TwoWell, *, keep_moments: bool = False, progress: Progress | None = None
) -> tuple[Loops, Drive]:
    """Return the loops of all rows, run at once, and the steps they were run in."""
    drive = drive_of(kind.form, kind.samples_per_cycle, solver.steps)
    samples = samples_of(columns, drive)
    members = members_of(kind, columns, samples, solver)
    together = members.sample.size > samples.field.size
    rates = Rates(solver.prefactor, solver.attempt_time, kind.damping)
    road = Road(kind.interaction, rates, together, solver.tolerance, solver.most_sweeps, solver.threads, keep_moments)
    return run_samples(samples, members, drive, road, progress), drive


def samples_of(columns: Columns, drive: Drive) -> Samples:
    """Return the rows as the kernel's samples."""
    return Samples(
        saturation_magnetization=columns.saturation_magnetization,
        interaction=columns.interaction,
        temperature=columns.temperature,
        frequency=columns.frequency,
        field=columns.unit * drive.largest,
        mean_field=mean_field_of(columns),
    )


def mean_field_of(columns: Columns) -> FloatArray:
    """Mean field over M, gamma (D/d)^3."""
    return mean_field_factor(columns.demagnetizing_factor) * columns.interaction**3


def members_of(kind: Kind, columns: Columns, samples: Samples, solver: TwoWell) -> Members:
    """Return the particles of every size, anisotropy and axis of all rows."""
    sizes = sizes_of(
        columns.diameter,
        columns.diameter_spread,
        columns.anisotropy_constant,
        columns.anisotropy_spread,
        (solver.size_points if kind.diameter_spread else 1, solver.size_points if kind.anisotropy_spread else 1),
    )
    count = columns.diameter.size
    row = np.repeat(np.arange(count), sizes.weight.size // count)
    if kind.axes == "random":
        field = reduced_field(samples.field[row], samples.saturation_magnetization[row], sizes.anisotropy_constant)
        of, cosine, weight = random_axes(field, solver.axis_points)
        sine = np.sqrt((1 - cosine) * (1 + cosine))
    else:
        of, weight = np.arange(row.size), np.ones(row.size)
        cosine, sine = np.cos(columns.angle)[row], np.sin(columns.angle)[row]
    return Members(row[of], cosine, sine, sizes.anisotropy_constant[of], sizes.diameter[of], weight * sizes.weight[of])


def flags_of(columns: Columns, loops: Loops, interaction: str) -> dict[str, np.ndarray]:
    """What is doubtful about rows of one kind, as a dataset tells it."""
    product = columns.amplitude * columns.frequency
    broken = may_break_symmetry(
        mean_field_of(columns), columns.saturation_magnetization, columns.diameter, columns.temperature
    )
    return {
        "low_barrier": reduced_barrier(columns.anisotropy_constant, columns.diameter, columns.temperature)
        < LOW_BARRIER,
        "not_converged": loops.not_converged,
        "may_break_symmetry": broken & (interaction == "mean-field"),
        "above_brezovich": product > BREZOVICH_LIMIT,
        "above_hergt_dutz": product > HERGT_DUTZ_LIMIT,
    }
