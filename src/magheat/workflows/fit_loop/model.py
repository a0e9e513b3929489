"""Two-well loops of many candidates at once: K, D and its spread, M_s to the magnetization along the period.

Sizes are averaged by the trapezoidal rule in ln D, in steps narrower than the change from superparamagnetic to blocked;
Gauss and Hermite would need ten times as many diameters where the distribution is wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from magheat.constants import BOLTZMANN
from magheat.solvers.ensembles import mean_field_factor
from magheat.solvers.two_well import TwoWell
from magheat.solvers.two_well_drive import COSINE, drive_of
from magheat.solvers.two_well_lanes import Members, Rates, Samples, random_axes
from magheat.solvers.two_well_run import Road, reduced_field, run_samples
from magheat.units import FloatArray

#: Half the width of the distribution that is averaged over, in spreads: 7e-6 lie beyond.
_WIDTH = 4.5
_FEWEST_SIZES = 12
#: Particles that are laid out at once.
_LANES = 200_000


class Resolution(NamedTuple):
    """How finely a loop is computed."""

    steps: int  # per half period
    axis_points: int
    spacing: float  # of ln D

    def sizes(self, spread: float) -> int:
        """Diameters of the average over a spread."""
        return max(_FEWEST_SIZES, int(np.ceil(2 * _WIDTH * spread / self.spacing))) if spread > 0 else 1


class Particles(NamedTuple):
    """Candidates; n of them, SI."""

    anisotropy_constant: FloatArray
    diameter: FloatArray
    diameter_spread: FloatArray
    saturation_magnetization: FloatArray


class Candidates(NamedTuple):
    """What their loops are."""

    magnetization: FloatArray  # (n, samples) A/m at the phases asked for
    outputs: FloatArray  # (n, 4) H_c, M_r (A/m), loss (J/m^3), SLP (W/kg)
    failed: np.ndarray  # (n,) the interaction did not settle


@dataclass(frozen=True)
class LoopModel:
    """Everything that all candidates share."""

    phase: FloatArray
    amplitude: float
    frequency: float
    temperature: float
    interaction: float
    interaction_model: str
    angle: float | None  # rad; None for random axes
    density: float
    solver: TwoWell
    damping: float

    def loops(self, particles: Particles, resolution: Resolution) -> Candidates:
        """Loops of all candidates."""
        sizes = resolution.sizes(float(particles.diameter_spread.max()))
        axes = 2 * resolution.axis_points if self.angle is None else 1
        most = max(1, _LANES // (sizes * axes))
        count = particles.diameter.size
        parts = [
            self._some(Particles(*(column[start : start + most] for column in particles)), resolution, sizes)
            for start in range(0, count, most)
        ]
        return Candidates(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def _some(self, particles: Particles, resolution: Resolution, sizes: int) -> Candidates:
        count = particles.diameter.size
        drive = drive_of(COSINE, 2 * resolution.steps, resolution.steps)
        samples = Samples(
            saturation_magnetization=particles.saturation_magnetization,
            interaction=np.full(count, self.interaction),
            temperature=np.full(count, self.temperature),
            frequency=np.full(count, self.frequency),
            field=np.full(count, self.amplitude),
            mean_field=mean_field_factor(np.zeros(count)) * self.interaction**3,
        )
        model = self.interaction_model if self.interaction > 0 else "none"
        road = Road(
            model,
            Rates(self.solver.prefactor, self.solver.attempt_time, self.damping),
            sizes > 1 or self.angle is None,
            self.solver.tolerance,
            self.solver.most_sweeps,
            self.solver.threads,
            True,
        )
        loops = run_samples(samples, self._members(particles, samples, resolution, sizes), drive, road)
        slp = loops.loss_per_cycle * self.frequency / self.density
        outputs = np.column_stack([loops.coercive_field, loops.remanence, loops.loss_per_cycle, slp])
        return Candidates(self._sampled(loops.magnetization), outputs, loops.not_converged | loops.blocked)

    def _members(self, particles: Particles, samples: Samples, resolution: Resolution, sizes: int) -> Members:
        x = np.linspace(-_WIDTH, _WIDTH, sizes) if sizes > 1 else np.zeros(1)
        share = np.exp(-(x**2) / 2)
        spread = particles.diameter_spread[:, None]
        # by volume: the median moves up by 3 s^2
        diameter = (particles.diameter[:, None] * np.exp(3 * spread**2 + spread * x)).ravel()
        row = np.repeat(np.arange(particles.diameter.size), sizes)
        weight = np.tile(share / share.sum(), particles.diameter.size)
        k = particles.anisotropy_constant[row]
        if self.angle is None:
            field = reduced_field(samples.field[row], samples.saturation_magnetization[row], k)
            of, cosine, part = random_axes(field, resolution.axis_points)
            sine = np.sqrt((1 - cosine) * (1 + cosine))
        else:
            of, part = np.arange(row.size), np.ones(row.size)
            cosine, sine = np.full(row.size, np.cos(self.angle)), np.full(row.size, np.sin(self.angle))
        return Members(row[of], cosine, sine, k[of], diameter[of], part * weight[of])

    def _sampled(self, half: FloatArray) -> FloatArray:
        """(n, samples) at the phases, by straight lines, of half periods (n, steps + 1) from the highest field."""
        steps = half.shape[1] - 1
        second = self.phase >= np.pi
        place = (self.phase - np.where(second, np.pi, 0.0)) / np.pi * steps
        before = np.minimum(place.astype(np.int64), steps - 1)
        rest = place - before
        values = half[:, before] * (1 - rest) + half[:, before + 1] * rest
        result: FloatArray = np.where(second, -values, values)
        return result

    def barrier(self, anisotropy_constant: float, diameter: float) -> float:
        """K V/(k_B T) of one particle."""
        return anisotropy_constant * np.pi / 6 * diameter**3 / (BOLTZMANN * self.temperature)
