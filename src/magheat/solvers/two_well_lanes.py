"""From samples of two-well particles to the lanes that the kernel reads."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from magheat.constants import BOLTZMANN, GAMMA_E, MU_0
from magheat.kernels.batch import aligned
from magheat.kernels.lane_type import WIDTH
from magheat.kernels.two_well import LANE_ROWS, WEIGHT, Lots
from magheat.solvers.two_well_drive import Drive
from magheat.units import FloatArray

#: Stands for the cosine or sine that is zero, so that no axis needs a case of its own.
_NO_COMPONENT = 1e-20
#: Of the interaction barrier, in units of the dipole energy eps_d: c = 2 eps_d m^2/(k_B T).
BARRIER_FACTOR = 2.0


class Rates(NamedTuple):
    """How often a particle tries."""

    prefactor: str  # "constant", "brown" or "brown-field"
    attempt_time: float  # tau0 in s, of "constant"
    damping: float  # of Brown's


class Samples(NamedTuple):
    """What is run; s samples, SI."""

    saturation_magnetization: FloatArray  # (s,)
    interaction: FloatArray  # (s,) D/d
    temperature: FloatArray  # (s,)
    frequency: FloatArray  # (s,)
    field: FloatArray  # (s,) unit of the shape, its largest value
    mean_field: FloatArray  # (s,) gamma (D/d)^3


class Members(NamedTuple):
    """The particles that the samples are made of; l lanes, those of one sample side by side."""

    sample: np.ndarray  # (l,) index
    cosine: FloatArray  # (l,) of the axis's angle to the field
    sine: FloatArray  # (l,)
    anisotropy_constant: FloatArray  # (l,)
    diameter: FloatArray  # (l,)
    weight: FloatArray  # (l,), 1 in sum over a sample


def switching_field(cosine: FloatArray, sine: FloatArray) -> FloatArray:
    """Switching field over H_K of axes at an angle to the field: the astroid (cos^(2/3) + sin^(2/3))^(-3/2)."""
    result: FloatArray = (np.cbrt(cosine**2) + np.cbrt(sine**2)) ** -1.5
    return result


def kinks(reduced_field: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cosines, ascending, of the axes that a largest field 0.5 < h < 1 just switches."""
    k = reduced_field ** (-2.0 / 3.0)  # w = cos^(2/3): w^3 + (k - w)^3 = 1
    root = np.sqrt(np.maximum(k * k - 4.0 * (k**3 - 1.0) / (3.0 * k), 0.0))
    return np.clip(0.5 * (k - root), 0.0, 1.0) ** 1.5, np.clip(0.5 * (k + root), 0.0, 1.0) ** 1.5


