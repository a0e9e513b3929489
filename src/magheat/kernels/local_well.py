"""The wells of one uniaxial particle in a local field of any direction, and the top between them.

Fields come in units of H_K, energies in K V. With (a, b) the field along and across the axis the wells are those of
:mod:`magheat.kernels.wells`. Outside the astroid a^(2/3) + b^(2/3) = 1 only the well on the field's side is left; the
other one met the saddle, and vanished, where the moment points along (-a^(1/3), b^(1/3)): that direction, the fold,
then stands for both, so that the energy of the top is continuous there.
"""

import math

import numpy as np

from magheat.kernels.numba_options import device
from magheat.kernels.wells import NO_FIELD, energy, inner_root, stable_well


@device
def parts(hx, hy, hz, ux, uy, uz):
    """Field along the axis, signed, and the size of what is across it."""
    along = hx * ux + hy * uy + hz * uz
    x, y, z = hx - along * ux, hy - along * uy, hz - along * uz
    return along, max(math.sqrt(x * x + y * y + z * z), NO_FIELD)


@device
def fold(a, b):
    """Direction (u, v) of the fold, 1 - lambda_c, lambda_c, (h/h_sw)^(2/3) and how far the roots are from the fold."""
    a1, b1 = np.cbrt(a), np.cbrt(b)
    both = a1 * a1 + b1 * b1
    fold_a, fold_b = a1 * a1 / both, b1 * b1 / both
    full, root = both * math.sqrt(both), math.sqrt(both)
    curvature = (a / (fold_a * fold_a)) ** 2 + (b / (fold_b * fold_b)) ** 2
    near = full * math.sqrt(2.0 * max(1.0 - full, 0.0) / (3.0 * curvature))
    return -a1 / root, b1 / root, fold_a, fold_b, both, near


@device
def well(along, b, side):
    """Moment (u, v) along the axis and across in the well of this side, its energy, and whether it exists."""
    a = max(abs(along), NO_FIELD)
    if along * side >= 0.0:
        u, v = stable_well(a, b)
        return side * u, v, energy(a, b, u, v), True
    u, v, fold_a, _, both, near = fold(a, b)
    exists = both < 1.0
    if exists:
        t = inner_root(a, b, fold_a - near, fold_a)
        u, v = -a / t, b / (1.0 - t)
    return -side * u, v, energy(a, b, u, v), exists


@device
def top_energy(along, b):
    """Energy of the saddle; outside the astroid that of the fold."""
    a = max(abs(along), NO_FIELD)
    u, v, _, fold_b, both, near = fold(a, b)
    if both < 1.0:
        t = inner_root(b, a, fold_b - near, fold_b)
        u, v = -a / (1.0 - t), b / t
    return energy(a, b, u, v)
