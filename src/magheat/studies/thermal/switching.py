"""Who switches when, in every half cycle of runs at a temperature.

A moment switches when it has gone from one side of its hard plane to the other and has come near an end of its axis
there, |m.u| > 0.5: a look over the hard plane and back is no switch. Its time is that of the last crossing before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.studies.local_heat.cases import A, B

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: |m.u| beyond which a moment is in a well.
IN_A_WELL = 0.5
#: Both switch in one go when less than this lies between them, s: a jump has rung down by then.
APART = 20e-9
#: What may happen in a half cycle; only of the first the heat has two parts, one for each jump.
ROUTES = ("B, then A", "A and B together", "A, then B", "more than once", "not both")
SEQUENTIAL = 0


class Switches(NamedTuple):
    """Switches of both particles; (..., 2), in front of it whatever there is several of."""

    number: IntArray
    first: FloatArray  # s from the start of the half cycle; NaN where there is none
    crossings: IntArray  # of the hard plane, as often as samples show them


def in_half_cycles(along: FloatArray, half: int, step: float) -> Switches:
    """Switches in each half cycle.

    Parameters
    ----------
    along
        (runs, samples, 2), m.u; the last sample is the first of the next half cycle.
    half
        Samples in half a cycle.
    step
        Time between samples, s.

    Returns
    -------
    Switches
        (runs, half cycles, 2).
    """
    came, crosses = _arrivals(along), np.sign(along[:, :-1]) != np.sign(along[:, 1:])
    crossed = _last_crossings(along, crosses)
    shape = (along.shape[0], (along.shape[1] - 1) // half, 2)
    count, first = np.zeros(shape, dtype=np.int64), np.full(shape, np.nan)
    for run, sample, particle in np.argwhere(came)[::-1]:  # the earliest last, so that it stays
        place = crossed[run, sample, particle]
        part = min(int(place) // half, shape[1] - 1)
        count[run, part, particle] += 1
        first[run, part, particle] = (place - part * half) * step
    crossings = crosses.reshape(shape[0], shape[1], half, 2).sum(axis=2)
    return Switches(count, first, crossings)


def _arrivals(along: FloatArray) -> npt.NDArray[np.bool_]:
    """(runs, samples, 2) where a moment arrives in the other well."""
    samples = np.arange(along.shape[1])[None, :, None]
    inside = np.maximum.accumulate(np.where(np.abs(along) > IN_A_WELL, samples, 0), axis=1)
    well = np.sign(np.take_along_axis(along, inside, axis=1))
    came = np.zeros(along.shape, dtype=bool)
    came[:, 1:] = well[:, 1:] != well[:, :-1]
    return came


def _last_crossings(along: FloatArray, crosses: npt.NDArray[np.bool_]) -> FloatArray:
    """(runs, samples, 2) place of the last zero up to each sample, in samples, by straight lines between them."""
    before, after = along[:, :-1], along[:, 1:]
    share = before / np.where(crosses, before - after, 1.0)
    place = np.where(crosses, np.arange(before.shape[1])[None, :, None] + share, 0.0)
    zeros = np.zeros_like(along)
    zeros[:, 1:] = np.maximum.accumulate(place, axis=1)
    return zeros


def routes(switches: Switches) -> IntArray:
    """(...) index into `ROUTES` of every half cycle."""
    count, first = switches.number, switches.first
    later = first[..., A] - first[..., B]
    with np.errstate(invalid="ignore"):
        conditions = [(count == 0).any(-1), (count > 1).any(-1), np.abs(later) < APART, later < 0]
    return np.select(conditions, [4, 3, 1, 2], SEQUENTIAL)


def between(switches: Switches) -> FloatArray:
    """(...) s from the start of a half cycle to half-way between the two switches; NaN where they are not in turn."""
    middle: FloatArray = switches.first.mean(axis=-1)
    return np.where(routes(switches) == SEQUENTIAL, middle, np.nan)
