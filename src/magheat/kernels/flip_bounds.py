"""Bounds of the rates of all flips over a step of the field, for thinning.

A plain barrier costs little, but the true one, with all others settled anew, a relaxation of the whole system. So the
bounds come from the plain barriers at both ends of the step, less what the true ones may lie below them: at first a
doubt estimated from the geometry, then what was found where a flip of that particle was last proposed.
"""

import math
from typing import NamedTuple

import numpy as np

from magheat.kernels.flips import TO_STATE, barrier
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.well_states import local_field

#: What was found counts to within KNOWN k_B T, and STEEPEST more for every H_K that the local field has moved.
KNOWN, STEEPEST = 0.5, 5.0
#: Of a barrier above the plain one only HIGHEST counts, and of a flip that leads to no state, OPEN: next time others
#: may lose their wells, or keep them.
HIGHEST, OPEN = 0.3, -1.5
#: A bound takes in this share of the barrier's change over the step, and k_B T.
CHANGE, SLACK = 0.25, 0.01
#: Largest of (1 - h^2)(1 + h).
MOST_SHARE = 32.0 / 27.0


class Found(NamedTuple):
    """What proposals found."""

    correction: np.ndarray  # (n,) barrier less the plain one, k_B T
    along: np.ndarray  # (n,) local field there, over H_K
    across: np.ndarray  # (n,)
    side: np.ndarray  # (n,) the well there, 0 for none yet


@kernel
def learn(found, here, i, b, kind, spins):
    """Keep the correction of a barrier that was computed."""
    found.along[i], found.across[i] = local_field(here, i, spins)
    found.side[i] = here.side[i]
    found.correction[i] = min(b - barrier(here, i, spins), HIGHEST) if kind == TO_STATE else OPEN


@device
def correction(found, here, i, spins):
    """The least that is to be added to the plain barrier of particle i."""
    along, across = local_field(here, i, spins)
    if found.side[i] != here.side[i]:
        return -spins.doubt[i]
    apart = math.hypot(along - found.along[i], across - found.across[i])
    return max(found.correction[i] - KNOWN - STEEPEST * apart, -spins.doubt[i])


@kernel
def fill_bounds(bound, found, here, there, spins):
    """Bounds of all rates from here to there; returns their sum."""
    total, top = 0.0, MOST_SHARE if spins.field_dependent else 1.0
    for i in range(bound.shape[0]):
        first, last = barrier(here, i, spins), barrier(there, i, spins)
        least = min(first, last) - CHANGE * abs(last - first) - SLACK
        if spins.doubt[i] > 0.0:
            least += correction(found, here, i, spins)
        bound[i] = top * spins.attempts[i] * math.exp(min(0.0, -least))
        total += bound[i]
    return total


@device
def choose(bound, share):
    """Index at which the running sum of the bounds reaches ``share``; never one without a bound."""
    running, last = 0.0, 0
    for i in range(bound.shape[0]):
        if bound[i] > 0.0:
            running += bound[i]
            last = i
            if running >= share:
                break
    return last
