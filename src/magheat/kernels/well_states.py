"""States of two-well particles: moments, the fields that they feel, and the energies between such states.

Fields are in A/m, energies in k_B T. A state holds the applied field that it is in.
"""

import math
from typing import NamedTuple

import numpy as np

from magheat.kernels.local_well import parts
from magheat.kernels.numba_options import device, kernel


class Spins(NamedTuple):
    """The particles; n of them."""

    position: np.ndarray  # (3, n) m
    tensor: np.ndarray  # (6, n, n) xx, yy, zz, xy, yz, zx of (3 e e - 1)/r^3, 1/m^3; (6, 0, 0) where places do
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
    applied: np.ndarray  # (3,) A/m
    side: np.ndarray  # (n,) +1 or -1: the well along the axis or against it
    lost: np.ndarray  # (n,) 1 where that well does not exist in the field


def empty_wells(n: int) -> Wells:
    """Room for a state."""
    return Wells(np.zeros((3, n)), np.zeros((3, n)), np.zeros(3), np.ones(n), np.zeros(n))


@kernel
def copy_wells(to, of):
    """Copy a state."""
    for c in range(3):
        to.applied[c] = of.applied[c]
        for i in range(of.side.shape[0]):
            to.m[c, i], to.h[c, i] = of.m[c, i], of.h[c, i]
    for i in range(of.side.shape[0]):
        to.side[i], to.lost[i] = of.side[i], of.lost[i]


@kernel
def add_dipole(h, j, x, y, z, spins):
    """Add the field of a change (x, y, z) of moment j to the fields of all others."""
    n, weight = spins.p.shape[0], spins.strength[j]
    if weight == 0.0:
        return
    if spins.tensor.shape[1] == n:
        add_by_tensor(h, spins.tensor[:, j], weight * x, weight * y, weight * z)
    else:
        add_by_place(h, spins.position, j, weight * x, weight * y, weight * z, 0, j)
        add_by_place(h, spins.position, j, weight * x, weight * y, weight * z, j + 1, n)


@kernel
def add_by_tensor(h, tensor, x, y, z):
    """Add what a row of the tensor (6, n) makes of a dipole; it is zero for the particle itself."""
    for k in range(h.shape[1]):
        xy, yz, zx = tensor[3, k], tensor[4, k], tensor[5, k]
        h[0, k] += tensor[0, k] * x + xy * y + zx * z
        h[1, k] += xy * x + tensor[1, k] * y + yz * z
        h[2, k] += zx * x + yz * y + tensor[2, k] * z


@kernel
def add_by_place(h, r, j, x, y, z, start, stop):
    """Add the field of a dipole at r_j to the particles from ``start`` up to ``stop``."""
    for k in range(start, stop):
        rx, ry, rz = r[0, k] - r[0, j], r[1, k] - r[1, j], r[2, k] - r[2, j]
        inverse2 = 1.0 / (rx * rx + ry * ry + rz * rz)
        inverse3 = inverse2 * math.sqrt(inverse2)
        along = 3.0 * inverse2 * (rx * x + ry * y + rz * z)
        h[0, k] += inverse3 * (along * rx - x)
        h[1, k] += inverse3 * (along * ry - y)
        h[2, k] += inverse3 * (along * rz - z)


@kernel
def move(c, j, mx, my, mz, spins):
    """Turn moment j, and the fields of all others with it."""
    x, y, z = mx - c.m[0, j], my - c.m[1, j], mz - c.m[2, j]
    c.m[0, j], c.m[1, j], c.m[2, j] = mx, my, mz
    add_dipole(c.h, j, x, y, z, spins)


@kernel
def renew_fields(c, spins):
    """The dipolar fields anew from the moments, so that round-off does not gather."""
    c.h[:, :] = 0.0
    for j in range(spins.p.shape[0]):
        add_dipole(c.h, j, c.m[0, j], c.m[1, j], c.m[2, j], spins)


@device
def local_field(c, i, spins):
    """Field along the axis of particle i, signed, and across it, over H_K."""
    scale = 1.0 / spins.h_k[i]
    x, y, z = c.applied[0] + c.h[0, i], c.applied[1] + c.h[1, i], c.applied[2] + c.h[2, i]
    return parts(scale * x, scale * y, scale * z, spins.axis[0, i], spins.axis[1, i], spins.axis[2, i])


@kernel
def total_energy(c, spins):
    """Energy of the whole system."""
    total = 0.0
    for i in range(spins.p.shape[0]):
        u = c.m[0, i] * spins.axis[0, i] + c.m[1, i] * spins.axis[1, i] + c.m[2, i] * spins.axis[2, i]
        along = 0.0
        for k in range(3):
            along += c.m[k, i] * (c.applied[k] + 0.5 * c.h[k, i])
        total += spins.sigma[i] * (1.0 - u * u) - spins.p[i] * along
    return total


@kernel
def add_drops(out, weight, here, there, spins):
    """Add weight p (H_eff + H_eff')/2 . (m' - m) of every particle, which sums to the drop of energy at one field."""
    for i in range(spins.p.shape[0]):
        along, turned, total = 0.0, 0.0, 0.0
        for k in range(3):
            leap = there.m[k, i] - here.m[k, i]
            along += spins.axis[k, i] * (here.m[k, i] + there.m[k, i])
            turned += spins.axis[k, i] * leap
            total += leap * (here.applied[k] + there.applied[k] + here.h[k, i] + there.h[k, i])
        out[i] += weight * (0.5 * spins.p[i] * total + spins.sigma[i] * along * turned)


@kernel
def add_field_work(work, here, there, spins):
    """Add -p (m + m')/2 . (H' - H) of every particle."""
    for i in range(spins.p.shape[0]):
        for k in range(3):
            mean = 0.5 * (here.m[k, i] + there.m[k, i])
            work[i] -= spins.p[i] * mean * (there.applied[k] - here.applied[k])
