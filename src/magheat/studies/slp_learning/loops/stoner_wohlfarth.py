"""Loop areas of random axes without temperature (Stoner and Wohlfarth), by the quasi-static minimiser.

Without temperature an axis at an angle psi to the field loses nothing while the field stays below its switching field,
and the same area in every larger field, since beyond it the branches are one. The area of random axes in a field h H_K
is therefore that of the axes with h_sw(psi) < h, an interval of angles round 45 degrees: one table serves all fields.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from magheat.analysis import hysteresis_loop, loss_per_cycle
from magheat.api import simulate_many
from magheat.constants import MU_0
from magheat.solvers.energy_minimizer import EnergyMinimizer
from magheat.solvers.two_well_lanes import kinks
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material
from magheat.spec.particles import Particles
from magheat.studies.slp_learning.cases import FloatArray

_MATERIAL = Material(saturation_magnetization=4.5e5, anisotropy_constant=2e4)
_ANISOTROPY_FIELD = 2 * 2e4 / (MU_0 * 4.5e5)


class AxisAreas(NamedTuple):
    """Area of a loop that switches, by the angle of the axis."""

    angle: FloatArray  # (n,) rad
    area: FloatArray  # (n,) J/m^3 over K


def compute(points: int = 33) -> AxisAreas:
    """Areas at angles that crowd at both ends, where the area is no smooth function of the angle."""
    t = (np.arange(points) + 0.5) / points
    angle = math.pi / 2 * t**3 * (10 - 15 * t + 6 * t**2)
    runs = simulate_many([_experiment(one) for one in angle.tolist()], solver=EnergyMinimizer())
    area = loss_per_cycle(hysteresis_loop(runs)).values.ravel() / _MATERIAL.anisotropy_constant
    # The ends are known: 8 K along the field, nothing across.
    return AxisAreas(np.concatenate([[0], angle, [math.pi / 2]]), np.concatenate([[8.0], area, [0.0]]))


def _experiment(angle: float) -> Experiment:
    axis = [[math.sin(angle), 0.0, math.cos(angle)]]
    particles = Particles(positions=[[0, 0, 0]], diameters=[20e-9], easy_axes=axis, material=_MATERIAL)
    drive = Sinusoidal(amplitude=1.02 * _ANISOTROPY_FIELD, frequency=1e5)
    return Experiment(particles=particles, applied_field=drive, cycles=1, samples_per_cycle=40)


def random_axes_area(areas: AxisAreas, reduced_field: FloatArray) -> FloatArray:
    """Area of the loop of random axes in fields of so many H_K, J/m^3 over K."""
    t = np.linspace(0.0, 1.0, areas.angle.size)  # interpolate over ranks: smooth where the angles crowd
    fine = np.linspace(0.0, 1.0, 40 * areas.angle.size)
    angle, area = PchipInterpolator(t, areas.angle)(fine), PchipInterpolator(t, areas.area)(fine)
    rise = 0.5 * (area[1:] + area[:-1]) * -np.diff(np.cos(angle))
    upto = np.concatenate([[0.0], np.cumsum(rise)])  # integral over all angles below
    h = np.clip(np.asarray(reduced_field, dtype=np.float64), 0.5, 1.0)
    low, high = kinks(h)  # cosines of the axes that the field just switches
    inner: FloatArray = np.interp(np.arccos(low), angle, upto) - np.interp(np.arccos(high), angle, upto)
    return inner