@lru_cache(maxsize=64)
def _gauss_legendre(points: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(points)
    return (x + 1) / 2, w / 2


def random_axes(reduced_field: FloatArray, points: int) -> tuple[np.ndarray, FloatArray, FloatArray]:
    """Index of the sample, cosine and weight of every axis of the averages over random axes of s samples.

    By Gauss and Legendre in the cosine on [0, 1]. The average has kinks at the axes that the largest field h (s,) just
    switches: there the interval is split, and twice as many points are taken.
    """
    split = (reduced_field > 0.5) & (reduced_field < 1.0)
    x, w = _gauss_legendre(points)
    half_x, half_w = _gauss_legendre(-(-points // 2))
    low, high = (edge[:, None] for edge in kinks(reduced_field[split]))
    pieces = ((0.0 * low, low, half_x, half_w), (low, high, x, w), (high, 1.0 + 0.0 * high, half_x, half_w))
    nodes = np.concatenate([a + (b - a) * at for a, b, at, _ in pieces], axis=1)
    weights = np.concatenate([(b - a) * of for a, b, _, of in pieces], axis=1)
    whole = np.flatnonzero(~split)
    sample = np.concatenate([np.repeat(whole, x.size), np.repeat(np.flatnonzero(split), nodes.shape[1])])
    order = np.argsort(sample, kind="stable")
    cosine = np.concatenate([np.tile(x, whole.size), nodes.ravel()])
    weight = np.concatenate([np.tile(w, whole.size), weights.ravel()])
    return sample[order], cosine[order], weight[order]


def lane_parameters(samples: Samples, members: Members, steps_per_period: int, rates: Rates) -> FloatArray:
    """Parameters (LANE_ROWS, l) of every lane, as ``kernels.two_well`` names them."""
    of = members.sample
    m_s, energy = samples.saturation_magnetization[of], BOLTZMANN * samples.temperature[of]
    volume = np.pi / 6 * members.diameter**3
    h_k = 2 * members.anisotropy_constant / (MU_0 * m_s)
    sigma = members.anisotropy_constant * volume / energy
    c, s = np.maximum(members.cosine, _NO_COMPONENT), np.maximum(members.sine, _NO_COMPONENT)
    both = np.cbrt(c**2) + np.cbrt(s**2)
    fold_a, fold_b, h_sw = np.cbrt(c**2) / both, np.cbrt(s**2) / both, both**-1.5
    reach = np.sqrt(2 / (3 * (c**2 / fold_a**4 + s**2 / fold_b**4))) / h_sw
    step = 1 / (samples.frequency[of] * steps_per_period)
    dipole_energy = MU_0 * m_s**2 * volume * samples.interaction[of] ** 3 / 24
    return np.stack(
        [
            c,
            s,
            h_sw,
            fold_a,
            fold_b,
            reach,
            sigma,
            samples.field[of] / h_k,
            step * attempts(rates, m_s * volume / energy, sigma),
            BARRIER_FACTOR * dipole_energy / energy,
            members.weight,
            samples.mean_field[of] * m_s / h_k,
        ]
    )


def attempts(rates: Rates, moment_over_energy: FloatArray, sigma: FloatArray) -> FloatArray:
    """Attempts per second, 1/(2 tau0); Brown's tau0 = tau_D sqrt(pi)/(2 sigma^1.5) for high barriers.

    ``moment_over_energy`` is M_s V/(k_B T) in 1/T. W. F. Brown, Phys. Rev. 130, 1677 (1963).
    """
    if rates.prefactor == "constant":
        return np.full(sigma.shape, 0.5 / rates.attempt_time)
    alpha = rates.damping
    diffusion_time = moment_over_energy * (1 + alpha**2) / (2 * alpha * GAMMA_E)
    result: FloatArray = sigma**1.5 / (math.sqrt(math.pi) * diffusion_time)
    return result


def pack(parameters: FloatArray, sample: np.ndarray, drive: Drive, together: bool) -> Lots:
    """The kernel's lots: each sample in blocks of its own, filled up with lanes of no weight, or one lane each."""
    counts = np.bincount(sample) if together else np.array([sample.size])
    blocks = -(-counts // WIDTH)
    first_block = np.concatenate([[0], np.cumsum(blocks)])
    # Where a block is filled up, the last lane is repeated.
    lane = np.arange(first_block[-1] * WIDTH)
    group = np.repeat(np.arange(counts.size), blocks * WIDTH)
    within = lane - WIDTH * first_block[group]
    start = np.concatenate([[0], np.cumsum(counts)])
    source = start[group] + np.minimum(within, counts[group] - 1)
    filled = np.where(within < counts[group], 1.0, 0.0)
    padded = parameters[:, source]
    padded[WEIGHT] *= filled
    lanes = aligned(first_block[-1] * LANE_ROWS, WIDTH)
    lanes[:] = padded.reshape(LANE_ROWS, -1, WIDTH).transpose(1, 0, 2).reshape(-1, WIDTH)
    first = first_block if together else np.arange(first_block[-1] + 1)
    return Lots(lanes, first.astype(np.int64), drive.shape, drive.branch, drive.round)
