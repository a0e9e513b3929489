"""From particles in SI to the reduced units of the kernels: fields in H_ref, time in 1/(gamma' H_ref)."""

import math
from typing import NamedTuple

import numpy as np

from magheat.constants import MU_0
from magheat.kernels.batch import LARGEST_ON_ONE_LANE
from magheat.kernels.system import System


class ReducedParticles(NamedTuple):
    """The rows of one run that depend on the particles alone; see ``integrate.Runs``."""

    axis: np.ndarray  # (3n,)
    h_k: np.ndarray  # (n,)
    pair: np.ndarray  # (4nn,) or (0,)
    position: np.ndarray  # (3n,) or (0,)
    strength: np.ndarray  # (n,) or (0,)


def anisotropy_field(system: System) -> np.ndarray:
    """H_K = 2K/(mu_0 M_s) of every particle, A/m."""
    return 2 * system.anisotropy_constant / (MU_0 * system.saturation_magnetization)


def reference_field(system: System, largest_applied: float) -> float:
    """H_ref = max(H_K, H_0, M_s/12), A/m: the scale of the energies, and never zero, whatever term is absent.

    M_s/12 is the field of a touching sphere of equal size.
    """
    return float(max(anisotropy_field(system).max(), largest_applied, system.saturation_magnetization.max() / 12))


def energy_unit(system: System, h_ref: float) -> np.ndarray:
    """mu_0 M_s V H_ref of every particle, J: the unit of its heat and work."""
    return MU_0 * system.saturation_magnetization * system.volume * h_ref


def pair_table(system: System, h_ref: float) -> np.ndarray:
    """Unit vectors times sqrt(3) and strengths of all ordered pairs, flat (4 n n,)."""
    n = system.volume.size
    apart = system.positions[:, None] - system.positions[None]
    distance = np.sqrt((apart**2).sum(-1)) + np.eye(n)
    table = np.empty((n, n, 4))
    table[..., :3] = math.sqrt(3) * apart / distance[..., None]
    moment = system.coupling * system.saturation_magnetization * system.volume
    table[..., 3] = moment[None, :] / (4 * math.pi * distance**3 * h_ref)
    table[np.arange(n), np.arange(n)] = 0.0
    return table.ravel()


def reduce_particles(system: System, h_ref: float) -> ReducedParticles:
    """Axes, anisotropy fields and either a pair table (few particles) or sites (many)."""
    n = system.volume.size
    axis, h_k, none = system.easy_axes.ravel(), anisotropy_field(system) / h_ref, np.zeros(0)
    if n <= LARGEST_ON_ONE_LANE:
        return ReducedParticles(axis, h_k, pair_table(system, h_ref), none, none)
    length = float(np.cbrt(system.volume.max()))
    moment = system.coupling * system.saturation_magnetization * system.volume
    strength = moment / (4 * math.pi * length**3 * h_ref)
    return ReducedParticles(axis, h_k, none, (system.positions / length).ravel(), strength)
