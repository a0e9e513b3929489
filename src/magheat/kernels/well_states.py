"""States in which every moment stays in its well: the wells' minima in each other's dipolar fields.

Fields are in A/m, energies in k_B T. The moments are found by going round: each is put at the minimum of its well in
the field of all others, which never raises the energy, until none moves. A well that is lost on the way may come back
as the others move: the moment waits at the fold. In a fall it goes to the well that is left.
"""

import math
from typing import NamedTuple

import numpy as np

from magheat.kernels.local_well import parts, well
from magheat.kernels.numba_options import device, kernel

#: rad; moments that would move by less stay. The energy is stationary there: its error is the square of this.
AT_REST = 1e-10
#: Newton's method goes the rest of the way where the well's curvature (in H_K) is larger than this, and its step (rad)
#: smaller than this share of the curvature. Near the fold, where roots are double, it alone is exact to round-off.
SOFTEST, NEARBY = 1e-4, 0.05
#: Rounds after which a state counts as settled all the same, about to lose its stability, and rounds with a lost well
#: after which that counts as lost for good.
MOST_ROUNDS, PATIENCE = 300, 30
#: Every so many rounds it is seen how fast they converge; the farthest stretch, since one too far is slow as well.
WATCHED, FARTHEST = 6, 1.6


class Spins(NamedTuple):
    """The particles; n of them."""

    position: np.ndarray  # (3, n) m
    axis: np.ndarray  # (3, n) unit vectors
    strength: np.ndarray  # (n,) M_s V/(4 pi), 0 without interaction, A m^2
    h_k: np.ndarray  # (n,) H_K, A/m
    p: np.ndarray  # (n,) mu_0 M_s V/(k_B T), m/A
    sigma: np.ndarray  # (n,) K V/(k_B T)
    attempts: np.ndarray  # (n,) per s
    doubt: np.ndarray  # (n,) how far a barrier may lie below the plain one, k_B T
    field_dependent: bool  # whether attempts depend on the field as Brown's do
    lower: bool  # whether the lower of the two tops of a flip is taken, or their mean


class Wells(NamedTuple):
    """One state."""

    m: np.ndarray  # (3, n) unit vectors
    h: np.ndarray  # (3, n) dipolar field, A/m
    side: np.ndarray  # (n,) +1 or -1: the well along the axis or against it
    lost: np.ndarray  # (n,) 1 where that well does not exist in the field


def empty_wells(n: int) -> Wells:
    """Room for a state."""
    return Wells(np.zeros((3, n)), np.zeros((3, n)), np.ones(n), np.zeros(n))


@kernel
def copy_wells(to, of):
    """Copy a state."""
    for i in range(of.side.shape[0]):
        for c in range(3):
            to.m[c, i], to.h[c, i] = of.m[c, i], of.h[c, i]
        to.side[i], to.lost[i] = of.side[i], of.lost[i]


@kernel
def add_dipole(h, j, x, y, z, start, stop, spins):
    """Add the field of a change (x, y, z) of moment j to the particles from ``start`` up to ``stop``."""
    r = spins.position
    weight = spins.strength[j]
    for k in range(start, stop):
        rx, ry, rz = r[0, k] - r[0, j], r[1, k] - r[1, j], r[2, k] - r[2, j]
        inverse2 = 1.0 / (rx * rx + ry * ry + rz * rz)
        inverse3 = weight * inverse2 * math.sqrt(inverse2)
        along = 3.0 * inverse2 * (rx * x + ry * y + rz * z)
        h[0, k] += inverse3 * (along * rx - x)
        h[1, k] += inverse3 * (along * ry - y)
        h[2, k] += inverse3 * (along * rz - z)


@kernel
def move(c, j, mx, my, mz, spins):
    """Turn moment j, and the fields of all others with it."""
    x, y, z = mx - c.m[0, j], my - c.m[1, j], mz - c.m[2, j]
    c.m[0, j], c.m[1, j], c.m[2, j] = mx, my, mz
    if spins.strength[j] != 0.0:
        add_dipole(c.h, j, x, y, z, 0, j, spins)
        add_dipole(c.h, j, x, y, z, j + 1, spins.p.shape[0], spins)


@kernel
def renew_fields(c, spins):
    """The dipolar fields anew from the moments, so that round-off does not gather."""
    n = spins.p.shape[0]
    c.h[:, :] = 0.0
    for j in range(n):
        if spins.strength[j] != 0.0:
            add_dipole(c.h, j, c.m[0, j], c.m[1, j], c.m[2, j], 0, j, spins)
            add_dipole(c.h, j, c.m[0, j], c.m[1, j], c.m[2, j], j + 1, n, spins)


@device
def local_field(c, i, field, spins):
    """Field along the axis of particle i, signed, and across it, over H_K."""
    scale = 1.0 / spins.h_k[i]
    hx, hy, hz = scale * (field[0] + c.h[0, i]), scale * (field[1] + c.h[1, i]), scale * (field[2] + c.h[2, i])
    return parts(hx, hy, hz, spins.axis[0, i], spins.axis[1, i], spins.axis[2, i])


