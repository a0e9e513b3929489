"""Where an experiment stands: the dimensionless numbers that decide which model holds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from magheat.constants import BOLTZMANN, GAMMA_E, MU_0
from magheat.solvers.kinetic_run import faster_than_gilbert
from magheat.solvers.lowering import largest_field
from magheat.solvers.two_well_lanes import Rates, attempts
from magheat.spec.experiment import Experiment, ensemble_of
from magheat.spec.particles import Particles
from magheat.units import FloatArray


@dataclass(frozen=True, kw_only=True)
class Regime:
    """Dimensionless numbers of an experiment: of its particles, that for which the models hold worst.

    Attributes
    ----------
    barrier
        Least K V/(k_B T); infinite at 0 K.
    field
        Largest H/H_K, H_K = 2K/(mu0 M_s); infinite without anisotropy.
    moment
        Largest mu0 M_s V H/(k_B T); infinite at 0 K.
    escapes
        Least number of jumps in a period, if the largest field h = H/H_K stood along the axis all the time:
        exp(-sigma (1 - h)^2)/(f tau0) with Brown's tau0 for high barriers; 0 at 0 K.
    coupling
        Largest dipolar field of a nearest neighbour, M_s V/(2 pi r^3), over H_K; of an ensemble that of neighbours at
        D/d. 0 without interactions.
    speed
        Largest f/(gamma_0 H_K).
    """

    barrier: float
    field: float
    moment: float
    escapes: float
    coupling: float
    speed: float


def regime_of(experiment: Experiment) -> Regime:
    """The numbers of an experiment."""
    m_s, constant, diameter = _columns(experiment)
    volume, drive = math.pi / 6 * diameter**3, largest_field(experiment)
    frequency = experiment.applied_field.frequency
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        thermal = BOLTZMANN * np.float64(experiment.temperature)
        field_scale = 2 * constant / (MU_0 * m_s)
        sigma, field = constant * volume / thermal, drive / field_scale
        rate = np.exp(-sigma * np.maximum(1 - field, 0) ** 2) / attempt_time(experiment)
        numbers = {
            "barrier": np.where(constant > 0, sigma, 0.0).min(),
            "field": field.max() if drive > 0 else 0.0,
            "moment": (MU_0 * m_s * volume * drive / thermal).max() if drive > 0 else 0.0,
            "escapes": np.nan_to_num(rate, nan=0.0, posinf=0.0).min() / frequency,
            "coupling": (_neighbours(experiment) / field_scale).max() if experiment.interactions else 0.0,
            "speed": (frequency / (GAMMA_E * MU_0 * field_scale)).max(),
        }
    return Regime(**{name: float(np.nan_to_num(value, nan=0.0, posinf=math.inf)) for name, value in numbers.items()})


def attempt_time(experiment: Experiment) -> FloatArray:
    """Brown's tau0 for high barriers of every particle, s, in the experiment's form of damping; infinite at 0 K."""
    m_s, constant, diameter = _columns(experiment)
    rates = Rates("brown", math.nan, np.float64(experiment.damping))
    with np.errstate(divide="ignore", invalid="ignore"):
        over_energy = math.pi / 6 * diameter**3 / (BOLTZMANN * np.float64(experiment.temperature))
        sigma = np.maximum(constant * over_energy, 1.0)  # a barrier below k_B T is no barrier
        often = faster_than_gilbert(experiment, rates) * attempts(rates, m_s * over_energy, sigma)
        result: FloatArray = 0.5 / often
    return result


def _columns(experiment: Experiment) -> tuple[FloatArray, FloatArray, FloatArray]:
    """M_s, K and diameter of every particle; of the median one of an ensemble."""
    if experiment.particles is not None:
        particles = experiment.particles
        return particles.saturation_magnetization, particles.anisotropy_constant, particles.diameters
    ensemble = ensemble_of(experiment)
    material = ensemble.material
    values = (material.saturation_magnetization, material.anisotropy_constant, ensemble.diameter)
    m_s, constant, diameter = (np.array([value]) for value in values)
    return m_s, constant, diameter


def _neighbours(experiment: Experiment) -> FloatArray:
    """Dipolar field of the nearest neighbour at every particle, on the line between them, A/m."""
    if experiment.particles is not None:
        return _nearest(experiment.particles)
    ensemble = ensemble_of(experiment)
    ratio = 0.0 if ensemble.interaction_model == "none" else ensemble.interaction
    return np.array([ensemble.material.saturation_magnetization * ratio**3 / 12])


def _nearest(particles: Particles) -> FloatArray:
    if particles.count == 1:
        return np.zeros(1)
    distance, index = cKDTree(particles.positions).query(particles.positions, k=2)
    source = index[:, 1]
    moment = particles.saturation_magnetization[source] * math.pi / 6 * particles.diameters[source] ** 3
    field: FloatArray = moment / (2 * math.pi * distance[:, 1] ** 3)
    return field
