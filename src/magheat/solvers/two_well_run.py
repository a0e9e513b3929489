"""Two-well samples from numbers to numbers: choose the road through the kernel, run, say how it ended."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.constants import BOLTZMANN, MU_0
from magheat.kernels.two_well import (
    ALONE,
    AREA,
    BARRIER,
    BLOCKED,
    COERCIVE,
    MEAN_FIELD,
    NOT_CONVERGED,
    REMANENT,
    STATUS,
    Choice,
)
from magheat.kernels.two_well_batch import run_two_wells
from magheat.solvers.base import Progress
from magheat.solvers.two_well_lanes import Members, Rates, Samples, lane_parameters, pack
from magheat.units import FloatArray

#: Interactions by the names that users know them by.
INTERACTIONS = {"none": ALONE, "barrier": BARRIER, "mean-field": MEAN_FIELD}


class Drive(NamedTuple):
    """One period of the field, or half of an antisymmetric one, in units of the samples' largest field."""

    shape: FloatArray  # (2 steps + 1,) at the ends and middles of steps
    half: bool


class Road(NamedTuple):
    """How samples are run."""

    interaction: str
    rates: Rates
    together: bool  # several members make one sample
    tolerance: float  # of the moment, in M_s
    most_sweeps: int
    threads: int | None
    keep_moments: bool


class Loops(NamedTuple):
    """What came out, SI; s samples."""

    coercive_field: FloatArray  # (s,) A/m
    remanence: FloatArray  # (s,) A/m
    loss_per_cycle: FloatArray  # (s,) J/m^3
    not_converged: np.ndarray  # (s,) bool
    blocked: np.ndarray  # (s,) bool: a periodic state beyond reach
    magnetization: FloatArray  # (s, steps + 1) A/m, or (0, 0)


def cosine_descent(steps: int) -> FloatArray:
    """Half a period of a cosine from 1 to -1 at the ends and middles of steps, antisymmetric to the last bit."""
    shape = np.cos(np.pi * np.arange(2 * steps + 1) / (2 * steps))
    result: FloatArray = (shape - shape[::-1]) / 2
    return result


def run_samples(
    samples: Samples, members: Members, drive: Drive, road: Road, progress: Progress | None = None
) -> Loops:
    """Return the loops of all samples."""
    steps = (drive.shape.size - 1) // 2
    parameters = lane_parameters(samples, members, (2 if drive.half else 1) * steps, road.rates)
    choice = Choice(
        together=road.together,
        aligned=bool((members.cosine == 1.0).all()),
        half=drive.half,
        field_dependent=road.rates.prefactor == "brown-field",
        interaction=INTERACTIONS[road.interaction],
        tolerance=road.tolerance,
        most_sweeps=road.most_sweeps,
    )
    lots = pack(parameters, members.sample, drive.shape, road.together)
    count = samples.field.size
    out, moments = run_two_wells(lots, choice, count, road.keep_moments, road.threads, progress)
    m_s = samples.saturation_magnetization
    return Loops(
        coercive_field=samples.field * out[:, COERCIVE],
        remanence=m_s * out[:, REMANENT],
        loss_per_cycle=MU_0 * m_s * samples.field * out[:, AREA],
        not_converged=out[:, STATUS] == NOT_CONVERGED,
        blocked=out[:, STATUS] == BLOCKED,
        magnetization=m_s[:, None] * moments if road.keep_moments else moments,
    )


def reduced_barrier(anisotropy_constant: FloatArray, diameter: FloatArray, temperature: FloatArray) -> FloatArray:
    """K V/(k_B T)."""
    result: FloatArray = anisotropy_constant * np.pi / 6 * diameter**3 / (BOLTZMANN * temperature)
    return result


def reduced_field(
    field: FloatArray, saturation_magnetization: FloatArray, anisotropy_constant: FloatArray
) -> FloatArray:
    """H/H_K."""
    result: FloatArray = field * MU_0 * saturation_magnetization / (2 * anisotropy_constant)
    return result
