"""Moments settle in their wells: the minima in each other's dipolar fields.

The moments are found by going round: each is put at the minimum of its well in the field of all others, which never
raises the energy, until none moves. A well that is lost on the way may come back as the others move: the moment waits
at the fold. In a fall it goes to the well that is left.
"""

import math

from magheat.kernels.local_well import well
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.well_states import local_field, move

#: rad; moments that would move by less stay. Energies are stationary there; barriers feel the others in first order.
AT_REST = 1e-12
#: Newton's method goes the rest of the way where the well's curvature (in H_K) is larger than this, and its step (rad)
#: smaller than this share of the curvature. Near the fold, where roots are double, it alone is exact to round-off.
SOFTEST, NEARBY = 1e-4, 0.05
#: Rounds after which a state counts as settled all the same, about to lose its stability, and rounds with a lost well
#: after which that counts as lost for good.
MOST_ROUNDS, PATIENCE = 300, 12
#: Every so many rounds it is seen how fast they converge; the farthest stretch, since one too far is slow as well.
WATCHED, FARTHEST = 6, 1.6


@device
def newton_step(c, i, spins):
    """Turn (x, y, z) to the bottom of the well by one step of Newton's method, and its square; infinite if far off.

    In units of H_K the curvature on the tangent plane is lambda - w w, lambda = m.H_eff and w the axis across m.
    """
    scale, mx, my, mz = 1.0 / spins.h_k[i], c.m[0, i], c.m[1, i], c.m[2, i]
    ax, ay, az = spins.axis[0, i], spins.axis[1, i], spins.axis[2, i]
    u = mx * ax + my * ay + mz * az
    hx = scale * (c.applied[0] + c.h[0, i]) + u * ax
    hy = scale * (c.applied[1] + c.h[1, i]) + u * ay
    hz = scale * (c.applied[2] + c.h[2, i]) + u * az
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
def bottom(c, i, falls, spins):
    """Direction of moment i at the bottom of its well, from anywhere; at the fold of a lost one, unless it falls."""
    along, b = local_field(c, i, spins)
    u, v, _, exists = well(along, b, c.side[i])
    if falls and not exists:
        c.side[i] = -c.side[i]
        u, v, _, exists = well(along, b, c.side[i])
    c.lost[i] = 0.0 if exists else 1.0
    scale = v / (b * spins.h_k[i])  # of the field across, in A/m
    u -= v / b * along
    mx = u * spins.axis[0, i] + scale * (c.applied[0] + c.h[0, i])
    my = u * spins.axis[1, i] + scale * (c.applied[1] + c.h[1, i])
    mz = u * spins.axis[2, i] + scale * (c.applied[2] + c.h[2, i])
    return mx, my, mz


@kernel
def settle(c, i, falls, stretch, spins):
    """Put moment i at the bottom of its well (see ``bottom``); returns the square of its move.

    Close to it the move is stretched.
    """
    x, y, z, square = newton_step(c, i, spins)
    if square <= AT_REST * AT_REST:
        return square
    if square < math.inf:
        mx, my, mz = c.m[0, i] + stretch * x, c.m[1, i] + stretch * y, c.m[2, i] + stretch * z
    else:
        mx, my, mz = bottom(c, i, falls, spins)
    norm = 1.0 / math.sqrt(mx * mx + my * my + mz * mz)
    mx, my, mz = norm * mx, norm * my, norm * mz
    square = (mx - c.m[0, i]) ** 2 + (my - c.m[1, i]) ** 2 + (mz - c.m[2, i]) ** 2
    if square > AT_REST * AT_REST:
        move(c, i, mx, my, mz, spins)
    return square


@kernel
def relax(c, falls, spins):
    """Settle all moments in their wells; returns whether a well is lost."""
    rounds, without = 0, 0
    lost, stretch, before = False, 1.0, 1.0
    while rounds < MOST_ROUNDS and without < PATIENCE:
        most = 0.0
        lost = False
        for i in range(spins.p.shape[0]):
            most = max(most, settle(c, i, falls, stretch, spins))
            lost = lost or c.lost[i] > 0.0
        rounds += 1
        without = without + 1 if lost else 0
        if most <= AT_REST * AT_REST:
            break
        if rounds % WATCHED == 0:
            stretch = better_stretch(stretch, math.sqrt(most / before))
        before = most
    return lost


@device
def better_stretch(stretch, shrinking):
    """How far to go beyond each bottom so that rounds converge fastest, from how much the moves shrink in a round.

    Successive over-relaxation: D. M. Young, Trans. Am. Math. Soc. 76, 92 (1954).
    """
    plain = min((shrinking + stretch - 1.0) ** 2 / (shrinking * stretch * stretch), 1.0)
    return min(2.0 / (1.0 + math.sqrt(1.0 - plain)), FARTHEST)
