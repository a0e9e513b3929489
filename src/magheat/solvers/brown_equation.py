"""Brown's Fokker-Planck equation of one moment, as matrices on real spherical harmonics.

With v = E/(k_B T) = -sigma m_z^2 - xi.m, xi = mu0 M_s V H/(k_B T), the density W of moments on the sphere follows

    2 tau_D dW/dt = div(grad W + W grad v) + (1/alpha) grad v.(m x grad) W,

whose last term is the precession of dm/dt = -gamma m x H. Two identities make matrices of it: div(W grad v) =
(lap(W v) + W lap v - v lap W)/2, which needs products with m_x, m_y, m_z only, and m x grad = i L, L the angular
momentum. Products are taken two degrees higher than what is kept, so that all that is kept is exact.

Source: W. F. Brown, Phys. Rev. 130, 1677 (1963); the recurrences of spherical harmonics are those of any book on
angular momentum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

#: What a vector of coefficients is scaled to: the first one, which no equation changes.
ISOTROPIC = 0


class Brown(NamedTuple):
    """The equation 2 tau_D da/dt = (still + sum_c xi_c field[c]) a in n coefficients; the easy axis is along z."""

    still: sparse.csc_matrix  # (n, n) diffusion and anisotropy
    field: tuple[sparse.csc_matrix, sparse.csc_matrix, sparse.csc_matrix]  # (n, n) each: of xi along x, y, z
    mean: np.ndarray  # (3, n): <m> = mean @ a where a[0] = 1
    degree: np.ndarray  # (n,) l of every coefficient
    order: np.ndarray  # (n,) m of every coefficient, negative for sines


def brown_equation(sigma: float, damping: float, degree: int, order: int) -> Brown:
    """Return the equation in harmonics up to ``degree`` l and ``order`` m."""
    ells, ms = _indices(degree + 2, order + 2)
    x, y, z = _products(ells, ms)
    laplace = sparse.diags(-ells * (ells + 1.0))
    turn = _turns(ells, ms)

    def drift(v: sparse.csr_matrix, of_v: sparse.csr_matrix) -> sparse.csr_matrix:
        """div(W grad v), given v and lap v as products."""
        return 0.5 * (laplace @ v - v @ laplace + of_v)

    square = z @ z
    anisotropy = drift(-sigma * square, 6.0 * sigma * (square - sparse.identity(ells.size) / 3.0))
    precession = -(2.0 * sigma / damping) * (z @ turn[2])
    fields = [drift(-c, 2.0 * c) - t / damping for c, t in zip((x, y, z), turn, strict=True)]
    real = _to_real(ells, ms)
    kept = np.flatnonzero((ells <= degree) & (np.abs(ms) <= order))

    def cropped(matrix: sparse.csr_matrix) -> sparse.csc_matrix:
        whole = (real @ matrix @ real.conj().T).tocsc()
        return sparse.csc_matrix(whole.real)[kept][:, kept]

    ells, ms = ells[kept], ms[kept]
    return Brown(
        cropped(laplace + anisotropy + precession), tuple(cropped(f) for f in fields), _mean(ells, ms), ells, ms
    )


def _indices(degree: int, order: int) -> tuple[np.ndarray, np.ndarray]:
    pairs = [(ell, m) for ell in range(degree + 1) for m in range(-min(ell, order), min(ell, order) + 1)]
    ells, ms = np.array(pairs).T
    return ells, ms


def _products(ells: np.ndarray, ms: np.ndarray) -> tuple[sparse.csr_matrix, ...]:
    """Products with m_x, m_y and m_z of complex harmonics."""
    ell, m = ells.astype(float), ms.astype(float)
    up = np.sqrt(((ell + 1) ** 2 - m**2) / ((2 * ell + 1) * (2 * ell + 3)))
    z = _matrix(ells, ms, 1, 0, up)
    z = z + z.T
    raised = _matrix(ells, ms, 1, 1, -np.sqrt((ell + m + 1) * (ell + m + 2) / ((2 * ell + 1) * (2 * ell + 3))))
    below = np.sqrt(np.maximum((ell - m) * (ell - m - 1), 0) / np.maximum((2 * ell - 1) * (2 * ell + 1), 1))
    raised = raised + _matrix(ells, ms, -1, 1, below)  # m_x + i m_y
    lowered = raised.conj().T
    return (raised + lowered) / 2, (raised - lowered) / 2j, z


def _turns(ells: np.ndarray, ms: np.ndarray) -> tuple[sparse.csr_matrix, ...]:
    """The three components of i L = m x grad."""
    raised = _matrix(ells, ms, 0, 1, np.sqrt(np.maximum(ells * (ells + 1.0) - ms * (ms + 1.0), 0)))
    lowered = raised.T
    return 1j * (raised + lowered) / 2, (raised - lowered) / 2, sparse.diags(1j * ms).tocsr()


def _matrix(ells: np.ndarray, ms: np.ndarray, d_ell: int, d_m: int, values: np.ndarray) -> sparse.csr_matrix:
    """The matrix that sends harmonic (l, m) to values[l, m] times (l + d_ell, m + d_m), where that is kept."""
    index = {pair: i for i, pair in enumerate(zip(ells.tolist(), ms.tolist(), strict=True))}
    targets = [index.get((ell + d_ell, m + d_m), -1) for ell, m in index]
    rows = np.array(targets)
    there = rows >= 0
    columns = np.arange(ells.size)[there]
    return sparse.csr_matrix((values[there], (rows[there], columns)), shape=(ells.size, ells.size), dtype=complex)


def _to_real(ells: np.ndarray, ms: np.ndarray) -> sparse.csr_matrix:
    """The unitary matrix from complex to real harmonics: cosines under m > 0, sines under m < 0."""
    index = {pair: i for i, pair in enumerate(zip(ells.tolist(), ms.tolist(), strict=True))}
    rows, columns, values = [], [], []
    for (ell, m), i in index.items():
        j = index[ell, -m]
        sign = (-1.0) ** m
        if m == 0:
            entries = [(i, 1.0)]
        elif m > 0:
            entries = [(i, sign / np.sqrt(2)), (j, 1 / np.sqrt(2))]
        else:
            entries = [(j, -1j * sign / np.sqrt(2)), (i, 1j / np.sqrt(2))]
        for column, value in entries:
            rows.append(i)
            columns.append(column)
            # Coefficients go with the conjugate of what harmonics go with.
            values.append(np.conj(value))
    return sparse.csr_matrix((values, (rows, columns)), shape=(ells.size, ells.size))


def _mean(ells: np.ndarray, ms: np.ndarray) -> np.ndarray:
    """<m_x>, <m_y>, <m_z> from the coefficients of degree one."""
    mean = np.zeros((3, ells.size))
    for component, m in enumerate((1, -1, 0)):
        mean[component, (ells == 1) & (ms == m)] = 1 / np.sqrt(3)
    return mean
