"""The physics of a macrospin as plain arithmetic in reduced units: the same for a float and for W lanes.

Fields are in H_ref, time in 1/(gamma' H_ref), heat and work of particle i in mu_0 M_s,i V_i H_ref, so that every
state is of order one.
"""

import math

from magheat.kernels.lane_type import floor, load
from magheat.kernels.numba_options import device

#: Rows of a drive: offset, cosine and sine vectors, cycles per unit of time, the direction of the piecewise cubic,
#: its four coefficients on the current piece, and the start of that piece within the cycle.
OFFSET, COSINE, SINE, RATE, DIRECTION, CUBIC, PIECE_START, DRIVE_ROWS = 0, 3, 6, 9, 10, 13, 17, 18


@device
def dot(ax, ay, az, bx, by, bz):
    """Scalar product."""
    return ax * bx + ay * by + az * bz


@device
def cross(ax, ay, az, bx, by, bz):
    """Vector product."""
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


@device
def landau_lifshitz(mx, my, mz, hx, hy, hz, precession, damping):
    """dm/dt and heat power: -p m x h - alpha m x (m x h) and alpha |m x h|^2 (eq. 1 of the local-heat paper).

    The precession p is 1 for dynamics and 0 for the overdamped descent.
    """
    cx, cy, cz = cross(mx, my, mz, hx, hy, hz)
    dx, dy, dz = cross(mx, my, mz, cx, cy, cz)
    return (
        -precession * cx - damping * dx,
        -precession * cy - damping * dy,
        -precession * cz - damping * dz,
        damping * dot(cx, cy, cz, cx, cy, cz),
    )


@device
def cosine_sine(cycles):
    """Cosine and sine of 2 pi ``cycles`` to 2e-15: Taylor series of the half angle on [-pi/2, pi/2], doubled."""
    x = math.pi * (cycles - floor(cycles + 0.5))
    q = x * x
    s = 1 / 355687428096000 - q * (1 / 121645100408832000)
    s = -1 / 39916800 + q * (1 / 6227020800 + q * (-1 / 1307674368000 + q * s))
    s = x * (1.0 + q * (-1 / 6 + q * (1 / 120 + q * (-1 / 5040 + q * (1 / 362880 + q * s)))))
    c = -1 / 6402373705728000 + q * (1 / 2432902008176640000)
    c = -1 / 3628800 + q * (1 / 479001600 + q * (-1 / 87178291200 + q * (1 / 20922789888000 + q * c)))
    c = 1.0 + q * (-1 / 2 + q * (1 / 24 + q * (-1 / 720 + q * (1 / 40320 + q * c))))
    return 1.0 - 2.0 * s * s, 2.0 * s * c


@device
def field_at_phase(drive, t, c, s):
    """H at time ``t`` of the current piece, c and s the cosine and sine of the harmonic's phase there."""
    c0, c1, c2, c3 = load(drive, CUBIC), load(drive, CUBIC + 1), load(drive, CUBIC + 2), load(drive, CUBIC + 3)
    shape = c0 + t * (c1 + t * (c2 + t * c3))
    return (
        load(drive, OFFSET) + load(drive, COSINE) * c + load(drive, SINE) * s + load(drive, DIRECTION) * shape,
        load(drive, OFFSET + 1)
        + load(drive, COSINE + 1) * c
        + load(drive, SINE + 1) * s
        + load(drive, DIRECTION + 1) * shape,
        load(drive, OFFSET + 2)
        + load(drive, COSINE + 2) * c
        + load(drive, SINE + 2) * s
        + load(drive, DIRECTION + 2) * shape,
    )


@device
def applied_field(drive, t):
    """H and dH/dt at time ``t`` of the current piece: offset + harmonic + direction times a cubic."""
    rate = load(drive, RATE)
    c, s = cosine_sine(rate * (load(drive, PIECE_START) + t))
    w = 2.0 * math.pi * rate
    hx, hy, hz = field_at_phase(drive, t, c, s)
    c1, c2, c3 = load(drive, CUBIC + 1), load(drive, CUBIC + 2), load(drive, CUBIC + 3)
    slope = c1 + t * (2.0 * c2 + 3.0 * t * c3)
    ax, ay, az = load(drive, COSINE), load(drive, COSINE + 1), load(drive, COSINE + 2)
    bx, by, bz = load(drive, SINE), load(drive, SINE + 1), load(drive, SINE + 2)
    dx, dy, dz = load(drive, DIRECTION), load(drive, DIRECTION + 1), load(drive, DIRECTION + 2)
    return (
        hx,
        hy,
        hz,
        w * (bx * c - ax * s) + dx * slope,
        w * (by * c - ay * s) + dy * slope,
        w * (bz * c - az * s) + dz * slope,
    )
