"""Fields, energies and the projected Hessian of a system of macrospins, in SI (physics: E, H_dip, H_eff of section 1).

Memory stays O(states n) for fields and energies; only the Hessian holds (2n)^2 numbers.
"""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from magheat.constants import MU_0
from magheat.kernels.dense import product
from magheat.kernels.numba_options import device, kernel
from magheat.kernels.reduced import anisotropy_field
from magheat.kernels.system import System

#: Pairs for which another thread is worth starting.
PAIRS_PER_THREAD = 1e7


def dipolar_field(moments: np.ndarray, system: System, threads: int = 1) -> np.ndarray:
    """Dipolar field of all other particles on each particle, (..., n, 3) A/m.

    H_dip,i = sum_{j != i} M_s,j V_j/(4 pi r_ij^3) [3 (m_j.e_ij) e_ij - m_j]; ``moments`` is (..., n, 3), unit vectors.
    Many states of many particles are shared out to ``threads``.
    """
    states, own = _states(moments), own_arrays(system)
    h = np.zeros_like(states)
    count, n = states.shape[:2]
    if system.coupling == 0.0:
        return h.reshape(np.shape(moments))
    shares = min(threads, 1 + int(count * n**2 / PAIRS_PER_THREAD))

    def fill(first: int, stop: int) -> None:
        fill_dipolar_fields(h[first:stop], states[first:stop], np.empty((6, n)), own)

    if shares == 1:
        fill(0, count)
    else:
        edges = np.linspace(0, count, shares + 1).astype(int)
        with ThreadPoolExecutor(shares) as pool:
            list(pool.map(fill, edges[:-1], edges[1:]))
    return h.reshape(np.shape(moments))


def effective_field(moments: np.ndarray, field: np.ndarray, system: System) -> np.ndarray:
    """H_app + H_K (m.u) u + H_dip of each particle, (..., n, 3) A/m.

    ``moments`` is (..., n, 3), unit vectors, and ``field`` (..., 3) A/m.
    """
    projection = np.einsum("...ic,ic->...i", moments, system.easy_axes)
    h = dipolar_field(moments, system) + np.asarray(field)[..., None, :]
    return h + (anisotropy_field(system) * projection)[..., None] * system.easy_axes


def particle_energies(moments: np.ndarray, field: np.ndarray, system: System, threads: int = 1) -> np.ndarray:
    """Energy of each particle with its full dipolar energy, (..., n) J.

    e_i = K V (1 - (m.u)^2) - mu_0 M_s V m.(H_app + H_dip,i): the sum counts E_dd twice, see :func:`total_energy`.
    """
    projection = np.einsum("...ic,ic->...i", moments, system.easy_axes)
    h = dipolar_field(moments, system, threads) + np.asarray(field)[..., None, :]
    anisotropy = system.anisotropy_constant * system.volume * (1 - projection**2)
    return anisotropy - _weights(system) * np.einsum("...ic,...ic->...i", moments, h)


def dipolar_energy(moments: np.ndarray, system: System) -> np.ndarray:
    """E_dd = -(mu_0/2) sum_i M_s V m_i.H_dip,i, (...) J."""
    h = dipolar_field(moments, system)
    return -0.5 * np.einsum("...ic,...ic,i->...", moments, h, _weights(system))


def total_energy(moments: np.ndarray, field: np.ndarray, system: System) -> np.ndarray:
    """Energy of the whole system: sum of e_i - E_dd, (...) J."""
    return particle_energies(moments, field, system).sum(-1) - dipolar_energy(moments, system)


def tangent_bases(moments: np.ndarray) -> np.ndarray:
    """Two unit vectors perpendicular to each moment and to each other, (n, 2, 3)."""
    bases = np.empty((len(moments), 2, 3))
    fill_tangent_bases(bases, np.ascontiguousarray(moments, dtype=np.float64))
    return bases


def hessian(moments: np.ndarray, field: np.ndarray, system: System) -> np.ndarray:
    """Second derivatives of the energy on the tangent planes (Riemannian Hessian), (2n, 2n) J/rad^2.

    Row 2i + a belongs to basis vector ``tangent_bases(moments)[i, a]``. At any state, stationary or not, E along
    the geodesics m_i cos|v_i| + v_i/|v_i| sin|v_i| has the second derivative v.Hess.v.
    """
    root = np.repeat(np.sqrt(_weights(system)), 2)
    return root[:, None] * relaxation_matrix(moments, field, system) * root


def relaxation_matrix(moments: np.ndarray, field: np.ndarray, system: System) -> np.ndarray:
    """The same Hessian in the metric of the Landau-Lifshitz equation, p^(-1/2) Hess p^(-1/2), (2n, 2n) A/m.

    p_i = mu_0 M_s,i V_i. At a stationary state its eigenvalues are the decay rates (in fields) of the overdamped
    descent dm_i/ds = -m_i x (m_i x H_eff,i), and its eigenvectors, divided by sqrt(p_i), the modes.
    """
    moments = np.ascontiguousarray(moments, dtype=np.float64)
    arrays = own_arrays(system)
    h = effective_field(moments, field, system)
    matrix = np.empty((2 * len(moments), 2 * len(moments)))
    fill_relaxation_matrix(matrix, moments, h, tangent_bases(moments), anisotropy_field(arrays), arrays)
    return matrix


