"""Overdamped descent to the minimum below a state."""

from typing import NamedTuple

import numpy as np

from magheat.kernels.batch import integrate
from magheat.kernels.dense import cholesky, solve
from magheat.kernels.energy import effective_field, relaxation_matrix, tangent_bases
from magheat.kernels.integrate import Runs
from magheat.kernels.physics import COSINE, DIRECTION, DRIVE_ROWS, OFFSET, RATE
from magheat.kernels.reduced import reduce_particles, reference_field
from magheat.kernels.step import DORMAND_PRINCE
from magheat.kernels.system import System

FIRST_DURATION, MOST_STEPS = 50.0, 1e8
#: Newton's method ends a descent within this turn (rad) of the path, for up to so many particles.
REACH, NEWTON_STEPS, CONVERGED, MOST_FOR_NEWTON = 0.1, 8, 1e-12, 500


class Care(NamedTuple):
    """How far a descent goes."""

    at_rest: float  # rad that a moment may still turn in a piece of the path
    rtol: float
    last_duration: float  # reduced time


EXACT = Care(1e-9, 1e-10, 1e6)
#: For more particles than Newton's method can help: soft modes of a large system creep for ever.
MANY = Care(1e-5, 1e-7, 3.2e3)
#: For a start that thermal motion forgets.
ROUGH = Care(1e-2, 1e-4, FIRST_DURATION)


def relax(
    start: np.ndarray, field: np.ndarray, system: System, care: Care = EXACT, threads: int | None = 1
) -> tuple[np.ndarray, bool]:
    """Moments (n, 3) at the minimum below a state, and whether they are at rest there.

    dm_i/ds = -m_i x (m_i x H_eff,i) for all particles at once: with unequal M_s V the plain gradient can end in
    another minimum. Once the state lies in a convex region close to its minimum, Newton's method goes the rest of the
    way. At the very edge of stability a state may creep for longer than a reduced time of 1e6, or what ``care`` says;
    it is then returned where it is, not at rest.

    Parameters
    ----------
    start
        (n, 3) unit vectors; a state exactly on a ridge stays there, so tilt it.
    field
        (3,) applied field in A/m.
    system
        The particles.
    care
        How far to go.
    threads
        Threads for one large system.
    """
    moments, duration = np.array(start, float), FIRST_DURATION
    h_ref = reference_field(system, float(np.linalg.norm(field)))
    while duration <= care.last_duration:
        before = moments
        runs = descents(moments[None], field[None] / h_ref, system, h_ref, duration, care.rtol)
        moments = integrate(runs, 0, DORMAND_PRINCE, threads).samples[0, 0, : moments.size].reshape(moments.shape)
        finished = newton(moments, field, system)
        if finished is not None:
            return finished, True
        if np.abs(moments - before).max() <= care.at_rest:
            return moments, True
        duration *= 4
    return moments, False


def newton(start: np.ndarray, field: np.ndarray, system: System) -> np.ndarray | None:
    """Moments (n, 3) at the minimum next to a state, if the energy is convex all the way; None otherwise."""
    if len(start) > MOST_FOR_NEWTON:
        return None
    moments = start
    root = np.repeat(np.sqrt(system.saturation_magnetization * system.volume), 2)
    for _ in range(NEWTON_STEPS):
        bases = tangent_bases(moments)
        slope = np.einsum("iac,ic->ia", bases, effective_field(moments, field, system)).ravel()
        factor, turn = relaxation_matrix(moments, field, system), root * slope
        if not cholesky(factor, 0.0):
            return None
        solve(factor, turn)
        turn /= root
        moments = moments + np.einsum("ia,iac->ic", turn.reshape(-1, 2), bases)
        moments /= np.linalg.norm(moments, axis=-1, keepdims=True)
        if np.abs(moments - start).max() > REACH:
            return None
        if np.abs(turn).max() < CONVERGED:
            return moments
    return None


def descents(
    start: np.ndarray, h: np.ndarray, system: System, h_ref: float, duration: float, rtol: float = EXACT.rtol
) -> Runs:
    """Runs without precession in a static field, one per state."""
    states, n = start.shape[:2]
    drive = np.zeros((states, DRIVE_ROWS))
    drive[:, OFFSET:COSINE], drive[:, RATE], drive[:, DIRECTION] = h, 1 / duration, 1.0
    piece = np.zeros((states, 1, 6))
    piece[:, 0, 0] = duration
    particles = (np.tile(rows, (states, 1)) for rows in reduce_particles(system, h_ref))
    return Runs(
        *particles,
        drive,
        piece,
        np.tile([0.0, 1.0], (states, 1)),
        start.reshape(states, 3 * n).copy(),
        np.full(states, rtol),
        np.ones(states, np.int64),
        np.full(states, MOST_STEPS),
    )
