"""Two-well samples from numbers to numbers: choose the road through the kernel, run, say how it ended."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from magheat.constants import MU_0
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
from magheat.solvers.two_well_drive import Drive
from magheat.solvers.two_well_lanes import Members, Rates, Samples, lane_parameters, pack
from magheat.units import FloatArray

#: Interactions by the names that users know them by.
INTERACTIONS = {"none": ALONE, "barrier": BARRIER, "mean-field": MEAN_FIELD}


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
        mirrored=drive.mirrored and road.interaction != "mean-field",
        remember=False,
        half_round=drive.half_round,
        retraced=drive.retraced,
        interaction=INTERACTIONS[road.interaction],
        tolerance=road.tolerance,
        most_sweeps=road.most_sweeps,
    )
    lots = pack(parameters, members.sample, drive, road.together)
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


def trouble(loops: Loops, row: int, interaction: str, most_sweeps: int) -> str | None:
    """What makes the loop of one sample no result, in one sentence, or None."""
    if loops.blocked[row]:
        return (
            "the periodic state of this ensemble is beyond reach: with a bias more than 1 % of its volume forgets less "
            "than 1e-10 in a period; take a lower frequency, smaller particles or no bias."
        )
    if loops.not_converged[row] and interaction == "mean-field":
        return (
            f"the mean field did not settle in {most_sweeps} sweeps; raise TwoWell.most_sweeps or tolerance, or take "
            f"interaction_model='barrier'."
        )
    return None


def reduced_field(
    field: FloatArray, saturation_magnetization: FloatArray, anisotropy_constant: FloatArray
) -> FloatArray:
    """H/H_K."""
    result: FloatArray = field * MU_0 * saturation_magnetization / (2 * anisotropy_constant)
    return result