def own_arrays(system: System) -> System:
    """The same system as contiguous, writable float64 arrays, so that every kernel is compiled for one type only."""
    arrays = (np.require(a, np.float64, ["C", "W", "A"]) for a in system[:-1])
    return System(*arrays, float(system.coupling))


def _states(moments: np.ndarray) -> np.ndarray:
    moments = np.require(moments, np.float64, ["C", "W", "A"])
    return moments.reshape(-1, *moments.shape[-2:])


def _weights(system: System) -> np.ndarray:
    return MU_0 * system.saturation_magnetization * system.volume


@kernel
def fill_dipolar_fields(h, m, rows, system):
    """Write the dipolar field of each of the states ``m`` (states, n, 3) into ``h``; ``rows`` is (6, n) scratch."""
    n = m.shape[1]
    for j in range(n):
        for c in range(3):
            rows[c, j] = system.positions[j, c]
    for s in range(m.shape[0]):
        for j in range(n):
            strength = system.coupling * system.saturation_magnetization[j] * system.volume[j] / (4.0 * math.pi)
            for c in range(3):
                rows[3 + c, j] = strength * m[s, j, c]
        for i in range(n):
            ax, ay, az = sum_of_fields(rows, i, 0, i)
            bx, by, bz = sum_of_fields(rows, i, i + 1, n)
            h[s, i, 0], h[s, i, 1], h[s, i, 2] = ax + bx, ay + by, az + bz


@device
def sum_of_fields(rows, i, start, stop):
    """Field on particle ``i`` of the particles from ``start`` up to ``stop``; rows of components vectorise."""
    hx, hy, hz = 0.0, 0.0, 0.0
    for j in range(start, stop):
        rx, ry, rz = rows[0, i] - rows[0, j], rows[1, i] - rows[1, j], rows[2, i] - rows[2, j]
        inverse2 = 1.0 / (rx * rx + ry * ry + rz * rz)
        inverse3 = inverse2 * math.sqrt(inverse2)
        along = 3.0 * inverse2 * (rx * rows[3, j] + ry * rows[4, j] + rz * rows[5, j])
        hx += inverse3 * (along * rx - rows[3, j])
        hy += inverse3 * (along * ry - rows[4, j])
        hz += inverse3 * (along * rz - rows[5, j])
    return hx, hy, hz


@kernel
def fill_tangent_bases(bases, m):
    """Write two tangent vectors per moment: the axis farthest from m, made perpendicular, and its cross product."""
    for i in range(m.shape[0]):
        far = 0
        for c in range(1, 3):
            if abs(m[i, c]) < abs(m[i, far]):
                far = c
        norm = math.sqrt(1.0 - m[i, far] * m[i, far])
        for c in range(3):
            bases[i, 0, c] = ((1.0 if c == far else 0.0) - m[i, far] * m[i, c]) / norm
        for c in range(3):
            d, e = (c + 1) % 3, (c + 2) % 3
            bases[i, 1, c] = m[i, d] * bases[i, 0, e] - m[i, e] * bases[i, 0, d]


@kernel
def fill_relaxation_matrix(matrix, m, h_eff, bases, h_k, system):
    """Write p^(-1/2) Hess p^(-1/2) in A/m; see :func:`relaxation_matrix`."""
    for i in range(m.shape[0]):
        along = m[i, 0] * h_eff[i, 0] + m[i, 1] * h_eff[i, 1] + m[i, 2] * h_eff[i, 2]
        for a in range(2):
            for b in range(2):
                axis = product(bases[i, a], system.easy_axes[i]) * product(bases[i, b], system.easy_axes[i])
                matrix[2 * i + a, 2 * i + b] = (along if a == b else 0.0) - h_k[i] * axis
        for j in range(i):
            fill_pair_block(matrix, i, j, bases, system)


@device
def fill_pair_block(matrix, i, j, bases, system):
    """Write the two blocks that couple the tangent planes of ``i`` and ``j``."""
    rx = system.positions[i, 0] - system.positions[j, 0]
    ry = system.positions[i, 1] - system.positions[j, 1]
    rz = system.positions[i, 2] - system.positions[j, 2]
    r2 = rx * rx + ry * ry + rz * rz
    moment_i = system.saturation_magnetization[i] * system.volume[i]
    moment_j = system.saturation_magnetization[j] * system.volume[j]
    strength = system.coupling * math.sqrt(moment_i * moment_j) / (4.0 * math.pi * r2 * math.sqrt(r2))
    for a in range(2):
        from_i = bases[i, a, 0] * rx + bases[i, a, 1] * ry + bases[i, a, 2] * rz
        for b in range(2):
            from_j = bases[j, b, 0] * rx + bases[j, b, 1] * ry + bases[j, b, 2] * rz
            value = -strength * (3.0 * from_i * from_j / r2 - product(bases[i, a], bases[j, b]))
            matrix[2 * i + a, 2 * j + b] = value
            matrix[2 * j + b, 2 * i + a] = value
