"""What the models of ensembles share: the members of a distribution, checks, the dataset."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from magheat import dataset
from magheat.analysis.limits import BREZOVICH_LIMIT, HERGT_DUTZ_LIMIT
from magheat.constants import BOLTZMANN, MU_0
from magheat.solvers.base import Solver
from magheat.spec.applied_field import Sinusoidal, Square, Static, Trapezoidal, Triangular
from magheat.spec.experiment import Experiment, ensemble_of
from magheat.units import FloatArray

if TYPE_CHECKING:
    import xarray as xr


#: Asking one of these would only cost time.
_ALWAYS_LINEAR = (Sinusoidal, Triangular, Trapezoidal, Square, Static)


class Sizes(NamedTuple):
    """The particles of ensembles by size and anisotropy; n of them."""

    diameter: FloatArray  # (n,) m
    anisotropy_constant: FloatArray  # (n,) J/m^3
    weight: FloatArray  # (n,) share of its ensemble's volume


def log_normal(median: FloatArray, spread: FloatArray, points: int, moment: int) -> tuple[FloatArray, FloatArray]:
    """Values (r, p) and weights (p,) of log-normal distributions weighted by a power: Gauss and Hermite in ln.

    ``median`` and ``spread`` are (r,); one point is enough where nothing is spread.
    """
    x, w = np.polynomial.hermite_e.hermegauss(points)
    values: FloatArray = median[:, None] * np.exp(moment * spread[:, None] ** 2 + spread[:, None] * x)
    return values, w / w.sum()


def sizes_of(
    diameter: FloatArray,
    diameter_spread: FloatArray,
    anisotropy_constant: FloatArray,
    anisotropy_spread: FloatArray,
    points: tuple[int, int],
) -> Sizes:
    """Diameters, weighted by volume, and anisotropy constants of r ensembles, (r,) each: those of one side by side.

    ``points`` are those of the distributions of diameters and of anisotropy constants.
    """
    d, w_d = log_normal(diameter, diameter_spread, points[0], 3)
    k, w_k = log_normal(anisotropy_constant, anisotropy_spread, points[1], 0)
    return Sizes(
        np.repeat(d, points[1], axis=1).ravel(),
        np.tile(k, points[0]).ravel(),
        np.tile(np.outer(w_d, w_k).ravel(), diameter.size),
    )


def mean_field_factor(demagnetizing_factor: FloatArray) -> FloatArray:
    """Gamma of the mean field gamma (D/d)^3 M."""
    result: FloatArray = math.pi / 6 * (1 / 3 - demagnetizing_factor)
    return result


def may_break_symmetry(
    mean_field: FloatArray, saturation_magnetization: FloatArray, diameter: FloatArray, temperature: FloatArray
) -> np.ndarray:
    """Whether a mean field, in units of M, exceeds what magnetizes a sample by itself at equilibrium, axes along it."""
    volume = np.pi / 6 * diameter**3
    susceptibility = MU_0 * saturation_magnetization**2 * volume / (BOLTZMANN * temperature)
    result: np.ndarray = mean_field * susceptibility > 1
    return result


def needs_ensemble(solver: Solver, experiment: Experiment) -> str | None:
    """Return why a model of ensembles cannot run the experiment, or None."""
    if experiment.ensemble is None:
        return (
            f"Experiment.particles have positions that the solver {solver.name!r} knows nothing of; give "
            f"ensemble=mh.Ensemble(...) instead, or take solver='llg'."
        )
    if not experiment.temperature > 0:
        return f"Experiment.temperature must be > 0 for the solver {solver.name!r}; got 0 K; try temperature=300."
    drive = experiment.applied_field
    if not isinstance(drive, _ALWAYS_LINEAR) and not drive.is_linear:
        return (
            f"Experiment.applied_field must stay on one line for the solver {solver.name!r}; got "
            f"{type(drive).__name__}."
        )
    return None


def needs_wells(solver: Solver, experiment: Experiment) -> str | None:
    """Return why a model of ensembles whose particles have two wells cannot run the experiment, or None."""
    reason = needs_ensemble(solver, experiment)
    if reason is None and not ensemble_of(experiment).material.anisotropy_constant > 0:
        return (
            f"Experiment.ensemble must have an anisotropy_constant > 0 for the solver {solver.name!r}; got 0 J/m^3: "
            f"without anisotropy there are no wells."
        )
    return reason


def ensemble_dataset(
    experiment: Experiment, magnetization: FloatArray, flags: Mapping[str, bool], attrs: Mapping[str, Any]
) -> xr.Dataset:
    """Return the dataset of one steady cycle; ``magnetization`` (samples_per_cycle,) is in A/m."""
    drive, ensemble = experiment.applied_field, ensemble_of(experiment)
    times = np.arange(experiment.samples_per_cycle) / experiment.samples_per_cycle * drive.period
    material, product = ensemble.material, drive.amplitude * drive.frequency
    sigma = dataset.reduced_barrier(
        np.array(material.anisotropy_constant), np.array(ensemble.diameter), np.array(experiment.temperature)
    )
    doubts = {
        "low_barrier": bool(sigma < dataset.LOW_BARRIER),
        "not_converged": False,
        "may_break_symmetry": False,
        "above_brezovich": product > BREZOVICH_LIMIT,
        "above_hergt_dutz": product > HERGT_DUTZ_LIMIT,
    }
    return dataset.ensemble_run(
        time=times,
        field=np.asarray(drive.field(times)) @ np.asarray(drive.direction),
        magnetization=magnetization,
        scalars={
            "frequency": drive.frequency,
            "amplitude": drive.amplitude,
            "temperature": experiment.temperature,
            "saturation_magnetization": material.saturation_magnetization,
            "anisotropy_constant": material.anisotropy_constant,
            "diameter": ensemble.diameter,
            "interaction": ensemble.interaction,
            "density": material.density,
            "iron_mass_fraction": material.iron_mass_fraction,
        },
        flags=doubts | dict(flags),
        attrs=attrs,
    )
