"""Rates out of either well of many two-well particles: what the loops are made of, to be looked at by itself."""

import numpy as np

from magheat.kernels.numba_options import kernel
from magheat.kernels.two_well import COS, FOLD_A, FOLD_B, H_SCALE, H_SW, RATE, REACH, SIGMA, SIN
from magheat.kernels.two_well_rates import escapes_aligned, escapes_at
from magheat.kernels.wells import NO_FIELD


@kernel
def escapes(out, lanes, aligned, field_dependent):
    """Rates (2, l) out of the well along the field and out of the other, in units of 1/``RATE``'s step.

    ``lanes`` is (LANE_ROWS, l), with the field in H_SCALE. Beyond h_sw the first is 0 and the second an attempt rate.
    """
    for i in range(lanes.shape[1]):
        size = max(abs(lanes[H_SCALE, i]), NO_FIELD)
        if size >= lanes[H_SW, i]:
            away, back = 0.0, 1.0
        elif aligned:
            away, back = escapes_aligned(size, lanes[SIGMA, i], field_dependent)
        else:
            away, back = escapes_at(
                size, lanes[COS, i], lanes[SIN, i], lanes[H_SW, i], lanes[FOLD_A, i], lanes[FOLD_B, i],
                lanes[REACH, i], lanes[SIGMA, i],
            )  # fmt: skip
        out[0, i], out[1, i] = lanes[RATE, i] * away, lanes[RATE, i] * back


def escape_rates_of(lanes: np.ndarray, aligned: bool, field_dependent: bool) -> np.ndarray:
    """Rates (2, l) of the lanes (LANE_ROWS, l)."""
    out = np.zeros((2, lanes.shape[1]))
    escapes(out, np.ascontiguousarray(lanes), aligned, field_dependent)
    return out
