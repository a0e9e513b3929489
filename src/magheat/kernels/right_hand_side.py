"""Rates of all states: moments, released heat and field work of every particle."""

from typing import NamedTuple

import numpy as np

from magheat.kernels.interaction import PairTable, Sites, dipolar_field, prepare
from magheat.kernels.lane_type import load, store
from magheat.kernels.numba_options import kernel
from magheat.kernels.physics import applied_field, dot, landau_lifshitz


class Parameters(NamedTuple):
    """One run per lane (or one particle per lane) in reduced units; every array is (rows, W).

    State rows of n particles: moment of particle i in 3i..3i+2, its heat in 3n+i, its field work in 4n+i.
    """

    axis: np.ndarray  # (3n, W) easy axes
    h_k: np.ndarray  # (n, W) anisotropy fields, 0 = none
    interaction: PairTable | Sites
    drive: np.ndarray  # (18, W), see physics.applied_field
    motion: np.ndarray  # (2, W) precession (1, or 0 for the overdamped descent) and damping


@kernel
def right_hand_side(rates, y, t, n, p):
    """Write d/dt of all rows of ``y`` into ``rates``, every lane at its own time ``t``."""
    fx, fy, fz, gx, gy, gz = applied_field(p.drive, t)
    precession, damping = load(p.motion, 0), load(p.motion, 1)
    prepare(p.interaction, y, n)
    for i in range(n):
        mx, my, mz = load(y, 3 * i), load(y, 3 * i + 1), load(y, 3 * i + 2)
        ux, uy, uz = load(p.axis, 3 * i), load(p.axis, 3 * i + 1), load(p.axis, 3 * i + 2)
        a = load(p.h_k, i) * dot(mx, my, mz, ux, uy, uz)
        hx, hy, hz = dipolar_field(p.interaction, y, i, n, fx + a * ux, fy + a * uy, fz + a * uz)
        vx, vy, vz, heat = landau_lifshitz(mx, my, mz, hx, hy, hz, precession, damping)
        store(rates, 3 * i, vx)
        store(rates, 3 * i + 1, vy)
        store(rates, 3 * i + 2, vz)
        store(rates, 3 * n + i, heat)
        store(rates, 4 * n + i, -dot(mx, my, mz, gx, gy, gz))