@device
def newton_step(c, i, field, spins):
    """Turn (x, y, z) to the bottom of the well by one step of Newton's method, and its square; infinite if far off.

    In units of H_K the curvature on the tangent plane is lambda - w w, lambda = m.H_eff and w the axis across m.
    """
    scale, mx, my, mz = 1.0 / spins.h_k[i], c.m[0, i], c.m[1, i], c.m[2, i]
    ax, ay, az = spins.axis[0, i], spins.axis[1, i], spins.axis[2, i]
    u = mx * ax + my * ay + mz * az
    hx = scale * (field[0] + c.h[0, i]) + u * ax
    hy = scale * (field[1] + c.h[1, i]) + u * ay
    hz = scale * (field[2] + c.h[2, i]) + u * az
    strength = mx * hx + my * hy + mz * hz
    gx, gy, gz = hx - strength * mx, hy - strength * my, hz - strength * mz
    wx, wy, wz = ax - u * mx, ay - u * my, az - u * mz
    soft = strength - (wx * wx + wy * wy + wz * wz)
    if c.lost[i] > 0.0 or u * c.side[i] <= 0.0 or not soft > SOFTEST:
        return 0.0, 0.0, 0.0, math.inf
    both = (wx * gx + wy * gy + wz * gz) / soft
    x, y, z = (gx + both * wx) / strength, (gy + both * wy) / strength, (gz + both * wz) / strength
    square = x * x + y * y + z * z
    return x, y, z, square if square < (NEARBY * min(soft, 1.0)) ** 2 else math.inf


@kernel
def bottom(c, i, field, falls, spins):
    """Direction of moment i at the bottom of its well, from anywhere; at the fold of a lost one, unless it falls."""
    along, b = local_field(c, i, field, spins)
    u, v, _, exists = well(along, b, c.side[i])
    if falls and not exists:
        c.side[i] = -c.side[i]
        u, v, _, exists = well(along, b, c.side[i])
    c.lost[i] = 0.0 if exists else 1.0
    scale = v / (b * spins.h_k[i])  # of the field across, in A/m
    u -= v / b * along
    mx = u * spins.axis[0, i] + scale * (field[0] + c.h[0, i])
    my = u * spins.axis[1, i] + scale * (field[1] + c.h[1, i])
    mz = u * spins.axis[2, i] + scale * (field[2] + c.h[2, i])
    return mx, my, mz


@kernel
def settle(c, i, field, falls, stretch, spins):
    """Put moment i at the bottom of its well (see ``bottom``); returns the square of its move.

    Close to it the move is stretched.
    """
    x, y, z, square = newton_step(c, i, field, spins)
    if square <= AT_REST * AT_REST:
        return square
    if square < math.inf:
        mx, my, mz = c.m[0, i] + stretch * x, c.m[1, i] + stretch * y, c.m[2, i] + stretch * z
    else:
        mx, my, mz = bottom(c, i, field, falls, spins)
    norm = 1.0 / math.sqrt(mx * mx + my * my + mz * mz)
    mx, my, mz = norm * mx, norm * my, norm * mz
    square = (mx - c.m[0, i]) ** 2 + (my - c.m[1, i]) ** 2 + (mz - c.m[2, i]) ** 2
    if square > AT_REST * AT_REST:
        move(c, i, mx, my, mz, spins)
    return square


@kernel
def relax(c, field, falls, spins):
    """Settle all moments in their wells; returns the rounds it took, and whether a well is lost."""
    n, rounds, without = spins.p.shape[0], 0, 0
    lost, stretch, before = False, 1.0, 1.0
    while rounds < MOST_ROUNDS and without < PATIENCE:
        most = 0.0
        lost = False
        for i in range(n):
            most = max(most, settle(c, i, field, falls, stretch, spins))
            lost = lost or c.lost[i] > 0.0
        rounds += 1
        without = without + 1 if lost else 0
        if most <= AT_REST * AT_REST:
            break
        if rounds % WATCHED == 0:
            stretch = better_stretch(stretch, math.sqrt(most / before))
        before = most
    return rounds, lost


@device
def better_stretch(stretch, shrinking):
    """How far to go beyond each bottom so that rounds converge fastest, from how much the moves shrink in a round.

    Successive over-relaxation: D. M. Young, Trans. Am. Math. Soc. 76, 92 (1954).
    """
    plain = min((shrinking + stretch - 1.0) ** 2 / (shrinking * stretch * stretch), 1.0)
    return min(2.0 / (1.0 + math.sqrt(1.0 - plain)), FARTHEST)


@kernel
def total_energy(c, field, spins):
    """Energy of the whole system."""
    total = 0.0
    for i in range(spins.p.shape[0]):
        u = c.m[0, i] * spins.axis[0, i] + c.m[1, i] * spins.axis[1, i] + c.m[2, i] * spins.axis[2, i]
        along = 0.0
        for k in range(3):
            along += c.m[k, i] * (field[k] + 0.5 * c.h[k, i])
        total += spins.sigma[i] * (1.0 - u * u) - spins.p[i] * along
    return total


@kernel
def add_drops(out, weight, here, field, there, field_there, spins):
    """Add weight p (H_eff + H_eff')/2 . (m' - m) of every particle, which sums to the drop of energy at one field."""
    for i in range(spins.p.shape[0]):
        along, turned, total = 0.0, 0.0, 0.0
        for k in range(3):
            leap = there.m[k, i] - here.m[k, i]
            along += spins.axis[k, i] * (here.m[k, i] + there.m[k, i])
            turned += spins.axis[k, i] * leap
            total += leap * (field[k] + field_there[k] + here.h[k, i] + there.h[k, i])
        out[i] += weight * (0.5 * spins.p[i] * total + spins.sigma[i] * along * turned)


@kernel
def add_work(work, here, field, there, field_there, spins):
    """Add the field work of a reversible motion: the trapezoid, less what would be heat, so that none is left."""
    for i in range(spins.p.shape[0]):
        for k in range(3):
            work[i] -= 0.5 * spins.p[i] * (here.m[k, i] + there.m[k, i]) * (field_there[k] - field[k])
    add_drops(work, -1.0, here, field, there, field_there, spins)
