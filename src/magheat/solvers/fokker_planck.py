"""Brown's Fokker-Planck equation: the exact thermal loop of single particles, the yardstick of all other models."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from magheat.constants import BOLTZMANN, GAMMA_E, MU_0
from magheat.errors import ConvergenceError, SpecError
from magheat.solvers.base import Progress, provenance, require_support, run_each
from magheat.solvers.ensembles import Sizes, ensemble_dataset, needs_ensemble, sizes_of
from magheat.solvers.two_well_drive import drive_of, form_of
from magheat.spec.checks import explained
from magheat.spec.experiment import ensemble_of
from magheat.units import FloatArray

if TYPE_CHECKING:
    import xarray as xr

    from magheat.solvers.brown_equation import Brown
    from magheat.spec.ensemble import Ensemble
    from magheat.spec.experiment import Experiment

#: Harmonics up to 8 + 7 sqrt(k): exp(-l^2/(4 k)) of a well of curvature 2 k, far below 1e-5 of the first one.
_FIRST_DEGREES, _DEGREES_PER_ROOT = 8, 7.0
_MOST_COEFFICIENTS = 4000
#: Of the largest coefficient in the highest two degrees or orders, in units of the first one; <m> feels its square.
_LARGEST_TAIL = 1e-4


@explained
@dataclass(frozen=True, kw_only=True)
class FokkerPlanck:
    """Brown's equation for the density of a single particle's moment, in spherical harmonics, implicit in time.

    It knows no wells and no attempt time: relaxation within a well, flips over the barrier at any height, precession
    and the field's tilt of the axis all come from the same equation. Particles do not interact.

    Parameters
    ----------
    steps
        Per half period; samples lie on a periodic cubic through them.
    axis_points
        Axes in the average over random ones.
    size_points
        Diameters, and anisotropy constants, in the average over a distribution of them.

    Raises
    ------
    SpecError
        For an option that breaks its rule.

    Notes
    -----
    Source: W. F. Brown, Phys. Rev. 130, 1677 (1963). With 100 steps loops are right to about 1e-4. Axes along the
    field take a tenth of a second, others seconds each.
    """

    name: ClassVar[str] = "fokker-planck"
    model_version: ClassVar[int] = 1
    steps: int = 100
    axis_points: int = 8
    size_points: int = 12

    def __post_init__(self) -> None:
        for option, least, most in (("steps", 10, 100_000), ("axis_points", 1, 200), ("size_points", 1, 200)):
            value = getattr(self, option)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise SpecError(
                    f"FokkerPlanck.{option} must be a whole number >= {least} and <= {most}; got {value!r}."
                )

    def supports(self, experiment: Experiment) -> str | None:
        """Return why the experiment cannot be run, or None."""
        reason = needs_ensemble(self, experiment)
        if reason is not None:
            return reason
        if experiment.interactions and ensemble_of(experiment).interaction > 0:
            return (
                "Experiment.ensemble must have interaction 0 for the solver 'fokker-planck', which knows single "
                f"particles only; got {ensemble_of(experiment).interaction:g}; take interactions=False."
            )
        if not experiment.damping > 0:
            return "Experiment.damping must be > 0 for the solver 'fokker-planck': heat comes in by it; got 0."
        largest = max(self.coefficients(experiment))
        if largest > _MOST_COEFFICIENTS:
            return (
                f"Experiment.ensemble asks for {largest} spherical harmonics, more than {_MOST_COEFFICIENTS}: where "
                f"K V or mu0 M_s V H is many k_B T the density is too sharp; take solver='two-well', smaller particles "
                f"or axes='0 deg'."
            )
        return None

    def coefficients(self, experiment: Experiment) -> list[int]:
        """Spherical harmonics of every kind of particle in the ensemble: what a run costs grows with them."""
        return [_coefficients(one) for one in _members(experiment, self)]

    def run(self, experiment: Experiment, progress: Progress | None = None) -> xr.Dataset:
        """Return the dataset of one steady cycle; ``progress`` is told the fraction done.

        Raises
        ------
        ConvergenceError
            When the periodic state is beyond reach, or more harmonics are needed than expected.
        """
        started = time.perf_counter()
        require_support(self, experiment)
        members = _members(experiment, self)
        total = np.zeros(experiment.samples_per_cycle)
        for i, one in enumerate(members):
            total += one.weight * _moment(one, experiment, self.steps)
            if progress is not None:
                progress((i + 1) / len(members))
        magnetization = ensemble_of(experiment).material.saturation_magnetization * total
        return ensemble_dataset(
            experiment, magnetization, {"low_barrier": False}, provenance(self, experiment, started)
        )

    def run_many(self, experiments: Sequence[Experiment], progress: Progress | None = None) -> xr.Dataset:
        """Return the datasets of runs of equal size, one after the other, stacked along ``run``."""
        return run_each(self, experiments, progress)

    def relaxation_time(self, experiment: Experiment) -> float:
        """Longest relaxation time of the median particle at no field, in s: its lifetime in a well, halved.

        Source: the lowest eigenvalue of Brown's equation, Phys. Rev. 130, 1677 (1963), sec. 5.
        """
        from scipy.linalg import eigvals

        from magheat.solvers.brown_equation import brown_equation

        require_support(self, experiment)
        one = _median(experiment)
        # Without a field the lowest mode is symmetric about the axis.
        matrix = brown_equation(one.sigma, experiment.damping, _degrees(one), 0).still.toarray()
        rates = np.sort(-eigvals(matrix[1:, 1:]).real)
        return float(2 * one.diffusion_time / rates[0])


class _Member:
    """One kind of particle in an ensemble: in reduced units, with its share of the volume."""

    def __init__(self, experiment: Experiment, volume: float, anisotropy: float, angle: float, weight: float) -> None:
        m_s = ensemble_of(experiment).material.saturation_magnetization
        thermal = BOLTZMANN * experiment.temperature
        gilbert = 1 + experiment.damping**2 if experiment.damping_form == "gilbert" else 1.0
        self.sigma = anisotropy * volume / thermal
        self.per_field = MU_0 * m_s * volume / thermal  # xi over H
        self.diffusion_time = m_s * volume * gilbert / (2 * experiment.damping * GAMMA_E * thermal)
        self.angle, self.weight = angle, weight
        drive = experiment.applied_field
        times = np.linspace(0, drive.period, 257)
        self.largest = self.per_field * float(np.abs(np.asarray(drive.field(times))).max())


def _members(experiment: Experiment, solver: FokkerPlanck) -> list[_Member]:
    ensemble = ensemble_of(experiment)
    sizes, angles = _sizes(ensemble, solver.size_points), _angles(ensemble, solver.axis_points)
    return [
        _Member(experiment, math.pi / 6 * d**3, k, angle, w * share)
        for d, k, w in zip(*sizes, strict=True)
        for angle, share in angles
    ]


def _median(experiment: Experiment) -> _Member:
    ensemble = ensemble_of(experiment)
    return _Member(experiment, math.pi / 6 * ensemble.diameter**3, ensemble.material.anisotropy_constant, 0.0, 1.0)


def _sizes(ensemble: Ensemble, points: int) -> Sizes:
    return sizes_of(
        np.array([ensemble.diameter]),
        np.array([ensemble.diameter_spread]),
        np.array([ensemble.material.anisotropy_constant]),
        np.array([ensemble.anisotropy_spread]),
        (points if ensemble.diameter_spread > 0 else 1, points if ensemble.anisotropy_spread > 0 else 1),
    )


def _angles(ensemble: Ensemble, points: int) -> list[tuple[float, float]]:
    """Angles of axes to the field and their shares: one, or Gauss-Legendre in the cosine."""
    if not isinstance(ensemble.axes, str):
        return [(ensemble.axes, 1.0)]
    if ensemble.material.anisotropy_constant == 0:
        return [(0.0, 1.0)]
    x, w = np.polynomial.legendre.leggauss(points)
    return [(math.acos((1 + c) / 2), share / 2) for c, share in zip(x, w, strict=True)]


def _degrees(one: _Member) -> int:
    return _FIRST_DEGREES + math.ceil(_DEGREES_PER_ROOT * math.sqrt(one.sigma + one.largest / 2))


def _coefficients(one: _Member) -> int:
    degrees, orders = _degrees(one), _orders(one)
    return (degrees + 1) ** 2 - (degrees - orders) * (degrees - orders + 1)


def _orders(one: _Member) -> int:
    """Orders m about the easy axis that a moment tilted off it by the field needs."""
    across = math.sin(one.angle)
    if across < 1e-12 or one.largest == 0:
        return 0
    tilt = min(1.0, one.largest * across / (2 * one.sigma + one.largest * math.cos(one.angle) + 1.0) * 1.5)
    return min(_degrees(one), _FIRST_DEGREES // 2 + math.ceil(_degrees(one) * tilt))


def _moment(one: _Member, experiment: Experiment, steps: int) -> FloatArray:
    """<m> along the drive at every sample of one steady cycle."""
    from scipy.interpolate import CubicSpline  # here, since most who start magheat never come by

    from magheat.solvers.brown_cycle import Passage
    from magheat.solvers.brown_equation import brown_equation

    form, _ = form_of(experiment.applied_field)
    drive = drive_of(form, 2 * steps, steps)
    across, along = math.sin(one.angle), math.cos(one.angle)
    direction = np.array([across if abs(across) > 1e-12 else 0.0, 0.0, along if abs(along) > 1e-12 else 0.0])
    brown = brown_equation(one.sigma, experiment.damping, _degrees(one), _orders(one))
    period = experiment.applied_field.period / (2 * one.diffusion_time)
    xi = one.largest * drive.shape[:, None] * direction
    passage = Passage(brown, xi, period / 2 if drive.half else period, drive.half)
    state = passage.periodic_state()
    means = np.empty((len(passage.last), 3))
    end = passage.walk(state, means)
    _require_few_harmonics(brown, state, end)
    moment = np.concatenate([[brown.mean @ state], means[:-1]]) @ direction
    whole = np.concatenate([moment, -moment, moment[:1]]) if drive.half else np.append(moment, moment[0])
    through = CubicSpline(np.linspace(0, 1, whole.size), whole, bc_type="periodic")
    result: FloatArray = through(np.arange(experiment.samples_per_cycle) / experiment.samples_per_cycle)
    return result


def _require_few_harmonics(brown: Brown, *states: FloatArray) -> None:
    """Raise ConvergenceError when the highest harmonics still count."""
    highest = brown.degree >= brown.degree.max() - 1
    if brown.order.max() > 0:
        highest |= np.abs(brown.order) >= brown.order.max() - 1
    tail = max(float(np.abs(state[highest]).max()) for state in states)
    if tail > _LARGEST_TAIL:
        raise ConvergenceError(
            f"Brown's equation needs more than {brown.degree.max()} spherical harmonics here: the highest still weigh "
            f"{tail:.1e}; take solver='two-well'."
        )
